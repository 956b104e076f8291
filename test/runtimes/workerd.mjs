// workerd compiles no bytes, but imports modules.
import { run } from 'bundle';
import kernel from 'callback-codec/simd.wasm';

export default { test: async () => console.log(await run(kernel)) };
