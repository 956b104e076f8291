// Seeded randomness, and the mutations that inputs are made with: of bytes, of text, of JSON by its tokens.

/** sfc32: 128 bits of state, so that a sequence does not repeat within any run. */
export class Random {
  private a: number;
  private b = 0x9e3779b9;
  private c = 0x243f6a88;
  private counter = 1;

  constructor(seed: string) {
    this.a = 0x811c9dc5;
    for (const character of seed) this.a = Math.imul(this.a ^ (character.codePointAt(0) as number), 0x01000193);
    for (let i = 0; i < 20; i++) this.next();
  }

  /** A number of 32 bits. */
  next(): number {
    const sum = (this.a + this.b + this.counter++) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  below(limit: number): number {
    return this.next() % limit;
  }

  /** True once in `times`. */
  onceIn(times: number): boolean {
    return this.next() % times === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.next();
    return bytes;
  }
}

/** Bytes that decoders get wrong: overlong and truncated UTF-8, surrogates, BOM, padding values. */
const BYTES: readonly (readonly number[])[] = [
  [0xef, 0xbb, 0xbf],
  [0xc0, 0x80],
  [0xc1, 0xbf],
  [0xe0, 0x80, 0x80],
  [0xe0, 0x9f, 0xbf],
  [0xe0, 0xa0, 0x80],
  [0xed, 0x9f, 0xbf],
  [0xed, 0xa0, 0x80],
  [0xed, 0xbf, 0xbf],
  [0xef, 0xbf, 0xbd],
  [0xef, 0xbf, 0xbf],
  [0xf0, 0x8f, 0xbf, 0xbf],
  [0xf0, 0x90, 0x80, 0x80],
  [0xf4, 0x8f, 0xbf, 0xbf],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xe4, 0xbd, 0xa0],
  [0xe4, 0xbd],
  [0xf0, 0x9f, 0x98],
  [0xc3, 0xa9],
  [0xc2],
  [0x80],
  [0xff],
  [0],
  [1],
  [16],
  [17],
  [32],
  [33],
  [0x22],
  [0x5c],
  [0x7f],
];

/** Text that parsers get wrong: base64, percent and header syntax, white space, letter case, halves of pairs. */
const TEXTS: readonly string[] = [
  ...['=', '==', '===', '-', '_', '+', '/', 'A', 'AB==', 'AAB=', '\u0141', '\uff21', '\u2212'],
  ...[
    ' ',
    '\t',
    '\r\n',
    '\f',
    '\v',
    '\0',
    '\u00a0',
    '\u200b',
    '\u2028',
    '\ufeff',
    '\ufffd',
    ', ',
    ',',
    ';',
    '"',
    '\\',
    '\\u',
  ],
  ...[
    '&',
    '?',
    '#',
    '%',
    '%%',
    '%2',
    '%zz',
    '%00',
    '%25',
    '%2B',
    '%26',
    '%3D',
    '%C0%80',
    '%ED%A0%80',
    '%E4%BD%A0',
    '%F0%9F',
  ],
  ...['é', '你', '\u{1f600}', '\ud800', '\udc00', '\udc00\ud800', '\u0130', '\u212a', 'e\u0301'],
  ...['0', '-1', '1e3', '0x10', '1700000000', '１７', 'NaN', '__proto__', 'constructor', '[object Object]'],
];

/** One to three changes somewhere: bits, bytes, runs taken out, put in, repeated, cut off. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let list = Array.from(bytes);
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const at = random.below(list.length + 1);
    const run = 1 + random.below(random.onceIn(4) ? 40 : 4);
    const kind = random.below(7);
    if (kind === 0 && at < list.length) list[at] = (list[at] as number) ^ (1 << random.below(8));
    else if (kind === 1 && at < list.length) list[at] = random.below(256);
    else if (kind === 2) list.splice(at, run);
    else if (kind === 3) list.splice(at, 0, ...random.bytes(run));
    else if (kind === 4) list.splice(at, 0, ...list.slice(at, at + run));
    else if (kind === 5) list.splice(at, random.below(4), ...random.pick(BYTES));
    else list = list.slice(0, at);
  }
  return Uint8Array.from(list);
}

/** One to three changes somewhere, as for bytes. */
export function mutateText(random: Random, text: string): string {
  let changed = text;
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const at = random.below(changed.length + 1);
    const run = 1 + random.below(random.onceIn(4) ? 40 : 4);
    const kind = random.below(6);
    let middle = '';
    let removed = 0;
    if (kind === 0) removed = run;
    else if (kind === 1) middle = changed.slice(at, at + run);
    else if (kind === 2) [middle, removed] = [String.fromCharCode(random.below(random.onceIn(3) ? 0x10000 : 0x100)), 1];
    else if (kind === 3) [middle, removed] = [random.pick(TEXTS), random.below(4)];
    else if (kind === 4) [middle, removed] = [String.fromCharCode(changed.charCodeAt(at) ^ (1 << random.below(7))), 1];
    else if (random.onceIn(3)) removed = changed.length;
    changed = changed.slice(0, at) + middle + changed.slice(at + removed);
  }
  return changed;
}

