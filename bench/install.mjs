// The rivals and the package beside each other in bench/node_modules.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const packageName = 'callback-codec';
export const here = import.meta.dirname;
export const root = join(here, '..');
/** What is built for a run, made anew each time. */
export const work = join(here, '.work');

const command = (program, args, cwd) => execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });

/** Rivals and engines, as long as their lockfile does not change. */
export function installRivals() {
  const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
  const installed = join(here, 'node_modules', '.installed');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  // No install scripts: nothing here needs one.
  command('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], here);
  writeFileSync(installed, lock);
}

/** The package as it would be published, packed and unpacked anew each time. Gives its package.json. */
export function installPackage() {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  command('npm', ['pack', '--loglevel=error', '--pack-destination', work], root);
  const tarball = readdirSync(work).find((file) => file.endsWith('.tgz'));
  const target = join(here, 'node_modules', packageName);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  command('tar', ['-xzf', join(work, tarball), '-C', target, '--strip-components=1'], work); // it has no dependencies
  return JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
}
