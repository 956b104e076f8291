import { describe, expect, it } from 'vitest';
import { nobleAesCbc } from '../src/internal/aes/noble.ts';
import { parseXml } from '../src/internal/xml.ts';
import {
  type AesCbcEngine,
  type CallbackRequest,
  createWeChatCodec,
  type WeChatCodec,
  type WeChatCodecOptions,
  type WeChatEvent,
  type WeChatMessage,
  weChatSignature,
} from '../src/wechat.ts';
import {
  bodyOf,
  codeOf,
  concat,
  DINGTALK,
  dingTalkSeal,
  errorOf,
  hash,
  IV,
  jsonOf,
  NOW,
  padding,
  polluted,
  refusalOf,
  utf8,
} from './helpers.ts';
import platforms from './vectors/platforms.json' with { type: 'json' };
import siblings from './vectors/siblings.json' with { type: 'json' };

/** A key that the helpers, which are DingTalk's, can encrypt under. */
const { token, encodingAesKey } = DINGTALK;
const appId = 'wxba5fad812f8e6fb9';
const now = () => NOW;
const SAFE = { token, encodingAesKey, appId };
const safe = createWeChatCodec({ ...SAFE, now });
const plain = createWeChatCodec({ token, now });

const OTHER_KEY = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
/** A codec of the other key, to encrypt under. */
const other = createWeChatCodec({ ...SAFE, encodingAesKey: OTHER_KEY, now });

const TEXT = {
  ToUserName: 'gh_97417a04a28d',
  FromUserName: 'o9Ag',
  CreateTime: '1700000000',
  MsgType: 'text',
  Content: '你好',
  MsgId: '7',
};
const XML =
  '<xml><ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName><FromUserName><![CDATA[o9Ag]]></FromUserName>' +
  '<CreateTime><![CDATA[1700000000]]></CreateTime><MsgType><![CDATA[text]]></MsgType>' +
  '<Content><![CDATA[你好]]></Content><MsgId><![CDATA[7]]></MsgId></xml>';
const JSON_TEXT = JSON.stringify({ ToUserName: 'gh_1', MsgType: 'event', Event: 'debug_demo', CreateTime: 1714112445 });

const seal = (text: string, owner: string = appId) => dingTalkSeal(text, { owner });

const sha1 = (...parts: readonly string[]) => hash('sha1', ...[token, ...parts].sort());

/** The parameters of a request in plain mode. */
function signed(timestamp = '1700000000', nonce = '415670741') {
  return { signature: sha1(timestamp, nonce), timestamp, nonce };
}

/** The parameters of a request in safe mode. */
function safelySigned(encrypt: string, timestamp?: string) {
  const query = signed(timestamp);
  const msg_signature = sha1(query.timestamp, query.nonce, encrypt);
  return { ...query, openid: 'o9Ag', encrypt_type: 'aes', msg_signature };
}

const push = (encrypt: string, timestamp?: string) => ({
  query: safelySigned(encrypt, timestamp),
  body: `<xml><ToUserName><![CDATA[t]]></ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`,
});
const jsonPush = (encrypt: string) => ({
  query: safelySigned(encrypt),
  body: JSON.stringify({ ToUserName: 't', Encrypt: encrypt }),
});

function eventOf(message: WeChatMessage): WeChatEvent {
  return message.kind === 'event' ? message : expect.fail('it is a verification');
}

/** The ciphertext of a reply in XML. */
function encryptOf({ body }: { body: string }): string {
  return /<Encrypt><!\[CDATA\[(.*?)]]>/.exec(body)?.[1] ?? expect.fail(body);
}

it('a plain message need not say what it is', () => {
  expect(plain.decode(plain.encode('<xml><A>1</A></xml>'))).toMatchObject({
    kind: 'event',
    type: '',
    encrypted: false,
  });
});

