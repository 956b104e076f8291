// The AES engines that this host has, one by one and behind the codecs: whichever runs, the answers are the same.
import type { AesCbcEngine } from '../../src/aes-cbc.ts';
import {
  base64,
  bodyOf,
  CHAT,
  type Context,
  concat,
  counting,
  DINGTALK,
  FEISHU,
  FEISHU_KEY,
  fromHex,
  hex,
  type Lib,
  memberOf,
  now,
  ofHost,
  outcome,
  SECONDS,
  sample,
  utf8,
  WECHAT,
  WECOM,
} from './tools.ts';

/** Every engine of the package that this host has: the native one refuses its key where it cannot run. */
export function enginesOf(lib: Lib): readonly (readonly [name: string, engine: AesCbcEngine])[] {
  const engines = [
    ['noble', lib.nobleAesCbc],
    ['native', lib.nativeAesCbc],
    ['simd', lib.createSimdAesCbc()],
  ] as const;
  return engines.filter(([, engine]) => outcome(lib, () => void engine(sample(32, 1))) !== 'ERR_CONFIG');
}

/** The host's node:crypto, asked for as the package asks. */
function nodeCrypto(): { createDecipheriv: (...args: readonly unknown[]) => unknown } | undefined {
  const global = globalThis as { process?: { getBuiltinModule?(name: string): ReturnType<typeof nodeCrypto> } };
  return ofHost(() => global.process?.getBuiltinModule?.('node:crypto'));
}

/** The engine of codecs that are given none, seen from outside: whether a new codec asks node:crypto for a decipher. */
export function defaultEngine(lib: Lib): 'native' | 'noble' {
  const decrypt = () => lib.createFeishuCodec(FEISHU).decrypt('P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=');
  decrypt(); // the first codec tries the native engine before it is chosen
  const crypto = nodeCrypto();
  if (crypto === undefined) return 'noble';
  const { createDecipheriv } = crypto;
  let asked = false;
  crypto.createDecipheriv = (...args) => {
    asked = true;
    return createDecipheriv(...args);
  };
  try {
    decrypt();
  } finally {
    crypto.createDecipheriv = createDecipheriv;
  }
  return asked ? 'native' : 'noble';
}

/** An engine is called with whole blocks; that it was not is a TypeError, whatever its text. */
function isRefused(attempt: () => unknown): boolean {
  try {
    attempt();
    return false;
  } catch (error) {
    return error instanceof TypeError;
  }
}

/** What is as long as it should be, but no Uint8Array. */
const NOT_BYTES: readonly (readonly [name: string, value: unknown])[] = [
  ['a text', new Array(33).join('a')],
  ['a DataView', new DataView(new ArrayBuffer(32))],
  ['an ArrayBuffer', new ArrayBuffer(32)],
  ['a Uint16Array', new Uint16Array(32)],
  ['a list', new Array(32)],
  ['nothing', undefined],
];

