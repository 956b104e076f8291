import { App, Configuration } from '@midwayjs/core';
import * as koa from '@midwayjs/koa';
import { createDingTalkCodec } from 'callback-codec/dingtalk';
import { createFeishuCodec } from 'callback-codec/feishu';
import { type CallbackMessage, toNodeHandler } from 'callback-codec/node';
import { createTencentChatCodec } from 'callback-codec/tencent-chat';
import { createWeChatCodec } from 'callback-codec/wechat';
import { createWeComCodec } from 'callback-codec/wecom';

/** A secret that is missing is ERR_CONFIG. */
const secret = (name: string) => process.env[name] as string;
const onEvent = (message: CallbackMessage) => console.log(message.platform, message.type);
const handlers = {
  feishu: toNodeHandler(
    createFeishuCodec({
      encryptKey: secret('FEISHU_ENCRYPT_KEY'),
      verificationToken: secret('FEISHU_VERIFICATION_TOKEN'),
    }),
    onEvent,
  ),
  dingtalk: toNodeHandler(
    createDingTalkCodec({
      token: secret('DINGTALK_TOKEN'),
      encodingAesKey: secret('DINGTALK_AES_KEY'),
      ownerKey: secret('DINGTALK_OWNER_KEY'),
    }),
    onEvent,
  ),
  wecom: toNodeHandler(
    createWeComCodec({
      token: secret('WECOM_TOKEN'),
      encodingAesKey: secret('WECOM_AES_KEY'),
      receiveId: secret('WECOM_RECEIVE_ID'),
    }),
    onEvent,
  ),
  wechat: toNodeHandler(
    createWeChatCodec({
      token: secret('WECHAT_TOKEN'),
      encodingAesKey: secret('WECHAT_AES_KEY'),
      appId: secret('WECHAT_APP_ID'),
    }),
    onEvent,
  ),
  'tencent-chat': toNodeHandler(
    createTencentChatCodec({ token: secret('TENCENT_CHAT_TOKEN'), sdkAppId: secret('TENCENT_CHAT_SDK_APP_ID') }),
    onEvent,
  ),
};
const routes = new Map(Object.entries(handlers).map(([name, handle]) => [`/${name}`, handle]));

@Configuration({
  imports: [koa],
  importConfigs: [{ default: { keys: 'for cookies', koa: { port: Number(process.env.PORT ?? 3000) } } }],
})
export class MainConfiguration {
  @App('koa')
  app!: koa.Application;

  async onReady() {
    this.app
      .getMiddleware<koa.NextFunction, unknown>()
      .insertFirst(async (ctx: koa.Context, next: koa.NextFunction) => {
        const handle = routes.get(ctx.path);
        if (handle === undefined) return next();
        await handle(ctx.req, ctx.res);
      });
  }
}
