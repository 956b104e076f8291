// What users install, not what the repository holds: the tarball, in an empty folder. `npm test` has built it.
import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Installed, manifest, packAndInstall, root, runNode, typeCheck } from './package/installed.ts';

const ENTRIES = ['index', 'feishu', 'dingtalk', 'tencent-chat', 'aes-cbc', 'simd'] as const;
const specifierOf = (entry: string): string => (entry === 'index' ? 'callback-codec' : `callback-codec/${entry}`);
const SPECIFIERS = ENTRIES.map(specifierOf);

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
    const entries = ENTRIES.flatMap((entry) => ['js', 'cjs', 'd.ts', 'd.cts'].map((type) => `dist/${entry}.${type}`));
    const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'README.zh-CN.md', 'SECURITY.md', 'THIRD-PARTY-NOTICES'];
    // Parts that entries share: code as chunk-HASH, types under the name of the source they come from.
    const chunk = /^dist\/(?:chunk-[A-Z0-9]{8}\.(?:js|cjs)|[a-z0-9]+-[\w-]{8}\.d\.(?:ts|cts))$/;
    const expected = [...entries, 'dist/simd.wasm', ...documents, 'package.json'].sort();
    expect(installed.files.filter((path) => !chunk.test(path))).toEqual(expected);
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
    const code = installed.files.filter((path) => path.startsWith('dist/'));
    const readDist = (path: string) =>
      readFileSync(join(packageFolder, path), 'utf8').replace(/\/\*\*[\s\S]*?\*\//g, '');
    expect(code.filter((path) => foreign.test(readDist(path)))).toEqual([]);
    expect(code.filter((path) => readFileSync(join(packageFolder, path), 'utf8').includes('@noble'))).toEqual([]);
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

  // Only JavaScript has types: simd.wasm is a file for hosts that import WebAssembly modules.
  test.each(['publint --strict', 'attw --format ascii --exclude-entrypoints simd.wasm'])(
    '%s finds nothing',
    (command) => {
      const [tool = '', ...options] = command.split(' ');
      const bin = { publint: 'publint/src/cli.js', attw: '@arethetypeswrong/cli/dist/index.js' }[tool] as string;
      const { status, stdout, stderr } = runNode(root, [
        join(root, 'node_modules', bin),
        installed.tarball,
        ...options,
      ]);
      expect(status, stdout + stderr).toBe(0);
      expect(stdout).toMatch(/All good!|No problems found/);
    },
  );
});

