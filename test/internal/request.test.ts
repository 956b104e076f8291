import { File } from 'node:buffer';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallbackError } from '../../src/internal/errors.ts';
import {
  type CallbackRequest,
  type HeadersLike,
  isLongerThan,
  missingParameter,
  type QueryLike,
  readBody,
  readHeaders,
  readOptionalBody,
  readParameter,
  readParameters,
  requireBodyText,
  requireNotEmpty,
} from '../../src/internal/request.ts';
import { codeOf, errorOf, polluted } from '../helpers.ts';

const readHeader = (request: CallbackRequest, name: string): string | undefined => readHeaders(request, name)[0];
const refusedWith = (code: string) => expect.objectContaining({ name: 'CallbackError', code });
const badRequest = refusedWith('ERR_REQUEST');
const MiB = 2 ** 20;

it('polluted() pollutes, and cleans up', () => {
  const look = () => ({}) as { token?: unknown };
  expect(polluted({ token: 'polluted' }, () => look().token)).toBe('polluted');
  expect(look().token).toBeUndefined();
});

describe('readBody', () => {
  const read = (body: unknown, maxBodyBytes = 10) => readBody({ body } as CallbackRequest, maxBodyBytes);

  it('gives the body as it came, and its text', () => {
    for (const text of ['{}', '\ufeff{}', '飞书😀', ' ', '\0']) {
      const bytes = Uint8Array.from(Buffer.from(text));
      expect(read(text)).toEqual({ raw: text, text });
      expect(read(bytes)).toEqual({ raw: bytes, text });
      expect(read(bytes).raw).toBe(bytes);
      expect(read(Buffer.from(text)).text).toBe(text);
      expect(read(bytes.buffer)).toEqual({ raw: bytes, text });
    }
    expect(read(runInNewContext('Uint8Array.of(123, 125)')).text).toBe('{}');
    expect(read(runInNewContext('Uint8Array.of(123, 125).buffer')).text).toBe('{}');
  });

  it('reads a request without a prototype', () => {
    const request = Object.assign(Object.create(null), { body: '{}' });
    expect(readBody(request, 10).text).toBe('{}');
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['an empty string', ''],
    ['no bytes', new Uint8Array()],
    ['an empty Buffer', Buffer.alloc(0)],
    ['an empty ArrayBuffer', new ArrayBuffer(0)],
  ])('is ERR_REQUEST for %s, which anyone can send, and says what may have happened', (_, body) => {
    expect(() => read(body)).toThrow(badRequest);
    expect(() => read(body)).toThrow('body is empty: nothing was sent, or something has read the stream already');
  });

  it('is ERR_REQUEST where there is no body at all, also under a polluted prototype', () => {
    expect(() => readBody({}, 10)).toThrow(badRequest);
    expect(() => readBody({}, 10)).toThrow(/^body is empty/);
    const outcome = polluted({ body: 'polluted' }, () => {
      try {
        return readBody({}, 10).raw;
      } catch (error) {
        return (error as CallbackError).code;
      }
    });
    expect(outcome).toBe('ERR_REQUEST');
  });

  it('has no text where the bytes are not UTF-8: what that means is for the protocol', () => {
    expect(read(Uint8Array.of(0x7b, 0xff, 0x7d)).text).toBeUndefined();
    expect(read(Uint8Array.of(0xed, 0xa0, 0x80)).text).toBeUndefined();
  });

  it('refuses half of a surrogate pair in a string', () => {
    for (const body of ['\ud800', '{"a":"\udc00"}', '😀\ud83d']) {
      expect(() => read(body, 100)).toThrow(badRequest);
      expect(() => read(body, 100)).toThrow('body holds half of a surrogate pair: pass the bytes');
    }
  });

  it.each([
    ['a', 1],
    ['é', 2],
    ['飞', 3],
    ['😀', 4],
  ])('counts %s as %i UTF-8 bytes, and takes exactly the limit', (character, byteLength) => {
    const text = character.repeat(5);
    const limit = 5 * byteLength;
    for (const body of [text, Buffer.from(text), Uint8Array.from(Buffer.from(text)).buffer]) {
      expect(read(body, limit).text).toBe(text);
      expect(read(body, limit + 1).text).toBe(text);
      expect(() => read(body, limit - 1)).toThrow(refusedWith('ERR_TOO_LARGE'));
      expect(read(body, 268_435_456).text).toBe(text);
    }
  });

  it('takes 1 MiB to the byte', () => {
    expect(read('a'.repeat(MiB), MiB).raw).toHaveLength(1_048_576);
    expect(() => read('a'.repeat(MiB + 1), MiB)).toThrow(refusedWith('ERR_TOO_LARGE'));
  });

  it('names the limit, and judges size before all else', () => {
    for (const body of ['\ud800\ud800', Uint8Array.of(0xff, 0xff)]) {
      expect(errorOf(() => read(body, 1)).message).toBe('body is longer than maxBodyBytes, 1 bytes');
    }
  });

  it.each([
    ['a Proxy', new Proxy(new Uint8Array(2), {})],
    ['an object of its prototype', Object.create(Uint8Array.prototype)],
  ])('refuses %s, which has no bytes of its own', (_name, body) => {
    expect(() => read(body)).toThrow(TypeError);
  });

  it('refuses 64 MiB without reading them', () => {
    const started = performance.now();
    expect(() => read('\ud800'.repeat(2 ** 26), MiB)).toThrow(refusedWith('ERR_TOO_LARGE'));
    expect(() => read(new Uint8Array(2 ** 26), MiB)).toThrow(refusedWith('ERR_TOO_LARGE'));
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  const parser = 'switch the body parser off for this route';
  const stream = 'a stream: read it to its end, and pass the bytes';
  it.each<[name: string, body: unknown, got: string]>([
    ['a parsed object', { encrypt: 'already parsed' }, `object: ${parser}`],
    ['a parsed list', ['already parsed'], `array: ${parser}`],
    ['a String object', new String('{}'), `object: ${parser}`],
    ['a number', 1, 'number'],
    ['a boolean', true, 'boolean'],
    ['a function', () => '{}', 'function'],
    ['a Promise', Promise.resolve('{}'), 'a Promise: await it'],
    ['a Promise of another realm', runInNewContext('Promise.resolve("{}")'), 'a Promise: await it'],
    // biome-ignore lint/suspicious/noThenProperty: what a library of promises makes
    ['a thenable', { then: () => undefined }, 'a Promise: await it'],
    ['a Blob', new Blob(['{}']), 'a Blob: pass await body.arrayBuffer()'],
    ['a File', new File(['{}'], 'body.json'), 'a File: pass await body.arrayBuffer()'],
    ['a ReadableStream', new ReadableStream(), stream],
    ['a Node stream', Readable.from(['{}']), stream],
    ['a Node request', new IncomingMessage(new Socket()), stream],
    ['a DataView', new DataView(new ArrayBuffer(2)), 'a DataView: copy its bytes into a Uint8Array'],
    ['a Uint8ClampedArray', new Uint8ClampedArray(2), 'a Uint8ClampedArray: copy its bytes into a Uint8Array'],
    ['a Uint16Array', new Uint16Array(2), 'a Uint16Array: copy its bytes into a Uint8Array'],
    ['a SharedArrayBuffer', new SharedArrayBuffer(2), 'a SharedArrayBuffer: copy its bytes into a Uint8Array'],
  ])('is a TypeError that names %s and says what to do', (_, body, got) => {
    const message = `body must be the raw body as a string, Uint8Array or ArrayBuffer, got ${got}`;
    expect(() => read(body)).toThrow(new TypeError(message));
  });

  it.each<[name: string, body: unknown]>([
    ['a Uint8Array', new Uint8Array(new SharedArrayBuffer(2))],
    ['a part of it', new Uint8Array(new SharedArrayBuffer(8), 3, 2)],
    ['a Buffer', Buffer.from(new SharedArrayBuffer(2))],
    ['a Uint8Array of another realm', runInNewContext('new Uint8Array(new SharedArrayBuffer(2))')],
    ['nothing of it', new Uint8Array(new SharedArrayBuffer(0))],
  ])('is a TypeError for shared memory, which can change after it was checked: %s', (_, body) => {
    expect(() => read(body)).toThrow(
      new TypeError('body must be memory that nobody else can change, got a SharedArrayBuffer: copy it first'),
    );
  });

  it('shows nothing of what it was given in a TypeError', () => {
    for (const body of [{ hush: 'hush' }, ['hush'], new String('hush'), Promise.resolve('hush'), new Blob(['hush'])]) {
      expect(() => read(body)).toThrow(/^(?!.*hush)/);
    }
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['string', '{}'],
    ['number', 1],
  ])('is a TypeError for a request that is %s', (name, request) => {
    expect(() => readBody(request as CallbackRequest, 10)).toThrow(
      new TypeError(`request must be an object, got ${name}`),
    );
  });
});

describe('readOptionalBody', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['an empty string', ''],
    ['no bytes', new Uint8Array()],
    ['an empty ArrayBuffer', new ArrayBuffer(0)],
  ])('is empty for %s', (_, body) => {
    const read = readOptionalBody({ body } as CallbackRequest, 10);
    expect(read.raw).toHaveLength(0);
    expect(read.text).toBe('');
    expect(errorOf(() => requireNotEmpty(read)).message).toMatch(/^body is empty/);
  });

  it('is what readBody reads where there is one', () => {
    expect(readOptionalBody({}, 10)).toEqual({ raw: '', text: '' });
    const body = readOptionalBody({ body: '{}' }, 10);
    expect(body).toEqual(readBody({ body: '{}' }, 10));
    expect(requireNotEmpty(body)).toBe(body);
    expect(codeOf(() => readOptionalBody({ body: '{} ' }, 2))).toBe('ERR_TOO_LARGE');
    expect(codeOf(() => readOptionalBody({ body: {} as string }, 2))).toBe('TypeError');
  });
});

