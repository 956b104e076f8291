// What a request looks like to somebody who has not verified it: read leniently, where the codecs are strict, and never
// shown.

import { isBytes, tagOf } from '../arguments.ts';
import { decodeUtf8 } from '../encoding/utf8.ts';
import { isJsonObject, type JsonObject, ownField, parseJsonObject } from '../json.ts';
import { decodePercent, splitJoined } from '../request.ts';
import { ask } from '../runtime.ts';
import type { Case } from './attempt.ts';
import type { Snapshot } from './snapshot.ts';

export type Parameter = readonly [name: string, value: unknown];

export interface View {
  /** `undefined` for what is no text and no bytes. */
  readonly raw: string | Uint8Array | undefined;
  /** As UTF-8; `undefined` also where the bytes are none. */
  readonly text: string | undefined;
  readonly format: 'xml' | 'json' | undefined;
  /** Of JSON; of XML `Encrypt` alone. */
  readonly fields: JsonObject;
  /** In the order in which they were sent; `undefined` is a value whose percent-encoding is malformed. */
  readonly parameters: readonly Parameter[];
  /** Those that are looked at; one that came twice is two. */
  readonly headers: readonly Parameter[];
  /** By a name in lower case. */
  header(name: string): string | undefined;
  /** By any of `names`, in any letter case. */
  parameter(...names: readonly string[]): string | undefined;
}

/** Views of requests that were looked at before: each hypothesis asks for the same one. */
let known: WeakMap<object, View> | undefined;

export function viewOf({ request }: Pick<Case, 'request'>): View {
  known ??= new WeakMap();
  const view = known.get(request) ?? look(request);
  known.set(request, view);
  return view;
}

function look(request: Snapshot): View {
  const raw = rawBody(request.body);
  const text = typeof raw === 'string' ? raw : raw && decodeUtf8(raw, 0, raw.length);
  const headers = Array.isArray(request.headers) ? onePerValue(request.headers, splitJoined) : [];
  const parameters = parametersOf(request);
  return {
    raw,
    text,
    ...documentOf(text ?? ''),
    parameters,
    headers,
    header: (name) => find(headers, [name]),
    parameter: (...names) => find(parameters, names),
  };
}

/** Text or bytes; `undefined` for all else. */
export function rawBody(body: unknown): string | Uint8Array | undefined {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string') return body;
  return ask(() => {
    if (tagOf(body) === 'ArrayBuffer') return new Uint8Array(body as ArrayBuffer);
    return isBytes(body) && tagOf(body.buffer) === 'ArrayBuffer' ? body : undefined;
  });
}

function documentOf(text: string): Pick<View, 'format' | 'fields'> {
  if (/^\ufeff?\s*</.test(text)) {
    const [, encrypt] = /<Encrypt>\s*(?:<!\[CDATA\[)?([^<\]]*)/.exec(text) ?? [];
    return { format: 'xml', fields: encrypt === undefined ? {} : { Encrypt: encrypt } };
  }
  const fields = parseJsonObject(text);
  return { format: fields && 'json', fields: fields ?? {} };
}

function parametersOf({ url, query }: Snapshot): readonly Parameter[] {
  if (Array.isArray(query)) return onePerValue(query, (value) => value);
  const [, search = ''] = /^[^?#]*\?([^#]*)/.exec(typeof url === 'string' ? url : '') ?? [];
  return search.split('&').map((pair) => {
    const [name, ...value] = pair.split('=') as [string, ...string[]];
    return [decodePercent(name) ?? name, decodePercent(value.join('='))];
  });
}

/** A pair for each value that is there. */
function onePerValue(pairs: readonly Parameter[], split: (value: unknown) => unknown): readonly Parameter[] {
  const all = pairs.flatMap(([name, value]) => [split(value)].flat().map((one): Parameter => [String(name), one]));
  return all.filter(([, value]) => value !== undefined && value !== null);
}

/** The first text that is not empty. */
function find(pairs: readonly Parameter[], names: readonly string[]): string | undefined {
  const folded = names.map((name) => name.toLowerCase());
  for (const [name, value] of pairs) {
    if (typeof value === 'string' && value !== '' && folded.includes(name.toLowerCase())) return value;
  }
  return undefined;
}

/** The ciphertext, wherever the platform puts it. */
export function encryptOf(view: View): string | undefined {
  const value = ownField(view.fields, 'encrypt') ?? ownField(view.fields, 'Encrypt') ?? view.parameter('echostr');
  return typeof value === 'string' ? value : undefined;
}

/** The Verification Token in a message of Feishu. */
export function feishuToken(text: string): string | undefined {
  const payload = parseJsonObject(text) ?? {};
  const header = ownField(payload, 'header');
  const token = (isJsonObject(header) ? ownField(header, 'token') : undefined) ?? ownField(payload, 'token');
  return typeof token === 'string' && token !== '' ? token : undefined;
}
