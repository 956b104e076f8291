// Random breakages, seeded: what was broken is known, so that a finding that blames something else is false.
import type { FindingId } from '../../src/explain.ts';
import type { Subject } from '../codecs.ts';
import { Random } from '../fuzz/mutate.ts';
import { ALL, explainerOf, type Given, good, ownerOf, type Query, tokenOf } from './breakages.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const NOISE = `${LETTERS}+/=-_ "'\\\n\r\t{}<>&%:,\ufeff\u200b\ufffd你×`;

function word(random: Random, length: number, letters: string = LETTERS): string {
  return Array.from({ length }, () => letters.charAt(random.below(letters.length))).join('');
}

/** Secrets of the subject's own, random ones: no two requests have anything in common. */
export function randomSecrets(random: Random, subject: Subject): Record<string, string> {
  const secret = (name: string): string => {
    if (name === 'encodingAesKey') return word(random, 43);
    return name === 'sdkAppId' ? `1${word(random, 9, '0123456789')}` : word(random, 12 + random.below(20));
  };
  return Object.fromEntries(Object.keys(subject.secrets).map((name) => [name, secret(name)]));
}

/** One or a few characters changed, put in or taken away. */
function damage(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const length = random.below(4);
  const put = word(random, random.below(3), NOISE);
  return `${text.slice(0, at)}${put}${text.slice(at + length)}`;
}

interface Broken extends Given {
  readonly how: string;
  /** What may be said to be proven of it. */
  readonly may: readonly FindingId[];
}

const OF_SECRET: readonly FindingId[] = ['secret-whitespace', 'secret-quoted', 'secret-wrong'];
const OF_KEY: readonly FindingId[] = [...OF_SECRET, 'key-malformed', 'key-wrong'];
const OF_BODY: readonly FindingId[] = ['body-empty', 'body-base64', 'body-form', 'body-reserialised', 'body-damaged'];
const OF_PARAMETERS: readonly FindingId[] = [
  'parameter-mangled',
  'parameter-missing',
  'signature-missing',
  'app-wrong',
  'body-empty',
];

function breakSecret(random: Random, subject: Subject, { options, request }: Given): Broken {
  const name = random.pick(Object.keys(subject.secrets));
  const value = damage(random, String(options[name]));
  const of: Readonly<Record<string, readonly FindingId[]>> = {
    encodingAesKey: OF_KEY,
    verificationToken: [...OF_SECRET, 'verification-token-wrong'],
    ownerKey: ['secret-whitespace', 'secret-quoted', 'owner-wrong'],
    receiveId: ['secret-whitespace', 'secret-quoted', 'owner-wrong'],
    appId: ['secret-whitespace', 'secret-quoted', 'owner-wrong'],
    sdkAppId: ['secret-whitespace', 'secret-quoted', 'owner-wrong', 'app-wrong'],
  };
  return { options: { ...options, [name]: value }, request, how: `${name} damaged`, may: of[name] ?? OF_SECRET };
}

function breakBody(random: Random, subject: Subject, { options, request }: Given): Broken {
  const body = damage(random, String(request.body));
  // A word of the body that nothing signs can be the token, the command, or what tells an encrypted body from a plain one.
  const unsigned: readonly FindingId[] = tokenOf(subject) === 'verificationToken' ? ['verification-token-wrong'] : [];
  return { options, request: { ...request, body }, how: 'body damaged', may: [...OF_BODY, ...unsigned] };
}

function breakUrl(random: Random, _: Subject, given: Given & { query: Query }): Broken {
  const { options, request, query } = given;
  const name = random.pick(Object.keys(query));
  const value = random.below(4) === 0 ? '' : damage(random, String(query[name]));
  return {
    options,
    request: { ...request, url: undefined, query: { ...query, [name]: value } },
    how: `${name} damaged`,
    may: OF_PARAMETERS,
  };
}

function breakHeader(random: Random, _: Subject, { options, request }: Given): Broken {
  const headers = request.headers as Readonly<Record<string, string>>;
  const name = random.pick(Object.keys(headers));
  const value = random.below(4) === 0 ? '' : damage(random, String(headers[name]));
  return {
    options,
    request: { ...request, headers: { ...headers, [name]: value } },
    how: `${name} damaged`,
    may: OF_PARAMETERS,
  };
}

/** One request that is broken somewhere, or not at all. */
export function breakSomething(random: Random): Broken & { subject: Subject; id: string } {
  const subject = random.pick(ALL);
  const secrets = randomSecrets(random, subject);
  const payload = subject.verification !== undefined && random.below(4) === 0 ? subject.verification : subject.event;
  const given = good(subject, { ...secrets, random: (length: number) => random.bytes(length) }, payload);
  const { random: _, ...options } = given.options;
  const ways = [breakSecret, ...(given.request.body ? [breakBody] : [])];
  if (Object.keys(given.query).length > 0) ways.push(breakUrl as typeof breakBody);
  if (Object.keys(given.request.headers as object).length > 0) ways.push(breakHeader);
  const id = secrets[ownerOf(subject) ?? ''] ?? '';
  return { subject, id, ...random.pick(ways)(random, subject, { ...given, options } as never) };
}

/** What is wrong with the explanation of one random breakage; `undefined` where nothing is. */
export function falseProof(random: Random): string | undefined {
  const { subject, options, request, how, may } = breakSomething(random);
  const { accepted, findings } = explainerOf(subject)(options, request);
  const wrong = findings.filter(({ id, certainty }) => certainty === 'proven' && !may.includes(id));
  if (wrong.length === 0 && !(accepted && findings.length > 0)) return undefined;
  return `${subject.name}, ${how}: ${findings.map(({ id, certainty }) => `${id} (${certainty})`).join(', ')} of ${JSON.stringify({ ...options, ...request })}`;
}

export { Random };
