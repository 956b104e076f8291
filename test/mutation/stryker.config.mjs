// What Stryker plants and how it runs. What survives is explained below.
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.config.ts', related: false },
  // Not the engine of simd, which has proofs of its own, nor what people run at their desks.
  mutate: [
    'src/*.ts',
    '!src/simd.ts',
    '!src/cli.ts',
    '!src/explain.ts',
    'src/internal/*.ts',
    'src/internal/aes/*.ts',
    'src/internal/encoding/*.ts',
  ],
  // Each fault meets only the tests that run its line; what runs before the tests, as they are collected, comes second.
  coverageAnalysis: 'perTest',
  incremental: true, // a range holds the faults inside it, too: what was found of them is not run again
  incrementalFile: 'incremental.json',
  concurrency: 2,
  timeoutMS: 5_000,
  disableTypeChecks: false, // vitest checks none
  symlinkNodeModules: false,
  reporters: ['json', 'progress-append-only'],
  tempDirName: 'sandbox',
};

/** Tests of a file beside its mirror in test/. */
export const testedBy = {
  'src/internal/handler.ts': ['test/node.test.ts', 'test/fetch.test.ts'],
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
      ["return text.includes('\\ufffd')", '""'],
      ['if (text.length <= SHORT_BASE64)', 'true', 'text.length < SHORT_BASE64'],
      ['distance <= block && distance', 'true', 'distance <= block || distance <= length'],
      ['raw.length * 3 <= limit', 'false', 'raw.length * 3 < limit'],
      ['key.length === name.length', 'true'],
      ["value.includes(', ')", '""'],
      ["if (!text.includes('%'))", 'false', '""'],
      ['encoder.encodeInto(text, at === 0 ?', 'false'],
      ["if (!text.includes('&')) return text", 'false', '""'],
      ["const isPlain = !text.includes(']]>') && !text.includes('\\r')", 'false', '""'],
      ['if (!(name in children)) {', 'false', '{}'],
      ['return value !== undefined && Object.hasOwn', 'true'],
      ['// most are absent, and that is quickly seen\n  if (value === undefined)', 'false'],
      [
        "return typeof pair[0] === 'string' && typeof pair[1] === 'string'",
        'false',
        'true',
        "typeof pair[0] !== 'string'",
        '""',
      ],
      ['function isPairOfTexts(pair: [unknown, unknown]): pair is [string, string] {', '{}'],
      [
        "if (parts.length === 1 && typeof first === 'string' && first.length <= SHORT_TEXT) {",
        'false',
        'true',
        "typeof first !== 'string'",
        '""',
        'first.length < SHORT_TEXT',
        '{}',
      ],
      ["return typeof body === 'string' ? sha256(head + body)", 'false', '""'],
      [
        'const isAlone = bodyText.length >= HEAD.length + TAIL.length && bodyText.startsWith(HEAD) && bodyText.endsWith(TAIL)',
        'false',
        'bodyText.length > HEAD.length + TAIL.length',
        'bodyText.endsWith(HEAD)',
        'bodyText.startsWith(TAIL)',
      ],
      ['decodeBase64(bodyText.slice(HEAD.length, -TAIL.length), 0)', 'bodyText'],
      ['const HEAD = \'{"encrypt":"\'', '""'],
      ['length > SCRATCH_BYTES ? new', 'length >= SCRATCH_BYTES'],
      ['3 * all.length + PADDING_BLOCK', '3 * all.length - PADDING_BLOCK'], // the header counts 40 too many
      ['if (end > memory.length) {', 'end >= memory.length'],
    ],
  },
  {
    why: 'reads zeros or nothing behind the end of a typed array or text, and writes there, which does nothing',
    faults: [
      ['i < text.length; i++) {\n    let point', 'i <= text.length'],
      ['value < 64', 'value <= 64'],
      ['at < plaintext.length', 'at <= plaintext.length'],
      ['at < words.length', 'at <= words.length'],
      ['i < AES_BLOCK; i++)\n          chained', 'i <= AES_BLOCK'],
      ['i < bytes.length && length < 16', 'i <= bytes.length', 'true', 'length <= 16'],
      // Nothing behind the end is equal to nothing that is known: only the time would tell.
      ['const reach = Math.max(', 'Math.min(...forms.map(reachOf))'],
      [
        "return form.reduce((sum, piece) => sum + (typeof piece === 'string' ? MAX_VALUE + 1 : piece.length), 0)",
        "sum - (typeof piece === 'string' ? MAX_VALUE + 1 : piece.length)",
        'true',
        'false',
        "typeof piece !== 'string'",
        '""',
        'MAX_VALUE - 1',
      ],
    ],
  },
  {
    why: 'two parts that are equal may stand in either order',
    faults: [
      ['const [low1, high1] = token < encrypt', 'token <= encrypt'],
      ['const [low2, high2] = timestamp < nonce', 'timestamp <= nonce'],
      ['const [first, second] = low1 < low2', 'low1 <= low2'],
      ['const [third, last] = high1 < high2', 'high1 <= high2'],
      ['(second < third ?', 'second <= third'],
    ],
  },
  {
    why: 'a place that is never 0, and a document that is refused by where its end would be',
    faults: [
      ['if (at < 0) return undefined;', 'at <= 0'],
      ['return endOfMatch(NAME, xml, at + 2) < 0', 'endOfMatch(NAME, xml, at + 2) <= 0'],
      ['if (nameEnd < 0 ||', 'false', 'nameEnd <= 0'],
      ['next = nameEnd; next >= 0', 'next > 0'],
      ['if (end < 0 || decodeReferences', 'false', 'end <= 0'],
      ['if (element === undefined || end < 0 ||', 'false', 'end <= 0'],
      ['const end = next < 0 ?', 'next <= 0'],
      ["return end > 0 && xml.charAt(end) === '>'", 'true', 'end >= 0'],
      ['return index < 0 ? -1 : index', 'index <= 0'],
    ],
  },
  {
    why: 'what is left out follows from what is beside it, and is there for the reader or the type checker',
    faults: [
      ['if (drawn === undefined ||', 'false'], // nor has anybody drawn it then
      ["Symbol.for('callback-codec: answers probes')", '""'], // of whatever name, it is one
      [' cipher.setAutoPadding(false)', 'true'], // padding would come from final(), which nobody calls
      ['return look();\n  } catch {', '{}'], // a function that returns nothing returns undefined
      ['if (length < 0) return undefined;\n    const fits', 'false'], // then the count is wrong
      ['buffer?.transcode', 'buffer.transcode'], // without Buffer nobody comes here
      ["transcode(bytes, 'utf8', 'ucs2')", '""'], // which means UTF-8
      ['} catch {\n    return undefined; // a SyntaxError', '{}'], // undefined is no JSON
      ['return decodeURIComponent(text);\n  } catch {', '{}'], // a function that returns nothing returns undefined
      ["equals < 0 ? ''", 'equals <= 0'], // without a name it is passed over
      ["typeof body === 'object' && tagOf", 'true'], // a number has no tag, and nothing is ''
      ["if (typeof body !== 'object' || body === null)", 'false'], // the same
      ["const challenge: Form = [encodeUtf8('\"challenge\":\"'), 'challenge'", '""'], // whatever is no token
      ['for (let i = at; i <= at + MAX_VALUE; i++)', 'i < at + MAX_VALUE'], // no quote follows then
      ['const length = padded === undefined ? -1', '+1'], // what is not there is undefined
      ['return length < 0 ? undefined : padded?.subarray', 'padded.subarray'],
      ["return character ?? ''", '"Stryker was here!"'], // then all of the text is refused
      ['value, writable: true, enumerable: true, configurable: true }', 'false'], // either lets it be defined again
      ["appIds.includes(appId ?? '')", '"Stryker was here!"'], // no app has either id
      ["found.text, requireJsonObject('the plaintext', found.text)", '""'], // what was compared is an object
      ['if (appId === undefined || !app.appIds', 'false'], // no list has it
      ['error: () => settle(() => reject(new Aborted()))', '() => undefined'], // what breaks off is closed
      ['part = await reader?.read()) {', 'reader.read'], // where there was a part, there is a reader
      ["const { method = '', url = '', headers } = request", '"Stryker was here!"'], // a server's request has both
      ["writeDocument('payload', format, envelope)", '""'], // ToUserName was written in the message before
      ['return Object.assign(codec, { [ANSWERS_PROBES]: true })', 'false'], // only whether it is there is looked at
      ['Object.assign(codec, { [ANSWERS_PROBES]: true });\n  return', 'false'],
    ],
  },
  {
    why: 'throws, and what throws is passed over like what is not there',
    faults: [
      ['if (crypto === undefined) return undefined;\n  return (...parts)', 'false'],
      ['const hash = crypto?.hash', 'crypto.hash'],
      ['if (hash === undefined || buffer === undefined)', 'false', 'hash === undefined && buffer === undefined'],
      ['if (buffer === undefined) return', 'false'],
      [
        'if (buffer === undefined || TextEncoder === undefined)',
        'false',
        'buffer === undefined && TextEncoder === undefined',
      ],
      ["if (!('setFromBase64' in Uint8Array.prototype))", 'false'],
      ['versions?.webkit !== undefined', 'versions.webkit'],
      ['versions?.v8}`, 10) < 13', 'versions.v8'],
      [
        'versions: { v8: ask(() => process?.versions?.v8), webkit: ask(() => process?.versions?.webkit) }',
        'process?.versions.v8',
        'process?.versions.webkit',
        'process.versions',
      ],
    ],
  },
];
