import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  CallbackError,
  type CallbackRequest,
  createFeishuCodec,
  decryptFeishuEvent,
  encryptFeishuEvent,
  type FeishuCodecOptions,
  feishuSignature,
} from '../src/feishu.ts';
import { isWellFormed } from '../src/internal/encoding/portable.ts';
import {
  bodyOf,
  codeOf,
  concat,
  encrypted,
  errorOf,
  FEISHU,
  feishuPush,
  feishuSeal,
  feishuSigned,
  hash,
  IV,
  jsonOf,
  NOW,
  refusalOf,
  utf8,
} from './helpers.ts';
import platforms from './vectors/platforms.json' with { type: 'json' };

const { encryptKey, verificationToken } = FEISHU;
const codec = createFeishuCodec(FEISHU);
const keyOnly = createFeishuCodec({ encryptKey });
const tokenOnly = createFeishuCodec({ verificationToken });

const CHALLENGE = { challenge: 'ajls384kdjxxxx', token: verificationToken, type: 'url_verification' };
const V1 = {
  ts: '1502199207.7171419',
  uuid: 'bc447199585340d1f3728d26b1c0297a',
  token: verificationToken,
  type: 'event_callback',
  event: { type: 'message', app_id: 'cli_1', tenant_key: 't-1', text: 'hi' },
};
const V2 = {
  schema: '2.0',
  header: {
    event_id: '5e3702a84e847582be8db7fb73283c02',
    event_type: 'im.message.receive_v1',
    create_time: '1603977298000000',
    token: verificationToken,
    app_id: 'cli_2',
    tenant_key: 't-2',
  },
  event: { message: { content: '你好' } },
};
/** A button pressed on a card: `event.token` is another thing, which updates the card. */
const CARD = {
  schema: '2.0',
  header: {
    event_id: 'f7984f25108f8137722bb63cee927e66',
    token: verificationToken,
    create_time: '1603977298000000',
    event_type: 'card.action.trigger',
    tenant_key: '2df73991750*****',
    app_id: 'cli_a5fb0ae6a4******',
  },
  event: {
    operator: { tenant_key: '2df73991750*****', open_id: 'ou_ddd6f7b5be81a0a0' },
    token: 'c-295ee57216a5dc9de90fefd0aadb4b1d7d******',
    action: { value: { key: 'value' }, tag: 'button' },
    host: 'im_message',
  },
};

/** The message that a challenge is. */
function verification(payload: { challenge: string; [member: string]: unknown }) {
  const { challenge } = payload;
  const constant = { platform: 'feishu', kind: 'verification', type: 'url_verification' };
  return { ...constant, challenge, event: payload, text: JSON.stringify(payload) };
}

/** An unsigned body with an Encrypt Key, as Feishu sends its challenge. */
function unsigned(payload: unknown): CallbackRequest {
  return { headers: {}, body: encrypted(feishuSeal(JSON.stringify(payload))) };
}

describe('vectors', () => {
  for (const { id, input, expected } of platforms.vectors.filter(({ op }) => op === 'feishu.decrypt')) {
    const { encryptKey, encrypt } = input as { encryptKey: string; encrypt: string };
    it(id, () => {
      expect(decryptFeishuEvent(encrypt, encryptKey)).toBe(expected.plaintext);
      expect(createFeishuCodec({ encryptKey }).decrypt(encrypt)).toBe(expected.plaintext);
      const iv = Uint8Array.from(Buffer.from(encrypt, 'base64').subarray(0, 16));
      expect(encryptFeishuEvent(expected.plaintext as string, encryptKey, { iv })).toBe(encrypt);
    });
  }

  it('has at least one', () => {
    expect(platforms.vectors.map(({ op }) => op)).toContain('feishu.decrypt');
  });
});

describe('feishuSignature', () => {
  const parts = { timestamp: '1700000000', nonce: 'nonce', body: '{"encrypt":"值"}' };

  it('is the lower-case hex SHA-256 of timestamp, nonce, key and body', () => {
    const expected = hash('sha256', `1700000000nonce${encryptKey}{"encrypt":"值"}`);
    expect(feishuSignature(parts, encryptKey)).toBe(expected);
    expect(feishuSignature({ ...parts, body: utf8(parts.body) }, encryptKey)).toBe(expected);
    expect(expected).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes bytes that are no UTF-8 as they are', () => {
    const body = Uint8Array.of(0xff, 0x00, 0x80);
    expect(feishuSignature({ ...parts, body }, 'k')).toBe(hash('sha256', '1700000000noncek', body));
  });

  it('has no separators: the boundary of timestamp and nonce is not covered', () => {
    expect(feishuSignature({ timestamp: '17', nonce: '00x', body: '' }, 'k')).toBe(
      feishuSignature({ timestamp: '1700', nonce: 'x', body: '' }, 'k'),
    );
  });

  it.each<[name: string, change: object, key: unknown, code: string]>([
    ['a number as timestamp', { timestamp: 1_700_000_000 }, 'k', 'TypeError'],
    ['no nonce', { nonce: undefined }, 'k', 'TypeError'],
    ['a parsed body', { body: {} }, 'k', 'TypeError'],
    ['a lone surrogate in the body', { body: '\ud800' }, 'k', 'TypeError'],
    ['a lone surrogate in the timestamp', { timestamp: '\udc00' }, 'k', 'TypeError'],
    ['a lone surrogate in the key', {}, '\ud800', 'TypeError'],
    ['a key of bytes', {}, new Uint8Array(32), 'TypeError'],
    ['no key', {}, undefined, 'ERR_CONFIG'],
    ['a null key', {}, null, 'ERR_CONFIG'],
    ['an empty key', {}, '', 'ERR_CONFIG'],
    ['a key with the line break of its file', {}, 'k\n', 'ERR_CONFIG'],
  ])('refuses %s', (_, change, key, code) => {
    expect(codeOf(() => feishuSignature({ ...parts, ...change } as never, key as never))).toBe(code);
  });

  it('refuses a call without arguments', () => {
    expect(codeOf(() => (feishuSignature as () => unknown)())).toBe('TypeError');
  });
});

