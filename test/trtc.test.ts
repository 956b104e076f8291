import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createTrtcCodec, trtcSignature } from '../src/trtc.ts';
import { codeOf, concat, errorOf, NOW, utf8 } from './helpers.ts';
import platforms from './vectors/platforms.json' with { type: 'json' };
import siblings from './vectors/siblings.json' with { type: 'json' };

const key = '123654';
const codec = createTrtcCodec({ key });
const ROOM = { EventGroupId: 1, EventType: 103, CallbackTs: NOW, EventInfo: { RoomId: 12345, UserId: '张三' } };
const text = JSON.stringify(ROOM);

/** The platform's half a second time. */
function signed<Body extends string | Uint8Array>(
  body: Body,
  by: string = key,
): { headers: Record<string, string>; body: Body } {
  return {
    headers: { Sign: createHmac('sha256', by).update(body).digest('base64'), SdkAppId: '1400000000' },
    body,
  };
}

describe('vectors', () => {
  const vectors = [...platforms.vectors, ...siblings.vectors].filter(({ op }) => op === 'trtc.sign');

  it('are two', () => {
    expect(vectors).toHaveLength(2);
  });

  it.each(vectors)('$id, in both directions', ({ input, expected }) => {
    const { key, body } = input as { key: string; body: string };
    const { sign } = expected as { sign: string };
    expect(trtcSignature(body, key)).toBe(sign);
    expect(trtcSignature(utf8(body), key)).toBe(sign);
    const trtc = createTrtcCodec({ key });
    expect(trtc.encode(body)).toMatchObject({ headers: { Sign: sign }, body });
    const message = trtc.decode({ headers: { Sign: sign }, body });
    expect(message.event).toEqual(JSON.parse(body));
    expect(message.type).toBe(String(JSON.parse(body).EventType));
    // The documentation's body is signed with its tabs and line breaks.
    const compact = JSON.stringify(JSON.parse(body));
    expect(trtc.verify({ headers: { Sign: sign }, body: compact })).toBe(compact === body);
  });
});

describe('trtcSignature', () => {
  it('takes text as its UTF-8 bytes, and any bytes', () => {
    const bytes = Uint8Array.of(0xff, 0, 0x80);
    expect(trtcSignature(bytes, key)).toBe(createHmac('sha256', key).update(bytes).digest('base64'));
    expect(trtcSignature('你好', key)).toBe(trtcSignature(utf8('你好'), key));
    expect(trtcSignature('', key)).toBe(createHmac('sha256', key).update('').digest('base64'));
  });

  it('refuses a key that is missing: ERR_CONFIG', () => {
    for (const key of [undefined, null, '', 'k\n']) {
      expect(codeOf(() => trtcSignature('{}', key as never))).toBe('ERR_CONFIG');
    }
  });

  it('refuses what is of the wrong type', () => {
    for (const body of [{}, undefined, 5, '\ud800', new ArrayBuffer(2)]) {
      expect(codeOf(() => trtcSignature(body as never, key))).toBe('TypeError');
    }
    expect(codeOf(() => trtcSignature('{}', 123654 as never))).toBe('TypeError');
  });
});

describe('decode', () => {
  it('gives the event as it was sent', () => {
    expect(codec.decode(signed(text))).toEqual({
      platform: 'trtc',
      kind: 'event',
      type: '103',
      sdkAppId: '1400000000',
      event: ROOM,
      text,
    });
  });

  it('reads bytes, and headers in any letter case', () => {
    const { headers, body } = signed(utf8(text));
    expect(codec.decode({ headers: new Headers(headers), body }).text).toBe(text);
    expect(codec.verify({ headers: { SIGN: headers.Sign as string }, body })).toBe(true);
  });

  it('takes a body with white space as it was signed', () => {
    const spaced = `{\n\t"EventType":\t204\r\n}\n`;
    expect(codec.decode(signed(spaced))).toMatchObject({ type: '204', text: spaced });
  });

  it.each<[body: string, type: string]>([
    ['{"EventType":103}', '103'],
    ['{"EventType":"103"}', '103'],
    ['{"EventType":0}', '0'],
    ['{"EventType":""}', ''],
  ])('takes the type of %s as text', (body, type) => {
    expect(codec.decode(signed(body)).type).toBe(type);
  });

  it.each(['{}', '{"EventType":null}', '{"EventType":[103]}', '{"EventType":true}', '{"eventType":103}'])(
    'refuses an event whose type is missing or neither number nor text: %s',
    (body) => {
      expect(codeOf(() => codec.decode(signed(body)))).toBe('ERR_REQUEST');
      expect(errorOf(() => codec.decode(signed(body))).message).toMatch(/EventType/);
      expect(codec.verify(signed(body))).toBe(true);
    },
  );

  it('refuses a body that is signed, but no JSON object', () => {
    for (const body of ['hello', '[]', 'null', '{']) {
      expect(codeOf(() => codec.decode(signed(body)))).toBe('ERR_REQUEST');
    }
  });

  it('refuses bytes that are not UTF-8, even signed', () => {
    const body = concat('{"EventType":103,"a":"', Uint8Array.of(0x80), '"}');
    expect(codeOf(() => codec.decode(signed(body)))).toBe('ERR_SIGNATURE');
    expect(codec.verify(signed(body))).toBe(false);
  });

  it('refuses a request without Sign by its name', () => {
    for (const headers of [undefined, {}, { Sign: '' }, { SdkAppId: '1400000000' }]) {
      expect(codeOf(() => codec.decode({ headers, body: text }))).toBe('ERR_SIGNATURE');
      expect(errorOf(() => codec.decode({ headers, body: text })).message).toMatch(/^the request has no header Sign\b/);
      expect(codec.verify({ headers, body: text })).toBe(false);
    }
  });

  it('refuses another body, another key and another spelling of the signature', () => {
    const { headers } = signed(text);
    const sign = headers.Sign as string;
    const hex = createHmac('sha256', key).update(text).digest('hex');
    for (const request of [
      { headers, body: JSON.stringify({ ...ROOM, EventType: 104 }) },
      { headers, body: `${text}\n` },
      { headers, body: `\ufeff${text}` },
      signed(text, 'other'),
      ...[sign.toLowerCase(), sign.slice(0, -1), `${sign}=`, hex].map((Sign) => ({ headers: { Sign }, body: text })),
    ]) {
      expect(codeOf(() => codec.decode(request))).toBe('ERR_SIGNATURE');
      expect(errorOf(() => codec.decode(request)).message).toMatch(/^Sign does not match\b/);
      expect(codec.verify(request)).toBe(false);
    }
  });

  it('says of a body in base64 what to do, which serverless platforms hand over', () => {
    const { headers } = signed(text);
    const body = Buffer.from(text).toString('base64');
    expect(codeOf(() => codec.decode({ headers, body }))).toBe('ERR_SIGNATURE');
    expect(errorOf(() => codec.decode({ headers, body })).message).toMatch(/isBase64Encoded/);
  });

  it('is never too old: nothing that is signed is the time of the request', () => {
    const options = { key, toleranceSeconds: 1, now: () => 0 };
    expect(createTrtcCodec(options).decode(signed(text)).kind).toBe('event');
  });
});

