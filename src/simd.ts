// AES-256-CBC whose decryption takes the same time for every key and text, and hashes, by WebAssembly SIMD.
// `callback-codec/simd`.
// The kernel is internal/simd/kernel.ts; internal/simd/kernel.wasm.ts holds its bytes.
import {
  AES_BLOCK,
  type AesCbc,
  type AesCbcEngine,
  type EngineDigest,
  requireBlocks,
  requireIvAndBlocks,
  requireKey,
} from './internal/aes/engine.ts';
import { nobleAesCbc } from './internal/aes/noble.ts';
import { isBytes } from './internal/arguments.ts';
import { decodeBase64 } from './internal/encoding/base64.ts';
import { decodeHex, encodeHex } from './internal/encoding/hex.ts';
import { ask } from './internal/runtime.ts';
import { kernelBase64 } from './internal/simd/kernel.wasm.ts';

export type { AesCbc, AesCbcEngine, EngineDigest } from './internal/aes/engine.ts';
export { CallbackError, type CallbackErrorCode, isCallbackError } from './internal/errors.ts';

/** A `WebAssembly.Module`; so named that no DOM typings are needed. */
export type WebAssemblyModule = object;

/** An engine that tells what runs: `simd`, the WebAssembly kernel, or `noble` where that cannot run. */
export type SimdAesCbcEngine = AesCbcEngine & { readonly kind: 'simd' | 'noble' };

/** The exports of `simd/kernel.ts`; its constants are addresses and sizes in its memory. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly SCHEDULE: { readonly value: number };
  readonly WORDS: { readonly value: number };
  readonly DIGEST: { readonly value: number };
  readonly KEY: { readonly value: number };
  readonly WINDOW: { readonly value: number };
  readonly WINDOW_SIZE: { readonly value: number };
  expandKey(): void;
  decrypt(size: number): void;
  sha256(size: number, first: boolean): void;
  sha1(size: number, first: boolean): void;
}

declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => WebAssemblyModule;
  Instance: new (module: WebAssemblyModule) => { readonly exports: unknown };
};

/** The kernel decrypts blocks in eights, and so may write this far beyond the end of its input. */
const OVERRUN = 7 * AES_BLOCK;

/** Up to so many bytes, results are cut from common memory: V8 takes long to make an array. */
const SMALL = 4096;

/** The one instance of the kernel, once it has passed its test. */
let shared: KernelEngine | undefined;

type KernelEngine = AesCbcEngine & { readonly digest: EngineDigest };

/**
 * Makes an engine to pass as `aes:` to a codec. Decryption, key setup included, is bitsliced: no table lookup, branch,
 * address or shift depends on key or text (FIPS 197 in the circuit of Boyar and Peralta, IACR ePrint 2011/332), and it is
 * 1.5 to 4 times as fast as noble's tables. Encryption is noble's, which makes no such promise. Its `digest`, SHA-256 and
 * SHA-1, makes the first one, too: codecs that are given the engine verify signatures with it where the runtime has no hash
 * of its own.
 *
 * Choose it where there is no `node:crypto`: browsers, Workers, edge functions; or in Deno, whose own AES is slower.
 *
 * The kernel (9.1 KB, in this file) is compiled at the first call, synchronously, and must give known answers, for AES that
 * of NIST SP 800-38A. One instance of 64 KB serves all codecs; its memory never grows, and all but the last key schedule is
 * wiped after each call.
 *
 * @param module The compiled kernel, for runtimes that forbid compiling bytes but import modules, as Cloudflare Workers do:
 * `import kernel from 'callback-codec/simd.wasm'`. Not needed elsewhere.
 * @returns The engine. Its `kind` is `noble` where WebAssembly or its SIMD is missing or forbidden (a Content Security
 * Policy without `'wasm-unsafe-eval'`, a bare runtime): it works, as a table-driven engine. Test `kind` if you must not run
 * that one. A later call may still succeed, with a module.
 * @throws {TypeError} From the engine: a key not of 32 bytes, or no whole blocks. From its `digest`, which is there where
 * `kind` is `simd`: another algorithm, or no bytes.
 *
 * @example
 * ```ts
 * import { createFeishuCodec } from 'callback-codec/feishu';
 * import { createSimdAesCbc } from 'callback-codec/simd';
 *
 * const aes = createSimdAesCbc();
 * console.log(aes.kind); // simd
 * const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token', aes });
 * console.log(codec.decrypt('P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=')); // hello world
 * ```
 */
