// Attacks on the unsigned challenge, for `npm test` and `npm run test:proofs`. The attacker has captured one encrypted
// challenge and one encrypted event, knows the structure of both and sees every answer. CBC lets them put captured blocks
// together anew: all of the plaintext is then known or intact but for one random block, and the old rule took any that is
// legal in a JSON string, one of about 2^18.
import { isUtf8 } from 'node:buffer';
import { createDecipheriv, createHash } from 'node:crypto';
import { decodeUtf8, FEISHU, feishuEncrypt } from '../../fuzz/reference.ts';

export const UUID = '9dbd5ad0-c6b8-4a8a-8e8f-0b8f6c5d4e3f';
/** What every event holds and no answer may. */
export const SECRET = 'hunter2';
/** What a new IV makes of the first block of a splice. */
export const FIRST = '{"challenge":"aa';

export interface Form {
  readonly name: string;
  /** That of the codec to be attacked. */
  readonly verificationToken: string | undefined;
  /** What of the event the challenge shows where the attack succeeds. */
  readonly secret: string;
  /** Which block of a request, counted from the IV as 0, decrypts to something random. */
  readonly randomAt: number;
  /** One blind request, in memory that the next one takes over. */
  readonly request: (index: number, seed: number) => Buffer;
}

interface Captured {
  /** The IV, then the encrypted blocks. */
  readonly sealed: readonly Buffer[];
  /** Plaintext of each of them, that of the IV empty. */
  readonly plain: readonly Buffer[];
}

const KEY = createHash('sha256').update(FEISHU.encryptKey).digest();

/** IV and encrypted blocks of a text; another number, another IV. */
export function seal(text: string | Uint8Array, number = 0, tail?: Uint8Array): Buffer {
  const bytes = Buffer.from(text as string);
  const count = 16 - (bytes.length % 16);
  const iv = Buffer.alloc(16);
  iv.writeUInt32LE(number);
  return Buffer.concat([iv, feishuEncrypt(iv, Buffer.concat([bytes, tail ?? Buffer.alloc(count, count)]))]);
}

/**
 * The rule of 0.1.0, the control of every attack: the challenge that it answers with. As there, padding is judged last.
 */
export function oldRule(request: Uint8Array, verificationToken: string | undefined): string | undefined {
  const decipher = createDecipheriv('aes-256-cbc', KEY, request.subarray(0, 16)).setAutoPadding(false);
  const padded = decipher.update(request.subarray(16));
  const count = padded.at(-1) as number;
  const isPadded = count >= 1 && count <= 16 && padded.subarray(-count).every((byte) => byte === count);
  const text = decodeUtf8(isPadded ? padded.subarray(0, -count) : padded);
  if (text === undefined) return undefined;
  try {
    const payload = JSON.parse(text.replace(/^\ufeff/, ''));
    if (payload.type !== 'url_verification') return undefined;
    if (verificationToken !== undefined && payload.token !== verificationToken) return undefined;
    const isShort = typeof payload.challenge === 'string' && payload.challenge.length <= 1024;
    return isPadded && isShort ? payload.challenge : undefined;
  } catch {
    return undefined;
  }
}

export function xor(...blocks: readonly Uint8Array[]): Buffer {
  return Buffer.from(Array.from({ length: 16 }, (_, at) => blocks.reduce((sum, block) => sum ^ (block[at] ?? 0), 0)));
}

function blocksOf(bytes: Uint8Array): Buffer[] {
  return Array.from({ length: bytes.length / 16 }, (_, at) => Buffer.from(bytes.subarray(at * 16, at * 16 + 16)));
}

export function capture(text: string, number?: number): Captured {
  const bytes = Buffer.from(text);
  const whole = Buffer.alloc(Math.ceil((bytes.length + 1) / 16) * 16, 16 - (bytes.length % 16));
  whole.set(bytes);
  return { sealed: blocksOf(seal(text, number)), plain: [Buffer.alloc(0), ...blocksOf(whole)] };
}

