import { transcode } from 'node:buffer';
import { createHash } from 'node:crypto';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as bytes from '../src/bytes.ts';
import {
  base64Length,
  decodeSextets,
  encodeHex,
  equalInConstantTime,
  hasSpareBits,
  utf8Length,
  withoutAsciiWhitespace,
} from '../src/bytes.ts';
import { hexDigest, makeHexDigest } from '../src/hash.ts';
import { bytesHere, type Host, isWellFormed, makeByteCodec, thisHost } from '../src/host.ts';
import { bytesSuite } from './bytes.suite.ts';
import { base64OfES2026, withBase64 } from './helpers.ts';

bytesSuite('bytes.ts', bytes);
bytesSuite('host.ts, the built-ins of Node', { utf8Length, ...bytesHere() });
bytesSuite('host.ts, Node 22', {
  utf8Length,
  ...withBase64({}, () => makeByteCodec({ ...thisHost(), versions: { v8: '12.4.254.21-node.33' } })),
});
bytesSuite('host.ts, Node 24', {
  utf8Length,
  ...withBase64({}, () => makeByteCodec({ ...thisHost(), versions: { v8: '13.6.233.10-node.18' } })),
});
bytesSuite('host.ts, Bun', { utf8Length, ...makeByteCodec({ ...thisHost(), versions: { webkit: 'd6375c72' } }) });
bytesSuite('host.ts, TextEncoder and TextDecoder', {
  utf8Length,
  ...withBase64({}, () => makeByteCodec({ TextEncoder, TextDecoder } as Host)),
});

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
  const codec = makeByteCodec({});
  const onNode = makeByteCodec(thisHost());
  remove();
  beforeAll(install);
  afterEach(() => vi.restoreAllMocks()); // before what they stand for is removed
  afterAll(remove);
  it('is what the codec took', () => {
    expect(codec.decodeBase64).not.toBe(bytes.decodeBase64);
    expect(codec.encodeBase64).not.toBe(bytes.encodeBase64);
  });
  it.each(['Zm9v    ', '    Zm9v', 'Zm9vZm\n\n\n\n8='])('refuses white space, which the built-in skips: %j', (text) => {
    expect(codec.decodeBase64(text, 0)).toBeUndefined();
  });
  it('decodes more than its scratch memory holds', () => {
    const long = Buffer.alloc(65_537, 'codec');
    expect(codec.decodeBase64(long.toString('base64'), 16)?.subarray(16)).toEqual(new Uint8Array(long));
  });
  it.each([
    [384, 0],
    [385, 1],
  ])('decodes %i bytes on Node with it %i times', (length, times) => {
    const builtIn = vi.spyOn(Uint8Array.prototype as unknown as typeof base64OfES2026, 'setFromBase64');
    const text = Buffer.alloc(length, 'codec').toString('base64');
    expect(onNode.decodeBase64(text, 0)).toEqual(bytes.decodeBase64(text));
    expect(builtIn).toHaveBeenCalledTimes(times);
  });
  bytesSuite('host.ts', { utf8Length, ...codec });
  bytesSuite('host.ts, on Node', { utf8Length, ...onNode });
});

describe('makeByteCodec', () => {
  it('is bytes.ts on a bare engine, and on one whose built-ins throw or answer wrongly', () => {
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
    const hosts = [{}, { TextEncoder: throwing, TextDecoder: throwing }, { TextEncoder: wrong, TextDecoder: wrong }];
    for (const host of hosts as unknown as Host[]) {
      const codec = makeByteCodec(host);
      expect(codec.encodeUtf8).toBe(bytes.encodeUtf8);
      expect(codec.decodeUtf8).toBe(bytes.decodeUtf8);
    }
  });
});

