// The code of docs/frameworks.md and docs/frameworks.zh-CN.md is that of examples/, which `npm run test:frameworks` runs:
//   <!-- example: express-5 server.mjs --> … <!-- /example -->
// holds the commands that install and start that example, and those of its files.
//   node scripts/frameworks-doc.mjs           writes the pages
//   node scripts/frameworks-doc.mjs --check   fails where they are not what the examples make, or leave one out
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname } from 'node:path';

const root = new URL('../', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');

const block = (language, text) => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\n`;
const withMajor = ([name, version]) => `${name}@${/^\d+/.exec(version)}`;

/** What is typed to install and to run it; packages by their major versions. */
function commandsOf({ type, dependencies = {}, devDependencies = {}, scripts = {} }, files) {
  const packages = (entries) => Object.entries(entries).map(withMajor).join(' ');
  const start = Object.values(scripts).find((script) => files.some((file) => script.includes(file))) ?? scripts.start;
  return {
    install: [
      ...(type === 'module' ? ['npm pkg set type=module'] : []), // `npm init` says commonjs
      ['npm install callback-codec', packages(dependencies)].filter(Boolean).join(' '),
      ...(Object.keys(devDependencies).length > 0 ? [`npm install --save-dev ${packages(devDependencies)}`] : []),
    ].join('\n'),
    run: [scripts.build, start]
      .filter(Boolean)
      .map((command) => (/^(node|bun|deno) /.test(command) ? command : `npx ${command}`))
      .join('\n'),
  };
}

function example(name, files) {
  const { install, run } = commandsOf(JSON.parse(read(`examples/${name}/package.json`)), files);
  const blocks = files.map(
    (file) => `\`${file}\`\n\n${block(extname(file).slice(1).replace('mjs', 'js'), read(`examples/${name}/${file}`))}`,
  );
  return [block('sh', install), ...blocks, ...(run ? [block('sh', run)] : [])].join('\n');
}

/** The page with the code of the examples put in. */
function filled(page) {
  return page.replace(
    /(<!-- example: ([\w-]+) (.+?) -->\n)[\s\S]*?(<!-- \/example -->)/g,
    (_, start, name, files, end) => `${start}\n${example(name, files.split(' '))}\n${end}`,
  );
}

/** What is wrong with a page besides old code: a block that is of no example, an example that has no section. */
function faultsOf(page) {
  const without = page.replace(/<!-- example: [\s\S]*?<!-- \/example -->/g, '');
  const shown = new Set([...page.matchAll(/<!-- example: ([\w-]+) /g)].map(([, name]) => name));
  const missing = readdirSync(new URL('examples/', root), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !shown.has(entry.name))
    .map(({ name }) => `no section shows examples/${name}`);
  return without.includes('```') ? [...missing, 'a code block is of no example'] : missing;
}

const isCheck = process.argv.includes('--check');
for (const file of ['docs/frameworks.md', 'docs/frameworks.zh-CN.md']) {
  const page = read(file);
  const text = filled(page);
  if (!isCheck) writeFileSync(new URL(file, root), text);
  const faults = faultsOf(text);
  if (isCheck && text !== page) faults.unshift('is not what examples/ makes: run node scripts/frameworks-doc.mjs');
  for (const fault of faults) console.error(`${file}: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
