// Feishu / Lark event and callback codec. `callback-codec/feishu`.
// https://open.feishu.cn/document/event-subscription-guide/event-subscriptions/event-subscription-configure-/encrypt-key-encryption-configuration-case
import { sha256 } from '@noble/hashes/sha2.js';
import { type Bytes, equalInConstantTime } from './bytes.ts';
import { AES_BLOCK, type AesCbc, type AesCbcEngine, decryptBlocks, defaultAesCbc, encryptPadded } from './engine.ts';
import { CallbackError, decryptError } from './errors.ts';
import { hexDigest } from './hash.ts';
import { bytesHere } from './host.ts';
import {
  isBytes,
  optionalSecret,
  payloadText,
  requireBoolean,
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
import { type RandomSource, randomAlphanumerics, randomBytes } from './random.ts';
import {
  type Body,
  type CallbackRequest,
  field,
  idField,
  isAccepted,
  isBase64,
  isJsonObject,
  isLongerThan,
  type JsonObject,
  MAX_BODY_BYTES,
  parseJsonObject,
  readBody,
  readHeaders,
  requireFresh,
  requireJsonObject,
  SECONDS_OR_MILLISECONDS,
  textField,
} from './request.ts';
import { challengeReader, MAX_UNSIGNED_BODY } from './unsigned-challenge.ts';

export type { AesCbc, AesCbcEngine } from './engine.ts';
export { CallbackError, type CallbackErrorCode, isCallbackError } from './errors.ts';
export type { RandomSource } from './random.ts';
export type { CallbackRequest, HeadersLike, QueryLike } from './request.ts';

/** What {@link createFeishuCodec} needs: at least one of the two secrets; give both. */
export interface FeishuCodecOptions {
  /**
   * Encrypt Key of the app ("Events & Callbacks > Encryption Strategy"), used as it stands there, never trimmed. With
   * it, a request must be encrypted and signed.
   */
  encryptKey?: string;
  /** Verification Token of the app, from the same page. Where it is given, every challenge and event must carry it. */
  verificationToken?: string;
  /**
   * Whether the encrypted URL challenge, which Feishu does not sign, is accepted. Default true. Set it to false once the
   * URLs are registered; signed and plain requests are not concerned.
   */
  acceptChallenge?: boolean | undefined;
  /**
   * How many seconds a signed timestamp may lie before or after now. Default Infinity (off): Feishu names no window and
   * repeats events for hours. Without an `encryptKey` it does nothing, because then no timestamp is signed.
   */
  toleranceSeconds?: number | undefined;
  /** The clock: milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined;
  /** Source of random bytes for `encrypt` and `encode`. Default the host's `crypto.getRandomValues`. */
  random?: RandomSource | undefined;
  /** Longest body in bytes, checked before any other work. Default 1,048,576. */
  maxBodyBytes?: number | undefined;
  /** AES engine. Default: the best that the host has. */
  aes?: AesCbcEngine | undefined;
}

/** A request to prove that the URL is yours: answer `reply(message)` as JSON within one second. */
export interface FeishuChallenge {
  kind: 'challenge';
  /** To be sent back unchanged. At most 1,024 characters. */
  challenge: string;
  /** The JSON as decrypted, or the body where it was plain. */
  text: string;
}

/** An event, or a callback such as `card.action.trigger`. */
export interface FeishuEvent {
  kind: 'event';
  schema: '1.0' | '2.0';
  /**
   * What to deduplicate on, because Feishu delivers at least once: `header.event_id` (2.0) or `uuid` (1.0). Some
   * callbacks, `url.preview.get` for one, have none. `im.message.receive_v1` is to be deduplicated on
   * `event.message.message_id` instead, says Feishu.
   */
  id?: string | undefined;
  /** `header.event_type` (2.0) or `event.type` (1.0), for example `im.message.receive_v1`. */
  type: string;
  /** As sent: `header.create_time` (2.0, milliseconds or microseconds) or `ts` (1.0, seconds with a fraction). */
  createTime?: string | undefined;
  appId?: string | undefined;
  tenantKey?: string | undefined;
  /** The `event` object, unvalidated: its shape depends on `type`. */
  event: unknown;
  /** The JSON as decrypted, or the body where it was plain: for integers above 2^53 and repeated names. */
  text: string;
}

/** What {@link FeishuCodec.decode} returns. Test `kind` first. */
export type FeishuMessage = FeishuChallenge | FeishuEvent;

/** One app's codec, made by {@link createFeishuCodec}. Its methods need no `this`. */
export interface FeishuCodec {
  /**
   * Verifies, decrypts and parses a request. Signature, then freshness, then decryption, then the Verification Token.
   *
   * With an `encryptKey`: a body without `encrypt` is refused; any of the three signature headers demands all three, and
   * they must verify over the raw body; without them only the encrypted URL challenge is accepted, as long as
   * `acceptChallenge` is true, and whatever else such a request is gives one and the same ERR_SIGNATURE. Of a challenge
   * that comes this way, `challenge` is 1 to 64 of `[0-9a-f-]` or 1 to 17 of `[A-Za-z0-9_-]`.
   *
   * @throws {CallbackError} ERR_TOO_LARGE, ERR_REQUEST, ERR_SIGNATURE, ERR_TIMESTAMP, ERR_DECRYPT, ERR_TOKEN.
   * @throws {TypeError} The request is not what {@link CallbackRequest} says, for example a parsed body.
   */
  decode(request: CallbackRequest): FeishuMessage;
  /**
   * Whether the request is signed with the `encryptKey` and fresh. False for everything a sender can do wrong, for the
   * unsigned challenge, and without an `encryptKey`. `decode` does this by itself.
   *
   * @throws {TypeError} As `decode`.
   */
  verify(request: CallbackRequest): boolean;
  /**
   * Decrypts the `encrypt` field alone. Unauthenticated: it does not look at the signature, and whoever may call it with
   * ciphertext of their choice learns the plaintext of captured events from its failures. Prefer `decode`.
   *
   * @throws {CallbackError} ERR_DECRYPT; ERR_CONFIG without an `encryptKey`.
   */
  decrypt(encrypt: string): string;
  /**
   * Encrypts text as Feishu does. `iv`: 16 bytes instead of random ones, for tests.
   *
   * @throws {CallbackError} ERR_CONFIG without an `encryptKey` or with an iv of another length; ERR_RANDOM.
   */
  encrypt(text: string, options?: { iv?: Uint8Array | undefined }): string;
  /**
   * The platform's half, for tests and simulators: the headers and body with which Feishu would push `payload`. A string
   * is sent verbatim, anything else as JSON, the configured Verification Token added where there is none (an empty one to
   * a challenge where none is configured). A challenge goes unsigned, as Feishu sends it. Without an `encryptKey` the body
   * is plain.
   *
   * `timestamp`: default the clock in seconds. `nonce`: default 16 random characters. `iv`: default 16 random bytes.
   *
   * @throws {CallbackError} ERR_CONFIG: timestamp or nonce that no header can carry; ERR_RANDOM.
   */
  encode(
    payload: unknown,
    options?: { timestamp?: string | undefined; nonce?: string | undefined; iv?: Uint8Array | undefined },
  ): { headers: Record<string, string>; body: string };
  /**
   * What to answer as JSON with status 200: `{ challenge }` to a challenge, `{}` to an event. The handler of a card
   * callback sends an object of its own instead. Answers are never encrypted.
   */
  reply(message: FeishuMessage): { challenge: string } | Record<string, never>;
}

/**
 * The signature of a request: SHA-256(timestamp ‖ nonce ‖ encryptKey ‖ body), a plain hash without separators.
 *
 * It is no HMAC: since the body comes last, a captured pair can be extended by bytes that are no JSON. `decode` refuses
 * those; so must you if you only compare signatures. The old message card (`card.action.trigger_v1`) signs otherwise.
 *
 * @param request `timestamp` and `nonce`: the headers `X-Lark-Request-Timestamp` and `-Nonce`, opaque text. `body`: the
 * raw body, a string counting as its UTF-8 bytes.
 * @param encryptKey The app's Encrypt Key, not the Verification Token.
 * @returns 64 lower-case hexadecimal digits, as in `X-Lark-Signature`.
 * @throws {CallbackError} ERR_CONFIG: encryptKey missing or empty.
 * @throws {TypeError} A wrong type, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { feishuSignature } from 'callback-codec/feishu';
 *
 * const signature = feishuSignature(
 *   { timestamp: '1609430400', nonce: '1234567890', body: '{"encrypt":"P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="}' },
 *   'test key',
 * );
 * console.log(signature.length); // 64
 * ```
 */
export function feishuSignature(
  request: { timestamp: string; nonce: string; body: string | Uint8Array },
  encryptKey: string,
): string {
  const { timestamp, nonce, body } = requireObject('request', request);
  requireText('timestamp', timestamp);
  requireText('nonce', nonce);
  if (!isBytes(body)) requireText('body', body);
  return sign(timestamp, nonce, requireSecret('encryptKey', encryptKey), body);
}

/**
 * Encrypts text as Feishu does: base64(iv ‖ AES-256-CBC(PKCS#7(utf8(text)))) under SHA-256(utf8(encryptKey)).
 *
 * @param text Any text without lone surrogates.
 * @param encryptKey The app's Encrypt Key.
 * @param options `iv`: 16 bytes instead of random ones, for tests. `random`: where the IV comes from on a host without
 * `crypto.getRandomValues`.
 * @returns Padded base64 on one line: the value of the `encrypt` field.
 * @throws {CallbackError} ERR_CONFIG: encryptKey missing or empty, iv not of 16 bytes. ERR_RANDOM: no secure source.
 * @throws {TypeError} A wrong type, or a lone surrogate.
 *
 * @example
 * ```ts
 * import { encryptFeishuEvent } from 'callback-codec/feishu';
 *
 * // The documentation's example, with the IV that is in it.
 * const iv = Uint8Array.of(0x3f, 0x7e, 0xf0, 0xf9, 0x56, 0x48, 0x98, 0xd8, 0x0f, 0x10, 0xed, 0x51, 0x06, 0x12, 0x7a, 0x46);
 * console.log(encryptFeishuEvent('hello world', 'test key', { iv })); // P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=
 * ```
 */
export function encryptFeishuEvent(
  text: string,
  encryptKey: string,
  options: { iv?: Uint8Array | undefined; random?: RandomSource | undefined } = {},
): string {
  return seal(bindKey(defaultAesCbc(), encryptKey).aes, text, options.iv, options.random);
}

/**
 * Decrypts the `encrypt` field of a request. Unauthenticated: it checks no signature, and CBC protects nothing by itself.
 * Use `decode` of {@link createFeishuCodec} for requests from a network.
 *
 * @param encrypt base64(iv ‖ ciphertext): standard alphabet, padded, no white space, spare bits zero.
 * @param encryptKey The app's Encrypt Key.
 * @returns The plaintext, a leading BOM included.
 * @throws {CallbackError} ERR_DECRYPT: anything wrong with `encrypt`. ERR_CONFIG: encryptKey missing or empty.
 * @throws {TypeError} A wrong type.
 *
 * @example
 * ```ts
 * import { decryptFeishuEvent } from 'callback-codec/feishu';
 *
 * console.log(decryptFeishuEvent('P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=', 'test key')); // hello world
 * ```
 */
export function decryptFeishuEvent(encrypt: string, encryptKey: string): string {
  return open(bindKey(defaultAesCbc(), encryptKey).aes, requireString('encrypt', encrypt));
}

/**
 * Makes the codec of one app. Secrets and options are checked here, once.
 *
 * @param options At least one of `encryptKey` and `verificationToken`; give both.
 * @throws {CallbackError} ERR_CONFIG: no secret, an empty one, or an option out of range.
 * @throws {TypeError} An option of the wrong type.
 *
 * @example
 * ```ts
 * import { createFeishuCodec } from 'callback-codec/feishu';
 *
 * const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
 * const { headers, body } = codec.encode({ type: 'url_verification', challenge: 'ajls384kdjxxxx' });
 * const message = codec.decode({ headers, body });
 * console.log(codec.reply(message)); // { challenge: 'ajls384kdjxxxx' }
 * ```
 */
export function createFeishuCodec(options: FeishuCodecOptions): FeishuCodec {
  const {
    acceptChallenge = true,
    toleranceSeconds = Infinity,
    now = Date.now,
    random,
    maxBodyBytes = MAX_BODY_BYTES,
    aes: engine = defaultAesCbc(),
  } = requireObject('options', options);
  const encryptKey = optionalSecret(options, 'encryptKey');
  const verificationToken = optionalSecret(options, 'verificationToken');
  requireBoolean('acceptChallenge', acceptChallenge);
  requireTolerance(toleranceSeconds);
  requireFunction('now', now);
  requireMaxBodyBytes(maxBodyBytes);
  requireFunction('aes', engine);
  if (random !== undefined) requireFunction('random', random);
  if (encryptKey === undefined && verificationToken === undefined) {
    throw new CallbackError(
      'ERR_CONFIG',
      'encryptKey or verificationToken is needed, better both: no secret, no codec',
    );
  }
  const secret = encryptKey === undefined ? undefined : bindKey(engine, encryptKey);
  const readChallenge = secret && challengeReader(secret.aes, verificationToken);

  /** The signature must hold over a body that is UTF-8, and be fresh. */
  function requireSignature({ signature, timestamp, nonce }: SignatureHeaders, body: Body, key: string): void {
    // SHA-256(… ‖ body) can be extended by its padding, which starts with 0x80: never UTF-8 after a whole character.
    if (!equalInConstantTime(signature, sign(timestamp, nonce, key, body.raw)) || body.text === undefined) {
      throw new CallbackError('ERR_SIGNATURE', signatureMistake(signature, body));
    }
    requireFresh(timestamp, { toleranceSeconds, now }, SECONDS_OR_MILLISECONDS);
  }

  /** The token must be the app's, where one is configured. */
  function requireToken(payload: JsonObject): void {
    if (verificationToken === undefined) return;
    const token = tokenOf(payload);
    if (typeof token !== 'string' || !equalInConstantTime(token, verificationToken)) {
      throw new CallbackError('ERR_TOKEN', 'the Verification Token is not that of this app: check the console');
    }
  }

  /** A message whose signature was verified, or that came plain to an app without Encrypt Key. */
  function readMessage(text: string, payload: JsonObject): FeishuMessage {
    const message = isChallenge(payload) ? readSignedChallenge(text, payload) : readEvent(text, payload);
    if (message === undefined) {
      throw new CallbackError(
        'ERR_REQUEST',
        field(payload, 'open_message_id') !== undefined
          ? 'an old message card (card.action.trigger_v1), which is signed and answered otherwise'
          : 'neither a url_verification nor an event: a field is missing or not a string',
      );
    }
    requireToken(payload);
    return message;
  }

  /** What is not signed can only be the URL challenge; whatever else it is has one answer. */
  function readUnsigned(body: Body): FeishuChallenge {
    if (isLongerThan(body.raw, MAX_UNSIGNED_BODY)) throw unsignedError();
    const encrypt = readEncrypt(requireJsonObject('body', body.text));
    const challenge = acceptChallenge ? readChallenge?.(encrypt) : undefined;
    if (challenge === undefined) throw unsignedError();
    return { kind: 'challenge', ...challenge };
  }

  function decode(request: CallbackRequest): FeishuMessage {
    const body = readBody(request, maxBodyBytes);
    if (secret === undefined) {
      const payload = requireJsonObject('body', body.text);
      if (typeof field(payload, 'encrypt') === 'string') {
        throw new CallbackError('ERR_REQUEST', 'the body is encrypted, but this codec was made without an encryptKey');
      }
      return readMessage(body.text as string, payload);
    }
    const headers = readSignatureHeaders(request);
    if (headers === undefined) return readUnsigned(body);
    requireSignature(headers, body, secret.key);
    const text = open(secret.aes, readEncrypt(requireJsonObject('body', body.text)));
    return readMessage(text, requireJsonObject('the plaintext', text));
  }

  function verify(request: CallbackRequest): boolean {
    return isAccepted(() => {
      const body = readBody(request, maxBodyBytes);
      const headers = readSignatureHeaders(request);
      if (secret === undefined || headers === undefined) return false;
      requireSignature(headers, body, secret.key);
      return true;
    });
  }

  function requireAes(): AesCbc {
    if (secret === undefined) throw new CallbackError('ERR_CONFIG', 'this codec was made without an encryptKey');
    return secret.aes;
  }

  function decrypt(encrypt: string): string {
    return open(requireAes(), requireString('encrypt', encrypt));
  }

  function encrypt(text: string, { iv }: { iv?: Uint8Array | undefined } = {}): string {
    return seal(requireAes(), text, iv, random);
  }

  function encode(payload: unknown, options: EncodeOptions = {}): { headers: Record<string, string>; body: string } {
    const text = typeof payload === 'string' ? payloadText(payload) : addToken(payloadText(payload));
    const headers: Record<string, string> = { 'Content-Type': 'application/json;charset=utf-8' };
    if (secret === undefined) return { headers, body: text };
    const body = JSON.stringify({ encrypt: seal(secret.aes, text, options.iv, random) });
    const parsed = parseJsonObject(text);
    if (parsed === undefined || !isChallenge(parsed)) {
      const timestamp = requireHeaderText('timestamp', options.timestamp ?? String(Math.floor(now() / 1000)));
      const nonce = requireHeaderText('nonce', options.nonce ?? randomAlphanumerics(random));
      headers['X-Lark-Request-Timestamp'] = timestamp;
      headers['X-Lark-Request-Nonce'] = nonce;
      headers['X-Lark-Signature'] = sign(timestamp, nonce, secret.key, body);
    }
    return { headers, body };
  }

  /** JSON with the Verification Token where it belongs and is not there yet; Feishu's challenges always have one. */
  function addToken(text: string): string {
    const json = parseJsonObject(text);
    if (json === undefined || typeof tokenOf(json) === 'string') return text;
    const token = verificationToken ?? (isChallenge(json) ? '' : undefined);
    if (token === undefined) return text;
    if (!isVersion2(json)) return JSON.stringify({ ...json, token });
    const header = field(json, 'header');
    return JSON.stringify({ ...json, header: { ...(isJsonObject(header) ? header : {}), token } });
  }

  function reply(message: FeishuMessage): { challenge: string } | Record<string, never> {
    requireObject('message', message);
    return message.kind === 'challenge' ? { challenge: message.challenge } : {};
  }

  return { decode, verify, decrypt, encrypt, encode, reply };
}

const SIGNATURE_HEADERS: readonly string[] = ['x-lark-signature', 'x-lark-request-timestamp', 'x-lark-request-nonce'];

interface SignatureHeaders {
  readonly signature: string;
  readonly timestamp: string;
  readonly nonce: string;
}

/** All three headers, or `undefined` where there is none; ERR_SIGNATURE for one or two. */
function readSignatureHeaders(request: CallbackRequest): SignatureHeaders | undefined {
  const [signature, timestamp, nonce] = readHeaders(request, ...SIGNATURE_HEADERS);
  if (signature !== undefined && timestamp !== undefined && nonce !== undefined) return { signature, timestamp, nonce };
  if (signature === undefined && timestamp === undefined && nonce === undefined) return undefined;
  const missing = SIGNATURE_HEADERS[[signature, timestamp, nonce].indexOf(undefined)];
  throw new CallbackError('ERR_SIGNATURE', `${missing} is missing, but other headers of the signature are there`);
}

/** What is most likely wrong where a signature does not match. */
function signatureMistake(signature: string, { text }: Body): string {
  if (signature.length === 40) {
    return 'X-Lark-Signature has 40 digits: this is an old message card (card.action.trigger_v1), which is signed otherwise';
  }
  if (isBase64(text)) return 'the body is base64: decode it first, as isBase64Encoded of a serverless event says';
  return 'X-Lark-Signature does not match: pass the raw body, not JSON serialised again, and check the Encrypt Key';
}

/** One answer for everything on the path that nothing authenticates. */
function unsignedError(): CallbackError {
  return new CallbackError(
    'ERR_SIGNATURE',
    'not signed, and not the URL challenge of this app: pass the headers; check Encrypt Key, Verification Token and acceptChallenge',
  );
}

interface EncodeOptions {
  timestamp?: string | undefined;
  nonce?: string | undefined;
  iv?: Uint8Array | undefined;
}

/** The Encrypt Key, which signs, and AES under its SHA-256, which encrypts. */
function bindKey(engine: AesCbcEngine, encryptKey: unknown): { readonly key: string; readonly aes: AesCbc } {
  const key = requireSecret('encryptKey', encryptKey);
  return { key, aes: engine(sha256(bytesHere().encodeUtf8(key) as Bytes)) };
}

function sign(timestamp: string, nonce: string, encryptKey: string, body: string | Uint8Array): string {
  return hexDigest('sha256', sha256, timestamp + nonce + encryptKey, body);
}

/** Text that a header carries as one value: ASCII, no space at its ends, and no ", ", which reads as two values. */
function requireHeaderText(name: string, value: string): string {
  if (/[^ -~]|^ | $|, /.test(requireText(name, value))) {
    throw new CallbackError('ERR_CONFIG', `${name} must be text that an HTTP header can carry as one value`);
  }
  return value;
}

function seal(aes: AesCbc, text: string, iv: Uint8Array | undefined, random: RandomSource | undefined): string {
  const plaintext = bytesHere().encodeUtf8(requireText('text', text)) as Bytes;
  const ownIv = iv === undefined ? randomBytes(AES_BLOCK, random) : requireBytes('iv', iv, AES_BLOCK);
  return bytesHere().encodeBase64(encryptPadded(aes, ownIv, plaintext, 16));
}

/** The padded plaintext of an `encrypt` field; `undefined` where it is no base64 of an IV and whole blocks. */
function decryptField(aes: AesCbc, encrypt: string): Uint8Array | undefined {
  const ivAndCiphertext = bytesHere().decodeBase64(encrypt, 0);
  return ivAndCiphertext && decryptBlocks(aes, ivAndCiphertext);
}

function open(aes: AesCbc, encrypt: string): string {
  const padded = decryptField(aes, encrypt);
  const length = padded === undefined ? -1 : unpaddedLength(padded, 16);
  const text = length < 0 ? undefined : bytesHere().decodeUtf8(padded as Uint8Array, 0, length);
  if (text === undefined) throw decryptError();
  return text;
}

/** An app with an Encrypt Key accepts no plain body: it would be an event that anyone can write. */
function readEncrypt(body: JsonObject): string {
  const encrypt = field(body, 'encrypt');
  if (encrypt === undefined) {
    throw new CallbackError('ERR_SIGNATURE', 'the body has no `encrypt`, but this codec has an encryptKey');
  }
  if (typeof encrypt !== 'string') throw new CallbackError('ERR_REQUEST', '`encrypt` must be a string');
  return encrypt;
}

function isChallenge(payload: JsonObject): boolean {
  return field(payload, 'type') === 'url_verification';
}

function isVersion2(payload: JsonObject): boolean {
  return !isChallenge(payload) && (field(payload, 'schema') !== undefined || field(payload, 'header') !== undefined);
}

/** The Verification Token of a payload. `event.token` is another thing: it updates a card. */
function tokenOf(payload: JsonObject): unknown {
  const header = field(payload, 'header');
  const inHeader = isJsonObject(header) ? field(header, 'token') : undefined;
  if (isVersion2(payload)) return inHeader;
  const token = field(payload, 'token');
  return token === undefined && isChallenge(payload) ? inHeader : token;
}

/** A challenge on the paths that are not guarded by {@link challengeReader}: signed, or plain to an app without a key. */
function readSignedChallenge(text: string, payload: JsonObject): FeishuChallenge | undefined {
  const challenge = field(payload, 'challenge');
  if (typeof challenge !== 'string' || challenge.length > 1024) return undefined;
  return { kind: 'challenge', challenge, text };
}

function readEvent(text: string, payload: JsonObject): FeishuEvent | undefined {
  const event = field(payload, 'event');
  if (isVersion2(payload)) {
    const header = field(payload, 'header');
    if (!isJsonObject(header)) return undefined;
    const type = field(header, 'event_type');
    if (typeof type !== 'string') return undefined;
    return {
      kind: 'event',
      schema: '2.0',
      id: idField(header, 'event_id'),
      type,
      createTime: textField(header, 'create_time'),
      appId: textField(header, 'app_id'),
      tenantKey: textField(header, 'tenant_key'),
      event,
      text,
    };
  }
  if (!isJsonObject(event)) return undefined;
  const type = field(event, 'type');
  if (typeof type !== 'string') return undefined;
  return {
    kind: 'event',
    schema: '1.0',
    id: idField(payload, 'uuid'),
    type,
    createTime: textField(payload, 'ts'),
    appId: textField(event, 'app_id'),
    tenantKey: textField(event, 'tenant_key'),
    event,
    text,
  };
}
