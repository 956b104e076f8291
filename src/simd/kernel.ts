// AES-256-CBC decryption for WebAssembly SIMD, written in AssemblyScript.
//
// Bitsliced: eight blocks at once, with XOR, AND and fixed byte shuffles only. There is no lookup
// table, and no branch, address or shift count depends on the key or on data, so the time taken
// tells nothing about either. Section numbers (§) are those of FIPS 197, the 2023 edition.
//
// Within a block the bytes are first put in row order, so that one row of the state (§3.4) is one
// 32-bit lane:
//
//     byte p  =  4 * row + column  of the state  =  input byte 4 * column + row
//
// Eight such vectors, one per block, are then transposed into eight bit planes:
//
//                 byte 15          byte 1     byte 0
//     plane 7   [ 76543210 | ... | 76543210 | 76543210 ]   bit 7 of every byte of the state,
//       ...                                                the digits being the numbers of
//     plane 0   [ 76543210 | ... | 76543210 | 76543210 ]   the blocks the bits belong to
//
// so that one instruction works on one bit of all sixteen bytes of all eight blocks.

// The memory is one page that never grows. Wiping all but the schedule is the caller's work.

/** The 15 round keys in the order of §5.2, each of 8 planes. */
export const SCHEDULE: usize = 0;
/** The key, 32 bytes; `expandKey` appends the other words of §5.2. */
export const KEY: usize = SCHEDULE + 15 * 128;
/** The IV and the ciphertext, in whose place `decrypt` leaves the plaintext. */
export const WINDOW: usize = KEY + 15 * 16;
/** The most ciphertext `decrypt` takes at once, in bytes. */
export const WINDOW_SIZE: i32 = 32768;

/** KeyExpansion (§5.2, Algorithm 2) of `KEY` into `SCHEDULE`. */
export function expandKey(): void {
  memory.fill(SCHEDULE, 0, 2 * 128); // subWord needs two round keys of zeros
  for (let i = 8; i < 60; i++) {
    let temp = load<u32>(KEY + 4 * (i - 1));
    if (i % 8 == 0) {
      temp = subWord(rotr<u32>(temp, 8)) ^ (1 << (i / 8 - 1)); // a word is little-endian here
    } else if (i % 8 == 4) {
      temp = subWord(temp);
    }
    store<u32>(KEY + 4 * i, load<u32>(KEY + 4 * (i - 8)) ^ temp);
  }
  for (let round = 0; round <= 14; round++) {
    let key = toRows(v128.load(KEY + 16 * round));
    // Every key that is used before an InvSubBytes takes on the {63} that is left out there. On its
    // way it meets InvShiftRows and InvMixColumns, which keep it: {0e} + {0b} + {0d} + {09} = {01}.
    if (round > 0) key = xor(key, i8x16.splat(0x63));
    for (let bit = 0; bit < 8; bit++) {
      const plane = i8x16.shr_s(i8x16.shl(key, 7 - bit), 7); // the same key for all eight blocks
      v128.store(SCHEDULE + 128 * round + 16 * bit, plane);
    }
  }
}

/**
 * SubWord (§5.2). With L the linear part of the affine map and C(x) = InvSBox(x + {63}), which is
 * what the circuit below computes, SBox(x) = L(C(L(x))) + {63}. One round of InvCipher with keys of
 * zeros, on a block whose four columns are equal and thus pass InvShiftRows unchanged, is C.
 */
function subWord(word: u32): u32 {
  v128.store(WINDOW, i8x16.splat(0));
  v128.store(WINDOW + 16, linear(i32x4.splat(word)));
  decryptRounds(1, 16);
  return i32x4.extract_lane(linear(v128.load(WINDOW)), 0) ^ 0x63636363;
}

/** b'(i) = b(i) + b(i+4) + b(i+5) + b(i+6) + b(i+7), indices modulo 8 (§5.1.1). */
function linear(bytes: v128): v128 {
  let sum = bytes;
  for (let turn = 1; turn <= 4; turn++) {
    sum = xor(sum, v128.or(i8x16.shl(bytes, turn), i8x16.shr_u(bytes, 8 - turn)));
  }
  return sum;
}

/** Decrypts the first `size` bytes of ciphertext in `WINDOW`, whole blocks, in steps of eight blocks. */
export function decrypt(size: i32): void {
  decryptRounds(14, size);
}

