// UTF-8 by what the runtime has built in, else by portable.ts; the results are the same.
import { ask, type Bytes, firstSound, type Runtime, thisRuntime } from '../runtime.ts';
import {
  type DecodeUtf8,
  type EncodeUtf8,
  type IsWellFormed,
  nodeDecodeUtf8,
  type WriteUtf8,
  webDecodeUtf8,
  webEncodeUtf8,
  webIsWellFormed,
  webWriteUtf8,
} from './native.ts';
import * as portable from './portable.ts';

let isWellFormedHere: IsWellFormed | undefined;
let encodeHere: EncodeUtf8 | undefined;
let writeHere: WriteUtf8 | undefined;
let decodeHere: DecodeUtf8 | undefined;

/** Whether `text` has a UTF-8 form: no lone surrogate. */
export function isWellFormed(text: string): boolean {
  isWellFormedHere ??= makeIsWellFormed(thisRuntime());
  return isWellFormedHere(text);
}

/** The bytes of a text that its caller knows to be well-formed. */
export function encodeUtf8(text: string): Bytes {
  encodeHere ??= makeEncodeUtf8(thisRuntime());
  const bytes = encodeHere(text);
  if (bytes === undefined) throw new TypeError('text must be well-formed: it holds half of a surrogate pair');
  return bytes;
}

/** Writes a text that its caller knows to be well-formed at `at`, where there is room for it; gives the number of bytes. */
export function writeUtf8(text: string, into: Uint8Array, at: number): number {
  writeHere ??= makeWriteUtf8(thisRuntime());
  return writeHere(text, into, at);
}

/** The text of `bytes` from `start` to `end`; `undefined` where they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  decodeHere ??= makeDecodeUtf8(thisRuntime());
  return decodeHere(bytes, start, end);
}

/** Texts of one to four bytes a character, and two that have no UTF-8 form. */
const TEXT = '\0a\u00e9\u4f60\u{1f600}\ufeff';
const HALVES = ['\ud800a', 'a\udc00'] as const;

export function makeIsWellFormed(runtime: Runtime): IsWellFormed {
  return firstSound([webIsWellFormed], runtime, portable.isWellFormed, [
    [[TEXT], true],
    [[HALVES[0]], false],
    [[HALVES[1]], false],
  ]);
}

export function makeEncodeUtf8(runtime: Runtime): EncodeUtf8 {
  const isWellFormed = makeIsWellFormed(runtime);
  return firstSound([() => webEncodeUtf8(runtime, isWellFormed)], runtime, portable.encodeUtf8, [
    [[TEXT], Uint8Array.of(0, 0x61, 0xc3, 0xa9, 0xe4, 0xbd, 0xa0, 0xf0, 0x9f, 0x98, 0x80, 0xef, 0xbb, 0xbf)],
    [[HALVES[0]], undefined],
    [[HALVES[1]], undefined],
  ]);
}

export function makeWriteUtf8(runtime: Runtime): WriteUtf8 {
  const portableWrite: WriteUtf8 = (text, into, at) => {
    const bytes = encodeUtf8(text);
    into.set(bytes, at);
    return bytes.length;
  };
  const written = (write: WriteUtf8) =>
    [0, 1].map((at) => {
      const into = new Uint8Array(3 * TEXT.length);
      return [write(TEXT, into, at), ...into].join();
    });
  const web = ask(() => webWriteUtf8(runtime));
  return web && ask(() => written(web).join() === written(portableWrite).join()) ? web : portableWrite;
}

export function makeDecodeUtf8(runtime: Runtime): DecodeUtf8 {
  return firstSound<Parameters<DecodeUtf8>, string | undefined>(
    [nodeDecodeUtf8, webDecodeUtf8],
    runtime,
    portable.decodeUtf8,
    [
      // A BOM and U+FFFD as they were sent, between bytes that are not asked for.
      [[Uint8Array.of(0x41, 0xef, 0xbb, 0xbf, 0xe4, 0xbd, 0xa0, 0xef, 0xbf, 0xbd, 0), 1, 10], '\ufeff\u4f60\ufffd'],
      [[Uint8Array.of(0xed, 0xa0, 0x80), 0, 3], undefined],
      [[Uint8Array.of(0xe4, 0xbd, 0xa0), 0, 2], undefined],
    ],
  );
}
