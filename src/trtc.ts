// Tencent RTC (TRTC) event callback codec. `callback-codec/trtc`.
// https://cloud.tencent.com/document/product/647/51586, https://trtc.io/document/39558
import { isBytes, requireObject, requireSecret, requireText } from './internal/arguments.ts';
import {
  type CallbackCodec,
  type CallbackMessage,
  type CallbackPush,
  type CallbackReply,
  type CodecOptions,
  jsonReply,
  readCodecOptions,
  refuseAnswer,
  requireMessage,
} from './internal/codec.ts';
import { CallbackError, isAccepted } from './internal/errors.ts';
import { hmacSha256Base64 } from './internal/hmac.ts';
import { BASE64_BODY, isBase64, type JsonObject, ownField, payloadText, requireJsonObject } from './internal/json.ts';
import { type Body, type CallbackRequest, readBody, readHeaders } from './internal/request.ts';
import { requireSdkAppId } from './internal/sdk-app-id.ts';
import { timingSafeEqual } from './internal/timing-safe-equal.ts';

export type { CallbackCodec, CallbackMessage, CallbackPush, CallbackReply } from './internal/codec.ts';
export { CallbackError, type CallbackErrorCode, isCallbackError } from './internal/errors.ts';
export type { JsonObject } from './internal/json.ts';
export type { CallbackRequest, HeadersLike, QueryLike } from './internal/request.ts';

/** What {@link createTrtcCodec} needs. */
export interface TrtcCodecOptions extends Pick<CodecOptions, 'maxBodyBytes'> {
  /** The callback key of the console: at most 32 letters and digits. */
  key: string;
  /** SDKAppID of the app: decimal digits. With it, the header SdkAppId must be there and equal. It is not signed. */
  sdkAppId?: string | number;
}

/** An event of a room, a stream or a recording. The signature covers it. */
export interface TrtcEvent<Type extends string = string, Event = JsonObject> extends CallbackMessage {
  readonly platform: 'trtc';
  readonly kind: 'event';
  /** `EventType`, a number, as text: `103` for example. */
  readonly type: Type;
  /** SDKAppID of the header, as sent. */
  readonly sdkAppId?: string | undefined;
  /** The body's JSON object, unvalidated: `EventGroupId`, `EventType`, `CallbackTs`, `EventInfo`. */
  readonly event: Event;
}

/**
 * What {@link TrtcCodec.decode} returns: always an event.
 *
 * @typeParam Events Types of `event` by `type`. Other events still arrive: end a `switch` on `type` with a default.
 */
export type TrtcMessage<Events extends object = Record<string, JsonObject>> = {
  [Type in keyof Events & string]: TrtcEvent<Type, Events[Type]>;
}[keyof Events & string];

/** One app's codec, made by {@link createTrtcCodec}. */
export interface TrtcCodec<Events extends object = Record<string, JsonObject>>
  extends CallbackCodec<TrtcMessage<Events>, undefined> {
  /**
   * Verifies and parses a request: the header `Sign` over the raw body, SdkAppId, JSON. Nothing that is signed is a time of
   * the request, so a captured request can be sent again for ever: deduplicate.
   *
   * @throws {CallbackError} ERR_TOO_LARGE, ERR_REQUEST, ERR_SIGNATURE.
   * @throws {TypeError} The request is not what {@link CallbackRequest} says, for example a parsed body.
   */
  decode(this: void, request: CallbackRequest): TrtcMessage<Events>;
  /**
   * The platform's half, for tests and simulators: the request with which TRTC would push `payload`. A string is sent
   * verbatim, anything else as JSON.
   */
  encode(this: void, payload: unknown): CallbackPush;
  /**
   * The response: `{"code":0}`.
   *
   * @throws {TypeError} A message of another platform, or any answer: the platform takes none.
   */
  reply(this: void, message: TrtcMessage<Events>, answer?: undefined): CallbackReply;
}

/**
 * The signature of a request: base64 of HMAC-SHA-256(key, body).
 *
 * @param body The raw body with its tabs and line breaks; a string counts as its UTF-8 bytes.
 * @param key The callback key of the console.
 * @returns 44 characters of base64, as in the header `Sign`.
 * @throws {CallbackError} ERR_CONFIG: key missing or empty.
 * @throws {TypeError} A wrong type, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { trtcSignature } from 'callback-codec/trtc';
 *
 * console.log(trtcSignature('{"EventGroupId":1}', '123654')); // xxwkBVGlREEbj2oQQyBiWWO4KELKwLp/Lw03eeXY1sw=
 * ```
 */
