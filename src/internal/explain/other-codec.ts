// Requests that came to the wrong codec: robots, cards and the platforms' siblings are easily taken for each other.
import { ownField } from '../json.ts';
import type { Case } from './attempt.ts';
import type { Clue } from './findings.ts';
import { PLATFORMS, secretNames } from './platforms.ts';
import type { Repair } from './repair.ts';
import type { Options } from './snapshot.ts';
import type { PlatformName } from './texts.ts';
import { encryptOf, type View, viewOf } from './view.ts';

/** What a request looks like, the most likely first; none where it could be anything. */
export function shapesOf(view: View): readonly PlatformName[] {
  return [...larkShapes(view), ...signShapes(view), ...urlShapes(view)];
}

function larkShapes(view: View): readonly PlatformName[] {
  const signature = view.header('x-lark-signature');
  if (signature !== undefined) return signature.length === 40 ? ['feishu-card'] : ['feishu'];
  if (ownField(view.fields, 'open_message_id') !== undefined) return ['feishu-card'];
  return ownField(view.fields, 'schema') !== undefined ? ['feishu'] : [];
}

function signShapes(view: View): readonly PlatformName[] {
  if (view.header('x-ddpaas-signature')) return ['dingtalk-card'];
  if (!view.header('sign')) return [];
  if (view.header('sdkappid') || ownField(view.fields, 'EventGroupId') !== undefined) return ['trtc'];
  return view.header('timestamp') ? ['dingtalk-robot'] : [];
}

function urlShapes(view: View): readonly PlatformName[] {
  if (view.parameter('RequestTime') || view.parameter('CallbackCommand')) return ['tencent-chat'];
  if (!view.parameter('timestamp', 'timeStamp')) return [];
  const [plain, encrypted] = [view.parameter('signature'), view.parameter('msg_signature')];
  if (encryptOf(view) === undefined || (view.parameter('echostr') && !encrypted)) return plain ? ['wechat'] : [];
  if (view.parameter('encrypt_type') || (plain && view.format === 'xml')) return ['wechat'];
  if (view.format === 'json') return plain ? ['dingtalk'] : ['wecom', 'dingtalk'];
  return ['wecom'];
}

export function otherCodecClue(codec: PlatformName): Clue {
  return { text: 'other-codec', details: { codec, what: `what.${codec}` } };
}

/** The codecs whose request this may be, each with the secrets that are there in every place in which they could stand. */
export function otherCodecs(tried: Case): readonly Repair[] {
  const shapes = shapesOf(viewOf(tried));
  if (shapes.includes(tried.platform)) return [];
  return shapes.flatMap((codec) =>
    optionsFor(codec, tried).map((options) => ({
      kind: 'codec' as const,
      clue: otherCodecClue(codec),
      apply: (tried: Case) => ({ ...tried, platform: codec, options }),
    })),
  );
}

function optionsFor(codec: PlatformName, { platform, options }: Case): readonly Options[] {
  const { token, key, owner } = PLATFORMS[codec];
  const own = PLATFORMS[platform];
  const window = { toleranceSeconds: Infinity };
  if (key === undefined || key === token) {
    return secretNames(own)
      .map((name) => options[name])
      .filter((secret) => typeof secret === 'string')
      .map((secret) => ({ [token]: secret, ...window }));
  }
  const receiver = { [owner as string]: own.owner === undefined ? 'unknown' : options[own.owner] };
  const secrets = { [token]: options[own.token], [key]: options[own.key ?? ''] };
  const plain = codec === 'wechat' ? [{ token: options[own.token], ...window }] : [];
  return [{ ...secrets, ...receiver, ...window }, ...plain];
}
