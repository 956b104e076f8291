// Captured events sent as URL challenges. The rule of 0.1.0 is the control: it falls for each form of the attack, so that
// the attack itself works; now each gets the one constant refusal.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createFeishuCodec } from '../../src/index.ts';
import type { AesCbc } from '../../src/internal/aes/engine.ts';
import { nobleAesCbc } from '../../src/internal/aes/noble.ts';
import { challengeReader } from '../../src/internal/unsigned-challenge.ts';
import { FEISHU } from '../fuzz/reference.ts';
import { errorOf, feishuSeal, jsonOf } from '../helpers.ts';
import {
  blindly,
  bodyOf,
  capture,
  challengeText,
  FIRST,
  type Form,
  findLegal,
  isSame,
  makeForms,
  oldRule,
  SECRET,
  seal,
  send,
  UUID,
  xor,
} from './unsigned-challenge/attacks.ts';

const TOKEN = FEISHU.verificationToken;
const codec = createFeishuCodec(FEISHU);
const keyOnly = createFeishuCodec({ encryptKey: FEISHU.encryptKey });
const closed = createFeishuCodec({ ...FEISHU, acceptChallenge: false });
const ORDERS = [
  ['challenge', 'token', 'type'],
  ['challenge', 'type', 'token'],
  ['token', 'challenge', 'type'],
  ['token', 'type', 'challenge'],
  ['type', 'challenge', 'token'],
  ['type', 'token', 'challenge'],
];

const unsigned = (text: string | Uint8Array, tail?: Uint8Array) => ({ body: bodyOf(seal(text, 0, tail)) });
/** What everything must get that is no challenge. */
const refusal = errorOf(() => codec.decode(unsigned('{"schema":"2.0","header":{},"event":{}}')));

function expectRefused(attempt: () => unknown): void {
  const error = errorOf(attempt);
  if (!isSame(error, refusal)) expect(error).toEqual(refusal); // which says what is different
  expect(isSame(error, refusal)).toBe(true);
}

it('the refusal says that the request is not signed', () => {
  expect(refusal).toMatchObject({ name: 'CallbackError', code: 'ERR_SIGNATURE' });
  expect(refusal.message).toMatch(/^not signed/);
  expect(refusal.cause).toBe(undefined);
});

describe('a piece of an event and the end of a challenge, the random block', () => {
  const forms = makeForms().map((form) => [form.name, form] as const);
  const decodeOf = (form: Form) => (form.verificationToken === undefined ? keyOnly : codec).decode;
  const seed = 2; // of the first hundred the one with which legal blocks come earliest

  it.each(forms)('%s, where it is legal', (_, form) => {
    const request = form.request(findLegal(form, seed), seed);
    expect(oldRule(request, form.verificationToken)).toContain(form.secret);
    expectRefused(() => decodeOf(form)({ body: bodyOf(request) }));
  });

  it.each(forms)('%s, in 20,000 blind requests', (_, form) => {
    const outcome = send(blindly(form, 20_000, seed), decodeOf(form), refusal, form.secret);
    expect(outcome).toEqual({ requests: 20_000, refusedAlike: 20_000, refusedOtherwise: 0, accepted: 0, shown: 0 });
  });
});

