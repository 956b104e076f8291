// What this host has built in beyond ECMAScript, and the byte codec made of it: byte for byte as bytes.ts, several times
// as fast. Looked up at first use, never at import, and only believed after it has answered a few questions right.
import type { Bytes } from './bytes.ts';
import * as portable from './bytes.ts';

/** Everything read of a host; a bare engine has none of it. */
export interface Host {
  /** `node:buffer` of Node, Bun, Deno and Workers with nodejs_compat. */
  readonly buffer?: NodeBufferModule | undefined;
  /** `node:crypto` of the same. */
  readonly crypto?: NodeCryptoModule | undefined;
  /** Versions of the JavaScript engine, by which some are known to be slow at something. Bun, of WebKit, gives both. */
  readonly versions?: { readonly v8?: string | undefined; readonly webkit?: string | undefined } | undefined;
  readonly TextEncoder?: (new () => TextEncoderLike) | undefined;
  readonly TextDecoder?: (new (label: string, options: object) => TextDecoderLike) | undefined;
}

interface NodeBufferModule {
  Buffer: {
    from(memory: unknown, byteOffset: number, length: number): NodeBuffer;
    byteLength(text: string): number;
    prototype: NodeBuffer;
  };
  isAscii(bytes: Uint8Array): boolean;
  isUtf8(bytes: Uint8Array): boolean;
  /** Missing where Node was built without ICU. */
  transcode?: ((bytes: Uint8Array, from: 'utf8', to: 'ucs2') => NodeBuffer) | undefined;
}

interface NodeBuffer extends Uint8Array {
  base64Write(text: string, offset: number, length: number): number;
  /** In UTF-8. */
  write(text: string, offset: number): number;
  toString(encoding?: string): string;
  utf8Slice(start: number, end: number): string;
  ucs2Slice(start: number, end: number): string;
}

export interface NodeCryptoModule {
  createSecretKey(key: Uint8Array): object;
  createCipheriv(algorithm: string, key: object, iv: Uint8Array): NodeCipher;
  createDecipheriv(algorithm: string, key: object, iv: Uint8Array): NodeCipher;
  createHash(algorithm: string): NodeHash;
  hash?(algorithm: string, data: Uint8Array, encoding: 'hex'): string;
}

interface NodeCipher {
  setAutoPadding(on: boolean): unknown;
  update(bytes: Uint8Array): Uint8Array;
}

interface NodeHash {
  update(data: Uint8Array | string): NodeHash;
  digest(encoding: 'hex'): string;
}

interface TextEncoderLike {
  encode(text: string): Bytes;
  encodeInto(text: string, into: Uint8Array): { read: number; written: number };
}

interface TextDecoderLike {
  decode(bytes: Uint8Array): string;
}

/** ES2026 base64, where the engine has it. */
interface Base64Bytes extends Uint8Array {
  setFromBase64(text: string, options: { lastChunkHandling: 'strict' }): { written: number };
  toBase64(): string;
}

/** What `look` finds; nothing where it throws, as it does for what is missing, and in sandboxes that refuse to be asked. */
export function ask<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/**
 * The host this runs on. Node's modules are asked of `process.getBuiltinModule`: an import would have to be resolved by
 * every bundler, and a global `Buffer` may be a polyfill. Each property is a question of its own, so that one that throws
 * takes no other with it.
 */
export function thisHost(): Host {
  const global = globalThis as unknown as Pick<Host, 'TextEncoder' | 'TextDecoder'> & {
    process: { getBuiltinModule(name: string): unknown; versions: { v8?: string; webkit?: string } };
  };
  return {
    buffer: ask(() => global.process.getBuiltinModule('node:buffer') as NodeBufferModule | undefined),
    crypto: ask(() => global.process.getBuiltinModule('node:crypto') as NodeCryptoModule | undefined),
    versions: { v8: ask(() => global.process.versions.v8), webkit: ask(() => global.process.versions.webkit) },
    TextEncoder: ask(() => global.TextEncoder),
    TextDecoder: ask(() => global.TextDecoder),
  };
}

