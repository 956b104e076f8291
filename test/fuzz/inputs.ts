// How inputs are made: requests and what is inside them, right at most of their layers (plaintext, padding, blocks, base64,
// JSON, signature, container), so that wrong ones lie deep.
import { mutateBytes, mutateJson, mutateText, type Random } from './mutate.ts';
import type { Input, Pairs } from './reference.ts';
import * as reference from './reference.ts';
import { NOW, TOLERANCE_SECONDS } from './reference.ts';

/** A value as it may stand in a container: once, listed, twice, joined, with another one. */
function repeated(random: Random, value: string): unknown {
  if (!random.onceIn(6)) return value;
  const other = random.onceIn(2) ? mutateText(random, value) : random.pick(['', 7, {}, value, value.toUpperCase()]);
  const joined = [`${value}, ${value}`, `${value}, `];
  return random.pick<unknown>([
    ...joined,
    [value],
    [value, value],
    [value, other],
    [value, random.pick([null, undefined, '', 7])],
    [other],
    other,
    [],
    null,
    undefined,
  ]);
}

export const WORDS = ['a', 'b', '你', 'A', 'x, y'];

const otherCase = (random: Random, name: string): string =>
  random.pick([name, name.toUpperCase(), name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())]);

export function makeHeaders(random: Random, wanted: [string, string][]): Pick<Input, 'headers'> {
  if (wanted.length === 0 && random.onceIn(2)) return random.pick([{}, { headers: null }]);
  const pairs: Pairs = wanted.map(([name, value]) => [
    otherCase(random, name),
    repeated(random, random.onceIn(30) ? mutateText(random, value) : value),
  ]);
  while (random.onceIn(4))
    pairs.push(
      random.pick<[string, unknown]>([
        ...pairs,
        ['host', 'h'],
        ['', ''],
        ['x-lar\u212a-signature', 'x'],
        ['__proto__', 'x'],
      ]),
    );
  if (random.onceIn(20)) pairs.splice(0, 1, [mutateText(random, pairs[0]?.[0] ?? ''), pairs[0]?.[1]]);
  const kind = random.pick(['record', 'record', 'map', 'fetch'] as const);
  if (kind === 'fetch') {
    try {
      return { headers: { container: kind, pairs: fetchPairs(fetchPairs(pairs)) } };
    } catch {
      // No HTTP header: a record can still hold it.
    }
  }
  return { headers: { container: kind === 'map' ? 'map' : 'record', pairs: asHeld(kind, pairs) } };
}

/** The pairs as Fetch has them, which joins what is repeated and trims; done twice, what was joined is trimmed as well. */
const fetchPairs = (pairs: Pairs): Pairs => [...new Headers(pairs as [string, string][])];

/** The pairs that a container keeps of those it is given. */
function asHeld(kind: string, pairs: Pairs): Pairs {
  if (kind === 'map') return [...new Map(pairs)];
  const held = Object.entries(Object.fromEntries(pairs));
  return kind === 'assigned' ? held.filter(([name]) => name !== '__proto__') : held;
}

export function makeQuery(random: Random, wanted: [string, string][]): Pick<Input, 'url' | 'query'> {
  if (random.onceIn(3)) {
    const pairs: Pairs = wanted.map(([name, value]) => [name, repeated(random, value)]);
    while (random.onceIn(4))
      pairs.push(
        random.pick<[string, unknown]>([...pairs, ['0', '0'], ['', ''], ['__proto__', 'x'], ['constructor', 'x']]),
      );
    const kind = random.pick(['record', 'record', 'assigned', 'map', 'search'] as const);
    if (kind === 'search')
      return { query: { container: kind, pairs: [...new URLSearchParams(pairs as [string, string][])] } };
    return { query: { container: kind, pairs: asHeld(kind, pairs) } };
  }
  const encode = random.pick<(text: string) => string>([
    encodeURIComponent,
    (text) => new URLSearchParams([['', text]]).toString().slice(1),
    (text) => text,
  ]);
  const pairs = wanted.map(([name, value]) => `${encode(name)}=${encode(value.replace(/\p{Surrogate}/gu, ''))}`);
  while (random.onceIn(4))
    pairs.push(random.pick([...pairs, '', '=', 'a', '%', '%=%', '__proto__=x', 'a=%ff', '%ff=a', 'a+b=c+d']));
  const url =
    random.pick(['', '/', 'https://example.org/a/b']) +
    random.pick(['?', '?', '?', '']) +
    pairs.join('&') +
    random.pick(['', '', '#', '#?a=b']);
  return { url: random.onceIn(8) ? mutateText(random, url) : url, ...(random.onceIn(20) && { query: null }) };
}

