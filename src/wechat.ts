// WeChat (微信) message push codec: Official Accounts, mini programs, Open Platform. `callback-codec/wechat`.
// https://developers.weixin.qq.com/doc/oplatform/developers/dev/push/encryption.html
import { type EncryptionOptions, readEncryptionOptions } from './internal/aes/default.ts';
import { requireObject, requireSecret, requireString, requireText } from './internal/arguments.ts';
import {
  type BizMsg,
  type BizMsgCipher,
  type BizMsgSigner,
  bindSigner,
  bizMsgSignature,
  decryptBizMsg,
  encryptBizMsg,
  readSentSignature,
  requireBizMsgSignature,
  requireReceivers,
  requireSentSignature,
} from './internal/biz-msg-crypt.ts';
import {
  answerText,
  bindKey,
  coded,
  ENVELOPE_NAMES,
  payloadFields,
  readEncrypt,
  readSignedReply,
  requireNoBody,
  requireSeconds,
  typeOf,
  writeSignedReply,
} from './internal/biz-msg-document.ts';
import {
  type CallbackCodec,
  type CallbackMessage,
  type CallbackPush,
  type CallbackReply,
  type Checked,
  CONTENT_TYPES,
  type CodecOptions,
  documentReply,
  readCodecOptions,
  refuseAnswer,
  requireMessage,
  textReply,
} from './internal/codec.ts';
import { type Document, parseDocument, writeDocument } from './internal/document.ts';
import { CallbackError, decryptError, isAccepted } from './internal/errors.ts';
import { nowInSeconds, requireFresh, SECONDS } from './internal/freshness.ts';
import { idField, type JsonObject, ownField, textField } from './internal/json.ts';
import { type RandomSource, randomAlphanumerics } from './internal/random.ts';
import {
  type Body,
  type CallbackRequest,
  type Parameters,
  readBody,
  readOptionalBody,
  readParameter,
  readParameters,
  requireBodyText,
  requireNotEmpty,
} from './internal/request.ts';
import type { XmlRecord } from './internal/xml.ts';

export type { AesCbc, AesCbcEngine, EngineDigest } from './internal/aes/engine.ts';
export type { CallbackCodec, CallbackMessage, CallbackPush, CallbackReply } from './internal/codec.ts';
export { CallbackError, type CallbackErrorCode, isCallbackError } from './internal/errors.ts';
export type { JsonObject } from './internal/json.ts';
export type { RandomSource } from './internal/random.ts';
export type { CallbackRequest, HeadersLike, QueryLike } from './internal/request.ts';
export type { XmlRecord, XmlValue } from './internal/xml.ts';

/** What {@link createWeChatCodec} needs. */
export interface WeChatCodecOptions extends CodecOptions, EncryptionOptions {
  /** Token from the console page that holds the URL. */
  token: string;
  /**
   * EncodingAESKey: 43 characters, base64 of 32 bytes without its `=`. With it, messages must be encrypted (safe or
   * compatible mode). A list is the current key and previous ones.
   */
  encodingAesKey?: string | readonly string[];
  /** AppID of the account, mini program or component. Needed with a key. A list accepts each. */
  appId?: string | readonly string[];
  /**
   * How many seconds the signed timestamp may lie before or after now. Default 300 without a key, because then the
   * signature does not cover the body; with one Infinity (off).
   */
  toleranceSeconds?: number | undefined;
}

/** Options of {@link WeChatCodec.encode}. */
export interface WeChatEncodeOptions {
  /** Of the message and its envelope. Default `xml`; mini programs may choose `json`. */
  format?: 'xml' | 'json' | undefined;
  /** One of the configured ones. Default the first. */
  appId?: string | undefined;
  /** Seconds since the epoch. Default the clock. */
  timestamp?: string | undefined;
  /** Default 16 random characters. */
  nonce?: string | undefined;
  /** The 16 bytes in front of the plaintext, verbatim. Default 16 random characters of `[A-Za-z0-9]`. */
  prefix?: Uint8Array | undefined;
}

