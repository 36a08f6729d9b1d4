/** The gate, as in ../tone-gate.ts: is there anything in the last 12 ms that could be a pair? */
import {
  AWAKE,
  AWAKE_HOPS,
  GATE,
  GATE_IM,
  GATE_LEAST_SHARE,
  GATE_LEAST_SIDE,
  GATE_LEAST_SINE,
  GATE_POWER,
  GATE_RE,
  GATE_TURNS,
  RING,
  SAMPLES,
  SCRATCH,
} from './memory-map'

/** Every second sample of a hop to `to`; their energy in four lanes. */
// @ts-expect-error: decorator
@inline
function thin(base: usize, hop: i32, to: usize): v128 {
  const x = base + SAMPLES + (<usize>(hop & RING) << 5)
  const half = v128.shuffle<i16>(v128.load(x), v128.load(x, 16), 0, 2, 4, 6, 8, 10, 12, 14)
  v128.store(to, half)
  return i32x4.dot_i16x8_s(half, half)
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

/** To be called with every third hop, once its samples are there. Wakes the channel when something may be a pair. */
export function gate(base: usize, hop: i32): void {
  const x = base + SCRATCH
  const e = i32x4.add(i32x4.add(thin(base, hop - 2, x), thin(base, hop - 1, x + 16)), thin(base, hop, x + 32))
  let lowRe = i32x4.splat(0)
  let highRe = i32x4.splat(0)
  let lowIm = i32x4.splat(0)
  let highIm = i32x4.splat(0)
  for (let i: usize = 0; i < 12; i++) {
    const two = v128.load32_splat(x + (i << 2))
    const row = GATE + (i << 6)
    lowRe = i32x4.add(lowRe, i32x4.dot_i16x8_s(two, v128.load(row)))
    highRe = i32x4.add(highRe, i32x4.dot_i16x8_s(two, v128.load(row, 16)))
    lowIm = i32x4.add(lowIm, i32x4.dot_i16x8_s(two, v128.load(row, 32)))
    highIm = i32x4.add(highIm, i32x4.dot_i16x8_s(two, v128.load(row, 48)))
  }
  const a = energies(base, f64x2.convert_low_i32x4_s(lowRe), f64x2.convert_low_i32x4_s(lowIm), 0)
  const b = energies(base, upper(lowRe), upper(lowIm), 16)
  const c = energies(base, f64x2.convert_low_i32x4_s(highRe), f64x2.convert_low_i32x4_s(highIm), 32)
  const d = energies(base, upper(highRe), upper(highIm), 48)
  const lows = f64x2.pmax(a, b)
  const highs = f64x2.pmax(c, d)
  const low = max(f64x2.extract_lane(lows, 0), f64x2.extract_lane(lows, 1))
  const high = max(f64x2.extract_lane(highs, 0), f64x2.extract_lane(highs, 1))
  const power = <f64>(
    (i32x4.extract_lane(e, 0) + i32x4.extract_lane(e, 1) + i32x4.extract_lane(e, 2) + i32x4.extract_lane(e, 3))
  )
  const total = load<f64>(base, GATE_POWER) + power
  store<f64>(base, power, GATE_POWER)
  if (low + high < GATE_LEAST_SHARE * total) return
  if (min(low, high) < max(GATE_LEAST_SINE, GATE_LEAST_SIDE * total)) return
  store<i32>(base, AWAKE_HOPS, AWAKE)
}

// @ts-expect-error: decorator
@inline
function upper(x: v128): v128 {
  return f64x2.convert_low_i32x4_s(v128.shuffle<i32>(x, x, 2, 3, 0, 1))
}
