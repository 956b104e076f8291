// Why a callback is refused: the same findings on every engine.
import type { CallbackCodec } from '../../src/dingtalk.ts';
import type { Diagnosis } from '../../src/explain.ts';
import { CARD, CHAT, type Context, counting, DINGTALK, FEISHU, now, ROBOT, TRTC, WECHAT, WECOM } from './tools.ts';

/** A platform's factory, its explanation, its options, and which of them is a secret that signs. */
type Row = readonly [create: string, explain: string, options: object, secret: string, payload: object];

const XML = { ToUserName: 'gh_1', MsgType: 'text', Content: '你好 🦜' };
const ROWS: readonly Row[] = [
  ['createFeishuCodec', 'explainFeishu', FEISHU, 'encryptKey', { event: { type: 'message' } }],
  ['createFeishuCardCodec', 'explainFeishuCard', FEISHU, 'verificationToken', { open_id: 'ou_1', action: {} }],
  ['createDingTalkCodec', 'explainDingTalk', DINGTALK, 'token', { EventType: 'm' }],
  ['createDingTalkRobotCodec', 'explainDingTalkRobot', ROBOT, 'appSecret', { msgtype: 'text' }],
  ['createDingTalkCardCodec', 'explainDingTalkCard', CARD, 'apiSecret', { value: '{}' }],
  ['createWeComCodec', 'explainWeCom', WECOM, 'token', XML],
  ['createWeChatCodec', 'explainWeChat', WECHAT, 'token', XML],
  ['createTencentChatCodec', 'explainTencentChat', CHAT, 'token', { CallbackCommand: 'C.CallbackAfterSendMsg' }],
  ['createTrtcCodec', 'explainTrtc', TRTC, 'key', { EventType: 1 }],
];

export function explanations({ lib, equal }: Context): void {
  const call = (name: string, ...args: readonly unknown[]): unknown =>
    (lib as unknown as Record<string, (...args: readonly unknown[]) => unknown>)[name]?.(...args);
  for (const [create, explain, given, secret, payload] of ROWS) {
    const options: Record<string, unknown> = { ...given, now, random: counting() };
    const codec = call(create, options) as CallbackCodec;
    const { method, ...request } = codec.encode(payload);
    const diagnose = (changes: object, asked: unknown) => {
      const { accepted, findings } = call(explain, { ...options, ...changes }, asked) as Diagnosis;
      return [accepted, ...findings.slice(0, 1).map(({ id, certainty }) => `${id} ${certainty}`)];
    };
    const quoted = { [secret]: `"${options[secret]}"` };
    equal(`${explain}: a good request`, () => diagnose({}, request), [true]);
    equal(`${explain}: a secret in quotes`, () => diagnose(quoted, request), [false, 'secret-quoted proven']);
    equal(`${explain}: a parsed body`, () => diagnose({}, { ...request, body: {} }), [false, 'body-parsed proven']);
    equal(`${explain}: nothing at all`, () => diagnose({}, undefined)[0], false);
  }
}
