// What planted faults (run.mjs) showed to be untested. What every sender and host can do is in the tests beside this folder.
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as bytes from '../../src/bytes.ts';
import { makeHexDigest } from '../../src/hash.ts';
import { type Host, makeByteCodec, thisHost } from '../../src/host.ts';
import {
  createDingTalkCodec,
  createFeishuCodec,
  createTencentChatCodec,
  decryptAes256Cbc,
  decryptFeishuEvent,
  encryptFeishuEvent,
  nativeAesCbc,
  nobleAesCbc,
} from '../../src/index.ts';
import {
  base64OfES2026,
  codeOf,
  DINGTALK,
  dingTalkPush,
  dingTalkSeal,
  dingTalkSigned,
  encrypted,
  errorOf,
  FEISHU,
  feishuSeal,
  feishuSigned,
  hash,
  TENCENT,
  tencentQuery,
  utf8,
  withBase64,
} from '../helpers.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const feishu = () => createFeishuCodec(FEISHU);
const plain = () => createFeishuCodec({ verificationToken: FEISHU.verificationToken });
const dingTalk = () => createDingTalkCodec(DINGTALK);
const tencent = () => createTencentChatCodec({ ...TENCENT, toleranceSeconds: Infinity });
const challenge = JSON.stringify({ type: 'url_verification', token: FEISHU.verificationToken, challenge: 'c' });

