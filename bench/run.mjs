// npm run bench [-- options]
// Packs the package, installs it beside its rivals, and compares them in each runtime, one after the other.
//   --only node20,bun   only these runtimes (names: see hosts.mjs); one that is not installed is a failure then
//   --groups "Feishu decode,DingTalk reply"   only these tables (see cases.mjs)
//   --quick             half of the rounds, and shorter
//   --no-thresholds     a missed threshold is no failure
//   --readme            writes the compact tables into docs/performance.md and docs/performance.zh-CN.md, if nothing failed
import { readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { here, installPackage, installRivals, packageName, root, work } from './install.mjs';

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    only: { type: 'string' },
    groups: { type: 'string' },
    quick: { type: 'boolean', default: false },
    thresholds: { type: 'boolean', default: true },
    readme: { type: 'boolean', default: false },
  },
});

/** For hosts that load what a bundler made: browsers and bare workerd, and workerd with Node's modules. */
async function bundle() {
  const { build } = await import('esbuild');
  const shared = {
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    logLevel: 'error',
    // What is not there fails when a contender asks for it, and only that contender is left out.
    external: [...builtinModules, 'node:*', 'simd.wasm', ...(exports['./simd'] ? [] : [`${packageName}/simd`])],
  };
  const entries = (...names) => names.map((name) => join(here, `${name}.mjs`));
  await build({
    ...shared,
    entryPoints: entries('guest-browser', 'guest-workerd'),
    outdir: join(work, 'web'),
    platform: 'browser',
  });
  await build({
    ...shared,
    entryPoints: entries('guest-workerd'),
    outdir: join(work, 'nodejs'),
    platform: 'node',
    define: { __dirname: '"/"' }, // the Feishu SDK asks for it at import
  });
}

/** Writes the tables whose groups were all measured between the lines `<!-- bench:start -->` or `<!-- bench, bare:start -->`. */
function writePages(measurement) {
  const bare = bareGroups.map(({ name }) => name);
  const main = groups.map(({ name }) => name).filter((name) => !bare.includes(name));
  const sections = [
    ['bench', main, pageTables],
    ['bench, bare', bare, bareTables],
  ].filter(([, needed]) => needed.every((name) => settings.groups.includes(name)));
  for (const [name, words] of Object.entries(pages)) {
    const file = join(root, name);
    let page = readFileSync(file, 'utf8');
    for (const [mark, , write] of sections) {
      const marked = new RegExp(`(?<=<!-- ${mark}:start -->\\n)[^]*(?=<!-- ${mark}:end -->)`);
      if (!marked.test(page)) throw new Error(`${name} has no lines <!-- ${mark}:start --> and <!-- ${mark}:end -->`);
      page = page.replace(marked, () => `${write(reports, words, measurement, cold)}\n`);
    }
    writeFileSync(file, page);
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

installRivals();
const { exports, version } = installPackage();
await bundle();
// Only now: these import the package.
const [{ groups }, { bareGroups }, { hosts, versionOf }, reporting] = await Promise.all([
  import('./cases.mjs'),
  import('./no-native-crypto.mjs'),
  import('./hosts.mjs'),
  import('./report.mjs'),
]);
const { bareTables, growth, judge, pages, pageTables, tables } = reporting;

const chosen = (text, all) => {
  const names = text?.split(',').map((name) => name.trim()) ?? all;
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`${unknown} is none of: ${all.join(', ')}`);
  return names;
};
const wanted = chosen(
  options.only,
  hosts.map(({ name }) => name),
);
const settings = {
  rounds: options.quick ? 15 : 30,
  turnMs: options.quick ? 1 : 2,
  warmUpMs: options.quick ? 20 : 60,
  coldCalls: options.quick ? 10 : 20,
  groups: chosen(
    options.groups,
    groups.map(({ name }) => name),
  ),
};
const notThere = exports['./simd'] ? [] : ['callback-codec, simd'];

const reports = [];
const failures = [];
for (const host of hosts.filter(({ name }) => wanted.includes(name))) {
  const runsHere = ({ hosts: some, name }) => settings.groups.includes(name) && (some?.includes(host.name) ?? true);
  const settingsHere = { ...settings, groups: groups.filter(runsHere).map(({ name }) => name) };
  if (!host.program()) {
    console.log(`\n${host.name}: not installed, skipped`);
    if (options.only || options.readme) failures.push(`${host.name} is not installed`);
    continue;
  }
  const started = performance.now();
  try {
    const progress = (what) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${host.name}: ${what}`);
    const { clock, results } = await host.run(settingsHere, progress);
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    const verdicts = judge(host.name, results, settingsHere, notThere);
    const report = { name: host.name, title: host.title, version: versionOf(host), clock, results, verdicts };
    report.growth = growth(results);
    reports.push(report);
    console.log(`\n${tables(report)}\n(${((performance.now() - started) / 1000).toFixed(0)} s)`);
    if (!options.thresholds) continue;
    for (const { group, bytes, base, peer, need, value } of verdicts.filter(({ pass }) => !pass)) {
      failures.push(`${host.name}: ${group}, ${bytes} B: ${peer} ÷ ${base} is ${value?.toFixed(2)}, not ${need}`);
    }
    if (report.growth?.pass === false) failures.push(`${host.name}: growth is not linear`);
  } catch (error) {
    console.log(`\n${host.name}: FAILED\n${error.message}`);
    failures.push(`${host.name}: ${error.message.split('\n')[0]}`);
  }
}

// Of all or of nothing: it is about whole processes.
let cold = { missed: [], answers: [], imports: [] };
if (!options.only && !options.groups) {
  const { coldStart } = await import('./cold.mjs');
  cold = await coldStart({ exports }, { rounds: options.quick ? 9 : 25 });
  const { bundleSizes } = await import('./sizes.mjs');
  const tooLarge = await bundleSizes(options);
  if (options.thresholds) failures.push(...cold.missed, ...tooLarge);
}

const processors = cpus();
const machine = `${processors[0].model.trim()}, ${processors.length} cores`;
const date = new Date().toISOString().slice(0, 10);
const { dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
writeFileSync(
  join(here, 'results.json'),
  JSON.stringify({ date, machine, settings, dependencies, reports, failures }, undefined, 1),
);

if (failures.length > 0) {
  console.log(`\n${failures.length} failed:\n${failures.join('\n')}`);
  process.exitCode = 1;
} else {
  console.log(`\nall agree${options.thresholds ? ', every threshold that applies is reached' : ''}`);
  if (options.readme) {
    const named = ['@larksuiteoapi/node-sdk', '@wecom/crypto', '@noble/ciphers'];
    const peers = named.map((name) => `${name} ${dependencies[name]}`).join(', ');
    writePages({ command: 'npm run bench', machine, date, ours: `${packageName} ${version}`, peers });
  }
}
