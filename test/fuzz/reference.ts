// The contract a second time, on Node's own crypto, Buffer, written to be obviously
// right and nothing else: what each codec must answer to a request. Also the platforms' half, to make requests with.
import { isUtf8 } from 'node:buffer';
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';

/** A request as a target makes it: names and values in order, and the container they are handed over in. */
export interface Input {
  /** Which of the target's codecs. */
  codec: string;
  body?: string | Uint8Array | null | undefined;
  /** Whether the bytes come as an ArrayBuffer. */
  asBuffer?: boolean | undefined;
  headers?: { container: 'record' | 'map' | 'fetch'; pairs: Pairs } | null | undefined;
  url?: string | null | undefined;
  query?: { container: 'record' | 'assigned' | 'map' | 'search'; pairs: Pairs } | null | undefined;
  /** A property that Object.prototype has meanwhile. */
  pollution?: [name: string, value: string] | undefined;
}

export type Pairs = [name: string, value: unknown][];

/** Thrown where the request is to be refused. */
export class Refusal {
  code: string;
  /** Whether that is on the unsigned path of Feishu, which has one answer. */
  isUnsigned: boolean;
  /** Whom a verified message was for instead. */
  receivedOwner: string | undefined;

  constructor(code: string, more: { isUnsigned?: boolean; receivedOwner?: string | undefined } = {}) {
    this.code = code;
    this.isUnsigned = more.isUnsigned ?? false;
    this.receivedOwner = more.receivedOwner;
  }
}

export function refuse(code: string, more?: ConstructorParameters<typeof Refusal>[1]): never {
  throw new Refusal(code, more);
}

export const NOW = 1_700_000_000_000;
export const FEISHU = { encryptKey: 'test key', verificationToken: 'v-token' };
export const DINGTALK = {
  token: '123456',
  encodingAesKey: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij', // spare bits that are not zero
  ownerKey: ['suite4xxxxxxxxxxxxxxx', '企业'],
};
export const TENCENT = { token: 'xxxxyyyy', sdkAppId: '888888' };
export const ROBOT = { appSecret: 'this is a secret' };
export const DINGTALK_CARD = { apiSecret: 'another secret' };
export const TRTC = { key: '123654', sdkAppId: '1400000000' };
export const SMALL_BODY = 120;
export const TOLERANCE_SECONDS = 300;

const FEISHU_KEY = createHash('sha256').update(FEISHU.encryptKey).digest();
const DINGTALK_KEY = Buffer.from(DINGTALK.encodingAesKey, 'base64');

export function decodeUtf8(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString() : undefined;
}

/** Whether there is no half of a surrogate pair, which matches only where it stands alone. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

export function decodeBase64(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

export function hash(algorithm: 'sha1' | 'sha256', ...parts: readonly (string | Uint8Array)[]): string {
  const state = createHash(algorithm);
  for (const part of parts) state.update(part);
  return state.digest('hex');
}

/** HMAC-SHA-256 in base64, by its definition (RFC 2104). */
export function hmac(key: string, ...message: readonly (string | Uint8Array)[]): string {
  const bytes = Buffer.from(key);
  const block = Buffer.alloc(64);
  block.set(bytes.length > 64 ? Buffer.from(hash('sha256', bytes), 'hex') : bytes);
  const inner = hash(
    'sha256',
    block.map((byte) => byte ^ 0x36),
    ...message,
  );
  return Buffer.from(
    hash(
      'sha256',
      block.map((byte) => byte ^ 0x5c),
      Buffer.from(inner, 'hex'),
    ),
    'hex',
  ).toString('base64');
}

/** Plaintext of whole blocks with its PKCS#7 padding of 1 to `block` bytes taken off. */
export function decryptCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array, block: number): Buffer | undefined {
  if (blocks.length === 0 || blocks.length % 16 !== 0) return undefined;
  const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(blocks), decipher.final()]);
  const count = plain.at(-1) as number;
  if (count < 1 || count > block || count > plain.length) return undefined;
  const end = plain.length - count;
  return plain.subarray(end).every((byte) => byte === count) ? plain.subarray(0, end) : undefined;
}

export function encryptCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(blocks), cipher.final()]);
}

