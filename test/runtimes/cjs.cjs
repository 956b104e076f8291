// Node, Deno and Bun: the package as installed, by require.
const { conform } = require('./.work/conform.cjs');
const lib = require('./.work/lib.cjs');

conform(lib).then(console.log);
