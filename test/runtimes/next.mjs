// node next.mjs PROGRAM
// Builds the app in next/, serves it on this machine, has it run the suite, and sends it what the platforms would send
// and what somebody would who has not the secrets.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createDingTalkCodec, createFeishuCodec, createTencentChatCodec, createWeComCodec } from 'callback-codec';
import { DINGTALK, FEISHU, TENCENT_CHAT, WECOM } from './next/secrets.mjs';

const [program] = process.argv.slice(2);
const app = join(import.meta.dirname, 'next');
// What Next.js says of each app with this runtime, which is the one to test, and of its routes, which are not static.
const expectedWarnings = [
  '⚠ The Edge Runtime is deprecated. You can use the "nodejs" runtime instead. Learn more: https://nextjs.org/docs/messages/edge-runtime-deprecated',
  '⚠ Using edge runtime on a page currently disables static generation for that page',
];

let passed = 0;
const failures = [];
function check(name, isRight, found) {
  if (isRight) passed++;
  else failures.push(`${name}: ${found}`);
}

function next(...args) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: app,
    stdio: ['ignore', 'pipe', 'pipe'],
    // It is to call nobody, and not to tell that the browser data of its lockfile grow old, nor that a machine of
    // continuous integration keeps no cache of builds.
    env: {
      ...process.env,
      CI: '',
      NEXT_TELEMETRY_DISABLED: '1',
      BASELINE_BROWSER_MAPPING_IGNORE_OLD_DATA: 'true',
    },
  });
  const run = { child, output: '', ended: new Promise((resolve) => child.on('close', resolve)) };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      run.output += text;
    });
  }
  process.on('exit', () => child.kill());
  return run;
}

/** Where the server listens, once it says so. */
async function address(server) {
  const found = new Promise((resolve) => {
    server.child.stdout.on('data', () => {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(server.output)?.[0];
      if (url && server.output.includes('Ready')) resolve(url);
    });
  });
  const url = await Promise.race([found, server.ended]);
  if (typeof url !== 'string') throw new Error(`next start ended:\n${server.output}`);
  return url;
}

// Each route answers with the event that it was given; `read` finds it in the answer as the platform does.
const platforms = [
  {
    path: '/feishu',
    codecs: [FEISHU, { ...FEISHU, encryptKey: 'guessed' }].map(createFeishuCodec),
    payload: { schema: '2.0', header: { event_type: 't' }, event: { text: '你好 🦜' } },
    read: (_, body) => JSON.stringify(JSON.parse(body).event),
    seen: '{"text":"你好 🦜"}',
    check: { type: 'url_verification', challenge: 'ajls384kdjxxxx' },
    readCheck: (_, body) => JSON.parse(body).challenge,
    checked: 'ajls384kdjxxxx',
  },
  {
    path: '/dingtalk',
    codecs: [DINGTALK, { ...DINGTALK, token: 'guessed' }].map(createDingTalkCodec),
    payload: { EventType: 't', text: '你好 🦜' },
    read: (codec, body) => codec.decodeReply({ body }),
    seen: '{"EventType":"t","text":"你好 🦜"}',
    check: { EventType: 'check_url' },
    readCheck: (codec, body) => codec.decodeReply({ body }),
    checked: 'success',
  },
  {
    path: '/wecom',
    codecs: [WECOM, { ...WECOM, token: 'guessed' }].map(createWeComCodec),
    payload: { MsgType: 'text', Content: '你好 🦜' },
    read: (codec, body) => codec.decodeReply({ body }),
    seen: '<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好 🦜]]></Content></xml>',
    check: { echostr: '1616140317555161061' },
    readCheck: (_, body) => body,
    checked: '1616140317555161061',
  },
  {
    path: '/tencent-chat',
    codecs: [TENCENT_CHAT, { token: 'guessed' }].map(createTencentChatCodec),
    payload: { CallbackCommand: 't', text: '你好 🦜' },
    read: (_, body) => JSON.parse(body).ErrorInfo,
    seen: '{"CallbackCommand":"t","text":"你好 🦜"}',
  },
];

async function send(url, { method, headers, query, body }) {
  const response = await fetch(`${url}?${new URLSearchParams(query)}`, { method, headers, body });
  return { status: response.status, text: await response.text() };
}

async function sendAll(url) {
  for (const { path, codecs, payload, read, seen, check: probe, readCheck, checked } of platforms) {
    const [genuine, forger] = codecs;
    const accepted = await send(url + path, genuine.encode(payload));
    const echo = accepted.status === 200 && read(genuine, accepted.text);
    check(`${path} accepts, and answers`, echo === seen, `${accepted.status} ${accepted.text}`);
    const refused = await send(url + path, forger.encode(payload));
    check(
      `${path} refuses what is forged`,
      refused.status === 400 && refused.text === '',
      `${refused.status} ${refused.text}`,
    );
    if (probe === undefined) continue;
    const verified = await send(url + path, genuine.encode(probe));
    const answer = verified.status === 200 && readCheck(genuine, verified.text);
    check(`${path} answers the check of its URL`, answer === checked, `${verified.status} ${verified.text}`);
  }
}

/** What the suite says inside of the app, as every other engine prints it; its counts are added to those of here. */
async function conformance(url) {
  const report = await (await fetch(`${url}/conformance`)).text();
  const counts = /^(\d+) passed, \d+ failed$/m.exec(report);
  check('/conformance reports', counts, report);
  passed += Number(counts?.[1] ?? 0);
  failures.push(...[...report.matchAll(/^failed: (.*)/gm)].map(([, failure]) => failure));
  return (report.match(/^(?:AES|handlers): .*$/gm) ?? []).join('\n');
}

rmSync(join(app, '.work'), { recursive: true, force: true });
const build = next('build');
const status = await build.ended;
check('next build', status === 0, `ended with ${status}:\n${build.output}`);
if (status === 0) {
  const server = next('start', '--hostname', '127.0.0.1', '--port', '0');
  const url = await address(server);
  console.log(await conformance(url));
  await sendAll(url);
  server.child.kill();
  await server.ended;
  const complaints = (build.output + server.output).split('\n').filter((line) => /^\s*[⚠⨯]/.test(line));
  const unexpected = complaints.filter((line) => !expectedWarnings.includes(line.trim()));
  check('Next.js says nothing else', unexpected.length === 0, unexpected.join('\n'));
}
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
