import { describe, expect, it, vi } from 'vitest';
import {
  type CallbackRequest,
  CREATE_SUITE_KEY,
  createDingTalkCodec,
  type DingTalkCodecOptions,
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
  dingTalkSigned,
  errorOf,
  hash,
  IV,
  jsonOf,
  NOW,
  refusalOf,
  utf8,
} from './helpers.ts';
import platforms from './vectors/platforms.json' with { type: 'json' };

const { token, encodingAesKey, ownerKey } = DINGTALK;
const codec = createDingTalkCodec(DINGTALK);
const EVENT = { EventType: 'user_add_org', UserId: ['u-1'], CorpId: 'ding-1', 名: '张三' };
const text = JSON.stringify(EVENT);
/** An event and the check of a URL, as messages that `reply` takes. */
const asked = codec.decode(dingTalkPush(EVENT));
const check = codec.decode(dingTalkPush({ EventType: 'check_url' }));

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
    else
      expect(codec.decode(request)).toMatchObject({
        kind: 'verification',
        ownerKey,
        timestamp,
        nonce,
        text: plaintext,
      });
  });

  it.each(vectors.filter(({ op }) => op === 'dingtalk.encrypt'))('encrypts $id', ({ vector }) => {
    const { signature, timestamp, nonce, encrypt, plaintext, random } = vector;
    const prefix = utf8(random);
    expect(encryptDingTalkMessage(plaintext, vector, { prefix })).toBe(encrypt);
    const codec = createDingTalkCodec(secretsOf(vector));
    expect(codec.encrypt(plaintext, { prefix })).toBe(encrypt);
    const reply = codec.reply(codec.decode(codec.encode(EVENT)), plaintext, { prefix, timestamp, nonce });
    expect(jsonOf(reply)).toEqual({ msg_signature: signature, timeStamp: timestamp, nonce, encrypt });
    expect(codec.decodeReply(reply)).toBe(plaintext);
    expect(codec.encode(plaintext, { prefix, timestamp, nonce })).toEqual({
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
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
  it.each<[name: string, change: object, code: string, platformCode?: number]>([
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
  ])('refuses %s', (_, change, code, platformCode) => {
    const create = () => createDingTalkCodec({ ...DINGTALK, ...change } as DingTalkCodecOptions);
    expect(codeOf(create)).toBe(code);
    if (code === 'ERR_CONFIG') expect(refusalOf(create).platformCode).toBe(platformCode);
  });

  it.each(['token', 'ownerKey', 'encodingAesKey'])('says that the variable of an unset %s is not set', (name) => {
    for (const value of [undefined, null]) {
      const { message } = errorOf(() => createDingTalkCodec({ ...DINGTALK, [name]: value }));
      const words =
        name === 'encodingAesKey' ? 'none: is the variable that it comes from set\\?' : `${value}: .* is not set`;
      expect(message).toMatch(new RegExp(`^${name} .*${words}$`));
    }
  });

  it('refuses a call without options', () => {
    expect(codeOf(() => (createDingTalkCodec as () => unknown)())).toBe('TypeError');
  });

  it('makes methods that need no this', () => {
    const { decode, encode, reply, verify, encrypt, decrypt, decodeReply } = codec;
    const request = encode(EVENT);
    expect(verify(request)).toBe(true);
    expect(decodeReply(reply(decode(request)))).toBe('success');
    expect(decrypt(encrypt('text')).text).toBe('text');
  });
});

describe('EncodingAESKey', () => {
  it.each(['g', 'h', 'i', 'j'])('is the same key whatever its spare bits: …3i%s', (last) => {
    const secrets = { encodingAesKey: encodingAesKey.slice(0, -1) + last, ownerKey };
    expect(decryptDingTalkMessage(dingTalkSeal('text'), secrets)).toBe('text');
    expect(encryptDingTalkMessage('text', secrets, { prefix: IV })).toBe(dingTalkSeal('text'));
    expect(createDingTalkCodec({ ...secrets, token }).decode(dingTalkPush(EVENT)).text).toBe(text);
  });

  it.each<[name: string, key: string, mistake: string]>([
    ['nothing', '', 'none: is the variable that it comes from set?'],
    ['its =', `${encodingAesKey}=`, '44 with "=" at the end'],
    ['a line feed at the end', `${encodingAesKey}\n`, '44 with white space at an end'],
    ['a - of the other alphabet', `-${encodingAesKey.slice(1)}`, '43 with others among them'],
  ])('is refused with %s by all that takes one, and the message says what was found', (_, key, mistake) => {
    const calls = [
      () => createDingTalkCodec({ ...DINGTALK, encodingAesKey: key }),
      () => encryptDingTalkMessage('text', { encodingAesKey: key, ownerKey }),
      () => decryptDingTalkMessage('AAAA', { encodingAesKey: key, ownerKey }),
    ];
    for (const call of calls) {
      expect(refusalOf(call)).toEqual({
        code: 'ERR_CONFIG',
        platformCode: 900004,
        message: `encodingAesKey must be the 43 characters of the console (A-Z, a-z, 0-9, +, /), got ${mistake}`,
      });
    }
  });
});

describe('decode', () => {
  it('reads an event', () => {
    expect(codec.decode(dingTalkPush(EVENT))).toEqual({
      platform: 'dingtalk',
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
    expect(message).toMatchObject({ kind: 'verification', type: EventType, event });
    if (message.kind !== 'verification') return expect.fail('no check');
    expect(codec.decodeReply(codec.reply(message))).toBe('success');
    expect(codec.decodeReply(codec.reply(message, String(message.event.Random)))).toBe('LPIdSnlF');
    expect(codec.decode(dingTalkPush({ EventType })).kind).toBe('verification');
  });

  it('does not trim or fold an EventType', () => {
    for (const EventType of [' check_url', 'CHECK_URL', 'check_url ', '']) {
      expect(codec.decode(dingTalkPush({ EventType }))).toMatchObject({ kind: 'event', type: EventType });
    }
  });

  it.each([5, null, true, ['r'], { r: 1 }, ''])('reads a check or an event whose Random is %j', (Random) => {
    expect(codec.decode(dingTalkPush({ ...EVENT, Random })).kind).toBe('event');
    for (const EventType of ['check_url', 'check_create_suite_url', 'check_update_suite_url']) {
      expect(codec.decode(dingTalkPush({ EventType, Random }))).toMatchObject({
        kind: 'verification',
        event: { Random },
      });
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
    // A check is answered, not handled: it has none.
    expect(codec.decode(dingTalkPush({ EventType: 'check_url', ...ids }))).not.toHaveProperty('id');
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
      ['timestamp', 'timestamp or timeStamp'],
      ['nonce', 'nonce'],
    ])('demands %s, and says that it is missing, or that all are', (name, spellings) => {
      const { [name]: _, ...some } = query as Record<string, string>;
      for (const query of [some, { ...some, [name]: '' }]) {
        const refusal = refusalOf(() => codec.decode({ query, body }));
        expect(refusal).toMatchObject({ code: 'ERR_SIGNATURE', platformCode: 900005 });
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
      expect(refusal).toMatchObject({ code: 'ERR_SIGNATURE', platformCode: 900005 });
      expect(refusal.message).toMatch(/^no parameters were passed.*pass url or query$/);
    });

    it('says of a parameter that a framework made a number which one it is', () => {
      const refusal = refusalOf(() => codec.decode({ query: { ...query, timestamp: 1_700_000_000_000 }, body }));
      expect(refusal).toMatchObject({ code: 'ERR_REQUEST', platformCode: undefined });
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

  it.each<[headers: Record<string, string | string[]>, advice: string]>([
    [{}, ''],
    [{ sign: '', 'x-ddpaas-signature': '' }, ''],
    [{ sign: ['a', 'b'] }, ''],
    [{ Timestamp: '1700000000000', Sign: 'x' }, ': a robot, use callback-codec/dingtalk-robot'],
    [{ 'X-DDPaaS-Signature': 'x' }, ': a card, use callback-codec/dingtalk-card'],
    [{ sign: 'x', 'x-ddpaas-signature': 'x' }, ': a card, use callback-codec/dingtalk-card'],
  ])('says of a body without `encrypt` under the headers %j what it is%s', (headers, advice) => {
    const refusal = refusalOf(() => codec.decode({ ...dingTalkPush(EVENT), headers, body: text }));
    expect(refusal).toEqual({
      code: 'ERR_SIGNATURE',
      platformCode: 900005,
      message: `the body carries no \`encrypt\`${advice}`,
    });
    // With `encrypt` they are not looked at.
    expect(codec.decode({ ...dingTalkPush(EVENT), headers }).kind).toBe('event');
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
    expect(refusalOf(() => codec.decode(request))).toMatchObject({ code: 'ERR_SIGNATURE', platformCode: 900005 });
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
    expect(codec.decrypt(wrapped).text).toBe(text);
    expect(decryptDingTalkMessage(wrapped, DINGTALK)).toBe(text);
  });

  it.each<[name: string, encrypt: string]>([
    ['no base64', '!!!!'],
    ['nothing', ''],
    ['one block', Buffer.from(dingTalkSeal('x'), 'base64').subarray(0, 16).toString('base64')],
    ['wrong padding', dingTalkSeal('', { tail: Uint8Array.of(7, 7, 7, 8, 7, 7, 7) })],
    ['a length field that is more than there is', dingTalkSeal('0123456789', { length: 32 })],
    ['a text that is not UTF-8', dingTalkSeal(Uint8Array.of(0xff))],
    ['an owner that is not UTF-8', dingTalkSeal(text, { owner: Uint8Array.of(0xff) })],
    ['the ciphertext of another key', encryptDingTalkMessage(text, { encodingAesKey: 'A'.repeat(43), ownerKey })],
  ])('of %s is one and the same ERR_DECRYPT wherever it is decrypted', (_, encrypt) => {
    const expected = refusalOf(() => codec.decrypt('AAAA'));
    expect(expected).toMatchObject({ code: 'ERR_DECRYPT', platformCode: 900008 });
    expect(refusalOf(() => codec.decrypt(encrypt))).toEqual(expected);
    expect(refusalOf(() => codec.decode(dingTalkSigned(encrypt)))).toEqual(expected);
    expect(refusalOf(() => decryptDingTalkMessage(encrypt, DINGTALK))).toEqual(expected);
  });

  it('of an empty text is no event', () => {
    expect(codec.decrypt(dingTalkSeal(''))).toEqual({ text: '', ownerKey });
    expect(codeOf(() => codec.decode(dingTalkPush('')))).toBe('ERR_REQUEST');
  });

  it('whose length field gives a piece to the owner, or all of it, is ERR_OWNER', () => {
    for (const length of [0, 9, 11, 10 + ownerKey.length]) {
      expect(codeOf(() => codec.decrypt(dingTalkSeal('0123456789', { length })))).toBe('ERR_OWNER');
    }
  });
});

describe('ownerKey', () => {
  const list = ['ding-corp', 'app-key', 'suite4xxxxxxxxxxxxxxx', '企业'];
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
    expect(refusal).toMatchObject({ code: 'ERR_OWNER', platformCode: 900010 });
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
          expect(refusal).toMatchObject({ code: 'ERR_TIMESTAMP', platformCode: undefined });
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
    ['a prefix of 17 bytes', () => codec.reply(asked, 'x', { prefix: new Uint8Array(17) }), 'ERR_CONFIG'],
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
    const { query, body } = fixed.encode('x');
    expect([query.nonce, jsonOf({ body })]).toEqual(['ABCDEFGHIJKLMNOP', { encrypt: codec.encrypt('x', { prefix }) }]);
    expect(jsonOf(fixed.reply(asked, 'x')).encrypt).toBe(codec.encrypt('x', { prefix }));
    expect(codec.encode('x').query.nonce).toMatch(/^[A-Za-z0-9]{16}$/);
    expect(codec.encode('x').query.nonce).not.toBe(codec.encode('x').query.nonce);
  });

  it('are each equally likely where every byte is', () => {
    const counts = new Map<string, number>();
    // Each draw begins 8 values behind the one before, and 16 of it are used: each value counts twice.
    let start = 0;
    const random = (length: number) => Uint8Array.from({ length }, (_, at) => (start + at) % 248);
    const counted = createDingTalkCodec({ ...DINGTALK, random });
    for (; start < 248; start += 8) {
      for (const character of counted.encode('x', { prefix: IV }).query.nonce as string) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
    expect([...counts.keys()].sort()).toEqual([...ALPHABET].sort());
    expect(new Set(counts.values())).toEqual(new Set([8]));
  });

  it('do not hang on a source that never gives a usable byte', () => {
    const random = (length: number) => new Uint8Array(length).fill(255);
    expect(codeOf(() => encryptDingTalkMessage('x', DINGTALK, { random }))).toBe('ERR_RANDOM');
    expect(codeOf(() => createDingTalkCodec({ ...DINGTALK, random }).encode('x'))).toBe('ERR_RANDOM');
    expect(codeOf(() => createDingTalkCodec({ ...DINGTALK, random }).reply(asked))).toBe('ERR_RANDOM');
  });

  it('are not drawn where prefix and nonce are given, or come from the message', () => {
    const random = () => expect.fail('something was drawn');
    const fixed = createDingTalkCodec({ ...DINGTALK, random });
    expect(fixed.encode('x', { nonce: 'n', prefix: IV }).query.nonce).toBe('n');
    expect(jsonOf(fixed.reply(asked, 'x', { prefix: IV })).nonce).toBe(asked.nonce);
  });
});

describe('reply', () => {
  const two = createDingTalkCodec({ ...DINGTALK, ownerKey: ['first', ownerKey], now: () => NOW + 123 });
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };

  it('has the fields that DingTalk wants, and no others', () => {
    const reply = codec.reply(asked, 'success', { timestamp: '1', nonce: 'n', prefix: IV });
    const encrypt = dingTalkSeal('success');
    const fields = {
      msg_signature: dingTalkSignature({ token, timestamp: '1', nonce: 'n', encrypt }),
      timeStamp: '1',
      nonce: 'n',
      encrypt,
    };
    expect(reply).toEqual({ status: 200, headers, body: JSON.stringify(fields) });
  });

  it('answers as the owner that asked, with its timestamp and nonce', () => {
    for (const ownerKey of ['first', DINGTALK.ownerKey]) {
      const message = two.decode(two.encode(EVENT, { ownerKey, timestamp: '1700000000', nonce: 'nEXhMP4r' }));
      const reply = jsonOf(two.reply(message, 'success'));
      expect(reply).toMatchObject({ timeStamp: '1700000000', nonce: 'nEXhMP4r' });
      expect(two.decrypt(reply.encrypt as string)).toEqual({ text: 'success', ownerKey });
    }
  });

  it('is by default `success`, to events and checks alike, and takes an answer to both', () => {
    for (const message of [asked, check]) {
      for (const reply of [codec.reply(message), codec.reply(message, undefined, {})]) {
        expect(codec.decodeReply(reply)).toBe('success');
      }
      expect(codec.decodeReply(codec.reply(message, ''))).toBe('');
      expect(codec.decodeReply(codec.reply(message, '好'))).toBe('好');
    }
  });

  it('has another prefix each time, so another ciphertext and signature', () => {
    const [one, other] = [jsonOf(codec.reply(asked)), jsonOf(codec.reply(asked))];
    expect(one).toMatchObject({ timeStamp: other.timeStamp, nonce: other.nonce });
    expect(one.encrypt).not.toBe(other.encrypt);
    expect(one.msg_signature).not.toBe(other.msg_signature);
  });

  it('verifies as DingTalk verifies it, and as a request, which it could be: it is signed alike', () => {
    const { msg_signature, timeStamp, nonce, encrypt } = jsonOf(codec.reply(asked, text)) as Record<string, string>;
    const request = { query: { msg_signature, timeStamp, nonce }, body: JSON.stringify({ encrypt }) };
    expect(codec.verify(request)).toBe(true);
    expect(codec.decode(request).text).toBe(text);
  });

  it('to a message for an owner that is not configured is a TypeError', () => {
    const other = createDingTalkCodec({ ...DINGTALK, ownerKey: 'ding-other' });
    const message = other.decode(other.encode(EVENT));
    for (const { reply } of [codec, two]) {
      expect(codeOf(() => reply(message))).toBe('TypeError');
      expect(errorOf(() => reply(message)).message).toBe('message must be for an ownerKey of this codec');
    }
    expect(other.decodeReply(other.reply(message))).toBe('success');
    for (const ownerKey of [undefined, '', 'toString', ['first']]) {
      expect(codeOf(() => two.reply({ ...asked, ownerKey: ownerKey as never }))).toBe('TypeError');
    }
  });

  it.each<[name: string, call: () => unknown, code: string]>([
    ['a message of another platform', () => codec.reply({ ...asked, platform: 'wecom' as never }), 'TypeError'],
    ['the answer first', () => codec.reply('success' as never, asked as never), 'TypeError'],
    ['a number as timestamp', () => codec.reply(asked, 'x', { timestamp: NOW as never }), 'TypeError'],
    ['a lone surrogate as nonce', () => codec.reply(asked, 'x', { nonce: '\ud800' }), 'TypeError'],
    ['a message whose nonce was changed', () => codec.reply({ ...asked, nonce: 5 as never }), 'TypeError'],
    ['an answer that is an object', () => codec.reply(asked, {} as never), 'TypeError'],
    ['an answer of null', () => codec.reply(asked, null as never), 'TypeError'],
    ['an answer with a lone surrogate', () => codec.reply(asked, '\udc00'), 'TypeError'],
    ['a prefix of 15 bytes', () => codec.reply(asked, 'x', { prefix: IV.subarray(1) }), 'ERR_CONFIG'],
  ])('refuses %s', (_, call, code) => {
    expect(codeOf(call)).toBe(code);
  });
});

describe('decodeReply', () => {
  const reply = codec.reply(asked, '成功', { timestamp: '1700000000', prefix: IV });
  const fields = jsonOf(reply);
  const withFields = (change: object) => ({ body: JSON.stringify({ ...fields, ...change }) });

  it('reads the body as text and bytes, its members in any order, and others beside them', () => {
    const { msg_signature, timeStamp, nonce, encrypt } = fields;
    for (const body of [reply.body, utf8(reply.body), utf8(reply.body).buffer, `\ufeff${reply.body}`]) {
      expect(codec.decodeReply({ body })).toBe('成功');
    }
    expect(codec.decodeReply({ body: JSON.stringify({ encrypt, nonce, timeStamp, msg_signature, a: 1 }) })).toBe(
      '成功',
    );
    expect(codec.decodeReply(reply)).toBe('成功');
  });

  it('reads a timeStamp that is a number, as PHP writes it', () => {
    expect(codec.decodeReply(withFields({ timeStamp: 1_700_000_000 }))).toBe('成功');
    expect(codeOf(() => codec.decodeReply(withFields({ timeStamp: 1_700_000_001 })))).toBe('ERR_SIGNATURE');
  });

  it('has no window: an answer is as old as what it answers', () => {
    const strict = createDingTalkCodec({ ...DINGTALK, toleranceSeconds: 0, now: () => 0 });
    expect(strict.decodeReply(reply)).toBe('成功');
  });

  const other = createDingTalkCodec({ ...DINGTALK, ownerKey: 'ding-other', token: '1234567' });
  const sameToken = createDingTalkCodec({ ...DINGTALK, ownerKey: 'ding-other' });
  const ofOther = sameToken.reply(sameToken.decode(sameToken.encode(EVENT)));
  const signed = (encrypt: string) => {
    const msg_signature = dingTalkSignature({ token, timestamp: '1', nonce: 'n', encrypt });
    return { body: JSON.stringify({ msg_signature, timeStamp: '1', nonce: 'n', encrypt }) };
  };

  it.each<[name: string, call: () => unknown, code: string, platformCode: number | undefined]>([
    ['another signature', () => codec.decodeReply(withFields({ msg_signature: 'x' })), 'ERR_SIGNATURE', 900005],
    ['no signature', () => codec.decodeReply(withFields({ msg_signature: undefined })), 'ERR_SIGNATURE', 900005],
    ['an empty signature', () => codec.decodeReply(withFields({ msg_signature: '' })), 'ERR_SIGNATURE', 900005],
    ['a signature in a list', () => codec.decodeReply(withFields({ msg_signature: ['x'] })), 'ERR_SIGNATURE', 900005],
    ['another nonce', () => codec.decodeReply(withFields({ nonce: 'x' })), 'ERR_SIGNATURE', 900005],
    ['no nonce', () => codec.decodeReply(withFields({ nonce: null })), 'ERR_SIGNATURE', 900005],
    ['another timeStamp', () => codec.decodeReply(withFields({ timeStamp: '1' })), 'ERR_SIGNATURE', 900005],
    ['no timeStamp', () => codec.decodeReply(withFields({ timeStamp: undefined })), 'ERR_SIGNATURE', 900005],
    [
      'a timestamp of another spelling',
      () => codec.decodeReply(withFields({ timeStamp: undefined, timestamp: '1700000000' })),
      'ERR_SIGNATURE',
      900005,
    ],
    ['no encrypt', () => codec.decodeReply(withFields({ encrypt: undefined })), 'ERR_SIGNATURE', 900005],
    [
      'an encrypt that was tampered with',
      () => codec.decodeReply(withFields({ encrypt: dingTalkSeal('success') })),
      'ERR_SIGNATURE',
      900005,
    ],
    ['the token of another app', () => other.decodeReply(reply), 'ERR_SIGNATURE', 900005],
    ['another owner', () => codec.decodeReply(ofOther), 'ERR_OWNER', 900010],
    ['what is signed and not ciphertext', () => codec.decodeReply(signed('AAAA')), 'ERR_DECRYPT', 900008],
    ['an encrypt that is a number', () => codec.decodeReply(withFields({ encrypt: 5 })), 'ERR_REQUEST', undefined],
    [
      'half of a surrogate pair in encrypt',
      () => codec.decodeReply(withFields({ encrypt: '\ud800' })),
      'ERR_REQUEST',
      undefined,
    ],
    ['half of one in the nonce', () => codec.decodeReply(withFields({ nonce: '\ud800' })), 'ERR_REQUEST', undefined],
    [
      'half of one in timeStamp',
      () => codec.decodeReply(withFields({ timeStamp: '\ud800' })),
      'ERR_REQUEST',
      undefined,
    ],
    ['no JSON', () => codec.decodeReply({ body: 'success' }), 'ERR_REQUEST', undefined],
    ['a list', () => codec.decodeReply({ body: '[]' }), 'ERR_REQUEST', undefined],
    ['bytes that are not UTF-8', () => codec.decodeReply({ body: Uint8Array.of(0xff) }), 'ERR_REQUEST', undefined],
    ['an empty body', () => codec.decodeReply({ body: '' }), 'ERR_REQUEST', undefined],
    ['no body', () => codec.decodeReply({ body: null }), 'ERR_REQUEST', undefined],
    ['a body that is too long', () => codec.decodeReply({ body: ' '.repeat(1_048_577) }), 'ERR_TOO_LARGE', undefined],
  ])('refuses %s', (_, call, code, platformCode) => {
    expect(refusalOf(call)).toMatchObject({ code, platformCode });
  });

  it('tells the owner of an answer that is signed', () => {
    expect(errorOf(() => codec.decodeReply(ofOther))).toHaveProperty('receivedOwner', 'ding-other');
  });

  it('throws on what the programmer did wrong', () => {
    expect(codeOf(() => codec.decodeReply({ body: fields as never }))).toBe('TypeError');
    expect(codeOf(() => codec.decodeReply(undefined as never))).toBe('TypeError');
  });
});

describe('encode', () => {
  it('makes what DingTalk sends, the signature by both its names', () => {
    const push = codec.encode(EVENT, { timestamp: '1700000000000', nonce: 'nEXhMP4r', prefix: IV });
    const { query, body } = dingTalkPush(EVENT);
    expect(push).toEqual({
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      query: { ...query, msg_signature: query.signature },
      body,
    });
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

describe('platformCode', () => {
  const noRandom = { random: () => new Uint8Array() };
  const narrow = createDingTalkCodec({ ...DINGTALK, maxBodyBytes: 1 });
  const fresh = createDingTalkCodec({ ...DINGTALK, toleranceSeconds: 1 });
  const forOther = dingTalkSeal('{"EventType":"e"}', { owner: 'x' });
  const { ownerKey: _, ...withoutOwner } = DINGTALK;

  it.each<[code: string, platformCode: number | undefined, name: string, call: () => unknown]>([
    ['ERR_CONFIG', 900004, 'create', () => createDingTalkCodec({ ...DINGTALK, encodingAesKey: 'x' })],
    [
      'ERR_CONFIG',
      900004,
      'encryptDingTalkMessage',
      () => encryptDingTalkMessage('x', { encodingAesKey: 'x', ownerKey }),
    ],
    [
      'ERR_CONFIG',
      900004,
      'decryptDingTalkMessage',
      () => decryptDingTalkMessage('x', { encodingAesKey: 'x', ownerKey }),
    ],
    ['ERR_SIGNATURE', 900005, 'decode, no signature', () => codec.decode({ ...dingTalkPush(EVENT), query: {} })],
    [
      'ERR_SIGNATURE',
      900005,
      'decode, a wrong one',
      () => codec.decode({ ...dingTalkPush(EVENT), body: '{"encrypt":"x"}' }),
    ],
    ['ERR_SIGNATURE', 900005, 'decode, no encrypt', () => codec.decode({ ...dingTalkPush(EVENT), body: '{}' })],
    ['ERR_SIGNATURE', 900005, 'decodeReply', () => codec.decodeReply({ body: '{"encrypt":"x"}' })],
    ['ERR_DECRYPT', 900008, 'decode', () => codec.decode(dingTalkSigned('AAAA'))],
    ['ERR_DECRYPT', 900008, 'decrypt', () => codec.decrypt('AAAA')],
    ['ERR_DECRYPT', 900008, 'decryptDingTalkMessage', () => decryptDingTalkMessage('AAAA', DINGTALK)],
    ['ERR_OWNER', 900010, 'decode', () => codec.decode(dingTalkSigned(forOther))],
    ['ERR_OWNER', 900010, 'decrypt', () => codec.decrypt(forOther)],
    ['ERR_OWNER', 900010, 'decryptDingTalkMessage', () => decryptDingTalkMessage(forOther, DINGTALK)],
    ['ERR_CONFIG', undefined, 'create, no token', () => createDingTalkCodec({ ...DINGTALK, token: '' })],
    ['ERR_CONFIG', undefined, 'create, no ownerKey', () => createDingTalkCodec(withoutOwner as never)],
    ['ERR_CONFIG', undefined, 'create, no limit', () => createDingTalkCodec({ ...DINGTALK, maxBodyBytes: 0 })],
    [
      'ERR_CONFIG',
      undefined,
      'dingTalkSignature',
      () => dingTalkSignature({ token: '', timestamp: '', nonce: '', encrypt: '' }),
    ],
    [
      'ERR_CONFIG',
      undefined,
      'decryptDingTalkMessage, no owner',
      () => decryptDingTalkMessage('AAAA', { encodingAesKey, ownerKey: '' }),
    ],
    ['ERR_CONFIG', undefined, 'encrypt, prefix', () => codec.encrypt('x', { prefix: new Uint8Array() })],
    ['ERR_CONFIG', undefined, 'encrypt, owner', () => codec.encrypt('x', { ownerKey: 'other' })],
    ['ERR_CONFIG', undefined, 'encode, owner', () => codec.encode(EVENT, { ownerKey: 'other' })],
    ['ERR_CONFIG', undefined, 'reply, prefix', () => codec.reply(asked, 'x', { prefix: new Uint8Array() })],
    ['ERR_REQUEST', undefined, 'decode, no JSON', () => codec.decode({ body: 'hello' })],
    ['ERR_REQUEST', undefined, 'decode, an empty body', () => codec.decode({})],
    ['ERR_REQUEST', undefined, 'decode, no event', () => codec.decode(dingTalkPush('{}'))],
    ['ERR_REQUEST', undefined, 'decodeReply, no JSON', () => codec.decodeReply({ body: 'hello' })],
    ['ERR_TOO_LARGE', undefined, 'decode', () => narrow.decode(dingTalkPush(EVENT))],
    ['ERR_TOO_LARGE', undefined, 'decodeReply', () => narrow.decodeReply({ body: '{}' })],
    ['ERR_TIMESTAMP', undefined, 'decode', () => fresh.decode(dingTalkPush(EVENT))],
    ['ERR_RANDOM', undefined, 'encryptDingTalkMessage', () => encryptDingTalkMessage('x', DINGTALK, noRandom)],
    ['ERR_RANDOM', undefined, 'encrypt', () => createDingTalkCodec({ ...DINGTALK, ...noRandom }).encrypt('x')],
    ['ERR_RANDOM', undefined, 'encode', () => createDingTalkCodec({ ...DINGTALK, ...noRandom }).encode(EVENT)],
    ['ERR_RANDOM', undefined, 'reply', () => createDingTalkCodec({ ...DINGTALK, ...noRandom }).reply(asked)],
  ])('of %s is %s: %s', (code, platformCode, _, call) => {
    expect(refusalOf(call)).toMatchObject({ code, platformCode });
    expect(Object.hasOwn(errorOf(call), 'platformCode')).toBe(platformCode !== undefined);
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
    expect(codec.decode({ query, body })).toMatchObject({ kind: 'verification' });
  });
});

describe('every message says what to look at', () => {
  const stale = createDingTalkCodec({ ...DINGTALK, toleranceSeconds: 1, now: () => NOW });
  it.each<[words: RegExp, attempt: () => unknown]>([
    [/empty list/, () => createDingTalkCodec({ ...DINGTALK, ownerKey: [] })],
    [/one of those/, () => codec.encrypt('', { ownerKey: 'other' })],
    [/^the body must be a JSON object/, () => codec.decode({ ...dingTalkPush({}), body: '[]' })],
    [/^no parameters were passed.*pass url or query/, () => codec.decode({ body: '{"encrypt":""}' })],
    [/carries no signature or msg_signature$/, () => codec.decode({ url: '/?nonce=1', body: '{"encrypt":""}' })],
    [/carries no timestamp or timeStamp$/, () => codec.decode({ url: '/?signature=1', body: '{"encrypt":""}' })],
    [/carries no nonce$/, () => codec.decode({ url: '/?signature=1&timestamp=1', body: '{"encrypt":""}' })],
    [/body carries no `encrypt`/, () => codec.decode({ ...dingTalkPush({}), body: '{}' })],
    [/^nonce is not text but number/, () => codec.decode({ query: { nonce: 1 }, body: '{}' })],
    [/check the token/, () => codec.decode({ ...dingTalkPush({}), body: '{"encrypt":""}' })],
    [/`encrypt` must be/, () => codec.decode({ ...dingTalkPush({}), body: '{"encrypt":1}' })],
    [/^the plaintext must be a JSON object/, () => codec.decode(dingTalkPush([]))],
    [/no `EventType`/, () => codec.decode(dingTalkPush({}))],
    [/the nonce is a number.*time/, () => stale.decode(dingTalkSigned(dingTalkSeal('{}'), '1700000000', '1700000000'))],
    [/got 44 with "=" at the end/, () => createDingTalkCodec({ ...DINGTALK, encodingAesKey: `${encodingAesKey}=` })],
    [/another ownerKey/, () => codec.decode(dingTalkSigned(dingTalkSeal('{}', { owner: 'other' })))],
  ])('%s', (words, attempt) => {
    expect(errorOf(attempt).message).toMatch(words);
  });
});
