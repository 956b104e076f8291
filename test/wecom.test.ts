import { describe, expect, it } from 'vitest';
import { parseXml } from '../src/internal/xml.ts';
import {
  type CallbackRequest,
  createWeComCodec,
  decryptWeComMessage,
  encryptWeComMessage,
  type WeComCodec,
  type WeComEvent,
  type WeComMessage,
  weComSignature,
} from '../src/wecom.ts';
import {
  bodyOf,
  codeOf,
  DINGTALK,
  dingTalkSeal,
  errorOf,
  hash,
  IV,
  jsonOf,
  NOW,
  padding,
  polluted,
  refusalOf,
  utf8,
} from './helpers.ts';
import platforms from './vectors/platforms.json' with { type: 'json' };
import siblings from './vectors/siblings.json' with { type: 'json' };

/** A key that the helpers, which are DingTalk's, can encrypt under. */
const { token, encodingAesKey } = DINGTALK;
const receiveId = 'ww47eb21b28a3d7f34';
const SECRETS = { token, encodingAesKey, receiveId };
const now = () => NOW;
const codec = createWeComCodec({ ...SECRETS, now });

const TEXT = {
  ToUserName: receiveId,
  FromUserName: 'zhangsan',
  MsgType: 'text',
  Content: '你好',
  MsgId: '7',
  AgentID: '1',
};
const XML =
  '<xml><ToUserName><![CDATA[ww47eb21b28a3d7f34]]></ToUserName><FromUserName><![CDATA[zhangsan]]></FromUserName>' +
  '<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content><MsgId><![CDATA[7]]></MsgId>' +
  '<AgentID><![CDATA[1]]></AgentID></xml>';
const BOT = { msgid: 'm-1', aibotid: 'bot', msgtype: 'text', text: { content: '你好' } };

const seal = (text: string, owner: string = receiveId) => dingTalkSeal(text, { owner });

/** The parameters that sign `encrypt`. */
function signed(encrypt: string, timestamp = '1700000000', nonce = '1372623149') {
  const msg_signature = hash('sha1', ...[token, timestamp, nonce, encrypt].sort());
  return { msg_signature, timestamp, nonce };
}

const push = (encrypt: string, timestamp?: string) => ({
  query: signed(encrypt, timestamp),
  body: `<xml><ToUserName><![CDATA[t]]></ToUserName><AgentID>218</AgentID><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`,
});
const jsonPush = (encrypt: string) => ({ query: signed(encrypt), body: JSON.stringify({ encrypt }) });
const check = (encrypt: string) => ({ query: { ...signed(encrypt), echostr: encrypt } });

function eventOf(message: WeComMessage): WeComEvent {
  return message.kind === 'event' ? message : expect.fail('it is a verification');
}

describe('vectors', () => {
  const vectors = [...platforms.vectors, ...siblings.vectors].map(({ id, op, platform, input, expected }) => ({
    id,
    op,
    platform,
    input: input as unknown as Record<string, string>,
    expected: expected as unknown as Record<string, string>,
  }));
  const flows = siblings.vectors.filter(({ op }) => op === 'wecom.flow').map((vector) => vector as unknown as Flow);

  interface Flow {
    id: string;
    input: {
      config: { token: string; encodingAesKey: string; ownerKey: string };
      query: Record<string, string>;
      url: string;
      body?: string;
    };
    expected: Record<string, string | undefined>;
  }

  const secretsOf = ({ token, encodingAesKey, ownerKey }: Record<string, string>) => ({
    token: token ?? 'none',
    encodingAesKey: encodingAesKey as string,
    receiveId: ownerKey as string,
  });
  const partsOf = ({ token, timestamp, nonce }: Record<string, string>, encrypt: string) =>
    ({ token, timestamp, nonce, encrypt }) as Parameters<typeof weComSignature>[0];

  it.each(vectors.filter(({ op }) => op === 'wecom.decrypt'))('decrypts $id', ({ input, expected }) => {
    const { encrypt = '', signature = '', timestamp = '', nonce = '' } = input;
    const secrets = secretsOf(input);
    const { plaintext = '', randomHex = '' } = expected;
    expect(weComSignature(partsOf(input, encrypt))).toBe(signature);
    expect(decryptWeComMessage(encrypt, secrets)).toBe(plaintext);
    expect(hash('sha256', plaintext)).toBe(expected.plaintextSha256);
    expect(encryptWeComMessage(plaintext, secrets, { prefix: Buffer.from(randomHex, 'hex') })).toBe(encrypt);
    const codec = createWeComCodec(secrets);
    expect(codec.decrypt(encrypt)).toEqual({ text: plaintext, receiveId: secrets.receiveId });
    const query = { msg_signature: signature, timestamp, nonce };
    expect(codec.verify({ query, body: JSON.stringify({ Encrypt: encrypt }) })).toBe(true);
    const body = `<xml><Encrypt>${encrypt}</Encrypt><MsgSignature>${signature}</MsgSignature><TimeStamp>${timestamp}</TimeStamp><Nonce>${nonce}</Nonce></xml>`;
    expect(codec.decodeReply({ body })).toBe(plaintext);
  });

  it.each(vectors.filter(({ op }) => op === 'wecom.encrypt'))('encrypts $id', ({ platform, input, expected }) => {
    const secrets = secretsOf(input);
    const { plaintext = '', random, randomHex = '', timestamp, nonce } = input;
    const prefix = random === undefined ? Buffer.from(randomHex, 'hex') : utf8(random);
    const { encrypt = '', signature } = expected;
    expect(encryptWeComMessage(plaintext, secrets, { prefix })).toBe(encrypt);
    const codec = createWeComCodec(secrets);
    expect(codec.encrypt(plaintext, { prefix })).toBe(encrypt);
    if (signature === undefined) return;
    expect(weComSignature(partsOf(input, encrypt))).toBe(signature);
    const format = input.format === 'json' ? 'json' : 'xml';
    const asked = codec.decode(codec.encode(format === 'json' ? BOT : TEXT, { format }));
    const reply = codec.reply(asked, plaintext, { prefix, timestamp, nonce });
    expect(codec.decodeReply(reply)).toBe(plaintext);
    const fields = format === 'json' ? Object.values(jsonOf(reply)) : Object.values(parseXml(reply.body) as object);
    expect(fields.map(String)).toEqual([encrypt, signature, timestamp, nonce]);
    // WeChat's JSON has other names.
    if (expected.officialBody === undefined || platform !== 'wecom') return;
    expect(codec.decodeReply({ body: expected.officialBody })).toBe(plaintext);
    const named = (body: string) => body.match(/<\w+>|"\w+":/g);
    expect(named(reply.body)).toEqual(named(expected.officialBody));
  });

  it.each(flows)('passes the flow $id', ({ input: { config, query, url, body }, expected }) => {
    const codec = createWeComCodec(secretsOf(config));
    for (const parameters of [{ query }, { url }]) {
      for (const received of body === undefined ? [undefined, null, ''] : [body, utf8(body)]) {
        const request = { ...parameters, body: received };
        if (expected.kind === 'reject') {
          expect(codeOf(() => codec.decode(request))).toBe(expected.code);
          continue;
        }
        const { ownerKey, kind, text, format, toUserName, agentId } = expected;
        const message = codec.decode(request);
        expect(message).toMatchObject({
          kind: kind === 'verify' ? 'verification' : 'event',
          text,
          receiveId: ownerKey,
          timestamp: query.timestamp,
          nonce: query.nonce,
        });
        expect(codec.verify(request)).toBe(true);
        if (kind === 'verify') expect(codec.reply(message).body).toBe(text);
        else expect(message).toMatchObject({ format });
        if (toUserName !== undefined) expect(message).toMatchObject({ toUserName, agentId });
      }
    }
  });

  it('has all of them', () => {
    const count = (op: string) => vectors.filter((vector) => vector.op === op).length;
    expect([count('wecom.decrypt'), count('wecom.encrypt'), flows.length]).toEqual([6, 7, 8]);
  });
});

