import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDingTalkCodec, decryptDingTalkMessage, encryptDingTalkMessage } from '../src/dingtalk.ts';
import { createFeishuCodec, decryptFeishuEvent, encryptFeishuEvent } from '../src/feishu.ts';
import type { CallbackPush } from '../src/internal/codec.ts';
import { CallbackError, type CallbackErrorCode } from '../src/internal/errors.ts';
import type { CallbackRequest } from '../src/internal/request.ts';
import { createTencentChatCodec } from '../src/tencent-chat.ts';
import { bodyOf, codeOf, DINGTALK, FEISHU, feishuSigned, jsonOf, NOW, TENCENT, utf8 } from './helpers.ts';

const now = () => NOW;
const feishu = createFeishuCodec({ ...FEISHU, now });
const feishuPlain = createFeishuCodec({ verificationToken: FEISHU.verificationToken });
const dingTalk = createDingTalkCodec({ ...DINGTALK, ownerKey: [DINGTALK.ownerKey, '企业'], now });
const tencent = createTencentChatCodec({ ...TENCENT, sdkAppId: 888888, now });

/** Text that has a UTF-8 form. */
const text = fc.string({ unit: 'binary', maxLength: 200 });
const bytes16 = fc.uint8Array({ minLength: 16, maxLength: 16 });
/** The same where an empty one would be absent. */
const someText = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 });
/** A secret or an id as a console shows it: any text that no line break or tab stands around. */
const secret = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 40 })
  .filter((text) => !/^[\t\n\r]|[\t\n\r]$/.test(text));
/** Text that an HTTP header or parameter carries as one value. */
const word = fc.stringMatching(/^[A-Za-z0-9]{1,16}$/);
const json = fc.jsonValue({ stringUnit: 'binary', depthSize: 'small' }) as fc.Arbitrary<unknown>;
const payload = fc.dictionary(fc.string({ unit: 'binary' }), json, { maxKeys: 5 }) as fc.Arbitrary<object>;
/** EncodingAESKey, its spare bits included. */
const encodingAesKey = fc.stringMatching(/^[A-Za-z0-9+/]{43}$/);

describe('encrypt and decrypt', () => {
  it('are inverse for any text and key: Feishu', () => {
    fc.assert(
      fc.property(text, secret, bytes16, (text, key, iv) => {
        const encrypt = encryptFeishuEvent(text, key, { iv });
        expect(decryptFeishuEvent(encrypt, key)).toBe(text);
        expect(createFeishuCodec({ encryptKey: key }).encrypt(text, { iv })).toBe(encrypt);
      }),
    );
  });

  it('are inverse for any text, key and owner: DingTalk', () => {
    fc.assert(
      fc.property(text, encodingAesKey, secret, bytes16, (text, encodingAesKey, ownerKey, prefix) => {
        const encrypt = encryptDingTalkMessage(text, { encodingAesKey, ownerKey }, { prefix });
        expect(decryptDingTalkMessage(encrypt, { encodingAesKey, ownerKey })).toBe(text);
        const codec = createDingTalkCodec({ token: 't', encodingAesKey, ownerKey });
        expect(codec.decrypt(encrypt)).toEqual({ text, ownerKey });
      }),
    );
  });

  it('are inverse for every length of padding', () => {
    for (let length = 0; length <= 64; length++) {
      const text = 'x'.repeat(length);
      expect(feishu.decrypt(feishu.encrypt(text))).toBe(text);
      expect(dingTalk.decrypt(dingTalk.encrypt(text)).text).toBe(text);
    }
  });
});

/** `value` with one of its characters made another. */
function changed(value: string, at: number, by: number): string {
  const index = at % value.length;
  const code = value.charCodeAt(index) ^ (1 + (by % 127));
  return value.slice(0, index) + String.fromCharCode(code) + value.slice(index + 1);
}

const at = fc.nat();
const by = fc.nat(126);

