// DingTalk callback codec. `callback-codec/dingtalk`.
// https://open.dingtalk.com/document/development/callback-event-message-body-encryption-and-decryption
import { sha1 } from '@noble/hashes/legacy.js';
import { type Bytes, decodeSextets, equalInConstantTime, withoutAsciiWhitespace } from './bytes.ts';
import { AES_BLOCK, type AesCbc, type AesCbcEngine, decryptBlocks, defaultAesCbc, encryptPadded } from './engine.ts';
import { CallbackError, decryptError } from './errors.ts';
import { hexDigest } from './hash.ts';
import { bytesHere, isWellFormed } from './host.ts';
import {
  payloadText,
  requireBytes,
  requireFunction,
  requireMaxBodyBytes,
  requireObject,
  requireSecret,
  requireString,
  requireText,
  requireTolerance,
} from './options.ts';
import { unpaddedLength } from './pkcs7.ts';
import { type RandomSource, randomAlphanumerics } from './random.ts';
import {
  type CallbackRequest,
  field,
  idField,
  isAccepted,
  MAX_BODY_BYTES,
  missingParameter,
  readBody,
  readParameter,
  readParameters,
  requireFresh,
  requireJsonObject,
  SECONDS_OR_MILLISECONDS,
} from './request.ts';

export type { AesCbc, AesCbcEngine } from './engine.ts';
export { CallbackError, type CallbackErrorCode, isCallbackError } from './errors.ts';
export type { RandomSource } from './random.ts';
export type { CallbackRequest, HeadersLike, QueryLike } from './request.ts';

/**
 * The ownerKey while a third-party suite is being created and has no suiteKey yet: put it in the `ownerKey` list until
 * the console has checked your URL.
 */
export const CREATE_SUITE_KEY = 'suite4xxxxxxxxxxxxxxx';

/** The secrets that encryption needs. */
export interface DingTalkSecrets {
  /** EncodingAESKey (数据加密密钥): 43 characters, base64 of 32 bytes without its `=`. */
  encodingAesKey: string;
  /**
   * Whom messages are for. Which one depends on the app: `corpId` (callbacks registered by API), `appKey`, also called
   * clientId (event subscription in the console), `suiteKey` (third-party app), `customKey` (custom app).
   */
  ownerKey: string;
}

/** What {@link createDingTalkCodec} needs. */
export interface DingTalkCodecOptions {
  /** Token (签名 token) from the console page that holds the callback URL. */
  token: string;
  /** EncodingAESKey (数据加密密钥): 43 characters, base64 of 32 bytes without its `=`. */
  encodingAesKey: string;
  /** Whom messages are for (see {@link DingTalkSecrets}). A list accepts each; the first is the default of answers. */
  ownerKey: string | readonly string[];
  /**
   * How many seconds a signed timestamp may lie before or after now. Default Infinity (off): DingTalk names no window.
   * With a window, a nonce of ten digits or more is ERR_TIMESTAMP: it could stand for the time under the same signature.
   */
  toleranceSeconds?: number | undefined;
  /** The clock: milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined;
  /** Source of random bytes for prefixes and nonces. Default the host's `crypto.getRandomValues`. */
  random?: RandomSource | undefined;
  /** Longest body in bytes, checked before any other work. Default 1,048,576. */
  maxBodyBytes?: number | undefined;
  /** AES engine. Default: the best that the host has. */
  aes?: AesCbcEngine | undefined;
}

interface DingTalkMessageBase {
  /** What to deduplicate on: `eventId`, else `BizId`. Not every event has one. */
  id?: string | undefined;
  /** `EventType` as sent, for example `user_add_org`. */
  type: string;
  /** Which of the configured owner keys the message was for. */
  ownerKey: string;
  /** As signed: seconds or milliseconds, opaque. */
  timestamp: string;
  /** As signed. */
  nonce: string;
  /** The decrypted JSON: for integers above 2^53 and repeated names. */
  text: string;
}

