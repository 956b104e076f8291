import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, onTestFailed, test, vi } from 'vitest';
import { nobleAesCbc } from '../src/internal/aes/noble.ts';
import { decodeBase64 } from '../src/internal/encoding/portable.ts';
import { kernelBase64 } from '../src/internal/simd/kernel.wasm.ts';
import { createSimdAesCbc } from '../src/simd.ts';
import { aesCbcArgumentsSuite, aesCbcSuite } from './internal/aes/engine.suite.ts';

const simd = createSimdAesCbc();
const kernelBytes = () => decodeBase64(kernelBase64) as Uint8Array<ArrayBuffer>;
/** Keys and texts follow from it: `SIMD_SEED=… npx vitest run test/simd.test.ts` has those of a run that failed. */
const seed = process.env.SIMD_SEED ?? randomBytes(16).toString('hex');
const drawn = createCipheriv('aes-256-ctr', createHash('sha256').update(seed).digest(), new Uint8Array(16));
const bytes = (size: number) => new Uint8Array(drawn.update(new Uint8Array(size)));
const native = (key: Uint8Array, ivAndBlocks: Uint8Array) =>
  new Uint8Array(
    createDecipheriv('aes-256-cbc', key, ivAndBlocks.subarray(0, 16))
      .setAutoPadding(false)
      .update(ivAndBlocks.subarray(16)),
  );
/** Far quicker than toEqual on long arrays. */
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

beforeEach(() => onTestFailed(() => console.error(`SIMD_SEED=${seed}`)));

test('the kernel runs here', () => {
  expect(simd.kind).toBe('simd');
});

aesCbcSuite('simd', simd);
aesCbcArgumentsSuite('simd', simd);

describe('correctness', () => {
  test('the Monte Carlo test of NIST for CBC-256 decryption (AESAVS 6.4.2), from any start', () => {
    const start: Record<'key' | 'iv' | 'text', Uint8Array> = { key: bytes(32), iv: bytes(16), text: bytes(16) };
    type Decrypt = (iv: Uint8Array, block: Uint8Array) => Uint8Array;
    const monteCarlo = (bind: (key: Uint8Array) => Decrypt) => {
      let { key, iv, text } = start;
      const results: string[] = [];
      for (let i = 0; i < 100; i++) {
        const decrypt = bind(key);
        let chain = iv;
        let [earlier, latest] = [iv, iv];
        for (let j = 0; j < 1000; j++) {
          const plaintext = decrypt(chain, text);
          chain = text;
          text = j === 0 ? iv : latest;
          earlier = latest;
          latest = plaintext;
        }
        results.push(Buffer.from(latest).toString('hex'));
        const mask = Buffer.concat([earlier, latest]);
        key = key.map((byte, k) => byte ^ (mask[k] as number));
        iv = latest;
        text = earlier;
      }
      return results;
    };
    const ours = monteCarlo((key) => {
      const bound = simd(key);
      return (iv, block) => bound.decrypt(Uint8Array.of(...iv, ...block));
    });
    // One decipher for a key: its chain runs on by itself.
    const theirs = monteCarlo((key) => {
      let decipher: ReturnType<typeof createDecipheriv> | undefined;
      return (iv, block) => {
        decipher ??= createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
        return new Uint8Array(decipher.update(block));
      };
    });
    expect(ours).toEqual(theirs);
  });

  test('every number of blocks from 1 to 100, at every alignment', () => {
    const key = bytes(32);
    const bound = simd(key);
    for (let blocks = 1; blocks <= 100; blocks++) {
      for (let offset = 0; offset < 16; offset++) {
        const input = bytes(offset + 16 + 16 * blocks + 5).subarray(offset, offset + 16 + 16 * blocks);
        expect(same(bound.decrypt(input), native(key, input))).toBe(true);
      }
    }
  });

  test.each([8, 32])('every position in %i blocks, which are taken at once, gets every byte', (blocks) => {
    const key = bytes(32);
    for (let value = 0; value < 256; value++) {
      const plaintext = Uint8Array.from({ length: 16 * blocks }, (_, i) => value + i);
      const iv = bytes(16);
      const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
      expect(same(simd(key).decrypt(Buffer.concat([iv, cipher.update(plaintext)])), plaintext)).toBe(true);
    }
  });

  test('sizes around the window', () => {
    const key = bytes(32);
    for (const windows of [1, 2, 3]) {
      for (const blocks of [-33, -32, -31, -9, -8, -7, -1, 0, 1, 7, 8, 9, 24, 25, 32, 33]) {
        const input = bytes(16 + 32768 * windows + 16 * blocks);
        expect(same(simd(key).decrypt(input), native(key, input))).toBe(true);
      }
    }
  });

  test('one million random blocks, in calls small and large, against node:crypto', () => {
    let blocks = 0;
    for (let size = 1; blocks < 1_000_000; size = (size * 5) % 40_961) {
      const key = bytes(32);
      const input = bytes(16 + 16 * size);
      if (!same(simd(key).decrypt(input), native(key, input))) throw new Error(`wrong at ${size} blocks`);
      blocks += size;
    }
    for (let i = 0; i < 20_000; i++) {
      const key = bytes(32);
      const input = bytes(16 + 16 * (1 + (i % 24)));
      if (!same(simd(key).decrypt(input), native(key, input))) throw new Error(`wrong at ${i}`);
    }
  });

  test('one million random blocks against noble', () => {
    for (let i = 0; i < 20; i++) {
      const key = bytes(32);
      const input = bytes(16 + 16 * 50_000);
      if (!same(simd(key).decrypt(input), nobleAesCbc(key).decrypt(input))) throw new Error(`wrong at ${i}`);
    }
  });

  test('an IV alone decrypts to nothing', () => {
    expect(simd(bytes(32)).decrypt(bytes(16))).toEqual(new Uint8Array(0));
  });
});

