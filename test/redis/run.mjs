// npm run test:redis [-- --require-all]
// The guide's examples of more than one process, once.mjs, server.mjs and worker.mjs, as processes on a real Redis that is
// started here, on a free port and with nothing on disk. With --require-all, as root on Debian, Redis is installed.
import { spawn, spawnSync } from 'node:child_process';
import { once as event } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFeishuCodec } from '../../dist/feishu.js';
import { installLocked } from '../runtimes/install.mjs';

const here = import.meta.dirname;
const requireAll = process.argv.includes('--require-all');
const counts = { passed: 0, failed: 0, skipped: 0 };
const check = (what, isRight, seen = '') => {
  counts[isRight ? 'passed' : 'failed']++;
  console.log(`${isRight ? 'yes' : 'NO '}  ${what}${isRight || seen === '' ? '' : `: ${seen}`}`);
};

/** When each platform sends an event for the last time, in seconds after the first: its waits, and its limits. */
const LAST_RETRY = {
  Feishu: 15 + 5 * 60 + 3600 + 6 * 3600 + 5 * 3,
  DingTalk: 10 + 30 + 3 * 1.5,
  'WeCom and WeChat': 4 * 5,
  TRTC: 60 + 5,
};

const isInstalled = () => spawnSync('redis-server', ['--version']).status === 0;
function installRedis() {
  const quiet = ['-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0'];
  // A package's own service would be started on the usual port: none is wanted.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', 'redis-server']]) {
    spawnSync('apt-get', [...args, ...quiet], { stdio: ['ignore', 'ignore', 'inherit'], env });
  }
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
const listens = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.end() !== undefined));
    socket.on('error', () => resolve(false));
  });
async function until(what, isSo, seconds = 30) {
  for (const end = Date.now() + seconds * 1000; !(await isSo()); await sleep(20)) {
    if (Date.now() > end) throw new Error(`${what}: not in ${seconds} s`);
  }
  return true;
}

