// callback-codec/node over real sockets: what a platform sends, and everything that a client can do wrong.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { Readable } from 'node:stream';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { anyOf } from '../src/any-of.ts';
import { createDingTalkRobotCodec } from '../src/dingtalk-robot.ts';
import { createFeishuCodec } from '../src/feishu.ts';
import type { CallbackCodec, CallbackMessage } from '../src/internal/codec.ts';
import { CallbackError } from '../src/internal/errors.ts';
import { readNodeBody, toNodeHandler } from '../src/node.ts';
import { createTencentChatCodec } from '../src/tencent-chat.ts';
import { createWeChatCodec } from '../src/wechat.ts';
import { createWeComCodec } from '../src/wecom.ts';
import { SUBJECTS } from './codecs.ts';
import {
  deferred,
  head,
  http2Frames,
  type NodeRequest,
  type NodeResponse,
  pathOf,
  RawClient,
  type Received,
  request as rawRequest,
  type Sent,
  send,
  serve,
} from './handlers/sockets.ts';
import { DINGTALK, FEISHU, NOW, TENCENT } from './helpers.ts';

const now = () => NOW;
const feishu = createFeishuCodec({ ...FEISHU, now });
const tencent = createTencentChatCodec({ ...TENCENT, now });
const robot = createDingTalkRobotCodec({ appSecret: 'this is a secret', now });
const weCom = createWeComCodec({ token: 'QDG6eK', encodingAesKey: DINGTALK.encodingAesKey, receiveId: 'ww1', now });
const weChat = createWeChatCodec({ token: 'wx-token', now });
const SMALL = 2000;
const small = createFeishuCodec({ ...FEISHU, now, maxBodyBytes: SMALL });

const EVENT = {
  schema: '2.0',
  header: { event_id: 'e-1', event_type: 'im.message.receive_v1' },
  event: { text: '你好' },
};
const push = feishu.encode(EVENT);
const forged: Sent = { ...push, headers: { ...push.headers, 'X-Lark-Signature': '0'.repeat(64) } };
const TYPE = 'im.message.receive_v1';
const JSON_TYPE = 'application/json; charset=utf-8';

