// `npm run test:timing`: whether time tells secrets, by Welch's t-test on interleaved samples of two classes.
//
// A check passes where |t| is below the gate, and so is that of one class twice, printed beside it as `null`. Its control,
// the same code with a leak planted, must exceed the gate: a test too blunt to see the leak fails. (A control's own null may
// be large: a leak also tells inputs of one class apart.) `power` is the difference in time that would have reached the gate.
// Nothing is tried again.
import { randomBytes, randomInt } from 'node:crypto';
import { importBundle, importSource } from '../fuzz/bundle.mjs';
import { rows, rowsOfAnyToken, rowsTooLong } from './captured.mjs';
import { compare, GATE } from './stats.mjs';

const sound = await importSource();
const reference = await importBundle(
  "export * from './test/fuzz/reference.ts'; export * from './test/fuzz/xml-reference.ts'",
);
const { DINGTALK, FEISHU, NOW, TENCENT, WECHAT, WECOM, dingTalkEncrypt, feishuEncrypt, hash } = reference;
const { bizMsgSignature, dingTalkCardSign, hmac, robotSign } = reference;

Error.stackTraceLimit = 0; // taking a stack costs more than what is measured

const failed = [];

function check(name, run, classes, { samples = 30_000, size = 64, isLeak = false, isGated = true } = {}) {
  const pairs = isGated && !isLeak ? 3 : 2;
  const { t, difference, time, error, none, all } = compare(run, classes, { samples, size, pairs });
  const isRight = isLeak ? Math.abs(t) >= GATE : Math.abs(t) < GATE && Math.abs(none) < GATE;
  const verdict = !isGated ? 'shown' : isRight ? 'ok' : 'FAILED';
  if (verdict === 'FAILED') failed.push(name);
  console.log(
    `${verdict.padEnd(6)} |t| ${Math.abs(t).toFixed(1).padStart(6)} ${isLeak ? '>=' : '< '} ${GATE}, ` +
      `null ${Math.abs(none).toFixed(1).padStart(4)}, ${difference.toFixed(0).padStart(5)} ns of ${time.toFixed(0).padStart(5)}, ` +
      `power ${(error * GATE).toFixed(0).padStart(3)} ns: ${name} [${all.map((value) => value.toFixed(1)).join(' ')}]`,
  );
}

// 1. The compare: 40 of 64 characters a sample, the answer always no: that one is no secret.

const hex = () => randomBytes(32).toString('hex');
/** `text` with other characters from `at` on, made in the same steps whatever they are, so that memory is used alike. */
const different = (text, at, count = 1) => {
  const bytes = Buffer.from(text);
  for (let i = at; i < at + count; i++) bytes[i] ^= 1;
  return bytes.toString();
};
const texts = (at, count) => () =>
  Array.from({ length: 40 }, () => {
    const text = hex();
    return [different(text, at(), count), text];
  });

/** Whether two strings are equal, as it is often written. */
function equalEarlyExit(actual, expected) {
  if (actual.length !== expected.length) return false;
  for (let i = 0; i < expected.length; i++) if (actual.charCodeAt(i) !== expected.charCodeAt(i)) return false;
  return true;
}

let sink = 0;
for (const [name, equal, isLeak] of [
  ['timingSafeEqual', sound['internal/timing-safe-equal'].timingSafeEqual, false],
  ['control: a compare that stops at the first difference', equalEarlyExit, true],
]) {
  const run = (list) => {
    for (const [actual, expected] of list) sink += equal(actual, expected) ? 1 : 0;
  };
  check(`${name}, first difference at 0 against 63`, run, [texts(() => 0), texts(() => 63)], {
    size: 8,
    isLeak,
  });
  check(
    `${name}, one difference at a random place against all different`,
    run,
    [texts(() => randomInt(64)), texts(() => 0, 64)],
    { size: 8, isLeak },
  );
}

// 2. decode with a wrong signature.

/** All requests here are to be refused. */
const attempt = (decode) => (request) => {
  try {
    decode(request);
  } catch (error) {
    sink += error.code.length;
    return;
  }
  throw new Error('a request was accepted');
};

const earlyExit = await importSource([
  { find: /return difference === 0;/, replace: 'return true;' },
  {
    find: /let difference = actual\.length \^ expected\.length;/,
    replace:
      'for (let i = 0; i < expected.length; i++) if (actual.charCodeAt(i) !== expected.charCodeAt(i)) return false; let difference = 0;',
  },
]);

