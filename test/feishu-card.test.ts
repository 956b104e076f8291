import { sha1 } from '@noble/hashes/legacy.js';
import { describe, expect, it } from 'vitest';
import { createFeishuCodec } from '../src/feishu.ts';
import { createFeishuCardCodec, feishuCardSignature } from '../src/feishu-card.ts';
import { ANSWERS_PROBES } from '../src/internal/codec.ts';
import type { CallbackRequest } from '../src/internal/request.ts';
import { codeOf, concat, errorOf, FEISHU, feishuPush, feishuSigned, hash, jsonOf, NOW, utf8 } from './helpers.ts';
import siblings from './vectors/siblings.json' with { type: 'json' };

const verificationToken = 'v-token';
const codec = createFeishuCardCodec({ verificationToken });
/** `token` here is the card's own. */
const PRESS = {
  open_id: 'ou_1',
  open_message_id: 'om_1',
  token: 'c-1',
  action: { tag: 'button', value: { 名: '张三' } },
};
const text = JSON.stringify(PRESS);
const CHALLENGE = { challenge: 'ajls384kdjxxxx', token: verificationToken, type: 'url_verification' };

/** The platform's half a second time. */
function signed<Body extends string | Uint8Array>(
  body: Body,
  { timestamp = '1700000000', nonce = 'nonce', token = verificationToken } = {},
): { headers: Record<string, string>; body: Body } {
  const headers = {
    'x-lark-request-timestamp': timestamp,
    'x-lark-request-nonce': nonce,
    'x-lark-signature': hash('sha1', timestamp, nonce, token, body),
  };
  return { headers, body };
}

function expectRefused(request: CallbackRequest, code: string, message: RegExp): void {
  expect(codeOf(() => codec.decode(request))).toBe(code);
  expect(errorOf(() => codec.decode(request)).message).toMatch(message);
}

describe('vectors', () => {
  const vectors = siblings.vectors.filter(({ op }) => op === 'feishu.cardSignatureV1');

  it('are there', () => {
    expect(vectors).toHaveLength(1);
  });

  it.each(vectors)('$id, in both directions', ({ input, expected }) => {
    const { timestamp, nonce, verificationToken, body } = input as Record<string, string> as {
      timestamp: string;
      nonce: string;
      verificationToken: string;
      body: string;
    };
    const { signature } = expected as { signature: string };
    for (const given of [body, utf8(body)]) {
      expect(feishuCardSignature({ timestamp, nonce, body: given }, verificationToken)).toBe(signature);
    }
    const card = createFeishuCardCodec({ verificationToken });
    const push = card.encode(JSON.parse(body), { timestamp, nonce });
    expect(push.headers['X-Lark-Signature']).toBe(signature);
    expect(card.decode(push).event).toEqual(JSON.parse(body));
  });
});

describe('feishuCardSignature', () => {
  it('hashes any bytes, and text as its UTF-8 bytes', () => {
    const body = Uint8Array.of(0xff, 0, 0x80);
    expect(feishuCardSignature({ timestamp: '1', nonce: '', body }, 'v')).toBe(hash('sha1', '1', 'v', body));
    expect(feishuCardSignature({ timestamp: '', nonce: '你', body: '好' }, '张')).toBe(hash('sha1', '你张好'));
  });

  it('refuses a token that is missing: ERR_CONFIG', () => {
    for (const token of [undefined, null, '', 'v\n']) {
      expect(codeOf(() => feishuCardSignature({ timestamp: '1', nonce: '2', body: '' }, token as never))).toBe(
        'ERR_CONFIG',
      );
    }
  });

  it('refuses what is of the wrong type', () => {
    const right = { timestamp: '1', nonce: '2', body: '{}' };
    for (const request of [
      undefined,
      { ...right, timestamp: 1 },
      { ...right, nonce: undefined },
      { ...right, body: {} },
      { ...right, body: '\ud800' },
      { ...right, nonce: '\udc00' },
    ]) {
      expect(codeOf(() => feishuCardSignature(request as never, 'v'))).toBe('TypeError');
    }
    expect(codeOf(() => feishuCardSignature(right, 5 as never))).toBe('TypeError');
  });
});

