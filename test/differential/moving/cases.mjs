// What is sent to the servers of each page: what it is, in English and Chinese, the request, and what comes of it with their
// package and with ours. Both are asserted, and become the table of the page.
import { createCipheriv, createHash } from 'node:crypto';
import {
  createDingTalkCodec,
  createFeishuCodec,
  createWeChatCodec,
  createWeComCodec,
  dingTalkSignature,
  encryptDingTalkMessage,
  encryptWeComMessage,
  feishuSignature,
  weChatSignature,
  weComSignature,
} from '../../../dist/index.js';

const REFUSED = 'refused: 400';
const old = { timestamp: '1600000000', nonce: 'n' };

const feishu = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
const feishuEvent = (fields) => ({
  schema: '2.0',
  header: { event_id: 'e', event_type: 'im.message.receive_v1', token: 'v-token', ...fields },
  event: { message: { message_id: 'om_1' } },
});
/** As Feishu signs whatever body it sends. */
const feishuSigned = (body, timestamp = String(Math.floor(Date.now() / 1000))) => ({
  headers: {
    'Content-Type': 'application/json',
    'X-Lark-Request-Timestamp': timestamp,
    'X-Lark-Request-Nonce': 'n',
    'X-Lark-Signature': feishuSignature({ timestamp, nonce: 'n', body }, 'test key'),
  },
  body,
});
const feishuEncrypted = (payload) => feishu.encrypt(JSON.stringify(payload));
const feishuChallenge = { type: 'url_verification', challenge: 'ajls384kdjx98XX', token: 'v-token' };
const feishuForged = feishuSigned(JSON.stringify({ encrypt: feishuEncrypted(feishuEvent()) }));
feishuForged.headers['X-Lark-Signature'] = '0'.repeat(64);

const feishuCases = [
  [['event', '事件'], feishu.encode(feishuEvent()), 'handled: om_1', 'handled: om_1'],
  [
    ['URL challenge, encrypted', '加密的 URL 验证'],
    feishu.encode(feishuChallenge),
    'answered: {"challenge":"ajls384kdjx98XX"}',
    'answered: {"challenge":"ajls384kdjx98XX"}',
  ],
  [
    ['event of another type', '其他类型的事件'],
    feishu.encode(feishuEvent({ event_type: 'im.chat.disbanded_v1' })),
    'answered: "no im.chat.disbanded_v1 event handle"',
    'answered: {}',
  ],
  [
    ['signed event with a space in its JSON', 'JSON 中带空格的已签名事件'],
    feishuSigned(`{ "encrypt": "${feishuEncrypted(feishuEvent())}" }`),
    'not handled: 200',
    'handled: om_1',
  ],
  [['forged signature', '伪造的签名'], feishuForged, 'not handled: 200', REFUSED],
  [
    ['signed event with another Verification Token', 'Verification Token 不符的已签名事件'],
    feishuSigned(JSON.stringify({ encrypt: feishuEncrypted(feishuEvent({ token: 'other' })) })),
    'handled: om_1',
    REFUSED,
  ],
  [
    ['challenge with another Verification Token', 'Verification Token 不符的 URL 验证'],
    { body: JSON.stringify({ encrypt: feishuEncrypted({ ...feishuChallenge, token: 'other' }) }) },
    'answered: {"challenge":"ajls384kdjx98XX"}',
    REFUSED,
  ],
  [
    ['challenge in clear, although there is an Encrypt Key', '已配置 Encrypt Key，却收到明文 URL 验证'],
    { body: JSON.stringify(feishuChallenge) },
    'answered: {"challenge":"ajls384kdjx98XX"}',
    REFUSED,
  ],
  [
    ['signed `event` in clear beside `encrypt`', '`encrypt` 旁带明文 `event`（已签名）'],
    feishuSigned(
      JSON.stringify({ encrypt: feishuEncrypted(feishuEvent()), event: { message: { message_id: 'beside' } } }),
    ),
    'handled: beside',
    'handled: om_1',
  ],
  [
    ['signed event of 2020, sent again', '重放 2020 年的已签名事件'],
    feishu.encode(feishuEvent(), old),
    'handled: om_1',
    'handled: om_1',
  ],
  [['a body that is not JSON', '不是 JSON 的请求体'], { body: 'hello' }, 'not handled: 200', REFUSED],
  [
    ['unsigned ciphertext that does not decrypt', '无法解密的未签名密文'],
    { body: JSON.stringify({ encrypt: Buffer.alloc(48).toString('base64') }) },
    'the process ends',
    REFUSED,
  ],
  [
    ['a body of 2 MB', '2 MB 的请求体'],
    { body: JSON.stringify({ a: 'a'.repeat(2e6) }) },
    'not handled: 200',
    'refused: 413',
  ],
  [['another path', '其他路径'], { ...feishu.encode(feishuEvent()), path: '/other' }, 'no answer', 'handled: om_1'],
  [['GET', 'GET'], { method: 'GET', body: null }, 'not handled: 200', 'refused: 405'],
];

