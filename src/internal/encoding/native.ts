// UTF-8 and base64 by Node's Buffer, TextEncoder, TextDecoder and ES2026: the strange and fast ways, which nobody has to
// read to understand a protocol. utf8.ts and base64.ts believe them only after they answered like portable.ts.
import { ask, type Bytes, type NodeBuffer, type Runtime } from '../runtime.ts';
import * as portable from './portable.ts';

/** Whether a text has a UTF-8 form: no lone surrogate. */
export type IsWellFormed = (text: string) => boolean;

/** `undefined` for a lone surrogate, which has no UTF-8 form (RFC 3629 section 3). */
export type EncodeUtf8 = (text: string) => Bytes | undefined;

/** Writes a well-formed text at `at`, where there is room for it, and gives the number of bytes. */
export type WriteUtf8 = (text: string, into: Uint8Array, at: number) => number;

/** `undefined` for bytes that are not UTF-8; a leading BOM is kept. */
export type DecodeUtf8 = (bytes: Uint8Array, start: number, end: number) => string | undefined;

export type EncodeBase64 = (bytes: Uint8Array) => string;

/**
 * The bytes of `text` behind `reserve` bytes for the caller to write; `undefined` for all that is not strict base64. The
 * result may be scratch memory, good until the next call.
 */
export type DecodeBase64 = (text: string, reserve: number) => Uint8Array | undefined;

/** ES2026 base64, where the runtime has it. */
interface Base64Bytes extends Uint8Array {
  setFromBase64(text: string, options: { lastChunkHandling: 'strict' }): { read: number; written: number };
  toBase64(): string;
}

/** By ECMAScript 2024. */
export function webIsWellFormed(): IsWellFormed {
  return (text) => (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}

export function webEncodeUtf8({ TextEncoder }: Runtime, isWellFormed: IsWellFormed): EncodeUtf8 | undefined {
  const encoder = TextEncoder && new TextEncoder();
  // A TextEncoder makes U+FFFD of a lone surrogate.
  return encoder && ((text) => (isWellFormed(text) ? encoder.encode(text) : undefined));
}

export function webWriteUtf8({ TextEncoder }: Runtime): WriteUtf8 | undefined {
  const encoder = TextEncoder && new TextEncoder();
  return encoder && ((text, into, at) => encoder.encodeInto(text, at === 0 ? into : into.subarray(at)).written);
}

export function nodeDecodeUtf8(runtime: Runtime): DecodeUtf8 | undefined {
  const { buffer } = runtime;
  if (buffer === undefined) return undefined;
  const { isUtf8 } = buffer;
  const { utf8Slice } = buffer.Buffer.prototype;
  const long = ask(() => nodeLongTextReader(runtime));
  let isRight: boolean | undefined;
  // Asked when the first long text comes: most programs get none.
  const isSound = (reader: LongTextReader) => {
    isRight ??= readsRight(reader);
    return isRight;
  };
  return (bytes, start, end) => {
    const isLong = long !== undefined && end - start >= long.from && isSound(long);
    const text = isLong ? long.read(bytes.subarray(start, end)) : utf8Slice.call(bytes as NodeBuffer, start, end);
    // Invalid bytes come out as U+FFFD, which may also be what was sent.
    return text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end)) ? undefined : text;
  };
}

/** From so many bytes on, Node 20 and 22 read text by way of UTF-16. */
const LONG_TEXT = 12_288;

/** Reads text of `from` bytes or more faster than `utf8Slice` does, and like that makes U+FFFD of invalid bytes. */
interface LongTextReader {
  readonly from: number;
  read(bytes: Uint8Array): string;
}

/** Whether it reads a character of two bytes in front of so many others that it is used. */
function readsRight({ from, read }: LongTextReader): boolean {
  const bytes = new Uint8Array(from + 3).fill(0x41).fill(0xc3, 0, 1).fill(0xa9, 1, 2);
  return ask(() => read(bytes)) === `\u00e9${'A'.repeat(from + 1)}`;
}

function nodeLongTextReader({ buffer, TextDecoder, versions }: Runtime): LongTextReader | undefined {
  if (versions?.webkit !== undefined) return undefined; // Bun, which has nothing faster
  if (buffer?.transcode && Number.parseInt(`${versions?.v8}`, 10) < 13) {
    // Node 20 and 22, which read Chinese byte by byte. ASCII they read well, and into half the memory.
    const { isAscii, isUtf8, transcode } = buffer;
    const { utf8Slice, ucs2Slice } = buffer.Buffer.prototype;
    const read = (bytes: Uint8Array) => {
      if (isAscii(bytes) || !isUtf8(bytes)) return utf8Slice.call(bytes as NodeBuffer, 0, bytes.length);
      const utf16 = transcode(bytes, 'utf8', 'ucs2');
      return ucs2Slice.call(utf16, 0, utf16.length);
    };
    return { from: LONG_TEXT, read };
  }
  // Twice as fast in Deno, the same in Node. A `fatal` one takes Deno longer than this one and a look for U+FFFD.
  const decoder = TextDecoder && new TextDecoder('utf-8', { ignoreBOM: true });
  return decoder && { from: 256, read: (bytes) => decoder.decode(bytes) };
}

