import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseXml, writeXml } from '../../src/internal/xml.ts';
import { codeOf, errorOf, polluted } from '../helpers.ts';

describe('parseXml', () => {
  it.each<[name: string, document: string, content: unknown]>([
    ['children in any order', '<xml><B>2</B><A>1</A></xml>', { B: '2', A: '1' }],
    ['a root of any name', '<_Root.1-a><A>1</A></_Root.1-a>', { A: '1' }],
    ['a root of text alone', '<xml>success</xml>', 'success'],
    ['an empty root', '<xml></xml>', ''],
    ['an empty root in one tag', '<xml/>', ''],
    ['empty elements', '<xml><A></A><B/><C /></xml>', { A: '', B: '', C: '' }],
    ['white space between elements', '\n <xml>\n\t<A>1</A> \n</xml>\n\t ', { A: '1' }],
    ['white space in tags', '<xml\n><A\t>1</A\n ></xml >', { A: '1' }],
    ['white space in text, which counts', '<xml><A> 1\n</A></xml>', { A: ' 1\n' }],
    ['white space around CDATA, which counts', '<xml><A>\n<![CDATA[1]]>\n</A></xml>', { A: '\n1\n' }],
    ['a BOM', '\ufeff<xml><A>1</A></xml>', { A: '1' }],
    ['a BOM within, which is text', '<xml><A>\ufeff1</A></xml>', { A: '\ufeff1' }],
    ['a declaration', '<?xml version="1.0" encoding="UTF-8"?>\n<xml><A>1</A></xml>', { A: '1' }],
    ['processing instructions anywhere', '<?a?><xml><?b c > < & ?><A>1<?d?>2</A></xml><?e?>', { A: '12' }],
    ['comments anywhere', '<!----><xml><!-- <A>0</A> & - > --><A>1<!--x-->2</A></xml>\n<!-- end -->', { A: '12' }],
    ['attributes, skipped', '<xml a="1" b = \'"2>\'><A c="&lt;&#x41;" x:y=""\n/></xml>', { A: '' }],
    ['white space around attributes', '<xml \n a="1"\t\n  b = "2"  ><A  c="3"  /></xml>', { A: '' }],
    ['attributes that end like tags', '<xml a="/"><A b=\'/>\'/><C d="/" ></C></xml>', { A: '', C: '' }],
    ['many attributes', `<xml${' a="1"'.repeat(50_000)}>1</xml>`, '1'],
    ['CDATA', '<xml><A><![CDATA[<b>&amp;]] >]]]></A></xml>', { A: '<b>&amp;]] >]' }],
    ['empty CDATA', '<xml><A><![CDATA[]]></A></xml>', { A: '' }],
    ['adjacent CDATA', '<xml><A><![CDATA[1]]]]><![CDATA[>2]]>3</A></xml>', { A: '1]]>23' }],
    ['predefined entities', '<xml><A>&lt;&gt;&amp;&quot;&apos;</A></xml>', { A: '<>&"\'' }],
    ['a reference once, not twice', '<xml><A>&amp;lt;&#38;gt;</A></xml>', { A: '&lt;&gt;' }],
    ['numeric references', '<xml><A>&#65;&#x42;&#x1F600;&#00067;&#9;&#10;&#13;</A></xml>', { A: 'AB😀C\t\n\r' }],
    ['the last character of all', '<xml><A>&#x10FFFF;&#1114111;</A></xml>', { A: '\u{10ffff}\u{10ffff}' }],
    [
      'the characters around those that XML lacks',
      '<xml>&#xD7FF;&#xE000;&#xFFFD;\x7f\x85</xml>',
      '\ud7ff\ue000\ufffd\x7f\x85',
    ],
    [
      'line ends as LF',
      '<xml><A>1\r\n2\r3\n4\r\r\n5</A><B><![CDATA[\r\n]]></B></xml>\r\n',
      { A: '1\n2\n3\n4\n\n5', B: '\n' },
    ],
    ['prefixes, kept', '<x:xml xmlns:x="y"><x:A>1</x:A></x:xml>', { 'x:A': '1' }],
    ['a name twice, as an array', '<xml><A>1</A><B/><A>2</A></xml>', { A: ['1', '2'], B: '' }],
    ['a name three times, empty ones too', '<xml><A/><A/><A>3</A></xml>', { A: ['', '', '3'] }],
    ['records', '<xml><A><B><C>1</C></B></A><A><B/></A></xml>', { A: [{ B: { C: '1' } }, { B: '' }] }],
    ['text beside children, dropped', '<xml>1<A>2<B>3</B>4</A>5</xml>', { A: { B: '3' } }],
    ['names that differ in case', '<xml><A>1</A><a>2</a></xml>', { A: '1', a: '2' }],
    ['text of the root that is of all planes', '<xml>企业微信 😀</xml>', '企业微信 😀'],
  ])('reads %s', (_, document, content) => {
    expect(parseXml(document)).toEqual(content);
  });

  it('makes `__proto__` and its like properties like any other', () => {
    const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString'];
    for (const name of names) {
      const once = parseXml(`<xml><${name}><admin>1</admin></${name}></xml>`) as Record<string, unknown>;
      expect(Object.entries(once)).toEqual([[name, { admin: '1' }]]);
      expect(Object.getPrototypeOf(once)).toBe(Object.prototype);
      expect(once.admin).toBeUndefined();
      const twice = parseXml(`<xml><${name}>1</${name}><${name}>2</${name}></xml>`) as object;
      expect(Object.entries(twice)).toEqual([[name, ['1', '2']]]);
    }
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it('makes them own properties where Object.prototype is polluted, too', () => {
    const document = '<xml><admin>1</admin><admin>2</admin><toString>3</toString></xml>';
    for (const pollution of [{ admin: ['hush'] }, { admin: { push: 1 } }, { admin: 'hush' }]) {
      const read = polluted(pollution, () => Object.entries(parseXml(document) as object));
      expect(read).toEqual([
        ['admin', ['1', '2']],
        ['toString', '3'],
      ]);
    }
  });

  it.each<[name: string, document: string]>([
    ['nothing', ''],
    ['white space alone', ' \n'],
    ['text alone', 'success'],
    ['a comment alone', '<!-- <xml/> -->'],
    ['JSON', '{"Encrypt":"AAAA"}'],
    ['a DOCTYPE', '<!DOCTYPE xml><xml/>'],
    ['a DOCTYPE with an entity', '<!DOCTYPE xml [<!ENTITY a "b">]><xml>&a;</xml>'],
    ['a DOCTYPE with an external entity', '<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml>&a;</xml>'],
    ['a DOCTYPE in lower case', '<!doctype xml><xml/>'],
    ['a DOCTYPE behind a comment', '<!-- --><!DOCTYPE xml><xml/>'],
    ['a DOCTYPE within', '<xml><!DOCTYPE xml></xml>'],
    ['a DOCTYPE that ends like CDATA', '<!DOCTYPE xml []]><xml/>'],
    ['an ENTITY within', '<xml><!ENTITY a "b"></xml>'],
    ['an unknown entity', '<xml><A>&nbsp;</A></xml>'],
    ['an entity in another case', '<xml><A>&LT;</A></xml>'],
    ['an entity named like a method', '<xml><A>&toString;</A></xml>'],
    ['an unknown entity in an attribute', '<xml a="&b;"/>'],
    ['an unknown entity in an attribute within', '<xml><A b="&c;"/></xml>'],
    ['an attribute without a value within', '<xml><A b></A></xml>'],
    ['an instruction without a name within', '<xml><?1?></xml>'],
    ['a bare ampersand', '<xml><A>1 & 2</A></xml>'],
    ['a reference that does not end', '<xml><A>&lt</A></xml>'],
    ['an empty reference', '<xml><A>&;</A></xml>'],
    ['a number without digits', '<xml><A>&#;</A></xml>'],
    ['a hexadecimal number without digits', '<xml><A>&#x;</A></xml>'],
    ['a hexadecimal number with a capital X', '<xml><A>&#X41;</A></xml>'],
    ['a number with a letter', '<xml><A>&#4A;</A></xml>'],
    ['NUL by number', '<xml><A>&#0;</A></xml>'],
    ['NUL in an attribute', '<xml a="&#x0;"/>'],
    ['a control character by number', '<xml><A>&#8;</A></xml>'],
    ['half of a surrogate pair by number', '<xml><A>&#xD800;</A></xml>'],
    ['both halves of a pair by number', '<xml><A>&#xD83D;&#xDE00;</A></xml>'],
    ['the last surrogate by number', '<xml><A>&#57343;</A></xml>'],
    ['U+FFFE by number', '<xml><A>&#xFFFE;</A></xml>'],
    ['a number above Unicode', '<xml><A>&#x110000;</A></xml>'],
    ['a number above all numbers', `<xml><A>&#${'9'.repeat(400)};</A></xml>`],
    ['a second root', '<xml/><xml/>'],
    ['a second root behind a comment', '<xml></xml><!-- --><b></b>'],
    ['text behind the root', '<xml/>x'],
    ['text before the root', 'x<xml/>'],
    ['CDATA before the root', '<![CDATA[]]><xml/>'],
    ['CDATA behind the root', '<xml/><![CDATA[ ]]>'],
    ['a no-break space behind the root', '<xml/>\u00a0'],
    ['two BOMs', '\ufeff\ufeff<xml/>'],
    ['a reference behind the root', '<xml/>&#32;'],
    ['a reference before the root', '&#10;<xml/>'],
    ['an end without a start', '</xml>'],
    ['an end that is only the beginning of its name', '<xml></xm>'],
    ['an end of a longer name', '<xml></xml2>'],
    ['an end with a colon more', '<xml></xml:>'],
    ['an end with a no-break space', '<xml></xml\u00a0>'],
    ['an end behind the root', '<xml/></xml>'],
    ['ends in the wrong order', '<xml><A><B></A></B></xml>'],
    ['an end in another case', '<xml><A></a></xml>'],
    ['an end with attributes', '<xml></xml a="1">'],
    ['no end', '<xml>'],
    ['`]]>` in text', '<xml><A>1]]>2</A></xml>'],
    ['CDATA that does not end', '<xml><![CDATA[1]]</xml>'],
    ['CDATA in lower case', '<xml><![cdata[1]]></xml>'],
    ['CDATA that has no second bracket', '<xml><![CDATA 1]]></xml>'],
    ['a comment that does not end', '<xml/><!-- '],
    ['a comment that has nearly begun', '<!-<xml/>-->'],
    ['a comment that begins and ends at once', '<!--><xml/>'],
    ['a comment with two hyphens', '<!-- a -- b --><xml/>'],
    ['a comment with two hyphens in an element', '<xml><!-- a -- b --></xml>'],
    ['a comment that ends in three hyphens', '<!-- a ---><xml/>'],
    ['a comment that ends in three hyphens in an element', '<xml><!-- a ---></xml>'],
    ['a processing instruction that does not end', '<?xml version="1.0"><xml/>'],
    ['a processing instruction without a name', '<?><xml/>'],
    ['a processing instruction whose name comes late', '<? a?><xml/>'],
    ['a processing instruction that begins and ends at once', '<??><xml/>'],
    ['a tag without a name', '<xml>< ></xml>'],
    ['a name that begins with a digit', '<xml><1/></xml>'],
    ['a name that begins with a hyphen', '<xml><-a/></xml>'],
    ['a name that is not of ASCII', '<xml><名/></xml>'],
    ['white space before a name', '< xml/>'],
    ['white space inside an empty tag', '<xml/ >'],
    ['a slash and no end', '<xml/'],
    ['an attribute without quotes', '<xml a=1/>'],
    ['an attribute without a value', '<xml a/>'],
    ['an attribute whose quotes differ', '<xml a="1\'/>'],
    ['an attribute that does not end', '<xml a="1/>'],
    ['an unknown entity in the second attribute', '<xml a="&lt;" b="&b;"/>'],
    ['a slash in the middle of a tag', '<xml / a="1">'],
    ['two slashes', '<xml//>'],
    ['a no-break space before an attribute', '<xml\u00a0a="1"/>'],
    ['an attribute without space before it', '<xml a="1"b="2"/>'],
    ['`<` in an attribute', '<xml a="<"/>'],
  ])('refuses %s', (_, document) => {
    expect(parseXml(document)).toBeUndefined();
  });

  const codes = [0, 1, 8, 0x0b, 0x0c, 0x0e, 0x1f, 0xfffe, 0xffff];
  it.each(codes.map((code) => [code.toString(16), String.fromCharCode(code)]))(
    'refuses U+%s wherever it stands',
    (_, character) => {
      for (const place of ['<xml>@</xml>', '<xml><![CDATA[@]]></xml>', '<!--@--><xml/>', '<?a @?><xml/>', '@<xml/>']) {
        expect(parseXml(place.replace('@', ' ')), place).toBeDefined();
        expect(parseXml(place.replace('@', character)), place).toBeUndefined();
      }
      expect(parseXml('<xml a="@"/>'.replace('@', character))).toBeUndefined();
    },
  );

  it('refuses a document that was cut off anywhere', () => {
    const document = `<?xml version="1.0"?><!-- c --><xml a="1"><A><![CDATA[1]]></A>
      <B>&lt;&#65;</B><C/><D><E>x</E></D></xml>`;
    expect(parseXml(document)).toEqual({ A: '1', B: '<A', C: '', D: { E: 'x' } });
    for (let length = 0; length < document.length; length++) {
      expect(parseXml(document.slice(0, length)), document.slice(0, length)).toBeUndefined();
    }
  });

  it('refuses a document whose beginning is missing, or reads what is left as its own', () => {
    const document = '<xml><A><![CDATA[1]]></A><B>2</B></xml>';
    for (let start = 1; start < document.length; start++) {
      expect(parseXml(document.slice(start)), document.slice(start)).toBeUndefined();
    }
  });

  it('reads 32 levels, and no more', () => {
    const nested = (depth: number, inner = '') => '<a>'.repeat(depth) + inner + '</a>'.repeat(depth);
    expect(JSON.stringify(parseXml(nested(32, 'x')))).toBe(`${'{"a":'.repeat(31)}"x"${'}'.repeat(31)}`);
    expect(parseXml(nested(33))).toBeUndefined();
    expect(parseXml(nested(31, '<b/>'))).toBeDefined();
    expect(parseXml(nested(32, '<b/>'))).toBeUndefined();
    expect(parseXml(nested(1_000_000))).toBeUndefined();
    expect(parseXml('<a>'.repeat(1_000_000))).toBeUndefined();
  });

  it('counts levels, not elements', () => {
    expect(parseXml(`<xml>${'<a><b/></a>'.repeat(100)}</xml>`)).toEqual({ a: Array(100).fill({ b: '' }) });
  });

  it('reads long text, many pieces of it, and many elements', () => {
    const long = 'x'.repeat(1_000_000);
    expect(parseXml(`<xml><A>${long}</A></xml>`)).toEqual({ A: long });
    expect(parseXml(`<xml>${'<![CDATA[x]]>'.repeat(50_000)}</xml>`)).toBe('x'.repeat(50_000));
    expect(parseXml(`<xml>${'&#120;'.repeat(50_000)}</xml>`)).toBe('x'.repeat(50_000));
    expect(parseXml(`<xml>${'<A/>'.repeat(50_000)}</xml>`)).toEqual({ A: Array(50_000).fill('') });
  });

  it('gives or refuses, and throws nothing, whatever it is given', () => {
    const pieces = [
      '<',
      '>',
      '/',
      '!',
      '?',
      '&',
      ';',
      '#',
      '[',
      ']',
      '-',
      '"',
      '=',
      ' ',
      'a',
      '<a>',
      '</a>',
      '<![CDATA[',
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' }))), (parts) => {
        const content = parseXml(parts.join(''));
        expect(['undefined', 'string', 'object']).toContain(typeof content);
      }),
      { numRuns: 1_000, seed: 14 },
    );
  });
});

