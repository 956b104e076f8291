// Why a callback is refused, and what to do. `callback-codec/explain`.
import type { Diagnosis } from './internal/explain/findings.ts';
import { diagnose } from './internal/explain/search.ts';
import type { Language } from './internal/explain/texts.ts';

export { CallbackError, type CallbackErrorCode, isCallbackError } from './internal/errors.ts';
export type { Diagnosis, Finding, FindingId } from './internal/explain/findings.ts';
export type { Language } from './internal/explain/texts.ts';

/** How an explanation is written. */
export interface ExplainOptions {
  /** Default `en`. */
  language?: Language | undefined;
}

/**
 * Tells why the codec of these options refuses this request. It takes what you have, however wrong: a key of 44 characters,
 * swapped secrets, a parsed body. It never throws for what it is given.
 *
 * It tries small repairs of the options and of the request with the real codec: what then verifies is `proven`. To do so it
 * decrypts what nobody has verified. **Its answer is for the developer, never for the sender**: do not send it, nor let
 * its time be measured; call it in a log or on a desk, not on every request. No text of it holds a secret, a signature, a
 * header or content of a message, except the id that a message is for.
 *
 * @param options What `createFeishuCodec` is given.
 * @param request What `decode` is given.
 * @param explain `language`: `en` or `zh`.
 *
 * @example
 * ```ts
 * import { explainFeishu } from 'callback-codec/explain';
 * import { createFeishuCodec } from 'callback-codec/feishu';
 *
 * const { headers, body } = createFeishuCodec({ encryptKey: 'test key' }).encode({ event: { type: 'message' } });
 * const { findings } = explainFeishu({ encryptKey: '"test key"' }, { headers, body });
 * console.log(findings[0]?.id, findings[0]?.certainty); // secret-quoted proven
 * ```
 */
export function explainFeishu(options: unknown, request: unknown, explain?: ExplainOptions): Diagnosis {
  return diagnose('feishu', options, request, explain);
}

/** {@link explainFeishu} for Feishu's old message cards: options of `createFeishuCardCodec`. */
export function explainFeishuCard(options: unknown, request: unknown, explain?: ExplainOptions): Diagnosis {
  return diagnose('feishu-card', options, request, explain);
}

/** {@link explainFeishu} for DingTalk: options of `createDingTalkCodec`. */
export function explainDingTalk(options: unknown, request: unknown, explain?: ExplainOptions): Diagnosis {
  return diagnose('dingtalk', options, request, explain);
}

/** {@link explainFeishu} for DingTalk's robots: options of `createDingTalkRobotCodec`. */
export function explainDingTalkRobot(options: unknown, request: unknown, explain?: ExplainOptions): Diagnosis {
  return diagnose('dingtalk-robot', options, request, explain);
}

/** {@link explainFeishu} for DingTalk's cards: options of `createDingTalkCardCodec`. */
export function explainDingTalkCard(options: unknown, request: unknown, explain?: ExplainOptions): Diagnosis {
  return diagnose('dingtalk-card', options, request, explain);
}

/** {@link explainFeishu} for WeCom: options of `createWeComCodec`. */
export function explainWeCom(options: unknown, request: unknown, explain?: ExplainOptions): Diagnosis {
  return diagnose('wecom', options, request, explain);
}

/** {@link explainFeishu} for WeChat: options of `createWeChatCodec`. */
export function explainWeChat(options: unknown, request: unknown, explain?: ExplainOptions): Diagnosis {
  return diagnose('wechat', options, request, explain);
}

/** {@link explainFeishu} for Tencent Cloud Chat: options of `createTencentChatCodec`. */
export function explainTencentChat(options: unknown, request: unknown, explain?: ExplainOptions): Diagnosis {
  return diagnose('tencent-chat', options, request, explain);
}

/** {@link explainFeishu} for TRTC: options of `createTrtcCodec`. */
export function explainTrtc(options: unknown, request: unknown, explain?: ExplainOptions): Diagnosis {
  return diagnose('trtc', options, request, explain);
}
