import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createDingTalkCodec } from '../src/dingtalk.ts';
import { createDingTalkCardCodec, dingTalkCardSignature } from '../src/dingtalk-card.ts';
import { createDingTalkRobotCodec } from '../src/dingtalk-robot.ts';
import { ANSWERS_PROBES } from '../src/internal/codec.ts';
import { codeOf, DINGTALK, errorOf, jsonOf, NOW, utf8 } from './helpers.ts';
import siblings from './vectors/siblings.json' with { type: 'json' };

const apiSecret = 'this is a secret';
const codec = createDingTalkCardCodec({ apiSecret, now: () => NOW });
const CLICK = { type: 'actionCallback', outTrackId: 't-1', userId: '张三', content: '{}' };
const text = JSON.stringify(CLICK);
const NAMES = { signature: 'x-ddpaas-signature', timestamp: 'x-ddpaas-signature-timestamp' };

/** The platform's half a second time. */
function signed(timestamp: string, secret: string = apiSecret): Record<string, string> {
  return {
    [NAMES.timestamp]: timestamp,
    [NAMES.signature]: createHmac('sha256', secret).update(timestamp).digest('base64'),
  };
}

const headers = signed('1700000000000');

describe('vectors', () => {
  const vectors = siblings.vectors.filter(({ op }) => op === 'dingtalk.ddpaasSign');

  it('are there', () => {
    expect(vectors).toHaveLength(1);
  });

  it.each(vectors)('$id, in both directions', ({ input, expected }) => {
    const { timestamp, apiSecret } = input as { timestamp: string; apiSecret: string };
    const { signature } = expected as { signature: string };
    expect(dingTalkCardSignature({ timestamp, apiSecret })).toBe(signature);
    const card = createDingTalkCardCodec({ apiSecret, now: () => Number(timestamp) });
    const sent = { [NAMES.timestamp]: timestamp, [NAMES.signature]: signature };
    expect(card.decode({ headers: sent, body: text }).event).toEqual(CLICK);
    expect(card.encode(CLICK, { timestamp }).headers).toMatchObject(sent);
  });
});

describe('dingTalkCardSignature', () => {
  it('refuses a secret that is missing or as a file gives it: ERR_CONFIG', () => {
    for (const apiSecret of [undefined, null, '', 'secret\n']) {
      expect(codeOf(() => dingTalkCardSignature({ timestamp: '1', apiSecret } as never))).toBe('ERR_CONFIG');
    }
  });

  it('refuses what is of the wrong type', () => {
    for (const parts of [{ timestamp: NOW, apiSecret }, { apiSecret }, { timestamp: '1', apiSecret: 5 }, null]) {
      expect(codeOf(() => dingTalkCardSignature(parts as never))).toBe('TypeError');
    }
    expect(codeOf(() => dingTalkCardSignature({ timestamp: '\ud800', apiSecret }))).toBe('TypeError');
  });
});

