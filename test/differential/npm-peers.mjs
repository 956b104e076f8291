// Implementations from npm. What they do right must agree with ours on random input, in both directions; where they are
// wrong, their result stands beside ours, and both are asserted, so that a peer that is mended shows.
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { bare, native } from './ours.mjs';

const require = createRequire(import.meta.url);
const lark = require('@larksuiteoapi/node-sdk');
const DingTalkEncryptor = require('dingtalk-encrypt');
const wecom = require('@wecom/crypto');
const WXBizMsgCrypt = require('wechat-crypto');

const silent = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };
const lowerCase = (headers) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
/** How the SDK wants a request: the headers on the prototype of the parsed body. */
const sdkData = ({ headers = {}, body }) =>
  Object.assign(Object.create({ headers: lowerCase(headers) }), JSON.parse(body));

/** What the SDK's HTTP adapter answers to a body that arrives in these chunks. */
function answerOf(dispatcher, { headers = {}, chunks }) {
  return new Promise((resolve, reject) => {
    const request = Object.assign(Readable.from(chunks), { url: '/', headers: lowerCase(headers) });
    lark.adaptDefault('/', dispatcher, { autoChallenge: true })(request, { end: resolve }).catch(reject);
  });
}

const dispatcherOf = (secrets, handler) =>
  new lark.EventDispatcher({ ...secrets, logger: silent }).register({ 'im.message.receive_v1': handler });
const cardHandlerOf = (secrets, handler) => new lark.CardActionHandler({ ...secrets, logger: silent }, handler);

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
    await attempt('AESCipher', async () =>
      equal('decrypt', new lark.AESCipher(secrets.encryptKey).decrypt(codec.encrypt(text)), text),
    );

    const payload = { schema: '2.0', header: { event_type: 'im.message.receive_v1', event_id: 'id' }, event: { text } };
    const request = codec.encode(payload);
    await attempt('EventDispatcher', async () => {
      const dispatcher = dispatcherOf(secrets, ({ token, text }) => ({ token, text }));
      const handled = await dispatcher.invoke(sdkData(request));
      equal('text', handled.text, text);
      equal('token', handled.token, secrets.verificationToken);
      equal('decode', codec.decode(request).event.text, text);
    });
    await attempt('CardActionHandler', async () => {
      const handled = await cardHandlerOf(secrets, ({ text }) => ({ text })).invoke(sdkData(request));
      equal('text', handled.text, text);
    });
    await attempt('adaptDefault, event', async () => {
      const dispatcher = dispatcherOf(secrets, ({ text }) => ({ text }));
      equal('text', await answerOf(dispatcher, { ...request, chunks: [request.body] }), JSON.stringify({ text }));
    });
    await attempt('adaptDefault, challenge', async () => {
      const request = codec.encode({ type: 'url_verification', challenge });
      const answer = await answerOf(dispatcherOf(secrets), { ...request, chunks: [request.body] });
      equal('challenge', answer, codec.reply(codec.decode(request)).body);
    });
  }
}

async function compareFamily(random, { inputs, equal, attempt }, { encrypt, decrypt, signatureOf, textOf }) {
  for (let input = 0; input < inputs; input++) {
    const secrets = {
      token: random.name(),
      encodingAesKey: random.encodingAesKey(),
      ownerKey: random.alphanumeric(18),
    };
    const lib = [native, bare][input % 2];
    const codec = lib.createDingTalkCodec(secrets);
    const text = textOf(random);
    const [timestamp, nonce] = [String(random.below(2 ** 31)), random.alphanumeric(16)];
    await attempt('ours', async () => {
      const message = codec.decode(codec.encode({ EventType: 't' }, { timestamp, nonce }));
      const { msg_signature, encrypt } = JSON.parse(codec.reply(message, text).body);
      equal('text', decrypt(secrets, encrypt), text);
      equal('signature', signatureOf(secrets, timestamp, nonce, encrypt), msg_signature);
    });
    await attempt('theirs', async () => {
      const sent = encrypt(secrets, text);
      const signature = signatureOf(secrets, timestamp, nonce, sent);
      const request = { query: { signature, timestamp, nonce }, body: JSON.stringify({ encrypt: sent }) };
      equal('verify', codec.verify(request), true);
      equal('decrypt', codec.decrypt(sent).text, text);
    });
  }
}

