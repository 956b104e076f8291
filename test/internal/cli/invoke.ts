// The command in this process, with what it says.
import type { Environment } from '../../../src/internal/cli/platforms.ts';
import { run } from '../../../src/internal/cli/run.ts';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly ended: Promise<Ended>;
  /** What was printed so far. */
  readonly printed: { out: string; err: string };
  stop(): void;
}

export function start(
  args: readonly string[],
  environment: Environment = {},
  input: string | Uint8Array = '',
): Running {
  const printed = { out: '', err: '' };
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(input as Uint8Array);
  }
  const io = {
    input: chunks(),
    out: (text: string) => {
      printed.out += text;
    },
    err: (text: string) => {
      printed.err += text;
    },
    version: () => '1.2.3',
    stopped,
  };
  const ended = run(args, environment, io).then((code) => ({ code, ...printed }));
  return { ended, printed, stop };
}

export function invoke(
  args: readonly string[],
  environment?: Environment,
  input?: string | Uint8Array,
): Promise<Ended> {
  return start(args, environment, input).ended;
}
