/** The fit of two sines to a window, as in ../pair-fit.ts; the low and the high sine side by side in a vector. */
import {
  BLOCKS_AT,
  CORRELATIONS,
  ENERGIES,
  ENERGY,
  FITTED,
  LEAKAGE_SHARE,
  LEAST_POWER,
  LEAST_PURITY,
  LEAST_STEADINESS,
  RING,
  SCRATCH,
  SINES,
  SUMS,
  TURNS,
  TURN_SQUARE,
} from './memory-map'

/** Fits the strongest pair to the blocks that BLOCKS_AT names. Returns true when the window matters; else the fit is undefined. */
export function fitSummed(base: usize, first: i32, fit: usize, energy: f64): bool {
  const pair = parted(base, 3, first)
  // What is so uneven that no rounding could help it need not be measured.
  const least = leastBlock(base)
  const most = mostBlock(base)
  if (v128.any_true(f64x2.lt(least, f64x2.mul(most, f64x2.splat(0.999 * LEAST_STEADINESS))))) return false
  const low = measured(base, fit, 48, pair, energy / 144)
  return (
    low > LEAST_POWER &&
    load<f64>(fit, 16) > LEAST_POWER &&
    load<f64>(fit, 40) > LEAST_STEADINESS &&
    load<f64>(fit, 32) > LEAST_PURITY
  )
}

/** Fits the strongest pair to three blocks of `hops` hops from hop `first` on, whatever it is. Writes to FITTED. */
export function fitWindow(base: usize, hops: i32, first: i32): void {
  let total: f64 = 0
  for (let i = 0; i < 3 * hops; i++) total += load<f64>(base + ENERGY + (<usize>((first + i) & RING) << 3))
  for (let i: usize = 0; i < 64; i += 16) v128.store(base + ENERGIES + i, f64x2.splat(0))
  for (let b = 0; b < 3; b++) {
    const to = base + SCRATCH + <usize>b * 128
    store<i32>(base + BLOCKS_AT + (<usize>b << 2), <i32>to)
    blockOf(base, hops, first + b * hops, to)
  }
  const pair = parted(base, hops, first)
  measured(base, base + FITTED, <f64>(hops * 16), pair, total / <f64>(3 * hops * 16))
}

/** Adds up the sums of `hops` hops from hop `first` on, and their energies at the eight frequencies to the scratch. */
function blockOf(base: usize, hops: i32, first: i32, to: usize): void {
  for (let i: usize = 0; i < 64; i += 16) {
    const begin = base + SUMS + (<usize>(first & RING) << 7) + i
    let re = v128.load(begin)
    let im = v128.load(begin, 64)
    for (let hop = 1; hop < hops; hop++) {
      const from = base + SUMS + (<usize>((first + hop) & RING) << 7) + i
      re = f64x2.add(re, v128.load(from))
      im = f64x2.add(im, v128.load(from, 64))
    }
    v128.store(to + i, re)
    v128.store(to + i, im, 64)
    const energies = base + ENERGIES + i
    v128.store(energies, f64x2.add(v128.load(energies), f64x2.add(f64x2.mul(re, re), f64x2.mul(im, im))))
  }
}

/** Finds the strongest pair and takes its sines apart. Returns row × 4 + column. */
function parted(base: usize, hops: i32, first: i32): i32 {
  let low = strongest(base, 0)
  let high = strongest(base, 4)
  const lowEnergy = load<f64>(base + ENERGIES + (<usize>low << 3))
  const highEnergy = load<f64>(base + ENERGIES + (<usize>high << 3))
  if (highEnergy < lowEnergy * LEAKAGE_SHARE) high = underneath(base, hops, first, low, 4)
  else if (lowEnergy < highEnergy * LEAKAGE_SHARE) low = underneath(base, hops, first, high, 0)
  separate(base, hops, first, low, high)
  return low * 4 + high - 4
}

export function strongest(base: usize, group: i32): i32 {
  let best = group
  for (let f = group + 1; f < group + 4; f++) {
    if (load<f64>(base + ENERGIES + (<usize>f << 3)) > load<f64>(base + ENERGIES + (<usize>best << 3))) best = f
  }
  return best
}

/** The strongest of a group once what the much stronger sine of the other leaks into it is taken out. */
function underneath(base: usize, hops: i32, first: i32, strong: i32, group: i32): i32 {
  const energies = base + ENERGIES + (<usize>group << 3)
  // Pairs are row × 4 + column.
  const pair = group === 4 ? strong * 4 : strong - 4
  const step: usize = group === 4 ? 32 : 128
  const table = CORRELATIONS + (<usize>(hops - 1) << 9) + (<usize>pair << 5)
  const side: f64 = group === 4 ? 1 : -1
  v128.store(energies, twoUnderneath(base, hops, first, strong, group, table, step, side))
  v128.store(energies, twoUnderneath(base, hops, first, strong, group + 2, table + 2 * step, step, side), 16)
  return strongest(base, group)
}

