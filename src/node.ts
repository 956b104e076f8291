// A codec behind (req, res): Node's http, https and http2, Express, Koa, Fastify, NestJS and all that is built on them.
// `callback-codec/node`.
import { isBytes, requireNumber, requireObject } from './internal/arguments.ts';
import type { CallbackCodec, CallbackMessage } from './internal/codec.ts';
import { encodeUtf8, isWellFormed } from './internal/encoding/utf8.ts';
import { CallbackError } from './internal/errors.ts';
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

/** The part of an `IncomingMessage` or `Http2ServerRequest` that is read, and what frameworks put on it. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersionMajor?: number | undefined;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  /** What a body parser has made of it. */
  readonly body?: unknown;
  /** The bytes, where a framework or a function's runtime keeps them. */
  readonly rawBody?: unknown;
  /** Whether something came out of the stream already. */
  readonly readableDidRead?: boolean | undefined;
  /** Whether the stream was read to its end. */
  readonly readableEnded?: boolean | undefined;
  /** Whether the client was gone before the stream was read to its end. */
  readonly aborted?: boolean | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: listeners of all events
  on(event: string, listener: (...values: any[]) => void): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: listeners of all events
  off(event: string, listener: (...values: any[]) => void): unknown;
  pause(): unknown;
  resume(): unknown;
}

/** The part of a `ServerResponse` or `Http2ServerResponse` that is used. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
  end(body: Uint8Array): unknown;
}

/**
 * Makes a handler of a codec. It reads the body up to the codec's limit, decodes it, answers verifications by itself,
 * gives events to `onEvent` and sends what that returns, once and with Content-Length.
 *
 * | request | response |
 * |---|---|
 * | a verification | what the platform wants, 200 |
 * | an event | the answer of `onEvent`, encrypted where the platform encrypts, 200 |
 * | refused by the codec | 400 with an empty body, and `onRefused` is told why |
 * | longer than `maxBodyBytes` | 413, and `onRefused` is told; a connection of HTTP/1 is closed |
 * | neither POST nor a GET with `echostr` | 405; a robot's codec answers a GET and an empty POST with 200, since DingTalk probes |
 *
 * Mount it where the body has not been parsed. What `onEvent` throws, or an answer that the platform cannot take, goes to
 * `next` if there is one; else the returned promise is rejected, which ends a bare `createServer`: pass a `next` that
 * answers 500, as below.
 *
 * @param codec One of this package's codecs.
 * @param onEvent Called for every verified event. Platforms wait 1.2 to 5 seconds: start slow work and return.
 * @param options `onRefused(error, request)`, for your log.
 * @throws {TypeError} One of them is missing or of the wrong type.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createDingTalkCodec } from 'callback-codec/dingtalk';
 * import { toNodeHandler } from 'callback-codec/node';
 *
 * const codec = createDingTalkCodec({
 *   token: '123456',
 *   encodingAesKey: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij',
 *   ownerKey: 'suite4xxxxxxxxxxxxxxx',
 * });
 * const handle = toNodeHandler(codec, (message) => {
 *   console.log(message.type); // user_add_org
 * });
 * const server = createServer((req, res) => handle(req, res, () => res.writeHead(500).end()));
 * server.listen(0, '127.0.0.1', async () => {
 *   const { port } = server.address() as { port: number };
 *   const { query, headers, body } = codec.encode({ EventType: 'user_add_org', UserId: ['u-1'] });
 *   const url = `http://127.0.0.1:${port}/?${new URLSearchParams(query)}`;
 *   const response = await fetch(url, { method: 'POST', headers, body });
 *   console.log(response.status, codec.decodeReply({ body: await response.text() })); // 200 success
 *   server.close();
 * });
 * ```
 */
export function toNodeHandler<Message extends CallbackMessage, Answer, Request extends NodeRequest = NodeRequest>(
  codec: CallbackCodec<Message, Answer>,
  onEvent: OnEvent<Message, NoInfer<Answer>, Request>,
  options: HandlerOptions<Request> = {},
): (request: Request, response: NodeResponse, next?: (error?: unknown) => void) => Promise<void> {
  requireParts(codec, onEvent, options);
  return async (request, response, next) => {
    try {
      const { method = '', url = '', headers } = request;
      const readBody = (limit: number) => readNodeBody(request, limit);
      send(request, response, await respond(codec, onEvent, options, { request, method, url, headers, readBody }));
    } catch (error) {
      if (next === undefined) throw error;
      next(error);
    }
  };
}

