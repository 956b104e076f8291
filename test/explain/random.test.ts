// No false proof: what was broken at random is known, and nothing else may be blamed. EXPLAIN_RUNS=100000 for more.
import { expect, it } from 'vitest';
import { falseProof, Random } from './random.ts';

const RUNS = Number(process.env.EXPLAIN_RUNS ?? 3000);

it(`blames nothing else in ${RUNS} random breakages`, { timeout: 1_800_000 }, () => {
  const random = new Random('explain');
  const wrong: string[] = [];
  for (let run = 0; run < RUNS && wrong.length < 10; run++) {
    const problem = falseProof(random);
    if (problem !== undefined) wrong.push(problem);
  }
  expect(wrong).toEqual([]);
});
