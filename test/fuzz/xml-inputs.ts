// Inputs in XML: documents, values to be written, and the requests of WeCom and WeChat.
import {
  asBody,
  changedBody,
  framed,
  handedOver,
  makeQuery,
  pad,
  plaintext,
  pollute,
  timestamps,
  transport,
} from './inputs.ts';
import { mutateJson, mutateText, mutateXml, type Random } from './mutate.ts';
import { bizMsgEncrypt, bizMsgSignature, type Input } from './reference.ts';
import { keyOf, WECHAT, WECOM } from './xml-reference.ts';

const NAMES = ['a', 'b', 'MsgType', 'Encrypt', 'x:y', '_a.b-c', '__proto__', 'constructor', 'toString', 'length'];
const TEXTS = [
  '',
  ' ',
  'text',
  '0',
  '你好',
  '\u{1f600}',
  ' a\r\nb\rc ',
  ']]',
  '>',
  '"',
  "'",
  'a&amp;b',
  '&lt;&#62;&#x26;',
];

/** An element of the language that is accepted, with whatever is skipped in it. */
function element(random: Random, depth: number): string {
  const name = random.pick(NAMES);
  const space = random.pick(['', '', '', ' ', '\n']);
  const attributes = random.onceIn(6) ? random.pick([' b="1"', " c = '>'", '\n d="&amp;"\te=""', ' x:y="你"']) : '';
  if (random.onceIn(8)) return `<${name}${attributes}${space}/>`;
  let content = '';
  while (!random.onceIn(3)) content += piece(random, depth);
  return `<${name}${attributes}${space}>${content}</${name}${space}>`;
}

function piece(random: Random, depth: number): string {
  const kind = random.below(depth > 5 ? 5 : 8);
  if (kind < 2) return random.pick(TEXTS);
  if (kind === 2)
    return `<![CDATA[${random.pick(['', 'x', '<a>', '&amp;', ']]', ' \r\n', ']]]]><![CDATA[>', '你'])}]]>`;
  if (kind === 3) return random.pick(['<!--c-->', '<!-- <a> & -->', '<?p?>', '<?p <a> ?>']);
  if (kind === 4) return random.pick(['\n', '  ', '\t']);
  return element(random, depth + 1);
}

export function makeXml(random: Random): { document?: string; value?: object } {
  if (random.onceIn(3)) return { value: record(random, 1) };
  const levels = random.onceIn(20) ? 28 + random.below(6) : 0;
  const root = '<d>'.repeat(levels) + element(random, levels === 0 ? 1 : 5) + '</d>'.repeat(levels);
  const front = random.pick(['', '', '', '\ufeff', '<?xml version="1.0" encoding="UTF-8"?>', ' \n', '<!--c-->']);
  const document = front + root + random.pick(['', '', '\n', '<!--c-->', '<?p?>']);
  if (random.onceIn(2)) return { document: document.replace(/\p{Surrogate}/gu, '') };
  const changed = random.onceIn(5) ? mutateText(random, document) : mutateXml(random, document);
  return { document: changed.replace(/\p{Surrogate}/gu, '') };
}

