// What the types of WeCom and WeChat allow and refuse: compiled by `tsc -p test`, never run. An unused @ts-expect-error is
// an error, too.
import { expectTypeOf } from 'vitest';
import {
  createWeChatCodec,
  type WeChatCodec,
  type WeChatEvent,
  type WeChatMessage,
  type WeChatVerification,
  weChatSignature,
} from '../src/wechat.ts';
import {
  type CallbackCodec,
  type CallbackPush,
  type CallbackReply,
  type CallbackRequest,
  createWeComCodec,
  decryptWeComMessage,
  encryptWeComMessage,
  type JsonObject,
  type WeComCodec,
  type WeComEvent,
  type WeComMessage,
  type WeComVerification,
  weComSignature,
  type XmlRecord,
  type XmlValue,
} from '../src/wecom.ts';

declare const request: CallbackRequest;
const key = { token: 't', encodingAesKey: 'k' };

// WeCom: the union narrows by kind, then by type.
const weCom = createWeComCodec({ ...key, receiveId: 'r' });
expectTypeOf(weCom).toEqualTypeOf<WeComCodec>();
expectTypeOf(weCom).toExtend<CallbackCodec<WeComMessage, string | object>>();
const message = weCom.decode(request);
expectTypeOf(message).toEqualTypeOf<WeComMessage>();
expectTypeOf(message.platform).toEqualTypeOf<'wecom'>();
expectTypeOf(message.kind).toEqualTypeOf<'verification' | 'event'>();
expectTypeOf(message.receiveId).toBeString();
// @ts-expect-error: a URL check has none
message.format;
if (message.kind === 'verification') {
  expectTypeOf(message).toEqualTypeOf<WeComVerification>();
  expectTypeOf(message.type).toEqualTypeOf<'echostr'>();
  expectTypeOf(message.event).toBeUndefined();
} else {
  expectTypeOf(message).toEqualTypeOf<WeComEvent>();
  expectTypeOf(message.format).toEqualTypeOf<'xml' | 'json'>();
  expectTypeOf(message.event).toEqualTypeOf<string | XmlRecord | JsonObject>();
  expectTypeOf(message.id).toEqualTypeOf<string | undefined>();
  expectTypeOf(message.agentId).toEqualTypeOf<string | undefined>();
  // @ts-expect-error: it may be text alone
  message.event.Content;
  // @ts-expect-error: it may have none
  const id: string = message.id;
  void id;
}
expectTypeOf<XmlRecord[string]>().toEqualTypeOf<XmlValue>();

interface Events {
  text: { Content: string };
  enter_agent: XmlRecord;
}
const typed = createWeComCodec<Events>({ ...key, receiveId: ['a', ''] as const }).decode(request);
if (typed.kind === 'event') {
  switch (typed.type) {
    case 'text':
      expectTypeOf(typed.event.Content).toBeString();
      break;
    case 'enter_agent':
      expectTypeOf(typed.event).toEqualTypeOf<XmlRecord>();
      break;
    default: // other events still arrive
  }
}

// A secret or an id takes no `undefined`: a variable that is not set must not compile.
declare const variable: string | undefined;
// @ts-expect-error
createWeComCodec({ ...key, receiveId: variable });
// @ts-expect-error: it must be written where it is empty, too
createWeComCodec(key);
// @ts-expect-error
createWeComCodec({ token: variable, encodingAesKey: 'k', receiveId: '' });
// @ts-expect-error
createWeComCodec({ token: 't', encodingAesKey: ['k'], receiveId: '' });
createWeComCodec({
  ...key,
  receiveId: '',
  toleranceSeconds: undefined,
  now: undefined,
  random: undefined,
  aes: undefined,
});
// @ts-expect-error
weComSignature({ token: 't', timestamp: 1, nonce: '', encrypt: '' });
// @ts-expect-error: encrypt is part of all that WeCom signs
weComSignature({ token: 't', timestamp: '', nonce: '' });
expectTypeOf(encryptWeComMessage('x', { encodingAesKey: 'k', receiveId: '' }, { prefix: undefined })).toBeString();
// @ts-expect-error: a message is for one
encryptWeComMessage('x', { encodingAesKey: 'k', receiveId: ['a'] });
expectTypeOf(decryptWeComMessage('x', { encodingAesKey: 'k', receiveId: ['a'] })).toBeString();
expectTypeOf(weCom.decrypt('x')).toEqualTypeOf<{ text: string; receiveId: string }>();
expectTypeOf(weCom.encrypt('x', { receiveId: undefined })).toBeString();
expectTypeOf(weCom.encode({ echostr: '1' }, { format: 'json', nonce: undefined })).toEqualTypeOf<CallbackPush>();
// @ts-expect-error
weCom.encode({}, { format: 'yaml' });
expectTypeOf(weCom.reply(message)).toEqualTypeOf<CallbackReply>();
weCom.reply(message, 'text');
weCom.reply(message, { MsgType: 'text' }, { timestamp: '1', nonce: undefined });
// @ts-expect-error: text or an object
weCom.reply(message, 5);
// @ts-expect-error: the message first
weCom.reply('success', message);
expectTypeOf(weCom.decodeReply({ body: 'x' })).toBeString();
expectTypeOf(weCom.decodeReply(weCom.reply(message))).toBeString();

// WeChat: a key is optional, but not undefined, and what it brings is on the message.
const weChat = createWeChatCodec({ token: 't' });
expectTypeOf(weChat).toEqualTypeOf<WeChatCodec>();
createWeChatCodec({ ...key, appId: 'a' });
createWeChatCodec({ token: 't', encodingAesKey: ['now', 'before'], appId: ['a', 'b'] });
// @ts-expect-error
createWeChatCodec({ token: 't', encodingAesKey: variable, appId: 'a' });
// @ts-expect-error
createWeChatCodec({ ...key, appId: variable });
// @ts-expect-error: WeChat's name for it is appId
createWeChatCodec({ ...key, receiveId: 'a' });
const chat = weChat.decode(request);
expectTypeOf(chat).toEqualTypeOf<WeChatMessage>();
if (chat.kind === 'event') {
  expectTypeOf(chat).toEqualTypeOf<WeChatEvent>();
  expectTypeOf(chat.encrypted).toBeBoolean();
  expectTypeOf(chat.appId).toEqualTypeOf<string | undefined>();
  expectTypeOf(chat.keyIndex).toEqualTypeOf<number | undefined>();
} else {
  expectTypeOf(chat).toEqualTypeOf<WeChatVerification>();
  // @ts-expect-error: a URL check is of no app
  chat.appId;
}
expectTypeOf(weChatSignature({ token: 't', timestamp: '', nonce: '', encrypt: undefined })).toBeString();
expectTypeOf(weChat.decrypt('x')).toEqualTypeOf<{ text: string; appId: string }>();

// Messages of one are not answered by the other.
// @ts-expect-error
weChat.reply(message);
// @ts-expect-error
weCom.reply(chat);
declare const either: WeComMessage | WeChatMessage;
if (either.platform === 'wecom') weCom.reply(either);
else weChat.reply(either);

// Methods need no this.
const { decode, reply } = weCom;
expectTypeOf(reply(decode(request))).toEqualTypeOf<CallbackReply>();
