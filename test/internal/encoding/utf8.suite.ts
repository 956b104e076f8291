// What every implementation of UTF-8 gives, on valid and invalid input, against Node's own built-ins.
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

export interface Utf8 {
  isWellFormed(text: string): boolean;
  encodeUtf8(text: string): Uint8Array | undefined;
  decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined;
}

const MiB = 2 ** 20;
const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function fatalDecode(bytes: Uint8Array): string | undefined {
  try {
    return fatal.decode(bytes);
  } catch {
    return undefined;
  }
}

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
/** Text for comparing: a Buffer and a Uint8Array of equal bytes differ for `toEqual`. */
const hexOf = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('hex');

/** Bytes that UTF-8 leads, continuations and their limits are made of, between any others. */
const utf8LikeBytes = fc
  .array(
    fc.oneof(
      fc.constantFrom(0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed),
      fc.constantFrom(0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff, 0xbb),
      fc.integer({ min: 0x80, max: 0xbf }),
      fc.nat({ max: 255 }),
    ),
    { maxLength: 24 },
  )
  .map((bytes) => Uint8Array.from(bytes));
/** Well-formed text with something cut out of its UTF-8, put in or changed. */
const damagedUtf8 = fc
  .tuple(fc.string({ unit: 'binary' }), fc.nat(), fc.nat({ max: 2 }), fc.uint8Array({ maxLength: 2 }))
  .map(([text, at, cut, put]) => {
    const bytes = Buffer.from(text);
    const index = at % (bytes.length + 1);
    return Uint8Array.from([...bytes.subarray(0, index), ...put, ...bytes.subarray(index + cut)]);
  });
const codeUnits = fc
  .array(
    fc.oneof(fc.constantFrom(0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xfeff), {
      arbitrary: fc.nat({ max: 0xffff }),
      weight: 1,
    }),
    { maxLength: 24 },
  )
  .map((units) => String.fromCharCode(...units));