describe('an event whose text the attacker has chosen', () => {
  const challenge = capture(challengeText(['challenge', 'token', 'type']));
  const ends = [[], challenge.sealed.slice(3)];

  /** What can be made of a captured event by leaving blocks out, choosing the first one, and another end. */
  function* changed(text: string): Generator<Buffer> {
    const { sealed, plain } = capture(text);
    for (let from = 1; from < sealed.length; from++) {
      const before = sealed[from - 1] as Buffer;
      for (const iv of [before, xor(before, plain[from] as Buffer, Buffer.from(FIRST))]) {
        for (let to = from; to < sealed.length; to++) {
          for (const end of ends) yield Buffer.concat([iv, ...sealed.slice(from, to + 1), ...end]);
        }
      }
    }
  }

  /** Splices of it as a random block that is legal by luck would make them; each starts with another block. */
  function* lucky(text: string): Generator<Buffer> {
    const { plain } = capture(text);
    const last = plain.findLastIndex((block) => /^x+$/.test(block.toString()));
    const end = `0123456789abcdef${UUID.slice(2)}","token":"${TOKEN}","type":"url_verification"}`;
    for (let from = 1; from < last; from++) {
      // The new first block may also end as the old one did, in the middle of an escape or a letter.
      for (const kept of [0, 1, 2]) {
        const first = Buffer.concat([
          Buffer.from(FIRST).subarray(0, 16 - kept),
          (plain[from] as Buffer).subarray(16 - kept),
        ]);
        yield seal(Buffer.concat([first, ...plain.slice(from + 1, last + 1), Buffer.from(end)]));
      }
    }
  }

  it.each([
    ['a challenge', `{"challenge":"${UUID}","token":"${TOKEN}","type":"url_verification"}`],
    ['the end of one', `${UUID}","token":"${TOKEN}","type":"url_verification"}`],
    ['letters of a UUID', UUID.repeat(2)],
    ['words', 'ajls384kdjxxxx'.repeat(4)],
    ['quotes and backslashes', '"\\"\\\\"'.repeat(6)],
    ['no ASCII', '密码🔑é'.repeat(5)],
  ])('%s, at every place in a block', (_, chosen) => {
    for (let offset = 0; offset < 16; offset++) {
      const event = (text: string) => `{"id":"${'o'.repeat(offset)}","text":"${text}${SECRET}${'x'.repeat(40)}"}`;
      const written = event(JSON.stringify(chosen).slice(1, -1));
      expect([...lucky(written)].some((request) => oldRule(request, TOKEN)?.includes(SECRET))).toBe(true);
      // Also as a platform would write it that escapes nothing.
      for (const requests of [lucky(written), changed(written), lucky(event(chosen)), changed(event(chosen))]) {
        const { requests: count, ...outcome } = send(requests, codec.decode, refusal, SECRET);
        expect(outcome).toEqual({ refusedAlike: count, refusedOtherwise: 0, accepted: 0, shown: 0 });
        expect(count).toBeGreaterThan(0);
      }
    }
  });
});

describe('what a challenge may be', () => {
  const text = (challenge: string, names: readonly string[] = ORDERS[0] as string[], token: string = TOKEN) =>
    `{${names.map((name) => `"${name}":"${{ challenge, token, type: 'url_verification' }[name]}"`).join()}}`;

  it.each([
    ['a UUID', UUID],
    ['the one of the documentation', 'ajls384kdjxxxx'],
    ['one digit', '0'],
    ['one letter', 'Z'],
    ['17 of [\\w-]', 'Az_-0123456789xyz'],
    ['64 of [0-9a-f-]', '0123456789abcdef-'.repeat(4).slice(0, 64)],
  ])('%s, in all six orders', (_, challenge) => {
    for (const names of ORDERS) {
      const sent = text(challenge, names);
      const message = { kind: 'verification', challenge, text: sent };
      expect(codec.decode(unsigned(sent))).toMatchObject(message);
      expect(jsonOf(codec.reply(codec.decode(unsigned(sent))))).toEqual({ challenge });
      expect(keyOnly.decode(unsigned(sent))).toMatchObject(message);
      expect(createFeishuCodec({ ...FEISHU, acceptChallenge: true }).decode(unsigned(sent))).toMatchObject(message);
      expectRefused(() => closed.decode(unsigned(sent)));
    }
  });

  it('without a configured token one of 0 to 64 of [\\w-], in all six orders', () => {
    for (const names of ORDERS) {
      for (let length = 0; length <= 64; length++) {
        const sent = text(UUID, names, 'Az_-019'.repeat(10).slice(0, length));
        expect(keyOnly.decode(unsigned(sent))).toMatchObject({ challenge: UUID, text: sent });
        if (length > 0) expectRefused(() => codec.decode(unsigned(sent)));
      }
      for (const token of ['a'.repeat(65), 'a'.repeat(66), 'a'.repeat(100), 'a b', 'a.b', 'é', '\\u0061', '\n']) {
        expectRefused(() => keyOnly.decode(unsigned(text(UUID, names, token))));
      }
    }
  });

  it('of any length of text, its padding right', () => {
    for (let length = 1; length <= 64; length++) {
      const challenge = 'a'.repeat(length);
      expect(codec.decode(unsigned(text(challenge)))).toMatchObject({ challenge });
      const count = 16 - (text(challenge).length % 16);
      const right = Buffer.alloc(count, count);
      const lastBytes = Array.from({ length: 256 }, (_, last) => Buffer.from(right).fill(last, count - 1));
      const changed = Array.from(right, (_, at) => Buffer.from(right).fill(count ^ 1, at, at + 1));
      const longer = [count + 16, 16, count].map((byte) => Buffer.alloc(count + 16, byte));
      const tails = [...lastBytes, ...changed, ...longer].filter((tail) => !tail.equals(right));
      const requests = tails.map((tail) => seal(text(challenge), 0, tail));
      expect(send(requests, codec.decode, refusal, challenge)).toMatchObject({ refusedAlike: 255 + count + 3 });
    }
  });

  it('in a body of 1,200 bytes and 512 characters of base64', () => {
    const filled = (bytes: number, filler: string) => {
      const body = unsigned(text(UUID)).body.replace('}', `,"x":"${filler}"}`);
      return body.padEnd(body.length + bytes - Buffer.byteLength(body));
    };
    for (const filler of ['', '密'.repeat(200)]) {
      expect(Buffer.byteLength(filled(1200, filler))).toBe(1200);
      for (const body of [filled(1200, filler), Buffer.from(filled(1200, filler))]) {
        expect(codec.decode({ body })).toMatchObject({ challenge: UUID });
      }
      for (const body of [filled(1201, filler), Buffer.from(filled(1201, filler)), 'x'.repeat(1201)]) {
        expectRefused(() => codec.decode({ body }));
      }
    }
    // Only a long token makes so long a text.
    for (const [length, isAccepted] of [
      [367, true],
      [368, false],
    ] as const) {
      const token = 't'.repeat(length - text(UUID, ORDERS[0], '').length);
      const { decode } = createFeishuCodec({ ...FEISHU, verificationToken: token });
      const request = unsigned(text(UUID, ORDERS[0], token));
      expect(JSON.parse(request.body).encrypt.length).toBe(isAccepted ? 512 : 536);
      if (isAccepted) expect(decode(request)).toMatchObject({ challenge: UUID });
      else expectRefused(() => decode(request));
    }
  });
});

