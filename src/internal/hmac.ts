// HMAC-SHA-256 (RFC 2104) by the runtime's own where it has one, else by noble's.
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { encodeBase64 } from './encoding/base64.ts';
import { encodeUtf8 } from './encoding/utf8.ts';
import { firstSound, type Runtime, thisRuntime } from './runtime.ts';

/** In base64; texts count as their UTF-8 bytes and are well-formed. */
export type HmacBase64 = (key: string, message: string | Uint8Array) => string;

let hmacHere: HmacBase64 | undefined;

/** The HMAC that runs here, chosen at first use. */
export function hmacSha256Base64(key: string, message: string | Uint8Array): string {
  hmacHere ??= makeHmacSha256Base64(thisRuntime());
  return hmacHere(key, message);
}

export function makeHmacSha256Base64(runtime: Runtime): HmacBase64 {
  return firstSound<Parameters<HmacBase64>, string>([nodeHmac], runtime, nobleHmac, [
    ['\u4f60', 'abc\n\u{1f600}'],
    ['k'.repeat(65), Uint8Array.of(0, 0x80, 0xff)],
  ]);
}

function nobleHmac(key: string, message: string | Uint8Array): string {
  return encodeBase64(hmac(sha256, encodeUtf8(key), typeof message === 'string' ? encodeUtf8(message) : message));
}

function nodeHmac({ crypto }: Runtime): HmacBase64 | undefined {
  return crypto && ((key, message) => crypto.createHmac('sha256', key).update(message).digest('base64'));
}
