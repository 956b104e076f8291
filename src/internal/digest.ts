// Digests by the runtime's own hash where it has one, else by noble's. One function an algorithm, so that a bundle of one
// protocol carries its own hash and no other.
import { _SHA1 } from '@noble/hashes/legacy.js';
import { _SHA256 } from '@noble/hashes/sha2.js';
import { encodeHex } from './encoding/hex.ts';
import type { WriteUtf8 } from './encoding/native.ts';
import { encodeUtf8 } from './encoding/utf8.ts';
import { firstSound, type Runtime, thisRuntime } from './runtime.ts';

/**
 * Lower-case hex digest of the parts one after another; texts count as their UTF-8 bytes and are well-formed. `isPortable`:
 * noble's, because the runtime has none.
 */
export type HexDigest = ((...parts: readonly (string | Uint8Array)[]) => string) & { readonly isPortable?: true };

let sha1: HexDigest | undefined;
let sha256: HexDigest | undefined;

/** The digest that runs here, chosen at first use. */
export function sha1Here(): HexDigest {
  sha1 ??= makeSha1Hex(thisRuntime());
  return sha1;
}

export function sha256Here(): HexDigest {
  sha256 ??= makeSha256Hex(thisRuntime());
  return sha256;
}

/** How long the parts may be as bytes. */
export function longestLength(parts: readonly (string | Uint8Array)[]): number {
  let longest = 0;
  for (const part of parts) longest += typeof part === 'string' ? 3 * part.length : part.length;
  return longest;
}

/** Puts the parts one after another into memory that has room for them; gives their length in bytes. */
export function writeParts(parts: readonly (string | Uint8Array)[], into: Uint8Array, writeText: WriteUtf8): number {
  let length = 0;
  for (const part of parts) {
    if (typeof part === 'string') {
      length += writeText(part, into, length);
    } else {
      into.set(part, length);
      length += part.length;
    }
  }
  return length;
}

export function makeSha1Hex(runtime: Runtime): HexDigest {
  return makeHexDigest(runtime, 'sha1', _SHA1, '30cb7c5f583de86340d31c6baebed994fc8e0670');
}

export function makeSha256Hex(runtime: Runtime): HexDigest {
  return makeHexDigest(runtime, 'sha256', _SHA256, '14e619e83fb9b9ebf2ab5487ad5e0391bf7594e6e60e32ab10e113d628788c24');
}

/** The part of noble's hashes that is used here. */
type NobleHash = new () => { update(bytes: Uint8Array): unknown; digest(): Uint8Array };

/** Node's digest where the runtime has one that gives `answer` to both questions, else noble's. */
function makeHexDigest(runtime: Runtime, algorithm: string, Noble: NobleHash, answer: string): HexDigest {
  const byNoble = (...parts: readonly (string | Uint8Array)[]) => {
    const state = new Noble();
    for (const part of parts) state.update(typeof part === 'string' ? encodeUtf8(part) : part);
    return encodeHex(state.digest());
  };
  const portable: HexDigest = Object.assign(byNoble, { isPortable: true } as const);
  const answers = [
    [['\u4f60\u{1f600}', Uint8Array.of(0, 0xc3, 0xa9), 'abc'], answer],
    [['\u4f60\u{1f600}\0\u00e9abc'], answer],
  ] as const;
  const stream = () => nodeStreamingDigest(runtime, algorithm);
  const makeStreaming = () => firstSound([stream], runtime, portable, answers);
  return firstSound([() => nodeOneCallDigest(runtime, algorithm, makeStreaming), stream], runtime, portable, answers);
}

/**
 * Parts that cannot be longer than this many bytes, three for each character, are put together and hashed in one call, which
 * is twice as fast as a streaming hash.
 */
const SCRATCH_BYTES = 16_384;

/** Up to so many characters Node hashes a text faster than its bytes. */
const SHORT_TEXT = 1024;

function nodeStreamingDigest({ crypto }: Runtime, algorithm: string): HexDigest | undefined {
  if (crypto === undefined) return undefined;
  return (...parts) => {
    const state = crypto.createHash(algorithm);
    for (const part of parts) state.update(part);
    return state.digest('hex');
  };
}

/** Parts that are too long go to a streaming digest, which is made for the first of them. */
function nodeOneCallDigest(
  { crypto, buffer }: Runtime,
  algorithm: string,
  makeStreaming: () => HexDigest,
): HexDigest | undefined {
  const hash = crypto?.hash;
  if (hash === undefined || buffer === undefined) return undefined;
  let streaming: HexDigest | undefined;
  const scratch = buffer.Buffer.from(new ArrayBuffer(SCRATCH_BYTES), 0, SCRATCH_BYTES);
  const writeText: WriteUtf8 = (text, _, at) => scratch.write(text, at);
  return (...parts) => {
    const [first] = parts;
    if (parts.length === 1 && typeof first === 'string' && first.length <= SHORT_TEXT) {
      return hash(algorithm, first, 'hex');
    }
    if (longestLength(parts) > SCRATCH_BYTES) {
      streaming ??= makeStreaming();
      return streaming(...parts);
    }
    const length = writeParts(parts, scratch, writeText);
    const digest = hash(algorithm, scratch.subarray(0, length), 'hex');
    scratch.fill(0, 0, length); // the parts hold a secret
    return digest;
  };
}
