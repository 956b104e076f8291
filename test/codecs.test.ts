// What all platforms promise, held against each of them.
import { readdirSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { anyOf } from '../src/any-of.ts';
import * as everything from '../src/index.ts';
import type { CallbackCodec, CallbackMessage, CallbackPush, CallbackReply } from '../src/internal/codec.ts';
import type { CallbackRequest } from '../src/internal/request.ts';
import { parseXml } from '../src/internal/xml.ts';
import { SUBJECTS, type Subject } from './codecs.ts';
import { codeOf, errorOf, NOW, utf8 } from './helpers.ts';

/** The entries that are no codec of a platform. */
const OTHERS = ['cli', 'explain', 'index', 'aes-cbc', 'simd', 'any-of', 'fetch', 'node', 'feishu-bot'];

it('has every platform of src/', () => {
  const entries = readdirSync(new URL('../src/', import.meta.url))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length));
  const platforms = new Set(SUBJECTS.map(({ platform }) => platform));
  expect([...platforms].sort()).toEqual(entries.filter((name) => !OTHERS.includes(name)).sort());
});

const makers = Object.entries(everything).filter(([name]) => /^create(?!Simd)\w+Codec$/.test(name));

it.each(makers)('%s wants its options as an object', (_, create) => {
  expect(makers).toHaveLength(9);
  for (const [got, options] of [['undefined'], ['null', null], ['string', 'hush']]) {
    expect(() => (create as (options: unknown) => unknown)(options)).toThrow(
      new TypeError(`options must be an object, got ${got}`),
    );
  }
});

/** Every codec, and every codec through `anyOf`, which has to keep the same promises. Only, it answers no copies. */
const CODECS: readonly (Subject & { answersCopies: boolean })[] = [
  ...SUBJECTS.map((subject) => ({ ...subject, answersCopies: true })),
  ...SUBJECTS.map(({ name, create, ...subject }) => ({
    ...subject,
    name: `anyOf(${name})`,
    create: (options?: object) => anyOf(create(options)),
    answersCopies: false,
  })),
];

/** The request as a server sees it: lower-case headers, the parameters in the URL, the body in bytes. */
function received({ headers, query, body }: CallbackPush): {
  headers: Record<string, string>;
  url: string;
  body: Uint8Array<ArrayBuffer> | null;
} {
  return {
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    url: `/callback?${new URLSearchParams(query).toString().replaceAll('+', '%20')}`,
    body: body === null ? null : utf8(body),
  };
}

/** The push with another value for its headers and parameters, those that `isMeant`. */
function withOthers(
  { headers, query, body }: CallbackPush,
  isMeant: (name: string) => boolean,
  change: (value: string) => unknown,
): CallbackRequest {
  const changed = [headers, query].map((record) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, isMeant(name) ? change(value) : value])),
  );
  return { headers: changed[0], query: changed[1], body } as CallbackRequest;
}

/** The push with another value for its signature, by whatever names it goes. */
function signedOtherwise(push: CallbackPush, change: (right: string) => unknown): CallbackRequest {
  return withOthers(push, (name) => /sign/i.test(name) && !/timestamp/i.test(name), change);
}

/** The Content-Type that goes with a reply's body. */
function contentTypeOf(body: string): string | undefined {
  if (body === '') return undefined;
  if (body.startsWith('{')) return 'application/json; charset=utf-8';
  return body.startsWith('<') ? 'text/xml; charset=utf-8' : 'text/plain; charset=utf-8';
}

function isRefused(attempt: () => unknown): boolean {
  try {
    attempt();
    return false;
  } catch {
    return true;
  }
}

async function expectReply(reply: CallbackReply): Promise<void> {
  expect(Object.keys(reply)).toEqual(['status', 'headers', 'body']);
  expect(reply.status).toBe(200);
  expect(reply.headers['X-Content-Type-Options']).toBe('nosniff');
  expect(reply.headers['Content-Type']).toBe(contentTypeOf(reply.body));
  const response = new Response(reply.body, reply);
  expect([response.status, await response.text()]).toEqual([200, reply.body]);
  if (reply.body.startsWith('{')) expect(reply.body).toBe(JSON.stringify(JSON.parse(reply.body)));
}

/** What the text of a message says. */
function contentOf({ type, text }: CallbackMessage): unknown {
  if (type === 'echostr') return { echostr: text };
  return text.startsWith('<') ? parseXml(text) : JSON.parse(text);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}

