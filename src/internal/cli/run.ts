// The command line: which command, with which options, in which language, and how it ends.
import { readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import { type CallbackCodec, type CallbackMessage, type CallbackRequest, isCallbackError } from '../../index.ts';
import { check } from './check.ts';
import type { Context, Io } from './context.ts';
import { type Listener, listen } from './listen.ts';
import { type Environment, type Platform, platforms, readOptions } from './platforms.ts';
import { parseRequest } from './request.ts';
import { describe, safeJson, safeLine, writableEvent } from './terminal.ts';
import { languageOf, TEXTS, UsageError } from './texts.ts';

interface Arguments {
  readonly positionals: readonly string[];
  readonly port: string;
  readonly allowPrivate: boolean;
}

type Command = (given: Arguments, context: Context) => Promise<number>;

const commands: Readonly<Record<string, Command>> = { listen: runListen, explain: runExplain, check: runCheck };

type Options = Readonly<Record<string, unknown>>;

const OPTIONS = {
  port: { type: 'string', default: '3000' },
  'allow-private': { type: 'boolean', default: false },
  'env-file': { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
} as const;

/** The exit code: 0, 1 where something is wrong, 2 where the command was not understood. */
export async function run(args: readonly string[], environment: Environment, io: Io): Promise<number> {
  const language = languageOf(environment);
  const texts = TEXTS[language];
  try {
    const { values, positionals } = parse(args, texts);
    if (values.help) {
      io.out(texts.help);
      return 0;
    }
    if (values.version) {
      io.out(`${io.version()}\n`);
      return 0;
    }
    const [name, ...rest] = positionals;
    if (name === undefined) throw new UsageError(texts.noCommand);
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) throw new UsageError(`${name} ${texts.unknownCommand}`);
    const file = values['env-file'] === undefined ? {} : parseEnv(read(values['env-file'], texts).toString());
    const context = { environment: { ...file, ...environment }, language, texts, json: values.json, io };
    return await command({ positionals: rest, port: values.port, allowPrivate: values['allow-private'] }, context);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err(`${safeLine(error.message)}\n`);
    return 2;
  }
}

function parse(args: readonly string[], texts: Context['texts']): ReturnType<typeof parseKnown> {
  // Before anything else, so that no message repeats what should not have been there.
  const secret = args.find((arg) => /^(?:--?[\w-]*(?:token|key|secret)|\w*(?:token|key|secret)\w*=)/i.test(arg));
  if (secret !== undefined) throw new UsageError(`${secret.replace(/[^\w-].*/s, '')} ${texts.secretArgument}`);
  const unknown = args.find((arg) => /^-./.test(arg) && arg !== '-h' && !Object.hasOwn(OPTIONS, nameOf(arg).slice(2)));
  if (unknown !== undefined) throw new UsageError(`${nameOf(unknown)} ${texts.unknownOption}`);
  try {
    return parseKnown(args);
  } catch {
    throw new UsageError(texts.needsValue);
  }
}

const nameOf = (arg: string): string => arg.replace(/=.*/s, '');

const parseKnown = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });

function read(file: string, texts: Context['texts']): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`${file} ${texts.cannotRead} (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** A platform, and what its variables say. */
function platformOf(
  name: string | undefined,
  { environment, texts }: Context,
): { platform: Platform; options: Options } {
  if (name === undefined) throw new UsageError(texts.noPlatform);
  const platform = Object.hasOwn(platforms, name) ? platforms[name] : undefined;
  if (platform === undefined) {
    throw new UsageError(`${name} ${texts.unknownPlatform} ${Object.keys(platforms).join(', ')}`);
  }
  const { options, missing } = readOptions(platform, environment);
  if (missing.length > 0) throw new UsageError(`${missing.join(', ')} ${texts.notSet}`);
  return { platform, options };
}

async function runExplain({ positionals }: Arguments, context: Context): Promise<number> {
  const { language, texts, json, io } = context;
  const [name, file, ...others] = positionals;
  if (others.length > 0) throw new UsageError(texts.tooMany);
  const { platform, options } = platformOf(name, context);
  const request = requestOf(file === undefined || file === '-' ? await readAll(io.input) : read(file, texts), texts);
  const diagnosis = platform.explain(options, request, { language });
  const { accepted, code, findings } = diagnosis;
  const message = accepted ? platform.create(options).decode(request) : undefined;
  if (json) io.out(`${safeJson({ platform: name, accepted, code, findings, message: message && summary(message) })}\n`);
  else io.out(`${diagnosis}\n${message === undefined ? '' : describe(message)}`);
  return accepted ? 0 : 1;
}

function summary({ kind, type, id, event, text }: CallbackMessage): object {
  return { kind, type, id, event: writableEvent(event), text };
}

function requestOf(bytes: Uint8Array, texts: Context['texts']): CallbackRequest {
  try {
    return parseRequest(bytes, readNamed);
  } catch (error) {
    if (error instanceof UsageError) {
      throw new UsageError(error.message === '' ? texts.noRequest : `${error.message} ${texts.curlOption}`);
    }
    const { code, path } = error as NodeJS.ErrnoException; // of a file that the curl command names
    throw new UsageError(`${path} ${texts.cannotRead} (${code})`);
  }
}

/** A directory's error does not say which it is. */
function readNamed(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw Object.assign(error as Error, { path });
  }
}

async function readAll(input: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function runListen({ positionals, port }: Arguments, context: Context): Promise<number> {
  const { texts } = context;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) throw new UsageError(texts.wrongPort);
  if (positionals.length === 0) throw new UsageError(texts.noPlatform);
  const listeners: Listener[] = [];
  for (const name of positionals) {
    const { platform, options } = platformOf(name, context);
    const codec = codecOf(name, platform, options, context);
    if (codec === undefined) return 1;
    listeners.push({ name, platform, options, codec });
  }
  return listen(listeners, Number(port), context);
}

async function runCheck({ positionals, allowPrivate }: Arguments, context: Context): Promise<number> {
  const [name, url, ...others] = positionals;
  const { platform, options } = platformOf(name, context);
  if (url === undefined || others.length > 0) throw new UsageError(context.texts.oneUrl);
  if (codecOf(name as string, platform, options, context) === undefined) return 1;
  return check({ name: name as string, platform, options, url, allowPrivate }, context);
}

/** The codec; or what is wrong with the secrets, said. */
function codecOf(
  name: string,
  platform: Platform,
  options: Options,
  { io, language }: Context,
): CallbackCodec | undefined {
  try {
    return platform.create(options);
  } catch (error) {
    if (!isCallbackError(error)) throw error;
    // There is no request, of which everything else would be said.
    const { findings } = platform.explain(options, {}, { language });
    const ofSecrets = findings.filter(({ id }) => /^(?:secret|key|owner)-/.test(id));
    for (const { cause, remedy } of ofSecrets) io.err(`${name}: ${cause} ${remedy}\n`);
    return undefined;
  }
}
