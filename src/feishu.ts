// Feishu / Lark event and callback codec. `callback-codec/feishu`.
// https://open.feishu.cn/document/event-subscription-guide/event-subscriptions/event-subscription-configure-/encrypt-key-encryption-configuration-case
import { defaultAesCbc, type EncryptionOptions, readEncryptionOptions } from './internal/aes/default.ts';
import { AES_BLOCK, type AesCbc, type AesCbcEngine } from './internal/aes/engine.ts';
import { decryptPadded, encryptPadded, joinIv } from './internal/aes/pkcs7.ts';
import {
  isBytes,
  optionalSecret,
  requireBoolean,
  requireBytes,
  requireObject,
  requireSecret,
  requireString,
  requireText,
} from './internal/arguments.ts';
import {
  type CallbackCodec,
  type CallbackMessage,
  type CallbackPush,
  type CallbackReply,
  type Checked,
  type CodecOptions,
  jsonReply,
  readCodecOptions,
  refuseAnswer,
  requireMessage,
} from './internal/codec.ts';
import { type HexDigest, sha256Here } from './internal/digest.ts';
import { decodeBase64, encodeBase64 } from './internal/encoding/base64.ts';
import { decodeHex } from './internal/encoding/hex.ts';
import { decodeUtf8, encodeUtf8 } from './internal/encoding/utf8.ts';
import { engineDigest } from './internal/engine-digest.ts';
import { CallbackError, decryptError, isAccepted } from './internal/errors.ts';
import { nowInSeconds, requireFresh, SECONDS_OR_MILLISECONDS } from './internal/freshness.ts';
import {
  BASE64_BODY,
  idField,
  isBase64,
  isJsonObject,
  type JsonObject,
  ownField,
  parseJsonObject,
  payloadText,
  requireJsonObject,
  textField,
} from './internal/json.ts';
import { readSignatureHeaders, type SignatureHeaders, signatureHeaders } from './internal/lark-headers.ts';
import { type RandomSource, randomAlphanumerics, randomBytes } from './internal/random.ts';
import { type Body, type CallbackRequest, isLongerThan, readBody, requireBodyText } from './internal/request.ts';
import { timingSafeEqual } from './internal/timing-safe-equal.ts';
import { challengeReader, MAX_UNSIGNED_BODY, type UnsignedChallenge } from './internal/unsigned-challenge.ts';
import { requireVerificationToken } from './internal/verification-token.ts';

export type { AesCbc, AesCbcEngine, EngineDigest } from './internal/aes/engine.ts';
export type { CallbackCodec, CallbackMessage, CallbackPush, CallbackReply } from './internal/codec.ts';
export { CallbackError, type CallbackErrorCode, isCallbackError } from './internal/errors.ts';
export type { RandomSource } from './internal/random.ts';
export type { CallbackRequest, HeadersLike, QueryLike } from './internal/request.ts';

/** What {@link createFeishuCodec} needs: at least one of the two secrets, better both. */
export interface FeishuCodecOptions extends CodecOptions, EncryptionOptions {
  /**
   * Encrypt Key of the app ("Events & Callbacks > Encryption Strategy"), used as it stands there, never trimmed. With
   * it, a request must be encrypted and signed.
   */
  encryptKey?: string;
  /** Verification Token of the app, from the same page. With it, every challenge and event must carry it. */
  verificationToken?: string;
  /**
   * Whether the encrypted URL challenge, which Feishu does not sign, is accepted. Default true. Set it to false once the
   * URLs are registered; it does not concern what is signed or plain.
   */
  acceptChallenge?: boolean | undefined;
}

/** Options of {@link FeishuCodec.encode}. */
export interface FeishuEncodeOptions {
  /** Default the clock, in seconds. */
  timestamp?: string | undefined;
  /** Default 16 random characters. */
  nonce?: string | undefined;
  /** 16 bytes. Default random ones. */
  iv?: Uint8Array | undefined;
}