const KEYS: readonly string[] = [
  ...['encrypt', 'type', 'challenge', 'token', 'schema', 'header', 'event', 'event_type', 'event_id', 'create_time'],
  ...[
    'app_id',
    'tenant_key',
    'uuid',
    'ts',
    'EventType',
    'Random',
    'TestSuiteKey',
    'eventId',
    'BizId',
    'CallbackCommand',
    '',
  ],
  ...['__proto__', 'constructor', 'prototype', 'toJSON', 'toString', 'hasOwnProperty', 'then', 'length', 'valueOf'],
];

const VALUES: readonly string[] = [
  ...[
    '""',
    'null',
    'true',
    '0',
    '-0',
    '1e999',
    '1.5e-7',
    '12345678901234567890',
    '[]',
    '{}',
    '["x"]',
    '"2.0"',
    '"1.0"',
  ],
  ...['"url_verification"', '"v-token"', '"v-tokem"', '{"token":"v-token"}', '{"__proto__":{"token":"v-token"}}'],
  ...[
    '{"event_type":"t","token":"v-token"}',
    '{"type":"t"}',
    '"check_url"',
    '"check_create_suite_url"',
    '"user_add_org"',
  ],
  ...[
    '"\\ud800"',
    '"\\u0000"',
    '"\\ufeff"',
    '"\u2028"',
    '"你好\u{1f600}"',
    '"\\u005f_proto__"',
    '"C2C.CallbackAfterSendMsg"',
  ],
  ...[
    `"${'c'.repeat(1024)}"`,
    `"${'c'.repeat(1025)}"`,
    'NaN',
    '01',
    "'x'",
    'undefined',
    '"',
    '\ufeff',
    ' \n\t',
    '/**/',
  ],
];

const TOKENS = /"(?:[^"\\]|\\[\s\S])*"|[-+.\w]+|[^\s\w]|\s+/g;

