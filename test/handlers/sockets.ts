// Real servers on the loopback and clients that can misbehave, for the tests of the handlers.
import { once } from 'node:events';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';

export type NodeRequest = http.IncomingMessage | http2.Http2ServerRequest;
export type NodeResponse = http.ServerResponse | http2.Http2ServerResponse;
type Listener = (request: NodeRequest, response: NodeResponse) => unknown;

/** A promise that a test settles when it likes. */
export function deferred<T>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

export interface Served {
  readonly port: number;
  /** Connections that came, in order. */
  readonly sockets: readonly Socket[];
}

/** A server until the end of the test. */
export async function serve(protocol: 'http' | 'http2', listener: Listener): Promise<Served> {
  const server =
    protocol === 'http'
      ? http.createServer((request, response) => void listener(request, response))
      : http2.createServer((request, response) => void listener(request, response));
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

export interface Sent {
  readonly method?: string;
  /** What follows the path. */
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream is sent without Content-Length. */
  readonly body?: string | Uint8Array | Readable | null;
}

export interface Received {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export function pathOf({ query = {} }: Sent): string {
  return `/callback?${new URLSearchParams(query)}`;
}

/** A request by Node's own client of the protocol, on a connection of its own, and what came back. */
export function send(protocol: 'http' | 'http2', port: number, sent: Sent): Promise<Received> {
  return protocol === 'http' ? sendHttp(port, sent) : sendHttp2(port, sent);
}

async function sendHttp(port: number, sent: Sent): Promise<Received> {
  const { method = 'POST', headers, body } = sent;
  const options = { host: '127.0.0.1', port, method, path: pathOf(sent), headers: headers ?? {}, agent: false };
  const request = http.request(options);
  request.on('error', () => undefined); // a server that stops reading closes the connection under a client that sends
  if (body instanceof Readable) body.pipe(request);
  else request.end(body ?? undefined);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return { status: response.statusCode as number, headers: response.headers, body: await textOf(response) };
}

async function sendHttp2(port: number, sent: Sent): Promise<Received> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  session.on('error', () => undefined); // what ends the session ends the stream
  try {
    const { method = 'POST', headers, body } = sent;
    const length: Record<string, string> =
      body instanceof Readable || !body ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const fields = { ':method': method, ':path': pathOf(sent), ...length, ...headers };
    const stream = session.request(fields, { endStream: body === undefined || body === null });
    const chunks: Buffer[] = [];
    let received: http2.IncomingHttpHeaders | undefined;
    stream.on('response', (response) => {
      received = response;
    });
    stream.on('data', (chunk) => chunks.push(chunk));
    if (body instanceof Readable) body.pipe(stream);
    else stream.end(body ?? undefined);
    await Promise.race([once(stream, 'end'), once(stream, 'close')]);
    if (received === undefined) throw new Error('closed before the response');
    return {
      status: Number(received[':status']),
      headers: received as http.IncomingHttpHeaders,
      body: Buffer.concat(chunks).toString(),
    };
  } finally {
    session.destroy();
  }
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** A connection on which a test writes what it likes, and reads response after response. */
export class RawClient {
  readonly socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #isOver = false;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.socket.emit('more');
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.#isOver = true;
      this.socket.emit('more');
    });
    onTestFinished(() => void this.socket.destroy());
  }

  write(text: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => this.socket.write(text, () => resolve()));
  }

  /** All bytes that came until `pattern` is found in them, taken off. */
  async #until(pattern: string): Promise<string> {
    for (;;) {
      const at = this.#received.indexOf(pattern);
      if (at >= 0) return this.#take(at + pattern.length).toString('latin1');
      await this.#more(pattern);
    }
  }

  #take(length: number): Buffer {
    const taken = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return taken;
  }

  async #more(what: string): Promise<void> {
    if (this.#isOver)
      throw new Error(`closed before ${JSON.stringify(what)}, after ${JSON.stringify(`${this.#received}`)}`);
    await once(this.socket, 'more');
  }

  /** The next response, read by its Content-Length: one that is chunked fails. */
  async response(): Promise<Received & { readonly version: string }> {
    const [first = '', ...lines] = (await this.#until('\r\n\r\n')).trimEnd().split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => line.split(': ')).map(([name, value]) => [name?.toLowerCase(), value]),
    );
    const [version = '', status] = first.split(' ');
    if (status === '100') return { version, status: 100, headers, body: '' };
    const length = Number(headers['content-length']);
    if (!(length >= 0)) throw new Error(`no Content-Length: ${lines.join(', ')}`);
    while (this.#received.length < length) await this.#more('the body');
    return { version, status: Number(status), headers, body: this.#take(length).toString() };
  }

  /** What is left when the server has closed the connection. */
  async rest(): Promise<string> {
    while (!this.#isOver) await once(this.socket, 'more');
    return this.#received.toString();
  }
}

/** The head of a request in HTTP/1, by hand. */
export function head(sent: Sent, more: Readonly<Record<string, string>> = {}, version: string = '1.1'): string {
  const headers = { Host: '127.0.0.1', ...sent.headers, ...more };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${sent.method ?? 'POST'} ${pathOf(sent)} HTTP/${version}\r\n${lines.join('')}\r\n`;
}

/** The same, with the whole body. */
export function request(sent: Sent, more: Readonly<Record<string, string>> = {}, version: string = '1.1'): Buffer {
  const body = Buffer.from((sent.body ?? '') as string);
  return Buffer.concat([Buffer.from(head(sent, { 'Content-Length': `${body.length}`, ...more }, version)), body]);
}

/** A frame of HTTP/2 by hand (RFC 9113 section 4.1). */
function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const start = Buffer.alloc(9);
  start.writeUIntBE(payload.length, 0, 3);
  start.writeUInt8(type, 3);
  start.writeUInt8(flags, 4);
  start.writeUInt32BE(stream, 5);
  return Buffer.concat([start, payload]);
}

/** Seven bits a byte, the lowest first (RFC 7541 section 5.1). */
function varint(value: number): number[] {
  return value < 128 ? [value] : [128 | (value & 127), ...varint(value >> 7)];
}

/** A literal header without indexing (RFC 7541 section 6.2.2). */
function literal(name: string, value: string): Buffer {
  const length = (bytes: Buffer) => (bytes.length < 127 ? [bytes.length] : [127, ...varint(bytes.length - 127)]);
  const text = (bytes: Buffer) => Buffer.concat([Buffer.from(length(bytes)), bytes]);
  return Buffer.concat([Buffer.from([0]), text(Buffer.from(name)), text(Buffer.from(value))]);
}

/**
 * What opens a connection of HTTP/2 and a POST whose body does not end, and what resets it. Node's own client cannot do
 * this: it ends a stream before it resets it.
 */
export function http2Frames(path: string, body: string, resetCode: number): { open: Buffer; reset: Buffer } {
  const fields = { ':method': 'POST', ':scheme': 'http', ':authority': 'a', ':path': path };
  const header = Buffer.concat(Object.entries(fields).map(([name, value]) => literal(name, value)));
  const code = Buffer.alloc(4);
  code.writeUInt32BE(resetCode);
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  const settings = frame(4, 0, 0, Buffer.alloc(0));
  return {
    open: Buffer.concat([preface, settings, frame(1, 4, 1, header), frame(0, 0, 1, Buffer.from(body))]),
    reset: frame(3, 0, 1, code),
  };
}
