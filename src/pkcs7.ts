// PKCS#7 padding (RFC 5652 section 6.3) to blocks of 16 bytes (Feishu) or 32 (DingTalk).

/** Block size in bytes that plaintext is padded to. AES works on 16; DingTalk pads to 32. */
export type PaddingBlock = 16 | 32;

/** How many bytes of padding follow a plaintext of `length` bytes: 1 to `block`, a whole block where it fits exactly. */
export function paddingLength(length: number, block: PaddingBlock): number {
  return block - (length % block);
}

/**
 * Length of the plaintext in `padded`, or -1 where the padding is not 1 to `block` equal bytes. The last `block` bytes
 * are all looked at whatever they hold, so that the time does not tell which byte was wrong.
 *
 * `padded` may be any multiple of 16 bytes for either block: the Go and Rust encoders of DingTalk pad to 16.
 */
export function unpaddedLength(padded: Uint8Array, block: PaddingBlock): number {
  const length = padded.length;
  const padding = padded[length - 1] ?? 0;
  // Each term is negative where its condition fails; OR keeps the sign bit.
  let wrong = (padding - 1) | (block - padding) | (length - padding);
  for (let distance = 1; distance <= block && distance <= length; distance++) {
    const insidePadding = ~((padding - distance) >> 31);
    wrong |= -(insidePadding & ((padded[length - distance] as number) ^ padding));
  }
  return (length - padding) | (wrong >> 31);
}
