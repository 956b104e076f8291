// What happens to a Feishu app: challenges, events, attacks.
import { type Context, counting, FEISHU, now, SECONDS, sample, utf8 } from './tools.ts';

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
    { headers: { 'Content-Type': 'application/json;charset=utf-8', ...event.headers }, body: event.body },
  );
  equal('verify a signed event', () => codec.verify(event), true);
  equal('verify as bytes', () => codec.verify({ ...event, body: utf8(event.body) }), true);
  equal('verify without an Encrypt Key', () => plain.verify({ body: JSON.stringify(EVENT_2) }), false);
  equal('reply to an event', () => codec.reply(codec.decode(event)), {});
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

  // The challenge: plain, encrypted, encrypted and signed.
  const challenge = { kind: 'challenge', challenge: CHALLENGE.challenge, text: JSON.stringify(CHALLENGE) };
  const unsigned = { body: sealed(CHALLENGE) };
  equal('a plain challenge', () => plain.decode({ body: JSON.stringify(CHALLENGE) }), challenge);
  equal('an encrypted challenge, unsigned as Feishu sends it', () => codec.decode(unsigned), challenge);
  equal('an encrypted challenge, signed', () => codec.decode(signed(unsigned.body)), challenge);
  equal('encode leaves a challenge unsigned', () => Object.keys(codec.encode(CHALLENGE).headers), ['Content-Type']);
  equal('reply to a challenge', () => codec.reply(codec.decode(unsigned)), { challenge: CHALLENGE.challenge });
  equal('verify an unsigned challenge', () => codec.verify(unsigned), false);
  const longest = { ...CHALLENGE, challenge: new Array(1025).join('c') };
  equal('a challenge of 1,024 characters', () => codec.decode({ body: sealed(longest) }).text, JSON.stringify(longest));

  // Whatever is wrong with an unsigned request has one code and one message: anything finer is a padding oracle.
  const messages: { [message: string]: true } = {};
  const wrongUnsigned: readonly (readonly [string, string])[] = [
    ['an event', sealed(EVENT_2)],
    ['a challenge with a wrong token', sealed({ ...CHALLENGE, token: 'guess' })],
    ['a challenge without token', sealed({ ...CHALLENGE, token: undefined })],
    ['a challenge that is no string', sealed({ ...CHALLENGE, challenge: 1 })],
    ['a challenge of 1,025 characters', sealed({ ...CHALLENGE, challenge: new Array(1026).join('c') })],
    ['JSON that is no object', sealed('url_verification')],
    ['text that is no JSON', JSON.stringify({ encrypt: codec.encrypt('url_verification', { iv }) })],
    ['no base64', '{"encrypt":"*"}'],
    ['nothing', '{"encrypt":""}'],
    ['an IV alone', '{"encrypt":"AAAAAAAAAAAAAAAAAAAAAA=="}'],
    ['wrong padding', `{"encrypt":"${new Array(65).join('A')}"}`],
    ['ciphertext of another key', lib.createFeishuCodec({ encryptKey: 'other', ...options }).encode(CHALLENGE).body],
  ];
  for (const [name, body] of wrongUnsigned) {
    refuses(`unsigned, ${name}`, () => codec.decode({ body }), 'ERR_SIGNATURE');
    try {
      codec.decode({ body });
    } catch (error) {
      messages[(error as Error).message] = true;
    }
  }
  equal('unsigned, one message for all', () => Object.keys(messages).length, 1);

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
    ['the challenge with a nonce alone', { ...unsigned, headers: { 'X-Lark-Request-Nonce': '' } }],
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
    '',
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
