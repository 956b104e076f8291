// Text, bytes and base64: what comes back is what went in, and what is malformed gets the verdict that is written here,
// on every engine. Hosts disagree about all of this: Buffer takes '-_' and stops at '=', atob and setFromBase64 skip white
// space, TextDecoder drops a BOM and makes U+FFFD of what it cannot read.
import {
  ALPHABET,
  base64,
  bodyOf,
  CHAT,
  type Context,
  concat,
  counting,
  DINGTALK,
  FEISHU,
  FEISHU_KEY,
  fromHex,
  jsonReply,
  now,
  padding,
  SECONDS,
  sample,
  utf8,
} from './tools.ts';
import { dingTalkSealer } from './vectors.ts';

const repeat = (text: string, count: number) => new Array(count + 1).join(text);

/** Texts that hosts have got wrong. */
const TEXTS: readonly string[] = [
  '',
  'a',
  '飞书',
  '钉钉 🦜 👨‍👩‍👧‍👦',
  '\0',
  'a\0b\0',
  '\ufeff',
  '\ufeffBOM in front',
  'BOM \ufeff inside, and at the end \ufeff',
  '\ufeff\ufeff',
  '\ufffd',
  'really sent: \ufffd\ufffd',
  'NFC \u00e9, NFD e\u0301',
  '\u0001\u001f\u007f\u0080\u009f\u00a0\u00ff\u0100',
  '\u07ff\u0800\ud7ff\ue000\uffff',
  '\u{10000}\u{10ffff}',
  '\r\n\t\u2028\u2029\u200b',
  '{"a":"你好","b":["🦜",1e400,12345678901234567890]}',
  'padding?\u0001',
  '\u0010\u0010',
];

/** Lengths around the blocks of AES (16), of DingTalk (32) and of SHA (64, 56), and those of base64 (3). */
function lengthTexts(): string[] {
  const texts: string[] = [];
  for (let length = 1; length <= 68; length++) texts.push(repeat('x', length));
  return texts;
}

/** A character of two, three or four bytes across the boundary of any chunk of 4,096 and a few longer ones. */
function chunkTexts(): string[] {
  const texts: string[] = [];
  for (let length = 4091; length <= 4097; length++) texts.push(`${repeat('a', length)}🦜é飞🦜`);
  for (const length of [2046, 8190, 16_383]) texts.push(`${repeat('飞', length)}🦜`);
  // Base64 of 65,536 characters, and more than 65,536 code units.
  for (const length of [49_100, 49_152, 65_536]) texts.push(`${repeat('x', length)}🦜`);
  return texts;
}

