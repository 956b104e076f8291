// Node, Bun and Deno: settings as the argument, the result as the last line.
import { runHere } from './guest.mjs';

try {
  const result = await runHere(JSON.parse(process.argv[2]), (what) => console.log(`> ${what}`));
  console.log(JSON.stringify(result));
} catch (error) {
  console.log(JSON.stringify({ error: `${error}\n${error.stack}` }));
}
