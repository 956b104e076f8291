import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { build, transform } from 'esbuild';
import { defineConfig, type Options } from 'tsup';
import { entries } from './scripts/entries.mjs';
import { esbuildNoble } from './scripts/noble.mjs';
import { kernelBase64 } from './src/internal/simd/kernel.wasm.ts';

const shared = resolve('src/internal/index.ts');
const inShared = new Set(
  Array.from(readFileSync(shared, 'utf8').matchAll(/^export \* from '(.*)';$/gm), ([, file]) =>
    resolve(dirname(shared), file as string),
  ),
);
/** What ends up in internal.js: the above, and whatever that imports. */
const inside = new Set([shared, ...inShared]);
const inEntry = new Map(entries.map((entry) => [resolve(`src/${entry}.ts`), entry]));

/** Each public file by itself, and what they share in internal.js: imports of either stay imports. */
const files: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'files',
  setup({ initialOptions, onResolve }) {
    // Not by the format: for tsup's treeshake esbuild writes ESM whichever it is to become.
    const extension = initialOptions.outExtension?.['.js'];
    onResolve({ filter: /^\.\.?\// }, ({ path, importer, resolveDir, kind }) => {
      const target = resolve(resolveDir, path);
      const file = inShared.has(target) ? 'internal' : inEntry.get(target);
      if (inside.has(importer)) {
        inside.add(target);
        return undefined;
      }
      if (kind === 'entry-point' || file === undefined) return undefined;
      return { path: `./${file}${extension}`, external: true };
    });
  },
};

rmSync('dist', { recursive: true, force: true });

export default defineConfig({
  entry: Object.fromEntries([...entries.map((entry) => [entry, `src/${entry}.ts`]), ['internal', shared]]),
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  dts: { entry: entries.map((entry) => `src/${entry}.ts`) },
  clean: false, // it cleans types a second time, perhaps after onSuccess has written some
  splitting: false,
  treeshake: true,
  esbuildPlugins: [esbuildNoble, files],
  esbuildOptions(options) {
    options.legalComments = 'none'; // the notices are in THIRD-PARTY-NOTICES
  },
  // For hosts that import compiled modules instead of compiling bytes; typed so that no DOM typings are needed.
  onSuccess: async () => {
    writeFileSync('dist/simd.wasm', Buffer.from(kernelBase64, 'base64'));
    await buildCommand();
    // Texts and hypotheses for people at their desks: half of the size, and in no bundle of a codec.
    for (const file of ['dist/explain.js', 'dist/explain.cjs']) {
      const { code } = await transform(readFileSync(file, 'utf8'), { minify: true, charset: 'utf8' });
      writeFileSync(file, code);
    }
    writeFileSync(
      'dist/simd.wasm.d.ts',
      '/** A `WebAssembly.Module`. */\ndeclare const kernel: object;\nexport default kernel;\n',
    );
  },
});

/** The command is Node's, and imports the entries beside it. */
async function buildCommand(): Promise<void> {
  await build({
    entryPoints: ['src/cli.ts'],
    outdir: 'dist',
    outExtension: { '.js': '.js' },
    ...{ bundle: true, minify: true, charset: 'utf8', format: 'esm', target: 'node20', platform: 'node' },
    plugins: [files],
  });
}
