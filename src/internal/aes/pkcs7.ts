// AES-256-CBC with PKCS#7 padding (RFC 5652 section 6.3) to blocks of 16 bytes, or of 32 as WXBizMsgCrypt has them.
import type { Bytes } from '../runtime.ts';
import { AES_BLOCK, type AesCbc } from './engine.ts';

/** Block size in bytes that plaintext is padded to. AES works on 16; DingTalk, WeCom and WeChat pad to 32. */
export type PaddingBlock = 16 | 32;

/** How many bytes of padding follow a plaintext of `length` bytes: 1 to `block`, a whole block where it fits exactly. */
export function paddingLength(length: number, block: PaddingBlock): number {
  return block - (length % block);
}

/**
 * Length of the plaintext in `padded`, or -1 where the padding is not 1 to `block` equal bytes. The last `block` bytes
 * are all looked at whatever they hold, so that the time does not tell which byte was wrong.
 *
 * `padded` may be any multiple of 16 bytes for either block: the Go and Rust encoders of DingTalk pad to 16.
 */
export function unpaddedLength(padded: Uint8Array, block: PaddingBlock): number {
  const length = padded.length;
  const padding = padded[length - 1] ?? 0;
  // Each term is negative where its condition fails; OR keeps the sign bit.
  let wrong = (padding - 1) | (block - padding) | (length - padding);
  for (let distance = 1; distance <= block && distance <= length; distance++) {
    const insidePadding = ~((padding - distance) >> 31);
    wrong |= -(insidePadding & ((padded[length - distance] as number) ^ padding));
  }
  return (length - padding) | (wrong >> 31);
}

/** The ciphertext, in memory of the engine, of `plaintext` padded by PKCS#7 to `block` bytes. */
export function encryptPadded(aes: AesCbc, iv: Uint8Array, plaintext: Uint8Array, block: PaddingBlock): Uint8Array {
  const padding = paddingLength(plaintext.length, block);
  const padded = new Uint8Array(plaintext.length + padding);
  padded.set(plaintext);
  padded.fill(padding, plaintext.length);
  return aes.encrypt(iv, padded);
}

/** `iv ‖ ciphertext` in memory of its own. */
export function joinIv(iv: Uint8Array, ciphertext: Uint8Array): Bytes {
  const ivAndCiphertext = new Uint8Array(AES_BLOCK + ciphertext.length);
  ivAndCiphertext.set(iv);
  ivAndCiphertext.set(ciphertext, AES_BLOCK);
  return ivAndCiphertext;
}

/** The plaintext of `iv ‖ ciphertext`, a view; `undefined` where blocks or padding are wrong. */
export function decryptPadded(aes: AesCbc, ivAndCiphertext: Uint8Array, block: PaddingBlock): Uint8Array | undefined {
  const padded = decryptBlocks(aes, ivAndCiphertext);
  const length = padded === undefined ? -1 : unpaddedLength(padded, block);
  return length < 0 ? undefined : padded?.subarray(0, length);
}

/** The padded plaintext of `iv ‖ ciphertext`; `undefined` where there are no whole blocks of it. */
export function decryptBlocks(aes: AesCbc, ivAndCiphertext: Uint8Array): Uint8Array | undefined {
  const { length } = ivAndCiphertext;
  return length >= 2 * AES_BLOCK && length % AES_BLOCK === 0 ? aes.decrypt(ivAndCiphertext) : undefined;
}