export const feishuEncrypt = (iv: Uint8Array, blocks: Uint8Array): Buffer => encryptCbc(FEISHU_KEY, iv, blocks);
export const dingTalkEncrypt = (blocks: Uint8Array): Buffer => bizMsgEncrypt(DINGTALK_KEY, blocks);

/** As DingTalk, WeCom and WeChat encrypt whole blocks: the IV is the first half of the key. */
export function bizMsgEncrypt(key: Uint8Array, blocks: Uint8Array): Buffer {
  return encryptCbc(key, key.subarray(0, 16), blocks);
}

/** As they sign: SHA-1 over the sorted parts. */
export function bizMsgSignature(...parts: readonly string[]): string {
  return hash('sha1', ...[...parts].sort());
}

/** Plaintext of `iv ‖ ciphertext`. */
export function feishuOpenBlocks(bytes: Uint8Array): Buffer | undefined {
  return bytes.length > 16 ? decryptCbc(FEISHU_KEY, bytes.subarray(0, 16), bytes.subarray(16), 16) : undefined;
}

/** Text of Feishu's envelope. */
export function feishuOpen(encrypt: string): string | undefined {
  const bytes = decodeBase64(encrypt);
  const plain = bytes && feishuOpenBlocks(bytes);
  return plain && decodeUtf8(plain);
}

/** What they have encrypted, and for whom. */
export function bizMsgOpen(key: Uint8Array, encrypt: string): { text: string; receiver: string } | undefined {
  const bytes = decodeBase64(encrypt.replace(/[\t\n\f\r ]/g, ''));
  const plain = bytes && decryptCbc(key, key.subarray(0, 16), bytes, 32);
  if (plain === undefined || plain.length < 20) return undefined;
  const end = 20 + plain.readUInt32BE(16);
  if (end > plain.length) return undefined;
  const text = decodeUtf8(plain.subarray(20, end));
  const receiver = decodeUtf8(plain.subarray(end));
  return text === undefined || receiver === undefined ? undefined : { text, receiver };
}

/** What is in DingTalk's `encrypt`. A refusal names the owner that was received if the message `isVerified`. */
export function dingTalkOpen(encrypt: string, isVerified = false): { text: string; ownerKey: string } {
  const { text, receiver } = bizMsgOpen(DINGTALK_KEY, encrypt) ?? refuse('ERR_DECRYPT');
  if (!DINGTALK.ownerKey.includes(receiver)) {
    refuse('ERR_OWNER', { receivedOwner: isVerified ? receiver : undefined });
  }
  return { text, ownerKey: receiver };
}

/** A body that is not empty, within its limit, as bytes, and as text where they are UTF-8. */
export function readBody(input: Input): { bytes: Uint8Array; text: string | undefined } {
  const body = readOptionalBody(input);
  if (body.bytes.length === 0) refuse('ERR_REQUEST');
  return body;
}

/** The same, or an empty one. */
export function readOptionalBody({ body: given, codec }: Input): { bytes: Uint8Array; text: string | undefined } {
  const limit = codec === 'small' ? SMALL_BODY : 1_048_576;
  const body = given ?? '';
  if (typeof body === 'string') {
    if (body.length > limit) refuse('ERR_TOO_LARGE');
    if (!isWellFormed(body)) refuse('ERR_REQUEST');
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (bytes.length > limit) refuse('ERR_TOO_LARGE');
  return { bytes, text: decodeUtf8(bytes) };
}

export type Json = { readonly [name: string]: unknown };

export function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** The object in JSON text, as a Map would hold its own properties. */
export function parse(text: string | undefined): Json | undefined {
  try {
    return asObject(JSON.parse((text as string).replace(/^\ufeff/, '')));
  } catch {
    return undefined;
  }
}

export function own(object: unknown, name: string): unknown {
  return asObject(object) && Object.getOwnPropertyDescriptor(object as object, name)?.value;
}

export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return `${value}`;
  return typeof value === 'string' ? value : undefined;
}

