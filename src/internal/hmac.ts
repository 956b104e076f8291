// HMAC-SHA-256 (RFC 2104) by the runtime's own where it has one, else on noble's SHA-256. Beside digest.ts and not in it, so
// that the bundle of a platform carries the one that it uses.
import { _SHA256 } from '@noble/hashes/sha2.js';
import { encodeBase64 } from './encoding/portable.ts';
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
  return firstSound<Parameters<HmacBase64>, string>([nodeHmac], runtime, portableHmac, [
    [['\u4f60', 'abc\n\u{1f600}'], 'bFR/GJSavecRpn1dvtguujvMlU3fKnsHbzjRv/5SY7c='],
    [['k'.repeat(65), Uint8Array.of(0, 0x80, 0xff)], '1oMuKO9D9fTfuY+/Md/dyq4B4ORXuH89Uu2s21NFN60='],
  ]);
}

/** Bytes of a block of SHA-256. */
const BLOCK = 64;

/** RFC 2104 section 2. */
function portableHmac(key: string, message: string | Uint8Array): string {
  const keyBytes = encodeUtf8(key);
  const padded = new Uint8Array(BLOCK);
  padded.set(keyBytes.length > BLOCK ? new _SHA256().update(keyBytes).digest() : keyBytes);
  const keyed = (pad: number, bytes: Uint8Array) =>
    new _SHA256()
      .update(padded.map((byte) => byte ^ pad))
      .update(bytes)
      .digest();
  return encodeBase64(keyed(0x5c, keyed(0x36, typeof message === 'string' ? encodeUtf8(message) : message)));
}

function nodeHmac({ crypto }: Runtime): HmacBase64 | undefined {
  return crypto && ((key, message) => crypto.createHmac('sha256', key).update(message).digest('base64'));
}
