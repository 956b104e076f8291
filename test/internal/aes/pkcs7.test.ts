// The padding, and what an engine is given and what becomes of what it gives back.
import { describe, expect, it } from 'vitest';
import { AES_BLOCK, type AesCbc } from '../../../src/internal/aes/engine.ts';
import { nobleAesCbc } from '../../../src/internal/aes/noble.ts';
import {
  decryptBlocks,
  decryptPadded,
  encryptPadded,
  joinIv,
  paddingLength,
  unpaddedLength,
} from '../../../src/internal/aes/pkcs7.ts';

const BLOCKS = [16, 32] as const;

/** RFC 5652 section 6.3 word for word, without a thought for timing. */
function expectedLength(padded: Uint8Array, block: number): number {
  const padding = padded.at(-1) ?? 0;
  const right = padding >= 1 && padding <= block && padding <= padded.length;
  return right && padded.subarray(-padding).every((byte) => byte === padding) ? padded.length - padding : -1;
}

describe.each(BLOCKS)('paddingLength, block of %i', (block) => {
  it('fills up to the next multiple, a whole block where it fits', () => {
    for (let length = 0; length <= 200; length++) {
      const padding = paddingLength(length, block);
      expect(padding, `length ${length}`).toBeGreaterThanOrEqual(1);
      expect(padding, `length ${length}`).toBeLessThanOrEqual(block);
      expect((length + padding) % block, `length ${length}`).toBe(0);
    }
  });
});

