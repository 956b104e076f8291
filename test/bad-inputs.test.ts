// Bad inputs and faults, class by class: each ends in the documented code, nothing else escapes, no plaintext comes out
// in part, and no input is changed. What one platform alone does in more detail is in its own test file.
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import vm from 'node:vm';
import { buildSync } from 'esbuild';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  CallbackError,
  type CallbackRequest,
  createDingTalkCodec,
  createFeishuCodec,
  createTencentChatCodec,
  createWeChatCodec,
  createWeComCodec,
  decryptAes256Cbc,
  decryptDingTalkMessage,
  decryptEnvelope,
  decryptFeishuEvent,
  dingTalkSignature,
  encryptAes256Cbc,
  encryptDingTalkMessage,
  encryptEnvelope,
  encryptFeishuEvent,
  feishuSignature,
  type RandomSource,
  tencentChatSignature,
} from '../src/index.ts';
import {
  bodyOf,
  codeOf,
  concat,
  DINGTALK,
  dingTalkPush,
  dingTalkSeal,
  dingTalkSealBlocks,
  dingTalkSigned,
  encrypted,
  errorOf,
  FEISHU,
  feishuPush,
  feishuSeal,
  feishuSigned,
  hash,
  IV,
  jsonOf,
  NOW,
  padding,
  refusalOf,
  TENCENT,
  tencentQuery,
  utf8,
} from './helpers.ts';

interface Options {
  toleranceSeconds?: number;
  now?: () => number;
  maxBodyBytes?: number;
  random?: RandomSource;
}

const now = () => NOW;
const feishu = createFeishuCodec({ ...FEISHU, now });
const dingTalk = createDingTalkCodec({ ...DINGTALK, now });
const tencent = createTencentChatCodec({ ...TENCENT, now });

const FEISHU_EVENT = {
  schema: '2.0',
  header: { event_id: 'id-1', event_type: 'im.message.receive_v1', token: FEISHU.verificationToken },
  event: { text: 'hi' },
};
const FEISHU_CHALLENGE = { type: 'url_verification', challenge: 'c', token: FEISHU.verificationToken };
const DINGTALK_EVENT = { EventType: 'user_add_org' };
const TENCENT_EVENT = { CallbackCommand: 'Group.CallbackAfterNewMemberJoin' };

/** An event of DingTalk, as a message that `reply` takes. */
const asked = dingTalk.decode(dingTalkPush(DINGTALK_EVENT));

type Signed = CallbackRequest & { body: string };

/** The three codecs and a request that each accepts, its timestamp chosen. */
const PLATFORMS: readonly {
  name: string;
  create: (options?: Options) => {
    decode(request: CallbackRequest): unknown;
    verify(request: CallbackRequest): boolean;
  };
  push: (timestamp?: string) => Signed;
}[] = [
  {
    name: 'Feishu',
    create: (options) => createFeishuCodec({ ...FEISHU, now, ...options }),
    push: (timestamp) => feishuPush(FEISHU_EVENT, timestamp),
  },
  {
    name: 'DingTalk',
    create: (options) => createDingTalkCodec({ ...DINGTALK, now, ...options }),
    push: (timestamp) => dingTalkPush(DINGTALK_EVENT, timestamp),
  },
  {
    name: 'Tencent Chat',
    create: (options) => createTencentChatCodec({ ...TENCENT, now, ...options }),
    push: (timestamp) => ({ query: tencentQuery(timestamp), body: JSON.stringify(TENCENT_EVENT) }),
  },
];

/** Everything that decrypts text, and how it refuses. */
const DECRYPTERS: readonly { name: string; seal: (text: string) => string; decrypt: (encrypt: string) => unknown }[] = [
  { name: 'FeishuCodec.decrypt', seal: feishuSeal, decrypt: feishu.decrypt },
  {
    name: 'decryptFeishuEvent',
    seal: feishuSeal,
    decrypt: (encrypt) => decryptFeishuEvent(encrypt, FEISHU.encryptKey),
  },
  { name: 'DingTalkCodec.decrypt', seal: (text) => dingTalkSeal(text), decrypt: dingTalk.decrypt },
  {
    name: 'decryptDingTalkMessage',
    seal: (text) => dingTalkSeal(text),
    decrypt: (encrypt) => decryptDingTalkMessage(encrypt, DINGTALK),
  },
  {
    name: 'decode of signed Feishu',
    seal: () => feishuSeal(JSON.stringify({ ...FEISHU_EVENT, filler: '' })),
    decrypt: (encrypt) => feishu.decode(feishuSigned(encrypted(encrypt))),
  },
  {
    name: 'decode of signed DingTalk',
    seal: () => dingTalkSeal('{"EventType":"e"}'),
    decrypt: (encrypt) => dingTalk.decode(dingTalkSigned(encrypt)),
  },
];

