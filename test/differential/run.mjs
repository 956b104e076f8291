// npm run test:differential [-- --seed N] [-- --inputs N]
// Compares the built package with other implementations, on random keys, lengths and texts, in both directions, and on
// both its ways through this host (ours.mjs). A peer that is not installed is printed and counted as skipped.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { casesOf, equal } from './cases.mjs';
import { compareOpenssl } from './openssl.mjs';
import { askProgram, makeRandom } from './tasks.mjs';

const here = import.meta.dirname;
const { values } = parseArgs({ options: { seed: { type: 'string' }, inputs: { type: 'string', default: '600' } } });
const seed = Number(values.seed ?? Date.now() % 2 ** 32);
const inputs = Number(values.inputs);

const PEERS = [
  { peer: 'node:crypto', commands: [[process.execPath, join(here, 'peer.mjs')]] },
  {
    peer: 'Python cryptography',
    commands: ['python3', '/usr/bin/python3'].map((python) => [python, join(here, 'peer.py')]),
    readsXml: true,
  },
  { peer: 'Java JCE', commands: [['java', join(here, 'Peer.java')]], readsXml: true },
];

const rows = [];
let failures = 0;
const fail = (text) => {
  failures++;
  if (failures <= 20) console.log(text);
};

/** How many cases were compared of each platform. */
const counts = {};
const count = (platform) => {
  counts[platform] = (counts[platform] ?? 0) + 1;
};

/** Asks what there is to ask, then what follows from the answers; gives the count of answers compared. */
function compareProgram({ peer, readsXml = false }, command) {
  const random = makeRandom(seed);
  let tasks = Array.from({ length: inputs }, () => {
    try {
      return casesOf(random, readsXml);
    } catch (error) {
      fail(`${peer}: no cases can be made: ${error.message}`);
      return [];
    }
  }).flat();
  let compared = 0;
  let version;
  while (tasks.length > 0) {
    const { answers, ...asked } = askProgram(command, tasks);
    if (answers === undefined) return asked;
    version = asked.version;
    const next = [];
    tasks.forEach((task, index) => {
      compared++;
      count(task.platform);
      try {
        if (typeof answers[index] === 'string') throw new Error(answers[index]);
        const follows = task.check(answers[index].toString());
        if (follows) next.push({ platform: task.platform, ...follows });
      } catch (error) {
        fail(`${peer}: ${task.platform}, ${task.name}: ${error.message}`);
      }
    });
    tasks = next;
  }
  return { version, compared };
}

console.log(`seed ${seed}`);
for (const program of PEERS) {
  let result;
  for (const command of program.commands) {
    result = compareProgram(program, command);
    if (result.missing === undefined) break;
  }
  rows.push({
    peer: program.peer,
    version: result.version ?? `skipped: ${result.missing}`,
    cases: result.compared ?? 0,
  });
}
rows.push({ peer: 'OpenSSL command line', ...compareOpenssl(makeRandom(seed), { inputs, equal, fail, count }) });

function installNpmPeers() {
  const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
  const installed = join(here, 'node_modules', '.installed');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return true;
  try {
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', ['ci', ...quiet], { cwd: here, stdio: 'inherit' });
  } catch {
    return false;
  }
  writeFileSync(installed, lock);
  return true;
}
process.noDeprecation = true; // old packages call what is deprecated
if (installNpmPeers()) {
  const { compareNpm } = await import('./npm-peers.mjs');
  rows.push(...(await compareNpm(makeRandom(seed), { inputs, equal, fail, count })));
} else {
  rows.push({ peer: 'those from npm', version: 'skipped: npm ci failed', cases: 0 });
}

console.table(rows);
console.table(counts);
const skipped = rows.filter(({ cases }) => cases === 0).length;
const total = rows.reduce((sum, { cases }) => sum + cases, 0);
console.log(`${total} cases compared, ${failures} differences, ${skipped} peers skipped, seed ${seed}`);
process.exit(failures === 0 && total > 0 ? 0 : 1);
