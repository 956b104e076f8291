// What WeCom and WeChat put around WXBizMsgCrypt and into it: an envelope and a message, each in XML or JSON.
import type { AesCbcEngine } from './aes/engine.ts';
import { requireObject, requireText } from './arguments.ts';
import { type BizMsgCipher, bindEncodingAesKey, requireSignable } from './biz-msg-crypt.ts';
import { type CallbackReply, documentReply, jsonReply } from './codec.ts';
import { type Document, type DocumentFormat, parseDocument, sameField, writeDocument } from './document.ts';
import { CallbackError, type PlatformCodes, withPlatformCodes } from './errors.ts';
import { isJsonObject, type JsonObject, ownField, textField } from './json.ts';
import type { Body } from './request.ts';
import { writeElement } from './xml.ts';

/** The numbers of the official libraries. */
const PLATFORM_CODES: PlatformCodes = {
  ERR_SIGNATURE: -40001,
  ERR_REQUEST: -40002,
  ERR_OWNER: -40005,
  ERR_DECRYPT: -40008,
};

/** What `attempt` returns, its errors with the numbers of WeCom and WeChat. */
export function coded<T>(attempt: () => T): T {
  return withPlatformCodes(PLATFORM_CODES, attempt);
}

/** The same of an EncodingAESKey. */
export function bindKey(engine: AesCbcEngine, encodingAesKey: unknown): BizMsgCipher {
  return withPlatformCodes({ ERR_CONFIG: -40004 }, () => bindEncodingAesKey(engine, encodingAesKey));
}

/** A reply whose text is encrypted and signed. */
export interface SignedReply {
  readonly encrypt: string;
  readonly signature: string;
  readonly timestamp: string;
  readonly nonce: string;
}

/** The names in an envelope, in the order of {@link SignedReply}. */
export type EnvelopeNames = readonly [encrypt: string, signature: string, timestamp: string, nonce: string];

/** Those in XML, and in WeChat's JSON. */
export const ENVELOPE_NAMES: EnvelopeNames = ['Encrypt', 'MsgSignature', 'TimeStamp', 'Nonce'];

/** ERR_REQUEST for a URL check that carries a body as well. */
export function requireNoBody({ raw }: Body): void {
  if (raw.length > 0) throw new CallbackError('ERR_REQUEST', 'a request with echostr has no body');
}

/** `encrypt` of an envelope, by any of its names; an empty one is there. */
export function readEncrypt(envelope: Document, ...names: readonly string[]): string {
  const encrypt = sameField(envelope, ...names);
  if (encrypt === undefined) throw new CallbackError('ERR_SIGNATURE', `the body carries no ${names[0]}`);
  return requireSignable(names[0] as string, encrypt);
}

/** The envelope of a reply: `timestamp` a number in JSON, and outside CDATA in XML. */
export function writeSignedReply(format: DocumentFormat, jsonNames: EnvelopeNames, reply: SignedReply): CallbackReply {
  if (format === 'json') {
    const [encrypt, signature, timestamp, nonce] = jsonNames;
    return jsonReply({
      [encrypt]: reply.encrypt,
      [signature]: reply.signature,
      [timestamp]: Number(reply.timestamp),
      [nonce]: reply.nonce,
    });
  }
  const { encrypt, signature, timestamp, nonce } = reply;
  // Base64, hex and digits are in no need of a look.
  const signed = `<Encrypt><![CDATA[${encrypt}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature>`;
  const sent = `<TimeStamp>${timestamp}</TimeStamp>${writeElement('nonce', 'Nonce', nonce, 2)}`;
  return documentReply(format, `<xml>${signed}${sent}</xml>`);
}

/** The same, read: ERR_SIGNATURE for what is missing. */
export function readSignedReply(text: string, jsonNames: EnvelopeNames): SignedReply {
  const envelope = parseDocument('the body', text);
  const names = envelope.format === 'xml' ? ENVELOPE_NAMES : jsonNames;
  const [encrypt, signature, timestamp, nonce] = names.map((name) => textField(envelope.fields, name));
  if (encrypt === undefined || signature === undefined || timestamp === undefined || nonce === undefined) {
    throw new CallbackError('ERR_SIGNATURE', `the reply lacks one of ${names.join(', ')}`);
  }
  for (const part of [encrypt, timestamp, nonce]) requireSignable('the reply', part);
  return { encrypt, signature, timestamp, nonce };
}

/** A number of seconds, as text: without leading zeros, because it is signed as text and sent as a number. */
export function requireSeconds(name: string, value: string): string {
  if (!/^(?:0|[1-9]\d{0,14})$/.test(requireText(name, value))) {
    throw new CallbackError('ERR_CONFIG', `${name} must be a number of seconds in decimal digits`);
  }
  return value;
}

/** What a message is: `InfoType` of a component's, `Event` of an event, else `MsgType`. */
export function typeOf(fields: JsonObject): string {
  const type = textField(fields, 'MsgType');
  return textField(fields, 'InfoType') ?? (type === 'event' ? textField(fields, 'Event') : undefined) ?? type ?? '';
}

/** The fields of what `encode` is given, none where that is text to be sent verbatim. */
export function payloadFields(payload: unknown): JsonObject {
  if (typeof payload === 'string') return {};
  if (!isJsonObject(payload)) throw new TypeError('payload must be a string or an object');
  return payload;
}

/** The text of an answer: a string as it stands, an object in the message's format. */
export function answerText(answer: string | object, format: DocumentFormat): string {
  if (typeof answer === 'string') return requireText('answer', answer);
  return writeDocument('answer', format, requireObject('answer', answer));
}

/** Whether a message is of a component or a suite, which wants the bare word `success`. */
export function hasInfoType(event: unknown): boolean {
  return typeof event === 'object' && event !== null && ownField(event as JsonObject, 'InfoType') !== undefined;
}