function truncate(encrypt: string, bytes: number): string {
  return Buffer.from(encrypt, 'base64').subarray(0, bytes).toString('base64');
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('1. wrong types', () => {
  const wrong: [name: string, value: unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['a boolean', true],
    ['a bigint', 5n],
    ['a symbol', Symbol('body')],
    ['a function', () => ''],
    ['an object', { encrypt: 'AAAA' }],
    ['an array', [123]],
    ['a Promise', Promise.resolve('')],
    ['a String object', new String('{}')],
    ['a Blob', new Blob(['{}'])],
    ['a DataView', new DataView(new ArrayBuffer(2))],
    ['an ArrayBuffer', new ArrayBuffer(2)],
    ['a SharedArrayBuffer', new SharedArrayBuffer(2)],
    ['a Uint8ClampedArray', new Uint8ClampedArray(2)],
    ['a Uint16Array', new Uint16Array(2)],
  ];
  const wrongAsBody = wrong.filter(
    ([, value]) => value !== undefined && value !== null && !(value instanceof ArrayBuffer),
  );

  it.each(wrongAsBody)('as body: %s is a TypeError that says so', (_, value) => {
    for (const { create, push } of PLATFORMS) {
      const request = { ...push(), body: value as string };
      expect(codeOf(() => create().decode(request))).toBe('TypeError');
      expect(codeOf(() => create().verify(request))).toBe('TypeError');
      expect(errorOf(() => create().decode(request)).message).toContain('raw body');
    }
  });

  it.each(wrong.filter(([, value]) => typeof value !== 'object'))('as request: %s is a TypeError', (_, value) => {
    for (const { create } of PLATFORMS) expect(codeOf(() => create().decode(value as never))).toBe('TypeError');
  });

  it.each(wrong)('as ciphertext: %s is a TypeError', (_, value) => {
    expect(codeOf(() => feishu.decrypt(value as string))).toBe('TypeError');
    expect(codeOf(() => decryptFeishuEvent(value as string, 'k'))).toBe('TypeError');
    expect(codeOf(() => dingTalk.decrypt(value as string))).toBe('TypeError');
    expect(codeOf(() => decryptDingTalkMessage(value as string, DINGTALK))).toBe('TypeError');
    expect(codeOf(() => decryptEnvelope(new Uint8Array(32), value as string))).toBe('TypeError');
  });

  it.each(wrong)('as text to encrypt: %s is a TypeError', (_, value) => {
    expect(codeOf(() => feishu.encrypt(value as string))).toBe('TypeError');
    expect(codeOf(() => encryptFeishuEvent(value as string, 'k'))).toBe('TypeError');
    expect(codeOf(() => dingTalk.encrypt(value as string))).toBe('TypeError');
    expect(codeOf(() => encryptDingTalkMessage(value as string, DINGTALK))).toBe('TypeError');
    if (value !== undefined) expect(codeOf(() => dingTalk.reply(asked, value as string))).toBe('TypeError');
  });

  const wrongAsSecret = wrong.filter(([, value]) => value !== undefined && value !== null);

  it.each(wrongAsSecret)('as secret: %s is a TypeError', (_, value) => {
    const secret = value as string;
    expect(codeOf(() => createFeishuCodec({ encryptKey: secret }))).toBe('TypeError');
    expect(codeOf(() => createFeishuCodec({ verificationToken: secret }))).toBe('TypeError');
    expect(codeOf(() => createDingTalkCodec({ ...DINGTALK, token: secret }))).toBe('TypeError');
    expect(codeOf(() => createDingTalkCodec({ ...DINGTALK, encodingAesKey: secret }))).toBe('TypeError');
    expect(codeOf(() => createDingTalkCodec({ ...DINGTALK, ownerKey: secret }))).toBe('TypeError');
    expect(codeOf(() => createTencentChatCodec({ token: secret }))).toBe('TypeError');
  });

  it('a Uint8Array or an ArrayBuffer, of another realm too, and a Buffer are bytes like any other', () => {
    const foreign = vm.runInNewContext('(bytes) => Uint8Array.from(bytes)') as (bytes: number[]) => Uint8Array;
    for (const { create, push } of PLATFORMS) {
      const request = push();
      const bytes = utf8(request.body);
      const alien = foreign([...bytes]);
      expect(alien).not.toBeInstanceOf(Uint8Array);
      expect(alien.buffer).not.toBeInstanceOf(ArrayBuffer);
      for (const body of [alien, alien.buffer as ArrayBuffer, bytes.buffer, Buffer.from(bytes)]) {
        expect(create().decode({ ...request, body })).toEqual(create().decode(request));
        expect(create().verify({ ...request, body })).toBe(true);
      }
    }
  });

  it('bytes in shared memory, which can change between the check and the use, are a TypeError that says so', () => {
    for (const { create, push } of PLATFORMS) {
      const request = push();
      const body = new Uint8Array(new SharedArrayBuffer(utf8(request.body).length));
      body.set(utf8(request.body));
      for (const method of [create().decode, create().verify]) {
        expect(codeOf(() => method({ ...request, body }))).toBe('TypeError');
        expect(errorOf(() => method({ ...request, body })).message).toMatch(/SharedArrayBuffer: copy it/);
      }
      expect(create().verify({ ...request, body: body.slice() })).toBe(true);
    }
  });
});

describe('2. too short', () => {
  it.each(DECRYPTERS)('$name refuses 0, 16, 17 and 31 bytes as ERR_DECRYPT', ({ seal, decrypt }) => {
    for (const bytes of [0, 1, 15, 16, 17, 31])
      expect(codeOf(() => decrypt(truncate(seal('x'), bytes)))).toBe('ERR_DECRYPT');
  });

  it.each(PLATFORMS)('$name refuses an empty, null or absent body as ERR_REQUEST that says so', ({ create, push }) => {
    const { body: _, ...without } = push();
    const refusal = { code: 'ERR_REQUEST', message: expect.stringMatching(/^body is empty: nothing was sent/) };
    const empty = ['', new Uint8Array(), new ArrayBuffer(0), Buffer.alloc(0), null, undefined];
    // As anyone can send it: signed or not, with or without anything else.
    const requests = [...empty.map((body) => ({ ...without, body })), without, {}, { body: null, query: null }];
    for (const request of requests) {
      expect(refusalOf(() => create().decode(request))).toMatchObject(refusal);
      expect(create().verify(request)).toBe(false);
      // Freshness and the rest come later.
      expect(refusalOf(() => create({ toleranceSeconds: 0, now: () => 0 }).decode(request))).toMatchObject(refusal);
    }
  });

  it('Feishu without an Encrypt Key refuses an empty, null or absent body as ERR_REQUEST, too', () => {
    const plain = createFeishuCodec({ verificationToken: FEISHU.verificationToken });
    for (const request of [{ body: '' }, { body: null }, { body: undefined }, {}]) {
      expect(codeOf(() => plain.decode(request))).toBe('ERR_REQUEST');
      expect(plain.verify(request)).toBe(false);
    }
  });
});

describe('3. base64 cut or padded wrongly', () => {
  it.each(DECRYPTERS)('$name: ERR_DECRYPT', ({ seal, decrypt }) => {
    const right = seal('0123456789');
    expect(() => decrypt(right)).not.toThrow();
    const wrong = [
      right.slice(0, -1),
      right.slice(0, -2),
      right.slice(0, -3),
      right.replace(/=*$/, ''),
      right.replace(/=*$/, '==='),
      `${right}=`,
      `${right}====`,
      `=${right.slice(1)}`,
      `${right.slice(0, 20)}=${right.slice(21)}`,
      `${right.slice(0, 20)}==${right.slice(20)}==`,
    ].filter((encrypt) => encrypt !== right);
    for (const encrypt of wrong) expect([encrypt, codeOf(() => decrypt(encrypt))]).toEqual([encrypt, 'ERR_DECRYPT']);
  });
});

describe('4. URL-safe base64', () => {
  it.each(DECRYPTERS)('$name: ERR_DECRYPT', ({ seal, decrypt }) => {
    for (const sign of ['-', '_']) {
      expect(codeOf(() => decrypt(`${sign}${seal('x').slice(1)}`))).toBe('ERR_DECRYPT');
    }
  });

  it('in an EncodingAESKey: ERR_CONFIG', () => {
    for (const sign of ['-', '_']) {
      const encodingAesKey = `${sign}${DINGTALK.encodingAesKey.slice(1)}`;
      expect(codeOf(() => createDingTalkCodec({ ...DINGTALK, encodingAesKey }))).toBe('ERR_CONFIG');
    }
  });
});

describe('5. white space in base64', () => {
  const inside = (encrypt: string, space: string) => encrypt.slice(0, 8) + space + encrypt.slice(8);

  it.each(DECRYPTERS)('$name: DingTalk skips that of ASCII, Feishu none', ({ name, seal, decrypt }) => {
    for (const space of ['\n', '\r\n', ' ', '\t', '\f']) {
      if (name.includes('DingTalk')) expect(decrypt(inside(seal('x'), space))).toEqual(decrypt(seal('x')));
      else expect(codeOf(() => decrypt(inside(seal('x'), space)))).toBe('ERR_DECRYPT');
    }
  });

  it.each(DECRYPTERS)('$name: any other is ERR_DECRYPT', ({ seal, decrypt }) => {
    for (const space of ['\u00a0', '\u200b', '\ufeff', '\u3000', '\v', '\0', '\u2028']) {
      expect(codeOf(() => decrypt(inside(seal('x'), space)))).toBe('ERR_DECRYPT');
    }
  });
});

describe('6. + made a space by form decoding', () => {
  // Each seal holds a plus with some of these texts.
  it.each(DECRYPTERS.slice(0, 4))('$name: ERR_DECRYPT', ({ seal, decrypt }) => {
    const withPlus = Array.from({ length: 50 }, (_, index) => seal(`text ${index}`)).filter((text) =>
      text.includes('+'),
    );
    expect(withPlus.length).toBeGreaterThan(0);
    for (const encrypt of withPlus) {
      expect(codeOf(() => decrypt(encrypt.replace(/\+/g, ' ')))).toBe('ERR_DECRYPT');
    }
  });

  it('does not happen in a URL, where + is a plus sign: no platform sends a space', () => {
    const { query, body } = dingTalkSigned(dingTalkSeal('{"EventType":"e"}'), '1700000000000', 'a+b');
    const search = `signature=${query.signature}&timestamp=${query.timestamp}`;
    expect(dingTalk.decode({ url: `/?${search}&nonce=a%2Bb`, body }).nonce).toBe('a+b');
    expect(dingTalk.decode({ url: `/?${search}&nonce=a+b`, body }).nonce).toBe('a+b');
    expect(codeOf(() => dingTalk.decode({ url: `/?${search}&nonce=a%20b`, body }))).toBe('ERR_SIGNATURE');
    expect(codeOf(() => dingTalk.decode({ query: { ...query, nonce: 'a b' }, body }))).toBe('ERR_SIGNATURE');
  });
});

describe('7. spare bits', () => {
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

  it('of an EncodingAESKey may be anything', () => {
    const start = DINGTALK.encodingAesKey.slice(0, -1);
    for (const last of 'ghij') {
      expect(decryptDingTalkMessage(dingTalkSeal('x'), { ...DINGTALK, encodingAesKey: start + last })).toBe('x');
    }
    expect(codeOf(() => decryptDingTalkMessage(dingTalkSeal('x'), { ...DINGTALK, encodingAesKey: `${start}k` }))).toBe(
      'ERR_DECRYPT',
    );
  });

  it.each(DECRYPTERS)('of a ciphertext must be zero: $name', ({ seal, decrypt }) => {
    const [, start, last, tail] = /^(.*)([^=])(=+)$/.exec(seal('x')) as unknown as [string, string, string, string];
    const spare = ALPHABET.charAt(ALPHABET.indexOf(last) | 1);
    expect(Buffer.from(start + spare + tail, 'base64')).toEqual(Buffer.from(seal('x'), 'base64'));
    expect(codeOf(() => decrypt(start + spare + tail))).toBe('ERR_DECRYPT');
  });
});

describe('8. keys pasted wrongly', () => {
  const { encodingAesKey } = DINGTALK;
  it.each([
    encodingAesKey.slice(1),
    `${encodingAesKey}A`,
    `${encodingAesKey}=`,
    ` ${encodingAesKey}`,
    `${encodingAesKey}\n`,
    '',
  ])('encodingAesKey %j: ERR_CONFIG 900004', (encodingAesKey) => {
    const refusal = refusalOf(() => createDingTalkCodec({ ...DINGTALK, encodingAesKey }));
    expect(refusal).toMatchObject({ code: 'ERR_CONFIG', platformCode: 900004 });
    expect(refusal.message).toContain('43 characters');
  });

  it('encryptKey: empty is ERR_CONFIG, spaces, what is inside and all of Unicode count', () => {
    expect(codeOf(() => createFeishuCodec({ ...FEISHU, encryptKey: '' }))).toBe('ERR_CONFIG');
    for (const key of [' key', 'key ', 'k\ney', '"key"', 'ключ', '密钥', '😀']) {
      const encrypt = encryptFeishuEvent('x', key);
      expect(decryptFeishuEvent(encrypt, key)).toBe('x');
      expect(codeOf(() => decryptFeishuEvent(encrypt, `${key}1`))).toBe('ERR_DECRYPT');
      if (key !== key.trim()) expect(codeOf(() => decryptFeishuEvent(encrypt, key.trim()))).toBe('ERR_DECRYPT');
    }
  });
});

describe('9. lone surrogates', () => {
  const parts = { timestamp: 't', nonce: 'n', body: 'b' };
  const dingParts = { token: 't', timestamp: 't', nonce: 'n', encrypt: 'e' };
  it.each(['\ud800', '\udfff', 'a\ud83d', '\ude00\ud83d'])('%j in an argument of the caller is a TypeError', (text) => {
    const calls: (() => unknown)[] = [
      ...Object.keys(parts).map((name) => () => feishuSignature({ ...parts, [name]: text }, 'k')),
      ...Object.keys(dingParts).map((name) => () => dingTalkSignature({ ...dingParts, [name]: text })),
      () => feishuSignature(parts, text),
      () => tencentChatSignature({ token: text, requestTime: '1' }),
      () => tencentChatSignature({ token: 't', requestTime: text }),
      () => encryptFeishuEvent(text, 'k'),
      () => encryptFeishuEvent('x', text),
      () => decryptFeishuEvent('AAAA', text),
      () => encryptDingTalkMessage(text, DINGTALK),
      () => encryptDingTalkMessage('x', { ...DINGTALK, ownerKey: text }),
      () => decryptDingTalkMessage('AAAA', { ...DINGTALK, ownerKey: text }),
      () => feishu.encode(text),
      () => feishu.encode({}, { nonce: text }),
      () => dingTalk.encode(text),
      () => dingTalk.reply(asked, text),
      () => dingTalk.reply(asked, 'x', { nonce: text }),
      () => dingTalk.reply({ ...asked, timestamp: text }),
      () => tencent.encode(text, { command: 'c' }),
      () => tencent.encode({}, { command: text }),
      () => tencent.encode(TENCENT_EVENT, { clientIp: text }),
      () => createFeishuCodec({ verificationToken: text }),
      () => createDingTalkCodec({ ...DINGTALK, token: text }),
      () => createTencentChatCodec({ token: text }),
    ];
    expect(calls.map(codeOf)).toEqual(calls.map(() => 'TypeError'));
  });

  it.each(PLATFORMS)('in a body of $name are ERR_REQUEST, not U+FFFD', ({ create, push }) => {
    expect(codeOf(() => create().decode({ ...push(), body: '{"encrypt":"\ud800"}' }))).toBe('ERR_REQUEST');
  });

  it('in a header or parameter are ERR_REQUEST, in a ciphertext ERR_DECRYPT', () => {
    const { headers, body } = feishuPush(FEISHU_EVENT);
    const nonce = '\ud800';
    expect(codeOf(() => feishu.decode({ headers: { ...headers, 'x-lark-request-nonce': nonce }, body }))).toBe(
      'ERR_REQUEST',
    );
    const push = dingTalkPush(DINGTALK_EVENT);
    expect(codeOf(() => dingTalk.decode({ ...push, query: { ...push.query, nonce } }))).toBe('ERR_REQUEST');
    expect(codeOf(() => tencent.decode({ query: { ...tencentQuery(), Sign: nonce }, body: '{}' }))).toBe('ERR_REQUEST');
    expect(codeOf(() => feishu.decrypt('\ud800AAA'))).toBe('ERR_DECRYPT');
    expect(codeOf(() => dingTalk.decrypt('\ud800AAA'))).toBe('ERR_DECRYPT');
  });

  it('escaped in a reply that is decoded are ERR_REQUEST: they have no UTF-8 form to be signed', () => {
    const secrets = { token: 't', encodingAesKey: DINGTALK.encodingAesKey };
    const weCom = createWeComCodec({ ...secrets, receiveId: 'r' });
    const weChat = createWeChatCodec({ ...secrets, appId: 'a' });
    const half = '\ud800';
    for (const attempt of [
      () => dingTalk.decodeReply({ body: JSON.stringify({ ...jsonOf(dingTalk.reply(asked)), nonce: half }) }),
      () => weCom.decodeReply({ body: JSON.stringify({ encrypt: 'A', msgsignature: 's', timestamp: 1, nonce: half }) }),
      () => weCom.decodeReply({ body: JSON.stringify({ encrypt: half, msgsignature: 's', timestamp: 1, nonce: 'n' }) }),
      () =>
        weChat.decodeReply({ body: JSON.stringify({ Encrypt: 'A', MsgSignature: 's', TimeStamp: half, Nonce: 'n' }) }),
    ]) {
      expect(codeOf(attempt)).toBe('ERR_REQUEST');
    }
  });

  it('escaped in JSON are text that JSON.parse makes', () => {
    const text = '{"schema":"2.0","header":{"event_type":"e","token":"v-token"},"event":"\\ud800"}';
    expect(feishu.decode(feishuPush(text))).toMatchObject({ event: '\ud800', text });
  });
});

describe('10. Unicode normalisation', () => {
  const NFC = 'é';
  const NFD = 'e\u0301';

  it('never happens: the two forms sign and derive differently, and come back as they were', () => {
    expect(NFD.normalize()).toBe(NFC);
    expect(tencentChatSignature({ token: NFC, requestTime: '1' })).not.toBe(
      tencentChatSignature({ token: NFD, requestTime: '1' }),
    );
    expect(tencentChatSignature({ token: NFD, requestTime: '1' })).toBe(hash('sha256', utf8(NFD), '1'));
    expect(codeOf(() => decryptFeishuEvent(encryptFeishuEvent('x', NFC), NFD))).toBe('ERR_DECRYPT');
    expect(feishu.decrypt(feishu.encrypt(NFD))).toBe(NFD);
    expect(codeOf(() => dingTalk.decrypt(dingTalkSeal('x', { owner: NFD })))).toBe('ERR_OWNER');
    const plain = createFeishuCodec({ verificationToken: NFC });
    expect(codeOf(() => plain.decode({ body: JSON.stringify({ ...FEISHU_CHALLENGE, token: NFD }) }))).toBe('ERR_TOKEN');
  });
});

describe('11. plaintext that is no UTF-8', () => {
  it.each<[name: string, bytes: number[]]>([
    ['an overlong form', [0xc0, 0x80]],
    ['an overlong form of three', [0xe0, 0x80, 0x80]],
    ['an overlong form of four', [0xf0, 0x80, 0x80, 0x80]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a sequence cut short', [0xe4, 0xbd]],
    ['a byte that continues nothing', [0x80]],
    ['0xFF', [0xff]],
  ])('%s: ERR_DECRYPT', (_, bytes) => {
    const around = concat('{"a":"', Uint8Array.from(bytes), '"}');
    expect(codeOf(() => feishu.decrypt(feishuSeal(around)))).toBe('ERR_DECRYPT');
    expect(codeOf(() => feishu.decode(feishuSigned(encrypted(feishuSeal(around)))))).toBe('ERR_DECRYPT');
    expect(codeOf(() => dingTalk.decrypt(dingTalkSeal(around)))).toBe('ERR_DECRYPT');
    expect(codeOf(() => dingTalk.decode(dingTalkSigned(dingTalkSeal(around))))).toBe('ERR_DECRYPT');
  });
});

describe('12. BOM', () => {
  it('at the start of a plaintext stays in text and is skipped for JSON alone', () => {
    const text = `\ufeff${JSON.stringify(FEISHU_EVENT)}`;
    expect(feishu.decrypt(feishuSeal(text))).toBe(text);
    expect(feishu.decode(feishuPush(text))).toMatchObject({ id: 'id-1', text });
    const ding = `\ufeff${JSON.stringify(DINGTALK_EVENT)}`;
    expect(dingTalk.decrypt(dingTalkSeal(ding)).text).toBe(ding);
    expect(dingTalk.decode(dingTalkPush(ding))).toMatchObject({ type: 'user_add_org', text: ding });
  });

  it('at the start of a body is signed, and skipped for JSON alone', () => {
    const body = `\ufeff${encrypted(feishuSeal(JSON.stringify(FEISHU_EVENT)))}`;
    expect(feishu.decode(feishuSigned(utf8(body))).kind).toBe('event');
    expect(codeOf(() => feishu.decode({ ...feishuSigned(body), body: body.slice(1) }))).toBe('ERR_SIGNATURE');
    const text = `\ufeff${JSON.stringify(TENCENT_EVENT)}`;
    expect(tencent.decode({ query: tencentQuery(), body: utf8(text) })).toMatchObject({ event: TENCENT_EVENT, text });
  });

  it('twice is no JSON', () => {
    expect(codeOf(() => tencent.decode({ query: tencentQuery(), body: '\ufeff\ufeff{}' }))).toBe('ERR_REQUEST');
  });
});

describe('13. padding', () => {
  /** One block or two that end in `count` bytes of `value`. */
  const ending = (value: number, count: number, size: number) =>
    concat(new Uint8Array(size - count).fill(0x61), new Uint8Array(count).fill(value));

  it.each([0, 17, 32, 33, 255])('%i is wrong for Feishu', (value) => {
    expect(codeOf(() => feishu.decrypt(feishuSeal(ending(value, Math.min(value, 48), 48), new Uint8Array())))).toBe(
      'ERR_DECRYPT',
    );
  });

  it.each([1, 15, 16])('%i is right for Feishu', (value) => {
    expect(feishu.decrypt(feishuSeal(ending(value, value, 48), new Uint8Array()))).toBe('a'.repeat(48 - value));
  });

  it.each([1, 16, 17, 31, 32])('%i is right for DingTalk, and gives the whole owner', (value) => {
    const message = 'x'.repeat((((32 - value - 41) % 32) + 32) % 32);
    expect(dingTalk.decrypt(dingTalkSeal(message, { block: 32 }))).toMatchObject({ text: message });
  });

  it.each([0, 33, 255])('%i is wrong for DingTalk', (value) => {
    const tail = new Uint8Array(39).fill(value);
    expect(codeOf(() => dingTalk.decrypt(dingTalkSeal('', { tail })))).toBe('ERR_DECRYPT');
  });

  it('of unequal bytes is wrong, whichever differs', () => {
    for (let wrong = 0; wrong < 15; wrong++) {
      const tail = new Uint8Array(16).fill(16);
      tail[wrong] = 15;
      expect(codeOf(() => feishu.decrypt(feishuSeal('0123456789abcdef', tail)))).toBe('ERR_DECRYPT');
    }
    for (let wrong = 0; wrong < 31; wrong++) {
      const tail = new Uint8Array(32).fill(32);
      tail[wrong] = 31;
      // 16 + 4 + 23 + 21 bytes are two blocks of 32.
      expect(codeOf(() => dingTalk.decrypt(dingTalkSeal('x'.repeat(23), { tail })))).toBe('ERR_DECRYPT');
    }
  });

  it('longer than all there is is wrong', () => {
    expect(codeOf(() => dingTalk.decrypt(dingTalkSealBlocks(new Uint8Array(16).fill(17))))).toBe('ERR_DECRYPT');
  });

  it('of a whole block is an empty text', () => {
    expect(feishu.decrypt(feishuSeal('', padding(0, 16)))).toBe('');
  });
});

describe('14. length field', () => {
  it.each([0x7fffffff, 0x80000000, 0xffffffff, 32, 1000])('%i: ERR_DECRYPT', (length) => {
    expect(codeOf(() => dingTalk.decrypt(dingTalkSeal('0123456789', { length })))).toBe('ERR_DECRYPT');
  });

  it('0 with a text behind it: ERR_OWNER, and none of the text', () => {
    const error = errorOf(() => dingTalk.decrypt(dingTalkSeal('plaintext', { length: 0 })));
    expect(error).toMatchObject({ code: 'ERR_OWNER' });
    expect(inspect(error)).not.toContain('plaintext');
  });

  it('in a plaintext shorter than 20 bytes: ERR_DECRYPT', () => {
    for (const size of [0, 1, 16, 19]) {
      expect(codeOf(() => dingTalk.decrypt(dingTalkSealBlocks(concat(new Uint8Array(size), padding(size, 32)))))).toBe(
        'ERR_DECRYPT',
      );
    }
  });
});

describe('15. owner', () => {
  it.each([
    '',
    'suite4xxxxxxxxxxxxxx',
    'suite4xxxxxxxxxxxxxxxx',
    'SUITE4XXXXXXXXXXXXXXX',
    ' suite4xxxxxxxxxxxxxxx',
    '企业',
  ])('%j inside is ERR_OWNER', (owner) => {
    expect(codeOf(() => dingTalk.decode(dingTalkSigned(dingTalkSeal('{"EventType":"e"}', { owner }))))).toBe(
      'ERR_OWNER',
    );
  });

  it('of several bytes a character is one like any other', () => {
    const codec = createDingTalkCodec({ ...DINGTALK, ownerKey: '企业😀' });
    expect(codec.decode(codec.encode(DINGTALK_EVENT)).ownerKey).toBe('企业😀');
  });

  it('of an empty text does not stand for an empty owner', () => {
    expect(codeOf(() => createDingTalkCodec({ ...DINGTALK, ownerKey: '' }))).toBe('ERR_CONFIG');
    expect(codeOf(() => createDingTalkCodec({ ...DINGTALK, ownerKey: [''] }))).toBe('ERR_CONFIG');
  });
});

describe('16. padding oracle', () => {
  // What CBC lets an attacker do with a captured event: change any byte of it.
  const captured = Buffer.from(feishuSeal(JSON.stringify(FEISHU_EVENT)), 'base64');
  const mutants = Array.from({ length: captured.length }, (_, index) => {
    const bytes = Buffer.from(captured);
    bytes[index] = (bytes[index] as number) ^ 1;
    return bytes.toString('base64');
  });
  const challenge = Buffer.from(feishuSeal(JSON.stringify(FEISHU_CHALLENGE)), 'base64');

  it('unsigned, Feishu says one thing to everything, whatever went wrong inside', () => {
    const cut = Array.from({ length: challenge.length }, (_, bytes) => challenge.subarray(0, bytes).toString('base64'));
    const inner = new Set(
      [...mutants, ...cut].map((encrypt) => {
        try {
          return typeof feishu.decrypt(encrypt);
        } catch (error) {
          return (error as CallbackError).code;
        }
      }),
    );
    expect(inner).toEqual(new Set(['string', 'ERR_DECRYPT']));
    const answers = [...mutants, ...cut].map((encrypt) =>
      JSON.stringify(refusalOf(() => feishu.decode({ headers: {}, body: encrypted(encrypt) }))),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('ERR_SIGNATURE');
  });

  it('with a wrong signature nothing is decrypted at all', () => {
    const decrypt = vi.fn();
    const aes = () => ({ encrypt: decrypt, decrypt });
    const { headers, body } = feishuPush(FEISHU_EVENT);
    const codec = createFeishuCodec({ ...FEISHU, aes });
    const push = dingTalkPush(DINGTALK_EVENT);
    const dingCodec = createDingTalkCodec({ ...DINGTALK, aes });
    for (const signature of ['', 'x', '0'.repeat(64), '0'.repeat(40)]) {
      const forged = { headers: { ...headers, 'x-lark-signature': signature }, body };
      expect(codeOf(() => codec.decode(forged))).toBe('ERR_SIGNATURE');
      expect(codeOf(() => dingCodec.decode({ ...push, query: { ...push.query, signature } }))).toBe('ERR_SIGNATURE');
    }
    expect(codeOf(() => dingCodec.decode({ body: push.body }))).toBe('ERR_SIGNATURE');
    expect(decrypt).not.toHaveBeenCalled();
  });

  it('signed, padding, length and UTF-8 fail in the same words', () => {
    const wrong = [
      'AAAA',
      dingTalkSeal('', { tail: new Uint8Array(7) }),
      dingTalkSeal('x', { length: 99 }),
      dingTalkSeal(Uint8Array.of(0xff)),
    ];
    const answers = wrong.map((encrypt) => JSON.stringify(refusalOf(() => dingTalk.decode(dingTalkSigned(encrypt)))));
    expect(new Set(answers).size).toBe(1);
  });
});

describe('17. signatures', () => {
  const changes: [name: string, change: (right: string) => string | string[] | undefined, code: string][] = [
    ['upper case', (right) => right.toUpperCase(), 'ERR_SIGNATURE'],
    ['one character fewer', (right) => right.slice(0, -1), 'ERR_SIGNATURE'],
    ['one character more', (right) => `${right}0`, 'ERR_SIGNATURE'],
    ['no hex', (right) => 'g'.repeat(right.length), 'ERR_SIGNATURE'],
    ['a scheme in front', (right) => `sha256=${right}`, 'ERR_SIGNATURE'],
    ['white space in front', (right) => ` ${right}`, 'ERR_SIGNATURE'],
    ['white space behind', (right) => `${right}\n`, 'ERR_SIGNATURE'],
    ['nothing', () => '', 'ERR_SIGNATURE'],
    ['undefined', () => undefined, 'ERR_SIGNATURE'],
    ['an empty list', () => [], 'ERR_SIGNATURE'],
    ['right and wrong in a list', (right) => [right, 'x'], 'ERR_REQUEST'],
    ['wrong and right in a list', (right) => ['x', right], 'ERR_REQUEST'],
  ];
  it.each(changes)('of %s', (_, change, code) => {
    const { headers, body } = feishuPush(FEISHU_EVENT);
    const signature = change(headers['x-lark-signature'] as string);
    expect(codeOf(() => feishu.decode({ headers: { ...headers, 'x-lark-signature': signature }, body }))).toBe(code);
    const push = dingTalkPush(DINGTALK_EVENT);
    const query = { ...push.query, signature: change(push.query.signature) };
    expect(codeOf(() => dingTalk.decode({ ...push, query }))).toBe(code);
    const Sign = change(tencentQuery().Sign as string);
    expect(codeOf(() => tencent.decode({ query: { ...tencentQuery(), Sign }, body: '{}' }))).toBe(code);
  });

  it('given twice and equal are one', () => {
    const { headers, body } = feishuPush(FEISHU_EVENT);
    const signature = headers['x-lark-signature'] as string;
    const twice = { ...headers, 'x-lark-signature': [signature, signature] };
    expect(feishu.decode({ headers: twice, body }).kind).toBe('event');
  });
});

describe('18. comparing what differs in length', () => {
  it('is a refusal, never a throw of the comparison', () => {
    for (const length of [0, 1, 39, 40, 41, 63, 64, 65, 128, 100_000]) {
      const signature = 'a'.repeat(length);
      const { headers, body } = feishuPush(FEISHU_EVENT);
      expect(feishu.verify({ headers: { ...headers, 'x-lark-signature': signature }, body })).toBe(false);
      const push = dingTalkPush(DINGTALK_EVENT);
      expect(dingTalk.verify({ ...push, query: { ...push.query, signature } })).toBe(false);
      expect(tencent.verify({ query: { ...tencentQuery(), Sign: signature }, body: '{}' })).toBe(false);
      const challenge = JSON.stringify({ ...FEISHU_CHALLENGE, token: signature });
      expect(codeOf(() => feishu.decode(feishuPush(challenge)))).toBe('ERR_TOKEN');
    }
  });
});

describe('19. timestamps', () => {
  const unreadable = [
    ' 1',
    '1e3',
    '0x10',
    '12abc',
    '-1',
    '-170000000',
    '+170000000',
    '1.5',
    '17000000.0',
    '１２',
    '１７００００００００',
    'NaN',
    'Infinity',
    '9007199254740993',
    '17000000000',
    '170000000000',
    '17000000000000',
    ' 1700000000',
    '1700000000 ',
    '1700000000\n',
    '1_700_000_0',
  ];

  it.each(PLATFORMS)('$name: no time is ERR_TIMESTAMP with a window on, opaque with it off', ({ create, push }) => {
    const on = create({ toleranceSeconds: 1e15 });
    const off = create({ toleranceSeconds: Number.POSITIVE_INFINITY });
    for (const timestamp of unreadable) {
      expect([timestamp, codeOf(() => on.decode(push(timestamp)))]).toEqual([timestamp, 'ERR_TIMESTAMP']);
      expect(on.verify(push(timestamp))).toBe(false);
      expect(off.verify(push(timestamp))).toBe(true);
    }
  });

  it.each(PLATFORMS)('$name: an empty one is absent, so nothing is signed: ERR_SIGNATURE', ({ create, push }) => {
    for (const toleranceSeconds of [1e15, Number.POSITIVE_INFINITY]) {
      expect(codeOf(() => create({ toleranceSeconds }).decode(push('')))).toBe('ERR_SIGNATURE');
      expect(create({ toleranceSeconds }).verify(push(''))).toBe(false);
    }
  });

  it.each(PLATFORMS)('$name: seconds or milliseconds', ({ name, create, push }) => {
    const codec = create({ toleranceSeconds: 1 });
    expect(codec.verify(push('1700000000'))).toBe(true);
    expect(codec.verify(push('1700000000000'))).toBe(name !== 'Tencent Chat');
  });

  it.each(PLATFORMS)('$name: zeros in front make an old time, not another text to sign', ({ create, push }) => {
    expect(codeOf(() => create({ toleranceSeconds: 60 }).decode(push('0001700000')))).toBe('ERR_TIMESTAMP');
    expect(create({ toleranceSeconds: 60, now: () => 1_700_000_000 }).verify(push('0001700000'))).toBe(true);
  });

  it('as a number is a TypeError of the caller, ERR_REQUEST of a sender', () => {
    expect(codeOf(() => tencentChatSignature({ token: 't', requestTime: 1_700_000_000 as never }))).toBe('TypeError');
    const push = dingTalkPush(DINGTALK_EVENT);
    const query = { ...push.query, timestamp: 1_700_000_000_000 };
    expect(codeOf(() => dingTalk.decode({ ...push, query }))).toBe('ERR_REQUEST');
  });
});

describe('20. the clock', () => {
  it.each(PLATFORMS)('$name: a tolerance is inclusive and symmetric', ({ create, push }) => {
    for (const [offset, accepted] of [
      [5000, true],
      [5001, false],
      [-5000, true],
      [-5001, false],
    ] as const) {
      expect(create({ toleranceSeconds: 5, now: () => NOW + offset }).verify(push('1700000000'))).toBe(accepted);
    }
  });

  it.each(PLATFORMS)('$name: a tolerance of 0 means this very moment', ({ create, push }) => {
    expect(create({ toleranceSeconds: 0 }).verify(push('1700000000'))).toBe(true);
    expect(create({ toleranceSeconds: 0, now: () => NOW + 1 }).verify(push('1700000000'))).toBe(false);
  });

  it.each(PLATFORMS)('$name: a tolerance of NaN or below 0 is ERR_CONFIG', ({ create }) => {
    for (const toleranceSeconds of [Number.NaN, -1, Number.NEGATIVE_INFINITY]) {
      expect(codeOf(() => create({ toleranceSeconds }))).toBe('ERR_CONFIG');
    }
  });

  it.each(PLATFORMS)('$name: a clock that gives NaN or Infinity refuses', ({ create, push }) => {
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(codeOf(() => create({ toleranceSeconds: 60, now: () => time }).decode(push()))).toBe('ERR_TIMESTAMP');
    }
  });

  it.each(PLATFORMS)(
    '$name: each request is judged by its own moment, also when the clock goes back',
    ({ create, push }) => {
      const times = [NOW, NOW + 90_000, NOW, NOW - 90_000, NOW];
      const codec = create({ toleranceSeconds: 60, now: () => times.shift() as number });
      expect([1, 2, 3, 4, 5].map(() => codec.verify(push('1700000000')))).toEqual([true, false, true, false, true]);
    },
  );
});

describe('21. replay', () => {
  it.each(PLATFORMS)(
    '$name: the same request gives the same message, for the caller to recognise',
    ({ create, push }) => {
      const codec = create();
      const request = push();
      expect(codec.decode(request)).toEqual(codec.decode(request));
    },
  );

  it('Feishu gives the key to deduplicate on', () => {
    const again = { ...feishuPush(FEISHU_EVENT, '1700009999') };
    expect(feishu.decode(feishuPush(FEISHU_EVENT))).toMatchObject({ id: 'id-1' });
    expect(feishu.decode(again)).toMatchObject({ id: 'id-1' });
  });
});

describe('22. headers and parameters', () => {
  const { headers, body } = feishuPush(FEISHU_EVENT);
  const cased = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
  it.each<[name: string, headers: CallbackRequest['headers']]>([
    ['Fetch Headers', new Headers(headers)],
    ['a record', headers],
    ['a record in upper case', cased],
    ['a record of lists', Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))],
    ['a record without a prototype', Object.assign(Object.create(null), headers)],
    ['a Map', new Map(Object.entries(headers))],
    ['a Map in upper case', new Map(Object.entries(cased))],
    ['a frozen record', Object.freeze({ ...headers })],
    ['both cases, agreeing', { ...headers, ...cased }],
  ])('in %s are found', (_, headers) => {
    expect(feishu.decode({ headers, body }).kind).toBe('event');
  });

  it.each<[name: string, headers: unknown, code: string]>([
    ['none', undefined, 'ERR_SIGNATURE'],
    ['null', null, 'ERR_SIGNATURE'],
    ['empty', {}, 'ERR_SIGNATURE'],
    ['empty strings', Object.fromEntries(Object.keys(headers).map((name) => [name, ''])), 'ERR_SIGNATURE'],
    ['there but for one that is empty', { ...headers, 'x-lark-request-nonce': '' }, 'ERR_SIGNATURE'],
    ['inherited', Object.create(headers), 'ERR_SIGNATURE'],
    ['twice in a list', { ...headers, 'x-lark-request-nonce': ['a', 'b'] }, 'ERR_REQUEST'],
    ['twice in one line', { ...headers, 'x-lark-request-nonce': 'a, b' }, 'ERR_REQUEST'],
    ['twice in two cases', { ...headers, 'X-Lark-Request-Nonce': 'b' }, 'ERR_REQUEST'],
    ['a number', { ...headers, 'x-lark-request-timestamp': 1_700_000_000 }, 'ERR_REQUEST'],
    ['a list', [], 'ERR_SIGNATURE'],
    ['a string', 'x-lark-signature: x', 'TypeError'],
  ])('that are %s are refused', (_, headers, code) => {
    expect(codeOf(() => feishu.decode({ headers: headers as never, body }))).toBe(code);
  });

  it.each(PLATFORMS)('$name: null is absent, as serverless events have it', ({ create, push }) => {
    const { body } = push();
    const nothing = refusalOf(() => create().decode({ body }));
    expect(nothing.code).toBe('ERR_SIGNATURE');
    for (const request of [
      { body, headers: null, query: null, url: null },
      { body, headers: {}, query: null, url: '/callback' },
      { body, headers: undefined, query: {}, url: null },
    ]) {
      expect(refusalOf(() => create().decode(request))).toEqual(nothing);
      expect(create().verify(request)).toBe(false);
    }
    const request = push();
    const search = request.query && new URLSearchParams(request.query as Record<string, string>);
    expect(create().verify({ ...request, url: null })).toBe(true);
    expect(create().verify({ headers: null, ...request, query: null, url: `/?${search ?? ''}` })).toBe(true);
  });

  it.each<[name: string, search: string, code: string]>([
    ['signature and msg_signature that differ', '&msg_signature=x', 'ERR_REQUEST'],
    ['timestamp and timeStamp that differ', '&timeStamp=1', 'ERR_REQUEST'],
    ['nonce twice', '&nonce=x', 'ERR_REQUEST'],
    ['a malformed escape in what is read', '&nonce=%', 'ERR_REQUEST'],
    ['escaped bytes that are no UTF-8 in what is read', '&nonce=%ff', 'ERR_REQUEST'],
    ['a malformed escape in what is not', '&other=%', 'accepted'],
    ['a malformed name', '&%=1', 'accepted'],
    ['another twice', '&other=1&other=2', 'accepted'],
  ])('in a URL: %s', (_, search, code) => {
    const push = dingTalkPush(DINGTALK_EVENT);
    const request = { url: `/?${new URLSearchParams(push.query)}${search}`, body: push.body };
    if (code === 'accepted') expect(dingTalk.decode(request).kind).toBe('event');
    else expect(codeOf(() => dingTalk.decode(request))).toBe(code);
  });
});

