// `check`: sends what the platform sends, and what nobody else may, and says what the answers mean.
import { type Given, PLANS, type Plan, type Probe, SIXTEEN } from './check-plan.ts';
import { type Finding, jsonReport, textReport, type Verdict } from './check-report.ts';
import { type Answer, send } from './check-send.ts';
import { type CheckedUrl, checkUrl } from './check-url.ts';
import type { Context } from './context.ts';
import type { Platform } from './platforms.ts';

export interface Subject {
  readonly name: string;
  readonly platform: Platform;
  readonly options: Readonly<Record<string, unknown>>;
  readonly url: string;
  readonly allowPrivate: boolean;
}

/** By which names are looked up and requests are sent: a test has no public address. */
export interface Network {
  readonly lookup?: Parameters<typeof checkUrl>[3];
  readonly send: typeof send;
}

/** Exit code 0 where everything holds. */
export async function check(subject: Subject, context: Context, network: Network = { send }): Promise<number> {
  const { name, options, platform, url, allowPrivate } = subject;
  const plan = PLANS[name] as Plan;
  const checked = await checkUrl(url, plan.rules ?? {}, allowPrivate, network.lookup);
  const report = (context.json ? jsonReport : textReport)(name, checked.shown, plan, context);
  const findings: Finding[] = [];
  for await (const finding of findingsOf(checked, plan, givenOf(platform, options), network)) {
    findings.push(finding);
    report.step(finding);
  }
  const verdict = verdictOf(findings);
  report.end(verdict);
  return verdict.accepts && verdict.safe ? 0 : 1;
}

/** What plans are made of. */
export function givenOf(platform: Platform, options: Subject['options']): Given {
  const another = (changes: object) =>
    platform.create(
      Object.fromEntries(Object.entries({ ...options, ...changes }).filter(([, value]) => value !== undefined)),
    );
  return { options, codec: another({}), another };
}

/** The URL, then one request after another, until no connection is to be had. */
async function* findingsOf(checked: CheckedUrl, plan: Plan, given: Given, { send }: Network): AsyncGenerator<Finding> {
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