/** What `separate` leaves of two weak sines, `weak` and the next, as energies. `side`: 1 where they are high ones, -1 where low. */
function twoUnderneath(
  base: usize,
  hops: i32,
  first: i32,
  strong: i32,
  weak: i32,
  table: usize,
  step: usize,
  side: f64,
): v128 {
  const s = <usize>strong << 3
  const w = <usize>weak << 3
  const tableRe = f64x2(load<f64>(table), load<f64>(table + step))
  const tableIm = f64x2(load<f64>(table, 8), load<f64>(table + step, 8))
  const scale = f64x2(load<f64>(table, 16), load<f64>(table + step, 16))
  const square = f64x2.splat(TURN_SQUARE)
  const turned = f64x2.splat(side * TURN_SQUARE)
  const back = f64x2.splat(-side)
  let energy = f64x2.splat(0)
  for (let b = 0; b < 3; b++) {
    const turn = TURNS + <usize>(max(0, first + b * hops) % 500) * 128
    const strongRe = v128.load64_splat(turn + s)
    const strongIm = v128.load64_splat(turn + s, 64)
    const weakRe = v128.load(turn + w)
    const weakIm = v128.load(turn + w, 64)
    const tr = f64x2.mul(f64x2.add(f64x2.mul(strongRe, weakRe), f64x2.mul(strongIm, weakIm)), square)
    const ti = f64x2.mul(f64x2.sub(f64x2.mul(strongIm, weakRe), f64x2.mul(strongRe, weakIm)), turned)
    const cr = f64x2.sub(f64x2.mul(tableRe, tr), f64x2.mul(tableIm, ti))
    const ci = f64x2.mul(f64x2.add(f64x2.mul(tableRe, ti), f64x2.mul(tableIm, tr)), back)
    const block = <usize>load<i32>(base + BLOCKS_AT + (<usize>b << 2))
    const otherRe = v128.load64_splat(block + s)
    const otherIm = v128.load64_splat(block + s, 64)
    const leakRe = f64x2.sub(f64x2.mul(cr, otherRe), f64x2.mul(ci, otherIm))
    const leakIm = f64x2.add(f64x2.mul(cr, otherIm), f64x2.mul(ci, otherRe))
    const re = f64x2.mul(f64x2.sub(v128.load(block + w), leakRe), scale)
    const im = f64x2.mul(f64x2.sub(v128.load(block + w, 64), leakIm), scale)
    energy = f64x2.add(energy, f64x2.add(f64x2.mul(re, re), f64x2.mul(im, im)))
  }
  return energy
}

/** Takes out of each block what its two sines leak into each other: [low re, high re, low im, high im] a block. */
function separate(base: usize, hops: i32, first: i32, low: i32, high: i32): void {
  const l = <usize>low << 3
  const h = <usize>high << 3
  const table = CORRELATIONS + (<usize>(hops - 1) << 9) + (<usize>(low * 4 + high - 4) << 5)
  const tableRe = load<f64>(table)
  const tableIm = load<f64>(table, 8)
  const scale = v128.load64_splat(table, 16)
  for (let b = 0; b < 3; b++) {
    const turn = TURNS + <usize>(max(0, first + b * hops) % 500) * 128
    const lowRe = load<f64>(turn + l)
    const lowIm = load<f64>(turn + l, 64)
    const highRe = load<f64>(turn + h)
    const highIm = load<f64>(turn + h, 64)
    const tr = (lowRe * highRe + lowIm * highIm) * TURN_SQUARE
    const ti = (lowIm * highRe - lowRe * highIm) * TURN_SQUARE
    const cr = f64x2.splat(tableRe * tr - tableIm * ti)
    const c = tableRe * ti + tableIm * tr
    const ci = f64x2(c, -c)
    const block = <usize>load<i32>(base + BLOCKS_AT + (<usize>b << 2))
    const re = f64x2(load<f64>(block + l), load<f64>(block + h))
    const im = f64x2(load<f64>(block + l, 64), load<f64>(block + h, 64))
    const otherRe = v128.shuffle<i64>(re, re, 1, 0)
    const otherIm = v128.shuffle<i64>(im, im, 1, 0)
    const leakRe = f64x2.sub(f64x2.mul(cr, otherRe), f64x2.mul(ci, otherIm))
    const leakIm = f64x2.add(f64x2.mul(cr, otherIm), f64x2.mul(ci, otherRe))
    const to = base + SINES + <usize>b * 32
    v128.store(to, f64x2.mul(f64x2.sub(re, leakRe), scale))
    v128.store(to, f64x2.mul(f64x2.sub(im, leakIm), scale), 16)
  }
}

// @ts-expect-error: decorator
@inline
function blockEnergy(at: usize): v128 {
  const re = v128.load(at)
  const im = v128.load(at, 16)
  return f64x2.add(f64x2.mul(re, re), f64x2.mul(im, im))
}

