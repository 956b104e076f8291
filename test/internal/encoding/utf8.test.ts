// UTF-8 by each of the ways in native.ts, and which of them a runtime is given.
import { describe, expect, it, vi } from 'vitest';
import * as portable from '../../../src/internal/encoding/portable.ts';
import {
  decodeUtf8,
  encodeUtf8,
  isWellFormed,
  makeDecodeUtf8,
  makeEncodeUtf8,
  makeIsWellFormed,
  makeWriteUtf8,
  writeUtf8,
} from '../../../src/internal/encoding/utf8.ts';
import { ask, type Runtime } from '../../../src/internal/runtime.ts';
import { errorOf, utf8 } from '../../helpers.ts';
import { node, RUNTIMES, web } from './runtimes.ts';
import { utf8Suite } from './utf8.suite.ts';

utf8Suite('this runtime', { isWellFormed, encodeUtf8: (text) => ask(() => encodeUtf8(text)), decodeUtf8 });
for (const [name, runtime] of RUNTIMES) {
  utf8Suite(name, {
    isWellFormed: makeIsWellFormed(runtime),
    encodeUtf8: makeEncodeUtf8(runtime),
    decodeUtf8: makeDecodeUtf8(runtime),
  });
}

describe('writeUtf8', () => {
  class Throwing {
    encodeInto() {
      throw new Error('not here');
    }
  }
  /** Right but for what `spoil` does. */
  const wrong = (spoil: (into: Uint8Array, written: number) => number) =>
    class {
      encodeInto(text: string, into: Uint8Array) {
        return { written: spoil(into, new TextEncoder().encodeInto(text, into).written) };
      }
    };
  const encoders: [string, unknown][] = [
    ['none', undefined],
    ['one that works', TextEncoder],
    ['one that throws', Throwing],
    ['one that miscounts', wrong((_, written) => written - 1)],
    ['one that changes bytes', wrong((into, written) => into.fill(0x41, 0, 2) && written)],
  ];
  const ways: [string, typeof writeUtf8][] = [['this runtime', writeUtf8]];
  for (const [name, Encoder] of encoders) ways.push([name, makeWriteUtf8({ TextEncoder: Encoder } as Runtime)]);

  it.each(ways)('with %s writes where it is told, and says how much', (_, write) => {
    for (const text of ['', 'a', 'na\u00efve \u4f60\u597d \u{1f600}', 'x'.repeat(5000)]) {
      for (const at of [0, 1, 7]) {
        const into = new Uint8Array(at + 3 * text.length + 2).fill(0xee);
        const expected = into.slice();
        expected.set(utf8(text), at);
        const length = write(text, into, at);
        expect(length).toBe(utf8(text).length);
        // What is behind the text may be written to.
        expect(into.subarray(0, at + length)).toEqual(expected.subarray(0, at + length));
      }
    }
  });

  it('is the TextEncoder of a runtime where that is right', () => {
    let asked = 0;
    const counting = wrong((_, written) => {
      asked++;
      return written;
    });
    const write = makeWriteUtf8({ TextEncoder: counting } as unknown as Runtime);
    asked = 0;
    write('a', new Uint8Array(3), 0);
    expect(asked).toBe(1);
  });
});

describe('encodeUtf8', () => {
  it.each(['\ud800', 'hush\udc00', '\udc00\ud800'])('is a TypeError for half a surrogate pair: %j', (text) => {
    const error = errorOf(() => encodeUtf8(text));
    expect(error).toEqual(new TypeError('text must be well-formed: it holds half of a surrogate pair'));
  });
});

