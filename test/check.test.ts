// `check` as a process: the built file, real servers, real certificates. `npm test` has built it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EXPIRED, GOOD, OTHER } from './internal/cli/check/certificates.ts';
import {
  CASES,
  type Case,
  LAX_EXAMPLE,
  MODES,
  right,
  TRUSTED,
  type Variables,
  withServer,
} from './internal/cli/check/servers.ts';
import { markdownExamples } from './package/examples.ts';
import { manifest, root } from './package/installed.ts';

const cli = join(root, manifest.bin['callback-codec']);
const folder = mkdtempSync(join(tmpdir(), 'callback-codec-'));
afterAll(() => rmSync(folder, { recursive: true }));
const authorities = join(folder, 'authorities.pem');
writeFileSync(authorities, GOOD + EXPIRED + OTHER);

/** Exit code and output. */
function start(args: readonly string[], variables: Variables): Promise<readonly [code: number | null, out: string]> {
  const env = { PATH: process.env.PATH, ...variables };
  const child = spawn(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      out += chunk;
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve([code, out])));
}

const title = (one: Case) => [`${one.platform}: ${one.name}`, one] as const;
const serving = ([platform, variables, answer]: (typeof MODES)[number]): Case => {
  const listener = right(platform, variables, {}, answer);
  return { name: 'right', platform, variables, listener, problems: '', en: '', zh: '' };
};

describe('the process', () => {
  it.each(MODES.map(serving).map(title))('%s is right: exit code 0', async (_, one) => {
    const [code, out] = await withServer(one, (args) => start(args, one.variables));
    expect([code, out]).toEqual([0, expect.stringMatching(/\nNothing forged was accepted\.\n$/)]);
  });

  it.each(CASES.map(title))('%s: its exit code, and why', async (_, one) => {
    const [code, out] = await withServer(one, (args) => start(args, one.variables));
    expect([code, out]).toEqual([one.code ?? 1, expect.stringContaining(one.en)]);
  });

  it.each(TRUSTED.map(title))('%s, where the authority is trusted', async (_, one) => {
    const variables = { ...one.variables, NODE_EXTRA_CA_CERTS: authorities };
    for (const [locale, words] of [['C', one.en] as const, ['zh_CN.UTF-8', one.zh] as const]) {
      const [code, out] = await withServer(one, (args) => start(args, { ...variables, LC_ALL: locale }));
      expect([code, out]).toEqual([one.code ?? 1, expect.stringContaining(words)]);
    }
    const [, out] = await withServer(one, (args) => start([...args, '--json'], variables));
    const steps = out.split('\n').slice(1, -2);
    const problems = steps.map((line) => JSON.parse(line)).filter(({ problem }) => problem !== undefined);
    expect(problems.map(({ step, problem }) => `${step}:${problem}`).join(' ')).toBe(one.problems);
  });

  it('is exit code 2 without a URL', async () => {
    expect((await start(['check', 'trtc'], { TRTC_KEY: '123654' }))[0]).toBe(2);
  });
});

describe('what the documents show', () => {
  const examples = ['README.md', 'README.zh-CN.md'].flatMap((file) =>
    markdownExamples(file)
      .filter(({ kind }) => kind === 'check')
      .map(({ platform, code }) => [file, platform, code] as const),
  );

  it('is a server that is right, and a lax one', () => {
    expect(examples.map(([, which]) => which)).toEqual(['right', 'lax', 'right', 'lax']);
  });

  /** How long it took is another time each time. */
  const timeless = (out: string) => out.replace(/\d+ (ms|毫秒)/g, '3 $1').replace(/localhost:\d+/, 'localhost:3000');

  it.each(examples)('%s, %s: what is printed', async (file, which, code) => {
    const { variables } = LAX_EXAMPLE;
    const listener = which === 'right' ? right('feishu', variables) : LAX_EXAMPLE.listener;
    const locale = { LC_ALL: file.includes('zh-CN') ? 'zh_CN.UTF-8' : 'C' };
    const one = { ...LAX_EXAMPLE, listener, url: 'http://localhost:0/feishu' } as Case;
    const [, out] = await withServer(one, (args) => start(args, { ...variables, ...locale }));
    expect(timeless(code)).toBe(timeless(out));
  });
});
