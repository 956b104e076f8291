// A hypothesis: a small repair of the options or the request, and what it proves if the codec then gets further.
import type { Case } from './attempt.ts';
import type { Clue } from './findings.ts';
import type { Options, Snapshot } from './snapshot.ts';

export interface Repair {
  /** Two of one kind are not tried together, except `clean`. */
  readonly kind: 'clean' | 'swap' | 'body' | 'parameter' | 'mode' | 'codec';
  readonly clue: Clue;
  apply(tried: Case): Case;
}

export function repairOptions(kind: Repair['kind'], clue: Clue, change: (options: Options) => Options): Repair {
  return { kind, clue, apply: (tried) => ({ ...tried, options: change(tried.options) }) };
}

export function repairRequest(kind: Repair['kind'], clue: Clue, changes: Snapshot): Repair {
  return { kind, clue, apply: (tried) => ({ ...tried, request: { ...tried.request, ...changes } }) };
}
