// The main job on one command: a real HTTP server that embeds all codecs behind the handlers of callback-codec/node, and
// the platforms' half that sends it what they send, then what they do not. `npm run demo`; exits non-zero if any verdict or
// answer is not the expected one. `--sabotage` gives the server wrong secrets, to show that this can happen.
import { createServer } from 'node:http';
import { explainDingTalk, explainFeishu } from '../dist/explain.js';
import {
  anyOf,
  createDingTalkCardCodec,
  createDingTalkCodec,
  createDingTalkRobotCodec,
  createFeishuCardCodec,
  createFeishuCodec,
  createTencentChatCodec,
  createTrtcCodec,
  createWeChatCodec,
  createWeComCodec,
  feishuSignature,
} from '../dist/index.js';
import { toNodeHandler } from '../dist/node.js';

// Where each app is mounted: its factory, its secrets (the samples of the platforms' documentation), which of them the
// sabotage spoils, its other options (`now` is the moment at which a request was recorded), and its answer to an event.
const wxKey = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const suiteKey = '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij';
const corpKey = 'Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7';
const chatKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const received = { MsgType: 'text', Content: '收到' };
const ofText = ({ type }) => (type === 'text' ? received : undefined);
// biome-ignore format: one app, one line
const apps = {
  '/feishu': [createFeishuCodec, { encryptKey: 'test key', verificationToken: 'v-token' }, 'verificationToken', { toleranceSeconds: 300 }],
  '/feishu-plain': [createFeishuCodec, { verificationToken: 'v-token' }, 'verificationToken', {}],
  '/feishu-card': [createFeishuCardCodec, { verificationToken: 'v-token' }, 'verificationToken', { toleranceSeconds: 300 }, () => ({ toast: { content: '收到' } })],
  '/dingtalk-suite': [createDingTalkCodec, { token: '123456', encodingAesKey: suiteKey, ownerKey: 'suite4xxxxxxxxxxxxxxx' }, 'token', { toleranceSeconds: 300, now: () => 1445827046000 }],
  '/dingtalk': [createDingTalkCodec, { token: 'mryue', encodingAesKey: corpKey, ownerKey: 'ding6ccabc44d2c8d38b' }, 'token', { toleranceSeconds: 300, now: () => 1608001897000 }],
  '/dingtalk-robot': [createDingTalkRobotCodec, { appSecret: 'this is a secret' }, 'appSecret', { now: () => 1577262237000 }, () => ({ msgtype: 'text', text: { content: '收到' } })],
  '/dingtalk-card': [createDingTalkCardCodec, { apiSecret: 'this is a secret' }, 'apiSecret', {}],
  '/wecom': [createWeComCodec, { token: 'QDG6eK', encodingAesKey: wxKey, receiveId: 'wx5823bf96d3bd56c7' }, 'token', { toleranceSeconds: 300, now: () => 1409659700000 }, ofText],
  '/wechat': [createWeChatCodec, { token: 'spamtest', encodingAesKey: chatKey, appId: 'wx2c2769f8efd9abc2' }, 'token', { toleranceSeconds: 300, now: () => 1409735670000 }, ofText],
  '/wechat-plain': [createWeChatCodec, { token: 'AAAAA' }, 'token', { now: () => 1714036800000 }, ofText],
  '/tencent-chat': [createTencentChatCodec, { token: 'xxxxyyyy', sdkAppId: 888888 }, 'token', { now: () => 1669872115000 }],
  '/trtc': [createTrtcCodec, { key: '123654' }, 'key', {}],
};

/** A codec of the app at `path`: of the platform's half, or of somebody who has other secrets. */
function codecAt(path, otherSecrets = {}) {
  const [create, secrets, , options] = apps[path];
  return create({ ...secrets, ...options, ...otherSecrets });
}
const from = Object.fromEntries(Object.keys(apps).map((path) => [path, codecAt(path)]));
const forger = Object.fromEntries(
  Object.entries(apps).map(([path, [, , secret]]) => [path, codecAt(path, { [secret]: 'guess' })]),
);
const wrongKey = codecAt('/feishu', { encryptKey: 'guess' });
const wrongOwner = codecAt('/dingtalk', { ownerKey: 'dingsomeoneelse' });
const wrongReceiveId = codecAt('/wecom', { receiveId: 'ww1' });
const newSecrets = { token: 'a new token', encodingAesKey: suiteKey };
const rotated = codecAt('/dingtalk', newSecrets);
const previousKey = codecAt('/wechat', { encodingAesKey: wxKey });

