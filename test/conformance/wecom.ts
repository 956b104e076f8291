// What happens to a WeCom app: URL checks, messages, events, replies, attacks.
import {
  bodyOf,
  type Context,
  counting,
  jsonReply,
  memberOf,
  now,
  reply,
  SECONDS,
  sample,
  utf8,
  WECOM,
} from './tools.ts';

const TIMESTAMP = String(SECONDS);
const FIXED = { timestamp: TIMESTAMP, nonce: '1372623149', prefix: sample(16, 1) };
const TEXT = {
  ToUserName: WECOM.receiveId,
  MsgType: 'text',
  Content: '你好 🦜 ]]>',
  MsgId: '4561255354251345929',
  AgentID: '218',
};
const JSON_TEXT = { msgid: 'CAIQ16HMjQYY', aibotid: 'a', msgtype: 'text', text: { content: '你好 🦜' } };

/** What decode makes of TEXT and of JSON_TEXT. */
const MESSAGE = {
  ...{ platform: 'wecom', kind: 'event', format: 'xml', type: 'text', id: TEXT.MsgId, receiveId: WECOM.receiveId },
  ...{ timestamp: TIMESTAMP, nonce: FIXED.nonce, toUserName: WECOM.receiveId, agentId: '218', event: TEXT },
  text: `<xml>${Object.keys(TEXT)
    .map(
      (name) => `<${name}><![CDATA[${TEXT[name as keyof typeof TEXT].replace(']]>', ']]]]><![CDATA[>')}]]></${name}>`,
    )
    .join('')}</xml>`,
};
const JSON_MESSAGE = {
  ...MESSAGE,
  ...{ format: 'json', id: JSON_TEXT.msgid, agentId: undefined, event: JSON_TEXT, text: JSON.stringify(JSON_TEXT) },
};

function codecsOf({ lib }: Context) {
  const options = { ...WECOM, now, random: counting() };
  return {
    codec: lib.createWeComCodec(options),
    windowed: lib.createWeComCodec({ ...options, toleranceSeconds: 300 }),
    several: lib.createWeComCodec({ ...options, receiveId: ['suite', WECOM.receiveId, ''] }),
    robot: lib.createWeComCodec({ ...options, receiveId: '' }),
    stranger: lib.createWeComCodec({ ...options, receiveId: 'someone' }),
  };
}

/** `encrypt` signed as it stands, as POST and as echostr. */
function signed({ lib }: Context, encrypt: string, timestamp = TIMESTAMP) {
  const { token } = WECOM;
  const query = { msg_signature: lib.weComSignature({ token, timestamp, nonce: 'n', encrypt }), timestamp, nonce: 'n' };
  return {
    post: { query, body: `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>` },
    json: { query, body: JSON.stringify({ encrypt }) },
    get: { query: { ...query, echostr: encrypt } },
  };
}

export function weComFlows(context: Context): void {
  weComMessages(context);
  weComUrlChecks(context);
  weComEnvelopes(context);
  weComForgeries(context);
  weComOwners(context);
  weComReplies(context);
}