/** Lengths at which loops, scratch memory and argument lists end. */
const EDGES = [1364, 2730, 4094, 4096, 5461, 8191, 12_288, 16_384, 21_845, 32_768, 49_152, 65_536];

/** JSON with a field more, so long that the whole comes to an edge in code units. */
function stretched(random: Random, json: string): string {
  const length = random.pick(EDGES) + random.below(5) - 2;
  return json.replace(
    '{',
    `{"pad":"${random.pick(['p', 'p', 'é', '你', '\u{1f600}']).repeat(Math.max(0, length - json.length))}",`,
  );
}

/** A plaintext: right, or changed as the JSON that it is, or as `mutate` does it, as text or as bytes. */
export function plaintext(random: Random, seeds: readonly string[], mutate = mutateJson): Uint8Array {
  let text = random.pick(seeds);
  if (random.onceIn(300)) text = stretched(random, text);
  if (random.onceIn(2)) text = mutate(random, text);
  if (random.onceIn(12)) text = mutateText(random, text);
  if (random.onceIn(30)) text = `\ufeff${text}`;
  const bytes = new TextEncoder().encode(text);
  return random.onceIn(10) ? mutateBytes(random, bytes) : bytes;
}

/** Whole blocks of `bytes`, padded rightly or with any tail. */
export function pad(random: Random, bytes: Uint8Array, block: number): Uint8Array {
  const right = block - (bytes.length % block);
  let tail: Uint8Array = new Uint8Array(right).fill(right);
  if (random.onceIn(8))
    tail = new Uint8Array(random.pick([0, 1, 15, 16, 17, 31, 32, 33, right])).fill(
      random.pick([0, 1, 16, 17, 32, 33, 255, right]),
    );
  if (random.onceIn(20)) tail = mutateBytes(random, tail);
  const padded = Buffer.concat([bytes, tail]);
  return padded.subarray(0, padded.length & ~15);
}

/** Ciphertext as base64: right, or with blocks or characters changed. */
export function transport(random: Random, ciphertext: Uint8Array): string {
  let bytes = ciphertext;
  if (random.onceIn(12)) {
    const blocks = Array.from({ length: bytes.length >> 4 }, (_, index) => bytes.subarray(index * 16, index * 16 + 16));
    blocks.splice(
      random.below(blocks.length + 1),
      random.below(3),
      ...(random.onceIn(2) ? [random.pick([...blocks, random.bytes(16)])] : []),
    );
    bytes = Buffer.concat(blocks);
  }
  if (random.onceIn(20)) bytes = mutateBytes(random, bytes);
  let text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  if (random.onceIn(15)) text = text.replace(/.{64}/g, random.pick(['$&\n', '$&\r\n', '$& ', '$&\u00a0']));
  return random.onceIn(10) ? mutateText(random, text) : text;
}

export function makeCiphertext(random: Random): { platform: string; encrypt: string } {
  return random.onceIn(2)
    ? { platform: 'feishu', encrypt: feishuEncrypted(random) }
    : { platform: 'dingtalk', encrypt: dingTalkEncrypted(random) };
}

const FEISHU_SEEDS = [
  '{"challenge":"ajls384kdjxxxx","token":"v-token","type":"url_verification"}',
  '{"schema":"2.0","header":{"token":"v-token"},"challenge":"ajls384kdjxxxx","type":"url_verification"}',
  '{"uuid":"u-1","ts":"1502199207.7171419","token":"v-token","type":"event_callback","event":{"type":"message","app_id":"cli_1","tenant_key":"t1","text":"你好"}}',
  '{"schema":"2.0","header":{"event_id":"e-1","token":"v-token","create_time":"1603977298000000","event_type":"im.message.receive_v1","tenant_key":"t1","app_id":"cli_1"},"event":{"message":{"content":"\\u4f60"}}}',
  '{"uuid":"","token":"v-token","event":{"type":"message"}}',
  '{"schema":"2.0","header":{"event_id":"","event_type":"card.action.trigger","token":"v-token"},"event":{"token":"c-1","action":{"value":{}}}}',
];

function feishuEncrypted(random: Random): string {
  const iv = random.bytes(16);
  const ciphertext = reference.feishuEncrypt(iv, pad(random, plaintext(random, FEISHU_SEEDS), 16));
  return transport(random, Buffer.concat([iv, ciphertext]));
}