function decryptRounds(rounds: i32, size: i32): void {
  // Constants in variables, because V8 loads literals anew at every use.
  const groups2 = i8x16.splat(0x55), groups4 = i8x16.splat(0x33), groups8 = i8x16.splat(0x0f);
  const rowTurns = i8x16(0, 1, 2, 3, 7, 4, 5, 6, 10, 11, 8, 9, 13, 14, 15, 12);

  for (let at = WINDOW; at < WINDOW + size; at += 128) {
    // Eight blocks of ciphertext to row order, then to bit planes.
    const c0 = toRows(v128.load(at, 16)), c1 = toRows(v128.load(at, 32));
    const c2 = toRows(v128.load(at, 48)), c3 = toRows(v128.load(at, 64));
    const c4 = toRows(v128.load(at, 80)), c5 = toRows(v128.load(at, 96));
    const c6 = toRows(v128.load(at, 112)), c7 = toRows(v128.load(at, 128));

    const d0 = lower(c0, c1, 1, groups2), d1 = upper(c0, c1, 1, groups2);
    const d2 = lower(c2, c3, 1, groups2), d3 = upper(c2, c3, 1, groups2);
    const d4 = lower(c4, c5, 1, groups2), d5 = upper(c4, c5, 1, groups2);
    const d6 = lower(c6, c7, 1, groups2), d7 = upper(c6, c7, 1, groups2);

    const e0 = lower(d0, d2, 2, groups4), e2 = upper(d0, d2, 2, groups4);
    const e1 = lower(d1, d3, 2, groups4), e3 = upper(d1, d3, 2, groups4);
    const e4 = lower(d4, d6, 2, groups4), e6 = upper(d4, d6, 2, groups4);
    const e5 = lower(d5, d7, 2, groups4), e7 = upper(d5, d7, 2, groups4);

    let s0 = lower(e0, e4, 4, groups8), s4 = upper(e0, e4, 4, groups8);
    let s1 = lower(e1, e5, 4, groups8), s5 = upper(e1, e5, 4, groups8);
    let s2 = lower(e2, e6, 4, groups8), s6 = upper(e2, e6, 4, groups8);
    let s3 = lower(e3, e7, 4, groups8), s7 = upper(e3, e7, 4, groups8);

    // InvCipher (§5.3, Algorithm 3). AddRoundKey (§5.3.4) with the last key ...
    let key = SCHEDULE + 128 * rounds;
    s0 = xor(s0, v128.load(key)); s1 = xor(s1, v128.load(key, 16));
    s2 = xor(s2, v128.load(key, 32)); s3 = xor(s3, v128.load(key, 48));
    s4 = xor(s4, v128.load(key, 64)); s5 = xor(s5, v128.load(key, 80));
    s6 = xor(s6, v128.load(key, 96)); s7 = xor(s7, v128.load(key, 112));

    // ... and for every other, downwards:
    while (true) {
      // InvShiftRows (§5.3.1): row r turns right by r bytes.
      const u7 = i8x16.swizzle(s0, rowTurns), u6 = i8x16.swizzle(s1, rowTurns);
      const u5 = i8x16.swizzle(s2, rowTurns), u4 = i8x16.swizzle(s3, rowTurns);
      const u3 = i8x16.swizzle(s4, rowTurns), u2 = i8x16.swizzle(s5, rowTurns);
      const u1 = i8x16.swizzle(s6, rowTurns), u0 = i8x16.swizzle(s7, rowTurns);

      // InvSubBytes (§5.3.2): the circuit of 127 gates from J. Boyar and R. Peralta, "A depth-16
      // circuit for the AES S-box", IACR ePrint 2011/332, with its names: u0 is the highest bit in,
      // w0 the highest out. Its XNORs add {63} to the byte; here they are XORs, as the keys did that.
      // Top layer, linear: to a basis in which GF(2^8) is a tower of quadratic extensions.
      const t23 = xor(u0, u3), t22 = xor(u1, u3), t2 = xor(u0, u1), t1 = xor(u3, u4), t24 = xor(u4, u7);
      const r5 = xor(u6, u7), t8 = xor(u1, t23), t19 = xor(t22, r5), t9 = xor(u7, t1), t10 = xor(t2, t24);
      const t13 = xor(t2, r5), t3 = xor(t1, r5), t25 = xor(u2, t1), r13 = xor(u1, u6), t17 = xor(u2, t19);
      const t20 = xor(t24, r13), t4 = xor(u4, t8), r17 = xor(u2, u5), r18 = xor(u5, u6), r19 = xor(u2, u4);
      const y5 = xor(u0, r17), t6 = xor(t22, r17), t16 = xor(r13, r19), t27 = xor(t1, r18);
      const t15 = xor(t10, t27), t14 = xor(t10, r18), t26 = xor(t3, t16);
      // Middle layer: the inverse in GF(2^8).
      const m1 = and(t13, t6), m2 = and(t23, t8), m3 = xor(t14, m1), m4 = and(t19, y5), m5 = xor(m4, m1);
      const m6 = and(t3, t16), m7 = and(t22, t9), m8 = xor(t26, m6), m9 = and(t20, t17), m10 = xor(m9, m6);
      const m11 = and(t1, t15), m12 = and(t4, t27), m13 = xor(m12, m11), m14 = and(t2, t10), m15 = xor(m14, m11);
      const m16 = xor(m3, m2), m17 = xor(m5, t24), m18 = xor(m8, m7), m19 = xor(m10, m15), m20 = xor(m16, m13);
      const m21 = xor(m17, m15), m22 = xor(m18, m13), m23 = xor(m19, t25), m24 = xor(m22, m23), m25 = and(m22, m20);
      const m26 = xor(m21, m25), m27 = xor(m20, m21), m28 = xor(m23, m25), m29 = and(m28, m27), m30 = and(m26, m24);
      const m31 = and(m20, m23), m32 = and(m27, m31), m33 = xor(m27, m25), m34 = and(m21, m22), m35 = and(m24, m34);
      const m36 = xor(m24, m25), m37 = xor(m21, m29), m38 = xor(m32, m33), m39 = xor(m23, m30), m40 = xor(m35, m36);
      const m41 = xor(m38, m40), m42 = xor(m37, m39), m43 = xor(m37, m38), m44 = xor(m39, m40), m45 = xor(m42, m41);
      const m46 = and(m44, t6), m47 = and(m40, t8), m48 = and(m39, y5), m49 = and(m43, t16), m50 = and(m38, t9);
      const m51 = and(m37, t17), m52 = and(m42, t15), m53 = and(m45, t27), m54 = and(m41, t10), m55 = and(m44, t13);
      const m56 = and(m40, t23), m57 = and(m39, t19), m58 = and(m43, t3), m59 = and(m38, t22), m60 = and(m37, t20);
      const m61 = and(m42, t1), m62 = and(m45, t4), m63 = and(m41, t2);
      // Bottom layer, linear: back to the byte.
      const p0 = xor(m52, m61), p1 = xor(m58, m59), p2 = xor(m54, m62), p3 = xor(m47, m50), p4 = xor(m48, m56);
      const p5 = xor(m46, m51), p6 = xor(m49, m60), p7 = xor(p0, p1), p8 = xor(m50, m53), p9 = xor(m55, m63);
      const p10 = xor(m57, p4), p11 = xor(p0, p3), p12 = xor(m46, m48), p13 = xor(m49, m51), p14 = xor(m49, m62);
      const p15 = xor(m54, m59), p16 = xor(m57, m61), p17 = xor(m58, p2), p18 = xor(m63, p5), p19 = xor(p2, p3);
      const p20 = xor(p4, p6), p22 = xor(p2, p7), p23 = xor(p7, p8), p24 = xor(p5, p7), p25 = xor(p6, p10);
      const p26 = xor(p9, p11), p27 = xor(p10, p18), p28 = xor(p11, p25), p29 = xor(p15, p20);
      const w0 = xor(p13, p22), w1 = xor(p26, p29), w2 = xor(p17, p28), w3 = xor(p12, p22);
      const w4 = xor(p23, p27), w5 = xor(p19, p24), w6 = xor(p14, p23), w7 = xor(p9, p16);

      // AddRoundKey (§5.3.4).
      key -= 128;
      s0 = xor(w7, v128.load(key)); s1 = xor(w6, v128.load(key, 16));
      s2 = xor(w5, v128.load(key, 32)); s3 = xor(w4, v128.load(key, 48));
      s4 = xor(w3, v128.load(key, 64)); s5 = xor(w2, v128.load(key, 80));
      s6 = xor(w1, v128.load(key, 96)); s7 = xor(w0, v128.load(key, 112));
      if (key == SCHEDULE) break;

      // InvMixColumns (§5.3.3). With s[n] for the state whose rows are turned up by n, it is MixColumns
      // (§5.1.3) of z = s + {04}v, where v = s + s[2]; and that is z + x + x[1], where x = v + {02}z.
      // A product by {02} moves bit i to i + 1, and adds bit 7 to bits 0, 1, 3 and 4 (§4.2).
      const v0 = xor(s0, turn2(s0)), v1 = xor(s1, turn2(s1)), v2 = xor(s2, turn2(s2)), v3 = xor(s3, turn2(s3));
      const v4 = xor(s4, turn2(s4)), v5 = xor(s5, turn2(s5)), v6 = xor(s6, turn2(s6)), v7 = xor(s7, turn2(s7));
      const v67 = xor(v6, v7);
      const z0 = xor(s0, v6), z1 = xor(s1, v67), z2 = xor(s2, xor(v0, v7)), z3 = xor(s3, xor(v1, v6));
      const z4 = xor(s4, xor(v2, v67)), z5 = xor(s5, xor(v3, v7)), z6 = xor(s6, v4), z7 = xor(s7, v5);
      const x0 = xor(v0, z7), x1 = xor(v1, xor(z0, z7)), x2 = xor(v2, z1), x3 = xor(v3, xor(z2, z7));
      const x4 = xor(v4, xor(z3, z7)), x5 = xor(v5, z4), x6 = xor(v6, z5), x7 = xor(v7, z6);
      s0 = xor(xor(z0, x0), turn1(x0)); s1 = xor(xor(z1, x1), turn1(x1));
      s2 = xor(xor(z2, x2), turn1(x2)); s3 = xor(xor(z3, x3), turn1(x3));
      s4 = xor(xor(z4, x4), turn1(x4)); s5 = xor(xor(z5, x5), turn1(x5));
      s6 = xor(xor(z6, x6), turn1(x6)); s7 = xor(xor(z7, x7), turn1(x7));
    }

    // Back to blocks: the transposition is its own inverse.
    const f0 = lower(s0, s1, 1, groups2), f1 = upper(s0, s1, 1, groups2);
    const f2 = lower(s2, s3, 1, groups2), f3 = upper(s2, s3, 1, groups2);
    const f4 = lower(s4, s5, 1, groups2), f5 = upper(s4, s5, 1, groups2);
    const f6 = lower(s6, s7, 1, groups2), f7 = upper(s6, s7, 1, groups2);

    const g0 = lower(f0, f2, 2, groups4), g2 = upper(f0, f2, 2, groups4);
    const g1 = lower(f1, f3, 2, groups4), g3 = upper(f1, f3, 2, groups4);
    const g4 = lower(f4, f6, 2, groups4), g6 = upper(f4, f6, 2, groups4);
    const g5 = lower(f5, f7, 2, groups4), g7 = upper(f5, f7, 2, groups4);

    const h0 = lower(g0, g4, 4, groups8), h4 = upper(g0, g4, 4, groups8);
    const h1 = lower(g1, g5, 4, groups8), h5 = upper(g1, g5, 4, groups8);
    const h2 = lower(g2, g6, 4, groups8), h6 = upper(g2, g6, 4, groups8);
    const h3 = lower(g3, g7, 4, groups8), h7 = upper(g3, g7, 4, groups8);

    // CBC: each block is added to the ciphertext before it, and takes its place.
    v128.store(at, xor(toRows(h0), v128.load(at)));
    v128.store(at, xor(toRows(h1), v128.load(at, 16)), 16);
    v128.store(at, xor(toRows(h2), v128.load(at, 32)), 32);
    v128.store(at, xor(toRows(h3), v128.load(at, 48)), 48);
    v128.store(at, xor(toRows(h4), v128.load(at, 64)), 64);
    v128.store(at, xor(toRows(h5), v128.load(at, 80)), 80);
    v128.store(at, xor(toRows(h6), v128.load(at, 96)), 96);
    v128.store(at, xor(toRows(h7), v128.load(at, 112)), 112);
  }
}

