// The layers of src/, as CONTRIBUTING.md draws them: imports only go down, and there is no circle.
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = new URL('../src/', import.meta.url);

/** From the top down. A file may import files of lower layers, and of its own layer where that makes no circle. */
const LAYERS: readonly { name: string; has: RegExp }[] = [
  { name: 'the command', has: /^(cli|internal\/cli\/[\w-]+)$/ },
  { name: 'everything', has: /^index$/ },
  { name: 'explanations', has: /^(explain|internal\/explain\/[\w-]+)$/ },
  { name: 'handlers', has: /^(fetch|node)$/ },
  { name: 'several as one', has: /^any-of$/ },
  { name: 'platforms and AES', has: /^[^/]+$/ },
  { name: 'what the files of dist/ share', has: /^internal\/index$/ },
  { name: 'handlers have in common', has: /^internal\/handler$/ },
  {
    name: 'protocol parts',
    has: /^internal\/(biz-msg-\w+|lark-headers|sdk-app-id|signed-time|unsigned-challenge|verification-token)$/,
  },
  { name: 'codecs have in common', has: /^internal\/codec$/ },
  { name: 'what arrives', has: /^internal\/(document|freshness|json|request|xml)$/ },
  { name: 'crypto', has: /^internal\/(aes\/\w+|digest|engine-digest|hmac|random|simd\/[\w.]+|timing-safe-equal)$/ },
  { name: 'arguments', has: /^internal\/arguments$/ },
  { name: 'encoding', has: /^internal\/encoding\/\w+$/ },
  { name: 'runtime, memory and errors', has: /^internal\/(runtime|errors|scratch)$/ },
];

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('simd/kernel.ts'))
  .map((file) => file.slice(0, -'.ts'.length));

const find = (file: string, imports: RegExp) =>
  Array.from(readFileSync(new URL(`${file}.ts`, src), 'utf8').matchAll(imports), ([, path]) =>
    posix.join(posix.dirname(file), path as string),
  );
const importsOf = new Map(files.map((file) => [file, find(file, /^(?:import|export)\b[^;]*?from '(\.[^']*)\.ts'/gm)]));
/** Without imports of types, of which nothing is left in dist/. */
const valuesOf = (file: string) => find(file, /^(?:import|export)(?! type\b)[^;]*?from '(\.[^']*)\.ts'/gm);

const layerOf = (file: string) => LAYERS.findIndex(({ has }) => has.test(file));

describe('the layers of src/', () => {
  it.each(files)('%s has a layer, and imports nothing above it', (file) => {
    expect(layerOf(file)).toBeGreaterThanOrEqual(0);
    for (const imported of importsOf.get(file) ?? []) {
      expect(files, `${file} imports ${imported}`).toContain(imported);
      expect(layerOf(imported), `${file} imports ${imported}`).toBeGreaterThanOrEqual(layerOf(file));
    }
  });

  it('have no circle', () => {
    const visited = new Set<string>(); // all paths would be too many
    const visit = (file: string, path: readonly string[]): void => {
      expect(path, [...path, file].join(' → ')).not.toContain(file);
      if (visited.has(file)) return;
      visited.add(file);
      for (const imported of importsOf.get(file) ?? []) visit(imported, [...path, file]);
    };
    for (const file of files) visit(file, []);
  });

  it('keep the platforms apart', () => {
    const above = ['index', 'cli', 'explain'];
    for (const file of files.filter((file) => !file.includes('/') && !above.includes(file))) {
      expect(importsOf.get(file)?.filter((imported) => !imported.startsWith('internal/'))).toEqual([]);
    }
  });

  it('share internal.js in dist/: what two public files would each carry is in internal/index.ts', () => {
    const shared = importsOf.get('internal/index') ?? [];
    const carried = (file: string): string[] =>
      valuesOf(file)
        .filter((imported) => imported.startsWith('internal/') && !shared.includes(imported))
        .flatMap((imported) => [imported, ...carried(imported)]);
    const carriers = files.filter((file) => !file.includes('/')).flatMap((file) => [...new Set(carried(file))]);
    expect(carriers.filter((file, at) => carriers.indexOf(file) !== at)).toEqual([]);
    expect(carriers).toContain('internal/unsigned-challenge');
  });

  it('are read from the sources as they are: imports were found in all but the leaves', () => {
    const leaves = files.filter((file) => importsOf.get(file)?.length === 0);
    expect(leaves.sort()).toEqual([
      'internal/cli/bytes',
      'internal/errors',
      'internal/explain/texts',
      'internal/runtime',
      'internal/scratch',
      'internal/simd/kernel.wasm',
      'internal/timing-safe-equal',
    ]);
  });
});
