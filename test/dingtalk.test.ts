import { describe, expect, it, vi } from 'vitest';
import {
  CallbackError,
  type CallbackRequest,
  CREATE_SUITE_KEY,
  createDingTalkCodec,
  type DingTalkCodecOptions,
  type DingTalkReply,
  decryptDingTalkMessage,
  dingTalkSignature,
  encryptDingTalkMessage,
} from '../src/dingtalk.ts';
import {
  codeOf,
  concat,
  DINGTALK,
  dingTalkPush,
  dingTalkSeal,
  dingTalkSealBlocks,
  dingTalkSigned,
  errorOf,
  hash,
  IV,
  NOW,
  padding,
  refusalOf,
  utf8,
} from './helpers.ts';
import platforms from './vectors/platforms.json' with { type: 'json' };

const { token, encodingAesKey, ownerKey } = DINGTALK;
const codec = createDingTalkCodec(DINGTALK);
const EVENT = { EventType: 'user_add_org', UserId: ['u-1'], CorpId: 'ding-1', 名: '张三' };
const text = JSON.stringify(EVENT);

interface Vector {
  token: string;
  encodingAesKey: string;
  ownerKey: string;
  signature: string;
  timestamp: string;
  nonce: string;
  encrypt: string;
  plaintext: string;
  random: string;
}

function secretsOf({ token, encodingAesKey, ownerKey }: Vector): DingTalkCodecOptions {
  return { token, encodingAesKey, ownerKey };
}

describe('vectors', () => {
  const vectors = platforms.vectors.map(({ id, op, input, expected }) => ({
    id,
    op,
    vector: { ...input, ...expected } as unknown as Vector,
  }));

  it.each(vectors.filter(({ op }) => op === 'dingtalk.decrypt'))('decrypts $id', ({ vector }) => {
    const { signature, timestamp, nonce, encrypt, plaintext, ownerKey } = vector;
    expect(dingTalkSignature(vector)).toBe(signature);
    expect(decryptDingTalkMessage(encrypt, vector)).toBe(plaintext);
    const codec = createDingTalkCodec(secretsOf(vector));
    const request = { query: { signature, timestamp, nonce }, body: JSON.stringify({ encrypt }) };
    expect(codec.verify(request)).toBe(true);
    expect(codec.decrypt(encrypt)).toEqual({ text: plaintext, ownerKey });
    if (plaintext === 'success') expect(codeOf(() => codec.decode(request))).toBe('ERR_REQUEST');
    else expect(codec.decode(request)).toMatchObject({ kind: 'check', ownerKey, timestamp, nonce, text: plaintext });
  });

  it.each(vectors.filter(({ op }) => op === 'dingtalk.encrypt'))('encrypts $id', ({ vector }) => {
    const { signature, timestamp, nonce, encrypt, plaintext, random } = vector;
    const prefix = utf8(random);
    expect(encryptDingTalkMessage(plaintext, vector, { prefix })).toBe(encrypt);
    const codec = createDingTalkCodec(secretsOf(vector));
    expect(codec.encrypt(plaintext, { prefix })).toBe(encrypt);
    expect(codec.reply(plaintext, { prefix, timestamp, nonce })).toEqual({
      msg_signature: signature,
      timeStamp: timestamp,
      nonce,
      encrypt,
    });
    expect(codec.encode(plaintext, { prefix, timestamp, nonce })).toEqual({
      query: { msg_signature: signature, signature, timestamp, nonce },
      body: JSON.stringify({ encrypt }),
    });
  });

  it('has both kinds', () => {
    expect(vectors.map(({ op }) => op)).toEqual(expect.arrayContaining(['dingtalk.decrypt', 'dingtalk.encrypt']));
  });
});

describe('dingTalkSignature', () => {
  const parts = { token: 'token', timestamp: '1700000000000', nonce: 'nonce', encrypt: 'AAAA' };

  it('is the lower-case hex SHA-1 of the sorted parts', () => {
    expect(dingTalkSignature(parts)).toBe(hash('sha1', '1700000000000AAAAnoncetoken'));
    expect(dingTalkSignature(parts)).toMatch(/^[0-9a-f]{40}$/);
  });

  it('sorts by code unit: neither numerically, nor by locale, nor by code point', () => {
    expect(dingTalkSignature({ token: 'a', timestamp: '10', nonce: '9', encrypt: 'B' })).toBe(hash('sha1', '109Ba'));
    expect(dingTalkSignature({ token: '\ufffd', timestamp: '1', nonce: '😀', encrypt: 'ä' })).toBe(
      hash('sha1', '1ä😀\ufffd'),
    );
  });

  it('does not care which part is which', () => {
    expect(dingTalkSignature({ token: 'x', timestamp: 'x', nonce: 'x', encrypt: 'x' })).toBe(hash('sha1', 'xxxx'));
    expect(dingTalkSignature({ ...parts, timestamp: 'nonce', nonce: '1700000000000' })).toBe(dingTalkSignature(parts));
  });

  it.each<[name: string, change: object, code: string]>([
    ['a number as timestamp', { timestamp: 1_700_000_000 }, 'TypeError'],
    ['no nonce', { nonce: undefined }, 'TypeError'],
    ['encrypt as bytes', { encrypt: new Uint8Array(4) }, 'TypeError'],
    ['a lone surrogate', { nonce: '\ud800' }, 'TypeError'],
    ['a lone surrogate in encrypt', { encrypt: '\udc00' }, 'TypeError'],
    ['a token that is a number', { token: 123456 }, 'TypeError'],
    ['no token', { token: undefined }, 'ERR_CONFIG'],
    ['a null token', { token: null }, 'ERR_CONFIG'],
    ['an empty token', { token: '' }, 'ERR_CONFIG'],
    ['a token with the line break of its file', { token: 'token\n' }, 'ERR_CONFIG'],
  ])('refuses %s', (_, change, code) => {
    expect(codeOf(() => dingTalkSignature({ ...parts, ...change } as never))).toBe(code);
  });

  it('refuses a call without arguments', () => {
    expect(codeOf(() => (dingTalkSignature as () => unknown)())).toBe('TypeError');
  });
});

