// What every implementation of the byte functions gives, on valid and invalid input, against Node's own built-ins.
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

export interface BytesImplementation {
  utf8Length(text: string): number;
  encodeUtf8(text: string): Uint8Array | undefined;
  decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined;
  encodeBase64(bytes: Uint8Array): string;
  /** The result may be good until the next call only; what the reserved bytes hold is anybody's guess. */
  decodeBase64(text: string, reserve: number): Uint8Array | undefined;
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

/** Buffer decodes whatever it is given: base64 is canonical where encoding the result again gives the text back. */
function canonicalBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
/** Plain bytes for comparing: a Buffer and a Uint8Array of equal bytes differ for `toEqual`. */
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

export function bytesSuite(name: string, implementation: BytesImplementation): void {
  const { utf8Length, encodeUtf8, encodeBase64 } = implementation;
  const decodeUtf8 = (bytes: Uint8Array, start = 0, end = bytes.length) => implementation.decodeUtf8(bytes, start, end);
  const decodeBase64 = (text: string, reserve = 0) => implementation.decodeBase64(text, reserve);

  describe(`${name}: UTF-8 encoding`, () => {
    it('agrees with Buffer on any code units, and refuses lone surrogates', () => {
      fc.assert(
        fc.property(fc.oneof(codeUnits, fc.string({ unit: 'binary' })), (text) => {
          const wellFormed = !/\p{Surrogate}/u.test(text); // under /u a pair is one character and no surrogate
          expect(utf8Length(text)).toBe(wellFormed ? Buffer.byteLength(text) : -1);
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
      expect(utf8Length(text)).toBe(-1);
      expect(encodeUtf8(text)).toBeUndefined();
    });

    it('gives every scalar value the bytes of Buffer, and takes them back', () => {
      let text = '';
      for (let point = 0; point <= 0x10ffff; point++) {
        if (point < 0xd800 || point > 0xdfff) text += String.fromCodePoint(point);
      }
      const bytes = encodeUtf8(text) as Uint8Array;
      expect(Buffer.from(text).equals(bytes)).toBe(true);
      expect(utf8Length(text)).toBe(bytes.length);
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
      expect(utf8Length(text)).toBe(bytes.length);
      expect(bytes.equals(encodeUtf8(text) as Uint8Array)).toBe(true);
      expect(decodeUtf8(bytes) === text).toBe(true);
      expect(decodeUtf8(bytes, 0, bytes.length - 1) === (unit.endsWith('a') ? text.slice(0, -1) : undefined)).toBe(
        true,
      );
      const base64 = encodeBase64(bytes);
      expect(base64 === bytes.toString('base64')).toBe(true);
      expect(bytes.equals(decodeBase64(base64) as Uint8Array)).toBe(true);
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

  describe(`${name}: base64`, () => {
    it('encodes as Buffer does and decodes what it encoded', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
          const text = encodeBase64(bytes);
          expect(text).toBe(Buffer.from(bytes).toString('base64'));
          expect(hexOf(decodeBase64(text))).toBe(hexOf(bytes));
        }),
        { numRuns: 500 },
      );
    });

    it('encodes every pair of bytes, and a view, as Buffer does', () => {
      const bytes = new Uint8Array(2 * 65536);
      for (let pair = 0; pair < 65536; pair++) bytes.set([pair >> 8, pair & 255], 2 * pair);
      for (const skipped of [0, 1, 2]) {
        const view = bytes.subarray(skipped);
        expect(encodeBase64(view) === Buffer.from(view).toString('base64')).toBe(true);
      }
    });

    it('decodes canonical base64 only', () => {
      const symbols = fc.constantFrom(...'AAQgwz09+/==', ...'-_ \n\r\t\0\u00a0\u200b\ufeffé');
      const nearlyCanonical = fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.nat(), fc.nat({ max: 1 }), symbols)
        .map(([bytes, at, cut, symbol]) => {
          const text = Buffer.from(bytes).toString('base64');
          const index = at % (text.length + 1);
          return text.slice(0, index) + symbol + text.slice(index + cut);
        });
      fc.assert(
        fc.property(fc.oneof(fc.string({ unit: symbols, maxLength: 12 }), nearlyCanonical), (text) => {
          expect(hexOf(decodeBase64(text))).toBe(hexOf(canonicalBase64(text)));
        }),
        { numRuns: 3000 },
      );
    });

    it('refuses every character outside the alphabet at every place of a group', () => {
      const accepted: string[] = [];
      // All of the first 1,024 code units, then one of every 251: no low byte of theirs is left out.
      for (let unit = 0; unit <= 0xffff; unit += unit < 0x400 ? 1 : 251) {
        const character = String.fromCharCode(unit);
        if (/[A-Za-z0-9+/]/.test(character)) continue;
        for (const text of [`${character}AAA`, `A${character}AA`, `AA${character}A`, `AAA${character}`]) {
          if (decodeBase64(text) !== undefined && text !== 'AAA=') accepted.push(JSON.stringify(text));
        }
      }
      expect(accepted).toEqual([]);
    });

    it.each([
      ['nothing', '', ''],
      ['one byte', 'Zg==', '66'],
      ['two bytes', 'Zm8=', '666f'],
      ['three bytes', 'Zm9v', '666f6f'],
      ['both signs', '+/+/', 'fbffbf'],
      ['one character missing', 'Zm9', undefined],
      ['two characters missing', 'Zm9vYm', undefined],
      ['three characters missing', 'Zm9vY', undefined],
      ['padding missing', 'Zg', undefined],
      ['half of the padding missing', 'Zg=', undefined],
      ['three padding characters', 'Z===', undefined],
      ['padding alone', '====', undefined],
      ['padding after whole groups', 'Zm9v====', undefined],
      ['padding inside', 'Zg==Zg==', undefined],
      ['padding before the last character', 'Zg=v', undefined],
      ['the url-safe alphabet', '-_-_', undefined],
      ['a space for a plus', 'Zm 9', undefined],
      ['spare bits after one byte', 'Zh==', undefined],
      ['spare bits after two bytes', 'Zm9=', undefined],
      ['white space around', ' Zm9v\r\n', undefined],
      ['white space inside, a multiple of four long', 'Zm\r\n9vZg', undefined],
      ['NBSP', 'Zm9\u00a0', undefined],
      ['a zero-width space', 'Zm9\u200b', undefined],
      ['a BOM in front', '\ufeffm9v', undefined],
      ['a full-width letter', 'Zm9\uff36', undefined],
      ['a letter 256 code units up', `Zm9${String.fromCharCode(0x76 + 256)}`, undefined],
    ])('%s', (_, text, hex) => {
      expect(hexOf(decodeBase64(text))).toBe(hex);
    });

    it('leaves room in front where it is asked to', () => {
      for (const reserve of [1, 16, 65_530, 65_536, 100_000]) {
        const bytes = decodeBase64('Zm9v', reserve);
        expect(bytes).toHaveLength(reserve + 3);
        expect(hexOf(bytes?.subarray(reserve))).toBe('666f6f');
        expect(decodeBase64('', reserve)).toHaveLength(reserve);
        expect(decodeBase64('Zg', reserve)).toBeUndefined();
      }
    });

    it('decodes canonical base64 only at any length, that of scratch memory among them', () => {
      for (const near of [49_152, 65_536]) {
        for (let length = near - 4; length <= near + 4; length++) {
          const bytes = Buffer.alloc(length, 'callback');
          const text = bytes.toString('base64');
          expect(bytes.equals(decodeBase64(text) as Uint8Array), `${length} bytes`).toBe(true);
          expect(bytes.equals((decodeBase64(text, 16) as Uint8Array).subarray(16)), `${length} bytes`).toBe(true);
          for (const wrong of ['-', '_', ' ', '=', '\n', '\u0141']) {
            const damaged = text.slice(0, 100) + wrong + text.slice(101);
            for (const reserve of [0, 16]) {
              const refused = decodeBase64(damaged, reserve) === undefined;
              expect(refused, `${JSON.stringify(wrong)} in base64 of ${length} bytes, reserve ${reserve}`).toBe(true);
            }
          }
        }
      }
    });
  });
}
