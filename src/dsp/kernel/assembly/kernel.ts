/**
 * The tone kernel in WebAssembly SIMD: the same arithmetic, in the same order, as reference-kernel.ts and pair-fit.ts,
 * so that both give the same bits. Memory is laid out by the host, see kernel-layout.ts; tables are the host's own.
 *
 * Compiled by AssemblyScript; not part of the TypeScript project.
 */

// Tables, once for all channels.
const COEFFICIENTS: usize = 0
const TURNS: usize = 512
const CORRELATIONS: usize = 64_512
const DECODE: usize = 65_024
const INPUT: usize = 66_048

// Fields of a channel, from its base.
const SAMPLES: usize = 0
const SUMS: usize = 2_048
const ENERGY: usize = 10_240
const FITS: usize = 10_752
const FLAGS: usize = 14_848
const SCRATCH: usize = 14_912
const SINES: usize = SCRATCH + 384
const ENERGIES: usize = SCRATCH + 480
const REFIT: usize = SCRATCH + 544
const HOPS: usize = 15_472
const FILLED: usize = 15_476
/** Hops in a row whose window was quiet. */
const QUIET: usize = 15_480
/** Energy of the last nine hops. */
const TOTAL: usize = 17_024
/** Sums and energies of the last blocks of three hops, by hop & 7. */
const BLOCKS: usize = 15_488
const BLOCK_ENERGIES: usize = 16_512

const RING: i32 = 63
const BLOCK_RING: i32 = 7
const WINDOW_HOPS: i32 = 9
const LEAST_PURITY: f64 = 0.12
const LEAST_STEADINESS: f64 = 0.03
const LEAST_POWER: f64 = 40
/** Two sines at the least power, nearly: quieter windows are not looked at. */
const LEAST_TOTAL: f64 = 60 * 144
/** After this many quiet hops nobody looks back at their sums; so far back may somebody look from a loud one. */
const QUIET_HOPS: i32 = 32
const REACH: i32 = 20
const LEAST_EVENNESS: f64 = 0.01
const LEAST_SHARE: f64 = 0.2 * 24
const LEAST_GROUP_ENERGY: f64 = 20.0 * 3_456
const LEAKAGE_SHARE: f64 = 0.25
const TURN_SQUARE: f64 = 8_191 * 8_191

/** Decodes `length` octets of the input by table `law` (0 mu-law, 1 A-law). Returns the hops that matter. */
export function takeOctets(base: usize, length: i32, law: i32): i32 {
  const table = DECODE + (<usize>law << 9)
  let i = 0
  let found = 0
  while (i < length && load<i32>(base, FILLED) > 0) found += take(base, <i16>decoded(table, i++))
  while (i + 16 <= length) {
    const hop = load<i32>(base, HOPS)
    const to = base + SAMPLES + (<usize>(hop & RING) << 5)
    // Put together in registers: eight narrow stores could not be read back at once as one wide load.
    const x0 = i64x2.replace_lane(i64x2.splat(fourDecoded(table, i)), 1, fourDecoded(table, i + 4))
    const x1 = i64x2.replace_lane(i64x2.splat(fourDecoded(table, i + 8)), 1, fourDecoded(table, i + 12))
    v128.store(to, x0)
    v128.store(to, x1, 16)
    found += complete(base, hop, x0, x1)
    store<i32>(base, hop + 1, HOPS)
    i += 16
  }
  while (i < length) found += take(base, <i16>decoded(table, i++))
  return found
}

function decoded(table: usize, at: i32): u16 {
  return load<u16>(table + (<usize>load<u8>(INPUT + at) << 1))
}

function fourDecoded(table: usize, at: i32): i64 {
  return (
    <i64>decoded(table, at) |
    (<i64>decoded(table, at + 1) << 16) |
    (<i64>decoded(table, at + 2) << 32) |
    (<i64>decoded(table, at + 3) << 48)
  )
}

/** As takeOctets, for 16-bit linear samples. */
export function takeLinear(base: usize, length: i32): i32 {
  let found = 0
  for (let i = 0; i < length; i++) {
    found += take(base, <i16>(<i32>load<i16>(INPUT + (<usize>i << 1)) >> 2))
  }
  return found
}

/** As takeOctets, for samples that never came. */
export function takeLost(base: usize, length: i32): i32 {
  let found = 0
  for (let i = 0; i < length; i++) found += take(base, 0)
  return found
}

function take(base: usize, sample: i16): i32 {
  const hop = load<i32>(base, HOPS)
  const filled = load<i32>(base, FILLED)
  const x = base + SAMPLES + (<usize>(hop & RING) << 5)
  store<i16>(x + (<usize>filled << 1), sample)
  if (filled < 15) {
    store<i32>(base, filled + 1, FILLED)
    return 0
  }
  store<i32>(base, 0, FILLED)
  const found = complete(base, hop, v128.load(x), v128.load(x, 16))
  store<i32>(base, hop + 1, HOPS)
  return found
}