export function createSimdAesCbc(module?: WebAssemblyModule): SimdAesCbcEngine {
  shared ??= ask(() => startKernel(module));
  const engine = shared ?? nobleAesCbc;
  const { digest } = engine;
  return Object.assign((key: Uint8Array) => engine(key), { kind: shared ? 'simd' : 'noble', digest } as const);
}

/** Throws where WebAssembly or SIMD is missing or forbidden: only trying tells. */
function startKernel(module?: WebAssemblyModule): KernelEngine | undefined {
  const compiled = module ?? new WebAssembly.Module(decodeBase64(kernelBase64, 0) as Uint8Array);
  const machine = makeMachine(new WebAssembly.Instance(compiled).exports as Kernel);
  const engine = Object.assign(kernelAesCbc(machine), { digest: kernelDigest(machine) });
  return decryptsKnownAnswer(engine) && hashesKnownAnswers(machine) ? engine : undefined;
}

/** The one instance, where its parts lie, and whose key schedule it holds. */
interface Machine {
  readonly kernel: Kernel;
  readonly memory: Uint8Array;
  readonly view: DataView;
  readonly SCHEDULE: number;
  readonly WORDS: number;
  readonly DIGEST: number;
  readonly KEY: number;
  readonly WINDOW: number;
  readonly WINDOW_SIZE: number;
  loaded: Uint8Array | undefined;
}

function makeMachine(kernel: Kernel): Machine {
  return {
    kernel,
    memory: new Uint8Array(kernel.memory.buffer),
    view: new DataView(kernel.memory.buffer),
    SCHEDULE: kernel.SCHEDULE.value,
    WORDS: kernel.WORDS.value,
    DIGEST: kernel.DIGEST.value,
    KEY: kernel.KEY.value,
    WINDOW: kernel.WINDOW.value,
    WINDOW_SIZE: kernel.WINDOW_SIZE.value,
    loaded: undefined,
  };
}

function kernelAesCbc(machine: Machine): AesCbcEngine {
  return (key): AesCbc => {
    requireKey(key);
    const schedule = expandKey(machine, key);
    // noble's key setup reads tables at secret addresses: only those who encrypt run it.
    const ownKey = Uint8Array.from(key); // slice() of a Buffer is the same memory
    let noble: AesCbc | undefined;
    return {
      encrypt(iv, blocks) {
        requireIvAndBlocks(iv, blocks);
        noble ??= nobleAesCbc(ownKey);
        return noble.encrypt(iv, blocks);
      },
      decrypt(ivAndBlocks) {
        requireBlocks(ivAndBlocks);
        return decrypt(machine, schedule, ivAndBlocks);
      },
    };
  };
}

function expandKey(machine: Machine, key: Uint8Array): Uint8Array {
  const { kernel, memory, SCHEDULE, WORDS, KEY, WINDOW } = machine;
  memory.set(key, KEY);
  kernel.expandKey();
  const schedule = memory.slice(SCHEDULE, WORDS);
  machine.loaded = schedule;
  memory.fill(0, KEY, WINDOW + AES_BLOCK + OVERRUN);
  return schedule;
}

function decrypt(machine: Machine, schedule: Uint8Array, ivAndBlocks: Uint8Array): Uint8Array {
  const { kernel, memory, SCHEDULE, KEY, WINDOW, WINDOW_SIZE } = machine;
  if (machine.loaded !== schedule) {
    memory.set(schedule, SCHEDULE);
    machine.loaded = schedule;
  }
  const size = ivAndBlocks.length - AES_BLOCK;
  const plaintext = newBytes(size);
  for (let at = 0; at < size; at += WINDOW_SIZE) {
    // The block before a part is its IV, and is overwritten by that part only.
    const part = size <= WINDOW_SIZE ? ivAndBlocks : ivAndBlocks.subarray(at, at + AES_BLOCK + WINDOW_SIZE);
    memory.set(part, WINDOW);
    kernel.decrypt(part.length - AES_BLOCK);
    plaintext.set(memory.subarray(WINDOW, WINDOW + part.length - AES_BLOCK), at);
  }
  memory.fill(0, KEY, WINDOW + AES_BLOCK + Math.min(size, WINDOW_SIZE) + OVERRUN);
  return plaintext;
}

