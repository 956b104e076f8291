// What the types allow and refuse: compiled by `tsc -p test`, never run. An unused @ts-expect-error is an error, too.
import { expectTypeOf } from 'vitest';
import {
  type AesCbcEngine,
  type CallbackCodec,
  CallbackError,
  type CallbackErrorCode,
  type CallbackMessage,
  type CallbackPush,
  type CallbackReply,
  type CallbackRequest,
  CREATE_SUITE_KEY,
  createDingTalkCardCodec,
  createDingTalkCodec,
  createDingTalkRobotCodec,
  createFeishuCardCodec,
  createFeishuCodec,
  createTencentChatCodec,
  createTrtcCodec,
  createWeChatCodec,
  createWeComCodec,
  type DingTalkEvent,
  type DingTalkMessage,
  type DingTalkVerification,
  decryptAes256Cbc,
  decryptDingTalkMessage,
  decryptFeishuEvent,
  dingTalkSignature,
  encryptDingTalkMessage,
  encryptFeishuEvent,
  type FeishuEvent,
  type FeishuMessage,
  type FeishuVerification,
  feishuSignature,
  isCallbackError,
  type JsonObject,
  type TencentChatAnswer,
  type TencentChatEvent,
  type TencentChatMessage,
  type TencentChatOptPlatform,
  tencentChatSignature,
  type XmlRecord,
} from '../src/index.ts';

declare const request: CallbackRequest;

// Feishu: the union narrows by kind.
const feishu = createFeishuCodec({ encryptKey: 'k', verificationToken: 't' });
const message = feishu.decode(request);
expectTypeOf(message).toEqualTypeOf<FeishuMessage>();
expectTypeOf(message.platform).toEqualTypeOf<'feishu'>();
expectTypeOf(message.kind).toEqualTypeOf<'verification' | 'event'>();
expectTypeOf(message.text).toBeString();
expectTypeOf(message.event).toBeUnknown();
// @ts-expect-error: only a verification has one
message.challenge;
// @ts-expect-error: only an event has one
message.schema;
if (message.kind === 'verification') {
  expectTypeOf(message).toEqualTypeOf<FeishuVerification>();
  expectTypeOf(message.type).toEqualTypeOf<'url_verification'>();
  expectTypeOf(message.challenge).toBeString();
  // @ts-expect-error: a verification has none
  message.schema;
} else {
  expectTypeOf(message).toEqualTypeOf<FeishuEvent>();
  expectTypeOf(message.id).toEqualTypeOf<string | undefined>();
  expectTypeOf(message.schema).toEqualTypeOf<'1.0' | '2.0'>();
  expectTypeOf(message.type).toBeString();
  expectTypeOf(message.event).toBeUnknown();
  // @ts-expect-error: the event is not validated
  message.event.message;
  // @ts-expect-error: an id may be missing
  const id: string = message.id;
  void id;
}
switch (message.kind) {
  case 'verification':
  case 'event':
    break;
  default:
    expectTypeOf(message).toBeNever();
}
expectTypeOf(feishu.verify(request)).toBeBoolean();
expectTypeOf(feishu.decrypt('')).toBeString();
expectTypeOf(feishu.encrypt('')).toBeString();
expectTypeOf(feishu.reply(message)).toEqualTypeOf<CallbackReply>();
expectTypeOf(feishu.encode({})).toEqualTypeOf<CallbackPush>();
expectTypeOf(feishu.maxBodyBytes).toBeNumber();
feishu.decode(feishu.encode({}));
feishu.reply(message, { toast: {} });
feishu.reply(message, undefined);
// @ts-expect-error: an answer is an object
feishu.reply(message, 'success');
// @ts-expect-error: the message first
feishu.reply({ toast: {} }, message);
// @ts-expect-error: no message
feishu.reply();
// @ts-expect-error: a limit does not change
feishu.maxBodyBytes = 1;

