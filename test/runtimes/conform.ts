import { defaultEngine } from '../conformance/engines.ts';
import { runConformance } from '../conformance/suite.ts';

type Lib = Parameters<typeof runConformance>[0];
type Host = Parameters<typeof runConformance>[1];

/** The suite's outcome, and which AES engines ran, as the text that every runner prints and run.mjs reads. */
export function conform(lib: unknown, host: Host = {}, kernel?: object): string {
  const { kind } = (lib as Lib).createSimdAesCbc(kernel); // the first call decides for all
  const { passed, failed, failures } = runConformance(lib as Lib, host);
  return [
    ...failures.map((name) => `failed: ${name}`),
    `AES: ${defaultEngine(lib as Lib)} by default, simd is ${kind}`,
    `${passed} passed, ${failed} failed`,
  ].join('\n');
}
