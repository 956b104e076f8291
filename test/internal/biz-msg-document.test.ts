import { describe, expect, it } from 'vitest';
import {
  answerText,
  type EnvelopeNames,
  hasInfoType,
  readEncrypt,
  readSignedReply,
  requireSeconds,
  type SignedReply,
  typeOf,
  writeSignedReply,
} from '../../src/internal/biz-msg-document.ts';
import { parseDocument } from '../../src/internal/document.ts';
import { codeOf, errorOf, refusalOf } from '../helpers.ts';

const WECOM: EnvelopeNames = ['encrypt', 'msgsignature', 'timestamp', 'nonce'];
const WECHAT: EnvelopeNames = ['Encrypt', 'MsgSignature', 'TimeStamp', 'Nonce'];
const REPLY: SignedReply = { encrypt: 'A+/=', signature: '0a', timestamp: '1409659813', nonce: '1372623149' };
const XML =
  '<xml><Encrypt><![CDATA[A+/=]]></Encrypt><MsgSignature><![CDATA[0a]]></MsgSignature>' +
  '<TimeStamp>1409659813</TimeStamp><Nonce><![CDATA[1372623149]]></Nonce></xml>';

describe('readEncrypt', () => {
  const read = (text: string, ...names: string[]) => readEncrypt(parseDocument('the body', text), ...names);

  it('is the text under any of the names, an empty one too', () => {
    expect(read('<xml><Encrypt>A</Encrypt></xml>', 'Encrypt', 'encrypt')).toBe('A');
    expect(read('{"encrypt":"A"}', 'Encrypt', 'encrypt')).toBe('A');
    expect(read('<xml><Encrypt/></xml>', 'Encrypt')).toBe('');
    expect(read('{"Encrypt":""}', 'Encrypt')).toBe('');
  });

  it('is ERR_SIGNATURE where there is none, for nothing is signed', () => {
    for (const text of ['<xml/>', '<xml><A>1</A></xml>', '{}', '{"encrypt":"A"}']) {
      expect(refusalOf(() => read(text, 'Encrypt'))).toEqual({
        code: 'ERR_SIGNATURE',
        message: 'the body carries no Encrypt',
        platformCode: undefined,
      });
    }
  });

  it('is ERR_REQUEST where it has no UTF-8 form', () => {
    expect(refusalOf(() => read('{"Encrypt":"\\ud800"}', 'Encrypt'))).toMatchObject({
      code: 'ERR_REQUEST',
      message: 'Encrypt holds half of a surrogate pair',
    });
  });
});