describe('requireBodyText', () => {
  it('is the text, and ERR_REQUEST for bytes that are not UTF-8', () => {
    expect(requireBodyText(readBody({ body: Buffer.from('飞书') }, 10))).toBe('飞书');
    expect(requireBodyText(readOptionalBody({}, 10))).toBe('');
    expect(() => requireBodyText(readBody({ body: Uint8Array.of(0xff) }, 10))).toThrow(badRequest);
    expect(() => requireBodyText(readBody({ body: Uint8Array.of(0xff) }, 10))).toThrow('the body is not UTF-8');
  });
});

describe('isLongerThan', () => {
  it.each(['', 'a', 'é', '飞', '😀', 'aé飞😀', 'a'.repeat(100)])('counts the UTF-8 bytes of %j', (text) => {
    const { length } = Buffer.from(text);
    for (let limit = 0; limit <= 3 * length + 1; limit++) {
      expect(isLongerThan(text, limit), `${limit}`).toBe(length > limit);
      expect(isLongerThan(Buffer.from(text), limit), `${limit}`).toBe(length > limit);
    }
  });
});

describe('readHeader', () => {
  const read = (headers: unknown) => readHeader({ body: '', headers: headers as HeadersLike }, 'x-a');
  type Pairs = [string, string][];

  const containers: [string, (pairs: Pairs) => unknown][] = [
    ['Fetch Headers', (pairs) => new Headers(pairs)],
    ['a Map', (pairs) => new Map(pairs)],
    ['a Map of another realm', (pairs) => runInNewContext(`new Map(${JSON.stringify(pairs)})`)],
    ['a record', (pairs) => Object.fromEntries(pairs)],
    ['a record without a prototype', (pairs) => Object.assign(Object.create(null), Object.fromEntries(pairs))],
    ['a frozen record', (pairs) => Object.freeze(Object.fromEntries(pairs))],
    ['a record of lists', (pairs) => Object.fromEntries(pairs.map(([name, value]) => [name, [value]]))],
    ['a Map of lists', (pairs) => new Map(pairs.map(([name, value]) => [name, [value]]))],
  ];

  it.each(containers)('finds a header in %s, in any letter case', (_, contain) => {
    for (const name of ['x-a', 'X-A', 'X-a', 'x-A']) {
      const pairs: Pairs = [
        ['Content-Type', 'a, b'],
        [name, 'value'],
        ['x-a-b', 'longer'],
        ['x-', 'shorter'],
      ];
      expect(read(contain(pairs)), name).toBe('value');
    }
    expect(read(contain([['x-b', 'value']]))).toBeUndefined();
    expect(read(contain([]))).toBeUndefined();
    expect(read(contain([['x-a', '']])), 'empty').toBeUndefined();
  });

  const twice = (first: string, second: string): [string, unknown][] => [
    [
      'Fetch Headers',
      new Headers([
        ['x-a', first],
        ['X-A', second],
      ]),
    ],
    [
      'a Map with two spellings',
      new Map([
        ['x-a', first],
        ['X-A', second],
      ]),
    ],
    ['a record with two spellings', { 'x-a': first, 'X-A': second }],
    ['a list', { 'x-a': [first, second] }],
    ['a joined value', { 'x-a': `${first}, ${second}` }],
    ['three joined values', new Map([['x-a', `${first}, ${first}, ${second}`]])],
    ['an object with get', { get: () => `${first}, ${second}` }],
    ['an object whose get gives a list', { get: () => [first, second] }],
  ];

  it.each(twice('same', 'same'))('takes the same value twice in %s', (_, headers) => {
    expect(read(headers)).toBe('same');
  });

  it.each(twice('one', 'other'))('refuses two values in %s', (_, headers) => {
    expect(() => read(headers)).toThrow(badRequest);
    expect(() => read(headers)).toThrow(/^x-a is given twice/);
  });

  it.each([...twice('', 'other'), ...twice('other', '')])(
    'takes an empty one beside another for absent: %s',
    (_, headers) => {
      expect(read(headers)).toBe('other');
    },
  );

  it.each(twice('', ''))('is absent where it is empty twice in %s', (_, headers) => {
    expect(read(headers)).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['a number', { 'x-a': 7 }, 'number'],
    ['an object', { 'x-a': { a: 1 } }, 'object'],
    ['a boolean', { 'x-a': false }, 'boolean'],
    ['a list with a number', { 'x-a': ['7', 7] }, 'number'],
    ['a number in a Map', new Map([['x-a', 7]]), 'number'],
    ['a number from get', { get: () => 7 }, 'number'],
  ])('refuses %s, and says that a framework has converted it', (_, headers, type) => {
    expect(() => read(headers)).toThrow(badRequest);
    expect(() => read(headers)).toThrow(`x-a is not text but ${type}: pass it as it was sent, not converted`);
  });

  it('refuses a lone surrogate', () => {
    expect(() => read({ 'x-a': 'a\ud800' })).toThrow(badRequest);
    expect(() => read({ 'x-a': 'a\ud800' })).toThrow(/^x-a cannot be read: its encoding is malformed$/);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a record that says undefined', { 'x-a': undefined }],
    ['a record that says null', { 'x-a': null }],
    ['a record with an empty list', { 'x-a': [] }],
    ['a record with an empty value', { 'x-a': '' }],
    ['a record with a list of empty values', { 'x-a': ['', ''] }],
    ['a get that says null', { get: () => null }],
    ['a get that says nothing', { get: () => '' }],
    ['a get that says undefined', { get: () => undefined }],
  ])('is absent from %s', (_, headers) => {
    expect(read(headers)).toBeUndefined();
  });

  it('ignores headers that nobody reads, whatever they hold', () => {
    expect(read({ 'x-b': 7, 'x-c': ['one', 'other'], 'X-A': 'value', __proto__: null })).toBe('value');
    expect(
      read(
        new Map<unknown, unknown>([
          [Symbol('x-a'), 7],
          [7, 7],
          ['X-A', 'value'],
        ]),
      ),
    ).toBe('value');
  });

  it('passes over keys of a Map that are no text, even as long as the name', () => {
    expect(
      read(
        new Map<unknown, unknown>([
          [['x', '-', 'a'], 'other'],
          ['x-a', 'value'],
        ]),
      ),
    ).toBe('value');
  });

  it('takes a list of a header that is joined from two alike', () => {
    expect(read({ 'x-a': ['same, same'] })).toBe('same');
    expect(() => read({ 'x-a': ['one, other'] })).toThrow(badRequest);
  });

  it('keeps a value with a comma but no space after it', () => {
    expect(read({ 'x-a': 'a,b' })).toBe('a,b');
  });

  it('reads a record that has a header named get', () => {
    expect(read({ get: 'text', 'x-a': 'value' })).toBe('value');
  });

  it('reads own properties only', () => {
    expect(read(Object.create({ 'x-a': 'inherited' }))).toBeUndefined();
    const sources = [{}, { 'x-a': 'own' }, new Map(), new Headers()];
    const values = polluted({ 'x-a': 'polluted', 'X-A': 'polluted' }, () => sources.map(read));
    expect(values).toEqual([undefined, 'own', undefined, undefined]);
    expect(polluted({ get: 'polluted' }, () => read({ 'x-a': 'own' }))).toBe('own');
  });

  it.each<[string, unknown]>([
    ['string', 'x-a: value'],
    ['number', 7],
    ['function', () => undefined],
  ])('is a TypeError for headers that are %s', (name, headers) => {
    expect(() => read(headers)).toThrow(new TypeError(`headers must be an object, got ${name}`));
  });

  it('names the header in an error, never its value', () => {
    expect(() => read({ 'x-a': 'hush, hushhush' })).toThrow(/^(?!.*hush)/);
    expect(() => read({ 'x-a': ['hush\ud800'] })).toThrow(/^(?!.*hush)/);
  });
});

