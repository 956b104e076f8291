// DingTalk callback codec. `callback-codec/dingtalk`.
// https://open.dingtalk.com/document/development/callback-event-message-body-encryption-and-decryption
import { defaultAesCbc, type EncryptionOptions, readEncryptionOptions } from './internal/aes/default.ts';
import type { AesCbcEngine } from './internal/aes/engine.ts';
import { requireObject, requireSecret, requireString, requireText } from './internal/arguments.ts';
import {
  type BizMsgCipher,
  type BizMsgKeys,
  type BizMsgSigner,
  bindEncodingAesKey,
  bindSigner,
  bizMsgSignature,
  decryptOwnBizMsg,
  encryptBizMsg,
  readSentSignature,
  requireBizMsgSignature,
  requireReceivers,
  requireSentSignature,
  requireSignable,
} from './internal/biz-msg-crypt.ts';
import {
  type CallbackCodec,
  type CallbackMessage,
  type CallbackPush,
  type CallbackReply,
  type Checked,
  type CodecOptions,
  jsonReply,
  readCodecOptions,
  requireMessage,
} from './internal/codec.ts';
import { CallbackError, isAccepted, type PlatformCodes, withPlatformCodes } from './internal/errors.ts';
import { nowInMilliseconds, requireFresh, SECONDS_OR_MILLISECONDS } from './internal/freshness.ts';
import { idField, type JsonObject, ownField, payloadText, requireJsonObject, textField } from './internal/json.ts';
import { type RandomSource, randomAlphanumerics } from './internal/random.ts';
import { type CallbackRequest, readBody, readHeaders, readParameters, requireBodyText } from './internal/request.ts';
import { ask } from './internal/runtime.ts';

export type { AesCbc, AesCbcEngine, EngineDigest } from './internal/aes/engine.ts';
export type { CallbackCodec, CallbackMessage, CallbackPush, CallbackReply } from './internal/codec.ts';
export { CallbackError, type CallbackErrorCode, isCallbackError } from './internal/errors.ts';
export type { JsonObject } from './internal/json.ts';
export type { RandomSource } from './internal/random.ts';
export type { CallbackRequest, HeadersLike, QueryLike } from './internal/request.ts';

/**
 * The ownerKey while a third-party suite is being created and has no suiteKey yet: put it in the `ownerKey` list until
 * the console has checked your URL.
 */
export const CREATE_SUITE_KEY = 'suite4xxxxxxxxxxxxxxx';

/** The secrets that encryption needs. */
export interface DingTalkSecrets {
  /** EncodingAESKey (数据加密密钥): 43 characters, base64 of 32 bytes without its `=`. */
  encodingAesKey: string;
  /**
   * Whom messages are for. Which one depends on the app: `corpId` (callbacks registered by API), `appKey`, also called
   * clientId (event subscription in the console), `suiteKey` (third-party app), `customKey` (custom app).
   */
  ownerKey: string;
}

/** What {@link createDingTalkCodec} needs. */
export interface DingTalkCodecOptions extends CodecOptions, EncryptionOptions {
  /** Token (签名 token) from the console page that holds the callback URL. */
  token: string;
  /** EncodingAESKey (数据加密密钥): 43 characters, base64 of 32 bytes without its `=`. */
  encodingAesKey: string;
  /** Whom messages are for (see {@link DingTalkSecrets}). A list accepts each; the first is the default of pushes. */
  ownerKey: string | readonly string[];
  /**
   * How many seconds a signed timestamp may lie before or after now. Default Infinity (off): DingTalk names no window.
   * With a window, a nonce of ten digits or more is ERR_TIMESTAMP: it could stand for the time under the same signature.
   */
  toleranceSeconds?: number | undefined;
}

/** Options of {@link DingTalkCodec.reply}, for tests. */
export interface DingTalkReplyOptions {
  /** Default that of the message. */
  timestamp?: string | undefined;
  /** Default that of the message. */
  nonce?: string | undefined;
  /** The 16 bytes in front of the plaintext, verbatim. Default 16 random characters of `[A-Za-z0-9]`. */
  prefix?: Uint8Array | undefined;
}