/** An event's id under the first of the names that has one, in the digits of the text where JavaScript has rounded it. */
export function idOf(text: string, object: unknown, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = own(object, name);
    if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      const sent = [...text.matchAll(new RegExp(`"${name}"[ \\t\\r\\n]*:[ \\t\\r\\n]*([0-9]+)`, 'g'))].map(
        ([, digits]) => digits,
      );
      if (sent.length > 0 && sent.every((digits) => digits === sent[0]) && Number(sent[0]) === value) return sent[0];
    } else if (textOf(value)) {
      return textOf(value);
    }
  }
  return undefined;
}

/** All values must be one and the same well-formed text, empty ones apart, which are absent. */
function single(list: readonly unknown[]): string | undefined {
  const values = list.filter((value) => value !== '');
  for (const value of values) if (typeof value !== 'string' || !isWellFormed(value)) refuse('ERR_REQUEST');
  if (new Set(values).size > 1) refuse('ERR_REQUEST');
  return values[0] as string | undefined;
}

function flat(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/** A header's value, however often and in whatever case its name came. */
export function header({ headers }: Pick<Input, 'headers'>, name: string): string | undefined {
  const same = (headers?.pairs ?? []).filter(([key]) => key.length === name.length && key.toLowerCase() === name);
  return single(
    same.flatMap(([, value]) => flat(value).flatMap((one) => (typeof one === 'string' ? one.split(', ') : [one]))),
  );
}

/** Parameters in their order; `undefined` for a value whose escapes cannot be read. */
export function parameters({ url, query }: Pick<Input, 'url' | 'query'>): [name: string, value: unknown][] {
  if (query) {
    return query.pairs.flatMap(([name, value]) => flat(value).map((one): [string, unknown] => [name, one ?? null]));
  }
  const search = (url ?? '').replace(/#[\s\S]*$/, '').replace(/^[^?]*\??/, '');
  return search.split('&').flatMap((pair): [string, unknown][] => {
    const [name = '', ...value] = pair.split('=');
    const readableName = unescapePercent(name);
    return readableName ? [[readableName, unescapePercent(value.join('='))]] : [];
  });
}

function unescapePercent(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  let readable = true;
  const unescaped = text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    const decoded = decodeUtf8(Buffer.from(run.replaceAll('%', ''), 'hex'));
    if (decoded === undefined) readable = false;
    return decoded ?? '';
  });
  return readable ? unescaped : undefined;
}

export function parameter(
  list: readonly (readonly [string, unknown])[],
  ...names: readonly string[]
): string | undefined {
  return single(list.filter(([name]) => names.includes(name)).map(([, value]) => value));
}

export function requireFresh(codec: string, timestamp: string, digits: RegExp): void {
  if (!codec.endsWith('window')) return;
  if (!digits.test(timestamp)) refuse('ERR_TIMESTAMP');
  const time = timestamp.length === 10 ? BigInt(timestamp) * 1000n : BigInt(timestamp);
  const distance = time - BigInt(NOW);
  if ((distance < 0n ? -distance : distance) > BigInt(TOLERANCE_SECONDS * 1000)) refuse('ERR_TIMESTAMP');
}

/** The three headers in which Feishu signs, or `undefined` where there is none. */
function larkHeaders(input: Input): { signature: string; timestamp: string; nonce: string } | undefined {
  const [signature, timestamp, nonce] = ['signature', 'request-timestamp', 'request-nonce'].map((name) =>
    header(input, `x-lark-${name}`),
  );
  if (signature === undefined && timestamp === undefined && nonce === undefined) return undefined;
  if (signature === undefined || timestamp === undefined || nonce === undefined) refuse('ERR_SIGNATURE');
  return { signature, timestamp, nonce };
}

/** Whether a Feishu request is signed; refused where it is signed wrongly. */
function larkSigned(input: Input, algorithm: 'sha1' | 'sha256', secret: string): boolean {
  const { bytes, text } = readBody(input);
  const headers = larkHeaders(input);
  if (headers === undefined) return false;
  const { signature, timestamp, nonce } = headers;
  if (signature !== hash(algorithm, timestamp, nonce, secret, bytes)) refuse('ERR_SIGNATURE');
  if (text === undefined) refuse('ERR_SIGNATURE');
  requireFresh(input.codec, timestamp, /^(\d{10}|\d{13})$/);
  return true;
}

export function feishuSigned(input: Input): boolean {
  if (input.codec !== 'token') return larkSigned(input, 'sha256', FEISHU.encryptKey);
  readBody(input);
  return false;
}

