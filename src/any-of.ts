// Several codecs as one: several apps on one URL, or the secrets before and after a rotation. `callback-codec/any-of`.
import { requireFunction, requireObject } from './internal/arguments.ts';
import { ANSWERS_PROBES, type CallbackCodec, type CallbackMessage, type CallbackReply } from './internal/codec.ts';
import { type CallbackError, type CallbackErrorCode, isCallbackError } from './internal/errors.ts';
import type { CallbackRequest } from './internal/request.ts';

export type { CallbackCodec, CallbackMessage, CallbackPush, CallbackReply } from './internal/codec.ts';
export { CallbackError, type CallbackErrorCode, isCallbackError } from './internal/errors.ts';
export type { CallbackRequest, HeadersLike, QueryLike } from './internal/request.ts';

// biome-ignore lint/suspicious/noExplicitAny: codecs of every message and answer
type AnyCodec = CallbackCodec<any, any>;

/** What a codec's `decode` returns. */
export type MessageOf<Codec> = Codec extends { decode(request: CallbackRequest): infer Message extends CallbackMessage }
  ? Message
  : never;

/** What a codec's `reply` takes as the answer. */
export type AnswerOf<Codec> = Codec extends CallbackCodec<infer _, infer Answer> ? Answer : never;

/**
 * One codec made of several. `decode` returns what the first one accepts, and `reply` answers by the codec that decoded
 * the message, under the secrets that opened it. The weakest one decides what gets in: a codec without a key beside one
 * with a key is a downgrade.
 *
 * What none accepts is refused with the first ERR_OWNER, ERR_DECRYPT or ERR_TIMESTAMP, since a signature held there, else
 * with the first codec's error. `encode` is the first codec's, `maxBodyBytes` the largest.
 *
 * @param codecs At least one, in the order in which they are tried: the most frequent first.
 * @throws {TypeError} From `reply`: a message that this object did not decode, a copy of one among them.
 *
 * @example
 * ```ts
 * import { anyOf } from 'callback-codec/any-of';
 * import { createFeishuCodec } from 'callback-codec/feishu';
 *
 * const current = createFeishuCodec({ encryptKey: 'new key', verificationToken: 'v-token' });
 * const previous = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
 * const codec = anyOf(current, previous);
 * const message = codec.decode(previous.encode({ header: { event_type: 'im.message.receive_v1' }, event: {} }));
 * console.log(message.type); // im.message.receive_v1
 * console.log(codec.reply(message).body); // {}
 * ```
 */
export function anyOf<const Codecs extends readonly [AnyCodec, ...AnyCodec[]]>(
  ...codecs: Codecs
): CallbackCodec<MessageOf<Codecs[number]>, AnswerOf<Codecs[number]>> {
  if (codecs.length === 0) throw new TypeError('codecs must be at least one');
  for (const codec of codecs) requireFunction('codec.decode', requireObject('codec', codec).decode);
  const decodedBy = new WeakMap<object, AnyCodec>();
  const codec: AnyCodec = {
    maxBodyBytes: Math.max(...codecs.map(({ maxBodyBytes }) => maxBodyBytes)),
    decode: (request) => decode(codecs, decodedBy, request),
    verify: (request) => codecs.some((codec) => codec.verify(request)),
    encode: codecs[0].encode,
    reply: (message, answer, options) => reply(decodedBy, message, answer, options),
  };
  if (codecs.some((codec) => ANSWERS_PROBES in codec)) Object.assign(codec, { [ANSWERS_PROBES]: true });
  return codec;
}

/** Refusals behind a signature that held. */
const SIGNED: readonly CallbackErrorCode[] = ['ERR_OWNER', 'ERR_DECRYPT', 'ERR_TIMESTAMP'];

function decode(
  codecs: readonly AnyCodec[],
  decodedBy: WeakMap<object, AnyCodec>,
  request: CallbackRequest,
): CallbackMessage {
  const refusals: CallbackError[] = [];
  for (const codec of codecs) {
    try {
      const message: CallbackMessage = codec.decode(request);
      decodedBy.set(message, codec);
      return message;
    } catch (error) {
      if (!isCallbackError(error)) throw error;
      refusals.push(error);
    }
  }
  throw refusals.find(({ code }) => SIGNED.includes(code)) ?? refusals[0];
}

function reply(
  decodedBy: WeakMap<object, AnyCodec>,
  message: CallbackMessage,
  answer: unknown,
  options: object | undefined,
): CallbackReply {
  const codec = decodedBy.get(requireObject('message', message));
  if (codec === undefined) {
    throw new TypeError('message must be the object that decode returned, not a copy: it tells which codec answers');
  }
  return codec.reply(message, answer, options);
}
