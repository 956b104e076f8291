// A server that does the work before it answers, once. With RACY, what is to be avoided: asking first, then setting.
import { createServer } from 'node:http';
import { createFeishuCodec } from 'callback-codec/feishu';
import { toNodeHandler } from 'callback-codec/node';
import { once, redis } from './once.mjs';
import { work } from './work.mjs';

async function racy(key, work) {
  if ((await redis.get(`callback:${key}`)) !== null) return 'known';
  await redis.set(`callback:${key}`, '');
  await work();
  return 'done';
}

const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
const handle = toNodeHandler(codec, async (message) => {
  const key = message.event.message.message_id;
  const state = await (process.env.RACY ? racy : once)(key, () => work(message));
  return { state };
});
createServer((request, response) => handle(request, response, () => response.writeHead(500).end())).listen(
  process.env.PORT,
);
