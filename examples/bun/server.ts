import { createDingTalkCodec } from 'callback-codec/dingtalk';
import { createFeishuCodec } from 'callback-codec/feishu';
import { type CallbackMessage, toFetchHandler } from 'callback-codec/fetch';
import { createTencentChatCodec } from 'callback-codec/tencent-chat';
import { createWeChatCodec } from 'callback-codec/wechat';
import { createWeComCodec } from 'callback-codec/wecom';

/** A secret that is missing is ERR_CONFIG. */
const secret = (name: string) => process.env[name] as string;
const onEvent = (message: CallbackMessage) => console.log(message.platform, message.type);

Bun.serve({
  port: process.env.PORT ?? 3000,
  routes: {
    '/feishu': toFetchHandler(
      createFeishuCodec({
        encryptKey: secret('FEISHU_ENCRYPT_KEY'),
        verificationToken: secret('FEISHU_VERIFICATION_TOKEN'),
      }),
      onEvent,
    ),
    '/dingtalk': toFetchHandler(
      createDingTalkCodec({
        token: secret('DINGTALK_TOKEN'),
        encodingAesKey: secret('DINGTALK_AES_KEY'),
        ownerKey: secret('DINGTALK_OWNER_KEY'),
      }),
      onEvent,
    ),
    '/wecom': toFetchHandler(
      createWeComCodec({
        token: secret('WECOM_TOKEN'),
        encodingAesKey: secret('WECOM_AES_KEY'),
        receiveId: secret('WECOM_RECEIVE_ID'),
      }),
      onEvent,
    ),
    '/wechat': toFetchHandler(
      createWeChatCodec({
        token: secret('WECHAT_TOKEN'),
        encodingAesKey: secret('WECHAT_AES_KEY'),
        appId: secret('WECHAT_APP_ID'),
      }),
      onEvent,
    ),
    '/tencent-chat': toFetchHandler(
      createTencentChatCodec({ token: secret('TENCENT_CHAT_TOKEN'), sdkAppId: secret('TENCENT_CHAT_SDK_APP_ID') }),
      onEvent,
    ),
  },
  fetch: () => new Response(null, { status: 404 }),
});
