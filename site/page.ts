// The page: what is pasted is read and explained as the command does it, by the same files, and nothing leaves it. Whatever
// comes from outside is set as text, never as markup.

import type { Language } from '../src/explain.ts';
import type { CallbackMessage, CallbackRequest } from '../src/index.ts';
import { type Platform, platforms, readOptions } from '../src/internal/cli/platforms.ts';
import { parseRequest } from '../src/internal/cli/request.ts';
import { describe } from '../src/internal/cli/terminal.ts';
import { UsageError } from '../src/internal/cli/texts.ts';
import { toCurl } from './curl.ts';
import { SAMPLES, type Sample } from './samples.ts';
import { type Step, stepsOf } from './steps.ts';
import { CHINESE, TEXTS } from './texts.ts';

/** In characters. An explanation may try thousands of repairs, each over the whole body, while the page stands still. */
const LONGEST = 131_072;

/** Typing is over after so many milliseconds without a key. */
const PAUSE = 300;

/** What is no secret, and can be read over a shoulder. */
const IDS: readonly string[] = ['ownerKey', 'receiveId', 'appId', 'sdkAppId'];

const byId = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const select = byId<HTMLSelectElement>('platform');
const secrets = byId('secrets');
const request = byId<HTMLTextAreaElement>('request');
const payload = byId<HTMLTextAreaElement>('payload');
const curl = byId<HTMLTextAreaElement>('curl');
const show = byId('show');

let language: Language = navigator.language.startsWith('zh') ? 'zh' : 'en';
let isShown = false;
/** What was pasted, as it was: a text area turns CRLF into LF, and bodies are signed. */
let pasted = '';

/** What is written in the file itself, in English. */
const places = [...document.querySelectorAll<HTMLElement>('[data-text]')].map(
  (place) => [place, place.textContent] as const,
);
const texts = () => TEXTS[language];
const platform = (): Platform => platforms[select.value] as Platform;
const sample = (): Sample => SAMPLES[select.value] as Sample;
const inputs = () => [...secrets.querySelectorAll('input')];

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}

/** The secrets' fields of the platform, with what was filled in where the names are the same. */
function drawSecrets(): void {
  const values = new Map(inputs().map(({ id, value }) => [id, value]));
  const fields = platform().variables.flatMap(({ option, is, isList }) => {
    const hints = [
      is === 'optional' ? texts().optional : '',
      is === 'may be empty' ? texts().mayBeEmpty : '',
      isList ? texts().list : '',
    ].filter((hint) => hint !== '');
    const label = element('label', '', `${texts().options[option]}${hints.length > 0 ? ` (${hints.join('; ')})` : ''}`);
    const input = element('input', '');
    input.id = `secret-${option}`;
    label.htmlFor = input.id;
    input.value = values.get(input.id) ?? '';
    input.type = isShown || IDS.includes(option) ? 'text' : 'password';
    input.autocomplete = 'off';
    input.autocapitalize = 'off';
    input.spellcheck = false;
    return [label, input];
  });
  secrets.replaceChildren(...fields);
}

function drawTexts(): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const [place, english] of places) {
    place.textContent = language === 'zh' ? (CHINESE[place.dataset.text as string] as string) : english;
  }
  for (const button of document.querySelectorAll<HTMLElement>('#languages button')) {
    button.ariaPressed = String(button.lang === document.documentElement.lang);
  }
  for (const option of select.options) option.textContent = texts().platforms[option.value] as string;
  drawShow();
  drawSecrets();
}

function drawShow(): void {
  show.textContent = isShown ? texts().hide : texts().show;
  show.ariaPressed = String(isShown);
}

/** What the fields say, read as the command reads its variables; `missing` are labels. */
function given(): { readonly options: Readonly<Record<string, unknown>>; readonly missing: readonly string[] } {
  const { variables } = platform();
  const values = variables.map(({ option, variable }) => [variable, byId<HTMLInputElement>(`secret-${option}`).value]);
  const { options, missing } = readOptions(platform(), Object.fromEntries(values));
  const names = variables.filter(({ variable }) => missing.includes(variable));
  return { options: { ...options }, missing: names.map(({ option }) => texts().options[option] as string) };
}

/** The request, or what to say of it. */
function read(text: string): CallbackRequest | string {
  const whole = pasted.replace(/\r\n?/g, '\n') === text ? pasted : text;
  if (whole.length > LONGEST) return texts().tooLong;
  try {
    return parseRequest(new TextEncoder().encode(whole), (path) => {
      throw new UsageError(`@${path}`);
    });
  } catch (error) {
    const { message } = error as Error;
    return message === '' ? texts().noRequest : `${message} ${texts().curlOption}`;
  }
}

function explain(): void {
  clear();
  const { options, missing } = given();
  if (request.value.trim() === '') say(texts().empty);
  else if (missing.length > 0) say(`${texts().fillIn}: ${missing.join(', ')}`);
  else {
    const parsed = read(request.value);
    if (typeof parsed === 'string') say(parsed, 'wrong');
    else explainRequest(options, parsed);
  }
}