describe('23. JSON that names prototypes', () => {
  const hostile =
    '"__proto__":{"polluted":1,"type":"url_verification"},"constructor":{"prototype":{"polluted":1}},"toJSON":1';

  function expectNothingPolluted(...objects: unknown[]): void {
    for (const object of [{}, [], ...objects]) {
      expect((object as { polluted?: unknown }).polluted).toBeUndefined();
      expect([Object.prototype, Array.prototype, null]).toContain(Object.getPrototypeOf(object));
    }
  }

  it('Feishu: pollutes nothing and is no field', () => {
    const text = JSON.stringify(FEISHU_EVENT).replace('{', `{${hostile},`).replace('"event":{', `"event":{${hostile},`);
    const message = feishu.decode(feishuPush(text));
    if (message.kind !== 'event') return expect.fail('no event');
    expect(message).toMatchObject({ schema: '2.0', id: 'id-1' });
    expectNothingPolluted(message, message.event);
    const outer = `{${hostile},"encrypt":${JSON.stringify(feishuSeal(text))}}`;
    expect(feishu.decode(feishuSigned(outer))).toEqual(message);
    expect(codeOf(() => feishu.decode({ headers: {}, body: outer }))).toBe('ERR_SIGNATURE');
  });

  it('Feishu: an inherited field is none', () => {
    expect(codeOf(() => feishu.decode(feishuSigned(`{"__proto__":{"encrypt":"AAAA"}}`)))).toBe('ERR_SIGNATURE');
    const inside = `{"__proto__":${JSON.stringify(FEISHU_CHALLENGE)}}`;
    expect(codeOf(() => feishu.decode(feishuPush(inside)))).toBe('ERR_REQUEST');
    expect(codeOf(() => feishu.decode({ headers: {}, body: encrypted(feishuSeal(inside)) }))).toBe('ERR_SIGNATURE');
  });

  it('DingTalk: pollutes nothing and is no field', () => {
    const text = `{${hostile},"EventType":"check_url"}`;
    const { query, body } = dingTalkPush(text);
    const message = dingTalk.decode({ query, body: body.replace('{', `{${hostile},`) });
    expect(message).toMatchObject({ kind: 'verification', text });
    expectNothingPolluted(message, message.event);
    expect(codeOf(() => dingTalk.decode(dingTalkPush('{"__proto__":{"EventType":"check_url"}}')))).toBe('ERR_REQUEST');
  });

  it('Tencent Chat: pollutes nothing and is no field', () => {
    const query = JSON.parse(`{"__proto__":"x",${JSON.stringify(tencentQuery()).slice(1)}`);
    const message = tencent.decode({ query, body: `{${hostile}}` });
    expectNothingPolluted(message, message.event, message.query);
    const { CallbackCommand: _, ...without } = tencentQuery();
    const body = '{"__proto__":{"CallbackCommand":"c"}}';
    expect(codeOf(() => tencent.decode({ query: without, body }))).toBe('ERR_REQUEST');
    const { body: reply } = tencent.reply(message, JSON.parse('{"__proto__":{"polluted":1}}'));
    expect(reply).toBe('{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"__proto__":{"polluted":1}}');
    expectNothingPolluted();
  });

  it('encode and what it makes pollute nothing', () => {
    const payload = JSON.parse(`{${hostile},"CallbackCommand":"c","EventType":"e","event":{"type":"t"}}`);
    expectNothingPolluted(
      feishu.decode(feishu.encode(payload)),
      dingTalk.decode(dingTalk.encode(payload)),
      tencent.decode(tencent.encode(payload)),
      payload,
    );
  });
});

