// callback-codec/fetch with the Request and Response of this engine: what a platform sends, and bodies that misbehave.
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { anyOf } from '../src/any-of.ts';
import { createDingTalkRobotCodec } from '../src/dingtalk-robot.ts';
import { createFeishuCodec } from '../src/feishu.ts';
import { toFetchHandler } from '../src/fetch.ts';
import type { CallbackCodec, CallbackMessage, CallbackPush } from '../src/internal/codec.ts';
import { CallbackError } from '../src/internal/errors.ts';
import { createTencentChatCodec } from '../src/tencent-chat.ts';
import { createWeChatCodec } from '../src/wechat.ts';
import { createWeComCodec } from '../src/wecom.ts';
import { SUBJECTS } from './codecs.ts';
import { DINGTALK, FEISHU, NOW, TENCENT, utf8 } from './helpers.ts';

const now = () => NOW;
const feishu = createFeishuCodec({ ...FEISHU, now });
const tencent = createTencentChatCodec({ ...TENCENT, now });
const robot = createDingTalkRobotCodec({ appSecret: 'this is a secret', now });
const weCom = createWeComCodec({ token: 'QDG6eK', encodingAesKey: DINGTALK.encodingAesKey, receiveId: 'ww1', now });
const weChat = createWeChatCodec({ token: 'wx-token', now });
const SMALL = 2000;
const small = createFeishuCodec({ ...FEISHU, now, maxBodyBytes: SMALL });

const TYPE = 'im.message.receive_v1';
const push = feishu.encode({ schema: '2.0', header: { event_id: 'e-1', event_type: TYPE }, event: { text: '你好' } });
const forged = { ...push, headers: { ...push.headers, 'X-Lark-Signature': '0'.repeat(64) } };

/** What goes into a `Request`, and parameters. */
type Sent = Partial<Omit<CallbackPush, 'method' | 'body'>> & { method?: string; body?: BodyInit | null };

function requestOf({ method = 'POST', query = {}, headers = {}, body = null }: Sent): Request {
  const half = body instanceof ReadableStream ? { duplex: 'half' } : {};
  return new Request(`https://example.com/callback?${new URLSearchParams(query)}`, { method, headers, body, ...half });
}

/** A handler that writes down what it calls. */
function harness(codec: unknown, answer: (message: CallbackMessage) => unknown = () => undefined) {
  const events: CallbackMessage[] = [];
  const refused: unknown[] = [];
  const requests: unknown[] = [];
  const onEvent = (message: CallbackMessage, request: Request) => {
    events.push(message);
    requests.push(request);
    return answer(message);
  };
  const onRefused = (error: CallbackError, request: Request) => {
    refused.push(error.code);
    requests.push(request);
  };
  return { events, refused, requests, handle: toFetchHandler(codec as CallbackCodec, onEvent, { onRefused }) };
}