describe('every message says what to look at', () => {
  const query = tencentQuery();
  const withoutBody = { ...tencentQuery(), CallbackCommand: undefined };
  const twoOfThree = { 'x-lark-signature': '0', 'x-lark-request-timestamp': '0' };
  const stale = createDingTalkCodec({ ...DINGTALK, toleranceSeconds: 1, now: () => 1_700_000_000_000 });
  const forApp1 = createTencentChatCodec({ ...TENCENT, toleranceSeconds: Infinity, sdkAppId: 1 });
  const sha1 = { 'x-lark-signature': '0'.repeat(40), 'x-lark-request-nonce': '0' };
  const key = new Uint8Array(32);
  const cases: [words: RegExp, attempt: () => unknown][] = [
    [/padTo.*16 or 32/, () => decryptAes256Cbc(key, key.slice(16), key, { padTo: 8 as 16 })],
    [/whole blocks/, () => nobleAesCbc(key).encrypt(key.slice(16), new Uint8Array(3))],
    [/^key must be.*32 bytes/, () => nobleAesCbc(key.slice(1))],
    [/^iv must be.*16 bytes/, () => nobleAesCbc(key).encrypt(key, key)],
    [/toleranceSeconds.*Infinity/, () => createFeishuCodec({ ...FEISHU, toleranceSeconds: -1 })],
    [/maxBodyBytes must be/, () => createFeishuCodec({ ...FEISHU, maxBodyBytes: 0 })],
    [/maxBodyBytes, 1 bytes/, () => createFeishuCodec({ ...FEISHU, maxBodyBytes: 1 }).decode({ body: '{}' })],
    [/surrogate/, () => feishu().decode({ body: '\ud800' })],
    [/random\(16\) must return.* 16 bytes/, () => encryptFeishuEvent('', 'k', { random: () => key })],
    [/not a constant/, () => createDingTalkCodec({ ...DINGTALK, random: (n) => new Uint8Array(n).fill(255) }).reply()],

    [/encryptKey or verificationToken/, () => createFeishuCodec({})],
    [/^encryptKey is empty/, () => encryptFeishuEvent('', '')],
    [/^encryptKey is empty/, () => decryptFeishuEvent('', '')],
    [/^encryptKey is null: the variable/, () => decryptFeishuEvent('', null as never)],
    [/^encryptKey begins or ends.*trim/, () => decryptFeishuEvent('', '\n')],
    [/made without an encryptKey/, () => plain().decrypt('')],
    [/body is encrypted.*without an encryptKey/, () => plain().decode({ body: encrypted('') })],
    [/^body must be a JSON object/, () => plain().decode({ body: '[]' })],
    [/old message card/, () => plain().decode({ body: '{"open_message_id":""}' })],
    [/neither a url_verification nor an event/, () => plain().decode({ body: '{}' })],
    [/Verification Token/, () => plain().decode({ body: '{"type":"url_verification","challenge":"c"}' })],
    [/^x-lark-request-nonce is missing.*others?/, () => feishu().decode({ headers: twoOfThree, body: '{}' })],
    [/40 digits.*old message card/, () => feishu().decode({ headers: { ...twoOfThree, ...sha1 }, body: '{}' })],
    [/^X-Lark-Signature does not match/, () => feishu().decode({ ...feishuSigned('{}'), body: '{ }' })],
    [/body is base64.*isBase64Encoded/, () => feishu().decode({ ...feishuSigned('{}'), body: 'e30=' })],
    [/^body is empty.*stream/, () => feishu().decode({})],
    [/raw body.*Encrypt Key/, () => feishu().decode({ ...feishuSigned('{}'), body: '{ }' })],
    [/^body must be a JSON object/, () => feishu().decode(feishuSigned('[]'))],
    [/body has no `encrypt`/, () => feishu().decode(feishuSigned('{}'))],
    [/`encrypt` must be a string/, () => feishu().decode(feishuSigned('{"encrypt":1}'))],
    [/^the plaintext must be a JSON object/, () => feishu().decode(feishuSigned(encrypted(feishuSeal('[]'))))],
    [/not signed.*pass the headers/, () => feishu().decode({ body: encrypted('') })],
    [/^nonce must be.*HTTP header/, () => feishu().encode({}, { nonce: '\n' })],

    [/empty list/, () => createDingTalkCodec({ ...DINGTALK, ownerKey: [] })],
    [/one of those/, () => dingTalk().encrypt('', { ownerKey: 'other' })],
    [/^body must be a JSON object/, () => dingTalk().decode({ body: '[]' })],
    [/^no parameters were passed.*pass url or query/, () => dingTalk().decode({ body: '{}' })],
    [/carries no signature or msg_signature$/, () => dingTalk().decode({ url: '/?nonce=1', body: '{}' })],
    [/carries no timestamp$/, () => dingTalk().decode({ url: '/?signature=1', body: '{}' })],
    [/carries no nonce$/, () => dingTalk().decode({ url: '/?signature=1&timestamp=1', body: '{}' })],
    [/body carries no `encrypt`/, () => dingTalk().decode({ ...dingTalkPush({}), body: '{}' })],
    [/^nonce is not text but number/, () => dingTalk().decode({ query: { nonce: 1 }, body: '{}' })],
    [/check the token/, () => dingTalk().decode({ ...dingTalkPush({}), body: encrypted('') })],
    [
      /`encrypt` must be/,
      () => dingTalk().decode({ query: { signature: '1', timestamp: '1', nonce: '1' }, body: '{"encrypt":1}' }),
    ],
    [/^the plaintext must be a JSON object/, () => dingTalk().decode(dingTalkPush([]))],
    [/no `EventType`/, () => dingTalk().decode(dingTalkPush({}))],
    [/the nonce is a number.*time/, () => stale.decode(dingTalkSigned(dingTalkSeal('{}'), '1700000000', '1700000000'))],
    [
      /got 44 with "=" at the end/,
      () => createDingTalkCodec({ ...DINGTALK, encodingAesKey: `${DINGTALK.encodingAesKey}=` }),
    ],
    [/another ownerKey/, () => dingTalk().decode(dingTalkSigned(dingTalkSeal('{}', { owner: 'other' })))],

    [/^no parameters were passed.*console/, () => tencent().decode({ body: '{}' })],
    [
      /carries no Sign; authentication may be off/,
      () => tencent().decode({ query: { ...query, Sign: '' }, body: '{}' }),
    ],
    [/carries no RequestTime$/, () => tencent().decode({ query: { Sign: '1' }, body: '{}' })],
    [/Sign does not match/, () => tencent().decode({ query: { ...query, Sign: '1' }, body: '{}' })],
    [/SdkAppid is of another app/, () => forApp1.decode({ query, body: '{}' })],
    [/carries no SdkAppid$/, () => forApp1.decode({ query: { ...query, SdkAppid: '' }, body: '{}' })],
    [/^body must be a JSON object/, () => tencent().decode({ query, body: '[]' })],
    [/carry no CallbackCommand/, () => tencent().decode({ query: withoutBody, body: '{}' })],
    [/CallbackCommand of the body/, () => tencent().decode({ query: withoutBody, body: '{"CallbackCommand":1}' })],
    [/CallbackCommand is not the same/, () => tencent().decode({ query, body: '{"CallbackCommand":""}' })],
    [/CallbackCommand must be/, () => tencent().encode({})],
    [/sdkAppId.*decimal digits/, () => createTencentChatCodec({ ...TENCENT, sdkAppId: 'x' })],
  ];
  it.each(cases)('%s', (words, attempt) => {
    expect(errorOf(attempt).message).toMatch(words);
  });

  it('on hosts that lack something', () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
    expect(errorOf(() => nativeAesCbc(key)).message).toMatch(/no node:crypto/);
    vi.restoreAllMocks();
    vi.stubGlobal('crypto', {});
    expect(errorOf(() => encryptFeishuEvent('', 'k')).message).toMatch(/no crypto\.getRandomValues/);
    vi.stubGlobal('crypto', {
      getRandomValues() {
        throw new Error('not here');
      },
    });
    expect(errorOf(() => encryptFeishuEvent('', 'k')).message).toMatch(/getRandomValues of this host fails/);
  });
});