describe('decode', () => {
  it('gives the press as it was sent', () => {
    expect(codec.decode({ headers, body: text })).toEqual({
      platform: 'dingtalk-card',
      kind: 'event',
      type: 'actionCallback',
      timestamp: '1700000000000',
      event: CLICK,
      text,
    });
  });

  it('reads bytes, and headers in any letter case', () => {
    const request = { headers: new Headers(headers), body: utf8(text) };
    expect(codec.decode(request).text).toBe(text);
    expect(codec.verify(request)).toBe(true);
    const capitals = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    expect(codec.verify({ headers: capitals, body: text })).toBe(true);
  });

  it.each<[event: object, type: string]>([
    [{}, ''],
    [{ type: null }, ''],
    [{ type: ['x'] }, ''],
    [{ type: '' }, ''],
    [{ type: 5 }, '5'],
  ])('takes %j without a complaint: a connector has no type', (event, type) => {
    const message = codec.decode({ headers, body: JSON.stringify(event) });
    expect(message.type).toBe(type);
    expect('id' in message).toBe(false);
  });

  it('does not notice another body under a time that is signed: the platform signs no more', () => {
    const forged = { ...codec.encode(CLICK), body: '{"type":"forged"}' };
    expect(codec.decode(forged).type).toBe('forged');
    expect(codec.verify(forged)).toBe(true);
  });

  it.each(Object.values(NAMES))('refuses a request without %s by its name', (missing) => {
    const request = { headers: { ...headers, [missing]: undefined }, body: text };
    expect(codeOf(() => codec.decode(request))).toBe('ERR_SIGNATURE');
    expect(errorOf(() => codec.decode(request)).message).toBe(`the request has no header ${missing}: pass headers`);
    expect(codec.verify(request)).toBe(false);
  });

  it('refuses the signature of a robot, of another secret and of another time', () => {
    const timestamp = '1700000000000';
    const right = headers[NAMES.signature] as string;
    for (const signature of [
      createHmac('sha256', apiSecret).update(`${timestamp}\n${apiSecret}`).digest('base64'),
      createHmac('sha256', apiSecret).update(timestamp).digest('hex'),
      right.toUpperCase(),
      signed(timestamp, 'other')[NAMES.signature],
      signed('1700000000001')[NAMES.signature],
    ]) {
      const request = { headers: { ...headers, [NAMES.signature]: signature }, body: text };
      expect(codeOf(() => codec.decode(request))).toBe('ERR_SIGNATURE');
      expect(codec.verify(request)).toBe(false);
    }
    const robot = createDingTalkRobotCodec({ appSecret: apiSecret, now: () => NOW }).encode(CLICK);
    expect(errorOf(() => codec.decode(robot)).message).toBe(
      `the request has no header ${NAMES.signature}: pass headers`,
    );
  });

  it('has a window of an hour on both sides where none is configured', () => {
    const at = (timestamp: number) => ({ headers: signed(String(timestamp)), body: text });
    for (const sign of [-1, 1]) {
      expect(codec.decode(at(NOW + sign * 3_600_000)).kind).toBe('event');
      expect(codeOf(() => codec.decode(at(NOW + sign * 3_600_001)))).toBe('ERR_TIMESTAMP');
      expect(codec.verify(at(NOW + sign * 3_600_001))).toBe(false);
    }
    const open = createDingTalkCardCodec({ apiSecret, toleranceSeconds: Number.POSITIVE_INFINITY });
    expect(open.decode(at(0)).timestamp).toBe('0');
  });

  it('refuses what is no JSON object', () => {
    for (const body of ['hello', '[]', 'null', Uint8Array.of(0xff)]) {
      expect(codeOf(() => codec.decode({ headers, body }))).toBe('ERR_REQUEST');
    }
  });
});

describe('encode', () => {
  it('sends what the platform sends', () => {
    expect(codec.encode(CLICK)).toEqual({
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
      query: {},
      body: text,
    });
    const late = createDingTalkCardCodec({ apiSecret, now: () => NOW + 0.9 });
    expect(late.encode(CLICK).headers).toMatchObject(headers);
  });

  it('takes a time, and a payload as it stands', () => {
    const push = codec.encode(' {} ', { timestamp: '1700000001234' });
    expect(push.headers).toMatchObject(signed('1700000001234'));
    expect(codec.decode(push)).toMatchObject({ text: ' {} ', timestamp: '1700000001234' });
  });

  it('refuses a time that is no text, and a payload without a JSON form', () => {
    expect(codeOf(() => codec.encode(CLICK, { timestamp: NOW as never }))).toBe('TypeError');
    expect(codeOf(() => codec.encode(undefined))).toBe('TypeError');
  });
});

describe('reply', () => {
  const message = codec.decode(codec.encode(CLICK));

  it('is the answer, or {}', () => {
    expect(codec.reply(message).body).toBe('{}');
    expect(codec.reply(message, undefined).body).toBe('{}');
    const answer = { cardUpdateOptions: { updateCardDataByKey: true }, cardData: { cardParamMap: { 名: '张三' } } };
    expect(jsonOf(codec.reply(message, answer))).toEqual(answer);
  });

  it('refuses an answer that is no object, and a message of another platform', () => {
    for (const answer of ['收到', 5, null])
      expect(codeOf(() => codec.reply(message, answer as never))).toBe('TypeError');
    expect(codeOf(() => codec.reply({ ...message, platform: 'dingtalk-robot' } as never))).toBe('TypeError');
  });
});

it('is named by the DingTalk codec, to whose URL its callbacks are often sent', () => {
  const dingTalk = createDingTalkCodec(DINGTALK);
  expect(codeOf(() => dingTalk.decode(codec.encode(CLICK)))).toBe('ERR_SIGNATURE');
  expect(errorOf(() => dingTalk.decode(codec.encode(CLICK))).message).toMatch(
    /: a card, use callback-codec\/dingtalk-card$/,
  );
});

it('is not marked as a codec whose URL is probed', () => {
  expect(ANSWERS_PROBES in codec).toBe(false);
});

it('refuses options that cannot work', () => {
  const create = (options: unknown) => () => createDingTalkCardCodec(options as never);
  for (const apiSecret of [undefined, null, '', 's\n']) expect(codeOf(create({ apiSecret }))).toBe('ERR_CONFIG');
  expect(codeOf(create({ apiSecret, toleranceSeconds: -1 }))).toBe('ERR_CONFIG');
  for (const options of [undefined, 'secret', { apiSecret: 5 }, { apiSecret, now: NOW }]) {
    expect(codeOf(create(options))).toBe('TypeError');
  }
});