export function roundTrips({ lib, check, equal }: Context): void {
  const random = counting();
  const feishu = lib.createFeishuCodec({ ...FEISHU, now, random });
  const dingTalk = lib.createDingTalkCodec({ ...DINGTALK, now, random });
  const chat = lib.createTencentChatCodec({ ...CHAT, now });

  const named = [...TEXTS, ...lengthTexts(), ...chunkTexts()].map((text, index) => ({
    text,
    name: `text ${index}, ${text.length} code units`,
    isLong: text.length > 5000,
  }));
  for (const { text, name, isLong } of named) {
    check(`Feishu, ${name}`, () => feishu.decrypt(feishu.encrypt(text)) === text);
    check(`DingTalk, ${name}`, () => dingTalk.decrypt(dingTalk.encrypt(text)).text === text);
    if (isLong) continue;
    const iv = sample(16, 1);
    check(
      `Feishu without a codec, ${name}`,
      () =>
        lib.decryptFeishuEvent(lib.encryptFeishuEvent(text, '密钥', { iv }), '密钥') === text &&
        lib.encryptFeishuEvent(text, 'test key', { iv }) ===
          lib.encryptEnvelope(fromHex(FEISHU_KEY), utf8(text), { iv }),
    );
    const secrets = { encodingAesKey: DINGTALK.encodingAesKey, ownerKey: '所有者 🦜' };
    check(
      `DingTalk without a codec, ${name}`,
      () => lib.decryptDingTalkMessage(lib.encryptDingTalkMessage(text, secrets, { prefix: iv }), secrets) === text,
    );
    const key = sample(32, 1);
    for (const padTo of [16, 32] as const) {
      check(`AES to ${padTo}, ${name}`, () => {
        const plaintext = utf8(text);
        const ciphertext = lib.encryptAes256Cbc(key, iv, plaintext, { padTo });
        const length = padTo * (Math.floor(plaintext.length / padTo) + 1);
        const decrypted = lib.decryptAes256Cbc(key, iv, ciphertext, { padTo });
        return ciphertext.length === length && base64(decrypted) === base64(plaintext);
      });
    }
  }
  for (const text of [...TEXTS, ...chunkTexts().slice(0, 8)]) {
    const name = text.length > 40 ? `${text.length} code units` : JSON.stringify(text);
    const event = { schema: '2.0', header: { event_type: 't' }, event: { text } };
    const pushed = feishu.encode(event);
    const decoded = (body: string | Uint8Array) => {
      const message = feishu.decode({ ...pushed, body });
      return message.kind === 'event' && message.event;
    };
    equal(`Feishu encode, decode, ${name}`, () => decoded(bodyOf(pushed)), { text });
    equal(`Feishu encode, decode as bytes, ${name}`, () => decoded(utf8(bodyOf(pushed))), { text });
    const dingTalkEvent = { EventType: 't', text };
    equal(
      `DingTalk encode, decode, ${name}`,
      () => dingTalk.decode(dingTalk.encode(dingTalkEvent)).event,
      dingTalkEvent,
    );
    const chatEvent = { CallbackCommand: 't', text };
    const chatPushed = chat.encode(chatEvent);
    equal(`Chat encode, decode, ${name}`, () => chat.decode(chatPushed).event, chatEvent);
    equal(
      `Chat encode, decode as bytes, ${name}`,
      () => chat.decode({ ...chatPushed, body: utf8(bodyOf(chatPushed)) }).event,
      chatEvent,
    );
  }
}

/** A string counts as its UTF-8 bytes: signatures, limits and messages are the same. */
export function stringsAndBytes({ lib, equal, refuses }: Context): void {
  for (const text of [...TEXTS, ...chunkTexts()]) {
    const name = text.length > 40 ? `${text.length} code units` : JSON.stringify(text);
    const sign = (body: string | Uint8Array) =>
      lib.feishuSignature({ timestamp: '1', nonce: '飞', body }, FEISHU.encryptKey);
    equal(`signature, ${name}`, () => sign(text), sign(utf8(text)));
    // The key is the SHA-256 of its UTF-8 bytes, and a signature starts with one too: the same as a body after nothing.
    if (text !== '' && text.length < 5000) {
      const joined = lib.feishuSignature({ timestamp: '', nonce: '', body: concat(text, 'body') }, '!');
      const withKey = () => lib.feishuSignature({ timestamp: '!', nonce: '', body: 'body' }, text);
      if (/^[\t\n\r]|[\t\n\r]$/.test(text)) refuses(`key, ${name}`, withKey, 'ERR_CONFIG');
      else equal(`key, ${name}`, withKey, joined);
    }
  }

  const text = '{"type":"url_verification","token":"v-token","challenge":"你好🦜"}';
  const bytes = utf8(text);
  for (const [maxBodyBytes, fits] of [
    [bytes.length, true],
    [bytes.length - 1, false],
    [text.length, false],
  ] as const) {
    const codec = lib.createFeishuCodec({ verificationToken: 'v-token', maxBodyBytes });
    for (const body of [text, bytes]) {
      const name = `${bytes.length} bytes as ${typeof body} where ${maxBodyBytes} fit`;
      if (fits) equal(name, () => codec.decode({ body }).text, text);
      else refuses(name, () => codec.decode({ body }), 'ERR_TOO_LARGE');
    }
  }
}

