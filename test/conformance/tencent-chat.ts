// What happens to a Tencent Chat app: events, replies, attacks.
import { bodyOf, CHAT, type Context, jsonReply, now, SECONDS, utf8 } from './tools.ts';

const EVENT = { CallbackCommand: 'Group.CallbackBeforeSendMsg', MsgBody: [{ Text: '大家好 🦜' }], EventTime: 1e12 };

export function tencentChatFlows(context: Context): void {
  const { lib, equal, refuses } = context;
  const codec = lib.createTencentChatCodec({ ...CHAT, now });
  const anyTime = lib.createTencentChatCodec({ ...CHAT, now, toleranceSeconds: Infinity });
  const anyApp = lib.createTencentChatCodec({ token: CHAT.token, now });
  const sent = codec.encode(EVENT, { optPlatform: 'IOS', clientIp: '10.0.0.1' });
  const withQuery = (query: Record<string, string | undefined>) => ({ ...sent, query: { ...sent.query, ...query } });
  const at = (requestTime: string) =>
    withQuery({ RequestTime: requestTime, Sign: lib.tencentChatSignature({ token: CHAT.token, requestTime }) });
  const message = {
    platform: 'tencent-chat',
    kind: 'event',
    type: EVENT.CallbackCommand,
    sdkAppId: CHAT.sdkAppId,
    clientIp: '10.0.0.1',
    optPlatform: 'iOS',
    contentType: 'json',
    requestTime: String(SECONDS),
    query: {
      SdkAppid: CHAT.sdkAppId,
      CallbackCommand: EVENT.CallbackCommand,
      contenttype: 'json',
      ClientIP: '10.0.0.1',
      OptPlatform: 'IOS',
      Sign: '76c2708ed22b87d35a353749a3d53e027676b5df4f97de3e248492bea16250e0',
      RequestTime: String(SECONDS),
    },
    event: EVENT,
    text: JSON.stringify(EVENT),
  };

  // Known answers, computed with node:crypto.
  equal(
    'signature, as node:crypto has it',
    () => lib.tencentChatSignature({ token: CHAT.token, requestTime: String(SECONDS) }),
    '76c2708ed22b87d35a353749a3d53e027676b5df4f97de3e248492bea16250e0',
  );
  equal(
    'signature of Chinese',
    () => lib.tencentChatSignature({ token: '腾讯', requestTime: '1' }),
    '7be17f82e1142053668f91f3af5b98e3caf7d9bec08e01fd0b87bef72d531e05',
  );

  // Decode, verify, reply.
  equal('an event', () => codec.decode(sent), message);
  equal('an event as bytes', () => codec.decode({ ...sent, body: utf8(bodyOf(sent)) }), message);
  equal('an event to whatever app', () => anyApp.decode(sent), message);
  const names = Object.keys(sent.query);
  const url = `https://example.com/im?${names.map((name) => `${name}=${encodeURIComponent(sent.query[name] as string)}`).join('&')}#x`;
  equal('an event by URL', () => codec.decode({ url, body: sent.body }), message);
  equal('verify an event', () => codec.verify(sent), true);
  const renamed = (change: (name: string) => string) => {
    const query: Record<string, string> = {};
    for (const name of names) query[change(name)] = sent.query[name] as string;
    return { query, body: sent.body };
  };
  for (const [name, request] of [
    ['SdkAppId', renamed((one) => one.replace('pid', 'pId'))],
    ['in lower case', renamed((one) => one.toLowerCase())],
    ['in upper case', renamed((one) => one.toUpperCase())],
  ] as const) {
    const { query } = request;
    equal(`names: ${name}; query as sent`, () => codec.decode(request), { ...message, query });
    equal(`verify, names: ${name}`, () => codec.verify(request), true);
  }
  for (const [optPlatform, expected] of [
    ['ios', 'iOS'],
    ['Mac', 'macOS'],
    ['WEB', 'Web'],
    ['RESTAPI', 'RESTAPI'],
    ['HarmonyOS', 'HarmonyOS'],
  ] as const) {
    const pushed = codec.encode(EVENT, { optPlatform });
    equal(`optPlatform ${optPlatform}`, () => codec.decode(pushed).optPlatform, expected);
  }
  equal('what encode sends', () => sent, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    query: message.query,
    body: message.text,
  });
  const decoded = codec.decode(sent);
  const usual = { ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0 };
  equal('reply', () => codec.reply(decoded), jsonReply(usual));
  equal('reply to a copy, by another codec', () => anyApp.reply({ ...decoded }, {}), jsonReply(usual));
  const rejection = { ErrorInfo: '不行', ErrorCode: 1 };
  equal('reply that rejects', () => codec.reply(decoded, rejection), jsonReply({ ...usual, ...rejection }));
  const more = { ActionStatus: 'FAIL', MsgBody: [] } as const;
  equal('reply with more', () => codec.reply(decoded, more), jsonReply({ ...usual, ...more }));
  refuses('an answer that is no object', () => codec.reply(decoded, 'OK' as never), 'TypeError');

  // Forgery and replay.
  for (const [name, request] of [
    ['another token', lib.createTencentChatCodec({ token: 'guess', sdkAppId: CHAT.sdkAppId, now }).encode(EVENT)],
    ['another time', withQuery({ RequestTime: String(SECONDS + 1) })],
    ['a signature in upper case', withQuery({ Sign: message.query.Sign.toUpperCase() })],
    ['a signature cut short', withQuery({ Sign: message.query.Sign.slice(0, 63) })],
    ['an empty signature', withQuery({ Sign: '' })],
    ['an empty time', withQuery({ RequestTime: '' })],
    ['no signature', withQuery({ Sign: undefined })],
    ['no time', withQuery({ RequestTime: undefined })],
    ['no parameters', { body: sent.body }],
  ] as const) {
    refuses(name, () => codec.decode(request), 'ERR_SIGNATURE');
    equal(`verify ${name}`, () => codec.verify(request), false);
  }
  equal('a replay decodes the same', () => [codec.decode(sent), codec.decode(sent)], [message, message]);
  for (const [seconds, accepted] of [
    [60, true],
    [-60, true],
    [61, false],
    [-61, false],
  ] as const) {
    const request = at(String(SECONDS + seconds));
    const name = `a time ${seconds} s off, in the window of 60`;
    if (accepted) equal(name, () => codec.decode(request).text, message.text);
    else refuses(name, () => codec.decode(request), 'ERR_TIMESTAMP');
    equal(`verify ${name}`, () => codec.verify(request), accepted);
    equal(`${name} that is off`, () => anyTime.decode(request).text, message.text);
  }
  for (const time of ['0', '1e9', ' 1700000000', `${SECONDS}000`]) {
    refuses(`the time ${JSON.stringify(time)} in a window`, () => codec.decode(at(time)), 'ERR_TIMESTAMP');
    equal(`the time ${JSON.stringify(time)} without one`, () => anyTime.decode(at(time)).requestTime, time);
  }

  // Signed, but contradictory or not to be read.
  for (const [name, request] of [
    ['another app', withQuery({ SdkAppid: '888889' })],
    ['no app', withQuery({ SdkAppid: undefined })],
    ['an empty app', withQuery({ SdkAppid: '' })],
    ['two apps in two letter cases', withQuery({ sdkappid: '1' })],
    ['two apps', withQuery({ SdkAppId: '1' })],
    ['another command than in the body', withQuery({ CallbackCommand: 'C2C.CallbackAfterSendMsg' })],
    ['no command at all', { ...withQuery({ CallbackCommand: undefined }), body: '{}' }],
    ['nothing', { ...sent, body: '' }],
    ['no JSON', { ...sent, body: '{' }],
    ['a JSON list', { ...sent, body: '[]' }],
  ] as const) {
    refuses(name, () => codec.decode(request), 'ERR_REQUEST');
  }
}
