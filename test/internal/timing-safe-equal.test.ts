import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timingSafeEqual } from '../../src/internal/timing-safe-equal.ts';

describe('timingSafeEqual', () => {
  it.each([
    ['', '', true],
    ['abc', 'abc', true],
    ['飞书😀', '飞书😀', true],
    ['', 'a', false],
    ['a', '', false],
    ['', '\0', false],
    ['\0', '', false],
    ['a', 'a\0', false],
    ['a\0', 'a', false],
    ['abc', 'abd', false],
    ['abc', 'bbc', false],
    ['abc', 'ABC', false],
    ['ab', 'abab', false],
    ['abab', 'ab', false],
    ['ab', 'ba', false],
    // Differences above the low byte, differences that cancel out, and texts that look alike.
    ['\u0141', '\u0041', false],
    ['\u8041', '\u0041', false],
    ['bb', 'aa', false],
    ['\ud800', '\ufffd', false],
    ['\u00e9', 'e\u0301', false],
  ])('%j and %j: %s', (actual, expected, equal) => {
    expect(timingSafeEqual(actual, expected)).toBe(equal);
  });

  it('agrees with ===, one changed code unit included', () => {
    const text = fc.string({ unit: 'binary', maxLength: 70 });
    fc.assert(
      fc.property(text, text, fc.nat(), fc.integer({ min: 1, max: 0xffff }), (one, other, at, change) => {
        expect(timingSafeEqual(one, other)).toBe(one === other);
        expect(timingSafeEqual(one, `${one}`)).toBe(true);
        if (one === '') return;
        const index = at % one.length;
        const unit = String.fromCharCode(one.charCodeAt(index) ^ change);
        expect(timingSafeEqual(one.slice(0, index) + unit + one.slice(index + 1), one)).toBe(false);
      }),
    );
  });

  it('looks at the same code units wherever the first difference stands', () => {
    const expected = '0123456789abcdef';
    const looks = (text: string): number[] => {
      const indices: number[] = [];
      const charCodeAt = (index: number) => indices.push(index) && text.charCodeAt(index);
      timingSafeEqual({ length: text.length, charCodeAt } as unknown as string, expected);
      return indices;
    };
    const every = Array.from(expected, (_, index) => index);
    expect(looks(expected)).toEqual(every);
    for (const index of every) expect(looks(`${expected.slice(0, index)}x${expected.slice(index + 1)}`)).toEqual(every);
    expect(looks('x')).toEqual(every);
    expect(looks('')).toEqual(every);
  });
});
