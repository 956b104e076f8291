import { toFetchHandler } from 'callback-codec/fetch';
import { createTencentChatCodec } from 'callback-codec/tencent-chat';
import { TENCENT_CHAT } from '../../secrets.mjs';

export const runtime = 'edge';

export const POST = toFetchHandler(createTencentChatCodec(TENCENT_CHAT), ({ event }) => ({
  ErrorInfo: JSON.stringify(event),
}));
