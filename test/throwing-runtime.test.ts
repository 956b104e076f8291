// A host that throws when it is asked has nothing, and loses nothing else: the answers are the same, byte for byte.
import { describe, expect, it, vi } from 'vitest';
import { thisHost } from '../src/host.ts';
import { randomBytes } from '../src/random.ts';
import { CHAT, counting, DINGTALK, FEISHU, type Lib, now, outcome, sample, utf8 } from './conformance/tools.ts';
import { LOOKS, type Look, makeThrow } from './throwing-host.ts';

/** The package before its first use, when it has asked the host nothing. */
async function unusedLib(): Promise<Lib> {
  vi.resetModules();
  return { ...(await import('../src/index.ts')), ...(await import('../src/simd.ts')) };
}

/** A short text, and one that is long enough to be read and hashed in the other ways there are. */
const TEXTS = ['\ufeff你好 🦜\ufffd', '飞🦜'.repeat(2500)];

/** What all three platforms send and accept, and refuse when it is forged. */
function answers(lib: Lib): string[] {
  const random = counting();
  const feishu = { ...FEISHU, now, random };
  const dingTalk = { ...DINGTALK, now, random };
  const pairs = [
    [lib.createFeishuCodec(feishu), lib.createFeishuCodec({ ...feishu, encryptKey: 'guessed' })],
    [
      lib.createFeishuCodec({ ...feishu, aes: lib.createSimdAesCbc() }),
      lib.createFeishuCodec({ ...feishu, encryptKey: 'guessed' }),
    ],
    [lib.createDingTalkCodec(dingTalk), lib.createDingTalkCodec({ ...dingTalk, token: 'guessed' })],
    [lib.createTencentChatCodec({ ...CHAT, now }), lib.createTencentChatCodec({ ...CHAT, now, token: 'guessed' })],
  ] as const;
  return pairs.flatMap(([codec, forger]) =>
    TEXTS.flatMap((text) => {
      const payload = { EventType: 't', CallbackCommand: 't', header: { event_type: 't' }, event: { text }, text };
      const pushed = codec.encode(payload);
      const forged = forger.encode(payload);
      return [
        outcome(lib, () => pushed),
        outcome(lib, () => codec.decode(pushed)),
        outcome(lib, () => codec.decode({ ...pushed, body: utf8(pushed.body) })),
        outcome(lib, () => [codec.verify(pushed), codec.verify(forged)]),
        outcome(lib, () => codec.decode(forged)),
      ];
    }),
  );
}

const expected = answers(await unusedLib());

/** What `run` gives while `looks` throw; nothing else runs until they are put back. */
function whileThrowing<T>(looks: readonly Look[], run: () => T): T {
  const putBack = makeThrow(looks);
  try {
    return run();
  } finally {
    putBack();
  }
}

/** What `run` gives where the global `process` is `value`. */
function withProcess<T>(value: object, run: () => T): T {
  vi.stubGlobal('process', value);
  try {
    return run();
  } finally {
    vi.unstubAllGlobals();
  }
}

