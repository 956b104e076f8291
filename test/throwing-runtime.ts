// A runtime that throws when it is asked, as sandboxes do: of the globals beyond ECMAScript and the built-ins that not
// every engine has, any can be made to throw when it is read.
import { runInNewContext } from 'node:vm';

/** A property of a runtime. */
export type Look = readonly [owner: object, name: string];

/** Of V8's own globals in a new realm, these are no ECMAScript. */
const OF_V8 = ['console', 'Intl', 'WebAssembly'];
const ECMASCRIPT = new Set<string>(runInNewContext('Object.getOwnPropertyNames(globalThis)'));
/** By which packages tell runtimes apart; this one may lack them. */
const OF_OTHERS = ['navigator', 'self', 'window', 'Bun', 'Deno'];
const GLOBALS = [...new Set([...Object.getOwnPropertyNames(globalThis), ...OF_OTHERS])]
  .filter((name) => !ECMASCRIPT.has(name) || OF_V8.includes(name))
  .filter((name) => !name.startsWith('__vitest'));

export const LOOKS: readonly Look[] = [
  ...GLOBALS.map((name): Look => [globalThis, name]),
  ...['isWellFormed', 'toWellFormed'].map((name): Look => [String.prototype, name]),
  ...['fromBase64', 'fromHex'].map((name): Look => [Uint8Array, name]),
  ...['toBase64', 'setFromBase64', 'toHex', 'setFromHex'].map((name): Look => [Uint8Array.prototype, name]),
];

/** Makes `looks` throw, and gives what puts them back. */
export function makeThrow(looks: readonly Look[]): () => void {
  const before = looks.map(([owner, name]) => Object.getOwnPropertyDescriptor(owner, name));
  for (const [owner, name] of looks) {
    const get = () => {
      throw new Error(`${name} is not supported here`);
    };
    Object.defineProperty(owner, name, { get, configurable: true });
  }
  return () => {
    looks.forEach(([owner, name], index) => {
      const descriptor = before[index];
      if (descriptor === undefined) Reflect.deleteProperty(owner, name);
      else Object.defineProperty(owner, name, descriptor);
    });
  };
}

/** What `run` gives while `looks` throw; nothing else runs until they are put back. */
export function whileThrowing<T>(looks: readonly Look[], run: () => T): T {
  const putBack = makeThrow(looks);
  try {
    return run();
  } finally {
    putBack();
  }
}

/** What `run` gives where the global `process` is `value`. */
export function withProcess<T>(value: object, run: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'process') as PropertyDescriptor;
  Object.defineProperty(globalThis, 'process', { value, configurable: true });
  try {
    return run();
  } finally {
    Object.defineProperty(globalThis, 'process', before);
  }
}

export function refuse(): never {
  throw new Error('not supported here');
}

/** `target`, but a look at any of `names` throws. */
export function throwing(target: object, ...names: readonly string[]): object {
  return new Proxy(target, {
    get: (from, name) => (names.includes(String(name)) ? refuse() : Reflect.get(from, name)),
  });
}

/** This process with `module(...)` instead of the built-in module `name`. */
export function processWith(name: string, module: (real: object) => unknown): object {
  const { getBuiltinModule, versions } = process;
  return {
    versions,
    getBuiltinModule: (asked: string) => {
      const real = getBuiltinModule(asked) as object;
      return asked === name ? module(real) : real;
    },
  };
}
