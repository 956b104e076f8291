// Random bytes for IVs, prefixes and nonces: from the caller's source, else from the runtime's crypto.getRandomValues.

import { isBytes, requireFunction } from './arguments.ts';
import { CallbackError } from './errors.ts';
import { ask } from './runtime.ts';

/**
 * A cryptographically secure source of random bytes: returns exactly `byteLength` fresh bytes. Needed only in a runtime
 * without `crypto.getRandomValues`, and for reproducible tests.
 */
export type RandomSource = (byteLength: number) => Uint8Array;

/** The `random` option, checked. */
export function requireRandom(random: RandomSource | undefined): RandomSource | undefined {
  return random === undefined ? undefined : requireFunction('random', random);
}

/** `byteLength` random bytes; ERR_RANDOM where there is no secure source. There is no fallback to Math.random. */
export function randomBytes(byteLength: number, random: RandomSource = runtimeRandom): Uint8Array {
  const bytes = random(byteLength);
  if (!isBytes(bytes) || bytes.length !== byteLength) {
    throw new CallbackError('ERR_RANDOM', `random(${byteLength}) must return a Uint8Array of ${byteLength} bytes`);
  }
  return bytes;
}

const ALPHANUMERICS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * 16 bytes of `[A-Za-z0-9]`, each equally likely: bytes from 248 up, the remainder of 256 / 62, stand for none. A draw costs
 * the same whatever its size, and one of 32 bytes falls short once in 10^17.
 */
export function randomAlphanumericBytes(random?: RandomSource): Uint8Array {
  const letters = new Uint8Array(16);
  let length = 0;
  // A constant source must not hang us.
  for (let draws = 0; draws < 100 && length < 16; draws++) {
    const bytes = randomBytes(32, random);
    for (let i = 0; i < bytes.length && length < 16; i++) {
      const byte = bytes[i] as number;
      if (byte < 248) letters[length++] = ALPHANUMERICS.charCodeAt(byte % 62);
    }
  }
  if (length < 16) throw new CallbackError('ERR_RANDOM', 'random must return random bytes, not a constant');
  return letters;
}

/** The same as text. */
export function randomAlphanumerics(random?: RandomSource): string {
  return String.fromCharCode(...randomAlphanumericBytes(random));
}

/**
 * What is drawn at once: a system call costs more than an AES of a kilobyte, several times as much in a virtual machine, and
 * the same whatever is drawn. Node's randomUUID does likewise.
 */
const DRAW_BYTES = 1024;

let drawn: Uint8Array | undefined;
let used = 0;
let drawnBy: unknown;

function runtimeRandom(byteLength: number): Uint8Array {
  const globals = globalThis as unknown as { crypto: { getRandomValues(bytes: Uint8Array): unknown } };
  const getRandomValues: unknown = ask(() => globals.crypto.getRandomValues);
  if (typeof getRandomValues !== 'function') {
    throw new CallbackError('ERR_RANDOM', 'this runtime has no crypto.getRandomValues: pass a secure `random` option');
  }
  if (drawn === undefined || drawnBy !== getRandomValues || used + byteLength > DRAW_BYTES) {
    const bytes = new Uint8Array(DRAW_BYTES);
    try {
      globals.crypto.getRandomValues(bytes);
    } catch {
      throw new CallbackError(
        'ERR_RANDOM',
        'crypto.getRandomValues of this runtime fails here: pass a secure `random` option',
      );
    }
    drawn = bytes;
    drawnBy = getRandomValues;
    used = 0;
  }
  used += byteLength;
  const bytes = drawn.slice(used - byteLength, used);
  drawn.fill(0, used - byteLength, used); // an iv or a nonce is nobody's twice
  return bytes;
}
