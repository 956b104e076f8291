// The conformance suite: what the package promises, checked on whatever engine runs this. It is synchronous, needs nothing
// beyond the ECMAScript standard library and prints nothing; test/runtimes/ runs it on the packed files in every engine,
// conformance.test.ts on the sources.
import { base64Verdicts, roundTrips, stringsAndBytes, utf8Verdicts } from './bytes.ts';
import { errorCodes, exportedNames, inputsUntouched, programmersMistakes, randomness, requests } from './contract.ts';
import { dingTalkFlows } from './dingtalk.ts';
import { engineBehaviour, pathsAgree } from './engines.ts';
import { feishuFlows, unsignedChallenges } from './feishu.ts';
import { tencentChatFlows } from './tencent-chat.ts';
import { type Host, type Lib, outcome, refusal, type Section, short, show } from './tools.ts';
import { nistVectors, platformVectors, wrongPadding } from './vectors.ts';

export const SECTIONS: readonly (readonly [name: string, section: Section])[] = [
  ['exports', exportedNames],
  ['platform vectors', platformVectors],
  ['NIST', nistVectors],
  ['padding', wrongPadding],
  ['engines', engineBehaviour],
  ['paths', pathsAgree],
  ['Feishu', feishuFlows],
  ['unsigned challenge', unsignedChallenges],
  ['DingTalk', dingTalkFlows],
  ['Tencent Chat', tencentChatFlows],
  ['error codes', errorCodes],
  ["programmer's mistakes", programmersMistakes],
  ['randomness', randomness],
  ['requests', requests],
  ['inputs', inputsUntouched],
  ['round trips', roundTrips],
  ['strings and bytes', stringsAndBytes],
  ['base64', base64Verdicts],
  ['UTF-8', utf8Verdicts],
];

/**
 * Runs every section on `lib`, the namespace of the package with the exports of all its subpaths; or only the sections
 * that are named.
 */
export function runConformance(
  lib: Lib,
  host: Host,
  only?: readonly string[],
): { passed: number; failed: number; failures: string[] } {
  let passed = 0;
  const failures: string[] = [];
  for (const [sectionName, section] of SECTIONS) {
    if (only !== undefined && !only.includes(sectionName)) continue;
    const check = (name: string, condition: () => boolean, details: () => string = () => ''): void => {
      let result: unknown;
      try {
        result = condition();
      } catch (error) {
        result = refusal(lib, error);
      }
      if (result === true) passed++;
      else failures.push(`${sectionName}: ${name}: ${details() || String(result)}`);
    };
    const compare = (name: string, actual: () => unknown, expected: string): void => {
      let got = '';
      check(
        name,
        () => {
          got = outcome(lib, actual);
          return got === expected;
        },
        () => `${short(got)}, not ${short(expected)}`,
      );
    };
    try {
      section({
        lib,
        host,
        check: (name, condition) => check(name, condition),
        equal: (name, actual, expected) => compare(name, actual, `gave ${show(expected)}`),
        refuses: (name, attempt, code) => compare(name, attempt, code),
      });
    } catch (error) {
      failures.push(`${sectionName}: stopped: ${refusal(lib, error)}`);
    }
  }
  return { passed, failed: failures.length, failures };
}
