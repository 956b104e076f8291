// Mistakes that the types refuse. run.mjs compiles this against the packed package; each mistake is one line, under the
// kind of error that it must give; which numbers those are in one compiler or another is in run.mjs.
import {
  type CallbackCodec,
  CallbackError,
  type CallbackErrorCode,
  type CallbackRequest,
  isCallbackError,
} from 'callback-codec';
import {
  type AesCbcEngine,
  decryptAes256Cbc,
  decryptEnvelope,
  encryptAes256Cbc,
  encryptEnvelope,
} from 'callback-codec/aes-cbc';
import { anyOf } from 'callback-codec/any-of';
import {
  createDingTalkCodec,
  decryptDingTalkMessage,
  dingTalkSignature,
  encryptDingTalkMessage,
} from 'callback-codec/dingtalk';
import { createDingTalkCardCodec, dingTalkCardSignature } from 'callback-codec/dingtalk-card';
import { createDingTalkRobotCodec, dingTalkRobotSignature } from 'callback-codec/dingtalk-robot';
import {
  createFeishuCodec,
  decryptFeishuEvent,
  encryptFeishuEvent,
  type FeishuEvent,
  feishuSignature,
} from 'callback-codec/feishu';
import { feishuBotSignature } from 'callback-codec/feishu-bot';
import { createFeishuCardCodec, feishuCardSignature } from 'callback-codec/feishu-card';
import { toFetchHandler } from 'callback-codec/fetch';
import { toNodeHandler } from 'callback-codec/node';
import { createTencentChatCodec, tencentChatSignature } from 'callback-codec/tencent-chat';
import { createTrtcCodec, trtcSignature } from 'callback-codec/trtc';
import { createWeChatCodec, weChatSignature } from 'callback-codec/wechat';
import { createWeComCodec, decryptWeComMessage, encryptWeComMessage, weComSignature } from 'callback-codec/wecom';

declare const request: CallbackRequest;
declare const parsed: { encrypt: string };
declare const pending: Promise<Uint8Array>;
declare const blob: { size: number; arrayBuffer(): Promise<ArrayBuffer> };
declare const stream: { getReader(): unknown };
declare const memory: ArrayBuffer;
declare const words: Uint16Array;
declare const view: DataView;
declare const maybe: string | undefined;
declare const error: CallbackError;
declare const caught: unknown;
const bytes = new Uint8Array(16);
const now = 1_700_000_000_000;

