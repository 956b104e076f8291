// Known answers: the platforms' published samples, NIST's set, and every kind of wrong padding.
import nist from '../vectors/nist-cavp-aes256-cbc.json' with { type: 'json' };
import platforms from '../vectors/platforms.json' with { type: 'json' };
import siblings from '../vectors/siblings.json' with { type: 'json' };
import paddings from '../vectors/wrong-padding.json' with { type: 'json' };
import { enginesOf } from './engines.ts';
import {
  base64,
  type Context,
  concat,
  counting,
  DINGTALK,
  fromBase64,
  fromHex,
  hex,
  jsonReply,
  type Lib,
  padding,
  refusal,
  reply,
  sample,
  utf8,
} from './tools.ts';

type Fields = { readonly [name: string]: string };

/** One function for each `op` of platforms.json and siblings.json. */
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
      const message = { kind: 'verification', type: event.EventType, ownerKey, timestamp, nonce, event };
      equal(`${id}, decoded`, () => codec.decode(request), { platform: 'dingtalk', ...message, text: plaintext });
    } else {
      refuses(`${id}, decoded: it is a reply, not an event`, () => codec.decode(request), 'ERR_REQUEST');
    }
  },

  'dingtalk.encrypt'({ lib, equal }, id, input, { encrypt = '', signature = '' }) {
    const { token = '', encodingAesKey = '', ownerKey = '', timestamp = '', nonce = '', plaintext = '' } = input;
    const prefix = utf8(input.random as string);
    const secrets = { encodingAesKey, ownerKey };
    const codec = lib.createDingTalkCodec({ token, ...secrets, random: counting() });
    const message = codec.decode(codec.encode({ EventType: 't' }));
    const body = { msg_signature: signature, timeStamp: timestamp, nonce, encrypt };
    equal(`${id}, encrypted`, () => lib.encryptDingTalkMessage(plaintext, secrets, { prefix }), encrypt);
    equal(`${id}, encrypted by the codec`, () => codec.encrypt(plaintext, { prefix }), encrypt);
    const sent = () => codec.reply(message, plaintext, { timestamp, nonce, prefix });
    equal(`${id}, as a reply`, sent, jsonReply(body));
    equal(`${id}, the reply read`, () => codec.decodeReply(sent()), plaintext);
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

  'wecom.decrypt'({ lib, equal }, id, input, expected) {
    const { token = '', encodingAesKey = '', ownerKey = '', timestamp = '', nonce = '', encrypt = '' } = input;
    const { plaintext = '', randomHex = '' } = expected;
    const prefix = fromHex(randomHex);
    const { weCom, weChat } = codecsOf(lib, token, encodingAesKey, ownerKey);
    const secrets = { encodingAesKey, receiveId: ownerKey };
    const body = signedXml(encrypt, input.signature as string, timestamp, nonce);
    equal(`${id}, signature`, () => lib.weComSignature({ token, timestamp, nonce, encrypt }), input.signature);
    equal(
      `${id}, signature of WeChat`,
      () => lib.weChatSignature({ token, timestamp, nonce, encrypt }),
      input.signature,
    );
    equal(`${id}, decrypted`, () => lib.decryptWeComMessage(encrypt, secrets), plaintext);
    equal(`${id}, encrypted again`, () => lib.encryptWeComMessage(plaintext, secrets, { prefix }), encrypt);
    equal(`${id}, decrypted by the codec`, () => weCom.decrypt(encrypt), { text: plaintext, receiveId: ownerKey });
    equal(`${id}, decrypted by WeChat's codec`, () => weChat.decrypt(encrypt), { text: plaintext, appId: ownerKey });
    equal(`${id}, read as a reply`, () => weCom.decodeReply({ body }), plaintext);
    equal(`${id}, read as a reply by WeChat's codec`, () => weChat.decodeReply({ body: utf8(body) }), plaintext);
  },

  'wecom.encrypt'({ lib, equal }, id, input, expected) {
    const { token = 't', encodingAesKey = '', ownerKey = '', timestamp = '1', nonce = '', plaintext = '' } = input;
    const { encrypt = '', signature, officialBody } = expected;
    const prefix = input.random === undefined ? fromHex(input.randomHex as string) : utf8(input.random);
    const { weCom, weChat } = codecsOf(lib, token, encodingAesKey, ownerKey || 'no app has an empty id');
    const ownWeCom = lib.createWeComCodec({ token, encodingAesKey, receiveId: ownerKey, random: counting() });
    const secrets = { encodingAesKey, receiveId: ownerKey };
    equal(`${id}, encrypted`, () => lib.encryptWeComMessage(plaintext, secrets, { prefix }), encrypt);
    equal(`${id}, encrypted by the codec`, () => ownWeCom.encrypt(plaintext, { prefix }), encrypt);
    if (ownerKey !== '') {
      equal(`${id}, encrypted by WeChat's codec`, () => weChat.encrypt(plaintext, { prefix }), encrypt);
      equal(`${id}, decrypted by the other`, () => weCom.decrypt(encrypt).text, plaintext);
    }
    if (signature === undefined) return;
    equal(`${id}, signature`, () => lib.weComSignature({ token, timestamp, nonce, encrypt }), signature);
    const codec = id.includes('wechat') ? weChat : ownWeCom;
    const format = input.format === 'json' ? 'json' : 'xml';
    const message = codec.decode(codec.encode({ MsgType: 'text' }, { format }));
    const answer = () => codec.reply(message as never, plaintext, { timestamp, nonce, prefix });
    equal(
      `${id}, as a reply`,
      answer,
      expectedReply(codec === weChat, format, { encrypt, signature, timestamp, nonce }),
    );
    equal(`${id}, the reply read`, () => codec.decodeReply(answer()), plaintext);
    if (officialBody === undefined) return;
    equal(`${id}, the official reply read`, () => codec.decodeReply({ body: officialBody }), plaintext);
    equal(`${id}, as officially, white space aside`, () => compact(answer().body), compact(officialBody));
  },

  'wecom.flow'(context, id, input, expected) {
    const { token, encodingAesKey, ownerKey: receiveId } = input.config as unknown as Fields;
    const secrets = { token, encodingAesKey, receiveId } as never;
    flow(context, id, input, expected, (now) =>
      context.lib.createWeComCodec({ ...Object(secrets), now, toleranceSeconds: 300 }),
    );
  },

  'wechat.flow'(context, id, input, expected) {
    const { token, encodingAesKey, ownerKey: appId } = input.config as unknown as Fields;
    const secrets = encodingAesKey === undefined ? { token } : { token, encodingAesKey, appId };
    flow(context, id, input, expected, (now) =>
      context.lib.createWeChatCodec({ ...Object(secrets), now, toleranceSeconds: 300 }),
    );
  },

  'wechat.urlSignature'({ lib, equal }, id, { token = '', timestamp = '', nonce = '' }, { signature }) {
    equal(`${id}, signature`, () => lib.weChatSignature({ token, timestamp, nonce }), signature);
  },

  'dingtalk.robotSign'({ lib, equal }, id, { secret = '', timestamp = '' }, { sign, signUrlEncoded }) {
    equal(`${id}, signature`, () => lib.dingTalkRobotSignature({ secret, timestamp }), sign);
    equal(
      `${id}, in a URL`,
      () => encodeURIComponent(lib.dingTalkRobotSignature({ secret, timestamp })),
      signUrlEncoded,
    );
    const codec = lib.createDingTalkRobotCodec({ appSecret: secret, now: () => Number(timestamp) });
    equal(`${id}, verified`, () => codec.verify({ headers: { timestamp, sign }, body: '{}' }), true);
    equal(`${id}, encoded`, () => codec.encode({}).headers.sign, sign);
  },

  'dingtalk.ddpaasSign'({ lib, equal }, id, { apiSecret = '', timestamp = '' }, { signature }) {
    equal(`${id}, signature`, () => lib.dingTalkCardSignature({ apiSecret, timestamp }), signature);
    const codec = lib.createDingTalkCardCodec({ apiSecret, now: () => Number(timestamp) });
    const headers = { 'x-ddpaas-signature-timestamp': timestamp, 'x-ddpaas-signature': signature };
    equal(`${id}, verified`, () => codec.verify({ headers, body: '{}' }), true);
    equal(`${id}, encoded`, () => codec.encode({}).headers['x-ddpaas-signature'], signature);
  },

  'feishu.botSign'({ lib, equal }, id, { secret = '', timestamp = '' }, { sign }) {
    equal(`${id}, signature`, () => lib.feishuBotSignature({ secret, timestamp }), sign);
  },

  'feishu.cardSignatureV1'({ lib, equal }, id, input, { signature }) {
    const { timestamp = '', nonce = '', verificationToken = '', body = '' } = input;
    const codec = lib.createFeishuCardCodec({ verificationToken });
    const headers = {
      'X-Lark-Request-Timestamp': timestamp,
      'X-Lark-Request-Nonce': nonce,
      'X-Lark-Signature': signature,
    };
    equal(`${id}, signature`, () => lib.feishuCardSignature({ timestamp, nonce, body }, verificationToken), signature);
    equal(
      `${id}, of bytes`,
      () => lib.feishuCardSignature({ timestamp, nonce, body: utf8(body) }, verificationToken),
      signature,
    );
    equal(`${id}, decoded`, () => codec.decode({ headers, body }), {
      ...{ platform: 'feishu-card', kind: 'event', type: 'card.action.trigger_v1' },
      ...{ event: JSON.parse(body), text: body },
    });
  },

  'trtc.sign'({ lib, equal }, id, { key = '', body = '' }, { sign }) {
    equal(`${id}, signature`, () => lib.trtcSignature(body, key), sign);
    equal(`${id}, of bytes`, () => lib.trtcSignature(utf8(body), key), sign);
    const codec = lib.createTrtcCodec({ key });
    const event = JSON.parse(body) as { readonly EventType: number };
    equal(`${id}, decoded`, () => codec.decode({ headers: { Sign: sign }, body }), {
      ...{ platform: 'trtc', kind: 'event', type: String(event.EventType), sdkAppId: undefined },
      ...{ event, text: body },
    });
    equal(`${id}, encoded`, () => codec.encode(body).headers.Sign, sign);
  },
};

