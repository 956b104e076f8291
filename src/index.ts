// Everything of the three platforms and the AES under them. Each is also a subpath of its own, which carries no more
// than it needs: callback-codec/feishu, /dingtalk, /tencent-chat, /aes-cbc.
export * from './aes-cbc.ts';
export * from './dingtalk.ts';
export * from './feishu.ts';
export * from './tencent-chat.ts';
