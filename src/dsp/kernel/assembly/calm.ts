/** Which hops nobody need look at: what they fall short of are the limits in ../stir-limits.ts, with some slack. */
import { ENERGY, FITS, FITTED, FLAGS, LIMITS, RING } from './memory-map'
import { fitWindow } from './pair-fit'

// Fields of the limits, from LIMITS; ../stir-limits.ts has the same order.
const HZ: usize = LIMITS
const PAIR_PURITY: usize = LIMITS + 64
const PAIR_POWER: usize = LIMITS + 72
const PAIR_TWIST: usize = LIMITS + 80
const PAIR_OFFSET: usize = LIMITS + 88
const PRESS_OFFSET: usize = LIMITS + 96
const PRESS_STEADINESS: usize = LIMITS + 104
const PRESS_POWER: usize = LIMITS + 112
const PRESS_LEAST_TWIST: usize = LIMITS + 120
const PRESS_MOST_TWIST: usize = LIMITS + 128
const BURST_SUM: usize = LIMITS + 136
const BURST_RISE: usize = LIMITS + 144
const BURST_EDGE: usize = LIMITS + 152
const BURST_PURITY: usize = LIMITS + 160
const BURST_STEADINESS: usize = LIMITS + 168
const POWER_0_DBM0: usize = LIMITS + 176
const LEAST_HINT: usize = LIMITS + 184
const SIGNS: usize = LIMITS + 192

/** Of `most` hops from `first` on, how many may be passed before one must be looked at; `prior` as in Suspicion.odds. */
export function calmHops(base: usize, first: i32, most: i32, prior: f64): i32 {
  for (let i = 0; i < most; i++) {
    const hop = first + i
    const slot = <usize>(hop & RING)
    if (load<u8>(base + FLAGS + slot) !== 0 && stirs(base + FITS + (slot << 6), prior)) return i
    if (bursts(base, hop)) return i
  }
  return most
}

/** As calmHops, for whoever only waits for a press. */
export function restHops(base: usize, first: i32, most: i32): i32 {
  for (let i = 0; i < most; i++) {
    const slot = <usize>((first + i) & RING)
    if (load<u8>(base + FLAGS + slot) !== 0 && begins(base + FITS + (slot << 6))) return i
  }
  return most
}

/** In per cent, of the low (0) or the high (32) sine of a fit. */
// @ts-expect-error: decorator
@inline
function offsetPct(fit: usize, hz: usize, offset: usize): f64 {
  return Math.abs((100 * load<f64>(fit + offset)) / load<f64>(hz))
}

/** Could this fit be a press's first? */
function begins(fit: usize): bool {
  const pair = <usize>load<f64>(fit)
  const twist = load<f64>(fit, 16) / load<f64>(fit, 8)
  return (
    load<f64>(fit, 40) >= load<f64>(PRESS_STEADINESS) &&
    min(load<f64>(fit, 8), load<f64>(fit, 16)) >= load<f64>(PRESS_POWER) &&
    twist >= load<f64>(PRESS_LEAST_TWIST) &&
    twist <= load<f64>(PRESS_MOST_TWIST) &&
    offsetPct(fit, HZ + ((pair >> 2) << 3), 48) <= load<f64>(PRESS_OFFSET) &&
    offsetPct(fit, HZ + 32 + ((pair & 3) << 3), 56) <= load<f64>(PRESS_OFFSET)
  )
}

