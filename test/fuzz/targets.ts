// What is fuzzed: for each target how an input is made, and the oracle that judges what comes of it. An input is right at
// most of its layers (plaintext, padding, blocks, base64, JSON, signature, container), so that wrong ones lie deep.
import { isDeepStrictEqual } from 'node:util';
import type * as Codecs from '../../src/index.ts';
import type * as Base64 from '../../src/internal/encoding/base64.ts';
import type * as Portable from '../../src/internal/encoding/portable.ts';
import type * as Utf8 from '../../src/internal/encoding/utf8.ts';
import type * as Requests from '../../src/internal/request.ts';
import type * as Runtimes from '../../src/internal/runtime.ts';
import { mutateBytes, mutateJson, mutateText, type Random } from './mutate.ts';
import type { Input, Pairs } from './reference.ts';
import * as reference from './reference.ts';
import { NOW, Refusal, SMALL_BODY, TOLERANCE_SECONDS } from './reference.ts';

/** What is under test: the built package, and the modules of src/ that it does not export. */
export interface Implementation {
  readonly codecs: typeof Codecs;
  readonly modules: {
    readonly 'internal/encoding/base64': typeof Base64;
    readonly 'internal/encoding/portable': typeof Portable;
    readonly 'internal/encoding/utf8': typeof Utf8;
    readonly 'internal/request': typeof Requests;
    readonly 'internal/runtime': typeof Runtimes;
  };
}

export interface Target {
  readonly name: string;
  /** How many shares of the time it gets. */
  readonly weight: number;
  make(random: Random): unknown;
  /** What came of it, in a few words; throws a {@link Finding} where that is wrong. */
  check(input: never): string;
}

/** The implementation did something that it must not do. */
export class Finding extends Error {}

function fail(message: string): never {
  throw new Finding(message);
}