/** Both codecs of one set of secrets. */
function codecsOf(lib: Lib, token: string, encodingAesKey: string, ownerKey: string) {
  const secrets = { token, encodingAesKey, random: counting() };
  return {
    weCom: lib.createWeComCodec({ ...secrets, receiveId: ownerKey }),
    weChat: lib.createWeChatCodec({ ...secrets, appId: ownerKey }),
  };
}

/** What a reply of WeCom or WeChat is in XML. */
function signedXml(encrypt: string, signature: string, timestamp: string, nonce: string): string {
  return [
    `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature>`,
    `<TimeStamp>${timestamp}</TimeStamp><Nonce><![CDATA[${nonce}]]></Nonce></xml>`,
  ].join('');
}

type Signed = { readonly [name in 'encrypt' | 'signature' | 'timestamp' | 'nonce']: string };

function expectedReply(isWeChat: boolean, format: 'xml' | 'json', signed: Signed): object {
  const { encrypt, signature, timestamp, nonce } = signed;
  if (format === 'xml') return reply('text/xml', signedXml(encrypt, signature, timestamp, nonce));
  if (isWeChat)
    return jsonReply({ Encrypt: encrypt, MsgSignature: signature, TimeStamp: Number(timestamp), Nonce: nonce });
  return jsonReply({ encrypt, msgsignature: signature, timestamp: Number(timestamp), nonce });
}

