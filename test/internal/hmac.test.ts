import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { hmacSha256Base64, makeHmacSha256Base64 } from '../../src/internal/hmac.ts';
import { type NodeCryptoModule, type Runtime, thisRuntime } from '../../src/internal/runtime.ts';

/**
 * RFC 4231, sections 4.2, 4.3, 4.5 and 4.6, in hex; the last one is cut to 128 bits there. The keys of its other cases are
 * not UTF-8, so no text stands for them.
 */
const RFC_4231: readonly { section: string; key: string; data: string; hmac: string }[] = [
  {
    section: '4.2',
    key: '0b'.repeat(20),
    data: '4869205468657265',
    hmac: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  },
  {
    section: '4.3',
    key: '4a656665',
    data: '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
    hmac: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  {
    section: '4.5',
    key: '0102030405060708090a0b0c0d0e0f10111213141516171819',
    data: 'cd'.repeat(50),
    hmac: '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  },
  {
    section: '4.6',
    key: '0c'.repeat(20),
    data: '546573742057697468205472756e636174696f6e',
    hmac: 'a3b6167473100ee06e0c796c2955552b',
  },
];

const node = thisRuntime();
const { crypto } = node as { crypto: NodeCryptoModule };
const nodeHmac = (key: string, message: string | Uint8Array) =>
  createHmac('sha256', key).update(message).digest('base64');

/** A runtime whose HMAC is wrong where `isWrong`. */
function wrongWhere(isWrong: (key: string, message: string | Uint8Array) => boolean): Runtime {
  return {
    crypto: {
      ...crypto,
      createHmac: (algorithm, key) => ({
        update: (message) => crypto.createHmac(algorithm, isWrong(key, message) ? 'other' : key).update(message),
        digest: () => expect.fail('nothing was hashed'),
      }),
    },
  };
}

const refuse = () => {
  throw new Error('not here');
};
const without = (name: string) => ({ ...crypto, [name]: undefined }) as unknown as NodeCryptoModule;
const RUNTIMES: readonly [name: string, runtime: Runtime][] = [
  ['this runtime', node],
  ['a bare engine', {}],
  ['a runtime without createHmac', { crypto: without('createHmac') }],
  ['a runtime whose createHmac throws', { crypto: { ...crypto, createHmac: refuse } }],
  [
    'a runtime that throws at the look for createHmac',
    { crypto: Object.defineProperty({ ...crypto }, 'createHmac', { get: refuse }) as NodeCryptoModule },
  ],
  ['a runtime whose update throws', { crypto: { ...crypto, createHmac: () => ({ update: refuse, digest: refuse }) } }],
  ['a runtime that is always wrong', wrongWhere(() => true)],
  ['a runtime that is wrong for keys beyond ASCII', wrongWhere((key) => /[^\0-\x7f]/.test(key))],
  ['a runtime that is wrong for keys longer than a block', wrongWhere((key) => key.length > 64)],
  ['a runtime that is wrong for texts', wrongWhere((_, message) => typeof message === 'string')],
  ['a runtime that is wrong for bytes', wrongWhere((_, message) => typeof message !== 'string')],
];

describe.each(RUNTIMES)('makeHmacSha256Base64 on %s', (_, runtime) => {
  const hmac = makeHmacSha256Base64(runtime);

  it.each(RFC_4231)('RFC 4231, section $section', ({ key, data, hmac: expected }) => {
    const message = Uint8Array.from(Buffer.from(data, 'hex'));
    const actual = hmac(Buffer.from(key, 'hex').toString(), message);
    expect(Buffer.from(actual, 'base64').toString('hex').slice(0, expected.length)).toBe(expected);
    expect(actual).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  });

  it('agrees with node:crypto on any key and message, texts as UTF-8', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, fc.oneof(text, fc.uint8Array()), (key, message) => {
        expect(hmac(key, message)).toBe(nodeHmac(key, message));
      }),
    );
  });

  it('agrees with node:crypto around the block of SHA-256', () => {
    for (const length of [0, 1, 63, 64, 65, 131, 1000]) {
      for (const key of ['k'.repeat(length), '你'.repeat(length)]) {
        expect(hmac(key, key), `${length}`).toBe(nodeHmac(key, key));
      }
    }
  });
});

describe('the HMAC of a runtime', () => {
  it('is used where it is right', () => {
    const spied = vi.fn(crypto.createHmac);
    const hmac = makeHmacSha256Base64({ crypto: { ...crypto, createHmac: spied } });
    spied.mockClear(); // it was tried first
    expect(hmac('k', 'm')).toBe(nodeHmac('k', 'm'));
    expect(spied.mock.calls).toEqual([['sha256', 'k']]);
  });

  it.each(RUNTIMES.slice(5))('is not used on %s', (_, runtime) => {
    const spied = vi.fn((runtime.crypto as NodeCryptoModule).createHmac);
    const hmac = makeHmacSha256Base64({ crypto: { ...crypto, createHmac: spied } });
    expect(spied).toHaveBeenCalled();
    spied.mockClear();
    hmac('k', 'm');
    expect(spied).not.toHaveBeenCalled();
  });
});

describe('hmacSha256Base64', () => {
  // The sample of DingTalk's documentation of robots, whose secret is key and half of the message.
  it('is the HMAC that runs here', () => {
    const secret = 'this is a secret';
    const signature = 'DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA=';
    expect(hmacSha256Base64(secret, `1577262236757\n${secret}`)).toBe(signature);
    expect(nodeHmac(secret, `1577262236757\n${secret}`)).toBe(signature);
  });

  it('is chosen at the first use, once', async () => {
    vi.resetModules();
    const look = vi.spyOn(process, 'getBuiltinModule');
    const fresh = await import('../../src/internal/hmac.ts');
    expect(look).not.toHaveBeenCalled();
    expect(fresh.hmacSha256Base64('k', 'm')).toBe(nodeHmac('k', 'm'));
    const looks = look.mock.calls.length;
    expect(looks).toBeGreaterThan(0);
    expect(fresh.hmacSha256Base64('k', 'm')).toBe(nodeHmac('k', 'm'));
    expect(look).toHaveBeenCalledTimes(looks);
    look.mockRestore();
  });
});