/** Options of {@link DingTalkCodec.encode}. */
export interface DingTalkEncodeOptions {
  /** One of the configured owner keys. Default the first. */
  ownerKey?: string | undefined;
  /** Default the clock, in milliseconds. */
  timestamp?: string | undefined;
  /** Default 16 random characters. */
  nonce?: string | undefined;
  /** The 16 bytes in front of the plaintext, verbatim. Default 16 random characters of `[A-Za-z0-9]`. */
  prefix?: Uint8Array | undefined;
}

interface DingTalkMessageBase extends CallbackMessage {
  readonly platform: 'dingtalk';
  /** Which of the configured owner keys the message is for. */
  readonly ownerKey: string;
  /** As signed: seconds or milliseconds, opaque. */
  readonly timestamp: string;
  /** As signed. */
  readonly nonce: string;
}

/** DingTalk checks that the URL is yours: send `reply(message)`, which is encrypted, within 1.5 seconds. */
export interface DingTalkVerification extends DingTalkMessageBase {
  readonly kind: 'verification';
  readonly type: 'check_url' | 'check_create_suite_url' | 'check_update_suite_url';
  /** `Random` is what documents before 2018 ask for as the answer to the suite checks, in place of `success`. */
  readonly event: JsonObject;
}

/** A pushed event; send `reply(message)`. */
export interface DingTalkEvent<Type extends string = string, Event = JsonObject> extends DingTalkMessageBase {
  readonly kind: 'event';
  /** `EventType` as sent, for example `user_add_org`. */
  readonly type: Type;
  /** What to deduplicate on: `eventId`, else `BizId`. Not every event has one. */
  readonly id?: string | undefined;
  /** The decrypted object, unvalidated but for `EventType`. */
  readonly event: Event;
}

/**
 * What {@link DingTalkCodec.decode} returns. Test `kind` first.
 *
 * @typeParam Events Types of `event` by `type`. Other events still arrive: end a `switch` on `type` with a default.
 */
export type DingTalkMessage<Events extends object = Record<string, JsonObject>> =
  | DingTalkVerification
  | { [Type in keyof Events & string]: DingTalkEvent<Type, Events[Type]> }[keyof Events & string];

/** One app's codec, made by {@link createDingTalkCodec}. */
export interface DingTalkCodec<Events extends object = Record<string, JsonObject>>
  extends CallbackCodec<DingTalkMessage<Events>, string> {
  /**
   * Verifies, decrypts and parses a request: signature, freshness, decryption, owner, JSON. Parameters are read from
   * `query` or `url`, spelt `signature` or `msg_signature`, `timestamp` or `timeStamp`; both spellings of one must
   * agree.
   *
   * @throws {CallbackError} ERR_TOO_LARGE, ERR_REQUEST, ERR_SIGNATURE (platformCode 900005), ERR_TIMESTAMP, ERR_DECRYPT
   * (900008), ERR_OWNER (900010, with `receivedOwner`).
   * @throws {TypeError} The request is not what {@link CallbackRequest} says, for example a parsed body.
   */
  decode(this: void, request: CallbackRequest): DingTalkMessage<Events>;
  /**
   * Decrypts an `encrypt` field. Unauthenticated: it does not look at the signature. Prefer `decode`.
   *
   * @throws {CallbackError} ERR_DECRYPT (900008), ERR_OWNER (900010).
   */
  decrypt(this: void, encrypt: string): { text: string; ownerKey: string };
  /**
   * Encrypts text as DingTalk does, by default for the first of the owner keys.
   *
   * @returns Base64, padded, on one line.
   * @throws {CallbackError} ERR_CONFIG: an ownerKey that is not configured, a prefix not of 16 bytes. ERR_RANDOM.
   */
  encrypt(
    this: void,
    text: string,
    options?: { ownerKey?: string | undefined; prefix?: Uint8Array | undefined },
  ): string;
  /**
   * The platform's half, for tests and simulators: the request with which DingTalk would push `payload`. A string is sent
   * verbatim, anything else as JSON. The signature goes by both its names, as DingTalk sends it.
   *
   * @throws {CallbackError} As `encrypt`.
   */
  encode(this: void, payload: unknown, options?: DingTalkEncodeOptions): CallbackPush;
  /**
   * The encrypted, signed response to the owner that asked, with the message's timestamp and nonce:
   * `{"msg_signature":"…","timeStamp":"…","nonce":"…","encrypt":"…"}`. `answer` is by default `success`, which is right for
   * every event and every check of today.
   *
   * @throws {CallbackError} ERR_CONFIG: a prefix not of 16 bytes. ERR_RANDOM.
   * @throws {TypeError} A message of another platform or for an owner that is not configured.
   */
  reply(this: void, message: DingTalkMessage<Events>, answer?: string, options?: DingTalkReplyOptions): CallbackReply;
  /**
   * DingTalk's half of an answer, for tests and simulators: verifies and decrypts the body of a reply.
   *
   * @returns The answer, `success` for example.
   * @throws {CallbackError} ERR_TOO_LARGE, ERR_REQUEST, ERR_SIGNATURE, ERR_DECRYPT, ERR_OWNER.
   * @throws {TypeError} The body is not raw text or bytes.
   */
  decodeReply(this: void, reply: Pick<CallbackRequest, 'body'>): string;
}

