// What every implementation of base64 gives, on valid and invalid input, against Node's own built-ins.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

export interface Base64 {
  encodeBase64(bytes: Uint8Array): string;
  /** The result may be good until the next call only; what the reserved bytes hold is anybody's guess. */
  decodeBase64(text: string, reserve: number): Uint8Array | undefined;
}

/** Buffer decodes whatever it is given: base64 is canonical where encoding the result again gives the text back. */
function canonicalBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** Text for comparing: a Buffer and a Uint8Array of equal bytes differ for `toEqual`. */
const hexOf = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('hex');

export function base64Suite(name: string, implementation: Base64): void {
  const { encodeBase64 } = implementation;
  const decodeBase64 = (text: string, reserve = 0) => implementation.decodeBase64(text, reserve);

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

    it('takes 1 MiB in linear time', () => {
      const bytes = Buffer.from('a飞😀'.repeat(2 ** 17));
      const started = performance.now();
      const text = encodeBase64(bytes);
      expect(text === bytes.toString('base64')).toBe(true);
      expect(bytes.equals(decodeBase64(text) as Uint8Array)).toBe(true);
      expect(performance.now() - started).toBeLessThan(10_000); // 10^6 steps, not the 10^12 of a quadratic one
    });
  });
}