/** DingTalk checks that the URL is yours: answer `reply('success', message)`, encrypted, within 1.5 seconds. */
export interface DingTalkCheck extends DingTalkMessageBase {
  kind: 'check';
  type: 'check_url' | 'check_create_suite_url' | 'check_update_suite_url';
  /** `Random`: what documents before 2018 ask for as the answer to the suite checks, in place of `success`. */
  event: { EventType: string; Random?: unknown; TestSuiteKey?: unknown; [name: string]: unknown };
}

/** A pushed event; answer `reply('success', message)`. */
export interface DingTalkEvent extends DingTalkMessageBase {
  kind: 'event';
  /** The decrypted object, unvalidated but for `EventType`. */
  event: { EventType: string; [name: string]: unknown };
}

/** What {@link DingTalkCodec.decode} returns. Test `kind` first. */
export type DingTalkMessage = DingTalkCheck | DingTalkEvent;

/** The answer, to be sent as JSON with status 200; the names are as DingTalk wants them, capital S included. */
export interface DingTalkReply {
  msg_signature: string;
  timeStamp: string;
  nonce: string;
  encrypt: string;
}

/** What {@link DingTalkCodec.reply} can be told; a decoded message fits, and is answered as its own owner. */
export interface DingTalkReplyOptions {
  /** One of the configured owner keys. Default the first. */
  ownerKey?: string | undefined;
  /** Default the clock, in milliseconds. */
  timestamp?: string | undefined;
  /** Default 16 random characters. */
  nonce?: string | undefined;
  /** The 16 bytes in front of the plaintext, verbatim, for tests. Default 16 random characters of `[A-Za-z0-9]`. */
  prefix?: Uint8Array | undefined;
}

/** One app's codec, made by {@link createDingTalkCodec}. Its methods need no `this`. */
export interface DingTalkCodec {
  /**
   * Verifies, decrypts and parses a request: signature, freshness, decryption, owner, JSON. Parameters are read from
   * `query` or `url`, spelt `signature` or `msg_signature`, `timestamp` or `timeStamp`; spellings given together agree.
   *
   * @throws {CallbackError} ERR_TOO_LARGE, ERR_REQUEST, ERR_SIGNATURE (dingTalkCode 900005), ERR_TIMESTAMP, ERR_DECRYPT
   * (900008), ERR_OWNER (900010, with `receivedOwner`).
   * @throws {TypeError} The request is not what {@link CallbackRequest} says, for example a parsed body.
   */
  decode(request: CallbackRequest): DingTalkMessage;
  /**
   * Whether the request is signed and fresh; false for everything a sender can do wrong. `decode` does this by itself.
   *
   * @throws {TypeError} As `decode`.
   */
  verify(request: CallbackRequest): boolean;
  /**
   * Decrypts the `encrypt` field alone. Unauthenticated: it does not look at the signature. Prefer `decode`.
   *
   * @throws {CallbackError} ERR_DECRYPT (900008), ERR_OWNER (900010).
   */
  decrypt(encrypt: string): { text: string; ownerKey: string };
  /**
   * Encrypts text as DingTalk does.
   *
   * @throws {CallbackError} ERR_CONFIG: an ownerKey that is not configured, a prefix not of 16 bytes. ERR_RANDOM.
   */
  encrypt(text: string, options?: Pick<DingTalkReplyOptions, 'ownerKey' | 'prefix'>): string;
  /**
   * The platform's half, for tests and simulators: the query parameters and body with which DingTalk would push
   * `payload`. A string is sent verbatim, anything else as JSON. The signature goes by both its names, as DingTalk sends it.
   *
   * @throws {CallbackError} As `encrypt`.
   */
  encode(
    payload: unknown,
    options?: DingTalkReplyOptions,
  ): { query: { msg_signature: string; signature: string; timestamp: string; nonce: string }; body: string };
  /**
   * The encrypted, signed answer, by default `success`. Give the message as second argument, `reply('success', message)`,
   * to answer as the owner that was asked, with its timestamp and nonce.
   *
   * @throws {CallbackError} As `encrypt`.
   */
  reply(text?: string, options?: DingTalkReplyOptions): DingTalkReply;
}

/** EventTypes that only check the callback URL. */
const CHECKS: readonly string[] = ['check_url', 'check_create_suite_url', 'check_update_suite_url'];

