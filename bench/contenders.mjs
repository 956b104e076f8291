// Who is compared, each written as its users would write it: fast, but plain. A contender that cannot be loaded in a
// runtime (no node:crypto, say) rejects there and is left out.
import { cbc } from '@noble/ciphers/aes.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { nobleAesCbc } from 'callback-codec/aes-cbc';
import { createDingTalkCodec } from 'callback-codec/dingtalk';
import { createFeishuCodec } from 'callback-codec/feishu';
import { createWeComCodec } from 'callback-codec/wecom';

export const feishuSecrets = { encryptKey: 'the key of this bench', verificationToken: 't' };
export const dingTalkSecrets = {
  token: 'token',
  encodingAesKey: '1234567890123456789012345678901234567890123',
  ownerKey: 'dingsnotzck6pm5veliw',
};
/** The same: what differs is the document around the ciphertext and in it. */
export const weComSecrets = {
  token: dingTalkSecrets.token,
  encodingAesKey: dingTalkSecrets.encodingAesKey,
  receiveId: dingTalkSecrets.ownerKey,
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const feishuKey = () => sha256(encoder.encode(feishuSecrets.encryptKey));
const dingTalkKey = () => fromBase64(`${dingTalkSecrets.encodingAesKey}=`);

// --- The best portable base64: a table over the bytes of the text.

const sextets = new Uint8Array(256);
for (const [value, character] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  sextets[character.charCodeAt(0)] = value;
}
let ascii = new Uint8Array(1 << 16);

function fromBase64(text) {
  const { length } = text;
  if (ascii.length < length) ascii = new Uint8Array(length);
  encoder.encodeInto(text, ascii);
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((length / 4) * 3 - padding);
  let to = 0;
  for (let from = 0; from < length; from += 4) {
    const bits =
      (sextets[ascii[from]] << 18) |
      (sextets[ascii[from + 1]] << 12) |
      (sextets[ascii[from + 2]] << 6) |
      sextets[ascii[from + 3]];
    bytes[to++] = bits >> 16;
    bytes[to++] = bits >> 8; // writes behind the end, at padding, go nowhere
    bytes[to++] = bits;
  }
  return bytes;
}

/** The text in a decrypted DingTalk message, its padding still on: prefix(16) ‖ length(4) ‖ text ‖ ownerKey. */
function dingTalkText(bytes) {
  const end = bytes.length - bytes[bytes.length - 1];
  const textEnd = 20 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(16);
  if (decoder.decode(bytes.subarray(textEnd, end)) !== dingTalkSecrets.ownerKey) throw new Error('another owner');
  return decoder.decode(bytes.subarray(20, textEnd));
}

// --- Modules, loaded when a contender asks for them. The names of Node's own are hidden from bundlers.

const node = (module) => import(`node:${module}`);
const commonJs = async (loading) => {
  const module = await loading;
  return module.default ?? module;
};
const feishuSdk = () => commonJs(import('@larksuiteoapi/node-sdk'));

/** The engine of callback-codec/simd; where modules may only be imported, the host puts its own in globalThis. */
async function simdAesCbc() {
  const { createSimdAesCbc } = await import('callback-codec/simd');
  const engine = createSimdAesCbc(globalThis.simdModule);
  if (engine.kind !== 'simd') throw new Error('no WebAssembly SIMD here: it fell back to noble');
  return engine;
}

// --- Feishu: base64 string in, text out.

const oursFeishu = (aes) => createFeishuCodec({ ...feishuSecrets, aes }).decrypt;

const feishu = {
  'callback-codec': async () => oursFeishu(),
  'callback-codec, noble': async () => oursFeishu(nobleAesCbc),
  'callback-codec, simd': async () => oursFeishu(await simdAesCbc()),

  'Feishu SDK AESCipher': async () => {
    const { AESCipher } = await feishuSdk();
    const cipher = new AESCipher(feishuSecrets.encryptKey);
    return (encrypt) => cipher.decrypt(encrypt);
  },
  'node:crypto, KeyObject': async () => {
    const { createSecretKey } = await node('crypto');
    return feishuByNode(createSecretKey(feishuKey()));
  },
  'node:crypto, Buffer key': async () => {
    const { Buffer } = await node('buffer');
    return feishuByNode(Buffer.from(feishuKey()));
  },
  'noble cbc + table base64': async () => {
    const key = feishuKey();
    return (encrypt) => {
      const bytes = fromBase64(encrypt);
      return decoder.decode(cbc(key, bytes.subarray(0, 16)).decrypt(bytes.subarray(16)));
    };
  },
  WebCrypto: async () => {
    const { subtle } = globalThis.crypto;
    const key = await subtle.importKey('raw', feishuKey(), 'AES-CBC', false, ['decrypt']);
    return async (encrypt) => {
      const bytes = fromBase64(encrypt);
      const algorithm = { name: 'AES-CBC', iv: bytes.subarray(0, 16) };
      return decoder.decode(await subtle.decrypt(algorithm, key, bytes.subarray(16)));
    };
  },
  'crypto-js': async () => {
    const CryptoJs = await commonJs(import('crypto-js'));
    const key = CryptoJs.SHA256(feishuSecrets.encryptKey);
    return (encrypt) => {
      const { words, sigBytes } = CryptoJs.enc.Base64.parse(encrypt);
      const iv = CryptoJs.lib.WordArray.create(words.slice(0, 4));
      const ciphertext = CryptoJs.lib.WordArray.create(words.slice(4), sigBytes - 16);
      return CryptoJs.AES.decrypt({ ciphertext }, key, { iv }).toString(CryptoJs.enc.Utf8);
    };
  },
  'aes-js': async () => {
    const { ModeOfOperation, padding } = await commonJs(import('aes-js'));
    const key = feishuKey();
    return (encrypt) => {
      const bytes = fromBase64(encrypt);
      const padded = new ModeOfOperation.cbc(key, bytes.subarray(0, 16)).decrypt(bytes.subarray(16));
      return decoder.decode(padding.pkcs7.strip(padded));
    };
  },
  'node-forge': async () => {
    const forge = await commonJs(import('node-forge'));
    const key = forge.md.sha256.create().update(feishuSecrets.encryptKey, 'utf8').digest().getBytes();
    return (encrypt) => {
      const bytes = forge.util.decode64(encrypt);
      const decipher = forge.cipher.createDecipher('AES-CBC', key);
      decipher.start({ iv: bytes.slice(0, 16) });
      decipher.update(forge.util.createBuffer(bytes.slice(16)));
      if (!decipher.finish()) throw new Error('padding');
      return decipher.output.toString();
    };
  },
};

async function feishuByNode(key) {
  const [{ createDecipheriv }, { Buffer }] = await Promise.all([node('crypto'), node('buffer')]);
  return (encrypt) => {
    const bytes = Buffer.from(encrypt, 'base64');
    const decipher = createDecipheriv('aes-256-cbc', key, bytes.subarray(0, 16));
    return Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]).toString();
  };
}

