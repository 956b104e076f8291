import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createDingTalkCodec } from '../src/dingtalk.ts';
import { createDingTalkRobotCodec, dingTalkRobotSignature } from '../src/dingtalk-robot.ts';
import { ANSWERS_PROBES } from '../src/internal/codec.ts';
import { bodyOf, codeOf, DINGTALK, dingTalkPush, errorOf, jsonOf, NOW, utf8 } from './helpers.ts';
import platforms from './vectors/platforms.json' with { type: 'json' };
import siblings from './vectors/siblings.json' with { type: 'json' };

const appSecret = 'this is a secret';
const codec = createDingTalkRobotCodec({ appSecret, now: () => NOW });
const CHAT = { msgtype: 'text', msgId: 'm-1', conversationId: 'c-1', text: { content: '你好' } };
const text = JSON.stringify(CHAT);

/** The platform's half a second time. */
function signed(timestamp: string, secret: string = appSecret): { timestamp: string; sign: string } {
  return { timestamp, sign: createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64') };
}

const headers = signed('1700000000000');

describe('vectors', () => {
  const vectors = [...platforms.vectors, ...siblings.vectors].filter(({ op }) => op === 'dingtalk.robotSign');

  it('are two', () => {
    expect(vectors).toHaveLength(2);
  });

  it.each(vectors)('$id, in both directions', ({ input, expected }) => {
    const { timestamp, secret } = input as { timestamp: string; secret: string };
    const { sign, signUrlEncoded } = expected as { sign: string; signUrlEncoded: string };
    expect(dingTalkRobotSignature({ timestamp, secret })).toBe(sign);
    expect(encodeURIComponent(dingTalkRobotSignature({ timestamp, secret }))).toBe(signUrlEncoded);
    const robot = createDingTalkRobotCodec({ appSecret: secret, now: () => Number(timestamp) });
    expect(robot.decode({ headers: { timestamp, sign }, body: text }).event).toEqual(CHAT);
    expect(robot.encode(CHAT, { timestamp }).headers).toMatchObject({ timestamp, sign });
  });
});

describe('dingTalkRobotSignature', () => {
  it('refuses a secret that is missing or as a file gives it: ERR_CONFIG', () => {
    for (const secret of [undefined, null, '', 'secret\n']) {
      expect(codeOf(() => dingTalkRobotSignature({ timestamp: '1', secret } as never))).toBe('ERR_CONFIG');
    }
  });

  it('refuses what is of the wrong type', () => {
    for (const parts of [{ timestamp: NOW, secret: 's' }, { secret: 's' }, { timestamp: '1', secret: 5 }, null]) {
      expect(codeOf(() => dingTalkRobotSignature(parts as never))).toBe('TypeError');
    }
    expect(codeOf(() => dingTalkRobotSignature({ timestamp: '\ud800', secret: 's' }))).toBe('TypeError');
  });
});

describe('decode', () => {
  it('gives the message as it was sent', () => {
    expect(codec.decode({ headers, body: text })).toEqual({
      platform: 'dingtalk-robot',
      kind: 'event',
      type: 'text',
      id: 'm-1',
      timestamp: '1700000000000',
      event: CHAT,
      text,
    });
  });

  it('reads bytes, and headers in any letter case', () => {
    const request = { headers: new Headers({ Timestamp: headers.timestamp, Sign: headers.sign }), body: utf8(text) };
    expect(codec.decode(request).text).toBe(text);
    expect(codec.verify(request)).toBe(true);
  });

  it.each<[event: object, type: string, id: string | undefined]>([
    [{}, '', undefined],
    [{ msgtype: null, msgId: null }, '', undefined],
    [{ msgtype: '', msgId: '' }, '', undefined],
    [{ msgtype: 5, msgId: 5 }, '5', '5'],
    [{ msgtype: {}, msgId: ['m'] }, '', undefined],
    [{ msgtype: 'toString', msgId: 'constructor' }, 'toString', 'constructor'],
  ])('takes %j without a complaint', (event, type, id) => {
    const message = codec.decode({ headers, body: JSON.stringify(event) });
    expect([message.type, message.id]).toEqual([type, id]);
  });

  it('does not notice another body under a time that is signed: the platform signs no more', () => {
    const push = codec.encode(CHAT);
    const forged = { ...push, body: '{"msgtype":"text","text":{"content":"forged"}}' };
    expect(codec.decode(forged).event).toEqual({ msgtype: 'text', text: { content: 'forged' } });
    expect(codec.verify(forged)).toBe(true);
  });

  it.each(['sign', 'timestamp'])('refuses a request without %s by its name', (missing) => {
    const request = { headers: { ...headers, [missing]: undefined }, body: text };
    expect(codeOf(() => codec.decode(request))).toBe('ERR_SIGNATURE');
    expect(errorOf(() => codec.decode(request)).message).toBe(`the request has no header ${missing}: pass headers`);
    expect(codec.verify(request)).toBe(false);
  });

  it('refuses a request without headers, which an SDK let in', () => {
    expect(codeOf(() => codec.decode({ body: text }))).toBe('ERR_SIGNATURE');
    expect(codec.verify({ body: text })).toBe(false);
  });

  it('refuses the signature of a card, and of key and text the other way round', () => {
    const { timestamp } = headers;
    for (const sign of [
      createHmac('sha256', appSecret).update(timestamp).digest('base64'),
      createHmac('sha256', `${timestamp}\n${appSecret}`).update('').digest('base64'),
      createHmac('sha256', appSecret).update(`${timestamp}\n${appSecret}`).digest('hex'),
      encodeURIComponent(headers.sign),
      headers.sign.toLowerCase(),
      signed(timestamp, 'other').sign,
      signed('1700000000001').sign,
    ]) {
      expect(codeOf(() => codec.decode({ headers: { timestamp, sign }, body: text }))).toBe('ERR_SIGNATURE');
      expect(codec.verify({ headers: { timestamp, sign }, body: text })).toBe(false);
    }
  });

  it('has a window of an hour on both sides where none is configured', () => {
    const at = (timestamp: number) => ({ headers: signed(String(timestamp)), body: text });
    for (const sign of [-1, 1]) {
      expect(codec.decode(at(NOW + sign * 3_600_000)).kind).toBe('event');
      expect(codeOf(() => codec.decode(at(NOW + sign * 3_600_001)))).toBe('ERR_TIMESTAMP');
      expect(codec.verify(at(NOW + sign * 3_600_001))).toBe(false);
    }
    const open = createDingTalkRobotCodec({ appSecret, toleranceSeconds: Number.POSITIVE_INFINITY });
    expect(open.decode(at(0)).timestamp).toBe('0');
  });

  it('refuses what is no JSON object', () => {
    for (const body of ['hello', '[]', 'null', Uint8Array.of(0xff)]) {
      expect(codeOf(() => codec.decode({ headers, body }))).toBe('ERR_REQUEST');
    }
    const body = Buffer.from(text).toString('base64');
    expect(errorOf(() => codec.decode({ headers, body })).message).toMatch(/isBase64Encoded/);
  });
});

describe('encode', () => {
  it('sends what the platform sends', () => {
    expect(codec.encode(CHAT)).toEqual({
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
      query: {},
      body: text,
    });
    const late = createDingTalkRobotCodec({ appSecret, now: () => NOW + 0.9 });
    expect(late.encode(CHAT).headers).toMatchObject(headers);
  });

  it('takes a time, and a payload as it stands', () => {
    const push = codec.encode(' {} ', { timestamp: '1700000001234' });
    expect(push.headers).toMatchObject(signed('1700000001234'));
    expect(codec.decode(push)).toMatchObject({ text: ' {} ', timestamp: '1700000001234' });
  });

  it('refuses a time that is no text, and a payload without a JSON form', () => {
    expect(codeOf(() => codec.encode(CHAT, { timestamp: NOW as never }))).toBe('TypeError');
    expect(codeOf(() => codec.encode(undefined))).toBe('TypeError');
  });
});

describe('reply', () => {
  const message = codec.decode(codec.encode(CHAT));

  it('is the answer, or {}', () => {
    expect(codec.reply(message).body).toBe('{}');
    expect(codec.reply(message, undefined).body).toBe('{}');
    const answer = { msgtype: 'text', text: { content: '收到' } };
    expect(jsonOf(codec.reply(message, answer))).toEqual(answer);
  });

  it('refuses an answer that is no object, and a message of another platform', () => {
    for (const answer of ['收到', 5, null])
      expect(codeOf(() => codec.reply(message, answer as never))).toBe('TypeError');
    const other = createDingTalkCodec(DINGTALK).decode(dingTalkPush({ EventType: 'user_add_org' }));
    expect(codeOf(() => codec.reply(other as never))).toBe('TypeError');
  });
});

it('is named by the DingTalk codec, to whose URL its callbacks are often sent', () => {
  const dingTalk = createDingTalkCodec(DINGTALK);
  const push = codec.encode(CHAT);
  expect(codeOf(() => dingTalk.decode(push))).toBe('ERR_SIGNATURE');
  expect(errorOf(() => dingTalk.decode(push)).message).toMatch(/: a robot, use callback-codec\/dingtalk-robot$/);
  expect(errorOf(() => dingTalk.decode({ body: bodyOf(push) })).message).not.toContain('robot');
});

it('is marked as a codec whose URL is probed', () => {
  expect(ANSWERS_PROBES in codec).toBe(true);
  expect(Object.keys(codec)).toEqual(['maxBodyBytes', 'decode', 'verify', 'encode', 'reply']);
});

it('refuses options that cannot work', () => {
  const create = (options: unknown) => () => createDingTalkRobotCodec(options as never);
  for (const appSecret of [undefined, null, '', 's\n']) expect(codeOf(create({ appSecret }))).toBe('ERR_CONFIG');
  expect(codeOf(create({ appSecret, toleranceSeconds: -1 }))).toBe('ERR_CONFIG');
  for (const options of [undefined, 'secret', { appSecret: 5 }, { appSecret, now: NOW }]) {
    expect(codeOf(create(options))).toBe('TypeError');
  }
});