/** Options of {@link WeChatCodec.reply}, for tests. */
export interface WeChatReplyOptions {
  /** Seconds since the epoch. Default the clock. */
  timestamp?: string | undefined;
  /** Default that of the message. */
  nonce?: string | undefined;
  /** The 16 bytes in front of the plaintext, verbatim. Default 16 random characters of `[A-Za-z0-9]`. */
  prefix?: Uint8Array | undefined;
}

interface WeChatMessageBase extends CallbackMessage {
  readonly platform: 'wechat';
  /** As signed: seconds since the epoch. */
  readonly timestamp: string;
  /** As signed. */
  readonly nonce: string;
}

/** The URL check: send `reply(message)`, the bare `text`, within 5 seconds. */
export interface WeChatVerification extends WeChatMessageBase {
  readonly kind: 'verification';
  readonly type: 'echostr';
  readonly event: undefined;
}

/** A message or an event; WeChat waits 5 seconds for the reply, and sends it again up to three times. */
export interface WeChatEvent<Type extends string = string, Event = XmlRecord | string | JsonObject>
  extends WeChatMessageBase {
  readonly kind: 'event';
  /** The reply comes in the same. */
  readonly format: 'xml' | 'json';
  /** Whether it came encrypted. If not, the signature does not cover it. */
  readonly encrypted: boolean;
  /** Which of the configured ids an encrypted message is for. */
  readonly appId?: string | undefined;
  /** Which of the configured keys opened it, counted from 0. The reply uses the same. */
  readonly keyIndex?: number | undefined;
  /** `InfoType` of a component's event, `Event` where MsgType is `event`, else `MsgType`, else empty. */
  readonly type: Type;
  /** `MsgId`. An event has none: deduplicate on FromUserName, CreateTime, Event and what it changed. */
  readonly id?: string | undefined;
  /**
   * The message, unvalidated. Of XML a record of its elements: one that repeats is an array, one that stands alone is not,
   * and all values are text.
   */
  readonly event: Event;
  /** The account's original id. Events of a component have none. */
  readonly toUserName?: string | undefined;
}

/**
 * What {@link WeChatCodec.decode} returns. Test `kind` first.
 *
 * @typeParam Events Types of `event` by `type`. Other events still arrive: end a `switch` on `type` with a default.
 */
export type WeChatMessage<Events extends object = Record<string, XmlRecord | string | JsonObject>> =
  | WeChatVerification
  | { [Type in keyof Events & string]: WeChatEvent<Type, Events[Type]> }[keyof Events & string];

