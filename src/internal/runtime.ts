// What the JavaScript runtime has built in beyond ECMAScript. Looked up at first use, never at import, and believed only
// after it has answered a few questions like the portable code.

/** A plain byte array; written so that TypeScript before 5.7, where Uint8Array is not generic, reads it too. */
export type Bytes = ReturnType<typeof Uint8Array.of>;

/** Everything that is asked of a runtime; a bare one has none of it. */
export interface Runtime {
  /** `node:buffer` of Node, Bun, Deno and Workers with nodejs_compat. */
  readonly buffer?: NodeBufferModule | undefined;
  /** `node:crypto` of the same. */
  readonly crypto?: NodeCryptoModule | undefined;
  /** Versions of V8 and WebKit, by which some are known to be slow at something. Bun, of WebKit, gives both. */
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
  createHmac(algorithm: string, key: string): NodeHash;
  hash?(algorithm: string, data: Uint8Array | string, encoding: 'hex'): string;
}

interface NodeCipher {
  setAutoPadding(on: boolean): unknown;
  update(bytes: Uint8Array): Uint8Array;
}

interface NodeHash {
  update(data: Uint8Array | string): NodeHash;
  digest(encoding: 'hex' | 'base64'): string;
}

interface TextEncoderLike {
  encode(text: string): Bytes;
  encodeInto(text: string, into: Uint8Array): { read: number; written: number };
}

interface TextDecoderLike {
  decode(bytes: Uint8Array): string;
}

/** What `look` finds, or nothing where it throws, as some sandboxes do when they are asked. */
export function ask<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/**
 * The runtime of this program. Node's modules are asked of `process.getBuiltinModule`: an import would have to be resolved
 * by every bundler, and a global `Buffer` may be a polyfill. Each look is a question of its own, so that one property that
 * throws takes no other with it.
 */
export function thisRuntime(): Runtime {
  const globals = globalThis as unknown as Runtime & {
    process?: { getBuiltinModule?(name: string): unknown; versions?: Runtime['versions'] };
  };
  const process = ask(() => globals.process);
  return {
    buffer: ask(() => process?.getBuiltinModule?.('node:buffer') as NodeBufferModule | undefined),
    // Where it is looked at: loading it takes milliseconds, and texts need none of it.
    get crypto() {
      return ask(() => process?.getBuiltinModule?.('node:crypto') as NodeCryptoModule | undefined);
    },
    versions: { v8: ask(() => process?.versions?.v8), webkit: ask(() => process?.versions?.webkit) },
    TextEncoder: ask(() => globals.TextEncoder),
    TextDecoder: ask(() => globals.TextDecoder),
  };
}

/**
 * The first function that the runtime gives and that gives the known answers, which are the portable one's. One that throws
 * while it is made or asked is passed over, like one that is missing. The portable one is not asked, so that where it is
 * not needed nothing of it has to be set up.
 */
export function firstSound<A extends readonly unknown[], R>(
  makers: readonly ((runtime: Runtime) => ((...args: A) => R) | undefined)[],
  runtime: Runtime,
  portable: (...args: A) => R,
  answers: readonly (readonly [args: A, answer: R])[],
): (...args: A) => R {
  const isSound = (candidate: (...args: A) => R) =>
    answers.every(([args, answer]) => String(candidate(...args)) === String(answer));
  for (const make of makers) {
    const candidate = ask(() => make(runtime));
    if (candidate && ask(() => isSound(candidate))) return candidate;
  }
  return portable;
}
