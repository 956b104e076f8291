// Raw AES-256-CBC blocks behind one seam, by the host or by noble, and the padding around them. The only importer of
// @noble/ciphers.
import { unsafe } from '@noble/ciphers/aes.js';
import { isAligned32, isLE, swap32IfBE, u32 } from '@noble/ciphers/utils.js';
import type { Bytes } from './bytes.ts';
import { CallbackError } from './errors.ts';
import { thisHost } from './host.ts';
import { isBytes } from './options.ts';
import { type PaddingBlock, paddingLength } from './pkcs7.ts';

/**
 * AES-256-CBC (FIPS 197, NIST SP 800-38A section 6.2) bound to one key: whole blocks of 16 bytes, no padding,
 * synchronous. Results are memory that no later call overwrites, perhaps a Node Buffer, and like one perhaps a part of an
 * ArrayBuffer that holds other results; arguments are read during the call only and, `into` apart, never written to.
 */
export interface AesCbc {
  /** Ciphertext of `blocks` (a multiple of 16 bytes) under `iv` (16 bytes): as long as `blocks`. */
  encrypt(iv: Uint8Array, blocks: Uint8Array): Uint8Array;
  /**
   * Plaintext blocks of `iv ‖ ciphertext` given in one piece (a multiple of 16 bytes): 16 bytes shorter.
   *
   * A caller that has memory for them gives it as `into`: `ivAndBlocks` itself, where that is of no more use, or as many
   * bytes elsewhere. The engine may then write there, and return that part of it.
   */
  decrypt(ivAndBlocks: Uint8Array, into?: Uint8Array): Uint8Array;
}

/**
 * Makes {@link AesCbc} for a key of 32 bytes, and may keep the key schedule. Padding is never an engine's business, so
 * none can leak whether it was right.
 */
export type AesCbcEngine = (key: Uint8Array) => AesCbc;

export const AES_BLOCK = 16;

/** AES-256. */
export const KEY_BYTES = 32;

/**
 * The portable engine: noble-ciphers, with the key schedules kept. It looks tables up by secret bytes (see SECURITY.md).
 */
export const nobleAesCbc: AesCbcEngine = (key) => {
  requireKey(key);
  const ownKey = Uint8Array.from(key);
  const decryptionSchedule = unsafe.expandKeyDecLE(ownKey);
  let encryptionSchedule: Uint32Array | undefined;
  // c0 to c3 are the ciphertext block before, at first the IV.
  return {
    encrypt(iv, blocks) {
      requireIvAndBlocks(iv, blocks);
      encryptionSchedule ??= unsafe.expandKeyLE(ownKey);
      const words = toWords(blocks);
      const ciphertext = new Uint32Array(words.length);
      const chain = toWords(iv);
      let c0 = chain[0] as number;
      let c1 = chain[1] as number;
      let c2 = chain[2] as number;
      let c3 = chain[3] as number;
      for (let at = 0; at < words.length; at += 4) {
        const p0 = c0 ^ (words[at] as number);
        const p1 = c1 ^ (words[at + 1] as number);
        const p2 = c2 ^ (words[at + 2] as number);
        const p3 = c3 ^ (words[at + 3] as number);
        ({ s0: c0, s1: c1, s2: c2, s3: c3 } = unsafe.encrypt(encryptionSchedule, p0, p1, p2, p3));
        ciphertext[at] = c0;
        ciphertext[at + 1] = c1;
        ciphertext[at + 2] = c2;
        ciphertext[at + 3] = c3;
      }
      return toBytes(ciphertext);
    },
    decrypt(ivAndBlocks) {
      requireBlocks(ivAndBlocks);
      const words = toWords(ivAndBlocks);
      const plaintext = new Uint32Array(words.length - 4);
      let c0 = words[0] as number;
      let c1 = words[1] as number;
      let c2 = words[2] as number;
      let c3 = words[3] as number;
      for (let at = 0; at < plaintext.length; at += 4) {
        const b0 = words[at + 4] as number;
        const b1 = words[at + 5] as number;
        const b2 = words[at + 6] as number;
        const b3 = words[at + 7] as number;
        const { s0, s1, s2, s3 } = unsafe.decrypt(decryptionSchedule, b0, b1, b2, b3);
        plaintext[at] = s0 ^ c0;
        plaintext[at + 1] = s1 ^ c1;
        plaintext[at + 2] = s2 ^ c2;
        plaintext[at + 3] = s3 ^ c3;
        c0 = b0;
        c1 = b1;
        c2 = b2;
        c3 = b3;
      }
      return toBytes(plaintext);
    },
  };
};

/** Little-endian words, as noble's tables want them; to be read only, since they may be `bytes` themselves. */
function toWords(bytes: Uint8Array): Uint32Array {
  return isLE && isAligned32(bytes) ? u32(bytes) : swap32IfBE(u32(Uint8Array.from(bytes)));
}

