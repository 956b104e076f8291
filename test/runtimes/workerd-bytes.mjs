// Without the module: the engine tries to compile its bytes.
import { run } from 'bundle';

export default { test: async () => console.log(await run()) };
