// The Verification Token of Feishu, which stands in what it sends.
import { CallbackError } from './errors.ts';
import { timingSafeEqual } from './timing-safe-equal.ts';

/** ERR_TOKEN unless `token`, as it was sent, is the app's. */
export function requireVerificationToken(token: unknown, verificationToken: string): void {
  if (typeof token !== 'string' || !timingSafeEqual(token, verificationToken)) {
    throw new CallbackError('ERR_TOKEN', 'the Verification Token is not that of this app: check the console');
  }
}
