import { createServer } from 'node:http';
import * as lark from '@larksuiteoapi/node-sdk';

const dispatcher = new lark.EventDispatcher({ encryptKey: 'test key', verificationToken: 'v-token' }).register({
  'im.message.receive_v1': ({ message }) => console.log(message.message_id),
});
createServer(lark.adaptDefault('/feishu', dispatcher, { autoChallenge: true })).listen(process.env.PORT);
