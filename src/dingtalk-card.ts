// DingTalk card and connector callbacks (ddpaas). `callback-codec/dingtalk-card`.
// https://open.dingtalk.com/document/dingstart/responding-to-interactive-messages, /orgapp/event-callback-card
import { requireObject, requireSecret, requireText } from './internal/arguments.ts';
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
import { isAccepted } from './internal/errors.ts';
import { nowInMilliseconds } from './internal/freshness.ts';
import { hmacSha256Base64 } from './internal/hmac.ts';
import { type JsonObject, payloadText, requireJsonObject, textField } from './internal/json.ts';
import { type CallbackRequest, readBody, readHeaders, requireBodyText } from './internal/request.ts';
import { requireSignedTime, type SentTime, type SignedTimeHeaders } from './internal/signed-time.ts';

export type { CallbackCodec, CallbackMessage, CallbackPush, CallbackReply } from './internal/codec.ts';
export { CallbackError, type CallbackErrorCode, isCallbackError } from './internal/errors.ts';
export type { JsonObject } from './internal/json.ts';
export type { CallbackRequest, HeadersLike, QueryLike } from './internal/request.ts';

/** What {@link createDingTalkCardCodec} needs. */
export interface DingTalkCardCodecOptions extends CodecOptions {
  /** The apiSecret that came with the registration of the callback URL. */
  apiSecret: string;
  /**
   * How many seconds the signed timestamp may lie before or after now. Default 3,600, as the documentation asks; Infinity
   * switches the window off, and then a captured signature is good for ever and for any body.
   */
  toleranceSeconds?: number | undefined;
}

/** Options of {@link DingTalkCardCodec.encode}. */
export interface DingTalkCardEncodeOptions {
  /** Milliseconds since the epoch, 13 digits. Default the clock. */
  timestamp?: string | undefined;
}

/** A press on a card, or a call of a connector. The signature does not cover it. */
export interface DingTalkCardEvent<Type extends string = string, Event = JsonObject> extends CallbackMessage {
  readonly platform: 'dingtalk-card';
  readonly kind: 'event';
  /** The body's `type`, `actionCallback` for example, or empty. */
  readonly type: Type;
  /** As signed: milliseconds since the epoch. */
  readonly timestamp: string;
  /** The body's JSON object, unvalidated: `outTrackId`, `userId`, `content` and so on. */
  readonly event: Event;
}

/**
 * What {@link DingTalkCardCodec.decode} returns: always an event.
 *
 * @typeParam Events Types of `event` by `type`. Other events still arrive: end a `switch` on `type` with a default.
 */
export type DingTalkCardMessage<Events extends object = Record<string, JsonObject>> = {
  [Type in keyof Events & string]: DingTalkCardEvent<Type, Events[Type]>;
}[keyof Events & string];

/** The codec of one callback URL, made by {@link createDingTalkCardCodec}. */
export interface DingTalkCardCodec<Events extends object = Record<string, JsonObject>>
  extends CallbackCodec<DingTalkCardMessage<Events>, object> {
  /**
   * Verifies and parses a request: headers `x-ddpaas-signature-timestamp` and `x-ddpaas-signature`, freshness, JSON. The
   * signature covers the time alone: within the window whoever saw one request can send any body, so use HTTPS and keep the
   * URL secret.
   *
   * @throws {CallbackError} ERR_TOO_LARGE, ERR_REQUEST, ERR_SIGNATURE, ERR_TIMESTAMP.
   * @throws {TypeError} The request is not what {@link CallbackRequest} says, for example a parsed body.
   */
  decode(this: void, request: CallbackRequest): DingTalkCardMessage<Events>;
  /**
   * The platform's half, for tests and simulators: the request with which DingTalk would push `payload`. A string is sent
   * verbatim, anything else as JSON.
   */
  encode(this: void, payload: unknown, options?: DingTalkCardEncodeOptions): CallbackPush;
  /**
   * The response: `answer`, such as `{ cardUpdateOptions, cardData }`, by default `{}`.
   *
   * @throws {TypeError} A message of another platform, or an answer that is not an object.
   */
  reply(this: void, message: DingTalkCardMessage<Events>, answer?: object): CallbackReply;
}

