// Whole requests where there is no node:crypto, with the engine of callback-codec/simd, which brings the hash. What people
// write there by hand is noble's AES and hash or, awaiting both, WebCrypto's; the latter cannot read DingTalk's padding.

const KB = 1024;
const sizes = [64, KB, 14 * KB];
const simd = 'callback-codec, simd';
const ours = ['callback-codec', 'callback-codec, noble', simd];

const feishu = 'Feishu decode (no native crypto)';
const dingTalk = 'DingTalk decode (no native crypto)';
const hosts = ['workerd', 'chromium', 'firefox', 'webkit'];

const nobleByHand = { [feishu]: 'noble sha256 + cbc', [dingTalk]: 'noble sha1 + cbc' };
const webCryptoByHand = 'WebCrypto sha256 + cbc';

/** `hosts`: where these run; elsewhere there is native crypto. */
export const bareGroups = [
  { name: feishu, list: 'feishuDecode', sizes, hosts, only: [...ours, nobleByHand[feishu], webCryptoByHand] },
  { name: dingTalk, list: 'dingTalkDecode', sizes, hosts, only: [...ours, nobleByHand[dingTalk]] },
];

export const bareThresholds = [
  ...['workerd', 'chromium', 'firefox'].flatMap((host) =>
    [feishu, dingTalk].map((group) => ({
      host,
      group,
      base: simd,
      peer: nobleByHand[group],
      atLeast: { 64: 3, [KB]: 3, [14 * KB]: 3 },
    })),
  ),
  { host: 'workerd', group: feishu, base: simd, peer: webCryptoByHand, atLeast: { 64: 1.5, [KB]: 1 } },
];

/** Columns of the table that the pages show, ratios to `base`: [title, group, peer]. */
export const bareTable = {
  base: simd,
  columns: (words) => [
    [words.named('Feishu', words.defaultEngine), feishu, 'callback-codec'],
    [words.named('Feishu', words.byHand('noble')), feishu, nobleByHand[feishu]],
    [words.named('Feishu', words.byHand('WebCrypto')), feishu, webCryptoByHand],
    [words.named('DingTalk', words.defaultEngine), dingTalk, 'callback-codec'],
    [words.named('DingTalk', words.byHand('noble')), dingTalk, nobleByHand[dingTalk]],
  ],
};
