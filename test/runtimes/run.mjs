// npm run test:runtimes [-- options] [words]
// Packs the package, runs the conformance suite on it in every engine of engines.mjs, and prints a table.
//   words           only the runs whose engine or format holds one of them
//   --require-all   for CI, as root on Debian: installs what is missing; a skipped run is a failure
//   --readme        writes the table into docs/runtimes.md and docs/runtimes.zh-CN.md, if nothing failed
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { entries } from '../../scripts/entries.mjs';
import { runs } from './engines.mjs';
import { installLocked } from './install.mjs';

const here = import.meta.dirname;
const root = join(here, '..', '..');
const work = join(here, '.work');
const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const atOnce = 2;
const limitSeconds = 120;

const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { 'require-all': { type: 'boolean' }, readme: { type: 'boolean' } },
});
if (options.readme && words.length > 0) throw new Error('--readme wants the whole matrix');
const wanted = runs.filter(
  ({ engine, format }) =>
    words.length === 0 || words.some((word) => `${engine} ${format}`.toLowerCase().includes(word.toLowerCase())),
);

const since = (start) => `${((performance.now() - start) / 1000).toFixed(0)} s`;
const timed = async (what, work) => {
  const start = performance.now();
  await work();
  console.log(`${what}: ${since(start)}`);
};
const command = (program, args, cwd, env) =>
  execFileSync(program, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } });

function installDebianPackages() {
  const packages = [...new Set(wanted.filter((run) => !run.program()).flatMap((run) => run.debian))];
  if (packages.length === 0) return;
  const quiet = ['-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0'];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  command('apt-get', ['update', ...quiet], root, env);
  command('apt-get', ['install', '--yes', '--no-install-recommends', ...quiet, ...packages], root, env);
}

/** Folders of single runs that could not be installed: those runs are skipped. */
const notInstalled = new Set();
function installNpmPackages() {
  installLocked();
  for (const folder of new Set(wanted.flatMap((run) => run.folder ?? []))) {
    try {
      installLocked(join(here, folder));
    } catch {
      notInstalled.add(folder); // npm has said why
    }
  }
}

// The package is packed and installed anew each time.
function installTarball() {
  rmSync(work, { recursive: true, force: true });
  rmSync(join(here, 'node_modules', name), { recursive: true, force: true }); // else npm finds the old one "up to date"
  mkdirSync(work);
  command('npm', ['pack', '--loglevel=error', '--pack-destination', work], root);
  const tarball = readdirSync(work).find((file) => file.endsWith('.tgz'));
  command(
    'npm',
    ['install', '--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', join(work, tarball)],
    here,
  );
}

/**
 * The whole package as one namespace. In the module, a name that two subpaths export from two different copies (an error
 * class built twice, say) is ambiguous and so goes missing, which the suite sees; the CommonJS one refuses it.
 */
function writeLibraries() {
  const specifiers = entries.map((entry) => (entry === 'index' ? name : `${name}/${entry}`));
  writeFileSync(join(work, 'lib.mjs'), specifiers.map((specifier) => `export * from '${specifier}';\n`).join(''));
  const load = `
    for (const names of [${specifiers.map((specifier) => `require('${specifier}')`)}])
      for (const name of Object.keys(names)) {
        if (name in exports && exports[name] !== names[name]) throw new Error('two copies of ' + name);
        exports[name] = names[name];
      }`;
  writeFileSync(join(work, 'lib.cjs'), load);
}

async function buildScripts() {
  writeLibraries();
  const bundle = (entry, outfile, more) =>
    build({
      entryPoints: [join(here, entry)],
      outfile: join(work, outfile),
      bundle: true,
      target: 'es2022',
      charset: 'utf8',
      logLevel: 'warning',
      ...more,
    });
  await bundle('conform.ts', 'conform.mjs', { format: 'esm' });
  await bundle('conform.ts', 'conform.cjs', { format: 'cjs' });
  await bundle('bundle.mjs', 'bundle.mjs', { format: 'esm' });
  await bundle('bundle.mjs', 'bundle.js', { format: 'iife', globalName: 'conformance' });
  await bundle('shell.mjs', 'shell.js', { format: 'iife' });
  // Hermes 0.12 has no classes and no block scope. (TypeScript's own ES5 output loses the subclass of an Error.)
  const { transformSync } = await import('@swc/wasm');
  const { code } = transformSync(readFileSync(join(work, 'shell.js'), 'utf8'), {
    isModule: false,
    jsc: { target: 'es5' },
  });
  writeFileSync(join(work, 'shell.es5.js'), code);
}