function weComMessages(context: Context): void {
  const { lib, equal } = context;
  const { codec, robot, several } = codecsOf(context);
  const sent = codec.encode(TEXT, FIXED);
  // Known answer, computed with node:crypto: the sort is by code unit, and no number.
  equal(
    'signature, as node:crypto has it',
    () => lib.weComSignature({ token: '企微', timestamp: '10', nonce: '9', encrypt: 'A' }),
    'c94e6df2bea851b4a2d01e0b32551a56a389ef44',
  );
  equal('a message in XML', () => codec.decode(sent), MESSAGE);
  equal('a message as bytes', () => codec.decode({ ...sent, body: utf8(bodyOf(sent)) }), MESSAGE);
  equal('a message in JSON', () => codec.decode(codec.encode(JSON_TEXT, { ...FIXED, format: 'json' })), JSON_MESSAGE);
  equal('what encode sends in XML', () => [sent.method, sent.headers, Object.keys(sent.query).sort().join()], [
    'POST',
    { 'Content-Type': 'text/xml; charset=utf-8' },
    'msg_signature,nonce,timestamp',
  ]);
  equal('verify', () => codec.verify(sent), true);
  for (const [name, payload, type, id] of [
    ['an event', { MsgType: 'event', Event: 'change_contact', ChangeType: 'create_user' }, 'change_contact', undefined],
    ['an event without a name', { MsgType: 'event' }, 'event', undefined],
    ['an event of a suite', { InfoType: 'suite_ticket', SuiteTicket: 't', MsgType: 'text' }, 'suite_ticket', undefined],
    ['no type', { a: '1', MsgId: '' }, '', undefined],
    ['a type twice', { MsgType: ['a', 'b'], MsgId: ['1', '2'] }, '', undefined],
  ] as const) {
    equal(`type and id: ${name}`, () => typeAndId(codec.decode(codec.encode(payload))), [type, id]);
  }
  for (const [name, payload, type, id] of [
    ['a message', { msgtype: 'text', msgid: 17 }, 'text', '17'],
    ['an event', { msgtype: 'event', event: { eventtype: 'enter_chat' }, msgid: 'm' }, 'enter_chat', 'm'],
    ['an event without a name', { msgtype: 'event', event: [] }, 'event', undefined],
    ['no type', { MsgType: 'text' }, '', undefined],
  ] as const) {
    const sentJson = () => robot.encode(payload, { format: 'json' });
    equal(`type and id in JSON: ${name}`, () => typeAndId(robot.decode(sentJson())), [type, id]);
  }
  const text = '<xml>text alone</xml>';
  const alone = { ...MESSAGE, type: '', id: undefined, agentId: undefined, event: 'text alone', text };
  equal('a root of text', () => several.decode(codec.encode(text, FIXED)), alone);
  const plaintexts = ['text', '[]', '"{}"', '', '<xml>', '<!DOCTYPE xml><xml/>', '\ufeff\ufeff{}'];
  for (const plaintext of plaintexts) {
    const request = () => signed(context, codec.encrypt(plaintext)).post;
    context.refuses(`the plaintext ${JSON.stringify(plaintext)}`, () => codec.decode(request()), 'ERR_REQUEST');
  }
}

function typeAndId(message: { readonly type: string; readonly id?: string | undefined }): unknown {
  return [message.type, message.id];
}