describe('makeByteCodec on Node', () => {
  const { buffer } = thisHost();
  if (buffer === undefined) throw new Error('these tests need node:buffer');
  /** A host that notes what it reads long text with. */
  const makeHost = (v8: string, faults: Partial<typeof buffer> = {}) => {
    const used: string[] = [];
    const host = {
      versions: { v8 },
      buffer: {
        ...buffer,
        transcode: (...args: Parameters<typeof transcode>) => used.push('transcode') && transcode(...args),
        ...faults,
      },
      TextDecoder: class extends TextDecoder {
        override decode(bytes: Uint8Array) {
          used.push('TextDecoder');
          return super.decode(bytes);
        }
      },
    } as unknown as Host;
    return { host, used };
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
    const { host, used } = makeHost(v8);
    const { decodeUtf8 } = makeByteCodec(host);
    used.length = 0; // it was tried first
    const bytes = Buffer.from(`xxx${text}`);
    expect(decodeUtf8(bytes, 3, bytes.length) === text).toBe(true);
    expect(used).toEqual(expected);
    used.length = 0;
    bytes[7] = 0xff;
    expect(decodeUtf8(bytes, 0, bytes.length)).toBeUndefined();
    expect(used).not.toContain('transcode'); // it would throw
  });

  it.each(['12.4', '13.6'])('of V8 %s keeps the BOM of long text', (v8) => {
    const { decodeUtf8 } = makeByteCodec(makeHost(v8).host);
    const bytes = Buffer.from(`\ufeff${chinese}`);
    expect(decodeUtf8(bytes, 0, bytes.length)?.charCodeAt(0)).toBe(0xfeff);
  });

  it('reads all in one way in Bun', () => {
    const { host, used } = makeHost('14.6');
    const { decodeUtf8 } = makeByteCodec({ ...host, versions: { v8: '12.4', webkit: 'd6375c72' } });
    const bytes = Buffer.from(chinese);
    expect(decodeUtf8(bytes, 0, bytes.length) === chinese).toBe(true);
    expect(used).toEqual([]);
  });

  it('without ICU takes TextDecoder, and without that reads all in one way', () => {
    const { host, used } = makeHost('12.4', { transcode: undefined });
    makeByteCodec(host);
    expect(used).toContain('TextDecoder');
    const bytes = Buffer.from(chinese);
    for (const v8 of ['12.4', '13.6']) {
      const { decodeUtf8 } = makeByteCodec({ ...makeHost(v8, { transcode: undefined }).host, TextDecoder: undefined });
      expect(decodeUtf8(bytes, 0, bytes.length) === chinese).toBe(true);
    }
  });

  it('reads all in one way where no TextDecoder can be made', () => {
    const unusable = class {
      constructor() {
        throw new Error('not here');
      }
    } as unknown as typeof TextDecoder;
    const { decodeUtf8 } = makeByteCodec({ ...makeHost('13.6').host, TextDecoder: unusable } as Host);
    expect(decodeUtf8).not.toBe(bytes.decodeUtf8);
    const long = Buffer.from(chinese);
    expect(decodeUtf8(long, 0, long.length) === chinese).toBe(true);
  });

  it('does not believe a transcode that is wrong', () => {
    const wrong = () => Buffer.from('wrong', 'utf16le') as unknown as ReturnType<NonNullable<typeof buffer.transcode>>;
    const { host, used } = makeHost('12.4', { transcode: wrong });
    const { decodeUtf8 } = makeByteCodec(host);
    const bytes = Buffer.from(chinese);
    used.length = 0;
    expect(decodeUtf8(bytes, 0, bytes.length) === chinese).toBe(true);
    expect(used).toEqual(['TextDecoder']); // as in a browser
  });
});

describe('results of bytes.ts', () => {
  it('own their buffers', () => {
    for (const result of [bytes.encodeUtf8('飞书'), bytes.decodeBase64('Zm9v'), decodeSextets('Zm9vZg', 6)]) {
      expect(result).toBeInstanceOf(Uint8Array);
      expect(result?.buffer.byteLength).toBe(result?.length);
    }
  });
});

describe('isWellFormed', () => {
  it('agrees with utf8Length', () => {
    const units = fc.array(fc.constantFrom(0x61, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000), { maxLength: 8 });
    fc.assert(
      fc.property(units, (codes) => {
        const text = String.fromCharCode(...codes);
        expect(isWellFormed(text)).toBe(utf8Length(text) >= 0);
        expect(bytes.isWellFormed(text)).toBe(utf8Length(text) >= 0);
      }),
    );
  });
});

describe('isWellFormed of an engine that has none built in, or one that throws or is wrong', () => {
  const builtIn = Object.getOwnPropertyDescriptor(String.prototype, 'isWellFormed') as PropertyDescriptor;
  const refuse = () => {
    throw new Error('not here');
  };
  it.each<[string, PropertyDescriptor | undefined]>([
    ['none', undefined],
    ['one that cannot be read', { get: refuse }],
    ['one that throws', { value: refuse }],
    ['one that says yes', { value: () => true }],
    ['one that says no', { value: () => false }],
  ])('is that of bytes.ts: %s', (_, other) => {
    try {
      Reflect.deleteProperty(String.prototype, 'isWellFormed');
      if (other) Object.defineProperty(String.prototype, 'isWellFormed', { ...other, configurable: true });
      expect(makeByteCodec({}).isWellFormed).toBe(bytes.isWellFormed);
    } finally {
      Object.defineProperty(String.prototype, 'isWellFormed', builtIn);
    }
    expect(makeByteCodec({}).isWellFormed).not.toBe(bytes.isWellFormed);
  });
});

