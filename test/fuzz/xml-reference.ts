// The contract of XML a second time, read by @rgrove/parse-xml, and of the codecs that send it: WeCom and WeChat.
import { parseXml, XmlElement, XmlProcessingInstruction, XmlText } from '@rgrove/parse-xml';
import {
  asObject,
  bizMsgOpen,
  bizMsgSignature,
  type Input,
  idOf,
  isWellFormed,
  type Json,
  own,
  parameter,
  parameters,
  parse,
  readOptionalBody,
  refuse,
  requireFresh,
  textOf,
} from './reference.ts';

export const WECOM = {
  token: 'QDG6eK',
  encodingAesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
  receiveId: ['wx5823bf96d3bd56c7', ''],
};
export const WECHAT = {
  token: 'AAAAA',
  /** The current one and one before it. */
  encodingAesKey: ['abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG', WECOM.encodingAesKey],
  appId: ['wxba5fad812f8e6fb9', '小程序'],
};
export const keyOf = (encodingAesKey: string): Uint8Array => Buffer.from(encodingAesKey, 'base64');

/** A character outside XML 1.0, section 2.2. */
const NOT_XML = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** What is left alone when attributes and processing instructions, which are skipped, are put in order. */
const MARKUP = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[A-Za-z_][\s\S]*?\?>|<(?!\?)(?:"[^"]*"|'[^']*'|[^"'>])*>/g;

/**
 * The document with what is skipped in the order that XML wants: each attribute of an element by another name, and comments
 * in the place of instructions, the declaration too, which here may look and stand as they like.
 */
export function inOrder(document: string): string {
  return document.replace(MARKUP, (token) => {
    if (token.startsWith('<?')) return '<!---->';
    if (token.startsWith('<!')) return token;
    return token.replace(/[\t\n\r ][A-Za-z_][\w.:-]*(?=[\t\n\r ]*=)/g, (name, at) => `${name}-${at}`);
  });
}

/** Content of the root element; `undefined` for what is no XML, and for what of XML is refused. */
export function readXml(document: string): { content: unknown } | undefined {
  if (NOT_XML.test(document)) return undefined; // in an instruction, too
  try {
    const { children } = parseXml(inOrder(document), { preserveDocumentType: true });
    if (children.length !== 1) return undefined; // a DOCTYPE, or an instruction that is not in order
    return { content: contentOf(children[0] as XmlElement, 1) };
  } catch {
    return undefined;
  }
}

const ASCII_NAME = /^[A-Za-z_][\w.:-]*$/;

function contentOf(element: XmlElement, depth: number): unknown {
  const names = [element.name, ...Object.keys(element.attributes)];
  if (depth > 32 || !names.every((name) => ASCII_NAME.test(name))) throw new Error('refused');
  // One that is not in order: its name is of other characters.
  if (element.children.some((child) => child instanceof XmlProcessingInstruction)) throw new Error('refused');
  const children = element.children.filter((child) => child instanceof XmlElement);
  if (children.length > 0) return recordOf(children.map((child) => [child.name, contentOf(child, depth + 1)]));
  return element.children.map((child) => (child instanceof XmlText ? child.text : '')).join('');
}

