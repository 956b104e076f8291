import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { anyOf, CallbackError } from '../src/any-of.ts';
import { createDingTalkCodec } from '../src/dingtalk.ts';
import { createDingTalkCardCodec } from '../src/dingtalk-card.ts';
import { createDingTalkRobotCodec } from '../src/dingtalk-robot.ts';
import { createFeishuCodec } from '../src/feishu.ts';
import { createFeishuCardCodec } from '../src/feishu-card.ts';
import { ANSWERS_PROBES, type CallbackCodec, type CallbackMessage } from '../src/internal/codec.ts';
import type { CallbackRequest } from '../src/internal/request.ts';
import { createTrtcCodec } from '../src/trtc.ts';
import { createWeChatCodec } from '../src/wechat.ts';
import { createWeComCodec } from '../src/wecom.ts';
import { SUBJECTS, type Subject } from './codecs.ts';
import {
  bodyOf,
  codeOf,
  DINGTALK,
  dingTalkPush,
  encrypted,
  errorOf,
  FEISHU,
  feishuPush,
  feishuSeal,
  NOW,
  padding,
  refusalOf,
  utf8,
} from './helpers.ts';

type Codec = CallbackCodec<CallbackMessage>;
const anyOfList = (codecs: readonly Codec[]): Codec => anyOf(...(codecs as [Codec, ...Codec[]]));

const OTHER_AES_KEY = 'Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7';
const now = () => NOW;
const feishu = createFeishuCodec(FEISHU);
const dingTalk = createDingTalkCodec(DINGTALK);
const robot = createDingTalkRobotCodec({ appSecret: 's', now });
const trtc = createTrtcCodec({ key: '123654' });
const V2 = { schema: '2.0', header: { event_type: 'e' }, event: {} };
const USER_ADDED = { EventType: 'user_add_org' };

/** The same app with every secret and id another one. */
function otherApp({ create, secrets }: Subject): Codec {
  const others: Record<string, unknown> = { encodingAesKey: OTHER_AES_KEY, sdkAppId: '1400000001' };
  return create(Object.fromEntries(Object.keys(secrets).map((name) => [name, others[name] ?? `other ${name}`])));
}

function payloadsOf({ event, verification }: Subject): object[] {
  return verification ? [event, verification] : [event];
}

describe('all platforms on one URL', () => {
  // Not random, so that two replies to one message are the same.
  const random = (length: number) => Uint8Array.from({ length }, (_, index) => index);
  const codecs = SUBJECTS.map(({ create }) => create({ random }));
  const orders = [
    ['in order', anyOfList(codecs)],
    ['the other way round', anyOfList(codecs.toReversed())],
  ] as const;

  describe.each(orders)('%s', (_, all) => {
    it.each(SUBJECTS)('$name: each message is decoded and answered by its own', (subject) => {
      const own = subject.create({ random });
      for (const payload of payloadsOf(subject)) {
        const push = own.encode(payload);
        const expected = own.decode(push);
        const message = all.decode(push);
        expect(message).toEqual(expected);
        expect(all.verify(push)).toBe(own.verify(push));
        expect(all.reply(message)).toEqual(own.reply(expected));
        if (message.kind === 'event') {
          expect(all.reply(message, subject.answer)).toEqual(own.reply(expected, subject.answer));
        }
      }
    });
  });

  it('refuses what is for none of them', () => {
    for (const [, all] of orders) {
      for (const body of ['{}', '<xml></xml>', 'hello', '', '{"encrypt":"AAAA"}']) {
        expect(codeOf(() => all.decode({ body }))).toMatch(/^ERR_(REQUEST|SIGNATURE)$/);
        expect(all.verify({ body })).toBe(false);
      }
    }
  });
});

describe.each(SUBJECTS)('two apps of $name on one URL', (subject) => {
  const first = subject.create();
  const second = otherApp(subject);
  const both = anyOf(first, second);

  it('are told apart', () => {
    for (const app of [first, second]) {
      const other = app === first ? second : first;
      for (const payload of payloadsOf(subject)) {
        const push = app.encode(payload);
        expect(both.decode(push)).toEqual(app.decode(push));
        expect(both.verify(push)).toBe(app.verify(push));
        expect(both.reply(both.decode(push)).status).toBe(200);
        expect(codeOf(() => other.decode(push))).toMatch(/^ERR_/);
      }
    }
  });
});