/** One app's codec, made by {@link createWeChatCodec}. */
export interface WeChatCodec<Events extends object = Record<string, XmlRecord | string | JsonObject>>
  extends CallbackCodec<WeChatMessage<Events>, string | object> {
  /**
   * Verifies, decrypts and parses a request: signature, freshness, decryption, appid, XML or JSON.
   *
   * With a key, `encrypt_type=aes` and `msg_signature` over `Encrypt` are required: a plain request is refused, and what
   * stands in clear beside `Encrypt` (compatible mode) is not read. Without one, `signature` covers time and nonce alone,
   * neither the body nor the echostr: within the window whoever saw one request can send any body, so use HTTPS and keep
   * the URL secret. An echostr must be 1 to 128 of `[A-Za-z0-9_-]`.
   *
   * @throws {CallbackError} ERR_TOO_LARGE, ERR_REQUEST (platformCode -40002), ERR_SIGNATURE (-40001), ERR_TIMESTAMP,
   * ERR_DECRYPT (-40008), ERR_OWNER (-40005, with `receivedOwner`).
   * @throws {TypeError} The request is not what {@link CallbackRequest} says, for example a parsed body.
   */
  decode(this: void, request: CallbackRequest): WeChatMessage<Events>;
  /**
   * Decrypts an `Encrypt` element. Unauthenticated: it does not look at the signature. Prefer `decode`.
   *
   * @throws {CallbackError} ERR_DECRYPT (-40008), ERR_OWNER (-40005); ERR_CONFIG without a key.
   */
  decrypt(this: void, encrypt: string): { text: string; appId: string };
  /**
   * Encrypts text as WeChat does, under the first key and by default for the first of the appids.
   *
   * @returns Base64, padded, on one line.
   * @throws {CallbackError} ERR_CONFIG: no key, an appId that is not configured, a prefix not of 16 bytes. ERR_RANDOM.
   */
  encrypt(this: void, text: string, options?: { appId?: string | undefined; prefix?: Uint8Array | undefined }): string;
  /**
   * The platform's half, for tests and simulators: the request with which WeChat would push `payload`, encrypted if there
   * is a key (safe mode). A string is sent verbatim, an object in `format`. `{ echostr: '…' }` makes the GET of the URL
   * check.
   *
   * @throws {CallbackError} As `encrypt`; ERR_CONFIG: a timestamp that is not a number of seconds.
   */
  encode(this: void, payload: unknown, options?: WeChatEncodeOptions): CallbackPush;
  /**
   * The response. To a verification its text, to an event without an answer `success`. An answer, a string or an object in
   * the message's format (the root element is `xml`), goes as the message came: encrypted under the same key, or plain.
   *
   * @throws {CallbackError} ERR_CONFIG: a timestamp that is not a number of seconds, a prefix not of 16 bytes. ERR_RANDOM.
   * @throws {TypeError} A message of another platform or appid, an answer to a verification, or one that
   * cannot be written as XML or JSON.
   */
  reply(
    this: void,
    message: WeChatMessage<Events>,
    answer?: string | object,
    options?: WeChatReplyOptions,
  ): CallbackReply;
  /**
   * WeChat's half of an encrypted answer, for tests and simulators: verifies and decrypts the body of a reply.
   *
   * @returns The answer's text.
   * @throws {CallbackError} ERR_TOO_LARGE, ERR_REQUEST, ERR_SIGNATURE, ERR_DECRYPT, ERR_OWNER; ERR_CONFIG without a key.
   * @throws {TypeError} The body is not raw text or bytes.
   */
  decodeReply(this: void, reply: Pick<CallbackRequest, 'body'>): string;
}

/**
 * The signatures of WeChat: SHA-1 of token, timestamp, nonce and, for `msg_signature`, encrypt, sorted by code unit and
 * joined. Without `encrypt` it is the parameter `signature`, which covers neither body nor echostr.
 *
 * @param parts All as they are on the wire, after one percent-decoding.
 * @returns 40 lower-case hexadecimal digits.
 * @throws {CallbackError} ERR_CONFIG: token missing or empty.
 * @throws {TypeError} A wrong type, such as a timestamp given as a number, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { weChatSignature } from 'callback-codec/wechat';
 *
 * console.log(weChatSignature({ token: 'AAAAA', timestamp: '1714036504', nonce: '1514711492' }));
 * // f464b24fc39322e44b38aa78f5edd27bd1441696
 * ```
 */
export function weChatSignature(parts: {
  token: string;
  timestamp: string;
  nonce: string;
  encrypt?: string | undefined;
}): string {
  const { token, timestamp, nonce, encrypt = '' } = requireObject('parts', parts);
  return bizMsgSignature(
    bindSigner(requireSecret('token', token)),
    requireText('timestamp', timestamp),
    requireText('nonce', nonce),
    requireText('encrypt', encrypt),
  );
}

/**
 * Makes the codec of one account, mini program or component. Secrets and options are checked here, once.
 *
 * @typeParam Events Types of `event` by `type`, for example `{ text: { Content: string } }`.
 * @throws {CallbackError} ERR_CONFIG: a secret is missing, empty or malformed (platformCode -40004 for the key), a key
 * without an `appId`, or an option out of range.
 * @throws {TypeError} An option of the wrong type.
 *
 * @example
 * ```ts
 * import { createWeChatCodec } from 'callback-codec/wechat';
 *
 * const codec = createWeChatCodec({
 *   token: 'AAAAA',
 *   encodingAesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
 *   appId: 'wxba5fad812f8e6fb9',
 * });
 * const message = codec.decode(codec.encode({ MsgType: 'text', Content: '你好', MsgId: '1' }));
 * console.log(message.type, message.event); // text { MsgType: 'text', Content: '你好', MsgId: '1' }
 * console.log(codec.reply(message).body); // success
 * ```
 */
