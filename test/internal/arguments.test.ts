import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  isBytes,
  optionalSecret,
  requireBoolean,
  requireBytes,
  requireFunction,
  requireNumber,
  requireObject,
  requireSecret,
  requireString,
  requireText,
  tagOf,
  typeName,
} from '../../src/internal/arguments.ts';

const config = expect.objectContaining({ name: 'CallbackError', code: 'ERR_CONFIG' });
/** Half of a surrogate pair, in a text that must not show in a message. */
const LONE = 'hush\ud800';

/** Values of every kind with the name a message may give them. */
const VALUES: [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['number', 7],
  ['boolean', true],
  ['bigint', 7n],
  ['symbol', Symbol('hush')],
  ['function', () => 'hush'],
  ['string', 'hush'],
  ['array', ['hush']],
  ['object', { hush: 1 }],
  ['object', new String('hush')],
  ['object', Promise.resolve('hush')],
  ['object', new Uint8Array(3)],
];
const except = (...names: string[]) => VALUES.filter(([name]) => !names.includes(name));

describe('typeName', () => {
  it.each(VALUES)('%s', (name, value) => {
    expect(typeName(value)).toBe(name);
  });
});

/** A function that takes one type, every value of another type, and how the message begins. */
const REQUIREMENTS: [string, (value: unknown) => unknown, [string, unknown][], string][] = [
  ['requireString', (value) => requireString('x', value), except('string'), 'x must be a string, got '],
  ['requireText', (value) => requireText('x', value), except('string'), 'x must be a string, got '],
  [
    'requireSecret',
    (value) => requireSecret('x', value),
    except('string', 'undefined', 'null'),
    'x must be a string, got ',
  ],
  ['requireObject', (value) => requireObject('x', value), except('object', 'array'), 'x must be an object, got '],
  ['requireFunction', (value) => requireFunction('x', value), except('function'), 'x must be a function, got '],
  ['requireNumber', (value) => requireNumber('x', value), except('number'), 'x must be a number, got '],
  ['requireBoolean', (value) => requireBoolean('x', value), except('boolean'), 'x must be a boolean, got '],
];

describe.each(REQUIREMENTS)('%s', (_, require, wrongValues, message) => {
  it.each(wrongValues)('refuses %s with its type, not its value', (name, value) => {
    expect(() => require(value)).toThrow(new TypeError(message + name));
  });
});

describe('text', () => {
  it('comes back as given', () => {
    for (const text of ['', ' a ', '\ufeff飞书😀', 'e\u0301']) {
      expect(requireString('x', text)).toBe(text);
      expect(requireText('x', text)).toBe(text);
      expect(requireSecret('x', text || 'secret')).toBe(text || 'secret');
    }
    expect(requireString('x', LONE)).toBe(LONE);
  });

  it('of the caller’s own must be well-formed', () => {
    const malformed = new TypeError('x must be well-formed: it holds half of a surrogate pair');
    expect(() => requireText('x', LONE)).toThrow(malformed);
    expect(() => requireSecret('x', LONE)).toThrow(malformed);
  });

  it('is ERR_CONFIG for a secret that is missing or empty, and says which of the two', () => {
    for (const value of [undefined, null]) {
      expect(() => requireSecret('encryptKey', value)).toThrow(config);
      expect(() => requireSecret('encryptKey', value)).toThrow(
        `encryptKey is ${value}: the variable that it comes from is not set`,
      );
    }
    expect(() => requireSecret('encryptKey', '')).toThrow(config);
    expect(() => requireSecret('encryptKey', '')).toThrow(/^encryptKey is empty: copy it/);
  });

  it.each(['\n', '\r', '\r\n', '\t'])('is ERR_CONFIG for a secret that begins or ends with %j', (space) => {
    for (const secret of [`hush${space}`, `${space}hush`, space]) {
      expect(() => requireSecret('token', secret)).toThrow(config);
      expect(() => requireSecret('token', secret)).toThrow(
        /^token begins or ends with a line break or tab: trim(?!.*hush)/,
      );
    }
    expect(requireSecret('token', `a${space}b`)).toBe(`a${space}b`);
  });

  it.each([' a', 'a ', ' ', '\u00a0a', 'a\u3000', '\ufeffa', '"a"', "'a'", '\va\v'])(
    'is used as it stands where a secret is %j',
    (secret) => {
      expect(requireSecret('token', secret)).toBe(secret);
    },
  );

  it('may be left out where it is an optional secret, but not be there and undefined', () => {
    expect(optionalSecret({}, 'token')).toBeUndefined();
    expect(optionalSecret({ token: 'a' }, 'token')).toBe('a');
    for (const token of [undefined, null, '', 'a\n']) expect(() => optionalSecret({ token }, 'token')).toThrow(config);
    expect(() => optionalSecret({ token: 7 }, 'token')).toThrow(new TypeError('token must be a string, got number'));
  });
});

describe('objects, functions, numbers and booleans', () => {
  it('come back as given', () => {
    for (const value of [{}, [], new Map(), Object.create(null)]) expect(requireObject('x', value)).toBe(value);
    const now = () => 0;
    expect(requireFunction('now', now)).toBe(now);
    for (const value of [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(requireNumber('x', value)).toBe(value);
    for (const value of [true, false]) expect(requireBoolean('x', value)).toBe(value);
  });
});

describe('bytes', () => {
  const foreign: unknown = runInNewContext('Uint8Array.of(1, 2, 3)');

  it('are a Uint8Array of any realm, a Buffer, or a subclass', () => {
    expect(foreign).not.toBeInstanceOf(Uint8Array);
    class Own extends Uint8Array {}
    for (const value of [
      new Uint8Array(3),
      Buffer.alloc(3),
      new Uint8Array(new SharedArrayBuffer(3)),
      new Own(3),
      foreign,
    ]) {
      expect(isBytes(value)).toBe(true);
      expect(requireBytes('key', value, 3)).toBe(value);
      expect(requireBytes('key', value)).toBe(value);
    }
  });

  it.each<[string, unknown]>([
    ...VALUES.slice(0, -1),
    ['object', new DataView(new ArrayBuffer(3))],
    ['object', new ArrayBuffer(3)],
    ['object', new SharedArrayBuffer(3)],
    ['object', new Uint8ClampedArray(3)],
    ['object', new Int8Array(3)],
    ['object', new Uint16Array(3)],
    ['object', new Blob(['abc'])],
    ['object', { length: 3, 0: 1, 1: 2, 2: 3 }],
    ['object', { [Symbol.toStringTag]: 'Uint8Array', length: 3 }],
    ['object', runInNewContext('new Uint8ClampedArray(3)')],
  ])('are not: %s %o', (name, value) => {
    expect(isBytes(value)).toBe(false);
    expect(() => requireBytes('key', value, 3)).toThrow(new TypeError(`key must be a Uint8Array, got ${name}`));
  });

  it('are ERR_CONFIG where the length is wrong', () => {
    for (const length of [0, 31, 33]) {
      expect(() => requireBytes('key', new Uint8Array(length), 32)).toThrow(config);
      expect(() => requireBytes('key', new Uint8Array(length), 32)).toThrow(`key must be 32 bytes, got ${length}`);
    }
  });
});

describe('tagOf', () => {
  it('names the built-in of any realm', () => {
    expect(tagOf(new Map())).toBe('Map');
    expect(tagOf(runInNewContext('new Map()'))).toBe('Map');
    expect(tagOf(new Headers())).toBe('Headers');
    expect(tagOf({})).toBeUndefined();
  });
});