// Node warns once a process of a header that HTTP/2 does not have, whichever test comes first.
beforeEach(() => void vi.spyOn(process, 'emitWarning'));
afterEach(() => {
  expect(process.emitWarning).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

interface Harness {
  readonly port: number;
  readonly sockets: readonly import('node:net').Socket[];
  readonly events: CallbackMessage[];
  readonly requests: NodeRequest[];
  readonly refused: { readonly error: CallbackError; readonly url: string | undefined }[];
  /** What the handler's promise came to, request by request. */
  readonly outcomes: unknown[];
  /** How often `response.end` was called. */
  ends: number;
  /** Waits until `count` requests have been handled. */
  handled(count: number): Promise<void>;
}

type Handle = (request: NodeRequest, response: NodeResponse) => Promise<void>;
type Answer = (message: CallbackMessage) => unknown;

/** A server around `toNodeHandler` that writes down what happens; `before` is the middleware in front of it. */
async function harness(
  protocol: 'http' | 'http2',
  codec: CallbackCodec<never, never>,
  answer: Answer = () => undefined,
  before: (request: NodeRequest) => unknown = () => undefined,
): Promise<Harness> {
  const seen = { events: [], requests: [], refused: [], outcomes: [], ends: 0 } as unknown as Harness;
  const onEvent = (message: CallbackMessage, request: NodeRequest) => {
    seen.events.push(message);
    seen.requests.push(request);
    return answer(message);
  };
  const onRefused = (error: CallbackError, request: NodeRequest) => seen.refused.push({ error, url: request.url });
  const handle = toNodeHandler(codec as CallbackCodec, onEvent, { onRefused }) as Handle;
  let wake = () => {};
  const listener = async (request: NodeRequest, response: NodeResponse) => {
    const end = response.end.bind(response) as (...values: unknown[]) => unknown;
    response.end = ((...values: unknown[]) => {
      seen.ends++;
      return end(...values);
    }) as never;
    await before(request);
    await handle(request, response).then(
      () => seen.outcomes.push('done'),
      (error) => seen.outcomes.push(error),
    );
    wake();
  };
  const { port, sockets } = await serve(protocol, listener);
  const handled = async (count: number) => {
    while (seen.outcomes.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  return Object.assign(seen, { port, sockets, handled });
}

/** Middleware that reads the whole stream, as body parsers do, and leaves in the request what `parse` makes of it. */
function parser(parse: (bytes: Buffer) => object): (request: NodeRequest) => Promise<void> {
  return (request) =>
    new Promise((resolve) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        Object.assign(request, parse(Buffer.concat(chunks)));
        resolve();
      });
    });
}

/** Nothing was called, nothing was answered, and the handler came to its end all the same. */
function expectNothing({ events, refused, outcomes, ends }: Harness): void {
  expect({ events, refused, outcomes, ends }).toEqual({ events: [], refused: [], outcomes: ['done'], ends: 0 });
}

describe.each(['http', 'http2'] as const)('%s', (protocol) => {
  const server = (codec: unknown, answer?: Answer, before?: (request: NodeRequest) => unknown) =>
    harness(protocol, codec as CallbackCodec<never, never>, answer, before);

  describe.each(SUBJECTS.map((subject) => [subject.platform, subject] as const))('%s', (_, subject) => {
    const codec = subject.create({ random: (length: number) => new Uint8Array(length).fill(7) });

    const verifies = subject.verification === undefined ? [] : [subject.verification];
    test.each(verifies)('a verification is answered by itself', async (verification) => {
      const seen = await server(codec);
      const sent = codec.encode(verification);
      const { status, body, headers } = await send(protocol, seen.port, sent);
      const { url, ...rest } = { url: pathOf(sent), headers: sent.headers, body: sent.body };
      const reply = codec.reply(codec.decode({ url, ...rest }));
      expect({ status, body }).toEqual({ status: 200, body: reply.body });
      expect(headers['content-type']).toBe(reply.headers['Content-Type']);
      expect(seen).toMatchObject({ events: [], refused: [], outcomes: ['done'], ends: 1 });
    });

    test.each([
      ['its answer', () => subject.answer],
      ['its answer, later', async () => setImmediate(subject.answer)],
      ['nothing', () => undefined],
      ['nothing, later', async () => setImmediate(null)],
    ])('an event goes to onEvent and %s is sent', async (_, answer) => {
      const seen = await server(codec, answer);
      const sent = codec.encode(subject.event);
      const received = await send(protocol, seen.port, sent);
      const message = codec.decode({ url: pathOf(sent), headers: sent.headers, body: sent.body });
      expect(seen.events).toEqual([message]);
      expect(seen.requests[0]?.url).toBe(pathOf(sent));
      const reply = codec.reply(message, (await answer()) ?? undefined);
      expect({ status: received.status, body: received.body }).toEqual({ status: 200, body: reply.body });
      expect(received.headers).toMatchObject({
        'content-length': String(Buffer.byteLength(reply.body)),
        'x-content-type-options': 'nosniff',
      });
      expect(received.headers['content-type']).toBe(reply.headers['Content-Type']);
      expect(received.headers['transfer-encoding']).toBeUndefined();
      expect(seen).toMatchObject({ refused: [], outcomes: ['done'], ends: 1 });
    });
  });

  test.each<[string, Sent, string]>([
    ['a forged signature', forged, 'ERR_SIGNATURE'],
    ['no body', { ...push, body: null }, 'ERR_REQUEST'],
    ['an empty body', { ...push, body: '' }, 'ERR_REQUEST'],
    ['an empty body as a stream', { ...push, body: Readable.from([]) }, 'ERR_REQUEST'],
    [
      'a form',
      { headers: { ...push.headers, 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'a=b' },
      'ERR_SIGNATURE',
    ],
    ['bytes that are no UTF-8', { ...push, body: Buffer.from([0xff, 0xfe]) }, 'ERR_SIGNATURE'],
    ['a header given twice', { ...push, headers: { ...push.headers, 'X-Lark-Request-Nonce': 'a, b' } }, 'ERR_REQUEST'],
  ])('refuses %s: 400, empty, and onRefused is told', async (_, sent, code) => {
    const seen = await server(feishu);
    const { status, headers, body } = await send(protocol, seen.port, sent);
    expect({ status, body }).toEqual({ status: 400, body: '' });
    expect(headers['content-length']).toBe('0');
    expect(headers).not.toHaveProperty('content-type');
    expect(headers).not.toHaveProperty('transfer-encoding');
    const [refusal] = seen.refused;
    expect(refusal?.error).toBeInstanceOf(CallbackError);
    expect(refusal?.error.code).toBe(code);
    expect(refusal?.url).toBe(pathOf(sent));
    expect(seen).toMatchObject({ events: [], refused: [{}], outcomes: ['done'], ends: 1 });
  });

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is 405', async (method) => {
    const seen = await server(anyOf(feishu, weCom, weChat));
    const hasBody = method === 'PUT' || method === 'PATCH';
    const { status, headers, body } = await send(protocol, seen.port, {
      ...push,
      method,
      body: hasBody ? push.body : null,
    });
    expect({ status, body, allow: headers.allow }).toEqual({ status: 405, body: '', allow: 'POST' });
    expect(headers['content-length']).toBe('0');
    expect(seen).toMatchObject({ events: [], refused: [], outcomes: ['done'], ends: 1 });
  });

  test('longer than the limit by Content-Length is 413 before anything is read', async () => {
    const seen = await server(small);
    const { status, body } = await send(protocol, seen.port, { ...push, body: 'x'.repeat(SMALL + 1) });
    expect({ status, body }).toEqual({ status: 413, body: '' });
    expect(seen).toMatchObject({
      events: [],
      refused: [{ error: { code: 'ERR_TOO_LARGE' } }],
      outcomes: ['done'],
      ends: 1,
    });
  });

  test('as long as the limit is read', async () => {
    const seen = await server(small);
    expect((await send(protocol, seen.port, { ...push, body: 'x'.repeat(SMALL) })).status).toBe(400);
    expect((await send(protocol, seen.port, { body: Readable.from(['x'.repeat(SMALL)]) })).status).toBe(400);
  });

  test('longer than the limit without Content-Length is 413, and reading stops', async () => {
    let pieces = 0;
    const endless = new Readable({
      read() {
        this.push(pieces++ < 800 ? Buffer.alloc(65_536) : null); // 50 MiB
      },
    });
    onTestFinished(() => void endless.destroy());
    const refused: string[] = [];
    const onRefused = async ({ code }: CallbackError) => {
      await setTimeout(200); // in which all of it would come
      refused.push(code);
    };
    const handle = toNodeHandler(small, () => expect.fail('an event'), { onRefused }) as Handle;
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    onTestFinished(() => warn.mockRestore());
    const { port } = await serve(protocol, handle);
    const { status, headers } = await send(protocol, port, { body: endless });
    expect(warn).not.toHaveBeenCalled(); // as Node does of a header that HTTP/2 has not
    expect({ status, connection: headers.connection, length: headers['content-length'] }).toEqual({
      status: 413,
      connection: protocol === 'http' ? 'close' : undefined,
      length: '0',
    });
    expect(refused).toEqual(['ERR_TOO_LARGE']);
    expect(pieces).toBeLessThan(200); // what lies in the buffers of both sides
  });

  test.each([
    ['WeCom', weCom, weCom.encode({ echostr: '1616140317555161061' }), '1616140317555161061'],
    ['WeChat', weChat, weChat.encode({ echostr: '3187466421' }), '3187466421'],
    ['WeCom behind a robot', anyOf(robot, weCom), weCom.encode({ echostr: 'abc' }), 'abc'],
    ['WeChat before a robot', anyOf(weChat, robot), weChat.encode({ echostr: 'abc' }), 'abc'],
  ])('GET with an echostr, %s', async (_, codec, sent, echostr) => {
    expect(sent.method).toBe('GET');
    const seen = await server(codec);
    const { status, body, headers } = await send(protocol, seen.port, sent);
    expect({ status, body, type: headers['content-type'] }).toEqual({
      status: 200,
      body: echostr,
      type: 'text/plain; charset=utf-8',
    });
    const { signature = '', msg_signature = '' } = sent.query;
    const forged = {
      ...sent.query,
      signature: signature.replace(/./g, '0'),
      msg_signature: msg_signature.replace(/./g, '0'),
    };
    expect((await send(protocol, seen.port, { ...sent, query: forged })).status).toBe(400);
    expect(seen).toMatchObject({ events: [], refused: [{}], outcomes: ['done', 'done'], ends: 2 });
  });

  test('GET with an echostr to a platform that has none is refused', async () => {
    const seen = await server(feishu);
    const { status } = await send(protocol, seen.port, { method: 'GET', query: { echostr: 'abc' }, body: null });
    expect(status).toBe(400);
    expect(seen).toMatchObject({ events: [], refused: [{ error: { code: 'ERR_REQUEST' } }] });
  });

  test.each([
    ['a robot', robot],
    ['a robot among others', anyOf(feishu, robot)],
  ])("the console's probe of %s is 200, empty", async (_, codec) => {
    const seen = await server(codec);
    for (const method of ['GET', 'POST']) {
      const { status, headers, body } = await send(protocol, seen.port, { method, body: null });
      expect({ status, body, length: headers['content-length'] }).toEqual({ status: 200, body: '', length: '0' });
    }
    expect(seen).toMatchObject({ events: [], refused: [] });
    expect((await send(protocol, seen.port, { method: 'HEAD', body: null })).status).toBe(405);
    expect((await send(protocol, seen.port, { body: '{}' })).status).toBe(400);
    expect((await send(protocol, seen.port, robot.encode({ msgtype: 'text' }))).status).toBe(200);
    expect(seen.events).toMatchObject([{ platform: 'dingtalk-robot', type: 'text' }]);
  });

  test('a client that is gone while onEvent runs: called once, answered once, no error', async () => {
    const gone = deferred<void>();
    const entered = deferred<void>();
    const seen = await server(feishu, async () => {
      entered.resolve();
      await gone.promise;
    });
    const sent = send(protocol, seen.port, push).catch((error: Error) => error);
    await entered.promise;
    const [socket] = seen.sockets;
    socket?.destroy();
    await setTimeout(20);
    gone.resolve();
    await seen.handled(1);
    expect(await sent).toBeInstanceOf(Error);
    expect(seen).toMatchObject({ events: [{ type: TYPE }], refused: [], outcomes: ['done'], ends: 1 });
  });

  test('a client that is gone before its request is looked at calls nothing', async () => {
    const arrived = deferred<void>();
    const pending = new Readable({ read() {} });
    pending.push('{');
    const seen = await server(feishu, undefined, async (request) => {
      arrived.resolve();
      while (!request.aborted) await setTimeout(5);
    });
    const sent = send(protocol, seen.port, { ...push, body: pending }).catch((error: Error) => error);
    await arrived.promise;
    seen.sockets[0]?.destroy();
    await seen.handled(1);
    expect(await sent).toBeInstanceOf(Error);
    expectNothing(seen);
  });

  describe('errors that are not the sender’s', () => {
    const error = new Error('the database is gone');
    const ours = new CallbackError('ERR_SIGNATURE', 'of another callback, say');
    test.each<[string, Answer, unknown]>([
      [
        'thrown by onEvent',
        () => {
          throw error;
        },
        error,
      ],
      ['of a promise of onEvent', () => Promise.reject(error), error],
      [
        'a CallbackError thrown by onEvent, which is no refusal',
        () => {
          throw ours;
        },
        ours,
      ],
      ['an answer that the platform cannot take', () => 'text', expect.any(TypeError)],
    ])('reject the promise: %s', async (_, answer, expected) => {
      const seen = await server(feishu, answer, () => undefined);
      const sent = send(protocol, seen.port, push).catch(() => undefined);
      await seen.handled(1);
      expect(seen).toMatchObject({ events: [{ type: TYPE }], refused: [], outcomes: [expected], ends: 0 });
      seen.sockets[0]?.destroy();
      await sent;
    });
  });

  describe('readNodeBody', () => {
    const json = (bytes: Buffer) => ({ body: JSON.parse(bytes.toString()) });
    const accepted = async (before: (request: NodeRequest) => unknown, sent: Sent = push): Promise<Received> => {
      const seen = await server(feishu, undefined, before);
      const received = await send(protocol, seen.port, sent);
      expect(seen).toMatchObject({ events: [{ type: TYPE }], refused: [], outcomes: ['done'], ends: 1 });
      return received;
    };

    test.each<[string, (request: NodeRequest) => unknown]>([
      ['bytes in req.rawBody, whatever req.body is', parser((rawBody) => ({ rawBody, body: { parsed: true } }))],
      ['bytes in req.body', parser((body) => ({ body }))],
      ['text in req.body', parser((bytes) => ({ body: bytes.toString() }))],
      ['an unread stream, though body is set', (request) => Object.assign(request, { body: {} })],
      ['an unread stream, though body is another text', (request) => Object.assign(request, { body: '{}' })],
      ['an unread stream that gives text', (request) => void request.setEncoding('utf8')],
      ['an unread stream, though rawBody is no bytes', (request) => Object.assign(request, { rawBody: 'text' })],
    ])('takes %s', async (_, before) => {
      expect((await accepted(before)).body).toBe('{}');
      expect((await accepted(before, { ...push, body: Readable.from([push.body as string]) })).body).toBe('{}');
    });

    test.each<[string, (bytes: Buffer) => object]>([
      ['a parsed object', json],
      ['a parsed object and text beside it', (bytes) => ({ ...json(bytes), rawBody: bytes.toString() })],
      ['nothing', () => ({})],
      ['null', () => ({ body: null })],
    ])('where the stream is gone and %s is left: an error that says where to mount', async (_, parse) => {
      for (const body of [push.body, Readable.from([push.body as string])]) {
        const seen = await server(feishu, undefined, parser(parse));
        const sent = send(protocol, seen.port, { ...push, body }).catch(() => undefined);
        await seen.handled(1);
        expect(seen.outcomes).toEqual([expect.any(TypeError)]);
        expect(String(seen.outcomes[0])).toMatch(
          /must be unread: a body parser has read it .* mount .* in front of the parser/,
        );
        expect(seen).toMatchObject({ events: [], refused: [], ends: 0 });
        seen.sockets[0]?.destroy();
        await sent;
      }
    });

    test('where the stream is gone and nothing was sent: a refusal', async () => {
      for (const body of [null, '', Readable.from([])]) {
        const seen = await server(
          feishu,
          undefined,
          parser(() => ({ body: {} })),
        );
        expect((await send(protocol, seen.port, { ...push, body })).status).toBe(400);
        expect(seen).toMatchObject({ events: [], refused: [{ error: { code: 'ERR_REQUEST' } }], outcomes: ['done'] });
      }
    });

    test('text with half of a surrogate pair is a refusal', async () => {
      const seen = await server(
        feishu,
        undefined,
        parser((bytes) => ({ body: bytes.toString('utf16le') })),
      );
      const body = Buffer.from('{"encrypt":"\ud83d"}', 'utf16le');
      expect((await send(protocol, seen.port, { ...push, body })).status).toBe(400);
      expect(seen).toMatchObject({ events: [], refused: [{ error: { code: 'ERR_REQUEST' } }], outcomes: ['done'] });
      expect(seen.refused[0]?.error.message).toMatch(/half of a surrogate pair/);
    });

    test.each<[string, (request: NodeRequest) => unknown]>([
      ['bytes in req.rawBody', parser(() => ({ rawBody: Buffer.alloc(SMALL + 1) }))],
      ['bytes in req.body', parser(() => ({ body: Buffer.alloc(SMALL + 1) }))],
      ['text in req.body, counted in bytes', parser(() => ({ body: '好'.repeat(SMALL / 3 + 1) }))],
      ['an unread stream that gives text', (request) => void request.setEncoding('latin1')],
    ])('keeps the limit for %s', async (_, before) => {
      const seen = await server(small, undefined, before);
      const body = Readable.from([Buffer.alloc(SMALL / 2 + 1, 0xff)]);
      expect((await send(protocol, seen.port, { ...push, body })).status).toBe(413);
      expect(seen).toMatchObject({ events: [], refused: [{ error: { code: 'ERR_TOO_LARGE' } }], outcomes: ['done'] });
    });
  });
});

