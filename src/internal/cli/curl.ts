// A curl command, as browsers copy it and people write it: the words of a POSIX shell, and the options that make a request.
import type { CallbackRequest } from '../../index.ts';
import { binary, fromBinary, toBinary, utf8 } from './bytes.ts';
import { UsageError } from './texts.ts';

/** What stands in the file that a command names. */
export type ReadFile = (path: string) => Uint8Array;

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', e: '\x1b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
  ...{ '\\': '\\', "'": "'", '"': '"', '?': '?' },
};

/** One part of a word (POSIX, XCU 2.2, and $'…' of bash): bare, quoted by one of three, escaped, or white space. */
const PART =
  /(?<space>(?:[ \t\r\n]|\\\r?\n)+)|'(?<single>[^']*)'|\$'(?<ansi>[^'\\]*(?:\\.[^'\\]*)*)'|\$?"(?<double>[^"\\]*(?:\\.[^"\\]*)*)"|\\(?<escaped>.)|(?<end>[|;&<>()])|(?<bare>(?!\$['"])[^ \t\r\n'"\\|;&<>()])/gsy;

interface Found {
  readonly 0: string;
  readonly index: number;
  readonly groups: Readonly<Record<string, string | undefined>>;
}

/** The words of the first command in `command`, as bytes: `$'\xe4'` is one, and a word must be able to hold any. */
export function shellWords(command: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  const text = binary(command);
  let end = 0;
  for (const { 0: part, index, groups } of text.matchAll(PART) as Iterable<Found>) {
    end = index + part.length;
    if (groups.end !== undefined) break;
    if (groups.space === undefined) word = (word ?? '') + unquote(groups);
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (word !== undefined) words.push(word);
  // A quotation mark that nothing closes.
  if (end < text.length && /['"\\$]/.test(text.charAt(end))) throw new UsageError();
  return words;
}

function unquote({ single, ansi, double, escaped, bare }: Readonly<Record<string, string | undefined>>): string {
  if (ansi !== undefined) {
    return ansi.replace(
      /\\(?:x([\da-fA-F]{1,2})|u([\da-fA-F]{1,4})|U([\da-fA-F]{1,8})|([0-7]{1,3})|(.))/gs,
      (whole, byte, unit, point, octal, name) => {
        if (byte !== undefined) return String.fromCharCode(Number.parseInt(byte, 16));
        if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
        const code = unit ?? point;
        return code === undefined ? (ESCAPES[name] ?? whole) : codePoint(Number.parseInt(code, 16));
      },
    );
  }
  return (
    single ?? double?.replace(/\\([$`"\\\n])/g, (_, one) => (one === '\n' ? '' : one)) ?? escaped ?? (bare as string)
  );
}

/** Halves of surrogate pairs are put together when all are there. */
function codePoint(point: number): string {
  if (point > 0x10ffff) return '';
  if (point < 0xd800 || point > 0xdfff) return binary(String.fromCodePoint(point));
  return String.fromCharCode(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
}

/** Pairs of surrogates that were written one by one, each in three bytes, as the one character that they are. */
function joinSurrogates(bytes: string): string {
  return bytes.replace(/\xed([\xa0-\xaf])([\x80-\xbf])\xed([\xb0-\xbf])([\x80-\xbf])/g, (...[, a, b, c, d]) => {
    const unit = (high: string, low: string) =>
      0xd000 | ((high.charCodeAt(0) & 0x3f) << 6) | (low.charCodeAt(0) & 0x3f);
    return binary(String.fromCharCode(unit(a, b), unit(c, d)));
  });
}

/** Options that say nothing about the request, but are followed by a value. */
const WITH_VALUE =
  /^(?:-[AbceEKmorUuwxyYzDPCX]|--(?:request|user-agent|cookie|cookie-jar|referer|cert|key|cacert|config|max-time|connect-timeout|output|range|user|write-out|proxy|proxy-user|resolve|connect-to|retry|retry-delay|retry-max-time|dump-header|limit-rate|interface))$/;

/** Options that make a body in ways that no platform does. */
const NOT_UNDERSTOOD = /^(?:-[FGTI]|--(?:form|form-string|get|upload-file|data-urlencode|head))$/;

/** Letters of flags, one that takes a value, and perhaps the value: `-XPOST`, `-sSd`. */
const BUNDLE = /^-([^-XHdAbceEKmorUuwxyYzDPCFGTI]*)([XHdAbceEKmorUuwxyYzDPCFGTI])(.*)$/s;

interface Draft {
  url: string;
  readonly headers: Record<string, string[]>;
  readonly data: string[];
  /** The bytes of `value`, or of the file that it names. */
  load(value: string): string;
}

/** What the options do that make a request; `value` is bytes. */
const OPTIONS: Readonly<Record<string, (draft: Draft, value: string) => void>> = {
  '--header': ({ headers }, value) => addHeader(headers, utf8(value)),
  '--url': (draft, value) => {
    draft.url = utf8(value);
  },
  '--data': ({ data, load }, value) => data.push(value.startsWith('@') ? load(value).replace(/[\r\n\0]/g, '') : value),
  '--data-raw': ({ data }, value) => data.push(value),
  '--data-binary': ({ data, load }, value) => data.push(load(value)),
  '--json': ({ data, headers, load }, value) => {
    data.push(load(value));
    addHeader(headers, 'content-type: application/json');
  },
};
const NAMES: Readonly<Record<string, string>> = { '-H': '--header', '-d': '--data', '--data-ascii': '--data' };

export function curlRequest(command: string, readFile: ReadFile): CallbackRequest {
  const words = shellWords(command).slice(1).map(joinSurrogates).flatMap(expand);
  const load = (value: string) => (value.startsWith('@') ? toBinary(readFile(utf8(value.slice(1)))) : value);
  const draft: Draft = { url: '', headers: noHeaders(), data: [], load };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const option = OPTIONS[NAMES[word] ?? word];
    if (NOT_UNDERSTOOD.test(word)) throw new UsageError(word);
    if (option !== undefined) option(draft, words.shift() ?? '');
    else if (WITH_VALUE.test(word)) words.shift();
    else if (!word.startsWith('-')) draft.url = utf8(word);
  }
  const { url, headers, data } = draft;
  return { url, headers, body: data.length === 0 ? null : fromBinary(data.join('&')) };
}

function expand(word: string): readonly string[] {
  const [, flags = '', letter, value] = BUNDLE.exec(word) ?? [];
  if (letter === undefined) return [word];
  return [...Array.from(flags, (flag) => `-${flag}`), `-${letter}`, ...(value ? [value] : [])];
}

/** Without a prototype, since a header may have any name. */
export function noHeaders(): Record<string, string[]> {
  return Object.create(null) as Record<string, string[]>;
}

/** `Name: value`, beside what the name has already. */
export function addHeader(headers: Record<string, string[]>, line: string): void {
  const [name = '', ...value] = line.split(':');
  const key = name.trim().toLowerCase();
  headers[key] ??= [];
  headers[key].push(value.join(':').trim());
}