export function makeTargets({ codecs, modules }: Implementation): Target[] {
  const now = () => NOW;
  const window = { toleranceSeconds: TOLERANCE_SECONDS, now };
  const small = { maxBodyBytes: SMALL_BODY };
  const { encryptKey, verificationToken } = reference.FEISHU;
  const feishuCodecs = {
    both: codecs.createFeishuCodec(reference.FEISHU),
    key: codecs.createFeishuCodec({ encryptKey }),
    token: codecs.createFeishuCodec({ verificationToken }),
    closed: codecs.createFeishuCodec({ ...reference.FEISHU, acceptChallenge: false }),
    window: codecs.createFeishuCodec({ ...reference.FEISHU, ...window }),
    small: codecs.createFeishuCodec({ ...reference.FEISHU, ...small }),
  };
  const platformCodecs = {
    any: codecs.createDingTalkCodec(reference.DINGTALK),
    window: codecs.createDingTalkCodec({ ...reference.DINGTALK, ...window }),
    small: codecs.createDingTalkCodec({ ...reference.DINGTALK, ...small }),
  };
  const noWindow = { toleranceSeconds: Number.POSITIVE_INFINITY };
  const tencentCodecs = {
    app: codecs.createTencentChatCodec({ ...reference.TENCENT, ...noWindow }),
    anyApp: codecs.createTencentChatCodec({ token: reference.TENCENT.token, ...noWindow }),
    window: codecs.createTencentChatCodec({ ...reference.TENCENT, ...window }),
    small: codecs.createTencentChatCodec({ ...reference.TENCENT, ...noWindow, ...small }),
  };

  /** The one answer to whatever is wrong on Feishu's unsigned path. */
  let unsignedAnswer: string | undefined;

  function checkCodec(
    platform: {
      [name: string]: {
        decode(request: Codecs.CallbackRequest): unknown;
        verify(request: Codecs.CallbackRequest): boolean;
      };
    },
    input: Input,
    expectedMessage: (input: Input) => unknown,
    expectedSignature: (input: Input) => unknown,
  ): string {
    const codec = platform[input.codec] ?? fail(`no codec ${input.codec}`);
    const { request, isUnchanged } = build(input);
    const [actual, expected] = [
      answerOf(() => polluted(input, () => codec.decode(request))),
      answerOf(() => expectedMessage(input)),
    ];
    if (actual.code !== expected.code) fail(`decode gave ${actual.code}, the contract ${expected.code}`);
    if (actual.receivedOwner !== expected.receivedOwner) fail('receivedOwner is not that of the verified message');
    if (actual.code === undefined && !same(actual.value, expected.value))
      fail('decode gave another message than the contract');
    const [verified, signed] = [answerOf(() => codec.verify(request)), answerOf(() => expectedSignature(input))];
    if (verified.value !== (signed.code === undefined && signed.value !== false))
      fail(`verify gave ${String(verified.value ?? verified.label)}`);
    if (!isUnchanged()) fail('the body was written to');
    if (
      input.url === undefined &&
      !same(
        answerOf(() => codec.decode(request)),
        actual,
      )
    )
      fail('a second decode answered otherwise');
    if (expected.isUnsigned) {
      unsignedAnswer ??= actual.label;
      if (actual.label !== unsignedAnswer) fail(`the unsigned path tells failures apart: ${actual.label}`);
    }
    return actual.label;
  }

  interface Answer {
    value?: unknown;
    code?: string;
    label: string;
    isUnsigned?: boolean;
    receivedOwner?: string | undefined;
  }

  /** Value, or code and label of a refusal; anything else thrown is a finding. */
  function answerOf(attempt: () => unknown): Answer {
    try {
      const value = attempt() as { kind?: string; schema?: string } | undefined;
      return { value, label: `accepted ${value?.kind ?? ''} ${value?.schema ?? ''}`.trim() };
    } catch (error) {
      if (error instanceof Refusal) return { ...error, label: error.code };
      return refusalOf(error);
    }
  }

  function refusalOf(error: unknown): Answer {
    if (error instanceof Finding) throw error;
    if (!(error instanceof Error) || error.name !== 'CallbackError') fail(`${String(error)} escaped`);
    const { code, message, platformCode, receivedOwner } = error as Codecs.CallbackError;
    if (!/^ERR_(REQUEST|TOO_LARGE|SIGNATURE|TIMESTAMP|TOKEN|DECRYPT|OWNER|CONFIG)$/.test(code)) {
      fail(`undocumented code ${code}`);
    }
    for (const property of Object.getOwnPropertyNames(error)) {
      if (!['stack', 'message', 'name', 'code', 'platformCode', 'receivedOwner'].includes(property)) {
        fail(`error.${property} is there`);
      }
    }
    return { code, receivedOwner, label: `${code} ${message}${platformCode === undefined ? '' : ` ${platformCode}`}` };
  }

  const { decodeBase64, encodeBase64, decodeUtf8, encodeUtf8, utf8Length } = modules['internal/encoding/portable'];
  const { readHeaders, readParameter, readParameters } = modules['internal/request'];
  const { makeDecodeBase64, makeEncodeBase64 } = modules['internal/encoding/base64'];
  const { makeDecodeUtf8, makeEncodeUtf8 } = modules['internal/encoding/utf8'];
  const onRuntime = (runtime: Runtimes.Runtime) => ({
    decodeBase64: makeDecodeBase64(runtime),
    encodeBase64: makeEncodeBase64(runtime),
    decodeUtf8: makeDecodeUtf8(runtime),
    encodeUtf8: makeEncodeUtf8(runtime),
  });
  /** Portable, and by what each kind of runtime has built in; results may be scratch memory. */
  const encodings = [
    { decodeBase64, encodeBase64, decodeUtf8, encodeUtf8 },
    ...[modules['internal/runtime'].thisRuntime(), {}, { TextEncoder, TextDecoder }].map(onRuntime),
  ];

  return [
    {
      name: 'feishu',
      weight: 2,
      make: makeFeishu,
      check: (input: Input) => checkCodec(feishuCodecs, input, reference.feishu, reference.feishuSigned),
    },
    {
      name: 'challenge',
      weight: 2,
      make: makeChallenge,
      check: (input: Input) => checkCodec(feishuCodecs, input, reference.feishu, reference.feishuSigned),
    },
    {
      name: 'dingtalk',
      weight: 2,
      make: makeDingTalk,
      check: (input: Input) => checkCodec(platformCodecs, input, reference.dingTalk, reference.dingTalkSigned),
    },
    {
      name: 'tencent-chat',
      weight: 2,
      make: makeTencent,
      check: (input: Input) => checkCodec(tencentCodecs, input, reference.tencent, reference.tencentSigned),
    },
    {
      name: 'json',
      weight: 2,
      make: makeJson,
      check: (input: Input) => checkCodec(feishuCodecs, input, reference.feishu, reference.feishuSigned),
    },
    {
      name: 'ciphertext',
      weight: 2,
      make: makeCiphertext,
      check({ platform, encrypt }: { platform: string; encrypt: string }) {
        const attempts: readonly (readonly [() => unknown, () => unknown])[] =
          platform === 'feishu'
            ? [
                [() => codecs.decryptFeishuEvent(encrypt, encryptKey), () => feishuText(encrypt)],
                [() => feishuCodecs.key.decrypt(encrypt), () => feishuText(encrypt)],
              ]
            : [
                [
                  () => codecs.decryptDingTalkMessage(encrypt, reference.DINGTALK),
                  () => reference.dingTalkOpen(encrypt).text,
                ],
                [() => platformCodecs.any.decrypt(encrypt), () => reference.dingTalkOpen(encrypt)],
              ];
        let label = '';
        for (const [attempt, contract] of attempts) {
          const [actual, expected] = [answerOf(attempt), answerOf(contract)];
          if (actual.code !== expected.code || !same(actual.value, expected.value))
            fail(`${actual.label}, the contract ${expected.label}`);
          if (actual.receivedOwner !== undefined) fail('receivedOwner of a message that nobody verified');
          label = `${platform} ${actual.label}`;
        }
        return label;
      },
    },
    {
      name: 'base64',
      weight: 1,
      make: makeBase64,
      check({ text, reserve, key }: { text: string; reserve: number; key?: string }) {
        if (key !== undefined) return checkEncodingAesKey(key);
        const expected = reference.decodeBase64(text);
        for (const encoding of encodings) {
          const bytes = encoding.decodeBase64(text, reserve);
          if (!sameBytes(bytes?.subarray(reserve), expected)) fail('base64 decoded otherwise than by the reference');
          if (bytes !== undefined && encoding.encodeBase64(bytes.slice(reserve)) !== text)
            fail('base64 has two texts for the same bytes');
        }
        return expected === undefined ? 'refused' : 'decoded';
      },
    },
    {
      name: 'utf8',
      weight: 1,
      make: makeUtf8,
      check({ bytes, start, end, text }: { bytes: Uint8Array; start: number; end: number; text: string }) {
        const [memory, expected] = [bytes.slice(), decodeByPlatform(bytes.subarray(start, end))];
        const encoded = reference.isWellFormed(text) ? new TextEncoder().encode(text) : undefined;
        for (const encoding of encodings) {
          if (encoding.decodeUtf8(bytes, start, end) !== expected) fail('UTF-8 decoded otherwise than by TextDecoder');
          if (!sameBytes(encoding.encodeUtf8(text), encoded)) fail('UTF-8 encoded otherwise than by TextEncoder');
        }
        if (utf8Length(text) !== (encoded?.length ?? -1)) fail('utf8Length is not that of TextEncoder');
        if (!sameBytes(bytes, memory)) fail('the bytes were written to');
        return `${expected === undefined ? 'refused' : 'decoded'}, ${encoded === undefined ? 'ill-formed' : 'encoded'}`;
      },
    },
    {
      name: 'query',
      weight: 1,
      make: (random: Random) => ({
        codec: '',
        body: '',
        ...makeQuery(
          random,
          WORDS.map((name): [string, string] => [name, random.pick(WORDS)]),
        ),
      }),
      check(input: Input) {
        const list = readParameters(build(input).request);
        if (!same(list, reference.parameters(input))) fail('other parameters than by the reference');
        return checkValue(
          (...names) => readParameter(list, ...names),
          (...names) => reference.parameter(list, ...names),
          'a',
          'b',
        );
      },
    },
    {
      name: 'headers',
      weight: 1,
      make: (random: Random) => ({
        codec: '',
        body: '',
        ...makeHeaders(
          random,
          WORDS.map((name): [string, string] => [name, random.pick(WORDS)]),
        ),
      }),
      check(input: Input) {
        const { request } = build(input);
        return checkValue(
          (name) => readHeaders(request, name)[0],
          (name) => reference.header(input, name),
          'a',
        );
      },
    },
  ];

  function checkValue(
    read: (...names: [string, ...string[]]) => unknown,
    contract: (...names: [string, ...string[]]) => unknown,
    ...names: [string, ...string[]]
  ): string {
    const [actual, expected] = [answerOf(() => read(...names)), answerOf(() => contract(...names))];
    if (actual.code !== expected.code || actual.value !== expected.value)
      fail(`${actual.label}, the contract ${expected.label}`);
    return actual.value === undefined && actual.code === undefined ? 'absent' : actual.label;
  }

  function checkEncodingAesKey(key: string): string {
    const { code, label } = answerOf(() => codecs.decryptDingTalkMessage('', { encodingAesKey: key, ownerKey: 'o' }));
    const expected = /^[A-Za-z0-9+/]{43}$/.test(key) ? 'ERR_DECRYPT' : 'ERR_CONFIG';
    if (code !== expected) fail(`EncodingAESKey gave ${code}, the contract ${expected}`);
    return `key ${label.replace(`got ${key.length}`, 'got its length')}`;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeByPlatform(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function feishuText(encrypt: string): string {
  const text = reference.feishuOpen(encrypt);
  if (text === undefined) throw new Refusal('ERR_DECRYPT');
  return text;
}

/** Runs with a property on Object.prototype, as a polluted process has it. */
function polluted<T>({ pollution }: Input, run: () => T): T {
  if (pollution === undefined) return run();
  const prototype = Object.prototype as { [name: string]: unknown };
  const [name, value] = pollution;
  prototype[name] = value;
  try {
    return run();
  } finally {
    delete prototype[name];
  }
}

const PROTOTYPE_KEYS = Reflect.ownKeys(Object.prototype).length;

/** Equal all the way down; what is nested too deep to compare comes from the same text anyway. */
function same(actual: unknown, expected: unknown): boolean {
  if (Reflect.ownKeys(Object.prototype).length !== PROTOTYPE_KEYS) fail('Object.prototype was written to');
  try {
    return isDeepStrictEqual(actual, expected);
  } catch (error) {
    return error instanceof RangeError;
  }
}

function sameBytes(actual: Uint8Array | undefined, expected: Uint8Array | undefined): boolean {
  return actual === undefined || expected === undefined ? actual === expected : Buffer.compare(actual, expected) === 0;
}

/** The request as a server hands it over: frozen, bytes in memory of their own or somewhere inside other memory. */
function build(input: Input): { request: Codecs.CallbackRequest; isUnchanged: () => boolean } {
  const { headers, query, asBuffer } = input;
  let memory = new Uint8Array(0);
  let body: Codecs.CallbackRequest['body'] = input.body;
  if (body instanceof Uint8Array) {
    const offset = asBuffer ? 0 : body.length % 5;
    memory = new Uint8Array(body.length + (asBuffer ? 0 : 9)).fill(0xaa);
    memory.set(body, offset);
    body = asBuffer ? memory.buffer : memory.subarray(offset, offset + body.length);
  }
  const before = memory.slice();
  const request = {
    ...('body' in input && { body }),
    ...('headers' in input && { headers: headers && container(headers) }),
    ...('url' in input && { url: input.url }),
    ...('query' in input && { query: query && container(query) }),
  };
  return { request: Object.freeze(request) as Codecs.CallbackRequest, isUnchanged: () => sameBytes(memory, before) };
}

function container({ container, pairs }: { container: string; pairs: Pairs }): object {
  if (container === 'record') return Object.freeze(Object.fromEntries(pairs));
  if (container === 'map') return new Map(pairs);
  return container === 'fetch'
    ? new Headers(pairs as [string, string][])
    : new URLSearchParams(pairs as [string, string][]);
}

/** A value as it may stand in a container: once, listed, twice, joined, with another one. */
function repeated(random: Random, value: string): unknown {
  if (!random.onceIn(6)) return value;
  const other = random.onceIn(2) ? mutateText(random, value) : random.pick(['', 7, {}, value, value.toUpperCase()]);
  const joined = [`${value}, ${value}`, `${value}, `];
  return random.pick<unknown>([
    ...joined,
    [value],
    [value, value],
    [value, other],
    [value, random.pick([null, undefined, '', 7])],
    [other],
    other,
    [],
    null,
    undefined,
  ]);
}

const WORDS = ['a', 'b', '你', 'A', 'x, y'];

const otherCase = (random: Random, name: string): string =>
  random.pick([name, name.toUpperCase(), name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())]);

function makeHeaders(random: Random, wanted: [string, string][]): Pick<Input, 'headers'> {
  if (wanted.length === 0 && random.onceIn(2)) return random.pick([{}, { headers: null }]);
  const pairs: Pairs = wanted.map(([name, value]) => [
    otherCase(random, name),
    repeated(random, random.onceIn(30) ? mutateText(random, value) : value),
  ]);
  while (random.onceIn(4))
    pairs.push(
      random.pick<[string, unknown]>([
        ...pairs,
        ['host', 'h'],
        ['', ''],
        ['x-lar\u212a-signature', 'x'],
        ['__proto__', 'x'],
      ]),
    );
  if (random.onceIn(20)) pairs.splice(0, 1, [mutateText(random, pairs[0]?.[0] ?? ''), pairs[0]?.[1]]);
  const kind = random.pick(['record', 'record', 'map', 'fetch'] as const);
  if (kind === 'fetch') {
    try {
      return { headers: { container: kind, pairs: fetchPairs(fetchPairs(pairs)) } };
    } catch {
      // No HTTP header: a record can still hold it.
    }
  }
  return { headers: { container: kind === 'map' ? 'map' : 'record', pairs: asHeld(kind, pairs) } };
}

/** The pairs as Fetch has them, which joins what is repeated and trims; done twice, what was joined is trimmed as well. */
const fetchPairs = (pairs: Pairs): Pairs => [...new Headers(pairs as [string, string][])];

/** The pairs that a container keeps of those it is given. */
function asHeld(kind: string, pairs: Pairs): Pairs {
  return kind === 'map' ? [...new Map(pairs)] : Object.entries(Object.fromEntries(pairs));
}

function makeQuery(random: Random, wanted: [string, string][]): Pick<Input, 'url' | 'query'> {
  if (random.onceIn(3)) {
    const pairs: Pairs = wanted.map(([name, value]) => [name, repeated(random, value)]);
    while (random.onceIn(4))
      pairs.push(
        random.pick<[string, unknown]>([...pairs, ['0', '0'], ['', ''], ['__proto__', 'x'], ['constructor', 'x']]),
      );
    const kind = random.pick(['record', 'record', 'map', 'search'] as const);
    if (kind === 'search')
      return { query: { container: kind, pairs: [...new URLSearchParams(pairs as [string, string][])] } };
    return { query: { container: kind, pairs: asHeld(kind, pairs) } };
  }
  const encode = random.pick<(text: string) => string>([
    encodeURIComponent,
    (text) => new URLSearchParams([['', text]]).toString().slice(1),
    (text) => text,
  ]);
  const pairs = wanted.map(([name, value]) => `${encode(name)}=${encode(value.replace(/\p{Surrogate}/gu, ''))}`);
  while (random.onceIn(4))
    pairs.push(random.pick([...pairs, '', '=', 'a', '%', '%=%', '__proto__=x', 'a=%ff', '%ff=a', 'a+b=c+d']));
  const url =
    random.pick(['', '/', 'https://example.org/a/b']) +
    random.pick(['?', '?', '?', '']) +
    pairs.join('&') +
    random.pick(['', '', '#', '#?a=b']);
  return { url: random.onceIn(8) ? mutateText(random, url) : url, ...(random.onceIn(20) && { query: null }) };
}

/** Lengths at which loops, scratch memory and argument lists end. */
const EDGES = [1364, 2730, 4094, 4096, 5461, 8191, 12_288, 16_384, 21_845, 32_768, 49_152, 65_536];

/** JSON with a field more, so long that the whole comes to an edge in code units. */
function stretched(random: Random, json: string): string {
  const length = random.pick(EDGES) + random.below(5) - 2;
  return json.replace(
    '{',
    `{"pad":"${random.pick(['p', 'p', 'é', '你', '\u{1f600}']).repeat(Math.max(0, length - json.length))}",`,
  );
}

/** A plaintext: right, or changed as JSON, as text or as bytes. */
function plaintext(random: Random, seeds: readonly string[]): Uint8Array {
  let text = random.pick(seeds);
  if (random.onceIn(300)) text = stretched(random, text);
  if (random.onceIn(2)) text = mutateJson(random, text);
  if (random.onceIn(12)) text = mutateText(random, text);
  if (random.onceIn(30)) text = `\ufeff${text}`;
  const bytes = new TextEncoder().encode(text);
  return random.onceIn(10) ? mutateBytes(random, bytes) : bytes;
}

/** Whole blocks of `bytes`, padded rightly or with any tail. */
function pad(random: Random, bytes: Uint8Array, block: number): Uint8Array {
  const right = block - (bytes.length % block);
  let tail: Uint8Array = new Uint8Array(right).fill(right);
  if (random.onceIn(8))
    tail = new Uint8Array(random.pick([0, 1, 15, 16, 17, 31, 32, 33, right])).fill(
      random.pick([0, 1, 16, 17, 32, 33, 255, right]),
    );
  if (random.onceIn(20)) tail = mutateBytes(random, tail);
  const padded = Buffer.concat([bytes, tail]);
  return padded.subarray(0, padded.length & ~15);
}

/** Ciphertext as base64: right, or with blocks or characters changed. */
function transport(random: Random, ciphertext: Uint8Array): string {
  let bytes = ciphertext;
  if (random.onceIn(12)) {
    const blocks = Array.from({ length: bytes.length >> 4 }, (_, index) => bytes.subarray(index * 16, index * 16 + 16));
    blocks.splice(
      random.below(blocks.length + 1),
      random.below(3),
      ...(random.onceIn(2) ? [random.pick([...blocks, random.bytes(16)])] : []),
    );
    bytes = Buffer.concat(blocks);
  }
  if (random.onceIn(20)) bytes = mutateBytes(random, bytes);
  let text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  if (random.onceIn(15)) text = text.replace(/.{64}/g, random.pick(['$&\n', '$&\r\n', '$& ', '$&\u00a0']));
  return random.onceIn(10) ? mutateText(random, text) : text;
}

function makeCiphertext(random: Random): { platform: string; encrypt: string } {
  return random.onceIn(2)
    ? { platform: 'feishu', encrypt: feishuEncrypted(random) }
    : { platform: 'dingtalk', encrypt: dingTalkEncrypted(random) };
}

const FEISHU_SEEDS = [
  '{"challenge":"ajls384kdjxxxx","token":"v-token","type":"url_verification"}',
  '{"schema":"2.0","header":{"token":"v-token"},"challenge":"ajls384kdjxxxx","type":"url_verification"}',
  '{"uuid":"u-1","ts":"1502199207.7171419","token":"v-token","type":"event_callback","event":{"type":"message","app_id":"cli_1","tenant_key":"t1","text":"你好"}}',
  '{"schema":"2.0","header":{"event_id":"e-1","token":"v-token","create_time":"1603977298000000","event_type":"im.message.receive_v1","tenant_key":"t1","app_id":"cli_1"},"event":{"message":{"content":"\\u4f60"}}}',
  '{"uuid":"","token":"v-token","event":{"type":"message"}}',
  '{"schema":"2.0","header":{"event_id":"","event_type":"card.action.trigger","token":"v-token"},"event":{"token":"c-1","action":{"value":{}}}}',
];

function feishuEncrypted(random: Random): string {
  const iv = random.bytes(16);
  const ciphertext = reference.feishuEncrypt(iv, pad(random, plaintext(random, FEISHU_SEEDS), 16));
  return transport(random, Buffer.concat([iv, ciphertext]));
}

/** The body in which Feishu and DingTalk send `encrypt`; other fields beside it, or changed. */
function wrapped(random: Random, encrypt: string): string {
  const body = JSON.stringify(
    random.onceIn(6)
      ? { type: 'url_verification', challenge: 'outer', token: 'v-token', encrypt, event: {} }
      : { encrypt },
  );
  if (random.onceIn(40)) return `\ufeff${body}`;
  return random.onceIn(12) ? mutateJson(random, body) : body;
}

const asBody = (random: Random, text: string): string | Uint8Array =>
  random.onceIn(2) ? text : new TextEncoder().encode(text);

/** The body as it is handed over; now and then nothing, which anyone can send. */
function handedOver(random: Random, body: string | Uint8Array): Pick<Input, 'body' | 'asBuffer'> {
  if (random.onceIn(100)) return random.pick([{}, { body: null }, { body: undefined }, { body: body.slice(0, 0) }]);
  return { body, ...(body instanceof Uint8Array && random.onceIn(8) && { asBuffer: true }) };
}

function changedBody(random: Random, body: string | Uint8Array): string | Uint8Array {
  return typeof body === 'string' ? mutateText(random, body) : mutateBytes(random, body);
}

function timestamps(random: Random): string {
  const edge =
    NOW + random.pick([0, 1, -1, 1000, -1000]) + random.pick([0, 0, TOLERANCE_SECONDS, -TOLERANCE_SECONDS]) * 1000;
  const timestamp = random.onceIn(2) ? String(edge) : String(Math.floor(edge / 1000));
  return random.onceIn(8) ? mutateText(random, timestamp) : timestamp;
}

/** Once in a while something on Object.prototype; seldom, because engines slow down after it. */
function pollute(random: Random, names: readonly string[]): Pick<Input, 'pollution'> {
  return random.onceIn(500)
    ? { pollution: [random.pick(names), random.pick(['v-token', 'x', '1700000000', 'url_verification'])] }
    : {};
}

function makeFeishu(random: Random): Input {
  const text = random.onceIn(20)
    ? mutateJson(random, random.pick(FEISHU_SEEDS))
    : wrapped(random, feishuEncrypted(random));
  let body = asBody(random, text);
  if (random.onceIn(30)) body = changedBody(random, body);
  const signed: [string, string][] = [];
  if (!random.onceIn(4)) {
    const [timestamp, nonce] = [timestamps(random), random.onceIn(20) ? mutateText(random, 'nonce') : 'nonce'];
    signed.push(['x-lark-request-timestamp', timestamp], ['x-lark-request-nonce', nonce]);
    signed.push(['x-lark-signature', reference.hash('sha256', timestamp, nonce, reference.FEISHU.encryptKey, body)]);
    if (random.onceIn(15)) signed.splice(random.below(3), 1 + random.below(2));
    if (random.onceIn(20)) body = changedBody(random, body);
  }
  const codec = random.pick(['both', 'both', 'key', 'token', 'closed', 'window', 'small']);
  return {
    codec,
    ...handedOver(random, body),
    ...makeHeaders(random, signed),
    ...pollute(random, [
      'encrypt',
      'token',
      'type',
      'challenge',
      'header',
      'x-lark-signature',
      'app_id',
      'headers',
      'body',
    ]),
  };
}

/** A text of so many of `alphabet`. */
function word(random: Random, alphabet: string, lengths: readonly number[]): string {
  return Array.from({ length: random.pick(lengths) }, () => random.pick([...alphabet])).join('');
}

/** The text of an unsigned challenge, at the edges of what it may be: one of six orders, values as long as they go. */
function challengeText(random: Random): string {
  const alphabet = random.pick(['0123456789abcdef-', '0123456789abcdef-', 'AFZafgz059_-']);
  const token = random.onceIn(4) ? word(random, 'AFZafgz059_-', [0, 1, 63, 64, 65]) : 'v-token';
  const members = ['"type":"url_verification"'];
  for (const member of [
    `"challenge":"${word(random, alphabet, [0, 1, 16, 17, 18, 36, 63, 64, 65])}"`,
    `"token":"${token}"`,
  ]) {
    members.splice(random.below(members.length + 1), 0, member);
  }
  return `{${members.join(',')}}`;
}

/** Blocks of a challenge with blocks of an event in front, between or in their place, as whoever captured both can have. */
function spliced(random: Random, bytes: Uint8Array): Uint8Array {
  const event = new TextEncoder().encode(random.pick(FEISHU_SEEDS.slice(2)));
  const from = 16 * random.below(event.length >> 4);
  const at = 16 * random.below((bytes.length >> 4) + 1);
  const chosen = random.pick([random.bytes(16), word(random, 'abcdef0123456789', [16]), '{"challenge":"aa']);
  return Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from(chosen),
    event.subarray(from, from + 16 * random.below(4)),
    bytes.subarray(at + 16 * random.below(3)),
  ]);
}

