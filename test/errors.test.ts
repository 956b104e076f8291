import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CallbackError, decryptError } from '../src/errors.ts';

describe('CallbackError', () => {
  it('is an Error with a name, a code and a message', () => {
    const error = new CallbackError('ERR_TOKEN', 'the Verification Token is wrong');
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(CallbackError);
    expect(error.name).toBe('CallbackError');
    expect(error.code).toBe('ERR_TOKEN');
    expect(error.message).toBe('the Verification Token is wrong');
    expect(error.stack).toContain('errors.test.ts');
    expect(String(error)).toBe('CallbackError: the Verification Token is wrong');
  });

  it('has its name from a literal, which outlives a minifier', () => {
    const Minified = class t extends CallbackError {};
    expect(new Minified('ERR_CONFIG', '').name).toBe('CallbackError');
  });

  it('has neither a cause nor a dingTalkCode unless it was given one', () => {
    const error = new CallbackError('ERR_CONFIG', 'x');
    expect('cause' in error).toBe(false);
    expect('dingTalkCode' in error).toBe(false);
    expect(Object.keys(error).sort()).toEqual(['code', 'name']);
    expect(inspect(error)).not.toContain('dingTalkCode');
  });

  it('carries the number of the official DingTalk libraries', () => {
    const error = new CallbackError('ERR_SIGNATURE', 'x', 900005);
    expect(error.dingTalkCode).toBe(900005);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'CallbackError',
      code: 'ERR_SIGNATURE',
      dingTalkCode: 900005,
    });
  });
});

describe('decryptError', () => {
  it('is one code and one message, a new error every time', () => {
    const [one, other] = [decryptError(), decryptError(900008)];
    expect(one).toBeInstanceOf(CallbackError);
    expect([one.code, one.dingTalkCode]).toEqual(['ERR_DECRYPT', undefined]);
    expect([other.code, other.dingTalkCode]).toEqual(['ERR_DECRYPT', 900008]);
    expect(other.message).toBe(one.message);
    expect(other).not.toBe(one);
  });
});
