// SDKAppID of Tencent's products.
import { requireSecret } from './arguments.ts';
import { CallbackError } from './errors.ts';

/** Decimal digits, also given as a number. */
export function requireSdkAppId(sdkAppId: unknown): string {
  const text = typeof sdkAppId === 'number' ? String(sdkAppId) : requireSecret('sdkAppId', sdkAppId);
  if (!/^\d+$/.test(text)) throw new CallbackError('ERR_CONFIG', 'sdkAppId must be the decimal digits of the console');
  return text;
}
