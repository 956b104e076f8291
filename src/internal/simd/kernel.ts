// AES-256-CBC decryption, SHA-256 and SHA-1 for WebAssembly SIMD, written in AssemblyScript.
//
// There is no lookup table, and no branch, address or shift count depends on the key or on data, so
// the time taken tells nothing about either. Section numbers (§) are those of FIPS 197, the 2023
// edition, and at the hashes, which come last, those of FIPS 180-4.
//
// AES is bitsliced: many blocks at once, with XOR, AND and fixed byte shuffles only.
//
// Within a block the bytes are first put in row order, so that one row of the state (§3.4) is one
// 32-bit lane:
//
//     byte p  =  4 * row + column  of the state  =  input byte 4 * column + row
//
// Eight such vectors, one per block, are then transposed into a set of eight bit planes:
//
//                 byte 15          byte 1     byte 0
//     plane 7   [ 76543210 | ... | 76543210 | 76543210 ]   bit 7 of every byte of the state,
//       ...                                                the digits being the numbers of
//     plane 0   [ 76543210 | ... | 76543210 | 76543210 ]   the blocks the bits belong to
//
// so that one instruction works on one bit of all sixteen bytes of all eight blocks. To move rows is
// a shuffle of bytes then. Where there are blocks enough, four such sets are regrouped by row:
//
//                      lane 3           lane 2           lane 1          lane 0
//     set r, plane i [ blocks 24 – 31 | blocks 16 – 23 | blocks 8 – 15 | blocks 0 – 7 ]   bit i of row r
//
// To move rows is to name another set then, which saves an eighth of the instructions.

// The memory is one page that never grows. Wiping all but the schedule is the caller's work. The
// constants of the hashes lie at its beginning.

/**
 * The round keys of §5.2: the last and the first, which are added to whole blocks, as 16 bytes each;
 * then the others in the order of their use, from round 13 down to round 1, as 8 planes each.
 */
export const SCHEDULE: usize = 384;
/** What the rounds of a hash add: word t of four blocks as the vector t, of up to 80. */
export const WORDS: usize = SCHEDULE + 2 * 16 + 13 * 128;
/** The words of the hash so far: 8, of SHA-1 5. */
const HASH: usize = WORDS + 80 * 16;
/** The same as bytes: the digest, after the last block. */
export const DIGEST: usize = HASH + 32;
/** The key, 32 bytes; `expandKey` appends the other words of §5.2. */
export const KEY: usize = DIGEST + 32;
/** Four sets of planes, of which eight blocks take one. */
const STATE: usize = KEY + 15 * 16;
/** The IV and the ciphertext, in whose place `decrypt` leaves the plaintext; or the blocks to be hashed. */
export const WINDOW: usize = STATE + 4 * 128;
/** The most that is taken at once, in bytes; of a text's end also the padding behind it. */
export const WINDOW_SIZE: i32 = 32768;