/** The body in which Feishu and DingTalk send `encrypt`; other fields beside it, or changed. */
function wrapped(random: Random, encrypt: string): string {
  const body = JSON.stringify(
    random.onceIn(6)
      ? { type: 'url_verification', challenge: 'outer', token: 'v-token', encrypt, event: {} }
      : { encrypt },
  );
  if (random.onceIn(40)) return `\ufeff${body}`;
  return random.onceIn(12) ? mutateJson(random, body) : body;
}

export const asBody = (random: Random, text: string): string | Uint8Array =>
  random.onceIn(2) ? text : new TextEncoder().encode(text);

/** The body as it is handed over; now and then nothing, which anyone can send. */
export function handedOver(random: Random, body: string | Uint8Array): Pick<Input, 'body' | 'asBuffer'> {
  if (random.onceIn(100)) return random.pick([{}, { body: null }, { body: undefined }, { body: body.slice(0, 0) }]);
  return { body, ...(body instanceof Uint8Array && random.onceIn(8) && { asBuffer: true }) };
}

export function changedBody(random: Random, body: string | Uint8Array): string | Uint8Array {
  return typeof body === 'string' ? mutateText(random, body) : mutateBytes(random, body);
}

export function timestamps(random: Random): string {
  const edge =
    NOW + random.pick([0, 1, -1, 1000, -1000]) + random.pick([0, 0, TOLERANCE_SECONDS, -TOLERANCE_SECONDS]) * 1000;
  const timestamp = random.onceIn(2) ? String(edge) : String(Math.floor(edge / 1000));
  return random.onceIn(8) ? mutateText(random, timestamp) : timestamp;
}

/** Once in a while something on Object.prototype; seldom, because engines slow down after it. */
export function pollute(random: Random, names: readonly string[]): Pick<Input, 'pollution'> {
  return random.onceIn(500)
    ? { pollution: [random.pick(names), random.pick(['v-token', 'x', '1700000000', 'url_verification'])] }
    : {};
}

export function makeFeishu(random: Random): Input {
  const text = random.onceIn(20)
    ? mutateJson(random, random.pick(FEISHU_SEEDS))
    : wrapped(random, feishuEncrypted(random));
  let body = asBody(random, text);
  if (random.onceIn(30)) body = changedBody(random, body);
  const signed: [string, string][] = [];
  if (!random.onceIn(4)) {
    const [timestamp, nonce] = [timestamps(random), random.onceIn(20) ? mutateText(random, 'nonce') : 'nonce'];
    signed.push(['x-lark-request-timestamp', timestamp], ['x-lark-request-nonce', nonce]);
    signed.push(['x-lark-signature', reference.hash('sha256', timestamp, nonce, reference.FEISHU.encryptKey, body)]);
    if (random.onceIn(15)) signed.splice(random.below(3), 1 + random.below(2));
    if (random.onceIn(20)) body = changedBody(random, body);
  }
  const codec = random.pick(['both', 'both', 'key', 'token', 'closed', 'window', 'small']);
  return {
    codec,
    ...handedOver(random, body),
    ...makeHeaders(random, signed),
    ...pollute(random, [
      'encrypt',
      'token',
      'type',
      'challenge',
      'header',
      'x-lark-signature',
      'app_id',
      'headers',
      'body',
    ]),
  };
}

/** A text of so many of `alphabet`. */
export function word(random: Random, alphabet: string, lengths: readonly number[]): string {
  return Array.from({ length: random.pick(lengths) }, () => random.pick([...alphabet])).join('');
}

/** The text of an unsigned challenge, at the edges of what it may be: one of six orders, values as long as they go. */
function challengeText(random: Random): string {
  const alphabet = random.pick(['0123456789abcdef-', '0123456789abcdef-', 'AFZafgz059_-']);
  const token = random.onceIn(4) ? word(random, 'AFZafgz059_-', [0, 1, 63, 64, 65]) : 'v-token';
  const members = ['"type":"url_verification"'];
  for (const member of [
    `"challenge":"${word(random, alphabet, [0, 1, 16, 17, 18, 36, 63, 64, 65])}"`,
    `"token":"${token}"`,
  ]) {
    members.splice(random.below(members.length + 1), 0, member);
  }
  return `{${members.join(',')}}`;
}