describe('weComSignature', () => {
  const parts = { token: 'token', timestamp: '1700000000', nonce: 'nonce', encrypt: 'AAAA' };

  it('is the lower-case hex SHA-1 of the sorted parts', () => {
    expect(weComSignature(parts)).toBe(hash('sha1', '1700000000AAAAnoncetoken'));
    expect(weComSignature({ token: 'a', timestamp: '10', nonce: '9', encrypt: 'B' })).toBe(hash('sha1', '109Ba'));
    expect(weComSignature({ token: 'a', timestamp: '', nonce: '', encrypt: '' })).toBe(hash('sha1', 'a'));
  });

  it('refuses a missing secret, and what is not text', () => {
    for (const missing of [undefined, null, '']) {
      expect(codeOf(() => weComSignature({ ...parts, token: missing as string }))).toBe('ERR_CONFIG');
    }
    for (const name of ['timestamp', 'nonce', 'encrypt']) {
      for (const wrong of [undefined, 5, 'hush\ud800']) {
        expect(codeOf(() => weComSignature({ ...parts, [name]: wrong }))).toBe('TypeError');
      }
    }
    expect(codeOf(() => weComSignature(undefined as never))).toBe('TypeError');
  });
});

describe('encryptWeComMessage and decryptWeComMessage', () => {
  it('agree with a second copy of the scheme', () => {
    for (const text of ['', 'x', '你好😀', XML]) {
      for (const id of [receiveId, '', '企业']) {
        const secrets = { encodingAesKey, receiveId: id };
        expect(encryptWeComMessage(text, secrets, { prefix: IV })).toBe(seal(text, id));
        expect(decryptWeComMessage(seal(text, id), secrets)).toBe(text);
      }
    }
  });

  it('draw a prefix of 16 characters, from `random` where it is given', () => {
    const encrypt = encryptWeComMessage('x', SECRETS);
    expect(encryptWeComMessage('x', SECRETS)).not.toBe(encrypt);
    expect(decryptWeComMessage(encrypt, SECRETS)).toBe('x');
    const random = (length: number) => new Uint8Array(length);
    expect(encryptWeComMessage('x', SECRETS, { random })).toBe(
      encryptWeComMessage('x', SECRETS, { prefix: utf8('A'.repeat(16)) }),
    );
    expect(codeOf(() => encryptWeComMessage('x', SECRETS, { random: () => new Uint8Array(1) }))).toBe('ERR_RANDOM');
  });

  it('take a list of receiveids where they read, and one where they write', () => {
    expect(decryptWeComMessage(seal('x', 'b'), { encodingAesKey, receiveId: ['a', 'b', ''] })).toBe('x');
    expect(decryptWeComMessage(seal('x', ''), { encodingAesKey, receiveId: ['a', 'b', ''] })).toBe('x');
    expect(codeOf(() => decryptWeComMessage(seal('x', 'c'), { encodingAesKey, receiveId: ['a', 'b', ''] }))).toBe(
      'ERR_OWNER',
    );
    expect(codeOf(() => encryptWeComMessage('x', { encodingAesKey, receiveId: ['a'] as never }))).toBe('TypeError');
  });

  it('number what they refuse, and tell nothing of a message that nobody verified', () => {
    const owner = errorOf(() => decryptWeComMessage(seal('x', 'other'), SECRETS));
    expect(owner).toMatchObject({ code: 'ERR_OWNER', platformCode: -40005 });
    expect(owner).not.toHaveProperty('receivedOwner');
    for (const wrong of ['', 'AAAA', `${seal('x').slice(0, -4)}AAA=`]) {
      expect(refusalOf(() => decryptWeComMessage(wrong, SECRETS))).toMatchObject({
        code: 'ERR_DECRYPT',
        platformCode: -40008,
      });
    }
    for (const use of [
      (key: string) => decryptWeComMessage(seal('x'), { encodingAesKey: key, receiveId }),
      (key: string) => encryptWeComMessage('x', { encodingAesKey: key, receiveId }),
      (key: string) => createWeComCodec({ ...SECRETS, encodingAesKey: key }),
    ]) {
      for (const key of [undefined as never, '', `${encodingAesKey}=`, encodingAesKey.slice(1)]) {
        expect(refusalOf(() => use(key))).toMatchObject({ code: 'ERR_CONFIG', platformCode: -40004 });
      }
    }
  });

  it('refuse wrong types and a prefix of another length', () => {
    expect(codeOf(() => decryptWeComMessage(5 as never, SECRETS))).toBe('TypeError');
    expect(codeOf(() => decryptWeComMessage('AAAA', undefined as never))).toBe('TypeError');
    expect(codeOf(() => encryptWeComMessage(5 as never, SECRETS))).toBe('TypeError');
    expect(codeOf(() => encryptWeComMessage('hush\ud800', SECRETS))).toBe('TypeError');
    expect(codeOf(() => encryptWeComMessage('x', null as never))).toBe('TypeError');
    expect(codeOf(() => encryptWeComMessage('x', SECRETS, { prefix: new Uint8Array(15) }))).toBe('ERR_CONFIG');
  });
});

