// Known answers: the platforms' published samples, NIST's set, and every kind of wrong padding.
import nist from '../vectors/nist-cavp-aes256-cbc.json' with { type: 'json' };
import platforms from '../vectors/platforms.json' with { type: 'json' };
import paddings from '../vectors/wrong-padding.json' with { type: 'json' };
import { enginesOf } from './engines.ts';
import {
  base64,
  type Context,
  concat,
  DINGTALK,
  fromBase64,
  fromHex,
  hex,
  type Lib,
  padding,
  refusal,
  sample,
  utf8,
} from './tools.ts';

type Fields = { readonly [name: string]: string };

/** One function for each `op` of platforms.json. */
const OPERATIONS: { readonly [op: string]: (context: Context, id: string, input: Fields, expected: Fields) => void } = {
  'feishu.decrypt'({ lib, equal }, id, { encryptKey = '', encrypt = '' }, { plaintext = '' }) {
    const codec = lib.createFeishuCodec({ encryptKey });
    const iv = fromBase64(encrypt).slice(0, 16);
    equal(`${id}, decrypted`, () => lib.decryptFeishuEvent(encrypt, encryptKey), plaintext);
    equal(`${id}, decrypted by the codec`, () => codec.decrypt(encrypt), plaintext);
    equal(`${id}, encrypted`, () => lib.encryptFeishuEvent(plaintext, encryptKey, { iv }), encrypt);
    equal(`${id}, encrypted by the codec`, () => codec.encrypt(plaintext, { iv }), encrypt);
  },

  'dingtalk.decrypt'({ lib, equal, refuses }, id, input, { plaintext = '' }) {
    const { token = '', encodingAesKey = '', ownerKey = '', timestamp = '', nonce = '', encrypt = '' } = input;
    const { signature = '' } = input;
    const codec = lib.createDingTalkCodec({ token, encodingAesKey, ownerKey });
    const request = { query: { signature, timestamp, nonce }, body: JSON.stringify({ encrypt }) };
    equal(`${id}, signature`, () => lib.dingTalkSignature({ token, timestamp, nonce, encrypt }), signature);
    equal(`${id}, decrypted`, () => lib.decryptDingTalkMessage(encrypt, { encodingAesKey, ownerKey }), plaintext);
    equal(`${id}, decrypted by the codec`, () => codec.decrypt(encrypt), { text: plaintext, ownerKey });
    equal(`${id}, verified`, () => codec.verify(request), true);
    if (plaintext.charAt(0) === '{') {
      const event = JSON.parse(plaintext) as { EventType: string };
      const message = { kind: 'check', id: undefined, type: event.EventType, ownerKey, timestamp, nonce, event };
      equal(`${id}, decoded`, () => codec.decode(request), { ...message, text: plaintext });
    } else {
      refuses(`${id}, decoded: it is a reply, not an event`, () => codec.decode(request), 'ERR_REQUEST');
    }
  },

  'dingtalk.encrypt'({ lib, equal }, id, input, { encrypt = '', signature = '' }) {
    const { token = '', encodingAesKey = '', ownerKey = '', timestamp = '', nonce = '', plaintext = '' } = input;
    const prefix = utf8(input.random as string);
    const secrets = { encodingAesKey, ownerKey };
    const codec = lib.createDingTalkCodec({ token, ...secrets });
    const reply = { msg_signature: signature, timeStamp: timestamp, nonce, encrypt };
    equal(`${id}, encrypted`, () => lib.encryptDingTalkMessage(plaintext, secrets, { prefix }), encrypt);
    equal(`${id}, encrypted by the codec`, () => codec.encrypt(plaintext, { prefix }), encrypt);
    equal(`${id}, as a reply`, () => codec.reply(plaintext, { timestamp, nonce, prefix }), reply);
  },

  'dingtalk.rawAes'({ lib, equal }, id, { encodingAesKey = '', plaintext = '' }, { encrypt = '' }) {
    const key = fromBase64(encodingAesKey);
    const iv = key.slice(0, 16);
    equal(`${id}, encrypted`, () => base64(lib.encryptAes256Cbc(key, iv, utf8(plaintext))), encrypt);
    equal(`${id}, decrypted`, () => lib.decryptAes256Cbc(key, iv, fromBase64(encrypt)), utf8(plaintext));
  },

  'tencentIm.sign'({ lib, equal }, id, { token = '', requestTime = '' }, { sign }) {
    const codec = lib.createTencentChatCodec({ token, toleranceSeconds: Infinity });
    equal(`${id}, signature`, () => lib.tencentChatSignature({ token, requestTime }), sign);
    equal(
      `${id}, verified`,
      () => codec.verify({ url: `/?Sign=${sign}&RequestTime=${requestTime}`, body: '{}' }),
      true,
    );
  },
};

