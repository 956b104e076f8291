// Built into .work/shell.js, one classic script for engines that have a print() and little else.
import * as lib from './.work/lib.mjs';
import { conformAtOnce } from './conform.ts';

if (typeof crypto !== 'undefined') throw new Error('not bare: this engine has crypto');

// The caller's random source, here a counter: fit for a test, for nothing else.
let counter = 0;
const random = (byteLength) => Uint8Array.from({ length: byteLength }, () => (++counter * 167) & 255);

print(conformAtOnce(lib, { random }));
