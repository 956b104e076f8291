// Welch's t-test on interleaved, cropped timings, in the manner of dudect (Reparaz, Balasch, Verbauwhede, 2017).

/** |t| up to which two classes count as equally fast; dudect calls a leak certain from 10 on. */
export const GATE = 10;

/**
 * t of the times of two classes. `run(inputs)` works through a class's inputs. Samples come in a random order, so that
 * what else the machine does falls on both alike, and those above the 90th percentile of all are dropped.
 */
export function welch(run, classes, { samples, warmUp = samples / 20 }) {
  const times = [[], []];
  for (let i = -warmUp; i < samples; i++) {
    const which = Math.random() < 0.5 ? 0 : 1;
    const inputs = classes[which](i);
    const start = process.hrtime.bigint();
    run(inputs);
    const elapsed = Number(process.hrtime.bigint() - start);
    if (i >= 0) times[which].push(elapsed);
  }
  const all = Float64Array.from(times.flat()).sort();
  const limit = all[Math.floor(all.length * 0.9)];
  const [a, b] = times.map((list) => summary(list.filter((time) => time <= limit)));
  const t = (a.mean - b.mean) / Math.sqrt(a.variance / a.count + b.variance / b.count);
  return { t: Number.isNaN(t) ? 0 : t, difference: a.mean - b.mean, mean: (a.mean + b.mean) / 2 };
}

function summary(times) {
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const variance = times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (times.length - 1);
  return { mean, variance, count: times.length };
}

/**
 * Several batches, judged by their median |t|: a leak moves the median as much as any, while one lucky or unlucky batch
 * decides nothing either way. Each has inputs of its own, because those of one pool differ by chance, in what they hold and
 * in where they lie in memory, and many samples of few inputs make that look like a leak.
 */
export function batches(run, makeClasses, { count = 5, samples }) {
  const results = Array.from({ length: count }, () => welch(run, makeClasses(), { samples }));
  results.sort((a, b) => Math.abs(a.t) - Math.abs(b.t));
  return { ...results[count >> 1], all: results.map(({ t }) => t) };
}
