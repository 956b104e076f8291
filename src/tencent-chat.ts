// Tencent Cloud Chat (IM) webhook codec. `callback-codec/tencent-chat`.
// https://trtc.io/document/34354, https://cloud.tencent.com/document/product/269/1522
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
import { sha256Here } from './internal/digest.ts';
import { CallbackError, isAccepted } from './internal/errors.ts';
import { nowInSeconds, requireFresh, SECONDS } from './internal/freshness.ts';
import { type JsonObject, ownField, parseJsonObject, payloadText, requireJsonObject } from './internal/json.ts';
import {
  type CallbackRequest,
  missingParameter,
  type Parameters,
  readBody,
  readParameter,
  readParameters,
  requireBodyText,
} from './internal/request.ts';
import { requireSdkAppId } from './internal/sdk-app-id.ts';
import { timingSafeEqual } from './internal/timing-safe-equal.ts';

export type { CallbackCodec, CallbackMessage, CallbackPush, CallbackReply } from './internal/codec.ts';
export { CallbackError, type CallbackErrorCode, isCallbackError } from './internal/errors.ts';
export type { JsonObject } from './internal/json.ts';
export type { CallbackRequest, HeadersLike, QueryLike } from './internal/request.ts';

/** What {@link createTencentChatCodec} needs. */
export interface TencentChatCodecOptions extends CodecOptions {
  /** Token of webhook authentication, from the console ("Webhook Configuration"); 1 to 128 characters. */
  token: string;
  /** SDKAppID of the app: decimal digits. With it, a request must carry it. */
  sdkAppId?: string | number;
  /**
   * How many seconds RequestTime may lie before or after now. Default 60, as the documentation asks; Infinity switches
   * the window off, and then a captured signature is good for ever and for any body.
   */
  toleranceSeconds?: number | undefined;
}

/** `OptPlatform` in one spelling: `IOS` is `iOS`, `Mac` is `macOS`. A value that is not known stays as sent. */
export type TencentChatOptPlatform =
  | 'RESTAPI'
  | 'Web'
  | 'Android'
  | 'iOS'
  | 'Windows'
  | 'macOS'
  | 'iPad'
  | 'Unknown'
  | (string & {});

/**
 * What {@link TencentChatCodec.decode} returns: always an event, because the platform never checks a URL.
 *
 * @typeParam Events Types of `event` by `type`. Other events still arrive: end a `switch` on `type` with a default.
 */
export type TencentChatMessage<Events extends object = Record<string, JsonObject>> = {
  [Type in keyof Events & string]: TencentChatEvent<Type, Events[Type]>;
}[keyof Events & string];

/** A webhook; to a before-callback, send `reply(message, { ErrorCode })` within 2 seconds. */
export interface TencentChatEvent<Type extends string = string, Event = JsonObject> extends CallbackMessage {
  readonly platform: 'tencent-chat';
  readonly kind: 'event';
  /** `CallbackCommand`, for example `Group.CallbackAfterNewMemberJoin`. */
  readonly type: Type;
  /** SDKAppID, decimal digits. */
  readonly sdkAppId?: string | undefined;
  /** IP address of the client that caused the event. */
  readonly clientIp?: string | undefined;
  /** `OptPlatform`, the client's platform, in one spelling. */
  readonly optPlatform?: TencentChatOptPlatform | undefined;
  /** `json`, where it is sent. */
  readonly contentType?: string | undefined;
  /** As signed: seconds since the epoch, 10 digits. */
  readonly requestTime: string;
  /** Every readable parameter as it was sent, the first of those that repeat. */
  readonly query: Readonly<Record<string, string>>;
  /** The body's JSON object, unvalidated. The signature does not cover it. */
  readonly event: Event;
}

