// What of @noble/ciphers goes into the build: its four functions over AES blocks, with nothing computed before the first of
// them is asked for. noble makes its tables, 1.3 MB, when it is imported, and its object of these functions also names
// modes that nothing here uses, which no bundler can leave out. The text between two places is taken as it stands and put
// into a function; that the places are those of the pinned version is checked, so that an update cannot pass unread.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const PACKAGE = new URL('../node_modules/@noble/ciphers/', import.meta.url);

/** SHA-256 of aes.js of 2.4.0. After an update: read what changed in it, then set this. */
const KNOWN = '941ebefe14c48cd1401ffe52f329d4e6ff14f3f596681b211a33cde21de3a90c';

/** From the first text to where the second begins: the field's arithmetic; the S-box, tables, key schedules and rounds. */
const PARTS = [
  ['const POLY', '/**\n * Increments a counter block'],
  ['// AES S-box is generated', 'function ctrCounter('],
];

const FUNCTIONS = ['expandKeyLE', 'expandKeyDecLE', 'encrypt', 'decrypt'];

/** The module that stands in for aes.js, and exports as much of its `unsafe` as is used. */
export function cutAes(source = readFileSync(new URL('aes.js', PACKAGE), 'utf8')) {
  if (createHash('sha256').update(source).digest('hex') !== KNOWN) {
    throw new Error('@noble/ciphers/aes.js is not the version that scripts/noble.mjs was written for');
  }
  const parts = PARTS.map(([from, to]) => source.slice(source.indexOf(from), source.indexOf(to)));
  const getters = FUNCTIONS.map((name) => `get ${name}() { return (made ??= make()).${name}; }`);
  return [
    `import { abytes, clean, copyBytes, isAligned32, isLE, swap32IfBE, u32 } from '@noble/ciphers/utils.js';`,
    'function make() {',
    ...parts,
    `return { ${FUNCTIONS.join(', ')} };`,
    '}',
    'let made;',
    `export const unsafe = { ${getters.join(', ')} };`,
  ].join('\n');
}

const isCut = (specifier, importer = '') =>
  specifier === '@noble/ciphers/aes.js' && /[\\/]src[\\/]internal[\\/]aes[\\/]noble\.ts$/.test(importer);

/** For tsup. */
export const esbuildNoble = {
  name: 'noble',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@noble\/ciphers\/aes\.js$/ }, ({ path, importer }) =>
      isCut(path, importer) ? { path, namespace: 'noble' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'noble' }, () => ({ contents: cutAes(), resolveDir: import.meta.dirname }));
  },
};

/** For vitest, so that what is tested is what is built. */
export const viteNoble = {
  name: 'noble',
  enforce: 'pre',
  resolveId: (specifier, importer) => (isCut(specifier, importer) ? '\0noble' : undefined),
  load: (id) => (id === '\0noble' ? cutAes() : undefined),
};
