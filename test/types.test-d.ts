// What the types allow and refuse: compiled by `tsc -p test`, never run. An unused @ts-expect-error is an error, too.
import { expectTypeOf } from 'vitest';
import {
  CallbackError,
  type CallbackErrorCode,
  type CallbackRequest,
  CREATE_SUITE_KEY,
  createDingTalkCodec,
  createFeishuCodec,
  createTencentChatCodec,
  type DingTalkCheck,
  type DingTalkEvent,
  type DingTalkMessage,
  type DingTalkReply,
  decryptAes256Cbc,
  decryptDingTalkMessage,
  decryptFeishuEvent,
  dingTalkSignature,
  encryptDingTalkMessage,
  encryptFeishuEvent,
  type FeishuChallenge,
  type FeishuEvent,
  type FeishuMessage,
  feishuSignature,
  isCallbackError,
  type TencentChatMessage,
  type TencentChatReply,
  tencentChatSignature,
} from '../src/index.ts';

declare const request: CallbackRequest;

// Feishu: the union narrows by kind.
const feishu = createFeishuCodec({ encryptKey: 'k', verificationToken: 't' });
const message = feishu.decode(request);
expectTypeOf(message).toEqualTypeOf<FeishuMessage>();
expectTypeOf(message.kind).toEqualTypeOf<'challenge' | 'event'>();
expectTypeOf(message.text).toBeString();
// @ts-expect-error: only a challenge has one
message.challenge;
// @ts-expect-error: only an event has one
message.event;
if (message.kind === 'challenge') {
  expectTypeOf(message).toEqualTypeOf<FeishuChallenge>();
  expectTypeOf(message.challenge).toBeString();
  // @ts-expect-error: a challenge has no id
  message.id;
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
  case 'challenge':
  case 'event':
    break;
  default:
    expectTypeOf(message).toBeNever();
}
expectTypeOf(feishu.verify(request)).toBeBoolean();
expectTypeOf(feishu.decrypt('')).toBeString();
expectTypeOf(feishu.encrypt('')).toBeString();
expectTypeOf(feishu.reply(message)).toEqualTypeOf<{ challenge: string } | Record<string, never>>();
expectTypeOf(feishu.encode({}).headers).toEqualTypeOf<Record<string, string>>();
feishu.decode(feishu.encode({}));

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
// An engine may leave `into` aside.
createFeishuCodec({ encryptKey: 'k', aes: () => ({ encrypt: (_iv, blocks) => blocks, decrypt: (blocks) => blocks }) });
createFeishuCodec({
  encryptKey: 'k',
  aes: () => ({ encrypt: (_iv, blocks) => blocks, decrypt: (blocks, into = blocks) => into.subarray(16) }),
});
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
expectTypeOf(dingTalkMessage.event.EventType).toBeString();
if (dingTalkMessage.kind === 'check') {
  expectTypeOf(dingTalkMessage).toEqualTypeOf<DingTalkCheck>();
  expectTypeOf(dingTalkMessage.event.Random).toBeUnknown();
  // @ts-expect-error: a Random may be of any type
  dingTalk.reply(dingTalkMessage.event.Random, dingTalkMessage);
  expectTypeOf(dingTalk.reply(String(dingTalkMessage.event.Random), dingTalkMessage)).toEqualTypeOf<DingTalkReply>();
} else {
  expectTypeOf(dingTalkMessage).toEqualTypeOf<DingTalkEvent>();
  expectTypeOf(dingTalkMessage.event.Random).toBeUnknown();
  // @ts-expect-error: an event is not validated
  const random: string = dingTalkMessage.event.Random;
  void random;
}
dingTalk.reply('success', dingTalkMessage);
dingTalk.reply();
expectTypeOf<keyof DingTalkReply>().toEqualTypeOf<'msg_signature' | 'timeStamp' | 'nonce' | 'encrypt'>();
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
// @ts-expect-error: the reply is not for the message to be spread into
dingTalk.reply(dingTalkMessage);
// @ts-expect-error: a number of milliseconds
dingTalk.reply('success', { timestamp: 1_700_000_000_000 });
// @ts-expect-error: a misspelt option
dingTalk.reply('success', { timeStamp: '1' });
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
expectTypeOf(tencent.reply()).toEqualTypeOf<TencentChatReply>();
tencent.reply({ ErrorCode: 1, MsgBody: [] });
tencent.decode(tencent.encode({}));
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
tencent.reply({ ActionStatus: 'NO' });
// @ts-expect-error: a code is a number
tencent.reply({ ErrorCode: '1' });
// @ts-expect-error: nothing to encrypt or decrypt
tencent.decrypt;

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
expectTypeOf(error.dingTalkCode).toEqualTypeOf<number | undefined>();
expectTypeOf(error.receivedOwner).toEqualTypeOf<string | undefined>();
declare const caught: unknown;
if (isCallbackError(caught)) expectTypeOf(caught).toEqualTypeOf<CallbackError>();
else expectTypeOf(caught).toBeUnknown();
new CallbackError('ERR_OWNER', '', { dingTalkCode: 900010, receivedOwner: undefined });
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
