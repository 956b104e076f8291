import { randomBytes as nodeRandomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type RandomSource, randomAlphanumerics, randomBytes, requireRandom } from '../../src/internal/random.ts';
import { errorOf } from '../helpers.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const refused = expect.objectContaining({ name: 'CallbackError', code: 'ERR_RANDOM' });

describe('randomBytes', () => {
  /** What the runtime was asked to fill, and copies of what it gave. */
  const spied = () => {
    const asked: Uint8Array[] = [];
    const given: Uint8Array[] = [];
    const { getRandomValues } = crypto;
    vi.spyOn(crypto, 'getRandomValues').mockImplementation((bytes) => {
      getRandomValues.call(crypto, bytes);
      asked.push(bytes as unknown as Uint8Array);
      given.push((bytes as unknown as Uint8Array).slice());
      return bytes;
    });
    return { asked, given };
  };

  it('comes from crypto.getRandomValues, never from Math.random', () => {
    const { asked } = spied();
    const insecure = vi.spyOn(Math, 'random');
    expect(randomBytes(16)).toHaveLength(16);
    expect(randomBytes(16)).not.toEqual(randomBytes(16));
    expect(asked).toHaveLength(1);
    expect(insecure).not.toHaveBeenCalled();
  });

  it('draws 1,024 bytes at once, gives each of them once, and keeps none that it gave', () => {
    const { asked, given } = spied();
    const pieces = Array.from({ length: 32 + 64 }, (_, i) => randomBytes(i < 32 ? 32 : 16));
    expect(asked.map(({ length }) => length)).toEqual([1024, 1024]);
    expect(Buffer.concat(pieces)).toEqual(Buffer.concat(given));
    for (const bytes of asked) expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(new Set(pieces.map((piece) => piece.buffer)).size).toBe(pieces.length);
  });

  it('leaves what is too little for a piece', () => {
    const { asked, given } = spied();
    for (let i = 0; i < 31; i++) randomBytes(32);
    randomBytes(17);
    const [, second] = [randomBytes(15), randomBytes(16)];
    expect(asked).toHaveLength(2);
    expect(second).toEqual(given[1]?.slice(0, 16));
  });

  it('asks a crypto that came later anew', () => {
    randomBytes(16);
    const later = { getRandomValues: vi.fn((bytes: Uint8Array) => bytes.fill(7)) };
    vi.stubGlobal('crypto', later);
    expect(randomBytes(16)).toEqual(new Uint8Array(16).fill(7));
    expect(later.getRandomValues).toHaveBeenCalledOnce();
  });

  it('comes from the source that is given, and from no other', () => {
    const ofRuntime = vi.spyOn(crypto, 'getRandomValues');
    const asked: number[] = [];
    const bytes = randomBytes(3, (byteLength) => {
      asked.push(byteLength);
      return Uint8Array.of(1, 2, 3);
    });
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
    expect(asked).toEqual([3]);
    expect(ofRuntime).not.toHaveBeenCalled();
  });

  it('takes a Buffer', () => {
    expect(randomBytes(16, nodeRandomBytes)).toHaveLength(16);
  });

  it.each<[string, unknown]>([
    ['too few bytes', new Uint8Array(15)],
    ['too many bytes', new Uint8Array(17)],
    ['no bytes', new Uint8Array()],
    ['an array', new Array(16).fill(0)],
    ['a string', '0123456789abcdef'],
    ['16 words', new Uint16Array(16)],
    ['16 clamped bytes', new Uint8ClampedArray(16)],
    ['an ArrayBuffer', new ArrayBuffer(16)],
    ['undefined', undefined],
    ['null', null],
    ['a number', 16],
    ['a promise', Promise.resolve(new Uint8Array(16))],
  ])('refuses a source that gives %s', (_, value) => {
    expect(() => randomBytes(16, (() => value) as unknown as RandomSource)).toThrow(refused);
  });

  it('refuses a runtime whose getRandomValues fails, as in the global scope of Workers', () => {
    vi.spyOn(crypto, 'getRandomValues').mockImplementation(() => {
      throw new Error('not here');
    });
    expect(() => randomBytes(16)).toThrow(refused);
  });

  it('says what to do', () => {
    const messageOf = (random?: RandomSource) => errorOf(() => randomBytes(16, random)).message;
    expect(messageOf(() => new Uint8Array(32))).toBe('random(16) must return a Uint8Array of 16 bytes');
    vi.spyOn(crypto, 'getRandomValues').mockImplementation(() => {
      throw new Error('not here');
    });
    expect(messageOf()).toBe('crypto.getRandomValues of this runtime fails here: pass a secure `random` option');
    vi.stubGlobal('crypto', {});
    expect(messageOf()).toBe('this runtime has no crypto.getRandomValues: pass a secure `random` option');
  });

  it.each<[string, unknown]>([
    ['crypto', undefined],
    ['crypto', null],
    ['crypto', {}],
    ['crypto', { getRandomValues: 'no function' }],
  ])('refuses to go on where the runtime has %s = %j', (name, value) => {
    vi.stubGlobal(name, value);
    const insecure = vi.spyOn(Math, 'random');
    expect(() => randomBytes(16)).toThrow(refused);
    expect(insecure).not.toHaveBeenCalled();
    expect(randomBytes(16, () => new Uint8Array(16))).toEqual(new Uint8Array(16));
  });
});

