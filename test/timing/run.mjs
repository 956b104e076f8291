// `npm run test:timing`: whether time tells secrets, by Welch's t-test on interleaved samples of two classes.
//
// A check passes where the median |t| of its batches is below the gate, and each has a control, the same code with a leak
// planted, that must exceed it: a test too blunt to see the leak fails. `power` is the difference in time that would have
// reached the gate. Nothing is tried again.
import { randomBytes } from 'node:crypto';
import { importBundle, importSource } from '../fuzz/bundle.mjs';
import { compare, GATE } from './stats.mjs';

const sound = await importSource();
const { DINGTALK, FEISHU, NOW, TENCENT, dingTalkEncrypt, feishuEncrypt, feishuOpenBlocks, hash } = await importBundle(
  "export * from './test/fuzz/reference.ts'",
);

Error.stackTraceLimit = 0; // taking a stack costs more than what is measured

const failed = [];

function check(name, run, classes, { samples, size = 64, isLeak = false, isGated = true }) {
  const { t, difference, mean, error, none, all } = compare(run, classes, { samples, size, pairs: isLeak ? 1 : 3 });
  const isRight = Math.abs(none) < GATE && Math.abs(t) >= GATE === isLeak;
  const verdict = !isGated ? 'shown' : isRight ? 'ok' : 'FAILED';
  if (verdict === 'FAILED') failed.push(name);
  console.log(
    `${verdict.padEnd(6)} |t| ${Math.abs(t).toFixed(1).padStart(6)} ${isLeak ? '>=' : '< '} ${GATE}, ` +
      `null ${Math.abs(none).toFixed(1)}, ${difference.toFixed(0).padStart(5)} ns of ${mean.toFixed(0).padStart(5)}, ` +
      `power ${(error * GATE).toFixed(0).padStart(3)} ns: ${name} [${all.map((value) => value.toFixed(1)).join(' ')}]`,
  );
}

// 1. The compare: 40 of 64 characters a sample, the answer always no: that one is no secret.

const hex = () => randomBytes(32).toString('hex');
const differentAt = (text, at) => {
  const other = text[at] === '0' ? '1' : '0';
  return Buffer.from(text.slice(0, at) + other + text.slice(at + 1)).toString(); // a flat string, as all others
};
const pairs = (at) => () =>
  Array.from({ length: 40 }, () => {
    const text = hex();
    return [differentAt(text, at()), text];
  });

const everywhere = () => Array.from({ length: 40 }, () => [Buffer.from('g'.repeat(64)).toString(), hex()]);

/** Whether two strings are equal, as it is often written. */
function equalEarlyExit(actual, expected) {
  if (actual.length !== expected.length) return false;
  for (let i = 0; i < expected.length; i++) if (actual.charCodeAt(i) !== expected.charCodeAt(i)) return false;
  return true;
}

let sink = 0;
for (const [name, equal, isLeak] of [
  ['equalInConstantTime', sound.bytes.equalInConstantTime, false],
  ['control: a compare that stops at the first difference', equalEarlyExit, true],
]) {
  const run = (list) => {
    for (const [actual, expected] of list) sink += equal(actual, expected) ? 1 : 0;
  };
  check(`${name}, first difference at 0 against 63`, run, [pairs(() => 0), pairs(() => 63)], {
    samples: 60_000,
    size: 8,
    isLeak,
  });
  check(
    `${name}, one difference at a random place against all different`,
    run,
    [pairs(() => Math.floor(Math.random() * 64)), everywhere],
    { samples: 60_000, size: 8, isLeak },
  );
}

// 2. decode with a wrong signature.

const attempt = (decode) => (request) => {
  try {
    decode(request);
    sink++;
  } catch (error) {
    sink += error.code.length;
  }
};

const earlyExit = await importSource([
  { file: 'bytes', find: /return difference === 0;/, replace: 'return true;' },
  {
    file: 'bytes',
    find: /let difference = actual\.length \^ expected\.length;/,
    replace:
      'for (let i = 0; i < expected.length; i++) if (actual.charCodeAt(i) !== expected.charCodeAt(i)) return false; let difference = 0;',
  },
]);

const codecsOf = ({ index }) => ({
  feishu: index.createFeishuCodec(FEISHU),
  dingTalk: index.createDingTalkCodec(DINGTALK),
  tencent: index.createTencentChatCodec({ ...TENCENT, now: () => NOW }),
});

/** A request of Feishu with `change` made to its signature. */
const feishuRequest = (body, change = (signature) => signature) => ({
  body,
  headers: {
    'x-lark-request-timestamp': '1700000000',
    'x-lark-request-nonce': 'nonce',
    'x-lark-signature': change(hash('sha256', '1700000000', 'nonce', FEISHU.encryptKey, body)),
  },
});

const wrongSignature = {
  feishu: (at) => () =>
    feishuRequest(JSON.stringify({ encrypt: randomBytes(48).toString('base64') }), (signature) =>
      differentAt(signature, at(64)),
    ),
  dingTalk: (at) => () => {
    const encrypt = randomBytes(48).toString('base64');
    const signature = hash('sha1', ...[DINGTALK.token, '1700000000', 'nonce', encrypt].sort());
    return {
      body: JSON.stringify({ encrypt }),
      query: { signature: differentAt(signature, at(40)), timestamp: '1700000000', nonce: 'nonce' },
    };
  },
  tencent: (at) => () => {
    const RequestTime = String(1_700_000_000 + Math.floor(Math.random() * 60));
    return {
      body: '{}',
      query: { Sign: differentAt(hash('sha256', TENCENT.token, RequestTime), at(64)), RequestTime },
    };
  },
};

