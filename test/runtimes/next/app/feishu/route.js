import { createFeishuCodec } from 'callback-codec/feishu';
import { answering } from '../../answering.mjs';
import { FEISHU } from '../../secrets.mjs';

export const runtime = 'edge';

const codec = createFeishuCodec(FEISHU);

export const POST = answering((request) => {
  const message = codec.decode(request);
  return { event: message.event, reply: codec.reply(message) };
});
