// WXBizMsgCrypt, held against a second copy of it on node:crypto (helpers.ts). What each platform makes of it is in its own
// test file.
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { defaultAesCbc } from '../../src/internal/aes/default.ts';
import {
  bindEncodingAesKey,
  bindSigner,
  bizMsgSignature,
  decryptBizMsg,
  encryptBizMsg,
  readSentSignature,
  requireBizMsgSignature,
  requireReceivers,
  requireSentSignature,
  requireSignable,
} from '../../src/internal/biz-msg-crypt.ts';
import {
  codeOf,
  concat,
  DINGTALK,
  dingTalkSeal,
  dingTalkSealBlocks,
  errorOf,
  hash,
  IV,
  padding,
  refusalOf,
  utf8,
} from '../helpers.ts';

const { encodingAesKey, ownerKey } = DINGTALK;
const bind = (key: unknown) => bindEncodingAesKey(defaultAesCbc(), key);
const cipher = bind(encodingAesKey);
const signer = bindSigner('token');
const decrypt = (encrypt: string) => decryptBizMsg(cipher, encrypt);
const text = JSON.stringify({ EventType: 'user_add_org', 名: '张三' });

/** What everything that is wrong with a ciphertext gets. */
const decryptRefusal = refusalOf(() => decrypt('AAAA'));

describe('bizMsgSignature', () => {
  it('is the lower-case hex SHA-1 of the sorted parts', () => {
    expect(bizMsgSignature(signer, '1700000000000', 'nonce', 'AAAA')).toBe(hash('sha1', '1700000000000AAAAnoncetoken'));
    expect(bizMsgSignature(signer, '1700000000', 'nonce', '')).toBe(hash('sha1', '1700000000noncetoken'));
  });

  it('sorts by code unit: neither numerically, nor by locale, nor by code point', () => {
    expect(bizMsgSignature(bindSigner('a'), '10', '9', 'B')).toBe(hash('sha1', '109Ba'));
    expect(bizMsgSignature(bindSigner('\ufffd'), '1', '😀', 'ä')).toBe(hash('sha1', '1ä😀\ufffd'));
  });

  it('sorts whatever comes as Array.prototype.sort does', () => {
    const part = fc.oneof(fc.constantFrom('', 'a', 'aa', 'ab', 'b'), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(part, part, part, part, (...parts) => {
        const [token, ...others] = parts;
        expect(bizMsgSignature(bindSigner(token), ...others)).toBe(hash('sha1', [...parts].sort().join('')));
      }),
    );
    // All orders of four parts, equal ones among them.
    for (let order = 0; order < 4 ** 4; order++) {
      const [a, b, c, d] = [0, 1, 2, 3].map((at) => 'wxyz'.charAt((order >> (2 * at)) & 3)) as [
        string,
        string,
        string,
        string,
      ];
      expect(bizMsgSignature(bindSigner(a), b, c, d)).toBe(hash('sha1', [a, b, c, d].sort().join('')));
    }
  });

  it.each<[name: string, change: (right: string) => string]>([
    ['in upper case', (right) => right.toUpperCase()],
    ['one character shorter', (right) => right.slice(1)],
    ['one character longer', (right) => `${right}0`],
    ['of other parts', () => bizMsgSignature(signer, '1', 'n', 'AAAB')],
    ['empty', () => ''],
  ])('is compared exactly: %s is ERR_SIGNATURE', (_, change) => {
    const parts = [signer, '1', 'n', 'AAAA'] as const;
    expect(() => requireBizMsgSignature(bizMsgSignature(...parts), ...parts)).not.toThrow();
    expect(codeOf(() => requireBizMsgSignature(change(bizMsgSignature(...parts)), ...parts))).toBe('ERR_SIGNATURE');
  });
});