export function challengeText(names: readonly string[], token = FEISHU.verificationToken): string {
  const members: Record<string, string> = { challenge: UUID, token, type: 'url_verification' };
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, members[name]])));
}

/** Number of the last block that holds nothing but a piece of the UUID, which a replay shows. */
function knownBlock({ plain }: Captured): number {
  return plain.findLastIndex((block) => block.length > 0 && UUID.includes(block.toString()));
}

/** Sixteen letters that are legal under any rule, other ones for each index. */
function writeLetters(block: Buffer, index: number, seed: number): void {
  const start = Math.imul(seed, 0x9e3779b1) + index * 2;
  for (let half = 0; half < 2; half++) {
    const bits = mix(start + half);
    for (let i = 0; i < 8; i++) block[half * 8 + i] = HEX.charCodeAt((bits >>> (i * 4)) & 15);
  }
}

const HEX = '0123456789abcdef';

/** 32 bits to 32 bits, one to one (the finalizer of MurmurHash3). */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

type Kind = Pick<Form, 'name' | 'verificationToken' | 'secret'>;

/**
 * `head`, a block that decrypts to something random, and `tail`, whose first block is known and becomes `start` and any
 * letters: the random block is what makes it so.
 */
function aroundRandom(
  kind: Kind,
  head: readonly Buffer[],
  [before, known]: [Buffer, Buffer],
  tail: readonly Buffer[],
  start = '',
): Form {
  const request = Buffer.alloc((head.length + 1 + tail.length) * 16);
  request.set(Buffer.concat([...head, Buffer.alloc(16), ...tail]));
  const chain = xor(before, known);
  const wanted = Buffer.alloc(16);
  const at = head.length * 16;
  const opening = Buffer.from(start);
  return {
    ...kind,
    randomAt: head.length,
    request(index, seed) {
      writeLetters(wanted, index, seed);
      for (let i = 0; i < opening.length; i++) wanted[i] = opening[i] as number;
      for (let i = 0; i < 16; i++) request[at + i] = (chain[i] as number) ^ (wanted[i] as number);
      return request;
    },
  };
}

interface Splice {
  /** How the event begins; `~` becomes as many letters as put what is intact on a block. */
  readonly before?: string;
  /** What the new IV makes of the block before. */
  readonly first?: string;
  /** Members of the captured challenge in their order. */
  readonly names?: readonly string[];
  /** How the block behind the random one begins. */
  readonly start?: string;
  readonly isTokenUnset?: true;
  readonly secret?: string;
}

/** An event with `intact` at the start of a block, and the numbers of the first and the last block that hold it. */
function eventAround(before: string, intact: string): { event: Captured; from: number; to: number } {
  const letters = (32 - ((before.length - 1) % 16)) % 16;
  const front = before.replace('~', 'o'.repeat(letters));
  const length = Math.ceil(intact.length / 16);
  const event = capture(`${front}${intact.padEnd(length * 16, 'x')} and so on"}}`);
  return { event, from: front.length / 16 + 1, to: front.length / 16 + length };
}

/** Blocks of an event behind a first one that a new IV has made, then the end of a captured challenge. */
function splice(name: string, intact: string, options: Splice = {}): Form {
  const { before = '{"schema":"2.0","fill":"~","event":{"text":"', first = FIRST, secret = SECRET } = options;
  const { names = ['challenge', 'token', 'type'], start, isTokenUnset } = options;
  const { event, from, to } = eventAround(before, intact);
  const challenge = capture(challengeText(names));
  const known = knownBlock(challenge);
  const iv = xor(event.sealed[from - 2] as Buffer, event.plain[from - 1] as Buffer, Buffer.from(first));
  return aroundRandom(
    { name, secret, verificationToken: isTokenUnset ? undefined : FEISHU.verificationToken },
    [iv, ...event.sealed.slice(from - 1, to + 1)],
    [challenge.sealed[known - 1] as Buffer, challenge.plain[known] as Buffer],
    challenge.sealed.slice(known),
    start,
  );
}

