// What every AES-256-CBC engine must do: the known answers of NIST, agreement with node:crypto, and the promises of the
// AesCbc interface about memory. A new engine is done when it passes this.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AesCbc, AesCbcEngine } from '../../../src/internal/aes/engine.ts';
import { decryptPadded, encryptPadded, joinIv, type PaddingBlock } from '../../../src/internal/aes/pkcs7.ts';
import nist from '../../vectors/nist-cavp-aes256-cbc.json' with { type: 'json' };
import wrongPadding from '../../vectors/wrong-padding.json' with { type: 'json' };

/** Not part of this repository: Apache-2.0, see test/vectors/README.md. */
const WYCHEPROOF = new URL('../../../../shared/vectors/wycheproof_aes_cbc_pkcs5_test.json', import.meta.url);

interface WycheproofGroup {
  keySize: number;
  tests: { tcId: number; key: string; iv: string; msg: string; ct: string; result: 'valid' | 'invalid' }[];
}

const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const toHex = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('hex');
const concat = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
/** `length` bytes that differ from place to place and from `seed` to `seed`. */
const sample = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8) + seed * 31) & 255);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

export function aesCbcSuite(name: string, engine: AesCbcEngine): void {
  const key = sample(32, 1);
  const iv = sample(16, 2);

  describe(`${name}: known answers`, () => {
    it.each(Object.entries(nist.sets))('NIST CAVP %s, in both directions', (_, lines) => {
      for (const line of lines) {
        const [vectorKey, vectorIv, plaintext, ciphertext] = line.split(' ').map(fromHex);
        if (!vectorKey || !vectorIv || !plaintext || !ciphertext) throw new Error(`malformed vector: ${line}`);
        const aes = engine(vectorKey);
        expect(toHex(aes.encrypt(vectorIv, plaintext)), line).toBe(toHex(ciphertext));
        expect(toHex(aes.decrypt(concat(vectorIv, ciphertext))), line).toBe(toHex(plaintext));
      }
      expect(lines.length).toBeGreaterThan(0);
    });

    it.each([16, 32])('wrong and right padding of blocks of %i', (block) => {
      const aes = engine(fromHex(wrongPadding.key));
      const cases = wrongPadding.cases.filter((one) => one.block === block);
      for (const { name, ciphertext, plaintext } of cases) {
        const decrypted = decryptPadded(aes, fromHex(wrongPadding.iv + ciphertext), block as PaddingBlock);
        expect(toHex(decrypted) ?? null, name).toBe(plaintext);
      }
      expect(cases.length).toBeGreaterThan(90);
    });

    it.skipIf(!existsSync(WYCHEPROOF))('Wycheproof aes_cbc_pkcs5_test.json, where it lies in ../shared/vectors', () => {
      const { testGroups } = JSON.parse(readFileSync(WYCHEPROOF, 'utf8')) as { testGroups: WycheproofGroup[] };
      const tests = testGroups.filter((group) => group.keySize === 256).flatMap((group) => group.tests);
      for (const { tcId, key, iv, msg, ct, result } of tests) {
        const aes = engine(fromHex(key));
        const decrypted = toHex(decryptPadded(aes, fromHex(iv + ct), 16));
        expect(decrypted, `tcId ${tcId}`).toBe(result === 'valid' ? msg : undefined);
        if (result === 'invalid') continue;
        expect(toHex(encryptPadded(aes, fromHex(iv), fromHex(msg), 16)), `tcId ${tcId}`).toBe(ct);
      }
      expect(new Set(tests.map(({ result }) => result))).toEqual(new Set(['valid', 'invalid']));
    });
  });

  describe(`${name}: agreement with node:crypto`, () => {
    it('on random keys and every length from 0 to 257, in both directions', () => {
      fc.assert(
        fc.property(bytes(32), bytes(16), bytes(257), (key, iv, data) => {
          const aes = engine(key);
          for (let length = 0; length <= 257; length++) {
            const plaintext = data.subarray(0, length);
            const cipher = createCipheriv('aes-256-cbc', key, iv);
            const expected = concat(iv, cipher.update(plaintext), cipher.final());
            expect(toHex(joinIv(iv, encryptPadded(aes, iv, plaintext, 16))), `${length} bytes`).toBe(toHex(expected));
            expect(toHex(decryptPadded(aes, expected, 16)), `${length} bytes`).toBe(toHex(plaintext));
            // node:crypto pads to 16 bytes only: for 32 it decrypts what we made, with its own padding off.
            const padded = joinIv(iv, encryptPadded(aes, iv, plaintext, 32));
            const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
            const raw = concat(decipher.update(padded.subarray(16)), decipher.final());
            const padding = 32 - (length % 32);
            expect(toHex(raw), `${length} bytes`).toBe(toHex(concat(plaintext, new Uint8Array(padding).fill(padding))));
            expect(toHex(decryptPadded(aes, padded, 32)), `${length} bytes`).toBe(toHex(plaintext));
          }
        }),
        { numRuns: 5 },
      );
    });

    it('on raw blocks that hold anything', () => {
      fc.assert(
        fc.property(
          bytes(32),
          bytes(16),
          fc.integer({ min: 1, max: 20 }).chain((n) => bytes(16 * n)),
          (key, iv, blocks) => {
            const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
            const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
            const aes = engine(key);
            expect(toHex(aes.encrypt(iv, blocks))).toBe(toHex(concat(cipher.update(blocks), cipher.final())));
            expect(toHex(aes.decrypt(concat(iv, blocks)))).toBe(
              toHex(concat(decipher.update(blocks), decipher.final())),
            );
          },
        ),
      );
    });

    it.each([64 * 1024 - 16, 64 * 1024, 64 * 1024 + 16, 2 ** 20])('on %i bytes in one piece', (length) => {
      const blocks = sample(length, 3);
      const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
      const expected = Buffer.concat([cipher.update(blocks), cipher.final()]);
      const aes = engine(key);
      expect(expected.equals(aes.encrypt(iv, blocks))).toBe(true);
      expect(Buffer.from(blocks).equals(aes.decrypt(concat(iv, expected)))).toBe(true);
    });
  });

  describe(`${name}: chaining`, () => {
    it('carries the last block on: pieces come to the same as the whole', () => {
      const aes = engine(key);
      const blocks = sample(160, 4);
      const whole = aes.encrypt(iv, blocks);
      const pieces: Uint8Array[] = [];
      let last = iv;
      for (const [start, end] of [
        [0, 16],
        [16, 64],
        [64, 160],
      ] as const) {
        const piece = aes.encrypt(last, blocks.subarray(start, end));
        pieces.push(piece);
        expect(toHex(aes.decrypt(concat(last, piece)))).toBe(toHex(blocks.subarray(start, end)));
        last = piece.slice(-16);
      }
      expect(toHex(concat(...pieces))).toBe(toHex(whole));
    });

    it('keeps no state between calls', () => {
      const aes = engine(key);
      const blocks = sample(48, 5);
      const first = toHex(aes.encrypt(iv, blocks));
      aes.encrypt(sample(16, 6), sample(32, 6));
      aes.decrypt(sample(64, 6));
      expect(toHex(aes.encrypt(iv, blocks))).toBe(first);
    });

    it('takes a changed IV bit into the first block only, a changed ciphertext bit into two blocks', () => {
      const aes = engine(key);
      const blocks = sample(64, 7);
      const message = concat(iv, aes.encrypt(iv, blocks));
      const flipped = (at: number) => aes.decrypt(message.map((byte, index) => (index === at ? byte ^ 1 : byte)));
      expect(toHex(flipped(3))).toBe(toHex(blocks.map((byte, index) => (index === 3 ? byte ^ 1 : byte))));
      const inSecondBlock = flipped(16 + 16 + 3);
      expect(toHex(inSecondBlock.subarray(0, 16))).toBe(toHex(blocks.subarray(0, 16)));
      expect(toHex(inSecondBlock.subarray(16, 32))).not.toBe(toHex(blocks.subarray(16, 32)));
      expect(inSecondBlock[32 + 3]).toBe((blocks[32 + 3] as number) ^ 1);
      expect(toHex(inSecondBlock.subarray(36))).toBe(toHex(blocks.subarray(36)));
    });
  });

  describe(`${name}: keys`, () => {
    it('keeps its own copy: the caller may change the array after creation', () => {
      const callers = Uint8Array.from(key);
      const aes = engine(callers);
      const before = toHex(aes.encrypt(iv, sample(32, 8)));
      callers.fill(0);
      const after = aes.encrypt(iv, sample(32, 8));
      expect(toHex(after)).toBe(before);
      expect(toHex(aes.decrypt(concat(iv, after)))).toBe(toHex(sample(32, 8)));
    });

    it('keeps its own copy even before its first use', () => {
      const callers = Uint8Array.from(key);
      const [encryptor, decryptor] = [engine(callers), engine(callers)];
      callers.fill(0);
      const expected = engine(key).encrypt(iv, sample(32, 8));
      expect(toHex(encryptor.encrypt(iv, sample(32, 8)))).toBe(toHex(expected));
      expect(toHex(decryptor.decrypt(concat(iv, expected)))).toBe(toHex(sample(32, 8)));
    });

    it('keeps keys apart when many are used in turn', () => {
      const keys = Array.from({ length: 100 }, (_, seed) => sample(32, seed));
      const engines = keys.map(engine);
      const ciphertexts = engines.map((aes) => aes.encrypt(iv, sample(32, 9)));
      expect(new Set(ciphertexts.map(toHex)).size).toBe(100);
      for (const [index, aes] of engines.entries()) {
        expect(toHex(aes.decrypt(concat(iv, ciphertexts[index] as Uint8Array)))).toBe(toHex(sample(32, 9)));
      }
    });
  });

  describe(`${name}: memory`, () => {
    it('gives results that no later call overwrites', () => {
      const aes = engine(key);
      const other = engine(sample(32, 10));
      // From the shortest to lengths past any buffer an engine may keep, the longest in the middle.
      for (const length of [16, 32, 4096, 70_000 - (70_000 % 16), 48]) {
        const ciphertext = aes.encrypt(iv, sample(length, 11));
        const plaintext = aes.decrypt(concat(iv, ciphertext));
        const kept = [toHex(ciphertext), toHex(plaintext)];
        for (const later of [aes, other]) {
          later.encrypt(sample(16, 12), sample(length, 12));
          later.decrypt(sample(length + 16, 12));
          later.decrypt(sample(200_000, 12));
        }
        expect([toHex(ciphertext), toHex(plaintext)]).toEqual(kept);
      }
    });

    it('gives results that share no memory with each other, the arguments or itself', () => {
      const aes = engine(key);
      const blocks = sample(48, 13);
      const ciphertext = aes.encrypt(iv, blocks);
      const message = concat(iv, ciphertext);
      const plaintext = aes.decrypt(message);
      const expected = [toHex(ciphertext), toHex(plaintext)];
      const again = [aes.encrypt(iv, blocks), aes.decrypt(message)] as const;

      // Writing to a result reaches neither the arguments nor other results nor later calls.
      for (const result of again) result.fill(0xee);
      expect(toHex(blocks)).toBe(toHex(sample(48, 13)));
      expect(toHex(iv)).toBe(toHex(sample(16, 2)));
      expect(toHex(message)).toBe(`${toHex(iv)}${expected[0]}`);
      expect([toHex(ciphertext), toHex(plaintext)]).toEqual(expected);
      expect([toHex(aes.encrypt(iv, blocks)), toHex(aes.decrypt(message))]).toEqual(expected);

      // Writing to an argument does not reach a result.
      blocks.fill(0xdd);
      message.fill(0xdd);
      expect([toHex(ciphertext), toHex(plaintext)]).toEqual(expected);
    });

    it('never writes to its arguments', () => {
      const inputs = { key: sample(32, 14), iv: sample(16, 14), blocks: sample(64, 14), message: sample(80, 14) };
      const copies = structuredClone(inputs);
      const aes = engine(inputs.key);
      aes.encrypt(inputs.iv, inputs.blocks);
      aes.decrypt(inputs.message);
      expect(inputs).toEqual(copies);
    });

    it('takes views at every offset, and leaves what lies around them', () => {
      const blocks = sample(48, 15);
      const aes = engine(key);
      const ciphertext = aes.encrypt(iv, blocks);
      for (let offset = 0; offset < 16; offset++) {
        const place = (content: Uint8Array) => {
          const around = new Uint8Array(content.length + 32).fill(0xcc);
          around.set(content, offset);
          return { around, view: around.subarray(offset, offset + content.length) };
        };
        const placed = [key, iv, blocks, concat(iv, ciphertext)].map(place);
        const copies = placed.map(({ around }) => around.slice());
        const [keyView, ivView, blocksView, messageView] = placed.map(({ view }) => view) as [
          Uint8Array,
          Uint8Array,
          Uint8Array,
          Uint8Array,
        ];
        const onViews = engine(keyView);
        expect(toHex(onViews.encrypt(ivView, blocksView)), `offset ${offset}`).toBe(toHex(ciphertext));
        expect(toHex(onViews.decrypt(messageView)), `offset ${offset}`).toBe(toHex(blocks));
        expect(placed.map(({ around }) => around)).toEqual(copies);
      }
    });

    it('takes Buffers out of the pool', () => {
      const pooled = (content: Uint8Array) => {
        const buffer = Buffer.from(content); // below half of poolSize: a view into memory shared with other Buffers
        expect(buffer.buffer.byteLength).toBeGreaterThan(buffer.length);
        return buffer;
      };
      pooled(Uint8Array.of(1)); // whatever came before, the next ones start in the middle
      const blocks = sample(48, 16);
      const ciphertext = engine(key).encrypt(iv, blocks);
      const aes = engine(pooled(key));
      expect(toHex(aes.encrypt(pooled(iv), pooled(blocks)))).toBe(toHex(ciphertext));
      expect(toHex(aes.decrypt(pooled(concat(iv, ciphertext))))).toBe(toHex(blocks));
    });

    it('copies a key, also a Buffer, which may be wiped once the engine is made', () => {
      const blocks = sample(48, 18);
      const ciphertext = engine(key).encrypt(iv, blocks);
      const own = Buffer.from(key);
      const aes = engine(own);
      own.fill(0);
      expect(toHex(aes.encrypt(iv, blocks))).toBe(toHex(ciphertext));
      expect(toHex(aes.decrypt(concat(iv, ciphertext)))).toBe(toHex(blocks));
    });

    it('gives a Uint8Array as long as the blocks', () => {
      const aes = engine(key);
      for (const length of [16, 32, 48, 256]) {
        for (const result of [aes.encrypt(iv, sample(length, 17)), aes.decrypt(sample(length + 16, 17))]) {
          expect(result).toBeInstanceOf(Uint8Array);
          expect(result).toHaveLength(length);
        }
      }
    });
  });
}