function toBytes(words: Uint32Array): Uint8Array {
  return new Uint8Array(swap32IfBE(words).buffer);
}

/** A codec gives an engine what it takes; whoever calls one directly is told, before anything is touched. */
export function requireKey(key: unknown): void {
  requireLength('key', key, KEY_BYTES);
}

export function requireIvAndBlocks(iv: unknown, blocks: unknown): void {
  requireLength('iv', iv, AES_BLOCK);
  requireBlocks(blocks);
}

export function requireBlocks(blocks: unknown): void {
  if (!isBytes(blocks) || blocks.length === 0 || blocks.length % AES_BLOCK !== 0) {
    throw new TypeError(
      'blocks must be a Uint8Array of whole blocks of 16 bytes, the IV in front where they are decrypted',
    );
  }
}

function requireLength(name: string, bytes: unknown, length: number): void {
  if (!isBytes(bytes) || bytes.length !== length)
    throw new TypeError(`${name} must be a Uint8Array of ${length} bytes`);
}

/** The host's engine: `node:crypto` of Node, Bun, Deno and Workers with nodejs_compat. ERR_CONFIG where there is none. */
export const nativeAesCbc: AesCbcEngine = (key) => {
  requireKey(key);
  const { crypto, versions } = thisHost();
  if (crypto === undefined) {
    throw new CallbackError('ERR_CONFIG', 'this host has no node:crypto: leave `aes` out, or give nobleAesCbc');
  }
  const ownKey = crypto.createSecretKey(key);
  // Making a decipher costs more than decrypting a kilobyte, so one is kept and never finished: each message is the next
  // part of one long message.
  const decipher = crypto.createDecipheriv('aes-256-cbc', ownKey, new Uint8Array(AES_BLOCK));
  decipher.setAutoPadding(false);
  const last = new Uint8Array(AES_BLOCK);
  return {
    encrypt(iv, blocks) {
      requireIvAndBlocks(iv, blocks);
      const cipher = crypto.createCipheriv('aes-256-cbc', ownKey, iv);
      cipher.setAutoPadding(false);
      return cipher.update(blocks);
    },
    decrypt(ivAndBlocks) {
      requireBlocks(ivAndBlocks); // half a block would stay in the decipher and spoil every later call
      // The IV goes in as a block of ciphertext. What comes out for it is left out; the next block is added to it.
      if (versions?.webkit === undefined) return decipher.update(ivAndBlocks).subarray(AES_BLOCK);
      // JavaScriptCore takes as long for the view of a result as for the result. Without the IV, the first block comes out
      // added to the ciphertext block before it, the last one of the call before.
      const end = ivAndBlocks.length - AES_BLOCK;
      if (end === 0) return new Uint8Array(0);
      const plaintext = decipher.update(ivAndBlocks.subarray(AES_BLOCK));
      for (let i = 0; i < AES_BLOCK; i++) {
        plaintext[i] = (plaintext[i] as number) ^ (last[i] as number) ^ (ivAndBlocks[i] as number);
        last[i] = ivAndBlocks[end + i] as number;
      }
      return plaintext;
    },
  };
};

let engineHere: AesCbcEngine | undefined;

/** The engine of codecs that are given none: native where the host has one that works, else noble. */
export function defaultAesCbc(): AesCbcEngine {
  engineHere ??= agreesWithNoble(nativeAesCbc) ? nativeAesCbc : nobleAesCbc;
  return engineHere;
}

/** Known answers from noble: two messages one after the other, so that a chain that is not reset shows. */
export function agreesWithNoble(engine: AesCbcEngine): boolean {
  const key = Uint8Array.from({ length: 32 }, (_, index) => index);
  const noble = nobleAesCbc(key);
  try {
    const aes = engine(key);
    const first = key.slice(0, AES_BLOCK);
    const messages = [new Uint8Array(48).fill(7), new Uint8Array(16)];
    return messages.every((blocks) => {
      const ciphertext = aes.encrypt(first, blocks);
      const ivAndBlocks = Uint8Array.from([...first, ...ciphertext]);
      return (
        ciphertext.join() === noble.encrypt(first, blocks).join() && aes.decrypt(ivAndBlocks).join() === blocks.join()
      );
    });
  } catch {
    return false;
  }
}

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

/** The padded plaintext of `iv ‖ ciphertext`, perhaps in its place; `undefined` where there are no whole blocks of it. */
export function decryptBlocks(aes: AesCbc, ivAndCiphertext: Uint8Array): Uint8Array | undefined {
  const { length } = ivAndCiphertext;
  const isWhole = length >= 2 * AES_BLOCK && length % AES_BLOCK === 0;
  return isWhole ? aes.decrypt(ivAndCiphertext, ivAndCiphertext) : undefined;
}
