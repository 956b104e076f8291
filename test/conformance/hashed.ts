// Platforms that only sign: old message cards of Feishu, robots and cards of DingTalk, TRTC.
import type { CallbackCodec } from '../../src/dingtalk-card.ts';
import {
  bodyOf,
  CARD,
  type Context,
  concat,
  counting,
  FEISHU,
  jsonReply,
  now,
  ROBOT,
  SECONDS,
  TRTC,
  utf8,
} from './tools.ts';

const { verificationToken } = FEISHU;
const PRESS = {
  open_id: 'ou_1',
  open_message_id: 'om_1',
  token: 'c-1',
  action: { tag: 'button', value: { key: '值 🦜' } },
};
const CHALLENGE = { challenge: 'ajls384kdjxxxx', token: verificationToken, type: 'url_verification' };

export function feishuCardFlows(context: Context): void {
  const { lib, equal, refuses } = context;
  const codec = lib.createFeishuCardCodec({ verificationToken, now, random: counting() });
  const text = JSON.stringify(PRESS);
  const message = { platform: 'feishu-card', kind: 'event', type: 'card.action.trigger_v1', event: PRESS, text };
  const sent = codec.encode(PRESS, { timestamp: String(SECONDS), nonce: 'n' });
  // Known answer, computed with node:crypto.
  equal(
    'signature, as node:crypto has it',
    () => lib.feishuCardSignature({ timestamp: '1609430400', nonce: '1234567890', body: '{"a":"飞书"}' }, '令牌'),
    'f5f2766887571c14266517354a635a739f878bf5',
  );
  equal('a press', () => codec.decode(sent), message);
  equal('a press as bytes', () => codec.decode({ ...sent, body: utf8(text) }), message);
  equal(
    'a press in other white space',
    () => {
      const spaced = JSON.stringify(PRESS, undefined, 2);
      return codec.decode(codec.encode(spaced)).text === spaced;
    },
    true,
  );
  equal('what encode sends', () => [sent.headers, sent.query, sent.body], [
    {
      'Content-Type': 'application/json;charset=utf-8',
      'X-Lark-Request-Timestamp': String(SECONDS),
      'X-Lark-Request-Nonce': 'n',
      'X-Lark-Signature': lib.feishuCardSignature(
        { timestamp: String(SECONDS), nonce: 'n', body: text },
        verificationToken,
      ),
    },
    {},
    text,
  ]);
  const card = { header: { title: { tag: 'plain_text', content: '已同意 ✅' } } };
  equal('reply with a card', () => codec.reply(codec.decode(sent), card), jsonReply(card));
  equal('reply that leaves the card', () => codec.reply(codec.decode(sent)), jsonReply({}));
  refuses('an answer that is no object', () => codec.reply(codec.decode(sent), 'ok' as never), 'TypeError');
  feishuCardChallenges(context);
  feishuCardForgeries(context);
}

function feishuCardChallenges({ lib, equal, refuses }: Context): void {
  const codec = lib.createFeishuCardCodec({ verificationToken, now, random: counting() });
  const text = JSON.stringify(CHALLENGE);
  const { challenge } = CHALLENGE;
  const kind = { platform: 'feishu-card', kind: 'verification', type: 'url_verification' };
  const verification = { ...kind, challenge, event: CHALLENGE, text };
  const timestamp = String(SECONDS);
  const headers = {
    'X-Lark-Request-Timestamp': timestamp,
    'X-Lark-Request-Nonce': 'n',
    'X-Lark-Signature': lib.feishuCardSignature({ timestamp, nonce: 'n', body: text }, verificationToken),
  };
  equal('the challenge, unsigned as Feishu sends it', () => codec.decode({ body: text }), verification);
  equal('the challenge, signed', () => codec.decode({ headers, body: text }), verification);
  equal('encode leaves it unsigned and adds the token', () => codec.encode({ type: CHALLENGE.type, challenge }), {
    ...{ method: 'POST', headers: { 'Content-Type': 'application/json;charset=utf-8' }, query: {} },
    body: JSON.stringify({ type: CHALLENGE.type, challenge, token: verificationToken }),
  });
  equal('its answer', () => codec.reply(codec.decode({ body: text })), jsonReply({ challenge }));
  equal('verify is false for it', () => [codec.verify({ body: text }), codec.verify({ headers, body: text })], [
    false,
    true,
  ]);
  const longest = new Array(1025).join('飞');
  equal(
    'of 1,024 characters',
    () => codec.decode({ body: JSON.stringify({ ...CHALLENGE, challenge: longest }) }).kind,
    'verification',
  );
  for (const [name, payload, code] of [
    ['of 1,025 characters', { ...CHALLENGE, challenge: `${longest}飞` }, 'ERR_REQUEST'],
    ['that is a number', { ...CHALLENGE, challenge: 1 }, 'ERR_REQUEST'],
    ['that is missing', { ...CHALLENGE, challenge: undefined }, 'ERR_REQUEST'],
    ['with another token', { ...CHALLENGE, token: 'guess' }, 'ERR_TOKEN'],
    ['with a token that goes on', { ...CHALLENGE, token: `${verificationToken}2` }, 'ERR_TOKEN'],
    ['without a token', { ...CHALLENGE, token: undefined }, 'ERR_TOKEN'],
    ['with a token that is a list', { ...CHALLENGE, token: [verificationToken] }, 'ERR_TOKEN'],
  ] as const) {
    refuses(`a challenge ${name}`, () => codec.decode({ body: JSON.stringify(payload) }), code);
  }
}

