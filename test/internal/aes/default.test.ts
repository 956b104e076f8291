import { createCipheriv } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { defaultAesCbc, givesKnownAnswers, readEncryptionOptions } from '../../../src/internal/aes/default.ts';
import type { AesCbcEngine } from '../../../src/internal/aes/engine.ts';
import { nativeAesCbc } from '../../../src/internal/aes/native.ts';
import { nobleAesCbc } from '../../../src/internal/aes/noble.ts';

describe('the engine of this runtime', () => {
  const { getBuiltinModule } = process;

  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** A runtime without the module `name`. */
  function without(name: string): void {
    const rest = (other: string) => (other === name ? undefined : getBuiltinModule(other));
    vi.spyOn(process, 'getBuiltinModule').mockImplementation(rest as typeof getBuiltinModule);
  }

  it('is the native one where there is one', () => {
    expect(givesKnownAnswers(nativeAesCbc)).toBe(true);
    expect(defaultAesCbc()).toBe(nativeAesCbc);
  });

  it('is noble where there is no node:crypto', async () => {
    vi.resetModules();
    const { defaultAesCbc } = await import('../../../src/internal/aes/default.ts');
    const { nobleAesCbc } = await import('../../../src/internal/aes/noble.ts');
    without('node:crypto');
    expect(defaultAesCbc()).toBe(nobleAesCbc);
    vi.restoreAllMocks();
    expect(defaultAesCbc(), 'chosen once').toBe(nobleAesCbc);
  });

  const noble = nobleAesCbc(new Uint8Array(32));
  it.each<[string, AesCbcEngine]>([
    ['another key', () => noble],
    ['encryption that does nothing', (key) => ({ ...nobleAesCbc(key), encrypt: (_, blocks) => blocks })],
    ['decryption that does nothing', (key) => ({ ...nobleAesCbc(key), decrypt: (blocks) => blocks.subarray(16) })],
    [
      'a chain that goes on from message to message',
      (key) => {
        let last: Uint8Array | undefined;
        const decrypt = (message: Uint8Array) => {
          const own = message.slice();
          if (last !== undefined) own.set(last);
          last = message.slice(-16);
          return nobleAesCbc(key).decrypt(own);
        };
        return { ...nobleAesCbc(key), decrypt };
      },
    ],
    [
      'an exception',
      () => {
        throw new Error('not here');
      },
    ],
  ])('is not believed with %s', (_, engine) => {
    expect(givesKnownAnswers(engine)).toBe(false);
  });

  it('is not believed with a chain of encryption that goes on from message to message', () => {
    const engine: AesCbcEngine = (key) => {
      const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
      return { ...nobleAesCbc(key), encrypt: (_, blocks) => cipher.update(blocks) };
    };
    expect(givesKnownAnswers(engine)).toBe(false);
  });

  it('is believed with right answers', () => {
    expect(givesKnownAnswers(nobleAesCbc)).toBe(true);
  });
});

describe('readEncryptionOptions', () => {
  it('fills in the engine of this runtime, and no random source', () => {
    for (const options of [{}, { random: undefined, aes: undefined }]) {
      expect(readEncryptionOptions(options)).toEqual({ random: undefined, aes: defaultAesCbc() });
    }
  });

  it('keeps what is given', () => {
    const random = (byteLength: number) => new Uint8Array(byteLength);
    expect(readEncryptionOptions({ random, aes: nobleAesCbc })).toEqual({ random, aes: nobleAesCbc });
  });

  it.each([
    ['null', null],
    ['object', nobleAesCbc(new Uint8Array(32))],
    ['string', 'noble'],
  ])('refuses what is no function: %s', (type, value) => {
    expect(() => readEncryptionOptions({ aes: value as never })).toThrow(
      new TypeError(`aes must be a function, got ${type}`),
    );
    expect(() => readEncryptionOptions({ random: value as never })).toThrow(
      new TypeError(`random must be a function, got ${type}`),
    );
  });
});
