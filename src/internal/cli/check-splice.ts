// Feishu's URL challenge is encrypted but not signed: whoever has captured one, and an event, can put blocks of the event
// where the challenge's value stands. A server that decrypts and parses what is not signed answers with text of the event.
import type { CallbackCodec, CallbackPush } from '../../index.ts';

/** What the IV makes of the first block. */
const HEAD = Buffer.from('{"challenge":"0a');

/**
 * A challenge whose value holds 32 characters of `mark`, a text of 64 in the event: a block that the IV turns into the
 * head, two of the event as they are, one of the challenge that comes out at random, and the end of the challenge.
 */
export function splice(codec: CallbackCodec, event: object, mark: string, token: string): CallbackPush {
  const eventText = JSON.stringify(event);
  const challengeText = JSON.stringify({ challenge: mark.slice(0, 36), token, type: 'url_verification' });
  const first = Math.ceil(eventText.indexOf(mark) / 16);
  for (;;) {
    const captured = ciphertext(codec.encode(eventText));
    const push = codec.encode(challengeText);
    const end = ciphertext(push);
    // In ciphertext the IV is block 0, so that the text's block n is block n + 1.
    const iv = xor(blockAt(captured, first), blockAt(Buffer.from(eventText), first), HEAD);
    const random = xor(blockAt(Buffer.from(challengeText), 2), blockAt(end, 2), blockAt(captured, first + 3));
    // One in ten stays inside the JSON string.
    if (random.some((byte) => byte < 0x20 || byte === 0x22 || byte === 0x5c)) continue;
    const parts = [iv, captured.subarray((first + 1) * 16, (first + 4) * 16), end.subarray(3 * 16)];
    return { ...push, body: JSON.stringify({ encrypt: Buffer.concat(parts).toString('base64') }) };
  }
}

function ciphertext({ body }: CallbackPush): Buffer {
  return Buffer.from(JSON.parse(String(body)).encrypt, 'base64');
}

function blockAt(bytes: Buffer, index: number): Buffer {
  return bytes.subarray(index * 16, index * 16 + 16);
}

function xor(first: Buffer, ...others: readonly Buffer[]): Buffer {
  return Buffer.from(first.map((byte, at) => others.reduce((sum, other) => sum ^ (other[at] as number), byte)));
}
