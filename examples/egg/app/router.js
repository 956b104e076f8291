const { createDingTalkCodec } = require('callback-codec/dingtalk');
const { createFeishuCodec } = require('callback-codec/feishu');
const { toNodeHandler } = require('callback-codec/node');
const { createTencentChatCodec } = require('callback-codec/tencent-chat');
const { createWeChatCodec } = require('callback-codec/wechat');
const { createWeComCodec } = require('callback-codec/wecom');

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

module.exports = (app) => {
  for (const [name, codec] of Object.entries(codecs)) {
    const handle = toNodeHandler(codec, onEvent);
    app.router.all(`/${name}`, async (ctx) => {
      await handle(ctx.req, ctx.res);
    });
  }
};