/** A stream that gives these parts, and what becomes of it. */
function streamOf(...parts: readonly (Uint8Array | Error)[]) {
  const seen = { pulled: 0, isCancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const part = parts[seen.pulled++];
        if (part === undefined) controller.close();
        else if (part instanceof Error) controller.error(part);
        else controller.enqueue(part);
      },
      cancel() {
        seen.isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return Object.assign(seen, { stream });
}

async function receivedFrom(response: Response) {
  return { status: response.status, body: await response.text() };
}

describe.each(SUBJECTS.map((subject) => [subject.platform, subject] as const))('%s', (_, subject) => {
  const codec = subject.create({ random: (length: number) => new Uint8Array(length).fill(7) });
  const decode = (sent: CallbackPush) =>
    codec.decode({ url: requestOf(sent).url, headers: sent.headers, body: sent.body });

  const verifies = subject.verification === undefined ? [] : [subject.verification];
  test.each(verifies)('a verification is answered by itself', async (verification) => {
    const seen = harness(codec);
    const sent = codec.encode(verification);
    const response = await seen.handle(requestOf(sent));
    const reply = codec.reply(decode(sent));
    expect(response.headers.get('content-type')).toBe(reply.headers['Content-Type']);
    expect(await receivedFrom(response)).toEqual({ status: 200, body: reply.body });
    expect(seen).toMatchObject({ events: [], refused: [] });
  });

  test.each([
    ['its answer', () => subject.answer],
    ['its answer, later', async () => setImmediate(subject.answer)],
    ['nothing', () => undefined],
    ['nothing, later', async () => setImmediate(null)],
  ])('an event goes to onEvent and %s is sent', async (_, answer) => {
    const seen = harness(codec, answer);
    const sent = codec.encode(subject.event);
    const request = requestOf(sent);
    const response = await seen.handle(request);
    const message = decode(sent);
    const reply = codec.reply(message, (await answer()) ?? undefined);
    expect(response).toBeInstanceOf(Response);
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-length': String(utf8(reply.body).length),
      'x-content-type-options': 'nosniff',
      ...(reply.body === '' ? {} : { 'content-type': reply.headers['Content-Type'] }),
    });
    expect(await receivedFrom(response)).toEqual({ status: 200, body: reply.body });
    expect(seen).toMatchObject({ events: [message], refused: [] });
    expect(seen.requests[0]).toBe(request);
  });
});

test.each<[string, Sent, string]>([
  ['a forged signature', forged, 'ERR_SIGNATURE'],
  ['a body that is null', { ...push, body: null }, 'ERR_REQUEST'],
  ['an empty body', { ...push, body: '' }, 'ERR_REQUEST'],
  ['an empty stream', { ...push, body: streamOf().stream }, 'ERR_REQUEST'],
  ['a form', { ...push, body: new URLSearchParams({ a: 'b' }) }, 'ERR_SIGNATURE'],
  ['bytes that are no UTF-8', { ...push, body: Uint8Array.of(0xff, 0xfe) }, 'ERR_SIGNATURE'],
])('refuses %s: 400, empty, and onRefused is told', async (_, sent, code) => {
  const seen = harness(feishu);
  const request = requestOf(sent);
  const response = await seen.handle(request);
  expect(Object.fromEntries(response.headers)).toEqual({ 'content-length': '0' });
  expect(await receivedFrom(response)).toEqual({ status: 400, body: '' });
  expect(seen).toMatchObject({ events: [], refused: [code] });
  expect(seen.requests[0]).toBe(request);
});

test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is 405', async (method) => {
  const seen = harness(anyOf(feishu, weCom, weChat));
  const response = await seen.handle(requestOf({ ...push, method, body: method === 'PUT' ? push.body : null }));
  expect(Object.fromEntries(response.headers)).toEqual({ allow: 'POST', 'content-length': '0' });
  expect(await receivedFrom(response)).toEqual({ status: 405, body: '' });
  expect(seen).toMatchObject({ events: [], refused: [] });
});

test.each([
  ['WeCom', weCom, weCom.encode({ echostr: '1616140317555161061' }), '1616140317555161061', 'ERR_SIGNATURE'],
  ['WeChat', weChat, weChat.encode({ echostr: '3187466421' }), '3187466421', 'ERR_SIGNATURE'],
  // The first codec's refusal: its body is empty.
  ['WeCom behind a robot', anyOf(robot, weCom), weCom.encode({ echostr: 'abc' }), 'abc', 'ERR_REQUEST'],
])('GET with an echostr, %s', async (_, codec, sent, echostr, code) => {
  const seen = harness(codec);
  const response = await seen.handle(requestOf(sent));
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await receivedFrom(response)).toEqual({ status: 200, body: echostr });
  const twisted = { ...sent.query, timestamp: '1700000001' };
  expect((await seen.handle(requestOf({ ...sent, query: twisted }))).status).toBe(400);
  expect(seen).toMatchObject({ events: [], refused: [code] });
});