createFeishuCodec({ encryptKey: 'k', toleranceSeconds: Infinity, now: () => 0, random: (n) => new Uint8Array(n) });
// A variable that may not be set is no secret and no id: with exactOptionalPropertyTypes, the compiler says so.
declare const environment: { SECRET: string | undefined };
createFeishuCodec({ toleranceSeconds: undefined, now: undefined, random: undefined, aes: undefined, encryptKey: 'k' });
// @ts-expect-error: an Encrypt Key that may be undefined
createFeishuCodec({ encryptKey: environment.SECRET, verificationToken: 't' });
// @ts-expect-error: a Verification Token that may be undefined
createFeishuCodec({ encryptKey: 'k', verificationToken: environment.SECRET });
// @ts-expect-error: null
createFeishuCodec({ encryptKey: null, verificationToken: 't' });
// @ts-expect-error: a misspelt option
createFeishuCodec({ encryptkey: 'k' });
// @ts-expect-error: an option of another platform
createFeishuCodec({ encryptKey: 'k', ownerKey: 'o' });
// @ts-expect-error: no options
createFeishuCodec();
// @ts-expect-error: positional secrets, which get swapped
createFeishuCodec('k', 't');
// @ts-expect-error: an Encrypt Key is text
createFeishuCodec({ encryptKey: new Uint8Array(32) });
// @ts-expect-error: an asynchronous random source
createFeishuCodec({ encryptKey: 'k', random: async (n: number) => new Uint8Array(n) });
// @ts-expect-error: an engine is bound to a key
createFeishuCodec({ encryptKey: 'k', aes: { encrypt: () => new Uint8Array(), decrypt: () => new Uint8Array() } });
createFeishuCodec({ encryptKey: 'k', aes: () => ({ encrypt: (_iv, blocks) => blocks, decrypt: (blocks) => blocks }) });
expectTypeOf<Parameters<ReturnType<AesCbcEngine>['decrypt']>>().toEqualTypeOf<[ivAndBlocks: Uint8Array]>();
// @ts-expect-error: a timestamp is opaque text
feishu.encode({}, { timestamp: 1_700_000_000 });
// @ts-expect-error: an unknown option
feishu.encrypt('', { prefix: new Uint8Array(16) });

// Requests.
declare const incoming: { url?: string; headers: import('node:http').IncomingHttpHeaders };
declare const fetched: Request;
feishu.decode({ url: incoming.url, headers: incoming.headers, body: Buffer.from('') });
feishu.decode({ url: fetched.url, headers: fetched.headers, body: new Uint8Array() });
feishu.decode({ query: new URLSearchParams(), headers: new Map([['a', 'b']]), body: '' });
feishu.decode({ query: { a: ['b'] }, headers: { a: 'b', c: ['d'], e: undefined }, body: '' });
feishu.decode({ query: { a: 5, b: { c: null } }, body: new ArrayBuffer(1) });
// What serverless events have, and a POST without a body.
feishu.decode({ query: null, headers: null, url: null, body: null });
feishu.decode({ query: undefined, headers: undefined, url: undefined, body: undefined });
feishu.decode({ headers: {} });
feishu.decode({});
// @ts-expect-error: no request
feishu.decode();
// @ts-expect-error: a parsed body
feishu.decode({ headers: {}, body: { encrypt: '' } });
// @ts-expect-error: another view of the bytes
feishu.decode({ body: new DataView(new ArrayBuffer(1)) });
// @ts-expect-error: a Blob
feishu.decode({ body: new Blob() });
// @ts-expect-error: a stream
feishu.decode({ body: fetched.body });
// @ts-expect-error: a body still to be awaited
feishu.decode({ body: fetched.arrayBuffer() });
// @ts-expect-error: a field that nothing reads
feishu.decode({ body: '', header: {} });
// @ts-expect-error: a URL object
feishu.decode({ body: '', url: new URL('https://example.com') });