describe('a rotation', () => {
  it('of Feishu’s Encrypt Key or Verification Token accepts the new and the old', () => {
    for (const change of [{ encryptKey: 'new key' }, { verificationToken: 'new' }]) {
      const current = createFeishuCodec({ ...FEISHU, ...change });
      const codec = anyOf(current, feishu);
      for (const app of [current, feishu]) {
        const event = codec.decode(app.encode(V2));
        expect(codec.reply(event, { toast: 1 }).body).toBe('{"toast":1}');
        const check = codec.decode(app.encode({ type: 'url_verification', challenge: 'c-1' }));
        expect(codec.reply(check).body).toBe('{"challenge":"c-1"}');
      }
    }
  });

  const { token, encodingAesKey, ownerKey } = DINGTALK;
  const TEXT = { ToUserName: 'gh', FromUserName: 'u', MsgType: 'text', Content: '好', MsgId: '1' };
  const dingTalks = (change: object) => createDingTalkCodec({ ...DINGTALK, ...change });
  const weComs = (change: object) => createWeComCodec({ token, encodingAesKey, receiveId: ownerKey, ...change });
  const weChats = (change: object) => createWeChatCodec({ token, encodingAesKey, appId: ownerKey, ...change });
  interface Encrypted extends CallbackCodec<CallbackMessage, string> {
    decodeReply(reply: { body: string }): unknown;
  }
  const platforms: [name: string, create: (change: object) => Encrypted, event: object, answer: string][] = [
    ['DingTalk', dingTalks as never, USER_ADDED, '收到'],
    ['WeCom', weComs as never, TEXT, '<xml>收到</xml>'],
    ['WeChat', weChats as never, TEXT, '<xml>收到</xml>'],
  ];

  it.each(
    platforms.flatMap((platform) => [
      [...platform, 'EncodingAESKey', { encodingAesKey: OTHER_AES_KEY }] as const,
      [...platform, 'Token', { token: 'new' }] as const,
      [...platform, 'secrets both', { token: 'new', encodingAesKey: OTHER_AES_KEY }] as const,
    ]),
  )('%s: the answer is under the secrets that opened the message', (_name, create, event, answer, _what, change) => {
    const current = create(change);
    const previous = create({});
    const codec = anyOf(current, previous);
    for (const app of [current, previous]) {
      const reply = codec.reply(codec.decode(app.encode(event)), answer);
      const other = app === current ? previous : current;
      expect(JSON.stringify(app.decodeReply(reply))).toContain(answer);
      expect(codeOf(() => other.decodeReply(reply))).toMatch(/^ERR_(SIGNATURE|DECRYPT)$/);
    }
  });

  it('passes the options of encode and reply on', () => {
    const codec = anyOf(dingTalks({ token: 'new' }), dingTalk);
    expect(codec.encode(USER_ADDED, { nonce: 'mine' }).query).toHaveProperty('nonce', 'mine');
    const message = codec.decode(dingTalkPush(USER_ADDED));
    expect(codec.reply(message, 'success', { nonce: 'mine' }).body).toContain('"nonce":"mine"');
  });
});

