/** G.711 to 14-bit linear, sixteen octets at a time: a sum in the mantissa's scale, times a power of two by segment. */

// @ts-expect-error: decorator
@inline
function segment(octets: v128): v128 {
  return v128.and(i8x16.shr_u(octets, 4), i8x16.splat(7))
}

// @ts-expect-error: decorator
@inline
function mantissa(octets: v128): v128 {
  return v128.and(octets, i8x16.splat(15))
}

/** Writes 16 samples to `to`. */
export function decodeMulaw(from: usize, to: usize): void {
  const octets = v128.not(v128.load(from))
  const scale = i8x16.swizzle(i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0), segment(octets))
  const m = mantissa(octets)
  const level = i8x16.add(i8x16.add(m, m), i8x16.splat(33))
  const sign = i8x16.shr_s(octets, 7)
  const low = i16x8.extend_low_i8x16_s(sign)
  const high = i16x8.extend_high_i8x16_s(sign)
  const bias = i16x8.splat(33)
  const a = i16x8.sub(i16x8.extmul_low_i8x16_u(level, scale), bias)
  const b = i16x8.sub(i16x8.extmul_high_i8x16_u(level, scale), bias)
  v128.store(to, i16x8.sub(v128.xor(a, low), low))
  v128.store(to, i16x8.sub(v128.xor(b, high), high), 16)
}

/** Writes 16 samples to `to`. */
export function decodeAlaw(from: usize, to: usize): void {
  const octets = v128.xor(v128.load(from), i8x16.splat(0x55))
  const e = segment(octets)
  const scale = i8x16.swizzle(i8x16(1, 1, 2, 4, 8, 16, 32, 64, 0, 0, 0, 0, 0, 0, 0, 0), e)
  const bias = i8x16.swizzle(i8x16(2, 66, 66, 66, 66, 66, 66, 66, 0, 0, 0, 0, 0, 0, 0, 0), e)
  const level = i8x16.add(i8x16.shl(mantissa(octets), 2), bias)
  const sign = v128.not(i8x16.shr_s(octets, 7))
  const low = i16x8.extend_low_i8x16_s(sign)
  const high = i16x8.extend_high_i8x16_s(sign)
  const a = i16x8.extmul_low_i8x16_u(level, scale)
  const b = i16x8.extmul_high_i8x16_u(level, scale)
  v128.store(to, i16x8.sub(v128.xor(a, low), low))
  v128.store(to, i16x8.sub(v128.xor(b, high), high), 16)
}
