// `check`: sends what the platform sends, and what nobody else may, and says what the answers mean.
import { type Given, PLANS, type Plan, type Probe, SIXTEEN } from './check-plan.ts';
import { type Answer, send } from './check-send.ts';
import { CHECK_TEXTS, type Fault, fill, type Step } from './check-texts.ts';
import { type CheckedUrl, checkUrl } from './check-url.ts';
import type { Context } from './context.ts';
import type { Platform } from './platforms.ts';
import { safeLine } from './terminal.ts';

/** What is known after one step. */
interface Finding {
  readonly step: Step;
  readonly result: 'ok' | 'note' | 'wrong';
  /** Absent where nothing is wrong. */
  readonly problem?: Fault | 'accepted' | 'leaked' | 'no-answer' | 'not-refused';
  /** Of the URL alone. */
  readonly checked?: CheckedUrl;
  readonly probe?: Probe;
  readonly answer?: Answer;
}

interface Verdict {
  /** Whether all that the platform sends is answered as it wants. */
  readonly accepts: boolean;
  /** Whether all that only others send was refused; `undefined` where it was not sent. */
  readonly safe: boolean | undefined;
  readonly isPrivate: boolean;
  readonly isStopped: boolean;
  readonly forged: { readonly count: number; readonly of: number };
}

export interface Subject {
  readonly name: string;
  readonly platform: Platform;
  readonly options: Readonly<Record<string, unknown>>;
  readonly url: string;
  readonly allowPrivate: boolean;
}

/** Exit code 0 where everything holds. */
export async function check(subject: Subject, context: Context): Promise<number> {
  const { name, options, platform, url, allowPrivate } = subject;
  const plan = PLANS[name] as Plan;
  const report = (context.json ? jsonReport : textReport)(subject, plan, context);
  const checked = await checkUrl(url, plan.rules ?? {}, allowPrivate);
  report.start(checked);
  const findings: Finding[] = [];
  for await (const finding of findingsOf(checked, plan, givenOf(platform, options))) {
    findings.push(finding);
    report.step(finding);
  }
  const verdict = verdictOf(findings);
  report.end(verdict);
  return verdict.accepts && verdict.safe ? 0 : 1;
}

function givenOf(platform: Platform, options: Subject['options']): Given {
  const another = (changes: object) =>
    platform.create(
      Object.fromEntries(Object.entries({ ...options, ...changes }).filter(([, value]) => value !== undefined)),
    );
  return { options, codec: another({}), another };
}

/** The URL, then one request after another, until no connection is to be had. */
async function* findingsOf(checked: CheckedUrl, plan: Plan, given: Given): AsyncGenerator<Finding> {
  const { target, fault, isAllowed } = checked;
  if (fault === undefined) yield { step: 'url', result: 'ok', checked };
  else yield { step: 'url', result: isAllowed ? 'note' : 'wrong', problem: fault, checked };
  if (target === undefined) return;
  for (const probe of plan.probes(given)) {
    const answer = await send(target, probe.push, probe.limit);
    yield { step: probe.step, probe, answer, ...(probe.judge ? judged(answer, probe.judge) : refused(answer, probe)) };
    if (isGone(answer)) return;
  }
}

/** Whether no connection is to be had, for the next request either. */
function isGone(answer: Answer | undefined): boolean {
  return /^(?:refused|unreachable|certificate|tls)/.test(answer?.fault ?? '');
}

type Judgement = Pick<Finding, 'result' | 'problem'>;

/** Of what must be accepted. */
function judged({ status = 0, body = '', fault }: Answer, judge: NonNullable<Probe['judge']>): Judgement {
  const byStatus = status >= 300 && status < 400 ? 'redirect' : 'status';
  const problem = fault ?? (status === 200 ? judge(body) : byStatus);
  return problem === undefined ? { result: 'ok' } : { result: 'wrong', problem };
}

/** Of what must be refused. */
function refused({ status, body = '' }: Answer, { step, mayPass }: Probe): Judgement {
  const isCiphertext = step === 'spliced' || step === 'as-echostr';
  if (isCiphertext && body.includes(SIXTEEN)) return { result: 'wrong', problem: 'leaked' };
  if (status === undefined) return { result: 'wrong', problem: 'no-answer' };
  if (status >= 400) return { result: 'ok' };
  if (status >= 300) return { result: 'wrong', problem: 'not-refused' };
  return { result: mayPass ? 'note' : 'wrong', problem: 'accepted' };
}

function verdictOf(findings: readonly Finding[]): Verdict {
  const isRight = findings.every(({ result, probe }) => result !== 'wrong' || (probe && !probe.judge));
  // A note is of what need not be refused.
  const forged = findings.filter(({ probe, result }) => probe && !probe.judge && result !== 'note');
  const count = forged.filter(({ result }) => result === 'wrong').length;
  const { result, step, answer } = findings.at(-1) as Finding;
  const isStopped = isGone(answer) || (step === 'url' && result === 'wrong');
  return {
    accepts: isRight && !isStopped,
    safe: count > 0 ? false : isStopped ? undefined : true,
    isPrivate: findings[0]?.problem === 'url-private',
    isStopped,
    forged: { count, of: forged.length },
  };
}

interface Report {
  start(checked: CheckedUrl): void;
  step(finding: Finding): void;
  end(verdict: Verdict): void;
}

function textReport({ name }: Subject, plan: Plan, { language, io }: Context): Report {
  const texts = CHECK_TEXTS[language];
  return {
    start: ({ shown }) => io.out(`${name} ${safeLine(shown)}\n`),
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

function jsonReport({ name }: Subject, plan: Plan, { language, io }: Context): Report {
  const texts = CHECK_TEXTS[language];
  const line = (data: object) => io.out(`${JSON.stringify(data)}\n`);
  let url = '';
  return {
    start: ({ shown }) => {
      url = shown;
    },
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
  const [, hint = ''] =
    Object.entries(statuses).find(([digits]) => new RegExp(`^(?:${digits})`).test(String(status))) ?? [];
  return hint;
}

function meaningOfForged({ step, result, problem, answer }: Finding, texts: Texts): string {
  const accepted = texts.accepted[step as keyof Texts['accepted']];
  if (problem === undefined) return (answer?.status as number) < 500 ? texts.refused : texts.refusedBroken;
  if (problem === 'no-answer') return fill(texts.noAnswer, { code: answer?.code ?? answer?.fault });
  if (problem === 'not-refused') return texts.noRefusal;
  if (result === 'note') return texts.notes[step as keyof Texts['notes']];
  return problem === 'leaked' ? texts.leaked + texts.space + accepted : accepted;
}

/** What a server wrote, as far as it is of interest. */
function short(text = ''): string {
  return safeLine(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