describe('receiveId', () => {
  it('must be written: one that is not set is ERR_CONFIG everywhere', () => {
    const { receiveId: _, ...without } = SECRETS;
    for (const missing of [undefined, null, [], [undefined], ['a', null], [''].slice(1), '\n', 'a\n']) {
      for (const use of [
        () => createWeComCodec({ ...SECRETS, receiveId: missing as never }),
        () => decryptWeComMessage(seal('x'), { ...SECRETS, receiveId: missing as never }),
      ]) {
        expect(refusalOf(use)).toMatchObject({ code: 'ERR_CONFIG', platformCode: undefined });
      }
    }
    expect(codeOf(() => createWeComCodec(without as never))).toBe('ERR_CONFIG');
    for (const missing of [undefined, null]) {
      expect(codeOf(() => encryptWeComMessage('x', { encodingAesKey, receiveId: missing as never }))).toBe(
        'ERR_CONFIG',
      );
    }
    for (const wrong of [5, {}, [5]]) {
      expect(codeOf(() => createWeComCodec({ ...SECRETS, receiveId: wrong as never }))).toBe('TypeError');
    }
  });

  it('may be empty, and then still compares', () => {
    const bot = createWeComCodec({ ...SECRETS, receiveId: '' });
    expect(bot.decode(jsonPush(seal(JSON.stringify(BOT), '')))).toMatchObject({ receiveId: '', event: BOT });
    expect(bot.decrypt(seal('x', ''))).toEqual({ text: 'x', receiveId: '' });
    for (const other of [receiveId, ' ', '\0']) {
      const refusal = errorOf(() => bot.decode(jsonPush(seal(JSON.stringify(BOT), other))));
      expect(refusal).toMatchObject({ code: 'ERR_OWNER', platformCode: -40005, receivedOwner: other });
      expect(codeOf(() => bot.decrypt(seal('x', other)))).toBe('ERR_OWNER');
    }
    const refusal = errorOf(() => codec.decode(push(seal(XML, ''))));
    expect(refusal).toMatchObject({ code: 'ERR_OWNER', receivedOwner: '' });
  });

  it('compares exactly', () => {
    for (const other of [receiveId.toUpperCase(), `${receiveId} `, receiveId.slice(1), `${receiveId}\0`]) {
      const refusal = errorOf(() => codec.decode(push(seal(XML, other))));
      expect(refusal).toMatchObject({ code: 'ERR_OWNER', platformCode: -40005, receivedOwner: other });
      expect(refusal.message).not.toContain(other);
      expect(codec.verify(push(seal(XML, other)))).toBe(true);
    }
  });

  it('may be a list: messages say which, replies and pushes use it', () => {
    const suite = createWeComCodec({ ...SECRETS, receiveId: ['provider', 'suite', '', 'customer'] });
    for (const id of ['provider', 'suite', '', 'customer']) {
      const message = suite.decode(push(seal(XML, id)));
      expect(message.receiveId).toBe(id);
      expect(
        decryptWeComMessage(/<Encrypt><!\[CDATA\[(.*?)]]>/.exec(suite.reply(message, 'x').body)?.[1] ?? '', {
          encodingAesKey,
          receiveId: id,
        }),
      ).toBe('x');
      expect(suite.decode(suite.encode(TEXT, { receiveId: id }))).toMatchObject({ receiveId: id, toUserName: id });
      expect(suite.encrypt('x', { receiveId: id, prefix: IV })).toBe(seal('x', id));
    }
    expect(suite.encrypt('x', { prefix: IV })).toBe(seal('x', 'provider'));
    expect(suite.decode(suite.encode(TEXT)).receiveId).toBe('provider');
    expect(errorOf(() => suite.decode(push(seal(XML, 'x'))))).toMatchObject({ code: 'ERR_OWNER', receivedOwner: 'x' });
    for (const use of [() => suite.encrypt('x', { receiveId: 'x' }), () => suite.encode(TEXT, { receiveId: 'x' })]) {
      expect(codeOf(use)).toBe('ERR_CONFIG');
    }
  });

  it('is told by decode, which verifies, and not by decrypt', () => {
    expect(errorOf(() => codec.decode(push(seal(XML, 'other'))))).toHaveProperty('receivedOwner', 'other');
    expect(errorOf(() => codec.decode(check(seal('1', 'other'))))).toHaveProperty('receivedOwner', 'other');
    const owner = errorOf(() => codec.decrypt(seal(XML, 'other')));
    expect(owner).toMatchObject({ code: 'ERR_OWNER', platformCode: -40005 });
    expect(owner).not.toHaveProperty('receivedOwner');
  });
});

