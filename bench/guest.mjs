// What runs inside a runtime: all groups of cases, timed by the runtime's own clock.
import { groups, makeCase, ours, sizeName } from './cases.mjs';
import { loadContenders } from './contenders.mjs';
import { checkAgreement, clockStep, measureColdHere, measureHere, race, summary } from './harness.mjs';

/** A case with the contenders that take part in it, which agree. */
export async function prepare(group, bytes) {
  const { loaded, absent } = await loadContenders(group.list, group.only);
  const theCase = makeCase(group, bytes);
  const { fit, wrong } = await checkAgreement(loaded, theCase);
  return { inputs: theCase.inputs, fit, wrong, absent };
}

/** How `race` is set for a group: long calls need fewer rounds, and calls with cold caches are counted, not timed. */
export function settingsOf(group, { rounds, turnMs, warmUpMs, coldCalls }, step = 0) {
  // Single calls are shorter than the steps of a browser's clock; over many of them that evens out.
  if (group.cold) return { rounds, calls: step > 0.001 ? 10 * coldCalls : coldCalls };
  // A turn is 50 steps of the clock or more, so that a step is at most 2 % of it.
  return { rounds: group.bulk ? Math.ceil(rounds / 4) : rounds, turnMs: Math.max(turnMs, 50 * step), warmUpMs };
}

/** Runs everything and gives the results as plain data. `progress` is told of each case before it starts. */
export async function runHere(settings, progress) {
  const step = clockStep();
  const results = [];
  for (const group of groups.filter(({ name }) => settings.groups.includes(name))) {
    if (group.cold && step > 0.1) continue; // nothing evens that out
    for (const bytes of group.sizes) {
      await progress(`${group.name}, ${sizeName(bytes)}`);
      const { inputs, fit, wrong, absent } = await prepare(group, bytes);
      const measure = (group.cold ? measureColdHere : measureHere)(inputs);
      const runners = await race(fit, measure, settingsOf(group, settings, step));
      const names = (contenders) => contenders.map(({ name }) => name);
      results.push({ group: group.name, bytes, wrong: names(wrong), absent, contenders: summary(runners, ours) });
    }
  }
  return { clock: `own clock, steps of ${(step * 1000).toPrecision(2)} µs`, results };
}
