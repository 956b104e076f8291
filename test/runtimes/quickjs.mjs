import { readFileSync } from 'node:fs';
import { getQuickJS } from 'quickjs-emscripten';

const vm = (await getQuickJS()).newContext();
const print = vm.newFunction('print', (text) => console.log(vm.getString(text)));
vm.setProp(vm.global, 'print', print);
vm.unwrapResult(vm.evalCode(readFileSync(new URL('.work/shell.js', import.meta.url), 'utf8')));