function kernelDigest(machine: Machine): EngineDigest {
  return (algorithm, bytes) => {
    if (algorithm !== 'sha256' && algorithm !== 'sha1') throw new TypeError('algorithm must be sha256 or sha1');
    if (!isBytes(bytes)) throw new TypeError('bytes must be a Uint8Array');
    return digest(machine, algorithm, bytes);
  };
}

/** Bytes of a block of both hashes, and of the length at the end of its padding (FIPS 180-4, 5.1.1). */
const HASH_BLOCK = 64;
const HASH_LENGTH = 8;

function digest(machine: Machine, algorithm: 'sha256' | 'sha1', bytes: Uint8Array): Uint8Array {
  const { kernel, memory, view, WORDS, DIGEST, WINDOW, WINDOW_SIZE } = machine;
  const { length } = bytes;
  let at = 0;
  for (; length - at > WINDOW_SIZE; at += WINDOW_SIZE) {
    memory.set(bytes.subarray(at, at + WINDOW_SIZE), WINDOW);
    kernel[algorithm](WINDOW_SIZE, at === 0);
  }
  // The window has room for the padding behind a last part that fills it.
  const end = WINDOW + length - at;
  const padded = Math.ceil((length - at + 1 + HASH_LENGTH) / HASH_BLOCK) * HASH_BLOCK;
  memory.set(at === 0 ? bytes : bytes.subarray(at), WINDOW);
  if (at > 0) memory.fill(0, end, WINDOW + padded); // a wiped window is zeros
  memory[end] = 0x80;
  view.setUint32(WINDOW + padded - 8, length / 2 ** 29);
  view.setUint32(WINDOW + padded - 4, length * 8);
  kernel[algorithm](padded, at === 0);
  const result = newBytes(algorithm === 'sha256' ? 32 : 20);
  result.set(memory.subarray(DIGEST, DIGEST + result.length));
  memory.fill(0, WORDS, WINDOW + Math.max(padded, Math.min(length, WINDOW_SIZE)));
  return result;
}

let pool: Uint8Array | undefined;
let poolUsed = 0;

/** Memory for a result. A small piece is cut from a common one, as Node does for Buffers. */
function newBytes(size: number): Uint8Array {
  if (size > SMALL) return new Uint8Array(size);
  if (pool === undefined || poolUsed + size > pool.length) {
    pool = new Uint8Array(4 * SMALL);
    poolUsed = 0;
  }
  poolUsed += size;
  return pool.subarray(poolUsed - size, poolUsed);
}

/**
 * CBC-AES256.Decrypt of NIST SP 800-38A, F.2.6, its ciphertext nine times over, so that the kernel takes 32 blocks at once
 * and then a part of eight.
 */
function decryptsKnownAnswer(engine: AesCbcEngine): boolean {
  const key = '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4';
  const iv = '000102030405060708090a0b0c0d0e0f';
  const ciphertext =
    'f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d' +
    '39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b';
  const first = '6bc1bee22e409f96e93d7e117393172a';
  // The same plus the IV, and plus the last block of ciphertext, which stands before it in all repetitions.
  const firstAgain = 'd92bb903e9de706d3b586d1df3f4843e';
  const others = 'ae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710';
  const plaintext = engine(decodeHex(key)).decrypt(decodeHex(iv + ciphertext.repeat(9)));
  return encodeHex(plaintext) === first + others + (firstAgain + others).repeat(8);
}

/**
 * Digests by node:crypto of 450 bytes, in a window so small that they are taken in two parts: of four blocks and one, and
 * of three with the padding.
 */
function hashesKnownAnswers(machine: Machine): boolean {
  const small = { ...machine, WINDOW_SIZE: 5 * HASH_BLOCK };
  const bytes = Uint8Array.from({ length: 450 }, (_, i) => 31 * i + (i >> 3));
  const hexOf = (algorithm: 'sha256' | 'sha1') => encodeHex(digest(small, algorithm, bytes));
  return (
    hexOf('sha256') === '6a67f0d7b23ac311a72ed0bff41a0d7a5f65d2c7785038caab2220a32ec89362' &&
    hexOf('sha1') === '9311c6aead7c033125cc154e7c4e31d1f758cf68'
  );
}