/**
 * The signature of a message: SHA-1 of token, timestamp, nonce and encrypt, sorted by code unit and joined.
 *
 * SHA-1 is the protocol's choice. Its collisions do not give an attacker the secret token, but the parts have no
 * separators and this is no HMAC; do not use it for anything new.
 *
 * @param parts All as they are on the wire, opaque text; `encrypt` with whatever white space its encoder put in.
 * @returns 40 lower-case hexadecimal digits.
 * @throws {CallbackError} ERR_CONFIG: token missing or empty.
 * @throws {TypeError} A wrong type, such as a timestamp given as a number, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { dingTalkSignature } from 'callback-codec/dingtalk';
 *
 * const signature = dingTalkSignature({
 *   token: '123456',
 *   timestamp: '1614767836',
 *   nonce: 'A7Co0cJLMzIDtMMI',
 *   encrypt: 'YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==',
 * });
 * console.log(signature); // 9a95a004dd16f5c307e849b994173f76aa26e5eb
 * ```
 */
export function dingTalkSignature(parts: { token: string; timestamp: string; nonce: string; encrypt: string }): string {
  const { token, timestamp, nonce, encrypt } = requireObject('parts', parts);
  return sign(
    requireSecret('token', token),
    requireText('timestamp', timestamp),
    requireText('nonce', nonce),
    requireText('encrypt', encrypt),
  );
}

/**
 * Encrypts text as DingTalk does: AES-256-CBC over prefix(16) ‖ length(4, big-endian) ‖ utf8(text) ‖ utf8(ownerKey),
 * PKCS#7 to 32 bytes; the IV is the first 16 bytes of the key.
 *
 * @param text Any text without lone surrogates.
 * @param secrets `encodingAesKey` of 43 characters and one `ownerKey`.
 * @param options `prefix`: the 16 bytes in front, verbatim, instead of random characters. `random`: where those come
 * from on a host without `crypto.getRandomValues`.
 * @returns Padded base64 on one line: the value of the `encrypt` field.
 * @throws {CallbackError} ERR_CONFIG: a secret is missing or malformed (dingTalkCode 900004 for the key), prefix not of
 * 16 bytes. ERR_RANDOM: no secure source.
 * @throws {TypeError} A wrong type, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { encryptDingTalkMessage } from 'callback-codec/dingtalk';
 *
 * // The example of DingTalk's documentation, with the prefix that is in it ("dICkEDLj0eb6yAbc").
 * const prefix = Uint8Array.from('dICkEDLj0eb6yAbc', (character) => character.charCodeAt(0));
 * const encrypt = encryptDingTalkMessage(
 *   'success',
 *   { encodingAesKey: '1234567890123456789012345678901234567890123', ownerKey: 'dingsnotzck6pm5veliw' },
 *   { prefix },
 * );
 * console.log(encrypt); // YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==
 * ```
 */
export function encryptDingTalkMessage(
  text: string,
  secrets: DingTalkSecrets,
  options: { prefix?: Uint8Array | undefined; random?: RandomSource | undefined } = {},
): string {
  const { encodingAesKey, ownerKey } = requireObject('secrets', secrets);
  const cipher = bindKey(defaultAesCbc(), encodingAesKey);
  return seal(cipher, text, requireSecret('ownerKey', ownerKey), options.prefix, options.random);
}

/**
 * Decrypts the `encrypt` field of a request. Unauthenticated: it checks no signature. Use `decode` of
 * {@link createDingTalkCodec} for requests from a network.
 *
 * Accepts padding of 1 to 32 equal bytes and any multiple of 16 bytes, as the official encoders send; ASCII white space
 * in the base64 is skipped, because the Python and Ruby encoders wrap lines.
 *
 * @param encrypt Padded base64 of the standard alphabet.
 * @param secrets `encodingAesKey` of 43 characters, and `ownerKey`: one, or a list of those accepted.
 * @returns The message text, a leading BOM included.
 * @throws {CallbackError} ERR_DECRYPT (dingTalkCode 900008): anything wrong with `encrypt`. ERR_OWNER (900010): for
 * another owner. ERR_CONFIG: a secret is missing or malformed (900004 for the key).
 * @throws {TypeError} A wrong type.
 *
 * @example
 * ```ts
 * import { decryptDingTalkMessage } from 'callback-codec/dingtalk';
 *
 * const text = decryptDingTalkMessage(
 *   'YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==',
 *   { encodingAesKey: '1234567890123456789012345678901234567890123', ownerKey: 'dingsnotzck6pm5veliw' },
 * );
 * console.log(text); // success
 * ```
 */