describe.each(CODECS)(
  '$name: a message',
  ({ platform, secrets, create, event, verification, signedIn, covers, unread, answersCopies }) => {
    const codec = create();
    const payloads: [kind: string, payload: object][] = [['event', event]];
    if (verification) payloads.push(['verification', verification]);

    describe.each(payloads)('%s', (kind, payload) => {
      const push = codec.encode(payload);
      const message = codec.decode(push);
      // Feishu signs all but its challenge.
      const isUnsigned = kind === 'verification' && covers === 'body';

      it('is what `decode` makes of what `encode` makes', () => {
        expect(message).toMatchObject({ platform, kind });
        expect(contentOf(message)).toMatchObject(payload);
        expect(message.type).not.toBe('');
      });

      it('is pushed as a GET without a body, or as a POST that says what its body is', () => {
        expect(Object.keys(push)).toEqual(['method', 'headers', 'query', 'body']);
        const contentType = push.headers['Content-Type'];
        if (push.body === null) {
          expect([push.method, push.headers]).toEqual(['GET', {}]);
        } else {
          expect(push.method).toBe('POST');
          expect(contentType).toMatch(push.body.startsWith('<') ? /^text\/xml\b/ : /^application\/json\b/);
        }
      });

      it('is the same from a server: lower-case headers, a URL, bytes', () => {
        const request = received(push);
        expect(codec.decode(request)).toEqual(message);
        const headers = new Headers(push.headers);
        const buffer = request.body === null ? null : request.body.buffer;
        expect(codec.decode({ headers, query: new URLSearchParams(push.query), body: buffer })).toEqual(message);
      });

      it('is verified, unless it is a challenge that the platform does not sign', () => {
        expect(codec.verify(push)).toBe(!isUnsigned);
        expect(codec.verify(received(push))).toBe(!isUnsigned);
      });

      it('is answered by a response as it goes over the wire, from a copy too', async () => {
        await expectReply(codec.reply(message));
        if (answersCopies) await expectReply(codec.reply({ ...message }));
        else expect(codeOf(() => codec.reply({ ...message }))).toBe('TypeError');
      });

      it('leaves request, payload and message as they were', () => {
        const frozen = deepFreeze(received(push));
        const bytes = frozen.body?.slice() ?? null;
        expect(codec.decode(frozen)).toEqual(message);
        expect(codec.verify(frozen)).toBe(codec.verify(push));
        expect(frozen.body).toEqual(bytes);
        expect(codec.decode(codec.encode(deepFreeze(structuredClone(payload)))).event).toEqual(message.event);
        const again = answersCopies ? structuredClone(message) : codec.decode(push);
        expect(codec.reply(deepFreeze(again)).status).toBe(200);
      });

      it('is not read from a request that is cut, changed or incomplete, and no secret is in the refusal', () => {
        const { headers, url, body } = received(push);
        const changed: CallbackRequest[] = [
          { headers, url, body: utf8('null') },
          { headers: {}, url: '/callback?%', body: utf8('%') },
          { headers: { 'x-lark-signature': ['a', 'b'] }, url: '/?nonce=1&nonce=2&Sign=1&Sign=2', body },
          { headers, url, body: Uint8Array.of(0x7b, 0xff, 0x7d) },
          { headers, url, body: '{"encrypt":"\ud800"}' },
          {},
          ...(body === null ? [] : [null, body.subarray(0, body.length - 1)].map((body) => ({ headers, url, body }))),
          ...(covers === 'time' ? [] : [{ headers, url, body: utf8('{}') }]),
          ...(signedIn === 'url' ? [{ headers, url: '/callback', body }] : []),
          ...(signedIn === 'headers' && !isUnsigned ? [{ headers: {}, url, body }] : []),
        ];
        for (const [index, request] of changed.entries()) {
          expect(
            codeOf(() => codec.decode(request)),
            `request ${index}`,
          ).toMatch(/^ERR_(REQUEST|SIGNATURE)$/);
          const shown = inspect(errorOf(() => codec.decode(request)));
          for (const secret of Object.values(secrets)) expect(shown).not.toContain(secret);
          expect(typeof codec.verify(request)).toBe('boolean');
        }
      });

      const changes: [name: string, change: (right: string) => string][] = [
        ['in capitals', (right) => right.toUpperCase()],
        ['one character shorter', (right) => right.slice(0, -1)],
        ['one character longer', (right) => `${right}0`],
        ['with white space in front', (right) => ` ${right}`],
        ['of zeros', (right) => right.replace(/[^=]/g, '0')],
        ['that is empty, which is absent', () => ''],
      ];
      it.each(isUnsigned ? [] : changes)('with a signature %s is ERR_SIGNATURE, before the window', (_, change) => {
        const stale = create({ now: () => NOW + 1e12, toleranceSeconds: 60 });
        for (const { decode, verify } of [codec, stale]) {
          expect(codeOf(() => decode(signedOtherwise(push, change)))).toBe('ERR_SIGNATURE');
          expect(verify(signedOtherwise(push, change))).toBe(false);
        }
      });

      // Plain WeChat and encrypted WeChat sign by different names.
      const others = ['Content-Type', ...(kind === 'event' && unread !== undefined ? [unread] : [])];
      const names = Object.keys({ ...push.headers, ...push.query });

      it.each(names.filter((name) => !others.includes(name)))(
        'has %s once and as text, else it is ERR_REQUEST',
        (name) => {
          const given = (change: (value: string) => unknown) => withOthers(push, (one) => one === name, change);
          const refusal = (change: (value: string) => unknown) => errorOf(() => codec.decode(given(change)));
          expect(codec.decode(given((value) => [value, value])).event).toEqual(message.event);
          expect(refusal((value) => [value, `${value}0`])).toMatchObject({ code: 'ERR_REQUEST' });
          expect(refusal((value) => [value, `${value}0`]).message).toMatch(/is given twice/);
          expect(refusal(() => 5)).toMatchObject({ code: 'ERR_REQUEST' });
          expect(refusal(() => 5).message.toLowerCase()).toContain(name.toLowerCase());
          expect(refusal(() => 5).message).toContain('is not text but number');
        },
      );

      it('has what is not read as often as one likes, and in whatever form', () => {
        for (const [name, value] of [
          ...others.map((name) => [name, [{}, 5]] as const),
          ['Other', ['a', 'b']] as const,
        ]) {
          const request = withOthers(
            { ...push, headers: { Other: '', ...push.headers } },
            (one) => one === name,
            () => value,
          );
          expect(codec.decode(request).event).toEqual(message.event);
        }
        const { url, ...request } = received(push);
        expect(codec.decode({ ...request, url: `${url}&other=1&other=2&other=%&%=1` }).event).toEqual(message.event);
      });

      it.each(Object.keys(push.query).filter((name) => !others.includes(name)))(
        'has %s in an encoding that can be read, else it is ERR_REQUEST',
        (name) => {
          const { url, ...request } = received(push);
          for (const malformed of ['%', '%zz', '%ff']) {
            const refusal = errorOf(() => codec.decode({ ...request, url: `${url}&${name}=${malformed}` }));
            expect(refusal).toMatchObject({ code: 'ERR_REQUEST' });
            expect(refusal.message).toMatch(/cannot be read: its encoding is malformed$/);
          }
        },
      );
    });

    it('goes out as it stands where the payload is text', () => {
      const { text } = codec.decode(codec.encode(event));
      const spaced = `\n ${text} \n`;
      for (const payload of [text, spaced]) expect(codec.decode(codec.encode(payload)).text).toBe(payload);
      expect(codeOf(() => codec.encode('\ud800'))).toMatch(/^(TypeError|ERR_CONFIG)$/);
    });
  },
);