const children = new Set();
function start(command, args, env) {
  const child = spawn(command, args, {
    cwd: here,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.add(child);
  child.errors = '';
  child.stderr.on('data', (chunk) => {
    child.errors += chunk;
  });
  return child;
}
async function stop(child, signal = 'SIGKILL') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await event(child, 'exit');
}
async function startServer(file, env) {
  const port = await freePort();
  const child = start(process.execPath, [file], { ...env, PORT: String(port) });
  await until(file, () => listens(port));
  return { child, url: `http://127.0.0.1:${port}/` };
}

const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
const push = (message_id, message = {}) =>
  codec.encode({
    schema: '2.0',
    header: { event_id: `e-${message_id}`, event_type: 'im.message.receive_v1' },
    event: { message: { message_id, ...message } },
  });
/** Each call is a delivery: encrypted and signed anew. */
async function deliver({ url }, ...of) {
  const begin = performance.now();
  const { method, headers, body } = push(...of);
  const response = await fetch(url, { method, headers, body });
  return { status: response.status, text: await response.text(), milliseconds: performance.now() - begin };
}

const RACES = 300;
/** Many events, each delivered to two processes at once: how often each was worked on, and what each process won. */
async function race(redis, env) {
  await redis.flushAll();
  const servers = await Promise.all(['one', 'two'].map((WORKER) => startServer('racer.mjs', { ...env, WORKER })));
  let answers = [];
  for (let index = 0; index < RACES; index += 10) {
    const ids = Array.from({ length: 10 }, (_, at) => `om_${index + at}`);
    const batch = ids.flatMap((id) => servers.map((server) => deliver(server, id)));
    answers = answers.concat(await Promise.all(batch));
  }
  await Promise.all(servers.map(({ child }) => stop(child)));
  const done = await redis.lRange('done', 0, -1);
  const wins = ['one', 'two'].map((name) => done.filter((line) => line.endsWith(` by ${name}`)).length);
  const different = new Set(done.map((line) => line.split(' ')[0])).size;
  return { answers, done: done.length, different, wins };
}

async function testRaces(redis, env) {
  const { answers, done, different, wins } = await race(redis, env);
  const states = answers.map(({ text }) => JSON.parse(text).state);
  check(
    `two processes, ${RACES} events to both at once: each is worked on once`,
    done === RACES && different === RACES,
    `${done} times, ${different} events`,
  );
  check(
    'all are answered with 200, half of them as known',
    answers.every(({ status }) => status === 200) && states.filter((state) => state === 'known').length === RACES,
  );
  check(
    'both processes win some',
    wins.every((count) => count > 0),
    wins,
  );
  const racy = await race(redis, { ...env, RACY: '1' });
  check(
    'asking first and setting then, as the control, works on some twice',
    racy.done > RACES && racy.different === RACES,
    `${racy.done} times`,
  );
}

async function testFailure(redis, env) {
  await redis.flushAll();
  const server = await startServer('racer.mjs', { ...env, WORKER: 'one' });
  const refused = await deliver(server, 'om_1', { fails: true });
  check(
    'work that fails is a 500, for which the platform sends the event again',
    refused.status === 500,
    refused.status,
  );
  check('it leaves no key', (await redis.exists('callback:om_1')) === 0);
  const again = await deliver(server, 'om_1');
  check('the next delivery is a new try', again.text === '{"state":"done"}', again.text);
  const third = await deliver(server, 'om_1');
  check('the one after that is known', third.text === '{"state":"known"}', third.text);
  const left = await redis.ttl('callback:om_1');
  for (const [platform, seconds] of Object.entries(LAST_RETRY)) {
    check(`the key outlives the retries of ${platform}, ${seconds} s`, left > seconds, left);
  }
  await stop(server.child);
}

async function testQueue(redis, env) {
  await redis.flushAll();
  const server = await startServer('server.mjs', env);
  const limit = 1500; // the shortest of the platforms, for events: DingTalk waits so long, Feishu 3 seconds
  const slow = 4000;
  const worker = start(process.execPath, ['worker.mjs'], { ...env, WORKER: 'a' });
  const first = await deliver(server, 'om_slow', { milliseconds: slow });
  check(
    `work of ${slow} ms is answered in time`,
    first.status === 200 && first.milliseconds < limit,
    first.milliseconds,
  );
  await deliver(server, 'om_slow', { milliseconds: slow });
  await until('the work starts', async () => (await redis.lLen('started')) > 0);
  await stop(worker); // as a crash, in the middle of the work
  check('a worker that dies has not done it', (await redis.lLen('done')) === 0);
  const next = start(process.execPath, ['worker.mjs'], { ...env, WORKER: 'a' });
  await until('the work is done', async () => (await redis.lLen('done')) > 0);
  check('it is done after a restart', `${await redis.lRange('done', 0, -1)}` === 'om_slow by a');

  await deliver(server, 'om_bad', { fails: true });
  await deliver(server, 'om_good');
  await until('the others are done', async () => (await redis.lLen('done')) > 1);
  check(
    'work that fails is put aside, and the next is done',
    `${await redis.lRange('done', 0, -1)}` === 'om_slow by a,om_good by a',
  );
  const [aside] = await redis.lRange('events:failed', 0, -1);
  check('what failed is kept', JSON.parse(aside ?? '{}').event?.message.message_id === 'om_bad', aside);
  check(
    'a second delivery is not queued again',
    (await redis.lLen('started')) === 4,
    await redis.lRange('started', 0, -1),
  );
  const isEmpty = async () => (await redis.exists(['events', 'events:a'])) === 0;
  check('nothing is left in the queue', await until('the queue is empty', isEmpty));
  await stop(next);
  return server;
}

/** The last: it takes Redis away. */
async function testLoss(server, redisServer) {
  await stop(redisServer);
  const lost = fetch(server.url, { ...push('om_lost'), signal: AbortSignal.timeout(1500) }).then(
    ({ status }) => status,
    (error) => error.name,
  );
  const outcome = await lost;
  check('without Redis an event is not accepted', outcome === 500 || outcome === 'TimeoutError', outcome);
  await stop(server.child);
}

async function main() {
  installLocked(here);
  const link = join(here, 'node_modules', 'callback-codec');
  rmSync(link, { force: true });
  symlinkSync(join(here, '..', '..'), link, 'dir');
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const redisServer = start('redis-server', options);
  const env = { REDIS_URL: `redis://127.0.0.1:${port}` };
  try {
    await until('redis-server', () => listens(port));
    process.env.REDIS_URL = env.REDIS_URL;
    const { createClient } = await import('redis');
    const redis = await createClient({ url: env.REDIS_URL }).connect();
    await testRaces(redis, env);
    await testFailure(redis, env);
    const server = await testQueue(redis, env);
    redis.destroy();
    await testLoss(server, redisServer);
  } finally {
    await Promise.all([...children].map((child) => stop(child)));
    rmSync(folder, { recursive: true });
  }
}

if (requireAll && !isInstalled()) installRedis();
if (isInstalled()) {
  await main();
} else {
  counts[requireAll ? 'failed' : 'skipped']++;
  console.log('redis-server is not installed (Debian: apt-get install redis-server)');
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 ? 0 : 1);