describe('createDingTalkCodec', () => {
  it.each<[name: string, change: object, code: string, dingTalkCode?: number]>([
    ['no token', { token: undefined }, 'ERR_CONFIG'],
    ['a null token', { token: null }, 'ERR_CONFIG'],
    ['an empty token', { token: '' }, 'ERR_CONFIG'],
    ['a token with the line break of its file', { token: `${token}\r\n` }, 'ERR_CONFIG'],
    ['no ownerKey', { ownerKey: undefined }, 'ERR_CONFIG'],
    ['a null ownerKey', { ownerKey: null }, 'ERR_CONFIG'],
    ['an empty ownerKey', { ownerKey: '' }, 'ERR_CONFIG'],
    ['an ownerKey with a tab in front', { ownerKey: `\t${ownerKey}` }, 'ERR_CONFIG'],
    ['an empty list of ownerKeys', { ownerKey: [] }, 'ERR_CONFIG'],
    ['an empty ownerKey in a list', { ownerKey: ['ding-1', ''] }, 'ERR_CONFIG'],
    ['an undefined ownerKey in a list', { ownerKey: ['ding-1', undefined] }, 'ERR_CONFIG'],
    ['a null ownerKey in a list', { ownerKey: [null, 'ding-1'] }, 'ERR_CONFIG'],
    ['a line break behind an ownerKey in a list', { ownerKey: ['ding-1', 'ding-2\n'] }, 'ERR_CONFIG'],
    ['no encodingAesKey', { encodingAesKey: undefined }, 'ERR_CONFIG', 900004],
    ['a null encodingAesKey', { encodingAesKey: null }, 'ERR_CONFIG', 900004],
    ['an empty encodingAesKey', { encodingAesKey: '' }, 'ERR_CONFIG', 900004],
    ['a tolerance of NaN', { toleranceSeconds: Number.NaN }, 'ERR_CONFIG'],
    ['a negative tolerance', { toleranceSeconds: -0.5 }, 'ERR_CONFIG'],
    ['a limit of zero', { maxBodyBytes: 0 }, 'ERR_CONFIG'],
    ['a limit above 256 MiB', { maxBodyBytes: 268_435_457 }, 'ERR_CONFIG'],
    ['no limit', { maxBodyBytes: Number.POSITIVE_INFINITY }, 'ERR_CONFIG'],
    ['a token that is bytes', { token: new Uint8Array(6) }, 'TypeError'],
    ['a key that is bytes', { encodingAesKey: new Uint8Array(32) }, 'TypeError'],
    ['an ownerKey that is a number', { ownerKey: 5 }, 'TypeError'],
    ['a number in a list of ownerKeys', { ownerKey: ['ding-1', 5] }, 'TypeError'],
    ['a lone surrogate in the ownerKey', { ownerKey: '\ud800' }, 'TypeError'],
    ['a tolerance in a string', { toleranceSeconds: '60' }, 'TypeError'],
    ['a clock that is no function', { now: NOW }, 'TypeError'],
    ['a random source that is no function', { random: 4 }, 'TypeError'],
    ['an engine that is no function', { aes: {} }, 'TypeError'],
  ])('refuses %s', (_, change, code, dingTalkCode) => {
    const create = () => createDingTalkCodec({ ...DINGTALK, ...change } as DingTalkCodecOptions);
    expect(codeOf(create)).toBe(code);
    if (code === 'ERR_CONFIG') expect(refusalOf(create).dingTalkCode).toBe(dingTalkCode);
  });

  it.each(['token', 'ownerKey', 'encodingAesKey'])('says that the variable of an unset %s is not set', (name) => {
    for (const value of [undefined, null]) {
      const { message } = errorOf(() => createDingTalkCodec({ ...DINGTALK, [name]: value }));
      expect(message).toMatch(new RegExp(`^${name} .*${value}: the variable that it comes from is not set$`));
    }
  });

  it('refuses a call without options', () => {
    expect(codeOf(() => (createDingTalkCodec as () => unknown)())).toBe('TypeError');
  });

  it('makes methods that need no this', () => {
    const { decode, encode, reply, verify, encrypt, decrypt } = codec;
    const request = encode(EVENT);
    expect(verify(request)).toBe(true);
    expect(decrypt(reply('success', decode(request)).encrypt).text).toBe('success');
    expect(decrypt(encrypt('text')).text).toBe('text');
  });
});

describe('EncodingAESKey', () => {
  const start = encodingAesKey.slice(0, -1);

  it.each(['g', 'h', 'i', 'j'])('is the same key whatever its spare bits: …3i%s', (last) => {
    const secrets = { encodingAesKey: `${start}${last}`, ownerKey };
    expect(decryptDingTalkMessage(dingTalkSeal('text'), secrets)).toBe('text');
    expect(encryptDingTalkMessage('text', secrets, { prefix: IV })).toBe(dingTalkSeal('text'));
    expect(createDingTalkCodec({ ...secrets, token }).decode(dingTalkPush(EVENT)).text).toBe(text);
  });

  it('may hold + and /', () => {
    const secrets = { encodingAesKey: `+/${encodingAesKey.slice(2)}`, ownerKey };
    expect(decryptDingTalkMessage(encryptDingTalkMessage('text', secrets), secrets)).toBe('text');
  });

  it.each<[name: string, key: string, mistake: string]>([
    ['42 characters', encodingAesKey.slice(1), 'got 42'],
    ['44 characters', `${encodingAesKey}A`, 'got 44'],
    ['64 characters of hex', 'ab'.repeat(32), 'got 64'],
    ['nothing', '', 'got 0'],
    ['its =', `${encodingAesKey}=`, 'got 44 with "=" at the end'],
    ['a = in place of the last character', `${start}=`, 'got 43 with "=" at the end'],
    ['white space in front', ` ${encodingAesKey}`, 'got 44 with white space at an end'],
    ['white space in place of a character', ` ${encodingAesKey.slice(1)}`, 'got 43 with white space at an end'],
    ['a line feed at the end', `${encodingAesKey}\n`, 'got 44 with white space at an end'],
    ['its = and a line feed', `${encodingAesKey}=\r\n`, 'got 46 with white space at an end'],
    ['white space inside', `${start.slice(0, 20)} ${start.slice(20)}`, 'got 43 with others among them'],
    ['a - of the other alphabet', `-${encodingAesKey.slice(1)}`, 'got 43 with others among them'],
    ['a _ of the other alphabet', `_${encodingAesKey.slice(1)}`, 'got 43 with others among them'],
    ['a letter outside ASCII', `é${encodingAesKey.slice(1)}`, 'got 43 with others among them'],
    ['a letter far outside ASCII', `世${encodingAesKey.slice(1)}`, 'got 43 with others among them'],
    ['half of a surrogate pair', `\ud83d${encodingAesKey.slice(1)}`, 'got 43 with others among them'],
  ])('is refused with %s, and the message says what to paste and what was found', (_, key, mistake) => {
    const calls = [
      () => createDingTalkCodec({ ...DINGTALK, encodingAesKey: key }),
      () => encryptDingTalkMessage('text', { encodingAesKey: key, ownerKey }),
      () => decryptDingTalkMessage('AAAA', { encodingAesKey: key, ownerKey }),
    ];
    for (const call of calls) {
      expect(refusalOf(call)).toEqual({
        code: 'ERR_CONFIG',
        dingTalkCode: 900004,
        message: `encodingAesKey must be the 43 characters of the console (A-Z, a-z, 0-9, +, /), ${mistake}`,
      });
    }
  });
});

