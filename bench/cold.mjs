// npm run bench:cold [-- --quick] [--no-thresholds]
// What the first callback costs, in fresh processes that alternate: importing each entry above an empty module, and a whole
// process up to its first answer above an empty one, beside the peers. Medians. `npm run bench` does this at its end.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { executable } from '../test/runtimes/programs.mjs';
import { median, quantile, shuffled } from './harness.mjs';
import { here, installPackage, installRivals, packageName, work } from './install.mjs';

const KB = 1024;
const program = (path) => executable(join(here, 'node_modules', path));
const denoFlags = ['run', '--quiet', '--no-prompt', '--allow-all', '--node-modules-dir=manual'];
const processes = [
  { name: 'node20', command: program('node20/bin/node'), args: [], sdk: 15, dingtalk: 1.5 },
  { name: 'node24', command: program('node24/bin/node'), args: [], sdk: 8, dingtalk: 1.5 },
  { name: 'bun', command: program('@oven/bun-linux-x64-baseline/bin/bun'), args: [], sdk: 5, dingtalk: 1 },
  { name: 'deno', command: program('@deno/linux-x64-glibc/deno'), args: denoFlags, sdk: 3, dingtalk: 1 },
];
const workerd = { name: 'workerd-nodejs', command: program('@cloudflare/workerd-linux-64/bin/workerd'), dingtalk: 1 };

/** Every cell of the tables, as it is judged: `value` at most or at least `limit`; and what the pages show of them. */
const cells = [];
const answers = [];
const imports = [];
const judge = (what, value, { atMost, atLeast }) => {
  const pass = atMost === undefined ? value >= atLeast : value <= atMost;
  const limit = atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
  cells.push({ what, value, limit, pass });
  return `${value.toFixed(2)} ${limit} ${pass ? 'pass' : 'MISS'}`;
};

// --- Importing.

const IMPORT_MS = 3;

/** Milliseconds of one import, told by the process itself. */
const importers = {
  esm: (command, file) =>
    Number(
      execFileSync(
        command,
        [
          '--input-type=module',
          '-e',
          `const s = performance.now(); await import('${file}'); console.log(performance.now() - s)`,
        ],
        { cwd: here, encoding: 'utf8' },
      ),
    ),
  cjs: (command, file) =>
    Number(
      execFileSync(
        command,
        ['-e', `const s = performance.now(); require('${file}'); console.log(performance.now() - s)`],
        { cwd: here, encoding: 'utf8' },
      ),
    ),
};

function timeImports(entries, rounds) {
  for (const [kind, extension] of [
    ['esm', 'mjs'],
    ['cjs', 'cjs'],
  ]) {
    const empty = join(work, `empty.${extension}`);
    writeFileSync(empty, '');
    // The floor: as many files as an entry has, with nothing in them.
    const pair = join(work, `pair.${extension}`);
    writeFileSync(pair, kind === 'esm' ? "import './empty.mjs';" : "require('./empty.cjs');");
    for (const { name, command } of processes.filter(({ name, command }) => command && name.startsWith('node'))) {
      const files = [empty, pair, ...entries];
      const times = new Map(files.map((file) => [file, []]));
      for (const file of files) importers[kind](command, file); // into the system's cache
      for (let round = 0; round < rounds; round++) {
        for (const file of shuffled(files)) times.get(file).push(importers[kind](command, file));
      }
      console.log(`\n${name}, ${kind}: ms to import, above an empty module (quartiles)`);
      const aboveEmpty = (file) => times.get(file).map((time, i) => time - times.get(empty)[i]);
      console.log(`${'two empty files'.padEnd(32)} ${median(aboveEmpty(pair)).toFixed(2)}`);
      for (const entry of entries) {
        const above = aboveEmpty(entry);
        imports.push({ host: name, kind, isIndex: entry === packageName, milliseconds: median(above) });
        const spread = `(${quantile(above, 0.25).toFixed(2)}–${quantile(above, 0.75).toFixed(2)})`;
        console.log(
          `${entry.padEnd(32)} ${judge(`${name} ${kind} import of ${entry}`, median(above), { atMost: IMPORT_MS })} ${spread}`,
        );
      }
    }
  }
}

// --- The first answer. Each contender is a module that answers one callback; what it answers is checked first.

const dingTalkSecrets = {
  token: 'token',
  encodingAesKey: '1234567890123456789012345678901234567890123',
  ownerKey: 'dingsnotzck6pm5veliw',
};
const feishuSecrets = { encryptKey: 'the key of this bench', verificationToken: 't' };

