// Compares with implementations from npm. What they do right must agree with ours on random input, in both directions; where
// they are wrong (npm-faults.mjs), their result stands beside ours.
import { readFileSync } from 'node:fs';
import { compareFaults } from './npm-faults.mjs';
import { answerOf, cardHandlerOf, dispatcherOf, FAMILIES, lark, sdkData, wxcrypt } from './npm-libraries.mjs';
import { bare, native } from './ours.mjs';

const randomUuid = (random) =>
  random
    .bytes(16)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

async function compareLark(random, { inputs, equal, attempt }) {
  for (let input = 0; input < inputs; input++) {
    // A challenge has at most 512 characters of base64, and with it a token its end. Feishu's have 32 characters.
    const secrets = { encryptKey: random.name(), verificationToken: random.name(12) };
    const lib = [native, bare][input % 2];
    const codec = lib.createFeishuCodec(secrets);
    const text = random.text();
    const challenge = random.pick([randomUuid(random), random.alphanumeric(1 + random.below(17))]);
    await attempt('Feishu', 'AESCipher', async () =>
      equal('decrypt', new lark.AESCipher(secrets.encryptKey).decrypt(codec.encrypt(text)), text),
    );

    const payload = { schema: '2.0', header: { event_type: 'im.message.receive_v1', event_id: 'id' }, event: { text } };
    const request = codec.encode(payload);
    await attempt('Feishu', 'EventDispatcher', async () => {
      const dispatcher = dispatcherOf(secrets, ({ token, text }) => ({ token, text }));
      const handled = await dispatcher.invoke(sdkData(request));
      equal('text', handled.text, text);
      equal('token', handled.token, secrets.verificationToken);
      equal('decode', codec.decode(request).event.text, text);
    });
    await attempt('Feishu', 'CardActionHandler', async () => {
      const handled = await cardHandlerOf(secrets, ({ text }) => ({ text })).invoke(sdkData(request));
      equal('text', handled.text, text);
    });
    const cardCodec = lib.createFeishuCardCodec(secrets);
    const pressed = cardCodec.encode({ open_message_id: 'om_1', action: { value: { text } } });
    await attempt('cards, robots, TRTC', 'CardActionHandler, an old card', async () => {
      const handled = await cardHandlerOf(secrets, ({ action }) => action.value).invoke(sdkData(pressed));
      equal('text', handled.text, text);
      equal('decode', cardCodec.decode(pressed).event.action.value.text, text);
    });
    await attempt('cards, robots, TRTC', 'adaptDefault, an old card and its check', async () => {
      const handler = cardHandlerOf(secrets, ({ action }) => ({ elements: [action.value] }));
      const card = { elements: [{ text }] };
      const reply = cardCodec.reply(cardCodec.decode(pressed), card);
      equal('card', await answerOf(handler, { ...pressed, chunks: [pressed.body] }), reply.body);
      const check = cardCodec.encode({ type: 'url_verification', challenge });
      const answer = await answerOf(handler, { ...check, chunks: [check.body] });
      equal('challenge', answer, cardCodec.reply(cardCodec.decode(check)).body);
    });
    await attempt('Feishu', 'adaptDefault, event', async () => {
      const dispatcher = dispatcherOf(secrets, ({ text }) => ({ text }));
      equal('text', await answerOf(dispatcher, { ...request, chunks: [request.body] }), JSON.stringify({ text }));
    });
    await attempt('Feishu', 'adaptDefault, challenge', async () => {
      const request = codec.encode({ type: 'url_verification', challenge });
      const answer = await answerOf(dispatcherOf(secrets), { ...request, chunks: [request.body] });
      equal('challenge', answer, codec.reply(codec.decode(request)).body);
    });
  }
}

/** How each of the three platforms is spoken with: `id` is its ownerKey, receiveid or appid. */
const PLATFORMS = {
  DingTalk: {
    create: (lib, { id, ...secrets }) => lib.createDingTalkCodec({ ...secrets, ownerKey: id }),
    event: { EventType: 't' },
    push: (encrypt, signature, query) => ({ query: { ...query, signature }, body: JSON.stringify({ encrypt }) }),
    reply: ({ body }) => JSON.parse(body),
  },
  WeCom: {
    create: (lib, { id, ...secrets }) => lib.createWeComCodec({ ...secrets, receiveId: id }),
    event: { MsgType: 't' },
    push: (encrypt, msg_signature, query) => ({ query: { ...query, msg_signature }, body: envelope(encrypt) }),
    reply: readEnvelope,
  },
  WeChat: {
    create: (lib, { id, ...secrets }) => lib.createWeChatCodec({ ...secrets, appId: id }),
    event: { MsgType: 't' },
    push: (encrypt, msg_signature, query) => ({
      query: { ...query, msg_signature, encrypt_type: 'aes' },
      body: envelope(encrypt),
    }),
    reply: readEnvelope,
  },
};

