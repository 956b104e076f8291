import { expect, it } from 'vitest';
import type { EngineDigest } from '../../src/internal/aes/engine.ts';
import { makeSha1Hex } from '../../src/internal/digest.ts';
import { engineDigest } from '../../src/internal/engine-digest.ts';
import { hash } from '../helpers.ts';

const portable = makeSha1Hex({});
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

it('hashes its parts also where an engine hashes others meanwhile', () => {
  const plain: EngineDigest = (_, bytes) => bytesOf(portable(bytes));
  const others = engineDigest(plain, 'sha1', portable);
  const digest = engineDigest(
    (algorithm, bytes) => {
      expect(others('others')).toBe(hash('sha1', 'others'));
      return plain(algorithm, bytes);
    },
    'sha1',
    portable,
  );
  expect(digest('a secret', ' and ', Uint8Array.of(98))).toBe(hash('sha1', 'a secret and b'));
});

it('leaves nothing of its parts in memory that is used again, where the engine fails too', () => {
  let seen: Uint8Array | undefined;
  const failing: EngineDigest = (_, bytes) => {
    seen = bytes;
    expect(Buffer.from(bytes).toString()).toBe('a secret');
    throw new Error('hush');
  };
  expect(() => engineDigest(failing, 'sha1', portable)('a secret')).toThrow('hush');
  expect(seen?.every((byte) => byte === 0)).toBe(true);
});
