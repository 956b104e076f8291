// WeCom (企业微信) callback codec. `callback-codec/wecom`.
// https://developer.work.weixin.qq.com/document/path/90930, /90968, /91144, /101033
import { defaultAesCbc, type EncryptionOptions, readEncryptionOptions } from './internal/aes/default.ts';
import { requireObject, requireSecret, requireString, requireText } from './internal/arguments.ts';
import {
  type BizMsgKeys,
  type BizMsgSigner,
  bindSigner,
  bizMsgSignature,
  decryptOwnBizMsg,
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
  type EnvelopeNames,
  hasInfoType,
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
  emptyReply,
  readCodecOptions,
  refuseAnswer,
  requireMessage,
  textReply,
} from './internal/codec.ts';
import { type Document, parseDocument, writeDocument } from './internal/document.ts';
import { CallbackError, isAccepted } from './internal/errors.ts';
import { nowInSeconds, requireFresh, SECONDS } from './internal/freshness.ts';
import { idField, isJsonObject, type JsonObject, ownField, textField } from './internal/json.ts';
import { type RandomSource, randomAlphanumerics } from './internal/random.ts';
import {
  type Body,
  type CallbackRequest,
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

/** The secrets that encryption needs. */
export interface WeComSecrets {
  /** EncodingAESKey: 43 characters, base64 of 32 bytes without its `=`. */
  encodingAesKey: string;
  /**
   * Whom messages are for: the corpid (own app), the suiteid (events of a third-party app), or the empty string
   * (intelligent robots, third-party apps of a person).
   */
  receiveId: string;
}

/** What {@link createWeComCodec} needs. */
export interface WeComCodecOptions extends CodecOptions, EncryptionOptions {
  /** Token from the console page that holds the callback URL. */
  token: string;
  /** EncodingAESKey: 43 characters, base64 of 32 bytes without its `=`. */
  encodingAesKey: string;
  /**
   * Whom messages are for (see {@link WeComSecrets}). It must be written even where it is empty. A list accepts each, as
   * the one URL of a service provider needs it: the provider's corpid, the suiteid, the customers' corpids.
   */
  receiveId: string | readonly string[];
}

/** Options of {@link WeComCodec.encode}. */
export interface WeComEncodeOptions {
  /** Of the envelope and the message. Default `xml`. */
  format?: 'xml' | 'json' | undefined;
  /** One of the configured ones. Default the first. */
  receiveId?: string | undefined;
  /** Default the clock, in seconds. */
  timestamp?: string | undefined;
  /** Default 16 random characters. */
  nonce?: string | undefined;
  /** The 16 bytes in front of the plaintext, verbatim. Default 16 random characters of `[A-Za-z0-9]`. */
  prefix?: Uint8Array | undefined;
}

/** Options of {@link WeComCodec.reply}, for tests. */
export interface WeComReplyOptions {
  /** Seconds since the epoch. Default the clock. */
  timestamp?: string | undefined;
  /** Default that of the message, which an intelligent robot demands. */
  nonce?: string | undefined;
  /** The 16 bytes in front of the plaintext, verbatim. Default 16 random characters of `[A-Za-z0-9]`. */
  prefix?: Uint8Array | undefined;
}

interface WeComMessageBase extends CallbackMessage {
  readonly platform: 'wecom';
  /** Which of the configured ids the message is for. */
  readonly receiveId: string;
  /** As signed: seconds since the epoch. */
  readonly timestamp: string;
  /** As signed. */
  readonly nonce: string;
}

/** The URL check: send `reply(message)`, the bare `text`, within one second. It may come three times. */
export interface WeComVerification extends WeComMessageBase {
  readonly kind: 'verification';
  readonly type: 'echostr';
  readonly event: undefined;
}

/** A message or an event; WeCom waits 5 seconds for the reply. */
export interface WeComEvent<Type extends string = string, Event = XmlRecord | string | JsonObject>
  extends WeComMessageBase {
  readonly kind: 'event';
  /** Of the message, which is signed: the reply comes in the same. */
  readonly format: 'xml' | 'json';
  /**
   * `InfoType` of a suite's event, `Event` where MsgType is `event`, else `MsgType`, else empty. In JSON `msgtype`, and of
   * an event its `eventtype`.
   */
  readonly type: Type;
  /** `MsgId`, in JSON `msgid`. An event has none: deduplicate on FromUserName, CreateTime, Event and what it changed. */
  readonly id?: string | undefined;
  /**
   * The message, unvalidated. Of XML a record of its elements: one that repeats is an array, one that stands alone is not,
   * and all values are text.
   */
  readonly event: Event;
  /** CorpID, suiteid or empty, as the envelope says, which is not signed. */
  readonly toUserName?: string | undefined;
  /** AgentID, as the envelope says, which is not signed. */
  readonly agentId?: string | undefined;
}

/**
 * What {@link WeComCodec.decode} returns. Test `kind` first.
 *
 * @typeParam Events Types of `event` by `type`. Other events still arrive: end a `switch` on `type` with a default.
 */
export type WeComMessage<Events extends object = Record<string, XmlRecord | string | JsonObject>> =
  | WeComVerification
  | { [Type in keyof Events & string]: WeComEvent<Type, Events[Type]> }[keyof Events & string];

/** One app's codec, made by {@link createWeComCodec}. */
export interface WeComCodec<Events extends object = Record<string, XmlRecord | string | JsonObject>>
  extends CallbackCodec<WeComMessage<Events>, string | object> {
  /**
   * Verifies, decrypts and parses a request: signature, freshness, decryption, receiveid, XML or JSON.
   *
   * A GET with `echostr` is the URL check. WeCom signs `echostr` and `Encrypt` alike, so a captured message sent as
   * `echostr` would come back decrypted: its text must be 1 to 64 of `[A-Za-z0-9_-]`, else it is ERR_REQUEST.
   *
   * @throws {CallbackError} ERR_TOO_LARGE, ERR_REQUEST (platformCode -40002), ERR_SIGNATURE (-40001), ERR_TIMESTAMP,
   * ERR_DECRYPT (-40008), ERR_OWNER (-40005, with `receivedOwner`).
   * @throws {TypeError} The request is not what {@link CallbackRequest} says, for example a parsed body.
   */
  decode(this: void, request: CallbackRequest): WeComMessage<Events>;
  /**
   * Decrypts an `Encrypt` element or an `echostr`. Unauthenticated: it does not look at the signature. Prefer `decode`.
   *
   * @throws {CallbackError} ERR_DECRYPT (-40008), ERR_OWNER (-40005).
   */
  decrypt(this: void, encrypt: string): { text: string; receiveId: string };
  /**
   * Encrypts text as WeCom does, by default for the first of the receiveids.
   *
   * @returns Base64, padded, on one line.
   * @throws {CallbackError} ERR_CONFIG: a receiveId that is not configured, a prefix not of 16 bytes. ERR_RANDOM.
   */
  encrypt(
    this: void,
    text: string,
    options?: { receiveId?: string | undefined; prefix?: Uint8Array | undefined },
  ): string;
  /**
   * The platform's half, for tests and simulators: the request with which WeCom would push `payload`. A string is sent
   * verbatim, an object in `format`. `{ echostr: '…' }` makes the GET of the URL check.
   *
   * @throws {CallbackError} As `encrypt`; ERR_CONFIG: a timestamp that is not a number of seconds.
   */
  encode(this: void, payload: unknown, options?: WeComEncodeOptions): CallbackPush;
  /**
   * The response. To a verification its text. To an event without an answer an empty one, or `success` where it has an
   * `InfoType`. An answer, a string or an object in the message's format (the root element is `xml`), is encrypted for the
   * message's receiveid and signed.
   *
   * @throws {CallbackError} ERR_CONFIG: a timestamp that is not a number of seconds, a prefix not of 16 bytes. ERR_RANDOM.
   * @throws {TypeError} A message of another platform or receiveid, an answer to a verification, or one
   * that cannot be written as XML or JSON.
   */
  reply(
    this: void,
    message: WeComMessage<Events>,
    answer?: string | object,
    options?: WeComReplyOptions,
  ): CallbackReply;
  /**
   * WeCom's half of an answer, for tests and simulators: verifies and decrypts the body of a reply, XML or JSON.
   *
   * @returns The answer's text.
   * @throws {CallbackError} ERR_TOO_LARGE, ERR_REQUEST, ERR_SIGNATURE, ERR_DECRYPT, ERR_OWNER.
   * @throws {TypeError} The body is not raw text or bytes.
   */
  decodeReply(this: void, reply: Pick<CallbackRequest, 'body'>): string;
}

/**
 * The signature of a message or of an echostr: SHA-1 of token, timestamp, nonce and encrypt, sorted by code unit and
 * joined.
 *
 * @param parts All as they are on the wire, after one percent-decoding; `encrypt` is the text of the `Encrypt` element, or
 * `echostr`.
 * @returns 40 lower-case hexadecimal digits, as in the parameter `msg_signature`.
 * @throws {CallbackError} ERR_CONFIG: token missing or empty.
 * @throws {TypeError} A wrong type, such as a timestamp given as a number, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { weComSignature } from 'callback-codec/wecom';
 *
 * const encrypt =
 *   'P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==';
 * console.log(weComSignature({ token: 'QDG6eK', timestamp: '1409659589', nonce: '263014780', encrypt }));
 * // 5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3
 * ```
 */
export function weComSignature(parts: { token: string; timestamp: string; nonce: string; encrypt: string }): string {
  const { token, timestamp, nonce, encrypt } = requireObject('parts', parts);
  return bizMsgSignature(
    bindSigner(requireSecret('token', token)),
    requireText('timestamp', timestamp),
    requireText('nonce', nonce),
    requireText('encrypt', encrypt),
  );
}

/**
 * Encrypts text as WeCom does: AES-256-CBC over prefix(16) ‖ length(4, big-endian) ‖ utf8(text) ‖ utf8(receiveId), PKCS#7
 * to 32 bytes; the IV is the first 16 bytes of the key.
 *
 * @param text Any text without lone surrogates.
 * @param secrets `encodingAesKey` of 43 characters and one `receiveId`, which may be empty.
 * @param options `prefix`: the 16 bytes in front, verbatim, instead of random characters. `random`: where those come from
 * on a runtime without `crypto.getRandomValues`.
 * @returns Padded base64 on one line: the text of the `Encrypt` element.
 * @throws {CallbackError} ERR_CONFIG: a secret is missing or malformed (platformCode -40004 for the key), prefix not of 16
 * bytes. ERR_RANDOM: no secure source.
 * @throws {TypeError} A wrong type, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { decryptWeComMessage, encryptWeComMessage } from 'callback-codec/wecom';
 *
 * const secrets = { encodingAesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C', receiveId: 'wx5823bf96d3bd56c7' };
 * console.log(decryptWeComMessage(encryptWeComMessage('你好', secrets), secrets)); // 你好
 * ```
 */
export function encryptWeComMessage(
  text: string,
  secrets: WeComSecrets,
  options: { prefix?: Uint8Array | undefined; random?: RandomSource | undefined } = {},
): string {
  const { encodingAesKey, receiveId } = requireObject('secrets', secrets);
  const cipher = bindKey(defaultAesCbc(), encodingAesKey);
  return encryptBizMsg(cipher, text, requireReceiveId('receiveId', receiveId), options);
}

/**
 * Decrypts an `Encrypt` element or an `echostr`. Unauthenticated: it checks no signature. Use `decode` of
 * {@link createWeComCodec} for requests from a network.
 *
 * @param encrypt Padded base64 of the standard alphabet.
 * @param secrets `encodingAesKey` of 43 characters, and `receiveId`: one, or a list of those accepted.
 * @returns The message text.
 * @throws {CallbackError} ERR_DECRYPT (platformCode -40008): anything wrong with `encrypt`. ERR_OWNER (-40005): for another
 * receiveid. ERR_CONFIG: a secret is missing or malformed (-40004 for the key).
 * @throws {TypeError} A wrong type.
 *
 * @example
 * ```ts
 * import { decryptWeComMessage } from 'callback-codec/wecom';
 *
 * // The echostr of WeCom's documentation.
 * const text = decryptWeComMessage(
 *   'P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==',
 *   { encodingAesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C', receiveId: 'wx5823bf96d3bd56c7' },
 * );
 * console.log(text); // 1616140317555161061
 * ```
 */
export function decryptWeComMessage(
  encrypt: string,
  secrets: { encodingAesKey: string; receiveId: string | readonly string[] },
): string {
  const { encodingAesKey, receiveId } = requireObject('secrets', secrets);
  const cipher = bindKey(defaultAesCbc(), encodingAesKey);
  return decrypt({ cipher, receivers: requireReceivers('receiveId', receiveId, requireReceiveId) }, encrypt).text;
}

/**
 * Makes the codec of one app. Secrets and options are checked here, once.
 *
 * @typeParam Events Types of `event` by `type`, for example `{ text: { Content: string } }`.
 * @throws {CallbackError} ERR_CONFIG: a secret is missing, empty or malformed (platformCode -40004 for the key), or an
 * option out of range.
 * @throws {TypeError} An option of the wrong type.
 *
 * @example
 * ```ts
 * import { createWeComCodec } from 'callback-codec/wecom';
 *
 * const codec = createWeComCodec({
 *   token: 'QDG6eK',
 *   encodingAesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
 *   receiveId: 'wx5823bf96d3bd56c7',
 * });
 * const message = codec.decode(codec.encode({ MsgType: 'text', Content: '你好', MsgId: '1' }));
 * console.log(message.type, message.event); // text { MsgType: 'text', Content: '你好', MsgId: '1' }
 * const reply = codec.reply(message, { MsgType: 'text', Content: '收到' });
 * console.log(codec.decodeReply(reply));
 * // <xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[收到]]></Content></xml>
 * ```
 */
export function createWeComCodec<Events extends object = Record<string, XmlRecord | string | JsonObject>>(
  options: WeComCodecOptions,
): WeComCodec<Events> {
  const app = readApp(options);
  return {
    maxBodyBytes: app.maxBodyBytes,
    decode: (request) => coded(() => decode(app, request)) as WeComMessage<Events>,
    verify: (request) => isAccepted(() => requireSigned(app, request)),
    decrypt: (encrypt) => decrypt(app, encrypt),
    encrypt: (text, options) => encrypt(app, text, options),
    encode: (payload, options) => encode(app, payload, options),
    reply: (message, answer, options) => reply(app, message as WeComMessage, answer, options),
    decodeReply: (reply) => coded(() => decodeReply(app, reply)),
  };
}

/** An empty id is one, but has to be written. */
function requireReceiveId(name: string, receiveId: unknown): string {
  return receiveId === '' ? receiveId : requireSecret(name, receiveId);
}

/** The checked options of one app. */
interface App extends BizMsgKeys, BizMsgSigner, Checked<Required<CodecOptions>> {
  readonly random: RandomSource | undefined;
}

function readApp(options: WeComCodecOptions): App {
  const token = requireSecret('token', requireObject('options', options).token);
  const receivers = requireReceivers('receiveId', options.receiveId, requireReceiveId);
  const { aes, random } = readEncryptionOptions(options);
  const cipher = bindKey(aes, options.encodingAesKey);
  return { ...readCodecOptions(options, Infinity), ...bindSigner(token, aes), receivers, cipher, random };
}

function decode(app: App, request: CallbackRequest): WeComMessage {
  const { timestamp, nonce, encrypt, envelope } = requireSigned(app, request);
  const { text, receiveId } = decryptVerified(app, encrypt);
  // Each field by name: in Node 20 a spread with others behind it takes 7 µs, more than decrypting.
  const platform = 'wecom';
  if (envelope === undefined) {
    requireEchostr(text);
    return { platform, receiveId, timestamp, nonce, text, kind: 'verification', type: 'echostr', event: undefined };
  }
  const { format, content, fields } = parseDocument('the plaintext', text);
  return {
    platform,
    receiveId,
    timestamp,
    nonce,
    text,
    kind: 'event',
    format, // of the message, which is signed: the envelope can be rewritten by anyone
    type: format === 'xml' ? typeOf(fields) : jsonTypeOf(fields),
    id: idField(fields, text, format === 'xml' ? 'MsgId' : 'msgid'),
    event: content,
    toUserName: textField(envelope.fields, 'ToUserName') ?? textField(envelope.fields, 'tousername'),
    agentId: textField(envelope.fields, 'AgentID') ?? textField(envelope.fields, 'agentid'),
  };
}

/** What is signed, and where it stood: in an envelope, or in the parameter `echostr`. */
interface Carried {
  readonly encrypt: string;
  readonly envelope: Document | undefined;
}

/** The signed parts of a request whose signature holds and whose timestamp is fresh. */
function requireSigned(app: App, request: CallbackRequest): Carried & { timestamp: string; nonce: string } {
  const body = readOptionalBody(request, app.maxBodyBytes);
  const parameters = readParameters(request);
  const sent = readSentSignature(parameters, ['msg_signature']);
  const echostr = readParameter(parameters, 'echostr');
  const carried = echostr === undefined ? readEnvelope(body) : readEchostr(echostr, body);
  const { timestamp, nonce } = requireSentSignature(sent, app, carried.encrypt);
  requireFresh(timestamp, app, SECONDS);
  return { encrypt: carried.encrypt, envelope: carried.envelope, timestamp, nonce };
}

function readEnvelope(body: Body): Carried {
  const envelope = parseDocument('the body', requireBodyText(requireNotEmpty(body)));
  return { encrypt: readEncrypt(envelope, 'Encrypt', 'encrypt'), envelope };
}

function readEchostr(echostr: string, body: Body): Carried {
  requireNoBody(body);
  return { encrypt: echostr, envelope: undefined };
}

/**
 * WeCom signs an echostr as it signs a message, so whoever captured a message, or an answer of ours, could send it as
 * echostr and read it in the reply. No message is one word of these characters.
 */
function requireEchostr(text: string): void {
  if (!/^[\w-]{1,64}$/.test(text)) {
    throw new CallbackError(
      'ERR_REQUEST',
      'the echostr is not one: its text must be 1 to 64 of A-Z, a-z, 0-9, _ and -',
    );
  }
}

function jsonTypeOf(fields: JsonObject): string {
  const type = textField(fields, 'msgtype');
  const event = ownField(fields, 'event');
  return (type === 'event' && isJsonObject(event) ? textField(event, 'eventtype') : undefined) ?? type ?? '';
}

/** `received` only where the message was verified. */
function ownerError(received?: string): CallbackError {
  return new CallbackError(
    'ERR_OWNER',
    'the message is for another receiveid: it may be the corpid, the suiteid, or empty',
    { receivedOwner: received },
  );
}

/** Text and receiveid of ciphertext whose signature holds. */
function decryptVerified(keys: BizMsgKeys, encrypt: string): { text: string; receiveId: string } {
  const { text, receiver } = decryptOwnBizMsg(keys, encrypt, ownerError);
  return { text, receiveId: receiver };
}

/** The same of ciphertext that nobody verified. */
function decrypt(keys: BizMsgKeys, encrypt: string): { text: string; receiveId: string } {
  requireString('encrypt', encrypt);
  return coded(() => {
    const { text, receiver } = decryptOwnBizMsg(keys, encrypt, () => ownerError());
    return { text, receiveId: receiver };
  });
}

function encrypt(
  { cipher, receivers, random }: App,
  text: string,
  { receiveId = receivers[0], prefix }: { receiveId?: string | undefined; prefix?: Uint8Array | undefined } = {},
): string {
  if (!receivers.includes(receiveId)) {
    throw new CallbackError('ERR_CONFIG', 'receiveId must be one of those that the codec was made with');
  }
  return encryptBizMsg(cipher, text, receiveId, { prefix, random });
}

function encode(app: App, payload: unknown, options: WeComEncodeOptions = {}): CallbackPush {
  const { format = 'xml', receiveId = app.receivers[0], prefix } = options;
  const { timestamp = nowInSeconds(app), nonce = randomAlphanumerics(app.random) } = options;
  requireSeconds('timestamp', timestamp);
  requireText('nonce', nonce);
  const fields = payloadFields(payload);
  const echostr = ownField(fields, 'echostr');
  const text = typeof payload === 'string' ? payload : writeDocument('payload', format, fields);
  const ciphertext = encrypt(app, echostr === undefined ? text : requireText('echostr', echostr), {
    receiveId,
    prefix,
  });
  const query = { msg_signature: bizMsgSignature(app, timestamp, nonce, ciphertext), timestamp, nonce };
  if (echostr !== undefined) {
    return { method: 'GET', headers: {}, query: { ...query, echostr: ciphertext }, body: null };
  }
  const agentId = format === 'xml' ? textField(fields, 'AgentID') : ownField(fields, 'agentid');
  const envelope =
    format === 'xml'
      ? { ToUserName: receiveId, AgentID: agentId, Encrypt: ciphertext }
      : { tousername: receiveId, agentid: agentId, encrypt: ciphertext };
  const headers = { 'Content-Type': CONTENT_TYPES[format] };
  return { method: 'POST', headers, query, body: writeDocument('receiveId', format, envelope) };
}

const JSON_NAMES: EnvelopeNames = ['encrypt', 'msgsignature', 'timestamp', 'nonce'];

function reply(
  app: App,
  message: WeComMessage,
  answer?: string | object,
  options: WeComReplyOptions = {},
): CallbackReply {
  const { receiveId } = requireMessage(message, 'wecom');
  if (!app.receivers.includes(receiveId)) throw new TypeError('message must be for a receiveId of this codec');
  if (message.kind === 'verification') {
    refuseAnswer(answer);
    return textReply(message.text);
  }
  if (answer === undefined) return hasInfoType(message.event) ? textReply('success') : emptyReply();
  const { timestamp = nowInSeconds(app), nonce = message.nonce, prefix } = options;
  requireSeconds('timestamp', timestamp);
  requireText('nonce', nonce);
  const ciphertext = encrypt(app, answerText(answer, message.format), { receiveId, prefix });
  const signature = bizMsgSignature(app, timestamp, nonce, ciphertext);
  return writeSignedReply(message.format, JSON_NAMES, { encrypt: ciphertext, signature, timestamp, nonce });
}

function decodeReply(app: App, reply: Pick<CallbackRequest, 'body'>): string {
  const text = requireBodyText(readBody(reply, app.maxBodyBytes));
  const { encrypt, signature, timestamp, nonce } = readSignedReply(text, JSON_NAMES);
  requireBizMsgSignature(signature, app, timestamp, nonce, encrypt);
  return decryptVerified(app, encrypt).text;
}
