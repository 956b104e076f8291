// What must hold of the page in every browser: each check has a name, and throws where it does not hold.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { commandSays, makeCases } from './cases.mjs';
import * as inPage from './in-page.mjs';

/** Requests of more than the page reads, or of much that is to be read. */
const HOSTILE = {
  'too long': `curl x -d '${'a'.repeat(200_000)}'`,
  brackets: `{"headers":{},"body":${JSON.stringify('['.repeat(60_000))}}`,
  quotes: `curl ${`'"`.repeat(60_000)}`,
  backslashes: `curl ${'\\'.repeat(120_000)}`,
  'line ends': `POST / HTTP/1.1${'\n '.repeat(60_000)}`,
  headers: `POST / HTTP/1.1\n${'x-lark-signature: a\n'.repeat(6000)}\n{}`,
  parameters: `POST /?${'signature=a&'.repeat(10_000)} HTTP/1.1\n\n{}`,
  percents: `POST /?a=${'%'.repeat(120_000)} HTTP/1.1\n\n{}`,
  xml: `POST / HTTP/1.1\n\n${'<a>'.repeat(40_000)}`,
  'a long body': `curl x -H 'x-lark-signature: a' -d '{"encrypt": "${'A'.repeat(60_000)}", "a": [${'1, '.repeat(20_000)}2]}'`,
};
const LIMIT_MILLISECONDS = 5000;

/** What a payload can do to a shell. */
const NASTY = `it's "$(id)" \`id\` $HOME \\ ! \n\t# & ; | * ? 你好 <img src=x onerror=alert(1)> \u202e`;

const noDigits = (text) => text.replace(/\d+/g, '#');