export function feishu(input: Input): unknown {
  const { text: body, bytes } = readBody(input);
  if (input.codec === 'token') {
    const payload = parse(body);
    if (payload === undefined || typeof own(payload, 'encrypt') === 'string') refuse('ERR_REQUEST');
    return feishuMessage(input.codec, body as string, payload);
  }
  const isSigned = feishuSigned(input);
  if (!isSigned && bytes.length > 1200) refuse('ERR_SIGNATURE', { isUnsigned: true });
  const outer = parse(body) ?? refuse('ERR_REQUEST');
  const encrypt = own(outer, 'encrypt');
  if (encrypt === undefined) refuse('ERR_SIGNATURE');
  if (typeof encrypt !== 'string') refuse('ERR_REQUEST');
  if (!isSigned) return unsignedChallenge(input.codec, encrypt) ?? refuse('ERR_SIGNATURE', { isUnsigned: true });
  const text = feishuOpen(encrypt) ?? refuse('ERR_DECRYPT');
  return feishuMessage(input.codec, text, parse(text) ?? refuse('ERR_REQUEST'));
}

/** The members of a challenge that nobody signed, each as it must be, to the byte. */
const CHALLENGE = '"challenge":"(?<challenge>[0-9a-f-]{1,64}|[A-Za-z0-9_-]{1,17})"';
const TYPE = '"type":"url_verification"';
const TOKEN = `"token":"${FEISHU.verificationToken}"`;
const ANY_TOKEN = '"token":"[A-Za-z0-9_-]{0,64}"';

/** The challenge in `encrypt` of a request without a signature. */
function unsignedChallenge(codec: string, encrypt: string): unknown {
  if (codec === 'closed' || encrypt.length > 512) return undefined;
  const bytes = decodeBase64(encrypt);
  const text = bytes && feishuOpenBlocks(bytes)?.toString('latin1');
  const token = codec === 'key' ? ANY_TOKEN : TOKEN;
  const orders = [
    [CHALLENGE, token, TYPE],
    [CHALLENGE, TYPE, token],
    [token, CHALLENGE, TYPE],
    [token, TYPE, CHALLENGE],
    [TYPE, CHALLENGE, token],
    [TYPE, token, CHALLENGE],
  ];
  for (const members of orders) {
    const found = new RegExp(`^\\{${members.join(',')}\\}$`).exec(text ?? '');
    if (found) return feishuVerification(found.groups?.challenge, text as string);
  }
  return undefined;
}

function feishuVerification(challenge: string | undefined, text: string): unknown {
  return { platform: 'feishu', kind: 'verification', type: 'url_verification', challenge, event: parse(text), text };
}

function feishuMessage(codec: string, text: string, payload: Json): unknown {
  const isChallenge = own(payload, 'type') === 'url_verification';
  const isVersion2 = !isChallenge && (own(payload, 'schema') !== undefined || own(payload, 'header') !== undefined);
  const [event, head] = [own(payload, 'event'), own(payload, 'header')];
  let message: unknown;
  if (isChallenge) {
    const challenge = own(payload, 'challenge');
    if (typeof challenge !== 'string' || challenge.length > 1024) refuse('ERR_REQUEST');
    message = feishuVerification(challenge, text);
  } else {
    const type = isVersion2 ? own(head, 'event_type') : own(event, 'type');
    if (typeof type !== 'string') refuse('ERR_REQUEST');
    message = {
      platform: 'feishu',
      kind: 'event',
      schema: isVersion2 ? '2.0' : '1.0',
      id: isVersion2 ? idOf(text, head, 'event_id') : idOf(text, payload, 'uuid'),
      type,
      createTime: textOf(isVersion2 ? own(head, 'create_time') : own(payload, 'ts')),
      appId: textOf(own(isVersion2 ? head : event, 'app_id')),
      tenantKey: textOf(own(isVersion2 ? head : event, 'tenant_key')),
      event,
      text,
    };
  }
  const outside = isVersion2 ? undefined : own(payload, 'token');
  const token = isVersion2 || (isChallenge && outside === undefined) ? own(head, 'token') : outside;
  if (codec !== 'key' && token !== FEISHU.verificationToken) refuse('ERR_TOKEN');
  return message;
}