describe('decode', () => {
  it('reads an event', () => {
    expect(codec.decode(dingTalkPush(EVENT))).toEqual({
      kind: 'event',
      type: 'user_add_org',
      ownerKey,
      timestamp: '1700000000000',
      nonce: 'nEXhMP4r',
      event: EVENT,
      text,
    });
    expect(codec.decode(dingTalkPush({ ...EVENT, eventId: 'e-1' }))).toMatchObject({ id: 'e-1', type: 'user_add_org' });
  });

  it.each(['check_url', 'check_create_suite_url', 'check_update_suite_url'])('knows %s as a check', (EventType) => {
    const event = { EventType, Random: 'LPIdSnlF', TestSuiteKey: ownerKey };
    const message = codec.decode(dingTalkPush(event));
    expect(message).toMatchObject({ kind: 'check', type: EventType, event });
    if (message.kind !== 'check') return expect.fail('no check');
    expect(codec.decrypt(codec.reply('success', message).encrypt)).toEqual({ text: 'success', ownerKey });
    const random = String(message.event.Random);
    expect(codec.decrypt(codec.reply(random, message).encrypt)).toEqual({ text: 'LPIdSnlF', ownerKey });
    expect(codec.decode(dingTalkPush({ EventType })).kind).toBe('check');
  });

  it('does not trim or fold an EventType', () => {
    for (const EventType of [' check_url', 'CHECK_URL', 'check_url ', '']) {
      expect(codec.decode(dingTalkPush({ EventType }))).toMatchObject({ kind: 'event', type: EventType });
    }
  });

  it.each([5, null, true, ['r'], { r: 1 }, ''])('reads a check or an event whose Random is %j', (Random) => {
    expect(codec.decode(dingTalkPush({ ...EVENT, Random })).kind).toBe('event');
    for (const EventType of ['check_url', 'check_create_suite_url', 'check_update_suite_url']) {
      expect(codec.decode(dingTalkPush({ EventType, Random }))).toMatchObject({ kind: 'check', event: { Random } });
    }
  });

  it.each<[name: string, ids: object, expected: string | undefined]>([
    ['eventId', { eventId: 'e-1' }, 'e-1'],
    ['BizId', { BizId: 'b-1' }, 'b-1'],
    ['eventId, though BizId is there', { BizId: 'b-1', eventId: 'e-1' }, 'e-1'],
    ['eventId as a number', { eventId: 12345, BizId: 'b-1' }, '12345'],
    ['eventId of 0', { eventId: 0, BizId: 'b-1' }, '0'],
    ['BizId as a number', { BizId: 12345 }, '12345'],
    ['BizId where eventId is empty', { eventId: '', BizId: 'b-1' }, 'b-1'],
    ['BizId where eventId is null', { eventId: null, BizId: 'b-1' }, 'b-1'],
    ['BizId where eventId is a list', { eventId: ['e-1'], BizId: 'b-1' }, 'b-1'],
    ['none, both being empty', { eventId: '', BizId: '' }, undefined],
    ['none, neither being text', { eventId: {}, BizId: false }, undefined],
    ['none of another spelling', { EventId: 'e-1', bizId: 'b-1', id: 'i-1' }, undefined],
    ['none', {}, undefined],
  ])('takes for the id %s', (_, ids, expected) => {
    expect(codec.decode(dingTalkPush({ ...EVENT, ...ids })).id).toBe(expected);
    expect(codec.decode(dingTalkPush({ EventType: 'check_url', ...ids })).id).toBe(expected);
  });

  it('takes bytes and text, url and query alike', () => {
    const { query, body } = dingTalkPush(EVENT);
    const expected = codec.decode({ query, body });
    const search = new URLSearchParams(query);
    for (const request of [
      { query, body: utf8(body) },
      { query: search, body },
      { url: `/callback?${search}`, body },
      { url: `https://example.com/callback?a=1&${search}#end`, body },
    ]) {
      expect(codec.decode(request)).toEqual(expected);
    }
  });

  it('skips a BOM in front of the body and of the plaintext, and keeps that one in text', () => {
    const { query, body } = dingTalkPush(`\ufeff${text}`);
    expect(codec.decode({ query, body: `\ufeff${body}` })).toMatchObject({ event: EVENT, text: `\ufeff${text}` });
  });

  it('ignores fields beside `encrypt`', () => {
    const { query, body } = dingTalkPush(EVENT);
    const siblings = { EventType: 'forged', ownerKey: 'forged', timestamp: '1', ...JSON.parse(body) };
    expect(codec.decode({ query, body: JSON.stringify(siblings) })).toEqual(codec.decode({ query, body }));
  });

  describe('parameter spellings', () => {
    const { query, body } = dingTalkPush(EVENT);
    const { signature, timestamp, nonce } = query;
    it.each<[name: string, query: Record<string, string>]>([
      ['signature, timestamp', query],
      ['msg_signature, timestamp', { msg_signature: signature, timestamp, nonce }],
      ['signature, timeStamp', { signature, timeStamp: timestamp, nonce }],
      ['msg_signature, timeStamp', { msg_signature: signature, timeStamp: timestamp, nonce }],
      ['both of both, agreeing', { ...query, msg_signature: signature, timeStamp: timestamp }],
      ['the other spellings empty, which is absent', { ...query, msg_signature: '', timeStamp: '' }],
      ['the first spellings empty, which is absent', { msg_signature: signature, signature: '', timestamp, nonce }],
    ])('reads %s', (_, query) => {
      expect(codec.decode({ query, body })).toMatchObject({ timestamp, nonce, event: EVENT });
      expect(codec.verify({ query, body })).toBe(true);
    });

    it.each<[name: string, query: Record<string, string | string[]>]>([
      ['signature and msg_signature', { ...query, msg_signature: signature.toUpperCase() }],
      ['timestamp and timeStamp', { ...query, timeStamp: '1700000000' }],
      ['nonce twice', { ...query, nonce: [nonce, 'x'] }],
    ])('refuses those that disagree: %s', (_, query) => {
      expect(codeOf(() => codec.decode({ query, body }))).toBe('ERR_REQUEST');
      expect(codec.verify({ query, body })).toBe(false);
    });

    it.each([
      ['signature', 'signature or msg_signature'],
      ['timestamp', 'timestamp'],
      ['nonce', 'nonce'],
    ])('demands %s, and says that it is missing, or that all are', (name, spellings) => {
      const { [name]: _, ...some } = query as Record<string, string>;
      for (const query of [some, { ...some, [name]: '' }]) {
        const refusal = refusalOf(() => codec.decode({ query, body }));
        expect(refusal).toMatchObject({ code: 'ERR_SIGNATURE', dingTalkCode: 900005 });
        expect(refusal.message).toBe(`the URL carries no ${spellings}`);
        expect(codec.verify({ query, body })).toBe(false);
      }
    });

    it.each<[name: string, request: CallbackRequest]>([
      ['nothing', {}],
      ['null', { url: null, query: null }],
      ['a URL without a query', { url: '/callback' }],
      ['an empty record', { query: {}, url: `/?${new URLSearchParams(query)}` }],
    ])('says that no parameters were passed where there is %s', (_, request) => {
      const refusal = refusalOf(() => codec.decode({ ...request, body }));
      expect(refusal).toMatchObject({ code: 'ERR_SIGNATURE', dingTalkCode: 900005 });
      expect(refusal.message).toMatch(/^no parameters were passed.*pass url or query$/);
    });

    it('says of a parameter that a framework made a number which one it is', () => {
      const refusal = refusalOf(() => codec.decode({ query: { ...query, timestamp: 1_700_000_000_000 }, body }));
      expect(refusal).toMatchObject({ code: 'ERR_REQUEST', dingTalkCode: undefined });
      expect(refusal.message).toBe(
        'timestamp or timeStamp is not text but number: pass it as it was sent, not converted',
      );
      expect(codec.decode({ query: { ...query, other: 5 }, body }).kind).toBe('event');
    });

    it('reads a plus sign in the URL as one', () => {
      const { query, body } = dingTalkSigned(dingTalkSeal(text), '1700000000000', 'a+b');
      const search = `signature=${query.signature}&timestamp=${query.timestamp}`;
      for (const nonce of ['a+b', 'a%2Bb', 'a%2bb']) {
        expect(codec.decode({ url: `/?${search}&nonce=${nonce}`, body })).toMatchObject({ nonce: 'a+b', event: EVENT });
      }
      expect(codeOf(() => codec.decode({ url: `/?${search}&nonce=a%20b`, body }))).toBe('ERR_SIGNATURE');
    });

    it('refuses malformed percent-encoding where it is read, and passes over it elsewhere', () => {
      const search = new URLSearchParams(query);
      for (const malformed of ['%', '%4', '%zz', '%ff']) {
        expect(codec.decode({ url: `/?${search}&other=${malformed}&${malformed}=1`, body }).kind).toBe('event');
        const refusal = refusalOf(() => codec.decode({ url: `/?${search}&nonce=${malformed}`, body }));
        expect(refusal).toMatchObject({ code: 'ERR_REQUEST', message: expect.stringMatching(/^nonce cannot be read/) });
      }
    });

    it('reads parameters only from query or url', () => {
      expect(codeOf(() => codec.decode({ headers: query, body }))).toBe('ERR_SIGNATURE');
    });
  });

  it.each<[name: string, body: string | Uint8Array, code: string]>([
    ['no JSON', 'hello', 'ERR_REQUEST'],
    ['nothing', '', 'ERR_REQUEST'],
    ['a list', '[]', 'ERR_REQUEST'],
    ['invalid UTF-8', concat('{"encrypt":"', Uint8Array.of(0xff), '"}'), 'ERR_REQUEST'],
    ['a lone surrogate', '{"encrypt":"\ud800"}', 'ERR_REQUEST'],
    ['an escaped lone surrogate', '{"encrypt":"\\ud800"}', 'ERR_REQUEST'],
    ['encrypt as a number', '{"encrypt":5}', 'ERR_REQUEST'],
    ['encrypt as null', '{"encrypt":null}', 'ERR_REQUEST'],
    ['no encrypt', text, 'ERR_SIGNATURE'],
    ['base64', Buffer.from(dingTalkPush(EVENT).body).toString('base64'), 'ERR_REQUEST'],
  ])('refuses a body of %s', (_, body, code) => {
    expect(codeOf(() => codec.decode({ query: dingTalkSigned('').query, body }))).toBe(code);
    expect(codec.verify({ query: dingTalkSigned('').query, body })).toBe(false);
  });

  it('says of a body in base64 that it is one, and of one without `encrypt` that it has none', () => {
    const { query, body } = dingTalkPush(EVENT);
    const message = (body: string) => errorOf(() => codec.decode({ query, body })).message;
    expect(message(Buffer.from(body).toString('base64'))).toContain('isBase64Encoded');
    expect(message(text)).toBe('the body carries no `encrypt`');
  });

  it.each<[name: string, plaintext: string]>([
    ['no JSON', 'success'],
    ['a list', '[]'],
    ['an object without EventType', '{}'],
    ['an EventType that is no string', '{"EventType":["check_url"]}'],
  ])('refuses a plaintext of %s as ERR_REQUEST', (_, plaintext) => {
    expect(codeOf(() => codec.decode(dingTalkPush(plaintext)))).toBe('ERR_REQUEST');
  });

  it.each<[name: string, signature: (right: string) => string]>([
    ['upper case', (right) => right.toUpperCase()],
    ['one character changed', (right) => right.replace(/^./, (first) => (first === '0' ? '1' : '0'))],
    ['39 characters', (right) => right.slice(1)],
    ['41 characters', (right) => `${right}0`],
    ['white space around', (right) => ` ${right}`],
    ['nothing', () => ''],
    [
      'the signature under another token',
      () => dingTalkSignature({ ...dingTalkPush(EVENT).query, encrypt: '', token: 'x' }),
    ],
  ])('refuses a signature in %s', (_, change) => {
    const { query, body } = dingTalkPush(EVENT);
    const request = { query: { ...query, signature: change(query.signature) }, body };
    expect(refusalOf(() => codec.decode(request))).toMatchObject({ code: 'ERR_SIGNATURE', dingTalkCode: 900005 });
    expect(codec.verify(request)).toBe(false);
  });
});