const dingtalkEncrypt = ({ token, encodingAesKey, ownerKey }) => new DingTalkEncryptor(token, encodingAesKey, ownerKey);
const wechat = ({ token, encodingAesKey, ownerKey }) => new WXBizMsgCrypt(token, encodingAesKey, ownerKey);

const FAMILIES = {
  'dingtalk-encrypt': {
    encrypt: (secrets, text) => dingtalkEncrypt(secrets).getEncryptedMap(text, '1', 'n').encrypt,
    decrypt: (secrets, encrypt) => dingtalkEncrypt(secrets).decrypt(encrypt),
    signatureOf: (secrets, ...parts) => dingtalkEncrypt(secrets).getSignature(secrets.token, ...parts),
    // It goes wrong on everything that encodeURI escapes: see the table.
    textOf: (random) => random.alphanumeric(random.below(200)),
  },
  '@wecom/crypto': {
    encrypt: ({ encodingAesKey, ownerKey }, text) => wecom.encrypt(encodingAesKey, text, ownerKey),
    decrypt: ({ encodingAesKey }, encrypt) => wecom.decrypt(encodingAesKey, encrypt).message,
    signatureOf: ({ token }, ...parts) => wecom.getSignature(token, ...parts),
    textOf: (random) => random.text(),
  },
  'wechat-crypto': {
    encrypt: (secrets, text) => wechat(secrets).encrypt(text),
    decrypt: (secrets, encrypt) => wechat(secrets).decrypt(encrypt).message,
    signatureOf: (secrets, ...parts) => wechat(secrets).getSignature(...parts),
    textOf: (random) => random.text(),
  },
};