const codecsOf = ({ index }) => ({
  feishu: index.createFeishuCodec(FEISHU),
  dingTalk: index.createDingTalkCodec(DINGTALK),
  tencent: index.createTencentChatCodec({ ...TENCENT, now: () => NOW }),
  weCom: index.createWeComCodec(WECOM),
  weChat: index.createWeChatCodec(WECHAT),
  feishuCard: index.createFeishuCardCodec({ verificationToken: FEISHU.verificationToken }),
  robot: index.createDingTalkRobotCodec({ ...reference.ROBOT, now: () => NOW }),
  dingTalkCard: index.createDingTalkCardCodec({ ...reference.DINGTALK_CARD, now: () => NOW }),
  trtc: index.createTrtcCodec(reference.TRTC),
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

const milliseconds = () => String(NOW + randomInt(60_000));

/** A request of WeCom or WeChat. */
const envelope = (token, at) => {
  const encrypt = randomBytes(48).toString('base64');
  const msg_signature = different(bizMsgSignature(token, '1700000000', '1', encrypt), at(40));
  return {
    body: `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`,
    query: { msg_signature, timestamp: '1700000000', nonce: '1', encrypt_type: 'aes' },
  };
};

const wrongSignature = {
  feishu: (at) => () =>
    feishuRequest(JSON.stringify({ encrypt: randomBytes(48).toString('base64') }), (signature) =>
      different(signature, at(64)),
    ),
  dingTalk: (at) => () => {
    const encrypt = randomBytes(48).toString('base64');
    const signature = bizMsgSignature(DINGTALK.token, '1700000000', 'nonce', encrypt);
    return {
      body: JSON.stringify({ encrypt }),
      query: { signature: different(signature, at(40)), timestamp: '1700000000', nonce: 'nonce' },
    };
  },
  weCom: (at) => () => envelope(WECOM.token, at),
  weChat: (at) => () => envelope(WECHAT.token, at),
  feishuCard: (at) => () => {
    const body = JSON.stringify({ action: randomBytes(48).toString('base64') });
    const signature = hash('sha1', '1700000000', 'nonce', FEISHU.verificationToken, body);
    return {
      body,
      headers: {
        'x-lark-request-timestamp': '1700000000',
        'x-lark-request-nonce': 'nonce',
        'x-lark-signature': different(signature, at(40)),
      },
    };
  },
  robot: (at) => () => {
    const timestamp = milliseconds();
    return { body: '{}', headers: { timestamp, sign: different(robotSign(timestamp), at(44)) } };
  },
  dingTalkCard: (at) => () => {
    const timestamp = milliseconds();
    return {
      body: '{}',
      headers: {
        'x-ddpaas-signature-timestamp': timestamp,
        'x-ddpaas-signature': different(dingTalkCardSign(timestamp), at(44)),
      },
    };
  },
  trtc: (at) => () => {
    const body = JSON.stringify({ EventType: randomBytes(48).toString('base64') });
    return { body, headers: { Sign: different(hmac(reference.TRTC.key, body), at(44)) } };
  },
  tencent: (at) => () => {
    const RequestTime = String(1_700_000_000 + Math.floor(Math.random() * 60));
    return {
      body: '{}',
      query: { Sign: different(hash('sha256', TENCENT.token, RequestTime), at(64)), RequestTime },
    };
  },
};

const [first, last, anywhere] = [() => 0, (length) => length - 1, (length) => randomInt(length)];
for (const platform of Object.keys(wrongSignature)) {
  const make = wrongSignature[platform];
  for (const [name, codecs, isLeak] of [
    [`${platform}.decode, wrong signature`, codecsOf(sound), false],
    [`control: ${platform}.decode with such a compare, wrong signature`, codecsOf(earlyExit), true],
  ]) {
    const run = attempt(codecs[platform].decode);
    check(`${name}, first character against last`, run, [make(first), make(last)], { isLeak });
    if (!isLeak) check(`${name}, first character against a random one`, run, [make(first), make(anywhere)]);
  }
}

// 3. The unsigned challenge: captured ciphertext changed by XOR, which is refused all the same.

/** The source with another `challengeReader`, which reads what it has decrypted as `rule` says. */
const reading = (rule) =>
  importSource([
    {
      find: /export function challengeReader\([\s\S]*?\n}\n/,
      replace: `export function challengeReader(aes: AesCbc, token = '[0-9A-Za-z_-]{0,64}') {
        const members = ['"challenge":"[0-9A-Za-z_-]{1,64}"', '"token":"' + token + '"'];
        const either = members.join(',') + '|' + members.reverse().join(',');
        const pattern = new RegExp('^[{](?:' + either + '),"type":"url_verification"[}]');
        const isJson = (text) => { try { return JSON.parse(text) !== 0; } catch { return false; } };
        return (encrypt) => {
          const ivAndCiphertext = encrypt.length <= 512 ? decodeBase64(encrypt, 0) : undefined;
          const padded = ivAndCiphertext && decryptBlocks(aes, ivAndCiphertext);
          if (padded === undefined) return undefined;
          const isPadded = unpaddedLength(padded, 16) >= 0;
          const textOf = () => decodeUtf8(padded, 0, padded.length) ?? '';
          return ${rule} && isPadded ? { challenge: '', text: '' } : undefined;
        };
      }
`,
    },
  ]);

const faults = {
  padding: ['one that stops at wrong padding', await reading('isPadded && isJson(textOf())')],
  pattern: ['a pattern', await reading('pattern.test(String.fromCharCode(...padded))')],
  json: ['JSON.parse, white space dropped first', await reading('isJson(textOf().trim())')],
};
const { encryptKey } = FEISHU;

/** Of a row whose leak is faint: that of JSON.parse, which ends most texts at their first byte, is 50 to 200 ns. */
const samplesFor = (fault) => (fault === 'json' ? 90_000 : 30_000);

for (const [options, list] of [
  [FEISHU, rows],
  [{ encryptKey }, rowsOfAnyToken],
  [FEISHU, rowsTooLong],
]) {
  const run = ({ index }) => attempt(index.createFeishuCodec(options).decode);
  for (const [name, classes, fault] of list) {
    const settings = { samples: samplesFor(fault), size: 256 };
    check(`feishu.decode unsigned, ${name}`, run(sound), classes, settings);
    if (fault === undefined) continue;
    const [leak, source] = faults[fault];
    check(`control: ${leak}, ${name}`, run(source), classes, { ...settings, isLeak: true });
  }
}

// Several codecs as one, before and after a rotation: a row of each fault. They take twice the time of one, and the same
// leak is fainter in it.
const ofEachFault = /23 blocks|legal or not after .*, an event|UTF-8 valid/;
for (const [name, classes, fault] of rows.filter(([name]) => ofEachFault.test(name))) {
  const run = ({ index }) => {
    const [before, after] = ['another key', encryptKey].map((encryptKey) =>
      index.createFeishuCodec({ ...FEISHU, encryptKey }),
    );
    return attempt(index.anyOf(before, after).decode);
  };
  const settings = { samples: 3 * samplesFor(fault), size: 256 };
  check(`anyOf.decode unsigned, ${name}`, run(sound), classes, settings);
  const [leak, source] = faults[fault];
  check(`control: ${leak}, behind anyOf, ${name}`, run(source), classes, { ...settings, isLeak: true });
}

// 4. What stands behind a signature, of a kilobyte: no gate is on it, since the sender knows the secret already.

const RIGHT = (count) => new Uint8Array(count).fill(count);
/** All bytes of the padding but the last are right, and it is no length that padding can have. */
const WRONG = (count) => RIGHT(count).fill(0x41, count - 1);
const event = () => Buffer.from(`{"type":"x","event":{"text":"${randomBytes(480).toString('hex')}"}}`.padEnd(1000));
const cutShort = () => Buffer.from(event()).fill(0xe4, 999);

const feishuSigned = (text, tail) => () => {
  const [iv, plain] = [randomBytes(16), text()];
  const ciphertext = feishuEncrypt(iv, Buffer.concat([plain, tail(16 - (plain.length % 16))]));
  return feishuRequest(JSON.stringify({ encrypt: Buffer.concat([iv, ciphertext]).toString('base64') }));
};
const dingTalkSigned =
  (text, tail, length = 1000) =>
  () => {
    const lengthField = Buffer.alloc(4);
    lengthField.writeUInt32BE(length);
    const plain = Buffer.concat([randomBytes(16), lengthField, text(), Buffer.from(DINGTALK.ownerKey[0])]);
    const encrypt = dingTalkEncrypt(Buffer.concat([plain, tail(32 - (plain.length % 32))])).toString('base64');
    const signature = bizMsgSignature(DINGTALK.token, '1700000000', 'nonce', encrypt);
    return { body: JSON.stringify({ encrypt }), query: { signature, timestamp: '1700000000', nonce: 'nonce' } };
  };

const decoders = codecsOf(sound);
for (const [name, platform, a, b] of [
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
]) {
  check(name, attempt(decoders[platform].decode), [a, b], { isGated: false });
}

console.log(
  `${failed.length} failed, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}${sink < 0 ? ' ' : ''}`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