/** Blocks of a challenge with blocks of an event in front, between or in their place, as whoever captured both can have. */
function spliced(random: Random, bytes: Uint8Array): Uint8Array {
  const event = new TextEncoder().encode(random.pick(FEISHU_SEEDS.slice(2)));
  const from = 16 * random.below(event.length >> 4);
  const at = 16 * random.below((bytes.length >> 4) + 1);
  const chosen = random.pick([random.bytes(16), word(random, 'abcdef0123456789', [16]), '{"challenge":"aa']);
  return Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from(chosen),
    event.subarray(from, from + 16 * random.below(4)),
    bytes.subarray(at + 16 * random.below(3)),
  ]);
}

export function makeChallenge(random: Random): Input {
  const bytes = plaintext(random, [challengeText(random)]);
  const iv = random.bytes(16);
  const padded = pad(random, random.onceIn(10) ? spliced(random, bytes) : bytes, 16);
  const encrypt = transport(random, Buffer.concat([iv, reference.feishuEncrypt(iv, padded)]));
  let text = wrapped(random, encrypt);
  if (random.onceIn(10)) {
    const length = 1198 + random.below(5) - text.length - '"pad":"",'.length;
    text = text.replace('{', `{"pad":"${random.pick(['p', 'é']).repeat(Math.max(0, length))}",`);
  }
  return {
    codec: random.pick(['both', 'key', 'key', 'closed']),
    ...handedOver(random, asBody(random, text)),
    ...makeHeaders(random, random.onceIn(20) ? [['x-lark-request-nonce', random.pick(['', 'nonce'])]] : []),
    ...pollute(random, ['encrypt', 'token', 'type', 'challenge', 'groups']),
  };
}

export function makeJson(random: Random): Input {
  let text = mutateJson(random, random.pick(FEISHU_SEEDS));
  while (random.onceIn(3)) text = mutateJson(random, text);
  if (random.onceIn(10)) text = mutateText(random, text);
  const body = random.onceIn(10) ? changedBody(random, asBody(random, text)) : asBody(random, text);
  return {
    codec: 'token',
    ...handedOver(random, body),
    ...pollute(random, ['token', 'event', 'header', 'event_type', 'uuid', 'create_time', 'app_id']),
  };
}

const DINGTALK_SEEDS = [
  '{"EventType":"check_create_suite_url","Random":"LPIdSnlF","TestSuiteKey":"suite4xxxxxxxxxxxxxxx"}',
  '{"EventType":"check_update_suite_url","Random":7}',
  '{"EventType":"check_url"}',
  '{"EventType":"bpms_task_change","eventId":"e-1","BizId":"b-1"}',
  '{"EventType":"bpms_task_change","eventId":"","BizId":17}',
  '{"EventType":"user_add_org","UserId":["manager1"],"OptStaffId":"你好","CorpId":"ding1","TimeStamp":"1609999999"}',
  'success',
];

/** A message as DingTalk, WeCom and WeChat frame it: behind its prefix and its length, in front of whom it is for. */
export function framed(random: Random, message: Uint8Array, receivers: readonly string[]): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  if (random.onceIn(10))
    length.writeUInt32BE(
      random.pick([0, 1, message.length + 1, message.length + 33, 0x7fffffff, 0x80000000, 0xffffffff, random.next()]),
    );
  let receiver: Uint8Array = Buffer.from(random.pick(receivers));
  if (random.onceIn(10)) receiver = mutateBytes(random, receiver);
  const parts = [random.bytes(16), length, message, receiver];
  return Buffer.concat(random.onceIn(25) ? parts.slice(0, random.below(4)) : parts);
}

function dingTalkEncrypted(random: Random): string {
  const plain = framed(random, plaintext(random, DINGTALK_SEEDS), reference.DINGTALK.ownerKey);
  return transport(random, reference.dingTalkEncrypt(pad(random, plain, 32)));
}

