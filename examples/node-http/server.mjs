import { createServer } from 'node:http';
import { createDingTalkCodec } from 'callback-codec/dingtalk';
import { createFeishuCodec } from 'callback-codec/feishu';
import { toNodeHandler } from 'callback-codec/node';
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

const routes = new Map(Object.entries(codecs).map(([name, codec]) => [`/${name}`, toNodeHandler(codec, onEvent)]));
const server = createServer((request, response) => {
  const answer = (status) => response.writeHead(status).end();
  const handle = routes.get(request.url.split('?')[0]);
  if (handle === undefined) return answer(404);
  handle(request, response, () => answer(500)); // without the third argument, what onEvent throws ends the process
});
server.listen(env.PORT ?? 3000);
