/**
 * Whether two strings are the same code units, in a time that depends on their lengths alone: neither where the first
 * difference stands nor how many there are shows.
 */
export function timingSafeEqual(actual: string, expected: string): boolean {
  let difference = actual.length ^ expected.length;
  // Beyond the end of `actual` charCodeAt is NaN, which `^` takes as 0.
  for (let i = 0; i < expected.length; i++) difference |= actual.charCodeAt(i) ^ expected.charCodeAt(i);
  return difference === 0;
}