const [first, last, anywhere] = [() => 0, (length) => length - 1, (length) => Math.floor(Math.random() * length)];
for (const platform of Object.keys(wrongSignature)) {
  const make = wrongSignature[platform];
  for (const [name, codecs, isLeak] of [
    [`${platform}.decode, wrong signature`, codecsOf(sound), false],
    [`control: ${platform}.decode with such a compare, wrong signature`, codecsOf(earlyExit), true],
  ]) {
    const run = attempt(codecs[platform].decode);
    check(`${name}, first character against last`, run, [make(first), make(last)], {
      samples: 100_000,
      isLeak,
    });
    if (!isLeak)
      check(`${name}, first character against a random one`, run, [make(first), make(anywhere)], {
        samples: 100_000,
        isLeak,
      });
  }
}

// 3. What is wrong with a ciphertext of about a kilobyte: padding, length field, UTF-8.

const RIGHT = (count) => new Uint8Array(count).fill(count);
/** All bytes of the padding but the last are right, and it is no length that padding can have. */
const WRONG = (count) => RIGHT(count).fill(0x41, count - 1);
const event = () => Buffer.from(`{"type":"x","event":{"text":"${randomBytes(480).toString('hex')}"}}`.padEnd(1000));
const cutShort = () => Buffer.from(event()).fill(0xe4, 999);

const feishuSealed = (text, tail) => {
  const iv = randomBytes(16);
  return Buffer.concat([iv, feishuEncrypt(iv, Buffer.concat([text, tail(16 - (text.length % 16))]))]).toString(
    'base64',
  );
};
const feishuUnsigned = (text, tail) => () => ({ body: JSON.stringify({ encrypt: feishuSealed(text(), tail) }) });
const feishuSigned = (text, tail) => () => feishuRequest(feishuUnsigned(text, tail)().body);
const dingTalkSigned =
  (text, tail, length = 1000) =>
  () => {
    const lengthField = Buffer.alloc(4);
    lengthField.writeUInt32BE(length);
    const plain = Buffer.concat([randomBytes(16), lengthField, text(), Buffer.from(DINGTALK.ownerKey[0])]);
    const encrypt = dingTalkEncrypt(Buffer.concat([plain, tail(32 - (plain.length % 32))])).toString('base64');
    const signature = hash('sha1', ...[DINGTALK.token, '1700000000', 'nonce', encrypt].sort());
    return { body: JSON.stringify({ encrypt }), query: { signature, timestamp: '1700000000', nonce: 'nonce' } };
  };

/** The oracle that a careless decoder is: where the padding is wrong it is done. */
const careless = await importSource([
  {
    file: 'feishu',
    find: /bytesHere\(\)\.decodeUtf8\(padded, 0, padded\.length\)/,
    replace: 'isPadded ? bytesHere().decodeUtf8(padded, 0, padded.length) : undefined',
  },
]);

/**
 * Ciphertext of a captured event up to some block, as an attacker changes it by XOR so that the last byte of plaintext is
 * 01, which is padding, or any other that is not. Many of them: the block before is garbage, each time another.
 */
const captured = (isPadded, blocks) => () => {
  const text = event();
  const sealed = Buffer.from(feishuSealed(text, RIGHT), 'base64').subarray(0, 16 * blocks);
  const lastByte = text[sealed.length - 17] ?? 16 - (text.length % 16);
  const byte = sealed[sealed.length - 17];
  do sealed[sealed.length - 17] = byte ^ lastByte ^ (isPadded ? 1 : randomBytes(1)[0]);
  while (isPadded !== (feishuOpenBlocks(sealed.subarray(-32)) !== undefined));
  return { body: JSON.stringify({ encrypt: sealed.toString('base64') }) };
};

const samples = 40_000;
const decoders = codecsOf(sound);
for (const [name, blocks] of [
  ['all of a captured event', 64],
  ['its first three blocks', 4],
]) {
  const classes = [captured(true, blocks), captured(false, blocks)];
  check(`feishu.decode unsigned, ${name}, padding right against wrong`, attempt(decoders.feishu.decode), classes, {
    samples,
    size: 4096,
  });
  check(`control: one that stops at wrong padding, ${name}`, attempt(codecsOf(careless).feishu.decode), classes, {
    samples,
    size: 4096,
    isLeak: true,
  });
}

// What no gate is on. The first two need the Encrypt Key or a change of the plaintext that leaves JSON whole; the others
// a signature, so that their sender knows the secret already.
const kinds = [
  [
    'feishu.decode unsigned, same text, padding right against wrong',
    'feishu',
    feishuUnsigned(event, RIGHT),
    feishuUnsigned(event, WRONG),
  ],
  [
    'feishu.decode unsigned, UTF-8 wrong against padding',
    'feishu',
    feishuUnsigned(cutShort, RIGHT),
    feishuUnsigned(event, WRONG),
  ],
  [
    'feishu.decode signed, UTF-8 wrong against padding',
    'feishu',
    feishuSigned(cutShort, RIGHT),
    feishuSigned(event, WRONG),
  ],
  [
    'dingTalk.decode signed, length wrong against padding',
    'dingTalk',
    dingTalkSigned(event, RIGHT, 0x7fffffff),
    dingTalkSigned(event, WRONG),
  ],
  [
    'dingTalk.decode signed, UTF-8 wrong against padding',
    'dingTalk',
    dingTalkSigned(cutShort, RIGHT),
    dingTalkSigned(event, WRONG),
  ],
];
for (const [name, platform, a, b] of kinds) {
  check(name, attempt(decoders[platform].decode), [a, b], { samples, isGated: false });
}

console.log(
  `${failed.length} failed, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}${sink < 0 ? ' ' : ''}`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
