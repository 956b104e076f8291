// The conformance suite on the sources, and proof that it can fail: broken packages, at least one for each section.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as explain from '../../src/explain.ts';
import * as fetch from '../../src/fetch.ts';
import * as sources from '../../src/index.ts';
import * as node from '../../src/node.ts';
import * as simd from '../../src/simd.ts';
import { hasFetch, runConformance, runHandlers, SECTIONS } from './suite.ts';
import type { Lib } from './tools.ts';

const lib: Lib = { ...sources, ...explain, ...fetch, ...node, ...simd };

/** A package with one fault, and the section that must see it. */
interface Mutant {
  readonly section: string;
  readonly fault: string;
  readonly broken: Partial<Lib>;
}

/** Codecs and options of each factory; what a generic one returns says nothing of events. */
interface Factories {
  createFeishuCodec: [sources.FeishuCodec, sources.FeishuCodecOptions];
  createFeishuCardCodec: [sources.FeishuCardCodec, sources.FeishuCardCodecOptions];
  createDingTalkCodec: [sources.DingTalkCodec, sources.DingTalkCodecOptions];
  createDingTalkRobotCodec: [sources.DingTalkRobotCodec, sources.DingTalkRobotCodecOptions];
  createWeComCodec: [sources.WeComCodec, sources.WeComCodecOptions];
  createWeChatCodec: [sources.WeChatCodec, sources.WeChatCodecOptions];
  createTencentChatCodec: [sources.TencentChatCodec, sources.TencentChatCodecOptions];
  createTrtcCodec: [sources.TrtcCodec, sources.TrtcCodecOptions];
}
type Codec<F extends keyof Factories> = Factories[F][0];
type Options<F extends keyof Factories> = Factories[F][1];

/** A package whose codecs of one platform are changed. */
const changing =
  <F extends keyof Factories>(factory: F) =>
  (change: (codec: Codec<F>, options: Options<F>, create: (options: Options<F>) => Codec<F>) => object) => {
    const create = lib[factory] as unknown as (options: Options<F>) => Codec<F>;
    const changed = (options: Options<F>) => {
      const codec = create(options);
      return { ...codec, ...change(codec, options, create) };
    };
    return { [factory]: changed } as Partial<Lib>;
  };
const feishu = changing('createFeishuCodec');
const feishuCard = changing('createFeishuCardCodec');
const dingTalk = changing('createDingTalkCodec');
const robot = changing('createDingTalkRobotCodec');
const weCom = changing('createWeComCodec');
const weChat = changing('createWeChatCodec');
const chat = changing('createTencentChatCodec');
const trtc = changing('createTrtcCodec');