describe('a runtime', () => {
  const chosen = (runtime: Runtime) => ({
    encodes: makeEncodeUtf8(runtime) !== portable.encodeUtf8,
    decodes: makeDecodeUtf8(runtime) !== portable.decodeUtf8,
  });

  it('is used for what it has', () => {
    expect(chosen(node)).toEqual({ encodes: true, decodes: true });
    expect(chosen(web)).toEqual({ encodes: true, decodes: true });
    expect(chosen({ buffer: node.buffer })).toEqual({ encodes: false, decodes: true });
    expect(chosen({ TextEncoder })).toEqual({ encodes: true, decodes: false });
    expect(chosen({})).toEqual({ encodes: false, decodes: false });
  });

  it('whose built-ins throw or answer wrongly is as good as a bare engine', () => {
    const throwing = class {
      constructor() {
        throw new Error('not here');
      }
    };
    const wrong = class {
      encode = () => new Uint8Array(1);
      encodeInto = () => ({ written: 0 });
      decode = () => 'wrong';
    };
    for (const [TextEncoder, TextDecoder] of [
      [throwing, throwing],
      [wrong, wrong],
    ]) {
      const runtime = { TextEncoder, TextDecoder } as unknown as Runtime;
      expect(makeEncodeUtf8(runtime)).toBe(portable.encodeUtf8);
      expect(makeDecodeUtf8(runtime)).toBe(portable.decodeUtf8);
    }
  });

  /** TextEncoder and TextDecoder with one fault. */
  const encoder = (fault: (text: string) => Uint8Array | undefined): Runtime =>
    ({
      TextEncoder: class extends TextEncoder {
        override encode(text = '') {
          return (fault(text) ?? super.encode(text)) as Uint8Array<ArrayBuffer>;
        }
      },
    }) as Runtime;
  const decoder = (fault: (bytes: Uint8Array) => string | undefined): Runtime =>
    ({
      TextDecoder: class extends TextDecoder {
        override decode(input: Uint8Array) {
          return fault(input) ?? super.decode(input);
        }
      },
    }) as unknown as Runtime;
  const hex = (input: Uint8Array) => Buffer.from(input).toString('hex');
  it.each<[string, Runtime]>([
    ['takes text beyond ASCII for Latin-1', encoder((text) => Buffer.from(text, 'latin1'))],
    ['drops a BOM', decoder((input) => new TextDecoder('utf-8', { fatal: true }).decode(input))],
    ['takes a surrogate', decoder((input) => (hex(input) === 'eda080' ? '\ufffd' : undefined))],
    ['takes half a character', decoder((input) => (hex(input) === 'e4bd' ? '\ufffd' : undefined))],
  ])('is not used for an encoder or decoder that %s', (_, runtime) => {
    expect(chosen(runtime)).toEqual({ encodes: false, decodes: false });
  });

  it('encodes no half of a surrogate pair, whether its String knows one or not', () => {
    withIsWellFormed({ value: () => true }, () => {
      const encode = makeEncodeUtf8(web);
      expect(encode('\ud800')).toBeUndefined();
      expect(encode).not.toBe(portable.encodeUtf8);
    });
  });

  it('decodes memory that its TextDecoder does not take', () => {
    const decode = makeDecodeUtf8(
      decoder((input) => {
        if (input.buffer instanceof SharedArrayBuffer) throw new TypeError('shared');
        return undefined;
      }),
    );
    expect(decode).not.toBe(portable.decodeUtf8);
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    shared.set(utf8('飞'), 1);
    expect(decode(shared, 1, 4)).toBe('飞');
  });
});

/** Runs with another isWellFormed of String, or without one. */
function withIsWellFormed(other: PropertyDescriptor | undefined, run: () => void): void {
  const builtIn = Object.getOwnPropertyDescriptor(String.prototype, 'isWellFormed') as PropertyDescriptor;
  try {
    Reflect.deleteProperty(String.prototype, 'isWellFormed');
    if (other) Object.defineProperty(String.prototype, 'isWellFormed', { ...other, configurable: true });
    run();
  } finally {
    Object.defineProperty(String.prototype, 'isWellFormed', builtIn);
  }
}

describe('isWellFormed of an engine that has none built in, or one that throws or is wrong', () => {
  const refuse = () => {
    throw new Error('not here');
  };
  it.each<[string, PropertyDescriptor | undefined]>([
    ['none', undefined],
    ['one that cannot be read', { get: refuse }],
    ['one that throws', { value: refuse }],
    ['one that says yes', { value: () => true }],
    ['one that says no', { value: () => false }],
  ])('is the portable one: %s', (_, other) => {
    withIsWellFormed(other, () => expect(makeIsWellFormed({})).toBe(portable.isWellFormed));
    expect(makeIsWellFormed({})).not.toBe(portable.isWellFormed);
  });
});

