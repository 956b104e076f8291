import { createServer } from 'node:http';
import { createDingTalkCodec } from 'callback-codec/dingtalk';
import { toNodeHandler } from 'callback-codec/node';

const encodingAesKey = '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij';
const codec = createDingTalkCodec({ token: '123456', encodingAesKey, ownerKey: 'ding1' });
const handle = toNodeHandler(codec, ({ event }) => {
  console.log(event.title);
});
createServer(handle).listen(process.env.PORT);
