// Part of `npm run test:timing`: reads a captured Feishu event byte by byte through the time that its refusal takes, in
// one process, so without any jitter of a network. The rule of 0.1.0, which parsed what it had decrypted, is the control
// and gives the event away; of the codec the reader must learn no more than by guessing.
//
// A block of the event is sent first, behind an IV that makes spaces of the bytes before the one to be read and, if a
// guess is right, a quote of that one: then JSON.parse reads on until the text ends, else it stops there.
import { randomBytes } from 'node:crypto';
import { importBundle } from '../fuzz/bundle.mjs';

const { bodyOf, capture, codec, oldRule, xor } = await importBundle(`
  export * from './test/internal/unsigned-challenge/attacks.ts';
  import { createFeishuCodec } from './src/feishu.ts';
  import { FEISHU } from './test/fuzz/reference.ts';
  export const codec = createFeishuCodec(FEISHU);
`);
Error.stackTraceLimit = 0; // taking a stack costs more than what is measured

/** Bytes that are read: two blocks somewhere in the text of an event of 11.6 KB. */
const BYTES = 32;
const FROM = 5;
/** The event is known to be ASCII; what is not takes another way, and would only hide the right guess. */
const GUESSES = Array.from({ length: 95 }, (_, index) => 0x20 + index);

const secret = randomBytes(5_760).toString('hex');
const event = capture(`{"schema":"2.0","event":{"message":{"message_type":"text","content":"${secret}"}}}`);

/** What is sent to find out whether byte `at` of block `block` is `guess`, those before it being known. */
function probe(block, at, guess, blocks) {
  const plain = event.plain[block];
  const wanted = Buffer.alloc(16);
  for (let i = 0; i < at; i++) wanted[i] = plain[i] ^ 0x20;
  wanted[at] = guess ^ 0x22;
  return Buffer.concat([xor(event.sealed[block - 1], wanted), ...event.sealed.slice(block, block + blocks)]);
}

/** Median time of a refusal for each guess, all of them tried in turn, each time in another order. */
function timeGuesses(refuse, requests, samples) {
  const times = requests.map(() => new Float64Array(samples));
  const order = requests.map((_, guess) => guess);
  for (let sample = 0; sample < samples; sample++) {
    for (let i = order.length - 1; i > 0; i--) {
      const other = Math.floor(Math.random() * (i + 1));
      [order[i], order[other]] = [order[other], order[i]];
    }
    for (const guess of order) {
      const start = process.hrtime.bigint();
      refuse(requests[guess]);
      times[guess][sample] = Number(process.hrtime.bigint() - start);
    }
  }
  return times.map((list) => list.sort()[samples >> 1]);
}

/**
 * In how many bytes the right guess was the one whose time lay farthest from all others', and where it stood among them by
 * that, from 0 to 1.
 */
function read(target, blocks, samples) {
  let right = 0;
  let rank = 0;
  for (let i = 0; i < BYTES; i++) {
    const [block, at] = [FROM + (i >> 4), i & 15];
    const requests = GUESSES.map((guess) => target.request(probe(block, at, guess, blocks)));
    const times = timeGuesses(target.refuse, requests, samples);
    const middle = [...times].sort((a, b) => a - b)[times.length >> 1];
    const distances = times.map((time) => Math.abs(time - middle));
    const distance = distances[GUESSES.indexOf(event.plain[block][at])];
    const nearer = distances.filter((other) => other < distance).length;
    const alike = distances.filter((other) => other === distance).length - 1;
    if (nearer === GUESSES.length - 1) right++;
    rank += (nearer + alike / 2) / (GUESSES.length - 1) / BYTES;
  }
  return { right, rank };
}

const old = {
  name: 'the rule of 0.1.0',
  request: (sealed) => sealed,
  refuse: (sealed) => oldRule(sealed, 'v-token'),
};
const now = {
  name: 'decode',
  request: (sealed) => ({ body: bodyOf(sealed) }),
  refuse(request) {
    try {
      codec.decode(request);
    } catch (error) {
      if (error.code === 'ERR_SIGNATURE') return;
      throw error;
    }
    throw new Error('a request was accepted');
  },
};

/** Without a leak the mean of the ranks is 0.5, and this many standard deviations away once in two million runs. */
const RANK_GATE = 5;
/** And so many bytes are right once in as many. */
const RIGHT_GATE = 6;

let failed = 0;
// The codec decrypts no more than 23 blocks. The last number is how many bytes the control must give away.
for (const [target, length, blocks, samples, least] of [
  [old, 'all of an event', event.sealed.length, 50, 24],
  [old, '23 blocks of it', 23, 200, 0],
  [now, 'all of an event', event.sealed.length, 200],
  [now, '23 blocks of it', 23, 200],
]) {
  const start = performance.now();
  const { right, rank } = read(target, blocks, samples);
  const z = (rank - 0.5) * Math.sqrt(12 * BYTES);
  const isGivenAway = right >= RIGHT_GATE || Math.abs(z) >= RANK_GATE;
  const isOk = target === old ? isGivenAway && right >= least : !isGivenAway;
  if (!isOk) failed++;
  console.log(
    `${isOk ? 'ok    ' : 'FAILED'} ${String(right).padStart(2)} of ${BYTES} bytes read, mean rank of the right guess ` +
      `${rank.toFixed(3)} (z ${z.toFixed(1).padStart(4)}), ${(GUESSES.length * samples).toLocaleString('en')} requests a byte, ` +
      `${((performance.now() - start) / 1000).toFixed(0)} s: ${target.name}, ${length}`,
  );
}
console.log(`${failed} failed, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`);
process.exitCode = failed > 0 ? 1 : 0;
