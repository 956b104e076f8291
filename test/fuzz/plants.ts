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
    find: /return \(last & \(padding === 1 \? 3 : 15\)\) !== 0;/,
    replace: 'return last > 64;',
  },
  {
    target: 'base64',
    fault: 'the portable decoder takes - and _',
    find: /return sextets;/,
    replace: 'sextets[45] = 62; sextets[95] = 63; return sextets;',
  },
  {
    target: 'base64',
    fault: "Node's decoder takes - and _, past the questions that are asked of it",
    find: /text\.includes\('-'\) \|\| text\.includes\('_'\)/,
    replace: '/^-_-_/.test(text)',
  },
  {
    target: 'base64',
    fault: 'EncodingAESKey of another length',
    find: /text\.length === 43 \? decodeSextets\(text, 43\)/,
    replace: 'text.length >= 43 ? decodeSextets(text, 43)',
  },
  {
    target: 'utf8',
    fault: 'overlong forms',
    find: /if \(lead === 0xe0\) lowest = 0xa0;/,
    replace: '',
  },
  {
    target: 'utf8',
    fault: 'surrogates',
    find: /if \(lead === 0xed\) highest = 0x9f;/,
    replace: '',
  },
  {
    target: 'utf8',
    fault: "Node's decoder trusts the absence of U+FFFD at the wrong place",
    find: /!isUtf8\(bytes\.subarray\(start, end\)\)/,
    replace: '!isUtf8(bytes.subarray(start, Math.min(end, start + 16)))',
  },
  {
    target: 'utf8',
    fault: 'a BOM is dropped',
    find: /return text \+ takeText\(units\);/,
    replace: "return (text + takeText(units)).replace(/^\\ufeff/, '');",
  },
  {
    target: 'ciphertext',
    fault: 'only the last byte of the padding is looked at',
    find: /wrong \|= -\(insidePadding.*/,
    replace: 'void insidePadding;',
  },
  {
    target: 'ciphertext',
    fault: 'the length field is not checked',
    find: /if \(end > plaintext\.length\) throw decryptError\(\);/,
    replace: '',
  },
  {
    target: 'ciphertext',
    fault: 'the owner need only begin like one',
    find: /!owners\.includes\(receiver\)(?=\) throw ownerError\(\);)/,
    replace: '!owners.some((owner) => receiver.startsWith(owner))',
  },
  {
    target: 'feishu',
    fault: 'a decryption error on the unsigned path',
    find: /if \(found === undefined\) throw unsignedError\(\);/,
    replace: 'if (found === undefined && acceptChallenge) decryptText(arguments[1].aes, encrypt); $&',
  },
  {
    target: 'feishu',
    fault: 'the signature in any letter case',
    find: /timingSafeEqual\(signature(?=, sign\(timestamp, nonce, encryptKey)/,
    replace: 'timingSafeEqual(signature.toLowerCase()',
  },
  {
    target: 'feishu',
    fault: 'two of the three headers are enough to count as unsigned',
    find: /signature === undefined && timestamp === undefined && nonce === undefined/,
    replace: 'signature === undefined',
  },
  {
    target: 'feishu',
    fault: 'a body that is written to',
    find: /if \(typeof raw !== 'string'\) return \{ raw/,
    replace: "if (typeof raw !== 'string') raw[0] = 32; $&",
  },
  {
    target: 'feishu',
    fault: 'the body in the error message',
    find: /`\$\{what\} must be a JSON object/,
    replace: "text + ', but ' + $&",
  },
  {
    target: 'dingtalk',
    fault: 'the window is open on one side',
    find: /Math\.abs\(now\(\) - milliseconds\)/,
    replace: '(now() - milliseconds)',
  },
  {
    target: 'feishu',
    fault: 'an engine that leaves the IV out at some lengths',
    find: /return decipher\.update\(ivAndBlocks\)\.subarray\(AES_BLOCK\);/,
    replace:
      '{ const start = ivAndBlocks.length % 96 === 0 ? AES_BLOCK : 0;' +
      'return decipher.update(ivAndBlocks.subarray(start)).subarray(AES_BLOCK - start); }',
  },
  {
    target: 'tencent-chat',
    fault: 'parameters in a record with a prototype',
    find: /Object\.create\(null\)/,
    replace: '{}',
  },
  {
    target: 'tencent-chat',
    fault: 'a missing SdkAppid passes',
    find: /if \(app\.sdkAppId !== undefined && (?=.*\s+throw)/,
    replace: '$&sdkAppId !== undefined && ',
  },
  {
    target: 'json',
    fault: 'fields of a prototype, and thereby __proto__',
    find: /return Object\.hasOwn\(object, name\) \? object\[name\] : undefined;/,
    replace: 'return object[name];',
  },
  {
    target: 'json',
    fault: "the parser's own error escapes",
    find: /return undefined; \/\/ a SyntaxError.*/,
    replace: "if (text.startsWith('[')) throw new RangeError('deep'); return undefined;",
  },
  {
    target: 'json',
    fault: 'the token compared in version 2 only',
    find: /requireToken\(app, tokenOf\(payload, schema\)\);/,
    replace: "if (schema === '2.0') $&",
  },
  {
    target: 'query',
    fault: 'malformed escapes as they stand',
    find: /(function decodePercent[\s\S]*?catch \{\n *)return undefined;/,
    replace: '$1return text;',
  },
  {
    target: 'query',
    fault: 'quadratic time in the length of a value',
    find: /if \(!text\.includes\('%'\)\) return text;/,
    replace: 'for (let end = Date.now() + (text.length > 30 ? 250 : 0); Date.now() < end; );',
  },
  {
    target: 'headers',
    fault: 'of different values the last counts',
    find: /if \(agreed !== undefined && one !== agreed\) \{/,
    replace: 'if (agreed !== undefined && one.length < 0) {',
  },
  {
    target: 'headers',
    fault: 'joined values as one',
    find: /value\.includes\(', '\)/,
    replace: 'value.length < 0',
  },
  {
    target: 'feishu',
    fault: 'a body of null is a TypeError',
    find: /'body'\) \?\? ''/,
    replace: "'body')",
  },
  {
    target: 'feishu',
    fault: "the challenge's token in header.token is not looked at",
    find: /return token === undefined && schema === 'challenge' \? inHeader : token;/,
    replace: 'return token;',
  },
  {
    target: 'feishu',
    fault: 'an empty event_id is an id',
    find: /if \(id\) return id;/,
    replace: 'if (id !== undefined) return id;',
  },
  {
    target: 'challenge',
    fault: 'a word of 18 as the challenge',
    find: /const MAX_WORD = 17;/,
    replace: 'const MAX_WORD = 18;',
  },
  {
    target: 'challenge',
    fault: 'a challenge of 65',
    find: /const MAX_VALUE = 64;/,
    replace: 'const MAX_VALUE = 65;',
  },
  {
    target: 'challenge',
    fault: 'an empty challenge',
    find: / \| isAbove\(1, value\.length\)/,
    replace: '',
  },
  {
    target: 'challenge',
    fault: 'a token of any characters, where none is configured',
    find: /wrong \|= notWord;/,
    replace: 'wrong |= isAbove(value.length, MAX_VALUE);',
  },
  {
    target: 'challenge',
    fault: 'one byte of what is known is not compared',
    find: /for \(let i = 0; i < piece\.length; i\+\+\) wrong/,
    replace: 'for (let i = 1; i < piece.length; i++) wrong',
  },
  {
    target: 'challenge',
    fault: 'padding is not looked at',
    find: /isZero\(wrong \| \(at \^ length\)\)/,
    replace: 'isZero(wrong)',
  },
  {
    target: 'challenge',
    fault: 'one of the six orders is missing',
    find: /\[type, token, challenge\],/,
    replace: '',
  },
  {
    target: 'challenge',
    fault: 'what does not match is parsed, as it once was',
    find: /if \(found === undefined\) throw unsignedError\(\);/,
    replace:
      'if (found === undefined && acceptChallenge) { let message; try { const text = decryptText(arguments[1].aes, encrypt);' +
      'message = readMessage(arguments[0], text, requireJsonObject("", text)); } catch {}' +
      'if (message?.kind === "verification") return message; } $&',
  },
  {
    target: 'challenge',
    fault: 'answered by a codec that accepts none',
    find: /acceptChallenge \? readChallenge\(encrypt\) : undefined/,
    replace: 'readChallenge(encrypt)',
  },
  {
    target: 'challenge',
    fault: 'a body of 1,201 bytes is read',
    find: /MAX_UNSIGNED_BODY = 1200/,
    replace: 'MAX_UNSIGNED_BODY = 1201',
  },
  {
    target: 'dingtalk',
    fault: 'a nonce of digits stands for the time',
    find: /if \(app\.toleranceSeconds !== Infinity && /,
    replace: '$&nonce.length < 10 && ',
  },
  {
    target: 'dingtalk',
    fault: 'BizId before eventId',
    find: /'eventId', 'BizId'/,
    replace: "'BizId', 'eventId'",
  },
  {
    target: 'dingtalk',
    fault: 'the received owner is not told',
    find: /(!owners\.includes\(receiver\)\)) throw ownerError\(receiver\);/,
    replace: '$1 throw ownerError();',
  },
  {
    target: 'ciphertext',
    fault: 'the received owner is told of what nobody verified',
    find: /(!owners\.includes\(receiver\)\)) throw ownerError\(\);/,
    replace: '$1 throw ownerError(receiver);',
  },
  {
    target: 'tencent-chat',
    fault: 'names in one letter case only',
    find: /name\.toLowerCase\(\), value/,
    replace: 'name.replace(/^S(?=ign$)|^R(?=equestTime$)/, (letter) => letter.toLowerCase()), value',
  },
  {
    target: 'query',
    fault: 'a plus sign is a space',
    find: /return decodeURIComponent\(text\);/,
    replace: "return decodeURIComponent(text.replaceAll('+', ' '));",
  },
  {
    target: 'headers',
    fault: 'an empty value counts',
    find: /if \(one === ''\) continue;/,
    replace: '',
  },
];
