import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
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

@Module({})
class AppModule {}

const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter());
for (const [name, handle] of Object.entries(handlers)) app.use(`/${name}`, handle); // runs before Fastify parses
await app.listen(process.env.PORT ?? 3000);
