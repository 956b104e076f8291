// npm run bench:sizes [-- --no-thresholds]
// What a bundle of each entry weighs, minified by esbuild and gzipped, against its limit; and of how many minified bytes each
// part of it is. `npm run bench` does this at its end.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { entries } from '../scripts/entries.mjs';
import { esbuildNoble } from '../scripts/noble.mjs';
import { installRivals, root } from './install.mjs';

/** In kB of 1,000 bytes, gzipped. */
const LIMITS = {
  'aes-cbc': 5.7,
  dingtalk: 11,
  'dingtalk-card': 6.5,
  'dingtalk-robot': 6.5,
  feishu: 11.4,
  'feishu-bot': 6.5,
  'feishu-card': 6.5,
  'tencent-chat': 6.9,
  trtc: 6.5,
  wechat: 13,
  wecom: 12.5,
};

/** The first pattern that fits a file is its part. */
const PARTS = {
  "noble's AES": /@noble\/ciphers/,
  "noble's hashes": /@noble\/hashes/,
  'texts and base64 without the runtime': /internal\/encoding\/portable/,
  "choosing the runtime's functions": /internal\/(?:encoding|aes|runtime|digest|hmac|engine-digest|random)/,
  'reading requests, checks, errors': /internal\//,
  'the platform': /./,
};

async function bundle(entry) {
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export * from './${entry}.ts';`, resolveDir: join(root, 'src'), loader: 'ts' },
    ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', platform: 'neutral', write: false },
    metafile: true,
    absWorkingDir: root,
    plugins: [esbuildNoble],
  });
  const parts = Object.fromEntries(Object.keys(PARTS).map((part) => [part, 0]));
  for (const [file, { bytesInOutput }] of Object.entries(Object.values(metafile.outputs)[0].inputs)) {
    const [part] = Object.entries(PARTS).find(([, pattern]) => pattern.test(file));
    parts[part] += bytesInOutput;
  }
  const code = outputFiles[0].contents;
  return { minified: code.length, gzipped: gzipSync(code, { level: 9 }).length, parts };
}

/** Prints the table; the bundles that are larger than they may be, in words. */
export async function bundleSizes() {
  const missed = [];
  const rows = [['gzip, kB', '', 'minified', ...Object.keys(PARTS)]];
  for (const entry of entries.filter((name) => name in LIMITS)) {
    const { minified, gzipped, parts } = await bundle(entry);
    const size = (gzipped / 1000).toFixed(1);
    const pass = Number(size) <= LIMITS[entry];
    if (!pass) missed.push(`bundle of ${entry} is ${size} kB, not ≤ ${LIMITS[entry]}`);
    rows.push([entry, `${size} ≤ ${LIMITS[entry]} ${pass ? 'pass' : 'MISS'}`, minified, ...Object.values(parts)]);
  }
  console.log('\nBundles, and what they consist of, in minified bytes');
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  for (const row of rows)
    console.log(row.map((cell, i) => String(cell)[i < 2 ? 'padEnd' : 'padStart'](widths[i])).join('  '));
  return missed;
}

if (import.meta.filename === process.argv[1]) {
  const { values: options } = parseArgs({
    allowNegative: true,
    options: { thresholds: { type: 'boolean', default: true } },
  });
  installRivals();
  const missed = await bundleSizes();
  if (missed.length > 0 && options.thresholds) {
    console.log(`\n${missed.length} failed:\n${missed.join('\n')}`);
    process.exitCode = 1;
  }
}
