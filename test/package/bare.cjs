// Decodes one callback of each platform where nothing is left of the host but ECMAScript. Runs beside the installed
// package, which it loads by `import` or `require`, as its argument says; prints what it saw as JSON.
const { runInNewContext } = require('node:vm');

const load = process.argv[2] === 'import' ? (specifier) => import(specifier) : require;
const { stdout } = process;

// A new realm has ECMAScript's globals and a few of V8's own.
const ecmaScript = new Set(runInNewContext('Object.getOwnPropertyNames(globalThis)'));
for (const name of ['console', 'WebAssembly', 'Intl']) ecmaScript.delete(name);
const removed = Object.getOwnPropertyNames(globalThis).filter((name) => !ecmaScript.has(name));
for (const name of removed) delete globalThis[name];
const left = Object.getOwnPropertyNames(globalThis).filter((name) => !ecmaScript.has(name));

/** The properties of all globals and their prototypes. */
function look() {
  const values = Object.getOwnPropertyNames(globalThis).map((name) => globalThis[name]);
  return [globalThis, ...values, ...values.map((value) => value?.prototype)]
    .filter((value) => Object(value) === value)
    .map((value) => Reflect.ownKeys(value).map(String).join());
}

// Recorded requests; what no page shows is encoded here.
const bizMsg = {
  wecom: {
    secrets: {
      token: 'QDG6eK',
      encodingAesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
      receiveId: 'wx5823bf96d3bd56c7',
    },
    url: '/?msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3&timestamp=1409659589&nonce=263014780&echostr=P9nAzCzyDtyTWESHep1vC5X9xho%2FqYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp%2B4RPcs8TgAE7OaBO%2BFZXvnaqQ%3D%3D',
  },
  wechat: {
    secrets: {
      token: 'spamtest',
      encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
      appId: 'wx2c2769f8efd9abc2',
    },
    url: '/?timestamp=1409735669&nonce=1320562132&encrypt_type=aes&msg_signature=5d197aaffba7e9b25a30732f161a50dee96bd5fa',
    body: '<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName><Encrypt><![CDATA[hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE=]]></Encrypt></xml>',
  },
};

async function decode() {
  const lib = await load('callback-codec');
  const feishu = lib.createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
  const event = { header: { event_type: 'im.message.receive_v1', event_id: '1' }, event: { text: '你好 👋' } };
  const fixed = { timestamp: '1609430400', nonce: '1234567890', iv: new Uint8Array(16) };
  const feishuCard = lib.createFeishuCardCodec({ verificationToken: 'v-token' });
  const dingTalk = lib.createDingTalkCodec({
    token: 'mryue',
    encodingAesKey: 'Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7',
    ownerKey: 'ding6ccabc44d2c8d38b',
  });
  const now = () => 1669872112000;
  const robot = lib.createDingTalkRobotCodec({ appSecret: 'this is a secret', now });
  const card = lib.createDingTalkCardCodec({ apiSecret: 'this is a secret', now });
  const weCom = lib.createWeComCodec(bizMsg.wecom.secrets);
  const weChat = lib.createWeChatCodec(bizMsg.wechat.secrets);
  const tencentChat = lib.createTencentChatCodec({ token: 'xxxxyyyy', now });
  const trtc = lib.createTrtcCodec({ key: '123654' });
  const message = feishu.decode(feishu.encode(event, fixed));
  const check = weCom.decode({ url: bizMsg.wecom.url });
  const text = weChat.decode(bizMsg.wechat);
  return [
    `${message.type} ${message.event.text}`,
    feishuCard.decode(feishuCard.encode({ open_message_id: 'om_1' }, fixed)).type,
    dingTalk.decode({
      url: '/?signature=03044561471240d4a14bb09372dfcfd4fd0e40cb&timestamp=1608001896814&nonce=WL4PK6yA',
      body: '{"encrypt":"0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju4yhELOFchzNukR+t8SB/qk4ROMu3"}',
    }).type,
    robot.decode(robot.encode({ msgtype: 'text' })).type,
    card.decode(card.encode({ type: 'actionCallback' })).type,
    `${check.type} ${weCom.reply(check).body}`,
    `${text.type} ${text.event.Content}`,
    tencentChat.decode({
      url: '/?Sign=17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061&RequestTime=1669872112',
      body: '{"CallbackCommand":"State.StateChange"}',
    }).type,
    trtc.decode(trtc.encode({ EventType: 204 })).type,
  ];
}

const before = look();
decode().then((decoded) => {
  const after = look();
  const changed = after.filter((properties, i) => properties !== before[i]);
  stdout.write(JSON.stringify({ removed, left, decoded, changed }));
});
