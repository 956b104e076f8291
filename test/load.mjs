// npm run test:load [-- --seed N] [-- --callbacks N]
// Callbacks of all platforms against a server in a process of its own, which runs the built toNodeHandler, over 50
// keep-alive connections of the loopback: good ones, 1 % of them almost 1 MiB long, mixed with verifications, forged and
// altered ones, ones that break off in the middle of the body and ones that are too long. Every good one has to reach
// onEvent once and to get the answer that onEvent gave to it; nothing else may reach it. What the server's heap holds after
// a forced collection must not grow from the middle of the run to its end.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  createDingTalkCardCodec,
  createDingTalkCodec,
  createDingTalkRobotCodec,
  createFeishuCardCodec,
  createFeishuCodec,
  createTencentChatCodec,
  createTrtcCodec,
  createWeChatCodec,
  createWeComCodec,
} from '../dist/index.js';
import { toNodeHandler } from '../dist/node.js';

const CONNECTIONS = 50;
const MIB = 1_048_576;
const encodingAesKey = '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij';
const feishu = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
const dingTalk = createDingTalkCodec({ token: '123456', encodingAesKey, ownerKey: 'suite4xxxxxxxxxxxxxxx' });
const weCom = createWeComCodec({ token: 'QDG6eK', encodingAesKey, receiveId: 'ww1' });
const weChat = createWeChatCodec({ token: 'wx-token', encodingAesKey, appId: 'wx1' });
const plainWeChat = createWeChatCodec({ token: 'wx-token' });

const CHALLENGE = { type: 'url_verification', challenge: 'b6d7c9a0-0d4c-4f0e-9d6e-3a1f2b5c7d8e' };
const ECHOSTR = { echostr: '1616140317555161061' };
/** An event that carries a number, how the number is read from it, an answer that carries it, and how it is read there. */
const json = (fields) => ({
  event: (n, pad) => ({ ...fields, n, pad }),
  numberOf: (message) => message.event.n,
  answer: (n) => ({ answer: n }),
  answered: (body) => JSON.parse(body).answer,
});
const xml = (textOf) => ({
  event: (n, pad) => ({ ToUserName: 'ww1', MsgType: 'text', Content: `你好 ${pad}`, MsgId: n }),
  numberOf: (message) => Number(message.id),
  answer: (n) => ({ MsgType: 'text', Content: `answer ${n}` }),
  answered: (body) => Number(/answer (\d+)/.exec(textOf(body))?.[1]),
  verification: ECHOSTR,
});
/** `covers`: the signature covers the body, so that a changed one is refused. */
const PLATFORMS = {
  feishu: {
    ...json(),
    codec: feishu,
    event: (n, pad) => ({ schema: '2.0', header: { event_type: 'im.message.receive_v1' }, event: { n, pad } }),
    verification: CHALLENGE,
    covers: true,
  },
  'feishu-card': { ...json(), codec: createFeishuCardCodec({ verificationToken: 'v-token' }), covers: true },
  dingtalk: {
    ...json({ EventType: 'user_add_org' }),
    codec: dingTalk,
    answer: (n) => `answer ${n}`,
    answered: (body) => Number(/answer (\d+)/.exec(dingTalk.decodeReply({ body }))?.[1]),
    verification: { EventType: 'check_url' },
    covers: true,
  },
  'dingtalk-robot': { ...json({ msgtype: 'text' }), codec: createDingTalkRobotCodec({ appSecret: 'a secret' }) },
  'dingtalk-card': { ...json(), codec: createDingTalkCardCodec({ apiSecret: 'a secret' }) },
  wecom: { ...xml((body) => weCom.decodeReply({ body })), codec: weCom, covers: true },
  wechat: { ...xml((body) => weChat.decodeReply({ body })), codec: weChat, covers: true },
  'wechat-plain': { ...xml((body) => body), codec: plainWeChat },
  'tencent-chat': {
    ...json({ CallbackCommand: 'State.StateChange' }),
    codec: createTencentChatCodec({ token: 'xxxxyyyy' }),
  },
  trtc: {
    ...json({ EventType: 103 }),
    codec: createTrtcCodec({ key: 'trtc key' }),
    answer: () => undefined,
    answered: (body, n) => (body === '{"code":0}' ? n : undefined), // takes no answer
    covers: true,
  },
};