/** UTF-8 and base64, as the functions of the same names in bytes.ts. */
export interface ByteCodec {
  isWellFormed(text: string): boolean;
  encodeUtf8(text: string): Bytes | undefined;
  decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined;
  encodeBase64(bytes: Uint8Array): string;
  /** The result may be scratch memory, good until the next call; the reserved bytes are for the caller to write. */
  decodeBase64(text: string, reserve: number): Uint8Array | undefined;
}

let byteCodec: ByteCodec | undefined;

/** The byte codec of this host. */
export function bytesHere(): ByteCodec {
  byteCodec ??= makeByteCodec(thisHost());
  return byteCodec;
}

/** The fastest sound byte codec that can be made of `host`, function by function. */
export function makeByteCodec(host: Host): ByteCodec {
  const base64 = ['+/+/AAE=', '-_-_AAE=', 'AB==', 'A A=', 'AA\u0141A', 'AAAA===='];
  // What is reserved in scratch memory stays zero, as in fresh memory, as long as nothing is decoded without.
  const reserving = base64.map((text): [string, number] => [text, 16]);
  const builtIn = soundest([webDecodeBase64], host, portable.decodeBase64, reserving);
  const nodeDecoder = () => nodeDecodeBase64(host, builtIn);
  const texts: [string][] = [['\0a\u00e9\u4f60\u{1f600}\ufeff'], ['\ud800a']];
  const isWellFormed = soundest([webIsWellFormed], host, portable.isWellFormed, texts);
  const webEncoder = () => webEncodeUtf8(host, isWellFormed);
  return {
    isWellFormed,
    encodeUtf8: soundest([webEncoder], host, portable.encodeUtf8, texts),
    decodeUtf8: soundest([nodeDecodeUtf8, webDecodeUtf8], host, portable.decodeUtf8, [
      [Uint8Array.of(0x41, 0xef, 0xbb, 0xbf, 0xe4, 0xbd, 0xa0, 0xef, 0xbf, 0xbd, 0), 1, 11],
      [Uint8Array.of(0xed, 0xa0, 0x80), 0, 3],
      [Uint8Array.of(0xe4, 0xbd, 0xa0), 0, 2],
      [new Uint8Array(LONG_TEXT + 3).fill(0x41).fill(0xc3, 0, 1).fill(0xa9, 1, 2), 0, LONG_TEXT + 3],
    ]),
    encodeBase64: soundest([nodeEncodeBase64, webEncodeBase64], host, portable.encodeBase64, [
      [Uint8Array.of(0xfb, 0xff, 0xfe, 0)],
      [new Uint8Array(0)],
    ]),
    decodeBase64: soundest([nodeDecoder, () => builtIn], host, portable.decodeBase64, reserving),
  };
}

/**
 * The first function that the host gives and that answers every question as the portable one does; one that throws is
 * passed over like one that is not there.
 */
export function soundest<A extends readonly unknown[], R>(
  makers: readonly ((host: Host) => ((...args: A) => R) | undefined)[],
  host: Host,
  fallback: (...args: A) => R,
  questions: readonly A[],
): (...args: A) => R {
  const isSound = (candidate: (...args: A) => R) =>
    questions.every((args) => String(candidate(...args)) === String(fallback(...args)));
  for (const make of makers) {
    const candidate = ask(() => make(host));
    if (candidate && ask(() => isSound(candidate))) return candidate;
  }
  return fallback;
}

/** Whether `text` has a UTF-8 form: no lone surrogate. */
export function isWellFormed(text: string): boolean {
  return bytesHere().isWellFormed(text);
}

