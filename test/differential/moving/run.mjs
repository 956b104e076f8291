// npm run test:moving [-- --write]
// The servers of docs/moving/, written with another package and with ours, as processes that get the same requests. What
// comes of each is compared with cases.mjs, and the pages with what was run: their code blocks are the files of this
// folder, their tables the cases. `--write` puts both into the pages.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installLocked } from '../../runtimes/install.mjs';

const here = import.meta.dirname;
const root = join(here, '..', '..', '..');
const modules = join(here, '..', 'node_modules');
installLocked(join(here, '..'));
const link = join(modules, 'callback-codec');
rmSync(link, { force: true });
symlinkSync(root, link, 'dir');
const { pages } = await import('./cases.mjs');

/** Whether a process has ended or does so within five seconds. */
const ends = (child) =>
  child.exitCode !== null || Promise.race([once(child, 'exit').then(() => true), sleep(5000).then(() => false)]);

const listens = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.end() !== undefined));
    socket.on('error', () => resolve(false));
  });

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** A server that is started again whenever it has ended, and what it has printed. */
function program(file) {
  let child;
  let port;
  let printed = '';
  const start = async () => {
    port = await freePort();
    printed = '';
    child = spawn(process.execPath, ['--no-deprecation', file], { env: { ...process.env, PORT: String(port) } });
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    child.stderr.resume();
    for (const end = Date.now() + 20_000; Date.now() < end; await sleep(20)) {
      if (child.exitCode !== null) throw new Error(`${file} ended`);
      if (await listens(port)) return;
    }
    throw new Error(`${file} does not listen`);
  };
  return {
    async send(send) {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) await start();
      printed = '';
      const answer = await send(`http://127.0.0.1:${port}`).catch((error) => error.name);
      const hasEnded = answer === 'TypeError' && (await ends(child));
      await sleep(50); // what was printed before the answer is in the pipe, and has to be read
      // The C1 controls of mojibake cannot be seen.
      return {
        answer,
        hasEnded,
        printed: printed
          .trim()
          .replace(/[\x80-\x9f]/g, '')
          .replaceAll('\xa0', ' '),
      };
    },
    stop: () => child?.kill(),
  };
}

/** What came of a request, in the words of cases.mjs. */
async function outcome(
  server,
  { path: usualPath = '/', read, usual },
  { method = 'POST', headers, query, body, path },
) {
  const { answer, hasEnded, printed } = await server.send(async (origin) => {
    const url = `${origin}${path ?? usualPath}${query ? `?${new URLSearchParams(query)}` : ''}`;
    const response = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(5000) });
    return { status: response.status, text: await response.text() };
  });
  if (answer === 'TimeoutError') return 'no answer';
  if (hasEnded) return 'the process ends';
  if (typeof answer === 'string') return `no HTTP: ${answer}`;
  const { status, text } = answer;
  if (status !== 200) return `refused: ${status}${printed ? `, but handled: ${printed}` : ''}`;
  const said = text && read(text);
  return printed ? handled(printed, said, usual) : said ? `answered: ${said}` : `not handled: ${status}`;
}
const handled = (printed, said, usual) =>
  `handled: ${printed}${said && said !== usual && said !== '{}' ? `; answered: ${said}` : ''}`;

const WORDS = [
  ['the process ends', '进程退出'],
  ['no answer', '不应答'],
  ['not handled', '未处理'],
  ['handled', '已处理'],
  ['answered', '应答'],
  ['refused', '拒绝'],
];
const zhOf = (text) => WORDS.reduce((zh, [en, word]) => zh.replaceAll(en, word), text).replaceAll(': ', '：');
/** What a server said is code, the words about it are not. */
const cell = (text, language) =>
  text
    .split('; ')
    .map((part) => {
      const [what, said] = part.split(/: (.*)/s);
      const words = language === 'zh' ? zhOf(what) : what;
      if (said === undefined) return words;
      const colon = language === 'zh' ? '：' : ': ';
      return `${words}${colon}${/^\d{3}$/.test(said) ? said : `\`${said}\``}`;
    })
    .join(language === 'zh' ? '；' : '; ');

const HEADS = { en: ['what arrives', 'callback-codec'], zh: ['收到的请求', 'callback-codec'] };
function tableOf({ peer, cases }, language) {
  const [what, ours] = HEADS[language];
  const rows = cases.map(([names, , theirs, our]) =>
    [
      names[language === 'zh' ? 1 : 0],
      cell(theirs, language),
      theirs === our ? (language === 'zh' ? '相同' : 'the same') : cell(our, language),
    ].join(' | '),
  );
  return [`| ${what} | \`${peer}\` | ${ours} |`, '|---|---|---|', ...rows.map((row) => `| ${row} |`)].join('\n');
}

/** A page with its parts as they should be: between marks, a file of this folder, or the table. */
function filled(text, page, language) {
  return text.replace(/(<!-- (before|after|table) -->\n)[\s\S]*?(<!-- end -->)/g, (_, start, part, end) => {
    const file = join(here, page, `${part}.mjs`);
    const content = existsSync(file) ? `\`\`\`js\n${readFileSync(file, 'utf8')}\`\`\`` : tableOf(pages[page], language);
    return `${start}\n${content}\n\n${end}`;
  });
}

const counts = { passed: 0, failed: 0 };
const check = (what, actual, wanted) => {
  counts[actual === wanted ? 'passed' : 'failed']++;
  if (actual !== wanted) console.log(`${what}: ${actual}, not ${wanted}`);
};
for (const [page, options] of Object.entries(pages)) {
  for (const [index, name] of ['before', 'after'].entries()) {
    const server = program(join(here, page, `${name}.mjs`));
    try {
      for (const [[what], request, ...wanted] of options.cases) {
        check(`${page}, ${name}: ${what}`, await outcome(server, options, request), wanted[index]);
      }
    } finally {
      server.stop();
    }
  }
  for (const [language, file] of [
    ['en', `${page}.md`],
    ['zh', `${page}.zh-CN.md`],
  ]) {
    const path = join(root, 'docs', 'moving', file);
    const old = readFileSync(path, 'utf8');
    const text = filled(old, page, language);
    if (process.argv.includes('--write')) writeFileSync(path, text);
    else check(`docs/moving/${file}`, old === text ? 'as run' : 'otherwise', 'as run');
    check(`the parts of ${file}`, text.match(/<!-- (?:before|after|table) -->/g)?.length ?? 0, 3);
    check(`other code in ${file}`, (text.match(/^```/gm)?.length ?? 0) / 2, 2);
  }
}
console.log(`${counts.passed} passed, ${counts.failed} failed, 0 skipped`);
process.exit(counts.failed === 0 ? 0 : 1);
