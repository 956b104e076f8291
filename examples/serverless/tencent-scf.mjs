import { createDingTalkCodec } from 'callback-codec/dingtalk';
import { createFeishuCodec } from 'callback-codec/feishu';
import { toFetchHandler } from 'callback-codec/fetch';
import { createTencentChatCodec } from 'callback-codec/tencent-chat';
import { createWeChatCodec } from 'callback-codec/wechat';
import { createWeComCodec } from 'callback-codec/wecom';

const { env } = process;
const codecs = {
  feishu: createFeishuCodec({
    encryptKey: env.FEISHU_ENCRYPT_KEY,
    verificationToken: env.FEISHU_VERIFICATION_TOKEN,
  }),
  dingtalk: createDingTalkCodec({
    token: env.DINGTALK_TOKEN,
    encodingAesKey: env.DINGTALK_AES_KEY,
    ownerKey: env.DINGTALK_OWNER_KEY,
  }),
  wecom: createWeComCodec({
    token: env.WECOM_TOKEN,
    encodingAesKey: env.WECOM_AES_KEY,
    receiveId: env.WECOM_RECEIVE_ID,
  }),
  wechat: createWeChatCodec({
    token: env.WECHAT_TOKEN,
    encodingAesKey: env.WECHAT_AES_KEY,
    appId: env.WECHAT_APP_ID,
  }),
  'tencent-chat': createTencentChatCodec({
    token: env.TENCENT_CHAT_TOKEN,
    sdkAppId: env.TENCENT_CHAT_SDK_APP_ID,
  }),
};
const onEvent = (message) => console.log(message.platform, message.type);

const routes = new Map(Object.entries(codecs).map(([name, codec]) => [`/${name}`, toFetchHandler(codec, onEvent)]));

/** A function URL of SCF, or its older API gateway trigger. */
export async function main_handler({ httpMethod: method, path, headers, queryString, body, isBase64Encoded }) {
  const handle = routes.get(path);
  if (handle === undefined) return { statusCode: 404, body: '' };
  const url = `https://scf${path}?${new URLSearchParams(queryString ?? {})}`;
  const bytes = method === 'GET' ? null : Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  const response = await handle(new Request(url, { method, headers, body: bytes }));
  return { statusCode: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}