// --- DingTalk: base64 string in, text out. WebCrypto cannot take part: it refuses padding above 16 bytes.

const oursDingTalk = (aes) => {
  const codec = createDingTalkCodec({ ...dingTalkSecrets, aes });
  return (encrypt) => codec.decrypt(encrypt).text;
};

const dingTalk = {
  'callback-codec': async () => oursDingTalk(),
  'callback-codec, noble': async () => oursDingTalk(nobleAesCbc),
  'callback-codec, simd': async () => oursDingTalk(await simdAesCbc()),

  'dingtalk-encrypt': async () => {
    const DingTalkEncryptor = await commonJs(import('dingtalk-encrypt'));
    const { token, encodingAesKey, ownerKey } = dingTalkSecrets;
    const encryptor = new DingTalkEncryptor(token, encodingAesKey, ownerKey);
    return (encrypt) => encryptor.decrypt(encrypt);
  },
  '@wecom/crypto': async () => (await weComCrypto()).decrypt,
  'wechat-crypto': async () => (await weChatCrypto()).decrypt,
  'node:crypto, KeyObject': async () => {
    const { createSecretKey } = await node('crypto');
    return dingTalkByNode(createSecretKey(dingTalkKey()));
  },
  'node:crypto, Buffer key': async () => {
    const { Buffer } = await node('buffer');
    return dingTalkByNode(Buffer.from(dingTalkKey()));
  },
  'noble cbc + table base64': async () => {
    const key = dingTalkKey();
    const iv = key.subarray(0, 16);
    return (encrypt) => dingTalkText(cbc(key, iv, { disablePadding: true }).decrypt(fromBase64(encrypt)));
  },
  'crypto-js': async () => {
    const CryptoJs = await commonJs(import('crypto-js'));
    const { Base64, Utf8 } = CryptoJs.enc;
    const key = Base64.parse(`${dingTalkSecrets.encodingAesKey}=`);
    const iv = CryptoJs.lib.WordArray.create(key.words.slice(0, 4));
    return (encrypt) => {
      // Its Pkcs7 takes the padding off whatever its length.
      const { words, sigBytes } = CryptoJs.AES.decrypt({ ciphertext: Base64.parse(encrypt) }, key, { iv });
      const length = words[4];
      const owner = CryptoJs.lib.WordArray.create(bytesOf(words, 20 + length, sigBytes)).toString(Utf8);
      if (owner !== dingTalkSecrets.ownerKey) throw new Error('another owner');
      return CryptoJs.lib.WordArray.create(words.slice(5), length).toString(Utf8);
    };
  },
  'aes-js': async () => {
    const { ModeOfOperation } = await commonJs(import('aes-js'));
    const key = dingTalkKey();
    const iv = key.subarray(0, 16);
    return (encrypt) => dingTalkText(new ModeOfOperation.cbc(key, iv).decrypt(fromBase64(encrypt)));
  },
  'node-forge': async () => {
    const forge = await commonJs(import('node-forge'));
    const key = forge.util.decode64(`${dingTalkSecrets.encodingAesKey}=`);
    const iv = key.slice(0, 16);
    return (encrypt) => {
      const decipher = forge.cipher.createDecipher('AES-CBC', key);
      decipher.start({ iv });
      decipher.update(forge.util.createBuffer(forge.util.decode64(encrypt)));
      decipher.finish(() => true); // keeps the padding
      const { output } = decipher;
      output.getBytes(16);
      const text = forge.util.decodeUtf8(output.getBytes(output.getInt32()));
      const rest = output.getBytes();
      if (rest.slice(0, -rest.charCodeAt(rest.length - 1)) !== dingTalkSecrets.ownerKey)
        throw new Error('another owner');
      return text;
    };
  },
};

