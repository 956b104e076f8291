// Base64 by each of the ways in native.ts, and which of them a runtime is given.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  decodeBase64,
  encodeBase64,
  makeDecodeBase64,
  makeEncodeBase64,
} from '../../../src/internal/encoding/base64.ts';
import * as portable from '../../../src/internal/encoding/portable.ts';
import type { Runtime } from '../../../src/internal/runtime.ts';
import { base64OfES2026, utf8, withBase64 } from '../../helpers.ts';
import { base64Suite } from './base64.suite.ts';
import { node, RUNTIMES, web } from './runtimes.ts';

const make = (runtime: Runtime) => ({
  encodeBase64: makeEncodeBase64(runtime),
  decodeBase64: makeDecodeBase64(runtime),
});

base64Suite('this runtime', { encodeBase64, decodeBase64 });
for (const [name, runtime] of RUNTIMES)
  base64Suite(
    name,
    withBase64({}, () => make(runtime)),
  );

describe('with the base64 of ES2026', () => {
  // The engine's own, where it has them.
  const missing = Object.entries(base64OfES2026).filter(([name]) => !(name in Uint8Array.prototype));
  const install = () => {
    for (const [name, value] of missing)
      Object.defineProperty(Uint8Array.prototype, name, { value, configurable: true });
  };
  const remove = () => {
    for (const [name] of missing) Reflect.deleteProperty(Uint8Array.prototype, name);
  };

  install();
  const bare = make({});
  const onNode = make(node);
  remove();
  beforeAll(install);
  afterEach(() => vi.restoreAllMocks()); // before what they stand for is removed
  afterAll(remove);
  it('is used', () => {
    expect(bare.decodeBase64).not.toBe(portable.decodeBase64);
    expect(bare.encodeBase64).not.toBe(portable.encodeBase64);
  });
  it.each(['Zm9v    ', '    Zm9v', 'Zm9vZm\n\n\n\n8='])('refuses white space, which the built-in skips: %j', (text) => {
    expect(bare.decodeBase64(text, 0)).toBeUndefined();
  });
  it('decodes more than its scratch memory holds', () => {
    const long = Buffer.alloc(65_537, 'codec');
    expect(bare.decodeBase64(long.toString('base64'), 16)?.subarray(16)).toEqual(new Uint8Array(long));
  });
  it.each([
    [384, 0],
    [385, 1],
  ])('decodes %i bytes on Node with it %i times', (length, times) => {
    const builtIn = vi.spyOn(Uint8Array.prototype as unknown as typeof base64OfES2026, 'setFromBase64');
    const text = Buffer.alloc(length, 'codec').toString('base64');
    expect(onNode.decodeBase64(text, 0)).toEqual(portable.decodeBase64(text));
    expect(builtIn).toHaveBeenCalledTimes(times);
  });
  base64Suite('a bare engine', bare);
  base64Suite('on Node', onNode);
});

