import { readFileSync } from 'node:fs';
import { EdgeVM } from '@edge-runtime/vm';

const vm = new EdgeVM();
vm.evaluate(readFileSync(new URL('.work/bundle.js', import.meta.url), 'utf8'));
console.log(await vm.evaluate('conformance.run()'));
