// What is fuzzed: for each target how an input is made, and the oracle that judges what comes of it.
import { isDeepStrictEqual } from 'node:util';
import { XMLParser } from 'fast-xml-parser';
import type * as Codecs from '../../src/index.ts';
import type * as Base64 from '../../src/internal/encoding/base64.ts';
import type * as Portable from '../../src/internal/encoding/portable.ts';
import type * as Utf8 from '../../src/internal/encoding/utf8.ts';
import type * as Requests from '../../src/internal/request.ts';
import type * as Runtimes from '../../src/internal/runtime.ts';
import type * as Xml from '../../src/internal/xml.ts';
import {
  makeBase64,
  makeChallenge,
  makeCiphertext,
  makeDingTalk,
  makeDingTalkCard,
  makeFeishu,
  makeFeishuCard,
  makeHeaders,
  makeJson,
  makeQuery,
  makeRobot,
  makeTencent,
  makeTrtc,
  makeUtf8,
  WORDS,
} from './inputs.ts';
import type { Random } from './mutate.ts';
import type { Input, Pairs } from './reference.ts';
import * as reference from './reference.ts';
import { NOW, Refusal, SMALL_BODY, TOLERANCE_SECONDS } from './reference.ts';
import { makeBizMsgCiphertext, makeWeChat, makeWeCom, makeXml } from './xml-inputs.ts';
import * as xmlReference from './xml-reference.ts';
import { recordOf, WECHAT, WECOM } from './xml-reference.ts';

