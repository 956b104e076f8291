// Every code block of the documents and every `@example` in src, run as written against the installed tarball.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFeishuCodec } from '../src/feishu.ts';
import type { CallbackPush } from '../src/internal/codec.ts';
import { createWeChatCodec } from '../src/wechat.ts';
import { createWeComCodec } from '../src/wecom.ts';
import {
  differences,
  docstringExamples,
  type Example,
  markdownExamples,
  runExample,
  type Server,
  startServer,
} from './package/examples.ts';
import { type Installed, manifest, packAndInstall, root, typeCheck } from './package/installed.ts';

/** English and Chinese of the same document. */
const DOCUMENTS = [
  ['README.md', 'README.zh-CN.md'],
  ['docs/guide.md', 'docs/guide.zh-CN.md'],
] as const;
const OTHERS = ['SECURITY.md', 'CONTRIBUTING.md', 'docs/comparison.md', 'docs/performance.md', 'docs/runtimes.md'];

const examples = [...DOCUMENTS.flat().flatMap(markdownExamples), ...docstringExamples()];
const code = examples.filter(({ language }) => language === 'ts' || language === 'js');
const ofKind = (...kinds: string[]) => code.filter(({ kind }) => kinds.includes(kind));
const title = (example: Example) => [example.name, example] as const;

let installed: Installed;
beforeAll(() => {
  installed = packAndInstall();
});
afterAll(() => installed?.remove());