describe('writeXml', () => {
  it.each<[name: string, root: object, document: string]>([
    ['strings in CDATA', { A: '<1>&', B: '' }, '<xml><A><![CDATA[<1>&]]></A><B><![CDATA[]]></B></xml>'],
    [
      'numbers and booleans as text',
      { A: 1, B: -0.5, C: true, D: false },
      '<xml><A>1</A><B>-0.5</B><C>true</C><D>false</D></xml>',
    ],
    ['records', { A: { B: { C: 'x' } } }, '<xml><A><B><C><![CDATA[x]]></C></B></A></xml>'],
    [
      'an array as so many elements',
      { A: ['1', 2, { B: 3 }] },
      '<xml><A><![CDATA[1]]></A><A>2</A><A><B>3</B></A></xml>',
    ],
    [
      'lists of records',
      { A: [{ B: 1 }, { B: [2, '3'] }] },
      '<xml><A><B>1</B></A><A><B>2</B><B><![CDATA[3]]></B></A></xml>',
    ],
    ['an empty array as none', { A: [], B: 1 }, '<xml><B>1</B></xml>'],
    ['nothing for undefined', { A: undefined, B: [undefined, 1] }, '<xml><B>1</B></xml>'],
    ['an empty record', { A: {} }, '<xml><A></A></xml>'],
    ['an empty root', {}, '<xml></xml>'],
    ['`]]>` split', { A: ']]>]]>' }, '<xml><A><![CDATA[]]]]><![CDATA[>]]]]><![CDATA[>]]></A></xml>'],
    ['a CR by number', { A: '1\r\n2' }, '<xml><A><![CDATA[1]]>&#13;<![CDATA[\n2]]></A></xml>'],
    ['tabs and all planes as they are', { A: '\t企业😀\u0085' }, '<xml><A><![CDATA[\t企业😀\u0085]]></A></xml>'],
    ['names of all sorts', { _a: 1, 'b.c-d_1': 2 }, '<xml><_a>1</_a><b.c-d_1>2</b.c-d_1></xml>'],
  ])('writes %s', (_, root, document) => {
    expect(writeXml('answer', root)).toBe(document);
  });

  it('writes own properties alone, `__proto__` too', () => {
    const root = JSON.parse('{"__proto__":"1"}');
    expect(writeXml('answer', root)).toBe('<xml><__proto__><![CDATA[1]]></__proto__></xml>');
    expect(writeXml('answer', Object.create({ A: 1 }))).toBe('<xml></xml>');
    expect(writeXml('answer', Object.assign(Object.create(null), { A: 1 }))).toBe('<xml><A>1</A></xml>');
  });

  it.each(['', ' ', '1a', '-a', '.a', 'a b', 'a:b', 'a>', '名', 'a\n', 'a/', '<a'])('refuses the name %j', (name) => {
    for (const value of ['1', 1, {}, ['1']]) {
      expect(errorOf(() => writeXml('answer', { [name]: value }))).toEqual(
        new TypeError('answer must have names that are XML names'),
      );
    }
  });

  const characters = ['\0', '\x08', '\v', '\f', '\x0e', '\x1f', '\ufffe', '\uffff'];
  it.each(characters)('refuses the character %j', (character) => {
    expect(errorOf(() => writeXml('answer', { A: `hush${character}` }))).toEqual(
      new TypeError('answer must be of characters that XML 1.0 has'),
    );
  });

  it('refuses half of a surrogate pair', () => {
    for (const half of ['\ud800', '\udc00', '\udc00\ud800']) {
      expect(errorOf(() => writeXml('answer', { A: [`hush${half}`] }))).toEqual(
        new TypeError('answer must be well-formed: it holds half of a surrogate pair'),
      );
    }
  });

  it.each<[name: string, value: unknown]>([
    ['null', null],
    ['function', () => 0],
    ['symbol', Symbol('hush')],
    ['bigint', 1n],
  ])('refuses %s, which has no XML form', (name, value) => {
    for (const root of [{ A: value }, { A: [value] }, { A: { B: value } }]) {
      expect(errorOf(() => writeXml('payload', root))).toEqual(
        new TypeError(`payload must have an XML form, got ${name}`),
      );
    }
  });

  it('refuses an array as the root, and one in an array, which could not be read back', () => {
    expect(errorOf(() => writeXml('answer', ['1']))).toEqual(new TypeError('answer must have an XML form, got array'));
    for (const root of [{ A: [[]] }, { A: [['1']] }, { A: ['1', [['2']]] }]) {
      expect(errorOf(() => writeXml('answer', root))).toEqual(new TypeError('answer must have an XML form, got array'));
    }
  });

  it('writes 32 levels, and no more; a cycle is one of more', () => {
    let nested: object = { A: 'x' };
    for (let depth = 2; depth < 32; depth++) nested = { A: nested };
    expect(parseXml(writeXml('answer', nested))).toEqual(nested);
    expect(codeOf(() => writeXml('answer', { A: nested }))).toBe('TypeError');
    const cycle: { A?: unknown } = {};
    cycle.A = cycle;
    const refusal = new TypeError('answer must be nested at most 32 deep');
    expect(errorOf(() => writeXml('answer', cycle))).toEqual(refusal);
    cycle.A = { B: [cycle] };
    expect(errorOf(() => writeXml('answer', cycle))).toEqual(refusal);
  });
});

