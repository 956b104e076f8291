// Feishu / Lark old message cards (card.action.trigger_v1) codec. `callback-codec/feishu-card`.
// https://open.feishu.cn/document/ukTMukTMukTM/uYzMxEjL2MTMx4iNzETM
import { isBytes, requireObject, requireSecret, requireText } from './internal/arguments.ts';
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
import { sha1Here } from './internal/digest.ts';
import { CallbackError, isAccepted } from './internal/errors.ts';
import { nowInSeconds, requireFresh, SECONDS_OR_MILLISECONDS } from './internal/freshness.ts';
import {
  BASE64_BODY,
  isBase64,
  type JsonObject,
  ownField,
  parseJsonObject,
  payloadText,
  requireJsonObject,
} from './internal/json.ts';
import { readSignatureHeaders, type SignatureHeaders, signatureHeaders } from './internal/lark-headers.ts';
import { type RandomSource, randomAlphanumerics, requireRandom } from './internal/random.ts';
import { type Body, type CallbackRequest, readBody, requireBodyText } from './internal/request.ts';
import { timingSafeEqual } from './internal/timing-safe-equal.ts';
import { requireVerificationToken } from './internal/verification-token.ts';

export type { CallbackCodec, CallbackMessage, CallbackPush, CallbackReply } from './internal/codec.ts';
export { CallbackError, type CallbackErrorCode, isCallbackError } from './internal/errors.ts';
export type { JsonObject } from './internal/json.ts';
export type { RandomSource } from './internal/random.ts';
export type { CallbackRequest, HeadersLike, QueryLike } from './internal/request.ts';

/** What {@link createFeishuCardCodec} needs. */
export interface FeishuCardCodecOptions extends CodecOptions {
  /** Verification Token of the app: it signs the cards, and stands in the URL check. */
  verificationToken: string;
  /** Source of random bytes for the nonce of `encode`. Default the runtime's `crypto.getRandomValues`. */
  random?: RandomSource | undefined;
}

/** Options of {@link FeishuCardCodec.encode}. */
export interface FeishuCardEncodeOptions {
  /** Default the clock, in seconds. */
  timestamp?: string | undefined;
  /** Default 16 random characters. */
  nonce?: string | undefined;
}

/** A request to prove that the URL is yours: send `reply(message)` within one second. */
export interface FeishuCardVerification extends CallbackMessage {
  readonly platform: 'feishu-card';
  readonly kind: 'verification';
  readonly type: 'url_verification';
  /** To be sent back unchanged, which `reply` does. At most 1,024 characters. */
  readonly challenge: string;
}

/** A press on an old message card; Feishu waits 3 seconds for the reply. */
export interface FeishuCardEvent<Event = JsonObject> extends CallbackMessage {
  readonly platform: 'feishu-card';
  readonly kind: 'event';
  readonly type: 'card.action.trigger_v1';
  /** The body's JSON object, unvalidated: `open_id`, `open_message_id`, `action` and so on. `token` is the card's own. */
  readonly event: Event;
}

/** What {@link FeishuCardCodec.decode} returns. Test `kind` first. */
export type FeishuCardMessage = FeishuCardVerification | FeishuCardEvent;

/** One app's codec, made by {@link createFeishuCardCodec}. */
export interface FeishuCardCodec extends CallbackCodec<FeishuCardMessage, object> {
  /**
   * Verifies and parses a request: signature over the raw body, freshness, JSON. The URL check comes unsigned and is
   * accepted on its Verification Token alone; if any of the three headers is there, and for everything else, all three are
   * required.
   *
   * @throws {CallbackError} ERR_TOO_LARGE, ERR_REQUEST, ERR_SIGNATURE, ERR_TIMESTAMP, ERR_TOKEN.
   * @throws {TypeError} The request is not what {@link CallbackRequest} says, for example a parsed body.
   */
  decode(this: void, request: CallbackRequest): FeishuCardMessage;
  /**
   * The platform's half, for tests and simulators: the request with which Feishu would push `payload`. A string is sent
   * verbatim, anything else as JSON. A URL check goes unsigned, with the Verification Token where it has none.
   *
   * @throws {CallbackError} ERR_CONFIG: timestamp or nonce that no header can carry; ERR_RANDOM.
   */
  encode(this: void, payload: unknown, options?: FeishuCardEncodeOptions): CallbackPush;
  /**
   * The response: `{"challenge":"…"}` to a verification, and to a press `answer`, the card that is to be shown, by default
   * `{}`, which leaves it as it is.
   *
   * @throws {TypeError} A message of another platform, an answer to a verification, or one that is not an object.
   */
  reply(this: void, message: FeishuCardMessage, answer?: object): CallbackReply;
}

