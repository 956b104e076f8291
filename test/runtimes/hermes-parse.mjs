// Compiles the script as React Native does, to bytecode. There is no machine in the package to run it on:
// what this counts is one compilation.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [hermesc] = process.argv.slice(2);
const script = fileURLToPath(new URL('.work/shell.js', import.meta.url));
const { status, stderr } = spawnSync(hermesc, ['-O', '-emit-binary', '-out', `${script}.hbc`, script], {
  encoding: 'utf8',
});
if (status !== 0) console.log(`failed: ${stderr}`);
console.log(status === 0 ? '1 passed, 0 failed' : '0 passed, 1 failed');
