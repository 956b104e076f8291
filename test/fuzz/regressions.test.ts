// Replays the fuzzer's corpus, every finding in it, and proves that each of its targets can fail: planted faults are found.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Change, importSource, root } from './bundle.mjs';
import { execute, fromJson, fuzz, type Report } from './fuzz.ts';
import { plants } from './plants.ts';
import { type Implementation, makeTargets } from './targets.ts';

/** The sources, bundled with faults or without. */
async function implementation(changes?: readonly Change[]): Promise<Implementation> {
  const modules = (await importSource(changes)) as Implementation['modules'] & { index: Implementation['codecs'] };
  return { codecs: modules.index, modules };
}

const sound = await implementation();

describe('the corpus', () => {
  for (const target of makeTargets(sound)) {
    it(`${target.name}: each input has the outcome that the contract says`, () => {
      const inputs = fromJson(readFileSync(join(root, 'test/fuzz/corpus', `${target.name}.json`), 'utf8')) as unknown[];
      const answers = new Set(inputs.map((input) => execute(target, input)));
      expect(answers.size).toBeGreaterThan(2);
    });
  }
});

describe('a fault is found', () => {
  it('in the sources there is none', () => {
    const reports = fuzz(sound, 'regressions', 100, () => true);
    expect(reports.flatMap(({ findings }) => findings)).toEqual([]);
  });

  it.each([/no such text in any source/, /return undefined;/])(
    'not where %s does not fit one place in src/',
    async (find) => {
      await expect(implementation([{ find, replace: '' }])).rejects.toThrow('must fit one place in src/');
    },
  );

  for (const { target, fault, ...change } of plants) {
    it(`${target}: ${fault}`, async () => {
      const end = performance.now() + 30_000;
      const isOver = (reports: readonly Report[]) => performance.now() > end || reports[0]?.findings.length !== 0;
      const [report] = fuzz(await implementation([change]), 'plants', 20, isOver, [target]);
      expect(report?.findings).not.toEqual([]);
    });
  }
});
