// The hashes of the SIMD kernel: alone, and behind the codecs of a runtime that has no hash.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AesCbcEngine, EngineDigest } from '../src/internal/aes/engine.ts';
import { nobleAesCbc } from '../src/internal/aes/noble.ts';
import { decodeBase64 } from '../src/internal/encoding/portable.ts';
import { kernelBase64 } from '../src/internal/simd/kernel.wasm.ts';
import { createSimdAesCbc } from '../src/simd.ts';
// @ts-expect-error: a script without types
import { compareDigests } from './differential/digests.mjs';
import { DINGTALK, FEISHU } from './helpers.ts';
import { codeOffsets, dataOffsets, type Operation } from './internal/simd/operations.ts';
import nist from './vectors/nist-cavp-sha.json' with { type: 'json' };

const ALGORITHMS = ['sha256', 'sha1'] as const;
const WINDOW_SIZE = 32_768;

const engine = createSimdAesCbc();
const digest = engine.digest as EngineDigest;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const expected = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('hex');
/** The same bytes in each run, and no period that fits into blocks. */
const sample = (length: number) => Uint8Array.from({ length }, (_, i) => 7 * i + 11 * (i >> 8) + length);

describe.each(ALGORITHMS)('%s', (algorithm) => {
  const name = algorithm.toUpperCase() as 'SHA256' | 'SHA1';

  test.each(['ShortMsg', 'LongMsg'] as const)("NIST's vectors: %s", (kind) => {
    const vectors = nist.sets[`${name}${kind}`];
    expect(vectors.length).toBeGreaterThanOrEqual(20);
    for (const vector of vectors) {
      const [message, md] = vector.split(' ') as [string, string];
      expect(hex(digest(algorithm, bytesOf(message)))).toBe(md);
    }
  });

  test('NIST Monte Carlo test (SHAVS 6.4)', () => {
    const [seed, ...digests] = nist.sets[`${name}Monte`] as [string, ...string[]];
    let last = bytesOf(seed);
    const results = digests.map(() => {
      let three = [last, last, last];
      for (let i = 0; i < 1000; i++)
        three = [...three.slice(1), digest(algorithm, Buffer.concat(three))] as typeof three;
      last = three[2] as Uint8Array<ArrayBuffer>;
      return hex(last);
    });
    expect(digests).toHaveLength(100);
    expect(results).toEqual(digests);
  });

  test('every length from 0 to 300', () => {
    for (let length = 0; length <= 300; length++) {
      const bytes = sample(length);
      expect(hex(digest(algorithm, bytes)), `${length}`).toBe(expected(algorithm, bytes));
    }
  });

  test('around every multiple of 64 up to two windows, and where they end', () => {
    for (
      let end = 64;
      end <= 2 * WINDOW_SIZE + 128;
      end += end > WINDOW_SIZE + 128 && end < 2 * WINDOW_SIZE - 128 ? 4096 : 64
    ) {
      for (const more of [-10, -9, -8, -1, 0, 1]) {
        const bytes = sample(end + more);
        if (hex(digest(algorithm, bytes)) !== expected(algorithm, bytes)) expect.fail(`wrong at ${bytes.length}`);
      }
    }
  });

  test('many windows', () => {
    for (const length of [10 * WINDOW_SIZE, 10 * WINDOW_SIZE - 1, 1_000_000]) {
      const bytes = sample(length);
      expect(hex(digest(algorithm, bytes))).toBe(expected(algorithm, bytes));
    }
    // FIPS 180-4's own example of a long text.
    const million = {
      sha256: 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
      sha1: '34aa973cd4c4daa4f61eeb2bdbad27316534016f',
    };
    expect(hex(digest(algorithm, new Uint8Array(1_000_000).fill(0x61)))).toBe(million[algorithm]);
  });

  test('bytes at every alignment, of Buffers and of other realms, are left alone', () => {
    const memory = sample(1000);
    for (let offset = 0; offset < 64; offset++) {
      const bytes = Buffer.from(memory.buffer, offset, 700);
      expect(hex(digest(algorithm, bytes))).toBe(expected(algorithm, bytes));
    }
    expect(memory).toEqual(sample(1000));
  });

  test('results are their own, and plain', () => {
    const first = digest(algorithm, sample(10));
    const copy = first.slice();
    digest(algorithm, sample(11));
    expect(first).toEqual(copy);
    expect(first.constructor).toBe(Uint8Array);
  });
});

