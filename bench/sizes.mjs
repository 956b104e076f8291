// npm run bench:sizes [-- --no-thresholds] [-- --readme]
// What a bundle of each entry weighs, minified by esbuild and gzipped, against its limit; and of how many minified bytes each
// part of it is. `npm run bench` does this at its end.
//   --readme   writes the sizes into docs/runtimes.md and docs/runtimes.zh-CN.md
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { esbuildNoble } from '../scripts/noble.mjs';
import { here, installPackage, installRivals, packageName, root } from './install.mjs';

/** What is bundled, in the order of the page, and how large it may be: in kB of 1,000 bytes, gzipped. */
const BUNDLES = [
  { entries: ['index'] },
  { entries: ['feishu'], limit: 11.4 },
  { entries: ['feishu-card'], limit: 6.5 },
  { entries: ['feishu-bot'], limit: 6.5 },
  { entries: ['dingtalk'], limit: 11 },
  { entries: ['dingtalk-robot'], limit: 6.5 },
  { entries: ['dingtalk-card'], limit: 6.5 },
  { entries: ['wecom'], limit: 12.5 },
  { entries: ['wechat'], limit: 13 },
  { entries: ['tencent-chat'], limit: 6.9 },
  { entries: ['trtc'], limit: 6.5 },
  { entries: ['any-of'] },
  { entries: ['fetch'] },
  { entries: ['node'] },
  { entries: ['aes-cbc'], limit: 5.7 },
  { entries: ['simd'] },
  { entries: ['feishu', 'simd'] },
];

/** The first pattern that fits a file is its part. */
const PARTS = {
  "noble's AES": /@noble\/ciphers/,
  "noble's hashes": /@noble\/hashes/,
  'texts, base64, hex': /internal\/(?:encoding|runtime)/,
  'AES, hashes, random': /internal\/(?:aes|digest|hmac|engine-digest|random|simd)/,
  'requests, checks, errors': /internal\//,
  'the platform': /./,
};

async function bundle(specifiers, resolveDir, more = {}) {
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    stdin: { contents: specifiers.map((name) => `export * from '${name}';`).join('\n'), resolveDir },
    ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', platform: 'neutral', write: false },
    metafile: true,
    ...more,
  });
  return { code: outputFiles[0].contents, inputs: Object.values(metafile.outputs)[0].inputs };
}

/** Of the package as it is packed, and its parts by what it is made of. */
async function measure({ entries, limit }) {
  const names = entries.map((entry) => packageName + (entry === 'index' ? '' : `/${entry}`));
  const { code } = await bundle(names, here);
  const sources = entries.map((entry) => `./${entry}.ts`);
  const { inputs } = await bundle(sources, join(root, 'src'), { plugins: [esbuildNoble] });
  const parts = Object.keys(PARTS).map((part) => [part, 0]);
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    parts[Object.values(PARTS).findIndex((pattern) => pattern.test(file))][1] += bytesInOutput;
  }
  const size = (gzipSync(code, { level: 9 }).length / 1000).toFixed(1);
  return { names, limit, size, pass: limit === undefined || Number(size) <= limit, minified: code.length, parts };
}

/** Prints the table; the bundles that are larger than they may be, in words. The package is installed. */
export async function bundleSizes({ readme = false } = {}) {
  const measured = await Promise.all(BUNDLES.map(measure));
  const rows = measured.map(({ names, limit, size, pass, minified, parts }) => [
    names.join(' + '),
    limit === undefined ? size : `${size} ≤ ${limit} ${pass ? 'pass' : 'MISS'}`,
    minified,
    ...parts.map(([, bytes]) => bytes),
  ]);
  rows.unshift(['', 'gzip, kB', 'minified', ...Object.keys(PARTS)]);
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  console.log('\nBundles in kB, and in minified bytes what they consist of');
  for (const row of rows) {
    console.log(row.map((cell, i) => String(cell)[i < 2 ? 'padEnd' : 'padStart'](widths[i])).join('  '));
  }
  if (readme) writePages(measured);
  const missed = measured.filter(({ pass }) => !pass);
  return missed.map(({ names, size, limit }) => `bundle of ${names} is ${size} kB, not ≤ ${limit}`);
}

/** Between the lines `<!-- sizes:start -->` and `<!-- sizes:end -->`. */
function writePages(measured) {
  const date = new Date().toISOString().slice(0, 10);
  const { version } = JSON.parse(readFileSync(join(here, 'node_modules/esbuild/package.json'), 'utf8'));
  const words = {
    'docs/runtimes.md': [
      `Bundled and minified by esbuild ${version}, measured on ${date} with \`gzip -9\` (1 kB = 1,000 bytes); \`npm run bench:sizes\` shows what of it is what:`,
      '| entry | size |',
    ],
    'docs/runtimes.zh-CN.md': [
      `用 esbuild ${version} 打包并压缩，${date} 以 \`gzip -9\` 测量（1 kB = 1,000 字节）；各部分的大小见 \`npm run bench:sizes\`：`,
      '| 入口 | 大小 |',
    ],
  };
  for (const [name, [text, head]] of Object.entries(words)) {
    const file = join(root, name);
    const page = readFileSync(file, 'utf8');
    const rows = measured.map(({ names, size }) => `| ${names.map((one) => `\`${one}\``).join(' + ')} | ${size} kB |`);
    const table = [text, '', head, '|---|---|', ...rows].join('\n');
    writeFileSync(
      file,
      page.replace(/(?<=<!-- sizes:start -->\n)[\s\S]*(?=\n<!-- sizes:end -->)/, () => table),
    );
  }
}

if (import.meta.filename === process.argv[1]) {
  const { values: options } = parseArgs({
    allowNegative: true,
    options: { thresholds: { type: 'boolean', default: true }, readme: { type: 'boolean', default: false } },
  });
  installRivals();
  installPackage();
  const missed = await bundleSizes(options);
  if (missed.length > 0 && options.thresholds) {
    console.log(`\n${missed.length} failed:\n${missed.join('\n')}`);
    process.exitCode = 1;
  }
}
