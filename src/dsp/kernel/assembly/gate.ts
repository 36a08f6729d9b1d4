/** The gate, as in ../tone-gate.ts: is there anything in the last 12 ms that could be a pair? */
import {
  AWAKE,
  AWAKE_HOPS,
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

/** The sums of a block that nobody has looked at yet, of one group of frequencies: the low (0) or the high (16). */
function sumUp(base: usize, a: v128, b: v128, c: v128, group: usize): void {
  const re = sums(a, b, c, group)
  const im = sums(a, b, c, group + 32)
  const to = base + GATE_RE + (group << 1)
  v128.store(to, f64x2.convert_low_i32x4_s(re))
  v128.store(to, upper(re), 16)
  v128.store(to, f64x2.convert_low_i32x4_s(im), 64)
  v128.store(to, upper(im), 80)
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

/** What is asked of the block before: its power, or its sums at one group of frequencies. */
const POWER: i32 = -1
const LOW: i32 = 0
const HIGH: i32 = 16

/** Looks at the block before again: at octets where it was passed over too. Returns its power when that is asked for. */
function lookBefore(base: usize, hop: i32, law: i32, asked: i32): f64 {
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
  if (asked === POWER) return powerOf(a, b, c)
  sumUp(base, a, b, c, <usize>asked)
  return 0
}

// @ts-expect-error: decorator
@inline
function look(base: usize, hop: i32, t0: v128, t1: v128, t2: v128, law: i32): void {
  const power = powerOf(t0, t1, t2)
  const isMeasured = load<i32>(base, GATE_MEASURED) === hop - 3
  const total = power + (isMeasured ? load<f64>(base, GATE_POWER) : lookBefore(base, hop, law, POWER))
  store<i32>(base, hop, GATE_MEASURED)
  store<f64>(base, power, GATE_POWER)
  if (total < GATE_LEAST_POWER) return
  // Most of what is said has next to nothing in the high group: then nobody asks for the low one.
  const least = max(GATE_LEAST_SINE, GATE_LEAST_SIDE * total)
  if (load<i32>(base, GATE_HIGH_SUMMED) !== hop - 3) lookBefore(base, hop, law, HIGH)
  store<i32>(base, hop, GATE_HIGH_SUMMED)
  const high = strongest(base, sums(t0, t1, t2, 16), sums(t0, t1, t2, 48), 32)
  if (high < least) return
  if (load<i32>(base, GATE_LOW_SUMMED) !== hop - 3) lookBefore(base, hop, law, LOW)
  store<i32>(base, hop, GATE_LOW_SUMMED)
  const low = strongest(base, sums(t0, t1, t2, 0), sums(t0, t1, t2, 32), 0)
  if (low < least || low + high < GATE_LEAST_SHARE * total) return
  store<i32>(base, AWAKE_HOPS, AWAKE)
}

/** Energy of the strongest of the four frequencies of a group, over the last two blocks. */
// @ts-expect-error: decorator
@inline
function strongest(base: usize, re: v128, im: v128, at: usize): f64 {
  const a = energies(base, f64x2.convert_low_i32x4_s(re), f64x2.convert_low_i32x4_s(im), at)
  const b = energies(base, upper(re), upper(im), at + 16)
  const most = f64x2.pmax(a, b)
  return max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1))
}

// @ts-expect-error: decorator
@inline
function upper(x: v128): v128 {
  return f64x2.convert_low_i32x4_s(v128.shuffle<i32>(x, x, 2, 3, 0, 1))
}