/** A document without the white space between its parts; the official code writes a time as text where ours is a number. */
function compact(text: string): string {
  return text
    .replace(/>\s+</g, '><')
    .replace(/\s+(?=["}])|\s+$/g, '')
    .replace(/: /g, ':')
    .replace(/("timestamp":)"(\d+)"/, '$1$2');
}

type FlowCodec = Pick<ReturnType<typeof codecsOf>['weCom'], 'verify'> & {
  decode(request: object): { readonly kind: string; readonly text: string };
  reply(message: never): object;
};

/** A request of WeCom or WeChat from the network to the answer, at the time it was sent. */
function flow(
  { equal, refuses }: Context,
  id: string,
  input: Fields,
  { kind, code, ownerKey, ...fields }: Fields,
  create: (now: () => number) => FlowCodec,
): void {
  const { url, query, body } = input as unknown as { url: string; query: Fields; body?: string };
  const codec = create(() => Number(query.timestamp) * 1000);
  const late = create(() => (Number(query.timestamp) + 301) * 1000);
  for (const [name, request] of [
    ['by query', { query, body }],
    ['by URL', { url, body }],
    ['as bytes', { query, body: body === undefined ? null : utf8(body) }],
  ] as const) {
    if (kind === 'reject') {
      refuses(`${id}, ${name}`, () => codec.decode(request), code as string);
      continue;
    }
    equal(`${id}, ${name}`, () => {
      const message = codec.decode(request) as unknown as Fields;
      const found: { [name: string]: unknown } = {};
      for (const field of Object.keys(fields)) found[field] = message[field];
      return [message.kind, message.receiveId ?? message.appId, found];
    }, [kind === 'verify' ? 'verification' : 'event', ownerKey, fields]);
    equal(`${id}, ${name}, verified`, () => codec.verify(request), true);
    refuses(`${id}, ${name}, later`, () => late.decode(request), 'ERR_TIMESTAMP');
    equal(`${id}, ${name}, verified later`, () => late.verify(request), false);
    if (kind !== 'verify') continue;
    const echoed = reply('text/plain', fields.text as string);
    equal(`${id}, ${name}, answered`, () => codec.reply(codec.decode(request) as never), echoed);
  }
}

export function platformVectors(context: Context): void {
  context.check('there are vectors', () => platforms.vectors.length >= 23 && siblings.vectors.length >= 25);
  for (const { id, op, input, expected } of [...platforms.vectors, ...siblings.vectors]) {
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
      [`envelope, ${name}`, () => lib.decryptEnvelope(key, base64(fromHex(paddings.iv + ciphertext)))],
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
    noting(() => lib.decryptEnvelope(key, '')),
    'ERR_DECRYPT',
  );
  refuses(
    'an envelope of an IV alone',
    noting(() => lib.decryptEnvelope(key, base64(iv))),
    'ERR_DECRYPT',
  );
  refuses(
    'an envelope that is no base64',
    noting(() => lib.decryptEnvelope(key, '****')),
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
