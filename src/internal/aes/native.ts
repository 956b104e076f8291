// AES by node:crypto.
import { CallbackError } from '../errors.ts';
import { thisRuntime } from '../runtime.ts';
import { returnScratch, takeScratch } from '../scratch.ts';
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
  // Making a cipher costs more than a kilobyte through it, so each direction keeps one and never finishes it: each message
  // is the next part of one long message.
  const decipher = crypto.createDecipheriv('aes-256-cbc', ownKey, new Uint8Array(AES_BLOCK));
  decipher.setAutoPadding(false);
  let cipher: ReturnType<typeof crypto.createCipheriv> | undefined; // many codecs never encrypt
  const last = new Uint8Array(AES_BLOCK);
  return {
    encrypt(iv, blocks) {
      requireIvAndBlocks(iv, blocks);
      if (cipher === undefined) {
        cipher = crypto.createCipheriv('aes-256-cbc', ownKey, new Uint8Array(AES_BLOCK));
        cipher.setAutoPadding(false);
      }
      const { length } = blocks;
      const chained = takeScratch(length);
      try {
        chained.set(blocks);
        // The cipher adds its last block of ciphertext to the first of `blocks`, where the IV belongs.
        for (let i = 0; i < AES_BLOCK; i++)
          chained[i] = (blocks[i] as number) ^ (iv[i] as number) ^ (last[i] as number);
        const ciphertext = cipher.update(chained.subarray(0, length));
        last.set(ciphertext.subarray(-AES_BLOCK));
        return ciphertext;
      } finally {
        returnScratch(chained, length);
      }
    },
    decrypt(ivAndBlocks) {
      requireBlocks(ivAndBlocks); // half a block would stay in the decipher and spoil every later call
      // The IV goes in as a block of ciphertext. What comes out for it is left out; the next block is added to it.
      return decipher.update(ivAndBlocks).subarray(AES_BLOCK);
    },
  };
};