/**
 * The signature of a message: SHA-1 of token, timestamp, nonce and encrypt, sorted by code unit and joined.
 *
 * SHA-1 is the protocol's choice. Its collisions do not give an attacker the secret token, but the parts have no
 * separators and this is not an HMAC; do not use it for anything new.
 *
 * @param parts All as they are on the wire, opaque text; `encrypt` with whatever white space its encoder put in.
 * @returns 40 lower-case hexadecimal digits.
 * @throws {CallbackError} ERR_CONFIG: token missing or empty.
 * @throws {TypeError} A wrong type, such as a timestamp given as a number, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { dingTalkSignature } from 'callback-codec/dingtalk';
 *
 * const signature = dingTalkSignature({
 *   token: '123456',
 *   timestamp: '1614767836',
 *   nonce: 'A7Co0cJLMzIDtMMI',
 *   encrypt: 'YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==',
 * });
 * console.log(signature); // 9a95a004dd16f5c307e849b994173f76aa26e5eb
 * ```
 */
export function dingTalkSignature(parts: { token: string; timestamp: string; nonce: string; encrypt: string }): string {
  const { token, timestamp, nonce, encrypt } = requireObject('parts', parts);
  return bizMsgSignature(
    bindSigner(requireSecret('token', token)),
    requireText('timestamp', timestamp),
    requireText('nonce', nonce),
    requireText('encrypt', encrypt),
  );
}

/**
 * Encrypts text as DingTalk does: AES-256-CBC over prefix(16) ‖ length(4, big-endian) ‖ utf8(text) ‖ utf8(ownerKey),
 * PKCS#7 to 32 bytes; the IV is the first 16 bytes of the key.
 *
 * @param text Any text without lone surrogates.
 * @param secrets `encodingAesKey` of 43 characters and one `ownerKey`.
 * @param options `prefix`: the 16 bytes in front, verbatim, instead of random characters. `random`: where those come
 * from on a runtime without `crypto.getRandomValues`.
 * @returns Padded base64 on one line: the value of the `encrypt` field.
 * @throws {CallbackError} ERR_CONFIG: a secret is missing or malformed (platformCode 900004 for the key), prefix not of
 * 16 bytes. ERR_RANDOM: no secure source.
 * @throws {TypeError} A wrong type, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { encryptDingTalkMessage } from 'callback-codec/dingtalk';
 *
 * // The example of DingTalk's documentation, with the prefix that is in it ("dICkEDLj0eb6yAbc").
 * const prefix = Uint8Array.from('dICkEDLj0eb6yAbc', (character) => character.charCodeAt(0));
 * const encrypt = encryptDingTalkMessage(
 *   'success',
 *   { encodingAesKey: '1234567890123456789012345678901234567890123', ownerKey: 'dingsnotzck6pm5veliw' },
 *   { prefix },
 * );
 * console.log(encrypt); // YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==
 * ```
 */
