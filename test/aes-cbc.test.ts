import { execFileSync } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  CallbackError,
  decryptAes256Cbc,
  decryptEnvelope,
  encryptAes256Cbc,
  encryptEnvelope,
  type PaddingBlock,
} from '../src/aes-cbc.ts';
import { errorOf } from './helpers.ts';
import platforms from './vectors/platforms.json' with { type: 'json' };
import wrongPadding from './vectors/wrong-padding.json' with { type: 'json' };

afterEach(() => {
  vi.unstubAllGlobals();
});

const key = new Uint8Array(32).fill(1);
const iv = new Uint8Array(16).fill(2);
const hi = Uint8Array.of(104, 105);
const hiEnvelope = encryptEnvelope(key, hi, { iv });

const refusedWith = (code: string) => expect.objectContaining({ name: 'CallbackError', code });
const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** The one message for everything wrong with a ciphertext. */
const { message: DECRYPT_MESSAGE } = errorOf(() => decryptAes256Cbc(key, iv, new Uint8Array()));

function expectDecryptError(call: () => unknown): void {
  const error = errorOf(call) as CallbackError;
  expect(error).toBeInstanceOf(CallbackError);
  expect(error.code).toBe('ERR_DECRYPT');
  expect(error.message).toBe(DECRYPT_MESSAGE);
  expect(Object.keys(error).sort()).toEqual(['code', 'name']);
  expect('cause' in error).toBe(false);
}

it('wrong-padding.json is what make-wrong-padding.mjs prints', () => {
  const here = (path: string) => fileURLToPath(new URL(`./vectors/${path}`, import.meta.url));
  const printed = execFileSync(process.execPath, [here('make-wrong-padding.mjs')], { encoding: 'utf8' });
  expect(printed === readFileSync(here('wrong-padding.json'), 'utf8')).toBe(true);
});

describe.each<[PaddingBlock]>([[16], [32]])('encryptAes256Cbc and decryptAes256Cbc, padTo %i', (padTo) => {
  it('give back any plaintext, in arrays of their own, inputs untouched', () => {
    fc.assert(
      fc.property(bytes(32), bytes(16), fc.uint8Array({ maxLength: 100 }), (key, iv, plaintext) => {
        const copies = structuredClone([key, iv, plaintext]);
        const ciphertext = encryptAes256Cbc(key, iv, plaintext, { padTo });
        const ciphertextCopy = ciphertext.slice();
        const decrypted = decryptAes256Cbc(key, iv, ciphertext, { padTo });
        expect(decrypted).toEqual(plaintext);
        expect(ciphertext).toHaveLength(plaintext.length + padTo - (plaintext.length % padTo));
        for (const result of [ciphertext, decrypted]) {
          expect(Object.getPrototypeOf(result)).toBe(Uint8Array.prototype);
          expect(result.buffer.byteLength).toBe(result.length);
        }
        expect([key, iv, plaintext]).toEqual(copies);
        expect(ciphertext).toEqual(ciphertextCopy);
      }),
    );
  });

  it('take Buffers, views and arrays of another realm, and give plain arrays', () => {
    const expected = encryptAes256Cbc(key, iv, hi, { padTo });
    const foreign = (content: Uint8Array) =>
      runInNewContext(`Uint8Array.from(${JSON.stringify([...content])})`) as Uint8Array;
    const view = (content: Uint8Array) => Uint8Array.from([9, ...content, 9]).subarray(1, -1);
    for (const make of [Buffer.from, foreign, view] as ((content: Uint8Array) => Uint8Array)[]) {
      const ciphertext = encryptAes256Cbc(make(key), make(iv), make(hi), { padTo });
      expect(ciphertext).toEqual(expected);
      expect(decryptAes256Cbc(make(key), make(iv), make(ciphertext), { padTo })).toEqual(hi);
    }
  });

  it('refuse keys and IVs of another length', () => {
    for (const run of [encryptAes256Cbc, decryptAes256Cbc]) {
      for (const length of [0, 16, 24, 31, 33, 64]) {
        expect(() => run(new Uint8Array(length), iv, hi, { padTo })).toThrow(refusedWith('ERR_CONFIG'));
      }
      for (const length of [0, 12, 15, 17, 32]) {
        expect(() => run(key, new Uint8Array(length), hi, { padTo })).toThrow(refusedWith('ERR_CONFIG'));
      }
    }
  });

  it('refuse ciphertext that is no positive multiple of 16 bytes', () => {
    for (const length of [0, 1, 15, 17, 31, 33, 47]) {
      expectDecryptError(() => decryptAes256Cbc(key, iv, new Uint8Array(length), { padTo }));
    }
  });

  it('refuse every kind of wrong padding, with one constant message', () => {
    for (const { block, name, ciphertext, plaintext } of wrongPadding.cases) {
      if (block !== padTo) continue;
      const decrypt = () =>
        decryptAes256Cbc(fromHex(wrongPadding.key), fromHex(wrongPadding.iv), fromHex(ciphertext), { padTo });
      if (plaintext === null) expectDecryptError(decrypt);
      else expect(toHex(decrypt()), name).toBe(plaintext);
    }
  });
});

