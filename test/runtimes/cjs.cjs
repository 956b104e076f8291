// Node, Deno and Bun: the package as installed, by require.
const { conform } = require('./.work/conform.cjs');
const lib = require('./lib.cjs');

console.log(conform(lib));
