// Measures whether the time of decryption and hashes depends on the key or the text: Welch's t-test between a class of
// one fixed input and a class of random inputs, in random order. The table-driven noble engine is the
// control: it must fail, or the test could not have seen anything.
// Runs on the built files: node test/constant-time/timing.mjs [samples]
import { randomBytes } from 'node:crypto';
import { nobleAesCbc } from '../../dist/aes-cbc.js';
import { createSimdAesCbc } from '../../dist/simd.js';

const SAMPLES = Number(process.argv[2] ?? 60000);
const BLOCKS = 40; // the kernel takes 32 at once and the rest in eights
const LIMIT = 10;

/** |t| between the times of `run` on one input again and again and on random inputs. */
function welch(size, run) {
  const fixed = randomBytes(size);
  const input = new Uint8Array(size); // both classes are read from one place, just written
  const order = randomBytes(SAMPLES);
  const times = [[], []];
  for (let i = 0; i < SAMPLES; i++) {
    const kind = order[i] & 1;
    const random = randomBytes(size);
    input.set(kind === 0 ? fixed : random);
    const start = process.hrtime.bigint();
    run(input);
    const time = Number(process.hrtime.bigint() - start);
    if (i >= SAMPLES / 10) times[kind].push(time);
  }
  // Interruptions are cut off at a bound common to both classes.
  const all = times.flat().sort((a, b) => a - b);
  const bound = all[Math.floor(all.length * 0.9)];
  const [a, b] = times.map((list) => {
    const kept = list.filter((time) => time <= bound);
    const mean = kept.reduce((sum, time) => sum + time, 0) / kept.length;
    const variance = kept.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (kept.length - 1);
    return { mean, error: variance / kept.length };
  });
  return Math.abs(a.mean - b.mean) / Math.sqrt(a.error + b.error);
}

const simd = createSimdAesCbc();
if (simd.kind !== 'simd') throw new Error('there is no SIMD here');

const key = new Uint8Array(randomBytes(32));
const text = new Uint8Array(randomBytes(16 * (BLOCKS + 1)));

let failed = false;
for (const [name, engine] of [
  ['simd', simd],
  ['noble (control)', nobleAesCbc],
]) {
  const bound = engine(key);
  const results = {
    texts: welch(text.length, (input) => bound.decrypt(input)),
    keys: welch(key.length, (input) => engine(input).decrypt(text)),
    ...(engine === simd && {
      'SHA-256': welch(text.length, (input) => engine.digest('sha256', input)),
      'SHA-1': welch(text.length, (input) => engine.digest('sha1', input)),
    }),
  };
  for (const [what, t] of Object.entries(results)) {
    const ok = engine === simd ? t < LIMIT : t > LIMIT;
    failed ||= !ok;
    console.log(
      `${ok ? 'ok  ' : 'FAIL'} ${name}, ${what}: |t| = ${t.toFixed(1)}, must be ${engine === simd ? 'below' : 'above'} ${LIMIT}`,
    );
  }
}
process.exit(failed ? 1 : 0);
