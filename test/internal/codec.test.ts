import { describe, expect, it } from 'vitest';
import {
  type CallbackMessage,
  type CodecOptions,
  documentReply,
  emptyReply,
  jsonReply,
  readCodecOptions,
  refuseAnswer,
  requireMessage,
  textReply,
} from '../../src/internal/codec.ts';

const config = expect.objectContaining({ name: 'CallbackError', code: 'ERR_CONFIG' });

describe('readCodecOptions', () => {
  const read = (options: object, defaultTolerance = 60) => readCodecOptions(options as CodecOptions, defaultTolerance);

  it('fills in the platform’s window, the clock of the runtime and 1 MiB', () => {
    const defaults = { toleranceSeconds: 60, now: Date.now, maxBodyBytes: 1_048_576 };
    expect(read({})).toEqual(defaults);
    expect(read({ toleranceSeconds: undefined, now: undefined, maxBodyBytes: undefined })).toEqual(defaults);
    expect(read({}, Number.POSITIVE_INFINITY).toleranceSeconds).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps what is given, and none of the other options', () => {
    const given = { toleranceSeconds: 1, now: () => 0, maxBodyBytes: 2 };
    expect(read({ ...given, token: 'hush' })).toEqual(given);
  });

  it.each([0, 0.5, 60, 1e300, Number.POSITIVE_INFINITY])('takes toleranceSeconds %d', (toleranceSeconds) => {
    expect(read({ toleranceSeconds })).toMatchObject({ toleranceSeconds });
  });

  it.each([-1, -Number.MIN_VALUE, Number.NEGATIVE_INFINITY, Number.NaN])(
    'refuses toleranceSeconds %d',
    (toleranceSeconds) => {
      expect(() => read({ toleranceSeconds })).toThrow(config);
      expect(() => read({ toleranceSeconds })).toThrow(
        'toleranceSeconds must be zero or more; Infinity switches the window off',
      );
    },
  );

  it.each([1, 1.5, 1_048_576, 268_435_456])('takes maxBodyBytes %d', (maxBodyBytes) => {
    expect(read({ maxBodyBytes })).toMatchObject({ maxBodyBytes });
  });

  it.each([0, 0.9, -1, 268_435_457, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN])(
    'refuses maxBodyBytes %d',
    (maxBodyBytes) => {
      expect(() => read({ maxBodyBytes })).toThrow(config);
      expect(() => read({ maxBodyBytes })).toThrow('maxBodyBytes must be from 1 to 268435456 (256 MiB)');
    },
  );

  /** Values of every kind with the name a message may give them. */
  const VALUES: [string, unknown][] = [
    ['null', null],
    ['number', 7],
    ['boolean', true],
    ['bigint', 7n],
    ['symbol', Symbol('hush')],
    ['function', () => 'hush'],
    ['string', 'hush'],
    ['array', ['hush']],
    ['object', { hush: 1 }],
    ['object', new Number(7)],
    ['object', Promise.resolve(7)],
  ];
  describe.each([
    ['toleranceSeconds', 'number'],
    ['maxBodyBytes', 'number'],
    ['now', 'function'],
  ])('%s', (option, type) => {
    it.each(VALUES.filter(([name]) => name !== type))(
      'is a TypeError for %s, with its type, not its value',
      (name, value) => {
        expect(() => read({ [option]: value })).toThrow(new TypeError(`${option} must be a ${type}, got ${name}`));
      },
    );
  });
});

describe('requireMessage', () => {
  const message: CallbackMessage = { platform: 'feishu', kind: 'event', type: 't', event: {}, text: '{}' };

  it('gives back a message of the platform, also a copy', () => {
    expect(requireMessage(message, 'feishu')).toBe(message);
    expect(requireMessage({ ...message }, 'feishu')).toEqual(message);
  });

  it.each<[string, unknown]>([
    ['another platform', { ...message, platform: 'dingtalk' }],
    ['an answer', { toast: 'hush' }],
    ['a list', [message]],
  ])('is a TypeError for %s, and says what comes first', (_, value) => {
    expect(() => requireMessage(value as CallbackMessage, 'feishu')).toThrow(
      new TypeError('message must be one of feishu: reply(message, answer), the message first'),
    );
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['string', 'success'],
  ])('is a TypeError for %s', (type, value) => {
    expect(() => requireMessage(value as CallbackMessage, 'feishu')).toThrow(
      new TypeError(`message must be an object, got ${type}`),
    );
  });
});

describe('refuseAnswer', () => {
  it('lets nothing pass', () => {
    expect(refuseAnswer(undefined)).toBeUndefined();
  });

  it.each([null, '', 0, false, {}])('is a TypeError for %j', (answer) => {
    expect(() => refuseAnswer(answer)).toThrow(new TypeError('answer must be left out: the platform takes none here'));
  });
});

describe('replies', () => {
  const nosniff = { 'X-Content-Type-Options': 'nosniff' };

  it.each([
    ['JSON, compact', jsonReply({ a: [1, '飞书'] }), '{"a":[1,"飞书"]}', 'application/json; charset=utf-8'],
    ['a bare word', textReply('success'), 'success', 'text/plain; charset=utf-8'],
    ['a JSON document as it stands', documentReply('json', '{ }'), '{ }', 'application/json; charset=utf-8'],
    ['an XML document as it stands', documentReply('xml', '<xml/>'), '<xml/>', 'text/xml; charset=utf-8'],
  ])('of %s', (_, reply, body, contentType) => {
    expect(reply).toEqual({ status: 200, headers: { 'Content-Type': contentType, ...nosniff }, body });
  });

  it('of nothing have no Content-Type', () => {
    expect(emptyReply()).toEqual({ status: 200, headers: nosniff, body: '' });
  });

  it('are new every time', () => {
    for (const make of [emptyReply, () => textReply(''), () => jsonReply({}), () => documentReply('xml', '')]) {
      expect(make()).not.toBe(make());
      expect(make().headers).not.toBe(make().headers);
    }
  });

  it('refuse an answer without a JSON form by its name', () => {
    expect(() => jsonReply({ toJSON: () => undefined })).toThrow(
      new TypeError('answer must have a JSON form, got object'),
    );
  });
});
