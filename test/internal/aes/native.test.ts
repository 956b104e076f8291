import crypto from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { nativeAesCbc } from '../../../src/internal/aes/native.ts';
import { CallbackError } from '../../../src/internal/errors.ts';
import { errorOf } from '../../helpers.ts';
import { aesCbcArgumentsSuite, aesCbcSuite } from './engine.suite.ts';

aesCbcSuite('native', nativeAesCbc);
aesCbcArgumentsSuite('native', nativeAesCbc);

describe('nativeAesCbc', () => {
  const key = new Uint8Array(32);
  const iv = new Uint8Array(16).fill(0xaa);
  const message = Uint8Array.from([...iv, ...nativeAesCbc(key).encrypt(iv, new Uint8Array(32))]);

  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it('gives a view of what it decrypted', () => {
    expect(nativeAesCbc(key).decrypt(message).byteOffset % 32).toBe(16);
  });

  it.each([16, 16_384, 16_400])('leaves nothing of a plaintext of %i bytes in memory that is used again', (length) => {
    const seen: Uint8Array[] = [];
    const { createCipheriv } = crypto;
    vi.spyOn(crypto, 'createCipheriv').mockImplementation((...args) => {
      const cipher = createCipheriv(...args);
      const { update } = cipher;
      return Object.assign(cipher, {
        update(bytes: Uint8Array) {
          seen.push(bytes);
          return Reflect.apply(update, cipher, [bytes]);
        },
      });
    });
    const blocks = new Uint8Array(length).fill(0x55);
    const ciphertext = nativeAesCbc(key).encrypt(iv, blocks);
    expect(blocks).toEqual(new Uint8Array(length).fill(0x55));
    expect(ciphertext).toHaveLength(length);
    expect(seen.map(({ length }) => length)).toEqual([length]);
    for (const bytes of seen) expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('does without versions', () => {
    vi.stubGlobal('process', { getBuiltinModule: process.getBuiltinModule });
    const { decrypt } = nativeAesCbc(key);
    vi.unstubAllGlobals();
    expect(new Uint8Array(decrypt(message))).toEqual(new Uint8Array(32));
  });

  it('is ERR_CONFIG where there is no node:crypto, and says what to do', () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
    const error = errorOf(() => nativeAesCbc(key));
    expect(error).toBeInstanceOf(CallbackError);
    expect(error).toMatchObject({
      code: 'ERR_CONFIG',
      message: 'this runtime has no node:crypto: leave `aes` out, or give nobleAesCbc',
    });
  });

  it('checks the key before it looks for node:crypto', () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
    expect(errorOf(() => nativeAesCbc(key.slice(1)))).toBeInstanceOf(TypeError);
  });
});
