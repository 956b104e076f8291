// What is compared: the texts, the cases made of them, and what must be reached.
import { createDingTalkCodec } from 'callback-codec/dingtalk';
import { createFeishuCodec } from 'callback-codec/feishu';
import { createWeComCodec } from 'callback-codec/wecom';
import { XMLParser } from 'fast-xml-parser';
import { dingTalkSecrets, feishuSecrets, weComSecrets } from './contenders.mjs';
import { bareGroups, bareThresholds } from './no-native-crypto.mjs';

const KB = 1024;
const MB = 1024 * KB;
const sizes = [64, 256, KB, 4 * KB, 16 * KB, 64 * KB];

const throughputSizes = [KB, 16 * KB, 256 * KB, MB, 4 * MB, 16 * MB];

/** This package with each of its engines. The first, the default, is what the tables set the others against. */
export const ours = ['callback-codec', 'callback-codec, noble', 'callback-codec, simd'];
const bulk = [...ours, 'Feishu SDK AESCipher', 'node:crypto, KeyObject', 'noble cbc + table base64', 'WebCrypto'];

/** An answer to DingTalk is always this word. */
const answer = 'success';

/**
 * Each group becomes a table with a column for each size: whole requests and answers first, which are the yardstick, then
 * decrypting alone. `list`: of contenders.mjs; `only`: some of it; `hosts`: where it runs, if not everywhere.
 */
export const groups = [
  { name: 'Feishu decode', list: 'feishuDecode', sizes },
  { name: 'DingTalk decode', list: 'dingTalkDecode', sizes },
  { name: 'DingTalk reply', list: 'dingTalkReply', sizes: [answer.length] },
  { name: 'DingTalk decode + reply', list: 'dingTalkRoundTrip', sizes: [64, KB] },
  { name: 'WeCom decode', list: 'weComDecode', sizes: [64, KB] },
  { name: 'WeCom reply', list: 'weComReply', sizes: [64, KB] },
  { name: 'Feishu decode (caches cold)', list: 'feishuDecode', sizes: [64, KB, 16 * KB], cold: true },
  { name: 'DingTalk decode (caches cold)', list: 'dingTalkDecode', sizes: [64, KB, 16 * KB], cold: true },
  { name: 'DingTalk reply (caches cold)', list: 'dingTalkReply', sizes: [answer.length], cold: true },
  { name: 'Feishu decrypt', list: 'feishu', sizes },
  { name: 'DingTalk decrypt', list: 'dingTalk', sizes },
  { name: 'Feishu decrypt (ASCII)', list: 'feishu', sizes, ascii: true },
  { name: 'DingTalk decrypt (ASCII)', list: 'dingTalk', sizes, ascii: true },
  { name: 'Feishu decrypt (caches cold)', list: 'feishu', sizes: [64, KB, 16 * KB], cold: true },
  { name: 'Feishu decrypt (throughput)', list: 'feishu', sizes: throughputSizes, only: bulk, bulk: true },
  ...bareGroups,
];

export const sizeName = (bytes) => {
  if (bytes < KB) return `${bytes} B`;
  return bytes < MB ? `${bytes / KB} KB` : `${bytes / MB} MB`;
};

// --- Thresholds: the peer's time by ours is at least this. `base`: which of ours, by default the default engine.

const simd = 'callback-codec, simd';
const noble = 'noble cbc + table base64';

