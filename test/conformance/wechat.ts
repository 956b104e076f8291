// What happens to a WeChat account: URL checks, messages in clear and encrypted, both keys of a change, replies, attacks.
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
  WECHAT,
} from './tools.ts';

const TIMESTAMP = String(SECONDS);
const FIXED = { timestamp: TIMESTAMP, nonce: '1320562132', prefix: sample(16, 1) };
const PREVIOUS_KEY = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const TEXT = { ToUserName: 'gh_10f6c3c3ac5a', MsgType: 'text', Content: '你好 🦜', MsgId: '6054768590064713728' };
const XML = `<xml>${Object.keys(TEXT)
  .map((name) => `<${name}><![CDATA[${TEXT[name as keyof typeof TEXT]}]]></${name}>`)
  .join('')}</xml>`;

/** What decode makes of TEXT. */
const PLAIN = {
  ...{ platform: 'wechat', kind: 'event', format: 'xml', encrypted: false, type: 'text', id: TEXT.MsgId },
  ...{ timestamp: TIMESTAMP, nonce: FIXED.nonce, toUserName: TEXT.ToUserName, event: TEXT, text: XML },
};
const MESSAGE = { ...PLAIN, encrypted: true, appId: WECHAT.appId, keyIndex: 0 };

function codecsOf({ lib }: Context) {
  const options = { ...WECHAT, now, random: counting() };
  const { token } = WECHAT;
  return {
    codec: lib.createWeChatCodec(options),
    plain: lib.createWeChatCodec({ token, now, random: counting() }),
    changed: lib.createWeChatCodec({ ...options, encodingAesKey: [PREVIOUS_KEY, WECHAT.encodingAesKey] }),
    previous: lib.createWeChatCodec({ ...options, encodingAesKey: PREVIOUS_KEY }),
    stranger: lib.createWeChatCodec({ ...options, appId: 'someone' }),
    forger: lib.createWeChatCodec({ ...options, token: 'guess' }),
  };
}

/** `encrypt` signed as it stands, in safe mode. */
function signed({ lib }: Context, encrypt: string, timestamp = TIMESTAMP) {
  const { token } = WECHAT;
  const msg_signature = lib.weChatSignature({ token, timestamp, nonce: 'n', encrypt });
  const query = { timestamp, nonce: 'n', encrypt_type: 'aes', msg_signature };
  return { query, body: `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>` };
}

export function weChatFlows(context: Context): void {
  weChatMessages(context);
  weChatUrlChecks(context);
  weChatModes(context);
  weChatForgeries(context);
  weChatKeys(context);
  weChatReplies(context);
}