// @ts-ignore: decorator
@inline function xor(a: v128, b: v128): v128 {
  return v128.xor(a, b);
}

// @ts-ignore: decorator
@inline function and(a: v128, b: v128): v128 {
  return v128.and(a, b);
}

/** A block to row order, and back. */
// @ts-ignore: decorator
@inline function toRows(block: v128): v128 {
  return i8x16.shuffle(block, block, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
}

/** Of every group of 2n bits the lower halves: a's, and b's above them. `mask` covers the lower halves. */
// @ts-ignore: decorator
@inline function lower(a: v128, b: v128, n: i32, mask: v128): v128 {
  return v128.bitselect(a, i64x2.shl(b, n), mask);
}

/** Of every group of 2n bits the upper halves: a's, and b's above them. */
// @ts-ignore: decorator
@inline function upper(a: v128, b: v128, n: i32, mask: v128): v128 {
  return v128.bitselect(i64x2.shr_u(a, n), b, mask);
}

/** Every row becomes the one above it. */
// @ts-ignore: decorator
@inline function turn1(plane: v128): v128 {
  return i8x16.shuffle(plane, plane, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
}

/** Every row becomes the second above it. */
// @ts-ignore: decorator
@inline function turn2(plane: v128): v128 {
  return i8x16.shuffle(plane, plane, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
}