export const thresholds = [
  // The hot path.
  ...['node20', 'node24', 'bun'].flatMap((host) => [
    { host, group: 'Feishu decrypt', peer: 'Feishu SDK AESCipher', atLeast: { 64: 3, [KB]: 2.3, [16 * KB]: 1.6 } },
    { host, group: 'Feishu decrypt', peer: 'node:crypto, KeyObject', atLeast: { 64: 2.5, [KB]: 1.6, [16 * KB]: 1.1 } },
    { host, group: 'DingTalk decrypt', peer: '@wecom/crypto', atLeast: { 64: 2.5, [KB]: 1.6, [16 * KB]: 1.1 } },
    ...['WeCom decode', 'WeCom reply'].flatMap((group) => [
      { host, group, peer: '@wecom/crypto + fast-xml-parser', atLeast: { 64: 2, [KB]: 2 } },
      { host, group, peer: 'wechat-crypto + xml2js', atLeast: { 64: 2, [KB]: 2 } },
    ]),
  ]),
  { host: 'deno', group: 'Feishu decrypt', peer: 'Feishu SDK AESCipher', atLeast: { 64: 3, [KB]: 2, [16 * KB]: 1.6 } },
  ...['workerd', 'chromium', 'firefox', 'webkit'].map((host) => ({
    host,
    group: 'Feishu decrypt',
    base: 'callback-codec, noble',
    peer: noble,
    atLeast: { 64: 1.5, [KB]: 1.2, [16 * KB]: 1.1 },
  })),
  ...['node20', 'node22', 'node24', 'node26', 'bun', 'deno'].flatMap((host) => [
    {
      host,
      group: 'Feishu decode',
      peer: 'Feishu SDK verify + parse',
      atLeast: host === 'deno' ? { 64: 2, [KB]: 1.9, [16 * KB]: 1.8 } : { 64: 2.2, [KB]: 2.1, [16 * KB]: 1.5 },
    },
    ...Object.entries({ '@wecom/crypto': 1.5, 'wechat-crypto': 1.3, 'dingtalk-encrypt': 6 }).map(([peer, need]) => ({
      host,
      group: 'DingTalk reply',
      peer,
      atLeast: { [answer.length]: need },
    })),
  ]),
  ...['node20', 'node22', 'node24', 'node26', 'bun', 'deno', 'workerd-nodejs'].map((host) => ({
    host,
    group: 'DingTalk decode + reply',
    peer: '@wecom/crypto',
    atLeast: { 64: 1.6, [KB]: 1.3 },
  })),
  // The WebAssembly SIMD engine.
  { host: 'chromium', group: 'Feishu decrypt', base: simd, peer: noble, atLeast: { 64: 4, [KB]: 4, [16 * KB]: 4 } },
  { host: 'firefox', group: 'Feishu decrypt', base: simd, peer: noble, atLeast: { 64: 4, [KB]: 4, [16 * KB]: 4 } },
  { host: 'chromium', group: 'Feishu decrypt', base: simd, peer: 'WebCrypto', atLeast: { 64: 4, [KB]: 1.6 } },
  {
    host: 'deno',
    group: 'Feishu decrypt',
    base: simd,
    peer: 'node:crypto, KeyObject',
    atLeast: { 64: 4, [KB]: 2, [16 * KB]: 1.5 },
  },
  { host: 'workerd', group: 'Feishu decrypt', base: simd, peer: noble, atLeast: { 64: 4, [KB]: 3.5, [16 * KB]: 4 } },
  ...bareThresholds,
];

// --- Texts: events of exactly so many bytes. Of the characters of the Chinese ones 15 to 20 % are Chinese; 64 bytes have
// room for 11 %.

const chinese = '请在今天下班之前把会议纪要发给我谢谢你们辛苦了明天上午十点开会讨论新的排期';
const ascii = "Meeting 10:30, room B-204; see https://example.com/d/u7Kq2 and 'notes' {v3} ok. ";