/** Takes in a whole hop. Returns 1 when the window that ends with it matters. */
function complete(base: usize, hop: i32, x0: v128, x1: v128): i32 {
  const slot = <usize>(hop & RING)
  store<u8>(base + FLAGS + slot, 0)
  const e = i32x4.add(i32x4.dot_i16x8_s(x0, x0), i32x4.dot_i16x8_s(x1, x1))
  const energy = <f64>(
    (i32x4.extract_lane(e, 0) + i32x4.extract_lane(e, 1) + i32x4.extract_lane(e, 2) + i32x4.extract_lane(e, 3))
  )
  store<f64>(base + ENERGY + (slot << 3), energy)
  // Whole numbers below 2^53: adding and taking away leaves no error behind.
  const old = load<f64>(base + ENERGY + (<usize>((hop - WINDOW_HOPS) & RING) << 3))
  const total = load<f64>(base, TOTAL) + energy - old
  store<f64>(base, total, TOTAL)
  const quiet = load<i32>(base, QUIET)
  if (total < LEAST_TOTAL) {
    store<i32>(base, quiet + 1, QUIET)
    if (quiet >= QUIET_HOPS) return 0
    sumHop(base, hop, x0, x1)
    sumBlock(base, hop)
    return 0
  }
  store<i32>(base, 0, QUIET)
  if (quiet > QUIET_HOPS) catchUp(base, hop)
  sumHop(base, hop, x0, x1)
  sumBlock(base, hop)
  if (!mayMatter(base, hop, total)) return 0
  gatherBlocks(base, hop)
  const fit = base + FITS + (slot << 6)
  const matters = fitSummed(base, hop - WINDOW_HOPS + 1, fit, total)
  store<u8>(base + FLAGS + slot, matters ? 1 : 0)
  return matters ? 1 : 0
}

/** Hops that were too quiet to be summed up are now in reach of a window that is not. */
function catchUp(base: usize, hop: i32): void {
  for (let h = max(0, hop - REACH); h < hop; h++) {
    const x = base + SAMPLES + (<usize>(h & RING) << 5)
    sumHop(base, h, v128.load(x), v128.load(x, 16))
    if (h > hop - WINDOW_HOPS) sumBlock(base, h)
  }
}

/** Dot products of the hop with four rows of coefficients. */
// @ts-expect-error: decorator
@inline
function fourDots(x0: v128, x1: v128, row: usize): v128 {
  const a = dot(x0, x1, row)
  const b = dot(x0, x1, row + 32)
  const c = dot(x0, x1, row + 64)
  const d = dot(x0, x1, row + 96)
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7))
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7))
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7))
}

// @ts-expect-error: decorator
@inline
function dot(x0: v128, x1: v128, row: usize): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(x0, v128.load(row)), i32x4.dot_i16x8_s(x1, v128.load(row, 16)))
}

/** Two frequencies: (a + jb) · (c + js). */
// @ts-expect-error: decorator
@inline
function turnTwo(a: v128, b: v128, turn: usize, to: usize): void {
  const c = v128.load(turn)
  const s = v128.load(turn, 64)
  v128.store(to, f64x2.sub(f64x2.mul(a, c), f64x2.mul(b, s)))
  v128.store(to, f64x2.add(f64x2.mul(a, s), f64x2.mul(b, c)), 64)
}

function sumHop(base: usize, hop: i32, x0: v128, x1: v128): void {
  const slot = <usize>(hop & RING)
  const turn = TURNS + <usize>(hop % 500) * 128
  const to = base + SUMS + (slot << 7)
  for (let half: usize = 0; half < 2; half++) {
    const re = fourDots(x0, x1, COEFFICIENTS + half * 128)
    const im = fourDots(x0, x1, COEFFICIENTS + 256 + half * 128)
    const at = half * 32
    turnTwo(f64x2.convert_low_i32x4_s(re), f64x2.convert_low_i32x4_s(im), turn + at, to + at)
    const reHigh = v128.shuffle<i32>(re, re, 2, 3, 0, 1)
    const imHigh = v128.shuffle<i32>(im, im, 2, 3, 0, 1)
    turnTwo(f64x2.convert_low_i32x4_s(reHigh), f64x2.convert_low_i32x4_s(imHigh), turn + at + 16, to + at + 16)
  }
}

