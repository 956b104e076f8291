// npm run test:differential [-- --seed N] [-- --inputs N]
// Compares the built package with other implementations, on random keys, lengths and texts, in both directions, and on
// both its ways through this host (ours.mjs). A peer that is not installed is printed and counted as skipped.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareOpenssl } from './openssl.mjs';
import { bare, native } from './ours.mjs';
import { askProgram, makeRandom } from './tasks.mjs';

const here = import.meta.dirname;
const { values } = parseArgs({ options: { seed: { type: 'string' }, inputs: { type: 'string', default: '600' } } });
const seed = Number(values.seed ?? Date.now() % 2 ** 32);
const inputs = Number(values.inputs);

const PEERS = [
  { peer: 'node:crypto', commands: [[process.execPath, join(here, 'peer.mjs')]] },
  {
    peer: 'Python cryptography',
    commands: ['python3', '/usr/bin/python3'].map((python) => [python, join(here, 'peer.py')]),
  },
  { peer: 'Java JCE', commands: [['java', join(here, 'Peer.java')]] },
];

const NOW = 1_700_000_000_000;
const equal = (what, actual, expected) => {
  if (actual !== expected) {
    throw new Error(`${what}: ${JSON.stringify(actual)?.slice(0, 200)} for ${JSON.stringify(expected)?.slice(0, 200)}`);
  }
};

/** The tasks of one random input. `check` takes the answer as text and throws where ours differs. */
function feishuCases(random) {
  const encryptKey = random.name();
  const verificationToken = random.name();
  const timestamp = String(NOW / 1000 + random.below(1000));
  const nonce = random.alphanumeric(1 + random.below(20));
  const text = random.text();
  const json = JSON.stringify({ header: { event_type: text, token: verificationToken }, event: { text } });
  const iv = random.bytes(16);
  const codecs = [native, bare].map((lib) => lib.createFeishuCodec({ encryptKey, verificationToken }));
  const sign = (body, check) => ({ name: 'feishu-sign', fields: [timestamp, nonce, encryptKey, body], check });

  // Their text through the functions, their event through the codec, with their signature over it.
  const theirs = [text, json].map((plaintext) => ({
    name: 'feishu-encrypt',
    fields: [encryptKey, iv, plaintext],
    check(encrypt) {
      for (const lib of [native, bare]) {
        equal('encryptFeishuEvent', lib.encryptFeishuEvent(plaintext, encryptKey, { iv }), encrypt);
        equal('decryptFeishuEvent', lib.decryptFeishuEvent(encrypt, encryptKey), plaintext);
      }
      if (plaintext !== json) return undefined;
      const body = JSON.stringify({ encrypt });
      return sign(body, (signature) => {
        const headers = {
          'x-lark-signature': signature,
          'x-lark-request-timestamp': timestamp,
          'x-lark-request-nonce': nonce,
        };
        for (const codec of codecs) {
          for (const raw of [body, Buffer.from(body)]) {
            const message = codec.decode({ headers, body: raw });
            equal('decode().type', message.type, text);
            equal('decode().event.text', message.event.text, text);
            equal('decode().text', message.text, json);
          }
        }
      });
    },
  }));
  // Ours, for them to decrypt and sign.
  const ours = codecs.flatMap((codec) => {
    const { headers, body } = codec.encode(text, { timestamp, nonce });
    return [
      {
        name: 'feishu-decrypt',
        fields: [encryptKey, JSON.parse(body).encrypt],
        check: (plaintext) => equal('encode', plaintext, text),
      },
      sign(body, (signature) => equal('encode', headers['X-Lark-Signature'], signature)),
    ];
  });
  const bodyOfAnyBytes = random.bytes(random.below(300));
  const anyBody = sign(bodyOfAnyBytes, (signature) => {
    for (const lib of [native, bare]) {
      equal('signature', lib.feishuSignature({ timestamp, nonce, body: bodyOfAnyBytes }, encryptKey), signature);
    }
  });
  return [...theirs, ...ours, anyBody];
}