test.each([
  ['a robot', robot],
  ['a robot among others', anyOf(feishu, robot)],
])("the console's probe of %s is 200, empty", async (_, codec) => {
  const seen = harness(codec);
  for (const method of ['GET', 'POST']) {
    expect(await receivedFrom(await seen.handle(requestOf({ method })))).toEqual({ status: 200, body: '' });
  }
  expect(seen).toMatchObject({ events: [], refused: [] });
  expect((await seen.handle(requestOf({ method: 'HEAD' }))).status).toBe(405);
  expect((await seen.handle(requestOf({ body: '{}' }))).status).toBe(400);
  expect((await seen.handle(requestOf(robot.encode({ msgtype: 'text' })))).status).toBe(200);
  expect(seen.events).toMatchObject([{ platform: 'dingtalk-robot', type: 'text' }]);
});

describe('a body', () => {
  test('in pieces of one byte, cut inside Chinese characters', async () => {
    const seen = harness(tencent);
    const sent = tencent.encode({ CallbackCommand: 'State.StateChange', 名: '张三' });
    const bytes = utf8(sent.body as string);
    const { stream } = streamOf(...Array.from(bytes, (byte) => Uint8Array.of(byte)));
    expect((await seen.handle(requestOf({ ...sent, body: stream }))).status).toBe(200);
    expect(seen).toMatchObject({ events: [{ event: { 名: '张三' } }], refused: [] });
  });

  test('with empty pieces between', async () => {
    const seen = harness(feishu);
    const { stream } = streamOf(new Uint8Array(0), utf8(push.body as string), new Uint8Array(0));
    expect((await seen.handle(requestOf({ ...push, body: stream }))).status).toBe(200);
    expect(seen.events.length).toBe(1);
  });

  test('as long as the limit is read, one byte more is 413', async () => {
    const seen = harness(small);
    expect((await seen.handle(requestOf({ ...push, body: 'x'.repeat(SMALL) }))).status).toBe(400);
    const response = await seen.handle(requestOf({ ...push, body: 'x'.repeat(SMALL + 1) }));
    expect(Object.fromEntries(response.headers)).toEqual({ 'content-length': '0' });
    expect(await receivedFrom(response)).toEqual({ status: 413, body: '' });
    expect(seen).toMatchObject({ events: [], refused: ['ERR_SIGNATURE', 'ERR_TOO_LARGE'] });
  });

  test('is no longer read where it is too long, and cancelled', async () => {
    const seen = harness(small);
    const body = streamOf(...Array<Uint8Array>(100).fill(new Uint8Array(1000)));
    expect((await seen.handle(requestOf({ ...push, body: body.stream }))).status).toBe(413);
    expect(body).toMatchObject({ pulled: 3, isCancelled: true });
    expect(seen).toMatchObject({ events: [], refused: ['ERR_TOO_LARGE'] });
  });

  test('is not read at all where its Content-Length is over the limit, and cancelled', async () => {
    const seen = harness(small);
    const body = streamOf(utf8(push.body as string));
    const headers = { ...push.headers, 'Content-Length': String(SMALL + 1) };
    expect((await seen.handle(requestOf({ ...push, headers, body: body.stream }))).status).toBe(413);
    expect(body).toMatchObject({ pulled: 0, isCancelled: true });
    expect(seen).toMatchObject({ events: [], refused: ['ERR_TOO_LARGE'] });
  });

  test.each(['0', '1', '-1', 'text', '', '5, 5', '1999'])(
    'whose Content-Length lies (%j) is read as it is',
    async (length) => {
      const seen = harness(small);
      const headers = { ...push.headers, 'Content-Length': length };
      const good = streamOf(utf8(push.body as string));
      expect((await seen.handle(requestOf({ ...push, headers, body: good.stream }))).status).toBe(200);
      const long = streamOf(new Uint8Array(SMALL), new Uint8Array(1), new Uint8Array(1));
      expect((await seen.handle(requestOf({ ...push, headers, body: long.stream }))).status).toBe(413);
      expect(long).toMatchObject({ pulled: 2, isCancelled: true });
      expect(seen).toMatchObject({ events: [{ type: TYPE }], refused: ['ERR_TOO_LARGE'] });
    },
  );

  test('that breaks off calls nothing, whole as it may look', async () => {
    const seen = harness(tencent);
    const sent = tencent.encode({ CallbackCommand: 'State.StateChange' });
    const { stream } = streamOf(utf8(sent.body as string), new Error('the client is gone'));
    // There has to be some response, though nobody will see it.
    expect(await receivedFrom(await seen.handle(requestOf({ ...sent, body: stream })))).toEqual({
      status: 400,
      body: '',
    });
    expect(seen).toMatchObject({ events: [], refused: [] });
  });

  test.each(['text', 'arrayBuffer', 'json'] as const)('that %s() has used is a TypeError', async (method) => {
    const seen = harness(feishu);
    const request = requestOf(push);
    await request[method]();
    await expect(seen.handle(request)).rejects.toThrow(/^request must be unread: something has used its body/);
    expect(seen).toMatchObject({ events: [], refused: [] });
  });

  test('that something else is reading is a TypeError', async () => {
    const request = requestOf(push);
    request.body?.getReader();
    await expect(harness(feishu).handle(request)).rejects.toThrow(TypeError);
  });
});