describe('vectors', () => {
  const vectors = [...platforms.vectors, ...siblings.vectors]
    .filter(({ platform }) => platform === 'wechat')
    .map(({ id, op, input, expected }) => ({
      id,
      op,
      input: input as unknown as Record<string, string>,
      expected: expected as unknown as Record<string, string>,
    }));

  interface Flow {
    id: string;
    input: {
      config: { token: string; encodingAesKey?: string; ownerKey?: string };
      query: Record<string, string>;
      url: string;
      body?: string;
    };
    expected: Record<string, string | boolean | undefined>;
  }
  const flows = siblings.vectors.filter(({ op }) => op === 'wechat.flow').map((vector) => vector as unknown as Flow);

  const optionsOf = ({
    token = 'none',
    encodingAesKey,
    ownerKey,
  }: Partial<Flow['input']['config']>): WeChatCodecOptions => ({
    token,
    ...(encodingAesKey === undefined ? {} : { encodingAesKey, appId: ownerKey as string }),
    toleranceSeconds: Number.POSITIVE_INFINITY,
  });

  it.each(vectors.filter(({ op }) => op === 'wechat.urlSignature'))('signs $id', ({ input, expected }) => {
    expect(weChatSignature(input as Parameters<typeof weChatSignature>[0])).toBe(expected.signature);
  });

  it.each(vectors.filter(({ op }) => op === 'wecom.decrypt'))('decrypts $id', ({ input, expected }) => {
    const { encrypt = '', signature = '', token = '', timestamp = '', nonce = '' } = input;
    const { plaintext, randomHex = '' } = expected;
    expect(weChatSignature({ token, timestamp, nonce, encrypt })).toBe(signature);
    const codec = createWeChatCodec(optionsOf(input));
    expect(codec.decrypt(encrypt)).toEqual({ text: plaintext, appId: input.ownerKey });
    expect(codec.encrypt(plaintext as string, { prefix: Buffer.from(randomHex, 'hex') })).toBe(encrypt);
    const query = { msg_signature: signature, timestamp, nonce, encrypt_type: 'aes' };
    const body = `<xml><Encrypt>${encrypt}</Encrypt><MsgSignature>${signature}</MsgSignature><TimeStamp>${timestamp}</TimeStamp><Nonce>${nonce}</Nonce></xml>`;
    expect(codec.decode({ query, body })).toMatchObject({
      kind: 'event',
      text: plaintext,
      encrypted: true,
      keyIndex: 0,
    });
    expect(codec.decodeReply({ body })).toBe(plaintext);
  });

  it.each(vectors.filter(({ op }) => op === 'wecom.encrypt'))('encrypts $id', ({ input, expected }) => {
    const { plaintext = '', random, randomHex = '', timestamp, nonce } = input;
    const { encrypt, signature } = expected;
    const prefix = random === undefined ? Buffer.from(randomHex, 'hex') : utf8(random);
    const codec = createWeChatCodec(optionsOf(input));
    expect(codec.encrypt(plaintext, { prefix })).toBe(encrypt);
    if (signature === undefined) return;
    const format = input.format === 'json' ? 'json' : 'xml';
    const reply = codec.reply(codec.decode(codec.encode(TEXT, { format })), plaintext, { prefix, timestamp, nonce });
    const fields = format === 'json' ? jsonOf(reply) : (parseXml(reply.body) as object);
    expect(Object.values(fields).map(String)).toEqual([encrypt, signature, timestamp, nonce]);
    expect(codec.decodeReply(reply)).toBe(plaintext);
    if (expected.officialBody === undefined) return;
    expect(reply.body).toBe(JSON.stringify(JSON.parse(expected.officialBody)));
    expect(codec.decodeReply({ body: expected.officialBody })).toBe(plaintext);
  });

  it.each(flows)('passes the flow $id', ({ input: { config, query, url, body }, expected }) => {
    const codec = createWeChatCodec(optionsOf(config));
    for (const parameters of [{ query }, { url }]) {
      for (const received of body === undefined ? [undefined, null, ''] : [body, utf8(body)]) {
        const request = { ...parameters, body: received };
        if (expected.kind === 'reject') {
          expect(codeOf(() => codec.decode(request))).toBe(expected.code);
          continue;
        }
        const message = codec.decode(request);
        const { ownerKey, kind, text, format, encrypted } = expected;
        const { timestamp, nonce } = query;
        expect(codec.verify(request)).toBe(true);
        if (kind === 'verify') {
          expect(message).toMatchObject({ kind: 'verification', text, timestamp, nonce });
          expect(codec.reply(message).body).toBe(text);
        } else {
          expect(message).toMatchObject({ kind: 'event', text, format, encrypted, timestamp, nonce });
          expect(eventOf(message).appId).toBe(ownerKey);
        }
      }
    }
  });

  it('has all of them', () => {
    const count = (op: string) => vectors.filter((vector) => vector.op === op).length;
    expect([count('wechat.urlSignature'), count('wecom.decrypt'), count('wecom.encrypt'), flows.length]).toEqual([
      1, 4, 4, 7,
    ]);
  });
});

describe('weChatSignature', () => {
  const parts = { token: 'token', timestamp: '1700000000', nonce: 'nonce' };

  it('is the lower-case hex SHA-1 of the sorted parts, with encrypt or without', () => {
    expect(weChatSignature(parts)).toBe(hash('sha1', '1700000000noncetoken'));
    expect(weChatSignature({ ...parts, encrypt: undefined })).toBe(weChatSignature(parts));
    expect(weChatSignature({ ...parts, encrypt: 'AAAA' })).toBe(hash('sha1', '1700000000AAAAnoncetoken'));
    expect(weChatSignature({ token: 'a', timestamp: '10', nonce: '9', encrypt: 'B' })).toBe(hash('sha1', '109Ba'));
  });

  it('refuses a missing secret, and what is not text', () => {
    for (const missing of [undefined, null, '']) {
      expect(codeOf(() => weChatSignature({ ...parts, token: missing as string }))).toBe('ERR_CONFIG');
    }
    for (const wrong of [null, 5, 'hush\ud800']) {
      for (const name of ['timestamp', 'nonce', 'encrypt']) {
        expect(codeOf(() => weChatSignature({ ...parts, [name]: wrong }))).toBe('TypeError');
      }
    }
    expect(codeOf(() => weChatSignature(undefined as never))).toBe('TypeError');
  });
});

