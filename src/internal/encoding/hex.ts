// Lower-case hexadecimal, by ES2026 where the runtime has it.
import { type Bytes, firstSound } from '../runtime.ts';

type EncodeHex = (bytes: Uint8Array) => string;

let encodeHere: EncodeHex | undefined;

/** Lower-case hexadecimal (RFC 4648 section 8, in the letter case of the platforms' signatures). */
export function encodeHex(bytes: Uint8Array): string {
  encodeHere ??= firstSound<[Uint8Array], string>([webEncodeHex], {}, portableEncodeHex, [
    [[Uint8Array.of(0x01, 0x9a, 0xbf)], '019abf'],
  ]);
  return encodeHere(bytes);
}

function webEncodeHex(): EncodeHex | undefined {
  return 'toHex' in Uint8Array.prototype ? (bytes) => (bytes as Uint8Array & { toHex(): string }).toHex() : undefined;
}

function portableEncodeHex(bytes: Uint8Array): string {
  const digits = '0123456789abcdef';
  let text = '';
  for (const byte of bytes) text += digits.charAt(byte >> 4) + digits.charAt(byte & 15);
  return text;
}

/** The bytes of hexadecimal digits, two a byte. */
export function decodeHex(hex: string): Bytes {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
