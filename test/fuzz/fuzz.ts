// The loop: every target in turn for a slice of time, each with a random sequence of its own, so that the executions of
// one target depend on the seed alone and not on how fast the machine is.
import { Random } from './mutate.ts';
import { Finding, type Implementation, makeTargets, type Target } from './targets.ts';

/** Longest time for one input; the slowest honest one takes a few milliseconds. */
const LIMIT_MS = 200;

/**
 * How many different answers one target may give: error messages are constants, never made of what came in. WeChat has most:
 * parameters, an envelope and a message, each of which can be wrong in several ways, with a key and without.
 */
const MOST_ANSWERS = 80;

export interface Report {
  readonly name: string;
  executions: number;
  milliseconds: number;
  /** Of each answer how often it was given, and the first input that led to it. */
  readonly answers: Map<string, { count: number; input: unknown }>;
  readonly findings: { problem: string; input: unknown }[];
}

/** Executes one input; what is wrong with the outcome is thrown. */
export function execute({ check }: Target, input: unknown): string {
  const start = performance.now();
  const answer = check(input as never);
  let elapsed = performance.now() - start;
  // Another process may have had the core; slow is what is slow every time.
  for (let again = 0; again < 2 && elapsed > LIMIT_MS; again++) {
    const restart = performance.now();
    check(input as never);
    elapsed = Math.min(elapsed, performance.now() - restart);
  }
  if (elapsed > LIMIT_MS) throw new Finding(`took ${Math.round(elapsed)} ms`);
  return answer;
}

/** Fuzzes until `isOver` says so, which is asked after each round of slices of `sliceMs`; all targets, or those of `names`. */
export function fuzz(
  implementation: Implementation,
  seed: string,
  sliceMs: number,
  isOver: (reports: readonly Report[]) => boolean,
  names?: readonly string[],
): Report[] {
  const targets = makeTargets(implementation).filter(({ name }) => names?.includes(name) ?? true);
  const runs = targets.map((target) => ({
    target,
    random: new Random(`${seed} ${target.name}`),
    report: { name: target.name, executions: 0, milliseconds: 0, answers: new Map(), findings: [] } as Report,
  }));
  Error.stackTraceLimit = 0; // stacks are not looked at, and cost more than what is fuzzed
  const reports = runs.map(({ report }) => report);
  do {
    for (const { target, random, report } of runs) {
      const start = performance.now();
      while (performance.now() - start < sliceMs * target.weight && report.findings.length < 3)
        executeNext(target, random, report);
      report.milliseconds += performance.now() - start;
    }
  } while (!isOver(reports));
  return reports;
}

function executeNext(target: Target, random: Random, report: Report): void {
  const input = target.make(random);
  report.executions++;
  try {
    const answer = execute(target, input);
    const known = report.answers.get(answer);
    if (known !== undefined) known.count++;
    else report.answers.set(answer, { count: 1, input });
    if (report.answers.size > MOST_ANSWERS) throw new Finding('messages vary with the input');
  } catch (error) {
    report.findings.push({ problem: error instanceof Error ? error.message : String(error), input });
  }
}

/** Inputs as JSON: bytes as `{ "bytes": "base64" }`. */
export function toJson(value: unknown): string {
  const encode = (_: string, value: unknown): unknown =>
    value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value;
  return JSON.stringify(value, encode);
}

export function fromJson(json: string): unknown {
  return JSON.parse(json, (_, value: { bytes?: unknown } | null) =>
    typeof value?.bytes === 'string' ? new Uint8Array(Buffer.from(value.bytes, 'base64')) : value,
  );
}