describe('createWeChatCodec', () => {
  it('wants a token, and an appId with a key', () => {
    for (const missing of [undefined, null, '', 'x\n']) {
      expect(codeOf(() => createWeChatCodec({ token: missing as string }))).toBe('ERR_CONFIG');
    }
    expect(errorOf(() => createWeChatCodec({ token, encodingAesKey }))).toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringMatching(/^appId is needed/),
    });
    expect(createWeChatCodec({ token, appId, now }).decode(signedEchostr('1')).text).toBe('1');
    expect(codeOf(() => createWeChatCodec(undefined as never))).toBe('TypeError');
  });

  it('does not open the door where a variable is not set', () => {
    for (const missing of [undefined, null, '', [], [undefined], [encodingAesKey, null], ['']]) {
      expect(codeOf(() => createWeChatCodec({ ...SAFE, encodingAesKey: missing as string }))).toBe('ERR_CONFIG');
    }
    for (const missing of [undefined, null, '', [], [undefined], [appId, ''], `${appId}\n`]) {
      expect(codeOf(() => createWeChatCodec({ ...SAFE, appId: missing as string }))).toBe('ERR_CONFIG');
      expect(codeOf(() => createWeChatCodec({ token, appId: missing as string }))).toBe('ERR_CONFIG');
    }
  });

  it('numbers a wrong key, wherever in the list', () => {
    for (const key of [undefined, '', `${encodingAesKey}=`, encodingAesKey.slice(1)]) {
      for (const keys of [key, [key], [encodingAesKey, key]]) {
        expect(refusalOf(() => createWeChatCodec({ ...SAFE, encodingAesKey: keys as string }))).toMatchObject({
          code: 'ERR_CONFIG',
          platformCode: -40004,
        });
      }
    }
    for (const wrong of [5, [5], {}]) {
      expect(codeOf(() => createWeChatCodec({ ...SAFE, encodingAesKey: wrong as string }))).toBe('TypeError');
    }
  });

  it('has a window of 300 seconds without a key, and none with one', () => {
    const at = (now: number, options: WeChatCodecOptions) => createWeChatCodec({ ...options, now: () => now });
    const event = { query: signed(), body: XML };
    const check = signedEchostr('1');
    for (const sign of [-1, 1]) {
      const inside = at(NOW + sign * 300_000, { token });
      const outside = at(NOW + sign * 300_001, { token });
      for (const request of [event, check]) {
        expect(inside.decode(request).text).toBe(request === event ? XML : '1');
        expect(refusalOf(() => outside.decode(request))).toMatchObject({
          code: 'ERR_TIMESTAMP',
          platformCode: undefined,
        });
        expect(outside.verify(request)).toBe(false);
      }
      const keyed = at(NOW + sign * 1e12, SAFE);
      expect(keyed.decode(push(seal(XML))).kind).toBe('event');
      expect(keyed.decode(check).kind).toBe('verification');
      expect(codeOf(() => at(NOW + sign * 61_000, { ...SAFE, toleranceSeconds: 60 }).decode(push(seal(XML))))).toBe(
        'ERR_TIMESTAMP',
      );
      expect(at(NOW + sign * 1e12, { token, toleranceSeconds: Number.POSITIVE_INFINITY }).decode(event).kind).toBe(
        'event',
      );
    }
  });

  it.each(['1700000000000', '170000000', ' 1700000000', '0x65a4a4a4', 'yesterday'])(
    'reads seconds alone: %j is no time',
    (timestamp) => {
      expect(codeOf(() => plain.decode({ query: signed(timestamp), body: XML }))).toBe('ERR_TIMESTAMP');
      expect(safe.decode(push(seal(XML), timestamp)).timestamp).toBe(timestamp);
      const strict = createWeChatCodec({ ...SAFE, now, toleranceSeconds: 300 });
      expect(codeOf(() => strict.decode(push(seal(XML), timestamp)))).toBe('ERR_TIMESTAMP');
    },
  );

  it('reads its options once, and has methods that need no this', () => {
    const ids = [appId];
    const keys = [encodingAesKey];
    const options = { ...SAFE, encodingAesKey: keys, appId: ids, maxBodyBytes: 2_000 };
    const { decode, verify, decrypt, encrypt, encode, reply, decodeReply, maxBodyBytes }: WeChatCodec =
      createWeChatCodec(options);
    ids[0] = 'other';
    keys[0] = OTHER_KEY;
    options.token = 'other';
    expect(maxBodyBytes).toBe(2_000);
    expect(verify(push(seal(XML)))).toBe(true);
    expect(decodeReply(reply(decode(push(seal(XML))), 'x'))).toBe('x');
    expect(decrypt(encrypt('x', { prefix: IV }))).toEqual(safe.decrypt(seal('x')));
    expect(verify(encode(TEXT))).toBe(true);
  });
});

/** A GET that checks the URL. */
function signedEchostr(echostr: string) {
  return { query: { ...signed(), echostr } };
}

describe('the URL check', () => {
  it('is a GET whose echostr is the reply, bare, with a key and without', () => {
    for (const codec of [plain, safe]) {
      for (const body of [undefined, null, '', new Uint8Array(0)]) {
        const request = { ...signedEchostr('4375120948345356249'), body };
        const message = codec.decode(request);
        expect(message).toEqual({
          platform: 'wechat',
          kind: 'verification',
          type: 'echostr',
          timestamp: '1700000000',
          nonce: '415670741',
          text: '4375120948345356249',
          event: undefined,
        });
        expect(codec.verify(request)).toBe(true);
        expect(codec.reply(message)).toEqual({
          status: 200,
          headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
          body: '4375120948345356249',
        });
        expect(errorOf(() => codec.reply(message, 'success')).message).toMatch(/^answer must be left out/);
      }
    }
  });

  it.each(['0', '-', 'aZ09-_', 'x'.repeat(128)])('takes the word %s', (word) => {
    expect(plain.reply(plain.decode(signedEchostr(word))).body).toBe(word);
  });

  it.each(['x'.repeat(129), '<script>', 'a b', 'a\n', '"1"', '{}', '1&2', 'é', '１', 'a+b', 'a='])(
    'refuses %j, which is not signed and no word',
    (echostr) => {
      expect(refusalOf(() => plain.decode(signedEchostr(echostr)))).toEqual({
        code: 'ERR_REQUEST',
        message: 'the echostr must be 1 to 128 of A-Z, a-z, 0-9, _ and -',
        platformCode: -40002,
      });
    },
  );

  it('does not answer ciphertext, whose signature does not count here', () => {
    const encrypt = seal(XML);
    for (const codec of [plain, safe]) {
      const query = { ...safelySigned(encrypt), echostr: encrypt };
      expect(codeOf(() => codec.decode({ query }))).toBe('ERR_REQUEST');
      const { signature: _, ...rest } = query;
      expect(refusalOf(() => codec.decode({ query: rest })).message).toBe('the URL carries no signature');
    }
  });

  it('has no body', () => {
    for (const body of [XML, ' ', Uint8Array.of(0xff)]) {
      expect(refusalOf(() => plain.decode({ ...signedEchostr('1'), body }))).toEqual({
        code: 'ERR_REQUEST',
        message: 'a request with echostr has no body',
        platformCode: -40002,
      });
    }
  });

  it('is signed, and says what is missing', () => {
    for (const name of ['signature', 'timestamp', 'nonce']) {
      const query = { ...signedEchostr('1').query, [name]: '' };
      for (const codec of [plain, safe]) {
        expect(refusalOf(() => codec.decode({ query }))).toEqual({
          code: 'ERR_SIGNATURE',
          message: `the URL carries no ${name}`,
          platformCode: -40001,
        });
      }
    }
    for (const name of ['signature', 'timestamp', 'nonce']) {
      const query = { ...signedEchostr('1').query, [name]: '1700000001' };
      expect(codeOf(() => plain.decode({ query }))).toBe('ERR_SIGNATURE');
      expect(plain.verify({ query })).toBe(false);
    }
  });

  it('is made by encode', () => {
    const options = { timestamp: '1700000000', nonce: '415670741' };
    for (const codec of [plain, safe]) {
      expect(codec.encode({ echostr: '1' }, options)).toEqual({
        method: 'GET',
        headers: {},
        query: signedEchostr('1').query,
        body: null,
      });
      expect(codeOf(() => codec.encode({ echostr: 1 }))).toBe('TypeError');
    }
  });
});

