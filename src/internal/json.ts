// JSON as it arrives and as it is sent. Fields are read as own properties: nothing comes from a polluted prototype.
import { requireText, typeName } from './arguments.ts';
import { CallbackError } from './errors.ts';

/** A parsed JSON object, unvalidated. */
export type JsonObject = { readonly [name: string]: unknown };

/** The JSON object in `text`, one leading BOM skipped; `undefined` for anything else. */
export function parseJsonObject(text: string): JsonObject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    return undefined; // a SyntaxError, or a runtime's RangeError for nesting too deep
  }
  return isJsonObject(value) ? value : undefined;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON object in `text`, or ERR_REQUEST. */
export function requireJsonObject(what: string, text: string): JsonObject {
  const object = parseJsonObject(text);
  if (object === undefined) {
    throw new CallbackError('ERR_REQUEST', isBase64(text) ? BASE64_BODY : `${what} must be a JSON object`);
  }
  return object;
}

/** Whether a body is a JSON object or XML in the base64 in which gateways hand it to functions; `null` and `true` are not. */
export function isBase64(text: string | undefined): boolean {
  return text !== undefined && text.length % 4 === 0 && /^(?:e[w-z0-3]|P[A-P])[A-Za-z\d+/]+={0,2}$/.test(text);
}

export const BASE64_BODY = 'the body is base64: decode it first, as isBase64Encoded of a serverless event says';

export function ownField(object: JsonObject, name: string): unknown {
  const value = object[name]; // most are absent, and that is quickly seen
  return value !== undefined && Object.hasOwn(object, name) ? value : undefined;
}

/** Optional metadata: a number becomes its text, any other type but a string `undefined`. */
export function textField(object: JsonObject, name: string): string | undefined {
  const value = ownField(object, name);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : undefined;
}

/** The id under the first of `names` that has one; an empty one is none. */
export function idField(object: JsonObject, text: string, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = ownField(object, name);
    const isInexact = typeof value === 'number' && !Number.isSafeInteger(value);
    const id = isInexact ? digitsOf(text, name, value) : textField(object, name);
    if (id) return id;
  }
  return undefined;
}

/** The number as it stands in `text`, where one alone goes by that name. */
function digitsOf(text: string, name: string, value: number): string | undefined {
  const [digits, ...others] = new Set(
    Array.from(text.matchAll(new RegExp(`"${name}"\\s*:\\s*(\\d+)`, 'g')), (found) => found[1]),
  );
  return others.length === 0 && Number(digits) === value ? digits : undefined;
}

/** What `encode` sends: a string verbatim, anything else as JSON. */
export function payloadText(payload: unknown): string {
  if (typeof payload === 'string') return requireText('payload', payload);
  return jsonText('payload', payload);
}

/** Compact JSON of a value of the caller's own. */
export function jsonText(name: string, value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // a cycle, a BigInt, or a runtime's RangeError for nesting too deep
  }
  if (text === undefined) throw new TypeError(`${name} must have a JSON form, got ${typeName(value)}`);
  return text;
}
