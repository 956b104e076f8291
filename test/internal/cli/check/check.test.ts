// `check` in this process, against servers that are right, and wrong in each way. test/check.test.ts starts it as one.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { check, givenOf } from '../../../../src/internal/cli/check.ts';
import { PLANS } from '../../../../src/internal/cli/check-plan.ts';
import { send } from '../../../../src/internal/cli/check-send.ts';
import { CHECK_TEXTS } from '../../../../src/internal/cli/check-texts.ts';
import { checkUrl, isPrivate } from '../../../../src/internal/cli/check-url.ts';
import type { Io } from '../../../../src/internal/cli/context.ts';
import { platforms, readOptions } from '../../../../src/internal/cli/platforms.ts';
import { TEXTS } from '../../../../src/internal/cli/texts.ts';
import { type Ended, invoke } from '../invoke.ts';
import { CASES, type Case, MODES, right, TRUSTED, type Variables, withServer } from './servers.ts';

const ZH = { LC_ALL: 'zh_CN.UTF-8' };

interface Line {
  readonly step: string;
  readonly result: string;
  readonly problem?: string;
}

function linesOf({ out }: Ended): { steps: readonly Line[]; verdict: unknown } {
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { steps: lines.slice(0, -1), verdict: lines.at(-1) };
}

const problemsOf = (steps: readonly Line[]): string =>
  steps
    .filter(({ step, problem, result }) => problem !== undefined && !(step === 'url' && result === 'note'))
    .map(({ step, problem }) => `${step}:${problem}`)
    .join(' ');

const found = new Set<string>();

describe('servers of callback-codec/node', () => {
  const modes = MODES.map((mode) => [JSON.stringify(mode), mode] as const);

  it.each(modes)('%s is right', async (_, [platform, variables, answer]) => {
    const one: Case = {
      ...{
        name: '',
        platform,
        variables,
        listener: right(platform, variables, {}, answer),
        problems: '',
        en: '',
        zh: '',
      },
      url: 'http://localhost:0/callback?app=1#top',
    };
    const { code, out, err } = await withServer(one, (args) => invoke(args, variables));
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^\S+ http:\/\/localhost:\d+\/callback\nnote the URL itself — The address .* is private, which/,
    );
    expect(out).toMatch(
      /\nThe platform will accept this URL, once it is at a public address\.\nNothing forged was accepted\.\n$/,
    );
    expect(out).not.toContain('NOT ');
    const lines = out.trimEnd().split('\n').slice(2, -2);
    expect(lines.length).toBeGreaterThanOrEqual(5);
    for (const line of lines) {
      expect(line).toMatch(
        /^(?:ok {2}|note) .+ — [24]00 after \d+ ms — (?:(?:answered|refused), as it must be|Accepted, .+)$/,
      );
    }
  });

  it('are asked about every platform of the command', () => {
    expect(Object.keys(PLANS)).toEqual(Object.keys(platforms));
    expect(new Set(MODES.map(([platform]) => platform))).toEqual(new Set(Object.keys(platforms)));
  });
});

describe('servers that are wrong', () => {
  it.each(CASES.map((one) => [`${one.platform}: ${one.name}`, one] as const))('%s', async (_, one) => {
    const { variables, problems, code: expected = 1, en, zh } = one;
    const run = (environment: Variables, ...more: string[]) =>
      withServer(one, (args) => invoke([...args, ...more], { ...variables, ...environment }));
    const english = await run({});
    expect(english.out).toContain(en);
    const chinese = await run(ZH);
    expect(chinese.out).toContain(zh);
    const data = await run({}, '--json');
    const { steps, verdict } = linesOf(data);
    for (const { problem } of steps) if (problem !== undefined) found.add(problem);
    expect(problemsOf(steps)).toBe(problems);
    for (const { code, err, out } of [english, chinese, data]) {
      expect([code, err]).toEqual([expected, '']);
      expect(out).not.toMatch(/hunter22|(?!\n)\p{Cc}/u);
      for (const secret of Object.values(variables)) if (secret.length > 6) expect(out).not.toContain(secret);
    }
    expect(verdict).toMatchObject({ platform: one.platform });
  });

  it('show every problem that there are words for', () => {
    for (const one of TRUSTED) for (const [, problem] of one.problems.matchAll(/:(\S+)/g)) found.add(problem as string);
    const { faults } = CHECK_TEXTS.en;
    expect([...found].sort()).toEqual(
      [...Object.keys(faults), 'accepted', 'leaked', 'no-answer', 'not-refused'].sort(),
    );
    const steps = new Set(
      CASES.flatMap(({ problems }) => Array.from(problems.matchAll(/(\S+):/g), ([, step]) => step)),
    );
    for (const step of Object.keys(CHECK_TEXTS.en.accepted)) expect(steps).toContain(step);
  });
});