describe('what none accepts', () => {
  const otherOwner = createDingTalkCodec({ ...DINGTALK, ownerKey: 'other' });
  const otherAesKey = createDingTalkCodec({ ...DINGTALK, encodingAesKey: OTHER_AES_KEY });
  const otherToken = createDingTalkCodec({ ...DINGTALK, token: 'other' });
  const late = createDingTalkCodec({ ...DINGTALK, toleranceSeconds: 60, now: () => NOW + 61_000 });
  const push = dingTalkPush(USER_ADDED);

  it.each([
    ['ERR_OWNER', otherOwner],
    ['ERR_DECRYPT', otherAesKey],
    ['ERR_TIMESTAMP', late],
  ] as const)('is %s where a signature held, whichever codec comes first', (code, codec) => {
    const expected = refusalOf(() => codec.decode(push));
    expect(expected.code).toBe(code);
    for (const list of [
      [codec, otherToken],
      [otherToken, codec],
      [feishu, trtc, otherToken, codec],
    ]) {
      expect(refusalOf(() => anyOfList(list as unknown as Codec[]).decode(push))).toEqual(expected);
    }
  });

  it('is the first of those where there are several', () => {
    expect(codeOf(() => anyOf(feishu, late, otherOwner, otherAesKey).decode(push))).toBe('ERR_TIMESTAMP');
    expect(codeOf(() => anyOf(feishu, otherAesKey, late, otherOwner).decode(push))).toBe('ERR_DECRYPT');
    const error = errorOf(() => anyOf(feishu, otherOwner, otherAesKey, late).decode(push));
    expect(error).toMatchObject({ code: 'ERR_OWNER', receivedOwner: DINGTALK.ownerKey, platformCode: 900010 });
  });

  it('is else the first codec’s own error', () => {
    for (const list of [
      [trtc, feishu, otherToken],
      [feishu, otherToken, trtc],
      [otherToken, trtc, feishu],
    ] as unknown as Codec[][]) {
      for (const request of [push, { body: 'hello' }, {}]) {
        const expected = refusalOf(() => list[0]?.decode(request));
        expect(refusalOf(() => anyOfList(list).decode(request))).toEqual(expected);
        expect(anyOfList(list).verify(request)).toBe(false);
      }
    }
  });
});

describe('an error that is no refusal', () => {
  const asked = vi.fn(now);
  const second = createDingTalkRobotCodec({ appSecret: 's', now: asked });

  it('is thrown at once: a wrong request is wrong for all', () => {
    const codec = anyOf(trtc, second);
    for (const request of [{ body: {} }, undefined, 'body'] as unknown as CallbackRequest[]) {
      expect(errorOf(() => codec.decode(request))).toBeInstanceOf(TypeError);
      expect(errorOf(() => codec.verify(request))).toBeInstanceOf(TypeError);
    }
    expect(asked).not.toHaveBeenCalled();
  });

  it('is thrown at once: the first codec’s own clock does not work', () => {
    const broken = createDingTalkRobotCodec({
      appSecret: 's',
      now: () => {
        throw new RangeError('no clock');
      },
    });
    const push = robot.encode({ msgtype: 'text' });
    expect(() => anyOf(broken, second).decode(push)).toThrow(RangeError);
    expect(() => anyOf(broken, second).verify(push)).toThrow(RangeError);
    expect(asked).not.toHaveBeenCalled();
    expect(anyOf(second, broken).decode(push).type).toBe('text');
    expect(asked).toHaveBeenCalledOnce();
  });
});

it('goes on after the refusal of a codec of another copy of the package', async () => {
  vi.resetModules();
  const copy = await import('../src/trtc.ts');
  const foreign = copy.createTrtcCodec({ key: 'other' });
  const push = trtc.encode({ EventType: 103 });
  expect(errorOf(() => foreign.decode(push))).not.toBeInstanceOf(CallbackError);
  expect(anyOf(foreign, trtc).decode(push).type).toBe('103');
  expect(errorOf(() => anyOf(foreign, feishu).decode(push))).toMatchObject({
    name: 'CallbackError',
    code: 'ERR_SIGNATURE',
  });
});