export function decryptDingTalkMessage(
  encrypt: string,
  secrets: { encodingAesKey: string; ownerKey: string | readonly string[] },
): string {
  const { encodingAesKey, ownerKey } = requireObject('secrets', secrets);
  const cipher = bindKey(defaultAesCbc(), encodingAesKey);
  return openFor(requireOwners(ownerKey), cipher, encrypt).text;
}

/**
 * Makes the codec of one app. Secrets and options are checked here, once.
 *
 * @throws {CallbackError} ERR_CONFIG: a secret is missing, empty or malformed (dingTalkCode 900004 for the key), or an
 * option out of range.
 * @throws {TypeError} An option of the wrong type.
 *
 * @example
 * ```ts
 * import { createDingTalkCodec } from 'callback-codec/dingtalk';
 *
 * const codec = createDingTalkCodec({
 *   token: '123456',
 *   encodingAesKey: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij',
 *   ownerKey: 'suite4xxxxxxxxxxxxxxx',
 * });
 * const { query, body } = codec.encode({ EventType: 'check_create_suite_url', Random: 'LPIdSnlF' });
 * const message = codec.decode({ query, body });
 * console.log(message.kind, message.type); // check check_create_suite_url
 * console.log(Object.keys(codec.reply('success', message))); // [ 'msg_signature', 'timeStamp', 'nonce', 'encrypt' ]
 * ```
 */
