import { createDingTalkCodec } from 'callback-codec/dingtalk';
import { answering } from '../../answering.mjs';
import { DINGTALK } from '../../secrets.mjs';

export const runtime = 'edge';

const codec = createDingTalkCodec(DINGTALK);

export const POST = answering((request) => {
  const message = codec.decode(request);
  return { event: message.event, reply: codec.reply('success', message) };
});