/** Options of {@link TencentChatCodec.reply}. */
export interface TencentChatAnswer {
  /** Default `OK`, which is also right for a rejection: never derived from `ErrorCode`. */
  ActionStatus?: 'OK' | 'FAIL' | undefined;
  /** Default empty. */
  ErrorInfo?: string | undefined;
  /**
   * Default 0, which lets pass. To a before-callback 1 rejects and 2 drops silently, or a code of your own (120001 to
   * 130000; of groups 10100 to 10200).
   */
  ErrorCode?: number | undefined;
  /** What the webhook's page names, for example `MsgBody`. */
  [name: string]: unknown;
}

/** Options of {@link TencentChatCodec.encode}. */
export interface TencentChatEncodeOptions {
  /** Default the codec's. */
  sdkAppId?: string | number | undefined;
  /** CallbackCommand. Default the payload's. */
  command?: string | undefined;
  /** Default `127.0.0.1`. */
  clientIp?: string | undefined;
  /** Default `RESTAPI`. */
  optPlatform?: TencentChatOptPlatform | undefined;
  /** Default the clock, in seconds. */
  requestTime?: string | undefined;
}

/** One app's codec, made by {@link createTencentChatCodec}. */
export interface TencentChatCodec<Events extends object = Record<string, JsonObject>>
  extends CallbackCodec<TencentChatMessage<Events>, TencentChatAnswer> {
  /**
   * Verifies and parses a request: signature, freshness, SDKAppID, JSON. The signature covers the time alone: within the
   * window whoever saw one request can send any body, so use HTTPS and keep the URL secret.
   *
   * @throws {CallbackError} ERR_TOO_LARGE, ERR_REQUEST, ERR_SIGNATURE, ERR_TIMESTAMP.
   * @throws {TypeError} The request is not what {@link CallbackRequest} says, for example a parsed body.
   */
  decode(this: void, request: CallbackRequest): TencentChatMessage<Events>;
  /**
   * The platform's half, for tests and simulators: the request with which Tencent Chat would push `payload`. A string is
   * sent verbatim, anything else as JSON.
   *
   * @throws {CallbackError} ERR_CONFIG: neither `command` nor the payload names a CallbackCommand, or they differ;
   * `sdkAppId` is not decimal digits.
   */
  encode(this: void, payload: unknown, options?: TencentChatEncodeOptions): CallbackPush;
  /**
   * The response: `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`, and what `answer` changes or adds.
   *
   * @throws {TypeError} A message of another platform, or an answer that is not an object.
   */
  reply(this: void, message: TencentChatMessage<Events>, answer?: TencentChatAnswer): CallbackReply;
}

/**
 * The signature of a request: SHA-256(token ‖ requestTime). It covers neither the body nor the other parameters.
 *
 * @param parts `token` of the console; `requestTime` as in the URL, seconds since the epoch.
 * @returns 64 lower-case hexadecimal digits, as in the parameter `Sign`.
 * @throws {CallbackError} ERR_CONFIG: token missing or empty.
 * @throws {TypeError} A wrong type, such as a time given as a number, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { tencentChatSignature } from 'callback-codec/tencent-chat';
 *
 * console.log(tencentChatSignature({ token: 'xxxxyyyy', requestTime: '1669872112' }));
 * // 17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061
 * ```
 */
export function tencentChatSignature(parts: { token: string; requestTime: string }): string {
  const { token, requestTime } = requireObject('parts', parts);
  return sign(requireSecret('token', token), requireText('requestTime', requestTime));
}