/** `{ event, text, fields }`: `bytes` bytes of JSON or XML, the text in it, and its source. `seed` makes those of one size differ. */
function makeEvent(bytes, { list, ascii: isAscii }, seed) {
  const { short, long, write = JSON.stringify } = shapes[list] ?? shapes.feishu;
  const fieldsOf = (text) => (bytes < 512 ? short(text) : long(text, seed));
  const room = bytes - write(fieldsOf('')).length;
  // n Chinese characters take 3n bytes, and bytes - 3n others stand beside them: 18 % of all at n = 0.18 (bytes - 2n).
  const chineseCount = isAscii ? 0 : Math.min(Math.floor((0.18 * bytes) / 1.36), Math.floor(room / 3));
  const asciiCount = room - 3 * chineseCount;
  let text = '';
  let done = 0;
  const addAscii = (until) => {
    for (; done < until; done++) text += ascii[(done + 7 * seed) % ascii.length];
  };
  // Words of six Chinese characters, ASCII between and behind them.
  for (let i = 0; i < chineseCount; i++) {
    text += chinese[(i + 5 * seed) % chinese.length];
    if (i % 6 === 5) addAscii(Math.floor((asciiCount * (i + 1)) / chineseCount));
  }
  addAscii(asciiCount);
  const fields = fieldsOf(text);
  return { event: write(fields), text, fields };
}

const shortDingTalk = (text) => ({ EventType: 'm', text });
const longDingTalk = (text, seed) => ({
  EventType: 'user_modify_org',
  eventId: `5e3702a84e847582be8db7fb73283c${seed}2`,
  CorpId: 'ding6ccabc44d2c8d38b',
  TimeStamp: '1603977298000',
  UserId: ['manager7159', 'zhangsan'],
  text,
});
const shortFeishu = (text) => ({ token: feishuSecrets.verificationToken, event: { type: 'm', text } });
const longFeishu = (text, seed) => ({
  schema: '2.0',
  header: {
    event_id: `5e3702a84e847582be8db7fb73283c${seed}2`,
    event_type: 'im.message.receive_v1',
    create_time: '1603977298000000',
    token: feishuSecrets.verificationToken,
    app_id: 'cli_9f5343c580712544',
    tenant_key: '2ca1d211f64f6438',
  },
  event: { message_id: 'om_5ce6d572455d361153b7cb51da133945', chat_type: 'group', text },
});

/** As WeCom writes it: text in CDATA, numbers bare. */
const xmlOf = (fields) => {
  const contentOf = (value) => (/^\d+$/.test(value) ? value : `<![CDATA[${value}]]>`);
  const elements = Object.entries(fields).map(([name, value]) => `<${name}>${contentOf(value)}</${name}>`);
  return `<xml>${elements.join('')}</xml>`;
};
const shortWeCom = (Content) => ({ Content });
const longWeCom = (Content, seed) => ({
  ToUserName: 'wx5823bf96d3bd56c7',
  FromUserName: 'mycreate',
  CreateTime: 1_409_659_813,
  MsgType: 'text',
  Content,
  MsgId: `456125535425134592${seed}`,
  AgentID: 218,
});
const longWeComAnswer = (Content, seed) => ({
  ToUserName: `mycreate${seed}`,
  FromUserName: 'wx5823bf96d3bd56c7',
  CreateTime: 1_348_831_860,
  MsgType: 'text',
  Content,
});

const shapes = {
  feishu: { short: shortFeishu, long: longFeishu },
  dingTalkDecode: { short: shortDingTalk, long: longDingTalk },
  dingTalkRoundTrip: { short: shortDingTalk, long: longDingTalk },
  weComDecode: { short: shortWeCom, long: longWeCom, write: xmlOf },
  weComReply: { short: shortWeCom, long: longWeComAnswer, write: xmlOf },
};

/** IVs and prefixes that differ, and that are the same in each run. */
const bytesOf = (seed) => Uint8Array.from({ length: 16 }, (_, i) => (i * 31 + seed * 101 + 7) & 255);
const lettersOf = (seed) => bytesOf(seed).map((byte) => 97 + (byte % 26));