describe('Feishu', () => {
  it.each(['x-lark-signature', 'x-lark-request-timestamp', 'x-lark-request-nonce'])(
    'takes no challenge for unsigned that comes with %s alone',
    (name) => {
      const body = encrypted(feishuSeal(challenge));
      expect(feishu().decode({ body }).kind).toBe('challenge');
      expect(codeOf(() => feishu().decode({ headers: { [name]: '1' }, body }))).toBe('ERR_SIGNATURE');
    },
  );

  it('says which of the three headers is missing', () => {
    const { headers, body } = feishuSigned(encrypted(feishuSeal('{}')));
    for (const name of Object.keys(headers)) {
      const { [name]: _, ...others } = headers as Record<string, string>;
      expect(errorOf(() => feishu().decode({ headers: others, body })).message).toMatch(`${name} is missing`);
    }
  });

  it('judges the padding of an unsigned challenge although its text is whole', () => {
    const text = challenge.replace('"c"', `"${'c'.repeat(1 + 15 - (challenge.length % 16))}"`);
    expect(text.length % 16).toBe(15);
    // 17 is more than a block, and 1 to whoever looks at the low bits alone; the last is right, but the text goes on.
    for (const tail of [[17], [0], [2], Array(17).fill(17), Array(17).fill(16), [16, ...Array(16).fill(1)]]) {
      const body = encrypted(feishuSeal(text, Uint8Array.from(tail)));
      expect(
        codeOf(() => feishu().decode({ body })),
        tail.join(),
      ).toBe('ERR_SIGNATURE');
    }
    const body = encrypted(feishuSeal(text, Uint8Array.of(1)));
    expect(feishu().decode({ body }).text).toBe(text);
  });

  it('opens an unsigned envelope of up to 512 characters', () => {
    // A token as long as no console gives one: all else is much shorter.
    const decrypted: number[] = [];
    const aes = (key: Uint8Array) => {
      const { encrypt, decrypt } = nobleAesCbc(key);
      const counting = (ivAndBlocks: Uint8Array) => {
        decrypted.push(ivAndBlocks.length);
        return decrypt(ivAndBlocks);
      };
      return { encrypt, decrypt: counting };
    };
    const decode = (textLength: number) => {
      const empty = JSON.stringify({ type: 'url_verification', token: '', challenge: 'c' });
      const verificationToken = 't'.repeat(textLength - empty.length);
      const text = empty.replace('""', `"${verificationToken}"`);
      expect(text).toHaveLength(textLength);
      const codec = createFeishuCodec({ ...FEISHU, verificationToken, aes });
      return codec.decode({ body: encrypted(feishuSeal(text)) }).kind;
    };
    expect(decode(384 - 16 - 1)).toBe('challenge');
    expect(decrypted).toEqual([384]);
    expect(codeOf(() => decode(384 - 16))).toBe('ERR_SIGNATURE');
    expect(decrypted).toEqual([384]);
  });

  it('takes no encrypted body for a plain one, whatever stands beside it', () => {
    const body = JSON.stringify({ ...JSON.parse(challenge), encrypt: '' });
    expect(codeOf(() => plain().decode({ body }))).toBe('ERR_REQUEST');
  });

  it('verifies nothing without an Encrypt Key, not even what is signed with "undefined"', () => {
    const [timestamp, nonce, body] = ['1', 'n', '{}'];
    const headers = {
      'x-lark-request-timestamp': timestamp,
      'x-lark-request-nonce': nonce,
      'x-lark-signature': hash('sha256', timestamp, nonce, 'undefined', body),
    };
    expect(plain().verify({ headers, body })).toBe(false);
  });

  it('sends text verbatim, and adds no token where none is configured', () => {
    const text = '{ "event": { "type": "t" } }';
    expect(plain().encode(text).body).toBe(text);
    const payload = { schema: '2.0', token: 5 };
    const codec = createFeishuCodec({ encryptKey: 'k' });
    expect(codec.decrypt(JSON.parse(codec.encode(payload).body).encrypt)).toBe(JSON.stringify(payload));
  });

  it('answers an event with an object that is empty', () => {
    const event = plain().decode({ body: plain().encode({ event: { type: 't' } }).body });
    expect(Object.keys(plain().reply(event))).toEqual([]);
  });
});