describe('ciphertext', () => {
  it('is signed as transmitted, and white space is skipped only for decoding', () => {
    const wrapped = `${(dingTalkSeal(text).match(/.{1,76}/g) as string[]).join('\r\n')}\n`;
    expect(wrapped.length).toBeGreaterThan(80);
    expect(codec.decode(dingTalkSigned(wrapped)).text).toBe(text);
    const unwrapped = wrapped.replace(/\s/g, '');
    const { query } = dingTalkSigned(wrapped);
    expect(codeOf(() => codec.decode({ query, body: JSON.stringify({ encrypt: unwrapped }) }))).toBe('ERR_SIGNATURE');
    expect(codec.decrypt(` \t${wrapped}\f`).text).toBe(text);
    expect(decryptDingTalkMessage(wrapped, DINGTALK)).toBe(text);
  });

  it.each<[name: string, change: (encrypt: string) => string]>([
    ['no base64', () => '!!!!'],
    ['nothing', () => ''],
    ['white space', () => ' \n'],
    ['one block', (encrypt) => Buffer.from(encrypt, 'base64').subarray(0, 16).toString('base64')],
    ['24 bytes', (encrypt) => Buffer.from(encrypt, 'base64').subarray(0, 24).toString('base64')],
    ['the first two blocks', (encrypt) => Buffer.from(encrypt, 'base64').subarray(0, 32).toString('base64')],
    ['base64 cut by one', (encrypt) => encrypt.slice(0, -1)],
    ['a no-break space inside', (encrypt) => encrypt.replace(/^.{4}/, '$&\u00a0')],
    ['a vertical tab inside', (encrypt) => encrypt.replace(/^.{4}/, '$&\v')],
    ['a BOM in front', (encrypt) => `\ufeff${encrypt}`],
    ['the other alphabet', () => dingTalkSeal(text).replace(/^./, '-')],
    ['the ciphertext of another key', () => encryptDingTalkMessage(text, { encodingAesKey: 'A'.repeat(43), ownerKey })],
  ])('of %s is ERR_DECRYPT', (_, change) => {
    const encrypt = change(dingTalkSeal('x'));
    const expected = refusalOf(() => codec.decrypt('AAAA'));
    expect(expected).toMatchObject({ code: 'ERR_DECRYPT', dingTalkCode: 900008 });
    expect(refusalOf(() => codec.decrypt(encrypt))).toEqual(expected);
    expect(refusalOf(() => codec.decode(dingTalkSigned(encrypt)))).toEqual(expected);
    expect(refusalOf(() => decryptDingTalkMessage(encrypt, DINGTALK))).toEqual(expected);
  });
});