describe('plain mode', () => {
  it('reads XML', () => {
    expect(plain.decode({ query: signed(), body: XML })).toEqual({
      platform: 'wechat',
      kind: 'event',
      format: 'xml',
      encrypted: false,
      type: 'text',
      id: '7',
      event: TEXT,
      text: XML,
      toUserName: 'gh_97417a04a28d',
      timestamp: '1700000000',
      nonce: '415670741',
    });
  });

  it('reads JSON, as mini programs send it', () => {
    for (const body of [JSON_TEXT, utf8(JSON_TEXT)]) {
      expect(plain.decode({ query: { ...signed(), encrypt_type: 'raw' }, body })).toMatchObject({
        format: 'json',
        encrypted: false,
        type: 'debug_demo',
        id: undefined,
        event: JSON.parse(JSON_TEXT),
        text: JSON_TEXT,
        toUserName: 'gh_1',
      });
    }
  });

  it('does not cover the body: the same parameters sign any', () => {
    for (const body of [XML, XML.replace('你好', '汇款'), JSON_TEXT]) {
      expect(plain.decode({ query: signed(), body }).text).toBe(body);
      expect(plain.verify({ query: signed(), body })).toBe(true);
    }
  });

  it('wants its own signature', () => {
    for (const name of ['signature', 'timestamp', 'nonce']) {
      const { [name]: _, ...rest } = signed() as Record<string, string>;
      expect(refusalOf(() => plain.decode({ query: rest, body: XML }))).toEqual({
        code: 'ERR_SIGNATURE',
        message: `the URL carries no ${name}`,
        platformCode: -40001,
      });
      expect(codeOf(() => plain.decode({ query: { ...rest, [name]: '1700000001' }, body: XML }))).toBe('ERR_SIGNATURE');
      expect(plain.verify({ query: rest, body: XML })).toBe(false);
    }
    const { signature, ...rest } = signed();
    expect(codeOf(() => plain.decode({ query: { ...rest, msg_signature: signature }, body: XML }))).toBe(
      'ERR_SIGNATURE',
    );
    expect(codeOf(() => plain.decode({ query: { ...rest, signature: signature.toUpperCase() }, body: XML }))).toBe(
      'ERR_SIGNATURE',
    );
  });

  it('says what an encrypted message lacks', () => {
    for (const request of [push(seal(XML)), jsonPush(seal(XML)), { query: signed(), body: '<xml><Encrypt/></xml>' }]) {
      expect(refusalOf(() => plain.decode(request))).toEqual({
        code: 'ERR_REQUEST',
        message: 'the message is encrypted, but this codec has no encodingAesKey',
        platformCode: -40002,
      });
      expect(plain.verify(request)).toBe(false);
    }
  });

  it('reads a message that has clear fields beside Encrypt, as compatible mode sends it', () => {
    const compatible = XML.replace('</xml>', `<Encrypt><![CDATA[${seal(XML)}]]></Encrypt></xml>`);
    expect(plain.decode({ query: signed(), body: compatible })).toMatchObject({ type: 'text', encrypted: false });
    const component = '<xml><InfoType>authorized</InfoType><Encrypt>AAAA</Encrypt></xml>';
    expect(plain.decode({ query: signed(), body: component }).type).toBe('authorized');
  });

  it('answers in clear, in the format of the message', () => {
    const xml = plain.decode({ query: signed(), body: XML });
    const json = plain.decode({ query: signed(), body: JSON_TEXT });
    const nosniff = { 'X-Content-Type-Options': 'nosniff' };
    for (const message of [xml, json]) {
      expect(plain.reply(message)).toEqual({
        status: 200,
        headers: { 'Content-Type': 'text/plain; charset=utf-8', ...nosniff },
        body: 'success',
      });
    }
    expect(plain.reply(xml, { MsgType: 'text', Content: '收到' })).toEqual({
      status: 200,
      headers: { 'Content-Type': 'text/xml; charset=utf-8', ...nosniff },
      body: '<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[收到]]></Content></xml>',
    });
    expect(plain.reply(json, { MsgType: 'text' })).toEqual({
      status: 200,
      headers: { 'Content-Type': 'application/json; charset=utf-8', ...nosniff },
      body: '{"MsgType":"text"}',
    });
    expect(plain.reply(xml, '<xml/>').body).toBe('<xml/>');
    for (const wrong of [null, 5, 'hush\ud800']) {
      expect(codeOf(() => plain.reply(xml, wrong as string))).toBe('TypeError');
    }
  });

  it('has nothing that needs a key', () => {
    for (const use of [
      () => plain.decrypt(seal(XML)),
      () => plain.encrypt('x'),
      () => plain.decodeReply({ body: '<xml/>' }),
    ]) {
      expect(refusalOf(use)).toMatchObject({
        code: 'ERR_CONFIG',
        message: 'this codec was made without an encodingAesKey',
      });
    }
  });

  it('is what encode makes without a key', () => {
    const options = { timestamp: '1700000000', nonce: '415670741' };
    expect(plain.encode(TEXT, options)).toEqual({
      method: 'POST',
      headers: { 'Content-Type': 'text/xml; charset=utf-8' },
      query: signed(),
      body: XML,
    });
    expect(plain.encode(JSON_TEXT, { ...options, format: 'json' })).toEqual({
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
      query: signed(),
      body: JSON_TEXT,
    });
    expect(plain.decode(plain.encode(TEXT)).event).toEqual(TEXT);
    expect(codeOf(() => plain.encode('hush\ud800'))).toBe('TypeError');
  });
});