describe('24. odd JSON', () => {
  it('with a name twice takes the last, and text keeps both', () => {
    const inside = '{"EventType":"first","EventType":"last"}';
    expect(dingTalk.decode(dingTalkPush(inside))).toMatchObject({ type: 'last', text: inside });
    const [first, last] = [feishuSeal('{}'), feishuSeal(JSON.stringify(FEISHU_EVENT))];
    const body = `{"encrypt":"${first}","encrypt":"${last}"}`;
    expect(feishu.decode(feishuSigned(body)).kind).toBe('event');
    const push = dingTalkPush(DINGTALK_EVENT);
    expect(dingTalk.decode({ ...push, body: push.body.replace('{', '{"encrypt":"AAAA",') }).kind).toBe('event');
    expect(codeOf(() => dingTalk.decode({ ...push, body: push.body.replace('}', ',"encrypt":"AAAA"}') }))).toBe(
      'ERR_SIGNATURE',
    );
  });

  it.each(['5', 'null', '{}', '["AAAA"]', 'true'])('with an encrypt of %s is ERR_REQUEST', (encrypt) => {
    const body = `{"encrypt":${encrypt}}`;
    expect(codeOf(() => feishu.decode(feishuSigned(body)))).toBe('ERR_REQUEST');
    expect(codeOf(() => feishu.decode({ headers: {}, body }))).toBe('ERR_REQUEST');
    expect(codeOf(() => dingTalk.decode({ ...dingTalkSigned(''), body }))).toBe('ERR_REQUEST');
  });

  it('nested 100,000 deep is a message or ERR_REQUEST, never a RangeError', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const kinds = PLATFORMS.map(({ create, push }) => {
      const { body, ...request } = push();
      const inside = `{"schema":"2.0","header":{"event_type":"e","token":"v-token"},"EventType":"e","deep":${deep}}`;
      const whole =
        'headers' in request
          ? feishuPush(inside)
          : body.includes('encrypt')
            ? dingTalkPush(inside)
            : { ...request, body: inside };
      try {
        return (create().decode(whole) as { kind: string }).kind;
      } catch (error) {
        return error instanceof CallbackError ? error.code : error;
      }
    });
    for (const kind of kinds) expect(['event', 'ERR_REQUEST']).toContain(kind);
  });

  it('with integers above 2^53 keeps them in text', () => {
    const inside = '{"EventType":"e","id":12345678901234567890}';
    expect(dingTalk.decode(dingTalkPush(inside)).text).toContain('12345678901234567890');
    expect(tencent.decode({ query: tencentQuery(), body: inside }).text).toBe(inside);
  });
});