function send(request: NodeRequest, response: NodeResponse, reply: HandlerResponse | undefined): void {
  if (reply === undefined || response.headersSent) return;
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value);
  // What is left of the body would have to be read before the next request; HTTP/2 holds it back by flow control.
  if (reply.status === 413 && request.httpVersionMajor === 1) response.setHeader('Connection', 'close');
  response.end(encodeUtf8(reply.body));
}

/**
 * The raw body of a request, whatever came before: `req.rawBody` if it holds bytes; else the stream, if nothing has read it
 * yet; else bytes or text in `req.body`, as `express.raw()` and `express.text()` leave them.
 *
 * @param req An `IncomingMessage`, an `Http2ServerRequest`, or a framework's request that is one.
 * @param maxBodyBytes Where reading stops, in bytes: the codec's `maxBodyBytes`.
 * @returns The bytes; none for a request without a body.
 * @throws {CallbackError} ERR_TOO_LARGE: longer than `maxBodyBytes`. ERR_REQUEST: text that has no UTF-8 form.
 * @throws {TypeError} A parser has read the stream and left no raw body: the message says where to mount. `maxBodyBytes` is
 * not a number from 1 up.
 * @throws {Error} The client broke off.
 *
 * @example
 * ```ts
 * import { Readable } from 'node:stream';
 * import { readNodeBody } from 'callback-codec/node';
 *
 * const req = Object.assign(Readable.from([Buffer.from('{"encrypt":'), Buffer.from('"…"}')]), { headers: {} });
 * console.log((await readNodeBody(req, 1_048_576)).length); // 17
 * ```
 */
export async function readNodeBody(req: NodeRequest, maxBodyBytes: number): Promise<Uint8Array> {
  const { rawBody, headers, aborted, readableDidRead, readableEnded } = requireObject('req', req);
  if (!(requireNumber('maxBodyBytes', maxBodyBytes) >= 1)) throw new TypeError('maxBodyBytes must be 1 or more');
  const collector = bodyCollector(maxBodyBytes, headers['content-length']);
  if (isBytes(rawBody)) {
    collector.add(rawBody);
  } else if (aborted === true) {
    throw new Aborted();
  } else if (readableDidRead === true) {
    collector.add(parsedBytes(req.body));
  } else if (readableEnded !== true) {
    await readStream(req, collector.add);
  } // else something has read it, and nothing was sent
  return collector.bytes();
}

/** What a parser has left of a stream that it has read. */
function parsedBytes(body: unknown): Uint8Array {
  if (isBytes(body)) return body;
  if (typeof body === 'string') return textBytes(body);
  throw new TypeError(
    'req must be unread: a body parser has read it before this handler; mount the handler in front of the parser, or keep the bytes in req.rawBody',
  );
}

/** The bytes of what a parser has read as text; a charset of the client's choice can leave half a surrogate pair. */
function textBytes(text: string): Uint8Array {
  if (!isWellFormed(text))
    throw new CallbackError('ERR_REQUEST', 'body holds half of a surrogate pair: pass the bytes');
  return encodeUtf8(text);
}

/** Every chunk goes to `add`, until the stream ends, breaks off, or `add` throws. */
function readStream(req: NodeRequest, add: (chunk: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const listeners: Record<string, (value?: unknown) => void> = {
      data(chunk) {
        try {
          add(typeof chunk === 'string' ? textBytes(chunk) : (chunk as Uint8Array));
        } catch (error) {
          req.pause();
          settle(() => reject(error));
        }
      },
      end: () => settle(resolve),
      // HTTP/2 ends a stream that was reset, after this event.
      aborted: () => settle(() => reject(new Aborted())),
      error: () => settle(() => reject(new Aborted())),
      close: () => settle(() => reject(new Aborted())),
    };
    const settle = (how: () => void): void => {
      for (const [event, listener] of Object.entries(listeners)) req.off(event, listener);
      how();
    };
    for (const [event, listener] of Object.entries(listeners)) req.on(event, listener);
    req.resume(); // something in front may have paused it
  });
}