describe('one changed character of what is signed, or of the signature', () => {
  const event = { schema: '2.0', header: { event_type: 'e' }, event: { text: '你好' } };

  it.each(['X-Lark-Signature', 'X-Lark-Request-Timestamp', 'X-Lark-Request-Nonce'])(
    'is refused: Feishu, %s',
    (name) => {
      fc.assert(
        fc.property(at, by, (at, by) => {
          const { headers, body } = feishu.encode(event);
          const forged = { headers: { ...headers, [name]: changed(headers[name] as string, at, by) }, body };
          expect(codeOf(() => feishu.decode(forged))).toBe('ERR_SIGNATURE');
          expect(feishu.verify(forged)).toBe(false);
        }),
      );
    },
  );

  it('is refused: any bit of the body of Feishu', () => {
    const push = feishu.encode(event);
    const { headers, body } = { ...push, body: bodyOf(push) };
    for (let bit = 0; bit < body.length * 8; bit++) {
      const forged = utf8(body);
      forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(codeOf(() => feishu.decode({ headers, body: forged }))).toBe('ERR_SIGNATURE');
    }
  });

  it.each(['signature', 'timestamp', 'nonce'] as const)('is refused: DingTalk, %s', (name) => {
    fc.assert(
      fc.property(at, by, (at, by) => {
        const { query, body } = dingTalk.encode({ EventType: 'e' });
        const { msg_signature: _, ...parameters } = query;
        const forged = { query: { ...parameters, [name]: changed(parameters[name] as string, at, by) }, body };
        expect(codeOf(() => dingTalk.decode(forged))).toBe('ERR_SIGNATURE');
        expect(dingTalk.verify(forged)).toBe(false);
      }),
    );
  });

  it('is refused: any character of the encrypt of DingTalk', () => {
    fc.assert(
      fc.property(at, by, (at, by) => {
        const push = dingTalk.encode({ EventType: 'e' });
        const forged = JSON.stringify({ encrypt: changed(jsonOf(push).encrypt as string, at, by) });
        expect(codeOf(() => dingTalk.decode({ ...push, body: forged }))).toBe('ERR_SIGNATURE');
      }),
    );
  });

  it.each(['Sign', 'RequestTime'])('is refused: Tencent Chat, %s', (name) => {
    fc.assert(
      fc.property(at, by, (at, by) => {
        const { query, body } = tencent.encode({ CallbackCommand: 'e' });
        const forged = { query: { ...query, [name]: changed(query[name] as string, at, by) }, body };
        expect(codeOf(() => tencent.decode(forged))).toBe('ERR_SIGNATURE');
        expect(tencent.verify(forged)).toBe(false);
      }),
    );
  });
});

