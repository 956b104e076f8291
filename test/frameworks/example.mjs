// One of the examples: installed with the tarball, built, started, checked; and the same with a planted fault.
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { nodeOf, runs } from '../runtimes/engines.mjs';
import { installLocked } from '../runtimes/install.mjs';
import { SECRETS } from './secrets.mjs';
import { copyExample, installLock, installTarball, npm, scriptsOf, start } from './server.mjs';

/** The environment of an example, in which its engine is found first; nothing where npm does not provide it. */
export function environmentOf({ engine }) {
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

/** A copy of an example with everything installed, and its environment; or the reason why it cannot be run here. */
export function prepare(example, tarball) {
  const folder = copyExample(example.name);
  let env;
  try {
    env = environmentOf(example);
  } catch (error) {
    return { reason: error.message.split('\n')[0] };
  }
  if (env === undefined) return { reason: `npm provides no ${example.engine} for ${process.platform} ${process.arch}` };
  installLock(folder);
  installTarball(folder, tarball);
  return { folder, env };
}

/** Without the secrets: they are for the server. */
export function build({ folder, env }) {
  if (scriptsOf(folder).build) npm(folder, ['run', '--silent', 'build'], env);
}

/** Starts the example by one of its scripts, and checks every mount of it. */
export async function checkScript({ name, starts, mounts, chunked, through }, { folder, env }, script, check) {
  const { checkExample } = await import('./callbacks.mjs');
  const command = through && [process.execPath, join(import.meta.dirname, through), script];
  const server = await start(folder, script, { ...SECRETS, ...env }, command);
  try {
    for (const mount of mounts) {
      const what = [name, ...(script === 'start' ? [] : [script.replace('start:', '')]), mount].join(' ').trim();
      const expected = { mount, ownPages: starts[script], isChunked: chunked.includes(mount) };
      await checkExample(server, expected, what, check);
    }
  } finally {
    await server.stop();
  }
}

/** Edits the copy, and returns what puts it right again. */
function plantEdits(folder, edits) {
  const originals = new Map();
  for (const [name, text, replacement] of edits) {
    const file = join(folder, name);
    const source = readFileSync(file, 'utf8');
    if (!source.includes(text)) throw new Error(`${name} holds no ${text}`);
    if (!originals.has(file)) originals.set(file, source);
    writeFileSync(
      file,
      source.replace(text, () => replacement),
    );
  }
  return () => {
    for (const [file, source] of originals) writeFileSync(file, source);
  };
}

/** What is said where a planted fault must be seen: of the check that is named, of `build`, or of `start`. */
export async function problemOf(example, { folder, env }, { script = 'start', mount, edits = [], secrets, at }) {
  const undo = plantEdits(folder, edits);
  const reached = new Error('reached'); // the rest would hang, one after the other
  let said = 'nothing';
  let step = 'build';
  try {
    build({ folder, env });
    step = 'start';
    const mounts = mount === undefined ? example.mounts : [mount];
    await checkScript({ ...example, mounts }, { folder, env: { ...env, ...secrets } }, script, (what, problem) => {
      if (what.slice(example.name.length).replace(/^[, ]+/, '') !== at) return;
      said = problem || 'nothing';
      throw reached;
    });
  } catch (error) {
    if (error !== reached) said = step === at ? error.message : `${step} failed: ${error.message}`;
  }
  undo();
  return said;
}
