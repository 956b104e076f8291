// The built handlers in real frameworks, mounted where they belong and behind each body parser, with what a platform and a
// stranger send. Where a parser has destroyed the body, the outcome has to be the error that says where to mount; nothing
// else may be a 500, and nothing may hang.
import { createServer, request } from 'node:http';
import { createFeishuCodec } from 'callback-codec/feishu';
import { toFetchHandler } from 'callback-codec/fetch';
import { toNodeHandler } from 'callback-codec/node';

const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
const { headers, body } = codec.encode({ schema: '2.0', header: { event_type: 'im.message.receive_v1' }, event: {} });
const { 'Content-Type': json, ...signed } = headers;
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const TEXT = { 'Content-Type': 'text/plain; charset=utf-16' };
const JSON_TYPE = { 'Content-Type': json };

/** What is sent: headers and body. A body in a list is sent without Content-Length. */
const REQUESTS = {
  event: [{ ...signed, ...JSON_TYPE }, body],
  chunked: [{ ...signed, ...JSON_TYPE }, [body.slice(0, 30), body.slice(30)]],
  untyped: [signed, body],
  form: [{ ...signed, ...FORM }, body],
  forged: [{ ...signed, ...JSON_TYPE, 'X-Lark-Signature': '0'.repeat(64) }, body],
  charset: [{ ...signed, ...TEXT }, body],
  empty: [{ ...signed, ...JSON_TYPE }, ''],
  nothing: [{ ...signed, ...JSON_TYPE }, []],
  long: [{ ...signed, ...JSON_TYPE }, 'x'.repeat(2_000_000)],
};
const EVENTS = { event: 'event', chunked: 'event', untyped: 'event', form: 'event', charset: 'event' };
const REFUSED = { forged: 400, empty: 400, nothing: 400, long: 413 };
const RIGHT = { ...EVENTS, ...REFUSED };
/** Behind a parser of JSON: what it took is gone, all else arrives. */
const MISPLACED = { ...RIGHT, event: 'mount', chunked: 'mount', forged: 'mount' };

let events = 0;
let errors = [];
const onEvent = () => {
  events++;
};
const handle = toNodeHandler(codec, onEvent);
const fetchHandle = toFetchHandler(codec, onEvent);

/** Status of the response, 'event' for the right answer to one, or what became of the request. */
function send(port, [headers, body]) {
  return new Promise((resolve) => {
    const options = {
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: '/callback',
      headers,
      agent: false,
      timeout: 5000,
    };
    const outgoing = request(options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
    });
    outgoing.on('timeout', () => outgoing.destroy(resolve({ status: 'hangs' })));
    outgoing.on('error', ({ code }) => resolve({ status: code }));
    if (!Array.isArray(body)) return outgoing.end(body);
    outgoing.flushHeaders();
    for (const part of body) outgoing.write(part);
    outgoing.end();
  });
}

async function outcome(port, sent) {
  events = 0;
  errors = [];
  const { status, text } = await send(port, sent);
  if (errors.some((error) => /mount the handler in front of the parser/.test(error?.message))) return 'mount';
  return status === 200 && text === '{}' && events === 1 ? 'event' : status;
}

/** `check(what, problem)` counts. */
export async function checkParsers(check) {
  /** Serves by `listener` on a free port; each request must come to what is expected. */
  const mount = async (what, listener, expected) => {
    const server = createServer(listener);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    for (const [name, sent] of Object.entries(REQUESTS)) {
      const actual = await outcome(server.address().port, sent);
      check(`${what}, ${name}`, actual === expected[name] ? '' : `${actual}, not ${expected[name]}`);
    }
    server.close();
    server.closeAllConnections();
  };
  for (const name of ['express-4', 'express-5']) await mountExpress(mount, name);
  await mountKoa(mount);
  await mountFastify(mount);
  await mountHono(mount);
}

async function mountExpress(mount, name) {
  const { default: express } = await import(name);
  const every = { type: () => true, limit: '4mb' };
  const verify = (request, _response, bytes) => Object.assign(request, { rawBody: bytes });
  const mounted = (...before) => {
    const app = express();
    for (const middleware of before) app.use(middleware);
    app.post('/callback', handle);
    app.use(express.json());
    app.use((error, _request, response, _next) => {
      errors.push(error);
      response.status(error.status ?? 500).end();
    });
    return app;
  };
  await mount(`${name}, in front of the parser`, mounted(), RIGHT);
  await mount(`${name}, behind raw()`, mounted(express.raw(every)), RIGHT);
  // The client says utf-16, the parser believes it, and what it makes of it is no more what was signed.
  await mount(`${name}, behind text()`, mounted(express.text(every)), { ...RIGHT, charset: 400 });
  await mount(`${name}, behind json({ verify })`, mounted(express.json({ verify, limit: '4mb' })), {
    ...RIGHT,
    long: 400,
  });
  await mount(`${name}, behind json()`, mounted(express.json()), MISPLACED);
  await mount(`${name}, behind urlencoded()`, mounted(express.urlencoded({ extended: false })), {
    ...RIGHT,
    form: 'mount',
  });
}

async function mountKoa(mount) {
  const { default: Koa } = await import('koa');
  const { default: bodyParser } = await import('koa-bodyparser');
  for (const [what, before, expected] of [
    ['alone', [], RIGHT],
    ['behind koa-bodyparser', [bodyParser()], { ...MISPLACED, form: 'mount' }],
  ]) {
    const app = new Koa();
    app.silent = true;
    app.on('error', (error) => errors.push(error));
    for (const middleware of before) app.use(middleware);
    app.use(async (ctx) => {
      await handle(ctx.req, ctx.res);
    });
    await mount(`koa, ${what}`, app.callback(), expected);
  }
}

async function mountFastify(mount) {
  const { default: Fastify } = await import('fastify');
  let route;
  const serverFactory = (handler) => {
    route = handler;
    return createServer(handler);
  };
  const fastify = Fastify({ serverFactory });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
  fastify.post('/callback', async (request, reply) => {
    await handle(request.raw, reply.raw);
    reply.hijack();
  });
  await fastify.ready();
  await mount('fastify, its parsers removed', (...parts) => route(...parts), RIGHT);
}

async function mountHono(mount) {
  const { Hono } = await import('hono');
  const { getRequestListener } = await import('@hono/node-server');
  const hono = new Hono();
  hono.post('/callback', (context) => fetchHandle(context.req.raw));
  hono.onError((error, context) => {
    errors.push(error);
    return context.body(null, 500);
  });
  await mount('hono', getRequestListener(hono.fetch), RIGHT);
}