/**
 * The signature of a card's callback: base64 of HMAC-SHA-256(apiSecret, timestamp). It covers the time alone, not the body.
 *
 * @param parts `timestamp`: as in the header, milliseconds since the epoch. `apiSecret`: of the registered URL.
 * @returns 44 characters of base64, as in `x-ddpaas-signature`.
 * @throws {CallbackError} ERR_CONFIG: apiSecret missing or empty.
 * @throws {TypeError} A wrong type, such as a time given as a number, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { dingTalkCardSignature } from 'callback-codec/dingtalk-card';
 *
 * console.log(dingTalkCardSignature({ timestamp: '1577262236757', apiSecret: 'this is a secret' }));
 * // cviWWKk4OPwVpK0VGNkvThhQ7PXwQPYvJhM+/YVA1VI=
 * ```
 */
export function dingTalkCardSignature(parts: { timestamp: string; apiSecret: string }): string {
  const { timestamp, apiSecret } = requireObject('parts', parts);
  return sign(requireText('timestamp', timestamp), requireSecret('apiSecret', apiSecret));
}

/**
 * Makes the codec of one callback URL. The secret and the options are checked here, once.
 *
 * @typeParam Events Types of `event` by `type`, for example `{ actionCallback: { outTrackId: string } }`.
 * @throws {CallbackError} ERR_CONFIG: the secret is missing or empty, or an option out of range.
 * @throws {TypeError} An option of the wrong type.
 *
 * @example
 * ```ts
 * import { createDingTalkCardCodec } from 'callback-codec/dingtalk-card';
 *
 * const codec = createDingTalkCardCodec({ apiSecret: 'this is a secret' });
 * const message = codec.decode(codec.encode({ type: 'actionCallback', outTrackId: 't-1' }));
 * console.log(message.type); // actionCallback
 * console.log(codec.reply(message).body); // {}
 * ```
 */
export function createDingTalkCardCodec<Events extends object = Record<string, JsonObject>>(
  options: DingTalkCardCodecOptions,
): DingTalkCardCodec<Events> {
  const app = readApp(options);
  return {
    maxBodyBytes: app.maxBodyBytes,
    decode: (request) => decode(app, request) as DingTalkCardMessage<Events>,
    verify: (request) => isAccepted(() => requireSigned(app, request)),
    encode: (payload, options) => encode(app, payload, options),
    reply,
  };
}

/** The checked options of one URL. */
interface App extends Checked<Required<CodecOptions>> {
  readonly apiSecret: string;
}

function readApp(options: DingTalkCardCodecOptions): App {
  const apiSecret = requireSecret('apiSecret', requireObject('options', options).apiSecret);
  return { ...readCodecOptions(options, 3600), apiSecret };
}

function decode(app: App, request: CallbackRequest): DingTalkCardMessage {
  const body = readBody(request, app.maxBodyBytes);
  const sent = readHeaders(request, ...HEADERS);
  const text = requireBodyText(body);
  const event = requireJsonObject('the body', text);
  const timestamp = requireSignature(app, sent);
  return { platform: 'dingtalk-card', kind: 'event', type: textField(event, 'type') ?? '', timestamp, event, text };
}

function requireSigned(app: App, request: CallbackRequest): void {
  readBody(request, app.maxBodyBytes);
  requireSignature(app, readHeaders(request, ...HEADERS));
}

const HEADERS: SignedTimeHeaders = ['x-ddpaas-signature', 'x-ddpaas-signature-timestamp'];

function requireSignature(app: App, sent: SentTime): string {
  return requireSignedTime(sent, HEADERS, (timestamp) => sign(timestamp, app.apiSecret), app);
}

function encode(app: App, payload: unknown, options: DingTalkCardEncodeOptions = {}): CallbackPush {
  const { timestamp = nowInMilliseconds(app) } = options;
  requireText('timestamp', timestamp);
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'x-ddpaas-signature-timestamp': timestamp,
    'x-ddpaas-signature': sign(timestamp, app.apiSecret),
  };
  return { method: 'POST', headers, query: {}, body: payloadText(payload) };
}

function reply(message: CallbackMessage, answer: object = {}): CallbackReply {
  requireMessage(message, 'dingtalk-card');
  return jsonReply(requireObject('answer', answer));
}

function sign(timestamp: string, apiSecret: string): string {
  return hmacSha256Base64(apiSecret, timestamp);
}