export function createDingTalkCodec(options: DingTalkCodecOptions): DingTalkCodec {
  const {
    token,
    encodingAesKey,
    ownerKey,
    toleranceSeconds = Infinity,
    now = Date.now,
    random,
    maxBodyBytes = MAX_BODY_BYTES,
    aes: engine = defaultAesCbc(),
  } = requireObject('options', options);
  requireSecret('token', token);
  const owners = requireOwners(ownerKey);
  const cipher = bindKey(requireFunction('aes', engine), encodingAesKey);
  requireTolerance(toleranceSeconds);
  requireFunction('now', now);
  requireMaxBodyBytes(maxBodyBytes);
  if (random !== undefined) requireFunction('random', random);

  /** The signed parts of a request whose signature holds and whose timestamp is fresh. */
  function readVerified(request: CallbackRequest): { timestamp: string; nonce: string; encrypt: string } {
    const { text } = readBody(request, maxBodyBytes);
    const parameters = readParameters(request);
    const signature = readParameter(parameters, 'signature', 'msg_signature');
    const timestamp = readParameter(parameters, 'timestamp', 'timeStamp');
    const nonce = readParameter(parameters, 'nonce');
    const encrypt = field(requireJsonObject('body', text), 'encrypt');
    if (signature === undefined) throw signatureError(missingParameter(parameters, 'signature or msg_signature'));
    if (timestamp === undefined) throw signatureError(missingParameter(parameters, 'timestamp'));
    if (nonce === undefined) throw signatureError(missingParameter(parameters, 'nonce'));
    if (encrypt === undefined) throw signatureError('the body carries no `encrypt`');
    if (typeof encrypt !== 'string' || !isWellFormed(encrypt)) {
      throw new CallbackError('ERR_REQUEST', '`encrypt` must be a well-formed string');
    }
    if (!equalInConstantTime(signature, sign(token, timestamp, nonce, encrypt))) {
      throw signatureError(
        'the signature does not match: check the token, and that nothing changed query or body (+ to a space, say)',
      );
    }
    requireFresh(timestamp, { toleranceSeconds, now }, SECONDS_OR_MILLISECONDS);
    // The four parts are signed sorted and without separators: a nonce of digits can have changed places with the time.
    if (toleranceSeconds !== Infinity && /^\d{10,}$/.test(nonce)) {
      throw new CallbackError('ERR_TIMESTAMP', 'the nonce is a number that could be the time under the same signature');
    }
    return { timestamp, nonce, encrypt };
  }

  function decode(request: CallbackRequest): DingTalkMessage {
    const { timestamp, nonce, encrypt } = readVerified(request);
    const { text, ownerKey } = open(cipher, encrypt);
    if (!owners.includes(ownerKey)) throw ownerError(ownerKey);
    const event = requireJsonObject('the plaintext', text);
    const type = field(event, 'EventType');
    if (typeof type !== 'string')
      throw new CallbackError('ERR_REQUEST', 'the event has no `EventType`, or it is not a string');
    const kind = CHECKS.includes(type) ? 'check' : 'event';
    const id = idField(event, 'eventId', 'BizId');
    return { kind, id, type, ownerKey, timestamp, nonce, event, text } as DingTalkMessage;
  }

  function verify(request: CallbackRequest): boolean {
    return isAccepted(() => readVerified(request) !== undefined);
  }

  function decrypt(encrypt: string): { text: string; ownerKey: string } {
    return openFor(owners, cipher, encrypt);
  }

  function encrypt(text: string, options: Pick<DingTalkReplyOptions, 'ownerKey' | 'prefix'> = {}): string {
    const { ownerKey = owners[0] } = options;
    if (!owners.includes(ownerKey)) {
      throw new CallbackError('ERR_CONFIG', 'ownerKey must be one of those that the codec was made with');
    }
    return seal(cipher, text, ownerKey, options.prefix, random);
  }

  /** Encrypted text and the signature over it: what a push and an answer have in common. */
  function signed(
    text: string,
    options: DingTalkReplyOptions,
  ): Record<'timestamp' | 'nonce' | 'ciphertext' | 'signature', string> {
    const timestamp = requireText('timestamp', options.timestamp ?? String(Math.floor(now())));
    const nonce = requireText('nonce', options.nonce ?? randomAlphanumerics(random));
    const ciphertext = encrypt(text, options);
    return { timestamp, nonce, ciphertext, signature: sign(token, timestamp, nonce, ciphertext) };
  }

  function encode(payload: unknown, options: DingTalkReplyOptions = {}): ReturnType<DingTalkCodec['encode']> {
    const { timestamp, nonce, ciphertext, signature } = signed(payloadText(payload), options);
    return {
      query: { msg_signature: signature, signature, timestamp, nonce },
      body: JSON.stringify({ encrypt: ciphertext }),
    };
  }

  function reply(text = 'success', options: DingTalkReplyOptions = {}): DingTalkReply {
    const { timestamp, nonce, ciphertext, signature } = signed(requireText('text', text), options);
    return { msg_signature: signature, timeStamp: timestamp, nonce, encrypt: ciphertext };
  }

  return { decode, verify, decrypt, encrypt, encode, reply };
}

/** AES with its key, and the IV that DingTalk takes from the key. */
interface Cipher {
  readonly aes: AesCbc;
  readonly iv: Uint8Array;
}

function bindKey(engine: AesCbcEngine, encodingAesKey: unknown): Cipher {
  const key = decodeEncodingAesKey(encodingAesKey);
  return { aes: engine(key), iv: key.slice(0, AES_BLOCK) };
}

/**
 * 43 characters carry 258 bits for a key of 256. The official encoders ignore the two spare bits, which are not zero in
 * three of four keys, those of DingTalk's own documentation among them.
 */
function decodeEncodingAesKey(encodingAesKey: unknown): Bytes {
  const text =
    encodingAesKey === undefined || encodingAesKey === null ? '' : requireString('encodingAesKey', encodingAesKey);
  const key = text.length === 43 ? decodeSextets(text, 43) : undefined;
  if (key === undefined) {
    throw new CallbackError(
      'ERR_CONFIG',
      `encodingAesKey must be the 43 characters of the console (A-Z, a-z, 0-9, +, /), ${keyMistake(encodingAesKey, text)}`,
      { dingTalkCode: 900004 },
    );
  }
  return key;
}

