import { writeFileSync } from 'node:fs';
import { defineConfig } from 'tsup';
import { entries } from './scripts/entries.mjs';
import { kernelBase64 } from './src/internal/simd/kernel.wasm.ts';

export default defineConfig({
  entry: entries.map((entry) => `src/${entry}.ts`),
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  dts: true,
  clean: true,
  // One error class and one set of AES tables for all entries of a format; without it each CommonJS entry has its own.
  splitting: true,
  // By Rollup: what tsup itself makes of CommonJS chunks does not parse at this target.
  treeshake: true,
  esbuildOptions(options) {
    options.legalComments = 'none'; // the notices are in THIRD-PARTY-NOTICES
  },
  // For hosts that import compiled modules instead of compiling bytes; typed so that no DOM typings are needed.
  onSuccess: async () => {
    writeFileSync('dist/simd.wasm', Buffer.from(kernelBase64, 'base64'));
    writeFileSync(
      'dist/simd.wasm.d.ts',
      '/** A `WebAssembly.Module`. */\ndeclare const kernel: object;\nexport default kernel;\n',
    );
  },
});