// What they push. Recorded requests are the documentation's own, signatures included.
const urlChallenge = { challenge: 'ajls384kdjxxxx', type: 'url_verification' };
const event2 = {
  schema: '2.0',
  header: { event_id: 'f7984f25108f8137722bb63cee927e66', event_type: 'im.message.receive_v1' },
  event: { message: { content: '{"text":"你好，世界 👋"}' } },
};
const event1 = { uuid: '41b5f371157e3d5341b38b20396e77e3', event: { type: 'message', text: '收到' } };
const press = { open_id: 'ou_1', open_message_id: 'om_1', action: { value: { choice: '同意' } } };
const challenge = from['/feishu'].encode(urlChallenge);
const event = from['/feishu'].encode(event2);
const plainEvent = from['/feishu-plain'].encode(event2);
const cardPress = from['/feishu-card'].encode(press);
const checkSuiteUrl = {
  query: { signature: '5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0', timestamp: '1445827045067', nonce: 'nEXhMP4r' },
  body: '{"encrypt":"1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ=="}',
};
const checkUrl = {
  query: { signature: '03044561471240d4a14bb09372dfcfd4fd0e40cb', timestamp: '1608001896814', nonce: 'WL4PK6yA' },
  body: '{"encrypt":"0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju4yhELOFchzNukR+t8SB/qk4ROMu3"}',
};
const addUser = { EventType: 'user_add_org', UserId: ['张三', '李四'], CorpId: 'ding6ccabc44d2c8d38b' };
const robotMessage = {
  headers: { timestamp: '1577262236757', sign: 'DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA=' },
  body: '{"msgtype":"text","msgId":"m-1","text":{"content":"你好"}}',
};
const actionCallback = from['/dingtalk-card'].encode({ type: 'actionCallback', outTrackId: 't-1' });
const weComCheck = {
  method: 'GET',
  query: {
    msg_signature: '5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3',
    timestamp: '1409659589',
    nonce: '263014780',
    echostr: 'P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==',
  },
};
const weComEncrypt =
  'RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==';
const weComMessage = {
  query: { msg_signature: '477715d11cdb4164915debcba66cb864d751f3e6', timestamp: '1409659813', nonce: '1372623149' },
  body: `<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><Encrypt><![CDATA[${weComEncrypt}]]></Encrypt><AgentID><![CDATA[218]]></AgentID></xml>`,
};
const weChatMessage = {
  query: {
    timestamp: '1409735669',
    nonce: '1320562132',
    encrypt_type: 'aes',
    msg_signature: '5d197aaffba7e9b25a30732f161a50dee96bd5fa',
  },
  body: '<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName><Encrypt><![CDATA[hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE=]]></Encrypt></xml>',
};
const weChatCheck = {
  method: 'GET',
  query: {
    signature: 'f464b24fc39322e44b38aa78f5edd27bd1441696',
    echostr: '4375120948345356249',
    timestamp: '1714036504',
    nonce: '1514711492',
  },
};
const weChatPlain = {
  query: { signature: '899cf89e464efb63f54ddac96b0a0a235f53aa78', timestamp: '1714037059', nonce: '486452656' },
  body: '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714037059,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}',
};
const newMember = {
  query: {
    SdkAppid: '888888',
    CallbackCommand: 'Group.CallbackAfterNewMemberJoin',
    contenttype: 'json',
    ClientIP: '127.0.0.1',
    OptPlatform: 'RESTAPI',
    Sign: '17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061',
    RequestTime: '1669872112',
  },
  body: '{"CallbackCommand": "Group.CallbackAfterNewMemberJoin","GroupId": "@TGS#2J4SZEAEL","Type": "Public","JoinType": "Apply","Operator_Account": "leckie","NewMemberList": [{"Member_Account": "jared"},{"Member_Account": "tommy"}]}',
};
const groupMessage = { CallbackCommand: 'Group.CallbackBeforeSendMsg', MsgBody: [{ Text: '大家好' }] };
const roomEvent = {
  headers: { Sign: 'kkoFeO3Oh2ZHnjtg8tEAQhtXK16/KI05W3BQff8IvGA=', SdkAppId: '1400000000' },
  body: '{\n\t"EventGroupId":\t2,\n\t"EventType":\t204,\n\t"CallbackTs":\t1664209748188,\n\t"EventInfo":\t{\n\t\t"RoomId":\t8489,\n\t\t"EventTs":\t1664209748,\n\t\t"EventMsTs":\t1664209748180,\n\t\t"UserId":\t"user_85034614",\n\t\t"Reason":\t0\n\t}\n}',
};

