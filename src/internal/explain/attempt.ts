// One try with the real codec, and how far it came.

import type { CallbackCodec } from '../codec.ts';
import { type CallbackErrorCode, isCallbackError } from '../errors.ts';
import type { CallbackRequest } from '../request.ts';
import { ask } from '../runtime.ts';
import { PLATFORMS } from './platforms.ts';
import type { Options, Snapshot } from './snapshot.ts';
import type { PlatformName } from './texts.ts';

/** A request, and the secrets with which it is tried. */
export interface Case {
  readonly platform: PlatformName;
  readonly options: Options;
  readonly request: Snapshot;
}

/**
 * How far a codec came. From `timestamp` on the signature holds, so that whatever brought it there is proven; below it
 * nothing is.
 */
export const STAGES = {
  config: 0,
  unreadable: 1,
  signature: 2,
  timestamp: 3,
  decrypt: 4,
  owner: 5,
  content: 6,
  accepted: 7,
} as const;

export interface Outcome {
  readonly stage: number;
  readonly code?: CallbackErrorCode | undefined;
  /** With ERR_OWNER: whom the verified message is for. */
  readonly receivedOwner?: string | undefined;
}

/** The last codec that was made: hypotheses on one request share their options. */
export interface Maker {
  options?: Options;
  platform?: PlatformName;
  made?: CallbackCodec | Outcome;
}

export function attempt({ platform, options, request }: Case, maker: Maker = {}): Outcome {
  if (maker.options !== options || maker.platform !== platform) {
    Object.assign(maker, { options, platform, made: make(platform, options) });
  }
  const codec = maker.made as CallbackCodec | Outcome;
  return 'stage' in codec ? codec : decode(platform, codec, request as CallbackRequest);
}

function make(platform: PlatformName, options: Options): CallbackCodec | Outcome {
  try {
    return PLATFORMS[platform].create(options);
  } catch (error) {
    return { stage: STAGES.config, ...refusalOf(platform, error) };
  }
}

function decode(platform: PlatformName, codec: CallbackCodec, request: CallbackRequest): Outcome {
  try {
    codec.decode(request);
    return { stage: STAGES.accepted };
  } catch (error) {
    const refusal = refusalOf(platform, error);
    return { stage: stageOf(refusal.code, codec, request), ...refusal };
  }
}

/** An engine or a clock of the caller's own may throw whatever it likes: a code that the platform cannot have is none. */
function refusalOf(platform: PlatformName, error: unknown): Pick<Outcome, 'code' | 'receivedOwner'> {
  const code = ask(() => (isCallbackError(error) ? error.code : undefined));
  const { key, owner } = PLATFORMS[platform];
  if (code === 'ERR_DECRYPT' && key === undefined) return {};
  if (code !== 'ERR_OWNER') return { code };
  const receivedOwner = ask(() => (error as { receivedOwner?: unknown }).receivedOwner);
  return key !== undefined && owner !== undefined && typeof receivedOwner === 'string' ? { code, receivedOwner } : {};
}

function stageOf(code: CallbackErrorCode | undefined, codec: CallbackCodec, request: CallbackRequest): number {
  switch (code) {
    case 'ERR_SIGNATURE':
      return STAGES.signature;
    case 'ERR_TIMESTAMP':
      return STAGES.timestamp;
    case 'ERR_DECRYPT':
      return STAGES.decrypt;
    case 'ERR_OWNER':
      return STAGES.owner;
    case 'ERR_TOKEN':
      // Where nothing is signed, the token is the only proof there is.
      return ask(() => codec.verify(request)) ? STAGES.content : STAGES.signature;
    case 'ERR_REQUEST':
      return ask(() => codec.verify(request)) ? STAGES.content : STAGES.unreadable;
    default:
      return STAGES.unreadable;
  }
}
