// The whole package, as one namespace. A name that two subpaths export from two different
// copies (an error class built twice, say) is ambiguous here and so goes missing: the suite sees it.
export * from 'callback-codec';
export * from 'callback-codec/aes-cbc';
export * from 'callback-codec/dingtalk';
export * from 'callback-codec/feishu';
export * from 'callback-codec/simd';
export * from 'callback-codec/tencent-chat';
