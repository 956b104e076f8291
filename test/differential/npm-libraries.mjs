// Implementations from npm, each spoken with in the same words.
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';

const require = createRequire(import.meta.url);
export const lark = require('@larksuiteoapi/node-sdk');
const DingTalkEncryptor = require('dingtalk-encrypt');
const wecom = require('@wecom/crypto');
const WXBizMsgCrypt = require('wechat-crypto');
const WxCrypt = require('wxcrypt');

const silent = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };
const lowerCase = (headers) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
/** How the SDK wants a request: the headers on the prototype of the parsed body. */
export const sdkData = ({ headers = {}, body }) =>
  Object.assign(Object.create({ headers: lowerCase(headers) }), JSON.parse(body));

/** What the SDK's HTTP adapter answers to a body that arrives in these chunks. */
export function answerOf(dispatcher, { headers = {}, chunks }) {
  return new Promise((resolve, reject) => {
    const request = Object.assign(Readable.from(chunks), { url: '/', headers: lowerCase(headers) });
    lark.adaptDefault('/', dispatcher, { autoChallenge: true })(request, { end: resolve }).catch(reject);
  });
}

export const dispatcherOf = (secrets, handler) =>
  new lark.EventDispatcher({ ...secrets, logger: silent }).register({ 'im.message.receive_v1': handler });
export const cardHandlerOf = (secrets, handler) => new lark.CardActionHandler({ ...secrets, logger: silent }, handler);

export const dingtalkEncrypt = ({ token, encodingAesKey, id }) => new DingTalkEncryptor(token, encodingAesKey, id);
const wechat = ({ token, encodingAesKey, id }) => new WXBizMsgCrypt(token, encodingAesKey, id);
export const wxcrypt = ({ token, encodingAesKey, id }) => new WxCrypt(token, encodingAesKey, id);
export const FAMILIES = {
  'dingtalk-encrypt': {
    encrypt: (secrets, text) => dingtalkEncrypt(secrets).getEncryptedMap(text, '1', 'n').encrypt,
    decrypt: (secrets, encrypt) => dingtalkEncrypt(secrets).decrypt(encrypt),
    signatureOf: (secrets, ...parts) => dingtalkEncrypt(secrets).getSignature(secrets.token, ...parts),
    // It goes wrong on everything that encodeURI escapes: see the table.
    textOf: (random) => random.alphanumeric(random.below(200)),
    platforms: ['DingTalk'],
  },
  '@wecom/crypto': {
    encrypt: ({ encodingAesKey, id }, text) => wecom.encrypt(encodingAesKey, text, id),
    decrypt: ({ encodingAesKey }, encrypt) => wecom.decrypt(encodingAesKey, encrypt).message,
    signatureOf: ({ token }, ...parts) => wecom.getSignature(token, ...parts),
    textOf: (random) => random.text(),
    platforms: ['DingTalk', 'WeCom', 'WeChat'],
  },
  'wechat-crypto': {
    encrypt: (secrets, text) => wechat(secrets).encrypt(text),
    decrypt: (secrets, encrypt) => wechat(secrets).decrypt(encrypt).message,
    signatureOf: (secrets, ...parts) => wechat(secrets).getSignature(...parts),
    textOf: (random) => random.text(),
    platforms: ['DingTalk', 'WeCom', 'WeChat'],
  },
  wxcrypt: {
    encrypt: (secrets, text) => readEnvelopeOfWxcrypt(wxcrypt(secrets).encryptMsg(text, '1', 'n')),
    decrypt: (secrets, encrypt) => wxcrypt(secrets).decrypt(WxCrypt.sign(secrets.token, encrypt), '', '', encrypt),
    signatureOf: ({ token }, ...parts) => WxCrypt.sign(token, ...parts),
    textOf: (random) => random.text(),
    platforms: ['DingTalk', 'WeCom', 'WeChat'],
  },
};

const readEnvelopeOfWxcrypt = (xml) => WxCrypt.x2o(xml).xml.Encrypt;
