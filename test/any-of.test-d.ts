// What the types of `anyOf` allow and refuse: compiled by `tsc -p test`, never run. An unused @ts-expect-error is an error.
import { expectTypeOf } from 'vitest';
import { type AnswerOf, anyOf, type CallbackCodec, type CallbackMessage, type MessageOf } from '../src/any-of.ts';
import { createDingTalkCodec, type DingTalkMessage } from '../src/dingtalk.ts';
import { createDingTalkRobotCodec, type DingTalkRobotMessage } from '../src/dingtalk-robot.ts';
import { createFeishuCodec, type FeishuCodec, type FeishuMessage } from '../src/feishu.ts';
import { createFeishuCardCodec } from '../src/feishu-card.ts';
import type { CallbackPush, CallbackReply, CallbackRequest } from '../src/index.ts';
import { createTencentChatCodec } from '../src/tencent-chat.ts';
import { createTrtcCodec, type TrtcCodec, type TrtcMessage } from '../src/trtc.ts';
import { createWeChatCodec } from '../src/wechat.ts';
import { createWeComCodec } from '../src/wecom.ts';

declare const request: CallbackRequest;

const feishu = createFeishuCodec({ encryptKey: 'k', verificationToken: 't' });
const dingTalk = createDingTalkCodec({ token: 't', encodingAesKey: 'k', ownerKey: 'o' });
const robot = createDingTalkRobotCodec({ appSecret: 's' });
const trtc = createTrtcCodec({ key: 'k' });

// What a codec decodes and takes.
expectTypeOf<MessageOf<FeishuCodec>>().toEqualTypeOf<FeishuMessage>();
expectTypeOf<MessageOf<typeof robot>>().toEqualTypeOf<DingTalkRobotMessage>();
expectTypeOf<AnswerOf<typeof robot>>().toEqualTypeOf<object>();
expectTypeOf<AnswerOf<TrtcCodec>>().toEqualTypeOf<undefined>();
expectTypeOf<MessageOf<object>>().toBeNever();
expectTypeOf<AnswerOf<object>>().toBeNever();

// Two apps of one platform, as in a rotation, are a codec of that platform.
const rotation = anyOf(createFeishuCodec({ encryptKey: 'new' }), feishu);
expectTypeOf(rotation).toEqualTypeOf<CallbackCodec<FeishuMessage, object>>();
expectTypeOf(rotation.decode(request)).toEqualTypeOf<FeishuMessage>();

// Several platforms: the messages are told apart by platform, then by kind.
const mixed = anyOf(feishu, dingTalk, robot, trtc);
const message = mixed.decode(request);
expectTypeOf(message).toEqualTypeOf<FeishuMessage | DingTalkMessage | DingTalkRobotMessage | TrtcMessage>();
expectTypeOf(message.platform).toEqualTypeOf<'feishu' | 'dingtalk' | 'dingtalk-robot' | 'trtc'>();
expectTypeOf(message.text).toBeString();
// @ts-expect-error: only some platforms have one
message.ownerKey;
if (message.platform === 'feishu') {
  expectTypeOf(message).toEqualTypeOf<FeishuMessage>();
  if (message.kind === 'verification') expectTypeOf(message.challenge).toBeString();
  // @ts-expect-error: no app of this codec's is called so
  else if (message.platform === 'wecom') message.text;
} else if (message.platform === 'dingtalk') {
  expectTypeOf(message.ownerKey).toBeString();
} else if (message.platform === 'trtc') {
  expectTypeOf(message.sdkAppId).toEqualTypeOf<string | undefined>();
}
// @ts-expect-error: no codec of this platform is among them
if (message.platform === 'wechat') message.text;

expectTypeOf(mixed.reply(message)).toEqualTypeOf<CallbackReply>();
expectTypeOf(mixed.reply(message, { toast: {} })).toEqualTypeOf<CallbackReply>();
expectTypeOf(mixed.reply(message, 'success')).toEqualTypeOf<CallbackReply>();
expectTypeOf(mixed.encode({ header: {} })).toEqualTypeOf<CallbackPush>();
expectTypeOf(mixed.verify(request)).toBeBoolean();
expectTypeOf(mixed.maxBodyBytes).toBeNumber();
// @ts-expect-error: no platform among them takes a number
mixed.reply(message, 5);
// @ts-expect-error: the message comes first
mixed.reply('success', message);
// @ts-expect-error: a parsed body
mixed.decode({ body: { encrypt: '' } });
// @ts-expect-error: only what all codecs have
mixed.decrypt('');

// Event types are kept: codec by codec.
const typed = anyOf(
  createTrtcCodec<{ '103': { RoomId: number } }>({ key: 'k' }),
  createDingTalkRobotCodec<{ text: { text: { content: string } } }>({ appSecret: 's' }),
);
const event = typed.decode(request);
if (event.type === '103') expectTypeOf(event.event.RoomId).toBeNumber();
if (event.platform === 'dingtalk-robot') expectTypeOf(event.event.text.content).toBeString();

// All at once, a codec of codecs, and code that is written against the contract.
const all = anyOf(
  rotation,
  mixed,
  createFeishuCardCodec({ verificationToken: 't' }),
  createTencentChatCodec({ token: 't' }),
  createWeComCodec({ token: 't', encodingAesKey: 'k', receiveId: '' }),
  createWeChatCodec({ token: 't' }),
);
expectTypeOf(all.decode(request).platform).toEqualTypeOf<
  'feishu' | 'feishu-card' | 'dingtalk' | 'dingtalk-robot' | 'tencent-chat' | 'trtc' | 'wecom' | 'wechat'
>();
expectTypeOf(all).toExtend<CallbackCodec<CallbackMessage, never>>();
declare const general: CallbackCodec;
expectTypeOf(anyOf(general)).toEqualTypeOf<CallbackCodec>();
// A list of unknown length, whose first one is known to be there.
declare const list: readonly [FeishuCodec, ...FeishuCodec[]];
expectTypeOf(anyOf(...list).decode(request)).toEqualTypeOf<FeishuMessage>();

// @ts-expect-error: one at least
anyOf();
// @ts-expect-error: a list that may be empty
anyOf(...([] as FeishuCodec[]));
// @ts-expect-error: codecs, not their makers
anyOf(createFeishuCodec);
// @ts-expect-error: codecs, not a list of them
anyOf([feishu, dingTalk]);