describe('safe mode', () => {
  const encrypt = seal(XML);

  it('reads XML', () => {
    expect(safe.decode(push(encrypt))).toEqual({
      platform: 'wechat',
      kind: 'event',
      format: 'xml',
      encrypted: true,
      appId,
      keyIndex: 0,
      type: 'text',
      id: '7',
      event: TEXT,
      text: XML,
      toUserName: 'gh_97417a04a28d',
      timestamp: '1700000000',
      nonce: '415670741',
    });
    expect(safe.verify(push(encrypt))).toBe(true);
  });

  it('reads JSON, as mini programs send it', () => {
    expect(safe.decode(jsonPush(seal(JSON_TEXT)))).toMatchObject({
      format: 'json',
      encrypted: true,
      appId,
      type: 'debug_demo',
      event: JSON.parse(JSON_TEXT),
      toUserName: 'gh_1',
    });
    const slashes = { query: safelySigned(encrypt), body: jsonPush(encrypt).body.replaceAll('/', '\\/') };
    expect(safe.decode(slashes).text).toBe(XML);
  });

  it('takes what was decrypted, and nothing that stands in clear beside it', () => {
    for (const clear of [
      '<MsgType>event</MsgType><Event>unsubscribe</Event><MsgId>8</MsgId><Content>汇款</Content>',
      '<InfoType>unauthorized</InfoType><AppId>x</AppId>',
    ]) {
      const body = `<xml><ToUserName>attacker</ToUserName>${clear}<Encrypt>${encrypt}</Encrypt></xml>`;
      expect(safe.decode({ query: safelySigned(encrypt), body })).toEqual(safe.decode(push(encrypt)));
    }
    const body = JSON.stringify({ ...JSON.parse(JSON_TEXT), Encrypt: encrypt });
    expect(safe.decode({ query: safelySigned(encrypt), body })).toMatchObject({ type: 'text', event: TEXT });
  });

  it.each<[name: string, change: Record<string, string | undefined>]>([
    ['no encrypt_type', { encrypt_type: undefined }],
    ['an empty encrypt_type', { encrypt_type: '' }],
    ['encrypt_type raw', { encrypt_type: 'raw' }],
    ['another encrypt_type', { encrypt_type: 'AES' }],
    ['no msg_signature, though signature is right', { msg_signature: undefined }],
    ['the wrong msg_signature, though signature is right', { msg_signature: signed().signature }],
    ['neither', { encrypt_type: undefined, msg_signature: undefined }],
  ])('cannot be left with %s', (_, change) => {
    const requests: CallbackRequest[] = [
      push(encrypt),
      jsonPush(encrypt),
      { query: safelySigned(encrypt), body: XML },
      { query: safelySigned(encrypt), body: JSON_TEXT },
      { query: safelySigned(''), body: XML },
    ];
    for (const { query, body } of requests) {
      const request = { query: { ...(query as object), ...change }, body };
      expect(refusalOf(() => safe.decode(request))).toMatchObject({ code: 'ERR_SIGNATURE', platformCode: -40001 });
      expect(safe.verify(request)).toBe(false);
    }
  });

  it('says what a plain message is', () => {
    expect(refusalOf(() => safe.decode({ query: signed(), body: XML }))).toEqual({
      code: 'ERR_SIGNATURE',
      message: 'the message is not encrypted, but this codec has an encodingAesKey',
      platformCode: -40001,
    });
    expect(refusalOf(() => safe.decode({ query: safelySigned(''), body: XML })).message).toBe(
      'the body carries no Encrypt',
    );
  });

  it('does not look at `signature`', () => {
    const { query, body } = push(encrypt);
    const { signature: _, ...rest } = query;
    for (const other of [rest, { ...rest, signature: 'wrong' }])
      expect(safe.decode({ query: other, body }).text).toBe(XML);
  });

  it.each(['msg_signature', 'timestamp', 'nonce'])('names %s where it is missing', (name) => {
    const { query, body } = push(encrypt);
    expect(refusalOf(() => safe.decode({ query: { ...query, [name]: '' }, body }))).toEqual({
      code: 'ERR_SIGNATURE',
      message: `the URL carries no ${name}`,
      platformCode: -40001,
    });
  });

  it.each(['msg_signature', 'timestamp', 'nonce', 'encrypt_type', 'echostr'])(
    'refuses a second, different %s',
    (name) => {
      const { query, body } = push(encrypt);
      const request = { url: `/?${new URLSearchParams(query)}&${name}=a&${name}=b`, body };
      expect(refusalOf(() => safe.decode(request))).toMatchObject({
        code: 'ERR_REQUEST',
        message: `${name} is given twice with different values`,
        platformCode: -40002,
      });
    },
  );

  it('reads `Encrypt` by that name, once or twice the same', () => {
    const read = (body: string, text = encrypt) => safe.decode({ query: safelySigned(text), body });
    expect(read(`<xml><Encrypt>${encrypt}</Encrypt><Encrypt>${encrypt}</Encrypt></xml>`).text).toBe(XML);
    for (const body of [
      `<xml><Encrypt>${encrypt}</Encrypt><Encrypt>AAAA</Encrypt></xml>`,
      `<xml><Encrypt><A/></Encrypt></xml>`,
      JSON.stringify({ Encrypt: [encrypt] }),
      '{"Encrypt":"\\ud800"}',
      `<!DOCTYPE xml><xml><Encrypt>${encrypt}</Encrypt></xml>`,
      '<xml><Encrypt>',
      'x',
      '',
    ]) {
      expect(refusalOf(() => read(body))).toMatchObject({ code: 'ERR_REQUEST', platformCode: -40002 });
    }
    expect(codeOf(() => read(JSON.stringify({ encrypt })))).toBe('ERR_SIGNATURE');
    for (const body of ['<xml><Encrypt/></xml>', '{"Encrypt":""}']) {
      expect(safe.verify({ query: safelySigned(''), body })).toBe(true);
      expect(refusalOf(() => read(body, ''))).toMatchObject({ code: 'ERR_DECRYPT', platformCode: -40008 });
    }
  });

  it.each<[content: string, type: string, id: string | undefined]>([
    ['<xml><MsgType>event</MsgType><Event>subscribe</Event></xml>', 'subscribe', undefined],
    ['<xml><AppId>wx1</AppId><InfoType>component_verify_ticket</InfoType></xml>', 'component_verify_ticket', undefined],
    ['{"MsgType":"text","MsgId":7}', 'text', '7'],
    ['{"msgtype":"text","msgid":"7"}', '', undefined],
    ['<xml>text</xml>', '', undefined],
    ['{}', '', undefined],
  ])('%s has the type %j and the id %j', (text, type, id) => {
    for (const request of [push(seal(text)), jsonPush(seal(text))]) {
      expect(safe.decode(request)).toMatchObject({ kind: 'event', type, text });
      expect(eventOf(safe.decode(request)).id).toBe(id);
    }
  });

  it('reads events of a component, which have AppId for ToUserName, in the envelope too', () => {
    const text = '<xml><AppId>wx1</AppId><CreateTime>1</CreateTime><InfoType>authorized</InfoType></xml>';
    const encrypt = seal(text);
    const body = `<xml><AppId><![CDATA[wx1]]></AppId><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`;
    const message = safe.decode({ query: safelySigned(encrypt), body });
    expect(message).toMatchObject({ type: 'authorized', toUserName: undefined, appId, event: { AppId: 'wx1' } });
    expect(safe.reply(message).body).toBe('success');
  });

  it('is numbered where it is refused', () => {
    expect(refusalOf(() => safe.decode(push('AAAA')))).toMatchObject({ code: 'ERR_DECRYPT', platformCode: -40008 });
    expect(refusalOf(() => safe.decode(push(seal('x'))))).toMatchObject({ code: 'ERR_REQUEST', platformCode: -40002 });
    expect(refusalOf(() => safe.decode(push(seal(XML, 'x'))))).toMatchObject({
      code: 'ERR_OWNER',
      platformCode: -40005,
    });
    expect(safe.verify(push(seal(XML, 'x')))).toBe(true);
  });

  it('is checked in order: size, form, signature, window, decryption, owner, parsing', () => {
    const strict = createWeChatCodec({ ...SAFE, now, maxBodyBytes: 1_000, toleranceSeconds: 60 });
    const old = '1600000000';
    const wrong = { ...safelySigned(encrypt, old), msg_signature: 'wrong' };
    const { body } = push(encrypt);
    const requests = [
      { query: { ...wrong, nonce: ['1', '2'] }, body: 'x'.repeat(1_001) },
      { query: { ...wrong, nonce: ['1', '2'] }, body },
      { query: wrong, body: 'x' },
      { query: wrong, body },
      push('AAAA', old),
      push('AAAA'),
      push(seal('x', 'other')),
      push(seal('x')),
    ];
    expect(requests.map((request) => codeOf(() => strict.decode(request)))).toEqual([
      'ERR_TOO_LARGE',
      'ERR_REQUEST',
      'ERR_REQUEST',
      'ERR_SIGNATURE',
      'ERR_TIMESTAMP',
      'ERR_DECRYPT',
      'ERR_OWNER',
      'ERR_REQUEST',
    ]);
  });

  it('is not opened, and no message becomes another, by a polluted prototype', () => {
    const own = { query: signed(), body: '{"MsgType":"text"}' };
    const names = [
      'Encrypt',
      'encrypt',
      'encrypt_type',
      'InfoType',
      'MsgId',
      'echostr',
      'ToUserName',
      'text',
      'format',
      'as',
    ];
    const pollution = {
      ...Object.fromEntries(names.map((name) => [name, 'x'])),
      encrypt_type: 'aes',
      Encrypt: encrypt,
    };
    const codes = polluted(pollution, () =>
      [own, push('AAAA')].map((request) => {
        try {
          return safe.decode(request).kind;
        } catch (error) {
          return (error as { code: string }).code;
        }
      }),
    );
    expect(codes).toEqual(['ERR_SIGNATURE', 'ERR_DECRYPT']);
    const { event: _, ...message } = polluted(pollution, () => plain.decode(own));
    expect({ ...message }).toMatchObject({ kind: 'event', type: 'text', text: own.body, encrypted: false });
    expect([eventOf(message as WeChatMessage).id, eventOf(message as WeChatMessage).toUserName]).toEqual([
      undefined,
      undefined,
    ]);
    expect(polluted(pollution, () => safe.decode(push(encrypt)))).toEqual(safe.decode(push(encrypt)));
  });
});

