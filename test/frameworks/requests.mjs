// The 13 requests, as each platform and a stranger send them, and what has to come back: the one place where that is said.
import { createDingTalkCodec } from 'callback-codec/dingtalk';
import { createFeishuCodec, feishuSignature } from 'callback-codec/feishu';
import { createTencentChatCodec } from 'callback-codec/tencent-chat';
import { createWeChatCodec } from 'callback-codec/wechat';
import { createWeComCodec } from 'callback-codec/wecom';
import { SECRETS } from './secrets.mjs';

/** One of each platform with these secrets, or with others in their place. */
function codecsOf(secrets) {
  return {
    feishu: createFeishuCodec({
      encryptKey: secrets.FEISHU_ENCRYPT_KEY,
      verificationToken: secrets.FEISHU_VERIFICATION_TOKEN,
    }),
    dingtalk: createDingTalkCodec({
      token: secrets.DINGTALK_TOKEN,
      encodingAesKey: secrets.DINGTALK_AES_KEY,
      ownerKey: secrets.DINGTALK_OWNER_KEY,
    }),
    wecom: createWeComCodec({
      token: secrets.WECOM_TOKEN,
      encodingAesKey: secrets.WECOM_AES_KEY,
      receiveId: secrets.WECOM_RECEIVE_ID,
    }),
    wechat: createWeChatCodec({
      token: secrets.WECHAT_TOKEN,
      encodingAesKey: secrets.WECHAT_AES_KEY,
      appId: secrets.WECHAT_APP_ID,
    }),
    'tencent-chat': createTencentChatCodec({
      token: secrets.TENCENT_CHAT_TOKEN,
      sdkAppId: secrets.TENCENT_CHAT_SDK_APP_ID,
    }),
  };
}
const codecs = codecsOf(SECRETS);
const GUESSED = {
  FEISHU_ENCRYPT_KEY: 'g',
  DINGTALK_TOKEN: 'g',
  WECOM_TOKEN: 'g',
  WECHAT_TOKEN: 'g',
  TENCENT_CHAT_TOKEN: 'g',
};
const forgers = codecsOf({ ...SECRETS, ...GUESSED });

const JSON_REPLY = 'application/json; charset=utf-8';
const TEXT_REPLY = 'text/plain; charset=utf-8';
/** All that a header may hold and a URL must encode. */
const ODD = 'a+b/c=&%25#?;"';
const DAY = 86_400;
const seconds = () => Math.floor(Date.now() / 1000);
const bodyOf = (text) => ({ body: text });

/** JSON as it may stand, too: white space, and escapes where none is needed. */
const spacedJson = (text) =>
  ` ${text.replaceAll('/', '\\/').replaceAll('+', '\\u002b').replaceAll('":', '" :\t').replace(/\}$/, '\r\n}\n')}`;

/** XML as it may stand, too. */
const spacedXml = (text) =>
  text
    .replace(/<!\[CDATA\[(.*?)\]\]>/g, (_, data) => data.replaceAll('/', '&#x2F;').replaceAll('+', '&#43;'))
    .replace(/^<xml>/, '<?xml version="1.0" encoding="UTF-8"?>\r\n<!-- white space -->\r\n<xml>\r\n  ')
    .replaceAll('</ToUserName>', '</ToUserName>\r\n  ')
    .replace(/<\/xml>$/, '\r\n</xml>\r\n');

const jsonEvent = (more) => (type) => JSON.stringify({ ...more(type), text: '你好 🦜' });
const spacedEvent = (event) => spacedJson(event('t#escapes')).replace('t#escapes', 't\\u002descapes');
const xmlEvent = (type) => ({ ToUserName: 'to', FromUserName: '张三', MsgType: type, Content: '你好 🦜', MsgId: '1' });
const SPACED_XML_EVENT =
  '<?xml version="1.0"?>\r\n<xml>\r\n  <!-- -->\r\n  <MsgType>t&#45;escapes</MsgType>\r\n  <Content><![CDATA[<你好>]]></Content>\r\n</xml>\r\n';

/**
 * How each platform pushes. `event(type)` is its payload; `odd` and `stale` are options of `encode`; `verified` and
 * `answered` are the answers that it takes: Content-Type and text, read as it reads them.
 */