function ofOwner({ message, id }) {
  if (id !== dingTalkSecrets.ownerKey) throw new Error('another owner');
  return message;
}

/** The bytes from `start` to `end` of 32-bit words, as a typed array, which crypto-js takes. */
const bytesOf = (words, start, end) =>
  Uint8Array.from({ length: end - start }, (_, i) => words[(start + i) >> 2] >>> (24 - ((start + i) % 4) * 8));

async function dingTalkByNode(key) {
  const [{ createDecipheriv }, { Buffer }] = await Promise.all([node('crypto'), node('buffer')]);
  const iv = Buffer.from(dingTalkKey().subarray(0, 16));
  return (encrypt) => {
    const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
    const bytes = Buffer.concat([decipher.update(encrypt, 'base64'), decipher.final()]);
    const end = bytes.length - bytes[bytes.length - 1];
    const textEnd = 20 + bytes.readUInt32BE(16);
    if (bytes.toString('utf8', textEnd, end) !== dingTalkSecrets.ownerKey) throw new Error('another owner');
    return bytes.toString('utf8', 20, textEnd);
  };
}

// --- The whole Feishu request: verify, parse, decrypt, parse again. { headers, body } in, the message's content out.

const oursFeishuDecode = (aes) => {
  const codec = createFeishuCodec({ ...feishuSecrets, aes });
  return (request) => codec.decode(request).event.text;
};

