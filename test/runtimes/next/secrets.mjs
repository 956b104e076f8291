// Both sides have these: the app, and next.mjs that stands in for the platforms.
export const FEISHU = { encryptKey: 'test key', verificationToken: 'v-token' };
export const DINGTALK = {
  token: '123456',
  encodingAesKey: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij',
  ownerKey: 'suite4xxxxxxxxxxxxxxx',
};
export const WECOM = {
  token: 'QDG6eK',
  encodingAesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
  receiveId: 'wx5823bf96d3bd56c7',
};
export const TENCENT_CHAT = { token: 'xxxxyyyy' };
