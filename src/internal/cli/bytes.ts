// Bytes as text of one character a byte, in which patterns can be looked for: by what Node and browsers both have, because
// the page reads requests with these files as well.

export function toBinary(bytes: Uint8Array): string {
  let text = '';
  // In pieces: each byte of one becomes an argument.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

export function fromBinary(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The UTF-8 of a text. */
export function binary(text: string): string {
  return toBinary(new TextEncoder().encode(text));
}

/** The text of UTF-8; what is none becomes U+FFFD. */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

export function utf8(bytes: string): string {
  return decode(fromBinary(bytes));
}
