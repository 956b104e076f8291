// Proves over the instructions of a WebAssembly module that nothing read from memory, where keys and
// texts are, decides an address, a branch, a shift count, the choice of a shuffle or the time of a
// division. What is derived from such a value is followed through locals, globals and calls, until
// nothing new is found. An instruction that is not known here is an error, not a pass.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import binaryen from 'binaryen';

// The operands (by position) that must be public; all other operands only pass their secret on.
const PUBLIC_OPERANDS = [
  [/^(i32|i64|v128)\.load(\d+(x\d+)?)?(_[su]|_splat|_zero)?$/, [0]],
  [/^(i32|i64|v128)\.store\d*$/, [0]],
  [/^(i32|i64)\.(shl|shr_[su]|rot[lr])$/, [1]],
  [/^i(8x16|16x8|32x4|64x2)\.(shl|shr_[su])$/, [1]],
  [/^i8x16\.swizzle$/, [1]],
  [/^(i32|i64)\.(div|rem)_[su]$/, [0, 1]],
  [/^(br_if|br_table|if)$/, [0]],
  [/^select$/, [2]],
  [/^memory\.(fill)$/, [0, 2]],
  [/^memory\.(copy)$/, [0, 1, 2]],
  [/^call_indirect$/, [0, 1, 2, 3, 4, 5, 6, 7]],
];
const HARMLESS = [
  /^(i32|i64|v128)\.const$/,
  /^(i32|i64)\.(add|sub|mul|and|or|xor|eqz?|ne|[lg][te]_[su]|wrap_i64|extend\w+)$/,
  /^v128\.(and|or|xor|not|andnot|bitselect)$/,
  /^i32x4\.add$/,
  /^i(8x16|16x8|32x4|64x2)\.(splat|shuffle|extract_lane(_[su])?|replace_lane)$/,
  /^(block|loop|then|else|drop|nop|br|return|unreachable)$/,
];

/** What leaks in a module, as lines of text; empty when nothing does. */
export function findLeaks(wasm) {
  const module = binaryen.readBinary(wasm);
  module.runPasses(['ssa-nomerge']); // the compiler shares locals between unrelated values: part them again
  const fields = parse(module.emitText())[0].slice(1);
  module.dispose();

  const functions = new Map(fields.filter(([kind]) => kind === 'func').map((f) => [f[1], f.slice(2)]));
  const secrets = new Set(); // 'function $local', 'global $name', 'result $function'
  let leaks;
  let known;
  do {
    known = secrets.size;
    leaks = new Set();
    for (const [name, parts] of functions) {
      const body = parts.filter(
        (part) => Array.isArray(part) && !['param', 'result', 'local', 'export', 'type'].includes(part[0]),
      );
      if (body.map((part) => visit(part, name)).some(Boolean)) secrets.add(`result ${name}`);
    }
  } while (secrets.size > known);
  return [...leaks];

  /** Whether the value of an expression may be secret. */
  function visit(expression, name) {
    const [op, ...rest] = expression;
    const operands = rest.filter((part) => Array.isArray(part) && part[0] !== 'result' && part[0] !== 'type');
    const secret = operands.map((operand) => visit(operand, name));
    const any = secret.includes(true);
    const learn = (key) => {
      if (any) secrets.add(key);
      return secrets.has(key);
    };

    if (op === 'local.get') return secrets.has(`${name} ${rest[0]}`);
    if (op === 'local.set') return learn(`${name} ${rest[0]}`) && false;
    if (op === 'local.tee') return learn(`${name} ${rest[0]}`);
    if (op === 'global.get') return secrets.has(`global ${rest[0]}`);
    if (op === 'global.set') return learn(`global ${rest[0]}`) && false;
    if (op === 'call') {
      const parameters = functions.get(rest[0])?.filter((part) => part[0] === 'param');
      if (!parameters) throw new Error(`call of an import: ${rest[0]}`);
      for (const [i, parameter] of parameters.entries()) {
        if (secret[i]) secrets.add(`${rest[0]} ${parameter[1]}`);
      }
      return secrets.has(`result ${rest[0]}`);
    }
    if (op === 'return' && any) secrets.add(`result ${name}`);

    const rule = PUBLIC_OPERANDS.find(([pattern]) => pattern.test(op));
    if (!rule && !HARMLESS.some((pattern) => pattern.test(op))) throw new Error(`unknown instruction: ${op}`);
    for (const i of rule?.[1] ?? []) {
      if (secret[i]) leaks.add(`${name}: operand ${i} of ${op} depends on memory`);
    }
    if (op.startsWith('br') && operands.length > (op === 'br' ? 0 : 1)) throw new Error(`${op} with a value`);
    return any || /\.load/.test(op);
  }
}