function weChatMessages(context: Context): void {
  const { lib, equal } = context;
  const { codec, plain } = codecsOf(context);
  const [sent, clear] = [codec.encode(TEXT, FIXED), plain.encode(TEXT, FIXED)];
  // Known answers, computed with node:crypto: the sort is by code unit, and no number.
  equal(
    'signature, as node:crypto has it',
    () => lib.weChatSignature({ token: '微信', timestamp: '10', nonce: '9' }),
    '0f61ef1844182fbecd4021fffd359b5df840bee6',
  );
  equal(
    'msg_signature, as node:crypto has it',
    () => lib.weChatSignature({ token: '微信', timestamp: '10', nonce: '9', encrypt: 'A' }),
    '8c81f2e664e54e5e92bef3d14de08de4dab4f3ec',
  );
  equal('a message', () => codec.decode(sent), MESSAGE);
  equal('a message as bytes', () => codec.decode({ ...sent, body: utf8(bodyOf(sent)) }), MESSAGE);
  equal('a message in clear', () => plain.decode(clear), PLAIN);
  equal('a message in clear as bytes', () => plain.decode({ ...clear, body: utf8(bodyOf(clear)) }), PLAIN);
  const inJson = { format: 'json', event: TEXT, text: JSON.stringify(TEXT) };
  const json = { ...FIXED, format: 'json' } as const;
  equal('a message in JSON', () => codec.decode(codec.encode(TEXT, json)), { ...MESSAGE, ...inJson });
  equal('a message in JSON, in clear', () => plain.decode(plain.encode(TEXT, json)), { ...PLAIN, ...inJson });
  equal('verify', () => [codec.verify(sent), plain.verify(clear)], [true, true]);
  equal('what encode sends', () => [sent.method, sent.headers, Object.keys(sent.query).sort().join()], [
    'POST',
    { 'Content-Type': 'text/xml; charset=utf-8' },
    'encrypt_type,msg_signature,nonce,signature,timestamp',
  ]);
  equal('what encode sends in clear', () => [clear.headers, Object.keys(clear.query).sort().join(), clear.body], [
    { 'Content-Type': 'text/xml; charset=utf-8' },
    'nonce,signature,timestamp',
    XML,
  ]);
  for (const [name, payload, type, id, toUserName] of [
    ['an event', { MsgType: 'event', Event: 'subscribe', ToUserName: 'gh' }, 'subscribe', undefined, 'gh'],
    ['an event without a name', { MsgType: 'event' }, 'event', undefined, undefined],
    [
      'of a component',
      { AppId: 'wx', InfoType: 'component_verify_ticket' },
      'component_verify_ticket',
      undefined,
      undefined,
    ],
    ['an empty id', { MsgType: 'text', MsgId: '' }, 'text', undefined, undefined],
    ['no type', { a: 'b' }, '', undefined, undefined],
  ] as const) {
    for (const format of ['xml', 'json'] as const) {
      const message = () => codec.decode(codec.encode(payload, { format })) as unknown as typeof MESSAGE;
      equal(`type and id in ${format}: ${name}`, () => {
        const { type, id, toUserName } = message();
        return [type, id, toUserName];
      }, [type, id, toUserName]);
    }
  }
  const numbered = codec.encode({ MsgId: 17 }, { ...FIXED, format: 'json' });
  equal('a MsgId that is a number', () => codec.decode(numbered), {
    ...{ ...MESSAGE, format: 'json', type: '', id: '17', toUserName: undefined },
    ...{ event: { MsgId: 17 }, text: '{"MsgId":17}' },
  });
}

function weChatUrlChecks(context: Context): void {
  const { lib, equal, refuses } = context;
  const { codec, plain } = codecsOf(context);
  const echostr = '4375120948345356249';
  const sent = codec.encode({ echostr }, FIXED);
  const expected = {
    ...{ platform: 'wechat', kind: 'verification', type: 'echostr', event: undefined, text: echostr },
    ...{ timestamp: TIMESTAMP, nonce: FIXED.nonce },
  };
  equal('encode makes a GET', () => [sent.method, sent.headers, sent.body, sent.query.echostr], [
    'GET',
    {},
    null,
    echostr,
  ]);
  const url = `/?signature=${sent.query.signature}&echostr=${echostr}&timestamp=${TIMESTAMP}&nonce=${FIXED.nonce}`;
  for (const [name, by, request] of [
    ['with a key', codec, sent],
    ['without a key', plain, sent],
    ['without a body', plain, { query: sent.query }],
    ['with an empty body', codec, { ...sent, body: '' }],
    ['by URL', plain, { url }],
    ['with the parameters of a message', codec, { url: `${url}&encrypt_type=aes&msg_signature=x&openid=o` }],
  ] as const) {
    equal(`echostr ${name}`, () => by.decode(request), expected);
    equal(`verify echostr ${name}`, () => by.verify(request), true);
    equal(`echostr ${name}, answered`, () => by.reply(by.decode(request)), reply('text/plain', echostr));
  }
  const withEchostr = (text: string) => ({ query: { ...sent.query, echostr: text } });
  for (const text of ['0', 'aZ09_-', repeat('x', 128)]) {
    equal(`echostr ${text}`, () => codec.decode(withEchostr(text)).text, text);
  }
  for (const text of [repeat('x', 129), '1\n', ' 1', '"1"', '飞', '<script>', '{}', '<xml/>', 'a=b']) {
    refuses(`echostr ${JSON.stringify(text)}`, () => codec.decode(withEchostr(text)), 'ERR_REQUEST');
  }
  refuses('echostr and a body', () => codec.decode({ ...sent, body: '<xml/>' }), 'ERR_REQUEST');
  refuses('echostr that is empty', () => codec.decode(withEchostr('')), 'ERR_REQUEST');
  const { signature, ...unsigned } = sent.query;
  refuses('echostr without a signature', () => codec.decode({ query: unsigned }), 'ERR_SIGNATURE');
  refuses(
    'echostr under msg_signature',
    () => codec.decode({ query: { ...unsigned, msg_signature: signature as string } }),
    'ERR_SIGNATURE',
  );
  // Without a key there is a window of 300 seconds; with one there is none.
  for (const [name, create, accepted] of [
    ['301 s later, with a key', () => lib.createWeChatCodec({ ...WECHAT, now: () => now() + 301_000 }), true],
    [
      '301 s later, without one',
      () => lib.createWeChatCodec({ token: WECHAT.token, now: () => now() + 301_000 }),
      false,
    ],
    [
      '300 s later, without one',
      () => lib.createWeChatCodec({ token: WECHAT.token, now: () => now() + 300_000 }),
      true,
    ],
  ] as const) {
    equal(`verify echostr ${name}`, () => create().verify(sent), accepted);
    if (accepted) equal(`echostr ${name}`, () => create().decode(sent), expected);
    else refuses(`echostr ${name}`, () => create().decode(sent), 'ERR_TIMESTAMP');
  }
}