describe.each(CODECS)('$name: the body', ({ create, event, covers }) => {
  const codec = create();
  const push = codec.encode(event);

  it('says how long it may be, and is refused where it is longer before all else', () => {
    expect(codec.maxBodyBytes).toBe(1_048_576);
    const narrow = create({ maxBodyBytes: 10 });
    expect(narrow.maxBodyBytes).toBe(10);
    const twice = { 'x-lark-signature': ['1', '2'], sign: ['1', '2'] };
    for (const body of ['x'.repeat(11), '你你你xx', new Uint8Array(11)]) {
      const request = { body, headers: twice, url: '/?nonce=1&nonce=2' };
      expect(codeOf(() => narrow.decode(request))).toBe('ERR_TOO_LARGE');
      expect(narrow.verify(request)).toBe(false);
    }
    expect(codeOf(() => narrow.decode({ body: '你你你x' }))).not.toBe('ERR_TOO_LARGE');
  });

  it.each([[undefined], [null], [''], [new Uint8Array(0)], [new ArrayBuffer(0)]])(
    'is refused where it is empty (%j), which anyone can send',
    (body) => {
      const empty = { ...push, body };
      expect(errorOf(() => codec.decode(empty)).message).toMatch(/^body is empty/);
      expect(codeOf(() => codec.decode(empty))).toBe('ERR_REQUEST');
      expect(codec.verify(empty)).toBe(false);
    },
  );

  it.each<[name: string, body: unknown, advice: RegExp]>([
    ['a parsed object', {}, /switch the body parser off/],
    ['a Promise', Promise.resolve(''), /await it/],
    ['a Blob', new Blob(['{}']), /arrayBuffer\(\)/],
    ['a stream', new Blob(['{}']).stream(), /read it to its end/],
    ['a DataView', new DataView(new ArrayBuffer(2)), /Uint8Array/],
    ['shared memory', new Uint8Array(new SharedArrayBuffer(2)), /copy it/],
    ['a number', 5, /got number/],
  ])('that is %s is a TypeError that says what to do', (_, body, advice) => {
    const request = { ...push, body } as CallbackRequest;
    for (const method of [codec.decode, codec.verify]) {
      expect(errorOf(() => method(request))).toBeInstanceOf(TypeError);
      expect(errorOf(() => method(request)).message).toMatch(advice);
    }
  });

  if (covers === 'body') {
    it('is signed as it stands: any other is ERR_SIGNATURE, readable or not', () => {
      for (const body of [`\ufeff${push.body}`, `${push.body}\n`, 'hello', '[]', Uint8Array.of(0xff)]) {
        expect(codeOf(() => codec.decode({ ...push, body }))).toBe('ERR_SIGNATURE');
        expect(codec.verify({ ...push, body })).toBe(false);
      }
    });
  } else {
    it('may begin with a BOM, but one that cannot be read is ERR_REQUEST, whatever the signature', () => {
      expect(codec.decode({ ...push, body: `\ufeff${push.body}` }).event).toEqual(codec.decode(push).event);
      for (const body of [`\ufeff\ufeff${push.body}`, 'hello', '[]', '5', '<', '<xml>', Uint8Array.of(0xff)]) {
        for (const request of [push, signedOtherwise(push, () => 'x')]) {
          expect(codeOf(() => codec.decode({ ...request, body }))).toBe('ERR_REQUEST');
        }
      }
    });
  }
});

