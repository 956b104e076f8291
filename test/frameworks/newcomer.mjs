// A newcomer with docs/frameworks.md and an empty folder: types the first commands of a section, pastes its files, types the
// last commands, and the platforms' requests are answered. Only `callback-codec` is the packed tarball.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SECRETS } from './secrets.mjs';
import { npm, start, temporaryFolder } from './server.mjs';

const page = join(import.meta.dirname, '..', '..', 'docs', 'frameworks.md');

/** The first section that shows an example: its files by name, and its commands. */
function sectionOf(name) {
  const section = new RegExp(`<!-- example: ${name} (.+?) -->([\\s\\S]*?)<!-- /example -->`).exec(
    readFileSync(page, 'utf8'),
  );
  const [, names, text] = section;
  const blocks = [...text.matchAll(/```\w+\n([\s\S]*?)```/g)].map(([, code]) => code);
  return {
    install: blocks[0].trim().split('\n'),
    files: names.split(' ').map((file, i) => [file, blocks[i + 1]]),
    run: blocks.at(-1).trim().split('\n'),
  };
}

export async function checkNewcomer({ name, mounts, chunked, starts }, env, tarball, check) {
  const { checkExample } = await import('./callbacks.mjs');
  const { install, files, run } = sectionOf(name);
  const folder = temporaryFolder('newcomer');
  npm(folder, ['init', '--yes']);
  const type = (command) =>
    execFileSync('sh', ['-c', command], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
  for (const command of install) type(command.replace(' callback-codec', ` ${tarball}`));
  for (const [file, code] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), code);
  }
  for (const command of run.slice(0, -1)) type(command);
  const server = await start(folder, run.at(-1), { ...SECRETS, ...env }, ['sh', '-c', run.at(-1)]);
  // The one that the section's file serves.
  const mount = mounts.find((mount) => mount !== '' && files[0][0].includes(`${mount}/`)) ?? mounts[0];
  const isChunked = chunked.includes(mount);
  await checkExample(server, { mount, ownPages: starts.start, isChunked }, `newcomer, ${name}`, check);
  await server.stop();
}
