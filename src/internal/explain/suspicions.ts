// What can be said of a request that no repair gets through: facts that are there to see, and what they are likely to mean.

import { ownField, parseJsonObject } from '../json.ts';
import { ask } from '../runtime.ts';
import { type Case, type Outcome, STAGES } from './attempt.ts';
import { isForm, strangeKind } from './body-repairs.ts';
import { decrypted, ownerClue, sent, sentToken } from './evidence.ts';
import type { Clue, Verdict } from './findings.ts';
import { keyProblem } from './option-repairs.ts';
import { otherCodecClue, shapesOf } from './other-codec.ts';
import { hasKey, PLATFORMS, secretNames } from './platforms.ts';
import type { PlatformName } from './texts.ts';
import { encryptOf, type View, viewOf } from './view.ts';

const proven = (clue: Clue): Verdict => ({ clue, certainty: 'proven' });
const likely = (clue: Clue): Verdict => ({ clue, certainty: 'likely' });

/** A body that is none needs no proof. */
export function bodyFacts(start: Case): readonly Verdict[] {
  const view = viewOf(start);
  if (view.raw === undefined) return [proven(parsedClue(start.request.body))];
  return isEmpty(view) ? [proven({ text: 'body-empty' })] : [];
}

/** Where an echostr is the request, there is no body. */
function isEmpty({ raw, parameter }: View): boolean {
  return raw?.length === 0 && !parameter('echostr');
}

function parsedClue(body: unknown): Clue {
  const kind = strangeKind(body);
  if (kind !== undefined) return { text: 'body-parsed.other', details: { kind } };
  return { text: ask(() => isForm(body as object)) ? 'body-form' : 'body-parsed' };
}

/** Nor do options with which no codec can be made. */
export function* optionFacts({ platform, options }: Case, { stage }: Outcome): Generator<Verdict> {
  if (stage !== STAGES.config) return;
  const { token, key, owner } = PLATFORMS[platform];
  const isUnset = (name: string) => [options[name]].flat().every((value) => (value ?? '') === '');
  if (platform === 'feishu') {
    const names = secretNames(PLATFORMS[platform]);
    if (names.every((name) => !(name in options))) yield proven({ text: 'secret-wrong.none' });
    for (const name of names) {
      if (name in options && isUnset(name)) yield proven({ text: 'secret-wrong.unset', details: { name } });
    }
    return;
  }
  if (isUnset(token)) yield proven({ text: 'secret-wrong.unset', details: { name: token } });
  const needsKey = key !== undefined && (platform !== 'wechat' || key in options);
  const keys: readonly unknown[] = needsKey ? [isUnset(key) ? undefined : options[key]].flat() : [];
  for (const problem of keys.map(keyProblem)) if (problem !== undefined) yield proven(problem);
  const isOptional = owner === 'sdkAppId' || (platform === 'wechat' && !needsKey);
  if (owner === undefined || (isOptional && !(owner in options))) return;
  const isLegal = platform === 'wecom' && options[owner] === '';
  if (isUnset(owner) && !isLegal) yield proven({ text: 'owner-wrong.unset', details: { name: owner } });
}

export function suspicions(tried: Case, outcome: Outcome): readonly Verdict[] {
  const { key } = PLATFORMS[tried.platform];
  switch (outcome.code) {
    case 'ERR_DECRYPT':
      return [proven({ text: 'key-wrong', details: { name: key as string } })];
    case 'ERR_OWNER':
      return [proven(ownerClue(tried, outcome.receivedOwner as string))];
    default:
      return outcome.stage === STAGES.unreadable || outcome.stage === STAGES.signature ? unsigned(tried) : [];
  }
}

/** Nothing of the request is verified: what is there, and what is not. */
function unsigned(tried: Case): readonly Verdict[] {
  const { platform, options } = tried;
  const view = viewOf(tried);
  if (view.raw === undefined && strangeKind(tried.request.body) !== undefined) return []; // nothing can be seen of it
  const { key } = PLATFORMS[platform];
  const isEncrypted = encryptOf(view) !== undefined;
  if (key !== undefined && !hasKey(PLATFORMS[platform], options) && isEncrypted && !view.parameter('echostr')) {
    return [proven({ text: 'encryption-on', details: { name: key } })];
  }
  if (isUnreadable(view, platform)) return [proven({ text: 'parameter-mangled.twice' })];
  const shapes = shapesOf(view);
  const other = shapes.length > 0 && !shapes.includes(platform) ? (shapes[0] as PlatformName) : undefined;
  if (other !== undefined) return [likely(otherCodecClue(other))];
  if (platform === 'feishu' && !hasKey(PLATFORMS[platform], options)) return plainFeishu(tried);
  return missing(tried, view) ?? (isEmpty(view) ? [] : mismatch(tried, view));
}

/** Without a key the Verification Token is all there is. */
function plainFeishu(tried: Case): readonly Verdict[] {
  const { format } = viewOf(tried);
  if (format !== 'json') return [];
  return [likely({ text: sentToken(tried) ? 'verification-token-wrong' : 'verification-token-wrong.missing' })];
}