const repeat = (text: string, count: number): string => new Array(count + 1).join(text);

/** In clear, compatible, safe: what is refused is what somebody else could have written. */
function weChatModes(context: Context): void {
  const { equal, refuses } = context;
  const { codec, plain } = codecsOf(context);
  const [sent, clear] = [codec.encode(TEXT, FIXED), plain.encode(TEXT, FIXED)];
  const encrypt = /CDATA\[([\w+/=]{40,})\]/.exec(bodyOf(sent))?.[1] as string;
  refuses('a message in clear although a key is set', () => codec.decode(clear), 'ERR_SIGNATURE');
  equal('verify a message in clear although a key is set', () => codec.verify(clear), false);
  for (const [name, encryptType] of [
    ['none', undefined],
    ['raw', 'raw'],
    ['AES', 'AES'],
    ['empty', ''],
  ] as const) {
    const query = { ...sent.query, encrypt_type: encryptType };
    refuses(`encrypt_type ${name}`, () => codec.decode({ ...sent, query }), 'ERR_SIGNATURE');
  }
  const forged = bodyOf(clear).replace('<xml>', '').replace('你好', 'forged');
  const compatible = `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt>${forged}`;
  equal('what stands in clear beside it is not read', () => codec.decode({ ...sent, body: compatible }), MESSAGE);
  const { signature, ...safe } = sent.query;
  equal('signature is not looked at', () => codec.decode({ ...sent, query: { ...safe, signature: 'x' } }), MESSAGE);
  equal('nor has it to be there', () => codec.decode({ ...sent, query: safe }), MESSAGE);
  const { msg_signature, ...unsigned } = sent.query;
  refuses('signature for msg_signature', () => codec.decode({ ...sent, query: unsigned }), 'ERR_SIGNATURE');
  refuses('an encrypted message without a key', () => plain.decode(sent), 'ERR_REQUEST');
  const beside = `<xml><MsgType>text</MsgType><Encrypt>x</Encrypt></xml>`;
  equal('a message with an Encrypt of its own', () => plain.decode({ ...clear, body: beside }).type, 'text');
  const other = bodyOf(clear).replace('你好', '您好');
  equal('another body under a captured signature', () => plain.decode({ ...clear, body: other }).text, other);
  for (const [name, body, code] of [
    ['a DOCTYPE', `<!DOCTYPE xml>${bodyOf(sent)}`, 'ERR_REQUEST'],
    ['two Encrypt that differ', bodyOf(sent).replace('</xml>', '<Encrypt>x</Encrypt></xml>'), 'ERR_REQUEST'],
    ['no Encrypt', XML, 'ERR_SIGNATURE'],
    ['the name of WeCom in JSON', JSON.stringify({ encrypt }), 'ERR_SIGNATURE'],
    ['no document', 'encrypt', 'ERR_REQUEST'],
  ] as const) {
    refuses(`envelope, ${name}`, () => codec.decode({ ...sent, body }), code);
  }
  const json = () => codec.decode({ ...sent, body: JSON.stringify({ ToUserName: 'a', Encrypt: encrypt }) });
  equal('a JSON envelope of a message in XML', () => json().text, XML);
}