function makeChallenge(random: Random): Input {
  const bytes = plaintext(random, [challengeText(random)]);
  const iv = random.bytes(16);
  const padded = pad(random, random.onceIn(10) ? spliced(random, bytes) : bytes, 16);
  const encrypt = transport(random, Buffer.concat([iv, reference.feishuEncrypt(iv, padded)]));
  let text = wrapped(random, encrypt);
  if (random.onceIn(10)) {
    const length = 1198 + random.below(5) - text.length - '"pad":"",'.length;
    text = text.replace('{', `{"pad":"${random.pick(['p', 'é']).repeat(Math.max(0, length))}",`);
  }
  return {
    codec: random.pick(['both', 'key', 'key', 'closed']),
    ...handedOver(random, asBody(random, text)),
    ...makeHeaders(random, random.onceIn(20) ? [['x-lark-request-nonce', random.pick(['', 'nonce'])]] : []),
    ...pollute(random, ['encrypt', 'token', 'type', 'challenge', 'groups']),
  };
}

function makeJson(random: Random): Input {
  let text = mutateJson(random, random.pick(FEISHU_SEEDS));
  while (random.onceIn(3)) text = mutateJson(random, text);
  if (random.onceIn(10)) text = mutateText(random, text);
  const body = random.onceIn(10) ? changedBody(random, asBody(random, text)) : asBody(random, text);
  return {
    codec: 'token',
    ...handedOver(random, body),
    ...pollute(random, ['token', 'event', 'header', 'event_type', 'uuid', 'create_time', 'app_id']),
  };
}