// Runs one engine and reads its last `N passed, N failed`, its AES engines and whether the handlers ran. Dying, running out
// of time, passing nothing and other engines or handlers than expected are failures.
function conduct(run) {
  const program = notInstalled.has(run.folder) ? undefined : run.program();
  if (!program) {
    let why = 'not in npm for this platform';
    if (run.debian.length > 0) why = `not installed (${run.debian[0]})`;
    if (notInstalled.has(run.folder)) why = `npm ci failed in ${run.folder}/`;
    return { ...run, version: '', ran: {}, passed: 0, failed: 0, skipped: why };
  }
  const [file, args] = run.through ? [process.execPath, [...run.through, program]] : [program, run.args];
  return new Promise((resolve) => {
    let output = '';
    let died = '';
    // A process group of its own, so that nothing an engine started outlives it.
    const child = spawn(file, args, {
      cwd: here,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', DENO_DIR: join(work, 'deno'), DENO_NO_UPDATE_CHECK: '1' },
    });
    const kill = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        /* all gone */
      }
    };
    const stop = () => kill('SIGTERM'); // browser.mjs then ends its browser
    process.on('exit', stop);
    const limit = setTimeout(() => {
      died = `no end in ${limitSeconds} s`;
      kill('SIGTERM');
      setTimeout(kill, 5_000, 'SIGKILL').unref();
    }, limitSeconds * 1000);
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      output += data;
    });
    child.on('error', (error) => {
      died = error.message;
    });
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      kill('SIGKILL');
      process.off('exit', stop);
      const counts = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
      const [passed, failed] = counts ? counts.slice(1).map(Number) : [0, 0];
      const ran = { .../^AES: (?<byDefault>\w+) by default, simd is (?<simd>\w+)$/m.exec(output)?.groups };
      if (code !== 0) died ||= `ended with ${signal ?? code}`;
      if (!counts) died ||= 'printed no counts';
      else if (passed === 0) died ||= 'nothing passed';
      const { byDefault, simd } = run.aes ?? {};
      if (ran.byDefault !== byDefault || ran.simd !== simd) {
        died ||= `AES ${ran.byDefault} by default, simd is ${ran.simd}; not ${byDefault}, ${simd}`;
      }
      // What is compiled only has neither.
      const hasHandlers = /^handlers: (.*)$/m.exec(output)?.[1];
      if (run.aes && hasHandlers !== (run.handlers ? 'behind Request' : 'no Request here')) {
        died ||= `handlers: ${hasHandlers}`;
      }
      resolve({ ...run, version: run.version(program), ran, passed, failed, died, output });
    });
  });
}

async function conductAll() {
  const results = [];
  const queue = wanted.entries();
  const worker = async () => {
    for (const [i, run] of queue) {
      const start = performance.now();
      const result = await conduct(run);
      results[i] = result;
      const outcome = result.skipped ? 'skipped' : broken(result) ? 'FAILED' : 'passed';
      console.log(`${outcome}: ${run.engine} ${result.version}, ${run.format} (${since(start)})`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
const broken = ({ failed, died }) => failed > 0 || Boolean(died);

function table(results) {
  const rows = results.map((r) => [
    r.engine,
    r.version,
    r.format,
    r.ran.byDefault ?? '',
    r.ran.simd ?? '',
    `${r.passed}`,
    `${r.failed}${r.died ? ` (${r.died})` : ''}`,
    r.skipped ?? '',
  ]);
  const all = [['engine', 'version', 'format', 'default AES', 'simd', 'passed', 'failed', 'skipped (why)'], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join(' | ')
        .trimEnd(),
    )
    .join('\n');
}

// One line for an engine and what AES runs there; `ESM: 210` is a format and how many checks passed in it.
function writePages(results) {
  const lines = new Map();
  for (const { engine, version, format, ran, passed, skipped } of results) {
    const key = `| ${engine} | ${version} | ${ran.byDefault ?? ''} | ${ran.simd ?? ''} |`;
    lines.set(key, [...(lines.get(key) ?? []), skipped ? `${format}: not run` : `${format}: ${passed}`]);
  }
  const rows = [...lines].map(([key, cells]) => `${key} ${cells.join(' · ')} |`).join('\n');
  const today = new Date().toISOString().slice(0, 10);
  const pages = {
    'docs/runtimes.md': [
      `Run on ${today}; no check failed.`,
      '| engine | version | AES by default | `callback-codec/simd` | checks passed |',
    ],
    'docs/runtimes.zh-CN.md': [
      `${today} 实测，无一失败。`,
      '| 引擎 | 版本 | 默认 AES | `callback-codec/simd` | 通过的检查 |',
    ],
  };
  const marked = /(<!-- engines:start -->)[\s\S]*(<!-- engines:end -->)/;
  for (const [name, [caption, head]] of Object.entries(pages)) {
    const file = join(root, name);
    const old = readFileSync(file, 'utf8');
    if (!marked.test(old)) throw new Error(`${name} has no engines:start and engines:end`);
    writeFileSync(
      file,
      old.replace(marked, (_, start, end) => `${start}\n${caption}\n\n${head}\n|---|---|---|---|---|\n${rows}\n${end}`),
    );
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

if (options['require-all']) await timed('Debian packages', installDebianPackages);
await timed('engines from npm', installNpmPackages);
await timed('package packed and installed', installTarball);
await timed('scripts built', buildScripts);
const start = performance.now();
const results = await conductAll();

for (const { engine, format, died, output } of results.filter(broken))
  console.log(`\n${engine}, ${format}: ${died ?? ''}\n${output.slice(-3000).trim()}`);
const skipped = results.filter((result) => result.skipped);
const failed = results.filter(broken);
const passed = results.length - failed.length - skipped.length;
console.log(`\n${table(results)}\n`);
console.log(
  `${results.reduce((sum, result) => sum + result.passed, 0)} checks passed in ${passed} runs, ${since(start)}`,
);
if (options['require-all'] && skipped.length > 0) console.log('With --require-all a skipped run is a failure.');
console.log(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);

const fine = passed > 0 && failed.length === 0 && !(options['require-all'] && skipped.length > 0);
if (fine && options.readme) writePages(results);
process.exitCode = fine ? 0 : 1;
