// Parameters and headers as proxies, frameworks and people leave them.
import { ask } from '../runtime.ts';
import type { Case } from './attempt.ts';
import type { Clue } from './findings.ts';
import { hasKey, PLATFORMS } from './platforms.ts';
import { type Repair, repairRequest } from './repair.ts';
import { viewOf } from './view.ts';

type Pair = readonly [name: string, value: unknown];

export function parameterRepairs(tried: Case): readonly Repair[] {
  const view = viewOf(tried);
  const found: Repair[] = [];
  const change = (clue: Clue, map: (pair: Pair) => readonly Pair[]): void => {
    const query = view.parameters.flatMap(map);
    const isOther =
      query.length !== view.parameters.length || query.some((pair, at) => !isSame(pair, view.parameters[at]));
    if (isOther) found.push(repairRequest('parameter', clue, { url: undefined, query }));
  };
  const text =
    (how: (value: string) => string | undefined) =>
    ([name, value]: Pair) =>
      [[name, typeof value === 'string' ? (how(value) ?? value) : value]] as const;
  change(
    mangled('how.space'),
    text((value) => value.replaceAll(' ', '+')),
  );
  change(
    mangled('how.encoded'),
    text((value) => ask(() => decodeURIComponent(value))),
  );
  change(mangled('how.entity'), withoutEntities);
  change(NUMBER, ([name, value]) => [[name, typeof value === 'number' ? String(value) : value]]);
  const { headers } = tried.request;
  if (Array.isArray(headers) && headers.some(([, value]) => typeof value === 'number')) {
    const asText = headers.map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]);
    found.push(repairRequest('parameter', NUMBER, { headers: asText }));
  }
  // WeChat alone sends two different signatures; without this word its message counts as plain.
  if (
    tried.platform === 'wechat' &&
    hasKey(PLATFORMS.wechat, tried.options) &&
    view.parameter('signature') &&
    !view.parameter('encrypt_type')
  ) {
    const query = [...view.parameters, ['encrypt_type', 'aes']];
    found.push(repairRequest('parameter', MISSING_TYPE, { url: undefined, query }));
  }
  return found;
}

const mangled = (how: string): Clue => ({ text: 'parameter-mangled', details: { how } });

const NUMBER: Clue = { text: 'parameter-mangled.number' };
const MISSING_TYPE: Clue = { text: 'parameter-missing', details: { name: 'encrypt_type' } };

function isSame([name, value]: Pair, other: Pair | undefined): boolean {
  return name === other?.[0] && value === other[1];
}

/** `&times` in HTML is ×, and `&amp;` is how HTML writes `&`. */
function withoutEntities([name, value]: Pair): readonly Pair[] {
  const own = name.replace(/^amp;/, '');
  const [before, after] = typeof value === 'string' ? value.split('×tamp=') : [];
  return after === undefined ? [[own, value]] : [[own, before], ['timestamp', after]]; // biome-ignore format: one pair each
}
