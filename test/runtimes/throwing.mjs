// The package as installed, in a host that throws at every question.
import { LOOKS, makeThrow } from '../throwing-runtime.ts';

const { log } = console;
makeThrow(LOOKS);
for (const [owner, name] of LOOKS) {
  let answer;
  try {
    answer = { value: owner[name] };
  } catch {
    continue;
  }
  throw new Error(`${name} does not throw, but gives ${answer.value}`);
}

const { conform } = await import('./.work/conform.mjs');
const lib = await import('./.work/lib.mjs');

// As in shell.mjs: there is no crypto to ask.
let counter = 0;
const random = (byteLength) => Uint8Array.from({ length: byteLength }, () => (++counter * 167) & 255);

log(await conform(lib, { random }));
