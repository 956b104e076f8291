// The runtimes: where their programs are, and how the cases get into them. Each runs alone, in a process group of its
// own that ends with it. `run(settings, log)` gives what guest.mjs calls the result.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { browserCommands, executable, miniBrowser, onPath } from '../test/runtimes/programs.mjs';
import { groups, ours, sizeName } from './cases.mjs';
import { settingsOf } from './guest.mjs';
import { median, race, summary } from './harness.mjs';

const here = import.meta.dirname;
const work = join(here, '.work');
/** The longest that one case may take. */
const limitMs = 300_000;

// --- Programs: engines from npm (see package.json), browsers from the system.

const fromNpm = (path) => () => executable(join(here, 'node_modules', path));
function printedVersion(command, ...args) {
  const { stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000 });
  return /\d+([.-]\d+)+\w*/.exec(stdout)?.[0] ?? 'unknown';
}

// --- Starting and ending.

/** Starts a program; `ended` resolves with its exit code, `stop` ends it with everything it started. */
function start(command, args, { env, stdio = ['ignore', 'pipe', 'pipe'] } = {}) {
  const child = spawn(command, args, {
    cwd: here,
    detached: true,
    stdio,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  let complaints = '';
  child.stderr?.on('data', (data) => {
    complaints += data;
  });
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      /* gone already */
    }
  };
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, killedBy) => resolve(killedBy ?? code));
  });
  const killNow = () => signal('SIGKILL');
  process.on('exit', killNow);
  return {
    child,
    ended,
    complaints: () => complaints.slice(-3000).trim(),
    async stop() {
      signal('SIGTERM'); // first the polite way, so that Xvfb takes its lock file along
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 2000))]);
      killNow();
      process.off('exit', killNow);
    },
  };
}

/** What a guest sent, or the error that it sent instead, its own stack included. */
function unlessError(sent) {
  if (sent.error) throw new Error(sent.error);
  return sent;
}

/** Rejects when nothing was heard for `limitMs`. */
function watchdog() {
  let timer;
  let bark;
  const tooLong = new Promise((_, reject) => {
    bark = () => reject(new Error(`nothing heard for ${limitMs / 1000} s`));
  });
  tooLong.catch(() => {});
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(bark, limitMs);
  };
  heard();
  return { heard, tooLong, rest: () => clearTimeout(timer) };
}

// --- Node, Bun, Deno: one process, which prints.

const inProcess = (name, title, program, args = []) => ({
  name,
  title,
  program,
  async run(settings, log) {
    const { heard, tooLong, rest } = watchdog();
    const env = { DENO_DIR: join(work, 'deno'), DENO_NO_UPDATE_CHECK: '1' };
    const { child, ended, complaints, stop } = start(
      program(),
      [...args, 'guest-process.mjs', JSON.stringify(settings)],
      {
        env,
      },
    );
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (data) => {
      heard();
      output += data;
      for (const line of data.split('\n')) if (line.startsWith('> ')) log(line.slice(2));
    });
    try {
      const code = await Promise.race([ended, tooLong]);
      if (code !== 0) throw new Error(`ended with ${code}: ${complaints()}`);
      return unlessError(JSON.parse(output.trim().split('\n').at(-1)));
    } finally {
      rest();
      await stop();
    }
  },
});

// --- workerd: a server. Its clock stands still while code runs, so the host times whole requests: those that run a
// contender, less one that runs an empty loop just as often.

/** Above this a turn makes the jitter of a request on the loopback (some 50 µs) small. */
const workerdTurnMs = 20;

const workerd = (name, title, flags, bundle) => ({
  name,
  title,
  program: fromNpm('@cloudflare/workerd-linux-64/bin/workerd'),
  async run(settings, log) {
    const config = join(work, `${name}.capnp`);
    writeFileSync(config, workerdConfig(bundle, flags));
    const { child, ended, complaints, stop } = start(
      this.program(),
      ['serve', config, '--socket-addr=http=127.0.0.1:0', '--control-fd=3'],
      { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
    );
    const agent = new Agent({ keepAlive: true, maxSockets: 1, noDelay: true });
    const died = ended.then((code) => {
      throw new Error(`ended with ${code}: ${complaints()}`);
    });
    died.catch(() => {});
    try {
      const port = await Promise.race([
        died,
        new Promise((resolve) => {
          child.stdio[3].on('data', (data) => {
            const listening = /"listen".*"port":\s*(\d+)/.exec(data);
            if (listening) resolve(Number(listening[1]));
          });
        }),
      ]);
      const ask = (question) => Promise.race([died, postJson(agent, port, question)]);
      return await timeFromOutside(ask, settings, log);
    } finally {
      agent.destroy();
      await stop();
    }
  },
});

async function timeFromOutside(ask, settings, log) {
  const timed = async (name, calls) => {
    const start = performance.now();
    await ask({ action: 'turn', name, calls });
    return performance.now() - start;
  };
  // Of the empty loops the median so far, so that a hiccup of the machine in one of them does not matter.
  const measurer = () => {
    const empties = new Map();
    return async ({ name, awaits }, calls) => {
      const nothing = awaits ? 'nothing, awaited' : 'nothing';
      const key = `${nothing} ${calls}`;
      if (!empties.has(key)) empties.set(key, []);
      empties.get(key).push(await timed(nothing, calls));
      return Math.max(0.001, (await timed(name, calls)) - median(empties.get(key)));
    };
  };
  const longer = { ...settings, turnMs: workerdTurnMs, rounds: Math.ceil(settings.rounds / 2), coldCalls: 300 };
  const results = [];
  for (const group of groups.filter(({ name }) => settings.groups.includes(name))) {
    for (const bytes of group.sizes) {
      log(`${group.name}, ${sizeName(bytes)}`);
      const { fit, wrong, absent } = await ask({ action: 'prepare', name: group.name, bytes });
      const runners = await race(fit, measurer(), settingsOf(group, longer));
      results.push({ group: group.name, bytes, wrong, absent, contenders: summary(runners, ours) });
    }
  }
  return { clock: 'timed from outside by request, an empty loop subtracted', results };
}

function postJson(agent, port, question) {
  return new Promise((resolve, reject) => {
    const call = request({ agent, port, host: '127.0.0.1', method: 'POST', timeout: limitMs }, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      try {
        resolve(unlessError(JSON.parse(text)).result);
      } catch (error) {
        reject(error);
      }
    });
    call.on('error', reject);
    call.on('timeout', () => call.destroy(new Error(`no answer in ${limitMs / 1000} s`)));
    call.end(JSON.stringify(question));
  });
}

