// The matrix. Each run: an engine, how it gets the package (`format`), the program and its arguments, run in this folder.
// `aes` is what must run there: the engine of codecs that are given none, and what callback-codec/simd is. `handlers` is
// whether callback-codec/fetch must run, for want of a Request not in bare engines.
// `debian` names the packages that bring a program which npm does not, `folder` one with a lockfile of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { executable, miniBrowser, onPath } from './programs.mjs';

const here = import.meta.dirname;

const nodeCrypto = { byDefault: 'native', simd: 'simd' };
const wasm = { byDefault: 'noble', simd: 'simd' };
const noWasm = { byDefault: 'noble', simd: 'noble' };

const fromNpm = (path) => () => executable(join(here, 'node_modules', path));
const thisNode = () => process.execPath;
const printed = (command, ...args) => {
  const { stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000 });
  return (/(?:release version|^Version): (\S+)/m.exec(stdout) ?? /(\d+([.-]\d+)+\w*)/.exec(stdout))?.[1] ?? 'unknown';
};
const asked = (program) => printed(program, '--version');
const packaged =
  (name, folder = '.') =>
  () =>
    JSON.parse(readFileSync(join(here, folder, 'node_modules', name, 'package.json'), 'utf8')).version;

/** Without its compiler, an optional package of the platform, it would go and download one. */
const nextJs = () => {
  const modules = join(here, 'next', 'node_modules');
  const hasCompiler =
    existsSync(modules) && readdirSync(join(modules, '@next')).some((name) => name.startsWith('swc-'));
  return hasCompiler ? executable(join(modules, 'next', 'dist', 'bin', 'next')) : undefined;
};

/** The Nodes that npm provides, and where their programs are. */
export const nodeMajors = ['20', '22', '24', '26'];
export const nodeOf = (major) => fromNpm(`node${major}/bin/node`);

const node = (major, format, ...args) => ({
  engine: 'Node.js',
  format,
  aes: nodeCrypto,
  program: nodeOf(major),
  args,
});
const deno = (format, ...args) => ({
  engine: 'Deno',
  format,
  aes: nodeCrypto,
  program: fromNpm('@deno/linux-x64-glibc/deno'),
  args,
});
const bun = (format, ...args) => ({
  engine: 'Bun',
  format,
  aes: nodeCrypto,
  program: fromNpm('@oven/bun-linux-x64-baseline/bin/bun'),
  args,
});
const workerd = (format, service, aes) => ({
  engine: 'workerd',
  format,
  aes,
  program: fromNpm('@cloudflare/workerd-linux-64/bin/workerd'),
  args: ['test', 'workerd.capnp', service],
});
const browser = (engine, name, program, debian, version) =>
  [
    ['module', 'page', wasm],
    ['script, strict CSP', 'csp', noWasm],
    ["script, CSP with 'wasm-unsafe-eval'", 'csp-wasm', wasm],
  ].map(([format, variant, aes]) => ({
    engine,
    format,
    aes,
    program,
    debian,
    version,
    through: ['browser.mjs', name, variant],
  }));
// Libraries run by this Node, which say nothing of their own version: it is that of the package they came in.
const inNode = (engine, name, aes, script) => ({
  engine,
  format: 'script',
  aes,
  program: thisNode,
  args: [script],
  version: packaged(name),
});
const shell = (engine, name, aes, debian, version) => ({
  engine,
  format: 'script',
  aes,
  handlers: false,
  program: onPath(name),
  debian,
  args: ['.work/shell.js'],
  version,
});

export const runs = [
  ...nodeMajors.flatMap((major) => [node(major, 'ESM', 'esm.mjs'), node(major, 'CJS', 'cjs.cjs')]),
  // Without this, Node 20 would also forgive a `require` that reaches an ES module.
  node('20', 'CJS, no require(esm)', '--no-experimental-require-module', 'cjs.cjs'),
  node('24', 'ESM, --frozen-intrinsics', '--frozen-intrinsics', 'esm.mjs'),
  { ...node('26', 'ESM, every host global throws', 'throwing.mjs'), aes: noWasm, handlers: false },
  { ...inNode('SES compartment', 'ses', noWasm, 'ses.mjs'), handlers: false },
  deno('ESM, no permission', 'run', '--no-prompt', 'esm.mjs'),
  deno('CJS, --allow-read', 'run', '--no-prompt', '--allow-read=.', 'cjs.cjs'),
  bun('ESM', 'esm.mjs'),
  bun('CJS', 'cjs.cjs'),
  workerd('module, bare', 'bare', wasm),
  workerd('module, nodejs_compat', 'nodejs', nodeCrypto),
  workerd('module, bare, simd.wasm not imported', 'bytes', noWasm),
  inNode('Vercel edge VM', '@edge-runtime/vm', wasm, 'edge-vm.mjs'),
  {
    engine: 'Next.js',
    format: 'routes with runtime = edge',
    aes: wasm,
    folder: 'next',
    program: nextJs,
    version: packaged('next', 'next'),
    through: ['next.mjs'],
  },
  ...browser('Chromium', 'chromium', onPath('chromium'), ['chromium']),
  ...browser('Firefox', 'firefox', onPath('firefox-esr'), ['firefox-esr']),
  ...browser(
    'WebKitGTK',
    'webkit',
    miniBrowser,
    ['libwebkit2gtk-4.1-0', 'webkit2gtk-driver', 'xvfb', 'xauth'],
    (program) => printed('xvfb-run', '-a', program, '--version'),
  ),
  { ...inNode('QuickJS', 'quickjs-emscripten', noWasm, 'quickjs.mjs'), handlers: false },
  shell('JavaScriptCore', 'jsc', wasm, ['libjavascriptcoregtk-4.0-bin'], () =>
    printed('dpkg', '-s', 'libjavascriptcoregtk-4.0-bin'),
  ),
  shell('SpiderMonkey', 'js102', wasm, ['libmozjs-102-dev']),
  shell('GJS', 'gjs', wasm, ['gjs']),
  {
    engine: 'Hermes',
    format: 'script, lowered to ES5',
    aes: noWasm,
    handlers: false,
    program: fromNpm('hermes-engine-cli/linux64-bin/hermes'),
    args: ['.work/shell.es5.js'],
  },
  {
    engine: 'Hermes compiler',
    format: 'script, compiled only',
    program: fromNpm('hermes-compiler/hermesc/linux64-bin/hermesc'),
    through: ['hermes-parse.mjs'],
  },
].map((run) => ({ handlers: true, ...run, version: run.version ?? asked, debian: run.debian ?? [] }));
