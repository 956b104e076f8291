// Part of `npm run test:proofs`: sends blind requests of each form of the attack on the unsigned challenge to the built
// package, which must refuse them all alike, and the same requests to the rule of 0.1.0, which must fall.
//
//   node test/internal/unsigned-challenge/blind.mjs [requests of each form, default 500,000] [--seed number]
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createFeishuCodec } from '../../../dist/index.js';
import { importBundle } from '../../fuzz/bundle.mjs';

/** A block that is legal by luck comes in one of about 2^18 requests: none among so many is a defect of the attack. */
const MAX_CONTROL = 2 ** 23;

const { FEISHU, blindly, makeForms, oldRule, send } = await importBundle(
  "export * from './test/internal/unsigned-challenge/attacks.ts'; export { FEISHU } from './test/fuzz/reference.ts'",
);
Error.stackTraceLimit = 0;

function attack(form, count, seed) {
  const { decode } = createFeishuCodec(
    form.verificationToken === undefined ? { encryptKey: FEISHU.encryptKey } : FEISHU,
  );
  let refusal;
  try {
    decode({ body: '{"encrypt":""}' });
  } catch (error) {
    refusal = error;
  }
  const outcome = send(blindly(form, count, seed), decode, refusal, form.secret);
  let control = 0;
  for (const request of blindly(form, MAX_CONTROL, seed)) {
    control++;
    if (oldRule(request, form.verificationToken)?.includes(form.secret))
      return { name: form.name, ...outcome, control };
  }
  return { name: form.name, ...outcome, control: undefined };
}

function work({ count, seed, turn, turns }) {
  for (const [index, form] of makeForms().entries()) {
    if (index % turns === turn) parentPort.postMessage(attack(form, count, seed));
  }
}

function report({ name, requests, refusedAlike, accepted, shown, control }) {
  const isSafe = refusedAlike === requests && accepted === 0 && shown === 0;
  const fell = control === undefined ? 'DOES NOT FALL' : `falls at ${control.toLocaleString('en').padStart(9)}`;
  console.log(
    `${isSafe ? 'ok    ' : 'FAILED'} ${refusedAlike.toLocaleString('en').padStart(9)} of ${requests.toLocaleString('en')} ` +
      `refused alike, ${accepted} accepted, ${shown} showed the event; the old rule ${fell}: ${name}`,
  );
  return isSafe && control !== undefined;
}

async function run() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: 'string', default: '2' } },
  });
  const [count, seed] = [Number(positionals[0] ?? 500_000), Number(values.seed)];
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed))
    throw new Error('requests and seed are numbers');
  const start = performance.now();
  const turns = 2;
  let sound = 0;
  const workers = Array.from({ length: turns }, (_, turn) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { count, seed, turn, turns } });
    worker.on('message', (outcome) => {
      if (report(outcome)) sound++;
    });
    return new Promise((resolve, reject) => worker.on('error', reject).on('exit', resolve));
  });
  await Promise.all(workers);
  const forms = makeForms().length;
  console.log(
    `${forms - sound} of ${forms} forms failed, ${(count * forms).toLocaleString('en')} requests, seed ${seed}, ` +
      `${((performance.now() - start) / 1000).toFixed(0)} s, Node ${process.versions.node}`,
  );
  process.exitCode = sound === forms ? 0 : 1;
}

if (isMainThread) await run();
else work(workerData);
