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

/**
 * Faults that no test can see, each with its reason: [file, part of the line, what stands there instead, ...]. run.mjs
 * fails where one survives that is not here, or one is found that is.
 */
export const explained = [
  {
    why: 'the same result, only slower or in more memory',
    faults: [
      ['bytes.ts', 'units.length >= ARGUMENTS', 'true', 'units.length > ARGUMENTS', 'units.length < ARGUMENTS'],
      ['bytes.ts', 'codes.length >= ARGUMENTS', 'true', 'codes.length > ARGUMENTS', 'codes.length < ARGUMENTS'],
      ['bytes.ts', 'if (sextets === undefined)', 'true'],
      ['bytes.ts', "text.replace(/[\\t\\n\\f\\r ]+/g, '')", '/[\\t\\n\\f\\r ]/g'],
      ['engine.ts', 'isLE && isAligned32(bytes)', 'false'],
      ['host.ts', "text.includes('\\ufffd')", '""'],
      ['host.ts', 'if (text.length <= SHORT_BASE64)', 'true', 'text.length < SHORT_BASE64'],
      ['host.ts', 'if (length > scratch.byteLength)', 'true', 'length >= scratch.byteLength'],
      ['host.ts', 'if (length > SHORT_BASE64)', 'true', 'false', 'length >= SHORT_BASE64', 'length <= SHORT_BASE64'],
      ['pkcs7.ts', 'distance <= block && distance', 'true', 'distance <= block || distance <= length'],
      ['request.ts', 'raw.length * 3 <= limit', 'false', 'raw.length * 3 < limit'],
      ['request.ts', 'key.length === name.length', 'true'],
      ['request.ts', "value.includes(', ')", '""'],
      ['request.ts', "if (!text.includes('%'))", 'false'],
    ],
  },
  {
    why: 'reads zeros or nothing behind the end of a typed array or text, and writes there, which does nothing',
    faults: [
      ['bytes.ts', 'for (let i = 0; i < text.length; i++)', 'i <= text.length'],
      ['bytes.ts', 'value < 64', 'value <= 64'],
      ['bytes.ts', 'i < length; i += 4', 'i <= length'],
      ['engine.ts', 'at < plaintext.length', 'at <= plaintext.length'],
      ['engine.ts', 'at < words.length', 'at <= words.length'],
    ],
  },
  {
    why: 'what is left out follows from what is beside it, and is there for the reader or the type checker',
    faults: [
      ['dingtalk.ts', "encodingAesKey === null ? ''", '"Stryker was here!"'], // no 43 characters either
      ['dingtalk.ts', 'padded === undefined || length < HEADER_BYTES', 'false'],
      ['engine.ts', 'cipher.setAutoPadding(false)', 'true'], // padding would come from final(), which nobody calls
      ['host.ts', '} catch {', '{}'], // a function that returns nothing returns undefined
      ['host.ts', 'if (length < 0) return undefined', 'false'], // then the count is wrong
      ['host.ts', 'buffer?.transcode', 'buffer.transcode'], // without Buffer nobody comes here
      ['host.ts', "transcode(bytes, 'utf8', 'ucs2')", '""'], // which means UTF-8
      ['request.ts', '} catch {', '{}'], // a function that returns nothing returns undefined
      ['request.ts', 'text === undefined ? undefined', 'false'], // undefined is no JSON
      ['request.ts', 'equals < 0 ?', 'equals <= 0'], // without a name it is passed over
    ],
  },
  {
    why: 'throws, and what throws is passed over like what is not there',
    faults: [
      ['hash.ts', 'if (crypto === undefined)', 'false'],
      ['hash.ts', 'const hash = crypto?.hash', 'crypto.hash'],
      [
        'hash.ts',
        'if (hash === undefined || buffer === undefined)',
        'false',
        'hash === undefined && buffer === undefined',
      ],
      ['host.ts', 'if (buffer === undefined)', 'false'],
      [
        'host.ts',
        'if (buffer === undefined || TextEncoder === undefined)',
        'false',
        'buffer === undefined && TextEncoder === undefined',
      ],
      ['host.ts', "if (!('setFromBase64' in Uint8Array.prototype))", 'false'],
    ],
  },
];
