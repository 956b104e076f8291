// An attack: whoever captured a Feishu event sends its ciphertext again, unsigned and changed, and reads every answer of
// `decode`. The same attacker recovers a block from an oracle that tells wrong padding, so the attack itself works.
import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createFeishuCodec, decryptAes256Cbc, feishuSignature } from '../../src/index.ts';

const secrets = { encryptKey: 'test key', verificationToken: 'v-token' };
const codec = createFeishuCodec(secrets);
const text = JSON.stringify({
  schema: '2.0',
  header: { event_id: 'e-1', event_type: 'im.message.receive_v1', token: 'v-token' },
  event: { message: { content: '密码是 hunter2, do not tell' } },
});
const plaintext = Buffer.from(text);
const captured = Buffer.from(codec.encrypt(text), 'base64');
const block = (at: number) => captured.subarray(at * 16, at * 16 + 16);
const blockCount = captured.length / 16;

/** Everything that an answer of `decode` shows, the stack aside, which is of the caller's own frames. */
function answer(ciphertext: Uint8Array, headers: Record<string, string> = {}): string {
  try {
    return JSON.stringify(codec.decode({ headers, body: encrypted(ciphertext) }));
  } catch (error) {
    const { name, message, cause } = error as Error;
    return JSON.stringify({ name, message, cause, keys: Reflect.ownKeys(error as Error).sort(), ...(error as object) });
  }
}

const encrypted = (ciphertext: Uint8Array): string =>
  JSON.stringify({ encrypt: Buffer.from(ciphertext).toString('base64') });

/** What the attack of Vaudenay (2002) finds out about `block` from an oracle; `undefined` where that answers alike. */
function recover(
  target: Uint8Array,
  before: Uint8Array,
  isPadded: (ciphertext: Uint8Array) => boolean,
): Buffer | undefined {
  const decrypted = Buffer.alloc(16); // by the block cipher, before the chain is XORed to it
  for (let padding = 1; padding <= 16; padding++) {
    const at = 16 - padding;
    const iv = Buffer.from(decrypted).map((byte, index) => (index > at ? byte ^ padding : 0));
    const hits = Array.from({ length: 256 }, (_, guess) => guess).filter((guess) => {
      iv[at] = guess;
      if (!isPadded(Buffer.concat([iv, target]))) return false;
      if (padding > 1) return true;
      // 02 02 at the end is padding as well: changing the byte before shows which it is.
      const other = Buffer.from(iv);
      other[14] = 0xff;
      return isPadded(Buffer.concat([other, target]));
    });
    if (hits.length !== 1) return undefined;
    decrypted[at] = (hits[0] as number) ^ padding;
  }
  return decrypted.map((byte, index) => byte ^ (before[index] as number)) as Buffer;
}

describe('captured ciphertext sent unsigned', () => {
  const refusal = answer(captured);

  it('is refused as not signed', () => {
    expect(JSON.parse(refusal)).toMatchObject({ name: 'CallbackError', code: 'ERR_SIGNATURE' });
  });

  it('gets one answer for each value of the last byte before each block, alone, cut off there, and in its place', () => {
    const answers = new Set<string>();
    for (let at = 1; at < blockCount; at++) {
      for (let value = 0; value < 256; value++) {
        const changed = Buffer.from(captured);
        changed[at * 16 - 1] = value;
        if (changed.equals(captured)) continue;
        answers.add(answer(changed));
        answers.add(answer(changed.subarray(0, at * 16 + 16)));
        answers.add(answer(changed.subarray(at * 16 - 16, at * 16 + 16)));
      }
    }
    expect([...answers]).toEqual([refusal]);
  });

  it('gets it for other lengths, no ciphertext at all, and bits changed anywhere', () => {
    for (let length = 0; length < captured.length; length++) expect(answer(captured.subarray(0, length))).toBe(refusal);
    for (let bit = 0; bit < captured.length * 8; bit++) {
      const changed = Buffer.from(captured);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(answer(changed)).toBe(refusal);
    }
    for (let i = 0; i < 500; i++) expect(answer(randomBytes(16 * (i % 8)))).toBe(refusal);
  });

  it('yields nothing to the attack', () => {
    for (let at = 1; at < blockCount; at++) {
      const isPadded = (ciphertext: Uint8Array) => answer(ciphertext) !== refusal;
      expect(recover(block(at), block(at - 1), isPadded)).toBe(undefined);
    }
  });

  it('nor does a signature by someone without the Encrypt Key: nothing is decrypted then', () => {
    const parts = { timestamp: '1700000000', nonce: 'n', body: encrypted(captured) };
    const headers = {
      'x-lark-request-timestamp': parts.timestamp,
      'x-lark-request-nonce': parts.nonce,
      'x-lark-signature': feishuSignature(parts, 'a guess'),
    };
    const wrong = answer(captured, headers);
    for (let value = 0; value < 256; value++) {
      const changed = Buffer.from(captured);
      changed[captured.length - 17] = value;
      expect(answer(changed, headers)).toBe(wrong);
    }
  });
});

describe('the same attack on an oracle that tells wrong padding', () => {
  const key = createHash('sha256').update(secrets.encryptKey).digest();

  it('recovers every block of the event', () => {
    const isPadded = (ciphertext: Uint8Array): boolean => {
      try {
        decryptAes256Cbc(key, ciphertext.subarray(0, 16), ciphertext.subarray(16));
        return true;
      } catch (error) {
        expect((error as { code?: string }).code).toBe('ERR_DECRYPT');
        return false;
      }
    };
    const blocks = Array.from({ length: blockCount - 1 }, (_, index) =>
      recover(block(index + 1), block(index), isPadded),
    );
    const recovered = Buffer.concat(blocks.map((bytes) => bytes ?? Buffer.alloc(0)));
    expect(recovered.subarray(0, plaintext.length).toString()).toBe(text);
  });
});