function weComUrlChecks(context: Context): void {
  const { equal, refuses } = context;
  const { codec, robot } = codecsOf(context);
  const echostr = '1616140317555161061';
  const sent = codec.encode({ echostr }, FIXED);
  const expected = {
    ...{ platform: 'wecom', kind: 'verification', type: 'echostr', event: undefined, text: echostr },
    ...{ receiveId: WECOM.receiveId, timestamp: TIMESTAMP, nonce: FIXED.nonce },
  };
  equal('encode makes a GET', () => [sent.method, sent.headers, sent.body], ['GET', {}, null]);
  for (const [name, request] of [
    ['as encoded', sent],
    ['without a body', { query: sent.query }],
    ['with an empty body', { ...sent, body: '' }],
    ['with no bytes', { ...sent, body: new Uint8Array(0) }],
    ['by URL', { url: urlOf(sent.query, encodeURIComponent) }],
    ['by URL with bare plus signs', { url: urlOf(sent.query, (text) => text) }],
  ] as const) {
    equal(`echostr ${name}`, () => codec.decode(request), expected);
    equal(`verify echostr ${name}`, () => codec.verify(request), true);
  }
  equal('the same three times', () => [1, 2, 3].map(() => codec.decode(sent)), [expected, expected, expected]);
  equal('the answer is the bare text', () => codec.reply(codec.decode(sent)), reply('text/plain', echostr));
  equal('of an empty receiveid', () => robot.decode(robot.encode({ echostr })).text, echostr);
  refuses('echostr and a body', () => codec.decode({ ...sent, body: codec.encode(TEXT).body }), 'ERR_REQUEST');
  equal('verify echostr and a body', () => codec.verify({ ...sent, body: '{}' }), false);

  // Signed like a message: what could be one must not come back decrypted.
  for (const text of ['0', 'aZ09_-', repeat('x', 64)]) {
    equal(`echostr ${text}`, () => codec.decode(signed(context, codec.encrypt(text)).get).text, text);
  }
  for (const text of ['', repeat('x', 65), '1\n', ' 1', '1 2', '"1"', '飞', '{}', '<xml/>', '\ufeff1', 'a\0']) {
    const request = () => signed(context, codec.encrypt(text)).get;
    refuses(`echostr ${JSON.stringify(text)}`, () => codec.decode(request()), 'ERR_REQUEST');
  }
  const message = codec.encode(TEXT, FIXED);
  const captured = { ...message.query, echostr: /CDATA\[([\w+/=]{40,})\]/.exec(bodyOf(message))?.[1] as string };
  equal('a captured message is signed', () => codec.verify({ query: captured }), true);
  refuses('a captured message as echostr', () => codec.decode({ query: captured }), 'ERR_REQUEST');
  const answer = codec.reply(codec.decode(codec.encode(JSON_TEXT, { format: 'json' })), { a: 1 });
  const ours = {
    ...{ msg_signature: memberOf(answer, 'msgsignature'), echostr: memberOf(answer, 'encrypt') },
    ...{ timestamp: memberOf(answer, 'timestamp'), nonce: memberOf(answer, 'nonce') },
  };
  equal('an answer of ours is signed', () => codec.verify({ query: ours }), true);
  refuses('an answer of ours as echostr', () => codec.decode({ query: ours }), 'ERR_REQUEST');
  refuses('an echostr as a message', () => codec.decode(signed(context, codec.encrypt(echostr)).post), 'ERR_REQUEST');
}

const repeat = (text: string, count: number): string => new Array(count + 1).join(text);

function urlOf(query: Readonly<Record<string, string>>, encode: (text: string) => string): string {
  const pairs = Object.keys(query).map((name) => `${name}=${encode(query[name] as string)}`);
  return `https://example.com/wecom?${pairs.join('&')}`;
}

