// What can be said of a request without believing it: whether it decrypts, whom it is for, how old it is.

import { decryptFeishuEvent } from '../../feishu.ts';
import { defaultAesCbc } from '../aes/default.ts';
import { bindEncodingAesKey, decryptBizMsg } from '../biz-msg-crypt.ts';
import { inMilliseconds, SECONDS_OR_MILLISECONDS } from '../freshness.ts';
import { ask } from '../runtime.ts';
import type { Case } from './attempt.ts';
import type { Clue } from './findings.ts';
import { PLATFORMS, secretNames } from './platforms.ts';
import type { Options } from './snapshot.ts';
import type { PlatformName } from './texts.ts';
import { encryptOf, feishuToken, type View, viewOf } from './view.ts';

/** What the configured key makes of the ciphertext, unverified: Feishu's text, or the others' receiver. */
export interface Decrypted {
  readonly text?: string;
  readonly receiver?: string;
}

/** `undefined` where it does not decrypt. Only ids are ever shown of it. */
export function decrypted({ platform, options, request }: Case): Decrypted | undefined {
  const encrypt = encryptOf(viewOf({ request }));
  const { key } = PLATFORMS[platform];
  if (encrypt === undefined || key === undefined) return undefined;
  if (key === 'encryptKey') {
    const text = ask(() => decryptFeishuEvent(encrypt, options[key] as string));
    return text === undefined ? undefined : { text };
  }
  const receivers = [options[key]].flat().map((secret) => ask(() => receiverOf(encrypt, secret)));
  const receiver = receivers.find((receiver) => receiver !== undefined);
  return receiver === undefined ? undefined : { receiver };
}

/** Whom a message of WXBizMsgCrypt is for. */
function receiverOf(encrypt: string, encodingAesKey: unknown): string {
  return decryptBizMsg(bindEncodingAesKey(defaultAesCbc(), encodingAesKey), encrypt).receiver;
}

/** The Verification Token that the message carries, decrypted if need be. */
export function sentToken(tried: Case): string | undefined {
  const { text } = viewOf(tried);
  return feishuToken(decrypted(tried)?.text ?? text ?? '');
}

/** Signature, time and nonce as they were sent, by their place in the platform's table. */
export function sent(
  view: View,
  platform: PlatformName,
  part: 'signature' | 'timestamp' | 'nonce',
): string | undefined {
  const { carrier, [part]: names = [] } = PLATFORMS[platform];
  return carrier === 'url' ? view.parameter(...names) : names[0] && view.header(names[0]);
}

/** The signed time in milliseconds; `undefined` where there is none or it is no time. */
export function sentTime(tried: Case): number | undefined {
  const text = sent(viewOf(tried), tried.platform, 'timestamp') ?? '';
  return SECONDS_OR_MILLISECONDS.test(text) ? inMilliseconds(text) : undefined;
}

/** The codec's clock; NaN for one that is none. */
export function nowOf({ now }: Options): number {
  if (now === undefined) return Date.now();
  return ask(() => Number((now as () => unknown)())) ?? Number.NaN;
}

/** Whom a message is for, and what kind of id that is. */
export function ownerClue(tried: Case, receiver: string): Clue {
  const name = PLATFORMS[tried.platform].owner as string;
  const isShown = receiver !== '' && isPrintableId(tried, receiver);
  const hidden = receiver === '' ? 'owner.none' : 'owner.hidden';
  const kind = isShown || receiver === '' ? kindOf(tried.platform, receiver) : 'owner.unknown';
  return { text: 'owner-wrong', details: { name, id: isShown ? receiver : hidden, kind } };
}

/** A word that shares nothing with a secret: what was decrypted under a wrong assumption could be anything. */
export function isPrintableId({ platform, options }: Case, id: string): boolean {
  if (!/^[\w.-]{1,64}$/.test(id)) return false;
  const secrets = secretNames(PLATFORMS[platform])
    .flatMap((name) => options[name])
    .filter((value) => typeof value === 'string' && value !== '');
  const shortest = Math.min(8, id.length);
  const pieces = Array.from({ length: id.length - shortest + 1 }, (_, at) => id.slice(at, at + shortest));
  return !secrets.some((secret) => pieces.some((piece) => (secret as string).includes(piece)));
}

const KINDS: Readonly<Record<string, readonly (readonly [pattern: RegExp, kind: string])[]>> = {
  dingtalk: [
    [/^suite4x+$/, 'owner.create-suite'],
    [/^suite/, 'owner.suite'],
    [/^ding[\da-f]{16,32}$/, 'owner.corp'],
    [/^ding[\da-z]+$/, 'owner.app'],
  ],
  wecom: [
    [/^$/, 'owner.empty'],
    [/^w[wx][\da-f]{16}$/, 'owner.wx-corp'],
    [/^(?:tj|dk|w[wx])/, 'owner.wx-suite'],
  ],
  wechat: [[/^wx[\da-f]{16}$/, 'owner.wx-app']],
};

function kindOf(platform: PlatformName, receiver: string): string {
  const kinds = KINDS[platform] as (typeof KINDS)[string];
  return kinds.find(([pattern]) => pattern.test(receiver))?.[1] ?? 'owner.unknown';
}

/** What a time outside of the window says. */
export function clockClue({ options }: Case, time: number): Clue {
  const seconds = Math.round((nowOf(options) - time) / 1000);
  if (Number.isNaN(seconds)) return { text: 'clock.now' };
  const direction = seconds > 0 ? 'behind' : 'ahead';
  return { text: 'clock', details: { seconds: String(Math.abs(seconds)), direction } };
}
