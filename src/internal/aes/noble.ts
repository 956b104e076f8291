// The portable AES engine, and the only importer of @noble/ciphers.
import { unsafe } from '@noble/ciphers/aes.js';
import { isAligned32, isLE, swap32IfBE, u32 } from '@noble/ciphers/utils.js';
import { type AesCbcEngine, requireBlocks, requireIvAndBlocks, requireKey } from './engine.ts';

/**
 * The portable engine: noble-ciphers, with the key schedules kept. It looks tables up by secret bytes (see SECURITY.md).
 */
export const nobleAesCbc: AesCbcEngine = (key) => {
  requireKey(key);
  const ownKey = Uint8Array.from(key);
  const decryptionSchedule = unsafe.expandKeyDecLE(ownKey);
  let encryptionSchedule: Uint32Array | undefined;
  return {
    encrypt(iv, blocks) {
      requireIvAndBlocks(iv, blocks);
      encryptionSchedule ??= unsafe.expandKeyLE(ownKey);
      return toBytes(encryptWords(encryptionSchedule, toWords(iv), toWords(blocks)));
    },
    decrypt(ivAndBlocks) {
      requireBlocks(ivAndBlocks);
      return toBytes(decryptWords(decryptionSchedule, toWords(ivAndBlocks)));
    },
  };
};

// c0 to c3 are the ciphertext block before, at first the IV.

function encryptWords(schedule: Uint32Array, iv: Uint32Array, words: Uint32Array): Uint32Array {
  const ciphertext = new Uint32Array(words.length);
  let c0 = iv[0] as number;
  let c1 = iv[1] as number;
  let c2 = iv[2] as number;
  let c3 = iv[3] as number;
  for (let at = 0; at < words.length; at += 4) {
    const p0 = c0 ^ (words[at] as number);
    const p1 = c1 ^ (words[at + 1] as number);
    const p2 = c2 ^ (words[at + 2] as number);
    const p3 = c3 ^ (words[at + 3] as number);
    ({ s0: c0, s1: c1, s2: c2, s3: c3 } = unsafe.encrypt(schedule, p0, p1, p2, p3));
    ciphertext[at] = c0;
    ciphertext[at + 1] = c1;
    ciphertext[at + 2] = c2;
    ciphertext[at + 3] = c3;
  }
  return ciphertext;
}

function decryptWords(schedule: Uint32Array, words: Uint32Array): Uint32Array {
  const plaintext = new Uint32Array(words.length - 4);
  let c0 = words[0] as number;
  let c1 = words[1] as number;
  let c2 = words[2] as number;
  let c3 = words[3] as number;
  for (let at = 0; at < plaintext.length; at += 4) {
    const b0 = words[at + 4] as number;
    const b1 = words[at + 5] as number;
    const b2 = words[at + 6] as number;
    const b3 = words[at + 7] as number;
    const { s0, s1, s2, s3 } = unsafe.decrypt(schedule, b0, b1, b2, b3);
    plaintext[at] = s0 ^ c0;
    plaintext[at + 1] = s1 ^ c1;
    plaintext[at + 2] = s2 ^ c2;
    plaintext[at + 3] = s3 ^ c3;
    c0 = b0;
    c1 = b1;
    c2 = b2;
    c3 = b3;
  }
  return plaintext;
}

/** Little-endian words, as noble's tables want them; to be read only, since they may be `bytes` themselves. */
function toWords(bytes: Uint8Array): Uint32Array {
  return isLE && isAligned32(bytes) ? u32(bytes) : swap32IfBE(u32(Uint8Array.from(bytes)));
}

function toBytes(words: Uint32Array): Uint8Array {
  return new Uint8Array(swap32IfBE(words).buffer);
}
