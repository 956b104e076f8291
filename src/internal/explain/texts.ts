// Every sentence of an explanation, in English and Chinese: what is wrong, and what to do. `{name}` is filled in; nothing
// that is filled in is a secret, a signature or content of a message.

/** What can be wrong. The ids are stable; the texts are for people and may change. */
export type FindingId =
  | 'app-wrong'
  | 'authentication-off'
  | 'body-base64'
  | 'body-damaged'
  | 'body-empty'
  | 'body-form'
  | 'body-parsed'
  | 'body-reserialised'
  | 'clock'
  | 'encryption-off'
  | 'encryption-on'
  | 'key-malformed'
  | 'key-wrong'
  | 'other-app'
  | 'other-codec'
  | 'owner-wrong'
  | 'parameter-mangled'
  | 'parameter-missing'
  | 'replayed'
  | 'secret-quoted'
  | 'secret-swapped'
  | 'secret-whitespace'
  | 'secret-wrong'
  | 'signature-missing'
  | 'verification-token-wrong';

/** The languages that texts for people are written in: English and Chinese. */
export type Language = 'en' | 'zh';

export type PlatformName =
  | 'feishu'
  | 'feishu-card'
  | 'dingtalk'
  | 'dingtalk-robot'
  | 'dingtalk-card'
  | 'wecom'
  | 'wechat'
  | 'tencent-chat'
  | 'trtc';

/** A finding, or one of the forms in which it is told. */
export type TextId =
  | FindingId
  | 'app-wrong.missing'
  | 'body-damaged.bom'
  | 'body-damaged.latin1'
  | 'body-parsed.other'
  | 'clock.digits'
  | 'clock.milliseconds'
  | 'clock.now'
  | 'encryption-off.compatible'
  | 'key-malformed.unset'
  | 'owner-wrong.unset'
  | 'parameter-mangled.number'
  | 'parameter-mangled.twice'
  | 'secret-wrong.none'
  | 'secret-wrong.unset'
  | 'signature-missing.challenge'
  | 'signature-missing.headers'
  | 'verification-token-wrong.missing';

type Text = readonly [cause: string, remedy: string];
type Texts = Readonly<Record<TextId, Text>> & { readonly words: Readonly<Record<string, string>> };

/** Where a platform shows its secrets, in most consoles beside the callback URL. */
export const PAGES: Readonly<Record<Language, Readonly<Record<PlatformName, string>>>> = {
  en: {
    feishu: 'the console (Events & Callbacks > Encryption Strategy)',
    'feishu-card': 'the console (Events & Callbacks > Encryption Strategy)',
    dingtalk: 'the console (Development > Events & Callbacks, HTTP push)',
    'dingtalk-robot': 'the console (Credentials & Basic Information)',
    'dingtalk-card': 'the answer to the registration of the callback URL',
    wecom: 'the console (App > Receive Messages > API)',
    wechat:
      'the console (Settings & Development > Basic Configuration > Server Configuration; of a mini program, Message Push)',
    'tencent-chat': 'the console (Webhook Configuration > Authentication)',
    trtc: 'the console (Callback Configuration)',
  },
  zh: {
    feishu: '控制台（“事件与回调 > 加密策略”）',
    'feishu-card': '控制台（“事件与回调 > 加密策略”）',
    dingtalk: '控制台（“开发配置 > 事件与回调”，HTTP 推送）',
    'dingtalk-robot': '控制台（“凭证与基础信息”）',
    'dingtalk-card': '注册回调地址时的返回结果',
    wecom: '控制台（“应用 > 接收消息 > 设置 API 接收”）',
    wechat: '控制台（“设置与开发 > 基本配置 > 服务器配置”，小程序为“消息推送”）',
    'tencent-chat': '控制台（“回调配置 > 回调鉴权”）',
    trtc: '控制台（“回调配置”）',
  },
};

