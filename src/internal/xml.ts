// The XML that WeCom and WeChat send and accept (XML 1.0, fifth edition), in one pass. An envelope is read before anything
// is verified, so whatever is not known here is refused: a DOCTYPE above all, and with it every entity of one's own.
import { requireText, typeName } from './arguments.ts';

/** What an element holds: text, or a record of its children; a name that repeats holds an array. */
export type XmlValue = string | XmlRecord | readonly XmlValue[];
/** The children of an element by their names. Attributes are not in it. */
export type XmlRecord = { readonly [name: string]: XmlValue };

interface Element {
  readonly name: string;
  text: string;
  children: Record<string, XmlValue> | undefined;
}

interface Reader {
  /** The elements that have not ended, the root first. */
  readonly open: Element[];
  /** Content of the root, once that has ended. */
  root: XmlRecord | string | undefined;
}

const MAX_DEPTH = 32;

const NAME = /[A-Za-z_][\w.:-]*/y;
// One pattern for all attributes together would run out of stack over a few million of them.
const ATTRIBUTE = /[\t\n ]+[A-Za-z_][\w.:-]*[\t\n ]*=[\t\n ]*(?:"[^"<]*"|'[^'<]*')/y;
/** With the slash of an empty element. */
const START_TAG_END = /[\t\n ]*\/?>/y;
const END_TAG_END = /[\t\n ]*>/y;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that section 2.2 leaves out
const NOT_XML = /[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]/;

/** Content of the root element: a record of its children, or its text. `undefined` for all that is not read here. */
export function parseXml(document: string): XmlRecord | string | undefined {
  if (NOT_XML.test(document)) return undefined;
  // Each line end is one LF (section 2.11); a BOM is not part of the text.
  const xml = document
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n');
  const reader: Reader = { open: [], root: undefined };
  for (let at = 0; at < xml.length; ) {
    at = xml.charAt(at) === '<' ? readMarkup(reader, xml, at) : readText(reader, xml, at);
    if (at < 0) return undefined;
  }
  return reader.root;
}

/** Reads what begins with `<`, and returns where it ends; -1 for what is refused. */
function readMarkup(reader: Reader, xml: string, at: number): number {
  switch (xml.charAt(at + 1)) {
    case '/':
      return readEndTag(reader, xml, at);
    case '?':
      return endOfMatch(NAME, xml, at + 2) < 0 ? -1 : endOf('?>', xml, at);
    case '!':
      // Not in one literal: compartments of SES refuse code that holds the start of an HTML comment.
      return xml.startsWith('--', at + 2) ? endOfComment(xml, at) : readCdata(reader, xml, at);
    default:
      return readStartTag(reader, xml, at);
  }
}

/** Attributes are skipped, but hold no unknown reference. */
function readStartTag(reader: Reader, xml: string, at: number): number {
  const nameEnd = endOfMatch(NAME, xml, at + 1);
  if (nameEnd < 0 || reader.root !== undefined || reader.open.length === MAX_DEPTH) return -1;
  let attributesEnd = nameEnd;
  for (let next = nameEnd; next >= 0; next = endOfMatch(ATTRIBUTE, xml, attributesEnd)) attributesEnd = next;
  const end = endOfMatch(START_TAG_END, xml, attributesEnd);
  if (end < 0 || decodeReferences(xml.slice(nameEnd, end)) === undefined) return -1;
  const name = xml.slice(at + 1, nameEnd);
  if (xml.charAt(end - 2) === '/') addElement(reader, name, '');
  else reader.open.push({ name, text: '', children: undefined });
  return end;
}

function readEndTag(reader: Reader, xml: string, at: number): number {
  const element = reader.open.pop();
  if (element === undefined || !xml.startsWith(element.name, at + 2)) return -1;
  const { name, text, children } = element;
  addElement(reader, name, children ?? text);
  return endOfMatch(END_TAG_END, xml, at + 2 + name.length);
}

/** An element that has ended, given to its parent, or to the reader if it is the root. */
function addElement(reader: Reader, name: string, content: XmlRecord | string): void {
  const parent = reader.open[reader.open.length - 1];
  if (parent === undefined) {
    reader.root = content;
  } else {
    parent.children ??= {};
    addChild(parent.children, name, content);
  }
}

/** An own property, whatever the name: `__proto__` is one like any other. */
function addChild(children: Record<string, XmlValue>, name: string, content: XmlRecord | string): void {
  if (!(name in children)) {
    children[name] = content;
    return;
  }
  const before = Object.hasOwn(children, name) ? children[name] : undefined;
  if (Array.isArray(before)) {
    before.push(content);
    return;
  }
  const value = before === undefined ? content : [before, content];
  Object.defineProperty(children, name, { value, writable: true, enumerable: true, configurable: true });
}

