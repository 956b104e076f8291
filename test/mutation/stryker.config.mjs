// What Stryker plants and how it runs. What survives is explained below.
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.config.ts', related: false },
  mutate: ['src/**/*.ts', '!src/simd.ts', '!src/simd/**'],
  // Each fault meets only the tests that run its line; what runs before the tests, as they are collected, comes second.
  coverageAnalysis: 'perTest',
  incremental: true,
  incrementalFile: 'incremental.json',
  concurrency: 2,
  timeoutMS: 5_000,
  disableTypeChecks: false, // vitest checks none
  symlinkNodeModules: false,
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, skipFull: false },
  thresholds: { high: 100, low: 95, break: 95 },
  tempDirName: 'sandbox',
};

/** Faults that no test can see: [file, part of the line, what stands there instead, ...]. run.mjs compares the list. */
export const explained = [];
