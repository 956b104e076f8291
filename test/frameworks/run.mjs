// npm run test:frameworks [-- options] [words]
// The packed tarball in real frameworks, as their users write them: each folder of examples/ is copied, installed by its
// lockfile with that tarball, started, and sent the 13 requests of every platform over real sockets (requests.mjs). Besides,
// the handlers by the types of the frameworks (types.ts, workers.ts), and before and behind their parsers (parsers.mjs).
//   words       only the examples whose name holds one of them
//   --all       also those that are not in the quick set, which .ci/run runs
//   --sabotage  plants the faults of plants.mjs into the examples, each of which must be seen
import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeOf, runs } from '../runtimes/engines.mjs';
import { installLocked } from '../runtimes/install.mjs';
import { EXAMPLES } from './examples.mjs';
import { SECRETS } from './secrets.mjs';
import {
  copyExample,
  installLock,
  installOnce,
  installTarball,
  npm,
  scriptsOf,
  start,
  temporaryFolder,
} from './server.mjs';

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
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: here, encoding: 'utf8' });
    check(`types, ${project}`, status === 0 ? '' : stdout);
  }
}

/** The environment of an example, in which its engine is found first; nothing where npm does not provide it. */
function environmentOf({ engine }) {
  const quiet = {
    NEXT_TELEMETRY_DISABLED: '1',
    BASELINE_BROWSER_MAPPING_IGNORE_OLD_DATA: 'true',
    WRANGLER_SEND_METRICS: 'false',
    CLOUDFLARE_INCLUDE_PROCESS_ENV: 'true',
  };
  if (engine === undefined) return quiet;
  installLocked();
  const [, major] = /^Node (\d+)$/.exec(engine) ?? [];
  const program = (major ? nodeOf(major) : runs.find((run) => run.engine === engine).program)();
  return program && { ...quiet, PATH: `${dirname(program)}${delimiter}${process.env.PATH}` };
}

/** Counts; the reason where it cannot be run here. */
async function runExample(example, tarball) {
  const env = environmentOf(example);
  if (env === undefined) return `npm provides no ${example.engine} for ${process.platform} ${process.arch}`;
  const folder = copyExample(example.name);
  try {
    installLock(folder);
  } catch (error) {
    return error.message;
  }
  installTarball(folder, tarball);
  // Without the secrets: they are for the server.
  if (scriptsOf(folder).build) npm(folder, ['run', '--silent', 'build'], env);
  for (const [script, ownPages] of Object.entries(example.starts))
    await runScript(example, folder, script, ownPages, env);
  return undefined;
}

async function runScript({ name, mounts, chunked, through }, folder, script, ownPages, env) {
  const { checkExample } = await import('./callbacks.mjs');
  const command = through && [process.execPath, join(here, through), script];
  const server = await start(folder, script, { ...env, ...SECRETS }, command);
  for (const mount of mounts) {
    const what = [name, ...(script === 'start' ? [] : [script.replace('start:', '')]), mount].join(' ').trim();
    await checkExample(server, { mount, ownPages, isChunked: chunked.includes(mount) }, what, check);
  }
  await server.stop();
}

const isWanted = ({ name, quick }) =>
  words.length > 0 ? words.some((word) => name.includes(word)) : quick || options.all;

let tarball;
await timed('packed', () => {
  tarball = pack();
});
await timed('frameworks for types and parsers, installed', () => installOnce(here, tarball));
if (words.length === 0) {
  await timed('types', checkTypes);
  const { checkParsers } = await import('./parsers.mjs');
  await timed('before and behind parsers', () => checkParsers(check));
}
for (const example of EXAMPLES.filter(isWanted)) {
  try {
    await timed(example.name, async () => {
      const reason = await runExample(example, tarball);
      if (reason === undefined) return;
      counts.skipped++;
      console.log(`${example.name}: skipped: ${reason}`);
    });
  } catch (error) {
    failed(example.name, error.message);
  }
}

console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