describe('decode gives back what encode was given', () => {
  it('Feishu, 2.0', () => {
    fc.assert(
      fc.property(word, text, json, word, word, bytes16, (id, type, event, timestamp, nonce, iv) => {
        const payload = { schema: '2.0', header: { event_id: id, event_type: type }, event };
        const request = feishu.encode(payload, { timestamp, nonce, iv });
        expect(feishu.decode(request)).toMatchObject({ kind: 'event', schema: '2.0', id, type });
        expect(feishu.decode(request)).toHaveProperty('event', JSON.parse(JSON.stringify(event)));
        expect(feishu.verify(request)).toBe(true);
        expect(feishuPlain.decode(feishuPlain.encode(payload))).toMatchObject({ id, type });
      }),
    );
  });

  it('Feishu, 1.0', () => {
    fc.assert(
      fc.property(word, text, payload, (uuid, type, rest) => {
        const event = { ...rest, type };
        const request = feishu.encode({ uuid, event });
        expect(feishu.decode(request)).toMatchObject({ kind: 'event', schema: '1.0', id: uuid, type });
        expect(feishu.decode(request)).toHaveProperty('event', JSON.parse(JSON.stringify(event)));
      }),
    );
  });

  const challenges = fc.oneof(fc.stringMatching(/^[0-9a-f-]{1,64}$/), fc.stringMatching(/^[A-Za-z0-9_-]{1,17}$/));

  it('Feishu, challenge: unsigned, 1 to 64 of [0-9a-f-] or 1 to 17 of [A-Za-z0-9_-]', () => {
    fc.assert(
      fc.property(challenges, (challenge) => {
        const message = feishu.decode(feishu.encode({ type: 'url_verification', challenge }));
        expect(jsonOf(feishu.reply(message))).toEqual({ challenge });
        expect(feishuPlain.decode(feishuPlain.encode({ type: 'url_verification', challenge }))).toEqual(message);
      }),
    );
  });

  it('Feishu, challenge: any other only where it is plain or signed', () => {
    const others = fc.oneof(
      text.filter((text) => !/^([0-9a-f-]{1,64}|[A-Za-z0-9_-]{1,17})$/.test(text)),
      fc.stringMatching(/^[0-9a-f-]{65,200}$/),
      fc.stringMatching(/^[A-Z][A-Za-z0-9_-]{17,63}$/),
    );
    fc.assert(
      fc.property(others, (challenge) => {
        const request = feishu.encode({ type: 'url_verification', challenge });
        expect(codeOf(() => feishu.decode(request))).toBe('ERR_SIGNATURE');
        expect(feishu.decode(feishuSigned(bodyOf(request)))).toMatchObject({ kind: 'verification', challenge });
        expect(feishuPlain.decode(feishuPlain.encode({ type: 'url_verification', challenge }))).toMatchObject({
          challenge,
        });
      }),
    );
  });

  it('DingTalk', () => {
    const owner = fc.constantFrom(DINGTALK.ownerKey, '企业');
    fc.assert(
      fc.property(
        text,
        payload,
        owner,
        someText,
        someText,
        bytes16,
        (EventType, rest, ownerKey, timestamp, nonce, prefix) => {
          const event = { Random: 'r', ...rest, EventType, BizId: nonce };
          const request = dingTalk.encode(event, { ownerKey, timestamp, nonce, prefix });
          expect(dingTalk.decode(request)).toEqual({
            platform: 'dingtalk',
            kind: 'event',
            id: nonce,
            type: EventType,
            ownerKey,
            timestamp,
            nonce,
            event: JSON.parse(JSON.stringify(event)),
            text: JSON.stringify(event),
          });
          expect(dingTalk.verify(request)).toBe(true);
        },
      ),
    );
  });

  it('DingTalk, through a URL', () => {
    fc.assert(
      fc.property(someText, someText, (timestamp, nonce) => {
        const { query, body } = dingTalk.encode({ EventType: 'e' }, { timestamp, nonce });
        // URLSearchParams writes a space as +, which is a plus sign in a URL.
        const url = `/callback?${new URLSearchParams(query).toString().replaceAll('+', '%20')}`;
        expect(dingTalk.decode({ url, body })).toMatchObject({ timestamp, nonce });
      }),
    );
  });

  it('Tencent Chat', () => {
    fc.assert(
      fc.property(text, payload, someText, (CallbackCommand, rest, clientIp) => {
        const event = { ...rest, CallbackCommand };
        const request = tencent.encode(event, { clientIp, optPlatform: 'Web' });
        expect(tencent.decode(request)).toEqual({
          platform: 'tencent-chat',
          kind: 'event',
          type: CallbackCommand,
          sdkAppId: '888888',
          clientIp,
          optPlatform: 'Web',
          contentType: 'json',
          requestTime: '1700000000',
          query: request.query,
          event: JSON.parse(JSON.stringify(event)),
          text: JSON.stringify(event),
        });
      }),
    );
  });
});