describe('base64Length and hasSpareBits', () => {
  it.each([
    ['', 0, false],
    ['Zm9v', 3, false],
    ['Zm8=', 2, false],
    ['Zm9=', 2, true],
    ['Zm-=', 2, true],
    ['Zg==', 1, false],
    ['Zh==', 1, true],
    ['Zo==', 1, true],
    ['Zm9', -1, false],
    ['Z', -1, false],
  ])('%j: %i bytes, spare bits %s', (text, length, spareBits) => {
    expect(base64Length(text)).toBe(length);
    expect(hasSpareBits(text)).toBe(spareBits);
  });
});

describe('decodeSextets', () => {
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const hexOf = (text: string, length = text.length, reserve = 0) => {
    const decoded = decodeSextets(text, length, reserve);
    return decoded && Buffer.from(decoded).toString('hex');
  };

  it('takes 43 characters as Buffer does, spare bits dropped', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 43, maxLength: 43 }), (text) => {
        expect(hexOf(text)).toBe(Buffer.from(text, 'base64').toString('hex'));
      }),
    );
  });

  it('takes every character in every place', () => {
    for (const character of ALPHABET) {
      for (const text of [
        `${character}AAA`,
        `A${character}AA`,
        `AA${character}A`,
        `AAA${character}`,
        `AA${character}`,
        `A${character}`,
      ]) {
        expect(hexOf(text), text).toBe(Buffer.from(text, 'base64').toString('hex'));
      }
    }
  });

  it('refuses a character left alone in its group, padding, and anything outside the alphabet', () => {
    for (const text of ['A', 'AAAAA', 'AA=', 'AAA=', 'A A', 'AA-', 'AA_', 'AAé', 'AA\ud83d']) {
      expect(hexOf(text), text).toBeUndefined();
    }
  });

  it('reads `length` characters and no more, and leaves `reserve` bytes in front', () => {
    expect(hexOf('Zm9v====', 4)).toBe('666f6f');
    expect(hexOf('Zm8=', 3)).toBe('666f');
    expect(hexOf('Zm9v', 4, 2)).toBe('0000666f6f');
    expect(hexOf('')).toBe('');
  });
});