describe('a signed reply', () => {
  it('is an envelope of the platform', () => {
    expect(writeSignedReply('xml', WECOM, REPLY)).toEqual({
      status: 200,
      headers: { 'Content-Type': 'text/xml; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
      body: XML,
    });
    expect(writeSignedReply('xml', WECHAT, REPLY).body).toBe(XML);
    expect(writeSignedReply('json', WECOM, REPLY)).toEqual({
      status: 200,
      headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
      body: '{"encrypt":"A+/=","msgsignature":"0a","timestamp":1409659813,"nonce":"1372623149"}',
    });
    expect(writeSignedReply('json', WECHAT, REPLY).body).toBe(
      '{"Encrypt":"A+/=","MsgSignature":"0a","TimeStamp":1409659813,"Nonce":"1372623149"}',
    );
  });

  it.each([
    [WECOM, 'xml'],
    [WECOM, 'json'],
    [WECHAT, 'xml'],
    [WECHAT, 'json'],
  ] as const)('is read as it was written: %j in %s', (names, format) => {
    for (const reply of [REPLY, { ...REPLY, encrypt: '', nonce: '', timestamp: '0' }]) {
      expect(readSignedReply(writeSignedReply(format, names, reply).body, names)).toEqual(reply);
    }
  });

  it('holds any nonce that XML has', () => {
    const nonce = ']]>&<\r飞';
    expect(readSignedReply(writeSignedReply('xml', WECOM, { ...REPLY, nonce }).body, WECOM).nonce).toBe(nonce);
    for (const nonce of ['hush\x01', 'hush\ud800']) {
      const { message, name } = errorOf(() => writeSignedReply('xml', WECOM, { ...REPLY, nonce })) as Error;
      expect(name).toBe('TypeError');
      expect(message).toMatch(/^nonce must be (?:of characters that XML 1\.0 has$|well-formed)/);
    }
  });

  it('is read where the time of it is text, as official libraries write it', () => {
    const body = JSON.stringify({ encrypt: 'A+/=', msgsignature: '0a', timestamp: '1409659813', nonce: '1372623149' });
    expect(readSignedReply(body, WECOM)).toEqual(REPLY);
  });

  it.each(WECOM)('is ERR_SIGNATURE without %s', (name) => {
    const { [name]: _, ...rest } = JSON.parse(writeSignedReply('json', WECOM, REPLY).body);
    expect(refusalOf(() => readSignedReply(JSON.stringify(rest), WECOM))).toEqual({
      code: 'ERR_SIGNATURE',
      message: 'the reply lacks one of encrypt, msgsignature, timestamp, nonce',
      platformCode: undefined,
    });
  });

  it.each(WECHAT)('is ERR_SIGNATURE in XML without %s', (name) => {
    const body = XML.replace(new RegExp(`<${name}>.*</${name}>`), '');
    expect(body).not.toBe(XML);
    expect(refusalOf(() => readSignedReply(body, WECOM)).message).toBe(
      'the reply lacks one of Encrypt, MsgSignature, TimeStamp, Nonce',
    );
  });

  it('is not read by the names of the other platform', () => {
    expect(codeOf(() => readSignedReply(writeSignedReply('json', WECOM, REPLY).body, WECHAT))).toBe('ERR_SIGNATURE');
  });

  it.each(['encrypt', 'timestamp', 'nonce'])('is ERR_REQUEST where %s has no UTF-8 form', (name) => {
    const body = JSON.stringify({ ...JSON.parse(writeSignedReply('json', WECOM, REPLY).body), [name]: '\ud800' });
    expect(codeOf(() => readSignedReply(body, WECOM))).toBe('ERR_REQUEST');
  });

  it('is ERR_REQUEST where it is no document', () => {
    for (const body of ['success', '<xml>', '[]'])
      expect(codeOf(() => readSignedReply(body, WECOM))).toBe('ERR_REQUEST');
  });
});

describe('requireSeconds', () => {
  it.each(['0', '1', '1409659813', '1409659813000', '9'.repeat(15)])(
    'takes %s, which is the same as a number',
    (text) => {
      expect(requireSeconds('timestamp', text)).toBe(text);
      expect(String(Number(text))).toBe(text);
    },
  );

  // A number in JSON has no leading zeros: the signature would be of another text than is sent.
  it.each([
    '',
    ' 1',
    '1 ',
    '1\n',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    '１',
    '00',
    '0140965981',
    '9'.repeat(16),
  ])('refuses %j', (text) => {
    expect(refusalOf(() => requireSeconds('timestamp', text))).toEqual({
      code: 'ERR_CONFIG',
      message: 'timestamp must be a number of seconds in decimal digits',
      platformCode: undefined,
    });
  });

  it('wants text', () => {
    for (const value of [1409659813, undefined, null, new Date(0)]) {
      expect(errorOf(() => requireSeconds('timestamp', value as never)).message).toMatch(/^timestamp must be a string/);
    }
  });
});

describe('typeOf', () => {
  it.each<[fields: Record<string, unknown>, type: string]>([
    [{ MsgType: 'text' }, 'text'],
    [{ MsgType: 'event', Event: 'subscribe' }, 'subscribe'],
    [{ MsgType: 'event' }, 'event'],
    [{ MsgType: 'event', Event: { A: '1' } }, 'event'],
    [{ MsgType: 'text', Event: 'subscribe' }, 'text'],
    [{ Event: 'subscribe' }, ''],
    [{ InfoType: 'suite_ticket' }, 'suite_ticket'],
    [{ InfoType: 'create_auth', MsgType: 'event', Event: 'subscribe' }, 'create_auth'],
    [{ InfoType: ['a', 'b'], MsgType: 'text' }, 'text'],
    [{ MsgType: ['text', 'text'] }, ''],
    [{ MsgType: 7 }, '7'],
    [{ msgtype: 'text' }, ''],
    [{}, ''],
  ])('of %j is %j', (fields, type) => {
    expect(typeOf(fields)).toBe(type);
  });
});

describe('answerText', () => {
  it('is a string as it stands, and an object in the format', () => {
    for (const format of ['xml', 'json'] as const) expect(answerText(' 收到\r', format)).toBe(' 收到\r');
    expect(answerText('', 'xml')).toBe('');
    expect(answerText({ A: '收到' }, 'xml')).toBe('<xml><A><![CDATA[收到]]></A></xml>');
    expect(answerText({ A: '收到' }, 'json')).toBe('{"A":"收到"}');
  });

  it('refuses all else', () => {
    for (const answer of [null, 5, true, Symbol('hush'), () => 0]) {
      for (const format of ['xml', 'json'] as const) {
        expect(errorOf(() => answerText(answer as never, format)).message).toMatch(/^answer must be an object, got /);
      }
    }
    expect(errorOf(() => answerText('hush\ud800', 'xml')).message).toMatch(/^answer must be well-formed/);
  });
});

describe('hasInfoType', () => {
  it('looks at own properties of a record', () => {
    expect(hasInfoType({ InfoType: 'suite_ticket' })).toBe(true);
    expect(hasInfoType({ InfoType: '' })).toBe(true);
    for (const event of [{}, { infotype: 'a' }, Object.create({ InfoType: 'a' }), 'InfoType', null, undefined]) {
      expect(hasInfoType(event)).toBe(false);
    }
  });
});
