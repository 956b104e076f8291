// Node, Deno and Bun: the package as installed, by import.
import { conform } from './.work/conform.mjs';
import * as lib from './.work/lib.mjs';

console.log(await conform(lib));