/** A request to prove that the URL is yours: send `reply(message)` within one second. */
export interface FeishuVerification extends CallbackMessage {
  readonly platform: 'feishu';
  readonly kind: 'verification';
  readonly type: 'url_verification';
  /** To be sent back unchanged, which `reply` does. At most 1,024 characters. */
  readonly challenge: string;
}

/** An event, or a callback such as `card.action.trigger`. */
export interface FeishuEvent<Type extends string = string, Event = unknown> extends CallbackMessage {
  readonly platform: 'feishu';
  readonly kind: 'event';
  readonly schema: '1.0' | '2.0';
  /**
   * What to deduplicate on, because Feishu delivers at least once: `header.event_id` (2.0) or `uuid` (1.0). Some
   * callbacks, `url.preview.get` for one, have none. For `im.message.receive_v1` Feishu says to take
   * `event.message.message_id` instead.
   */
  readonly id?: string | undefined;
  /** `header.event_type` (2.0) or `event.type` (1.0), for example `im.message.receive_v1`. */
  readonly type: Type;
  /** As sent: `header.create_time` (2.0, milliseconds or microseconds) or `ts` (1.0, seconds with a fraction). */
  readonly createTime?: string | undefined;
  /** `header.app_id` (2.0) or `event.app_id` (1.0). */
  readonly appId?: string | undefined;
  /** `header.tenant_key` (2.0) or `event.tenant_key` (1.0). */
  readonly tenantKey?: string | undefined;
  /** The `event` object, unvalidated: its shape depends on `type`. */
  readonly event: Event;
}

/**
 * What {@link FeishuCodec.decode} returns. Test `kind` first.
 *
 * @typeParam Events Types of `event` by `type`. Other events still arrive: end a `switch` on `type` with a default.
 */
export type FeishuMessage<Events extends object = Record<string, unknown>> =
  | FeishuVerification
  | { [Type in keyof Events & string]: FeishuEvent<Type, Events[Type]> }[keyof Events & string];

/** One app's codec, made by {@link createFeishuCodec}. */
export interface FeishuCodec<Events extends object = Record<string, unknown>>
  extends CallbackCodec<FeishuMessage<Events>, object> {
  /**
   * Verifies, decrypts and parses a request: signature, freshness, decryption, Verification Token.
   *
   * With an `encryptKey`, a body without `encrypt` is refused. Any of the three signature headers demands all three, and
   * they must verify over the raw body. Without them only the encrypted URL challenge is accepted, if `acceptChallenge` is
   * true; whatever other text such a request holds as `encrypt` gives one and the same ERR_SIGNATURE. A challenge that
   * comes this way is 1 to 64 characters of `[0-9a-f-]` or 1 to 17 of `[A-Za-z0-9_-]`.
   *
   * @throws {CallbackError} ERR_TOO_LARGE, ERR_REQUEST, ERR_SIGNATURE, ERR_TIMESTAMP, ERR_DECRYPT, ERR_TOKEN.
   * @throws {TypeError} The request is not what {@link CallbackRequest} says, for example a parsed body.
   */
  decode(this: void, request: CallbackRequest): FeishuMessage<Events>;
  /**
   * Whether the request is signed with the `encryptKey` and fresh. False for everything that a sender can do wrong, for
   * the unsigned challenge, and without an `encryptKey`. `decode` does this by itself.
   *
   * @throws {TypeError} As `decode`.
   */
  verify(this: void, request: CallbackRequest): boolean;
  /**
   * Decrypts an `encrypt` field. Unauthenticated: whoever may call it with ciphertext of their choice learns the plaintext
   * of captured events from its failures. Prefer `decode`.
   *
   * @throws {CallbackError} ERR_DECRYPT; ERR_CONFIG without an `encryptKey`.
   */
  decrypt(this: void, encrypt: string): string;
  /**
   * Encrypts text as Feishu does. `iv`: 16 bytes instead of random ones, for tests.
   *
   * @returns Base64 of iv and ciphertext, padded, on one line.
   * @throws {CallbackError} ERR_CONFIG without an `encryptKey` or with an iv of another length; ERR_RANDOM.
   */
  encrypt(this: void, text: string, options?: { iv?: Uint8Array | undefined }): string;
  /**
   * The platform's half, for tests and simulators: the request with which Feishu would push `payload`. A string is sent
   * verbatim, anything else as JSON, with the configured Verification Token where it has none (a challenge always has a
   * token: an empty one if none is configured). A challenge goes unsigned, as Feishu sends it. Without an `encryptKey` the
   * body is plain.
   *
   * @throws {CallbackError} ERR_CONFIG: timestamp or nonce that no header can carry, an iv not of 16 bytes. ERR_RANDOM.
   */
  encode(this: void, payload: unknown, options?: FeishuEncodeOptions): CallbackPush;
  /**
   * The response: `{"challenge":"…"}` to a verification, and to an event `answer`, by default `{}`. The handler of a card
   * callback answers with an object of its own. Answers are never encrypted.
   *
   * @throws {TypeError} A message of another platform, an answer to a verification, or one that is not an object.
   */
  reply(this: void, message: FeishuMessage<Events>, answer?: object): CallbackReply;
}

