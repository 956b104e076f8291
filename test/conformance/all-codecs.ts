// Every codec in one line, as the platforms' half needs it, and what holds for all of them: one shape.
import type { CallbackCodec, CallbackMessage, CallbackPush, CallbackReply, CallbackRequest } from '../../src/feishu.ts';
import {
  bodyOf,
  CARD,
  CHAT,
  type Context,
  counting,
  DINGTALK,
  FEISHU,
  type Lib,
  now,
  ROBOT,
  TRTC,
  utf8,
  WECHAT,
  WECOM,
} from './tools.ts';

export interface Subject {
  readonly name: string;
  readonly platform: string;
  /** Every option that names a secret or an id. */
  readonly secrets: Readonly<Record<string, unknown>>;
  create(options?: object): CallbackCodec;
  /** The same app in the hands of somebody who guesses. */
  readonly guessed: Readonly<Record<string, unknown>>;
  readonly event: Readonly<Record<string, unknown>>;
  readonly type: string;
  /** `undefined` where the platform names none. */
  readonly id?: string;
  readonly verification?: object;
  /** An answer that is not the default. */
  readonly answer?: unknown;
  readonly methods: string;
}

const PLAIN = 'decode encode maxBodyBytes reply verify';
const ENCRYPTING = 'decode decrypt encode encrypt maxBodyBytes reply verify';
const ANSWERING = 'decode decodeReply decrypt encode encrypt maxBodyBytes reply verify';

const V2 = {
  schema: '2.0',
  header: { event_id: 'e-1', event_type: 'im.message.receive_v1' },
  event: { text: '你好 🦜' },
};
const TEXT = { MsgType: 'text', Content: '你好 🦜', MsgId: '7' };
const PRESS = { open_message_id: 'om_1', action: { value: { key: '值' } } };
const CHALLENGE = { type: 'url_verification', challenge: 'ajls384kdjxxxx' };
const ECHOSTR = { echostr: '1616140317555161061' };

/** All codecs, at the clock of the suite and with a source that counts. */
export function subjectsOf(lib: Lib): readonly Subject[] {
  const subject = (
    name: string,
    platform: string,
    create: (options: never) => unknown,
    secrets: object,
    more: Omit<Subject, 'name' | 'platform' | 'create' | 'secrets'>,
  ): Subject => ({
    ...{ name, platform, secrets: { ...secrets }, ...more },
    create: (options) => create({ now, random: counting(), ...secrets, ...options } as never) as CallbackCodec,
  });
  const { appId, encodingAesKey, ...weChatToken } = WECHAT;
  const toast = { toast: { content: '好' } };
  const text = { MsgType: 'text', Content: '收到' };
  // biome-ignore format: one codec, a few lines
  return [
    subject('Feishu', 'feishu', lib.createFeishuCodec, FEISHU, {
      guessed: { encryptKey: 'guess' }, event: V2, type: 'im.message.receive_v1', id: 'e-1', verification: CHALLENGE, answer: toast, methods: ENCRYPTING,
    }),
    subject('Feishu card', 'feishu-card', lib.createFeishuCardCodec, { verificationToken: FEISHU.verificationToken }, {
      guessed: { verificationToken: 'guess' }, event: PRESS, type: 'card.action.trigger_v1', verification: CHALLENGE, answer: toast, methods: PLAIN,
    }),
    subject('DingTalk', 'dingtalk', lib.createDingTalkCodec, DINGTALK, {
      guessed: { token: 'guess' }, event: { EventType: 'user_add_org', eventId: 'e-1', UserId: ['张三'] }, type: 'user_add_org', id: 'e-1', answer: '成功', methods: ANSWERING,
    }),
    subject('DingTalk robot', 'dingtalk-robot', lib.createDingTalkRobotCodec, ROBOT, {
      guessed: { appSecret: 'guess' }, event: { msgtype: 'text', msgId: 'm-1', text: { content: '你好' } }, type: 'text', id: 'm-1', answer: { msgtype: 'empty' }, methods: PLAIN,
    }),
    subject('DingTalk card', 'dingtalk-card', lib.createDingTalkCardCodec, CARD, {
      guessed: { apiSecret: 'guess' }, event: { type: 'actionCallback', outTrackId: '卡' }, type: 'actionCallback', answer: { cardData: {} }, methods: PLAIN,
    }),
    subject('WeCom', 'wecom', lib.createWeComCodec, WECOM, {
      guessed: { token: 'guess' }, event: TEXT, type: 'text', id: '7', verification: ECHOSTR, answer: text, methods: ANSWERING,
    }),
    subject('WeChat', 'wechat', lib.createWeChatCodec, WECHAT, {
      guessed: { token: 'guess' }, event: TEXT, type: 'text', id: '7', verification: ECHOSTR, answer: text, methods: ANSWERING,
    }),
    subject('WeChat, plain', 'wechat', lib.createWeChatCodec, weChatToken, {
      guessed: { token: 'guess' }, event: TEXT, type: 'text', id: '7', verification: ECHOSTR, answer: text, methods: ANSWERING,
    }),
    subject('Tencent Chat', 'tencent-chat', lib.createTencentChatCodec, CHAT, {
      guessed: { token: 'guess' }, event: { CallbackCommand: 'State.StateChange', 名: '张三' }, type: 'State.StateChange', answer: { ErrorCode: 1 }, methods: PLAIN,
    }),
    subject('TRTC', 'trtc', lib.createTrtcCodec, TRTC, {
      guessed: { key: 'guess' }, event: { EventGroupId: 1, EventType: 103, EventInfo: { RoomId: '房间' } }, type: '103', methods: PLAIN,
    }),
  ];
}

