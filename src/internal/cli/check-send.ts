// One request of `check`, and what comes back: by one connection of its own to one address, within a time, no redirect
// followed, and no more read than a platform would.
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { CallbackPush } from '../../index.ts';
import type { Fault } from './check-texts.ts';

/** Where requests go: the URL, and the address that was checked. No name is looked up again. */
export interface Target {
  readonly url: URL;
  readonly address: string;
}

/** What came back, or why nothing did. */
export interface Answer {
  readonly milliseconds: number;
  readonly status?: number;
  readonly contentType?: string;
  readonly location?: string;
  readonly body?: string;
  readonly fault?: Fault;
  /** Why no answer came: of the error, as Node names it, or `timeout`. */
  readonly code?: string;
}

/** In bytes. */
export const LONGEST_ANSWER = 65_536;

export function send(target: Target, push: CallbackPush, limit: number): Promise<Answer> {
  const start = performance.now();
  return new Promise((resolve) => {
    const request = requestFor(target, push);
    const settle = (answer: Omit<Answer, 'milliseconds'>): void => {
      clearTimeout(timer);
      request.destroy();
      resolve({ milliseconds: Math.round(performance.now() - start), ...answer });
    };
    const timer = setTimeout(() => settle({ fault: 'timeout', code: 'timeout' }), limit);
    const fail = ({ code = 'ERR' }: NodeJS.ErrnoException): void => settle({ fault: faultOf(code), code });
    // It stays, since a request that is destroyed may still report an error.
    request.on('error', fail);
    request.on('response', (response) => {
      response.on('error', fail);
      read(response, settle);
    });
    request.end(push.body ?? undefined);
  });
}

function requestFor({ url, address }: Target, { method, query, headers }: CallbackPush) {
  const isTls = url.protocol === 'https:';
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const search = [url.search.slice(1), ...pairs].filter((part) => part !== '').join('&');
  return (isTls ? requestHttps : requestHttp)({
    host: address,
    port: url.port, // none is 80 or 443
    // The certificate must be for the name, not for the address.
    servername: isIP(url.hostname) === 0 ? url.hostname : '',
    method,
    path: url.pathname + (search && `?${search}`),
    headers: { ...headers, Host: url.host, 'User-Agent': 'callback-codec check' },
    agent: false,
  });
}

function read(response: IncomingMessage, settle: (answer: Omit<Answer, 'milliseconds'>) => void): void {
  const { statusCode: status = 0, headers } = response;
  const head = { status, contentType: headers['content-type'] ?? '', location: headers.location ?? '' };
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    chunks.push(chunk);
    if (length > LONGEST_ANSWER) settle({ ...head, fault: 'too-large' });
  });
  response.on('end', () => settle({ ...head, body: Buffer.concat(chunks).toString() }));
}

const FAULTS: readonly (readonly [RegExp, Fault])[] = [
  [/^ECONNREFUSED$/, 'refused'],
  [/^(?:EHOST|ENET|ETIMEDOUT|EADDRNOTAVAIL|EACCES|EPERM)/, 'unreachable'],
  [/EXPIRED|NOT_YET_VALID/, 'certificate-expired'],
  [/ALTNAME|HOSTNAME/, 'certificate-name'],
  [/CERT|UNABLE_TO/, 'certificate-untrusted'],
  [/^(?:EPROTO$|ERR_SSL)/, 'tls'],
  [/./, 'broken'],
];

function faultOf(code: string): Fault {
  return (FAULTS.find(([codes]) => codes.test(code)) as (typeof FAULTS)[number])[1];
}
