import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { CallbackError, decryptError, isCallbackError } from '../src/errors.ts';

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

  it('has neither a cause nor a detail unless it was given one', () => {
    for (const error of [
      new CallbackError('ERR_CONFIG', 'x'),
      new CallbackError('ERR_CONFIG', 'x', {}),
      new CallbackError('ERR_CONFIG', 'x', { dingTalkCode: undefined, receivedOwner: undefined }),
    ]) {
      for (const name of ['cause', 'dingTalkCode', 'receivedOwner']) expect(name in error, name).toBe(false);
      expect(Object.keys(error).sort()).toEqual(['code', 'name']);
      expect(inspect(error)).not.toMatch(/dingTalkCode|receivedOwner/);
    }
  });

  it('carries the number of the official DingTalk libraries', () => {
    const error = new CallbackError('ERR_SIGNATURE', 'x', { dingTalkCode: 900005 });
    expect(error.dingTalkCode).toBe(900005);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'CallbackError',
      code: 'ERR_SIGNATURE',
      dingTalkCode: 900005,
    });
  });

  it('carries the owner that a verified message was for, an empty one too, and keeps it out of its text', () => {
    const error = new CallbackError('ERR_OWNER', 'x', { receivedOwner: 'ding-other' });
    expect(error.receivedOwner).toBe('ding-other');
    expect(String(error)).toBe('CallbackError: x');
    expect(new CallbackError('ERR_OWNER', 'x', { receivedOwner: '' }).receivedOwner).toBe('');
  });
});

describe('isCallbackError', () => {
  it('is true of every CallbackError, also of a subclass', () => {
    for (const code of ['ERR_CONFIG', 'ERR_REQUEST', 'ERR_OWNER', 'ERR_RANDOM'] as const) {
      expect(isCallbackError(new CallbackError(code, 'x'))).toBe(true);
    }
    expect(isCallbackError(new (class Other extends CallbackError {})('ERR_CONFIG', ''))).toBe(true);
  });

  it('is true across copies of the package, for which instanceof is false', async () => {
    vi.resetModules();
    const copy = await import('../src/errors.ts');
    expect(copy.CallbackError).not.toBe(CallbackError);
    const [ours, theirs] = [new CallbackError('ERR_TOKEN', ''), new copy.CallbackError('ERR_TOKEN', '')];
    expect([theirs instanceof CallbackError, ours instanceof copy.CallbackError]).toEqual([false, false]);
    expect([isCallbackError(theirs), copy.isCallbackError(ours)]).toEqual([true, true]);
  });

  it('is true of one of another realm', () => {
    const foreign: unknown = runInNewContext(
      `Object.assign(new Error('x'), { name: 'CallbackError', code: 'ERR_SIGNATURE' })`,
    );
    expect(foreign).not.toBeInstanceOf(Error);
    expect(isCallbackError(foreign)).toBe(true);
  });

  const withCode = (name: string, code: unknown) => Object.assign(new Error('x'), { name, code });
  it.each<[name: string, value: unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'CallbackError ERR_CONFIG'],
    ['a number', 900005],
    ['a function', Object.assign(() => 0, { code: 'ERR_CONFIG' })],
    ['an empty object', {}],
    ['an Error', new Error('ERR_CONFIG')],
    ['a TypeError', new TypeError('x')],
    ['an error of Node', withCode('TypeError', 'ERR_INVALID_ARG_TYPE')],
    ['one without a code', withCode('CallbackError', undefined)],
    ['one whose code is a number', withCode('CallbackError', 900005)],
    ['one whose code is none of ours', withCode('CallbackError', 'ENOENT')],
    ['one of another name', withCode('callbackerror', 'ERR_CONFIG')],
    ['the class itself', CallbackError],
  ])('is false of %s', (_, value) => {
    expect(isCallbackError(value)).toBe(false);
  });

  it('narrows what was caught', () => {
    const codes: string[] = [];
    for (const thrown of [new CallbackError('ERR_RANDOM', ''), new Error('other')] as unknown[]) {
      if (isCallbackError(thrown)) codes.push(thrown.code);
    }
    expect(codes).toEqual(['ERR_RANDOM']);
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
