// Memory that is kept between calls: making some takes as long as encrypting a kilobyte.

/** What is longer is made anew. */
const SCRATCH_BYTES = 16_384;
const kept: Uint8Array[] = [];

/**
 * At least `length` bytes of zeros. They are the taker's alone until it returns them, so that a call within its call, which
 * an engine of the caller's could make, gets others.
 */
export function takeScratch(length: number): Uint8Array {
  return length > SCRATCH_BYTES ? new Uint8Array(length) : (kept.pop() ?? new Uint8Array(SCRATCH_BYTES));
}

/** Wipes the first `used` bytes, beyond which nothing was written, and keeps the memory. */
export function returnScratch(scratch: Uint8Array, used: number): void {
  scratch.fill(0, 0, used);
  if (scratch.length === SCRATCH_BYTES) kept.push(scratch);
}