describe('what was written', () => {
  /** Characters that XML 1.0 has, the awkward ones often. */
  const text = fc
    .array(fc.oneof(fc.constantFrom(']', ']]>', '&', '<', '\r', '\n', '\r\n', '&#13;'), fc.string({ unit: 'binary' })))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those that XML 1.0 has not
    .map((parts) => parts.join('').replace(/[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]/g, ''));
  const name = fc.oneof(fc.stringMatching(/^[A-Za-z_][\w.-]{0,8}$/), fc.constantFrom('__proto__', 'constructor'));
  const record = fc.letrec<{ value: unknown; record: object }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      text,
      tie('record'),
      fc.array(tie('record'), { minLength: 2, maxLength: 4 }),
    ),
    record: fc
      .dictionary(name, fc.oneof(tie('value'), fc.array(text, { minLength: 2, maxLength: 4 })), {
        minKeys: 1,
        maxKeys: 5,
      })
      .map((fields) => Object.fromEntries(Object.entries(fields))),
  })).record;

  it('is what is read: names, order, text to the character', () => {
    fc.assert(
      fc.property(record, (root) => {
        const read = parseXml(writeXml('answer', root));
        expect(read).toEqual(root);
        expect(JSON.stringify(read)).toBe(JSON.stringify(root));
      }),
      { numRuns: 200, seed: 14 },
    );
  });

  it('is read with line ends as they were', () => {
    fc.assert(
      fc.property(text, (text) => {
        expect(parseXml(writeXml('answer', { A: text }))).toEqual({ A: text });
      }),
      { numRuns: 500, seed: 15 },
    );
  });
});
