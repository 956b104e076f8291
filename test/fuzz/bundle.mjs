// Modules of this repository bundled in memory and imported, so that plain Node runs TypeScript and reaches what the
// package does not export. `changes` plants faults on the way, to show that a test would notice them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

export const root = join(import.meta.dirname, '../..');

/** Every module of src/ by its path there without `.ts`; the kernel is AssemblyScript, which nothing imports. */
const sources = readdirSync(join(root, 'src'), { recursive: true })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('kernel.ts'))
  .map((path) => ({
    name: path.slice(0, -'.ts'.length).replaceAll('\\', '/'),
    path: join(root, 'src', path),
    text: readFileSync(join(root, 'src', path), 'utf8'),
  }));

/** The one source that holds what a change replaces, wherever it has moved. */
function locate({ find }) {
  const everywhere = new RegExp(find.source, `${find.flags}g`);
  const places = sources.flatMap((source) => [...source.text.matchAll(everywhere)].map(() => source));
  if (places.length === 1) return places[0].path;
  const where = places.map(({ name }) => name).join(', ') || 'nowhere';
  throw new Error(`a planted fault must fit one place in src/, and fits ${where}: ${find}`);
}

/** Imports TypeScript source text that stands, as it were, in the repository's root. */
export async function importBundle(contents, changes = []) {
  const unused = new Map(changes.map((change) => [change, locate(change)]));
  const planted = [...unused];
  const plant = {
    name: 'plant',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        let text = readFileSync(path, 'utf8');
        for (const [change, place] of planted) {
          if (place !== path) continue;
          text = text.replace(change.find, change.replace);
          unused.delete(change);
        }
        return { contents: text, loader: 'ts' };
      });
    },
  };
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
    plugins: [plant],
  });
  for (const place of unused.values()) throw new Error(`the bundle does not hold ${place}, where a fault was planted`);
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

/** Every module of src/ by its path: `feishu`, `internal/encoding/utf8`, … */
export function importSource(changes) {
  return importBundle(sources.map(({ name }) => `export * as '${name}' from './src/${name}.ts';`).join('\n'), changes);
}
