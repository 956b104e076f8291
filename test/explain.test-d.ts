// The types of callback-codec/explain, through `npm run check`.
import { type Diagnosis, explainFeishu, explainTrtc, type FindingId } from '../src/explain.ts';
import type { CallbackErrorCode } from '../src/index.ts';

// Whatever the caller has, however wrong.
const diagnosis: Diagnosis = explainFeishu({ encryptKey: undefined, token: 5 }, { body: { parsed: true } });
explainTrtc(undefined, null, { language: undefined });
explainTrtc('', 5, { language: 'zh' });
// @ts-expect-error there is no such language
explainTrtc({}, {}, { language: 'fr' });
// @ts-expect-error options and a request
explainTrtc({});

const { accepted, code, findings } = diagnosis;
export const known: readonly [boolean, CallbackErrorCode | undefined, string] = [accepted, code, diagnosis.toString()];
// @ts-expect-error findings are not to be changed
findings.push();

export function remedyOf(id: FindingId): string | undefined {
  // @ts-expect-error there is no such finding
  if (id === 'weather') return undefined;
  const finding = findings.find((finding) => finding.id === id);
  const certainty: 'proven' | 'likely' | undefined = finding?.certainty;
  return certainty && finding?.remedy;
}
