// Where implementations from npm are wrong: their result beside ours. Both are asserted, so that one that is mended shows.
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import {
  answerOf,
  cardHandlerOf,
  dingtalkEncrypt,
  dispatcherOf,
  FAMILIES,
  lark,
  sdkData,
  wxcrypt,
} from './npm-libraries.mjs';
import { native } from './ours.mjs';

const FEISHU = { encryptKey: 'test key', verificationToken: 'v-token' };
const SECRETS = { token: '123456', encodingAesKey: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij', id: 'owner' };
const { token, encodingAesKey, id } = SECRETS;
const QUERY = { timestamp: '1700000000', nonce: 'n' };

/** AES-256-CBC of whole blocks, for messages that no encoder makes. */
function blocks(create, key, iv, bytes) {
  const cipher = create('aes-256-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}
function sealed({ message = 'success', length = Buffer.byteLength(message), tail }) {
  const key = Buffer.from(encodingAesKey, 'base64');
  const header = Buffer.alloc(20, 'R');
  header.writeUInt32BE(length, 16);
  const plaintext = Buffer.concat([header, Buffer.from(message), Buffer.from(id)]);
  const count = 32 - (plaintext.length % 32);
  const padded = Buffer.concat([plaintext, tail?.(count) ?? Buffer.alloc(count, count)]);
  return blocks(createCipheriv, key, key.subarray(0, 16), padded).toString('base64');
}
/** The text that is inside, whoever put it there. */
function plaintextOf(encrypt) {
  const key = Buffer.from(encodingAesKey, 'base64');
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

function faultsOfDingtalkEncrypt(add) {
  const peer = 'dingtalk-encrypt';
  const dingTalk = native.createDingTalkCodec({ token, encodingAesKey, ownerKey: id });
  const encryptor = dingtalkEncrypt(SECRETS);
  const seal = (text) => dingTalk.encrypt(text);
  const twice = (make) => {
    const first = make();
    return make() === first ? 'the same twice' : 'two that differ';
  };
  add(
    peer,
    '飞 encrypted',
    () => plaintextOf(FAMILIES[peer].encrypt(SECRETS, '飞')),
    '%E9%A3%9E',
    () => plaintextOf(seal('飞')),
    '飞',
  );
  add(
    peer,
    '飞 decrypted',
    () => encryptor.decrypt(seal('飞')),
    'é£\x9e',
    () => dingTalk.decrypt(seal('飞')).text,
    '飞',
  );
  add(
    peer,
    '"100%" encrypted',
    () => plaintextOf(FAMILIES[peer].encrypt(SECRETS, '100%')),
    '100%25',
    () => plaintextOf(seal('100%')),
    '100%',
  );
  add(
    peer,
    '"100%" decrypted',
    () => encryptor.decrypt(seal('100%')),
    'URIError: URI malformed',
    () => dingTalk.decrypt(seal('100%')).text,
    '100%',
  );
  add(
    peer,
    '"%20" decrypted',
    () => encryptor.decrypt(seal('%20')),
    ' ',
    () => dingTalk.decrypt(seal('%20')).text,
    '%20',
  );
  add(
    peer,
    'prefix where Math.random() is 0',
    () => randomOfZero(() => twice(() => FAMILIES[peer].encrypt(SECRETS, 'a'))),
    'the same twice',
    () => randomOfZero(() => twice(() => seal('a'))),
    'two that differ',
  );
  add(
    peer,
    'wrong signature',
    () => encryptor.getDecryptMsg('0', '1', 'n', seal('a')),
    '900006',
    () => dingTalk.decode({ query: { ...QUERY, signature: '0' }, body: '{"encrypt":"AAAA"}' }),
    'ERR_SIGNATURE 900005',
  );
  add(
    peer,
    'padding bytes that differ',
    () => encryptor.decrypt(sealed({ tail: oddPadding })),
    'success',
    () => dingTalk.decrypt(sealed({ tail: oddPadding })).text,
    'ERR_DECRYPT 900008',
  );
  add(
    peer,
    'no ciphertext',
    () => encryptor.decrypt(''),
    '900010',
    () => dingTalk.decrypt('').text,
    'ERR_DECRYPT 900008',
  );

  const inLines = seal('success').replace(/.{1,60}/g, '$&\n');
  add(
    peer,
    'base64 in lines, as Python and Ruby send it',
    () => encryptor.decrypt(inLines),
    '900010',
    () => dingTalk.decrypt(inLines).text,
    'success',
  );
}

/** What the three that WeCom and WeChat have get wrong, alike or each in its way. */
function faultsOfFamily(add) {
  const weCom = native.createWeComCodec({ token, encodingAesKey, receiveId: id });
  const urlSafe = weCom
    .encrypt('a', { prefix: Buffer.alloc(16, 3) })
    .replaceAll('+', '-')
    .replaceAll('/', '_');
  const forOther = native.encryptWeComMessage('success', { encodingAesKey, receiveId: 'other' });
  const zeros = sealed({ tail: (count) => Buffer.alloc(count) });
  const results = {
    '@wecom/crypto': ['success', 'success', 'successowner', 'success', '\ufffd', 'a'],
    'wechat-crypto': ['success', 'success', 'successowner', 'success', '\ufffd', 'a'],
    // It checks the id, and takes for a wrong one whatever is wrong in front of it.
    wxcrypt: ['success', '-40005', '-40005', undefined, '-40005', 'a'],
  };
  for (const [peer, [odd, zero, long, other, half, safe]] of Object.entries(results)) {
    const both = (input, encrypt, theirResult, ourResult = 'ERR_DECRYPT -40008') => {
      const theirs = () => FAMILIES[peer].decrypt(SECRETS, encrypt);
      add(peer, input, theirs, theirResult, () => weCom.decrypt(encrypt).text, ourResult);
    };
    both('padding bytes that differ', sealed({ tail: oddPadding }), odd);
    both('padding byte 0', zeros, zero);
    both('length beyond the end', sealed({ length: 1000 }), long);
    if (other !== undefined) both('for another receiveid', forOther, other, 'ERR_OWNER -40005');
    both('half of 飞', sealed({ message: '飞', length: 2 }), half);
    both('base64 of the URL alphabet', urlSafe, safe);
  }
}

/** A captured message sent as echostr, an empty receiveid, and envelopes as WeCom and WeChat may send them. */
function faultsOfEnvelopes(add) {
  const weCom = native.createWeComCodec({ token, encodingAesKey, receiveId: id });
  const peer = wxcrypt(SECRETS);
  const { query, body } = weCom.encode('<xml><MsgType>text</MsgType></xml>', { timestamp: '1700000000', nonce: 'n' });
  const { msg_signature, timestamp, nonce } = query;
  const encrypt = /CDATA\[([^\]]{60,})/.exec(body)[1];
  const asEchostr = () => weCom.reply(weCom.decode({ query: { ...query, echostr: encrypt } })).body;
  add(
    '@wecom/crypto',
    'a message sent as echostr',
    () => FAMILIES['@wecom/crypto'].decrypt(SECRETS, encrypt),
    '<xml><MsgType>text</MsgType></xml>',
    asEchostr,
    'ERR_REQUEST -40002',
  );
  add(
    'wxcrypt',
    'a message sent as echostr',
    () => peer.verifyURL(msg_signature, timestamp, nonce, encrypt),
    '<xml><MsgType>text</MsgType></xml>',
    asEchostr,
    'ERR_REQUEST -40002',
  );
  add(
    'wechat-crypto',
    'an empty receiveid',
    () => FAMILIES['wechat-crypto'].encrypt({ ...SECRETS, id: '' }, 'a').length,
    'Error: please check arguments',
    () => native.encryptWeComMessage('a', { encodingAesKey, receiveId: '' }).length,
    44,
  );
  const envelope = (input, document, theirResult, ourResult) =>
    add(
      'wxcrypt',
      input,
      () => peer.decryptMsg(msg_signature, timestamp, nonce, document),
      theirResult,
      () => weCom.decode({ query, body: document }).type,
      ourResult,
    );
  envelope('envelope with a declaration', `<?xml version="1.0"?>${body}`, '-40002', 'text');
  envelope('envelope with a comment', body.replace('<Encrypt>', '<!--c--><Encrypt>'), '-40002', 'text');
  envelope('envelope with an attribute', body.replace('<xml>', '<xml a="b">'), '-40002', 'text');
  envelope(
    'envelope with a reference to a number',
    body.replace('<Encrypt>', '<a>&#65;</a><Encrypt>'),
    '-40002',
    'text',
  );
}

function faultsOfLark(add) {
  const sdk = '@larksuiteoapi/node-sdk';
  const feishu = native.createFeishuCodec(FEISHU);
  const plain = native.createFeishuCodec({ verificationToken: FEISHU.verificationToken });
  const flag = (value) => (value === undefined ? 'refused' : value);
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
}

/** Old cards, which the SDK takes by CardActionHandler. */
function faultsOfOldCards(add) {
  const sdk = '@larksuiteoapi/node-sdk';
  const tokenOnly = { verificationToken: FEISHU.verificationToken };
  const codec = native.createFeishuCardCodec(tokenOnly);
  const invoke = (secrets, request) =>
    cardHandlerOf(secrets, ({ action }) => action?.tag ?? 'handled')
      .invoke(sdkData(request))
      .then((value) => (value === undefined ? 'refused' : value));
  const compare = (input, secrets, request, theirResult, ourResult) =>
    add(
      sdk,
      input,
      () => invoke(secrets, request),
      theirResult,
      () => codec.decode(request).event.action.tag,
      ourResult,
    );
  const signed = codec.encode('{ "open_message_id": "om_1", "action": { "tag": "button" } }');
  compare('signed old card with spaces in it', tokenOnly, signed, 'refused', 'button');
  const unsigned = { headers: {}, body: '{"schema":"x","action":{"tag":"button"}}' };
  compare('unsigned old card with a field `schema`', tokenOnly, unsigned, 'button', 'ERR_SIGNATURE');
  compare(
    'unsigned old card with a field `encrypt`',
    tokenOnly,
    { headers: {}, body: '{"encrypt":"AAAA"}' },
    'handled',
    'ERR_REQUEST',
  );
  const check = { body: '{"type":"url_verification","challenge":"c","token":"wrong"}' };
  add(
    sdk,
    'check of an old card with the wrong token',
    () =>
      answerOf(
        cardHandlerOf(tokenOnly, () => ({})),
        { chunks: [check.body] },
      ),
    '{"challenge":"c"}',
    () => codec.decode(check).challenge,
    'ERR_TOKEN',
  );
}

async function resultOf(make) {
  try {
    return await make();
  } catch (error) {
    if (typeof error.code === 'string' && error.code.startsWith('ERR_') && error.name === 'CallbackError') {
      return [error.code, error.platformCode].filter(Boolean).join(' ');
    }
    if (error.errcode !== undefined) return String(error.errcode);
    const number = /9000\d\d/.exec(`${error.code} ${error.message}`)?.[0];
    if (number) return number;
    if (error instanceof SyntaxError) return 'SyntaxError';
    return `${error.name}: ${error.reason ?? error.message}`;
  }
}

/** Peer, input, their result and ours, each asserted to be what it is today. `attemptsOf` counts for a peer. */
export async function compareFaults(equal, attemptsOf) {
  const list = [];
  const add = (peer, input, theirs, theirResult, ours, ourResult) =>
    list.push({ peer, input, theirs, theirResult, ours, ourResult });
  for (const faults of [faultsOfDingtalkEncrypt, faultsOfFamily, faultsOfEnvelopes, faultsOfLark, faultsOfOldCards])
    faults(add);
  const table = [];
  for (const { peer, input, theirs, theirResult, ours, ourResult } of list) {
    const result = { peer, input, theirs: await resultOf(theirs), ours: await resultOf(ours) };
    table.push(result);
    await attemptsOf(peer)('where they are wrong', input, () => {
      equal('theirs', result.theirs, theirResult);
      equal('ours', result.ours, ourResult);
    });
  }
  console.log('Where they are wrong:');
  console.table(table);
}