describe('as a module', () => {
  const ERRORS = ['CallbackError', 'isCallbackError'];
  const NAMES: Record<string, readonly string[]> = {
    './feishu': [...ERRORS, 'createFeishuCodec', 'decryptFeishuEvent', 'encryptFeishuEvent', 'feishuSignature'],
    './dingtalk': [
      ...[...ERRORS, 'CREATE_SUITE_KEY', 'createDingTalkCodec', 'decryptDingTalkMessage', 'dingTalkSignature'],
      'encryptDingTalkMessage',
    ],
    './tencent-chat': [...ERRORS, 'createTencentChatCodec', 'tencentChatSignature'],
    './aes-cbc': [
      ...[...ERRORS, 'decryptAes256Cbc', 'encryptAes256Cbc', 'nativeAesCbc', 'nobleAesCbc'],
      ...['openEnvelope', 'sealEnvelope'],
    ],
  };
  // The SIMD engine is for those who ask for it: no other entry carries its bytes.
  const expectedNames = Object.fromEntries(
    Object.entries({
      '.': [...new Set(Object.values(NAMES).flat())],
      ...NAMES,
      './simd': [...ERRORS, 'createSimdAesCbc'],
    }).map(([path, names]) => [path, [...names].sort()]),
  );
  const list = (load: string) => `
    const names = {};
    for (const path of ${JSON.stringify(Object.keys(expectedNames))}) {
      names[path] = Object.keys(${load}(path.replace('.', 'callback-codec'))).sort();
    }
    console.log(JSON.stringify(names));`;

  test('every subpath works by import and by require, and exports what it should', () => {
    expect(Object.keys(manifest.exports)).toEqual([...Object.keys(expectedNames), './simd.wasm', './package.json']);
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

  test.each(['mjs', 'cjs'] as const)('one CallbackError for all subpaths, caught through any of them: %s', (format) => {
    const load = format === 'mjs' ? 'await import' : 'require';
    const code = `
      const all = [];
      for (const specifier of ${JSON.stringify(SPECIFIERS)}) all.push(${load}(specifier));
      const thrown = [];
      for (const { createFeishuCodec, createDingTalkCodec, createTencentChatCodec, encryptAes256Cbc } of all) {
        for (const fail of [createFeishuCodec, createDingTalkCodec, createTencentChatCodec]) {
          try { fail?.({}); } catch (error) { thrown.push(error); }
        }
        try { encryptAes256Cbc?.(new Uint8Array(1)); } catch (error) { thrown.push(error); }
      }
      console.log(thrown.length, thrown.every((error) => all.every(({ CallbackError }) => error instanceof CallbackError)));`;
    expect(run(format, code)).toBe('8 true');
  });

  /** What every entry of each of these packages throws, and whether each one's `isCallbackError` knows it. */
  const recognise = (names: readonly string[]) => `
    import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    const all = [];
    for (const specifier of ${JSON.stringify(names)}) all.push(await import(specifier), require(specifier));
    const errors = [];
    for (const { createFeishuCodec, createDingTalkCodec, createTencentChatCodec, encryptAes256Cbc } of all) {
      for (const fail of [createFeishuCodec, createDingTalkCodec, createTencentChatCodec]) {
        try { fail?.({}); } catch (error) { errors.push(error); }
      }
      try { encryptAes256Cbc?.(new Uint8Array(1)); } catch (error) { errors.push(error); }
    }
    const others = [new Error('ERR_CONFIG'), Object.assign(new Error(''), { code: 'ERR_CONFIG' }), null, 'CallbackError'];
    console.log(JSON.stringify({
      errors: errors.length,
      classes: new Set(all.map(({ CallbackError }) => CallbackError)).size,
      known: errors.every((error) => all.every(({ isCallbackError }) => isCallbackError(error) === true)),
      byInstanceof: errors.every((error) => all.every(({ CallbackError }) => error instanceof CallbackError)),
      others: others.some((other) => all.some(({ isCallbackError }) => isCallbackError(other))),
    }));`;

  test('isCallbackError of every entry knows the errors of both builds, which instanceof does not', () => {
    const seen = { errors: 16, classes: 2, known: true, byInstanceof: false, others: false };
    expect(JSON.parse(run('mjs', recognise(SPECIFIERS)))).toEqual(seen);
  });

  test('isCallbackError knows the errors of another copy of the package', () => {
    cpSync(packageFolder, join(installed.folder, 'node_modules/a-copy'), { recursive: true });
    try {
      const seen = { errors: 16, classes: 4, known: true, byInstanceof: false, others: false };
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
    expect(seen).toEqual({ left: [], decoded: ['你好 👋', 'check_url', 'State.StateChange'], changed: [] });
  });

  test('computes nothing at import: what modules of src do at their top level is declare', () => {
    for (const name of readdirSync(join(root, 'src')).filter((file) => file.endsWith('.ts'))) {
      expect(computing(readFileSync(join(root, 'src', name), 'utf8')), name).toEqual([]);
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
    import { createFeishuCodec, type FeishuMessage } from 'callback-codec/feishu';
    import { CREATE_SUITE_KEY, type DingTalkMessage } from 'callback-codec/dingtalk';
    import { createTencentChatCodec, type TencentChatMessage } from 'callback-codec/tencent-chat';
    import { type AesCbcEngine, encryptAes256Cbc } from 'callback-codec/aes-cbc';
    type IsAny<T> = 0 extends 1 & T ? true : false;
    type AreAny = [IsAny<CallbackErrorCode>, IsAny<CallbackError>, IsAny<FeishuMessage>, IsAny<DingTalkMessage>,
      IsAny<TencentChatMessage>, IsAny<AesCbcEngine>];
    export const areAny: AreAny = [false, false, false, false, false, false];
    export const bytes: Uint8Array = encryptAes256Cbc(new Uint8Array(32), new Uint8Array(16), new Uint8Array(0));
    const message = createFeishuCodec({ encryptKey: 'k' }).decode({ body: bytes, headers: new Map([['a', 'b']]) });
    export const text: string = message.kind === 'challenge' ? message.challenge : message.type;
    export const codec = createDingTalkCodec({ token: 't', encodingAesKey: 'k', ownerKey: [CREATE_SUITE_KEY] });
    export const platform: string | undefined = createTencentChatCodec({ token: 't' }).decode({ url: '', body: '' }).platform;
    // @ts-expect-error a parsed body is refused
    codec.decode({ body: { encrypt: '' } });
    export const missing = () => codec.decode({ body: null, query: null, headers: undefined });
    declare const unset: string | undefined;
    // @ts-expect-error a variable that may not be set is no secret
    export const open = () => createFeishuCodec({ encryptKey: unset, verificationToken: 't' });
    export const codeOf = (error: unknown): CallbackErrorCode | undefined => isCallbackError(error) ? error.code : undefined;
    // @ts-expect-error there is no such code
    export const wrong: CallbackErrorCode = 'ERR_WRONG';
  `;
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
      expect(typeCheck(folder, options, { [`consumer.${extension}`]: consumer })).toBe('');
      const wrong = `import { nothing } from 'callback-codec/feishu';`;
      expect(typeCheck(folder, options, { [`wrong.${extension}`]: wrong })).toContain('has no exported member');
    },
  );
});

describe('bundles', () => {
  /** Numbers that the algorithms cannot do without, in decimal as esbuild prints them. */
  const AES = /\b283\b|\b0x11b\b/i; // the field's polynomial, from which noble makes its tables
  const SHA1 = /\b1518500249\b|\b0x5a827999\b/i; // the first round's constant
  const SHA256 = /\b1116352408\b|\b0x428a2f98\b/i; // the same

  async function bundle(specifier: string): Promise<string> {
    const { outputFiles, warnings } = await build({
      stdin: { contents: `export * from '${specifier}';`, resolveDir: installed.folder },
      ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', platform: 'neutral', write: false },
    });
    expect(warnings).toEqual([]);
    return outputFiles[0]?.text as string;
  }

  const sizes: string[] = [];
  afterAll(() => console.log(['bundle                      minified     gzip', ...sizes].join('\n')));

  test.each([
    ['callback-codec', { aes: true, sha1: true, sha256: true }],
    ['callback-codec/feishu', { aes: true, sha1: false, sha256: true }],
    ['callback-codec/dingtalk', { aes: true, sha1: true, sha256: false }],
    ['callback-codec/tencent-chat', { aes: false, sha1: false, sha256: true }],
    ['callback-codec/aes-cbc', { aes: true, sha1: false, sha256: false }],
  ])('%s holds %j and no other algorithm', async (specifier, algorithms) => {
    const code = await bundle(specifier);
    const gzipped = gzipSync(code, { level: 9 }).length;
    sizes.push(`${specifier.padEnd(28)}${String(code.length).padStart(8)}${String(gzipped).padStart(9)}`);
    expect({ aes: AES.test(code), sha1: SHA1.test(code), sha256: SHA256.test(code) }).toEqual(algorithms);
  });
});
