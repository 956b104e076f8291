// What the sections share. Its UTF-8, base64 and hex are written a second time, slow and obvious, on ECMAScript alone:
// the package is not compared with itself, and every engine can run them.

/** The package: every export of every subpath. */
export type Lib = typeof import('../../src/index.ts') &
  typeof import('../../src/explain.ts') &
  typeof import('../../src/fetch.ts') &
  typeof import('../../src/node.ts') &
  typeof import('../../src/simd.ts');

export interface Host {
  /** A source of random bytes, for hosts without crypto.getRandomValues. */
  readonly random?: (byteLength: number) => Uint8Array;
}

/** What a section is given. */
export interface Context {
  readonly lib: Lib;
  readonly host: Host;
  /** Passes where `condition` gives true; an error thrown by it is a failure. */
  check(name: string, condition: () => boolean): void;
  /** Passes where `actual` gives what `expected` is, by content: bytes, texts, plain objects in any order of fields. */
  equal(name: string, actual: () => unknown, expected: unknown): void;
  /** Passes where `attempt` throws a CallbackError of this code, or for `TypeError` one that names the argument. */
  refuses(name: string, attempt: () => unknown, code: string): void;
}

/** What the host has, or nothing where it throws when it is asked: the package takes both alike. */
export function ofHost<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

export type Section = (context: Context) => void;

/** Secrets: the samples of the platforms' documentation. */
export const FEISHU = { encryptKey: 'test key', verificationToken: 'v-token' };
/** SHA-256 of 'test key', the AES key. */
export const FEISHU_KEY = 'fa2bdca424f01f01ffb48df93acc35d439c7fd331a1a7fba6ac2fd83aa9ab31a';
export const DINGTALK = {
  token: '123456',
  encodingAesKey: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij',
  ownerKey: 'suite4xxxxxxxxxxxxxxx',
};
export const CHAT = { token: 'xxxxyyyy', sdkAppId: '888888' };
export const WECOM = {
  token: 'QDG6eK',
  encodingAesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
  receiveId: 'wx5823bf96d3bd56c7',
};
export const WECHAT = {
  token: 'spamtest',
  encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  appId: 'wx2c2769f8efd9abc2',
};
export const ROBOT = { appSecret: 'this is a secret' };
export const CARD = { apiSecret: 'developerApiSecret' };
export const TRTC = { key: '123654', sdkAppId: '1400000000' };

/** The clock of the suite, in seconds and in milliseconds. */
export const SECONDS = 1_700_000_000;
export const now = (): number => SECONDS * 1000;

/** Bytes that differ from place to place and from seed to seed. */
export function sample(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8) + seed * 31) & 255);
}

/** A "random" source that counts, so that two runs give the same bytes. */
export function counting(): (byteLength: number) => Uint8Array {
  let seed = 0;
  return (byteLength) => sample(byteLength, ++seed);
}

export function hex(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at++) text += ((bytes[at] as number) + 256).toString(16).slice(1);
  return text;
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, index) => Number.parseInt(text.substr(2 * index, 2), 16));
}

export function utf8(text: string): Uint8Array {
  const escaped = encodeURIComponent(text);
  const bytes: number[] = [];
  for (let at = 0; at < escaped.length; at++) {
    if (escaped.charAt(at) !== '%') bytes.push(escaped.charCodeAt(at));
    else {
      bytes.push(Number.parseInt(escaped.substr(at + 1, 2), 16));
      at += 2;
    }
  }
  return Uint8Array.from(bytes);
}

export const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] as number) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const four = [18, 12, 6, 0].map((shift) => ALPHABET.charAt((group >> shift) & 63)).join('');
    text += `${four.slice(0, bytes.length - at + 1)}==`.slice(0, 4);
  }
  return text;
}

/** The bytes of good base64, whatever its spare bits. */
export function fromBase64(text: string): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let count = 0;
  for (const character of text.replace(/=+$/, '').split('')) {
    bits = ((bits << 6) | ALPHABET.indexOf(character)) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push((bits >> count) & 255);
    }
  }
  return Uint8Array.from(bytes);
}

export function concat(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const arrays = parts.map((part) => (typeof part === 'string' ? utf8(part) : part));
  const all = new Uint8Array(arrays.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of arrays) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** `count` bytes of padding, each `byte`. */
export function padding(count: number, byte: number = count): Uint8Array {
  return new Uint8Array(count).fill(byte);
}

/** A reply in JSON, as it goes over the wire. */
export function jsonReply(body: object): object {
  return reply('application/json', JSON.stringify(body));
}

/** Any other reply that has a body. */
export function reply(type: 'application/json' | 'text/plain' | 'text/xml', body: string): object {
  const headers = { 'Content-Type': `${type}; charset=utf-8`, 'X-Content-Type-Options': 'nosniff' };
  return { status: 200, headers, body };
}

/** What is sent in the body of a push or a reply, which is there. */
export function bodyOf({ body }: { readonly body: string | null }): string {
  if (body === null) throw new Error('there is no body');
  return body;
}

/** A member of the JSON object that a push or a reply holds. */
export function memberOf(sent: { readonly body: string | null }, name: string): string {
  return String((JSON.parse(bodyOf(sent)) as { readonly [name: string]: unknown })[name]);
}

/** A value as text, by which two values are compared: object fields in one order, bytes as bytes. */
export function show(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes ${hex(value)}`;
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = value as { readonly [name: string]: unknown };
    const names = Object.keys(fields).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}: ${show(fields[name])}`).join(', ')}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

export function short(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}… (${text.length})`;
}

/** What became of an attempt: the value it gave, or the code of its error. An error of another kind is told in full. */
export function outcome(lib: Lib, attempt: () => unknown): string {
  try {
    return `gave ${show(attempt())}`;
  } catch (error) {
    return refusal(lib, error);
  }
}

export function refusal(lib: Lib, error: unknown): string {
  if (typeof lib.CallbackError === 'function' && error instanceof lib.CallbackError && error.name === 'CallbackError')
    return error.code;
  // An engine's own TypeError ("Cannot read properties of undefined") names no argument.
  if (error instanceof TypeError && /^\w+ must (be|have) /.test(error.message)) return 'TypeError';
  return `threw ${String(error)}`;
}
