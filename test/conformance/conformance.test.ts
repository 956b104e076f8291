// The conformance suite on the sources, and proof that it can fail: broken packages, at least one for each section.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as sources from '../../src/index.ts';
import * as simd from '../../src/simd.ts';
import { runConformance, SECTIONS } from './suite.ts';
import type { Lib } from './tools.ts';

const lib: Lib = { ...sources, ...simd };

/** A package with one fault, and the section that must see it. */
interface Mutant {
  readonly section: string;
  readonly fault: string;
  readonly broken: Partial<Lib>;
}

/** A codec factory whose codecs are changed. */
const feishu = (change: (codec: sources.FeishuCodec, options: sources.FeishuCodecOptions) => object) => ({
  createFeishuCodec: (options: sources.FeishuCodecOptions): sources.FeishuCodec => {
    const codec = lib.createFeishuCodec(options);
    return { ...codec, ...change(codec, options) };
  },
});
const dingTalk = (change: (codec: sources.DingTalkCodec, options: sources.DingTalkCodecOptions) => object) => ({
  createDingTalkCodec: (options: sources.DingTalkCodecOptions): sources.DingTalkCodec => {
    const codec = lib.createDingTalkCodec(options);
    return { ...codec, ...change(codec, options) };
  },
});
const chat = (change: (codec: sources.TencentChatCodec, options: sources.TencentChatCodecOptions) => object) => ({
  createTencentChatCodec: (options: sources.TencentChatCodecOptions): sources.TencentChatCodec => {
    const codec = lib.createTencentChatCodec(options);
    return { ...codec, ...change(codec, options) };
  },
});

/** What `attempt` gives, or `instead` where it throws that code. */
function unless<T>(code: string, attempt: () => T, instead: () => T): T {
  try {
    return attempt();
  } catch (error) {
    if ((error as { code?: string }).code !== code) throw error;
    return instead();
  }
}

/** DingTalk whose refusal of a configuration is another error. */
const dingTalkRefusingWith = (error: (options: sources.DingTalkCodecOptions) => Error) => ({
  createDingTalkCodec: (options: sources.DingTalkCodecOptions) =>
    unless(
      'ERR_CONFIG',
      () => lib.createDingTalkCodec(options),
      () => {
        throw error(options);
      },
    ),
});

/** An engine whose parts are changed. */
const noble = (change: (aes: sources.AesCbc, key: Uint8Array) => object) => ({
  nobleAesCbc: (key: Uint8Array): sources.AesCbc => {
    const aes = lib.nobleAesCbc(key);
    return { ...aes, ...change(aes, key) };
  },
});
const utf8Lax = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const feishuKey = Uint8Array.from(
  Buffer.from('fa2bdca424f01f01ffb48df93acc35d439c7fd331a1a7fba6ac2fd83aa9ab31a', 'hex'),
);