describe('a runtime', () => {
  type Direction = 'encodes' | 'decodes';
  /** For what its built-ins are used. */
  const chosen = (runtime: Runtime) => {
    const directions: Direction[] = [];
    if (makeEncodeBase64(runtime) !== portable.encodeBase64) directions.push('encodes');
    if (makeDecodeBase64(runtime) !== portable.decodeBase64) directions.push('decodes');
    return directions;
  };

  it('is used for what it has', () => {
    const { buffer } = node;
    withBase64({}, () => {
      expect(chosen(node)).toEqual(['encodes', 'decodes']);
      expect(chosen({ buffer })).toEqual(['encodes']);
      expect(chosen(web)).toEqual([]);
    });
    withBase64(base64OfES2026, () => {
      expect(chosen(node)).toEqual(['encodes', 'decodes']);
      expect(chosen({ buffer })).toEqual(['encodes', 'decodes']);
      expect(chosen(web)).toEqual(['encodes', 'decodes']);
    });
  });

  /** What the runtime leaves to ES2026's base64, of short texts, where the engine has it. */
  const leftToES2026 = (runtime: Runtime) => {
    const left: Direction[] = [];
    const methods: typeof base64OfES2026 = {
      toBase64() {
        left.push('encodes');
        return base64OfES2026.toBase64.call(this);
      },
      setFromBase64(text) {
        left.push('decodes');
        return base64OfES2026.setFromBase64.call(this, text);
      },
    };
    withBase64(methods, () => {
      const { encodeBase64, decodeBase64 } = make(runtime);
      left.length = 0; // they were tried first
      expect(encodeBase64(utf8('foo'))).toBe('Zm9v');
      expect(decodeBase64('Zm9v', 0)).toEqual(utf8('foo'));
    });
    return left;
  };

  /** Buffer whose base64 has one fault. */
  const buffer = (faults: {
    write?: (text: string, at: number) => number | undefined;
    text?: (bytes: Uint8Array) => string | undefined;
    byteLength?: (text: string) => number | undefined;
  }): Runtime => {
    const from = (memory: ArrayBuffer, offset: number, length: number) => {
      const real = Buffer.from(memory, offset, length);
      return Object.assign(real, {
        // As strict as workerd, which takes a length beyond the end for a mistake, also where it is the default.
        base64Write: (text: string, at: number, room = real.length) => {
          if (at + room > real.length) throw new RangeError('length is out of range');
          return (
            faults.write?.(text, at) ?? node.buffer?.Buffer.prototype.base64Write.call(real as never, text, at, room)
          );
        },
        toString: (encoding: BufferEncoding) => faults.text?.(real) ?? Buffer.prototype.toString.call(real, encoding),
      });
    };
    const byteLength = (text: string) => faults.byteLength?.(text) ?? Buffer.byteLength(text);
    const fake = { ...node.buffer, Buffer: { from, byteLength, prototype: Buffer.prototype } };
    return { ...node, buffer: fake as unknown as Runtime['buffer'] };
  };
  it('is used for a Buffer without a fault', () => {
    withBase64({}, () => expect(chosen(buffer({}))).toEqual(['encodes', 'decodes']));
    expect(leftToES2026(buffer({}))).toEqual(['encodes']); // which is as fast in Node, and faster in Bun
  });
  it.each<[string, Runtime, Direction]>([
    [
      'writes the URL alphabet',
      buffer({ text: (input) => Buffer.from(input).toString('base64').replaceAll('+', '-').replaceAll('/', '_') }),
      'encodes',
    ],
    ['makes something of nothing', buffer({ text: (input) => (input.length === 0 ? '=' : undefined) }), 'encodes'],
    ['writes at the start only', buffer({ write: (_, at) => (at > 0 ? 0 : undefined) }), 'decodes'],
    ['skips + and /', buffer({ write: (text) => (/[+/]/.test(text) ? 0 : undefined) }), 'decodes'],
    ['cannot count past 8 bits', buffer({ byteLength: (text) => text.length }), 'decodes'],
  ])('is not used for a Buffer that %s', (_, runtime, direction) => {
    withBase64({}, () => expect(chosen(runtime)).not.toContain(direction));
    expect(leftToES2026(runtime)).toEqual([...new Set(['encodes', direction])]);
  });

  it.each([
    ['without', {}],
    ['with', base64OfES2026],
  ])('sees a character beyond ASCII at the end of text of any length, %s the base64 of ES2026', (_, methods) => {
    withBase64(methods, () => {
      const decode = makeDecodeBase64(node);
      // Buffer takes it for base64.
      for (const length of [4, 512, 516, 65_532, 65_536, 65_540]) {
        expect(decode('A'.repeat(length), 0)).toHaveLength(length * 0.75);
        expect(decode(`${'A'.repeat(length - 1)}\u0141`, 0)).toBeUndefined();
      }
    });
  });

  it('decodes into the same memory again as long as there is room', () => {
    const longest = 65_536;
    const longest64 = ((longest - 1) / 3) * 4; // of one byte less
    const memoryOf = (decode: typeof decodeBase64, length: number, reserve = 0) =>
      decode('A'.repeat(length), reserve)?.buffer;
    withBase64({}, () => {
      const node64 = makeDecodeBase64(node);
      expect(memoryOf(node64, 4)).toBe(memoryOf(node64, longest));
      expect(memoryOf(node64, 4)).toBe(memoryOf(node64, longest - 16, 16));
      expect(memoryOf(node64, 4)).not.toBe(memoryOf(node64, longest, 16));
    });
    withBase64(base64OfES2026, () => {
      const web64 = makeDecodeBase64({});
      expect(memoryOf(web64, 4)).toBe(memoryOf(web64, longest64, 1));
      expect(memoryOf(web64, 4, 16)).toBe(memoryOf(web64, 64, 16));
      expect(memoryOf(web64, 4)).not.toBe(memoryOf(web64, longest64, 2));
      const both64 = makeDecodeBase64(node); // short texts with Buffer, long ones without
      expect(memoryOf(both64, 4)).toBe(memoryOf(both64, 512));
      expect(memoryOf(both64, 516)).toBe(memoryOf(both64, longest64, 1));
      expect(memoryOf(both64, 516)).not.toBe(memoryOf(both64, longest64, 2));
    });
  });
});

describe('setFromBase64', () => {
  /**
   * Runs with one that may be wrong. `fault` gives how many bytes it says it wrote; where it gives nothing, it does as the
   * standard says.
   */
  function withSetFromBase64(
    fault: ((text: string, given: unknown) => number | undefined) | undefined,
    run: () => void,
  ) {
    const setFromBase64 = function (this: Uint8Array, text: string, given: unknown) {
      const written = fault?.(text, given);
      return written === undefined ? base64OfES2026.setFromBase64.call(this, text) : { written };
    };
    withBase64({ setFromBase64 }, run);
  }

  it('is asked to be strict', () => {
    const options: unknown[] = [];
    withSetFromBase64(
      (_, given) => {
        options.push(given);
        return undefined;
      },
      () => expect(makeDecodeBase64({})('AAAA', 0)).toHaveLength(3),
    );
    expect(options.length).toBeGreaterThan(0);
    for (const given of options) expect(given).toEqual({ lastChunkHandling: 'strict' });
  });

  it.each([
    ['takes the URL alphabet', '-_-_AAE='],
    ['takes spare bits', 'AB=='],
    ['takes white space for a character', 'A A='],
    ['takes a character beyond ASCII', 'AA\u0141A'],
    ['takes a group of padding', 'AAAA===='],
  ])('is not used where it %s', (_, text) => {
    const lenient = (given: string) => (given === text ? portable.base64Length(given) : undefined);
    withSetFromBase64(lenient, () => expect(makeDecodeBase64({})).toBe(portable.decodeBase64));
    withSetFromBase64(undefined, () => expect(makeDecodeBase64({})).not.toBe(portable.decodeBase64));
  });
});