function explainRequest(options: Readonly<Record<string, unknown>>, request: CallbackRequest): void {
  const { create, explain } = platform();
  const { accepted, code, findings } = explain(options, request, { language });
  const { steps, message } = stepsOf({ platform: select.value, create, options, request });
  const head = accepted ? texts().accepted : `${texts().refused}${code === undefined ? '' : ` (${code})`}`;
  say(head, accepted ? 'right' : 'wrong', findings[0]?.cause);
  drawSteps(steps);
  drawFindings(accepted, findings);
  if (message !== undefined) drawMessage(message);
}

function clear(): void {
  byId('steps').replaceChildren();
  byId('findings').replaceChildren();
  byId('findings-part').hidden = true;
  byId('message-part').hidden = true;
}

/** `more` is heard alone: it stands below, where eyes find it. */
function say(text: string, className = '', more?: string): void {
  const status = byId('status');
  const unseen = more === undefined ? [] : [element('span', 'unseen', `: ${more}`)];
  status.className = className;
  status.replaceChildren(text, ...unseen);
}

const MARKS = { right: '✓', wrong: '✗', unreached: '·', unchecked: '–' } as const;

function drawSteps(steps: readonly Step[]): void {
  const items = steps.map(({ name, state }) => {
    const [title, what] = texts().steps[name];
    const mark = element('span', '', MARKS[state]);
    mark.ariaHidden = 'true';
    const item = element(
      'li',
      '',
      mark,
      element('span', '', title, element('small', '', what)),
      element('span', '', texts().states[state]),
    );
    item.dataset.step = name;
    item.dataset.state = state;
    for (const part of [mark, item.lastElementChild as Element]) part.className = state;
    return item;
  });
  byId('steps').replaceChildren(...items);
}

function drawFindings(accepted: boolean, findings: ReturnType<Platform['explain']>['findings']): void {
  byId('findings-part').hidden = accepted && findings.length === 0;
  const items = findings.map(({ id, certainty, cause, remedy }) => {
    const item = element(
      'li',
      '',
      element('p', '', `${id} (${texts().certainty[certainty]})`),
      element('p', 'cause', cause),
      element('p', 'remedy', remedy),
    );
    Object.assign(item.dataset, { id, certainty });
    return item;
  });
  byId('findings').replaceChildren(...(items.length > 0 ? items : [element('li', '', texts().unknown)]));
}

function drawMessage(message: CallbackMessage): void {
  byId('message').textContent = describe(message);
  byId('message-part').hidden = false;
}

/** JSON where it is an object; everything else goes as it stands. */
function payloadOf(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : text;
  } catch {
    return text;
  }
}

function sign(): void {
  const { options, missing } = given();
  const url = byId<HTMLInputElement>('url').value.trim();
  curl.value = '';
  if (missing.length > 0) tell(`${texts().fillIn}: ${missing.join(', ')}`);
  else if (payload.value.length > LONGEST) tell(texts().tooLong);
  else if (!/^https?:\/\/./.test(url)) tell(texts().noUrl);
  else {
    try {
      curl.value = toCurl(platform().create(options).encode(payloadOf(payload.value)), url);
      tell(texts().made);
    } catch (error) {
      tell(`${texts().noPayload}: ${(error as Error).message}`);
    }
  }
}

function tell(text: string): void {
  byId('made').textContent = text;
}

async function copy(): Promise<void> {
  try {
    await navigator.clipboard.writeText(curl.value);
    tell(texts().copied);
  } catch {
    // A page from a file, or without the permission.
    curl.focus();
    curl.select();
    tell(document.execCommand('copy') ? texts().copied : texts().selected);
  }
}

function take(): void {
  pasted = '';
  request.value = curl.value;
  explain();
}

function fill(content: object | undefined): void {
  payload.value = JSON.stringify(content, null, 2);
  curl.value = '';
  tell('');
}

function example(): void {
  for (const [option, value] of Object.entries(sample().secrets))
    byId<HTMLInputElement>(`secret-${option}`).value = value;
  fill(sample().event);
  sign();
  take();
}

function choose(): void {
  drawSecrets();
  fill(sample().event);
  byId('verification').hidden = sample().verification === undefined;
  explain();
}

let timer: ReturnType<typeof setTimeout> | undefined;
function afterPause(): void {
  clearTimeout(timer);
  timer = setTimeout(explain, PAUSE);
}

function onClick(id: string, action: () => unknown): void {
  byId(id).addEventListener('click', action);
}

select.append(...Object.keys(platforms).map((name) => new Option(name, name)));
select.addEventListener('change', choose);
secrets.addEventListener('input', afterPause);
request.addEventListener('input', afterPause);
request.addEventListener('paste', ({ clipboardData }) => {
  pasted = clipboardData?.getData('text/plain') ?? '';
});
onClick('show', () => {
  isShown = !isShown;
  drawShow();
  drawSecrets();
});
onClick('example', example);
onClick('event', () => fill(sample().event));
onClick('verification', () => fill(sample().verification));
onClick('sign', sign);
onClick('copy', copy);
onClick('take', take);
for (const button of document.querySelectorAll<HTMLElement>('#languages button')) {
  button.addEventListener('click', () => {
    language = button.lang === 'en' ? 'en' : 'zh';
    drawTexts();
    explain();
  });
}
drawTexts();
choose();
