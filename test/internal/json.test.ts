import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  idField,
  isBase64,
  isJsonObject,
  jsonText,
  ownField,
  parseJsonObject,
  payloadText,
  requireJsonObject,
  textField,
} from '../../src/internal/json.ts';
import { polluted } from '../helpers.ts';

const badRequest = expect.objectContaining({ name: 'CallbackError', code: 'ERR_REQUEST' });

afterEach(() => {
  vi.restoreAllMocks();
});

describe('JSON', () => {
  it.each<[string, unknown]>([
    ['{}', {}],
    [' {"a":1}\r\n', { a: 1 }],
    ['\ufeff{"a":1}', { a: 1 }],
    ['{"a":"\ufeff"}', { a: '\ufeff' }],
    ['{"a":1,"a":2}', { a: 2 }],
    ['{"a":"\\ud800"}', { a: '\ud800' }],
  ])('%j is an object', (text, expected) => {
    expect(parseJsonObject(text)).toEqual(expected);
    expect(requireJsonObject('body', text)).toEqual(expected);
  });

  it.each([
    '',
    ' ',
    '\ufeff',
    '\ufeff\ufeff{}',
    ' \ufeff{}',
    '{}\ufeff',
    '{"a":1',
    "{'a':1}",
    '{a:1}',
    '{"a":1,}',
    '{}{}',
    'null',
    'true',
    '1',
    '"{}"',
    '[]',
    '[{}]',
    'undefined',
    'NaN',
    '\u00a0{}',
    '{"a":"\n"}',
  ])('%j is none', (text) => {
    expect(parseJsonObject(text)).toBeUndefined();
    expect(() => requireJsonObject('body', text)).toThrow(badRequest);
  });

  it('is ERR_REQUEST for what is none, and no payload shows', () => {
    expect(() => requireJsonObject('body', '{"hush":')).toThrow(badRequest);
    expect(() => requireJsonObject('body', '{"hush":')).toThrow(/^body must be a JSON object$/);
    expect(() => requireJsonObject('the plaintext', 'hush')).toThrow(/^the plaintext must be a JSON object$/);
  });

  it.each(['{"a":1}', '{"a":"飞书"}', '{ "a": 1 }', '{\n"a":1}', '{\t"a":1}', '{}\n'])(
    'is ERR_REQUEST for %j in base64, and says so',
    (json) => {
      const text = Buffer.from(json).toString('base64');
      expect(isBase64(text)).toBe(true);
      expect(() => requireJsonObject('body', text)).toThrow(badRequest);
      expect(() => requireJsonObject('body', text)).toThrow(
        /^the body is base64: decode it first, as isBase64Encoded of a serverless event says$/,
      );
    },
  );

  it.each([
    'null',
    'true',
    '1234',
    'hello',
    'eyJhIjoxfQ',
    'eyJhIjoxfQ=',
    'eyJhIjox fQ==',
    'eyJhIjoxfQ--',
    'not eyJhIjoxfQ==',
    '',
  ])('is ERR_REQUEST for %j, which is not called base64', (text) => {
    expect(isBase64(text)).toBe(false);
    expect(() => requireJsonObject('body', text)).toThrow(/^body must be a JSON object$/);
  });

  it('has no base64 where it has no text', () => {
    expect(isBase64(undefined)).toBe(false);
  });

  it('survives nesting 100,000 deep, and an engine that does not', () => {
    const deep = `{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`;
    const parsed = parseJsonObject(deep);
    expect(parsed === undefined || Array.isArray(parsed.a)).toBe(true);
    expect(parseJsonObject(`{"a":${'['.repeat(1e5)}`)).toBeUndefined();
    vi.spyOn(JSON, 'parse').mockImplementation(() => {
      throw new RangeError('Maximum call stack size exceeded');
    });
    expect(parseJsonObject(deep)).toBeUndefined();
  });

  it.each<[unknown, boolean]>([
    [{}, true],
    [Object.create(null), true],
    [[], false],
    [null, false],
    [undefined, false],
    ['{}', false],
    [1, false],
  ])('isJsonObject(%j) is %s', (value, expected) => {
    expect(isJsonObject(value)).toBe(expected);
  });

  it('pollutes nothing through __proto__ or constructor', () => {
    const object = requireJsonObject(
      'body',
      '{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}},"a":{"__proto__":{"x":1}}}',
    );
    expect(ownField(object, 'x')).toBeUndefined();
    expect(ownField(object, '__proto__')).toEqual({ x: 1 });
    expect(textField(ownField(object, 'a') as Record<string, unknown>, 'x')).toBeUndefined();
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it('reads own fields only', () => {
    const object = requireJsonObject('body', '{"own":"1"}');
    for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
      expect(ownField(object, name), name).toBeUndefined();
      expect(textField(object, name), name).toBeUndefined();
    }
    const read = () => [ownField(object, 'token'), textField(object, 'token'), ownField(object, 'own')];
    expect(polluted({ token: 'polluted', own: 'polluted' }, read)).toEqual([undefined, undefined, '1']);
    expect(ownField(Object.assign(Object.create(null), { a: 1 }), 'a')).toBe(1);
  });

  it.each<[unknown, string | undefined]>([
    ['text', 'text'],
    ['', ''],
    [0, '0'],
    [1603977298000000, '1603977298000000'],
    [1.5, '1.5'],
    [true, undefined],
    [null, undefined],
    [['a'], undefined],
    [{ a: 1 }, undefined],
    [undefined, undefined],
  ])('textField of %j is %j', (value, expected) => {
    expect(textField({ a: value }, 'a')).toBe(expected);
  });

  it.each<[object: Record<string, unknown>, expected: string | undefined]>([
    [{ a: 'one', b: 'two' }, 'one'],
    [{ b: 'two' }, 'two'],
    [{ a: '', b: 'two' }, 'two'],
    [{ a: null, b: 'two' }, 'two'],
    [{ a: ['one'], b: 2 }, '2'],
    [{ a: 0, b: 'two' }, '0'],
    [{ a: 1603977298000000 }, '1603977298000000'],
    [{ a: '', b: '' }, undefined],
    [{ a: true, b: {} }, undefined],
    [{}, undefined],
  ])('idField of %j is %j', (object, expected) => {
    expect(idField(object, JSON.stringify(object), 'a', 'b')).toBe(expected);
  });

  it.each<[text: string, expected: string | undefined]>([
    ['{"a":24177431546867545}', '24177431546867545'],
    ['{ "a" :\n24177431546867546 }', '24177431546867546'],
    ['{"a":24177431546867545,"c":{"a":24177431546867545}}', '24177431546867545'],
    ['{"a":24177431546867545,"c":{"a":1}}', undefined],
    ['{"c":"\\"a\\":5","a":24177431546867545}', '24177431546867545'],
    ['{"a":1e999}', undefined],
    ['{"a":1.5,"b":"two"}', 'two'],
  ])('idField of %s is %j: a number above 2^53 as it was sent', (text, expected) => {
    expect(idField(JSON.parse(text), text, 'a', 'b')).toBe(expected);
  });
});

describe('isBase64', () => {
  it.each([['{"a":1}'], ['{ "a":12}'], ['<xml><A/></xml>'], ['<?xml version="1.0"?>']])('knows that of %s', (text) => {
    const padded = text.padEnd(Math.ceil(text.length / 3) * 3);
    expect(isBase64(btoa(padded))).toBe(true);
    expect(isBase64(padded)).toBe(false);
  });
});

describe('payloadText', () => {
  it('is a string verbatim', () => {
    for (const text of ['', '{ "a" : 1 }', '\ufeff{}', '飞书']) expect(payloadText(text)).toBe(text);
  });

  it('is JSON of anything else', () => {
    expect(payloadText({ b: [1, null], a: '飞书' })).toBe('{"b":[1,null],"a":"飞书"}');
    expect(payloadText(null)).toBe('null');
    expect(payloadText(7)).toBe('7');
    expect(payloadText({ toJSON: () => ({ a: 1 }) })).toBe('{"a":1}');
  });

  it('writes a lone surrogate of an object as an escape, and refuses one in a string', () => {
    expect(payloadText({ a: '\ud800' })).toBe('{"a":"\\ud800"}');
    expect(() => payloadText('hush\ud800')).toThrow(
      new TypeError('payload must be well-formed: it holds half of a surrogate pair'),
    );
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['function', () => 'hush'],
    ['symbol', Symbol('hush')],
    ['object', { toJSON: () => undefined }],
  ])('refuses %s, which has no JSON form', (name, value) => {
    expect(() => payloadText(value)).toThrow(new TypeError(`payload must have a JSON form, got ${name}`));
  });

  it('is a TypeError for what JSON cannot write', () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(() => payloadText(loop)).toThrow(TypeError);
    expect(() => payloadText({ a: 1n })).toThrow(TypeError);
  });
});

