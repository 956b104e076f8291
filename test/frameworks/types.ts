// The handlers in the hands of each framework, by the framework's own types and without a cast. Compiled, never run.
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createHttp2Server, type Http2ServerRequest } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { createDingTalkCodec } from 'callback-codec/dingtalk';
import { createFeishuCodec } from 'callback-codec/feishu';
import { toFetchHandler } from 'callback-codec/fetch';
import { readNodeBody, toNodeHandler } from 'callback-codec/node';
import express4, { type Request as Express4Request } from 'express-4';
import express5, { type Request as Express5Request } from 'express-5';
import Fastify, { type FastifyRequest } from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import type { NextApiRequest, NextApiResponse } from 'next';
import type { NextRequest } from 'next/server.js';

const codec = createFeishuCodec<{ 'im.message.receive_v1': { message: { chat_id: string } } }>({
  encryptKey: 'test key',
});
const dingTalk = createDingTalkCodec({ token: 't', encodingAesKey: 'k', ownerKey: 'o' });
const handle = toNodeHandler(codec, ({ event }) => ({ toast: event.message.chat_id }));

createServer(handle);
createServer(toNodeHandler(codec, (_message, request: IncomingMessage) => console.log(request.socket.remoteAddress)));
createHttpsServer({}, handle);
createHttp2Server(handle);
createHttp2Server(
  toNodeHandler(dingTalk, (_message, request) => console.log((request satisfies Http2ServerRequest).stream.id)),
);

const four = express4();
four.post('/feishu', handle);
four.use('/feishu', handle);
four.all(
  '/dingtalk',
  toNodeHandler(dingTalk, (_message, request: Express4Request) => console.log(request.ip)),
);
four.post('/body', (request, _response, next) => {
  readNodeBody(request, 1_048_576).then((bytes: Uint8Array) => console.log(bytes), next);
});

const five = express5();
five.post('/feishu', handle);
five.use('/feishu', handle);
five.all(
  '/dingtalk',
  toNodeHandler(dingTalk, (_message, request: Express5Request) => console.log(request.ip)),
);
five.use(express5.json({ verify: (request, _response, bytes) => Object.assign(request, { rawBody: bytes }) }), handle);

new Koa().use(async (ctx) => {
  await handle(ctx.req, ctx.res);
});

const fastify = Fastify();
fastify.post('/feishu', async (request: FastifyRequest, reply) => {
  await handle(request.raw, reply.raw);
  reply.hijack();
});
const fastify2 = Fastify({ http2: true });
fastify2.post('/feishu', async (request, reply) => {
  await handle(request.raw, reply.raw);
  reply.hijack();
});

export default async function apiRoute(request: NextApiRequest, response: NextApiResponse): Promise<void> {
  await handle(request, response);
}

const fetchHandle = toFetchHandler(codec, ({ event }, request) => {
  console.log((request satisfies Request).headers.get('x-request-id'));
  return { toast: event.message.chat_id };
});
export const POST: (request: NextRequest) => Promise<Response> = fetchHandle;
new Hono().post('/feishu', (context) => fetchHandle(context.req.raw));
export const deno: { fetch(request: Request): Promise<Response> } = { fetch: fetchHandle };

// What must not compile.
// @ts-expect-error a text is no answer of Feishu's
toNodeHandler(codec, () => 'text');
// @ts-expect-error an object is no answer of DingTalk's
toFetchHandler(dingTalk, () => ({ toast: '' }));
// @ts-expect-error there is no such field in this event
toNodeHandler(codec, ({ event }) => console.log(event.sender));
// @ts-expect-error a Fetch handler is no listener of node:http
createServer(fetchHandle);