/** What is under test: the built package, and the modules of src/ that it does not export. */
export interface Implementation {
  readonly codecs: typeof Codecs;
  readonly modules: {
    readonly 'internal/encoding/base64': typeof Base64;
    readonly 'internal/encoding/portable': typeof Portable;
    readonly 'internal/encoding/utf8': typeof Utf8;
    readonly 'internal/request': typeof Requests;
    readonly 'internal/runtime': typeof Runtimes;
    readonly 'internal/xml': typeof Xml;
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
  const dingTalkCodecs = {
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
  const weComCodecs = {
    list: codecs.createWeComCodec(WECOM),
    window: codecs.createWeComCodec({ ...WECOM, ...window }),
    small: codecs.createWeComCodec({ ...WECOM, ...small }),
  };
  const weChatCodecs = {
    keys: codecs.createWeChatCodec(WECHAT),
    window: codecs.createWeChatCodec({ ...WECHAT, ...window }),
    small: codecs.createWeChatCodec({ ...WECHAT, ...small }),
    plain: codecs.createWeChatCodec({ token: WECHAT.token, ...noWindow }),
    'plain window': codecs.createWeChatCodec({ token: WECHAT.token, now }),
  };
  const feishuCardCodecs = {
    card: codecs.createFeishuCardCodec({ verificationToken }),
    window: codecs.createFeishuCardCodec({ verificationToken, ...window }),
    small: codecs.createFeishuCardCodec({ verificationToken, ...small }),
  };
  const robotCodecs = {
    any: codecs.createDingTalkRobotCodec({ ...reference.ROBOT, ...noWindow }),
    window: codecs.createDingTalkRobotCodec({ ...reference.ROBOT, ...window }),
    small: codecs.createDingTalkRobotCodec({ ...reference.ROBOT, ...noWindow, ...small }),
  };
  const dingTalkCardCodecs = {
    any: codecs.createDingTalkCardCodec({ ...reference.DINGTALK_CARD, ...noWindow }),
    window: codecs.createDingTalkCardCodec({ ...reference.DINGTALK_CARD, ...window }),
    small: codecs.createDingTalkCardCodec({ ...reference.DINGTALK_CARD, ...noWindow, ...small }),
  };
  const trtcCodecs = {
    app: codecs.createTrtcCodec(reference.TRTC),
    anyApp: codecs.createTrtcCodec({ key: reference.TRTC.key }),
    small: codecs.createTrtcCodec({ ...reference.TRTC, ...small }),
  };
  /** One app's secrets before a rotation, then each platform once: codec, model, and model of what is signed. */
  const each = [
    [
      codecs.createWeComCodec({ ...WECOM, token: 'before' }),
      (input: Input) => xmlReference.weCom(input, 'before'),
      (input: Input) => xmlReference.weComSigned(input, 'before'),
    ],
    [feishuCodecs.both, reference.feishu, reference.feishuSigned],
    [weComCodecs.list, xmlReference.weCom, xmlReference.weComSigned],
    [weChatCodecs.keys, xmlReference.weChat, xmlReference.weChatSigned],
    [dingTalkCodecs.any, reference.dingTalk, reference.dingTalkSigned],
    [tencentCodecs.app, reference.tencent, reference.tencentSigned],
    [feishuCardCodecs.card, reference.feishuCard, reference.feishuCardSigned],
    [robotCodecs.any, reference.robot, reference.robotSigned],
    [dingTalkCardCodecs.any, reference.dingTalkCard, reference.dingTalkCardSigned],
    [trtcCodecs.app, reference.trtc, reference.trtcSigned],
  ] as const;
  const codecOfAll = codecs.anyOf(...(each.map(([codec]) => codec) as unknown as [Codecs.CallbackCodec]));

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
      const value = attempt() as { [name in 'kind' | 'schema' | 'format']?: string } | undefined;
      return { value, label: `accepted ${value?.kind ?? ''} ${value?.schema ?? value?.format ?? ''}`.trim() };
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
      check: (input: Input) => checkCodec(dingTalkCodecs, input, reference.dingTalk, reference.dingTalkSigned),
    },
    {
      name: 'tencent-chat',
      weight: 2,
      make: makeTencent,
      check: (input: Input) => checkCodec(tencentCodecs, input, reference.tencent, reference.tencentSigned),
    },
    {
      name: 'wecom',
      weight: 2,
      make: makeWeCom,
      check: (input: Input) => checkCodec(weComCodecs, input, xmlReference.weCom, xmlReference.weComSigned),
    },
    {
      name: 'wechat',
      weight: 2,
      make: makeWeChat,
      check: (input: Input) => checkCodec(weChatCodecs, input, xmlReference.weChat, xmlReference.weChatSigned),
    },
    {
      name: 'feishu-card',
      weight: 1,
      make: makeFeishuCard,
      check: (input: Input) => checkCodec(feishuCardCodecs, input, reference.feishuCard, reference.feishuCardSigned),
    },
    {
      name: 'dingtalk-robot',
      weight: 1,
      make: makeRobot,
      check: (input: Input) => checkCodec(robotCodecs, input, reference.robot, reference.robotSigned),
    },
    {
      name: 'dingtalk-card',
      weight: 1,
      make: makeDingTalkCard,
      check: (input: Input) =>
        checkCodec(dingTalkCardCodecs, input, reference.dingTalkCard, reference.dingTalkCardSigned),
    },
    {
      name: 'trtc',
      weight: 1,
      make: makeTrtc,
      check: (input: Input) => checkCodec(trtcCodecs, input, reference.trtc, reference.trtcSigned),
    },
    { name: 'any-of', weight: 2, make: makeAnyOf, check: checkAnyOf },
    { name: 'xml', weight: 2, make: makeXml, check: checkXml },
    {
      name: 'json',
      weight: 2,
      make: makeJson,
      check: (input: Input) => checkCodec(feishuCodecs, input, reference.feishu, reference.feishuSigned),
    },
    {
      name: 'ciphertext',
      weight: 2,
      make: (random: Random) => (random.onceIn(2) ? makeCiphertext : makeBizMsgCiphertext)(random),
      check({ platform, encrypt }: { platform: string; encrypt: string }) {
        let label = '';
        for (const [attempt, contract] of decryptions(platform, encrypt)) {
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

  /** Each way to decrypt without a signature, and what the contract says of it. */
  function decryptions(platform: string, encrypt: string): (readonly [() => unknown, () => unknown])[] {
    switch (platform) {
      case 'feishu':
        return [
          [() => codecs.decryptFeishuEvent(encrypt, encryptKey), () => feishuText(encrypt)],
          [() => feishuCodecs.key.decrypt(encrypt), () => feishuText(encrypt)],
        ];
      case 'dingtalk':
        return [
          [
            () => codecs.decryptDingTalkMessage(encrypt, reference.DINGTALK),
            () => reference.dingTalkOpen(encrypt).text,
          ],
          [() => dingTalkCodecs.any.decrypt(encrypt), () => reference.dingTalkOpen(encrypt)],
        ];
      case 'wecom':
        return [
          [() => codecs.decryptWeComMessage(encrypt, WECOM), () => xmlReference.weComOpen(encrypt).text],
          [() => weComCodecs.list.decrypt(encrypt), () => xmlReference.weComOpen(encrypt)],
        ];
      default: {
        const open = () => {
          const { text, appId } = xmlReference.weChatOpen(encrypt);
          return { text, appId };
        };
        return [[() => weChatCodecs.keys.decrypt(encrypt), open]];
      }
    }
  }

  function checkAnyOf(input: Input): string {
    const models = each.map(([, model]) => model);
    const label = checkCodec(
      { all: codecOfAll },
      input,
      (input) => reference.anyOf<unknown>(models, input),
      (input) => each.some(([, , signed]) => isAccepted(() => signed(input))),
    );
    if (label.startsWith('accepted')) checkReply(build(input).request);
    return label;
  }

  /** Each message is answered by the codec that decoded it, under its secrets, and no copy is. */
  function checkReply(request: Codecs.CallbackRequest): void {
    const message = codecOfAll.decode(request);
    const codec = each
      .map(([codec]) => codec as Codecs.CallbackCodec)
      .find(({ decode }) => isAccepted(() => decode(request)));
    const answer = /^we(com|chat)$/.test(message.platform) && message.kind === 'event' ? '收到' : undefined;
    const options = { prefix: new Uint8Array(16), timestamp: '1700000000' };
    if (!same(codecOfAll.reply(message, answer, options), codec?.reply(message, answer, options))) {
      fail('another answer than by the codec that accepts the message');
    }
    if (formOf(() => codecOfAll.reply({ ...message })) !== undefined) fail('a copy was answered');
  }

  function isAccepted(attempt: () => unknown): boolean {
    const { code, value } = answerOf(attempt);
    return code === undefined && value !== false;
  }

  function checkXml({ document, value }: { document?: string; value?: object }): string {
    return value === undefined ? `read, ${checkReader(document as string)}` : checkWriter(value);
  }

  function checkWriter(value: object): string {
    const written = formOf(() => modules['internal/xml'].writeXml('value', value));
    const expected = formOf(() => xmlReference.writtenXml(value));
    if (typeof written !== 'string') return expected === undefined ? 'no XML form' : fail('no XML form');
    if (expected === undefined) fail('written, but the contract has no XML form');
    if (!same(modules['internal/xml'].parseXml(written), expected)) fail('the reader does not give it back');
    return `written, ${checkReader(written)}`;
  }

  function checkReader(document: string): string {
    const content = modules['internal/xml'].parseXml(document);
    const first = xmlReference.readXml(document);
    if (content === undefined) return first === undefined ? 'refused' : fail('refused, but not by parse-xml');
    if (first === undefined) fail('accepted, but not by parse-xml');
    if (!same(content, first.content)) fail('read otherwise than by parse-xml');
    const second = readByFastXmlParser(document);
    if (second === undefined) return 'as by one oracle';
    return same(content, second.content) ? 'as by both oracles' : fail('read otherwise than by fast-xml-parser');
  }

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
  // As by a parser that assigns to names: a parameter `__proto__` that comes twice is the prototype.
  if (container === 'assigned') return Object.assign(Object.create([Object.prototype, 'x']), Object.fromEntries(pairs));
  if (container === 'map') return new Map(pairs);
  return container === 'fetch'
    ? new Headers(pairs as [string, string][])
    : new URLSearchParams(pairs as [string, string][]);
}

/** What is made; `undefined` for a TypeError. */
function formOf(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return undefined;
  }
}

type OrderedNode = { readonly [name: string]: readonly OrderedNode[] | string };

const fastXmlParser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  trimValues: false,
  parseTagValue: false,
  htmlEntities: true, // without it, references to numbers stay as they are
  onDangerousProperty: (name) => name,
});

/** The root's content; `undefined` where this oracle refuses: names such as `__proto__`, say. */
function readByFastXmlParser(document: string): { content: unknown } | undefined {
  let nodes: readonly OrderedNode[];
  try {
    nodes = fastXmlParser.parse(xmlReference.inOrder(document).replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
  const elements = nodes.filter((node) => !('#text' in node));
  return { content: orderedContent(Object.values(elements[0] as OrderedNode)[0] as readonly OrderedNode[]) };
}

function orderedContent(nodes: readonly OrderedNode[]): unknown {
  const elements = nodes.flatMap((node) => Object.entries(node)).filter(([name]) => name !== '#text');
  if (elements.length === 0) return nodes.map((node) => node['#text']).join('');
  return recordOf(elements.map(([name, children]) => [name, orderedContent(children as readonly OrderedNode[])]));
}

function makeAnyOf(random: Random): Input {
  const make = random.pick([
    ...[makeFeishu, makeChallenge, makeWeCom, makeWeChat, makeDingTalk, makeTencent],
    ...[makeFeishuCard, makeRobot, makeDingTalkCard, makeTrtc],
  ]);
  return { ...make(random), codec: 'all' };
}
