import { createCipheriv, createDecipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type AesCbcEngine, requireBlocks, requireIvAndBlocks, requireKey } from '../../../src/internal/aes/engine.ts';
import { aesCbcSuite } from './engine.suite.ts';

/** OpenSSL behind the seam, written as simply as can be: the suite's own positive control. */
const nodeAesCbc: AesCbcEngine = (key) => {
  const ownKey = Buffer.from(key);
  return {
    encrypt(iv, blocks) {
      const cipher = createCipheriv('aes-256-cbc', ownKey, iv).setAutoPadding(false);
      return Buffer.concat([cipher.update(blocks), cipher.final()]);
    },
    decrypt(ivAndBlocks) {
      const decipher = createDecipheriv('aes-256-cbc', ownKey, ivAndBlocks.subarray(0, 16)).setAutoPadding(false);
      return Buffer.concat([decipher.update(ivAndBlocks.subarray(16)), decipher.final()]);
    },
  };
};

aesCbcSuite('node:crypto', nodeAesCbc);

describe('the checks that every engine makes', () => {
  const bytes = (length: number) => new Uint8Array(length);

  it('let pass what AES-256-CBC takes', () => {
    expect(() => requireKey(bytes(32))).not.toThrow();
    for (const length of [16, 32, 4096]) {
      expect(() => requireIvAndBlocks(bytes(16), bytes(length))).not.toThrow();
      expect(() => requireBlocks(bytes(length))).not.toThrow();
    }
  });

  it.each<[words: RegExp, attempt: () => void]>([
    [/^key must be a Uint8Array of 32 bytes$/, () => requireKey(bytes(31))],
    [/^key must be a Uint8Array of 32 bytes$/, () => requireKey('k'.repeat(32))],
    [/^iv must be a Uint8Array of 16 bytes$/, () => requireIvAndBlocks(bytes(32), bytes(32))],
    [/^iv must be a Uint8Array of 16 bytes$/, () => requireIvAndBlocks(undefined, undefined)],
    [/^blocks must be a Uint8Array of whole blocks of 16 bytes/, () => requireIvAndBlocks(bytes(16), bytes(3))],
    [/^blocks must be a Uint8Array of whole blocks of 16 bytes/, () => requireBlocks(bytes(0))],
    [/^blocks must be a Uint8Array of whole blocks of 16 bytes/, () => requireBlocks(Array(16).fill(0))],
  ])('refuse everything else with a TypeError: %s', (words, attempt) => {
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(words);
  });
});