describe('payloadText of what has no JSON form', () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  // A list that holds itself anew each time: no engine comes to its end, and none can call it a cycle.
  const endless = { toJSON: (): unknown => [endless] };
  it.each([
    ['a cycle', cycle],
    ['a BigInt', 1n],
    ['nesting too deep for any engine', endless],
    ['a function', () => 0],
  ])('%s is a TypeError of ours', (_name, payload) => {
    expect(() => payloadText(payload)).toThrow(/^payload must have a JSON form, got (object|bigint|function)$/);
  });

  it.each([1_000, 100_000])('%i levels are JSON where the engine can write them, else a TypeError of ours', (depth) => {
    let nested: unknown = 0;
    for (let level = 0; level < depth; level++) nested = [nested];
    let outcome: unknown;
    try {
      outcome = payloadText(nested);
    } catch (error) {
      outcome = error;
    }
    const json = `${'['.repeat(depth)}0${']'.repeat(depth)}`;
    const refusal = new TypeError('payload must have a JSON form, got array');
    expect(depth === 1_000 ? [json] : [json, refusal]).toContainEqual(outcome);
  });
});

describe('jsonText', () => {
  it('is compact JSON, also of a string', () => {
    expect(jsonText('answer', { b: [1, null], a: '飞书' })).toBe('{"b":[1,null],"a":"飞书"}');
    expect(jsonText('answer', '飞书')).toBe('"飞书"');
  });

  it('names what has no JSON form', () => {
    expect(() => jsonText('answer', undefined)).toThrow(new TypeError('answer must have a JSON form, got undefined'));
    expect(() => jsonText('answer', { a: 1n })).toThrow(new TypeError('answer must have a JSON form, got object'));
  });
});
