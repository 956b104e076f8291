// Raw AES-256-CBC blocks behind one seam, and the padding around them. The only importer of @noble/ciphers.
import { cbc } from '@noble/ciphers/aes.js';
import type { Bytes } from './bytes.ts';
import { type PaddingBlock, paddingLength, unpaddedLength } from './pkcs7.ts';

/**
 * AES-256-CBC (FIPS 197, NIST SP 800-38A section 6.2) bound to one key: whole blocks of 16 bytes, no padding,
 * synchronous. Results are fresh arrays that no later call overwrites, and arguments are never written to.
 */
export interface AesCbc {
  /** Ciphertext of `blocks` (a multiple of 16 bytes) under `iv` (16 bytes): as long as `blocks`. */
  encrypt(iv: Uint8Array, blocks: Uint8Array): Uint8Array;
  /** Plaintext blocks of `iv ‖ ciphertext` given in one piece (a multiple of 16 bytes): 16 bytes shorter. */
  decrypt(ivAndBlocks: Uint8Array): Uint8Array;
}

/**
 * Makes {@link AesCbc} for a key of 32 bytes, and may keep the key schedule. Padding is never an engine's business, so
 * none can leak whether it was right.
 */
export type AesCbcEngine = (key: Uint8Array) => AesCbc;

export const AES_BLOCK = 16;

/** The audited, portable engine: noble-ciphers. It looks tables up by secret bytes (see SECURITY.md). */
export const nobleAesCbc: AesCbcEngine = (key) => {
  const ownKey = Uint8Array.from(key);
  return {
    encrypt: (iv, blocks) => cbc(ownKey, iv, { disablePadding: true }).encrypt(blocks),
    decrypt: (ivAndBlocks) =>
      cbc(ownKey, ivAndBlocks.subarray(0, AES_BLOCK), { disablePadding: true }).decrypt(
        ivAndBlocks.subarray(AES_BLOCK),
      ),
  };
};

/** `iv ‖ ciphertext` of `plaintext` padded by PKCS#7 to `block` bytes. */
export function encryptPadded(aes: AesCbc, iv: Uint8Array, plaintext: Uint8Array, block: PaddingBlock): Bytes {
  const padding = paddingLength(plaintext.length, block);
  const padded = new Uint8Array(plaintext.length + padding);
  padded.set(plaintext);
  padded.fill(padding, plaintext.length);
  const ivAndCiphertext = new Uint8Array(AES_BLOCK + padded.length);
  ivAndCiphertext.set(iv);
  ivAndCiphertext.set(aes.encrypt(iv, padded), AES_BLOCK);
  return ivAndCiphertext;
}

/**
 * The plaintext of `iv ‖ ciphertext`, its PKCS#7 padding of 1 to `block` bytes removed; `undefined` where there are no
 * whole blocks or the padding is wrong.
 */
export function decryptPadded(aes: AesCbc, ivAndCiphertext: Uint8Array, block: PaddingBlock): Uint8Array | undefined {
  if (ivAndCiphertext.length < 2 * AES_BLOCK || ivAndCiphertext.length % AES_BLOCK !== 0) return undefined;
  const padded = aes.decrypt(ivAndCiphertext);
  const length = unpaddedLength(padded, block);
  return length < 0 ? undefined : padded.subarray(0, length);
}