describe('readParameters from a url', () => {
  const read = (url: string) => readParameters({ body: '', url });

  it.each<[string, readonly (readonly [string, string])[]]>([
    ['', []],
    ['/callback', []],
    ['/callback?', []],
    ['?a=1', [['a', '1']]],
    [
      '/callback?a=1&b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['https://user:pw@example.com:8443/callback?a=1', [['a', '1']]],
    ['/callback?a=1#b?c=2', [['a', '1']]],
    ['/callback#fragment', []],
    ['/a?b=1?c=2', [['b', '1?c=2']]],
    [
      '/?a=1&&b=2&',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['/?a', [['a', '']]],
    ['/?a=', [['a', '']]],
    ['/?=1', []],
    ['/?a=b=c', [['a', 'b=c']]],
    ['/?a=1+2', [['a', '1+2']]],
    ['/?a+b=%2B+', [['a+b', '++']]],
    ['/?a=1%202', [['a', '1 2']]],
    ['/?a=1%2B2', [['a', '1+2']]],
    ['/?a%20b=c%26d', [['a b', 'c&d']]],
    ['/?a=%E9%A3%9E', [['a', '飞']]],
    ['/?a=%e9%a3%9e', [['a', '飞']]],
    ['/?a=飞😀', [['a', '飞😀']]],
    [
      '/?a=%23&b=2',
      [
        ['a', '#'],
        ['b', '2'],
      ],
    ],
    ['/?a=1;b=2', [['a', '1;b=2']]],
    ['/?a=%00', [['a', '\0']]],
    [
      '/?a=1&a=2',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    [
      '/?__proto__=1&constructor=2&toString=3',
      [
        ['__proto__', '1'],
        ['constructor', '2'],
        ['toString', '3'],
      ],
    ],
  ])('%s', (url, expected) => {
    expect(read(url)).toEqual(expected);
    expect(Object.hasOwn(Object.prototype, '1')).toBe(false);
  });

  it('reads whatever URLSearchParams writes, but for a space as a plus sign', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('__proto__', 'a+b', 'a b', ' ', '+', '%', '%41', '&', '=', '#', '?'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 4 }), (pairs) => {
        const search = new URLSearchParams(pairs).toString().replaceAll('+', '%20');
        const named = pairs.filter(([name]) => name !== '');
        expect(read(`/callback?${search}`)).toEqual(named);
        expect(read(`https://example.com/callback?${search}#a=1&b=2`)).toEqual(named);
      }),
    );
  });

  const malformed = [
    '%',
    '%4',
    '%zz',
    '%u98DE',
    '100%',
    '%E9%A3',
    '%C0%80',
    '%ED%A0%80',
    '%F4%90%80%80',
    '%FF',
    '\ud800',
  ];

  it.each(malformed)('a value %j is refused where it is read, and ignored where it is not', (value) => {
    const parameters = read(`/?other=${value}&a=1&${value}=1`);
    expect(readParameter(parameters, 'a')).toBe('1');
    expect(() => readParameter(parameters, 'other')).toThrow(badRequest);
    expect(() => readParameter(parameters, 'other')).toThrow(/^other cannot be read/);
  });

  it.each([undefined, null])('that is %s has none', (url) => {
    expect(readParameters({ body: '', url })).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['number', 7],
    ['object', new URL('https://example.com/?a=1')],
    ['array', ['/?a=1']],
  ])('is a TypeError for a url that is %s', (name, url) => {
    expect(() => read(url as string)).toThrow(new TypeError(`url must be a string, got ${name}`));
  });
});