describe('requireSignable', () => {
  it('gives back what has a UTF-8 form, and refuses half of a surrogate pair by name: ERR_REQUEST', () => {
    for (const text of ['', 'nonce', '你好😀', '\0']) expect(requireSignable('nonce', text)).toBe(text);
    for (const text of ['\ud800', 'a\udc00', '\ude00\ud83d']) {
      expect(refusalOf(() => requireSignable('nonce', text))).toEqual({
        code: 'ERR_REQUEST',
        message: 'nonce holds half of a surrogate pair',
        platformCode: undefined,
      });
    }
  });
});

describe('the signature that was sent', () => {
  const signature = bizMsgSignature(signer, '1', 'n', 'AAAA');
  const read = (...parameters: [string, unknown][]) =>
    readSentSignature(parameters, ['signature', 'msg_signature'], ['timestamp', 'timeStamp']);

  it.each([
    ['signature', 'timestamp'],
    ['msg_signature', 'timeStamp'],
  ])('is read by any of its names: %s, %s', (first, second) => {
    const sent = read([first, signature], [second, '1'], ['nonce', 'n']);
    expect(requireSentSignature(sent, signer, 'AAAA')).toEqual({ timestamp: '1', nonce: 'n' });
    expect(codeOf(() => requireSentSignature(sent, signer, 'AAAB'))).toBe('ERR_SIGNATURE');
  });

  it('by names that disagree is ERR_REQUEST', () => {
    expect(codeOf(() => read(['signature', signature], ['msg_signature', 'x']))).toBe('ERR_REQUEST');
    expect(codeOf(() => read(['timestamp', '1'], ['timeStamp', '2']))).toBe('ERR_REQUEST');
    expect(codeOf(() => read(['nonce', '1'], ['nonce', '2']))).toBe('ERR_REQUEST');
  });

  it('has its time by one name where no other is given', () => {
    const sent = readSentSignature([['timeStamp', '1']], ['msg_signature']);
    expect([sent.signature, sent.timestamp, sent.nonce]).toEqual([undefined, undefined, undefined]);
  });

  it('says which part is missing, in the order in which they are looked for', () => {
    const words = (...parameters: [string, unknown][]) =>
      errorOf(() => requireSentSignature(read(...parameters), signer, 'AAAA')).message;
    expect(words(['nonce', 'n'])).toBe('the URL carries no signature or msg_signature');
    expect(words(['signature', signature])).toBe('the URL carries no timestamp or timeStamp');
    expect(words(['signature', signature], ['timestamp', '1'])).toBe('the URL carries no nonce');
    expect(words()).toBe('no parameters were passed, signature or msg_signature among them: pass url or query');
    expect(codeOf(() => requireSentSignature(read(), signer, 'AAAA'))).toBe('ERR_SIGNATURE');
  });
});

