import { describe, expect, it } from 'vitest';
import { parseDocument, sameField, writeDocument } from '../../src/internal/document.ts';
import { errorOf, refusalOf } from '../helpers.ts';

const xml = (content: string) => parseDocument('the body', `<xml>${content}</xml>`);
const json = (text: string) => parseDocument('the body', text);

describe('parseDocument', () => {
  it.each([
    '<xml><A>1</A></xml>',
    '\ufeff<xml><A>1</A></xml>',
    ' \r\n\t<xml><A>1</A></xml>',
    '\ufeff\n<x><A>1</A></x>',
  ])('reads XML by its first character: %j', (text) => {
    expect(parseDocument('the body', text)).toEqual({ format: 'xml', content: { A: '1' }, fields: { A: '1' } });
  });

  it.each(['{"A":1}', '\ufeff{"A":1}', ' \r\n{"A":1}\n'])('reads JSON of any other: %j', (text) => {
    expect(parseDocument('the body', text)).toEqual({ format: 'json', content: { A: 1 }, fields: { A: 1 } });
  });

  it('gives the text of an XML root that holds text alone, and no fields', () => {
    expect(parseDocument('the body', '<xml>success</xml>')).toEqual({ format: 'xml', content: 'success', fields: {} });
    expect(parseDocument('the body', '<xml/>')).toEqual({ format: 'xml', content: '', fields: {} });
  });

  it.each(['<xml>', '<', '<!DOCTYPE xml><xml/>', '<xml>&nbsp;</xml>', '<xml/>{}', '\ufeff\ufeff<xml/>'])(
    'says of XML that cannot be read what it may be: %j',
    (text) => {
      expect(refusalOf(() => parseDocument('the plaintext', text))).toEqual({
        code: 'ERR_REQUEST',
        message: 'the plaintext must be XML that ends, without DOCTYPE and unknown entities',
        platformCode: undefined,
      });
    },
  );

  it.each(['', 'success', '[]', 'null', '"<xml/>"', '{"A":1}<xml/>', '{} x', 'a=1', '\ufeff\ufeff{}'])(
    'refuses what is neither: %j',
    (text) => {
      expect(refusalOf(() => parseDocument('the plaintext', text))).toMatchObject({
        code: 'ERR_REQUEST',
        message: 'the plaintext must be a JSON object',
      });
    },
  );

  it('says of a body in base64 what it is', () => {
    const text = Buffer.from('{"encrypt":"AAAA"}').toString('base64');
    expect(refusalOf(() => parseDocument('the body', text)).message).toMatch(/isBase64Encoded/);
  });
});

describe('sameField', () => {
  it.each<[content: string, value: string | undefined]>([
    ['<Encrypt>1</Encrypt>', '1'],
    ['<encrypt>1</encrypt>', '1'],
    ['<Encrypt/>', ''],
    ['<Encrypt>1</Encrypt><encrypt>1</encrypt>', '1'],
    ['<Encrypt>1</Encrypt><Encrypt><![CDATA[1]]></Encrypt>', '1'],
    ['<Encrypt>1</Encrypt><Encrypt>1</Encrypt><encrypt>1</encrypt>', '1'],
    ['<ENCRYPT>1</ENCRYPT><A><Encrypt>2</Encrypt></A>', undefined],
    ['text alone', undefined],
    ['', undefined],
  ])('of the XML %j is %j', (content, value) => {
    expect(sameField(xml(content), 'Encrypt', 'encrypt')).toBe(value);
  });

  it.each<[text: string, value: string | undefined]>([
    ['{"Encrypt":"1"}', '1'],
    ['{"encrypt":"1"}', '1'],
    ['{"encrypt":""}', ''],
    ['{"Encrypt":"1","encrypt":"1"}', '1'],
    ['{"Encrypt":"2","Encrypt":"1"}', '1'],
    ['{"__proto__":{"Encrypt":"1"}}', undefined],
    ['{"toString":"1"}', undefined],
  ])('of the JSON %s is %j', (text, value) => {
    expect(sameField(json(text), 'Encrypt', 'encrypt')).toBe(value);
  });

  it.each([
    xml('<Encrypt>1</Encrypt><Encrypt>2</Encrypt>'),
    xml('<Encrypt>1</Encrypt><encrypt>2</encrypt>'),
    xml('<Encrypt/><encrypt>2</encrypt>'),
    xml('<Encrypt>1</Encrypt><Encrypt/>'),
    xml('<Encrypt><A>1</A></Encrypt>'),
    xml('<Encrypt>1</Encrypt><Encrypt><A>1</A></Encrypt>'),
    json('{"Encrypt":"1","encrypt":"2"}'),
    json('{"Encrypt":"","encrypt":"2"}'),
    json('{"Encrypt":"1","encrypt":null}'),
    json('{"Encrypt":null}'),
    json('{"Encrypt":1}'),
    json('{"Encrypt":["1"]}'),
    json('{"Encrypt":["1","1"]}'),
    json('{"Encrypt":[]}'),
    json('{"encrypt":{}}'),
  ])('refuses several values, and what is not text: %j', (document) => {
    expect(refusalOf(() => sameField(document, 'Encrypt', 'encrypt'))).toEqual({
      code: 'ERR_REQUEST',
      message: 'Encrypt or encrypt is not text, or is there twice with different values',
      platformCode: undefined,
    });
  });
});

describe('writeDocument', () => {
  it('writes XML or JSON', () => {
    const value = { A: '1', B: { C: 2 }, D: undefined };
    expect(writeDocument('answer', 'xml', value)).toBe('<xml><A><![CDATA[1]]></A><B><C>2</C></B></xml>');
    expect(writeDocument('answer', 'json', value)).toBe('{"A":"1","B":{"C":2}}');
  });

  it('names what has no such form', () => {
    expect(errorOf(() => writeDocument('answer', 'xml', { A: 1n }))).toEqual(
      new TypeError('answer must have an XML form, got bigint'),
    );
    expect(errorOf(() => writeDocument('payload', 'json', { A: 1n }))).toEqual(
      new TypeError('payload must have a JSON form, got object'),
    );
  });
});
