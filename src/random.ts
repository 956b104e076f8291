// Random bytes for IVs, prefixes and nonces: from the caller's source, else from the host's crypto.getRandomValues.
import { CallbackError } from './errors.ts';
import { ask } from './host.ts';
import { isBytes } from './options.ts';

/**
 * A cryptographically secure source of random bytes: returns exactly `byteLength` fresh bytes. Needed only where the
 * host has no `crypto.getRandomValues` (bare engines, Node 18), and for reproducible tests.
 */
export type RandomSource = (byteLength: number) => Uint8Array;

/** `byteLength` random bytes; ERR_RANDOM where there is no secure source. There is no fallback to Math.random. */
export function randomBytes(byteLength: number, random: RandomSource = hostRandom): Uint8Array {
  const bytes = random(byteLength);
  if (!isBytes(bytes) || bytes.length !== byteLength) {
    throw new CallbackError('ERR_RANDOM', `random(${byteLength}) must return a Uint8Array of ${byteLength} bytes`);
  }
  return bytes;
}

const ALPHANUMERICS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * 16 characters of `[A-Za-z0-9]`, each equally likely: bytes from 248 up, the remainder of 256 / 62, are drawn again.
 */
export function randomAlphanumerics(random?: RandomSource): string {
  let text = '';
  // Secure bytes fall short of 16 a hundred times in a row with probability 0; a constant source must not hang us.
  for (let draws = 0; draws < 100 && text.length < 16; draws++) {
    for (const byte of randomBytes(16 - text.length, random)) {
      if (byte < 248) text += ALPHANUMERICS.charAt(byte % 62);
    }
  }
  if (text.length < 16) throw new CallbackError('ERR_RANDOM', 'random must return random bytes, not a constant');
  return text;
}

function hostRandom(byteLength: number): Uint8Array {
  const global = globalThis as unknown as { crypto: { getRandomValues(bytes: Uint8Array): unknown } };
  if (typeof ask(() => global.crypto.getRandomValues) !== 'function') {
    throw new CallbackError('ERR_RANDOM', 'this host has no crypto.getRandomValues: pass a secure `random` option');
  }
  const bytes = new Uint8Array(byteLength);
  try {
    global.crypto.getRandomValues(bytes);
  } catch {
    throw new CallbackError(
      'ERR_RANDOM',
      'crypto.getRandomValues of this host fails here: pass a secure `random` option',
    );
  }
  return bytes;
}
