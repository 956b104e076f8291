// Which engine runs where none was chosen, and the options of codecs that encrypt.
import { requireFunction } from '../arguments.ts';
import { type RandomSource, requireRandom } from '../random.ts';
import { AES_BLOCK, type AesCbcEngine } from './engine.ts';
import { nativeAesCbc } from './native.ts';
import { nobleAesCbc } from './noble.ts';

/** Options of codecs that encrypt. */
export interface EncryptionOptions {
  /** Source of random bytes for IVs, prefixes and nonces. Default the runtime's `crypto.getRandomValues`. */
  random?: RandomSource | undefined;
  /** AES engine. Default: `node:crypto` where the runtime has it, else noble-ciphers. */
  aes?: AesCbcEngine | undefined;
}

/** The same, checked. */
export function readEncryptionOptions(options: EncryptionOptions): {
  readonly random: RandomSource | undefined;
  readonly aes: AesCbcEngine;
} {
  const { random, aes = defaultAesCbc() } = options;
  return { random: requireRandom(random), aes: requireFunction('aes', aes) };
}

let engineHere: AesCbcEngine | undefined;

/** The engine of codecs that are given none: native where the runtime has one that works, else noble. */
export function defaultAesCbc(): AesCbcEngine {
  engineHere ??= agreesWithNoble(nativeAesCbc) ? nativeAesCbc : nobleAesCbc;
  return engineHere;
}

/** Known answers from noble: two messages one after the other, so that a chain that is not reset shows. */
export function agreesWithNoble(engine: AesCbcEngine): boolean {
  const key = Uint8Array.from({ length: 32 }, (_, index) => index);
  const noble = nobleAesCbc(key);
  try {
    const aes = engine(key);
    const first = key.slice(0, AES_BLOCK);
    const messages = [new Uint8Array(48).fill(7), new Uint8Array(16)];
    return messages.every((blocks) => {
      const ciphertext = aes.encrypt(first, blocks);
      const ivAndBlocks = Uint8Array.from([...first, ...ciphertext]);
      return (
        ciphertext.join() === noble.encrypt(first, blocks).join() && aes.decrypt(ivAndBlocks).join() === blocks.join()
      );
    });
  } catch {
    return false;
  }
}
