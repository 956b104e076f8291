// workerd, whose clock stands still while code runs: each turn is a request, timed by the host (see hosts.mjs).
import { groups } from './cases.mjs';
import { coldLoop, loop } from './harness.mjs';

// A CommonJS module in the bundle asks `require` for Node's modules; with nodejs_compat they are here.
if (globalThis.process?.getBuiltinModule) globalThis.require ??= (name) => process.getBuiltinModule(name);

/** Does nothing: what a turn of it takes is the request, the loop and, with cold caches, the touching of memory. */
const nothing = { name: 'nothing', run: () => '' };
const awaitNothing = { name: 'nothing, awaited', run: async () => '', awaits: true };

let group;
let inputs;
let contenders;

const actions = {
  async prepare({ name, bytes }) {
    // Compiling bytes is forbidden here; an imported module is what callback-codec/simd can take.
    globalThis.simdModule ??= await import('simd.wasm').then((module) => module.default).catch(() => undefined);
    const { prepare } = await import('./guest.mjs');
    group = groups.find((candidate) => candidate.name === name);
    const prepared = await prepare(group, bytes);
    inputs = prepared.inputs;
    contenders = new Map([nothing, awaitNothing, ...prepared.fit].map((contender) => [contender.name, contender]));
    return {
      fit: prepared.fit.map((contender) => ({ name: contender.name, awaits: contender.awaits })),
      wrong: prepared.wrong.map((contender) => contender.name),
      absent: prepared.absent,
    };
  },
  async turn({ name, calls }) {
    const contender = contenders.get(name);
    await (group.cold ? coldLoop(contender, inputs, calls, () => 0) : loop(contender, inputs, calls));
  },
};

export default {
  async fetch(request) {
    const { action, ...details } = await request.json();
    try {
      return Response.json({ result: await actions[action](details) });
    } catch (error) {
      return Response.json({ error: `${error}\n${error.stack}` });
    }
  },
};