/** What may stand around the ciphertext. */
function weComEnvelopes(context: Context): void {
  const { equal, refuses } = context;
  const { codec } = codecsOf(context);
  const encrypt = codec.encrypt(MESSAGE.text, { prefix: FIXED.prefix });
  const { query } = signed(context, encrypt).post;
  const cdata = `<Encrypt><![CDATA[${encrypt}]]></Encrypt>`;
  const decoded = (body: string) => {
    const { text, toUserName, agentId } = codec.decode({ query, body }) as unknown as typeof MESSAGE;
    return [text, toUserName, agentId];
  };
  for (const [name, body, toUserName, agentId] of [
    [
      'as documented',
      `<xml><ToUserName><![CDATA[a]]></ToUserName>${cdata}<AgentID><![CDATA[1]]></AgentID></xml>`,
      'a',
      '1',
    ],
    ['of a suite', `<xml><ToUserName><![CDATA[s]]></ToUserName>${cdata}</xml>`, 's', undefined],
    ['Encrypt alone', `<xml>${cdata}</xml>`, undefined, undefined],
    ['as text', `<xml><Encrypt>${encrypt}</Encrypt></xml>`, undefined, undefined],
    ['twice the same', `<xml>${cdata}<Encrypt>${encrypt}</Encrypt></xml>`, undefined, undefined],
    ['both names', `<xml>${cdata}<encrypt>${encrypt}</encrypt></xml>`, undefined, undefined],
    ['a declaration and CRLF', `<?xml version="1.0"?>\r\n<xml>\r\n${cdata}<AgentID/>\r\n</xml>\r\n`, undefined, ''],
    ['JSON', JSON.stringify({ encrypt }), undefined, undefined],
    ['JSON of PHP', JSON.stringify({ Encrypt: encrypt, ToUserName: 'a' }), 'a', undefined],
    ['JSON with slashes escaped', JSON.stringify({ encrypt, agentid: 7 }).replace(/\//g, '\\/'), undefined, '7'],
    ['JSON, both names', JSON.stringify({ encrypt, Encrypt: encrypt, tousername: 'b', agentid: '2' }), 'b', '2'],
    ['JSON behind a BOM', `\ufeff${JSON.stringify({ encrypt })}`, undefined, undefined],
  ] as const) {
    equal(`envelope, ${name}`, () => decoded(body), [MESSAGE.text, toUserName, agentId]);
  }
  for (const [name, body, code] of [
    ['a DOCTYPE', `<!DOCTYPE xml><xml>${cdata}</xml>`, 'ERR_REQUEST'],
    ['two that differ', `<xml>${cdata}<Encrypt>x</Encrypt></xml>`, 'ERR_REQUEST'],
    ['two names that differ', `<xml>${cdata}<encrypt>x</encrypt></xml>`, 'ERR_REQUEST'],
    ['JSON, two names that differ', JSON.stringify({ encrypt, Encrypt: 'x' }), 'ERR_REQUEST'],
    ['an element inside', `<xml><Encrypt><a>${encrypt}</a></Encrypt></xml>`, 'ERR_REQUEST'],
    ['JSON, a list', JSON.stringify({ encrypt: [encrypt] }), 'ERR_REQUEST'],
    ['JSON, half a pair', '{"encrypt":"\\ud800"}', 'ERR_REQUEST'],
    ['no root', cdata.slice(9), 'ERR_REQUEST'],
    ['none', '<xml><ToUserName>a</ToUserName></xml>', 'ERR_SIGNATURE'],
    ['a root of text', `<xml>${encrypt}</xml>`, 'ERR_SIGNATURE'],
    ['one level down', `<xml><a>${cdata}</a></xml>`, 'ERR_SIGNATURE'],
    ['in another letter case', `<xml><ENCRYPT>${encrypt}</ENCRYPT></xml>`, 'ERR_SIGNATURE'],
    ['JSON, none', '{}', 'ERR_SIGNATURE'],
    ['JSON, in __proto__', `{"__proto__":{"encrypt":"${encrypt}"}}`, 'ERR_SIGNATURE'],
    ['white space around CDATA', `<xml><Encrypt>\n<![CDATA[${encrypt}]]>\n</Encrypt></xml>`, 'ERR_SIGNATURE'],
    ['an empty one', '<xml><Encrypt/></xml>', 'ERR_SIGNATURE'],
  ] as const) {
    refuses(`envelope, ${name}`, () => codec.decode({ query, body }), code);
    equal(`envelope, verify ${name}`, () => codec.verify({ query, body }), false);
  }
  refuses('an empty one that is signed', () => codec.decode(signed(context, '').post), 'ERR_DECRYPT');
  for (const space of ['\n', ' ', '\t']) {
    const lines = encrypt.slice(0, 20) + space + encrypt.slice(20);
    const name = `${JSON.stringify(space)} inside, signed`;
    equal(name, () => codec.decode(signed(context, lines).post).text, MESSAGE.text);
    equal(`${name}, JSON`, () => codec.decode(signed(context, lines).json).text, MESSAGE.text);
  }
}

function weComForgeries(context: Context): void {
  const { lib, equal, refuses } = context;
  const { codec, windowed } = codecsOf(context);
  const sent = codec.encode(TEXT, FIXED);
  const signature = sent.query.msg_signature as string;
  const withQuery = (query: Record<string, string | undefined>) => ({ ...sent, query: { ...sent.query, ...query } });
  for (const [name, request] of [
    ['another token', lib.createWeComCodec({ ...WECOM, token: 'guess', now, random: counting() }).encode(TEXT, FIXED)],
    ['another message', { ...sent, body: codec.encode({ MsgType: 'forged' }, FIXED).body }],
    ['another timestamp', withQuery({ timestamp: String(SECONDS + 1) })],
    ['another nonce', withQuery({ nonce: '1372623140' })],
    ['a signature in upper case', withQuery({ msg_signature: signature.toUpperCase() })],
    ['a signature cut short', withQuery({ msg_signature: signature.slice(1) })],
    ['no signature', withQuery({ msg_signature: undefined })],
    ['the signature by another name', withQuery({ msg_signature: undefined, signature })],
    ['no timestamp', withQuery({ timestamp: undefined })],
    ['an empty nonce', withQuery({ nonce: '' })],
  ] as const) {
    refuses(name, () => codec.decode(request), 'ERR_SIGNATURE');
    equal(`verify ${name}`, () => codec.verify(request), false);
  }
  refuses(
    'two signatures that differ',
    () => codec.decode(withQuery({ msg_signature: [signature, 'x'] as never })),
    'ERR_REQUEST',
  );
  const encrypt = codec.encrypt(MESSAGE.text);
  for (const [seconds, accepted] of [
    [0, true],
    [300, true],
    [-300, true],
    [301, false],
    [-301, false],
  ] as const) {
    const request = signed(context, encrypt, String(SECONDS + seconds)).post;
    if (accepted) equal(`${seconds} s off in a window of 300`, () => windowed.decode(request).text, MESSAGE.text);
    else refuses(`${seconds} s off in a window of 300`, () => windowed.decode(request), 'ERR_TIMESTAMP');
    equal(`verify ${seconds} s off`, () => windowed.verify(request), accepted);
    equal(`${seconds} s off without one`, () => codec.decode(request).text, MESSAGE.text);
  }
  for (const time of [`${SECONDS}000`, '1e9', ' 1700000000', '0']) {
    const request = signed(context, encrypt, time).post;
    refuses(`the time ${JSON.stringify(time)} in a window`, () => windowed.decode(request), 'ERR_TIMESTAMP');
  }
  for (const [name, text] of [
    ['no base64', '*'],
    ['wrong padding', repeat('A', 64)],
    ['half a block', 'AAAA'],
  ] as const) {
    refuses(`signed, ${name}`, () => codec.decode(signed(context, text).post), 'ERR_DECRYPT');
    refuses(`signed as echostr, ${name}`, () => codec.decode(signed(context, text).get), 'ERR_DECRYPT');
  }
}

function weComOwners(context: Context): void {
  const { lib, equal, refuses } = context;
  const { codec, several, robot, stranger } = codecsOf(context);
  const sent = stranger.encode(TEXT);
  refuses('for another receiveid', () => codec.decode(sent), 'ERR_OWNER');
  equal('the receiveid that came', () => receivedOwner(() => codec.decode(sent)), 'someone');
  equal('verify looks at no receiveid', () => codec.verify(sent), true);
  equal('of what nobody verified none', () => receivedOwner(() => codec.decrypt(stranger.encrypt('{}'))), undefined);
  refuses('an empty one is compared', () => robot.decode(codec.encode(TEXT)), 'ERR_OWNER');
  refuses('an empty one does not open others', () => codec.decode(robot.encode(TEXT)), 'ERR_OWNER');
  refuses('an echostr for another', () => codec.decode(stranger.encode({ echostr: '1' })), 'ERR_OWNER');
  for (const [receiveId, from] of [
    ['', robot],
    [WECOM.receiveId, codec],
    ['suite', several],
  ] as const) {
    const message = () => several.decode(from.encode(TEXT, { receiveId }));
    equal(`of a list: ${receiveId}`, () => message().receiveId, receiveId);
    const read = lib.createWeComCodec({ ...WECOM, receiveId });
    equal(`answered as ${receiveId}`, () => read.decodeReply(several.reply(message(), 'ok')), 'ok');
  }
  refuses('encode for one that is not configured', () => codec.encode(TEXT, { receiveId: 'x' }), 'ERR_CONFIG');
  refuses('reply to one that is not configured', () => codec.reply(stranger.decode(sent)), 'TypeError');
}

/** `receivedOwner` of the error that `attempt` throws. */
function receivedOwner(attempt: () => unknown): string | undefined {
  try {
    attempt();
  } catch (error) {
    return (error as { receivedOwner?: string }).receivedOwner;
  }
  return 'no error';
}

function weComReplies(context: Context): void {
  const { check, equal, refuses } = context;
  const { codec } = codecsOf(context);
  const xml = codec.decode(codec.encode(TEXT, FIXED));
  const json = codec.decode(codec.encode(JSON_TEXT, { ...FIXED, format: 'json' }));
  const { prefix, nonce } = FIXED;
  const encrypt = codec.encrypt('<xml><MsgType><![CDATA[text]]></MsgType></xml>', { prefix });
  const signature = context.lib.weComSignature({ ...WECOM, timestamp: TIMESTAMP, nonce, encrypt });
  const empty = { status: 200, headers: { 'X-Content-Type-Options': 'nosniff' }, body: '' };
  equal('no answer: an empty 200', () => [codec.reply(xml), codec.reply(json)], [empty, empty]);
  const suite = codec.decode(codec.encode({ InfoType: 'suite_ticket' }));
  equal('no answer to a suite: success', () => codec.reply(suite), reply('text/plain', 'success'));
  const body =
    `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature>` +
    `<TimeStamp>${TIMESTAMP}</TimeStamp><Nonce><![CDATA[${nonce}]]></Nonce></xml>`;
  equal(
    'in XML, now, with its nonce',
    () => codec.reply(xml, { MsgType: 'text' }, { prefix }),
    reply('text/xml', body),
  );
  const fields = { timestamp: '1', nonce: '2' };
  const text = '{"a":"飞书"}';
  const inJson = codec.encrypt(text, { prefix });
  const expected = {
    encrypt: inJson,
    msgsignature: context.lib.weComSignature({ token: WECOM.token, ...fields, encrypt: inJson }),
    timestamp: 1,
    nonce: '2',
  };
  equal('in JSON', () => codec.reply(json, { a: '飞书' }, { ...fields, prefix }), jsonReply(expected));
  equal('text as it stands', () => codec.reply(json, text, { ...fields, prefix }), jsonReply(expected));
  for (const [name, message, answer, read] of [
    ['XML', xml, { a: '1', b: { c: [1, 2] } }, '<xml><a><![CDATA[1]]></a><b><c>1</c><c>2</c></b></xml>'],
    ['JSON', json, { a: '1', b: { c: [1, 2] } }, '{"a":"1","b":{"c":[1,2]}}'],
    ['an empty text', xml, '', ''],
    ['Chinese', json, '收到 🦜', '收到 🦜'],
  ] as const) {
    equal(`read by the platform: ${name}`, () => codec.decodeReply(codec.reply(message, answer)), read);
  }
  check('two answers differ', () => {
    const first = codec.reply(xml, 'a');
    return codec.reply(xml, 'a').body !== first.body;
  });
  const good = JSON.parse(codec.reply(json, 'ok').body) as object;
  for (const [name, given, code] of [
    ['another signature', JSON.stringify({ ...good, msgsignature: 'x' }), 'ERR_SIGNATURE'],
    ['no signature', JSON.stringify({ ...good, msgsignature: undefined }), 'ERR_SIGNATURE'],
    ['another time', JSON.stringify({ ...good, timestamp: 1 }), 'ERR_SIGNATURE'],
    ['no encrypt', JSON.stringify({ ...good, encrypt: undefined }), 'ERR_SIGNATURE'],
    ['another message', body.replace(encrypt, inJson), 'ERR_SIGNATURE'],
    ['neither XML nor JSON', 'success', 'ERR_REQUEST'],
    ['nothing', '', 'ERR_REQUEST'],
  ] as const) {
    refuses(`decodeReply, ${name}`, () => codec.decodeReply({ body: given }), code);
  }
  refuses('an answer that is a number', () => codec.reply(xml, 1 as never), 'TypeError');
  refuses('a time that is none', () => codec.reply(xml, 'a', { timestamp: '1e9' }), 'ERR_CONFIG');
  refuses('a nonce of half a pair', () => codec.reply(xml, 'a', { nonce: '\ud800' }), 'TypeError');
}