export function makeDingTalk(random: Random): Input {
  const encrypt = dingTalkEncrypted(random);
  const timestamp = timestamps(random);
  let nonce = random.onceIn(8)
    ? random.pick(['123456789', '1234567890', '17000000000000', '１２３４５６７８９０'])
    : 'nonce';
  if (random.onceIn(20)) nonce = mutateText(random, nonce);
  const signature = reference.hash('sha1', ...[reference.DINGTALK.token, timestamp, nonce, encrypt].sort());
  const signed: [string, string][] = [
    [random.pick(['signature', 'msg_signature']), signature],
    [random.pick(['timestamp', 'timeStamp']), timestamp],
    ['nonce', nonce],
  ];
  if (random.onceIn(4))
    signed.push([
      random.pick(['signature', 'msg_signature']),
      random.onceIn(4) ? mutateText(random, signature) : signature,
    ]);
  if (random.onceIn(20)) signed.splice(random.below(3), 1);
  let body = asBody(random, wrapped(random, encrypt));
  if (random.onceIn(25)) body = changedBody(random, body);
  return {
    codec: random.pick(['any', 'any', 'window', 'small']),
    ...handedOver(random, body),
    ...makeQuery(random, signed),
    ...pollute(random, ['encrypt', 'EventType', 'Random', 'signature', 'nonce', 'url', 'query']),
  };
}

const TENCENT_SEEDS = [
  '{"CallbackCommand":"C2C.CallbackAfterSendMsg","From_Account":"a","MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"你好"}}]}',
  '{"CallbackCommand":"C2C.CallbackAfterSendMsg"}',
  '{"GroupId":"@TGS#2J4SZEAEL"}',
];

export function makeTencent(random: Random): Input {
  const requestTime = timestamps(random);
  const wanted: [string, string][] = [
    ['SdkAppid', random.onceIn(12) ? mutateText(random, '888888') : '888888'],
    [
      'CallbackCommand',
      random.onceIn(12) ? mutateText(random, 'C2C.CallbackAfterSendMsg') : 'C2C.CallbackAfterSendMsg',
    ],
    ['contenttype', 'json'],
    ['ClientIP', '127.0.0.1'],
    ['OptPlatform', random.pick(['iOS', 'IOS', 'Mac', 'RESTAPI', 'İOS', 'x'])],
    [
      'Sign',
      random.onceIn(15)
        ? mutateText(random, 'ab'.repeat(32))
        : reference.hash('sha256', reference.TENCENT.token, requestTime),
    ],
    ['RequestTime', requestTime],
  ];
  while (random.onceIn(6)) wanted.splice(random.below(wanted.length), 1);
  const named = wanted.map(([name, value]): [string, string] => [
    random.pick([name, name, name.toLowerCase(), name.replace('id', 'Id'), name.toUpperCase()]),
    value,
  ]);
  const bytes = plaintext(random, TENCENT_SEEDS);
  const body = bytesOrText(random, bytes);
  return {
    codec: random.pick(['app', 'anyApp', 'window', 'small']),
    ...handedOver(random, body),
    ...makeQuery(random, named),
    ...pollute(random, ['Sign', 'RequestTime', 'CallbackCommand', 'SdkAppid', 'query']),
  };
}

export function makeBase64(random: Random): { text: string; reserve: number; key?: string } {
  const length = random.onceIn(1000) ? random.pick(EDGES) + random.below(5) - 2 : random.below(80);
  let text = Buffer.from(random.bytes(length)).toString('base64');
  if (random.onceIn(20))
    return {
      text: '',
      reserve: 0,
      key: random.onceIn(2) ? text.slice(0, 43) : mutateText(random, reference.DINGTALK.encodingAesKey),
    };
  while (!random.onceIn(3)) text = mutateText(random, text);
  if (random.onceIn(4))
    text = text
      .replace(/[^A-Za-z0-9+/=]/g, 'A')
      .replace(/=(?!=*$)/g, 'A')
      .padEnd(text.length + (-text.length & 3), '=');
  return { text, reserve: random.pick([0, 16]) };
}

export function makeUtf8(random: Random): { bytes: Uint8Array; start: number; end: number; text: string } {
  let text = random
    .pick(['', 'a', '\ufeffé', '你好', '\u{1f600}\u{10ffff}', '\ud7ff\ue000\uffff', '\ufffd', '\0'])
    .repeat(random.below(4));
  if (random.onceIn(2000))
    text = random.pick(['a', 'é', '你', '\u{1f600}']).repeat(random.pick(EDGES) + random.below(5) - 2);
  while (!random.onceIn(3)) text = mutateText(random, text);
  let bytes: Uint8Array = new TextEncoder().encode(text);
  while (!random.onceIn(3)) bytes = mutateBytes(random, bytes);
  if (random.onceIn(4)) return { bytes, start: 0, end: bytes.length, text };
  const [start = 0, end = 0] = [random.below(bytes.length + 1), random.below(bytes.length + 1)].sort((a, b) => a - b);
  return { bytes, start, end, text };
}

