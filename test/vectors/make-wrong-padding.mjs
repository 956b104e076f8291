// Prints wrong-padding.json: node test/vectors/make-wrong-padding.mjs > test/vectors/wrong-padding.json
//
// AES-256-CBC ciphertexts of chosen padded plaintexts, made by node:crypto alone with its own padding switched off.
// `plaintext` is what a receiver that accepts padding of 1 to `block` equal bytes must return; null: it must refuse.
import { createCipheriv } from 'node:crypto';

const key = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
const iv = Buffer.from('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff', 'hex');

/** Text of `length` bytes, each from 0x61 up: none could be taken for padding. */
const text = (length) => Buffer.from(Array.from({ length }, (_, index) => 0x61 + (index % 26)));
const padding = (length, byte = length) => Buffer.alloc(length, byte);

const cases = [];

function add(block, name, padded, plaintextLength) {
  if (padded.length % 16 !== 0) throw new Error(`${name}: ${padded.length} bytes are not whole blocks`);
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  cases.push({
    block,
    name,
    ciphertext: Buffer.concat([cipher.update(padded), cipher.final()]).toString('hex'),
    plaintext: plaintextLength === undefined ? null : padded.subarray(0, plaintextLength).toString('hex'),
  });
}

for (const block of [16, 32]) {
  const right = (name, data, pad) => add(block, `right: ${name}`, Buffer.concat([data, pad]), data.length);
  const wrong = (name, ...parts) => add(block, `wrong: ${name}`, Buffer.concat(parts));

  // Positive controls.
  for (let pad = 1; pad <= block; pad++) right(`${pad} of ${pad}`, text(2 * block - pad), padding(pad));
  right('a whole block of padding after nothing', text(0), padding(block));
  right('a whole block of padding after whole blocks', text(2 * block), padding(block));
  right('text whose last bytes look like padding', Buffer.concat([text(block - 4), padding(2)]), padding(2));
  // A sender of 16-byte blocks is read by a receiver of 32-byte blocks too.
  for (const pad of [1, 15, 16]) right(`${pad} of ${pad}, one block of 16 bytes`, text(16 - pad), padding(pad));

  // The last byte is no padding length.
  for (const byte of [0, block + 1, block + 2, 0x7f, 0x80, 0xff]) {
    wrong(`last byte ${byte}, text before it`, text(2 * block - 1), padding(1, byte));
    wrong(`every byte ${byte}`, padding(2 * block, byte));
  }
  wrong('no padding', text(2 * block));
  wrong('no padding, one block of 16 bytes', text(16));

  // One padding byte differs, counted from the end of the message (the last byte, 1, is the length itself).
  const differing = (pad, position, byte) => {
    const padded = Buffer.concat([text(2 * block - pad), padding(pad)]);
    padded[padded.length - position] = byte;
    wrong(`${pad} of ${pad}, but byte ${position} from the end is ${byte}`, padded);
  };
  for (let position = 2; position <= block; position++) differing(block, position, block - 1);
  for (let pad = 2; pad < block; pad++) differing(pad, pad, pad ^ 1);
  for (let pad = 3; pad < block; pad++) differing(pad, 2, pad ^ 0x80);
  differing(block, block, 0);
  differing(2, 2, 1);

  // One padding byte too few.
  for (let pad = 2; pad <= block; pad++)
    wrong(`${pad - 1} of ${pad}`, text(2 * block - pad + 1), padding(pad - 1, pad));

  // Longer than the data: only a 32-byte block can be.
  for (const pad of [17, 24, 31, 32, 33]) wrong(`16 of ${pad}, nothing before them`, padding(16, pad));

  // Other schemes.
  wrong('zeros', text(2 * block - 4), padding(4, 0));
  wrong('ISO/IEC 7816-4: 80 00 00 00', text(2 * block - 4), Buffer.of(0x80, 0, 0, 0));
  wrong('ANSI X9.23: 00 00 00 04', text(2 * block - 4), Buffer.of(0, 0, 0, 4));
  wrong('ISO 10126: random bytes, then 04', text(2 * block - 4), Buffer.of(0x9e, 0x37, 0x79, 4));
  wrong('PKCS#7 in front', padding(4), text(2 * block - 4));
}

process.stdout.write(`${JSON.stringify({ key: key.toString('hex'), iv: iv.toString('hex'), cases }, null, 2)}\n`);
