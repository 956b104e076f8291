// How far a codec came with a request, step by step in its own order.
import type { CallbackCodec, CallbackErrorCode, CallbackMessage, CallbackRequest } from '../src/index.ts';
import { isCallbackError } from '../src/index.ts';

export type StepName = 'secrets' | 'read' | 'signature' | 'time' | 'decrypt' | 'owner' | 'parse' | 'token';

/** `unchecked`: there is nothing to check, for want of a key, a window, an id or a token. */
export type State = 'right' | 'wrong' | 'unreached' | 'unchecked';

export interface Step {
  readonly name: StepName;
  readonly state: State;
}

interface Case {
  readonly platform: string;
  // biome-ignore lint/suspicious/noExplicitAny: options of every platform
  readonly create: (options: any) => CallbackCodec;
  readonly options: Readonly<Record<string, unknown>>;
  readonly request: CallbackRequest;
}

/** What the codec says: a message, or the code of its refusal; a `TypeError` has none. */
interface Outcome {
  readonly message?: CallbackMessage;
  readonly code?: CallbackErrorCode | undefined;
}

export function stepsOf(tried: Case): { readonly steps: readonly Step[]; readonly message?: CallbackMessage } {
  const outcome = decode(tried);
  const isSigned = verifies(tried);
  const { message } = outcome;
  const failed = message === undefined ? failedStep(tried, outcome, isSigned) : undefined;
  const names = order(tried.platform);
  const at = failed === undefined ? names.length : names.indexOf(failed);
  const steps = names.map((name, index): Step => {
    if (index > at) return { name, state: 'unreached' };
    if (index === at) return { name, state: 'wrong' };
    return {
      name,
      state: isChecked(name, tried, isSigned || outcome.code === 'ERR_TIMESTAMP') ? 'right' : 'unchecked',
    };
  });
  return { steps, ...(message === undefined ? {} : { message }) };
}

/** Feishu's token stands in the message; whom the others' are for is known before they are read. */
function order(platform: string): readonly StepName[] {
  const end: readonly StepName[] = platform.startsWith('feishu') ? ['parse', 'token'] : ['owner', 'parse'];
  return ['secrets', 'read', 'signature', 'time', 'decrypt', ...end];
}

function decode({ create, options, request }: Pick<Case, 'create' | 'options' | 'request'>): Outcome {
  try {
    return { message: create(options).decode(request) };
  } catch (error) {
    return { code: isCallbackError(error) ? error.code : undefined };
  }
}

function verifies({ create, options, request }: Case): boolean {
  try {
    return create(options).verify(request);
  } catch {
    return false;
  }
}

function failedStep(tried: Case, { code }: Outcome, isSigned: boolean): StepName {
  switch (code) {
    case 'ERR_CONFIG':
      return 'secrets';
    case 'ERR_SIGNATURE':
      return 'signature';
    case 'ERR_TIMESTAMP':
      return 'time';
    case 'ERR_DECRYPT':
      return 'decrypt';
    case 'ERR_OWNER':
      return 'owner';
    case 'ERR_TOKEN':
      return 'token';
    case 'ERR_REQUEST':
      if (!isSigned) return 'read';
      return isOfAnotherApp(tried) ? 'owner' : 'parse';
    default:
      return 'read';
  }
}

/** Tencent's products refuse another SDKAppID as they refuse what cannot be read: without it, it is accepted. */
function isOfAnotherApp({ create, options, request }: Case): boolean {
  const { sdkAppId, ...others } = options;
  return sdkAppId !== undefined && decode({ create, options: others, request }).message !== undefined;
}

function isChecked(name: StepName, tried: Case, isSigned: boolean): boolean {
  const { platform, options } = tried;
  switch (name) {
    case 'signature':
      return isSigned;
    case 'time':
      return hasWindow(tried);
    case 'decrypt':
      return isEncrypted(tried);
    case 'owner':
      return 'sdkAppId' in options || isEncrypted(tried);
    case 'token':
      return 'verificationToken' in options && !(platform === 'feishu-card' && isSigned);
    default:
      return true;
  }
}

/** Ten years later it is too late, if a window is on. */
function hasWindow({ create, options, request }: Case): boolean {
  return decode({ create, options: { ...options, now: () => Date.now() + 3.2e11 }, request }).code === 'ERR_TIMESTAMP';
}

/** With a key everything is, but WeChat's question whether a URL is one's own, which has no body. */
function isEncrypted({ platform, options, request }: Case): boolean {
  const hasKey = 'encryptKey' in options || 'encodingAesKey' in options;
  return hasKey && !(platform === 'wechat' && bodyLength(request) === 0);
}

function bodyLength({ body }: CallbackRequest): number {
  if (body instanceof ArrayBuffer) return body.byteLength;
  return body?.length ?? 0;
}
