// UTF-8 and base64 in bare ECMAScript. Decoders return `undefined` for input that they refuse: what that failure means is
// for the protocol to say.
import type { Bytes } from '../runtime.ts';

/**
 * Length of `text` in UTF-8 bytes, or -1 where it holds a lone surrogate (RFC 3629 section 3 gives it no encoding).
 */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) {
      length += 1;
    } else {
      length += 2;
      if (unit >= 0xd800 && unit <= 0xdfff) {
        const next = text.charCodeAt(i + 1);
        if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return -1;
        i += 1; // a pair: 2 code units counted, 2 more bytes, 4 in all
      }
    }
  }
  return length;
}

/** Whether `text` has a UTF-8 form: no lone surrogate. */
export function isWellFormed(text: string): boolean {
  return utf8Length(text) >= 0;
}

/** UTF-8 bytes of a well-formed `text`; `undefined` where it holds a lone surrogate. */
export function encodeUtf8(text: string): Bytes | undefined {
  const length = utf8Length(text);
  if (length < 0) return undefined;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point < 0x80) {
      bytes[at++] = point;
    } else if (point < 0x800) {
      bytes[at++] = 0xc0 | (point >> 6);
      bytes[at++] = 0x80 | (point & 0x3f);
    } else {
      if (point >= 0xd800 && point <= 0xdbff) {
        point = 0x10000 + ((point & 0x3ff) << 10) + (text.charCodeAt(++i) & 0x3ff);
        bytes[at++] = 0xf0 | (point >> 18);
        bytes[at++] = 0x80 | ((point >> 12) & 0x3f);
      } else {
        bytes[at++] = 0xe0 | (point >> 12);
      }
      bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[at++] = 0x80 | (point & 0x3f);
    }
  }
  return bytes;
}

/**
 * The text of UTF-8 `bytes` from `start` to `end`, a leading BOM kept; `undefined` where they are not UTF-8 by the
 * table of Unicode 3.9 D92 (no overlong form, no surrogate, nothing above U+10FFFF, no truncated sequence).
 */
export function decodeUtf8(bytes: Uint8Array, start: number = 0, end: number = bytes.length): string | undefined {
  let text = '';
  const units: number[] = [];
  for (let at = start; at < end; ) {
    const lead = bytes[at++] as number;
    if (lead < 0x80) {
      units.push(lead);
    } else {
      // The lead byte gives how many bytes follow and, for four of them, a narrower range for the first that follows.
      let following = 1;
      let lowest = 0x80;
      let highest = 0xbf;
      let point = lead & 0x1f;
      if (lead >= 0xe0) {
        following = 2;
        point = lead & 0x0f;
        if (lead === 0xe0) lowest = 0xa0;
        if (lead === 0xed) highest = 0x9f;
      }
      if (lead >= 0xf0) {
        following = 3;
        point = lead & 0x07;
        if (lead === 0xf0) lowest = 0x90;
        if (lead === 0xf4) highest = 0x8f;
      }
      if (lead < 0xc2 || lead > 0xf4 || at + following > end) return undefined;
      for (; following > 0; following--) {
        const byte = bytes[at++] as number;
        if (byte < lowest || byte > highest) return undefined;
        point = (point << 6) | (byte & 0x3f);
        lowest = 0x80;
        highest = 0xbf;
      }
      if (point < 0x10000) units.push(point);
      else units.push(0xd7c0 + (point >> 10), 0xdc00 | (point & 0x3ff));
    }
    if (units.length >= ARGUMENTS) text += takeText(units);
  }
  return text + takeText(units);
}

/** Runtimes bound the number of arguments of a call; a few more than this are safe everywhere. */
const ARGUMENTS = 4092;

