// The main job on one command: a real HTTP server that embeds the three codecs, and the platforms' half that pushes to
// it what Feishu, DingTalk and Tencent Chat send, then what they do not. `npm run demo`; exits non-zero if any verdict
// or answer is not the expected one. `--sabotage` gives the server wrong secrets, to show that this can happen.
import { createServer } from 'node:http';
import { createDingTalkCodec, createFeishuCodec, createTencentChatCodec, feishuSignature } from '../dist/index.js';

// Secrets are the samples of the platforms' documentation; `now` is the moment at which a request was recorded.
const feishu = { encryptKey: 'test key', verificationToken: 'v-token', toleranceSeconds: 300 };
const plain = { verificationToken: 'v-token' };
const suite = {
  token: '123456',
  encodingAesKey: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij',
  ownerKey: 'suite4xxxxxxxxxxxxxxx',
  toleranceSeconds: 300,
  now: () => 1445827046000,
};
const corp = {
  token: 'mryue',
  encodingAesKey: 'Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7',
  ownerKey: 'ding6ccabc44d2c8d38b',
  toleranceSeconds: 300,
  now: () => 1608001897000,
};
const chat = { token: 'xxxxyyyy', sdkAppId: 888888, now: () => 1669872115000 };

// The platforms' half, and those of attackers who guess a secret.
const fromFeishu = createFeishuCodec(feishu);
const fromPlain = createFeishuCodec(plain);
const fromDingTalk = createDingTalkCodec(corp);
const fromChat = createTencentChatCodec(chat);
const wrongKey = createFeishuCodec({ ...feishu, encryptKey: 'guess' });
const wrongToken = createFeishuCodec({ ...feishu, verificationToken: 'guess' });
const wrongPlainToken = createFeishuCodec({ verificationToken: 'guess' });
const wrongDingTalkToken = createDingTalkCodec({ ...corp, token: 'guess' });
const wrongOwner = createDingTalkCodec({ ...corp, ownerKey: 'dingsomeoneelse' });

// What they push. Recorded requests are the documentation's own, signatures included.
const urlChallenge = { challenge: 'ajls384kdjxxxx', type: 'url_verification' };
const received = {
  schema: '2.0',
  header: { event_id: 'f7984f25108f8137722bb63cee927e66', event_type: 'im.message.receive_v1' },
  event: { message: { content: '{"text":"你好，世界 👋"}' } },
};
const event1 = { uuid: '41b5f371157e3d5341b38b20396e77e3', event: { type: 'message', text: '收到' } };
const challenge = fromFeishu.encode(urlChallenge);
const event = fromFeishu.encode(received);
const plainEvent = fromPlain.encode(received);
const checkSuiteUrl = {
  query: { signature: '5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0', timestamp: '1445827045067', nonce: 'nEXhMP4r' },
  body: '{"encrypt":"1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ=="}',
};
const checkUrl = {
  query: { signature: '03044561471240d4a14bb09372dfcfd4fd0e40cb', timestamp: '1608001896814', nonce: 'WL4PK6yA' },
  body: '{"encrypt":"0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju4yhELOFchzNukR+t8SB/qk4ROMu3"}',
};
const addUser = { EventType: 'user_add_org', UserId: ['张三', '李四'], CorpId: 'ding6ccabc44d2c8d38b' };
const newMember = {
  query: {
    SdkAppid: '888888',
    CallbackCommand: 'Group.CallbackAfterNewMemberJoin',
    contenttype: 'json',
    ClientIP: '127.0.0.1',
    OptPlatform: 'RESTAPI',
    Sign: '17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061',
    RequestTime: '1669872112',
  },
  body: '{"CallbackCommand": "Group.CallbackAfterNewMemberJoin","GroupId": "@TGS#2J4SZEAEL","Type": "Public","JoinType": "Apply","Operator_Account": "leckie","NewMemberList": [{"Member_Account": "jared"},{"Member_Account": "tommy"}]}',
};
const groupMessage = { CallbackCommand: 'Group.CallbackBeforeSendMsg', MsgBody: [{ Text: '大家好' }] };