export function oneShape(context: Context): void {
  const subjects = subjectsOf(context.lib);
  const platforms: { [platform: string]: true } = {};
  for (const subject of subjects) {
    platforms[subject.platform] = true;
    events(context, subject);
    verifications(context, subject);
    forgeries(context, subject);
    answers(context, subject, subjects);
    secrets(context, subject);
    bodies(context, subject);
  }
  context.equal('nine platforms', () => Object.keys(platforms).length, 9);
}

/** An event from the platform to the app and back, whatever the platform. */
function events({ equal }: Context, { name, platform, create, event, type, id, methods }: Subject): void {
  const codec = create();
  const { decode, verify, encode, reply } = codec;
  const sent = create().encode(event);
  equal(`${name}: methods`, () => Object.keys(codec).sort().join(' '), methods);
  equal(`${name}: limit`, () => [codec.maxBodyBytes, create({ maxBodyBytes: 99 }).maxBodyBytes], [1_048_576, 99]);
  equal(`${name}: a push is a POST`, () => [sent.method, typeof sent.body], ['POST', 'string']);
  equal(`${name}: what was decoded`, () => {
    const message = decode(sent);
    return [message.platform, message.kind, message.type, message.id];
  }, [platform, 'event', type, id]);
  equal(`${name}: verify`, () => verify(sent), true);
  equal(`${name}: bytes as text`, () => decode({ ...sent, body: utf8(bodyOf(sent)) }), decode(sent));
  const bytes = utf8(bodyOf(sent)).buffer as ArrayBuffer;
  equal(`${name}: an ArrayBuffer as text`, () => decode({ ...sent, body: bytes }), decode(sent));
  equal(
    `${name}: by URL`,
    () => decode({ headers: sent.headers, url: `/?${search(sent)}`, body: sent.body }),
    decode(sent),
  );
  equal(`${name}: methods need no this`, () => reply(decode(encode(event))).status, 200);
  equal(`${name}: a day later`, () => {
    const later = create({ now: () => now() + 86_400_000, toleranceSeconds: Infinity });
    return [later.decode(sent), later.verify(sent)];
  }, [decode(sent), true]);
}

function search({ query }: CallbackPush): string {
  return Object.keys(query)
    .map((key) => `${key}=${encodeURIComponent(query[key] as string)}`)
    .join('&');
}

function verifications({ equal, refuses }: Context, { name, platform, create, verification, answer }: Subject): void {
  if (verification === undefined) return;
  const codec = create();
  const message = codec.decode(create().encode(verification));
  equal(`${name}: a verification`, () => [message.platform, message.kind], [platform, 'verification']);
  const usual = codec.reply(message);
  equal(
    `${name}: the verification is answered by itself`,
    () => usual.body.includes(String(lastOf(verification))),
    true,
  );
  equal(`${name}: a copy of the verification`, () => codec.reply({ ...message }), usual);
  refuses(`${name}: an answer to the verification`, () => codec.reply(message, answer), 'TypeError');
}

/** What somebody sends who guesses the secret, and what comes of a request on which somebody has laid hands. */
function forgeries({ equal, refuses }: Context, { name, create, guessed, event }: Subject): void {
  const codec = create();
  const sent = codec.encode(event);
  const forged: (readonly [string, CallbackRequest])[] = [
    ['another secret', create(guessed).encode(event)],
    ['neither headers nor parameters', { body: sent.body }],
  ];
  const { headers, query } = sent;
  const signature = /^(x-lark-signature|sign|x-ddpaas-signature|signature|msg_signature)$/i;
  const broken = (parts: Record<string, string>) => {
    const copy = { ...parts };
    for (const key of Object.keys(parts).filter((key) => signature.test(key))) copy[key] = `${parts[key]}0`;
    return copy;
  };
  forged.push(['a signature and a digit', { ...sent, headers: broken(headers), query: broken(query) }]);
  const emptied = (parts: Record<string, string>) => {
    const copy = { ...parts };
    for (const key of Object.keys(parts).filter((key) => signature.test(key))) copy[key] = '';
    return copy;
  };
  forged.push(['an empty signature', { ...sent, headers: emptied(headers), query: emptied(query) }]);
  for (const [what, request] of forged) {
    refuses(`${name}: ${what}`, () => codec.decode(request), 'ERR_SIGNATURE');
    equal(`${name}: verify, ${what}`, () => codec.verify(request), false);
  }
}

