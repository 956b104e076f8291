import { createServer } from 'node:http';
import { toNodeHandler } from 'callback-codec/node';
import { createWeChatCodec } from 'callback-codec/wechat';

const encodingAesKey = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C'; // or a list: the current key, and previous ones
const codec = createWeChatCodec({ token: 'AAAAA', encodingAesKey, appId: 'wxba5fad812f8e6fb9' });
const handle = toNodeHandler(codec, ({ event }) => {
  console.log(event.Content);
});
createServer(handle).listen(process.env.PORT);