// How an attacker, a proxy or a framework changes it.
const flip = (text, at) => text.slice(0, at) + (text[at] === 'a' ? 'b' : 'a') + text.slice(at + 1);
const withBody = (request, body) => ({ ...request, body });
const withFields = (request, fields) => withBody(request, JSON.stringify({ ...JSON.parse(request.body), ...fields }));
const withHeaders = (request, changes) => ({ ...request, headers: { ...request.headers, ...changes } });
const withQuery = (request, changes) => ({ ...request, query: { ...request.query, ...changes } });
const unsigned = ({ body }) => ({ body });
const reserialised = (request) => withBody(request, JSON.stringify(JSON.parse(request.body), null, 2));
/** Ciphertext put together of the first blocks of one request and the last ones of another. */
function spliced(front, end) {
  const [first, last] = [front, end].map(({ body }) => Buffer.from(JSON.parse(body).encrypt, 'base64'));
  return {
    body: JSON.stringify({ encrypt: Buffer.concat([first.subarray(0, 64), last.subarray(32)]).toString('base64') }),
  };
}
/** Time and nonce in each other's place, which under DingTalk's signature is the same. */
const swapped = ({ query, body }) => ({ query: { ...query, timestamp: query.nonce, nonce: query.timestamp }, body });
const cut = (encrypt) => Buffer.from(encrypt, 'base64').subarray(0, 16).toString('base64');
const secondsFromNow = (seconds) => String(Math.floor(Date.now() / 1000) + seconds);
/** The headers with which Feishu would send `body`, whatever it is. */
function signed(body) {
  const [timestamp, nonce] = [secondsFromNow(0), 'nonce'];
  const signature = feishuSignature({ timestamp, nonce, body }, feishu.encryptKey);
  return withHeaders(
    { body },
    { 'X-Lark-Request-Timestamp': timestamp, 'X-Lark-Request-Nonce': nonce, 'X-Lark-Signature': signature },
  );
}