function webIsWellFormed(): ByteCodec['isWellFormed'] {
  return (text) => (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}

function webEncodeUtf8(
  { TextEncoder }: Host,
  isWellFormed: ByteCodec['isWellFormed'],
): ByteCodec['encodeUtf8'] | undefined {
  const encoder = TextEncoder && new TextEncoder();
  // A TextEncoder makes U+FFFD of a lone surrogate.
  return encoder && ((text) => (isWellFormed(text) ? encoder.encode(text) : undefined));
}

function nodeDecodeUtf8(host: Host): ByteCodec['decodeUtf8'] | undefined {
  const { buffer } = host;
  if (buffer === undefined) return undefined;
  const { isUtf8 } = buffer;
  const { utf8Slice } = buffer.Buffer.prototype;
  const long = ask(() => nodeLongTextReader(host));
  return (bytes, start, end) => {
    const isLong = long !== undefined && end - start >= long.from;
    const text = isLong ? long.read(bytes.subarray(start, end)) : utf8Slice.call(bytes as NodeBuffer, start, end);
    // Invalid bytes come out as U+FFFD, which may also be what was sent.
    return text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end)) ? undefined : text;
  };
}

/** Longer than all unsigned text (see MAX_CHALLENGE_LENGTH), whose time must not tell whether it is valid. */
const LONG_TEXT = 12_288;

/** Reads text of `from` bytes or more faster than `utf8Slice` does, and like that makes U+FFFD of invalid bytes. */
interface LongTextReader {
  readonly from: number;
  read(bytes: Uint8Array): string;
}

function nodeLongTextReader({ buffer, TextDecoder, versions }: Host): LongTextReader | undefined {
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

function webDecodeUtf8({ TextDecoder }: Host): ByteCodec['decodeUtf8'] | undefined {
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

function nodeEncodeBase64({ buffer }: Host): ByteCodec['encodeBase64'] | undefined {
  return buffer && ((bytes) => buffer.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'));
}

function webEncodeBase64(): ByteCodec['encodeBase64'] | undefined {
  return 'toBase64' in Uint8Array.prototype ? (bytes) => (bytes as Base64Bytes).toBase64() : undefined;
}

/** Longest decoded envelope that scratch memory is kept for; allocating costs more than decoding a kilobyte. */
const SCRATCH_BYTES = 65_536;

/** Up to so many characters a Buffer has less to set up than what ES2026 gives, and beyond that it is slower. */
const SHORT_BASE64 = 512;

/**
 * Views of scratch memory from its start, or new memory where it is too short. Making a view takes as long as decoding a
 * short text, so short ones are kept.
 */
function scratchViews(scratch: ArrayBuffer): (length: number) => Uint8Array {
  const views: Uint8Array[] = [];
  return (length) => {
    if (length > scratch.byteLength) return new Uint8Array(length);
    if (length > SHORT_BASE64) return new Uint8Array(scratch, 0, length);
    views[length] ??= new Uint8Array(scratch, 0, length);
    return views[length] as Uint8Array;
  };
}

/** `builtIn` is what ES2026 gives, or the portable function where it gives nothing. */
function nodeDecodeBase64(
  { buffer, TextEncoder }: Host,
  builtIn: ByteCodec['decodeBase64'],
): ByteCodec['decodeBase64'] | undefined {
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
  const scratchView = scratchViews(scratch);
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
    return fits ? scratchView(reserve + length) : new Uint8Array(memory, 0, reserve + length);
  };
  if (builtIn === portable.decodeBase64) return decode;
  return (text, reserve) => (text.length > SHORT_BASE64 ? builtIn : decode)(text, reserve);
}

function webDecodeBase64(): ByteCodec['decodeBase64'] | undefined {
  if (!('setFromBase64' in Uint8Array.prototype)) return undefined;
  const scratchView = scratchViews(new ArrayBuffer(SCRATCH_BYTES));
  const strict = { lastChunkHandling: 'strict' } as const;
  return (text, reserve) => {
    const length = portable.base64Length(text);
    if (length < 0) return undefined;
    const bytes = scratchView(reserve + length);
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