/** The signed parts of a DingTalk request; refused where it is signed wrongly. */
export function dingTalkSigned(input: Input): { timestamp: string; nonce: string; encrypt: string } {
  const encrypt = own(parse(readBody(input).text) ?? refuse('ERR_REQUEST'), 'encrypt');
  const list = parameters(input);
  const signature = parameter(list, 'signature', 'msg_signature');
  const timestamp = parameter(list, 'timestamp', 'timeStamp');
  const nonce = parameter(list, 'nonce');
  if (encrypt === undefined) refuse('ERR_SIGNATURE');
  if (typeof encrypt !== 'string' || !isWellFormed(encrypt)) refuse('ERR_REQUEST');
  if (signature === undefined || timestamp === undefined || nonce === undefined) refuse('ERR_SIGNATURE');
  if (signature !== bizMsgSignature(DINGTALK.token, timestamp, nonce, encrypt)) refuse('ERR_SIGNATURE');
  requireFresh(input.codec, timestamp, /^(\d{10}|\d{13})$/);
  if (input.codec === 'window' && /^[0-9]{10}[0-9]*$/.test(nonce)) refuse('ERR_TIMESTAMP');
  return { timestamp, nonce, encrypt };
}

export function dingTalk(input: Input): unknown {
  const { timestamp, nonce, encrypt } = dingTalkSigned(input);
  const { text, ownerKey } = dingTalkOpen(encrypt, true);
  const event = parse(text) ?? refuse('ERR_REQUEST');
  const type = own(event, 'EventType');
  if (typeof type !== 'string') refuse('ERR_REQUEST');
  const message = { platform: 'dingtalk', type, ownerKey, timestamp, nonce, event, text };
  if (/^check_(create_suite_|update_suite_)?url$/.test(type)) return { ...message, kind: 'verification' };
  return { ...message, kind: 'event', id: idOf(text, event, 'eventId', 'BizId') };
}

/** The parameters of a Tencent Chat request that are read, in any letter case. */
function tencentParameters(input: Input): { [name: string]: string | undefined } {
  const list = parameters(input).map(([name, value]): [string, unknown] => [name.toLowerCase(), value]);
  const names = ['sign', 'requesttime', 'sdkappid', 'callbackcommand', 'clientip', 'optplatform', 'contenttype'];
  return Object.fromEntries(names.map((name) => [name, parameter(list, name)]));
}

/** RequestTime of a Tencent Chat request; refused where it is signed wrongly. */
export function tencentSigned(input: Input): string {
  readBody(input);
  const { sign, requesttime: requestTime } = tencentParameters(input);
  if (sign === undefined || requestTime === undefined) refuse('ERR_SIGNATURE');
  if (sign !== hash('sha256', TENCENT.token, requestTime)) refuse('ERR_SIGNATURE');
  requireFresh(input.codec, requestTime, /^\d{10}$/);
  return requestTime;
}

const OPT_PLATFORMS = ['RESTAPI', 'Web', 'Android', 'iOS', 'Windows', 'macOS', 'iPad', 'Unknown'];

export function tencent(input: Input): unknown {
  const { text } = readBody(input);
  const {
    sdkappid: sdkAppId,
    callbackcommand: inQuery,
    clientip: clientIp,
    optplatform: optPlatform,
    contenttype: contentType,
  } = tencentParameters(input);
  const event = parse(text) ?? refuse('ERR_REQUEST');
  const requestTime = tencentSigned(input);
  if (input.codec !== 'anyApp' && sdkAppId !== TENCENT.sdkAppId) refuse('ERR_REQUEST');
  const inBody = own(event, 'CallbackCommand');
  const type = inQuery ?? inBody;
  if (typeof type !== 'string' || (inBody !== undefined && inBody !== type)) refuse('ERR_REQUEST');
  const known = optPlatform?.toLowerCase() === 'mac' ? 'macos' : optPlatform?.toLowerCase();
  const readable = parameters(input)
    .filter(([, value]) => typeof value === 'string')
    .reverse() as [string, string][];
  return {
    platform: 'tencent-chat',
    kind: 'event',
    type,
    sdkAppId,
    clientIp,
    optPlatform: OPT_PLATFORMS.find((name) => name.toLowerCase() === known) ?? optPlatform,
    contentType,
    requestTime,
    query: readable.reduce<Json>((record, [name, value]) => {
      return Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
    }, Object.create(null)),
    event,
    text,
  };
}