// What is right, so that the refusals below are not for another reason. No DOM, no Node: their types by shape only.
declare const fetched: { url: string; headers: { get(name: string): string | null } };
declare const incoming: { url?: string; headers: { [name: string]: string | string[] | undefined } };
const feishu = createFeishuCodec({ encryptKey: 'k', verificationToken: 't' });
const dingTalk = createDingTalkCodec({ token: 't', encodingAesKey: 'k', ownerKey: ['o', 'p'] });
const chat = createTencentChatCodec({ token: 't', sdkAppId: 1 });
feishu.decode({ url: fetched.url, headers: fetched.headers, body: bytes });
dingTalk.decode({ url: incoming.url, headers: incoming.headers, body: '' });
chat.decode({ query: { Sign: ['a'] }, headers: new Map([['a', 'b']]), body: '' });
feishu.decode(feishu.encode({}, { timestamp: String(now) }));
const message = feishu.decode(request);
const asked = dingTalk.decode(request);
const pushed = chat.decode(request);
const id: string | undefined = message.kind === 'event' ? message.id : message.challenge;
dingTalk.reply(asked, asked.kind === 'verification' ? String(asked.event.Random) : 'success');
encryptAes256Cbc(bytes, bytes, bytes, { padTo: 32 });
feishu.decode({ headers: null, url: null, query: null, body: null });
feishu.decode({ headers: undefined, url: maybe, body: maybe });
feishu.decode({ body: memory });
feishu.decode({});
createFeishuCodec({ encryptKey: 'k', acceptChallenge: false, toleranceSeconds: undefined });
export const owner: string | undefined = isCallbackError(caught) ? caught.receivedOwner : asked.id;
const weCom = createWeComCodec({ token: 't', encodingAesKey: 'k', receiveId: '' });
const weChat = createWeChatCodec({ token: 't', encodingAesKey: ['k', 'l'], appId: 'a' });
const card = createFeishuCardCodec({ verificationToken: 't' });
const robot = createDingTalkRobotCodec({ appSecret: 's' });
const pressed = createDingTalkCardCodec({ apiSecret: 's', toleranceSeconds: undefined });
const trtc = createTrtcCodec({ key: 'k', sdkAppId: 1 });
createWeChatCodec({ token: 't' });
const told = weCom.decode(weCom.encode({ MsgType: 'text' }, { format: 'json', receiveId: maybe }));
weCom.reply(told, { MsgType: 'text' }, { timestamp: String(now) });
weChat.reply(weChat.decode(request), 'success');
robot.reply(robot.decode(request), { msgtype: 'empty' });
trtc.reply(trtc.decode(request));
// Each codec is one of the general kind, several are one, and what is declared of events narrows.
export const general: readonly CallbackCodec[] = [feishu, dingTalk, chat, weCom, weChat, card, robot, pressed, trtc];
const either = anyOf(weCom, feishu);
const any = either.decode(request);
if (any.platform === 'wecom') either.reply(any, '收到');
interface Received {
  message: { content: string };
}
const typed = createFeishuCodec<{ 'im.message.receive_v1': Received; other: object }>({ encryptKey: 'k' });
const received = typed.decode(request);
if (received.kind === 'event' && received.type === 'im.message.receive_v1') received.event.message.content.trim();
toFetchHandler(weCom, ({ type }) => (type === 'text' ? { MsgType: 'text' } : undefined));
toNodeHandler(feishu, async ({ schema }) => ({ toast: { content: schema } }));

// A body that is not the raw body.
// @ts-expect-error type: parsed by a framework
feishu.decode({ headers: {}, body: parsed });
// @ts-expect-error type: parsed by a framework
dingTalk.decode({ query: {}, body: parsed });
// @ts-expect-error type: parsed by a framework
chat.decode({ query: {}, body: JSON.parse('{}') as object });
// @ts-expect-error type: no request around it
feishu.decode(parsed);
// @ts-expect-error type: no request around it
feishu.verify('{}');
// @ts-expect-error type: not awaited
feishu.decode({ body: pending });
// @ts-expect-error type: not read
feishu.decode({ body: blob });
// @ts-expect-error type: not read
feishu.decode({ body: stream });
// @ts-expect-error type: converted
chat.decode({ body: now });
// @ts-expect-error type: a view without elements
feishu.decode({ body: view });
// @ts-expect-error type: a view whose elements are not bytes (as a body, TypeScript 5.6 takes it for an ArrayBuffer)
encryptAes256Cbc(bytes, bytes, words);
// @ts-expect-error type: pairs, not a record of headers
feishu.decode({ headers: [['x-lark-signature', 's']], body: '' });
// @ts-expect-error type: text of a query, not taken apart
dingTalk.decode({ query: 'signature=s', body: '' });
// @ts-expect-error type: a part of what is signed, parsed
feishuSignature({ timestamp: '1', nonce: 'n', body: parsed }, 'k');