/** Sums up the block of three hops that ends with `hop`, and its energies, once: three windows share it. */
function sumBlock(base: usize, hop: i32): void {
  const a0 = base + SUMS + (<usize>((hop - 2) & RING) << 7)
  const a1 = base + SUMS + (<usize>((hop - 1) & RING) << 7)
  const a2 = base + SUMS + (<usize>(hop & RING) << 7)
  const to = base + BLOCKS + (<usize>(hop & BLOCK_RING) << 7)
  const energies = base + BLOCK_ENERGIES + (<usize>(hop & BLOCK_RING) << 6)
  for (let i: usize = 0; i < 64; i += 16) {
    const re = f64x2.add(f64x2.add(v128.load(a0 + i), v128.load(a1 + i)), v128.load(a2 + i))
    const im = f64x2.add(f64x2.add(v128.load(a0 + i, 64), v128.load(a1 + i, 64)), v128.load(a2 + i, 64))
    v128.store(to + i, re)
    v128.store(to + i, im, 64)
    v128.store(energies + i, f64x2.add(f64x2.mul(re, re), f64x2.mul(im, im)))
  }
}

/** Is the window that ends with `hop` worth a fit? Leaves the energies of the eight frequencies in the scratch. */
function mayMatter(base: usize, hop: i32, total: f64): bool {
  const e0 = base + BLOCK_ENERGIES + (<usize>((hop - 6) & BLOCK_RING) << 6)
  const e1 = base + BLOCK_ENERGIES + (<usize>((hop - 3) & BLOCK_RING) << 6)
  const e2 = base + BLOCK_ENERGIES + (<usize>(hop & BLOCK_RING) << 6)
  const a = f64x2.add(f64x2.add(v128.load(e0), v128.load(e1)), v128.load(e2))
  const b = f64x2.add(f64x2.add(v128.load(e0, 16), v128.load(e1, 16)), v128.load(e2, 16))
  const c = f64x2.add(f64x2.add(v128.load(e0, 32), v128.load(e1, 32)), v128.load(e2, 32))
  const d = f64x2.add(f64x2.add(v128.load(e0, 48), v128.load(e1, 48)), v128.load(e2, 48))
  const lows = f64x2.pmax(a, b)
  const highs = f64x2.pmax(c, d)
  const low = max(f64x2.extract_lane(lows, 0), f64x2.extract_lane(lows, 1))
  const high = max(f64x2.extract_lane(highs, 0), f64x2.extract_lane(highs, 1))
  if (low + high < LEAST_SHARE * total || low < LEAST_GROUP_ENERGY || high < LEAST_GROUP_ENERGY) return false
  // A tone is steady; its stronger sine shows it before anything is taken apart.
  const e = base + ENERGIES
  v128.store(e, a)
  v128.store(e, b, 16)
  v128.store(e, c, 32)
  v128.store(e, d, 48)
  const f = <usize>strongest(base, low > high ? 0 : 4) << 3
  const x = load<f64>(e0 + f)
  const y = load<f64>(e1 + f)
  const z = load<f64>(e2 + f)
  return min(x, min(y, z)) >= LEAST_EVENNESS * max(x, max(y, z))
}

/** The three blocks of the window that ends with `hop` to the scratch. */
function gatherBlocks(base: usize, hop: i32): void {
  for (let b = 0; b < 3; b++) {
    const from = base + BLOCKS + (<usize>((hop - 6 + b * 3) & BLOCK_RING) << 7)
    const to = base + SCRATCH + <usize>b * 128
    for (let i: usize = 0; i < 128; i += 16) v128.store(to + i, v128.load(from + i))
  }
}

/** Fits the strongest pair to the blocks in the scratch. Returns true when the window matters; else the fit is undefined. */
function fitSummed(base: usize, first: i32, fit: usize, energy: f64): bool {
  let low = strongest(base, 0)
  let high = strongest(base, 4)
  const lowEnergy = load<f64>(base + ENERGIES + (<usize>low << 3))
  const highEnergy = load<f64>(base + ENERGIES + (<usize>high << 3))
  if (highEnergy < lowEnergy * LEAKAGE_SHARE) high = underneath(base, first, low, 4)
  else if (lowEnergy < highEnergy * LEAKAGE_SHARE) low = underneath(base, first, high, 0)
  separate(base, first, low, high)
  const total = energy / 144
  const lowPower = refit(base, 0)
  const lowOffset = load<f64>(base, REFIT)
  const lowSteadiness = load<f64>(base, REFIT + 8)
  if (lowPower <= LEAST_POWER || lowSteadiness <= LEAST_STEADINESS) return false
  const highPower = refit(base, 16)
  const steadiness = min(lowSteadiness, load<f64>(base, REFIT + 8))
  const purity = (lowPower + highPower) / total
  store<f64>(fit, <f64>(low * 4 + high - 4))
  store<f64>(fit, lowPower, 8)
  store<f64>(fit, highPower, 16)
  store<f64>(fit, total, 24)
  store<f64>(fit, purity, 32)
  store<f64>(fit, steadiness, 40)
  store<f64>(fit, lowOffset, 48)
  store<f64>(fit, load<f64>(base, REFIT), 56)
  return highPower > LEAST_POWER && steadiness > LEAST_STEADINESS && purity > LEAST_PURITY
}

