// What errors say where codecs share the words: which argument, option or part of a request it is about.
import { describe, expect, it } from 'vitest';
import { createDingTalkCodec } from '../src/dingtalk.ts';
import { createDingTalkCardCodec } from '../src/dingtalk-card.ts';
import { createDingTalkRobotCodec } from '../src/dingtalk-robot.ts';
import { createFeishuCodec } from '../src/feishu.ts';
import { createTrtcCodec } from '../src/trtc.ts';
import { createWeChatCodec, weChatSignature } from '../src/wechat.ts';
import { createWeComCodec, decryptWeComMessage, weComSignature } from '../src/wecom.ts';
import { errorOf, FEISHU, jsonOf, NOW } from './helpers.ts';

const now = () => NOW;
const encodingAesKey = '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij';
const token = 'the token';
const parts = { timestamp: '1700000000', nonce: 'n', encrypt: 'A' };

const weCom = createWeComCodec({ token, encodingAesKey, receiveId: 'ww1', now });
const weComOfTwo = createWeComCodec({ token, encodingAesKey, receiveId: ['ww1', 'ww2'], now });
const weComOdd = createWeComCodec({ token, encodingAesKey, receiveId: 'w\x01w', now });
const weChat = createWeChatCodec({ token, encodingAesKey, appId: 'wx1', now });
const dingTalk = createDingTalkCodec({ token, encodingAesKey, ownerKey: 'ding1', now });
const feishu = createFeishuCodec({ ...FEISHU, now });
const robot = createDingTalkRobotCodec({ appSecret: 's', now });
const card = createDingTalkCardCodec({ apiSecret: 's', now });
const trtc = createTrtcCodec({ key: 'k' });

/** A reply whose fields are not those of any platform. */
const halfReply = { body: '{"encrypt":"A"}' };
const answerOf = dingTalk.reply(dingTalk.decode(dingTalk.encode({ EventType: 'm' })));
const withHalf = (name: string) => ({ body: JSON.stringify({ ...jsonOf(answerOf), [name]: '\ud800' }) });
const NOT_SET = 'the variable that it comes from is not set';

describe('an error says', () => {
  it.each<[about: string, attempt: () => unknown, message: string]>([
    ['a token', () => weComSignature({ ...parts, token: undefined as never }), `token is undefined: ${NOT_SET}`],
    ['a token', () => weChatSignature({ ...parts, token: undefined as never }), `token is undefined: ${NOT_SET}`],
    [
      'an option',
      () => createWeComCodec({ token: undefined as never, encodingAesKey, receiveId: 'ww1' }),
      `token is undefined: ${NOT_SET}`,
    ],
    [
      'an option',
      () => createWeChatCodec({ token: undefined as never, encodingAesKey, appId: 'wx1' }),
      `token is undefined: ${NOT_SET}`,
    ],
    [
      'an option',
      () => createWeChatCodec({ token, encodingAesKey, appId: undefined as never }),
      `appId is undefined: ${NOT_SET}`,
    ],
    [
      'an option',
      () => createWeChatCodec({ token, encodingAesKey: [] as never, appId: 'wx1' }),
      'encodingAesKey must not be an empty list',
    ],
    [
      'an option',
      () => createFeishuCodec({ ...FEISHU, acceptChallenge: 1 as never }),
      'acceptChallenge must be a boolean, got number',
    ],
    [
      'a secret',
      () => decryptWeComMessage('A', { encodingAesKey, receiveId: undefined as never }),
      `receiveId is undefined: ${NOT_SET}`,
    ],
    [
      'whom a message is for',
      () => weCom.decode(weComOfTwo.encode({ MsgType: 'text' }, { receiveId: 'ww2' })),
      'the message is for another receiveid: it may be the corpid, the suiteid, or empty',
    ],
    [
      'whom to encrypt for',
      () => weCom.encode({ MsgType: 'text' }, { receiveId: 'ww2' }),
      'receiveId must be one of those that the codec was made with',
    ],
    [
      'whom to encrypt for',
      () => weChat.encode({ MsgType: 'text' }, { appId: 'wx2' }),
      'appId must be one of those that the codec was made with',
    ],
    ['a time', () => weCom.encode({}, { timestamp: 'x' }), 'timestamp must be a number of seconds in decimal digits'],
    ['a time', () => weChat.encode({}, { timestamp: 'x' }), 'timestamp must be a number of seconds in decimal digits'],
    [
      'a time',
      () => weChat.reply(weChat.decode(weChat.encode({ MsgType: 'text' })), '', { timestamp: 'x' }),
      'timestamp must be a number of seconds in decimal digits',
    ],
    ['an id without an XML form', () => weComOdd.encode('<xml/>'), 'receiveId must be of characters that XML 1.0 has'],
    [
      'an answer without an XML form',
      () => weCom.reply(weCom.decode(weCom.encode({ MsgType: 'text' })), { Content: '\x01' }),
      'answer must be of characters that XML 1.0 has',
    ],
    ['the plaintext', () => weCom.decode(weCom.encode('no document')), 'the plaintext must be a JSON object'],
    ['the plaintext', () => feishu.decode(feishu.encode('no object')), 'the plaintext must be a JSON object'],
    ['the message', () => weChat.decode(weChat.encode('no document')), 'the plaintext must be a JSON object'],
    ['the body', () => weCom.decode({ ...weCom.encode({}), body: 'no document' }), 'the body must be a JSON object'],
    ['the body', () => weChat.decode({ ...weChat.encode({}), body: 'no document' }), 'the body must be a JSON object'],
    ['the body', () => robot.decode(robot.encode('no object')), 'the body must be a JSON object'],
    ['the body', () => card.decode(card.encode('no object')), 'the body must be a JSON object'],
    ['the body', () => trtc.decode(trtc.encode('no object')), 'the body must be a JSON object'],
    ['the body of a reply', () => dingTalk.decodeReply({ body: 'no object' }), 'the body must be a JSON object'],
    ['the body of a reply', () => weCom.decodeReply({ body: 'no object' }), 'the body must be a JSON object'],
    ['a half reply', () => dingTalk.decodeReply(halfReply), 'the reply has no msg_signature, timeStamp or nonce'],
    ['half of a pair', () => dingTalk.decodeReply(withHalf('timeStamp')), 'timeStamp holds half of a surrogate pair'],
    ['half of a pair', () => dingTalk.decodeReply(withHalf('nonce')), 'nonce holds half of a surrogate pair'],
    ['half of a pair', () => dingTalk.decodeReply(withHalf('encrypt')), '`encrypt` holds half of a surrogate pair'],
    [
      'half of a pair',
      () => weCom.decodeReply({ body: '{"encrypt":"\\ud800","msgsignature":"a","timestamp":1,"nonce":"n"}' }),
      'the reply holds half of a surrogate pair',
    ],
    [
      'a ciphertext',
      () => dingTalk.decrypt('A'),
      'the ciphertext cannot be decrypted: it was cut or changed on the way (a + read as a space, say), or is for another key',
    ],
    [
      'a signature that does not match',
      () => dingTalk.decode({ ...dingTalk.encode({ EventType: 'm' }), body: '{"encrypt":"A"}' }),
      'the signature does not match: check the token, and that nothing changed query or body (+ to a space, say)',
    ],
  ])('which part it is about: %s', (_, attempt, message) => {
    expect(errorOf(attempt).message).toBe(message);
  });
});