// A secret that is missing, of another type or at another place.
// @ts-expect-error missing: none at all
createFeishuCodec();
// @ts-expect-error type: by position, where they get swapped
createFeishuCodec('k', 't');
// @ts-expect-error type: null of a configuration
createFeishuCodec({ encryptKey: null });
// @ts-expect-error exact: an environment variable that may be unset
createFeishuCodec({ encryptKey: maybe, verificationToken: 't' });
// @ts-expect-error exact: an environment variable that may be unset
createFeishuCodec({ encryptKey: 'k', verificationToken: maybe });
// @ts-expect-error exact: an environment variable that may be unset
createTencentChatCodec({ token: 't', sdkAppId: maybe });
// @ts-expect-error type: derived already
createFeishuCodec({ encryptKey: bytes });
// @ts-expect-error missing: no token
createDingTalkCodec({ encodingAesKey: 'k', ownerKey: 'o' });
// @ts-expect-error missing: no encodingAesKey
createDingTalkCodec({ token: 't', ownerKey: 'o' });
// @ts-expect-error missing: no ownerKey
createDingTalkCodec({ token: 't', encodingAesKey: 'k' });
// @ts-expect-error type: an environment variable that may be unset
createDingTalkCodec({ token: maybe, encodingAesKey: 'k', ownerKey: 'o' });
// @ts-expect-error type: a list whose items may be unset
createDingTalkCodec({ token: 't', encodingAesKey: 'k', ownerKey: ['o', maybe] });
// @ts-expect-error missing: no token
createTencentChatCodec({});
// @ts-expect-error missing: no token
createTencentChatCodec({ sdkAppId: 1 });
// @ts-expect-error missing: no receiveId, which must be written where it is empty
createWeComCodec({ token: 't', encodingAesKey: 'k' });
// @ts-expect-error type: an environment variable that may be unset
createWeComCodec({ token: 't', encodingAesKey: 'k', receiveId: maybe });
// @ts-expect-error exact: an environment variable that may be unset
createWeChatCodec({ token: 't', encodingAesKey: maybe, appId: 'a' });
// @ts-expect-error exact: an environment variable that may be unset
createWeChatCodec({ token: 't', appId: maybe });
// @ts-expect-error type: a list whose items may be unset
createWeChatCodec({ token: 't', encodingAesKey: ['k', maybe], appId: 'a' });
// @ts-expect-error missing: no token
createWeChatCodec({ appId: 'a' });
// @ts-expect-error missing: no token
createFeishuCardCodec({});
// @ts-expect-error type: an environment variable that may be unset
createDingTalkRobotCodec({ appSecret: maybe });
// @ts-expect-error missing: no secret
createDingTalkCardCodec({});
// @ts-expect-error type: an environment variable that may be unset
createTrtcCodec({ key: maybe });
// @ts-expect-error exact: an environment variable that may be unset
createTrtcCodec({ key: 'k', sdkAppId: maybe });
// @ts-expect-error missing: none at all
anyOf();
// @ts-expect-error type: a list of codecs
anyOf([feishu, dingTalk]);
// @ts-expect-error unknown: secrets of a codec
anyOf({ encryptKey: 'k' });
// @ts-expect-error missing: no key
decryptFeishuEvent('');
// @ts-expect-error type: encrypting is for one
encryptWeComMessage('', { encodingAesKey: 'k', receiveId: ['r'] });
// @ts-expect-error missing: no receiveId
decryptWeComMessage('', { encodingAesKey: 'k' });
// @ts-expect-error missing: what is signed
weComSignature({ token: 't', timestamp: '1', nonce: 'n' });
// @ts-expect-error missing: no key
trtcSignature('{}');
// @ts-expect-error type: a body that was parsed
trtcSignature(parsed, 'k');
// @ts-expect-error type: an environment variable that may be unset
encryptFeishuEvent('', maybe);
// @ts-expect-error type: encrypting is for one owner
encryptDingTalkMessage('', { encodingAesKey: 'k', ownerKey: ['o'] });
// @ts-expect-error missing: no ownerKey
decryptDingTalkMessage('', { encodingAesKey: 'k' });
// @ts-expect-error missing: no token
dingTalkSignature({ timestamp: '1', nonce: 'n', encrypt: '' });
// @ts-expect-error missing: no key, the envelope in its place
decryptEnvelope('');
// @ts-expect-error type: in the other order
decryptEnvelope('', bytes);
// @ts-expect-error type: text for bytes
encryptEnvelope(bytes, 'text');
// @ts-expect-error type: a passphrase for a key
encryptAes256Cbc('k', bytes, bytes);

