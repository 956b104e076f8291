// AES by node:crypto.
import { CallbackError } from '../errors.ts';
import { thisRuntime } from '../runtime.ts';
import { AES_BLOCK, type AesCbcEngine, requireBlocks, requireIvAndBlocks, requireKey } from './engine.ts';

/**
 * The runtime's engine: `node:crypto` of Node, Bun, Deno and Workers with nodejs_compat.
 *
 * @throws {CallbackError} ERR_CONFIG where there is none.
 */
export const nativeAesCbc: AesCbcEngine = (key) => {
  requireKey(key);
  const { crypto } = thisRuntime();
  if (crypto === undefined) {
    throw new CallbackError('ERR_CONFIG', 'this runtime has no node:crypto: leave `aes` out, or give nobleAesCbc');
  }
  const ownKey = crypto.createSecretKey(key);
  // Making a decipher costs more than decrypting a kilobyte, so one is kept and never finished: each message is the next
  // part of one long message.
  const decipher = crypto.createDecipheriv('aes-256-cbc', ownKey, new Uint8Array(AES_BLOCK));
  decipher.setAutoPadding(false);
  return {
    encrypt(iv, blocks) {
      requireIvAndBlocks(iv, blocks);
      const cipher = crypto.createCipheriv('aes-256-cbc', ownKey, iv);
      cipher.setAutoPadding(false);
      return cipher.update(blocks);
    },
    decrypt(ivAndBlocks) {
      requireBlocks(ivAndBlocks); // half a block would stay in the decipher and spoil every later call
      // The IV goes in as a block of ciphertext. What comes out for it is left out; the next block is added to it.
      return decipher.update(ivAndBlocks).subarray(AES_BLOCK);
    },
  };
};