describe('the words', () => {
  it('are the same in both languages', () => {
    const keys = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).map(([name, inner]) => [name, keys(inner)])
        : Array.from(String(value).matchAll(/\{\w+\}/g), ([name]) => name).sort();
    expect(keys(CHECK_TEXTS.zh)).toEqual(keys(CHECK_TEXTS.en));
  });
});

describe('usage', () => {
  const environment = { TRTC_KEY: '123654' };

  it.each([
    [['check'], 'Say which platform'],
    [['check', 'trtc'], 'check takes one platform and one URL.'],
    [['check', 'trtc', 'http://a.example', 'more'], 'check takes one platform and one URL.'],
    [['check', 'slack', 'http://a.example'], 'slack is no platform'],
    [['check', 'feishu', 'http://a.example'], 'is not set'],
  ])('%j is exit code 2', async (args, message) => {
    const { code, out, err } = await invoke(args, environment);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  it('says what is wrong with the secrets before it sends anything', async () => {
    const { code, out, err } = await invoke(['check', 'dingtalk', 'http://a.example'], {
      ...{ DINGTALK_TOKEN: 't', DINGTALK_AES_KEY: 'short', DINGTALK_OWNER_KEY: 'o' },
    });
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('43 characters');
  });
});

describe('a public address', () => {
  const io = (print: (text: string) => void): Io => ({
    ...{ input: (async function* () {})(), out: print, err: print, version: () => '', stopped: Promise.resolve() },
  });

  it.each([
    [true, 'zh', 0, '1.1.1.1，公网地址\n', '\n平台会接受此 URL。\n没有接受任何伪造的请求。\n'],
    [true, 'en', 0, '1.1.1.1, public\n', '\nThe platform will accept this URL.\nNothing forged was accepted.\n'],
    [false, 'en', 1, '1.1.1.1, public\n', '\nThe platform will NOT accept this URL.\nNothing forged was accepted.\n'],
  ] as const)(
    'is what a platform needs; the server is right: %s (%s)',
    async (isRight, language, code, first, last) => {
      const [name, variables] = MODES[0] as (typeof MODES)[number];
      const listener = right(name, isRight ? variables : { FEISHU_ENCRYPT_KEY: 'another' });
      const one: Case = { name, platform: name, variables, listener, problems: '', en: '', zh: '' };
      let printed = '';
      const platform = platforms[name] as (typeof platforms)[string];
      const { options } = readOptions(platform, variables);
      const context = {
        ...({ environment: {}, language, texts: TEXTS[language], json: false } as const),
        io: io((text) => {
          printed += text;
        }),
      };
      const asked: unknown[] = [];
      const ended = await withServer(one, (args) => {
        const { port } = new URL(args[2] as string);
        const url = `http://callback.example:${port}/`;
        return check({ name, platform, options, url, allowPrivate: false }, context, {
          lookup: async (...given) => {
            asked.push(given);
            return [{ address: '1.1.1.1', family: 4 }];
          },
          send: (target, ...more) => {
            asked.push(target.address);
            return send({ ...target, address: '127.0.0.1' }, ...more);
          },
        });
      });
      expect(ended).toBe(code);
      expect(printed).toContain(first);
      expect(printed.endsWith(last)).toBe(true);
      // Looked up once; all requests go to what was found then.
      expect(asked).toEqual([['callback.example', { all: true }], ...Array(11).fill('1.1.1.1')]);
    },
  );

  const probesOf = ([name, variables]: (typeof MODES)[number]) => {
    const platform = platforms[name] as (typeof platforms)[string];
    const plan = PLANS[name] as (typeof PLANS)[string];
    return plan.probes(givenOf(platform, readOptions(platform, variables).options));
  };

  it('is asked no longer than two minutes, whatever it does', () => {
    for (const mode of MODES) {
      expect(probesOf(mode).reduce((sum, { limit }) => sum + limit, 0)).toBeLessThan(120_000);
    }
  });

  it('has as long as the platform waits: for the check of the URL, and for an event', () => {
    const limits = MODES.map((mode) => {
      const probes = probesOf(mode).filter(({ judge }) => judge);
      const [check, event] = [/^(?:verification|probe)/, /^(?:event|again)/].map((steps) => [
        ...new Set(probes.filter(({ step }) => steps.test(step)).map(({ limit }) => limit)),
      ]);
      return [mode[0], [check, event].flat()];
    });
    expect(Object.fromEntries(limits)).toEqual({
      feishu: [1000, 3000],
      'feishu-card': [1000, 3000],
      dingtalk: [1500, 1500],
      'dingtalk-robot': [5000, 5000],
      'dingtalk-card': [5000],
      wecom: [1000, 5000],
      wechat: [5000, 5000],
      'tencent-chat': [2000],
      trtc: [5000],
    });
  });
});

describe('the address', () => {
  const resolving = (...addresses: string[]) => {
    const asked: string[] = [];
    const resolve = async (host: string) => {
      asked.push(host);
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    };
    return { asked, resolve };
  };
  const checked = (resolve: Parameters<typeof checkUrl>[3], allowPrivate = false) =>
    checkUrl('http://a.example/x', {}, allowPrivate, resolve);

  it('is looked up once, and the first of IPv4 is taken', async () => {
    const { asked, resolve } = resolving('2606:4700::1111', '1.1.1.1', '1.0.0.1');
    expect(await checked(resolve)).toMatchObject({ target: { address: '1.1.1.1' }, detail: { address: '1.1.1.1' } });
    expect(asked).toEqual(['a.example']);
  });

  it('is refused if any is private, of whichever kind', async () => {
    for (const address of ['10.1.2.3', '::1', 'fd00::1', '::ffff:127.0.0.1', '2002:7f00:1::']) {
      const { resolve } = resolving('1.1.1.1', address);
      const { target, fault } = await checked(resolve);
      expect([target, fault]).toEqual([undefined, 'url-private']);
      expect(await checked(resolve, true)).toMatchObject({ target: { address: '1.1.1.1' }, isAllowed: true });
    }
  });

  it('must be of IPv4', async () => {
    expect(await checked(resolving('2606:4700::1111').resolve)).toMatchObject({ fault: 'url-ipv6' });
  });

  it.each([
    ['0.0.0.0', true],
    ['10.255.255.255', true],
    ['100.64.0.1', true],
    ['127.9.9.9', true],
    ['169.254.169.254', true],
    ['172.31.255.255', true],
    ['172.32.0.0', false],
    ['192.168.0.1', true],
    ['192.169.0.1', false],
    ['198.18.0.1', true],
    ['203.0.113.9', true],
    ['224.0.0.1', true],
    ['255.255.255.255', true],
    ['223.255.255.255', false],
    ['8.8.8.8', false],
    ['fe80::1', true],
    ['2001:db8::1', true],
    ['3fff::1', true],
    ['2001::1', true],
    ['2400:3200::1', false],
  ])('%s is private: %s', (address, expected) => expect(isPrivate(address)).toBe(expected));

  it('is the one to which is connected, whatever the name says by then', async () => {
    let host: string | undefined;
    const server = createServer(({ headers }, response) => {
      host = headers.host;
      response.end('yes');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterAll(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const url = new URL(`http://nobody.invalid:${port}/`);
    const push = { method: 'POST', headers: {}, query: {}, body: null } as const;
    const answer = await send({ url, address: '127.0.0.1' }, push, 1000);
    expect([answer.body, host]).toEqual(['yes', `nobody.invalid:${port}`]);
  });
});
