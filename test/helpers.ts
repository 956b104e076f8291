// What several test files share: which error came, and the platforms' own halves written a second time on node:crypto,
// so that the codecs are not only tested against themselves.
import { createCipheriv, createHash } from 'node:crypto';
import { expect } from 'vitest';
import { CallbackError } from '../src/internal/errors.ts';

/** The error that `attempt` throws; the test fails where there is none. */
export function errorOf(attempt: () => unknown): Error {
  let result: unknown;
  try {
    result = attempt();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  return expect.fail(`nothing was thrown, but ${JSON.stringify(result)} returned`);
}

/** Code of the CallbackError that `attempt` throws, or 'TypeError' for one of ours; anything else is thrown on. */
export function codeOf(attempt: () => unknown): string {
  const error = errorOf(attempt);
  if (error instanceof CallbackError) return error.code;
  // An engine's own TypeError ("Cannot read properties of undefined") names no argument.
  if (error instanceof TypeError && /^\w+ must (be|have) /.test(error.message)) return 'TypeError';
  throw error;
}

/** What a push or a reply carries: a test that needs it fails where there is none. */
export function bodyOf({ body }: { readonly body: string | null }): string {
  return body ?? expect.fail('there is no body');
}

/** The JSON in the body of a push or a reply. */
export function jsonOf(message: { readonly body: string | null }): Record<string, unknown> {
  return JSON.parse(bodyOf(message));
}

/** The refusal as a sender could tell it from others. */
export function refusalOf(attempt: () => unknown): { code: string; message: string; platformCode: number | undefined } {
  const error = errorOf(attempt);
  if (!(error instanceof CallbackError)) throw error;
  return { code: error.code, message: error.message, platformCode: error.platformCode };
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

export function concat(...parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => Array.from(typeof part === 'string' ? utf8(part) : part)));
}

export function hash(algorithm: 'sha1' | 'sha256', ...parts: readonly (string | Uint8Array)[]): string {
  const state = createHash(algorithm);
  for (const part of parts) state.update(part);
  return state.digest('hex');
}

/** PKCS#7 for blocks of `block` bytes. */
export function padding(length: number, block: number): Uint8Array {
  const count = block - (length % block);
  return new Uint8Array(count).fill(count);
}

function aes256Cbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(blocks), cipher.final()]);
}

/** A sender's random bytes need not be random here. */
export const IV: Uint8Array<ArrayBuffer> = Uint8Array.from({ length: 16 }, (_, index) => index * 11);

export const NOW = 1_700_000_000_000;

export const FEISHU = { encryptKey: 'test key', verificationToken: 'v-token' };

/** base64(iv ‖ ciphertext) of the plaintext and whatever padding. */
export function feishuSeal(plaintext: string | Uint8Array, tail?: Uint8Array): string {
  const bytes = concat(plaintext);
  const key = createHash('sha256').update(FEISHU.encryptKey).digest();
  const blocks = concat(bytes, tail ?? padding(bytes.length, 16));
  return Buffer.concat([IV, aes256Cbc(key, IV, blocks)]).toString('base64');
}

/** A body and the headers that sign it. */
export function feishuSigned<Body extends string | Uint8Array>(
  body: Body,
  timestamp: string = '1700000000',
  nonce: string = 'n-0123456789abcd',
): { headers: Record<string, string>; body: Body } {
  return {
    headers: {
      'x-lark-request-timestamp': timestamp,
      'x-lark-request-nonce': nonce,
      'x-lark-signature': hash('sha256', timestamp, nonce, FEISHU.encryptKey, body),
    },
    body,
  };
}

/** The body in which Feishu sends `encrypt`. */
export function encrypted(encrypt: string): string {
  return JSON.stringify({ encrypt });
}

/** A signed request whose plaintext is `payload`. */
export function feishuPush(payload: unknown, timestamp?: string): { headers: Record<string, string>; body: string } {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return feishuSigned(encrypted(feishuSeal(text)), timestamp);
}

export const DINGTALK = {
  token: '123456',
  encodingAesKey: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij',
  ownerKey: 'suite4xxxxxxxxxxxxxxx',
};

