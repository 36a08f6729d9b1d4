/** The gate, as in ../tone-gate.ts: is there anything in the last 20 ms that could be a pair? */
import {
  AWAKE,
  AWAKE_HOPS,
  BLOCK_HOPS,
  GATE,
  GATE_HIGH_SUMMED,
  GATE_IM,
  GATE_LEAST_POWER,
  GATE_LEAST_SHARE,
  GATE_LEAST_SIDE,
  GATE_LEAST_SINE,
  GATE_LOW_SUMMED,
  GATE_MEASURED,
  GATE_POWER,
  GATE_RE,
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

/** Every second octet of two hops. */
// @ts-expect-error: decorator
@inline
function evenOctets(base: usize, first: i32, second: i32): v128 {
  const a = v128.load(base + OCTETS + (<usize>(first & RING) << 4))
  const b = v128.load(base + OCTETS + (<usize>(second & RING) << 4))
  return v128.shuffle<i8>(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
}

// @ts-expect-error: decorator
@inline
function squares(a: v128, b: v128): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(a, a), i32x4.dot_i16x8_s(b, b))
}

/** Forty squares of 14 bits stay below 2^32. */
// @ts-expect-error: decorator
@inline
function powerOf(a: v128, b: v128, c: v128, d: v128, e: v128): f64 {
  const all = i32x4.add(i32x4.add(squares(a, b), squares(c, d)), i32x4.dot_i16x8_s(e, e))
  const halves = i32x4.add(all, v128.shuffle<i32>(all, all, 2, 3, 0, 1))
  return <f64>(<u32>i32x4.extract_lane(halves, 0) + <u32>i32x4.extract_lane(halves, 1))
}

// @ts-expect-error: decorator
@inline
function reverse(x: v128): v128 {
  return v128.shuffle<i16>(x, x, 7, 6, 5, 4, 3, 2, 1, 0)
}

// @ts-expect-error: decorator
@inline
function twoDots(x: v128, row: usize): v128 {
  return i32x4.add(
    i32x4.dot_i16x8_s(v128.shuffle<i32>(x, x, 0, 0, 0, 0), v128.load(row)),
    i32x4.dot_i16x8_s(v128.shuffle<i32>(x, x, 1, 1, 1, 1), v128.load(row, 16)),
  )
}

// @ts-expect-error: decorator
@inline
function fourDots(x: v128, row: usize): v128 {
  const ab = twoDots(x, row)
  const cd = i32x4.add(
    i32x4.dot_i16x8_s(v128.shuffle<i32>(x, x, 2, 2, 2, 2), v128.load(row, 32)),
    i32x4.dot_i16x8_s(v128.shuffle<i32>(x, x, 3, 3, 3, 3), v128.load(row, 48)),
  )
  return i32x4.add(ab, cd)
}

/** Sums of twenty folded samples with the cosines (0) or sines (160) of the low group (0) or the high (320). */
// @ts-expect-error: decorator
@inline
function sums(x: v128, y: v128, z: v128, at: usize): v128 {
  const whole = i32x4.add(fourDots(x, GATE + at), fourDots(y, GATE + 64 + at))
  return f32x4.convert_i32x4_s(i32x4.add(whole, twoDots(z, GATE + 128 + at)))
}

/** What the low group's memory is away from the high's. */
const LOW: usize = 0
const HIGH: usize = 16

/** Real and imaginary parts of a block at a group of frequencies, about its middle: remembered for the next look. */
// @ts-expect-error: decorator
@inline
function sumUp(base: usize, a: v128, b: v128, c: v128, d: v128, e: v128, group: usize): void {
  const x = reverse(e)
  const y = reverse(d)
  const z = reverse(c)
  const at = group * 20
  const re = sums(i16x8.add(x, a), i16x8.add(y, b), i16x8.add(z, c), at)
  const im = sums(i16x8.sub(x, a), i16x8.sub(y, b), i16x8.sub(z, c), at + 160)
  v128.store(base + GATE_RE + group, re)
  v128.store(base + GATE_IM + group, im)
}

/** To be called with every fifth hop, once its samples are there. Wakes the channel when something may be a pair. */
export function gate(base: usize, hop: i32): void {
  look(base, hop, thin(base, hop - 4), thin(base, hop - 3), thin(base, hop - 2), thin(base, hop - 1), thin(base, hop), 0)
}

