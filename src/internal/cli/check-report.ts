// What `check` has found, as text and as data.
import type { Plan, Probe } from './check-plan.ts';
import type { Answer } from './check-send.ts';
import { CHECK_TEXTS, type Fault, fill, type Step } from './check-texts.ts';
import type { CheckedUrl } from './check-url.ts';
import type { Context } from './context.ts';
import { safeJson, safeLine } from './terminal.ts';

/** What is known after one step. */
export interface Finding {
  readonly step: Step;
  readonly result: 'ok' | 'note' | 'wrong';
  /** Absent where nothing is wrong. */
  readonly problem?: Fault | 'accepted' | 'leaked' | 'no-answer' | 'not-refused';
  /** Of the URL alone. */
  readonly checked?: CheckedUrl;
  readonly probe?: Probe;
  readonly answer?: Answer;
}

export interface Verdict {
  /** Whether all that the platform sends is answered as it wants. */
  readonly accepts: boolean;
  /** Whether all that only others send was refused; `undefined` where it was not sent. */
  readonly safe: boolean | undefined;
  readonly isPrivate: boolean;
  readonly isStopped: boolean;
  readonly forged: { readonly count: number; readonly of: number };
}

/** What is printed while `check` goes on. */
export interface Report {
  step(finding: Finding): void;
  end(verdict: Verdict): void;
}

/** A line for each step. */
export function textReport(name: string, url: string, plan: Plan, { language, io }: Context): Report {
  const texts = CHECK_TEXTS[language];
  io.out(`${name} ${url}\n`);
  return {
    step: (finding) => {
      const { came, meaning, console } = describe(finding, plan, language);
      const said = console && texts.space + fill(texts.console, { text: console });
      const parts = [texts.steps[finding.step], came, `${meaning}${said}`].filter((part) => part !== '');
      io.out(`${texts.marks[finding.result]} ${parts.join(' — ')}\n`);
    },
    end: (verdict) => {
      const { accepts, safe, isPrivate, isStopped, forged } = verdict;
      const acceptance = isPrivate ? texts.willAcceptPrivate : texts.willAccept;
      const safety = safe ? texts.isSafe : fill(safe === undefined ? texts.isUnknown : texts.isNotSafe, forged);
      io.out(`${isStopped ? `${texts.stopped}\n` : ''}${accepts ? acceptance : texts.willNotAccept}\n${safety}\n`);
    },
  };
}

/** An object for each step. */
export function jsonReport(name: string, url: string, plan: Plan, { language, io }: Context): Report {
  const texts = CHECK_TEXTS[language];
  const line = (data: object) => io.out(`${safeJson(data)}\n`);
  return {
    step: (finding) => {
      const { step, result, problem, answer } = finding;
      const { meaning, console } = describe(finding, plan, language);
      const { status, milliseconds } = answer ?? {};
      const sent = texts.steps[step];
      line({ step, sent, status, milliseconds, result, problem, meaning, ...(console === '' ? {} : { console }) });
    },
    end: ({ accepts, safe }) => line({ platform: name, url, accepts, safe: safe ?? null }),
  };
}

interface Words {
  /** Status and time. */
  readonly came: string;
  readonly meaning: string;
  /** What the console would say, where that is known. */
  readonly console: string;
}

function describe(finding: Finding, plan: Plan, language: Context['language']): Words {
  const { step, problem, probe, answer } = finding;
  const texts = CHECK_TEXTS[language];
  const came = answer === undefined ? '' : fill(answer.status === undefined ? texts.none : texts.came, { ...answer });
  const isOfPlatform = probe === undefined || probe.judge !== undefined;
  const meaning = isOfPlatform ? meaningOf(finding, plan, texts) : meaningOfForged(finding, texts);
  const isOfConsole = step === 'url' || step === 'probe' || step.startsWith('verification');
  const table = (isOfConsole ? plan.console : plan.eventConsole) ?? [];
  const said = table.find(([faults]) => faults.test(problem ?? ''));
  return { came, meaning, console: finding.result === 'wrong' && isOfPlatform && said ? said[1] : '' };
}

type Texts = (typeof CHECK_TEXTS)['en'];

function meaningOf({ problem, result, checked, probe, answer }: Finding, { want }: Plan, texts: Texts): string {
  const values = {
    ...{ want, limit: (probe?.limit ?? 0) / 1000, code: answer?.code },
    ...{ contentType: short(answer?.contentType), location: short(answer?.location), ...checked?.detail },
  };
  if (problem === undefined) return fill(checked ? texts.resolved : texts.right, values);
  if (result === 'note') return fill(texts.allowed, values);
  const hint = problem === 'status' ? texts.space + hintOf(answer?.status, texts) : '';
  return fill(texts.faults[problem as Fault], values) + hint;
}

function hintOf(status: number | undefined, { statuses }: Texts): string {
  const isOf = ([digits]: readonly [string, string]) => new RegExp(`^(?:${digits})`).test(String(status));
  return (Object.entries(statuses).find(isOf) as [string, string])[1];
}

function meaningOfForged({ step, result, problem, answer }: Finding, texts: Texts): string {
  const accepted = texts.accepted[step as keyof Texts['accepted']];
  if (problem === undefined) return (answer?.status as number) < 500 ? texts.refused : texts.refusedBroken;
  if (problem === 'no-answer') return fill(texts.noAnswer, { code: answer?.code });
  if (problem === 'not-refused') return texts.noRefusal;
  if (result === 'note') return texts.notes[step as keyof Texts['notes']];
  return problem === 'leaked' ? texts.leaked + texts.space + accepted : accepted;
}

/** What a server wrote, as far as it is of interest. */
function short(text = ''): string {
  return safeLine(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
