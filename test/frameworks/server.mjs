// An example as its users run it: copied, installed by its lockfile with the packed tarball, built and started.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Whatever happens, no server and no copy outlives this process. */
const children = new Set();
const folders = new Set();
process.on('exit', () => {
  for (const child of children) kill(child);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const STARTS_WITHIN = 60_000;
const examples = join(import.meta.dirname, '..', '..', 'examples');

/** Runs npm, and throws with what it said if it fails. */
export function npm(cwd, args, env = {}) {
  const options = { cwd, encoding: 'utf8', env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] };
  const { status, stdout, stderr } = spawnSync('npm', args, options);
  if (status !== 0)
    throw new Error(`npm ${args[0]} ended with ${status}: ${`${stdout}\n${stderr}`.trim().slice(-2000)}`);
  return stdout;
}
const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** Installs what the lockfile of a folder names. */
export function installLock(folder) {
  npm(folder, ['ci', ...QUIET]);
}

export function installTarball(folder, tarball) {
  npm(folder, ['install', '--no-save', '--prefer-offline', ...QUIET, tarball]);
}

/** Both, but what the lockfile names stays as long as that file does; without optional packages, here Next's compilers. */
export function installOnce(folder, tarball) {
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const installed = join(folder, 'node_modules', '.installed');
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) {
    npm(folder, ['ci', '--omit=optional', ...QUIET]);
    writeFileSync(installed, lock);
  }
  rmSync(join(folder, 'node_modules', 'callback-codec'), { recursive: true, force: true }); // else npm takes it for the new one
  npm(folder, ['install', '--no-save', '--prefer-offline', '--omit=optional', ...QUIET, tarball]);
}

export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `callback-codec-${name}-`));
  folders.add(folder);
  return folder;
}

/** A copy of an example outside of the repository, whose own packages it cannot find there. */
export function copyExample(name) {
  const folder = temporaryFolder(name);
  cpSync(join(examples, name), folder, { recursive: true, filter: (file) => !file.endsWith('node_modules') });
  return folder;
}

export const scriptsOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).scripts ?? {};

/** Starts a script of the folder, or whatever the command is; resolves when its port answers. */
export async function start(folder, script, env, [program, ...args] = ['npm', 'run', '--silent', script]) {
  const port = await freePort();
  const child = spawn(program, args, {
    cwd: folder,
    detached: true, // a process group, so that nothing it started outlives it
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, PORT: String(port) },
  });
  children.add(child);
  const server = { port, output: '', ended: false, stop: () => stop(child, server) };
  server.closed = new Promise((resolve) => child.on('close', resolve)).then(() => {
    server.ended = true;
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      server.output += text;
    });
  }
  for (const end = Date.now() + STARTS_WITHIN; !(await isListening(port)); await wait(50)) {
    if (!server.ended && Date.now() < end) continue;
    await server.stop();
    throw new Error(`${script} does not listen on its PORT: ${server.output.trim().slice(-2000)}`);
  }
  return server;
}

function kill(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // all gone
  }
}

async function stop(child, server) {
  kill(child);
  await server.closed;
  children.delete(child);
}

function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.end() !== undefined));
    socket.on('error', () => resolve(false));
  });
}

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