describe('padding', () => {
  // 16 + 4 + message + 21 of owner: the message's length gives every padding from 1 to 32.
  const lengths = Array.from({ length: 32 }, (_, index) => index);

  it('is emitted to 32 bytes, whatever the length of the text', () => {
    const seen = new Set<number>();
    for (const length of lengths) {
      const encrypt = codec.encrypt('x'.repeat(length), { prefix: IV });
      expect(encrypt).toBe(dingTalkSeal('x'.repeat(length), { block: 32 }));
      seen.add(32 - ((41 + length) % 32));
    }
    expect(seen.size).toBe(32);
  });

  it('is accepted from 1 to 32', () => {
    for (const length of lengths) {
      const message = 'x'.repeat(length);
      expect(codec.decrypt(dingTalkSeal(message, { block: 32 })).text).toBe(message);
    }
  });

  it('is accepted from encoders with blocks of 16, Go and Rust', () => {
    for (const length of lengths) {
      const message = 'x'.repeat(length);
      expect(codec.decrypt(dingTalkSeal(message, { block: 16 })).text).toBe(message);
    }
  });

  // 41 bytes of a message without text, and 7 of padding.
  it.each<[name: string, tail: number[]]>([
    ['0', [7, 7, 7, 7, 7, 7, 0]],
    ['33', [...Array(39).fill(33)]],
    ['255', [7, 7, 7, 7, 7, 7, 255]],
    ['longer than all there is', [...Array(7).fill(49)]],
    ['with a wrong first byte', [6, 7, 7, 7, 7, 7, 7]],
    ['with a wrong byte in the middle', [7, 7, 7, 8, 7, 7, 7]],
    ['of a count without the bytes', [0, 0, 0, 0, 0, 0, 7]],
  ])('of %s is ERR_DECRYPT', (_, tail) => {
    const encrypt = dingTalkSeal('', { tail: Uint8Array.from(tail) });
    expect(refusalOf(() => codec.decode(dingTalkSigned(encrypt)))).toEqual(refusalOf(() => codec.decrypt('AAAA')));
  });
});

describe('length field', () => {
  it('of 0 is an empty text', () => {
    expect(codec.decrypt(dingTalkSeal(''))).toEqual({ text: '', ownerKey });
    expect(codeOf(() => codec.decode(dingTalkPush('')))).toBe('ERR_REQUEST');
  });

  it('too small or too large by some gives the rest to the owner: ERR_OWNER', () => {
    for (const length of [0, 9, 11, 10 + ownerKey.length]) {
      expect(codeOf(() => codec.decrypt(dingTalkSeal('0123456789', { length })))).toBe('ERR_OWNER');
    }
  });

  it.each([32, 0x7fffffff, 0x80000000, 0xffffffff])('of %i, more than there is, is ERR_DECRYPT', (length) => {
    const encrypt = dingTalkSeal('0123456789', { length });
    expect(refusalOf(() => codec.decrypt(encrypt))).toEqual(refusalOf(() => codec.decrypt('AAAA')));
  });

  it.each([0, 15, 16, 19])('is missing from a plaintext of %i bytes: ERR_DECRYPT', (size) => {
    const encrypt = dingTalkSealBlocks(concat(new Uint8Array(size), padding(size, 32)));
    expect(refusalOf(() => codec.decrypt(encrypt))).toEqual(refusalOf(() => codec.decrypt('AAAA')));
  });

  it('without text and owner behind it is ERR_OWNER', () => {
    const encrypt = dingTalkSealBlocks(concat(new Uint8Array(20), padding(20, 32)));
    expect(codeOf(() => codec.decrypt(encrypt))).toBe('ERR_OWNER');
  });

  it('counts bytes, not characters', () => {
    expect(codec.decrypt(dingTalkSeal('你好😀')).text).toBe('你好😀');
    expect(codec.encrypt('你好😀', { prefix: IV })).toBe(dingTalkSeal('你好😀'));
  });

  it('between the bytes of a character is ERR_DECRYPT', () => {
    expect(codeOf(() => codec.decrypt(dingTalkSeal('你好', { length: 4 })))).toBe('ERR_DECRYPT');
  });
});

describe('ownerKey', () => {
  const list = ['ding-corp', 'app-key', CREATE_SUITE_KEY, '企业'];
  const several = createDingTalkCodec({ ...DINGTALK, ownerKey: list });

  it('is exported for a suite being created', () => {
    expect(CREATE_SUITE_KEY).toBe('suite4xxxxxxxxxxxxxxx');
  });

  it.each(list)('%s of a list is accepted and told', (owner) => {
    const encrypt = dingTalkSeal(text, { owner });
    expect(several.decode(dingTalkSigned(encrypt)).ownerKey).toBe(owner);
    expect(several.decrypt(encrypt)).toEqual({ text, ownerKey: owner });
    expect(decryptDingTalkMessage(encrypt, { encodingAesKey, ownerKey: list })).toBe(text);
    expect(several.encrypt(text, { ownerKey: owner, prefix: IV })).toBe(encrypt);
  });

  it('is kept as it was at creation', () => {
    const owners = ['a'];
    const codec = createDingTalkCodec({ ...DINGTALK, ownerKey: owners });
    owners[0] = 'b';
    expect(codec.decrypt(codec.encrypt('x')).ownerKey).toBe('a');
  });

  it.each<[name: string, owner: string | Uint8Array]>([
    ['another', 'ding-other'],
    ['none', ''],
    ['a prefix', ownerKey.slice(0, -1)],
    ['one with more behind it', `${ownerKey}x`],
    ['one in other case', ownerKey.toUpperCase()],
    ['one with a NUL behind it', `${ownerKey}\0`],
    ['one with a BOM in front', `\ufeff${ownerKey}`],
  ])('is compared exactly: %s is ERR_OWNER', (_, owner) => {
    const encrypt = dingTalkSeal(text, { owner });
    const refusal = refusalOf(() => codec.decode(dingTalkSigned(encrypt)));
    expect(refusal).toMatchObject({ code: 'ERR_OWNER', dingTalkCode: 900010 });
    expect(refusalOf(() => codec.decrypt(encrypt))).toEqual(refusal);
    expect(refusalOf(() => decryptDingTalkMessage(encrypt, DINGTALK))).toEqual(refusal);
    expect(errorOf(() => codec.decode(dingTalkSigned(encrypt)))).toHaveProperty('receivedOwner', owner);
  });

  it('of another is told by decode, whose message is verified, in receivedOwner and not in the text', () => {
    const encrypt = dingTalkSeal(text, { owner: 'ding-other' });
    const verified = errorOf(() => several.decode(dingTalkSigned(encrypt)));
    expect(verified).toMatchObject({ code: 'ERR_OWNER', receivedOwner: 'ding-other' });
    for (const owner of ['ding-other', ...list]) expect(verified.message).not.toContain(owner);
    for (const unverified of [
      () => several.decrypt(encrypt),
      () => decryptDingTalkMessage(encrypt, { encodingAesKey, ownerKey: list }),
      () => decryptDingTalkMessage(encrypt, DINGTALK),
    ]) {
      expect(codeOf(unverified)).toBe('ERR_OWNER');
      expect(errorOf(unverified)).not.toHaveProperty('receivedOwner');
      expect(errorOf(unverified).message).toBe(verified.message);
    }
  });

  it('of bytes that are no UTF-8 is ERR_DECRYPT', () => {
    expect(codeOf(() => codec.decrypt(dingTalkSeal(text, { owner: Uint8Array.of(0xff) })))).toBe('ERR_DECRYPT');
  });

  it('as an option must be configured', () => {
    for (const ownerKey of ['other', '', 'ding-cor']) {
      expect(codeOf(() => several.encrypt('x', { ownerKey }))).toBe('ERR_CONFIG');
      expect(codeOf(() => several.encode(EVENT, { ownerKey }))).toBe('ERR_CONFIG');
      expect(codeOf(() => several.reply('x', { ownerKey }))).toBe('ERR_CONFIG');
    }
  });

  it.each<[name: string, ownerKey: unknown, code: string]>([
    ['missing', undefined, 'ERR_CONFIG'],
    ['null', null, 'ERR_CONFIG'],
    ['empty', '', 'ERR_CONFIG'],
    ['from a file, with its line break', `${ownerKey}\n`, 'ERR_CONFIG'],
    ['an empty list', [], 'ERR_CONFIG'],
    ['a list that holds an empty string', [''], 'ERR_CONFIG'],
    ['a list that holds undefined', [ownerKey, undefined], 'ERR_CONFIG'],
    ['a list that holds null', [null], 'ERR_CONFIG'],
    ['a number', 5, 'TypeError'],
  ])('%s is refused by the pure functions', (_, ownerKey, code) => {
    const secrets = { encodingAesKey, ownerKey } as never;
    expect(codeOf(() => decryptDingTalkMessage('AAAA', secrets))).toBe(code);
    if (!Array.isArray(ownerKey)) expect(codeOf(() => encryptDingTalkMessage('x', secrets))).toBe(code);
  });
});