describe('createFeishuCodec', () => {
  it.each<[name: string, options: unknown, code: string]>([
    ['no secret', {}, 'ERR_CONFIG'],
    ['undefined secrets', { encryptKey: undefined, verificationToken: undefined }, 'ERR_CONFIG'],
    ['an undefined key beside a token', { encryptKey: undefined, verificationToken }, 'ERR_CONFIG'],
    ['an undefined token beside a key', { encryptKey, verificationToken: undefined }, 'ERR_CONFIG'],
    ['a null key', { encryptKey: null, verificationToken }, 'ERR_CONFIG'],
    ['a null token beside a key', { encryptKey, verificationToken: null }, 'ERR_CONFIG'],
    ['a key with the line break of its file', { encryptKey: `${encryptKey}\n`, verificationToken }, 'ERR_CONFIG'],
    ['a token with a tab in front', { encryptKey, verificationToken: `\t${verificationToken}` }, 'ERR_CONFIG'],
    ['an empty key', { encryptKey: '', verificationToken }, 'ERR_CONFIG'],
    ['an empty token beside a key', { encryptKey, verificationToken: '' }, 'ERR_CONFIG'],
    ['a tolerance of NaN', { encryptKey, toleranceSeconds: Number.NaN }, 'ERR_CONFIG'],
    ['a negative tolerance', { encryptKey, toleranceSeconds: -1 }, 'ERR_CONFIG'],
    ['a limit of NaN', { encryptKey, maxBodyBytes: Number.NaN }, 'ERR_CONFIG'],
    ['a limit of zero', { encryptKey, maxBodyBytes: 0 }, 'ERR_CONFIG'],
    ['a limit above 256 MiB', { encryptKey, maxBodyBytes: 268_435_457 }, 'ERR_CONFIG'],
    ['no limit', { encryptKey, maxBodyBytes: Number.POSITIVE_INFINITY }, 'ERR_CONFIG'],
    ['no options', undefined, 'TypeError'],
    ['a string for options', encryptKey, 'TypeError'],
    ['a key of bytes', { encryptKey: new Uint8Array(32) }, 'TypeError'],
    ['a number as token', { verificationToken: 5 }, 'TypeError'],
    ['a lone surrogate in the key', { encryptKey: '\ud800' }, 'TypeError'],
    ['a lone surrogate in the token', { verificationToken: '\udfff' }, 'TypeError'],
    ['a tolerance in a string', { encryptKey, toleranceSeconds: '60' }, 'TypeError'],
    ['a limit in a string', { encryptKey, maxBodyBytes: '60' }, 'TypeError'],
    ['a clock that is no function', { encryptKey, now: NOW }, 'TypeError'],
    ['a random source that is no function', { encryptKey, random: {} }, 'TypeError'],
    ['an engine that is no function', { encryptKey, aes: {} }, 'TypeError'],
  ])('refuses %s', (_, options, code) => {
    expect(codeOf(() => createFeishuCodec(options as FeishuCodecOptions))).toBe(code);
  });

  it('uses the key as it stands, never trimmed', () => {
    const padded = createFeishuCodec({ encryptKey: ` ${encryptKey} ` });
    expect(padded.decrypt(encryptFeishuEvent('x', ` ${encryptKey} `))).toBe('x');
    expect(codeOf(() => padded.decrypt(feishuSeal('x')))).toBe('ERR_DECRYPT');
    const broken = createFeishuCodec({ verificationToken: 'v\r\n\ttoken' });
    expect(broken.decode({ body: JSON.stringify({ ...CHALLENGE, token: 'v\r\n\ttoken' }) }).kind).toBe('verification');
  });

  it('names the secret that is not set', () => {
    const unset = 'the variable that it comes from is not set';
    for (const value of [undefined, null]) {
      const key = () => createFeishuCodec({ encryptKey: value as never, verificationToken });
      const token = () => createFeishuCodec({ encryptKey, verificationToken: value as never });
      expect(errorOf(key).message).toBe(`encryptKey is ${value}: ${unset}`);
      expect(errorOf(token).message).toBe(`verificationToken is ${value}: ${unset}`);
    }
  });

  it('makes methods that need no this', () => {
    const { decode, encode, reply, verify, encrypt, decrypt } = codec;
    const request = encode(V2);
    expect(verify(request)).toBe(true);
    expect(reply(decode(request)).body).toBe('{}');
    expect(decrypt(encrypt('text'))).toBe('text');
  });
});

describe.each([
  ['plain, Verification Token alone', tokenOnly, (payload: object) => ({ body: JSON.stringify(payload) })],
  ['encrypted and signed, both secrets', codec, (payload: object) => feishuPush(payload)],
  ['encrypted and signed, Encrypt Key alone', keyOnly, (payload: object) => feishuPush(payload)],
])('decode: %s', (name, codec, push) => {
  const comparesToken = codec !== keyOnly;

  it('reads a challenge', () => {
    const message = codec.decode(push(CHALLENGE));
    expect(message).toEqual(verification(CHALLENGE));
    expect(codec.reply(message).body).toBe('{"challenge":"ajls384kdjxxxx"}');
  });

  it('reads an event of schema 1.0', () => {
    const message = codec.decode(push(V1));
    expect(message).toEqual({
      platform: 'feishu',
      kind: 'event',
      schema: '1.0',
      id: 'bc447199585340d1f3728d26b1c0297a',
      type: 'message',
      createTime: '1502199207.7171419',
      appId: 'cli_1',
      tenantKey: 't-1',
      event: V1.event,
      text: JSON.stringify(V1),
    });
    expect(codec.reply(message).body).toBe('{}');
  });

  it('reads an event of schema 2.0', () => {
    const message = codec.decode(push(V2));
    expect(message).toEqual({
      platform: 'feishu',
      kind: 'event',
      schema: '2.0',
      id: '5e3702a84e847582be8db7fb73283c02',
      type: 'im.message.receive_v1',
      createTime: '1603977298000000',
      appId: 'cli_2',
      tenantKey: 't-2',
      event: V2.event,
      text: JSON.stringify(V2),
    });
    expect(codec.reply(message).body).toBe('{}');
  });

  it('reads a card callback by header.token, not by the event.token that updates the card', () => {
    expect(codec.decode(push(CARD))).toMatchObject({ type: 'card.action.trigger', event: { token: CARD.event.token } });
  });

  it('knows schema 2.0 by `header` alone', () => {
    const { schema: _, ...withoutSchema } = V2;
    expect(codec.decode(push(withoutSchema))).toMatchObject({ schema: '2.0', type: 'im.message.receive_v1' });
  });

  it.each<[name: string, payload: object]>([
    ['challenge with another token', { ...CHALLENGE, token: 'other' }],
    ['challenge without a token', { ...CHALLENGE, token: undefined }],
    ['challenge with an empty token', { ...CHALLENGE, token: '' }],
    ['challenge with another token in a header', { ...CHALLENGE, token: undefined, header: { token: 'other' } }],
    ['challenge with a list as token in a header', { ...CHALLENGE, token: undefined, header: { token: ['v-token'] } }],
    ['challenge with the token in a list', { ...CHALLENGE, token: undefined, header: [{ token: verificationToken }] }],
    ['challenge with the token in event', { ...CHALLENGE, token: undefined, event: { token: verificationToken } }],
    [
      'challenge with another token beside that of a header',
      { ...CHALLENGE, token: 'x', header: { token: 'v-token' } },
    ],
    [
      'challenge with an empty token beside that of a header',
      { ...CHALLENGE, token: '', header: { token: 'v-token' } },
    ],
    [
      'challenge with null as token beside that of a header',
      { ...CHALLENGE, token: null, header: { token: 'v-token' } },
    ],
    ['1.0 with another token', { ...V1, token: 'other' }],
    ['1.0 without a token', { ...V1, token: undefined }],
    ['1.0 with the token in event', { ...V1, token: 'other', event: { ...V1.event, token: verificationToken } }],
    ['1.0 with a list as token', { ...V1, token: [verificationToken] }],
    ['2.0 with another token', { ...V2, header: { ...V2.header, token: 'other' } }],
    ['2.0 with a token one character longer', { ...V2, header: { ...V2.header, token: `${verificationToken}x` } }],
    ['2.0 with a token one character shorter', { ...V2, header: { ...V2.header, token: 'v-toke' } }],
    ['2.0 with the token in upper case', { ...V2, header: { ...V2.header, token: 'V-TOKEN' } }],
    ['2.0 with the token at the top', { ...V2, token: verificationToken, header: { ...V2.header, token: undefined } }],
    [
      'card callback with the token in event',
      { ...CARD, header: { ...CARD.header, token: 'other' }, event: { ...CARD.event, token: verificationToken } },
    ],
  ])(`${comparesToken ? 'refuses' : 'accepts'} a %s`, (_, payload) => {
    if (comparesToken) expect(codeOf(() => codec.decode(push(payload)))).toBe('ERR_TOKEN');
    else expect(codec.decode(push(payload)).kind).toMatch(/verification|event/);
  });

  it.each<[name: string, payload: unknown]>([
    ['an empty object', {}],
    ['a list', [V2]],
    ['null', null],
    ['a string', 'url_verification'],
    ['a challenge that is a number', { ...CHALLENGE, challenge: 5 }],
    ['a challenge that is missing', { ...CHALLENGE, challenge: undefined }],
    ['a challenge of 1,025 characters', { ...CHALLENGE, challenge: 'c'.repeat(1025) }],
    ['2.0 without a header', { ...V2, header: undefined }],
    ['2.0 with a list as header', { ...V2, header: [] }],
    ['2.0 without a type', { ...V2, header: { ...V2.header, event_type: undefined } }],
    ['2.0 with a number as type', { ...V2, header: { ...V2.header, event_type: 5 } }],
    ['1.0 without an event', { ...V1, event: undefined }],
    ['1.0 with a string as event', { ...V1, event: 'message' }],
    ['1.0 without a type', { ...V1, event: {} }],
    ['1.0 with a number as type', { ...V1, event: { type: 5 } }],
  ])('refuses %s as ERR_REQUEST', (_, payload) => {
    expect(codeOf(() => codec.decode(push(payload as object)))).toBe('ERR_REQUEST');
  });

  it('accepts a challenge of 1,024 characters, whatever they are', () => {
    for (const challenge of ['c'.repeat(1024), '你好 "👋"\n', '']) {
      expect(codec.decode(push({ ...CHALLENGE, challenge }))).toMatchObject({ kind: 'verification', challenge });
    }
  });

  it('accepts a challenge whose token stands in header.token alone', () => {
    const payload = { ...CHALLENGE, token: undefined, header: { token: verificationToken } };
    expect(codec.decode(push(payload))).toMatchObject({ kind: 'verification', challenge: CHALLENGE.challenge });
  });

  it('takes an empty event_id or uuid for none, and leaves other empty metadata as it is', () => {
    const empty = { createTime: '', appId: '', tenantKey: '' };
    const header = { ...V2.header, event_id: '', create_time: '', app_id: '', tenant_key: '' };
    expect(codec.decode(push({ ...V2, header }))).toMatchObject({ ...empty, id: undefined });
    const event = { ...V1.event, app_id: '', tenant_key: '' };
    expect(codec.decode(push({ ...V1, ts: '', uuid: '', event }))).toMatchObject({ ...empty, id: undefined });
  });

  it.each<[name: string, value: unknown, expected: string | undefined]>([
    ['a number', 1603977298, '1603977298'],
    ['a list', ['x'], undefined],
    ['an object', { x: 1 }, undefined],
    ['true', true, undefined],
    ['null', null, undefined],
    ['nothing', undefined, undefined],
  ])('reads optional metadata that is %s', (_, value, expected) => {
    const metadata = { id: expected, createTime: expected, appId: expected, tenantKey: expected };
    const header = { ...V2.header, event_id: value, create_time: value, app_id: value, tenant_key: value };
    expect(codec.decode(push({ ...V2, header }))).toMatchObject(metadata);
    const event = { ...V1.event, app_id: value, tenant_key: value };
    expect(codec.decode(push({ ...V1, ts: value, uuid: value, event }))).toMatchObject(metadata);
  });

  it('leaves `event` of 2.0 as it is, even absent', () => {
    expect(codec.decode(push({ ...V2, event: 'text' }))).toMatchObject({ event: 'text' });
    expect(codec.decode(push({ ...V2, event: undefined }))).toMatchObject({ event: undefined });
  });

  it(`takes bytes and text alike (${name})`, () => {
    const request = push(V2);
    expect(codec.decode({ ...request, body: utf8(request.body) })).toEqual(codec.decode(request));
  });
});