const envelope = (encrypt) =>
  `<xml><ToUserName><![CDATA[t]]></ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`;

function readEnvelope({ body }) {
  const field = (name) => new RegExp(`<${name}><!\\[CDATA\\[([^\\]]*)`).exec(body)[1];
  return { msg_signature: field('MsgSignature'), encrypt: field('Encrypt') };
}

async function compareFamily(random, { inputs, equal, attempt }, { encrypt, decrypt, signatureOf, textOf, platforms }) {
  for (let input = 0; input < inputs; input++) {
    const secrets = { token: random.name(), encodingAesKey: random.encodingAesKey(), id: random.alphanumeric(18) };
    const lib = [native, bare][input % 2];
    const text = textOf(random);
    const query = { timestamp: String(1e9 + random.below(1e9)), nonce: random.alphanumeric(16) };
    const { timestamp, nonce } = query;
    for (const platform of platforms) {
      const { create, event, push, reply } = PLATFORMS[platform];
      const codec = create(lib, secrets);
      await attempt(platform, 'ours', async () => {
        const message = codec.decode(codec.encode(event, query));
        const sent = reply(codec.reply(message, text, query));
        equal('signature', signatureOf(secrets, timestamp, nonce, sent.encrypt), sent.msg_signature);
        equal('text', decrypt(secrets, sent.encrypt), text);
      });
      await attempt(platform, 'theirs', async () => {
        const sent = encrypt(secrets, text);
        const request = push(sent, signatureOf(secrets, timestamp, nonce, sent), query);
        equal('verify', codec.verify(request), true);
        equal('decrypt', codec.decrypt(sent).text, text);
      });
    }
  }
}

/** What wxcrypt does alone of the three: it reads and writes the XML of envelopes. */
async function compareEnvelopes(random, { inputs, equal, attempt }) {
  for (let input = 0; input < inputs; input++) {
    const secrets = { token: random.name(), encodingAesKey: random.encodingAesKey(), id: random.alphanumeric(18) };
    const lib = [native, bare][input % 2];
    const text = random.text();
    const query = { timestamp: String(1e9 + random.below(1e9)), nonce: random.alphanumeric(16) };
    const { timestamp, nonce } = query;
    const peer = wxcrypt(secrets);
    for (const platform of ['WeCom', 'WeChat']) {
      const codec = PLATFORMS[platform].create(lib, secrets);
      await attempt(platform, 'our envelope', async () => {
        const { query, body } = codec.encode(text, { timestamp, nonce });
        equal('decryptMsg', peer.decryptMsg(query.msg_signature, timestamp, nonce, body), text);
      });
      await attempt(platform, 'their reply', async () => {
        equal('decodeReply', codec.decodeReply({ body: peer.encryptMsg(text, timestamp, nonce) }), text);
      });
      await attempt(platform, 'our reply', async () => {
        const message = codec.decode(codec.encode({ MsgType: 't' }, query));
        const { body } = codec.reply(message, text, query);
        const { msg_signature } = readEnvelope({ body });
        equal('decryptMsg', peer.decryptMsg(msg_signature, timestamp, nonce, body), text);
      });
    }
  }
}

export async function compareNpm(random, { inputs, equal, fail, count }) {
  const rows = new Map();
  /** Of a peer: counts a case of a platform, and takes what it throws for a difference. */
  const attemptsOf = (peer) => {
    const { version } = JSON.parse(readFileSync(new URL(`node_modules/${peer}/package.json`, import.meta.url), 'utf8'));
    const row = rows.get(peer) ?? { peer, version, cases: 0 };
    rows.set(peer, row);
    return async (platform, what, compare) => {
      row.cases++;
      count(platform);
      try {
        await compare();
      } catch (error) {
        fail(`${peer}: ${platform}, ${what}: ${error.message}`);
      }
    };
  };
  await compareLark(random, { inputs, equal, attempt: attemptsOf('@larksuiteoapi/node-sdk') });
  for (const [peer, family] of Object.entries(FAMILIES)) {
    await compareFamily(random, { inputs, equal, attempt: attemptsOf(peer) }, family);
  }
  await compareEnvelopes(random, { inputs, equal, attempt: attemptsOf('wxcrypt') });
  await compareFaults(equal, attemptsOf);
  return [...rows.values()];
}
