/** The gate, as in ../tone-gate.ts: is there anything in the last 12 ms that could be a pair? */
import {
  AWAKE,
  AWAKE_HOPS,
  GATE,
  GATE_IM,
  GATE_LEAST_POWER,
  GATE_LEAST_SHARE,
  GATE_LEAST_SIDE,
  GATE_LEAST_SINE,
  GATE_MEASURED,
  GATE_POWER,
  GATE_RE,
  GATE_SUMMED,
  GATE_TURNS,
  OCTETS,
  PASSED,
  RING,
  SAMPLES,
} from './memory-map'
import { alawHigh, alawLow, mulawHigh, mulawLow } from './decode'

/** Every second sample of a hop. */
// @ts-expect-error: decorator
@inline
function thin(base: usize, hop: i32): v128 {
  const x = base + SAMPLES + (<usize>(hop & RING) << 5)
  return v128.shuffle<i16>(v128.load(x), v128.load(x, 16), 0, 2, 4, 6, 8, 10, 12, 14)
}

// @ts-expect-error: decorator
@inline
function powerOf(a: v128, b: v128, c: v128): f64 {
  const squares = i32x4.add(i32x4.add(i32x4.dot_i16x8_s(a, a), i32x4.dot_i16x8_s(b, b)), i32x4.dot_i16x8_s(c, c))
  const halves = i32x4.add(squares, v128.shuffle<i32>(squares, squares, 2, 3, 0, 1))
  return <f64>(i32x4.extract_lane(halves, 0) + i32x4.extract_lane(halves, 1))
}

// @ts-expect-error: decorator
@inline
function dots(x: v128, row: usize): v128 {
  const ab = i32x4.add(
    i32x4.dot_i16x8_s(v128.shuffle<i32>(x, x, 0, 0, 0, 0), v128.load(row)),
    i32x4.dot_i16x8_s(v128.shuffle<i32>(x, x, 1, 1, 1, 1), v128.load(row, 64)),
  )
  const cd = i32x4.add(
    i32x4.dot_i16x8_s(v128.shuffle<i32>(x, x, 2, 2, 2, 2), v128.load(row, 128)),
    i32x4.dot_i16x8_s(v128.shuffle<i32>(x, x, 3, 3, 3, 3), v128.load(row, 192)),
  )
  return i32x4.add(ab, cd)
}

/** Sums of a block of three thinned hops at four frequencies, real (0 and 16) or imaginary (32 and 48). */
// @ts-expect-error: decorator
@inline
function sums(a: v128, b: v128, c: v128, at: usize): v128 {
  return i32x4.add(i32x4.add(dots(a, GATE + at), dots(b, GATE + 256 + at)), dots(c, GATE + 512 + at))
}

/** Adds up the two blocks of 6 ms at one pair of frequencies, and remembers the newer. Returns two energies. */
// @ts-expect-error: decorator
@inline
function energies(base: usize, re: v128, im: v128, at: usize): v128 {
  const c = v128.load(GATE_TURNS + at)
  const s = v128.load(GATE_TURNS + at, 64)
  const wasRe = v128.load(base + GATE_RE + at)
  const wasIm = v128.load(base + GATE_IM + at)
  v128.store(base + GATE_RE + at, re)
  v128.store(base + GATE_IM + at, im)
  const x = f64x2.add(wasRe, f64x2.sub(f64x2.mul(re, c), f64x2.mul(im, s)))
  const y = f64x2.add(wasIm, f64x2.add(f64x2.mul(re, s), f64x2.mul(im, c)))
  return f64x2.add(f64x2.mul(x, x), f64x2.mul(y, y))
}

/** The sums of a block that nobody has looked at yet, because it was quiet or the gate was not asked. */
function sumUp(base: usize, a: v128, b: v128, c: v128): void {
  for (let half: usize = 0; half < 32; half += 16) {
    const re = sums(a, b, c, half)
    const im = sums(a, b, c, half + 32)
    const to = base + GATE_RE + (half << 1)
    v128.store(to, f64x2.convert_low_i32x4_s(re))
    v128.store(to, upper(re), 16)
    v128.store(to, f64x2.convert_low_i32x4_s(im), 64)
    v128.store(to, upper(im), 80)
  }
}

