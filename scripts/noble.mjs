// What of noble goes into the build. Its text is taken as it stands, but for what is not used and no bundler can leave out;
// that it is the text of the pinned versions is checked, so that an update cannot pass unread.
//
// Of the ciphers: four functions over AES blocks, with nothing computed before the first of them is asked for. noble makes
// its tables, 1.3 MB, when it is imported, and its object of these functions also names modes of operation.
//
// Of the hashes: SHA-1 and SHA-256 without copies of a state. Of both: no checks of arguments that are never wrong here.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Each file that is cut, SHA-256 of it in 2.4.0, and how. After an update: read what changed, then set the digest. */
const FILES = {
  '@noble/ciphers/aes.js': ['941ebefe14c48cd1401ffe52f329d4e6ff14f3f596681b211a33cde21de3a90c', cutAes],
  '@noble/ciphers/utils.js': ['a443ec1f60d1aaa25d1b7d8c102d33c0e8e6d683ada1ad17be9c32e69170ff95', cutChecks],
  '@noble/hashes/utils.js': ['037ad49adb78168b6b699598fd33f85f7877456b1d28b4d032e2a1a16807947c', cutChecks],
  '@noble/hashes/_md.js': ['60cf3010fda89e3e4d3f0e7ff1ce249e9c467f34b4fd41b6fd6101d9f69be763', cutCopies],
  '@noble/hashes/sha2.js': ['471746bba6ec4c6238ca41358d1d3b40b6ff31cf3363f0b4d550c649c1a8e83b', cutCopies],
  '@noble/hashes/legacy.js': ['690553a41af2fdd1e32ff6b534ba8508e95f1861c09c2d62fe762b6b501e09be', cutCopies],
};

/** The source of a file as it goes into the build. */
export function cutNoble(file, source = readFileSync(new URL(`../node_modules/${file}`, import.meta.url), 'utf8')) {
  const [digest, cut] = FILES[file];
  if (createHash('sha256').update(source).digest('hex') !== digest) {
    throw new Error(`${file} is not of the version that scripts/noble.mjs was written for`);
  }
  return cut(source);
}

/** From the first text to where the second begins: the field's arithmetic; the S-box, tables, key schedules and rounds. */
const AES_PARTS = [
  ['const POLY', '/**\n * Increments a counter block'],
  ['// AES S-box is generated', 'function ctrCounter('],
];
const AES_FUNCTIONS = ['expandKeyLE', 'expandKeyDecLE', 'encrypt', 'decrypt'];

/** As much of noble's `unsafe` as is used. */
function cutAes(source) {
  const parts = AES_PARTS.map(([from, to]) => source.slice(source.indexOf(from), source.indexOf(to)));
  const getters = AES_FUNCTIONS.map((name) => `get ${name}() { return (made ??= make()).${name}; }`);
  return [
    `import { abytes, clean, copyBytes, isAligned32, isLE, swap32IfBE, u32 } from './utils.js';`,
    'function make() {',
    ...parts,
    `return { ${AES_FUNCTIONS.join(', ')} };`,
    '}',
    'let made;',
    `export const unsafe = { ${getters.join(', ')} };`,
  ].join('\n');
}

/** Only aes/noble.ts calls the ciphers, with keys it has checked; only digest.ts and hmac.ts the hashes, each state once. */
function cutChecks(source) {
  const check = /(?<=^export function (?:abytes|aexists|aoutput)\()(\w+)[\s\S]*?\n\}$/gm;
  return source.replaceAll(check, '$1) { return $1; }');
}

/** Whole methods, at the indentation of a class. */
function cutCopies(source) {
  return source.replaceAll(/^ {4}(?:_cloneInto|_cloneIntoMeta|clone)\(.*\) \{\n[\s\S]*?^ {4}\}\n/gm, '');
}

/** The file that an import of src/, or of a file that is cut, means; undefined for every other. */
function fileOf(specifier, importer) {
  const isOurs = /[\\/]src[\\/]internal[\\/].*\.ts$/.test(importer);
  const file = isOurs ? specifier : posix.join(posix.dirname(importer), specifier);
  return (isOurs || importer in FILES) && file in FILES ? file : undefined;
}

/** For tsup. */
export const esbuildNoble = {
  name: 'noble',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@noble\/|^\.\/\w+\.js$/ }, ({ path, importer }) => {
      const file = fileOf(path, importer);
      return file && { path: file, namespace: 'noble' };
    });
    const resolveDir = fileURLToPath(new URL('../node_modules/@noble/hashes/', import.meta.url));
    onLoad({ filter: /.*/, namespace: 'noble' }, ({ path }) => ({ contents: cutNoble(path), resolveDir }));
  },
};

/** For vitest, so that what is tested is what is built. */
export const viteNoble = {
  name: 'noble',
  enforce: 'pre',
  resolveId(specifier, importer = '') {
    const file = fileOf(specifier, importer.replace('\0', ''));
    if (file !== undefined) return `\0${file}`;
    // What a file that is cut imports beside it, and is not cut itself, by its path: the package does not export it.
    if (!importer.startsWith('\0@noble/') || !specifier.startsWith('./')) return undefined;
    return fileURLToPath(new URL(`../node_modules/${posix.dirname(importer.slice(1))}/${specifier}`, import.meta.url));
  },
  load: (id) => (id.startsWith('\0@noble/') ? cutNoble(id.slice(1)) : undefined),
};