describe('what it may not be: one constant answer to', () => {
  const [challenge, token, type] = [`"challenge":"${UUID}"`, `"token":"${TOKEN}"`, '"type":"url_verification"'];
  const whole = `{${challenge},${token},${type}}`;
  const withChallenge = (value: string) => whole.replace(`"${UUID}"`, value);
  const withToken = (value: string) => whole.replace(`"${TOKEN}"`, value);
  const withType = (value: string) => whole.replace('"url_verification"', value);
  const spaces = [' ', '\n', '\r', '\t', '\ufeff', '\u00a0', '\0'];

  const texts: Record<string, readonly string[]> = {
    'escapes, whatever they mean': [
      whole.replace('challenge', '\\u0063hallenge'),
      whole.replace('url_', 'url\\u005f'),
      whole.replace('url_', 'url\\u005F'),
      whole.replace(TOKEN, TOKEN.replace('-', '\\u002d')),
      withChallenge('"\\u0061"'),
      withChallenge('"a\\/b"'),
      withChallenge('"a\\"b"'),
      withChallenge('"a\\nb"'),
    ],
    nesting: [
      withChallenge('{"challenge":"a"}'),
      withChallenge('["a"]'),
      withToken(`["${TOKEN}"]`),
      withType('["url_verification"]'),
      `[${whole}]`,
      `{"header":${whole}}`,
      `{"schema":"2.0","header":{${token}},${challenge},${type}}`,
    ],
    'numbers and other values': ['1', '-1', '1e9', 'null', 'true', '{}', '[]', '""'].flatMap((value) => [
      withChallenge(value),
      withToken(value),
      withType(value),
      value,
    ]),
    'repeated names': [
      `{${challenge},${challenge},${token},${type}}`,
      `{${challenge},${token},${token},${type}}`,
      `{${challenge},${token},${type},${type}}`,
      `{"challenge":"b",${challenge},${token},${type}}`,
      `{${challenge},${token},${type},"challenge":"b"}`,
      `{"token":"b",${challenge},${token},${type}}`,
      `{${challenge},"type":"event_callback",${token},${type}}`,
    ],
    'a fourth member, wherever': ['"x":"y"', '"x":1', '"":""', '"x":{}', '"schema":"1.0"'].flatMap((member) => [
      `{${member},${challenge},${token},${type}}`,
      `{${challenge},${member},${token},${type}}`,
      `{${challenge},${token},${member},${type}}`,
      `{${challenge},${token},${type},${member}}`,
    ]),
    'a member that is missing': [
      `{${token},${type}}`,
      `{${challenge},${type}}`,
      `{${challenge},${token}}`,
      `{${challenge}}`,
      '{}',
      '',
    ],
    'white space, a BOM or a NUL, wherever': spaces.flatMap((space) =>
      Array.from({ length: whole.length + 1 }, (_, at) => whole.slice(0, at) + space + whole.slice(at)),
    ),
    'commas, colons and ends that are wrong': [
      `${whole},`,
      `${whole}}`,
      `${whole}${whole}`,
      `{${challenge},${token},${type},}`,
      `{,${challenge},${token},${type}}`,
      `{${challenge};${token},${type}}`,
      whole.replace(':', '='),
      whole.replaceAll('"', "'"),
      whole.slice(0, -1),
      whole.slice(1),
    ],
    'a challenge that is too long, or of other letters': [
      '',
      'a'.repeat(65),
      '0'.repeat(66),
      'a'.repeat(1024),
      'g'.repeat(18),
      'ajls384kdjxxxxABCD',
      UUID.toUpperCase(),
      `${UUID.slice(0, -1)}F`,
      `${'a'.repeat(17)}_`,
      'a.b',
      'a b',
      'a+b/c=',
      'é',
      '密码',
      '🔑',
      '\u007f',
    ].map((value) => withChallenge(`"${value}"`)),
    'another type': [
      '',
      'Url_verification',
      'url_verificatio',
      'url_verification ',
      'url_verification0',
      'event_callback',
    ].map((value) => withType(`"${value}"`)),
    'another token': ['', 'V-token', 'v-toke', 'v-token ', 'v-token0', 'x-token', 'v-tokem', 'x'.repeat(64)].map(
      (value) => withToken(`"${value}"`),
    ),
    'names in capitals, and others': ['Challenge', 'CHALLENGE', 'challeng', 'challenge_', '__proto__'].map((name) =>
      whole.replace('challenge', name),
    ),
  };
  it.each(Object.entries(texts))('%s', (_, list) => {
    for (const text of list) expectRefused(() => codec.decode(unsigned(text)));
  });

  it('bytes that are no UTF-8, and surrogates written as if they were letters', () => {
    for (const bytes of [[0x80], [0xc3], [0xff], [0xc0, 0xa2], [0xed, 0xa0, 0x80]]) {
      for (let at = 0; at <= whole.length; at++) {
        const text = Buffer.concat([Buffer.from(whole.slice(0, at)), Buffer.from(bytes), Buffer.from(whole.slice(at))]);
        expectRefused(() => codec.decode(unsigned(text)));
      }
    }
  });

  it('base64 that is none, of no whole blocks, or of none at all', () => {
    const encrypt: string = JSON.parse(unsigned(whole).body).encrypt;
    const bytes = Buffer.from(encrypt, 'base64');
    const others = [
      '',
      '=',
      '密码',
      ` ${encrypt}`,
      `${encrypt}\n`,
      encrypt.slice(0, -1),
      `${encrypt.slice(0, -1)}!`,
      `${encrypt.slice(0, -1)}=`,
      encrypt.replace(/=*$/, ''),
      encrypt.replace(/.(=+)$/, '/$1'),
      encrypt.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
      `${encrypt}AAAA`,
      'A'.repeat(512),
      'A'.repeat(513),
      'A'.repeat(1000),
      ...Array.from({ length: bytes.length }, (_, length) => bytes.subarray(0, length).toString('base64')),
    ].filter((other) => other !== encrypt);
    expect(others.length).toBeGreaterThan(bytes.length + 10);
    for (const other of others) expectRefused(() => codec.decode({ body: JSON.stringify({ encrypt: other }) }));
  });

  it('all of it where challenges are not accepted', () => {
    for (const text of [whole, ...Object.values(texts).flat()]) expectRefused(() => closed.decode(unsigned(text)));
  });
});

