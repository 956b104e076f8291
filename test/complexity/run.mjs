// `npm run test:complexity`: doubling the input at most doubles the time, and memory stays within a multiple of the input.
//
// Time: the least processor time of several runs at each size. The median doubling may take GROWTH times as long, all of
// them together SLACK times what linear work would: linear work grows by 2 a doubling, more where a cache ends or garbage
// collection sets in, which is at one size, and quadratic work by 4 at each. What grows faster is measured again, at most
// twice: other processes only ever add time, so that the least of all is the truest.
// Memory: how far a process that has made its input of 16 MiB rises above that during the call (Linux only).
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { controls, subjects } from './subjects.mjs';

const GROWTH = 2.9;
const SLACK = 4;
/** In bytes of peak memory, garbage not yet collected included, for each byte of input. */
const MULTIPLE = 8;
const MEMORY_INPUT = 16 * 2 ** 20;
/** Calls that only look at a length, or hand on what they are given. */
const CONSTANT_MS = 1;

const all = [...subjects, ...controls];
const [mode, wanted] = process.argv.slice(2);

const memoryOf = (field) =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;

if (mode === '--peak') {
  const call = all.find(({ name }) => name === wanted).prepare(MEMORY_INPUT);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  for (let i = 0; i < 3; i++) {
    collect();
    await setTimeout(100); // pages are given back in the background
  }
  writeFileSync('/proc/self/clear_refs', '5'); // from here on the peak counts anew
  const before = memoryOf('VmRSS');
  call();
  console.log(memoryOf('VmHWM') - before);
  process.exit();
}

/** Least processor milliseconds of a call. */
function shortest(call) {
  let best = Number.POSITIVE_INFINITY;
  let spent = 0;
  for (let run = 0; run < 3 || (run < 20 && spent < 300); run++) {
    const start = process.cpuUsage();
    call();
    const { user, system } = process.cpuUsage(start);
    spent += (user + system) / 1000;
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

function growthOf({ sizes, prepare }) {
  const times = sizes.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; ; round++) {
    for (const [index, size] of sizes.entries()) times[index] = Math.min(times[index], shortest(prepare(size)));
    const ratios = times.slice(1).map((time, index) => time / times[index]);
    const growth = ratios.toSorted((a, b) => a - b)[ratios.length >> 1];
    const slack = times.at(-1) / times[0] / 2 ** ratios.length;
    const isLinear = growth <= GROWTH && slack <= SLACK;
    if (round === 2 || isLinear || times.at(-1) < CONSTANT_MS) return { growth, isLinear, times };
  }
}

function peak(name) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [import.meta.filename, '--peak', name], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return Number(stdout);
}

let passed = 0;
let failed = 0;
let skipped = 0;
function report(name, holds, figures) {
  const isRight = holds !== name.startsWith('control');
  if (isRight) passed++;
  else failed++;
  console.log(`${isRight ? 'ok    ' : 'FAILED'} ${name.padEnd(52)} ${figures}`);
}

for (const subject of all) {
  const { name, kind, sizes } = subject;
  if (mode !== undefined && !name.includes(mode)) continue;
  if (sizes.length > 0) {
    const { growth, isLinear, times } = growthOf(subject);
    const last = times.at(-1);
    const figures = `${times.map((time) => time.toFixed(2)).join(' ')} ms`;
    if (kind === 'constant' || last < CONSTANT_MS) report(name, last < CONSTANT_MS, `constant: ${figures}`);
    else report(name, isLinear, `x ${growth.toFixed(2)} a doubling: ${figures}`);
  }
  if (kind === 'memory' && !existsSync('/proc/self/clear_refs')) {
    skipped++;
    console.log(`skip   ${name.padEnd(52)} this system does not tell the peak of memory`);
  } else if (kind === 'memory') {
    const multiple = peak(name) / MEMORY_INPUT;
    report(name, multiple <= MULTIPLE, `${multiple.toFixed(1)} bytes a byte`);
  }
}
console.log(
  `${passed} passed, ${failed} failed, ${skipped} skipped, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`,
);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