describe('verify', () => {
  const good = dingTalkPush(EVENT);
  const fresh = createDingTalkCodec({ ...DINGTALK, toleranceSeconds: 60, now: () => NOW });
  it.each<[name: string, codec: { verify(request: CallbackRequest): boolean }, request: CallbackRequest, is: boolean]>([
    ['a signed event', codec, good, true],
    ['a signed message for another owner', codec, dingTalkSigned(dingTalkSeal('x', { owner: 'other' })), true],
    ['a signed text that is no ciphertext', codec, dingTalkSigned('hello'), true],
    ['a fresh event', fresh, good, true],
    ['a stale event', fresh, dingTalkPush(EVENT, '1699999939999'), false],
    ['an unreadable time', fresh, dingTalkPush(EVENT, 'now'), false],
    ['no parameters', codec, { body: good.body }, false],
    ['another body', codec, { ...good, body: '{"encrypt":"x"}' }, false],
    ['a body too large', createDingTalkCodec({ ...DINGTALK, maxBodyBytes: 10 }), good, false],
    ['another token', createDingTalkCodec({ ...DINGTALK, token: 'other' }), good, false],
  ])('%s', (_, codec, request, is) => {
    expect(codec.verify(request)).toBe(is);
  });

  it('throws on what the programmer did wrong', () => {
    expect(codeOf(() => codec.verify({ ...good, body: JSON.parse(good.body) }))).toBe('TypeError');
    expect(codeOf(() => codec.verify({ ...good, query: 'a=b' as never }))).toBe('TypeError');
    expect(codeOf(() => codec.verify(null as never))).toBe('TypeError');
  });
});

describe('freshness', () => {
  function decodeAt(timestamp: string, nowMilliseconds: number, toleranceSeconds: number | undefined) {
    const codec = createDingTalkCodec({ ...DINGTALK, toleranceSeconds, now: () => nowMilliseconds });
    return codec.decode(dingTalkPush(EVENT, timestamp)).timestamp;
  }

  it.each<[timestamp: string, offset: number, tolerance: number | undefined]>([
    ['1700000000000', 60_000, 60],
    ['1700000000000', -60_000, 60],
    ['1700000000', 60_000, 60],
    ['1700000000', -60_000, 60],
    ['1700000000000', 0, 0],
    ['1700000000000', 500, 0.5],
    ['1700000000000', 1e12, undefined],
    ['1700000000.123', 0, undefined],
    ['x', 0, Number.POSITIVE_INFINITY],
  ])('accepts %j at %i ms with a tolerance of %s s, and keeps it as sent', (timestamp, offset, tolerance) => {
    expect(decodeAt(timestamp, NOW + offset, tolerance)).toBe(timestamp);
  });

  it.each<[timestamp: string, offset: number, tolerance: number]>([
    ['1700000000000', 60_001, 60],
    ['1700000000000', -60_001, 60],
    ['1700000000', 60_001, 60],
    ['1700000000', -60_001, 60],
    ['1700000000000', 1, 0],
    ['1700000000.123', 0, 1e12],
    ['749', 0, 1e12],
  ])('refuses %j at %i ms with a tolerance of %s s', (timestamp, offset, tolerance) => {
    expect(codeOf(() => decodeAt(timestamp, NOW + offset, tolerance))).toBe('ERR_TIMESTAMP');
  });

  it.each([Number.POSITIVE_INFINITY, 1e12])(
    'has nothing to look at where the timestamp is empty, with a tolerance of %s s',
    (tolerance) => {
      expect(codeOf(() => decodeAt('', NOW, tolerance))).toBe('ERR_SIGNATURE');
    },
  );

  describe('of a nonce that could be the time, since both are signed without a separator', () => {
    const request = (nonce: string) => dingTalkSigned(dingTalkSeal(text), '1700000000000', nonce);
    const open = createDingTalkCodec({ ...DINGTALK, now: () => NOW });
    const windows = [0, 60, 1e12].map((toleranceSeconds) =>
      createDingTalkCodec({ ...DINGTALK, toleranceSeconds, now: () => NOW }),
    );

    it.each(['1600000000', '1700000000000', '0000000000', '12345678901234567890'])(
      '%s is ERR_TIMESTAMP with a window on, and accepted with it off',
      (nonce) => {
        for (const codec of windows) {
          const refusal = refusalOf(() => codec.decode(request(nonce)));
          expect(refusal).toMatchObject({ code: 'ERR_TIMESTAMP', dingTalkCode: undefined });
          expect(refusal.message).toMatch(/^the nonce is a number/);
          expect(codec.verify(request(nonce))).toBe(false);
        }
        expect(open.decode(request(nonce)).nonce).toBe(nonce);
        expect(open.verify(request(nonce))).toBe(true);
      },
    );

    it.each([
      '160000000',
      'nEXhMP4r',
      '1600000000a',
      'a1600000000',
      '1600000000 ',
      '1600000000\n',
      '-160000000',
      '１６００００００００',
    ])('%j is accepted', (nonce) => {
      for (const codec of [...windows, open]) expect(codec.decode(request(nonce)).nonce).toBe(nonce);
    });

    it('keeps an old request from passing under its own signature with the two exchanged', () => {
      const { query, body } = dingTalkSigned(dingTalkSeal(text), '1600000000000', '1700000000000');
      const exchanged = { ...query, timestamp: query.nonce, nonce: query.timestamp };
      expect(open.verify({ query: exchanged, body })).toBe(true);
      for (const codec of windows) {
        expect(codeOf(() => codec.decode({ query, body }))).toBe('ERR_TIMESTAMP');
        expect(codeOf(() => codec.decode({ query: exchanged, body }))).toBe('ERR_TIMESTAMP');
      }
    });

    it('is looked at only once the signature holds', () => {
      const { query, body } = request('1600000000');
      for (const codec of windows) {
        expect(codeOf(() => codec.decode({ query: { ...query, signature: '0' }, body }))).toBe('ERR_SIGNATURE');
      }
    });
  });

  it('comes after the signature and before decryption', () => {
    const codec = createDingTalkCodec({ ...DINGTALK, toleranceSeconds: 60, now: () => NOW });
    const stale = dingTalkSigned('AAAA', '1600000000');
    expect(codeOf(() => codec.decode(stale))).toBe('ERR_TIMESTAMP');
    expect(codeOf(() => codec.decode({ ...stale, body: '{"encrypt":"AAAB"}' }))).toBe('ERR_SIGNATURE');
  });
});

