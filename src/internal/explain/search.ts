// The search for causes: repairs are tried with the real codec, one by one and then in pairs, and what gets it further is a
// cause. What cannot be repaired is told by what there is to see.

import { utf8Length } from '../encoding/portable.ts';
import { ask } from '../runtime.ts';
import { attempt, type Case, type Maker, type Outcome, STAGES } from './attempt.ts';
import { bodyRepairs } from './body-repairs.ts';
import { clockClue, isPrintableId, nowOf, ownerClue, sent, sentTime, sentToken } from './evidence.ts';
import { type Clue, type Diagnosis, type Verdict, writeDiagnosis } from './findings.ts';
import { cleanings, swaps } from './option-repairs.ts';
import { otherCodecs } from './other-codec.ts';
import { parameterRepairs } from './parameter-repairs.ts';
import { HEADER_NAMES, hasKey, optionNames, PLATFORMS } from './platforms.ts';
import { type Repair, repairOptions } from './repair.ts';
import { copyOptions, copyRequest } from './snapshot.ts';
import { bodyFacts, optionFacts, suspicions } from './suspicions.ts';
import type { Language, PlatformName } from './texts.ts';
import { encryptOf, rawBody, viewOf } from './view.ts';

const DEFAULT_LIMIT = 1_048_576;

/** Pairs are tried for bodies up to this length: each of them hashes the body again. */
const LONGEST_OF_PAIRS = 65_536;

/**
 * Causes that follow each other are found one after another, so many at most. One case has at most about 100 repairs, 70 of
 * them of a body each of whose bytes is signed, and 600 pairs, so that no explanation takes more than 3,000 tries, each
 * linear in the length of the body. A usual one takes fewer than a hundred.
 */
const MOST_ROUNDS = 4;

export function diagnose(platform: PlatformName, options: unknown, request: unknown, explain: unknown): Diagnosis {
  const language: Language = ask(() => (explain as { language?: unknown }).language) === 'zh' ? 'zh' : 'en';
  const start: Case = {
    platform,
    options: copyOptions(options, optionNames(PLATFORMS[platform])),
    request: copyRequest(request, HEADER_NAMES),
  };
  const outcome = attempt(start);
  const accepted = outcome.stage === STAGES.accepted;
  const verdicts = accepted ? replays(start) : isTooLong(start, outcome) ? [] : search(start, outcome);
  return writeDiagnosis(platform, language, { accepted, code: outcome.code }, verdicts);
}

function limitOf({ options }: Case): number {
  const { maxBodyBytes } = options;
  return typeof maxBodyBytes === 'number' && maxBodyBytes >= 1 ? maxBodyBytes : DEFAULT_LIMIT;
}

/** In bytes; beyond the limit it is enough that it is. */
function lengthOf(raw: string | Uint8Array, limit: number): number {
  return typeof raw === 'string' && raw.length <= limit ? utf8Length(raw) : raw.length;
}

/** A body over the limit is not processed here either. */
function isTooLong(tried: Case, { code }: Outcome): boolean {
  return code === 'ERR_TOO_LARGE' || lengthOf(rawBody(tried.request.body) ?? '', limitOf(tried)) > limitOf(tried);
}

/** A note on what was accepted: nothing would keep an old copy out. */
function replays(start: Case): readonly Verdict[] {
  const time = sentTime(start);
  const now = nowOf(start.options);
  const seconds = time === undefined ? 0 : Math.round((now - time) / 1000);
  if (!(seconds > 300)) return [];
  // Ten years later it would be accepted still, if no window is on.
  const later = attempt({ ...start, options: { ...start.options, now: () => now + 3.2e11 } });
  return later.stage === STAGES.accepted
    ? [{ clue: { text: 'replayed', details: { seconds: String(seconds) } }, certainty: 'likely' }]
    : [];
}

interface Step {
  readonly repairs: readonly Repair[];
  readonly tried: Case;
  readonly outcome: Outcome;
}

function search(start: Case, first: Outcome): readonly Verdict[] {
  const clues: Clue[] = [];
  let step: Step = { repairs: [], tried: start, outcome: first };
  for (let round = 0; round < MOST_ROUNDS && step.tried.platform === start.platform; round++) {
    const next = nextStep(step);
    if (next === undefined) break;
    clues.push(...next.repairs.map(({ clue }) => clue));
    step = next;
  }
  const isVerified = step.outcome.stage >= STAGES.timestamp;
  const repaired = clues.map((clue): Verdict => ({ clue, certainty: isVerified ? 'proven' : 'likely' }));
  const others = step.tried.platform === start.platform ? suspicions(step.tried, step.outcome) : [];
  return [...bodyFacts(start), ...optionFacts(step.tried, step.outcome), ...repaired, ...others];
}

/** The repair, or else the pair of them, with which the codec gets furthest. */
function nextStep(step: Step): Step | undefined {
  if (step.outcome.stage === STAGES.accepted) return undefined;
  const repairs = repairsOf(step);
  const single = furthest(
    step,
    repairs.map((repair) => [repair]),
  );
  if (single !== undefined) return single;
  const { raw } = viewOf(step.tried);
  if (raw !== undefined && raw.length > LONGEST_OF_PAIRS) return undefined;
  return furthest(step, pairsOf(repairs)) ?? furthest(step, [repairs.filter(({ kind }) => kind === 'clean')]);
}

function furthest(from: Step, candidates: readonly (readonly Repair[])[]): Step | undefined {
  const maker: Maker = {};
  let best: Step | undefined;
  for (const repairs of candidates) {
    const tried = repairs.reduce((tried, repair) => repair.apply(tried), from.tried);
    const outcome = attempt(tried, maker);
    if (outcome.stage > (best ?? from).outcome.stage && isCredible(repairs, outcome))
      best = { repairs, tried, outcome };
    if (outcome.stage === STAGES.accepted) break;
  }
  return best;
}

