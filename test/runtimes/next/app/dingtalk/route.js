import { createDingTalkCodec } from 'callback-codec/dingtalk';
import { toFetchHandler } from 'callback-codec/fetch';
import { DINGTALK } from '../../secrets.mjs';

export const runtime = 'edge';

export const POST = toFetchHandler(createDingTalkCodec(DINGTALK), ({ event }) => JSON.stringify(event));