/** KeyExpansion (§5.2) of `KEY` into `SCHEDULE`, for EqInvCipher (§5.3.5, Algorithms 4 and 5). */
export function expandKey(): void {
  memory.fill(SCHEDULE, 0, 2 * 16); // subWord needs two round keys of zeros
  for (let i = 8; i < 60; i++) {
    let temp = load<u32>(KEY + 4 * (i - 1));
    if (i % 8 == 0) {
      temp = subWord(rotr<u32>(temp, 8)) ^ (1 << (i / 8 - 1)); // a word is little-endian here
    } else if (i % 8 == 4) {
      temp = subWord(temp);
    }
    store<u32>(KEY + 4 * i, load<u32>(KEY + 4 * (i - 8)) ^ temp);
  }
  // Every key that is added before an InvSubBytes takes on the {63} that is left out there.
  const affine = i8x16.splat(0x63);
  v128.store(SCHEDULE, xor(v128.load(KEY, 16 * 14), affine));
  v128.store(SCHEDULE, v128.load(KEY), 16);
  let planes = SCHEDULE + 2 * 16;
  for (let round = 13; round > 0; round--) {
    const key = xor(invMixColumns(toRows(v128.load(KEY + 16 * round))), affine);
    for (let bit = 0; bit < 8; bit++) {
      v128.store(planes, i8x16.shr_s(i8x16.shl(key, 7 - bit), 7)); // the same key for all blocks
      planes += 16;
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
  v128.store(WINDOW, linear(i32x4.splat(word)), 16);
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

/**
 * InvMixColumns (§5.3.3) of bytes in row order. With s[n] for the state whose rows are turned up by n, it
 * is MixColumns (§5.1.3) of z = s + {04}v, where v = s + s[2]; and that is z + x + x[1], where x = v + {02}z.
 */
function invMixColumns(s: v128): v128 {
  const v = xor(s, turn2(s));
  const z = xor(s, double(double(v)));
  const x = xor(v, double(z));
  return xor(z, xor(x, turn1(x)));
}

/** The product by {02} (§4.2) of each byte. */
function double(bytes: v128): v128 {
  return xor(i8x16.shl(bytes, 1), and(i8x16.shr_s(bytes, 7), i8x16.splat(0x1b)));
}

/** Decrypts the first `size` bytes of ciphertext in `WINDOW`, whole blocks, and up to seven blocks behind them. */
export function decrypt(size: i32): void {
  decryptRounds(14, size);
}

function decryptRounds(rounds: i32, size: i32): void {
  // Constants in variables, because V8 loads literals anew at every use.
  const rowOrder = i8x16(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  // InvShiftRows (§5.3.1): row r turns right by r bytes. The same with all rows up by two; the same out of row order.
  const shiftRows = i8x16(0, 1, 2, 3, 7, 4, 5, 6, 10, 11, 8, 9, 13, 14, 15, 12);
  const shiftRows2 = i8x16(10, 11, 8, 9, 13, 14, 15, 12, 0, 1, 2, 3, 7, 4, 5, 6);
  const shiftRowsBack = i8x16(0, 7, 10, 13, 1, 4, 11, 14, 2, 5, 8, 15, 3, 6, 9, 12);

  const end = WINDOW + size;
  const lastKey = SCHEDULE + 2 * 16 + 128 * (rounds - 1);
  for (let at = WINDOW; at < end; ) {
    // 32 blocks at once take less time than four times eight, but more than three times.
    const wide = end - at > 24 * 16;
    const stateEnd = wide ? STATE + 4 * 128 : STATE + 128;

    // The last key is added to the blocks, and they become planes.
    let from = at;
    for (let set = STATE; set < stateEnd; set += 128) {
      const key = v128.load(SCHEDULE);
      for (let i: usize = 0; i < 128; i += 16) {
        v128.store(set + i, i8x16.swizzle(xor(v128.load(from + i, 16), key), rowOrder));
      }
      transpose(set);
      from += 128;
    }
    if (wide) regroup();

    let key = SCHEDULE + 2 * 16;
    let set = STATE;
    let s0 = v128.load(set), s1 = v128.load(set, 16), s2 = v128.load(set, 32), s3 = v128.load(set, 48);
    let s4 = v128.load(set, 64), s5 = v128.load(set, 80), s6 = v128.load(set, 96), s7 = v128.load(set, 112);
    while (true) {
      // InvSubBytes (§5.3.2): the circuit of 127 gates from J. Boyar and R. Peralta, "A depth-16 circuit for the AES
      // S-box", IACR ePrint 2011/332, with its names: u0 is the highest bit in, w0 the highest out. Its top layer, of
      // t, r and y5, is linear: to a basis in which GF(2^8) is a tower of quadratic extensions. Its middle layer, of m,
      // is the inverse there. Its bottom layer, of p and w, is linear: back to the byte. Its XNORs add {63} to the
      // byte; here they are XORs, as the keys did that.
      // The gates stand in an order, found by simulated annealing, in which few results at a time wait for their
      // use, because V8 has registers for 15. In the paper's order it takes 5 to 8 % longer for long texts, and 13 to
      // 16 % for short ones.
      const u0 = s7, u1 = s6, u2 = s5, u3 = s4, u4 = s3, u5 = s2, u6 = s1, u7 = s0;
      const r13 = xor(u1, u6), r18 = xor(u5, u6), t23 = xor(u0, u3), r17 = xor(u2, u5), t2 = xor(u0, u1);
      const t1 = xor(u3, u4), t8 = xor(u1, t23), m2 = and(t23, t8), t4 = xor(u4, t8), t9 = xor(u7, t1);
      const t22 = xor(u1, u3), m7 = and(t22, t9), t24 = xor(u4, u7), y5 = xor(u0, r17), t6 = xor(t22, r17);
      const r19 = xor(u2, u4), r5 = xor(u6, u7), t13 = xor(t2, r5), m1 = and(t13, t6), t19 = xor(t22, r5);
      const t16 = xor(r13, r19), t3 = xor(t1, r5), t27 = xor(t1, r18), t20 = xor(t24, r13), m4 = and(t19, y5);
      const m5 = xor(m4, m1), m17 = xor(m5, t24), t10 = xor(t2, t24), t14 = xor(t10, r18), m3 = xor(t14, m1);
      const m16 = xor(m3, m2), t15 = xor(t10, t27), m11 = and(t1, t15), m14 = and(t2, t10), m15 = xor(m14, m11);
      const m12 = and(t4, t27), m13 = xor(m12, m11), m6 = and(t3, t16), t26 = xor(t3, t16), m8 = xor(t26, m6);
      const m18 = xor(m8, m7), t17 = xor(u2, t19), m22 = xor(m18, m13), m20 = xor(m16, m13), m9 = and(t20, t17);
      const m10 = xor(m9, m6), m21 = xor(m17, m15), t25 = xor(u2, t1), m25 = and(m22, m20), m19 = xor(m10, m15);
      const m23 = xor(m19, t25), m31 = and(m20, m23), m27 = xor(m20, m21), m33 = xor(m27, m25);
      const m32 = and(m27, m31), m38 = xor(m32, m33), m28 = xor(m23, m25), m29 = and(m28, m27);
      const m37 = xor(m21, m29), m43 = xor(m37, m38), m58 = and(m43, t3), m60 = and(m37, t20);
      const m49 = and(m43, t16), p6 = xor(m49, m60), m24 = xor(m22, m23), m26 = xor(m21, m25);
      const m30 = and(m26, m24), m39 = xor(m23, m30), m57 = and(m39, t19), m42 = xor(m37, m39);
      const m34 = and(m21, m22), m35 = and(m24, m34), m48 = and(m39, y5), m36 = xor(m24, m25);
      const m40 = xor(m35, m36), m61 = and(m42, t1), p16 = xor(m57, m61), m52 = and(m42, t15), p0 = xor(m52, m61);
      const m44 = xor(m39, m40), m46 = and(m44, t6), m51 = and(m37, t17), p5 = xor(m46, m51), m41 = xor(m38, m40);
      const m55 = and(m44, t13), m63 = and(m41, t2), p18 = xor(m63, p5), p9 = xor(m55, m63), m56 = and(m40, t23);
      const p4 = xor(m48, m56), p10 = xor(m57, p4), p27 = xor(p10, p18), p12 = xor(m46, m48), p20 = xor(p4, p6);
      const p25 = xor(p6, p10), m45 = xor(m42, m41), m50 = and(m38, t9), m59 = and(m38, t22), m47 = and(m40, t8);
      const m54 = and(m41, t10), p15 = xor(m54, m59), p29 = xor(p15, p20), m53 = and(m45, t27);
      const p8 = xor(m50, m53), p3 = xor(m47, m50), p1 = xor(m58, m59), w7 = xor(p9, p16), p7 = xor(p0, p1);
      const m62 = and(m45, t4), p2 = xor(m54, m62), p11 = xor(p0, p3), p28 = xor(p11, p25), p17 = xor(m58, p2);
      const w2 = xor(p17, p28), p23 = xor(p7, p8), p14 = xor(m49, m62), w6 = xor(p14, p23), p22 = xor(p2, p7);
      const w4 = xor(p23, p27), p13 = xor(m49, m51), w0 = xor(p13, p22), p26 = xor(p9, p11), w1 = xor(p26, p29);
      const p24 = xor(p5, p7), w3 = xor(p12, p22), p19 = xor(p2, p3), w5 = xor(p19, p24);

      if (!wide && key != lastKey) {
        // InvShiftRows, InvMixColumns as in `invMixColumns`, where a is s and b is s[2], and AddRoundKey (§5.3.4). A
        // product by {02} moves bit i to i + 1, and adds bit 7 to bits 0, 1, 3 and 4 (§4.2).
        const a0 = i8x16.swizzle(w7, shiftRows), b0 = i8x16.swizzle(w7, shiftRows2), v0 = xor(a0, b0);
        const a7 = i8x16.swizzle(w0, shiftRows), b7 = i8x16.swizzle(w0, shiftRows2), v7 = xor(a7, b7);
        const a6 = i8x16.swizzle(w1, shiftRows), b6 = i8x16.swizzle(w1, shiftRows2), v6 = xor(a6, b6);
        const a5 = i8x16.swizzle(w2, shiftRows), b5 = i8x16.swizzle(w2, shiftRows2), v5 = xor(a5, b5);
        const a2 = i8x16.swizzle(w5, shiftRows), b2 = i8x16.swizzle(w5, shiftRows2), v2 = xor(a2, b2);
        const z7 = xor(a7, v5), z0 = xor(a0, v6), z2 = xor(xor(a2, v7), v0);
        const a4 = i8x16.swizzle(w3, shiftRows), b4 = i8x16.swizzle(w3, shiftRows2), v4 = xor(a4, b4);
        const a3 = i8x16.swizzle(w4, shiftRows), b3 = i8x16.swizzle(w4, shiftRows2), v3 = xor(a3, b3);
        const a1 = i8x16.swizzle(w6, shiftRows), b1 = i8x16.swizzle(w6, shiftRows2), v1 = xor(a1, b1);
        const v67 = xor(v6, v7), z5 = xor(xor(a5, v7), v3), z6 = xor(a6, v4);
        const z1 = xor(a1, v67), z3 = xor(xor(a3, v6), v1), z4 = xor(a4, xor(v2, v67));
        const x3 = xor(xor(v3, z7), z2), x4 = xor(xor(v4, z7), z3), x2 = xor(v2, z1);
        s3 = xor(xor(xor(z3, v128.load(key, 48)), x3), turn1(x3));
        s2 = xor(xor(xor(z2, v128.load(key, 32)), x2), turn1(x2));
        const x7 = xor(v7, z6), x6 = xor(v6, z5), x1 = xor(xor(v1, z7), z0), x0 = xor(v0, z7), x5 = xor(v5, z4);
        s7 = xor(xor(xor(z7, v128.load(key, 112)), x7), turn1(x7));
        s1 = xor(xor(xor(z1, v128.load(key, 16)), x1), turn1(x1));
        s0 = xor(xor(xor(z0, v128.load(key)), x0), turn1(x0));
        s6 = xor(xor(xor(z6, v128.load(key, 96)), x6), turn1(x6));
        s5 = xor(xor(xor(z5, v128.load(key, 80)), x5), turn1(x5));
        s4 = xor(xor(xor(z4, v128.load(key, 64)), x4), turn1(x4));
        key += 128;
        continue;
      }

      v128.store(set, w7); v128.store(set, w6, 16); v128.store(set, w5, 32); v128.store(set, w4, 48);
      v128.store(set, w3, 64); v128.store(set, w2, 80); v128.store(set, w1, 96); v128.store(set, w0, 112);
      set += 128;
      if (set == stateEnd) {
        if (key == lastKey) break;
        mixRows(key);
        key += 128;
        set = STATE;
      }
      s0 = v128.load(set); s1 = v128.load(set, 16); s2 = v128.load(set, 32); s3 = v128.load(set, 48);
      s4 = v128.load(set, 64); s5 = v128.load(set, 80); s6 = v128.load(set, 96); s7 = v128.load(set, 112);
    }

    // Back to blocks. CBC: each is added to the ciphertext before it, and takes its place.
    if (wide) regroup();
    for (set = STATE; set < stateEnd; set += 128) {
      transpose(set);
      const key = v128.load(SCHEDULE, 16);
      for (let i: usize = 0; i < 128; i += 16) {
        v128.store(at + i, xor(xor(v128.load(at + i), key), i8x16.swizzle(v128.load(set + i), shiftRowsBack)));
      }
      at += 128;
    }
  }
}

/**
 * InvShiftRows, InvMixColumns and AddRoundKey of 32 blocks. s20 is bit 2 of row 0; the plane of bit i of row r
 * is at 128 * r + 16 * i. As in `invMixColumns`, but with y = z + z[1], by which MixColumns of z is
 * {02}y + z[1] + y[2]; v and q, what is added to s, are the same for rows 0 and 2, and for 1 and 3. Not a
 * loop over the bits: that would have to mask, for each bit and row, what a product by {02} adds to some bits only.
 */
function mixRows(key: usize): void {
  const by1 = i8x16(3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14);
  const by2 = i8x16(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
  const by3 = i8x16(1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
  const s50 = v128.load(STATE, 80), s51 = i8x16.swizzle(v128.load(STATE, 208), by1);
  const s52 = i8x16.swizzle(v128.load(STATE, 336), by2), s53 = i8x16.swizzle(v128.load(STATE, 464), by3);
  const v50 = xor(s50, s52), v51 = xor(s51, s53);
  const s60 = v128.load(STATE, 96), s61 = i8x16.swizzle(v128.load(STATE, 224), by1);
  const s62 = i8x16.swizzle(v128.load(STATE, 352), by2), s63 = i8x16.swizzle(v128.load(STATE, 480), by3);
  const v60 = xor(s60, s62), v61 = xor(s61, s63);
  const s70 = v128.load(STATE, 112), s71 = i8x16.swizzle(v128.load(STATE, 240), by1);
  const s72 = i8x16.swizzle(v128.load(STATE, 368), by2), s73 = i8x16.swizzle(v128.load(STATE, 496), by3);
  const v70 = xor(s70, s72), v71 = xor(s71, s73);
  const v670 = xor(v60, v70), v671 = xor(v61, v71);
  const z70 = xor(s70, v50), z71 = xor(s71, v51), z72 = xor(s72, v50), z73 = xor(s73, v51);
  const y70 = xor(z70, z71), y71 = xor(z71, z72), y72 = xor(z72, z73), y73 = xor(z73, z70);

  const s00 = v128.load(STATE), s01 = i8x16.swizzle(v128.load(STATE, 128), by1);
  const s02 = i8x16.swizzle(v128.load(STATE, 256), by2), s03 = i8x16.swizzle(v128.load(STATE, 384), by3);
  const v00 = xor(s00, s02), v01 = xor(s01, s03);
  const z00 = xor(s00, v60), z01 = xor(s01, v61), z02 = xor(s02, v60), z03 = xor(s03, v61);
  const y00 = xor(z00, z01), y01 = xor(z01, z02), y02 = xor(z02, z03), y03 = xor(z03, z00);
  v128.store(STATE, xor(xor(y70, v128.load32_splat(key)), xor(z01, y02)));
  v128.store(STATE, xor(xor(y71, v128.load32_splat(key, 4)), xor(z02, y03)), 128);
  v128.store(STATE, xor(xor(y72, v128.load32_splat(key, 8)), xor(z03, y00)), 256);
  v128.store(STATE, xor(xor(y73, v128.load32_splat(key, 12)), xor(z00, y01)), 384);

  const s10 = v128.load(STATE, 16), s11 = i8x16.swizzle(v128.load(STATE, 144), by1);
  const s12 = i8x16.swizzle(v128.load(STATE, 272), by2), s13 = i8x16.swizzle(v128.load(STATE, 400), by3);
  const v10 = xor(s10, s12), v11 = xor(s11, s13);
  const z10 = xor(s10, v670), z11 = xor(s11, v671), z12 = xor(s12, v670), z13 = xor(s13, v671);
  const y10 = xor(z10, z11), y11 = xor(z11, z12), y12 = xor(z12, z13), y13 = xor(z13, z10);
  v128.store(STATE, xor(xor(xor(y00, y70), v128.load32_splat(key, 16)), xor(z11, y12)), 16);
  v128.store(STATE, xor(xor(xor(y01, y71), v128.load32_splat(key, 20)), xor(z12, y13)), 144);
  v128.store(STATE, xor(xor(xor(y02, y72), v128.load32_splat(key, 24)), xor(z13, y10)), 272);
  v128.store(STATE, xor(xor(xor(y03, y73), v128.load32_splat(key, 28)), xor(z10, y11)), 400);

  const s20 = v128.load(STATE, 32), s21 = i8x16.swizzle(v128.load(STATE, 160), by1);
  const s22 = i8x16.swizzle(v128.load(STATE, 288), by2), s23 = i8x16.swizzle(v128.load(STATE, 416), by3);
  const v20 = xor(s20, s22), v21 = xor(s21, s23);
  const q20 = xor(v70, v00), q21 = xor(v71, v01);
  const z20 = xor(s20, q20), z21 = xor(s21, q21), z22 = xor(s22, q20), z23 = xor(s23, q21);
  const y20 = xor(z20, z21), y21 = xor(z21, z22), y22 = xor(z22, z23), y23 = xor(z23, z20);
  v128.store(STATE, xor(xor(y10, v128.load32_splat(key, 32)), xor(z21, y22)), 32);
  v128.store(STATE, xor(xor(y11, v128.load32_splat(key, 36)), xor(z22, y23)), 160);
  v128.store(STATE, xor(xor(y12, v128.load32_splat(key, 40)), xor(z23, y20)), 288);
  v128.store(STATE, xor(xor(y13, v128.load32_splat(key, 44)), xor(z20, y21)), 416);

  const s30 = v128.load(STATE, 48), s31 = i8x16.swizzle(v128.load(STATE, 176), by1);
  const s32 = i8x16.swizzle(v128.load(STATE, 304), by2), s33 = i8x16.swizzle(v128.load(STATE, 432), by3);
  const v30 = xor(s30, s32), v31 = xor(s31, s33);
  const q30 = xor(v60, v10), q31 = xor(v61, v11);
  const z30 = xor(s30, q30), z31 = xor(s31, q31), z32 = xor(s32, q30), z33 = xor(s33, q31);
  const y30 = xor(z30, z31), y31 = xor(z31, z32), y32 = xor(z32, z33), y33 = xor(z33, z30);
  v128.store(STATE, xor(xor(xor(y20, y70), v128.load32_splat(key, 48)), xor(z31, y32)), 48);
  v128.store(STATE, xor(xor(xor(y21, y71), v128.load32_splat(key, 52)), xor(z32, y33)), 176);
  v128.store(STATE, xor(xor(xor(y22, y72), v128.load32_splat(key, 56)), xor(z33, y30)), 304);
  v128.store(STATE, xor(xor(xor(y23, y73), v128.load32_splat(key, 60)), xor(z30, y31)), 432);

  const s40 = v128.load(STATE, 64), s41 = i8x16.swizzle(v128.load(STATE, 192), by1);
  const s42 = i8x16.swizzle(v128.load(STATE, 320), by2), s43 = i8x16.swizzle(v128.load(STATE, 448), by3);
  const v40 = xor(s40, s42), v41 = xor(s41, s43);
  const q40 = xor(v670, v20), q41 = xor(v671, v21);
  const z40 = xor(s40, q40), z41 = xor(s41, q41), z42 = xor(s42, q40), z43 = xor(s43, q41);
  const y40 = xor(z40, z41), y41 = xor(z41, z42), y42 = xor(z42, z43), y43 = xor(z43, z40);
  v128.store(STATE, xor(xor(xor(y30, y70), v128.load32_splat(key, 64)), xor(z41, y42)), 64);
  v128.store(STATE, xor(xor(xor(y31, y71), v128.load32_splat(key, 68)), xor(z42, y43)), 192);
  v128.store(STATE, xor(xor(xor(y32, y72), v128.load32_splat(key, 72)), xor(z43, y40)), 320);
  v128.store(STATE, xor(xor(xor(y33, y73), v128.load32_splat(key, 76)), xor(z40, y41)), 448);

  const q50 = xor(v70, v30), q51 = xor(v71, v31);
  const z50 = xor(s50, q50), z51 = xor(s51, q51), z52 = xor(s52, q50), z53 = xor(s53, q51);
  const y50 = xor(z50, z51), y51 = xor(z51, z52), y52 = xor(z52, z53), y53 = xor(z53, z50);
  v128.store(STATE, xor(xor(y40, v128.load32_splat(key, 80)), xor(z51, y52)), 80);
  v128.store(STATE, xor(xor(y41, v128.load32_splat(key, 84)), xor(z52, y53)), 208);
  v128.store(STATE, xor(xor(y42, v128.load32_splat(key, 88)), xor(z53, y50)), 336);
  v128.store(STATE, xor(xor(y43, v128.load32_splat(key, 92)), xor(z50, y51)), 464);

  const z60 = xor(s60, v40), z61 = xor(s61, v41), z62 = xor(s62, v40), z63 = xor(s63, v41);
  const y60 = xor(z60, z61), y61 = xor(z61, z62), y62 = xor(z62, z63), y63 = xor(z63, z60);
  v128.store(STATE, xor(xor(y50, v128.load32_splat(key, 96)), xor(z61, y62)), 96);
  v128.store(STATE, xor(xor(y51, v128.load32_splat(key, 100)), xor(z62, y63)), 224);
  v128.store(STATE, xor(xor(y52, v128.load32_splat(key, 104)), xor(z63, y60)), 352);
  v128.store(STATE, xor(xor(y53, v128.load32_splat(key, 108)), xor(z60, y61)), 480);

  v128.store(STATE, xor(xor(y60, v128.load32_splat(key, 112)), xor(z71, y72)), 112);
  v128.store(STATE, xor(xor(y61, v128.load32_splat(key, 116)), xor(z72, y73)), 240);
  v128.store(STATE, xor(xor(y62, v128.load32_splat(key, 120)), xor(z73, y70)), 368);
  v128.store(STATE, xor(xor(y63, v128.load32_splat(key, 124)), xor(z70, y71)), 496);
}

/** Four sets of eight blocks to four rows of 32 blocks, and back: lane i of set j becomes lane j of set i. */
function regroup(): void {
  for (let plane = STATE; plane < STATE + 128; plane += 16) {
    const p0 = v128.load(plane), p1 = v128.load(plane, 128), p2 = v128.load(plane, 256), p3 = v128.load(plane, 384);
    const q0 = i32x4.shuffle(p0, p1, 0, 4, 1, 5), q1 = i32x4.shuffle(p2, p3, 0, 4, 1, 5);
    const q2 = i32x4.shuffle(p0, p1, 2, 6, 3, 7), q3 = i32x4.shuffle(p2, p3, 2, 6, 3, 7);
    v128.store(plane, i64x2.shuffle(q0, q1, 0, 2));
    v128.store(plane, i64x2.shuffle(q0, q1, 1, 3), 128);
    v128.store(plane, i64x2.shuffle(q2, q3, 0, 2), 256);
    v128.store(plane, i64x2.shuffle(q2, q3, 1, 3), 384);
  }
}

/**
 * Eight blocks to a set of planes, and back: in every byte, bit i of vector j becomes bit j of vector i. Of each
 * pair the one's bits at odd places are exchanged for the other's at even places, then pairs of bits, then halves.
 */
function transpose(set: usize): void {
  const mask1 = i8x16.splat(0x55), mask2 = i8x16.splat(0x33), mask4 = i8x16.splat(0x0f);
  let a0 = v128.load(set), a1 = v128.load(set, 16), a2 = v128.load(set, 32), a3 = v128.load(set, 48);
  let a4 = v128.load(set, 64), a5 = v128.load(set, 80), a6 = v128.load(set, 96), a7 = v128.load(set, 112);
  let d: v128; // where what is exchanged differs

  d = and(xor(i64x2.shr_u(a0, 1), a1), mask1); a1 = xor(a1, d); a0 = xor(a0, i64x2.shl(d, 1));
  d = and(xor(i64x2.shr_u(a2, 1), a3), mask1); a3 = xor(a3, d); a2 = xor(a2, i64x2.shl(d, 1));
  d = and(xor(i64x2.shr_u(a4, 1), a5), mask1); a5 = xor(a5, d); a4 = xor(a4, i64x2.shl(d, 1));
  d = and(xor(i64x2.shr_u(a6, 1), a7), mask1); a7 = xor(a7, d); a6 = xor(a6, i64x2.shl(d, 1));

  d = and(xor(i64x2.shr_u(a0, 2), a2), mask2); a2 = xor(a2, d); a0 = xor(a0, i64x2.shl(d, 2));
  d = and(xor(i64x2.shr_u(a1, 2), a3), mask2); a3 = xor(a3, d); a1 = xor(a1, i64x2.shl(d, 2));
  d = and(xor(i64x2.shr_u(a4, 2), a6), mask2); a6 = xor(a6, d); a4 = xor(a4, i64x2.shl(d, 2));
  d = and(xor(i64x2.shr_u(a5, 2), a7), mask2); a7 = xor(a7, d); a5 = xor(a5, i64x2.shl(d, 2));

  d = and(xor(i64x2.shr_u(a0, 4), a4), mask4); a4 = xor(a4, d); a0 = xor(a0, i64x2.shl(d, 4));
  d = and(xor(i64x2.shr_u(a1, 4), a5), mask4); a5 = xor(a5, d); a1 = xor(a1, i64x2.shl(d, 4));
  d = and(xor(i64x2.shr_u(a2, 4), a6), mask4); a6 = xor(a6, d); a2 = xor(a2, i64x2.shl(d, 4));
  d = and(xor(i64x2.shr_u(a3, 4), a7), mask4); a7 = xor(a7, d); a3 = xor(a3, i64x2.shl(d, 4));

  v128.store(set, a0); v128.store(set, a1, 16); v128.store(set, a2, 32); v128.store(set, a3, 48);
  v128.store(set, a4, 64); v128.store(set, a5, 80); v128.store(set, a6, 96); v128.store(set, a7, 112);
}

// @ts-ignore: decorator
@inline function xor(a: v128, b: v128): v128 {
  return v128.xor(a, b);
}

// @ts-ignore: decorator
@inline function and(a: v128, b: v128): v128 {
  return v128.and(a, b);
}

/** A block to row order. */
// @ts-ignore: decorator
@inline function toRows(block: v128): v128 {
  return i8x16.shuffle(block, block, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
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

// --- The hashes. A text's blocks depend on each other, but not the words that its rounds add: these are made for four
// blocks at once, one in each lane. The rounds are a chain. What they wait for longest, the turned word, is added last.

/** H(0) of SHA-256 (§5.3.3). */
const start256 = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);
/** H(0) of SHA-1 (§5.3.1). */
const start1 = memory.data<u32>([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
/** K of SHA-256 (§4.2.2). */
const constants256 = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

/** SHA-256 (§6.2.2) of `size` bytes in `WINDOW`, whole blocks; `first` where a text begins with them. */
export function sha256(size: i32, first: bool): void {
  if (first) start(start256);
  for (let block = 0; block < size; block += 64) {
    if (block % 256 == 0) prepareWords256(WINDOW + block);
    rounds256(WORDS + block / 16 % 16);
  }
  writeDigest();
}

/** SHA-1 (§6.1.2), likewise. */
export function sha1(size: i32, first: bool): void {
  if (first) start(start1);
  for (let block = 0; block < size; block += 64) {
    if (block % 256 == 0) prepareWords1(WINDOW + block);
    rounds1(WORDS + block / 16 % 16);
  }
  writeDigest();
}

/** Of SHA-1, whose words are five, three come along that nobody reads. */
function start(words: usize): void {
  v128.store(HASH, v128.load(words));
  v128.store(HASH, v128.load(words, 16), 16);
}

function writeDigest(): void {
  v128.store(DIGEST, reversed(v128.load(HASH)));
  v128.store(DIGEST, reversed(v128.load(HASH, 16)), 16);
}

/** W (§6.2.2) of four blocks, with K added where the recurrence needs the bare word no more. */
function prepareWords256(blocks: usize): void {
  readWords(blocks);
  let k = constants256, at = WORDS;
  for (; at < WORDS + 48 * 16; at += 16) {
    const w0 = v128.load(at), w1 = v128.load(at, 16), w9 = v128.load(at, 9 * 16), w14 = v128.load(at, 14 * 16);
    v128.store(at, add(w0, v128.load32_splat(k)));
    const sigma0 = xor(xor(turn(w1, 7), turn(w1, 18)), i32x4.shr_u(w1, 3));
    const sigma1 = xor(xor(turn(w14, 17), turn(w14, 19)), i32x4.shr_u(w14, 10));
    v128.store(at, add(add(w0, w9), add(sigma0, sigma1)), 16 * 16);
    k += 4;
  }
  for (; at < WORDS + 64 * 16; at += 16) {
    v128.store(at, add(v128.load(at), v128.load32_splat(k)));
    k += 4;
  }
}

/** W (§6.1.2) of four blocks, K (§4.2.1) added. */
function prepareWords1(blocks: usize): void {
  readWords(blocks);
  for (let at = WORDS; at < WORDS + 64 * 16; at += 16) {
    const w0 = v128.load(at), w2 = v128.load(at, 2 * 16), w8 = v128.load(at, 8 * 16), w13 = v128.load(at, 13 * 16);
    v128.store(at, turn(xor(xor(w0, w2), xor(w8, w13)), 31), 16 * 16);
  }
  addToWords(0, 0x5a827999);
  addToWords(20, 0x6ed9eba1);
  addToWords(40, 0x8f1bbcdc);
  addToWords(60, 0xca62c1d6);
}

function addToWords(t: usize, k: u32): void {
  const from = WORDS + 16 * t;
  for (let at = from; at < from + 20 * 16; at += 16) v128.store(at, add(v128.load(at), i32x4.splat(k)));
}

/** The 16 words of each of four blocks. */
function readWords(blocks: usize): void {
  for (let to = WORDS; to < WORDS + 16 * 16; to += 64) {
    const a = reversed(v128.load(blocks)), b = reversed(v128.load(blocks, 64));
    const c = reversed(v128.load(blocks, 128)), d = reversed(v128.load(blocks, 192));
    const ab01 = i32x4.shuffle(a, b, 0, 4, 1, 5), cd01 = i32x4.shuffle(c, d, 0, 4, 1, 5);
    const ab23 = i32x4.shuffle(a, b, 2, 6, 3, 7), cd23 = i32x4.shuffle(c, d, 2, 6, 3, 7);
    v128.store(to, i64x2.shuffle(ab01, cd01, 0, 2));
    v128.store(to, i64x2.shuffle(ab01, cd01, 1, 3), 16);
    v128.store(to, i64x2.shuffle(ab23, cd23, 0, 2), 32);
    v128.store(to, i64x2.shuffle(ab23, cd23, 1, 3), 48);
    blocks += 16;
  }
}

/** The rounds of one block, eight in a turn, so that instead of values the names change places. */
function rounds256(words: usize): void {
  let a = hash(0), b = hash(1), c = hash(2), d = hash(3), e = hash(4), f = hash(5), g = hash(6), h = hash(7);
  for (let end = words + 64 * 16; words < end; words += 8 * 16) {
    h += load<u32>(words) + ch(e, f, g); h += sum1(e); d += h; h += maj(a, b, c); h += sum0(a);
    g += load<u32>(words, 16) + ch(d, e, f); g += sum1(d); c += g; g += maj(h, a, b); g += sum0(h);
    f += load<u32>(words, 32) + ch(c, d, e); f += sum1(c); b += f; f += maj(g, h, a); f += sum0(g);
    e += load<u32>(words, 48) + ch(b, c, d); e += sum1(b); a += e; e += maj(f, g, h); e += sum0(f);
    d += load<u32>(words, 64) + ch(a, b, c); d += sum1(a); h += d; d += maj(e, f, g); d += sum0(e);
    c += load<u32>(words, 80) + ch(h, a, b); c += sum1(h); g += c; c += maj(d, e, f); c += sum0(d);
    b += load<u32>(words, 96) + ch(g, h, a); b += sum1(g); f += b; b += maj(c, d, e); b += sum0(c);
    a += load<u32>(words, 112) + ch(f, g, h); a += sum1(f); e += a; a += maj(b, c, d); a += sum0(b);
  }
  store<u32>(HASH, hash(0) + a); store<u32>(HASH, hash(1) + b, 4); store<u32>(HASH, hash(2) + c, 8);
  store<u32>(HASH, hash(3) + d, 12); store<u32>(HASH, hash(4) + e, 16); store<u32>(HASH, hash(5) + f, 20);
  store<u32>(HASH, hash(6) + g, 24); store<u32>(HASH, hash(7) + h, 28);
}

/** The rounds of one block, likewise five in a turn; twenty have the same function (§4.1.1). */
function rounds1(words: usize): void {
  let a = hash(0), b = hash(1), c = hash(2), d = hash(3), e = hash(4);
  for (let end = words + 20 * 16; words < end; words += 5 * 16) {
    e += load<u32>(words) + ch(b, c, d); e += rotl<u32>(a, 5); b = rotl<u32>(b, 30);
    d += load<u32>(words, 16) + ch(a, b, c); d += rotl<u32>(e, 5); a = rotl<u32>(a, 30);
    c += load<u32>(words, 32) + ch(e, a, b); c += rotl<u32>(d, 5); e = rotl<u32>(e, 30);
    b += load<u32>(words, 48) + ch(d, e, a); b += rotl<u32>(c, 5); d = rotl<u32>(d, 30);
    a += load<u32>(words, 64) + ch(c, d, e); a += rotl<u32>(b, 5); c = rotl<u32>(c, 30);
  }
  for (let end = words + 20 * 16; words < end; words += 5 * 16) {
    e += load<u32>(words) + parity(b, c, d); e += rotl<u32>(a, 5); b = rotl<u32>(b, 30);
    d += load<u32>(words, 16) + parity(a, b, c); d += rotl<u32>(e, 5); a = rotl<u32>(a, 30);
    c += load<u32>(words, 32) + parity(e, a, b); c += rotl<u32>(d, 5); e = rotl<u32>(e, 30);
    b += load<u32>(words, 48) + parity(d, e, a); b += rotl<u32>(c, 5); d = rotl<u32>(d, 30);
    a += load<u32>(words, 64) + parity(c, d, e); a += rotl<u32>(b, 5); c = rotl<u32>(c, 30);
  }
  for (let end = words + 20 * 16; words < end; words += 5 * 16) {
    e += load<u32>(words) + maj(b, c, d); e += rotl<u32>(a, 5); b = rotl<u32>(b, 30);
    d += load<u32>(words, 16) + maj(a, b, c); d += rotl<u32>(e, 5); a = rotl<u32>(a, 30);
    c += load<u32>(words, 32) + maj(e, a, b); c += rotl<u32>(d, 5); e = rotl<u32>(e, 30);
    b += load<u32>(words, 48) + maj(d, e, a); b += rotl<u32>(c, 5); d = rotl<u32>(d, 30);
    a += load<u32>(words, 64) + maj(c, d, e); a += rotl<u32>(b, 5); c = rotl<u32>(c, 30);
  }
  for (let end = words + 20 * 16; words < end; words += 5 * 16) {
    e += load<u32>(words) + parity(b, c, d); e += rotl<u32>(a, 5); b = rotl<u32>(b, 30);
    d += load<u32>(words, 16) + parity(a, b, c); d += rotl<u32>(e, 5); a = rotl<u32>(a, 30);
    c += load<u32>(words, 32) + parity(e, a, b); c += rotl<u32>(d, 5); e = rotl<u32>(e, 30);
    b += load<u32>(words, 48) + parity(d, e, a); b += rotl<u32>(c, 5); d = rotl<u32>(d, 30);
    a += load<u32>(words, 64) + parity(c, d, e); a += rotl<u32>(b, 5); c = rotl<u32>(c, 30);
  }
  store<u32>(HASH, hash(0) + a); store<u32>(HASH, hash(1) + b, 4); store<u32>(HASH, hash(2) + c, 8);
  store<u32>(HASH, hash(3) + d, 12); store<u32>(HASH, hash(4) + e, 16);
}

// @ts-ignore: decorator
@inline function hash(i: usize): u32 {
  return load<u32>(HASH + 4 * i);
}

// @ts-ignore: decorator
@inline function ch(x: u32, y: u32, z: u32): u32 {
  return z ^ (x & (y ^ z));
}

// @ts-ignore: decorator
@inline function maj(x: u32, y: u32, z: u32): u32 {
  return (x & y) | (z & (x | y));
}

// @ts-ignore: decorator
@inline function parity(x: u32, y: u32, z: u32): u32 {
  return x ^ y ^ z;
}

// @ts-ignore: decorator
@inline function sum0(x: u32): u32 {
  return rotr<u32>(x, 2) ^ rotr<u32>(x, 13) ^ rotr<u32>(x, 22);
}

// @ts-ignore: decorator
@inline function sum1(x: u32): u32 {
  return rotr<u32>(x, 6) ^ rotr<u32>(x, 11) ^ rotr<u32>(x, 25);
}

// @ts-ignore: decorator
@inline function add(a: v128, b: v128): v128 {
  return i32x4.add(a, b);
}

/** Words turned right. */
// @ts-ignore: decorator
@inline function turn(words: v128, by: i32): v128 {
  return xor(i32x4.shr_u(words, by), i32x4.shl(words, 32 - by));
}

/** From the order of bytes in a text to that of this machine, and back. */
// @ts-ignore: decorator
@inline function reversed(words: v128): v128 {
  return i8x16.shuffle(words, words, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}
