// Faults that each target must find when they are planted into a copy of the sources: the proof that it can fail.
import type { Change } from './bundle.mjs';

export interface Plant extends Change {
  /** What the fault does. */
  readonly fault: string;
  readonly target: string;
}

export const plants: readonly Plant[] = [
  {
    target: 'base64',
    fault: 'bits that fill no byte may be set',
    file: 'bytes',
    find: /return \(last & \(padding === 1 \? 3 : 15\)\) !== 0;/,
    replace: 'return last > 64;',
  },
  {
    target: 'base64',
    fault: 'the portable decoder takes - and _',
    file: 'bytes',
    find: /return sextets;/,
    replace: 'sextets[45] = 62; sextets[95] = 63; return sextets;',
  },
  {
    target: 'base64',
    fault: "Node's decoder takes - and _, past the questions that are asked of it",
    file: 'host',
    find: /text\.includes\('-'\) \|\| text\.includes\('_'\)/,
    replace: '/^-_-_/.test(text)',
  },
  {
    target: 'base64',
    fault: 'EncodingAESKey of another length',
    file: 'dingtalk',
    find: /text\.length === 43 \? decodeSextets\(text, 43\)/,
    replace: 'text.length >= 43 ? decodeSextets(text, 43)',
  },
  {
    target: 'utf8',
    fault: 'overlong forms',
    file: 'bytes',
    find: /if \(lead === 0xe0\) lowest = 0xa0;/,
    replace: '',
  },
  {
    target: 'utf8',
    fault: 'surrogates',
    file: 'bytes',
    find: /if \(lead === 0xed\) highest = 0x9f;/,
    replace: '',
  },
  {
    target: 'utf8',
    fault: "Node's decoder trusts the absence of U+FFFD at the wrong place",
    file: 'host',
    find: /!isUtf8\(bytes\.subarray\(start, end\)\)/,
    replace: '!isUtf8(bytes.subarray(start, Math.min(end, start + 16)))',
  },
  {
    target: 'utf8',
    fault: 'a BOM is dropped',
    file: 'bytes',
    find: /return text \+ takeText\(units\);/,
    replace: "return (text + takeText(units)).replace(/^\\ufeff/, '');",
  },
  {
    target: 'ciphertext',
    fault: 'only the last byte of the padding is looked at',
    file: 'pkcs7',
    find: /wrong \|= -\(insidePadding.*/,
    replace: 'void insidePadding;',
  },
  {
    target: 'ciphertext',
    fault: 'the length field is not checked',
    file: 'dingtalk',
    find: /end <= length \?/,
    replace: 'end >= 0 ?',
  },
  {
    target: 'ciphertext',
    fault: 'the owner need only begin like one',
    file: 'dingtalk',
    find: /let difference = bytes\.length \^ \(end - start\);/,
    replace: 'let difference = 0;',
  },
  {
    target: 'feishu',
    fault: 'a decryption error on the unsigned path',
    file: 'feishu',
    find: /const text = opened\?\.text;/,
    replace: '$& if (opened !== undefined && text === undefined) throw decryptError();',
  },
  {
    target: 'feishu',
    fault: 'the signature in any letter case',
    file: 'feishu',
    find: /equalInConstantTime\(signature, /,
    replace: 'equalInConstantTime(signature.toLowerCase(), ',
  },
  {
    target: 'feishu',
    fault: 'two of the three headers are enough to count as unsigned',
    file: 'feishu',
    find: /signature === undefined && timestamp === undefined && nonce === undefined/,
    replace: 'signature === undefined',
  },
  {
    target: 'feishu',
    fault: 'a body that is written to',
    file: 'request',
    find: /requireBodyLength\(raw\.length, maxBodyBytes\);\n {2}return/,
    replace: 'requireBodyLength(raw.length, maxBodyBytes); raw[0] = 32;\n  return',
  },
  {
    target: 'feishu',
    fault: 'the body in the error message',
    file: 'request',
    find: /`\$\{what\} must be a JSON object in UTF-8`/,
    replace: "what + ' must be a JSON object in UTF-8: ' + text",
  },
  {
    target: 'dingtalk',
    fault: 'the window is open on one side',
    file: 'request',
    find: /Math\.abs\(now\(\) - milliseconds\)/,
    replace: '(now() - milliseconds)',
  },
  {
    target: 'feishu',
    fault: 'an engine that leaves the IV out at some lengths',
    file: 'engine',
    find: /return decipher\.update\(ivAndBlocks\)\.subarray\(AES_BLOCK\);/,
    replace:
      '{ const start = ivAndBlocks.length % 96 === 0 ? AES_BLOCK : 0;' +
      'return decipher.update(ivAndBlocks.subarray(start)).subarray(AES_BLOCK - start); }',
  },
  {
    target: 'tencent-chat',
    fault: 'parameters in a record with a prototype',
    file: 'tencent-chat',
    find: /Object\.create\(null\)/,
    replace: '{}',
  },
  {
    target: 'tencent-chat',
    fault: 'a missing SdkAppid passes',
    file: 'tencent-chat',
    find: /sdkAppId !== undefined && sentSdkAppId !== sdkAppId/,
    replace: 'sdkAppId !== undefined && sentSdkAppId !== undefined && sentSdkAppId !== sdkAppId',
  },
  {
    target: 'json',
    fault: 'fields of a prototype, and thereby __proto__',
    file: 'request',
    find: /return Object\.hasOwn\(object, name\) \? object\[name\] : undefined;/,
    replace: 'return object[name];',
  },
  {
    target: 'json',
    fault: "the parser's own error escapes",
    file: 'request',
    find: /return undefined; \/\/ a SyntaxError.*/,
    replace: "if (text.startsWith('[')) throw new RangeError('deep'); return undefined;",
  },
  {
    target: 'json',
    fault: 'the token compared in version 2 only',
    file: 'feishu',
    find: /if \(verificationToken === undefined\) return true;/,
    replace: 'if (verificationToken === undefined || !isVersion2(payload)) return true;',
  },
  {
    target: 'query',
    fault: 'malformed escapes as they stand',
    file: 'request',
    find: /(function decodePercent[\s\S]*?catch \{\n *)return undefined;/,
    replace: '$1return text;',
  },
  {
    target: 'query',
    fault: 'quadratic time in the length of a value',
    file: 'request',
    find: /if \(!\/\[%\+\]\/\.test\(text\)\) return text;/,
    replace: 'for (let end = Date.now() + (text.length > 30 ? 250 : 0); Date.now() < end; );',
  },
  {
    target: 'headers',
    fault: 'of different values the last counts',
    file: 'request',
    find: /if \(agreed !== undefined && one !== agreed\) \{/,
    replace: 'if (agreed !== undefined && one.length < 0) {',
  },
  {
    target: 'headers',
    fault: 'joined values as one',
    file: 'request',
    find: /value\.includes\(', '\)/,
    replace: 'value.length < 0',
  },
];