describe('behaviour', () => {
  test('codecs taken in turns keep their keys', () => {
    const keys = Array.from({ length: 5 }, () => bytes(32));
    const bound = keys.map((key) => simd(key));
    for (let i = 0; i < 100; i++) {
      const input = bytes(16 + 16 * (i + 1));
      expect(same(bound[i % 5]?.decrypt(input) ?? input, native(keys[i % 5] ?? input, input))).toBe(true);
    }
  });

  test('setting up a codec does not disturb another', () => {
    const [key, input] = [bytes(32), bytes(64)];
    const bound = simd(key);
    bound.decrypt(input);
    simd(bytes(32));
    expect(same(bound.decrypt(input), native(key, input))).toBe(true);
  });

  test('results are their own, and plain', () => {
    const bound = simd(bytes(32));
    const first = bound.decrypt(bytes(160));
    const copy = first.slice();
    const second = bound.decrypt(bytes(160));
    expect(first).toEqual(copy);
    expect(second).not.toEqual(first);
    expect(first.constructor).toBe(Uint8Array);
  });

  test('small results lie in common memory, and do without a piece that was transferred away', () => {
    const [key, input] = [bytes(32), bytes(16 + 1024)];
    const bound = simd(key);
    const results = Array.from({ length: 100 }, () => bound.decrypt(input));
    const expected = native(key, input);
    expect(results.every((result) => same(result, expected))).toBe(true);
    expect(new Set(results.map(({ buffer }) => buffer)).size).toBeLessThan(10);
    const { buffer } = bound.decrypt(input);
    structuredClone(buffer, { transfer: [buffer] });
    expect(same(bound.decrypt(input), expected)).toBe(true);
    expect(bound.decrypt(bytes(16 + 4112)).buffer.byteLength).toBe(4112);
  });

  test('inputs are left alone, and the key is copied', () => {
    const [key, iv, blocks] = [bytes(32), bytes(16), bytes(4096)];
    const input = Uint8Array.of(...iv, ...blocks);
    const before = [key.slice(), iv.slice(), blocks.slice(), input.slice()] as const;
    const bound = simd(key);
    bound.decrypt(input);
    simd(key).encrypt(iv, blocks);
    expect([key, iv, blocks, input]).toEqual(before);
    key.fill(0);
    expect(same(bound.decrypt(input), native(before[0], input))).toBe(true);
    expect(same(bound.decrypt(Uint8Array.of(...iv, ...bound.encrypt(iv, blocks))), blocks)).toBe(true);
  });

  test.each([0, 16, 24, 31, 33])('a key of %i bytes is a TypeError', (size) => {
    expect(() => simd(bytes(size))).toThrow(TypeError);
  });

  test.each([0, 15, 17, 31])('an input of %i bytes is a TypeError', (size) => {
    expect(() => simd(bytes(32)).decrypt(bytes(size))).toThrow(TypeError);
  });
});

