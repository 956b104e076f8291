// A runtime that throws when it is asked has nothing, and loses nothing else: the answers are the same, byte for byte.
import { describe, expect, it, vi } from 'vitest';
import { isCallbackError } from '../src/internal/errors.ts';
import { randomBytes } from '../src/internal/random.ts';
import { CHAT, counting, DINGTALK, FEISHU, now, sample, show, utf8 } from './conformance/tools.ts';
import { LOOKS, type Look, processWith, refuse, throwing, whileThrowing, withProcess } from './throwing-runtime.ts';

type Lib = typeof import('../src/index.ts') & typeof import('../src/simd.ts');

/** The package before its first use, when it has asked the runtime nothing. */
async function unusedLib(): Promise<Lib> {
  vi.resetModules();
  return { ...(await import('../src/index.ts')), ...(await import('../src/simd.ts')) };
}

/** What became of an attempt: the value it gave, or the code of its refusal. */
function outcome(attempt: () => unknown): string {
  try {
    return `gave ${show(attempt())}`;
  } catch (error) {
    return isCallbackError(error) ? error.code : `threw ${String(error)}`;
  }
}

/** A short text, and one that is long enough to be read and hashed in the other ways there are. */
const TEXTS = ['\ufeff你好 🦜\ufffd', '飞🦜'.repeat(2500)];

/** AES behind the seam in each way, SHA-1, SHA-256 and HMAC. */
function pairsOf(lib: Lib) {
  const random = counting();
  const feishu = { ...FEISHU, now, random };
  const dingTalk = { ...DINGTALK, now, random };
  return [
    [lib.createFeishuCodec(feishu), lib.createFeishuCodec({ ...feishu, encryptKey: 'guessed' })],
    [
      lib.createFeishuCodec({ ...feishu, aes: lib.createSimdAesCbc() }),
      lib.createFeishuCodec({ ...feishu, encryptKey: 'guessed' }),
    ],
    [lib.createDingTalkCodec(dingTalk), lib.createDingTalkCodec({ ...dingTalk, token: 'guessed' })],
    [
      lib.createDingTalkRobotCodec({ appSecret: 'this is a secret', now }),
      lib.createDingTalkRobotCodec({ appSecret: 'guessed', now }),
    ],
    [lib.createTencentChatCodec({ ...CHAT, now }), lib.createTencentChatCodec({ ...CHAT, now, token: 'guessed' })],
  ] as const;
}

/** What the codecs send and accept, and refuse when it is forged. */
function answers(lib: Lib): string[] {
  return pairsOf(lib).flatMap(([codec, forger]) =>
    TEXTS.flatMap((text) => {
      const payload = { EventType: 't', CallbackCommand: 't', header: { event_type: 't' }, event: { text }, text };
      const pushed = codec.encode(payload);
      const forged = forger.encode(payload);
      return [
        outcome(() => pushed),
        outcome(() => codec.decode(pushed)),
        outcome(() => codec.decode({ ...pushed, body: utf8(pushed.body as string) })),
        outcome(() => [codec.verify(pushed), codec.verify(forged)]),
        outcome(() => codec.decode(forged)),
      ];
    }),
  );
}

const expected = answers(await unusedLib());

describe('a runtime that throws when it is asked', () => {
  it('is compared by answers and refusals', () => {
    expect(expected).toHaveLength(5 * TEXTS.length * 5);
    expect(expected.filter((answer) => answer === 'ERR_SIGNATURE')).toHaveLength(5 * TEXTS.length);
    expect(expected.filter((answer) => answer === 'gave [true, false]')).toHaveLength(5 * TEXTS.length);
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
  const allThrowing = () => new Proxy({}, { get: refuse, has: refuse });
  const members = {
    'node:buffer': ['Buffer', 'isAscii', 'isUtf8', 'transcode'],
    'node:crypto': ['createSecretKey', 'createCipheriv', 'createDecipheriv', 'createHash', 'createHmac', 'hash'],
  };
  const processes: [string, object][] = [
    ['whose getBuiltinModule throws, as in the edge functions of Next.js', { versions, getBuiltinModule: refuse }],
    ['whose getBuiltinModule cannot be read', throwing({ versions }, 'getBuiltinModule')],
    ['whose versions cannot be read', throwing({ getBuiltinModule }, 'versions')],
    ['that throws for v8', { getBuiltinModule, versions: throwing(versions, 'v8') }],
    ['that throws for webkit', { getBuiltinModule, versions: throwing(versions, 'webkit') }],
    ['that throws for everything', allThrowing()],
    ...Object.entries(members).flatMap(([module, names]): [string, object][] => [
      [`that throws for ${module}`, processWith(module, refuse)],
      [`with a ${module} that throws for everything`, processWith(module, allThrowing)],
      ...names.flatMap((name): [string, object][] => [
        [`with a ${module} that throws for ${name}`, processWith(module, (real) => throwing(real, name))],
        [`with a ${module} whose ${name} throws`, processWith(module, (real) => ({ ...real, [name]: refuse }))],
      ]),
    ]),
  ];
  it.each(processes)('with a process %s', async (_, value) => {
    const lib = await unusedLib();
    expect(withProcess(value, () => answers(lib))).toEqual(expected);
  });

  it('has no native AES: nativeAesCbc is ERR_CONFIG', async () => {
    const lib = await unusedLib();
    const attempt = () => outcome(() => lib.nativeAesCbc(sample(32, 1)));
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