/** The words that a POSIX shell makes of the command. */
function wordsOf(command) {
  const words = execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }\n${command}`], { encoding: 'utf8' });
  return words.split('\0').slice(0, -1);
}

/** Each begins with the page just opened. `page` is `{ driver, call, open, ... }` of run.mjs, `how` is `{ dark, chinese }`. */
export const checks = {
  'nothing is allowed, and nothing reaches a server': async ({ call, open, server, paths }) => {
    server.leaks.clear();
    const { ways, refused } = await call(inPage.reachOut, server.origin);
    assert.deepEqual([...server.leaks], []);
    for (const directive of ['connect-src', 'img-src', 'script-src-elem', 'form-action']) {
      assert.ok(refused.includes(directive), `${directive} was not refused: ${refused}`);
    }
    // Without the policy all of that arrives: the server does hear.
    await open(paths.open);
    await call(inPage.reachOut, server.origin);
    assert.deepEqual([...server.leaks].sort(), [...ways].sort());
  },

  'a script that is not its own does not run': async ({ call, open, paths }) => {
    assert.deepEqual(await call(inPage.runsInline), { script: false, handler: false });
    await open(paths.open);
    assert.deepEqual(await call(inPage.runsInline), { script: true, handler: true });
  },

  'the licences go with it': async ({ call }) => {
    const comments = await call(() => {
      const iterator = document.createNodeIterator(document, NodeFilter.SHOW_COMMENT);
      let text = '';
      for (let node = iterator.nextNode(); node !== null; node = iterator.nextNode()) text += node.data;
      return text;
    });
    for (const holder of ['callback-codec contributors', 'Paul Miller', 'Thomas Pornin']) {
      assert.ok(comments.includes(holder), holder);
    }
  },

  'its language is the browser’s': async ({ driver, call }) => {
    const { lang } = await call(inPage.outline);
    assert.equal(lang, (await driver.run('return navigator.language')).startsWith('zh') ? 'zh-CN' : 'en');
  },

  'both languages are whole': async ({ call, setLanguage, site }) => {
    const read = () =>
      [...document.querySelectorAll('[data-text], legend, label, option, button:not([lang])')].map((e) =>
        e.textContent.trim(),
      );
    await setLanguage(false);
    const english = await call(read);
    await setLanguage(true);
    const chinese = await call(read);
    assert.equal(english.length, chinese.length);
    assert.deepEqual(
      english.filter((text) => text === '' || /\p{Script=Han}/u.test(text)),
      [],
    );
    const names = Object.values(site.TEXTS.zh.options);
    const left = chinese.filter((text) => !/\p{Script=Han}/u.test(text) && !names.includes(text));
    assert.deepEqual(left, []);
    assert.equal((await call(inPage.outline)).lang, 'zh-CN');
  },

  'labels, landmarks and headings': async ({ call, setLanguage, how }) => {
    await setLanguage(how.chinese);
    const { landmarks, sections, headings, live, described } = await call(inPage.outline);
    assert.deepEqual(landmarks, ['header', 'main', 'section', 'section', 'section', 'footer']);
    assert.ok(sections.every((name) => name !== ''));
    assert.deepEqual(headings, [1, 2, 2, 3, 3, 2]);
    assert.deepEqual(live, ['status', 'made']);
    assert.equal(described, 'request-hint');
    const controls = await call(inPage.controls);
    assert.ok(controls.length >= 14);
    assert.deepEqual(
      controls.filter(([, name]) => name === ''),
      [],
    );
  },

  'the keyboard reaches everything, in order, and its focus is seen': async ({ driver, call, setLanguage, how }) => {
    await setLanguage(how.chinese);
    await call(() => document.activeElement.blur());
    const expected = (await call(inPage.controls)).map(([id]) => id);
    const reached = [];
    // Once around, and past the browser's own controls, from wherever it begins.
    for (let presses = 0; presses < expected.length + 3; presses++) {
      await driver.press('Tab');
      const found = await call(inPage.focused);
      // Behind the last one Firefox without a window loses the keyboard's focus for good.
      if (found.id !== '' && !reached.some(({ id }) => id === found.id)) reached.push(found);
    }
    const ids = reached.map(({ id }) => id);
    const first = ids.indexOf(expected[0]);
    assert.deepEqual([...ids.slice(first), ...ids.slice(0, first)], expected);
    assert.deepEqual(
      reached.filter(({ isSeen, ratio }) => !isSeen || ratio < 3),
      [],
    );
  },

  'by the keyboard alone: type a secret, show it, run the example': async ({ driver, call }) => {
    await call(() => byId('secret-encryptKey').focus());
    for (const key of 'abc') await driver.press(key);
    assert.equal(await call(() => byId('secret-encryptKey').value), 'abc');
    const types = () => [byId('secret-encryptKey').type, byId('show').getAttribute('aria-pressed')];
    assert.deepEqual(await call(types), ['password', 'false']);
    await call(() => byId('show').focus());
    await driver.press('Space');
    assert.deepEqual(await call(types), ['text', 'true']);
    assert.equal(await call(() => byId('secret-encryptKey').value), 'abc');
    await driver.press('Space');
    assert.deepEqual(await call(types), ['password', 'false']);
    await call(() => byId('example').focus());
    await driver.press('Enter');
    assert.equal((await call(inPage.shown)).findings.length, 0);
    assert.match((await call(inPage.shown)).message, /^event im\.message\.receive_v1 e-1\n/);
    // What is typed is explained after a pause.
    await call(() => byId('secret-encryptKey').focus());
    await driver.press('x');
    await call(() => new Promise((resolve) => setTimeout(resolve, 1000)));
    assert.match((await call(inPage.shown)).status, /ERR_SIGNATURE/);
  },

  'the same findings as the command': async ({ call, setLanguage, site, how }) => {
    await setLanguage(how.chinese);
    const cases = makeCases(site.SAMPLES);
    const shown = [];
    for (const one of cases) shown.push(await call(inPage.explained, one));
    const failed = cases.flatMap((one, index) => differences(one, shown[index], site, how));
    assert.deepEqual(failed, []);
    assert.ok(cases.length >= 50, `${cases.length} cases`);
  },

  'what is sent is shown as text': async ({ call }) => {
    const payload = JSON.stringify({ msgtype: 'text', text: { content: NASTY } });
    const secrets = { appSecret: 'a secret' };
    const url = 'https://example.com/callback';
    const { curl } = await call(inPage.signed, { platform: 'dingtalk-robot', secrets, payload, url });
    const { message } = await call(inPage.explained, { platform: 'dingtalk-robot', secrets, request: curl });
    assert.ok(message.includes('<img src=x onerror=alert(1)>'));
    assert.ok(message.includes('\\u{202e}') && !message.includes('\u202e'));
    assert.equal(await call(() => document.querySelectorAll('#message *, img').length), 0);
  },

  'a signed request is a safe word of a shell, and the command accepts it': async ({ call, site }) => {
    for (const [platform, { secrets, event, verification }] of Object.entries(site.SAMPLES)) {
      for (const payload of [event, verification].filter(Boolean)) {
        const text = JSON.stringify(payload);
        const { curl } = await call(inPage.signed, {
          platform,
          secrets,
          payload: text,
          url: 'https://example.com/a?b=1#c',
        });
        assert.match(wordsOf(curl)[0], /^https:\/\/example\.com\/a\?b=1(&\w+=[\w.~!'()*%-]+)*$/);
        const { accepted, findings } = commandSays(
          { platform, secrets, request: curl },
          site.platforms[platform],
          false,
        );
        assert.deepEqual([platform, accepted, findings], [platform, true, []]);
      }
    }
    for (const payload of [
      JSON.stringify({ CallbackCommand: 'a', text: NASTY }),
      JSON.stringify({ CallbackCommand: "'" }, null, 2),
    ]) {
      const secrets = { token: "it's $(id)" };
      const { curl } = await call(inPage.signed, {
        platform: 'tencent-chat',
        secrets,
        payload,
        url: "https://example.com/'$(id)",
      });
      const words = wordsOf(curl);
      assert.deepEqual(JSON.parse(words[words.indexOf('--data-raw') + 1]), JSON.parse(payload));
      assert.ok(words[0].startsWith("https://example.com/'$(id)?"));
    }
    const wrong = await call(inPage.signed, {
      platform: 'trtc',
      secrets: { key: 'k' },
      payload: '{}',
      url: 'javascript:alert(1)',
    });
    assert.equal(wrong.curl, '');
    assert.match(wrong.said, /https?:\/\//);
  },

  'what is copied can be pasted': async ({ driver, call }) => {
    const secrets = { appSecret: 'a secret' };
    const { curl } = await call(inPage.signed, {
      platform: 'dingtalk-robot',
      secrets,
      payload: '{"msgtype":"text"}',
      url: 'https://example.com/',
    });
    await call(() => byId('copy').focus());
    await driver.press('Enter');
    await call(() => new Promise((resolve) => setTimeout(resolve, 300)));
    assert.match(await call(() => byId('made').textContent), /^(Copied|Selected|已复制|已选中)/);
    await call(() => {
      byId('request').value = '';
      byId('request').focus();
    });
    await driver.press('v', true);
    await call(() => new Promise((resolve) => setTimeout(resolve, 800)));
    assert.equal(await call(() => byId('request').value), curl);
  },

  'without a clipboard it copies in the old way, or selects': async ({ call }) => {
    const said = await call(async () => {
      byId('example').click();
      Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
      byId('copy').click();
      await new Promise((resolve) => setTimeout(resolve, 100));
      const { selectionStart, selectionEnd, value } = byId('curl');
      return { text: byId('made').textContent, isAll: value !== '' && selectionEnd - selectionStart === value.length };
    });
    assert.match(said.text, /^(Copied|Selected|已复制|已选中)/);
    assert.ok(said.isAll);
  },

  'line ends that were pasted are kept': async ({ call, site }) => {
    const { secrets } = site.SAMPLES.trtc;
    const body = '{\r\n\t"EventType": 103\r\n}';
    const push = site.create('trtc', secrets).encode(body);
    const headers = Object.entries(push.headers).map(([name, value]) => `${name}: ${value}`);
    const text = ['POST /callback HTTP/1.1', ...headers, '', body].join('\r\n');
    await call(inPage.explained, { platform: 'trtc', secrets, request: '' });
    const { kept, steps, message } = await call(inPage.paste, text);
    assert.ok(kept < text.length, 'the text area kept them itself');
    assert.deepEqual(
      steps.filter(([, state]) => state === 'wrong'),
      [],
    );
    assert.match(message, /^event 103/);
  },

  'hostile input does not freeze it': async ({ call }) => {
    await call(inPage.choose, 'feishu');
    await call(() => {
      byId('secret-encryptKey').value = 'test key';
    });
    const took = {};
    for (const [name, text] of Object.entries(HOSTILE)) {
      const { milliseconds, status } = await call(inPage.timed, text);
      took[name] = Math.round(milliseconds);
      assert.ok(milliseconds < LIMIT_MILLISECONDS, `${name}: ${milliseconds} ms`);
      assert.notEqual(status, '', name);
      if (name === 'too long') assert.match(status, /131,072/);
    }
    return `at most ${Math.max(...Object.values(took))} ms`;
  },

  'contrast is AA': async ({ call, setLanguage, site, how, keep }) => {
    await setLanguage(how.chinese);
    const { secrets } = site.SAMPLES.wecom;
    const { curl } = await call(inPage.signed, {
      platform: 'wecom',
      secrets,
      payload: '{"MsgType":"text"}',
      url: 'https://example.com/',
    });
    for (const [state, more] of [
      ['accepted', {}],
      ['refused', { token: ' QDG6eK' }],
    ]) {
      await call(inPage.explained, { platform: 'wecom', secrets: { ...secrets, ...more }, request: curl });
      const { looked, weak, background } = await call(inPage.contrasts);
      assert.ok(looked > 50, `${looked} were looked at`);
      assert.deepEqual(weak, []);
      assert.equal(background < 0.2, how.dark);
      await keep(`${state}`);
    }
  },

  'it fits into 360 pixels': async ({ driver, call, open, paths, site, how, keep }) => {
    await open(paths.frame);
    await driver.run(`await new Promise((resolve) => setTimeout(resolve, 300))`);
    for (const platform of Object.keys(site.SAMPLES)) {
      const { clientWidth, scrollWidth, out } = await call(inPage.overflow, how.chinese ? 'zh-CN' : 'en', platform);
      assert.equal(clientWidth, 360);
      assert.ok(scrollWidth <= 360, `${platform}: ${scrollWidth} ${out}`);
      assert.deepEqual(out, []);
    }
    await keep('narrow');
  },

  'nothing is stored, and the address stays': async ({ call, paths }) => {
    const before = await call(inPage.kept);
    await call(() => byId('example').click());
    await call(inPage.choose, 'wecom');
    await call(() => byId('example').click());
    assert.deepEqual(await call(inPage.kept), before);
    assert.deepEqual([before.stored, before.path, before.completed], [0, paths.page, 0]);
  },

  'the server was asked for the page alone': ({ server }) => {
    assert.deepEqual([...server.others], []);
  },
};

/** Where the page says something else than the command, or another step fails than must. */
function differences(one, shown, { platforms }, { chinese }) {
  const said = commandSays(one, platforms[one.platform], chinese);
  const normal = one.step === 'time' ? noDigits : (text) => text; // a second may have passed
  const inWords = ({ id, certainty, cause, remedy }) => `${id} ${certainty} ${cause} ${remedy}`;
  const [page, command] = [shown.findings, said.findings].map((list) => normal(list.map(inWords).join('\n')));
  const wrong = shown.steps.filter(([, state]) => state === 'wrong').map(([name]) => name);
  const expected = one.step === undefined ? [] : [one.step];
  const after = shown.steps.slice(shown.steps.findIndex(([, state]) => state === 'wrong') + 1);
  const isEnd = one.step === undefined || after.every(([, state]) => state === 'unreached');
  const isMessage = said.accepted ? said.text.endsWith(`\n${shown.message}`) : shown.message === null;
  const isStatus = shown.status.includes(said.code ?? (chinese ? '已接受' : 'Accepted'));
  const isSame = page === command && `${wrong}` === `${expected}` && isEnd && isMessage && isStatus;
  return isSame ? [] : [{ name: one.name, shown, said, expected }];
}
