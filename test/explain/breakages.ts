// A good request of every platform, and every way in which people break it: the findings' table of truth.

import { createDingTalkCodec } from '../../src/dingtalk.ts';
import { createDingTalkCardCodec } from '../../src/dingtalk-card.ts';
import { createDingTalkRobotCodec } from '../../src/dingtalk-robot.ts';
import type { Diagnosis, Finding, FindingId } from '../../src/explain.ts';
import * as explain from '../../src/explain.ts';
import { createFeishuCardCodec } from '../../src/feishu-card.ts';
import { createTencentChatCodec } from '../../src/tencent-chat.ts';
import { createTrtcCodec } from '../../src/trtc.ts';
import { createWeChatCodec } from '../../src/wechat.ts';
import { createWeComCodec } from '../../src/wecom.ts';
import { SUBJECTS, type Subject } from '../codecs.ts';
import { bodyOf, NOW } from '../helpers.ts';

type Explain = (options: unknown, request: unknown, how?: explain.ExplainOptions) => Diagnosis;

const EXPLAINERS: Readonly<Record<string, Explain>> = {
  feishu: explain.explainFeishu,
  'feishu-card': explain.explainFeishuCard,
  dingtalk: explain.explainDingTalk,
  'dingtalk-robot': explain.explainDingTalkRobot,
  'dingtalk-card': explain.explainDingTalkCard,
  wecom: explain.explainWeCom,
  wechat: explain.explainWeChat,
  'tencent-chat': explain.explainTencentChat,
  trtc: explain.explainTrtc,
};

export function explainerOf({ platform }: Pick<Subject, 'platform'>): Explain {
  return EXPLAINERS[platform] as Explain;
}

/** What a codec is made of, and a request as a server passes it. */
export interface Given {
  readonly options: Readonly<Record<string, unknown>>;
  readonly request: {
    readonly url?: unknown;
    readonly query?: unknown;
    readonly headers?: unknown;
    readonly body?: unknown;
  };
}

export type Query = Readonly<Record<string, string>>;

/** As it stands in a request line. */
export function urlOf(query: Query): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? '/callback' : `/callback?${pairs.join('&')}`;
}

export function good(
  subject: Subject,
  secrets: object = {},
  payload: object = subject.event,
): Given & { query: Query } {
  const options = { ...subject.secrets, ...secrets, now: () => NOW };
  const { headers, query, body } = subject.create(secrets).encode(payload);
  return { options, query, request: { url: urlOf(query), headers, body } };
}

/** All subjects, and Feishu without a key. */
export const ALL: readonly Subject[] = [
  ...SUBJECTS,
  {
    ...(SUBJECTS.find(({ name }) => name === 'feishu') as Subject),
    name: 'feishu, plain',
    secrets: { verificationToken: 'v-token' },
    create: (options) =>
      (SUBJECTS[1] as Subject) && createPlainFeishu({ verificationToken: 'v-token', now: () => NOW, ...options }),
  },
];

import { createFeishuCodec } from '../../src/feishu.ts';

function createPlainFeishu(options: object): ReturnType<Subject['create']> {
  return createFeishuCodec(options as never) as unknown as ReturnType<Subject['create']>;
}

export interface Breakage {
  readonly id: FindingId;
  readonly certainty: Finding['certainty'];
  /** What is done, for the test's name. */
  readonly how: string;
  readonly subjects: readonly Subject[];
  breakIt(subject: Subject): Given;
}

const named = (...names: readonly string[]): readonly Subject[] => ALL.filter(({ name }) => names.includes(name));
const BIZ = ['dingtalk', 'wecom', 'wechat'];
const URLS = [...BIZ, 'wechat, plain', 'tencent-chat'];
const BODIES = ['feishu', 'feishu-card', 'trtc'];
const SIGNED = ALL.filter(({ name }) => name !== 'feishu, plain');

/** The option whose secret signs. */
export function tokenOf(subject: Subject): string {
  const names = ['encryptKey', 'token', 'verificationToken', 'appSecret', 'apiSecret', 'key'];
  return names.find((name) => name in subject.secrets) as string;
}