export function encryptDingTalkMessage(
  text: string,
  secrets: DingTalkSecrets,
  options: { prefix?: Uint8Array | undefined; random?: RandomSource | undefined } = {},
): string {
  const { encodingAesKey, ownerKey } = requireObject('secrets', secrets);
  const cipher = bindKey(defaultAesCbc(), encodingAesKey);
  return encryptBizMsg(cipher, text, requireSecret('ownerKey', ownerKey), options);
}

/**
 * Decrypts the `encrypt` field of a request. Unauthenticated: it checks no signature. Use `decode` of
 * {@link createDingTalkCodec} for requests from a network.
 *
 * Accepts padding of 1 to 32 equal bytes and any multiple of 16 bytes, as the official encoders send; ASCII white space
 * in the base64 is skipped, because the Python and Ruby encoders wrap lines.
 *
 * @param encrypt Padded base64 of the standard alphabet.
 * @param secrets `encodingAesKey` of 43 characters, and `ownerKey`: one, or a list of those accepted.
 * @returns The message text, a leading BOM included.
 * @throws {CallbackError} ERR_DECRYPT (platformCode 900008): anything wrong with `encrypt`. ERR_OWNER (900010): for
 * another owner. ERR_CONFIG: a secret is missing or malformed (900004 for the key).
 * @throws {TypeError} A wrong type.
 *
 * @example
 * ```ts
 * import { decryptDingTalkMessage } from 'callback-codec/dingtalk';
 *
 * const text = decryptDingTalkMessage(
 *   'YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==',
 *   { encodingAesKey: '1234567890123456789012345678901234567890123', ownerKey: 'dingsnotzck6pm5veliw' },
 * );
 * console.log(text); // success
 * ```
 */
export function decryptDingTalkMessage(
  encrypt: string,
  secrets: { encodingAesKey: string; ownerKey: string | readonly string[] },
): string {
  const { encodingAesKey, ownerKey } = requireObject('secrets', secrets);
  const cipher = bindKey(defaultAesCbc(), encodingAesKey);
  return decrypt({ cipher, receivers: requireReceivers('ownerKey', ownerKey) }, encrypt).text;
}

/**
 * Makes the codec of one app. Secrets and options are checked here, once.
 *
 * @typeParam Events Types of `event` by `type`, for example `{ user_add_org: { UserId: string[] } }`.
 * @throws {CallbackError} ERR_CONFIG: a secret is missing, empty or malformed (platformCode 900004 for the key), or an
 * option out of range.
 * @throws {TypeError} An option of the wrong type.
 *
 * @example
 * ```ts
 * import { createDingTalkCodec } from 'callback-codec/dingtalk';
 *
 * const codec = createDingTalkCodec({
 *   token: '123456',
 *   encodingAesKey: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij',
 *   ownerKey: 'suite4xxxxxxxxxxxxxxx',
 * });
 * const message = codec.decode(codec.encode({ EventType: 'check_create_suite_url', Random: 'LPIdSnlF' }));
 * console.log(message.kind, message.type); // verification check_create_suite_url
 * const reply = codec.reply(message);
 * console.log(Object.keys(JSON.parse(reply.body))); // [ 'msg_signature', 'timeStamp', 'nonce', 'encrypt' ]
 * console.log(codec.decodeReply(reply)); // success
 * ```
 */
export function createDingTalkCodec<Events extends object = Record<string, JsonObject>>(
  options: DingTalkCodecOptions,
): DingTalkCodec<Events> {
  const app = readApp(options);
  return {
    maxBodyBytes: app.maxBodyBytes,
    decode: (request) => coded(() => decode(app, request)) as DingTalkMessage<Events>,
    verify: (request) => isAccepted(() => requireSigned(app, request)),
    decrypt: (encrypt) => decrypt(app, encrypt),
    encrypt: (text, options) => encrypt(app, text, options),
    encode: (payload, options) => encode(app, payload, options),
    reply: (message, answer, options) => reply(app, message, answer, options),
    decodeReply: (reply) => coded(() => decodeReply(app, reply)),
  };
}

