import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { feishuBotSignature } from '../src/feishu-bot.ts';
import { codeOf, errorOf } from './helpers.ts';
import platforms from './vectors/platforms.json' with { type: 'json' };
import siblings from './vectors/siblings.json' with { type: 'json' };

const vectors = [...platforms.vectors, ...siblings.vectors].filter(({ op }) => op === 'feishu.botSign');

it.each(vectors)('$id', ({ input, expected }) => {
  expect(feishuBotSignature(input as { timestamp: string; secret: string })).toBe((expected as { sign: string }).sign);
});

describe('feishuBotSignature', () => {
  it('has two vectors', () => {
    expect(vectors).toHaveLength(2);
  });

  it('signs the empty text, with time and secret as the key', () => {
    const secret = '密钥 key';
    const right = createHmac('sha256', `1700000000\n${secret}`).update('').digest('base64');
    const swapped = createHmac('sha256', secret).update(`1700000000\n${secret}`).digest('base64');
    expect(feishuBotSignature({ timestamp: '1700000000', secret })).toBe(right);
    expect(swapped).not.toBe(right);
  });

  it('refuses a secret that is missing or as a file gives it: ERR_CONFIG', () => {
    for (const secret of [undefined, null, '', 'secret\n', '\tsecret']) {
      const sign = () => feishuBotSignature({ timestamp: '1700000000', secret } as never);
      expect(codeOf(sign)).toBe('ERR_CONFIG');
      expect(errorOf(sign).message).toMatch(/^secret /);
    }
  });

  it('refuses what is of the wrong type', () => {
    const secret = 'secret';
    for (const parts of [
      { timestamp: 1_700_000_000, secret },
      { secret },
      { timestamp: '\ud800', secret },
      { timestamp: '1700000000', secret: 5 },
      { timestamp: '1700000000', secret: '\udc00' },
      undefined,
      'secret',
    ]) {
      expect(codeOf(() => feishuBotSignature(parts as never))).toBe('TypeError');
    }
  });
});
