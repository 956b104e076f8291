// What a sender wrote, on a terminal: control characters move the cursor, change titles and hide text, and marks of
// direction turn it around, so that each of them is written out.
import { ask } from '../runtime.ts';

const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text on one line. */
export function safeLine(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`);
}

/** Text of several lines. */
export function safeLines(text: string): string {
  return text.split('\n').map(safeLine).join('\n');
}

/** Data on one line of JSON, which a parser reads as it was. */
export function safeJson(data: object): string {
  const written = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(data).replace(UNSAFE, (character) => character.split('').map(written).join(''));
}

/** An event that is nested too deep for the runtime to write as JSON is left to the text of its message. */
export function writableEvent(event: unknown): unknown {
  return indented(event) === undefined ? undefined : event;
}

function indented(event: unknown): string | undefined {
  return ask(() => JSON.stringify(event, null, 2)); // it throws a RangeError
}

/** A verified message for people: what it is on one line, and what it says, indented. */
export function describe(message: {
  kind: string;
  type: string;
  id?: string | undefined;
  event: unknown;
  text: string;
}): string {
  const { kind, type, id, event, text } = message;
  const head = safeLine([kind, type, id].filter((part) => part !== undefined).join(' '));
  const content = (typeof event === 'object' && event !== null ? indented(event) : undefined) ?? text;
  return `${head}\n${safeLines(content).replace(/^/gm, '  ')}\n`;
}