export function ownerOf(subject: Subject): string | undefined {
  return ['ownerKey', 'receiveId', 'appId', 'sdkAppId'].find((name) => name in subject.secrets);
}

const breakage = (
  id: FindingId,
  certainty: Finding['certainty'],
  how: string,
  subjects: readonly Subject[],
  breakIt: (given: Given & { query: Query }, subject: Subject) => Partial<Given>,
  secrets: object = {},
): Breakage => ({
  id,
  certainty,
  how,
  subjects,
  breakIt: (subject) => {
    const given = good(subject, secrets);
    return { options: given.options, request: given.request, ...breakIt(given, subject) };
  },
});

const withBody = ({ request }: Given, body: unknown): Partial<Given> => ({ request: { ...request, body } });
const withOptions = ({ options }: Given, changes: object): Partial<Given> => ({ options: { ...options, ...changes } });
const withQuery = ({ request }: Given, query: unknown): Partial<Given> => ({
  request: { ...request, url: undefined, query },
});
const secret = (subject: Subject, name: string): string => String(subject.secrets[name]);
const text = ({ request }: Given): string => bodyOf(request as { body: string });
const json = (given: Given): object => JSON.parse(text(given));
const escapedUnits = (json: string) =>
  json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const spaced = (value: unknown): string =>
  JSON.stringify(value, null, 1)
    .replace(/\n */g, ' ')
    .replace(/([{[]) | ([}\]])/g, '$1$2');

/** A request of `subject` whose body was `sent`, signed as the platform signs. */
function signedBody(subject: Subject, sent: string, received: unknown): Given {
  const { options } = good(subject);
  const push = subject.create().encode(sent);
  return { options, request: { url: urlOf(push.query), headers: push.headers, body: received } };
}

const reserialised = (how: string, sent: (value: object) => string, received: (text: string) => string): Breakage => ({
  id: 'body-reserialised',
  certainty: 'proven',
  how,
  subjects: named('feishu-card', 'trtc'),
  breakIt: (subject) => {
    const body = sent({ ...subject.event, url: 'https://example.com/你好' });
    return signedBody(subject, body, received(body));
  },
});

const pretty = (value: object) => JSON.stringify(value, null, 2);
const compact = (text: string) => JSON.stringify(JSON.parse(text));

/** A ciphertext with a plus sign in it, and other requests that come by chance. */
function until(
  subject: Subject,
  isFit: (given: Given & { query: Query }) => boolean,
  payload?: object,
): Given & { query: Query } {
  for (;;) {
    const given = good(subject, {}, payload);
    if (isFit(given)) return given;
  }
}

const other = 'Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7';