const dingTalkSecrets = { token: '123456', encodingAesKey: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij' };
const dingTalk = createDingTalkCodec({ ...dingTalkSecrets, ownerKey: 'ding1' });
const dingTalkOther = createDingTalkCodec({ ...dingTalkSecrets, ownerKey: 'ding2' });
const dingTalkEvent = (title) => ({ EventType: 'bpms_instance_change', title });
const dingTalkSigned = (encrypt) => {
  const query = { timestamp: String(Date.now()), nonce: 'n' };
  const signature = dingTalkSignature({ token: '123456', encrypt, ...query });
  return { query: { ...query, signature }, body: JSON.stringify({ encrypt }) };
};
const dingTalkEncrypted = (event) =>
  encryptDingTalkMessage(JSON.stringify(event), { ...dingTalkSecrets, ownerKey: 'ding1' });
const dingTalkForged = dingTalk.encode(dingTalkEvent('a'));

/** A frame of DingTalk and WeCom whose padding is right in its last byte alone. */
function oddlyPadded({ encodingAesKey, id }, text) {
  const key = Buffer.from(encodingAesKey, 'base64');
  const header = Buffer.alloc(20, 'R');
  header.writeUInt32BE(Buffer.byteLength(text), 16);
  const plaintext = Buffer.concat([header, Buffer.from(text), Buffer.from(id)]);
  const count = 32 - (plaintext.length % 32);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padding = Buffer.concat([Buffer.alloc(count - 1, 0xaa), Buffer.from([count])]);
  return Buffer.concat([cipher.update(Buffer.concat([plaintext, padding])), cipher.final()]).toString('base64');
}

const dingTalkCases = [
  [['event', '事件'], dingTalk.encode(dingTalkEvent('a')), 'handled: a', 'handled: a'],
  [['check_url', 'check_url'], dingTalk.encode({ EventType: 'check_url' }), 'answered: success', 'answered: success'],
  [['event in Chinese', '含中文的事件'], dingTalk.encode(dingTalkEvent('张三')), 'handled: å¼ ä¸', 'handled: 张三'],
  [['event with a percent sign', '含百分号的事件'], dingTalk.encode(dingTalkEvent('100%')), REFUSED, 'handled: 100%'],
  [
    ['base64 in lines, as Python and Ruby make it', '分行的 base64（Python、Ruby 的写法）'],
    dingTalkSigned(dingTalkEncrypted(dingTalkEvent('a')).replace(/.{1,60}/g, '$&\n')),
    REFUSED,
    'handled: a',
  ],
  [
    ['forged signature', '伪造的签名'],
    { ...dingTalkForged, query: { ...dingTalkForged.query, signature: '0'.repeat(40) } },
    REFUSED,
    REFUSED,
  ],
  [
    ['event for another ownerKey', '发给其他 ownerKey 的事件'],
    dingTalkOther.encode(dingTalkEvent('a')),
    REFUSED,
    REFUSED,
  ],
  [
    ['padding that is wrong but for its last byte', '只有最后一字节正确的填充'],
    dingTalkSigned(oddlyPadded({ ...dingTalkSecrets, id: 'ding1' }, JSON.stringify(dingTalkEvent('a')))),
    'handled: a',
    REFUSED,
  ],
  [
    ['event of 2020, sent again', '重放 2020 年的事件'],
    dingTalk.encode(dingTalkEvent('a'), { timestamp: '1600000000000', nonce: 'n' }),
    'handled: a',
    'handled: a',
  ],
  [['a body that is not JSON', '不是 JSON 的请求体'], { body: 'hello' }, REFUSED, REFUSED],
  [['a body of 2 MB', '2 MB 的请求体'], { body: JSON.stringify({ a: 'a'.repeat(2e6) }) }, REFUSED, 'refused: 413'],
];

const weComSecrets = {
  token: 'QDG6eK',
  encodingAesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
  receiveId: 'wx5823bf96d3bd56c7',
};
const weCom = createWeComCodec(weComSecrets);
const weComText = { MsgType: 'text', Content: '你好', MsgId: '1' };
const weComMessage = '<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content></xml>';
const weComSigned = (encrypt, body) => {
  const query = { timestamp: String(Math.floor(Date.now() / 1000)), nonce: '1' };
  const msg_signature = weComSignature({ token: 'QDG6eK', encrypt, ...query });
  const xml = `<xml><ToUserName><![CDATA[w]]></ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`;
  return { query: { ...query, msg_signature }, body: body?.(encrypt) ?? xml };
};
const weComEncrypted = encryptWeComMessage(weComMessage, weComSecrets);
const captured = weComSigned(weComEncrypted);
const weComForged = weCom.encode(weComText);
const weComHandled = 'handled: 你好; answered: 收到';

const weComCases = [
  [
    ['URL check', 'URL 验证'],
    weCom.encode({ echostr: '1616140317555161061' }),
    'answered: 1616140317555161061',
    'answered: 1616140317555161061',
  ],
  [['message', '消息'], weCom.encode(weComText), weComHandled, weComHandled],
  [
    ['message as JSON, as intelligent robots send it', 'JSON 格式的消息（智能机器人）'],
    weComSigned(encryptWeComMessage(JSON.stringify({ msgtype: 'text', Content: '你好' }), weComSecrets), (encrypt) =>
      JSON.stringify({ encrypt }),
    ),
    REFUSED,
    weComHandled,
  ],
  [
    ['Encrypt without CDATA', '没有 CDATA 的 Encrypt'],
    weComSigned(weComEncrypted, (encrypt) => `<xml><Encrypt>${encrypt}</Encrypt></xml>`),
    REFUSED,
    weComHandled,
  ],
  [
    ['a captured message, sent as echostr', '把截获的消息当作 echostr 发来'],
    { method: 'GET', query: { ...captured.query, echostr: weComEncrypted }, body: null },
    `answered: ${weComMessage}`,
    REFUSED,
  ],
  [
    ['forged signature', '伪造的签名'],
    { ...weComForged, query: { ...weComForged.query, msg_signature: '0'.repeat(40) } },
    REFUSED,
    REFUSED,
  ],
  [
    ['message for another corpid', '发给其他 corpid 的消息'],
    createWeComCodec({ ...weComSecrets, receiveId: 'wx0' }).encode(weComText),
    REFUSED,
    REFUSED,
  ],
  [
    ['padding that is wrong but for its last byte', '只有最后一字节正确的填充'],
    weComSigned(oddlyPadded({ ...weComSecrets, id: weComSecrets.receiveId }, weComMessage)),
    weComHandled,
    REFUSED,
  ],
  [['message of 2020, sent again', '重放 2020 年的消息'], weCom.encode(weComText, old), weComHandled, weComHandled],
  [['a body of 2 MB', '2 MB 的请求体'], { body: 'a'.repeat(2e6) }, REFUSED, 'refused: 413'],
];

const weChatSecrets = { token: 'AAAAA', encodingAesKey: weComSecrets.encodingAesKey, appId: 'wxba5fad812f8e6fb9' };
const weChat = createWeChatCodec(weChatSecrets);
const weChatForged = weChat.encode(weComText);
const weChatPlain = { timestamp: '1600000000', nonce: '1' };
const weChatSigned = (encrypt) => {
  const { query, body } = weComSigned(encrypt);
  const { timestamp, nonce } = query;
  const signature = createHash('sha1').update([timestamp, nonce, 'AAAAA'].sort().join('')).digest('hex');
  const msg_signature = weChatSignature({ token: 'AAAAA', encrypt, timestamp, nonce });
  return { query: { signature, timestamp, nonce, encrypt_type: 'aes', msg_signature }, body };
};

const weChatCases = [
  [
    ['URL check', 'URL 验证'],
    weChat.encode({ echostr: '4375120948345356249' }),
    'answered: 4375120948345356249',
    'answered: 4375120948345356249',
  ],
  [
    ['message', '消息'],
    weChat.encode(weComText),
    'handled: 你好; answered: success',
    'handled: 你好; answered: success',
  ],
  [
    ['Encrypt as JSON, as mini programs may choose', 'JSON 格式的 Encrypt（小程序可选）'],
    (() => {
      const { query, body } = weChatSigned(
        encryptWeComMessage(JSON.stringify({ MsgType: 'text', Content: '你好' }), {
          ...weChatSecrets,
          receiveId: weChatSecrets.appId,
        }),
      );
      return { query, body: JSON.stringify({ Encrypt: /Encrypt><!\[CDATA\[([^\]]*)/.exec(body)[1] }) };
    })(),
    REFUSED,
    'handled: 你好; answered: success',
  ],
  [
    ['forged signature', '伪造的签名'],
    { ...weChatForged, query: { ...weChatForged.query, msg_signature: '0'.repeat(40) } },
    REFUSED,
    REFUSED,
  ],
  [
    ['URL check with a forged signature', '签名伪造的 URL 验证'],
    { method: 'GET', query: { ...weChatPlain, signature: '0'.repeat(40), echostr: '1' }, body: null },
    REFUSED,
    REFUSED,
  ],
  [
    ['message for another appid', '发给其他 appid 的消息'],
    createWeChatCodec({ ...weChatSecrets, appId: 'wx0' }).encode(weComText),
    REFUSED,
    REFUSED,
  ],
  [
    ['padding that is wrong but for its last byte', '只有最后一字节正确的填充'],
    weChatSigned(oddlyPadded({ ...weChatSecrets, id: weChatSecrets.appId }, weComMessage)),
    'handled: 你好; answered: success',
    REFUSED,
  ],
  [
    ['message of 2020, sent again', '重放 2020 年的消息'],
    weChat.encode(weComText, old),
    'handled: 你好; answered: success',
    'handled: 你好; answered: success',
  ],
  [['a body of 2 MB', '2 MB 的请求体'], { body: 'a'.repeat(2e6) }, REFUSED, 'refused: 413'],
];

/** By page: the cases, and what an answer says when it is decrypted. */
export const pages = {
  'feishu-sdk': { peer: '@larksuiteoapi/node-sdk', cases: feishuCases, path: '/feishu', read: (body) => body },
  'dingtalk-encrypt': {
    peer: 'dingtalk-encrypt',
    cases: dingTalkCases,
    read: (body) => dingTalk.decodeReply({ body }),
    /** Every event is answered with it. */
    usual: 'success',
  },
  'wecom-crypto': {
    peer: '@wecom/crypto',
    cases: weComCases,
    read: (body) =>
      /encrypt/i.test(body) ? /Content(?:><!\[CDATA\[|":")(.*?)["\]]/.exec(weCom.decodeReply({ body }))[1] : body,
  },
  'wechat-crypto': { peer: 'wechat-crypto', cases: weChatCases, read: (body) => body },
};