describe('withoutAsciiWhitespace', () => {
  it('takes out TAB, LF, FF, CR and SPACE, wherever they stand', () => {
    expect(withoutAsciiWhitespace(' \tZm\r\n9v\f \n')).toBe('Zm9v');
    expect(withoutAsciiWhitespace(' ')).toBe('');
    expect(withoutAsciiWhitespace('Zm9v')).toBe('Zm9v');
  });

  it('keeps every other character', () => {
    const changed: number[] = [];
    for (let unit = 0; unit <= 0xffff; unit++) {
      const text = `a${String.fromCharCode(unit)}b`;
      // A space in front, so that there is always something to take out.
      if (withoutAsciiWhitespace(` ${text}`) !== text) changed.push(unit);
    }
    expect(changed).toEqual([0x09, 0x0a, 0x0c, 0x0d, 0x20]);
  });

  it('takes 1 MiB of white space in linear time', () => {
    const started = performance.now();
    expect(withoutAsciiWhitespace(`a${'\r\n '.repeat(350_000)}b`)).toBe('ab');
    expect(withoutAsciiWhitespace('a '.repeat(500_000))).toHaveLength(500_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('encodeHex', () => {
  it('agrees with Buffer', () => {
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(encodeHex(every)).toBe(Buffer.from(every).toString('hex'));
    expect(encodeHex(every.subarray(171, 173))).toBe('abac');
    expect(encodeHex(new Uint8Array())).toBe('');
  });
});

describe('equalInConstantTime', () => {
  it.each([
    ['', '', true],
    ['abc', 'abc', true],
    ['飞书😀', '飞书😀', true],
    ['', 'a', false],
    ['a', '', false],
    ['', '\0', false],
    ['\0', '', false],
    ['a', 'a\0', false],
    ['a\0', 'a', false],
    ['abc', 'abd', false],
    ['abc', 'bbc', false],
    ['abc', 'ABC', false],
    ['ab', 'abab', false],
    ['abab', 'ab', false],
    ['ab', 'ba', false],
    // Differences above the low byte, differences that cancel out, and texts that look alike.
    ['\u0141', '\u0041', false],
    ['\u8041', '\u0041', false],
    ['bb', 'aa', false],
    ['\ud800', '\ufffd', false],
    ['\u00e9', 'e\u0301', false],
  ])('%j and %j: %s', (actual, expected, equal) => {
    expect(equalInConstantTime(actual, expected)).toBe(equal);
  });

  it('agrees with ===, one changed code unit included', () => {
    const text = fc.string({ unit: 'binary', maxLength: 70 });
    fc.assert(
      fc.property(text, text, fc.nat(), fc.integer({ min: 1, max: 0xffff }), (one, other, at, change) => {
        expect(equalInConstantTime(one, other)).toBe(one === other);
        expect(equalInConstantTime(one, `${one}`)).toBe(true);
        if (one === '') return;
        const index = at % one.length;
        const unit = String.fromCharCode(one.charCodeAt(index) ^ change);
        expect(equalInConstantTime(one.slice(0, index) + unit + one.slice(index + 1), one)).toBe(false);
      }),
    );
  });

  it('looks at the same code units wherever the first difference stands', () => {
    const expected = '0123456789abcdef';
    const looks = (text: string): number[] => {
      const indices: number[] = [];
      const charCodeAt = (index: number) => indices.push(index) && text.charCodeAt(index);
      equalInConstantTime({ length: text.length, charCodeAt } as unknown as string, expected);
      return indices;
    };
    const every = Array.from(expected, (_, index) => index);
    expect(looks(expected)).toEqual(every);
    for (const index of every) expect(looks(`${expected.slice(0, index)}x${expected.slice(index + 1)}`)).toEqual(every);
    expect(looks('x')).toEqual(every);
    expect(looks('')).toEqual(every);
  });
});

describe('hexDigest', () => {
  const node = thisHost();
  const { crypto } = node;
  if (crypto === undefined) throw new Error('these tests need node:crypto');
  const throwing = () => {
    throw new Error('not here');
  };
  const hosts: [string, Host][] = [
    ['the host', node],
    ['a host with a streaming hash only', { crypto: { ...crypto, hash: undefined } as unknown as typeof crypto }],
    ['a host without Buffer', { crypto }],
    ['a bare engine', {}],
    [
      'a host whose hash throws',
      { crypto: { ...crypto, hash: undefined, createHash: throwing } as unknown as typeof crypto },
    ],
    ['a host whose hash in one call throws', { ...node, crypto: { ...crypto, hash: throwing } }],
    ['a host whose streaming hash throws', { ...node, crypto: { ...crypto, createHash: throwing } }],
    [
      'a host whose hash is wrong',
      {
        crypto: { ...crypto, hash: undefined, createHash: () => crypto.createHash('md5') } as unknown as typeof crypto,
      },
    ],
  ];
  const algorithms = [
    ['sha256', sha256],
    ['sha1', sha1],
  ] as const;

  it.each(hosts)('is the digest of the parts one after another, texts as UTF-8, on %s', (_, host) => {
    for (const [algorithm, noble] of algorithms) {
      const digest = makeHexDigest(host, algorithm, noble);
      const parts = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array()), { maxLength: 5 });
      fc.assert(
        fc.property(parts, (parts) => {
          const expected = createHash(algorithm);
          for (const part of parts) expected.update(part);
          const hex = expected.digest('hex');
          expect(digest(...parts)).toBe(hex);
          expect(hexDigest(algorithm, noble, ...parts)).toBe(hex);
        }),
      );
      // Around the size of any scratch memory, in bytes and in code units of one and of three bytes.
      for (const length of [5461, 5462, 16_383, 16_384, 16_385, 100_000]) {
        for (const part of ['a'.repeat(length), '飞'.repeat(length), new Uint8Array(length)]) {
          const hex = createHash(algorithm).update('key').update(part).digest('hex');
          expect(digest('key', part), `${length}`).toBe(hex);
        }
      }
    }
  });

  it('leaves nothing of the parts in memory that is used again', () => {
    const seen: Uint8Array[] = [];
    const hash = (algorithm: string, data: Uint8Array, encoding: 'hex') => {
      seen.push(data);
      return createHash(algorithm).update(data).digest(encoding);
    };
    const digest = makeHexDigest({ ...node, crypto: { ...crypto, hash } }, 'sha256', sha256);
    digest('a secret', Uint8Array.of(1, 2, 3));
    expect(seen.at(-1)).toHaveLength(11);
    for (const data of seen) expect(data.every((byte) => byte === 0)).toBe(true);
  });
});
