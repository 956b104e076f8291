// Base64 of the standard alphabet, padded and strict (RFC 4648 sections 4 and 3.5), by what the runtime has built in, else
// by portable.ts; the results are the same.
import { firstSound, type Runtime, thisRuntime } from '../runtime.ts';
import {
  type DecodeBase64,
  type EncodeBase64,
  nodeDecodeBase64,
  nodeEncodeBase64,
  webDecodeBase64,
  webEncodeBase64,
} from './native.ts';
import * as portable from './portable.ts';

let encodeHere: EncodeBase64 | undefined;
let decodeHere: DecodeBase64 | undefined;

export function encodeBase64(bytes: Uint8Array): string {
  encodeHere ??= makeEncodeBase64(thisRuntime());
  return encodeHere(bytes);
}

/**
 * The bytes of `text` behind `reserve` bytes of room, for an IV that the protocol carries elsewhere; `undefined` for all
 * that is not strict base64. They may be scratch memory, good until the next call.
 */
export function decodeBase64(text: string, reserve: number): Uint8Array | undefined {
  decodeHere ??= makeDecodeBase64(thisRuntime());
  return decodeHere(text, reserve);
}

export function makeEncodeBase64(runtime: Runtime): EncodeBase64 {
  return firstSound<Parameters<EncodeBase64>, string>(
    [webEncodeBase64, nodeEncodeBase64],
    runtime,
    portable.encodeBase64,
    [
      [[Uint8Array.of(0xfb, 0xff, 0xfe, 0)], '+//+AA=='],
      [[new Uint8Array(0)], ''],
    ],
  );
}

export function makeDecodeBase64(runtime: Runtime): DecodeBase64 {
  // What is reserved in scratch memory stays zero, as in fresh memory, as long as nothing is decoded without.
  const refused = ['-_-_AAE=', 'AB==', 'A A=', 'AA\u0141A', 'AAAA===='];
  const answers: [Parameters<DecodeBase64>, Uint8Array | undefined][] = [
    [['+/+/AAE=', 1], Uint8Array.of(0, 0xfb, 0xff, 0xbf, 0, 1)],
    ...refused.map((text): [[string, number], undefined] => [[text, 1], undefined]),
  ];
  const builtIn = firstSound([webDecodeBase64], runtime, portable.decodeBase64, answers);
  const ofNode = () => nodeDecodeBase64(runtime, builtIn);
  return firstSound([ofNode, () => builtIn], runtime, portable.decodeBase64, answers);
}
