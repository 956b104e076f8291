// What programs are asked of one random input, and what the package must answer: theirs for us to verify and decrypt, ours
// for them.
import { bare, native } from './ours.mjs';

const NOW = 1_700_000_000_000;
export const equal = (what, actual, expected) => {
  if (actual !== expected) {
    throw new Error(`${what}: ${JSON.stringify(actual)?.slice(0, 200)} for ${JSON.stringify(expected)?.slice(0, 200)}`);
  }
};

/** The tasks of one random input. `check` takes the answer as text and throws where ours differs. */
function feishuCases(random) {
  const encryptKey = random.name();
  const verificationToken = random.name();
  const timestamp = String(NOW / 1000 + random.below(1000));
  const nonce = random.alphanumeric(1 + random.below(20));
  const text = random.text();
  const json = JSON.stringify({ header: { event_type: text, token: verificationToken }, event: { text } });
  const iv = random.bytes(16);
  const codecs = [native, bare].map((lib) => lib.createFeishuCodec({ encryptKey, verificationToken }));
  const sign = (body, check) => ({ name: 'sha256', fields: [timestamp, nonce, encryptKey, body], check });

  // Their text through the functions, their event through the codec, with their signature over it.
  const theirs = [text, json].map((plaintext) => ({
    name: 'feishu-encrypt',
    fields: [encryptKey, iv, plaintext],
    check(encrypt) {
      for (const lib of [native, bare]) {
        equal('encryptFeishuEvent', lib.encryptFeishuEvent(plaintext, encryptKey, { iv }), encrypt);
        equal('decryptFeishuEvent', lib.decryptFeishuEvent(encrypt, encryptKey), plaintext);
      }
      if (plaintext !== json) return undefined;
      const body = JSON.stringify({ encrypt });
      return sign(body, (signature) => {
        const headers = {
          'x-lark-signature': signature,
          'x-lark-request-timestamp': timestamp,
          'x-lark-request-nonce': nonce,
        };
        for (const codec of codecs) {
          for (const raw of [body, Buffer.from(body)]) {
            const message = codec.decode({ headers, body: raw });
            equal('decode().type', message.type, text);
            equal('decode().event.text', message.event.text, text);
            equal('decode().text', message.text, json);
          }
        }
      });
    },
  }));
  // Ours, for them to decrypt and sign.
  const ours = codecs.flatMap((codec) => {
    const { headers, body } = codec.encode(text, { timestamp, nonce });
    return [
      {
        name: 'feishu-decrypt',
        fields: [encryptKey, JSON.parse(body).encrypt],
        check: (plaintext) => equal('encode', plaintext, text),
      },
      sign(body, (signature) => equal('encode', headers['X-Lark-Signature'], signature)),
    ];
  });
  const bodyOfAnyBytes = random.bytes(random.below(300));
  const anyBody = sign(bodyOfAnyBytes, (signature) => {
    for (const lib of [native, bare]) {
      equal('signature', lib.feishuSignature({ timestamp, nonce, body: bodyOfAnyBytes }, encryptKey), signature);
    }
  });
  return [...theirs, ...ours, anyBody];
}

