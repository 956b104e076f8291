// What can be imported is what lies in src/: `src/feishu.ts` is `callback-codec/feishu`. This is the one list of entries;
// tsup builds them, and `exports` and `typesVersions` of package.json, and jsr.json, are written from it.
//   node scripts/entries.mjs           writes package.json and jsr.json
//   node scripts/entries.mjs --check   fails where they do not list them as they are
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);

/** The command, which is started and not imported: `bin`. */
const COMMAND = 'cli.ts';

/** `index` first, then by name. */
export const entries = [
  'index',
  ...readdirSync(new URL('src/', root))
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts' && file !== COMMAND)
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

/**
 * On JSR the sources are published, and noble is a dependency by its exact version. JSR demands a scope; which it will be
 * is decided when the package is first published there.
 */
const jsrOf = ({ version, license, devDependencies }) => ({
  name: '@scope-to-be-decided/callback-codec',
  version,
  license,
  exports: Object.fromEntries(entries.map((entry) => [entry === 'index' ? '.' : `./${entry}`, `./src/${entry}.ts`])),
  imports: Object.fromEntries(
    ['@noble/ciphers', '@noble/hashes'].map((name) => [`${name}/`, `npm:/${name}@${devDependencies[name]}/`]),
  ),
  publish: {
    include: ['src', 'README.md', 'README.zh-CN.md', 'SECURITY.md', 'CHANGELOG.md', 'LICENSE'],
    // What the kernel's bytes are made from.
    exclude: ['src/internal/simd/build.mjs', 'src/internal/simd/kernel.ts', 'src/internal/simd/tsconfig.json'],
  },
});

/** What the two manifests should be. */
function manifests() {
  const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  return {
    'package.json': { ...manifest, exports: exportsOf(), typesVersions: typesVersionsOf() },
    'jsr.json': jsrOf(manifest),
  };
}

if (import.meta.filename === process.argv[1]) {
  for (const [name, manifest] of Object.entries(manifests())) {
    const file = new URL(name, root);
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    if (!process.argv.includes('--check')) {
      writeFileSync(file, text);
    } else if (text !== readFileSync(file, 'utf8')) {
      console.error(`${name} does not list the entries of src/: run node scripts/entries.mjs`);
      process.exit(1);
    }
  }
}