const DINGTALK_SEEDS = [
  '{"EventType":"check_create_suite_url","Random":"LPIdSnlF","TestSuiteKey":"suite4xxxxxxxxxxxxxxx"}',
  '{"EventType":"check_update_suite_url","Random":7}',
  '{"EventType":"check_url"}',
  '{"EventType":"bpms_task_change","eventId":"e-1","BizId":"b-1"}',
  '{"EventType":"bpms_task_change","eventId":"","BizId":17}',
  '{"EventType":"user_add_org","UserId":["manager1"],"OptStaffId":"你好","CorpId":"ding1","TimeStamp":"1609999999"}',
  'success',
];

function dingTalkEncrypted(random: Random): string {
  const message = plaintext(random, DINGTALK_SEEDS);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  if (random.onceIn(10))
    length.writeUInt32BE(
      random.pick([0, 1, message.length + 1, message.length + 33, 0x7fffffff, 0x80000000, 0xffffffff, random.next()]),
    );
  let owner: Uint8Array = Buffer.from(random.pick(reference.DINGTALK.ownerKey));
  if (random.onceIn(10)) owner = mutateBytes(random, owner);
  const parts = [random.bytes(16), length, message, owner];
  const plain = Buffer.concat(random.onceIn(25) ? parts.slice(0, random.below(4)) : parts);
  return transport(random, reference.dingTalkEncrypt(pad(random, plain, 32)));
}

