// A compartment of a locked-down realm: intrinsics frozen, no host global. Its host grants it two powers:
// print(), and a Date that tells the time (a compartment's own throws).
import 'ses';
import { readFileSync } from 'node:fs';

lockdown();
if (!Object.isFrozen(Uint8Array.prototype)) throw new Error('not locked down');
const compartment = new Compartment({ __options__: true, globals: { print: console.log, Date } });
compartment.evaluate(readFileSync(new URL('.work/shell.js', import.meta.url), 'utf8'));
