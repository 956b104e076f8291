// Bodies as frameworks leave them: parsed, written again, still in base64, read as a form or in a wrong encoding.

import { decodeBase64 } from '../encoding/base64.ts';
import { decodeUtf8 } from '../encoding/utf8.ts';
import { ask } from '../runtime.ts';
import type { Case } from './attempt.ts';
import type { Clue } from './findings.ts';
import { PLATFORMS } from './platforms.ts';
import { type Repair, repairRequest } from './repair.ts';
import { copyJson } from './snapshot.ts';
import { viewOf } from './view.ts';

/** At most 70 for one body: 30 ways to write JSON, the same with a line break, and a few of others. */
export function bodyRepairs(tried: Case, limit: number): readonly Repair[] {
  const { raw, text } = viewOf(tried);
  const { covers } = PLATFORMS[tried.platform];
  const found: Repair[] = [];
  const seen = new Set<unknown>([tried.request.body]);
  const add = (clue: Clue, body: string | Uint8Array | undefined): void => {
    if (body === undefined || body.length > limit || seen.has(body)) return;
    seen.add(body);
    found.push(repairRequest('body', clue, { body }));
  };
  if (raw === undefined) addParsed(tried.request.body, covers === 'body', add);
  if (text === undefined || text === '') return found;
  add({ text: 'body-base64' }, base64Body(text));
  for (const body of formBodies(text)) add({ text: 'body-form' }, body);
  if (covers === 'body') addSigned(text, typeof raw === 'string', add);
  return found;
}

type Add = (clue: Clue, body: string | Uint8Array | undefined) => void;

/** What a body is that is neither raw nor parsed, and of which nothing can be made. */
export function strangeKind(body: unknown): 'kind.promise' | 'kind.stream' | 'kind.other' | undefined {
  return ask(() => {
    const { then, pipe, getReader, arrayBuffer } = body as Record<string, unknown>;
    if (typeof then === 'function') return 'kind.promise';
    if ([pipe, getReader, arrayBuffer].some((method) => typeof method === 'function')) return 'kind.stream';
    return ArrayBuffer.isView(body) || typeof body !== 'object' ? 'kind.other' : undefined;
  });
}

/** What was parsed, written again. Whoever signs only a part of it is content with any form. */
function addParsed(body: unknown, allForms: boolean, add: Add): void {
  const value = strangeKind(body) === undefined ? copyJson(body) : undefined;
  if (typeof value !== 'object' || value === null) return;
  const { type, data } = value as { type?: unknown; data?: unknown };
  if (type === 'Buffer' && Array.isArray(data)) {
    add(
      PARSED,
      ask(() => Uint8Array.from(data as number[])),
    );
    return;
  }
  if (isForm(value)) {
    const pairs = Object.entries(value).map(([name, text]) => (text === '' ? name : `${name}=${text}`));
    for (const text of formBodies(pairs.join('&'))) add({ text: 'body-form' }, text);
    return;
  }
  for (const [, text] of allForms ? jsonForms(value) : jsonForms(value).slice(0, 1)) add(PARSED, text);
}

const PARSED: Clue = { text: 'body-parsed' };

/** Whether a record is what a parser of forms makes of JSON or XML: text of it stands in its first name. */
export function isForm(value: object): boolean {
  return /^(?:\{|<|%7B|%3C)/i.test(Object.keys(value)[0] ?? '');
}

function base64Body(text: string): string | undefined {
  if (!/^[A-Za-z\d+/]+={0,2}\s*$/.test(text)) return undefined;
  const bytes = ask(() => decodeBase64(text.trim(), 0));
  const decoded = bytes && decodeUtf8(bytes, 0, bytes.length);
  return decoded !== undefined && /^\s*[{<]/.test(decoded) ? decoded : undefined;
}

/** What a form may have been before: percent-decoded, its name or its value alone, and with the plus signs back. */
function formBodies(text: string): readonly string[] {
  const equals = text.indexOf('=');
  const parts = /^\s*[{<]/.test(text)
    ? [text.replace(/=$/, ''), text]
    : [text, text.slice(0, Math.max(equals, 0)), text.slice(equals + 1)].map(decodeForm);
  return parts.filter((part) => part !== undefined).flatMap((part) => [part, withPlusSigns(part)]);
}

function decodeForm(text: string): string | undefined {
  const decoded = ask(() => decodeURIComponent(text)) ?? '';
  return /^\s*[{<]/.test(decoded) ? decoded : undefined;
}

/** Spaces inside of base64 were plus signs. */
function withPlusSigns(text: string): string {
  return text.replace(/[A-Za-z\d+/ ]{24,}/g, (run) => run.replaceAll(' ', '+'));
}

/** Bodies of which each byte is signed. */
function addSigned(text: string, isText: boolean, add: Add): void {
  const clue = (form: string): Clue => ({ text: 'body-reserialised', details: { form } });
  if (isText && /[\x80-\xff]/.test(text) && !/[^\0-\xff]/.test(text)) {
    add(
      { text: 'body-damaged.latin1' },
      Uint8Array.from(text, (character) => character.charCodeAt(0)),
    );
  }
  if (!text.startsWith('\ufeff')) add({ text: 'body-damaged.bom' }, `\ufeff${text}`);
  add(clue('form.line-added'), text.replace(/\r?\n$/, ''));
  add(clue('form.line-lost'), `${text}\n`);
  add(clue('form.line-lost'), `${text}\r\n`);
  add(clue('form.lf'), text.replaceAll('\r\n', '\n'));
  add(clue('form.crlf'), text.replace(/\r?\n/g, '\r\n'));
  const value = ask(() => JSON.parse(text) as unknown);
  if (typeof value === 'string') add(clue(''), value); // serialised twice
  if (typeof value !== 'object' || value === null) return;
  for (const [form, body] of jsonForms(value)) add(clue(form), body);
}

/** JSON as it is usually written: spaces, slashes, what is not ASCII, and a line break at the end. Compact comes first. */
function jsonForms(value: unknown): readonly (readonly [form: string, text: string])[] {
  const written = ask(() => JSON.stringify(value)) ?? '';
  const spacings = [
    ['form.compact', written],
    ['form.spaced', spaced(written)],
    ...[2, 4, '\t'].map((space) => ['form.indented', ask(() => JSON.stringify(value, null, space)) ?? '']),
  ] as [string, string][];
  const slashes = spacings.flatMap(([form, text]) => [
    [form, text],
    ['form.slash', text.replaceAll('/', '\\/')],
  ]) as [string, string][];
  const escapes = slashes.flatMap(([form, text]) => {
    const asAscii = form === 'form.slash' ? 'form.slash-ascii' : 'form.ascii';
    return [
      [form, text],
      [asAscii, escaped(text)],
      [asAscii, escaped(text, (hex) => hex.toUpperCase())],
    ];
  }) as [string, string][];
  return [...escapes, ...escapes.map(([, text]) => ['form.line-lost', `${text}\n`] as const)];
}

/** As Python writes it: a space behind each colon and comma outside of strings. */
function spaced(json: string): string {
  return json.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|([:,])/g, (_, text: string | undefined, mark) => text ?? `${mark} `);
}

function escaped(json: string, write = (hex: string): string => hex): string {
  return json.replace(/[^\0-\x7f]/g, (unit) => `\\u${write(unit.charCodeAt(0).toString(16).padStart(4, '0'))}`);
}
