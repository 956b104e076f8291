// What users install, not what the repository holds: the tarball, in an empty folder. `npm test` has built it.
import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entries } from '../scripts/entries.mjs';
import { type Installed, manifest, packAndInstall, root, runNode, typeCheck } from './package/installed.ts';

const specifierOf = (entry: string): string => (entry === 'index' ? 'callback-codec' : `callback-codec/${entry}`);
const SPECIFIERS = entries.map(specifierOf);

let installed: Installed;
let packageFolder: string;
beforeAll(() => {
  installed = packAndInstall();
  packageFolder = join(installed.folder, 'node_modules/callback-codec');
});
afterAll(() => installed?.remove());

/** What a script prints that runs where the package is installed, as an ES module or as CommonJS. */
function run(format: 'mjs' | 'cjs', code: string, ...nodeOptions: string[]): string {
  const name = `script.${format}`;
  writeFileSync(join(installed.folder, name), code);
  const { status, stdout, stderr } = runNode(installed.folder, [...nodeOptions, name]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trim();
}

describe('the tarball', () => {
  test('holds the build, the documents and nothing else', () => {
    const built = entries.flatMap((entry) => ['js', 'cjs', 'd.ts', 'd.cts'].map((type) => `dist/${entry}.${type}`));
    const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'README.zh-CN.md', 'SECURITY.md', 'THIRD-PARTY-NOTICES'];
    // What entries share: code in internal.js, types under the name of the source they come from.
    const types = /^dist\/[a-z0-9-]+-[\w-]{8}\.d\.(?:ts|cts)$/;
    const shared = ['dist/cli.js', 'dist/internal.js', 'dist/internal.cjs', 'dist/simd.wasm', 'dist/simd.wasm.d.ts'];
    const expected = [...built, ...shared, ...documents, 'package.json'].sort();
    expect(installed.files.filter((path) => !types.test(path))).toEqual(expected);
  });

  test('depends on nothing, and its code refers to nothing outside of the package', () => {
    const { dependencies, peerDependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(packageFolder, 'package.json'), 'utf8'),
    );
    expect([dependencies, peerDependencies, optionalDependencies].every((list) => list === undefined)).toBe(true);
    expect(readdirSync(join(installed.folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'callback-codec',
    ]);
    // Nor does it import a module of Node's, which bundlers for other hosts would have to resolve.
    const foreign = /sourceMappingURL|(?:from|import|require)\s*\(?\s*["'](?!\.)/;
    // The command is Node's, and is not bundled.
    const code = installed.files.filter((path) => path.startsWith('dist/') && path !== 'dist/cli.js');
    const readDist = (path: string) =>
      readFileSync(join(packageFolder, path), 'utf8').replace(/\/\*\*[\s\S]*?\*\//g, '');
    expect(code.filter((path) => foreign.test(readDist(path)))).toEqual([]);
    const named = /^(?!\/\/ ).*@noble/m; // a comment says where bundled code is from
    expect(code.filter((path) => named.test(readFileSync(join(packageFolder, path), 'utf8')))).toEqual([]);
  });

  test('what its files share imports nothing', () => {
    for (const file of ['internal.js', 'internal.cjs']) {
      expect(readFileSync(join(packageFolder, 'dist', file), 'utf8')).not.toMatch(/\bfrom '|\brequire\(/);
    }
  });

  test.each(entries)('%s makes no tables before they are needed', (entry) => {
    const own = `callback-codec${entry === 'index' ? '' : `/${entry}`}`;
    const memory = `Math.round(process.memoryUsage().arrayBuffers / 1024)`;
    // The files that are read, up to 300 kB of explain, may still lie there; the tables are more than a megabyte.
    const code = `const before = ${memory}; await import('${own}'); console.log(${memory} - before < 400);`;
    expect(run('mjs', code)).toBe('true');
  });

  test('makes the tables, of more than a megabyte, for its first key', () => {
    const code = `
      import { nobleAesCbc } from 'callback-codec/aes-cbc';
      const before = process.memoryUsage().arrayBuffers;
      nobleAesCbc(new Uint8Array(32));
      console.log(process.memoryUsage().arrayBuffers - before > 1e6);`;
    expect(run('mjs', code)).toBe('true');
  });

  test('carries the notices of the noble versions it bundles', () => {
    const notices = readFileSync(join(packageFolder, 'THIRD-PARTY-NOTICES'), 'utf8');
    for (const name of ['@noble/ciphers', '@noble/hashes']) {
      const folder = join(root, 'node_modules', name);
      const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      expect(notices).toContain(`${name} ${version}\n`);
      expect(notices).toContain(readFileSync(join(folder, 'LICENSE'), 'utf8').trim());
    }
  });

  test.each([
    'publint --strict',
    'attw --format ascii --exclude-entrypoints simd.wasm',
    // WebAssembly can be imported, but not required.
    'attw --format ascii --entrypoints simd.wasm --ignore-rules cjs-resolves-to-esm',
  ])('%s finds nothing', (command) => {
    const [tool = '', ...options] = command.split(' ');
    const bin = { publint: 'publint/src/cli.js', attw: '@arethetypeswrong/cli/dist/index.js' }[tool] as string;
    const { status, stdout, stderr } = runNode(root, [join(root, 'node_modules', bin), installed.tarball, ...options]);
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/All good!|No problems found/);
  });

  test('its code can be read: white space and names are kept, also in the traces of errors', () => {
    const lines = installed.files
      // Texts for people at their desks, which would be a third of the tarball otherwise, are minified.
      .filter((path) => /\.c?js$/.test(path) && !/(?:explain\.c?js|cli\.js)$/.test(path))
      .flatMap((path) => readFileSync(join(packageFolder, path), 'utf8').split('\n'));
    // The kernel of the SIMD engine is one long string, and what is imported one long list.
    expect(
      lines.filter((line) => line.length > 600 && !/^(?:im|ex)port \{/.test(line) && !line.includes('AGFzbQ')),
    ).toEqual([]);
    for (const [format, load] of [
      ['mjs', 'await import'],
      ['cjs', 'require'],
    ] as const) {
      const trace = run(
        format,
        `
        const { createFeishuCodec } = ${load}('callback-codec/feishu');
        const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
        try { codec.decode({ ...codec.encode({ header: { event_type: 't' } }), headers: { 'x-lark-signature': '0' } }); }
        catch ({ stack }) { console.log(stack); }`,
      );
      expect(trace).toMatch(/at (?:Object\.)?readSignatureHeaders \(.*\n.*at decode \(/);
    }
  });
});

describe('as a module', () => {
  /** What each entry exports beside the errors. */
  const NAMES: Record<string, string> = {
    'aes-cbc': 'decryptAes256Cbc decryptEnvelope encryptAes256Cbc encryptEnvelope nativeAesCbc nobleAesCbc',
    'any-of': 'anyOf',
    dingtalk: 'CREATE_SUITE_KEY createDingTalkCodec decryptDingTalkMessage dingTalkSignature encryptDingTalkMessage',
    'dingtalk-card': 'createDingTalkCardCodec dingTalkCardSignature',
    'dingtalk-robot': 'createDingTalkRobotCodec dingTalkRobotSignature',
    explain:
      'explainDingTalk explainDingTalkCard explainDingTalkRobot explainFeishu explainFeishuCard explainTencentChat explainTrtc explainWeChat explainWeCom',
    feishu: 'createFeishuCodec decryptFeishuEvent encryptFeishuEvent feishuSignature',
    'feishu-bot': 'feishuBotSignature',
    'feishu-card': 'createFeishuCardCodec feishuCardSignature',
    fetch: 'toFetchHandler',
    node: 'readNodeBody toNodeHandler',
    simd: 'createSimdAesCbc',
    'tencent-chat': 'createTencentChatCodec tencentChatSignature',
    trtc: 'createTrtcCodec trtcSignature',
    wechat: 'createWeChatCodec weChatSignature',
    wecom: 'createWeComCodec decryptWeComMessage encryptWeComMessage weComSignature',
  };
  /** For those who ask: the index has neither the bytes of the SIMD engine, nor the handlers, nor explanations. */
  const APART = ['explain', 'fetch', 'node', 'simd'];
  const ofIndex = Object.keys(NAMES).filter((entry) => !APART.includes(entry));
  const expectedNames = Object.fromEntries(
    entries.map((entry) => {
      const names = entry === 'index' ? ofIndex.map((name) => NAMES[name]).join(' ') : (NAMES[entry] ?? '');
      return [specifierOf(entry), ['CallbackError', 'isCallbackError', ...names.split(' ')].sort()];
    }),
  );
  const list = (load: string) => `
    const names = {};
    for (const specifier of ${JSON.stringify(SPECIFIERS)}) names[specifier] = Object.keys(${load}(specifier)).sort();
    console.log(JSON.stringify(names));`;

  test('every subpath works by import and by require, and exports what it should', () => {
    expect(Object.keys(NAMES).sort()).toEqual(entries.filter((entry) => entry !== 'index'));
    const paths = SPECIFIERS.map((specifier) => specifier.replace('callback-codec', '.'));
    expect(Object.keys(manifest.exports)).toEqual([...paths, './simd.wasm', './package.json']);
    expect(JSON.parse(run('mjs', list('await import')))).toEqual(expectedNames);
    expect(JSON.parse(run('cjs', list('require')))).toEqual(expectedNames);
    expect(run('cjs', `console.log(require('callback-codec/package.json').version)`)).toBe(manifest.version);
  });

  // From 20.19 on Node loads ES modules by `require`; that must not be what makes the CommonJS build work.
  const flag = '--experimental-require-module';
  test.runIf(process.allowedNodeEnvironmentFlags.has(flag))('require works without require(esm)', () => {
    const noRequireModule = flag.replace('--', '--no-');
    expect(JSON.parse(run('cjs', list('require'), noRequireModule))).toEqual(expectedNames);
    const requireModule = `try { require('./node_modules/callback-codec/dist/index.js'); } catch ({ code }) { console.log(code); }`;
    expect(run('cjs', requireModule, noRequireModule)).toBe('ERR_REQUIRE_ESM');
  });

  /** Whatever exports of a module throw a CallbackError when they are given nothing: the factories, and AES. */
  const throwAll = `
    const thrown = [];
    const provoke = (module) => {
      for (const [name, value] of Object.entries(module)) {
        try {
          if (/^create\\w+Codec$/.test(name)) value({});
          if (name === 'encryptAes256Cbc') value(new Uint8Array(1));
        } catch (error) { thrown.push(error); }
      }
    };`;
  /** Nine factories and AES, each in its own entry and in the index. */
  const throwers = 20;

  test.each(['mjs', 'cjs'] as const)('one CallbackError for all subpaths, caught through any of them: %s', (format) => {
    const load = format === 'mjs' ? 'await import' : 'require';
    const code = `
      const all = [];
      for (const specifier of ${JSON.stringify(SPECIFIERS)}) all.push(${load}(specifier));
      ${throwAll}
      all.forEach(provoke);
      console.log(thrown.length, thrown.every((error) => all.every(({ CallbackError }) => error instanceof CallbackError)));`;
    expect(run(format, code)).toBe(`${throwers} true`);
  });

  /** What every entry of each of these packages throws, and whether each one's `isCallbackError` knows it. */
  const recognise = (names: readonly string[]) => `
    import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    const all = [];
    for (const specifier of ${JSON.stringify(names)}) all.push(await import(specifier), require(specifier));
    ${throwAll}
    all.forEach(provoke);
    const others = [new Error('ERR_CONFIG'), Object.assign(new Error(''), { code: 'ERR_CONFIG' }), null, 'CallbackError'];
    console.log(JSON.stringify({
      errors: thrown.length,
      classes: new Set(all.map(({ CallbackError }) => CallbackError)).size,
      known: thrown.every((error) => all.every(({ isCallbackError }) => isCallbackError(error) === true)),
      byInstanceof: thrown.every((error) => all.every(({ CallbackError }) => error instanceof CallbackError)),
      others: others.some((other) => all.some(({ isCallbackError }) => isCallbackError(other))),
    }));`;

  test('isCallbackError of every entry knows the errors of both builds, which instanceof does not', () => {
    const seen = { errors: 2 * throwers, classes: 2, known: true, byInstanceof: false, others: false };
    expect(JSON.parse(run('mjs', recognise(SPECIFIERS)))).toEqual(seen);
  });

  test('isCallbackError knows the errors of another copy of the package', () => {
    cpSync(packageFolder, join(installed.folder, 'node_modules/a-copy'), { recursive: true });
    try {
      const seen = { errors: 2 * throwers, classes: 4, known: true, byInstanceof: false, others: false };
      expect(JSON.parse(run('mjs', recognise(['callback-codec', 'a-copy'])))).toEqual(seen);
    } finally {
      rmSync(join(installed.folder, 'node_modules/a-copy'), { recursive: true });
    }
  });

  test.each(['import', 'require'])('decodes on bare ECMAScript and leaves it as it is: %s', (load) => {
    copyFileSync(join(root, 'test/package/bare.cjs'), join(installed.folder, 'bare.cjs'));
    const { status, stdout, stderr } = runNode(installed.folder, ['bare.cjs', load]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { removed, ...seen } = JSON.parse(stdout);
    expect(removed).toEqual(expect.arrayContaining(['Buffer', 'TextDecoder', 'atob', 'URL', 'crypto', 'process']));
    const decoded = [
      ...['im.message.receive_v1 你好 👋', 'card.action.trigger_v1', 'check_url', 'text', 'actionCallback'],
      ...['echostr 1616140317555161061', 'text abcdteT', 'State.StateChange', '204'],
    ];
    expect(seen).toEqual({ left: [], decoded, changed: [] });
  });

  test('computes nothing at import: what modules of src do at their top level is declare', () => {
    const modules = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      // The kernel is AssemblyScript.
      .filter((file) => file.endsWith('.ts') && !file.endsWith('kernel.ts'))
      // Nor can the command be imported.
      .filter((file) => !/^(?:cli\.ts|internal[\\/]cli)/.test(file));
    expect(modules.length).toBeGreaterThan(40);
    for (const name of modules) {
      const found = computing(readFileSync(join(root, 'src', name), 'utf8'));
      // A symbol that all copies of the package share has to be looked up.
      expect(
        found.filter((statement) => !/^export const \w+: unique symbol = Symbol\.for\(/.test(statement)),
        name,
      ).toEqual([]);
    }
    const counterExample =
      'const a = 1; function f() { g(); } const h = () => g(); class C { x = g(); } const table = g();';
    expect(computing(counterExample)).toEqual(['const table = g();']);
  });
});

/** The statements at the top level of a module that do something. */
function computing(source: string): string[] {
  const { statements } = ts.createSourceFile('module.ts', source, ts.ScriptTarget.ES2022, true);
  return statements.filter(computes).map((statement) => statement.getText());
}

/** Whether a statement runs anything: a call, a `new`, a loop, an assignment, outside of functions and class bodies. */
function computes(node: ts.Node): boolean {
  if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isTypeNode(node)) return false;
  if (ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isExpressionStatement(node)) return true;
  return ts.isIterationStatement(node, false) || ts.isIfStatement(node) || ts.forEachChild(node, computes) === true;
}

describe('the types', () => {
  // Every exported type has to be whole: no error, and no `any` where a name could not be found.
  const consumer = `
    import { type CallbackErrorCode, CallbackError, createDingTalkCodec, isCallbackError } from 'callback-codec';
    import { type AesCbcEngine, encryptAes256Cbc } from 'callback-codec/aes-cbc';
    import { anyOf, type AnswerOf, type CallbackCodec, type MessageOf } from 'callback-codec/any-of';
    import { CREATE_SUITE_KEY, type DingTalkMessage } from 'callback-codec/dingtalk';
    import { createDingTalkCardCodec, type DingTalkCardMessage } from 'callback-codec/dingtalk-card';
    import { createDingTalkRobotCodec, type DingTalkRobotMessage } from 'callback-codec/dingtalk-robot';
    import { type Diagnosis, explainFeishu, explainWeCom, type Finding, type FindingId } from 'callback-codec/explain';
    import { createFeishuCodec, type FeishuMessage } from 'callback-codec/feishu';
    import { feishuBotSignature } from 'callback-codec/feishu-bot';
    import { createFeishuCardCodec, type FeishuCardMessage } from 'callback-codec/feishu-card';
    import { type RequestLike, toFetchHandler } from 'callback-codec/fetch';
    import { type NodeRequest, type NodeResponse, readNodeBody, toNodeHandler } from 'callback-codec/node';
    import { createSimdAesCbc, type SimdAesCbcEngine } from 'callback-codec/simd';
    import { createTencentChatCodec, type TencentChatMessage } from 'callback-codec/tencent-chat';
    import { createTrtcCodec, type TrtcMessage } from 'callback-codec/trtc';
    import { createWeChatCodec, type WeChatMessage } from 'callback-codec/wechat';
    import { createWeComCodec, type WeComMessage, type XmlRecord } from 'callback-codec/wecom';

    type IsAny<T> = 0 extends 1 & T ? true : false;
    type AreAny<T extends readonly unknown[]> = { [index in keyof T]: IsAny<T[index]> }[number];
    export const isAnyAny: AreAny<[CallbackErrorCode, CallbackError, AesCbcEngine, SimdAesCbcEngine, XmlRecord,
      FeishuMessage, FeishuCardMessage, DingTalkMessage, DingTalkCardMessage, DingTalkRobotMessage, WeComMessage,
      WeChatMessage, TencentChatMessage, TrtcMessage, CallbackCodec, RequestLike, NodeRequest, NodeResponse, Diagnosis, Finding]> = false;
    export const ids: readonly FindingId[] = explainFeishu(undefined, null, { language: 'zh' }).findings.map(({ id }) => id);
    export const diagnosis: Diagnosis = explainWeCom({ encodingAesKey: 5 }, { body: { parsed: true } });
    // @ts-expect-error there is no such language
    explainFeishu({}, {}, { language: 'fr' });
    export const bytes: Uint8Array = encryptAes256Cbc(new Uint8Array(32), new Uint8Array(16), new Uint8Array(0));
    export const readBody: Promise<Uint8Array> = readNodeBody({ headers: {}, on() {}, off() {}, pause() {}, resume() {} }, 9);
    export const sign: string = feishuBotSignature({ timestamp: '1', secret: 's' });

    const feishu = createFeishuCodec<{ t: { a: string } }>({ encryptKey: 'k', aes: createSimdAesCbc() });
    const message = feishu.decode({ body: bytes, headers: new Map([['a', 'b']]) });
    export const text: string = message.kind === 'verification' ? message.challenge : message.event.a;
    export const dingTalk = createDingTalkCodec({ token: 't', encodingAesKey: 'k', ownerKey: [CREATE_SUITE_KEY] });
    const chat = createTencentChatCodec({ token: 't' });
    export const optPlatform: string | undefined = chat.decode({ url: '', body: '' }).optPlatform;
    const weCom = createWeComCodec({ token: 't', encodingAesKey: 'k', receiveId: '' });
    const weChat = createWeChatCodec({ token: 't' });
    const robot = createDingTalkRobotCodec({ appSecret: 's' });
    const card = createDingTalkCardCodec({ apiSecret: 's' });
    const feishuCard = createFeishuCardCodec({ verificationToken: 't' });
    const trtc = createTrtcCodec({ key: 'k' });

    const all = anyOf(feishu, dingTalk, weCom, weChat, robot, card, feishuCard, chat, trtc);
    export function read(message: MessageOf<typeof all>): string | undefined {
      switch (message.platform) {
        case 'dingtalk': return message.ownerKey;
        case 'wecom': return message.receiveId;
        case 'wechat': return message.kind === 'event' ? message.appId : message.text;
        case 'tencent-chat': return message.query.Sign;
        case 'feishu-card': return message.kind === 'verification' ? message.challenge : message.type;
        default: return message.id;
      }
    }
    export const answer: AnswerOf<typeof weCom> = { MsgType: 'text' };
    export const push: { method: 'GET' | 'POST'; body: string | null } = all.encode({});
    export const reply: { status: 200; headers: Record<string, string>; body: string } = feishu.reply(message);
    export const handle: (request: RequestLike) => Promise<object> =
      toFetchHandler(all, (message) => { const kind: 'event' = message.kind; return undefined; });
    export const listener: (request: NodeRequest, response: NodeResponse) => Promise<void> =
      toNodeHandler(weCom, async ({ event }) => event, { onRefused: ({ code }) => { const known: CallbackErrorCode = code; } });
    declare const anyCodec: CallbackCodec;
    export const codecs: readonly CallbackCodec<any, any>[] = [anyCodec, feishu, dingTalk, weCom, weChat, all];

    // @ts-expect-error a parsed body is refused
    dingTalk.decode({ body: { encrypt: '' } });
    export const missing = () => dingTalk.decode({ body: null, query: null, headers: undefined });
    declare const unset: string | undefined;
    // @ts-expect-error a variable that may not be set is no secret
    export const open = () => createFeishuCodec({ encryptKey: unset, verificationToken: 't' });
    // @ts-expect-error nor is it an id
    export const openApp = () => createTencentChatCodec({ token: 't', sdkAppId: unset });
    // @ts-expect-error the message comes first
    export const swapped = () => dingTalk.reply('success', dingTalk.decode({}));
    // @ts-expect-error TRTC takes no answer
    export const answered = () => trtc.reply(trtc.decode({}), {});
    export const codeOf = (error: unknown): CallbackErrorCode | undefined => isCallbackError(error) ? error.code : undefined;
    // @ts-expect-error there is no such code
    export const wrong: CallbackErrorCode = 'ERR_WRONG';
  `;
  const kernelConsumer = `
    import { createSimdAesCbc } from 'callback-codec/simd';
    import kernel from 'callback-codec/simd.wasm';
    type IsAny<T> = 0 extends 1 & T ? true : false;
    export const isAny: IsAny<typeof kernel> = false;
    export const aes = createSimdAesCbc(kernel);`;
  const bareEs2020 = {
    target: 'es2020',
    lib: ['es2020'],
    types: [],
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
  };
  test.each([
    ['node16', 'node16', 'mts'],
    ['node16', 'node16', 'cts'],
    ['bundler', 'es2020', 'ts'],
    ['node10', 'commonjs', 'ts'],
  ])(
    'compile with es2020 and no ambient types: resolution %s, module %s, .%s',
    (moduleResolution, module, extension) => {
      const folder = join(installed.folder, `types-${moduleResolution}-${extension}`);
      const options = { ...bareEs2020, module, moduleResolution };
      const kernel = { [`kernel.${extension}`]: kernelConsumer };
      const canImportKernel = extension !== 'cts'; // WebAssembly cannot be required
      const files = { [`consumer.${extension}`]: consumer, ...(canImportKernel ? kernel : {}) };
      expect(typeCheck(folder, options, files)).toBe('');
      if (!canImportKernel) expect(typeCheck(folder, options, kernel)).toContain('TS1479');
      const wrong = `import { nothing } from 'callback-codec/feishu';`;
      expect(typeCheck(folder, options, { [`wrong.${extension}`]: wrong })).toContain('has no exported member');
    },
  );
});

describe('bundles', () => {
  /** What an algorithm cannot do without: its numbers, in decimal as esbuild prints them, or its words. */
  const MARKS = {
    aes: /\b283\b|\b0x11b\b/i, // the field's polynomial, from which noble makes its tables
    sha1: /\b1518500249\b|\b0x5a827999\b/i, // the first round's constant
    sha256: /\b1116352408\b|\b0x428a2f98\b/i, // the same
    base64: /xyz0123456789\+\//, // the alphabet
    xml: /DOCTYPE/, // what its reader refuses
    wasm: /AGFzbQ/, // the kernel of the SIMD engine
  };
  type Mark = keyof typeof MARKS;

  async function bundle(specifier: string): Promise<string> {
    const { outputFiles, warnings } = await build({
      stdin: { contents: `export * from '${specifier}';`, resolveDir: installed.folder },
      ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', platform: 'neutral', write: false },
    });
    expect(warnings).toEqual([]);
    return outputFiles[0]?.text as string;
  }

  /** What the bundle of each entry holds, and nothing else of {@link MARKS}. */
  const HOLDS: Record<string, readonly Mark[]> = {
    index: ['aes', 'sha1', 'sha256', 'base64', 'xml'],
    'aes-cbc': ['aes', 'base64'],
    'any-of': [],
    dingtalk: ['aes', 'sha1', 'base64'],
    'dingtalk-card': ['sha256', 'base64'],
    'dingtalk-robot': ['sha256', 'base64'],
    explain: ['aes', 'sha1', 'sha256', 'base64', 'xml'],
    feishu: ['aes', 'sha256', 'base64'],
    'feishu-bot': ['sha256', 'base64'],
    'feishu-card': ['sha1'],
    fetch: [],
    node: [],
    simd: ['aes', 'base64', 'wasm'],
    'tencent-chat': ['sha256'],
    trtc: ['sha256', 'base64'],
    wechat: ['aes', 'sha1', 'base64', 'xml'],
    wecom: ['aes', 'sha1', 'base64', 'xml'],
  };

  const sizes: string[] = [];
  afterAll(() => console.log(['bundle                         minified     gzip', ...sizes].join('\n')));

  test.each(entries)('%s holds its own algorithms and no other', async (entry) => {
    const code = await bundle(specifierOf(entry));
    const gzipped = gzipSync(code, { level: 9 }).length;
    sizes.push(`${specifierOf(entry).padEnd(31)}${String(code.length).padStart(8)}${String(gzipped).padStart(9)}`);
    // The pages are written by `npm run bench:sizes -- --readme`.
    for (const page of entry === 'explain' ? [] : ['runtimes.md', 'runtimes.zh-CN.md']) {
      const text = readFileSync(join(root, 'docs', page), 'utf8');
      const written = new RegExp(`^\\| \`${specifierOf(entry)}\` \\| ([\\d.]+) kB \\|$`, 'm').exec(text)?.[1];
      expect(Math.abs(Number(written) - gzipped / 1000), page).toBeLessThan(0.2);
    }
    const found = (Object.keys(MARKS) as Mark[]).filter((mark) => MARKS[mark].test(code));
    expect(found).toEqual(HOLDS[entry]);
  });
});