/** Own properties, whatever their names, and a list of the values of one that repeats. */
export function recordOf(entries: readonly (readonly [string, unknown])[]): object {
  const record = {};
  for (const name of new Set(entries.map(([name]) => name))) {
    const values = entries.filter((entry) => entry[0] === name).map((entry) => entry[1]);
    const value = values.length === 1 ? values[0] : values;
    Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return record;
}

/** What a reader gives back of a value that was written; a TypeError where it has no XML form. */
export function writtenXml(value: unknown, depth = 1): unknown {
  if (depth > 32 || value === null || Array.isArray(value)) throw new TypeError();
  if (typeof value !== 'object') {
    if (NOT_XML.test(`${value}`)) throw new TypeError();
    return `${value}`;
  }
  const entries = Object.entries(value).flatMap(([name, child]): [string, unknown][] => {
    const children: unknown[] = (Array.isArray(child) ? child : [child]).filter((one) => one !== undefined);
    if (children.length > 0 && !/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) throw new TypeError();
    return children.map((one) => [name, writtenXml(one, depth + 1)]);
  });
  return entries.length === 0 ? '' : recordOf(entries);
}

interface Document {
  format: 'xml' | 'json';
  content: unknown;
  fields: Json;
}

/** XML or JSON, by the first character. */
function readDocument(text: string): Document {
  if (/^\ufeff?[\t\n\r ]*</.test(text)) {
    const { content } = readXml(text) ?? refuse('ERR_REQUEST');
    return { format: 'xml', content, fields: asObject(content) ?? {} };
  }
  const content = parse(text) ?? refuse('ERR_REQUEST');
  return { format: 'json', content, fields: content };
}

function encryptOf({ format, fields }: Document, ...names: readonly string[]): string {
  const found = names.map((name) => own(fields, name)).filter((value) => value !== undefined);
  const values = format === 'xml' ? found.flat() : found;
  if (values.length === 0) refuse('ERR_SIGNATURE');
  if (values.some((value) => typeof value !== 'string' || value !== values[0])) refuse('ERR_REQUEST');
  const encrypt = values[0] as string;
  return isWellFormed(encrypt) ? encrypt : refuse('ERR_REQUEST');
}

function typeOf(fields: Json): string {
  const type = textOf(own(fields, 'MsgType'));
  return textOf(own(fields, 'InfoType')) ?? (type === 'event' ? textOf(own(fields, 'Event')) : undefined) ?? type ?? '';
}

interface Signed {
  timestamp: string;
  nonce: string;
}

/** Timestamp and nonce that were signed with `what`; refused where they are signed wrongly. */
function signedBy(input: Input, token: string, list: readonly (string | undefined)[], what: readonly string[]): Signed {
  const [signature, timestamp, nonce] = list;
  if (signature === undefined || timestamp === undefined || nonce === undefined) refuse('ERR_SIGNATURE');
  if (signature !== bizMsgSignature(token, timestamp, nonce, ...what)) refuse('ERR_SIGNATURE');
  requireFresh(input.codec, timestamp, /^\d{10}$/);
  return { timestamp, nonce };
}

/** What is signed of a WeCom request; refused where it is signed wrongly. */
export function weComSigned(input: Input, token = WECOM.token): Signed & { encrypt: string; envelope?: Document } {
  const { bytes, text } = readOptionalBody(input);
  const sent = parameters(input);
  const list = ['msg_signature', 'timestamp', 'nonce'].map((name) => parameter(sent, name));
  const echostr = parameter(sent, 'echostr');
  if (echostr !== undefined) {
    if (bytes.length > 0) refuse('ERR_REQUEST');
    return { ...signedBy(input, token, list, [echostr]), encrypt: echostr };
  }
  const envelope = readDocument(text || refuse('ERR_REQUEST'));
  const encrypt = encryptOf(envelope, 'Encrypt', 'encrypt');
  return { ...signedBy(input, token, list, [encrypt]), encrypt, envelope };
}

export function weComOpen(encrypt: string, isVerified = false): { text: string; receiveId: string } {
  const { text, receiver } = bizMsgOpen(keyOf(WECOM.encodingAesKey), encrypt) ?? refuse('ERR_DECRYPT');
  if (!WECOM.receiveId.includes(receiver)) refuse('ERR_OWNER', { receivedOwner: isVerified ? receiver : undefined });
  return { text, receiveId: receiver };
}

export function weCom(input: Input, token?: string): unknown {
  const { timestamp, nonce, encrypt, envelope } = weComSigned(input, token);
  const { text, receiveId } = weComOpen(encrypt, true);
  const message = { platform: 'wecom', receiveId, timestamp, nonce, text };
  if (envelope === undefined) {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(text)) refuse('ERR_REQUEST');
    return { ...message, kind: 'verification', type: 'echostr', event: undefined };
  }
  const { format, content, fields } = readDocument(text);
  const msgtype = textOf(own(fields, 'msgtype'));
  const eventType = msgtype === 'event' ? textOf(own(own(fields, 'event'), 'eventtype')) : undefined;
  return {
    ...message,
    kind: 'event',
    format,
    type: format === 'xml' ? typeOf(fields) : (eventType ?? msgtype ?? ''),
    id: idOf(text, fields, format === 'xml' ? 'MsgId' : 'msgid'),
    event: content,
    toUserName: textOf(own(envelope.fields, 'ToUserName')) ?? textOf(own(envelope.fields, 'tousername')),
    agentId: textOf(own(envelope.fields, 'AgentID')) ?? textOf(own(envelope.fields, 'agentid')),
  };
}

