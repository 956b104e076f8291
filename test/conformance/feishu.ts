// What happens to a Feishu app: challenges, events, attacks.
import { bodyOf, type Context, counting, FEISHU, jsonReply, now, SECONDS, sample, utf8 } from './tools.ts';

interface Request {
  readonly body: string | Uint8Array;
  readonly headers?: Record<string, string>;
}

const EVENT_2 = {
  schema: '2.0',
  header: {
    event_id: 'f7984f25108f8137722bb63cee927e66',
    event_type: 'im.message.receive_v1',
    create_time: '1603977298000000',
    token: 'v-token',
    app_id: 'cli_9f5343c580712544',
    tenant_key: '2ca1d211f64f6438',
  },
  event: { message: { content: '{"text":"你好，世界 👋"}' }, token: 'card-update-token' },
};
const EVENT_1 = {
  ts: '1502199207.7171419',
  uuid: 'bc447199585340d1f3728d26b1c0297a',
  token: 'v-token',
  type: 'event_callback',
  event: { type: 'message', app_id: 'cli_1', tenant_key: 't_1', text: '收到' },
};
const CHALLENGE = { challenge: 'ajls384kdjx98XX', token: 'v-token', type: 'url_verification' };

/** What decode makes of EVENT_2. */
const MESSAGE_2 = {
  platform: 'feishu',
  kind: 'event',
  schema: '2.0',
  id: EVENT_2.header.event_id,
  type: EVENT_2.header.event_type,
  createTime: EVENT_2.header.create_time,
  appId: EVENT_2.header.app_id,
  tenantKey: EVENT_2.header.tenant_key,
  event: EVENT_2.event,
  text: JSON.stringify(EVENT_2),
};
const MESSAGE_1 = {
  platform: 'feishu',
  kind: 'event',
  schema: '1.0',
  id: EVENT_1.uuid,
  type: 'message',
  createTime: EVENT_1.ts,
  appId: 'cli_1',
  tenantKey: 't_1',
  event: EVENT_1.event,
  text: JSON.stringify(EVENT_1),
};

/** What decode makes of a challenge of this text. */
const verification = (text: string) => {
  const event = JSON.parse(text) as { readonly challenge: string };
  const { challenge } = event;
  return { platform: 'feishu', kind: 'verification', type: 'url_verification', challenge, event, text };
};

