// Feishu's URL challenge, the one request that the platform encrypts but does not sign.
//
// Whoever has captured ciphertext can put blocks of an event in front of a captured challenge's end and send them here:
// CBC lets them choose one block and leaves the others whole. If the decrypted text were parsed, the answer would show
// pieces of the event, and the time that parsing takes would show how far it came. So the text is never read. It is
// compared with each of the six texts that a challenge can be, in the same steps whatever it holds, and padding counts
// only together with everything else. What is left is a random block that fits by chance, about one in 2^62.
import type { AesCbc } from './aes/engine.ts';
import { decryptBlocks, unpaddedLength } from './aes/pkcs7.ts';
import { decodeBase64 } from './encoding/base64.ts';
import { decodeUtf8, encodeUtf8 } from './encoding/utf8.ts';

/** Longest body in bytes; a longer one is refused before it is parsed. */
export const MAX_UNSIGNED_BODY = 1200;

/** Longest `encrypt` in characters. A real challenge has 192. */
const MAX_ENCRYPT = 512;

/** Longest challenge of `[0-9a-f-]`, and longest token. Real challenges are UUIDs in lower case, 36 characters. */
const MAX_VALUE = 64;

/** Longest challenge of `[\w-]`, as in the documentation's samples: no splice that shows anything fits into 17. */
const MAX_WORD = 17;

export interface UnsignedChallenge {
  readonly challenge: string;
  /** The JSON as decrypted. */
  readonly text: string;
}

/** One of the six texts in pieces: bytes that are known, and values of which only alphabet and length are. */
type Form = readonly (Uint8Array | 'challenge' | 'token')[];

/** Reads `encrypt` of an unsigned request; `undefined` unless it is a challenge that carries the token. */
export function challengeReader(
  aes: AesCbc,
  verificationToken: string | undefined,
): (encrypt: string) => UnsignedChallenge | undefined {
  const forms = formsOf(verificationToken);
  const reach = Math.max(...forms.map(reachOf));
  return (encrypt) => {
    const ivAndCiphertext = encrypt.length <= MAX_ENCRYPT ? decodeBase64(encrypt, 0) : undefined;
    const padded = ivAndCiphertext && decryptBlocks(aes, ivAndCiphertext);
    if (padded === undefined) return undefined;
    // Zeros behind it, so that a comparison never reaches beyond the end.
    const text = new Uint8Array(Math.max(padded.length, reach));
    text.set(padded);
    return compare(text, unpaddedLength(padded, 16), forms);
  };
}

/** An object of the three members without white space, in each order. */
function formsOf(verificationToken: string | undefined): readonly Form[] {
  const challenge: Form = [encodeUtf8('"challenge":"'), 'challenge', encodeUtf8('"')];
  const type: Form = [encodeUtf8('"type":"url_verification"')];
  const token: Form =
    verificationToken === undefined
      ? [encodeUtf8('"token":"'), 'token', encodeUtf8('"')]
      : [encodeUtf8(`"token":${JSON.stringify(verificationToken)}`)];
  const comma = encodeUtf8(',');
  return [
    [challenge, token, type],
    [challenge, type, token],
    [token, challenge, type],
    [token, type, challenge],
    [type, challenge, token],
    [type, token, challenge],
  ].map(
    ([first, second, third]) => [encodeUtf8('{'), first, comma, second, comma, third, encodeUtf8('}')].flat() as Form,
  );
}

/** How far a comparison with `form` can reach, its values as long as they are looked at. */
function reachOf(form: Form): number {
  return form.reduce((sum, piece) => sum + (typeof piece === 'string' ? MAX_VALUE + 1 : piece.length), 0);
}

/** The challenge in the first `length` bytes of `text`; -1 for a length that is unknown. */
function compare(text: Uint8Array, length: number, forms: readonly Form[]): UnsignedChallenge | undefined {
  const kinds = text.map(kindOf);
  let matches = 0;
  let challengeAt = 0;
  let challengeLength = 0;
  for (const form of forms) {
    const found = compareWith(form, text, kinds, length);
    matches |= found.matches;
    // No text has two of the forms, so that these sums have one term.
    challengeAt += found.matches * found.challengeAt;
    challengeLength += found.matches * found.challengeLength;
  }
  if (matches === 0) return undefined;
  const challenge = decodeUtf8(text, challengeAt, challengeAt + challengeLength) as string;
  return { challenge, text: decodeUtf8(text, 0, length) as string };
}

/**
 * Whether the text is of this form, 1 or 0, and where its challenge stands then. Conditions are 1 where they fail, so that
 * they add up without a branch.
 */
function compareWith(
  form: Form,
  text: Uint8Array,
  kinds: Uint8Array,
  length: number,
): { matches: number; challengeAt: number; challengeLength: number } {
  let at = 0;
  let wrong = 0;
  let challengeAt = 0;
  let challengeLength = 0;
  for (const piece of form) {
    if (typeof piece !== 'string') {
      for (let i = 0; i < piece.length; i++) wrong |= (text[at + i] as number) ^ (piece[i] as number);
      at += piece.length;
      continue;
    }
    const value = measure(kinds, at);
    const notWord = value.outsideWord | isAbove(value.length, piece === 'token' ? MAX_VALUE : MAX_WORD);
    if (piece === 'token') {
      wrong |= notWord;
    } else {
      const notHex = value.outsideHex | isAbove(value.length, MAX_VALUE);
      wrong |= (notHex & notWord) | isAbove(1, value.length);
      challengeAt = at;
      challengeLength = value.length;
    }
    at += value.length;
  }
  return { matches: isZero(wrong | (at ^ length)), challengeAt, challengeLength };
}

/** The value from `at` to the next quote, at most one byte longer than any may be, and whether it leaves an alphabet. */
function measure(kinds: Uint8Array, at: number): { length: number; outsideHex: number; outsideWord: number } {
  let isOpen = 1;
  let length = 0;
  let outsideHex = 0;
  let outsideWord = 0;
  for (let i = at; i <= at + MAX_VALUE; i++) {
    const kind = kinds[i] as number;
    isOpen &= ~(kind >> 2);
    length += isOpen;
    outsideHex |= isOpen & ~kind;
    outsideWord |= isOpen & ~(kind >> 1);
  }
  return { length, outsideHex, outsideWord };
}

/** Bit 0: of `[0-9a-f-]`; bit 1: of `[\w-]`; bit 2: a quote. */
function kindOf(byte: number): number {
  const digitOrDash = isWithin(byte, 0x30, 0x39) | isWithin(byte, 0x2d, 0x2d);
  const hex = digitOrDash | isWithin(byte, 0x61, 0x66);
  const word = digitOrDash | isWithin(byte, 0x41, 0x5a) | isWithin(byte, 0x5f, 0x5f) | isWithin(byte, 0x61, 0x7a);
  return hex | (word << 1) | (isWithin(byte, 0x22, 0x22) << 2);
}

/** 1 or 0, by the sign of a difference. */
function isAbove(value: number, limit: number): number {
  return (limit - value) >>> 31;
}

function isWithin(value: number, low: number, high: number): number {
  return 1 ^ (isAbove(low, value) | isAbove(value, high));
}

function isZero(value: number): number {
  return 1 ^ ((value | -value) >>> 31);
}