function workerdConfig(folder, flags) {
  // Paths are relative to the configuration, which is in .work.
  const module = (name, kind, path) => `  (name = "${name}", ${kind} = embed "${path}"),`;
  const scripts = readdirSync(join(work, folder)).filter((file) => file.endsWith('.js') && file !== 'guest-workerd.js');
  const simd = '../node_modules/callback-codec/dist/simd.wasm';
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .bench)],
  sockets = [(name = "http", address = "*:0", http = (), service = "main")],
);
# Before 2026-11-01, so that node:crypto is on only where nodejs_compat says so.
const bench :Workerd.Worker = (compatibilityDate = "2026-07-01", compatibilityFlags = ${JSON.stringify(flags)}, modules = [
${[
  module('guest-workerd.js', 'esModule', `${folder}/guest-workerd.js`),
  ...scripts.map((file) => module(file, 'esModule', `${folder}/${file}`)),
  ...(existsSync(join(work, simd)) ? [module('simd.wasm', 'wasm', simd)] : []),
].join('\n')}
]);
`;
}

// --- Browsers: a page served here, whose worker reports back.

const page = `<!doctype html><script type="module">new Worker('/guest-browser.js', { type: 'module' })</script>`;
/** These make a page cross-origin isolated, where clocks have their finest steps. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

const browser = (name, title, program, command) => ({
  name,
  title,
  program,
  async run(settings, log) {
    const home = mkdtempSync(join(tmpdir(), 'callback-codec-bench-'));
    const { heard, tooLong, rest } = watchdog();
    let report;
    const reported = new Promise((resolve) => {
      report = resolve;
    });
    const server = createServer(async (request, response) => {
      heard();
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      const send = (type, content) =>
        response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, ...isolation }).end(content);
      const file = join(work, 'web', request.url);
      if (request.url === '/') send('text/html', page);
      else if (request.url === '/settings') send('application/json', JSON.stringify(settings));
      else if (request.url === '/progress') send('text/plain', log(body));
      else if (request.url === '/report') send('text/plain', report(body));
      else if (extname(file) === '.js' && existsSync(file)) send('text/javascript', readFileSync(file));
      else response.writeHead(404).end();
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const [file, ...args] = command(program(), home, `http://127.0.0.1:${server.address().port}/`);
    const { ended, complaints, stop } = start(file, args, { env: { HOME: home, TMPDIR: home, XDG_RUNTIME_DIR: home } });
    try {
      const died = ended.then((code) => {
        throw new Error(`ended with ${code}: ${complaints()}`);
      });
      died.catch(() => {});
      return unlessError(JSON.parse(await Promise.race([reported, died, tooLong])));
    } finally {
      rest();
      await stop();
      server.closeAllConnections();
      server.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    }
  },
});

// ---

const deno = [
  'run',
  '--quiet',
  '--no-prompt',
  '--allow-read',
  '--allow-env',
  '--allow-sys',
  '--node-modules-dir=manual',
];

export const hosts = [
  inProcess('node20', 'Node', fromNpm('node20/bin/node')),
  inProcess('node22', 'Node', fromNpm('node22/bin/node')),
  inProcess('node24', 'Node', fromNpm('node24/bin/node')),
  inProcess('node26', 'Node', fromNpm('node26/bin/node')),
  inProcess('bun', 'Bun', fromNpm('@oven/bun-linux-x64-baseline/bin/bun')),
  inProcess('deno', 'Deno', fromNpm('@deno/linux-x64-glibc/deno'), deno),
  workerd('workerd', 'workerd, bare', [], 'web'),
  workerd('workerd-nodejs', 'workerd, nodejs_compat', ['nodejs_compat'], 'nodejs'),
  browser('chromium', 'Chromium', onPath('chromium'), browserCommands.chromium),
  browser('firefox', 'Firefox', onPath('firefox-esr'), browserCommands.firefox),
  browser('webkit', 'WebKitGTK', miniBrowser, browserCommands.webkit),
];

export const versionOf = ({ name, program }) =>
  name === 'webkit' ? printedVersion('xvfb-run', '-a', program(), '--version') : printedVersion(program(), '--version');
