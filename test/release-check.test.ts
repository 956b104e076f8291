// scripts/release-check.mjs: what it asks of a repository and of a tarball, each seen to fail.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundledIn, type Check, preconditions, sbomOf, tarballChecks } from '../scripts/release-check.mjs';
import { type Installed, manifest, packAndInstall, root } from './package/installed.ts';

const wrongOf = (checks: Check[]) => checks.filter(([, wrong]) => wrong !== '').map((check) => check.join(': '));

describe('the repository', () => {
  let folder: string;
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@a', ...args], { cwd: folder });
  const write = (files: Record<string, object | string>) => {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
  };
  const commit = (files: Record<string, object | string>) => {
    write(files);
    git('add', '.');
    git('commit', '--quiet', '--message', 'a');
  };
  const version = '1.2.3';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'release-'));
    git('init', '--quiet');
    mkdirSync(join(folder, 'sub'));
    commit({
      'package.json': { version },
      'jsr.json': { version },
      'package-lock.json': { version, packages: { '': {}, 'node_modules/a': { integrity: 'sha512-' } } },
      'sub/package-lock.json': { packages: {} },
      'CHANGELOG.md': '# Changelog\n\n## 1.2.3 (2026-11-26)\n\nNew.\n\n## 1.2.2 (2026-11-01)\n',
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is ready', () => {
    expect(preconditions(folder).length).toBe(5);
    expect(wrongOf(preconditions(folder))).toEqual([]);
  });

  const locked = { packages: { 'node_modules/a': { resolved: 'https://mirror.example/a.tgz' } } };
  test.each<[string, Record<string, object | string>, string]>([
    [
      'a release without a date',
      { 'CHANGELOG.md': '## 1.2.3 (unreleased)\n' },
      'CHANGELOG.md begins with 1.2.3 and a date: it begins with ## 1.2.3 (unreleased)',
    ],
    [
      'no entry of this version',
      { 'CHANGELOG.md': '## 1.2.2 (2026-11-01)\n' },
      'CHANGELOG.md begins with 1.2.3 and a date: it begins with ## 1.2.2 (2026-11-01)',
    ],
    [
      'another version on JSR',
      { 'jsr.json': { version: '1.2.2' } },
      'package-lock.json and jsr.json have the version: jsr.json',
    ],
    ['a mirror in a lockfile', { 'sub/package-lock.json': locked }, 'no lockfile names a host: sub/package-lock.json'],
  ])('is not ready with %s', (_, files, wrong) => {
    commit(files);
    expect(wrongOf(preconditions(folder))).toEqual([wrong]);
    git('reset', '--quiet', '--hard', 'HEAD~1');
  });

  test('is not ready with what is not committed, nor twice', () => {
    write({ stray: '' });
    expect(wrongOf(preconditions(folder))).toEqual(['the git tree is clean: ?? stray']);
    rmSync(join(folder, 'stray'));
    git('tag', 'v1.2.3');
    expect(wrongOf(preconditions(folder))).toEqual(['there is no tag v1.2.3 yet: v1.2.3']);
  });
});

describe('the tarball', () => {
  let installed: Installed;
  beforeAll(() => {
    installed = packAndInstall();
  });
  afterAll(() => installed?.remove());
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const fits = { size: 1, unpackedSize: 1 };

  test('its SBOM has its hashes, and what is bundled with versions and licences', () => {
    const { metadata, components } = sbomOf(installed.tarball, manifest, lock);
    const sha256 = createHash('sha256').update(readFileSync(installed.tarball)).digest('hex');
    expect(metadata.component.version).toBe(manifest.version);
    expect(metadata.component.hashes[0]).toEqual({ alg: 'SHA-256', content: sha256 });
    expect(components.map(({ name, version, licenses }) => [name, version, licenses[0]?.license.id])).toEqual([
      ['@noble/ciphers', '2.4.0', 'MIT'],
      ['@noble/hashes', '2.4.0', 'MIT'],
    ]);
    expect(components.every(({ hashes }) => /^[0-9a-f]{128}$/.test(hashes[0]?.content ?? ''))).toBe(true);
  });

  test('is found to be too large, and to bundle what its notices do not name', () => {
    const sbom = sbomOf(installed.tarball, manifest, lock);
    expect(wrongOf(tarballChecks(installed.tarball, fits, sbom))).toEqual([]);
    expect(wrongOf(tarballChecks(installed.tarball, { size: 1e6, unpackedSize: 1e7 }, sbom))).toEqual([
      'packed at most 240000 bytes: it has 1000000',
      'unpacked at most 900000 bytes: it has 10000000',
    ]);
    const other = structuredClone(lock);
    other.packages['node_modules/@noble/hashes'].version = '2.4.1';
    const [wrong] = wrongOf(tarballChecks(installed.tarball, fits, sbomOf(installed.tarball, manifest, other)));
    expect(wrong).toMatch(/^the notices name what is bundled: bundled .*@noble\/hashes 2\.4\.1; noticed .* 2\.4\.0$/);
  });

  test('what is bundled is read from its code', () => {
    const dist = join(installed.folder, 'package', 'dist');
    mkdirSync(dist, { recursive: true });
    writeFileSync(join(dist, 'a.js'), '// node_modules/left-pad/index.js\n// noble:@noble/name/aes.js\n');
    writeFileSync(join(dist, 'a.cjs'), '// ../node_modules/@scope/name/index.js\n');
    const planted = join(installed.folder, 'planted.tgz');
    execFileSync('tar', ['-czf', planted, 'package'], { cwd: installed.folder });
    expect(bundledIn(planted)).toEqual(['@noble/name', '@scope/name', 'left-pad']);
  });
});