// @ts-expect-error: decorator
@inline
function leastBlock(base: usize): v128 {
  const at = base + SINES
  return f64x2.min(blockEnergy(at), f64x2.min(blockEnergy(at + 32), blockEnergy(at + 64)))
}

// @ts-expect-error: decorator
@inline
function mostBlock(base: usize): v128 {
  const at = base + SINES
  return f64x2.max(blockEnergy(at), f64x2.max(blockEnergy(at + 32), blockEnergy(at + 64)))
}

/** Measures the two sines' frequencies and powers and writes the fit. Returns the power of the low one. */
// @ts-expect-error: decorator
@inline
function measured(base: usize, fit: usize, samples: f64, pair: i32, total: f64): f64 {
  const at = base + SINES
  const ar = v128.load(at)
  const ai = v128.load(at, 16)
  const br = v128.load(at, 32)
  const bi = v128.load(at, 48)
  const dr = v128.load(at, 64)
  const di = v128.load(at, 80)
  const most = mostBlock(base)
  const re = f64x2.add(
    f64x2.add(f64x2.add(f64x2.mul(br, ar), f64x2.mul(bi, ai)), f64x2.mul(dr, br)),
    f64x2.mul(di, bi),
  )
  const im = f64x2.sub(
    f64x2.add(f64x2.sub(f64x2.mul(bi, ar), f64x2.mul(br, ai)), f64x2.mul(di, br)),
    f64x2.mul(dr, bi),
  )
  const size = f64x2.sqrt(f64x2.add(f64x2.mul(re, re), f64x2.mul(im, im)))
  const nothing = v128.or(f64x2.eq(size, f64x2.splat(0)), f64x2.eq(most, f64x2.splat(0)))
  const ur = f64x2.div(re, size)
  const ui = f64x2.div(im, size)
  const sumRe = f64x2.add(
    f64x2.add(f64x2.add(f64x2.sub(f64x2.mul(ar, ur), f64x2.mul(ai, ui)), br), f64x2.mul(dr, ur)),
    f64x2.mul(di, ui),
  )
  const sumIm = f64x2.sub(
    f64x2.add(f64x2.add(f64x2.add(f64x2.mul(ar, ui), f64x2.mul(ai, ur)), bi), f64x2.mul(di, ur)),
    f64x2.mul(dr, ui),
  )
  const phase = angles(ur, ui)
  const offset = f64x2.div(f64x2.mul(phase, f64x2.splat(8_000)), f64x2.splat(2 * Math.PI * samples))
  const p = f64x2.mul(phase, phase)
  const pp = f64x2.mul(p, p)
  const loss = f64x2.sub(
    f64x2.add(f64x2.sub(f64x2.splat(1), f64x2.mul(p, f64x2.splat(1.0 / 12))), f64x2.mul(pp, f64x2.splat(1.0 / 360))),
    f64x2.mul(f64x2.mul(pp, p), f64x2.splat(1.0 / 20_160)),
  )
  const energy = f64x2.add(f64x2.mul(sumRe, sumRe), f64x2.mul(sumIm, sumIm))
  const scale = f64x2.mul(f64x2.splat(9 * samples * samples), f64x2.max(loss, f64x2.splat(0.5)))
  const power = v128.andnot(f64x2.div(f64x2.mul(f64x2.splat(2), energy), scale), nothing)
  const steadiness = v128.andnot(f64x2.div(leastBlock(base), most), nothing)
  const low = f64x2.extract_lane(power, 0)
  store<f64>(fit, <f64>pair)
  v128.store(fit, power, 8)
  store<f64>(fit, total, 24)
  store<f64>(fit, total > 0 ? (low + f64x2.extract_lane(power, 1)) / total : 0, 32)
  store<f64>(fit, min(f64x2.extract_lane(steadiness, 0), f64x2.extract_lane(steadiness, 1)), 40)
  v128.store(fit, v128.andnot(offset, nothing), 48)
  return low
}

/** Angles of two complex numbers, as `angle` in ../pair-fit.ts. */
// @ts-expect-error: decorator
@inline
function angles(re: v128, im: v128): v128 {
  const x = f64x2.abs(re)
  const y = f64x2.abs(im)
  const a = f64x2.div(f64x2.min(x, y), f64x2.max(x, y))
  const s = f64x2.mul(a, a)
  let r = f64x2.add(f64x2.mul(f64x2.splat(-0.0464964749), s), f64x2.splat(0.15931422))
  r = f64x2.sub(f64x2.mul(r, s), f64x2.splat(0.327622764))
  r = f64x2.add(f64x2.mul(f64x2.mul(r, s), a), a)
  r = v128.bitselect(f64x2.sub(f64x2.splat(Math.PI / 2), r), r, f64x2.gt(y, x))
  r = v128.bitselect(f64x2.sub(f64x2.splat(Math.PI), r), r, f64x2.lt(re, f64x2.splat(0)))
  return v128.bitselect(f64x2.neg(r), r, f64x2.lt(im, f64x2.splat(0)))
}
