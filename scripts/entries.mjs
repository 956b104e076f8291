// What can be imported is what lies in src/: `src/feishu.ts` is `callback-codec/feishu`. This is the one list of entries;
// tsup builds them, and `exports` and `typesVersions` of package.json are written from it.
//   node scripts/entries.mjs           writes package.json
//   node scripts/entries.mjs --check   fails where package.json does not list them as they are
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);

/** `index` first, then by name. */
export const entries = [
  'index',
  ...readdirSync(new URL('src/', root))
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .map((file) => file.slice(0, -'.ts'.length))
    .sort(),
];

const built = (entry, extension) => ({
  types: `./dist/${entry}.d.${extension === 'js' ? 'ts' : 'cts'}`,
  default: `./dist/${entry}.${extension}`,
});
const exportsOf = () => ({
  ...Object.fromEntries(
    entries.map((entry) => [
      entry === 'index' ? '.' : `./${entry}`,
      { import: built(entry, 'js'), require: built(entry, 'cjs') },
    ]),
  ),
  './simd.wasm': { types: './dist/simd.wasm.d.ts', default: './dist/simd.wasm' },
  './package.json': './package.json',
});
const typesVersionsOf = () => ({
  '*': {
    ...Object.fromEntries(
      entries.filter((entry) => entry !== 'index').map((entry) => [entry, [built(entry, 'cjs').types]]),
    ),
    'simd.wasm': ['./dist/simd.wasm.d.ts'],
  },
});

if (import.meta.filename === process.argv[1]) {
  const file = new URL('package.json', root);
  const old = readFileSync(file, 'utf8');
  const manifest = JSON.parse(old);
  const text = `${JSON.stringify({ ...manifest, exports: exportsOf(), typesVersions: typesVersionsOf() }, null, 2)}\n`;
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
  } else if (text !== old) {
    console.error('package.json does not list the entries of src/: run node scripts/entries.mjs');
    process.exit(1);
  }
}