// An option that does not exist, or another platform's.
// @ts-expect-error unknown: another spelling
createFeishuCodec({ encryptkey: 'k' });
// @ts-expect-error unknown: DingTalk's
createFeishuCodec({ encryptKey: 'k', ownerKey: 'o' });
// @ts-expect-error unknown: only Feishu's challenge is unsigned
createDingTalkCodec({ token: 't', encodingAesKey: 'k', ownerKey: 'o', acceptChallenge: false });
// @ts-expect-error unknown: DingTalk's owner by another name
createDingTalkCodec({ token: 't', encodingAesKey: 'k', corpId: 'o' });
// @ts-expect-error unknown: another spelling
createDingTalkCodec({ token: 't', encodingAESKey: 'k', ownerKey: 'o' });
// @ts-expect-error unknown: there is nothing to decrypt
createTencentChatCodec({ token: 't', encryptKey: 'k' });
// @ts-expect-error unknown: WeChat's
createWeComCodec({ token: 't', encodingAesKey: 'k', appId: 'a' });
// @ts-expect-error unknown: WeCom's
createWeChatCodec({ token: 't', encodingAesKey: 'k', receiveId: 'a' });
// @ts-expect-error unknown: cards are signed by the token
createFeishuCardCodec({ verificationToken: 't', encryptKey: 'k' });
// @ts-expect-error unknown: the card's
createDingTalkRobotCodec({ apiSecret: 's' });
// @ts-expect-error unknown: nothing that is signed is a time
createTrtcCodec({ key: 'k', toleranceSeconds: 60 });
// @ts-expect-error type: neither XML nor JSON
weCom.encode({}, { format: 'yaml' });
// @ts-expect-error unknown: of another unit
createTencentChatCodec({ token: 't', toleranceMs: 1 });
// @ts-expect-error unknown: another spelling
feishu.decode({ body: '', header: {} });
// @ts-expect-error unknown: Express's name
dingTalk.decode({ body: '', originalUrl: '/' });
// @ts-expect-error unknown: DingTalk's
feishu.encrypt('', { prefix: bytes });
// @ts-expect-error unknown: Feishu's
dingTalk.encrypt('', { iv: bytes });
// @ts-expect-error type: the message is the first argument
dingTalk.reply('success', asked);
// @ts-expect-error missing: the message
dingTalk.reply();
// @ts-expect-error unknown: nothing else is read
encryptEnvelope(bytes, bytes, { aad: bytes });

// An option of a wrong type.
// @ts-expect-error type: text of a configuration
createFeishuCodec({ encryptKey: 'k', toleranceSeconds: '300' });
// @ts-expect-error type: text of a configuration
createFeishuCodec({ encryptKey: 'k', acceptChallenge: 'false' });
// @ts-expect-error type: asynchronous
createFeishuCodec({ encryptKey: 'k', random: async (length: number) => new Uint8Array(length) });
// @ts-expect-error type: a time, not a clock
createTencentChatCodec({ token: 't', now });
// @ts-expect-error unknown: bound to no key
createFeishuCodec({ encryptKey: 'k', aes: { encrypt: () => bytes, decrypt: () => bytes } });
// @ts-expect-error type: asynchronous, such as WebCrypto
export const engine: AesCbcEngine = () => ({ encrypt: async () => bytes, decrypt: async () => bytes });

// The union before its kind is tested, and what is not validated.
// @ts-expect-error absent: an event has none
message.challenge;
// @ts-expect-error absent: a challenge has none
message.schema;
// @ts-expect-error absent: a challenge has none
message.createTime;
// @ts-expect-error absent: a URL check has none
told.format;
// @ts-expect-error absent: another platform's
any.receiveId;
// @ts-expect-error absent: not declared
if (received.kind === 'event' && received.type === 'im.message.receive_v1') received.event.sender;
// @ts-expect-error type: some callbacks have none
export const eventId: string = id;
// @ts-expect-error type: it may be a challenge
export const event: FeishuEvent = message;
// @ts-expect-error never: no other kind
if (message.kind === 'card') throw message;
// @ts-expect-error never: no codec of this platform among them
if (any.platform === 'dingtalk') throw any;
// @ts-expect-error type: unvalidated
dingTalk.reply(asked, asked.event.Random);
// @ts-expect-error uncalled: whether the codec can verify, not whether the request is right
if (feishu.verify) dingTalk.reply(asked);
// @ts-expect-error type: no other kind
export const kind: 'check' = message.kind;
// @ts-expect-error type: some events have none
export const askedId: string = asked.id;
// @ts-expect-error type: unvalidated
export const group: string = chat.decode(request).event.GroupId;
// @ts-expect-error unchecked: not validated
if (message.kind === 'event') message.event.message;

