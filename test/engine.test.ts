// The seam itself: what an engine is given, and what becomes of what it gives back.
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  AES_BLOCK,
  type AesCbc,
  type AesCbcEngine,
  agreesWithNoble,
  decryptBlocks,
  defaultAesCbc,
  encryptPadded,
  nativeAesCbc,
  nobleAesCbc,
} from '../src/engine.ts';
import { thisHost } from '../src/host.ts';
import { nativeAesCbcOfBun } from './helpers.ts';

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
    const message = encryptPadded(aes, iv, plaintext, block);
    expect(message).toEqual(Uint8Array.from([...iv, ...plaintext, ...new Uint8Array(padding).fill(padding)]));
    expect(calls).toEqual([{ method: 'encrypt', lengths: [16, length + padding] }]);
    expect(plaintext).toEqual(new Uint8Array(length).fill(0x61));
  });

  it('gives memory of its own, whatever the engine gives', () => {
    const kept = new Uint8Array(16);
    const message = encryptPadded({ ...recording().aes, encrypt: () => kept }, iv, new Uint8Array(3), 16);
    kept.fill(1);
    expect(message).toEqual(Uint8Array.from([...iv, ...new Uint8Array(16)]));
    expect(message.buffer.byteLength).toBe(32);
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

describe('the engine of this host', () => {
  const { getBuiltinModule } = process;

  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** A host without the module `name`. */
  function without(name: string): void {
    const rest = (other: string) => (other === name ? undefined : getBuiltinModule(other));
    vi.spyOn(process, 'getBuiltinModule').mockImplementation(rest as typeof getBuiltinModule);
  }

  it('is the native one where there is one', () => {
    expect(agreesWithNoble(nativeAesCbc)).toBe(true);
    expect(defaultAesCbc()).toBe(nativeAesCbc);
  });

  it('is noble where there is no node:crypto', async () => {
    vi.resetModules();
    const fresh = await import('../src/engine.ts');
    without('node:crypto');
    expect(() => fresh.nativeAesCbc(new Uint8Array(32))).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
    expect(fresh.defaultAesCbc()).toBe(fresh.nobleAesCbc);
    vi.restoreAllMocks();
    expect(fresh.defaultAesCbc(), 'chosen once').toBe(fresh.nobleAesCbc);
  });

  const noble = nobleAesCbc(new Uint8Array(32));
  it.each<[string, AesCbcEngine]>([
    ['another key', () => noble],
    ['encryption that does nothing', (key) => ({ ...nobleAesCbc(key), encrypt: (_, blocks) => blocks })],
    ['decryption that does nothing', (key) => ({ ...nobleAesCbc(key), decrypt: (blocks) => blocks.subarray(16) })],
    [
      'a chain that goes on from message to message',
      (key) => {
        let last: Uint8Array | undefined;
        const decrypt = (message: Uint8Array) => {
          const own = message.slice();
          if (last !== undefined) own.set(last);
          last = message.slice(-16);
          return nobleAesCbc(key).decrypt(own);
        };
        return { ...nobleAesCbc(key), decrypt };
      },
    ],
    [
      'an exception',
      () => {
        throw new Error('not here');
      },
    ],
  ])('is not believed with %s', (_, engine) => {
    expect(agreesWithNoble(engine)).toBe(false);
  });

  it('is believed with right answers', () => {
    expect(agreesWithNoble(nobleAesCbc)).toBe(true);
  });
});

describe.each([
  ['noble', nobleAesCbc],
  ['native', nativeAesCbc],
  ['native, Bun', nativeAesCbcOfBun],
])('%s, given half a block', (_name, engine) => {
  it('throws a TypeError and decrypts the next message as before', () => {
    const aes = engine(new Uint8Array(32).fill(1));
    const message = Uint8Array.from([...iv, ...aes.encrypt(iv, new Uint8Array(32).fill(7))]);
    for (const length of [0, 8, 17, 33, 47]) {
      expect(() => aes.decrypt(message.subarray(0, length)), `${length} bytes`).toThrow(TypeError);
      expect(() => aes.encrypt(iv, message.subarray(0, length - (length % 16) + 8))).toThrow(TypeError);
      expect(new Uint8Array(aes.decrypt(message))).toEqual(new Uint8Array(32).fill(7));
      expect(aes.decrypt(iv)).toHaveLength(0);
    }
  });
});

describe('the native engine', () => {
  const key = new Uint8Array(32);
  const message = Uint8Array.from([...iv, ...nativeAesCbc(key).encrypt(iv, new Uint8Array(32))]);

  it('gives a view of what it decrypted, but not in Bun', () => {
    expect(nativeAesCbc(key).decrypt(message).byteOffset % 32).toBe(16);
    expect(nativeAesCbcOfBun(key).decrypt(message).byteOffset).toBe(0);
  });

  it('does without versions', () => {
    vi.stubGlobal('process', { getBuiltinModule: process.getBuiltinModule });
    const { decrypt } = nativeAesCbc(key);
    vi.unstubAllGlobals();
    expect(new Uint8Array(decrypt(message))).toEqual(new Uint8Array(32));
  });

  it('needs a process', () => {
    expect(thisHost().versions).toEqual({ v8: process.versions.v8, webkit: undefined });
    vi.stubGlobal('process', undefined);
    const host = thisHost();
    vi.unstubAllGlobals();
    expect(host).toMatchObject({
      buffer: undefined,
      crypto: undefined,
      versions: { v8: undefined, webkit: undefined },
    });
  });
});
