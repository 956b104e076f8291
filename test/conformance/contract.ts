// The contract around the codecs: names, error codes, refusals of wrong types, random bytes, what requests may look like.
import type { DingTalkMessage } from '../../src/dingtalk.ts';
import { enginesOf } from './engines.ts';
import {
  bodyOf,
  CHAT,
  type Context,
  concat,
  counting,
  DINGTALK,
  FEISHU,
  jsonReply,
  type Lib,
  now,
  ofHost,
  outcome,
  SECONDS,
  sample,
  show,
  utf8,
  WECHAT,
  WECOM,
} from './tools.ts';

const FUNCTIONS = [
  'CallbackError',
  'anyOf',
  'createDingTalkCardCodec',
  'createDingTalkCodec',
  'createDingTalkRobotCodec',
  'createFeishuCardCodec',
  'createFeishuCodec',
  'createSimdAesCbc',
  'createTencentChatCodec',
  'createTrtcCodec',
  'createWeChatCodec',
  'createWeComCodec',
  'decryptAes256Cbc',
  'decryptDingTalkMessage',
  'decryptEnvelope',
  'decryptFeishuEvent',
  'decryptWeComMessage',
  'dingTalkCardSignature',
  'dingTalkRobotSignature',
  'dingTalkSignature',
  'encryptAes256Cbc',
  'encryptDingTalkMessage',
  'encryptEnvelope',
  'encryptFeishuEvent',
  'encryptWeComMessage',
  'explainDingTalk',
  'explainDingTalkCard',
  'explainDingTalkRobot',
  'explainFeishu',
  'explainFeishuCard',
  'explainTencentChat',
  'explainTrtc',
  'explainWeChat',
  'explainWeCom',
  'feishuBotSignature',
  'feishuCardSignature',
  'feishuSignature',
  'isCallbackError',
  'nativeAesCbc',
  'nobleAesCbc',
  'readNodeBody',
  'tencentChatSignature',
  'toFetchHandler',
  'toNodeHandler',
  'trtcSignature',
  'weChatSignature',
  'weComSignature',
] as const;

export function exportedNames({ lib, equal }: Context): void {
  for (const name of FUNCTIONS) equal(name, () => typeof lib[name], 'function');
  equal('CREATE_SUITE_KEY', () => lib.CREATE_SUITE_KEY, 'suite4xxxxxxxxxxxxxxx');
  equal('nothing else', () => Object.keys(lib).sort().join(' '), [...FUNCTIONS, 'CREATE_SUITE_KEY'].sort().join(' '));
}

