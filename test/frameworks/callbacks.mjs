// Sends a running example the 13 requests of every platform, and compares what comes back and what it logs.
import { setTimeout as wait } from 'node:timers/promises';
import { outcomeOf, PLATFORMS, requestsOf } from './requests.mjs';
import { abort, send } from './wire.mjs';

/** One line for each thing that is wrong; none for a right one. `check(what, problem)` counts. */
export async function checkExample(server, { mount, ownPages, isChunked }, what, check) {
  for (const platform of Object.keys(PLATFORMS)) {
    const before = server.output.length;
    const expectedEvents = [];
    for (const [name, push] of Object.entries(requestsOf(platform))) {
      const outcome = outcomeOf(platform, name);
      const path = `${mount}/${platform}`;
      if (name === 'aborted') await abort(server.port, path, push);
      // What broke off must not have been an event, so that the one after it has another name.
      const next = name === 'aborted' ? requestsOf(platform).event : push;
      const response = await send(server.port, path, next);
      const problem =
        typeof outcome === 'number'
          ? refusalProblem(outcome, response, ownPages.includes(name))
          : answerProblem(platform, outcome, response, isChunked);
      check(`${what}, ${platform}, ${name}`, problem);
      if (outcome === 'event') expectedEvents.push(TYPES[name] ?? `t-${name}`);
    }
    const expected = expectedEvents.join(' ');
    const seen = await eventsOf(server, platform, before, expected);
    check(`${what}, ${platform}, the events that it was given`, seen === expected ? '' : `${seen}, not ${expected}`);
  }
}

const TYPES = { 'over 100 kB': 't-large', aborted: 't-event' };

/** What `onEvent` has logged: the last line may still be on its way. */
async function eventsOf(server, platform, before, expected) {
  const line = new RegExp(`\\b${platform} (t-\\w+)`, 'g');
  let seen = '';
  for (const end = Date.now() + 2000; seen !== expected && Date.now() < end; await wait(20)) {
    seen = [...server.output.slice(before).matchAll(line)].map(([, type]) => type).join(' ');
  }
  return seen;
}

/** What is wrong with a refusal; nothing is the empty text. */
function refusalProblem(expected, { status, text }, isOwnPage) {
  if (status !== expected) return `${status}, not ${expected}${text && `: ${text.slice(0, 200)}`}`;
  return text === '' || isOwnPage ? '' : `${status} with a body: ${text.slice(0, 200)}`;
}

/** The same of an answer. */
function answerProblem(platform, outcome, { status, headers, text }, isChunked) {
  if (status !== 200) return `${status}, not 200${text && `: ${text.slice(0, 200)}`}`;
  const { verified, answered, read } = PLATFORMS[platform];
  const [type, answer] = outcome === 'verified' ? verified : answered;
  if (headers['content-type'] !== type) return `Content-Type ${headers['content-type']}, not ${type}`;
  if (headers['x-content-type-options'] !== 'nosniff') return 'no X-Content-Type-Options';
  const length = isChunked ? undefined : String(Buffer.byteLength(text));
  if (headers['content-length'] !== length) return `Content-Length ${headers['content-length']}, not ${length}`;
  return readAs(read, text) === answer ? '' : `answered ${text.slice(0, 200)}`;
}

function readAs(read, text) {
  try {
    return read(text);
  } catch (error) {
    return error;
  }
}