describe('all neighbours of a challenge', () => {
  /** The rule as one expression, over bytes as Latin-1. */
  const rule = (token: string) => {
    const members: Record<string, string> = {
      challenge: '"challenge":"(?:[0-9a-f-]{1,64}|[\\w-]{1,17})"',
      token: `"token":"${token}"`,
      type: '"type":"url_verification"',
    };
    const forms = ORDERS.map((names) => names.map((name) => members[name]).join());
    return new RegExp(`^\\{(?:${forms.join('|')})\\}$`);
  };

  const ALL = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  const SOME = [...'\0 !"#,-./09:@AZ[\\]^_`afgz{}\x7f\x80\xff']; // both sides of every border of the alphabets

  function* neighbours(text: string, bytes: readonly string[]): Generator<string> {
    for (let at = 0; at <= text.length; at++) {
      const [before, after] = [text.slice(0, at), text.slice(at + 1)];
      yield before + after;
      for (const byte of bytes) yield before + byte + after;
      for (const byte of SOME) yield before + byte + text.slice(at);
    }
  }

  it.each([
    ['a UUID', 0, UUID, TOKEN, codec, ALL],
    ['17 letters', 1, 'abcdefghijklmnopq', TOKEN, codec, SOME],
    ['a UUID, no token configured', 5, UUID, TOKEN, keyOnly, SOME],
    ['64 letters, no token configured', 2, 'a'.repeat(64), 'B'.repeat(64), keyOnly, SOME],
  ])('%s, any one byte changed, added or left out', (_, order, challenge, token, { decode }, bytes) => {
    const text = challengeText(ORDERS[order] as string[], token).replace(UUID, challenge);
    const isRight = rule(decode === codec.decode ? TOKEN : '[\\w-]{0,64}');
    const [right, wrong] = [new Set<string>(), new Set<string>()];
    for (const other of neighbours(text, bytes)) (isRight.test(other) ? right : wrong).add(other);
    const sealed = (texts: Set<string>) => [...texts].map((other) => seal(Buffer.from(other, 'latin1')));
    const count = { refusedAlike: 0, refusedOtherwise: 0, accepted: 0, shown: 0 };
    const shows = '"kind":"verification"';
    expect(right.size).toBeGreaterThan(100);
    expect(send(sealed(right), decode, refusal, shows)).toEqual({
      ...count,
      requests: right.size,
      accepted: right.size,
      shown: right.size,
    });
    expect(send(sealed(wrong), decode, refusal, shows)).toEqual({
      ...count,
      requests: wrong.size,
      refusedAlike: wrong.size,
    });
  });
});

