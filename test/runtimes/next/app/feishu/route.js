import { createFeishuCodec } from 'callback-codec/feishu';
import { toFetchHandler } from 'callback-codec/fetch';
import { FEISHU } from '../../secrets.mjs';

export const runtime = 'edge';

export const POST = toFetchHandler(createFeishuCodec(FEISHU), ({ event }) => ({ event }));
