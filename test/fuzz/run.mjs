// `npm run fuzz`: fuzzes the built package for a number of seconds (default 60) and prints what was executed.
//
//   node test/fuzz/run.mjs [seconds] [--seed text] [--answers] [--keep]
//
// --answers prints each answer that was reached; --keep writes the first input that led to it to the corpus. A finding is
// written to test/fuzz/findings/ and makes the exit status 1: move it into the corpus with its fix.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as codecs from '../../dist/index.js';
import { importBundle, importSource, root } from './bundle.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, answers: { type: 'boolean' }, keep: { type: 'boolean' } },
});
const seconds = Number(positionals[0] ?? 60);
const seed = values.seed ?? String(Date.now());
const sources = readdirSync(join(root, 'src'), { recursive: true });
const newest = Math.max(...sources.map((name) => statSync(join(root, 'src', name)).mtimeMs));
if (statSync(join(root, 'dist/index.js')).mtimeMs < newest) console.warn('dist/ is older than src/: npm run build');
const { fuzz, toJson } = await importBundle("export * from './test/fuzz/fuzz.ts'");

console.log(`seed ${seed}, ${seconds} s, Node ${process.versions.node}, ${new Date().toISOString()}`);
const end = performance.now() + seconds * 1000;
const slice = Math.min(1000, (seconds * 1000) / 20);
const reports = fuzz({ codecs, modules: await importSource() }, seed, slice, () => performance.now() >= end);

let total = 0;
let found = 0;
for (const { name, executions, milliseconds, answers, findings } of reports) {
  total += executions;
  found += findings.length;
  const rate = Math.round((executions / milliseconds) * 1000);
  console.log(
    `${name.padEnd(14)} ${String(executions).padStart(11)} executions ${String(rate).padStart(8)}/s, ${answers.size} answers`,
  );
  if (values.answers) for (const [answer, { count }] of answers) console.log(`${String(count).padStart(26)} ${answer}`);
  if (values.keep) {
    const inputs = [...answers.values()].map(({ input }) => `  ${toJson(input)}`).sort((a, b) => a.length - b.length);
    writeFileSync(join(import.meta.dirname, 'corpus', `${name}.json`), `[\n${inputs.join(',\n')}\n]\n`);
  }
  for (const [index, { problem, input }] of findings.entries()) {
    const folder = join(import.meta.dirname, 'findings');
    const file = join(folder, `${name}-${index}.json`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, `[\n  ${toJson(input)}\n]\n`);
    console.log(`  FOUND ${problem}: ${file}\n  ${toJson(input).slice(0, 4000)}`);
  }
}
console.log(`${total} executions in all, ${found} findings`);
process.exitCode = found > 0 ? 1 : 0;