describe('EncodingAESKey', () => {
  const start = encodingAesKey.slice(0, -1);

  it.each(['g', 'h', 'i', 'j'])('is the same key whatever its spare bits: …3i%s', (last) => {
    const same = bind(`${start}${last}`);
    expect(decryptBizMsg(same, dingTalkSeal('text')).text).toBe('text');
    expect(encryptBizMsg(same, 'text', ownerKey, { prefix: IV })).toBe(dingTalkSeal('text'));
  });

  it('may hold + and /', () => {
    const other = bind(`+/${encodingAesKey.slice(2)}`);
    expect(decryptBizMsg(other, encryptBizMsg(other, 'text', ownerKey, {})).text).toBe('text');
  });

  it('is bound once, and its first half is the IV', () => {
    const key = Buffer.from(encodingAesKey, 'base64');
    const aes = { encrypt: (_iv: Uint8Array, blocks: Uint8Array) => blocks, decrypt: (blocks: Uint8Array) => blocks };
    const engine = vi.fn((_key: Uint8Array) => aes);
    const bound = bindEncodingAesKey(engine, encodingAesKey);
    expect(bound.aes).toBe(aes);
    expect(Buffer.from(bound.iv)).toEqual(key.subarray(0, 16));
    expect(engine.mock.calls.map(([given]) => Buffer.from(given))).toEqual([key]);
  });

  it.each<[name: string, key: unknown, mistake: string]>([
    ['42 characters', encodingAesKey.slice(1), 'got 42'],
    ['44 characters', `${encodingAesKey}A`, 'got 44'],
    ['64 characters of hex', 'ab'.repeat(32), 'got 64'],
    ['nothing', '', 'got none: is the variable that it comes from set?'],
    ['undefined', undefined, 'got none: is the variable that it comes from set?'],
    ['null', null, 'got none: is the variable that it comes from set?'],
    ['its =', `${encodingAesKey}=`, 'got 44 with "=" at the end'],
    ['a = in place of the last character', `${start}=`, 'got 43 with "=" at the end'],
    ['white space in front', ` ${encodingAesKey}`, 'got 44 with white space at an end'],
    ['white space in place of a character', ` ${encodingAesKey.slice(1)}`, 'got 43 with white space at an end'],
    ['a line feed at the end', `${encodingAesKey}\n`, 'got 44 with white space at an end'],
    ['its = and a line feed', `${encodingAesKey}=\r\n`, 'got 46 with white space at an end'],
    ['white space inside', `${start.slice(0, 20)} ${start.slice(20)}`, 'got 43 with others among them'],
    ['a - of the other alphabet', `-${encodingAesKey.slice(1)}`, 'got 43 with others among them'],
    ['a _ of the other alphabet', `_${encodingAesKey.slice(1)}`, 'got 43 with others among them'],
    ['a letter outside ASCII', `é${encodingAesKey.slice(1)}`, 'got 43 with others among them'],
    ['a letter far outside ASCII', `世${encodingAesKey.slice(1)}`, 'got 43 with others among them'],
    ['half of a surrogate pair', `\ud83d${encodingAesKey.slice(1)}`, 'got 43 with others among them'],
  ])('is refused with %s, and the message says what to paste and what was found', (_, key, mistake) => {
    expect(refusalOf(() => bind(key))).toEqual({
      code: 'ERR_CONFIG',
      platformCode: undefined, // a platform's own to add
      message: `encodingAesKey must be the 43 characters of the console (A-Z, a-z, 0-9, +, /), ${mistake}`,
    });
  });

  it('of another type is a TypeError', () => {
    for (const key of [5, new Uint8Array(32), {}, true]) expect(codeOf(() => bind(key))).toBe('TypeError');
  });
});

describe('the receivers of an app', () => {
  it('are one or several, in their order, and no list that changes later', () => {
    expect(requireReceivers('ownerKey', 'a')).toEqual(['a']);
    const list = ['b', 'a', 'b'];
    const receivers = requireReceivers('ownerKey', list);
    list.length = 0;
    expect(receivers).toEqual(['b', 'a', 'b']);
  });

  it.each<[name: string, value: unknown, code: string]>([
    ['missing', undefined, 'ERR_CONFIG'],
    ['null', null, 'ERR_CONFIG'],
    ['empty', '', 'ERR_CONFIG'],
    ['from a file, with its line break', 'a\n', 'ERR_CONFIG'],
    ['an empty list', [], 'ERR_CONFIG'],
    ['a list that holds an empty one', ['a', ''], 'ERR_CONFIG'],
    ['a list that holds undefined', [undefined, 'a'], 'ERR_CONFIG'],
    ['a list that holds null', ['a', null], 'ERR_CONFIG'],
    ['a number', 5, 'TypeError'],
    ['a list that holds a number', ['a', 5], 'TypeError'],
    ['half of a surrogate pair', '\ud800', 'TypeError'],
  ])('that are %s are refused by name', (_, value, code) => {
    expect(codeOf(() => requireReceivers('ownerKey', value))).toBe(code);
    expect(errorOf(() => requireReceivers('ownerKey', value)).message).toMatch(/^ownerKey /);
  });

  it('may be empty for those who say so', () => {
    const read = (_: string, id: unknown) => String(id);
    expect(requireReceivers('receiveId', '', read)).toEqual(['']);
    expect(requireReceivers('receiveId', ['a', ''], read)).toEqual(['a', '']);
    expect(codeOf(() => requireReceivers('receiveId', [], read))).toBe('ERR_CONFIG');
  });
});

