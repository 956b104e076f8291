// What Stryker plants and how it runs. What survives is explained below.
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.config.ts', related: false },
  mutate: ['src/**/*.ts', '!src/simd.ts', '!src/internal/simd/**'],
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
 * Faults that no test can see, each with its reason: [text of the code, what stands there instead, ...]. The text stands in
 * one place of src/, and the fault begins inside it. run.mjs fails where one survives that is not here, or one is found
 * that is.
 */
export const explained = [
  {
    why: 'the same result, only slower or in more memory',
    faults: [
      ['units.length >= ARGUMENTS', 'true', 'units.length > ARGUMENTS', 'units.length < ARGUMENTS'],
      ['codes.length >= ARGUMENTS', 'true', 'codes.length > ARGUMENTS', 'codes.length < ARGUMENTS'],
      ['if (sextets === undefined)', 'true'],
      ["text.replace(/[\\t\\n\\f\\r ]+/g, '')", '/[\\t\\n\\f\\r ]/g'],
      ['isLE && isAligned32(bytes)', 'false'],
      ["text.includes('\\ufffd')", '""'],
      ['if (text.length <= SHORT_BASE64)', 'true', 'text.length < SHORT_BASE64'],
      ['length > scratch.byteLength', 'true', 'length >= scratch.byteLength'],
      ['text.length > SHORT_BASE64', 'true', 'false', 'text.length >= SHORT_BASE64', 'text.length <= SHORT_BASE64'],
      ['distance <= block && distance', 'true', 'distance <= block || distance <= length'],
      ['raw.length * 3 <= limit', 'false', 'raw.length * 3 < limit'],
      ['key.length === name.length', 'true'],
      ["value.includes(', ')", '""'],
      ["if (!text.includes('%'))", 'false'],
    ],
  },
  {
    why: 'reads zeros or nothing behind the end of a typed array or text, and writes there, which does nothing',
    faults: [
      ['i < text.length; i++) {\n    let point', 'i <= text.length'],
      ['value < 64', 'value <= 64'],
      ['i < length; i += 4', 'i <= length'],
      ['at < plaintext.length', 'at <= plaintext.length'],
      ['at < words.length', 'at <= words.length'],
    ],
  },
  {
    why: 'what is left out follows from what is beside it, and is there for the reader or the type checker',
    faults: [
      [' cipher.setAutoPadding(false)', 'true'], // padding would come from final(), which nobody calls
      ['return look();\n  } catch {', '{}'], // a function that returns nothing returns undefined
      ['if (length < 0) return undefined;\n    const fits', 'false'], // then the count is wrong
      ['buffer?.transcode', 'buffer.transcode'], // without Buffer nobody comes here
      ["transcode(bytes, 'utf8', 'ucs2')", '""'], // which means UTF-8
      ['} catch {\n    return undefined; // a SyntaxError', '{}'], // undefined is no JSON
      ['return decodeURIComponent(text);\n  } catch {', '{}'], // a function that returns nothing returns undefined
      ["equals < 0 ? ''", 'equals <= 0'], // without a name it is passed over
    ],
  },
  {
    why: 'throws, and what throws is passed over like what is not there',
    faults: [
      ['if (crypto === undefined) return', 'false'],
      ['const hash = crypto?.hash', 'crypto.hash'],
      ['if (hash === undefined || buffer === undefined)', 'false', 'hash === undefined && buffer === undefined'],
      ['if (buffer === undefined) return', 'false'],
      [
        'if (buffer === undefined || TextEncoder === undefined)',
        'false',
        'buffer === undefined && TextEncoder === undefined',
      ],
      ["if (!('setFromBase64' in Uint8Array.prototype))", 'false'],
    ],
  },
];