describe('decode: plain', () => {
  it('ignores signature headers, which it cannot check', () => {
    const headers = { 'X-Lark-Signature': 'x', 'X-Lark-Request-Nonce': ['a', 'b'] };
    expect(tokenOnly.decode({ headers, body: JSON.stringify(V2) }).kind).toBe('event');
  });

  it('skips one leading BOM and keeps it in text', () => {
    const body = `\ufeff${JSON.stringify(V2)}`;
    expect(tokenOnly.decode({ body: utf8(body) })).toMatchObject({ id: V2.header.event_id, text: body });
    expect(codeOf(() => tokenOnly.decode({ body: `\ufeff${body}` }))).toBe('ERR_REQUEST');
  });

  it.each<[name: string, body: string | Uint8Array]>([
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['JSON and more', '{}{}'],
    ['invalid UTF-8', concat('{"a":"', Uint8Array.of(0xff), '"}')],
    ['a lone surrogate', '{"a":"\ud800"}'],
    ['an encrypted event', encrypted(feishuSeal(JSON.stringify(V2)))],
  ])('refuses %s as ERR_REQUEST', (_, body) => {
    expect(codeOf(() => tokenOnly.decode({ body }))).toBe('ERR_REQUEST');
  });

  it('says of the body of an old message card what it is', () => {
    const card = { open_id: 'ou_1', open_message_id: 'om_1', token: 'c-1', action: { value: {}, tag: 'button' } };
    const refusal = refusalOf(() => tokenOnly.decode({ body: JSON.stringify(card) }));
    expect(refusal).toMatchObject({
      code: 'ERR_REQUEST',
      message: expect.stringMatching(/old message card.*callback-codec\/feishu-card/),
    });
    expect(errorOf(() => tokenOnly.decode({ body: '{}' })).message).not.toMatch(/card/);
  });

  it('says of a body in base64 that it is one', () => {
    const refusal = refusalOf(() => tokenOnly.decode({ body: Buffer.from(JSON.stringify(V2)).toString('base64') }));
    expect(refusal).toMatchObject({ code: 'ERR_REQUEST', message: expect.stringContaining('isBase64Encoded') });
  });
});