describe('25. the body', () => {
  it.each(PLATFORMS)('$name: parsed already, a TypeError says so', ({ create, push }) => {
    const request = push();
    const error = errorOf(() => create().decode({ ...request, body: JSON.parse(request.body) }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/raw body.*got object.*parser/);
  });

  it.each(PLATFORMS)('$name: bytes and text are the same message', ({ create, push }) => {
    const request = push();
    expect(create().decode({ ...request, body: utf8(request.body) })).toEqual(create().decode(request));
  });
});

describe('26. what stands beside encrypt', () => {
  it('never overrides what is inside it', () => {
    const beside = {
      ...FEISHU_CHALLENGE,
      schema: '1.0',
      uuid: 'forged',
      event: { type: 'forged' },
      EventType: 'forged',
    };
    const { body } = feishuPush(FEISHU_EVENT);
    for (const mixed of [
      { ...beside, ...JSON.parse(body) },
      { ...JSON.parse(body), ...beside },
    ]) {
      expect(feishu.decode(feishuSigned(JSON.stringify(mixed)))).toEqual(feishu.decode(feishuPush(FEISHU_EVENT)));
    }
    const push = dingTalkPush(DINGTALK_EVENT);
    const mixed = JSON.stringify({ ...JSON.parse(push.body), ...beside });
    expect(dingTalk.decode({ ...push, body: mixed })).toEqual(dingTalk.decode(push));
  });

  it('cannot stand in for it: a plain event or challenge is ERR_SIGNATURE where a key is configured', () => {
    for (const payload of [FEISHU_EVENT, FEISHU_CHALLENGE]) {
      const body = JSON.stringify(payload);
      expect(codeOf(() => feishu.decode({ headers: {}, body }))).toBe('ERR_SIGNATURE');
      expect(codeOf(() => feishu.decode(feishuSigned(body)))).toBe('ERR_SIGNATURE');
    }
    expect(codeOf(() => dingTalk.decode({ ...dingTalkSigned(''), body: JSON.stringify(DINGTALK_EVENT) }))).toBe(
      'ERR_SIGNATURE',
    );
  });
});

describe('27. the challenge without a signature', () => {
  const unsigned = (change: object) => ({
    headers: {},
    body: encrypted(feishuSeal(JSON.stringify({ ...FEISHU_CHALLENGE, ...change }))),
  });

  it('is accepted', () => {
    expect(jsonOf(feishu.reply(feishu.decode(unsigned({}))))).toEqual({ challenge: 'c' });
  });

  it.each<[name: string, change: object]>([
    ['no string', { challenge: 5 }],
    ['a list', { challenge: ['c'] }],
    ['null', { challenge: null }],
    ['of 65 characters', { challenge: 'c'.repeat(65) }],
    ['of 18 characters that are not all of [0-9a-f-]', { challenge: 'x'.repeat(18) }],
    ['of 1,025 characters', { challenge: 'c'.repeat(1025) }],
    ['of 512 KiB', { challenge: 'c'.repeat(524_288) }],
    ['under a wrong token', { token: 'x' }],
    ['under no token', { token: undefined }],
  ])('that is %s is ERR_SIGNATURE', (_, change) => {
    expect(codeOf(() => feishu.decode(unsigned(change)))).toBe('ERR_SIGNATURE');
  });

  it('of 1 MiB does not fit in a body: ERR_TOO_LARGE', () => {
    expect(codeOf(() => feishu.decode(unsigned({ challenge: 'c'.repeat(1_048_576) })))).toBe('ERR_TOO_LARGE');
  });
});

describe('28. giants', () => {
  const text = 'A'.repeat(64 * 1024 * 1024);
  const bytes = new Uint8Array(64 * 1024 * 1024);

  it.each(PLATFORMS)('$name: 64 MiB is ERR_TOO_LARGE before any work', ({ create, push }) => {
    const codec = create();
    const request = push();
    for (const body of [text, bytes]) {
      const start = performance.now();
      expect(codeOf(() => codec.decode({ ...request, body }))).toBe('ERR_TOO_LARGE');
      expect(codec.verify({ ...request, body })).toBe(false);
      // Hashing it alone would take half a second.
      expect(performance.now() - start).toBeLessThan(250);
    }
  });

  it.each(PLATFORMS)('$name: maxBodyBytes counts UTF-8 bytes, the limit itself included', ({ create, push }) => {
    const request = push();
    const { length } = utf8(request.body);
    expect(create({ maxBodyBytes: length }).decode(request)).toHaveProperty('kind', 'event');
    expect(codeOf(() => create({ maxBodyBytes: length - 1 }).decode(request))).toBe('ERR_TOO_LARGE');
  });

  it('a text of 200,000 characters comes through whole', () => {
    const long = '你😀a'.repeat(50_000);
    expect(feishu.decrypt(feishu.encrypt(long))).toBe(long);
    expect(dingTalk.decrypt(dingTalk.encrypt(long)).text).toBe(long);
  });
});

describe('29. mutation', () => {
  function deepFreeze<T>(value: T): T {
    if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
      for (const inner of Object.values(value)) deepFreeze(inner);
      Object.freeze(value);
    }
    return value;
  }

  it.each(PLATFORMS)(
    '$name: a frozen request with a view into a pool decodes and stays as it was',
    ({ create, push }) => {
      const codec = create();
      const request = push();
      const bytes = utf8(request.body);
      const pool = new Uint8Array(bytes.length + 7).fill(0x7b);
      pool.set(bytes, 3);
      const before = pool.slice();
      const frozen = deepFreeze({ ...request, body: pool.subarray(3, 3 + bytes.length) });
      const copy = structuredClone({ ...request });
      const message = codec.decode(frozen);
      expect(message).toEqual(codec.decode(request));
      expect(codec.verify(frozen)).toBe(true);
      expect(pool).toEqual(before);
      expect(request).toEqual(copy);
      pool.fill(0);
      expect(message).toEqual(codec.decode(request));
    },
  );

  it('keys, ivs, prefixes and payloads stay as they were', () => {
    const iv = IV.slice();
    const key = new Uint8Array(32).fill(7);
    const plaintext = utf8('plaintext');
    const payload = deepFreeze(structuredClone(FEISHU_EVENT));
    feishu.encode(payload, { iv });
    dingTalk.encode(payload, { prefix: iv });
    dingTalk.reply(deepFreeze(structuredClone(asked)), 'x', deepFreeze({ prefix: iv, nonce: 'n' }));
    encryptFeishuEvent('x', 'k', { iv });
    const ciphertext = encryptAes256Cbc(key, iv, plaintext);
    const sealed = ciphertext.slice();
    decryptAes256Cbc(key, iv, ciphertext);
    decryptEnvelope(key, encryptEnvelope(key, plaintext, { iv }));
    expect([iv, key, plaintext, ciphertext]).toEqual([IV, new Uint8Array(32).fill(7), utf8('plaintext'), sealed]);
    expect(payload).toEqual(FEISHU_EVENT);
  });

  it('results share no memory with the input or with each other', () => {
    const key = new Uint8Array(32).fill(7);
    const ciphertext = encryptAes256Cbc(key, IV, utf8('plaintext'));
    const [one, two] = [decryptAes256Cbc(key, IV, ciphertext), decryptAes256Cbc(key, IV, ciphertext)];
    ciphertext.fill(0);
    one.fill(0);
    expect(two).toEqual(utf8('plaintext'));
    expect(two.buffer.byteLength).toBe(two.length);
  });

  it('options may be frozen, and a later change to them means nothing', () => {
    const options = { ...DINGTALK, ownerKey: [DINGTALK.ownerKey] };
    const codec = createDingTalkCodec(deepFreeze({ ...options, ownerKey: [...options.ownerKey] }));
    const loose = createDingTalkCodec(options);
    options.token = 'changed';
    options.ownerKey.length = 0;
    expect(loose.decode(codec.encode(DINGTALK_EVENT)).kind).toBe('event');
  });
});

