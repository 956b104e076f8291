// What `check` says, in English and Chinese. Names in braces are filled in.
import type { Language } from '../../explain.ts';

const EN = {
  steps: {
    url: 'the URL itself',
    probe: 'an empty POST, as the console probes a robot',
    verification: 'the check of the URL',
    'verification-again': 'the same check again',
    event: 'an event',
    again: 'the same event again',
    forged: 'an event signed with another secret',
    unsigned: 'an event that is not signed',
    changed: 'another body under a captured signature',
    'other-app': "an event for another app's id",
    stale: "yesterday's event",
    'wrong-token': 'an event with another Verification Token',
    'no-token': 'an event without a Verification Token',
    'wrong-challenge-token': 'a URL check with another Verification Token',
    plain: 'an event in clear, where encryption is on',
    spliced: 'captured ciphertext in an unsigned URL check',
    'as-echostr': 'captured ciphertext as echostr',
  },
  /** What it means that a request was accepted which had to be refused. */
  accepted: {
    forged: 'Anyone can send events: compare the signature before anything else, with the secret of this app.',
    unsigned: 'Anyone can send events: a request without a signature must be refused, not passed.',
    changed: 'Anyone who saw one request can send any other: compute the signature over the body that came.',
    'other-app': "Another app's events are taken for this one's: compare the id that is in the message.",
    stale:
      'Anyone who saw one request can send it again for ever: compare the signed time with the clock, and refuse what is older than the platform says.',
    'wrong-token': "Another app's events are taken for this one's: compare the Verification Token.",
    'no-token': 'Anyone can send events: without an Encrypt Key, the Verification Token is all that proves them.',
    'wrong-challenge-token':
      'It answers checks that are not for this app: compare the Verification Token before answering.',
    plain: 'Anyone can send events in clear: where there is a key, refuse what is not encrypted.',
    spliced:
      'It decrypts what is not signed: answer an unsigned request only if it is nothing but a URL check with the right token.',
    'as-echostr': 'It decrypts captured messages: answer an echostr only if it decrypts to a short word.',
  },
  /** The same of what the platform leaves open. */
  notes: {
    stale:
      'Accepted, which the platform leaves open: it names no age. Remember the ids of events, or set toleranceSeconds, so that a captured request cannot be sent again.',
    'as-echostr':
      'It comes back as it was, as the platform asks; it is not signed, so answer short words only: otherwise a link can make your server return HTML that somebody else wrote.',
  },
  leaked: 'It came back decrypted.',
  refused: 'refused, as it must be',
  refusedBroken: 'not accepted, but the server failed over it: see its log',
  noAnswer: 'Nobody knows whether it was accepted ({code}): answer 400, 401 or 403.',
  noRefusal: 'A redirect is no refusal: answer 400, 401 or 403.',
  right: 'answered, as it must be',
  faults: {
    'url-malformed': 'That is no URL that begins with http:// or https://.',
    'url-credentials': 'A name or password in the URL is not sent by platforms: take it out.',
    'url-host': 'The host {host} must be letters, digits, dots and "-", at most 63.',
    'url-port': 'This platform calls port 80 for http and 443 for https, no other: put a proxy there.',
    'url-ipv6': '{host} has no IPv4 address, and platforms connect by IPv4: add an A record.',
    'url-private':
      'The address {address} is private, and no platform reaches it: use a public one or a tunnel. With --allow-private it is checked all the same.',
    dns: '{host} does not resolve ({code}): check its spelling and its DNS record.',
    refused: 'Nothing listens there: start the server, check the port and the firewall ({code}).',
    unreachable: 'No way leads there: check the address, the network and the firewall ({code}).',
    'certificate-expired': 'The certificate is out of date: renew it, and check the clock of the server ({code}).',
    'certificate-name': 'The certificate is for another name: get one for the name in the URL ({code}).',
    'certificate-untrusted':
      'The certificate is not trusted: use one of a public authority, and send the whole chain ({code}).',
    tls: 'No TLS comes from this port: is it https, and the right port ({code})?',
    broken: 'The connection broke off, or what came is no HTTP: see the log of the server and of its proxy ({code}).',
    timeout:
      'No whole answer in {limit} s, which is as long as the platform waits where it names a time: answer first and work later, keep an instance warm, check the firewall.',
    'too-large': 'The answer is longer than 64 kB: something else answers at this URL.',
    redirect: 'A redirect to {location}, which no platform follows: enter the address to which it leads.',
    status: 'Every status but 200 is a failure to the platform.',
    'not-json': 'The answer is no JSON ({contentType}): something else answers there, a proxy or an error page.',
    'no-challenge':
      'The answer has no "challenge": take it from the body, decrypted where there is an Encrypt Key, and answer {"challenge":"…"}.',
    'wrong-challenge': 'The "challenge" is not the one that was sent: answer it unchanged.',
    'echostr-encrypted': 'The echostr came back encrypted: decrypt it, and answer the text.',
    'wrong-echostr': 'The answer is not the echostr alone: no quotes, no JSON, no line break.',
    'answer-signature': 'The answer is not signed, or not with the token of your variables: it must be {want}.',
    'answer-key': 'The answer does not decrypt: it is encrypted under another key.',
    'answer-owner': 'The answer is for another id than that of your variables.',
    'answer-text': 'The answer decrypts to something else than "success".',
    'answer-body': 'The answer is not what the platform wants: {want}.',
  },
  /** What to do about a status, by its first digits. */
  statuses: {
    '40[013]|42':
      'It refuses what is right: are its secrets those of your variables, does a login stand in front? `callback-codec explain` says why.',
    '40[45]': 'Check the path, and which methods it takes.',
    5: 'See the log of the server.',
    '': 'Answer 200.',
  },
  allowed: 'The address {address} is private, which --allow-private allows.',
  resolved: '{address}, public',
  /** Between sentences. */
  space: ' ',
  console: 'The console would say: {text}',
  came: '{status} after {milliseconds} ms',
  none: 'no answer after {milliseconds} ms',
  marks: { ok: 'ok  ', note: 'note', wrong: 'NOT ' },
  stopped: 'The rest was not sent.',
  willAccept: 'The platform will accept this URL.',
  willAcceptPrivate: 'The platform will accept this URL, once it is at a public address.',
  willNotAccept: 'The platform will NOT accept this URL.',
  isSafe: 'Nothing forged was accepted.',
  isNotSafe: 'Of {of} requests that must be refused, {count} were NOT.',
  isUnknown: 'Nothing forged was sent.',
};