/** The server's process: what reached onEvent, by number, and everything that went wrong. */
async function serve() {
  const calls = new Uint8Array(MIB); // by number; as large in the middle as at the end
  const errors = [];
  for (const name of ['uncaughtException', 'unhandledRejection']) {
    process.on(name, (error) => errors.push(`${name}: ${error?.stack}`));
  }
  const handlers = new Map();
  for (const [name, { codec, numberOf, answer }] of Object.entries(PLATFORMS)) {
    const onEvent = async (message) => {
      const n = numberOf(message);
      calls[n]++;
      if (n % 3 === 0) await sleep(1); // some are answered later
      return answer(n);
    };
    handlers.set(name, toNodeHandler(codec, onEvent));
  }
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const handle = handlers.get(request.url.slice(1).split('?', 1)[0]);
    handle(request, response).catch((error) => errors.push(`rejected: ${error?.stack}`));
  });
  process.on('message', async (order) =>
    process.send(order === 'memory' ? await memory() : { calls: Buffer.from(calls).toString('latin1'), errors }),
  );
  process.on('disconnect', () => process.exit());
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
}

/** What is held after a collection; twice, because what the first one finalises the second one frees. */
async function memory() {
  for (let round = 0; round < 2; round++) {
    await sleep(50);
    globalThis.gc();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed / MIB, buffers: arrayBuffers / MIB };
}

/** xorshift32. */
function makeRandom(seed) {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Parts of the number of callbacks: how many of each kind are sent. */
const KINDS = {
  good: { part: 0.99, isFor: () => true },
  big: { part: 0.01, isFor: () => true },
  verification: { part: 0.02, isFor: ({ verification }) => verification !== undefined },
  forged: { part: 0.05, isFor: () => true },
  altered: { part: 0.05, isFor: ({ covers }) => covers === true },
  aborted: { part: 0.05, isFor: () => true },
  long: { part: 0.005, isFor: () => true },
};

/** What is sent, in a random order. */
function plan(callbacks, random) {
  const all = Object.entries(KINDS).flatMap(([kind, { part, isFor }]) => {
    const names = Object.keys(PLATFORMS).filter((name) => isFor(PLATFORMS[name]));
    return Array.from({ length: Math.round(callbacks * part) }, (_, index) => ({
      kind,
      name: names[index % names.length],
    }));
  });
  for (let index = all.length - 1; index > 0; index--) {
    const other = random(index + 1);
    [all[index], all[other]] = [all[other], all[index]];
  }
  return all.map((task, n) => ({ ...task, n }));
}

/** Text whose first character of base64, hexadecimal or what else is another one. */
const twist = (text, at = 0) => text.slice(0, at) + (text[at] === 'a' ? 'b' : 'a') + text.slice(at + 1);
const twistSignatures = (fields) =>
  Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, /sign/i.test(name) ? twist(text) : text]));

function pushOf({ kind, name, n }) {
  const { codec, event, verification, covers } = PLATFORMS[name];
  if (kind === 'verification') return codec.encode(verification);
  // base64 of what is encrypted is longer by a third
  const length = { big: covers ? 780_000 : 1_040_000, long: 1_100_000 }[kind] ?? n % 200;
  const push = codec.encode(event(n, 'x'.repeat(length)));
  if (kind === 'forged') return { ...push, headers: twistSignatures(push.headers), query: twistSignatures(push.query) };
  return kind === 'altered' ? { ...push, body: twist(push.body, push.body.length >> 1) } : push;
}