function feishuCardForgeries({ lib, equal, refuses }: Context): void {
  const options = { verificationToken, now, random: counting() };
  const codec = lib.createFeishuCardCodec(options);
  const windowed = lib.createFeishuCardCodec({ ...options, toleranceSeconds: 300 });
  const sent = codec.encode(PRESS, { timestamp: String(SECONDS), nonce: 'n' });
  const signature = sent.headers['X-Lark-Signature'] as string;
  const changed = (headers: Record<string, string | undefined>) => ({
    ...sent,
    headers: { ...sent.headers, ...headers },
  });
  const asEvent = lib.createFeishuCodec({ encryptKey: verificationToken, now, random: counting() });
  for (const [name, request] of [
    ['unsigned', { body: sent.body }],
    ['another body', { ...sent, body: bodyOf(sent).replace('ou_1', 'ou_2') }],
    ['a body one space longer', { ...sent, body: `${sent.body} ` }],
    ['another timestamp', changed({ 'X-Lark-Request-Timestamp': String(SECONDS + 1) })],
    ['a signature in upper case', changed({ 'X-Lark-Signature': signature.toUpperCase() })],
    ['no signature', changed({ 'X-Lark-Signature': undefined })],
    ['no nonce', changed({ 'X-Lark-Request-Nonce': undefined })],
    ['no timestamp', changed({ 'X-Lark-Request-Timestamp': '' })],
    ['the challenge with a nonce alone', { headers: { 'X-Lark-Request-Nonce': 'n' }, body: JSON.stringify(CHALLENGE) }],
    ['signed as an event', asEvent.encode({ header: { event_type: 't' } })],
    ['signed, the bytes are no UTF-8', signedBytes(lib, concat('{"a":"', Uint8Array.of(0xff), '"}'))],
  ] as const) {
    refuses(name, () => codec.decode(request), 'ERR_SIGNATURE');
    equal(`verify ${name}`, () => codec.verify(request), false);
  }
  refuses('an encrypted body', () => codec.decode(codec.encode({ encrypt: 'x' })), 'ERR_REQUEST');
  refuses('signed, but no object', () => codec.decode(codec.encode('[]')), 'ERR_REQUEST');
  for (const [seconds, accepted] of [
    [300, true],
    [-300, true],
    [301, false],
    [-301, false],
  ] as const) {
    for (const timestamp of [String(SECONDS + seconds), String((SECONDS + seconds) * 1000)]) {
      const request = codec.encode(PRESS, { timestamp });
      equal(`verify ${timestamp} in a window of 300`, () => windowed.verify(request), accepted);
      if (!accepted) refuses(`${timestamp} in a window of 300`, () => windowed.decode(request), 'ERR_TIMESTAMP');
      equal(`verify ${timestamp} without one`, () => codec.verify(request), true);
    }
  }
}

function signedBytes(lib: Context['lib'], body: Uint8Array) {
  const timestamp = String(SECONDS);
  const signature = lib.feishuCardSignature({ timestamp, nonce: 'n', body }, verificationToken);
  const headers = { 'X-Lark-Request-Timestamp': timestamp, 'X-Lark-Request-Nonce': 'n', 'X-Lark-Signature': signature };
  return { headers, body };
}

