import { describe, expect, it } from 'vitest';
import {
  type CallbackRequest,
  createTencentChatCodec,
  type TencentChatAnswer,
  type TencentChatCodecOptions,
  tencentChatSignature,
} from '../src/tencent-chat.ts';
import { codeOf, concat, errorOf, hash, jsonOf, NOW, refusalOf, TENCENT, tencentQuery, utf8 } from './helpers.ts';
import platforms from './vectors/platforms.json' with { type: 'json' };

const { token } = TENCENT;
const now = () => NOW;
const codec = createTencentChatCodec({ token, now });
const EVENT = {
  CallbackCommand: 'Group.CallbackAfterNewMemberJoin',
  GroupId: '@TGS#2J4SZEAEL',
  NewMemberList: [{ Member_Account: 'jared' }, { Member_Account: '张三' }],
};
const text = JSON.stringify(EVENT);
const query = tencentQuery();
/** A message that `reply` takes. */
const asked = codec.decode({ query, body: text });

describe('vectors', () => {
  const vectors = platforms.vectors.filter(({ op }) => op === 'tencentIm.sign');
  it.each(vectors)('$id', ({ input, expected }) => {
    const { token, requestTime } = input as { token: string; requestTime: string };
    expect(tencentChatSignature({ token, requestTime })).toBe(expected.sign);
    const codec = createTencentChatCodec({ token, now: () => Number(requestTime) * 1000 });
    expect(codec.verify({ query: { Sign: expected.sign, RequestTime: requestTime }, body: '{}' })).toBe(true);
  });

  it('has at least one', () => {
    expect(vectors.length).toBeGreaterThan(0);
  });
});

describe('tencentChatSignature', () => {
  it('is the lower-case hex SHA-256 of token and time', () => {
    expect(tencentChatSignature({ token: '密钥', requestTime: '1700000000' })).toBe(hash('sha256', '密钥1700000000'));
    expect(tencentChatSignature({ token: 't', requestTime: '1' })).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has no separator: the boundary is not covered', () => {
    expect(tencentChatSignature({ token: 'xxxx', requestTime: 'yyyy1669872112' })).toBe(
      tencentChatSignature({ token: 'xxxxyyyy', requestTime: '1669872112' }),
    );
  });

  it.each<[name: string, parts: unknown, code: string]>([
    ['no parts', undefined, 'TypeError'],
    ['a number as time', { token, requestTime: 1_700_000_000 }, 'TypeError'],
    ['a lone surrogate', { token, requestTime: '\ud800' }, 'TypeError'],
    ['a lone surrogate in the token', { token: '\udc00', requestTime: '1' }, 'TypeError'],
    ['a null token', { token: null, requestTime: '1' }, 'ERR_CONFIG'],
    ['no token', { requestTime: '1' }, 'ERR_CONFIG'],
    ['a token with the line break of its file', { token: `${token}\n`, requestTime: '1' }, 'ERR_CONFIG'],
    ['an empty token', { token: '', requestTime: '1' }, 'ERR_CONFIG'],
  ])('refuses %s', (_, parts, code) => {
    expect(codeOf(() => tencentChatSignature(parts as never))).toBe(code);
  });
});