describe('ciphertext', () => {
  it('may hold ASCII white space, as MIME encoders put it in', () => {
    const wrapped = `${(dingTalkSeal(text).match(/.{1,76}/g) as string[]).join('\r\n')}\n`;
    expect(wrapped.length).toBeGreaterThan(80);
    expect(decrypt(` \t${wrapped}\f`).text).toBe(text);
  });

  it.each<[name: string, change: (encrypt: string) => string]>([
    ['no base64', () => '!!!!'],
    ['nothing', () => ''],
    ['white space', () => ' \n'],
    ['one block', (encrypt) => Buffer.from(encrypt, 'base64').subarray(0, 16).toString('base64')],
    ['24 bytes', (encrypt) => Buffer.from(encrypt, 'base64').subarray(0, 24).toString('base64')],
    ['the first two blocks', (encrypt) => Buffer.from(encrypt, 'base64').subarray(0, 32).toString('base64')],
    ['base64 cut by one', (encrypt) => encrypt.slice(0, -1)],
    ['a no-break space inside', (encrypt) => encrypt.replace(/^.{4}/, '$&\u00a0')],
    ['a vertical tab inside', (encrypt) => encrypt.replace(/^.{4}/, '$&\v')],
    ['a BOM in front', (encrypt) => `\ufeff${encrypt}`],
    ['the other alphabet', () => dingTalkSeal(text).replace(/^./, '-')],
    ['the ciphertext of another key', () => encryptBizMsg(bind('A'.repeat(43)), text, ownerKey, {})],
    ['half of a surrogate pair', (encrypt) => `${encrypt}\ud800`],
  ])('of %s is ERR_DECRYPT', (_, change) => {
    expect(decryptRefusal.code).toBe('ERR_DECRYPT');
    expect(refusalOf(() => decrypt(change(dingTalkSeal('x'))))).toEqual(decryptRefusal);
  });

  it.each(['', 'success', '你好', '\ufeff\u0000', 'x'.repeat(1000), '😀'.repeat(300)])('gives back %j', (text) => {
    expect(decrypt(encryptBizMsg(cipher, text, ownerKey, {}))).toEqual({ text, receiver: ownerKey });
  });

  it('holds its receiver, which may be empty or of several bytes a character', () => {
    for (const receiver of ['', 'corpid', '企业😀']) {
      expect(encryptBizMsg(cipher, text, receiver, { prefix: IV })).toBe(dingTalkSeal(text, { owner: receiver }));
      expect(decrypt(dingTalkSeal(text, { owner: receiver }))).toEqual({ text, receiver });
    }
  });

  it.each([5_400, 5_500, 20_000])('of %i characters is the same, whichever memory it is written in', (length) => {
    const long = '飞'.repeat(length);
    expect(encryptBizMsg(cipher, long, ownerKey, { prefix: IV })).toBe(dingTalkSeal(long));
    expect(encryptBizMsg(cipher, 'x', ownerKey, { prefix: IV })).toBe(dingTalkSeal('x'));
  });

  it('leaves nothing of its text in memory that is used again, where the engine fails too', () => {
    for (const encrypt of [cipher.aes.encrypt, () => expect.fail('hush')]) {
      const seen: Uint8Array[] = [];
      const aes = {
        ...cipher.aes,
        encrypt(iv: Uint8Array, blocks: Uint8Array) {
          expect(Buffer.from(blocks).toString()).toContain('a secret');
          seen.push(blocks);
          return encrypt(iv, blocks);
        },
      };
      try {
        encryptBizMsg({ ...cipher, aes }, 'a secret', ownerKey, {});
      } catch {}
      expect(seen).toHaveLength(1);
      for (const blocks of seen) expect(blocks.every((byte) => byte === 0)).toBe(true);
    }
  });

  it('is its own where an engine encrypts another text meanwhile', () => {
    const encrypt = (iv: Uint8Array, blocks: Uint8Array) => {
      encryptBizMsg(cipher, 'another text', ownerKey, {});
      return cipher.aes.encrypt(iv, blocks);
    };
    const aes = { ...cipher.aes, encrypt };
    expect(encryptBizMsg({ ...cipher, aes }, text, ownerKey, { prefix: IV })).toBe(dingTalkSeal(text));
  });

  it('may be given by an engine in the memory that it was given', () => {
    const aes = { ...cipher.aes, encrypt: (_: Uint8Array, blocks: Uint8Array) => blocks };
    const encrypt = encryptBizMsg({ ...cipher, aes }, 'a text', ownerKey, {});
    expect(Buffer.from(encrypt, 'base64').toString()).toContain('a text');
  });

  it('of a receiver that is not UTF-8 is ERR_DECRYPT', () => {
    const encrypt = dingTalkSeal(text, { owner: Uint8Array.of(0xff) });
    expect(refusalOf(() => decrypt(encrypt))).toEqual(decryptRefusal);
  });
});