// [to, what arrives, the request, the expected verdict, the expected answer where it is not the usual one]
const challengeAnswer = '{"challenge":"ajls384kdjxxxx"}';
const signature = event.headers['X-Lark-Signature'];
const joined = 'event Group.CallbackAfterNewMemberJoin';
// biome-ignore format: one scenario, one line
const scenarios = {
  'What the platforms send': [
    ['/feishu-plain', 'URL challenge', fromPlain.encode(urlChallenge), 'challenge', challengeAnswer],
    ['/feishu', 'URL challenge, encrypted and unsigned', challenge, 'challenge', challengeAnswer],
    ['/feishu', 'event 2.0, "你好，世界 👋"', event, 'event im.message.receive_v1'],
    ['/feishu', 'event 1.0, "收到"', fromFeishu.encode(event1), 'event message'],
    ['/feishu', 'event signed over JSON with white space', signed(reserialised(event).body), 'event im.message.receive_v1'],
    ['/feishu-plain', 'plain event, no Encrypt Key', plainEvent, 'event im.message.receive_v1'],
    ['/dingtalk-suite', 'recorded check_create_suite_url', checkSuiteUrl, 'check check_create_suite_url'],
    ['/dingtalk', 'recorded check_url', checkUrl, 'check check_url'],
    ['/dingtalk', 'event, "张三", "李四"', fromDingTalk.encode(addUser), 'event user_add_org'],
    ['/tencent-chat', 'documented request with its Sign', newMember, joined],
    ['/tencent-chat', 'group message, "大家好"', fromChat.encode(groupMessage), 'event Group.CallbackBeforeSendMsg'],
  ],
  'What no signature prevents': [
    ['/feishu', 'the same event again: deduplicate on id', event, 'event im.message.receive_v1'],
    ['/feishu', 'the same URL challenge again', challenge, 'challenge', challengeAnswer],
    ['/tencent-chat', 'another body under a captured Sign', withBody(newMember, newMember.body.replace('tommy', 'eve')), joined],
  ],
  Forged: [
    ['/feishu', 'one byte of the body changed', withBody(event, flip(event.body, 40)), 'ERR_SIGNATURE'],
    ['/feishu', 'one digit of the signature changed', withHeaders(event, { 'X-Lark-Signature': flip(signature, 63) }), 'ERR_SIGNATURE'],
    ['/feishu', 'two of three signature headers', withHeaders(event, { 'X-Lark-Request-Nonce': undefined }), 'ERR_SIGNATURE'],
    ['/feishu', 'signed with another Encrypt Key', wrongKey.encode(received), 'ERR_SIGNATURE'],
    ['/feishu', 'signed, with a wrong Verification Token', wrongToken.encode(received), 'ERR_TOKEN'],
    ['/feishu', 'encrypted challenge with a wrong token', wrongToken.encode(urlChallenge), 'ERR_SIGNATURE'],
    ['/feishu-plain', 'plain challenge with a wrong token', wrongPlainToken.encode(urlChallenge), 'ERR_TOKEN'],
    ['/feishu', 'signed, but the ciphertext is cut', signed(JSON.stringify({ encrypt: cut(fromFeishu.encrypt('{}')) })), 'ERR_DECRYPT'],
    ['/dingtalk', 'one byte of encrypt changed', withBody(checkUrl, flip(checkUrl.body, 40)), 'ERR_SIGNATURE'],
    ['/dingtalk', 'one digit of the signature changed', withQuery(checkUrl, { signature: flip(checkUrl.query.signature, 0) }), 'ERR_SIGNATURE'],
    ['/dingtalk', 'signature and msg_signature disagree', withQuery(checkUrl, { msg_signature: 'a' }), 'ERR_REQUEST'],
    ['/dingtalk', 'signed with another token', wrongDingTalkToken.encode(addUser), 'ERR_SIGNATURE'],
    ['/dingtalk', 'for another ownerKey', wrongOwner.encode(addUser), 'ERR_OWNER'],
    ['/tencent-chat', 'wrong Sign', withQuery(newMember, { Sign: flip(newMember.query.Sign, 63) }), 'ERR_SIGNATURE'],
    ['/tencent-chat', 'RequestTime moved under its Sign', withQuery(newMember, { RequestTime: '1669872113' }), 'ERR_SIGNATURE'],
    ['/tencent-chat', 'for another app', withQuery(newMember, { SdkAppid: '999999' }), 'ERR_REQUEST'],
    ['/tencent-chat', 'not the same command in URL and body', withQuery(newMember, { CallbackCommand: 'State.StateChange' }), 'ERR_REQUEST'],
  ],
  Stale: [
    ['/feishu', 'signed ten minutes ago', fromFeishu.encode(received, { timestamp: secondsFromNow(-600) }), 'ERR_TIMESTAMP'],
    ['/feishu', 'signed for ten minutes from now', fromFeishu.encode(received, { timestamp: secondsFromNow(600) }), 'ERR_TIMESTAMP'],
    ['/dingtalk', 'signed long ago, nonce and time swapped', swapped(fromDingTalk.encode(addUser, { timestamp: '1508001297000', nonce: '1608001896' })), 'ERR_TIMESTAMP'],
    ['/dingtalk', 'signed ten minutes ago', fromDingTalk.encode(addUser, { timestamp: '1608001297000' }), 'ERR_TIMESTAMP'],
    ['/tencent-chat', 'signed two minutes ago', fromChat.encode(groupMessage, { requestTime: '1669871995' }), 'ERR_TIMESTAMP'],
  ],
  'Downgraded, oversized, or mangled on the way': [
    ['/feishu', 'plain event to an app with Encrypt Key', plainEvent, 'ERR_SIGNATURE'],
    ['/feishu', 'captured ciphertext sent unsigned', unsigned(event), 'ERR_SIGNATURE'],
    ['/feishu', 'captured event spliced into a challenge', spliced(event, challenge), 'ERR_SIGNATURE'],
    ['/feishu', '1 MiB of JSON, unsigned', { body: `"${'a'.repeat(1_048_574)}"` }, 'ERR_SIGNATURE'],
    ['/feishu', 'nothing at all', { body: '' }, 'ERR_REQUEST'],
    ['/feishu', 'ciphertext that does not decrypt, unsigned', { body: `{"encrypt":"${'A'.repeat(64)}"}` }, 'ERR_SIGNATURE'],
    ['/feishu', 'plain fields put beside encrypt', withFields(event, received), 'ERR_SIGNATURE'],
    ['/feishu', 'challenge put beside an encrypted one', withFields(challenge, { challenge: 'mine' }), 'challenge', challengeAnswer],
    ['/feishu-plain', 'encrypted event to an app without the key', event, 'ERR_REQUEST'],
    ['/feishu', 'JSON parsed and serialised again', reserialised(event), 'ERR_SIGNATURE'],
    ['/feishu', 'one byte more than maxBodyBytes', signed(' '.repeat(1_048_577)), 'ERR_TOO_LARGE'],
    ['/dingtalk', 'plain event instead of encrypt', withBody(checkUrl, JSON.stringify(addUser)), 'ERR_SIGNATURE'],
    ['/dingtalk', 'not JSON', withBody(checkUrl, 'encrypt=0vJiX6vl'), 'ERR_REQUEST'],
    ['/tencent-chat', 'no Sign, no RequestTime', withQuery(newMember, { Sign: undefined, RequestTime: undefined }), 'ERR_SIGNATURE'],
  ],
};

