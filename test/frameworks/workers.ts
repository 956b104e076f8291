// The Fetch handler by the typings of Cloudflare Workers, which know neither the DOM nor Node. Compiled, never run.
import { createDingTalkCodec } from 'callback-codec/dingtalk';
import { toFetchHandler } from 'callback-codec/fetch';

interface Env {
  readonly TOKEN: string;
  readonly ENCODING_AES_KEY: string;
  readonly OWNER_KEY: string;
}

export default {
  async fetch(request, env, context): Promise<Response> {
    const codec = createDingTalkCodec({
      token: env.TOKEN,
      encodingAesKey: env.ENCODING_AES_KEY,
      ownerKey: env.OWNER_KEY,
    });
    const handle = toFetchHandler(codec, ({ type }, { cf }) => {
      context.waitUntil(Promise.resolve([type, cf?.colo]));
    });
    return handle(request);
  },
} satisfies ExportedHandler<Env>;