export function createWeChatCodec<Events extends object = Record<string, XmlRecord | string | JsonObject>>(
  options: WeChatCodecOptions,
): WeChatCodec<Events> {
  const app = readApp(options);
  return {
    maxBodyBytes: app.maxBodyBytes,
    decode: (request) => coded(() => decode(app, request)) as WeChatMessage<Events>,
    verify: (request) => isAccepted(() => requireSigned(app, request)),
    decrypt: (encrypt) => decrypt(app, encrypt),
    encrypt: (text, options) => encrypt(app, text, options),
    encode: (payload, options) => encode(app, payload, options),
    reply: (message, answer, options) => reply(app, message as WeChatMessage, answer, options),
    decodeReply: (reply) => coded(() => decodeReply(app, reply)),
  };
}

/** The checked options of one app. */
interface App extends BizMsgSigner, Checked<Required<CodecOptions>> {
  /** The current key and previous ones; none for an app in plain mode. */
  readonly ciphers: readonly BizMsgCipher[];
  readonly appIds: readonly string[];
  readonly random: RandomSource | undefined;
}

function readApp(options: WeChatCodecOptions): App {
  const token = requireSecret('token', requireObject('options', options).token);
  const appIds = 'appId' in options ? requireReceivers('appId', options.appId) : [];
  const { aes, random } = readEncryptionOptions(options);
  const keys: unknown = 'encodingAesKey' in options ? options.encodingAesKey : [];
  const ciphers = (Array.isArray(keys) ? keys : [keys]).map((key) => bindKey(aes, key));
  if ('encodingAesKey' in options && ciphers.length === 0) {
    throw new CallbackError('ERR_CONFIG', 'encodingAesKey must not be an empty list');
  }
  if (ciphers.length > 0 && appIds.length === 0) {
    throw new CallbackError('ERR_CONFIG', 'appId is needed with an encodingAesKey: it says whom a message is for');
  }
  return {
    ...readCodecOptions(options, ciphers.length > 0 ? Infinity : 300),
    ...bindSigner(token, aes),
    ciphers,
    appIds,
    random,
  };
}

function decode(app: App, request: CallbackRequest): WeChatMessage {
  const { timestamp, nonce, carried } = requireSigned(app, request);
  if (carried.as === 'echostr') {
    const { text } = carried;
    requireEchostr(text);
    return { platform: 'wechat', kind: 'verification', type: 'echostr', event: undefined, timestamp, nonce, text };
  }
  if (carried.as === 'plain') return readEvent(carried.document, carried.text, { timestamp, nonce, encrypted: false });
  const { text, receiver: appId, keyIndex } = decryptByAnyKey(app, carried.encrypt, ownerError);
  const event = readEvent(parseDocument('the plaintext', text), text, { timestamp, nonce, encrypted: true });
  return Object.assign(event, { appId, keyIndex });
}

function readEvent(
  { format, content, fields }: Document,
  text: string,
  { timestamp, nonce, encrypted }: Pick<WeChatEvent, 'timestamp' | 'nonce' | 'encrypted'>,
): WeChatEvent {
  // Each field by name: in Node 20 a spread with others behind it takes longer than decrypting.
  return {
    platform: 'wechat',
    kind: 'event',
    format,
    type: typeOf(fields),
    id: idField(fields, text, 'MsgId'),
    event: content,
    toUserName: textField(fields, 'ToUserName'),
    encrypted,
    timestamp,
    nonce,
    text,
  };
}