/** Whether a value that the codec reads is there twice with different values, or its percent-encoding is malformed. */
function isUnreadable(view: View, platform: PlatformName): boolean {
  const { carrier, signature, timestamp = [], nonce = [] } = PLATFORMS[platform];
  const pairs = carrier === 'url' ? view.parameters : view.headers;
  // WeChat's two signatures are two.
  const signatures = platform === 'wechat' ? signature.map((name) => [name]) : [signature];
  return [...signatures, timestamp, nonce, ['echostr'], ['sdkappid']].some((names) => {
    const folded = names.map((name) => name.toLowerCase());
    const values = pairs.filter(([name, value]) => folded.includes(name.toLowerCase()) && value !== '');
    return values.some(([, value]) => value === undefined || value !== values[0]?.[1]);
  });
}

/** What is not there of signature, time and nonce; `undefined` where all is. */
function missing(tried: Case, view: View): readonly Verdict[] | undefined {
  const { platform, options } = tried;
  const parts = (['signature', 'timestamp', 'nonce'] as const).filter(
    (part) => PLATFORMS[platform][part] !== undefined,
  );
  const absent = parts.filter((part) => sent(view, platform, part) === undefined);
  const names = absent.map((part) => (PLATFORMS[platform][part] as readonly string[]).join(' / ')).join(', ');
  if (absent.length === 0) {
    const isEncrypted = platform === 'wechat' && hasKey(PLATFORMS[platform], options) && view.format !== undefined;
    const isUnsigned = isEncrypted && !view.parameter('msg_signature');
    return isUnsigned ? [proven({ text: 'parameter-missing', details: { name: 'msg_signature' } })] : undefined;
  }
  if (absent.includes('signature') && hasTencentMarks(view, platform)) return [likely({ text: 'authentication-off' })];
  if (absent.length < parts.length) return [proven({ text: 'parameter-missing', details: { name: names } })];
  if (platform === 'feishu') return unsignedFeishu(tried, view, names);
  if (platform === 'feishu-card' && ownField(view.fields, 'type') === 'url_verification') {
    return [likely({ text: 'verification-token-wrong.missing' })];
  }
  const clue: Clue = { text: 'signature-missing', details: { name: names } };
  // What is no press may be a damaged URL challenge of cards, which is not signed.
  const isPress = ownField(view.fields, 'open_message_id') !== undefined;
  return [platform === 'feishu-card' && !isPress ? likely(clue) : proven(clue)];
}

/** What Tencent's products send, signed or not. */
function hasTencentMarks(view: View, platform: PlatformName): boolean {
  if (platform === 'tencent-chat') return Boolean(view.parameter('CallbackCommand') ?? view.parameter('SdkAppid'));
  return platform === 'trtc' && (view.header('sdkappid') ?? ownField(view.fields, 'EventGroupId')) !== undefined;
}

/** Feishu's challenge comes unsigned; all else has lost its headers. */
function unsignedFeishu(tried: Case, view: View, names: string): readonly Verdict[] {
  const name = 'encryptKey';
  if (encryptOf(view) === undefined) {
    return view.format === 'json' ? [likely({ text: 'encryption-off', details: { name } })] : [];
  }
  const text = decrypted(tried)?.text;
  if (text !== undefined) {
    const clue: Clue = { text: 'signature-missing.headers' };
    // Nothing authenticates the ciphertext: what is no event may be a damaged challenge.
    return [ownField(parseJsonObject(text) ?? {}, 'event') === undefined ? likely(clue) : proven(clue)];
  }
  const wrongKey = likely({ text: 'key-wrong', details: { name } });
  return view.headers.length > 0
    ? [wrongKey]
    : [proven({ text: 'signature-missing', details: { name: names } }), wrongKey];
}

/** A signature is there and does not fit. */
function mismatch(tried: Case, view: View): readonly Verdict[] {
  const { platform, options } = tried;
  const { token, key, covers, owner } = PLATFORMS[platform];
  if (covers === 'body' && (view.text === undefined || view.text.includes('\ufffd'))) {
    return [likely({ text: 'body-damaged' })];
  }
  const wrongToken = likely({ text: 'secret-wrong', details: { name: token } });
  if (!hasKey(PLATFORMS[platform], options) || (platform === 'wechat' && view.parameter('echostr') !== undefined)) {
    return [wrongToken];
  }
  if (encryptOf(view) === undefined) {
    return platform === 'feishu' ? [likely({ text: 'encryption-off', details: { name: token } })] : [];
  }
  const message = decrypted(tried);
  if (key === token) {
    const changed = likely({ text: 'body-reserialised', details: { form: '' } });
    return message === undefined ? [likely({ text: 'key-wrong', details: { name: token } })] : [changed];
  }
  if (message === undefined) return [likely({ text: 'other-app' })];
  const isOwn = [options[owner as string]].flat().includes(message.receiver);
  return isOwn ? [wrongToken] : [wrongToken, likely(ownerClue(tried, message.receiver as string))];
}