/** To be called with every third hop, once its samples are there. Wakes the channel when something may be a pair. */
export function gate(base: usize, hop: i32): void {
  look(base, hop, thin(base, hop - 2), thin(base, hop - 1), thin(base, hop), 0)
}

/** As `gate`, for a block whose octets are there and whose samples are not; `law` as in takeOctets. */
export function gateOctets(base: usize, hop: i32, law: i32): void {
  const even = evenOctets(base, hop - 2, hop - 1)
  const last = evenOctets(base, hop, hop)
  if (law === 0) look(base, hop, mulawLow(even), mulawHigh(even), mulawLow(last), law)
  else look(base, hop, alawLow(even), alawHigh(even), alawLow(last), law)
}

/** Every second octet of two hops. */
// @ts-expect-error: decorator
@inline
function evenOctets(base: usize, first: i32, second: i32): v128 {
  const a = v128.load(base + OCTETS + (<usize>(first & RING) << 4))
  const b = v128.load(base + OCTETS + (<usize>(second & RING) << 4))
  return v128.shuffle<i8>(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
}

/** Power of the block before, and its sums when they are asked for: from octets where it was passed over too. */
function powerBefore(base: usize, hop: i32, law: i32, summed: bool): f64 {
  let a = thin(base, hop - 5)
  let b = thin(base, hop - 4)
  let c = thin(base, hop - 3)
  if (load<i32>(base, PASSED) >= 6) {
    const even = evenOctets(base, hop - 5, hop - 4)
    const last = evenOctets(base, hop - 3, hop - 3)
    a = law === 0 ? mulawLow(even) : alawLow(even)
    b = law === 0 ? mulawHigh(even) : alawHigh(even)
    c = law === 0 ? mulawLow(last) : alawLow(last)
  }
  if (summed) sumUp(base, a, b, c)
  return powerOf(a, b, c)
}

// @ts-expect-error: decorator
@inline
function look(base: usize, hop: i32, t0: v128, t1: v128, t2: v128, law: i32): void {
  const power = powerOf(t0, t1, t2)
  const isMeasured = load<i32>(base, GATE_MEASURED) === hop - 3
  const total = power + (isMeasured ? load<f64>(base, GATE_POWER) : powerBefore(base, hop, law, false))
  store<i32>(base, hop, GATE_MEASURED)
  store<f64>(base, power, GATE_POWER)
  if (total < GATE_LEAST_POWER) return
  if (load<i32>(base, GATE_SUMMED) !== hop - 3) powerBefore(base, hop, law, true)
  store<i32>(base, hop, GATE_SUMMED)
  const lowRe = sums(t0, t1, t2, 0)
  const lowIm = sums(t0, t1, t2, 32)
  const highRe = sums(t0, t1, t2, 16)
  const highIm = sums(t0, t1, t2, 48)
  const a = energies(base, f64x2.convert_low_i32x4_s(lowRe), f64x2.convert_low_i32x4_s(lowIm), 0)
  const b = energies(base, upper(lowRe), upper(lowIm), 16)
  const c = energies(base, f64x2.convert_low_i32x4_s(highRe), f64x2.convert_low_i32x4_s(highIm), 32)
  const d = energies(base, upper(highRe), upper(highIm), 48)
  const lows = f64x2.pmax(a, b)
  const highs = f64x2.pmax(c, d)
  const low = max(f64x2.extract_lane(lows, 0), f64x2.extract_lane(lows, 1))
  const high = max(f64x2.extract_lane(highs, 0), f64x2.extract_lane(highs, 1))
  if (low + high < GATE_LEAST_SHARE * total) return
  if (min(low, high) < max(GATE_LEAST_SINE, GATE_LEAST_SIDE * total)) return
  store<i32>(base, AWAKE_HOPS, AWAKE)
}

// @ts-expect-error: decorator
@inline
function upper(x: v128): v128 {
  return f64x2.convert_low_i32x4_s(v128.shuffle<i32>(x, x, 2, 3, 0, 1))
}
