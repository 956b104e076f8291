// npm run site
// Writes site/dist/index.html: the page, its style and its script in one file. What may run and what may be fetched is said
// in it by a policy with the hashes of both, so that nothing else runs and nothing is fetched.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { esbuildNoble } from '../scripts/noble.mjs';

const here = import.meta.dirname;
const { version } = JSON.parse(readFileSync(join(here, '..', 'package.json'), 'utf8'));

export const file = join(here, 'dist', 'index.html');

async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [join(here, entry)],
    ...{ bundle: true, minify: true, charset: 'utf8', format: 'iife', target: 'es2022', platform: 'browser' },
    ...{ write: false, logLevel: 'warning', legalComments: 'none' },
    plugins: [esbuildNoble],
  });
  const text = outputFiles[0].text.trim();
  // What would end the element early, and then be another text than the one that was hashed.
  if (/<\/?(?:script|style)|<!--|\r/i.test(text)) throw new Error(`${entry} cannot stand in an element`);
  return text;
}

/** The licence of the package and those of what is compiled into it ask to go with every copy. */
function licences() {
  const [own, others] = ['LICENSE', 'THIRD-PARTY-NOTICES'].map((name) => readFileSync(join(here, '..', name), 'utf8'));
  const text = `${own}\n${others}`;
  if (/--!?>|<!--/.test(text)) throw new Error('the licences cannot stand in a comment');
  return `<!--\n${text}-->`;
}

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Writes the file, and tells its sizes in bytes. */
export async function buildPage() {
  const [script, style] = [await bundle('page.ts'), await bundle('page.css')];
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    'img-src data:',
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ');
  const parts = {
    '{policy}': policy,
    '{version}': version,
    '<!-- style -->': `<style>${style}</style>`,
    '<!-- script -->': `<script>${script}</script>`,
    '<!-- licences -->': licences(),
  };
  const template = readFileSync(join(here, 'index.html'), 'utf8');
  const html = template.replace(/\{\w+\}|<!-- \w+ -->/g, (place) => parts[place]);
  mkdirSync(join(here, 'dist'), { recursive: true });
  writeFileSync(file, html);
  return { bytes: Buffer.byteLength(html), gzipped: gzipSync(html, { level: 9 }).length };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { bytes, gzipped } = await buildPage();
  console.log(`${file}: ${bytes} bytes, ${gzipped} gzipped`);
}