describe('decode: a press', () => {
  it('is given as it was sent', () => {
    const expected = { platform: 'feishu-card', kind: 'event', type: 'card.action.trigger_v1', event: PRESS, text };
    expect(codec.decode(signed(text))).toEqual(expected);
    const { headers, body } = signed(utf8(text));
    expect(codec.decode({ headers: new Headers(headers), body })).toEqual(expected);
    expect(codec.verify({ headers, body })).toBe(true);
    expect('id' in codec.decode({ headers, body })).toBe(false);
  });

  it('may be any JSON object, its white space signed with it', () => {
    const spaced = ' {\n"a": 1 } ';
    expect(codec.decode(signed(spaced))).toMatchObject({ kind: 'event', event: { a: 1 }, text: spaced });
    expectRefused({ ...signed(spaced), body: '{"a":1}' }, 'ERR_SIGNATURE', /not JSON serialised again/);
  });

  it('has its own token, which is not compared', () => {
    expect(codec.decode(signed('{"token":"other"}')).kind).toBe('event');
  });

  it.each(['signature', 'request-timestamp', 'request-nonce'].map((name) => `x-lark-${name}`))(
    'is refused without %s by its name',
    (missing) => {
      const request = { ...signed(text), headers: { ...signed(text).headers, [missing]: undefined } };
      expectRefused(request, 'ERR_SIGNATURE', new RegExp(`^${missing} is missing`));
      expect(codec.verify(request)).toBe(false);
    },
  );

  it('is refused without a signature, whatever token it carries', () => {
    for (const body of [text, JSON.stringify({ ...PRESS, token: verificationToken })]) {
      expectRefused({ body }, 'ERR_SIGNATURE', /^not signed, and not the URL check: pass the headers$/);
      expect(codec.verify({ body })).toBe(false);
    }
  });

  it('is refused with another body, time, nonce, token or spelling of the signature', () => {
    const { headers, body } = signed(text);
    const signature = headers['x-lark-signature'] as string;
    for (const request of [
      { headers, body: text.replace('张三', '李四') },
      { headers: { ...headers, 'x-lark-request-timestamp': '1700000001' }, body },
      { headers: { ...headers, 'x-lark-request-nonce': 'other' }, body },
      signed(text, { token: 'other' }),
      ...[signature.toUpperCase(), signature.slice(1), `${signature}0`, `${signature} `].map((changed) => ({
        headers: { ...headers, 'x-lark-signature': changed },
        body,
      })),
    ]) {
      expectRefused(request, 'ERR_SIGNATURE', /^x-lark-signature does not match: .*Verification Token$/);
      expect(codec.verify(request)).toBe(false);
    }
  });

  it('is refused in base64 with what to do, which serverless platforms hand over', () => {
    const body = Buffer.from(text).toString('base64');
    expectRefused({ ...signed(text), body }, 'ERR_SIGNATURE', /isBase64Encoded/);
  });

  it('is refused where it is signed, but no JSON object', () => {
    for (const body of ['hello', '[]', 'null', '{']) {
      expectRefused(signed(body), 'ERR_REQUEST', /^the body must be a JSON object$/);
    }
  });

  it('is refused where it is encrypted, as no old card is: an event, or a new card', () => {
    for (const encrypt of ['AAAA', 5, null, {}]) {
      expectRefused(signed(JSON.stringify({ ...PRESS, encrypt })), 'ERR_REQUEST', /use callback-codec\/feishu$/);
    }
    const { body } = feishuPush({ type: 'url_verification' });
    expectRefused({ body }, 'ERR_REQUEST', /use callback-codec\/feishu$/);
  });

  it('names callback-codec/feishu where its signature is that of an event', () => {
    const push = feishuPush({ schema: '2.0', header: { event_type: 'card.action.trigger' }, event: {} });
    expectRefused(push, 'ERR_SIGNATURE', /^x-lark-signature has 64 digits: .*, use callback-codec\/feishu$/);
    expectRefused(feishuSigned(text), 'ERR_SIGNATURE', /use callback-codec\/feishu$/);
  });

  it('is refused where a captured one is extended without the token', () => {
    // SHA-1 goes on from the captured digest as if from its own state.
    const { headers, body } = signed(text);
    const nonce = headers['x-lark-request-nonce'] as string;
    const hashed = utf8(`1700000000${nonce}${verificationToken}${body}`).length;
    const glue = concat(Uint8Array.of(0x80), new Uint8Array((119 - (hashed % 64)) % 64), new Uint8Array(8));
    new DataView(glue.buffer).setUint32(glue.length - 4, hashed * 8);
    const state = sha1.create() as unknown as {
      set(...words: number[]): void;
      length: number;
      update(bytes: Uint8Array): { digest(): Uint8Array };
    };
    const words = (headers['x-lark-signature'] as string).match(/.{8}/g) as string[];
    state.set(...words.map((word) => Number.parseInt(word, 16)));
    state.length = hashed + glue.length;
    const signature = Buffer.from(state.update(utf8(' ')).digest()).toString('hex');
    const forged = { headers: { ...headers, 'x-lark-signature': signature }, body: concat(body, glue, ' ') };
    expect(feishuCardSignature({ timestamp: '1700000000', nonce, body: forged.body }, verificationToken)).toBe(
      signature,
    );
    expectRefused(forged, 'ERR_SIGNATURE', /^x-lark-signature does not match/);
    expect(codec.verify(forged)).toBe(false);
  });

  it('has a window where one is configured, in seconds as they are sent', () => {
    const narrow = createFeishuCardCodec({ verificationToken, toleranceSeconds: 60, now: () => NOW });
    for (const timestamp of ['1700000060', '1699999940', '1700000060000']) {
      expect(narrow.decode(signed(text, { timestamp })).kind).toBe('event');
    }
    for (const timestamp of ['1700000061', '1699999939', '1700000060001', '2023-11-14 22:13:20']) {
      expect(codeOf(() => narrow.decode(signed(text, { timestamp })))).toBe('ERR_TIMESTAMP');
      expect(narrow.verify(signed(text, { timestamp }))).toBe(false);
      expect(codec.decode(signed(text, { timestamp })).kind).toBe('event');
    }
    const { headers } = signed(text, { timestamp: '0' });
    expect(codeOf(() => narrow.decode({ headers, body: '{}' }))).toBe('ERR_SIGNATURE');
  });
});

