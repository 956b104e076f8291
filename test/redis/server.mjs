import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createFeishuCodec } from 'callback-codec/feishu';
import { toNodeHandler } from 'callback-codec/node';
import { redis, SECONDS } from './once.mjs';

/** Remembers the event and queues it in one step, so that no crash comes in between. */
const ACCEPT = `
  if redis.call('SET', KEYS[1], '', 'NX', 'EX', ARGV[1]) then redis.call('LPUSH', KEYS[2], ARGV[2]) end`;

const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
const handle = toNodeHandler(codec, async ({ type, id, event }) => {
  const key = event.message?.message_id ?? id ?? randomUUID(); // without an id it is always new
  await redis.eval(ACCEPT, {
    keys: [`callback:${key}`, 'events'],
    arguments: [String(SECONDS), JSON.stringify({ type, id, event })],
  });
});
createServer((request, response) =>
  handle(request, response, (error) => {
    console.error(error.message);
    response.writeHead(500).end(); // the platform sends the event again
  }),
).listen(process.env.PORT);