export function feishuFlows(context: Context): void {
  const { lib, equal, refuses } = context;
  const iv = sample(16, 1);
  const options = { now, random: counting() };
  const codec = lib.createFeishuCodec({ ...FEISHU, ...options });
  const plain = lib.createFeishuCodec({ verificationToken: FEISHU.verificationToken });
  const windowed = lib.createFeishuCodec({ ...FEISHU, ...options, toleranceSeconds: 300 });
  const sealed = (payload: unknown) => JSON.stringify({ encrypt: codec.encrypt(JSON.stringify(payload), { iv }) });
  const signed = (body: string, timestamp = String(SECONDS), nonce = '1234567890', key = 'test key') => ({
    body,
    headers: {
      'X-Lark-Request-Timestamp': timestamp,
      'X-Lark-Request-Nonce': nonce,
      'X-Lark-Signature': lib.feishuSignature({ timestamp, nonce, body }, key),
    },
  });
  const event = signed(sealed(EVENT_2));
  const withHeaders = (headers: Record<string, string>): Request => ({
    ...event,
    headers: { ...event.headers, ...headers },
  });

  // Known answers, computed with node:crypto.
  equal(
    'signature, as node:crypto has it',
    () => lib.feishuSignature({ timestamp: '1609430400', nonce: '1234567890', body: '{"encrypt":"飞书"}' }, 'test key'),
    '2ff8f325267b5aca8845d42a78528006f70dafc795ef1075aa4c4d244764dfe8',
  );
  equal(
    'signature without separators: neighbours run together',
    () => lib.feishuSignature({ timestamp: '1609', nonce: '4304001234567890', body: '{"encrypt":"飞书"}' }, 'test key'),
    '2ff8f325267b5aca8845d42a78528006f70dafc795ef1075aa4c4d244764dfe8',
  );

  // Decode, verify, reply.
  equal('an event of schema 2.0', () => codec.decode(event), MESSAGE_2);
  equal('an event of schema 1.0', () => codec.decode(signed(sealed(EVENT_1))), MESSAGE_1);
  equal('an event as bytes', () => codec.decode({ ...event, body: utf8(event.body) }), MESSAGE_2);
  equal('an event to an app without Encrypt Key', () => plain.decode({ body: JSON.stringify(EVENT_2) }), MESSAGE_2);
  equal('an event of 1.0, plain', () => plain.decode({ body: JSON.stringify(EVENT_1) }), MESSAGE_1);
  equal('what encode sends', () => codec.decode(codec.encode(JSON.stringify(EVENT_2))), MESSAGE_2);
  equal(
    'what encode sends of given time, nonce and IV',
    () => codec.encode(JSON.stringify(EVENT_2), { timestamp: String(SECONDS), nonce: '1234567890', iv }),
    {
      method: 'POST',
      headers: { 'Content-Type': 'application/json;charset=utf-8', ...event.headers },
      query: {},
      body: event.body,
    },
  );
  equal('verify a signed event', () => codec.verify(event), true);
  equal('verify as bytes', () => codec.verify({ ...event, body: utf8(event.body) }), true);
  equal('verify without an Encrypt Key', () => plain.verify({ body: JSON.stringify(EVENT_2) }), false);
  equal('reply to an event', () => codec.reply(codec.decode(event)), jsonReply({}));
  const toast = { toast: { type: 'info', content: '好 👌' } };
  equal('reply to a card callback', () => codec.reply(codec.decode(event), toast), jsonReply(toast));
  equal('reply to a copy of a message', () => codec.reply({ ...codec.decode(event) }), jsonReply({}));
  const bare = { schema: '2.0', header: { event_type: 'url.preview.get', token: 'v-token' }, event: {} };
  equal('a callback without metadata', () => codec.decode(signed(sealed(bare))), {
    ...MESSAGE_2,
    id: undefined,
    type: 'url.preview.get',
    createTime: undefined,
    appId: undefined,
    tenantKey: undefined,
    event: {},
    text: JSON.stringify(bare),
  });

  const emptyIds = [
    [{ ...EVENT_2, header: { ...EVENT_2.header, event_id: '' } }, MESSAGE_2],
    [{ ...EVENT_1, uuid: '' }, MESSAGE_1],
  ] as const;
  for (const [payload, message] of emptyIds) {
    equal(`an empty id, ${message.schema}, is none`, () => codec.decode(signed(sealed(payload))), {
      ...message,
      id: undefined,
      text: JSON.stringify(payload),
    });
  }

  // The challenge: plain, encrypted, encrypted and signed.
  const challenge = verification(JSON.stringify(CHALLENGE));
  const unsigned = { body: sealed(CHALLENGE) };
  equal('a plain challenge', () => plain.decode({ body: JSON.stringify(CHALLENGE) }), challenge);
  equal('an encrypted challenge, unsigned as Feishu sends it', () => codec.decode(unsigned), challenge);
  equal('an encrypted challenge, signed', () => codec.decode(signed(unsigned.body)), challenge);
  equal('encode leaves a challenge unsigned', () => Object.keys(codec.encode(CHALLENGE).headers), ['Content-Type']);
  const answer = jsonReply({ challenge: CHALLENGE.challenge });
  equal('reply to a challenge', () => codec.reply(codec.decode(unsigned)), answer);
  equal('reply to a challenge by another codec', () => plain.reply(codec.decode(unsigned)), answer);
  refuses('an answer to a challenge', () => codec.reply(codec.decode(unsigned), {}), 'TypeError');
  equal('verify an unsigned challenge', () => codec.verify(unsigned), false);
  const inHeader = { header: { token: 'v-token' }, challenge: CHALLENGE.challenge, type: CHALLENGE.type };
  const longest = { ...CHALLENGE, challenge: new Array(1025).join('飞') };
  for (const [name, payload] of [
    ['with its token in header.token', inHeader],
    ['of 1,024 characters', longest],
  ] as const) {
    const text = JSON.stringify(payload);
    equal(`a plain challenge ${name}`, () => plain.decode({ body: text }).text, text);
    equal(`a signed challenge ${name}`, () => codec.decode(signed(sealed(payload))).text, text);
  }
  const tooLong = { ...CHALLENGE, challenge: `${longest.challenge}c` };
  refuses('a plain challenge of 1,025', () => plain.decode({ body: JSON.stringify(tooLong) }), 'ERR_REQUEST');
  refuses('a signed challenge of 1,025', () => codec.decode(signed(sealed(tooLong))), 'ERR_REQUEST');

  // Downgrade, forgery and replay.
  const forged = { ...EVENT_2, header: { ...EVENT_2.header, event_id: 'forged' } };
  refuses('a plain event although a key is set', () => codec.decode({ body: JSON.stringify(forged) }), 'ERR_SIGNATURE');
  refuses(
    'a plain challenge although a key is set',
    () => codec.decode({ body: JSON.stringify(CHALLENGE) }),
    'ERR_SIGNATURE',
  );
  refuses('a plain event, signed', () => codec.decode(signed(JSON.stringify(forged))), 'ERR_SIGNATURE');
  refuses('an encrypted event to an app without key', () => plain.decode({ body: event.body }), 'ERR_REQUEST');
  const siblings = event.body.replace(
    '{',
    `{"type":"url_verification","challenge":"x","header":{"event_id":"forged"},`,
  );
  equal('fields beside encrypt override nothing', () => codec.decode(signed(siblings)), MESSAGE_2);
  const attacks: readonly (readonly [string, Request])[] = [
    ['a signature of another key', signed(event.body, undefined, undefined, 'guess')],
    ['a signature of another body', { ...event, body: sealed(forged) }],
    ['a body one space longer', { ...event, body: `${event.body} ` }],
    ['another timestamp', withHeaders({ 'X-Lark-Request-Timestamp': String(SECONDS + 1) })],
    ['another nonce', withHeaders({ 'X-Lark-Request-Nonce': '1234567891' })],
    ['a signature in upper case', withHeaders({ 'X-Lark-Signature': event.headers['X-Lark-Signature'].toUpperCase() })],
    ['a signature cut short', withHeaders({ 'X-Lark-Signature': event.headers['X-Lark-Signature'].slice(0, 63) })],
    ['a signature and a digit', withHeaders({ 'X-Lark-Signature': `${event.headers['X-Lark-Signature']}0` })],
    ['an empty signature', withHeaders({ 'X-Lark-Signature': '' })],
    ['a signature alone', { body: event.body, headers: { 'X-Lark-Signature': event.headers['X-Lark-Signature'] } }],
    ['a timestamp alone', { body: event.body, headers: { 'X-Lark-Request-Timestamp': String(SECONDS) } }],
    ['the challenge with a nonce alone', { ...unsigned, headers: { 'X-Lark-Request-Nonce': 'n' } }],
    ['an empty nonce', withHeaders({ 'X-Lark-Request-Nonce': '' })],
    ['an empty timestamp', withHeaders({ 'X-Lark-Request-Timestamp': '' })],
    ['the length extended', extended(lib, event)],
  ];
  for (const [name, request] of attacks) {
    refuses(name, () => codec.decode(request), 'ERR_SIGNATURE');
    equal(`verify ${name}`, () => codec.verify(request), false);
  }
  equal('a replay has the same id', () => [codec.decode(event), codec.decode(event)].map((m) => 'id' in m && m.id), [
    MESSAGE_2.id,
    MESSAGE_2.id,
  ]);
  for (const [seconds, accepted] of [
    [0, true],
    [300, true],
    [-300, true],
    [301, false],
    [-301, false],
    [86_400, false],
  ] as const) {
    for (const timestamp of [String(SECONDS + seconds), String((SECONDS + seconds) * 1000)]) {
      const request = signed(event.body, timestamp);
      const name = `a timestamp of ${timestamp.length} digits ${seconds} s off, in a window of 300`;
      if (accepted) equal(name, () => windowed.decode(request), MESSAGE_2);
      else refuses(name, () => windowed.decode(request), 'ERR_TIMESTAMP');
      equal(`verify ${name}`, () => windowed.verify(request), accepted);
      equal(`${name} that is off`, () => codec.decode(request), MESSAGE_2);
    }
  }
  for (const timestamp of [
    ' 1700000000',
    '1700000000 ',
    '1e9',
    '0x6553f100',
    '170000000',
    '１７００００００００',
    '1700000000.0',
  ]) {
    const request = signed(event.body, timestamp);
    refuses(`the time ${JSON.stringify(timestamp)} in a window`, () => windowed.decode(request), 'ERR_TIMESTAMP');
    equal(`the time ${JSON.stringify(timestamp)} without one`, () => codec.decode(request), MESSAGE_2);
  }

  // The Verification Token, in its place and nowhere else.
  for (const [name, payload] of [
    ['2.0, wrong', { ...EVENT_2, header: { ...EVENT_2.header, token: 'guess' } }],
    ['2.0, missing', { ...EVENT_2, header: { ...EVENT_2.header, token: undefined } }],
    ['2.0, at the top', { ...EVENT_2, token: 'v-token', header: { ...EVENT_2.header, token: 'guess' } }],
    ['2.0, in the event', { ...EVENT_2, header: { ...EVENT_2.header, token: '' }, event: { token: 'v-token' } }],
    ['1.0, wrong', { ...EVENT_1, token: 'v-tokem' }],
    ['1.0, no string', { ...EVENT_1, token: ['v-token'] }],
    ['of a challenge, wrong', { ...CHALLENGE, token: 'guess' }],
    ['of a challenge, wrong beside header.token', { ...CHALLENGE, token: 'guess', header: { token: 'v-token' } }],
    ['of a challenge, wrong in header.token', { ...CHALLENGE, token: undefined, header: { token: 'guess' } }],
  ] as const) {
    refuses(`token ${name}, signed`, () => codec.decode(signed(sealed(payload))), 'ERR_TOKEN');
    refuses(`token ${name}, plain`, () => plain.decode({ body: JSON.stringify(payload) }), 'ERR_TOKEN');
  }

  // Signed, but not to be read.
  for (const [name, body, code] of [
    ['no JSON', '{', 'ERR_REQUEST'],
    ['a JSON list', '[]', 'ERR_REQUEST'],
    ['encrypt is a number', '{"encrypt":1}', 'ERR_REQUEST'],
    ['no base64', '{"encrypt":"*"}', 'ERR_DECRYPT'],
    ['nothing', '{"encrypt":""}', 'ERR_DECRYPT'],
    ['wrong padding', `{"encrypt":"${new Array(65).join('A')}"}`, 'ERR_DECRYPT'],
    ['plaintext is no JSON', JSON.stringify({ encrypt: codec.encrypt('text', { iv }) }), 'ERR_REQUEST'],
    ['no event_type', sealed({ schema: '2.0', header: { token: 'v-token' } }), 'ERR_REQUEST'],
    ['a header that is a list', sealed({ schema: '2.0', header: [] }), 'ERR_REQUEST'],
    ['no event', sealed({ token: 'v-token', type: 'event_callback' }), 'ERR_REQUEST'],
    ['an event without type', sealed({ token: 'v-token', event: {} }), 'ERR_REQUEST'],
  ] as const) {
    refuses(`signed, ${name}`, () => codec.decode(signed(body)), code);
  }
}

