// Tencent Cloud Chat (IM) webhook codec. `callback-codec/tencent-chat`.
// https://trtc.io/document/34354, https://cloud.tencent.com/document/product/269/1522
import { sha256 } from '@noble/hashes/sha2.js';
import { equalInConstantTime } from './bytes.ts';
import { CallbackError } from './errors.ts';
import { hexDigest } from './hash.ts';
import {
  payloadText,
  requireFunction,
  requireMaxBodyBytes,
  requireObject,
  requireSecret,
  requireText,
  requireTolerance,
} from './options.ts';
import {
  type CallbackRequest,
  field,
  isAccepted,
  MAX_BODY_BYTES,
  missingParameter,
  type Parameters,
  parseJsonObject,
  readBody,
  readParameter,
  readParameters,
  requireFresh,
  requireJsonObject,
  SECONDS,
} from './request.ts';

export { CallbackError, type CallbackErrorCode, isCallbackError } from './errors.ts';
export type { CallbackRequest, HeadersLike, QueryLike } from './request.ts';

/** What {@link createTencentChatCodec} needs. */
export interface TencentChatCodecOptions {
  /** Token of webhook authentication, from the console ("Webhook Configuration"); 1 to 128 characters. */
  token: string;
  /** SDKAppID of the app. Where it is given, a request must carry it. */
  sdkAppId?: string | number;
  /**
   * How many seconds RequestTime may lie before or after now. Default 60, as the documentation asks; Infinity switches
   * the window off, and then a captured signature is good for ever and for any body.
   */
  toleranceSeconds?: number | undefined;
  /** The clock: milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined;
  /** Longest body in bytes, checked before any other work. Default 1,048,576. */
  maxBodyBytes?: number | undefined;
}

/** `OptPlatform` in one spelling: `IOS` is `iOS`, `Mac` is `macOS`. A value that is not known stays as sent. */
export type TencentChatPlatform =
  | 'RESTAPI'
  | 'Web'
  | 'Android'
  | 'iOS'
  | 'Windows'
  | 'macOS'
  | 'iPad'
  | 'Unknown'
  | (string & {});

/** What {@link TencentChatCodec.decode} returns. */
export interface TencentChatMessage {
  kind: 'event';
  /** `CallbackCommand`, for example `Group.CallbackAfterNewMemberJoin`. */
  type: string;
  /** SDKAppID, decimal digits. */
  sdkAppId?: string | undefined;
  /** IP address of the client that caused the event. */
  clientIp?: string | undefined;
  platform?: TencentChatPlatform | undefined;
  /** `json`, where it is sent. */
  contentType?: string | undefined;
  /** As signed: seconds since the epoch, 10 digits. */
  requestTime: string;
  /** Every readable parameter as it was sent, the first of those that repeat. */
  query: Readonly<Record<string, string>>;
  /** The body's JSON object, unvalidated: its shape depends on `type`. The signature does not cover it. */
  event: { readonly [name: string]: unknown };
  /** The body as text: for integers above 2^53 and repeated names. */
  text: string;
}

/** The answer, to be sent as JSON with status 200 within 2 seconds. */
export interface TencentChatReply {
  ActionStatus: 'OK' | 'FAIL';
  ErrorInfo: string;
  /** 0 lets pass; to a before-callback 1 rejects and 2 drops silently, or a code of your own (120001 to 130000; of groups 10100 to 10200). */
  ErrorCode: number;
  [name: string]: unknown;
}

/** What {@link TencentChatCodec.encode} can be told. */
export interface TencentChatEncodeOptions {
  /** Default the codec's. */
  sdkAppId?: string | number | undefined;
  /** CallbackCommand. Default the payload's. */
  command?: string | undefined;
  /** Default `127.0.0.1`. */
  clientIp?: string | undefined;
  /** OptPlatform. Default `RESTAPI`. */
  platform?: TencentChatPlatform | undefined;
  /** Default the clock, in seconds. */
  requestTime?: string | undefined;
}