const feishuDecode = {
  'callback-codec': async () => oursFeishuDecode(),
  'callback-codec, noble': async () => oursFeishuDecode(nobleAesCbc),
  'callback-codec, simd': async () => oursFeishuDecode(await simdAesCbc()),

  // What its adapters and its EventDispatcher do to a request, without their promises and their log.
  'Feishu SDK verify + parse': async () => {
    const { EventDispatcher, LoggerLevel } = await feishuSdk();
    const { requestHandle } = new EventDispatcher({ ...feishuSecrets, loggerLevel: LoggerLevel.error });
    return ({ headers, body }) => {
      const data = Object.assign(Object.create({ headers }), JSON.parse(body));
      if (!requestHandle.checkIsEventValidated(data)) throw new Error('signature');
      return requestHandle.parse(data).text;
    };
  },
  'node:crypto, KeyObject': async () => {
    const { createHash } = await node('crypto');
    return feishuByHand(
      (text) => createHash('sha256').update(text).digest('hex'),
      await feishu['node:crypto, KeyObject'](),
    );
  },
  'floor: node:crypto': async () => {
    const { crypto, Buffer, hash } = await nodeParts('sha256');
    const decipher = keptCipher(crypto.createDecipheriv, crypto.createSecretKey(feishuKey()));
    return feishuByHand(hash, (encrypt) => {
      const padded = decipher.update(Buffer.from(encrypt, 'base64'));
      return padded.utf8Slice(16, padded.length - padded[padded.length - 1]);
    });
  },
  'noble sha256 + cbc': async () =>
    feishuByHand((text) => bytesToHex(sha256(encoder.encode(text))), await feishu['noble cbc + table base64']()),
  'WebCrypto sha256 + cbc': async () => {
    const { subtle } = globalThis.crypto;
    const decrypt = await feishu.WebCrypto();
    return async (request) => {
      const { 'x-lark-request-timestamp': timestamp, 'x-lark-request-nonce': nonce } = request.headers;
      const signed = encoder.encode(timestamp + nonce + feishuSecrets.encryptKey + request.body);
      const expected = bytesToHex(new Uint8Array(await subtle.digest('SHA-256', signed)));
      if (request.headers['x-lark-signature'] !== expected) throw new Error('signature');
      return contentOf(JSON.parse(await decrypt(JSON.parse(request.body).encrypt)));
    };
  },
};

/**
 * The floor: the fastest known way for each part of a request, one after the other, and no check but that of the
 * signature. What we take beyond it is what our checks cost.
 */
async function nodeParts(algorithm) {
  const [crypto, { Buffer }] = await Promise.all([node('crypto'), node('buffer')]);
  const hash = crypto.hash
    ? (text) => crypto.hash(algorithm, text, 'hex')
    : (text) => crypto.createHash(algorithm).update(text).digest('hex');
  return { crypto, Buffer, hash };
}

const keptCipher = (create, key) => create('aes-256-cbc', key, new Uint8Array(16)).setAutoPadding(false);

/** What people write who take no library: signature, then `encrypt`, then the token. */
const feishuByHand = (hash, decrypt) => (request) => {
  const { 'x-lark-request-timestamp': timestamp, 'x-lark-request-nonce': nonce } = request.headers;
  const expected = hash(timestamp + nonce + feishuSecrets.encryptKey + request.body);
  if (request.headers['x-lark-signature'] !== expected) throw new Error('signature');
  return contentOf(JSON.parse(decrypt(JSON.parse(request.body).encrypt)));
};

function contentOf({ token, header, event }) {
  if ((header?.token ?? token) !== feishuSecrets.verificationToken) throw new Error('token');
  return event.text;
}

// --- The whole DingTalk request, { query, body } in and the event's text out, and the whole answer to it: the message in,
// the body out. `timestamp` and `nonce` of the message are those of the request.

const oursDingTalkDecode = (aes) => {
  const codec = createDingTalkCodec({ ...dingTalkSecrets, aes });
  return (request) => codec.decode(request).event.text;
};

const oursReply = (aes) => {
  const codec = createDingTalkCodec({ ...dingTalkSecrets, aes });
  return (message) => codec.reply(message).body;
};

/** `sign(timestamp, nonce, encrypt)` and `decrypt(encrypt)` in the order of a request. */
const dingTalkByHand = (sign, decrypt) => (request) => {
  const { msg_signature, timestamp, nonce } = request.query;
  const { encrypt } = JSON.parse(request.body);
  if (sign(timestamp, nonce, encrypt) !== msg_signature) throw new Error('signature');
  return JSON.parse(decrypt(encrypt)).text;
};

/** `sign` and `encrypt(text)` in the order of an answer. */
const replyByHand = (sign, encrypt) => (message) => {
  const { timestamp, nonce } = message;
  const ciphertext = encrypt('success');
  const msg_signature = sign(timestamp, nonce, ciphertext);
  return JSON.stringify({ msg_signature, timeStamp: timestamp, nonce, encrypt: ciphertext });
};

const sorted = (timestamp, nonce, encrypt) => [dingTalkSecrets.token, timestamp, nonce, encrypt].sort().join('');
const nodeSign = async () => {
  const { createHash } = await node('crypto');
  return (...parts) =>
    createHash('sha1')
      .update(sorted(...parts))
      .digest('hex');
};
const nobleSign = (...parts) => bytesToHex(sha1(encoder.encode(sorted(...parts))));

