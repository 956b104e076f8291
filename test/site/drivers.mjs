// Real browsers, driven from outside as a person would: by scripts in the page, by keys and by pictures. Each by the protocol
// that it brings along, so that nothing is installed for it: Chromium's over a pipe, Firefox's Marionette over a socket, and
// WebDriver for WebKitGTK.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browserCommands, miniBrowser, onPath } from '../runtimes/programs.mjs';

/** Keys as WebDriver writes them. */
const KEYS = { Tab: '\ue004', Enter: '\ue007', Space: ' ' };
const CONTROL = '\ue009';

const WAIT_SECONDS = 60;

/** What `look` gives when it gives something. */
async function until(look, what) {
  for (let tries = 0; tries < WAIT_SECONDS * 10; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error(`${what}: nothing in ${WAIT_SECONDS} s`);
}

/** A program with a home of its own, in a process group of its own: a browser is many processes, and all end with it. */
function start(command, args, { home, env = {}, stdio = ['ignore', 'ignore', 'ignore'] }) {
  const child = spawn(command, args, {
    detached: true,
    stdio,
    env: { ...process.env, HOME: home, TMPDIR: home, XDG_RUNTIME_DIR: home, ...env },
  });
  const kill = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch {
      /* gone already */
    }
  };
  const end = () => kill('SIGTERM');
  process.on('exit', end);
  child.on('error', () => undefined); // whoever waits for it runs out of time
  const stop = async () => {
    process.off('exit', end);
    end(); // first the polite way, so that Xvfb takes its lock file along
    await sleep(1000);
    kill('SIGKILL');
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  return { child, stop };
}

/** Numbered calls, and the answers to them. */
function calls(send) {
  const waiting = new Map();
  let last = 0;
  return {
    call: (method, params) =>
      new Promise((resolve, reject) => {
        last += 1;
        const timer = setTimeout(reject, WAIT_SECONDS * 1000, new Error(`${method}: no answer`));
        waiting.set(last, { resolve, reject, timer, method });
        send(last, method, params);
      }),
    answer: (id, error, result) => {
      const call = waiting.get(id);
      if (call === undefined) return;
      waiting.delete(id);
      clearTimeout(call.timer);
      if (error) call.reject(new Error(`${call.method}: ${error.message ?? error}`));
      else call.resolve(result);
    },
  };
}

async function chromium(program, home, { dark, chinese }) {
  const [command, ...args] = browserCommands.chromium(program, home, 'about:blank');
  const language = chinese ? ['--lang=zh-CN', '--accept-lang=zh-CN'] : ['--lang=en-US', '--accept-lang=en-US'];
  const { child, stop } = start(
    command,
    ['--remote-debugging-pipe', '--hide-scrollbars', '--window-size=1200,900', ...language, ...args],
    {
      home,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    },
  );
  const [, , , input, output] = child.stdio;
  let sessionId;
  const { call, answer } = calls((id, method, params) =>
    input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`),
  );
  let rest = '';
  let loaded = () => undefined;
  output.setEncoding('utf8').on('data', (data) => {
    const messages = (rest + data).split('\0');
    rest = messages.pop();
    for (const { id, error, result, method } of messages.map((message) => JSON.parse(message))) {
      if (method === 'Page.loadEventFired') loaded();
      else answer(id, error, result);
    }
  });
  const target = await until(async () => {
    const { targetInfos } = await call('Target.getTargets', {});
    return targetInfos.find(({ type }) => type === 'page');
  }, 'Chromium');
  ({ sessionId } = await call('Target.attachToTarget', { targetId: target.targetId, flatten: true }));
  await call('Page.enable', {});
  const scheme = { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' };
  await call('Emulation.setEmulatedMedia', { features: [scheme] });
  return {
    stop,
    async open(url) {
      const isLoaded = new Promise((resolve) => {
        loaded = resolve;
      });
      await call('Page.navigate', { url });
      await isLoaded;
    },
    async run(code) {
      const expression = `(async () => { ${code} })()`;
      const { result, exceptionDetails } = await call('Runtime.evaluate', {
        ...{ expression, awaitPromise: true, returnByValue: true, userGesture: true },
      });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    async press(name, withControl = false) {
      const key = { Space: ' ' }[name] ?? name;
      const text = { Enter: '\r', Space: ' ' }[name] ?? (name.length === 1 && !withControl ? name : undefined);
      const code = { Tab: 9, Enter: 13, Space: 32 }[name] ?? name.toUpperCase().charCodeAt(0);
      const common = { key, windowsVirtualKeyCode: code, modifiers: withControl ? 2 : 0 };
      const commands = withControl ? [{ v: 'paste', c: 'copy', a: 'selectAll' }[name]] : [];
      await call('Input.dispatchKeyEvent', { type: 'keyDown', ...common, text, commands });
      await call('Input.dispatchKeyEvent', { type: 'keyUp', ...common });
    },
    /** Of the whole page, or of its upper part. */
    async picture(height) {
      const { cssContentSize } = await call('Page.getLayoutMetrics', {});
      const clip = { x: 0, y: 0, width: cssContentSize.width, height: height ?? cssContentSize.height, scale: 1 };
      const { data } = await call('Page.captureScreenshot', { captureBeyondViewport: true, clip });
      return Buffer.from(data, 'base64');
    },
  };
}

/** What WebDriver is asked in the same words by Marionette and by WebKitGTK: `ask(command, path, body)`. */
function webDriver(ask, stop) {
  const key = (type, value) => ({ type, value });
  return {
    stop,
    open: (url) => ask('WebDriver:Navigate', 'url', { url }),
    async run(code) {
      const script = `const done = arguments[0]; (async () => { ${code} })().then(
        (value) => done({ value }), (error) => done({ error: String(error) + error.stack }));`;
      const answer = await ask('WebDriver:ExecuteAsyncScript', 'execute/async', { script, args: [] });
      const { value, error } = answer.value ?? answer;
      if (error !== undefined) throw new Error(error);
      return value;
    },
    press(name, withControl = false) {
      const value = KEYS[name] ?? name;
      const down = [...(withControl ? [key('keyDown', CONTROL)] : []), key('keyDown', value)];
      const up = [key('keyUp', value), ...(withControl ? [key('keyUp', CONTROL)] : [])];
      const actions = [{ type: 'key', id: 'keyboard', actions: [...down, ...up] }];
      return ask('WebDriver:PerformActions', 'actions', { actions });
    },
    async picture() {
      const answer = await ask('WebDriver:TakeScreenshot', 'screenshot', { full: true });
      return Buffer.from(answer.value ?? answer, 'base64');
    },
  };
}

async function firefox(program, home, { dark, chinese }) {
  const [command, ...args] = browserCommands.firefox(program, home, 'about:blank');
  const preferences = {
    'marionette.port': 0,
    'layout.css.prefers-color-scheme.content-override': dark ? 0 : 1,
    'intl.accept_languages': chinese ? 'zh-CN' : 'en-US',
  };
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
  writeFileSync(join(home, 'user.js'), `${readFileSync(join(home, 'user.js'))}${lines.join('\n')}\n`);
  const { stop } = start(command, ['--marionette', '--width', '1200', '--height', '900', ...args], { home });
  const file = join(home, 'MarionetteActivePort');
  const port = await until(() => (existsSync(file) && Number(readFileSync(file, 'utf8'))) || undefined, 'Firefox');
  const socket = connect(port, '127.0.0.1');
  const { call, answer } = calls((id, method, params) => {
    const text = JSON.stringify([0, id, method, params]);
    socket.write(`${Buffer.byteLength(text)}:${text}`);
  });
  let rest = Buffer.alloc(0);
  socket.on('data', (data) => {
    rest = Buffer.concat([rest, data]);
    for (let colon = rest.indexOf(':'); colon > 0; colon = rest.indexOf(':')) {
      const end = colon + 1 + Number(rest.subarray(0, colon));
      if (rest.length < end) return;
      const message = JSON.parse(rest.subarray(colon + 1, end));
      rest = rest.subarray(end);
      if (Array.isArray(message)) answer(...message.slice(1)); // its greeting is none
    }
  });
  socket.on('error', () => undefined);
  await call('WebDriver:NewSession', { strictFileInteractability: true });
  return webDriver(
    (method, _, params) => call(method, params),
    async () => {
      socket.destroy();
      await stop();
    },
  );
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.on('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function webkit(program, home, { dark, chinese }) {
  const port = await freePort();
  const locale = chinese ? 'zh_CN.UTF-8' : 'en_US.UTF-8';
  const env = { GTK_THEME: dark ? 'Adwaita:dark' : 'Adwaita', LANGUAGE: locale, LC_ALL: locale, LANG: locale };
  const screen = ['-a', '-s', '-screen 0 1400x1000x24'];
  const { stop } = start('xvfb-run', [...screen, 'WebKitWebDriver', `--port=${port}`], { home, env });
  const origin = `http://127.0.0.1:${port}`;
  const ask = async (method, path, body) => {
    const response = await fetch(`${origin}/${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${path}: ${value.message || value.error}`);
    return { value };
  };
  await until(() => ask('GET', 'status').catch(() => undefined), 'WebKitWebDriver');
  const options = { 'webkitgtk:browserOptions': { binary: program, args: ['--automation'] } };
  const { value } = await ask('POST', 'session', { capabilities: { alwaysMatch: options } });
  const session = `session/${value.sessionId}`;
  await ask('POST', `${session}/window/rect`, { width: 1200, height: 900 });
  return webDriver(
    (_, path, body) =>
      path === 'screenshot' ? ask('GET', `${session}/${path}`) : ask('POST', `${session}/${path}`, body),
    async () => {
      await ask('DELETE', session).catch(() => undefined);
      await stop();
    },
  );
}

/** `program` is undefined where the browser is not there; `debian` are the packages that bring it. */
export const browsers = [
  { name: 'Chromium', program: onPath('chromium'), debian: ['chromium'], start: chromium },
  { name: 'Firefox', program: onPath('firefox-esr'), debian: ['firefox-esr'], start: firefox },
  {
    name: 'WebKitGTK',
    program: () => onPath('WebKitWebDriver')() && miniBrowser(),
    debian: ['libwebkit2gtk-4.1-0', 'webkit2gtk-driver', 'xvfb', 'xauth'],
    start: webkit,
  },
].map((browser) => ({
  ...browser,
  start: (how) => browser.start(browser.program(), mkdtempSync(join(tmpdir(), 'callback-codec-')), how),
}));
