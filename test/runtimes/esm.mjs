// Node, Deno and Bun: the package as installed, by import.
import { conform } from './.work/conform.mjs';
import * as lib from './lib.mjs';

console.log(conform(lib));