export function platformVectors(context: Context): void {
  context.check('there are vectors', () => platforms.vectors.length >= 11);
  for (const { id, op, input, expected } of platforms.vectors) {
    const operation = OPERATIONS[op];
    context.check(`${id}: ${op} is known here`, () => operation !== undefined);
    operation?.(context, id, input as unknown as Fields, expected as unknown as Fields);
  }
}

export function nistVectors({ lib, check, equal }: Context): void {
  const engines = enginesOf(lib);
  let count = 0;
  for (const set of Object.keys(nist.sets)) {
    const lines = nist.sets[set as keyof typeof nist.sets];
    lines.forEach((line, index) => {
      const [key, iv, plaintext, ciphertext] = line.split(' ').map(fromHex) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      const name = `${set} ${index}`;
      for (const [engineName, engine] of engines) {
        equal(`${name}, encrypted by ${engineName}`, () => engine(key).encrypt(iv, plaintext), ciphertext);
        equal(`${name}, decrypted by ${engineName}`, () => engine(key).decrypt(concat(iv, ciphertext)), plaintext);
      }
      // NIST does not pad: the padding is one block more at the end.
      let padded = new Uint8Array(0);
      check(`${name}, encrypted and padded`, () => {
        padded = lib.encryptAes256Cbc(key, iv, plaintext);
        return hex(padded).slice(0, -32) === hex(ciphertext);
      });
      equal(`${name}, decrypted and unpadded`, () => lib.decryptAes256Cbc(key, iv, padded), plaintext);
      count++;
    });
  }
  check('there are vectors', () => count >= 425);
}

export function wrongPadding(context: Context): void {
  const { lib, check, equal, refuses } = context;
  const key = fromHex(paddings.key);
  const iv = fromHex(paddings.iv);
  const messages: { [text: string]: true } = {};
  const noting = (attempt: () => unknown) => (): unknown => {
    try {
      return attempt();
    } catch (error) {
      messages[refusal(lib, error) + (error as Error).message] = true;
      throw error;
    }
  };
  for (const { block, name, ciphertext, plaintext } of paddings.cases) {
    const attempts: readonly (readonly [string, () => unknown])[] = [
      [
        `block ${block}, ${name}`,
        () => lib.decryptAes256Cbc(key, iv, fromHex(ciphertext), { padTo: block as 16 | 32 }),
      ],
      [`envelope, ${name}`, () => lib.openEnvelope(key, base64(fromHex(paddings.iv + ciphertext)))],
    ];
    for (const [title, attempt] of attempts.slice(0, block === 16 ? 2 : 1)) {
      if (plaintext === null) refuses(title, noting(attempt), 'ERR_DECRYPT');
      else equal(title, attempt, fromHex(plaintext));
    }
  }
  check('there are cases', () => paddings.cases.length >= 290);
  for (const length of [0, 1, 15, 17, 31]) {
    const cut = noting(() => lib.decryptAes256Cbc(key, iv, new Uint8Array(length)));
    refuses(`${length} bytes are no whole blocks`, cut, 'ERR_DECRYPT');
  }
  refuses(
    'an envelope of nothing',
    noting(() => lib.openEnvelope(key, '')),
    'ERR_DECRYPT',
  );
  refuses(
    'an envelope of an IV alone',
    noting(() => lib.openEnvelope(key, base64(iv))),
    'ERR_DECRYPT',
  );
  refuses(
    'an envelope that is no base64',
    noting(() => lib.openEnvelope(key, '****')),
    'ERR_DECRYPT',
  );
  equal('one message for all', () => Object.keys(messages).length, 1);
  dingTalkPadding(context);
}