/** The default answer, one of the app's own, and messages that are not this codec's. */
function answers(
  { equal, refuses }: Context,
  { name, platform, create, event, answer }: Subject,
  subjects: readonly Subject[],
): void {
  const codec = create();
  const message = codec.decode(codec.encode(event));
  equal(`${name}: a reply is of status, headers and body`, () => {
    const { status, headers, body } = codec.reply(message, answer);
    return [status, headers['X-Content-Type-Options'], typeof body];
  }, [200, 'nosniff', 'string']);
  equal(`${name}: a reply to a copy`, () => create().reply({ ...message }).status, 200);
  refuses(`${name}: no message`, () => codec.reply(undefined as never), 'TypeError');
  refuses(`${name}: the answer first`, () => codec.reply({ ...Object(answer) } as never, message), 'TypeError');
  if (name === 'TRTC') refuses(`${name}: an answer`, () => codec.reply(message, {}), 'TypeError');
  else if (answer !== undefined) equal(`${name}: the answer goes out`, () => answered(codec, message, answer), true);
  for (const other of subjects) {
    if (other.platform === platform) continue;
    const theirs = other.create();
    const foreign = theirs.decode(theirs.encode(other.event));
    refuses(`${name}: a message of ${other.name}`, () => codec.reply(foreign), 'TypeError');
  }
}

/** Whether what the platform reads is the answer and not the default. */
function answered(codec: CallbackCodec, message: CallbackMessage, answer: unknown): boolean {
  const sent: CallbackReply = codec.reply(message, answer);
  const { decodeReply } = codec as unknown as { decodeReply?: (reply: CallbackReply) => string };
  const isEncrypted = /"encrypt"|<Encrypt>/.test(sent.body);
  const text = isEncrypted ? decodeReply?.(sent) : sent.body;
  const word = typeof answer === 'string' ? answer : lastOf(answer as object);
  return text?.includes(typeof word === 'string' ? word : JSON.stringify(word)) === true;
}

/** A variable that is not set must not open the door. */
function secrets({ refuses }: Context, { name, create, secrets }: Subject): void {
  for (const secret of Object.keys(secrets)) {
    for (const [what, value] of [
      ['undefined', undefined],
      ['null', null],
    ] as const) {
      refuses(`${name}: ${secret} is ${what}`, () => create({ [secret]: value }), 'ERR_CONFIG');
    }
    // An empty receiveId is one.
    if (secret !== 'receiveId') refuses(`${name}: ${secret} is empty`, () => create({ [secret]: '' }), 'ERR_CONFIG');
    refuses(
      `${name}: ${secret} ends in a line break`,
      () => create({ [secret]: `${secrets[secret]}\n` }),
      'ERR_CONFIG',
    );
    refuses(`${name}: ${secret} is an object`, () => create({ [secret]: {} }), 'TypeError');
  }
}

/** What a stranger can send is refused, what a programmer did is named. */
function bodies({ equal, refuses }: Context, { name, create, event }: Subject): void {
  const codec = create();
  const sent = codec.encode(event);
  for (const [what, body] of [
    ['absent', undefined],
    ['null', null],
    ['empty', ''],
    ['no bytes', new Uint8Array(0)],
  ] as const) {
    refuses(`${name}: a body that is ${what}`, () => codec.decode({ ...sent, body }), 'ERR_REQUEST');
    equal(`${name}: verify a body that is ${what}`, () => codec.verify({ ...sent, body }), false);
  }
  for (const [what, body] of [
    ['parsed', event],
    ['a Promise', Promise.resolve('{}')],
    ['a list', [1]],
    ['a number', 1],
    ['a DataView', new DataView(new ArrayBuffer(2))],
  ] as const) {
    refuses(`${name}: a body that is ${what}`, () => codec.decode({ ...sent, body: body as never }), 'TypeError');
    refuses(
      `${name}: verify a body that is ${what}`,
      () => codec.verify({ ...sent, body: body as never }),
      'TypeError',
    );
  }
  const { length } = utf8(bodyOf(sent));
  equal(
    `${name}: as long as may be`,
    () => create({ maxBodyBytes: length }).decode(sent).text,
    codec.decode(sent).text,
  );
  refuses(`${name}: a byte too long`, () => create({ maxBodyBytes: length - 1 }).decode(sent), 'ERR_TOO_LARGE');
  equal(`${name}: verify a byte too long`, () => create({ maxBodyBytes: length - 1 }).verify(sent), false);
  refuses(`${name}: not to be read`, () => codec.decode({ ...sent, body: 'a=b' }), garbled(name));
}

/** Where the body itself is signed, the signature comes first. */
function garbled(name: string): string {
  return /^(Feishu|TRTC)/.test(name) ? 'ERR_SIGNATURE' : 'ERR_REQUEST';
}

/** The value of the last field. */
function lastOf(fields: object): unknown {
  const values = Object.values(fields);
  return values[values.length - 1];
}
