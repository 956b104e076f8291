// npm run test:frameworks
// The built handlers in real frameworks: compiled against their own types (types.ts, workers.ts), and mounted in them
// where they belong and behind each body parser, with what a platform and a stranger send. Where a parser has destroyed
// the body, the outcome has to be the error that says where to mount; nothing else may be a 500, and nothing may hang.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';

const here = import.meta.dirname;
const root = join(here, '..', '..');

const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
const installed = join(here, 'node_modules', '.installed');
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) {
  // No optional packages: they are the compilers and image libraries of Next.js, of which only the types are used.
  const options = ['--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', ['ci', ...options], { cwd: here, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('npm ci failed');
  writeFileSync(installed, lock);
}
// So that the frameworks and the package find each other from one folder.
const link = join(here, 'node_modules', 'callback-codec');
rmSync(link, { force: true });
symlinkSync(root, link, 'dir');

let passed = 0;
let failed = 0;
const check = (what, actual, expected) => {
  const isRight = JSON.stringify(actual) === JSON.stringify(expected);
  if (isRight) passed++;
  else failed++;
  if (!isRight) console.log(`${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
};

for (const project of ['tsconfig.json', 'tsconfig.workers.json']) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', project, '--pretty', 'false'], {
    cwd: here,
    encoding: 'utf8',
  });
  check(`types, ${project}`, stdout, '');
}

const { createFeishuCodec } = await import('callback-codec/feishu');
const { toFetchHandler } = await import('callback-codec/fetch');
const { toNodeHandler } = await import('callback-codec/node');
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

/** Serves by `listener` on a free port; each request must come to what is expected. */
async function mount(what, listener, expected) {
  const server = createServer(listener);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  for (const [name, sent] of Object.entries(REQUESTS)) {
    check(`${what}, ${name}`, await outcome(server.address().port, sent), expected[name]);
  }
  server.close();
  server.closeAllConnections();
}

for (const name of ['express-4', 'express-5']) {
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
    ctx.respond = false;
  });
  await mount(`koa, ${what}`, app.callback(), expected);
}

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
  reply.hijack();
  await handle(request.raw, reply.raw);
});
await fastify.ready();
await mount('fastify, its parsers removed', (...parts) => route(...parts), RIGHT);

const { Hono } = await import('hono');
const { getRequestListener } = await import('@hono/node-server');
const hono = new Hono();
hono.post('/callback', (context) => fetchHandle(context.req.raw));
hono.onError((error, context) => {
  errors.push(error);
  return context.body(null, 500);
});
await mount('hono', getRequestListener(hono.fetch), RIGHT);

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
