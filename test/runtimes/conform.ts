import { defaultEngine } from '../conformance/engines.ts';
import { hasFetch, runConformance, runHandlers } from '../conformance/suite.ts';

type Lib = Parameters<typeof runConformance>[0];
type Host = Parameters<typeof runConformance>[1];
type Outcome = ReturnType<typeof runConformance>;

/**
 * The suite's outcome, which AES engines ran, and whether the handlers did, as the text that every runner prints and
 * run.mjs reads.
 */
export async function conform(lib: unknown, host: Host = {}, kernel?: object): Promise<string> {
  const engines = enginesOf(lib as Lib, kernel);
  const outcome = runConformance(lib as Lib, host);
  if (!hasFetch()) return report(engines, 'no Request here', outcome);
  return report(engines, 'behind Request', outcome, await runHandlers(lib as Lib));
}

/** The same for engines that have no Request, nor anything else to wait for. */
export function conformAtOnce(lib: unknown, host: Host = {}): string {
  if (hasFetch()) throw new Error('this engine has Request: conform() would run more');
  return report(enginesOf(lib as Lib), 'no Request here', runConformance(lib as Lib, host));
}

/** The first call decides for all. */
function enginesOf(lib: Lib, kernel?: object): string {
  const { kind } = lib.createSimdAesCbc(kernel);
  return `AES: ${defaultEngine(lib)} by default, simd is ${kind}`;
}

function report(engines: string, handlers: string, ...outcomes: readonly Outcome[]): string {
  const sum = (count: 'passed' | 'failed') => outcomes.reduce((total, outcome) => total + outcome[count], 0);
  const failures: string[] = [];
  for (const outcome of outcomes) failures.push(...outcome.failures.map((name) => `failed: ${name}`));
  return [...failures, engines, `handlers: ${handlers}`, `${sum('passed')} passed, ${sum('failed')} failed`].join('\n');
}