/** Every way to write the same bytes that some decoder takes, and only the one that is taken here. */
export function base64Verdicts({ lib, equal, refuses }: Context): void {
  const key = sample(32, 1);
  // It begins with '++++////' in base64, then with what has an 'A' in it.
  const iv = fromHex('fbefbeffffff000102030405060708ff');
  const decrypt = (text: string) => lib.decryptEnvelope(key, text);
  for (const length of [20, 5, 40, 3020, 3005, 3040]) {
    const plaintext = sample(length, 2);
    const good = base64(concat(iv, lib.encryptAes256Cbc(key, iv, plaintext)));
    const name = `envelope of ${good.length} with ${good.length - good.replace(/=/g, '').length} padding`;
    equal(name, () => decrypt(good), plaintext);
    equal(`${name}, as encoded`, () => lib.encryptEnvelope(key, plaintext, { iv }), good);
    for (const [change, text] of sameBytes(good)) refuses(`${name}, ${change}`, () => decrypt(text), 'ERR_DECRYPT');
    if (length !== 5) continue;
    for (let unit = 0; unit < 256; unit++) {
      const character = String.fromCharCode(unit);
      if (ALPHABET.includes(character)) continue;
      const text = good.slice(0, 20) + character + good.slice(21);
      refuses(`${name}, code unit ${unit} inside`, () => decrypt(text), 'ERR_DECRYPT');
    }
    for (const character of ALPHABET.split('')) {
      for (const above of [0x80, 0x100, 0x2100, 0xff00]) {
        const unit = character.charCodeAt(0) + above;
        const text = good.slice(0, 20) + String.fromCharCode(unit) + good.slice(21);
        refuses(`${name}, code unit ${unit} for ${character}`, () => decrypt(text), 'ERR_DECRYPT');
      }
    }
  }
  dingTalkBase64({ lib, equal, refuses });
  encodingAesKeys({ lib, equal, refuses });
}