/** Each module exports `answer(request)`: the event's text and the body of the answer. */
const contenders = {
  dingtalk: {
    [packageName]: `
      import { createDingTalkCodec } from '${packageName}/dingtalk';
      const codec = createDingTalkCodec(${JSON.stringify(dingTalkSecrets)});
      export function answer(request) {
        const message = codec.decode(request);
        return [message.event.text, codec.reply(message).body];
      }`,
    'dingtalk-encrypt': `
      import DingTalkEncryptor from 'dingtalk-encrypt';
      const { token, encodingAesKey, ownerKey } = ${JSON.stringify(dingTalkSecrets)};
      const encryptor = new DingTalkEncryptor(token, encodingAesKey, ownerKey);
      export function answer({ query: { msg_signature, timestamp, nonce }, body }) {
        const event = JSON.parse(encryptor.getDecryptMsg(msg_signature, timestamp, nonce, JSON.parse(body).encrypt));
        return [event.text, JSON.stringify(encryptor.getEncryptedMap('success', timestamp, nonce))];
      }`,
  },
  feishu: {
    [packageName]: `
      import { createFeishuCodec } from '${packageName}/feishu';
      const codec = createFeishuCodec(${JSON.stringify(feishuSecrets)});
      export function answer(request) {
        const message = codec.decode(request);
        return [message.event.text, codec.reply(message).body];
      }`,
    'Feishu SDK': `
      import { EventDispatcher, LoggerLevel } from '@larksuiteoapi/node-sdk';
      const { requestHandle } = new EventDispatcher({ ...${JSON.stringify(feishuSecrets)}, loggerLevel: LoggerLevel.error });
      export function answer({ headers, body }) {
        const data = Object.assign(Object.create({ headers }), JSON.parse(body));
        if (!requestHandle.checkIsEventValidated(data)) throw new Error('signature');
        return [requestHandle.parse(data).text, '{}'];
      }`,
  },
};

const TEXT = 'the first callback';

/** A request, and what its answer must be. */
async function callbacks() {
  const { createDingTalkCodec } = await import(`${packageName}/dingtalk`);
  const { createFeishuCodec } = await import(`${packageName}/feishu`);
  const dingTalk = createDingTalkCodec(dingTalkSecrets);
  const feishu = createFeishuCodec(feishuSecrets);
  const lower = (headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const { headers, body } = feishu.encode({ token: 't', event: { type: 'm', text: TEXT } });
  return {
    dingtalk: {
      request: dingTalk.encode({ EventType: 'm', text: TEXT }),
      isRight: ([text, reply]) => text === TEXT && dingTalk.decodeReply({ body: reply }) === 'success',
    },
    feishu: { request: { headers: lower(headers), body }, isRight: ([text, reply]) => text === TEXT && reply === '{}' },
  };
}

/** The scripts of one platform, the empty one first, and what each takes in milliseconds. */
function scriptsOf(platform, { request }) {
  const write = (name, code) => {
    const file = join(work, name);
    writeFileSync(file, code);
    return file;
  };
  const input = JSON.stringify(request);
  return [
    { name: 'empty', file: write(`${platform}-empty.mjs`, 'console.log("[]")\n'), times: [] },
    ...Object.entries(contenders[platform]).map(([name, code], i) => ({
      name,
      file: write(`${platform}-${i}.mjs`, `${code}\nconsole.log(JSON.stringify(answer(${input})));\n`),
      times: [],
    })),
  ];
}

function timeProcess({ command, args }, { name, file, times }, isRight) {
  const start = performance.now();
  const { stdout, stderr, status } = spawnSync(command, [...args, file], {
    cwd: here,
    encoding: 'utf8',
    env: { ...process.env, DENO_DIR: join(work, 'deno') },
  });
  const time = performance.now() - start;
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  if (name !== 'empty' && !isRight(JSON.parse(stdout))) throw new Error(`${name} gives a wrong answer: ${stdout}`);
  times?.push(time);
}

function timeFirstAnswers(wanted, rounds) {
  for (const host of processes.filter(({ command }) => command)) {
    for (const [platform, callback] of Object.entries(wanted)) {
      const scripts = scriptsOf(platform, callback);
      for (const script of scripts) timeProcess(host, { ...script, times: undefined }, callback.isRight);
      for (let round = 0; round < rounds; round++) {
        for (const script of shuffled(scripts)) timeProcess(host, script, callback.isRight);
      }
      report(host, platform, scripts);
    }
  }
}

function report(host, platform, [empty, ours, peer]) {
  const above = ({ times }) => median(times.map((time, i) => time - empty.times[i]));
  const limit = platform === 'feishu' ? host.sdk : host.dingtalk;
  answers.push({ host: host.name, platform, ratio: above(peer) / above(ours) });
  const verdict = judge(`${host.name}: first answer, ${peer.name} ÷ ours`, above(peer) / above(ours), {
    atLeast: limit,
  });
  console.log(
    `${host.name.padEnd(16)} ${platform.padEnd(10)} ${peer.name} ÷ ours ${verdict}   (ours ${above(ours).toFixed(1)} ms, empty ${median(empty.times).toFixed(1)} ms)`,
  );
}

// --- workerd: from its start to the first answer over HTTP, for a worker with the contender in it.

async function timeWorkerd(callback, rounds) {
  const { build } = await import('esbuild');
  const scripts = await Promise.all(
    scriptsOf('dingtalk', callback).map(async ({ name, file, times }) => {
      const code = name === 'empty' ? 'const answer = () => [];' : contenders.dingtalk[name];
      const worker = `${code}\nexport default { fetch: () => Response.json(answer(${JSON.stringify(callback.request)})) };`;
      const { outputFiles } = await build({
        stdin: { contents: worker, resolveDir: here },
        bundle: true,
        write: false,
        format: 'esm',
        platform: 'node',
        banner: { js: 'import { createRequire } from "node:module"; const require = createRequire("/");' },
        logLevel: 'error',
      });
      const config = file.replace('.mjs', '.capnp');
      writeFileSync(file.replace('.mjs', '.worker.js'), outputFiles[0].text);
      writeFileSync(config, workerdConfig(file.replace('.mjs', '.worker.js')));
      return { name, config, times };
    }),
  );
  for (let round = -1; round < rounds; round++) {
    for (const { name, config, times } of shuffled(scripts)) {
      const { time, answer } = await firstAnswerOf(config);
      if (name !== 'empty' && !callback.isRight(answer)) throw new Error(`${name} gives a wrong answer in workerd`);
      if (round >= 0) times.push(time);
    }
  }
  report(workerd, 'dingtalk', scripts);
}

const workerdConfig = (file) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .cold)], sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);
const cold :Workerd.Worker = (compatibilityDate = "2026-07-01", compatibilityFlags = ["nodejs_compat"], modules = [(name = "worker", esModule = embed "${file.split('/').at(-1)}")]);
`;

async function firstAnswerOf(config) {
  const start = performance.now();
  const child = spawn(workerd.command, ['serve', config, '--control-fd=3'], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  try {
    const port = await new Promise((resolve, reject) => {
      child.on('exit', (code) => reject(new Error(`workerd ended with ${code}`)));
      child.stdio[3].on('data', (data) => {
        const listening = /"listen".*"port":\s*(\d+)/.exec(data);
        if (listening) resolve(listening[1]);
      });
    });
    const answer = await (await fetch(`http://127.0.0.1:${port}/`)).json();
    return { time: performance.now() - start, answer };
  } finally {
    child.kill('SIGKILL');
  }
}

