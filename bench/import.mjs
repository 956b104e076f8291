// npm run bench:import
// What importing costs: each module in fresh processes, alternating, against an empty module; medians. Fails if an entry
// of ours needs more than the noble modules in it need by themselves, beyond the noise of the measurement.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { median, quantile, shuffled } from './harness.mjs';
import { here, installPackage, installRivals, packageName, work } from './install.mjs';

const rounds = 40;

installRivals();
const { exports } = installPackage();
const hasSimd = Boolean(exports['./simd']);

const aes = '@noble/ciphers/aes.js';
const sha256 = '@noble/hashes/sha2.js';
const sha1 = '@noble/hashes/legacy.js';

/** What is imported, and for ours which noble modules are in it. `share`: how much of their time it may take. */
const subjects = [
  { name: 'an empty module', imports: [] },
  { name: packageName, imports: [packageName], noble: [aes, sha256, sha1] },
  { name: `${packageName}/feishu`, imports: [`${packageName}/feishu`], noble: [aes, sha256] },
  { name: `${packageName}/dingtalk`, imports: [`${packageName}/dingtalk`], noble: [aes, sha1] },
  { name: `${packageName}/wecom`, imports: [`${packageName}/wecom`], noble: [aes, sha1] },
  { name: `${packageName}/wechat`, imports: [`${packageName}/wechat`], noble: [aes, sha1] },
  { name: `${packageName}/aes-cbc`, imports: [`${packageName}/aes-cbc`], noble: [aes] },
  {
    name: `${packageName}/tencent-chat`,
    imports: [`${packageName}/tencent-chat`],
    noble: [aes, sha256, sha1],
    share: 0.5,
  },
  ...(hasSimd ? [{ name: `${packageName}/simd`, imports: [`${packageName}/simd`], noble: [aes] }] : []),
  { name: 'noble: aes, sha2, legacy', imports: [aes, sha256, sha1] },
  { name: 'noble: aes, sha2', imports: [aes, sha256] },
  { name: 'noble: aes, legacy', imports: [aes, sha1] },
  { name: 'noble: aes', imports: [aes] },
  { name: '@larksuiteoapi/node-sdk', imports: ['@larksuiteoapi/node-sdk'] },
  { name: 'dingtalk-encrypt', imports: ['dingtalk-encrypt'] },
].map((subject, i) => {
  const file = join(work, `import-${i}.mjs`);
  writeFileSync(file, subject.imports.map((module) => `import '${module}';\n`).join(''));
  return { ...subject, file, milliseconds: [] };
});

const inFreshProcess = (script, ...args) =>
  Number(
    execFileSync(process.execPath, ['--input-type=module', '-e', script, ...args], { cwd: here, encoding: 'utf8' }),
  );
const timeImport = (file) =>
  inFreshProcess(
    'const start = performance.now(); await import(process.argv[1]); console.log(performance.now() - start);',
    file,
  );

for (const { file } of subjects) timeImport(file); // files into the system's cache
for (let round = 0; round < rounds; round++) {
  for (const subject of shuffled(subjects)) subject.milliseconds.push(timeImport(subject.file));
}

const [empty] = subjects;
const failures = [];
const differences = (a, b, share = 1) =>
  a.milliseconds.map((time, i) => {
    const nothing = empty.milliseconds[i];
    return time - nothing - share * (b.milliseconds[i] - nothing);
  });
/** The lower end of the notch of a box plot: below it the median does not lie, by 95 %. */
const surelyAbove = (numbers) =>
  median(numbers) - (1.57 * (quantile(numbers, 0.75) - quantile(numbers, 0.25))) / Math.sqrt(numbers.length);

console.log(`Node ${process.versions.node}, ${rounds} runs each: ms above an empty module (quartiles)`);
for (const subject of subjects.slice(1)) {
  const above = subject.milliseconds.map((time, i) => time - empty.milliseconds[i]);
  const shown = [0.5, 0.25, 0.75].map((q) => quantile(above, q).toFixed(1));
  let line = `${subject.name.padEnd(32)} ${shown[0].padStart(6)}  (${shown[1]}–${shown[2]})`.padEnd(58);
  if (subject.noble) {
    const { share } = subject;
    const needed = subjects.find(({ imports }) => String(imports) === String(subject.noble));
    const more = differences(subject, needed, share);
    const pass = surelyAbove(more) <= 0;
    const limit = `${share ? `${share} × ` : ''}"${needed.name}"`;
    line += ` ${median(more) < 0 ? '' : '+'}${median(more).toFixed(1)} beside ${limit}: ${pass ? 'pass' : 'MISS'}`;
    if (!pass) failures.push(`${subject.name} takes surely longer than ${limit}`);
  }
  console.log(line);
}

if (hasSimd) {
  const check = (what, value, limit, unit) => {
    console.log(`${what}: ${value} ${unit} ≤ ${limit} ${value <= limit ? 'pass' : 'MISS'}`);
    if (!(value <= limit)) failures.push(`${what} is ${value} ${unit}`);
  };
  const firstCall = `
    const { createSimdAesCbc } = await import('${packageName}/simd');
    const ivAndBlocks = new Uint8Array(16 + 1024);
    const start = performance.now();
    createSimdAesCbc()(new Uint8Array(32)).decrypt(ivAndBlocks);
    console.log(performance.now() - start);`;
  const times = Array.from({ length: rounds }, () => inFreshProcess(firstCall));
  check('simd, first call with its compilation', Number(median(times).toFixed(2)), 3, 'ms');
  const wasm = readFileSync(join(here, 'node_modules', packageName, 'dist/simd.wasm'));
  check('simd.wasm', wasm.length, 7 * 1024, 'bytes');
  check('simd.wasm, gzipped', gzipSync(wasm).length, 4 * 1024, 'bytes');
}

if (failures.length > 0) {
  console.log(`\n${failures.length} failed:\n${failures.join('\n')}`);
  process.exitCode = 1;
}