describe('the URL check', () => {
  const ECHOSTR = '1616140317555161061';

  it('is a GET whose text is the reply, bare', () => {
    for (const body of [undefined, null, '', new Uint8Array(0)]) {
      const request = { ...check(seal(ECHOSTR)), body };
      const message = codec.decode(request);
      expect(message).toEqual({
        platform: 'wecom',
        kind: 'verification',
        type: 'echostr',
        receiveId,
        timestamp: '1700000000',
        nonce: '1372623149',
        text: ECHOSTR,
        event: undefined,
      });
      expect(codec.verify(request)).toBe(true);
      expect(codec.reply(message)).toEqual({
        status: 200,
        headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
        body: ECHOSTR,
      });
    }
  });

  it('is read from a URL, where a bare plus is one', () => {
    // With this prefix the base64 has a plus sign and a slash.
    const encrypt = codec.encrypt(ECHOSTR, { prefix: utf8('0000000000000005') });
    expect(encrypt).toMatch(/^(?=.*\+).*\//);
    const { msg_signature, timestamp, nonce } = signed(encrypt);
    for (const echostr of [encrypt, encodeURIComponent(encrypt)]) {
      const url = `/callback?msg_signature=${msg_signature}&timestamp=${timestamp}&nonce=${nonce}&echostr=${echostr}`;
      expect(codec.decode({ url }).text).toBe(ECHOSTR);
    }
    const url = `/callback?msg_signature=${msg_signature}&timestamp=${timestamp}&nonce=${nonce}&echostr=${encrypt.replaceAll('+', '%20')}`;
    expect(codeOf(() => codec.decode({ url }))).toBe('ERR_SIGNATURE');
  });

  it('may come again and again', () => {
    const request = check(seal(ECHOSTR));
    expect([1, 2, 3].map(() => codec.decode(request).text)).toEqual([ECHOSTR, ECHOSTR, ECHOSTR]);
  });

  it.each(['0', '-', '_', 'aZ09-_', 'x'.repeat(64)])('takes the word %s', (word) => {
    expect(codec.reply(codec.decode(check(seal(word)))).body).toBe(word);
  });

  it.each([
    '',
    'x'.repeat(65),
    'a b',
    'a\n',
    '\na',
    'a.b',
    '{}',
    '[]',
    '<xml/>',
    '1"',
    'é',
    '１',
    ' 1',
    'a\0',
    'a\n{}\nb',
  ])('refuses %j, which is no word', (text) => {
    const request = check(seal(text));
    expect(refusalOf(() => codec.decode(request))).toEqual({
      code: 'ERR_REQUEST',
      message: 'the echostr is not one: its text must be 1 to 64 of A-Z, a-z, 0-9, _ and -',
      platformCode: -40002,
    });
  });

  it('has no body', () => {
    const encrypt = seal(ECHOSTR);
    for (const body of [push(encrypt).body, ' ', '{}', utf8('x'), Uint8Array.of(0xff)]) {
      const request = { ...check(encrypt), body };
      expect(refusalOf(() => codec.decode(request))).toEqual({
        code: 'ERR_REQUEST',
        message: 'a request with echostr has no body',
        platformCode: -40002,
      });
      expect(codec.verify(request)).toBe(false);
    }
  });

  it('is signed, fresh and for us like a message', () => {
    const { query } = check(seal(ECHOSTR));
    const other = check(seal('1', 'other'));
    for (const name of ['msg_signature', 'timestamp', 'nonce']) {
      expect(refusalOf(() => codec.decode({ query: { ...query, [name]: '' } }))).toEqual({
        code: 'ERR_SIGNATURE',
        message: `the URL carries no ${name}`,
        platformCode: -40001,
      });
    }
    expect(codeOf(() => codec.decode({ query: { ...query, echostr: other.query.echostr } }))).toBe('ERR_SIGNATURE');
    expect(codeOf(() => codec.decode(other))).toBe('ERR_OWNER');
    const strict = createWeComCodec({ ...SECRETS, toleranceSeconds: 60, now: () => NOW + 61_000 });
    expect(codeOf(() => strict.decode({ query }))).toBe('ERR_TIMESTAMP');
    expect(codeOf(() => codec.decode(check('AAAA')))).toBe('ERR_DECRYPT');
  });

  it('is no check where echostr is empty, which is absent', () => {
    expect(codec.decode({ ...push(seal(XML)), query: { ...push(seal(XML)).query, echostr: '' } }).kind).toBe('event');
    expect(refusalOf(() => codec.decode({ query: { ...signed(''), echostr: '' } })).message).toMatch(/^body is empty/);
  });

  it('takes no answer', () => {
    const message = codec.decode(check(seal(ECHOSTR)));
    for (const answer of ['success', {}, null]) {
      expect(errorOf(() => codec.reply(message, answer as string)).message).toMatch(/^answer must be left out/);
    }
  });

  it('is made by encode', () => {
    const push = codec.encode({ echostr: ECHOSTR }, { timestamp: '1700000000', nonce: '1372623149', prefix: IV });
    expect(push).toEqual({ method: 'GET', headers: {}, query: check(seal(ECHOSTR)).query, body: null });
    expect(codec.decode(push).text).toBe(ECHOSTR);
    expect(codeOf(() => codec.encode({ echostr: 5 }))).toBe('TypeError');
    expect(codec.decode(codec.encode('{"echostr":"1"}', { format: 'json' })).kind).toBe('event');
  });
});

describe('a message sent as echostr', () => {
  type Captured = { msg_signature: string; timestamp: string; nonce: string; encrypt: string };

  const answers = (format: 'xml' | 'json', answer: string | object): Captured => {
    const message = codec.decode(codec.encode(format === 'xml' ? TEXT : BOT, { format }));
    const reply = codec.reply(message, answer, { timestamp: '1700000000' });
    const [encrypt, msg_signature, timestamp, nonce] = Object.values(
      format === 'xml' ? (parseXml(reply.body) as object) : jsonOf(reply),
    ).map(String);
    return { encrypt, msg_signature, timestamp, nonce } as Captured;
  };
  const events = (text: string): Captured => ({ ...signed(seal(text)), encrypt: seal(text) });

  /** The vendor's protocol to the letter: whatever is signed is decrypted and sent back. */
  function answerByTheLetter({ msg_signature, timestamp, nonce, echostr }: Record<string, string>): string {
    const encrypt = echostr as string;
    const parts = { token, timestamp, nonce, encrypt } as Parameters<typeof weComSignature>[0];
    if (weComSignature(parts) !== msg_signature) expect.fail('the signature is wrong');
    return decryptWeComMessage(encrypt, SECRETS);
  }

  it.each<[what: string, captured: Captured, secret: string]>([
    ['an event in XML', events(XML), '你好'],
    ['an event in JSON', events(JSON.stringify(BOT)), '你好'],
    ['an empty event in XML', events('<xml/>'), '<xml/>'],
    ['an empty event in JSON', events('{}'), '{}'],
    ['an answer of ours in XML', answers('xml', { Content: '收到' }), '收到'],
    ['an answer of ours in JSON', answers('json', { text: { content: '收到' } }), '收到'],
    ['a short answer of ours in XML', answers('xml', { A: 1 }), '<xml><A>1</A></xml>'],
    ['a short answer of ours in JSON', answers('json', {}), '{}'],
    ['an answer of ours in text', answers('xml', '<xml><A>1</A></xml>'), '<xml><A>1</A></xml>'],
  ])('is not answered decrypted, though signed: %s', (_, { encrypt, ...parts }, secret) => {
    const query = { ...parts, echostr: encrypt };
    expect(answerByTheLetter(query), 'the hole').toContain(secret);
    expect(codec.verify({ query }), 'the signature alone').toBe(true);
    const refusal = errorOf(() => codec.decode({ query }));
    expect(refusal).toMatchObject({ code: 'ERR_REQUEST', platformCode: -40002 });
    expect(refusal.message).not.toContain(secret);
  });

  it('lets through what is a check, by the letter and by us', () => {
    const { query } = check(seal('1616140317555161061'));
    expect(answerByTheLetter(query)).toBe('1616140317555161061');
    expect(codec.decode({ query }).text).toBe('1616140317555161061');
  });
});

describe('an event', () => {
  it('is read from an envelope in XML', () => {
    expect(codec.decode(push(seal(XML)))).toEqual({
      platform: 'wecom',
      kind: 'event',
      format: 'xml',
      type: 'text',
      id: '7',
      event: TEXT,
      text: XML,
      receiveId,
      toUserName: 't',
      agentId: '218',
      timestamp: '1700000000',
      nonce: '1372623149',
    });
  });

  it('is read from an envelope in JSON', () => {
    const text = JSON.stringify(BOT);
    const encrypt = seal(text);
    for (const names of [{ encrypt }, { Encrypt: encrypt }, { Encrypt: encrypt, encrypt }]) {
      expect(codec.decode({ query: signed(encrypt), body: JSON.stringify(names) })).toEqual({
        platform: 'wecom',
        kind: 'event',
        format: 'json',
        type: 'text',
        id: 'm-1',
        event: BOT,
        text,
        receiveId,
        toUserName: undefined,
        agentId: undefined,
        timestamp: '1700000000',
        nonce: '1372623149',
      });
    }
    const body = JSON.stringify({ tousername: 'corp', agentid: 1000002, encrypt });
    expect(codec.decode({ query: signed(encrypt), body })).toMatchObject({ toUserName: 'corp', agentId: '1000002' });
  });

  it('has its format by the first character, whatever the Content-Type', () => {
    const encrypt = seal(XML);
    const headers = { 'content-type': 'application/json' };
    expect(eventOf(codec.decode({ ...push(encrypt), headers })).format).toBe('xml');
    const json = { ...jsonPush(seal(JSON.stringify(BOT))), headers: { 'content-type': 'text/xml' } };
    expect(eventOf(codec.decode(json)).format).toBe('json');
    const { query, body } = push(encrypt);
    for (const start of ['\ufeff', '\n ', '\ufeff<?xml version="1.0"?>\r\n']) {
      expect(eventOf(codec.decode({ query, body: utf8(start + body) })).format).toBe('xml');
    }
  });

  it('has the format of what is signed, which the reply takes: the envelope can be rewritten by anyone', () => {
    const { msgid: id, msgtype: type } = BOT;
    expect(codec.decode(push(seal(JSON.stringify(BOT))))).toMatchObject({ format: 'json', event: BOT, id, type });
    const message = codec.decode(jsonPush(seal(XML)));
    expect(message).toMatchObject({ format: 'xml', event: TEXT, id: '7', type: 'text' });
    expect(codec.reply(message, { MsgType: 'text' }).body).toMatch(/^<xml>/);
  });

  it.each<[content: string, type: string, id: string | undefined]>([
    ['<xml><MsgType>event</MsgType><Event>enter_agent</Event></xml>', 'enter_agent', undefined],
    ['<xml><InfoType>suite_ticket</InfoType></xml>', 'suite_ticket', undefined],
    ['<xml><MsgType>image</MsgType><MsgId/></xml>', 'image', undefined],
    ['<xml><MsgId>1</MsgId><MsgId>2</MsgId></xml>', '', undefined],
    ['<xml>text alone</xml>', '', undefined],
    ['<xml><msgtype>text</msgtype><msgid>1</msgid></xml>', '', undefined],
    ['{"msgtype":"event","event":{"eventtype":"enter_chat"}}', 'enter_chat', undefined],
    ['{"msgtype":"event","event":{"eventtype":["x"]},"msgid":"e"}', 'event', 'e'],
    ['{"msgtype":"event","event":"enter_chat"}', 'event', undefined],
    ['{"msgtype":"event"}', 'event', undefined],
    ['{"msgtype":"text","event":{"eventtype":"enter_chat"},"msgid":7}', 'text', '7'],
    ['{"MsgType":"text","MsgId":"1","msgid":""}', '', undefined],
    ['{}', '', undefined],
  ])('%s has the type %j and the id %j', (text, type, id) => {
    expect(codec.decode(push(seal(text)))).toMatchObject({ kind: 'event', type, id, text });
    expect(eventOf(codec.decode(push(seal(text)))).id).toBe(id);
  });

  it('of XML is a record: lists, records, text alone', () => {
    const text = '<xml><MsgItem><A>1</A></MsgItem><MsgItem><A>2</A></MsgItem><Image><Url>u</Url></Image></xml>';
    expect(codec.decode(push(seal(text))).event).toEqual({ MsgItem: [{ A: '1' }, { A: '2' }], Image: { Url: 'u' } });
    expect(codec.decode(push(seal('<xml>success</xml>'))).event).toBe('success');
  });

  it('is read with metadata of its envelope that is not signed, or without', () => {
    const encrypt = seal(XML);
    const read = (content: string) => codec.decode({ query: signed(encrypt), body: `<xml>${content}</xml>` });
    expect(read(`<AgentID/><Encrypt>${encrypt}</Encrypt>`)).toMatchObject({ agentId: '', toUserName: undefined });
    expect(read(`<Encrypt>${encrypt}</Encrypt><ToUserName>a</ToUserName><ToUserName>b</ToUserName>`)).toMatchObject({
      agentId: undefined,
      toUserName: undefined,
    });
  });

  it('is read from bytes and from text, in the URL or parsed', () => {
    const { query, body } = push(seal(XML));
    const expected = codec.decode({ query, body });
    const url = `https://example.com/wecom?${new URLSearchParams(query)}`;
    const { buffer } = utf8(body);
    const requests: CallbackRequest[] = [
      { url, body },
      { query: new URLSearchParams(query), body: utf8(body) },
      { query, body: buffer },
      { query: { ...query, msg_signature: [query.msg_signature, query.msg_signature] }, body },
    ];
    for (const request of requests) expect(codec.decode(request)).toEqual(expected);
  });

  it('cannot be changed by a polluted prototype', () => {
    const encrypt = seal('<xml><A>1</A></xml>');
    const request = { query: signed(encrypt), body: JSON.stringify({ encrypt }) };
    const pollution = {
      InfoType: 'x',
      MsgType: 'x',
      MsgId: 'x',
      Encrypt: 'x',
      ToUserName: 'x',
      agentid: 'x',
      echostr: 'x',
    };
    const message = polluted(pollution, () => {
      const { event: _, ...message } = codec.decode(request);
      return { ...message, reply: codec.reply(codec.decode(request)).body };
    });
    expect(message).toMatchObject({
      kind: 'event',
      type: '',
      id: undefined,
      toUserName: undefined,
      agentId: undefined,
      reply: '',
    });
  });
});

describe('Encrypt', () => {
  const encrypt = seal(XML);
  const query = signed(encrypt);
  const other = seal(XML, 'other');

  it.each([
    `<xml><Encrypt>${encrypt}</Encrypt><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`,
    `<xml><Encrypt>${encrypt}</Encrypt><encrypt>${encrypt}</encrypt></xml>`,
    `<xml><encrypt>${encrypt}</encrypt></xml>`,
    `<any-root a="1"><!-- c --><Encrypt><![CDATA[${encrypt.slice(0, 9)}]]><![CDATA[${encrypt.slice(9)}]]></Encrypt></any-root>`,
    `<xml><Encrypt>${encrypt.replaceAll('/', '&#47;').replaceAll('=', '&#x3D;')}</Encrypt></xml>`,
    JSON.stringify({ encrypt, Encrypt: encrypt }),
    JSON.stringify({ encrypt }).replaceAll('/', '\\/'),
  ])('may be there twice and in several forms: %#', (body) => {
    expect(codec.decode({ query, body }).text).toBe(XML);
  });

  it.each([
    `<xml><Encrypt>${encrypt}</Encrypt><Encrypt>${other}</Encrypt></xml>`,
    `<xml><Encrypt>${other}</Encrypt><encrypt>${encrypt}</encrypt></xml>`,
    `<xml><Encrypt>${encrypt}</Encrypt><Encrypt/></xml>`,
    `<xml><Encrypt><A>${encrypt}</A></Encrypt></xml>`,
    JSON.stringify({ encrypt, Encrypt: other }),
    JSON.stringify({ encrypt, Encrypt: '' }),
    JSON.stringify({ encrypt, Encrypt: null }),
    JSON.stringify({ encrypt: [encrypt] }),
    '{"encrypt":"\\ud800"}',
    `<!DOCTYPE xml><xml><Encrypt>${encrypt}</Encrypt></xml>`,
    `<!DOCTYPE xml [<!ENTITY e "${encrypt}">]><xml><Encrypt>&e;</Encrypt></xml>`,
    `<xml><Encrypt>${encrypt}</Encrypt>`,
    `<xml><Encrypt>${encrypt}</Encrypt></xml><xml/>`,
    `<xml><Encrypt>${encrypt}&#0;</Encrypt></xml>`,
    `<xml><Encrypt>${encrypt}</Encrypt>\0</xml>`,
    '{"encrypt":',
    '[]',
    'success',
  ])('must be one: %#', (body) => {
    expect(refusalOf(() => codec.decode({ query, body }))).toMatchObject({ code: 'ERR_REQUEST', platformCode: -40002 });
    expect(codec.verify({ query, body })).toBe(false);
  });

  it('is there where it is empty', () => {
    for (const body of ['<xml><Encrypt/></xml>', '<xml><Encrypt><![CDATA[]]></Encrypt></xml>', '{"encrypt":""}']) {
      expect(codeOf(() => codec.decode({ query, body }))).toBe('ERR_SIGNATURE');
      expect(codec.verify({ query: signed(''), body })).toBe(true);
      expect(refusalOf(() => codec.decode({ query: signed(''), body }))).toMatchObject({
        code: 'ERR_DECRYPT',
        platformCode: -40008,
      });
    }
  });

  it('is missed as what is not signed', () => {
    for (const body of ['<xml/>', XML, '{}', JSON.stringify(BOT), '<xml>text</xml>']) {
      expect(refusalOf(() => codec.decode({ query, body }))).toEqual({
        code: 'ERR_SIGNATURE',
        message: 'the body carries no Encrypt',
        platformCode: -40001,
      });
    }
  });

  it('is signed literally: white space around it counts', () => {
    const body = `<xml><Encrypt>\n<![CDATA[${encrypt}]]>\n</Encrypt></xml>`;
    expect(codeOf(() => codec.decode({ query, body }))).toBe('ERR_SIGNATURE');
    expect(codec.decode({ query: signed(`\n${encrypt}\n`), body }).text).toBe(XML);
  });
});

describe('what is refused', () => {
  const { query, body } = push(seal(XML));

  it('is numbered as the official libraries number it', () => {
    const numbers = (request: CallbackRequest) => refusalOf(() => codec.decode(request));
    expect(numbers({ query: { ...query, nonce: '1' }, body })).toMatchObject({
      code: 'ERR_SIGNATURE',
      platformCode: -40001,
    });
    expect(numbers({ query, body: 'x' })).toMatchObject({ code: 'ERR_REQUEST', platformCode: -40002 });
    expect(numbers({ query, body: '' })).toMatchObject({ code: 'ERR_REQUEST', platformCode: -40002 });
    expect(numbers(push(seal('not a document')))).toMatchObject({ code: 'ERR_REQUEST', platformCode: -40002 });
    expect(numbers(push(seal(XML, 'other')))).toMatchObject({ code: 'ERR_OWNER', platformCode: -40005 });
    expect(numbers(push('AAAA'))).toMatchObject({ code: 'ERR_DECRYPT', platformCode: -40008 });
    const narrow = createWeComCodec({ ...SECRETS, maxBodyBytes: 10, toleranceSeconds: 1, now });
    expect(refusalOf(() => narrow.decode({ query, body }))).toMatchObject({
      code: 'ERR_TOO_LARGE',
      platformCode: undefined,
    });
    const stale = createWeComCodec({ ...SECRETS, toleranceSeconds: 1, now: () => 0 });
    expect(refusalOf(() => stale.decode({ query, body }))).toMatchObject({
      code: 'ERR_TIMESTAMP',
      platformCode: undefined,
    });
  });

  it('is ERR_DECRYPT for anything in the ciphertext, with one message', () => {
    const owner = receiveId;
    const length = 20 + utf8(XML).length + owner.length;
    const wrong = [
      'AAAA',
      '%%%%',
      dingTalkSeal(XML, { owner, length: 0xffffffff }),
      dingTalkSeal(XML, { owner, length: 10_000 }),
      dingTalkSeal(XML, { owner, tail: new Uint8Array(padding(length, 32).length).fill(0) }),
      dingTalkSeal(XML, { owner, tail: new Uint8Array(padding(length, 16).length + 32).fill(33) }),
      dingTalkSeal(Uint8Array.of(0xff), { owner }),
      dingTalkSeal(XML, { owner: Uint8Array.of(0xff) }),
    ];
    const refusals = wrong.map((encrypt) => JSON.stringify(refusalOf(() => codec.decode(push(encrypt)))));
    expect(new Set(refusals).size).toBe(1);
    expect(refusals[0]).toContain('"ERR_DECRYPT"');
  });

  it.each(['msg_signature', 'timestamp', 'nonce'])('is named where the URL carries no %s', (name) => {
    const { [name]: _, ...rest } = query as Record<string, string>;
    for (const parameters of [rest, { ...rest, [name]: '' }]) {
      expect(refusalOf(() => codec.decode({ query: parameters, body }))).toEqual({
        code: 'ERR_SIGNATURE',
        message: `the URL carries no ${name}`,
        platformCode: -40001,
      });
      expect(codec.verify({ query: parameters, body })).toBe(false);
    }
    expect(refusalOf(() => codec.decode({ body })).message).toMatch(/^no parameters were passed/);
  });

  it('is a signature that differs at all', () => {
    const { msg_signature } = query;
    for (const wrong of [
      msg_signature.toUpperCase(),
      msg_signature.slice(0, -1),
      `${msg_signature}0`,
      ` ${msg_signature}`,
      hash('sha1', 'x'),
    ]) {
      expect(codeOf(() => codec.decode({ query: { ...query, msg_signature: wrong }, body }))).toBe('ERR_SIGNATURE');
    }
    // WeChat's parameter is another one.
    const { msg_signature: signature, ...rest } = query;
    expect(codeOf(() => codec.decode({ query: { ...rest, signature }, body }))).toBe('ERR_SIGNATURE');
  });

  it.each(['msg_signature', 'timestamp', 'nonce', 'echostr'])('is a second, different %s', (name) => {
    const twice = `${new URLSearchParams(name === 'echostr' ? check(seal('1')).query : query)}&${name}=other`;
    const request = { url: `/?${twice}`, body: name === 'echostr' ? null : body };
    expect(refusalOf(() => codec.decode(request))).toMatchObject({
      code: 'ERR_REQUEST',
      message: `${name} is given twice with different values`,
      platformCode: -40002,
    });
  });

  it('is what comes first in order: size, form, signature, window, decryption, owner, parsing', () => {
    const strict = createWeComCodec({ ...SECRETS, maxBodyBytes: 1_000, toleranceSeconds: 60, now });
    const big = 'x'.repeat(1_001);
    const old = '1600000000';
    const wrong = { ...query, msg_signature: 'wrong' };
    const codes = (
      [
        { query: { ...wrong, timestamp: ['1', '2'] }, body: big },
        { query: { ...wrong, timestamp: ['1', '2'] }, body },
        { query: { ...wrong, timestamp: old }, body: 'x' },
        { query: { ...wrong, timestamp: old }, body },
        push('AAAA', old),
        push('AAAA'),
        push(seal('x', 'other')),
        push(seal('x')),
        push(seal(XML)),
      ] satisfies CallbackRequest[]
    ).map((request) => {
      const verified = strict.verify(request);
      try {
        return `${strict.decode(request).kind} ${verified}`;
      } catch (error) {
        return `${(error as { code: string }).code} ${verified}`;
      }
    });
    expect(codes).toEqual([
      'ERR_TOO_LARGE false',
      'ERR_REQUEST false',
      'ERR_REQUEST false',
      'ERR_SIGNATURE false',
      'ERR_TIMESTAMP false',
      'ERR_DECRYPT true',
      'ERR_OWNER true',
      'ERR_REQUEST true',
      'event true',
    ]);
  });

  it('is invalid UTF-8, which no signature covers as it stands', () => {
    expect(refusalOf(() => codec.decode({ query, body: Uint8Array.of(0x3c, 0xff) }))).toMatchObject({
      code: 'ERR_REQUEST',
      message: 'the body is not UTF-8',
    });
    expect(codeOf(() => codec.decode({ query, body: `${body}\ud800` }))).toBe('ERR_REQUEST');
  });

  it('is a TypeError where the request is not one', () => {
    for (const method of [codec.decode, codec.verify]) {
      expect(codeOf(() => method({ query, body: {} as never }))).toBe('TypeError');
      expect(codeOf(() => method(undefined as never))).toBe('TypeError');
    }
    expect(codeOf(() => codec.decrypt(5 as never))).toBe('TypeError');
    expect(codeOf(() => codec.encrypt(5 as never))).toBe('TypeError');
  });
});

describe('the window', () => {
  const at = (now: number, toleranceSeconds = 60) => createWeComCodec({ ...SECRETS, toleranceSeconds, now: () => now });
  const request = push(seal(XML));

  it('is off by default, whatever the timestamp', () => {
    const always = createWeComCodec(SECRETS);
    for (const timestamp of ['0', '1700000000000', 'yesterday', '9'.repeat(30)]) {
      expect(always.decode(push(seal(XML), timestamp)).timestamp).toBe(timestamp);
    }
  });

  it('closes on both sides', () => {
    for (const sign of [-1, 1]) {
      expect(at(NOW + sign * 60_000).decode(request).kind).toBe('event');
      expect(codeOf(() => at(NOW + sign * 60_001).decode(request))).toBe('ERR_TIMESTAMP');
      expect(at(NOW + sign * 60_001).verify(request)).toBe(false);
    }
  });

  it.each(['1700000000000', '170000000', '17000000000', ' 1700000000', '1.70000000', '0x65a4a4a4', '１700000000'])(
    'reads seconds alone: %j is no time',
    (timestamp) => {
      expect(codeOf(() => at(NOW).decode(push(seal(XML), timestamp)))).toBe('ERR_TIMESTAMP');
    },
  );
});

describe('reply', () => {
  const asked = codec.decode(push(seal(XML)));
  const bot = codec.decode(jsonPush(seal(JSON.stringify(BOT))));
  const options = { prefix: IV };

  it('is empty without an answer', () => {
    const empty = { status: 200, headers: { 'X-Content-Type-Options': 'nosniff' }, body: '' };
    expect(codec.reply(asked)).toEqual(empty);
    expect(codec.reply(bot)).toEqual(empty);
    expect(codec.reply(codec.decode(push(seal('<xml>text</xml>'))))).toEqual(empty);
  });

  it('is `success` without an answer to what has an InfoType', () => {
    for (const text of ['<xml><InfoType>suite_ticket</InfoType></xml>', '{"InfoType":"suite_ticket"}']) {
      expect(codec.reply(codec.decode(push(seal(text))))).toEqual({
        status: 200,
        headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
        body: 'success',
      });
    }
    const message = codec.decode(push(seal('<xml><InfoType>suite_ticket</InfoType></xml>')));
    expect(codec.decodeReply(codec.reply(message, 'x'))).toBe('x');
  });

  it('is in XML what the message was', () => {
    const encrypt = seal('<xml><Content><![CDATA[收到]]></Content></xml>');
    const { msg_signature } = signed(encrypt);
    expect(codec.reply(asked, { Content: '收到' }, options)).toEqual({
      status: 200,
      headers: { 'Content-Type': 'text/xml; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
      body:
        `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt><MsgSignature><![CDATA[${msg_signature}]]></MsgSignature>` +
        '<TimeStamp>1700000000</TimeStamp><Nonce><![CDATA[1372623149]]></Nonce></xml>',
    });
  });

  it('is in JSON what the message was', () => {
    const encrypt = seal('{"msgtype":"text","text":{"content":"收到"}}');
    const { msg_signature: msgsignature, nonce } = signed(encrypt);
    expect(codec.reply(bot, { msgtype: 'text', text: { content: '收到' } }, options)).toEqual({
      status: 200,
      headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
      body: JSON.stringify({ encrypt, msgsignature, timestamp: 1700000000, nonce }),
    });
  });

  it('takes text as it stands', () => {
    for (const text of ['success', '', ' <xml/>\r\n', '好😀']) {
      for (const message of [asked, bot]) expect(codec.decodeReply(codec.reply(message, text))).toBe(text);
    }
  });

  it('has the nonce of the message, and the time of now in seconds', () => {
    const later = createWeComCodec({ ...SECRETS, now: () => NOW + 5_999 });
    expect(jsonOf(later.reply(bot, 'x'))).toMatchObject({ nonce: '1372623149', timestamp: 1700000005 });
    expect(jsonOf(codec.reply(bot, 'x', { nonce: 'n', timestamp: '1' }))).toMatchObject({ nonce: 'n', timestamp: 1 });
    expect(codec.decodeReply(codec.reply(asked, 'x', { nonce: '', timestamp: '0' }))).toBe('x');
    for (const timestamp of ['', '01', 'now', '1e3']) {
      expect(codeOf(() => codec.reply(asked, 'x', { timestamp }))).toBe('ERR_CONFIG');
    }
    for (const wrong of [{ timestamp: 5 }, { nonce: 5 }, { nonce: '\ud800' }]) {
      expect(codeOf(() => codec.reply(asked, 'x', wrong as never))).toBe('TypeError');
    }
    expect(codeOf(() => createWeComCodec({ ...SECRETS, now: () => Number.NaN }).reply(asked, 'x'))).toBe('ERR_CONFIG');
    expect(codeOf(() => codec.reply(asked, 'x', { prefix: new Uint8Array(17) }))).toBe('ERR_CONFIG');
  });

  it('draws a prefix from `random`', () => {
    const random = (length: number) => new Uint8Array(length);
    const reproducible = createWeComCodec({ ...SECRETS, now, random });
    expect(reproducible.reply(asked, 'x')).toEqual(codec.reply(asked, 'x', { prefix: utf8('A'.repeat(16)) }));
    expect(codec.reply(asked, 'x').body).not.toBe(codec.reply(asked, 'x').body);
  });

  it.each<[name: string, answer: unknown]>([
    ['null', null],
    ['a number', 5],
    ['a boolean', true],
    ['a function', () => 0],
    ['a lone surrogate', 'hush\ud800'],
    ['a BigInt within', { A: 1n }],
  ])('refuses %s as an answer', (_, answer) => {
    for (const message of [asked, bot]) expect(codeOf(() => codec.reply(message, answer as string))).toBe('TypeError');
  });

  it('refuses in XML what only JSON can hold', () => {
    for (const answer of [{ 'a b': 1 }, { A: '\0' }, { A: null }]) {
      expect(codeOf(() => codec.reply(asked, answer))).toBe('TypeError');
      expect(codec.decodeReply(codec.reply(bot, answer))).toBe(JSON.stringify(answer));
    }
  });

  it('takes a copy, and refuses a message that is not for it', () => {
    expect(codec.reply({ ...asked }, 'x', options)).toEqual(codec.reply(asked, 'x', options));
    const other = createWeComCodec({ ...SECRETS, receiveId: 'other' });
    for (const wrong of [asked, bot, codec.decode(check(seal('1')))]) {
      expect(errorOf(() => other.reply(wrong)).message).toBe('message must be for a receiveId of this codec');
    }
    for (const wrong of [{ ...asked, platform: 'wechat' }, 'x', undefined]) {
      expect(codeOf(() => codec.reply(wrong as never, 'x'))).toBe('TypeError');
    }
  });
});

describe('decodeReply', () => {
  const reply = codec.reply(codec.decode(jsonPush(seal(JSON.stringify(BOT)))), '收到', { prefix: IV });

  it('reads bytes and text', () => {
    expect(codec.decodeReply(reply)).toBe('收到');
    expect(codec.decodeReply({ body: utf8(reply.body) })).toBe('收到');
  });

  it.each(['encrypt', 'msgsignature', 'timestamp', 'nonce'])('refuses one whose %s is missing or another', (name) => {
    const { [name]: _, ...rest } = jsonOf(reply);
    for (const fields of [rest, { ...rest, [name]: '1' }]) {
      expect(refusalOf(() => codec.decodeReply({ body: JSON.stringify(fields) }))).toMatchObject({
        code: 'ERR_SIGNATURE',
        platformCode: -40001,
      });
    }
  });

  it('refuses one for another, unreadable ones and none', () => {
    const other = createWeComCodec({ ...SECRETS, receiveId: 'other' });
    expect(errorOf(() => other.decodeReply(reply))).toMatchObject({
      code: 'ERR_OWNER',
      platformCode: -40005,
      receivedOwner: receiveId,
    });
    const { msg_signature: msgsignature, timestamp, nonce } = signed('AAAA');
    const body = JSON.stringify({ encrypt: 'AAAA', msgsignature, timestamp, nonce });
    expect(refusalOf(() => codec.decodeReply({ body }))).toMatchObject({ code: 'ERR_DECRYPT', platformCode: -40008 });
    for (const body of ['', null, 'success', Uint8Array.of(0xff)]) {
      expect(refusalOf(() => codec.decodeReply({ body }))).toMatchObject({ code: 'ERR_REQUEST', platformCode: -40002 });
    }
    const narrow = createWeComCodec({ ...SECRETS, maxBodyBytes: 10 });
    expect(codeOf(() => narrow.decodeReply(reply))).toBe('ERR_TOO_LARGE');
    expect(codeOf(() => codec.decodeReply({ body: {} as never }))).toBe('TypeError');
  });
});

describe('encode', () => {
  const options = { timestamp: '1700000000', nonce: '1372623149', prefix: IV };

  it('makes what WeCom sends', () => {
    const encrypt = seal(XML);
    expect(codec.encode(TEXT, options)).toEqual({
      method: 'POST',
      headers: { 'Content-Type': 'text/xml; charset=utf-8' },
      query: signed(encrypt),
      body:
        `<xml><ToUserName><![CDATA[${receiveId}]]></ToUserName><AgentID><![CDATA[1]]></AgentID>` +
        `<Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`,
    });
    const json = { ...BOT, agentid: 7 };
    expect(codec.encode(json, { ...options, format: 'json' })).toEqual({
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
      query: signed(seal(JSON.stringify(json))),
      body: JSON.stringify({ tousername: receiveId, agentid: 7, encrypt: seal(JSON.stringify(json)) }),
    });
    expect(bodyOf(codec.encode({ InfoType: 'suite_ticket' }))).not.toContain('AgentID');
  });

  it('sends text verbatim', () => {
    for (const format of ['xml', 'json'] as const) {
      expect(codec.decode(codec.encode(XML, { format }))).toMatchObject({ format: 'xml', text: XML, event: TEXT });
    }
    expect(codeOf(() => codec.encode('hush\ud800'))).toBe('TypeError');
  });

  it('has the time of now, and a nonce of its own', () => {
    const { query } = codec.encode(TEXT);
    expect(query).toMatchObject({ timestamp: '1700000000', nonce: expect.stringMatching(/^[A-Za-z0-9]{16}$/) });
    expect(codec.encode(TEXT).query.nonce).not.toBe(query.nonce);
    const strict = createWeComCodec({ ...SECRETS, now, toleranceSeconds: 0 });
    expect(strict.decode(strict.encode(TEXT)).kind).toBe('event');
  });

  it.each<[payload: unknown]>([[undefined], [null], [5], [[]], [() => 0], [{ A: 1n }]])(
    'refuses the payload %s',
    (payload) => {
      expect(errorOf(() => codec.encode(payload)).message).toMatch(/^payload must (be|have) /);
    },
  );

  it('refuses options that cannot be', () => {
    expect(codeOf(() => codec.encode(TEXT, { timestamp: 'x' }))).toBe('ERR_CONFIG');
    expect(codeOf(() => codec.encode(TEXT, { nonce: 5 as never }))).toBe('TypeError');
    expect(codeOf(() => codec.encode(TEXT, { prefix: new Uint8Array(1) }))).toBe('ERR_CONFIG');
    const silent = createWeComCodec({ ...SECRETS, random: () => new Uint8Array(0) });
    expect(codeOf(() => silent.encode(TEXT))).toBe('ERR_RANDOM');
  });
});

describe('createWeComCodec', () => {
  it('wants every secret', () => {
    for (const name of ['token', 'encodingAesKey', 'receiveId']) {
      const { [name]: _, ...rest } = SECRETS as Record<string, string>;
      expect(codeOf(() => createWeComCodec(rest as never))).toBe('ERR_CONFIG');
      expect(codeOf(() => createWeComCodec({ ...SECRETS, [name]: undefined }))).toBe('ERR_CONFIG');
    }
    for (const token of ['', null, 'x\n']) {
      expect(codeOf(() => createWeComCodec({ ...SECRETS, token: token as string }))).toBe('ERR_CONFIG');
    }
    expect(codeOf(() => createWeComCodec(undefined as never))).toBe('TypeError');
  });

  it('reads its options once, and has methods that need no this', () => {
    const ids = [receiveId];
    const options = { ...SECRETS, receiveId: ids, maxBodyBytes: 2_000 };
    const { decode, verify, decrypt, encrypt, encode, reply, decodeReply, maxBodyBytes }: WeComCodec =
      createWeComCodec(options);
    ids[0] = 'other';
    options.token = 'other';
    expect(maxBodyBytes).toBe(2_000);
    const push = encode(TEXT);
    expect(verify(push)).toBe(true);
    expect(decodeReply(reply(decode(push), 'x'))).toBe('x');
    expect(decrypt(encrypt('x'))).toEqual({ text: 'x', receiveId });
  });
});
