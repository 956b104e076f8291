// npm run test:frameworks -- --sabotage: what goes wrong without the one switch that matters in each framework, as
// docs/frameworks.md says, and two faults of any server: a wrong secret, and a parser in front that serialises again what
// it has parsed. Each is planted in a copy of the example, and must be seen where it is said.
//   edits   [file, text, what it is replaced with]
//   at      the check that must fail: script and mount if there are several, platform, request; or `build`, `start`
//   says    what is said of it
const OPEN = (name) => `const app = new ${name}();`;
const reserialise = 'request.rawBody = Buffer.from(JSON.stringify(JSON.parse(bytes)))';

/** Where each calls `onEvent`: what that throws is a 500, and never a request that hangs or a server that ends. */
const THROWING = {
  'express-4': 'server.mjs',
  'express-5': 'server.mjs',
  fastify: 'server.mjs',
  koa: 'server.mjs',
  'hono-node': 'server.mjs',
  next: 'app/edge/[platform]/route.js',
  'nest-express': 'src/main.ts',
  'nest-fastify': 'src/main.ts',
  h3: 'server.mjs',
  nitro: 'routes/[platform].ts',
  egg: 'app/router.js',
  midway: 'src/configuration.ts',
  'hono-bun': 'server.ts',
  elysia: 'server.ts',
  bun: 'server.ts',
  deno: 'server.ts',
  workers: 'worker.js',
};
const LOGS = 'console.log(message.platform, message.type)';
const THROWS = '{\n  throw new Error(message.type);\n}';

