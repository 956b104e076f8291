// Feishu / Lark custom bot (自定义机器人): the signature of messages that are sent to it. `callback-codec/feishu-bot`.
// https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
import { requireObject, requireSecret, requireText } from './internal/arguments.ts';
import { hmacSha256Base64 } from './internal/hmac.ts';

export { CallbackError, type CallbackErrorCode, isCallbackError } from './internal/errors.ts';

/**
 * The `sign` of a message to a custom bot: base64 of HMAC-SHA-256 over the empty text, with timestamp + "\\n" + secret as
 * the key. (DingTalk's robots have key and text the other way round.) It covers the time alone, and is good for an hour.
 *
 * @param parts `timestamp`: seconds since the epoch, 10 digits, sent as the string `timestamp` beside `sign`. `secret`: of
 * the bot's signature verification.
 * @returns 44 characters of base64.
 * @throws {CallbackError} ERR_CONFIG: secret missing or empty.
 * @throws {TypeError} A wrong type, such as a time given as a number, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { feishuBotSignature } from 'callback-codec/feishu-bot';
 *
 * console.log(feishuBotSignature({ timestamp: '1599360473', secret: 'secret' }));
 * // q4jswNiMy51J5JuQV566yJat0/lQ/c+22kINzUgKsGU=
 * ```
 */
export function feishuBotSignature(parts: { timestamp: string; secret: string }): string {
  const { timestamp, secret } = requireObject('parts', parts);
  return hmacSha256Base64(`${requireText('timestamp', timestamp)}\n${requireSecret('secret', secret)}`, '');
}