describe('padTo', () => {
  it('is 16 unless given', () => {
    const plaintext = new Uint8Array(20);
    const expected = encryptAes256Cbc(key, iv, plaintext, { padTo: 16 });
    expect(encryptAes256Cbc(key, iv, plaintext)).toEqual(expected);
    expect(encryptAes256Cbc(key, iv, plaintext, {})).toEqual(expected);
    expect(encryptAes256Cbc(key, iv, plaintext, { padTo: undefined })).toEqual(expected);
    expectDecryptError(() => decryptAes256Cbc(key, iv, encryptAes256Cbc(key, iv, new Uint8Array(3), { padTo: 32 })));
  });

  it('of 32 reads what was padded to 16, as the Go and Rust encoders of DingTalk do', () => {
    for (let length = 0; length <= 64; length++) {
      const plaintext = new Uint8Array(length).fill(0x61);
      const ciphertext = encryptAes256Cbc(key, iv, plaintext, { padTo: 16 });
      expect(decryptAes256Cbc(key, iv, ciphertext, { padTo: 32 }), `${length} bytes`).toEqual(plaintext);
    }
  });

  it.each<[unknown]>([[0], [8], [24], [64], [Number.NaN], ['16'], [null], [true]])('of %j is refused', (padTo) => {
    const options = { padTo: padTo as PaddingBlock };
    expect(() => encryptAes256Cbc(key, iv, hi, options)).toThrow(refusedWith('ERR_CONFIG'));
    expect(() => decryptAes256Cbc(key, iv, new Uint8Array(16), options)).toThrow(refusedWith('ERR_CONFIG'));
    expect(() => decryptAes256Cbc(key, iv, new Uint8Array(16), options)).toThrow(/^padTo must be 16 or 32$/);
  });
});

describe('arguments of a wrong type', () => {
  const notBytes: [string, unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['a number', 32],
    ['a string', '0'.repeat(32)],
    ['an array', new Array(32).fill(0)],
    ['an object', { length: 32 }],
    ['a promise', Promise.resolve(new Uint8Array(32))],
    ['a DataView', new DataView(new ArrayBuffer(32))],
    ['an ArrayBuffer', new ArrayBuffer(32)],
    ['a SharedArrayBuffer', new SharedArrayBuffer(32)],
    ['a Uint8ClampedArray', new Uint8ClampedArray(32)],
    ['a Uint16Array', new Uint16Array(16)],
    ['a Blob', new Blob(['0'.repeat(32)])],
  ];

  it.each(notBytes)('%s for bytes is a TypeError that names the argument', (_, value) => {
    const wrong = value as Uint8Array;
    for (const run of [encryptAes256Cbc, decryptAes256Cbc]) {
      expect(() => run(wrong, iv, hi)).toThrow(TypeError);
      expect(() => run(wrong, iv, hi)).toThrow(/^key must be a Uint8Array/);
      expect(() => run(key, wrong, hi)).toThrow(/^iv must be a Uint8Array/);
      expect(() => run(key, iv, wrong)).toThrow(/^(plaintext|ciphertext) must be a Uint8Array/);
    }
    expect(() => encryptEnvelope(wrong, hi)).toThrow(/^key must be a Uint8Array/);
    expect(() => encryptEnvelope(key, wrong)).toThrow(/^plaintext must be a Uint8Array/);
    expect(() => decryptEnvelope(wrong, hiEnvelope)).toThrow(/^key must be a Uint8Array/);
    if (value !== undefined && value !== null) {
      expect(() => encryptEnvelope(key, hi, { iv: wrong })).toThrow(/^iv must be a Uint8Array/);
    }
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number', 1],
    ['bytes', new Uint8Array(32)],
    ['an array', [hiEnvelope]],
    ['a String object', new String(hiEnvelope)],
  ])('%s for an envelope is a TypeError', (_, value) => {
    expect(() => decryptEnvelope(key, value as string)).toThrow(TypeError);
    expect(() => decryptEnvelope(key, value as string)).toThrow(/^envelope must be a string/);
  });

  it('no message holds a byte of the key', () => {
    const secret = new Uint8Array(31).fill(0xa7);
    expect(errorOf(() => decryptEnvelope(secret, hiEnvelope)).message).toBe('key must be 32 bytes, got 31');
  });
});

