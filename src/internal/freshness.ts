// The window around now in which a signed timestamp is accepted.
import { CallbackError } from './errors.ts';

export interface Freshness {
  /** Seconds before or after now; Infinity accepts any timestamp, even one that is no time. */
  readonly toleranceSeconds: number;
  /** The clock: milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: () => number;
}

/**
 * ERR_TIMESTAMP unless `timestamp` lies in the window. 10 digits are seconds; 13 are milliseconds where the platform
 * sends those. Number() alone would read '', ' 1', '0x10' and '1e3' as times.
 */
export function requireFresh(timestamp: string, { toleranceSeconds, now }: Freshness, format: RegExp): void {
  if (toleranceSeconds === Infinity) return;
  if (!format.test(timestamp)) {
    throw new CallbackError('ERR_TIMESTAMP', 'the timestamp is not a time in the digits that the platform sends');
  }
  if (!(Math.abs(now() - inMilliseconds(timestamp)) / 1000 <= toleranceSeconds)) {
    throw new CallbackError(
      'ERR_TIMESTAMP',
      `the timestamp is more than ${toleranceSeconds} s from now: an old request sent again, or a clock that is wrong`,
    );
  }
}

/** A time of 10 or 13 digits. */
export function inMilliseconds(timestamp: string): number {
  return Number(timestamp) * (timestamp.length === 10 ? 1000 : 1);
}

export const SECONDS: RegExp = /^\d{10}$/;
export const SECONDS_OR_MILLISECONDS: RegExp = /^(?:\d{10}|\d{13})$/;

/** The clock as platforms write it: 10 digits. */
export function nowInSeconds({ now }: Pick<Freshness, 'now'>): string {
  return String(Math.floor(now() / 1000));
}

/** The same in 13 digits. */
export function nowInMilliseconds({ now }: Pick<Freshness, 'now'>): string {
  return String(Math.floor(now()));
}
