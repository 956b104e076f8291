// npm run test:misuse
// Packs the package and compiles mistakes.ts against its declarations with each TypeScript of package.json, from the oldest
// that is supported to the newest: ES2020 alone, no DOM, no ambient types, declarations checked as well. For each compiler:
//   refused    the mistakes that give the error named above them, when the comments are taken away
//   compiles   the file as it stands
//   proven     the comments that are complained of when the mistakes are taken away: a type that refuses nothing shows
// `callback-codec/simd.wasm` is imported by each of them, too.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const root = join(here, '..', '..');
const work = join(here, '.work');
const npm = (args, cwd) =>
  execFileSync('npm', [...args, '--loglevel=error'], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });

const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
const installed = join(here, 'node_modules', '.installed');
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) {
  npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], here);
  writeFileSync(installed, lock);
}

rmSync(work, { recursive: true, force: true });
const unpacked = join(work, 'node_modules', 'callback-codec');
mkdirSync(unpacked, { recursive: true });
npm(['pack', '--pack-destination', work], root);
const tarball = readdirSync(work).find((name) => name.endsWith('.tgz'));
execFileSync('tar', ['-xzf', join(work, tarball), '-C', unpacked, '--strip-components=1']);

const lines = readFileSync(join(here, 'mistakes.ts'), 'utf8').split('\n');
/** The kinds of error and their numbers, which are not the same in all versions. */
const KINDS = {
  type: ['TS2322', 'TS2345', 'TS2554', 'TS2559', 'TS2740'],
  exact: ['TS2379'], // which exactOptionalPropertyTypes alone gives; without it, creating the codec is ERR_CONFIG
  missing: ['TS2345', 'TS2554', 'TS2555', 'TS2741'],
  unknown: ['TS2353', 'TS2561'],
  absent: ['TS2339', 'TS2551'],
  unchecked: ['TS18046'],
  never: ['TS2367'],
  uncalled: ['TS2774'],
};
/** Line number of each mistake, from 1, and the errors that it may give. */
const mistakes = new Map();
lines.forEach((line, index) => {
  const kind = /^\/\/ @ts-expect-error (\w+)/.exec(line)?.[1];
  if (kind in KINDS) mistakes.set(index + 2, KINDS[kind]);
});
const directives = lines.filter((line) => line.includes('@ts-expect-error')).length;
if (mistakes.size === 0 || mistakes.size !== directives) throw new Error('a mistake without its kind of error');

/** Writes the lines as an ES module and as CommonJS, compiles them, and gives the errors by file: [line, code]. */
function compile(compiler, variant, text) {
  const folder = join(work, `${compiler}-${variant}`);
  mkdirSync(folder);
  for (const name of ['mistakes.mts', 'mistakes.cts']) writeFileSync(join(folder, name), text.join('\n'));
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    target: 'es2020',
    lib: ['es2020'],
    types: [],
    module: 'nodenext',
    noEmit: true,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  const tsc = join(here, 'node_modules', compiler, 'bin', 'tsc');
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    encoding: 'utf8',
  });
  const errors = new Map([
    ['mistakes.mts', []],
    ['mistakes.cts', []],
  ]);
  // An error in a declaration file, or of the compiler itself, belongs to no line of ours.
  for (const line of `${stdout}${stderr}`.split('\n').filter((line) => /\S/.test(line) && !line.startsWith(' '))) {
    const [, file, number, code] = /(mistakes\.[mc]ts)\((\d+),\d+\): error (TS\d+)/.exec(line) ?? [];
    if (file === undefined) throw new Error(`${compiler}: ${line}`);
    errors.get(file).push({ number: Number(number), code, line });
  }
  return [...errors.entries()];
}

const kernelUser = `
import { createSimdAesCbc } from 'callback-codec/simd';
import kernel from 'callback-codec/simd.wasm';
export const { kind } = createSimdAesCbc(kernel);
// @ts-expect-error
export const text: string = kernel;`;

/** What a compiler says of an import of the kernel, as Node and as the bundlers of Workers resolve it. */
function compileKernel(compiler) {
  return ['nodenext', 'bundler'].map((moduleResolution) => {
    const folder = join(work, `${compiler}-kernel-${moduleResolution}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'kernel.mts'), kernelUser);
    const module = moduleResolution === 'bundler' ? 'esnext' : moduleResolution;
    const compilerOptions = { strict: true, target: 'es2020', lib: ['es2020'], types: [], module, moduleResolution };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, noEmit: true } }),
    );
    const tsc = join(here, 'node_modules', compiler, 'bin', 'tsc');
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
    });
    return status === 0 ? '' : `${stdout}${stderr}`;
  });
}

const rows = [];
let failures = 0;
const fail = (text) => {
  failures++;
  console.log(text);
};
for (const compiler of Object.keys(JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).dependencies)) {
  const version = JSON.parse(readFileSync(join(here, 'node_modules', compiler, 'package.json'), 'utf8')).version;
  for (const complaint of compileKernel(compiler))
    if (complaint) fail(`TypeScript ${version}, simd.wasm: ${complaint}`);
  const asIs = new Map(compile(compiler, 'compiles', lines));
  const bare = new Map(
    compile(
      compiler,
      'refused',
      lines.map((line) => line.replace('@ts-expect-error', '')),
    ),
  );
  const right = new Map(
    compile(
      compiler,
      'proven',
      lines.map((line, index) => (mistakes.has(index + 1) ? '' : line)),
    ),
  );
  for (const file of asIs.keys()) {
    const where = `TypeScript ${version}, ${file}`;
    let refused = 0;
    let proven = 0;
    for (const [number, codes] of mistakes) {
      const found = bare.get(file).filter((error) => error.number === number);
      if (found.length > 0 && found.every(({ code }) => codes.includes(code))) refused++;
      else
        fail(
          `${where}: want ${codes.join(' or ')} for ${lines[number - 1]}\n  ${found.map(({ line }) => line).join('\n  ')}`,
        );
      if (right.get(file).some((error) => error.number === number - 1 && error.code === 'TS2578')) proven++;
      else fail(`${where}: no complaint of an unused directive in line ${number - 1}`);
    }
    for (const { number, line } of bare.get(file)) if (!mistakes.has(number)) fail(`${where}: ${line}`);
    for (const { line } of asIs.get(file)) fail(`${where}: ${line}`);
    rows.push({
      TypeScript: version,
      module: file.endsWith('.mts') ? 'ESM' : 'CommonJS',
      refused: `${refused} of ${mistakes.size}`,
      compiles: asIs.get(file).length === 0 ? 'yes' : 'no',
      proven: `${proven} of ${mistakes.size}`,
    });
  }
}
console.table(rows);
console.log(failures === 0 ? 'all mistakes are refused' : `${failures} failures`);
process.exit(failures === 0 ? 0 : 1);
