// Mistakes that the types refuse. run.mjs compiles this against the packed package; each mistake is one line, under the
// kind of error that it must give; which numbers those are in one compiler or another is in run.mjs.
import { CallbackError, type CallbackErrorCode, type CallbackRequest, isCallbackError } from 'callback-codec';
import {
  type AesCbcEngine,
  decryptAes256Cbc,
  encryptAes256Cbc,
  openEnvelope,
  sealEnvelope,
} from 'callback-codec/aes-cbc';
import {
  createDingTalkCodec,
  decryptDingTalkMessage,
  dingTalkSignature,
  encryptDingTalkMessage,
} from 'callback-codec/dingtalk';
import {
  createFeishuCodec,
  decryptFeishuEvent,
  encryptFeishuEvent,
  type FeishuEvent,
  feishuSignature,
} from 'callback-codec/feishu';
import { createTencentChatCodec, tencentChatSignature } from 'callback-codec/tencent-chat';

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
const id: string | undefined = message.kind === 'event' ? message.id : message.challenge;
dingTalk.reply(asked.kind === 'check' ? String(asked.event.Random) : 'success', asked);
encryptAes256Cbc(bytes, bytes, bytes, { padTo: 32 });
feishu.decode({ headers: null, url: null, query: null, body: null });
feishu.decode({ headers: undefined, url: maybe, body: maybe });
feishu.decode({ body: memory });
feishu.decode({});
createFeishuCodec({ encryptKey: 'k', acceptChallenge: false, toleranceSeconds: undefined });
export const owner: string | undefined = isCallbackError(caught) ? caught.receivedOwner : asked.id;

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
// @ts-expect-error missing: no key
decryptFeishuEvent('');
// @ts-expect-error type: an environment variable that may be unset
encryptFeishuEvent('', maybe);
// @ts-expect-error type: encrypting is for one owner
encryptDingTalkMessage('', { encodingAesKey: 'k', ownerKey: ['o'] });
// @ts-expect-error missing: no ownerKey
decryptDingTalkMessage('', { encodingAesKey: 'k' });
// @ts-expect-error missing: no token
dingTalkSignature({ timestamp: '1', nonce: 'n', encrypt: '' });
// @ts-expect-error missing: no key, the envelope in its place
openEnvelope('');
// @ts-expect-error type: in the other order
openEnvelope('', bytes);
// @ts-expect-error type: text for bytes
sealEnvelope(bytes, 'text');
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
// @ts-expect-error type: the message is the second argument
dingTalk.reply(asked);
// @ts-expect-error unknown: nothing else is read
sealEnvelope(bytes, bytes, { aad: bytes });

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
message.event;
// @ts-expect-error absent: a challenge has none
message.id;
// @ts-expect-error type: some callbacks have none
export const eventId: string = id;
// @ts-expect-error type: it may be a challenge
export const event: FeishuEvent = message;
// @ts-expect-error never: no other kind
if (message.kind === 'card') throw message;
// @ts-expect-error type: unvalidated
dingTalk.reply(asked.event.Random, asked);
// @ts-expect-error uncalled: whether the codec can verify, not whether the request is right
if (feishu.verify) dingTalk.reply();
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
dingTalk.reply('success', { timestamp: now });
// @ts-expect-error type
chat.encode({}, { requestTime: now });
// @ts-expect-error type
feishuSignature({ timestamp: now, nonce: 'n', body: '' }, 'k');
// @ts-expect-error type
dingTalkSignature({ token: 't', timestamp: now, nonce: 'n', encrypt: '' });
// @ts-expect-error type
tencentChatSignature({ token: 't', requestTime: now });

// Padding to another block.
// @ts-expect-error type
encryptAes256Cbc(bytes, bytes, bytes, { padTo: 8 });
// @ts-expect-error type
decryptAes256Cbc(bytes, bytes, bytes, { padTo: 24 });
// @ts-expect-error type
decryptAes256Cbc(bytes, bytes, bytes, { padTo: '32' });

// Answers and errors.
// @ts-expect-error type: neither OK nor FAIL
chat.reply({ ActionStatus: 'NO' });
// @ts-expect-error type: a code is a number
chat.reply({ ErrorCode: '1' });
// @ts-expect-error absent: the reply is spelt timeStamp
dingTalk.reply().timestamp;
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
