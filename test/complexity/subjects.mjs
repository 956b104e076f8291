// What is measured: every public function, and every path of the input that an attacker can make long. `prepare(size)`
// makes an input of about `size` bytes, outside the measurement, and gives the call.
import * as codecs from '../../dist/index.js';
import { importSource } from '../fuzz/bundle.mjs';

const MiB = 2 ** 20;
/** To 16 MiB, where the time is long enough to be measured and short enough to be repeated. */
const LARGE = [2 * MiB, 4 * MiB, 8 * MiB, 16 * MiB];

const source = await importSource();
const { makeDecodeBase64, makeEncodeBase64 } = source['internal/encoding/base64'];
const { makeDecodeUtf8, makeEncodeUtf8 } = source['internal/encoding/utf8'];
const { thisRuntime } = source['internal/runtime'];
const { timingSafeEqual } = source['internal/timing-safe-equal'];
const encodingsOf = (runtime) => ({
  encodeUtf8: makeEncodeUtf8(runtime),
  decodeUtf8: makeDecodeUtf8(runtime),
  encodeBase64: makeEncodeBase64(runtime),
  decodeBase64: makeDecodeBase64(runtime),
});

const ascii = (size) => 'a'.repeat(size);
const unlimited = { maxBodyBytes: 256 * MiB };
const feishuSecrets = { encryptKey: 'test key', verificationToken: 'v-token' };
const feishu = codecs.createFeishuCodec({ ...feishuSecrets, ...unlimited });
const feishuNoble = codecs.createFeishuCodec({ ...feishuSecrets, ...unlimited, aes: codecs.nobleAesCbc });
const feishuPlain = codecs.createFeishuCodec({ verificationToken: 'v-token', ...unlimited });
const feishuLimited = codecs.createFeishuCodec(feishuSecrets);
const dingTalkSecrets = { encodingAesKey: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij', ownerKey: 'owner' };
const dingTalk = codecs.createDingTalkCodec({ token: '123456', ...dingTalkSecrets, ...unlimited });
const tencent = codecs.createTencentChatCodec({ token: 'xxxxyyyy', toleranceSeconds: 1e9, ...unlimited });
const weComSecrets = { encodingAesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C', receiveId: 'wx5823bf96d3bd56c7' };
const weCom = codecs.createWeComCodec({ token: 'QDG6eK', ...weComSecrets, ...unlimited });
const weChat = codecs.createWeChatCodec({
  token: 'AAAAA',
  encodingAesKey: [dingTalkSecrets.encodingAesKey, weComSecrets.encodingAesKey],
  appId: 'wxba5fad812f8e6fb9',
  ...unlimited,
});
const weChatOther = codecs.createWeChatCodec({ token: 'AAAAA', encodingAesKey: ascii(43), appId: 'wx1' });
const weChatPlain = codecs.createWeChatCodec({ token: 'AAAAA', ...unlimited });
const card = codecs.createFeishuCardCodec({ verificationToken: 'v-token', ...unlimited });
const robot = codecs.createDingTalkRobotCodec({ appSecret: 's', ...unlimited });
const dingTalkCard = codecs.createDingTalkCardCodec({ apiSecret: 's', ...unlimited });
const trtc = codecs.createTrtcCodec({ key: 'k', ...unlimited });
const all = codecs.anyOf(feishu, dingTalk, weCom, weChat, tencent, card, robot, trtc);

const key = new Uint8Array(32).fill(1);
const iv = new Uint8Array(16).fill(2);
const chinese = (size) => '你'.repeat(size / 3);
const event = (pad) => ({ schema: '2.0', header: { event_type: 't' }, event: { pad } });
const dingTalkEvent = (pad) => ({ EventType: 'user_add_org', pad });
const tencentEvent = (pad) => ({ CallbackCommand: 'C', pad });
const dingTalkMessage = dingTalk.decode(dingTalk.encode(dingTalkEvent('')));
const tencentMessage = tencent.decode(tencent.encode(tencentEvent('')));
const message = (pad) => ({ MsgType: 'text', Content: pad });
const weComMessage = weCom.decode(weCom.encode(message('')));
const weChatMessage = weChat.decode(weChat.encode(message('')));
const asBytes = (request) => ({ ...request, body: new TextEncoder().encode(request.body) });

/** A call that a sender makes fail: a CallbackError is as good as a result. */
function accepting(call) {
  return () => {
    try {
      return call();
    } catch (error) {
      if (error.name !== 'CallbackError') throw error;
    }
  };
}

const over = (make, call) => (size) => {
  const input = make(size);
  return accepting(() => call(input));
};

const url = (repeated) =>
  over(
    (size) => `/?${repeated.repeat(size / repeated.length)}`,
    (url) => tencent.decode({ url, body: '{}' }),
  );
const query = (make) => over(make, (query) => tencent.decode({ query, body: '{}' }));
const headers = (make) => over(make, (headers) => feishu.decode({ headers, body: '{}' }));
/** An envelope, which is read before anything is verified. */
const xml = (make) => over(make, (body) => weCom.decode({ body }));
const inside = (repeated) => xml((size) => `<xml>${repeated.repeat(size / repeated.length)}</xml>`);
const plainJson = (make) => over(make, (body) => feishuPlain.decode({ body }));
const sealed = (codec) => (size) => codec.encrypt(ascii(size * 0.7));
const numbered = (size) => Array.from({ length: size / 16 }, (_, index) => [`x-header-${index}`, 'v']);

export const subjects = [
  ['feishu.encode', over(ascii, (text) => feishu.encode(event(text)))],
  ['feishu.decode, signed', over((size) => feishu.encode(event(ascii(size * 0.7))), feishu.decode), 'memory'],
  [
    'feishu.decode, signed, bytes',
    over((size) => asBytes(feishu.encode(event(chinese(size * 0.7)))), feishu.decode),
    'memory',
  ],
  [
    'feishu.decode, signed, noble',
    over((size) => feishu.encode(event(ascii(size * 0.7))), feishuNoble.decode),
    'memory',
  ],
  [
    'feishu.decode, unsigned',
    over((size) => ({ body: feishu.encode(event(ascii(size * 0.7))).body }), feishu.decode),
    'constant',
  ],
  ['feishu.decode, unsigned, no JSON', over((size) => ({ body: '['.repeat(size) }), feishu.decode), 'constant'],
  [
    'feishu.decode, unsigned, empty headers',
    over((size) => ({ headers: { 'x-lark-signature': '' }, body: ascii(size) }), feishu.decode),
    'constant',
  ],
  [
    'feishu.decode, wrong signature',
    over((size) => ({ ...feishu.encode(event(ascii(size * 0.7))), body: ascii(size) }), feishu.decode),
  ],
  [
    'feishu.decode, plain',
    over((size) => ({ body: JSON.stringify(event(ascii(size))) }), feishuPlain.decode),
    'memory',
  ],
  ['feishu.verify', over((size) => feishu.encode(event(ascii(size * 0.7))), feishu.verify)],
  ['feishu.encrypt', over(chinese, (text) => feishu.encrypt(text))],
  ['feishu.decrypt', over(sealed(feishu), feishu.decrypt)],
  [
    'feishu.reply',
    over((size) => ({ platform: 'feishu', kind: 'verification', challenge: ascii(size) }), feishu.reply),
  ],
  ['feishu.decode, too large', over((size) => ({ body: ascii(size) }), feishuLimited.decode), 'constant'],
  ['feishuSignature', over(ascii, (body) => codecs.feishuSignature({ timestamp: '1', nonce: 'n', body }, 'key'))],
  ['encryptFeishuEvent', over(ascii, (text) => codecs.encryptFeishuEvent(text, 'key'))],
  ['decryptFeishuEvent', over(sealed(feishu), (text) => codecs.decryptFeishuEvent(text, feishuSecrets.encryptKey))],
  ['dingTalk.encode', over(ascii, (text) => dingTalk.encode(dingTalkEvent(text)))],
  ['dingTalk.decode', over((size) => dingTalk.encode(dingTalkEvent(ascii(size * 0.7))), dingTalk.decode), 'memory'],
  [
    'dingTalk.decode, bytes',
    over((size) => asBytes(dingTalk.encode(dingTalkEvent(chinese(size * 0.7)))), dingTalk.decode),
    'memory',
  ],
  ['dingTalk.verify', over((size) => dingTalk.encode(dingTalkEvent(ascii(size * 0.7))), dingTalk.verify)],
  ['dingTalk.decrypt', over(sealed(dingTalk), dingTalk.decrypt)],
  [
    'dingTalk.decrypt, white space all over',
    over((size) => sealed(dingTalk)(size / 2).replace(/./g, '$& '), dingTalk.decrypt),
  ],
  ['dingTalk.decrypt, white space alone', over((size) => ' \n'.repeat(size / 2), dingTalk.decrypt)],
  ['dingTalk.encrypt', over(chinese, (text) => dingTalk.encrypt(text))],
  ['dingTalk.reply', over(ascii, (text) => dingTalk.reply(dingTalkMessage, text))],
  [
    'dingTalkSignature',
    over(ascii, (encrypt) => codecs.dingTalkSignature({ token: 't', timestamp: '1', nonce: 'n', encrypt })),
  ],
  ['encryptDingTalkMessage', over(ascii, (text) => codecs.encryptDingTalkMessage(text, dingTalkSecrets))],
  ['decryptDingTalkMessage', over(sealed(dingTalk), (text) => codecs.decryptDingTalkMessage(text, dingTalkSecrets))],
  ['tencent.encode', over(ascii, (text) => tencent.encode(tencentEvent(text)))],
  ['tencent.decode', over((size) => tencent.encode(tencentEvent(ascii(size))), tencent.decode), 'memory'],
  [
    'tencent.decode, bytes',
    over((size) => asBytes(tencent.encode(tencentEvent(chinese(size)))), tencent.decode),
    'memory',
  ],
  ['tencent.verify', over((size) => asBytes(tencent.encode(tencentEvent(chinese(size)))), tencent.verify)],
  [
    'tencent.reply',
    over(
      (size) => ({ ErrorInfo: ascii(size) }),
      (answer) => tencent.reply(tencentMessage, answer),
    ),
  ],
  ['tencentChatSignature', over(ascii, (requestTime) => codecs.tencentChatSignature({ token: 't', requestTime }))],
  [
    'encryptAes256Cbc',
    over(
      (size) => new Uint8Array(size),
      (bytes) => codecs.encryptAes256Cbc(key, iv, bytes),
    ),
  ],
  [
    'decryptAes256Cbc',
    over(
      (size) => codecs.encryptAes256Cbc(key, iv, new Uint8Array(size)),
      (bytes) => codecs.decryptAes256Cbc(key, iv, bytes),
    ),
  ],
  [
    'encryptEnvelope',
    over(
      (size) => new Uint8Array(size),
      (bytes) => codecs.encryptEnvelope(key, bytes),
    ),
  ],
  [
    'decryptEnvelope',
    over(
      (size) => codecs.encryptEnvelope(key, new Uint8Array(size * 0.7)),
      (text) => codecs.decryptEnvelope(key, text),
    ),
  ],
  ...[
    ['portable', encodingsOf({})],
    ['native', encodingsOf(thisRuntime())],
  ].flatMap(([name, codec]) => [
    [`${name} encodeUtf8`, over(chinese, codec.encodeUtf8)],
    [
      `${name} decodeUtf8`,
      over(
        (size) => new TextEncoder().encode(chinese(size)),
        (bytes) => codec.decodeUtf8(bytes, 0, bytes.length),
      ),
      'memory',
    ],
    [`${name} encodeBase64`, over((size) => new Uint8Array(size), codec.encodeBase64), 'memory'],
    [
      `${name} decodeBase64`,
      over(
        (size) => 'A'.repeat(size),
        (text) => codec.decodeBase64(text, 16),
      ),
      'memory',
    ],
  ]),
  ['weCom.encode', over(ascii, (text) => weCom.encode(message(text)))],
  ['weCom.decode', over((size) => weCom.encode(message(ascii(size * 0.7))), weCom.decode), 'memory'],
  ['weCom.decode, bytes', over((size) => asBytes(weCom.encode(message(chinese(size * 0.7)))), weCom.decode), 'memory'],
  [
    'weCom.decode, JSON',
    over((size) => weCom.encode({ msgtype: 'text', text: ascii(size * 0.7) }, { format: 'json' }), weCom.decode),
    'memory',
  ],
  ['weCom.decode, echostr', over((size) => weCom.encode({ echostr: ascii(size * 0.7) }), weCom.decode)],
  ['weCom.verify', over((size) => weCom.encode(message(ascii(size * 0.7))), weCom.verify)],
  ['weCom.reply, text', over(ascii, (text) => weCom.reply(weComMessage, text))],
  ['weCom.reply, an object', over(ascii, (text) => weCom.reply(weComMessage, { Content: text }))],
  [
    'weCom.reply, all of it the end of a section',
    over(
      (size) => ']]>'.repeat(size / 8),
      (text) => weCom.reply(weComMessage, { text }),
    ),
  ],
  [
    'weCom.reply, many elements',
    over(
      (size) => new Array(size / 32).fill('a'),
      (item) => weCom.reply(weComMessage, { item }),
    ),
  ],
  ['weCom.decodeReply', over((size) => weCom.reply(weComMessage, ascii(size * 0.7)), weCom.decodeReply)],
  ['weCom.decrypt', over(sealed(weCom), weCom.decrypt)],
  [
    'weComSignature',
    over(ascii, (encrypt) => codecs.weComSignature({ token: 't', timestamp: '1', nonce: 'n', encrypt })),
  ],
  ['encryptWeComMessage', over(ascii, (text) => codecs.encryptWeComMessage(text, weComSecrets))],
  ['decryptWeComMessage', over(sealed(weCom), (text) => codecs.decryptWeComMessage(text, weComSecrets))],
  ['weChat.decode', over((size) => weChat.encode(message(ascii(size * 0.7))), weChat.decode), 'memory'],
  ['weChat.decode, no key of two', over((size) => weChatOther.encode(message(ascii(size * 0.7))), weChat.decode)],
  ['weChat.decode, plain', over((size) => weChatPlain.encode(message(ascii(size))), weChatPlain.decode), 'memory'],
  ['weChat.decode, echostr', over((size) => weChat.encode({ echostr: ascii(size) }), weChat.decode)],
  ['weChat.reply', over(ascii, (text) => weChat.reply(weChatMessage, text))],
  ['feishuCard.decode', over((size) => card.encode({ action: ascii(size) }), card.decode), 'memory'],
  ['feishuCard.decode, bytes', over((size) => asBytes(card.encode({ action: chinese(size) })), card.decode), 'memory'],
  [
    'dingTalkRobot.decode',
    over((size) => robot.encode({ msgtype: 'text', text: ascii(size) }), robot.decode),
    'memory',
  ],
  ['dingTalkCard.decode', over((size) => dingTalkCard.encode({ content: ascii(size) }), dingTalkCard.decode), 'memory'],
  ['trtc.decode', over((size) => trtc.encode({ EventType: 1, pad: ascii(size) }), trtc.decode), 'memory'],
  [
    'trtc.decode, bytes',
    over((size) => asBytes(trtc.encode({ EventType: 1, pad: chinese(size) })), trtc.decode),
    'memory',
  ],
  ['trtcSignature', over(ascii, (body) => codecs.trtcSignature(body, 'k'))],
  ['anyOf.decode, the first', over((size) => feishu.encode(event(ascii(size * 0.7))), all.decode), 'memory'],
  ['anyOf.decode, the last', over((size) => trtc.encode({ EventType: 1, pad: ascii(size) }), all.decode), 'memory'],
  ['anyOf.decode, none', over((size) => ({ body: ascii(size) }), all.decode), 'memory'],
  ['timingSafeEqual', over(ascii, (text) => timingSafeEqual(text, text))],
  ['headers: many, record', headers((size) => Object.fromEntries(numbered(size / 16)))],
  ['headers: many, Map', headers((size) => new Map(numbered(size / 16)))],
  ['headers: a long value', headers((size) => ({ 'x-lark-signature': ascii(size) }))],
  ['headers: one value joined often', headers((size) => ({ 'x-lark-signature': 'a, '.repeat(size / 3) }))],
  ['headers: a list of many', headers((size) => ({ 'x-lark-signature': new Array(size / 8).fill('a') }))],
  [
    'headers: joined and listed',
    headers((size) => ({ 'x-lark-signature': new Array(1000).fill('a, '.repeat(size / 3000)) })),
  ],
  ['query: many parameters', url('name=value&')],
  ['query: one parameter often', url('Sign=a&')],
  ['query: names and escapes', url('%E4%BD%A0=%E4%BD%A0&')],
  ...['&', '=', '?', '+', '%', '%41', '%ff', '%E4%BD%A0', 'a', '#', '你'].map((text) => [
    `query: ${text} repeated`,
    url(text),
  ]),
  [
    'query: a long value of escapes',
    over(
      (size) => `/?Sign=${'%E4%BD%A0'.repeat(size / 9)}`,
      (url) => tencent.decode({ url, body: '{}' }),
    ),
  ],
  ['query: no question mark', over(ascii, (url) => tencent.decode({ url, body: '{}' }))],
  ['query: many, record', query((size) => Object.fromEntries(numbered(size / 16)))],
  ['query: many, URLSearchParams', query((size) => new URLSearchParams(numbered(size * 2)))],
  ['query: a list of many', query((size) => ({ Sign: new Array(size / 8).fill('a') }))],
  ['JSON: arrays, nested', plainJson((size) => `{"event":${'['.repeat(size / 2)}${']'.repeat(size / 2)}}`)],
  ['JSON: objects, nested', plainJson((size) => `${'{"a":'.repeat(size / 6)}1${'}'.repeat(size / 6)}`)],
  ['JSON: not closed', plainJson((size) => '['.repeat(size))],
  ['JSON: one name often', plainJson((size) => `{${'"a":1,'.repeat(size / 6)}"a":1}`)],
  [
    'JSON: many names',
    plainJson((size) => `{${Array.from({ length: size / 64 }, (_, index) => `"${index}-":1`).join()}}`),
  ],
  ['JSON: escapes', plainJson((size) => `{"a":"${'\\u4f60'.repeat(size / 6)}"}`)],
  ['JSON: base64 instead', plainJson(ascii)],
  ['JSON: base64 but for its end', plainJson((size) => `${ascii(size)}===!`)],
  ['JSON: white space', plainJson((size) => `{${' '.repeat(size)}}`)],
  ['XML: levels', xml((size) => '<a>'.repeat(size / 3))],
  ['XML: levels that end', xml((size) => `${'<a>'.repeat(size / 7)}${'</a>'.repeat(size / 7)}`)],
  ['XML: one element', xml((size) => `<xml><a>${ascii(size)}</a></xml>`), 'memory'],
  ['XML: one name', xml((size) => `<${ascii(size)}/>`)],
  ['XML: one section', xml((size) => `<xml><![CDATA[${ascii(size)}]]></xml>`)],
  ['XML: one comment', xml((size) => `<xml><!--${ascii(size)}--></xml>`)],
  ['XML: one attribute', xml((size) => `<xml a="${ascii(size)}"/>`)],
  ['XML: attributes', xml((size) => `<xml${' a=""'.repeat(size / 5)}/>`), 'memory'],
  ['XML: attributes, not closed', xml((size) => `<xml${' a=""'.repeat(size / 5)}!`)],
  ['XML: references in an attribute', xml((size) => `<xml a="${'&amp;'.repeat(size / 5)}"/>`)],
  ['XML: one reference', xml((size) => `<xml>&#${'1'.repeat(size)};</xml>`)],
  [
    'XML: many names',
    xml((size) => `<xml>${Array.from({ length: size / 64 }, (_, index) => `<a${index}/>`).join('')}</xml>`),
  ],
  ['XML: white space in a tag', xml((size) => `<xml${' '.repeat(size)}>`)],
  ['XML: white space in front', xml((size) => `${' \n'.repeat(size / 2)}<xml/>`)],
  ['XML: white space behind', xml((size) => `<xml/>${' \n'.repeat(size / 2)}`)],
  ['XML: instructions in front', xml((size) => `${'<?p?>'.repeat(size / 5)}<xml/>`)],
  ['XML: a DOCTYPE', xml((size) => `<!DOCTYPE xml [${'<!ENTITY a "b">'.repeat(size / 15)}]><xml/>`)],
  ...[
    '&',
    '&amp;',
    '&#65;',
    '&#x',
    '<',
    '>',
    '<a/>',
    '<a>b</a>',
    '</a>',
    'b<a/>',
    '<![CDATA[b]]>',
    '<![CDATA[',
    ']]>',
    ']]',
  ].map((text) => [`XML: ${text} repeated`, inside(text)]),
  ...['<!---->', '<!--', '<!-- -', '-->', '<?p?>', '<?p ', '?>', '\r\n', '\r', '你', '<a b="', '<a b', '<a '].map(
    (text) => [`XML: ${text.replace(/\r/g, 'CR').replace(/\n/g, 'LF')} repeated`, inside(text)],
  ),
].map(([name, prepare, kind]) => ({ name, prepare, kind, sizes: LARGE }));

/** What a careless implementation does: must be found growing too fast, or taking too much. */
export const controls = [
  {
    name: 'control: a sum begun again at each byte',
    prepare: over(
      (size) => new Uint8Array(size),
      (bytes) => bytes.map((_, end) => bytes.subarray(0, end).reduce((sum, byte) => sum + byte, 0)),
    ),
    sizes: [2 ** 11, 2 ** 12, 2 ** 13, 2 ** 14],
  },
  {
    name: 'control: each of a list looked up in the list',
    prepare: over(
      (size) => Array.from({ length: size }, (_, index) => index),
      (list) => list.filter((value) => !list.includes(-1 - value)),
    ),
    sizes: [2 ** 11, 2 ** 12, 2 ** 13, 2 ** 14],
  },
  {
    name: 'control: a list of all bytes as numbers, twice over',
    prepare: over(
      (size) => new Uint8Array(size),
      (bytes) => Array.from(bytes, (byte) => [byte]).concat(Array.from(bytes, (byte) => [byte])),
    ),
    kind: 'memory',
    sizes: [],
  },
];
