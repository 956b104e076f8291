// AES-256-CBC with PKCS#7 padding to 16 or 32 bytes, and the base64(iv ‖ ciphertext) envelope. `callback-codec/aes-cbc`.
import { defaultAesCbc } from './internal/aes/default.ts';
import { AES_BLOCK, KEY_BYTES } from './internal/aes/engine.ts';
import { decryptPadded, encryptPadded, joinIv, type PaddingBlock } from './internal/aes/pkcs7.ts';
import { requireBytes, requireString } from './internal/arguments.ts';
import { decodeBase64, encodeBase64 } from './internal/encoding/base64.ts';
import { CallbackError, decryptError } from './internal/errors.ts';
import { type RandomSource, randomBytes } from './internal/random.ts';
import type { Bytes } from './internal/runtime.ts';

export type { AesCbc, AesCbcEngine, EngineDigest } from './internal/aes/engine.ts';
export { nativeAesCbc } from './internal/aes/native.ts';
export { nobleAesCbc } from './internal/aes/noble.ts';
export type { PaddingBlock } from './internal/aes/pkcs7.ts';
export { CallbackError, type CallbackErrorCode, isCallbackError } from './internal/errors.ts';
export type { RandomSource } from './internal/random.ts';

/**
 * Encrypts with AES-256-CBC (FIPS 197, NIST SP 800-38A section 6.2) and PKCS#7 padding (RFC 5652 section 6.3).
 *
 * @param key 32 bytes.
 * @param iv 16 bytes; fresh and unpredictable for every message.
 * @param plaintext Any length, empty included.
 * @param options `padTo`: pad to a multiple of 16 bytes (the default) or 32 (DingTalk).
 * @returns The ciphertext without the IV, in bytes: the plaintext's length rounded up to the next multiple of `padTo`.
 * @throws {CallbackError} ERR_CONFIG: key or iv of another length, padTo neither 16 nor 32.
 * @throws {TypeError} An argument is not a Uint8Array.
 *
 * @example
 * ```ts
 * import { decryptAes256Cbc, encryptAes256Cbc } from 'callback-codec/aes-cbc';
 *
 * const key = new Uint8Array(32).fill(1);
 * const iv = new Uint8Array(16).fill(2);
 * const ciphertext = encryptAes256Cbc(key, iv, Uint8Array.of(104, 105)); // "hi"
 * console.log(ciphertext.length); // 16
 * console.log(decryptAes256Cbc(key, iv, ciphertext)); // Uint8Array(2) [ 104, 105 ]
 * ```
 */
export function encryptAes256Cbc(
  key: Uint8Array,
  iv: Uint8Array,
  plaintext: Uint8Array,
  options: { padTo?: PaddingBlock | undefined } = {},
): Bytes {
  const aes = defaultAesCbc()(requireBytes('key', key, KEY_BYTES));
  requireBytes('iv', iv, AES_BLOCK);
  requireBytes('plaintext', plaintext);
  return new Uint8Array(encryptPadded(aes, iv, plaintext, requirePadTo(options.padTo)));
}

/**
 * Decrypts AES-256-CBC and removes PKCS#7 padding of 1 to `padTo` bytes, every one of them checked. The ciphertext may
 * be any positive multiple of 16 bytes for either `padTo`.
 *
 * CBC authenticates nothing: whoever can send ciphertext and see whether it was refused can find out the plaintext. Call
 * this on ciphertext whose signature was verified, or use a codec's `decode`, which does both.
 *
 * @param key 32 bytes.
 * @param iv 16 bytes.
 * @param ciphertext Without the IV, in bytes.
 * @param options `padTo`: the block the sender pads to, 16 bytes (the default) or 32 (DingTalk).
 * @returns The plaintext in an array of its own.
 * @throws {CallbackError} ERR_DECRYPT: no whole blocks, or wrong padding. ERR_CONFIG: as in {@link encryptAes256Cbc}.
 * @throws {TypeError} An argument is not a Uint8Array.
 *
 * @example
 * ```ts
 * import { decryptAes256Cbc } from 'callback-codec/aes-cbc';
 *
 * const key = new Uint8Array(32).fill(1);
 * const iv = new Uint8Array(16).fill(2);
 * try {
 *   decryptAes256Cbc(key, iv, new Uint8Array(16));
 * } catch (error) {
 *   console.log((error as { code: string }).code); // ERR_DECRYPT
 * }
 * ```
 */