// --- The SIMD engine.

function timeSimd(rounds) {
  const [{ command }] = processes;
  const code = `
    const { createSimdAesCbc } = await import('${packageName}/simd');
    const ivAndBlocks = new Uint8Array(16 + 1024);
    const start = performance.now();
    createSimdAesCbc()(new Uint8Array(32)).decrypt(ivAndBlocks);
    console.log(performance.now() - start);`;
  const once = () =>
    Number(execFileSync(command, ['--input-type=module', '-e', code], { cwd: here, encoding: 'utf8' }));
  const wasm = readFileSync(join(here, 'node_modules', packageName, 'dist/simd.wasm'));
  console.log('\nsimd');
  console.log(
    `first call with its compilation, ms   ${judge('simd, first call', median(Array.from({ length: rounds }, once)), { atMost: 3 })}`,
  );
  console.log(`simd.wasm, KB                         ${judge('simd.wasm', wasm.length / KB, { atMost: 10.5 })}`);
  console.log(
    `simd.wasm, gzipped, KB                ${judge('simd.wasm, gzipped', gzipSync(wasm).length / KB, { atMost: 4.8 })}`,
  );
}

/** All of it: the cells that miss their limit, in words, and what the pages show. */
export async function coldStart({ exports }, { rounds }) {
  for (const { name } of [...processes, workerd].filter(({ command }) => !command))
    console.log(`${name}: not installed, skipped`);
  const entries = Object.keys(exports).filter((name) => !/\.(?:json|wasm)$/.test(name));
  const wanted = await callbacks();
  console.log('\nFrom the start of a process to its first answer, above an empty one: the peer ÷ ours');
  timeFirstAnswers(wanted, rounds);
  if (workerd.command) await timeWorkerd(wanted.dingtalk, rounds);
  timeImports(
    entries.map((name) => packageName + name.slice(1)),
    rounds,
  );
  if (processes[0].command) timeSimd(rounds);
  const missed = cells
    .filter(({ pass }) => !pass)
    .map(({ what, value, limit }) => `${what} is ${value.toFixed(2)}, not ${limit}`);
  return { missed, answers, imports };
}

if (import.meta.filename === process.argv[1]) {
  const { values: options } = parseArgs({
    allowNegative: true,
    options: { quick: { type: 'boolean', default: false }, thresholds: { type: 'boolean', default: true } },
  });
  installRivals();
  const { missed } = await coldStart(installPackage(), { rounds: options.quick ? 9 : 25 });
  if (missed.length > 0 && options.thresholds) {
    console.log(`\n${missed.length} failed:\n${missed.join('\n')}`);
    process.exitCode = 1;
  }
}
