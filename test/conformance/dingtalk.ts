// What happens to a DingTalk app: checks, events, replies, attacks.
import { bodyOf, type Context, counting, DINGTALK, jsonReply, memberOf, now, SECONDS, sample, utf8 } from './tools.ts';

const EVENT = { EventType: 'user_add_org', UserId: ['张三', '李四 🦜'], CorpId: 'ding6ccabc44d2c8d38b', TimeStamp: 1 };

export function dingTalkFlows(context: Context): void {
  const { lib, equal, refuses } = context;
  const timestamp = String(SECONDS * 1000);
  const fixed = { timestamp, nonce: 'nEXhMP4r', prefix: sample(16, 1) };
  const options = { now, random: counting() };
  const suiteKey = 'suite123';
  const owners = [suiteKey, DINGTALK.ownerKey];
  const codec = lib.createDingTalkCodec({ ...DINGTALK, ...options });
  const windowed = lib.createDingTalkCodec({ ...DINGTALK, ...options, toleranceSeconds: 300 });
  const several = lib.createDingTalkCodec({ ...DINGTALK, ...options, ownerKey: owners });
  const stranger = lib.createDingTalkCodec({ ...DINGTALK, ...options, ownerKey: 'someone' });
  const forger = lib.createDingTalkCodec({ ...DINGTALK, ...options, token: 'guess' });

  const sent = codec.encode(EVENT, fixed);
  const signature = sent.query.signature as string;
  const encrypt = memberOf(sent, 'encrypt');
  const message = {
    platform: 'dingtalk',
    kind: 'event',
    id: undefined,
    type: EVENT.EventType,
    ownerKey: DINGTALK.ownerKey,
    timestamp,
    nonce: fixed.nonce,
    event: EVENT,
    text: JSON.stringify(EVENT),
  };
  /** `encrypt` signed as it stands. */
  const signed = (text: string, time = timestamp) => ({
    query: {
      timestamp: time,
      nonce: 'n',
      signature: lib.dingTalkSignature({ token: DINGTALK.token, timestamp: time, nonce: 'n', encrypt: text }),
    },
    body: JSON.stringify({ encrypt: text }),
  });

  // Known answers, computed with node:crypto: the sort is by code unit, and no number.
  equal(
    'signature, as node:crypto has it',
    () => lib.dingTalkSignature({ token: '钉钉', timestamp: '10', nonce: '9', encrypt: 'A' }),
    'e48966f97feef579cc6f1b0e91422b54fefff139',
  );
  equal(
    'signature sorts by UTF-16 code units',
    () => lib.dingTalkSignature({ token: '\uffff', timestamp: '\u{1f99c}', nonce: 'a', encrypt: 'B' }),
    '3130d96bc803ea750c5e000a4de430a292f54d7e',
  );

  // Decode, verify, reply.
  equal('an event', () => codec.decode(sent), message);
  equal('an event as bytes', () => codec.decode({ ...sent, body: utf8(bodyOf(sent)) }), message);
  equal('verify an event', () => codec.verify(sent), true);
  for (const [name, ids, id] of [
    ['eventId', { eventId: 'e-1', BizId: 'b-1' }, 'e-1'],
    ['BizId', { BizId: 'b-1' }, 'b-1'],
    ['BizId where eventId is empty', { eventId: '', BizId: 17 }, '17'],
    ['none where both are empty', { eventId: '', BizId: '' }, undefined],
    ['none of another type', { eventId: ['e-1'], BizId: null }, undefined],
  ] as const) {
    equal(`id: ${name}`, () => idOf(codec.decode(codec.encode({ ...EVENT, ...ids }, fixed))), id);
  }
  const url = `/callback?msg_signature=${signature}&timeStamp=${timestamp}&nonce=${fixed.nonce}`;
  equal('the other spellings, in a URL', () => codec.decode({ url, body: sent.body }), message);
  const { id, ...ofAll } = message;
  equal('a check', () => codec.decode(codec.encode({ EventType: 'check_url' }, fixed)), {
    ...ofAll,
    kind: 'verification',
    type: 'check_url',
    event: { EventType: 'check_url' },
    text: '{"EventType":"check_url"}',
  });
  for (const type of ['check_create_suite_url', 'check_update_suite_url']) {
    equal(
      `${type} is a verification`,
      () => codec.decode(codec.encode({ EventType: type, Random: 'r' }, fixed)).kind,
      'verification',
    );
    const random = { EventType: type, Random: 17 };
    equal(`${type} with a Random of another type`, () => codec.decode(codec.encode(random, fixed)).event, random);
  }
  equal('what encode sends', () => [sent.method, sent.headers, sent.query], [
    'POST',
    { 'Content-Type': 'application/json' },
    { msg_signature: signature, signature, timestamp, nonce: fixed.nonce },
  ]);

  // Owners.
  equal('an event for the second owner', () => several.decode(sent), message);
  equal('an event for the first', () => several.decode(several.encode(EVENT, fixed)).ownerKey, suiteKey);
  refuses('an event for another owner', () => codec.decode(stranger.encode(EVENT)), 'ERR_OWNER');
  equal('the owner that was received', () => ownerOf(() => codec.decode(stranger.encode(EVENT))), 'someone');
  const unverified = stranger.encrypt('{}', { prefix: fixed.prefix });
  equal('no owner of what nobody verified', () => ownerOf(() => codec.decrypt(unverified)), undefined);
  equal('verify looks at no owner', () => codec.verify(stranger.encode(EVENT)), true);
  refuses(
    'an owner that goes on',
    () => stranger.decode(signed(lib.encryptDingTalkMessage('{}', { ...DINGTALK, ownerKey: 'someone2' }, fixed))),
    'ERR_OWNER',
  );
  refuses(
    'an owner in upper case',
    () => stranger.decrypt(lib.encryptDingTalkMessage('{}', { ...DINGTALK, ownerKey: 'SOMEONE' }, fixed)),
    'ERR_OWNER',
  );
  refuses(
    'encrypt for an owner that is not configured',
    () => codec.encrypt('', { ownerKey: 'someone' }),
    'ERR_CONFIG',
  );

  // Forgery and replay.
  const withQuery = (query: Record<string, string | undefined>) => ({ ...sent, query: { ...sent.query, ...query } });
  const both = (text: string) => withQuery({ signature: text, msg_signature: text });
  for (const [name, request] of [
    ['another token', forger.encode(EVENT, fixed)],
    ['another message', { ...sent, body: codec.encode({ EventType: 'forged' }, fixed).body }],
    ['another timestamp', withQuery({ timestamp: String(SECONDS) })],
    ['another nonce', withQuery({ nonce: 'nEXhMP4s' })],
    ['a signature in upper case', both(signature.toUpperCase())],
    ['a signature cut short', both(signature.slice(1))],
    ['a signature and a digit', both(`${signature}0`)],
    ['an empty signature', both('')],
    ['an empty timestamp', withQuery({ timestamp: '' })],
    ['an empty nonce', withQuery({ nonce: '' })],
    ['no signature', withQuery({ signature: undefined, msg_signature: undefined })],
    ['no timestamp', withQuery({ timestamp: undefined })],
    ['no nonce', withQuery({ nonce: undefined })],
    ['no parameters', { body: sent.body }],
    ['no encrypt', { ...sent, body: JSON.stringify(EVENT) }],
    ['white space in encrypt that was not signed', { ...sent, body: JSON.stringify({ encrypt: `${encrypt}\n` }) }],
  ] as const) {
    refuses(name, () => codec.decode(request), 'ERR_SIGNATURE');
    equal(`verify ${name}`, () => codec.verify(request), false);
  }
  refuses('two signatures that differ', () => codec.decode(withQuery({ msg_signature: 'x' })), 'ERR_REQUEST');
  equal('verify two signatures that differ', () => codec.verify(withQuery({ msg_signature: 'x' })), false);
  equal('a replay decodes the same', () => [codec.decode(sent), codec.decode(sent)], [message, message]);
  for (const [seconds, accepted] of [
    [0, true],
    [300, true],
    [-300, true],
    [301, false],
    [-301, false],
  ] as const) {
    for (const time of [String(SECONDS + seconds), String((SECONDS + seconds) * 1000)]) {
      const request = signed(encrypt, time);
      const name = `a timestamp of ${time.length} digits ${seconds} s off, in a window of 300`;
      if (accepted) equal(name, () => windowed.decode(request).text, message.text);
      else refuses(name, () => windowed.decode(request), 'ERR_TIMESTAMP');
      equal(`verify ${name}`, () => windowed.verify(request), accepted);
      equal(`${name} that is off`, () => codec.decode(request).text, message.text);
    }
  }
  for (const time of [' 1700000000', '1e9', '0x6553f100', '749', '1700000000.0', '17000000000']) {
    const request = signed(encrypt, time);
    refuses(`the time ${JSON.stringify(time)} in a window`, () => windowed.decode(request), 'ERR_TIMESTAMP');
    equal(`the time ${JSON.stringify(time)} without one`, () => codec.decode(request).timestamp, time);
  }

  // Sorted and joined without separators, the time and a nonce of digits can change places under the same signature.
  for (const [nonce, accepted] of [
    ['1700000000', false],
    ['1700000000000', false],
    ['17000000000000000000', false],
    ['123456789', true],
    ['1700000000a', true],
    ['１７００００００００', true],
  ] as const) {
    const request = codec.encode(EVENT, { ...fixed, nonce });
    const name = `the nonce ${nonce}`;
    if (accepted) equal(`${name} in a window`, () => windowed.decode(request).nonce, nonce);
    else refuses(`${name} in a window`, () => windowed.decode(request), 'ERR_TIMESTAMP');
    equal(`verify ${name} in a window`, () => windowed.verify(request), accepted);
    equal(`${name} without one`, () => codec.decode(request).nonce, nonce);
  }

  // Signed, but not to be read.
  for (const [name, request, code] of [
    ['no JSON', { ...sent, body: '{' }, 'ERR_REQUEST'],
    ['encrypt is a number', { ...sent, body: '{"encrypt":1}' }, 'ERR_REQUEST'],
    ['no base64', signed('*'), 'ERR_DECRYPT'],
    ['nothing', signed(''), 'ERR_DECRYPT'],
    ['wrong padding', signed(new Array(65).join('A')), 'ERR_DECRYPT'],
    ['plaintext is no JSON', codec.encode('text', fixed), 'ERR_REQUEST'],
    ['plaintext is a list', codec.encode('[]', fixed), 'ERR_REQUEST'],
    ['no EventType', codec.encode('{}', fixed), 'ERR_REQUEST'],
    ['an EventType that is a number', codec.encode({ EventType: 1 }, fixed), 'ERR_REQUEST'],
  ] as const) {
    refuses(`signed, ${name}`, () => codec.decode(request), code);
  }
}