describe.each(CODECS)('$name: headers and parameters', ({ create, event }) => {
  const codec = create();
  const push = codec.encode(event);

  it('are read before the text of the body: a signature that came twice is told in the same words', () => {
    const twice = signedOtherwise(push, (right) => [right, 'x']);
    const { message } = errorOf(() => codec.decode(twice));
    expect(message).toMatch(/sign.* is given twice with different values$/i);
    expect(errorOf(() => codec.decode({ ...twice, body: Uint8Array.of(0x7b, 0xff, 0x7d) })).message).toBe(message);
  });

  it('are absent where they are null', () => {
    const request = { ...push, headers: null, url: null, query: null };
    expect(codeOf(() => codec.decode(request))).toBe('ERR_SIGNATURE');
    expect(codec.verify(request)).toBe(false);
  });

  it('are those of a record’s own', () => {
    const inherited = { headers: Object.create(push.headers), query: Object.create(push.query), body: push.body };
    expect(codeOf(() => codec.decode(inherited))).toBe('ERR_SIGNATURE');
    expect(codec.verify(inherited)).toBe(false);
  });
});

describe.each(CODECS)('$name: a reply', ({ platform, create, event, verification, answer }) => {
  const codec = create();
  const message = codec.decode(codec.encode(event));

  if (answer === undefined) {
    it('takes no answer', () => {
      expect(codeOf(() => codec.reply(message, {}))).toBe('TypeError');
      expect(codec.reply(message, undefined)).toEqual(codec.reply(message));
    });
  } else {
    it('to an event is the answer that is given', async () => {
      const given = codec.reply(message, deepFreeze(structuredClone(answer)));
      await expectReply(given);
      expect(given.body).not.toBe(codec.reply(message).body);
      for (const wrong of [5, null, true, Symbol('answer'), () => 'answer']) {
        expect(codeOf(() => codec.reply(message, wrong))).toBe('TypeError');
      }
    });
  }

  if (verification && platform !== 'dingtalk') {
    it('to a verification takes no answer', () => {
      const asked = codec.decode(codec.encode(verification));
      for (const wrong of [answer, {}, '', null]) {
        expect(codeOf(() => codec.reply(asked, wrong))).toBe('TypeError');
        expect(errorOf(() => codec.reply(asked, wrong)).message).toMatch(/^answer must be left out/);
      }
      expect(codec.reply(asked, undefined)).toEqual(codec.reply(asked));
    });
  }

  it('is refused to what is no message of this platform', () => {
    const others = SUBJECTS.filter((other) => other.platform !== platform).map((other) => {
      const codec = other.create();
      return codec.decode(codec.encode(other.event));
    });
    for (const wrong of [...others, { ...message, platform: 'other' }, undefined, 'success', {}]) {
      expect(errorOf(() => codec.reply(wrong as CallbackMessage))).toBeInstanceOf(TypeError);
    }
    expect(errorOf(() => codec.reply(answer as CallbackMessage, message)).message).toMatch(/^message must be/);
  });

  it('comes of methods that need no this', () => {
    const { decode, verify, encode, reply } = codec;
    const push = encode(event);
    expect(verify(push)).toBe(true);
    expect(reply(decode(push)).status).toBe(200);
  });
});