// How an attacker, a proxy or a framework changes it.
const flip = (text, at) => text.slice(0, at) + (text[at] === 'a' ? 'b' : 'a') + text.slice(at + 1);
const withBody = (request, body) => ({ ...request, body });
const withFields = (request, fields) => withBody(request, JSON.stringify({ ...JSON.parse(request.body), ...fields }));
const withHeaders = (request, changes) => ({ ...request, headers: { ...request.headers, ...changes } });
const withQuery = (request, changes) => ({ ...request, query: { ...request.query, ...changes } });
const unsigned = ({ body }) => ({ body });
const reserialised = (request) => withBody(request, JSON.stringify(JSON.parse(request.body), null, 2));
/** URLSearchParams writes a space as +. */
const withBarePlus = (request) => withQuery(request, { echostr: request.query.echostr.replaceAll('+', ' ') });
const asEchostr = ({ query }, encrypt) => ({ method: 'GET', query: { ...query, echostr: encrypt } });
const cut = (encrypt) => Buffer.from(encrypt, 'base64').subarray(0, 16).toString('base64');
const secondsFromNow = (seconds) => String(Math.floor(Date.now() / 1000) + seconds);
/** The headers with which Feishu would send `body`, whatever it is. */
function signed(body) {
  const [timestamp, nonce] = [secondsFromNow(0), 'nonce'];
  const signature = feishuSignature({ timestamp, nonce, body }, 'test key');
  return withHeaders(
    { body },
    { 'X-Lark-Request-Timestamp': timestamp, 'X-Lark-Request-Nonce': nonce, 'X-Lark-Signature': signature },
  );
}