/**
 * The signature of a request: SHA-256(timestamp ‖ nonce ‖ encryptKey ‖ body), a plain hash without separators.
 *
 * This is not an HMAC: since the body comes last, a captured pair can be extended by bytes that are not UTF-8. `decode`
 * refuses those; so must you if you only compare signatures. The old message card (`card.action.trigger_v1`) signs otherwise.
 *
 * @param request `timestamp` and `nonce`: the headers `X-Lark-Request-Timestamp` and `-Nonce`, opaque text. `body`: the
 * raw body, a string counting as its UTF-8 bytes.
 * @param encryptKey The app's Encrypt Key, not the Verification Token.
 * @returns 64 lower-case hexadecimal digits, as in `X-Lark-Signature`.
 * @throws {CallbackError} ERR_CONFIG: encryptKey missing or empty.
 * @throws {TypeError} A wrong type, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { feishuSignature } from 'callback-codec/feishu';
 *
 * const signature = feishuSignature(
 *   { timestamp: '1609430400', nonce: '1234567890', body: '{"encrypt":"P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="}' },
 *   'test key',
 * );
 * console.log(signature.length); // 64
 * ```
 */
export function feishuSignature(
  request: { timestamp: string; nonce: string; body: string | Uint8Array },
  encryptKey: string,
): string {
  const { timestamp, nonce, body } = requireObject('request', request);
  requireText('timestamp', timestamp);
  requireText('nonce', nonce);
  if (!isBytes(body)) requireText('body', body);
  return sign(timestamp, nonce, { encryptKey: requireSecret('encryptKey', encryptKey), sha256: sha256Here() }, body);
}

/**
 * Encrypts text as Feishu does: base64(iv ‖ AES-256-CBC(PKCS#7(utf8(text)))) under SHA-256(utf8(encryptKey)).
 *
 * @param text Any text without lone surrogates.
 * @param encryptKey The app's Encrypt Key.
 * @param options `iv`: 16 bytes instead of random ones, for tests. `random`: where the IV comes from on a runtime without
 * `crypto.getRandomValues`.
 * @returns Padded base64 on one line: the value of the `encrypt` field.
 * @throws {CallbackError} ERR_CONFIG: encryptKey missing or empty, iv not of 16 bytes. ERR_RANDOM: no secure source.
 * @throws {TypeError} A wrong type, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { encryptFeishuEvent } from 'callback-codec/feishu';
 *
 * // The documentation's example, with the IV that is in it.
 * const iv = Uint8Array.of(0x3f, 0x7e, 0xf0, 0xf9, 0x56, 0x48, 0x98, 0xd8, 0x0f, 0x10, 0xed, 0x51, 0x06, 0x12, 0x7a, 0x46);
 * console.log(encryptFeishuEvent('hello world', 'test key', { iv })); // P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=
 * ```
 */