/** The nine codes, one way each to come by them; everything about an error but its code is the same for all. */
export function errorCodes({ lib, equal, refuses, check }: Context): void {
  const secret = 'S3CRET-s3cret';
  const random = counting();
  const feishu = lib.createFeishuCodec({
    encryptKey: secret,
    verificationToken: secret,
    now,
    random,
    toleranceSeconds: 9,
  });
  const dingTalk = lib.createDingTalkCodec({ ...DINGTALK, token: secret, now, random });
  const event = { schema: '2.0', header: { event_type: 't' }, event: {} };
  const sent = feishu.encode(event);
  const dingTalkSent = dingTalk.encode({ EventType: 't' });
  const stranger = lib.createDingTalkCodec({ ...DINGTALK, token: secret, ownerKey: 'other', now, random });
  const otherToken = lib.createFeishuCodec({ encryptKey: secret, verificationToken: 'other', now, random });
  const weCom = lib.createWeComCodec({ ...WECOM, token: secret, now, random });
  const weComSent = weCom.encode({ MsgType: 'text' });
  const weComStranger = lib.createWeComCodec({ ...WECOM, token: secret, receiveId: 'other', now, random });
  const weChat = lib.createWeChatCodec({ ...WECHAT, token: secret, now, random });
  const weChatSent = weChat.encode({ MsgType: 'text' });
  const weChatStranger = lib.createWeChatCodec({ ...WECHAT, token: secret, appId: 'other', now, random });
  const card = lib.createFeishuCardCodec({ verificationToken: secret, now, random });
  const robot = lib.createDingTalkRobotCodec({ appSecret: secret, now });
  const trtc = lib.createTrtcCodec({ key: secret, sdkAppId: 1 });
  const stale = { timestamp: String((SECONDS - 3601) * 1000) };
  const timestamp = String(SECONDS);
  const noCiphertext = new Array(65).join('A');
  const body = `{"encrypt":"${noCiphertext}"}`;
  const headers = {
    'x-lark-request-timestamp': timestamp,
    'x-lark-request-nonce': 'n',
    'x-lark-signature': lib.feishuSignature({ timestamp, nonce: 'n', body }, secret),
  };
  const unset = undefined as never;

  const ways: readonly (readonly [code: string, platformCode: number | undefined, attempt: () => unknown])[] = [
    ['ERR_CONFIG', undefined, () => lib.createFeishuCodec({})],
    ['ERR_CONFIG', undefined, () => lib.createFeishuCodec({ encryptKey: '' })],
    ['ERR_CONFIG', undefined, () => lib.createTencentChatCodec({ token: '' })],
    ['ERR_CONFIG', 900004, () => lib.createDingTalkCodec({ ...DINGTALK, encodingAesKey: secret })],
    ['ERR_CONFIG', 900004, () => lib.encryptDingTalkMessage('', { ...DINGTALK, encodingAesKey: secret })],
    ['ERR_CONFIG', undefined, () => lib.createDingTalkCodec({ ...DINGTALK, ownerKey: [] })],
    ['ERR_CONFIG', undefined, () => lib.createDingTalkCodec({ ...DINGTALK, ownerKey: [secret, ''] })],
    ['ERR_CONFIG', undefined, () => lib.createFeishuCodec({ ...FEISHU, toleranceSeconds: -1 })],
    ['ERR_CONFIG', undefined, () => lib.createFeishuCodec({ ...FEISHU, toleranceSeconds: Number.NaN })],
    ['ERR_CONFIG', undefined, () => lib.createFeishuCodec({ ...FEISHU, maxBodyBytes: 0 })],
    ['ERR_CONFIG', undefined, () => lib.createTencentChatCodec({ ...CHAT, maxBodyBytes: 268_435_457 })],
    ['ERR_CONFIG', undefined, () => lib.createFeishuCodec({ ...FEISHU, encryptKey: unset })],
    ['ERR_CONFIG', undefined, () => lib.createFeishuCodec({ ...FEISHU, verificationToken: unset })],
    ['ERR_CONFIG', undefined, () => lib.createFeishuCodec({ ...FEISHU, encryptKey: null as never })],
    ['ERR_CONFIG', undefined, () => lib.createTencentChatCodec({ ...CHAT, sdkAppId: unset })],
    ['ERR_CONFIG', undefined, () => lib.createTencentChatCodec({ token: unset })],
    ['ERR_CONFIG', undefined, () => lib.createDingTalkCodec({ ...DINGTALK, ownerKey: ['a', unset] })],
    ['ERR_CONFIG', 900004, () => lib.createDingTalkCodec({ ...DINGTALK, encodingAesKey: unset })],
    ['ERR_CONFIG', undefined, () => lib.createFeishuCodec({ encryptKey: `${secret}\n` })],
    ['ERR_CONFIG', undefined, () => lib.createTencentChatCodec({ token: `\t${secret}` })],
    ['ERR_CONFIG', undefined, () => lib.encryptAes256Cbc(sample(31, 1), sample(16, 1), sample(1, 1))],
    ['ERR_CONFIG', undefined, () => lib.decryptAes256Cbc(sample(32, 1), sample(15, 1), sample(16, 1))],
    [
      'ERR_CONFIG',
      undefined,
      () => lib.encryptAes256Cbc(sample(32, 1), sample(16, 1), sample(1, 1), { padTo: 8 as 16 }),
    ],
    ['ERR_CONFIG', undefined, () => lib.createFeishuCodec({ verificationToken: secret }).decrypt('')],
    ['ERR_REQUEST', undefined, () => lib.createFeishuCodec({ verificationToken: secret }).decode({ body: secret })],
    ['ERR_REQUEST', undefined, () => dingTalk.decode({ ...dingTalkSent, body: secret })],
    ['ERR_REQUEST', undefined, () => dingTalk.decode({ query: dingTalkSent.query })],
    ['ERR_TOO_LARGE', undefined, () => feishu.decode({ ...sent, body: new Array(1_048_578).join('x') })],
    ['ERR_TOO_LARGE', undefined, () => dingTalk.decode({ ...dingTalkSent, body: new Uint8Array(1_048_577) })],
    ['ERR_SIGNATURE', undefined, () => feishu.decode({ ...sent, body: `${sent.body} ` })],
    ['ERR_SIGNATURE', undefined, () => feishu.decode({ body: sent.body })],
    ['ERR_SIGNATURE', 900005, () => dingTalk.decode({ body: dingTalkSent.body })],
    [
      'ERR_SIGNATURE',
      900005,
      () => dingTalk.decode({ ...dingTalkSent, query: { ...dingTalkSent.query, nonce: secret } }),
    ],
    ['ERR_TIMESTAMP', undefined, () => feishu.decode(feishu.encode(event, { timestamp: String(SECONDS - 10) }))],
    ['ERR_TOKEN', undefined, () => otherToken.decode(sent)],
    ['ERR_DECRYPT', undefined, () => feishu.decode({ headers, body })],
    ['ERR_DECRYPT', undefined, () => feishu.decrypt(secret)],
    ['ERR_DECRYPT', 900008, () => dingTalk.decrypt(noCiphertext)],
    ['ERR_OWNER', 900010, () => stranger.decode(dingTalkSent)],
    ['ERR_CONFIG', undefined, () => lib.createWeComCodec({ ...WECOM, receiveId: unset })],
    ['ERR_CONFIG', -40004, () => lib.createWeComCodec({ ...WECOM, encodingAesKey: secret })],
    ['ERR_CONFIG', -40004, () => lib.encryptWeComMessage('', { ...WECOM, encodingAesKey: secret })],
    ['ERR_CONFIG', undefined, () => weCom.encode({}, { timestamp: secret })],
    ['ERR_CONFIG', undefined, () => lib.createWeChatCodec({ token: secret, encodingAesKey: WECHAT.encodingAesKey })],
    ['ERR_CONFIG', undefined, () => lib.createWeChatCodec({ ...WECHAT, encodingAesKey: [] })],
    ['ERR_CONFIG', -40004, () => lib.createWeChatCodec({ ...WECHAT, encodingAesKey: [WECHAT.encodingAesKey, secret] })],
    ['ERR_CONFIG', undefined, () => lib.createWeChatCodec({ token: secret }).decrypt('')],
    ['ERR_CONFIG', undefined, () => lib.createTrtcCodec({ key: secret, sdkAppId: secret })],
    ['ERR_CONFIG', undefined, () => lib.createDingTalkRobotCodec({ appSecret: secret, toleranceSeconds: -1 })],
    ['ERR_CONFIG', undefined, () => lib.feishuBotSignature({ timestamp, secret: '' })],
    ['ERR_REQUEST', -40002, () => weCom.decode({ ...weComSent, body: secret })],
    ['ERR_REQUEST', -40002, () => weChat.decode({ ...weChatSent, body: `<xml>${secret}` })],
    ['ERR_REQUEST', undefined, () => trtc.decode(lib.createTrtcCodec({ key: secret, sdkAppId: 2 }).encode({}))],
    ['ERR_SIGNATURE', -40001, () => weCom.decode({ body: weComSent.body })],
    ['ERR_SIGNATURE', -40001, () => weChat.decode({ ...weChatSent, query: { ...weChatSent.query, nonce: secret } })],
    ['ERR_SIGNATURE', undefined, () => card.decode({ body: '{}' })],
    ['ERR_SIGNATURE', undefined, () => robot.decode({ body: '{}', headers: { timestamp, sign: secret } })],
    ['ERR_SIGNATURE', undefined, () => trtc.decode({ body: '{}' })],
    ['ERR_TIMESTAMP', undefined, () => robot.decode(robot.encode({}, stale))],
    ['ERR_TOKEN', undefined, () => card.decode({ body: '{"type":"url_verification","challenge":"c","token":"x"}' })],
    ['ERR_DECRYPT', -40008, () => weCom.decrypt(noCiphertext)],
    ['ERR_DECRYPT', -40008, () => weChat.decrypt(noCiphertext)],
    ['ERR_OWNER', -40005, () => weComStranger.decode(weComSent)],
    ['ERR_OWNER', -40005, () => weChatStranger.decode(weChatSent)],
    ['ERR_RANDOM', undefined, () => lib.encryptWeComMessage('', WECOM, { random: () => sample(15, 1) })],
    ['ERR_RANDOM', undefined, () => lib.encryptFeishuEvent('', secret, { random: () => sample(15, 1) })],
  ];
  const seen: { [code: string]: true } = {};
  ways.forEach(([code, platformCode, attempt], index) => {
    const name = `${code}, way ${index}`;
    refuses(name, attempt, code);
    let error: InstanceType<Lib['CallbackError']> | undefined;
    try {
      attempt();
    } catch (caught) {
      error = caught as InstanceType<Lib['CallbackError']>;
    }
    if (error !== undefined) seen[error.code] = true;
    equal(`${name}, platformCode`, () => error?.platformCode, platformCode);
    check(`${name} is an Error with a stack and a message that teaches`, () => {
      return error instanceof Error && error instanceof lib.CallbackError && error.message.length > 20;
    });
    equal(`${name} is known by name and code`, () => lib.isCallbackError(error), true);
    equal(`${name} prints its name`, () => String(error), `CallbackError: ${error?.message}`);
    check(`${name} holds no secret and no cause`, () => {
      const all = `${String(error)} ${JSON.stringify(error)} ${show({ ...error })}`;
      return (
        !/s3cret|AAAA|cause|4g5j64|jWmYm7|abcdefghi/i.test(all) && (error as { cause?: unknown }).cause === undefined
      );
    });
  });
  for (const [name, other] of [
    ['of another build', { name: 'CallbackError', code: 'ERR_TOKEN' }],
    ['of Node', Object.assign(new Error(''), { code: 'ERR_TOKEN' })],
    ['without code', { name: 'CallbackError' }],
    ['none', null],
    ['a text', 'CallbackError'],
  ] as const) {
    equal(`isCallbackError: ${name}`, () => lib.isCallbackError(other), name === 'of another build');
  }
  equal('all nine', () => Object.keys(seen).sort().join(' '), ALL_CODES);
}