// [to, what arrives, the request, the expected verdict, the expected answer where it is not the usual one]
const noEvent = 'without asking the app';
const unseen = 'not looked at';
const challengeAnswer = '{"challenge":"ajls384kdjxxxx"}';
const empty = '{}';
const success = 'encrypted, signed "success"';
const okay = '{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}';
const xmlAnswer = '<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[收到]]></Content></xml>';
const sealed = `encrypted, signed "${xmlAnswer}"`;
const signature = event.headers['X-Lark-Signature'];
const joined = 'event Group.CallbackAfterNewMemberJoin';
// biome-ignore format: one scenario, one line
const scenarios = {
  'What the platforms send': [
    ['/feishu-plain', 'URL challenge', from['/feishu-plain'].encode(urlChallenge), noEvent, challengeAnswer],
    ['/feishu', 'URL challenge, encrypted and unsigned', challenge, noEvent, challengeAnswer],
    ['/feishu', 'event 2.0, "你好，世界 👋"', event, 'event im.message.receive_v1', empty],
    ['/feishu', 'event 1.0, "收到"', from['/feishu'].encode(event1), 'event message', empty],
    ['/feishu', 'event signed over JSON with white space', signed(reserialised(event).body), 'event im.message.receive_v1', empty],
    ['/feishu-plain', 'plain event, no Encrypt Key', plainEvent, 'event im.message.receive_v1', empty],
    ['/feishu-card', 'URL challenge', from['/feishu-card'].encode(urlChallenge), noEvent, challengeAnswer],
    ['/feishu-card', 'press on an old card, "同意"', cardPress, 'event card.action.trigger_v1', '{"toast":{"content":"收到"}}'],
    ['/dingtalk-suite', 'recorded check_create_suite_url', checkSuiteUrl, noEvent, success],
    ['/dingtalk', 'recorded check_url', checkUrl, noEvent, success],
    ['/dingtalk', 'event, "张三", "李四"', from['/dingtalk'].encode(addUser), 'event user_add_org', success],
    ['/dingtalk-robot', 'the console probes the URL', { method: 'GET' }, noEvent, ''],
    ['/dingtalk-robot', 'message under the documented sign', robotMessage, 'event text', '{"msgtype":"text","text":{"content":"收到"}}'],
    ['/dingtalk-card', 'press on a card', actionCallback, 'event actionCallback', empty],
    ['/wecom', 'documented GET with echostr', weComCheck, noEvent, '1616140317555161061'],
    ['/wecom', 'the same, its + not percent-encoded', withBarePlus(weComCheck), noEvent, '1616140317555161061'],
    ['/wecom', 'documented message', weComMessage, 'event text', sealed],
    ['/wecom', 'event, no answer', from['/wecom'].encode({ MsgType: 'event', Event: 'subscribe' }), 'event subscribe', ''],
    ['/wecom', 'event of a suite', from['/wecom'].encode({ InfoType: 'suite_ticket' }), 'event suite_ticket', 'success'],
    ['/wechat-plain', 'documented GET with echostr', weChatCheck, noEvent, '4375120948345356249'],
    ['/wechat-plain', 'documented event in JSON, plain mode', weChatPlain, 'event debug_demo', 'success'],
    ['/wechat-plain', 'message in XML, plain mode', from['/wechat-plain'].encode({ MsgType: 'text', Content: '你好' }), 'event text', xmlAnswer],
    ['/wechat', 'message of Tencent\'s sample, safe mode', weChatMessage, 'event text', sealed],
    ['/tencent-chat', 'documented request with its Sign', newMember, joined, okay],
    ['/tencent-chat', 'group message, "大家好"', from['/tencent-chat'].encode(groupMessage), 'event Group.CallbackBeforeSendMsg', okay],
    ['/trtc', 'documented event with its tabs', roomEvent, 'event 204', '{"code":0}'],
  ],
  'All of them on one URL': [
    ['/any', 'an event of Feishu', event, 'event im.message.receive_v1', empty],
    ['/any', 'a check of DingTalk', checkUrl, noEvent, success],
    ['/any', 'a message of WeCom', weComMessage, 'event text', sealed],
    ['/any', 'a message of WeChat', weChatMessage, 'event text', sealed],
    ['/any', 'an event of Tencent Chat', newMember, joined, okay],
    ['/any', 'a forged event', forger['/dingtalk'].encode(addUser), 'ERR_SIGNATURE'],
  ],
  'The secrets are changed, with messages on the way': [
    ['/rotation', 'under the new token and EncodingAESKey', rotated.encode(addUser), 'event user_add_org', `${success}, by the new secrets`],
    ['/rotation', 'under the old ones, and so is the answer', from['/dingtalk'].encode(addUser), 'event user_add_org', `${success}, by the old secrets`],
    ['/rotation', 'under neither', forger['/dingtalk'].encode(addUser), 'ERR_SIGNATURE'],
  ],
  'What no signature prevents': [
    ['/feishu', 'the same event again: deduplicate on id', event, 'event im.message.receive_v1', empty],
    ['/tencent-chat', 'another body under a captured Sign', withBody(newMember, newMember.body.replace('tommy', 'eve')), joined, okay],
    ['/dingtalk-robot', 'another body under a captured sign', withBody(robotMessage, '{"msgtype":"audio"}'), 'event audio', '{"msgtype":"text","text":{"content":"收到"}}'],
    ['/wechat-plain', 'another body under a captured signature', withFields(weChatPlain, { Event: 'forged' }), 'event forged', 'success'],
  ],
  Forged: [
    ['/feishu', 'one byte of the body changed', withBody(event, flip(event.body, 40)), 'ERR_SIGNATURE'],
    ['/feishu', 'one digit of the signature changed', withHeaders(event, { 'X-Lark-Signature': flip(signature, 63) }), 'ERR_SIGNATURE'],
    ['/feishu', 'two of three signature headers', withHeaders(event, { 'X-Lark-Request-Nonce': undefined }), 'ERR_SIGNATURE'],
    ['/feishu', 'signed with another Encrypt Key', wrongKey.encode(event2), 'ERR_SIGNATURE'],
    ['/feishu', 'signed, with a wrong Verification Token', forger['/feishu'].encode(event2), 'ERR_TOKEN'],
    ['/feishu', 'encrypted challenge with a wrong token', forger['/feishu'].encode(urlChallenge), 'ERR_SIGNATURE'],
    ['/feishu-plain', 'plain challenge with a wrong token', forger['/feishu-plain'].encode(urlChallenge), 'ERR_TOKEN'],
    ['/feishu', 'signed, but the ciphertext is cut', signed(JSON.stringify({ encrypt: cut(from['/feishu'].encrypt('{}')) })), 'ERR_DECRYPT'],
    ['/feishu-card', 'a press, one byte changed', withBody(cardPress, flip(cardPress.body, 12)), 'ERR_SIGNATURE'],
    ['/feishu-card', 'a press signed as an event', event, 'ERR_SIGNATURE'],
    ['/dingtalk', 'one byte of encrypt changed', withBody(checkUrl, flip(checkUrl.body, 40)), 'ERR_SIGNATURE'],
    ['/dingtalk', 'one digit of the signature changed', withQuery(checkUrl, { signature: flip(checkUrl.query.signature, 0) }), 'ERR_SIGNATURE'],
    ['/dingtalk', 'signature and msg_signature disagree', withQuery(checkUrl, { msg_signature: 'a' }), 'ERR_REQUEST'],
    ['/dingtalk', 'signed with another token', forger['/dingtalk'].encode(addUser), 'ERR_SIGNATURE'],
    ['/dingtalk', 'for another ownerKey', wrongOwner.encode(addUser), 'ERR_OWNER'],
    ['/dingtalk-robot', 'signed with another secret', forger['/dingtalk-robot'].encode({ msgtype: 'text' }), 'ERR_SIGNATURE'],
    ['/dingtalk-card', 'signed with another secret', forger['/dingtalk-card'].encode({ type: 'actionCallback' }), 'ERR_SIGNATURE'],
    ['/wecom', 'one digit of echostr changed', withQuery(weComCheck, { echostr: flip(weComCheck.query.echostr, 4) }), 'ERR_SIGNATURE'],
    ['/wecom', 'a captured message sent as echostr', asEchostr(weComMessage, weComEncrypt), 'ERR_REQUEST'],
    ['/wecom', 'behind a DOCTYPE', withBody(weComMessage, `<!DOCTYPE xml [<!ENTITY a "b">]>${weComMessage.body}`), 'ERR_REQUEST'],
    ['/wecom', 'signed with another token', forger['/wecom'].encode({ MsgType: 'text' }), 'ERR_SIGNATURE'],
    ['/wecom', 'for another receiveid', wrongReceiveId.encode({ MsgType: 'text' }), 'ERR_OWNER'],
    ['/wechat', 'signed, under another EncodingAESKey', previousKey.encode({ MsgType: 'text' }), 'ERR_DECRYPT'],
    ['/wechat-plain', 'an echostr that is a script', withQuery(weChatCheck, { echostr: '<script>' }), 'ERR_REQUEST'],
    ['/tencent-chat', 'wrong Sign', withQuery(newMember, { Sign: flip(newMember.query.Sign, 63) }), 'ERR_SIGNATURE'],
    ['/tencent-chat', 'RequestTime moved under its Sign', withQuery(newMember, { RequestTime: '1669872113' }), 'ERR_SIGNATURE'],
    ['/tencent-chat', 'for another app', withQuery(newMember, { SdkAppid: '999999' }), 'ERR_REQUEST'],
    ['/tencent-chat', 'not the same command in URL and body', withQuery(newMember, { CallbackCommand: 'State.StateChange' }), 'ERR_REQUEST'],
    ['/trtc', 'one digit of the body changed', withBody(roomEvent, roomEvent.body.replace('8489', '8488')), 'ERR_SIGNATURE'],
  ],
  Stale: [
    ['/feishu', 'signed ten minutes ago', from['/feishu'].encode(event2, { timestamp: secondsFromNow(-600) }), 'ERR_TIMESTAMP'],
    ['/feishu', 'signed for ten minutes from now', from['/feishu'].encode(event2, { timestamp: secondsFromNow(600) }), 'ERR_TIMESTAMP'],
    ['/feishu-card', 'pressed ten minutes ago', from['/feishu-card'].encode(press, { timestamp: secondsFromNow(-600) }), 'ERR_TIMESTAMP'],
    ['/dingtalk', 'signed ten minutes ago', from['/dingtalk'].encode(addUser, { timestamp: '1608001297000' }), 'ERR_TIMESTAMP'],
    ['/dingtalk-card', 'pressed two hours ago', from['/dingtalk-card'].encode({}, { timestamp: `${secondsFromNow(-7200)}000` }), 'ERR_TIMESTAMP'],
    ['/wecom', 'signed ten minutes ago', from['/wecom'].encode({ MsgType: 'text' }, { timestamp: '1409659100' }), 'ERR_TIMESTAMP'],
    ['/wechat-plain', 'signed ten minutes ago', from['/wechat-plain'].encode({ MsgType: 'text' }, { timestamp: '1714036200' }), 'ERR_TIMESTAMP'],
    ['/tencent-chat', 'signed two minutes ago', from['/tencent-chat'].encode(groupMessage, { requestTime: '1669871995' }), 'ERR_TIMESTAMP'],
  ],
  'Downgraded, oversized, or mangled on the way': [
    ['/feishu', 'plain event to an app with Encrypt Key', plainEvent, 'ERR_SIGNATURE'],
    ['/feishu', 'captured ciphertext sent unsigned', unsigned(event), 'ERR_SIGNATURE'],
    ['/feishu', 'ciphertext that does not decrypt, unsigned', { body: `{"encrypt":"${'A'.repeat(64)}"}` }, 'ERR_SIGNATURE'],
    ['/feishu', 'plain fields put beside encrypt', withFields(event, event2), 'ERR_SIGNATURE'],
    ['/feishu', 'challenge put beside an encrypted one', withFields(challenge, { challenge: 'mine' }), noEvent, challengeAnswer],
    ['/feishu-plain', 'encrypted event to an app without the key', event, 'ERR_REQUEST'],
    ['/feishu', 'JSON parsed and serialised again', reserialised(event), 'ERR_SIGNATURE'],
    ['/feishu', 'one byte more than maxBodyBytes', signed(' '.repeat(1_048_577)), 'ERR_TOO_LARGE'],
    ['/feishu', 'nothing', { body: '' }, 'ERR_REQUEST'],
    ['/feishu', 'GET', { method: 'GET' }, unseen],
    ['/feishu-card', 'a press without its signature', unsigned(cardPress), 'ERR_SIGNATURE'],
    ['/dingtalk', 'plain event instead of encrypt', withBody(checkUrl, JSON.stringify(addUser)), 'ERR_SIGNATURE'],
    ['/dingtalk', 'not JSON', withBody(checkUrl, 'encrypt=0vJiX6vl'), 'ERR_REQUEST'],
    ['/dingtalk-robot', 'a message without its headers', unsigned(robotMessage), 'ERR_SIGNATURE'],
    ['/wechat', 'plain message to an app with a key', codecAt('/wechat-plain', { token: 'spamtest', now: () => 1409735670000 }).encode({ MsgType: 'text' }), 'ERR_SIGNATURE'],
    ['/wechat-plain', 'encrypted message to an app without the key', withBody(weChatPlain, weChatMessage.body), 'ERR_REQUEST'],
    ['/tencent-chat', 'no Sign, no RequestTime', withQuery(newMember, { Sign: undefined, RequestTime: undefined }), 'ERR_SIGNATURE'],
    ['/trtc', 'JSON parsed and serialised again', reserialised(roomEvent), 'ERR_SIGNATURE'],
  ],
};