/** The numbers of the official libraries. */
const PLATFORM_CODES: PlatformCodes = { ERR_SIGNATURE: 900005, ERR_DECRYPT: 900008, ERR_OWNER: 900010 };

function coded<T>(attempt: () => T): T {
  return withPlatformCodes(PLATFORM_CODES, attempt);
}

function bindKey(engine: AesCbcEngine, encodingAesKey: unknown): BizMsgCipher {
  return withPlatformCodes({ ERR_CONFIG: 900004 }, () => bindEncodingAesKey(engine, encodingAesKey));
}

/** The checked options of one app. */
interface App extends BizMsgKeys, BizMsgSigner, Checked<Required<CodecOptions>> {
  readonly random: RandomSource | undefined;
}

function readApp(options: DingTalkCodecOptions): App {
  const token = requireSecret('token', requireObject('options', options).token);
  const receivers = requireReceivers('ownerKey', options.ownerKey);
  const { aes, random } = readEncryptionOptions(options);
  const cipher = bindKey(aes, options.encodingAesKey);
  return { ...readCodecOptions(options, Infinity), ...bindSigner(token, aes), receivers, cipher, random };
}

/** EventTypes that only check the callback URL. */
const CHECKS: readonly string[] = ['check_url', 'check_create_suite_url', 'check_update_suite_url'];

function decode(app: App, request: CallbackRequest): DingTalkMessage {
  const { timestamp, nonce, encrypt } = requireSigned(app, request);
  const { text, ownerKey } = decryptVerified(app, encrypt);
  const event = requireJsonObject('the plaintext', text);
  const type = ownField(event, 'EventType');
  if (typeof type !== 'string') {
    throw new CallbackError('ERR_REQUEST', 'the event has no `EventType`, or it is not a string');
  }
  // Each field by name: in Node 20 a spread with others behind it takes longer than decrypting.
  if (isCheck(type)) {
    return { platform: 'dingtalk', kind: 'verification', type, ownerKey, timestamp, nonce, event, text };
  }
  const id = idField(event, text, 'eventId', 'BizId');
  return { platform: 'dingtalk', kind: 'event', type, id, ownerKey, timestamp, nonce, event, text };
}

/** The signed parts of a request whose signature holds and whose timestamp is fresh. */
function requireSigned(app: App, request: CallbackRequest): { timestamp: string; nonce: string; encrypt: string } {
  const body = readBody(request, app.maxBodyBytes);
  const sent = readSentSignature(readParameters(request), ['signature', 'msg_signature'], ['timestamp', 'timeStamp']);
  const encrypt = readEncrypt(requireJsonObject('the body', requireBodyText(body)), request);
  const { timestamp, nonce } = requireSentSignature(sent, app, encrypt);
  requireFresh(timestamp, app, SECONDS_OR_MILLISECONDS);
  // The four parts are signed sorted and without separators: a nonce of digits can have changed places with the time.
  if (app.toleranceSeconds !== Infinity && /^\d{10,}$/.test(nonce)) {
    throw new CallbackError('ERR_TIMESTAMP', 'the nonce is a number that could be the time under the same signature');
  }
  return { timestamp, nonce, encrypt };
}

/** `request` tells what has no `encrypt`: other callbacks of DingTalk are often sent to the same URL. */
function readEncrypt(body: JsonObject, request: CallbackRequest): string {
  const encrypt = ownField(body, 'encrypt');
  if (encrypt === undefined) {
    // They are read for the advice alone: whatever is wrong with them is no reason of its own.
    const [robot, card] = ask(() => readHeaders(request, 'sign', 'x-ddpaas-signature')) ?? [];
    const advice = card ? ': a card, use callback-codec/dingtalk-card' : ': a robot, use callback-codec/dingtalk-robot';
    throw new CallbackError('ERR_SIGNATURE', `the body carries no \`encrypt\`${card || robot ? advice : ''}`);
  }
  if (typeof encrypt !== 'string') throw new CallbackError('ERR_REQUEST', '`encrypt` must be a string');
  return requireSignable('`encrypt`', encrypt);
}