/** A value to be written: most have an XML form. */
function record(random: Random, depth: number): object {
  const entries: [string, unknown][] = [];
  while (!random.onceIn(4)) {
    const name = random.onceIn(40) ? random.pick(['', '1', 'x:y', 'a b', 'é', '<', '-a']) : random.pick(NAMES);
    entries.push([name.replace(':', random.onceIn(40) ? ':' : '_'), value(random, depth)]);
  }
  const record = {};
  for (const [name, value] of entries) {
    Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return random.onceIn(60) ? nested(record, 28 + random.below(6)) : record;
}

function nested(record: object, levels: number): object {
  return levels === 0 ? record : { a: nested(record, levels - 1) };
}

function value(random: Random, depth: number): unknown {
  const kind = random.below(depth > 4 ? 5 : 8);
  if (kind < 2) return random.pick([...TEXTS, ']]>', ']]>]]>', '\r', '\r\n', '<a>', '&', '\ufeff', '\ufffd']);
  if (kind === 2) return random.pick([0, -1, 1.5, 1e21, true, false, 12_345_678_901_234]);
  if (kind === 3) return random.onceIn(20) ? random.pick([null, '\0', '\v', '\ud800', '\ufffe', [['x']]]) : '';
  if (kind === 4) return Array.from({ length: random.below(4) }, () => value(random, 5));
  return record(random, depth + 1);
}

const MESSAGES = [
  '<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><FromUserName><![CDATA[mycreate]]></FromUserName>' +
    '<CreateTime>1409659813</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content>' +
    '<MsgId>4561255354251345929</MsgId><AgentID>218</AgentID></xml>',
  '<xml><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe]]></Event><AgentID>1</AgentID></xml>',
  '<xml><SuiteId>ww1</SuiteId><InfoType>change_auth</InfoType><TimeStamp>1403610513</TimeStamp><MsgType>x</MsgType></xml>',
  '<xml>\n <MsgType>event</MsgType>\n <SendPicsInfo><PicList><item><PicMd5Sum>1</PicMd5Sum></item><item/></PicList></SendPicsInfo></xml>',
  '<xml><AppId>wx1</AppId><InfoType>component_verify_ticket</InfoType></xml>',
  '<xml>text alone</xml>',
  '<xml><Encrypt>AAAA</Encrypt><MsgType/></xml>',
  '{"msgid":"CAIQ16HMjQYY","msgtype":"text","text":{"content":"@机器人 你好"}}',
  '{"msgid":17,"msgtype":"event","event":{"eventtype":"enter_chat"}}',
  '{"ToUserName":"gh_1","MsgType":"event","Event":"debug_demo","CreateTime":1714112445,"MsgId":1}',
];
const WORDS = [
  '1616140317555161061',
  'a',
  '_-',
  'w'.repeat(64),
  'w'.repeat(65),
  'w'.repeat(128),
  'w'.repeat(129),
  '',
  'a b',
  'a\n',
];

/** XML or JSON, changed as what it is. */
const mutateDocument = (random: Random, text: string): string =>
  text.trimStart().startsWith('<') ? mutateXml(random, text) : mutateJson(random, text);

interface Platform {
  readonly keys: readonly string[];
  readonly receivers: readonly string[];
}
const WECOM_PLATFORM: Platform = { keys: [WECOM.encodingAesKey], receivers: WECOM.receiveId };
const WECHAT_PLATFORM: Platform = { keys: WECHAT.encodingAesKey, receivers: WECHAT.appId };

function encrypted(random: Random, { keys, receivers }: Platform, texts: readonly string[]): string {
  const plain = framed(random, plaintext(random, texts, mutateDocument), receivers);
  return transport(random, bizMsgEncrypt(keyOf(random.pick(keys)), pad(random, plain, 32)));
}

/** The envelope, in XML or in JSON, with other fields beside `Encrypt`, or changed. */
function envelope(random: Random, encrypt: string, names: readonly string[]): string {
  const name = random.pick(names);
  const written = encrypt.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  const xml = random.onceIn(3) ? written : `<![CDATA[${encrypt.replaceAll(']]>', '')}]]>`;
  const body = random.onceIn(3)
    ? JSON.stringify({ tousername: 'ww1', [name]: encrypt, agentid: random.pick(['218', 218, null]) })
    : `<xml><ToUserName><![CDATA[toUser]]></ToUserName><AgentID><![CDATA[218]]></AgentID><${name}>${xml}</${name}></xml>`;
  if (random.onceIn(20)) return body.replace('<xml>', `<xml><${random.pick(names)}>${xml}</${random.pick(names)}>`);
  return random.onceIn(8) ? mutateDocument(random, body) : body;
}

function signedQuery(random: Random, wanted: [string, string][]): Pick<Input, 'url' | 'query'> {
  if (random.onceIn(20)) wanted.splice(random.below(wanted.length), 1);
  if (random.onceIn(20))
    wanted.push(
      wanted.map(([name, value]): [string, string] => [name, mutateText(random, value)])[0] as [string, string],
    );
  return makeQuery(random, wanted);
}

export function makeWeCom(random: Random): Input {
  const isCheck = random.onceIn(4);
  const encrypt = encrypted(random, WECOM_PLATFORM, isCheck ? WORDS : MESSAGES);
  const [timestamp, nonce] = [timestamps(random), random.onceIn(20) ? mutateText(random, 'nonce') : '263014780'];
  const signature = bizMsgSignature(WECOM.token, timestamp, nonce, encrypt);
  const wanted: [string, string][] = [
    ['msg_signature', random.onceIn(20) ? mutateText(random, signature) : signature],
    ['timestamp', timestamp],
    ['nonce', nonce],
  ];
  if (isCheck || random.onceIn(40)) wanted.push(['echostr', encrypt]);
  let body = asBody(random, envelope(random, encrypt, ['Encrypt', 'Encrypt', 'encrypt']));
  if (random.onceIn(30)) body = changedBody(random, body);
  return {
    codec: random.pick(['list', 'list', 'window', 'small']),
    ...(isCheck && !random.onceIn(20) ? random.pick([{}, { body: null }, { body: '' }]) : handedOver(random, body)),
    ...signedQuery(random, wanted),
    ...pollute(random, ['Encrypt', 'encrypt', 'MsgType', 'echostr', 'msg_signature', 'InfoType']),
  };
}

export function makeWeChat(random: Random): Input {
  const isCheck = random.onceIn(5);
  const codec = random.pick(['keys', 'keys', 'plain', 'window', 'plain window', 'small']);
  const encrypt = encrypted(random, WECHAT_PLATFORM, MESSAGES);
  const [timestamp, nonce] = [timestamps(random), random.onceIn(20) ? mutateText(random, 'nonce') : '1514711492'];
  const wanted: [string, string][] = [
    ['signature', bizMsgSignature(WECHAT.token, timestamp, nonce)],
    ['timestamp', timestamp],
    ['nonce', nonce],
  ];
  if (isCheck) wanted.push(['echostr', random.onceIn(3) ? encrypt : random.pick(WORDS)]);
  const isPlain = random.onceIn(20) ? random.onceIn(2) : codec.startsWith('plain');
  if (!isPlain) {
    wanted.push(['encrypt_type', random.onceIn(20) ? random.pick(['raw', 'AES']) : 'aes']);
    const signature = bizMsgSignature(WECHAT.token, timestamp, nonce, encrypt);
    wanted.push(['msg_signature', random.onceIn(20) ? mutateText(random, signature) : signature]);
  }
  const plain = plaintext(random, MESSAGES, mutateDocument);
  let body = isPlain ? plain : asBody(random, envelope(random, encrypt, ['Encrypt', 'Encrypt', 'encrypt']));
  if (random.onceIn(30)) body = changedBody(random, body);
  return {
    codec,
    ...(isCheck && !random.onceIn(20) ? random.pick([{}, { body: null }, { body: '' }]) : handedOver(random, body)),
    ...signedQuery(random, wanted),
    ...pollute(random, ['Encrypt', 'MsgType', 'echostr', 'signature', 'encrypt_type', 'InfoType']),
  };
}

export function makeBizMsgCiphertext(random: Random): { platform: string; encrypt: string } {
  return random.onceIn(2)
    ? { platform: 'wecom', encrypt: encrypted(random, WECOM_PLATFORM, MESSAGES) }
    : { platform: 'wechat', encrypt: encrypted(random, WECHAT_PLATFORM, MESSAGES) };
}