/**
 * The signature of an old message card: SHA-1(timestamp ‖ nonce ‖ verificationToken ‖ body), a plain hash without
 * separators. The new card callback (`card.action.trigger`) is signed as an event: `callback-codec/feishu`.
 *
 * @param request `timestamp` and `nonce`: the headers `X-Lark-Request-Timestamp` and `-Nonce`, opaque text. `body`: the raw
 * body, a string counting as its UTF-8 bytes.
 * @param verificationToken The app's Verification Token, not the Encrypt Key.
 * @returns 40 lower-case hexadecimal digits, as in `X-Lark-Signature`.
 * @throws {CallbackError} ERR_CONFIG: verificationToken missing or empty.
 * @throws {TypeError} A wrong type, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { feishuCardSignature } from 'callback-codec/feishu-card';
 *
 * console.log(feishuCardSignature({ timestamp: '1609430400', nonce: '1234567890', body: '{}' }, 'v-token'));
 * // 97530f16fd3ef0df5b3491919fc05a48d40cee35
 * ```
 */
export function feishuCardSignature(
  request: { timestamp: string; nonce: string; body: string | Uint8Array },
  verificationToken: string,
): string {
  const { timestamp, nonce, body } = requireObject('request', request);
  requireText('timestamp', timestamp);
  requireText('nonce', nonce);
  if (!isBytes(body)) requireText('body', body);
  return sign(timestamp, nonce, requireSecret('verificationToken', verificationToken), body);
}

/**
 * Makes the codec of one app's old message cards. The token and the options are checked here, once. The Verification Token
 * signs the cards, and their URL check carries it in clear: whoever has seen one can sign. If you can, use new cards.
 *
 * @throws {CallbackError} ERR_CONFIG: the token is missing or empty, or an option out of range.
 * @throws {TypeError} An option of the wrong type.
 *
 * @example
 * ```ts
 * import { createFeishuCardCodec } from 'callback-codec/feishu-card';
 *
 * const codec = createFeishuCardCodec({ verificationToken: 'v-token' });
 * const message = codec.decode(codec.encode({ open_message_id: 'om_1', action: { tag: 'button', value: { key: 'v' } } }));
 * console.log(message.type); // card.action.trigger_v1
 * console.log(codec.reply(message).body); // {}
 * ```
 */
export function createFeishuCardCodec(options: FeishuCardCodecOptions): FeishuCardCodec {
  const app = readApp(options);
  return {
    maxBodyBytes: app.maxBodyBytes,
    decode: (request) => decode(app, request),
    verify: (request) => isAccepted(() => requireSigned(app, request)),
    encode: (payload, options) => encode(app, payload, options),
    reply,
  };
}

/** The checked options of one app. */
interface App extends Checked<Required<CodecOptions>> {
  readonly verificationToken: string;
  readonly random: RandomSource | undefined;
}

function readApp(options: FeishuCardCodecOptions): App {
  const verificationToken = requireSecret('verificationToken', requireObject('options', options).verificationToken);
  return { ...readCodecOptions(options, Infinity), verificationToken, random: requireRandom(options.random) };
}