/** `received` only where the message was verified. */
function ownerError(received?: string): CallbackError {
  return new CallbackError(
    'ERR_OWNER',
    'the message is for another ownerKey: it may be the corpId, appKey, suiteKey, or CREATE_SUITE_KEY for a new suite',
    { receivedOwner: received },
  );
}

/** Text and owner of ciphertext whose signature holds. */
function decryptVerified(keys: BizMsgKeys, encrypt: string): { text: string; ownerKey: string } {
  const { text, receiver } = decryptOwnBizMsg(keys, encrypt, ownerError);
  return { text, ownerKey: receiver };
}

/** The same of ciphertext that nobody verified. */
function decrypt(keys: BizMsgKeys, encrypt: string): { text: string; ownerKey: string } {
  requireString('encrypt', encrypt);
  return coded(() => {
    const { text, receiver } = decryptOwnBizMsg(keys, encrypt, () => ownerError());
    return { text, ownerKey: receiver };
  });
}

function encrypt(
  { cipher, receivers, random }: App,
  text: string,
  { ownerKey = receivers[0], prefix }: { ownerKey?: string | undefined; prefix?: Uint8Array | undefined } = {},
): string {
  if (!receivers.includes(ownerKey)) {
    throw new CallbackError('ERR_CONFIG', 'ownerKey must be one of those that the codec was made with');
  }
  return encryptBizMsg(cipher, text, ownerKey, { prefix, random });
}

function encode(app: App, payload: unknown, options: DingTalkEncodeOptions = {}): CallbackPush {
  const { timestamp = nowInMilliseconds(app), nonce = randomAlphanumerics(app.random) } = options;
  const { signature, ciphertext } = signed(app, payloadText(payload), { ...options, timestamp, nonce });
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    query: { msg_signature: signature, signature, timestamp, nonce },
    body: JSON.stringify({ encrypt: ciphertext }),
  };
}

function reply(
  app: App,
  message: DingTalkMessageBase,
  answer = 'success',
  options: DingTalkReplyOptions = {},
): CallbackReply {
  const { ownerKey } = requireMessage(message, 'dingtalk');
  if (!app.receivers.includes(ownerKey)) throw new TypeError('message must be for an ownerKey of this codec');
  const { timestamp = message.timestamp, nonce = message.nonce, prefix } = options;
  const text = requireText('answer', answer);
  const { signature, ciphertext } = signed(app, text, { ownerKey, timestamp, nonce, prefix });
  return jsonReply({ msg_signature: signature, timeStamp: timestamp, nonce, encrypt: ciphertext });
}

/** Encrypted text and the signature over it: what a push and a reply have in common. */
function signed(
  app: App,
  text: string,
  options: DingTalkEncodeOptions & { timestamp: string; nonce: string },
): { ciphertext: string; signature: string } {
  const timestamp = requireText('timestamp', options.timestamp);
  const nonce = requireText('nonce', options.nonce);
  const ciphertext = encrypt(app, text, options);
  return { ciphertext, signature: bizMsgSignature(app, timestamp, nonce, ciphertext) };
}

function decodeReply(app: App, reply: Pick<CallbackRequest, 'body'>): string {
  const body = requireJsonObject('the body', requireBodyText(readBody(reply, app.maxBodyBytes)));
  const signature = textField(body, 'msg_signature');
  const timestamp = textField(body, 'timeStamp');
  const nonce = textField(body, 'nonce');
  const encrypt = readEncrypt(body, {});
  if (signature === undefined || timestamp === undefined || nonce === undefined) {
    throw new CallbackError('ERR_SIGNATURE', 'the reply has no msg_signature, timeStamp or nonce');
  }
  requireBizMsgSignature(
    signature,
    app,
    requireSignable('timeStamp', timestamp),
    requireSignable('nonce', nonce),
    encrypt,
  );
  return decryptVerified(app, encrypt).text;
}

function isCheck(type: string): type is DingTalkVerification['type'] {
  return CHECKS.includes(type);
}
