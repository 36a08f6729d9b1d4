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

// @ts-expect-error: decorator
@inline
function mulawScale(octets: v128): v128 {
  return i8x16.swizzle(i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0), segment(octets))
}

// @ts-expect-error: decorator
@inline
function mulawLevel(octets: v128): v128 {
  const m = mantissa(octets)
  return i8x16.add(i8x16.add(m, m), i8x16.splat(33))
}

/** Samples of the first eight octets. */
// @ts-expect-error: decorator
@inline
export function mulawLow(line: v128): v128 {
  const octets = v128.not(line)
  const sign = i16x8.extend_low_i8x16_s(i8x16.shr_s(octets, 7))
  const level = i16x8.sub(i16x8.extmul_low_i8x16_u(mulawLevel(octets), mulawScale(octets)), i16x8.splat(33))
  return i16x8.sub(v128.xor(level, sign), sign)
}

/** Samples of the last eight octets. */
// @ts-expect-error: decorator
@inline
export function mulawHigh(line: v128): v128 {
  const octets = v128.not(line)
  const sign = i16x8.extend_high_i8x16_s(i8x16.shr_s(octets, 7))
  const level = i16x8.sub(i16x8.extmul_high_i8x16_u(mulawLevel(octets), mulawScale(octets)), i16x8.splat(33))
  return i16x8.sub(v128.xor(level, sign), sign)
}

// @ts-expect-error: decorator
@inline
function alawScale(octets: v128): v128 {
  return i8x16.swizzle(i8x16(1, 1, 2, 4, 8, 16, 32, 64, 0, 0, 0, 0, 0, 0, 0, 0), segment(octets))
}

// @ts-expect-error: decorator
@inline
function alawLevel(octets: v128): v128 {
  const bias = i8x16.swizzle(i8x16(2, 66, 66, 66, 66, 66, 66, 66, 0, 0, 0, 0, 0, 0, 0, 0), segment(octets))
  return i8x16.add(i8x16.shl(mantissa(octets), 2), bias)
}

// @ts-expect-error: decorator
@inline
export function alawLow(line: v128): v128 {
  const octets = v128.xor(line, i8x16.splat(0x55))
  const sign = i16x8.extend_low_i8x16_s(v128.not(i8x16.shr_s(octets, 7)))
  const level = i16x8.extmul_low_i8x16_u(alawLevel(octets), alawScale(octets))
  return i16x8.sub(v128.xor(level, sign), sign)
}

// @ts-expect-error: decorator
@inline
export function alawHigh(line: v128): v128 {
  const octets = v128.xor(line, i8x16.splat(0x55))
  const sign = i16x8.extend_high_i8x16_s(v128.not(i8x16.shr_s(octets, 7)))
  const level = i16x8.extmul_high_i8x16_u(alawLevel(octets), alawScale(octets))
  return i16x8.sub(v128.xor(level, sign), sign)
}

/** Writes 16 samples to `to`; `law` is 0 for mu-law, 1 for A-law. */
// @ts-expect-error: decorator
@inline
export function decode(from: usize, to: usize, law: i32): void {
  const octets = v128.load(from)
  if (law === 0) {
    v128.store(to, mulawLow(octets))
    v128.store(to, mulawHigh(octets), 16)
  } else {
    v128.store(to, alawLow(octets))
    v128.store(to, alawHigh(octets), 16)
  }
}