describe.each(BLOCKS)('unpaddedLength, block of %i', (block) => {
  /** Every case is run on messages of 1 to 4 AES blocks: text, then `count` bytes of `byte`. */
  function* messages(count: number, byte: number): Iterable<Uint8Array> {
    for (const length of [16, 32, 48, 64]) yield new Uint8Array(length).fill(byte, Math.max(0, length - count));
  }

  it('takes off every right padding', () => {
    for (let padding = 1; padding <= block; padding++) {
      for (const padded of messages(padding, padding)) {
        const expected = padding > padded.length ? -1 : padded.length - padding;
        expect(unpaddedLength(padded, block), `${padding} of ${padded.length}`).toBe(expected);
      }
    }
  });

  it('judges every last byte after any number of equal bytes', () => {
    const wrong: string[] = [];
    for (let byte = 0; byte < 256; byte++) {
      for (let count = 1; count <= 64; count++) {
        for (const padded of messages(count, byte)) {
          if (unpaddedLength(padded, block) !== expectedLength(padded, block)) wrong.push(`${count} of ${byte}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('refuses each single bit changed in each padding byte', () => {
    const accepted: string[] = [];
    for (let padding = 2; padding <= block; padding++) {
      for (let position = 2; position <= padding; position++) {
        for (let bit = 1; bit <= 0x80; bit <<= 1) {
          const padded = new Uint8Array(2 * block).fill(padding, 2 * block - padding);
          padded[padded.length - position] = padding ^ bit;
          if (unpaddedLength(padded, block) !== -1) accepted.push(`${padding}, byte ${position}, bit ${bit}`);
        }
      }
    }
    expect(accepted).toEqual([]);
  });

  it('does not care what stands before the padding', () => {
    for (const byte of [0, 5, 16, 32, 0x80, 0xff]) {
      const padded = new Uint8Array(2 * block).fill(byte);
      padded.fill(3, 2 * block - 3);
      expect(unpaddedLength(padded, block)).toBe(2 * block - 3);
    }
  });

  it('refuses an empty array', () => {
    expect(unpaddedLength(new Uint8Array(), block)).toBe(-1);
  });

  it('reads the same bytes in the same order whatever they hold', () => {
    const reads = (bytes: Uint8Array): string[] => {
      const order: string[] = [];
      const get = (target: Uint8Array, key: string) => {
        order.push(key);
        return Reflect.get(target, key);
      };
      unpaddedLength(new Proxy(bytes, { get } as ProxyHandler<Uint8Array>), block);
      return order;
    };
    const right = reads(new Uint8Array(2 * block).fill(1));
    // Each of the last `block` bytes is among them.
    for (let position = 1; position <= block; position++) expect(right).toContain(String(2 * block - position));
    for (const byte of [0, 2, block, block + 1, 0xff]) {
      expect(reads(new Uint8Array(2 * block).fill(byte)), `all ${byte}`).toEqual(right);
    }
    for (let position = 1; position <= block; position++) {
      const padded = new Uint8Array(2 * block).fill(block);
      padded[padded.length - position] = 0;
      expect(reads(padded), `wrong byte ${position}`).toEqual(right);
    }
  });
});

it('tells 16 from 32: 17 to 32 bytes of padding are right for DingTalk alone', () => {
  for (let padding = 17; padding <= 32; padding++) {
    const padded = new Uint8Array(64).fill(padding, 64 - padding);
    expect(unpaddedLength(padded, 16)).toBe(-1);
    expect(unpaddedLength(padded, 32)).toBe(64 - padding);
  }
});

/** An engine that notes what it is given and gives the blocks back as they are. */
function recording() {
  const calls: { method: string; lengths: number[] }[] = [];
  const aes: AesCbc = {
    encrypt(iv, blocks) {
      calls.push({ method: 'encrypt', lengths: [iv.length, blocks.length] });
      return blocks.slice();
    },
    decrypt(ivAndBlocks) {
      calls.push({ method: 'decrypt', lengths: [ivAndBlocks.length] });
      return ivAndBlocks.slice(AES_BLOCK);
    },
  };
  return { aes, calls };
}

const iv = new Uint8Array(16).fill(0xaa);

describe('encryptPadded', () => {
  it.each([
    [16, 0, 16],
    [16, 15, 1],
    [16, 16, 16],
    [16, 17, 15],
    [32, 0, 32],
    [32, 15, 17],
    [32, 16, 16],
    [32, 31, 1],
    [32, 32, 32],
    [32, 33, 31],
  ] as const)('block of %i: after %i bytes come %i of padding', (block, length, padding) => {
    const { aes, calls } = recording();
    const plaintext = new Uint8Array(length).fill(0x61);
    const ciphertext = encryptPadded(aes, iv, plaintext, block);
    expect(ciphertext).toEqual(Uint8Array.from([...plaintext, ...new Uint8Array(padding).fill(padding)]));
    expect(calls).toEqual([{ method: 'encrypt', lengths: [16, length + padding] }]);
    expect(plaintext).toEqual(new Uint8Array(length).fill(0x61));
  });

  it('gives what the engine gives', () => {
    const kept = new Uint8Array(16);
    expect(encryptPadded({ ...recording().aes, encrypt: () => kept }, iv, new Uint8Array(3), 16)).toBe(kept);
  });
});

describe('joinIv', () => {
  it('puts the iv in front, in memory of its own', () => {
    const ciphertext = new Uint8Array(16).fill(1);
    const joined = joinIv(iv, ciphertext);
    ciphertext.fill(2);
    expect(joined).toEqual(Uint8Array.from([...iv, ...new Uint8Array(16).fill(1)]));
    expect(joined.buffer.byteLength).toBe(32);
  });
});

describe('decryptBlocks', () => {
  it('gives the engine iv and ciphertext in one piece', () => {
    const { aes, calls } = recording();
    const message = Uint8Array.from([...iv, ...new Uint8Array(16).fill(0x61)]);
    const copy = message.slice();
    expect(decryptBlocks(aes, message)).toEqual(new Uint8Array(16).fill(0x61));
    expect(calls).toEqual([{ method: 'decrypt', lengths: [32] }]);
    expect(message).toEqual(copy);
  });

  it('refuses what holds no whole blocks before the engine sees it', () => {
    const { aes, calls } = recording();
    for (const length of [0, 1, 15, 16, 17, 31, 33, 47, 49, 100]) {
      expect(decryptBlocks(aes, new Uint8Array(length).fill(1)), `${length} bytes`).toBeUndefined();
    }
    expect(calls).toEqual([]);
  });
});

describe('decryptPadded', () => {
  const aes = nobleAesCbc(new Uint8Array(32).fill(1));

  it.each(BLOCKS)('gives back what encryptPadded encrypted, as a view, block of %i', (block) => {
    for (let length = 0; length <= 2 * block; length++) {
      const plaintext = new Uint8Array(length).fill(0x61);
      const decrypted = decryptPadded(aes, joinIv(iv, encryptPadded(aes, iv, plaintext, block)), block);
      expect(decrypted, `${length} bytes`).toEqual(plaintext);
      expect(decrypted?.buffer.byteLength, `${length} bytes`).toBe(length + paddingLength(length, block));
    }
  });

  it('is undefined for wrong padding, and where there are no whole blocks', () => {
    const blocks = (last: number) => Uint8Array.from([...iv, ...aes.encrypt(iv, new Uint8Array(16).fill(last, 15))]);
    expect(decryptPadded(aes, blocks(1), 16)).toHaveLength(15);
    for (const last of [0, 2, 17, 255]) expect(decryptPadded(aes, blocks(last), 16), `${last}`).toBeUndefined();
    for (const length of [0, 16, 17, 31, 33]) {
      expect(decryptPadded(aes, new Uint8Array(length), 16), `${length} bytes`).toBeUndefined();
    }
  });
});
