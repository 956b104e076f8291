// npm run test:jsr
// JSR's own checks of what would be published there, without publishing: Deno's dry run over jsr.json, which refuses public
// types that would have to be inferred. As the control the same with such a type planted, which must be refused. What was
// accepted is then run by Deno, through jsr.json.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installLocked } from './runtimes/install.mjs';
import { executable } from './runtimes/programs.mjs';

const root = join(import.meta.dirname, '..');
const work = join(import.meta.dirname, '.work');
const shipped = ['src', 'README.md', 'README.zh-CN.md', 'SECURITY.md', 'CHANGELOG.md', 'LICENSE', 'jsr.json'];

installLocked();
const deno = executable(join(import.meta.dirname, 'runtimes/node_modules/@deno/linux-x64-glibc/deno'));
const counts = { passed: 0, failed: 0, skipped: 0 };

const program = `
  import { createFeishuCodec } from './src/feishu.ts';
  import { createSimdAesCbc } from './src/simd.ts';
  const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token', aes: createSimdAesCbc() });
  console.log(codec.decode(codec.encode({ header: { event_type: 'a.type' } })).type);`;

/** What Deno says in a copy, into which nothing else of the repository comes. */
function runDeno(args, plant = '') {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  for (const path of [...shipped, 'package.json']) cpSync(join(root, path), join(work, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(work, 'node_modules'), 'dir');
  writeFileSync(join(work, 'src/index.ts'), `${readFileSync(join(work, 'src/index.ts'))}${plant}`);
  writeFileSync(join(work, 'program.ts'), program);
  const options = { cwd: work, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' }, timeout: 120_000 };
  const { status, stdout, stderr } = spawnSync(deno, args, options);
  return { status, output: `${stdout}${stderr}` };
}

function check(what, isRight, output) {
  counts[isRight ? 'passed' : 'failed']++;
  console.log(`${what}: ${isRight ? 'yes' : `NO\n${output}`}`);
}

if (deno) {
  const dryRun = ['publish', '--dry-run', '--allow-dirty'];
  const { status, output } = runDeno(dryRun);
  check('JSR accepts the sources', status === 0 && output.includes('Dry run complete'), output);
  check('and says nothing against them', !/warning|error/i.test(output.replace(/^.*file:.*$/gm, '')), output);
  const planted = runDeno(dryRun, 'export const planted = Object.keys({});\n');
  const isRefused = planted.status !== 0 && planted.output.includes('missing-explicit-type');
  check('an inferred type is refused', isRefused, planted.output);
  const run = runDeno(['run', '--no-prompt', 'program.ts']);
  check('the sources run, without any permission', run.output === 'a.type\n', run.output);
} else {
  counts.skipped++;
  console.log('skipped: Deno is not installed for this platform');
}
rmSync(work, { recursive: true, force: true });
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 ? 0 : 1);