/** Texts of which a lax decoder makes the bytes of `good`. */
function sameBytes(good: string): (readonly [change: string, text: string])[] {
  const middle = 4 * Math.floor(good.length / 8);
  const [head, tail] = [good.slice(0, middle), good.slice(middle)];
  const at = good.indexOf('A');
  const high = (above: number) =>
    good.slice(0, at) + String.fromCharCode(good.charCodeAt(at) + above) + good.slice(at + 1);
  const changes: (readonly [string, string])[] = [
    ['- for +', good.replace(/\+/g, '-')],
    ['_ for /', good.replace(/\//g, '_')],
    ['-_ for +/', good.replace(/\+/g, '-').replace(/\//g, '_')],
    ['one - for +', good.replace('+', '-')],
    ['one _ for /', good.replace('/', '_')],
    ['a space for +', good.replace(/\+/g, ' ')],
    ['three padding characters more', `${good}===`],
    ['a group of padding more', `${good}====`],
    ['one padding character more', `${good}=`],
    ['padding in the middle', `${head}=${tail}`],
    ['a group of padding in the middle', `${head}====${tail}`],
    ['a group after the padding', `${good}AAAA`],
    ['a letter U+0100 up', high(0x100)],
    ['a letter U+0200 up', high(0x200)],
    ['a letter U+7F00 up', high(0x7f00)],
    ['a full-width letter', high(0xfee0)],
    ['a letter U+FF00 up', high(0xff00)],
    ['a letter with bit 7', high(0x80)],
    ['one character missing', good.slice(0, -1)],
    ['two characters missing', good.slice(0, -2)],
    ['three characters missing', good.slice(0, -3)],
    ['a group missing', good.slice(0, -4)],
    ['a NUL at the end', `${good}\0`],
    ['four NULs at the end', `${good}\0\0\0\0`],
    ['a lone surrogate', `${head}\ud800${tail}`],
    ['two astral characters', `${head}🦜🦜${tail}`],
    ['quotes', `"${good}"`],
    ['a data URL', `data:;base64,${good}`],
  ];
  for (const [space, text] of [
    ['TAB', '\t'],
    ['LF', '\n'],
    ['VT', '\v'],
    ['FF', '\f'],
    ['CR', '\r'],
    ['space', ' '],
    ['NBSP', '\u00a0'],
    ['U+2028', '\u2028'],
    ['ZWSP', '\u200b'],
    ['BOM', '\ufeff'],
  ] as const) {
    changes.push(
      [`${space} inside`, head + text + tail],
      [`${space} four times inside`, head + repeat(text, 4) + tail],
    );
    changes.push([`${space} in front`, text + good], [`${space} four times at the end`, good + repeat(text, 4)]);
  }
  const padded = good.length - good.replace(/=/g, '').length;
  if (padded > 0) {
    const whole = good.slice(0, -padded);
    const last = ALPHABET.indexOf(whole.charAt(whole.length - 1));
    changes.push(['no padding', whole], ['itself once more', good + good]);
    for (let spare = 1; spare < (padded === 1 ? 4 : 16); spare++) {
      const text = whole.slice(0, -1) + ALPHABET.charAt(last + spare) + good.slice(-padded);
      changes.push([`spare bits ${spare}`, text]);
    }
  }
  if (padded === 2) changes.push(['half of the padding', good.slice(0, -1)]);
  return changes;
}

type Checks = Pick<Context, 'lib' | 'equal' | 'refuses'>;

/** DingTalk's encoders wrap lines: ASCII white space is skipped there, and nothing else. */
function dingTalkBase64({ lib, equal, refuses }: Checks): void {
  const { encodingAesKey, ownerKey, token } = DINGTALK;
  const codec = lib.createDingTalkCodec(DINGTALK);
  const good = codec.encrypt('{"EventType":"t"}', { prefix: sample(16, 1) });
  const skipped = /^(TAB|LF|FF|CR|space) /;
  const lines = `${(good.match(/.{1,20}/g) as string[]).join('\r\n')}\n`;
  for (const [change, text] of [['MIME lines', lines] as const, ...sameBytes(good)]) {
    const accepted = change === 'MIME lines' || skipped.test(change);
    const timestamp = String(SECONDS);
    const signature = lib.dingTalkSignature({ token, timestamp, nonce: 'n', encrypt: well(text) });
    const request = { query: { signature, timestamp, nonce: 'n' }, body: JSON.stringify({ encrypt: text }) };
    const name = `DingTalk, ${change}`;
    if (accepted) {
      equal(name, () => lib.decryptDingTalkMessage(text, { encodingAesKey, ownerKey }), '{"EventType":"t"}');
      equal(`${name}, decoded`, () => codec.decode(request).type, 't');
    } else {
      refuses(name, () => lib.decryptDingTalkMessage(text, { encodingAesKey, ownerKey }), 'ERR_DECRYPT');
      refuses(`${name}, decoded`, () => codec.decode(request), well(text) === text ? 'ERR_DECRYPT' : 'ERR_REQUEST');
    }
  }
}

/** `text` without the lone surrogate of {@link sameBytes}. */
function well(text: string): string {
  return text.replace('\ud800', '');
}

/** EncodingAESKey: 43 characters of the alphabet, the last one with two bits to spare. */
function encodingAesKeys({ lib, equal, refuses }: Checks): void {
  const { ownerKey } = DINGTALK;
  const good = '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ig';
  const prefix = sample(16, 1);
  const encrypt = (encodingAesKey: string) => lib.encryptDingTalkMessage('x', { encodingAesKey, ownerKey }, { prefix });
  const expected = encrypt(good);
  for (const last of ['h', 'i', 'j'])
    equal(`EncodingAESKey, spare bits: ${last}`, () => encrypt(good.slice(0, 42) + last), expected);
  const change = (text: string) => text + good.slice(text.length);
  for (const [name, key] of [
    ['42 characters', good.slice(0, 42)],
    ['44 characters', `${good}A`],
    ['with its =', `${good}=`],
    ['42 characters and =', `${good.slice(0, 42)}=`],
    ['a space in front', ` ${good}`],
    ['a space for the first', change(' ')],
    ['a line feed at the end', `${good}\n`],
    ['-', change('-')],
    ['_', change('_')],
    ['U+0134 for 4', change('\u0134')],
    ['a full-width digit', change('\uff14')],
    ['half an emoji', change('\ud83e')],
    ['hex', repeat('0123456789abcdef', 4)],
  ] as const) {
    refuses(`EncodingAESKey, ${name}`, () => encrypt(key), 'ERR_CONFIG');
  }
}

/** Bytes and the text they are, `undefined` where they are no UTF-8 (Unicode 3.9, D92). */
const UTF8_TABLE: readonly (readonly [name: string, bytes: string, text: string | undefined])[] = [
  ['U+007F', '7f', '\u007f'],
  ['U+0080', 'c280', '\u0080'],
  ['U+07FF', 'dfbf', '\u07ff'],
  ['U+0800', 'e0a080', '\u0800'],
  ['U+D7FF', 'ed9fbf', '\ud7ff'],
  ['U+E000', 'ee8080', '\ue000'],
  ['U+FEFF, a BOM', 'efbbbf', '\ufeff'],
  ['two BOMs', 'efbbbfefbbbf', '\ufeff\ufeff'],
  ['U+FFFD, really sent', 'efbfbd', '\ufffd'],
  ['U+FFFE', 'efbfbe', '\ufffe'],
  ['U+FFFF', 'efbfbf', '\uffff'],
  ['U+FDD0', 'efb790', '\ufdd0'],
  ['U+10000', 'f0908080', '\u{10000}'],
  ['U+1F99C', 'f09fa69c', '🦜'],
  ['U+10FFFF', 'f48fbfbf', '\u{10ffff}'],
  ['NFD', '65cc81', 'e\u0301'],
  ['a continuation byte', '80', undefined],
  ['the last continuation byte', 'bf', undefined],
  ['C0', 'c0', undefined],
  ['an overlong NUL', 'c080', undefined],
  ['an overlong slash', 'c0af', undefined],
  ['an overlong U+007F', 'c1bf', undefined],
  ['an overlong slash of three', 'e080af', undefined],
  ['an overlong U+07FF', 'e09fbf', undefined],
  ['an overlong slash of four', 'f08080af', undefined],
  ['an overlong U+FFFF', 'f08fbfbf', undefined],
  ['U+D800', 'eda080', undefined],
  ['U+DBFF', 'edafbf', undefined],
  ['U+DC00', 'edb080', undefined],
  ['U+DFFF', 'edbfbf', undefined],
  ['a pair of CESU-8', 'eda081edb080', undefined],
  ['U+110000', 'f4908080', undefined],
  ['F5', 'f5808080', undefined],
  ['five bytes', 'f888808080', undefined],
  ['six bytes', 'fc8480808080', undefined],
  ['FE', 'fe', undefined],
  ['FF', 'ff', undefined],
  ['half of two', 'c3', undefined],
  ['one of three', 'e9', undefined],
  ['two of three', 'e9a3', undefined],
  ['one of four', 'f0', undefined],
  ['two of four', 'f09f', undefined],
  ['three of four', 'f09fa6', undefined],
  ['two of three, then U+FFFD', 'e9a3efbfbd', undefined],
  ['U+FFFD, then FF', 'efbfbdff', undefined],
  ['a byte too many', 'c3a9a9', undefined],
  ['half of two, twice', 'c3c3', undefined],
  ['UTF-16', 'fffe6100', undefined],
  ['Latin-1', '636166e9', undefined],
  ['GBK', 'c4e3bac3', undefined],
];

/** Strings that have no UTF-8 form. */
const ILL_FORMED: readonly string[] = [
  '\ud800',
  '\udbff',
  '\udc00',
  '\udfff',
  'a\ud83e',
  '\ud83ea',
  '\udd9c\ud83e',
  '\ud83e\ud83e\udd9c',
  '🦜\udd9c',
  '\ud83e\ue000',
  `${repeat('a', 5000)}\ud83e`,
];

export function utf8Verdicts({ lib, equal, refuses }: Context): void {
  const key = fromHex(FEISHU_KEY);
  const iv = sample(16, 1);
  const plain = lib.createFeishuCodec({ verificationToken: 'v-token' });
  const feishu = lib.createFeishuCodec({ encryptKey: FEISHU.encryptKey });
  const chat = lib.createTencentChatCodec({ ...CHAT, now });
  const { query } = chat.encode({ CallbackCommand: 'c' });
  // Alone, among others, and where a fast path for long ASCII ends.
  const surroundings: readonly (readonly [string, string])[] = [
    ['', ''],
    ['a', 'b'],
    ['飞', '书'],
    [repeat('a', 4094), repeat('b', 20)],
  ];
  for (const [name, bytes, text] of UTF8_TABLE) {
    for (const [before, after] of surroundings) {
      const inside = concat(before, fromHex(bytes), after);
      const title =
        before.length > 9 ? `${name} after ${before.length}` : `${name} in ${JSON.stringify(before + after)}`;
      const decrypted = () => lib.decryptFeishuEvent(lib.encryptEnvelope(key, inside, { iv }), FEISHU.encryptKey);
      const challenge = concat(
        '{"type":"url_verification","token":"v-token","challenge":"',
        inside.slice(0, 999),
        '"}',
      );
      const decoded = () => plain.decode({ body: challenge });
      const chatted = () => chat.decode({ query, body: concat('{"CallbackCommand":"c","text":"', inside, '"}') });
      const signature = lib.feishuSignature({ timestamp: '1', nonce: '2', body: inside }, FEISHU.encryptKey);
      const headers = {
        'x-lark-signature': signature,
        'x-lark-request-timestamp': '1',
        'x-lark-request-nonce': '2',
      };
      equal(`${title}, body signed`, () => feishu.verify({ headers, body: inside }), text !== undefined);
      if (text === undefined) {
        refuses(`${title}, decrypted`, decrypted, 'ERR_DECRYPT');
        if (before.length < 9) refuses(`${title}, in a body`, decoded, 'ERR_REQUEST');
        refuses(`${title}, in a body of Chat`, chatted, 'ERR_REQUEST');
      } else {
        const whole = before + text + after;
        equal(`${title}, decrypted`, decrypted, whole);
        if (before.length < 9)
          equal(`${title}, in a body`, () => plain.reply(decoded()), jsonReply({ challenge: whole }));
        equal(`${title}, in a body of Chat`, () => chatted().event.text, whole);
      }
    }
  }

  // A BOM in front is skipped for JSON alone, and only one.
  const json = '{"type":"url_verification","token":"v-token","challenge":"c"}';
  for (const body of [`\ufeff${json}`, concat('\ufeff', json)]) {
    equal(`a BOM before JSON, ${typeof body}`, () => plain.decode({ body }).text, `\ufeff${json}`);
  }
  const sealed = JSON.stringify({ encrypt: feishu.encrypt(`\ufeff${json}`, { iv }) });
  const signed = {
    body: sealed,
    headers: {
      'x-lark-signature': lib.feishuSignature({ timestamp: '1', nonce: '2', body: sealed }, FEISHU.encryptKey),
      'x-lark-request-timestamp': '1',
      'x-lark-request-nonce': '2',
    },
  };
  equal('a BOM, encrypted', () => feishu.decode(signed).text, `\ufeff${json}`);
  refuses('two BOMs before JSON', () => plain.decode({ body: `\ufeff\ufeff${json}` }), 'ERR_REQUEST');
  refuses('two BOMs before JSON, bytes', () => plain.decode({ body: concat('\ufeff\ufeff', json) }), 'ERR_REQUEST');

  // DingTalk: text and owner are two texts. A character that lies across is none.
  const sealBlocks = dingTalkSealer(lib);
  const secrets = { encodingAesKey: DINGTALK.encodingAesKey, ownerKey: '飞' };
  for (const [name, length, expected] of [
    ['right', 3, 'gave'],
    ['one byte of the owner', 4, 'ERR_DECRYPT'],
    ['one byte short', 2, 'ERR_DECRYPT'],
  ] as const) {
    const bytes = concat(sample(16, 1), Uint8Array.of(0, 0, 0, length), '书飞');
    const attempt = () => lib.decryptDingTalkMessage(sealBlocks(bytes, padding(32 - bytes.length)), secrets);
    if (expected === 'gave') equal(`DingTalk, length ${name}`, attempt, '书');
    else refuses(`DingTalk, length ${name}`, attempt, expected);
  }

  for (const text of ILL_FORMED) {
    const name = text.length > 9 ? `${text.length} code units` : JSON.stringify(text);
    const signature = (parts: Partial<Record<'timestamp' | 'nonce' | 'body', string>>) =>
      lib.feishuSignature({ timestamp: '', nonce: '', body: '', ...parts }, 'test key');
    refuses(`${name} to encrypt`, () => lib.encryptFeishuEvent(text, 'test key', { iv }), 'TypeError');
    refuses(
      `${name} to encrypt, DingTalk`,
      () => lib.encryptDingTalkMessage(text, DINGTALK, { prefix: iv }),
      'TypeError',
    );
    refuses(`${name} as a key`, () => lib.encryptFeishuEvent('', text, { iv }), 'TypeError');
    refuses(`${name} as a token`, () => lib.tencentChatSignature({ token: text, requestTime: '1' }), 'TypeError');
    refuses(`${name} as a signed body`, () => signature({ body: text }), 'TypeError');
    refuses(`${name} as a nonce`, () => signature({ nonce: text }), 'TypeError');
    refuses(`${name} as a body`, () => plain.decode({ body: text }), 'ERR_REQUEST');
    refuses(`${name} as a body of Chat`, () => chat.decode({ query, body: text }), 'ERR_REQUEST');
  }
}
