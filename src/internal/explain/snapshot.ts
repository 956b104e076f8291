// What the caller gave, copied once into plain values: a getter or a Proxy may throw, change its mind or go on for ever,
// and the hypotheses have to be tried on one and the same request.
import { property } from '../request.ts';
import { ask } from '../runtime.ts';

/** Options by name, as far as they could be read. */
export type Options = Readonly<Record<string, unknown>>;

/** A request whose headers and parameters are lists of pairs. */
export interface Snapshot {
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly url?: unknown;
  readonly query?: unknown;
}

/** More than any server lets through; what is behind is not looked at. */
const MOST_ENTRIES = 1000;

/** Values of a parsed body that are written again; one that has more is a parsed body all the same. */
const MOST_VALUES = 100_000;

const MAX_DEPTH = 100;

function isObject(value: unknown): value is Readonly<Record<PropertyKey, unknown>> {
  return (typeof value === 'object' || typeof value === 'function') && value !== null;
}

/** Those of `names` that are there. One that cannot be read counts as not set. */
export function copyOptions(options: unknown, names: readonly string[]): Options {
  const copy: Record<string, unknown> = {};
  if (!isObject(options)) return copy;
  for (const name of names) {
    const isThere = ask(() => name in options);
    if (isThere) copy[name] = ask(() => copyList(options[name]));
  }
  return copy;
}

function copyList(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return Array.from({ length: Math.min(value.length, MOST_ENTRIES) }, (_, index) => value[index]);
}

/** `headerNames` are those that any codec reads. */
export function copyRequest(request: unknown, headerNames: readonly string[]): Snapshot {
  if (!isObject(request)) return {};
  const read = (name: keyof Snapshot): unknown => ask(() => property(request, name));
  return {
    body: read('body'),
    headers: ask(() => copyHeaders(read('headers'), headerNames)),
    url: read('url'),
    query: ask(() => copyQuery(read('query'))),
  };
}

function copyHeaders(headers: unknown, names: readonly string[]): unknown {
  if (!isObject(headers)) return headers;
  const get = property(headers, 'get');
  if (typeof get === 'function' && property(headers, Symbol.toStringTag) !== 'Map') {
    return names.map((name) => [name, ask(() => get.call(headers, name))]);
  }
  return entriesOf(headers, (name) => names.includes(name.toLowerCase()));
}

function copyQuery(query: unknown): unknown {
  return isObject(query) ? entriesOf(query) : query;
}

/** The entries for which `isRead`: of a record all, so that no others push them behind the limit. */
function entriesOf(
  source: Readonly<Record<PropertyKey, unknown>>,
  isRead: (name: string) => boolean = () => true,
): [unknown, unknown][] {
  const entries: [unknown, unknown][] = [];
  if (typeof property(source, Symbol.iterator) === 'function') {
    let looked = 0;
    for (const entry of source as unknown as Iterable<unknown>) {
      if (looked++ === MOST_ENTRIES) break;
      const [name, value] = entry as [unknown, unknown];
      if (isRead(String(name))) entries.push([String(name), copyList(value)]);
    }
    return entries;
  }
  for (const name of Object.keys(source).filter(isRead).slice(0, MOST_ENTRIES)) {
    entries.push([name, ask(() => copyList(source[name]))]);
  }
  return entries;
}

/** A parsed body as plain JSON values; `undefined` where it has none, is too large or too deep. */
export function copyJson(value: unknown): unknown {
  let left = MOST_VALUES;
  const copy = (value: unknown, depth: number): unknown => {
    left -= 1;
    if (left < 0 || depth > MAX_DEPTH) throw new RangeError('too much to be written again');
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) {
      return Array.from({ length: Math.min(value.length, left + 1) }, (_, index) => copy(value[index], depth + 1));
    }
    return Object.fromEntries(
      Object.keys(value).map((name) => [name, copy((value as Record<string, unknown>)[name], depth + 1)]),
    );
  };
  return ask(() => copy(value, 0));
}