const dingTalkDecode = {
  'callback-codec': async () => oursDingTalkDecode(),
  'callback-codec, noble': async () => oursDingTalkDecode(nobleAesCbc),
  'callback-codec, simd': async () => oursDingTalkDecode(await simdAesCbc()),

  'dingtalk-encrypt': async () => {
    const DingTalkEncryptor = await commonJs(import('dingtalk-encrypt'));
    const { token, encodingAesKey, ownerKey } = dingTalkSecrets;
    const encryptor = new DingTalkEncryptor(token, encodingAesKey, ownerKey);
    return ({ query: { msg_signature, timestamp, nonce }, body }) =>
      JSON.parse(encryptor.getDecryptMsg(msg_signature, timestamp, nonce, JSON.parse(body).encrypt)).text;
  },
  '@wecom/crypto': async () => {
    const { sign, decrypt } = await weComCrypto();
    return dingTalkByHand(sign, decrypt);
  },
  'wechat-crypto': async () => {
    const { sign, decrypt } = await weChatCrypto();
    return dingTalkByHand(sign, decrypt);
  },
  'node:crypto, KeyObject': async () => dingTalkByHand(await nodeSign(), await dingTalk['node:crypto, KeyObject']()),
  'floor: node:crypto': async () => {
    const { crypto, Buffer, hash } = await nodeParts('sha1');
    const decipher = keptCipher(crypto.createDecipheriv, crypto.createSecretKey(dingTalkKey()));
    const iv = dingTalkKey().subarray(0, 16);
    return dingTalkByHand(
      (...parts) => hash(sorted(...parts)),
      (encrypt) => {
        const message = Buffer.allocUnsafe(16 + (encrypt.length / 4) * 3);
        message.set(iv);
        const written = message.base64Write(encrypt, 16, message.length - 16);
        const padded = decipher.update(message.subarray(0, 16 + written));
        return padded.utf8Slice(36, 36 + padded.readUInt32BE(32));
      },
    );
  },
  'noble sha1 + cbc': async () => dingTalkByHand(nobleSign, await dingTalk['noble cbc + table base64']()),
};

const dingTalkReply = {
  'callback-codec': async () => oursReply(),
  'callback-codec, noble': async () => oursReply(nobleAesCbc),
  'callback-codec, simd': async () => oursReply(await simdAesCbc()),

  'dingtalk-encrypt': async () => {
    const DingTalkEncryptor = await commonJs(import('dingtalk-encrypt'));
    const { token, encodingAesKey, ownerKey } = dingTalkSecrets;
    const encryptor = new DingTalkEncryptor(token, encodingAesKey, ownerKey);
    return ({ timestamp, nonce }) => JSON.stringify(encryptor.getEncryptedMap('success', timestamp, nonce));
  },
  '@wecom/crypto': async () => {
    const { sign, encrypt } = await weComCrypto();
    return replyByHand(sign, encrypt);
  },
  'wechat-crypto': async () => {
    const { sign, encrypt } = await weChatCrypto();
    return replyByHand(sign, encrypt);
  },
  'node:crypto, KeyObject': async () => {
    const [{ createCipheriv, createSecretKey, randomBytes }, { Buffer }] = await Promise.all([
      node('crypto'),
      node('buffer'),
    ]);
    const key = createSecretKey(dingTalkKey());
    const iv = Buffer.from(dingTalkKey().subarray(0, 16));
    return replyByHand(await nodeSign(), (text) => {
      const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
      return Buffer.concat([cipher.update(dingTalkPlaintext(text, randomBytes(16))), cipher.final()]).toString(
        'base64',
      );
    });
  },
  'floor: node:crypto': async () => {
    const { crypto, hash } = await nodeParts('sha1');
    const cipher = keptCipher(crypto.createCipheriv, crypto.createSecretKey(dingTalkKey()));
    const iv = dingTalkKey().subarray(0, 16);
    let last = new Uint8Array(16);
    // Many bytes are drawn at once, because a draw costs the same whatever its size; the plaintext is written into memory
    // that is kept.
    let random = crypto.randomBytes(1024);
    let used = 0;
    const memory = new Uint8Array(1024);
    const behindHeader = memory.subarray(20);
    const { ownerKey } = dingTalkSecrets;
    return replyByHand(
      (...parts) => hash(sorted(...parts)),
      (text) => {
        if (used === random.length) {
          random = crypto.randomBytes(1024);
          used = 0;
        }
        used += 16;
        memory.set(random.subarray(used - 16, used));
        const { written } = encoder.encodeInto(text + ownerKey, behindHeader);
        memory[18] = (written - ownerKey.length) >> 8;
        memory[19] = written - ownerKey.length;
        const length = 20 + written;
        const padding = 32 - (length % 32);
        memory.fill(padding, length, length + padding);
        const plaintext = memory.subarray(0, length + padding);
        for (let i = 0; i < 16; i++) plaintext[i] ^= iv[i] ^ last[i];
        const ciphertext = cipher.update(plaintext);
        last = ciphertext.subarray(-16);
        return ciphertext.base64Slice(0, ciphertext.length);
      },
    );
  },
  'noble sha1 + cbc': async () => {
    const key = dingTalkKey();
    const iv = key.subarray(0, 16);
    return replyByHand(nobleSign, (text) => {
      const prefix = globalThis.crypto.getRandomValues(new Uint8Array(16));
      const ciphertext = cbc(key, iv, { disablePadding: true }).encrypt(dingTalkPlaintext(text, prefix));
      return btoa(String.fromCharCode(...ciphertext));
    });
  },
};