/** The server: what an SDK would embed. `decisions` keeps what it decided, which its answers do not say. */
function startServer(decisions) {
  const isSabotaged = process.argv.includes('--sabotage');
  const given = (secret) => (isSabotaged ? `not ${secret}` : secret);
  const feishuApp = createFeishuCodec({ ...feishu, verificationToken: given(feishu.verificationToken) });
  const plainApp = createFeishuCodec({ ...plain, verificationToken: given(plain.verificationToken) });
  const suiteApp = createDingTalkCodec({ ...suite, token: given(suite.token) });
  const corpApp = createDingTalkCodec({ ...corp, token: given(corp.token) });
  const chatApp = createTencentChatCodec({ ...chat, token: given(chat.token) });
  const apps = {
    '/feishu': { decode: feishuApp.decode, answer: feishuApp.reply },
    '/feishu-plain': { decode: plainApp.decode, answer: plainApp.reply },
    '/dingtalk-suite': { decode: suiteApp.decode, answer: (message) => suiteApp.reply('success', message) },
    '/dingtalk': { decode: corpApp.decode, answer: (message) => corpApp.reply('success', message) },
    '/tencent-chat': { decode: chatApp.decode, answer: () => chatApp.reply() },
  };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { url, headers } = request;
    const app = apps[url.split('?')[0]];
    try {
      const message = app.decode({ url, headers, body: Buffer.concat(chunks) });
      decisions.push(message.kind === 'challenge' ? 'challenge' : `${message.kind} ${message.type}`);
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(app.answer(message)));
    } catch (error) {
      decisions.push(error.name === 'CallbackError' ? error.code : `crashed: ${error}`);
      response.writeHead(error.name === 'CallbackError' ? 400 : 500).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** DingTalk's answer as the platform reads it: verified and decrypted. */
function readDingTalk(codec) {
  return (text) => {
    const { msg_signature, timeStamp, nonce, encrypt } = JSON.parse(text);
    const isSigned = codec.verify({ query: { msg_signature, timeStamp, nonce }, body: text });
    return isSigned ? `encrypted, signed "${codec.decrypt(encrypt).text}"` : 'wrong signature';
  };
}
const asItIs = (text) => text;
const platforms = {
  '/feishu': { read: asItIs, usual: '{}' },
  '/feishu-plain': { read: asItIs, usual: '{}' },
  '/dingtalk-suite': { read: readDingTalk(createDingTalkCodec(suite)), usual: 'encrypted, signed "success"' },
  '/dingtalk': { read: readDingTalk(fromDingTalk), usual: 'encrypted, signed "success"' },
  '/tencent-chat': { read: asItIs, usual: '{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}' },
};

/** `text` in a column; Chinese characters and emoji are two wide. */
function pad(text, width) {
  const wide = text.match(/[\u3000-\u9fff\uff00-\uffef]|\p{Emoji_Presentation}/gu)?.length ?? 0;
  return text + ' '.repeat(Math.max(1, width - [...text].length - wide));
}
const row = (...cells) =>
  cells
    .map((cell, column) => pad(cell, [4, 16, 11, 42, 51, 0][column]))
    .join('')
    .trimEnd();
const paint = (code, text) => (process.stdout.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text);
const defined = (record = {}) => Object.entries(record).filter(([, value]) => value !== undefined);

const decisions = [];
const server = await startServer(decisions);
const counts = { ok: 0, NOT: 0 };
for (const [title, rows] of Object.entries(scenarios)) {
  console.log(
    `\n${paint(1, title)}\n${row('', 'to', 'body', 'what arrived', 'what was decided', 'what was answered')}`,
  );
  for (const [path, name, { query, headers, body }, verdict, ownAnswer] of rows) {
    const url = `http://127.0.0.1:${server.address().port}${path}?${new URLSearchParams(defined(query))}`;
    const response = await fetch(url, { method: 'POST', headers: defined(headers), body });
    const text = await response.text();
    const answer = `${response.status} ${text && platforms[path].read(text)}`;
    const decided = decisions.pop();
    const isRefusal = verdict.startsWith('ERR_');
    const expectedAnswer = isRefusal ? '400 ' : `200 ${ownAnswer ?? platforms[path].usual}`;
    const mark = decided === verdict && answer === expectedAnswer ? 'ok' : 'NOT';
    counts[mark] += 1;
    const decision = `${decided.startsWith('ERR_') ? 'refused:' : 'accepted:'} ${decided}`;
    const line = row(mark, path, `${Buffer.byteLength(body)} B`, name, decision, answer);
    console.log(mark === 'ok' ? line : paint(31, `${line}\n    expected: ${verdict}, ${expectedAnswer}`));
  }
}
server.close();
console.log(`\n${counts.ok} as expected, ${counts.NOT} not`);
process.exitCode = counts.NOT === 0 ? 0 : 1;
