// UTF-8 and base64 in bare ECMAScript, and the helpers that have no other way.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as portable from '../../../src/internal/encoding/portable.ts';
import { base64Suite } from './base64.suite.ts';
import { utf8Suite } from './utf8.suite.ts';

const { base64Length, decodeSextets, hasSpareBits, utf8Length, withoutAsciiWhitespace } = portable;

utf8Suite('portable', portable);
base64Suite('portable', portable);

describe('utf8Length', () => {
  it('counts the bytes of Buffer, and is -1 for a lone surrogate', () => {
    const units = fc.array(
      fc.oneof(fc.constantFrom(0x61, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(units, (codes) => {
        const text = String.fromCharCode(...codes);
        const isWellFormed = !/\p{Surrogate}/u.test(text);
        expect(utf8Length(text)).toBe(isWellFormed ? Buffer.byteLength(text) : -1);
        expect(portable.isWellFormed(text)).toBe(isWellFormed);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    '\ud800',
    '\udc00',
    'ab\udbff',
    '\udfffab',
    '\udc00\ud800',
    '\ud800\ud800\udc00',
    '\ud800\udc00\udc00',
    '\ud800a',
    '\udbff\ue000',
    '\ud800\udbff',
  ])('is -1 for %j', (text) => {
    expect(utf8Length(text)).toBe(-1);
  });

  it.each(['😀', 'a😀', '飞', 'é', 'a'])('counts 1 MiB of %s in linear time', (unit) => {
    const text = unit.repeat(2 ** 20 / Buffer.byteLength(unit));
    const started = performance.now();
    expect(utf8Length(text)).toBe(Buffer.byteLength(text));
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('decodeUtf8 and encodeUtf8', () => {
  it('decode the first character of four bytes', () => {
    expect(portable.decodeUtf8(Uint8Array.of(0xf0, 0x90, 0x80, 0x80))).toBe('\u{10000}');
  });

  it('decode the first character of two bytes', () => {
    expect(portable.decodeUtf8(Uint8Array.of(0xc2, 0x80))).toBe('\u0080');
  });

  it('encode the last character', () => {
    expect(portable.encodeUtf8('\u{10ffff}')).toEqual(Uint8Array.of(0xf4, 0x8f, 0xbf, 0xbf));
  });
});

describe('results', () => {
  it('own their buffers', () => {
    for (const result of [portable.encodeUtf8('飞书'), portable.decodeBase64('Zm9v'), decodeSextets('Zm9vZg', 6)]) {
      expect(result).toBeInstanceOf(Uint8Array);
      expect(result?.buffer.byteLength).toBe(result?.length);
    }
  });

  it('may be longer than a call takes arguments', () => {
    const long = new Uint8Array(1_000_000).fill(0x61);
    expect(portable.decodeUtf8(long) === 'a'.repeat(long.length)).toBe(true);
    expect(portable.encodeBase64(long) === Buffer.from(long).toString('base64')).toBe(true);
  });
});

describe('base64Length and hasSpareBits', () => {
  it.each([
    ['', 0, false],
    ['Zm9v', 3, false],
    ['Zm8=', 2, false],
    ['Zm9=', 2, true],
    ['Zm-=', 2, true],
    ['Zg==', 1, false],
    ['Zh==', 1, true],
    ['Zo==', 1, true],
    ['Zm9', -1, false],
    ['Z', -1, false],
  ])('%j: %i bytes, spare bits %s', (text, length, spareBits) => {
    expect(base64Length(text)).toBe(length);
    expect(hasSpareBits(text)).toBe(spareBits);
  });
});

describe('decodeSextets', () => {
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const hexOf = (text: string, length = text.length, reserve = 0) => {
    const decoded = decodeSextets(text, length, reserve);
    return decoded && Buffer.from(decoded).toString('hex');
  };

  it('takes 43 characters as Buffer does, spare bits dropped', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 43, maxLength: 43 }), (text) => {
        expect(hexOf(text)).toBe(Buffer.from(text, 'base64').toString('hex'));
      }),
    );
  });

  it('takes every character in every place', () => {
    for (const character of ALPHABET) {
      for (const text of [
        `${character}AAA`,
        `A${character}AA`,
        `AA${character}A`,
        `AAA${character}`,
        `AA${character}`,
        `A${character}`,
      ]) {
        expect(hexOf(text), text).toBe(Buffer.from(text, 'base64').toString('hex'));
      }
    }
  });

  it('refuses a character left alone in its group, padding, and anything outside the alphabet', () => {
    for (const text of ['A', 'AAAAA', 'AA=', 'AAA=', 'A A', 'AA-', 'AA_', 'AAé', 'AA\ud83d']) {
      expect(hexOf(text), text).toBeUndefined();
    }
  });

  it('reads `length` characters and no more, and leaves `reserve` bytes in front', () => {
    expect(hexOf('Zm9v====', 4)).toBe('666f6f');
    expect(hexOf('Zm8=', 3)).toBe('666f');
    expect(hexOf('Zm9v', 4, 2)).toBe('0000666f6f');
    expect(hexOf('')).toBe('');
  });
});

describe('withoutAsciiWhitespace', () => {
  it('takes out TAB, LF, FF, CR and SPACE, wherever they stand', () => {
    expect(withoutAsciiWhitespace(' \tZm\r\n9v\f \n')).toBe('Zm9v');
    expect(withoutAsciiWhitespace(' ')).toBe('');
    expect(withoutAsciiWhitespace('Zm9v')).toBe('Zm9v');
  });

  it('keeps every other character', () => {
    const changed: number[] = [];
    for (let unit = 0; unit <= 0xffff; unit++) {
      const text = `a${String.fromCharCode(unit)}b`;
      // A space in front, so that there is always something to take out.
      if (withoutAsciiWhitespace(` ${text}`) !== text) changed.push(unit);
    }
    expect(changed).toEqual([0x09, 0x0a, 0x0c, 0x0d, 0x20]);
  });

  it('takes 1 MiB of white space in linear time', () => {
    const started = performance.now();
    expect(withoutAsciiWhitespace(`a${'\r\n '.repeat(350_000)}b`)).toBe('ab');
    expect(withoutAsciiWhitespace('a '.repeat(500_000))).toHaveLength(500_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
