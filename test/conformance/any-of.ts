// Several codecs as one: several apps on one URL, and the secrets before and after a change.
import { subjectsOf } from './all-codecs.ts';
import { CHAT, type Context, counting, DINGTALK, FEISHU, jsonReply, now, ROBOT, SECONDS } from './tools.ts';

const EVENT = { schema: '2.0', header: { event_id: 'e-1', event_type: 't' }, event: { text: '你好' } };

export function severalCodecs(context: Context): void {
  const { lib, equal } = context;
  const subjects = subjectsOf(lib).filter(({ name }) => name !== 'WeChat, plain');
  const codecs = subjects.map(({ create }) => create());
  const [first, ...others] = codecs;
  const all = lib.anyOf(first as NonNullable<typeof first>, ...others);
  for (const { name, platform, create, event, type, id, verification } of subjects) {
    const own = create();
    const sent = create().encode(event);
    equal(`${name} beside all others`, () => all.decode(sent), own.decode(sent));
    equal(`${name} verified beside all others`, () => all.verify(sent), true);
    equal(`${name} answered beside all others`, () => {
      const message = all.decode(sent);
      const { status, headers } = all.reply(message);
      return [message.platform, message.type, message.id, status, headers];
    }, [platform, type, id, 200, own.reply(own.decode(sent)).headers]);
    if (verification === undefined) continue;
    const check = create().encode(verification);
    equal(`${name} checked beside all others`, () => all.reply(all.decode(check)), own.reply(own.decode(check)));
  }
  rotations(context);
  refusals(context);
  rules(context);
}

/** Old and new secrets: each message is answered under the secrets that opened it. */
function rotations({ lib, equal, refuses }: Context): void {
  const options = { now, random: counting() };
  const [current, previous] = ['new', 'old'].map((encryptKey) =>
    lib.createFeishuCodec({ ...FEISHU, ...options, encryptKey }),
  );
  if (current === undefined || previous === undefined) throw new Error('there are two');
  const both = lib.anyOf(current, previous);
  for (const [name, from] of [
    ['current', current],
    ['previous', previous],
  ] as const) {
    equal(`Feishu, the ${name} key`, () => both.decode(from.encode(EVENT)), from.decode(from.encode(EVENT)));
    const challenge = from.encode({ type: 'url_verification', challenge: 'c' });
    equal(
      `Feishu, a challenge of the ${name} key`,
      () => both.reply(both.decode(challenge)),
      jsonReply({ challenge: 'c' }),
    );
  }
  refuses(
    'Feishu, another key',
    () => both.decode(lib.createFeishuCodec({ ...FEISHU, ...options }).encode(EVENT)),
    'ERR_SIGNATURE',
  );
  equal('encode is the first', () => current.verify(both.encode(EVENT)), true);

  const [one, two] = ['ding1', 'ding2'].map((ownerKey) =>
    lib.createDingTalkCodec({ ...DINGTALK, ...options, token: ownerKey, ownerKey }),
  );
  if (one === undefined || two === undefined) throw new Error('there are two');
  const apps = lib.anyOf(one, two);
  for (const app of [one, two]) {
    const message = apps.decode(app.encode({ EventType: 't' }));
    equal('DingTalk, answered as the app that was asked', () => app.decodeReply(apps.reply(message)), 'success');
  }
}

/** Which of the refusals is told: the first behind a signature that held, else that of the first codec. */
function refusals({ lib, equal, refuses }: Context): void {
  const options = { ...DINGTALK, now, random: counting() };
  const codec = lib.createDingTalkCodec(options);
  const otherToken = lib.createDingTalkCodec({ ...options, token: 'guess' });
  const otherOwner = lib.createDingTalkCodec({ ...options, ownerKey: 'someone' });
  const otherKey = lib.createDingTalkCodec({ ...options, encodingAesKey: `${DINGTALK.encodingAesKey.slice(1)}A` });
  const windowed = lib.createDingTalkCodec({ ...options, toleranceSeconds: 1 });
  const plain = lib.createFeishuCodec({ verificationToken: 'v-token' });
  const sent = codec.encode({ EventType: 't' }, { timestamp: String((SECONDS - 2) * 1000) });
  for (const [name, codecs, code] of [
    ['ERR_OWNER behind ERR_SIGNATURE', [otherToken, otherOwner], 'ERR_OWNER'],
    ['ERR_DECRYPT behind ERR_SIGNATURE', [otherToken, otherKey], 'ERR_DECRYPT'],
    ['ERR_TIMESTAMP behind ERR_SIGNATURE', [otherToken, windowed], 'ERR_TIMESTAMP'],
    ['the first of two', [otherOwner, otherKey], 'ERR_OWNER'],
    ['the first of two, the other way round', [otherKey, otherOwner], 'ERR_DECRYPT'],
    ['the first of all', [plain, otherToken], 'ERR_REQUEST'],
    ['the first of all, the other way round', [otherToken, plain], 'ERR_SIGNATURE'],
  ] as const) {
    const all = lib.anyOf<readonly [typeof codec, typeof codec]>(...(codecs as readonly [never, never]));
    refuses(name, () => all.decode(sent), code);
  }
  equal('one that accepts behind all refusals', () => lib.anyOf(otherToken, otherOwner, codec).decode(sent).type, 't');
  equal('verify of none', () => lib.anyOf(otherToken, plain).verify(sent), false);
  refuses(
    'a mistake of the programmer stops at once',
    () => lib.anyOf(otherToken, codec).decode({ body: {} as never }),
    'TypeError',
  );
  refuses(
    'a mistake of the programmer, to verify',
    () => lib.anyOf(otherToken, codec).verify({ body: {} as never }),
    'TypeError',
  );
}

function rules({ lib, equal, refuses }: Context): void {
  const feishu = lib.createFeishuCodec({ ...FEISHU, now, random: counting(), maxBodyBytes: 500 });
  const chat = lib.createTencentChatCodec({ ...CHAT, now, maxBodyBytes: 1000 });
  const all = lib.anyOf(feishu, chat);
  const message = all.decode(chat.encode({ CallbackCommand: 'c' }));
  equal('the largest limit', () => all.maxBodyBytes, 1000);
  refuses('a copy of a message', () => all.reply({ ...message }), 'TypeError');
  refuses(
    'a message that another object decoded',
    () => all.reply(chat.decode(chat.encode({ CallbackCommand: 'c' }))),
    'TypeError',
  );
  refuses('no message', () => all.reply(undefined as never), 'TypeError');
  refuses('no codec', () => (lib.anyOf as () => unknown)(), 'TypeError');
  refuses('no codec in the list', () => lib.anyOf(feishu, undefined as never), 'TypeError');
  equal('one of one', () => lib.anyOf(feishu).decode(feishu.encode(EVENT)).type, 't');
  equal('one of several of several', () => {
    const robot = lib.createDingTalkRobotCodec({ ...ROBOT, now });
    const nested = lib.anyOf(lib.anyOf(feishu, robot), chat);
    const decoded = nested.decode(robot.encode({ msgtype: 'text' }));
    return [decoded.platform, nested.reply(decoded, {}).body];
  }, ['dingtalk-robot', '{}']);
  const { decode, reply } = all;
  equal('methods need no this', () => reply(decode(chat.encode({ CallbackCommand: 'c' }))).status, 200);
}