describe('HTTP/1 by hand', () => {
  const server = (codec: unknown = feishu, answer?: Answer, before?: (request: NodeRequest) => unknown) =>
    harness('http', codec as CallbackCodec<never, never>, answer, before);
  const ok = (seen: Harness, count = 1) => {
    expect(seen.events.map(({ type }) => type)).toEqual(Array(count).fill(TYPE));
    expect(seen).toMatchObject({ outcomes: Array(count).fill('done'), ends: count });
  };

  test('a body that breaks off calls nothing and is not answered', async () => {
    for (const headers of [{ 'Content-Length': '100000' }, { 'Transfer-Encoding': 'chunked' }]) {
      for (const end of ['destroy', 'resetAndDestroy', 'end'] as const) {
        const seen = await server();
        const client = new RawClient(seen.port);
        const sent = head(push, headers) + ('Content-Length' in headers ? '' : 'ffff\r\n') + push.body;
        await client.write(sent);
        while (seen.sockets[0]?.bytesRead !== Buffer.byteLength(sent)) await setTimeout(1);
        client.socket[end]();
        await seen.handled(1);
        expectNothing(seen);
      }
    }
  });

  test('a body in pieces of one byte', async () => {
    const seen = await server();
    const client = new RawClient(seen.port);
    for (const byte of rawRequest(push)) await client.write(Uint8Array.of(byte));
    expect(await client.response()).toMatchObject({ status: 200, body: '{}' });
    ok(seen);
  });

  test('a body cut inside a Chinese character', async () => {
    const seen = await server(tencent);
    const sent = tencent.encode({ CallbackCommand: 'State.StateChange', 名: '张三' });
    const whole = rawRequest(sent);
    for (let cut = whole.indexOf('名'); cut < whole.length; cut++) {
      const client = new RawClient(seen.port);
      await client.write(whole.subarray(0, cut));
      await setTimeout(2);
      await client.write(whole.subarray(cut));
      expect((await client.response()).status).toBe(200);
    }
    expect(new Set(seen.events.map(({ event }) => (event as { 名: string }).名))).toEqual(new Set(['张三']));
    expect(seen.refused).toEqual([]);
  });

  test('Expect: 100-continue', async () => {
    const seen = await server();
    const client = new RawClient(seen.port);
    await client.write(head(push, { 'Content-Length': `${push.body?.length}`, Expect: '100-continue' }));
    expect((await client.response()).status).toBe(100);
    await client.write(push.body as string);
    expect(await client.response()).toMatchObject({ status: 200, body: '{}' });
    ok(seen);
  });

  test.each([
    ['no Content-Type', {}],
    ['the Content-Type of a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['a Content-Type in another charset', { 'Content-Type': 'text/plain; charset=gbk' }],
  ])('%s changes nothing', async (_, type) => {
    const seen = await server();
    const client = new RawClient(seen.port);
    const { 'Content-Type': _dropped, ...headers } = push.headers;
    await client.write(rawRequest({ ...push, headers: { ...headers, ...type } }));
    expect(await client.response()).toMatchObject({ status: 200, body: '{}' });
    ok(seen);
  });

  test.each<[string, Sent, number]>([
    ['a refusal', forged, 400],
    ['a method that is not allowed, its body unread', { ...push, method: 'PUT' }, 405],
    ['a GET with a body', { ...push, method: 'GET' }, 405],
  ])('an event after %s on the same connection', async (_, first, status) => {
    const seen = await server();
    const client = new RawClient(seen.port);
    await client.write(rawRequest(first));
    expect(await client.response()).toMatchObject({ status, headers: { connection: 'keep-alive' } });
    await client.write(rawRequest(push));
    expect(await client.response()).toMatchObject({ status: 200, body: '{}' });
    // And two at once.
    await client.write(Buffer.concat([rawRequest(first), rawRequest(push)]));
    expect((await client.response()).status).toBe(status);
    expect((await client.response()).status).toBe(200);
    expect(seen.sockets.length).toBe(1);
    expect(seen.events.length).toBe(2);
    expect(seen).toMatchObject({ outcomes: Array(4).fill('done'), ends: 4 });
  });

  test('after 413 the connection is closed: what is left of the body is no request', async () => {
    const seen = await server(small);
    const client = new RawClient(seen.port);
    await client.write(head(push, { 'Content-Length': '100000' }));
    expect(await client.response()).toMatchObject({ status: 413, headers: { connection: 'close' } });
    await client.write(rawRequest(push));
    expect(await client.rest()).toBe('');
    expect(seen).toMatchObject({ events: [], outcomes: ['done'], ends: 1 });
  });

  test('HTTP/1.0, as WeChat’s client speaks it', async () => {
    const seen = await server();
    const client = new RawClient(seen.port);
    await client.write(rawRequest(push, {}, '1.0'));
    const { status, headers, body } = await client.response();
    expect({ status, body, length: headers['content-length'] }).toEqual({ status: 200, body: '{}', length: '2' });
    expect(headers).toMatchObject({ connection: 'close', 'content-type': JSON_TYPE });
    expect(await client.rest()).toBe('');
    ok(seen);
  });

  test('a chunked body with trailers', async () => {
    const seen = await server();
    const client = new RawClient(seen.port);
    const { body, headers } = push;
    const [a, b] = [body?.slice(0, 10), body?.slice(10)] as [string, string];
    const chunks = [a, b].map((part) => `${part.length.toString(16)};name=value\r\n${part}\r\n`).join('');
    await client.write(head({ ...push, headers }, { 'Transfer-Encoding': 'chunked', Trailer: 'X-Lark-Signature' }));
    await client.write(`${chunks}0\r\nX-Lark-Signature: 0\r\n\r\n`);
    expect(await client.response()).toMatchObject({ status: 200, body: '{}' });
    ok(seen);
  });

  test('a response that something has sent already is left alone', async () => {
    const handle = toNodeHandler(feishu, (_, request: IncomingMessage & { response?: NodeResponse }) => {
      (request.response as { end(text: string): void }).end('mine');
    });
    const outcomes: Promise<void>[] = [];
    const { port } = await serve('http', (request, response) => {
      outcomes.push(handle(Object.assign(request as IncomingMessage, { response }), response));
    });
    expect(await send('http', port, push)).toMatchObject({ status: 200, body: 'mine' });
    expect(await Promise.all(outcomes)).toEqual([undefined]);
  });
});

test('HTTP/2: an event after 413 on the same connection, while the rest of the body waits', async () => {
  const seen = await harness('http2', small as never);
  const session = connectHttp2(`http://127.0.0.1:${seen.port}`);
  onTestFinished(() => session.destroy());
  const status = async (body: string | Buffer): Promise<number> => {
    const stream = session.request({ ':method': 'POST', ...push.headers });
    stream.resume().end(body);
    const [headers] = await once(stream, 'response');
    return headers[':status'];
  };
  expect(await status(Buffer.alloc(2_000_000))).toBe(413);
  expect(await status(Buffer.alloc(2_000_000))).toBe(413);
  expect(await status(push.body as string)).toBe(200);
  expect(seen).toMatchObject({ events: [{ type: TYPE }], outcomes: ['done', 'done', 'done'], ends: 3 });
});

test.each([0, 2, 8])('HTTP/2: a body that is reset by code %i calls nothing, whole as it may look', async (code) => {
  const arrived = deferred<unknown>();
  const seen = await harness('http2', tencent as never, undefined, arrived.resolve);
  const sent = tencent.encode({ CallbackCommand: 'State.StateChange' });
  const { open, reset } = http2Frames(pathOf(sent), sent.body as string, code);
  const client = new RawClient(seen.port);
  await client.write(open);
  await arrived.promise;
  await client.write(reset);
  await seen.handled(1);
  expectNothing(seen);
});

describe('next', () => {
  const failing = new Error('the database is gone');
  test.each<[string, () => unknown, unknown]>([
    [
      'what onEvent throws',
      () => {
        throw failing;
      },
      failing,
    ],
    ['what its promise is rejected with', () => Promise.reject(failing), failing],
    [
      'a CallbackError of onEvent',
      () => {
        throw new CallbackError('ERR_OWNER', 'x');
      },
      expect.any(CallbackError),
    ],
    ['an answer that the platform cannot take', () => 'text', expect.any(TypeError)],
  ])('gets %s, and answers', async (_, answer, expected) => {
    const errors: unknown[] = [];
    const refused: unknown[] = [];
    const handle = toNodeHandler(feishu as CallbackCodec, answer, { onRefused: (error) => refused.push(error) });
    const { port } = await serve('http', (request, response) =>
      handle(request, response, (error) => {
        errors.push(error);
        response.statusCode = 500;
        response.end();
      }),
    );
    expect((await send('http', port, push)).status).toBe(500);
    expect({ errors, refused }).toEqual({ errors: [expected], refused: [] });
  });

  test('is not called otherwise: for an event, a refusal, a method, a client that is gone', async () => {
    const errors: unknown[] = [];
    const handle = toNodeHandler(feishu, () => undefined);
    const outcomes: Promise<void>[] = [];
    const { port } = await serve('http', (request, response) => {
      outcomes.push(handle(request, response, (error) => errors.push(['next', error])));
    });
    expect((await send('http', port, push)).status).toBe(200);
    expect((await send('http', port, forged)).status).toBe(400);
    expect((await send('http', port, { method: 'PUT' })).status).toBe(405);
    const client = new RawClient(port);
    await client.write(head(push, { 'Content-Length': '9' }));
    while (outcomes.length < 4) await setTimeout(5);
    client.socket.destroy();
    expect(await Promise.all(outcomes)).toEqual(Array(4).fill(undefined));
    expect(errors).toEqual([]);
  });

  test('gets what onRefused throws, also later', async () => {
    for (const onRefused of [
      () => {
        throw failing;
      },
      async () => setImmediate().then(() => Promise.reject(failing)),
    ]) {
      const errors: unknown[] = [];
      const handle = toNodeHandler(feishu, () => undefined, { onRefused });
      const { port } = await serve('http', (request, response) =>
        handle(request, response, (error) => {
          errors.push(error);
          response.end();
        }),
      );
      await send('http', port, forged);
      expect(errors).toEqual([failing]);
    }
  });
});

describe('a stream in front of which something stands', () => {
  /** A stream of Node's own with the headers of a request. */
  const streamOf = (read: (this: Readable) => void) => Object.assign(new Readable({ read }), { headers: {} });

  test('is read though it was paused', async () => {
    const req = streamOf(function () {
      this.push('body');
      this.push(null);
    });
    req.pause();
    expect(Buffer.from(await readNodeBody(req, SMALL)).toString()).toBe('body');
  });

  test.each<[name: string, how: (req: Readable) => void]>([
    ['an error', (req) => req.destroy(new Error('read ECONNRESET'))],
    ['its end before the end of the body', (req) => req.destroy()],
    ['a reset of HTTP/2', (req) => req.emit('aborted')],
  ])('breaks off by %s, and nothing is taken for a body', async (_, how) => {
    const req = streamOf(() => undefined);
    const reading = readNodeBody(req, SMALL);
    how(req);
    await expect(reading).rejects.not.toBeInstanceOf(CallbackError);
    await expect(reading).rejects.not.toBeInstanceOf(TypeError);
  });
});

describe('by itself', () => {
  test('readNodeBody gives the bytes, up to the limit', async () => {
    const bodies: unknown[] = [];
    const { port } = await serve('http', async (request, response) => {
      bodies.push(await readNodeBody(request, 4).catch((error) => error.code));
      response.end();
    });
    for (const body of ['', '1234', '12345']) await send('http', port, { body });
    expect(bodies).toEqual([new Uint8Array(0), Uint8Array.from(Buffer.from('1234')), 'ERR_TOO_LARGE']);
  });

  test('readNodeBody names what breaks off', async () => {
    const error = deferred<Error>();
    const { port } = await serve('http', (request) => readNodeBody(request, 100).catch(error.resolve));
    const client = new RawClient(port);
    await client.write(head(push, { 'Content-Length': '9' }));
    await setTimeout(20);
    client.socket.destroy();
    expect(String(await error.promise)).toBe('Error: the request broke off before its end');
  });

  test.each([
    ['an error', new Error('the decoder of this stream failed')],
    ['no error', undefined],
  ])('readNodeBody of a stream that is destroyed with %s, and that no server has aborted', async (_, error) => {
    const stream = Object.assign(new Readable({ read() {} }), { headers: {} });
    stream.push('{');
    const body = readNodeBody(stream, 100);
    await setTimeout(5);
    stream.destroy(error);
    await expect(body).rejects.toThrow('the request broke off before its end');
  });

  test('readNodeBody leaves no listener behind', async () => {
    const names: unknown[] = [];
    const { port } = await serve('http', async (request, response) => {
      const before = request.eventNames();
      await readNodeBody(request, 4).catch(() => undefined);
      names.push([before, request.eventNames()]);
      response.end();
    });
    for (const body of ['1234', '12345', Readable.from(['12345'])]) await send('http', port, { body });
    expect(names).toEqual(Array(3).fill([names.flat()[0], names.flat()[0]]));
  });

  test('what is no request or no limit is a TypeError', async () => {
    await expect(readNodeBody(undefined as never, 1)).rejects.toThrow(/^req must be an object/);
    const request = Object.assign(Readable.from(['a']), { headers: {} });
    await expect(readNodeBody(request, '1' as never)).rejects.toThrow(/^maxBodyBytes must be a number/);
    for (const limit of [Number.NaN, 0, -1]) {
      await expect(readNodeBody(request, limit)).rejects.toThrow(new TypeError('maxBodyBytes must be 1 or more'));
    }
    expect(await readNodeBody(request, 1)).toEqual(Uint8Array.of(0x61));
  });

  test.each<[unknown[], RegExp]>([
    [[undefined, () => undefined], /^codec must be an object/],
    [[{}, () => undefined], /^codec must be one of this package$/],
    [[{ ...feishu, maxBodyBytes: Number.NaN }, () => undefined], /^codec must be one of this package$/],
    [[feishu, undefined], /^onEvent must be a function/],
    [[feishu, () => undefined, null], /^options must be an object/],
    [[feishu, () => undefined, { onRefused: 'log' }], /^onRefused must be a function/],
  ])('toNodeHandler of %j is a TypeError at once', (values, message) => {
    expect(() => (toNodeHandler as (...values: unknown[]) => unknown)(...values)).toThrow(message);
  });

  test('a bare createServer takes the handler', async (): Promise<void> => {
    const server = createServer(toNodeHandler(feishu, () => ({ toast: '好' })));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    expect(await send('http', port, push)).toMatchObject({ status: 200, body: '{"toast":"好"}' });
  });
});
