// The conformance suite: what the package promises, checked on whatever engine runs this. It needs nothing beyond the
// ECMAScript standard library and prints nothing; test/runtimes/ runs it on the packed files in every engine,
// conformance.test.ts on the sources. All of it is synchronous but for the handlers, which are for hosts with a Request.
import { oneShape } from './all-codecs.ts';
import { severalCodecs } from './any-of.ts';
import { base64Verdicts, roundTrips, stringsAndBytes, utf8Verdicts } from './bytes.ts';
import { errorCodes, exportedNames, inputsUntouched, programmersMistakes, randomness, requests } from './contract.ts';
import { dingTalkFlows, dingTalkReplies } from './dingtalk.ts';
import { engineBehaviour, pathsAgree } from './engines.ts';
import { explanations } from './explain.ts';
import { feishuFlows, unsignedChallenges } from './feishu.ts';
import { fetchHandlers, hasFetch } from './handlers.ts';
import { feishuCardFlows, signedTimes, trtcFlows } from './hashed.ts';
import { tencentChatFlows } from './tencent-chat.ts';
import { type Context, type Host, type Lib, outcome, refusal, type Section, short, show } from './tools.ts';
import { nistVectors, platformVectors, wrongPadding } from './vectors.ts';
import { weChatFlows } from './wechat.ts';
import { weComFlows } from './wecom.ts';
import { xmlVerdicts } from './xml.ts';

export const SECTIONS: readonly (readonly [name: string, section: Section])[] = [
  ['exports', exportedNames],
  ['one shape', oneShape],
  ['platform vectors', platformVectors],
  ['NIST', nistVectors],
  ['padding', wrongPadding],
  ['engines', engineBehaviour],
  ['paths', pathsAgree],
  ['Feishu', feishuFlows],
  ['unsigned challenge', unsignedChallenges],
  ['DingTalk', dingTalkFlows],
  ['DingTalk replies', dingTalkReplies],
  ['XML', xmlVerdicts],
  ['WeCom', weComFlows],
  ['WeChat', weChatFlows],
  ['Tencent Chat', tencentChatFlows],
  ['Feishu card', feishuCardFlows],
  ['signed times', signedTimes],
  ['TRTC', trtcFlows],
  ['any of', severalCodecs],
  ['explanations', explanations],
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

export interface Outcome {
  passed: number;
  failed: number;
  failures: string[];
}

/**
 * Runs every section on `lib`, the namespace of the package with the exports of all its subpaths; or only the sections
 * that are named.
 */
export function runConformance(lib: Lib, host: Host, only?: readonly string[]): Outcome {
  const outcome = { passed: 0, failed: 0, failures: [] };
  for (const [name, section] of SECTIONS) {
    if (only !== undefined && !only.includes(name)) continue;
    try {
      section(contextOf(lib, host, name, outcome));
    } catch (error) {
      fail(outcome, name, `stopped: ${refusal(lib, error)}`);
    }
  }
  return outcome;
}

export { hasFetch };

/** The one section that has to wait; where {@link hasFetch} says no, there is nothing to run. */
export async function runHandlers(lib: Lib): Promise<Outcome> {
  const outcome = { passed: 0, failed: 0, failures: [] };
  try {
    await fetchHandlers(contextOf(lib, {}, 'handlers', outcome));
  } catch (error) {
    fail(outcome, 'handlers', `stopped: ${refusal(lib, error)}`);
  }
  return outcome;
}

function fail(outcome: Outcome, section: string, what: string): void {
  outcome.failed++;
  outcome.failures.push(`${section}: ${what}`);
}

/** What a section is given; what its checks find is counted in `total`. */
function contextOf(lib: Lib, host: Host, section: string, total: Outcome): Context {
  const check = (name: string, condition: () => boolean, details: () => string = () => ''): void => {
    let result: unknown;
    try {
      result = condition();
    } catch (error) {
      result = refusal(lib, error);
    }
    if (result === true) total.passed++;
    else fail(total, section, `${name}: ${details() || String(result)}`);
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
  return {
    lib,
    host,
    check: (name, condition) => check(name, condition),
    equal: (name, actual, expected) => compare(name, actual, `gave ${show(expected)}`),
    refuses: (name, attempt, code) => compare(name, attempt, code),
  };
}
