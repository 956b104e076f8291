import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts', 'src/feishu.ts', 'src/dingtalk.ts', 'src/tencent-chat.ts', 'src/aes-cbc.ts'],
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  dts: true,
  clean: true,
  // One error class and one set of AES tables for all entries of a format; without it each CommonJS entry has its own.
  splitting: true,
  // Has Rollup make the CommonJS chunks: what tsup does by itself (sucrase) breaks on class fields.
  treeshake: true,
  esbuildOptions(options) {
    options.minifySyntax = true;
    options.minifyWhitespace = true;
    options.legalComments = 'none'; // the notices are in THIRD-PARTY-NOTICES
  },
});