/** What a request carries: an echostr, a message in clear, or an encrypted one. */
type Carried =
  | { readonly as: 'echostr'; readonly text: string }
  | { readonly as: 'plain'; readonly document: Document; readonly text: string }
  | { readonly as: 'encrypted'; readonly encrypt: string };

/** What a request carries whose signature holds and whose timestamp is fresh. */
function requireSigned(app: App, request: CallbackRequest): { carried: Carried; timestamp: string; nonce: string } {
  const body = readOptionalBody(request, app.maxBodyBytes);
  const parameters = readParameters(request);
  const echostr = readParameter(parameters, 'echostr');
  const isEncrypted = echostr === undefined && app.ciphers.length > 0;
  const sent = readSentSignature(parameters, [isEncrypted ? 'msg_signature' : 'signature']);
  const carried = echostr === undefined ? readMessage(app, parameters, body) : readEchostr(echostr, body);
  const encrypt = carried.as === 'encrypted' ? carried.encrypt : '';
  const { timestamp, nonce } = requireSentSignature(sent, app, encrypt);
  requireFresh(timestamp, app, SECONDS);
  return { carried, timestamp, nonce };
}

function readEchostr(echostr: string, body: Body): Carried {
  requireNoBody(body);
  return { as: 'echostr', text: echostr };
}

function readMessage({ ciphers }: App, parameters: Parameters, body: Body): Carried {
  const text = requireBodyText(requireNotEmpty(body));
  const document = parseDocument('the body', text);
  if (ciphers.length === 0) return readPlain(document, text);
  if (readParameter(parameters, 'encrypt_type') !== 'aes') {
    throw new CallbackError('ERR_SIGNATURE', 'the message is not encrypted, but this codec has an encodingAesKey');
  }
  return { as: 'encrypted', encrypt: readEncrypt(document, 'Encrypt') };
}

function readPlain(document: Document, text: string): Carried {
  const { fields } = document;
  if (ownField(fields, 'Encrypt') !== undefined && typeOf(fields) === '') {
    throw new CallbackError('ERR_REQUEST', 'the message is encrypted, but this codec has no encodingAesKey');
  }
  return { as: 'plain', document, text };
}

/** It is not signed, so whatever could be more than a word is refused. */
function requireEchostr(echostr: string): void {
  if (!/^[\w-]{1,128}$/.test(echostr)) {
    throw new CallbackError('ERR_REQUEST', 'the echostr must be 1 to 128 of A-Z, a-z, 0-9, _ and -');
  }
}

/** `received` only where the message was verified. */
function ownerError(received?: string): CallbackError {
  return new CallbackError('ERR_OWNER', 'the message is for another appid', { receivedOwner: received });
}

/** By the first key that decrypts it for an accepted appid; `refuse` makes the refusal of a message for another. */
function decryptByAnyKey(
  { ciphers, appIds }: App,
  encrypt: string,
  refuse: (receiver: string) => CallbackError,
): BizMsg & { readonly keyIndex: number } {
  let refusal = decryptError();
  for (const [keyIndex, cipher] of ciphers.entries()) {
    const message = tryDecrypt(cipher, encrypt);
    if (message === undefined) continue;
    const { text, receiver } = message;
    if (appIds.includes(receiver)) return { text, receiver, keyIndex };
    refusal = refuse(receiver);
  }
  throw refusal;
}

function tryDecrypt(cipher: BizMsgCipher, encrypt: string): BizMsg | undefined {
  try {
    return decryptBizMsg(cipher, encrypt);
  } catch (error) {
    if (error instanceof CallbackError) return undefined; // ERR_DECRYPT, of which nothing is to be told
    throw error;
  }
}

/** The same of ciphertext that nobody verified. */
function decrypt(app: App, encrypt: string): { text: string; appId: string } {
  requireString('encrypt', encrypt);
  requireCipher(app, 0);
  return coded(() => {
    const { text, receiver } = decryptByAnyKey(app, encrypt, () => ownerError());
    return { text, appId: receiver };
  });
}