describe('30. sorting what is signed', () => {
  const sorted = (...parts: [string, string, string, string]) =>
    hash('sha1', ...parts.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));

  it.each<[string, string, string, string]>([
    ['10', '9', '1', 'A'],
    ['a', 'B', 'Z', '_'],
    ['same', 'same', 'same', 'same'],
    ['', '', 't', ''],
    ['\uffff', '😀', '\ufffd', 'é'],
    ['i', 'I', 'ı', 'İ'],
    ['e\u0301', 'é', 'e', 'f'],
  ])('%j %j %j %j is by code unit', (timestamp, nonce, token, encrypt) => {
    expect(dingTalkSignature({ token, timestamp, nonce, encrypt })).toBe(sorted(token, timestamp, nonce, encrypt));
  });

  it('numbers are no text: TypeError', () => {
    for (const timestamp of [10, 9]) {
      expect(
        codeOf(() => dingTalkSignature({ token: 't', timestamp: timestamp as never, nonce: 'n', encrypt: 'e' })),
      ).toBe('TypeError');
    }
  });
});

describe('31. globals missing or polluted', () => {
  const source = buildSync({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'codec',
  }).outputFiles[0]?.text as string;
  const requests = { feishu: feishuPush(FEISHU_EVENT), dingTalk: dingTalkPush(DINGTALK_EVENT) };
  const given = JSON.stringify({ FEISHU, DINGTALK, TENCENT, requests, tencent: PLATFORMS[2]?.push() });
  /** Decodes a good and a bad request of each platform, and tries to encrypt; JSON, because it crosses a realm. */
  const use = `
    const { FEISHU, DINGTALK, TENCENT, requests, tencent } = ${given};
    const now = () => ${NOW};
    const code = (attempt) => {
      try {
        return attempt();
      } catch (error) {
        return error.name + ' ' + error.code;
      }
    };
    const feishu = codec.createFeishuCodec({ ...FEISHU, now, toleranceSeconds: 60 });
    const dingTalk = codec.createDingTalkCodec({ ...DINGTALK, now, toleranceSeconds: 60 });
    const chat = codec.createTencentChatCodec({ ...TENCENT, now });
    JSON.stringify([
      code(() => feishu.decode(requests.feishu).id),
      code(() => feishu.decode({ ...requests.feishu, body: '{}' })),
      code(() => feishu.decrypt('AAAA')),
      code(() => dingTalk.decode(requests.dingTalk).type),
      code(() => dingTalk.decode({ ...requests.dingTalk, query: {} })),
      code(() => chat.decode(tencent).type),
      code(() => chat.decode({ ...tencent, body: '[]' })),
      code(() => feishu.encrypt('x')),
      code(() => dingTalk.reply(dingTalk.decode(requests.dingTalk))),
      code(() => dingTalk.decodeReply({ body: ${JSON.stringify(dingTalk.reply(asked).body)} })),
      code(() => dingTalk.decodeReply({ body: '{"msg_signature":"x","timeStamp":"1","nonce":"\\\\ud800","encrypt":"A"}' })),
    ]);`;
  const expected = [
    'id-1',
    'CallbackError ERR_SIGNATURE',
    'CallbackError ERR_DECRYPT',
    'user_add_org',
    'CallbackError ERR_SIGNATURE',
    'Group.CallbackAfterNewMemberJoin',
    'CallbackError ERR_REQUEST',
    'CallbackError ERR_RANDOM',
    'CallbackError ERR_RANDOM',
    'success',
    'CallbackError ERR_REQUEST',
  ];

  function run(before: string, after: string = ''): unknown {
    const context = vm.createContext({}, { codeGeneration: { strings: false, wasm: false } });
    return JSON.parse(vm.runInContext(`${before}\n${source}\n${after}\n{${use}}`, context));
  }

  it('a bare context: no Buffer, process, crypto, TextEncoder, TextDecoder, URL or atob, and no eval', () => {
    const names = [
      'Buffer',
      'process',
      'crypto',
      'TextEncoder',
      'TextDecoder',
      'URL',
      'atob',
      'Headers',
      'performance',
    ];
    const context = vm.createContext({}, { codeGeneration: { strings: false, wasm: false } });
    expect(names.map((name) => vm.runInContext(`typeof ${name}`, context))).toEqual(names.map(() => 'undefined'));
    expect(() => vm.runInContext('eval("1")', context)).toThrow(/Code generation/);
    expect(run('')).toEqual(expected);
  });

  it('frozen intrinsics, as SES has them', () => {
    const freeze = `{
      const seen = new Set();
      const queue = Reflect.ownKeys(globalThis).map((name) => globalThis[name]);
      while (queue.length > 0) {
        const value = queue.pop();
        if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
        if (value === globalThis || seen.has(value)) continue;
        seen.add(Object.freeze(value));
        queue.push(Object.getPrototypeOf(value));
        for (const key of Reflect.ownKeys(value)) {
          const { value: inner, get, set } = Object.getOwnPropertyDescriptor(value, key);
          queue.push(inner, get, set);
        }
      }
    }`;
    expect(run(freeze)).toEqual(expected);
  });

  it('Object.prototype polluted with the names of fields, headers and parameters', () => {
    const names = [
      'encrypt',
      'type',
      'challenge',
      'header',
      'schema',
      'EventType',
      'signature',
      'Sign',
      'msg_signature',
    ];
    const pollute = names.map((name) => `Object.prototype[${JSON.stringify(name)}] = 'polluted';`).join('');
    expect(run('', pollute)).toEqual(expected);
  });

  it('Object.prototype polluted with whole messages and secrets: what is missing stays missing', () => {
    const { CallbackCommand: _, ...query } = tencentQuery();
    const attempts = [
      () => feishu.decode(feishuSigned('{}')),
      () => feishu.decode(feishuSigned(encrypted(feishuSeal('{}')))),
      () => feishu.decode({ body: encrypted(feishuSeal('{}')) }),
      () => feishu.decode(feishuSigned(encrypted(feishuSeal('{"type":"url_verification","challenge":"c"}')))),
      () => dingTalk.decode({ ...dingTalkPush('{}'), body: '{}' }),
      () => dingTalk.decode({ query: {}, body: dingTalkPush('{}').body }),
      () => dingTalk.decode(dingTalkPush('{}')),
      () => tencent.decode({ query, body: '{}' }),
    ].map((attempt) => ({ attempt, code: codeOf(attempt) }));
    const polluted = {
      ...FEISHU_CHALLENGE,
      ...DINGTALK_EVENT,
      ...TENCENT_EVENT,
      ...dingTalkPush(DINGTALK_EVENT).query,
      encrypt: feishuSeal(JSON.stringify(FEISHU_CHALLENGE)),
    };
    let codes: string[];
    try {
      Object.assign(Object.prototype, polluted);
      codes = attempts.map(({ attempt }) => codeOf(attempt));
    } finally {
      for (const name of Object.keys(polluted)) delete (Object.prototype as Record<string, unknown>)[name];
    }
    expect(codes).toEqual(attempts.map(({ code }) => code));
    expect(codes).toEqual([
      'ERR_SIGNATURE',
      'ERR_REQUEST',
      'ERR_SIGNATURE',
      'ERR_TOKEN',
      'ERR_SIGNATURE',
      'ERR_SIGNATURE',
      'ERR_REQUEST',
      'ERR_REQUEST',
    ]);
  });

  it('Array.prototype.sort patched: nothing of a signature is left to it', () => {
    expect(run('Array.prototype.sort = function () { return this; };')).toEqual(expected);
  });

  it('globals deleted and put back in this realm change nothing that is decoded', () => {
    const names = ['TextEncoder', 'TextDecoder', 'Buffer', 'crypto', 'atob', 'btoa', 'URLSearchParams', 'Headers'];
    const before = PLATFORMS.map(({ create, push }) => create().decode(push()));
    const requests = PLATFORMS.map(({ push }) => push());
    for (const name of names) vi.stubGlobal(name, undefined);
    const without = PLATFORMS.map(({ create }, index) => create().decode(requests[index] as CallbackRequest));
    vi.unstubAllGlobals();
    expect(without).toEqual(before);
  });
});