const ALL_CODES =
  'ERR_CONFIG ERR_DECRYPT ERR_OWNER ERR_RANDOM ERR_REQUEST ERR_SIGNATURE ERR_TIMESTAMP ERR_TOKEN ERR_TOO_LARGE';

/** Wrong JavaScript types are TypeErrors that name the argument, never an engine's own. */
export function programmersMistakes({ lib, equal, refuses }: Context): void {
  const feishu = lib.createFeishuCodec({ verificationToken: 'v-token' });
  const dingTalk = lib.createDingTalkCodec(DINGTALK);
  const chat = lib.createTencentChatCodec({ ...CHAT, now });
  const wrong: readonly (readonly [string, unknown])[] = [
    ['undefined', undefined],
    ['null', null],
    ['a number', 1],
    ['a parsed body', { encrypt: '' }],
    ['a Promise', Promise.resolve('{}')],
    ['a Blob', { [Symbol.toStringTag]: 'Blob', arrayBuffer: () => undefined }],
    ['a stream of Node', { pipe: () => undefined }],
    ['a list', [1, 2]],
    ['a String object', Object('{}')],
    ['an ArrayBuffer', new ArrayBuffer(2)],
    ['a DataView', new DataView(new ArrayBuffer(2))],
    ['a Uint16Array', new Uint16Array(2)],
    ['a Uint8ClampedArray', new Uint8ClampedArray(2)],
    ['a function', () => '{}'],
  ];
  for (const [name, value] of wrong) {
    const any = value as never;
    if (value !== undefined && value !== null && !(value instanceof ArrayBuffer)) {
      refuses(`body is ${name}`, () => feishu.decode({ body: any }), 'TypeError');
      refuses(`body is ${name}, to verify`, () => dingTalk.verify({ body: any }), 'TypeError');
      refuses(`body is ${name}, Chat`, () => chat.decode({ body: any }), 'TypeError');
    }
    refuses(`plaintext is ${name}`, () => lib.encryptAes256Cbc(sample(32, 1), sample(16, 1), any), 'TypeError');
    refuses(`ciphertext is ${name}`, () => lib.decryptAes256Cbc(sample(32, 1), sample(16, 1), any), 'TypeError');
    refuses(`key is ${name}`, () => lib.encryptAes256Cbc(any, sample(16, 1), sample(1, 1)), 'TypeError');
    refuses(`encrypt is ${name}`, () => lib.decryptFeishuEvent(any, 'test key'), 'TypeError');
    refuses(`text is ${name}`, () => lib.encryptDingTalkMessage(any, DINGTALK, { prefix: sample(16, 1) }), 'TypeError');
    const isUnset = value === undefined || value === null;
    refuses(`token is ${name}`, () => lib.createTencentChatCodec({ token: any }), isUnset ? 'ERR_CONFIG' : 'TypeError');
    if (typeof value !== 'object' || value === null) {
      refuses(`options is ${name}`, () => lib.createFeishuCodec(any), 'TypeError');
      refuses(`request is ${name}`, () => feishu.decode(any), 'TypeError');
    }
  }
  refuses(
    'a time as a number',
    () => lib.tencentChatSignature({ token: 'a', requestTime: SECONDS as never }),
    'TypeError',
  );
  refuses(
    'toleranceSeconds as text',
    () => lib.createFeishuCodec({ ...FEISHU, toleranceSeconds: '60' as never }),
    'TypeError',
  );
  refuses(
    'acceptChallenge as text',
    () => lib.createFeishuCodec({ ...FEISHU, acceptChallenge: 'no' as never }),
    'TypeError',
  );
  // Nothing, which anyone can send, is no mistake of the programmer's.
  for (const [name, request] of [
    ['absent', {}],
    ['undefined', { body: undefined }],
    ['null', { body: null }],
    ['empty', { body: '' }],
    ['no bytes', { body: new Uint8Array(0) }],
    ['no ArrayBuffer', { body: new ArrayBuffer(0) }],
  ] as const) {
    for (const codec of [feishu, dingTalk, chat]) {
      refuses(`a body that is ${name}`, () => codec.decode(request), 'ERR_REQUEST');
      equal(`verify a body that is ${name}`, () => codec.verify(request), false);
    }
  }
  refuses('random is no function', () => lib.createFeishuCodec({ ...FEISHU, random: {} as never }), 'TypeError');
  refuses('aes is no function', () => lib.createDingTalkCodec({ ...DINGTALK, aes: 'noble' as never }), 'TypeError');
}

