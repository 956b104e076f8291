import { createTencentChatCodec } from 'callback-codec/tencent-chat';
import { answering } from '../../answering.mjs';
import { TENCENT_CHAT } from '../../secrets.mjs';

export const runtime = 'edge';

const codec = createTencentChatCodec(TENCENT_CHAT);

export const POST = answering((request) => ({ event: codec.decode(request).event, reply: codec.reply() }));