export const PLANTS = [
  ...Object.entries(THROWING).map(([example, file]) => ({
    example,
    what: 'an error in onEvent',
    edits: [[file, LOGS, THROWS]],
    ...(example === 'next' ? { mount: '/edge', at: '/edge, feishu, event' } : { at: 'feishu, event' }),
    says: /^500, not 200/,
  })),
  {
    example: 'node-http',
    what: 'an error in onEvent',
    edits: [['server.mjs', LOGS, THROWS]],
    at: 'feishu, stale', // the server is still there after the first
    says: /^500, not 200/,
  },
  {
    example: 'node-http',
    what: 'a wrong secret',
    secrets: { FEISHU_ENCRYPT_KEY: 'Test key', WECOM_TOKEN: 'qDG6eK' },
    at: 'wecom, verification',
    says: /^400, not 200$/,
  },
  {
    example: 'node-http',
    what: 'an error in onEvent, and nobody to take it',
    edits: [
      ['server.mjs', LOGS, THROWS],
      ['server.mjs', 'handle(request, response, () => answer(500));', 'handle(request, response);'],
    ],
    at: 'feishu, stale', // the server is gone since the first event
    says: /^ECONNREFUSED, not 200$/,
  },
  ...['express-4', 'express-5'].flatMap((example) => [
    {
      example,
      what: 'the parser in front',
      edits: [['server.mjs', 'const app = express();', 'const app = express();\napp.use(express.json());']],
      at: 'feishu, event',
      says: /^500, not 200.*mount the handler/s,
    },
    {
      example,
      script: 'start:behind-parser',
      what: 'a parser that keeps no bytes',
      edits: [['behind-parser.mjs', "express.json({ limit: '1mb', verify: keepBytes })", 'express.json()']],
      at: 'behind-parser, feishu, event',
      says: /^500, not 200.*mount the handler/s,
    },
    {
      example,
      script: 'start:behind-parser',
      what: 'a parser that serialises again',
      edits: [['behind-parser.mjs', 'request.rawBody = bytes', reserialise]],
      at: 'behind-parser, feishu, escapes',
      says: /^400, not 200$/,
    },
    {
      example,
      script: 'start:behind-parser',
      what: 'a parser with its own limit',
      edits: [['behind-parser.mjs', "limit: '1mb', verify", 'verify']],
      at: 'behind-parser, feishu, over 100 kB',
      says: /^413, not 200/,
    },
  ]),
  {
    example: 'fastify',
    what: 'an error in onEvent behind hijack()',
    edits: [
      ['server.mjs', LOGS, THROWS],
      [
        'server.mjs',
        'await handle(request.raw, reply.raw);',
        'reply.hijack();\n      await handle(request.raw, reply.raw);',
      ],
    ],
    at: 'feishu, event',
    says: /^hangs, not 200$/,
  },
  {
    example: 'fastify',
    what: 'no parser that reads nothing',
    edits: [['server.mjs', "callbacks.addContentTypeParser('*', (_request, _payload, done) => done(null));", '']],
    at: 'feishu, event',
    says: /^415, not 200/,
  },
  {
    example: 'fastify',
    what: 'the parser of JSON left in place',
    edits: [['server.mjs', 'callbacks.removeAllContentTypeParsers();', '']],
    at: 'feishu, event',
    says: /^500, not 200.*mount the handler/s,
  },
  {
    example: 'koa',
    what: 'the parser in front',
    edits: [['server.mjs', OPEN('Koa'), `${OPEN('Koa')}\napp.use(bodyParser());`]],
    at: 'feishu, event',
    says: /^500, not 200/,
  },
  ...[
    ['hono-node', 'server.mjs'],
    ['hono-bun', 'server.ts'],
  ].map(([example, file]) => ({
    example,
    what: 'a middleware that reads the body',
    edits: [
      [
        file,
        OPEN('Hono'),
        `${OPEN('Hono')}\napp.use(async (c, next) => {\n  await c.req.text();\n  await next();\n});`,
      ],
    ],
    at: 'feishu, event',
    says: /^500, not 200/,
  })),
  {
    example: 'next',
    mount: '/api',
    what: 'the pages API with its body parser',
    edits: [['pages/api/[platform].js', 'export const config = { api: { bodyParser: false } };', '']],
    at: '/api, feishu, event',
    says: /^500, not 200/,
  },
  {
    example: 'next',
    what: 'codecs made when the file is read',
    edits: [
      ['app/node/[platform]/route.js', 'feishu: () =>', 'feishu:'],
      ['app/node/[platform]/route.js', 'createCodec()', 'createCodec'],
    ],
    at: 'build',
    says: /encryptKey/,
  },
  {
    example: 'nest-express',
    what: 'an answer that a method of @Post() returns',
    edits: [
      ['src/main.ts', 'import { All,', 'import { Post,'],
      ['src/main.ts', '@All(', '@Post('],
      ['src/main.ts', ', @Res() response: Response', ''],
      ['src/main.ts', 'await handle(request, response);', 'return request.body;'],
    ],
    at: 'feishu, event',
    says: /^201, not 200/,
  },
  {
    example: 'nest-express',
    what: 'no rawBody',
    edits: [['src/main.ts', '{ rawBody: true }', '{}']],
    at: 'feishu, event',
    says: /^500, not 200/,
  },
  {
    example: 'nest-express',
    what: "the parser's own limit",
    edits: [['src/main.ts', "app.useBodyParser('json', { limit: '1mb' });", '']],
    at: 'feishu, over 100 kB',
    says: /^413, not 200/,
  },
  {
    example: 'nest-fastify',
    what: 'a route instead of app.use',
    edits: [
      [
        'src/main.ts',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it stands so in the example
        'app.use(`/${name}`, handle);',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the same
        'app.getHttpAdapter().getInstance().all(`/${name}`, (request, reply) => {\n  return handle(request.raw, reply.raw).then(() => reply.hijack());\n});',
      ],
    ],
    at: 'feishu, event',
    says: /^500, not 200/,
  },
  {
    example: 'h3',
    what: 'a body that was read',
    edits: [
      [
        'server.mjs',
        '(event) => handle(event.req)',
        'async (event) => {\n  await event.req.text();\n  return handle(event.req);\n}',
      ],
    ],
    at: 'feishu, event',
    says: /^500, not 200/,
  },
  {
    example: 'nitro',
    what: 'a body that was read',
    edits: [
      ['routes/[platform].ts', 'defineHandler((event)', 'defineHandler(async (event)'],
      ['routes/[platform].ts', 'return handle(event.req)', 'await event.req.text();\n  return handle(event.req)'],
    ],
    at: 'feishu, event',
    says: /^500, not 200/,
  },
  {
    example: 'egg',
    what: 'the body parser',
    edits: [['config/config.default.js', 'bodyParser: { ignore: callbacks },', '']],
    at: 'feishu, event',
    says: /^500, not 200/,
  },
  {
    example: 'egg',
    what: 'the check of CSRF tokens',
    edits: [['config/config.default.js', 'security: { csrf: { ignore: callbacks } },', '']],
    at: 'feishu, event',
    says: /^403, not 200/,
  },
  {
    example: 'midway',
    what: 'behind the body parser',
    edits: [['src/configuration.ts', 'insertFirst', 'insertLast']],
    at: 'feishu, event',
    says: /^500, not 200/,
  },
  {
    example: 'elysia',
    what: 'a hook that looks at the body, for which Elysia parses it',
    edits: [
      ['server.ts', OPEN('Elysia'), `${OPEN('Elysia')}\napp.onBeforeHandle(({ body }) => console.log(typeof body));`],
      ['server.ts', ", { parse: 'none' }", ''],
    ],
    at: 'feishu, event',
    says: /^500, not 200/,
  },
  {
    example: 'deno',
    what: 'no permission to read the environment',
    edits: [['package.json', ' --allow-env', '']],
    at: 'start',
    says: /env access/,
  },
  {
    example: 'serverless',
    script: 'lambda-rest-api',
    what: 'base64 taken for text',
    edits: [['lambda-rest-api.mjs', "isBase64Encoded ? 'base64' : 'utf8'", "'utf8'"]],
    at: 'lambda-rest-api, feishu, untyped',
    says: /^400, not 200$/,
  },
  {
    example: 'serverless',
    script: 'lambda-alb',
    what: 'parameters encoded twice',
    edits: [
      [
        'lambda-alb.mjs',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it stands so in the example
        'Object.entries(queryStringParameters).map(([name, value]) => `${name}=${value}`)',
        '[new URLSearchParams(queryStringParameters)]',
      ],
    ],
    at: 'lambda-alb, dingtalk, nonce',
    says: /^400, not 200$/,
  },
];