function dingTalkCases(random) {
  const token = random.name();
  const encodingAesKey = random.encodingAesKey();
  const ownerKey = random.name();
  const timestamp = String(NOW + random.below(1000));
  const nonce = random.pick([random.name(), random.alphanumeric(8)]);
  const text = random.text();
  const json = JSON.stringify({ EventType: text, text });
  const prefix = random.bytes(16);
  // The Go and Rust encoders pad to 16.
  const block = random.pick([16, 32]);
  const codecs = [native, bare].map((lib) =>
    lib.createDingTalkCodec({ token, encodingAesKey, ownerKey: ['another', ownerKey] }),
  );
  const sign = (encrypt, check) => ({ name: 'biz-sign', fields: [token, timestamp, nonce, encrypt], check });

  const theirs = [text, json].map((plaintext) => ({
    name: 'biz-encrypt',
    fields: [encodingAesKey, prefix, plaintext, ownerKey, String(block)],
    check(answer) {
      for (const lib of [native, bare]) {
        const encrypt = lib.encryptDingTalkMessage(plaintext, { encodingAesKey, ownerKey }, { prefix });
        if (block === 32) equal('encryptDingTalkMessage', encrypt, answer);
        const text = lib.decryptDingTalkMessage(answer, { encodingAesKey, ownerKey });
        equal('decryptDingTalkMessage', text, plaintext);
      }
      if (plaintext !== json) return undefined;
      // The Python and Ruby encoders wrap lines, and sign the wrapped text.
      const encrypt = random.below(3) === 0 ? answer.replace(/.{1,60}/g, '$&\n') : answer;
      return sign(encrypt, (signature) => {
        for (const codec of codecs) {
          const message = codec.decode({ query: { signature, timestamp, nonce }, body: JSON.stringify({ encrypt }) });
          equal('decode().type', message.type, text);
          equal('decode().text', message.text, json);
          equal('decode().ownerKey', message.ownerKey, ownerKey);
        }
      });
    },
  }));
  const ours = codecs.flatMap((codec) => {
    const { query, body } = codec.encode(text, { ownerKey, timestamp, nonce });
    const message = codec.decode(codec.encode({ EventType: 't' }, { ownerKey, timestamp, nonce }));
    const reply = JSON.parse(codec.reply(message, text).body);
    const decrypt = (encrypt) => ({
      name: 'biz-decrypt',
      fields: [encodingAesKey, encrypt, ownerKey],
      check: (plaintext) => equal('encode or reply', plaintext, text),
    });
    const { encrypt } = JSON.parse(body);
    return [
      decrypt(encrypt),
      sign(encrypt, (signature) => equal('encode', query.signature, signature)),
      decrypt(reply.encrypt),
      sign(reply.encrypt, (signature) => equal('reply', reply.msg_signature, signature)),
    ];
  });
  return [...theirs, ...ours];
}

function tencentCases(random) {
  const token = random.name();
  const requestTime = String(NOW / 1000 + random.below(60));
  const codecs = [native, bare].map((lib) => lib.createTencentChatCodec({ token, now: () => NOW }));
  const text = random.text();
  const payload = { CallbackCommand: 'Group.CallbackAfterSendMsg', text };
  return codecs.map((codec) => ({
    name: 'sha256',
    fields: [token, requestTime],
    check(Sign) {
      const { query, body } = codec.encode(payload, { requestTime });
      equal('encode', query.Sign, Sign);
      equal('decode', codec.decode({ query: { ...query, Sign }, body: Buffer.from(body) }).event.text, text);
    },
  }));
}

/** Without the characters that XML has not. */
const forXml = (text) => text.replace(/[\0\uffff]/g, 'x');

/** What a program reads out of XML must be `text`. */
const readXml = (document, name, text) => ({
  name: 'xml-read',
  fields: [document, name],
  check: (content) => equal('written XML', content, text),
});

/** An XML or JSON envelope around what was encrypted elsewhere. */
const envelopeOf = (random, encrypt) =>
  random.below(2) === 0
    ? `<xml><ToUserName><![CDATA[t]]></ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`
    : JSON.stringify({ Encrypt: encrypt });

/** A field of an envelope of ours, in XML or JSON, whose names differ in letter case. */
function fieldOf(body, name) {
  if (body.startsWith('<')) return new RegExp(`<${name}><!\\[CDATA\\[([^\\]]*)`).exec(body)[1];
  return Object.entries(JSON.parse(body)).find((entry) => entry[0].toLowerCase() === name.toLowerCase())[1];
}