describe('an answer comes back as it was given', () => {
  it('Feishu and Tencent Chat, in JSON', () => {
    const event = feishu.decode(feishu.encode({ schema: '2.0', header: { event_type: 'e' } }));
    const webhook = tencent.decode(tencent.encode({ CallbackCommand: 'c' }));
    fc.assert(
      fc.property(payload, (answer) => {
        const sent = JSON.parse(JSON.stringify(answer));
        expect(jsonOf(feishu.reply(event, answer))).toEqual(sent);
        const { ActionStatus = 'OK', ErrorInfo = '', ErrorCode = 0, ...more } = sent;
        expect(jsonOf(tencent.reply(webhook, answer as never))).toEqual({
          ActionStatus,
          ErrorInfo,
          ErrorCode,
          ...more,
        });
      }),
    );
  });

  it('DingTalk, encrypted for the owner that asked, under whatever time and nonce', () => {
    const owner = fc.constantFrom(DINGTALK.ownerKey, '企业');
    fc.assert(
      fc.property(text, owner, someText, someText, (answer, ownerKey, timestamp, nonce) => {
        const message = dingTalk.decode(dingTalk.encode({ EventType: 'e' }, { ownerKey, timestamp, nonce }));
        const reply = dingTalk.reply(message, answer);
        expect(dingTalk.decodeReply(reply)).toBe(answer);
        expect(dingTalk.decodeReply({ body: utf8(reply.body) })).toBe(answer);
        expect(jsonOf(reply)).toMatchObject({ timeStamp: timestamp, nonce });
        expect(dingTalk.decrypt(jsonOf(reply).encrypt as string)).toEqual({ text: answer, ownerKey });
      }),
    );
  });
});