describe('requests', () => {
  const { headers, body } = feishuSigned(encrypted(feishuSeal('{"event":{"type":"t"},"token":"v-token"}')));

  it('takes a list of a header that is joined from two alike', () => {
    const signature = headers['x-lark-signature'];
    const joined = { ...headers, 'x-lark-signature': [`${signature}, ${signature}`] };
    expect(feishu().decode({ headers: joined, body }).kind).toBe('event');
  });

  it('passes over keys of a Map that are no text', () => {
    const odd: [unknown, string][] = [[Array.from('x-lark-signature'), 's'], ...Object.entries(headers)];
    expect(feishu().decode({ headers: new Map(odd) as Map<string, string>, body }).kind).toBe('event');
  });

  it('passes over parameters without a name, and over those that cannot be read', () => {
    const url = `/?=v&%zz=1&${new URLSearchParams(tencentQuery())}&broken=%zz`;
    const { query } = tencent().decode({ url, body: '{}' });
    expect(Object.keys(query).sort()).toEqual(Object.keys(tencentQuery()).sort());
  });
});

describe('bytes.ts', () => {
  it('decodes the first character of four bytes', () => {
    expect(bytes.decodeUtf8(Uint8Array.of(0xf0, 0x90, 0x80, 0x80))).toBe('\u{10000}');
  });

  it('decodes the first character of two bytes', () => {
    expect(bytes.decodeUtf8(Uint8Array.of(0xc2, 0x80))).toBe('\u0080');
  });

  it('encodes the last character', () => {
    expect(bytes.encodeUtf8('\u{10ffff}')).toEqual(Uint8Array.of(0xf4, 0x8f, 0xbf, 0xbf));
  });

  it('decodes and encodes more than a call takes arguments', () => {
    const long = new Uint8Array(1_000_000).fill(0x61);
    expect(bytes.decodeUtf8(long) === 'a'.repeat(long.length)).toBe(true);
    expect(bytes.encodeBase64(long) === Buffer.from(long).toString('base64')).toBe(true);
  });
});

