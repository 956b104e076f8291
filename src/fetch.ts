// A codec behind Request → Response: Workers, Deno, Bun, Next.js, Hono and every other server of that shape.
// `callback-codec/fetch`.
import type { CallbackCodec, CallbackMessage } from './internal/codec.ts';
import { isCallbackError } from './internal/errors.ts';
import {
  Aborted,
  bodyCollector,
  type HandlerOptions,
  type HandlerResponse,
  type OnEvent,
  requireParts,
  respond,
} from './internal/handler.ts';

export type { CallbackCodec, CallbackMessage } from './internal/codec.ts';
export { CallbackError, type CallbackErrorCode, isCallbackError } from './internal/errors.ts';
export type { EventOf, HandlerOptions, OnEvent } from './internal/handler.ts';

/** The part of a Fetch `Request` that is read. */
export interface RequestLike {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  /** Firefox has none. */
  readonly body?: { getReader(): BodyReader } | null | undefined;
  readonly bodyUsed: boolean;
  arrayBuffer(): Promise<ArrayBuffer>;
}

interface BodyReader {
  read(): Promise<{ done: false; value: Uint8Array } | { done: true; value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** `Request` of the typings that the program has, else {@link RequestLike}. */
export type FetchRequest = typeof globalThis extends { Request: { prototype: infer Request } } ? Request : RequestLike;

/** `Response` of the typings that the program has. */
export type FetchResponse = typeof globalThis extends { Response: { prototype: infer Response } } ? Response : object;

declare const Response: new (body: string | null, init: { status: number; headers: Record<string, string> }) => object;

/**
 * Makes a handler of a codec. It reads the body up to the codec's limit, decodes it, answers verifications by itself,
 * gives events to `onEvent` and sends what that returns.
 *
 * | request | response |
 * |---|---|
 * | a verification | what the platform wants, 200 |
 * | an event | the answer of `onEvent`, encrypted where the platform encrypts, 200 |
 * | refused by the codec | 400 with an empty body, and `onRefused` is told why |
 * | longer than `maxBodyBytes` | 413, and `onRefused` is told |
 * | neither POST nor a GET with `echostr` | 405; a robot's codec answers a GET and an empty POST with 200, since DingTalk probes |
 *
 * What `onEvent` throws is not caught: the returned promise is rejected, and the server answers as it does for errors.
 *
 * @param codec One of this package's codecs.
 * @param onEvent Called for every verified event. Platforms wait 1.2 to 5 seconds: start slow work and return.
 * @param options `onRefused(error, request)`, for your log.
 * @throws {TypeError} One of them is missing or of the wrong type.
 *
 * @example
 * ```ts
 * import { createFeishuCodec } from 'callback-codec/feishu';
 * import { toFetchHandler } from 'callback-codec/fetch';
 *
 * const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
 * const handle = toFetchHandler(codec, (message) => {
 *   console.log(message.type); // im.message.receive_v1
 * });
 *
 * const { headers, body } = codec.encode({ schema: '2.0', header: { event_type: 'im.message.receive_v1' }, event: {} });
 * const response = await handle(new Request('https://example.com/feishu', { method: 'POST', headers, body }));
 * console.log(response.status, await response.text()); // 200 {}
 * ```
 */
export function toFetchHandler<Message extends CallbackMessage, Answer>(
  codec: CallbackCodec<Message, Answer>,
  onEvent: OnEvent<Message, NoInfer<Answer>, FetchRequest>,
  options: HandlerOptions<FetchRequest> = {},
): (request: FetchRequest) => Promise<FetchResponse> {
  requireParts(codec, onEvent, options);
  return async (request) => {
    const like = request as RequestLike;
    const { method, url, headers } = like;
    const readBody = (limit: number) => readFetchBody(like, limit);
    const response = await respond(codec, onEvent, options, { request, method, url, headers, readBody });
    const { status, headers: sent, body } = response ?? GONE;
    // An empty text would be given a Content-Type.
    return new Response(body || null, { status, headers: { ...sent } }) as FetchResponse;
  };
}

/** A handler has to return something, though nobody will see it. */
const GONE: HandlerResponse = { status: 400, headers: {}, body: '' };

async function readFetchBody(request: RequestLike, maxBodyBytes: number): Promise<Uint8Array> {
  const { body, bodyUsed, headers } = request;
  if (bodyUsed) throw new TypeError('request must be unread: something has used its body before this handler');
  const reader = body?.getReader();
  try {
    const collector = bodyCollector(maxBodyBytes, headers.get('content-length'));
    if (body === undefined) collector.add(new Uint8Array(await request.arrayBuffer()));
    for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
      collector.add(part.value);
    }
    return collector.bytes();
  } catch (error) {
    reader?.cancel().catch(() => undefined); // the rest of what is too long; a stream that broke off has nothing to cancel
    throw isCallbackError(error) ? error : new Aborted();
  }
}