function requireCipher({ ciphers }: App, keyIndex: number): BizMsgCipher {
  const cipher = ciphers[keyIndex];
  if (cipher === undefined) throw new CallbackError('ERR_CONFIG', 'this codec was made without an encodingAesKey');
  return cipher;
}

function encrypt(
  app: App,
  text: string,
  { appId = app.appIds[0], prefix }: { appId?: string | undefined; prefix?: Uint8Array | undefined } = {},
  cipher: BizMsgCipher = requireCipher(app, 0),
): string {
  if (appId === undefined || !app.appIds.includes(appId)) {
    throw new CallbackError('ERR_CONFIG', 'appId must be one of those that the codec was made with');
  }
  return encryptBizMsg(cipher, text, appId, { prefix, random: app.random });
}

function encode(app: App, payload: unknown, options: WeChatEncodeOptions = {}): CallbackPush {
  const { format = 'xml', appId, prefix } = options;
  const { timestamp = nowInSeconds(app), nonce = randomAlphanumerics(app.random) } = options;
  requireSeconds('timestamp', timestamp);
  requireText('nonce', nonce);
  const query = { signature: bizMsgSignature(app, timestamp, nonce, ''), timestamp, nonce };
  const fields = payloadFields(payload);
  const echostr = ownField(fields, 'echostr');
  if (echostr !== undefined) {
    return { method: 'GET', headers: {}, query: { ...query, echostr: requireText('echostr', echostr) }, body: null };
  }
  const text = typeof payload === 'string' ? payload : writeDocument('payload', format, fields);
  const headers = { 'Content-Type': CONTENT_TYPES[format] };
  if (app.ciphers.length === 0) return { method: 'POST', headers, query, body: requireText('payload', text) };
  const ciphertext = encrypt(app, text, { appId, prefix });
  const msg_signature = bizMsgSignature(app, timestamp, nonce, ciphertext);
  const envelope = { ToUserName: textField(fields, 'ToUserName'), Encrypt: ciphertext };
  return {
    method: 'POST',
    headers,
    query: { ...query, encrypt_type: 'aes', msg_signature },
    body: writeDocument('payload', format, envelope),
  };
}

function reply(
  app: App,
  message: WeChatMessage,
  answer?: string | object,
  options: WeChatReplyOptions = {},
): CallbackReply {
  requireMessage(message, 'wechat');
  if (message.kind === 'verification') {
    refuseAnswer(answer);
    return textReply(message.text);
  }
  const cipher = cipherOf(app, message);
  if (answer === undefined) return textReply('success');
  const text = answerText(answer, message.format);
  if (cipher === undefined) return documentReply(message.format, text);
  const { timestamp = nowInSeconds(app), nonce = message.nonce, prefix } = options;
  requireSeconds('timestamp', timestamp);
  requireText('nonce', nonce);
  const ciphertext = encrypt(app, text, { appId: message.appId, prefix }, cipher);
  const signature = bizMsgSignature(app, timestamp, nonce, ciphertext);
  return writeSignedReply(message.format, ENVELOPE_NAMES, { encrypt: ciphertext, signature, timestamp, nonce });
}

/** The key that opened a message; `undefined` for one that came plain to a codec without keys. */
function cipherOf({ ciphers, appIds }: App, { encrypted, appId, keyIndex }: WeChatEvent): BizMsgCipher | undefined {
  const cipher = encrypted ? ciphers[keyIndex ?? -1] : undefined;
  const isOurs = encrypted ? cipher !== undefined && appIds.includes(appId ?? '') : ciphers.length === 0;
  if (!isOurs) throw new TypeError('message must be for an appId and a key of this codec');
  return cipher;
}

function decodeReply(app: App, reply: Pick<CallbackRequest, 'body'>): string {
  requireCipher(app, 0);
  const text = requireBodyText(readBody(reply, app.maxBodyBytes));
  const { encrypt, signature, timestamp, nonce } = readSignedReply(text, ENVELOPE_NAMES);
  requireBizMsgSignature(signature, app, timestamp, nonce, encrypt);
  return decryptByAnyKey(app, encrypt, ownerError).text;
}
