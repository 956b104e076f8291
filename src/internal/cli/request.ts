// A request from a file, in any of the forms in which people have one: raw HTTP, a curl command, the event of a function.
import type { CallbackRequest } from '../../index.ts';
import { addHeader, curlRequest } from './curl.ts';
import { UsageError } from './texts.ts';

type Json = { readonly [name: string]: unknown };

/** Throws a {@link UsageError} for what is none of them. */
export function parseRequest(bytes: Uint8Array): CallbackRequest {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = buffer
    .toString('latin1', 0, 4096)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  if (/^(?:\$ )?curl\s/.test(start)) return curlRequest(buffer.toString().trim().replace(/^\$ /, ''));
  if (start.startsWith('{')) return jsonRequest(buffer.toString().trim());
  if (/^[A-Z]+ \S+ HTTP\/\d/.test(start)) return rawRequest(buffer);
  throw new UsageError();
}

/** A BOM and empty lines of an editor, the request line and the headers, and the first empty line. */
const START = /^(?:\xef\xbb\xbf)?[\r\n]*(.*?)(?:\r?\n\r?\n|$)/s;

/** Line ends are CRLF, or LF where an editor has been; the body is what follows the first empty line. */
function rawRequest(buffer: Buffer): CallbackRequest {
  const [all, head = ''] = START.exec(buffer.toString('latin1')) as RegExpExecArray;
  const [line = '', ...lines] = Buffer.from(head, 'latin1').toString().trim().split(/\r?\n/);
  const headers: Record<string, string[]> = {};
  for (const header of lines) addHeader(headers, header);
  const rest = buffer.subarray(all.length);
  const length = Number(headers['content-length']?.[0] ?? Number.NaN);
  // What is behind the length that was sent is the line break of an editor.
  const isLineBreak = /^[\r\n]*$/.test(rest.toString('latin1', length));
  const body = length < rest.length && isLineBreak ? rest.subarray(0, length) : rest;
  return { url: line.split(' ')[1] as string, headers, body: Uint8Array.from(body) };
}

/** The event of a function; or the body alone, if that is all there is. */
function jsonRequest(text: string): CallbackRequest {
  const event = parse(text);
  if (event === undefined) throw new UsageError();
  if (!['headers', 'multiValueHeaders', 'requestContext', 'body', 'url', 'query'].some((name) => name in event)) {
    return { body: text };
  }
  const headers = (event.multiValueHeaders ?? event.headers) as CallbackRequest['headers'];
  return { headers, body: bodyOf(event) as CallbackRequest['body'], ...parametersOf(event) };
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function bodyOf({ body, isBase64Encoded }: Json): unknown {
  return isBase64Encoded === true && typeof body === 'string' ? Uint8Array.from(Buffer.from(body, 'base64')) : body;
}

/**
 * AWS Lambda (REST API, HTTP API, function URL), ALB, Alibaba Cloud FC and Tencent Cloud SCF name them differently. An ALB
 * passes them as they stand in the URL; all others have decoded them.
 */
function parametersOf(event: Json): Pick<CallbackRequest, 'url' | 'query'> {
  const { rawQueryString, url, query, requestContext } = event;
  if (typeof rawQueryString === 'string') return { url: `?${rawQueryString}` };
  if (typeof url === 'string') return { url };
  const parameters = (event.multiValueQueryStringParameters ??
    event.queryStringParameters ??
    event.queryParameters ??
    event.queryString ??
    query ??
    {}) as Record<string, string | readonly string[]>;
  if (!(requestContext as { elb?: unknown } | undefined)?.elb) return { query: parameters };
  const pairs = Object.entries(parameters).flatMap(([name, value]) => [value].flat().map((one) => `${name}=${one}`));
  return { url: `?${pairs.join('&')}` };
}