describe('createTencentChatCodec', () => {
  it.each<[name: string, options: unknown, code: string]>([
    ['no options', undefined, 'TypeError'],
    ['a token that is a number', { token: 5 }, 'TypeError'],
    ['a lone surrogate in the token', { token: '\ud800' }, 'TypeError'],
    ['a tolerance in a string', { token, toleranceSeconds: '60' }, 'TypeError'],
    ['a clock that is no function', { token, now: NOW }, 'TypeError'],
    ['a limit in a string', { token, maxBodyBytes: '1' }, 'TypeError'],
    ['an sdkAppId of another type', { token, sdkAppId: {} }, 'TypeError'],
    ['an sdkAppId of true', { token, sdkAppId: true }, 'TypeError'],
    ['no token', {}, 'ERR_CONFIG'],
    ['an undefined token', { token: undefined }, 'ERR_CONFIG'],
    ['a null token', { token: null }, 'ERR_CONFIG'],
    ['an empty token', { token: '' }, 'ERR_CONFIG'],
    ['a token with the line break of its file', { token: `${token}\n` }, 'ERR_CONFIG'],
    ['a tolerance of NaN', { token, toleranceSeconds: Number.NaN }, 'ERR_CONFIG'],
    ['a negative tolerance', { token, toleranceSeconds: -60 }, 'ERR_CONFIG'],
    ['a limit of NaN', { token, maxBodyBytes: Number.NaN }, 'ERR_CONFIG'],
    ['a limit above 256 MiB', { token, maxBodyBytes: 268_435_457 }, 'ERR_CONFIG'],
    ['no limit', { token, maxBodyBytes: Number.POSITIVE_INFINITY }, 'ERR_CONFIG'],
    ['an undefined sdkAppId', { token, sdkAppId: undefined }, 'ERR_CONFIG'],
    ['a null sdkAppId', { token, sdkAppId: null }, 'ERR_CONFIG'],
    ['an empty sdkAppId', { token, sdkAppId: '' }, 'ERR_CONFIG'],
    ['an sdkAppId of words', { token, sdkAppId: 'my-app' }, 'ERR_CONFIG'],
    ['an sdkAppId with white space', { token, sdkAppId: ' 888888' }, 'ERR_CONFIG'],
    ['an sdkAppId of NaN', { token, sdkAppId: Number.NaN }, 'ERR_CONFIG'],
    ['a negative sdkAppId', { token, sdkAppId: -1 }, 'ERR_CONFIG'],
    ['a fraction as sdkAppId', { token, sdkAppId: 1.5 }, 'ERR_CONFIG'],
    ['an sdkAppId too large for digits', { token, sdkAppId: 1e21 }, 'ERR_CONFIG'],
  ])('refuses %s', (_, options, code) => {
    expect(codeOf(() => createTencentChatCodec(options as TencentChatCodecOptions))).toBe(code);
  });

  it('names the secret or the id that is not set', () => {
    for (const value of [undefined, null] as never[]) {
      const unset = `${value}: the variable that it comes from is not set`;
      expect(errorOf(() => createTencentChatCodec({ token: value })).message).toBe(`token is ${unset}`);
      expect(errorOf(() => createTencentChatCodec({ token, sdkAppId: value })).message).toBe(`sdkAppId is ${unset}`);
    }
  });

  it('makes methods that need no this', () => {
    const { decode, encode, verify, reply } = codec;
    const request = encode(EVENT);
    expect(verify(request)).toBe(true);
    expect(decode(request).text).toBe(text);
    expect(jsonOf(reply(decode(request))).ErrorCode).toBe(0);
  });
});

