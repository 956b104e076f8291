import { createServer } from 'node:http';
import DingTalkEncryptor from 'dingtalk-encrypt';

const encryptor = new DingTalkEncryptor('123456', '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij', 'ding1');
createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { signature, timestamp, nonce } = Object.fromEntries(new URL(request.url, 'http://localhost').searchParams);
  try {
    const event = JSON.parse(encryptor.getDecryptMsg(signature, timestamp, nonce, JSON.parse(body).encrypt));
    if (event.EventType !== 'check_url') console.log(event.title);
    response.end(JSON.stringify(encryptor.getEncryptedMap('success', timestamp, nonce)));
  } catch {
    response.writeHead(400).end();
  }
}).listen(process.env.PORT);
