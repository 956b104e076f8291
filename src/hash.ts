// One digest over parts, as lower-case hex: by the host's own hash where it has one, else by noble's. The algorithm comes
// from the caller, so that a bundle of one protocol carries its own hash and no other.
import { encodeHex } from './bytes.ts';
import { bytesHere, type Host, soundest, thisHost } from './host.ts';

/** The part of a noble hash used here. */
export interface NobleHash {
  create(): { update(bytes: Uint8Array): unknown; digest(): Uint8Array };
}

/** Lower-case hex digest of the parts one after another; texts count as their UTF-8 bytes and are well-formed. */
export type HexDigest = (...parts: readonly (string | Uint8Array)[]) => string;

const digestsHere: { [algorithm: string]: HexDigest } = {};

/** The digest of this host, chosen at the algorithm's first use. */
export function hexDigest(algorithm: string, noble: NobleHash, ...parts: readonly (string | Uint8Array)[]): string {
  digestsHere[algorithm] ??= makeHexDigest(thisHost(), algorithm, noble);
  return digestsHere[algorithm](...parts);
}

/** Node's digest where `host` has one that agrees with noble's on a few questions, else noble's. */
export function makeHexDigest(host: Host, algorithm: string, noble: NobleHash): HexDigest {
  const portable: HexDigest = (...parts) => {
    const state = noble.create();
    for (const part of parts)
      state.update(typeof part === 'string' ? (bytesHere().encodeUtf8(part) as Uint8Array) : part);
    return encodeHex(state.digest());
  };
  const questions: (string | Uint8Array)[][] = [['\u4f60\u{1f600}', Uint8Array.of(0, 0x80, 0xff), 'abc']];
  const streaming = soundest([() => nodeStreamingDigest(host, algorithm)], host, portable, questions);
  return soundest([() => nodeOneCallDigest(host, algorithm, streaming)], host, streaming, questions);
}

/** Parts up to this many bytes are put together and hashed in one call, which is twice as fast as a streaming hash. */
const SCRATCH_BYTES = 16_384;

function nodeStreamingDigest({ crypto }: Host, algorithm: string): HexDigest | undefined {
  if (crypto === undefined) return undefined;
  return (...parts) => {
    const state = crypto.createHash(algorithm);
    for (const part of parts) state.update(part);
    return state.digest('hex');
  };
}

/** `streaming` takes the parts that are too long. */
function nodeOneCallDigest({ crypto, buffer }: Host, algorithm: string, streaming: HexDigest): HexDigest | undefined {
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