function weChatForgeries(context: Context): void {
  const { lib, equal, refuses } = context;
  const { codec, plain, forger, stranger } = codecsOf(context);
  for (const [name, by, sent, nameOfSignature] of [
    ['encrypted', codec, codec.encode(TEXT, FIXED), 'msg_signature'],
    ['in clear', plain, plain.encode(TEXT, FIXED), 'signature'],
  ] as const) {
    const signature = sent.query[nameOfSignature] as string;
    const changed = (query: Record<string, string | undefined>) => ({ ...sent, query: { ...sent.query, ...query } });
    for (const [what, request] of [
      ['another timestamp', changed({ timestamp: String(SECONDS + 1) })],
      ['another nonce', changed({ nonce: '1320562131' })],
      ['a signature in upper case', changed({ [nameOfSignature]: signature.toUpperCase() })],
      ['a signature cut short', changed({ [nameOfSignature]: signature.slice(1) })],
      ['no signature', changed({ [nameOfSignature]: undefined })],
      ['no timestamp', changed({ timestamp: undefined })],
      ['no nonce', changed({ nonce: undefined })],
      ['no parameters', { body: sent.body }],
    ] as const) {
      refuses(`${name}, ${what}`, () => by.decode(request), 'ERR_SIGNATURE');
      equal(`verify ${name}, ${what}`, () => by.verify(request), false);
    }
  }
  refuses('another token', () => codec.decode(forger.encode(TEXT)), 'ERR_SIGNATURE');
  const body = codec.encode({ MsgType: 'forged' }, FIXED).body;
  refuses('another message', () => codec.decode({ ...codec.encode(TEXT, FIXED), body }), 'ERR_SIGNATURE');
  const foreign = stranger.encode(TEXT);
  refuses('for another appid', () => codec.decode(foreign), 'ERR_OWNER');
  equal('the appid that came', () => receivedOwner(() => codec.decode(foreign)), 'someone');
  equal('verify looks at no appid', () => codec.verify(foreign), true);
  equal('of what nobody verified none', () => receivedOwner(() => codec.decrypt(stranger.encrypt('{}'))), undefined);
  for (const [name, text] of [
    ['no base64', '*'],
    ['nothing', ''],
    ['wrong padding', repeat('A', 64)],
  ] as const) {
    refuses(`signed, ${name}`, () => codec.decode(signed(context, text)), 'ERR_DECRYPT');
  }
  for (const text of ['text', '[]', '<xml>', '<!DOCTYPE xml><xml/>', '']) {
    const request = signed(context, codec.encrypt(text));
    refuses(`the plaintext ${JSON.stringify(text)}`, () => codec.decode(request), 'ERR_REQUEST');
  }
  const windowed = lib.createWeChatCodec({ ...WECHAT, now, toleranceSeconds: 300 });
  const encrypt = codec.encrypt(XML);
  for (const [time, accepted] of [
    [String(SECONDS + 300), true],
    [String(SECONDS - 301), false],
    [`${SECONDS}000`, false],
    ['1e9', false],
  ] as const) {
    const request = signed(context, encrypt, time);
    equal(`the time ${time} without a window`, () => codec.decode(request).text, XML);
    equal(`verify the time ${time} in a window`, () => windowed.verify(request), accepted);
    if (!accepted) refuses(`the time ${time} in a window`, () => windowed.decode(request), 'ERR_TIMESTAMP');
  }
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

/** The current key and the previous one, several appids: what opened the message answers it. */
function weChatKeys(context: Context): void {
  const { lib, equal, refuses } = context;
  const { codec, changed, previous, stranger, plain } = codecsOf(context);
  for (const [name, from, keyIndex] of [
    ['current', previous, 0],
    ['previous', codec, 1],
  ] as const) {
    const message = () => changed.decode(from.encode(TEXT, FIXED));
    equal(`under the ${name} key`, message, { ...MESSAGE, keyIndex });
    equal(`answered under the ${name} key`, () => from.decodeReply(changed.reply(message(), 'ok')), 'ok');
    equal(`decrypted under the ${name} key`, () => changed.decrypt(from.encrypt('{}')).text, '{}');
  }
  equal('pushes go under the first', () => previous.decode(changed.encode(TEXT, FIXED)), MESSAGE);
  refuses('and not under the second', () => codec.decode(changed.encode(TEXT)), 'ERR_DECRYPT');
  refuses('opened by the second for another appid', () => changed.decode(stranger.encode(TEXT)), 'ERR_OWNER');
  const several = lib.createWeChatCodec({ ...WECHAT, appId: ['someone', WECHAT.appId], now, random: counting() });
  equal('the second of two appids', () => several.decode(codec.encode(TEXT, FIXED)), MESSAGE);
  equal(
    'answered as the one that was meant',
    () => {
      const message = several.decode(stranger.encode(TEXT));
      return stranger.decodeReply(several.reply(message, 'ok'));
    },
    'ok',
  );
  refuses('encode for one that is not configured', () => codec.encode(TEXT, { appId: 'x' }), 'ERR_CONFIG');
  const message = codec.decode(codec.encode(TEXT));
  refuses('reply to an appid that is not configured', () => stranger.reply(message, 'ok'), 'TypeError');
  refuses('reply in clear to an encrypted message', () => plain.reply(message, 'ok'), 'TypeError');
  refuses(
    'reply encrypted to a message in clear',
    () => codec.reply(plain.decode(plain.encode(TEXT)), 'ok'),
    'TypeError',
  );
}

function weChatReplies(context: Context): void {
  const { lib, equal, refuses } = context;
  const { codec, plain } = codecsOf(context);
  const json = { ...FIXED, format: 'json' } as const;
  const message = codec.decode(codec.encode(TEXT, FIXED));
  const inJson = codec.decode(codec.encode(TEXT, json));
  const clear = plain.decode(plain.encode(TEXT, FIXED));
  const clearJson = plain.decode(plain.encode(TEXT, json));
  const success = reply('text/plain', 'success');
  equal('no answer: success', () => [message, inJson].map((one) => codec.reply(one)), [success, success]);
  equal('no answer in clear: success', () => [clear, clearJson].map((one) => plain.reply(one)), [success, success]);
  const answer = { MsgType: 'text', Content: '收到' };
  const xml = '<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[收到]]></Content></xml>';
  equal('in clear, XML', () => plain.reply(clear, answer), reply('text/xml', xml));
  equal('in clear, JSON', () => plain.reply(clearJson, answer), jsonReply(answer));
  equal('in clear, text as it stands', () => plain.reply(clear, xml), reply('text/xml', xml));
  const { prefix, nonce } = FIXED;
  const encrypt = codec.encrypt(xml, { prefix });
  const { token } = WECHAT;
  const signature = lib.weChatSignature({ token, timestamp: TIMESTAMP, nonce, encrypt });
  const body =
    `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature>` +
    `<TimeStamp>${TIMESTAMP}</TimeStamp><Nonce><![CDATA[${nonce}]]></Nonce></xml>`;
  equal('encrypted, XML', () => codec.reply(message, answer, { prefix }), reply('text/xml', body));
  const text = codec.encrypt(JSON.stringify(answer), { prefix });
  const fields = { timestamp: '1', nonce: '2' };
  const expected = {
    Encrypt: text,
    MsgSignature: lib.weChatSignature({ token, ...fields, encrypt: text }),
    ...{ TimeStamp: 1, Nonce: '2' },
  };
  equal('encrypted, JSON', () => codec.reply(inJson, answer, { ...fields, prefix }), jsonReply(expected));
  equal('read by the platform, XML', () => codec.decodeReply(codec.reply(message, answer)), xml);
  equal('read by the platform, JSON', () => codec.decodeReply(codec.reply(inJson, answer)), JSON.stringify(answer));
  equal('its nonce and its time', () => {
    const sent = codec.reply(inJson, answer);
    return [memberOf(sent, 'Nonce'), memberOf(sent, 'TimeStamp')];
  }, [nonce, TIMESTAMP]);
  for (const [name, given, code] of [
    ['another signature', body.replace(signature, 'x'), 'ERR_SIGNATURE'],
    ['another message', body.replace(encrypt, text), 'ERR_SIGNATURE'],
    ['success', 'success', 'ERR_REQUEST'],
    ['the names of WeCom', JSON.stringify({ encrypt, msgsignature: signature, timestamp: 1, nonce }), 'ERR_SIGNATURE'],
    ['nothing', '', 'ERR_REQUEST'],
  ] as const) {
    refuses(`decodeReply, ${name}`, () => codec.decodeReply({ body: given }), code);
  }
  refuses('decodeReply without a key', () => plain.decodeReply({ body }), 'ERR_CONFIG');
  refuses('an answer that is a number', () => plain.reply(clear, 1 as never), 'TypeError');
  refuses('a time that is none', () => codec.reply(message, 'a', { timestamp: 'now' }), 'ERR_CONFIG');
}