/** DingTalk's padding and length field, behind base64 and the owner. */
function dingTalkPadding({ lib, equal, refuses }: Context): void {
  const sealBlocks = dingTalkSealer(lib);
  const decrypt = (encrypt: string) => lib.decryptDingTalkMessage(encrypt, DINGTALK);
  /** Prefix, length field, 'x' as often as fills the blocks, owner. */
  const message = (pad: number, blocks = 64) => {
    const length = blocks - pad - 20 - DINGTALK.ownerKey.length;
    const text = new Array(length + 1).join('x');
    return { text, bytes: concat(sample(16, 9), Uint8Array.of(0, 0, 0, length), text, DINGTALK.ownerKey) };
  };

  for (let pad = 1; pad <= 32; pad++) {
    for (const blocks of [80, 96]) {
      const { text, bytes } = message(pad, blocks);
      equal(`DingTalk, ${pad} of ${pad}, ${blocks} bytes`, () => decrypt(sealBlocks(bytes, padding(pad))), text);
    }
    if (pad === 1) continue;
    const { bytes } = message(pad, 96);
    for (const position of [2, pad]) {
      const tail = padding(pad);
      tail[pad - position] = pad ^ 64;
      const encrypt = sealBlocks(bytes, tail);
      refuses(`DingTalk, ${pad}, but byte ${position} from the end`, () => decrypt(encrypt), 'ERR_DECRYPT');
    }
  }
  for (const last of [0, 33, 48, 64, 128, 255]) {
    const { bytes } = message(32, 96);
    const all = sealBlocks(bytes, padding(32, last));
    const one = sealBlocks(bytes, concat(padding(31, 32), Uint8Array.of(last)));
    refuses(`DingTalk, 32 bytes of ${last}`, () => decrypt(all), 'ERR_DECRYPT');
    refuses(`DingTalk, last byte ${last}`, () => decrypt(one), 'ERR_DECRYPT');
  }

  const { ownerKey } = DINGTALK;
  const lengths: readonly (readonly [string, string, string])[] = [
    ['right', '00000002', 'gave "ok"'],
    ['of all that is there: no owner', '00000017', 'ERR_OWNER'],
    ['zero: text in the owner', '00000000', 'ERR_OWNER'],
    ['one too few', '00000001', 'ERR_OWNER'],
    ['one too many', '00000003', 'ERR_OWNER'],
    ['beyond the end', '00000018', 'ERR_DECRYPT'],
    ['2^31 - 1', '7fffffff', 'ERR_DECRYPT'],
    ['2^31', '80000000', 'ERR_DECRYPT'],
    ['-2 if it were signed', 'fffffffe', 'ERR_DECRYPT'],
    ['2^32 - 1', 'ffffffff', 'ERR_DECRYPT'],
    ['2 in the other byte order', '02000000', 'ERR_DECRYPT'],
  ];
  for (const [name, field, expected] of lengths) {
    const bytes = concat(sample(16, 8), fromHex(field), 'ok', ownerKey);
    const attempt = () => decrypt(sealBlocks(bytes, padding(64 - bytes.length)));
    if (expected === 'gave "ok"') equal(`DingTalk, length ${name}`, attempt, 'ok');
    else refuses(`DingTalk, length ${name}`, attempt, expected);
  }
  for (const length of [0, 1, 15, 16, 19]) {
    const attempt = () => decrypt(sealBlocks(sample(length, 8), padding(32 - length)));
    refuses(`DingTalk, ${length} bytes and no length field`, attempt, 'ERR_DECRYPT');
  }
  const empty = concat(sample(16, 8), fromHex('00000000'), ownerKey);
  equal('DingTalk, an empty text', () => decrypt(sealBlocks(empty, padding(64 - empty.length))), '');
}

/** Encrypts chosen blocks under the DingTalk sample key, padding and all. */
export function dingTalkSealer(lib: Lib): (...parts: readonly Uint8Array[]) => string {
  const key = fromBase64(DINGTALK.encodingAesKey);
  const aes = lib.nobleAesCbc(key);
  return (...parts) => base64(aes.encrypt(key.slice(0, 16), concat(...parts)));
}
