// What the page says, in English and Chinese, beside the findings, which are explain's.
import type { Language } from '../src/explain.ts';
import type { State, StepName } from './steps.ts';

type Steps = Readonly<Record<StepName, readonly [name: string, what: string]>>;

export interface Texts {
  readonly platforms: Readonly<Record<string, string>>;
  /** What the consoles call an option. */
  readonly options: Readonly<Record<string, string>>;
  readonly optional: string;
  readonly list: string;
  readonly mayBeEmpty: string;
  readonly show: string;
  readonly hide: string;
  readonly steps: Steps;
  readonly states: Readonly<Record<State, string>>;
  readonly certainty: Readonly<Record<'proven' | 'likely', string>>;
  readonly empty: string;
  readonly fillIn: string;
  readonly noRequest: string;
  readonly curlOption: string;
  readonly tooLong: string;
  readonly accepted: string;
  readonly refused: string;
  readonly unknown: string;
  readonly noUrl: string;
  readonly noPayload: string;
  readonly made: string;
  readonly copied: string;
  readonly selected: string;
}

const en: Texts = {
  platforms: {
    feishu: 'Feishu / Lark: events, new cards',
    'feishu-card': 'Feishu / Lark: old message cards',
    dingtalk: 'DingTalk: events',
    'dingtalk-robot': 'DingTalk: robots',
    'dingtalk-card': 'DingTalk: cards and connectors',
    wecom: 'WeCom',
    wechat: 'WeChat: Official Accounts, mini programs',
    'tencent-chat': 'Tencent Cloud Chat',
    trtc: 'Tencent RTC',
  },
  options: {
    encryptKey: 'Encrypt Key',
    verificationToken: 'Verification Token',
    token: 'Token',
    encodingAesKey: 'EncodingAESKey',
    ownerKey: 'corpId, AppKey or suiteKey',
    receiveId: 'corpid or suiteid',
    appId: 'AppID',
    sdkAppId: 'SDKAppID',
    appSecret: 'AppSecret',
    apiSecret: 'API secret',
    key: 'Key',
  },
  optional: 'if you use it',
  list: 'several: with commas',
  mayBeEmpty: 'empty for an intelligent robot',
  show: 'Show secrets',
  hide: 'Hide secrets',
  steps: {
    secrets: ['Secrets', 'are what a console gives'],
    read: ['Read', 'body, headers and parameters are there'],
    signature: ['Signature', 'made with the secret'],
    time: ['Time', 'within the window'],
    decrypt: ['Decrypt', 'with the key'],
    owner: ['Owner', 'the message is for this app'],
    parse: ['Parse', 'it is a message of this platform'],
    token: ['Verification Token', 'of this app'],
  },
  states: { right: 'right', wrong: 'wrong', unreached: 'not reached', unchecked: 'nothing to check' },
  certainty: { proven: 'proven', likely: 'likely' },
  empty: 'Paste a request and its secrets.',
  fillIn: 'Fill in',
  noRequest:
    'That is no request. Paste raw HTTP ("POST /path HTTP/1.1", headers, an empty line, the body), a curl command, or a JSON event.',
  curlOption: 'cannot be used here: take it out, put the content of files in their place, or paste the raw request.',
  tooLong: 'That is too long: at most 131,072 characters are read here. The command reads more.',
  accepted: 'Accepted',
  refused: 'Refused',
  unknown: 'No cause was found: compare secrets, URL and body with what the console says.',
  noUrl: 'The URL must begin with http:// or https://.',
  noPayload: 'This cannot be sent',
  made: 'Signed. Tencent Cloud Chat, WeChat without a key, and robots and cards of DingTalk accept it for a limited time.',
  copied: 'Copied.',
  selected: 'Selected: copy it with Ctrl+C.',
};

const zh: Texts = {
  platforms: {
    feishu: '飞书 / Lark：事件、新版卡片',
    'feishu-card': '飞书 / Lark：旧版消息卡片',
    dingtalk: '钉钉：事件',
    'dingtalk-robot': '钉钉：机器人',
    'dingtalk-card': '钉钉：卡片与连接器',
    wecom: '企业微信',
    wechat: '微信：公众号、小程序',
    'tencent-chat': '腾讯云即时通信 IM',
    trtc: '腾讯云实时音视频 TRTC',
  },
  options: {
    ...en.options,
    ownerKey: 'corpId、AppKey 或 suiteKey',
    receiveId: 'corpid 或 suiteid',
    apiSecret: 'API 密钥',
    key: '密钥',
  },
  optional: '用到时填写',
  list: '多个用逗号分隔',
  mayBeEmpty: '智能机器人留空',
  show: '显示密钥',
  hide: '隐藏密钥',
  steps: {
    secrets: ['密钥', '与控制台给出的格式一致'],
    read: ['读取', '请求体、请求头和参数齐全'],
    signature: ['签名', '由该密钥生成'],
    time: ['时间', '在允许的范围内'],
    decrypt: ['解密', '用该密钥'],
    owner: ['归属', '消息属于本应用'],
    parse: ['解析', '是该平台的消息'],
    token: ['Verification Token', '属于本应用'],
  },
  states: { right: '正确', wrong: '错误', unreached: '未执行', unchecked: '无需检查' },
  certainty: { proven: '已证实', likely: '很可能' },
  empty: '请粘贴请求和密钥。',
  fillIn: '请填写',
  noRequest: '这不是请求。请粘贴原始 HTTP（“POST /path HTTP/1.1”、请求头、空行、请求体）、curl 命令或 JSON 事件。',
  curlOption: '不能在此使用：去掉它，把文件换成其内容，或粘贴原始请求。',
  tooLong: '内容过长：本页最多读取 131,072 个字符。命令行可读取更多。',
  accepted: '已接受',
  refused: '已拒绝',
  unknown: '未找到原因：请与控制台核对密钥、URL 和请求体。',
  noUrl: 'URL 必须以 http:// 或 https:// 开头。',
  noPayload: '无法发送',
  made: '已签名。腾讯云 IM、未加密的微信、钉钉机器人和卡片只在限定时间内接受它。',
  copied: '已复制。',
  selected: '已选中：按 Ctrl+C 复制。',
};

/** Of the elements with `data-text`, whose English stands in index.html. */
export const CHINESE: Readonly<Record<string, string>> = {
  tagline: '查明飞书、钉钉、企业微信、微信或腾讯云的回调为何被拒绝。任何内容都不会离开本页。',
  arrived: '收到的请求',
  platform: '平台',
  secrets: '密钥与 ID',
  request: '请求',
  requestHint: '原始 HTTP、curl 命令，或云函数的 JSON 事件。',
  example: '试试示例',
  result: '处理结果',
  findings: '原因与办法',
  message: '消息',
  make: '生成签名的测试请求',
  makeHint: '用上面的密钥，按平台的方式签名和加密。',
  url: '你的服务器 URL',
  payload: '内容（JSON，或原样发送的文本）',
  event: '事件',
  verification: 'URL 验证',
  sign: '签名',
  curl: 'curl 命令',
  copy: '复制',
  take: '解释这个请求',
  privacy:
    '本页是单个文件。其 Content-Security-Policy 不允许任何请求，也不保存任何内容：关闭后，粘贴的内容即消失。结论只供你自己看，切勿返回给发送方。',
};

export const TEXTS: Readonly<Record<Language, Texts>> = { en, zh };
