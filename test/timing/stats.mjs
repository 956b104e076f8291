// Welch's t-test on interleaved, cropped timings, in the manner of dudect (Reparaz, Balasch, Verbauwhede, 2017).

/** |t| up to which two classes count as equally fast; dudect calls a leak certain from 10 on. */
export const GATE = 10;

/**
 * The signed t of class `a` against class `b`, averaged over pairs of batches between which the classes change places:
 * what is made first, lies first in memory and is counted first, looks like a leak by itself. A leak has the same sign in
 * every batch, chance has not. `none` is the same for one class twice, `a` and `b` in turn: what the harness makes up.
 */
export function compare(run, [a, b], { samples, size, pairs }) {
  const results = [];
  const none = [];
  for (let pair = 0; pair < pairs; pair++) {
    results.push(...bothWays(run, a, b, { samples, size }));
    const same = pair % 2 === 0 ? a : b;
    none.push(...bothWays(run, same, same, { samples, size }));
  }
  return { ...averages(results), all: results.map(({ t }) => t), none: averages(none).t };
}

function bothWays(run, a, b, { samples, size }) {
  const straight = welch(run, pool(a, b, size), samples);
  const swapped = welch(run, pool(b, a, size), samples);
  return [straight, { ...swapped, t: -swapped.t, difference: -swapped.difference }];
}

/** Inputs of two classes, made alternately. Those of one pool differ by chance, so that each batch has a pool of its own. */
function pool(first, second, size) {
  const lists = [[], []];
  for (let i = 0; i < size; i++) {
    lists[0].push(first());
    lists[1].push(second());
  }
  return lists;
}

/**
 * t of the times that `run` takes for two lists of inputs. Samples come in a random order, so that what else the machine
 * does falls on both alike; its speed drifts, so that each time is counted from the median of those around it; and what is
 * then above the 90th percentile of all is dropped.
 */
function welch(run, lists, samples) {
  const order = [];
  const times = [];
  const warmUp = samples / 20;
  for (let i = 0; i < warmUp + samples; i++) {
    const which = Math.random() < 0.5 ? 0 : 1;
    const input = lists[which][i % lists[which].length];
    const start = process.hrtime.bigint();
    run(input);
    const elapsed = Number(process.hrtime.bigint() - start);
    if (i < warmUp) continue;
    order.push(which);
    times.push(elapsed);
  }
  const level = withoutDrift(times);
  const limit = quantile(level, 0.9);
  const [a, b] = [0, 1].map((which) => summary(level.filter((time, i) => order[i] === which && time <= limit)));
  const difference = a.mean - b.mean;
  const error = Math.sqrt(a.variance / a.count + b.variance / b.count);
  return { t: error > 0 ? difference / error : 0, difference, error, time: quantile(times, 0.5) };
}

const NEIGHBOURS = 32;

function withoutDrift(times) {
  const medians = [];
  for (let i = 0; i < times.length; i += NEIGHBOURS) medians.push(quantile(times.slice(i, i + NEIGHBOURS), 0.5));
  return times.map((time, i) => time - medians[Math.floor(i / NEIGHBOURS)]);
}

const quantile = (values, share) => Float64Array.from(values).sort()[Math.floor(values.length * share)];

function summary(times) {
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const variance = times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (times.length - 1);
  return { mean, variance, count: times.length };
}

function averages(results) {
  const average = (name) => results.reduce((sum, result) => sum + result[name], 0) / results.length;
  return { t: average('t'), difference: average('difference'), error: average('error'), time: average('time') };
}
