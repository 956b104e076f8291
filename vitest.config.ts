import { defineConfig } from 'vitest/config';
import { viteNoble } from './scripts/noble.mjs';

export default defineConfig({
  plugins: [viteNoble],
  test: {
    maxWorkers: '100%', // by default one processor is left idle
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.work/**'],
    // Some tests start Node, npm or the TypeScript compiler, several at a time on few cores.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    coverage: {
      provider: 'v8',
      reporter: ['text'],
      include: ['src/**/*.ts'],
      exclude: ['src/internal/simd/kernel.ts'], // AssemblyScript
      thresholds: { lines: 100, branches: 100, functions: 100, statements: 100 },
    },
  },
});
