import 'reflect-metadata';
import { All, Controller, Module, NotFoundException, Param, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createDingTalkCodec } from 'callback-codec/dingtalk';
import { createFeishuCodec } from 'callback-codec/feishu';
import { type CallbackMessage, toNodeHandler } from 'callback-codec/node';
import { createTencentChatCodec } from 'callback-codec/tencent-chat';
import { createWeChatCodec } from 'callback-codec/wechat';
import { createWeComCodec } from 'callback-codec/wecom';
import type { Request, Response } from 'express';

/** A secret that is missing is ERR_CONFIG. */
const secret = (name: string) => process.env[name] as string;
const onEvent = (message: CallbackMessage) => console.log(message.platform, message.type);
const handlers = new Map(
  Object.entries({
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
  }),
);

@Controller()
class CallbacksController {
  @All(':platform')
  async handle(@Param('platform') platform: string, @Req() request: Request, @Res() response: Response) {
    const handle = handlers.get(platform);
    if (handle === undefined) throw new NotFoundException();
    await handle(request, response);
  }
}

@Module({ controllers: [CallbacksController] })
class AppModule {}

const app = await NestFactory.create<NestExpressApplication>(AppModule, { rawBody: true });
app.useBodyParser('json', { limit: '1mb' });
app.useBodyParser('urlencoded', { limit: '1mb', extended: false });
await app.listen(process.env.PORT ?? 3000);
