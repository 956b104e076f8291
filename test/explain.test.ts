// Why a callback is refused: every finding from a real request that is broken in exactly that way, in both languages.
import { describe, expect, it } from 'vitest';
import { createDingTalkCodec } from '../src/dingtalk.ts';
import { explainFeishu, explainWeCom } from '../src/explain.ts';
import { createFeishuCodec } from '../src/feishu.ts';
import { createWeComCodec } from '../src/wecom.ts';
import { ALL, BREAKAGES, explainerOf, good, ownerOf } from './explain/breakages.ts';
import { DINGTALK, dingTalkSeal, dingTalkSigned, feishuPush, NOW } from './helpers.ts';

const HAN = /\p{Script=Han}/u;

describe('a request as the platform sends it', () => {
  it.each(ALL.map((subject) => [subject.name, subject] as const))('%s: accepted, and nothing to say', (_, subject) => {
    for (const payload of [subject.event, ...(subject.verification ? [subject.verification] : [])]) {
      const { options, request } = good(subject, {}, payload);
      const diagnosis = explainerOf(subject)(options, request);
      expect(diagnosis).toMatchObject({ accepted: true, code: undefined, findings: [] });
      expect(String(diagnosis)).toBe('Accepted.');
      expect(String(explainerOf(subject)(options, request, { language: 'zh' }))).toBe('已接受。');
    }
  });
});

describe('a request that is broken', () => {
  const cases = BREAKAGES.flatMap((breakage) =>
    breakage.subjects.map((subject) => [breakage.id, breakage.how, subject.name, breakage, subject] as const),
  );
  it('is broken in every way, on at least one platform', () => {
    expect(BREAKAGES.filter(({ subjects }) => subjects.length === 0)).toEqual([]);
    expect(new Set(BREAKAGES.map(({ id }) => id)).size).toBe(25);
  });

  it.each(cases)('%s: %s (%s)', (id, how, _name, breakage, subject) => {
    const { options, request } = breakage.breakIt(subject);
    const diagnosis = explainerOf(subject)(options, request);
    expect(diagnosis.accepted, how).toBe(id === 'replayed');
    const [first] = diagnosis.findings;
    expect([first?.id, first?.certainty], String(diagnosis)).toEqual([id, breakage.certainty]);
    const chinese = explainerOf(subject)(options, request, { language: 'zh' });
    expect(chinese.findings.map(({ id }) => id)).toEqual(diagnosis.findings.map(({ id }) => id));
    for (const finding of diagnosis.findings) {
      expect(`${finding.cause} ${finding.remedy}`).not.toMatch(/\{\w+\}|undefined|\p{Script=Han}/u);
      expect(finding.remedy).toMatch(/\.$/);
    }
    for (const { cause, remedy } of chinese.findings) {
      expect(cause).toMatch(HAN);
      expect(remedy).toMatch(HAN);
      expect(cause + remedy).not.toMatch(/\{\w+\}|undefined/);
    }
  });
});