/** Could this fit be a press's first, or be suspected? */
function stirs(fit: usize, prior: f64): bool {
  if (begins(fit)) return true
  const pair = <usize>load<f64>(fit)
  const low = load<f64>(fit, 8)
  const high = load<f64>(fit, 16)
  const purity = load<f64>(fit, 32)
  const steadiness = load<f64>(fit, 40)
  const lowOffset = offsetPct(fit, HZ + ((pair >> 2) << 3), 48)
  const highOffset = offsetPct(fit, HZ + 32 + ((pair & 3) << 3), 56)
  const offset = max(lowOffset, highOffset)
  const least = min(low, high)
  if (purity < load<f64>(PAIR_PURITY) || least < load<f64>(PAIR_POWER) || offset > load<f64>(PAIR_OFFSET)) return false
  if (max(low, high) > least * load<f64>(PAIR_TWIST)) return false
  const level = decibels((low + high) / load<f64>(POWER_0_DBM0))
  const hint = f64x2.add(
    f64x2.add(
      f64x2.add(weighed(0, purity), weighed(1, steadiness)),
      f64x2.add(weighed(2, offset), weighed(3, min(lowOffset, highOffset))),
    ),
    f64x2.add(weighed(4, Math.abs(decibels(high / low))), weighed(5, level)),
  )
  return f64x2.extract_lane(hint, 0) + f64x2.extract_lane(hint, 1) + prior >= load<f64>(LEAST_HINT)
}

/** A sign's weight, in two halves: [from, to, slope, unused, six knots, their six weights]. */
// @ts-expect-error: decorator
@inline
function weighed(n: usize, value: f64): v128 {
  const sign = SIGNS + (n << 7)
  const x = min(load<f64>(sign, 8), max(load<f64>(sign), value))
  const xs = f64x2.splat(x)
  const none = f64x2.splat(0)
  const a = f64x2.mul(f64x2.max(f64x2.sub(xs, v128.load(sign, 32)), none), v128.load(sign, 80))
  const b = f64x2.mul(f64x2.max(f64x2.sub(xs, v128.load(sign, 48)), none), v128.load(sign, 96))
  const c = f64x2.mul(f64x2.max(f64x2.sub(xs, v128.load(sign, 64)), none), v128.load(sign, 112))
  return f64x2.add(f64x2.add(a, b), f64x2.add(c, f64x2(x * load<f64>(sign, 16), 0)))
}

/** Ten times the logarithm to base ten of a positive number, within 0.0001. */
function decibels(ratio: f64): f64 {
  const bits = reinterpret<i64>(ratio)
  const exponent = <f64>((bits >> 52) - 1_023)
  const mantissa = reinterpret<f64>((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000)
  const t = (mantissa - 1) / (mantissa + 1)
  const s = t * t
  const natural = 2 * t * (1 + s * (1.0 / 3 + s * (1.0 / 5 + s * (1.0 / 7))))
  return 3.0102999566398120 * exponent + 4.3429448190325183 * natural
}

/** Energy of the three hops that ended `ago` hops before `hop`. */
// @ts-expect-error: decorator
@inline
function three(base: usize, hop: i32, ago: i32): f64 {
  const energy = base + ENERGY
  return (
    load<f64>(energy + (<usize>((hop - ago) & RING) << 3)) +
    load<f64>(energy + (<usize>((hop - ago - 1) & RING) << 3)) +
    load<f64>(energy + (<usize>((hop - ago - 2) & RING) << 3))
  )
}

/** Could something have just begun, or have ended, that is shorter than the window? */
// @ts-expect-error: decorator
@inline
function bursts(base: usize, hop: i32): bool {
  const p0 = three(base, hop, 0)
  const p1 = three(base, hop, 3)
  const p2 = three(base, hop, 6)
  const least = load<f64>(BURST_SUM)
  if (p0 + p1 >= least && p0 + p1 >= load<f64>(BURST_RISE) * p2 && bursting(base, hop)) return true
  const edge = load<f64>(BURST_EDGE) * (p1 + p2)
  return p1 + p2 >= least && p0 <= edge && three(base, hop, 9) <= edge
}

function bursting(base: usize, hop: i32): bool {
  fitWindow(base, 2, hop - 5)
  return (
    load<f64>(base + FITTED, 32) >= load<f64>(BURST_PURITY) && load<f64>(base + FITTED, 40) >= load<f64>(BURST_STEADINESS)
  )
}