describe('randomAlphanumerics', () => {
  it('gives 16 characters of [A-Za-z0-9], different every time', () => {
    const texts = Array.from({ length: 200 }, () => randomAlphanumerics());
    for (const text of texts) expect(text).toMatch(/^[A-Za-z0-9]{16}$/);
    expect(new Set(texts).size).toBe(200);
  });

  it('draws each character from four byte values, and none from 248 up', () => {
    const counts = new Map<string, number>();
    let leftOut = 0;
    for (let byte = 0; byte < 256; byte++) {
      // The byte in question first, then the byte of `B`; 16 of the first alone show whether it stands for anything.
      const text = randomAlphanumerics((byteLength) => new Uint8Array(byteLength).fill(1).fill(byte, 0, 1));
      expect(text.slice(1)).toBe('B'.repeat(15));
      if (byte >= 248) leftOut += Number(text.charAt(0) === 'B');
      else counts.set(text.charAt(0), (counts.get(text.charAt(0)) ?? 0) + 1);
    }
    expect(leftOut).toBe(8);
    expect(counts.size).toBe(62);
    expect([...counts.values()].every((count) => count === 4)).toBe(true);
  });

  it('gives 16 characters whatever bytes come', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat({ max: 255 })), (stream) => {
        const source: RandomSource = (byteLength) => Uint8Array.from({ length: byteLength }, () => stream.next().value);
        expect(randomAlphanumerics(source)).toMatch(/^[A-Za-z0-9]{16}$/);
      }),
    );
  });

  it.each([
    [16, 1],
    [17, 2],
    [32, 2],
  ])('draws 32 bytes, and again only where too few are usable: %i that are not', (unusable, draws) => {
    const asked: number[] = [];
    const text = randomAlphanumerics((byteLength) => {
      asked.push(byteLength);
      return new Uint8Array(byteLength).fill(255, 0, asked.length === 1 ? unusable : 0);
    });
    expect(asked).toEqual(new Array(draws).fill(32));
    expect(text).toBe('A'.repeat(16));
  });

  it('refuses a constant source instead of hanging', () => {
    let draws = 0;
    const constant: RandomSource = (byteLength) => {
      draws += 1;
      return new Uint8Array(byteLength).fill(255);
    };
    expect(() => randomAlphanumerics(constant)).toThrow(refused);
    expect(draws).toBe(100);
    expect(() => randomAlphanumerics(constant)).toThrow('random must return random bytes, not a constant');
  });

  it('refuses a source of a wrong length, and a runtime without one', () => {
    expect(() => randomAlphanumerics(() => new Uint8Array(8))).toThrow(refused);
    vi.stubGlobal('crypto', undefined);
    expect(() => randomAlphanumerics()).toThrow(refused);
  });
});

describe('requireRandom', () => {
  it('gives back a function, and nothing for nothing', () => {
    const random = () => new Uint8Array();
    expect(requireRandom(random)).toBe(random);
    expect(requireRandom(undefined)).toBeUndefined();
  });

  it.each([
    ['null', null],
    ['object', crypto],
    ['object', new Uint8Array(16)],
  ])('is a TypeError for %s', (type, value) => {
    expect(() => requireRandom(value as never)).toThrow(new TypeError(`random must be a function, got ${type}`));
  });
});