function strongest(base: usize, group: i32): i32 {
  let best = group
  for (let f = group + 1; f < group + 4; f++) {
    if (load<f64>(base + ENERGIES + (<usize>f << 3)) > load<f64>(base + ENERGIES + (<usize>best << 3))) best = f
  }
  return best
}

function underneath(base: usize, first: i32, strong: i32, group: i32): i32 {
  const sine = base + SINES + (group === 4 ? 16 : 0)
  for (let f = group; f < group + 4; f++) {
    separate(base, first, min(f, strong), max(f, strong))
    let energy: f64 = 0
    for (let b: usize = 0; b < 96; b += 32) {
      const re = load<f64>(sine + b)
      const im = load<f64>(sine + b, 8)
      energy += re * re + im * im
    }
    store<f64>(base + ENERGIES + (<usize>f << 3), energy)
  }
  return strongest(base, group)
}

function separate(base: usize, first: i32, low: i32, high: i32): void {
  for (let b = 0; b < 3; b++) unmix(base, first + b * 3, low, high, b)
}

function unmix(base: usize, first: i32, low: i32, high: i32, b: i32): void {
  const l = <usize>low << 3
  const h = <usize>high << 3
  const table = CORRELATIONS + (<usize>(low * 4 + high - 4) << 5)
  const turn = TURNS + <usize>(max(0, first) % 500) * 128
  const lowRe = load<f64>(turn + l)
  const lowIm = load<f64>(turn + l, 64)
  const highRe = load<f64>(turn + h)
  const highIm = load<f64>(turn + h, 64)
  const tr = (lowRe * highRe + lowIm * highIm) * TURN_SQUARE
  const ti = (lowIm * highRe - lowRe * highIm) * TURN_SQUARE
  const cr = load<f64>(table) * tr - load<f64>(table, 8) * ti
  const ci = load<f64>(table) * ti + load<f64>(table, 8) * tr
  const scale = load<f64>(table, 16)
  const block = base + SCRATCH + <usize>b * 128
  const lr = load<f64>(block + l)
  const li = load<f64>(block + l, 64)
  const hr = load<f64>(block + h)
  const hi = load<f64>(block + h, 64)
  const to = base + SINES + <usize>b * 32
  store<f64>(to, (lr - (cr * hr - ci * hi)) * scale)
  store<f64>(to, (li - (cr * hi + ci * hr)) * scale, 8)
  store<f64>(to, (hr - (cr * lr + ci * li)) * scale, 16)
  store<f64>(to, (hi - (cr * li - ci * lr)) * scale, 24)
}

function refit(base: usize, sine: usize): f64 {
  const at = base + SINES + sine
  const ar = load<f64>(at)
  const ai = load<f64>(at, 8)
  const br = load<f64>(at, 32)
  const bi = load<f64>(at, 40)
  const dr = load<f64>(at, 64)
  const di = load<f64>(at, 72)
  const advanceRe = br * ar + bi * ai + dr * br + di * bi
  const advanceIm = bi * ar - br * ai + di * br - dr * bi
  const size = Math.sqrt(advanceRe * advanceRe + advanceIm * advanceIm)
  const ea = ar * ar + ai * ai
  const eb = br * br + bi * bi
  const ed = dr * dr + di * di
  const most = max(ea, max(eb, ed))
  store<f64>(base, 0, REFIT)
  store<f64>(base, 0, REFIT + 8)
  if (size === 0 || most === 0) return 0
  const ur = advanceRe / size
  const ui = advanceIm / size
  const sumRe = ar * ur - ai * ui + br + dr * ur + di * ui
  const sumIm = ar * ui + ai * ur + bi + di * ur - dr * ui
  const phase = angle(ur, ui)
  store<f64>(base, (phase * 8_000) / (2 * Math.PI * 48), REFIT)
  store<f64>(base, min(ea, min(eb, ed)) / most, REFIT + 8)
  const p = phase * phase
  const loss = 1 - p / 12 + (p * p) / 360 - (p * p * p) / 20_160
  return (2 * (sumRe * sumRe + sumIm * sumIm)) / (9 * 48 * 48 * max(loss, 0.5))
}

function angle(re: f64, im: f64): f64 {
  const x = Math.abs(re)
  const y = Math.abs(im)
  const a = min(x, y) / max(x, y)
  const s = a * a
  let r = ((-0.0464964749 * s + 0.15931422) * s - 0.327622764) * s * a + a
  if (y > x) r = Math.PI / 2 - r
  if (re < 0) r = Math.PI - r
  return im < 0 ? -r : r
}