const MUTANTS: readonly Mutant[] = [
  { section: 'exports', fault: 'a name is missing', broken: { tencentChatSignature: undefined as never } },
  { section: 'exports', fault: 'another suite key', broken: { CREATE_SUITE_KEY: 'suite4' as never } },
  {
    section: 'platform vectors',
    fault: 'a signature in upper case',
    broken: { tencentChatSignature: (parts) => lib.tencentChatSignature(parts).toUpperCase() },
  },
  {
    section: 'platform vectors',
    fault: 'an answer signed with another time',
    broken: dingTalk(({ reply }) => ({ reply: (text?: string) => reply(text) })),
  },
  {
    section: 'NIST',
    fault: 'ECB for CBC',
    broken: noble(({ encrypt }) => ({
      encrypt: (_: Uint8Array, blocks: Uint8Array) => encrypt(new Uint8Array(16), blocks),
    })),
  },
  {
    section: 'NIST',
    fault: 'the wrong IV on the way back',
    broken: noble(({ decrypt }) => ({
      decrypt: (message: Uint8Array) => decrypt(message.map((byte, at) => (at === 15 ? byte ^ 1 : byte))),
    })),
  },
  {
    section: 'padding',
    fault: 'decrypt accepts bad padding',
    broken: {
      decryptAes256Cbc: (key, iv, ciphertext, options) =>
        unless(
          'ERR_DECRYPT',
          () => lib.decryptAes256Cbc(key, iv, ciphertext, options),
          () => new Uint8Array(0),
        ),
    },
  },
  {
    section: 'padding',
    fault: 'a message of its own for base64',
    broken: {
      openEnvelope(key, envelope) {
        if (!/^[A-Za-z0-9+/]*=*$/.test(envelope)) throw new lib.CallbackError('ERR_DECRYPT', 'this is no base64');
        return lib.openEnvelope(key, envelope);
      },
    },
  },
  {
    section: 'padding',
    fault: 'DingTalk accepts bad padding',
    broken: {
      decryptDingTalkMessage: (encrypt, secrets) =>
        unless(
          'ERR_DECRYPT',
          () => lib.decryptDingTalkMessage(encrypt, secrets),
          () => 'x',
        ),
    },
  },
  {
    section: 'engines',
    fault: "the caller's key is kept",
    broken: {
      nobleAesCbc: (key) => ({
        encrypt: (iv, blocks) => lib.nobleAesCbc(key).encrypt(iv, blocks),
        decrypt: (message) => lib.nobleAesCbc(key).decrypt(message),
      }),
    },
  },
  {
    section: 'engines',
    fault: 'results in one scratch array',
    broken: (() => {
      const scratch = new Uint8Array(65_536);
      return noble(({ decrypt }) => ({
        decrypt(message: Uint8Array) {
          scratch.set(decrypt(message));
          return scratch.subarray(0, message.length - 16);
        },
      }));
    })(),
  },
  {
    section: 'engines',
    fault: 'state between messages',
    broken: noble(({ decrypt }) => {
      let last = new Uint8Array(16);
      return {
        decrypt(message: Uint8Array) {
          const result = decrypt(message).map((byte, at) => byte ^ (last[at] ?? 0));
          last = message.length === 80 ? message.slice(0, 16) : last;
          return result;
        },
      };
    }),
  },
  {
    section: 'engines',
    fault: 'arguments are overwritten',
    broken: noble(({ decrypt }) => ({
      decrypt(message: Uint8Array) {
        const result = decrypt(message);
        message.set(result);
        return result;
      },
    })),
  },
  {
    section: 'engines',
    fault: 'the SIMD engine stops after 32 KiB',
    broken: {
      createSimdAesCbc: () =>
        Object.assign(
          (key: Uint8Array) => {
            const { encrypt, decrypt } = lib.nobleAesCbc(key);
            return { encrypt, decrypt: (message: Uint8Array) => decrypt(message).fill(0, 32_768) };
          },
          { kind: 'simd' } as const,
        ),
    },
  },
  {
    section: 'engines',
    fault: 'an IV of any length',
    broken: noble(({ encrypt }) => ({
      encrypt(iv: Uint8Array, blocks: Uint8Array) {
        const whole = new Uint8Array(16);
        whole.set(iv);
        return encrypt(whole, blocks);
      },
    })),
  },
  {
    section: 'paths',
    fault: 'the default engine encrypts otherwise',
    broken: feishu(({ encrypt }, { aes }) => ({
      encrypt: (text: string) => (aes === undefined ? encrypt(`${text}\0`) : encrypt(text)),
    })),
  },
  {
    section: 'paths',
    fault: 'the default engine tells padding from the rest',
    broken: dingTalk(({ decrypt }, { aes }) => ({
      decrypt: (text: string) =>
        unless(
          'ERR_DECRYPT',
          () => decrypt(text),
          () => {
            throw new lib.CallbackError(aes === undefined ? 'ERR_REQUEST' : 'ERR_DECRYPT', 'padding');
          },
        ),
    })),
  },
  {
    section: 'Feishu',
    fault: 'the window is ignored',
    broken: { createFeishuCodec: (options) => lib.createFeishuCodec({ ...options, toleranceSeconds: Infinity }) },
  },
  {
    section: 'Feishu',
    fault: 'a plain body is accepted although a key is set (downgrade)',
    broken: feishu(({ decode }, { encryptKey, ...rest }) => ({
      decode: (request: sources.CallbackRequest) =>
        unless(
          'ERR_SIGNATURE',
          () => decode(request),
          () => lib.createFeishuCodec(rest).decode(request),
        ),
    })),
  },
  {
    section: 'Feishu',
    fault: 'the Verification Token is not compared',
    broken: {
      createFeishuCodec(options) {
        const { verificationToken, ...rest } = options;
        return lib.createFeishuCodec(options.encryptKey === undefined ? options : rest);
      },
    },
  },
  { section: 'Feishu', fault: 'verify says yes', broken: feishu(() => ({ verify: () => true })) },
  {
    section: 'unsigned challenge',
    fault: 'whatever is the JSON of a challenge, as in 0.1.0',
    broken: feishu(({ decode, decrypt }, options) => ({
      decode: (request: sources.CallbackRequest) =>
        unless(
          'ERR_SIGNATURE',
          () => decode(request),
          () => {
            try {
              const { encryptKey, ...plain } = options;
              const body = decrypt((JSON.parse(String(request.body)) as { encrypt: string }).encrypt);
              return lib.createFeishuCodec({ verificationToken: 'v-token', ...plain }).decode({ body });
            } catch {
              return decode(request);
            }
          },
        ),
    })),
  },
  {
    section: 'unsigned challenge',
    fault: 'acceptChallenge is ignored',
    broken: { createFeishuCodec: ({ acceptChallenge, ...options }) => lib.createFeishuCodec(options) },
  },
  {
    section: 'unsigned challenge',
    fault: 'a long body is parsed first',
    broken: feishu(({ decode }) => ({
      decode(request: sources.CallbackRequest) {
        const { body } = request;
        return unless(
          'ERR_SIGNATURE',
          () => decode(request),
          () => {
            if (request.headers === undefined && typeof body === 'string' && !body.startsWith('{'))
              throw new lib.CallbackError('ERR_REQUEST', 'body must be a JSON object in UTF-8');
            return decode(request);
          },
        );
      },
    })),
  },
  {
    section: 'unsigned challenge',
    fault: 'what was wrong is told (padding oracle)',
    broken: feishu(({ decode, decrypt }) => ({
      decode: (request: sources.CallbackRequest) =>
        unless(
          'ERR_SIGNATURE',
          () => decode(request),
          () => {
            decrypt((JSON.parse(String(request.body)) as { encrypt: string }).encrypt);
            return decode(request);
          },
        ),
    })),
  },
  {
    section: 'DingTalk',
    fault: 'any owner',
    broken: dingTalk(({ decode }, options) => ({
      decode: (request: sources.CallbackRequest) =>
        unless(
          'ERR_OWNER',
          () => decode(request),
          () => lib.createDingTalkCodec({ ...options, ownerKey: ['someone', 'someone2'] }).decode(request),
        ),
    })),
  },
  {
    section: 'DingTalk',
    fault: 'a nonce of digits can stand for the time',
    broken: dingTalk(({ decode }, options) => ({
      decode: (request: sources.CallbackRequest) =>
        unless(
          'ERR_TIMESTAMP',
          () => decode(request),
          () => {
            const message = lib.createDingTalkCodec({ ...options, toleranceSeconds: Infinity }).decode(request);
            return /^\d+$/.test(message.nonce) ? message : decode(request);
          },
        ),
    })),
  },
  {
    section: 'DingTalk',
    fault: 'no owner is named',
    broken: dingTalk(({ decode }) => ({
      decode: (request: sources.CallbackRequest) =>
        unless(
          'ERR_OWNER',
          () => decode(request),
          () => {
            throw new lib.CallbackError('ERR_OWNER', 'the message is for another', { dingTalkCode: 900010 });
          },
        ),
    })),
  },
  {
    section: 'DingTalk',
    fault: 'no id',
    broken: dingTalk(({ decode }) => ({
      decode: (request: sources.CallbackRequest) => ({ ...decode(request), id: undefined }),
    })),
  },
  {
    section: 'DingTalk',
    fault: 'the window is ignored',
    broken: { createDingTalkCodec: (options) => lib.createDingTalkCodec({ ...options, toleranceSeconds: Infinity }) },
  },
  {
    section: 'DingTalk',
    fault: 'a sort by locale in the signature',
    broken: {
      dingTalkSignature({ token, timestamp, nonce, encrypt }) {
        const sorted = [token, timestamp, nonce, encrypt].sort((a, b) => a.localeCompare(b));
        return createHash('sha1').update(sorted.join('')).digest('hex');
      },
    },
  },
  {
    section: 'Tencent Chat',
    fault: 'no window by default',
    broken: {
      createTencentChatCodec: (options) =>
        lib.createTencentChatCodec({ ...options, toleranceSeconds: options.toleranceSeconds ?? Infinity }),
    },
  },
  {
    section: 'Tencent Chat',
    fault: 'any app',
    broken: { createTencentChatCodec: ({ sdkAppId, ...options }) => lib.createTencentChatCodec(options) },
  },
  {
    section: 'Tencent Chat',
    fault: 'names as the documentation spells them',
    broken: chat(({ decode }) => ({
      decode({ query, ...request }: sources.CallbackRequest) {
        const { sign, SIGN, ...rest } = (query ?? {}) as Record<string, string>;
        return decode(query === undefined ? request : { ...request, query: rest });
      },
    })),
  },
  {
    section: 'Tencent Chat',
    fault: 'ActionStatus from ErrorCode',
    broken: chat(({ reply }) => ({
      reply: (fields: { ErrorCode?: number } = {}) =>
        reply({ ActionStatus: fields.ErrorCode ? 'FAIL' : 'OK', ...fields }),
    })),
  },
  {
    section: 'error codes',
    fault: 'another class of error',
    broken: { CallbackError: class extends Error {} as never },
  },
  {
    section: 'error codes',
    fault: 'a secret in a message',
    broken: dingTalkRefusingWith(
      ({ encodingAesKey }) =>
        new lib.CallbackError('ERR_CONFIG', `not a good key at all: ${encodingAesKey}`, { dingTalkCode: 900004 }),
    ),
  },
  {
    section: 'error codes',
    fault: 'no number for DingTalk',
    broken: dingTalkRefusingWith(() => new lib.CallbackError('ERR_CONFIG', 'the key is not a good key')),
  },
  {
    section: 'error codes',
    fault: 'a variable that is not set drops its check',
    broken: {
      createFeishuCodec: ({ verificationToken, ...options }) =>
        lib.createFeishuCodec(verificationToken === undefined ? options : { ...options, verificationToken }),
    },
  },
  {
    section: "programmer's mistakes",
    fault: 'nothing is a mistake',
    broken: feishu(({ decode }) => ({
      decode(request: sources.CallbackRequest) {
        if (typeof request === 'object' && request !== null && (request.body ?? undefined) === undefined)
          throw new TypeError('body must be the raw body');
        return decode(request);
      },
    })),
  },
  {
    section: "programmer's mistakes",
    fault: 'a parsed body is serialised again',
    broken: feishu(({ decode }) => ({
      decode: (request: sources.CallbackRequest) =>
        decode(request?.body?.constructor === Object ? { ...request, body: JSON.stringify(request.body) } : request),
    })),
  },
  {
    section: "programmer's mistakes",
    fault: "an engine's own TypeError",
    broken: {
      tencentChatSignature: (parts) => {
        (parts.requestTime as { trim(): unknown }).trim();
        return lib.tencentChatSignature(parts);
      },
    },
  },
  {
    section: 'randomness',
    fault: "the caller's source is ignored",
    broken: { encryptFeishuEvent: (text, key, { iv } = {}) => lib.encryptFeishuEvent(text, key, { iv }) },
  },
  {
    section: 'randomness',
    fault: 'the same IV each time',
    broken: {
      sealEnvelope: (key, plaintext, { iv = new Uint8Array(16) } = {}) => lib.sealEnvelope(key, plaintext, { iv }),
    },
  },
  {
    section: 'requests',
    fault: 'headers in one letter case only',
    broken: feishu(({ verify }) => ({
      verify: (request: sources.CallbackRequest) => 'X-Lark-Signature' in (request.headers ?? {}) && verify(request),
    })),
  },
  {
    section: 'requests',
    fault: 'a plus sign is a space',
    broken: chat(({ decode }) => ({
      decode: (request: sources.CallbackRequest) =>
        decode(request.url ? { ...request, url: request.url.replace(/\+/g, '%20') } : request),
    })),
  },
  {
    section: 'requests',
    fault: 'headers of null are a mistake',
    broken: feishu(({ decode }) => ({
      decode: (request: sources.CallbackRequest) =>
        decode(request.headers === null ? { ...request, headers: 1 as never } : request),
    })),
  },
  {
    section: 'requests',
    fault: 'the first of two parameters is taken',
    broken: chat(({ decode }) => ({
      decode: (request: sources.CallbackRequest) =>
        decode({ ...request, url: request.url?.replace(/&ClientIP=2$/, '') }),
    })),
  },
  {
    section: 'inputs',
    fault: 'the key is wiped after use',
    broken: {
      encryptAes256Cbc(key, iv, plaintext, options) {
        const ciphertext = lib.encryptAes256Cbc(key, iv, plaintext, options);
        key.fill(0);
        return ciphertext;
      },
    },
  },
  {
    section: 'inputs',
    fault: 'plaintext in memory that is used again',
    broken: (() => {
      const scratch = new Uint8Array(65_536);
      return {
        openEnvelope(key: Uint8Array, envelope: string) {
          const plaintext = lib.openEnvelope(key, envelope);
          scratch.set(plaintext);
          return scratch.subarray(0, plaintext.length);
        },
      };
    })(),
  },
  {
    section: 'inputs',
    fault: 'a body that others can change',
    broken: feishu(({ decode }) => ({
      decode: ({ body, ...rest }: sources.CallbackRequest) =>
        decode({ ...rest, body: body instanceof Uint8Array ? Uint8Array.from(body) : body }),
    })),
  },
  {
    section: 'round trips',
    fault: 'a BOM is dropped, as TextDecoder does',
    broken: { decryptFeishuEvent: (encrypt, key) => lib.decryptFeishuEvent(encrypt, key).replace(/^\ufeff/, '') },
  },
  {
    section: 'round trips',
    fault: 'text is normalised',
    broken: dingTalk(({ encrypt }) => ({ encrypt: (text: string) => encrypt(text.normalize('NFC')) })),
  },
  {
    section: 'round trips',
    fault: 'a character across the boundary of 4,096 is lost',
    broken: feishu(({ decrypt }) => ({
      decrypt(encrypt: string) {
        const text = decrypt(encrypt);
        return text.length < 4096
          ? text
          : text.slice(0, 4095) + text.slice(4095, 4097).replace(/\udd9c/, '\ufffd') + text.slice(4097);
      },
    })),
  },
  {
    section: 'strings and bytes',
    fault: 'a signed string loses its BOM',
    broken: {
      feishuSignature: ({ body, ...rest }, key) =>
        lib.feishuSignature({ ...rest, body: typeof body === 'string' ? body.replace(/^\ufeff/, '') : body }, key),
    },
  },
  {
    section: 'strings and bytes',
    fault: 'the limit counts characters',
    broken: feishu(({ decode }, { maxBodyBytes = Infinity, ...options }) => ({
      decode(request: sources.CallbackRequest) {
        const { length } = request.body as string | Uint8Array;
        return length > maxBodyBytes ? decode(request) : lib.createFeishuCodec(options).decode(request);
      },
    })),
  },
  {
    section: 'base64',
    fault: 'what Buffer takes',
    broken: {
      openEnvelope: (key, envelope) => lib.openEnvelope(key, Buffer.from(envelope, 'base64').toString('base64')),
    },
  },
  {
    section: 'base64',
    fault: 'what atob takes',
    broken: {
      openEnvelope(key, envelope) {
        let canonical = '';
        try {
          canonical = btoa(atob(envelope));
        } catch {
          // no base64 by the rules of WHATWG
        }
        return lib.openEnvelope(key, canonical);
      },
    },
  },
  {
    section: 'base64',
    fault: 'code units cut to eight bits',
    broken: {
      openEnvelope: (key, envelope) => lib.openEnvelope(key, Buffer.from(envelope, 'latin1').toString('latin1')),
    },
  },
  {
    section: 'base64',
    fault: 'DingTalk skips whatever counts as white space in ECMAScript',
    broken: {
      decryptDingTalkMessage: (encrypt, secrets) => lib.decryptDingTalkMessage(encrypt.replace(/\s/g, ''), secrets),
    },
  },
  {
    section: 'base64',
    fault: 'spare bits of EncodingAESKey must be zero',
    broken: {
      encryptDingTalkMessage(text, secrets, options) {
        const { encodingAesKey } = secrets;
        if (encodingAesKey.length === 43 && /[^AEIMQUYcgkosw048]$/.test(encodingAesKey)) {
          throw new lib.CallbackError('ERR_CONFIG', 'spare bits', { dingTalkCode: 900004 });
        }
        return lib.encryptDingTalkMessage(text, secrets, options);
      },
    },
  },
  {
    section: 'UTF-8',
    fault: 'U+FFFD for invalid bytes',
    broken: { decryptFeishuEvent: (encrypt) => utf8Lax(lib.openEnvelope(feishuKey, encrypt)) },
  },
  {
    section: 'UTF-8',
    fault: 'U+FFFD that was sent is refused',
    broken: {
      decryptFeishuEvent(encrypt, key) {
        const text = lib.decryptFeishuEvent(encrypt, key);
        if (text.includes('\ufffd')) throw new lib.CallbackError('ERR_DECRYPT', 'no UTF-8');
        return text;
      },
    },
  },
  {
    section: 'UTF-8',
    fault: 'bodies are decoded laxly',
    broken: chat(({ decode }) => ({
      decode: ({ body, ...rest }: sources.CallbackRequest) =>
        decode({ ...rest, body: typeof body === 'string' ? body : utf8Lax(body as Uint8Array) }),
    })),
  },
  {
    section: 'UTF-8',
    fault: 'lone surrogates become U+FFFD',
    broken: {
      encryptFeishuEvent: (text, key, options) => lib.encryptFeishuEvent(Buffer.from(text).toString(), key, options),
    },
  },
];