/**
 * Makes the codec of one app. The token and the options are checked here, once.
 *
 * @typeParam Events Types of `event` by `type`, for example `{ 'State.StateChange': StateChange }`.
 * @throws {CallbackError} ERR_CONFIG: the token is missing or empty, or an option out of range.
 * @throws {TypeError} An option of the wrong type.
 *
 * @example
 * ```ts
 * import { createTencentChatCodec } from 'callback-codec/tencent-chat';
 *
 * const codec = createTencentChatCodec({ token: 'xxxxyyyy', sdkAppId: 888888, now: () => 1669872112000 });
 * const message = codec.decode({
 *   url:
 *     '/?SdkAppid=888888&CallbackCommand=Group.CallbackAfterNewMemberJoin&contenttype=json&ClientIP=127.0.0.1' +
 *     '&OptPlatform=IOS&Sign=17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061&RequestTime=1669872112',
 *   body: '{"CallbackCommand":"Group.CallbackAfterNewMemberJoin","GroupId":"@TGS#2J4SZEAEL"}',
 * });
 * console.log(message.type, message.optPlatform); // Group.CallbackAfterNewMemberJoin iOS
 * console.log(codec.reply(message).body); // {"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}
 * ```
 */
export function createTencentChatCodec<Events extends object = Record<string, JsonObject>>(
  options: TencentChatCodecOptions,
): TencentChatCodec<Events> {
  const app = readApp(options);
  return {
    maxBodyBytes: app.maxBodyBytes,
    decode: (request) => decode(app, request) as TencentChatMessage<Events>,
    verify: (request) => isAccepted(() => requireSigned(app, request)),
    encode: (payload, options) => encode(app, payload, options),
    reply,
  };
}

/** The checked options of one app. */
interface App extends Checked<Required<CodecOptions>> {
  readonly token: string;
  readonly sdkAppId: string | undefined;
}

function readApp(options: TencentChatCodecOptions): App {
  const token = requireSecret('token', requireObject('options', options).token);
  const sdkAppId = 'sdkAppId' in options ? requireSdkAppId(options.sdkAppId) : undefined;
  return { ...readCodecOptions(options, 60), token, sdkAppId };
}

function decode(app: App, request: CallbackRequest): TencentChatMessage {
  const body = readBody(request, app.maxBodyBytes);
  const parameters = readParameters(request);
  const sent = readSent(parameters);
  const text = requireBodyText(body);
  const event = requireJsonObject('the body', text);
  const requestTime = requireSignature(app, sent);
  const { sdkAppId, command, clientIp, optPlatform, contentType } = sent;
  if (app.sdkAppId !== undefined && sdkAppId !== app.sdkAppId) {
    throw new CallbackError(
      'ERR_REQUEST',
      sdkAppId === undefined ? sent.missing('SdkAppid') : 'SdkAppid is of another app',
    );
  }
  return {
    platform: 'tencent-chat',
    kind: 'event',
    type: readCommand(command, ownField(event, 'CallbackCommand')),
    sdkAppId,
    clientIp,
    optPlatform: optPlatform === undefined ? undefined : normaliseOptPlatform(optPlatform),
    contentType,
    requestTime,
    query: asRecord(parameters),
    event,
    text,
  };
}

function requireSigned(app: App, request: CallbackRequest): void {
  readBody(request, app.maxBodyBytes);
  requireSignature(app, readSent(readParameters(request)));
}

/** The parameters that the codec reads, as far as they are there. */
interface Sent {
  readonly signature: string | undefined;
  readonly requestTime: string | undefined;
  readonly sdkAppId: string | undefined;
  readonly command: string | undefined;
  readonly clientIp: string | undefined;
  readonly optPlatform: string | undefined;
  readonly contentType: string | undefined;
  /** What to say of one that is not there. */
  missing(name: string): string;
}

/** Tencent's products spell names differently (`SdkAppid`, `SdkAppId`), and gateways fold their case. */
function readSent(parameters: Parameters): Sent {
  const folded = parameters.map(([name, value]) => [name.toLowerCase(), value] as const);
  const read = (name: string) => readParameter(folded, name);
  return {
    signature: read('sign'),
    requestTime: read('requesttime'),
    sdkAppId: read('sdkappid'),
    command: read('callbackcommand'),
    clientIp: read('clientip'),
    optPlatform: read('optplatform'),
    contentType: read('contenttype'),
    missing: (name) => missingParameter(parameters, name),
  };
}

