// The surroundings of a command: texts, variables, and what a process is to it.

import type { Language } from '../../explain.ts';
import type { Environment } from './platforms.ts';
import type { TEXTS } from './texts.ts';

/** What the command needs of a process. */
export interface Io {
  readonly input: AsyncIterable<Uint8Array>;
  out(text: string): void;
  err(text: string): void;
  /** Of the package. */
  version(): string;
  /** Fulfilled where the process is to end. */
  readonly stopped: Promise<unknown>;
}

/** What every command is given. */
export interface Context {
  readonly environment: Environment;
  readonly language: Language;
  readonly texts: (typeof TEXTS)[Language];
  readonly json: boolean;
  readonly io: Io;
}
