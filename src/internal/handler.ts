// What the handlers of ./fetch and ./node have in common: which requests are looked at, and what is answered.
import { requireFunction, requireObject } from './arguments.ts';
import { ANSWERS_PROBES, type CallbackCodec, type CallbackMessage } from './codec.ts';
import { encodeUtf8 } from './encoding/utf8.ts';
import { type CallbackError, isCallbackError, tooLargeError } from './errors.ts';
import type { CallbackRequest } from './request.ts';

/** The messages that are events, also of a `CallbackMessage` of any platform. */
export type EventOf<Message> = Message extends { kind: 'event' } ? Message : Message & { readonly kind: 'event' };

/** What a handler does with an event; it returns the answer, or nothing for the platform's default. */
export type OnEvent<Message, Answer, Request> = (
  message: EventOf<Message>,
  request: Request,
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing is the rule
) => Unpromised<Answer> | void | Promise<Answer | void>;

/** A Promise is an object, too: without this, one of a wrong answer would pass for an answer. */
type Unpromised<Answer> = Answer extends object ? Answer & { readonly then?: never } : Answer;

/** Options of `toFetchHandler` and `toNodeHandler`. */
export interface HandlerOptions<Request> {
  /**
   * Called for every request that is refused, with the reason, for your log: the sender sees only the status. A promise is
   * waited for.
   */
  onRefused?: ((error: CallbackError, request: Request) => unknown) | undefined;
}

/** What goes back to the client, `Content-Length` among the headers. */
export interface HandlerResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request that broke off while it was read: nobody is told, because nobody is there. */
export class Aborted extends Error {
  constructor() {
    super('the request broke off before its end');
  }
}

/** How a server's request is read; `readBody` stops at the limit with ERR_TOO_LARGE and throws {@link Aborted}. */
export interface Incoming<Request> {
  readonly request: Request;
  readonly method: string;
  readonly url: string;
  readonly headers: CallbackRequest['headers'];
  readBody(maxBodyBytes: number): Promise<Uint8Array>;
}

/** What a handler is made of, checked when it is made and not at the first event. */
export function requireParts(
  codec: { readonly maxBodyBytes: number },
  onEvent: object,
  options: HandlerOptions<never>,
): void {
  if (!(requireObject('codec', codec).maxBodyBytes >= 1)) throw new TypeError('codec must be one of this package');
  requireFunction('onEvent', onEvent);
  const { onRefused } = requireObject('options', options);
  if (onRefused !== undefined) requireFunction('onRefused', onRefused);
}

/** What to send; nothing to a client that is gone. */
export async function respond<Message extends CallbackMessage, Answer, Request>(
  codec: CallbackCodec<Message, Answer>,
  onEvent: OnEvent<Message, Answer, Request>,
  { onRefused }: HandlerOptions<Request>,
  incoming: Incoming<Request>,
): Promise<HandlerResponse | undefined> {
  const { request, method, url, headers } = incoming;
  const hasEchostr = /[?&]echostr=/.test(url);
  // A probe is empty; so is a verification, which a codec of anyOf may have to answer.
  const answersProbes = ANSWERS_PROBES in codec && !hasEchostr;
  const isGet = method === 'GET' && (answersProbes || hasEchostr);
  if (!isGet && method !== 'POST') return response(405, '', { Allow: 'POST' });
  let message: Message;
  try {
    const body = isGet ? new Uint8Array(0) : await incoming.readBody(codec.maxBodyBytes);
    if (answersProbes && body.length === 0) return response(200, '');
    message = codec.decode({ url, headers, body });
  } catch (error) {
    if (error instanceof Aborted) return undefined;
    if (!isCallbackError(error)) throw error;
    await onRefused?.(error, request);
    return response(error.code === 'ERR_TOO_LARGE' ? 413 : 400, '');
  }
  const answer = isEvent(message) ? ((await onEvent(message, request)) ?? undefined) : undefined;
  const { status, headers: replyHeaders, body } = codec.reply(message, answer as Answer | undefined);
  return response(status, body, replyHeaders);
}

function isEvent<Message extends CallbackMessage>(message: Message): message is EventOf<Message> {
  return message.kind === 'event';
}

function response(status: number, body: string, headers: Readonly<Record<string, string>> = {}): HandlerResponse {
  return { status, headers: { ...headers, 'Content-Length': String(encodeUtf8(body).length) }, body };
}

/** Collects chunks up to a limit, in one piece of memory: a chunk of one byte would cost a hundred if it were kept. */
export function bodyCollector(
  maxBodyBytes: number,
  contentLength: unknown,
): { add(chunk: Uint8Array): void; bytes(): Uint8Array } {
  if (Number(contentLength) > maxBodyBytes) throw tooLargeError(maxBodyBytes);
  let memory = new Uint8Array(0);
  let length = 0;
  return {
    add(chunk) {
      const end = length + chunk.length;
      if (end > maxBodyBytes) throw tooLargeError(maxBodyBytes);
      if (end > memory.length) {
        const grown = new Uint8Array(Math.max(end, Math.min(2 * memory.length, maxBodyBytes)));
        grown.set(memory);
        memory = grown;
      }
      memory.set(chunk, length);
      length = end;
    },
    bytes: () => memory.subarray(0, length),
  };
}