describe('what of a host is used', () => {
  const node = thisHost();
  const web = { TextEncoder, TextDecoder } as Host;
  const { encodeUtf8, decodeUtf8, encodeBase64, decodeBase64 } = bytes;
  const portable = { encodeUtf8, decodeUtf8, encodeBase64, decodeBase64 };
  const NAMES = ['encodeUtf8', 'decodeUtf8', 'encodeBase64', 'decodeBase64'] as const;
  const chosen = (host: Host) => {
    const codec = makeByteCodec(host);
    return NAMES.filter((name) => codec[name] !== portable[name]);
  };

  it('is what it has', () => {
    const { buffer } = node;
    withBase64({}, () => {
      expect(chosen(node)).toEqual(NAMES);
      expect(chosen({ buffer })).toEqual(['decodeUtf8', 'encodeBase64']);
      expect(chosen(web)).toEqual(['encodeUtf8', 'decodeUtf8']);
    });
    withBase64(base64OfES2026, () => {
      expect(chosen(node)).toEqual(NAMES);
      expect(chosen({ buffer })).toEqual(['decodeUtf8', 'encodeBase64', 'decodeBase64']);
      expect(chosen(web)).toEqual(NAMES);
    });
  });

  /** What the host leaves to ES2026's base64, of short texts, where the engine has it. */
  const leftToES2026 = (host: Host) => {
    const left: string[] = [];
    const methods: typeof base64OfES2026 = {
      toBase64() {
        left.push('encodeBase64');
        return base64OfES2026.toBase64.call(this);
      },
      setFromBase64(text) {
        left.push('decodeBase64');
        return base64OfES2026.setFromBase64.call(this, text);
      },
    };
    withBase64(methods, () => {
      const codec = makeByteCodec(host);
      left.length = 0; // they were tried first
      expect(codec.encodeBase64(utf8('foo'))).toBe('Zm9v');
      expect(codec.decodeBase64('Zm9v', 0)).toEqual(utf8('foo'));
    });
    return left;
  };

  /** TextEncoder and TextDecoder with one fault. */
  const encoder = (fault: (text: string) => Uint8Array | undefined): Host =>
    ({
      TextEncoder: class extends TextEncoder {
        override encode(text = '') {
          return (fault(text) ?? super.encode(text)) as Uint8Array<ArrayBuffer>;
        }
      },
    }) as Host;
  const decoder = (fault: (bytes: Uint8Array) => string | undefined): Host =>
    ({
      TextDecoder: class extends TextDecoder {
        override decode(input: Uint8Array) {
          return fault(input) ?? super.decode(input);
        }
      },
    }) as unknown as Host;
  const hex = (input: Uint8Array) => Buffer.from(input).toString('hex');
  it.each<[string, Host, (typeof NAMES)[number]]>([
    ['takes text beyond ASCII for Latin-1', encoder((text) => Buffer.from(text, 'latin1')), 'encodeUtf8'],
    ['drops a BOM', decoder((input) => new TextDecoder('utf-8', { fatal: true }).decode(input)), 'decodeUtf8'],
    ['takes a surrogate', decoder((input) => (hex(input) === 'eda080' ? '\ufffd' : undefined)), 'decodeUtf8'],
    ['takes half a character', decoder((input) => (hex(input) === 'e4bd' ? '\ufffd' : undefined)), 'decodeUtf8'],
  ])('is not an encoder or decoder that %s', (_, host, name) => {
    expect(chosen(host)).not.toContain(name);
  });

  it('is no TextEncoder for half a surrogate pair, whether String knows one or not', () => {
    const builtIn = Object.getOwnPropertyDescriptor(String.prototype, 'isWellFormed') as PropertyDescriptor;
    try {
      Object.defineProperty(String.prototype, 'isWellFormed', { ...builtIn, value: () => true });
      const codec = makeByteCodec(web);
      expect(codec.encodeUtf8('\ud800')).toBeUndefined();
      expect(codec.encodeUtf8).not.toBe(bytes.encodeUtf8);
    } finally {
      Object.defineProperty(String.prototype, 'isWellFormed', builtIn);
    }
  });

  it('is no TextDecoder for memory that it does not take', () => {
    const host = decoder((input) => {
      if (input.buffer instanceof SharedArrayBuffer) throw new TypeError('shared');
      return undefined;
    });
    const codec = makeByteCodec(host);
    expect(codec.decodeUtf8).not.toBe(bytes.decodeUtf8);
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    shared.set(utf8('飞'), 1);
    expect(codec.decodeUtf8(shared, 1, 4)).toBe('飞');
  });

  /** Buffer whose base64 has one fault. */
  const buffer = (faults: {
    write?: (text: string, at: number) => number | undefined;
    text?: (bytes: Uint8Array) => string | undefined;
    byteLength?: (text: string) => number | undefined;
  }): Host => {
    const from = (memory: ArrayBuffer, offset: number, length: number) => {
      const real = Buffer.from(memory, offset, length);
      return Object.assign(real, {
        // As strict as workerd, which takes a length beyond the end for a mistake, also where it is the default.
        base64Write: (text: string, at: number, room = real.length) => {
          if (at + room > real.length) throw new RangeError('length is out of range');
          return (
            faults.write?.(text, at) ?? node.buffer?.Buffer.prototype.base64Write.call(real as never, text, at, room)
          );
        },
        toString: (encoding: BufferEncoding) => faults.text?.(real) ?? Buffer.prototype.toString.call(real, encoding),
      });
    };
    const byteLength = (text: string) => faults.byteLength?.(text) ?? Buffer.byteLength(text);
    const fake = { ...node.buffer, Buffer: { from, byteLength, prototype: Buffer.prototype } };
    return { ...node, buffer: fake as unknown as Host['buffer'] };
  };
  it('is a Buffer without a fault', () => {
    withBase64({}, () => expect(chosen(buffer({}))).toEqual(NAMES));
    expect(leftToES2026(buffer({}))).toEqual([]);
  });
  it.each<[string, Host, (typeof NAMES)[number]]>([
    [
      'writes the URL alphabet',
      buffer({ text: (input) => Buffer.from(input).toString('base64').replaceAll('+', '-').replaceAll('/', '_') }),
      'encodeBase64',
    ],
    ['makes something of nothing', buffer({ text: (input) => (input.length === 0 ? '=' : undefined) }), 'encodeBase64'],
    ['writes at the start only', buffer({ write: (_, at) => (at > 0 ? 0 : undefined) }), 'decodeBase64'],
    ['skips + and /', buffer({ write: (text) => (/[+/]/.test(text) ? 0 : undefined) }), 'decodeBase64'],
    ['cannot count past 8 bits', buffer({ byteLength: (text) => text.length }), 'decodeBase64'],
  ])('is not a Buffer that %s', (_, host, name) => {
    withBase64({}, () => expect(chosen(host)).not.toContain(name));
    expect(leftToES2026(host)).toEqual([name]);
  });

  it.each([
    ['without', {}],
    ['with', base64OfES2026],
  ])('sees a character beyond ASCII at the end of text of any length, %s the base64 of ES2026', (_, methods) => {
    withBase64(methods, () => {
      const codec = makeByteCodec(node);
      // Buffer takes it for base64.
      for (const length of [4, 512, 516, 65_532, 65_536, 65_540]) {
        expect(codec.decodeBase64('A'.repeat(length), 0)).toHaveLength(length * 0.75);
        expect(codec.decodeBase64(`${'A'.repeat(length - 1)}\u0141`, 0)).toBeUndefined();
      }
    });
  });

  it('decodes into the same memory again as long as there is room', () => {
    const longest = 65_536;
    const longest64 = ((longest - 1) / 3) * 4; // of one byte less
    const memoryOf = (decode: ReturnType<typeof makeByteCodec>['decodeBase64'], length: number, reserve = 0) =>
      decode('A'.repeat(length), reserve)?.buffer;
    withBase64({}, () => {
      const node64 = makeByteCodec(node).decodeBase64;
      expect(memoryOf(node64, 4)).toBe(memoryOf(node64, longest));
      expect(memoryOf(node64, 4)).toBe(memoryOf(node64, longest - 16, 16));
      expect(memoryOf(node64, 4)).not.toBe(memoryOf(node64, longest, 16));
    });
    withBase64(base64OfES2026, () => {
      const web64 = makeByteCodec({}).decodeBase64;
      expect(memoryOf(web64, 4)).toBe(memoryOf(web64, longest64, 1));
      expect(memoryOf(web64, 4, 16)).toBe(memoryOf(web64, 64, 16));
      expect(memoryOf(web64, 4)).not.toBe(memoryOf(web64, longest64, 2));
      const both64 = makeByteCodec(node).decodeBase64; // short texts with Buffer, long ones without
      expect(memoryOf(both64, 4)).toBe(memoryOf(both64, 512));
      expect(memoryOf(both64, 516)).toBe(memoryOf(both64, longest64, 1));
      expect(memoryOf(both64, 516)).not.toBe(memoryOf(both64, longest64, 2));
    });
  });

  /**
   * Runs with a `setFromBase64` that may be wrong. `fault` gives how many bytes it says it wrote; where it
   * gives nothing, it does as the standard says.
   */
  function withSetFromBase64(
    fault: ((text: string, given: unknown) => number | undefined) | undefined,
    run: () => void,
  ) {
    const setFromBase64 = function (this: Uint8Array, text: string, given: unknown) {
      const written = fault?.(text, given);
      return written === undefined ? base64OfES2026.setFromBase64.call(this, text) : { written };
    };
    withBase64({ setFromBase64 }, run);
  }

  it('decodes base64 strictly', () => {
    const options: unknown[] = [];
    withSetFromBase64(
      (_, given) => {
        options.push(given);
        return undefined;
      },
      () => expect(makeByteCodec({}).decodeBase64('AAAA', 0)).toHaveLength(3),
    );
    expect(options.length).toBeGreaterThan(0);
    for (const given of options) expect(given).toEqual({ lastChunkHandling: 'strict' });
  });

  it.each([
    ['takes the URL alphabet', '-_-_AAE='],
    ['takes spare bits', 'AB=='],
    ['takes white space for a character', 'A A='],
    ['takes a character beyond ASCII', 'AA\u0141A'],
    ['takes a group of padding', 'AAAA===='],
  ])('is no setFromBase64 that %s', (_, text) => {
    const lenient = (given: string) => (given === text ? bytes.base64Length(given) : undefined);
    withSetFromBase64(lenient, () => expect(chosen({})).not.toContain('decodeBase64'));
    withSetFromBase64(undefined, () => expect(chosen({})).toContain('decodeBase64'));
  });

  describe('for digests', () => {
    const { crypto } = node as { crypto: NonNullable<Host['crypto']> };
    const noble = {
      create() {
        const parts: Uint8Array[] = [];
        return {
          update: (part: Uint8Array) => parts.push(part),
          digest: () => Uint8Array.from(Buffer.from(hash('sha256', ...parts), 'hex')),
        };
      },
    };
    /** Which of the host's two ways each call took. */
    const make = (host: Host) => {
      const calls: string[] = [];
      const spied = {
        createSecretKey: crypto.createSecretKey,
        createCipheriv: crypto.createCipheriv,
        createDecipheriv: crypto.createDecipheriv,
        createHash(algorithm: string) {
          calls.push('streaming');
          return crypto.createHash(algorithm);
        },
        hash(algorithm: string, data: Uint8Array) {
          calls.push('one call');
          return hash(algorithm as 'sha256', data);
        },
      };
      const digest = makeHexDigest({ ...host, crypto: 'crypto' in host ? host.crypto : spied }, 'sha256', noble);
      return (...parts: (string | Uint8Array)[]) => {
        calls.length = 0;
        expect(digest(...parts)).toBe(hash('sha256', ...parts));
        return calls;
      };
    };

    it('is one call up to 16 KiB, and a stream beyond', () => {
      const ways = make({ buffer: node.buffer });
      expect(ways('a', new Uint8Array(16_381))).toEqual(['one call']);
      expect(ways('a', new Uint8Array(16_382))).toEqual(['streaming']);
      expect(ways('飞'.repeat(5_461))).toEqual(['one call']);
      expect(ways('飞'.repeat(5_462))).toEqual(['streaming']);
    });

    it('is a stream where the host has no more', () => {
      expect(make({})('a')).toEqual(['streaming']);
      const { hash: _, ...older } = { ...crypto, hash: undefined };
      const createHash = vi.fn((algorithm: string) => crypto.createHash(algorithm));
      const digest = makeHexDigest({ buffer: node.buffer, crypto: { ...older, createHash } }, 'sha256', noble);
      createHash.mockClear();
      expect(digest('a')).toBe(hash('sha256', 'a'));
      expect(createHash).toHaveBeenCalledTimes(1);
    });

    it('is a stream where one call throws, and one call where a stream throws', () => {
      const refuse = () => {
        throw new Error('not here');
      };
      const way = (name: 'hash' | 'createHash') => {
        const spied = vi.fn(crypto[name] as () => never);
        const throwing = { ...crypto, hash: refuse, createHash: refuse, [name]: spied };
        const digest = makeHexDigest({ ...node, crypto: throwing }, 'sha256', noble);
        spied.mockClear();
        expect(digest('a')).toBe(hash('sha256', 'a'));
        return spied;
      };
      expect(way('createHash')).toHaveBeenCalledTimes(1);
      expect(way('hash')).toHaveBeenCalledTimes(1);
    });

    it.each<[string, (data: string) => boolean]>([
      ['beyond ASCII', (data) => data.includes('e4bda0')],
      ['in bytes', (data) => data.includes('0080ff')],
      ['that come last', (data) => data.endsWith('616263')],
    ])('is none that is wrong for parts %s', (_, isWrong) => {
      const lying = (algorithm: string, data: Uint8Array) =>
        isWrong(Buffer.from(data).toString('hex')) ? '00' : hash(algorithm as 'sha256', data);
      const digest = makeHexDigest({ ...node, crypto: { ...crypto, hash: lying } }, 'sha256', noble);
      for (const part of ['你', Uint8Array.of(0, 0x80, 0xff), 'abc']) expect(digest(part)).toBe(hash('sha256', part));
    });

    it.each(['feishu', 'dingtalk', 'tencent-chat'])('is asked by the algorithm of %s', async (name) => {
      const algorithms = new Set<string>();
      const real = process.getBuiltinModule;
      vi.spyOn(process, 'getBuiltinModule').mockImplementation(((id: string) =>
        id === 'node:crypto'
          ? {
              ...crypto,
              hash: undefined,
              createHash(algorithm: string) {
                algorithms.add(algorithm);
                return crypto.createHash(algorithm);
              },
            }
          : real.call(process, id)) as typeof process.getBuiltinModule);
      vi.resetModules();
      if (name === 'feishu') {
        const { feishuSignature } = await import('../../src/feishu.ts');
        feishuSignature({ timestamp: '', nonce: '', body: '' }, 'k');
      } else if (name === 'dingtalk') {
        const { dingTalkSignature } = await import('../../src/dingtalk.ts');
        dingTalkSignature({ token: 't', timestamp: '', nonce: '', encrypt: '' });
      } else {
        const chat = await import('../../src/tencent-chat.ts');
        chat.tencentChatSignature({ token: 't', requestTime: '' });
      }
      expect([...algorithms]).toEqual([name === 'dingtalk' ? 'sha1' : 'sha256']);
    });
  });
});