/** A body that can now be read is one step; whatever touches secrets and parameters has to verify. */
function isCredible(repairs: readonly Repair[], { stage }: Outcome): boolean {
  return stage >= STAGES.timestamp || repairs.every(({ kind }) => kind === 'clean' || kind === 'body');
}

function pairsOf(repairs: readonly Repair[]): readonly (readonly Repair[])[] {
  const pairs: (readonly Repair[])[] = [];
  for (const [index, one] of repairs.entries()) {
    if (one.kind === 'codec') continue;
    for (const other of repairs.slice(index + 1)) {
      if (other.kind === 'codec' || (one.kind === other.kind && one.kind !== 'clean')) continue;
      pairs.push([one, other]);
    }
  }
  return pairs;
}

/** Cause first: of two that get equally far, the one in front is told. */
function repairsOf({ tried, outcome }: Step): readonly Repair[] {
  if (outcome.stage >= STAGES.timestamp) {
    const unread = outcome.stage === STAGES.content ? bodyRepairs(tried, limitOf(tried)) : [];
    return [...cleanings(tried), ...swaps(tried), ...lateRepairs(tried, outcome), ...unread];
  }
  return [
    ...cleanings(tried),
    ...swaps(tried),
    ...parameterRepairs(tried),
    ...bodyRepairs(tried, limitOf(tried)),
    ...(outcome.stage === STAGES.config ? [] : modeRepairs(tried)),
    ...tokenRepairs(tried),
    ...otherCodecs(tried),
    ...clockOptionRepairs(tried),
  ];
}

/** Options for another mode of the platform than that of the request. */
function modeRepairs(tried: Case): readonly Repair[] {
  const { platform, options } = tried;
  const repairs: Repair[] = [];
  const view = viewOf(tried);
  const isPlain = encryptOf(view) === undefined || (platform === 'wechat' && !view.parameter('msg_signature'));
  if (hasKey(PLATFORMS[platform], options) && isPlain) {
    if (platform === 'feishu') repairs.push(without('encryption-off', 'encryptKey'));
    if (platform === 'wechat') repairs.push(without('encryption-off.compatible', 'encodingAesKey', 'appId'));
  }
  if (options.acceptChallenge === false) {
    const clue: Clue = { text: 'signature-missing.challenge' };
    repairs.push(repairOptions('mode', clue, (options) => ({ ...options, acceptChallenge: true })));
  }
  return repairs;
}

/** The window that is on without a key would be another refusal. */
function without(text: 'encryption-off' | 'encryption-off.compatible', ...names: readonly string[]): Repair {
  return repairOptions('mode', { text, details: { name: names[0] as string } }, (options) => ({
    ...Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name))),
    toleranceSeconds: options.toleranceSeconds ?? Infinity,
  }));
}

/** The token of the message in place of the configured one. */
function tokenRepairs(tried: Case): readonly Repair[] {
  const token = tried.options.verificationToken ? sentToken(tried) : undefined;
  if (token === undefined) return [];
  const clue: Clue = { text: 'verification-token-wrong' };
  return [repairOptions('mode', clue, (options) => ({ ...options, verificationToken: token }))];
}

/** A clock or a window that no codec can be made with. */
function clockOptionRepairs({ options }: Case): readonly Repair[] {
  const isClock = options.now === undefined || !Number.isNaN(nowOf(options));
  if (isClock) return [];
  return [repairOptions('mode', { text: 'clock.now' }, (options) => ({ ...options, now: undefined }))];
}

/** Repairs of what was refused behind a signature that holds. */
function lateRepairs(tried: Case, { code, receivedOwner }: Outcome): readonly Repair[] {
  const { platform, options } = tried;
  const set = (clue: Clue, changes: object) => repairOptions('mode', clue, (options) => ({ ...options, ...changes }));
  switch (code) {
    case 'ERR_TIMESTAMP': {
      const now = nowOf(options);
      const time = sentTime(tried);
      if (time === undefined) return [set({ text: 'clock.digits' }, { toleranceSeconds: Infinity })];
      const inSeconds = now < 1e11 ? [set({ text: 'clock.now' }, { now: () => now * 1000 })] : [];
      const off = set(clockClue(tried, time), { now: () => time });
      const isLong = PLATFORMS[platform].secondsAlone && sent(viewOf(tried), platform, 'timestamp')?.length === 13;
      return [
        ...inSeconds,
        off,
        ...(isLong ? [set({ text: 'clock.milliseconds' }, { toleranceSeconds: Infinity })] : []),
      ];
    }
    case 'ERR_OWNER': {
      const { owner } = PLATFORMS[platform];
      return [set(ownerClue(tried, receivedOwner as string), { [owner as string]: receivedOwner })];
    }
    case 'ERR_TOKEN':
      return tokenRepairs(tried);
    default:
      return 'sdkAppId' in options ? [appRepair(tried)] : [];
  }
}

/** The codec without its sdkAppId: then it was that alone. */
function appRepair(tried: Case): Repair {
  const view = viewOf(tried);
  const inUrl = tried.platform === 'tencent-chat' ? view.parameter('SdkAppid') : undefined;
  const isMissing = (inUrl ?? view.header('sdkappid')) === undefined;
  // What stands in a header is not shown.
  const id = inUrl !== undefined && /^\d{1,20}$/.test(inUrl) && isPrintableId(tried, inUrl) ? ` ${inUrl}` : '';
  const clue: Clue = isMissing ? { text: 'app-wrong.missing' } : { text: 'app-wrong', details: { id } };
  return repairOptions('mode', clue, ({ sdkAppId: _, ...options }) => options);
}