/** Both, the message for the answer made of the request: the event's text and the body of the answer out. */
const dingTalkRoundTrip = Object.fromEntries(
  Object.entries(dingTalkDecode).map(([name, loadDecode]) => [
    name,
    async () => {
      if (name.startsWith('callback-codec')) return oursRoundTrip(await engineOf(name));
      const [decode, reply] = await Promise.all([loadDecode(), dingTalkReply[name]()]);
      return (request) => [decode(request), reply(request.query)];
    },
  ]),
);

const engineOf = async (name) => {
  if (name.endsWith('simd')) return simdAesCbc();
  return name.endsWith('noble') ? nobleAesCbc : undefined;
};

const oursRoundTrip = (aes) => {
  const codec = createDingTalkCodec({ ...dingTalkSecrets, aes });
  return (request) => {
    const message = codec.decode(request);
    return [message.event.text, codec.reply(message).body];
  };
};

async function weComCrypto() {
  const { decrypt, encrypt, getSignature } = await commonJs(import('@wecom/crypto'));
  const { token, encodingAesKey, ownerKey } = dingTalkSecrets;
  return {
    sign: (...parts) => getSignature(token, ...parts),
    decrypt: (encrypted) => ofOwner(decrypt(encodingAesKey, encrypted)),
    encrypt: (text) => encrypt(encodingAesKey, text, ownerKey),
  };
}

async function weChatCrypto() {
  const WechatCrypto = await commonJs(import('wechat-crypto'));
  const { token, encodingAesKey, ownerKey } = dingTalkSecrets;
  const cipher = new WechatCrypto(token, encodingAesKey, ownerKey);
  return {
    sign: (...parts) => cipher.getSignature(...parts),
    decrypt: (encrypted) => ofOwner(cipher.decrypt(encrypted)),
    encrypt: (text) => cipher.encrypt(text),
  };
}

/** prefix ‖ length(4) ‖ text ‖ ownerKey, padded to 32 bytes. */
function dingTalkPlaintext(text, prefix) {
  const message = encoder.encode(text);
  const owner = encoder.encode(dingTalkSecrets.ownerKey);
  const length = 20 + message.length + owner.length;
  const padding = 32 - (length % 32);
  const bytes = new Uint8Array(length + padding).fill(padding);
  bytes.set(prefix);
  new DataView(bytes.buffer).setUint32(16, message.length);
  bytes.set(message, 20);
  bytes.set(owner, 20 + message.length);
  return bytes;
}

// --- The whole WeCom request in XML, { query, body } in and the message's content out, and the whole answer to it:
// { message, answer } in, the body out.

const oursWeComDecode = (aes) => {
  const codec = createWeComCodec({ ...weComSecrets, aes });
  return (request) => codec.decode(request).event.Content;
};

const oursWeComReply = (aes) => {
  const codec = createWeComCodec({ ...weComSecrets, aes });
  return ({ message, answer }) => codec.reply(message, answer).body;
};