describe('reply', () => {
  const codec = anyOf(feishu, dingTalk);
  const message = codec.decode(feishuPush({ ...V2, header: { event_type: 'e', token: FEISHU.verificationToken } }));

  it('does not know a copy: TypeError that says so', () => {
    expect(codec.reply(message).body).toBe('{}');
    for (const copy of [{ ...message }, structuredClone(message), Object.create(message)]) {
      expect(codeOf(() => codec.reply(copy))).toBe('TypeError');
      expect(errorOf(() => codec.reply(copy)).message).toMatch(/^message must be the object that decode .* not a copy/);
    }
  });

  it('does not know what its codecs decoded by themselves, or as parts of another', () => {
    const push = feishu.encode(V2);
    for (const other of [feishu, anyOf(feishu, dingTalk)]) {
      expect(codeOf(() => codec.reply(other.decode(push)))).toBe('TypeError');
    }
  });

  it('refuses what is no message', () => {
    for (const wrong of [undefined, null, 'success', 5, {}]) {
      expect(codeOf(() => codec.reply(wrong as never))).toBe('TypeError');
    }
    expect(errorOf(() => codec.reply('success' as never, message as never)).message).toMatch(
      /^message must be an object/,
    );
  });

  it('answers as often as it is asked, and refuses the answers that the own codec refuses', () => {
    expect(codec.reply(message)).toEqual(codec.reply(message));
    expect(codeOf(() => codec.reply(message, 'success'))).toBe('TypeError');
    const check = codec.decode(feishu.encode({ type: 'url_verification', challenge: 'c' }));
    expect(codeOf(() => codec.reply(check, {}))).toBe('TypeError');
  });

  it('does not keep messages alive', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage: () => void = runInNewContext('gc');
    const remembered = (() => new WeakRef(codec.decode(feishu.encode(V2))))();
    expect(remembered.deref()).toBeDefined();
    // What a WeakRef has shown lives until the end of the task.
    await new Promise((resolve) => setTimeout(resolve, 0));
    collectGarbage();
    expect(remembered.deref()).toBeUndefined();
    expect(codec.reply(message).body).toBe('{}');
  });
});

describe('encode and maxBodyBytes', () => {
  it('are the first codec’s, and the largest', () => {
    const narrow = createTrtcCodec({ key: 'narrow', maxBodyBytes: 100 });
    const wide = createTrtcCodec({ key: 'wide', maxBodyBytes: 1000 });
    for (const codec of [anyOf(narrow, wide), anyOf(wide, narrow)]) expect(codec.maxBodyBytes).toBe(1000);
    expect(anyOf(narrow, wide).encode).toBe(narrow.encode);
    expect(anyOf(wide, narrow).encode).toBe(wide.encode);
  });

  it('let a body between two limits go to the codec that takes it', () => {
    const narrow = createTrtcCodec({ key: 'narrow', maxBodyBytes: 100 });
    const wide = createTrtcCodec({ key: 'wide', maxBodyBytes: 1000 });
    const between = { EventType: 103, text: 'x'.repeat(200) };
    const both = anyOf(narrow, wide);
    expect(both.decode(wide.encode(between)).type).toBe('103');
    expect(both.verify(wide.encode(between))).toBe(true);
    expect(both.decode(narrow.encode({ EventType: 103 })).type).toBe('103');
    expect(codeOf(() => both.decode(narrow.encode(between)))).toBe('ERR_TOO_LARGE');
    expect(codeOf(() => both.decode(wide.encode({ ...between, more: 'x'.repeat(1000) })))).toBe('ERR_TOO_LARGE');
  });
});

