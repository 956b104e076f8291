import { createServer } from 'node:http';
import { createFeishuCodec } from 'callback-codec/feishu';
import { toNodeHandler } from 'callback-codec/node';

const codec = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
const handle = toNodeHandler(codec, ({ type, event }) => {
  if (type === 'im.message.receive_v1') console.log(event.message.message_id);
});
createServer(handle).listen(process.env.PORT);
