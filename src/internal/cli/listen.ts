// `listen`: a server that prints each callback, verified and decrypted or why it was refused, and answers as the platform
// expects.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CallbackCodec, isCallbackError } from '../../index.ts';
import { toNodeHandler } from '../../node.ts';
import type { Context } from './context.ts';
import type { Platform } from './platforms.ts';
import { describe, safeJson, safeLine, safeLines, writableEvent } from './terminal.ts';

export interface Listener {
  readonly name: string;
  readonly platform: Platform;
  readonly options: object;
  readonly codec: CallbackCodec;
}

/** Prints one callback: as text, and as data. */
type Report = (text: string, data: object) => void;

/** Until it is stopped: exit code 0. */
export async function listen(listeners: readonly Listener[], port: number, context: Context): Promise<number> {
  const { texts, io } = context;
  const byPath = new Map(listeners.map((listener) => [`/${listener.name}`, listener]));
  const server = createServer((request, response) => {
    receive(byPath, request, response, context);
  });
  const problem = await new Promise<string | undefined>((resolve) => {
    server.on('error', (error: NodeJS.ErrnoException) => resolve(problemOf(error, texts)));
    // Of this machine alone: it decrypts what nobody has verified, and a tunnel comes from here.
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
  if (problem !== undefined) {
    io.err(`${problem}\n`);
    return 1;
  }
  const { port: actual } = server.address() as AddressInfo;
  for (const path of byPath.keys()) io.err(`http://localhost:${actual}${path}\n`);
  io.err(`${texts.listening}\n`);
  await io.stopped;
  server.close();
  server.closeAllConnections();
  return 0;
}

/** Why a server does not start, in a sentence. */
export function problemOf(error: object & { readonly code?: string | undefined }, texts: Context['texts']): string {
  if (error.code === 'EADDRINUSE') return texts.portInUse;
  if (error.code === 'EACCES') return texts.portForbidden;
  return `${texts.cannotListen}: ${safeLine(String(error.code))}`;
}

function receive(
  byPath: ReadonlyMap<string, Listener>,
  request: IncomingMessage,
  response: ServerResponse,
  { texts, language, json, io }: Context,
): void {
  const { method = '', url = '' } = request;
  const path = url.replace(/[?#].*/s, '');
  let isReported = false;
  const report: Report = (text, data) => {
    isReported = true;
    const time = new Date();
    const shown = json
      ? `${safeJson({ time: time.toISOString(), path, ...data })}\n`
      : `${time.toTimeString().slice(0, 8)} ${safeLine(`${method} ${path}`)}: ${text}\n`;
    io.out(shown);
  };
  const listener = byPath.get(path.replace(/\/$/, ''));
  if (listener === undefined) {
    response.writeHead(404).end();
    report(texts.notFound, { status: 404 });
    return;
  }
  // A probe, a wrong method: what no codec has seen.
  response.on('finish', () => {
    if (!isReported) report(`${texts.answered} ${response.statusCode}`, { status: response.statusCode });
  });
  const whenAnswered = (work: () => void) => {
    isReported = true;
    response.once('close', work);
  };
  const onRefused = ({ code }: { code: string }) => {
    if (code === 'ERR_TOO_LARGE' && !isReported) report(texts.tooLarge, { accepted: false, code, findings: [] });
  };
  const codec = watched(listener, language, report, whenAnswered);
  toNodeHandler(codec, () => undefined, { onRefused })(request, response, (error) => {
    response.writeHead(500).end();
    report(`${texts.broken}: ${safeLine(String((error as Error).message))}`, { status: 500 });
  });
}

/**
 * The codec, with a report of what it decodes; and of what it refuses when that is answered, because how long an
 * explanation takes shows what it could decrypt.
 */
function watched(
  { platform, options, codec }: Listener,
  language: Context['language'],
  report: Report,
  whenAnswered: (work: () => void) => void,
): CallbackCodec {
  return {
    ...codec,
    decode: (request) => {
      try {
        const message = codec.decode(request);
        const { kind, type, id, event } = message;
        const note = platform.explain(options, request, { language });
        report(`${describe(message)}${note.findings.length > 0 ? note : ''}`, {
          ...{ accepted: true, kind, type, id, event: writableEvent(event), findings: note.findings },
        });
        return message;
      } catch (error) {
        if (isCallbackError(error)) {
          whenAnswered(() => {
            const diagnosis = platform.explain(options, request, { language });
            report(safeLines(String(diagnosis)), { ...diagnosis });
          });
        }
        throw error;
      }
    },
  };
}