/** AES-256-CBC as DingTalk does it, of blocks that are padded already. */
export function dingTalkSealBlocks(blocks: Uint8Array): string {
  const key = Buffer.from(DINGTALK.encodingAesKey, 'base64');
  return aes256Cbc(key, key.subarray(0, 16), blocks).toString('base64');
}

/** prefix ‖ length ‖ message ‖ ownerKey and padding, each part as wrong as a test wants it. */
export function dingTalkSeal(
  message: string | Uint8Array,
  wrong: { length?: number; owner?: string | Uint8Array; block?: number; tail?: Uint8Array } = {},
): string {
  const bytes = concat(message);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(wrong.length ?? bytes.length);
  const plaintext = concat(IV, length, bytes, wrong.owner ?? DINGTALK.ownerKey);
  return dingTalkSealBlocks(concat(plaintext, wrong.tail ?? padding(plaintext.length, wrong.block ?? 32)));
}

/** A request that carries `encrypt`, signed. */
export function dingTalkSigned(
  encrypt: string,
  timestamp: string = '1700000000000',
  nonce: string = 'nEXhMP4r',
): { query: { signature: string; timestamp: string; nonce: string }; body: string } {
  const signature = hash('sha1', ...[DINGTALK.token, timestamp, nonce, encrypt].sort());
  return { query: { signature, timestamp, nonce }, body: JSON.stringify({ encrypt }) };
}

/** A signed request whose plaintext is `payload`. */
export function dingTalkPush(payload: unknown, timestamp?: string): ReturnType<typeof dingTalkSigned> {
  return dingTalkSigned(dingTalkSeal(typeof payload === 'string' ? payload : JSON.stringify(payload)), timestamp);
}

export const TENCENT = { token: 'xxxxyyyy' };

/** The parameters of a signed request. */
export function tencentQuery(requestTime: string = '1700000000'): Record<string, string> {
  return {
    SdkAppid: '888888',
    CallbackCommand: 'Group.CallbackAfterNewMemberJoin',
    contenttype: 'json',
    ClientIP: '127.0.0.1',
    OptPlatform: 'iOS',
    Sign: hash('sha256', TENCENT.token, requestTime),
    RequestTime: requestTime,
  };
}

/** The base64 of ES2026, which Nodes before 26 have not, as far as it is used. */
export const base64OfES2026 = {
  toBase64(this: Uint8Array): string {
    return Buffer.from(this).toString('base64');
  },
  /** White space skipped, all else strict. */
  setFromBase64(this: Uint8Array, text: string, _options?: unknown): { written: number } {
    const plain = text.replace(/[\t\n\f\r ]/g, '');
    const decoded = Buffer.from(plain, 'base64');
    if (decoded.toString('base64') !== plain) throw new SyntaxError('no strict base64');
    this.set(decoded.subarray(0, this.length));
    return { written: Math.min(decoded.length, this.length) };
  },
};

/** Runs as on an engine that has these methods of ES2026's base64 and no others, whatever this engine has. */
export function withBase64<T>(methods: Partial<typeof base64OfES2026>, run: () => T): T {
  const { prototype } = Uint8Array;
  const builtIns = Object.keys(base64OfES2026).map(
    (name) => [name, Object.getOwnPropertyDescriptor(prototype, name)] as const,
  );
  const remove = () => {
    for (const [name] of builtIns) Reflect.deleteProperty(prototype, name);
  };
  try {
    remove();
    for (const [name, value] of Object.entries(methods)) {
      Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
    }
    return run();
  } finally {
    remove();
    for (const [name, builtIn] of builtIns) if (builtIn) Object.defineProperty(prototype, name, builtIn);
  }
}

/**
 * What `run` gives while Object.prototype has `properties`, as after a successful prototype pollution. Nothing is
 * expected in `run`: `expect` itself does not survive every pollution.
 */
export function polluted<T>(properties: Record<PropertyKey, unknown>, run: () => T): T {
  try {
    Object.assign(Object.prototype, properties);
    return run();
  } finally {
    for (const name of Reflect.ownKeys(properties)) Reflect.deleteProperty(Object.prototype, name);
  }
}
