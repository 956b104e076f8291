// Modules of this repository bundled in memory and imported, so that plain Node runs TypeScript and reaches what the
// package does not export. `changes` plants faults on the way, to show that a test would notice them.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

export const root = join(import.meta.dirname, '../..');

/** Imports TypeScript source text that stands, as it were, in the repository's root. */
export async function importBundle(contents, changes = []) {
  const unused = new Set(changes);
  const plant = {
    name: 'plant',
    setup({ onLoad }) {
      onLoad({ filter: /\/src\/[\w-]+\.ts$/ }, ({ path }) => {
        let text = readFileSync(path, 'utf8');
        for (const change of changes) {
          if (`${change.file}.ts` !== basename(path) || !change.find.test(text)) continue;
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
  for (const { file, find } of unused) throw new Error(`a planted fault no longer fits src/${file}.ts: ${find}`);
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

/** Every module of src/ by its file name: `aes-cbc`, `bytes`, … */
export function importSource(changes) {
  const names = readdirSync(join(root, 'src')).filter((name) => name.endsWith('.ts'));
  return importBundle(
    names.map((name) => `export * as '${basename(name, '.ts')}' from './src/${name}';`).join('\n'),
    changes,
  );
}
