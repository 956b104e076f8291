import { afterEach, expect, it, vi } from 'vitest';
import type { encodeHex } from '../../../src/internal/encoding/hex.ts';

const prototype = Uint8Array.prototype as Uint8Array & { toHex?: unknown };
const builtIn = Object.getOwnPropertyDescriptor(prototype, 'toHex');

afterEach(() => {
  if (builtIn) Object.defineProperty(prototype, 'toHex', builtIn);
  else Reflect.deleteProperty(prototype, 'toHex');
  vi.resetModules(); // what it chose is for no other test
});

/** A module of its own, which chooses anew, in an engine with this `toHex`. */
async function encoderWith(toHex: ((this: Uint8Array) => string) | undefined): Promise<typeof encodeHex> {
  Reflect.deleteProperty(prototype, 'toHex');
  if (toHex) Object.defineProperty(prototype, 'toHex', { value: toHex, configurable: true });
  vi.resetModules();
  return (await import('../../../src/internal/encoding/hex.ts')).encodeHex;
}

const byBuffer = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const right = vi.fn(function (this: Uint8Array) {
  return byBuffer(this);
});

it.each<[string, ((this: Uint8Array) => string) | undefined]>([
  ['without toHex', undefined],
  ['with toHex', right],
  [
    'whose toHex writes upper case',
    function (this: Uint8Array) {
      return byBuffer(this).toUpperCase();
    },
  ],
  [
    'whose toHex drops zeros',
    function (this: Uint8Array) {
      return byBuffer(this).replaceAll('0', '');
    },
  ],
  [
    'whose toHex throws',
    () => {
      throw new Error('not here');
    },
  ],
])('encodeHex agrees with Buffer in an engine %s', async (_, toHex) => {
  const encode = await encoderWith(toHex);
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  expect(encode(every)).toBe(byBuffer(every));
  expect(encode(every.subarray(171, 173))).toBe('abac');
  expect(encode(new Uint8Array())).toBe('');
});

it('toHex is used where it is right', async () => {
  const encode = await encoderWith(right);
  encode(Uint8Array.of(1));
  right.mockClear();
  expect(encode(Uint8Array.of(2))).toBe('02');
  expect(right).toHaveBeenCalledTimes(1);
});
