const callbacks = /^\/(feishu|dingtalk|wecom|wechat|tencent-chat)$/;

module.exports = {
  keys: process.env.EGG_KEYS ?? 'for cookies, which callbacks have none of',
  bodyParser: { ignore: callbacks },
  security: { csrf: { ignore: callbacks } }, // a platform has no CSRF token: the signature says who it is
};