/** The text of some code units, which are taken out of the list. */
function takeText(units: number[]): string {
  const text = String.fromCharCode.apply(null, units);
  units.length = 0;
  return text;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The code unit of `=`. */
const EQUALS = 0x3d;
const INVALID = 64;

let sextets: Uint8Array | undefined;

/** From a code unit below 128 to its six bits; made at first use, because nothing is computed at import. */
function sextetTable(): Uint8Array {
  if (sextets === undefined) {
    sextets = new Uint8Array(128).fill(INVALID);
    for (let value = 0; value < 64; value++) sextets[ALPHABET.charCodeAt(value)] = value;
  }
  return sextets;
}

/** Base64 of the standard alphabet with padding (RFC 4648 section 4), on one line. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  const codes: number[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] as number) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    codes.push(
      ALPHABET.charCodeAt(group >> 18),
      ALPHABET.charCodeAt((group >> 12) & 63),
      left > 1 ? ALPHABET.charCodeAt((group >> 6) & 63) : EQUALS,
      left > 2 ? ALPHABET.charCodeAt(group & 63) : EQUALS,
    );
    if (codes.length >= ARGUMENTS) text += takeText(codes);
  }
  return text + takeText(codes);
}

/** How many bytes strict base64 as long as `text` and padded like it stands for, or -1 where there is none such. */
export function base64Length(text: string): number {
  return text.length % 4 === 0 ? (text.length / 4) * 3 - paddingOf(text) : -1;
}

/** Whether bits that fill no byte are set: the low 2 of the last character before one `=`, the low 4 before two. */
export function hasSpareBits(text: string): boolean {
  const padding = paddingOf(text);
  if (padding === 0) return false;
  const last = ALPHABET.indexOf(text.charAt(text.length - padding - 1));
  return (last & (padding === 1 ? 3 : 15)) !== 0;
}

function paddingOf(text: string): number {
  if (text.charCodeAt(text.length - 1) !== EQUALS) return 0;
  return text.charCodeAt(text.length - 2) === EQUALS ? 2 : 1;
}

/**
 * The bytes of strict base64: standard alphabet, padded to a multiple of four, spare bits zero (RFC 4648 section 3.5),
 * no white space. Everything else is `undefined`: two texts never stand for the same bytes.
 *
 * `reserve` leaves that many bytes in front, for an IV that a protocol carries elsewhere.
 */
export function decodeBase64(text: string, reserve: number = 0): Bytes | undefined {
  if (base64Length(text) < 0 || hasSpareBits(text)) return undefined;
  return decodeSextets(text, text.length - paddingOf(text), reserve);
}

/** `text` without the ASCII white space (TAB, LF, FF, CR, SPACE) that MIME encoders (RFC 2045 section 6.8) put in. */
export function withoutAsciiWhitespace(text: string): string {
  return /[\t\n\f\r ]/.test(text) ? text.replace(/[\t\n\f\r ]+/g, '') : text;
}

/**
 * The bytes of the first `length` characters of `text`, all of the base64 alphabet and no padding among them; bits that
 * fill no byte are dropped.
 */
export function decodeSextets(text: string, length: number, reserve: number = 0): Bytes | undefined {
  const table = sextetTable();
  const bytes = new Uint8Array(reserve + ((length * 3) >> 2));
  let at = reserve;
  let invalid = 0;
  // Four characters make three bytes; a write beyond the end of the array, from a short last group, is dropped. Without a
  // function for each character, because the first text that comes here, a kernel of 12,000, comes before any is compiled.
  for (let i = 0; i < length; i += 4) {
    const a = table[text.charCodeAt(i)] ?? INVALID;
    const b = table[text.charCodeAt(i + 1)] ?? INVALID;
    const c = i + 2 < length ? (table[text.charCodeAt(i + 2)] ?? INVALID) : 0;
    const d = i + 3 < length ? (table[text.charCodeAt(i + 3)] ?? INVALID) : 0;
    invalid |= a | b | c | d;
    bytes[at++] = (a << 2) | (b >> 4);
    bytes[at++] = (b << 4) | (c >> 2);
    bytes[at++] = (c << 6) | d;
  }
  return invalid >= INVALID ? undefined : bytes;
}
