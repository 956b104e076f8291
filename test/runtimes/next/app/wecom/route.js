import { toFetchHandler } from 'callback-codec/fetch';
import { createWeComCodec } from 'callback-codec/wecom';
import { WECOM } from '../../secrets.mjs';

export const runtime = 'edge';

const handle = toFetchHandler(createWeComCodec(WECOM), ({ event }) => event);

export { handle as GET, handle as POST };
