// WXBizMsgCrypt, the scheme that DingTalk, WeCom and WeChat share: AES-256-CBC over
// prefix(16) ‖ length(4, big-endian) ‖ utf8(text) ‖ utf8(receiver), padded to 32 bytes, the IV the first half of the key;
// and SHA-1 over sorted parts.
// https://open.dingtalk.com/document/development/callback-event-message-body-encryption-and-decryption
import { AES_BLOCK, type AesCbc, type AesCbcEngine } from './aes/engine.ts';
import { decryptPadded, paddingLength } from './aes/pkcs7.ts';
import { requireBytes, requireSecret, requireString, requireText } from './arguments.ts';
import { type HexDigest, sha1Here } from './digest.ts';
import { decodeBase64, encodeBase64 } from './encoding/base64.ts';
import { decodeSextets, utf8Length, withoutAsciiWhitespace } from './encoding/portable.ts';
import { decodeUtf8, isWellFormed, writeUtf8 } from './encoding/utf8.ts';
import { engineDigest } from './engine-digest.ts';
import { CallbackError, decryptError } from './errors.ts';
import { type RandomSource, randomAlphanumericBytes } from './random.ts';
import { missingParameter, type Parameters, readParameter } from './request.ts';
import type { Bytes } from './runtime.ts';
import { returnScratch, takeScratch } from './scratch.ts';
import { timingSafeEqual } from './timing-safe-equal.ts';

/** AES with its key, and the IV that comes from the key. */
export interface BizMsgCipher {
  readonly aes: AesCbc;
  readonly iv: Uint8Array;
}

/** A message, and whom it is for: an ownerKey, receiveid or appid. */
export interface BizMsg {
  readonly text: string;
  readonly receiver: string;
}

/** ERR_CONFIG for anything but the 43 characters of a console. */
export function bindEncodingAesKey(engine: AesCbcEngine, encodingAesKey: unknown): BizMsgCipher {
  const key = decodeEncodingAesKey(encodingAesKey);
  return { aes: engine(key), iv: key.slice(0, AES_BLOCK) };
}

/**
 * 43 characters carry 258 bits for a key of 256. The official encoders ignore the two spare bits, which are not zero in
 * three of four keys, those of the documentation among them.
 */
function decodeEncodingAesKey(encodingAesKey: unknown): Bytes {
  const text = requireString('encodingAesKey', encodingAesKey ?? '');
  const key = text.length === 43 ? decodeSextets(text, 43) : undefined;
  if (key !== undefined) return key;
  throw new CallbackError(
    'ERR_CONFIG',
    `encodingAesKey must be the 43 characters of the console (A-Z, a-z, 0-9, +, /), got ${keyMistake(text)}`,
  );
}

/** What is wrong with a key, without showing it. */
function keyMistake(text: string): string {
  if (text === '') return 'none: is the variable that it comes from set?';
  if (/^\s|\s$/.test(text)) return `${text.length} with white space at an end`;
  if (text.endsWith('=')) return `${text.length} with "=" at the end`;
  return text.length === 43 ? '43 with others among them' : `${text.length}`;
}

/** One id, or a list of them. An empty id is legal only for those who say so. */
export function requireReceivers(
  name: string,
  value: unknown,
  read: (name: string, id: unknown) => string = requireSecret,
): readonly [string, ...string[]] {
  const [first, ...others]: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (Array.isArray(value) && value.length === 0)
    throw new CallbackError('ERR_CONFIG', `${name} must not be an empty list`);
  return [read(name, first), ...others.map((id) => read(name, id))];
}

/** What signs. */
export interface BizMsgSigner {
  readonly token: string;
  readonly sha1: HexDigest;
}

/** With the hash that the engine brings, where the runtime has none. */
export function bindSigner(token: string, engine?: AesCbcEngine): BizMsgSigner {
  return { token, sha1: engineDigest(engine?.digest, 'sha1', sha1Here()) };
}

/**
 * SHA-1 of the token and the parts sorted by code unit and joined, in lower-case hex. What signs no ciphertext has `''`
 * for it.
 */
export function bizMsgSignature(
  { token, sha1 }: BizMsgSigner,
  timestamp: string,
  nonce: string,
  encrypt: string,
): string {
  // A network of five comparisons: both pairs, the lowest and the highest of all, and what is left.
  const [low1, high1] = token < encrypt ? [token, encrypt] : [encrypt, token];
  const [low2, high2] = timestamp < nonce ? [timestamp, nonce] : [nonce, timestamp];
  const [first, second] = low1 < low2 ? [low1, low2] : [low2, low1];
  const [third, last] = high1 < high2 ? [high1, high2] : [high2, high1];
  return sha1(first + (second < third ? second + third : third + second) + last);
}

/** Text of a sender's JSON, where an escape can write half of a surrogate pair: that has no UTF-8 form to be signed. */
export function requireSignable(name: string, text: string): string {
  if (!isWellFormed(text)) throw new CallbackError('ERR_REQUEST', `${name} holds half of a surrogate pair`);
  return text;
}

