// Arguments and options of the caller's own, checked with a message that says what to give instead. A wrong JavaScript
// type is a TypeError; a value that is missing or cannot work is ERR_CONFIG.

import { isWellFormed } from './encoding/utf8.ts';
import { CallbackError } from './errors.ts';

/** Text that came from a sender: what it holds is for a decoder to judge. */
export function requireString(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string, got ${typeName(value)}`);
  return value;
}

/** Text of the caller's own. A lone surrogate has no UTF-8 form: hashing U+FFFD instead would let two texts share a signature. */
export function requireText(name: string, value: unknown): string {
  const text = requireString(name, value);
  if (!isWellFormed(text)) throw new TypeError(`${name} must be well-formed: it holds half of a surrogate pair`);
  return text;
}

/** A secret or an id: without one there is no codec. It is used as given, never trimmed. */
export function requireSecret(name: string, value: unknown): string {
  if (value === undefined || value === null) {
    throw new CallbackError('ERR_CONFIG', `${name} is ${value}: the variable that it comes from is not set`);
  }
  if (value === '') throw new CallbackError('ERR_CONFIG', `${name} is empty: copy it from the platform's console`);
  const secret = requireText(name, value);
  if (/^[\t\n\r]|[\t\n\r]$/.test(secret)) {
    throw new CallbackError(
      'ERR_CONFIG',
      `${name} begins or ends with a line break or tab: trim what was read from a file`,
    );
  }
  return secret;
}

/**
 * A secret or an id that may be left out. One that is there but `undefined` is a variable that is not set, and must not
 * switch a check off.
 */
export function optionalSecret<K extends string>(
  options: { readonly [name in K]?: unknown },
  name: K,
): string | undefined {
  return name in options ? requireSecret(name, options[name]) : undefined;
}

export function requireBytes(name: string, value: unknown, length?: number): Uint8Array {
  if (!isBytes(value)) throw new TypeError(`${name} must be a Uint8Array, got ${typeName(value)}`);
  if (length !== undefined && value.length !== length) {
    throw new CallbackError('ERR_CONFIG', `${name} must be ${length} bytes, got ${value.length}`);
  }
  return value;
}

/** An options object, so that a forgotten argument is named instead of failing inside a destructuring pattern. */
export function requireObject<T>(name: string, value: T): T & object {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`${name} must be an object, got ${typeName(value)}`);
  }
  return value;
}

export function requireFunction<T>(name: string, value: T): T {
  if (typeof value !== 'function') throw new TypeError(`${name} must be a function, got ${typeName(value)}`);
  return value;
}

export function requireBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be a boolean, got ${typeName(value)}`);
  return value;
}

/** Uint8Array of any realm, Buffer included; no other view, whose elements would not be the bytes. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && tagOf(value) === 'Uint8Array';
}

/** The built-in a value belongs to, whichever realm made it. */
export function tagOf(value: object): unknown {
  return (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
}

/** The type, never the value: an error message must not carry a secret. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

export function requireNumber(name: string, value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeName(value)}`);
  return value;
}
