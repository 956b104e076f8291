// The folders of examples/, and how they are run: by the `start` script of their package.json, behind its `build` if it has
// one, with the secrets and PORT in the environment.
//   quick    in the default set, which .ci/run runs; `--all` runs the rest
//   starts   each script that starts it, and the requests that its framework refuses by a page of its own: of those the
//            status alone counts
//   mounts   where its callbacks are, with no slash at the end; '' is /feishu, /dingtalk and so on
//   engine   what runs it, of those of test/runtimes; this Node where it is not said
//   through  a program of this folder that runs its functions
//   chunked  the mounts whose framework drops Content-Length
const behindParser = { start: [], 'start:behind-parser': ['not JSON', 'over the limit'] };

export const EXAMPLES = [
  { name: 'node-http', quick: true },
  { name: 'express-4', quick: true, starts: behindParser },
  { name: 'express-5', quick: true, starts: behindParser },
  { name: 'fastify', quick: true },
  { name: 'koa', quick: true },
  { name: 'hono-node', quick: true },
  { name: 'next', quick: true, mounts: ['/edge', '/node', '/api'], chunked: ['/edge', '/node'] },
  { name: 'nest-express', starts: { start: ['not JSON', 'over the limit'] } },
  { name: 'nest-fastify' },
  { name: 'h3' },
  { name: 'nitro' },
  { name: 'egg' },
  { name: 'midway' },
  { name: 'hono-bun', engine: 'Bun' },
  { name: 'elysia', engine: 'Bun' },
  { name: 'bun', engine: 'Bun' },
  { name: 'deno', engine: 'Deno' },
  { name: 'workers', engine: 'Node 22', starts: { start: [], 'start:nodejs-compat': [] } },
  {
    name: 'serverless',
    through: 'gateway.mjs',
    starts: { 'lambda-rest-api': [], 'lambda-http-api': [], 'lambda-alb': [], 'alibaba-fc': [], 'tencent-scf': [] },
  },
].map((example) => ({ starts: { start: [] }, mounts: [''], chunked: [], ...example }));