export function encryptFeishuEvent(
  text: string,
  encryptKey: string,
  options: { iv?: Uint8Array | undefined; random?: RandomSource | undefined } = {},
): string {
  return encryptText(bindKey(defaultAesCbc(), encryptKey), text, options);
}

/**
 * Decrypts the `encrypt` field of a request. Unauthenticated: it checks no signature, and CBC protects nothing by itself.
 * Use `decode` of {@link createFeishuCodec} for requests from a network.
 *
 * @param encrypt base64(iv ‖ ciphertext): standard alphabet, padded, no white space, spare bits zero.
 * @param encryptKey The app's Encrypt Key.
 * @returns The plaintext, a leading BOM included.
 * @throws {CallbackError} ERR_DECRYPT: anything wrong with `encrypt`. ERR_CONFIG: encryptKey missing or empty.
 * @throws {TypeError} A wrong type.
 *
 * @example
 * ```ts
 * import { decryptFeishuEvent } from 'callback-codec/feishu';
 *
 * console.log(decryptFeishuEvent('P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=', 'test key')); // hello world
 * ```
 */
export function decryptFeishuEvent(encrypt: string, encryptKey: string): string {
  return decryptText(bindKey(defaultAesCbc(), encryptKey), decodeBase64(requireString('encrypt', encrypt), 0));
}

/**
 * Makes the codec of one app. Secrets and options are checked here, once.
 *
 * @typeParam Events Types of `event` by `type`, for example `{ 'im.message.receive_v1': MessageReceived }`.
 * @param options At least one of `encryptKey` and `verificationToken`, better both.
 * @throws {CallbackError} ERR_CONFIG: no secret, one that is empty or undefined, or an option out of range.
 * @throws {TypeError} An option of the wrong type.
 *
 * @example
 * ```ts
 * import { createFeishuCodec } from 'callback-codec/feishu';
 *
 * const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
 * const request = codec.encode({ type: 'url_verification', challenge: 'ajls384kdjxxxx' });
 * const message = codec.decode(request);
 * console.log(message.kind); // verification
 * console.log(codec.reply(message).body); // {"challenge":"ajls384kdjxxxx"}
 * ```
 */
export function createFeishuCodec<Events extends object = Record<string, unknown>>(
  options: FeishuCodecOptions,
): FeishuCodec<Events> {
  const app = readApp(options);
  return {
    maxBodyBytes: app.maxBodyBytes,
    decode: (request) => decode(app, request) as FeishuMessage<Events>,
    verify: (request) => isAccepted(() => requireSigned(app, request)),
    decrypt: (encrypt) => decryptText(requireCrypt(app).aes, decodeBase64(requireString('encrypt', encrypt), 0)),
    encrypt: (text, { iv } = {}) => encryptText(requireCrypt(app).aes, text, { iv, random: app.random }),
    encode: (payload, options) => encode(app, payload, options),
    reply,
  };
}

/** The checked options of one app. */
interface App extends Checked<Required<CodecOptions>> {
  readonly verificationToken: string | undefined;
  readonly acceptChallenge: boolean;
  readonly random: RandomSource | undefined;
  /** `undefined` for an app without an Encrypt Key. */
  readonly crypt: Crypt | undefined;
}

/** What the Encrypt Key is for: it signs, and AES under its SHA-256 encrypts. */
interface Crypt {
  readonly encryptKey: string;
  readonly sha256: HexDigest;
  readonly aes: AesCbc;
  readonly readChallenge: (encrypt: string) => UnsignedChallenge | undefined;
}