/** Robots and cards of DingTalk sign a time in milliseconds and nothing else. */
export function signedTimes({ lib, equal, refuses }: Context): void {
  // Known answers, computed with node:crypto.
  equal(
    "a robot's signature, as node:crypto has it",
    () => lib.dingTalkRobotSignature({ timestamp: '1', secret: '密钥' }),
    '6dXDYPPDSOcZIIryRviORo2m8hjAtCCHmaE9grXhBw0=',
  );
  equal(
    "a card's signature, as node:crypto has it",
    () => lib.dingTalkCardSignature({ timestamp: '1', apiSecret: '密钥' }),
    'BGWvKQmQ1MYDOPt1V0JZkRc1oATTdPKVijlhI+tsBVE=',
  );
  equal(
    "the signature of Feishu's bot, as node:crypto has it",
    () => lib.feishuBotSignature({ timestamp: '1', secret: '密钥' }),
    '8mRtW400pTb36n68I5tG9xjiGHUswQtinhluzxoPKxw=',
  );
  const timestamp = String(SECONDS * 1000);
  for (const [platform, create, secrets, event, fields, sign, time] of [
    [
      'dingtalk-robot',
      lib.createDingTalkRobotCodec as unknown as (options: object) => CallbackCodec,
      ROBOT,
      { msgtype: 'text', msgId: 'm-1', text: { content: '你好 🦜' } },
      { type: 'text', id: 'm-1' },
      'sign',
      'timestamp',
    ],
    [
      'dingtalk-card',
      lib.createDingTalkCardCodec as unknown as (options: object) => CallbackCodec,
      CARD,
      { type: 'actionCallback', outTrackId: '卡' },
      { type: 'actionCallback' },
      'x-ddpaas-signature',
      'x-ddpaas-signature-timestamp',
    ],
  ] as const) {
    const codec = create({ ...secrets, now });
    const anyTime = create({ ...secrets, now, toleranceSeconds: Infinity });
    const sent = codec.encode(event);
    const text = JSON.stringify(event);
    const message = { platform, kind: 'event', ...fields, timestamp, event, text };
    const changed = (headers: Record<string, unknown>) => ({
      ...sent,
      headers: { ...sent.headers, ...headers } as never,
    });
    const signature = sent.headers[sign] as string;
    equal(`${platform}: a message`, () => codec.decode(sent), message);
    equal(`${platform}: as bytes`, () => codec.decode({ ...sent, body: utf8(text) }), message);
    equal(
      `${platform}: headers in upper case`,
      () => codec.verify({ headers: { [sign.toUpperCase()]: signature, [time.toUpperCase()]: timestamp }, body: text }),
      true,
    );
    equal(`${platform}: what encode sends`, () => sent, {
      ...{ method: 'POST', query: {}, body: text },
      headers: { 'Content-Type': 'application/json; charset=utf-8', [time]: timestamp, [sign]: signature },
    });
    equal(`${platform}: the body is not covered`, () => codec.decode({ ...sent, body: '{}' }).event, {});
    equal(`${platform}: metadata of other types`, () => {
      const { type, ...rest } = codec.decode({ ...sent, body: '{"msgtype":[],"type":{},"msgId":""}' });
      return [type, 'id' in rest ? rest.id : undefined];
    }, ['', undefined]);
    equal(`${platform}: reply`, () => codec.reply(codec.decode(sent)), jsonReply({}));
    equal(`${platform}: an answer`, () => codec.reply(codec.decode(sent), { 卡: '好' }), jsonReply({ 卡: '好' }));
    refuses(
      `${platform}: an answer that is no object`,
      () => codec.reply(codec.decode(sent), '{}' as never),
      'TypeError',
    );
    for (const [name, request, code] of [
      ['no headers', { body: text }, 'ERR_SIGNATURE'],
      ['no signature', changed({ [sign]: undefined }), 'ERR_SIGNATURE'],
      ['no time', changed({ [time]: undefined }), 'ERR_SIGNATURE'],
      ['another time', changed({ [time]: String(SECONDS * 1000 + 1) }), 'ERR_SIGNATURE'],
      ['a signature without padding', changed({ [sign]: signature.slice(0, -1) }), 'ERR_SIGNATURE'],
      ['a signature that was percent-encoded', changed({ [sign]: encodeURIComponent(signature) }), 'ERR_SIGNATURE'],
      ['two signatures', changed({ [sign]: [signature, 'x'] }), 'ERR_REQUEST'],
      ['a list for a body', { ...sent, body: '[]' }, 'ERR_REQUEST'],
      ['bytes that are no UTF-8', { ...sent, body: Uint8Array.of(0x7b, 0xff, 0x7d) }, 'ERR_REQUEST'],
    ] as const) {
      refuses(`${platform}: ${name}`, () => codec.decode(request), code);
      if (code === 'ERR_SIGNATURE') equal(`${platform}: verify ${name}`, () => codec.verify(request), false);
    }
    for (const [seconds, accepted] of [
      [3600, true],
      [-3600, true],
      [3601, false],
      [-3601, false],
    ] as const) {
      const at = codec.encode(event, { timestamp: String((SECONDS + seconds) * 1000) });
      equal(`${platform}: verify ${seconds} s off in the window of an hour`, () => codec.verify(at), accepted);
      equal(`${platform}: ${seconds} s off without one`, () => anyTime.decode(at).text, text);
      if (!accepted) refuses(`${platform}: ${seconds} s off`, () => codec.decode(at), 'ERR_TIMESTAMP');
    }
    for (const time of ['1e12', ' 1700000000000', '170000000000']) {
      const at = codec.encode(event, { timestamp: time });
      refuses(`${platform}: the time ${JSON.stringify(time)}`, () => codec.decode(at), 'ERR_TIMESTAMP');
    }
  }
}

