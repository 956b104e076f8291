// The command in this process: what it reads, says and answers. test/cli.test.ts starts it as a process.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, ServerResponse } from 'node:http';
import { type AddressInfo, connect, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createDingTalkCodec } from '../../../src/dingtalk.ts';
import { explainTrtc } from '../../../src/explain.ts';
import { createFeishuCodec } from '../../../src/feishu.ts';
import { problemOf } from '../../../src/internal/cli/listen.ts';
import { platforms, readOptions } from '../../../src/internal/cli/platforms.ts';
import { languageOf, TEXTS } from '../../../src/internal/cli/texts.ts';
import { createWeComCodec } from '../../../src/wecom.ts';
import { ALL } from '../../explain/breakages.ts';
import { bodyOf, DINGTALK } from '../../helpers.ts';
import { invoke, type Running, start } from './invoke.ts';

const folder = mkdtempSync(join(tmpdir(), 'callback-codec-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FEISHU = { FEISHU_ENCRYPT_KEY: 'test key', FEISHU_VERIFICATION_TOKEN: 'v-token' };
const DING = {
  DINGTALK_TOKEN: DINGTALK.token,
  DINGTALK_AES_KEY: DINGTALK.encodingAesKey,
  DINGTALK_OWNER_KEY: `other,${DINGTALK.ownerKey}`,
};
const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
const push = codec.encode({
  schema: '2.0',
  header: { event_id: 'e-1', event_type: 'im.message' },
  event: { a: '\x1b[2J你' },
});

/** As a server prints it. */
function raw({ headers, query, body, method }: ReturnType<typeof codec.encode>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} /x?${new URLSearchParams(query)} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
}

describe('the platforms', () => {
  it('are all that explain has, with options that the codecs take', () => {
    expect(Object.keys(platforms).sort()).toEqual([...new Set(ALL.map(({ platform }) => platform))].sort());
    for (const subject of ALL) {
      const platform = platforms[subject.platform] as (typeof platforms)[string];
      const environment = Object.fromEntries(
        platform.variables.map(({ option, variable }) => [variable, String(subject.secrets[option] ?? '')]),
      );
      const { options, missing } = readOptions(platform, environment);
      expect({ options, missing }).toEqual({ options: subject.secrets, missing: [] });
      expect(platform.create(options).maxBodyBytes).toBe(1_048_576);
      for (const { variable } of platform.variables) expect(TEXTS.en.help).toContain(variable);
    }
  });

  it('take an empty receiveId, and lists', () => {
    const wecom = platforms.wecom as (typeof platforms)[string];
    const environment = { WECOM_TOKEN: 't', WECOM_AES_KEY: 'k' };
    expect(readOptions(wecom, environment).missing).toEqual(['WECOM_RECEIVE_ID']);
    expect(readOptions(wecom, { ...environment, WECOM_RECEIVE_ID: '' }).options).toEqual({
      token: 't',
      encodingAesKey: 'k',
      receiveId: '',
    });
    expect(readOptions(wecom, { ...environment, WECOM_RECEIVE_ID: 'a,b' }).options).toMatchObject({
      receiveId: ['a', 'b'],
    });
  });
});

describe('the language', () => {
  it.each([
    [{}, 'en'],
    [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
    [{ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'en_US' }, 'en'],
    [{ LANG: 'en_US', LC_MESSAGES: '', LC_ALL: 'zh_TW' }, 'zh'],
    [{ LANG: 'C' }, 'en'],
  ])('%j is %s', (environment, language) => expect(languageOf(environment)).toBe(language));

  it('has the same texts in both, and help that fits a screen', () => {
    expect(Object.keys(TEXTS.zh)).toEqual(Object.keys(TEXTS.en));
    for (const { help } of Object.values(TEXTS)) {
      const lines = help.split('\n');
      expect(lines.length).toBeLessThanOrEqual(24);
      // A Han character takes two columns.
      for (const line of lines) expect(line.replace(/[^\0-\x7f]/g, '__').length, line).toBeLessThanOrEqual(80);
    }
  });
});

describe('usage', () => {
  it.each([['--help'], ['-h'], ['explain', '--help']])('%s %s', async (...args) => {
    expect(await invoke(args.filter((arg) => arg !== undefined))).toEqual({ code: 0, out: TEXTS.en.help, err: '' });
  });

  it('--version', async () => {
    expect(await invoke(['--version'])).toEqual({ code: 0, out: '1.2.3\n', err: '' });
    expect((await invoke(['--help'], { LANG: 'zh_CN' })).out).toBe(TEXTS.zh.help);
  });

  it.each([
    [[], 'Say listen, explain or check'],
    [['run'], 'run is no command'],
    [['toString'], 'toString is no command'],
    [['explain'], 'Say which platform'],
    [['listen'], 'Say which platform'],
    [['explain', 'slack'], 'slack is no platform; there are feishu, feishu-card, dingtalk'],
    [['explain', '\x1b[31m'], '\\u{1b}[31m is no platform'],
    [['explain', 'constructor'], 'constructor is no platform'],
    [['explain', 'feishu', 'a', 'b'], 'one platform and one file'],
    [['explain', 'feishu', join(folder, 'none')], 'cannot be read (ENOENT)'],
    [['explain', 'feishu', '--env-file', join(folder, 'none')], 'cannot be read (ENOENT)'],
    [['explain', 'feishu', '--env-file'], 'An option needs a value'],
    [['explain', 'feishu', '--verbose=5'], '--verbose is no option'],
    [['explain', 'feishu', '-x'], '-x is no option'],
    [['listen', 'feishu', '--port', 'x'], 'The port must be'],
    [['listen', 'feishu', '--port', '65536'], 'The port must be'],
    [['explain', 'trtc'], 'TRTC_KEY is not set'],
    [['explain', 'dingtalk'], 'DINGTALK_TOKEN, DINGTALK_AES_KEY, DINGTALK_OWNER_KEY is not set'],
  ])('%j is exit code 2', async (args, message) => {
    const { code, out, err } = await invoke(args, FEISHU);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).toMatch(/^[^\n]+\n$/);
  });

  it('names the variables of Feishu where none is set', async () => {
    expect((await invoke(['explain', 'feishu'], { FEISHU_ENCRYPT_KEY: '' })).err).toContain(
      'FEISHU_ENCRYPT_KEY, FEISHU_VERIFICATION_TOKEN is not set',
    );
  });

  it.each(['--token=hunter22', '--encrypt-key=hunter22', '--appSecret', '-token=hunter22'])(
    'refuses secrets as arguments, and repeats none: %s',
    async (arg) => {
      const { code, err } = await invoke(['explain', 'feishu', arg], FEISHU);
      expect(code).toBe(2);
      expect(err).toContain('the list of processes');
      expect(err).not.toContain('hunter22');
    },
  );

  it.each([
    [['FEISHU_ENCRYPT_KEY=hunter22', 'listen', 'feishu']],
    [['listen', 'feishu', 'FEISHU_ENCRYPT_KEY=hunter22']],
    [['explain', 'feishu', 'appSecret=hunter22']],
    [['explain', 'feishu', '--token:hunter22']],
  ])('takes a variable behind the command for a secret, too: %j', async (args) => {
    const { code, err } = await invoke(args, FEISHU);
    expect(code).toBe(2);
    expect(err).toContain('the list of processes');
    expect(err).not.toContain('hunter22');
  });
});

describe('explain', () => {
  it('says that a request is right, and shows it without its control characters', async () => {
    const { code, out, err } = await invoke(['explain', 'feishu'], FEISHU, raw(push));
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe('Accepted.\nevent im.message e-1\n  {\n    "a": "\\u001b[2J你"\n  }\n');
  });

  it('says why one is refused, in the language of the locale', async () => {
    const environment = { ...FEISHU, FEISHU_ENCRYPT_KEY: '"test key"' };
    const english = await invoke(['explain', 'feishu', '-'], environment, raw(push));
    expect(english.code).toBe(1);
    expect(english.out).toMatch(
      /^Refused \(ERR_SIGNATURE\)\n- secret-quoted \(proven\): encryptKey stands in quotation marks/,
    );
    const chinese = await invoke(['explain', 'feishu'], { ...environment, LANG: 'zh_CN.UTF-8' }, raw(push));
    expect(chinese.out).toContain('secret-quoted（已证实）'.replace('（', ' (').replace('）', ')'));
  });

  it('reads a file, and variables from another, behind those of the environment', async () => {
    const [file, variables] = [join(folder, 'request'), join(folder, '.env')];
    writeFileSync(file, raw(push));
    writeFileSync(variables, 'FEISHU_ENCRYPT_KEY=wrong\nFEISHU_VERIFICATION_TOKEN="v-token"\n');
    const args = ['explain', 'feishu', file, '--env-file', variables, '--json'];
    const right = await invoke(args, { FEISHU_ENCRYPT_KEY: 'test key' });
    expect(right.code).toBe(0);
    expect(JSON.parse(right.out)).toEqual({
      platform: 'feishu',
      accepted: true,
      findings: [],
      message: { kind: 'event', type: 'im.message', id: 'e-1', event: { a: '\x1b[2J你' }, text: expect.any(String) },
    });
    const wrong = await invoke(args);
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.out)).toMatchObject({
      accepted: false,
      code: 'ERR_SIGNATURE',
      findings: [{ id: 'key-wrong', certainty: 'likely' }],
    });
  });

  it('reads the GET of a URL check, as curl', async () => {
    const weCom = createWeComCodec({ token: 't', encodingAesKey: DINGTALK.encodingAesKey, receiveId: 'ww1' });
    const { query } = weCom.encode({ echostr: '123' });
    const environment = { WECOM_TOKEN: 't', WECOM_AES_KEY: DINGTALK.encodingAesKey, WECOM_RECEIVE_ID: 'ww1' };
    const { code, out } = await invoke(
      ['explain', 'wecom'],
      environment,
      `curl 'https://a.example/?${new URLSearchParams(query)}'`,
    );
    expect([code, out]).toEqual([0, 'Accepted.\nverification echostr\n  123\n']);
  });

  it.each([
    ['hello', 'That is no request'],
    ["curl 'x", 'That is no request'],
    ['curl -F a=b x', '-F is an option of curl'],
    ['curl -d @/none/such x', '/none/such cannot be read (ENOENT)'],
    [`curl -d @${tmpdir()} x`, `${tmpdir()} cannot be read (EISDIR)`],
  ])('refuses %s', async (input, message) => {
    const { code, err } = await invoke(['explain', 'feishu'], FEISHU, input);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('listen', () => {
  /** Started, and where it listens. */
  async function listening(args: readonly string[], environment: object): Promise<Running & { origin: string }> {
    const running = start(['listen', ...args, '--port', '0'], { ...environment });
    for (;;) {
      const [origin] = /http:\/\/localhost:\d+/.exec(running.printed.err) ?? [];
      if (origin !== undefined && running.printed.err.includes('Ctrl+C')) return { ...running, origin };
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const send = async (url: string, { headers, query, body, method }: ReturnType<typeof codec.encode>) => {
    const response = await fetch(`${url}?${new URLSearchParams(query)}`, { method, headers, body });
    return `${response.status} ${await response.text()}`;
  };

  it('prints and answers what comes, and says why it refuses', async () => {
    const running = await listening(['feishu', 'dingtalk', 'dingtalk-robot'], {
      ...FEISHU,
      ...DING,
      DINGTALK_APP_SECRET: 's',
    });
    const { origin, printed, stop, ended } = running;
    const said = () => printed.out.replace(/^\d\d:\d\d:\d\d /gm, '');
    const next = async (act: () => Promise<unknown>) => {
      const before = said().length;
      const answer = await act();
      return [answer, said().slice(before)];
    };
    const shown = 'POST /feishu: event im.message e-1\n  {\n    "a": "\\u001b[2J你"\n  }\n\n';
    expect(await next(() => send(`${origin}/feishu`, push))).toEqual(['200 {}', shown]);
    const challenge = codec.encode({ type: 'url_verification', challenge: 'abc' });
    const [answer, verified] = await next(() => send(`${origin}/feishu/`, challenge));
    expect(answer).toBe('200 {"challenge":"abc"}');
    expect(verified).toMatch(/^POST \/feishu\/: verification url_verification\n/);
    const dingTalk = createDingTalkCodec(DINGTALK);
    const [success, event] = await next(() => send(`${origin}/dingtalk`, dingTalk.encode({ EventType: 'a' })));
    expect(dingTalk.decodeReply({ body: String(success).slice(4) })).toBe('success');
    expect(event).toContain('event a');
    const [refusal, why] = await next(() => send(`${origin}/feishu`, { ...push, body: `${bodyOf(push)}\n` }));
    expect(refusal).toBe('400 ');
    expect(why).toMatch(/^POST \/feishu: Refused \(ERR_SIGNATURE\)\n- body-reserialised \(proven\)/);
    const [tooLarge, long] = await next(() => send(`${origin}/feishu`, { ...push, body: 'x'.repeat(1_100_000) }));
    expect([tooLarge, long]).toEqual([
      '413 ',
      'POST /feishu: refused (ERR_TOO_LARGE): the body is longer than 1 MiB\n',
    ]);
    expect(await next(() => fetch(`${origin}/dingtalk-robot`).then(({ status }) => status))).toEqual([
      200,
      'GET /dingtalk-robot: answered 200\n',
    ]);
    expect(await next(() => fetch(`${origin}/feishu`).then(({ status }) => status))).toEqual([
      405,
      'GET /feishu: answered 405\n',
    ]);
    expect(await next(() => fetch(`${origin}/other%1b?x`).then(({ status }) => status))).toEqual([
      404,
      'GET /other%1b: not found: the path is none of those listened to\n',
    ]);
    stop();
    expect((await ended).code).toBe(0);
  });

  it('looks for the cause when the answer is gone, so that its time tells a forger nothing', async () => {
    const trtc = platforms.trtc as { explain: unknown };
    const { explain } = trtc;
    const order: string[] = [];
    Object.assign(trtc, {
      explain: (...given: Parameters<typeof explainTrtc>) => {
        order.push(`explained, finished: ${finished}`);
        return explainTrtc(...given);
      },
    });
    let finished = false;
    const end = vi.spyOn(ServerResponse.prototype, 'end').mockImplementation(function (this: ServerResponse, ...given) {
      finished = true;
      end.mockRestore();
      return this.end(...given);
    });
    try {
      const { origin, stop, ended } = await listening(['trtc'], { TRTC_KEY: 'k' });
      expect(await send(`${origin}/trtc`, { ...push, headers: {}, body: '{}' })).toBe('400 ');
      stop();
      expect((await ended).out).toContain('POST /trtc: Refused (ERR_SIGNATURE)\n');
      expect(order).toEqual(['explained, finished: true']);
    } finally {
      Object.assign(trtc, { explain });
      end.mockRestore();
    }
  });

  it('accepts connections of this machine alone', async () => {
    const listen = vi.spyOn(Server.prototype, 'listen');
    try {
      const { stop, ended } = await listening(['trtc'], { TRTC_KEY: 'k' });
      stop();
      await ended;
      expect(listen.mock.calls.map(([, host]) => host)).toEqual(['127.0.0.1']);
    } finally {
      listen.mockRestore();
    }
  });

  it('notes an old request that is right, and what an answer cannot be made of', async () => {
    const { origin, printed, stop, ended } = await listening(['feishu', '--json'], FEISHU);
    await send(`${origin}/feishu`, codec.encode({ header: { event_type: 'a' } }, { timestamp: '1600000000' }));
    await send(`${origin}/feishu`, { ...push, body: '' });
    await fetch(`${origin}/feishu`);
    stop();
    expect((await ended).code).toBe(0);
    const [old, empty, get] = printed.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(old).toMatchObject({ path: '/feishu', accepted: true, type: 'a', findings: [{ id: 'replayed' }] });
    expect(empty).toMatchObject({
      accepted: false,
      code: 'ERR_REQUEST',
      findings: [{ id: 'body-empty', certainty: 'proven' }],
    });
    expect(get).toMatchObject({ status: 405 });
    const text = await listening(['feishu'], FEISHU);
    await send(`${text.origin}/feishu`, codec.encode({ header: { event_type: 'a' } }, { timestamp: '1600000000' }));
    text.stop();
    expect((await text.ended).out).toContain('- replayed (likely)');
  });

  it('answers 500 where its own work fails', async () => {
    const prototype = platforms.trtc as { create: unknown };
    const { create } = prototype;
    const broken = {
      maxBodyBytes: 9,
      decode: () => {
        throw new TypeError('a\x1b');
      },
    };
    Object.assign(prototype, { create: () => broken });
    try {
      const { origin, stop, ended } = await listening(['trtc'], { TRTC_KEY: 'k' });
      expect(await send(`${origin}/trtc`, { ...push, body: '{}' })).toBe('500 ');
      stop();
      expect((await ended).out).toContain('POST /trtc: failed: a\\u{1b}\n');
    } finally {
      Object.assign(prototype, { create });
    }
  });

  it('does not take a fault of its own for one of the command', async () => {
    const prototype = platforms.trtc as { create: unknown };
    const { create } = prototype;
    const fail = () => {
      throw new TypeError('a fault');
    };
    Object.assign(prototype, { create: fail });
    try {
      await expect(invoke(['listen', 'trtc'], { TRTC_KEY: 'k' })).rejects.toThrow('a fault');
    } finally {
      Object.assign(prototype, { create });
    }
  });

  it('ends while a connection is open', async () => {
    const { origin, stop, ended } = await listening(['feishu'], FEISHU);
    const socket = connect(Number(new URL(origin).port), 'localhost');
    const closed = new Promise((resolve) => socket.on('close', resolve).on('error', resolve));
    socket.write('POST /feishu HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n');
    await new Promise((resolve) => socket.on('connect', resolve));
    stop();
    expect((await ended).code).toBe(0);
    await closed;
  });

  it('says that a port is in use, forbidden or impossible', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const { port } = server.address() as AddressInfo;
    const { code, err } = await invoke(['listen', 'feishu', '--port', String(port)], FEISHU);
    expect([code, err]).toEqual([1, `${TEXTS.en.portInUse}\n`]);
    server.close();
    expect(problemOf({ code: 'EACCES' }, TEXTS.en)).toBe(TEXTS.en.portForbidden);
    expect(problemOf({ code: 'EMFILE' }, TEXTS.en)).toBe('Cannot listen: EMFILE');
  });

  it('says which secret is malformed', async () => {
    const { code, err } = await invoke(['listen', 'dingtalk'], {
      ...DING,
      DINGTALK_AES_KEY: `${DINGTALK.encodingAesKey}=`,
    });
    expect(code).toBe(1);
    expect(err).toMatch(
      /^dingtalk: encodingAesKey is not the 43 characters of the console: it has 44, with "=" at the end \(#44\)\. Copy it again/,
    );
  });
});
