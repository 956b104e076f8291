// The command as a process: the built file, real HTTP, real signals. `npm test` has built it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createFeishuCodec } from '../src/feishu.ts';
import { bodyOf } from './helpers.ts';
import { manifest, root } from './package/installed.ts';

const cli = join(root, manifest.bin['callback-codec']);
const environment = { PATH: process.env.PATH, FEISHU_ENCRYPT_KEY: 'test key', FEISHU_VERIFICATION_TOKEN: 'v-token' };
const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
const push = codec.encode({ schema: '2.0', header: { event_type: 'im.message' }, event: {} });

function run(
  args: readonly string[],
  input = '',
  env: object = environment,
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    input,
    env: { ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const curl = `curl 'https://a.example/feishu' ${Object.entries(push.headers)
  .map(([name, value]) => `-H '${name}: ${value}'`)
  .join(' ')} --data-raw '${push.body}'`;

describe('the process', () => {
  it('ends with 0, 1 and 2', () => {
    expect(run(['--version'])).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
    expect(run(['explain', 'feishu'], curl)).toMatchObject({ status: 0, stderr: '' });
    const swapped = { ...environment, FEISHU_ENCRYPT_KEY: 'v-token', FEISHU_VERIFICATION_TOKEN: 'test key' };
    const { status, stdout, stderr } = run(['explain', 'feishu'], curl, swapped);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain('secret-swapped (proven)');
    expect(run(['explain', 'feishu'], curl, { ...swapped, LC_ALL: 'zh_CN.UTF-8' }).stdout).toMatch(/已拒绝.*\n.*互换/);
    expect(run([])).toMatchObject({ status: 2, stdout: '' });
    expect(run(['explain', 'feishu', '--token', 'x'])).toMatchObject({ status: 2, stdout: '' });
  });

  it('is the source, too', async () => {
    const [argv, exitCode, written] = [process.argv, process.exitCode, vi.spyOn(process.stdout, 'write')];
    const texts: unknown[] = [];
    written.mockImplementation((text) => texts.push(text) > 0);
    process.argv = ['node', 'cli', '--version'];
    try {
      await import('../src/cli.ts');
      expect([process.exitCode, texts]).toEqual([0, [`${manifest.version}\n`]]);
      process.emit('SIGTERM', 'SIGTERM');
      process.emit('SIGINT', 'SIGINT');
      for (const stream of [process.stdout, process.stderr]) {
        const listener = stream.listeners('error').at(-1) as (error: Error) => void;
        expect(() => listener(Object.assign(new Error('read enough'), { code: 'EPIPE' }))).not.toThrow();
        expect(() => listener(new Error('full'))).toThrow('full');
        stream.off('error', listener);
      }
    } finally {
      written.mockRestore();
      Object.assign(process, { argv, exitCode });
    }
  });

  it('ends as it would have ended where nobody reads what it says', async () => {
    const swapped = { ...environment, FEISHU_ENCRYPT_KEY: 'v-token', FEISHU_VERIFICATION_TOKEN: 'test key' };
    const child = spawn(process.execPath, [cli, 'explain', 'feishu'], { env: { ...swapped } });
    let complaints = '';
    child.stderr.on('data', (chunk) => {
      complaints += chunk;
    });
    child.stdout.destroy();
    child.stdin.end(curl);
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
    expect(complaints).toBe('');
  });

  it('starts by its name, as npx starts it', () => {
    const { status, stdout } = spawnSync(cli, ['--help'], { env: { ...environment }, encoding: 'utf8' });
    expect([status, stdout.split('\n')[0]]).toEqual([0, expect.stringContaining('callback-codec listen')]);
  });

  /** Its error output, from which its port is read. */
  async function portOf({ stderr }: ChildProcess): Promise<number> {
    let text = '';
    for await (const chunk of stderr as AsyncIterable<Buffer>) {
      text += chunk;
      const [, port] = /localhost:(\d+)\/feishu.*\n.*\n/s.exec(text) ?? [];
      if (port !== undefined) return Number(port);
    }
    return expect.fail(`it ended: ${text}`);
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('listens until %s', async (signal) => {
    const child = spawn(process.execPath, [cli, 'listen', 'feishu', '--port', '0', '--json'], {
      env: { ...environment },
    });
    const closed = new Promise((resolve) => child.on('close', (code, killed) => resolve([code, killed])));
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    const port = await portOf(child);
    const { headers } = push;
    const right = await fetch(`http://localhost:${port}/feishu`, { method: 'POST', headers, body: push.body });
    expect([right.status, await right.text()]).toEqual([200, '{}']);
    const wrong = await fetch(`http://localhost:${port}/feishu`, {
      method: 'POST',
      headers,
      body: bodyOf(push).replace(':', ': '),
    });
    expect([wrong.status, await wrong.text()]).toEqual([400, '']);
    const taken = run(['listen', 'feishu', '--port', String(port)]);
    expect(taken).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('in use') });
    child.kill(signal);
    expect(await closed).toEqual([0, null]);
    const [first, second] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({ path: '/feishu', accepted: true, kind: 'event', type: 'im.message', findings: [] });
    expect(second).toMatchObject({
      accepted: false,
      code: 'ERR_SIGNATURE',
      findings: [{ id: 'body-reserialised', certainty: 'proven' }],
    });
  });
});