// DingTalk.
const secrets = { token: 't', encodingAesKey: 'k', ownerKey: 'o' };
const dingTalk = createDingTalkCodec(secrets);
createDingTalkCodec({ ...secrets, ownerKey: ['o', CREATE_SUITE_KEY] });
createDingTalkCodec({ ...secrets, ownerKey: ['o'] as const });
const dingTalkMessage = dingTalk.decode(request);
expectTypeOf(dingTalkMessage).toEqualTypeOf<DingTalkMessage>();
expectTypeOf(dingTalkMessage.type).toBeString();
expectTypeOf(dingTalkMessage.ownerKey).toBeString();
expectTypeOf(dingTalkMessage.id).toEqualTypeOf<string | undefined>();
expectTypeOf(dingTalkMessage.event.EventType).toBeUnknown();
if (dingTalkMessage.kind === 'verification') {
  expectTypeOf(dingTalkMessage).toEqualTypeOf<DingTalkVerification>();
  expectTypeOf(dingTalkMessage.type).toEqualTypeOf<'check_url' | 'check_create_suite_url' | 'check_update_suite_url'>();
  expectTypeOf(dingTalkMessage.event.Random).toBeUnknown();
  // @ts-expect-error: a Random may be of any type
  dingTalk.reply(dingTalkMessage, dingTalkMessage.event.Random);
  expectTypeOf(dingTalk.reply(dingTalkMessage, String(dingTalkMessage.event.Random))).toEqualTypeOf<CallbackReply>();
} else {
  expectTypeOf(dingTalkMessage).toEqualTypeOf<DingTalkEvent>();
  expectTypeOf(dingTalkMessage.event.Random).toBeUnknown();
  // @ts-expect-error: an event is not validated
  const random: string = dingTalkMessage.event.Random;
  void random;
}
dingTalk.reply(dingTalkMessage);
dingTalk.reply(dingTalkMessage, 'success', { timestamp: '1', nonce: undefined, prefix: undefined });
expectTypeOf(dingTalk.decodeReply(dingTalk.reply(dingTalkMessage))).toBeString();
dingTalk.decodeReply({ body: new Uint8Array() });
expectTypeOf(dingTalk.encode({})).toEqualTypeOf<CallbackPush>();
expectTypeOf(dingTalk.decrypt('')).toEqualTypeOf<{ text: string; ownerKey: string }>();
dingTalk.decode(dingTalk.encode({}));
// @ts-expect-error: no token
createDingTalkCodec({ encodingAesKey: 'k', ownerKey: 'o' });
// @ts-expect-error: no encodingAesKey
createDingTalkCodec({ token: 't', ownerKey: 'o' });
// @ts-expect-error: a token that may be undefined
createDingTalkCodec({ ...secrets, token: environment.SECRET });
// @ts-expect-error: a key that may be undefined
createDingTalkCodec({ ...secrets, encodingAesKey: environment.SECRET });
// @ts-expect-error: an ownerKey that may be undefined
createDingTalkCodec({ ...secrets, ownerKey: environment.SECRET });
// @ts-expect-error: one of several that may be undefined
createDingTalkCodec({ ...secrets, ownerKey: ['o', environment.SECRET] });
// @ts-expect-error: no ownerKey
createDingTalkCodec({ token: 't', encodingAesKey: 'k' });
// @ts-expect-error: another name of the owner
createDingTalkCodec({ ...secrets, corpId: 'o' });
// @ts-expect-error: the message first
dingTalk.reply('success', dingTalkMessage);
// @ts-expect-error: a number of milliseconds
dingTalk.reply(dingTalkMessage, 'success', { timestamp: 1_700_000_000_000 });
// @ts-expect-error: a misspelt option
dingTalk.reply(dingTalkMessage, 'success', { timeStamp: '1' });
// @ts-expect-error: the owner is the message's
dingTalk.reply(dingTalkMessage, 'success', { ownerKey: 'o' });
// @ts-expect-error: a message of another platform
dingTalk.reply(message);
// @ts-expect-error: a reply as text
dingTalk.decodeReply('{}');
// @ts-expect-error: encrypting is for one owner
encryptDingTalkMessage('', { encodingAesKey: 'k', ownerKey: ['o'] });
decryptDingTalkMessage('', { encodingAesKey: 'k', ownerKey: ['o'] });