/** RequestTime of a request whose signature holds and that is fresh. */
function requireSignature(app: App, { signature, requestTime, missing }: Sent): string {
  if (signature === undefined) {
    throw new CallbackError('ERR_SIGNATURE', `${missing('Sign')}; authentication may be off in the console`);
  }
  if (requestTime === undefined) throw new CallbackError('ERR_SIGNATURE', missing('RequestTime'));
  if (!timingSafeEqual(signature, sign(app.token, requestTime))) {
    throw new CallbackError('ERR_SIGNATURE', 'Sign does not match: check the token of webhook authentication');
  }
  requireFresh(requestTime, app, SECONDS);
  return requestTime;
}

/** CallbackCommand stands in the URL and in the body; where it stands in both, both agree. */
function readCommand(inQuery: string | undefined, inBody: unknown): string {
  const command = inQuery ?? inBody;
  if (command === undefined) throw new CallbackError('ERR_REQUEST', 'URL and body carry no CallbackCommand');
  if (typeof command !== 'string') {
    throw new CallbackError('ERR_REQUEST', 'CallbackCommand of the body is not a string');
  }
  if (inBody !== undefined && inBody !== command) {
    throw new CallbackError('ERR_REQUEST', 'CallbackCommand is not the same in URL and body');
  }
  return command;
}

/** The documented spellings; `State.StateChange` sends `IOS` where all other callbacks send `iOS`. */
const OPT_PLATFORMS: readonly string[] = ['RESTAPI', 'Web', 'Android', 'iOS', 'Windows', 'macOS', 'iPad', 'Unknown'];

function normaliseOptPlatform(optPlatform: string): string {
  const lowerCase = optPlatform.toLowerCase();
  if (lowerCase === 'mac') return 'macOS';
  return OPT_PLATFORMS.find((spelling) => spelling.toLowerCase() === lowerCase) ?? optPlatform;
}

/** A record without a prototype, so that a parameter named `__proto__` is only a parameter. */
function asRecord(parameters: Parameters): Readonly<Record<string, string>> {
  const record: Record<string, string> = Object.create(null);
  for (const [name, value] of parameters) if (typeof value === 'string') record[name] ??= value;
  return record;
}

function encode(app: App, payload: unknown, options: TencentChatEncodeOptions = {}): CallbackPush {
  const body = payloadText(payload);
  const inBody = ownField(parseJsonObject(body) ?? {}, 'CallbackCommand');
  const command = options.command === undefined ? inBody : requireText('command', options.command);
  if (typeof command !== 'string' || (inBody !== undefined && inBody !== command)) {
    throw new CallbackError(
      'ERR_CONFIG',
      'the CallbackCommand must be in the payload or given as `command`, or alike in both',
    );
  }
  const { requestTime = nowInSeconds(app), clientIp = '127.0.0.1', optPlatform = 'RESTAPI' } = options;
  const sdkAppId = options.sdkAppId === undefined ? app.sdkAppId : requireSdkAppId(options.sdkAppId);
  const query = {
    ...(sdkAppId === undefined ? {} : { SdkAppid: sdkAppId }),
    CallbackCommand: command,
    contenttype: 'json',
    ClientIP: requireText('clientIp', clientIp),
    OptPlatform: requireText('optPlatform', optPlatform),
    Sign: sign(app.token, requireText('requestTime', requestTime)),
    RequestTime: requestTime,
  };
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, query, body };
}

function reply(message: CallbackMessage, answer: TencentChatAnswer = {}): CallbackReply {
  requireMessage(message, 'tencent-chat');
  const { ActionStatus = 'OK', ErrorInfo = '', ErrorCode = 0, ...more } = requireObject('answer', answer);
  return jsonReply({ ActionStatus, ErrorInfo, ErrorCode, ...more });
}

function sign(token: string, requestTime: string): string {
  return sha256Here()(token + requestTime);
}
