import { createDingTalkCodec } from 'callback-codec/dingtalk';
import { createFeishuCodec } from 'callback-codec/feishu';
import { toNodeHandler } from 'callback-codec/node';
import { createTencentChatCodec } from 'callback-codec/tencent-chat';
import { createWeChatCodec } from 'callback-codec/wechat';
import { createWeComCodec } from 'callback-codec/wecom';

export const config = { api: { bodyParser: false } };

const { env } = process;
/** Made for each request: `next build` runs this file, too, and has no secrets. */
const codecs = new Map(
  Object.entries({
    feishu: () =>
      createFeishuCodec({
        encryptKey: env.FEISHU_ENCRYPT_KEY,
        verificationToken: env.FEISHU_VERIFICATION_TOKEN,
      }),
    dingtalk: () =>
      createDingTalkCodec({
        token: env.DINGTALK_TOKEN,
        encodingAesKey: env.DINGTALK_AES_KEY,
        ownerKey: env.DINGTALK_OWNER_KEY,
      }),
    wecom: () =>
      createWeComCodec({
        token: env.WECOM_TOKEN,
        encodingAesKey: env.WECOM_AES_KEY,
        receiveId: env.WECOM_RECEIVE_ID,
      }),
    wechat: () =>
      createWeChatCodec({
        token: env.WECHAT_TOKEN,
        encodingAesKey: env.WECHAT_AES_KEY,
        appId: env.WECHAT_APP_ID,
      }),
    'tencent-chat': () =>
      createTencentChatCodec({
        token: env.TENCENT_CHAT_TOKEN,
        sdkAppId: env.TENCENT_CHAT_SDK_APP_ID,
      }),
  }),
);
const onEvent = (message) => console.log(message.platform, message.type);

export default async function handler(request, response) {
  const createCodec = codecs.get(request.query.platform);
  if (createCodec === undefined) return response.status(404).end();
  await toNodeHandler(createCodec(), onEvent)(request, response);
}
