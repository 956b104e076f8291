import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeSha1Hex, makeSha256Hex, sha1Here, sha256Here } from '../../src/internal/digest.ts';
import { type NodeCryptoModule, type Runtime, thisRuntime } from '../../src/internal/runtime.ts';
import { hash } from '../helpers.ts';

const node = thisRuntime();
const { crypto } = node as { crypto: NodeCryptoModule };
const refuse = () => {
  throw new Error('not here');
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe('sha1Here and sha256Here', () => {
  const runtimes: [string, Runtime][] = [
    ['this runtime', node],
    ['a runtime with a streaming hash only', { crypto: { ...crypto, hash: undefined } as unknown as typeof crypto }],
    ['a runtime without Buffer', { crypto }],
    ['a bare engine', {}],
    [
      'a runtime whose hash throws',
      { crypto: { ...crypto, hash: undefined, createHash: refuse } as unknown as typeof crypto },
    ],
    ['a runtime whose hash in one call throws', { ...node, crypto: { ...crypto, hash: refuse } }],
    ['a runtime whose streaming hash throws', { ...node, crypto: { ...crypto, createHash: refuse } }],
    [
      'a runtime whose hash is wrong',
      {
        crypto: { ...crypto, hash: undefined, createHash: () => crypto.createHash('md5') } as unknown as typeof crypto,
      },
    ],
  ];
  const algorithms = [
    ['sha256', makeSha256Hex, sha256Here],
    ['sha1', makeSha1Hex, sha1Here],
  ] as const;

  it.each(runtimes)('is the digest of the parts one after another, texts as UTF-8, on %s', (_, runtime) => {
    for (const [algorithm, make, here] of algorithms) {
      const digest = make(runtime);
      const parts = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array()), { maxLength: 5 });
      fc.assert(
        fc.property(parts, (parts) => {
          const hex = hash(algorithm, ...parts);
          expect(digest(...parts)).toBe(hex);
          expect(here()(...parts)).toBe(hex);
        }),
      );
      // Around the size of any scratch memory, in bytes and in code units of one and of three bytes.
      for (const length of [5461, 5462, 16_383, 16_384, 16_385, 100_000]) {
        for (const part of ['a'.repeat(length), '飞'.repeat(length), new Uint8Array(length)]) {
          expect(digest('key', part), `${length}`).toBe(hash(algorithm, 'key', part));
        }
      }
    }
  });

  it('is the runtime’s own where it has one that is right, and says where it is noble’s', () => {
    for (const [, make] of algorithms) {
      expect(make(node).isPortable).toBeUndefined();
      expect(make({}).isPortable).toBe(true);
    }
  });

  it('leaves nothing of the parts in memory that is used again', () => {
    const seen: Uint8Array[] = [];
    const oneCall = (algorithm: string, data: Uint8Array | string, encoding: 'hex') => {
      if (typeof data !== 'string') seen.push(data);
      return createHash(algorithm).update(data).digest(encoding);
    };
    const digest = makeSha256Hex({ ...node, crypto: { ...crypto, hash: oneCall } });
    digest('a secret', Uint8Array.of(1, 2, 3));
    expect(seen.at(-1)).toHaveLength(11);
    for (const data of seen) expect(data.every((byte) => byte === 0)).toBe(true);
  });
});

