// Requests over sockets of their own, with no header but those that are given, Host, Connection and Content-Length.
import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

const LIMIT = 10_000;
/** Of a body that is over every limit. */
const FIRST_PART = 65_536;
const IS_TOO_LONG = 1_048_576;

/** Percent-encoded as in RFC 3986: `URLSearchParams` would send a space as a plus sign. */
export const pathOf = (path, query) => {
  const pairs = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
};

function open(port, path, { method, headers, query, body }) {
  const length = method === 'GET' ? {} : { 'Content-Length': Buffer.byteLength(body) };
  return request({
    host: '127.0.0.1',
    port,
    method,
    path: pathOf(path, query),
    headers: { ...headers, ...length },
    agent: false,
    timeout: LIMIT,
  });
}

/** What came back; `status` says what happened instead where nothing did. */
export function send(port, path, push) {
  return new Promise((resolve) => {
    const outgoing = open(port, path, push);
    outgoing.on('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('close', () => {
        const { statusCode: status, headers } = response;
        outgoing.destroy(); // it may have more to send
        resolve({ status, headers, text: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(resolve({ status: 'hangs', headers: {}, text: '' })));
    outgoing.on('error', ({ code }) => resolve({ status: code, headers: {}, text: '' }));
    writeBody(outgoing, push.body ?? '');
  });
}

/** A server that refuses what is too long answers before its end, and closes under a client that goes on writing. */
async function writeBody(outgoing, body) {
  const bytes = Buffer.from(body);
  if (bytes.length <= IS_TOO_LONG) return outgoing.end(bytes);
  const answered = new Promise((resolve) => outgoing.once('response', () => resolve(true)));
  outgoing.write(bytes.subarray(0, FIRST_PART));
  if (!(await Promise.race([answered, wait(500, false)]))) outgoing.end(bytes.subarray(FIRST_PART));
}

/** Sends a request but for its last half, and is gone. */
export function abort(port, path, push) {
  return new Promise((resolve) => {
    const outgoing = open(port, path, push);
    outgoing.on('error', () => undefined);
    outgoing.on('close', resolve);
    outgoing.write(push.body.slice(0, push.body.length / 2), () => setTimeout(() => outgoing.destroy(), 50));
  });
}