describe('decode', () => {
  it('reads an event', () => {
    expect(codec.decode({ query, body: text })).toEqual({
      platform: 'tencent-chat',
      kind: 'event',
      type: 'Group.CallbackAfterNewMemberJoin',
      sdkAppId: '888888',
      clientIp: '127.0.0.1',
      optPlatform: 'iOS',
      contentType: 'json',
      requestTime: '1700000000',
      query,
      event: EVENT,
      text,
    });
  });

  it('takes bytes and text, url and query alike', () => {
    const expected = codec.decode({ query, body: text });
    const search = new URLSearchParams(query);
    for (const request of [
      { query, body: utf8(text) },
      { query: search, body: text },
      { url: `/?${search}`, body: text },
      { url: `https://www.example.com/im?${search}#end`, body: utf8(text) },
    ]) {
      expect(codec.decode(request)).toEqual(expected);
    }
  });

  it('leaves undefined what was not sent', () => {
    const { Sign, RequestTime } = query as { Sign: string; RequestTime: string };
    expect(codec.decode({ query: { Sign, RequestTime }, body: text })).toEqual({
      platform: 'tencent-chat',
      kind: 'event',
      type: 'Group.CallbackAfterNewMemberJoin',
      sdkAppId: undefined,
      clientIp: undefined,
      optPlatform: undefined,
      contentType: undefined,
      requestTime: '1700000000',
      query: { Sign, RequestTime },
      event: EVENT,
      text,
    });
  });

  it('skips one leading BOM', () => {
    expect(codec.decode({ query, body: `\ufeff${text}` })).toMatchObject({ event: EVENT, text: `\ufeff${text}` });
  });

  it.each<[name: string, body: string | Uint8Array]>([
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['a list', `[${text}]`],
    ['null', 'null'],
    ['invalid UTF-8', concat('{"a":"', Uint8Array.of(0xff), '"}')],
    ['a lone surrogate', '{"a":"\ud800"}'],
  ])('refuses a body of %s as ERR_REQUEST', (_, body) => {
    expect(codeOf(() => codec.decode({ query, body }))).toBe('ERR_REQUEST');
  });

  it.each<[name: string, change: Record<string, string | string[] | undefined>, code: string]>([
    ['no Sign', { Sign: undefined }, 'ERR_SIGNATURE'],
    ['no RequestTime', { RequestTime: undefined }, 'ERR_SIGNATURE'],
    ['an empty Sign', { Sign: '' }, 'ERR_SIGNATURE'],
    ['Sign in upper case', { Sign: query.Sign?.toUpperCase() }, 'ERR_SIGNATURE'],
    ['Sign of 63 characters', { Sign: query.Sign?.slice(1) }, 'ERR_SIGNATURE'],
    ['Sign of 65 characters', { Sign: `${query.Sign}0` }, 'ERR_SIGNATURE'],
    ['Sign of another time', { RequestTime: '1700000001' }, 'ERR_SIGNATURE'],
    ['an empty RequestTime', { RequestTime: '' }, 'ERR_SIGNATURE'],
    ['Sign twice', { Sign: [query.Sign as string, 'x'] }, 'ERR_REQUEST'],
    ['Sign twice, in two letter cases', { sign: 'x' }, 'ERR_REQUEST'],
    ['RequestTime twice', { RequestTime: ['1700000000', '1700000001'] }, 'ERR_REQUEST'],
    ['ClientIP twice', { ClientIP: ['127.0.0.1', '127.0.0.2'] }, 'ERR_REQUEST'],
  ])('refuses %s', (_, change, code) => {
    expect(codeOf(() => codec.decode({ query: { ...query, ...change }, body: text }))).toBe(code);
  });

  it.each<[name: string, fold: (name: string) => string]>([
    ['lower', (name) => name.toLowerCase()],
    ['upper', (name) => name.toUpperCase()],
    ['mixed', (name) => name.charAt(0).toLowerCase() + name.slice(1).toUpperCase()],
  ])('reads parameter names in %s case, and keeps them in the query as they were sent', (_, fold) => {
    const folded = Object.fromEntries(Object.entries(query).map(([name, value]) => [fold(name), value]));
    const strict = createTencentChatCodec({ token, now, sdkAppId: 888888 });
    for (const request of [{ query: folded }, { url: `/?${new URLSearchParams(folded)}` }]) {
      const message = strict.decode({ ...request, body: text });
      expect(message).toEqual({ ...strict.decode({ query, body: text }), query: folded });
      expect(strict.verify({ ...request, body: text })).toBe(true);
    }
    expect(strict.decode({ query: { ...query, ...folded }, body: text }).clientIp).toBe('127.0.0.1');
  });

  it.each<[name: string, words: RegExp]>([
    ['Sign', /^the URL carries no Sign; authentication may be off in the console$/],
    ['RequestTime', /^the URL carries no RequestTime$/],
  ])('says that %s is missing, or that all are', (name, words) => {
    const { [name]: _, ...some } = query;
    for (const without of [some, { ...some, [name]: '' }]) {
      const refusal = refusalOf(() => codec.decode({ query: without, body: text }));
      expect(refusal).toMatchObject({ code: 'ERR_SIGNATURE', message: expect.stringMatching(words) });
    }
    for (const request of [{}, { url: null, query: null }, { url: '/' }, { query: {} }]) {
      const refusal = refusalOf(() => codec.decode({ ...request, body: text }));
      expect(refusal.code).toBe('ERR_SIGNATURE');
      expect(refusal.message).toMatch(/^no parameters were passed.*pass url or query/);
    }
  });

  it('says of a parameter that a framework made a number which one it is', () => {
    const refusal = refusalOf(() => codec.decode({ query: { ...query, RequestTime: 1_700_000_000 }, body: text }));
    expect(refusal).toMatchObject({ code: 'ERR_REQUEST' });
    expect(refusal.message).toBe('requesttime is not text but number: pass it as it was sent, not converted');
    expect(codec.decode({ query: { ...query, other: 5 }, body: text }).kind).toBe('event');
  });

  it('says of a body in base64 that it is one', () => {
    const body = Buffer.from(text).toString('base64');
    const refusal = refusalOf(() => codec.decode({ query, body }));
    expect(refusal).toMatchObject({ code: 'ERR_REQUEST', message: expect.stringContaining('isBase64Encoded') });
  });

  it('ignores parameters that it does not read, however often they come', () => {
    const message = codec.decode({ url: `/?a=1&a=2&b=%&${new URLSearchParams(query)}`, body: text });
    expect(message.query).toEqual({ a: '1', ...query });
  });

  it('checks that parameters and JSON can be read, then Sign, the time, SdkAppid and CallbackCommand', () => {
    const strict = createTencentChatCodec({ token, now, sdkAppId: 1 });
    const stale = tencentQuery('1600000000');
    const request = (query: Record<string, string | string[]>, body = '{"CallbackCommand":"other"}') => ({
      query,
      body,
    });
    const words = (request: CallbackRequest) => errorOf(() => strict.decode(request)).message;
    for (const name of [
      'Sign',
      'RequestTime',
      'SdkAppid',
      'CallbackCommand',
      'ClientIP',
      'OptPlatform',
      'contenttype',
    ]) {
      const twice = request({ ...stale, Sign: 'x', [name]: ['x', 'y'] }, 'hello');
      expect(words(twice)).toBe(`${name.toLowerCase()} is given twice with different values`);
      expect(strict.verify(twice)).toBe(false);
    }
    expect(codeOf(() => strict.decode(request({ ...stale, Sign: 'x' }, 'hello')))).toBe('ERR_REQUEST');
    expect(codeOf(() => strict.decode(request({ ...stale, Sign: 'x' })))).toBe('ERR_SIGNATURE');
    expect(codeOf(() => strict.decode(request(stale)))).toBe('ERR_TIMESTAMP');
    expect(words(request(query))).toBe('SdkAppid is of another app');
    expect(words(request({ ...query, SdkAppid: '1' }))).toBe('CallbackCommand is not the same in URL and body');
  });

  it('checks the length of the body first, in UTF-8 bytes', () => {
    const limit = (maxBodyBytes: number) => createTencentChatCodec({ token, now, maxBodyBytes });
    expect(codeOf(() => limit(11).decode({ body: '你好你好' }))).toBe('ERR_TOO_LARGE');
    expect(codeOf(() => limit(11).decode({ body: utf8('你好你好') }))).toBe('ERR_TOO_LARGE');
    expect(codeOf(() => limit(12).decode({ body: '你好你好' }))).toBe('ERR_REQUEST');
    expect(codeOf(() => codec.decode({ query, body: ' '.repeat(1_048_577) }))).toBe('ERR_TOO_LARGE');
  });
});