// A timestamp that is a number: what is signed is text.
// @ts-expect-error type
feishu.encode({}, { timestamp: now });
// @ts-expect-error type
dingTalk.reply(asked, 'success', { timestamp: now });
// @ts-expect-error type
chat.encode({}, { requestTime: now });
// @ts-expect-error type
feishuSignature({ timestamp: now, nonce: 'n', body: '' }, 'k');
// @ts-expect-error type
dingTalkSignature({ token: 't', timestamp: now, nonce: 'n', encrypt: '' });
// @ts-expect-error type
tencentChatSignature({ token: 't', requestTime: now });
// @ts-expect-error type
weCom.encode({}, { timestamp: now });
// @ts-expect-error type
weCom.reply(told, '', { timestamp: now });
// @ts-expect-error type
weComSignature({ token: 't', timestamp: now, nonce: 'n', encrypt: '' });
// @ts-expect-error type
weChatSignature({ token: 't', timestamp: now, nonce: 'n' });
// @ts-expect-error type
feishuCardSignature({ timestamp: now, nonce: 'n', body: '' }, 't');
// @ts-expect-error type
feishuBotSignature({ timestamp: now, secret: 's' });
// @ts-expect-error type
dingTalkRobotSignature({ timestamp: now, secret: 's' });
// @ts-expect-error type
robot.encode({}, { timestamp: now });
// @ts-expect-error type
dingTalkCardSignature({ timestamp: now, apiSecret: 's' });

// Padding to another block.
// @ts-expect-error type
encryptAes256Cbc(bytes, bytes, bytes, { padTo: 8 });
// @ts-expect-error type
decryptAes256Cbc(bytes, bytes, bytes, { padTo: 24 });
// @ts-expect-error type
decryptAes256Cbc(bytes, bytes, bytes, { padTo: '32' });

// Answers and errors.
// @ts-expect-error type: neither OK nor FAIL
chat.reply(pushed, { ActionStatus: 'NO' });
// @ts-expect-error type: a code is a number
chat.reply(pushed, { ErrorCode: '1' });
// @ts-expect-error absent: it stands in the body, which is text
dingTalk.reply(asked).encrypt;
// @ts-expect-error type: another platform's message
feishu.reply(asked);
// @ts-expect-error type: of no codec among them
either.reply(pushed);
// @ts-expect-error type: a card is an object
card.reply(card.decode(request), 'card');
// @ts-expect-error type: a robot's answer is an object
robot.reply(robot.decode(request), 'text');
// @ts-expect-error type: text or an object
weCom.reply(told, now);
// @ts-expect-error type: there is no answer to give
trtc.reply(trtc.decode(request), { code: 1 });
// @ts-expect-error type: DingTalk takes text
toFetchHandler(dingTalk, () => ({ encrypt: '' }));
// @ts-expect-error absent: a handler sees events only
toNodeHandler(feishu, ({ challenge }) => challenge);
// @ts-expect-error missing: no handler
toNodeHandler(feishu);
// @ts-expect-error type: no such code
export const code: CallbackErrorCode = 'ERR_PADDING';
// @ts-expect-error never: no such code
if (error.code === 'ERR_PADDING') throw error;
// @ts-expect-error unchecked: whatever was thrown
caught.code;
// @ts-expect-error type: only some errors know it
export const receivedOwner: string = error.receivedOwner;
// @ts-expect-error type: the number goes by a name
export const numbered = new CallbackError('ERR_OWNER', '', 900010);
// @ts-expect-error type: no such code
throw new CallbackError('ERR_OTHER', '');
