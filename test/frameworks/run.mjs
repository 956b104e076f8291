// npm run test:frameworks [-- options] [words]
// The packed tarball in real frameworks, as their users write them: each folder of examples/ is copied, installed by its
// lockfile with that tarball, started, and sent the 13 requests of every platform over real sockets (requests.mjs). Besides,
// the handlers by the types of the frameworks (types.ts, workers.ts), and before and behind their parsers (parsers.mjs).
//   words       only the examples whose name holds one of them
//   --all       also those that are not in the quick set, which .ci/run runs
//   --sabotage  plants the faults of plants.mjs into the examples, each of which must be seen
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, checkScript, environmentOf, prepare, problemOf } from './example.mjs';
import { EXAMPLES } from './examples.mjs';
import { checkNewcomer } from './newcomer.mjs';
import { PLANTS } from './plants.mjs';
import { installOnce, npm, temporaryFolder } from './server.mjs';

const here = import.meta.dirname;
const root = join(here, '..', '..');
const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean' }, sabotage: { type: 'boolean' } },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const counts = { passed: 0, failed: 0, skipped: 0 };
const failed = (what, problem) => {
  counts.failed++;
  console.log(`${what}: ${problem}`);
};
const check = (what, problem) => {
  if (problem) failed(what, problem);
  else counts.passed++;
};
const timed = async (what, work) => {
  const start = performance.now();
  const before = counts.passed;
  await work();
  const passed = counts.passed - before;
  console.log(`${what}: ${passed > 0 ? `${passed} passed, ` : ''}${((performance.now() - start) / 1000).toFixed(0)} s`);
};

function pack() {
  const folder = temporaryFolder('tarball');
  const [{ filename }] = JSON.parse(npm(root, ['pack', '--json', '--pack-destination', folder]));
  return join(folder, filename);
}

function checkTypes() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  for (const project of ['tsconfig.json', 'tsconfig.workers.json']) {
    const args = [tsc, '-p', project, '--pretty', 'false'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: here, encoding: 'utf8' });
    check(`types, ${project}`, status === 0 ? '' : stdout || stderr || `tsc ended with ${status}`);
  }
}

const isWanted = ({ name, quick }) =>
  words.length > 0 ? words.some((word) => name.includes(word)) : quick || options.all;

/** Runs `work` on every wanted example where it is installed; one that cannot be is skipped, and says why. */
async function forEachExample(tarball, work) {
  for (const example of EXAMPLES.filter(isWanted)) {
    await timed(example.name, async () => {
      const { reason, ...prepared } = prepare(example, tarball);
      if (reason === undefined) return work(example, prepared);
      counts.skipped++;
      console.log(`${example.name}: skipped: ${reason}`);
    }).catch((error) => failed(example.name, error.message));
  }
}

async function runExample(example, prepared) {
  build(prepared);
  for (const script of Object.keys(example.starts)) await checkScript(example, prepared, script, check);
}

async function plantFaults(example, prepared) {
  for (const plant of PLANTS.filter((plant) => plant.example === example.name)) {
    const said = (await problemOf(example, prepared, plant)).trim();
    const isSeen = plant.says.test(said);
    check(`${example.name}, ${plant.what}, at ${plant.at}`, isSeen ? '' : said);
    if (isSeen)
      console.log(`seen: ${example.name}, ${plant.what}, at ${plant.at}: ${said.split('\n')[0].slice(0, 80)}`);
  }
}

/** By docs/frameworks.md: Express 5, which needs nothing else; with `--all` everything that can be started. */
async function newcomers(tarball) {
  for (const example of EXAMPLES.filter(({ name, through }) => name === 'express-5' || (options.all && !through))) {
    const what = `newcomer, ${example.name}`;
    const env = environmentOf(example);
    if (env === undefined) continue; // the example itself is counted as skipped
    await timed(what, () => checkNewcomer(example, env, tarball, check)).catch((error) => failed(what, error.message));
  }
}

const tarball = pack();
installOnce(here, tarball);
if (options.sabotage) {
  await forEachExample(tarball, plantFaults);
} else {
  if (words.length === 0) {
    await timed('types', checkTypes);
    const { checkParsers } = await import('./parsers.mjs');
    await timed('before and behind parsers', () => checkParsers(check));
    await newcomers(tarball);
  }
  await forEachExample(tarball, runExample);
}

console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