describe('SdkAppid', () => {
  const { SdkAppid: _, ...without } = query;
  const decodeFor = (sdkAppId: string | number, query: Record<string, string>) =>
    createTencentChatCodec({ token, now, sdkAppId }).decode({ query, body: text }).sdkAppId;

  it.each(['SdkAppid', 'SdkAppId', 'SDKAPPID', 'sdkappid'])('is read as %s', (name) => {
    expect(codec.decode({ query: { ...without, [name]: '888888' }, body: text }).sdkAppId).toBe('888888');
    expect(decodeFor(888888, { ...without, [name]: '888888' })).toBe('888888');
    expect(decodeFor('888888', { ...without, [name]: '888888' })).toBe('888888');
  });

  it.each<[name: string, query: Record<string, string>, words: string]>([
    ['missing', without, 'the URL carries no SdkAppid'],
    ['empty', { ...without, SdkAppid: '' }, 'the URL carries no SdkAppid'],
    ['that of another app', { ...without, SdkAppid: '888889' }, 'SdkAppid is of another app'],
    ['written with a zero in front', { ...without, SdkAppid: '0888888' }, 'SdkAppid is of another app'],
    ['two that disagree', { ...query, SdkAppId: '888889' }, 'sdkappid is given twice with different values'],
  ])('that is %s is ERR_REQUEST that says so where one is configured', (_, query, words) => {
    expect(refusalOf(() => decodeFor(888888, query))).toMatchObject({ code: 'ERR_REQUEST', message: words });
  });

  it('may be anything where none is configured, but not two things', () => {
    expect(codec.decode({ query: without, body: text }).sdkAppId).toBeUndefined();
    expect(codeOf(() => codec.decode({ query: { ...query, SdkAppId: '888889' }, body: text }))).toBe('ERR_REQUEST');
    expect(codec.decode({ query: { ...query, SdkAppId: '888888' }, body: text }).sdkAppId).toBe('888888');
  });
});