describe('decode: the URL check', () => {
  const body = JSON.stringify(CHALLENGE);
  const check = (changes: object) => JSON.stringify({ ...CHALLENGE, ...changes });

  it('comes unsigned, and is accepted on its token', () => {
    expect(codec.decode({ body })).toEqual({
      platform: 'feishu-card',
      kind: 'verification',
      type: 'url_verification',
      challenge: CHALLENGE.challenge,
      event: CHALLENGE,
      text: body,
    });
    expect(codec.verify({ body })).toBe(false);
  });

  it('is accepted signed, too, and then as all else is', () => {
    expect(codec.decode(signed(body)).kind).toBe('verification');
    expect(codec.verify(signed(body))).toBe(true);
    const narrow = createFeishuCardCodec({ verificationToken, toleranceSeconds: 60, now: () => NOW + 61_000 });
    expect(codeOf(() => narrow.decode(signed(body)))).toBe('ERR_TIMESTAMP');
    expect(narrow.decode({ body }).kind).toBe('verification');
  });

  it('has all three headers or none', () => {
    const { headers } = signed(body);
    for (const name of Object.keys(headers)) {
      expectRefused({ headers: { [name]: headers[name] }, body }, 'ERR_SIGNATURE', / is missing, but other headers/);
      expectRefused({ headers: { ...headers, [name]: 'x' }, body }, 'ERR_SIGNATURE', /does not match/);
    }
  });

  it.each(['other', 'V-TOKEN', 'v-token ', '', 5, null, undefined, ['v-token']])(
    'is refused with the token %j, signed or not',
    (token) => {
      for (const request of [{ body: check({ token }) }, signed(check({ token }))]) {
        expectRefused(request, 'ERR_TOKEN', /^the Verification Token is not that of this app/);
      }
    },
  );

  it('is a challenge of at most 1,024 characters', () => {
    expect(codec.decode({ body: check({ challenge: 'c'.repeat(1024) }) })).toMatchObject({ kind: 'verification' });
    for (const challenge of ['c'.repeat(1025), 5, null, undefined, {}]) {
      expectRefused(
        { body: check({ challenge }) },
        'ERR_REQUEST',
        /^the challenge is missing, not a string, or longer/,
      );
    }
  });

  it('is UTF-8 and a JSON object', () => {
    expectRefused({ body: Uint8Array.of(0xff) }, 'ERR_REQUEST', /not UTF-8/);
    for (const body of ['hello', '[]', 'null']) expectRefused({ body }, 'ERR_REQUEST', /must be a JSON object/);
  });
});