describe('appId', () => {
  it('may be a list: messages say which, replies and pushes use it', () => {
    const codec = createWeChatCodec({ ...SAFE, appId: ['wx1', 'wx2'], now });
    for (const id of ['wx1', 'wx2']) {
      const message = codec.decode(push(seal(XML, id)));
      expect(message).toMatchObject({ appId: id });
      expect(codec.decrypt(encryptOf(codec.reply(message, 'x')))).toEqual({ text: 'x', appId: id });
      expect(codec.decode(codec.encode(TEXT, { appId: id }))).toMatchObject({ appId: id });
      expect(codec.encrypt('x', { appId: id, prefix: IV })).toBe(seal('x', id));
    }
    expect(codec.decode(codec.encode(TEXT))).toMatchObject({ appId: 'wx1' });
    for (const use of [() => codec.encrypt('x', { appId: 'wx3' }), () => codec.encode(TEXT, { appId: 'wx3' })]) {
      expect(codeOf(use)).toBe('ERR_CONFIG');
    }
  });

  it('is told by decode, which verifies, and not by decrypt', () => {
    for (const received of ['other', '', appId.toUpperCase(), `${appId}\0`]) {
      const refusal = errorOf(() => safe.decode(push(seal(XML, received))));
      expect(refusal).toMatchObject({ code: 'ERR_OWNER', platformCode: -40005, receivedOwner: received });
      expect(refusal.message).toBe('the message is for another appid');
      const unverified = errorOf(() => safe.decrypt(seal(XML, received)));
      expect(unverified).toMatchObject({ code: 'ERR_OWNER', platformCode: -40005 });
      expect(unverified).not.toHaveProperty('receivedOwner');
    }
    expect(refusalOf(() => safe.decrypt('AAAA'))).toMatchObject({ code: 'ERR_DECRYPT', platformCode: -40008 });
    expect(codeOf(() => safe.decrypt(5 as never))).toBe('TypeError');
    expect(codeOf(() => safe.encrypt(5 as never))).toBe('TypeError');
  });
});

