// node test/differential/digests.mjs [cases = 1,000,000] [seed]
// The kernel's SHA-256 and SHA-1 beside node:crypto and noble, on random bytes of random lengths, on the built files. The
// unit tests run some of it on the sources.
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';

const noble = { sha256, sha1 };
/** One in 20,000 is longer than the window of 32 KiB, and noble takes part in every tenth case of those that are long. */
const LONGEST = 200_000;

/** Throws at the first difference; gives how many cases there were, and of how many bytes. */
export function compareDigests(digest, cases, seed) {
  const random = mulberry32(seed);
  const source = new Uint8Array(LONGEST);
  for (let i = 0; i < LONGEST; i++) source[i] = 256 * random();
  let hashed = 0;
  for (let i = 0; i < cases; i++) {
    const kind = random();
    const length = Math.floor(random() * (kind < 0.00005 ? LONGEST : kind < 0.001 ? 40_000 : kind < 0.2 ? 1500 : 300));
    const at = Math.floor(random() * (LONGEST - length));
    source[at] ^= 1 + 255 * random(); // so that no two are the same
    const bytes = source.subarray(at, at + length);
    const algorithm = random() < 0.5 ? 'sha256' : 'sha1';
    const ours = Buffer.from(digest(algorithm, bytes)).toString('hex');
    const theirs = createHash(algorithm).update(bytes).digest('hex');
    const third = length < 2000 || i % 10 === 0 ? Buffer.from(noble[algorithm](bytes)).toString('hex') : theirs;
    if (ours !== theirs || theirs !== third) {
      throw new Error(`case ${i} of seed ${seed}: ${algorithm} of ${length} bytes: ${ours}, ${theirs}, ${third}`);
    }
    hashed += length;
  }
  return { cases, hashed };
}

function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const cases = Number(process.argv[2] ?? 1_000_000);
  const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
  const { createSimdAesCbc } = await import('../../dist/simd.js');
  const engine = createSimdAesCbc();
  if (engine.kind !== 'simd') throw new Error('there is no SIMD here');
  console.log(`seed ${seed}`);
  const { hashed } = compareDigests(engine.digest, cases, seed);
  console.log(`${cases} digests of ${hashed} bytes, no difference to node:crypto and noble`);
}