/** What is wrong with a key, without showing it. */
function keyMistake(given: unknown, text: string): string {
  if (given === undefined || given === null) return `got ${given}: the variable that it comes from is not set`;
  if (/^\s|\s$/.test(text)) return `got ${text.length} with white space at an end`;
  if (text.endsWith('=')) return `got ${text.length} with "=" at the end`;
  return text.length === 43 ? 'got 43 with others among them' : `got ${text.length}`;
}

function requireOwners(ownerKey: unknown): readonly [string, ...string[]] {
  const owners: readonly unknown[] = Array.isArray(ownerKey) ? ownerKey : [ownerKey];
  if (owners.length === 0) throw new CallbackError('ERR_CONFIG', 'ownerKey must not be an empty list');
  return owners.map((owner) => requireSecret('ownerKey', owner)) as [string, ...string[]];
}

/** `received` is for messages whose signature was verified. */
function ownerError(received?: string): CallbackError {
  return new CallbackError(
    'ERR_OWNER',
    'the message is for another ownerKey: it may be the corpId, appKey, suiteKey, or CREATE_SUITE_KEY for a new suite',
    { dingTalkCode: 900010, receivedOwner: received },
  );
}

function signatureError(message: string): CallbackError {
  return new CallbackError('ERR_SIGNATURE', message, { dingTalkCode: 900005 });
}

function sign(token: string, timestamp: string, nonce: string, encrypt: string): string {
  return hexDigest('sha1', sha1, ...[token, timestamp, nonce, encrypt].sort());
}

/** Where the text starts: behind 16 bytes of prefix and 4 of length. */
const HEADER_BYTES = 20;

function seal(
  { aes, iv }: Cipher,
  text: string,
  ownerKey: string,
  prefix: Uint8Array | undefined,
  random: RandomSource | undefined,
): string {
  const message = bytesHere().encodeUtf8(requireText('text', text)) as Bytes;
  const owner = bytesHere().encodeUtf8(ownerKey) as Bytes;
  const plaintext = new Uint8Array(HEADER_BYTES + message.length + owner.length);
  plaintext.set(
    prefix === undefined
      ? (bytesHere().encodeUtf8(randomAlphanumerics(random)) as Bytes)
      : requireBytes('prefix', prefix, 16),
  );
  new DataView(plaintext.buffer).setUint32(16, message.length);
  plaintext.set(message, HEADER_BYTES);
  plaintext.set(owner, HEADER_BYTES + message.length);
  return bytesHere().encodeBase64(encryptPadded(aes, iv, plaintext, 32).subarray(AES_BLOCK));
}

/** As `open`, for ciphertext that nobody verified. */
function openFor(owners: readonly string[], cipher: Cipher, encrypt: string): { text: string; ownerKey: string } {
  const opened = open(cipher, requireString('encrypt', encrypt));
  if (!owners.includes(opened.ownerKey)) throw ownerError();
  return opened;
}

/** The text in an `encrypt` field and whom it was for. */
function open({ aes, iv }: Cipher, encrypt: string): { text: string; ownerKey: string } {
  // White space is what MIME encoders put in: rare, and looking for it costs as much as decoding.
  const ivAndCiphertext =
    bytesHere().decodeBase64(encrypt, AES_BLOCK) ??
    bytesHere().decodeBase64(withoutAsciiWhitespace(encrypt), AES_BLOCK);
  ivAndCiphertext?.set(iv);
  const padded = ivAndCiphertext && decryptBlocks(aes, ivAndCiphertext);
  const length = padded === undefined ? 0 : unpaddedLength(padded, 32);
  if (padded === undefined || length < HEADER_BYTES) throw decryptError(900008);
  const end = HEADER_BYTES + readUint32(padded, 16);
  const text = end <= length ? bytesHere().decodeUtf8(padded, HEADER_BYTES, end) : undefined;
  const ownerKey = end <= length ? bytesHere().decodeUtf8(padded, end, length) : undefined;
  if (text === undefined || ownerKey === undefined) throw decryptError(900008);
  return { text, ownerKey };
}

/** Unsigned, big-endian; without a DataView, which costs more than all that it would read. */
function readUint32(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + 4; i++) value = value * 256 + (bytes[i] as number);
  return value;
}