export const TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    'app-wrong': [
      'The request is for another app: its SDKAppID{id} is not the configured sdkAppId.',
      'Configure the SDKAppID that the console shows for this app, or give each app a URL of its own.',
    ],
    'app-wrong.missing': [
      'The request names no SDKAppID, but the codec has a sdkAppId.',
      'Pass the URL and the headers on as they came, or leave sdkAppId out.',
    ],
    'authentication-off': [
      'The request is not signed: it carries no Sign, though everything else of the platform is there.',
      'Set the secret for callbacks in {page}; Tencent Cloud Chat has a switch for authentication there, too.',
    ],
    'body-base64': [
      'The body is still in base64, as serverless gateways hand it over.',
      'Where isBase64Encoded of the event is true, pass Buffer.from(event.body, "base64").',
    ],
    'body-damaged': [
      'The body holds replacement characters (U+FFFD): its bytes were read as text that they are not.',
      'Pass the bytes: a Buffer of all chunks together, or await request.arrayBuffer(), not text put together from chunks.',
    ],
    'body-damaged.bom': [
      'The byte order mark in front of the body was lost, and it is signed.',
      'Pass await request.arrayBuffer() instead of text(), which drops it.',
    ],
    'body-damaged.latin1': [
      'The bytes of the body were read as Latin-1 instead of UTF-8.',
      'Pass the bytes, or take the encoding "binary" or "latin1" out of where the body is read.',
    ],
    'body-empty': [
      'The body is empty: nothing was sent, or something has read the stream already.',
      'Mount the handler in front of the body parser, or read the raw body once and pass it on.',
    ],
    'body-form': [
      'The body was read as a form: it is percent-encoded, or a plus sign became a space.',
      'Switch express.urlencoded() (or the parser of forms) off for this route, and pass the raw body.',
    ],
    'body-parsed': [
      'The body was parsed before it was passed: it is an object, not the bytes that were signed.',
      'Switch the parser off for this route: express.raw({ type: "*/*" }), bodyParser: false in Next.js, rawBody: true in NestJS.',
    ],
    'body-parsed.other': [
      'The body is no text and no bytes but {kind}.',
      'Await it or read it to its end, and pass a Uint8Array: await request.arrayBuffer(), or the chunks of the stream together.',
    ],
    'body-reserialised': [
      'The body was parsed and written again, which does not give the same bytes{form}.',
      'Pass the raw body: express.raw({ type: "*/*" }), await request.arrayBuffer(), req.rawBody; never JSON.stringify(req.body).',
    ],
    clock: [
      'The signature is right, but its time is {seconds} s {direction} the clock here.',
      'Set the clock of this machine (NTP), or, if this is a request that was saved, take it as the reason and send a new one.',
    ],
    'clock.digits': [
      'The signature is right, but its time is not written in the digits that the platform sends.',
      'Send seconds or milliseconds since 1970 in decimal digits, as the platform does.',
    ],
    'clock.milliseconds': [
      'The signed time is in milliseconds, where this platform sends seconds.',
      'Sign and send Math.floor(Date.now() / 1000).',
    ],
    'clock.now': [
      'The option now gives seconds, where milliseconds are expected.',
      'Leave now out, or give it Date.now.',
    ],
    'encryption-off': [
      'The request is plain, but the codec has {name}: encryption is off in the console.',
      'Set the key in {page}, which is safer, or make the codec without {name}.',
    ],
    'encryption-off.compatible': [
      'The message came in plain mode, but the codec has encodingAesKey.',
      'Choose safe mode in {page}, or make the codec without encodingAesKey.',
    ],
    'encryption-on': [
      'The request is encrypted, but the codec has no {name}: encryption is on in the console.',
      'Copy the key from {page} and make the codec with {name}.',
    ],
    'key-malformed': [
      '{name} is not the 43 characters of the console: it has {length}, {problem}{at}.',
      'Copy it again from {page}, 43 characters without "=" and without line breaks.',
    ],
    'key-malformed.unset': [
      '{name} is not set.',
      'Copy it from {page}, and check the name of the variable that it comes from.',
    ],
    'key-wrong': [
      'Nothing can be decrypted with {name}: it is not the key with which this request was encrypted.',
      'Copy {name} again from {page}; after a change there, restart the server or accept both keys.',
    ],
    'other-app': [
      'The secrets fit no part of this request: neither the signature nor the ciphertext.',
      'Check in {page} that token and key are of the app whose callbacks come to this URL.',
    ],
    'other-codec': [
      'This is a request of another kind: {what}.',
      'Use callback-codec/{codec} for it, or anyOf for both on one URL.',
    ],
    'owner-wrong': [
      'The message is for {id}, which is not the configured {name}{kind}.',
      'Configure {name} with that id, or with a list of all that may come.',
    ],
    'owner-wrong.unset': [
      '{name} is not set.',
      'Give it the id whom the messages are for, as the console shows it; for WeCom it may be the empty string, but has to be written.',
    ],
    'parameter-mangled': [
      'A parameter of the URL was changed on the way: {how}.',
      'Pass the URL as it came (req.url), not parameters that were decoded twice, encoded again or put through HTML.',
    ],
    'parameter-mangled.number': [
      'A header or parameter is no text: something has turned it into a number.',
      'Switch the conversion of types off (enableImplicitConversion, coercion), and pass the URL and the headers as they came.',
    ],
    'parameter-mangled.twice': [
      'A header or parameter cannot be read: it is there twice with different values, or its percent-encoding is malformed.',
      'Pass the URL and the headers as they came, and see that no proxy adds parameters.',
    ],
    'parameter-missing': [
      'The request carries a part of the signature, but not {name}.',
      'Pass all headers and the whole URL, and see that no proxy or rewriting takes {name} away.',
    ],
    replayed: [
      'The request is right, but it was signed {seconds} s ago, and no window is on: a copy of an old one would be accepted, too.',
      'Set toleranceSeconds if the platform does not send again after that time, and deduplicate on the id.',
    ],
    'secret-quoted': [
      '{name} stands in quotation marks, which are taken as a part of it.',
      'Take the quotation marks away in the .env file, the Docker option or the secret store.',
    ],
    'secret-swapped': [
      "{name} and {other} stand in each other's place.",
      'Give each option the secret of that name in {page}.',
    ],
    'secret-whitespace': [
      '{name} has white space or an invisible character that does not belong to it.',
      'Copy it again without spaces and line breaks, or trim what was read from a file.',
    ],
    'secret-wrong': [
      'The signature does not fit {name}: it is not the secret with which this request was signed.',
      'Copy {name} again from {page}; if it is right there, something changed the request on the way.',
    ],
    'secret-wrong.none': [
      'No secret is set: without one there is no codec.',
      'Copy encryptKey and verificationToken from {page}.',
    ],
    'secret-wrong.unset': [
      '{name} is not set.',
      'Copy it from {page}, and check the name of the variable that it comes from.',
    ],
    'signature-missing': [
      'The request carries no signature: {name} is not there.',
      "Pass headers and url of the request to decode; if they were passed, the request is not the platform's own.",
    ],
    'signature-missing.challenge': [
      'This is the URL challenge, which Feishu does not sign, and acceptChallenge is false.',
      'Set acceptChallenge to true while the URL is being saved in the console.',
    ],
    'signature-missing.headers': [
      'The message is encrypted for this app, but carries no signature: the X-Lark headers are not there.',
      'Pass headers: request.headers to decode, and see that no proxy takes X-Lark-Signature away.',
    ],
    'verification-token-wrong': [
      'The Verification Token in the request is not the configured verificationToken.',
      'Copy the Verification Token of this app again from {page}.',
    ],
    'verification-token-wrong.missing': [
      'The request carries no Verification Token, which every request of the platform has.',
      'Send the token of {page} with a test, or wait for a request of the platform.',
    ],
    words: {
      accepted: 'Accepted.',
      refused: 'Refused',
      proven: 'proven',
      likely: 'likely',
      unknown: 'None of the known causes fits: the request itself is not what the platform sends.',
      behind: 'behind',
      ahead: 'ahead of',
      'form.compact': ': compact JSON verifies',
      'form.spaced': ': JSON with spaces behind colons and commas, as Python writes it, verifies',
      'form.indented': ': indented JSON verifies',
      'form.slash': ': JSON with \\/ for each slash verifies',
      'form.ascii': ': JSON with \\u escapes for what is not ASCII verifies',
      'form.slash-ascii': ': JSON with \\/ and \\u escapes, as PHP writes it, verifies',
      'form.line-added': ': it verifies without the line break at its end',
      'form.line-lost': ': it verifies with a line break at its end',
      'form.crlf': ': it verifies with CRLF for its line breaks',
      'form.lf': ': it verifies with LF for its line breaks',
      'how.space': 'a plus sign became a space',
      'how.encoded': 'it was not decoded, or encoded twice',
      'how.entity': '&timestamp or &amp; was read as an HTML entity',
      'kind.promise': 'a Promise',
      'kind.stream': 'a stream or a Blob',
      'kind.other': 'something else',
      'owner.create-suite': ': it is CREATE_SUITE_KEY, the owner while a suite is being created',
      'owner.suite': ': it looks like a suiteKey',
      'owner.corp': ': it looks like a corpId',
      'owner.app': ': it looks like an appKey (client id)',
      'owner.wx-corp': ': it looks like a corpid',
      'owner.wx-suite': ': it looks like a suiteid',
      'owner.wx-app': ': it looks like an AppID',
      'owner.empty': ': WeCom names none for intelligent robots and for third-party apps of an individual',
      'owner.unknown': '',
      'owner.hidden': 'an id that cannot be shown',
      'owner.none': 'no id at all (an empty one)',
      'problem.empty': 'and is empty',
      'problem.equals': 'with "=" at the end',
      'problem.space': 'with white space',
      'problem.invisible': 'with an invisible character',
      'problem.quoted': 'with quotation marks',
      'problem.url-safe': 'with - or _, as URLs write base64',
      'problem.other': 'with a character that base64 does not have',
      'problem.short': 'which is too short',
      'problem.long': 'which is too long',
      'problem.type': 'because it is no text',
      'what.feishu': 'an event or a new card of Feishu',
      'what.feishu-card': 'an old message card of Feishu (card.action.trigger_v1)',
      'what.dingtalk': 'an event of DingTalk',
      'what.dingtalk-robot': "a message to DingTalk's robot",
      'what.dingtalk-card': "a callback of DingTalk's cards",
      'what.wecom': 'a callback of WeCom',
      'what.wechat': 'a message of WeChat',
      'what.tencent-chat': 'a callback of Tencent Cloud Chat',
      'what.trtc': 'a callback of TRTC',
    },
  },
  zh: {
    'app-wrong': [
      '请求属于另一个应用：其 SDKAppID{id} 与配置的 sdkAppId 不同。',
      '配置控制台中该应用的 SDKAppID，或为每个应用使用单独的回调地址。',
    ],
    'app-wrong.missing': [
      '请求中没有 SDKAppID，但编解码器配置了 sdkAppId。',
      '原样传入 URL 和请求头，或不配置 sdkAppId。',
    ],
    'authentication-off': [
      '请求没有签名：没有 Sign，但平台的其他参数都在。',
      '在{page}设置回调密钥；即时通信 IM 还要开启鉴权开关。',
    ],
    'body-base64': [
      '请求体仍是 base64，这是 Serverless 网关传入的形式。',
      '当事件的 isBase64Encoded 为 true 时，传入 Buffer.from(event.body, "base64")。',
    ],
    'body-damaged': [
      '请求体中有替换字符（U+FFFD）：字节被按错误的方式读成了文本。',
      '传入字节：所有分块拼成的 Buffer 或 await request.arrayBuffer()，不要逐块拼接文本。',
    ],
    'body-damaged.bom': [
      '请求体开头的 BOM 丢失了，而它参与签名。',
      '用 await request.arrayBuffer() 代替 text()，后者会去掉 BOM。',
    ],
    'body-damaged.latin1': [
      '请求体的字节被按 Latin-1 而不是 UTF-8 读取。',
      '传入字节，或去掉读取请求体处的 "binary"、"latin1" 编码。',
    ],
    'body-empty': [
      '请求体为空：没有发送内容，或流已被读取。',
      '把处理函数放在 body parser 之前，或只读取一次原始请求体并传入。',
    ],
    'body-form': [
      '请求体被当作表单读取：仍是百分号编码，或加号变成了空格。',
      '对该路由关闭 express.urlencoded()（或表单解析），传入原始请求体。',
    ],
    'body-parsed': [
      '请求体在传入前已被解析：它是对象，不是参与签名的字节。',
      '对该路由关闭解析：express.raw({ type: "*/*" })、Next.js 的 bodyParser: false、NestJS 的 rawBody: true。',
    ],
    'body-parsed.other': [
      '请求体既不是文本也不是字节，而是{kind}。',
      '先 await 或读完，再传入 Uint8Array：await request.arrayBuffer()，或流的所有分块。',
    ],
    'body-reserialised': [
      '请求体被解析后重新序列化，字节与原来不同{form}。',
      '传入原始请求体：express.raw({ type: "*/*" })、await request.arrayBuffer()、req.rawBody，不要用 JSON.stringify(req.body)。',
    ],
    clock: [
      '签名正确，但签名时间比本机时钟{direction} {seconds} 秒。',
      '校准本机时钟（NTP）；如果这是保存下来的请求，这就是原因，请重新发送。',
    ],
    'clock.digits': ['签名正确，但时间的写法不是平台发送的数字。', '像平台一样发送自 1970 年起的秒数或毫秒数。'],
    'clock.milliseconds': ['签名时间是毫秒，而该平台发送秒。', '用 Math.floor(Date.now() / 1000) 签名并发送。'],
    'clock.now': ['选项 now 返回秒，应返回毫秒。', '不传 now，或传入 Date.now。'],
    'encryption-off': [
      '请求是明文，但编解码器配置了 {name}：控制台没有开启加密。',
      '在{page}设置密钥（更安全），或创建编解码器时不传 {name}。',
    ],
    'encryption-off.compatible': [
      '消息是明文模式，但编解码器配置了 encodingAesKey。',
      '在{page}选择安全模式，或创建编解码器时不传 encodingAesKey。',
    ],
    'encryption-on': [
      '请求是加密的，但编解码器没有 {name}：控制台开启了加密。',
      '从{page}复制密钥，用 {name} 创建编解码器。',
    ],
    'key-malformed': [
      '{name} 不是控制台的 43 个字符：有 {length} 个，{problem}{at}。',
      '从{page}重新复制 43 个字符，不带“=”和换行。',
    ],
    'key-malformed.unset': ['没有设置 {name}。', '从{page}复制，并检查对应的环境变量名。'],
    'key-wrong': [
      '用 {name} 无法解密：请求不是用这个密钥加密的。',
      '从{page}重新复制 {name}；在控制台修改后要重启服务，或同时接受新旧密钥。',
    ],
    'other-app': [
      '密钥与请求的任何部分都不符：签名和密文都不对。',
      '在{page}确认 token 和密钥属于向此地址回调的应用。',
    ],
    'other-codec': ['这是另一种请求：{what}。', '请使用 callback-codec/{codec}；同一地址接收两种请求时用 anyOf。'],
    'owner-wrong': ['消息的接收者是 {id}，不是配置的 {name}{kind}。', '把 {name} 配置为该 id，或所有可能 id 的列表。'],
    'owner-wrong.unset': ['没有设置 {name}。', '配置控制台中消息接收者的 id；企业微信可以是空字符串，但必须写出。'],
    'parameter-mangled': [
      'URL 参数在途中被改变：{how}。',
      '原样传入 URL（req.url），不要传入二次解码、再次编码或经过 HTML 处理的参数。',
    ],
    'parameter-mangled.number': [
      '某个请求头或参数不是文本：它被转换成了数字。',
      '关闭类型转换（enableImplicitConversion 等），原样传入 URL 和请求头。',
    ],
    'parameter-mangled.twice': [
      '某个请求头或参数无法读取：出现两次且值不同，或百分号编码有误。',
      '原样传入 URL 和请求头，并确认代理没有添加参数。',
    ],
    'parameter-missing': [
      '请求只带有签名的一部分，缺少 {name}。',
      '传入所有请求头和完整的 URL，并确认代理或重写规则没有去掉 {name}。',
    ],
    replayed: [
      '请求正确，但签名于 {seconds} 秒之前，且没有时间窗口：旧请求的副本也会被接受。',
      '如果平台在此之后不再重发，请设置 toleranceSeconds，并按 id 去重。',
    ],
    'secret-quoted': ['{name} 带有引号，引号被当成了密钥的一部分。', '去掉 .env 文件、Docker 参数或密钥管理中的引号。'],
    'secret-swapped': ['{name} 与 {other} 互换了位置。', '按{page}中的名称把密钥传给对应的选项。'],
    'secret-whitespace': [
      '{name} 含有多余的空白或不可见字符。',
      '重新复制，不带空格和换行；从文件读取时先去掉首尾空白。',
    ],
    'secret-wrong': [
      '签名与 {name} 不符：请求不是用这个密钥签名的。',
      '从{page}重新复制 {name}；如果一致，则请求在途中被改变。',
    ],
    'secret-wrong.none': [
      '没有设置任何密钥：没有密钥就没有编解码器。',
      '从{page}复制 encryptKey 和 verificationToken。',
    ],
    'secret-wrong.unset': ['没有设置 {name}。', '从{page}复制，并检查对应的环境变量名。'],
    'signature-missing': [
      '请求没有签名：没有 {name}。',
      '把请求的 headers 和 url 传给 decode；如果已经传入，则请求不是平台发送的。',
    ],
    'signature-missing.challenge': [
      '这是 URL 验证请求，飞书不对它签名，而 acceptChallenge 为 false。',
      '在控制台保存回调地址期间把 acceptChallenge 设为 true。',
    ],
    'signature-missing.headers': [
      '消息是为本应用加密的，但没有签名：缺少 X-Lark 请求头。',
      '把 headers: request.headers 传给 decode，并确认代理没有去掉 X-Lark-Signature。',
    ],
    'verification-token-wrong': [
      '请求中的 Verification Token 与配置的 verificationToken 不同。',
      '从{page}重新复制该应用的 Verification Token。',
    ],
    'verification-token-wrong.missing': [
      '请求中没有 Verification Token，平台的请求都带有它。',
      '测试时带上{page}的 token，或等待平台的请求。',
    ],
    words: {
      accepted: '已接受。',
      refused: '已拒绝',
      proven: '已证实',
      likely: '很可能',
      unknown: '没有符合的已知原因：请求本身不是平台发送的形式。',
      behind: '早',
      ahead: '晚',
      'form.compact': '：紧凑的 JSON 能通过验证',
      'form.spaced': '：冒号和逗号后带空格的 JSON（Python 的写法）能通过验证',
      'form.indented': '：缩进的 JSON 能通过验证',
      'form.slash': '：斜杠写作 \\/ 的 JSON 能通过验证',
      'form.ascii': '：非 ASCII 字符写作 \\u 的 JSON 能通过验证',
      'form.slash-ascii': '：写作 \\/ 和 \\u 的 JSON（PHP 的写法）能通过验证',
      'form.line-added': '：去掉末尾换行能通过验证',
      'form.line-lost': '：末尾加上换行能通过验证',
      'form.crlf': '：换行为 CRLF 时能通过验证',
      'form.lf': '：换行为 LF 时能通过验证',
      'how.space': '加号变成了空格',
      'how.encoded': '没有解码，或编码了两次',
      'how.entity': '&timestamp 或 &amp; 被当作 HTML 实体',
      'kind.promise': ' Promise',
      'kind.stream': '流或 Blob',
      'kind.other': '其他类型',
      'owner.create-suite': '：这是 CREATE_SUITE_KEY，创建套件期间的接收者',
      'owner.suite': '：看起来是 suiteKey',
      'owner.corp': '：看起来是 corpId',
      'owner.app': '：看起来是 appKey（Client ID）',
      'owner.wx-corp': '：看起来是 corpid',
      'owner.wx-suite': '：看起来是 suiteid',
      'owner.wx-app': '：看起来是 AppID',
      'owner.empty': '：企业微信的智能机器人和个人主体应用没有 id',
      'owner.unknown': '',
      'owner.hidden': '一个不便显示的 id',
      'owner.none': '空 id',
      'problem.empty': '为空',
      'problem.equals': '末尾有“=”',
      'problem.space': '含有空白',
      'problem.invisible': '含有不可见字符',
      'problem.quoted': '带有引号',
      'problem.url-safe': '含有 - 或 _（URL 形式的 base64）',
      'problem.other': '含有 base64 之外的字符',
      'problem.short': '太短',
      'problem.long': '太长',
      'problem.type': '它不是文本',
      'what.feishu': '飞书的事件或新版卡片回调',
      'what.feishu-card': '飞书的旧版消息卡片回调（card.action.trigger_v1）',
      'what.dingtalk': '钉钉的事件回调',
      'what.dingtalk-robot': '发给钉钉机器人的消息',
      'what.dingtalk-card': '钉钉的卡片回调',
      'what.wecom': '企业微信的回调',
      'what.wechat': '微信的消息',
      'what.tencent-chat': '腾讯云即时通信的回调',
      'what.trtc': '实时音视频（TRTC）的回调',
    },
  },
};
