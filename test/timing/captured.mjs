// What an attacker makes of captured Feishu ciphertext: unsigned requests, changed by XOR alone, all of them to be refused.
// Every maker gives a new one each time.
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { importBundle } from '../fuzz/bundle.mjs';

const { FEISHU, feishuEncrypt } = await importBundle("export * from './test/fuzz/reference.ts'");

/** The midst of an event: attackers send its blocks from wherever they like. */
const eventText = () => randomBytes(512).toString('hex');

/** 96 bytes, so that the padding has a block of its own. */
const challengeText = (names, token = FEISHU.verificationToken) => {
  const members = { challenge: randomUUID(), token, type: 'url_verification' };
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, members[name]])));
};
const TYPE_LAST = ['challenge', 'token', 'type'];
const TOKEN_FIRST = ['token', 'challenge', 'type'];

function padded(text) {
  const count = 16 - (text.length % 16);
  return Buffer.concat([Buffer.from(text), Buffer.alloc(count, count)]);
}

function seal(plain) {
  const iv = randomBytes(16);
  return { plain, sealed: Buffer.concat([iv, feishuEncrypt(iv, plain)]) };
}

/** The first blocks of `text` and its padding, by default as many as a challenge has. */
const capture = (text, blocks = 7) => seal(padded(text).subarray(0, 16 * blocks));

/** Makes the plaintext read `bytes` from `at` on; the block before becomes garbage where it is not the IV. */
function write({ sealed, plain }, at, bytes) {
  for (const [i, byte] of bytes.entries()) sealed[at + i] ^= plain[at + i] ^ byte;
}

/** Makes garbage of a block of the plaintext, and one wrong bit in the next. */
function garble({ sealed }, block) {
  sealed[16 * (block + 1) + randomInt(16)] ^= 1 << randomInt(8);
}

const request = ({ sealed }) => ({ body: JSON.stringify({ encrypt: sealed.toString('base64') }) });

/** The last byte is 01, which is padding, or one that is none. */
const ending = (isPadding, text, blocks) => () => {
  const captured = capture(text(), blocks);
  write(captured, captured.plain.length - 1, Buffer.of(isPadding ? 1 : randomInt(17, 256)));
  return request(captured);
};

/** Blocks of an event with a start of the attacker's choice, who chooses the IV. */
const starting = (bytes) => () => {
  const captured = capture(eventText());
  write(captured, 0, bytes());
  return request(captured);
};

/** A challenge that is none for the block that is garbled, with some bytes of its first block changed as well. */
const spoilt = (names, block, at = 0, bytes = () => Buffer.of()) => {
  return () => {
    const captured = capture(challengeText(names));
    write(captured, at, bytes());
    garble(captured, block);
    return request(captured);
  };
};

/** What takes the key to make: a challenge that is right but for its token, with padding that is right but for one byte. */
const otherToken = (isPadding) => () => {
  const plain = padded(challengeText(TYPE_LAST, 'x-token'));
  if (!isPadding) plain[plain.length - 1] = 0x41;
  return request(seal(plain));
};

const HEX = Buffer.from('0123456789abcdef-');
const LETTERS = Buffer.from('ghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');
const ILLEGAL = Buffer.from([...Array(256).keys()]).filter((byte) => !/[\w-]/.test(String.fromCharCode(byte)));
const some = (bytes, count = 1) => Buffer.alloc(count).map(() => bytes[randomInt(bytes.length)]);
const text = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));

const challenge = () => challengeText(TYPE_LAST);
const padding = (...what) => [ending(true, ...what), ending(false, ...what)];
const fifteenth = (bytes) => spoilt(TYPE_LAST, 4, 14, () => some(bytes));
const behindName = (bytes) => starting(() => text('{"challenge":"', some(bytes), some(HEX)));
const tokenStart = (bytes) => spoilt(TOKEN_FIRST, 4, 10, bytes);
const spaces = ' '.repeat(15);

/** Name, two classes, and which planted fault must show between them. */
export const rows = [
  ['padding right or wrong, 23 blocks of an event', padding(eventText, 23), 'padding'],
  ['padding right or wrong, three blocks of an event', padding(eventText, 3), 'padding'],
  ['padding right or wrong, a challenge', padding(challenge), 'padding'],
  ['padding right or wrong, a challenge with another token', [otherToken(true), otherToken(false)], 'padding'],
  ['a character legal or not after 14 known ones, an event', [behindName(HEX), behindName(ILLEGAL)], 'pattern'],
  ['a character legal or not after 14 known ones, a challenge', [fifteenth(HEX), fifteenth(ILLEGAL)], 'pattern'],
  [
    'a quote or a digit after 14 known ones, an event',
    [behindName(Buffer.from('"')), behindName(Buffer.from('0'))],
    'pattern',
  ],
  ['garbage early or late, a challenge', [spoilt(TYPE_LAST, 0), spoilt(TYPE_LAST, 4)], 'pattern'],
  [
    "the token's first bytes right or wrong, a challenge",
    [tokenStart(() => text(FEISHU.verificationToken.slice(0, 6))), tokenStart(() => some(LETTERS, 6))],
    'pattern',
  ],
  [
    'a quote or a space first, 15 spaces behind it, an event',
    [starting(() => text('"', spaces)), starting(() => text(' ', spaces))],
    'json',
  ],
  ['UTF-8 valid or invalid, an event', [starting(() => some(LETTERS)), starting(() => Buffer.of(0xff))], 'json'],
  ['ASCII or other UTF-8, an event', [starting(() => some(LETTERS, 2)), starting(() => text('é'))], 'json'],
];

/** For a codec without Verification Token, to which any token is right that has its alphabet. */
export const rowsOfAnyToken = [
  [
    "the token's first character legal or not, a challenge",
    [tokenStart(() => some(LETTERS)), tokenStart(() => some(ILLEGAL))],
    'pattern',
  ],
];

/** Refused before anything is decrypted, for too many characters or too many bytes. */
export const rowsTooLong = [
  ['padding right or wrong, 40 blocks of an event', padding(eventText, 40)],
  ['padding right or wrong, 60 blocks of an event', padding(eventText, 60)],
];