// Tencent Chat.
const tencent = createTencentChatCodec({ token: 't', sdkAppId: 1 });
createTencentChatCodec({ token: 't', sdkAppId: '1' });
const event = tencent.decode(request);
expectTypeOf(event).toEqualTypeOf<TencentChatMessage>();
expectTypeOf(event.kind).toEqualTypeOf<'event'>();
expectTypeOf(event.event.GroupId).toBeUnknown();
expectTypeOf(event.query.Sign).toEqualTypeOf<string | undefined>();
expectTypeOf(event.sdkAppId).toEqualTypeOf<string | undefined>();
expectTypeOf(event.optPlatform).toEqualTypeOf<TencentChatOptPlatform | undefined>();
expectTypeOf(event.platform).toEqualTypeOf<'tencent-chat'>();
expectTypeOf(tencent.reply(event)).toEqualTypeOf<CallbackReply>();
tencent.reply(event, { ErrorCode: 1, MsgBody: [] });
tencent.reply(event, { ActionStatus: undefined, ErrorInfo: undefined, ErrorCode: undefined });
tencent.decode(tencent.encode({}, { optPlatform: 'iOS', sdkAppId: undefined }));
// @ts-expect-error: no token
createTencentChatCodec({ sdkAppId: 1 });
// @ts-expect-error: a token that may be undefined
createTencentChatCodec({ token: environment.SECRET });
// @ts-expect-error: an SDKAppID that may be undefined
createTencentChatCodec({ token: 't', sdkAppId: environment.SECRET });
// @ts-expect-error: no AES, so no engine
createTencentChatCodec({ token: 't', aes: () => undefined });
// @ts-expect-error: the query is read-only
event.query.Sign = '';
// @ts-expect-error: neither OK nor FAIL
tencent.reply(event, { ActionStatus: 'NO' });
// @ts-expect-error: a code is a number
tencent.reply(event, { ErrorCode: '1' });
// @ts-expect-error: the answer without its message
tencent.reply({ ErrorCode: 1 });
// @ts-expect-error: the old name of optPlatform
tencent.encode({}, { platform: 'iOS' });
// @ts-expect-error: nothing to encrypt or decrypt
tencent.decrypt;

// Event maps: after `kind`, a switch on `type` narrows `event`.
interface FeishuEvents {
  'im.message.receive_v1': { message: { message_id: string } };
  'contact.user.created_v3': { object: { open_id: string } };
}
const mapped = createFeishuCodec<FeishuEvents>({ encryptKey: 'k' });
const typed = mapped.decode(request);
expectTypeOf(typed).toEqualTypeOf<FeishuMessage<FeishuEvents>>();
mapped.reply(typed, {});
// @ts-expect-error: before `kind` it may be a verification's
typed.event.message;
if (typed.kind === 'verification') {
  expectTypeOf(typed).toEqualTypeOf<FeishuVerification>();
} else {
  expectTypeOf(typed.type).toEqualTypeOf<keyof FeishuEvents>();
  switch (typed.type) {
    case 'im.message.receive_v1':
      expectTypeOf(typed).toEqualTypeOf<FeishuEvent<'im.message.receive_v1', FeishuEvents['im.message.receive_v1']>>();
      expectTypeOf(typed.event.message.message_id).toBeString();
      // @ts-expect-error: of another event
      typed.event.object;
      break;
    case 'contact.user.created_v3':
      expectTypeOf(typed.event.object.open_id).toBeString();
      break;
    // @ts-expect-error: no event of the map
    case 'im.message.read_v1':
      break;
    default:
      expectTypeOf(typed).toBeNever();
  }
}

