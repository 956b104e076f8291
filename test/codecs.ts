// Every codec of the package in one line: its name, how it is made, what it is pushed and what it answers. Suites that
// hold for all platforms run over this list.

import { createDingTalkCodec } from '../src/dingtalk.ts';
import { createFeishuCodec } from '../src/feishu.ts';
import type { CallbackCodec, CallbackMessage } from '../src/internal/codec.ts';
import { createTencentChatCodec } from '../src/tencent-chat.ts';
import { DINGTALK, FEISHU, NOW, TENCENT } from './helpers.ts';

export interface Subject {
  /** Subpath, and `platform` of its messages. */
  readonly platform: string;
  /** Its secrets and ids: every option that must not be there without a value. */
  readonly secrets: Readonly<Record<string, unknown>>;
  /** With those secrets, the clock at NOW and whatever else. */
  create(options?: object): CallbackCodec<CallbackMessage>;
  readonly event: object;
  /** Where the platform checks URLs by a request of its own. */
  readonly verification?: object;
  readonly answer: unknown;
  /** Where its signature stands. */
  readonly signedIn: 'headers' | 'url';
  /** Whether the signature covers the body, or what is encrypted in it. */
  readonly coversBody: boolean;
}

function subject(
  platform: string,
  create: (options: never) => unknown,
  secrets: object,
  more: Omit<Subject, 'platform' | 'secrets' | 'create'>,
): Subject {
  return {
    platform,
    secrets: { ...secrets },
    create: (options) => create({ now: () => NOW, ...secrets, ...options } as never) as CallbackCodec<CallbackMessage>,
    ...more,
  };
}

const V2 = { schema: '2.0', header: { event_id: 'e-1', event_type: 'im.message.receive_v1' }, event: { text: '你好' } };
const CHALLENGE = { type: 'url_verification', challenge: 'ajls384kdjxxxx' };
const USER_ADDED = { EventType: 'user_add_org', eventId: 'e-1', UserId: ['张三'] };
const CHECK_URL = { EventType: 'check_url' };
const JOINED = { CallbackCommand: 'Group.CallbackAfterNewMemberJoin', GroupId: '@TGS#2J4SZEAEL', 名: '张三' };

const inHeaders = { signedIn: 'headers', coversBody: true } as const;
const inUrl = { signedIn: 'url', coversBody: true } as const;
const timeInUrl = { signedIn: 'url', coversBody: false } as const;

// biome-ignore format: one line each
export const SUBJECTS: readonly Subject[] = [
  subject('feishu', createFeishuCodec, FEISHU, { event: V2, verification: CHALLENGE, answer: { toast: '好' }, ...inHeaders }),
  subject('dingtalk', createDingTalkCodec, DINGTALK, { event: USER_ADDED, verification: CHECK_URL, answer: '成功', ...inUrl }),
  subject('tencent-chat', createTencentChatCodec, { ...TENCENT, sdkAppId: '888888' }, { event: JOINED, answer: { ErrorCode: 1 }, ...timeInUrl }),
];