/** The error of a refusal, with the number of the platform. */
const refusal = (code: sources.CallbackErrorCode, message: string, platformCode?: number) =>
  Object.assign(new lib.CallbackError(code, message), platformCode === undefined ? {} : { platformCode });

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
const dingTalkRefusingWith = (error: (options: sources.DingTalkCodecOptions) => Error): Partial<Lib> => ({
  createDingTalkCodec: (options) =>
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
  { section: 'exports', fault: 'a name too many', broken: { sealEnvelope: () => '' } as never },
  {
    section: 'explanations',
    fault: 'nothing is found',
    broken: { explainTrtc: () => ({ accepted: false, findings: [] }) },
  },
  {
    section: 'one shape',
    fault: 'a message of another platform is answered',
    broken: feishu(({ reply }) => ({
      reply: (message: sources.FeishuMessage, answer?: object) => reply({ ...message, platform: 'feishu' }, answer),
    })),
  },
  {
    section: 'one shape',
    fault: 'the answer to a verification is ignored',
    broken: weCom(({ reply }) => ({
      reply: (message: sources.WeComMessage, answer?: string, options?: object) =>
        reply(message, message.kind === 'verification' ? undefined : answer, options),
    })),
  },
  {
    section: 'one shape',
    fault: 'an empty answer is the default of all',
    broken: robot(({ reply }) => ({ reply: (message: sources.DingTalkRobotMessage) => reply(message) })),
  },
  {
    section: 'one shape',
    fault: 'a variable that is not set drops its check',
    broken: {
      createTrtcCodec: (options) =>
        lib.createTrtcCodec((options.sdkAppId ?? undefined) === undefined ? { key: options.key } : options),
    },
  },
  {
    section: 'one shape',
    fault: 'verify takes a body that is too long',
    broken: trtc(({ verify }, options, create) => ({
      verify: (request: sources.CallbackRequest) =>
        verify(request) || create({ ...options, maxBodyBytes: 1_048_576 }).verify(request),
    })),
  },
  {
    section: 'one shape',
    fault: 'a method that needs this',
    broken: chat(({ reply, maxBodyBytes }) => ({
      reply(this: { maxBodyBytes: number }, message: sources.TencentChatMessage) {
        if (this.maxBodyBytes !== maxBodyBytes) throw new Error('this');
        return reply(message);
      },
    })),
  },
  {
    section: 'platform vectors',
    fault: 'a signature in upper case',
    broken: { tencentChatSignature: (parts) => lib.tencentChatSignature(parts).toUpperCase() },
  },
  {
    section: 'platform vectors',
    fault: 'an answer signed with another time',
    broken: dingTalk(({ reply }) => ({
      reply: (message: sources.DingTalkMessage, answer: string, { prefix }: sources.DingTalkReplyOptions = {}) =>
        reply(message, answer, { prefix }),
    })),
  },
  {
    section: 'platform vectors',
    fault: 'the time of a JSON reply is text',
    broken: weChat(({ reply }) => ({
      reply(message: sources.WeChatMessage, answer?: string, options?: sources.WeChatReplyOptions) {
        const sent = reply(message, answer, options);
        return { ...sent, body: sent.body.replace(/"TimeStamp":(\d+)/, '"TimeStamp":"$1"') };
      },
    })),
  },
  {
    section: 'platform vectors',
    fault: 'key and text of the HMAC change places',
    broken: { feishuBotSignature: ({ timestamp, secret }) => lib.dingTalkRobotSignature({ timestamp, secret }) },
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
      decryptEnvelope(key, envelope) {
        if (!/^[A-Za-z0-9+/]*=*$/.test(envelope)) throw new lib.CallbackError('ERR_DECRYPT', 'this is no base64');
        return lib.decryptEnvelope(key, envelope);
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
            throw refusal('ERR_OWNER', 'the message is for another', 900010);
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
    section: 'DingTalk replies',
    fault: 'the time of the reply is now',
    broken: dingTalk(({ reply }) => ({
      reply: (message: sources.DingTalkMessage, answer?: string, options?: sources.DingTalkReplyOptions) =>
        reply(message, answer, { timestamp: '1', ...options }),
    })),
  },
  {
    section: 'DingTalk replies',
    fault: 'the signature of a reply is not compared',
    broken: dingTalk(({ decrypt }) => ({
      decodeReply: ({ body }: { body: string | Uint8Array }) =>
        decrypt((JSON.parse(Buffer.from(body as string).toString()) as { encrypt: string }).encrypt).text,
    })),
  },
  {
    section: 'DingTalk replies',
    fault: 'whoever asks is answered',
    broken: dingTalk(({ reply }, { ownerKey }) => ({
      reply: (message: sources.DingTalkMessage, answer?: string, options?: sources.DingTalkReplyOptions) =>
        reply({ ...message, ownerKey: [ownerKey].flat()[0] as string }, answer, options),
    })),
  },
  {
    section: 'XML',
    fault: 'a DOCTYPE is skipped',
    broken: weChat(({ decode }) => ({
      decode: ({ body, ...rest }: sources.CallbackRequest) =>
        decode({ ...rest, body: typeof body === 'string' ? body.replace(/<!DOCTYPE[^>]*>/i, '') : body }),
    })),
  },
  {
    section: 'XML',
    fault: 'text is trimmed',
    broken: weChat(({ decode }) => ({
      decode({ body, ...rest }: sources.CallbackRequest) {
        const trimmed = typeof body === 'string' ? body.replace(/<a>\s+/, '<a>') : body;
        return decode({ ...rest, body: trimmed });
      },
    })),
  },
  {
    section: 'XML',
    fault: 'CDATA that is not split',
    broken: weChat(({ reply }) => ({
      reply(message: sources.WeChatMessage, answer?: object) {
        const sent = reply(message, answer);
        return { ...sent, body: sent.body.replaceAll(']]]]><![CDATA[>', ']]>') };
      },
    })),
  },
  {
    section: 'WeCom',
    fault: 'a captured message is answered as an echostr',
    broken: weCom(({ decode, decrypt, verify }) => ({
      decode: (request: sources.CallbackRequest) =>
        unless(
          'ERR_REQUEST',
          () => decode(request),
          () => {
            const echostr = (request.query as Record<string, string> | undefined)?.echostr;
            if (echostr === undefined || !verify(request)) return decode(request);
            return { kind: 'verification', ...decrypt(echostr) };
          },
        ),
    })),
  },
  {
    section: 'WeCom',
    fault: 'an empty receiveid is not compared, as in the official Go',
    broken: weCom(({ decode }, options, create) => ({
      decode: (request: sources.CallbackRequest) =>
        unless(
          'ERR_OWNER',
          () => decode(request),
          () =>
            options.receiveId === ''
              ? create({ ...options, receiveId: 'wx5823bf96d3bd56c7' }).decode(request)
              : decode(request),
        ),
    })),
  },
  {
    section: 'WeCom',
    fault: 'a nonce of its own in a reply',
    broken: weCom(({ reply }) => ({
      reply: (message: sources.WeComMessage, answer?: object, options?: sources.WeComReplyOptions) =>
        reply(message, answer, { nonce: 'own', ...options }),
    })),
  },
  {
    section: 'WeCom',
    fault: 'the window is ignored',
    broken: {
      createWeComCodec: (options) => lib.createWeComCodec({ ...options, toleranceSeconds: Infinity }) as never,
    },
  },
  {
    section: 'WeChat',
    fault: 'a message in clear is accepted although a key is set (downgrade)',
    broken: weChat(({ decode }, { token, now }, create) => ({
      decode: (request: sources.CallbackRequest) =>
        unless(
          'ERR_SIGNATURE',
          () => decode(request),
          () => create({ token, now }).decode(request),
        ),
    })),
  },
  {
    section: 'WeChat',
    fault: 'the current key answers what the previous one opened',
    broken: weChat(({ reply }) => ({
      reply: (message: sources.WeChatMessage, answer?: string, options?: object) =>
        reply('keyIndex' in message ? { ...message, keyIndex: 0 } : message, answer, options),
    })),
  },
  {
    section: 'WeChat',
    fault: 'no window without a key',
    broken: {
      createWeChatCodec: (options) => lib.createWeChatCodec({ toleranceSeconds: Infinity, ...options }) as never,
    },
  },
  {
    section: 'WeChat',
    fault: 'whatever is sent as echostr comes back',
    broken: weChat(({ decode, verify }) => ({
      decode(request: sources.CallbackRequest) {
        const echostr = (request.query as Record<string, string> | undefined)?.echostr;
        const isEcho = echostr !== undefined && !request.body && verify(request);
        return isEcho
          ? { ...decode({ ...request, query: { ...request.query, echostr: '1' } }), text: echostr }
          : decode(request);
      },
    })),
  },
  {
    section: 'Feishu card',
    fault: 'the token of a challenge is not compared',
    broken: feishuCard(({ decode }, { verificationToken }) => ({
      decode: (request: sources.CallbackRequest) =>
        unless(
          'ERR_TOKEN',
          () => decode(request),
          () => decode({ body: String(request.body).replace(/"guess"/, JSON.stringify(verificationToken)) }),
        ),
    })),
  },
  {
    section: 'Feishu card',
    fault: 'a press that is not signed',
    broken: feishuCard(({ decode, encode }) => ({
      decode: (request: sources.CallbackRequest) => decode(request.headers ? request : encode(String(request.body))),
    })),
  },
  {
    section: 'signed times',
    fault: 'no window by default',
    broken: {
      createDingTalkRobotCodec: (options) =>
        lib.createDingTalkRobotCodec({ toleranceSeconds: Infinity, ...options }) as never,
    },
  },
  {
    section: 'signed times',
    fault: 'missing headers are let through, as one framework did',
    broken: robot(({ verify }) => ({
      verify: (request: sources.CallbackRequest) => !request.headers || verify(request),
    })),
  },
  { section: 'TRTC', fault: 'verify says yes', broken: trtc(() => ({ verify: () => true })) },
  {
    section: 'TRTC',
    fault: 'any app',
    broken: { createTrtcCodec: ({ sdkAppId, ...options }) => lib.createTrtcCodec(options) as never },
  },
  {
    section: 'any of',
    fault: 'the first refusal is the last word',
    broken: { anyOf: ((first: sources.CallbackCodec) => first) as never },
  },
  {
    section: 'any of',
    fault: 'the first codec answers all',
    broken: {
      anyOf: ((first: sources.CallbackCodec, ...others: readonly sources.CallbackCodec[]) => ({
        ...lib.anyOf(first, ...others),
        reply: first.reply,
      })) as never,
    },
  },
  {
    section: 'any of',
    fault: 'the last refusal is told',
    broken: {
      anyOf: ((...codecs: [sources.CallbackCodec, ...sources.CallbackCodec[]]) => ({
        ...lib.anyOf(...codecs),
        decode(request: sources.CallbackRequest) {
          try {
            return lib.anyOf(...codecs).decode(request);
          } catch {
            return (codecs.at(-1) as sources.CallbackCodec).decode(request);
          }
        },
      })) as never,
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
      reply: (message: sources.TencentChatMessage, answer: { ErrorCode?: number } = {}) =>
        reply(message, { ActionStatus: answer.ErrorCode ? 'FAIL' : 'OK', ...answer }),
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
    broken: dingTalkRefusingWith(({ encodingAesKey }) =>
      refusal('ERR_CONFIG', `not a good key at all: ${encodingAesKey}`, 900004),
    ),
  },
  {
    section: 'error codes',
    fault: 'no number for DingTalk',
    broken: dingTalkRefusingWith(() => refusal('ERR_CONFIG', 'the key is not a good key')),
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
      encryptEnvelope: (key, plaintext, { iv = new Uint8Array(16) } = {}) =>
        lib.encryptEnvelope(key, plaintext, { iv }),
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
        decryptEnvelope(key: Uint8Array, envelope: string) {
          const plaintext = lib.decryptEnvelope(key, envelope);
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
      decryptEnvelope: (key, envelope) => lib.decryptEnvelope(key, Buffer.from(envelope, 'base64').toString('base64')),
    },
  },
  {
    section: 'base64',
    fault: 'what atob takes',
    broken: {
      decryptEnvelope(key, envelope) {
        let canonical = '';
        try {
          canonical = btoa(atob(envelope));
        } catch {
          // no base64 by the rules of WHATWG
        }
        return lib.decryptEnvelope(key, canonical);
      },
    },
  },
  {
    section: 'base64',
    fault: 'code units cut to eight bits',
    broken: {
      decryptEnvelope: (key, envelope) => lib.decryptEnvelope(key, Buffer.from(envelope, 'latin1').toString('latin1')),
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
          throw refusal('ERR_CONFIG', 'spare bits', 900004);
        }
        return lib.encryptDingTalkMessage(text, secrets, options);
      },
    },
  },
  {
    section: 'UTF-8',
    fault: 'U+FFFD for invalid bytes',
    broken: { decryptFeishuEvent: (encrypt) => utf8Lax(lib.decryptEnvelope(feishuKey, encrypt)) },
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

/** As {@link Mutant}, for the section that has to wait. */
const BROKEN_HANDLERS: readonly { readonly fault: string; readonly change: (handle: Handle) => Handle }[] = [
  {
    fault: 'a refusal is an error of the server',
    change: (handle) => async (request) => {
      const response = await handle(request);
      return response.status === 400 ? new Response('', { status: 500 }) : response;
    },
  },
  {
    fault: 'Content-Length counts characters',
    change: (handle) => async (request) => {
      const { status, headers, text } = await read(handle(request));
      return new Response(text, { status, headers: { ...headers, 'content-length': String(text.length) } });
    },
  },
  {
    fault: 'whatever comes is a POST',
    change: (handle) => (request) =>
      handle(
        request.method === 'PUT' ? new Request(request.url, { method: 'POST', headers: request.headers }) : request,
      ),
  },
  {
    fault: 'a body that was read is an empty one',
    change: (handle) => (request) =>
      handle(request.bodyUsed ? new Request(request.url, { method: 'POST', headers: request.headers }) : request),
  },
];
type Handle = (request: Request) => Promise<Response>;

async function read(response: Promise<Response>) {
  const { status, headers } = await response;
  return { status, headers: Object.fromEntries(headers), text: await (await response).text() };
}

describe('the conformance suite', () => {
  it('passes on the sources, with thousands of checks', () => {
    const { passed, failed, failures } = runConformance(lib, {});
    expect(failures).toEqual([]);
    expect(failed).toBe(0);
    expect(passed).toBeGreaterThan(10_000);
  });

  it('passes behind Request and Response', async () => {
    expect(hasFetch()).toBe(true);
    const { passed, failed, failures } = await runHandlers(lib);
    expect(failures).toEqual([]);
    expect(failed).toBe(0);
    expect(passed).toBeGreaterThan(150);
  });

  it('counts every failure and names its section', async () => {
    const { passed, failed, failures } = runConformance({} as Lib, {});
    expect(failed).toBe(failures.length);
    expect(passed).toBeLessThan(200);
    for (const [section] of SECTIONS) expect(failures.some((failure) => failure.startsWith(`${section}: `))).toBe(true);
    const handlers = await runHandlers({} as Lib);
    expect(handlers).toMatchObject({ passed: 0, failed: 1 });
    expect(handlers.failures[0]).toMatch(/^handlers: stopped: /);
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

  it.each(BROKEN_HANDLERS)('fails in "handlers" where $fault', async ({ change }) => {
    const toFetchHandler = (...args: Parameters<Lib['toFetchHandler']>) =>
      change(lib.toFetchHandler(...args) as unknown as Handle);
    const { failures } = await runHandlers({ ...lib, toFetchHandler } as unknown as Lib);
    expect(failures).not.toEqual([]);
    expect(failures.every((failure) => failure.startsWith('handlers: '))).toBe(true);
  });

  it('has a mutant for each section', () => {
    expect(new Set(MUTANTS.map(({ section }) => section))).toEqual(new Set(SECTIONS.map(([name]) => name)));
  });
});