/** For the engines of this package, which anyone may call directly: a caller's own is only called by a codec. */
export function aesCbcArgumentsSuite(name: string, engine: AesCbcEngine): void {
  const key = sample(32, 1);
  const iv = sample(16, 2);

  describe(`${name}: what cannot be a key, an IV or blocks`, () => {
    /** Everything that is not a Uint8Array, though each of these has `length` bytes or characters. */
    const noBytes = (length: number): [name: string, value: unknown][] => [
      ['undefined', undefined],
      ['null', null],
      ['a number', length],
      ['a string', 'k'.repeat(length)],
      ['an array', Array(length).fill(1)],
      ['an ArrayBuffer', new ArrayBuffer(length)],
      ['a DataView', new DataView(new ArrayBuffer(length))],
      ['a Uint8ClampedArray', new Uint8ClampedArray(length)],
      ['an Int8Array', new Int8Array(length)],
      ['a Uint16Array', new Uint16Array(length)],
      ['an object like one', { length, byteLength: length, [Symbol.toStringTag]: 'Uint8Array' }],
    ];
    const short = (lengths: number[]) =>
      lengths.map((length): [string, unknown] => [`${length} bytes`, sample(length, 18)]);

    /** Each call is a TypeError of ours about `what`, and the next ones give what they gave before. */
    function expectRefusedAndUnharmed(aes: AesCbc, what: RegExp, ...calls: (() => unknown)[]): void {
      const blocks = sample(48, 19);
      const ciphertext = toHex(engine(key).encrypt(iv, blocks)) as string;
      for (const call of calls) {
        expect(call).toThrow(TypeError);
        expect(call).toThrow(what);
        expect(toHex(aes.decrypt(fromHex(toHex(iv) + ciphertext)))).toBe(toHex(blocks));
        expect(toHex(aes.encrypt(iv, blocks))).toBe(ciphertext);
      }
    }

    it.each([...noBytes(32), ...short([0, 1, 16, 24, 31, 33, 64])])('a key: %s', (_, wrong) => {
      expectRefusedAndUnharmed(engine(key), /^key must be a Uint8Array of 32 bytes$/, () =>
        engine(wrong as Uint8Array),
      );
    });

    it.each([...noBytes(16), ...short([0, 1, 8, 12, 15, 17, 32])])('an IV: %s', (_, wrong) => {
      const aes = engine(key);
      const encrypt = () => aes.encrypt(wrong as Uint8Array, sample(32, 20));
      expectRefusedAndUnharmed(aes, /^iv must be a Uint8Array of 16 bytes$/, encrypt);
    });

    it.each([...noBytes(32), ...short([0, 1, 8, 15, 17, 31, 33, 47])])('blocks: %s', (_, wrong) => {
      const aes = engine(key);
      const [encrypt, decrypt] = [() => aes.encrypt(iv, wrong as Uint8Array), () => aes.decrypt(wrong as Uint8Array)];
      expectRefusedAndUnharmed(aes, /^blocks must be a Uint8Array of whole blocks of 16 bytes/, encrypt, decrypt);
    });

    it('half a block, and decrypts the next message as before', () => {
      const aes = engine(key);
      const message = concat(iv, aes.encrypt(iv, sample(32, 22)));
      for (const length of [0, 8, 17, 33, 47]) {
        expect(() => aes.decrypt(message.subarray(0, length)), `${length} bytes`).toThrow(TypeError);
        expect(() => aes.encrypt(iv, message.subarray(0, length - (length % 16) + 8))).toThrow(TypeError);
        expect(toHex(aes.decrypt(message))).toBe(toHex(sample(32, 22)));
        expect(aes.decrypt(iv)).toHaveLength(0);
      }
    });

    it('takes a Buffer and a Uint8Array of another realm', () => {
      const foreign = runInNewContext('(bytes) => Uint8Array.from(bytes)') as (bytes: Uint8Array) => Uint8Array;
      const blocks = sample(32, 21);
      const ciphertext = engine(key).encrypt(iv, blocks);
      for (const as of [Buffer.from, foreign]) {
        const aes = engine(as(key));
        expect(toHex(aes.encrypt(as(iv), as(blocks)))).toBe(toHex(ciphertext));
        expect(toHex(aes.decrypt(as(concat(iv, ciphertext))))).toBe(toHex(blocks));
      }
    });
  });
}