describe('decodeUtf8 on Node', () => {
  const { buffer } = node;
  if (buffer === undefined) throw new Error('these tests need node:buffer');
  /** A runtime that notes what it reads long text with. */
  const makeRuntime = (v8: string, faults: Partial<typeof buffer> = {}) => {
    const used: string[] = [];
    const runtime = {
      versions: { v8 },
      buffer: {
        ...buffer,
        transcode: (...args: Parameters<NonNullable<typeof buffer.transcode>>) => {
          used.push('transcode');
          return buffer.transcode?.(...args) as ReturnType<NonNullable<typeof buffer.transcode>>;
        },
        ...faults,
      },
      TextDecoder: class extends TextDecoder {
        override decode(bytes: Uint8Array) {
          used.push('TextDecoder');
          return super.decode(bytes);
        }
      },
    } as unknown as Runtime;
    return { runtime, used };
  };
  const chinese = '飞书'.repeat(3000);
  const ascii = 'a'.repeat(12_288);

  it.each([
    ['12.4.254.21-node.33', chinese, ['transcode']],
    ['12.4.254.21-node.33', ascii, []],
    ['12.4.254.21-node.33', chinese.slice(0, 4095), []],
    ['13.6.233.10-node.18', chinese, ['TextDecoder']],
    ['13.6.233.10-node.18', ascii, ['TextDecoder']],
    ['13.6.233.10-node.18', ascii.slice(-256), ['TextDecoder']],
    ['13.6.233.10-node.18', ascii.slice(-255), []],
    ['', ascii, ['TextDecoder']],
  ])('of V8 %s reads with what is fastest there', (v8, text, expected) => {
    const { runtime, used } = makeRuntime(v8);
    const decode = makeDecodeUtf8(runtime);
    expect(used).toEqual([]); // it is tried when it is first needed
    decode(Buffer.from(chinese), 0, 18_000);
    used.length = 0;
    const bytes = Buffer.from(`xxx${text}`);
    expect(decode(bytes, 3, bytes.length) === text).toBe(true);
    expect(used).toEqual(expected);
    used.length = 0;
    bytes[7] = 0xff;
    expect(decode(bytes, 0, bytes.length)).toBeUndefined();
    expect(used).not.toContain('transcode'); // it would throw
  });

  it.each(['12.4', '13.6'])('of V8 %s keeps the BOM of long text', (v8) => {
    const bytes = Buffer.from(`\ufeff${chinese}`);
    expect(makeDecodeUtf8(makeRuntime(v8).runtime)(bytes, 0, bytes.length)?.charCodeAt(0)).toBe(0xfeff);
  });

  it('reads all in one way in Bun', () => {
    const { runtime, used } = makeRuntime('14.6');
    const decode = makeDecodeUtf8({ ...runtime, versions: { v8: '12.4', webkit: 'd6375c72' } });
    const bytes = Buffer.from(chinese);
    expect(decode(bytes, 0, bytes.length) === chinese).toBe(true);
    expect(used).toEqual([]);
  });

  it('without ICU takes TextDecoder, and without that reads all in one way', () => {
    const { runtime, used } = makeRuntime('12.4', { transcode: undefined });
    const bytes = Buffer.from(chinese);
    makeDecodeUtf8(runtime)(bytes, 0, bytes.length);
    expect(used).toContain('TextDecoder');
    for (const v8 of ['12.4', '13.6']) {
      const decode = makeDecodeUtf8({ ...makeRuntime(v8, { transcode: undefined }).runtime, TextDecoder: undefined });
      expect(decode(bytes, 0, bytes.length) === chinese).toBe(true);
    }
  });

  it('reads all in one way where no TextDecoder can be made', () => {
    const unusable = class {
      constructor() {
        throw new Error('not here');
      }
    } as unknown as typeof TextDecoder;
    const decode = makeDecodeUtf8({ ...makeRuntime('13.6').runtime, TextDecoder: unusable } as Runtime);
    expect(decode).not.toBe(portable.decodeUtf8);
    const long = Buffer.from(chinese);
    expect(decode(long, 0, long.length) === chinese).toBe(true);
  });

  it('does not believe a transcode that is wrong', () => {
    const wrong = () => Buffer.from('wrong', 'utf16le') as unknown as ReturnType<NonNullable<typeof buffer.transcode>>;
    const transcode = vi.fn(wrong);
    const decode = makeDecodeUtf8(makeRuntime('12.4', { transcode }).runtime);
    const bytes = Buffer.from(chinese);
    for (let call = 0; call < 2; call++) expect(decode(bytes, 0, bytes.length) === chinese).toBe(true);
    expect(transcode).toHaveBeenCalledTimes(1); // to be tried
  });
});
