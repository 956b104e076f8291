// The digest of a codec that is given an engine: the runtime's own, else that of the engine, else noble's. Apart from
// digest.ts, so that codecs that take no engine do not carry it.
import type { EngineDigest } from './aes/engine.ts';
import { type HexDigest, longestLength, SCRATCH_BYTES, writeParts } from './digest.ts';
import { encodeHex } from './encoding/hex.ts';
import { writeUtf8 } from './encoding/utf8.ts';

/** `here`: what runs where the engine brings none. */
export function engineDigest(
  engine: EngineDigest | undefined,
  algorithm: 'sha256' | 'sha1',
  here: HexDigest,
): HexDigest {
  if (engine === undefined || !here.isPortable) return here;
  return (...parts) => hashParts(engine, algorithm, parts);
}

let scratch: Uint8Array | undefined;

function hashParts(
  engine: EngineDigest,
  algorithm: 'sha256' | 'sha1',
  parts: readonly (string | Uint8Array)[],
): string {
  const room = longestLength(parts);
  scratch ??= new Uint8Array(SCRATCH_BYTES);
  const bytes = room > SCRATCH_BYTES ? new Uint8Array(room) : scratch;
  const length = writeParts(parts, bytes, writeUtf8);
  try {
    // Read before the memory is wiped: zeros of an engine that answers in it would be a signature that anyone knows.
    return encodeHex(engine(algorithm, bytes.subarray(0, length)));
  } finally {
    bytes.fill(0, 0, length); // the parts hold a secret
  }
}