// biome-ignore format: one breakage, one line
export const BREAKAGES: readonly Breakage[] = [
  ...[undefined, null, '', new Uint8Array(0)].map((body) => breakage('body-empty', 'proven', `the body is ${body === null ? body : typeof body}`, ALL, (given) => withBody(given, body))),
  breakage('body-parsed', 'proven', 'express.json()', ALL.filter(({ name }) => !/wecom|wechat/.test(name)), (given) => withBody(given, json(given))),
  breakage('body-parsed', 'proven', 'a parser of XML', named('wecom', 'wechat'), (given) => withBody(given, { xml: { Encrypt: 'x' } })),
  breakage('body-parsed', 'proven', 'a Buffer that went through JSON', ALL, (given) => withBody(given, JSON.parse(JSON.stringify(Buffer.from(text(given)))))),
  breakage('body-parsed', 'proven', 'a Promise', ALL, (given) => withBody(given, Promise.resolve(''))),
  breakage('body-parsed', 'proven', 'a Blob', ALL, (given) => withBody(given, new Blob(['']))),
  breakage('body-parsed', 'proven', 'a number', ALL, (given) => withBody(given, 5)),
  breakage('body-base64', 'proven', 'isBase64Encoded', ALL, (given) => withBody(given, Buffer.from(text(given)).toString('base64'))),
  breakage('body-form', 'proven', 'percent-encoded', ALL, (given) => withBody(given, encodeURIComponent(text(given)))),
  breakage('body-form', 'proven', 'percent-encoded, with =', ALL, (given) => withBody(given, `${encodeURIComponent(text(given))}=`)),
  breakage('body-form', 'proven', 'in a field', ALL, (given) => withBody(given, `payload=${encodeURIComponent(text(given))}`)),
  breakage('body-form', 'proven', 'express.urlencoded()', ALL.filter(({ name }) => !/wecom|wechat/.test(name)), (given) => withBody(given, Object.fromEntries(new URLSearchParams(text(given).replaceAll('&', '%26'))))),
  { ...breakage('body-form', 'proven', 'plus signs became spaces', named('feishu', ...BIZ), (given) => given), breakIt: (subject) => {
    const given = until(subject, ({ request }) => String(request.body).includes('+'));
    return { ...given, ...withBody(given, text(given).replaceAll('+', ' ')) };
  } },
  reserialised('was compact', (value) => JSON.stringify(value), (text) => pretty(JSON.parse(text))),
  reserialised('was written by Python', (value) => spaced(value), compact),
  reserialised('was indented', pretty, compact),
  reserialised('had \\/', (value) => JSON.stringify(value).replaceAll('/', '\\/'), compact),
  reserialised('had escapes', (value) => escapedUnits(JSON.stringify(value)), compact),
  reserialised('had \\/ and escapes', (value) => escapedUnits(JSON.stringify(value)).replaceAll('/', '\\/'), compact),
  reserialised('had escapes in capitals', (value) => escapedUnits(JSON.stringify(value)).replace(/\\u..../g, (unit) => `\\u${unit.slice(2).toUpperCase()}`), compact),
  reserialised('ended in a line break', (value) => `${JSON.stringify(value)}\n`, (text) => text.trim()),
  reserialised('ended in CRLF', (value) => `${JSON.stringify(value)}\r\n`, (text) => text.trim()),
  reserialised('got a line break', (value) => JSON.stringify(value), (text) => `${text}\n`),
  reserialised('had CRLF', (value) => pretty(value).replaceAll('\n', '\r\n'), (text) => text.replaceAll('\r\n', '\n')),
  reserialised('had LF', (value) => pretty(value), (text) => text.replaceAll('\n', '\r\n')),
  reserialised('was serialised twice', (value) => JSON.stringify(value), (text) => JSON.stringify(text)),
  breakage('body-reserialised', 'proven', 'pretty-printed', named('feishu', 'feishu-card', 'trtc'), (given) => withBody(given, pretty(json(given)))),
  breakage('body-reserialised', 'likely', 'in a way of its own', named('feishu'), (given) => withBody(given, text(given).replace('{', '{"a":1,'))),
  breakage('body-damaged', 'likely', 'U+FFFD', named('feishu-card', 'trtc'), (given) => withBody(given, text(given).replace('张', '\ufffd\ufffd'))),
  breakage('body-damaged', 'likely', 'bytes that are not UTF-8', named('feishu-card', 'trtc'), (given) => withBody(given, Buffer.from(text(given)).fill(0xff, 9, 12))),
  breakage('body-damaged', 'proven', 'read as Latin-1', named('feishu-card', 'trtc'), (given) => withBody(given, Buffer.from(text(given)).toString('latin1'))),
  { ...breakage('body-damaged', 'proven', 'the BOM was lost', named('feishu-card', 'trtc'), (given) => given), breakIt: (subject) => {
    const sent = JSON.stringify(subject.event);
    return signedBody(subject, `\ufeff${sent}`, sent);
  } },
  breakage('signature-missing', 'proven', 'headers were not passed', SIGNED.filter(({ signedIn, name }) => signedIn === 'headers' && name !== 'trtc'), ({ request }) => ({ request: { body: request.body } })),
  breakage('signature-missing', 'proven', 'the URL was not passed', named(...BIZ, 'wechat, plain', 'tencent-chat'), ({ request }) => ({ request: { body: request.body } })),
  breakage('signature-missing', 'proven', 'headers without it', named('feishu-card', 'dingtalk-robot', 'dingtalk-card', 'feishu'), ({ request }) => ({ request: { ...request, headers: { host: 'x' } } })),
  { ...breakage('signature-missing', 'proven', 'acceptChallenge is false', named('feishu'), (given) => given), breakIt: (subject) => {
    const { options, request } = good(subject, {}, subject.verification);
    return { options: { ...options, acceptChallenge: false }, request };
  } },
  ...['timestamp', 'nonce', 'signature'].map((part) => breakage('parameter-missing', 'proven', `without ${part}`, named(...BIZ, 'wechat, plain').filter(({ name }) => part !== 'signature' || name === 'wechat, plain'), (given) => withQuery(given, { ...given.query, [part]: undefined }))),
  breakage('parameter-missing', 'proven', 'without RequestTime', named('tencent-chat'), (given) => withQuery(given, { ...given.query, RequestTime: undefined })),
  breakage('parameter-missing', 'proven', 'without msg_signature', named('wecom', 'wechat'), (given) => withQuery(given, { ...given.query, msg_signature: undefined })),
  breakage('parameter-missing', 'proven', 'without encrypt_type', named('wechat'), (given) => withQuery(given, { ...given.query, encrypt_type: undefined })),
  breakage('parameter-missing', 'proven', 'without the header of the nonce', named('feishu', 'feishu-card'), ({ request }) => ({ request: { ...request, headers: { ...(request.headers as object), 'X-Lark-Request-Nonce': '' } } })),
  breakage('parameter-missing', 'proven', 'without the header of the time', named('dingtalk-robot', 'dingtalk-card'), ({ request }) => ({ request: { ...request, headers: { ...(request.headers as object), timestamp: '', 'x-ddpaas-signature-timestamp': '' } } })),
  { ...breakage('parameter-mangled', 'proven', 'a plus sign of echostr became a space', named('wecom'), (given) => given), breakIt: (subject) => {
    const given = until(subject, ({ query }) => String(query.echostr).includes('+'), subject.verification);
    return { options: given.options, request: { query: new URLSearchParams(Object.entries(given.query).map(([name, value]) => `${name}=${value}`).join('&')) } };
  } },
  { ...breakage('parameter-mangled', 'proven', 'echostr was not decoded', named('wecom'), (given) => given), breakIt: (subject) => {
    const given = until(subject, ({ query }) => /[+/=]/.test(String(query.echostr)), subject.verification);
    return { options: given.options, request: { query: { ...given.query, echostr: encodeURIComponent(given.query.echostr as string) } } };
  } },
  breakage('parameter-mangled', 'proven', '&timestamp was read as HTML', named(...BIZ, 'wechat, plain'), ({ request, query }) => ({ request: { ...request, url: urlOf(query).replace('&timestamp=', '×tamp=') } })),
  breakage('parameter-mangled', 'proven', '&amp; was not read as HTML', named(...URLS), ({ request, query }) => ({ request: { ...request, url: urlOf(query).replaceAll('&', '&amp;') } })),
  breakage('parameter-mangled', 'proven', 'a time became a number', named(...URLS), (given) => withQuery(given, Object.fromEntries(Object.entries(given.query).map(([name, value]) => [name, /^(timestamp|RequestTime)$/.test(name) ? Number(value) : value])))),
  breakage('parameter-mangled', 'proven', 'a header became a number', named('dingtalk-robot', 'dingtalk-card', 'feishu', 'feishu-card'), ({ request }) => ({ request: { ...request, headers: Object.fromEntries(Object.entries(request.headers as object).map(([name, value]) => [name, /timestamp$/i.test(name) ? Number(value) : value])) } })),
  breakage('parameter-mangled', 'proven', 'twice, and different', named(...URLS), ({ request, query }) => ({ request: { ...request, url: `${urlOf(query)}&${'RequestTime' in query ? 'RequestTime' : 'timestamp'}=5` } })),
  ...[(value: string) => [value, 'zzz'], (value: string) => `${value}, zzz`].map((twice, index) => breakage('parameter-mangled', 'proven', `a header twice, and different, ${['a list', 'joined'][index]}`, SIGNED.filter(({ signedIn }) => signedIn === 'headers'), ({ request }) => ({ request: { ...request, headers: Object.fromEntries(Object.entries(request.headers as Record<string, string>).map(([name, value]) => [name, /sign(?:ature)?$/i.test(name) ? twice(value) : value])) } }))),
  breakage('parameter-mangled', 'proven', 'malformed percent-encoding', named(...URLS), ({ request, query }) => ({ request: { ...request, url: urlOf(query).replace(/(timestamp|RequestTime)=/, '$1=%E0%') } })),
  breakage('secret-whitespace', 'proven', 'a space behind the secret', ALL, (given, subject) => withOptions(given, { [tokenOf(subject)]: `${secret(subject, tokenOf(subject))} ` })),
  breakage('secret-whitespace', 'proven', 'a line break behind the secret', ALL, (given, subject) => withOptions(given, { [tokenOf(subject)]: `${secret(subject, tokenOf(subject))}\n` })),
  breakage('secret-whitespace', 'proven', 'a zero-width space in the secret', ALL, (given, subject) => withOptions(given, { [tokenOf(subject)]: `\u200b${secret(subject, tokenOf(subject))}` })),
  breakage('secret-whitespace', 'proven', 'a space behind the key', named(...BIZ), (given, subject) => withOptions(given, { encodingAesKey: `${secret(subject, 'encodingAesKey')} ` })),
  breakage('secret-whitespace', 'proven', 'a space behind the id', named(...BIZ), (given, subject) => withOptions(given, { [ownerOf(subject) as string]: `${secret(subject, ownerOf(subject) as string)} ` })),
  breakage('secret-whitespace', 'proven', 'a space in a list of ids', named(...BIZ), (given, subject) => withOptions(given, { [ownerOf(subject) as string]: ['another', `${secret(subject, ownerOf(subject) as string)} `] })),
  breakage('secret-whitespace', 'proven', 'a space behind the Verification Token', named('feishu'), (given) => withOptions(given, { verificationToken: 'v-token ' })),
  ...['"', "'"].map((quote) => breakage('secret-quoted', 'proven', `the secret in ${quote}`, ALL, (given, subject) => withOptions(given, { [tokenOf(subject)]: `${quote}${secret(subject, tokenOf(subject))}${quote}` }))),
  breakage('secret-quoted', 'proven', 'the key in quotes', named(...BIZ), (given, subject) => withOptions(given, { encodingAesKey: `"${secret(subject, 'encodingAesKey')}"` })),
  breakage('secret-swapped', 'proven', 'Encrypt Key and Verification Token', named('feishu'), (given) => withOptions(given, { encryptKey: 'v-token', verificationToken: 'test key' })),
  breakage('secret-swapped', 'proven', 'the Verification Token as Encrypt Key', named('feishu, plain'), ({ options: { verificationToken, ...options } }) => ({ options: { ...options, encryptKey: verificationToken } })),
  breakage('secret-swapped', 'proven', 'token and key', named(...BIZ), (given, subject) => withOptions(given, { token: secret(subject, 'encodingAesKey'), encodingAesKey: secret(subject, 'token') })),
  breakage('secret-swapped', 'proven', 'token and id', named(...BIZ), (given, subject) => withOptions(given, { token: secret(subject, ownerOf(subject) as string), [ownerOf(subject) as string]: secret(subject, 'token') })),
  breakage('secret-swapped', 'proven', 'all three around', named(...BIZ), (given, subject) => withOptions(given, { token: secret(subject, 'encodingAesKey'), encodingAesKey: secret(subject, ownerOf(subject) as string), [ownerOf(subject) as string]: secret(subject, 'token') })),
  breakage('secret-wrong', 'likely', 'another token', SIGNED.filter(({ name }) => name !== 'feishu'), (given, subject) => withOptions(given, { [tokenOf(subject)]: 'another' })),
  breakage('secret-wrong', 'proven', 'the token is not set', ALL, (given, subject) => withOptions(given, { [tokenOf(subject)]: undefined })),
  breakage('secret-wrong', 'proven', 'the token is empty', ALL, (given, subject) => withOptions(given, { [tokenOf(subject)]: '' })),
  breakage('secret-wrong', 'proven', 'no options', ALL, () => ({ options: {} })),
  breakage('key-wrong', 'proven', 'another key', named(...BIZ), (given) => withOptions(given, { encodingAesKey: other })),
  breakage('key-wrong', 'likely', 'another Encrypt Key', named('feishu'), (given) => withOptions(given, { encryptKey: 'another' })),
  { ...breakage('key-wrong', 'likely', 'another Encrypt Key for the URL challenge', named('feishu'), (given) => given), breakIt: (subject) => {
    const { options, request } = good(subject, {}, subject.verification);
    return { options: { ...options, encryptKey: 'another' }, request };
  } },
  breakage('key-malformed', 'proven', '42 characters', named(...BIZ), (given, subject) => withOptions(given, { encodingAesKey: secret(subject, 'encodingAesKey').slice(0, -1) })),
  breakage('key-malformed', 'proven', '44 characters', named(...BIZ), (given, subject) => withOptions(given, { encodingAesKey: `${secret(subject, 'encodingAesKey')}a` })),
  breakage('key-malformed', 'proven', '= at the end', named(...BIZ), (given, subject) => withOptions(given, { encodingAesKey: `${secret(subject, 'encodingAesKey')}=` })),
  breakage('key-malformed', 'proven', 'an invisible character', named(...BIZ), (given, subject) => withOptions(given, { encodingAesKey: secret(subject, 'encodingAesKey').replace(/^.{20}/, '$&\u200b') })),
  breakage('key-malformed', 'proven', 'a line break in it', named(...BIZ), (given, subject) => withOptions(given, { encodingAesKey: secret(subject, 'encodingAesKey').replace(/^.{20}/, '$&\n') })),
  breakage('key-malformed', 'proven', 'a * in it', named(...BIZ), (given, subject) => withOptions(given, { encodingAesKey: secret(subject, 'encodingAesKey').replace(/^.{20}/, '*') })),
  breakage('key-malformed', 'proven', 'not set', named(...BIZ), (given) => withOptions(given, { encodingAesKey: undefined })),
  breakage('key-malformed', 'proven', 'a number', named(...BIZ), (given) => withOptions(given, { encodingAesKey: 5 })),
  breakage('verification-token-wrong', 'proven', 'another token', named('feishu', 'feishu, plain'), (given) => withOptions(given, { verificationToken: 'another' })),
  ...[named('feishu', 'feishu, plain', 'feishu-card')].map((subjects): Breakage => ({ ...breakage('verification-token-wrong', 'proven', 'another token for the URL challenge', subjects, (given) => given), breakIt: (subject) => {
    const { options, request } = good(subject, {}, subject.verification);
    return { options: { ...options, verificationToken: 'another' }, request };
  } })),
  breakage('verification-token-wrong', 'likely', 'no token in the request', named('feishu, plain'), (given) => withBody(given, JSON.stringify({ schema: '2.0', header: { event_type: 'a' } }))),
  breakage('verification-token-wrong', 'likely', 'no token in the URL challenge of a card', named('feishu-card'), (given) => ({ ...given, request: { body: '{"type":"url_verification","challenge":"a"}' } })),
  breakage('encryption-off', 'proven', 'a plain request to a codec with a key', named('feishu'), (given) => ({ ...given, request: good(named('feishu, plain')[0] as Subject).request })),
  breakage('encryption-off', 'likely', 'a plain request to a codec with a key alone', named('feishu'), ({ options: { verificationToken: _, ...options } }) => ({ options, request: good(named('feishu, plain')[0] as Subject).request })),
  breakage('encryption-off', 'proven', 'plain mode', named('wechat'), (given) => ({ ...given, request: good(named('wechat, plain')[0] as Subject).request })),
  breakage('encryption-on', 'proven', 'an encrypted request to a codec without a key', named('feishu, plain'), (given) => ({ ...given, request: good(named('feishu')[0] as Subject).request })),
  breakage('encryption-on', 'proven', 'safe mode', named('wechat, plain'), (given) => ({ ...given, request: good(named('wechat')[0] as Subject).request })),
  breakage('authentication-off', 'likely', 'no Sign', named('tencent-chat'), (given) => withQuery(given, { SdkAppid: '888888', CallbackCommand: given.query.CallbackCommand })),
  breakage('authentication-off', 'likely', 'no Sign', named('trtc'), ({ request }) => ({ request: { ...request, headers: { SdkAppId: '1400000000' } } })),
  breakage('owner-wrong', 'proven', 'another id', named(...BIZ), (given, subject) => withOptions(given, { [ownerOf(subject) as string]: 'another' })),
  breakage('owner-wrong', 'proven', 'other ids', named(...BIZ), (given, subject) => withOptions(given, { [ownerOf(subject) as string]: ['another', 'one more'] })),
  breakage('owner-wrong', 'proven', 'no id', named(...BIZ), (given, subject) => withOptions(given, { [ownerOf(subject) as string]: undefined })),
  breakage('owner-wrong', 'proven', 'sdkAppId is not set', named('tencent-chat', 'trtc'), (given) => withOptions(given, { sdkAppId: undefined })),
  { ...breakage('owner-wrong', 'proven', 'the empty id of a robot', named('wecom'), (given) => given), breakIt: (subject) => {
    const { options, request } = good(subject, { receiveId: '' });
    return { options: { ...options, receiveId: 'corp-1' }, request };
  } },
  breakage('app-wrong', 'proven', 'another sdkAppId', named('tencent-chat', 'trtc'), (given) => withOptions(given, { sdkAppId: '7777' })),
  breakage('app-wrong', 'proven', 'no SdkAppid in the request', named('tencent-chat'), (given) => withQuery(given, { ...given.query, SdkAppid: undefined })),
  breakage('app-wrong', 'proven', 'no SdkAppId in the request', named('trtc'), ({ request }) => ({ request: { ...request, headers: { ...(request.headers as object), SdkAppId: '' } } })),
  ...[-7200, 7200].map((seconds) => breakage('clock', 'proven', `a clock ${seconds} s off`, SIGNED.filter(({ name }) => name !== 'trtc'), (given) => withOptions(given, { toleranceSeconds: 60, now: () => NOW + seconds * 1000 }))),
  breakage('clock', 'proven', 'now in seconds', SIGNED.filter(({ name }) => name !== 'trtc'), (given) => withOptions(given, { toleranceSeconds: 60, now: () => NOW / 1000 })),
  breakage('clock', 'proven', 'now is no function', SIGNED.filter(({ name }) => name !== 'trtc'), (given) => withOptions(given, { now: NOW })),
  { ...breakage('clock', 'proven', 'milliseconds for seconds', named('tencent-chat'), (given) => given), breakIt: (subject) => {
    const { options } = good(subject);
    const { query, headers, body } = createTencentChatCodec(subject.secrets as never).encode(subject.event, { requestTime: String(NOW) });
    return { options, request: { query, headers, body } };
  } },
  { ...breakage('clock', 'proven', 'a time that is none', named('dingtalk', 'dingtalk-robot', 'dingtalk-card'), (given) => given), breakIt: (subject) => {
    const { options } = good(subject);
    const { query, headers, body } = subject.create().encode(subject.event, { timestamp: '12abc' });
    return { options: { ...options, toleranceSeconds: 60 }, request: { query, headers, body } };
  } },
  breakage('other-codec', 'proven', 'an old card', named('feishu'), (given) => ({ ...given, request: pushOf(createFeishuCardCodec({ verificationToken: 'v-token' }), { open_message_id: 'om_1' }) })),
  breakage('other-codec', 'proven', 'an event', named('feishu-card'), (given) => ({ options: { verificationToken: 'test key' }, request: good(named('feishu')[0] as Subject).request, given })),
  breakage('other-codec', 'likely', 'an event under a secret that is not there', named('feishu-card'), (given) => ({ ...given, request: good(named('feishu')[0] as Subject).request })),
  breakage('other-codec', 'proven', 'a robot', named('dingtalk', 'wecom', 'trtc'), (given, subject) => ({ ...given, request: pushOf(createDingTalkRobotCodec({ appSecret: secret(subject, tokenOf(subject)) }), { msgtype: 'text' }) })),
  breakage('other-codec', 'likely', 'a robot of another secret', named('dingtalk', 'feishu', 'wecom'), (given) => ({ ...given, request: pushOf(createDingTalkRobotCodec({ appSecret: 'another' }), { msgtype: 'text' }) })),
  breakage('other-codec', 'proven', 'a card callback', named('dingtalk', 'dingtalk-robot'), (given, subject) => ({ ...given, request: pushOf(createDingTalkCardCodec({ apiSecret: secret(subject, tokenOf(subject)) }), { a: 1 }) })),
  breakage('other-codec', 'proven', "WeCom's XML", named('dingtalk', 'wechat'), (given, subject) => ({ ...given, request: pushOf(createWeComCodec({ token: secret(subject, 'token'), encodingAesKey: secret(subject, 'encodingAesKey'), receiveId: 'corp-1' }), { MsgType: 'text' }) })),
  breakage('other-codec', 'likely', "WeCom's XML under other secrets", named('tencent-chat', 'feishu'), (given) => ({ ...given, request: good(named('wecom')[0] as Subject).request })),
  breakage('other-codec', 'proven', "DingTalk's JSON", named('wechat'), (given, subject) => ({ ...given, request: pushOf(createDingTalkCodec({ token: secret(subject, 'token'), encodingAesKey: secret(subject, 'encodingAesKey'), ownerKey: 'ding1' }), { EventType: 'a' }) })),
  breakage('other-codec', 'proven', 'TRTC', named('tencent-chat', 'dingtalk-robot'), (given, subject) => ({ ...given, request: pushOf(createTrtcCodec({ key: secret(subject, tokenOf(subject)), sdkAppId: '1' }), { EventType: 103 }) })),
  breakage('other-codec', 'proven', 'Chat', named('trtc'), (given, subject) => ({ ...given, request: pushOf(createTencentChatCodec({ token: secret(subject, 'key') }), { CallbackCommand: 'a' }) })),
  breakage('other-codec', 'proven', "WeChat's plain mode", named('wecom', 'dingtalk'), (given, subject) => ({ ...given, request: pushOf(createWeChatCodec({ token: secret(subject, 'token') }), { MsgType: 'text' }) })),
  breakage('other-codec', 'proven', "WeChat's safe mode", named('dingtalk'), (given, subject) => ({ ...given, request: pushOf(createWeChatCodec({ token: secret(subject, 'token'), encodingAesKey: secret(subject, 'encodingAesKey'), appId: 'wx-1' }), { MsgType: 'text' }) })),
  breakage('other-app', 'likely', 'token and key of another app', named(...BIZ), (given) => withOptions(given, { token: 'another', encodingAesKey: other })),
  breakage('replayed', 'likely', 'an old request', ALL.filter(({ window, name }) => window === Infinity && name !== 'feishu, plain'), (given) => withOptions(given, { now: () => NOW + 301_000 })),
  breakage('replayed', 'likely', 'an old request, the window switched off', named('wechat, plain', 'tencent-chat', 'dingtalk-robot', 'dingtalk-card'), (given) => withOptions(given, { now: () => NOW + 301_000, toleranceSeconds: Number.POSITIVE_INFINITY })),
];

function pushOf(
  codec: { encode(payload: unknown): { query: Query; headers: object; body: string | null } },
  payload: object,
): Given['request'] {
  const { query, headers, body } = codec.encode(payload);
  return { url: urlOf(query), headers, body };
}

export { BODIES };