export function utf8Suite(name: string, implementation: Utf8): void {
  const { isWellFormed, encodeUtf8 } = implementation;
  const decodeUtf8 = (bytes: Uint8Array, start = 0, end = bytes.length) => implementation.decodeUtf8(bytes, start, end);

  describe(`${name}: UTF-8 encoding`, () => {
    it('agrees with Buffer on any code units, and refuses lone surrogates', () => {
      fc.assert(
        fc.property(fc.oneof(codeUnits, fc.string({ unit: 'binary' })), (text) => {
          const wellFormed = !/\p{Surrogate}/u.test(text); // under /u a pair is one character and no surrogate
          expect(isWellFormed(text)).toBe(wellFormed);
          expect(hexOf(encodeUtf8(text))).toBe(wellFormed ? Buffer.from(text).toString('hex') : undefined);
        }),
        { numRuns: 2000 },
      );
    });

    it.each([
      ['a high surrogate alone', '\ud800'],
      ['a low surrogate alone', '\udc00'],
      ['a high surrogate at the end', 'ab\udbff'],
      ['a low surrogate at the start', '\udfffab'],
      ['a pair the wrong way round', '\udc00\ud800'],
      ['two high surrogates, then a low one', '\ud800\ud800\udc00'],
      ['a pair, then a low surrogate', '\ud800\udc00\udc00'],
      ['a high surrogate before a letter', '\ud800a'],
      ['a high surrogate before U+E000', '\udbff\ue000'],
      ['a high surrogate before U+DBFF', '\ud800\udbff'],
    ])('refuses %s', (_, text) => {
      expect(isWellFormed(text)).toBe(false);
      expect(encodeUtf8(text)).toBeUndefined();
    });

    it('gives every scalar value the bytes of Buffer, and takes them back', () => {
      let text = '';
      for (let point = 0; point <= 0x10ffff; point++) {
        if (point < 0xd800 || point > 0xdfff) text += String.fromCodePoint(point);
      }
      const bytes = encodeUtf8(text) as Uint8Array;
      expect(Buffer.from(text).equals(bytes)).toBe(true);
      expect(isWellFormed(text)).toBe(true);
      expect(decodeUtf8(bytes) === text).toBe(true);
    });

    it('keeps NFC, NFD and a BOM as they are', () => {
      expect(hexOf(encodeUtf8('\u00e9'))).toBe('c3a9');
      expect(hexOf(encodeUtf8('e\u0301'))).toBe('65cc81');
      expect(hexOf(encodeUtf8('\ufeffa'))).toBe('efbbbf61');
    });
  });

  describe(`${name}: UTF-8 decoding`, () => {
    it('agrees with a fatal TextDecoder on UTF-8 and on what only looks like it', () => {
      fc.assert(
        fc.property(fc.oneof(utf8LikeBytes, damagedUtf8), (bytes) => {
          expect(decodeUtf8(bytes)).toBe(fatalDecode(bytes));
        }),
        { numRuns: 3000 },
      );
    });

    /** Sequences where the verdict or the text differs from Node's. */
    function differing(sequences: Iterable<Uint8Array>): string[] {
      const wrong: string[] = [];
      for (const bytes of sequences) {
        const expected = isUtf8(bytes) ? Buffer.from(bytes).toString() : undefined;
        if (decodeUtf8(bytes) !== expected) wrong.push(hexOf(bytes) as string);
      }
      return wrong;
    }

    it('agrees on every sequence of one and of two bytes', () => {
      function* sequences() {
        yield new Uint8Array();
        for (let first = 0; first < 256; first++) yield Uint8Array.of(first);
        for (let pair = 0; pair < 65536; pair++) yield Uint8Array.of(pair >> 8, pair & 255);
      }
      expect(differing(sequences())).toEqual([]);
    });

    it('agrees on every second byte at the limits of three and four bytes', () => {
      const limits = [0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff];
      function* sequences() {
        for (let second = 0; second < 256; second++) {
          for (const third of limits) {
            for (const lead of [0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf4]) {
              yield Uint8Array.of(lead, second, third);
            }
            for (const fourth of limits) {
              for (const lead of [0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff]) {
                yield Uint8Array.of(lead, second, third, fourth);
              }
            }
          }
        }
      }
      expect(differing(sequences())).toEqual([]);
    });

    it.each([
      ['an overlong NUL', 'c080'],
      ['an overlong slash in three bytes', 'e080af'],
      ['an overlong form in four bytes', 'f08fbfbf'],
      ['the surrogate U+D800', 'eda080'],
      ['the surrogate pair of CESU-8', 'eda080edb080'],
      ['U+110000', 'f4908080'],
      ['five bytes', 'f888808080'],
      ['a truncated sequence', 'e9a3'],
      ['a truncated sequence before a letter', 'e9a361'],
      ['a continuation byte alone', '80'],
      ['a byte too many', 'c3a9a9'],
      ['FE FF', 'feff'],
    ])('refuses %s', (_, hex) => {
      expect(decodeUtf8(bytesOf(hex))).toBeUndefined();
      expect(decodeUtf8(bytesOf(`61${hex}`))).toBeUndefined();
    });

    it('keeps a BOM, noncharacters and NUL', () => {
      expect(decodeUtf8(bytesOf('efbbbf61'))).toBe('\ufeffa');
      expect(decodeUtf8(bytesOf('efbbbfefbbbf'))).toBe('\ufeff\ufeff');
      expect(decodeUtf8(bytesOf('efbfbf00'))).toBe('\uffff\0');
    });

    it('reads from start to end and nothing beyond', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary', maxLength: 20 }), fc.nat(), fc.nat(), (text, from, to) => {
          const bytes = Buffer.from(text);
          const start = from % (bytes.length + 1);
          const end = start + (to % (bytes.length - start + 1));
          expect(decodeUtf8(bytes, start, end)).toBe(fatalDecode(bytes.subarray(start, end)));
        }),
      );
      // The rest of the sequence is there, but behind `end`.
      expect(decodeUtf8(bytesOf('61e9a39e62'), 1, 3)).toBeUndefined();
      expect(decodeUtf8(bytesOf('61e9a39e62'), 1, 4)).toBe('飞');
    });

    it('takes views at any offset and leaves them as they were', () => {
      const around = Buffer.from('xx飞书😀yy');
      const view = around.subarray(2, around.length - 2);
      expect(decodeUtf8(view)).toBe('飞书😀');
      expect(decodeUtf8(new Uint8Array(around.buffer, around.byteOffset + 2, view.length))).toBe('飞书😀');
      expect(around.toString()).toBe('xx飞书😀yy');
    });
  });

  describe(`${name}: long texts`, () => {
    it('takes a surrogate pair across any boundary between chunks', () => {
      const wrong: string[] = [];
      // Around 4,096 and its multiples, for chunks counted in code units and for chunks counted in bytes.
      for (const near of [4096, 8192, 16384]) {
        for (let length = near - 10; length <= near + 6; length++) {
          for (const filler of ['a', 'é', '飞']) {
            for (const tail of ['😀😀😀', '飞', '']) {
              const text = filler.repeat(length) + tail;
              const bytes = Buffer.from(text);
              if (decodeUtf8(bytes) !== text || !bytes.equals(encodeUtf8(text) as Uint8Array)) {
                wrong.push(`${length} ${filler} and ${tail}`);
              }
            }
          }
        }
      }
      expect(wrong).toEqual([]);
    });

    it('judges every byte of a long one', () => {
      for (const length of [12_287, 12_288, 20_001]) {
        for (const filler of ['a', 'é', '飞', '\ufffd']) {
          const bytes = Buffer.alloc(length, 'a');
          bytes.write(filler.repeat(Math.floor(length / Buffer.byteLength(filler))));
          expect(decodeUtf8(bytes) === bytes.toString(), `${length} ${filler}`).toBe(true);
          expect(decodeUtf8(bytes, 0, length - 1)).toBe(fatalDecode(bytes.subarray(0, -1)));
          for (const at of [0, length >> 1, length - 1]) {
            const damaged = Buffer.from(bytes);
            damaged[at] = 0xff;
            expect(decodeUtf8(damaged), `${length} ${filler} ${at}`).toBeUndefined();
          }
        }
      }
    });

    it.each(['😀', 'a😀', '飞', 'é', 'a'])('takes 1 MiB of %s in linear time', (unit) => {
      const text = unit.repeat(Math.ceil(MiB / Buffer.byteLength(unit)));
      const bytes = Buffer.from(text);
      const started = performance.now();
      expect(isWellFormed(text)).toBe(true);
      expect(bytes.equals(encodeUtf8(text) as Uint8Array)).toBe(true);
      expect(decodeUtf8(bytes) === text).toBe(true);
      expect(decodeUtf8(bytes, 0, bytes.length - 1) === (unit.endsWith('a') ? text.slice(0, -1) : undefined)).toBe(
        true,
      );
      expect(performance.now() - started).toBeLessThan(10_000); // 10^6 steps, not the 10^12 of a quadratic one
    });

    it('refuses an invalid byte wherever it stands', () => {
      const bytes = new Uint8Array(20_000).fill(0x61);
      const accepted: number[] = [];
      for (const at of [0, 1, 4093, 4094, 4095, 4096, 4097, 8191, 8192, 16_383, 16_384, 19_998, 19_999]) {
        bytes[at] = 0xff;
        if (decodeUtf8(bytes) !== undefined) accepted.push(at);
        bytes[at] = 0x61;
      }
      expect(accepted).toEqual([]);
      expect(decodeUtf8(bytes)).toBe('a'.repeat(20_000));
    });
  });
}
