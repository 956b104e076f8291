import { expect, it } from 'vitest';
import { encodeHex } from '../../../src/internal/encoding/hex.ts';

it('encodeHex agrees with Buffer', () => {
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  expect(encodeHex(every)).toBe(Buffer.from(every).toString('hex'));
  expect(encodeHex(every.subarray(171, 173))).toBe('abac');
  expect(encodeHex(new Uint8Array())).toBe('');
});
