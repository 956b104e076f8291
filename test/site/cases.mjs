// Requests of every platform, right and broken, in each of the forms in which people have one; and what the command says of
// them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as lib from '../../dist/index.js';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');

/** By its name in the command. */
const CODECS = {
  feishu: lib.createFeishuCodec,
  'feishu-card': lib.createFeishuCardCodec,
  dingtalk: lib.createDingTalkCodec,
  'dingtalk-robot': lib.createDingTalkRobotCodec,
  'dingtalk-card': lib.createDingTalkCardCodec,
  wecom: lib.createWeComCodec,
  wechat: lib.createWeChatCodec,
  'tencent-chat': lib.createTencentChatCodec,
  trtc: lib.createTrtcCodec,
};

const OWNERS = {
  dingtalk: 'ownerKey',
  wecom: 'receiveId',
  wechat: 'appId',
  'tencent-chat': 'sdkAppId',
  trtc: 'sdkAppId',
};
const OTHER_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';

const urlOf = ({ query }) => {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `/callback${pairs.length > 0 ? '?' : ''}${pairs.join('&')}`;
};
const quote = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** One form after the other. */
const FORMS = [
  ({ method, headers, body, ...push }) =>
    [
      `${method} ${urlOf(push)} HTTP/1.1`,
      'Host: example.com',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '',
      body ?? '',
    ].join('\n'),
  ({ headers, body, ...push }) =>
    [
      `curl ${quote(`https://example.com${urlOf(push)}`)}`,
      ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
      ...(body === null ? [] : ['--data-raw', quote(body)]),
    ].join(' '),
  ({ headers, query, body }) =>
    JSON.stringify({
      headers,
      queryStringParameters: query,
      body: Buffer.from(body ?? '').toString('base64'),
      isBase64Encoded: true,
    }),
];

/** Where it ends with a body that lacks its last character: what the body's signature covers, and how it is read. */
const CUT = {
  dingtalk: 'read',
  wecom: 'read',
  wechat: 'read',
  feishu: 'signature',
  'feishu-card': 'signature',
  trtc: 'signature',
};

/** Ways to break a request, and the step that then fails. */
function breakages(platform, { secrets, push }) {
  const [first, key] = [Object.keys(secrets)[0], 'encodingAesKey'];
  const owner = OWNERS[platform];
  const cut = { ...push, body: push.body.slice(0, -1) };
  const stale = {
    ...push,
    ...CODECS[platform](secrets).encode(push.payload, { requestTime: String(Math.floor(Date.now() / 1000) - 3600) }),
  };
  return [
    { how: 'good', secrets, push },
    { how: 'a wrong secret', step: 'signature', secrets: { ...secrets, [first]: 'another secret' }, push },
    { how: 'cut', step: CUT[platform] ?? 'parse', secrets, push: cut },
    {
      how: 'a secret in quotation marks',
      step: 'signature',
      secrets: { ...secrets, [first]: `"${secrets[first]}"` },
      push,
    },
    ...(owner ? [{ how: 'for another app', step: 'owner', secrets: { ...secrets, [owner]: '1234567' }, push }] : []),
    ...(key in secrets
      ? [
          { how: 'another key', step: 'decrypt', secrets: { ...secrets, [key]: OTHER_KEY }, push },
          { how: 'a key that is none', step: 'secrets', secrets: { ...secrets, [key]: 'abc' }, push },
        ]
      : []),
    ...(platform === 'feishu'
      ? [{ how: 'a wrong token', step: 'token', secrets: { ...secrets, verificationToken: 'another' }, push }]
      : []),
    ...(platform === 'tencent-chat' ? [{ how: 'an hour old', step: 'time', secrets, push: stale }] : []),
  ];
}

/** All of them, just made: some platforms' requests are good for a minute. */
export function makeCases(samples) {
  const subjects = Object.entries(samples).flatMap(([platform, { secrets, event, verification }]) => [
    { platform, secrets, payload: event },
    ...(verification ? [{ platform, secrets, payload: verification, isVerification: true }] : []),
    ...(platform === 'wechat' ? [{ platform, secrets: { token: secrets.token }, payload: event, isPlain: true }] : []),
    ...(platform === 'feishu'
      ? [{ platform, secrets: { verificationToken: 'v-token' }, payload: event, isPlain: true }]
      : []),
  ]);
  return subjects.flatMap(({ platform, secrets, payload, isVerification, isPlain }, index) => {
    const push = { ...CODECS[platform](secrets).encode(payload), payload };
    const all = isVerification || isPlain ? [{ how: 'good', secrets, push }] : breakages(platform, { secrets, push });
    return all.map(({ push, ...broken }, way) => ({
      ...broken,
      platform,
      name: [platform, isVerification && 'verification', isPlain && 'plain', broken.how].filter(Boolean).join(', '),
      request: FORMS[(index + way) % FORMS.length](push),
    }));
  });
}

/** What the command says of a case, as data and, of what is accepted, as text. */
export function commandSays({ platform, secrets, request }, { variables }, chinese) {
  const named = variables.flatMap(({ option, variable }) => (option in secrets ? [[variable, secrets[option]]] : []));
  const env = { PATH: process.env.PATH, LC_ALL: chinese ? 'zh_CN.UTF-8' : 'C', ...Object.fromEntries(named) };
  const run = (...args) =>
    spawnSync(process.execPath, [cli, 'explain', platform, ...args], { input: request, env, encoding: 'utf8' });
  const { stdout, stderr } = run('--json');
  if (stderr !== '') throw new Error(stderr);
  const said = JSON.parse(stdout);
  return { ...said, text: said.accepted ? run().stdout : undefined };
}
