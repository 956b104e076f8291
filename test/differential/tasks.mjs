// Random inputs, and what a peer is asked. A task is one line, `name =base64 =base64 …`; the answer is one line, `=base64`
// of the bytes or `!` and the name of an error. The first line that a peer prints says what it is.
import { spawnSync } from 'node:child_process';

/** Numbers from a seed (mulberry32), so that a failure can be had again. */
export function makeRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const below = (limit) => next() % limit;
  const pick = (list) => list[below(list.length)];
  const bytes = (length) => Buffer.from(Array.from({ length }, () => below(256)));
  const string = (length, characters) => Array.from({ length }, () => pick(characters)).join('');
  return {
    below,
    pick,
    bytes,
    /** Mostly short, so that every length of the last block is met; some of a few kilobytes. */
    text: () => string(below(20) === 0 ? below(5_000) : below(100), pick(ALPHABETS)),
    /** Any secret or name but an empty one, and one with a line break at an end, which was read from a file. */
    name: (longest = 32) => string(1 + below(longest), pick(ALPHABETS)).replace(/^\n|\n$/g, 'n'),
    alphanumeric: (length) => string(length, ALPHANUMERICS),
    /** 43 characters; the two spare bits of the last one are as random as the rest. */
    encodingAesKey: () => string(43, below(4) === 0 ? [...ALPHANUMERICS, '+', '/'] : ALPHANUMERICS),
  };
}

const ALPHANUMERICS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'];
const CHINESE = [...'飞书钉钉腾讯云即时通信回调事件加密解密，。「」𠮷𡃁'];
const EMOJI = ['😀', '👩‍👩‍👧', '🇨🇳', '👍🏽', '❤️'];
const EDGES = [
  '\0',
  '\ufeff',
  '\ufffd',
  '\uffff',
  '\u{10ffff}',
  '\x7f',
  '\x80',
  '\u07ff',
  '\u0800',
  '\u2028',
  '\n',
  '"',
  '\\',
  '%',
];
const ALPHABETS = [
  ALPHANUMERICS,
  CHINESE,
  EMOJI,
  EDGES,
  [...ALPHANUMERICS, ...CHINESE, ...EMOJI, ...EDGES],
  ['a', 'é', '你', '😀'],
];

/** What is said where what is needed is not there: a module of Python, Java's compiler, the program behind a shim. */
const LACKS = /No module named|jdk\.compiler|command not found|Unable to locate a Java Runtime/;

/** Answers of a program to tasks, one process for all; why there are none, where it is not on this machine. */
export function askProgram([command, ...args], tasks) {
  const field = (value) => `=${Buffer.from(value).toString('base64')}`;
  const { stdout, stderr, error } = spawnSync(command, args, {
    input: tasks.map(({ name, fields }) => `${[name, ...fields.map(field)].join(' ')}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const [version, ...answers] = stdout?.split(/\r?\n/) ?? [];
  if (!version) {
    const reason = error?.code ?? stderr.trim().split('\n').pop();
    if (reason === 'ENOENT' || LACKS.test(stderr)) return { missing: reason };
    throw new Error(`${command} ended before it answered: ${reason}`);
  }
  return {
    version,
    answers: tasks.map((_, index) => {
      const answer = answers[index] ?? '!no answer';
      return answer.startsWith('=') ? Buffer.from(answer.slice(1), 'base64') : answer;
    }),
  };
}
