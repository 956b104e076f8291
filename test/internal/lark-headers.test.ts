import { describe, expect, it } from 'vitest';
import { readSignatureHeaders, signatureHeaders } from '../../src/internal/lark-headers.ts';
import { codeOf, errorOf } from '../helpers.ts';

const sent = signatureHeaders('1700000000', 'nonce', 'abc');
const NAMES = ['x-lark-signature', 'x-lark-request-timestamp', 'x-lark-request-nonce'];

describe('readSignatureHeaders', () => {
  it('reads the three that signatureHeaders writes, in any letter case', () => {
    const expected = { signature: 'abc', timestamp: '1700000000', nonce: 'nonce' };
    expect(readSignatureHeaders({ headers: sent })).toEqual(expected);
    expect(readSignatureHeaders({ headers: new Headers(sent) })).toEqual(expected);
    const capitals = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name.toUpperCase(), value]));
    expect(readSignatureHeaders({ headers: capitals })).toEqual(expected);
  });

  it('is undefined where there is none, or only empty ones', () => {
    const empty = Object.fromEntries(NAMES.map((name) => [name, '']));
    for (const headers of [undefined, null, {}, { 'x-lark-other': '1' }, empty]) {
      expect(readSignatureHeaders({ headers })).toBeUndefined();
    }
  });

  // One or two of three, as bits.
  it.each([1, 2, 3, 4, 5, 6])('names the first that is missing, however many of the others are there (%i)', (bits) => {
    const given = NAMES.filter((_, index) => bits & (1 << index));
    const missing = NAMES.find((name) => !given.includes(name));
    const headers = Object.fromEntries(given.map((name) => [name, '1']));
    expect(codeOf(() => readSignatureHeaders({ headers }))).toBe('ERR_SIGNATURE');
    expect(errorOf(() => readSignatureHeaders({ headers })).message).toBe(
      `${missing} is missing, but other headers of the signature are there`,
    );
  });

  it.each(NAMES)('refuses two different values of %s', (name) => {
    const twice = { ...Object.fromEntries(NAMES.map((name) => [name, '1'])), [name]: ['1', '2'] };
    expect(codeOf(() => readSignatureHeaders({ headers: twice }))).toBe('ERR_REQUEST');
  });
});

describe('signatureHeaders', () => {
  it('writes the names as Feishu sends them', () => {
    expect(sent).toEqual({
      'X-Lark-Request-Timestamp': '1700000000',
      'X-Lark-Request-Nonce': 'nonce',
      'X-Lark-Signature': 'abc',
    });
  });

  it('takes what a header can carry as one value', () => {
    for (const text of ['a b', '!~', 'a,b', 'a ,b', '']) {
      expect(signatureHeaders(text, text, 's')).toMatchObject({ 'X-Lark-Request-Nonce': text });
    }
  });

  it.each([['a, b'], [' a'], ['a '], [' '], ['a\nb'], ['a\tb'], ['a\0'], ['\x7f'], ['é'], ['你']])(
    'refuses %j, which would arrive as another one',
    (text) => {
      expect(codeOf(() => signatureHeaders(text, 'n', 's'))).toBe('ERR_CONFIG');
      expect(errorOf(() => signatureHeaders(text, 'n', 's')).message).toMatch(/^timestamp must be text that an HTTP/);
      expect(errorOf(() => signatureHeaders('t', text, 's')).message).toMatch(/^nonce must be text that an HTTP/);
    },
  );

  it('refuses what is no text: TypeError', () => {
    expect(codeOf(() => signatureHeaders(1_700_000_000 as never, 'n', 's'))).toBe('TypeError');
    expect(codeOf(() => signatureHeaders('t', '\ud800', 's'))).toBe('TypeError');
  });
});
