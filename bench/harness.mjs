// The race: contenders that are known to agree, interleaved in random order round by round, compared within each round.
// ECMAScript and performance.now only, so that it runs in every runtime.
//
// A contender is { name, run, awaits?, knownWrong? }: `run(input)` gives the result, or a promise of it if `awaits`;
// `knownWrong(expected)` says whether it is known not to give this result.

/** Thrown where contenders do not agree: nothing may be timed then. */
export class Disagreement extends Error {}

/**
 * Runs every contender once over all inputs and splits them: `fit` ones give exactly the expected results, `wrong` ones
 * do not. The latter is an error, but for results that the contender is known to get wrong. It is an error too to change
 * an input, and not to refuse a forged one where there are any. `read` makes comparable what differs each time.
 */
export async function checkAgreement(contenders, { inputs, expected, forged = [], read = (result) => result }) {
  const fit = [];
  const wrong = [];
  for (const contender of contenders) {
    let isFit = true;
    for (const [i, input] of inputs.entries()) {
      const before = JSON.stringify(input);
      const result = await outcome(async () => read(await contender.run(input)));
      if (JSON.stringify(input) !== before) throw new Disagreement(`${contender.name} changed its input`);
      if (result.value === expected[i]) continue;
      if (!contender.knownWrong?.(expected[i])) {
        const what = result.error ?? `gave ${excerpt(result.value)}`;
        throw new Disagreement(`${contender.name}: ${what} instead of ${excerpt(expected[i])}`);
      }
      isFit = false;
    }
    for (const request of forged) {
      if ((await outcome(() => contender.run(request))).error !== undefined) continue;
      throw new Disagreement(`${contender.name} accepted a forged request`);
    }
    (isFit ? fit : wrong).push(contender);
  }
  return { fit, wrong };
}

async function outcome(attempt) {
  try {
    return { value: await attempt() };
  } catch (error) {
    return { error: `threw ${error}` };
  }
}

const excerpt = (value) => {
  const text = String(value);
  return JSON.stringify(text.length <= 80 ? text : `${text.slice(0, 80)}…`);
};

/**
 * Times `contenders` against each other. `measure(contender, calls)` does that many calls and gives the milliseconds they
 * took. In each round every contender has one turn of at least `turnMs`, in random order.
 *
 * @returns Of each contender: its name, the calls of a turn, and the microseconds of one call in each round.
 */
export async function race(contenders, measure, { rounds, turnMs, warmUpMs, calls }) {
  const runners = [];
  for (const contender of contenders) {
    const turn = calls ?? (await callsPerTurn((n) => measure(contender, n), turnMs, warmUpMs));
    runners.push({ contender, calls: turn, microseconds: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const runner of shuffled(runners)) {
      runner.microseconds.push(((await measure(runner.contender, runner.calls)) * 1000) / runner.calls);
    }
  }
  return runners.map(({ contender, calls, microseconds }) => ({ name: contender.name, calls, microseconds }));
}

/**
 * How many calls fill a turn, found by doubling, which is also the warm-up: it goes on until `warmUpMs` are spent. Three
 * measurements in a row have to be long enough, and the fastest counts: one may be long by what else the machine did.
 */
async function callsPerTurn(measure, turnMs, warmUpMs) {
  let calls = 1;
  let spent = 0;
  let longEnough = [];
  while (longEnough.length < 3 || spent < warmUpMs) {
    const took = await measure(calls);
    spent += took;
    if (took >= turnMs) {
      longEnough.push(took);
    } else {
      calls *= 2;
      longEnough = [];
    }
  }
  return Math.ceil((calls * turnMs) / Math.min(...longEnough));
}

export function shuffled(list) {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/** The peer's time by ours, taken within each round: the median, and the quartiles as the spread. */
export function ratio(peer, ours) {
  const ratios = peer.microseconds.map((time, round) => time / ours.microseconds[round]);
  return { median: quantile(ratios, 0.5), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) };
}

export const median = (numbers) => quantile(numbers, 0.5);

export function quantile(numbers, q) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at % 1);
}

// --- The loops that are timed.

/** What the results come to, so that no compiler can leave the calls out. */
export const sink = { total: 0 };

/** `calls` calls over the inputs in turn. */
export async function loop(contender, inputs, calls) {
  const { run } = contender;
  let total = 0;
  if (contender.awaits) {
    for (let i = 0; i < calls; i++) total += (await run(inputs[i % inputs.length])).length;
  } else {
    for (let i = 0; i < calls; i++) total += run(inputs[i % inputs.length]).length;
  }
  sink.total += total;
}

const other = new Uint8Array(4 << 20);

/** Touches 4 MB, so that what a contender left in the caches of the processor is gone. */
export function coolCaches() {
  let total = 0;
  for (let i = 0; i < other.length; i += 64) total += ++other[i];
  sink.total += total;
}

/** As {@link loop}, the caches cold at each call. `now` is read around the calls alone. */
export async function coldLoop(contender, inputs, calls, now) {
  const { run, awaits } = contender;
  let took = 0;
  for (let i = 0; i < calls; i++) {
    const input = inputs[i % inputs.length];
    coolCaches();
    const start = now();
    const result = run(input);
    const { length } = awaits ? await result : result;
    took += now() - start;
    sink.total += length;
  }
  return took;
}

/** `measure` of {@link race} by this process's own clock. */
export const measureHere = (inputs) => async (contender, calls) => {
  const start = performance.now();
  await loop(contender, inputs, calls);
  return performance.now() - start;
};

/** The same with the caches cold. The steps of a coarse clock even out over many calls. */
export const measureColdHere = (inputs) => (contender, calls) =>
  coldLoop(contender, inputs, calls, () => performance.now());

/** The smallest step of this process's clock in milliseconds. */
export function clockStep() {
  let smallest = Infinity;
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    let end = start;
    while (end === start) end = performance.now();
    smallest = Math.min(smallest, end - start);
  }
  return smallest;
}

/** Of each contender: the median of its microseconds, and the ratios of its time to that of each base (ours). */
export function summary(runners, bases) {
  return runners.map((runner) => ({
    name: runner.name,
    calls: runner.calls,
    microseconds: median(runner.microseconds),
    ratios: Object.fromEntries(
      runners.filter(({ name }) => bases.includes(name)).map((base) => [base.name, ratio(runner, base)]),
    ),
  }));
}
