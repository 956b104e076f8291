// What the page fills in where somebody wants to see how it works: secrets of the platforms' documentation, and payloads.

export interface Sample {
  readonly secrets: Readonly<Record<string, string>>;
  readonly event: object;
  /** Where the platform asks whether a URL is one's own. */
  readonly verification?: object;
}

const KEY = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const CHALLENGE = { type: 'url_verification', challenge: 'ajls384kdjxxxx' };
const ECHOSTR = { echostr: '1616140317555161061' };
const TEXT = { ToUserName: 'to', FromUserName: 'from', MsgType: 'text', Content: '你好', MsgId: '1' };

export const SAMPLES: Readonly<Record<string, Sample>> = {
  feishu: {
    secrets: { encryptKey: 'test key', verificationToken: 'v-token' },
    event: {
      schema: '2.0',
      header: { event_id: 'e-1', event_type: 'im.message.receive_v1' },
      event: { message: { message_type: 'text', content: '{"text":"你好"}' } },
    },
    verification: CHALLENGE,
  },
  'feishu-card': {
    secrets: { verificationToken: 'v-token' },
    event: { open_id: 'ou_1', open_message_id: 'om_1', action: { tag: 'button', value: { key: 'value' } } },
    verification: CHALLENGE,
  },
  dingtalk: {
    secrets: {
      token: 'mryue',
      encodingAesKey: 'Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7',
      ownerKey: 'ding6ccabc44d2c8d38b',
    },
    event: { EventType: 'user_add_org', eventId: 'e-1', UserId: ['u-1'] },
    verification: { EventType: 'check_url' },
  },
  'dingtalk-robot': {
    secrets: { appSecret: 'a secret' },
    event: { msgtype: 'text', msgId: 'm-1', text: { content: '你好' } },
  },
  'dingtalk-card': {
    secrets: { apiSecret: 'a secret' },
    event: { type: 'actionCallback', outTrackId: 't-1', value: '{}' },
  },
  wecom: {
    secrets: { token: 'QDG6eK', encodingAesKey: KEY, receiveId: 'wx5823bf96d3bd56c7' },
    event: TEXT,
    verification: ECHOSTR,
  },
  wechat: {
    secrets: { token: 'AAAAA', encodingAesKey: KEY, appId: 'wxba5fad812f8e6fb9' },
    event: TEXT,
    verification: ECHOSTR,
  },
  'tencent-chat': {
    secrets: { token: 'xxxxyyyy', sdkAppId: '888888' },
    event: { CallbackCommand: 'Group.CallbackAfterNewMemberJoin', GroupId: '@TGS#2J4SZEAEL' },
  },
  trtc: {
    secrets: { key: '123654', sdkAppId: '1400000000' },
    event: { EventGroupId: 1, EventType: 103, EventInfo: { RoomId: 12345, UserId: 'u-1' } },
  },
};