export function webDecodeUtf8({ TextDecoder }: Runtime): DecodeUtf8 | undefined {
  const decoder = TextDecoder && new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  if (decoder === undefined) return undefined;
  return (bytes, start, end) => {
    try {
      return decoder.decode(bytes.subarray(start, end));
    } catch {
      return portable.decodeUtf8(bytes, start, end); // invalid, or memory that decoders do not take, such as shared
    }
  };
}

export function nodeEncodeBase64({ buffer }: Runtime): EncodeBase64 | undefined {
  return buffer && ((bytes) => buffer.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'));
}

export function webEncodeBase64(): EncodeBase64 | undefined {
  return 'toBase64' in Uint8Array.prototype ? (bytes) => (bytes as Base64Bytes).toBase64() : undefined;
}

/** Longest text, with its IV, that scratch memory is kept for; allocating costs more than decoding a kilobyte. */
const SCRATCH_BYTES = 65_536;

/** Up to so many characters a Buffer has less to set up than what ES2026 gives, and beyond that it is slower. */
const SHORT_BASE64 = 512;

/** So many bytes of `scratch`, or of new memory where it is too short. */
function scratchView(scratch: ArrayBuffer, length: number): Uint8Array {
  return length > scratch.byteLength ? new Uint8Array(length) : new Uint8Array(scratch, 0, length);
}

/** `builtIn` is what ES2026 gives, or the portable function where it gives nothing. */
export function nodeDecodeBase64({ buffer, TextEncoder }: Runtime, builtIn: DecodeBase64): DecodeBase64 | undefined {
  if (buffer === undefined || TextEncoder === undefined) return undefined;
  const encoder = new TextEncoder();
  // Each is the faster one where it is used: byteLength has less to set up, encodeInto does more characters at once.
  const isAscii = (text: string, into: Uint8Array): boolean => {
    if (text.length <= SHORT_BASE64) return buffer.Buffer.byteLength(text) === text.length;
    const { read, written } = encoder.encodeInto(text, into);
    return read === text.length && written === read;
  };
  const scratch = new ArrayBuffer(SCRATCH_BYTES);
  const scratchBuffer = buffer.Buffer.from(scratch, 0, SCRATCH_BYTES);
  const decode = (text: string, reserve: number) => {
    const length = portable.base64Length(text);
    if (length < 0) return undefined;
    const fits = text.length + reserve <= SCRATCH_BYTES;
    const memory = fits ? scratch : new ArrayBuffer(text.length + reserve);
    const target = fits ? scratchBuffer : buffer.Buffer.from(memory, 0, memory.byteLength);
    // Buffer skips what is no base64, which shows in the count; but it takes - and _ for + and /, and it cuts code units
    // to 8 bits, so that U+0141 counts as A: only ASCII may come before it.
    if (!isAscii(text, target)) return undefined;
    const written = target.base64Write(text, reserve, target.length - reserve);
    if (written !== length || text.includes('-') || text.includes('_')) return undefined;
    if (portable.hasSpareBits(text)) return undefined;
    return fits ? scratchView(scratch, reserve + length) : new Uint8Array(memory, 0, reserve + length);
  };
  if (builtIn === portable.decodeBase64) return decode;
  return (text, reserve) => (text.length > SHORT_BASE64 ? builtIn : decode)(text, reserve);
}

export function webDecodeBase64(): DecodeBase64 | undefined {
  if (!('setFromBase64' in Uint8Array.prototype)) return undefined;
  const scratch = new ArrayBuffer(SCRATCH_BYTES);
  const strict = { lastChunkHandling: 'strict' } as const;
  return (text, reserve) => {
    const length = portable.base64Length(text);
    if (length < 0) return undefined;
    const bytes = scratchView(scratch, reserve + length);
    const target = (reserve === 0 ? bytes : bytes.subarray(reserve)) as Base64Bytes;
    try {
      // It skips white space, which shows in the count.
      if (target.setFromBase64(text, strict).written !== length) return undefined;
    } catch {
      return undefined;
    }
    return bytes;
  };
}