describe('padding', () => {
  // 16 + 4 + message + 21 of receiver: the message's length gives every padding from 1 to 32.
  const lengths = Array.from({ length: 32 }, (_, index) => index);

  it('is emitted to 32 bytes, whatever the length of the text', () => {
    const seen = new Set<number>();
    for (const length of lengths) {
      const encrypt = encryptBizMsg(cipher, 'x'.repeat(length), ownerKey, { prefix: IV });
      expect(encrypt).toBe(dingTalkSeal('x'.repeat(length), { block: 32 }));
      seen.add(32 - ((41 + length) % 32));
    }
    expect(seen.size).toBe(32);
  });

  it('is accepted from 1 to 32', () => {
    for (const length of lengths) {
      const message = 'x'.repeat(length);
      expect(decrypt(dingTalkSeal(message, { block: 32 })).text).toBe(message);
    }
  });

  it('is accepted from encoders with blocks of 16, Go and Rust', () => {
    for (const length of lengths) {
      const message = 'x'.repeat(length);
      expect(decrypt(dingTalkSeal(message, { block: 16 })).text).toBe(message);
    }
  });

  // 41 bytes of a message without text, and 7 of padding.
  it.each<[name: string, tail: number[]]>([
    ['0', [7, 7, 7, 7, 7, 7, 0]],
    ['33', [...Array(39).fill(33)]],
    ['255', [7, 7, 7, 7, 7, 7, 255]],
    ['longer than all there is', [...Array(7).fill(49)]],
    ['with a wrong first byte', [6, 7, 7, 7, 7, 7, 7]],
    ['with a wrong byte in the middle', [7, 7, 7, 8, 7, 7, 7]],
    ['of a count without the bytes', [0, 0, 0, 0, 0, 0, 7]],
  ])('of %s is ERR_DECRYPT', (_, tail) => {
    expect(refusalOf(() => decrypt(dingTalkSeal('', { tail: Uint8Array.from(tail) })))).toEqual(decryptRefusal);
  });
});

