// How a body is collected: what the handlers' own tests, which go through real sockets, cannot see.
import { expect, test } from 'vitest';
import { bodyCollector, requireParts } from '../../src/internal/handler.ts';
import { createTrtcCodec } from '../../src/trtc.ts';

test('pieces of one byte take the memory of their bytes, not one of a hundred each', () => {
  const collector = bodyCollector(10_000, undefined);
  const piece = Uint8Array.of(0);
  for (let index = 0; index < 10_000; index++) {
    piece[0] = index % 251; // a collector that kept the piece would keep the last value alone
    collector.add(piece);
  }
  const bytes = collector.bytes();
  expect(bytes).toEqual(Uint8Array.from({ length: 10_000 }, (_, index) => index % 251));
  expect(bytes.buffer.byteLength).toBe(10_000); // never more than the limit
});

test('memory that grows is at most twice what came', () => {
  const collector = bodyCollector(1_048_576, undefined);
  for (let length = 100; length <= 5000; length += 100) {
    collector.add(new Uint8Array(100));
    const bytes = collector.bytes();
    expect(bytes.length).toBe(length);
    expect(bytes.buffer.byteLength).toBeLessThanOrEqual(2 * length);
  }
});

test('one piece takes no more than itself', () => {
  const collector = bodyCollector(1_048_576, '300');
  collector.add(new Uint8Array(300));
  expect(collector.bytes().buffer.byteLength).toBe(300);
});

test('a codec may take bodies of one byte', () => {
  const take = () => requireParts(createTrtcCodec({ key: 'k', maxBodyBytes: 1 }), () => undefined, {});
  expect(take).not.toThrow();
});
