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
  setFromBase64,
  TENCENT,
  tencentQuery,
  utf8,
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
  const key = new Uint8Array(32);
  const cases: [words: RegExp, attempt: () => unknown][] = [
    [/padTo.*16 or 32/, () => decryptAes256Cbc(key, key.slice(16), key, { padTo: 8 as 16 })],
    [/whole blocks/, () => nobleAesCbc(key).encrypt(key.slice(16), new Uint8Array(3))],
    [/toleranceSeconds.*Infinity/, () => createFeishuCodec({ ...FEISHU, toleranceSeconds: -1 })],
    [/maxBodyBytes must be/, () => createFeishuCodec({ ...FEISHU, maxBodyBytes: 0 })],
    [/maxBodyBytes, 1 bytes/, () => createFeishuCodec({ ...FEISHU, maxBodyBytes: 1 }).decode({ body: '{}' })],
    [/surrogate/, () => feishu().decode({ body: '\ud800' })],
    [/random\(16\) must return.* 16 bytes/, () => encryptFeishuEvent('', 'k', { random: () => key })],
    [/not a constant/, () => createDingTalkCodec({ ...DINGTALK, random: (n) => new Uint8Array(n).fill(255) }).reply()],

    [/encryptKey or verificationToken/, () => createFeishuCodec({})],
    [/^encryptKey /, () => encryptFeishuEvent('', '')],
    [/^encryptKey /, () => decryptFeishuEvent('', '')],
    [/made without an encryptKey/, () => plain().decrypt('')],
    [/body is encrypted.*without an encryptKey/, () => plain().decode({ body: encrypted('') })],
    [/^body must be a JSON object/, () => plain().decode({ body: '[]' })],
    [/neither a url_verification nor an event/, () => plain().decode({ body: '{}' })],
    [/Verification Token/, () => plain().decode({ body: '{"type":"url_verification","challenge":"c"}' })],
    [/X-Lark-Signature.*some are not/, () => feishu().decode({ headers: { 'x-lark-signature': '' }, body: '' })],
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
    [/URL must carry signature/, () => dingTalk().decode({ body: '{}' })],
    [/check the token/, () => dingTalk().decode({ ...dingTalkPush({}), body: encrypted('') })],
    [
      /`encrypt` must be/,
      () => dingTalk().decode({ query: { signature: '', timestamp: '', nonce: '' }, body: '{"encrypt":1}' }),
    ],
    [/^the plaintext must be a JSON object/, () => dingTalk().decode(dingTalkPush([]))],
    [/no `EventType`/, () => dingTalk().decode(dingTalkPush({}))],
    [/`Random` must be a string/, () => dingTalk().decode(dingTalkPush({ EventType: 'check_url', Random: 1 }))],
    [/another ownerKey/, () => dingTalk().decode(dingTalkSigned(dingTalkSeal('{}', { owner: 'other' })))],

    [/URL must carry Sign/, () => tencent().decode({ body: '{}' })],
    [/Sign does not match/, () => tencent().decode({ query: { ...query, Sign: '' }, body: '{}' })],
    [/^body must be a JSON object/, () => tencent().decode({ query, body: '[]' })],
    [/CallbackCommand is missing/, () => tencent().decode({ query: withoutBody, body: '{}' })],
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

  it('says which of the three headers is the matter where one is missing', () => {
    const { headers, body } = feishuSigned(encrypted(feishuSeal('{}')));
    for (const name of Object.keys(headers)) {
      const { [name]: _, ...others } = headers as Record<string, string>;
      expect(errorOf(() => feishu().decode({ headers: others, body })).message, name).toMatch(/some are not/);
    }
  });

  it('judges the padding of an unsigned challenge although its JSON is whole', () => {
    const spaces = ' '.repeat(15 - (challenge.length % 16));
    // The last byte says 17: more than a block, and 1 to whoever looks at the low bits alone.
    const body = encrypted(feishuSeal(challenge + spaces, Uint8Array.of(17)));
    expect(codeOf(() => feishu().decode({ body }))).toBe('ERR_SIGNATURE');
    expect(
      feishu()
        .decode({ body: encrypted(feishuSeal(challenge + spaces, Uint8Array.of(1))) })
        .text.trim(),
    ).toBe(challenge);
  });

  it('opens an unsigned envelope of up to 16,384 characters', () => {
    const padded = (length: number) => feishuSeal(challenge.padEnd(length));
    const longest = padded(16_384 * 0.75 - 16 - 1);
    expect(longest.length).toBe(16_384);
    expect(feishu().decode({ body: encrypted(longest) }).kind).toBe('challenge');
    expect(codeOf(() => feishu().decode({ body: encrypted(padded(16_384 * 0.75 - 16)) }))).toBe('ERR_SIGNATURE');
  });

  it('opens no unsigned envelope that is shorter than any challenge', () => {
    let calls = 0;
    const codec = createFeishuCodec({
      encryptKey: FEISHU.encryptKey,
      aes: (key) => {
        const { encrypt, decrypt } = nobleAesCbc(key);
        const counting = (ivAndBlocks: Uint8Array) => {
          calls += 1;
          return decrypt(ivAndBlocks);
        };
        return { encrypt, decrypt: counting };
      },
    });
    const shortest = feishuSeal('{"type":"url_verification","challenge":""}');
    expect(shortest).toHaveLength(88);
    expect(codec.decode({ body: encrypted(shortest) }).kind).toBe('challenge');
    expect(calls).toBe(1);
    expect(codeOf(() => codec.decode({ body: encrypted(feishuSeal('{"type":"url_verification"}')) }))).toBe(
      'ERR_SIGNATURE',
    );
    expect(calls).toBe(1);
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
    expect(chosen(node)).toEqual(NAMES);
    expect(chosen({ buffer: node.buffer })).toEqual(expect.arrayContaining(['decodeUtf8', 'encodeBase64']));
    expect(chosen(web)).toEqual(expect.arrayContaining(['encodeUtf8', 'decodeUtf8']));
  });

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
    expect(chosen(buffer({}))).toEqual(NAMES);
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
    expect(chosen(host)).not.toContain(name);
  });

  it('sees a character beyond ASCII that Buffer takes for base64, also at the end of text of just this length', () => {
    const codec = makeByteCodec(node);
    for (const length of [4, 512, 516, 65_532, 65_536, 65_540]) {
      expect(codec.decodeBase64('A'.repeat(length), 0)).toHaveLength(length * 0.75);
      expect(codec.decodeBase64(`${'A'.repeat(length - 1)}\u0141`, 0)).toBeUndefined();
    }
  });

  it('decodes into the same memory again as long as there is room', () => {
    const longest = 65_536;
    const memoryOf = (decode: ReturnType<typeof makeByteCodec>['decodeBase64'], length: number, reserve = 0) =>
      decode('A'.repeat(length), reserve)?.buffer;
    const node64 = makeByteCodec(node).decodeBase64;
    expect(memoryOf(node64, 4)).toBe(memoryOf(node64, longest));
    expect(memoryOf(node64, 4)).toBe(memoryOf(node64, longest - 16, 16));
    expect(memoryOf(node64, 4)).not.toBe(memoryOf(node64, longest, 16));
    withSetFromBase64(undefined, () => {
      const web64 = makeByteCodec({}).decodeBase64;
      expect(memoryOf(web64, 4)).toBe(memoryOf(web64, ((longest - 1) / 3) * 4, 1));
      expect(memoryOf(web64, 4, 16)).toBe(memoryOf(web64, 64, 16));
      expect(memoryOf(web64, 4)).not.toBe(memoryOf(web64, ((longest - 1) / 3) * 4, 2));
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
    const builtIn = Object.getOwnPropertyDescriptor(Uint8Array.prototype, 'setFromBase64');
    const value = function (this: Uint8Array, text: string, given: unknown) {
      const written = fault?.(text, given);
      return written === undefined ? setFromBase64.call(this, text) : { written };
    };
    try {
      Object.defineProperty(Uint8Array.prototype, 'setFromBase64', { value, configurable: true, writable: true });
      run();
    } finally {
      Reflect.deleteProperty(Uint8Array.prototype, 'setFromBase64');
      if (builtIn) Object.defineProperty(Uint8Array.prototype, 'setFromBase64', builtIn);
    }
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
