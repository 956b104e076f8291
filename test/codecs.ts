// Every codec of the package in one line: its name, how it is made, what it is pushed and what it answers. Suites that
// hold for all platforms run over this list.

import { createDingTalkCodec } from '../src/dingtalk.ts';
import { createDingTalkCardCodec } from '../src/dingtalk-card.ts';
import { createDingTalkRobotCodec } from '../src/dingtalk-robot.ts';
import { createFeishuCodec } from '../src/feishu.ts';
import { createFeishuCardCodec } from '../src/feishu-card.ts';
import type { CallbackCodec, CallbackMessage } from '../src/internal/codec.ts';
import { createTencentChatCodec } from '../src/tencent-chat.ts';
import { createTrtcCodec } from '../src/trtc.ts';
import { createWeChatCodec } from '../src/wechat.ts';
import { createWeComCodec } from '../src/wecom.ts';
import { DINGTALK, FEISHU, NOW, TENCENT } from './helpers.ts';

export interface Subject {
  /** The subpath, and the mode where there are several. */
  readonly name: string;
  /** Subpath, and `platform` of its messages. */
  readonly platform: string;
  /** Its secrets and ids: every option that must not be there without a value. */
  readonly secrets: Readonly<Record<string, unknown>>;
  /** With those secrets, the clock at NOW and whatever else. */
  create(options?: object): CallbackCodec<CallbackMessage>;
  readonly event: object;
  /** Where the platform checks URLs by a request of its own. */
  readonly verification?: object;
  /** `undefined` where the platform takes none. */
  readonly answer: unknown;
  /** Where its signature stands. */
  readonly signedIn: 'headers' | 'url';
  /** What the signature covers: the body as it stands, what is encrypted in it, or nothing but the time. */
  readonly covers: 'body' | 'encrypt' | 'time';
  /** Seconds of the window where none is configured; `undefined` where nothing that is sent is a time. */
  readonly window: number | undefined;
  /** Of what a push carries, the header or parameter that the codec does not look at. */
  readonly unread?: string;
}

function subject(
  name: string,
  create: (options: never) => unknown,
  secrets: object,
  more: Omit<Subject, 'name' | 'platform' | 'secrets' | 'create'>,
): Subject {
  return {
    name,
    platform: name.replace(/,.*/, ''),
    secrets: { ...secrets },
    create: (options) => create({ now: () => NOW, ...secrets, ...options } as never) as CallbackCodec<CallbackMessage>,
    ...more,
  };
}

const V2 = { schema: '2.0', header: { event_id: 'e-1', event_type: 'im.message.receive_v1' }, event: { text: '你好' } };
const PRESS = {
  open_id: 'ou_1',
  open_message_id: 'om_1',
  token: 'c-1',
  action: { tag: 'button', value: { 名: '张三' } },
};
const CHALLENGE = { type: 'url_verification', challenge: 'ajls384kdjxxxx' };
const USER_ADDED = { EventType: 'user_add_org', eventId: 'e-1', UserId: ['张三'] };
const CHECK_URL = { EventType: 'check_url' };
const CHAT = { msgtype: 'text', msgId: 'm-1', text: { content: '你好' } };
const CLICK = { type: 'actionCallback', outTrackId: 't-1', 名: '张三' };
const JOINED = { CallbackCommand: 'Group.CallbackAfterNewMemberJoin', GroupId: '@TGS#2J4SZEAEL', 名: '张三' };
const ROOM = { EventGroupId: 1, EventType: 103, EventInfo: { RoomId: 12345, UserId: '张三' } };
const TEXT = { ToUserName: 'wx-1', FromUserName: '张三', MsgType: 'text', Content: '<你好> & ]]>', MsgId: '1' };
const ECHOSTR = { echostr: '1616140317555161061' };

const { token, encodingAesKey } = DINGTALK;
const CORP = { token, encodingAesKey, receiveId: 'corp-1' };
const ACCOUNT = { token, encodingAesKey, appId: 'wx-1' };

const bodyInHeaders = { signedIn: 'headers', covers: 'body', window: Number.POSITIVE_INFINITY } as const;
const encryptInUrl = { signedIn: 'url', covers: 'encrypt', window: Number.POSITIVE_INFINITY } as const;
const timeInHeaders = { signedIn: 'headers', covers: 'time', window: 3600 } as const;
const timeInUrl = { signedIn: 'url', covers: 'time' } as const;

// biome-ignore format: one line each
export const SUBJECTS: readonly Subject[] = [
  subject('feishu', createFeishuCodec, FEISHU, { event: V2, verification: CHALLENGE, answer: { toast: '好' }, ...bodyInHeaders }),
  subject('feishu-card', createFeishuCardCodec, { verificationToken: 'v-token' }, { event: PRESS, verification: CHALLENGE, answer: { header: '好' }, ...bodyInHeaders }),
  subject('dingtalk', createDingTalkCodec, DINGTALK, { event: USER_ADDED, verification: CHECK_URL, answer: '成功', ...encryptInUrl }),
  subject('dingtalk-robot', createDingTalkRobotCodec, { appSecret: 'a secret' }, { event: CHAT, answer: { msgtype: 'empty' }, ...timeInHeaders }),
  subject('dingtalk-card', createDingTalkCardCodec, { apiSecret: 'a secret' }, { event: CLICK, answer: { cardData: '好' }, ...timeInHeaders }),
  subject('wecom', createWeComCodec, CORP, { event: TEXT, verification: ECHOSTR, answer: { MsgType: 'text', Content: '收到' }, ...encryptInUrl }),
  subject('wechat', createWeChatCodec, ACCOUNT, { event: TEXT, verification: ECHOSTR, answer: { MsgType: 'text', Content: '收到' }, ...encryptInUrl, unread: 'signature' }),
  subject('wechat, plain', createWeChatCodec, { token }, { event: TEXT, verification: ECHOSTR, answer: '<xml>收到</xml>', ...timeInUrl, window: 300 }),
  subject('tencent-chat', createTencentChatCodec, { ...TENCENT, sdkAppId: '888888' }, { event: JOINED, answer: { ErrorCode: 1 }, ...timeInUrl, window: 60 }),
  subject('trtc', createTrtcCodec, { key: '123654', sdkAppId: '1400000000' }, { event: ROOM, answer: undefined, ...bodyInHeaders, window: undefined }),
];
