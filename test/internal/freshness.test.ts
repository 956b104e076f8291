import { describe, expect, it, vi } from 'vitest';
import {
  nowInMilliseconds,
  nowInSeconds,
  requireFresh,
  SECONDS,
  SECONDS_OR_MILLISECONDS,
} from '../../src/internal/freshness.ts';

describe('requireFresh', () => {
  const T = 1_669_872_112; // the RequestTime of Tencent's documentation, in seconds

  const fresh = (timestamp: string, toleranceSeconds: number, now: number, format = SECONDS_OR_MILLISECONDS) =>
    requireFresh(timestamp, { toleranceSeconds, now: () => now }, format);
  const stale = expect.objectContaining({ code: 'ERR_TIMESTAMP', message: expect.stringContaining('more than') });
  const unreadable = expect.objectContaining({ code: 'ERR_TIMESTAMP', message: expect.stringContaining('not a time') });

  it.each([0, 0.5, 1, 60, 300, 3600])('takes exactly %d s before and after, not a millisecond more', (tolerance) => {
    for (const timestamp of [`${T}`, `${T}000`]) {
      for (const now of [T * 1000, T * 1000 - tolerance * 1000, T * 1000 + tolerance * 1000]) {
        expect(() => fresh(timestamp, tolerance, now)).not.toThrow();
      }
      expect(() => fresh(timestamp, tolerance, T * 1000 - tolerance * 1000 - 1)).toThrow(stale);
      expect(() => fresh(timestamp, tolerance, T * 1000 + tolerance * 1000 + 1)).toThrow(stale);
    }
  });

  it('reads 10 digits as seconds and 13 as milliseconds', () => {
    expect(() => fresh(`${T}`, 0, T * 1000)).not.toThrow();
    expect(() => fresh(`${T}123`, 0, T * 1000 + 123)).not.toThrow();
    expect(() => fresh(`${T}123`, 0, T * 1000)).toThrow(stale);
    expect(() => fresh('0000000000', 0, 0)).not.toThrow();
    expect(() => fresh('0000000001000', 0, 1000)).not.toThrow();
    expect(() => fresh('9999999999', 60, T * 1000)).toThrow(stale);
  });

  it('reads seconds only where the platform sends those', () => {
    expect(() => fresh(`${T}`, 0, T * 1000, SECONDS)).not.toThrow();
    expect(() => fresh(`${T}000`, 1e15, T * 1000, SECONDS)).toThrow(unreadable);
  });

  const spellings = [
    '',
    ' ',
    '0',
    '1',
    ' 1',
    '1e3',
    '0x10',
    '12abc',
    '-1',
    '1.5',
    '１２',
    'NaN',
    'Infinity',
    'undefined',
    'null',
    ` ${T}`,
    `${T} `,
    `${T}\n`,
    `\ufeff${T}`,
    `${T}\0`,
    `+${T}`,
    `-${T}`,
    `${T}.0`,
    `0${T}`,
    `${T}, ${T}`,
    // Ten or thirteen characters that Number() or parseInt() would read.
    '0x63889770',
    '1669872e03',
    '1.66987e+9',
    '1669872.11',
    '-166987211',
    '+166987211',
    ' 166987211',
    '166987211 ',
    '166987211\n',
    '1669872abc',
    '1_669_8721',
    '1669872112e03',
    '１６６９８７２１１２',
    '١٦٦٩٨٧٢١١٢',
    // Every other number of digits.
    '166987211',
    '16698721120',
    '166987211200',
    '16698721120000',
    '9007199254740993',
    '1'.repeat(400),
  ];

  it.each(spellings)('does not read %j as a time', (timestamp) => {
    for (const format of [SECONDS, SECONDS_OR_MILLISECONDS]) {
      for (const now of [0, T * 1000]) expect(() => fresh(timestamp, 1e15, now, format)).toThrow(unreadable);
    }
  });

  it.each([...spellings, `${T}`])('takes %j, and never asks the clock, where the window is off', (timestamp) => {
    const now = vi.fn(() => Number.NaN);
    requireFresh(timestamp, { toleranceSeconds: Number.POSITIVE_INFINITY, now }, SECONDS);
    expect(now).not.toHaveBeenCalled();
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses everything when the clock says %d',
    (now) => {
      expect(() => fresh(`${T}`, 60, now)).toThrow(stale);
      expect(() => fresh(`${T}`, 1e15, now)).toThrow(stale);
    },
  );

  it('asks the clock at every call: one that goes backwards is followed', () => {
    const times = [T * 1000, (T - 120) * 1000, T * 1000];
    const window = { toleranceSeconds: 60, now: () => times.shift() ?? 0 };
    expect(() => requireFresh(`${T}`, window, SECONDS)).not.toThrow();
    expect(() => requireFresh(`${T}`, window, SECONDS)).toThrow(stale);
    expect(() => requireFresh(`${T}`, window, SECONDS)).not.toThrow();
  });

  it('does not repeat the timestamp in its message', () => {
    expect(() => fresh(`${T}`, 60, 0)).toThrow(/^(?!.*1669872112)/);
    expect(() => fresh('hush', 60, 0)).toThrow(/^(?!.*hush)/);
  });
});

describe('a tolerance that overflows in milliseconds', () => {
  it('is still a window for a clock that gives no time', () => {
    const freshness = { toleranceSeconds: Number.MAX_VALUE, now: () => Infinity };
    expect(() => requireFresh('1700000000', freshness, SECONDS)).toThrow(
      expect.objectContaining({ name: 'CallbackError', code: 'ERR_TIMESTAMP' }),
    );
  });
});

describe('the clock as text', () => {
  it('is whole seconds or milliseconds, rounded down', () => {
    const now = () => 1_669_872_112_999.9;
    expect(nowInSeconds({ now })).toBe('1669872112');
    expect(nowInMilliseconds({ now })).toBe('1669872112999');
  });
});