function readCdata({ open }: Reader, xml: string, at: number): number {
  const element = open[open.length - 1];
  const end = endOf(']]>', xml, at);
  if (element === undefined || end < 0 || !xml.startsWith('<![CDATA[', at)) return -1;
  element.text += xml.slice(at + '<![CDATA['.length, end - ']]>'.length);
  return end;
}

/** Outside the root there is white space alone, and nowhere `]]>` (section 2.4). */
function readText({ open }: Reader, xml: string, at: number): number {
  const next = xml.indexOf('<', at);
  const end = next < 0 ? xml.length : next;
  const raw = xml.slice(at, end);
  const element = open[open.length - 1];
  if (element === undefined) return /^[\t\n ]*$/.test(raw) ? end : -1;
  const text = raw.includes(']]>') ? undefined : decodeReferences(raw);
  if (text === undefined) return -1;
  element.text += text;
  return end;
}

/** Inside a comment there are no two hyphens (section 2.5). */
function endOfComment(xml: string, at: number): number {
  const end = endOf('--', xml, at + 4);
  return end > 0 && xml.charAt(end) === '>' ? end + 1 : -1;
}

/** Behind the next `mark`, or -1. */
function endOf(mark: string, xml: string, at: number): number {
  const index = xml.indexOf(mark, at);
  return index < 0 ? -1 : index + mark.length;
}

/** Behind what a sticky pattern finds at this place, or -1. */
function endOfMatch(pattern: RegExp, xml: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(xml) ? pattern.lastIndex : -1;
}

const PREDEFINED: { readonly [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** What is not a reference (section 4.1) to one of the five predefined entities or to a number. */
const NOT_REFERENCE = /&(?!(?:#\d+|#x[\dA-Fa-f]+|amp|lt|gt|quot|apos);)/;

/** Text with its references replaced; `undefined` where one is unknown, or is of a character that XML has not. */
function decodeReferences(text: string): string | undefined {
  if (!text.includes('&')) return text;
  if (NOT_REFERENCE.test(text)) return undefined;
  let isLegal = true;
  const decoded = text.replace(/&(?:#(\d+)|#x([\dA-Fa-f]+)|(\w+));/g, (_, decimal, hex, name) => {
    if (name !== undefined) return PREDEFINED[name] as string;
    const character = characterOf(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal));
    isLegal &&= character !== undefined;
    return character ?? '';
  });
  return isLegal ? decoded : undefined;
}

function characterOf(point: number): string | undefined {
  if (!(point <= 0x10ffff) || (point >= 0xd800 && point <= 0xdfff)) return undefined;
  const character = String.fromCodePoint(point);
  return NOT_XML.test(character) ? undefined : character;
}

/**
 * A document with the root `xml`: strings in CDATA, numbers and booleans as text, an array as so many elements of one name.
 * What is `undefined` is left out. `what` names the value where it has no XML form.
 */
export function writeXml(what: string, root: object): string {
  return writeElement(what, 'xml', root, 1);
}

function writeElements(what: string, name: string, value: unknown, depth: number): string {
  if (!Array.isArray(value)) return writeElement(what, name, value, depth);
  return value.map((item) => writeElement(what, name, item, depth)).join('');
}

/** One element, as at this depth. */
export function writeElement(what: string, name: string, value: unknown, depth: number): string {
  if (value === undefined) return '';
  if (!/^[A-Za-z_][\w.-]*$/.test(name)) throw new TypeError(`${what} must have names that are XML names`);
  if (depth > MAX_DEPTH) throw new TypeError(`${what} must be nested at most ${MAX_DEPTH} deep`);
  return `<${name}>${writeContent(what, value, depth)}</${name}>`;
}

function writeContent(what: string, value: unknown, depth: number): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeText(what, value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${what} must have an XML form, got ${typeName(value)}`);
  }
  let xml = '';
  for (const [name, child] of Object.entries(value)) xml += writeElements(what, name, child, depth + 1);
  return xml;
}

/** CDATA cannot hold its own end, nor a CR that is still one when it is read. */
function writeText(what: string, text: string): string {
  if (NOT_XML.test(requireText(what, text))) throw new TypeError(`${what} must be of characters that XML 1.0 has`);
  const isPlain = !text.includes(']]>') && !text.includes('\r');
  const data = isPlain ? text : text.replaceAll(']]>', ']]]]><![CDATA[>').replaceAll('\r', ']]>&#13;<![CDATA[');
  return `<![CDATA[${data}]]>`;
}
