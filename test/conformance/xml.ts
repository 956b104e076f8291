// The XML that WeCom and WeChat send, and its other half: what is read, what it says, what is refused and what is written.
// It is reached as strangers reach it, through a plain request of WeChat, whose signature does not cover the body.
import { type Context, counting, now, SECONDS, utf8, WECHAT } from './tools.ts';

const repeat = (text: string, count: number) => new Array(count + 1).join(text);
/** Not in one literal: compartments of SES refuse code that holds the start or the end of an HTML comment. */
const comment = (text: string) => ['<!', text, '>'].join('--');

/** Documents, and what `event` is made of them. */
const READ: readonly (readonly [name: string, xml: string, event: unknown])[] = [
  ['an empty root', '<xml/>', ''],
  ['an empty root with a space', '<xml />', ''],
  ['a root that ends at once', '<xml></xml>', ''],
  ['a root of text', '<xml>text</xml>', 'text'],
  ['another name of the root', '<a><b>c</b></a>', { b: 'c' }],
  ['text', '<xml><a>飞书 🦜</a></xml>', { a: '飞书 🦜' }],
  ['CDATA', '<xml><a><![CDATA[<b>&amp;]] ></b>]]></a></xml>', { a: '<b>&amp;]] ></b>' }],
  ['empty CDATA', '<xml><a><![CDATA[]]></a></xml>', { a: '' }],
  ['adjacent CDATA', '<xml><a><![CDATA[]]]]><![CDATA[>]]></a></xml>', { a: ']]>' }],
  ['CDATA beside text', '<xml><a>1<![CDATA[2]]>3</a></xml>', { a: '123' }],
  ['white space around CDATA', '<xml><a>\n<![CDATA[2]]> </a></xml>', { a: '\n2 ' }],
  ['white space between elements', '<xml>\n\t<a>1</a>  \n<b>2</b>\r\n</xml>', { a: '1', b: '2' }],
  ['text beside children', '<xml>x<a>1</a>y</xml>', { a: '1' }],
  ['an empty element', '<xml><a/><b></b></xml>', { a: '', b: '' }],
  ['nested elements', '<xml><a><b><c>1</c></b></a></xml>', { a: { b: { c: '1' } } }],
  ['a name twice', '<xml><a>1</a><a>2</a></xml>', { a: ['1', '2'] }],
  [
    'a name three times, with another between',
    '<xml><a>1</a><b/><a>2</a><a><c/></a></xml>',
    { a: ['1', '2', { c: '' }], b: '' },
  ],
  ['one of a list', '<xml><a><item>1</item></a></xml>', { a: { item: '1' } }],
  ['a declaration', '<?xml version="1.0" encoding="UTF-8"?>\n<xml><a>1</a></xml>', { a: '1' }],
  ['another encoding declared', '<?xml version="1.0" encoding="GBK"?><xml><a>飞</a></xml>', { a: '飞' }],
  ['a BOM', '\ufeff<xml><a>1</a></xml>', { a: '1' }],
  ['white space in front', ' \n<xml><a>1</a></xml>', { a: '1' }],
  ['white space behind', '<xml><a>1</a></xml>\r\n\t ', { a: '1' }],
  [
    'comments',
    `${comment(' a ')}<xml>${comment(' <a>2</a> ')}<a>1${comment(' & ')}2</a></xml>${comment('')}`,
    { a: '12' },
  ],
  ['processing instructions', '<?a b?><xml><?a <b> ?><a>1</a></xml><?a?>', { a: '1' }],
  ['attributes', '<xml version="1" b=\'"\'><a c = "&amp;>">1</a></xml>', { a: '1' }],
  ['white space in tags', '<xml\n><a\t>1</a ></xml\r\n>', { a: '1' }],
  ['names with a prefix', '<x:xml><x:a>1</x:a></x:xml>', { 'x:a': '1' }],
  ['names of all kinds', '<xml><_a.b-C9>1</_a.b-C9></xml>', { '_a.b-C9': '1' }],
  ['predefined references', '<xml><a>&lt;&gt;&amp;&quot;&apos;</a></xml>', { a: '<>&"\'' }],
  ['a reference only once', '<xml><a>&amp;lt;</a></xml>', { a: '&lt;' }],
  ['decimal references', '<xml><a>&#39134;&#129436;&#9;&#10;&#13;</a></xml>', { a: '飞🦜\t\n\r' }],
  ['hexadecimal references', '<xml><a>&#x98DE;&#x1f99c;&#x0041;</a></xml>', { a: '飞🦜A' }],
  ['line ends', '<xml><a>1\r\n2\r3\n4</a><b><![CDATA[1\r\n2\r3]]></b></xml>', { a: '1\n2\n3\n4', b: '1\n2\n3' }],
  ['32 deep', `${repeat('<a>', 32)}1${repeat('</a>', 32)}`, nested(31)],
  ['names of every object', '<xml><constructor>1</constructor><toString/><__proto__>2</__proto__></xml>', own()],
];

