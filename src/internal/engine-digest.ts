// The digest of a codec that is given an engine: the runtime's own, else that of the engine, else noble's. Apart from
// digest.ts, so that codecs that take no engine do not carry it.
import type { EngineDigest } from './aes/engine.ts';
import { type HexDigest, longestLength, writeParts } from './digest.ts';
import { encodeHex } from './encoding/hex.ts';
import { writeUtf8 } from './encoding/utf8.ts';
import { returnScratch, takeScratch } from './scratch.ts';

/** `here`: what runs where the engine brings none. */
export function engineDigest(
  engine: EngineDigest | undefined,
  algorithm: 'sha256' | 'sha1',
  here: HexDigest,
): HexDigest {
  if (engine === undefined || !here.isPortable) return here;
  return (...parts) => hashParts(engine, algorithm, parts);
}

function hashParts(
  engine: EngineDigest,
  algorithm: 'sha256' | 'sha1',
  parts: readonly (string | Uint8Array)[],
): string {
  const bytes = takeScratch(longestLength(parts));
  const length = writeParts(parts, bytes, writeUtf8);
  try {
    // Read before the memory is wiped: zeros of an engine that answers in it would be a signature that anyone knows.
    return encodeHex(engine(algorithm, bytes.subarray(0, length)));
  } finally {
    returnScratch(bytes, length); // wiped: the parts hold a secret
  }
}
