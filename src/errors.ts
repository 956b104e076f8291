/**
 * Why a callback, a secret or an option was refused. The codes are stable; the messages are for people and may change.
 *
 * | code | when |
 * |---|---|
 * | `ERR_CONFIG` | a secret or option is missing or malformed: from `create…Codec` and the pure functions, never from `decode` |
 * | `ERR_REQUEST` | the request cannot be read: empty, not JSON, a field missing, of the wrong type or contradictory |
 * | `ERR_TOO_LARGE` | the body is longer than `maxBodyBytes` |
 * | `ERR_SIGNATURE` | the signature is absent or wrong; on Feishu also anything wrong with an unsigned request |
 * | `ERR_TIMESTAMP` | outside the tolerance, or unreadable while a tolerance is set |
 * | `ERR_TOKEN` | the Verification Token is wrong |
 * | `ERR_DECRYPT` | anything wrong with ciphertext, padding, length field or UTF-8 of the plaintext: one code, one message |
 * | `ERR_OWNER` | decrypted, but meant for another DingTalk ownerKey |
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

/** What an error may say beyond its code and its message. */
export interface CallbackErrorDetails {
  dingTalkCode?: number | undefined;
  receivedOwner?: string | undefined;
}

/**
 * The one error this package throws for what it is given from outside and for secrets it cannot use. A value of the
 * wrong JavaScript type is the programmer's own mistake and a `TypeError`.
 *
 * Test with {@link isCallbackError} and `code`, not with `instanceof`: a program that loads both the ESM and the
 * CommonJS build has two classes.
 * No message, property or cause holds a key, token, signature, header or payload, so the error may be logged.
 *
 * @example
 * ```ts
 * import { createFeishuCodec, isCallbackError } from 'callback-codec';
 *
 * const codec = createFeishuCodec({ verificationToken: 'v-token' });
 * try {
 *   codec.decode({ body: '{"type":"url_verification","challenge":"c","token":"wrong"}' });
 * } catch (error) {
 *   if (!isCallbackError(error) || error.code !== 'ERR_TOKEN') throw error;
 * }
 * ```
 */
export class CallbackError extends Error {
  // A literal, because minifiers rename classes.
  override readonly name: string = 'CallbackError';
  /** What went wrong, for programs. */
  readonly code: CallbackErrorCode;
  /**
   * The number the official DingTalk libraries give this failure: 900004 (EncodingAESKey), 900005 (signature), 900008
   * (decryption) or 900010 (ownerKey). Absent on every other error.
   */
  declare readonly dingTalkCode?: number;
  /**
   * With ERR_OWNER from `decode`: the owner that the verified message names. An id is no secret, but the text of a
   * message does not name it either.
   */
  declare readonly receivedOwner?: string;

  /** Made by this package; exported so that `catch` blocks can be typed. */
  constructor(code: CallbackErrorCode, message: string, details: CallbackErrorDetails = {}) {
    super(message);
    this.code = code;
    const { dingTalkCode, receivedOwner } = details;
    if (dingTalkCode !== undefined) this.dingTalkCode = dingTalkCode;
    if (receivedOwner !== undefined) this.receivedOwner = receivedOwner;
  }
}

/**
 * Whether `value` is a {@link CallbackError}, by its name and the form of its code: also one of the other build, of
 * another copy of the package, or of another realm, for which `instanceof` is false.
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

/** The one error for everything that can be wrong with a ciphertext: a finer one would be a padding oracle. */
export function decryptError(dingTalkCode?: number): CallbackError {
  return new CallbackError(
    'ERR_DECRYPT',
    'the ciphertext cannot be decrypted: it was cut or changed on the way (a + read as a space, say), or is for another key',
    { dingTalkCode },
  );
}
