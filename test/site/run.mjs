// npm run test:site [-- options] [words]
// Builds the page and drives it in real browsers, in English on white and in Chinese on black, by checks.mjs.
//   words           only the browsers whose name holds one of them
//   --require-all   for CI, as root on Debian: installs what is missing; a browser left out is a failure
//   --readme        writes docs/page.png, if nothing failed
// Pictures go into the folder that SITE_PICTURES names, else into .work/ here.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { esbuildNoble } from '../../scripts/noble.mjs';
import { buildPage, file } from '../../site/build.mjs';
import { checks } from './checks.mjs';
import { browsers } from './drivers.mjs';
import * as inPage from './in-page.mjs';
import { withPalette } from './png.mjs';

const here = import.meta.dirname;
const root = join(here, '..', '..');
const work = join(here, '.work');
const pictures = resolve(process.env.SITE_PICTURES ?? work);

const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { 'require-all': { type: 'boolean' }, readme: { type: 'boolean' } },
});
const wanted = browsers.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.toLowerCase().includes(word.toLowerCase())),
);

/** Without them, Chinese is boxes in the pictures. */
const FONTS = 'fonts-wqy-microhei';

function installDebianPackages() {
  const packages = [...new Set(wanted.filter(({ program }) => !program()).flatMap(({ debian }) => debian)), FONTS];
  const quiet = ['-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0'];
  const apt = (...args) =>
    execFileSync('apt-get', args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  apt('update', ...quiet);
  apt('install', '--yes', '--no-install-recommends', ...quiet, ...packages);
}

/** The tables of the page and of the command, for the checks. */
async function loadTables() {
  const outfile = join(work, 'tables.mjs');
  const names = [
    ['platforms', '../../src/internal/cli/platforms.ts'],
    ['SAMPLES', '../../site/samples.ts'],
    ['TEXTS', '../../site/texts.ts'],
  ];
  await build({
    stdin: { contents: names.map(([name, path]) => `export { ${name} } from '${path}';`).join('\n'), resolveDir: here },
    ...{ bundle: true, format: 'esm', outfile, logLevel: 'warning', plugins: [esbuildNoble] },
  });
  const tables = await import(pathToFileURL(outfile));
  return { ...tables, create: (platform, options) => tables.platforms[platform].create(options) };
}

/** The page, the page without its policy, and the page in a frame of 360 pixels; and who asked for what else. */
async function serve() {
  const html = readFileSync(file, 'utf8');
  const files = {
    '/page': html,
    '/open': html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''),
    '/frame':
      '<!doctype html><link rel="icon" href="data:,"><iframe src="/page" width="360" height="2400" style="border: 0"></iframe>',
  };
  if (files['/open'] === html) throw new Error('the page has no policy');
  const [leaks, others] = [new Set(), new Set()];
  const note = ({ url }) => (url.startsWith('/leak/') ? leaks.add(url.slice('/leak/'.length)) : others.add(url));
  const server = createServer((request, response) => {
    const body = files[request.url];
    if (body === undefined) note(request);
    response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': 'text/html; charset=utf-8' }).end(body);
  });
  server.on('upgrade', (request, socket) => {
    note(request);
    socket.destroy();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, leaks, others, close: () => server.close() };
}

/** Functions of in-page.mjs, which those that are called may call. */
const HELPERS = Object.values(inPage).join('\n');

function pageOf(driver, { server, site, how, browser }) {
  const call = (action, ...args) => driver.run(`${HELPERS}\nreturn (${action})(...${JSON.stringify(args)});`);
  const paths = { page: '/page', open: '/open', frame: '/frame' };
  return {
    ...{ driver, call, server, site, how, paths },
    open: (path) => driver.open(`${server.origin}${path}`),
    setLanguage: (chinese) =>
      call((lang) => document.querySelector(`#languages [lang=${lang}]`).click(), chinese ? 'zh-CN' : 'en'),
    keep: async (name) => {
      const picture = await driver.picture();
      writeFileSync(join(pictures, `${browser}-${how.chinese ? 'zh-dark' : 'en-light'}-${name}.png`), picture);
    },
  };
}

/** The results of one browser, in one language and scheme. */
async function conduct(browser, how, shared) {
  const title = `${browser.name}, ${how.chinese ? 'Chinese, dark' : 'English, light'}`;
  const counts = { passed: 0, failed: 0 };
  let driver;
  try {
    driver = await browser.start(how);
    const page = pageOf(driver, { ...shared, how, browser: browser.name });
    for (const [name, check] of Object.entries(checks)) {
      try {
        await page.open('/page'); // each begins anew
        const said = await check(page);
        counts.passed += 1;
        if (said) console.log(`  ${title}: ${name}: ${said}`);
      } catch (error) {
        counts.failed += 1;
        console.log(`FAILED: ${title}: ${name}\n${String(error.stack ?? error).slice(0, 6000)}`);
      }
    }
  } catch (error) {
    counts.failed += 1;
    console.log(`FAILED: ${title}: ${error.stack ?? error}`);
  } finally {
    await driver?.stop();
  }
  console.log(`${title}: ${counts.passed} passed, ${counts.failed} failed`);
  return counts;
}

/** README's picture: a request that is refused for a key in quotation marks. */
async function drawReadme(shared) {
  const browser = browsers.find(({ name }) => name === 'Chromium');
  const driver = await browser.start({ dark: false, chinese: false });
  try {
    const page = pageOf(driver, { ...shared, how: {}, browser: browser.name });
    await page.open('/page');
    const { secrets, event } = shared.site.SAMPLES.feishu;
    const payload = JSON.stringify(event);
    const { curl } = await page.call(inPage.signed, {
      platform: 'feishu',
      secrets,
      payload,
      url: 'https://example.com/callback',
    });
    const quoted = { ...secrets, encryptKey: `"${secrets.encryptKey}"` };
    await page.call(inPage.explained, { platform: 'feishu', secrets: quoted, request: curl });
    const bottom = () => document.querySelector('section').getBoundingClientRect().bottom + 16;
    const picture = withPalette(await driver.picture(await page.call(bottom)));
    if (picture.length > 100_000) throw new Error(`the picture has ${picture.length} bytes`);
    writeFileSync(join(root, 'docs', 'page.png'), picture);
  } finally {
    await driver.stop();
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

if (options['require-all']) installDebianPackages();
rmSync(work, { recursive: true, force: true });
for (const folder of [work, pictures]) mkdirSync(folder, { recursive: true });
const { bytes, gzipped } = await buildPage();
console.log(`The page: ${bytes} bytes, ${gzipped} gzipped`);
const shared = { server: await serve(), site: await loadTables() };

const total = { passed: 0, failed: 0, skipped: 0 };
for (const browser of wanted) {
  if (!browser.program()) {
    console.log(`skipped: ${browser.name} is not installed (${browser.debian[0]})`);
    total.skipped += 1;
    continue;
  }
  for (const isSecond of [false, true]) {
    const { passed, failed } = await conduct(browser, { dark: isSecond, chinese: isSecond }, shared);
    total.passed += passed;
    total.failed += failed;
  }
}
const isFine = total.passed > 0 && total.failed === 0 && !(options['require-all'] && total.skipped > 0);
if (options.readme && isFine) await drawReadme(shared);
shared.server.close();
console.log(`Pictures are in ${pictures}`);
if (options['require-all'] && total.skipped > 0) console.log('With --require-all a browser left out is a failure.');
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = isFine ? 0 : 1;
