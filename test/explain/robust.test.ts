// It never throws, and never works for long, whatever it is given.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SUBJECTS } from '../codecs.ts';
import { ALL, explainerOf, good } from './breakages.ts';

/** Calls every explainer; the results have the form that the types say. */
function survive(options: unknown, request: unknown, how?: unknown): void {
  for (const subject of SUBJECTS) {
    const diagnosis = explainerOf(subject)(options, request, how as never);
    expect(typeof diagnosis.accepted).toBe('boolean');
    expect(diagnosis.code ?? 'ERR_').toMatch(/^ERR_/);
    expect(String(diagnosis)).not.toBe('');
    for (const { id, certainty, cause, remedy } of diagnosis.findings) {
      expect(certainty).toMatch(/^(?:proven|likely)$/);
      expect(`${id} ${cause} ${remedy}`).not.toMatch(/undefined|\{\w+\}/);
    }
  }
}

const hostile = new Proxy(Object.create(null), {
  get: () => {
    throw new Error('get');
  },
  has: () => {
    throw new Error('has');
  },
  ownKeys: () => {
    throw new Error('ownKeys');
  },
  getPrototypeOf: () => {
    throw new Error('getPrototypeOf');
  },
});
const throwing = (name: string) => Object.defineProperty({}, name, { enumerable: true, get: () => fail() });
const fail = (): never => {
  throw new Error('a getter');
};
function* endless(): Generator<[string, string]> {
  for (;;) yield ['nonce', 'x'];
}
const deep = (depth: number): unknown => (depth === 0 ? {} : [deep(depth - 1)]);
const cycle: { self?: unknown } = {};
cycle.self = cycle;
const endlessArray = new Proxy([], { get: (_, name) => (name === 'length' ? 2 ** 32 - 1 : []) });

const ODD: readonly unknown[] = [
  ...[undefined, null, 0, '', 'x', true, Symbol('s'), 5n, [], {}, () => 1, new Date(0), new Map(), hostile, cycle],
  ...[endlessArray, deep(2000), throwing('then'), new Blob(['x']), Promise.resolve(1), new ReadableStream(), /x/],
  ...[
    new Uint8Array(3),
    new Uint16Array(3),
    new ArrayBuffer(3),
    new SharedArrayBuffer(3),
    new DataView(new ArrayBuffer(1)),
  ],
  ...['\ud800', '\0', '{"a":'.repeat(10), '<a', 'a=b', '%', '%7B', '{"encrypt":5}', '<xml><Encrypt>a</Encrypt></xml>'],
  ...[
    { '{"encrypt":"a b': '"}' },
    { type: 'Buffer', data: ['x'] },
    { type: 'Buffer', data: [1] },
    [['a', { toString: fail }]],
  ],
];