test('blocks are of a language and kind that is run', () => {
  const kinds = ['run', 'server', 'fetch-handler', 'sender', 'redis'];
  const kindsOf: Record<string, string[]> = { ts: kinds, js: kinds, sh: ['run'], text: ['check'] };
  expect(examples.filter(({ language, kind }) => !kindsOf[language]?.includes(kind))).toEqual([]);
  for (const file of [...DOCUMENTS.flat(), ...OTHERS]) {
    const fences = readFileSync(join(root, file), 'utf8').match(/^\s*(?:```|~~~)/gm) ?? [];
    expect(markdownExamples(file).length * 2, file).toBe(fences.length);
    if (OTHERS.includes(file)) expect(fences, file).toEqual([]);
  }
  expect(new Set(examples.map(({ kind }) => kind))).toEqual(new Set([...kinds, 'check']));
});

test.each(DOCUMENTS)('%s and %s show the same code', (...files) => {
  const [english, chinese] = files.map((file) =>
    markdownExamples(file).map(({ kind, platform, language, code }) => {
      const isScript = language === 'ts' || language === 'js';
      if (kind === 'check') return [kind, platform]; // in the document's language; test/check.test.ts compares it
      return [kind, platform, isScript ? bare(code) : code];
    }),
  );
  expect(chinese).toEqual(english);
});

/** Without white space and comments, which are in the document's language. */
const bare = (code: string) => transformSync(code, { loader: 'ts', minifyWhitespace: true }).code;

test.each(ofKind('redis').map(title))('%s is a file that npm run test:redis runs', (_, { platform, code }) => {
  expect(bare(code)).toBe(bare(readFileSync(join(root, `test/redis/${platform}.mjs`), 'utf8')));
});

test('together they compile, strictly', () => {
  const files = Object.fromEntries(
    code
      .filter(({ language }) => language === 'ts')
      .map(({ name, code }) => [`${name.replaceAll('.', '-')}.mts`, code]),
  );
  const types = {
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    lib: ['es2023'],
    skipLibCheck: true,
  };
  const options = { ...types, target: 'es2022', module: 'nodenext', noUncheckedIndexedAccess: true };
  expect(typeCheck(join(installed.folder, 'types'), options, files)).toBe('');
});

describe('shell commands', () => {
  test.each(examples.filter(({ language }) => language === 'sh').map(title))('%s exist', (_, { code }) => {
    for (const command of code.trim().split(/\n| && /)) {
      const [, script] = /^npm (?:run )?(\w+)$/.exec(command) ?? [];
      const isCommand = /^npx callback-codec (?:check|explain|listen) [a-z]/.test(command); // test/cli.test.ts starts it
      const isKnown =
        isCommand || command === 'npm install callback-codec' || script === 'ci' || manifest.scripts[script ?? ''];
      expect(isKnown, command).toBeTruthy();
    }
  });
});

describe('examples that end', () => {
  test.each(ofKind('run').map(title))('%s prints what it says', (_, example) => {
    expect(runExample(installed.folder, example, {})).toEqual([]);
  });

  test('a comment that is wrong, missing or not reached is found', () => {
    const forms =
      'console.log(1); // 1\nconsole.log([2]);\n// [ 2 ]\nfor (;;) {\n  console.log(3);\n}\n// 3: three\n// 4\n';
    expect(differences(forms, '1\n[ 2 ]\n3\n4\n')).toEqual([]);
    expect(differences('console.log(1); // 2', '1\n')).toEqual(['the comment says 2, printed was 1']);
    expect(differences('console.log(1);', '1\n')).toEqual([
      'the comment says nothing behind console.log(1);, printed was 1',
    ]);
    expect(differences('console.log(1); // 1', '')).toEqual(['the comment says 1, printed was undefined']);
  });
});

/** The secrets of the examples, all of them from the platforms' documentation. */
const encodingAesKey = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const feishu = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
const weCom = createWeComCodec({ token: 'QDG6eK', encodingAesKey, receiveId: 'wx5823bf96d3bd56c7' });
const weChat = createWeChatCodec({ token: 'AAAAA', encodingAesKey, appId: 'wxba5fad812f8e6fb9' });
const RECEIVED = '<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[收到]]></Content></xml>';

/** What a platform pushes to an example, and what has to come back. */
const PUSHES: Record<string, readonly (readonly [push: CallbackPush, isRight: (text: string) => unknown])[]> = {
  feishu: [
    [
      feishu.encode({ type: 'url_verification', challenge: 'ajls384kdjxxxx' }),
      (text) => expect(text).toBe('{"challenge":"ajls384kdjxxxx"}'),
    ],
    [
      feishu.encode({ header: { event_type: 'im.message.receive_v1', event_id: '1' }, event: { text: '你好' } }),
      (text) => expect(text).toBe('{}'),
    ],
  ],
  wecom: [
    [weCom.encode({ echostr: '1616140317555161061' }), (text) => expect(text).toBe('1616140317555161061')],
    [weCom.encode({ MsgType: 'text', Content: '你好' }), (body) => expect(weCom.decodeReply({ body })).toBe(RECEIVED)],
    [weCom.encode({ MsgType: 'event', Event: 'enter_agent' }), (text) => expect(text).toBe('')],
  ],
  wechat: [
    [weChat.encode({ echostr: '4375120948345356249' }), (text) => expect(text).toBe('4375120948345356249')],
    [
      weChat.encode({ MsgType: 'text', Content: '你好' }),
      (body) => expect(weChat.decodeReply({ body })).toBe(RECEIVED),
    ],
    [weChat.encode({ MsgType: 'event', Event: 'subscribe' }), (text) => expect(text).toBe('success')],
  ],
};

describe.each(ofKind('server', 'fetch-handler').map(title))('server %s', (_, example) => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer(installed.folder, example, {});
  });
  afterAll(() => server?.stop());

  async function push({ query, ...init }: CallbackPush): Promise<{ status: number; text: string }> {
    const response = await fetch(`${server.origin}/callback?${new URLSearchParams(query)}`, init);
    return { status: response.status, text: await response.text() };
  }
  const pushes = PUSHES[example.platform] ?? [];

  test(`answers ${example.platform}`, async () => {
    expect(pushes.length).toBeGreaterThan(0);
    for (const [request, isRight] of pushes) {
      const { status, text } = await push(request);
      expect(status).toBe(200);
      isRight(text);
    }
  });

  test('refuses what is forged', async () => {
    for (const [{ method, headers, query, body }] of pushes) {
      const forged = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, `${value}0`]));
      // One character of the ciphertext changed.
      const changed =
        body?.replace(/(?<=[Ee]ncrypt(?:":"|><!\[CDATA\[))./, (first) => (first === 'A' ? 'B' : 'A')) ?? null;
      expect(await push({ method, headers, query: forged, body: changed })).toEqual({ status: 400, text: '' });
    }
  });

  // The examples that send a callback to a URL: to the Feishu server of the documents in the same language.
  const senders = ofKind('sender').filter(({ name }) => name.includes('zh-CN') === example.name.includes('zh-CN'));
  test.each((example.platform === 'feishu' ? senders : []).map(title))('answers %s', (_, sender) => {
    expect(runExample(installed.folder, sender, { CALLBACK_URL: server.origin })).toEqual([]);
  });
});
