// Code examples of Markdown files and docstrings: found, run against the installed package, their output compared.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import ts from 'typescript';
import { root, runNode } from './installed.ts';

export interface Example {
  /** A file name without extension that says where the example stands. */
  readonly name: string;
  readonly language: string;
  /** From `<!-- test: kind -->` on the line before the block; `run` without one. */
  readonly kind: string;
  /**
   * Of a server: whose callbacks it takes, from `<!-- test: server wecom -->`; `feishu` where it is not said. Of a part of
   * the Redis example the name of its file.
   */
  readonly platform: string;
  readonly code: string;
}

export function markdownExamples(file: string): Example[] {
  const text = readFileSync(join(root, file), 'utf8');
  const blocks = /(?:^[ ]*<!-- test: ([\w-]+)(?: (\w+))? -->\n+)?^([ ]*)```(.*)\n([\s\S]*?)^\3```$/gm;
  return [...text.matchAll(blocks)].map((block) => {
    const [, kind = 'run', platform = 'feishu', indent = '', language = '', code = ''] = block;
    const line = text.slice(0, block.index).split('\n').length;
    const name = `${file.replaceAll('/', '-')}-line-${line}`;
    return { name, language, kind, platform, code: code.replaceAll(`\n${indent}`, '\n') };
  });
}

/** The blocks under `@example` in the comments of src. */
export function docstringExamples(): Example[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const source = readFileSync(join(root, 'src', name), 'utf8');
      return [...source.matchAll(/@example\n \* ```ts\n([\s\S]*?)\n \* ```/g)].map((block) => {
        const [, code = ''] = block;
        const line = source.slice(0, block.index).split('\n').length;
        const text = code.replace(/^ \* ?/gm, '');
        return {
          name: `src-${name.replaceAll('/', '-')}-line-${line}`,
          language: 'ts',
          kind: 'run',
          platform: '',
          code: text,
        };
      });
    });
}

/** Writes the example without its types to where the package is installed. */
export function writeModule(folder: string, { name, code }: Example): string {
  const file = `${name}.mjs`;
  writeFileSync(join(folder, file), transformSync(code, { loader: 'ts', format: 'esm', target: 'node20' }).code);
  return file;
}

/** What is wrong with an example that ends by itself: how it failed, or where it did not print what its comments say. */
export function runExample(folder: string, example: Example, env: Record<string, string>): string[] {
  const { status, stdout, stderr } = runNode(folder, [writeModule(folder, example)], env);
  if (status !== 0 || stderr !== '') return [`exit ${status}: ${stderr}`];
  return differences(example.code, stdout);
}

/**
 * Every `console.log(…);` is followed by a comment that holds what it prints: on its line, or whole lines behind it or
 * behind the statement that it is part of. The comment may go on behind a colon: `console.log(key.length); // 32: AES-256`.
 */
export function differences(code: string, stdout: string): string[] {
  const comments: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node) && /^console\.log\b/.test(node.getText())) {
      let at: ts.Node = node;
      while (commentsAfter(code, at.end).length === 0 && !ts.isSourceFile(at.parent)) at = at.parent;
      const found = commentsAfter(code, at.end);
      comments.push(...(found.length > 0 ? found : [`nothing behind ${node.getText()}`]));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true));
  const printed = stdout === '' ? [] : stdout.trimEnd().split('\n');
  const rows = Array.from({ length: Math.max(comments.length, printed.length) }, (_, i) => [comments[i], printed[i]]);
  return rows
    .filter(([comment, line]) => comment !== line && !(line && comment?.startsWith(`${line}: `)))
    .map(([comment, line]) => `the comment says ${comment}, printed was ${line}`);
}

function commentsAfter(code: string, end: number): string[] {
  const rest = code.slice(end);
  const [, sameLine] = /^[ \t]*\/\/ (.*)/.exec(rest) ?? [];
  if (sameLine !== undefined) return [sameLine];
  const [lines = ''] = /^(?:\n[ \t]*\/\/ .*)*/.exec(rest) ?? [];
  return [...lines.matchAll(/\/\/ (.*)/g)].map(([, comment]) => comment as string);
}

/** Makes `fetch` handlers of Deno, Bun and Workers reachable as a server. */
const serveFetchHandler = (module: string) => `
  import { createServer } from 'node:http';
  import handler from './${module}';
  createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = request.method === 'GET' ? undefined : Buffer.concat(chunks);
    const init = { method: request.method, headers: request.headers, body };
    const answer = await handler.fetch(new Request('http://localhost' + request.url, init));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  }).listen(process.env.PORT);`;

export interface Server {
  readonly origin: string;
  stop(): void;
}

/** Starts an example that serves HTTP on the port in `PORT`, or exports a `fetch` handler, and waits until it listens. */
export async function startServer(folder: string, example: Example, env: Record<string, string>): Promise<Server> {
  let module = writeModule(folder, example);
  if (example.kind === 'fetch-handler') {
    const code = serveFetchHandler(module);
    module = module.replace('.mjs', '-server.mjs');
    writeFileSync(join(folder, module), code);
  }
  const port = await freePort();
  const options = { cwd: folder, env: { ...process.env, ...env, PORT: String(port) } };
  const child = spawn(process.execPath, [module], options);
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  for (const end = Date.now() + 10_000; !(await isListening(port)); ) {
    if (child.exitCode !== null || Date.now() > end) {
      child.kill();
      throw new Error(`the example does not listen on its PORT; exit ${child.exitCode}: ${errors}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { origin: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.end() !== undefined));
    socket.on('error', () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