describe('two causes at once', () => {
  const subject = (name: string) => ALL.find((subject) => subject.name === name) as (typeof ALL)[number];
  const idsOf = (name: string, change: (given: ReturnType<typeof good>) => { options?: object; request?: object }) => {
    const given = good(subject(name));
    const { findings } = explainerOf(subject(name))(...inOrder({ ...given, ...change(given) }));
    return findings.map(({ id, certainty }) => `${id} ${certainty}`);
  };
  const inOrder = ({ options, request }: { options: object; request: object }) => [options, request] as const;

  it('that follow each other are found one after the other, the first cause first', () => {
    expect(
      idsOf('dingtalk', ({ options, request }) => ({
        options: { ...options, token: '123456 ', ownerKey: 'another', toleranceSeconds: 5, now: () => 1 },
        request: { ...request, body: Buffer.from(String(request.body)).toString('base64') },
      })),
    ).toEqual(['body-base64 proven', 'secret-whitespace proven', 'clock proven', 'owner-wrong proven']);
  });

  it('that have to be mended together are tried in pairs', () => {
    expect(
      idsOf('feishu', ({ options, request }) => ({
        options: { ...options, encryptKey: '"test key"' },
        request: { ...request, body: JSON.stringify(JSON.parse(String(request.body)), null, 2) },
      })),
    ).toEqual(['secret-quoted proven', 'body-reserialised proven']);
    expect(
      idsOf('wecom', ({ options, request }) => ({
        options: { ...options, token: options.encodingAesKey, encodingAesKey: options.token },
        request: { ...request, url: String(request.url).replace('&timestamp', '×tamp') },
      })),
    ).toEqual(['secret-swapped proven', 'parameter-mangled proven']);
  });

  it('that are all of one kind: every secret in quotes', () => {
    expect(
      idsOf('wechat', ({ options }) => ({
        options: { ...options, token: '"123456"', encodingAesKey: `"${options.encodingAesKey}"`, appId: '"wx-1"' },
      })),
    ).toEqual(['secret-quoted proven', 'secret-quoted proven', 'secret-quoted proven']);
  });

  it('of which one cannot be proven', () => {
    expect(
      idsOf('dingtalk', ({ options, request }) => ({
        options: { ...options, token: 'another' },
        request: { ...request, body: Buffer.from(String(request.body)).toString('base64') },
      })),
    ).toEqual(['body-base64 likely', 'secret-wrong likely']);
    expect(
      idsOf('dingtalk', ({ options, request }) => ({
        options: { ...options, token: 'another' },
        request: { ...request, body: JSON.parse(String(request.body)) },
      })),
    ).toEqual(['body-parsed proven', 'secret-wrong likely']);
    expect(
      idsOf('dingtalk', ({ options }) => ({ options: { ...options, token: 'another', ownerKey: 'another' } })),
    ).toEqual(['secret-wrong likely', 'owner-wrong likely']);
    expect(
      idsOf('dingtalk-card', ({ options }) => ({ options: { ...options, apiSecret: undefined }, request: {} })),
    ).toEqual(['body-empty proven', 'secret-wrong proven']);
  });

  it('are not tried in pairs on long bodies', () => {
    const { options } = good(subject('trtc'));
    const body = JSON.stringify({ EventType: 1, a: 'x'.repeat(70_000) }, null, 2);
    const { headers } = subject('trtc').create().encode(body);
    const explain = explainerOf(subject('trtc'));
    const compact = JSON.stringify(JSON.parse(body));
    expect(explain({ ...options, key: '"123654"' }, { headers, body: compact }).findings[0]?.id).toBe('secret-wrong');
    expect(explain(options, { headers, body: compact }).findings[0]).toMatchObject({
      id: 'body-reserialised',
      certainty: 'proven',
    });
  });
});