/** Random bytes come from the caller, else from crypto.getRandomValues, else not at all. */
export function randomness({ lib, host, check, equal, refuses }: Context): void {
  const { random } = host;
  const options = random === undefined ? {} : { random };
  const hasCrypto = typeof ofHost(() => globalThis.crypto.getRandomValues) === 'function';
  const key = sample(32, 1);
  const cardSecret = { verificationToken: 'v-token' };

  const attempts: readonly (readonly [string, (random?: (byteLength: number) => Uint8Array) => unknown])[] = [
    ['encryptEnvelope', (random) => lib.encryptEnvelope(key, key, { random })],
    ['encryptFeishuEvent', (random) => lib.encryptFeishuEvent('x', 'k', { random })],
    ['encryptDingTalkMessage', (random) => lib.encryptDingTalkMessage('x', DINGTALK, { random })],
    ['Feishu encode', (random) => lib.createFeishuCodec({ ...FEISHU, now, random }).encode({ a: 1 })],
    ['encryptWeComMessage', (random) => lib.encryptWeComMessage('x', WECOM, { random })],
    ['DingTalk reply', (random) => lib.createDingTalkCodec({ ...DINGTALK, now, random }).reply(dingTalkMessage(lib))],
    ['DingTalk encode', (random) => lib.createDingTalkCodec({ ...DINGTALK, now, random }).encode({ a: 1 })],
    ['WeCom encode', (random) => lib.createWeComCodec({ ...WECOM, now, random }).encode({ a: 1 })],
    ['WeChat encode', (random) => lib.createWeChatCodec({ ...WECHAT, now, random }).encode({ a: 1 })],
    ['Feishu card encode', (random) => lib.createFeishuCardCodec({ ...cardSecret, now, random }).encode({ a: 1 })],
  ];
  for (const [name, attempt] of attempts) {
    const kind = (value: string) => value.slice(0, 4);
    equal(`${name} with the host's own source`, () => kind(outcome(lib, () => attempt())), hasCrypto ? 'gave' : 'ERR_');
    if (!hasCrypto) refuses(`${name} without a source`, () => attempt(), 'ERR_RANDOM');
    if (hasCrypto || random !== undefined) {
      check(`${name} differs each time`, () => {
        const first = show(attempt(random));
        return show(attempt(random)) !== first;
      });
    }
    equal(`${name} takes all from the caller's source`, () => attempt(counting()), attempt(counting()));
    for (const length of [-1, 1]) {
      refuses(
        `${name}, ${length} byte off`,
        () => attempt((byteLength) => new Uint8Array(byteLength + length)),
        'ERR_RANDOM',
      );
    }
    refuses(
      `${name}, a list for bytes`,
      () => attempt(((byteLength: number) => new Array(byteLength)) as never),
      'ERR_RANDOM',
    );
    refuses(`${name}, nothing for bytes`, () => attempt((() => undefined) as never), 'ERR_RANDOM');
  }
  const sealed = lib.encryptEnvelope(key, key, { random: () => sample(16, 7) });
  equal('the IV is what the source gave', () => sealed, lib.encryptEnvelope(key, key, { iv: sample(16, 7) }));
  const constant = () =>
    lib.createDingTalkCodec({ ...DINGTALK, now, random: (n) => new Uint8Array(n).fill(255) }).encode({});
  refuses('a constant that is never drawn does not hang', constant, 'ERR_RANDOM');

  if (!hasCrypto && random === undefined) return;
  const codec = lib.createDingTalkCodec({ ...DINGTALK, ...options });
  const characters: { [character: string]: true } = {};
  for (let count = 0; count < 60; count++)
    for (const character of (codec.encode({}).query.nonce as string).split('')) characters[character] = true;
  check('nonces are drawn from 62 characters', () => {
    const drawn = Object.keys(characters).sort().join('');
    return drawn.length > 31 && /^[0-9]+[A-Z]+[a-z]+$/.test(drawn);
  });
}