const CARD_SEEDS = [
  '{"open_id":"ou_1","open_message_id":"om_1","tenant_key":"t1","token":"c-1","action":{"value":{"key":"你好"},"tag":"button"}}',
  '{"challenge":"ajls384kdjxxxx","token":"v-token","type":"url_verification"}',
  '{"encrypt":"AAAA"}',
];

export function makeFeishuCard(random: Random): Input {
  let text = random.pick(CARD_SEEDS);
  if (random.onceIn(2)) text = mutateJson(random, text);
  let body = asBody(random, text);
  if (random.onceIn(20)) body = changedBody(random, body);
  const signed: [string, string][] = [];
  if (!random.onceIn(4)) {
    const [timestamp, nonce] = [timestamps(random), random.onceIn(20) ? mutateText(random, 'nonce') : 'nonce'];
    const algorithm = random.onceIn(20) ? 'sha256' : 'sha1';
    signed.push(['x-lark-request-timestamp', timestamp], ['x-lark-request-nonce', nonce]);
    signed.push([
      'x-lark-signature',
      reference.hash(algorithm, timestamp, nonce, reference.FEISHU.verificationToken, body),
    ]);
    if (random.onceIn(15)) signed.splice(random.below(3), 1 + random.below(2));
    if (random.onceIn(20)) body = changedBody(random, body);
  }
  return {
    codec: random.pick(['card', 'card', 'window', 'small']),
    ...handedOver(random, body),
    ...makeHeaders(random, signed),
    ...pollute(random, ['type', 'token', 'challenge', 'encrypt', 'x-lark-signature', 'headers']),
  };
}

/** A request of a robot or a card of DingTalk: headers that sign the time. */
function makeSignedTime(
  random: Random,
  names: [string, string],
  sign: (time: string) => string,
  seeds: string[],
): Input {
  const timestamp = timestamps(random);
  const signature = sign(timestamp);
  const signed: [string, string][] = [
    [names[0], random.onceIn(15) ? mutateText(random, signature) : signature],
    [names[1], timestamp],
  ];
  if (random.onceIn(15)) signed.splice(random.below(2), 1);
  return {
    codec: random.pick(['any', 'any', 'window', 'small']),
    ...handedOver(random, bytesOrText(random, plaintext(random, seeds))),
    ...makeHeaders(random, signed),
    ...pollute(random, [...names, 'msgtype', 'type', 'msgId', 'headers']),
  };
}

const bytesOrText = (random: Random, bytes: Uint8Array): Uint8Array | string =>
  random.onceIn(2) ? bytes : new TextDecoder().decode(bytes);

export const makeRobot = (random: Random): Input =>
  makeSignedTime(random, ['sign', 'timestamp'], reference.robotSign, [
    '{"msgtype":"text","text":{"content":"你好"},"msgId":"m-1","conversationId":"cid1","senderStaffId":"u1"}',
    '{"msgtype":"picture","msgId":17}',
    '{"msgId":""}',
  ]);

export const makeDingTalkCard = (random: Random): Input =>
  makeSignedTime(random, ['x-ddpaas-signature', 'x-ddpaas-signature-timestamp'], reference.dingTalkCardSign, [
    '{"type":"actionCallback","outTrackId":"t-1","userId":"u1","content":"{\\"cardPrivateData\\":{}}"}',
    '{"outTrackId":"t-1"}',
    '{"type":7}',
  ]);

export function makeTrtc(random: Random): Input {
  const seeds = [
    '{\n\t"EventGroupId":\t1,\n\t"EventType":\t103,\n\t"EventInfo":\t{\n\t\t"RoomId":\t12345\n\t}\n}',
    '{"EventType":"301"}',
    '{"EventGroupId":1}',
  ];
  let body = bytesOrText(random, plaintext(random, seeds));
  const signed: [string, string][] = [
    ['sign', reference.hmac(reference.TRTC.key, body)],
    ['sdkappid', random.onceIn(12) ? mutateText(random, reference.TRTC.sdkAppId) : reference.TRTC.sdkAppId],
  ];
  if (random.onceIn(15)) signed.splice(random.below(2), 1);
  if (random.onceIn(20)) body = changedBody(random, body);
  return {
    codec: random.pick(['app', 'anyApp', 'small']),
    ...handedOver(random, body),
    ...makeHeaders(random, signed),
    ...pollute(random, ['sign', 'sdkappid', 'EventType', 'headers']),
  };
}
