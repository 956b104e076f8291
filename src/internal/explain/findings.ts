// What an explanation is made of: clues, which the hypotheses give, and the findings that are written of them.
import type { CallbackErrorCode } from '../errors.ts';
import { type FindingId, type Language, PAGES, type PlatformName, TEXTS, type TextId } from './texts.ts';

export type { FindingId } from './texts.ts';

/** One thing that is wrong, and what to do about it. */
export interface Finding {
  readonly id: FindingId;
  /** `proven`: it was tried, and holds: the signature is right with the token trimmed, say. `likely`: the evidence fits. */
  readonly certainty: 'proven' | 'likely';
  /** What is wrong, in one sentence. */
  readonly cause: string;
  /** What to do, in one sentence. */
  readonly remedy: string;
}

/** Why a callback is refused, or that it is not. */
export interface Diagnosis {
  /** What the platform's codec says of this request with these options. */
  readonly accepted: boolean;
  /** Code of the codec's refusal; none where it was a `TypeError`, for which a finding tells what was passed. */
  readonly code?: CallbackErrorCode | undefined;
  /** The cause first: proven before likely, a cause before what follows from it. */
  readonly findings: readonly Finding[];
  /** All of it as text for a terminal or a log. */
  toString(): string;
}

/** What a hypothesis says if it holds: a text, and what stands in it. */
export interface Clue {
  readonly text: TextId;
  /** Names of options and parameters, numbers and ids: never a value that is secret. */
  readonly details?: Readonly<Record<string, string>> | undefined;
}

export interface Verdict {
  readonly clue: Clue;
  readonly certainty: Finding['certainty'];
}

/** The part in front of the point: `clock.milliseconds` is another text of the finding `clock`. */
export function idOf({ text }: Clue): FindingId {
  return text.replace(/\..*/, '') as FindingId;
}

export function writeDiagnosis(
  platform: PlatformName,
  language: Language,
  outcome: { readonly accepted: boolean; readonly code: CallbackErrorCode | undefined },
  verdicts: readonly Verdict[],
): Diagnosis {
  const proven = verdicts.filter(({ certainty }) => certainty === 'proven');
  const likely = verdicts.filter(({ certainty }) => certainty === 'likely');
  const seen = new Set<string>();
  const findings = [...proven, ...likely]
    .map((verdict) => write(platform, language, verdict))
    .filter(({ id, cause }) => {
      const isNew = !seen.has(`${id} ${cause}`);
      seen.add(`${id} ${cause}`);
      return isNew;
    });
  const text = asText(language, outcome, findings);
  return { ...outcome, findings, toString: () => text };
}

function write(platform: PlatformName, language: Language, { clue, certainty }: Verdict): Finding {
  const [cause, remedy] = TEXTS[language][clue.text];
  const details: Readonly<Record<string, string>> = { ...clue.details, platform, page: PAGES[language][platform] };
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = details[name] as string;
      // A detail may be the name of a text itself, which is then in the language; an id of the app's own is none.
      const isText = Object.hasOwn(TEXTS[language].words, value) && (name !== 'id' || value.startsWith('owner.'));
      return isText ? (TEXTS[language].words[value] as string) : value;
    });
  return { id: idOf(clue), certainty, cause: fill(cause), remedy: fill(remedy) };
}

function asText(
  language: Language,
  { accepted, code }: { readonly accepted: boolean; readonly code: CallbackErrorCode | undefined },
  findings: readonly Finding[],
): string {
  const { words } = TEXTS[language];
  const lines = findings.flatMap(({ id, certainty, cause, remedy }) => [
    `- ${id} (${words[certainty]}): ${cause}`,
    `  ${remedy}`,
  ]);
  const head = accepted ? words.accepted : `${words.refused}${code === undefined ? '' : ` (${code})`}`;
  const unknown = accepted || findings.length > 0 ? [] : [words.unknown];
  return [head, ...lines, ...unknown].join('\n');
}
