import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: (process.env.TESTS as string).split(','), // run.mjs sets it
    exclude: [
      // They test the packed package, the documents and the demo: what is built, not what is in src.
      'test/package.test.ts',
      'test/readme.test.ts',
      'test/demo.test.ts',
      'test/cli.test.ts',
      'test/check.test.ts',
      'test/noble.test.ts',
      'test/release-check.test.ts',
      // There the runtime throws when it is asked, and what Stryker plants asks it for the process.
      'test/throwing-runtime.test.ts',
      // Not mutated here.
      'test/simd.test.ts',
      'test/explain.test.ts',
      'test/explain/**',
      'test/internal/cli/**',
      // They read the sources as text, or bundle them.
      'test/house.test.ts',
      'test/fuzz/**',
      // The same that `npm run test:runtimes` asks of every engine, and an attack of many requests.
      'test/conformance/**',
      'test/timing/**',
      // A bundle, and thousands of random cases, for every fault: the others find what these do.
      'test/bad-inputs.test.ts',
      'test/properties.test.ts',
    ],
    isolate: false, // one worker for all files and all faults: a third of the time
    testTimeout: 60_000,
    setupFiles: ['setup.ts'],
  },
});