describe('never throws', () => {
  it.each(ODD.map((value, index) => [index, value] as const))('for odd value %i in every place', (_, value) => {
    survive(value, value, value);
    survive({}, { body: value, headers: value, url: value, query: value });
    for (const name of ['body', 'headers', 'url', 'query']) {
      for (const subject of ALL) {
        const { options, request } = good(subject);
        explainerOf(subject)(options, { ...request, [name]: value });
      }
    }
    for (const subject of ALL) {
      const { options, request } = good(subject);
      for (const name of [
        ...Object.keys(options),
        'toleranceSeconds',
        'maxBodyBytes',
        'random',
        'aes',
        'acceptChallenge',
      ]) {
        explainerOf(subject)({ ...options, [name]: value }, request, { language: value } as never);
        explainerOf(subject)({ ...options, [name]: [value] }, request);
      }
    }
  });

  it('for getters and functions that throw', () => {
    for (const name of ['token', 'encryptKey', 'now', 'body', 'headers', 'query', 'language']) {
      survive(throwing(name), throwing(name), throwing(name));
    }
    survive({ encryptKey: 'k', now: fail, aes: fail, random: fail, toleranceSeconds: 1 }, { body: '{}' });
    survive({ encryptKey: 'k' }, { body: '{}', headers: { get: fail } });
    survive({ encryptKey: 'k' }, { body: '{}', headers: { get: () => 5 }, query: throwing('nonce') });
    survive({ token: 't' }, { body: throwing('encrypt') });
  });

  it.each(['ERR_OWNER', 'ERR_DECRYPT', 'ERR_TOKEN', 'ERR_TIMESTAMP', 'ERR_REQUEST', 'ERR_SIGNATURE', 'ERR_CONFIG'])(
    'for an engine and a clock that throw errors like %s',
    (code) => {
      for (const more of [{}, { receivedOwner: 'x' }, { receivedOwner: 5 }]) {
        const forge = () => {
          throw { name: 'CallbackError', code, ...more };
        };
        for (const subject of ALL) {
          const { options, request } = good(subject);
          const aes = () => ({ encrypt: forge, decrypt: forge });
          for (const forged of [{ aes }, { aes: forge }, { now: forge, toleranceSeconds: 5 }]) {
            survive({ ...options, ...forged }, request);
          }
        }
      }
    },
  );

  it('for what goes on for ever', () => {
    survive(
      { token: 't' },
      { body: '{}', headers: { [Symbol.iterator]: endless }, query: { [Symbol.iterator]: endless } },
    );
    survive({ encryptKey: 'k', ownerKey: endlessArray, token: endlessArray }, { body: { a: endlessArray } });
  });

  it('for anything', () => {
    const value = fc.anything({
      withBigInt: true,
      withTypedArray: true,
      withNullPrototype: true,
      withMap: true,
      withSet: true,
    });
    const maybe = (text: fc.Arbitrary<unknown>) => fc.oneof(text, value);
    const options = fc.record(
      Object.fromEntries(
        [
          'token',
          'encodingAesKey',
          'ownerKey',
          'encryptKey',
          'verificationToken',
          'key',
          'appSecret',
          'now',
          'sdkAppId',
        ].map((name) => [name, maybe(fc.string())]),
      ),
      { requiredKeys: [] },
    );
    const pairs = fc.dictionary(
      fc.constantFrom('Sign', 'sign', 'timestamp', 'nonce', 'signature', 'msg_signature'),
      value,
    );
    const request = fc.record(
      {
        body: maybe(fc.oneof(fc.json(), fc.base64String())),
        headers: maybe(pairs),
        url: maybe(fc.webUrl()),
        query: maybe(pairs),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(maybe(options), maybe(request), (options, request) => survive(options, request)),
      { numRuns: 300, seed: 17 },
    );
  });
});

describe('never works for long', () => {
  const ms = (run: () => unknown): number => {
    const start = performance.now();
    run();
    return performance.now() - start;
  };

  it.each(ALL.map((subject) => [subject.name, subject] as const))(
    '%s: a body over the limit is not looked at',
    (_, subject) => {
      const { options, request } = good(subject);
      const body = `{"a":"${'x'.repeat(50_000_000)}"}`;
      const took = Math.min(...[1, 2, 3].map(() => ms(() => explainerOf(subject)(options, { ...request, body }))));
      expect(took).toBeLessThan(100);
      const diagnosis = explainerOf(subject)({}, { ...request, body });
      expect(diagnosis.findings.every(({ id }) => !id.startsWith('body'))).toBe(true);
    },
  );

  it('a body at the limit takes a time that does not grow faster than it', () => {
    for (const text of ['{"a":"\\/你"}', '"%7B', '{ ', 'aaaa', 'a = b ', '×tamp=', '<a>&lt;']) {
      const body = text.repeat(1_000_000 / text.length / 3);
      for (const subject of ALL) {
        const { options, request } = good(subject);
        expect(
          ms(() => explainerOf(subject)(options, { ...request, body })),
          `${subject.name} ${text}`,
        ).toBeLessThan(5000);
      }
    }
  });
});
