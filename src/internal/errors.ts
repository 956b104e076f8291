/**
 * Why a callback, a secret or an option was refused. The codes are stable; the messages are for people and may change.
 *
 * | code | when |
 * |---|---|
 * | `ERR_CONFIG` | a secret or option is missing or malformed; never from `decode` or `verify` |
 * | `ERR_REQUEST` | the request cannot be read: empty, not JSON or XML, a field missing, of the wrong type or contradictory |
 * | `ERR_TOO_LARGE` | the body is longer than `maxBodyBytes` |
 * | `ERR_SIGNATURE` | the signature is absent or wrong; anything wrong with the ciphertext of Feishu's unsigned challenge |
 * | `ERR_TIMESTAMP` | outside the window, or unreadable while one is on |
 * | `ERR_TOKEN` | the Verification Token is wrong, on a signed or a plain request |
 * | `ERR_DECRYPT` | anything wrong with ciphertext, padding, length field or UTF-8: one code, one message, no cause |
 * | `ERR_OWNER` | decrypted, but for another owner than the configured ones |
 * | `ERR_RANDOM` | no secure source of random bytes |
 */
export type CallbackErrorCode =
  | 'ERR_CONFIG'
  | 'ERR_REQUEST'
  | 'ERR_TOO_LARGE'
  | 'ERR_SIGNATURE'
  | 'ERR_TIMESTAMP'
  | 'ERR_TOKEN'
  | 'ERR_DECRYPT'
  | 'ERR_OWNER'
  | 'ERR_RANDOM';

/**
 * The one error that this package throws for what comes from outside and for secrets that it cannot use. A value of the
 * wrong JavaScript type is the programmer's own mistake and a `TypeError`.
 *
 * Test with {@link isCallbackError} and `code`, not with `instanceof`: a program that loads both the ESM and the
 * CommonJS build has two classes. No message or property holds a key, token, signature, header or payload, so the error
 * may be logged.
 *
 * @example
 * ```ts
 * import { createFeishuCodec, isCallbackError } from 'callback-codec';
 *
 * const codec = createFeishuCodec({ verificationToken: 'v-token' });
 * try {
 *   codec.decode({ body: '{"type":"url_verification","challenge":"c","token":"wrong"}' });
 * } catch (error) {
 *   if (!isCallbackError(error)) throw error;
 *   console.log(error.code); // ERR_TOKEN
 * }
 * ```
 */
export class CallbackError extends Error {
  // A literal, because minifiers rename classes.
  override readonly name: string = 'CallbackError';
  /** What went wrong, for programs. */
  readonly code: CallbackErrorCode;
  /**
   * The number that the platform's official libraries give this failure, if they number it: DingTalk 900004 (key), 900005
   * (signature), 900008 (decryption), 900010 (ownerKey); WeCom and WeChat -40001 (signature), -40002 (request), -40004
   * (key), -40005 (receiveid, appid), -40008 (decryption).
   */
  declare readonly platformCode?: number;
  /**
   * With ERR_OWNER from `decode`: the owner that the verified message names. An id is no secret, but the text of
   * `message` does not hold it either.
   */
  declare readonly receivedOwner?: string;

  /** Made by this package; exported so that `catch` blocks can be typed. */
  constructor(code: CallbackErrorCode, message: string, details: { readonly receivedOwner?: string | undefined } = {}) {
    super(message);
    this.code = code;
    if (details.receivedOwner !== undefined) this.receivedOwner = details.receivedOwner;
  }
}

/**
 * Whether `value` is a {@link CallbackError}, by its name and its code: also one of the other build, of another copy of
 * the package or of another realm, for which `instanceof` is false.
 *
 * @example
 * ```ts
 * import { createFeishuCodec, isCallbackError } from 'callback-codec';
 *
 * const codec = createFeishuCodec({ verificationToken: 'v-token' });
 * try {
 *   codec.decode({ body: null });
 * } catch (error) {
 *   if (!isCallbackError(error)) throw error;
 *   console.log(error.code); // ERR_REQUEST
 * }
 * ```
 */
export function isCallbackError(value: unknown): value is CallbackError {
  if (typeof value !== 'object' || value === null) return false;
  const { name, code } = value as { name?: unknown; code?: unknown };
  return name === 'CallbackError' && typeof code === 'string' && code.startsWith('ERR_');
}

/** What a codec and a handler say of a body over the limit. */
export function tooLargeError(maxBodyBytes: number): CallbackError {
  return new CallbackError('ERR_TOO_LARGE', `body is longer than maxBodyBytes, ${maxBodyBytes} bytes`);
}

/** The one error for everything that can be wrong with a ciphertext: a finer one would be a padding oracle. */
export function decryptError(): CallbackError {
  return new CallbackError(
    'ERR_DECRYPT',
    'the ciphertext cannot be decrypted: it was cut or changed on the way (a + read as a space, say), or is for another key',
  );
}

/** The numbers of one platform's official libraries. */
export type PlatformCodes = { readonly [code in CallbackErrorCode]?: number };

/** What `attempt` returns; a refusal leaves with the number that the platform gives it. */
export function withPlatformCodes<T>(platformCodes: PlatformCodes, attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof CallbackError && platformCodes[error.code] !== undefined) {
      Object.assign(error, { platformCode: platformCodes[error.code] });
    }
    throw error;
  }
}

/** Whether `check` passes: a refusal is false, a mistake of the programmer's still throws. */
export function isAccepted(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof CallbackError) return false;
    throw error;
  }
}
