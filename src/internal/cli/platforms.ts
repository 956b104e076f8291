// What the command knows of a platform, but for what `check` sends: its codec, its explanation, the variables of its secrets.
import {
  explainDingTalk,
  explainDingTalkCard,
  explainDingTalkRobot,
  explainFeishu,
  explainFeishuCard,
  explainTencentChat,
  explainTrtc,
  explainWeChat,
  explainWeCom,
} from '../../explain.ts';
import {
  type CallbackCodec,
  createDingTalkCardCodec,
  createDingTalkCodec,
  createDingTalkRobotCodec,
  createFeishuCardCodec,
  createFeishuCodec,
  createTencentChatCodec,
  createTrtcCodec,
  createWeChatCodec,
  createWeComCodec,
} from '../../index.ts';
import type { PlatformName } from '../explain/texts.ts';

/** Where an option comes from. */
interface Variable {
  readonly option: string;
  readonly variable: string;
  /** `may be empty`: the empty text is a value, and not a variable that is not set. */
  readonly is: 'needed' | 'optional' | 'may be empty';
  /** Whether commas part several values. */
  readonly isList: boolean;
}

export interface Platform {
  // biome-ignore lint/suspicious/noExplicitAny: the options are read from variables, and checked by the codec
  readonly create: (options: any) => CallbackCodec;
  readonly explain: typeof explainFeishu;
  readonly variables: readonly Variable[];
}

const needed = (option: string, variable: string): Variable => ({ option, variable, is: 'needed', isList: false });
const optional = (option: string, variable: string): Variable => ({ option, variable, is: 'optional', isList: false });
const list = (variable: Variable, is: Variable['is'] = variable.is): Variable => ({ ...variable, is, isList: true });

export const platforms: Readonly<Record<string, Platform>> = {
  feishu: {
    create: createFeishuCodec,
    explain: explainFeishu,
    variables: [
      optional('encryptKey', 'FEISHU_ENCRYPT_KEY'),
      optional('verificationToken', 'FEISHU_VERIFICATION_TOKEN'),
    ],
  },
  'feishu-card': {
    create: createFeishuCardCodec,
    explain: explainFeishuCard,
    variables: [needed('verificationToken', 'FEISHU_VERIFICATION_TOKEN')],
  },
  dingtalk: {
    create: createDingTalkCodec,
    explain: explainDingTalk,
    variables: [
      needed('token', 'DINGTALK_TOKEN'),
      needed('encodingAesKey', 'DINGTALK_AES_KEY'),
      list(needed('ownerKey', 'DINGTALK_OWNER_KEY')),
    ],
  },
  'dingtalk-robot': {
    create: createDingTalkRobotCodec,
    explain: explainDingTalkRobot,
    variables: [needed('appSecret', 'DINGTALK_APP_SECRET')],
  },
  'dingtalk-card': {
    create: createDingTalkCardCodec,
    explain: explainDingTalkCard,
    variables: [needed('apiSecret', 'DINGTALK_API_SECRET')],
  },
  wecom: {
    create: createWeComCodec,
    explain: explainWeCom,
    variables: [
      needed('token', 'WECOM_TOKEN'),
      needed('encodingAesKey', 'WECOM_AES_KEY'),
      list(needed('receiveId', 'WECOM_RECEIVE_ID'), 'may be empty'),
    ],
  },
  wechat: {
    create: createWeChatCodec,
    explain: explainWeChat,
    variables: [
      needed('token', 'WECHAT_TOKEN'),
      list(optional('encodingAesKey', 'WECHAT_AES_KEY')),
      list(optional('appId', 'WECHAT_APP_ID')),
    ],
  },
  'tencent-chat': {
    create: createTencentChatCodec,
    explain: explainTencentChat,
    variables: [needed('token', 'TENCENT_CHAT_TOKEN'), optional('sdkAppId', 'TENCENT_CHAT_SDK_APP_ID')],
  },
  trtc: {
    create: createTrtcCodec,
    explain: explainTrtc,
    variables: [needed('key', 'TRTC_KEY'), optional('sdkAppId', 'TRTC_SDK_APP_ID')],
  },
} satisfies Record<PlatformName, Platform>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** The options that the variables give, and the names of those that are missing. */
export function readOptions(
  { variables }: Platform,
  environment: Environment,
): { readonly options: Readonly<Record<string, unknown>>; readonly missing: readonly string[] } {
  const options: Record<string, string | readonly string[]> = {};
  const missing: string[] = [];
  for (const { option, variable, is, isList } of variables) {
    const value = environment[variable];
    if (value === undefined || (value === '' && is !== 'may be empty')) {
      if (is !== 'optional') missing.push(variable);
    } else {
      options[option] = isList && value.includes(',') ? value.split(',') : value;
    }
  }
  const hasNone = Object.keys(options).length === 0 && missing.length === 0;
  return { options, missing: hasNone ? variables.map(({ variable }) => variable) : missing };
}
