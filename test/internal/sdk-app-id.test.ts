import { expect, it } from 'vitest';
import { requireSdkAppId } from '../../src/internal/sdk-app-id.ts';
import { codeOf, errorOf } from '../helpers.ts';

it('is decimal digits, as text or as a number', () => {
  for (const [given, text] of [
    [1400000000, '1400000000'],
    ['1400000000', '1400000000'],
    [888888, '888888'],
    ['0888888', '0888888'],
  ] as const) {
    expect(requireSdkAppId(given)).toBe(text);
  }
});

it.each([
  [undefined],
  [null],
  [''],
  [' 888888'],
  ['888888\n'],
  ['88 88'],
  ['8e5'],
  ['0x1'],
  ['-1'],
  ['1.5'],
  ['٣'],
  [-1],
  [1.5],
  [1e21],
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
])('is not %j: ERR_CONFIG', (value) => {
  expect(codeOf(() => requireSdkAppId(value))).toBe('ERR_CONFIG');
  expect(errorOf(() => requireSdkAppId(value)).message).toMatch(/^sdkAppId /);
});

it.each([[8n], [true], [{}], [[]], [() => 8]])('is of no other type: TypeError (%#)', (value) => {
  expect(codeOf(() => requireSdkAppId(value))).toBe('TypeError');
});
