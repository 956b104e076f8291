// Both sides have these: the app, and next.mjs that stands in for the platforms.
export const FEISHU = { encryptKey: 'test key', verificationToken: 'v-token' };
export const DINGTALK = {
  token: '123456',
  encodingAesKey: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij',
  ownerKey: 'suite4xxxxxxxxxxxxxxx',
};
export const TENCENT_CHAT = { token: 'xxxxyyyy' };
