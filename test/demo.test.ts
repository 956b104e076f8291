// `npm run demo` passes, and can fail. `npm test` has built what it runs.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { entries } from '../scripts/entries.mjs';
import { root, runNode } from './package/installed.ts';

const demo = join(root, 'test/demo.mjs');
/** What is no platform that sends anything. */
const others = ['index', 'aes-cbc', 'any-of', 'explain', 'feishu-bot', 'fetch', 'node', 'simd'];
const platforms = entries.filter((entry) => !others.includes(entry));

test('every verdict of the demo is as expected', () => {
  const { status, stdout, stderr } = runNode(root, [demo]);
  expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: '' });
  const [, asExpected] = /^(\d+) as expected, 0 not$/m.exec(stdout) ?? [];
  expect(Number(asExpected)).toBeGreaterThan(85);
  expect(stdout).toMatch(
    /\n- body-reserialised \(proven\): .*\n(?:.*\n)*- key-malformed \(proven\): .*\n.*\n- owner-wrong \(proven\)/,
  );
  for (const path of [...platforms, 'any', 'rotation']) {
    expect(stdout).toMatch(new RegExp(`^ok +/${path} .*accepted`, 'm'));
    expect(stdout).toMatch(new RegExp(`^ok +/${path} .*refused`, 'm'));
  }
});

test('a server with wrong secrets makes the demo fail', () => {
  const { status, stdout } = runNode(root, [demo, '--sabotage']);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^\d+ as expected, [1-9]\d* not$/m);
  for (const path of [...platforms, 'any', 'rotation'])
    expect(stdout).toMatch(new RegExp(`^NOT +/${path} .*ERR_`, 'm'));
});