describe('challengeReader by itself', () => {
  const aes = nobleAesCbc(createHash('sha256').update(FEISHU.encryptKey).digest());
  /** The text of a challenge, as Feishu writes it. */
  const textOf = (challenge: string, token: string = TOKEN) =>
    JSON.stringify({ challenge, token, type: 'url_verification' });

  it('reads challenge and text', () => {
    const read = challengeReader(aes, TOKEN);
    expect(read(feishuSeal(textOf('c')))).toEqual({ challenge: 'c', text: textOf('c') });
    expect(read(feishuSeal(textOf('c', 'other')))).toBeUndefined();
    expect(challengeReader(aes, undefined)(feishuSeal(textOf('c', 'other')))).toMatchObject({ challenge: 'c' });
  });

  it('judges the padding although the text is whole', () => {
    const read = challengeReader(aes, TOKEN);
    const text = textOf('c'.repeat(16 - (textOf('c').length % 16)));
    expect(text.length % 16).toBe(15);
    // 17 is more than a block, and 1 to whoever looks at the low bits alone; the last is right, but the text goes on.
    for (const tail of [[17], [0], [2], Array(17).fill(17), Array(17).fill(16), [16, ...Array(16).fill(1)]]) {
      expect(read(feishuSeal(text, Uint8Array.from(tail))), tail.join()).toBeUndefined();
    }
    expect(read(feishuSeal(text, Uint8Array.of(1)))).toMatchObject({ text });
  });

  it('decrypts up to 512 characters of base64, and nothing of more', () => {
    const decrypted: number[] = [];
    const counting: AesCbc = {
      encrypt: aes.encrypt,
      decrypt(ivAndBlocks) {
        decrypted.push(ivAndBlocks.length);
        return aes.decrypt(ivAndBlocks);
      },
    };
    /** A token as long as no console gives one: all else is much shorter. */
    const read = (textLength: number) => {
      const token = 't'.repeat(textLength - textOf('c', '').length);
      expect(textOf('c', token)).toHaveLength(textLength);
      return challengeReader(counting, token)(feishuSeal(textOf('c', token)));
    };
    expect(read(384 - 16 - 1)).toMatchObject({ challenge: 'c' });
    expect(decrypted).toEqual([384]);
    expect(read(384 - 16)).toBeUndefined();
    expect(decrypted).toEqual([384]);
  });
});
