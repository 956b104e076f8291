// OpenSSL's command line. One process takes one key, so many messages go through it at once: CBC chains from a ciphertext
// block to the next, and so `iv ‖ ciphertext` decrypts right wherever it stands in a stream, but for the block of its IV.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bare, native } from './ours.mjs';

const MESSAGES_PER_KEY = 30;

function openssl(args, input) {
  const { status, stdout, stderr, error } = spawnSync('openssl', args, { input, maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(error?.code ?? String(stderr));
  return stdout;
}

function enc(direction, key, iv, bytes) {
  const hex = (value) => Buffer.from(value).toString('hex');
  return openssl(['enc', direction, '-aes-256-cbc', '-nopad', '-K', hex(key), '-iv', hex(iv)], bytes);
}

function pad(bytes, block) {
  const count = block - (bytes.length % block);
  return Buffer.concat([bytes, Buffer.alloc(count, count)]);
}

/** The pieces of a stream that are as long as `pieces`, without the first block of each. */
function split(stream, pieces) {
  let at = 0;
  return pieces.map(({ length }) => {
    at += length;
    return stream.subarray(at - length, at);
  });
}

export function compareOpenssl(random, { inputs, equal, fail, count }) {
  let version;
  try {
    version = openssl(['version']).toString().split(' ').slice(0, 2).join(' ');
  } catch (error) {
    return { version: `skipped: ${error.message}`, cases: 0 };
  }
  let cases = 0;
  const attempt = (platform, what, compare) => {
    cases++;
    count(platform);
    try {
      compare();
    } catch (error) {
      fail(`OpenSSL command line: ${platform}, ${what}: ${error.message}`);
    }
  };
  const zero = Buffer.alloc(16);
  for (let key = 0; key < inputs / MESSAGES_PER_KEY; key++) {
    const texts = Array.from({ length: MESSAGES_PER_KEY }, () => random.text());

    const encryptKey = random.name();
    const feishuKey = createHash('sha256').update(encryptKey).digest();
    // Ours, for it to decrypt: padding and all must be what we said.
    const sealed = texts.map((text, index) =>
      Buffer.from([native, bare][index % 2].encryptFeishuEvent(text, encryptKey), 'base64'),
    );
    split(enc('-d', feishuKey, zero, Buffer.concat(sealed)), sealed).forEach((plaintext, index) => {
      attempt('Feishu', 'ours', () =>
        equal('plaintext', plaintext.toString('hex', 16), pad(Buffer.from(texts[index]), 16).toString('hex')),
      );
    });
    // Its own: the block in front of each message encrypts to that message's IV.
    const plaintexts = texts.map((text) => Buffer.concat([random.bytes(16), pad(Buffer.from(text), 16)]));
    split(enc('-e', feishuKey, random.bytes(16), Buffer.concat(plaintexts)), plaintexts).forEach((envelope, index) => {
      attempt('Feishu', 'theirs', () => {
        for (const lib of [native, bare]) {
          equal('plaintext', lib.decryptFeishuEvent(envelope.toString('base64'), encryptKey), texts[index]);
        }
      });
    });

    const secrets = { encodingAesKey: random.encodingAesKey(), ownerKey: random.name() };
    const dingTalkKey = Buffer.from(secrets.encodingAesKey, 'base64');
    const iv = dingTalkKey.subarray(0, 16);
    const prefix = random.bytes(16);
    const framed = texts.map((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(text));
      return pad(Buffer.concat([prefix, length, Buffer.from(text), Buffer.from(secrets.ownerKey)]), 32);
    });
    const messages = texts.map((text, index) => {
      const encrypt = [native, bare][index % 2].encryptDingTalkMessage(text, secrets, { prefix });
      return Buffer.concat([iv, Buffer.from(encrypt, 'base64')]);
    });
    split(enc('-d', dingTalkKey, zero, Buffer.concat(messages)), messages).forEach((plaintext, index) => {
      attempt('DingTalk', 'ours', () =>
        equal('plaintext', plaintext.toString('hex', 16), framed[index].toString('hex')),
      );
    });
    // The IV is the key's, and cannot be had from a stream: a process for each, so only a few.
    for (let index = 0; index < 5; index++) {
      const encrypt = enc('-e', dingTalkKey, iv, framed[index]).toString('base64');
      attempt('DingTalk', 'theirs', () => {
        for (const lib of [native, bare]) {
          equal('encrypt', lib.encryptDingTalkMessage(texts[index], secrets, { prefix }), encrypt);
          equal('plaintext', lib.decryptDingTalkMessage(encrypt, secrets), texts[index]);
        }
      });
    }
  }

  const folder = mkdtempSync(join(tmpdir(), 'callback-codec-'));
  /** Digests of many files in one process, by what is there beside the algorithm. */
  const compareDigests = (algorithm, options, list) => {
    const paths = list.map(({ signed }, index) => {
      const path = join(folder, `${algorithm}-${index}`);
      writeFileSync(path, signed);
      return path;
    });
    const digests = openssl(['dgst', `-${algorithm}`, ...options, '-r', ...paths])
      .toString()
      .split('\n');
    list.forEach(({ platform, ours }, index) => {
      attempt(platform, `signature by ${algorithm}`, () => equal('signature', ours, digests[index].split(' ')[0]));
    });
  };
  try {
    const signatures = { sha1: [], sha256: [] };
    for (let input = 0; input < inputs; input++) {
      const [token, timestamp, nonce, text] = [
        random.name(),
        String(random.below(2 ** 31)),
        random.name(),
        random.text(),
      ];
      const lib = [native, bare][input % 2];
      const parts = { token, timestamp, nonce, encrypt: text };
      const [sorted, sortedTime] = [
        [token, timestamp, nonce, text],
        [token, timestamp, nonce],
      ].map((list) => list.sort().join(''));
      const body = { timestamp, nonce, body: text };
      signatures.sha1.push(
        { platform: 'DingTalk', signed: sorted, ours: lib.dingTalkSignature(parts) },
        { platform: 'WeCom', signed: sorted, ours: lib.weComSignature(parts) },
        { platform: 'WeChat', signed: sorted, ours: lib.weChatSignature(parts) },
        { platform: 'WeChat', signed: sortedTime, ours: lib.weChatSignature({ token, timestamp, nonce }) },
        {
          platform: 'cards, robots, TRTC',
          signed: timestamp + nonce + token + text,
          ours: lib.feishuCardSignature(body, token),
        },
      );
      signatures.sha256.push(
        { platform: 'Feishu', signed: timestamp + nonce + token + text, ours: lib.feishuSignature(body, token) },
        {
          platform: 'Tencent Chat',
          signed: token + timestamp,
          ours: lib.tencentChatSignature({ token, requestTime: timestamp }),
        },
      );
    }
    for (const [algorithm, list] of Object.entries(signatures)) compareDigests(algorithm, [], list);

    // One process takes one key.
    for (let key = 0; key < inputs / MESSAGES_PER_KEY; key++) {
      const secret = random.name(key % 2 === 0 ? 32 : 100); // longer than a block, too
      const lib = [native, bare][key % 2];
      const times = Array.from({ length: MESSAGES_PER_KEY }, () => String(random.below(2 ** 31)));
      const texts = times.map(() => random.text());
      const toHex = (base64) => Buffer.from(base64, 'base64').toString('hex');
      const list = [
        ...times.map((timestamp) => ({
          signed: `${timestamp}\n${secret}`,
          ours: lib.dingTalkRobotSignature({ timestamp, secret }),
        })),
        ...times.map((timestamp) => ({
          signed: timestamp,
          ours: lib.dingTalkCardSignature({ timestamp, apiSecret: secret }),
        })),
        ...texts.map((text) => ({ signed: text, ours: lib.trtcSignature(text, secret) })),
      ].map(({ signed, ours }) => ({ platform: 'cards, robots, TRTC', signed, ours: toHex(ours) }));
      const hexKey = Buffer.from(secret).toString('hex');
      compareDigests('sha256', ['-mac', 'HMAC', '-macopt', `hexkey:${hexKey}`], list);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { version, cases };
}
