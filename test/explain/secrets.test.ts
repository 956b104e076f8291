// Nothing secret in any text, whatever is broken: secrets, signatures, headers and messages are random, and every output is
// searched for eight characters of any of them.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Diagnosis } from '../../src/explain.ts';
import type { Subject } from '../codecs.ts';
import { BREAKAGES, explainerOf, type Given, good, ownerOf } from './breakages.ts';
import { breakSomething, Random, randomSecrets } from './random.ts';

/** The subject with other secrets, whatever else is asked of it. */
function withSecrets(subject: Subject, secrets: Record<string, string>): Subject {
  return { ...subject, secrets, create: (options) => subject.create({ ...secrets, ...options }) };
}

/** Every text of eight characters that must not show: of secrets, of what was sent in headers, parameters and the body. */
function* pieces({ options, request }: Given): Generator<string> {
  const { url, query, headers, body } = request as Record<string, unknown>;
  const parameters = query ?? Object.fromEntries(new URLSearchParams(String(url).replace(/^[^?]*\??/, '')));
  const { sdkAppId: _, ownerKey, receiveId, appId, ...secrets } = options as Record<string, unknown>;
  const { SdkAppid, contenttype, CallbackCommand, ...sent } = Object(parameters) as Record<string, unknown>;
  const { 'Content-Type': type, ...signed } = Object(headers) as Record<string, unknown>;

  const texts = [...Object.values(secrets), ...Object.values(sent), ...Object.values(signed), body];
  for (const text of texts.flat()) {
    if (typeof text !== 'string') continue;
    for (let at = 0; at + 8 <= text.length; at++) yield text.slice(at, at + 8);
  }
}

const idOf = (subject: Subject): string => String(subject.secrets[ownerOf(subject) ?? ''] ?? '');

const texts = (diagnosis: Diagnosis): string => `${JSON.stringify(diagnosis)}\n${diagnosis}`;

/** What a text says by itself, whatever it is about. */
const OWN =
  /^(?:"encrypt|encrypt"|msg_sign|MsgType|Encrypt>|url_veri|rl_verif|l_verifi|_verific|verifica|erificat|rificati|ificatio|fication)/;

/** `id` is whom the request is for, which is told. */
function shown(subject: Subject, given: Given, id: string = ''): string | undefined {
  const output = (['en', 'zh'] as const)
    .map((language) => texts(explainerOf(subject)(given.options, given.request, { language })))
    .join('\n');
  for (const piece of pieces(given))
    if (!OWN.test(piece) && !id.includes(piece) && output.includes(piece)) return `${piece} in ${output}`;
  return undefined;
}

it('is in the search: a text that shows a secret is found', () => {
  const given = { options: { token: 'correct horse' }, request: {} };
  expect([...pieces(given)].some((piece) => 'a correct horse'.includes(piece))).toBe(true);
});

it('of requests broken in each known way', () => {
  const cases = BREAKAGES.flatMap((breakage) => breakage.subjects.map((subject) => ({ breakage, subject })));
  fc.assert(
    fc.property(fc.constantFrom(...cases), fc.string({ minLength: 4, maxLength: 8 }), ({ breakage, subject }, seed) => {
      const secret = withSecrets(subject, randomSecrets(new Random(seed), subject));
      expect(shown(secret, breakage.breakIt(secret), idOf(secret))).toBeUndefined();
    }),
    { numRuns: 1500, seed: 17 },
  );
});

it('of requests broken at random', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, maxLength: 8 }), (seed) => {
      const { subject, ...given } = breakSomething(new Random(seed));
      expect(shown(subject, given, given.id)).toBeUndefined();
    }),
    { numRuns: 500, seed: 17 },
  );
});

it('of secrets of any kind, as pasted', () => {
  const any = fc.string({ unit: 'binary', minLength: 8, maxLength: 60 });
  const cases = BREAKAGES.flatMap(({ subjects }) => subjects);
  fc.assert(
    fc.property(fc.constantFrom(...cases), fc.array(any, { minLength: 4, maxLength: 4 }), (subject, values) => {
      const { options, request } = good(subject);
      const names = Object.keys(subject.secrets);
      const pasted = { ...options, ...Object.fromEntries(names.map((name, index) => [name, values[index]])) };
      expect(shown(subject, { options: pasted, request })).toBeUndefined();
    }),
    { numRuns: 300, seed: 17 },
  );
});
