// Every codec, and the AES under them. Each is also a subpath of its own, which carries no more than it needs.
export * from './aes-cbc.ts';
export * from './any-of.ts';
export * from './dingtalk.ts';
export * from './dingtalk-card.ts';
export * from './dingtalk-robot.ts';
export * from './feishu.ts';
export * from './feishu-bot.ts';
export * from './feishu-card.ts';
export * from './tencent-chat.ts';
export * from './trtc.ts';
export * from './wechat.ts';
export * from './wecom.ts';