/** One to three changes of tokens: values, names (repeated ones too), order, nesting, white space. */
export function mutateJson(random: Random, json: string): string {
  const tokens: string[] = json.match(TOKENS) ?? [];
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const at = random.below(tokens.length + 1);
    const kind = random.below(9);
    const value = random.pick(VALUES);
    const name = JSON.stringify(random.pick(KEYS));
    if (kind === 0) tokens.splice(at, 1);
    else if (kind === 1) tokens.splice(at, 0, tokens[at] ?? value);
    else if (kind === 2) tokens[at] = value;
    else if (kind === 3) tokens.splice(tokens.indexOf('{', at) + 1, 0, name, ':', value, ',');
    else if (kind === 4) tokens.splice(tokens.indexOf('{') + 1, 0, name, ':', value, ',');
    else if (kind === 5) replaceNear(tokens, at, /^"/, name);
    else if (kind === 6) replaceNear(tokens, at, /^["\d]/, value);
    else if (kind === 7)
      tokens.splice(at, 0, random.pick([' ', '\n', '\t', '\r\n', '\ufeff', '\u00a0', ',', ':', '}', '{']));
    else nest(random, tokens, at);
  }
  return tokens.join('');
}

function replaceNear(tokens: string[], at: number, what: RegExp, replacement: string): void {
  const found = tokens.findIndex((token, index) => index >= at && what.test(token));
  if (found >= 0) tokens[found] = replacement;
}

function nest(random: Random, tokens: string[], at: number): void {
  const depth = random.onceIn(1000) ? 20_000 : 1 + random.below(60);
  const [open, close] = random.onceIn(2) ? ['[', ']'] : ['{"a":', '}'];
  const found = tokens.findIndex((token, index) => index >= at && /^["\d]/.test(token));
  if (found >= 0)
    tokens[found] = open.repeat(depth) + tokens[found] + close.repeat(random.onceIn(9) ? depth - 1 : depth);
}

const XML_TOKENS = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<[^<>]*>|&[^;&<]*;|[^<&]+|[\s\S]/g;

/** Pieces of XML: what is skipped, what is refused, and what a reader mistakes for one another. */
const XML_PARTS: readonly string[] = [
  ...['<a>', '</a>', '<a/>', '<a />', '</a >', '<a', '>', '<', '/>', '</', '</xml>', '<xml>', '</>', '<>', '< a>'],
  ...['<!--c-->', '<!---->', '<!-- -- -->', '<!--->', '<!--', '-->', '<!--<a>-->', '<!-- --->'],
  ...['<![CDATA[', ']]>', '<![CDATA[]]>', '<![CDATA[<a>&amp;]]>', '<![CDATA[]]]]><![CDATA[>]]>', '<![cdata[x]]>', ']]'],
  ...['<?p?>', '<?xml version="1.0"?>', '<?xml version="1.0" encoding="gb2312"?>', '<?', '?>', '<?>', '<? a ?>'],
  ...['<!DOCTYPE a>', '<!DOCTYPE a [<!ENTITY e "x">]>', '<!ENTITY e "x">', '<!', '<!a>'],
  ...['&amp;', '&lt;', '&gt;', '&quot;', '&apos;', '&nbsp;', '&e;', '&', '&;', '&amp', '&#', '&#;', '&#x;', '&#X41;'],
  ...[
    '&#65;',
    '&#0065;',
    '&#x1F600;',
    '&#13;',
    '&#10;',
    '&#0;',
    '&#11;',
    '&#xD800;',
    '&#xFFFE;',
    '&#x110000;',
    '&#-1;',
  ],
  ...['<a b="1">', '<a b=\'1\' c="2"/>', '<a b="1" b="2"/>', '<a b=1/>', '<a b/>', '<a b="<"/>', '<a b="&x;"/>'],
  ...['<a b="&#0;"/>', '<a b = "1"\n/>', '<a b="1"c="2"/>', '<a\u00a0b="1"/>', '<a\fb="1"/>', '<a b="\'>"/>'],
  ...[
    '<é/>',
    '<a:b/>',
    '<:a/>',
    '<-a/>',
    '<1/>',
    '<__proto__>',
    '</__proto__>',
    '<constructor/>',
    '<toString>x</toString>',
  ],
  ...[
    '<Encrypt>',
    '</Encrypt>',
    '<encrypt/>',
    '<MsgType>event</MsgType>',
    '<InfoType>x</InfoType>',
    '<Event>e</Event>',
  ],
  ...[
    '\r',
    '\r\n',
    '\n',
    '\t',
    ' ',
    '\ufeff',
    '\u00a0',
    '\u0085',
    '\u2028',
    '\0',
    '\v',
    '\x7f',
    '\ufffe',
    '\uffff',
    '你',
    '\u{1f600}',
  ],
];

/** One to three changes of tokens: tags, sections, references; order and nesting. */
export function mutateXml(random: Random, xml: string): string {
  const tokens: string[] = xml.match(XML_TOKENS) ?? [];
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const at = random.below(tokens.length + 1);
    const kind = random.below(7);
    if (kind === 0) tokens.splice(at, 1);
    else if (kind === 1) tokens.splice(at, 0, tokens[at] ?? '');
    else if (kind === 2) tokens[at] = random.pick(XML_PARTS);
    else if (kind < 5) tokens.splice(at, 0, random.pick(XML_PARTS));
    else if (kind === 5) tokens.splice(at, 0, tokens.splice(random.below(tokens.length + 1), 1)[0] ?? '');
    else tokens[at] = `${'<a>'.repeat(random.below(36))}${tokens[at] ?? ''}${'</a>'.repeat(random.below(36))}`;
  }
  return tokens.join('');
}
