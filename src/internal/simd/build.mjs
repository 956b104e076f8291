// Compiles kernel.ts to WebAssembly and embeds it in kernel.wasm.ts, which is committed, so that the sources build and
// test without this step. `--check` writes nothing and fails where the committed bytes are not what comes out.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

// -O1 and above move each gate to where its value is used first, and undo the order that kernel.ts puts them in: 4 to
// 8 % slower on V8. These passes make the module less than half as long and keep that order, because the first of them
// runs while every inlined function still is a block of its own.
const passes =
  'simplify-locals,remove-unused-brs,remove-unused-names,merge-blocks,coalesce-locals,reorder-locals,precompute,vacuum';

const here = fileURLToPath(new URL('.', import.meta.url));
const embedded = `${here}kernel.wasm.ts`;

let wasm;
const { error, stderr } = await asc.main(
  [
    'kernel.ts',
    ...['--baseDir', here, '--outFile', 'kernel.wasm', '--enable', 'simd', '--runtime', 'stub', '--noAssert'],
    ...['--initialMemory', '1', '--maximumMemory', '1', '-O0', '--runPasses', passes],
  ],
  {
    writeFile: (_name, bytes) => {
      wasm = bytes;
    },
  },
);
if (error) {
  console.error(stderr.toString());
  throw error;
}

const base64 = Buffer.from(wasm).toString('base64');
const source = `// Generated from kernel.ts by build.mjs: do not edit.\nexport const kernelBase64: string =\n  '${base64}';\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(embedded, source);
} else if (readFileSync(embedded, 'utf8') !== source) {
  console.error(
    'src/internal/simd/kernel.wasm.ts is not what src/internal/simd/kernel.ts compiles to: run npm run build',
  );
  process.exit(1);
}