/** ERR_SIGNATURE unless `signature` is that of the parts. */
export function requireBizMsgSignature(
  signature: string,
  signer: BizMsgSigner,
  timestamp: string,
  nonce: string,
  encrypt: string,
): void {
  if (!timingSafeEqual(signature, bizMsgSignature(signer, timestamp, nonce, encrypt))) {
    throw new CallbackError(
      'ERR_SIGNATURE',
      'the signature does not match: check the token, and that nothing changed query or body (+ to a space, say)',
    );
  }
}

/** What the URL says of the signature, as far as it is there. */
export interface SentSignature {
  readonly signature: string | undefined;
  readonly timestamp: string | undefined;
  readonly nonce: string | undefined;
  /** What to say of one that is not there. */
  missing(name: 'signature' | 'timestamp' | 'nonce'): CallbackError;
}

/** Reads the parameters, which may go by several names. */
export function readSentSignature(
  parameters: Parameters,
  signatureNames: readonly string[],
  timestampNames: readonly string[] = ['timestamp'],
): SentSignature {
  const names = { signature: signatureNames, timestamp: timestampNames, nonce: ['nonce'] };
  return {
    signature: readParameter(parameters, ...signatureNames),
    timestamp: readParameter(parameters, ...timestampNames),
    nonce: readParameter(parameters, 'nonce'),
    missing: (name) => new CallbackError('ERR_SIGNATURE', missingParameter(parameters, names[name].join(' or '))),
  };
}

/** Timestamp and nonce under a signature that holds. */
export function requireSentSignature(
  { signature, timestamp, nonce, missing }: SentSignature,
  signer: BizMsgSigner,
  encrypt: string,
): { timestamp: string; nonce: string } {
  if (signature === undefined) throw missing('signature');
  if (timestamp === undefined) throw missing('timestamp');
  if (nonce === undefined) throw missing('nonce');
  requireBizMsgSignature(signature, signer, timestamp, nonce, encrypt);
  return { timestamp, nonce };
}

/** Where the text starts: behind 16 bytes of prefix and 4 of length. */
const HEADER_BYTES = 20;

const ROOM_FOR_HEADER = '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0';

/** What plaintext is padded to, in bytes. */
const PADDING_BLOCK = 32;

/** Base64 on one line. `prefix` is 16 bytes, verbatim; without one, 16 random characters. */
export function encryptBizMsg(
  { aes, iv }: BizMsgCipher,
  text: string,
  receiver: string,
  { prefix, random }: { prefix?: Uint8Array | undefined; random?: RandomSource | undefined },
): string {
  requireText('text', text);
  const ownPrefix = prefix === undefined ? randomAlphanumericBytes(random) : requireBytes('prefix', prefix, 16);
  const all = ROOM_FOR_HEADER + text + receiver; // encoded at once
  const bytes = takeScratch(3 * all.length + PADDING_BLOCK);
  const length = writeUtf8(all, bytes, 0);
  bytes.set(ownPrefix);
  writeUint32(bytes, 16, length - HEADER_BYTES - utf8Length(receiver));
  const padded = length + paddingLength(length, PADDING_BLOCK);
  bytes.fill(padded - length, length, padded);
  try {
    return encodeBase64(aes.encrypt(iv, bytes.subarray(0, padded)));
  } finally {
    returnScratch(bytes, padded);
  }
}

/** ERR_DECRYPT for whatever is wrong; whom the message is for is the caller's to compare. */
export function decryptBizMsg({ aes, iv }: BizMsgCipher, encrypt: string): BizMsg {
  // White space is what MIME encoders put in: rare, and looking for it costs as much as decoding.
  const ivAndCiphertext = decodeBase64(encrypt, AES_BLOCK) ?? decodeBase64(withoutAsciiWhitespace(encrypt), AES_BLOCK);
  ivAndCiphertext?.set(iv);
  const plaintext = ivAndCiphertext && decryptPadded(aes, ivAndCiphertext, PADDING_BLOCK);
  if (plaintext === undefined || plaintext.length < HEADER_BYTES) throw decryptError();
  const end = HEADER_BYTES + readUint32(plaintext, 16);
  if (end > plaintext.length) throw decryptError();
  const text = decodeUtf8(plaintext, HEADER_BYTES, end);
  const receiver = decodeUtf8(plaintext, end, plaintext.length);
  if (text === undefined || receiver === undefined) throw decryptError();
  return { text, receiver };
}

/** What decrypting needs: the key, and whom messages may be for. */
export interface BizMsgKeys {
  readonly cipher: BizMsgCipher;
  readonly receivers: readonly [string, ...string[]];
}

/** The same for one of the receivers; `ownerError` makes the refusal of a message for another. */
export function decryptOwnBizMsg(
  { cipher, receivers }: BizMsgKeys,
  encrypt: string,
  ownerError: (receiver: string) => CallbackError,
): BizMsg {
  const message = decryptBizMsg(cipher, encrypt);
  if (!receivers.includes(message.receiver)) throw ownerError(message.receiver);
  return message;
}

/** Unsigned, big-endian; without a DataView, which costs more than all that it would write and read. */
function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = value >>> (24 - 8 * i);
}

function readUint32(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + 4; i++) value = value * 256 + (bytes[i] as number);
  return value;
}
