// What all platforms promise, held against each of them.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CallbackCodec, CallbackMessage, CallbackPush } from '../src/internal/codec.ts';
import type { CallbackRequest } from '../src/internal/request.ts';
import { SUBJECTS } from './codecs.ts';
import { codeOf, errorOf, NOW, utf8 } from './helpers.ts';

/** The entries that are no codec of a platform. */
const OTHERS = ['index', 'aes-cbc', 'simd'];

it('has every platform of src/', () => {
  const entries = readdirSync(new URL('../src/', import.meta.url))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length));
  expect(SUBJECTS.map(({ platform }) => platform).sort()).toEqual(
    entries.filter((name) => !OTHERS.includes(name)).sort(),
  );
});

/** The request as a server sees it: lower-case headers, the parameters in the URL, the body in bytes. */
function received({ headers, query, body }: CallbackPush): CallbackRequest {
  return {
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    url: `/callback?${new URLSearchParams(query)}`.replaceAll('+', '%20'),
    body: body === null ? null : utf8(body),
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}

describe.each(SUBJECTS)(
  '$platform',
  ({ platform, secrets, create, event, verification, answer, signedIn, coversBody }) => {
    const codec = create();
    const payloads: [kind: string, payload: object][] = [['event', event]];
    if (verification) payloads.push(['verification', verification]);

    describe.each(payloads)('%s', (kind, payload) => {
      const push = codec.encode(payload);
      const message = codec.decode(push);

      it('is what `decode` makes of what `encode` makes', () => {
        expect(message).toMatchObject({ platform, kind });
        expect(JSON.parse(message.text)).toMatchObject(payload);
        expect(message.type).not.toBe('');
      });

      it('is the same from a server: lower-case headers, a URL, bytes', () => {
        expect(codec.decode(received(push))).toEqual(message);
        expect(
          codec.decode({ ...received(push), body: (received(push).body as Uint8Array).buffer as ArrayBuffer }),
        ).toEqual(message);
      });

      it('is verified, unless it is a challenge that the platform does not sign', () => {
        const isUnsigned = platform === 'feishu' && kind === 'verification';
        expect(codec.verify(push)).toBe(!isUnsigned);
        expect(codec.verify(received(push))).toBe(!isUnsigned);
      });

      it('is answered by a response as it goes over the wire', async () => {
        const reply = codec.reply(message);
        expect(reply.status).toBe(200);
        expect(reply.headers['X-Content-Type-Options']).toBe('nosniff');
        expect(reply.headers['Content-Type']).toBe('application/json; charset=utf-8');
        const response = new Response(reply.body, reply);
        expect([response.status, await response.text()]).toEqual([200, reply.body]);
        expect(reply.body).toBe(JSON.stringify(JSON.parse(reply.body)));
      });

      it('is answered from a copy', () => {
        expect(codec.reply({ ...message }).status).toBe(200);
      });

      it('leaves request and payload as they were', () => {
        const frozen = deepFreeze(received(push));
        const bytes = (frozen.body as Uint8Array).slice();
        expect(codec.decode(frozen)).toEqual(message);
        expect(codec.verify(frozen)).toBe(codec.verify(push));
        expect(frozen.body).toEqual(bytes);
        expect(codec.decode(codec.encode(deepFreeze(structuredClone(payload)))).event).toEqual(message.event);
        expect(codec.reply(deepFreeze(structuredClone(message))).status).toBe(200);
      });

      it('is not read from a request that is cut, changed or incomplete', () => {
        const { headers, url, body } = received(push);
        const bytes = body as Uint8Array;
        const changed: CallbackRequest[] = [
          { headers, url, body: bytes.subarray(0, bytes.length - 1) },
          { headers, url, body: utf8('null') },
          { headers: {}, url: '/callback?%', body: utf8('%') },
          { headers: { 'x-lark-signature': ['a', 'b'] }, url: '/?nonce=1&nonce=2&Sign=1&Sign=2', body },
          { headers, url, body: null },
          {},
          ...(coversBody ? [{ headers, url, body: utf8('{}') }] : []),
          ...(signedIn === 'url' ? [{ headers, url: '/callback', body }] : []),
        ];
        for (const [index, request] of changed.entries()) {
          expect(
            codeOf(() => codec.decode(request)),
            `request ${index}`,
          ).toMatch(/^ERR_(REQUEST|SIGNATURE)$/);
          expect(typeof codec.verify(request)).toBe('boolean');
        }
      });
    });

    it('answers an event with what it is given', () => {
      const message = codec.decode(codec.encode(event));
      const plain = codec.reply(message);
      const given = codec.reply(message, answer);
      expect(given.headers).toEqual(plain.headers);
      expect(given.body).not.toBe(plain.body);
    });

    it('has methods that need no this', () => {
      const { decode, verify, encode, reply } = codec;
      const push = encode(event);
      expect(verify(push)).toBe(true);
      expect(reply(decode(push)).status).toBe(200);
    });

    it('says how long a body may be, and refuses a longer one before all else', () => {
      expect(codec.maxBodyBytes).toBe(1_048_576);
      const narrow = create({ maxBodyBytes: 10 });
      expect(narrow.maxBodyBytes).toBe(10);
      expect(codeOf(() => narrow.decode({ body: 'x'.repeat(11), headers: { 'x-lark-signature': ['1', '2'] } }))).toBe(
        'ERR_TOO_LARGE',
      );
      expect(narrow.verify({ body: 'x'.repeat(11) })).toBe(false);
    });

    it.each([[undefined], [null], [''], [new Uint8Array(0)], [new ArrayBuffer(0)]])(
      'refuses an empty body (%j), which anyone can send',
      (body) => {
        const push = { ...codec.encode(event), body };
        expect(errorOf(() => codec.decode(push)).message).toMatch(/^body is empty/);
        expect(codeOf(() => codec.decode(push))).toBe('ERR_REQUEST');
        expect(codec.verify(push)).toBe(false);
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
    ])('says of a body that is %s what to do', (_, body, advice) => {
      const request = { ...codec.encode(event), body } as CallbackRequest;
      for (const method of [codec.decode, codec.verify]) {
        expect(errorOf(() => method(request))).toBeInstanceOf(TypeError);
        expect(errorOf(() => method(request)).message).toMatch(advice);
      }
    });

    it('takes null for headers, url and query as absent', () => {
      const request = { ...codec.encode(event), headers: null, url: null, query: null };
      expect(codeOf(() => codec.decode(request))).toBe('ERR_SIGNATURE');
      expect(codec.verify(request)).toBe(false);
    });

    it('refuses to answer what it did not decode', () => {
      const message = codec.decode(codec.encode(event));
      const others = SUBJECTS.filter((other) => other.platform !== platform).map((other) => {
        const codec = other.create();
        return codec.decode(codec.encode(other.event));
      });
      for (const wrong of [...others, { ...message, platform: 'other' }, undefined, 'success', {}]) {
        expect(errorOf(() => codec.reply(wrong as CallbackMessage))).toBeInstanceOf(TypeError);
      }
      expect(errorOf(() => codec.reply(answer as CallbackMessage, message)).message).toMatch(/^message must be/);
    });

    it.each(Object.keys(secrets))('refuses %s where it is there without a value', (name) => {
      for (const missing of [undefined, null, '']) {
        expect(codeOf(() => create({ [name]: missing }))).toBe('ERR_CONFIG');
      }
      expect(codeOf(() => create({ [name]: `${String(secrets[name])}\n` }))).toBe('ERR_CONFIG');
    });

    it.each<[name: string, options: object, code: string]>([
      ['a negative tolerance', { toleranceSeconds: -1 }, 'ERR_CONFIG'],
      ['a tolerance of NaN', { toleranceSeconds: Number.NaN }, 'ERR_CONFIG'],
      ['a tolerance in text', { toleranceSeconds: '60' }, 'TypeError'],
      ['a clock that is a time', { now: 0 }, 'TypeError'],
      ['a limit of 0', { maxBodyBytes: 0 }, 'ERR_CONFIG'],
      ['a limit above 256 MiB', { maxBodyBytes: 268_435_457 }, 'ERR_CONFIG'],
      ['no limit', { maxBodyBytes: Number.POSITIVE_INFINITY }, 'ERR_CONFIG'],
    ])('refuses %s', (_, options, code) => {
      expect(codeOf(() => create(options))).toBe(code);
    });

    it('closes its window on both sides of now, and opens it at Infinity', () => {
      const push = codec.encode(event);
      const at = (now: number, toleranceSeconds: number): CallbackCodec<CallbackMessage> =>
        create({ now: () => now, toleranceSeconds });
      for (const sign of [-1, 1]) {
        expect(at(NOW + sign * 60_000, 60).decode(push).kind).toBe('event');
        expect(codeOf(() => at(NOW + sign * 61_000, 60).decode(push))).toBe('ERR_TIMESTAMP');
        expect(at(NOW + sign * 61_000, 60).verify(push)).toBe(false);
        expect(at(NOW + sign * 1e12, Number.POSITIVE_INFINITY).decode(push).kind).toBe('event');
      }
    });
  },
);
