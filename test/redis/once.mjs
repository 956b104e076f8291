import { createClient } from 'redis';

export const redis = createClient({ url: process.env.REDIS_URL });
redis.on('error', (error) => console.error(error.message)); // the client connects again by itself
await redis.connect();

/** Longer than Feishu goes on sending an event again, the longest that is documented: 7 hours 6 minutes. */
export const SECONDS = 8 * 60 * 60;

/** Whether the work was done, or is known: done before, or at work. Work that fails gives its key back. */
export async function once(key, work) {
  const expiration = { type: 'EX', value: SECONDS };
  const reserved = await redis.set(`callback:${key}`, '', { condition: 'NX', expiration }); // one command: one winner
  if (reserved === null) return 'known';
  try {
    await work();
  } catch (error) {
    await redis.del(`callback:${key}`);
    throw error;
  }
  return 'done';
}