export function trtcFlows({ lib, equal, refuses }: Context): void {
  const codec = lib.createTrtcCodec(TRTC);
  const anyApp = lib.createTrtcCodec({ key: TRTC.key });
  const text = '{\n\t"EventGroupId":\t2,\r\n\t"EventType":\t204,\n\t"EventInfo":\t{ "UserId": "用户 🦜" }\n}';
  const event = JSON.parse(text) as object;
  const sent = codec.encode(text);
  const message = { platform: 'trtc', kind: 'event', type: '204', sdkAppId: TRTC.sdkAppId, event, text };
  // Known answers, computed with node:crypto; the second key is longer than a block.
  equal(
    'signature, as node:crypto has it',
    () => lib.trtcSignature('{"a":"飞书"}', '密钥'),
    'ZNaEiD1RfdEuBafbu6MwPrsJwpcXdTNrWfWuaxqmF2k=',
  );
  equal(
    'signature under a long key',
    () => lib.trtcSignature('{}', new Array(66).join('k')),
    'dciHcG5aDz8L3mS6bavXkgklSmAtfwX0tm1zvw4CcxQ=',
  );
  equal('an event', () => codec.decode(sent), message);
  equal('an event as bytes', () => codec.decode({ ...sent, body: utf8(text) }), message);
  equal('an event to whatever app', () => anyApp.decode(sent), message);
  equal('what encode sends', () => sent, {
    ...{ method: 'POST', query: {}, body: text },
    headers: { 'Content-Type': 'application/json', Sign: lib.trtcSignature(text, TRTC.key), SdkAppId: TRTC.sdkAppId },
  });
  equal('what encode sends without an id', () => Object.keys(anyApp.encode(event).headers), ['Content-Type', 'Sign']);
  equal('an EventType that is text', () => codec.decode(codec.encode({ EventType: '204' })).type, '204');
  equal('reply', () => codec.reply(codec.decode(sent)), jsonReply({ code: 0 }));
  refuses('an answer', () => codec.reply(codec.decode(sent), {} as never), 'TypeError');
  const changed = (headers: Record<string, unknown>) => ({
    ...sent,
    headers: { ...sent.headers, ...headers } as never,
  });
  for (const [name, request, code] of [
    ['another body', { ...sent, body: text.replace('204', '205') }, 'ERR_SIGNATURE'],
    ['white space changed', { ...sent, body: JSON.stringify(event) }, 'ERR_SIGNATURE'],
    ['line ends changed', { ...sent, body: text.replace('\r', '') }, 'ERR_SIGNATURE'],
    ['no signature', changed({ Sign: undefined }), 'ERR_SIGNATURE'],
    ['another key', lib.createTrtcCodec({ ...TRTC, key: 'guess' }).encode(text), 'ERR_SIGNATURE'],
    [
      'signed, the bytes are no UTF-8',
      signedTrtc(lib, concat('{"EventType":"', Uint8Array.of(0xff), '"}')),
      'ERR_SIGNATURE',
    ],
    ['another app', changed({ SdkAppId: '2' }), 'ERR_REQUEST'],
    ['no app', changed({ SdkAppId: undefined }), 'ERR_REQUEST'],
    ['two apps', changed({ sdkappid: '2' }), 'ERR_REQUEST'],
    ['signed, no object', codec.encode('[]'), 'ERR_REQUEST'],
    ['signed, no EventType', codec.encode({}), 'ERR_REQUEST'],
    ['signed, an EventType of another type', codec.encode({ EventType: [204] }), 'ERR_REQUEST'],
  ] as const) {
    refuses(name, () => codec.decode(request), code);
    if (code === 'ERR_SIGNATURE') equal(`verify ${name}`, () => codec.verify(request), false);
  }
  equal('verify looks at no app', () => codec.verify(changed({ SdkAppId: '2' })), true);
  equal(
    'a number for the id',
    () => lib.createTrtcCodec({ ...TRTC, sdkAppId: Number(TRTC.sdkAppId) }).decode(sent),
    message,
  );
}

function signedTrtc(lib: Context['lib'], body: Uint8Array) {
  return { headers: { sign: lib.trtcSignature(body, TRTC.key), sdkappid: TRTC.sdkAppId }, body };
}
