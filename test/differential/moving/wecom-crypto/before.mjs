import { createServer } from 'node:http';
import { decrypt, encrypt, getSignature } from '@wecom/crypto';

const [token, key, corpId] = ['QDG6eK', 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C', 'wx5823bf96d3bd56c7'];
const cdata = (xml, name) => new RegExp(`<${name}><!\\[CDATA\\[(.*?)\\]\\]></${name}>`, 's').exec(xml)?.[1];

createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const query = Object.fromEntries(new URL(request.url, 'http://localhost').searchParams);
  const { msg_signature, timestamp, nonce, echostr } = query;
  try {
    const encrypted = echostr ?? cdata(body, 'Encrypt');
    if (getSignature(token, timestamp, nonce, encrypted) !== msg_signature) throw new Error('signature');
    const { message, id } = decrypt(key, encrypted);
    if (id !== corpId) throw new Error('corpid');
    if (echostr !== undefined) return response.end(message);
    console.log(cdata(message, 'Content'));
    const answer = encrypt(
      key,
      '<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[收到]]></Content></xml>',
      id,
    );
    const signature = getSignature(token, timestamp, nonce, answer);
    response.end(
      `<xml><Encrypt><![CDATA[${answer}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature>` +
        `<TimeStamp>${timestamp}</TimeStamp><Nonce><![CDATA[${nonce}]]></Nonce></xml>`,
    );
  } catch {
    response.writeHead(400).end();
  }
}).listen(process.env.PORT);