export function decryptAes256Cbc(
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
  options: { padTo?: PaddingBlock | undefined } = {},
): Bytes {
  const aes = defaultAesCbc()(requireBytes('key', key, KEY_BYTES));
  requireBytes('iv', iv, AES_BLOCK);
  requireBytes('ciphertext', ciphertext);
  const padTo = requirePadTo(options.padTo);
  return ownPlaintext(decryptPadded(aes, joinIv(iv, ciphertext), padTo));
}

/**
 * Encrypts bytes into Feishu's envelope: base64(iv ‖ ciphertext), PKCS#7 to 16 bytes.
 *
 * @param key 32 bytes.
 * @param plaintext Any length.
 * @param options `iv`: 16 bytes instead of random ones, for tests. `random`: where the IV comes from on a runtime without
 * `crypto.getRandomValues`.
 * @returns Padded base64 of the standard alphabet, on one line.
 * @throws {CallbackError} ERR_CONFIG: key or iv of another length. ERR_RANDOM: no secure random source.
 * @throws {TypeError} An argument is of the wrong type.
 *
 * @example
 * ```ts
 * import { decryptEnvelope, encryptEnvelope } from 'callback-codec/aes-cbc';
 *
 * const key = new Uint8Array(32).fill(1);
 * const envelope = encryptEnvelope(key, Uint8Array.of(104, 105));
 * console.log(envelope.length); // 44: 32 bytes in base64
 * console.log(decryptEnvelope(key, envelope)); // Uint8Array(2) [ 104, 105 ]
 * ```
 */
export function encryptEnvelope(
  key: Uint8Array,
  plaintext: Uint8Array,
  options: { iv?: Uint8Array | undefined; random?: RandomSource | undefined } = {},
): string {
  const aes = defaultAesCbc()(requireBytes('key', key, KEY_BYTES));
  requireBytes('plaintext', plaintext);
  const iv =
    options.iv === undefined ? randomBytes(AES_BLOCK, options.random) : requireBytes('iv', options.iv, AES_BLOCK);
  return encodeBase64(joinIv(iv, encryptPadded(aes, iv, plaintext, 16)));
}

/**
 * Decrypts Feishu's envelope. Unauthenticated: the warning at {@link decryptAes256Cbc} holds.
 *
 * @param key 32 bytes.
 * @param envelope base64(iv ‖ ciphertext): standard alphabet, padded, no white space, spare bits zero.
 * @returns The plaintext in an array of its own.
 * @throws {CallbackError} ERR_DECRYPT: anything wrong with the envelope. ERR_CONFIG: key of another length.
 * @throws {TypeError} An argument is of the wrong type.
 *
 * @example
 * ```ts
 * import { decryptEnvelope } from 'callback-codec/aes-cbc';
 *
 * // The key of Feishu's documentation example: SHA-256 of "test key".
 * const key = Uint8Array.from('fa2bdca424f01f01ffb48df93acc35d439c7fd331a1a7fba6ac2fd83aa9ab31a'.match(/../g)!, (hex) =>
 *   Number.parseInt(hex, 16),
 * );
 * const plaintext = decryptEnvelope(key, 'P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=');
 * console.log(String.fromCharCode(...plaintext)); // hello world
 * ```
 */
export function decryptEnvelope(key: Uint8Array, envelope: string): Bytes {
  const aes = defaultAesCbc()(requireBytes('key', key, KEY_BYTES));
  const ivAndCiphertext = decodeBase64(requireString('envelope', envelope), 0);
  return ownPlaintext(ivAndCiphertext && decryptPadded(aes, ivAndCiphertext, 16));
}

/** In an array of its own, because an engine may cut results from common memory. */
function ownPlaintext(plaintext: Uint8Array | undefined): Bytes {
  if (plaintext === undefined) throw decryptError();
  return new Uint8Array(plaintext);
}

function requirePadTo(padTo: PaddingBlock = 16): PaddingBlock {
  if (padTo !== 16 && padTo !== 32) throw new CallbackError('ERR_CONFIG', 'padTo must be 16 or 32');
  return padTo;
}
