// Digests by the runtime's own hash where it has one, else by noble's. The algorithm comes from the caller, so that a bundle
// of one protocol carries its own hash and no other.
import { encodeHex } from './encoding/hex.ts';
import { encodeUtf8 } from './encoding/utf8.ts';
import { firstSound, type Runtime, thisRuntime } from './runtime.ts';

/** The part of a noble hash used here. */
export interface NobleHash {
  create(): { update(bytes: Uint8Array): unknown; digest(): Uint8Array };
}

/** Lower-case hex digest of the parts one after another; texts count as their UTF-8 bytes and are well-formed. */
export type HexDigest = (...parts: readonly (string | Uint8Array)[]) => string;

const digests: { [algorithm: string]: HexDigest } = {};

/** The digest that runs here, chosen at the algorithm's first use. */
export function hexDigest(algorithm: string, noble: NobleHash, ...parts: readonly (string | Uint8Array)[]): string {
  digests[algorithm] ??= makeHexDigest(thisRuntime(), algorithm, noble);
  return digests[algorithm](...parts);
}

/** Node's digest where the runtime has one that agrees with noble's, else noble's. */
export function makeHexDigest(runtime: Runtime, algorithm: string, noble: NobleHash): HexDigest {
  const portable: HexDigest = (...parts) => {
    const state = noble.create();
    for (const part of parts) state.update(typeof part === 'string' ? encodeUtf8(part) : part);
    return encodeHex(state.digest());
  };
  const questions: (string | Uint8Array)[][] = [['\u4f60\u{1f600}', Uint8Array.of(0, 0x80, 0xff), 'abc']];
  const streaming = firstSound([() => nodeStreamingDigest(runtime, algorithm)], runtime, portable, questions);
  return firstSound([() => nodeOneCallDigest(runtime, algorithm, streaming)], runtime, streaming, questions);
}

/** Parts up to this many bytes are put together and hashed in one call, which is twice as fast as a streaming hash. */
const SCRATCH_BYTES = 16_384;

function nodeStreamingDigest({ crypto }: Runtime, algorithm: string): HexDigest | undefined {
  if (crypto === undefined) return undefined;
  return (...parts) => {
    const state = crypto.createHash(algorithm);
    for (const part of parts) state.update(part);
    return state.digest('hex');
  };
}

/** `streaming` takes the parts that are too long. */
function nodeOneCallDigest(
  { crypto, buffer }: Runtime,
  algorithm: string,
  streaming: HexDigest,
): HexDigest | undefined {
  const hash = crypto?.hash;
  if (hash === undefined || buffer === undefined) return undefined;
  const scratch = buffer.Buffer.from(new ArrayBuffer(SCRATCH_BYTES), 0, SCRATCH_BYTES);
  return (...parts) => {
    let longest = 0;
    for (const part of parts) longest += typeof part === 'string' ? 3 * part.length : part.length;
    if (longest > SCRATCH_BYTES) return streaming(...parts);
    let length = 0;
    for (const part of parts) {
      if (typeof part === 'string') {
        length += scratch.write(part, length);
      } else {
        scratch.set(part, length);
        length += part.length;
      }
    }
    const digest = hash(algorithm, scratch.subarray(0, length), 'hex');
    scratch.fill(0, 0, length); // the parts hold a secret
    return digest;
  };
}