/** The inputs of a case, what must come out, for whole requests forged ones that must be refused, and how to read answers. */
export function makeCase(group, bytes) {
  const feishu = createFeishuCodec(feishuSecrets);
  const dingTalk = createDingTalkCodec(dingTalkSecrets);
  const weCom = createWeComCodec(weComSecrets);
  if (group.list === 'dingTalkReply') return replyCase(dingTalk);
  if (group.list === 'weComReply') return weComReplyCase(weCom, group, bytes);
  const count = bytes > 256 * KB ? 1 : 8;
  const cases = Array.from({ length: count }, (_, seed) => {
    const { event, text } = makeEvent(bytes, group, seed);
    switch (group.list) {
      case 'feishu':
        return { input: feishu.encrypt(event, { iv: bytesOf(seed) }), expected: event };
      case 'dingTalk':
        return { input: dingTalk.encrypt(event, { prefix: lettersOf(seed) }), expected: event };
      case 'feishuDecode':
        return { input: feishuRequest(feishu, event, seed), expected: text };
      case 'weComDecode':
        return { input: weComRequest(weCom, event, seed), expected: text };
      default:
        return { input: dingTalkRequest(dingTalk, event, seed), expected: text };
    }
  });
  const inputs = cases.map(({ input }) => input);
  const expected = cases.map(({ expected }) => expected);
  const forged = forgeries[group.list]?.(inputs[0]);
  if (group.list !== 'dingTalkRoundTrip') return { inputs, expected, forged };
  const read = ([text, body]) => `${text}\n${dingTalk.decodeReply({ body })}`;
  return { inputs, expected: expected.map((text) => `${text}\n${answer}`), forged, read };
}

/** Changed behind its signature; for WeCom also one that is signed, but for another receiveid. */
const changedQuery = (request) => ({ ...request, query: { ...request.query, nonce: 'x' } });
const forgeries = {
  feishuDecode: (request) => [{ ...request, headers: { ...request.headers, 'x-lark-request-nonce': 'x' } }],
  dingTalkDecode: (request) => [changedQuery(request)],
  dingTalkRoundTrip: (request) => [changedQuery(request)],
  weComDecode: (request) => {
    const another = createWeComCodec({ ...weComSecrets, receiveId: 'another' });
    return [changedQuery(request), weComRequest(another, xmlOf(shortWeCom('x')), 0)];
  },
};

/** As Node gives it: names in lower case, and those that every request has. */
function feishuRequest(codec, json, seed) {
  const fixed = { timestamp: String(1_700_000_000 + seed), nonce: `nonce${seed}`, iv: bytesOf(seed) };
  const { headers, body } = codec.encode(json, fixed);
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { headers: { host: 'example.com', 'user-agent': 'Go-http-client/1.1', ...lower }, body };
}

/** As a framework gives it: the parameters parsed. */
function dingTalkRequest(codec, json, seed) {
  const fixed = { timestamp: String(1_700_000_000_000 + seed), nonce: `nonce${seed}`, prefix: lettersOf(seed) };
  const { query, body } = codec.encode(json, fixed);
  return { query, body };
}

function weComRequest(codec, xml, seed) {
  const fixed = { timestamp: String(1_700_000_000 + seed), nonce: `nonce${seed}`, prefix: lettersOf(seed) };
  const { method, query, body } = codec.encode(xml, fixed);
  return { method, query, body };
}

/** Messages and their answers, `bytes` long. What is written must hold the same fields, in CDATA or not. */
function weComReplyCase(codec, group, bytes) {
  const inputs = Array.from({ length: 8 }, (_, seed) => {
    const message = codec.decode(weComRequest(codec, xmlOf(shortWeCom(`${seed}`)), seed));
    return { message, answer: makeEvent(bytes, group, seed).fields };
  });
  const asText = (fields) => JSON.stringify(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  const parser = new XMLParser({ parseTagValue: false, trimValues: false });
  const read = (body) => asText(parser.parse(codec.decodeReply({ body })).xml);
  return { inputs, expected: inputs.map(({ answer: fields }) => asText(fields)), read };
}

/** Messages to be answered. No two answers are the same: they are read as DingTalk reads them. */
function replyCase(codec) {
  const event = (seed) => JSON.stringify(shortDingTalk(`${seed}`));
  const inputs = Array.from({ length: 8 }, (_, seed) => codec.decode(dingTalkRequest(codec, event(seed), seed)));
  return { inputs, expected: inputs.map(() => answer), read: (body) => codec.decodeReply({ body }) };
}
