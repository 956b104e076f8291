// The built package twice: on what this Node has built in, and on bare ECMAScript, as on a host without Buffer and crypto.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const PATH = '../../dist/index.cjs';

/** What the package looks for at first use. */
const BUILT_IN = [
  [globalThis, 'process'],
  [globalThis, 'TextEncoder'],
  [globalThis, 'TextDecoder'],
  [Uint8Array.prototype, 'toBase64'],
  [Uint8Array.prototype, 'setFromBase64'],
];

/** Every function once, so that each has chosen what it runs on. */
function warmUp(lib) {
  const key = 'A'.repeat(43);
  const feishu = lib.createFeishuCodec({ encryptKey: 'k' });
  const dingTalk = lib.createDingTalkCodec({ token: 't', encodingAesKey: key, ownerKey: 'o' });
  feishu.decode(feishu.encode({ event: { type: 't' } }));
  dingTalk.decode(dingTalk.encode({ EventType: 't' }));
  lib.tencentChatSignature({ token: 't', requestTime: '1' });
  lib.trtcSignature('', 'k');
  feishu.verify({ body: Buffer.from('{}') });
}

/** A fresh copy of the package, set up by `warmUp`. */
function load() {
  for (const path of Object.keys(require.cache)) if (/[\\/]dist[\\/]/.test(path)) delete require.cache[path];
  return require(PATH);
}

function loadBare() {
  const hidden = BUILT_IN.map(([holder, name]) => [holder, name, Object.getOwnPropertyDescriptor(holder, name)]);
  try {
    for (const [holder, name] of hidden) delete holder[name];
    const lib = load();
    warmUp(lib);
    let refusal;
    try {
      lib.nativeAesCbc(new Uint8Array(32));
    } catch (error) {
      refusal = error;
    }
    if (refusal?.code !== 'ERR_CONFIG') throw new Error('the bare copy still finds node:crypto');
    return lib;
  } finally {
    for (const [holder, name, descriptor] of hidden) if (descriptor) Object.defineProperty(holder, name, descriptor);
  }
}

export const bare = loadBare();
export const native = load();
warmUp(native);
if (bare.CallbackError === native.CallbackError) throw new Error('one copy, not two');