function readApp(options: FeishuCodecOptions): App {
  const encryptKey = optionalSecret(requireObject('options', options), 'encryptKey');
  const verificationToken = optionalSecret(options, 'verificationToken');
  if (encryptKey === undefined && verificationToken === undefined) {
    throw new CallbackError(
      'ERR_CONFIG',
      'encryptKey or verificationToken is needed, better both: no secret, no codec',
    );
  }
  const { acceptChallenge = true } = options;
  requireBoolean('acceptChallenge', acceptChallenge);
  const { aes: engine, random } = readEncryptionOptions(options);
  const app = { ...readCodecOptions(options, Infinity), verificationToken, acceptChallenge, random };
  if (encryptKey === undefined) return { ...app, crypt: undefined };
  const aes = bindKey(engine, encryptKey);
  const sha256 = engineDigest(engine.digest, 'sha256', sha256Here());
  return { ...app, crypt: { encryptKey, sha256, aes, readChallenge: challengeReader(aes, verificationToken) } };
}

function requireCrypt({ crypt }: App): Crypt {
  if (crypt === undefined) throw new CallbackError('ERR_CONFIG', 'this codec was made without an encryptKey');
  return crypt;
}

function decode(app: App, request: CallbackRequest): FeishuMessage {
  const body = readBody(request, app.maxBodyBytes);
  if (app.crypt === undefined) return readPlain(app, requireBodyText(body));
  const headers = readSignatureHeaders(request);
  if (headers === undefined) return readUnsigned(app, app.crypt, body);
  const text = decryptText(app.crypt.aes, decodeEncrypt(requireSignature(app, app.crypt, headers, body)));
  return readMessage(app, text, requireJsonObject('the plaintext', text));
}

/** A request to an app without an Encrypt Key: the Verification Token in it is all there is. */
function readPlain(app: App, text: string): FeishuMessage {
  const payload = requireJsonObject('the body', text);
  if (typeof ownField(payload, 'encrypt') === 'string') {
    throw new CallbackError('ERR_REQUEST', 'the body is encrypted, but this codec was made without an encryptKey');
  }
  return readMessage(app, text, payload);
}

/** What is not signed can only be the URL challenge; whatever else it is has one answer. */
function readUnsigned({ acceptChallenge }: App, { readChallenge }: Crypt, body: Body): FeishuMessage {
  if (isLongerThan(body.raw, MAX_UNSIGNED_BODY)) throw unsignedError();
  const encrypt = readEncrypt(requireBodyText(body));
  const found = acceptChallenge ? readChallenge(encrypt) : undefined;
  if (found === undefined) throw unsignedError();
  return verification(found.challenge, found.text, requireJsonObject('the plaintext', found.text));
}

/** One answer for everything on the path that nothing authenticates. */
function unsignedError(): CallbackError {
  return new CallbackError(
    'ERR_SIGNATURE',
    'not signed, and not the URL challenge of this app: pass the headers; check Encrypt Key, Verification Token and acceptChallenge',
  );
}

/** The text of a body whose signature holds and is fresh. */
function requireSignature(app: App, crypt: Crypt, headers: SignatureHeaders, { raw, text }: Body): string {
  const { signature, timestamp, nonce } = headers;
  // SHA-256(… ‖ body) can be extended by its padding, which starts with 0x80: never UTF-8 after a whole character.
  if (!timingSafeEqual(signature, sign(timestamp, nonce, crypt, raw)) || text === undefined) {
    throw new CallbackError('ERR_SIGNATURE', signatureMistake(signature, text));
  }
  requireFresh(timestamp, app, SECONDS_OR_MILLISECONDS);
  return text;
}

/** What is most likely wrong where a signature does not match. */
function signatureMistake(signature: string, text: string | undefined): string {
  if (signature.length === 40) return `x-lark-signature has 40 digits: this is ${OLD_CARD}`;
  if (isBase64(text)) return BASE64_BODY;
  return 'x-lark-signature does not match: pass the raw body, not JSON serialised again, and check the Encrypt Key';
}

const OLD_CARD = 'an old message card (card.action.trigger_v1): use callback-codec/feishu-card';

function requireSigned(app: App, request: CallbackRequest): void {
  const body = readBody(request, app.maxBodyBytes);
  const headers = readSignatureHeaders(request);
  if (app.crypt === undefined || headers === undefined) throw unsignedError();
  requireSignature(app, app.crypt, headers, body);
}

