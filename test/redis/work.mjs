// The work of the tests: it takes some time, leaves a line, and fails if the event says so.
import { setTimeout as sleep } from 'node:timers/promises';
import { redis } from './once.mjs';

export async function work({ event: { message } }) {
  await redis.rPush('started', message.message_id);
  await sleep(message.milliseconds ?? 0);
  if (message.fails) throw new Error(`${message.message_id} failed`);
  await redis.rPush('done', `${message.message_id} by ${process.env.WORKER}`);
}