function makeDingTalk(random: Random): Input {
  const encrypt = dingTalkEncrypted(random);
  const timestamp = timestamps(random);
  let nonce = random.onceIn(8)
    ? random.pick(['123456789', '1234567890', '17000000000000', '１２３４５６７８９０'])
    : 'nonce';
  if (random.onceIn(20)) nonce = mutateText(random, nonce);
  const signature = reference.hash('sha1', ...[reference.DINGTALK.token, timestamp, nonce, encrypt].sort());
  const signed: [string, string][] = [
    [random.pick(['signature', 'msg_signature']), signature],
    [random.pick(['timestamp', 'timeStamp']), timestamp],
    ['nonce', nonce],
  ];
  if (random.onceIn(4))
    signed.push([
      random.pick(['signature', 'msg_signature']),
      random.onceIn(4) ? mutateText(random, signature) : signature,
    ]);
  if (random.onceIn(20)) signed.splice(random.below(3), 1);
  let body = asBody(random, wrapped(random, encrypt));
  if (random.onceIn(25)) body = changedBody(random, body);
  return {
    codec: random.pick(['any', 'any', 'window', 'small']),
    ...handedOver(random, body),
    ...makeQuery(random, signed),
    ...pollute(random, ['encrypt', 'EventType', 'Random', 'signature', 'nonce', 'url', 'query']),
  };
}

