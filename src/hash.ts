// One digest over parts that are never joined, as lower-case hex. The algorithm comes from the caller, so that a bundle
// of one protocol carries its own hash and no other.
import { encodeHex, encodeUtf8 } from './bytes.ts';

/** The part of a noble hash used here. */
export interface Hash {
  create(): { update(bytes: Uint8Array): unknown; digest(): Uint8Array };
}

/** Lower-case hex digest of the parts one after another; texts count as their UTF-8 bytes and are well-formed. */
export function hexDigest(hash: Hash, ...parts: readonly (string | Uint8Array)[]): string {
  const state = hash.create();
  for (const part of parts) state.update(typeof part === 'string' ? (encodeUtf8(part) as Uint8Array) : part);
  return encodeHex(state.digest());
}
