// Every code block of the READMEs and every `@example` in src, run as written against the installed tarball.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDingTalkCodec } from '../src/dingtalk.ts';
import { createFeishuCodec } from '../src/feishu.ts';
import { createTencentChatCodec } from '../src/tencent-chat.ts';
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

const READMES = ['README.md', 'README.zh-CN.md'];
const examples = [...READMES.flatMap(markdownExamples), ...docstringExamples()];
const code = examples.filter(({ language }) => language === 'ts' || language === 'js');
const ofKind = (...kinds: string[]) => code.filter(({ kind }) => kinds.includes(kind));
const title = (example: Example) => [example.name, example] as const;

/** The secrets of the examples, all of them from the platforms' documentation. */
const env = {
  FEISHU_ENCRYPT_KEY: 'test key',
  FEISHU_VERIFICATION_TOKEN: 'v-token',
  DINGTALK_TOKEN: '123456',
  DINGTALK_AES_KEY: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij',
  DINGTALK_OWNER_KEY: 'suite4xxxxxxxxxxxxxxx',
  TENCENT_TOKEN: 'xxxxyyyy',
};

let installed: Installed;
beforeAll(() => {
  installed = packAndInstall();
});
afterAll(() => installed?.remove());

test('blocks are of a language and kind that is run', () => {
  const kinds = ['run', 'server', 'fetch-handler', 'sender'];
  const kindsOf: Record<string, string[]> = { ts: kinds, js: kinds, sh: ['run'] };
  expect(examples.filter(({ language, kind }) => !kindsOf[language]?.includes(kind))).toEqual([]);
  for (const file of READMES) {
    const fences = readFileSync(join(root, file), 'utf8').match(/^\s*(?:```|~~~)/gm) ?? [];
    const blocks = markdownExamples(file);
    expect(blocks.length * 2, file).toBe(fences.length);
    expect(new Set(blocks.map(({ kind }) => kind)), file).toEqual(new Set(kinds));
  }
});

test('both languages show the same code', () => {
  const [english, chinese] = READMES.map((file) =>
    markdownExamples(file).map(({ kind, language, code }) => {
      const isScript = language === 'ts' || language === 'js';
      return [kind, isScript ? transformSync(code, { loader: 'ts', minifyWhitespace: true }).code : code];
    }),
  );
  expect(chinese).toEqual(english);
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
      const isKnown = command === 'npm install callback-codec' || script === 'ci' || manifest.scripts[script ?? ''];
      expect(isKnown, command).toBeTruthy();
    }
  });
});

describe('examples that end', () => {
  test.each(ofKind('run').map(title))('%s prints what it says', (_, example) => {
    expect(runExample(installed.folder, example, env)).toEqual([]);
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

describe.each(ofKind('server', 'fetch-handler').map(title))('server %s', (_, example) => {
  const feishu = createFeishuCodec({
    encryptKey: env.FEISHU_ENCRYPT_KEY,
    verificationToken: env.FEISHU_VERIFICATION_TOKEN,
  });
  const dingTalk = createDingTalkCodec({
    token: env.DINGTALK_TOKEN,
    encodingAesKey: env.DINGTALK_AES_KEY,
    ownerKey: env.DINGTALK_OWNER_KEY,
  });
  const tencent = createTencentChatCodec({ token: env.TENCENT_TOKEN });

  let server: Server;
  beforeAll(async () => {
    server = await startServer(installed.folder, example, env);
  });
  afterAll(() => server?.stop());

  interface Push {
    headers?: Record<string, string>;
    query?: Record<string, string>;
    body: string;
  }
  async function push(path: string, { headers = {}, query = {}, body }: Push) {
    const url = `${server.origin}${path}?${new URLSearchParams(query)}`;
    const response = await fetch(url, { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  }
  /** One character of the ciphertext changed. */
  const forged = ({ body, ...rest }: Push): Push => ({
    ...rest,
    body: body.replace(/(?<="encrypt":")./, (first) => (first === 'A' ? 'B' : 'A')),
  });
  const refused = { status: expect.toSatisfy((status: number) => status >= 400 && status < 500) };

  test('answers Feishu', async () => {
    const challenge = await push('/feishu', feishu.encode({ type: 'url_verification', challenge: 'ajls384kdjxxxx' }));
    expect(challenge).toEqual({ status: 200, text: '{"challenge":"ajls384kdjxxxx"}' });
    const event = feishu.encode({
      header: { event_type: 'im.message.receive_v1', event_id: '1' },
      event: { text: '你好' },
    });
    expect(await push('/feishu', event)).toEqual({ status: 200, text: '{}' });
    expect(await push('/feishu', forged(event))).toMatchObject(refused);
  });

  test('answers DingTalk', async () => {
    for (const payload of [{ EventType: 'check_url' }, { EventType: 'user_add_org', UserId: ['张三'] }]) {
      const { status, text } = await push('/dingtalk', dingTalk.encode(payload));
      expect(status).toBe(200);
      const { msg_signature, timeStamp, nonce, encrypt } = JSON.parse(text);
      expect(dingTalk.verify({ query: { msg_signature, timeStamp, nonce }, body: text })).toBe(true);
      expect(dingTalk.decrypt(encrypt).text).toBe('success');
    }
    expect(await push('/dingtalk', forged(dingTalk.encode({ EventType: 'check_url' })))).toMatchObject(refused);
  });

  test('answers Tencent Chat', async () => {
    const event = tencent.encode({ CallbackCommand: 'State.StateChange' }, { sdkAppId: 888888 });
    const { status, text } = await push('/tencent-chat', event);
    expect({ status, ...JSON.parse(text) }).toMatchObject({ status: 200, ActionStatus: 'OK', ErrorCode: 0 });
    const unsigned = { ...event, query: { ...event.query, Sign: '0'.repeat(64) } };
    expect(await push('/tencent-chat', unsigned)).toMatchObject(refused);
  });

  // The examples that send a callback to a URL: to the server of the same README.
  const [file] = example.name.split('-line-');
  const senders = ofKind('sender').filter(({ name }) => name.startsWith(`${file}-line-`));
  test.each(senders.map(title))('answers %s', (_, sender) => {
    expect(runExample(installed.folder, sender, { ...env, CALLBACK_URL: `${server.origin}/feishu` })).toEqual([]);
  });
});
