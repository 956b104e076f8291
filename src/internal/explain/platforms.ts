// What the platforms differ in, as far as an explanation is concerned: names. The mechanism is one for all.
import { createDingTalkCodec } from '../../dingtalk.ts';
import { createDingTalkCardCodec } from '../../dingtalk-card.ts';
import { createDingTalkRobotCodec } from '../../dingtalk-robot.ts';
import { createFeishuCodec } from '../../feishu.ts';
import { createFeishuCardCodec } from '../../feishu-card.ts';
import { createTencentChatCodec } from '../../tencent-chat.ts';
import { createTrtcCodec } from '../../trtc.ts';
import { createWeChatCodec } from '../../wechat.ts';
import { createWeComCodec } from '../../wecom.ts';
import type { CallbackCodec } from '../codec.ts';
import type { Options } from './snapshot.ts';
import type { PlatformName } from './texts.ts';

/** Names under which one value may come: the first is the platform's. */
type Names = readonly string[];

export interface Platform {
  // biome-ignore lint/suspicious/noExplicitAny: options of every shape, wrong ones among them
  readonly create: (options: any) => CallbackCodec;
  /** The option whose secret signs. */
  readonly token: string;
  /** The option whose secret decrypts; Feishu's signs as well. */
  readonly key?: string;
  /** The option that says whom messages are for. */
  readonly owner?: string;
  /** Another secret that stands in the messages. */
  readonly password?: string;
  /** Where signature, time and nonce stand, and by which names. */
  readonly carrier: 'headers' | 'url';
  readonly signature: Names;
  readonly timestamp?: Names;
  /** Whether a time is in seconds, and never in milliseconds. */
  readonly secondsAlone?: boolean;
  readonly nonce?: Names;
  /** What the signature covers beside time and nonce. */
  readonly covers: 'body' | 'encrypt' | 'nothing';
}

const LARK = {
  carrier: 'headers',
  signature: ['x-lark-signature'],
  timestamp: ['x-lark-request-timestamp'],
  nonce: ['x-lark-request-nonce'],
  covers: 'body',
} as const;

const BIZ_MSG = { token: 'token', key: 'encodingAesKey', carrier: 'url', nonce: ['nonce'], covers: 'encrypt' } as const;

export const PLATFORMS: Readonly<Record<PlatformName, Platform>> = {
  feishu: { ...LARK, create: createFeishuCodec, token: 'encryptKey', key: 'encryptKey', password: 'verificationToken' },
  'feishu-card': { ...LARK, create: createFeishuCardCodec, token: 'verificationToken' },
  dingtalk: {
    ...BIZ_MSG,
    create: createDingTalkCodec,
    owner: 'ownerKey',
    signature: ['signature', 'msg_signature'],
    timestamp: ['timestamp', 'timeStamp'],
  },
  'dingtalk-robot': {
    create: createDingTalkRobotCodec,
    token: 'appSecret',
    carrier: 'headers',
    signature: ['sign'],
    timestamp: ['timestamp'],
    covers: 'nothing',
  },
  'dingtalk-card': {
    create: createDingTalkCardCodec,
    token: 'apiSecret',
    carrier: 'headers',
    signature: ['x-ddpaas-signature'],
    timestamp: ['x-ddpaas-signature-timestamp'],
    covers: 'nothing',
  },
  wecom: {
    ...BIZ_MSG,
    create: createWeComCodec,
    owner: 'receiveId',
    signature: ['msg_signature'],
    timestamp: ['timestamp'],
    secondsAlone: true,
  },
  wechat: {
    ...BIZ_MSG,
    create: createWeChatCodec,
    owner: 'appId',
    signature: ['signature', 'msg_signature'],
    timestamp: ['timestamp'],
    secondsAlone: true,
  },
  'tencent-chat': {
    create: createTencentChatCodec,
    token: 'token',
    owner: 'sdkAppId',
    carrier: 'url',
    signature: ['Sign'],
    timestamp: ['RequestTime'],
    secondsAlone: true,
    covers: 'nothing',
  },
  trtc: {
    create: createTrtcCodec,
    token: 'key',
    owner: 'sdkAppId',
    carrier: 'headers',
    signature: ['sign'],
    covers: 'body',
  },
};

/** Every header that a codec reads or a hypothesis looks at; every request has the last, if headers were passed at all. */
export const HEADER_NAMES: readonly string[] = [
  ...LARK.signature,
  ...LARK.timestamp,
  ...LARK.nonce,
  'sign',
  'timestamp',
  'sdkappid',
  'x-ddpaas-signature',
  'x-ddpaas-signature-timestamp',
  'content-type',
];

const SHARED = ['acceptChallenge', 'toleranceSeconds', 'now', 'maxBodyBytes', 'random', 'aes'];

/** Every option that the platform's codec reads. */
export function optionNames(platform: Platform): readonly string[] {
  return [...new Set([...secretNames(platform), ...(platform.owner ? [platform.owner] : []), ...SHARED])];
}

/** Options that hold a secret: the one that signs first. */
export function secretNames({ token, key, password }: Platform): readonly string[] {
  return [...new Set([token, key, password])].filter((name) => name !== undefined);
}

/** Whether the codec would decrypt. */
export function hasKey({ key }: Platform, options: Options): boolean {
  return key !== undefined && options[key] !== undefined && options[key] !== null;
}