/** `parse(xml)`, `sign` and `decrypt` in the order of a request. */
const weComByHand =
  (parse, { sign, decrypt }) =>
  (request) => {
    const { msg_signature, timestamp, nonce } = request.query;
    const { Encrypt } = parse(request.body).xml;
    if (sign(timestamp, nonce, Encrypt) !== msg_signature) throw new Error('signature');
    return parse(decrypt(Encrypt)).xml.Content;
  };

/** `write({ xml })`, `encrypt` and `sign` in the order of an answer. */
const weComReplyByHand =
  (write, { sign, encrypt }) =>
  ({ message: { nonce: Nonce }, answer }) => {
    const Encrypt = encrypt(write({ xml: answer }));
    const TimeStamp = String(Math.floor(Date.now() / 1000));
    return write({ xml: { Encrypt, MsgSignature: sign(TimeStamp, Nonce, Encrypt), TimeStamp, Nonce } });
  };

const weComDecode = {
  'callback-codec': async () => oursWeComDecode(),
  'callback-codec, noble': async () => oursWeComDecode(nobleAesCbc),
  'callback-codec, simd': async () => oursWeComDecode(await simdAesCbc()),

  '@wecom/crypto + fast-xml-parser': async () => {
    const { XMLParser } = await import('fast-xml-parser');
    const parser = new XMLParser({ parseTagValue: false }); // a MsgId has more digits than a number
    return weComByHand((xml) => parser.parse(xml), await weComCrypto());
  },
  'wechat-crypto + xml2js': async () => {
    const { parseString } = await commonJs(import('xml2js'));
    return weComByHand(
      (xml) => {
        let outcome; // it calls back at once
        parseString(xml, { explicitArray: false }, (error, parsed) => {
          outcome = { error, parsed };
        });
        if (outcome.error) throw outcome.error;
        return outcome.parsed;
      },
      await weChatCrypto(),
    );
  },
};

const weComReply = {
  'callback-codec': async () => oursWeComReply(),
  'callback-codec, noble': async () => oursWeComReply(nobleAesCbc),
  'callback-codec, simd': async () => oursWeComReply(await simdAesCbc()),

  '@wecom/crypto + fast-xml-parser': async () => {
    const { XMLBuilder } = await import('fast-xml-parser');
    const builder = new XMLBuilder();
    return weComReplyByHand((fields) => builder.build(fields), await weComCrypto());
  },
  'wechat-crypto + xml2js': async () => {
    const { Builder } = await commonJs(import('xml2js'));
    const builder = new Builder({ headless: true, cdata: true, renderOpts: { pretty: false } });
    return weComReplyByHand((fields) => builder.buildObject(fields), await weChatCrypto());
  },
  // Without an XML writer: text that holds `]]>` would break out of it.
  '@wecom/crypto + template': async () =>
    weComReplyByHand(({ xml }) => `<xml>${Object.entries(xml).map(templated).join('')}</xml>`, await weComCrypto()),
};

const templated = ([name, value]) => `<${name}>${typeof value === 'number' ? value : `<![CDATA[${value}]]>`}</${name}>`;

// ---

/**
 * Known to give wrong results on Chinese. In workerd it is the Feishu SDK, where a character lies across the last two
 * blocks: it takes `update` and `final` as text, which workerd's node:crypto decodes one without the other.
 */
const inWorkerd = globalThis.navigator?.userAgent === 'Cloudflare-Workers';
const garblesChinese = [
  'dingtalk-encrypt',
  ...(inWorkerd ? ['Feishu SDK AESCipher', 'Feishu SDK verify + parse'] : []),
];
const isChinese = (text) => /[\u4e00-\u9fff]/.test(text);

const asynchronous = ['WebCrypto', 'WebCrypto sha256 + cbc'];

const lists = {
  feishuDecode,
  dingTalkDecode,
  dingTalkReply,
  dingTalkRoundTrip,
  weComDecode,
  weComReply,
  feishu,
  dingTalk,
};

/** The contenders of a list that this runtime can load, and why it cannot load the others. */
export async function loadContenders(list, only) {
  const loaded = [];
  const absent = {};
  for (const [name, load] of Object.entries(lists[list])) {
    if (only && !only.includes(name)) continue;
    try {
      const knownWrong = garblesChinese.includes(name) ? isChinese : undefined;
      loaded.push({ name, run: await load(), awaits: asynchronous.includes(name), knownWrong });
    } catch (error) {
      absent[name] = String(error).split('\n')[0];
    }
  }
  return { loaded, absent };
}