/** What is signed of a WeChat request; refused where it is signed wrongly. */
export function weChatSigned(input: Input): Signed & { echostr?: string; encrypt?: string; document?: Document } {
  const { bytes, text } = readOptionalBody(input);
  const sent = parameters(input);
  const [echostr, timestamp, nonce] = ['echostr', 'timestamp', 'nonce'].map((name) => parameter(sent, name));
  const isEncrypted = echostr === undefined && !input.codec.startsWith('plain');
  const list = [parameter(sent, isEncrypted ? 'msg_signature' : 'signature'), timestamp, nonce];
  if (echostr !== undefined) {
    if (bytes.length > 0) refuse('ERR_REQUEST');
    return { ...signedBy(input, WECHAT.token, list, []), echostr };
  }
  const document = readDocument(text || refuse('ERR_REQUEST'));
  if (!isEncrypted) {
    if (own(document.fields, 'Encrypt') !== undefined && typeOf(document.fields) === '') refuse('ERR_REQUEST');
    return { ...signedBy(input, WECHAT.token, list, []), document };
  }
  if (parameter(sent, 'encrypt_type') !== 'aes') refuse('ERR_SIGNATURE');
  const encrypt = encryptOf(document, 'Encrypt');
  return { ...signedBy(input, WECHAT.token, list, [encrypt]), encrypt, document };
}

export function weChatOpen(encrypt: string, isVerified = false): { text: string; appId: string; keyIndex: number } {
  const opened = WECHAT.encodingAesKey.map((key) => bizMsgOpen(keyOf(key), encrypt));
  const keyIndex = opened.findIndex((one) => one && WECHAT.appId.includes(one.receiver));
  const found = opened[keyIndex];
  if (found) return { text: found.text, appId: found.receiver, keyIndex };
  const other = opened.findLast((one) => one !== undefined) ?? refuse('ERR_DECRYPT');
  refuse('ERR_OWNER', { receivedOwner: isVerified ? other.receiver : undefined });
}

export function weChat(input: Input): unknown {
  const { timestamp, nonce, echostr, encrypt } = weChatSigned(input);
  const message = { platform: 'wechat', timestamp, nonce };
  if (echostr !== undefined) {
    if (!/^[A-Za-z0-9_-]{1,128}$/.test(echostr)) refuse('ERR_REQUEST');
    return { ...message, kind: 'verification', type: 'echostr', event: undefined, text: echostr };
  }
  const opened = encrypt === undefined ? undefined : weChatOpen(encrypt, true);
  const text = opened?.text ?? (readOptionalBody(input).text as string);
  const { format, content, fields } = readDocument(text);
  return {
    ...message,
    kind: 'event',
    format,
    encrypted: opened !== undefined,
    ...(opened && { appId: opened.appId, keyIndex: opened.keyIndex }),
    type: typeOf(fields),
    id: idOf(text, fields, 'MsgId'),
    event: content,
    toUserName: textOf(own(fields, 'ToUserName')),
    text,
  };
}
