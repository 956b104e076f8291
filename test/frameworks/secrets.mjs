/** What the examples find in their environment: secrets of the platforms' documentation. */
export const SECRETS = {
  FEISHU_ENCRYPT_KEY: 'test key',
  FEISHU_VERIFICATION_TOKEN: 'v-token',
  DINGTALK_TOKEN: '123456',
  DINGTALK_AES_KEY: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij',
  DINGTALK_OWNER_KEY: 'suite4xxxxxxxxxxxxxxx',
  WECOM_TOKEN: 'QDG6eK',
  WECOM_AES_KEY: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
  WECOM_RECEIVE_ID: 'wx5823bf96d3bd56c7',
  WECHAT_TOKEN: 'AAAAA',
  WECHAT_AES_KEY: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  WECHAT_APP_ID: 'wxba5fad812f8e6fb9',
  TENCENT_CHAT_TOKEN: 'xxxxyyyy',
  TENCENT_CHAT_SDK_APP_ID: '888888',
};