/** The server: what an SDK would embed. `decisions` keeps what it decided, which its answers do not say. */
function startServer(decisions) {
  const isSabotaged = process.argv.includes('--sabotage');
  const spoilt = (path) => {
    const [, secrets, secret] = apps[path];
    return isSabotaged ? { [secret]: `not ${secrets[secret]}` } : {};
  };
  const codecs = Object.fromEntries(Object.keys(apps).map((path) => [path, codecAt(path, spoilt(path))]));
  const onRefused = ({ code }) => decisions.push(code);
  const mount = (codec, answer) => {
    const onEvent = (message) => {
      decisions.push(`event ${message.type}`);
      return answer?.(message);
    };
    return toNodeHandler(codec, onEvent, { onRefused });
  };
  const handlers = Object.fromEntries(
    Object.entries(codecs).map(([path, codec]) => [path, mount(codec, apps[path][4])]),
  );
  const { '/feishu-plain': _, '/wechat-plain': __, ...withKeys } = codecs;
  handlers['/any'] = mount(anyOf(...Object.values(withKeys)), ({ platform, type }) =>
    platform.startsWith('we') && type === 'text' ? received : undefined,
  );
  handlers['/rotation'] = mount(
    anyOf(codecAt('/dingtalk', { ...newSecrets, ...spoilt('/dingtalk') }), codecs['/dingtalk']),
  );
  const server = createServer(async (request, response) => {
    try {
      await handlers[request.url.split('?')[0]](request, response);
    } catch (error) {
      decisions.push(`crashed: ${error}`);
      response.writeHead(500).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** An answer as the platform reads it: verified and decrypted, where it is encrypted. */
function read(path, body) {
  if (!/"msg_signature"|<MsgSignature>/.test(body)) return body;
  const readers = { '/any': from, '/rotation': { 'the new secrets': rotated, 'the old secrets': from['/dingtalk'] } };
  for (const [name, codec] of Object.entries(readers[path] ?? { [path]: from[path] })) {
    try {
      const by = path === '/rotation' ? `, by ${name}` : '';
      return `encrypted, signed "${codec.decodeReply({ body })}"${by}`;
    } catch {
      // of another platform, or really wrong
    }
  }
  return 'wrong signature';
}

/** `text` in a column; Chinese characters and emoji are two wide. */
function pad(text, width) {
  const wide = text.match(/[\u3000-\u9fff\uff00-\uffef]|\p{Emoji_Presentation}/gu)?.length ?? 0;
  return text + ' '.repeat(Math.max(1, width - [...text].length - wide));
}
const row = (...cells) =>
  cells
    .map((cell, column) => pad(cell, [4, 16, 11, 42, 48, 0][column]))
    .join('')
    .trimEnd();
const paint = (code, text) => (process.stdout.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text);
const defined = (record = {}) => Object.entries(record).filter(([, value]) => value !== undefined);
const statuses = { ERR_TOO_LARGE: 413, [unseen]: 405 };
const statusOf = (verdict) => statuses[verdict] ?? (verdict.startsWith('ERR_') ? 400 : 200);

const decisions = [];
const server = await startServer(decisions);
const counts = { ok: 0, NOT: 0 };
for (const [title, rows] of Object.entries(scenarios)) {
  console.log(
    `\n${paint(1, title)}\n${row('', 'to', 'body', 'what arrived', 'what was decided', 'what was answered')}`,
  );
  for (const [path, name, { method = 'POST', query, headers, body = null }, verdict, answer = ''] of rows) {
    const url = `http://127.0.0.1:${server.address().port}${path}?${new URLSearchParams(defined(query))}`;
    const response = await fetch(url, { method, headers: defined(headers), body });
    const got = `${response.status} ${read(path, await response.text())}`;
    const expected = `${statusOf(verdict)} ${answer}`;
    const decided = decisions.splice(0).join(', ') || (response.status === 200 ? noEvent : unseen);
    const mark = decided === verdict && got === expected ? 'ok' : 'NOT';
    counts[mark] += 1;
    const decision = `${response.status === 200 ? 'accepted' : 'refused'}: ${decided}`;
    const line = row(mark, path, `${Buffer.byteLength(body ?? '')} B`, name, decision, got);
    console.log(mark === 'ok' ? line : paint(31, `${line}\n    expected: ${verdict}, ${expected}`));
  }
}
server.close();

// What to do about it, which the sender is never told: [what was done, the explanation, the finding that has to come first].
const paste = { token: '123456', encodingAesKey: `${suiteKey}=`, ownerKey: 'dingtalk' };
const explained = [
  [
    'The body of a Feishu event was parsed and written again',
    explainFeishu(apps['/feishu'][1], reserialised(event)),
    'body-reserialised',
  ],
  [
    'A key of DingTalk was pasted with its "=", and the ownerKey is wrong',
    explainDingTalk(paste, checkSuiteUrl),
    'key-malformed',
  ],
];
for (const [title, diagnosis, id] of explained) {
  const [finding] = diagnosis.findings;
  const mark = !diagnosis.accepted && finding?.id === id && finding.certainty === 'proven' ? 'ok' : 'NOT';
  counts[mark] += 1;
  console.log(`\n${paint(1, title)}\n${diagnosis}`);
}
console.log(`\n${counts.ok} as expected, ${counts.NOT} not`);
process.exitCode = counts.NOT === 0 ? 0 : 1;
