// What runs in the page: each function is taken as text, and sees nothing but its arguments and the others of this file.

export function byId(id) {
  return document.getElementById(id);
}

/** Fills the fields in, and has the page explain them at once: its language is chosen again. */
export function explained({ platform, secrets, request }) {
  choose(platform);
  for (const input of document.querySelectorAll('#secrets input')) {
    input.value = secrets[input.id.replace('secret-', '')] ?? '';
  }
  byId('request').value = request;
  document.querySelector('#languages [aria-pressed=true]').click();
  return shown();
}

export function choose(platform) {
  byId('platform').value = platform;
  byId('platform').dispatchEvent(new Event('change'));
}

/** What the page says, as data. */
export function shown() {
  const texts = (item) => [...item.querySelectorAll('p')].map(({ textContent }) => textContent);
  return {
    status: byId('status').textContent,
    steps: [...document.querySelectorAll('#steps li')].map(({ dataset }) => [dataset.step, dataset.state]),
    findings: [...document.querySelectorAll('#findings [data-id]')].map((item) => {
      const [, cause, remedy] = texts(item);
      return { id: item.dataset.id, certainty: item.dataset.certainty, cause, remedy };
    }),
    message: byId('message-part').hidden ? null : byId('message').textContent,
  };
}

/** Everything by which a page can reach a server, and how the browser answers. */
export async function reachOut(origin) {
  const refused = [];
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => refused.push(effectiveDirective));
  const add = (tag, properties) => document.body.append(Object.assign(document.createElement(tag), properties));
  const ways = {
    fetch: (url) => fetch(url, { mode: 'no-cors' }),
    beacon: (url) => navigator.sendBeacon(url, 'x'),
    image: (url) => add('img', { src: url }),
    xhr: (url) => {
      const request = new XMLHttpRequest();
      request.open('GET', url);
      request.send();
    },
    script: (url) => add('script', { src: url }),
    style: (url) => add('link', { rel: 'stylesheet', href: url }),
    frame: (url) => add('iframe', { src: url }),
    form: (url) => {
      add('iframe', { name: 'target' });
      add('form', { action: url, method: 'post', target: 'target', id: 'sent' });
      byId('sent').submit();
    },
    socket: (url) => new WebSocket(url.replace('http', 'ws')),
    events: (url) => new EventSource(url),
    media: (url) => add('audio', { src: url, preload: 'auto' }),
    worker: (url) => new Worker(url),
  };
  for (const [name, way] of Object.entries(ways)) {
    try {
      await way(`${origin}/leak/${name}`);
    } catch {
      /* refused */
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return { ways: Object.keys(ways), refused: [...new Set(refused)].sort() };
}

/** Whether text that is put into the page as a script, or as a handler, runs. */
export function runsInline() {
  const script = document.createElement('script');
  script.textContent = 'window.ranScript = true';
  const button = document.createElement('button');
  button.setAttribute('onclick', 'window.ranHandler = true');
  document.body.append(script, button);
  button.click();
  return { script: window.ranScript === true, handler: window.ranHandler === true };
}

/** Controls that can be reached, in their order, each with the name that a screen reader says. */
export function controls(root = document) {
  const named = (control) => {
    const labels = [...(control.labels ?? [])].map(({ textContent }) => textContent).join(' ');
    const text = control.matches('button') ? control.textContent : '';
    return (control.getAttribute('aria-label') ?? (labels || text)).trim();
  };
  return [...root.querySelectorAll('input, select, textarea, button')]
    .filter((control) => control.offsetParent !== null)
    .map((control) => [control.id || control.lang, named(control)]);
}

export function outline() {
  const nameOf = (place) => byId(place.getAttribute('aria-labelledby'))?.textContent ?? '';
  return {
    lang: document.documentElement.lang,
    title: document.title,
    landmarks: [...document.querySelectorAll('body > header, main, section, body > footer')].map(
      ({ localName }) => localName,
    ),
    sections: [...document.querySelectorAll('section')].map(nameOf),
    headings: [...document.querySelectorAll('h1, h2, h3')].map(({ localName }) => Number(localName[1])),
    live: [...document.querySelectorAll('[aria-live=polite][role=status]')].map(({ id }) => id),
    described: byId('request').getAttribute('aria-describedby'),
  };
}

/** The focused control, and how its focus shows. */
export function focused() {
  const { activeElement } = document;
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(activeElement);
  const isSeen = outlineStyle === 'solid' && Number.parseFloat(outlineWidth) >= 2;
  const around = backgroundOf(activeElement === document.body ? activeElement : activeElement.parentElement);
  return { id: activeElement.id || activeElement.lang, isSeen, ratio: ratio(outlineColor, around) };
}

export function luminance(colour) {
  const [r, g, b] = colour
    .match(/[\d.]+/g)
    .slice(0, 3)
    .map((part) => Number(part) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG's contrast of two colours. */
export function ratio(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** The first colour behind it that is not transparent. */
export function backgroundOf(element) {
  const { backgroundColor } = getComputedStyle(element);
  const isNone = /^rgba\(.*, 0\)$|^transparent$/.test(backgroundColor);
  return isNone ? backgroundOf(element.parentElement) : backgroundColor;
}

/** Texts below 4.5 : 1 and edges of controls below 3 : 1; and how many were looked at. */
export function contrasts() {
  const all = [...document.querySelectorAll('body *')].filter((element) => element.offsetParent !== null);
  const isText = (element) =>
    element.matches('input, textarea, select') ||
    [...element.childNodes].some(({ nodeType, data }) => nodeType === Node.TEXT_NODE && data.trim() !== '');
  const texts = all
    .filter(isText)
    .map((element) => [element, ratio(getComputedStyle(element).color, backgroundOf(element)), 4.5]);
  const edges = all
    .filter((element) => element.matches('input, textarea, select, button'))
    .map((element) => [
      element,
      ratio(getComputedStyle(element).borderTopColor, backgroundOf(element.parentElement)),
      3,
    ]);
  const weak = [...texts, ...edges].filter(([, found, least]) => found < least);
  return {
    looked: texts.length + edges.length,
    weak: weak.map(([element, found]) => `${element.outerHTML.slice(0, 80)}: ${found.toFixed(2)}`),
    background: luminance(getComputedStyle(document.body).backgroundColor),
  };
}

/** What sticks out of the page in the frame, on its right. */
export function overflow(language, platform) {
  const { contentDocument: page, clientWidth } = document.querySelector('iframe');
  page.querySelector(`#languages [lang=${language}]`).click();
  page.getElementById('platform').value = platform;
  page.getElementById('platform').dispatchEvent(new Event('change'));
  page.getElementById('example').click();
  const { scrollWidth } = page.documentElement;
  const out = [...page.querySelectorAll('body *')].filter(
    (element) => element.getBoundingClientRect().right > clientWidth + 0.5,
  );
  return { clientWidth, scrollWidth, out: out.map(({ outerHTML }) => outerHTML.slice(0, 80)) };
}

/** What a page could keep or show of what was pasted. */
export async function kept() {
  const databases = (await globalThis.indexedDB?.databases?.()) ?? [];
  return {
    stored: localStorage.length + sessionStorage.length + databases.length + document.cookie.length,
    path: location.pathname + location.search + location.hash,
    history: history.length,
    completed: [...document.querySelectorAll('input, textarea, select')].filter(
      ({ autocomplete }) => autocomplete !== 'off',
    ).length,
  };
}

/** A paste as a browser does it: the event first, then the text with the line ends of a text area. */
export function paste(text) {
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', text);
  const ofFirefox = { dataType: 'text/plain', data: text };
  byId('request').dispatchEvent(new ClipboardEvent('paste', { clipboardData, ...ofFirefox }));
  byId('request').value = text;
  document.querySelector('#languages [aria-pressed=true]').click();
  return { kept: byId('request').value.length, ...shown() };
}

/** A signed request for the payload, as the page writes it. */
export function signed({ platform, secrets, payload, url }) {
  choose(platform);
  for (const [option, value] of Object.entries(secrets)) byId(`secret-${option}`).value = value;
  byId('payload').value = payload;
  byId('url').value = url;
  byId('sign').click();
  return { curl: byId('curl').value, said: byId('made').textContent };
}

export function timed(text) {
  byId('request').value = text;
  const start = performance.now();
  document.querySelector('#languages [aria-pressed=true]').click();
  return { milliseconds: performance.now() - start, status: byId('status').textContent };
}
