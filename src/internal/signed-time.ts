// A signature in headers that covers a time alone, as DingTalk's robots and cards have it.
import { CallbackError } from './errors.ts';
import { type Freshness, requireFresh, SECONDS_OR_MILLISECONDS } from './freshness.ts';
import { timingSafeEqual } from './timing-safe-equal.ts';

/** The names of the two headers, in lower case. */
export type SignedTimeHeaders = readonly [signature: string, timestamp: string];

/** The headers as far as they are there. */
export type SentTime = readonly (string | undefined)[];

/** The time under a signature that holds and is fresh. `sign` makes the signature of a time. */
export function requireSignedTime(
  [signature, timestamp]: SentTime,
  headers: SignedTimeHeaders,
  sign: (timestamp: string) => string,
  freshness: Freshness,
): string {
  if (signature === undefined || timestamp === undefined) {
    const name = headers[signature === undefined ? 0 : 1];
    throw new CallbackError('ERR_SIGNATURE', `the request has no header ${name}: pass headers`);
  }
  if (!timingSafeEqual(signature, sign(timestamp))) {
    throw new CallbackError('ERR_SIGNATURE', `${headers[0]} does not match: check the secret`);
  }
  requireFresh(timestamp, freshness, SECONDS_OR_MILLISECONDS);
  return timestamp;
}