describe('the order of checks', () => {
  it('decrypts nothing before signature and freshness hold', () => {
    const decrypt = vi.fn((ivAndBlocks: Uint8Array) => new Uint8Array(ivAndBlocks.length - 16));
    const aes = () => ({ encrypt: () => new Uint8Array(), decrypt });
    const codec = createDingTalkCodec({ ...DINGTALK, aes, toleranceSeconds: 60, now: () => NOW });
    const good = dingTalkPush(EVENT);
    expect(codeOf(() => codec.decode({ ...good, query: { ...good.query, signature: 'x' } }))).toBe('ERR_SIGNATURE');
    expect(codeOf(() => codec.decode({ body: good.body }))).toBe('ERR_SIGNATURE');
    expect(codeOf(() => codec.decode(dingTalkPush(EVENT, '1600000000')))).toBe('ERR_TIMESTAMP');
    expect(decrypt).not.toHaveBeenCalled();
    expect(codeOf(() => codec.decode(good))).toBe('ERR_DECRYPT');
    expect(decrypt).toHaveBeenCalledTimes(1);
  });

  it('checks the length of the body first, in UTF-8 bytes', () => {
    const limit = (maxBodyBytes: number) => createDingTalkCodec({ ...DINGTALK, maxBodyBytes });
    expect(codeOf(() => limit(11).decode({ body: '你好你好' }))).toBe('ERR_TOO_LARGE');
    expect(codeOf(() => limit(11).decode({ body: utf8('你好你好') }))).toBe('ERR_TOO_LARGE');
    expect(codeOf(() => limit(12).decode({ body: '你好你好' }))).toBe('ERR_REQUEST');
  });
});

describe('encrypt', () => {
  it.each<[name: string, call: () => unknown, code: string]>([
    ['a prefix of 15 bytes', () => codec.encrypt('x', { prefix: IV.subarray(1) }), 'ERR_CONFIG'],
    ['a prefix of 17 bytes', () => codec.reply('x', { prefix: new Uint8Array(17) }), 'ERR_CONFIG'],
    ['a prefix that is a string', () => codec.encrypt('x', { prefix: '0123456789abcdef' as never }), 'TypeError'],
    ['text that is bytes', () => codec.encrypt(IV as never), 'TypeError'],
    ['text with a lone surrogate', () => codec.encrypt('\ud800'), 'TypeError'],
    ['ciphertext that is bytes', () => codec.decrypt(IV as never), 'TypeError'],
    ['no secrets', () => (encryptDingTalkMessage as (text: string) => string)('x'), 'TypeError'],
    ['no secrets to decrypt with', () => (decryptDingTalkMessage as (text: string) => string)('x'), 'TypeError'],
    ['ciphertext undefined', () => decryptDingTalkMessage(undefined as never, DINGTALK), 'TypeError'],
    [
      'a random source of the wrong length',
      () => encryptDingTalkMessage('x', DINGTALK, { random: () => IV.subarray(1) }),
      'ERR_RANDOM',
    ],
  ])('and decrypt refuse %s', (_, call, code) => {
    expect(codeOf(call)).toBe(code);
  });

  it('takes a prefix of any bytes verbatim, and gives it to nobody', () => {
    const prefix = new Uint8Array(16).fill(0xff);
    const encrypt = codec.encrypt('x', { prefix });
    expect(encrypt).not.toBe(codec.encrypt('x', { prefix: IV }));
    expect(codec.decrypt(encrypt)).toEqual({ text: 'x', ownerKey });
  });

  it.each(['', 'success', '你好', '\ufeff\u0000', 'x'.repeat(1000), '😀'.repeat(300)])('gives back %j', (text) => {
    expect(codec.decrypt(codec.encrypt(text))).toEqual({ text, ownerKey });
    expect(decryptDingTalkMessage(encryptDingTalkMessage(text, DINGTALK), DINGTALK)).toBe(text);
  });
});

