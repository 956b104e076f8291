// The engines that npm provides, for test:runtimes and for test:nodes.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;

/** Installs them in this folder, where they stay as long as their lockfile does. */
export function installEngines() {
  const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
  const installed = join(here, 'node_modules', '.installed');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  // No install scripts: the programs are run straight from their platform packages.
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  writeFileSync(installed, lock);
}