test('random cases against node:crypto and noble', () => {
  expect(compareDigests(digest, 20_000, 20).cases).toBe(20_000);
});

test('in turns with decryption', () => {
  const [one, other] = [sample(32), sample(32).reverse()];
  const [aes, same] = [engine(one), nobleAesCbc(one)];
  engine(other);
  for (let i = 0; i < 200; i++) {
    const blocks = sample(16 * (2 + (i % 40)));
    expect(hex(digest('sha256', blocks))).toBe(expected('sha256', blocks));
    expect(hex(aes.decrypt(blocks))).toBe(hex(same.decrypt(blocks)));
    expect(hex(digest('sha1', blocks))).toBe(expected('sha1', blocks));
  }
});

test.each([
  ['sha512', new Uint8Array(1), 'algorithm must be sha256 or sha1'],
  ['SHA256', new Uint8Array(1), 'algorithm must be sha256 or sha1'],
  [undefined, new Uint8Array(1), 'algorithm must be sha256 or sha1'],
  ['constructor', new Uint8Array(1), 'algorithm must be sha256 or sha1'],
  ['sha256', 'abc', 'bytes must be a Uint8Array'],
  ['sha1', undefined, 'bytes must be a Uint8Array'],
  ['sha1', [1, 2], 'bytes must be a Uint8Array'],
  ['sha256', new ArrayBuffer(8), 'bytes must be a Uint8Array'],
  ['sha256', new Uint16Array(8), 'bytes must be a Uint8Array'],
])('digest(%o, %o) is a TypeError', (algorithm, bytes, message) => {
  expect(() => digest(algorithm as never, bytes as never)).toThrow(new TypeError(message));
});