/** One app's codec, made by {@link createTencentChatCodec}. Its methods need no `this`. */
export interface TencentChatCodec {
  /**
   * Verifies and parses a request: signature, freshness, SDKAppID, JSON. The signature covers the time alone: within the
   * window whoever saw one request can send any body, so use HTTPS and keep the URL secret.
   *
   * @throws {CallbackError} ERR_TOO_LARGE, ERR_REQUEST, ERR_SIGNATURE, ERR_TIMESTAMP.
   * @throws {TypeError} The request is not what {@link CallbackRequest} says, for example a parsed body.
   */
  decode(request: CallbackRequest): TencentChatMessage;
  /**
   * Whether the request is signed and fresh; false for everything a sender can do wrong. `decode` does this by itself.
   *
   * @throws {TypeError} As `decode`.
   */
  verify(request: CallbackRequest): boolean;
  /**
   * The platform's half, for tests and simulators: the query parameters and body with which Tencent Chat would push
   * `payload`. A string is sent verbatim, anything else as JSON.
   *
   * @throws {CallbackError} ERR_CONFIG: neither `command` nor the payload names a CallbackCommand, or they differ.
   */
  encode(payload: unknown, options?: TencentChatEncodeOptions): { query: Record<string, string>; body: string };
  /**
   * The answer: `{ ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0 }`, and whatever is given. ActionStatus stays `OK`
   * unless it is given: a before-callback rejects with OK and ErrorCode 1.
   */
  reply(fields?: Partial<TencentChatReply>): TencentChatReply;
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
 * console.log(message.type, message.platform); // Group.CallbackAfterNewMemberJoin iOS
 * console.log(codec.reply()); // { ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0 }
 * ```
 */
export function createTencentChatCodec(options: TencentChatCodecOptions): TencentChatCodec {
  const {
    token,
    toleranceSeconds = 60,
    now = Date.now,
    maxBodyBytes = MAX_BODY_BYTES,
  } = requireObject('options', options);
  requireSecret('token', token);
  const sdkAppId = 'sdkAppId' in options ? requireSdkAppId(options.sdkAppId) : undefined;
  requireTolerance(toleranceSeconds);
  requireFunction('now', now);
  requireMaxBodyBytes(maxBodyBytes);

  /** RequestTime of a request whose signature holds and that is fresh. */
  function requireSignature(parameters: Parameters): string {
    const signature = readParameter(parameters, 'sign');
    const requestTime = readParameter(parameters, 'requesttime');
    if (signature === undefined) {
      throw new CallbackError(
        'ERR_SIGNATURE',
        `${missingParameter(parameters, 'Sign')}; authentication may be off in the console`,
      );
    }
    if (requestTime === undefined) {
      throw new CallbackError('ERR_SIGNATURE', missingParameter(parameters, 'RequestTime'));
    }
    if (!equalInConstantTime(signature, sign(token, requestTime))) {
      throw new CallbackError('ERR_SIGNATURE', 'Sign does not match: check the token of webhook authentication');
    }
    requireFresh(requestTime, { toleranceSeconds, now }, SECONDS);
    return requestTime;
  }

  function decode(request: CallbackRequest): TencentChatMessage {
    const { text } = readBody(request, maxBodyBytes);
    const sent = readParameters(request);
    const parameters = inLowerCase(sent);
    const requestTime = requireSignature(parameters);
    const sentSdkAppId = readParameter(parameters, 'sdkappid');
    if (sdkAppId !== undefined && sentSdkAppId !== sdkAppId) {
      const found =
        sentSdkAppId === undefined ? missingParameter(parameters, 'SdkAppid') : 'SdkAppid is of another app';
      throw new CallbackError('ERR_REQUEST', found);
    }
    const event = requireJsonObject('body', text);
    const type = readCommand(readParameter(parameters, 'callbackcommand'), field(event, 'CallbackCommand'));
    const platform = readParameter(parameters, 'optplatform');
    return {
      kind: 'event',
      type,
      sdkAppId: sentSdkAppId,
      clientIp: readParameter(parameters, 'clientip'),
      platform: platform === undefined ? undefined : normalisePlatform(platform),
      contentType: readParameter(parameters, 'contenttype'),
      requestTime,
      query: asRecord(sent),
      event,
      text: text as string,
    };
  }

  function verify(request: CallbackRequest): boolean {
    return isAccepted(() => {
      readBody(request, maxBodyBytes);
      requireSignature(inLowerCase(readParameters(request)));
      return true;
    });
  }

  function encode(
    payload: unknown,
    options: TencentChatEncodeOptions = {},
  ): { query: Record<string, string>; body: string } {
    const body = payloadText(payload);
    const inBody = field(parseJsonObject(body) ?? {}, 'CallbackCommand');
    const command = options.command === undefined ? inBody : requireText('command', options.command);
    if (typeof command !== 'string' || (inBody !== undefined && inBody !== command)) {
      throw new CallbackError(
        'ERR_CONFIG',
        'the CallbackCommand must be in the payload or given as `command`, or alike in both',
      );
    }
    const requestTime = requireText('requestTime', options.requestTime ?? String(Math.floor(now() / 1000)));
    const app = options.sdkAppId === undefined ? sdkAppId : requireSdkAppId(options.sdkAppId);
    return {
      query: {
        ...(app === undefined ? {} : { SdkAppid: app }),
        CallbackCommand: command,
        contenttype: 'json',
        ClientIP: requireText('clientIp', options.clientIp ?? '127.0.0.1'),
        OptPlatform: requireText('platform', options.platform ?? 'RESTAPI'),
        Sign: sign(token, requestTime),
        RequestTime: requestTime,
      },
      body,
    };
  }

  function reply(fields: Partial<TencentChatReply> = {}): TencentChatReply {
    const { ActionStatus = 'OK', ErrorInfo = '', ErrorCode = 0, ...more } = requireObject('fields', fields);
    return { ActionStatus, ErrorInfo, ErrorCode, ...more };
  }

  return { decode, verify, encode, reply };
}

function sign(token: string, requestTime: string): string {
  return hexDigest('sha256', sha256, token, requestTime);
}

function requireSdkAppId(sdkAppId: unknown): string {
  const text = typeof sdkAppId === 'number' ? String(sdkAppId) : requireSecret('sdkAppId', sdkAppId);
  if (!/^\d+$/.test(text)) throw new CallbackError('ERR_CONFIG', 'sdkAppId must be the decimal digits of the console');
  return text;
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

/** Tencent's products spell names differently (`SdkAppid`, `SdkAppId`), and gateways fold their case. */
function inLowerCase(parameters: Parameters): Parameters {
  return parameters.map(([name, value]) => [name.toLowerCase(), value]);
}

/** The documented spellings; `State.StateChange` sends `IOS` where all other callbacks send `iOS`. */
const PLATFORMS: readonly string[] = ['RESTAPI', 'Web', 'Android', 'iOS', 'Windows', 'macOS', 'iPad', 'Unknown'];

function normalisePlatform(platform: string): string {
  const lowerCase = platform.toLowerCase();
  if (lowerCase === 'mac') return 'macOS';
  return PLATFORMS.find((spelling) => spelling.toLowerCase() === lowerCase) ?? platform;
}

/** A record without a prototype, so that a parameter named `__proto__` is only a parameter. */
function asRecord(parameters: Parameters): Readonly<Record<string, string>> {
  const record: Record<string, string> = Object.create(null);
  for (const [name, value] of parameters) if (typeof value === 'string') record[name] ??= value;
  return record;
}