export function trtcSignature(body: string | Uint8Array, key: string): string {
  if (!isBytes(body)) requireText('body', body);
  return hmacSha256Base64(requireSecret('key', key), body);
}

/**
 * Makes the codec of one app. The key and the options are checked here, once.
 *
 * @typeParam Events Types of `event` by `type`, for example `{ '103': { EventInfo: { RoomId: number } } }`.
 * @throws {CallbackError} ERR_CONFIG: the key is missing or empty, or an option out of range.
 * @throws {TypeError} An option of the wrong type.
 *
 * @example
 * ```ts
 * import { createTrtcCodec } from 'callback-codec/trtc';
 *
 * const codec = createTrtcCodec({ key: '123654', sdkAppId: 1400000000 });
 * const message = codec.decode(codec.encode({ EventGroupId: 1, EventType: 103, EventInfo: { RoomId: 12345 } }));
 * console.log(message.type); // 103
 * console.log(codec.reply(message).body); // {"code":0}
 * ```
 */
export function createTrtcCodec<Events extends object = Record<string, JsonObject>>(
  options: TrtcCodecOptions,
): TrtcCodec<Events> {
  const app = readApp(options);
  return {
    maxBodyBytes: app.maxBodyBytes,
    decode: (request) => decode(app, request) as TrtcMessage<Events>,
    verify: (request) => isAccepted(() => requireSigned(app, request)),
    encode: (payload) => encode(app, payload),
    reply,
  };
}

/** The checked options of one app. */
interface App {
  readonly key: string;
  readonly sdkAppId: string | undefined;
  readonly maxBodyBytes: number;
}

function readApp(options: TrtcCodecOptions): App {
  const key = requireSecret('key', requireObject('options', options).key);
  const sdkAppId = 'sdkAppId' in options ? requireSdkAppId(options.sdkAppId) : undefined;
  const { maxBodyBytes } = readCodecOptions({ maxBodyBytes: options.maxBodyBytes }, Infinity);
  return { key, sdkAppId, maxBodyBytes };
}

function decode(app: App, request: CallbackRequest): TrtcMessage {
  const body = readBody(request, app.maxBodyBytes);
  const [signature, sdkAppId] = readHeaders(request, 'sign', 'sdkappid');
  const text = requireSignature(app, signature, body);
  if (app.sdkAppId !== undefined && sdkAppId !== app.sdkAppId) {
    const found = sdkAppId === undefined ? 'the request has no header SdkAppId' : 'SdkAppId is of another app';
    throw new CallbackError('ERR_REQUEST', found);
  }
  const event = requireJsonObject('the body', text);
  const type = ownField(event, 'EventType');
  if (typeof type !== 'number' && typeof type !== 'string') {
    throw new CallbackError('ERR_REQUEST', 'the event has no EventType, or it is not a number');
  }
  return { platform: 'trtc', kind: 'event', type: String(type), sdkAppId, event, text };
}

function requireSigned(app: App, request: CallbackRequest): void {
  const body = readBody(request, app.maxBodyBytes);
  const [signature] = readHeaders(request, 'sign');
  requireSignature(app, signature, body);
}

/** The text of a body whose signature holds. */
function requireSignature({ key }: App, signature: string | undefined, { raw, text }: Body): string {
  if (signature === undefined) throw new CallbackError('ERR_SIGNATURE', 'the request has no header Sign: pass headers');
  if (!timingSafeEqual(signature, hmacSha256Base64(key, raw)) || text === undefined) {
    const mistake = 'Sign does not match: pass the raw body with its tabs and line breaks, and check the key';
    throw new CallbackError('ERR_SIGNATURE', isBase64(text) ? BASE64_BODY : mistake);
  }
  return text;
}

function encode({ key, sdkAppId }: App, payload: unknown): CallbackPush {
  const body = payloadText(payload);
  const headers = {
    'Content-Type': 'application/json',
    Sign: hmacSha256Base64(key, body),
    ...(sdkAppId === undefined ? {} : { SdkAppId: sdkAppId }),
  };
  return { method: 'POST', headers, query: {}, body };
}

function reply(message: CallbackMessage, answer?: undefined): CallbackReply {
  requireMessage(message, 'trtc');
  refuseAnswer(answer);
  return jsonReply({ code: 0 });
}