function decode(app: App, request: CallbackRequest): FeishuCardMessage {
  const body = readBody(request, app.maxBodyBytes);
  const headers = readSignatureHeaders(request);
  const text = headers === undefined ? requireBodyText(body) : requireSignature(app, headers, body);
  const event = requireJsonObject('the body', text);
  if (isChallenge(event)) return readChallenge(app, text, event);
  if (ownField(event, 'encrypt') !== undefined) {
    throw new CallbackError('ERR_REQUEST', 'the body is encrypted, as events are: use callback-codec/feishu');
  }
  if (headers === undefined) throw unsignedError();
  return { platform: 'feishu-card', kind: 'event', type: 'card.action.trigger_v1', event, text };
}

function unsignedError(): CallbackError {
  return new CallbackError('ERR_SIGNATURE', 'not signed, and not the URL check: pass the headers');
}

function requireSigned(app: App, request: CallbackRequest): void {
  const body = readBody(request, app.maxBodyBytes);
  const headers = readSignatureHeaders(request);
  if (headers === undefined) throw unsignedError();
  requireSignature(app, headers, body);
}

/** The text of a body whose signature holds and is fresh. */
function requireSignature(app: App, headers: SignatureHeaders, { raw, text }: Body): string {
  const { signature, timestamp, nonce } = headers;
  // SHA-1(… ‖ body) can be extended by its padding, which starts with 0x80: never UTF-8 after a whole character.
  if (!timingSafeEqual(signature, sign(timestamp, nonce, app.verificationToken, raw)) || text === undefined) {
    throw new CallbackError('ERR_SIGNATURE', signatureMistake(signature, text));
  }
  requireFresh(timestamp, app, SECONDS_OR_MILLISECONDS);
  return text;
}

/** What is most likely wrong where a signature does not match. */
function signatureMistake(signature: string, text: string | undefined): string {
  if (signature.length === 64) {
    return 'x-lark-signature has 64 digits: this is an event or a new card, use callback-codec/feishu';
  }
  if (isBase64(text)) return BASE64_BODY;
  return 'x-lark-signature does not match: pass the raw body, not JSON serialised again, and check the Verification Token';
}

function isChallenge(payload: JsonObject): boolean {
  return ownField(payload, 'type') === 'url_verification';
}

/** The one request that is accepted on the token in it. */
function readChallenge(app: App, text: string, event: JsonObject): FeishuCardVerification {
  const challenge = ownField(event, 'challenge');
  if (typeof challenge !== 'string' || challenge.length > 1024) {
    throw new CallbackError('ERR_REQUEST', 'the challenge is missing, not a string, or longer than 1,024 characters');
  }
  requireVerificationToken(ownField(event, 'token'), app.verificationToken);
  return { platform: 'feishu-card', kind: 'verification', type: 'url_verification', challenge, event, text };
}

function encode(app: App, payload: unknown, options: FeishuCardEncodeOptions = {}): CallbackPush {
  const text = payloadText(payload);
  const json = parseJsonObject(text) ?? {};
  const headers = { 'Content-Type': 'application/json;charset=utf-8' };
  if (isChallenge(json)) {
    const hasToken = typeof payload === 'string' || typeof ownField(json, 'token') === 'string';
    const body = hasToken ? text : JSON.stringify({ ...json, token: app.verificationToken });
    return { method: 'POST', headers, query: {}, body };
  }
  const { timestamp = nowInSeconds(app), nonce = randomAlphanumerics(app.random) } = options;
  const signature = sign(timestamp, nonce, app.verificationToken, text);
  return {
    method: 'POST',
    headers: { ...headers, ...signatureHeaders(timestamp, nonce, signature) },
    query: {},
    body: text,
  };
}

function reply(message: FeishuCardMessage, answer?: object): CallbackReply {
  requireMessage(message, 'feishu-card');
  if (message.kind !== 'verification') return jsonReply(answer === undefined ? {} : requireObject('answer', answer));
  refuseAnswer(answer);
  return jsonReply({ challenge: message.challenge });
}

function sign(timestamp: string, nonce: string, verificationToken: string, body: string | Uint8Array): string {
  return sha1Here()(timestamp + nonce + verificationToken, body);
}