describe('sdkAppId', () => {
  const configured = createTrtcCodec({ key, sdkAppId: 1400000000 });

  it('is compared with the header where it is configured, as text or as a number', () => {
    for (const sdkAppId of [1400000000, '1400000000']) {
      expect(createTrtcCodec({ key, sdkAppId }).decode(signed(text)).sdkAppId).toBe('1400000000');
    }
    const { headers, body } = signed(text);
    for (const [sdkAppId, message] of [
      ['1400000001', 'SdkAppId is of another app'],
      ['01400000000', 'SdkAppId is of another app'],
      [undefined, 'the request has no header SdkAppId'],
      ['', 'the request has no header SdkAppId'],
    ] as const) {
      const request = { headers: { ...headers, SdkAppId: sdkAppId }, body };
      expect(errorOf(() => configured.decode(request))).toMatchObject({ code: 'ERR_REQUEST', message });
      expect(codec.decode(request).sdkAppId).toBe(sdkAppId || undefined);
      // It is no part of the signature.
      expect(configured.verify(request)).toBe(true);
    }
  });

  it('is looked at after the signature', () => {
    const { body } = signed(text);
    expect(codeOf(() => configured.decode({ headers: { Sign: 'x', SdkAppId: '1' }, body }))).toBe('ERR_SIGNATURE');
  });

  it('is decimal digits', () => {
    for (const sdkAppId of [undefined, null, '', 'app', 1.5]) {
      expect(codeOf(() => createTrtcCodec({ key, sdkAppId: sdkAppId as never }))).toBe('ERR_CONFIG');
    }
  });
});

describe('encode', () => {
  it('sends what the platform sends', () => {
    const { Sign } = signed(text).headers;
    const push = { method: 'POST', headers: { 'Content-Type': 'application/json', Sign }, query: {}, body: text };
    expect(codec.encode(ROOM)).toStrictEqual(push);
    expect(createTrtcCodec({ key, sdkAppId: 1400000000 }).encode(ROOM)).toEqual({
      ...push,
      headers: { ...push.headers, SdkAppId: '1400000000' },
    });
  });

  it('refuses a payload without a JSON form', () => {
    expect(codeOf(() => codec.encode(undefined))).toBe('TypeError');
  });
});

describe('reply', () => {
  const message = codec.decode(codec.encode(ROOM));

  it('is {"code":0}', () => {
    expect(codec.reply(message).body).toBe('{"code":0}');
    expect(codec.reply(message, undefined).body).toBe('{"code":0}');
  });

  it('takes no answer, and no message of another platform', () => {
    for (const answer of [{}, { code: 0 }, '', null, 0]) {
      expect(codeOf(() => codec.reply(message, answer as never))).toBe('TypeError');
    }
    expect(codeOf(() => codec.reply({ ...message, platform: 'tencent-chat' } as never))).toBe('TypeError');
  });
});

it('refuses options that cannot work', () => {
  const create = (options: unknown) => () => createTrtcCodec(options as never);
  for (const key of [undefined, null, '', 'k\n']) expect(codeOf(create({ key }))).toBe('ERR_CONFIG');
  expect(codeOf(create({ key, maxBodyBytes: 0 }))).toBe('ERR_CONFIG');
  for (const options of [undefined, 'key', { key: 123654 }, { key, maxBodyBytes: '1' }]) {
    expect(codeOf(create(options))).toBe('TypeError');
  }
});
