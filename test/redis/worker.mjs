import { redis } from './once.mjs';
import { work } from './work.mjs';

const mine = `events:${process.env.WORKER}`; // each worker has a name of its own, also after a restart
while (await redis.lMove(mine, 'events', 'LEFT', 'RIGHT')); // what it had in hand when it died comes first
for (;;) {
  const text = await redis.blMove('events', mine, 'RIGHT', 'LEFT', 0);
  try {
    await work(JSON.parse(text));
  } catch (error) {
    console.error(error.message);
    await redis.lPush('events:failed', text); // for somebody to look at: the platform will not send it again
  }
  await redis.lRem(mine, 1, text);
}