/** What a reply is given, made without a source of the host's. */
function dingTalkMessage(lib: Lib): DingTalkMessage {
  const codec = lib.createDingTalkCodec({ ...DINGTALK, now, random: counting() });
  return codec.decode(codec.encode({ EventType: 't' }));
}

/** Headers and parameters in the containers of every server, and the ways in which they can contradict themselves. */
export function requests({ lib, check, equal, refuses }: Context): void {
  const feishu = lib.createFeishuCodec({ ...FEISHU, now, random: counting() });
  const { headers, body } = feishu.encode({ schema: '2.0', header: { event_type: 't' }, event: {} });
  const names = Object.keys(headers);
  const value = (name: string) => headers[name] as string;
  const renamed = (change: (name: string) => string, wrap: (value: string) => unknown = (text) => text) => {
    const record: Record<string, unknown> = {};
    for (const name of names) record[change(name)] = wrap(value(name));
    return record as Record<string, string>;
  };
  /** As Fetch's Headers: `get` in any case, null for what is not there. */
  const fetched = {
    get(name: string): string | null {
      const found = names.filter((one) => one.toLowerCase() === name.toLowerCase());
      return found.length > 0 ? value(found[0] as string) : null;
    },
  };
  const map = new Map(names.map((name) => [name.toUpperCase(), value(name)] as const));
  const signature = 'x-lark-signature';
  for (const [name, given] of [
    ['as sent', headers],
    ['in lower case', renamed((one) => one.toLowerCase())],
    ['in upper case', renamed((one) => one.toUpperCase())],
    [
      'as lists',
      renamed(
        (one) => one,
        (text) => [text],
      ),
    ],
    [
      'twice the same',
      renamed(
        (one) => one,
        (text) => [text, text],
      ),
    ],
    [
      'joined twice the same',
      renamed(
        (one) => one,
        (text) => `${text}, ${text}`,
      ),
    ],
    ['Headers', fetched],
    ['a Map', map],
    ['without a prototype', Object.assign(Object.create(null), headers)],
    ['frozen', Object.freeze({ ...headers })],
    ['with strange neighbours', { ...headers, '': 'x', constructor: 'x', cookie: ['a', 'b'], broken: '\ud800' }],
  ] as const) {
    equal(`headers ${name}`, () => feishu.verify({ headers: given as Record<string, string>, body }), true);
  }
  for (const [name, given, code] of [
    ['twice, differing', { ...headers, [signature]: 'x' }, 'ERR_REQUEST'],
    ['as a list, differing', { ...headers, 'X-Lark-Signature': [value('X-Lark-Signature'), 'x'] }, 'ERR_REQUEST'],
    ['joined, differing', { ...headers, 'X-Lark-Signature': `${value('X-Lark-Signature')}, x` }, 'ERR_REQUEST'],
    ['a number', { ...headers, 'X-Lark-Signature': 1 }, 'ERR_REQUEST'],
    ['half a pair', { ...headers, 'X-Lark-Request-Nonce': '\ud800' }, 'ERR_REQUEST'],
    ['inherited', Object.create(headers), 'ERR_SIGNATURE'],
    ['none', {}, 'ERR_SIGNATURE'],
    ['absent', undefined, 'ERR_SIGNATURE'],
    ['null', null, 'ERR_SIGNATURE'],
    ['text', 'X-Lark-Signature: x', 'TypeError'],
  ] as const) {
    refuses(`headers ${name}`, () => feishu.decode({ headers: given as never, body }), code);
  }

  const chat = lib.createTencentChatCodec({ token: CHAT.token, now });
  const { query } = chat.encode({ CallbackCommand: 'c' });
  const search = `Sign=${query.Sign}&RequestTime=${query.RequestTime}&CallbackCommand=c`;
  const ip = (request: { url?: string; query?: never }) => chat.decode({ ...request, body: '{}' }).clientIp;
  for (const [name, url, expected] of [
    ['a path', `/im?${search}&ClientIP=1`, '1'],
    ['a whole URL', `https://u:p@example.com:8443/im?${search}&ClientIP=1`, '1'],
    ['a fragment', `/im?${search}&ClientIP=1#?ClientIP=2`, '1'],
    ['parameters alone', `?${search}&ClientIP=1`, '1'],
    ['percent-encoding', `?${search}&%43lientIP=%E9%A3%9E%F0%9F%A6%9C`, '飞🦜'],
    ['percent-encoding in lower case', `?${search}&ClientIP=%e9%a3%9e`, '飞'],
    ['a BOM', `?${search}&ClientIP=%EF%BB%BFa`, '\ufeffa'],
    ['+, a plus sign', `?${search}&ClientIP=a+b%2B%20`, 'a+b+ '],
    ['no value', `?${search}&ClientIP=`, undefined],
    ['no =', `?${search}&ClientIP`, undefined],
    ['no value and one', `?${search}&ClientIP=&ClientIP=1`, '1'],
    ['= in the value', `?${search}&ClientIP=a=b`, 'a=b'],
    ['a second ?', `?${search}&ClientIP=a?b`, 'a?b'],
    ['empty pairs', `?&&${search}&&ClientIP=1&&=x&`, '1'],
    ['twice the same', `?${search}&ClientIP=1&ClientIP=%31`, '1'],
    ['another malformed', `?${search}&ClientIP=1&other=%FF&%FF=1&%`, '1'],
    ['not there', `?${search}`, undefined],
  ] as const) {
    equal(`url with ${name}`, () => ip({ url }), expected);
  }
  for (const [name, pair] of [
    ['twice, differing', 'ClientIP=1&ClientIP=2'],
    ['malformed', 'ClientIP=%'],
    ['cut', 'ClientIP=%E9%A3'],
    ['no UTF-8', 'ClientIP=%FF'],
    ['overlong', 'ClientIP=%C0%80'],
    ['half a pair', 'ClientIP=%ED%A0%80'],
    ['no hex', 'ClientIP=%zz'],
  ] as const) {
    refuses(`url with ${name}`, () => ip({ url: `?${search}&${pair}` }), 'ERR_REQUEST');
  }
  /** As URLSearchParams: iterated in pairs, and not a record. */
  const pairs = Object.keys(query).map((name) => [name, query[name] as string] as const);
  const searchParams = Object.assign(new Map(pairs), { getAll: () => [] });
  for (const [name, given] of [
    ['a record', query],
    ['URLSearchParams', searchParams],
    ['lists', { ...query, Sign: [query.Sign, query.Sign] }],
    ['without a prototype', Object.assign(Object.create(null), query)],
    ['strange neighbours', { ...query, a: { b: 'c' }, constructor: 1, other: ['1', '2'] }],
  ] as const) {
    equal(`query, ${name}`, () => chat.verify({ query: given as never, body: '{}' }), true);
  }
  for (const [name, given] of [
    ['lists that differ', { ...query, Sign: [query.Sign, 'x'] }],
    ['a parameter that is an object', { ...query, Sign: { x: 1 } }],
    ['a parameter that is a number', { ...query, RequestTime: SECONDS }],
    ['a list with null', { ...query, Sign: [query.Sign, null] }],
  ] as const) {
    refuses(`query, ${name}`, () => chat.decode({ query: given as never, body: '{}' }), 'ERR_REQUEST');
  }
  equal('query null, url', () => chat.verify({ query: null, url: `?${search}`, body: '{}' }), true);
  refuses('query and url null', () => chat.decode({ query: null, url: null, body: '{}' }), 'ERR_SIGNATURE');
  refuses('query that is inherited', () => chat.decode({ query: Object.create(query), body: '{}' }), 'ERR_SIGNATURE');
  check('a parameter named __proto__ is a parameter', () => {
    const { query } = chat.decode({ url: `?${search}&__proto__=x`, body: '{}' });
    return Object.keys(query).includes('__proto__') && (Object.prototype as { x?: unknown }).x === undefined;
  });

  // The real ones, where the host has them.
  const Headers = ofHost(() => globalThis.Headers);
  const URLSearchParams = ofHost(() => globalThis.URLSearchParams);
  if (Headers !== undefined) {
    const given = new Headers(headers);
    equal("the host's Headers", () => feishu.verify({ headers: given, body }), true);
  }
  if (URLSearchParams !== undefined) {
    const given = new URLSearchParams(`${search}&ClientIP=%E9%A3%9E+%2B`);
    equal("the host's URLSearchParams", () => chat.decode({ query: given, body: '{}' }).clientIp, '飞 +');
  }

  // JSON that is meant to harm.
  const plain = lib.createFeishuCodec({ verificationToken: 'v-token' });
  const decode = (text: string) => () => plain.decode({ body: text });
  const inherited = '{"__proto__":{"token":"v-token","type":"url_verification","challenge":"c"}}';
  refuses('fields in __proto__ are none', decode(inherited), 'ERR_REQUEST');
  refuses(
    'a token in __proto__',
    decode('{"type":"url_verification","challenge":"c","__proto__":{"token":"v-token"}}'),
    'ERR_TOKEN',
  );
  equal(
    'the last of two fields counts',
    () =>
      plain.reply(plain.decode({ body: '{"type":"url_verification","token":"x","token":"v-token","challenge":"c"}' })),
    jsonReply({ challenge: 'c' }),
  );
  for (const text of ['', ' ', 'null', '1', '"{}"', '[]', '{', '{}x', "{'a':1}", '{"a":1,}', '\u00a0{}', 'NaN', '\0']) {
    refuses(`the body ${JSON.stringify(text)}`, decode(text), 'ERR_REQUEST');
    refuses(`the bytes ${JSON.stringify(text)}`, () => plain.decode({ body: utf8(text) }), 'ERR_REQUEST');
  }
}

