#!/usr/bin/env node
// The command `callback-codec`. What it does is in internal/cli/run.ts; here it meets the process.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { run } from './internal/cli/run.ts';

const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});

// Whoever has read enough, as `head` does, closes the pipe: the command goes on, and ends with the code that it has.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const writeTo = (stream: NodeJS.WriteStream) => (text: string) => {
  stream.write(text);
};

process.exitCode = await run(process.argv.slice(2), process.env, {
  input: process.stdin,
  out: writeTo(process.stdout),
  err: writeTo(process.stderr),
  version: () => JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version,
  stopped,
});
