// What the JavaScript runtime has built in beyond ECMAScript. Looked up at first use, never at import, and believed only
// after it has answered a few questions like the portable code.

/** A plain byte array; written so that TypeScript before 5.7, where Uint8Array is not generic, reads it too. */
export type Bytes = ReturnType<typeof Uint8Array.of>;

/** Everything that is asked of a runtime; a bare engine has none of it. */
export interface Runtime {
  /** `node:buffer` of Node, Bun, Deno and Workers with nodejs_compat. */
  readonly buffer?: NodeBufferModule | undefined;
  /** `node:crypto` of the same. */
  readonly crypto?: NodeCryptoModule | undefined;
  /** Versions of the JavaScript engine, by which some are known to be slow at something. Bun, of WebKit, gives both. */
  readonly versions?: { readonly v8?: string; readonly webkit?: string } | undefined;
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

export interface NodeBuffer extends Uint8Array {
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

/**
 * The runtime of this program. Node's modules are asked of `process.getBuiltinModule`: an import would have to be resolved
 * by every bundler, and a global `Buffer` may be a polyfill.
 */
export function thisRuntime(): Runtime {
  const { process, TextEncoder, TextDecoder } = globalThis as unknown as Runtime & {
    process?: { getBuiltinModule?(name: string): unknown; versions?: Runtime['versions'] };
  };
  return {
    buffer: process?.getBuiltinModule?.('node:buffer') as NodeBufferModule | undefined,
    crypto: process?.getBuiltinModule?.('node:crypto') as NodeCryptoModule | undefined,
    versions: process?.versions,
    TextEncoder,
    TextDecoder,
  };
}

/**
 * The first function that the runtime gives and that answers every question as the portable one does. One that throws
 * while it is made or asked is passed over, like one that is missing.
 */
export function firstSound<A extends readonly unknown[], R>(
  makers: readonly ((runtime: Runtime) => ((...args: A) => R) | undefined)[],
  runtime: Runtime,
  portable: (...args: A) => R,
  questions: readonly A[],
): (...args: A) => R {
  for (const make of makers) {
    try {
      const candidate = make(runtime);
      if (candidate && questions.every((args) => String(candidate(...args)) === String(portable(...args)))) {
        return candidate;
      }
    } catch {
      // as good as missing
    }
  }
  return portable;
}