/** What is given is read and left alone: frozen, unaligned, used again afterwards. */
export function inputsUntouched({ lib, equal, refuses }: Context): void {
  const random = counting();
  const owners = ['a', DINGTALK.ownerKey];
  const feishu = lib.createFeishuCodec(Object.freeze({ ...FEISHU, now, random }));
  const dingTalk = lib.createDingTalkCodec(
    Object.freeze({ ...DINGTALK, ownerKey: Object.freeze(owners.slice()), now, random }),
  );
  const sent = feishu.encode(Object.freeze({ schema: '2.0', header: Object.freeze({ event_type: 't' }), event: null }));
  const bytes = utf8(bodyOf(sent));
  const view = concat('xyz', bytes, '!').subarray(3, 3 + bytes.length);
  const request = { headers: Object.freeze(sent.headers), body: view };
  const before = show(request);
  const decoded = feishu.decode(Object.freeze(request));
  const { buffer } = utf8(bodyOf(sent));
  equal('an ArrayBuffer decodes', () => feishu.decode({ ...sent, body: buffer as ArrayBuffer }), feishu.decode(sent));
  equal('a frozen request and a view decode', () => decoded, feishu.decode(sent));
  equal('a request stays as it was', () => show(request), before);
  view.fill(0);
  equal('a message does not change with its request', () => decoded, feishu.decode(sent));

  const dingTalkSent = dingTalk.encode(Object.freeze({ EventType: 't' }), Object.freeze({ prefix: sample(16, 1) }));
  const frozen = { query: Object.freeze({ ...dingTalkSent.query }), body: dingTalkSent.body };
  equal('a frozen DingTalk request', () => dingTalk.decode(Object.freeze(frozen)).type, 't');

  const given = { key: sample(32, 1), iv: sample(16, 2), plaintext: sample(40, 3) };
  const shown = show(given);
  const ciphertext = lib.encryptAes256Cbc(given.key, given.iv, given.plaintext);
  const copy = ciphertext.slice();
  const envelope = lib.encryptEnvelope(given.key, given.plaintext, { iv: given.iv });
  const decrypted = lib.decryptAes256Cbc(given.key, given.iv, ciphertext);
  const opened = lib.decryptEnvelope(given.key, envelope);
  equal('key, IV and plaintext stay as they were', () => show(given), shown);
  equal('ciphertext stays as it was', () => ciphertext, copy);
  lib.decryptEnvelope(given.key, lib.encryptEnvelope(given.key, sample(60, 9), { iv: given.iv }));
  lib.decryptAes256Cbc(given.key, given.iv, lib.encryptAes256Cbc(given.key, given.iv, sample(60, 9)));
  ciphertext.fill(0);
  equal('plaintext does not change with later calls', () => [decrypted, opened], [given.plaintext, given.plaintext]);
  equal('results own their memory', () => [decrypted.buffer.byteLength, opened.buffer.byteLength], [40, 40]);

  // Memory of other kinds: shared, and the subclass whose slice() shares it as Node's Buffer does.
  for (const [name, make] of MEMORIES) {
    const [key, iv, plaintext] = [make(given.key), make(given.iv), make(given.plaintext)] as const;
    equal(`${name}: encrypted`, () => lib.encryptAes256Cbc(key, iv, plaintext), copy);
    equal(`${name}: sealed`, () => lib.encryptEnvelope(key, plaintext, { iv }), envelope);
    equal(`${name}: opened`, () => lib.decryptEnvelope(key, envelope), given.plaintext);
    const input = make(copy);
    const result = lib.decryptAes256Cbc(key, iv, input);
    equal(`${name}: decrypted`, () => result, given.plaintext);
    input.fill(0);
    const cut = result.slice(0, 9);
    result.fill(0);
    equal(`${name}: results are plain arrays`, () => cut, given.plaintext.slice(0, 9));
    for (const [engineName, engine] of enginesOf(lib)) {
      const aes = engine(key);
      const blocks = make(sample(32, 3));
      equal(`${name}: ${engineName}`, () => aes.decrypt(make(concat(iv, aes.encrypt(iv, blocks)))), sample(32, 3));
    }
    const body = make(utf8(bodyOf(sent)));
    // Shared memory can change between the check of a signature and the parsing.
    if (name === 'shared memory') refuses(`${name}: a body`, () => feishu.decode({ ...sent, body }), 'TypeError');
    else equal(`${name}: a body`, () => feishu.decode({ ...sent, body }), feishu.decode(sent));
    const prefix = make(sample(16, 1));
    equal(
      `${name}: a prefix`,
      () => dingTalk.encrypt('飞', { prefix }),
      dingTalk.encrypt('飞', { prefix: sample(16, 1) }),
    );
    const source = () => make(sample(16, 2));
    equal(`${name}: random bytes`, () => lib.encryptEnvelope(key, plaintext, { random: source }), envelope);
  }

  const secretsChanged = ['a', 'b'];
  const codec = lib.createDingTalkCodec({ ...DINGTALK, ownerKey: secretsChanged, now, random });
  secretsChanged[1] = DINGTALK.ownerKey;
  equal(
    'a list changed later changes no codec',
    () => outcome(lib, () => codec.decrypt(dingTalk.encrypt('', { ownerKey: DINGTALK.ownerKey }))),
    'ERR_OWNER',
  );
}

class SharingSlice extends Uint8Array {
  override slice(start?: number, end?: number): never {
    return this.subarray(start, end) as never;
  }
}

const MEMORIES: (readonly [name: string, make: (bytes: Uint8Array) => Uint8Array])[] = [
  ['a subclass', (bytes) => new SharingSlice(bytes)],
];
if (typeof SharedArrayBuffer === 'function') {
  MEMORIES.push([
    'shared memory',
    (bytes) => {
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
      shared.set(bytes);
      return shared;
    },
  ]);
}