describe('starting', () => {
  let fresh: typeof createSimdAesCbc;
  let instances: WebAssembly.Instance[];

  // A module of its own, that has not started the kernel yet, and a look at what it starts.
  beforeEach(async () => {
    vi.resetModules();
    fresh = (await import('../src/simd.ts')).createSimdAesCbc;
    instances = [];
    vi.stubGlobal('WebAssembly', {
      Module: WebAssembly.Module,
      Instance: class {
        constructor(module: WebAssembly.Module) {
          const instance = new RealInstance(module);
          instances.push(instance);
          // biome-ignore lint/correctness/noConstructorReturn: stands in for the real instance
          return instance;
        }
      },
    });
  });
  const RealInstance = WebAssembly.Instance;
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  const expectNoble = (module?: WebAssembly.Module) => {
    const engine = fresh(module);
    expect(engine.kind).toBe('noble');
    const key = bytes(32);
    const input = bytes(176);
    expect(same(engine(key).decrypt(input), native(key, input))).toBe(true);
    expect(engine(key).encrypt(input.subarray(0, 16), input.subarray(16))).toEqual(
      nobleAesCbc(key).encrypt(input.subarray(0, 16), input.subarray(16)),
    );
  };

  test('one instance serves all', () => {
    expect(fresh().kind).toBe('simd');
    expect(fresh().kind).toBe('simd');
    expect(fresh(new WebAssembly.Module(kernelBytes())).kind).toBe('simd');
    expect(instances.length).toBe(1);
  });

  test('a module that is passed is used, and no bytes are compiled', () => {
    const module = new WebAssembly.Module(kernelBytes());
    vi.stubGlobal('WebAssembly', { Instance: WebAssembly.Instance });
    expect(fresh(module).kind).toBe('simd');
  });

  test('nothing is compiled at import', () => {
    expect(instances.length).toBe(0);
  });

  test('without WebAssembly: noble', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expectNoble();
  });

  test('where compiling is forbidden: noble, and the kernel once a module is passed', () => {
    const module = new WebAssembly.Module(kernelBytes());
    vi.stubGlobal('WebAssembly', {
      Instance: WebAssembly.Instance,
      Module: class {
        constructor() {
          throw new Error('forbidden');
        }
      },
    });
    expectNoble();
    expect(fresh(module).kind).toBe('simd');
  });

  test('in a runtime that forbids it: noble', () => {
    const bundle = buildSync({
      stdin: { contents: `export * from './src/simd.ts'`, resolveDir: `${import.meta.dirname}/..` },
      bundle: true,
      format: 'iife',
      globalName: 'simd',
      write: false,
    }).outputFiles[0]?.text;
    const run = (wasm: boolean) =>
      runInContext(
        `${bundle}; simd.createSimdAesCbc().kind`,
        createContext({}, { codeGeneration: { wasm, strings: true } }),
      );
    expect(run(true)).toBe('simd');
    expect(run(false)).toBe('noble');
  });

  test('with another module: noble', () => {
    expectNoble(new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)));
  });

  test('with something that is no module: noble', () => {
    expectNoble({} as WebAssembly.Module);
  });

  test('with any one XOR or AND of the kernel wrong: noble', () => {
    // v128.xor (fd 51) and v128.and (fd 4e) become each other, one at a time: still a valid module.
    let tried = 0;
    for (let i = 0; i < kernelBytes().length - 1; i++) {
      const broken = kernelBytes();
      if (broken[i] !== 0xfd || (broken[i + 1] !== 0x51 && broken[i + 1] !== 0x4e)) continue;
      broken[i + 1] = broken[i + 1] === 0x51 ? 0x4e : 0x51;
      expect(fresh(new WebAssembly.Module(broken)).kind).toBe('noble');
      tried++;
    }
    expect(tried).toBeGreaterThan(430);
  });

  test('no plaintext and no key stays in memory, and the memory never grows', () => {
    const engine = fresh();
    const { memory, SCHEDULE, WORDS, KEY, WINDOW_SIZE } = (instances[0] as WebAssembly.Instance).exports;
    const value = (global: unknown) => (global as WebAssembly.Global).value as number;
    const scratch = () => new Uint8Array((memory as WebAssembly.Memory).buffer, value(WORDS));
    expect(value(SCHEDULE)).toBeLessThan(value(WORDS));
    expect(value(WORDS)).toBeLessThan(value(KEY));
    expect(scratch().every((byte) => byte === 0)).toBe(true);
    const bound = engine(bytes(32));
    expect(scratch().every((byte) => byte === 0)).toBe(true);
    const window = value(WINDOW_SIZE);
    for (const size of [16, 32, 112, 128, 144, 384, 400, 512, 1024, window - 16, window, window + 16, 500 * window]) {
      bound.decrypt(bytes(16 + size));
      expect(scratch().every((byte) => byte === 0)).toBe(true);
    }
    expect((memory as WebAssembly.Memory).buffer.byteLength).toBe(65536);
  });
});