function nested(depth: number): unknown {
  return depth === 0 ? '1' : { a: nested(depth - 1) };
}

function own(): object {
  return JSON.parse('{"constructor":"1","toString":"","__proto__":"2"}') as object;
}

/** What is no XML, or no XML that anybody sends. */
const REFUSED: readonly (readonly [name: string, xml: string])[] = [
  ['a DOCTYPE', '<!DOCTYPE xml><xml><a>1</a></xml>'],
  ['a DOCTYPE in lower case', '<!doctype xml><xml><a>1</a></xml>'],
  ["an entity of one's own", '<!DOCTYPE xml [<!ENTITY a "b">]><xml><a>&a;</a></xml>'],
  ['an external entity', '<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><a>&a;</a></xml>'],
  ['a billion laughs', '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><xml><a>&b;</a></xml>'],
  ['a DOCTYPE behind a comment', `${comment(' ')}<!DOCTYPE xml><xml><a>1</a></xml>`],
  ['a DOCTYPE inside', '<xml><!DOCTYPE xml><a>1</a></xml>'],
  ['an unknown entity', '<xml><a>&nbsp;</a></xml>'],
  ['an unknown entity in an attribute', '<xml a="&nbsp;"><a>1</a></xml>'],
  ['an entity of Object.prototype', '<xml><a>&constructor;</a></xml>'],
  ['a bare ampersand', '<xml><a>1 & 2</a></xml>'],
  ['an ampersand at the end', '<xml><a>1&</a></xml>'],
  ['a reference that does not end', '<xml><a>&amp</a></xml>'],
  ['&#0;', '<xml><a>&#0;</a></xml>'],
  ['&#x0;', '<xml><a>&#x0;</a></xml>'],
  ['&#1;', '<xml><a>&#1;</a></xml>'],
  ['&#;', '<xml><a>&#;</a></xml>'],
  ['a reference to half a pair', '<xml><a>&#xD83E;&#xDD9C;</a></xml>'],
  ['a reference above U+10FFFF', '<xml><a>&#x110000;</a></xml>'],
  ['a reference of many digits', `<xml><a>&#${repeat('9', 400)};</a></xml>`],
  ['a reference to U+FFFF', '<xml><a>&#xFFFF;</a></xml>'],
  ['NUL', '<xml><a>\0</a></xml>'],
  ['a control', '<xml><a>\u001f</a></xml>'],
  ['a control in CDATA', '<xml><a><![CDATA[\b]]></a></xml>'],
  ['U+FFFE', '<xml><a>\ufffe</a></xml>'],
  ['no end', '<xml><a>1</a>'],
  ['no end of an element', '<xml><a>1</xml>'],
  ['half of an end', '<xml><a>1</a></xml'],
  ['half of a start', '<xml'],
  ['no start', '</xml>'],
  ['ends crossed', '<xml><a><b></a></b></xml>'],
  ['an end in another letter case', '<xml><a>1</A></xml>'],
  ['CDATA that does not end', '<xml><a><![CDATA[1</a></xml>'],
  ['CDATA in lower case', '<xml><a><![cdata[1]]></a></xml>'],
  ['CDATA in front of the root', '<![CDATA[1]]><xml/>'],
  ['the end of CDATA in text', '<xml><a>]]></a></xml>'],
  ['a comment that does not end', `<xml>${comment('').slice(0, 4)} <a>1</a></xml>`],
  ['two hyphens in a comment', `<xml>${comment(' -- ')}<a>1</a></xml>`],
  ['three hyphens at its end', `<xml>${comment(' -')}<a>1</a></xml>`],
  ['a processing instruction that does not end', '<xml><?a <a>1</a></xml>'],
  ['a second root', '<xml><a>1</a></xml><xml><a>2</a></xml>'],
  ['a second empty root', '<xml><a>1</a></xml><b/>'],
  ['text behind the root', '<xml><a>1</a></xml>x'],
  ['text in front', 'x<xml><a>1</a></xml>'],
  ['33 deep', `${repeat('<a>', 33)}1${repeat('</a>', 33)}`],
  ['a name of digits', '<xml><1>1</1></xml>'],
  ['a name of Chinese', '<xml><名>1</名></xml>'],
  ['no name', '<xml><>1</></xml>'],
  ['a space before a name', '<xml>< a>1</a></xml>'],
  ['an attribute without value', '<xml a><a>1</a></xml>'],
  ['an attribute without quotes', '<xml a=1><a>1</a></xml>'],
  ['< in an attribute', '<xml a="<"><a>1</a></xml>'],
  ['a comment alone', comment(' ')],
  ['a declaration alone', '<?xml version="1.0"?>'],
  ['< alone', '<'],
  ['a bang alone', '<!'],
];