describe('current and previous key', () => {
  const both = createWeChatCodec({ ...SAFE, encodingAesKey: [OTHER_KEY, encodingAesKey], now });

  it('both open, and the reply opens under the key that opened the message', () => {
    const byCurrent = both.decode(other.encode(TEXT));
    const byPrevious = both.decode(safe.encode(TEXT));
    expect([byCurrent, byPrevious]).toMatchObject([{ keyIndex: 0 }, { keyIndex: 1 }]);
    expect(byPrevious.event).toEqual(byCurrent.event);
    expect(other.decodeReply(both.reply(byCurrent, 'x'))).toBe('x');
    expect(safe.decodeReply(both.reply(byPrevious, 'x'))).toBe('x');
    expect(safe.decodeReply(both.reply({ ...byPrevious }, 'x'))).toBe('x');
    expect(codeOf(() => safe.decodeReply(both.reply(byCurrent, 'x')))).toBe('ERR_DECRYPT');
    for (const message of [byCurrent, byPrevious]) expect(both.decodeReply(both.reply(message, 'x'))).toBe('x');
  });

  it('encrypt and encode use the current one', () => {
    expect(other.decrypt(both.encrypt('x'))).toEqual({ text: 'x', appId });
    expect(other.decode(both.encode(TEXT)).event).toEqual(TEXT);
    expect(both.decrypt(seal('x'))).toEqual({ text: 'x', appId });
  });

  it('refuse what neither opens, with what is known best', () => {
    const stranger = createWeChatCodec({ ...SAFE, encodingAesKey: 'A'.repeat(43), now });
    expect(refusalOf(() => both.decode(stranger.encode(TEXT)))).toEqual(refusalOf(() => safe.decode(push('AAAA'))));
    for (const codec of [both, createWeChatCodec({ ...SAFE, encodingAesKey: [encodingAesKey, OTHER_KEY], now })]) {
      expect(errorOf(() => codec.decode(push(seal(XML, 'x'))))).toMatchObject({
        code: 'ERR_OWNER',
        receivedOwner: 'x',
      });
    }
  });

  it('are both tried where the first opens a message for another', () => {
    const text = utf8('x');
    const frame = concat(IV, Uint8Array.of(0, 0, 0, text.length), text, 'other');
    const padded = concat(frame, padding(frame.length, 32));
    const aes: AesCbcEngine = (key) =>
      Buffer.from(key).equals(Buffer.from(OTHER_KEY, 'base64'))
        ? { ...nobleAesCbc(key), decrypt: () => padded }
        : nobleAesCbc(key);
    const codec = createWeChatCodec({ ...SAFE, encodingAesKey: [OTHER_KEY, encodingAesKey], aes, now });
    expect(codec.decode(push(seal(XML)))).toMatchObject({ event: TEXT, keyIndex: 1 });
    expect(errorOf(() => codec.decode(push('A'.repeat(64))))).toMatchObject({ receivedOwner: 'other' });
  });

  it('do not hide that an engine is broken', () => {
    const broken = new RangeError('broken');
    const aes: AesCbcEngine = (key) => ({
      ...nobleAesCbc(key),
      decrypt: () => {
        throw broken;
      },
    });
    const codec = createWeChatCodec({ ...SAFE, aes, now });
    expect(errorOf(() => codec.decode(push(seal(XML))))).toBe(broken);
    expect(errorOf(() => codec.decrypt(seal(XML)))).toBe(broken);
  });

  it('the message says which of them, else it is not answered', () => {
    const message = eventOf(both.decode(other.encode(TEXT)));
    for (const wrong of [
      { ...message, keyIndex: 2 },
      { ...message, keyIndex: undefined },
      { ...message, keyIndex: -1 },
      { ...message, appId: 'other' },
      { ...message, appId: undefined },
      { ...message, encrypted: false },
      plain.decode(plain.encode(TEXT)),
    ]) {
      for (const answer of [undefined, 'x']) {
        expect(errorOf(() => both.reply(wrong, answer))).toEqual(
          new TypeError('message must be for an appId and a key of this codec'),
        );
      }
    }
    expect(codeOf(() => plain.reply(message))).toBe('TypeError');
    expect(codeOf(() => plain.reply({ ...message, platform: 'wecom' } as never))).toBe('TypeError');
  });
});