describe('readParameters from a query', () => {
  const read = (query: unknown, url?: string) => readParameters({ body: '', query: query as QueryLike, url });

  it('takes what has no value for nothing', () => {
    expect(read({ a: undefined, b: null, c: '1' })).toEqual([['c', '1']]);
  });

  it.each<[string, unknown]>([
    ['URLSearchParams', new URLSearchParams('a=1&b=2&b=3')],
    ['a record', { a: '1', b: ['2', '3'] }],
    ['a record without a prototype', Object.assign(Object.create(null), { a: '1', b: ['2', '3'] })],
    [
      'a Map',
      new Map<string, unknown>([
        ['a', '1'],
        ['b', ['2', '3']],
      ]),
    ],
  ])('gives the pairs of %s', (_, query) => {
    expect(read(query)).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['b', '3'],
    ]);
  });

  it('is read instead of the url', () => {
    expect(read({ a: '1' }, '/?a=2&b=3')).toEqual([['a', '1']]);
    expect(read({}, '/?a=2')).toEqual([]);
    for (const query of [undefined, null]) {
      expect(read(query, '/?a=2')).toEqual([['a', '2']]);
      expect(read(query)).toEqual([]);
    }
  });

  it('is a record also where ?__proto__=x made a parser give it an array for a prototype', () => {
    const parsed: Record<string, unknown> = { a: '1' };
    Reflect.set(parsed, '__proto__', [Object.prototype, 'x']); // as older releases of itty-router do
    expect(Array.isArray(Object.getPrototypeOf(parsed))).toBe(true);
    expect(read(parsed)).toEqual([['a', '1']]);
    expect(readHeader({ body: '', headers: parsed as HeadersLike }, 'a')).toBe('1');
    expect(read([['a', '1']])).toEqual([['a', '1']]);
  });

  it('takes values as they are: a framework has decoded them', () => {
    expect(read({ a: '1+2%2B' })).toEqual([['a', '1+2%2B']]);
  });

  it('is a record’s own properties only, __proto__ among them', () => {
    expect(read(Object.create({ a: 'inherited' }))).toEqual([]);
    expect(read(JSON.parse('{"__proto__":"1","a":"2"}'))).toEqual([
      ['__proto__', '1'],
      ['a', '2'],
    ]);
    const parameters = polluted({ a: 'polluted' }, () =>
      [{}, { b: '1' }, new URLSearchParams()].map((query) => read(query)),
    );
    expect(parameters).toEqual([[], [['b', '1']], []]);
    expect(polluted({ a: 'polluted' }, () => readParameter(read({ b: '1' }), 'a'))).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['a number', 7, 'number'],
    ['a nested record', { b: '1' }, 'object'],
    ['a list with a number', ['7', 7], 'number'],
    ['a list with null', ['7', null], 'null'],
    ['a list with undefined', ['7', undefined], 'null'],
    ['a list in a list', ['7', ['7']], 'array'],
    ['a boolean', true, 'boolean'],
  ])('%s is refused by its name and type where it is read, and ignored where it is not', (_, value, type) => {
    const parameters = read({ other: value, a: '1' });
    expect(readParameter(parameters, 'a')).toBe('1');
    expect(() => readParameter(parameters, 'other')).toThrow(badRequest);
    expect(() => readParameter(parameters, 'other')).toThrow(
      `other is not text but ${type}: pass it as it was sent, not converted`,
    );
  });

  it('a lone surrogate is refused where it is read, and ignored where it is not', () => {
    const parameters = read({ other: '\ud800', a: '1' });
    expect(readParameter(parameters, 'a')).toBe('1');
    expect(() => readParameter(parameters, 'other')).toThrow(badRequest);
    expect(() => readParameter(parameters, 'other')).toThrow(/^other cannot be read/);
  });

  it.each([undefined, null, '', [], [''], ['', '']])('%j is absent', (value) => {
    expect(readParameter(read({ a: value }), 'a')).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['string', 'a=1'],
    ['number', 7],
  ])('is a TypeError for a query that is %s', (name, query) => {
    expect(() => read(query)).toThrow(new TypeError(`query must be an object, got ${name}`));
  });
});

