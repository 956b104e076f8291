// For the unit tests under mutation.
import fc from 'fast-check';
import { beforeEach } from 'vitest';

// The same random cases in every run: a fault is not to be found or missed by luck.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_122 });

// Millions of cases, run once for every fault in the lines below them: samples of the same tests find those faults, too.
const SLOW = new RegExp(
  [
    'linear time|every scalar value|every sequence of one and of two|every second byte at the limits',
    'every multiple of 64 up|starting with any one|Monte Carlo',
    'in 20,000 blind requests|all neighbours of|an event whose text the attacker|of any length of text',
  ].join('|'),
);

beforeEach(({ skip, task }) => {
  if (SLOW.test(`${task.suite?.name} ${task.name}`)) skip();
});