const FEISHU = { encryptKey: 'test key', verificationToken: 'v-token' };
const DINGTALK = { token: '123456', encodingAesKey: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij', ownerKey: 'owner' };
const QUERY = { timestamp: '1700000000', nonce: 'n' };

/** AES-256-CBC of whole blocks, for messages that no encoder makes. */
function blocks(create, key, iv, bytes) {
  const cipher = create('aes-256-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}
function dingTalkSeal({ message = 'success', length = Buffer.byteLength(message), tail }) {
  const key = Buffer.from(DINGTALK.encodingAesKey, 'base64');
  const header = Buffer.alloc(20, 'R');
  header.writeUInt32BE(length, 16);
  const plaintext = Buffer.concat([header, Buffer.from(message), Buffer.from(DINGTALK.ownerKey)]);
  const count = 32 - (plaintext.length % 32);
  const padded = Buffer.concat([plaintext, tail?.(count) ?? Buffer.alloc(count, count)]);
  return blocks(createCipheriv, key, key.subarray(0, 16), padded).toString('base64');
}
/** The text that is inside, whoever put it there. */
function dingTalkPlaintext(encrypt) {
  const key = Buffer.from(DINGTALK.encodingAesKey, 'base64');
  const padded = blocks(createDecipheriv, key, key.subarray(0, 16), Buffer.from(encrypt, 'base64'));
  return padded.toString('utf8', 20, 20 + padded.readUInt32BE(16));
}
const feishuSigned = (body) => ({
  headers: {
    'x-lark-request-timestamp': '1',
    'x-lark-request-nonce': 'n',
    'x-lark-signature': createHash('sha256').update(`1n${FEISHU.encryptKey}${body}`).digest('hex'),
  },
  body,
});
const event = (fields = {}) => ({
  schema: '2.0',
  header: { event_type: 'im.message.receive_v1', token: FEISHU.verificationToken },
  event: { text: '飞书', ...fields },
});
const oddPadding = (count) => Buffer.concat([Buffer.alloc(count - 1, 0xaa), Buffer.from([count])]);
const randomOfZero = (make) => {
  const { random } = Math;
  Math.random = () => 0;
  try {
    return make();
  } finally {
    Math.random = random;
  }
};

/** Peer, input, their result and ours, each with what it is today. */
function faults() {
  const feishu = native.createFeishuCodec(FEISHU);
  const plain = native.createFeishuCodec({ verificationToken: FEISHU.verificationToken });
  const dingTalk = native.createDingTalkCodec(DINGTALK);
  const encryptor = dingtalkEncrypt(DINGTALK);
  const flag = (value) => (value === undefined ? 'refused' : value);
  const sealed = (text) => dingTalk.encrypt(text);
  const twice = (make) => {
    const first = make();
    return make() === first ? 'the same twice' : 'two that differ';
  };
  const list = [];
  const add = (peer, input, theirs, theirResult, ours, ourResult) =>
    list.push({ peer, input, theirs, theirResult, ours, ourResult });

  const dingtalk = 'dingtalk-encrypt';
  add(
    dingtalk,
    '飞 encrypted',
    () => dingTalkPlaintext(FAMILIES[dingtalk].encrypt(DINGTALK, '飞')),
    '%E9%A3%9E',
    () => dingTalkPlaintext(sealed('飞')),
    '飞',
  );
  add(
    dingtalk,
    '飞 decrypted',
    () => encryptor.decrypt(sealed('飞')),
    'é£\x9e',
    () => dingTalk.decrypt(sealed('飞')).text,
    '飞',
  );
  add(
    dingtalk,
    '"100%" encrypted',
    () => dingTalkPlaintext(FAMILIES[dingtalk].encrypt(DINGTALK, '100%')),
    '100%25',
    () => dingTalkPlaintext(sealed('100%')),
    '100%',
  );
  add(
    dingtalk,
    '"100%" decrypted',
    () => encryptor.decrypt(sealed('100%')),
    'URIError: URI malformed',
    () => dingTalk.decrypt(sealed('100%')).text,
    '100%',
  );
  add(
    dingtalk,
    '"%20" decrypted',
    () => encryptor.decrypt(sealed('%20')),
    ' ',
    () => dingTalk.decrypt(sealed('%20')).text,
    '%20',
  );
  add(
    dingtalk,
    'prefix where Math.random() is 0',
    () => randomOfZero(() => twice(() => FAMILIES[dingtalk].encrypt(DINGTALK, 'a'))),
    'the same twice',
    () => randomOfZero(() => twice(() => sealed('a'))),
    'two that differ',
  );
  add(
    dingtalk,
    'wrong signature',
    () => encryptor.getDecryptMsg('0', '1', 'n', sealed('a')),
    '900006',
    () => dingTalk.decode({ query: { ...QUERY, signature: '0' }, body: '{"encrypt":"AAAA"}' }),
    'ERR_SIGNATURE 900005',
  );
  add(
    dingtalk,
    'padding bytes that differ',
    () => encryptor.decrypt(dingTalkSeal({ tail: oddPadding })),
    'success',
    () => dingTalk.decrypt(dingTalkSeal({ tail: oddPadding })).text,
    'ERR_DECRYPT 900008',
  );
  add(
    dingtalk,
    'no ciphertext',
    () => encryptor.decrypt(''),
    '900010',
    () => dingTalk.decrypt('').text,
    'ERR_DECRYPT 900008',
  );

  const inLines = sealed('success').replace(/.{1,60}/g, '$&\n');
  add(
    dingtalk,
    'base64 in lines, as Python and Ruby send it',
    () => encryptor.decrypt(inLines),
    '900010',
    () => dingTalk.decrypt(inLines).text,
    'success',
  );

  for (const peer of ['@wecom/crypto', 'wechat-crypto']) {
    const { decrypt } = FAMILIES[peer];
    const decode = (encrypt) => [peer, () => decrypt(DINGTALK, encrypt), () => dingTalk.decrypt(encrypt).text];
    const both = (input, encrypt, theirResult, ourResult) => {
      const [name, theirs, ours] = decode(encrypt);
      add(name, input, theirs, theirResult, ours, ourResult);
    };
    both('padding bytes that differ', dingTalkSeal({ tail: oddPadding }), 'success', 'ERR_DECRYPT 900008');
    both('padding byte 0', dingTalkSeal({ tail: (count) => Buffer.alloc(count) }), 'success', 'ERR_DECRYPT 900008');
    both('length beyond the end', dingTalkSeal({ length: 1000 }), 'successowner', 'ERR_DECRYPT 900008');
    both(
      'for another owner',
      native.encryptDingTalkMessage('success', { ...DINGTALK, ownerKey: 'other' }),
      'success',
      'ERR_OWNER 900010',
    );
    both('half of 飞', dingTalkSeal({ message: '飞', length: 2 }), '\ufffd', 'ERR_DECRYPT 900008');
    const urlSafe = dingTalk
      .encrypt('a', { prefix: Buffer.alloc(16, 3) })
      .replaceAll('+', '-')
      .replaceAll('/', '_');
    both('base64 of the URL alphabet', urlSafe, 'a', 'ERR_DECRYPT 900008');
  }

  const sdk = '@larksuiteoapi/node-sdk';
  const invoke = (secrets, request) =>
    dispatcherOf(secrets, ({ text }) => text)
      .invoke(sdkData(request))
      .then(flag);
  const respaced = feishuSigned(`{ "encrypt": "${feishu.encrypt(JSON.stringify(event()))}" }`);
  add(
    sdk,
    'signed body with spaces in it',
    () => invoke(FEISHU, respaced),
    'refused',
    () => feishu.decode(respaced).event.text,
    '飞书',
  );
  const sibling = feishuSigned(
    JSON.stringify({ encrypt: feishu.encrypt(JSON.stringify(event())), event: { text: 'sibling' } }),
  );
  add(
    sdk,
    'fields beside `encrypt`',
    () => invoke(FEISHU, sibling),
    'sibling',
    () => feishu.decode(sibling).event.text,
    '飞书',
  );
  const urlSafe = feishuSigned(
    JSON.stringify({
      encrypt: feishu.encrypt(JSON.stringify(event()), { iv: Buffer.alloc(16, 0xff) }).replaceAll('/', '_'),
    }),
  );
  add(
    sdk,
    'base64 of the URL alphabet',
    () => invoke(FEISHU, urlSafe),
    '飞书',
    () => feishu.decode(urlSafe).event.text,
    'ERR_DECRYPT',
  );

  const short = feishuSigned('{"encrypt":"AAAA"}');
  add(
    sdk,
    'three bytes of ciphertext',
    () => new lark.AESCipher(FEISHU.encryptKey).decrypt('AAAA'),
    'TypeError: Invalid initialization vector',
    () => feishu.decode(short),
    'ERR_DECRYPT',
  );
  const unsigned = { headers: {}, body: JSON.stringify(event()) };
  add(
    sdk,
    'no secret configured',
    () => invoke({}, unsigned),
    '飞书',
    () => native.createFeishuCodec({}).decode(unsigned).event.text,
    'ERR_CONFIG',
  );

  const tokenOnly = { verificationToken: FEISHU.verificationToken };
  const forged = { headers: {}, body: JSON.stringify({ ...event(), header: { ...event().header, token: 'wrong' } }) };
  add(
    sdk,
    'event with the wrong token, no Encrypt Key',
    () => invoke(tokenOnly, forged),
    '飞书',
    () => plain.decode(forged).event.text,
    'ERR_TOKEN',
  );
  add(
    sdk,
    'the same to CardActionHandler, unsigned',
    () =>
      cardHandlerOf(tokenOnly, ({ text }) => text)
        .invoke(sdkData(forged))
        .then(flag),
    '飞书',
    () => plain.decode(forged).event.text,
    'ERR_TOKEN',
  );
  const bypass = { headers: {}, body: '{"encrypt":"AAAA"}' };
  add(
    sdk,
    '`encrypt` to CardActionHandler, unsigned',
    () =>
      cardHandlerOf(tokenOnly, () => 'handled')
        .invoke(sdkData(bypass))
        .then(flag),
    'handled',
    () => plain.decode(bypass),
    'ERR_REQUEST',
  );
  const card = { headers: {}, body: JSON.stringify(event({ token: 'card' })) };
  add(
    sdk,
    'event.token beside header.token',
    () => dispatcherOf(tokenOnly, ({ token }) => token).invoke(sdkData(card)),
    'card',
    () => JSON.parse(plain.decode(card).text).header.token,
    'v-token',
  );

  const challenge = (token) => ({
    body: JSON.stringify({
      encrypt: feishu.encrypt(JSON.stringify({ type: 'url_verification', challenge: 'c', token })),
    }),
  });
  const answer = (request) => answerOf(dispatcherOf(FEISHU), { chunks: [request.body] });
  add(
    sdk,
    'challenge with the wrong token',
    () => answer(challenge('wrong')),
    '{"challenge":"c"}',
    () => feishu.decode(challenge('wrong')).challenge,
    'ERR_SIGNATURE',
  );
  const captured = feishu.encrypt(JSON.stringify(event()), { iv: Buffer.alloc(16) });
  const bytes = Buffer.from(captured, 'base64');
  bytes[bytes.length - 17] ^= 0x80;
  const tampered = { body: JSON.stringify({ encrypt: bytes.toString('base64') }) };
  const cut = { body: JSON.stringify({ encrypt: feishu.encrypt('no JSON') }) };
  add(
    sdk,
    'unsigned, padding wrong',
    () => answer(tampered),
    'Error: bad decrypt',
    () => feishu.decode(tampered),
    'ERR_SIGNATURE',
  );
  add(
    sdk,
    'unsigned, padding right, no JSON',
    () => answer(cut),
    'SyntaxError',
    () => feishu.decode(cut),
    'ERR_SIGNATURE',
  );
  const whole = Buffer.from(JSON.stringify(event()));
  const middle = whole.indexOf('飞') + 1;
  const chunks = [whole.subarray(0, middle), whole.subarray(middle)];
  add(
    sdk,
    '飞 cut by the network',
    () =>
      answerOf(
        dispatcherOf(tokenOnly, ({ text }) => text),
        { chunks },
      ),
    '"\ufffd\ufffd\ufffd书"',
    () => plain.decode({ body: Buffer.concat(chunks) }).event.text,
    '飞书',
  );
  return list;
}

async function resultOf(make) {
  try {
    return await make();
  } catch (error) {
    if (typeof error.code === 'string' && error.code.startsWith('ERR_') && error.name === 'CallbackError') {
      return [error.code, error.platformCode].filter(Boolean).join(' ');
    }
    const number = /9000\d\d/.exec(`${error.code} ${error.message}`)?.[0];
    if (number) return number;
    if (error instanceof SyntaxError) return 'SyntaxError';
    return `${error.name}: ${error.reason ?? error.message}`;
  }
}

export async function compareNpm(random, { inputs, equal, fail }) {
  const rows = [];
  const row = (peer) => {
    const { version } = JSON.parse(readFileSync(new URL(`node_modules/${peer}/package.json`, import.meta.url), 'utf8'));
    const entry = { peer, version, cases: 0 };
    rows.push(entry);
    return async (what, compare) => {
      entry.cases++;
      try {
        await compare();
      } catch (error) {
        fail(`${peer}: ${what}: ${error.message}`);
      }
    };
  };
  await compareLark(random, { inputs, equal, attempt: row('@larksuiteoapi/node-sdk') });
  for (const [peer, family] of Object.entries(FAMILIES)) {
    await compareFamily(random, { inputs, equal, attempt: row(peer) }, family);
  }

  const table = [];
  for (const { peer, input, theirs, theirResult, ours, ourResult } of faults()) {
    const result = { peer, input, theirs: await resultOf(theirs), ours: await resultOf(ours) };
    table.push(result);
    rows.find((row) => row.peer === peer).cases++;
    try {
      equal('theirs', result.theirs, theirResult);
      equal('ours', result.ours, ourResult);
    } catch (error) {
      fail(`${peer}: ${input}: ${error.message}`);
    }
  }
  console.log('Where they are wrong:');
  console.table(table);
  return rows;
}