/** As `gate`, for a block whose octets are there and whose samples are not; `law` as in takeOctets. */
export function gateOctets(base: usize, hop: i32, law: i32): void {
  const x = evenOctets(base, hop - 4, hop - 3)
  const y = evenOctets(base, hop - 2, hop - 1)
  const z = evenOctets(base, hop, hop)
  if (law === 0) look(base, hop, mulawLow(x), mulawHigh(x), mulawLow(y), mulawHigh(y), mulawLow(z), law)
  else look(base, hop, alawLow(x), alawHigh(x), alawLow(y), alawHigh(y), alawLow(z), law)
}

/** What is asked of the block before: its power, or its sums at one group of frequencies. */
const POWER: usize = 1

/** Looks at the block before again: at octets where it was passed over too. Returns its power when that is asked for. */
function lookBefore(base: usize, hop: i32, law: i32, asked: usize): f64 {
  let a = thin(base, hop - 9)
  let b = thin(base, hop - 8)
  let c = thin(base, hop - 7)
  let d = thin(base, hop - 6)
  let e = thin(base, hop - 5)
  if (load<i32>(base, PASSED) >= 2 * BLOCK_HOPS) {
    const x = evenOctets(base, hop - 9, hop - 8)
    const y = evenOctets(base, hop - 7, hop - 6)
    const z = evenOctets(base, hop - 5, hop - 5)
    a = law === 0 ? mulawLow(x) : alawLow(x)
    b = law === 0 ? mulawHigh(x) : alawHigh(x)
    c = law === 0 ? mulawLow(y) : alawLow(y)
    d = law === 0 ? mulawHigh(y) : alawHigh(y)
    e = law === 0 ? mulawLow(z) : alawLow(z)
  }
  if (asked === POWER) return powerOf(a, b, c, d, e)
  sumUp(base, a, b, c, d, e, asked)
  return 0
}

// @ts-expect-error: decorator
@inline
function look(base: usize, hop: i32, a: v128, b: v128, c: v128, d: v128, e: v128, law: i32): void {
  const before = hop - BLOCK_HOPS
  const power = powerOf(a, b, c, d, e)
  const isMeasured = load<i32>(base, GATE_MEASURED) === before
  const total = power + (isMeasured ? load<f64>(base, GATE_POWER) : lookBefore(base, hop, law, POWER))
  store<i32>(base, hop, GATE_MEASURED)
  store<f64>(base, power, GATE_POWER)
  if (total < GATE_LEAST_POWER) return
  // Most of what is said has next to nothing in the high group: then nobody asks for the low one.
  const least = max(GATE_LEAST_SINE, GATE_LEAST_SIDE * total)
  if (load<i32>(base, GATE_HIGH_SUMMED) !== before) lookBefore(base, hop, law, HIGH)
  store<i32>(base, hop, GATE_HIGH_SUMMED)
  const high = strongest(base, a, b, c, d, e, HIGH)
  if (high < least) return
  if (load<i32>(base, GATE_LOW_SUMMED) !== before) lookBefore(base, hop, law, LOW)
  store<i32>(base, hop, GATE_LOW_SUMMED)
  const low = strongest(base, a, b, c, d, e, LOW)
  if (low < least || low + high < GATE_LEAST_SHARE * total) return
  store<i32>(base, AWAKE_HOPS, AWAKE)
}

/** Energy of the strongest of the four frequencies of a group, over the last two blocks. Remembers the newer. */
// @ts-expect-error: decorator
@inline
function strongest(base: usize, a: v128, b: v128, c: v128, d: v128, e: v128, group: usize): f64 {
  const wasRe = v128.load(base + GATE_RE + group)
  const wasIm = v128.load(base + GATE_IM + group)
  sumUp(base, a, b, c, d, e, group)
  const cos = v128.load(GATE_TURNS + group)
  const sin = v128.load(GATE_TURNS + group, 32)
  const isRe = v128.load(base + GATE_RE + group)
  const isIm = v128.load(base + GATE_IM + group)
  const x = f32x4.add(isRe, f32x4.sub(f32x4.mul(wasRe, cos), f32x4.mul(wasIm, sin)))
  const y = f32x4.add(isIm, f32x4.add(f32x4.mul(wasRe, sin), f32x4.mul(wasIm, cos)))
  const energy = f32x4.add(f32x4.mul(x, x), f32x4.mul(y, y))
  const two = f32x4.pmax(energy, v128.shuffle<i32>(energy, energy, 2, 3, 0, 1))
  return <f64>max(f32x4.extract_lane(two, 0), f32x4.extract_lane(two, 1))
}