/** The other way round: a captured challenge that ends with its challenge, then the end of a flat event. */
function eventBehind(): Form {
  const challenge = capture(challengeText(['type', 'token', 'challenge']));
  const event = capture(`{"uuid":"${UUID}","text":"${'o'.repeat(32)}${SECRET}, and so on","ts":"1502199207.7171419"}`);
  const known = event.plain.findIndex((block) => block.toString() === 'o'.repeat(16));
  return aroundRandom(
    { name: 'the end of the event behind a challenge', secret: SECRET, verificationToken: FEISHU.verificationToken },
    challenge.sealed.slice(0, knownBlock(challenge) + 1),
    [event.sealed[known - 1] as Buffer, event.plain[known] as Buffer],
    event.sealed.slice(known),
  );
}

/**
 * No block of the attacker's own: each of many captured events is joined to each of many captured challenges. Its
 * attacker even knows which pair to send.
 */
function pairs(): Form {
  const event = Buffer.from(`{"schema":"2.0","text":"${'o'.repeat(24)}${SECRET}, and so on"}`);
  const heads = Array.from({ length: 1024 }, (_, number) => {
    const sealed = seal(event, number);
    const iv = xor(sealed.subarray(32), event.subarray(32), Buffer.from(FIRST));
    return Buffer.concat([iv, sealed.subarray(48, 80)]);
  });
  const challenge = challengeText(['challenge', 'token', 'type']);
  const tails = Array.from({ length: 4096 }, (_, number) => seal(challenge, number).subarray(48));
  const [head, tail] = [heads[0] as Buffer, tails[0] as Buffer];
  const request = Buffer.alloc(head.length + tail.length);
  return {
    name: 'an event and a challenge of many, joined',
    secret: SECRET,
    verificationToken: FEISHU.verificationToken,
    randomAt: head.length / 16,
    request(index, seed) {
      const pair = Math.imul(index, 0x9e3779b1) + seed;
      request.set(heads[pair & 1023] as Buffer);
      request.set(tails[(pair >>> 10) & 4095] as Buffer, head.length);
      return request;
    },
  };
}

const HEX_ID = '5e3702a84e847582be8db7fb73283c02';
const TOKEN_FIRST = ['token', 'challenge', 'type'];

/** Each attack that there is against the old rule. */
export function makeForms(): readonly Form[] {
  return [
    splice('in the challenge', `${SECRET} is the word`),
    splice('in the challenge, type before token', `the word is ${SECRET}`, { names: ['challenge', 'type', 'token'] }),
    splice('in the challenge, letters of a UUID', HEX_ID.slice(0, 16), { secret: HEX_ID.slice(0, 16) }),
    splice('in another member', `${SECRET} is the word","chat_id":"oc_`),
    splice('in a repeated token', `${SECRET} is the word","token":"v-tok`),
    splice('in a repeated type', `${SECRET} is the word","type":"event_`),
    splice('in a challenge that is the second', `first","challenge":"${SECRET} is`),
    splice('in another member, the token being of the event', `${SECRET}","token":"v-token","ts":"15`, {
      names: TOKEN_FIRST,
    }),
    splice('in the token where none is configured', `${SECRET} is the word","token":"r`, {
      names: TOKEN_FIRST,
      isTokenUnset: true,
    }),
    splice('in such a token, behind letters of a UUID', `${HEX_ID}","token":"r`, {
      names: TOKEN_FIRST,
      isTokenUnset: true,
      secret: HEX_ID,
    }),
    splice('behind escapes', `${SECRET}\\n\\u5bc6\\u7801\\"\\\\`),
    splice('behind white space', `${SECRET}" ,\n\t"chat_id" : "oc_`, { first: '{ "challenge": "' }),
    splice('behind a BOM', `"${SECRET} is the word`, { before: '{"fill":"~","text":', first: '\ufeff{"challenge":' }),
    splice('behind nested members', `${SECRET}","sender":{"ids":["ou_1",{"a":null}]},"chat_id":"oc_`),
    splice('in nested members, which known letters close', `${SECRET} is the word","sender":{"id":"ou_`, {
      start: '"},"x":"',
    }),
    splice('behind numbers', `${SECRET}","count":-1.5e3,"ok":true,"chat_id":"oc_`),
    splice('in the name of a member', `${SECRET} is the word","name`, { start: '":"' }),
    eventBehind(),
    pairs(),
  ];
}

