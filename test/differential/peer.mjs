// The protocols of callback-codec on node:crypto. Reads one task a line, prints one answer a line (tasks.mjs).
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

function crypt(create, key, iv, bytes) {
  const cipher = create('aes-256-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

function pad(bytes, block) {
  const count = block - (bytes.length % block);
  return Buffer.concat([bytes, Buffer.alloc(count, count)]);
}

function unpad(padded, block) {
  const plaintext = padded.subarray(0, padded.length - padded[padded.length - 1]);
  if (!pad(plaintext, block).equals(padded)) throw new Error('padding');
  return plaintext;
}

const hash = (algorithm, ...parts) => createHash(algorithm).update(Buffer.concat(parts)).digest();
const hex = (bytes) => Buffer.from(bytes.toString('hex'));
const base64 = (bytes) => Buffer.from(bytes.toString('base64'));
const fromBase64 = (bytes) => Buffer.from(bytes.toString(), 'base64');

const TASKS = {
  'feishu-encrypt': (secret, iv, text) =>
    base64(Buffer.concat([iv, crypt(createCipheriv, hash('sha256', secret), iv, pad(text, 16))])),
  'feishu-decrypt': (secret, envelope) => {
    const sealed = fromBase64(envelope);
    const iv = sealed.subarray(0, 16);
    return unpad(crypt(createDecipheriv, hash('sha256', secret), iv, sealed.subarray(16)), 16);
  },
  'biz-encrypt': (secret, prefix, text, owner, block) => {
    const key = fromBase64(secret);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    const padded = pad(Buffer.concat([prefix, length, text, owner]), Number(block.toString()));
    return base64(crypt(createCipheriv, key, key.subarray(0, 16), padded));
  },
  'biz-decrypt': (secret, envelope, owner) => {
    const key = fromBase64(secret);
    const plaintext = unpad(crypt(createDecipheriv, key, key.subarray(0, 16), fromBase64(envelope)), 32);
    const end = 20 + plaintext.readUInt32BE(16);
    if (!plaintext.subarray(end).equals(owner)) throw new Error('owner');
    return plaintext.subarray(20, end);
  },
  'biz-sign': (...parts) => hex(hash('sha1', Buffer.from(parts.map(String).sort().join('')))),
  sha1: (...parts) => hex(hash('sha1', ...parts)),
  sha256: (...parts) => hex(hash('sha256', ...parts)),
  hmac: (key, message) => base64(createHmac('sha256', key).update(message).digest()),
};

const answers = [`OpenSSL ${process.versions.openssl}, Node.js ${process.versions.node}`];
for (const line of readFileSync(0, 'utf8').split('\n').slice(0, -1)) {
  const [name, ...fields] = line.split(' ');
  try {
    answers.push(`=${base64(TASKS[name](...fields.map((field) => Buffer.from(field.slice(1), 'base64'))))}`);
  } catch (error) {
    answers.push(`!${error.message}`);
  }
}
process.stdout.write(`${answers.join('\n')}\n`);