/** Objects as an answer, and what is written. */
const WRITTEN: readonly (readonly [name: string, value: object, xml: string])[] = [
  ['strings', { a: '飞书 🦜', b: '' }, '<a><![CDATA[飞书 🦜]]></a><b><![CDATA[]]></b>'],
  ['numbers and booleans', { a: 1, b: -1.5, c: true }, '<a>1</a><b>-1.5</b><c>true</c>'],
  ['nothing', {}, ''],
  ['undefined is left out', { a: undefined, b: 1 }, '<b>1</b>'],
  ['an object', { a: { b: { c: '1' } } }, '<a><b><c><![CDATA[1]]></c></b></a>'],
  ['a list', { a: { item: ['1', { b: 2 }] } }, '<a><item><![CDATA[1]]></item><item><b>2</b></item></a>'],
  ['an empty list', { a: [] }, ''],
  ['the end of CDATA', { a: ']]>x]]>' }, '<a><![CDATA[]]]]><![CDATA[>x]]]]><![CDATA[>]]></a>'],
  ['markup', { a: '</a><b>&amp;' }, '<a><![CDATA[</a><b>&amp;]]></a>'],
  ['a carriage return', { a: '1\r\n2' }, '<a><![CDATA[1]]>&#13;<![CDATA[\n2]]></a>'],
];

const UNWRITABLE: readonly (readonly [name: string, value: object])[] = [
  ['a name of digits', { 1: 'a' }],
  ['a name with a space', { 'a b': 'c' }],
  ['a name that closes', { 'a><b': 'c' }],
  ['a name of Chinese', { 名: 'c' }],
  ['NUL', { a: '\0' }],
  ['a control', { a: '\u001b' }],
  ['U+FFFF', { a: '\uffff' }],
  ['half a pair', { a: '\ud83e' }],
  ['null', { a: null }],
  ['a function', { a: () => '' }],
  ['33 deep', nested(33) as object],
];

export function xmlVerdicts({ lib, check, equal, refuses }: Context): void {
  const codec = lib.createWeChatCodec({ token: WECHAT.token, now, random: counting() });
  const [timestamp, nonce] = [String(SECONDS), 'n'];
  const query = { signature: lib.weChatSignature({ token: WECHAT.token, timestamp, nonce }), timestamp, nonce };
  const event = (body: string | Uint8Array) => codec.decode({ query, body }).event;
  for (const [name, xml, expected] of READ) {
    equal(`${name}`, () => event(xml), expected);
    equal(`${name}, as bytes`, () => event(utf8(xml)), expected);
    equal(`${name}, as text`, () => codec.decode({ query, body: xml }).text, xml);
  }
  for (const [name, xml] of REFUSED) refuses(name, () => event(xml), 'ERR_REQUEST');
  check('a child named __proto__ changes no prototype', () => {
    const record = event('<xml><__proto__><polluted>1</polluted></__proto__></xml>') as object;
    return Object.hasOwn(record, '__proto__') && (record as { polluted?: unknown }).polluted === undefined;
  });

  const message = codec.decode({ query, body: '<xml><MsgType>text</MsgType></xml>' });
  for (const [name, value, xml] of WRITTEN) {
    equal(`written: ${name}`, () => codec.reply(message, value).body, `<xml>${xml}</xml>`);
  }
  for (const [name, value] of UNWRITABLE)
    refuses(`not written: ${name}`, () => codec.reply(message, value), 'TypeError');
  equal(
    'what was written is read',
    () => {
      const value = { a: '\r\n\t<&]]>"\'', b: { c: ['1', '2'], d: '飞书 🦜' }, e: '' };
      return event(codec.reply(message, value).body);
    },
    { a: '\r\n\t<&]]>"\'', b: { c: ['1', '2'], d: '飞书 🦜' }, e: '' },
  );
  check('a long document takes a time that grows with its length', () => {
    const items = repeat('<item>1</item>', 30_000);
    return (event(`<xml>${items}</xml>`) as { readonly item: readonly string[] }).item.length === 30_000;
  });
}