const OWNERS = ['ownerKey', 'receiveId', 'appId'];
const OWNED = CODECS.flatMap((subject) =>
  OWNERS.filter((owner) => owner in subject.secrets).map((owner) => ({ ...subject, owner })),
);

describe.each(OWNED)('$name: the $owner', ({ create, secrets, event, answer, owner }) => {
  const ours = create();
  const others = create({ [owner]: 'other' });
  const push = others.encode(event);

  it('of another is ERR_OWNER, which tells whose it was, but not in words', () => {
    expect(errorOf(() => ours.decode(push))).toMatchObject({ code: 'ERR_OWNER', receivedOwner: 'other' });
    expect(errorOf(() => create({ [owner]: 'third' }).decode(ours.encode(event))).message).not.toContain(
      secrets[owner],
    );
    expect(ours.verify(push)).toBe(true);
  });

  it('of another is not answered: TypeError', () => {
    const message = others.decode(push);
    expect(codeOf(() => ours.reply(message))).toBe('TypeError');
    expect(codeOf(() => ours.reply(message, answer))).toBe('TypeError');
  });

  it('may be one of a list', () => {
    const both = create({ [owner]: [secrets[owner], 'other'] });
    for (const [codec, id] of [
      [ours, secrets[owner]],
      [others, 'other'],
    ] as const) {
      const message = both.decode(codec.encode(event));
      expect(message).toHaveProperty(owner, id);
      expect(both.reply(message, answer).status).toBe(200);
    }
  });
});

