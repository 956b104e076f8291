// What `check` sends to each platform's URL, what must come back, and in how long. Pushes are made by the codec, and
// answers read by it; secrets other than the app's are made up.
import { randomUUID } from 'node:crypto';
import type { CallbackCodec, CallbackPush } from '../../index.ts';
import { isCallbackError } from '../../index.ts';
import type { PlatformName } from '../explain/texts.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { splice } from './check-splice.ts';
import type { Fault, Step } from './check-texts.ts';
import type { UrlRules } from './check-url.ts';

/** What is wrong with the body of an answer, if anything. */
type Judge = (body: string) => Fault | undefined;

/** One request. */
export interface Probe {
  readonly step: Step;
  readonly push: CallbackPush;
  /** How long the platform waits. */
  readonly limit: number;
  /** Of a request that must be accepted; without it, the request must be refused. */
  readonly judge?: Judge;
  /** What the server may also accept, by the platform's rules: it is told, and nothing is wrong. */
  readonly mayPass?: boolean;
}

export interface Plan {
  readonly rules?: UrlRules;
  /** What an answer to an event must be, in the platform's own words. */
  readonly want?: string;
  /** Of the console where the URL is saved, and of what is seen when an event fails: the first that fits the fault. */
  readonly console?: Console;
  readonly eventConsole?: Console;
  probes(given: Given): readonly Probe[];
}

type Console = readonly (readonly [faults: RegExp, text: string])[];

/** A codec, whichever it is: `decodeReply` where answers are encrypted. */
type Codec = CallbackCodec & { decodeReply?(reply: { body: string }): string };

export interface Given {
  readonly options: Readonly<Record<string, unknown>>;
  readonly codec: Codec;
  /** The same with other options. */
  another(changes: object): Codec;
}

/** Sixteen characters that nobody else has: where they come back from ciphertext, the server has decrypted it. */
export const SIXTEEN: string = randomUUID().replaceAll('-', '').slice(0, 16);
/** In every event, long enough to fill blocks from wherever it begins. */
const MARK: string = SIXTEEN.repeat(4);

const OTHER = 'callback-codec-check';
const DAY = 86_400_000;

/** How long a refusal may take: nobody but the forger waits for it. */
const FORGER_WAITS = 5000;

const refused = (step: Step, push: CallbackPush): Probe => ({ step, push, limit: FORGER_WAITS });

/** What a platform's events are, and by what they are signed. */
interface Events {
  /** The event with this id. */
  make(id: string): object;
  /** The option of the secret. */
  readonly secret: string;
  /** Headers and parameters of the signature. */
  readonly names: readonly string[];
  readonly limit: number;
  readonly judge: Judge;
  /** Whether the signature covers the body. */
  readonly coversBody?: boolean;
  /** Whether the platform says how old a request may be. */
  readonly hasWindow?: boolean;
  /** Options of another app, with the secrets of this one. */
  readonly otherApp?: object | undefined;
}

/** An event and the same again; then the same as nobody but the platform may send it. */
function eventProbes({ codec, another }: Given, events: Events): readonly Probe[] {
  const { make, secret, names, limit, judge, coversBody, hasWindow, otherApp } = events;
  const event = make(randomUUID());
  const push = codec.encode(event);
  return [
    { step: 'event', push, limit, judge },
    { step: 'again', push, limit, judge },
    refused('forged', { ...another({ [secret]: OTHER }).encode(event), body: push.body }),
    refused('unsigned', unsigned(push, names)),
    ...(coversBody ? [refused('changed', { ...push, body: codec.encode(make(randomUUID())).body })] : []),
    ...(otherApp ? [refused('other-app', another(otherApp).encode(event))] : []),
    ...(hasWindow === undefined
      ? []
      : [{ ...refused('stale', another({ now: () => Date.now() - DAY }).encode(event)), mayPass: !hasWindow }]),
  ];
}

function unsigned(push: CallbackPush, names: readonly string[]): CallbackPush {
  const without = (record: Record<string, string>) =>
    Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
  return { ...push, headers: without(push.headers), query: without(push.query) };
}