// The map may be an interface or a type; a name that is no text is left out.
type DingTalkEvents = { user_add_org: { UserId: string[] }; suite_ticket: { SuiteTicket: string }; 5: number };
const mappedDing = createDingTalkCodec<DingTalkEvents>(secrets).decode(request);
if (mappedDing.kind === 'event') {
  expectTypeOf(mappedDing.type).toEqualTypeOf<'user_add_org' | 'suite_ticket'>();
  if (mappedDing.type === 'user_add_org') expectTypeOf(mappedDing.event.UserId).toEqualTypeOf<string[]>();
  else expectTypeOf(mappedDing).toEqualTypeOf<DingTalkEvent<'suite_ticket', { SuiteTicket: string }>>();
}
interface ChatEvents {
  'State.StateChange': { Info: { Action: 'Login' | 'Logout' } };
}
const mappedChat = createTencentChatCodec<ChatEvents>({ token: 't' }).decode(request);
expectTypeOf(mappedChat).toEqualTypeOf<TencentChatEvent<'State.StateChange', ChatEvents['State.StateChange']>>();
expectTypeOf(mappedChat.event.Info.Action).toEqualTypeOf<'Login' | 'Logout'>();
// @ts-expect-error: a map is an object
createFeishuCodec<string>({ encryptKey: 'k' });
// The others, in one line each.
const robot = createDingTalkRobotCodec<{ text: { text: { content: string } } }>({ appSecret: 's' }).decode(request);
expectTypeOf(robot.event.text.content).toBeString();
const card = createDingTalkCardCodec<{ actionCallback: { outTrackId: string } }>({ apiSecret: 's' }).decode(request);
expectTypeOf(card.event.outTrackId).toBeString();
const room = createTrtcCodec<{ '103': { EventInfo: { RoomId: number } } }>({ key: 'k' }).decode(request);
expectTypeOf(room.event.EventInfo.RoomId).toBeNumber();
const corp = { token: 't', encodingAesKey: 'k', receiveId: '' };
const weCom = createWeComCodec<{ text: { Content: string }; enter_agent: XmlRecord }>(corp).decode(request);
if (weCom.kind === 'event' && weCom.type === 'text') expectTypeOf(weCom.event.Content).toBeString();
const weChat = createWeChatCodec<{ text: { Content: string }; subscribe: XmlRecord }>({ token: 't' }).decode(request);
if (weChat.kind === 'event' && weChat.type === 'text') expectTypeOf(weChat.event.Content).toBeString();

// One shape: code written against one codec serves all, whatever their maps.
const all: readonly CallbackCodec[] = [
  feishu,
  mapped,
  dingTalk,
  createDingTalkCodec<DingTalkEvents>(secrets),
  tencent,
  createTencentChatCodec<ChatEvents>({ token: 't' }),
  createFeishuCardCodec({ verificationToken: 't' }),
  createDingTalkRobotCodec({ appSecret: 's' }),
  createDingTalkCardCodec({ apiSecret: 's' }),
  createTrtcCodec({ key: 'k' }),
  createWeComCodec(corp),
  createWeChatCodec({ token: 't' }),
];
for (const codec of all) {
  const one = codec.decode(request);
  expectTypeOf(one).toEqualTypeOf<CallbackMessage>();
  expectTypeOf(one.id).toEqualTypeOf<string | undefined>();
  expectTypeOf(codec.reply(one)).toEqualTypeOf<CallbackReply>();
  expectTypeOf(codec.encode({})).toEqualTypeOf<CallbackPush>();
  expectTypeOf(codec.maxBodyBytes).toBeNumber();
}
expectTypeOf(feishu).toExtend<CallbackCodec<FeishuMessage, object>>();
expectTypeOf(dingTalk).toExtend<CallbackCodec<DingTalkMessage, string>>();
expectTypeOf(tencent).toExtend<CallbackCodec<TencentChatMessage, TencentChatAnswer>>();
expectTypeOf<FeishuMessage | DingTalkMessage>().toExtend<CallbackMessage>();
// Messages of several platforms are told apart by `platform`.
declare const any: FeishuMessage | DingTalkMessage | TencentChatMessage;
if (any.platform === 'dingtalk') expectTypeOf(any.ownerKey).toBeString();
if (any.platform === 'tencent-chat') expectTypeOf(any.event).toEqualTypeOf<JsonObject>();
// Methods need no `this`.
const { decode, verify, encode, reply } = feishu;
reply(decode(encode({})));
verify(request);
// A push and a reply are what Fetch takes, a GET's body of null too.
new Request('https://example.com', feishu.encode({}));
new Response(feishu.reply(message).body, feishu.reply(message));
expectTypeOf<CallbackReply['status']>().toEqualTypeOf<200>();
expectTypeOf<CallbackPush['body']>().toEqualTypeOf<string | null>();
// @ts-expect-error: a push of a GET has no body
feishu.encode({}).body.length;

