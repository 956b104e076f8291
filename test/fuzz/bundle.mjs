// Modules of this repository bundled in memory and imported, so that plain Node runs TypeScript and reaches what the
// package does not export. `changes` plants faults on the way, to show that a test would notice them.
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { locate, root, sources } from './sources.mjs';

export { root };

/** Imports TypeScript source text that stands, as it were, in the repository's root. */
export async function importBundle(contents, changes = []) {
  const unused = new Map(changes.map((change) => [change, locate(change.find).source.path]));
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