const TENCENT_SEEDS = [
  '{"CallbackCommand":"C2C.CallbackAfterSendMsg","From_Account":"a","MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"你好"}}]}',
  '{"CallbackCommand":"C2C.CallbackAfterSendMsg"}',
  '{"GroupId":"@TGS#2J4SZEAEL"}',
];

function makeTencent(random: Random): Input {
  const requestTime = timestamps(random);
  const wanted: [string, string][] = [
    ['SdkAppid', random.onceIn(12) ? mutateText(random, '888888') : '888888'],
    [
      'CallbackCommand',
      random.onceIn(12) ? mutateText(random, 'C2C.CallbackAfterSendMsg') : 'C2C.CallbackAfterSendMsg',
    ],
    ['contenttype', 'json'],
    ['ClientIP', '127.0.0.1'],
    ['OptPlatform', random.pick(['iOS', 'IOS', 'Mac', 'RESTAPI', 'İOS', 'x'])],
    [
      'Sign',
      random.onceIn(15)
        ? mutateText(random, 'ab'.repeat(32))
        : reference.hash('sha256', reference.TENCENT.token, requestTime),
    ],
    ['RequestTime', requestTime],
  ];
  while (random.onceIn(6)) wanted.splice(random.below(wanted.length), 1);
  const named = wanted.map(([name, value]): [string, string] => [
    random.pick([name, name, name.toLowerCase(), name.replace('id', 'Id'), name.toUpperCase()]),
    value,
  ]);
  const bytes = plaintext(random, TENCENT_SEEDS);
  const body = random.onceIn(2) ? bytes : new TextDecoder().decode(bytes);
  return {
    codec: random.pick(['app', 'anyApp', 'window', 'small']),
    ...handedOver(random, body),
    ...makeQuery(random, named),
    ...pollute(random, ['Sign', 'RequestTime', 'CallbackCommand', 'SdkAppid', 'query']),
  };
}