describe('encode', () => {
  const fixed = createFeishuCardCodec({
    verificationToken,
    now: () => NOW + 999,
    random: (length) => new Uint8Array(length),
  });

  it('sends what the platform sends', () => {
    const nonce = 'A'.repeat(16);
    expect(fixed.encode(PRESS)).toEqual({
      method: 'POST',
      headers: {
        'Content-Type': 'application/json;charset=utf-8',
        'X-Lark-Request-Timestamp': '1700000000',
        'X-Lark-Request-Nonce': nonce,
        'X-Lark-Signature': hash('sha1', '1700000000', nonce, verificationToken, text),
      },
      query: {},
      body: text,
    });
  });

  it('takes a time and a nonce, and a payload as it stands', () => {
    const push = codec.encode(' {"a":1} ', { timestamp: '1700000001', nonce: 'n' });
    expect(push.headers).toMatchObject({ 'X-Lark-Request-Timestamp': '1700000001', 'X-Lark-Request-Nonce': 'n' });
    expect(codec.decode(push).text).toBe(' {"a":1} ');
    expect(codec.encode(PRESS).headers['X-Lark-Request-Nonce']).toMatch(/^[A-Za-z0-9]{16}$/);
    // It need not be what `decode` accepts.
    expect(codeOf(() => codec.decode(codec.encode('hello')))).toBe('ERR_REQUEST');
    expect(codeOf(() => codec.decode(codec.encode([])))).toBe('ERR_REQUEST');
  });

  it('sends the URL check unsigned, with the token where it has none', () => {
    const { challenge, type } = CHALLENGE;
    const push = fixed.encode({ challenge, type });
    expect(push.headers).toEqual({ 'Content-Type': 'application/json;charset=utf-8' });
    expect(jsonOf(push)).toEqual(CHALLENGE);
    expect(codec.decode(push)).toMatchObject({ kind: 'verification', challenge });
    expect(jsonOf(fixed.encode({ ...CHALLENGE, token: 'other' }))).toHaveProperty('token', 'other');
    expect(fixed.encode('{"type":"url_verification"}').body).toBe('{"type":"url_verification"}');
  });

  it('refuses what no header can carry, and what has no JSON form', () => {
    for (const options of [{ timestamp: 'a\n' }, { nonce: 'a, b' }, { nonce: '你' }]) {
      expect(codeOf(() => codec.encode(PRESS, options))).toBe('ERR_CONFIG');
    }
    expect(codeOf(() => codec.encode(PRESS, { timestamp: NOW as never }))).toBe('TypeError');
    expect(codeOf(() => codec.encode(undefined))).toBe('TypeError');
    const broken = createFeishuCardCodec({ verificationToken, random: () => new Uint8Array(0) });
    expect(codeOf(() => broken.encode(PRESS))).toBe('ERR_RANDOM');
    expect(broken.encode(CHALLENGE).body).toBe(JSON.stringify(CHALLENGE));
  });
});

describe('reply', () => {
  const press = codec.decode(codec.encode(PRESS));
  const check = codec.decode(codec.encode(CHALLENGE));

  it('to a press is the card, or {}', () => {
    expect(codec.reply(press).body).toBe('{}');
    expect(codec.reply(press, undefined).body).toBe('{}');
    expect(jsonOf(codec.reply(press, { header: { title: '好' } }))).toEqual({ header: { title: '好' } });
    for (const answer of ['card', 5, null]) expect(codeOf(() => codec.reply(press, answer as never))).toBe('TypeError');
  });

  it('to the URL check is the challenge, and takes no answer', () => {
    expect(codec.reply(check).body).toBe('{"challenge":"ajls384kdjxxxx"}');
    for (const answer of [{}, '', null]) expect(codeOf(() => codec.reply(check, answer as never))).toBe('TypeError');
  });

  it('is refused to a message of the codec of events', () => {
    const message = createFeishuCodec(FEISHU).decode(
      feishuPush({ schema: '2.0', header: { event_type: 'e', token: verificationToken }, event: {} }),
    );
    expect(codeOf(() => codec.reply(message as never))).toBe('TypeError');
  });
});

describe('the codec of events', () => {
  it('names callback-codec/feishu-card where a signature has 40 digits', () => {
    const withKey = createFeishuCodec(FEISHU);
    expect(codeOf(() => withKey.decode(codec.encode(PRESS)))).toBe('ERR_SIGNATURE');
    expect(errorOf(() => withKey.decode(codec.encode(PRESS))).message).toMatch(
      /40 digits: .*callback-codec\/feishu-card$/,
    );
  });

  it('names it where an old card’s plain body comes to an app without a key', () => {
    const plain = createFeishuCodec({ verificationToken });
    expect(codeOf(() => plain.decode(codec.encode(PRESS)))).toBe('ERR_REQUEST');
    expect(errorOf(() => plain.decode(codec.encode(PRESS))).message).toMatch(/use callback-codec\/feishu-card$/);
  });
});

it('is not marked as a codec whose URL is probed', () => {
  expect(ANSWERS_PROBES in codec).toBe(false);
});

it('refuses options that cannot work', () => {
  const create = (options: unknown) => () => createFeishuCardCodec(options as never);
  for (const token of [undefined, null, '', 'v\n'])
    expect(codeOf(create({ verificationToken: token }))).toBe('ERR_CONFIG');
  expect(codeOf(create({ verificationToken, toleranceSeconds: -1 }))).toBe('ERR_CONFIG');
  for (const options of [undefined, 'v', { verificationToken: 5 }, { verificationToken, random: 5 }]) {
    expect(codeOf(create(options))).toBe('TypeError');
  }
});
