// A request from a file, in any of the forms in which people have one: raw HTTP, a curl command, the event of a function.
import type { CallbackRequest } from '../../index.ts';
import { ask } from '../runtime.ts';
import { decode, fromBinary, toBinary, utf8 } from './bytes.ts';
import { addHeader, curlRequest, noHeaders, type ReadFile } from './curl.ts';
import { UsageError } from './texts.ts';

type Json = { readonly [name: string]: unknown };

/** Throws a {@link UsageError} for what is none of them. `readFile` is for the files that a curl command names. */
export function parseRequest(bytes: Uint8Array, readFile: ReadFile): CallbackRequest {
  const start = toBinary(bytes.subarray(0, 4096))
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  if (/^(?:\$ )?curl\s/.test(start)) return curlRequest(decode(bytes).trim().replace(/^\$ /, ''), readFile);
  if (start.startsWith('{')) return jsonRequest(decode(bytes).trim());
  if (/^[A-Z]+ \S+ HTTP\/\d/.test(start)) return rawRequest(bytes);
  throw new UsageError();
}

/** A BOM and empty lines of an editor, the request line and the headers, and the first empty line. */
const START = /^(?:\xef\xbb\xbf)?[\r\n]*(.*?)(?:\r?\n\r?\n|$)/s;

/** Line ends are CRLF, or LF where an editor has been; the body is what follows the first empty line. */
function rawRequest(bytes: Uint8Array): CallbackRequest {
  const [all, head = ''] = START.exec(toBinary(bytes)) as RegExpExecArray;
  const [line = '', ...lines] = utf8(head).trim().split(/\r?\n/);
  const headers = noHeaders();
  for (const header of lines) addHeader(headers, header);
  const rest = Uint8Array.from(bytes.subarray(all.length));
  const length = Number(headers['content-length']?.[0] ?? Number.NaN);
  // What is behind the length that was sent is the line break of an editor.
  const isLineBreak = /^[\r\n]*$/.test(toBinary(rest.subarray(length)));
  const body = length < rest.length && isLineBreak ? rest.subarray(0, length) : rest;
  return { url: line.split(' ')[1] as string, headers, body };
}

/** The event of a function; or the body alone, if that is all there is. */
function jsonRequest(text: string): CallbackRequest {
  const event: Json | undefined = ask(() => JSON.parse(text));
  if (event === undefined) throw new UsageError();
  if (!['headers', 'multiValueHeaders', 'requestContext', 'body', 'url', 'query'].some((name) => name in event)) {
    return { body: text };
  }
  const headers = (event.multiValueHeaders ?? event.headers) as CallbackRequest['headers'];
  return { headers, body: bodyOf(event) as CallbackRequest['body'], ...parametersOf(event) };
}

function bodyOf({ body, isBase64Encoded }: Json): unknown {
  if (isBase64Encoded !== true || typeof body !== 'string') return body;
  try {
    return fromBinary(atob(body));
  } catch {
    return body; // no base64, whatever the event says
  }
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