const OF_CODEC = ['acceptChallenge', 'toleranceSeconds', 'now', 'maxBodyBytes', 'random', 'aes'];
const OF_PUSH = ['timestamp', 'nonce', 'requestTime', 'clientIp', 'optPlatform', 'iv', 'prefix'];
const SHARED = ['toleranceSeconds', 'now', 'maxBodyBytes'];
/** The options of each codec that are none of its secrets, and those of its `encode` that are text or bytes. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  feishu: ['acceptChallenge', ...SHARED, 'random', 'aes', 'timestamp', 'nonce', 'iv'],
  'feishu-card': [...SHARED, 'random', 'timestamp', 'nonce'],
  dingtalk: [...SHARED, 'random', 'aes', 'timestamp', 'nonce', 'prefix'],
  'dingtalk-robot': [...SHARED, 'timestamp'],
  'dingtalk-card': [...SHARED, 'timestamp'],
  wecom: [...SHARED, 'random', 'aes', 'timestamp', 'nonce', 'prefix'],
  wechat: [...SHARED, 'random', 'aes', 'timestamp', 'nonce', 'prefix'],
  'wechat, plain': [...SHARED, 'random', 'aes', 'timestamp', 'nonce'],
  'tencent-chat': [...SHARED, 'requestTime', 'clientIp', 'optPlatform'],
  trtc: ['maxBodyBytes'],
};

describe.each(CODECS)('$name: options', ({ name, create, secrets, event }) => {
  const attempts: readonly [name: string, attempt: (value: unknown) => unknown][] = [
    ...OF_CODEC.map((name) => [name, (value: unknown) => create({ [name]: value })] as never),
    ...OF_PUSH.map((name) => [name, (value: unknown) => create().encode(event, { [name]: value } as never)] as never),
  ];

  it('that are null are not left out: TypeError', () => {
    const own = attempts.filter(([, attempt]) => isRefused(() => attempt(Symbol('wrong'))));
    expect(own.map(([name]) => name)).toEqual(OPTIONS[name.replace(/^anyOf\((.*)\)$/, '$1')]);
    for (const [name, attempt] of own) {
      expect(
        codeOf(() => attempt(null)),
        name,
      ).toBe('TypeError');
      expect(() => attempt(undefined)).not.toThrow();
    }
  });

  it.each(Object.keys(secrets))('%s is not there without a value', (name) => {
    // Only an empty receiveId is one.
    for (const missing of name === 'receiveId' ? [undefined, null] : [undefined, null, '']) {
      expect(codeOf(() => create({ [name]: missing }))).toBe('ERR_CONFIG');
    }
    for (const broken of [`${secrets[name]}\n`, `\t${secrets[name]}`]) {
      expect(codeOf(() => create({ [name]: broken }))).toBe('ERR_CONFIG');
    }
    expect(codeOf(() => create({ [name]: Symbol(name) }))).toBe('TypeError');
  });

  it.each<[name: string, maxBodyBytes: unknown, code: string]>([
    ['0', 0, 'ERR_CONFIG'],
    ['more than 256 MiB', 268_435_457, 'ERR_CONFIG'],
    ['Infinity', Number.POSITIVE_INFINITY, 'ERR_CONFIG'],
    ['NaN', Number.NaN, 'ERR_CONFIG'],
    ['text', '60', 'TypeError'],
    ['null', null, 'TypeError'],
  ])('maxBodyBytes is not %s', (_, maxBodyBytes, code) => {
    expect(codeOf(() => create({ maxBodyBytes }))).toBe(code);
  });
});

const WITH_WINDOW = CODECS.filter(({ window }) => window !== undefined);

describe.each(WITH_WINDOW)('$name: the window', ({ create, event, covers, window = 0 }) => {
  const push = create().encode(event);
  const at = (now: number, toleranceSeconds?: number): CallbackCodec<CallbackMessage> =>
    create({ now: () => now, toleranceSeconds });

  it.each<[name: string, options: object, code: string]>([
    ['a negative tolerance', { toleranceSeconds: -1 }, 'ERR_CONFIG'],
    ['a tolerance of NaN', { toleranceSeconds: Number.NaN }, 'ERR_CONFIG'],
    ['a tolerance in text', { toleranceSeconds: '60' }, 'TypeError'],
    ['a clock that is a time', { now: 0 }, 'TypeError'],
  ])('is not made of %s', (_, options, code) => {
    expect(codeOf(() => create(options))).toBe(code);
  });

  it('closes on both sides of now, and is open at Infinity', () => {
    for (const sign of [-1, 1]) {
      expect(at(NOW + sign * 60_000, 60).decode(push).kind).toBe('event');
      expect(codeOf(() => at(NOW + sign * 61_000, 60).decode(push))).toBe('ERR_TIMESTAMP');
      expect(at(NOW + sign * 61_000, 60).verify(push)).toBe(false);
      expect(at(NOW + sign * 1e12, Number.POSITIVE_INFINITY).decode(push).kind).toBe('event');
    }
  });

  it(`is ${window} s where none is configured: finite where the signature covers the time alone`, () => {
    expect(Number.isFinite(window)).toBe(covers === 'time');
    const most = Math.min(window * 1000, 1e12);
    for (const sign of [-1, 1]) {
      expect(at(NOW + sign * most).decode(push).kind).toBe('event');
      expect(at(NOW + sign * most).verify(push)).toBe(true);
      expect(at(NOW + sign * (most + 1)).verify(push)).toBe(window === Number.POSITIVE_INFINITY);
    }
  });
});

it.each(CODECS.filter(({ window }) => window === undefined))('$name: nothing that is sent is a time', (subject) => {
  const push = subject.create().encode(subject.event);
  expect(subject.create({ now: () => NOW + 1e12 }).decode(push).kind).toBe('event');
});