describe('the conformance suite', () => {
  it('passes on the sources, with thousands of checks', () => {
    const { passed, failed, failures } = runConformance(lib, {});
    expect(failures).toEqual([]);
    expect(failed).toBe(0);
    expect(passed).toBeGreaterThan(5000);
  });

  it('counts every failure and names its section', () => {
    const { passed, failed, failures } = runConformance({} as Lib, {});
    expect(failed).toBe(failures.length);
    expect(passed).toBeLessThan(200);
    for (const [section] of SECTIONS) expect(failures.some((failure) => failure.startsWith(`${section}: `))).toBe(true);
  });

  it('uses a random source that it is given', () => {
    let asked = 0;
    const random = (byteLength: number) => {
      asked += byteLength;
      return crypto.getRandomValues(new Uint8Array(byteLength));
    };
    expect(runConformance(lib, { random }).failures).toEqual([]);
    expect(asked).toBeGreaterThan(0);
  });

  it.each(MUTANTS)('fails in "$section" where $fault', ({ section, broken }) => {
    const [name, run] = SECTIONS.find(([name]) => name === section) ?? [];
    expect(name).toBe(section);
    expect(run).toBeDefined();
    const { failures } = runConformance({ ...lib, ...broken }, {}, [section]);
    expect(failures).not.toEqual([]);
    expect(failures.every((failure) => failure.startsWith(`${section}: `))).toBe(true);
  });

  it('has a mutant for each section', () => {
    expect(new Set(MUTANTS.map(({ section }) => section))).toEqual(new Set(SECTIONS.map(([name]) => name)));
  });
});