describe('starting', () => {
  const RealInstance = WebAssembly.Instance;
  let fresh: typeof createSimdAesCbc;
  let exports: WebAssembly.Exports;
  const value = (name: string) => (exports[name] as WebAssembly.Global).value as number;
  const memory = () => new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
  const kernelBytes = () => decodeBase64(kernelBase64) as Uint8Array<ArrayBuffer>;

  /** A module of its own, that has not started the kernel yet. */
  const renew = async () => {
    vi.resetModules();
    fresh = (await import('../src/simd.ts')).createSimdAesCbc;
  };

  beforeEach(async () => {
    await renew();
    vi.stubGlobal('WebAssembly', {
      Module: WebAssembly.Module,
      Instance: class {
        constructor(module: WebAssembly.Module) {
          const instance = new RealInstance(module);
          exports = instance.exports;
          // biome-ignore lint/correctness/noConstructorReturn: stands in for the real instance
          return instance;
        }
      },
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('nothing of a text stays in memory', () => {
    const { digest } = fresh();
    const rest = () =>
      memory()
        .subarray(value('WORDS'))
        .every((byte) => byte === 0);
    expect(rest()).toBe(true);
    for (const algorithm of ALGORITHMS) {
      const ends = [64, 256, WINDOW_SIZE, 2 * WINDOW_SIZE].flatMap((end) => [end - 9, end - 8, end - 1, end, end + 1]);
      for (const length of [0, 1, ...ends, 20 * WINDOW_SIZE + 5]) {
        digest?.(algorithm, new Uint8Array(length).fill(0xff));
        expect(rest(), `${length}`).toBe(true);
      }
    }
    expect(memory().byteLength).toBe(65_536);
  });

  test('the kernel stays small', () => {
    expect(kernelBytes().length).toBeLessThanOrEqual(10_500);
    expect(gzipSync(kernelBytes(), { level: 9 }).length).toBeLessThanOrEqual(4_800);
  });

  test('without WebAssembly there is no digest', () => {
    vi.stubGlobal('WebAssembly', undefined);
    const { kind, digest } = fresh();
    expect([kind, digest]).toEqual(['noble', undefined]);
  });

  /** What each operation of the hashes becomes; the modules stay valid. */
  const SWAPS: { readonly [name in Operation['name']]?: (code: Uint8Array, at: number) => void } = {
    'i32.add': (code, at) => code.set([0x6b], at), // sub
    'i32.and': (code, at) => code.set([0x72], at), // or
    'i32.or': (code, at) => code.set([0x71], at), // and
    'i32.xor': (code, at) => code.set([0x72], at), // or
    'i32.rotl': (code, at) => code.set([0x78], at), // rotr
    'i32.rotr': (code, at) => code.set([0x77], at), // rotl
    'i32.eq': (code, at) => code.set([0x47], at), // ne
    'i32.lt_s': (code, at) => code.set([0x4e], at), // ge_s
    'i32.lt_u': (code, at) => code.set([0x4f], at), // ge_u
    'i32.rem_s': (code, at) => code.set([0x6d], at), // div_s
    'i32.const': (code, at) => code.set([(code[at + 1] as number) ^ 1], at + 1), // odd for even
    'v128.xor': (code, at) => code.set([0x4e], at + 1), // and
    'i32x4.add': (code, at) => code.set([0xb1, 0x01], at + 1), // sub
    'i32x4.shl': (code, at) => code.set([0xad, 0x01], at + 1), // shr_u
    'i32x4.shr_u': (code, at) => code.set([0xab, 0x01], at + 1), // shl
    'i8x16.shuffle': (code, at) => code.set([(code[at + 2] as number) ^ 1], at + 2), // of two lanes the other
  };

  /** Whether a kernel that passed its test is right: what was changed in it decides nothing. */
  const isRight = (digest: EngineDigest) =>
    ALGORITHMS.every((algorithm) =>
      [...Array.from({ length: 700 }, (_, length) => length), WINDOW_SIZE + 1, 3 * WINDOW_SIZE].every((length) => {
        const bytes = sample(length);
        return hex(digest(algorithm, bytes)) === expected(algorithm, bytes);
      }),
    );

  test('with any one operation of the hashes wrong: noble', async () => {
    const tried: Record<string, number> = {};
    const harmless: string[] = [];
    for (const { name, at } of codeOffsets(kernelBytes(), ALGORITHMS)) {
      const broken = kernelBytes();
      const swap = SWAPS[name];
      if (swap === undefined) continue;
      swap(broken, at);
      tried[name] = (tried[name] ?? 0) + 1;
      const { digest } = fresh(new WebAssembly.Module(broken));
      if (digest === undefined) continue;
      if (!isRight(digest)) expect.fail(`${name} at ${at} is not noticed`);
      harmless.push(name);
      await renew();
    }
    expect(Object.keys(tried).sort()).toEqual(Object.keys(SWAPS).sort());
    expect(Object.values(tried).reduce((sum, count) => sum + count)).toBeGreaterThan(600);
    // The ends of three loops over the words, which then do one more, that nobody reads.
    expect(harmless).toEqual(['i32.const', 'i32.const', 'i32.const']);
  });

  test('with any one constant of the hashes wrong: noble', () => {
    const offsets = dataOffsets(kernelBytes());
    expect(offsets).toHaveLength(32 + 20 + 256);
    for (const at of offsets) {
      const broken = kernelBytes();
      broken[at] = (broken[at] as number) ^ 0x10;
      if (fresh(new WebAssembly.Module(broken)).kind !== 'noble') expect.fail(`the byte at ${at} is not noticed`);
    }
  });
});

describe('behind the codecs', () => {
  /** The codecs of a runtime without node:crypto, and engines that tell what they are asked to hash. */
  async function bare() {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    vi.resetModules();
    const lib = await import('../src/index.ts');
    const asked: string[] = [];
    const spied: AesCbcEngine = Object.assign((key: Uint8Array) => nobleAesCbc(key), {
      digest: vi.fn<EngineDigest>((algorithm, bytes) => {
        asked.push(`${algorithm} ${Buffer.from(bytes).toString()}`);
        return digest(algorithm, bytes);
      }),
    });
    return { lib, asked, spied };
  }
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('Feishu hashes with it, whatever the body is', async () => {
    const { lib, asked, spied } = await bare();
    const plain = lib.createFeishuCodec(FEISHU);
    const codec = lib.createFeishuCodec({ ...FEISHU, aes: spied });
    for (const text of ['x', '你好'.repeat(10), 'y'.repeat(20_000), '飞'.repeat(10_000)]) {
      const event = { schema: '2.0', header: { event_type: 'm', event_id: 'e' }, event: { text } };
      const push = plain.encode(event, { timestamp: '1700000000', nonce: 'n' });
      expect(asked).toEqual([]);
      for (const body of [push.body, new TextEncoder().encode(push.body as string)]) {
        expect(codec.decode({ ...push, body }).event).toEqual({ text });
        expect(codec.verify({ ...push, body: `${push.body} ` })).toBe(false);
        const signed = `sha256 1700000000n${FEISHU.encryptKey}${push.body}`;
        expect(asked.splice(0)).toEqual([signed, `${signed} `]);
      }
    }
    const sent = codec.encode({ schema: '2.0', header: { event_type: 'm' } });
    expect(asked).toHaveLength(1);
    expect(plain.verify(sent)).toBe(true);
  });

  test('DingTalk, WeCom and WeChat hash with it, requests and replies', async () => {
    const { lib, asked, spied } = await bare();
    const { token, encodingAesKey, ownerKey } = DINGTALK;
    const make = {
      dingtalk: (aes?: AesCbcEngine) => lib.createDingTalkCodec({ ...DINGTALK, aes }),
      wecom: (aes?: AesCbcEngine) => lib.createWeComCodec({ token, encodingAesKey, receiveId: ownerKey, aes }),
      wechat: (aes?: AesCbcEngine) => lib.createWeChatCodec({ token, encodingAesKey, appId: ownerKey, aes }),
    };
    for (const [name, create] of Object.entries(make)) {
      type Codec = ReturnType<typeof lib.createWeComCodec>;
      const [plain, codec] = [create() as unknown as Codec, create(spied) as unknown as Codec];
      const push = plain.encode({ EventType: 'm', MsgType: 'text', Content: '你好' });
      expect(asked).toEqual([]);
      const message = codec.decode(push);
      expect(asked).toHaveLength(1);
      expect(codec.verify({ ...push, query: { ...push.query, nonce: 'other' } })).toBe(false);
      const reply = codec.reply(message, 'success');
      expect(asked.length, name).toBe(3);
      expect(plain.decodeReply(reply)).toBe('success');
      expect(codec.decodeReply(reply)).toBe('success');
      expect(asked.splice(0).every((text) => text.startsWith('sha1 '))).toBe(true);
    }
  });

  test('nothing of a text stays in memory that is used again', async () => {
    const { lib } = await bare();
    let seen: Uint8Array | undefined;
    const aes = Object.assign((key: Uint8Array) => nobleAesCbc(key), {
      digest: (algorithm: 'sha256' | 'sha1', bytes: Uint8Array) => {
        seen = bytes;
        return digest(algorithm, bytes);
      },
    });
    lib.createFeishuCodec({ ...FEISHU, aes }).encode({ type: 'm' });
    expect(seen?.length).toBeGreaterThan(20);
    expect(seen?.every((byte) => byte === 0)).toBe(true);
  });

  test('nothing stays where the engine throws, and an engine may answer in the memory that it was given', async () => {
    const { lib } = await bare();
    let seen: Uint8Array | undefined;
    const failing = Object.assign((key: Uint8Array) => nobleAesCbc(key), {
      digest: (_: 'sha256' | 'sha1', bytes: Uint8Array): Uint8Array => {
        seen = bytes;
        throw new Error('of the engine');
      },
    });
    expect(() => lib.createFeishuCodec({ ...FEISHU, aes: failing }).encode({ type: 'm' })).toThrow('of the engine');
    expect(seen?.length).toBeGreaterThan(20);
    expect(seen?.every((byte) => byte === 0)).toBe(true);
    const inPlace = Object.assign((key: Uint8Array) => nobleAesCbc(key), {
      digest: (algorithm: 'sha256' | 'sha1', bytes: Uint8Array) => {
        const result = digest(algorithm, bytes);
        bytes.set(result);
        return bytes.subarray(0, result.length);
      },
    });
    const sent = lib.createFeishuCodec({ ...FEISHU, aes: inPlace }).encode({ type: 'm' });
    expect(lib.createFeishuCodec(FEISHU).verify(sent)).toBe(true);
  });

  test('where the runtime has a hash, that one hashes', async () => {
    vi.resetModules();
    const { createFeishuCodec } = await import('../src/feishu.ts');
    const refuse = () => expect.fail('it was asked');
    const aes = Object.assign((key: Uint8Array) => nobleAesCbc(key), { digest: refuse });
    const codec = createFeishuCodec({ ...FEISHU, aes });
    expect(codec.verify(codec.encode({ schema: '2.0', header: { event_type: 'm' } }))).toBe(true);
  });

  test('a digest that is no function is a TypeError', async () => {
    const { createFeishuCodec } = await import('../src/feishu.ts');
    const aes = Object.assign((key: Uint8Array) => nobleAesCbc(key), { digest: 'sha256' }) as never;
    expect(() => createFeishuCodec({ ...FEISHU, aes })).toThrow(
      new TypeError('aes.digest must be a function, got string'),
    );
  });
});
