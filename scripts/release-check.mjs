// npm run release:check [-- folder]
// Before a release: what has to hold of the repository, then one tarball, packed once, on which everything is checked that
// can be: the unit tests with coverage install and examine this very file (publint, attw, import, require, types, the code
// of the documents). Beside it, in .work/release or the folder, go its SBOM (CycloneDX) and its hashes.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = join(import.meta.dirname, '..');
/** In bytes. What is released should not grow unseen. */
const LIMITS = { packed: 240_000, unpacked: 900_000 };

const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));
const git = (folder, ...args) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();

/** What has to hold of the repository in `folder`: what is asked, and what is wrong, which is nothing where all is well. */
export function preconditions(folder) {
  const { version } = readJson(folder, 'package.json');
  const heading = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8').match(/^## .*$/m)?.[0];
  const locks = git(folder, 'ls-files', '*package-lock.json').split('\n').filter(Boolean);
  const versions = ['package-lock.json', 'jsr.json'].filter((name) => readJson(folder, name).version !== version);
  return [
    ['the git tree is clean', git(folder, 'status', '--porcelain')],
    [`CHANGELOG.md begins with ${version} and a date`, isDated(heading, version) ? '' : `it begins with ${heading}`],
    ['package-lock.json and jsr.json have the version', versions.join(', ')],
    ['no lockfile names a host', locks.filter((lock) => namesHost(join(folder, lock))).join(', ')],
    [`there is no tag v${version} yet`, git(folder, 'tag', '--list', `v${version}`)],
  ];
}

const isDated = (heading, version) =>
  heading?.startsWith(`## ${version} (`) === true && /\(\d{4}-\d\d-\d\d\)$/.test(heading);

function namesHost(lock) {
  return Object.values(readJson(lock).packages).some(({ resolved }) => /^https?:/.test(resolved ?? ''));
}

/** The packages whose code is in a tarball: the bundler says above each piece where it is from. */
export function bundledIn(tarball) {
  const options = { encoding: 'utf8', maxBuffer: 2 ** 26 };
  const code = execFileSync(
    'tar',
    ['-xzOf', tarball, '--wildcards', 'package/dist/*.js', 'package/dist/*.cjs'],
    options,
  );
  // What noble.mjs cuts has its name in front, and no path.
  const from = /^\/\/ (?:.*\bnode_modules\/|noble:)((?:@[\w.-]+\/)?[\w.-]+)\//gm;
  const names = [...code.matchAll(from)].map(([, name]) => name);
  return [...new Set(names)].sort();
}

/** `@noble/ciphers 2.4.0` and so on, as the notices head them. */
function noticesIn(tarball) {
  const notices = execFileSync('tar', ['-xzOf', tarball, 'package/THIRD-PARTY-NOTICES'], { encoding: 'utf8' });
  return [...notices.matchAll(/^-{20,}\n(\S+ \S+)$/gm)].map(([, notice]) => notice).sort();
}

/** CycloneDX 1.5: the tarball with its hashes, and what is bundled into it, by the lockfile. */
export function sbomOf(tarball, { name, version, license }, lock) {
  const bytes = readFileSync(tarball);
  const component = (type, name, version, license, hashes) => ({
    type,
    'bom-ref': `pkg:npm/${name.replace('@', '%40')}@${version}`,
    name,
    version,
    licenses: [{ license: { id: license } }],
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    hashes,
  });
  const hex = (algorithm) => createHash(algorithm).update(bytes).digest('hex');
  const own = component('library', name, version, license, [
    { alg: 'SHA-256', content: hex('sha256') },
    { alg: 'SHA-512', content: hex('sha512') },
  ]);
  const components = bundledIn(tarball).map((bundled) => {
    const { version, license, integrity } = lock.packages[`node_modules/${bundled}`];
    const content = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
    return component('library', bundled, version, license, [{ alg: 'SHA-512', content }]);
  });
  const refs = components.map((bundled) => bundled['bom-ref']);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: own },
    components,
    dependencies: [{ ref: own['bom-ref'], dependsOn: refs }, ...refs.map((ref) => ({ ref, dependsOn: [] }))],
  };
}

/** What has to hold of the tarball beyond its tests. */
export function tarballChecks(tarball, { size, unpackedSize }, sbom) {
  const bundled = sbom.components.map(({ name, version }) => `${name} ${version}`);
  const noticed = noticesIn(tarball);
  return [
    [`packed at most ${LIMITS.packed} bytes`, size <= LIMITS.packed ? '' : `it has ${size}`],
    [`unpacked at most ${LIMITS.unpacked} bytes`, unpackedSize <= LIMITS.unpacked ? '' : `it has ${unpackedSize}`],
    ['the notices name what is bundled', `${bundled}` === `${noticed}` ? '' : `bundled ${bundled}; noticed ${noticed}`],
  ];
}

const byHand = (tarball, { version }, integrity) => `
What remains by hand:
- every other proof, on this commit: .ci/run, npm run test:timing, test:complexity, test:mutation,
  test:frameworks -- --all, and those that write into docs/: test:runtimes -- --require-all --readme,
  test:site -- --require-all --readme and bench -- --no-thresholds --readme
- where the project lives: \`repository\`, \`homepage\` and \`bugs\` in package.json, and the address in SECURITY.md
- git tag v${version}, and push it
- npm publish ${tarball}
  which publishes these very bytes; then npm view callback-codec@${version} dist.integrity has to be
  ${integrity}
- JSR: a scope in scripts/entries.mjs in place of the placeholder, then deno publish
- put the SBOM and the hashes beside the release`;

function main() {
  const folder = resolve(process.argv[2] ?? join(root, '.work', 'release'));
  const counts = { passed: 0, failed: 0 };
  const report = (checks) => {
    for (const [what, wrong] of checks) {
      counts[wrong === '' ? 'passed' : 'failed']++;
      console.log(`${wrong === '' ? 'yes' : 'NO '}  ${what}${wrong === '' ? '' : `: ${wrong}`}`);
    }
  };
  const run = (what, command, args, env = {}) => {
    const options = { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } };
    report([[what, spawnSync(command, args, options).status === 0 ? '' : 'see above']]);
  };

  report(preconditions(root));
  run('npm run check', 'npm', ['run', '--silent', 'check']);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, encoding: 'utf8' });
  const [{ filename, integrity, ...sizes }] = JSON.parse(packed);
  const tarball = join(folder, filename);
  run('npm test, on this tarball', 'npx', ['vitest', 'run', '--coverage'], { CALLBACK_CODEC_TARBALL: tarball });

  const manifest = readJson(root, 'package.json');
  const sbom = sbomOf(tarball, manifest, readJson(root, 'package-lock.json'));
  report(tarballChecks(tarball, sizes, sbom));
  writeFileSync(join(folder, `${filename}.cdx.json`), `${JSON.stringify(sbom, null, 2)}\n`);
  for (const { alg, content } of sbom.metadata.component.hashes) {
    writeFileSync(join(folder, `${alg.replace('-', '')}SUMS`), `${content}  ${filename}\n`);
    console.log(`${alg}  ${content}`);
  }
  console.log(counts.failed === 0 ? byHand(tarball, manifest, integrity) : '\nNot to be released.');
  console.log(`${counts.passed} passed, ${counts.failed} failed, 0 skipped`);
  process.exit(counts.failed === 0 ? 0 : 1);
}

if (import.meta.filename === process.argv[1]) main();