describe('random characters', () => {
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

  it('are 16 of [A-Za-z0-9], for the prefix as for the nonce', () => {
    const random = (length: number) => Uint8Array.from({ length }, (_, index) => index);
    const prefix = utf8(ALPHABET.slice(0, 16));
    expect(encryptDingTalkMessage('x', DINGTALK, { random })).toBe(codec.encrypt('x', { prefix }));
    const fixed = createDingTalkCodec({ ...DINGTALK, random });
    expect(fixed.encrypt('x')).toBe(codec.encrypt('x', { prefix }));
    expect(fixed.reply('x')).toMatchObject({ nonce: 'ABCDEFGHIJKLMNOP', encrypt: codec.encrypt('x', { prefix }) });
    expect(codec.reply().nonce).toMatch(/^[A-Za-z0-9]{16}$/);
    expect(codec.reply().nonce).not.toBe(codec.reply().nonce);
  });

  it('are each equally likely where every byte is', () => {
    let next = 0;
    const random = (length: number) => Uint8Array.from({ length }, () => next++ & 255);
    const counted = createDingTalkCodec({ ...DINGTALK, random });
    const counts = new Map<string, number>();
    // 31 nonces are 496 characters, 248 of every 256 bytes: twice through all bytes, 4 times each character.
    for (let count = 0; count < 31; count++) {
      for (const character of counted.reply('x', { prefix: IV }).nonce) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
    expect([...counts.keys()].sort()).toEqual([...ALPHABET].sort());
    expect(new Set(counts.values())).toEqual(new Set([8]));
  });

  it('do not hang on a source that never gives a usable byte', () => {
    const random = (length: number) => new Uint8Array(length).fill(255);
    expect(codeOf(() => encryptDingTalkMessage('x', DINGTALK, { random }))).toBe('ERR_RANDOM');
    expect(codeOf(() => createDingTalkCodec({ ...DINGTALK, random }).reply())).toBe('ERR_RANDOM');
  });
});

describe('reply', () => {
  const two = createDingTalkCodec({ ...DINGTALK, ownerKey: ['first', ownerKey], now: () => NOW + 123 });

  it('has the fields that DingTalk wants, and no others', () => {
    const reply = codec.reply('success', { timestamp: '1', nonce: 'n', prefix: IV });
    const encrypt = dingTalkSeal('success');
    expect(Object.entries(reply)).toEqual([
      ['msg_signature', dingTalkSignature({ token, timestamp: '1', nonce: 'n', encrypt })],
      ['timeStamp', '1'],
      ['nonce', 'n'],
      ['encrypt', encrypt],
    ]);
  });

  it('answers as the owner that asked, with its timestamp and nonce', () => {
    const message = two.decode(dingTalkPush(EVENT));
    const reply = two.reply('success', message);
    expect(reply).toMatchObject({ timeStamp: '1700000000000', nonce: 'nEXhMP4r' });
    expect(two.decrypt(reply.encrypt)).toEqual({ text: 'success', ownerKey });
  });

  it('without options is `success` of the first owner at this millisecond', () => {
    const reply = two.reply();
    expect(reply.timeStamp).toBe(String(NOW + 123));
    expect(two.decrypt(reply.encrypt)).toEqual({ text: 'success', ownerKey: 'first' });
    expect(two.reply('x').nonce).not.toBe(reply.nonce);
  });

  it('verifies as DingTalk verifies it', () => {
    const asRequest = ({ msg_signature, timeStamp, nonce, encrypt }: DingTalkReply) => ({
      query: { msg_signature, timeStamp, nonce },
      body: JSON.stringify({ encrypt }),
    });
    expect(codec.verify(asRequest(codec.reply()))).toBe(true);
    expect(codec.decode(asRequest(codec.reply(text))).text).toBe(text);
  });

  it.each<[name: string, call: () => unknown, code: string]>([
    ['a number as timestamp', () => codec.reply('x', { timestamp: NOW as never }), 'TypeError'],
    ['a lone surrogate as nonce', () => codec.reply('x', { nonce: '\ud800' }), 'TypeError'],
    ['a text that is an object', () => codec.reply({} as never), 'TypeError'],
  ])('refuses %s', (_, call, code) => {
    expect(codeOf(call)).toBe(code);
  });
});

describe('encode', () => {
  it('makes what DingTalk sends, the signature by both its names', () => {
    const { query, body } = codec.encode(EVENT, { timestamp: '1700000000000', nonce: 'nEXhMP4r', prefix: IV });
    const expected = dingTalkPush(EVENT);
    expect(body).toBe(expected.body);
    expect(query).toEqual({ ...expected.query, msg_signature: expected.query.signature });
  });

  it('is accepted by decode', () => {
    const several = createDingTalkCodec({ ...DINGTALK, ownerKey: ['a', 'b'], now: () => NOW, toleranceSeconds: 0 });
    expect(several.decode(several.encode(EVENT))).toMatchObject({ ownerKey: 'a', timestamp: '1700000000000' });
    expect(several.decode(several.encode(EVENT, { ownerKey: 'b' })).ownerKey).toBe('b');
  });

  it('sends a string verbatim', () => {
    const spaced = `\n${JSON.stringify(EVENT, null, 2)} `;
    expect(codec.decode(codec.encode(spaced)).text).toBe(spaced);
  });

  it.each<[name: string, call: () => unknown, code: string]>([
    ['a payload without a JSON form', () => codec.encode(undefined), 'TypeError'],
    ['a symbol', () => codec.encode(Symbol('x')), 'TypeError'],
    ['a lone surrogate', () => codec.encode('\udc00'), 'TypeError'],
    ['a number as nonce', () => codec.encode(EVENT, { nonce: 5 as never }), 'TypeError'],
  ])('refuses %s', (_, call, code) => {
    expect(codeOf(call)).toBe(code);
  });
});

describe('dingTalkCode', () => {
  it.each<[code: string, dingTalkCode: number | undefined, call: () => unknown]>([
    ['ERR_CONFIG', 900004, () => createDingTalkCodec({ ...DINGTALK, encodingAesKey: 'x' })],
    ['ERR_SIGNATURE', 900005, () => codec.decode({ ...dingTalkPush(EVENT), query: {} })],
    ['ERR_DECRYPT', 900008, () => codec.decode(dingTalkSigned('AAAA'))],
    ['ERR_OWNER', 900010, () => codec.decrypt(dingTalkSeal('x', { owner: 'x' }))],
    ['ERR_CONFIG', undefined, () => createDingTalkCodec({ ...DINGTALK, token: '' })],
    ['ERR_REQUEST', undefined, () => codec.decode({ body: 'hello' })],
    ['ERR_TOO_LARGE', undefined, () => codec.decode({ body: ' '.repeat(1_048_577) })],
    [
      'ERR_TIMESTAMP',
      undefined,
      () => createDingTalkCodec({ ...DINGTALK, toleranceSeconds: 1 }).decode(dingTalkPush(EVENT)),
    ],
    ['ERR_RANDOM', undefined, () => encryptDingTalkMessage('x', DINGTALK, { random: () => new Uint8Array() })],
  ])('of %s is %s', (code, dingTalkCode, call) => {
    expect(refusalOf(call)).toMatchObject({ code, dingTalkCode });
    if (dingTalkCode === undefined) {
      expect(() => call()).toThrow(
        expect.toSatisfy((error: unknown) => error instanceof CallbackError && !Object.hasOwn(error, 'dingTalkCode')),
      );
    }
  });
});

describe('an engine of the caller', () => {
  it('is bound to the key once and does all AES under the IV of the key', () => {
    const encrypt = vi.fn((_iv: Uint8Array, blocks: Uint8Array) => blocks.slice());
    const decrypt = vi.fn((ivAndBlocks: Uint8Array) => ivAndBlocks.slice(16));
    const aes = vi.fn((_key: Uint8Array) => ({ encrypt, decrypt }));
    const codec = createDingTalkCodec({ ...DINGTALK, aes });
    expect(codec.decrypt(codec.encrypt('not a cipher')).text).toBe('not a cipher');
    expect(codec.decode(codec.encode(EVENT)).text).toBe(text);
    expect([aes, encrypt, decrypt].map(({ mock }) => mock.calls.length)).toEqual([1, 2, 2]);
    const key = Buffer.from(encodingAesKey, 'base64');
    expect(Buffer.from(aes.mock.calls[0]?.[0] as Uint8Array)).toEqual(key);
    expect(Buffer.from(encrypt.mock.calls[0]?.[0] as Uint8Array)).toEqual(key.subarray(0, 16));
    expect(Buffer.from(decrypt.mock.calls[0]?.[0] as Uint8Array).subarray(0, 16)).toEqual(key.subarray(0, 16));
  });
});

describe('a clock with a fraction', () => {
  it('makes a timestamp that decode reads', () => {
    const codec = createDingTalkCodec({ ...DINGTALK, now: () => NOW + 0.5, toleranceSeconds: 1 });
    const { query, body } = codec.encode({ EventType: 'check_url' });
    expect(query.timestamp).toBe(String(NOW));
    expect(codec.decode({ query, body })).toMatchObject({ kind: 'check' });
  });
});
