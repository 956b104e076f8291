// The package as its users get it: packed, and installed from the tarball into an empty folder.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  version: string;
  bin: { 'callback-codec': string };
  exports: Record<string, unknown>;
  scripts: Record<string, string>;
  dependencies?: unknown;
}
export const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

export interface Installed {
  /** The folder that has the package in its node_modules. */
  readonly folder: string;
  readonly tarball: string;
  /** Paths in the tarball, sorted. */
  readonly files: readonly string[];
  remove(): void;
}

/**
 * Packs what the `test` script has built; never builds, so that test files may run at the same time. `npm run
 * release:check` names the tarball that is to be published, and then that is installed.
 */
export function packAndInstall(): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'callback-codec-'));
  const tarball = process.env.CALLBACK_CODEC_TARBALL ?? pack(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  npm(folder, 'install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball);
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  return {
    folder,
    tarball,
    files: files.map((path) => path.replace('package/', '')).sort(),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function pack(folder: string): string {
  const packed = npm(root, 'pack', '--json', '--pack-destination', folder);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  return join(folder, filename);
}

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs Node on a script, in `folder` so that the installed package resolves. */
export function runNode(folder: string, args: readonly string[], env: Record<string, string> = {}): Outcome {
  const options = { cwd: folder, encoding: 'utf8' as const, env: { ...process.env, ...env }, timeout: 60_000 };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
  return { status, stdout, stderr };
}

/** Runs the TypeScript compiler of the project over files in `folder`; its output is empty where all is well. */
export function typeCheck(
  folder: string,
  compilerOptions: Record<string, unknown>,
  files: Record<string, string>,
): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const project = join(folder, 'tsconfig.json');
  writeFileSync(
    project,
    JSON.stringify({ compilerOptions: { noEmit: true, strict: true, ...compilerOptions }, files: Object.keys(files) }),
  );
  const { status, stdout, stderr } = runNode(folder, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project]);
  return status === 0 ? '' : `${stdout}${stderr}` || `exit ${status}`;
}