describe('encryptEnvelope and decryptEnvelope', () => {
  it('give back any plaintext, in an array of its own', () => {
    fc.assert(
      fc.property(bytes(32), fc.uint8Array({ maxLength: 100 }), (key, plaintext) => {
        const decrypted = decryptEnvelope(key, encryptEnvelope(key, plaintext));
        expect(decrypted).toEqual(plaintext);
        expect(decrypted.buffer.byteLength).toBe(decrypted.length);
      }),
    );
  });

  it('agree with node:crypto on every length from 0 to 257', () => {
    fc.assert(
      fc.property(bytes(32), bytes(16), bytes(257), (key, iv, data) => {
        for (let length = 0; length <= 257; length++) {
          const plaintext = data.slice(0, length);
          const cipher = createCipheriv('aes-256-cbc', key, iv);
          const expected = Buffer.concat([iv, cipher.update(plaintext), cipher.final()]).toString('base64');
          expect(encryptEnvelope(key, plaintext, { iv }), `${length} bytes`).toBe(expected);
          expect(decryptEnvelope(key, expected), `${length} bytes`).toEqual(plaintext);
        }
      }),
      { numRuns: 3 },
    );
  });

  it('draw a fresh IV from the runtime for each envelope', () => {
    const envelopes = Array.from({ length: 50 }, () => encryptEnvelope(key, hi));
    const ivs = envelopes.map((envelope) => Buffer.from(envelope, 'base64').toString('hex', 0, 16));
    expect(new Set(ivs).size).toBe(50);
  });

  it('take the IV from `random`, or as given', () => {
    expect(encryptEnvelope(key, hi, { random: (byteLength) => new Uint8Array(byteLength).fill(2) })).toBe(hiEnvelope);
    expect(encryptEnvelope(key, hi, { iv: Buffer.from(iv) })).toBe(hiEnvelope);
    const untouched = () => {
      throw new Error('asked for random bytes although an IV was given');
    };
    expect(encryptEnvelope(key, hi, { iv, random: untouched })).toBe(hiEnvelope);
  });

  it('refuse an IV of another length', () => {
    for (const length of [0, 12, 15, 17, 32]) {
      expect(() => encryptEnvelope(key, hi, { iv: new Uint8Array(length) })).toThrow(refusedWith('ERR_CONFIG'));
    }
  });

  it('refuse keys of another length', () => {
    for (const length of [0, 16, 24, 31, 33]) {
      expect(() => encryptEnvelope(new Uint8Array(length), hi)).toThrow(refusedWith('ERR_CONFIG'));
      expect(() => decryptEnvelope(new Uint8Array(length), hiEnvelope)).toThrow(refusedWith('ERR_CONFIG'));
    }
  });

  it.each<[string, unknown]>([
    ['15 bytes', new Uint8Array(15)],
    ['17 bytes', new Uint8Array(17)],
    ['no bytes', new Uint8Array()],
    ['text', '0123456789abcdef'],
    ['nothing', undefined],
  ])('refuse a random source that gives %s', (_, value) => {
    const random = () => value as Uint8Array;
    expect(() => encryptEnvelope(key, hi, { random })).toThrow(refusedWith('ERR_RANDOM'));
  });

  it('need no crypto of the runtime but for the IV', () => {
    vi.stubGlobal('crypto', undefined);
    expect(() => encryptEnvelope(key, hi)).toThrow(refusedWith('ERR_RANDOM'));
    expect(encryptEnvelope(key, hi, { iv })).toBe(hiEnvelope);
    expect(decryptEnvelope(key, hiEnvelope)).toEqual(hi);
  });

  it('refuse every other way to write the base64', () => {
    // 48 bytes need no padding, 32 need one character: `plain` ends in a letter, `padded` in "=".
    const plain = encryptEnvelope(key, new Uint8Array(20), { iv });
    const padded = hiEnvelope;
    expect([plain.length, plain.endsWith('=')]).toEqual([64, false]);
    expect([padded.length, padded.endsWith('='), padded.endsWith('==')]).toEqual([44, true, false]);
    expect(decryptEnvelope(key, plain)).toEqual(new Uint8Array(20));
    expect(decryptEnvelope(key, padded)).toEqual(hi);
    expect(/[+/]/.test(plain + padded), 'the samples show the difference between the alphabets').toBe(true);

    const spare = (text: string, bits: number) => {
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
      return `${text.slice(0, -2)}${alphabet.charAt(alphabet.indexOf(text.charAt(text.length - 2)) | bits)}=`;
    };
    const ways: Record<string, string> = {
      'padding missing': padded.slice(0, -1),
      'padding too long': `${padded}=`,
      'padding too long, a whole group': `${padded}====`,
      'padding after whole groups': `${plain}==`,
      '"=" inside': `${plain.slice(0, 31)}=${plain.slice(32)}`,
      'two texts in one': `${padded}${padded}`,
      'spare bit 1': spare(padded, 1),
      'spare bit 2': spare(padded, 2),
      'cut by one character': plain.slice(0, -1),
      'cut by two characters': plain.slice(0, -2),
      'cut by three characters': plain.slice(0, -3),
      'a code unit above the table': `${plain.slice(0, -1)}\u0141`,
    };
    const urlSafe = (text: string) => text.replace(/\+/g, '-').replace(/\//g, '_');
    for (const text of [plain, padded]) {
      if (urlSafe(text) !== text) ways[`url-safe ${text.length}`] = urlSafe(text);
      if (text.includes('+')) ways[`spaces for plus signs ${text.length}`] = text.replace(/\+/g, ' ');
      for (const space of [' ', '\n', '\r\n', '\t', '\f', '\v', '\0', '\u00a0', '\u200b', '\ufeff', '\u3000']) {
        const shown = `${JSON.stringify(space)} ${text.length}`;
        ways[`${shown} in front`] = space + text;
        ways[`${shown} behind`] = text + space;
        ways[`${shown} inside`] = text.slice(0, 20) + space + text.slice(20);
        ways[`${shown} four times inside`] = text.slice(0, 20) + space.repeat(4) + text.slice(20);
        ways[`${shown} instead of a character`] = text.slice(0, 20) + space + text.slice(20 + space.length);
      }
    }
    for (const [way, envelope] of Object.entries(ways)) {
      try {
        expectDecryptError(() => decryptEnvelope(key, envelope));
      } catch (error) {
        throw new Error(`${way}: ${envelope}`, { cause: error });
      }
    }
  });

  it('refuse what is too short for an IV and a block', () => {
    for (const length of [0, 1, 15, 16, 17, 31, 33, 47]) {
      expectDecryptError(() => decryptEnvelope(key, Buffer.alloc(length).toString('base64')));
    }
  });

  it('refuse another key, and text that is no envelope', () => {
    expectDecryptError(() => decryptEnvelope(new Uint8Array(32), hiEnvelope));
    for (const text of ['', '=', '====', '{}', '\ud800', '飞书', '123123123123']) {
      expectDecryptError(() => decryptEnvelope(key, text));
    }
  });
});

describe('published vectors', () => {
  it('Feishu: the envelope of the documentation', () => {
    const vectors = platforms.vectors.filter(({ op }) => op === 'feishu.decrypt');
    expect(vectors).toHaveLength(1);
    for (const { input, expected } of vectors) {
      const { encryptKey, encrypt } = input as { encryptKey: string; encrypt: string };
      const decrypted = decryptEnvelope(createHash('sha256').update(encryptKey).digest(), encrypt);
      expect(Buffer.from(decrypted).toString()).toBe(expected.plaintext);
      expect(
        encryptEnvelope(createHash('sha256').update(encryptKey).digest(), decrypted, {
          iv: Buffer.from(encrypt, 'base64').subarray(0, 16),
        }),
      ).toBe(encrypt);
    }
  });

  it('DingTalk: the AES layer of the official Rust library', () => {
    const vectors = platforms.vectors.filter(({ op }) => op === 'dingtalk.rawAes');
    expect(vectors).toHaveLength(1);
    for (const { input, expected } of vectors) {
      const { encodingAesKey, plaintext } = input as { encodingAesKey: string; plaintext: string };
      const dingTalkKey = Buffer.from(encodingAesKey, 'base64');
      const dingTalkIv = dingTalkKey.subarray(0, 16);
      const ciphertext = encryptAes256Cbc(dingTalkKey, dingTalkIv, Buffer.from(plaintext), { padTo: 16 });
      expect(Buffer.from(ciphertext).toString('base64')).toBe(expected.encrypt);
      for (const padTo of [16, 32] as const) {
        const decrypted = decryptAes256Cbc(dingTalkKey, dingTalkIv, ciphertext, { padTo });
        expect(Buffer.from(decrypted).toString()).toBe(plaintext);
      }
    }
  });
});