describe('reply', () => {
  const xml = safe.decode(push(seal(XML)));
  const json = safe.decode(jsonPush(seal(JSON_TEXT)));

  it('is `success`, in clear, without an answer', () => {
    for (const message of [xml, json]) {
      expect(safe.reply(message)).toEqual({
        status: 200,
        headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
        body: 'success',
      });
    }
  });

  it('is encrypted in the format of the message', () => {
    const encrypt = seal('<xml><Content><![CDATA[收到]]></Content></xml>');
    expect(safe.reply(xml, { Content: '收到' }, { prefix: IV })).toEqual({
      status: 200,
      headers: { 'Content-Type': 'text/xml; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
      body:
        `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt>` +
        `<MsgSignature><![CDATA[${sha1('1700000000', '415670741', encrypt)}]]></MsgSignature>` +
        '<TimeStamp>1700000000</TimeStamp><Nonce><![CDATA[415670741]]></Nonce></xml>',
    });
    const Encrypt = seal('{"Content":"收到"}');
    expect(safe.reply(json, { Content: '收到' }, { prefix: IV })).toEqual({
      status: 200,
      headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
      body: JSON.stringify({
        Encrypt,
        MsgSignature: sha1('1700000000', '415670741', Encrypt),
        TimeStamp: 1700000000,
        Nonce: '415670741',
      }),
    });
  });

  it('takes time, nonce and prefix for tests', () => {
    const reply = safe.reply(json, '', { timestamp: '1', nonce: 'n', prefix: IV });
    expect(jsonOf(reply)).toEqual({
      Encrypt: seal(''),
      MsgSignature: sha1('1', 'n', seal('')),
      TimeStamp: 1,
      Nonce: 'n',
    });
    expect(safe.decodeReply(reply)).toBe('');
    expect(codeOf(() => safe.reply(xml, 'x', { timestamp: '01' }))).toBe('ERR_CONFIG');
    expect(codeOf(() => safe.reply(xml, 'x', { prefix: new Uint8Array(15) }))).toBe('ERR_CONFIG');
    expect(codeOf(() => safe.reply(xml, 'x', { nonce: 5 as never }))).toBe('TypeError');
    const random = (length: number) => new Uint8Array(length);
    expect(createWeChatCodec({ ...SAFE, now, random }).reply(xml, 'x')).toEqual(
      safe.reply(xml, 'x', { prefix: utf8('A'.repeat(16)) }),
    );
  });

  it('is refused by decodeReply where anything is another', () => {
    const reply = safe.reply(json, '收到');
    expect(safe.decodeReply({ body: utf8(reply.body) })).toBe('收到');
    for (const name of ['Encrypt', 'MsgSignature', 'TimeStamp', 'Nonce']) {
      const { [name]: _, ...rest } = jsonOf(reply);
      for (const fields of [rest, { ...rest, [name]: '1' }]) {
        expect(refusalOf(() => safe.decodeReply({ body: JSON.stringify(fields) }))).toMatchObject({
          code: 'ERR_SIGNATURE',
          platformCode: -40001,
        });
      }
    }
    const elsewhere = createWeChatCodec({ ...SAFE, appId: 'other', now });
    expect(errorOf(() => elsewhere.decodeReply(reply))).toMatchObject({ code: 'ERR_OWNER', receivedOwner: appId });
    expect(refusalOf(() => other.decodeReply(reply))).toMatchObject({ code: 'ERR_DECRYPT', platformCode: -40008 });
    expect(refusalOf(() => safe.decodeReply({ body: '' }))).toMatchObject({
      code: 'ERR_REQUEST',
      platformCode: -40002,
    });
    const narrow = createWeChatCodec({ ...SAFE, maxBodyBytes: 10 });
    expect(codeOf(() => narrow.decodeReply(reply))).toBe('ERR_TOO_LARGE');
    expect(codeOf(() => safe.decodeReply({ body: {} as never }))).toBe('TypeError');
  });
});

describe('encode', () => {
  it('makes what WeChat sends in safe mode', () => {
    const options = { timestamp: '1700000000', nonce: '415670741', prefix: IV };
    const { openid: _, ...query } = safelySigned(seal(XML));
    expect(safe.encode(TEXT, options)).toEqual({
      method: 'POST',
      headers: { 'Content-Type': 'text/xml; charset=utf-8' },
      query,
      body: `<xml><ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName><Encrypt><![CDATA[${seal(XML)}]]></Encrypt></xml>`,
    });
    const payload = { InfoType: 'authorized' };
    const push = safe.encode(payload, { ...options, format: 'json' });
    expect(jsonOf(push)).toEqual({ Encrypt: seal(JSON.stringify(payload)) });
    expect(safe.decode(push)).toMatchObject({ format: 'json', type: 'authorized' });
    expect(bodyOf(safe.encode(XML, options))).toBe(`<xml><Encrypt><![CDATA[${seal(XML)}]]></Encrypt></xml>`);
  });

  it('has the time of now, and a nonce of its own', () => {
    const { query } = safe.encode(TEXT);
    expect(query).toMatchObject({ timestamp: '1700000000', nonce: expect.stringMatching(/^[A-Za-z0-9]{16}$/) });
    expect(safe.encode(TEXT).query.nonce).not.toBe(query.nonce);
  });

  it.each<[payload: unknown]>([[undefined], [null], [5], [[]], [{ A: 1n }]])('refuses the payload %s', (payload) => {
    for (const codec of [plain, safe]) {
      expect(errorOf(() => codec.encode(payload)).message).toMatch(/^payload must (be|have) /);
    }
  });

  it('refuses options that cannot be', () => {
    expect(codeOf(() => safe.encode(TEXT, { timestamp: 'x' }))).toBe('ERR_CONFIG');
    expect(codeOf(() => safe.encode(TEXT, { nonce: 5 as never }))).toBe('TypeError');
    expect(codeOf(() => safe.encode('hush\ud800'))).toBe('TypeError');
    expect(codeOf(() => createWeChatCodec({ ...SAFE, random: () => new Uint8Array(0) }).encode(TEXT))).toBe(
      'ERR_RANDOM',
    );
  });
});