function weComCases(random, readsXml) {
  const secrets = { encodingAesKey: random.encodingAesKey(), receiveId: random.pick(['', forXml(random.name())]) };
  const { encodingAesKey, receiveId } = secrets;
  const token = random.name();
  const timestamp = String(NOW / 1000 + random.below(1000));
  const nonce = forXml(random.pick([random.name(), random.alphanumeric(8)]));
  const word = nonce.replace(/[^\w-]/g, '') || 'a';
  const text = forXml(random.text());
  const prefix = random.bytes(16);
  const block = random.pick([16, 32]);
  const format = random.pick(['xml', 'json']);
  const codecs = [native, bare].map((lib) =>
    lib.createWeComCodec({ token, encodingAesKey, receiveId: ['another', receiveId] }),
  );
  const sign = (encrypt, check) => ({ name: 'biz-sign', fields: [token, timestamp, nonce, encrypt], check });
  const decrypt = (encrypt, check) => ({ name: 'biz-decrypt', fields: [encodingAesKey, encrypt, receiveId], check });
  const encrypt = (plaintext, check) => ({
    name: 'biz-encrypt',
    fields: [encodingAesKey, prefix, plaintext, receiveId, String(block)],
    check,
  });

  const json = JSON.stringify({ msgtype: 'text', text: { content: text } });
  const theirs = [
    encrypt(json, (answer) => {
      for (const lib of [native, bare]) {
        if (block === 32) equal('encryptWeComMessage', lib.encryptWeComMessage(json, secrets, { prefix }), answer);
        equal('decryptWeComMessage', lib.decryptWeComMessage(answer, secrets), json);
      }
      const body = envelopeOf(random, answer);
      return sign(answer, (msg_signature) => {
        for (const codec of codecs) {
          const message = codec.decode({ query: { msg_signature, timestamp, nonce }, body });
          equal('decode().event', message.event.text.content, text);
          equal('decode().receiveId', message.receiveId, receiveId);
        }
      });
    }),
    encrypt(word, (echostr) =>
      sign(echostr, (msg_signature) => {
        for (const codec of codecs) {
          const message = codec.decode({ query: { msg_signature, timestamp, nonce, echostr } });
          equal('reply to an echostr', codec.reply(message).body, word);
        }
      }),
    ),
  ];
  const ours = codecs.flatMap((codec) => {
    const { query, body } = codec.encode({ MsgType: 'text', Content: text }, { format, receiveId, timestamp, nonce });
    const message = codec.decode({ query, body });
    const reply = codec.reply(message, { MsgType: 'text', Content: text }, { timestamp });
    const isRead = (plaintext) => {
      if (format === 'json') return equal('encode or reply', JSON.parse(plaintext).Content, text);
      return readsXml ? readXml(plaintext, 'Content', text) : equal('text', plaintext, message.text);
    };
    return [
      decrypt(fieldOf(body, 'Encrypt'), isRead),
      sign(fieldOf(body, 'Encrypt'), (signature) => equal('encode', query.msg_signature, signature)),
      decrypt(fieldOf(reply.body, 'Encrypt'), (plaintext) => {
        equal('decodeReply', codec.decodeReply(reply), plaintext);
        return isRead(plaintext);
      }),
      sign(fieldOf(reply.body, 'Encrypt'), (signature) =>
        equal('reply', fieldOf(reply.body, 'MsgSignature'), signature),
      ),
      ...(readsXml && format === 'xml'
        ? [readXml(reply.body, 'Nonce', nonce), readXml(body, 'ToUserName', receiveId)]
        : []),
    ];
  });
  return [...theirs, ...ours];
}