/** Sends one request; what came back, or the code of what went wrong on the connection. */
function send(port, agent, { kind, name, n }, { method, headers, query, body }) {
  const length = body === null || n % 7 === 0 ? {} : { 'Content-Length': Buffer.byteLength(body) };
  const path = `/${name}?${new URLSearchParams(query)}`;
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, agent, method, path, headers: { ...headers, ...length } });
    outgoing.setTimeout(20_000, () => outgoing.destroy(Object.assign(new Error(), { code: 'no answer' })));
    outgoing.on('error', ({ code }) => resolve({ code }));
    outgoing.on('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('close', () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
    });
    if (body === null) return outgoing.end();
    const half = body.length >> 1;
    outgoing.write(body.slice(0, half), () => {
      if (kind === 'aborted') setImmediate(() => outgoing.destroy());
      else outgoing.end(body.slice(half));
    });
  });
}

/** Whether a request came to what it had to. */
function isRight({ kind, name, n }, { status, text, code }) {
  const { codec, answered, verification } = PLATFORMS[name];
  if (kind === 'aborted') return status === undefined;
  // The server stops reading and closes: a client that still writes may see that first.
  if (kind === 'long') return status === 413 || code === 'ECONNRESET' || code === 'EPIPE';
  if (kind === 'forged' || kind === 'altered') return status === 400 && text === '';
  if (status !== 200) return false;
  if (kind !== 'verification') return answered(text, n) === n; // throws for what is no answer of the platform
  if (verification === CHALLENGE) return text === JSON.stringify({ challenge: CHALLENGE.challenge });
  return verification === ECHOSTR ? text === ECHOSTR.echostr : codec.decodeReply({ body: text }) === 'success';
}

function attempt(what) {
  try {
    return what();
  } catch {
    return false;
  }
}

async function run() {
  const { values } = parseArgs({
    options: { seed: { type: 'string' }, callbacks: { type: 'string', default: '20000' } },
  });
  const seed = Number(values.seed ?? Date.now() % 2 ** 32);
  const tasks = plan(Number(values.callbacks), makeRandom(seed));
  const child = fork(import.meta.filename, { execArgv: ['--expose-gc'] });
  const ask = async (order) => {
    const answer = once(child, 'message');
    if (order !== undefined) child.send(order);
    return (await answer)[0];
  };
  const port = await ask();
  let passed = 0;
  let failed = 0;
  const check = (isTrue, what) => {
    if (isTrue) passed++;
    else if (failed++ < 20) console.log(what);
  };

  const started = Date.now();
  const queue = [...tasks];
  const work = async (stopAt) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (queue.length > stopAt) {
      const task = queue.pop();
      const received = await send(port, agent, task, pushOf(task));
      check(
        attempt(() => isRight(task, received)),
        `${task.kind} ${task.name} ${task.n}: ${JSON.stringify(received).slice(0, 200)}`,
      );
    }
    agent.destroy();
  };
  const workUntil = (stopAt) => Promise.all(Array.from({ length: CONNECTIONS }, () => work(stopAt)));
  await workUntil(tasks.length >> 1);
  const middle = await ask('memory');
  await workUntil(0);
  const end = await ask('memory');
  const seconds = (Date.now() - started) / 1000;

  const { calls, errors } = await ask('calls');
  child.disconnect(); // which ends it
  for (const { kind, name, n } of tasks) {
    const times = calls.charCodeAt(n);
    check(times === (kind === 'good' || kind === 'big' ? 1 : 0), `${kind} ${name} ${n}: onEvent called ${times} times`);
  }
  check(errors.length === 0, errors.slice(0, 3).join('\n'));
  const grown = (what) => end[what] - middle[what];
  check(grown('heap') < 1 && grown('buffers') < 1, 'the memory of the server grows');

  const counts = Object.keys(KINDS).map((kind) => [kind, tasks.filter((task) => task.kind === kind).length]);
  console.table(Object.fromEntries(counts.map(([kind, requests]) => [kind, { requests }])));
  console.log(
    `seed ${seed}, ${tasks.length} requests in ${seconds.toFixed(1)} s, ${Math.round(tasks.length / seconds)} a second`,
  );
  const shown = ({ heap, buffers }) => `heap ${heap.toFixed(2)} MiB, buffers ${buffers.toFixed(2)} MiB`;
  console.log(`server after a collection: in the middle ${shown(middle)}; at the end ${shown(end)}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

if (process.send === undefined) await run();
else await serve();