/** S-expressions as nested arrays. Names and strings lose nothing that matters here. */
function parse(text) {
  const stack = [[]];
  for (const [token] of text.matchAll(/\(;.*?;\)|;;[^\n]*|"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+/gs)) {
    if (token.startsWith('(;') || token.startsWith(';;')) continue;
    if (token === '(') stack.push([]);
    else if (token === ')') {
      const list = stack.pop();
      stack.at(-1).push(list);
    } else stack.at(-1).push(token);
  }
  return stack[0];
}

// Each of these leaks in one way and must be found.
const LEAKY = {
  'table lookup': '(drop (i32.load8_u (i32.load8_u (i32.const 0))))',
  'address after arithmetic, in a local':
    '(local.set $x (i32.xor (i32.load (i32.const 0)) (local.get $p))) (i32.store (i32.add (local.get $p) (local.get $x)) (i32.const 0))',
  'address in the second turn of a loop':
    '(loop $l (drop (i32.load (local.get $x))) (local.set $x (i32.load (i32.const 0))) (br_if $l (local.get $p)))',
  'address by way of a vector': '(drop (i32.load (i32x4.extract_lane 0 (v128.load (i32.const 0)))))',
  'address by way of a global': '(global.set $g (i32.load (i32.const 0))) (drop (i32.load (global.get $g)))',
  'address in a called function': '(drop (call $read (i32.load (i32.const 0))))',
  'address from a called function': '(drop (i32.load (call $read (i32.const 0))))',
  'address by way of an addition of vectors':
    '(drop (i32.load (i32x4.extract_lane 0 (i32x4.add (v128.load (i32.const 0)) (i32x4.splat (i32.const 1))))))',
  branch: '(if (i32.load (i32.const 0)) (then (return)))',
  'loop condition': '(loop $l (br_if $l (i32.load (i32.const 0))))',
  select: '(drop (select (i32.const 1) (i32.const 2) (i32.load (i32.const 0))))',
  'shift count': '(drop (i32.rotl (i32.const 5) (i32.load (i32.const 0))))',
  'count of a rotation to the right': '(drop (i32.rotr (i32.const 5) (i32.load (i32.const 0))))',
  'vector shift count by way of a word':
    '(drop (i32x4.shr_u (v128.const i32x4 1 2 3 4) (i32.xor (i32.load (i32.const 0)) (local.get $p))))',
  'vector shift count': '(drop (i8x16.shl (v128.load (i32.const 0)) (i32.load (i32.const 0))))',
  'shuffle by data': '(drop (i8x16.swizzle (v128.load (i32.const 0)) (v128.load (i32.const 16))))',
  division: '(drop (i32.div_u (i32.load (i32.const 0)) (i32.const 3)))',
  'length of a fill': '(memory.fill (i32.const 0) (i32.const 0) (i32.load (i32.const 0)))',
};
const HONEST = '(i32.store (local.get $p) (i32.xor (i32.rotl (i32.load (local.get $p)) (local.get $p)) (i32.const 7)))';

function assemble(body) {
  const module = binaryen.parseText(`(module (memory 1) (global $g (mut i32) (i32.const 0))
    (func $read (param $q i32) (result i32) (i32.load (local.get $q)))
    (func (export "f") (param $p i32) (local $x i32) ${body}))`);
  module.setFeatures(binaryen.Features.All);
  const wasm = module.emitBinary();
  module.dispose();
  return wasm;
}

/** The kernel with a table lookup by a word of memory at the beginning of each of its functions, one at a time. */
function plantLeaks(wasm) {
  const module = binaryen.readBinary(wasm);
  const text = module.emitText();
  module.dispose();
  const heads = [...text.matchAll(/^ \(func (\S+)(?: \(.*\))?\n(?: {2}\(local .*\n)*/gm)];
  return heads.map((head) => {
    const at = head.index + head[0].length;
    const leaky = binaryen.parseText(
      `${text.slice(0, at)}(drop (i32.load (i32.load (i32.const 2048))))${text.slice(at)}`,
    );
    leaky.setFeatures(binaryen.Features.All);
    const bytes = leaky.emitBinary();
    leaky.dispose();
    return { name: head[1], bytes };
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const missed = Object.keys(LEAKY).filter((name) => findLeaks(assemble(LEAKY[name])).length === 0);
  if (missed.length > 0) throw new Error(`the check does not see: ${missed.join(', ')}`);
  if (findLeaks(assemble(HONEST)).length > 0) throw new Error('the check sees a leak where none is');

  const source = readFileSync(new URL('../../src/internal/simd/kernel.wasm.ts', import.meta.url), 'utf8');
  const wasm = Buffer.from(source.match(/'([^']+)'/)[1], 'base64');
  const planted = plantLeaks(wasm);
  const unseen = planted.filter(({ name, bytes }) => !findLeaks(bytes).some((leak) => leak.startsWith(`${name}:`)));
  if (unseen.length > 0)
    throw new Error(`the check does not see a leak in: ${unseen.map(({ name }) => name).join(', ')}`);
  if (planted.length < 20)
    throw new Error(`a leak was planted in ${planted.length} functions alone: the kernel has 20`);
  const leaks = findLeaks(wasm);
  for (const leak of leaks) console.error(leak);
  console.log(
    `${Object.keys(LEAKY).length} leaky controls found, a leak planted in each of ${planted.length} functions of the kernel found, ` +
      `leaks in the kernel: ${leaks.length}`,
  );
  process.exit(leaks.length === 0 ? 0 : 1);
}