// With exactOptionalPropertyTypes, every optional member takes undefined too, but those that name a secret or an id.
feishu.encode({}, { timestamp: undefined, nonce: undefined, iv: undefined });
feishu.encrypt('', { iv: undefined });
createFeishuCodec({ encryptKey: 'k', acceptChallenge: undefined, maxBodyBytes: undefined });
dingTalk.encode({}, { ownerKey: undefined, timestamp: undefined, nonce: undefined, prefix: undefined });
dingTalk.encrypt('', { ownerKey: undefined, prefix: undefined });
createDingTalkCodec({ ...secrets, toleranceSeconds: undefined, now: undefined, aes: undefined, random: undefined });
tencent.encode({}, { sdkAppId: undefined, command: undefined, clientIp: undefined, requestTime: undefined });
createTencentChatCodec({ token: 't', toleranceSeconds: undefined, now: undefined, maxBodyBytes: undefined });
encryptFeishuEvent('', 'k', { iv: undefined, random: undefined });
encryptDingTalkMessage('', secrets, { prefix: undefined, random: undefined });
const written: FeishuEvent = {
  platform: 'feishu',
  kind: 'event',
  schema: '2.0',
  type: 't',
  text: '',
  event: {},
  id: undefined,
  createTime: undefined,
  appId: undefined,
  tenantKey: undefined,
};
feishu.reply(written);

// The pure functions.
expectTypeOf(feishuSignature({ timestamp: '', nonce: '', body: new Uint8Array() }, 'k')).toBeString();
expectTypeOf(dingTalkSignature({ token: 't', timestamp: '', nonce: '', encrypt: '' })).toBeString();
expectTypeOf(tencentChatSignature({ token: 't', requestTime: '' })).toBeString();
expectTypeOf(encryptFeishuEvent).returns.toBeString();
expectTypeOf(decryptFeishuEvent).returns.toBeString();
// @ts-expect-error: a time as a number
tencentChatSignature({ token: 't', requestTime: 1 });
// @ts-expect-error: a part is missing
dingTalkSignature({ token: 't', timestamp: '', nonce: '' });
// @ts-expect-error: a token that may be undefined
tencentChatSignature({ token: environment.SECRET, requestTime: '' });
// @ts-expect-error: a key that may be undefined
decryptFeishuEvent('', environment.SECRET);
// @ts-expect-error: no key
decryptFeishuEvent('');
// @ts-expect-error: padding to another block
decryptAes256Cbc(new Uint8Array(32), new Uint8Array(16), new Uint8Array(16), { padTo: 8 });

// Errors.
declare const error: CallbackError;
expectTypeOf(error).toExtend<Error>();
expectTypeOf(error.code).toEqualTypeOf<CallbackErrorCode>();
expectTypeOf(error.platformCode).toEqualTypeOf<number | undefined>();
expectTypeOf(error.receivedOwner).toEqualTypeOf<string | undefined>();
declare const caught: unknown;
if (isCallbackError(caught)) expectTypeOf(caught).toEqualTypeOf<CallbackError>();
else expectTypeOf(caught).toBeUnknown();
new CallbackError('ERR_OWNER', '', { receivedOwner: undefined });
// @ts-expect-error: a platform's number is added by its codec
new CallbackError('ERR_OWNER', '', { platformCode: 900010 });
// @ts-expect-error: a number in place of the details
new CallbackError('ERR_OWNER', '', 900010);
// @ts-expect-error: who it was for does not change
error.receivedOwner = 'o';
// @ts-expect-error: no such code
error.code === 'ERR_PADDING';
// @ts-expect-error: codes do not change
error.code = 'ERR_CONFIG';
// @ts-expect-error: no such code
new CallbackError('ERR_OTHER', '');
