// Which engine runs where none was chosen, and the options of codecs that encrypt.
import { requireFunction } from '../arguments.ts';
import { decodeHex, encodeHex } from '../encoding/hex.ts';
import { type RandomSource, requireRandom } from '../random.ts';
import { AES_BLOCK, type AesCbcEngine, KEY_BYTES } from './engine.ts';
import { nativeAesCbc } from './native.ts';
import { nobleAesCbc } from './noble.ts';

/** Options of codecs that encrypt. */
export interface EncryptionOptions {
  /** Source of random bytes for IVs, prefixes and nonces. Default the runtime's `crypto.getRandomValues`. */
  random?: RandomSource | undefined;
  /** AES engine, which may bring a hash. Default: `node:crypto` where the runtime has it, else noble-ciphers. */
  aes?: AesCbcEngine | undefined;
}

/** The same, checked. */
export function readEncryptionOptions(options: EncryptionOptions): {
  readonly random: RandomSource | undefined;
  readonly aes: AesCbcEngine;
} {
  const { random, aes = defaultAesCbc() } = options;
  requireFunction('aes', aes);
  if (aes.digest !== undefined) requireFunction('aes.digest', aes.digest);
  return { random: requireRandom(random), aes };
}

let engineHere: AesCbcEngine | undefined;

/** The engine of codecs that are given none: native where the runtime has one that works, else noble. */
export function defaultAesCbc(): AesCbcEngine {
  engineHere ??= givesKnownAnswers(nativeAesCbc) ? nativeAesCbc : nobleAesCbc;
  return engineHere;
}

/** Two messages one after the other and back, so that a chain that is not reset shows. */
export function givesKnownAnswers(engine: AesCbcEngine): boolean {
  const key = Uint8Array.from({ length: KEY_BYTES }, (_, index) => index);
  const iv = key.slice(0, AES_BLOCK);
  try {
    const aes = engine(key);
    const isKnown = (blocks: Uint8Array, ciphertext: string) =>
      encodeHex(aes.encrypt(iv, blocks)) === ciphertext &&
      encodeHex(aes.decrypt(decodeHex(encodeHex(iv) + ciphertext))) === encodeHex(blocks);
    return (
      isKnown(new Uint8Array(32).fill(7), 'cddb72cb55976ecc21132c15e5c077026f61b57cddd40348119761f262823e0f') &&
      isKnown(new Uint8Array(16), '5a6e045708fb7196f02e553d02c3a692')
    );
  } catch {
    return false;
  }
}