export const PLATFORMS = {
  feishu: {
    verification: { type: 'url_verification', challenge: 'ajls384kdjxxxx' },
    event: jsonEvent((type) => ({ schema: '2.0', header: { event_type: type, token: 'v-token' }, event: {} })),
    respace(push) {
      const body = spacedJson(push.body);
      const { 'X-Lark-Request-Timestamp': timestamp, 'X-Lark-Request-Nonce': nonce } = push.headers;
      const signature = feishuSignature({ timestamp, nonce, body }, SECRETS.FEISHU_ENCRYPT_KEY);
      return { ...push, body, headers: { ...push.headers, 'X-Lark-Signature': signature } };
    },
    odd: { nonce: ODD },
    stale: () => ({ timestamp: String(seconds() - DAY) }),
    verified: [JSON_REPLY, '{"challenge":"ajls384kdjxxxx"}'],
    answered: [JSON_REPLY, '{}'],
    read: (text) => text,
  },
  dingtalk: {
    verification: { EventType: 'check_url' },
    event: jsonEvent((type) => ({ EventType: type })),
    respace: (push) => ({ ...push, body: spacedJson(push.body) }),
    odd: { nonce: `${ODD}你` },
    stale: () => ({ timestamp: String((seconds() - DAY) * 1000) }),
    verified: [JSON_REPLY, 'success'],
    answered: [JSON_REPLY, 'success'],
    read: (text) => codecs.dingtalk.decodeReply(bodyOf(text)),
  },
  wecom: {
    verification: { echostr: '1616140317555161061' },
    event: xmlEvent,
    respace: (push) => ({ ...push, body: spacedXml(push.body) }),
    odd: { nonce: `${ODD}你` },
    stale: () => ({ timestamp: String(seconds() - DAY) }),
    verified: [TEXT_REPLY, '1616140317555161061'],
    answered: [undefined, ''],
    read: (text) => text,
  },
  wechat: {
    verification: { echostr: '4375120948345356249' },
    event: xmlEvent,
    respace: (push) => ({ ...push, body: spacedXml(push.body) }),
    odd: { nonce: `${ODD}你` },
    stale: () => ({ timestamp: String(seconds() - DAY) }),
    verified: [TEXT_REPLY, '4375120948345356249'],
    answered: [TEXT_REPLY, 'success'],
    read: (text) => text,
  },
  'tencent-chat': {
    // It asks for none: this is somebody who opens the URL.
    verification: undefined,
    event: jsonEvent((type) => ({ CallbackCommand: type })),
    respace: (push) => ({ ...push, body: spacedJson(push.body) }),
    odd: { optPlatform: `${ODD}你` },
    stale: () => ({ requestTime: String(seconds() - DAY) }),
    answered: [JSON_REPLY, '{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}'],
    read: (text) => text,
  },
};

/** `verified` and `event` are answers with 200; a number is a refusal of that status, without a body. */
const OUTCOMES = {
  verification: 'verified',
  event: 'event',
  escapes: 'event',
  nonce: 'event',
  untyped: 'event',
  form: 'event',
  empty: 400,
  'not JSON': 400,
  forged: 400,
  stale: 'event', // no window is on where the signature covers the message
  'over 100 kB': 'event',
  'over the limit': 413,
  aborted: 'event', // the one that is sent next
};
const EXCEPTIONS = { 'tencent-chat': { verification: 405, stale: 400 } };
export const outcomeOf = (platform, name) => EXCEPTIONS[platform]?.[name] ?? OUTCOMES[name];

const withType = (push, type) => {
  const { 'Content-Type': _, ...headers } = push.headers;
  return { ...push, headers: type === undefined ? headers : { ...headers, 'Content-Type': type } };
};

/** The 13 requests of a platform by name; an event's type is `t-` and that name. Made anew each time: they hold the time. */
export function requestsOf(platform) {
  const { verification, event, respace, odd, stale } = PLATFORMS[platform];
  const codec = codecs[platform];
  const push = (name, options) => codec.encode(event(`t-${name}`), options);
  const spaced = event === xmlEvent ? SPACED_XML_EVENT : spacedEvent(event);
  const padding = 'x'.repeat(150_000);
  return {
    verification: verification ? codec.encode(verification) : { method: 'GET', headers: {}, query: {}, body: null },
    event: push('event'),
    escapes: respace(codec.encode(spaced)),
    nonce: push('nonce', odd),
    untyped: withType(push('untyped'), undefined),
    form: withType(push('form'), 'application/x-www-form-urlencoded'),
    empty: { ...push('empty'), body: '' },
    'not JSON': { ...push('not'), body: 'neither JSON nor XML' },
    forged: forgers[platform].encode(event('t-forged')),
    stale: push('stale', stale()),
    'over 100 kB': codec.encode(withText(event('t-large'), padding)),
    'over the limit': { ...push('long'), body: 'x'.repeat(2_000_000) },
    aborted: push('aborted'),
  };
}

function withText(payload, text) {
  return typeof payload === 'string' ? JSON.stringify({ ...JSON.parse(payload), text }) : { ...payload, Content: text };
}