export type Step = keyof (typeof EN)['steps'];
export type Fault = keyof (typeof EN)['faults'];

const ZH: typeof EN = {
  steps: {
    url: 'URL 本身',
    probe: '空 POST（控制台探测机器人的方式）',
    verification: 'URL 验证',
    'verification-again': '同一验证再发一次',
    event: '事件',
    again: '同一事件再发一次',
    forged: '用其他密钥签名的事件',
    unsigned: '没有签名的事件',
    changed: '用截获的签名发送其他请求体',
    'other-app': '属于其他应用 id 的事件',
    stale: '昨天的事件',
    'wrong-token': 'Verification Token 不同的事件',
    'no-token': '没有 Verification Token 的事件',
    'wrong-challenge-token': 'Verification Token 不同的 URL 验证',
    plain: '已开启加密却以明文发送的事件',
    spliced: '未签名的 URL 验证中夹带截获的密文',
    'as-echostr': '把截获的密文当作 echostr',
  },
  accepted: {
    forged: '任何人都能发送事件：先用本应用的密钥比对签名，再做其他处理。',
    unsigned: '任何人都能发送事件：没有签名的请求必须拒绝，不能放行。',
    changed: '看到过一个请求的人就能发送任意请求：应对收到的请求体计算签名。',
    'other-app': '会把其他应用的事件当成自己的：比对消息中的 id。',
    stale: '看到过一个请求的人可以无限次重发：把签名时间与时钟比较，拒绝超过平台规定时限的请求。',
    'wrong-token': '会把其他应用的事件当成自己的：比对 Verification Token。',
    'no-token': '任何人都能发送事件：没有 Encrypt Key 时，只有 Verification Token 能证明来源。',
    'wrong-challenge-token': '会回复不属于本应用的验证：回复前先比对 Verification Token。',
    plain: '任何人都能以明文发送事件：配置了密钥就要拒绝未加密的请求。',
    spliced: '会解密未签名的内容：未签名的请求只有在仅为 URL 验证且 token 正确时才能回复。',
    'as-echostr': '会解密截获的消息：只有解密结果是简短的单词时才回复 echostr。',
  },
  notes: {
    stale: '已接受，平台对此没有规定时限。请按事件 id 去重或设置 toleranceSeconds，以免截获的请求被重发。',
    'as-echostr':
      '原样返回，符合平台要求；但它没有签名，请只回复简短的单词，否则他人可以用一个链接让你的服务器返回任意 HTML。',
  },
  leaked: '返回了解密后的内容。',
  refused: '已拒绝，正确',
  refusedBroken: '没有接受，但服务器因此出错：请查看其日志',
  noAnswer: '无法知道是否被接受（{code}）：请返回 400、401 或 403。',
  noRefusal: '重定向不是拒绝：请返回 400、401 或 403。',
  right: '回复正确',
  faults: {
    'url-malformed': '不是以 http:// 或 https:// 开头的 URL。',
    'url-credentials': '平台不会发送 URL 中的用户名和密码：请去掉。',
    'url-host': '主机名 {host} 只能由字母、数字、点和“-”组成，最多 63 个字符。',
    'url-port': '该平台只访问 http 的 80 端口和 https 的 443 端口：请在该端口设置代理。',
    'url-ipv6': '{host} 没有 IPv4 地址，而平台使用 IPv4 连接：请添加 A 记录。',
    'url-private':
      '地址 {address} 是内网地址，平台无法访问：请使用公网地址或内网穿透工具。加 --allow-private 仍可检查。',
    dns: '{host} 无法解析（{code}）：请检查拼写和 DNS 记录。',
    refused: '没有程序在监听：请启动服务器，检查端口和防火墙（{code}）。',
    unreachable: '无法到达：请检查地址、网络和防火墙（{code}）。',
    'certificate-expired': '证书不在有效期内：请续期，并检查服务器的时钟（{code}）。',
    'certificate-name': '证书属于其他域名：请使用 URL 中域名的证书（{code}）。',
    'certificate-untrusted': '证书不受信任：请使用公共机构签发的证书，并发送完整证书链（{code}）。',
    tls: '该端口没有返回 TLS：是否为 https，端口是否正确（{code}）？',
    broken: '连接中断，或返回的不是 HTTP：请查看服务器及其代理的日志（{code}）。',
    timeout: '{limit} 秒内没有完整的回复（平台公布了时限的，即为该时限）：请先回复再处理，避免冷启动，检查防火墙。',
    'too-large': '回复超过 64 kB：该 URL 上回复的是其他程序。',
    redirect: '重定向到 {location}，平台不会跟随：请填写最终地址。',
    status: '除 200 以外的状态码，平台都视为失败。',
    'not-json': '回复不是 JSON（{contentType}）：回复的是其他程序，例如代理或错误页面。',
    'no-challenge':
      '回复中没有 "challenge"：请从请求体中取出（配置了 Encrypt Key 时先解密），并回复 {"challenge":"…"}。',
    'wrong-challenge': '"challenge" 与发送的不一致：请原样返回。',
    'echostr-encrypted': 'echostr 未解密就返回了：请解密后返回明文。',
    'wrong-echostr': '回复不是单独的 echostr：不要加引号、JSON 或换行。',
    'answer-signature': '回复没有签名，或不是用你变量中的 token 签名的：应为 {want}。',
    'answer-key': '回复无法解密：它使用了其他密钥加密。',
    'answer-owner': '回复所属的 id 与你的变量不同。',
    'answer-text': '回复解密后不是 "success"。',
    'answer-body': '回复不是平台所要求的：{want}。',
  },
  statuses: {
    '40[013]|42':
      '它拒绝了正确的请求：其密钥与你的变量一致吗？前面是否有登录？可用 `callback-codec explain` 查明原因。',
    '40[45]': '请检查路径和所接受的方法。',
    5: '请查看服务器的日志。',
    '': '请返回 200。',
  },
  allowed: '地址 {address} 是内网地址，--allow-private 允许检查。',
  resolved: '{address}，公网地址',
  space: '',
  console: '控制台会提示：{text}',
  came: '{status}，{milliseconds} 毫秒',
  none: '{milliseconds} 毫秒内没有回复',
  marks: { ok: '通过', note: '注意', wrong: '错误' },
  stopped: '其余请求没有发送。',
  willAccept: '平台会接受此 URL。',
  willAcceptPrivate: '部署到公网地址后，平台会接受此 URL。',
  willNotAccept: '平台不会接受此 URL。',
  isSafe: '没有接受任何伪造的请求。',
  isNotSafe: '{of} 个必须拒绝的请求中，有 {count} 个未被拒绝。',
  isUnknown: '没有发送伪造的请求。',
};

export const CHECK_TEXTS: Readonly<Record<Language, typeof EN>> = { en: EN, zh: ZH };

/** Names in braces replaced; other braces are JSON, and have quotes in them. */
export function fill(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}
