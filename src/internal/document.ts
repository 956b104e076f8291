// XML or JSON, in which WeCom and WeChat send and take envelopes and messages alike.
import { CallbackError } from './errors.ts';
import { type JsonObject, jsonText, ownField, requireJsonObject } from './json.ts';
import { parseXml, writeXml, type XmlRecord } from './xml.ts';

export type DocumentFormat = 'xml' | 'json';

export interface Document {
  readonly format: DocumentFormat;
  /** What stands in the root element, or the JSON object. */
  readonly content: XmlRecord | string | JsonObject;
  /** The fields of it; none where an XML root holds text alone. */
  readonly fields: JsonObject;
}

/** Reads what the first character says it is, whatever the Content-Type; ERR_REQUEST where it is not. */
export function parseDocument(what: string, text: string): Document {
  if (!/^\ufeff?\s*</.test(text)) {
    const content = requireJsonObject(what, text);
    return { format: 'json', content, fields: content };
  }
  const content = parseXml(text);
  if (content === undefined) {
    throw new CallbackError('ERR_REQUEST', `${what} must be XML that ends, without DOCTYPE and unknown entities`);
  }
  return { format: 'xml', content, fields: typeof content === 'string' ? {} : content };
}

/** The one text under `names`, which may all be there or repeat, but agree. */
export function sameField({ format, fields }: Document, ...names: readonly string[]): string | undefined {
  const found = names.map((name) => ownField(fields, name)).filter((value) => value !== undefined);
  const values = format === 'xml' ? found.flat() : found;
  const [first] = values;
  if (first === undefined) return undefined;
  if (typeof first !== 'string' || values.some((value) => value !== first)) {
    throw new CallbackError(
      'ERR_REQUEST',
      `${names.join(' or ')} is not text, or is there twice with different values`,
    );
  }
  return first;
}

/** A document of the caller's own: text as it stands, an object in the format. */
export function writeDocument(name: string, format: DocumentFormat, value: object): string {
  return format === 'xml' ? writeXml(name, value) : jsonText(name, value);
}