describe('length field', () => {
  it('of 0 is an empty text', () => {
    expect(decrypt(dingTalkSeal(''))).toEqual({ text: '', receiver: ownerKey });
  });

  it('too small or too large by some gives the rest to the receiver', () => {
    expect(decrypt(dingTalkSeal('0123456789', { length: 9 }))).toEqual({ text: '012345678', receiver: `9${ownerKey}` });
    expect(decrypt(dingTalkSeal('0123456789', { length: 11 }))).toEqual({
      text: `0123456789${ownerKey.charAt(0)}`,
      receiver: ownerKey.slice(1),
    });
    expect(decrypt(dingTalkSeal('0123456789', { length: 10 + ownerKey.length })).receiver).toBe('');
  });

  it.each([32, 0x7fffffff, 0x80000000, 0xffffffff])('of %i, more than there is, is ERR_DECRYPT', (length) => {
    expect(refusalOf(() => decrypt(dingTalkSeal('0123456789', { length })))).toEqual(decryptRefusal);
  });

  it.each([0, 15, 16, 19])('is missing from a plaintext of %i bytes: ERR_DECRYPT', (size) => {
    const encrypt = dingTalkSealBlocks(concat(new Uint8Array(size), padding(size, 32)));
    expect(refusalOf(() => decrypt(encrypt))).toEqual(decryptRefusal);
  });

  it('may have nothing behind it', () => {
    const encrypt = dingTalkSealBlocks(concat(new Uint8Array(20), padding(20, 32)));
    expect(decrypt(encrypt)).toEqual({ text: '', receiver: '' });
  });

  it('counts bytes, not characters', () => {
    expect(decrypt(dingTalkSeal('你好😀')).text).toBe('你好😀');
    expect(encryptBizMsg(cipher, '你好😀', ownerKey, { prefix: IV })).toBe(dingTalkSeal('你好😀'));
  });

  it('between the bytes of a character is ERR_DECRYPT', () => {
    expect(refusalOf(() => decrypt(dingTalkSeal('你好', { length: 4 })))).toEqual(decryptRefusal);
  });
});

describe('prefix', () => {
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

  it('is 16 of [A-Za-z0-9] from the random source where none is given', () => {
    const random = (length: number) => Uint8Array.from({ length }, (_, index) => index);
    const prefix = utf8(ALPHABET.slice(0, 16));
    expect(encryptBizMsg(cipher, 'x', ownerKey, { random })).toBe(encryptBizMsg(cipher, 'x', ownerKey, { prefix }));
    expect(encryptBizMsg(cipher, 'x', ownerKey, {})).not.toBe(encryptBizMsg(cipher, 'x', ownerKey, {}));
  });

  it('is not drawn where one is given', () => {
    const random = vi.fn((length: number) => new Uint8Array(length));
    expect(decrypt(encryptBizMsg(cipher, 'x', ownerKey, { prefix: IV, random })).text).toBe('x');
    expect(random).not.toHaveBeenCalled();
  });

  it('of any bytes is taken verbatim, given to nobody, and left as it was', () => {
    const prefix = new Uint8Array(16).fill(0xff);
    const encrypt = encryptBizMsg(cipher, 'x', ownerKey, { prefix });
    expect(encrypt).not.toBe(encryptBizMsg(cipher, 'x', ownerKey, { prefix: IV }));
    expect(decrypt(encrypt)).toEqual({ text: 'x', receiver: ownerKey });
    expect(prefix).toEqual(new Uint8Array(16).fill(0xff));
  });

  it.each<[name: string, call: () => unknown, code: string]>([
    ['15 bytes', () => encryptBizMsg(cipher, 'x', ownerKey, { prefix: IV.subarray(1) }), 'ERR_CONFIG'],
    ['17 bytes', () => encryptBizMsg(cipher, 'x', ownerKey, { prefix: new Uint8Array(17) }), 'ERR_CONFIG'],
    ['a string', () => encryptBizMsg(cipher, 'x', ownerKey, { prefix: 'x'.repeat(16) as never }), 'TypeError'],
    [
      'too few random bytes',
      () => encryptBizMsg(cipher, 'x', ownerKey, { random: () => IV.subarray(1) }),
      'ERR_RANDOM',
    ],
    ['a text of bytes', () => encryptBizMsg(cipher, IV as never, ownerKey, {}), 'TypeError'],
    ['a text with half of a surrogate pair', () => encryptBizMsg(cipher, '\ud800', ownerKey, {}), 'TypeError'],
  ])('and text are refused: %s', (_, call, code) => {
    expect(codeOf(call)).toBe(code);
  });
});