/** The one request that Feishu does not sign: what it may be, to the byte, and the one answer to everything else. */
export function unsignedChallenges({ lib, equal, refuses }: Context): void {
  const iv = sample(16, 1);
  const options = { now, random: counting() };
  const codec = lib.createFeishuCodec({ ...FEISHU, ...options });
  const anyToken = lib.createFeishuCodec({ encryptKey: FEISHU.encryptKey, ...options });
  const closed = lib.createFeishuCodec({ ...FEISHU, ...options, acceptChallenge: false });
  const sealed = (text: string) => JSON.stringify({ encrypt: codec.encrypt(text, { iv }) });
  const padded = (text: string, length: number) =>
    text.replace('}', `,"pad":"${repeat('p', length - text.length - 9)}"}`);
  const token = '"token":"v-token"';
  const type = '"type":"url_verification"';
  const uuid = 'd1e0e8b7-3b2d-4d5a-9a39-6e4f3a1c5b70';
  const text = (challenge: string, other = token) => `{"challenge":"${challenge}",${other},${type}}`;

  const members = [`"challenge":"${uuid}"`, token, type];
  for (const order of ['012', '021', '102', '120', '201', '210']) {
    const text = `{${order
      .split('')
      .map((at) => members[Number(at)])
      .join(',')}}`;
    const challenge = verification(text);
    equal(`members in the order ${order}`, () => codec.decode({ body: sealed(text) }), challenge);
    equal(`members in the order ${order}, any token`, () => anyToken.decode({ body: sealed(text) }), challenge);
  }
  const words = ['ajls384kdjxxxx', 'A', repeat('_', 17), '0', repeat('-', 64), repeat('0123456789abcdef', 4)];
  for (const challenge of words) {
    equal(`the challenge ${challenge}`, () => codec.decode({ body: sealed(text(challenge)) }).kind, 'verification');
  }
  for (const other of ['', 'x', repeat('Z', 64)]) {
    const body = sealed(text(uuid, `"token":"${other}"`));
    equal(`a token of ${other.length} where none is configured`, () => anyToken.decode({ body }).kind, 'verification');
  }
  const empty = { 'X-Lark-Signature': '', 'X-Lark-Request-Timestamp': '', 'X-Lark-Request-Nonce': '' };
  equal(
    'empty headers are none',
    () => codec.decode({ headers: empty, body: sealed(text(uuid)) }).kind,
    'verification',
  );
  equal(
    'encode makes such a text',
    () => codec.decode(codec.encode({ type: 'url_verification', challenge: uuid })),
    verification(`{"type":"url_verification","challenge":"${uuid}",${token}}`),
  );
  const encoded = () => anyToken.decode(anyToken.encode({ type: 'url_verification', challenge: uuid })).kind;
  equal('encode makes such a text where no token is configured', encoded, 'verification');
  const most = padded(sealed(text(uuid)), 1200);
  equal('a body of 1,200 bytes', () => [most.length, codec.decode({ body: most }).kind], [1200, 'verification']);
  const signature = lib.feishuSignature({ timestamp: '1', nonce: 'n', body: sealed(text('!')) }, FEISHU.encryptKey);
  const headers = { 'X-Lark-Signature': signature, 'X-Lark-Request-Timestamp': '1', 'X-Lark-Request-Nonce': 'n' };
  equal(
    'a signed one is no matter of acceptChallenge',
    () => closed.decode({ headers, body: sealed(text('!')) }).kind,
    'verification',
  );

  // Anything finer than one code and one message would be an oracle for captured ciphertext.
  const messages: { [message: string]: true } = {};
  const refused: readonly (readonly [name: string, body: string, by?: typeof codec])[] = [
    ['where none is accepted', sealed(text(uuid)), closed],
    ['a body of 1,201 bytes', padded(sealed(text(uuid)), 1201)],
    ['1 MiB', padded(sealed(text(uuid)), 1_000_000)],
    ['1 MiB that is no JSON', repeat('[', 1_000_000)],
    ['an event', sealed(JSON.stringify(EVENT_2))],
    ['a wrong token', sealed(text(uuid, '"token":"guess"'))],
    ['a token that goes on', sealed(text(uuid, '"token":"v-token2"'))],
    ['a token of other characters', sealed(text(uuid, '"token":"a b"')), anyToken],
    ['a token of 65', sealed(text(uuid, `"token":"${repeat('a', 65)}"`)), anyToken],
    ['no token', sealed(`{"challenge":"${uuid}",${type}}`)],
    ['no token where none is configured', sealed(`{"challenge":"${uuid}",${type}}`), anyToken],
    ['an empty challenge', sealed(text(''))],
    ['18 of a word', sealed(text(repeat('g', 18)))],
    ['65 of hexadecimal digits', sealed(text(repeat('a', 65)))],
    ['18 hexadecimal digits, one in upper case', sealed(text(`${repeat('a', 17)}F`))],
    ['other characters', sealed(text('a b'))],
    ['Chinese', sealed(text('挑战'))],
    ['an escape', sealed(text('\\u0061'))],
    ['a challenge that is a number', sealed(`{"challenge":1,${token},${type}}`)],
    ['a nested challenge', sealed(`{"challenge":{"a":"b"},${token},${type}}`)],
    ['a fourth member', sealed(`{"challenge":"${uuid}",${token},${type},"a":"b"}`)],
    ['a member twice', sealed(`{"challenge":"${uuid}",${token},${type},${type}}`)],
    ['another type', sealed(`{"challenge":"${uuid}",${token},"type":"url_verificatiom"}`)],
    ['a space', sealed(`{"challenge": "${uuid}",${token},${type}}`)],
    ['a line feed at the end', sealed(`${text(uuid)}\n`)],
    ['a BOM', sealed(`\ufeff${text(uuid)}`)],
    ['a list', sealed(`[${text(uuid)}]`)],
    ['text', sealed('url_verification')],
    ['no base64', '{"encrypt":"*"}'],
    ['base64 of the other alphabet', sealed(text(uuid)).replace(/[+/]/, '-')],
    ['nothing', '{"encrypt":""}'],
    ['an IV alone', '{"encrypt":"AAAAAAAAAAAAAAAAAAAAAA=="}'],
    ['wrong padding', `{"encrypt":"${repeat('A', 64)}"}`],
    ['ciphertext of another key', bodyOf(lib.createFeishuCodec({ encryptKey: 'other', ...options }).encode(CHALLENGE))],
  ];
  for (const [name, body, by = codec] of refused) {
    refuses(`unsigned, ${name}`, () => by.decode({ body }), 'ERR_SIGNATURE');
    equal(`verify, unsigned, ${name}`, () => by.verify({ body }), false);
    try {
      by.decode({ body });
    } catch (error) {
      messages[(error as Error).message] = true;
    }
  }
  equal('unsigned, one message for all', () => Object.keys(messages).length, 1);
}

const repeat = (text: string, count: number): string => new Array(count + 1).join(text);

/** SHA-256(secret ‖ body) goes on to SHA-256(secret ‖ body ‖ its padding): such a body must not get to a parser. */
function extended(lib: Context['lib'], { body, headers }: { body: string; headers: Record<string, string> }): Request {
  const head = `${headers['X-Lark-Request-Timestamp']}${headers['X-Lark-Request-Nonce']}${FEISHU.encryptKey}`;
  const length = head.length + body.length;
  const glue = new Uint8Array(9 + ((64 - ((length + 9) % 64)) % 64));
  glue[0] = 0x80;
  glue[glue.length - 2] = (length * 8) >> 8;
  glue[glue.length - 1] = (length * 8) & 255;
  const longer = new Uint8Array(body.length + glue.length);
  longer.set(utf8(body));
  longer.set(glue, body.length);
  const timestamp = headers['X-Lark-Request-Timestamp'] as string;
  const nonce = headers['X-Lark-Request-Nonce'] as string;
  const signature = lib.feishuSignature({ timestamp, nonce, body: longer }, FEISHU.encryptKey);
  return { body: longer, headers: { ...headers, 'X-Lark-Signature': signature } };
}
