// An HTTP request as it arrives: its body within a limit, and those of its headers and parameters that a codec reads.
import { isBytes, requireObject, tagOf, typeName } from './arguments.ts';
import { utf8Length } from './encoding/portable.ts';
import { decodeUtf8, isWellFormed } from './encoding/utf8.ts';
import { CallbackError, tooLargeError } from './errors.ts';

/**
 * An HTTP callback as it arrived; `{ url, headers, body }` fits every platform and every server.
 *
 * Headers or parameters that the codec reads are refused (ERR_REQUEST) where one is given twice with different values
 * or is malformed; all others are ignored. One that is empty is absent. Records are read by their own properties only.
 */
export interface CallbackRequest {
  /**
   * The body exactly as received, before any parser: `await request.arrayBuffer()` or the chunks of a Node request put
   * together. A string works too, but `await request.text()` drops a BOM and replaces invalid bytes, and signatures are
   * over bytes. `null` or nothing is an empty body, which anyone can send: ERR_REQUEST, except with an `echostr`. A
   * parsed object is a TypeError: serialising it again does not give these bytes.
   */
  body?: string | Uint8Array | ArrayBuffer | null | undefined;
  /** Fetch `Headers`, Node's `request.headers`, a `Map` or a plain record; names in any letter case. */
  headers?: HeadersLike | null | undefined;
  /** Fetch's `request.url` or Node's `request.url`: only what follows `?` is read, and `+` is a plus sign. */
  url?: string | null | undefined;
  /** The parameters, where a framework has parsed them: read instead of `url`. */
  query?: QueryLike | null | undefined;
}

/** Fetch `Headers`, a `Map`, or a record such as Node's `IncomingHttpHeaders`. */
export type HeadersLike =
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** `URLSearchParams`, which is read by its iterator, or a record such as Express's `request.query`. */
export type QueryLike = { getAll(name: string): readonly string[] } | Readonly<Record<string, unknown>>;

export interface Body {
  /** As given: what a signature over the body covers. */
  readonly raw: string | Uint8Array;
  /** `undefined` where the bytes are not UTF-8. */
  readonly text: string | undefined;
}

/** The body, which is not empty. */
export function readBody(request: CallbackRequest, maxBodyBytes: number): Body {
  return requireNotEmpty(readOptionalBody(request, maxBodyBytes));
}

export function requireNotEmpty(body: Body): Body {
  if (body.raw.length === 0) {
    throw new CallbackError('ERR_REQUEST', 'body is empty: nothing was sent, or something has read the stream already');
  }
  return body;
}

/** The body within its limit, which is checked before anything is computed from it. */
export function readOptionalBody(request: CallbackRequest, maxBodyBytes: number): Body {
  const raw = requireRawBody(property(requireObject('request', request), 'body') ?? '');
  if (isLongerThan(raw, maxBodyBytes)) throw tooLargeError(maxBodyBytes);
  if (typeof raw !== 'string') return { raw, text: decodeUtf8(raw, 0, raw.length) };
  if (!isWellFormed(raw)) {
    throw new CallbackError('ERR_REQUEST', 'body holds half of a surrogate pair: pass the bytes');
  }
  return { raw, text: raw };
}

/** The text of a body that no signature covers as it stands. */
export function requireBodyText({ text }: Body): string {
  if (text === undefined) throw new CallbackError('ERR_REQUEST', 'the body is not UTF-8');
  return text;
}

/** Whether `raw` has more than `limit` bytes; text counts in UTF-8. */
export function isLongerThan(raw: string | Uint8Array, limit: number): boolean {
  // A code unit makes one to three bytes, so that most bodies need no counting.
  if (typeof raw !== 'string' || raw.length > limit || raw.length * 3 <= limit) return raw.length > limit;
  return utf8Length(raw) > limit;
}

function requireRawBody(body: unknown): string | Uint8Array {
  if (typeof body === 'string') return body;
  const bytes =
    typeof body === 'object' && tagOf(body as object) === 'ArrayBuffer' ? new Uint8Array(body as ArrayBuffer) : body;
  if (!isBytes(bytes)) {
    throw new TypeError(`body must be the raw body as a string, Uint8Array or ArrayBuffer, got ${bodyMistake(body)}`);
  }
  if (tagOf(bytes.buffer) === 'SharedArrayBuffer') {
    throw new TypeError('body must be memory that nobody else can change, got a SharedArrayBuffer: copy it first');
  }
  return bytes;
}

/** What was given for a body, and what to do instead. */
function bodyMistake(body: unknown): string {
  if (typeof body !== 'object' || body === null) return typeName(body);
  const { then, pipe } = body as { then?: unknown; pipe?: unknown };
  const tag = tagOf(body);
  if (typeof then === 'function') return 'a Promise: await it';
  if (tag === 'Blob' || tag === 'File') return `a ${tag}: pass await body.arrayBuffer()`;
  if (tag === 'ReadableStream' || typeof pipe === 'function') return 'a stream: read it to its end, and pass the bytes';
  if (ArrayBuffer.isView(body) || tag === 'SharedArrayBuffer') return `a ${tag}: copy its bytes into a Uint8Array`;
  return `${typeName(body)}: switch the body parser off for this route`;
}

