// The seam: what an AES engine is, and the checks that every engine makes.
import { isBytes } from '../arguments.ts';

/**
 * AES-256-CBC (FIPS 197, NIST SP 800-38A section 6.2) bound to one key: whole blocks of 16 bytes, no padding,
 * synchronous. Results are memory that no later call overwrites, perhaps a Node Buffer, and like one perhaps a part of an
 * ArrayBuffer that holds other results. Arguments are read during the call only: a codec gives memory that it uses again,
 * so an engine must not call a codec.
 */
export interface AesCbc {
  /** Ciphertext of `blocks` (a multiple of 16 bytes) under `iv` (16 bytes): as long as `blocks`. */
  encrypt(iv: Uint8Array, blocks: Uint8Array): Uint8Array;
  /** Plaintext blocks of `iv ‖ ciphertext` in one piece (a multiple of 16 bytes): 16 bytes shorter. */
  decrypt(ivAndBlocks: Uint8Array): Uint8Array;
}

/**
 * Makes {@link AesCbc} for a key of 32 bytes, and may keep the key schedule. Padding is never an engine's business, so
 * none can leak whether it was right.
 *
 * An engine may bring a `digest`. Codecs that are given the engine then hash with it where the runtime has no hash of its
 * own (no `node:crypto`).
 */
export type AesCbcEngine = ((key: Uint8Array) => AesCbc) & { readonly digest?: EngineDigest | undefined };

/**
 * SHA-256 or SHA-1 (FIPS 180-4) of `bytes`, synchronous: 32 or 20 bytes that no later call overwrites. The same holds of
 * `bytes` as of the arguments of {@link AesCbc}: they are read during the call only.
 */
export type EngineDigest = (algorithm: 'sha256' | 'sha1', bytes: Uint8Array) => Uint8Array;

/** Bytes of a block, and of an IV. */
export const AES_BLOCK = 16;

/** Bytes of an AES-256 key. */
export const KEY_BYTES = 32;

/** A codec gives an engine what it takes; whoever calls one directly is told before anything is touched. */
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