describe('the digest of a runtime', () => {
  /** Which of the runtime's two ways each call took. */
  const make = (runtime: Runtime) => {
    const calls: string[] = [];
    const spied = {
      ...crypto,
      createHash(algorithm: string) {
        calls.push('streaming');
        return crypto.createHash(algorithm);
      },
      hash(algorithm: string, data: Uint8Array) {
        calls.push('one call');
        return hash(algorithm as 'sha256', data);
      },
    };
    const digest = makeSha256Hex({ ...runtime, crypto: spied });
    return (...parts: (string | Uint8Array)[]) => {
      calls.length = 0;
      expect(digest(...parts)).toBe(hash('sha256', ...parts));
      return calls;
    };
  };

  it('is one call up to 16 KiB, and a stream beyond', () => {
    const ways = make({ buffer: node.buffer });
    expect(ways('a', new Uint8Array(16_381))).toEqual(['one call']);
    // The first time it is asked the two questions before.
    expect(ways('a', new Uint8Array(16_382))).toEqual(Array(3).fill('streaming'));
    expect(ways('a', new Uint8Array(16_382))).toEqual(['streaming']);
    expect(ways('飞'.repeat(5_461))).toEqual(['one call']);
    expect(ways('飞'.repeat(5_462))).toEqual(['streaming']);
  });

  it('is a stream where the runtime has no more', () => {
    expect(make({})('a')).toEqual(['streaming']);
    const createHash = vi.fn((algorithm: string) => crypto.createHash(algorithm));
    const older = { ...crypto, hash: undefined, createHash } as unknown as NodeCryptoModule;
    const digest = makeSha256Hex({ buffer: node.buffer, crypto: older });
    createHash.mockClear();
    expect(digest('a')).toBe(hash('sha256', 'a'));
    expect(createHash).toHaveBeenCalledTimes(1);
  });

  it('is a stream where one call throws, and one call where a stream throws', () => {
    const way = (name: 'hash' | 'createHash') => {
      const spied = vi.fn(crypto[name] as () => never);
      const throwing = { ...crypto, hash: refuse, createHash: refuse, [name]: spied };
      const digest = makeSha256Hex({ ...node, crypto: throwing });
      spied.mockClear();
      expect(digest('a')).toBe(hash('sha256', 'a'));
      return spied;
    };
    expect(way('createHash')).toHaveBeenCalledTimes(1);
    expect(way('hash')).toHaveBeenCalledTimes(1);
  });

  it.each<[string, (data: string) => boolean]>([
    ['beyond ASCII', (data) => data.includes('e4bda0')],
    ['in bytes', (data) => data.includes('00c3a9')],
    ['that come last', (data) => data.endsWith('616263')],
  ])('is none that is wrong for parts %s', (_, isWrong) => {
    const lying = (algorithm: string, data: Uint8Array) =>
      isWrong(Buffer.from(data).toString('hex')) ? '00' : hash(algorithm as 'sha256', data);
    const digest = makeSha256Hex({ ...node, crypto: { ...crypto, hash: lying } });
    for (const part of ['你', Uint8Array.of(0, 0xc3, 0xa9), 'abc']) expect(digest(part)).toBe(hash('sha256', part));
  });

  it.each(['feishu', 'dingtalk', 'tencent-chat'])('is asked for the algorithm of %s', async (name) => {
    const algorithms = new Set<string>();
    const real = process.getBuiltinModule;
    vi.spyOn(process, 'getBuiltinModule').mockImplementation(((id: string) =>
      id === 'node:crypto'
        ? {
            ...crypto,
            hash: undefined,
            createHash(algorithm: string) {
              algorithms.add(algorithm);
              return crypto.createHash(algorithm);
            },
          }
        : real.call(process, id)) as typeof process.getBuiltinModule);
    vi.resetModules();
    if (name === 'feishu') {
      const { feishuSignature } = await import('../../src/feishu.ts');
      feishuSignature({ timestamp: '', nonce: '', body: '' }, 'k');
    } else if (name === 'dingtalk') {
      const { dingTalkSignature } = await import('../../src/dingtalk.ts');
      dingTalkSignature({ token: 't', timestamp: '', nonce: '', encrypt: '' });
    } else {
      const { tencentChatSignature } = await import('../../src/tencent-chat.ts');
      tencentChatSignature({ token: 't', requestTime: '' });
    }
    expect([...algorithms]).toEqual([name === 'dingtalk' ? 'sha1' : 'sha256']);
  });
});
