// The three headers in which Feishu signs, old message cards and events alike.
import { requireText } from './arguments.ts';
import { CallbackError } from './errors.ts';
import { type CallbackRequest, readHeaders } from './request.ts';

const SIGNATURE_HEADERS: readonly string[] = ['x-lark-signature', 'x-lark-request-timestamp', 'x-lark-request-nonce'];

export interface SignatureHeaders {
  readonly signature: string;
  readonly timestamp: string;
  readonly nonce: string;
}

/** All three headers, or `undefined` where there is none; ERR_SIGNATURE for one or two. */
export function readSignatureHeaders(request: CallbackRequest): SignatureHeaders | undefined {
  const [signature, timestamp, nonce] = readHeaders(request, ...SIGNATURE_HEADERS);
  if (signature !== undefined && timestamp !== undefined && nonce !== undefined) return { signature, timestamp, nonce };
  if (signature === undefined && timestamp === undefined && nonce === undefined) return undefined;
  const missing = SIGNATURE_HEADERS[[signature, timestamp, nonce].indexOf(undefined)];
  throw new CallbackError('ERR_SIGNATURE', `${missing} is missing, but other headers of the signature are there`);
}

/** The same as Feishu sends them. */
export function signatureHeaders(timestamp: string, nonce: string, signature: string): Record<string, string> {
  return {
    'X-Lark-Request-Timestamp': requireHeaderText('timestamp', timestamp),
    'X-Lark-Request-Nonce': requireHeaderText('nonce', nonce),
    'X-Lark-Signature': signature,
  };
}

/** Text that a header carries as one value: ASCII, no space at its ends, and no ", ", which reads as two values. */
function requireHeaderText(name: string, value: string): string {
  if (/[^ -~]|^ | $|, /.test(requireText(name, value))) {
    throw new CallbackError('ERR_CONFIG', `${name} must be text that an HTTP header can carry as one value`);
  }
  return value;
}