describe('anyOf', () => {
  it('is of one codec at least', () => {
    expect(codeOf(() => (anyOf as () => unknown)())).toBe('TypeError');
    expect(errorOf(() => (anyOf as () => unknown)()).message).toBe('codecs must be at least one');
    const list = [SUBJECTS[0]?.create()];
    expect(errorOf(() => (anyOf as (codecs: unknown) => unknown)(list)).message).toMatch(/^codec.decode must be/);
    expect(anyOf(trtc).decode(trtc.encode({ EventType: 103 })).type).toBe('103');
  });

  it('is of codecs alone', () => {
    for (const wrong of [undefined, null, 'feishu', createFeishuCodec]) {
      expect(codeOf(() => anyOf(trtc, wrong as never))).toBe('TypeError');
    }
  });

  it('can be one of another', () => {
    const inner = anyOf(feishu, dingTalk);
    const codec = anyOf(trtc, anyOf(robot, inner));
    for (const [push, platform] of [
      [trtc.encode({ EventType: 103 }), 'trtc'],
      [robot.encode({ msgtype: 'text' }), 'dingtalk-robot'],
      [feishu.encode(V2), 'feishu'],
      [dingTalk.encode(USER_ADDED), 'dingtalk'],
    ] as const) {
      const message = codec.decode(push);
      expect(message.platform).toBe(platform);
      expect(codec.reply(message).status).toBe(200);
      expect(codec.verify(push)).toBe(true);
    }
    const answer = codec.reply(codec.decode(dingTalk.encode(USER_ADDED)), '收到');
    expect(dingTalk.decodeReply(answer)).toBe('收到');
  });

  it('is a codec whose URL is probed where one of its codecs is', () => {
    const card = createDingTalkCardCodec({ apiSecret: 's' });
    expect(ANSWERS_PROBES in anyOf(feishu, robot)).toBe(true);
    expect(ANSWERS_PROBES in anyOf(robot)).toBe(true);
    expect(ANSWERS_PROBES in anyOf(feishu, anyOf(card, robot))).toBe(true);
    expect(ANSWERS_PROBES in anyOf(feishu, dingTalk, card)).toBe(false);
    expect(Object.keys(anyOf(robot))).toEqual(['maxBodyBytes', 'decode', 'verify', 'encode', 'reply']);
  });

  it('is as strong as its weakest codec, which the documentation says', () => {
    const plain = createFeishuCodec({ verificationToken: FEISHU.verificationToken });
    const push = plain.encode(V2);
    expect(codeOf(() => anyOf(feishu, createFeishuCodec({ ...FEISHU, encryptKey: 'old' })).decode(push))).toBe(
      'ERR_SIGNATURE',
    );
    expect(anyOf(feishu, plain).decode(push).type).toBe('e');
    expect(anyOf(feishu, plain).verify(push)).toBe(false);
  });
});

describe('Feishu’s unsigned path', () => {
  const CHALLENGE = { challenge: 'c-1', token: FEISHU.verificationToken, type: 'url_verification' };
  const second = createFeishuCodec({ ...FEISHU, encryptKey: 'second' });
  const challenge = JSON.stringify(CHALLENGE);
  const right = Buffer.from(feishuSeal(challenge), 'base64');
  const flipped = (at: number) => right.map((byte, index) => (index === at ? byte ^ 1 : byte));
  const encrypts = [
    feishuSeal(JSON.stringify({ ...CHALLENGE, token: 'other' })),
    feishuSeal(JSON.stringify({ ...CHALLENGE, type: 'other' })),
    feishuSeal(JSON.stringify(V2)),
    feishuSeal(' {}'),
    feishuSeal(Uint8Array.of(0xff)),
    feishuSeal(challenge, new Uint8Array(padding(utf8(challenge).length, 16).length)),
    second.encrypt(JSON.stringify({ ...CHALLENGE, token: 'other' })),
    second.encrypt('hello'),
    ...[0, 16, right.length - 17, right.length - 1].map((at) => Buffer.from(flipped(at)).toString('base64')),
    right.subarray(0, 40).toString('base64'),
    'A'.repeat(64),
    'A'.repeat(513),
    'no base64!',
    '',
  ];

  it.each<[name: string, codec: Codec]>([
    ['two Feishu apps', anyOf(feishu, second)],
    ['the other way round', anyOf(second, feishu)],
    [
      'apps, old cards and another platform',
      anyOf(feishu, createFeishuCardCodec({ verificationToken: 'v-token' }), second, dingTalk),
    ],
  ])('has one constant error whatever is sent: %s', (_, codec) => {
    const refusals = encrypts.map((encrypt) => refusalOf(() => codec.decode({ body: encrypted(encrypt) })));
    expect(new Set(refusals.map((refusal) => JSON.stringify(refusal))).size).toBe(1);
    expect(refusals[0]?.code).toBe('ERR_SIGNATURE');
    for (const encrypt of encrypts) expect(codec.verify({ body: encrypted(encrypt) })).toBe(false);
    for (const app of [feishu, second]) {
      expect(codec.decode({ body: bodyOf(app.encode(CHALLENGE)) })).toMatchObject({
        kind: 'verification',
        challenge: 'c-1',
      });
    }
  });
});