const HEAD = '{"encrypt":"';
const TAIL = '"}';

/**
 * The bytes of `encrypt`, or `undefined`. As Feishu sends it, the body is this field alone: cut out, it need not be parsed.
 * What is base64 then holds neither quote nor backslash nor control character, so that parsing would give the same.
 */
function decodeEncrypt(bodyText: string): Uint8Array | undefined {
  const isAlone = bodyText.length >= HEAD.length + TAIL.length && bodyText.startsWith(HEAD) && bodyText.endsWith(TAIL);
  const cut = isAlone ? decodeBase64(bodyText.slice(HEAD.length, -TAIL.length), 0) : undefined;
  return cut ?? decodeBase64(readEncrypt(bodyText), 0);
}

/** An app with an Encrypt Key accepts no plain body: it would be an event that anyone can write. */
function readEncrypt(bodyText: string): string {
  const encrypt = ownField(requireJsonObject('the body', bodyText), 'encrypt');
  if (encrypt === undefined) {
    throw new CallbackError('ERR_SIGNATURE', 'the body has no `encrypt`, but this codec has an encryptKey');
  }
  if (typeof encrypt !== 'string') throw new CallbackError('ERR_REQUEST', '`encrypt` must be a string');
  return encrypt;
}

type Schema = 'challenge' | '1.0' | '2.0';

function schemaOf(payload: JsonObject): Schema {
  if (ownField(payload, 'type') === 'url_verification') return 'challenge';
  return ownField(payload, 'schema') !== undefined || ownField(payload, 'header') !== undefined ? '2.0' : '1.0';
}

/** A message whose signature was verified, or that came plain to an app without an Encrypt Key. */
function readMessage(app: App, text: string, payload: JsonObject): FeishuMessage {
  const schema = schemaOf(payload);
  const header = ownField(payload, 'header');
  const message = READERS[schema](text, payload, isJsonObject(header) ? header : {});
  if (message === undefined) {
    const what =
      ownField(payload, 'open_message_id') === undefined
        ? 'neither a url_verification nor an event: a field is missing or not a string'
        : OLD_CARD;
    throw new CallbackError('ERR_REQUEST', what);
  }
  requireToken(app, tokenOf(payload, schema));
  return message;
}

type Reader = (text: string, payload: JsonObject, header: JsonObject) => FeishuMessage | undefined;

const READERS: { readonly [schema in Schema]: Reader } = {
  challenge: readChallenge,
  '1.0': readEvent1,
  '2.0': readEvent2,
};

function readChallenge(text: string, payload: JsonObject): FeishuMessage | undefined {
  const challenge = ownField(payload, 'challenge');
  if (typeof challenge !== 'string' || challenge.length > 1024) return undefined;
  return verification(challenge, text, payload);
}

function verification(challenge: string, text: string, event: JsonObject): FeishuVerification {
  return { platform: 'feishu', kind: 'verification', type: 'url_verification', challenge, event, text };
}

function readEvent1(text: string, payload: JsonObject): FeishuMessage | undefined {
  const event = ownField(payload, 'event');
  if (!isJsonObject(event)) return undefined;
  const type = ownField(event, 'type');
  if (typeof type !== 'string') return undefined;
  return {
    platform: 'feishu',
    kind: 'event',
    schema: '1.0',
    id: idField(payload, text, 'uuid'),
    type,
    createTime: textField(payload, 'ts'),
    appId: textField(event, 'app_id'),
    tenantKey: textField(event, 'tenant_key'),
    event,
    text,
  };
}

function readEvent2(text: string, payload: JsonObject, header: JsonObject): FeishuMessage | undefined {
  const type = ownField(header, 'event_type');
  if (typeof type !== 'string') return undefined;
  return {
    platform: 'feishu',
    kind: 'event',
    schema: '2.0',
    id: idField(header, text, 'event_id'),
    type,
    createTime: textField(header, 'create_time'),
    appId: textField(header, 'app_id'),
    tenantKey: textField(header, 'tenant_key'),
    event: ownField(payload, 'event'),
    text,
  };
}