export const feishuCardSigned = (input: Input): boolean => larkSigned(input, 'sha1', FEISHU.verificationToken);

export function feishuCard(input: Input): unknown {
  const isSigned = feishuCardSigned(input);
  const { text } = readBody(input);
  const event = parse(text) ?? refuse('ERR_REQUEST');
  if (own(event, 'type') === 'url_verification') {
    const challenge = own(event, 'challenge');
    if (typeof challenge !== 'string' || challenge.length > 1024) refuse('ERR_REQUEST');
    if (own(event, 'token') !== FEISHU.verificationToken) refuse('ERR_TOKEN');
    return { platform: 'feishu-card', kind: 'verification', type: 'url_verification', challenge, event, text };
  }
  if (own(event, 'encrypt') !== undefined) refuse('ERR_REQUEST');
  if (!isSigned) refuse('ERR_SIGNATURE');
  return { platform: 'feishu-card', kind: 'event', type: 'card.action.trigger_v1', event, text };
}

export const robotSign = (timestamp: string): string => hmac(ROBOT.appSecret, timestamp, '\n', ROBOT.appSecret);
export const dingTalkCardSign = (timestamp: string): string => hmac(DINGTALK_CARD.apiSecret, timestamp);

/** The time that a robot's or a card's request is signed with; refused where it is signed wrongly. */
function signedTime(
  input: Input,
  names: [signature: string, timestamp: string],
  sign: (time: string) => string,
): string {
  readBody(input);
  const [signature, timestamp] = names.map((name) => header(input, name));
  if (signature === undefined || timestamp === undefined || signature !== sign(timestamp)) refuse('ERR_SIGNATURE');
  requireFresh(input.codec, timestamp, /^(\d{10}|\d{13})$/);
  return timestamp;
}

export const robotSigned = (input: Input): string => signedTime(input, ['sign', 'timestamp'], robotSign);

export const dingTalkCardSigned = (input: Input): string =>
  signedTime(input, ['x-ddpaas-signature', 'x-ddpaas-signature-timestamp'], dingTalkCardSign);

export function robot(input: Input): unknown {
  const text = readBody(input).text as string;
  const event = parse(text) ?? refuse('ERR_REQUEST');
  const timestamp = robotSigned(input);
  const type = textOf(own(event, 'msgtype')) ?? '';
  return { platform: 'dingtalk-robot', kind: 'event', type, id: idOf(text, event, 'msgId'), timestamp, event, text };
}

export function dingTalkCard(input: Input): unknown {
  const { text } = readBody(input);
  const event = parse(text) ?? refuse('ERR_REQUEST');
  const timestamp = dingTalkCardSigned(input);
  return { platform: 'dingtalk-card', kind: 'event', type: textOf(own(event, 'type')) ?? '', timestamp, event, text };
}

export function trtcSigned(input: Input): void {
  const { bytes, text } = readBody(input);
  if (header(input, 'sign') !== hmac(TRTC.key, bytes) || text === undefined) refuse('ERR_SIGNATURE');
}

export function trtc(input: Input): unknown {
  const { text } = readBody(input);
  const sdkAppId = header(input, 'sdkappid');
  trtcSigned(input);
  if (input.codec !== 'anyApp' && sdkAppId !== TRTC.sdkAppId) refuse('ERR_REQUEST');
  const event = parse(text) ?? refuse('ERR_REQUEST');
  const type = textOf(own(event, 'EventType')) ?? refuse('ERR_REQUEST');
  return { platform: 'trtc', kind: 'event', type, sdkAppId, event, text };
}

/** The first model that accepts; else the first refusal behind a signature that held, else the first of all. */
export function anyOf<T>(models: readonly ((input: Input) => T)[], input: Input): T {
  const refusals: Refusal[] = [];
  for (const model of models) {
    try {
      return model(input);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusals.push(error);
    }
  }
  throw refusals.find(({ code }) => /OWNER|DECRYPT|TIMESTAMP/.test(code)) ?? refusals[0];
}
