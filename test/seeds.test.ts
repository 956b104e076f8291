// The examples of the platforms' own pages, one by one. Feishu: "将事件发送至开发者服务器" and its FAQ. DingTalk:
// "验证回调有效性" (2018) and the QuickStart's CallbackController. Tencent Chat: the webhook overview.
import { describe, expect, it } from 'vitest';
import { CREATE_SUITE_KEY, createDingTalkCodec } from '../src/dingtalk.ts';
import { createFeishuCodec, decryptFeishuEvent } from '../src/feishu.ts';
import { createTencentChatCodec, tencentChatSignature } from '../src/tencent-chat.ts';
import { codeOf, DINGTALK, encrypted, feishuSigned, jsonOf } from './helpers.ts';

describe('Feishu: the URL challenge', () => {
  const page = { challenge: 'ajls384kdjxxxx', token: 'xxxxxx', type: 'url_verification' };
  const faq = { challenge: 'ajls384kdj1234', type: 'url_verification', token: 'xxxxxx' };

  it.each([page, faq])('plain: $challenge', (payload) => {
    const codec = createFeishuCodec({ verificationToken: 'xxxxxx' });
    for (const body of [JSON.stringify(payload), JSON.stringify(payload, null, 4)]) {
      const message = codec.decode({ headers: { 'content-type': 'application/json;charset=utf-8' }, body });
      expect(jsonOf(codec.reply(message))).toEqual({ challenge: payload.challenge });
    }
  });

  it.each([page, faq])('encrypted, without signature headers: $challenge', (payload) => {
    const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'xxxxxx' });
    const request = codec.encode(payload);
    expect(Object.keys(jsonOf(request))).toEqual(['encrypt']);
    expect(Object.keys(request.headers)).toEqual(['Content-Type']);
    expect(jsonOf(codec.reply(codec.decode(request)))).toEqual({ challenge: payload.challenge });
  });

  it('plain does not pass where an Encrypt Key is configured', () => {
    const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'xxxxxx' });
    expect(codeOf(() => codec.decode({ headers: {}, body: JSON.stringify(page) }))).toBe('ERR_SIGNATURE');
  });

  it('with the placeholder ciphertext of the page is refused', () => {
    const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'xxxxxx' });
    expect(codeOf(() => codec.decode({ headers: {}, body: encrypted('ds3da3sj32421lkkld4xxxx') }))).toBe(
      'ERR_SIGNATURE',
    );
    expect(codeOf(() => codec.decrypt('ds3da3sj32421lkkld4xxxx'))).toBe('ERR_DECRYPT');
  });
});

describe('Feishu: the encrypted event', () => {
  // Runs of 123123 and 0123 mask parts of it, so no key can open it.
  const masked =
    'FIAfJPGRmFZWkaxPQ1XrJZVbv2JwdjfLk4jx0k/U1deAqYK3AXOZ5zcHt/cC4ZNTqYwWUW/EoL+b2hW/C4zoAQQ5CeMtbxX2zHjm' +
    '+E4nX/Aww+FHUL6iuIMaeL2KLxqdtbHRC50vgC2YI7xohnb3KuCNBMUzLiPeNIpVdnYaeteCmSaESb+AZpJB9PExzTpRDzCRv+T6' +
    'o5vlzaE8UgIneC1sYu85BnPBEMTSuj1ZZzfdQi7ZW992Z4dmJxn9e8FL2VArNm99f5Io3c2O4AcNsQENNKtfAAxVjCqc3mg5jF01' +
    '23123flX1UOF5fzJ0sApG2OEn9wfyPDRBsApn9o+fceF9hNrYBGsdtZrZYyGG387CGOtKsuj8e2E8SNp+Pn4E9oYejOTR+ZNLNi+' +
    'twxaXVlJhr6l+RXYwEiMGQE9zGFBD6h2dOhKh3W84p1GEYnSRIz1+9/Hp66arjC7RCrhuW5OjCj4QFEQJiwgL123123VsL03CxxF' +
    'ZarzxzffryrWUG3VkRdHRHbTsC34+ScoL5MTDU1QAWdqUC1T7xT0lCvQELaIhBTXAYrznJl6PlA83oqlMxpHh0gZBB1jFbfoUr7O' +
    'QbBs1xqzpYK6Yjux6diwpQB1zlZErYJUfCqK7G/zI9yK/60b4HW0123+123123=';

  it('is masked, and refused by decryptFeishuEvent and decrypt', () => {
    const codec = createFeishuCodec({ encryptKey: 'test key' });
    expect(masked).toHaveLength(663);
    expect(codeOf(() => decryptFeishuEvent(masked, 'test key'))).toBe('ERR_DECRYPT');
    expect(codeOf(() => codec.decrypt(masked))).toBe('ERR_DECRYPT');
  });

  it('is ERR_DECRYPT when it comes signed, ERR_SIGNATURE when it does not', () => {
    const codec = createFeishuCodec({ encryptKey: 'test key' });
    const request = feishuSigned(JSON.stringify({ encrypt: masked }, null, 4));
    expect(codeOf(() => codec.decode(request))).toBe('ERR_DECRYPT');
    expect(codeOf(() => codec.decode({ ...request, headers: {} }))).toBe('ERR_SIGNATURE');
  });
});