function weChatCases(random, readsXml) {
  const keys = [random.encodingAesKey(), random.encodingAesKey()];
  const [appId, token] = [random.name(), random.name()];
  const timestamp = String(NOW / 1000 + random.below(200));
  const nonce = forXml(random.pick([random.name(), random.alphanumeric(8)]));
  const text = forXml(random.text());
  const prefix = random.bytes(16);
  const pick = random.below(2);
  const safe = [native, bare].map((lib) => lib.createWeChatCodec({ token, encodingAesKey: keys, appId }));
  const plain = [native, bare].map((lib) => lib.createWeChatCodec({ token, now: () => NOW }));
  const sign = (parts, check) => ({ name: 'biz-sign', fields: [token, timestamp, nonce, ...parts], check });

  // Signed by them: in clear, and encrypted under one of the keys.
  const written = random.pick([
    text.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`),
    `<![CDATA[${text}]]>`,
  ]);
  const xml = `<xml><MsgType>text</MsgType><Content>${written}</Content></xml>`;
  const theirs = [
    sign([], (signature) => {
      for (const codec of plain) {
        const query = { signature, timestamp, nonce };
        equal('decode().event', codec.decode({ query, body: Buffer.from(xml) }).event.Content, text);
        equal('echostr', codec.reply(codec.decode({ query: { ...query, echostr: '42' } })).body, '42');
      }
      return readsXml ? readXml(xml, 'Content', text) : undefined;
    }),
    {
      name: 'biz-encrypt',
      fields: [keys[pick], prefix, xml, appId, '32'],
      check: (encrypt) => {
        const body = envelopeOf(random, encrypt);
        return sign([encrypt], (msg_signature) => {
          for (const codec of safe) {
            const query = { msg_signature, timestamp, nonce, encrypt_type: 'aes' };
            const { text, keyIndex } = codec.decode({ query, body });
            equal('decode().text', text, xml);
            equal('decode().keyIndex', keyIndex, pick);
          }
        });
      },
    },
  ];
  const ours = [native, bare].flatMap((lib, index) => {
    const sender = lib.createWeChatCodec({ token, encodingAesKey: keys[pick], appId });
    const message = safe[index].decode(sender.encode({ MsgType: 'text', Content: text }, { timestamp, nonce }));
    const { body } = safe[index].reply(message, text, { timestamp });
    const reply = fieldOf(body, 'Encrypt');
    return [
      {
        name: 'biz-decrypt',
        fields: [keys[pick], reply, appId],
        check: (plaintext) => equal('reply', plaintext, text),
      },
      sign([reply], (signature) => equal('reply', fieldOf(body, 'MsgSignature'), signature)),
      sign([], (signature) => equal('encode', sender.encode('', { timestamp, nonce }).query.signature, signature)),
      ...(readsXml ? [readXml(message.text, 'Content', text), readXml(body, 'TimeStamp', timestamp)] : []),
    ];
  });
  return [...theirs, ...ours];
}

/** Old cards of Feishu, robots and cards of DingTalk, TRTC, and custom bots of Feishu. */
function signatureCases(random) {
  const secret = random.name();
  const timestamp = String(NOW + random.below(1000));
  const nonce = random.alphanumeric(8);
  const text = random.text();
  const body = JSON.stringify({ EventType: 103, msgtype: 'text', action: { text } });
  const now = () => NOW;
  const hmac = (key, message, check) => ({ name: 'hmac', fields: [key, message], check });
  return [native, bare].flatMap((lib) => {
    const card = lib.createFeishuCardCodec({ verificationToken: secret });
    const robot = lib.createDingTalkRobotCodec({ appSecret: secret, now });
    const pressed = lib.createDingTalkCardCodec({ apiSecret: secret, now });
    const trtc = lib.createTrtcCodec({ key: secret });
    const decodes = (codec, headers, get) =>
      equal('decode', get(codec.decode({ headers, body: Buffer.from(body) })), text);
    return [
      {
        name: 'sha1',
        fields: [timestamp, nonce, secret, body],
        check(signature) {
          const headers = {
            'X-Lark-Signature': signature,
            'X-Lark-Request-Timestamp': timestamp,
            'X-Lark-Request-Nonce': nonce,
          };
          decodes(card, headers, ({ event }) => event.action.text);
          equal('encode', card.encode(body, { timestamp, nonce }).headers['X-Lark-Signature'], signature);
        },
      },
      hmac(secret, `${timestamp}\n${secret}`, (sign) => {
        decodes(robot, { timestamp, sign }, ({ event }) => event.action.text);
        equal('encode', robot.encode(body, { timestamp }).headers.sign, sign);
      }),
      hmac(secret, timestamp, (signature) => {
        const headers = { 'x-ddpaas-signature-timestamp': timestamp, 'x-ddpaas-signature': signature };
        decodes(pressed, headers, ({ event }) => event.action.text);
        equal('encode', pressed.encode(body, { timestamp }).headers['x-ddpaas-signature'], signature);
      }),
      hmac(secret, body, (Sign) => {
        decodes(trtc, { Sign }, ({ event }) => event.action.text);
        equal('encode', trtc.encode(body).headers.Sign, Sign);
      }),
      hmac(`${timestamp}\n${secret}`, '', (sign) =>
        equal('feishuBotSignature', lib.feishuBotSignature({ timestamp, secret }), sign),
      ),
    ];
  });
}

/** The tasks of one random input, with the platform that each is about. */
export function casesOf(random, readsXml) {
  const of = (platform, tasks) => tasks.map((task) => ({ platform, ...task }));
  return [
    ...of('Feishu', feishuCases(random)),
    ...of('DingTalk', dingTalkCases(random)),
    ...of('WeCom', weComCases(random, readsXml)),
    ...of('WeChat', weChatCases(random, readsXml)),
    ...of('Tencent Chat', tencentCases(random)),
    ...of('cards, robots, TRTC', signatureCases(random)),
  ];
}