describe('32. several keys, and secrets in errors', () => {
  it.each<[name: string, ownerKey: readonly string[]]>([
    ['duplicates', ['other', DINGTALK.ownerKey, DINGTALK.ownerKey]],
    ['100 entries', [...Array.from({ length: 99 }, (_, index) => `owner-${index}`), DINGTALK.ownerKey]],
    ['one', [DINGTALK.ownerKey]],
  ])('a list of owners with %s tells which one it was', (_, ownerKey) => {
    const codec = createDingTalkCodec({ ...DINGTALK, ownerKey });
    expect(codec.decode(dingTalkPush(DINGTALK_EVENT)).ownerKey).toBe(DINGTALK.ownerKey);
    expect(codec.decrypt(codec.encrypt('x')).ownerKey).toBe(ownerKey[0]);
    expect(codeOf(() => codec.decrypt(dingTalkSeal('x', { owner: 'nobody' })))).toBe('ERR_OWNER');
  });

  it('an empty list is ERR_CONFIG', () => {
    expect(codeOf(() => createDingTalkCodec({ ...DINGTALK, ownerKey: [] }))).toBe('ERR_CONFIG');
  });

  const SECRET = {
    encryptKey: 'S1-encrypt-key',
    verificationToken: 'S2-verification-token',
    token: 'S3-signing-token',
    encodingAesKey: `S4${'k'.repeat(41)}`,
    ownerKey: 'S5-owner-key',
  };
  const PAYLOAD = 'P1-plaintext';
  const feishu = createFeishuCodec({ ...SECRET, toleranceSeconds: 60, now });
  const plain = createFeishuCodec({ verificationToken: SECRET.verificationToken });
  const dingTalk = createDingTalkCodec({ ...SECRET, toleranceSeconds: 60, now });
  const chat = createTencentChatCodec({ ...SECRET, sdkAppId: 77777777, now });
  const others = createDingTalkCodec({ ...SECRET, ownerKey: 'S6-other-owner' });
  const push = feishu.encode({ schema: '2.0', header: { event_type: 'e', token: PAYLOAD }, event: PAYLOAD });
  const ofAnother = createDingTalkCodec({ ...SECRET, ownerKey: 'D1-received-owner', now });
  const sent = dingTalk.encode({ EventType: 5, text: PAYLOAD });
  const EVENT = { EventType: PAYLOAD };
  const forAnother = ofAnother.decode(ofAnother.encode(EVENT));
  const replied = dingTalk.reply(dingTalk.decode(dingTalk.encode(EVENT)), PAYLOAD).body;
  const chatSent = chat.encode({ CallbackCommand: 'c', text: PAYLOAD });
  const header = (name: string, value: string) => ({ ...push, headers: { ...push.headers, [name]: value } });
  const failures: [name: string, attempt: () => unknown][] = [
    ['Feishu token', () => feishu.decode(push)],
    ['Feishu signature', () => feishu.decode(header('X-Lark-Signature', PAYLOAD))],
    ['Feishu header twice', () => feishu.decode(header('X-Lark-Request-Nonce', `${PAYLOAD}, S7`))],
    ['Feishu header as a list', () => feishu.decode(header('X-Lark-Signature', [{ PAYLOAD }] as never))],
    ['Feishu header missing', () => feishu.decode(header('X-Lark-Request-Nonce', ''))],
    ['Feishu signature of 40 digits', () => feishu.decode(header('X-Lark-Signature', PAYLOAD.padEnd(40, '0')))],
    ['Feishu body in base64', () => feishu.decode({ ...push, body: Buffer.from(bodyOf(push)).toString('base64') })],
    ['Feishu unsigned, long', () => feishu.decode({ body: `{"${PAYLOAD}":"${'x'.repeat(1200)}"}` })],
    ['Feishu old card', () => plain.decode({ body: `{"open_message_id":"${PAYLOAD}"}` })],
    ['Feishu key of a file', () => createFeishuCodec({ encryptKey: `${SECRET.encryptKey}\n` })],
    ['Feishu stream', () => feishu.decode({ body: { pipe: () => PAYLOAD, [PAYLOAD]: 1 } as never })],
    ['Feishu window', () => feishu.decode(feishu.encode({ text: PAYLOAD }, { timestamp: '1600000000' }))],
    ['Feishu event', () => feishu.decode(feishu.encode({ text: PAYLOAD }))],
    ['Feishu JSON inside', () => feishu.decode(feishu.encode(PAYLOAD))],
    ['Feishu unsigned', () => feishu.decode({ body: push.body })],
    ['Feishu plain body', () => feishu.decode({ body: JSON.stringify({ text: PAYLOAD }) })],
    ['Feishu ciphertext', () => feishu.decrypt(`${feishu.encrypt(PAYLOAD)}=`)],
    ['Feishu JSON', () => plain.decode({ body: `{"${PAYLOAD}"` })],
    ['Feishu plain token', () => plain.decode({ body: `{"type":"url_verification","challenge":"${PAYLOAD}"}` })],
    ['Feishu key as a list', () => createFeishuCodec({ encryptKey: [SECRET.encryptKey] as never })],
    ['Feishu key, half a character', () => createFeishuCodec({ encryptKey: `${SECRET.encryptKey}\ud800` })],
    ['Feishu body parsed', () => feishu.decode({ body: { text: PAYLOAD } as never })],
    ['Feishu text', () => feishu.encrypt(`${PAYLOAD}\ud800`)],
    ['DingTalk event', () => dingTalk.decode(sent)],
    ['DingTalk signature', () => dingTalk.decode({ ...sent, query: { ...sent.query, signature: PAYLOAD } })],
    ['DingTalk no signature', () => dingTalk.decode({ body: sent.body })],
    ['DingTalk signature alone', () => dingTalk.decode({ query: { signature: PAYLOAD }, body: sent.body })],
    ['DingTalk number', () => dingTalk.decode({ ...sent, query: { ...sent.query, nonce: { PAYLOAD } } })],
    ['DingTalk nonce of digits', () => dingTalk.decode(dingTalk.encode(PAYLOAD, { nonce: '1234567890' }))],
    ['DingTalk owner, verified', () => dingTalk.decode(ofAnother.encode({ EventType: PAYLOAD }))],
    ['DingTalk key of a file', () => createDingTalkCodec({ ...SECRET, encodingAesKey: `${SECRET.encodingAesKey}\n` })],
    ['DingTalk owner of a file', () => createDingTalkCodec({ ...SECRET, ownerKey: [`${SECRET.ownerKey}\t`] })],
    ['DingTalk window', () => dingTalk.decode(dingTalk.encode({ EventType: PAYLOAD }, { timestamp: '16' }))],
    ['DingTalk JSON inside', () => dingTalk.decode(dingTalk.encode(PAYLOAD))],
    ['DingTalk owner', () => others.decrypt(dingTalk.encrypt(PAYLOAD))],
    ['DingTalk ciphertext', () => dingTalk.decrypt(`${dingTalk.encrypt(PAYLOAD)}=`)],
    ['DingTalk key', () => createDingTalkCodec({ ...SECRET, encodingAesKey: `${SECRET.encodingAesKey}=` })],
    ['DingTalk owner not configured', () => dingTalk.encode(PAYLOAD, { ownerKey: 'S6-other-owner' })],
    ['DingTalk message of another owner', () => dingTalk.reply(others.decode(others.encode(EVENT)), PAYLOAD)],
    ['DingTalk reply, its signature', () => dingTalk.decodeReply({ body: replied.replace('msg_', 'no_') })],
    ['DingTalk reply, its owner', () => dingTalk.decodeReply(ofAnother.reply(forAnother, PAYLOAD))],
    ['DingTalk reply, its JSON', () => dingTalk.decodeReply({ body: `${replied}}` })],
    ['DingTalk reply, parsed', () => dingTalk.decodeReply({ body: JSON.parse(replied) })],
    ['DingTalk token as an object', () => createDingTalkCodec({ ...SECRET, token: { ...SECRET } as never })],
    ['Tencent Chat signature', () => chat.decode({ ...chatSent, query: { ...chatSent.query, Sign: PAYLOAD } })],
    ['Tencent Chat app', () => chat.decode({ ...chatSent, query: { ...chatSent.query, SdkAppid: 'S8' } })],
    ['Tencent Chat app missing', () => chat.decode({ ...chatSent, query: { ...chatSent.query, SdkAppid: '' } })],
    ['Tencent Chat malformed', () => chat.decode({ url: `/?Sign=${PAYLOAD}%`, body: chatSent.body })],
    ['Tencent Chat token of a file', () => createTencentChatCodec({ token: `${SECRET.token}\r\n` })],
    ['Tencent Chat window', () => chat.decode(chat.encode({ CallbackCommand: PAYLOAD }, { requestTime: '16' }))],
    ['Tencent Chat JSON', () => chat.decode({ ...chatSent, body: PAYLOAD })],
    ['Tencent Chat command', () => chat.decode({ ...chatSent, body: `{"CallbackCommand":"${PAYLOAD}"}` })],
    ['Tencent Chat body', () => chat.decode({ ...chatSent, body: ` ${PAYLOAD}`.repeat(100_000) })],
  ];

  it.each(failures)('%s: no secret, signature, header or payload is in the error', (_, attempt) => {
    const error = errorOf(attempt);
    expect(codeOf(attempt)).toMatch(/^(ERR_[A-Z_]+|TypeError)$/);
    expect(error).not.toHaveProperty('cause');
    // The first line of the stack is the message; what follows are names and places in the code.
    const stack = error.stack?.split('\n    at ')[0];
    const shown = [error.message, String(error), stack, JSON.stringify(error), inspect({ ...error })].join('\n');
    const signed = [
      ...Object.values(push.headers).slice(1),
      ...Object.values(sent.query),
      chatSent.query.Sign as string,
      JSON.parse(replied).msg_signature,
    ];
    for (const secret of [/\bS\d/, PAYLOAD, ...signed]) expect(shown).not.toMatch(secret);
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(PAYLOAD);
  });

  it('the owner of a verified message is in receivedOwner, and in no text', () => {
    const error = errorOf(() => dingTalk.decode(ofAnother.encode({ EventType: PAYLOAD })));
    expect(error).toHaveProperty('receivedOwner', 'D1-received-owner');
    expect(`${error} ${error.stack?.split('\n    at ')[0]}`).not.toContain('D1-received-owner');
  });

  it('a codec shows no secret either', () => {
    for (const codec of [feishu, plain, dingTalk, chat]) {
      expect(inspect(codec, { showHidden: true, depth: 9 }) + JSON.stringify(codec)).not.toMatch(/\bS\d/);
    }
  });
});