describe('DingTalk', () => {
  const suite = 'suitezzzzzzzzzzzzzzzz';
  // As the 2018 page says: CREATE_SUITE_KEY the first time, the suiteKey from then on.
  const codec = createDingTalkCodec({ ...DINGTALK, ownerKey: [suite, CREATE_SUITE_KEY] });

  it('check_create_suite_url is answered with success, or with its Random as in 2015', () => {
    const event = { EventType: 'check_create_suite_url', Random: 'brdkKLMW' };
    const message = codec.decode(codec.encode(event, { ownerKey: CREATE_SUITE_KEY }));
    expect(message).toMatchObject({
      kind: 'verification',
      type: 'check_create_suite_url',
      ownerKey: CREATE_SUITE_KEY,
      event,
    });
    const reply = jsonOf(codec.reply(message));
    expect(Object.keys(reply)).toEqual(['msg_signature', 'timeStamp', 'nonce', 'encrypt']);
    expect([reply.timeStamp, reply.nonce]).toEqual([message.timestamp, message.nonce]);
    expect(codec.decrypt(reply.encrypt as string)).toEqual({ text: 'success', ownerKey: CREATE_SUITE_KEY });
    if (message.kind !== 'verification') return expect.fail('no check');
    expect(codec.decodeReply(codec.reply(message, String(message.event.Random)))).toBe('brdkKLMW');
  });

  it.each<[type: string, kind: string, event: object]>([
    ['check_update_suite_url', 'verification', { Random: 'Aedr5LMW', TestSuiteKey: suite }],
    ['suite_ticket', 'event', { SuiteKey: suite, SuiteTicket: 'adsadsad', TimeStamp: 1234456 }],
    ['tmp_auth_code', 'event', { SuiteKey: suite, TimeStamp: 1234456, AuthCode: 'adads', AuthCorpId: 'xxxx' }],
  ])('%s is answered with success', (EventType, kind, fields) => {
    const event = { EventType, ...fields };
    const message = codec.decode(codec.encode(event));
    expect(message).toMatchObject({ kind, type: EventType, ownerKey: suite, event, text: JSON.stringify(event) });
    const { encrypt } = jsonOf(codec.reply(message));
    expect(codec.decrypt(encrypt as string)).toEqual({ text: 'success', ownerKey: suite });
  });

  it('a request with only signature, timestamp and nonce is answered with its time and nonce', () => {
    const { query, body } = codec.encode({ EventType: 'suite_ticket' });
    const { msg_signature: _, ...parameters } = query;
    const message = codec.decode({ url: `/callback?${new URLSearchParams(parameters)}`, body });
    expect(message.type).toBe('suite_ticket');
    const { timeStamp, nonce, encrypt } = jsonOf(codec.reply(message));
    expect(timeStamp).toMatch(/^\d{13}$/);
    expect([timeStamp, nonce]).toEqual([parameters.timestamp, parameters.nonce]);
    expect(codec.decrypt(encrypt as string)).toEqual({ text: 'success', ownerKey: suite });
  });
});

describe('Tencent Chat', () => {
  // The sample request has no Sign; it is joined with the page's own sample of one.
  const path =
    '/?SdkAppid=888888&CallbackCommand=Group.CallbackAfterNewMemberJoin&contenttype=json&ClientIP=$ClientIP&OptPlatform=$OptPlatform';
  const sign = '17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061';
  const url = `${path}&Sign=${sign}&RequestTime=1669872112`;
  const body =
    '{"CallbackCommand": "Group.CallbackAfterNewMemberJoin","GroupId": "@TGS#2J4SZEAEL","Type": "Public","JoinType": "Apply","Operator_Account": "leckie","NewMemberList": [{"Member_Account": "jared"},{"Member_Account": "tommy"}]}';
  const at = (seconds: number, sdkAppId: number = 888888) =>
    createTencentChatCodec({ token: 'xxxxyyyy', sdkAppId, now: () => seconds * 1000 });

  it('Sign is that of the page', () => {
    expect(tencentChatSignature({ token: 'xxxxyyyy', requestTime: '1669872112' })).toBe(sign);
  });

  it('the request is read within a minute of its RequestTime', () => {
    for (const seconds of [1669872112 - 60, 1669872112, 1669872112 + 60]) {
      const message = at(seconds).decode({ url, body });
      expect(message).toEqual({
        platform: 'tencent-chat',
        kind: 'event',
        type: 'Group.CallbackAfterNewMemberJoin',
        sdkAppId: '888888',
        clientIp: '$ClientIP',
        optPlatform: '$OptPlatform',
        contentType: 'json',
        requestTime: '1669872112',
        query: Object.fromEntries(new URLSearchParams(url.slice(2))),
        event: JSON.parse(body),
        text: body,
      });
    }
  });

  it('the request is refused outside of that, for another app, and without Sign', () => {
    expect(codeOf(() => at(1669872112 + 61).decode({ url, body }))).toBe('ERR_TIMESTAMP');
    expect(codeOf(() => at(1669872112 - 61).decode({ url, body }))).toBe('ERR_TIMESTAMP');
    expect(codeOf(() => at(1669872112, 999999).decode({ url, body }))).toBe('ERR_REQUEST');
    expect(codeOf(() => at(1669872112).decode({ url: path, body }))).toBe('ERR_SIGNATURE');
  });

  it('the platform of State.StateChange, IOS, is the iOS of the others', () => {
    const platforms = ['IOS', 'iOS'].map(
      (platform) => at(1669872112).decode({ url: url.replace('$OptPlatform', platform), body }).optPlatform,
    );
    expect(platforms).toEqual(['iOS', 'iOS']);
  });

  it('the answer is that of the page', () => {
    const codec = at(1669872112);
    expect(jsonOf(codec.reply(codec.decode({ url, body })))).toEqual(
      JSON.parse('{"ActionStatus": "OK","ErrorInfo": "","ErrorCode":0}'),
    );
  });
});
