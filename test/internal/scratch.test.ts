import { expect, it } from 'vitest';
import { returnScratch, takeScratch } from '../../src/internal/scratch.ts';

const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

it('is zeros, as long as asked for, and kept only where it is short', () => {
  for (const length of [0, 1, 16_384, 16_385, 100_000]) {
    const memory = takeScratch(length);
    expect(memory.length).toBeGreaterThanOrEqual(length);
    expect(isZero(memory)).toBe(true);
    memory.fill(1, 0, length);
    returnScratch(memory, length);
    expect(isZero(memory)).toBe(true);
    const next = takeScratch(16);
    expect(next === memory).toBe(length <= 16_384);
    returnScratch(next, 0);
  }
});

it('is not given twice before it is returned', () => {
  const outer = takeScratch(10);
  const inner = takeScratch(10);
  expect(inner).not.toBe(outer);
  returnScratch(inner, 10);
  returnScratch(outer, 10);
});