describe('readParameter', () => {
  const read = (search: string, ...names: string[]) =>
    readParameter(readParameters({ body: '', url: `/?${search}` }), ...names);

  it('gives the value of the first spelling that is there', () => {
    expect(read('a=1&b=2', 'a')).toBe('1');
    expect(read('a=1&b=2', 'c')).toBeUndefined();
    expect(read('msg_signature=1', 'signature', 'msg_signature')).toBe('1');
    expect(read('', 'a')).toBeUndefined();
  });

  it.each(['a=', 'a', 'a=&a=', 'b=&a', 'a=&b'])('is absent where it is empty: %s', (search) => {
    expect(read(search, 'a', 'b')).toBeUndefined();
  });

  it.each(['a=&a=1', 'a&b=1', 'a=1&b=', 'b=&b=1&a=1'])('takes an empty one beside another for absent: %s', (search) => {
    expect(read(search, 'a', 'b')).toBe('1');
  });

  it('minds the letter case', () => {
    expect(read('timestamp=1', 'timeStamp')).toBeUndefined();
    expect(read('sign=1', 'Sign')).toBeUndefined();
  });

  it.each(['a=1&a=1', 'a=1&b=1', 'b=1&a=1&b=1', 'a=%31&a=1'])('takes the same value more than once: %s', (search) => {
    expect(read(search, 'a', 'b')).toBe('1');
  });

  it.each(['a=1&a=2', 'a=1&b=2', 'b=2&a=1', 'a=1&a=1&a=2', 'a=1&a=&b=2', 'a=1&a=1+', 'a=1+1&a=1%201', 'a=1&a=01'])(
    'refuses two values: %s',
    (search) => {
      expect(() => read(search, 'a', 'b')).toThrow(badRequest);
      expect(() => read(search, 'a', 'b')).toThrow(/^a or b is given twice with different values$/);
    },
  );
});

