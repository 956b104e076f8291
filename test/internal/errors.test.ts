import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import {
  CallbackError,
  decryptError,
  isAccepted,
  isCallbackError,
  type PlatformCodes,
  withPlatformCodes,
} from '../../src/internal/errors.ts';
import { errorOf } from '../helpers.ts';

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
      new CallbackError('ERR_CONFIG', 'x', { receivedOwner: undefined }),
    ]) {
      for (const name of ['cause', 'platformCode', 'receivedOwner']) expect(name in error, name).toBe(false);
      expect(Object.keys(error).sort()).toEqual(['code', 'name']);
      expect(inspect(error)).not.toMatch(/platformCode|receivedOwner/);
    }
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
    const copy = await import('../../src/internal/errors.ts');
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
    const [one, other] = [decryptError(), decryptError()];
    expect(one).toBeInstanceOf(CallbackError);
    expect([one.code, one.platformCode]).toEqual(['ERR_DECRYPT', undefined]);
    expect(other.message).toBe(one.message);
    expect(other).not.toBe(one);
  });
});

describe('withPlatformCodes', () => {
  const CODES: PlatformCodes = { ERR_SIGNATURE: 900005, ERR_DECRYPT: 900008 };
  const refusing = (error: unknown) => () => {
    throw error;
  };

  it('is what the attempt gives', () => {
    expect(withPlatformCodes(CODES, () => 'message')).toBe('message');
    expect(withPlatformCodes(CODES, () => undefined)).toBeUndefined();
  });

  it('carries the number of the platform’s official libraries', () => {
    const thrown = new CallbackError('ERR_SIGNATURE', 'x');
    const error = errorOf(() => withPlatformCodes(CODES, refusing(thrown)));
    expect(error).toBe(thrown);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'CallbackError',
      code: 'ERR_SIGNATURE',
      platformCode: 900005,
    });
    expect(errorOf(() => withPlatformCodes(CODES, refusing(decryptError())))).toMatchObject({ platformCode: 900008 });
  });

  it('keeps the owner beside the number', () => {
    const thrown = new CallbackError('ERR_OWNER', 'x', { receivedOwner: 'other' });
    const error = errorOf(() => withPlatformCodes({ ERR_OWNER: 900010 }, refusing(thrown)));
    expect(error).toMatchObject({ receivedOwner: 'other', platformCode: 900010 });
  });

  it('adds nothing where the platform has no number', () => {
    const error = errorOf(() => withPlatformCodes(CODES, refusing(new CallbackError('ERR_REQUEST', 'x'))));
    expect('platformCode' in error).toBe(false);
  });

  it('lets everything else pass as it is', () => {
    const foreign = Object.assign(new Error('x'), { name: 'CallbackError', code: 'ERR_SIGNATURE' });
    for (const thrown of [new TypeError('x'), foreign]) {
      expect(errorOf(() => withPlatformCodes(CODES, refusing(thrown)))).toBe(thrown);
      expect('platformCode' in thrown).toBe(false);
    }
  });
});

describe('isAccepted', () => {
  it('is true for a check that passes, whatever it returns', () => {
    for (const value of [undefined, true, false, 'timestamp']) expect(isAccepted(() => value)).toBe(true);
  });

  it('is false for every refusal', () => {
    for (const code of ['ERR_REQUEST', 'ERR_SIGNATURE', 'ERR_TIMESTAMP', 'ERR_TOO_LARGE'] as const) {
      const check = () => {
        throw new CallbackError(code, 'refused');
      };
      expect(isAccepted(check), code).toBe(false);
    }
  });

  it('lets a programmer’s mistake through', () => {
    const check = () => {
      throw new TypeError('body must be a string');
    };
    expect(() => isAccepted(check)).toThrow(new TypeError('body must be a string'));
  });
});
