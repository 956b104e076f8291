// Servers that are right, and wrong in one way each, and what `check` has to say of them.
import { createDecipheriv, createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { createDingTalkCodec } from '../../../../src/dingtalk.ts';
import { platforms, readOptions } from '../../../../src/internal/cli/platforms.ts';
import type { CallbackCodec } from '../../../../src/internal/codec.ts';
import { toNodeHandler } from '../../../../src/node.ts';
import { createWeComCodec } from '../../../../src/wecom.ts';
import { EXPIRED, GOOD, KEY, OTHER } from './certificates.ts';

const key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const otherKey = '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij';
export type Variables = Readonly<Record<string, string>>;

const FEISHU = { FEISHU_ENCRYPT_KEY: 'test key', FEISHU_VERIFICATION_TOKEN: 'v-token' };
const PLAIN_FEISHU = { FEISHU_VERIFICATION_TOKEN: 'v-token' };
const DING = { DINGTALK_TOKEN: '123456', DINGTALK_AES_KEY: key, DINGTALK_OWNER_KEY: 'ding1,ding2' };
const WECOM = { WECOM_TOKEN: 'QDG6eK', WECOM_AES_KEY: key, WECOM_RECEIVE_ID: 'ww1' };
const WECHAT = { WECHAT_TOKEN: 'AAAAA', WECHAT_AES_KEY: `${key},${otherKey}`, WECHAT_APP_ID: 'wx1' };
const CHAT = { TENCENT_CHAT_TOKEN: 'xxxxyyyy' };
const TRTC = { TRTC_KEY: '123654' };

/** Every platform, in every mode; and an answer to events, where another is encrypted or may be left out. */
export const MODES: readonly (readonly [platform: string, variables: Variables, answer?: object])[] = [
  ['feishu', FEISHU],
  ['feishu', PLAIN_FEISHU],
  ['feishu', { FEISHU_ENCRYPT_KEY: 'test key' }],
  ['feishu-card', PLAIN_FEISHU],
  ['dingtalk', DING],
  ['dingtalk-robot', { DINGTALK_APP_SECRET: 'a secret' }],
  ['dingtalk-card', { DINGTALK_API_SECRET: 'a secret' }],
  ['wecom', WECOM],
  ['wecom', WECOM, { MsgType: 'text', Content: '收到' }],
  ['wecom', { ...WECOM, WECOM_RECEIVE_ID: '' }],
  ['wechat', WECHAT],
  ['wechat', WECHAT, { MsgType: 'text', Content: '收到' }],
  ['wechat', { WECHAT_TOKEN: 'AAAAA' }],
  ['wechat', { WECHAT_TOKEN: 'AAAAA' }, { MsgType: 'text', Content: '收到' }],
  ['tencent-chat', CHAT],
  ['tencent-chat', { ...CHAT, TENCENT_CHAT_SDK_APP_ID: '1' }],
  ['trtc', TRTC],
  ['trtc', { ...TRTC, TRTC_SDK_APP_ID: '1400000000' }],
];

export function codecOf(name: string, variables: Variables, more: object = {}): CallbackCodec {
  const platform = platforms[name] as (typeof platforms)[string];
  return platform.create({ ...readOptions(platform, variables).options, ...more });
}

/** The handler of callback-codec/node. */
export function right(name: string, variables: Variables, more: object = {}, answer?: object): RequestListener {
  return toNodeHandler(codecOf(name, variables, more), () => answer);
}

/** A server that answers everything so. */
const says = (status: number, body = '', headers: Record<string, string> = {}): RequestListener => {
  return (request, response) => {
    request.resume();
    response.writeHead(status, headers).end(body);
  };
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** A server of a codec whose author looks at requests himself: `undefined` leaves it to the codec's handler. */
function lax(
  name: string,
  variables: Variables,
  own: (request: IncomingMessage, body: string, codec: CallbackCodec) => string | number | undefined,
): RequestListener {
  const codec = codecOf(name, variables);
  return async (request, response) => {
    const rawBody = Buffer.from(await bodyOf(request));
    const answer = own(request, rawBody.toString(), codec);
    if (typeof answer === 'string') response.end(answer);
    else if (answer !== undefined) response.writeHead(answer, { Location: '/login' }).end();
    else await toNodeHandler(codec, () => undefined)(Object.assign(request, { rawBody }), response);
  };
}

/** The right handler where its codec accepts; another answer to what it refuses. */
function refusing(name: string, variables: Variables, refuse: (response: ServerResponse) => void): RequestListener {
  const codec = codecOf(name, variables);
  return async (request, response) => {
    const { url = '', headers } = request;
    const body = await bodyOf(request);
    try {
      response.end(codec.reply(codec.decode({ url, headers, body })).body);
    } catch {
      refuse(response);
    }
  };
}

/** DingTalk's server with an answer of another codec, or another text. */
function dingTalkReply(changes: object, text = 'success'): RequestListener {
  const codec = createDingTalkCodec({ token: '123456', encodingAesKey: key, ownerKey: 'ding1', ...changes });
  const message = codec.decode(codec.encode({ EventType: 'check_url' }));
  return says(200, codec.reply(message, text).body);
}

const isSigned = ({ headers }: IncomingMessage): boolean => headers['x-lark-signature'] !== undefined;
const echostrOf = ({ url }: IncomingMessage) => new URL(`http://a${url}`).searchParams.get('echostr') ?? undefined;

/** As many servers decrypt: what is no UTF-8 becomes U+FFFD, and the rest is parsed. */
function naivelyDecrypted(body: string): Record<string, unknown> {
  try {
    const bytes = Buffer.from(JSON.parse(body).encrypt, 'base64');
    const cipher = createDecipheriv(
      'aes-256-cbc',
      createHash('sha256').update('test key').digest(),
      bytes.subarray(0, 16),
    );
    return JSON.parse(Buffer.concat([cipher.update(bytes.subarray(16)), cipher.final()]).toString());
  } catch {
    return {};
  }
}

/** It takes any body under a signature that was right once. */
function remembersSignatures(): RequestListener {
  const seen = new Set<unknown>();
  return lax('feishu', FEISHU, ({ headers }, body, codec) => {
    const signature = headers['x-lark-signature'];
    if (seen.has(signature)) return '{}';
    if (codec.verify({ headers, body })) seen.add(signature);
    return undefined;
  });
}

/** It verifies an echostr, decrypts it, and answers whatever it is. */
const decryptsEchostr = lax('wecom', WECOM, (request, _, codec) => {
  const echostr = echostrOf(request);
  if (echostr === undefined || !codec.verify({ url: String(request.url) })) return undefined;
  return createWeComCodec({ token: 'QDG6eK', encodingAesKey: key, receiveId: 'ww1' }).decrypt(echostr).text;
});

/** It answers a challenge that it has not verified, where the token in it is right. */
const answersSplices = lax('feishu', FEISHU, (request, body) => {
  const { type, token, challenge } = isSigned(request) ? {} : naivelyDecrypted(body);
  return type === 'url_verification' && token === 'v-token' ? JSON.stringify({ challenge }) : undefined;
});

/** The first request of every run starts it, which takes more than a second. */
function coldStart(): RequestListener {
  let count = 0;
  return (request, response) => {
    const isFirst = count++ % (ALL.length + FORGED.length) === 0;
    setTimeout(() => right('feishu', FEISHU)(request, response), isFirst ? 1200 : 0);
  };
}

/** What is tried, and what is said of it. */
export interface Case {
  readonly name: string;
  readonly platform: string;
  readonly variables: Variables;
  /** None where nothing is listening. */
  readonly listener?: RequestListener;
  /** PEM, for https. */
  readonly certificate?: string;
  /** The port is put in place of 0. */
  readonly url?: string;
  readonly args?: readonly string[];
  /** Steps and their problems, `url:url-private` left out: these and no others. */
  readonly problems: string;
  readonly en: string;
  readonly zh: string;
  /** Default 1. */
  readonly code?: 0 | 1;
}

const EVENTS = ['event', 'again'];
const ALL = ['verification', ...EVENTS];
const FORGED = ['forged', 'unsigned', 'changed', 'stale', 'wrong-token', 'wrong-challenge-token', 'plain', 'spliced'];
const DING_FORGED = ['forged', 'unsigned', 'changed', 'other-app', 'stale', 'plain'];
const each = (problem: string, steps: readonly string[]): string => steps.map((step) => `${step}:${problem}`).join(' ');
const NOTE = 'stale:accepted';

type Row = readonly [name: string, listener: RequestListener, problems: string, en: string, zh: string];
const ofFeishu = ([name, listener, problems, en, zh]: Row): Case => {
  return { name, listener, problems, en, zh, platform: 'feishu', variables: FEISHU };
};
const local = { args: ['--allow-private'], problems: '', variables: FEISHU, platform: 'feishu' };
const remote = { ...local, args: [] };
const robot = { platform: 'dingtalk-robot', variables: { DINGTALK_APP_SECRET: 'a secret' } };
const chat = { platform: 'tencent-chat', variables: CHAT };

// biome-ignore format: one case, one line
const URLS: readonly Case[] = [
  { ...remote, name: 'no URL', url: 'a.example/feishu', problems: 'url:url-malformed', en: 'no URL that begins with http://', zh: '不是以 http:// 或' },
  { ...remote, name: 'another scheme', url: 'localhost:3000', problems: 'url:url-malformed', en: 'would say: 请填写有效的 HTTP/HTTPS URL', zh: '控制台会提示：请填写有效的' },
  { ...remote, name: 'a password', url: 'http://u:hunter22@127.0.0.1/', problems: 'url:url-credentials', en: 'A name or password in the URL', zh: '用户名和密码' },
  { ...remote, name: 'a name', url: 'http://hunter22@127.0.0.1/', problems: 'url:url-credentials', en: 'take it out. The console would say: 请填写有效的', zh: '请去掉' },
  { ...remote, ...chat, name: 'a host with _', url: 'http://a_b.example/', problems: 'url:url-host', en: 'The host a_b.example must be', zh: '主机名 a_b.example 只能' },
  { ...remote, name: 'an unknown host', url: 'http://nobody.invalid/', problems: 'url:dns', en: 'nobody.invalid does not resolve (E', zh: 'nobody.invalid 无法解析（E' },
  { ...remote, name: 'IPv6', url: 'http://[2606:4700::1111]/', problems: 'url:url-ipv6', en: 'has no IPv4 address', zh: '没有 IPv4 地址' },
  { ...remote, name: 'a private address', url: 'http://10.0.0.1/', problems: 'url:url-private', en: '10.0.0.1 is private, and no platform reaches it', zh: '10.0.0.1 是内网地址，平台无法访问' },
  { ...remote, name: 'a name of this machine', url: 'http://localhost/', problems: 'url:url-private', en: 'is private', zh: '是内网地址' },
  { ...remote, name: 'a port', platform: 'wechat', variables: WECHAT, url: 'http://1.1.1.1:8080/', problems: 'url:url-port', en: '80 for http and 443 for https', zh: 'http 的 80 端口' },
  { ...local, name: 'an address to which no way leads', url: 'http://255.255.255.255/', problems: 'verification:unreachable', en: 'No way leads there', zh: '无法到达' },
  { ...local, name: 'a port at which nothing listens', problems: 'verification:refused', en: 'Nothing listens there: start the server, check the port and the firewall (ECONNREFUSED). The console would say: 请填写有效的 HTTP/HTTPS URL\nThe rest was not sent.\nThe platform will NOT accept this URL.\nNothing forged was sent.\n', zh: '没有程序在监听：请启动服务器，检查端口和防火墙（ECONNREFUSED）。控制台会提示：请填写有效的 HTTP/HTTPS URL\n其余请求没有发送。\n平台不会接受此 URL。\n没有发送伪造的请求。\n' },
  { ...local, name: 'no TLS', listener: says(200), url: 'https://localhost:0/', problems: 'verification:tls', en: 'No TLS comes from this port', zh: '该端口没有返回 TLS' },
  { ...local, name: 'an untrusted certificate', listener: says(200), certificate: GOOD, url: 'https://127.0.0.1:0/', problems: 'verification:certificate-untrusted', en: 'not trusted: use one of a public authority, and send the whole chain (DEPTH_ZERO', zh: '证书不受信任' },
];

/** For a process that trusts the certificates of this test. */
// biome-ignore format: one case, one line
export const TRUSTED: readonly Case[] = [
  { ...local, name: 'a good certificate', code: 0, listener: right('feishu', FEISHU), certificate: GOOD, url: 'https://localhost:0/', problems: NOTE, en: 'once it is at a public address.\nNothing forged was accepted.\n', zh: '没有接受任何伪造的请求。\n' },
  { ...local, name: 'an expired certificate', listener: says(200), certificate: EXPIRED, url: 'https://localhost:0/', problems: 'verification:certificate-expired', en: 'out of date: renew it, and check the clock of the server (CERT_HAS_EXPIRED). The console would say: 请填写有效的', zh: '证书不在有效期内' },
  { ...local, ...chat, name: "another name's certificate", listener: says(200), certificate: OTHER, url: 'https://localhost:0/', problems: 'event:certificate-name', en: 'for another name: get one for the name in the URL (ERR_TLS_CERT_ALTNAME_INVALID). The console would say: HTTPS certificate configuration error', zh: '证书属于其他域名' },
];

// biome-ignore format: one case, one line
const ANSWERS: readonly Case[] = ([
  ['500', says(500), each('status', ALL), 'not accepted, but the server failed over it: see its log', '没有接受，但服务器因此出错'],
  ['502', says(502), each('status', ALL), 'See the log of the server. The console would say: 返回数据不是合法的JSON格式', '请查看服务器的日志。控制台会提示：返回数据不是合法的JSON格式'],
  ['404', says(404), each('status', ALL), 'Every status but 200 is a failure to the platform. Check the path', '除 200 以外的状态码，平台都视为失败。请检查路径'],
  ['401', says(401), each('status', ALL), 'are its secrets those of your variables', '其密钥与你的变量一致吗'],
  ['204', says(204), `${each('status', ALL)} ${each('accepted', FORGED)}`, 'Answer 200.', '请返回 200。'],
  ['other secrets', right('feishu', { ...FEISHU, FEISHU_ENCRYPT_KEY: 'another' }), each('status', ALL), '— 400 after', '— 400，'],
  ['a redirect', says(302, '', { Location: `/login?${'x'.repeat(200)}` }), `${each('redirect', ALL)} ${each('not-refused', FORGED)}`, 'A redirect to /login?xxx', '重定向到 /login?xxx'],
  ['a redirect for forgers', lax('feishu', FEISHU, (request) => (isSigned(request) ? undefined : 302)), `verification:redirect unsigned:not-refused ${NOTE} ${each('not-refused', FORGED.slice(5))}`, 'A redirect is no refusal: answer 400, 401 or 403.', '重定向不是拒绝：请返回 400、401 或 403。'],
  ['HTML', says(200, '<html>', { 'Content-Type': 'text/html\u0085' }), `verification:not-json ${each('accepted', FORGED)}`, 'The answer is no JSON (text/html\\u{85}): something else answers there', '回复不是 JSON（text/html\\u{85}）：'],
  ['JSON that is no object', says(200, '5'), `verification:not-json ${each('accepted', FORGED)}`, 'no JSON ()', '不是 JSON（）'],
  ['another challenge', lax('feishu', FEISHU, (request) => (isSigned(request) ? undefined : '{"challenge":"x"}')), `verification:wrong-challenge unsigned:accepted ${NOTE} ${each('accepted', FORGED.slice(5))}`, 'not the one that was sent: answer it unchanged. The console would say: Challenge code没有返回', '与发送的不一致'],
  ['more than 64 kB', says(200, 'x'.repeat(70_000)), `${each('too-large', ALL)} ${each('accepted', FORGED)}`, 'longer than 64 kB', '回复超过 64 kB'],
  ['a connection that breaks off', (request) => request.socket.destroy(), `${each('broken', ALL)} ${each('no-answer', FORGED)}`, 'what came is no HTTP: see the log of the server and of its proxy (ECONNRESET)', '连接中断，或返回的不是 HTTP'],
  ['half of an answer', (_, response) => void response.writeHead(200, { 'Content-Length': 9 }).write('{', () => response.destroy()), `${each('broken', ALL)} ${each('no-answer', FORGED)}`, 'The connection broke off', '连接中断'],
  ['no answer to forgers', refusing('feishu', FEISHU, ({ socket }) => socket?.destroy()), `${each('no-answer', FORGED)}`.replace('stale:no-answer', NOTE), 'Nobody knows whether it was accepted (ECONNRESET): answer 400, 401 or 403.', '无法知道是否被接受（ECONNRESET）'],
  ['a cold start', coldStart(), `verification:timeout ${NOTE}`, 'No whole answer in 1 s, which is as long as the platform waits', '1 秒内没有完整的回复'],
] satisfies Row[]).map(ofFeishu);

// biome-ignore format: one case, one line
const DINGTALK: readonly Case[] = ([
  ['an answer under another token', dingTalkReply({ token: 'another' }), 'answer-signature', 'not signed, or not with the token of your variables', '没有签名，或不是用你变量中的 token 签名的'],
  ['an answer under another key', dingTalkReply({ encodingAesKey: otherKey }), 'answer-key', 'encrypted under another key. The console would say: HTTP请求结果校验返回字段值失败', '使用了其他密钥加密'],
  ['an answer for another id', dingTalkReply({ ownerKey: 'ding3' }), 'answer-owner', 'for another id than that of your variables. The console would say: 计算解密文字corpid不匹配', '所属的 id 与你的变量不同'],
  ['another text', dingTalkReply({}, 'ok'), 'answer-text', 'something else than "success". The console would say: 71009 返回文本非success', '解密后不是 "success"'],
  ['success in clear', says(200, 'success'), 'not-json', 'no JSON', '不是 JSON'],
  ['JSON in clear', says(200, '{"msg":"ok"}'), 'answer-signature', 'it must be {"msg_signature","timeStamp","nonce","encrypt"}', '应为 {"msg_signature"'],
] satisfies Row[]).map(([name, listener, problem, en, zh]) => ({
  ...{ name, listener, en, zh, platform: 'dingtalk', variables: DING },
  problems: `${each(problem, ALL)} ${each('accepted', DING_FORGED)}`,
}));

/** A server that answers every event so, and every forger. */
function answering(
  platform: string,
  variables: Variables,
  answer: string,
  en: string,
  zh: string,
  problems: string,
): Case {
  return { name: `${platform} answers ${answer}`, platform, variables, en, zh, problems, listener: says(200, answer) };
}
const WX = 'verification:wrong-echostr verification-again:wrong-echostr';
const WX_FORGED = each('accepted', [...DING_FORGED, 'as-echostr']);

// biome-ignore format: one case, one line
const OTHERS: readonly Case[] = [
  answering('wecom', WECOM, '"ok"', 'not the echostr alone: no quotes, no JSON, no line break. The console would say: openapi回调地址请求不通过', '不是单独的 echostr', `${WX} ${each('answer-body', EVENTS)} ${WX_FORGED}`),
  answering('wechat', WECHAT, '"success"', 'The console would say: 该公众号暂时无法提供服务', '控制台会提示：token验证失败', `${WX} ${each('answer-body', EVENTS)} ${WX_FORGED}`),
  answering('wechat', { WECHAT_TOKEN: 'AAAAA' }, '{}', 'wants: "success", <xml> (with a key', '所要求的："success", <xml> (with a key', `${WX} ${each('answer-body', EVENTS)} ${each('accepted', ['forged', 'unsigned', 'stale'])}`),
  answering('tencent-chat', CHAT, '{}', 'wants: {"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}. The console would say: The webhook response packet', '所要求的：{"ActionStatus"', `${each('answer-body', EVENTS)} ${each('accepted', ['forged', 'unsigned', 'stale'])}`),
  answering('trtc', TRTC, '{"code":1}', 'wants: {"code":0}.', '所要求的：{"code":0}', `${each('answer-body', EVENTS)} ${each('accepted', ['forged', 'unsigned', 'changed'])}`),
  answering('feishu-card', PLAIN_FEISHU, '5', 'The console would say: 200672', '控制台会提示：200672', `${each('not-json', ALL)} ${each('accepted', ['forged', 'unsigned', 'changed', 'stale', 'wrong-challenge-token'])}`),
  answering('dingtalk-card', { DINGTALK_API_SECRET: 'a secret' }, 'ok', 'no JSON ()', '不是 JSON（）', `${each('not-json', EVENTS)} ${each('accepted', ['forged', 'unsigned', 'stale'])}`),
  { ...robot, name: 'a robot that refuses the probe', listener: refusing('dingtalk-robot', robot.variables, (response) => response.writeHead(400).end()), problems: 'probe:status', en: 'The console would say: 消息接收地址校验失败', zh: '控制台会提示：消息接收地址校验失败' },
  answering('feishu-card', PLAIN_FEISHU, '', 'no JSON ()', '不是 JSON（）', `verification:not-json ${each('accepted', ['forged', 'unsigned', 'changed', 'stale', 'wrong-challenge-token'])}`),
  { name: 'an echostr as it came', platform: 'wecom', variables: WECOM, listener: lax('wecom', WECOM, echostrOf), problems: `${each('echostr-encrypted', ['verification', 'verification-again'])} ${NOTE} as-echostr:accepted`, en: 'The echostr came back encrypted', zh: 'echostr 未解密就返回了' },
];

// biome-ignore format: one case, one line
const LAX: readonly Case[] = [
  ...([
    ['200 to everything', says(200, '{}'), `verification:no-challenge ${each('accepted', FORGED)}`, 'Of 7 requests that must be refused, 7 were NOT.', '7 个必须拒绝的请求中，有 7 个未被拒绝。'],
    ['any signature', lax('feishu', FEISHU, (request, body) => (isSigned(request) && naivelyDecrypted(body).schema !== undefined ? '{}' : undefined)), each('accepted', ['forged', 'changed', 'stale', 'wrong-token']), 'compare the signature before anything else', '先用本应用的密钥比对签名'],
    ['no signature', lax('feishu', FEISHU, (request, body) => (isSigned(request) || naivelyDecrypted(body).schema === undefined ? undefined : '{}')), `unsigned:accepted ${NOTE}`, 'a request without a signature must be refused, not passed', '没有签名的请求必须拒绝'],
    ['a signature that was seen', remembersSignatures(), `changed:accepted ${NOTE}`, 'Anyone who saw one request can send any other', '看到过一个请求的人就能发送任意请求'],
    ['any token', right('feishu', { FEISHU_ENCRYPT_KEY: 'test key' }), `${NOTE} wrong-token:accepted wrong-challenge-token:accepted`, 'compare the Verification Token before answering', '回复前先比对 Verification Token'],
    ['what is plain', lax('feishu', FEISHU, (_, body) => (/"encrypt"/.test(body) ? undefined : '{}')), `${NOTE} plain:accepted`, 'where there is a key, refuse what is not encrypted', '配置了密钥就要拒绝未加密的请求'],
    ['a spliced challenge', answersSplices, `${NOTE} spliced:leaked`, 'It came back decrypted. It decrypts what is not signed', '返回了解密后的内容。会解密未签名的内容'],
  ] satisfies Row[]).map(ofFeishu),
  { name: 'no token', platform: 'feishu', variables: PLAIN_FEISHU, listener: lax('feishu', PLAIN_FEISHU, (_, body) => (/"token"/.test(body) ? undefined : '{}')), problems: 'no-token:accepted', en: 'the Verification Token is all that proves them', zh: '只有 Verification Token 能证明来源' },
  { name: 'another app', platform: 'dingtalk', variables: DING, listener: right('dingtalk', { ...DING, DINGTALK_OWNER_KEY: 'ding1,callback-codec-check' }), problems: `other-app:accepted ${NOTE}`, en: "Another app's events are taken for this one's: compare the id", zh: '比对消息中的 id' },
  { ...robot, name: 'any age', listener: right('dingtalk-robot', robot.variables, { toleranceSeconds: Number.POSITIVE_INFINITY }), problems: NOTE, en: 'send it again for ever: compare the signed time with the clock', zh: '把签名时间与时钟比较' },
  { name: 'ciphertext as echostr', platform: 'wecom', variables: WECOM, listener: decryptsEchostr, problems: `${NOTE} as-echostr:leaked`, en: 'It came back decrypted. It decrypts captured messages', zh: '返回了解密后的内容。会解密截获的消息' },
  { name: 'an echostr that is no word', platform: 'wechat', variables: WECHAT, code: 0, listener: lax('wechat', WECHAT, echostrOf), problems: `${NOTE} as-echostr:accepted`, en: 'It comes back as it was, as the platform asks', zh: '原样返回，符合平台要求' },
];

/** It decrypts, answers the challenge, and says 200 to all else: the platform is content. */
export const LAX_EXAMPLE: Case = ofFeishu([
  'a lax server',
  lax('feishu', FEISHU, (_, body) => JSON.stringify({ challenge: naivelyDecrypted(body).challenge })),
  each('accepted', FORGED).replace('spliced:accepted', 'spliced:leaked'),
  'The platform will accept this URL, once it is at a public address.\nOf 7',
  '平台会接受此 URL。\n7 个',
]);

export const CASES: readonly Case[] = [...URLS, ...ANSWERS, ...DINGTALK, ...OTHERS, ...LAX, LAX_EXAMPLE];

/** The arguments of `check`, while its server is running. */
export async function withServer<Result>(
  { platform, url = 'http://127.0.0.1:0/callback', args = ['--allow-private'], listener, certificate }: Case,
  run: (args: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const server: Server = certificate
    ? createTlsServer({ key: KEY, cert: certificate }, listener)
    : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise((resolve) => server.close(resolve));
  if (listener === undefined) await close();
  try {
    return await run(['check', platform, url.replace(/:0(?=\/)/, `:${port}`), ...args]);
  } finally {
    if (listener !== undefined) await close();
  }
}
