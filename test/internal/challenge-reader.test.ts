// The reader by itself. What can be sent to it through the codec is in unsigned-challenge.test.ts.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AesCbc } from '../../src/internal/aes/engine.ts';
import { nobleAesCbc } from '../../src/internal/aes/noble.ts';
import { challengeReader } from '../../src/internal/unsigned-challenge.ts';
import { FEISHU, feishuSeal } from '../helpers.ts';

const aes = nobleAesCbc(createHash('sha256').update(FEISHU.encryptKey).digest());

/** The text of a challenge, as Feishu writes it. */
const textOf = (challenge: string, token: string = FEISHU.verificationToken) =>
  JSON.stringify({ challenge, token, type: 'url_verification' });

describe('challengeReader', () => {
  it('reads challenge and text', () => {
    const read = challengeReader(aes, FEISHU.verificationToken);
    expect(read(feishuSeal(textOf('c')))).toEqual({ challenge: 'c', text: textOf('c') });
    expect(read(feishuSeal(textOf('c', 'other')))).toBeUndefined();
    expect(challengeReader(aes, undefined)(feishuSeal(textOf('c', 'other')))).toMatchObject({ challenge: 'c' });
  });

  it('judges the padding although the text is whole', () => {
    const read = challengeReader(aes, FEISHU.verificationToken);
    const text = textOf('c'.repeat(16 - (textOf('c').length % 16)));
    expect(text.length % 16).toBe(15);
    // 17 is more than a block, and 1 to whoever looks at the low bits alone; the last is right, but the text goes on.
    for (const tail of [[17], [0], [2], Array(17).fill(17), Array(17).fill(16), [16, ...Array(16).fill(1)]]) {
      expect(read(feishuSeal(text, Uint8Array.from(tail))), tail.join()).toBeUndefined();
    }
    expect(read(feishuSeal(text, Uint8Array.of(1)))).toMatchObject({ text });
  });

  it('decrypts up to 512 characters of base64, and nothing of more', () => {
    const decrypted: number[] = [];
    const counting: AesCbc = {
      encrypt: aes.encrypt,
      decrypt(ivAndBlocks) {
        decrypted.push(ivAndBlocks.length);
        return aes.decrypt(ivAndBlocks);
      },
    };
    /** A token as long as no console gives one: all else is much shorter. */
    const read = (textLength: number) => {
      const token = 't'.repeat(textLength - textOf('c', '').length);
      expect(textOf('c', token)).toHaveLength(textLength);
      return challengeReader(counting, token)(feishuSeal(textOf('c', token)));
    };
    expect(read(384 - 16 - 1)).toMatchObject({ challenge: 'c' });
    expect(decrypted).toEqual([384]);
    expect(read(384 - 16)).toBeUndefined();
    expect(decrypted).toEqual([384]);
  });
});