describe('33. randomness', () => {
  const calls = (random?: RandomSource): [name: string, call: () => unknown][] => {
    const options = random === undefined ? {} : { random };
    const feishu = createFeishuCodec({ ...FEISHU, ...options });
    const dingTalk = createDingTalkCodec({ ...DINGTALK, ...options });
    return [
      ['encryptFeishuEvent', () => encryptFeishuEvent('x', 'k', options)],
      ['encryptDingTalkMessage', () => encryptDingTalkMessage('x', DINGTALK, options)],
      ['encryptEnvelope', () => encryptEnvelope(new Uint8Array(32), new Uint8Array(), options)],
      ['FeishuCodec.encrypt', () => feishu.encrypt('x')],
      ['FeishuCodec.encode', () => feishu.encode({})],
      ['FeishuCodec.encode, nonce alone', () => feishu.encode({}, { iv: IV })],
      ['DingTalkCodec.encrypt', () => dingTalk.encrypt('x')],
      ['DingTalkCodec.reply', () => dingTalk.reply(asked)],
      ['DingTalkCodec.encode', () => dingTalk.encode({})],
      ['DingTalkCodec.encode, nonce alone', () => dingTalk.encode({}, { prefix: IV })],
      ['DingTalkCodec.encode, prefix alone', () => dingTalk.encode({}, { nonce: 'n' })],
    ];
  };

  it.each<[name: string, crypto: unknown]>([
    ['no crypto', undefined],
    ['a crypto of null', null],
    ['a crypto without getRandomValues', {}],
    ['a getRandomValues that is no function', { getRandomValues: true }],
  ])('%s: ERR_RANDOM, and never Math.random', (_, crypto) => {
    vi.stubGlobal('crypto', crypto);
    const random = vi.spyOn(Math, 'random');
    const codes = calls().map(([name, call]) => [name, codeOf(call)]);
    expect(codes).toEqual(calls().map(([name]) => [name, 'ERR_RANDOM']));
    expect(random).not.toHaveBeenCalled();
  });

  it('no crypto, but a source of the caller, or nothing random needed', () => {
    vi.stubGlobal('crypto', undefined);
    const random = (length: number) => Uint8Array.from({ length }, (_, index) => index);
    for (const [, call] of calls(random)) expect(call).not.toThrow();
    expect(feishu.encrypt('x', { iv: IV })).toBe(feishuSeal('x'));
    expect(dingTalk.encrypt('x', { prefix: IV })).toBe(dingTalkSeal('x'));
    expect(jsonOf(dingTalk.reply(asked, 'x', { prefix: IV })).encrypt).toBe(dingTalkSeal('x'));
    expect(jsonOf(dingTalk.encode('x', { prefix: IV, nonce: 'n' })).encrypt).toBe(dingTalkSeal('x'));
    expect(tencent.verify(tencent.encode(TENCENT_EVENT))).toBe(true);
  });

  it.each<[name: string, random: unknown]>([
    ['too few bytes', (length: number) => new Uint8Array(length - 1)],
    ['too many bytes', (length: number) => new Uint8Array(length + 1)],
    ['no bytes', () => new Uint8Array()],
    ['nothing', () => undefined],
    ['an array', (length: number) => Array(length).fill(0)],
    ['a string', (length: number) => 'x'.repeat(length)],
    ['a Promise', async (length: number) => new Uint8Array(length)],
  ])('a source that gives %s: ERR_RANDOM', (_, random) => {
    const codes = calls(random as RandomSource).map(([name, call]) => [name, codeOf(call)]);
    expect(codes).toEqual(calls().map(([name]) => [name, 'ERR_RANDOM']));
  });

  it('a source whose bytes are never usable is given up', () => {
    const random = (length: number) => new Uint8Array(length).fill(0xff);
    expect(codeOf(() => encryptDingTalkMessage('x', DINGTALK, { random }))).toBe('ERR_RANDOM');
  });
});

describe('35. secrets and ids that are not set, or come out of a file', () => {
  const { encryptKey, verificationToken } = FEISHU;
  const { token, encodingAesKey, ownerKey } = DINGTALK;
  const signed = { timestamp: '1', nonce: 'n', body: '' };
  const dingSigned = { timestamp: '1', nonce: 'n', encrypt: 'AAAA' };
  const keyOf = { encodingAesKey, ownerKey };
  /** Everything that takes a secret or an id: a right one, and the call with another in its place. */
  const takers: readonly [name: string, right: string, call: (secret: never) => unknown][] = [
    ['createFeishuCodec encryptKey', encryptKey, (key) => createFeishuCodec({ encryptKey: key, verificationToken })],
    [
      'createFeishuCodec verificationToken',
      verificationToken,
      (value) => createFeishuCodec({ encryptKey, verificationToken: value }),
    ],
    ['feishuSignature encryptKey', encryptKey, (key) => feishuSignature(signed, key)],
    ['encryptFeishuEvent encryptKey', encryptKey, (key) => encryptFeishuEvent('x', key)],
    ['decryptFeishuEvent encryptKey', encryptKey, (key) => decryptFeishuEvent(feishuSeal('x'), key)],
    ['createDingTalkCodec token', token, (value) => createDingTalkCodec({ ...DINGTALK, token: value })],
    [
      'createDingTalkCodec encodingAesKey',
      encodingAesKey,
      (key) => createDingTalkCodec({ ...DINGTALK, encodingAesKey: key }),
    ],
    ['createDingTalkCodec ownerKey', ownerKey, (owner) => createDingTalkCodec({ ...DINGTALK, ownerKey: owner })],
    [
      'createDingTalkCodec ownerKey',
      ownerKey,
      (owner) => createDingTalkCodec({ ...DINGTALK, ownerKey: ['first', owner] }),
    ],
    ['dingTalkSignature token', token, (value) => dingTalkSignature({ ...dingSigned, token: value })],
    [
      'encryptDingTalkMessage encodingAesKey',
      encodingAesKey,
      (key) => encryptDingTalkMessage('x', { ...keyOf, encodingAesKey: key }),
    ],
    [
      'encryptDingTalkMessage ownerKey',
      ownerKey,
      (owner) => encryptDingTalkMessage('x', { ...keyOf, ownerKey: owner }),
    ],
    [
      'decryptDingTalkMessage encodingAesKey',
      encodingAesKey,
      (key) => decryptDingTalkMessage(dingTalkSeal('x'), { ...keyOf, encodingAesKey: key }),
    ],
    [
      'decryptDingTalkMessage ownerKey',
      ownerKey,
      (owner) => decryptDingTalkMessage(dingTalkSeal('x'), { ...keyOf, ownerKey: owner }),
    ],
    [
      'decryptDingTalkMessage ownerKey',
      ownerKey,
      (owner) => decryptDingTalkMessage(dingTalkSeal('x'), { ...keyOf, ownerKey: [ownerKey, owner] }),
    ],
    ['createTencentChatCodec token', TENCENT.token, (value) => createTencentChatCodec({ token: value })],
    ['createTencentChatCodec sdkAppId', '888888', (id) => createTencentChatCodec({ ...TENCENT, sdkAppId: id })],
    ['tencentChatSignature token', TENCENT.token, (value) => tencentChatSignature({ token: value, requestTime: '1' })],
  ];

  const outcomeOf = (call: () => unknown) => {
    try {
      call();
      return 'taken';
    } catch (error) {
      return (error as CallbackError).code;
    }
  };

  it.each(takers)(
    '%s: undefined, null, empty and with a line break or tab at an end are ERR_CONFIG',
    (name, right, call) => {
      expect(() => call(right as never)).not.toThrow();
      const option = name.split(' ')[1] as string;
      const platformCode = option === 'encodingAesKey' ? 900004 : undefined;
      const broken = ['\n', '\r', '\r\n', '\t'].flatMap((space) => [right + space, space + right]);
      for (const value of [undefined, null, '', ...broken]) {
        const refusal = refusalOf(() => call(value as never));
        expect([value, refusal]).toMatchObject([value, { code: 'ERR_CONFIG', platformCode }]);
        expect(refusal.message).toMatch(new RegExp(`^${option} `));
        expect(refusal.message).not.toContain(right);
      }
      for (const value of [undefined, null]) {
        const words =
          option === 'encodingAesKey'
            ? 'got none: is the variable that it comes from set?'
            : `${value}: the variable that it comes from is not set`;
        expect(refusalOf(() => call(value as never)).message).toContain(words);
      }
    },
  );

  it.each(takers.filter(([name]) => !/encodingAesKey|sdkAppId/.test(name)))(
    '%s: what is inside, spaces and quotes are part of it',
    (name, right, call) => {
      // What decrypts then finds that it is another secret.
      const expected = name.startsWith('decrypt') ? /^(taken|ERR_DECRYPT|ERR_OWNER)$/ : /^taken$/;
      for (const value of [`${right}\n${right}`, `a\t${right}`, ` ${right} `, `"${right}"`]) {
        expect(outcomeOf(() => call(value as never))).toMatch(expected);
      }
    },
  );

  it('an option that is left out is no option that is undefined', () => {
    expect(codeOf(() => createFeishuCodec({}))).toBe('ERR_CONFIG');
    expect(
      createFeishuCodec({ encryptKey }).decode(feishuPush({ ...FEISHU_EVENT, header: { event_type: 'e' } })).kind,
    ).toBe('event');
    expect(createFeishuCodec({ verificationToken }).decode({ body: JSON.stringify(FEISHU_EVENT) }).kind).toBe('event');
    expect(createTencentChatCodec({ ...TENCENT, now }).verify({ query: tencentQuery(), body: '{}' })).toBe(true);
  });
});