describe('OptPlatform', () => {
  it.each([
    ['IOS', 'iOS'],
    ['iOS', 'iOS'],
    ['ios', 'iOS'],
    ['Mac', 'macOS'],
    ['mac', 'macOS'],
    ['macOS', 'macOS'],
    ['RESTAPI', 'RESTAPI'],
    ['RestApi', 'RESTAPI'],
    ['Web', 'Web'],
    ['WEB', 'Web'],
    ['Android', 'Android'],
    ['android', 'Android'],
    ['Windows', 'Windows'],
    ['windows', 'Windows'],
    ['MacOS', 'macOS'],
    ['iPad', 'iPad'],
    ['IPAD', 'iPad'],
    ['Unknown', 'Unknown'],
    ['unknown', 'Unknown'],
    ['HarmonyOS', 'HarmonyOS'],
    ['', undefined],
  ])('%j is %j, and the query keeps what was sent', (OptPlatform, optPlatform) => {
    const message = codec.decode({ query: { ...query, OptPlatform }, body: text });
    expect([message.optPlatform, message.query.OptPlatform]).toEqual([optPlatform, OptPlatform]);
  });
});

describe('CallbackCommand', () => {
  const { CallbackCommand: _, ...without } = query;
  it('is read from the URL or the body', () => {
    const type = 'State.StateChange';
    expect(codec.decode({ query: { ...without, CallbackCommand: type }, body: '{}' }).type).toBe(type);
    expect(codec.decode({ query: without, body: JSON.stringify({ CallbackCommand: type }) }).type).toBe(type);
  });

  const neither = 'URL and body carry no CallbackCommand';
  const differ = 'CallbackCommand is not the same in URL and body';
  const noString = 'CallbackCommand of the body is not a string';
  it.each<[name: string, query: Record<string, string>, body: object, words: string]>([
    ['in neither', without, {}, neither],
    ['empty in the URL and in the body not at all', { ...without, CallbackCommand: '' }, {}, neither],
    ['under another name in the body', without, { callbackcommand: EVENT.CallbackCommand }, neither],
    ['different in both', query, { CallbackCommand: 'State.StateChange' }, differ],
    ['in other case in the body', query, { CallbackCommand: EVENT.CallbackCommand.toLowerCase() }, differ],
    ['a string in the URL and a number in the body', query, { CallbackCommand: 5 }, differ],
    ['a string in the URL and null in the body', query, { CallbackCommand: null }, differ],
    ['a number in the body', without, { CallbackCommand: 5 }, noString],
    ['null in the body', without, { CallbackCommand: null }, noString],
  ])('%s is ERR_REQUEST that says so', (_, query, body, words) => {
    const refusal = refusalOf(() => codec.decode({ query, body: JSON.stringify(body) }));
    expect(refusal).toMatchObject({ code: 'ERR_REQUEST', message: words });
  });
});