describe('a body', () => {
  it('decodes alike as a string and as bytes, wherever they lie in their buffer', () => {
    fc.assert(
      fc.property(payload, fc.nat(15), (rest, offset) => {
        const cases: [{ decode(request: CallbackRequest): unknown }, CallbackPush][] = [
          [feishu, feishu.encode({ ...rest, schema: '2.0', header: { event_type: 'e' } })],
          [feishu, feishu.encode({ type: 'url_verification', challenge: 'c' })],
          [feishuPlain, feishuPlain.encode({ ...rest, schema: '2.0', header: { event_type: 'e' } })],
          [dingTalk, dingTalk.encode({ ...rest, EventType: 'e' })],
          [tencent, tencent.encode({ ...rest, CallbackCommand: 'c' })],
        ];
        for (const [codec, request] of cases) {
          const bytes = utf8(bodyOf(request));
          const shifted = new Uint8Array(bytes.length + 32).subarray(offset, offset + bytes.length);
          shifted.set(bytes);
          const expected = codec.decode(request);
          expect(codec.decode({ ...request, body: shifted })).toEqual(expected);
          expect(codec.decode({ ...request, body: Buffer.from(bytes) })).toEqual(expected);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('garbage', () => {
  const CODES: readonly CallbackErrorCode[] = [
    'ERR_REQUEST',
    'ERR_TOO_LARGE',
    'ERR_SIGNATURE',
    'ERR_TIMESTAMP',
    'ERR_TOKEN',
    'ERR_DECRYPT',
    'ERR_OWNER',
  ];

  /** 'verification' or 'event' of a message, or the code of the refusal; anything else is thrown. */
  function outcome(codec: { decode(request: CallbackRequest): { kind: string } }, request: CallbackRequest): string {
    try {
      return codec.decode(request).kind;
    } catch (error) {
      if (error instanceof CallbackError && CODES.includes(error.code)) return error.code;
      throw error;
    }
  }

  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  );
  const value = fc.oneof(anyText, fc.array(anyText, { maxLength: 3 }), fc.constant(undefined));
  const record = (names: readonly string[]) =>
    fc.dictionary(fc.oneof(fc.constantFrom(...names), anyText), value, { maxKeys: 6 });
  const fieldNames = ['encrypt', 'type', 'challenge', 'token', 'header', 'schema', 'event', 'EventType', '__proto__'];
  const jsonText = fc
    .dictionary(fc.oneof(fc.constantFrom(...fieldNames), anyText), fc.jsonValue() as fc.Arbitrary<unknown>)
    .map((object) => JSON.stringify(object));
  const headerNames = ['x-lark-signature', 'X-Lark-Request-Timestamp', 'X-LARK-REQUEST-NONCE'];
  const parameterNames = ['signature', 'msg_signature', 'timestamp', 'timeStamp', 'nonce', 'Sign', 'RequestTime'];
  const request = fc.record(
    {
      body: fc.oneof(anyText, jsonText, fc.uint8Array(), jsonText.map(utf8)),
      headers: record(headerNames),
      query: record(parameterNames),
      url: fc.oneof(
        anyText,
        anyText.map((text) => `/?${text}`),
      ),
    },
    { requiredKeys: ['body'] },
  ) as fc.Arbitrary<CallbackRequest>;
  const codecs = [feishu, feishuPlain, dingTalk, tencent];

  it('unsigned gives a documented refusal', () => {
    fc.assert(
      fc.property(fc.constantFrom(...codecs), request, (codec, request) => {
        expect(CODES).toContain(outcome(codec, request));
        expect(codec.verify(request)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('signed and encrypted gives a message or a documented refusal', () => {
    const inside = fc.oneof(jsonText, fc.string({ unit: 'binary' }));
    const kinds = [...CODES, 'verification', 'event'];
    fc.assert(
      fc.property(inside, (inside) => {
        expect(kinds).toContain(outcome(feishu, feishu.encode(inside)));
        expect(kinds).toContain(outcome(feishu, { ...feishu.encode(inside), headers: {} }));
        expect(kinds).toContain(outcome(feishu, feishuSigned(inside)));
        expect(kinds).toContain(outcome(dingTalk, dingTalk.encode(inside)));
        expect(kinds).toContain(outcome(tencent, tencent.encode(inside, { command: 'c' })));
      }),
      { numRuns: 500 },
    );
  });

  it('as ciphertext gives ERR_DECRYPT, hardly ever a text', () => {
    const ciphertext = fc.oneof(
      anyText,
      fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    );
    let texts = 0;
    fc.assert(
      fc.property(ciphertext, (ciphertext) => {
        for (const decrypt of [feishu.decrypt, dingTalk.decrypt]) {
          try {
            // One random block in 255 has right padding, and fewer are UTF-8 then: that is no failure.
            expect(decrypt(ciphertext)).toBeTypeOf('string');
            texts += 1;
          } catch (error) {
            expect(error).toMatchObject({ name: 'CallbackError', code: 'ERR_DECRYPT' });
          }
        }
      }),
      { numRuns: 500 },
    );
    expect(texts).toBeLessThan(20);
  });
});

describe('no refusal shows what it was given', () => {
  /** Words that stand in nothing else. */
  const hidden = fc.stringMatching(/^[g-z]{24}$/);
  const spoilt = hidden.chain((word) =>
    fc.constantFrom<unknown[]>(
      word,
      '',
      `${word}\n`,
      ` ${word}`,
      `${word}=`,
      `${word}%`,
      [word, `${word}x`],
      { word },
      24,
      null,
    ),
  );
  const record = (...names: string[]) => fc.record(Object.fromEntries(names.map((name) => [name, spoilt])));
  const json = fc
    .record({ encrypt: spoilt, type: fc.constantFrom('url_verification', 'x'), EventType: spoilt, token: hidden })
    .map((body) => JSON.stringify(body));
  const request = fc.record(
    {
      body: fc.oneof(
        json,
        hidden,
        json.map((text) => Buffer.from(text).toString('base64')),
        json.map(utf8),
      ),
      headers: record('x-lark-signature', 'x-lark-request-timestamp', 'x-lark-request-nonce'),
      query: record('signature', 'timestamp', 'nonce', 'Sign', 'RequestTime', 'SdkAppid'),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<CallbackRequest>;

  /** All of an error that anyone prints, the places in its stack apart. */
  function shown(error: unknown): string {
    const { message, stack } = error as Error;
    const [head] = (stack as string).split('\n    at ');
    return [message, String(error), head, JSON.stringify(error), inspect({ ...(error as Error) })].join('\n');
  }

  /** Whether `attempt` was refused; the error then holds none of the words in what was given. */
  function isRefusedInSilence(attempt: () => unknown, ...given: unknown[]): boolean {
    try {
      attempt();
      return false;
    } catch (error) {
      expect(error).not.toHaveProperty('cause');
      for (const word of JSON.stringify(given).match(/[g-z]{24}/g) ?? []) expect(shown(error)).not.toContain(word);
      if (!(error instanceof CallbackError)) expect((error as Error).message).toMatch(/^\w+ must (be|have) /);
      return true;
    }
  }

  it('of a request', () => {
    fc.assert(
      fc.property(request, hidden, hidden, (request, one, other) => {
        const secrets = { token: one, encryptKey: one, verificationToken: other };
        for (const codec of [
          createFeishuCodec(secrets),
          createFeishuCodec({ verificationToken: other }),
          createDingTalkCodec({ ...DINGTALK, token: one, ownerKey: other, toleranceSeconds: 60 }),
          createTencentChatCodec({ token: one, sdkAppId: 7 }),
        ]) {
          expect(codec.verify(request)).toBe(false);
          expect(isRefusedInSilence(() => codec.decode(request), request, secrets)).toBe(true);
          const parsed = { ...request, body: { [one]: other } as never };
          expect(isRefusedInSilence(() => codec.decode(parsed), request, secrets)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('of a signed request', () => {
    fc.assert(
      fc.property(json, hidden, hidden, (text, one, other) => {
        const secrets = { token: one, encryptKey: one, verificationToken: one };
        const sender = createFeishuCodec({ ...secrets, verificationToken: other });
        const feishu = createFeishuCodec(secrets);
        const dingTalk = createDingTalkCodec({ ...DINGTALK, token: one });
        const tencent = createTencentChatCodec({ token: one, now });
        const requests = [
          sender.encode(text),
          dingTalk.encode(text),
          tencent.encode(text, { command: other }),
        ] as const;
        const given = [text, secrets, requests, other];
        expect(isRefusedInSilence(() => feishu.decode(requests[0]), given)).toBe(true);
        isRefusedInSilence(() => dingTalk.decode(requests[1]), given);
        isRefusedInSilence(() => tencent.decode(requests[2]), given);
      }),
      { numRuns: 100 },
    );
  });

  it('of secrets and options', () => {
    fc.assert(
      fc.property(spoilt, hidden, (one, other) => {
        const wrong = (typeof one === 'string' ? `${one}\n` : one) as never;
        for (const attempt of [
          () => createFeishuCodec({ encryptKey: wrong, verificationToken: other }),
          () => createFeishuCodec({ encryptKey: other, verificationToken: wrong }),
          () => createDingTalkCodec({ ...DINGTALK, token: wrong, ownerKey: other }),
          () => createDingTalkCodec({ ...DINGTALK, encodingAesKey: wrong, ownerKey: other }),
          () => createDingTalkCodec({ ...DINGTALK, encodingAesKey: `${other}=` }),
          () => createDingTalkCodec({ ...DINGTALK, ownerKey: [other, wrong] }),
          () => createTencentChatCodec({ token: wrong, sdkAppId: 7 }),
          () => createTencentChatCodec({ token: other, sdkAppId: `${other}7` }),
          () => decryptFeishuEvent(`${other}=`, other),
          () => decryptFeishuEvent(other, wrong),
          () => decryptDingTalkMessage(`${other}=`, { ...DINGTALK, ownerKey: other }),
          () => decryptDingTalkMessage(other, { ...DINGTALK, ownerKey: wrong }),
        ]) {
          expect(isRefusedInSilence(attempt, one, other)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});