describe('parameters that nobody reads', () => {
  it('are passed over without a name, and where they cannot be read', () => {
    const parameters = readParameters({ url: '/?=v&%zz=1&a=1&b=2&broken=%zz' });
    expect(parameters).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['broken', undefined],
    ]);
    expect(readParameter(parameters, 'a', 'c')).toBe('1');
  });
});

describe('missingParameter', () => {
  it('names the parameter, and says it when none was passed at all', () => {
    const words = (request: CallbackRequest) => missingParameter(readParameters(request), 'nonce');
    expect(words({ url: '/?timestamp=1' })).toBe('the URL carries no nonce');
    expect(words({ query: { nonce: '' } })).toBe('the URL carries no nonce');
    for (const request of [{}, { url: null, query: null }, { url: '/callback' }, { query: {} }]) {
      expect(words(request)).toBe('no parameters were passed, nonce among them: pass url or query');
    }
  });
});

describe('a polluted Object.prototype', () => {
  it('adds no header and no parameter to a record', () => {
    const properties = {
      get: () => 'polluted',
      headers: { 'x-a': 'polluted' },
      query: { a: 'polluted' },
      url: '/?a=polluted',
      [Symbol.iterator]: () => [['x-a', 'polluted']].values(),
    };
    const read = polluted(properties, () => [
      readHeader({ body: '', headers: { 'x-a': 'own' } }, 'x-a'),
      readHeader({ body: '', headers: {} }, 'x-a'),
      readHeader({ body: '' }, 'x-a'),
      readParameters({ body: '', url: '/?a=own' }),
      readParameters({ body: '', query: { a: 'own' } }),
      readParameters({ body: '' }),
    ]);
    expect(read).toEqual(['own', undefined, undefined, [['a', 'own']], [['a', 'own']], []]);
  });

  it('but an object of a class may have its headers as a getter, as Node requests have', () => {
    class IncomingMessage {
      body = '';
      get headers() {
        return { 'x-a': 'inherited' };
      }
    }
    expect(readHeader(new IncomingMessage(), 'x-a')).toBe('inherited');
  });
});

describe('what looks like a query in a fragment', () => {
  it('is none', () => {
    expect(readParameters({ body: '', url: '/cb#x?a=1' })).toEqual([]);
    expect(readParameters({ body: '', url: '/cb?a=1#x?a=2' })).toEqual([['a', '1']]);
  });
});