/** The object, or `undefined` for what is none; so is one behind a BOM, which many readers refuse (RFC 8259 section 8.1). */
function readJson(body: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** JSON with these members; or nothing at all, where that may be. */
const jsonWith =
  (isRight: (json: JsonObject) => boolean, mayBeEmpty = false): Judge =>
  (body) => {
    if (mayBeEmpty && body === '') return undefined;
    const json = readJson(body);
    if (json === undefined) return 'not-json';
    return isRight(json) ? undefined : 'answer-body';
  };

const anything: Judge = () => undefined;
const object: Judge = jsonWith(() => true, true);

const REPLY_FAULTS: Readonly<Record<string, Fault>> = {
  ERR_SIGNATURE: 'answer-signature',
  ERR_DECRYPT: 'answer-key',
  ERR_OWNER: 'answer-owner',
};

/** An encrypted answer. */
const encrypted =
  ({ codec }: Given, isRight: (text: string) => boolean, otherwise: Fault): Judge =>
  (body) => {
    try {
      return isRight(codec.decodeReply?.({ body }) as string) ? undefined : 'answer-text';
    } catch (error) {
      return (isCallbackError(error) && REPLY_FAULTS[error.code]) || otherwise;
    }
  };

/** As the consoles do, once for each URL. */
function challengeProbes({ codec, another, options }: Given): readonly Probe[] {
  const challenge = { challenge: randomUUID(), type: 'url_verification' };
  const judge: Judge = (body) => {
    const json = readJson(body);
    if (json === undefined) return 'not-json';
    if (json.challenge === undefined) return 'no-challenge';
    return json.challenge === challenge.challenge ? undefined : 'wrong-challenge';
  };
  const { verificationToken } = options;
  const right: Probe = { step: 'verification', push: codec.encode(challenge), limit: 1000, judge };
  if (verificationToken === undefined) return [right];
  const forged = another({ verificationToken: OTHER }).encode(challenge);
  return [right, refused('wrong-challenge-token', forged)];
}

/** A word that must come back as it is. */
function echostrProbes({ codec }: Given, limit: number): readonly Probe[] {
  const echostr = String(BigInt(`0x${SIXTEEN}`));
  const push = codec.encode({ echostr });
  const judge: Judge = (body) => {
    if (body === echostr) return undefined;
    return body === push.query.echostr ? 'echostr-encrypted' : 'wrong-echostr';
  };
  // The platform itself repeats it from several addresses.
  return (['verification', 'verification-again'] as const).map((step) => ({ step, push, limit, judge }));
}

/** The ciphertext of an event, as an echostr: signed alike, and answered decrypted by those who do not look at it. */
function asEchostr({ codec }: Given, event: object): Probe {
  const { query, body } = codec.encode(event);
  const echostr = String(body).replace(/^.*<Encrypt><!\[CDATA\[|\].*$/gs, '');
  return refused('as-echostr', { method: 'GET', headers: {}, query: { ...query, echostr }, body: null });
}

const LARK = {
  names: ['X-Lark-Signature', 'X-Lark-Request-Timestamp', 'X-Lark-Request-Nonce'],
  limit: 3000,
  coversBody: true,
  hasWindow: false,
};

const FEISHU_CONSOLE: Console = [
  [/^(?:url|dns|refused|unreachable|certificate|tls|broken)/, '请填写有效的 HTTP/HTTPS URL'],
  [/^timeout/, '请求3秒超时'],
  [/challenge/, 'Challenge code没有返回'],
  [/./, '返回数据不是合法的JSON格式'],
];

const feishuEvent = (id: string) => ({
  schema: '2.0',
  header: { event_id: id, event_type: 'callback_codec.check', create_time: String(Date.now()) },
  event: { text: MARK },
});

const feishu: Plan = {
  console: FEISHU_CONSOLE,
  probes: (given) => {
    const { codec, another, options } = given;
    const { encryptKey, verificationToken } = options;
    const event = feishuEvent(randomUUID());
    const limit = 3000;
    const wrongToken = another({ verificationToken: OTHER }).encode(event);
    const token: Probe[] = verificationToken === undefined ? [] : [refused('wrong-token', wrongToken)];
    const [verification, ...challenges] = challengeProbes(given) as [Probe, ...Probe[]];
    if (encryptKey === undefined) {
      const push = codec.encode(event);
      const steps = (['event', 'again'] as const).map((step) => ({ step, push, limit, judge: anything }));
      const bare = refused('no-token', codec.encode(JSON.stringify(event)));
      return [verification, ...steps, ...token, bare, ...challenges];
    }
    const plain = another({ encryptKey: undefined, verificationToken: verificationToken ?? OTHER }).encode(event);
    const spliced = splice(codec, event, MARK, String(verificationToken ?? ''));
    return [
      verification,
      ...eventProbes(given, { ...LARK, make: feishuEvent, secret: 'encryptKey', judge: anything }),
      ...token,
      ...challenges,
      refused('plain', plain),
      refused('spliced', spliced),
    ];
  },
};

const feishuCard: Plan = {
  want: '{}',
  console: FEISHU_CONSOLE,
  eventConsole: [
    [/^dns/, '200343'],
    [/^(?:refused|unreachable|certificate|tls|broken)/, '200342'],
    [/^timeout/, '200341'],
    [/^(?:status|redirect)/, '200671'],
    [/./, '200672'],
  ],
  probes: (given) => {
    const make = (id: string) => ({
      open_id: 'ou_check',
      open_message_id: `om_${id}`,
      token: 'c-check',
      action: { tag: 'button', value: { text: MARK } },
    });
    const [verification, ...challenges] = challengeProbes(given) as [Probe, ...Probe[]];
    return [
      verification,
      ...eventProbes(given, { ...LARK, make, secret: 'verificationToken', judge: object }),
      ...challenges,
    ];
  },
};

const dingtalk: Plan = {
  want: '{"msg_signature","timeStamp","nonce","encrypt"}',
  console: [
    [/^(?:url-malformed|url-credentials)/, '71011'],
    [/^redirect/, 'URL地址在安全黑名单中不允许使用'],
    [/^(?:url|dns|refused|unreachable|certificate|tls|broken|timeout|status)/, '71012 url地址访问异常'],
    [/^answer-text/, '71009 返回文本非success'],
    [/^answer-owner/, '计算解密文字corpid不匹配'],
    [/./, 'HTTP请求结果校验返回字段值失败'],
  ],
  probes: (given) => {
    const make = (eventId: string) => ({ EventType: 'callback_codec_check', eventId, text: MARK });
    const success = encrypted(given, (text) => text === 'success', 'answer-body');
    const judge: Judge = (body) => (readJson(body) === undefined ? 'not-json' : success(body));
    const limit = 1500;
    const names = ['msg_signature', 'signature', 'timestamp', 'nonce'];
    const push = given.codec.encode(make(randomUUID()));
    return [
      { step: 'verification', push: given.codec.encode({ EventType: 'check_url' }), limit, judge },
      ...eventProbes(given, {
        ...{ make, secret: 'token', names, limit, judge, coversBody: true, hasWindow: false },
        otherApp: { ownerKey: OTHER },
      }),
      refused('plain', { ...push, body: JSON.stringify(make(randomUUID())) }),
    ];
  },
};

const dingtalkRobot: Plan = {
  console: [
    [/^(?:url|dns|refused|unreachable|broken)/, '请填写公网可访问的POST地址'],
    [/./, '消息接收地址校验失败'],
  ],
  probes: (given) => {
    const limit = 5000;
    const make = (msgId: string) => ({ msgtype: 'text', msgId, text: { content: MARK } });
    const push: CallbackPush = { method: 'POST', headers: {}, query: {}, body: null };
    return [
      { step: 'probe', push, limit, judge: anything },
      ...eventProbes(given, {
        ...{ make, secret: 'appSecret', names: ['sign', 'timestamp'], limit, judge: anything, hasWindow: true },
      }),
    ];
  },
};

const dingtalkCard: Plan = {
  want: '{}',
  probes: (given) => {
    const make = (outTrackId: string) => ({ type: 'actionCallback', outTrackId, text: MARK });
    const names = ['x-ddpaas-signature', 'x-ddpaas-signature-timestamp'];
    return eventProbes(given, { make, secret: 'apiSecret', names, limit: 5000, judge: object, hasWindow: true });
  },
};

const wxEvent = (toUserName: string) => (id: string) => ({
  ToUserName: toUserName,
  FromUserName: 'callback-codec',
  CreateTime: String(Math.floor(Date.now() / 1000)),
  MsgType: 'event',
  Event: 'callback_codec_check',
  MsgId: id,
  EventKey: MARK,
});

/** WeCom's and WeChat's in safe mode. */
function wxProbes(given: Given, verificationLimit: number, owner: 'receiveId' | 'appId'): readonly Probe[] {
  const make = wxEvent([given.options[owner]].flat()[0] as string);
  const limit = 5000;
  const message = encrypted(given, () => true, 'answer-body');
  const judge: Judge = (body) => (/^(?:success)?$/.test(body) ? undefined : message(body));
  const push = given.codec.encode(make(randomUUID()));
  const names = ['msg_signature', 'signature', 'timestamp', 'nonce'];
  const isWeChat = owner === 'appId';
  const plain = isWeChat
    ? given.another({ encodingAesKey: undefined, appId: undefined }).encode(make(randomUUID()))
    : {
        ...push,
        body: `<xml><MsgType>event</MsgType><Event>callback_codec_check</Event><EventKey>${MARK}</EventKey></xml>`,
      };
  return [
    ...echostrProbes(given, verificationLimit),
    ...eventProbes(given, {
      ...{ make, secret: 'token', names, limit, judge, coversBody: true, hasWindow: false },
      otherApp: { [owner]: OTHER },
    }),
    refused('plain', plain),
    // WeChat's own documentation says to answer it as it stands: it is in clear there.
    { ...asEchostr(given, make(randomUUID())), mayPass: isWeChat },
  ];
}

const wecom: Plan = {
  want: '"", "success", <Encrypt>',
  console: [[/./, 'openapi回调地址请求不通过']],
  probes: (given) => wxProbes(given, 1000, 'receiveId'),
};

const wechat: Plan = {
  want: '"success", <xml> (with a key: <xml><Encrypt>)',
  rules: { wantsDefaultPort: true },
  console: [
    [/^(?:url|dns|refused|unreachable|certificate|tls|broken|timeout)/, '请求URL超时'],
    [/./, 'token验证失败'],
  ],
  eventConsole: [[/./, '该公众号暂时无法提供服务']],
  probes: (given) => {
    if (given.options.encodingAesKey !== undefined) return wxProbes(given, 5000, 'appId');
    const limit = 5000;
    const names = ['signature', 'timestamp', 'nonce'];
    const judge: Judge = (body) => (/^(?:(?:success)?$|\s*<xml[\s>])/.test(body) ? undefined : 'answer-body');
    return [
      ...echostrProbes(given, limit),
      ...eventProbes(given, { make: wxEvent('check'), secret: 'token', names, limit, judge, hasWindow: true }),
    ];
  },
};

const otherSdkApp = ({ sdkAppId }: Given['options']) =>
  sdkAppId === undefined ? undefined : { sdkAppId: sdkAppId === '1' ? '2' : '1' };

const TENCENT_CONSOLE: Console = [
  [/^(?:url-malformed|url-credentials|url-host)/, 'URL地址错误'],
  [/^(?:refused|tls|broken)/, 'Access denied by the webhook service'],
  [/^(?:url|dns|unreachable|timeout)/, 'Access to the webhook URL times out · 回调 URL 访问超时'],
  [/^certificate/, 'HTTPS certificate configuration error of the webhook service'],
  [/^(?:status|redirect)/, 'The HTTP return code of the webhook service is not 200'],
  [/./, 'The webhook response packet could not be parsed'],
];

const tencentChat: Plan = {
  want: '{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}',
  rules: { host: /^[a-z\d.-]{1,63}$/i },
  console: TENCENT_CONSOLE,
  eventConsole: TENCENT_CONSOLE,
  probes: (given) =>
    eventProbes(given, {
      make: (EventId) => ({ CallbackCommand: 'CallbackCodec.Check', EventId, Text: MARK }),
      ...{ secret: 'token', names: ['Sign', 'RequestTime'], limit: 2000, hasWindow: true },
      judge: jsonWith(({ ActionStatus, ErrorCode }) => ActionStatus === 'OK' && typeof ErrorCode === 'number'),
      otherApp: otherSdkApp(given.options),
    }),
};

const trtc: Plan = {
  want: '{"code":0}',
  probes: (given) =>
    eventProbes(given, {
      make: (RoomId) => ({ EventGroupId: 0, EventType: 0, EventInfo: { RoomId, Text: MARK } }),
      ...{ secret: 'key', names: ['Sign'], limit: 5000, coversBody: true },
      judge: jsonWith(({ code }) => code === 0),
      otherApp: otherSdkApp(given.options),
    }),
};

export const PLANS: Readonly<Record<string, Plan>> = {
  feishu,
  'feishu-card': feishuCard,
  dingtalk,
  'dingtalk-robot': dingtalkRobot,
  'dingtalk-card': dingtalkCard,
  wecom,
  wechat,
  'tencent-chat': tencentChat,
  trtc,
} satisfies Record<PlatformName, Plan>;