/** The token must be the app's, where one is configured. */
function requireToken({ verificationToken }: App, token: unknown): void {
  if (verificationToken !== undefined) requireVerificationToken(token, verificationToken);
}

/** The Verification Token of a payload. `event.token` is another thing: it updates a card. */
function tokenOf(payload: JsonObject, schema: Schema): unknown {
  const header = ownField(payload, 'header');
  const inHeader = isJsonObject(header) ? ownField(header, 'token') : undefined;
  if (schema === '2.0') return inHeader;
  const token = ownField(payload, 'token');
  return token === undefined ? inHeader : token; // an event of schema 1.0 has no header
}

function encode(app: App, payload: unknown, options: FeishuEncodeOptions = {}): CallbackPush {
  const given = payloadText(payload);
  const json = parseJsonObject(given);
  const schema = json && schemaOf(json);
  const text = typeof payload !== 'string' && schema ? withToken(app, given, json, schema) : given;
  const headers: Record<string, string> = { 'Content-Type': 'application/json;charset=utf-8' };
  if (app.crypt === undefined) return { method: 'POST', headers, query: {}, body: text };
  const { aes } = app.crypt;
  const body = JSON.stringify({ encrypt: encryptText(aes, text, { iv: options.iv, random: app.random }) });
  if (schema !== 'challenge') {
    const { timestamp = nowInSeconds(app), nonce = randomAlphanumerics(app.random) } = options;
    Object.assign(headers, signatureHeaders(timestamp, nonce, sign(timestamp, nonce, app.crypt, body)));
  }
  return { method: 'POST', headers, query: {}, body };
}

/** The payload with the Verification Token where it belongs, if it has none yet. */
function withToken({ verificationToken }: App, text: string, json: JsonObject, schema: Schema): string {
  const token = verificationToken ?? (schema === 'challenge' ? '' : undefined);
  if (token === undefined || typeof tokenOf(json, schema) === 'string') return text;
  if (schema !== '2.0') return JSON.stringify({ ...json, token });
  const header = ownField(json, 'header');
  return JSON.stringify({ ...json, header: { ...(isJsonObject(header) ? header : {}), token } });
}

function reply(message: FeishuMessage, answer?: object): CallbackReply {
  requireMessage(message, 'feishu');
  if (message.kind !== 'verification') return jsonReply(answer === undefined ? {} : requireObject('answer', answer));
  refuseAnswer(answer);
  return jsonReply({ challenge: message.challenge });
}

function sign(
  timestamp: string,
  nonce: string,
  { encryptKey, sha256 }: Pick<Crypt, 'encryptKey' | 'sha256'>,
  body: string | Uint8Array,
): string {
  const head = timestamp + nonce + encryptKey;
  return typeof body === 'string' ? sha256(head + body) : sha256(head, body);
}

function bindKey(engine: AesCbcEngine, encryptKey: unknown): AesCbc {
  return engine(decodeHex(sha256Here()(requireSecret('encryptKey', encryptKey))));
}

function encryptText(
  aes: AesCbc,
  text: string,
  { iv, random }: { iv?: Uint8Array | undefined; random?: RandomSource | undefined },
): string {
  const plaintext = encodeUtf8(requireText('text', text));
  const ownIv = iv === undefined ? randomBytes(AES_BLOCK, random) : requireBytes('iv', iv, AES_BLOCK);
  return encodeBase64(joinIv(ownIv, encryptPadded(aes, ownIv, plaintext, 16)));
}

function decryptText(aes: AesCbc, ivAndCiphertext: Uint8Array | undefined): string {
  const plaintext = ivAndCiphertext && decryptPadded(aes, ivAndCiphertext, 16);
  const text = plaintext && decodeUtf8(plaintext, 0, plaintext.length);
  if (text === undefined) throw decryptError();
  return text;
}
