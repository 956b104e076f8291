// npm run test:nodes [-- --require-all] [majors]
// Runs the unit tests, without coverage, on the other Nodes that the package is for; `npm test` runs them on this one.
//   majors          only these, as 22 or 26
//   --require-all   for CI: a Node that npm does not provide here is a failure
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeMajors, nodeOf } from '../runtimes/engines.mjs';
import { installLocked } from '../runtimes/install.mjs';

const root = join(import.meta.dirname, '..', '..');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'require-all': { type: 'boolean' } },
});
const unknown = positionals.filter((major) => !nodeMajors.includes(major));
if (unknown.length > 0) throw new Error(`no such Node: ${unknown.join(', ')}; there are ${nodeMajors.join(', ')}`);
const thisMajor = process.versions.node.split('.')[0];
const majors = positionals.length > 0 ? positionals : nodeMajors.filter((major) => major !== thisMajor);

/** Why nothing can be run, where npm fails. */
function install() {
  try {
    installLocked();
    return undefined;
  } catch (error) {
    return error.message;
  }
}

function versionOf(program) {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().slice(1) : undefined;
}

function missing(major, why) {
  const [failed, skipped] = options['require-all'] ? [1, 0] : [0, 1];
  console.log(`Node ${major}: ${failed ? 'FAILED' : 'skipped'}: ${why}`);
  return { passed: 0, failed, skipped };
}

/** Counts and what was skipped, of vitest's report; where there is none, vitest died. */
function read(report) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
    return { passed: numPassedTests, failed: numFailedTests, skipped: skipped.map(({ fullName }) => fullName) };
  } catch {
    return { passed: 0, failed: 0, skipped: [] };
  }
}

function test(program, version, report) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(
    program,
    [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: Number.POSITIVE_INFINITY,
      stdio: ['ignore', 'pipe', 'pipe'],
      // What the tests start, npm above all, shall run on this Node, too.
      env: { ...process.env, NODE_OPTIONS: '', PATH: `${dirname(program)}${delimiter}${process.env.PATH}` },
    },
  );
  const { passed, failed, skipped } = read(report);
  // Not only tests fail: a file that cannot be loaded, an error nobody caught, a run without a test.
  const failures = status === 0 && passed > 0 ? failed : Math.max(failed, 1);
  if (failures > 0) console.log(`${stdout}${stderr}`);
  for (const name of skipped) console.log(`skipped: ${name}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`Node ${version}: ${passed} passed, ${failures} failed, ${skipped.length} skipped (${seconds} s)`);
  return { passed, failed: failures, skipped: skipped.length };
}

const folder = mkdtempSync(join(tmpdir(), 'callback-codec-nodes-'));
const sum = { passed: 0, failed: 0, skipped: 0 };
try {
  const why = install();
  for (const major of majors) {
    const program = nodeOf(major)();
    const version = program && versionOf(program);
    const counts = version
      ? test(program, version, join(folder, `${major}.json`))
      : missing(major, why ?? `npm gives none that runs on ${process.platform} ${process.arch}`);
    for (const key of Object.keys(sum)) sum[key] += counts[key];
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed > 0 ? 1 : 0;
