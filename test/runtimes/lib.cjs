// lib.mjs for the CommonJS build, with the same refusal of a second copy.
const subpaths = [
  require('callback-codec'),
  require('callback-codec/aes-cbc'),
  require('callback-codec/dingtalk'),
  require('callback-codec/feishu'),
  require('callback-codec/simd'),
  require('callback-codec/tencent-chat'),
];
for (const names of subpaths)
  for (const name of Object.keys(names)) {
    if (name in exports && exports[name] !== names[name]) throw new Error(`two copies of ${name}`);
    exports[name] = names[name];
  }