describe('what it says', () => {
  it('shows an id as it is, even one that is a word of these texts', () => {
    const options = {
      token: 't',
      encodingAesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
      receiveId: 'accepted',
    };
    const { query, body } = createWeComCodec(options).encode({ MsgType: 'text' });
    const { findings } = explainWeCom({ ...options, receiveId: 'other' }, { query, body });
    expect(findings[0]).toMatchObject({ id: 'owner-wrong', cause: expect.stringContaining('is for accepted,') });
  });

  it('of a body that is a Promise, a stream or something else nothing but that', () => {
    for (const subject of ALL) {
      const { options, request } = good(subject);
      for (const body of [Promise.resolve('{}'), new Blob(['{}']), new Blob(['{}']).stream(), 5, new Uint16Array(3)]) {
        const { findings } = explainerOf(subject)(options, { ...request, body });
        expect(findings.map(({ id, certainty }) => `${id} ${certainty}`)).toEqual(['body-parsed proven']);
      }
    }
  });

  it('of headers the same in every container', () => {
    const { body } = createFeishuCodec({ encryptKey: 'another' }).encode({ event: {} });
    const findings = (headers: unknown) => explainFeishu({ encryptKey: 'test key' }, { headers, body }).findings;
    const record = { 'content-type': 'application/json', host: 'x' };
    expect(findings(record).map(({ id }) => id)).toEqual(['key-wrong']);
    for (const headers of [new Headers(record), new Map(Object.entries(record)), Object.entries(record)]) {
      expect(findings(headers)).toEqual(findings(record));
    }
    const [other, ...rest] = [{ host: 'x' }, new Headers({ host: 'x' }), new Map([['host', 'x']])];
    expect(findings(other).map(({ id }) => id)).toEqual(['signature-missing', 'key-wrong']);
    for (const headers of rest) expect(findings(headers)).toEqual(findings(other));
  });

  it('reads a header behind a thousand others, as the codec does', () => {
    const options = { encryptKey: 'k' };
    const { headers, body } = createFeishuCodec(options).encode({ event: { type: 'm' } });
    const others = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`x-${at}`, '']));
    expect(explainFeishu(options, { headers: { ...others, ...headers }, body }).accepted).toBe(true);
    const twice = { ...headers, ...others, 'x-lark-SIGNATURE': 'another' };
    expect(explainFeishu(options, { headers: twice, body }).accepted).toBe(false);
  });

  const subject = (name: string) => ALL.find((subject) => subject.name === name) as (typeof ALL)[number];

  it.each([
    ['dingtalk', 'suite4xxxxxxxxxxxxxxx', 'CREATE_SUITE_KEY'],
    ['dingtalk', 'suiteabc', 'a suiteKey'],
    ['dingtalk', 'ding6ccabc44d2c8d38b', 'a corpId'],
    ['dingtalk', 'dingsnotzck6pm5veliw', 'an appKey'],
    ['dingtalk', 'custom', 'is for custom, which is not the configured ownerKey.'],
    ['dingtalk', '你', 'an id that cannot be shown'],
    ['wecom', '', 'no id at all (an empty one)'],
    ['wecom', 'ww5823bf96d3bd56c7', 'a corpid'],
    ['wecom', 'tj5823bf96d3bd56c7aa', 'a suiteid'],
    ['wechat', 'wxba5fad812f8e6fb9', 'an AppID'],
  ])('whom a message was for, and what kind of id that is: %s, %j', (name, id, said) => {
    const owner = ownerOf(subject(name)) as string;
    const { options, request } = good(subject(name), { [owner]: id });
    const { findings } = explainerOf(subject(name))({ ...options, [owner]: 'mine' }, request);
    expect(findings).toMatchObject([{ id: 'owner-wrong', certainty: 'proven', cause: expect.stringContaining(said) }]);
  });

  it('that a message of DingTalk is for nobody', () => {
    const request = dingTalkSigned(dingTalkSeal('{"EventType":"a"}', { owner: '' }));
    const { findings } = explainerOf(subject('dingtalk'))(DINGTALK, request);
    expect(findings).toMatchObject([
      { id: 'owner-wrong', certainty: 'proven', cause: expect.stringContaining('no id at all') },
    ]);
  });

  it('nothing of an id that shares eight characters with a secret', () => {
    const { options, request } = good(subject('dingtalk'), { ownerKey: `x${'g5j64qlyl3'}` });
    const { findings } = explainerOf(subject('dingtalk'))({ ...options, ownerKey: 'mine' }, request);
    expect(findings[0]?.cause).toContain('an id that cannot be shown');
  });

  it('by how many seconds a clock is off, and in which direction', () => {
    const { options, request } = good(subject('tencent-chat'));
    const explain = explainerOf(subject('tencent-chat'));
    const cause = (seconds: number) =>
      explain({ ...options, now: () => NOW + seconds * 1000 }, request).findings[0]?.cause;
    expect(cause(90)).toBe('The signature is right, but its time is 90 s behind the clock here.');
    expect(cause(-3600)).toBe('The signature is right, but its time is 3600 s ahead of the clock here.');
  });

  it('which characters of a key are wrong, and where', () => {
    const { options, request } = good(subject('dingtalk'));
    const key = String(options.encodingAesKey);
    const cause = (encodingAesKey: unknown) => {
      const { findings } = explainerOf(subject('dingtalk'))({ ...options, encodingAesKey }, request);
      return findings.find(({ id }) => id === 'key-malformed')?.cause.replace(/^.*: it has /, '');
    };
    expect(cause(`${key}=`)).toBe('44, with "=" at the end (#44).');
    expect(cause(key.slice(1))).toBe('42, which is too short.');
    expect(cause(`${key}a`)).toBe('44, which is too long.');
    expect(cause(`${key.slice(0, 9)}\u200b${key.slice(9)}`)).toBe('44, with an invisible character (#10, U+200B).');
    expect(cause(`${key.slice(0, 9)} ${key.slice(9)}`)).toBe('44, with white space (#10).');
    expect(cause(`${key.slice(0, 9)}_${key.slice(10)}`)).toBe('43, with - or _, as URLs write base64 (#10).');
    expect(cause(`${key.slice(0, 9)}*${key.slice(10)}`)).toBe('43, with a character that base64 does not have (#10).');
    expect(cause(7)).toBe('0, because it is no text.');
    expect(cause(null)).toBe('encodingAesKey is not set.');
  });

  it('which app a request was for, as far as its URL says it', () => {
    const { options, request } = good(subject('tencent-chat'));
    const { findings } = explainerOf(subject('tencent-chat'))({ ...options, sdkAppId: 7 }, request);
    expect(findings[0]?.cause).toContain('its SDKAppID 888888 is not');
  });

  it('nothing of what is not set beside what is wrong', () => {
    const ids = (name: string, options: object) => {
      const { findings } = explainerOf(subject(name))(options, good(subject(name)).request);
      return findings.map(({ cause }) => cause);
    };
    expect(ids('wecom', { token: '', encodingAesKey: [], receiveId: '' })).toEqual([
      'token is not set.',
      'encodingAesKey is not set.',
    ]);
    expect(ids('wecom', { token: 't', encodingAesKey: DINGTALK.encodingAesKey, receiveId: [] })).toEqual([
      'receiveId is not set.',
    ]);
    expect(ids('wechat', { token: 't', encodingAesKey: [] })).toEqual([
      'encodingAesKey is not set.',
      'appId is not set.',
    ]);
    expect(ids('wechat, plain', { token: 't', appId: undefined })).toEqual(['appId is not set.']);
    expect(ids('wechat, plain', { token: '' })).toEqual(['token is not set.']);
    expect(ids('feishu', { verificationToken: null })).toEqual(['verificationToken is not set.']);
  });

  it('nothing of a body over the limit', () => {
    const { options, request } = good(subject('trtc'));
    const explain = explainerOf(subject('trtc'));
    expect(explain({ ...options, maxBodyBytes: 9 }, request)).toMatchObject({ code: 'ERR_TOO_LARGE', findings: [] });
    expect(explain({ maxBodyBytes: 9 }, request)).toMatchObject({ code: 'ERR_CONFIG', findings: [] });
    expect(explain({ maxBodyBytes: 90 }, { body: '{}' }).findings).not.toEqual([]);
  });

  it('nothing of a replay where a window is on', () => {
    const late = (name: string, more: object) => {
      const { options, request } = good(subject(name));
      return explainerOf(subject(name))({ ...options, now: () => NOW + 400_000, ...more }, request);
    };
    expect(late('dingtalk-robot', {})).toMatchObject({ accepted: true, findings: [] });
    expect(late('feishu', { toleranceSeconds: 500 })).toMatchObject({ accepted: true, findings: [] });
    expect(late('feishu', {})).toMatchObject({ accepted: true, findings: [{ id: 'replayed' }] });
    expect(late('feishu', { now: () => Number.NaN })).toMatchObject({ accepted: true, findings: [] });
  });

  it('of a clock that is none, and nothing of one that is right', () => {
    const { options, request } = good(subject('dingtalk-card'));
    const explain = explainerOf(subject('dingtalk-card'));
    expect(explain({ ...options, now: () => Number.NaN }, request).findings).toMatchObject([
      { id: 'clock', cause: expect.stringContaining('now') },
    ]);
    // DingTalk's nonce that could be the time.
    const push = createDingTalkCodec(DINGTALK).encode(
      { EventType: 'a' },
      { timestamp: String(NOW), nonce: '1234567890' },
    );
    const windowed = { ...DINGTALK, toleranceSeconds: 60, now: () => NOW };
    const { code, findings } = explainerOf(subject('dingtalk'))(windowed, push);
    expect([code, findings]).toEqual(['ERR_TIMESTAMP', []]);
  });

  it('of what is not signed no more than can be seen', () => {
    const said = (name: string, request: object) => {
      const { findings } = explainerOf(subject(name))(good(subject(name)).options, request);
      return findings.map(({ id, certainty }) => `${id} ${certainty}`);
    };
    expect(said('feishu', { body: feishuPush('no JSON').body })).toEqual(['signature-missing likely']);
    expect(said('feishu', { body: 'no JSON' })).toEqual([]);
    expect(said('feishu', { body: '{"encrypt":"AAAA"}' })).toEqual(['signature-missing proven', 'key-wrong likely']);
    expect(said('feishu, plain', { body: 'no JSON' })).toEqual([]);
    expect(said('feishu, plain', { body: '{"token":"x"}' })).toEqual(['verification-token-wrong likely']);
    expect(said('dingtalk', { body: '{"encrypt":"AAAA"}', url: '/?%E0%=1&nonce=1' })).toEqual([
      'parameter-missing proven',
    ]);
    expect(said('feishu', { ...good(subject('feishu')).request, body: '{}' })).toEqual(['encryption-off likely']);
    expect(said('dingtalk', { ...good(subject('dingtalk')).request, body: '{}' })).toEqual(['other-codec likely']);
    const check = good(subject('wechat'), { token: 'another' }, subject('wechat').verification);
    expect(said('wechat', check.request)).toEqual(['secret-wrong likely']);
    expect(said('wecom', { ...good(subject('wecom')).request, body: '{}' })).toEqual([]);
  });

  it('that it knows no cause', () => {
    const { options, headers, body } = { options: { key: '123654' }, ...subject('trtc').create().encode({ a: 1 }) };
    const diagnosis = explainerOf(subject('trtc'))(options, { headers, body });
    expect(diagnosis).toMatchObject({ accepted: false, code: 'ERR_REQUEST', findings: [] });
    expect(String(diagnosis)).toBe(
      'Refused (ERR_REQUEST)\nNone of the known causes fits: the request itself is not what the platform sends.',
    );
    expect(String(explainerOf(subject('trtc'))({ key: 'k' }, { body: 5 }))).toMatch(/^Refused\n- body-parsed/);
  });
});