describe('query', () => {
  it('holds a parameter named __proto__ as one like any other', () => {
    const url = `/?__proto__=polluted&constructor=c&toString=s&${new URLSearchParams(query)}`;
    const message = codec.decode({ url, body: text });
    expect(Object.getPrototypeOf(message.query)).toBeNull();
    expect(Object.entries(message.query)).toEqual([
      ['__proto__', 'polluted'],
      ['constructor', 'c'],
      ['toString', 's'],
      ...Object.entries(query),
    ]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('holds nothing that could not be read', () => {
    const message = codec.decode({ query: { ...query, a: 5, b: { c: 1 }, d: undefined }, body: text });
    expect(message.query).toEqual(query);
  });

  it('keeps parameters as they were sent', () => {
    const message = codec.decode({ url: `/?x=a%2Bb+c&y&z=&${new URLSearchParams(query)}`, body: text });
    expect(message.query).toEqual({ x: 'a+b+c', y: '', z: '', ...query });
  });
});

describe('verify', () => {
  const sdk = createTencentChatCodec({ token, now, sdkAppId: 888888 });
  it.each<[name: string, codec: { verify(request: CallbackRequest): boolean }, request: CallbackRequest, is: boolean]>([
    ['a signed event', codec, { query, body: text }, true],
    ['any body: the signature does not cover it', codec, { query, body: 'anything' }, true],
    ['another SdkAppid: nor does it cover that', sdk, { query: { ...query, SdkAppid: '1' }, body: text }, true],
    ['a stale time', codec, { query: tencentQuery('1699999939'), body: text }, false],
    ['a time in milliseconds', codec, { query: tencentQuery('1700000000000'), body: text }, false],
    ['a wrong Sign', codec, { query: { ...query, Sign: 'x' }, body: text }, false],
    ['no parameters', codec, { body: text }, false],
    ['parameters in headers', codec, { headers: query, body: text }, false],
    ['two Signs', codec, { query: { ...query, Sign: ['x', 'y'] }, body: text }, false],
    ['another token', createTencentChatCodec({ token: 'other', now }), { query, body: text }, false],
    ['a body too large', createTencentChatCodec({ token, now, maxBodyBytes: 1 }), { query, body: text }, false],
  ])('%s', (_, codec, request, is) => {
    expect(codec.verify(request)).toBe(is);
  });

  it('throws on what the programmer did wrong', () => {
    expect(codeOf(() => codec.verify({ query, body: EVENT as never }))).toBe('TypeError');
    expect(codeOf(() => codec.verify({ url: new URL('https://example.com') as never, body: text }))).toBe('TypeError');
    expect(codeOf(() => codec.verify(null as never))).toBe('TypeError');
  });
});

describe('freshness', () => {
  function decodeAt(requestTime: string, nowMilliseconds: number, toleranceSeconds: number | undefined) {
    const codec = createTencentChatCodec({ token, toleranceSeconds, now: () => nowMilliseconds });
    return codec.decode({ query: tencentQuery(requestTime), body: text }).requestTime;
  }

  it.each<[requestTime: string, offset: number, tolerance: number | undefined]>([
    ['1700000000', 60_000, undefined],
    ['1700000000', -60_000, undefined],
    ['1700000000', 3_600_000, 3600],
    ['1700000000', 0, 0],
    ['1700000000', 1e12, Number.POSITIVE_INFINITY],
    ['1700000000000', 0, Number.POSITIVE_INFINITY],
    ['not a time', 0, Number.POSITIVE_INFINITY],
  ])('accepts %j at %i ms with a tolerance of %s s', (requestTime, offset, tolerance) => {
    expect(decodeAt(requestTime, NOW + offset, tolerance)).toBe(requestTime);
  });

  it.each<[requestTime: string, offset: number, tolerance: number | undefined]>([
    ['1700000000', 60_001, undefined],
    ['1700000000', -60_001, undefined],
    ['1700000000', 1, 0],
    ['1700000000', Number.NaN, 60],
    ['1700000000000', 0, 60],
    ['1700000000000', 0, 1e15],
    ['not a time', 0, 1e15],
  ])('refuses %j at %i ms with a tolerance of %s s', (requestTime, offset, tolerance) => {
    expect(codeOf(() => decodeAt(requestTime, NOW + offset, tolerance))).toBe('ERR_TIMESTAMP');
  });

  it.each([Number.POSITIVE_INFINITY, 1e15, undefined])(
    'has nothing to look at where RequestTime is empty, with a tolerance of %s s',
    (tolerance) => {
      expect(codeOf(() => decodeAt('', NOW, tolerance))).toBe('ERR_SIGNATURE');
    },
  );

  it('is by the clock of the host where none is given', () => {
    const codec = createTencentChatCodec({ token });
    expect(codec.verify(codec.encode(EVENT))).toBe(true);
    expect(codec.verify({ query, body: text })).toBe(false);
  });
});

describe('encode', () => {
  it('makes what Tencent Chat sends', () => {
    const codec = createTencentChatCodec({ token, now: () => NOW + 999, sdkAppId: 888888 });
    expect(codec.encode(EVENT)).toEqual({
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      query: { ...query, OptPlatform: 'RESTAPI' },
      body: text,
    });
  });

  it('takes each parameter', () => {
    const options = { sdkAppId: 1, command: 'C', clientIp: '::1', optPlatform: 'Web', requestTime: '1700000001' };
    expect(codec.encode({ a: 1 }, options)).toEqual({
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      query: {
        SdkAppid: '1',
        CallbackCommand: 'C',
        contenttype: 'json',
        ClientIP: '::1',
        OptPlatform: 'Web',
        Sign: hash('sha256', token, '1700000001'),
        RequestTime: '1700000001',
      },
      body: '{"a":1}',
    });
  });

  it('has no SdkAppid where none is known', () => {
    expect(codec.encode(EVENT).query).not.toHaveProperty('SdkAppid');
  });

  it('sends a string verbatim, and reads the command in it', () => {
    const spaced = ` ${JSON.stringify(EVENT, null, 2)}\n`;
    const request = codec.encode(spaced);
    expect(request.body).toBe(spaced);
    expect(codec.decode(request)).toMatchObject({ type: EVENT.CallbackCommand, text: spaced });
    expect(codec.encode('no JSON', { command: 'C' }).body).toBe('no JSON');
  });

  it.each<[name: string, call: () => unknown, code: string]>([
    ['a payload without a command', () => codec.encode({}), 'ERR_CONFIG'],
    ['a string without a command', () => codec.encode('no JSON'), 'ERR_CONFIG'],
    ['an sdkAppId of words', () => codec.encode(EVENT, { sdkAppId: 'x' }), 'ERR_CONFIG'],
    ['a command that is a number', () => codec.encode({}, { command: 5 as never }), 'TypeError'],
    ['a command in the payload that is a number', () => codec.encode({ CallbackCommand: 5 }), 'ERR_CONFIG'],
    [
      'a command that is not the payload’s',
      () => codec.encode({ CallbackCommand: 'A' }, { command: 'B' }),
      'ERR_CONFIG',
    ],
    ['a payload without a JSON form', () => codec.encode(undefined, { command: 'C' }), 'TypeError'],
    ['a lone surrogate', () => codec.encode('\ud800', { command: 'C' }), 'TypeError'],
    ['a number as time', () => codec.encode(EVENT, { requestTime: 5 as never }), 'TypeError'],
    ['a number as address', () => codec.encode(EVENT, { clientIp: 5 as never }), 'TypeError'],
    ['a number as platform', () => codec.encode(EVENT, { optPlatform: 5 as never }), 'TypeError'],
  ])('refuses %s', (_, call, code) => {
    expect(codeOf(call)).toBe(code);
  });
});

describe('reply', () => {
  it.each<[name: string, answer: TencentChatAnswer | undefined, body: object]>([
    ['to pass', undefined, { ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0 }],
    ['to pass, of no fields', {}, { ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0 }],
    ['to reject', { ErrorCode: 1 }, { ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 1 }],
    ['to drop', { ErrorCode: 2 }, { ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 2 }],
    [
      'with a code of its own',
      { ErrorCode: 120001, ErrorInfo: '不' },
      { ActionStatus: 'OK', ErrorInfo: '不', ErrorCode: 120001 },
    ],
    ['to fail', { ActionStatus: 'FAIL' }, { ActionStatus: 'FAIL', ErrorInfo: '', ErrorCode: 0 }],
    [
      'with more',
      { MsgBody: [{ MsgType: 'TIMTextElem' }], CloudCustomData: 'x' },
      {
        ActionStatus: 'OK',
        ErrorInfo: '',
        ErrorCode: 0,
        MsgBody: [{ MsgType: 'TIMTextElem' }],
        CloudCustomData: 'x',
      },
    ],
  ])('%s', (_, answer, body) => {
    expect(codec.reply(asked, answer)).toEqual({
      status: 200,
      headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
      body: JSON.stringify(body),
    });
  });

  it('takes an undefined field as one not given', () => {
    const answer = { ActionStatus: undefined, ErrorInfo: undefined, ErrorCode: undefined };
    expect(codec.reply(asked, answer)).toEqual(codec.reply(asked));
  });

  it.each<[name: string, call: () => unknown]>([
    ['null as answer', () => codec.reply(asked, null as never)],
    ['a number as answer', () => codec.reply(asked, 1 as never)],
    ['a word as answer', () => codec.reply(asked, 'OK' as never)],
    ['an answer without a JSON form', () => codec.reply(asked, { id: 5n })],
    ['no message', () => codec.reply(undefined as never)],
    ['the answer in place of the message', () => codec.reply({ ErrorCode: 1 } as never)],
    ['a message of another platform', () => codec.reply({ ...asked, platform: 'trtc' as never })],
  ])('refuses %s: TypeError', (_, call) => {
    expect(codeOf(call)).toBe('TypeError');
  });
});

describe('platformCode', () => {
  it.each<[name: string, call: () => unknown]>([
    ['a codec without a token', () => createTencentChatCodec({ token: '' })],
    ['a signature without a token', () => tencentChatSignature({ token: '', requestTime: '1' })],
    ['an empty body', () => codec.decode({ query })],
    ['a wrong Sign', () => codec.decode({ query: { ...query, Sign: 'x' }, body: text })],
    ['a stale time', () => codec.decode({ query: tencentQuery('1600000000'), body: text })],
    ['a body too large', () => createTencentChatCodec({ token, maxBodyBytes: 1 }).decode({ query, body: text })],
    ['a push without a command', () => codec.encode({})],
  ])('is not there, as Tencent numbers no refusal: %s', (_, call) => {
    expect(codeOf(call)).toMatch(/^ERR_/);
    expect(errorOf(call)).not.toHaveProperty('platformCode');
  });
});

describe('every message says what to look at', () => {
  const open = createTencentChatCodec({ token, toleranceSeconds: Number.POSITIVE_INFINITY });
  const forApp1 = createTencentChatCodec({ token, toleranceSeconds: Number.POSITIVE_INFINITY, sdkAppId: 1 });
  const withoutCommand = { ...query, CallbackCommand: undefined };
  it.each<[words: RegExp, attempt: () => unknown]>([
    [/^no parameters were passed.*console/, () => open.decode({ body: '{}' })],
    [/carries no Sign; authentication may be off/, () => open.decode({ query: { ...query, Sign: '' }, body: '{}' })],
    [/carries no RequestTime$/, () => open.decode({ query: { Sign: '1' }, body: '{}' })],
    [/Sign does not match/, () => open.decode({ query: { ...query, Sign: '1' }, body: '{}' })],
    [/SdkAppid is of another app/, () => forApp1.decode({ query, body: '{}' })],
    [/carries no SdkAppid$/, () => forApp1.decode({ query: { ...query, SdkAppid: '' }, body: '{}' })],
    [/^the body must be a JSON object/, () => open.decode({ query, body: '[]' })],
    [/carry no CallbackCommand/, () => open.decode({ query: withoutCommand, body: '{}' })],
    [/CallbackCommand of the body/, () => open.decode({ query: withoutCommand, body: '{"CallbackCommand":1}' })],
    [/CallbackCommand is not the same/, () => open.decode({ query, body: '{"CallbackCommand":""}' })],
    [/CallbackCommand must be/, () => open.encode({})],
    [/sdkAppId.*decimal digits/, () => createTencentChatCodec({ token, sdkAppId: 'x' })],
  ])('%s', (words, attempt) => {
    expect(errorOf(attempt).message).toMatch(words);
  });

  it('parameters without a name, and those that cannot be read, are passed over', () => {
    const url = `/?=v&%zz=1&${new URLSearchParams(query)}&broken=%zz`;
    const message = open.decode({ url, body: text });
    expect(Object.keys(message.query).sort()).toEqual(Object.keys(query).sort());
  });
});
