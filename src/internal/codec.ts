// What all codecs have in common: their methods, the messages, pushes and replies, and the options that none explains anew.
import { requireFunction, requireNumber, requireObject } from './arguments.ts';
import { CallbackError } from './errors.ts';
import { jsonText } from './json.ts';
import type { CallbackRequest } from './request.ts';

/**
 * What every codec can do. Code written against it serves all platforms. Methods need no `this`.
 *
 * @typeParam Message What `decode` returns.
 * @typeParam Answer What `reply` takes as the answer to an event.
 */
export interface CallbackCodec<Message extends CallbackMessage = CallbackMessage, Answer = unknown> {
  /** Longest body that `decode` accepts, in bytes. A server should stop reading there. */
  readonly maxBodyBytes: number;
  /**
   * Verifies, decrypts and parses a request, in this order.
   *
   * @throws {CallbackError} For everything that a sender can do wrong.
   * @throws {TypeError} The request is not what {@link CallbackRequest} says, for example a parsed body.
   */
  decode(this: void, request: CallbackRequest): Message;
  /**
   * Whether the request is signed and fresh; false for everything that a sender can do wrong. `decode` does this by itself,
   * and more: act on what it returns, not on this.
   *
   * @throws {TypeError} As `decode`.
   */
  verify(this: void, request: CallbackRequest): boolean;
  /** The platform's half, for tests and simulators: the request with which it would push `payload`. */
  encode(this: void, payload: unknown, options?: object): CallbackPush;
  /**
   * The response to a message, byte for byte. A verification needs no answer.
   *
   * @throws {TypeError} A message of another platform, or an answer that the platform has no use for.
   */
  reply(this: void, message: Message, answer?: Answer, options?: object): CallbackReply;
}

/** What every message has. Test `kind` first. */
export interface CallbackMessage {
  /** Subpath of the codec, for example `feishu`: tells messages of several platforms apart. */
  readonly platform: string;
  /** `verification`: the platform asks whether the URL is yours; `reply(message)` answers it. Everything else is an event. */
  readonly kind: 'verification' | 'event';
  /** What happened, by the platform's name for it. */
  readonly type: string;
  /** The event's own id, where the platform gives one: what to deduplicate on. */
  readonly id?: string | undefined;
  /** The parsed event, unvalidated: its shape depends on `type`. */
  readonly event: unknown;
  /** The same as text: for integers above 2^53 and repeated names. */
  readonly text: string;
}

/** A request as the platform sends it: what `encode` returns and `decode` accepts. */
export interface CallbackPush {
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  /** Parameters of the URL, not yet percent-encoded. */
  query: Record<string, string>;
  /** `null` for a GET. */
  body: string | null;
}

/** A response as the platform expects it: `new Response(reply.body, reply)`. */
export interface CallbackReply {
  status: 200;
  headers: Record<string, string>;
  body: string;
}

/**
 * A codec whose platform probes a URL by an empty request has this mark. It is no part of the contract: handlers look for
 * it, and `anyOf` passes it on.
 */
export const ANSWERS_PROBES: unique symbol = Symbol.for('callback-codec: answers probes');

/** Options of every codec. */
export interface CodecOptions {
  /**
   * How many seconds the signed timestamp may lie before or after now; Infinity switches the window off. The default is
   * Infinity where the signature covers the message: those platforms name no window, and Feishu repeats events for 7 hours.
   */
  toleranceSeconds?: number | undefined;
  /** The clock: milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined;
  /** Longest body in bytes, checked before any other work. Default 1,048,576 (1 MiB), at most 268,435,456 (256 MiB). */
  maxBodyBytes?: number | undefined;
}

/** Longest body that may be configured; above 512 MiB, Node can no longer make a string of one. */
const MAX_BODY_BYTES = 268_435_456;

/** The options that all share, checked. `toleranceSeconds` is the platform's default. */
export function readCodecOptions(options: CodecOptions, defaultTolerance: number): Required<Checked<CodecOptions>> {
  const { toleranceSeconds = defaultTolerance, now = Date.now, maxBodyBytes = 1_048_576 } = options;
  if (!(requireNumber('toleranceSeconds', toleranceSeconds) >= 0)) {
    throw new CallbackError('ERR_CONFIG', 'toleranceSeconds must be zero or more; Infinity switches the window off');
  }
  requireFunction('now', now);
  if (!(requireNumber('maxBodyBytes', maxBodyBytes) >= 1 && maxBodyBytes <= MAX_BODY_BYTES)) {
    throw new CallbackError('ERR_CONFIG', `maxBodyBytes must be from 1 to ${MAX_BODY_BYTES} (256 MiB)`);
  }
  return { toleranceSeconds, now, maxBodyBytes };
}

/** Options without `undefined`. */
export type Checked<Options> = { readonly [name in keyof Options]: Exclude<Options[name], undefined> };

/** The message must be one that this platform's codec decoded, or a copy of one. */
export function requireMessage<M extends CallbackMessage>(message: M, platform: M['platform']): M {
  if (requireObject('message', message).platform !== platform) {
    throw new TypeError(`message must be one of ${platform}: reply(message, answer), the message first`);
  }
  return message;
}

/** For a verification, which is answered by itself, and for platforms that take no answer. */
export function refuseAnswer(answer: unknown): void {
  if (answer !== undefined) throw new TypeError('answer must be left out: the platform takes none here');
}

/** JSON, compact. */
export function jsonReply(body: object): CallbackReply {
  return documentReply('json', jsonText('answer', body));
}

/** A bare word: an echostr, or `success`. */
export function textReply(text: string): CallbackReply {
  return reply(text, 'text/plain; charset=utf-8');
}

/** JSON or XML as it stands. */
export function documentReply(format: 'xml' | 'json', body: string): CallbackReply {
  return reply(body, CONTENT_TYPES[format]);
}

export const CONTENT_TYPES: { readonly [format in 'xml' | 'json']: string } = {
  xml: 'text/xml; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

export function emptyReply(): CallbackReply {
  return { status: 200, headers: { ...NOSNIFF }, body: '' };
}

const NOSNIFF = { 'X-Content-Type-Options': 'nosniff' };

function reply(body: string, contentType: string): CallbackReply {
  return { status: 200, headers: { 'Content-Type': contentType, ...NOSNIFF }, body };
}