function dingTalkCases(random) {
  const token = random.name();
  const encodingAesKey = random.encodingAesKey();
  const ownerKey = random.name();
  const timestamp = String(NOW + random.below(1000));
  const nonce = random.pick([random.name(), random.alphanumeric(8)]);
  const text = random.text();
  const json = JSON.stringify({ EventType: text, text });
  const prefix = random.bytes(16);
  // The Go and Rust encoders pad to 16.
  const block = random.pick([16, 32]);
  const codecs = [native, bare].map((lib) =>
    lib.createDingTalkCodec({ token, encodingAesKey, ownerKey: ['another', ownerKey] }),
  );
  const sign = (encrypt, check) => ({ name: 'dingtalk-sign', fields: [token, timestamp, nonce, encrypt], check });

  const theirs = [text, json].map((plaintext) => ({
    name: 'dingtalk-encrypt',
    fields: [encodingAesKey, prefix, plaintext, ownerKey, String(block)],
    check(answer) {
      for (const lib of [native, bare]) {
        const encrypt = lib.encryptDingTalkMessage(plaintext, { encodingAesKey, ownerKey }, { prefix });
        if (block === 32) equal('encryptDingTalkMessage', encrypt, answer);
        const text = lib.decryptDingTalkMessage(answer, { encodingAesKey, ownerKey });
        equal('decryptDingTalkMessage', text, plaintext);
      }
      if (plaintext !== json) return undefined;
      // The Python and Ruby encoders wrap lines, and sign the wrapped text.
      const encrypt = random.below(3) === 0 ? answer.replace(/.{1,60}/g, '$&\n') : answer;
      return sign(encrypt, (signature) => {
        for (const codec of codecs) {
          const message = codec.decode({ query: { signature, timestamp, nonce }, body: JSON.stringify({ encrypt }) });
          equal('decode().type', message.type, text);
          equal('decode().text', message.text, json);
          equal('decode().ownerKey', message.ownerKey, ownerKey);
        }
      });
    },
  }));
  const ours = codecs.flatMap((codec) => {
    const { query, body } = codec.encode(text, { ownerKey, timestamp, nonce });
    const message = codec.decode(codec.encode({ EventType: 't' }, { ownerKey, timestamp, nonce }));
    const reply = JSON.parse(codec.reply(message, text).body);
    const decrypt = (encrypt) => ({
      name: 'dingtalk-decrypt',
      fields: [encodingAesKey, encrypt, ownerKey],
      check: (plaintext) => equal('encode or reply', plaintext, text),
    });
    const { encrypt } = JSON.parse(body);
    return [
      decrypt(encrypt),
      sign(encrypt, (signature) => equal('encode', query.signature, signature)),
      decrypt(reply.encrypt),
      sign(reply.encrypt, (signature) => equal('reply', reply.msg_signature, signature)),
    ];
  });
  return [...theirs, ...ours];
}

function tencentCases(random) {
  const token = random.name();
  const requestTime = String(NOW / 1000 + random.below(60));
  const codecs = [native, bare].map((lib) => lib.createTencentChatCodec({ token, now: () => NOW }));
  const text = random.text();
  const payload = { CallbackCommand: 'Group.CallbackAfterSendMsg', text };
  return codecs.map((codec) => ({
    name: 'tencent-sign',
    fields: [token, requestTime],
    check(Sign) {
      const { query, body } = codec.encode(payload, { requestTime });
      equal('encode', query.Sign, Sign);
      equal('decode', codec.decode({ query: { ...query, Sign }, body: Buffer.from(body) }).event.text, text);
    },
  }));
}

const rows = [];
let failures = 0;
const fail = (text) => {
  failures++;
  if (failures <= 20) console.log(text);
};

/** Asks what there is to ask, then what follows from the answers; gives the count of answers compared. */
function compareProgram(peer, command) {
  const random = makeRandom(seed);
  let tasks = Array.from({ length: inputs }, () => [
    ...feishuCases(random),
    ...dingTalkCases(random),
    ...tencentCases(random),
  ]).flat();
  let compared = 0;
  let version;
  while (tasks.length > 0) {
    const { answers, ...asked } = askProgram(command, tasks);
    if (answers === undefined) return asked;
    version = asked.version;
    const next = [];
    tasks.forEach((task, index) => {
      compared++;
      try {
        if (typeof answers[index] === 'string') throw new Error(answers[index]);
        const follows = task.check(answers[index].toString());
        if (follows) next.push(follows);
      } catch (error) {
        fail(`${peer}: ${task.name}: ${error.message}`);
      }
    });
    tasks = next;
  }
  return { version, compared };
}

console.log(`seed ${seed}`);
for (const { peer, commands } of PEERS) {
  let result;
  for (const command of commands) {
    result = compareProgram(peer, command);
    if (result.missing === undefined) break;
  }
  rows.push({ peer, version: result.version ?? `skipped: ${result.missing}`, cases: result.compared ?? 0 });
}
rows.push({ peer: 'OpenSSL command line', ...compareOpenssl(makeRandom(seed), { inputs, equal, fail }) });

function installNpmPeers() {
  const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
  const installed = join(here, 'node_modules', '.installed');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return true;
  try {
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', ['ci', ...quiet], { cwd: here, stdio: 'inherit' });
  } catch {
    return false;
  }
  writeFileSync(installed, lock);
  return true;
}
process.noDeprecation = true; // old packages call what is deprecated
if (installNpmPeers()) {
  const { compareNpm } = await import('./npm-peers.mjs');
  rows.push(...(await compareNpm(makeRandom(seed), { inputs, equal, fail })));
} else {
  rows.push({ peer: 'those from npm', version: 'skipped: npm ci failed', cases: 0 });
}

console.table(rows);
const skipped = rows.filter(({ cases }) => cases === 0).length;
const total = rows.reduce((sum, { cases }) => sum + cases, 0);
console.log(`${total} cases compared, ${failures} differences, ${skipped} peers skipped, seed ${seed}`);
process.exit(failures === 0 ? 0 : 1);