function makeBase64(random: Random): { text: string; reserve: number; key?: string } {
  const length = random.onceIn(1000) ? random.pick(EDGES) + random.below(5) - 2 : random.below(80);
  let text = Buffer.from(random.bytes(length)).toString('base64');
  if (random.onceIn(20))
    return {
      text: '',
      reserve: 0,
      key: random.onceIn(2) ? text.slice(0, 43) : mutateText(random, reference.DINGTALK.encodingAesKey),
    };
  while (!random.onceIn(3)) text = mutateText(random, text);
  if (random.onceIn(4))
    text = text
      .replace(/[^A-Za-z0-9+/=]/g, 'A')
      .replace(/=(?!=*$)/g, 'A')
      .padEnd(text.length + (-text.length & 3), '=');
  return { text, reserve: random.pick([0, 16]) };
}

function makeUtf8(random: Random): { bytes: Uint8Array; start: number; end: number; text: string } {
  let text = random
    .pick(['', 'a', '\ufeffé', '你好', '\u{1f600}\u{10ffff}', '\ud7ff\ue000\uffff', '\ufffd', '\0'])
    .repeat(random.below(4));
  if (random.onceIn(2000))
    text = random.pick(['a', 'é', '你', '\u{1f600}']).repeat(random.pick(EDGES) + random.below(5) - 2);
  while (!random.onceIn(3)) text = mutateText(random, text);
  let bytes: Uint8Array = new TextEncoder().encode(text);
  while (!random.onceIn(3)) bytes = mutateBytes(random, bytes);
  if (random.onceIn(4)) return { bytes, start: 0, end: bytes.length, text };
  const [start = 0, end = 0] = [random.below(bytes.length + 1), random.below(bytes.length + 1)].sort((a, b) => a - b);
  return { bytes, start, end, text };
}