test('a request without a stream, as Firefox has them, is read whole', async () => {
  const codec = createFeishuCodec({ ...FEISHU, now: () => NOW, maxBodyBytes: 500 });
  const push = codec.encode({ header: { event_type: 'x' }, event: {} });
  const withoutStream = (init: RequestInit) =>
    Object.defineProperty(new Request('https://example.com/', init), 'body', { value: undefined });
  const handle = toFetchHandler(codec, () => ({ read: true }));
  expect(await (await handle(withoutStream(push))).text()).toBe('{"read":true}');
  const tooLong = withoutStream({ method: 'POST', body: 'x'.repeat(501) });
  expect((await handle(tooLong)).status).toBe(413);
});

describe('errors that are not the sender’s reject', () => {
  const error = new Error('the database is gone');
  const ours = new CallbackError('ERR_SIGNATURE', 'of another callback, say');
  const fail = (reason: unknown) => () => {
    throw reason;
  };
  test.each<[string, () => unknown, unknown]>([
    ['thrown by onEvent', fail(error), error],
    ['of a promise of onEvent', () => Promise.reject(error), error],
    ['a CallbackError thrown by onEvent, which is no refusal', fail(ours), ours],
    ['an answer that the platform cannot take', () => 'text', expect.any(TypeError)],
  ])('%s', async (_, answer, expected) => {
    const seen = harness(feishu, answer);
    expect(await seen.handle(requestOf(push)).catch((reason) => [reason])).toEqual([expected]);
    expect(seen).toMatchObject({ events: [{ type: TYPE }], refused: [] });
  });

  test.each([
    ['thrown by onRefused', fail(error)],
    ['of a promise of onRefused', async () => setImmediate().then(fail(error))],
  ])('%s', async (_, onRefused) => {
    const handle = toFetchHandler(feishu, () => undefined, { onRefused });
    await expect(handle(requestOf(forged))).rejects.toBe(error);
  });
});

test('without onRefused a refusal is a response all the same', async () => {
  const handle = toFetchHandler(feishu, () => undefined);
  expect((await handle(requestOf(forged))).status).toBe(400);
});

test.each<[unknown[], RegExp]>([
  [[undefined, () => undefined], /^codec must be an object/],
  [[{}, () => undefined], /^codec must be one of this package$/],
  [[{ ...feishu, maxBodyBytes: Number.NaN }, () => undefined], /^codec must be one of this package$/],
  [[feishu, undefined], /^onEvent must be a function/],
  [[feishu, () => undefined, null], /^options must be an object/],
  [[feishu, () => undefined, { onRefused: 'log' }], /^onRefused must be a function/],
])('toFetchHandler of %j is a TypeError at once', (values, message) => {
  expect(() => (toFetchHandler as (...values: unknown[]) => unknown)(...values)).toThrow(message);
});
