import { createServer } from 'node:http';
import WXBizMsgCrypt from 'wechat-crypto';

const key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const cryptor = new WXBizMsgCrypt('AAAAA', key, 'wxba5fad812f8e6fb9');
const cdata = (xml, name) => new RegExp(`<${name}><!\\[CDATA\\[(.*?)\\]\\]></${name}>`, 's').exec(xml)?.[1];

createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const query = Object.fromEntries(new URL(request.url, 'http://localhost').searchParams);
  const { signature, msg_signature, timestamp, nonce, echostr } = query;
  try {
    if (echostr !== undefined) {
      if (cryptor.getSignature(timestamp, nonce, '') !== signature) throw new Error('signature');
      return response.end(echostr);
    }
    const encrypted = cdata(body, 'Encrypt');
    if (cryptor.getSignature(timestamp, nonce, encrypted) !== msg_signature) throw new Error('signature');
    const { message, id } = cryptor.decrypt(encrypted);
    if (id !== 'wxba5fad812f8e6fb9') throw new Error('appid');
    console.log(cdata(message, 'Content'));
    response.end('success');
  } catch {
    response.writeHead(400).end();
  }
}).listen(process.env.PORT);