/** Index of the first request whose random block is legal under the old rule, found with the key at hand. */
export function findLegal(form: Form, seed: number, limit = 2 ** 23): number {
  const count = 2 ** 15;
  const [sent, before] = [new Uint32Array(count * 4), new Uint32Array(count * 4)];
  const words = new Uint32Array(form.request(0, seed).buffer);
  const at = form.randomAt * 4;
  for (let start = 0; start < limit; start += count) {
    for (let i = 0; i < count; i++) {
      form.request(start + i, seed);
      for (let word = 0; word < 4; word++) {
        sent[i * 4 + word] = words[at + word] as number;
        before[i * 4 + word] = words[at + word - 4] as number;
      }
    }
    const decipher = createDecipheriv('aes-256-ecb', KEY, null).setAutoPadding(false);
    const plain = decipher.update(new Uint8Array(sent.buffer));
    const chain = new Uint8Array(before.buffer);
    for (let i = 0; i < count; i++) if (isLegal(plain, chain, i * 16)) return start + i;
  }
  throw new Error(`no block is legal among ${limit} of: ${form.name}`);
}

/** Whether a block, once the chain is XORed to it, can stand in a JSON string. */
function isLegal(plain: Uint8Array, before: Uint8Array, at: number): boolean {
  for (let i = at; i < at + 16; i++) {
    const byte = (plain[i] as number) ^ (before[i] as number);
    if (byte < 0x20 || byte === 0x22 || byte === 0x5c) return false;
    plain[i] = byte;
  }
  return isUtf8(plain.subarray(at, at + 16));
}

export type Decode = (request: { body: string }) => object;

export function bodyOf(sealed: Uint8Array): string {
  return `{"encrypt":"${Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length).toString('base64')}"}`;
}

/** Whether nobody could tell two refusals apart; the stack, which is of the caller's own frames, aside. */
export function isSame(one: Error, other: Error): boolean {
  const [keys, otherKeys] = [Reflect.ownKeys(one), Reflect.ownKeys(other)];
  return (
    Object.getPrototypeOf(one) === Object.getPrototypeOf(other) &&
    keys.length === otherKeys.length &&
    keys.every((key) => key === 'stack' || Reflect.get(one, key) === Reflect.get(other, key))
  );
}

export interface Outcome {
  requests: number;
  refusedAlike: number;
  refusedOtherwise: number;
  accepted: number;
  /** Accepted, and `secret` is in the answer. */
  shown: number;
}

/** Sends requests, each of which should be refused like the others. */
export function send(requests: Iterable<Buffer>, decode: Decode, refusal: Error, secret: string): Outcome {
  const outcome = { requests: 0, refusedAlike: 0, refusedOtherwise: 0, accepted: 0, shown: 0 };
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // taking stacks would take longer than all the rest
  for (const request of requests) {
    outcome.requests++;
    try {
      const message = decode({ body: bodyOf(request) });
      outcome.accepted++;
      if (JSON.stringify(message).includes(secret)) outcome.shown++;
    } catch (error) {
      if (isSame(error as Error, refusal)) outcome.refusedAlike++;
      else outcome.refusedOtherwise++;
    }
  }
  Error.stackTraceLimit = stackTraceLimit;
  return outcome;
}

/** Requests of one form, chosen without the key. */
export function* blindly(form: Form, count: number, seed: number): Generator<Buffer> {
  for (let index = 0; index < count; index++) yield form.request(index, seed);
}