/** The answer: encrypted for who asked, signed with the time and the nonce of the message. */
export function dingTalkReplies({ lib, check, equal, refuses }: Context): void {
  const fixed = { timestamp: String(SECONDS * 1000), nonce: 'nEXhMP4r', prefix: sample(16, 1) };
  const options = { ...DINGTALK, now, random: counting() };
  const codec = lib.createDingTalkCodec(options);
  const several = lib.createDingTalkCodec({ ...options, ownerKey: ['suite123', DINGTALK.ownerKey] });
  const stranger = lib.createDingTalkCodec({ ...options, ownerKey: 'someone' });
  const message = several.decode(codec.encode(EVENT, fixed));
  const success = codec.encode('success', fixed);
  const expected = jsonReply({
    msg_signature: success.query.signature,
    timeStamp: fixed.timestamp,
    nonce: fixed.nonce,
    encrypt: memberOf(success, 'encrypt'),
  });
  const { prefix } = fixed;
  equal('same owner, time and nonce', () => several.reply(message, 'success', { prefix }), expected);
  equal('success where no answer is given', () => several.reply(message, undefined, { prefix }), expected);
  equal('to a copy of the message', () => several.reply({ ...message }, undefined, { prefix }), expected);
  equal('by another codec of the same owner', () => codec.reply(message, undefined, { prefix }), expected);
  equal(
    'of a time and a nonce of our own',
    () => {
      const { timestamp, nonce } = { timestamp: '1', nonce: '2' };
      const body = codec.reply(message, 'success', { timestamp, nonce, prefix });
      const encrypt = memberOf(body, 'encrypt');
      const signature = lib.dingTalkSignature({ token: DINGTALK.token, timestamp, nonce, encrypt });
      return (
        ['msg_signature', 'timeStamp', 'nonce', 'encrypt'].map((name) => memberOf(body, name)).join() ===
        [signature, timestamp, nonce, memberOf(success, 'encrypt')].join()
      );
    },
    true,
  );
  check('a prefix of 16 alphanumerics where none is given', () => {
    const first = several.reply(message);
    const second = several.reply(message);
    return codec.decodeReply(first) === 'success' && bodyOf(first) !== bodyOf(second);
  });
  for (const text of ['success', 'LPIdSnlF', '', '成功 🦜', '{"EventType":"t"}']) {
    const name = `answer ${JSON.stringify(text)}`;
    equal(`${name}, read by the platform`, () => several.decodeReply(several.reply(message, text)), text);
    equal(`${name}, as bytes`, () => codec.decodeReply({ body: utf8(bodyOf(codec.reply(message, text))) }), text);
  }
  const reply = codec.reply(message, 'success', { prefix });
  const changed = (fields: object) => ({ body: JSON.stringify({ ...JSON.parse(reply.body), ...fields }) });
  for (const [name, given, code] of [
    ['another signature', changed({ msg_signature: 'x' }), 'ERR_SIGNATURE'],
    ['no signature', changed({ msg_signature: undefined }), 'ERR_SIGNATURE'],
    ['another time', changed({ timeStamp: '1' }), 'ERR_SIGNATURE'],
    ['no time', changed({ timeStamp: undefined }), 'ERR_SIGNATURE'],
    ['another nonce', changed({ nonce: 'x' }), 'ERR_SIGNATURE'],
    ['no nonce', changed({ nonce: undefined }), 'ERR_SIGNATURE'],
    ['no encrypt', changed({ encrypt: undefined }), 'ERR_SIGNATURE'],
    ['encrypt is a number', changed({ encrypt: 1 }), 'ERR_REQUEST'],
    ['no JSON', { body: 'success' }, 'ERR_REQUEST'],
    ['nothing', { body: '' }, 'ERR_REQUEST'],
    ['of another owner', stranger.reply(stranger.decode(stranger.encode(EVENT))), 'ERR_OWNER'],
  ] as const) {
    refuses(`decodeReply, ${name}`, () => codec.decodeReply(given), code);
  }
  equal(
    'a timeStamp that is a number, as PHP sends it',
    () => {
      const timeStamp = Number(fixed.timestamp);
      return codec.decodeReply(changed({ timeStamp }));
    },
    'success',
  );
  refuses('a message for an owner that is not configured', () => stranger.reply(message), 'TypeError');
  refuses('an answer that is no text', () => codec.reply(message, {} as never), 'TypeError');
  refuses('half a pair as an answer', () => codec.reply(message, '\ud800'), 'TypeError');
}

/** `id` of a message that is an event. */
function idOf(message: object): unknown {
  return 'id' in message ? message.id : 'no id';
}

/** `receivedOwner` of the error that `attempt` throws. */
function ownerOf(attempt: () => unknown): string | undefined {
  try {
    attempt();
  } catch (error) {
    return (error as { receivedOwner?: string }).receivedOwner;
  }
  return 'no error';
}
