// A newcomer with docs/frameworks.md and an empty folder: types the first command of a section, pastes its one file, types
// the last command, and the platforms' requests are answered. Only `callback-codec` is the packed tarball.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkExample } from './callbacks.mjs';
import { SECRETS } from './secrets.mjs';
import { npm, start, temporaryFolder } from './server.mjs';

const page = join(import.meta.dirname, '..', '..', 'docs', 'frameworks.md');

export async function checkNewcomer(name, tarball, check) {
  const section = new RegExp(`<!-- example: ${name} (\\S+) -->([\\s\\S]*?)<!-- /example -->`).exec(
    readFileSync(page, 'utf8'),
  );
  const [, file, text] = section;
  const [install, code, run] = [...text.matchAll(/```\w+\n([\s\S]*?)```/g)].map(([, code]) => code);
  const folder = temporaryFolder('newcomer');
  npm(folder, ['init', '--yes']);
  const [program, ...args] = install.trim().replace('callback-codec', tarball).split(' ');
  execFileSync(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  writeFileSync(join(folder, file), code);
  const server = await start(folder, run, SECRETS, run.trim().split(' '));
  await checkExample(server, { mount: '', ownPages: [], isChunked: false }, `newcomer, ${name}`, check);
  await server.stop();
}
