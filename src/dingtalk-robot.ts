// DingTalk robot (机器人) codec: messages to a robot in HTTP mode, and the signature of messages that a custom robot sends.
// `callback-codec/dingtalk-robot`.
// https://open.dingtalk.com/document/orgapp/receive-message, /dingstart/customize-robot-security-settings
import { requireObject, requireSecret, requireText } from './internal/arguments.ts';
import {
  ANSWERS_PROBES,
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
import { idField, type JsonObject, payloadText, requireJsonObject, textField } from './internal/json.ts';
import { type CallbackRequest, readBody, readHeaders, requireBodyText } from './internal/request.ts';
import { requireSignedTime, type SentTime, type SignedTimeHeaders } from './internal/signed-time.ts';

export type { CallbackCodec, CallbackMessage, CallbackPush, CallbackReply } from './internal/codec.ts';
export { CallbackError, type CallbackErrorCode, isCallbackError } from './internal/errors.ts';
export type { JsonObject } from './internal/json.ts';
export type { CallbackRequest, HeadersLike, QueryLike } from './internal/request.ts';

/** What {@link createDingTalkRobotCodec} needs. */
export interface DingTalkRobotCodecOptions extends CodecOptions {
  /** AppSecret (ClientSecret) of the app that the robot belongs to. */
  appSecret: string;
  /**
   * How many seconds the signed timestamp may lie before or after now. Default 3,600, as the documentation asks; Infinity
   * switches the window off, and then a captured signature is good for ever and for any body.
   */
  toleranceSeconds?: number | undefined;
}

/** Options of {@link DingTalkRobotCodec.encode}. */
export interface DingTalkRobotEncodeOptions {
  /** Milliseconds since the epoch, 13 digits. Default the clock. */
  timestamp?: string | undefined;
}

/** A message to the robot. The signature does not cover it. */
export interface DingTalkRobotEvent<Type extends string = string, Event = JsonObject> extends CallbackMessage {
  readonly platform: 'dingtalk-robot';
  readonly kind: 'event';
  /** `msgtype`, `text` for example, or empty. */
  readonly type: Type;
  /** `msgId`: what to deduplicate on. */
  readonly id?: string | undefined;
  /** As signed: milliseconds since the epoch. */
  readonly timestamp: string;
  /** The body's JSON object, unvalidated: `text.content`, `conversationId`, `senderStaffId`, `sessionWebhook` and so on. */
  readonly event: Event;
}

/**
 * What {@link DingTalkRobotCodec.decode} returns: always an event.
 *
 * @typeParam Events Types of `event` by `type`. Other events still arrive: end a `switch` on `type` with a default.
 */
export type DingTalkRobotMessage<Events extends object = Record<string, JsonObject>> = {
  [Type in keyof Events & string]: DingTalkRobotEvent<Type, Events[Type]>;
}[keyof Events & string];

/** One robot's codec, made by {@link createDingTalkRobotCodec}. */
export interface DingTalkRobotCodec<Events extends object = Record<string, JsonObject>>
  extends CallbackCodec<DingTalkRobotMessage<Events>, object> {
  /**
   * Verifies and parses a request: headers `timestamp` and `sign`, freshness, JSON. The signature covers the time alone:
   * within the window whoever saw one request can send any body, so use HTTPS and keep the URL secret.
   *
   * @throws {CallbackError} ERR_TOO_LARGE, ERR_REQUEST, ERR_SIGNATURE, ERR_TIMESTAMP.
   * @throws {TypeError} The request is not what {@link CallbackRequest} says, for example a parsed body.
   */
  decode(this: void, request: CallbackRequest): DingTalkRobotMessage<Events>;
  /**
   * The platform's half, for tests and simulators: the request with which DingTalk would push `payload`. A string is sent
   * verbatim, anything else as JSON.
   */
  encode(this: void, payload: unknown, options?: DingTalkRobotEncodeOptions): CallbackPush;
  /**
   * The response: `answer`, a message such as `{ msgtype: 'text', text: { content: '收到' } }`, by default `{}`.
   *
   * @throws {TypeError} A message of another platform, or an answer that is not an object.
   */
  reply(this: void, message: DingTalkRobotMessage<Events>, answer?: object): CallbackReply;
}

/**
 * The signature of a robot, in both directions: base64 of HMAC-SHA-256(secret, timestamp + "\\n" + secret). It covers the
 * time alone, not the body.
 *
 * @param parts `timestamp`: milliseconds since the epoch, 13 digits. `secret`: AppSecret, or the `SEC…` of a custom robot.
 * @returns 44 characters of base64. In a URL, percent-encode it once.
 * @throws {CallbackError} ERR_CONFIG: secret missing or empty.
 * @throws {TypeError} A wrong type, such as a time given as a number, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { dingTalkRobotSignature } from 'callback-codec/dingtalk-robot';
 *
 * console.log(dingTalkRobotSignature({ timestamp: '1577262236757', secret: 'this is a secret' }));
 * // DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA=
 * ```
 */
export function dingTalkRobotSignature(parts: { timestamp: string; secret: string }): string {
  const { timestamp, secret } = requireObject('parts', parts);
  return sign(requireText('timestamp', timestamp), requireSecret('secret', secret));
}

/**
 * Makes the codec of one robot. The secret and the options are checked here, once.
 *
 * @typeParam Events Types of `event` by `type`, for example `{ text: { text: { content: string } } }`.
 * @throws {CallbackError} ERR_CONFIG: the secret is missing or empty, or an option out of range.
 * @throws {TypeError} An option of the wrong type.
 *
 * @example
 * ```ts
 * import { createDingTalkRobotCodec } from 'callback-codec/dingtalk-robot';
 *
 * const codec = createDingTalkRobotCodec({ appSecret: 'this is a secret' });
 * const message = codec.decode(codec.encode({ msgtype: 'text', msgId: 'm-1', text: { content: '你好' } }));
 * console.log(message.type, message.id); // text m-1
 * console.log(codec.reply(message, { msgtype: 'empty' }).body); // {"msgtype":"empty"}
 * ```
 */
export function createDingTalkRobotCodec<Events extends object = Record<string, JsonObject>>(
  options: DingTalkRobotCodecOptions,
): DingTalkRobotCodec<Events> {
  const app = readApp(options);
  const codec: DingTalkRobotCodec<Events> = {
    maxBodyBytes: app.maxBodyBytes,
    decode: (request) => decode(app, request) as DingTalkRobotMessage<Events>,
    verify: (request) => isAccepted(() => requireSigned(app, request)),
    encode: (payload, options) => encode(app, payload, options),
    reply,
  };
  // The console probes a robot's URL by an empty request when it is saved.
  return Object.assign(codec, { [ANSWERS_PROBES]: true });
}

/** The checked options of one robot. */
interface App extends Checked<Required<CodecOptions>> {
  readonly appSecret: string;
}

function readApp(options: DingTalkRobotCodecOptions): App {
  const appSecret = requireSecret('appSecret', requireObject('options', options).appSecret);
  return { ...readCodecOptions(options, 3600), appSecret };
}

function decode(app: App, request: CallbackRequest): DingTalkRobotMessage {
  const body = readBody(request, app.maxBodyBytes);
  const sent = readHeaders(request, ...HEADERS);
  const text = requireBodyText(body);
  const event = requireJsonObject('the body', text);
  const timestamp = requireSignature(app, sent);
  const type = textField(event, 'msgtype') ?? '';
  const id = idField(event, text, 'msgId');
  return { platform: 'dingtalk-robot', kind: 'event', type, id, timestamp, event, text };
}

function requireSigned(app: App, request: CallbackRequest): void {
  readBody(request, app.maxBodyBytes);
  requireSignature(app, readHeaders(request, ...HEADERS));
}

const HEADERS: SignedTimeHeaders = ['sign', 'timestamp'];

function requireSignature(app: App, sent: SentTime): string {
  return requireSignedTime(sent, HEADERS, (timestamp) => sign(timestamp, app.appSecret), app);
}

function encode(app: App, payload: unknown, options: DingTalkRobotEncodeOptions = {}): CallbackPush {
  const { timestamp = nowInMilliseconds(app) } = options;
  requireText('timestamp', timestamp);
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    timestamp,
    sign: sign(timestamp, app.appSecret),
  };
  return { method: 'POST', headers, query: {}, body: payloadText(payload) };
}

function reply(message: CallbackMessage, answer: object = {}): CallbackReply {
  requireMessage(message, 'dingtalk-robot');
  return jsonReply(requireObject('answer', answer));
}

function sign(timestamp: string, secret: string): string {
  return hmacSha256Base64(secret, `${timestamp}\n${secret}`);
}
