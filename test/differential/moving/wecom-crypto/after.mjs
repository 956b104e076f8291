import { createServer } from 'node:http';
import { toNodeHandler } from 'callback-codec/node';
import { createWeComCodec } from 'callback-codec/wecom';

const encodingAesKey = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const codec = createWeComCodec({ token: 'QDG6eK', encodingAesKey, receiveId: 'wx5823bf96d3bd56c7' });
const handle = toNodeHandler(codec, ({ event }) => {
  console.log(event.Content);
  return { MsgType: 'text', Content: '收到' };
});
createServer(handle).listen(process.env.PORT);
