// Built into .work/bundle.mjs (ES module) and .work/bundle.js (script, as `conformance`),
// for hosts that load what a bundler made: workerd, the edge VM, pages.
import * as lib from './.work/lib.mjs';
import { conform } from './conform.ts';

export const run = (kernel) => conform(lib, {}, kernel);
