// Secrets as people paste them: quoted, with white space, in each other's place.
import type { Case } from './attempt.ts';
import type { Clue } from './findings.ts';
import { PLATFORMS, secretNames } from './platforms.ts';
import { type Repair, repairOptions } from './repair.ts';
import type { Options } from './snapshot.ts';

/** Controls, soft hyphens, zero-width characters, marks of direction, byte order marks. */
const INVISIBLE = /[\p{Cc}\p{Cf}]/gu;

const QUOTES = /^["'`“‘]+|["'`”’]+$/g;

interface Cleaned {
  readonly value: string;
  readonly text: 'secret-quoted' | 'secret-whitespace' | 'key-malformed';
}

/** A secret without what does not belong to it; `undefined` where there is nothing of that. */
function clean(secret: string): Cleaned | undefined {
  const visible = secret.replace(INVISIBLE, '').trim();
  const value = visible.replace(QUOTES, '').trim();
  if (value === secret || value === '') return undefined;
  return { value, text: value === visible ? 'secret-whitespace' : 'secret-quoted' };
}

/** The same of an EncodingAESKey, which has an alphabet and a length. */
function cleanKey(key: string): Cleaned | undefined {
  const bare = clean(key);
  const value = (bare?.value ?? key)
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/[^A-Za-z\d+/]/g, '');
  if (value === key || value.length !== 43) return undefined;
  return { value, text: bare?.value === value && key.replace(INVISIBLE, '') === key ? bare.text : 'key-malformed' };
}

/** Why an EncodingAESKey is not one, without showing it: lengths, places, and which invisible character it is. */
export function keyProblem(key: unknown): Clue | undefined {
  if (key === undefined || key === null || key === '') return { text: 'key-malformed.unset', details: KEY };
  if (typeof key !== 'string') return malformed('problem.type', '0');
  if (/^[A-Za-z\d+/]{43}$/.test(key)) return undefined;
  const [problem, at] = problemOf(key);
  return malformed(problem, String(key.length), at);
}

const KEY = { name: 'encodingAesKey' };

function malformed(problem: string, length: string, at = ''): Clue {
  return { text: 'key-malformed', details: { ...KEY, problem, length, at } };
}

/** In the order in which one hides another. */
const PROBLEMS: readonly (readonly [problem: string, pattern: RegExp])[] = [
  ['problem.quoted', /["'`“”‘’]/],
  ['problem.invisible', /(?!\s)\p{Cc}|\p{Cf}/u],
  ['problem.space', /\s/],
  ['problem.equals', /=/],
  ['problem.url-safe', /[-_]/],
  ['problem.other', /[^A-Za-z\d+/]/],
];

function problemOf(key: string): readonly [problem: string, at?: string] {
  for (const [problem, pattern] of PROBLEMS) {
    const found = pattern.exec(key);
    if (found === null) continue;
    const point = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return [problem, ` (#${found.index + 1}${problem === 'problem.invisible' ? `, U+${point}` : ''})`];
  }
  return [key.length < 43 ? 'problem.short' : 'problem.long'];
}

/** One for each option that has something to be taken away. */
export function cleanings({ platform, options }: Case): readonly Repair[] {
  const { owner, key } = PLATFORMS[platform];
  return [...secretNames(PLATFORMS[platform]), ...(owner === undefined ? [] : [owner])].flatMap((name) => {
    const cleanOne = name === 'encodingAesKey' && name === key ? cleanKey : clean;
    const value = options[name];
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    const cleaned = values.map((one) => (typeof one === 'string' ? cleanOne(one) : undefined));
    const first = cleaned.findIndex((one) => one !== undefined);
    if (first < 0) return [];
    const { text } = cleaned[first] as Cleaned;
    const clue = text === 'key-malformed' ? (keyProblem(values[first]) as Clue) : { text, details: { name } };
    const repaired = values.map((one, index) => cleaned[index]?.value ?? one);
    const change = (options: Options) => ({ ...options, [name]: Array.isArray(value) ? repaired : repaired[0] });
    return [repairOptions('clean', clue, change)];
  });
}

/** Each secret in the other's place; of three also around. Feishu's two may also be one that stands in the wrong place. */
export function swaps({ platform, options }: Case): readonly Repair[] {
  const { owner } = PLATFORMS[platform];
  const names = [...secretNames(PLATFORMS[platform]), ...(owner === undefined || owner === 'sdkAppId' ? [] : [owner])];
  const pairs = names.flatMap((name, index) => names.slice(index + 1).map((other) => [name, other]));
  const [a, b, c] = names as [string, string, string];
  const around = names.length === 3 ? [[a, b, c], [a, c, b]] : []; // biome-ignore format: two cycles
  return [...pairs, ...around].filter((cycle) => canSwap(platform, cycle, options)).map((cycle) => swap(cycle));
}

function canSwap(platform: string, cycle: readonly string[], options: Options): boolean {
  const there = cycle.filter((name) => name in options);
  const isMoved = platform === 'feishu' && there.length === 1;
  return (
    (isMoved || there.length === cycle.length) &&
    there.every((name) => typeof options[name] === 'string' && options[name] !== '')
  );
}

function swap(cycle: readonly string[]): Repair {
  const details = { name: cycle.slice(0, -1).join(', '), other: cycle[cycle.length - 1] as string };
  return repairOptions('swap', { text: 'secret-swapped', details }, (options) => {
    const swapped: Record<string, unknown> = { ...options };
    for (const [index, name] of cycle.entries()) {
      const from = cycle[(index + 1) % cycle.length] as string;
      if (from in options) swapped[name] = options[from];
      else delete swapped[name];
    }
    return swapped;
  });
}