describe('a host that throws when it is asked', () => {
  it('is compared by answers and refusals', () => {
    expect(expected).toHaveLength(4 * TEXTS.length * 5);
    expect(expected.filter((answer) => answer === 'ERR_SIGNATURE')).toHaveLength(4 * TEXTS.length);
    expect(expected.filter((answer) => answer === 'gave [true, false]')).toHaveLength(4 * TEXTS.length);
    expect(expected.filter((answer) => answer.startsWith('threw'))).toEqual([]);
  });

  it('for everything, is as good as a bare one', async () => {
    const lib = await unusedLib();
    expect(whileThrowing(LOOKS, () => answers(lib))).toEqual(expected);
  });

  it.each(LOOKS.map(([owner, name]) => ({ name, look: [owner, name] as Look })))('for $name', async ({ look }) => {
    const lib = await unusedLib();
    expect(whileThrowing([look], () => answers(lib))).toEqual(expected);
  });

  const { getBuiltinModule, versions } = process;
  const refuse = (): never => {
    throw new Error('not supported here');
  };
  const throwing = (target: object, ...names: readonly string[]) =>
    new Proxy(target, { get: (from, name) => (names.includes(String(name)) ? refuse() : Reflect.get(from, name)) });
  const allThrowing = () => new Proxy({}, { get: refuse, has: refuse });
  const modules = (name: string, module: (real: object) => unknown) => ({
    versions,
    getBuiltinModule: (asked: string) => {
      const real = getBuiltinModule(asked) as object;
      return asked === name ? module(real) : real;
    },
  });

  const members = {
    'node:buffer': ['Buffer', 'isAscii', 'isUtf8', 'transcode'],
    'node:crypto': ['createSecretKey', 'createCipheriv', 'createDecipheriv', 'createHash', 'hash'],
  };
  const processes: [string, object][] = [
    ['whose getBuiltinModule throws, as in the edge functions of Next.js', { versions, getBuiltinModule: refuse }],
    ['whose getBuiltinModule cannot be read', throwing({ versions }, 'getBuiltinModule')],
    ['whose versions cannot be read', throwing({ getBuiltinModule }, 'versions')],
    ['that throws for v8', { getBuiltinModule, versions: throwing(versions, 'v8') }],
    ['that throws for webkit', { getBuiltinModule, versions: throwing(versions, 'webkit') }],
    ['that throws for everything', allThrowing()],
    ...Object.entries(members).flatMap(([module, names]): [string, object][] => [
      [`that throws for ${module}`, modules(module, refuse)],
      [`with a ${module} that throws for everything`, modules(module, allThrowing)],
      ...names.flatMap((name): [string, object][] => [
        [`with a ${module} that throws for ${name}`, modules(module, (real) => throwing(real, name))],
        [`with a ${module} whose ${name} throws`, modules(module, (real) => ({ ...real, [name]: refuse }))],
      ]),
    ]),
  ];
  it.each(processes)('with a process %s', async (_, value) => {
    const lib = await unusedLib();
    expect(withProcess(value, () => answers(lib))).toEqual(expected);
  });

  const found = () => {
    const { versions, ...rest } = thisHost();
    return Object.fromEntries(Object.entries({ ...versions, ...rest }).map(([name, value]) => [name, Boolean(value)]));
  };
  const all = { buffer: true, crypto: true, v8: true, webkit: true, TextEncoder: true, TextDecoder: true };
  const both = { v8: '13', webkit: 'd6375c72' };
  it.each<[string, object, Partial<typeof all>]>([
    ['nothing', { getBuiltinModule, versions: both }, {}],
    ['getBuiltinModule', { getBuiltinModule: refuse, versions: both }, { buffer: false, crypto: false }],
    ['node:buffer', { ...modules('node:buffer', refuse), versions: both }, { buffer: false }],
    ['node:crypto', { ...modules('node:crypto', refuse), versions: both }, { crypto: false }],
    ['versions', throwing({ getBuiltinModule }, 'versions'), { v8: false, webkit: false }],
    ['v8', { getBuiltinModule, versions: throwing(both, 'v8') }, { v8: false }],
    ['webkit', { getBuiltinModule, versions: throwing(both, 'webkit') }, { webkit: false }],
  ])('loses no more than what throws: %s', (_, process, lost) => {
    expect(withProcess(process, found)).toEqual({ ...all, ...lost });
  });

  it.each<[string, Partial<typeof all>]>([
    ['process', { buffer: false, crypto: false, v8: false }],
    ['TextEncoder', { TextEncoder: false }],
    ['TextDecoder', { TextDecoder: false }],
  ])('loses no more than what throws: the global %s', (name, lost) => {
    expect(whileThrowing([[globalThis, name]], found)).toEqual({ ...all, webkit: false, ...lost });
  });

  it('has no native AES: nativeAesCbc is ERR_CONFIG', async () => {
    const lib = await unusedLib();
    const attempt = () => outcome(lib, () => lib.nativeAesCbc(sample(32, 1)));
    expect(withProcess({ getBuiltinModule: refuse }, attempt)).toBe('ERR_CONFIG');
  });

  it.each<[string, Look]>([
    ['crypto', [globalThis, 'crypto']],
    ['getRandomValues', [crypto, 'getRandomValues']],
  ])('has no random bytes: %s', (_, look) => {
    const attempt = () => whileThrowing([look], () => randomBytes(16));
    expect(attempt).toThrow(expect.objectContaining({ name: 'CallbackError', code: 'ERR_RANDOM' }));
  });
});