/** The headers `names` (in lower case), in whatever case and container they arrived. */
export function readHeaders(request: CallbackRequest, ...names: readonly string[]): (string | undefined)[] {
  const headers = property(request, 'headers') ?? undefined;
  if (headers === undefined) return [];
  const source = requireObject('headers', headers);
  const get = property(source as { get?: unknown }, 'get');
  // Fetch Headers fold the case themselves; a Map, which has a `get` too, does not.
  if (typeof get === 'function' && tagOf(source) !== 'Map') {
    return names.map((name) => sameValue(undefined, splitJoined(get.call(source, name)), name));
  }
  const values: (string | undefined)[] = [];
  const collect = (key: unknown, value: unknown): void => {
    if (typeof key !== 'string') return;
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string;
      if (key.length === name.length && key.toLowerCase() === name) {
        values[index] = sameValue(values[index], splitJoined(value), name);
      }
    }
  };
  if (isIterable(source)) for (const [key, value] of source) collect(key, value);
  else for (const key of Object.keys(source)) collect(key, (source as { readonly [name: string]: unknown })[key]);
  return values;
}

/** Fetch and Node join a header that came twice with ", " (RFC 9110 section 5.3). */
export function splitJoined(value: unknown): unknown {
  if (Array.isArray(value)) return value.flatMap(splitJoined);
  return typeof value === 'string' && value.includes(', ') ? value.split(', ') : value;
}

/**
 * Query parameters in the order they were sent, whatever a framework made of their values; `undefined` is a value whose
 * percent-encoding is malformed.
 */
export type Parameters = readonly (readonly [name: string, value: unknown])[];

export function readParameters(request: CallbackRequest): Parameters {
  const url = property(request, 'url') ?? undefined;
  const query = property(request, 'query') ?? undefined;
  if (query !== undefined) {
    const source = requireObject('query', query);
    const entries = isIterable(source) ? [...source] : Object.entries(source);
    return entries.every(isPairOfTexts) ? entries : entries.flatMap(pairsOf);
  }
  const parameters: [string, unknown][] = [];
  if (url === undefined) return parameters;
  if (typeof url !== 'string') throw new TypeError(`url must be a string, got ${typeName(url)}`);
  const search = /^[^?#]*\?([^#]*)/.exec(url)?.[1] ?? '';
  for (const pair of search.split('&')) {
    const equals = pair.indexOf('=');
    const name = decodePercent(equals < 0 ? pair : pair.slice(0, equals));
    if (name) parameters.push([name, equals < 0 ? '' : decodePercent(pair.slice(equals + 1))]);
  }
  return parameters;
}

/** As most frameworks parse: nothing has to be taken apart. */
function isPairOfTexts(pair: [unknown, unknown]): pair is [string, string] {
  return typeof pair[0] === 'string' && typeof pair[1] === 'string';
}

/** A pair for each value of a name; none for a name without one. */
function pairsOf([name, value]: [unknown, unknown]): [string, unknown][] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((one) => [String(name), one ?? null]);
}

/**
 * Percent-encoding (RFC 3986 section 2.1), strictly: a malformed sequence or bytes that are not UTF-8 are `undefined`.
 * `+` is a plus sign, which base64 has; no platform sends a space.
 */
export function decodePercent(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The one value of a parameter that goes by any of `names`. */
export function readParameter(parameters: Parameters, ...names: readonly string[]): string | undefined {
  let known: string | undefined;
  for (const [name, value] of parameters) {
    if (names.includes(name)) known = sameText(known, value, names);
  }
  return known;
}

/** What to say of a parameter that is not there. */
export function missingParameter(parameters: Parameters, name: string): string {
  return parameters.length === 0
    ? `no parameters were passed, ${name} among them: pass url or query`
    : `the URL carries no ${name}`;
}

function isIterable(source: object): source is Iterable<[unknown, unknown]> {
  // By `?__proto__=x` some parsers of queries give their record an array for a prototype, and so an array's iterator.
  if (!Array.isArray(source) && Array.isArray(Object.getPrototypeOf(source))) return false;
  return property(source as { [Symbol.iterator]?: unknown }, Symbol.iterator) !== undefined;
}

/** A property of a record's own, or of an object of some class; never one of a polluted Object.prototype. */
export function property<T extends object, K extends keyof T>(object: T, name: K): T[K] | undefined {
  const value = object[name]; // most are absent, and that is quickly seen
  if (value === undefined) return undefined;
  const prototype = Object.getPrototypeOf(object);
  const isRecord = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isRecord && !Object.hasOwn(object, name) ? undefined : value;
}

/** The value that was known so far and another one, or several, of the same name; they must be one text. */
function sameValue(known: string | undefined, value: unknown, name: string): string | undefined {
  if (value === undefined || value === null) return known;
  if (!Array.isArray(value)) return sameText(known, value, [name]);
  return value.reduce((known, one) => sameText(known, one, [name]), known);
}

/** The same of one other value; `names` are for the error. */
function sameText(known: string | undefined, one: unknown, names: readonly string[]): string | undefined {
  if (one === '') return known;
  const isText = typeof one === 'string' && isWellFormed(one);
  if (isText && (known === undefined || known === one)) return one;
  throw new CallbackError('ERR_REQUEST', `${names.join(' or ')} ${isText ? TWICE : textMistake(one)}`);
}

const TWICE = 'is given twice with different values';

function textMistake(one: unknown): string {
  if (typeof one === 'string' || one === undefined) return 'cannot be read: its encoding is malformed';
  return `is not text but ${typeName(one)}: pass it as it was sent, not converted`;
}
