// Runtimes that the encodings tell apart, by what they say of themselves; Node's built-ins stand behind each of them.
import { type Runtime, thisRuntime } from '../../../src/internal/runtime.ts';

export const node: Runtime = thisRuntime();
export const web = { TextEncoder, TextDecoder } as Runtime;

export const RUNTIMES: readonly (readonly [name: string, runtime: Runtime])[] = [
  ['Node 22', { ...node, versions: { v8: '12.4.254.21-node.33' } }],
  ['Node 24', { ...node, versions: { v8: '13.6.233.10-node.18' } }],
  ['Bun', { ...node, versions: { webkit: 'd6375c72' } }],
  ['TextEncoder and TextDecoder', web],
];