describe('decode: signed', () => {
  it.each<[name: string, encrypt: string]>([
    ['no base64', '!!!!'],
    ['nothing', ''],
    ['an IV alone', feishuSeal('').slice(0, 24)],
    ['padding of zeros', feishuSeal('0123456789', new Uint8Array(6))],
    ['padding of unequal bytes', feishuSeal('0123456789', Uint8Array.of(6, 6, 6, 5, 6, 6))],
    ['padding longer than a block', feishuSeal('0123456789', new Uint8Array(22).fill(22))],
    ['invalid UTF-8', feishuSeal(Uint8Array.of(0xc0, 0x80))],
    ['white space inside', feishuSeal(JSON.stringify(V2)).replace(/^(.{60})/, '$1\n')],
  ])('gives one refusal for a ciphertext that is %s', (_, encrypt) => {
    const refusal = refusalOf(() => codec.decode(feishuSigned(encrypted(encrypt))));
    expect(refusal).toEqual(refusalOf(() => codec.decode(feishuSigned(encrypted('AAAA')))));
    expect(refusal).toMatchObject({ code: 'ERR_DECRYPT', platformCode: undefined });
    expect(refusalOf(() => codec.decrypt(encrypt))).toEqual(refusal);
    expect(refusalOf(() => decryptFeishuEvent(encrypt, encryptKey))).toEqual(refusal);
  });

  it.each<[name: string, body: string, code: string]>([
    ['no JSON', 'hello', 'ERR_REQUEST'],
    ['a list', '[]', 'ERR_REQUEST'],
    ['encrypt as a number', '{"encrypt":5}', 'ERR_REQUEST'],
    ['encrypt as null', '{"encrypt":null}', 'ERR_REQUEST'],
    ['plaintext that is no JSON', encrypted(feishuSeal('hello world')), 'ERR_REQUEST'],
    ['a plain event', JSON.stringify(V2), 'ERR_SIGNATURE'],
    ['a plain challenge', JSON.stringify(CHALLENGE), 'ERR_SIGNATURE'],
    ['an empty object', '{}', 'ERR_SIGNATURE'],
  ])('refuses a body of %s', (_, body, code) => {
    expect(codeOf(() => codec.decode(feishuSigned(body)))).toBe(code);
    if (code === 'ERR_SIGNATURE') expect(codeOf(() => codec.decode({ headers: {}, body }))).toBe(code);
  });

  it('reads a body that is one field as JSON.parse reads it', () => {
    const outcome = (body: string) => {
      try {
        return codec.decode(feishuSigned(body));
      } catch (error) {
        return refusalOf(() => {
          throw error;
        });
      }
    };
    const seal = feishuSeal(JSON.stringify(V2));
    const piece = fc.oneof(
      fc.constantFrom(
        '"',
        '\\',
        '\\"',
        '\\n',
        '\\u002b',
        '\n',
        '\0',
        ' ',
        '=',
        '+',
        '/',
        '"}',
        '","encrypt":"',
        '\ud800',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.constant(''),
    );
    const field = fc.oneof(
      fc.tuple(piece, fc.nat(seal.length)).map(([text, at]) => seal.slice(0, at) + text + seal.slice(at)),
      fc.tuple(piece, piece).map((texts) => texts.join('')),
    );
    const heads = fc.constantFrom('{"encrypt":"', '{"encrypt" :"', '{"x":0,"encrypt":"');
    const tails = fc.constantFrom('"}', '}', '');
    fc.assert(
      fc.property(heads, field, tails, (head, encrypt, tail) => {
        const body = `${head}${encrypt}${tail}`;
        if (!isWellFormed(body)) return;
        // White space in front, which JSON allows, makes it another body to whatever looks at its text.
        expect(outcome(body)).toEqual(outcome(` ${body}`));
      }),
      { numRuns: 2000 },
    );
    expect(outcome(`{"encrypt":"${seal}"}`)).toMatchObject({ kind: 'event' });
    expect(outcome('{"encrypt":"}')).toEqual(outcome(' {"encrypt":"}'));
  });

  it('finds the headers in any letter case', () => {
    const { headers, body } = feishuPush(V2);
    const shouted = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    expect(codec.decode({ headers: shouted, body }).kind).toBe('event');
    expect(codec.decode({ headers: new Headers(headers), body }).kind).toBe('event');
  });

  const names = ['x-lark-signature', 'x-lark-request-timestamp', 'x-lark-request-nonce'];
  const some = [1, 2, 3, 4, 5, 6].map((bits) => names.filter((_, index) => bits & (1 << index)));
  it.each(some.map((present) => [present.join(' and '), present] as const))(
    'demands all three headers where only %s is there',
    (_, present) => {
      const { headers, body } = feishuPush(CHALLENGE);
      const partly = Object.fromEntries(present.map((name) => [name, headers[name]]));
      const missing = names.find((name) => !present.includes(name));
      const refusal = refusalOf(() => codec.decode({ headers: partly, body }));
      expect(refusal).toMatchObject({ code: 'ERR_SIGNATURE' });
      expect(refusal.message).toBe(`${missing} is missing, but other headers of the signature are there`);
      expect(codec.verify({ headers: partly, body })).toBe(false);
      // A framework may give '' for what was not sent.
      const empty = { ...Object.fromEntries(names.map((name) => [name, ''])), ...partly };
      expect(refusalOf(() => codec.decode({ headers: empty, body }))).toEqual(refusal);
    },
  );

  it('says of a signature of 40 digits that it is an old message card’s', () => {
    const { headers, body } = feishuPush(V2);
    const sha1 = { ...headers, 'x-lark-signature': hash('sha1', body) };
    const refusal = refusalOf(() => codec.decode({ headers: sha1, body }));
    expect(refusal).toMatchObject({
      code: 'ERR_SIGNATURE',
      message: expect.stringMatching(/40 digits.*old message card.*callback-codec\/feishu-card/),
    });
    const short = { ...headers, 'x-lark-signature': hash('sha1', body).slice(1) };
    expect(errorOf(() => codec.decode({ headers: short, body })).message).not.toMatch(/card/);
  });

  it('says of a body in base64 that it is one, and accepts it decoded', () => {
    const { headers, body } = feishuPush(V2);
    const refusal = refusalOf(() => codec.decode({ headers, body: Buffer.from(body).toString('base64') }));
    expect(refusal).toMatchObject({ code: 'ERR_SIGNATURE', message: expect.stringContaining('isBase64Encoded') });
    expect(errorOf(() => codec.decode({ headers, body: ` ${body}` })).message).toMatch(
      /^x-lark-signature does not match/,
    );
    expect(codec.decode({ headers, body: Buffer.from(Buffer.from(body).toString('base64'), 'base64') }).kind).toBe(
      'event',
    );
  });

  it.each<[name: string, signature: (right: string) => string]>([
    ['upper case', (right) => right.toUpperCase()],
    ['one character changed', (right) => right.replace(/^./, (first) => (first === '0' ? '1' : '0'))],
    ['one character fewer', (right) => right.slice(1)],
    ['one character more', (right) => `${right}0`],
    ['nothing', () => ''],
  ])('refuses the signature in %s, also for a challenge', (_, change) => {
    for (const payload of [V2, CHALLENGE]) {
      const { headers, body } = feishuPush(payload);
      headers['x-lark-signature'] = change(headers['x-lark-signature'] as string);
      expect(codeOf(() => codec.decode({ headers, body }))).toBe('ERR_SIGNATURE');
      expect(codec.verify({ headers, body })).toBe(false);
    }
  });

  it('refuses a body serialised again', () => {
    const { headers, body } = feishuPush(V2);
    expect(codeOf(() => codec.decode({ headers, body: JSON.stringify(JSON.parse(body), null, 1) }))).toBe(
      'ERR_SIGNATURE',
    );
  });

  it('refuses a body of invalid UTF-8 as ERR_SIGNATURE, even rightly signed', () => {
    const request = feishuSigned(concat('{"encrypt":"', Uint8Array.of(0xff), '"}'));
    expect(codeOf(() => codec.decode(request))).toBe('ERR_SIGNATURE');
    expect(codec.verify(request)).toBe(false);
  });

  it('refuses a captured request extended without the key', () => {
    // SHA-256 goes on from the captured digest as if from its own state.
    const { headers, body } = feishuPush(V2);
    const hashed = `${headers['x-lark-request-timestamp']}${headers['x-lark-request-nonce']}${encryptKey}${body}`;
    const glue = concat(Uint8Array.of(0x80), new Uint8Array((119 - (hashed.length % 64)) % 64), new Uint8Array(8));
    new DataView(glue.buffer).setUint32(glue.length - 4, hashed.length * 8);
    const state = sha256.create() as unknown as {
      set(...words: number[]): void;
      length: number;
      update(bytes: Uint8Array): { digest(): Uint8Array };
    };
    const words = (headers['x-lark-signature'] as string).match(/.{8}/g) as string[];
    state.set(...words.map((word) => Number.parseInt(word, 16)));
    state.length = hashed.length + glue.length;
    const suffix = ' ';
    headers['x-lark-signature'] = Buffer.from(state.update(utf8(suffix)).digest()).toString('hex');
    const forged = { headers, body: concat(body, glue, suffix) };
    const parts = {
      timestamp: headers['x-lark-request-timestamp'] as string,
      nonce: headers['x-lark-request-nonce'] as string,
    };
    expect(feishuSignature({ ...parts, body: forged.body }, encryptKey)).toBe(headers['x-lark-signature']);
    expect(codeOf(() => codec.decode(forged))).toBe('ERR_SIGNATURE');
    expect(codec.verify(forged)).toBe(false);
  });

  it('keeps fields beside `encrypt` out of the message', () => {
    const siblings = { ...CHALLENGE, schema: '1.0', header: { event_id: 'forged' }, event: { type: 'forged' } };
    const body = JSON.stringify({ ...siblings, encrypt: feishuSeal(JSON.stringify(V2)) });
    expect(codec.decode(feishuSigned(body))).toEqual(codec.decode(feishuPush(V2)));
    expect(codeOf(() => codec.decode({ headers: {}, body }))).toBe('ERR_SIGNATURE');
  });

  it('does not let a token beside `encrypt` stand in for the one inside', () => {
    const inside = { ...CHALLENGE, token: 'other' };
    const body = JSON.stringify({ token: verificationToken, encrypt: feishuSeal(JSON.stringify(inside)) });
    expect(codeOf(() => codec.decode(feishuSigned(body)))).toBe('ERR_TOKEN');
  });
});

describe('decode: not signed', () => {
  it.each([codec, keyOnly])('accepts the encrypted challenge', (codec) => {
    const message = codec.decode(unsigned(CHALLENGE));
    expect(message).toEqual(verification(CHALLENGE));
    expect(codec.decode({ body: unsigned(CHALLENGE).body })).toEqual(message);
  });

  it('accepts a challenge with any token where none is configured', () => {
    expect(keyOnly.decode(unsigned({ ...CHALLENGE, token: 'other' })).kind).toBe('verification');
  });

  it.each<[name: string, challenge: string]>([
    ['a UUID', '0b5e41f4-3d1c-4f0e-9d6a-0d7c2f1a9b3e'],
    ['64 of [0-9a-f-]', '0123456789abcdef-'.repeat(4).slice(0, 64)],
    ['17 of [A-Za-z0-9_-]', 'Zz09_-ajls384kdjx'],
    ['one character', 'a'],
    ['one that is not of [0-9a-f-]', 'Z'],
  ])('accepts a challenge of %s, its members in any order', (_, challenge) => {
    const [type, token] = ['url_verification', verificationToken];
    for (const payload of [
      { challenge, token, type },
      { challenge, type, token },
      { token, challenge, type },
      { token, type, challenge },
      { type, challenge, token },
      { type, token, challenge },
    ]) {
      expect(codec.decode(unsigned(payload))).toEqual(verification(payload));
    }
  });

  it('takes headers that are empty strings for absent', () => {
    const headers = { 'X-Lark-Signature': '', 'X-Lark-Request-Timestamp': '', 'X-Lark-Request-Nonce': '' };
    const { body } = unsigned(CHALLENGE);
    for (const given of [headers, new Headers(headers), new Map(Object.entries(headers)), null]) {
      expect(codec.decode({ headers: given, body }).kind).toBe('verification');
      expect(codec.verify({ headers: given, body })).toBe(false);
    }
  });

  it('accepts no challenge with acceptChallenge off, in the same words as all others, but plain and signed ones', () => {
    const closed = createFeishuCodec({ ...FEISHU, acceptChallenge: false });
    const refusal = refusalOf(() => closed.decode(unsigned(CHALLENGE)));
    expect(refusal).toEqual(refusalOf(() => codec.decode(unsigned(V2))));
    expect(closed.decode(feishuPush(CHALLENGE)).kind).toBe('verification');
    const plain = createFeishuCodec({ verificationToken, acceptChallenge: false });
    expect(plain.decode({ body: JSON.stringify(CHALLENGE) }).kind).toBe('verification');
  });

  describe('a body of more than 1,200 bytes', () => {
    const constant = refusalOf(() => codec.decode(unsigned(V2)));
    const { body: challenge } = unsigned(CHALLENGE) as { body: string };
    const filled = (length: number) => challenge.replace('}', `,"f":"${'f'.repeat(length - challenge.length - 7)}"}`);

    it.each<[name: string, body: (length: number) => string, code: string]>([
      ['no JSON', (length) => '{'.repeat(length), 'ERR_REQUEST'],
      ['no JSON, in characters of three bytes', (length) => '你'.repeat(400).padEnd(length - 800, 'x'), 'ERR_REQUEST'],
      ['a plain event', (length) => JSON.stringify(V2).padEnd(length - 4), 'ERR_SIGNATURE'],
      ['an encrypt that is no string', (length) => '{"encrypt":[]}'.padEnd(length), 'ERR_REQUEST'],
    ])('is refused before it is parsed, in the same words as all others: %s', (_, body, code) => {
      const [most, more] = [body(1200), body(1201)];
      expect([utf8(most).length, utf8(more).length]).toEqual([1200, 1201]);
      for (const body of [most, utf8(most)]) {
        const refusal = refusalOf(() => codec.decode({ body }));
        expect(refusal).toMatchObject({ code });
        expect(refusal).not.toEqual(constant);
      }
      for (const body of [more, utf8(more), `${more}${' '.repeat(1_000_000)}`]) {
        expect(refusalOf(() => codec.decode({ body }))).toEqual(constant);
      }
    });

    it('is refused also where it holds the challenge', () => {
      expect(filled(1200)).toHaveLength(1200);
      expect(codec.decode({ body: filled(1200) }).kind).toBe('verification');
      expect(refusalOf(() => codec.decode({ body: filled(1201) }))).toEqual(constant);
    });

    it('is read where it is signed, or plain to an app without a key', () => {
      const long = { ...V2, event: { text: '你'.repeat(1200) } };
      expect(codec.decode(feishuPush(long)).kind).toBe('event');
      expect(codeOf(() => codec.decode(feishuSigned('{'.repeat(1201))))).toBe('ERR_REQUEST');
      expect(tokenOnly.decode({ body: JSON.stringify(long) }).kind).toBe('event');
    });
  });

  it('has no timestamp to be stale', () => {
    const strict = createFeishuCodec({ ...FEISHU, toleranceSeconds: 0 });
    expect(strict.decode(unsigned(CHALLENGE)).kind).toBe('verification');
  });

  const text = JSON.stringify(CHALLENGE);
  it.each<[name: string, encrypt: string]>([
    ['no base64', '%'],
    ['nothing', ''],
    ['base64 cut by one', feishuSeal(text).slice(0, -1)],
    ['an IV alone', Buffer.from(IV).toString('base64')],
    ['17 bytes', Buffer.alloc(17).toString('base64')],
    ['padding of zeros', feishuSeal('0123456789', new Uint8Array(6))],
    ['padding of unequal bytes', feishuSeal('0123456789', Uint8Array.of(6, 6, 6, 5, 6, 6))],
    ['the ciphertext of another key', encryptFeishuEvent(text, 'another key', { iv: IV })],
    ['invalid UTF-8', feishuSeal(Uint8Array.of(0xff))],
    ['no JSON', feishuSeal('hello world')],
    ['a JSON string', feishuSeal('"url_verification"')],
    ['a JSON list', feishuSeal(`[${text}]`)],
    ['an event of 2.0', feishuSeal(JSON.stringify(V2))],
    ['an event of 1.0', feishuSeal(JSON.stringify(V1))],
    ['a challenge without a type', feishuSeal(JSON.stringify({ ...CHALLENGE, type: undefined }))],
    ['a challenge with a wrong token', feishuSeal(JSON.stringify({ ...CHALLENGE, token: 'other' }))],
    ['a challenge without a token', feishuSeal(JSON.stringify({ ...CHALLENGE, token: undefined }))],
    ['a challenge that is no string', feishuSeal(JSON.stringify({ ...CHALLENGE, challenge: 5 }))],
    ['a challenge that is missing', feishuSeal(JSON.stringify({ ...CHALLENGE, challenge: undefined }))],
    ['a challenge that is empty', feishuSeal(JSON.stringify({ ...CHALLENGE, challenge: '' }))],
    ['a challenge of 65 characters', feishuSeal(JSON.stringify({ ...CHALLENGE, challenge: 'c'.repeat(65) }))],
    ['a challenge of 18 of [A-Za-z0-9_-]', feishuSeal(JSON.stringify({ ...CHALLENGE, challenge: 'C'.repeat(18) }))],
    ['a challenge beyond ASCII', feishuSeal(JSON.stringify({ ...CHALLENGE, challenge: '你好' }))],
    ['a challenge with an escape', feishuSeal(text.replace('ajls', '\\u0061jls'))],
    ['a challenge with white space', feishuSeal(JSON.stringify(CHALLENGE, null, 1))],
    ['a challenge with a fourth member', feishuSeal(JSON.stringify({ ...CHALLENGE, schema: '2.0' }))],
    ['a challenge behind a BOM', feishuSeal(`\ufeff${text}`)],
    [
      'a challenge whose token is in a header',
      feishuSeal(text.replace('"token":"v-token"', '"header":{"token":"v-token"}')),
    ],
    ['a challenge whose padding is white space', feishuSeal(text, utf8(' '.repeat(16 - (text.length % 16))))],
    ['a challenge among 16 KiB of white space', feishuSeal(text + ' '.repeat(16_384))],
  ])('refuses %s in the same words as all others', (_, encrypt) => {
    const error = errorOf(() => codec.decode({ headers: {}, body: encrypted(encrypt) })) as CallbackError;
    const event = errorOf(() => codec.decode(unsigned(V2))) as CallbackError;
    expect(error).toBeInstanceOf(CallbackError);
    expect([error.code, error.message]).toEqual(['ERR_SIGNATURE', event.message]);
    expect(Object.entries(error)).toEqual(Object.entries(event));
    expect(error).not.toHaveProperty('cause');
  });

  it.each<[name: string, body: string | Uint8Array]>([
    ['no JSON', 'hello'],
    ['encrypt that is no string', '{"encrypt":{}}'],
    ['invalid UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d)],
  ])('refuses a body of %s as ERR_REQUEST: nothing was decrypted yet', (_, body) => {
    expect(codeOf(() => codec.decode({ headers: {}, body }))).toBe('ERR_REQUEST');
  });
});

describe('verify', () => {
  const good = feishuPush(V2, '1700000000');
  const fresh = createFeishuCodec({ ...FEISHU, toleranceSeconds: 60, now: () => NOW });
  it.each<[name: string, codec: { verify(request: CallbackRequest): boolean }, request: CallbackRequest, is: boolean]>([
    ['a signed event', codec, good, true],
    ['a signed challenge', codec, feishuPush(CHALLENGE), true],
    ['a signed event of another token', codec, feishuPush({ ...V2, header: {} }), true],
    ['a signed body that is no ciphertext', codec, feishuSigned('{}'), true],
    ['a fresh event', fresh, good, true],
    ['a stale event', fresh, feishuPush(V2, '1699999939'), false],
    ['an event with an unreadable time', fresh, feishuPush(V2, 'yesterday'), false],
    ['an unsigned challenge', codec, unsigned(CHALLENGE), false],
    ['no headers', codec, { body: good.body }, false],
    ['another body', codec, { ...good, body: '{}' }, false],
    ['a header twice', codec, { ...good, headers: { ...good.headers, 'X-Lark-Signature': 'x' } }, false],
    ['a body too large', createFeishuCodec({ ...FEISHU, maxBodyBytes: 10 }), good, false],
    ['a lone surrogate', codec, { ...good, body: '\ud800' }, false],
    ['a codec without an encryptKey', tokenOnly, good, false],
  ])('%s', (_, codec, request, is) => {
    expect(codec.verify(request)).toBe(is);
  });

  it('throws on what the programmer did wrong', () => {
    for (const codec of [keyOnly, tokenOnly]) {
      expect(codeOf(() => codec.verify({ body: {} as string }))).toBe('TypeError');
      expect(codeOf(() => codec.verify(undefined as never))).toBe('TypeError');
    }
  });
});

describe('freshness', () => {
  function decodeAt(timestamp: string, nowMilliseconds: number, toleranceSeconds: number | undefined) {
    const codec = createFeishuCodec({ ...FEISHU, toleranceSeconds, now: () => nowMilliseconds });
    return codec.decode(feishuPush(V2, timestamp)).kind;
  }

  it.each<[timestamp: string, offset: number, tolerance: number | undefined]>([
    ['1700000000', 0, 60],
    ['1700000000', 60_000, 60],
    ['1700000000', -60_000, 60],
    ['1700000000000', 60_000, 60],
    ['1700000000000', -60_000, 60],
    ['1700000000', 0, 0],
    ['1700000000', 1e12, undefined],
    ['1700000000', 1e12, Number.POSITIVE_INFINITY],
    ['not a time', 0, undefined],
  ])('accepts %j at %i ms with a tolerance of %s s', (timestamp, offset, tolerance) => {
    expect(decodeAt(timestamp, NOW + offset, tolerance)).toBe('event');
  });

  it.each<[timestamp: string, offset: number, tolerance: number]>([
    ['1700000000', 60_001, 60],
    ['1700000000', -60_001, 60],
    ['1700000000000', 60_001, 60],
    ['1700000000000', -60_001, 60],
    ['1700000000', 1, 0],
    ['1700000000', Number.NaN, 60],
    ['170000000', 0, 1e12],
    ['17000000000', 0, 1e12],
    ['1700000000000000', 0, 1e12],
    ['1700000000.0', 0, 1e12],
    ['not a time', 0, 1e12],
  ])('refuses %j at %i ms with a tolerance of %s s', (timestamp, offset, tolerance) => {
    expect(codeOf(() => decodeAt(timestamp, NOW + offset, tolerance))).toBe('ERR_TIMESTAMP');
  });

  it.each([undefined, 1e12])(
    'has nothing to look at where the header is empty, with a tolerance of %s s',
    (tolerance) => {
      expect(codeOf(() => decodeAt('', NOW, tolerance))).toBe('ERR_SIGNATURE');
    },
  );

  it('comes after the signature and before decryption', () => {
    const codec = createFeishuCodec({ ...FEISHU, toleranceSeconds: 60, now: () => NOW });
    const stale = feishuSigned(encrypted('AAAA'), '1600000000');
    expect(codeOf(() => codec.decode(stale))).toBe('ERR_TIMESTAMP');
    expect(codeOf(() => codec.decode({ ...stale, body: encrypted('AAAB') }))).toBe('ERR_SIGNATURE');
  });
});

describe('the order of checks', () => {
  it('decrypts nothing before signature and freshness hold', () => {
    const decrypt = vi.fn(() => new Uint8Array(16).fill(16));
    const aes = () => ({ encrypt: () => new Uint8Array(), decrypt });
    const codec = createFeishuCodec({ ...FEISHU, aes, toleranceSeconds: 60, now: () => NOW });
    const { headers, body } = feishuPush(V2);
    expect(codeOf(() => codec.decode({ headers: { ...headers, 'x-lark-signature': 'x' }, body }))).toBe(
      'ERR_SIGNATURE',
    );
    expect(codeOf(() => codec.decode(feishuPush(V2, '1600000000')))).toBe('ERR_TIMESTAMP');
    expect(codeOf(() => codec.decode(feishuSigned(JSON.stringify(V2))))).toBe('ERR_SIGNATURE');
    expect(decrypt).not.toHaveBeenCalled();
    expect(codeOf(() => codec.decode({ headers, body }))).toBe('ERR_REQUEST');
    expect(decrypt).toHaveBeenCalledTimes(1);
  });

  it('checks the length of the body first, in UTF-8 bytes', () => {
    const body = '你'.repeat(4);
    const limit = (maxBodyBytes: number) => createFeishuCodec({ ...FEISHU, maxBodyBytes });
    expect(codeOf(() => limit(11).decode({ body }))).toBe('ERR_TOO_LARGE');
    expect(codeOf(() => limit(11).decode({ body: utf8(body) }))).toBe('ERR_TOO_LARGE');
    expect(codeOf(() => limit(12).decode({ body }))).toBe('ERR_REQUEST');
    expect(codeOf(() => codec.decode({ body: ' '.repeat(1_048_577) }))).toBe('ERR_TOO_LARGE');
    expect(codeOf(() => codec.decode({ body: ' '.repeat(1_048_576) }))).toBe('ERR_SIGNATURE');
    expect(codeOf(() => tokenOnly.decode({ body: ' '.repeat(1_048_576) }))).toBe('ERR_REQUEST');
  });
});

describe('encrypt and decrypt', () => {
  it('use an iv that is given, verbatim', () => {
    expect(codec.encrypt('{"a":"你好"}', { iv: IV })).toBe(feishuSeal('{"a":"你好"}'));
    expect(encryptFeishuEvent('{"a":"你好"}', encryptKey, { iv: IV })).toBe(feishuSeal('{"a":"你好"}'));
  });

  it('use a fresh iv otherwise, from `random` where it is given', () => {
    expect(codec.encrypt('x')).not.toBe(codec.encrypt('x'));
    expect(createFeishuCodec({ encryptKey, random: () => IV }).encrypt('x')).toBe(feishuSeal('x'));
    expect(encryptFeishuEvent('x', encryptKey, { random: () => IV })).toBe(feishuSeal('x'));
  });

  it.each(['', 'x', '你好', '\ufeff{}', '\u0000', 'x'.repeat(15), 'x'.repeat(16), '😀'.repeat(100)])(
    'give back %j',
    (text) => {
      expect(codec.decrypt(codec.encrypt(text))).toBe(text);
      expect(decryptFeishuEvent(encryptFeishuEvent(text, 'k'), 'k')).toBe(text);
    },
  );

  it.each<[name: string, call: () => unknown, code: string]>([
    ['decrypt without an encryptKey', () => tokenOnly.decrypt('AAAA'), 'ERR_CONFIG'],
    ['encrypt without an encryptKey', () => tokenOnly.encrypt('x'), 'ERR_CONFIG'],
    ['an iv of 15 bytes', () => codec.encrypt('x', { iv: IV.subarray(1) }), 'ERR_CONFIG'],
    ['an iv that is a string', () => codec.encrypt('x', { iv: '0123456789abcdef' as never }), 'TypeError'],
    [
      'a random source of the wrong length',
      () => encryptFeishuEvent('x', 'k', { random: () => IV.subarray(1) }),
      'ERR_RANDOM',
    ],
    ['text that is bytes', () => codec.encrypt(IV as never), 'TypeError'],
    ['text with a lone surrogate', () => codec.encrypt('\ud800'), 'TypeError'],
    ['ciphertext that is bytes', () => codec.decrypt(IV as never), 'TypeError'],
    ['ciphertext with a lone surrogate', () => codec.decrypt('\ud800'), 'ERR_DECRYPT'],
    ['decryptFeishuEvent of undefined', () => decryptFeishuEvent(undefined as never, 'k'), 'TypeError'],
    ['decryptFeishuEvent without a key', () => decryptFeishuEvent('AAAA', undefined as never), 'ERR_CONFIG'],
    ['decryptFeishuEvent with an empty key', () => decryptFeishuEvent('AAAA', ''), 'ERR_CONFIG'],
    ['encryptFeishuEvent without a key', () => encryptFeishuEvent('x', undefined as never), 'ERR_CONFIG'],
    ['encryptFeishuEvent of a lone surrogate', () => encryptFeishuEvent('\ud800', 'k'), 'TypeError'],
  ])('refuse %s', (_, call, code) => {
    expect(codeOf(call)).toBe(code);
  });
});

describe('encode', () => {
  const random = (length: number) => Uint8Array.from({ length }, (_, at) => IV[at % 16] as number);
  const clocked = createFeishuCodec({ encryptKey, now: () => NOW + 999, random });

  it('makes what Feishu sends', () => {
    const { method, headers, query, body } = clocked.encode(V2);
    expect([method, query]).toEqual(['POST', {}]);
    expect(body).toBe(encrypted(feishuSeal(JSON.stringify(V2))));
    expect(headers).toEqual({
      'Content-Type': 'application/json;charset=utf-8',
      'X-Lark-Request-Timestamp': '1700000000',
      'X-Lark-Request-Nonce': expect.stringMatching(/^[A-Za-z0-9]{16}$/),
      'X-Lark-Signature': hash(
        'sha256',
        '1700000000',
        headers['X-Lark-Request-Nonce'] as string,
        encryptKey,
        bodyOf({ body }),
      ),
    });
  });

  it('takes timestamp, nonce and iv verbatim', () => {
    const { headers, body } = keyOnly.encode(V2, { timestamp: '17', nonce: '00x', iv: IV });
    expect(body).toBe(encrypted(feishuSeal(JSON.stringify(V2))));
    expect(headers['X-Lark-Signature']).toBe(feishuSigned(bodyOf({ body }), '17', '00x').headers['x-lark-signature']);
  });

  it('sends a challenge unsigned', () => {
    for (const payload of [CHALLENGE, JSON.stringify(CHALLENGE)]) {
      const request = codec.encode(payload);
      expect(Object.keys(request.headers)).toEqual(['Content-Type']);
      expect(codec.decode(request)).toMatchObject({ kind: 'verification', challenge: CHALLENGE.challenge });
    }
  });

  it('sends a plain body without an encryptKey', () => {
    const push = tokenOnly.encode(V2);
    expect(push).toEqual({
      method: 'POST',
      headers: { 'Content-Type': 'application/json;charset=utf-8' },
      query: {},
      body: JSON.stringify(V2),
    });
  });

  const { token: _1, ...challengeWithout } = CHALLENGE;
  const { token: _2, ...v1Without } = V1;
  const { token: _3, ...headerWithout } = V2.header;
  it.each<[name: string, payload: object, complete: object]>([
    ['a challenge', challengeWithout, CHALLENGE],
    ['an event of 1.0', v1Without, V1],
    ['an event of 2.0', { ...V2, header: headerWithout }, V2],
  ])('adds the Verification Token to %s that has none', (_, payload, complete) => {
    for (const sender of [codec, tokenOnly]) {
      expect(JSON.parse(sender.decode(sender.encode(payload)).text)).toEqual(complete);
    }
    const unchanged = payload === challengeWithout ? { ...payload, token: '' } : payload;
    expect(JSON.parse(keyOnly.decode(keyOnly.encode(payload)).text)).toEqual(unchanged);
  });

  it('adds an empty token to a challenge where none is configured, as the codec then accepts it', () => {
    const { challenge, type } = CHALLENGE;
    expect(keyOnly.decode(keyOnly.encode({ challenge, type }))).toEqual(verification({ challenge, type, token: '' }));
    const own = { challenge, type, token: 'other' };
    expect(keyOnly.decode(keyOnly.encode(own)).text).toBe(JSON.stringify(own));
    const inHeader = { challenge, type, header: { token: 'other' } };
    expect(keyOnly.decrypt(jsonOf(keyOnly.encode(inHeader)).encrypt as string)).toBe(JSON.stringify(inHeader));
    expect(keyOnly.decrypt(jsonOf(keyOnly.encode(V1)).encrypt as string)).toBe(JSON.stringify(V1));
  });

  it('adds a header for the token where 2.0 has none', () => {
    expect(jsonOf(tokenOnly.encode({ schema: '2.0' }))).toEqual({
      schema: '2.0',
      header: { token: verificationToken },
    });
  });

  it('leaves a token that is there, so that a wrong one can be sent', () => {
    expect(codeOf(() => codec.decode(codec.encode({ ...V1, token: 'other' })))).toBe('ERR_TOKEN');
    expect(codeOf(() => codec.decode(codec.encode({ ...V2, header: { ...V2.header, token: 'other' } })))).toBe(
      'ERR_TOKEN',
    );
  });

  it('sends a string verbatim', () => {
    const text = ` ${JSON.stringify(V2, null, 2)}\n`;
    expect(codec.decode(codec.encode(text)).text).toBe(text);
    expect(tokenOnly.encode(text).body).toBe(text);
    expect(decryptFeishuEvent(jsonOf(codec.encode('no JSON')).encrypt as string, encryptKey)).toBe('no JSON');
  });

  it('sends what is no object as its JSON', () => {
    expect(tokenOnly.encode([1, null]).body).toBe('[1,null]');
  });

  it.each<[name: string, call: () => unknown, code: string]>([
    ['a payload without a JSON form', () => codec.encode(undefined), 'TypeError'],
    ['a function', () => codec.encode(() => 1), 'TypeError'],
    ['a lone surrogate', () => codec.encode('\ud800'), 'TypeError'],
    ['a number as timestamp', () => codec.encode(V2, { timestamp: 17 as never }), 'TypeError'],
    ['a lone surrogate as nonce', () => codec.encode(V2, { nonce: '\udc00' }), 'TypeError'],
    ['an iv of 17 bytes', () => codec.encode(V2, { iv: new Uint8Array(17) }), 'ERR_CONFIG'],
    ['a timestamp that a header splits', () => codec.encode(V2, { timestamp: '1, 2' }), 'ERR_CONFIG'],
    ['a nonce that a header splits', () => codec.encode(V2, { nonce: 'a, a' }), 'ERR_CONFIG'],
  ])('refuses %s', (_, call, code) => {
    expect(codeOf(call)).toBe(code);
  });
});

describe('reply', () => {
  const challenge = codec.decode(feishuPush(CHALLENGE));
  const event = codec.decode(feishuPush(V1));
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };

  it('is what the message asks for, and nothing else of it', () => {
    expect(codec.reply(challenge)).toEqual({ status: 200, headers, body: '{"challenge":"ajls384kdjxxxx"}' });
    expect(codec.reply(event)).toEqual({ status: 200, headers, body: '{}' });
  });

  it('to an event is the answer, as a card callback wants it', () => {
    const card = { toast: { type: 'info', content: '好' }, card: { type: 'raw', data: {} } };
    expect(codec.reply(event, card)).toEqual({ status: 200, headers, body: JSON.stringify(card) });
    expect(codec.reply(event, {}).body).toBe('{}');
    expect(codec.reply(event, undefined).body).toBe('{}');
  });

  it('is never encrypted, and the same from every codec: a message needs no app', () => {
    for (const { reply } of [codec, keyOnly, tokenOnly]) {
      expect(reply(challenge).body).toBe('{"challenge":"ajls384kdjxxxx"}');
    }
  });

  it.each<[name: string, call: () => unknown, words: RegExp]>([
    ['no message', () => codec.reply(undefined as never), /^message must be an object, got undefined$/],
    ['a message of another platform', () => codec.reply({ ...event, platform: 'feishu-card' as never }), /of feishu:/],
    ['an answer to a verification', () => codec.reply(challenge, {}), /^answer must be left out/],
    ['null as answer to a verification', () => codec.reply(challenge, null as never), /^answer must be left out/],
    ['an answer that is text', () => codec.reply(event, 'ok' as never), /^answer must be an object, got string$/],
    ['an answer of null', () => codec.reply(event, null as never), /^answer must be an object, got null$/],
    ['an answer without a JSON form', () => codec.reply(event, { id: 5n }), /^answer must have a JSON form/],
  ])('refuses %s: TypeError', (_, call, words) => {
    expect(codeOf(call)).toBe('TypeError');
    expect(errorOf(call).message).toMatch(words);
  });
});

describe('platformCode', () => {
  const stale = createFeishuCodec({ ...FEISHU, toleranceSeconds: 1, now: () => 0 });
  it.each<[code: string, call: () => unknown]>([
    ['ERR_CONFIG', () => createFeishuCodec({ encryptKey: '' })],
    ['ERR_REQUEST', () => codec.decode({})],
    ['ERR_TOO_LARGE', () => createFeishuCodec({ ...FEISHU, maxBodyBytes: 1 }).decode(feishuPush(V2))],
    ['ERR_SIGNATURE', () => codec.decode({ ...feishuPush(V2), headers: {} })],
    ['ERR_TIMESTAMP', () => stale.decode(feishuPush(V2))],
    ['ERR_DECRYPT', () => codec.decode(feishuSigned(encrypted('AAAA')))],
    ['ERR_TOKEN', () => codec.decode(feishuPush({ ...V2, header: { ...V2.header, token: 'other' } }))],
    ['ERR_RANDOM', () => createFeishuCodec({ ...FEISHU, random: () => new Uint8Array() }).encode(V2)],
  ])('is not there, as Feishu numbers no refusal: %s', (code, call) => {
    expect(codeOf(call)).toBe(code);
    expect(errorOf(call)).not.toHaveProperty('platformCode');
  });
});

describe('an engine of the caller', () => {
  it('is bound to the key once and does all AES', () => {
    const encrypt = vi.fn((_iv: Uint8Array, blocks: Uint8Array) => blocks.slice());
    const decrypt = vi.fn((ivAndBlocks: Uint8Array) => ivAndBlocks.slice(16));
    const aes = vi.fn((_key: Uint8Array) => ({ encrypt, decrypt }));
    const codec = createFeishuCodec({ encryptKey, aes });
    expect(codec.decrypt(codec.encrypt('not a cipher at all'))).toBe('not a cipher at all');
    expect(codec.decode(codec.encode(V2)).kind).toBe('event');
    expect([aes, encrypt, decrypt].map(({ mock }) => mock.calls.length)).toEqual([1, 2, 2]);
    expect(Buffer.from(aes.mock.calls[0]?.[0] as Uint8Array).toString('hex')).toBe(hash('sha256', encryptKey));
  });
});

describe('encode, in detail', () => {
  const codec = createFeishuCodec(FEISHU);
  const event = { schema: '2.0', header: { event_type: 'im.x' }, event: {} };

  it.each(['a\nb', '\u96ea', ' a', 'a ', 'a, b', '\u0000'])(
    'refuses the nonce %j, which no header carries',
    (nonce) => {
      expect(codeOf(() => codec.encode(event, { nonce }))).toBe('ERR_CONFIG');
      expect(codeOf(() => codec.encode(event, { timestamp: nonce }))).toBe('ERR_CONFIG');
    },
  );

  it('takes any other ASCII, through real Headers', () => {
    const { headers, body } = codec.encode(event, { nonce: 'a b,c;=~', timestamp: '~' });
    expect(codec.decode({ headers: new Headers(headers), body })).toMatchObject({ type: 'im.x' });
  });

  it('leaves a payload that carries a token as JSON.stringify writes it', () => {
    const challenge = { type: 'url_verification', challenge: 'c', token: FEISHU.verificationToken };
    expect(codec.decode(codec.encode(challenge)).text).toBe(JSON.stringify(challenge));
  });

  it('adds a token where it is null', () => {
    const challenge = { type: 'url_verification', challenge: 'c', token: null };
    expect(codec.decode(codec.encode(challenge))).toMatchObject({ kind: 'verification', challenge: 'c' });
  });
});

describe('options that are null', () => {
  it.each(['toleranceSeconds', 'now', 'maxBodyBytes', 'aes', 'random'])('%s: a TypeError, not the default', (name) => {
    expect(codeOf(() => createFeishuCodec({ ...FEISHU, [name]: null }))).toBe('TypeError');
  });
});

describe('every message says what to look at', () => {
  const twoOfThree = { 'x-lark-signature': '0', 'x-lark-request-timestamp': '0' };
  const sha1 = { 'x-lark-signature': '0'.repeat(40), 'x-lark-request-nonce': '0' };
  it.each<[words: RegExp, attempt: () => unknown]>([
    [/encryptKey or verificationToken/, () => createFeishuCodec({})],
    [/^encryptKey is empty/, () => encryptFeishuEvent('', '')],
    [/^encryptKey is empty/, () => decryptFeishuEvent('', '')],
    [/^encryptKey is null: the variable/, () => decryptFeishuEvent('', null as never)],
    [/^encryptKey begins or ends.*trim/, () => decryptFeishuEvent('', '\n')],
    [/made without an encryptKey/, () => tokenOnly.decrypt('')],
    [/body is encrypted.*without an encryptKey/, () => tokenOnly.decode({ body: encrypted('') })],
    [/^the body must be a JSON object/, () => tokenOnly.decode({ body: '[]' })],
    [/old message card/, () => tokenOnly.decode({ body: '{"open_message_id":""}' })],
    [/neither a url_verification nor an event/, () => tokenOnly.decode({ body: '{}' })],
    [/Verification Token/, () => tokenOnly.decode({ body: '{"type":"url_verification","challenge":"c"}' })],
    [/^x-lark-request-nonce is missing.*others?/, () => codec.decode({ headers: twoOfThree, body: '{}' })],
    [/40 digits.*old message card/, () => codec.decode({ headers: { ...twoOfThree, ...sha1 }, body: '{}' })],
    [/^x-lark-signature does not match/, () => codec.decode({ ...feishuSigned('{}'), body: '{ }' })],
    [/body is base64.*isBase64Encoded/, () => codec.decode({ ...feishuSigned('{}'), body: 'e30=' })],
    [/^body is empty.*stream/, () => codec.decode({})],
    [/raw body.*Encrypt Key/, () => codec.decode({ ...feishuSigned('{}'), body: '{ }' })],
    [/^the body must be a JSON object/, () => codec.decode(feishuSigned('[]'))],
    [/body has no `encrypt`/, () => codec.decode(feishuSigned('{}'))],
    [/`encrypt` must be a string/, () => codec.decode(feishuSigned('{"encrypt":1}'))],
    [/^the plaintext must be a JSON object/, () => codec.decode(feishuSigned(encrypted(feishuSeal('[]'))))],
    [/not signed.*pass the headers/, () => codec.decode({ body: encrypted('') })],
    [/^nonce must be.*HTTP header/, () => codec.encode({}, { nonce: '\n' })],
  ])('%s', (words, attempt) => {
    expect(errorOf(attempt).message).toMatch(words);
  });
});

describe('with one secret of two, or one header of three', () => {
  const challenge = JSON.stringify(CHALLENGE);

  it.each(['x-lark-signature', 'x-lark-request-timestamp', 'x-lark-request-nonce'])(
    'takes no challenge for unsigned that comes with %s alone',
    (name) => {
      const body = encrypted(feishuSeal(challenge));
      expect(codec.decode({ body }).kind).toBe('verification');
      expect(codeOf(() => codec.decode({ headers: { [name]: '1' }, body }))).toBe('ERR_SIGNATURE');
    },
  );

  it('takes no encrypted body for a plain one, whatever stands beside it', () => {
    const body = JSON.stringify({ ...CHALLENGE, encrypt: '' });
    expect(codeOf(() => tokenOnly.decode({ body }))).toBe('ERR_REQUEST');
  });

  it('verifies nothing without an Encrypt Key, not even what is signed with "undefined"', () => {
    const [timestamp, nonce, body] = ['1', 'n', '{}'];
    const headers = {
      'x-lark-request-timestamp': timestamp,
      'x-lark-request-nonce': nonce,
      'x-lark-signature': hash('sha256', timestamp, nonce, 'undefined', body),
    };
    expect(tokenOnly.verify({ headers, body })).toBe(false);
  });

  it('sends text verbatim, and adds no token where none is configured', () => {
    const text = '{ "event": { "type": "t" } }';
    expect(tokenOnly.encode(text).body).toBe(text);
    const payload = { schema: '2.0', token: 5 };
    expect(keyOnly.decrypt(jsonOf(keyOnly.encode(payload)).encrypt as string)).toBe(JSON.stringify(payload));
  });
});