/** Texts of the letter a, and their digests; of the long one as FIPS 180-4 has them. */
const DIGESTS: readonly (readonly [algorithm: 'sha256' | 'sha1', length: number, digest: string])[] = [
  ['sha256', 0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['sha1', 0, 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ['sha256', 300, '9835fa6bf4e20a9b9ea812506302e98982721a6cf8d2cae67af57129bf21ae90'],
  ['sha1', 300, '003ef1ba9ea9f2f4dab3a2004e505ca8a4e7e5a3'],
  ['sha256', 1_000_000, 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ['sha1', 1_000_000, '34aa973cd4c4daa4f61eeb2bdbad27316534016f'],
];

function engineDigests(name: string, engine: AesCbcEngine & { kind?: unknown }, { check, equal }: Context): void {
  const { digest } = engine;
  equal(`${name} hashes if it is the kernel`, () => digest !== undefined, engine.kind === 'simd');
  if (digest === undefined) return;
  for (const [algorithm, length, expected] of DIGESTS) {
    equal(
      `${name}, ${algorithm} of ${length} bytes`,
      () => hex(digest(algorithm, new Uint8Array(length).fill(0x61))),
      expected,
    );
  }
  check(`${name} refuses another algorithm`, () => isRefused(() => digest('md5' as never, sample(3, 1))));
  for (const [wrong, value] of NOT_BYTES) {
    check(`${name} refuses ${wrong} to hash`, () => isRefused(() => digest('sha1', value as never)));
  }
}

export function engineBehaviour(context: Context): void {
  const { lib, check, equal } = context;
  const engines = enginesOf(lib);
  check('noble is here', () => engines[0]?.[0] === 'noble');
  equal('native is here if node:crypto is', () => engines.some(([name]) => name === 'native'), Boolean(nodeCrypto()));

  const noble = lib.nobleAesCbc(sample(32, 1));
  const iv = sample(16, 2);
  for (const [name, engine] of engines) {
    const aes = engine(sample(32, 1));
    engineDigests(name, engine, context);

    // Whole blocks around the sizes at which an engine may change its ways: 8 blocks, 32 KiB.
    for (const length of [16, 112, 128, 144, 1024, 32_752, 32_768, 32_800]) {
      const blocks = sample(length, 3);
      const ciphertext = noble.encrypt(iv, blocks);
      if (name === 'noble') check(`noble, ${length} bytes change`, () => hex(ciphertext) !== hex(blocks));
      else check(`${name}, ${length} bytes encrypted`, () => hex(aes.encrypt(iv, blocks)) === hex(ciphertext));
      check(`${name}, ${length} bytes decrypted`, () => hex(aes.decrypt(concat(iv, ciphertext))) === hex(blocks));
    }

    const blocks = sample(48, 4);
    const ciphertext = noble.encrypt(iv, blocks);
    const message = concat(iv, ciphertext);
    equal(
      `${name} chains: pieces come to the whole`,
      () => {
        const first = aes.encrypt(iv, blocks.slice(0, 16));
        return concat(first, aes.encrypt(first, blocks.slice(16)));
      },
      ciphertext,
    );
    equal(`${name} keeps no state between messages`, () => {
      aes.decrypt(sample(80, 5));
      aes.encrypt(sample(16, 5), sample(32, 5));
      const other = engine(sample(32, 6));
      other.decrypt(other.encrypt(iv, blocks));
      return [aes.decrypt(message), aes.encrypt(iv, blocks), aes.decrypt(message)];
    }, [blocks, ciphertext, blocks]);
    check(`${name} refuses half a block`, () => isRefused(() => aes.encrypt(iv, sample(40, 5))));
    check(`${name} refuses half a block after the IV`, () => isRefused(() => aes.decrypt(sample(40, 5))));
    for (const [wrong, value] of NOT_BYTES) {
      const any = value as never;
      check(`${name} refuses ${wrong} for a key`, () => isRefused(() => engine(any)));
      check(`${name} refuses ${wrong} for an IV`, () => isRefused(() => aes.encrypt(any, sample(16, 5))));
      check(`${name} refuses ${wrong} for blocks`, () => isRefused(() => aes.encrypt(iv, any)));
      check(`${name} refuses ${wrong} for ciphertext`, () => isRefused(() => aes.decrypt(any)));
    }
    for (const length of [0, 15, 16, 17, 24, 31, 33]) {
      check(`${name} refuses a key of ${length}`, () => isRefused(() => engine(sample(length, 1))));
      if (length === 16) continue;
      check(`${name} refuses an IV of ${length}`, () => isRefused(() => aes.encrypt(sample(length, 1), blocks)));
    }
    equal(`${name} works on after that`, () => aes.decrypt(message), blocks);
    equal(`${name} keeps its own copy of the key`, () => {
      const key = sample(32, 1);
      const own = engine(key);
      key.fill(0);
      return [own.decrypt(message), own.encrypt(iv, blocks)];
    }, [blocks, ciphertext]);
    equal(`${name} leaves its arguments as they are`, () => {
      const given = [sample(32, 1), iv.slice(), blocks.slice(), message.slice()] as const;
      const own = engine(given[0]);
      own.encrypt(given[1], given[2]);
      own.decrypt(given[3]);
      return given;
    }, [sample(32, 1), iv, blocks, message]);
    equal(`${name} gives results that later calls leave alone`, () => {
      const results = [aes.encrypt(iv, blocks), aes.decrypt(message)];
      aes.encrypt(sample(16, 7), sample(48, 7));
      aes.decrypt(sample(64, 7));
      return results;
    }, [ciphertext, blocks]);
    equal(`${name} gives results that do not share memory with arguments`, () => {
      const own = message.slice();
      const result = aes.decrypt(own);
      own.fill(0);
      const ownBlocks = blocks.slice();
      const encrypted = aes.encrypt(iv, ownBlocks);
      ownBlocks.fill(0);
      return [result, encrypted];
    }, [blocks, ciphertext]);
    equal(`${name} takes views at odd offsets`, () => {
      const around = concat(sample(3, 1), iv, ciphertext, sample(5, 1));
      const keys = concat(sample(1, 1), sample(32, 1), sample(1, 1));
      const own = engine(keys.subarray(1, 33));
      const ivView = around.subarray(3, 19);
      return [own.decrypt(around.subarray(3, 67)), own.encrypt(ivView, concat(sample(1, 1), blocks).subarray(1))];
    }, [blocks, ciphertext]);
    equal(`${name} takes a changed ciphertext bit into two blocks`, () => {
      const changed = message.slice();
      changed[16 + 3] = (changed[16 + 3] as number) ^ 1;
      const result = aes.decrypt(changed);
      return [hex(result.slice(0, 16)) !== hex(blocks.slice(0, 16)), result[16 + 3], result.slice(32)];
    }, [true, (blocks[16 + 3] as number) ^ 1, blocks.slice(32)]);
  }
}

/** What a codec is given and asked in {@link pathsAgree}. */
type Attempt = readonly [name: string, attempt: (aes: AesCbcEngine | undefined) => unknown];

/** Each engine, and the codecs' own choice, behind the codecs: the same messages, bytes and refusals. */
export function pathsAgree({ lib, check, equal }: Context): void {
  const attempts = [...feishuAttempts(lib), ...dingTalkAttempts(lib), ...weComAttempts(lib), ...weChatAttempts(lib)];
  const engines = [['default', undefined] as const, ...enginesOf(lib)];
  for (const [name, attempt] of attempts) {
    const expected = outcome(lib, () => attempt(lib.nobleAesCbc));
    check(`${name} is an answer`, () => !expected.startsWith('threw'));
    for (const [engineName, engine] of engines) {
      equal(`${name}, ${engineName} as noble`, () => outcome(lib, () => attempt(engine)), expected);
    }
  }
  // The functions without a codec have no choice of engine, and the package's parts agree with each other.
  const iv = sample(16, 3);
  for (const length of [0, 15, 16, 31, 32, 33, 1000]) {
    const plaintext = sample(length, 3);
    const key = fromHex(FEISHU_KEY);
    equal(
      `${length} bytes in an envelope`,
      () => lib.encryptEnvelope(key, plaintext, { iv }),
      base64(concat(iv, lib.encryptAes256Cbc(key, iv, plaintext))),
    );
    equal(
      `${length} bytes out of it`,
      () => lib.decryptEnvelope(key, lib.encryptEnvelope(key, plaintext, { iv })),
      plaintext,
    );
  }
}

const TEXTS = ['', '{}', '飞书 🦜\0\ufeff\ufffd', new Array(200).join('你好, world! ')];

function feishuAttempts(lib: Lib): Attempt[] {
  const codec = (aes: AesCbcEngine | undefined) => lib.createFeishuCodec({ ...FEISHU, aes, now, random: counting() });
  const event = { schema: '2.0', header: { event_id: 'e1', event_type: 't' }, event: { text: TEXTS[2] } };
  const sent = codec(lib.nobleAesCbc).encode(event);
  const challenge = codec(lib.nobleAesCbc).encode({ type: 'url_verification', challenge: 'd1e0e8b7-3b2d' });
  const changed = (at: number) => {
    const encrypt = memberOf(sent, 'encrypt');
    const body = JSON.stringify({ encrypt: `${encrypt.slice(0, at)}AAAA${encrypt.slice(at + 4)}` });
    const signed = { timestamp: String(SECONDS), nonce: 'n', body };
    return {
      body,
      headers: {
        'X-Lark-Request-Timestamp': signed.timestamp,
        'X-Lark-Request-Nonce': signed.nonce,
        'X-Lark-Signature': lib.feishuSignature(signed, FEISHU.encryptKey),
      },
    };
  };
  return [
    ...TEXTS.map((text, index): Attempt => [`Feishu text ${index} encrypted`, (aes) => codec(aes).encrypt(text)]),
    ...TEXTS.map((text, index): Attempt => {
      const encrypt = codec(lib.nobleAesCbc).encrypt(text);
      return [`Feishu text ${index} decrypted`, (aes) => codec(aes).decrypt(encrypt)];
    }),
    ['Feishu event encoded', (aes) => codec(aes).encode(event)],
    ['Feishu event decoded', (aes) => codec(aes).decode(sent)],
    ['Feishu event decoded from bytes', (aes) => codec(aes).decode({ ...sent, body: utf8(bodyOf(sent)) })],
    ['Feishu challenge decoded', (aes) => codec(aes).decode(challenge)],
    ['Feishu event unsigned', (aes) => codec(aes).decode({ body: sent.body })],
    ['Feishu first block changed', (aes) => codec(aes).decode(changed(24))],
    ['Feishu last blocks changed', (aes) => codec(aes).decode(changed(changed(0).body.length - 40))],
    ['Feishu codec made of another key', (aes) => lib.createFeishuCodec({ encryptKey: 'other', aes }).decode(sent)],
  ];
}

function dingTalkAttempts(lib: Lib): Attempt[] {
  const codec = (aes: AesCbcEngine | undefined) =>
    lib.createDingTalkCodec({ ...DINGTALK, aes, now, random: counting() });
  const event = { EventType: 'user_add_org', name: TEXTS[2] };
  const sent = codec(lib.nobleAesCbc).encode(event);
  const chat = lib.tencentChatSignature({ token: CHAT.token, requestTime: String(SECONDS) });
  return [
    ...TEXTS.map((text, index): Attempt => [`DingTalk text ${index} encrypted`, (aes) => codec(aes).encrypt(text)]),
    ...TEXTS.map((text, index): Attempt => {
      const encrypt = codec(lib.nobleAesCbc).encrypt(text);
      return [`DingTalk text ${index} decrypted`, (aes) => codec(aes).decrypt(encrypt)];
    }),
    ['DingTalk event encoded', (aes) => codec(aes).encode(event)],
    ['DingTalk event decoded', (aes) => codec(aes).decode(sent)],
    ['DingTalk event decoded from bytes', (aes) => codec(aes).decode({ ...sent, body: utf8(bodyOf(sent)) })],
    ['DingTalk reply', (aes) => codec(aes).reply(codec(aes).decode(sent))],
    [
      'DingTalk event for another',
      (aes) => lib.createDingTalkCodec({ ...DINGTALK, aes, ownerKey: 'other' }).decode(sent),
    ],
    ['DingTalk decrypts what is none', (aes) => codec(aes).decrypt(base64(utf8(chat)))],
  ];
}

const MESSAGE = { MsgType: 'text', Content: '飞书 🦜', MsgId: '1' };

function weComAttempts(lib: Lib): Attempt[] {
  const codec = (aes: AesCbcEngine | undefined) => lib.createWeComCodec({ ...WECOM, aes, now, random: counting() });
  const sent = codec(lib.nobleAesCbc).encode(MESSAGE);
  const json = codec(lib.nobleAesCbc).encode(MESSAGE, { format: 'json' });
  const check = codec(lib.nobleAesCbc).encode({ echostr: '1616140317555161061' });
  return [
    ['WeCom message encoded', (aes) => codec(aes).encode(MESSAGE)],
    ['WeCom message decoded', (aes) => codec(aes).decode(sent)],
    ['WeCom message decoded from bytes', (aes) => codec(aes).decode({ ...sent, body: utf8(bodyOf(sent)) })],
    ['WeCom message in JSON decoded', (aes) => codec(aes).decode(json)],
    ['WeCom echostr decoded', (aes) => codec(aes).decode(check)],
    ['WeCom reply', (aes) => codec(aes).reply(codec(aes).decode(sent), { Content: '收到' })],
    ['WeCom message for another', (aes) => lib.createWeComCodec({ ...WECOM, aes, receiveId: '' }).decode(sent)],
    ['WeCom decrypts what is none', (aes) => codec(aes).decrypt('AAAA')],
  ];
}

function weChatAttempts(lib: Lib): Attempt[] {
  const keys = [WECOM.encodingAesKey, WECHAT.encodingAesKey];
  const codec = (aes: AesCbcEngine | undefined, encodingAesKey: string | string[] = keys) =>
    lib.createWeChatCodec({ ...WECHAT, encodingAesKey, aes, now, random: counting() });
  const [current, previous] = keys.map((key) => codec(lib.nobleAesCbc, key).encode(MESSAGE)) as [object, object];
  return [
    ['WeChat message encoded', (aes) => codec(aes).encode(MESSAGE)],
    ['WeChat message decoded', (aes) => codec(aes).decode(current)],
    ['WeChat message decoded by the previous key', (aes) => codec(aes).decode(previous)],
    ['WeChat reply by the previous key', (aes) => codec(aes).reply(codec(aes).decode(previous), '收到')],
    ['WeChat message of another key', (aes) => codec(aes, DINGTALK.encodingAesKey).decode(current)],
  ];
}
