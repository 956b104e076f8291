// node browser.mjs chromium|firefox|webkit page|csp|csp-wasm PROGRAM
// Opens a real browser, without a window on the screen, on a page served here, and prints what the page reports.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserCommands } from './programs.mjs';

const [name, variant, program] = process.argv.slice(2);
const limitSeconds = 100;

const home = mkdtempSync(join(tmpdir(), 'callback-codec-'));
const send = `(text) => fetch('/report', { method: 'POST', body: text })`;
const script = (body) => ['text/javascript', body];
const built = (file) => readFileSync(new URL(`.work/${file}`, import.meta.url), 'utf8');
const files = {
  '/page': ['text/html', '<!doctype html><script type="module" src="/page.js"></script>'],
  '/page.js': script(`import('/bundle.mjs').then((m) => m.run()).catch(String).then(${send})`),
  '/bundle.mjs': script(built('bundle.mjs')),

  '/csp': ['text/html', '<!doctype html><script src="/bundle.js"></script><script src="/csp.js"></script>'],
  // The policy has to be on: that eval is refused is part of the result.
  '/csp.js': script(`
    const run = () => { try { new Function('')(); } catch (refused) { return conformance.run(); } return 'eval works here: no policy'; };
    Promise.resolve().then(run).catch(String).then(${send})`),
  '/bundle.js': script(built('bundle.js')),
};
files['/csp-wasm'] = files['/csp'];
const scripts = { csp: "'self'", 'csp-wasm': "'self' 'wasm-unsafe-eval'" }[variant];
const policy = scripts && {
  'Content-Security-Policy': `default-src 'none'; script-src ${scripts}; connect-src 'self'`,
};

let browser;
let complaints = '';
let finished = false;

const server = createServer(async (request, response) => {
  if (request.method === 'POST' && request.url === '/report') {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end();
    return done(Buffer.concat(chunks).toString());
  }
  const [type, body] = files[request.url] ?? [];
  if (body === undefined) return response.writeHead(404).end();
  response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, ...policy }).end(body);
}).listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}/${variant}`;
  const [command, ...args] = browserCommands[name](program, home, url);
  // A process group of its own: a browser is many processes, and all of them end with it.
  browser = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, HOME: home, TMPDIR: home, XDG_RUNTIME_DIR: home },
  });
  browser.stderr.on('data', (data) => {
    complaints += data;
  });
  browser.on('error', (error) => done(`cannot start: ${error.message}`));
  browser.on('exit', (code) => done(`browser ended (${code}) without a report`));
});
const limit = setTimeout(() => done(`no report in ${limitSeconds} s`), limitSeconds * 1000);
process.on('SIGTERM', () => done('stopped'));

async function done(text) {
  if (finished) return;
  finished = true;
  clearTimeout(limit);
  if (!/^\d+ passed, \d+ failed$/m.test(text)) console.error(complaints.slice(-2000));
  console.log(text);
  const end = (signal) => {
    try {
      process.kill(-browser.pid, signal);
    } catch {
      /* gone already */
    }
  };
  end('SIGTERM'); // first the polite way, so that Xvfb takes its lock file along
  await new Promise((resolve) => setTimeout(resolve, 1000));
  end('SIGKILL');
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  process.exit(0);
}
