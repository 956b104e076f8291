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

async function decode() {
  const { createFeishuCodec, createDingTalkCodec, createTencentChatCodec } = await load('callback-codec');
  const feishu = createFeishuCodec({ encryptKey: 'test key', verificationToken: 'v-token' });
  const event = { header: { event_type: 'im.message.receive_v1', event_id: '1' }, event: { text: '你好 👋' } };
  const fixed = { timestamp: '1609430400', nonce: '1234567890', iv: new Uint8Array(16) };
  const dingTalk = createDingTalkCodec({
    token: 'mryue',
    encodingAesKey: 'Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7',
    ownerKey: 'ding6ccabc44d2c8d38b',
  });
  const tencentChat = createTencentChatCodec({ token: 'xxxxyyyy', now: () => 1669872112000 });
  return [
    feishu.decode(feishu.encode(event, fixed)).event.text,
    dingTalk.decode({
      url: '/?signature=03044561471240d4a14bb09372dfcfd4fd0e40cb&timestamp=1608001896814&nonce=WL4PK6yA',
      body: '{"encrypt":"0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju4yhELOFchzNukR+t8SB/qk4ROMu3"}',
    }).type,
    tencentChat.decode({
      url: '/?Sign=17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061&RequestTime=1669872112',
      body: '{"CallbackCommand":"State.StateChange"}',
    }).type,
  ];
}

const before = look();
decode().then((decoded) => {
  const after = look();
  const changed = after.filter((properties, i) => properties !== before[i]);
  stdout.write(JSON.stringify({ removed, left, decoded, changed }));
});
