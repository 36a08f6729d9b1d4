/**
 * The tone kernel in WebAssembly SIMD: the same arithmetic, in the same order, as reference-kernel.ts and pair-fit.ts,
 * so that both give the same bits. Memory is laid out by the host, see kernel-layout.ts; tables are the host's own.
 *
 * Compiled by AssemblyScript; not part of the TypeScript project.
 */
import {
  AWAKE,
  BLOCKS,
  BLOCKS_AT,
  BLOCK_ENERGIES,
  BLOCK_HOPS,
  BLOCK_RING,
  COEFFICIENTS,
  DECODE,
  ENERGIES,
  ENERGY,
  FILLED,
  FIRST,
  FITS,
  FLAGS,
  HOPS,
  INPUT,
  LAW,
  LEAST_EVENNESS,
  LEAST_GROUP_ENERGY,
  LEAST_SHARE,
  LEAST_TOTAL,
  OCTETS,
  OFFERS,
  PASSED,
  PASSED_OVER,
  QUIET,
  QUIET_HOPS,
  REACH,
  REACH_OF_GATE,
  REACH_OF_SAMPLES,
  RING,
  SAMPLES,
  SKIPPED,
  SUMS,
  TOTAL,
  TURNS,
  WINDOW_HOPS,
} from './memory-map'
import { decode } from './decode'
import { gate, gateOctets } from './gate'
import { fitSummed, strongest } from './pair-fit'
export { calmHops, restHops } from './calm'
export { lowPower } from './low-band'
export { fitWindow } from './pair-fit'

/** Takes in what is offered: a frame of octets of each of `count` channels. */
export function takeOffers(count: i32): void {
  for (let i: usize = 0; i < <usize>count << 4; i += 16) {
    const offer = OFFERS + i
    const flags = load<i32>(offer, 8)
    store<i32>(offer, takeOctets(load<i32>(offer), load<i32>(offer, 4), flags & 1, flags >> 1), 12)
  }
}

/** Decodes `length` octets of the channel's input by `law` (0 mu-law, 1 A-law). Returns the hops that matter. */
export function takeOctets(base: usize, length: i32, law: i32, gated: i32): i32 {
  const table = DECODE + (<usize>law << 9)
  const input = base + INPUT
  let i = 0
  let found = 0
  store<i32>(base, load<i32>(base, HOPS), FIRST)
  let passes = gated !== 0 && load<i32>(base, AWAKE) === 0
  while (i < length && load<i32>(base, FILLED) > 0) found += take(base, decoded(table, input + i++), gated)
  while (i + 16 <= length) {
    // Whoever looks at what has been found looks at the rest of the frame too.
    passes = passes && load<i32>(base, AWAKE) === 0
    if (passes && (load<i32>(base, PASSED) > 0 || load<i32>(base, HOPS) % BLOCK_HOPS === 0)) {
      i += pass(base, input + i, length - i, law)
      if (load<i32>(base, AWAKE) > 0) found += opened(base)
      continue
    }
    if (load<i32>(base, PASSED) > 0) makeUp(base)
    decode(input + i, base + SAMPLES + (<usize>(load<i32>(base, HOPS) & RING) << 5), law)
    found += takeHop(base, gated)
    i += 16
  }
  if (i < length && load<i32>(base, PASSED) > 0) makeUp(base)
  while (i < length) found += take(base, decoded(table, input + i++), gated)
  return found
}

function decoded(table: usize, at: usize): i16 {
  return <i16>load<u16>(table + (<usize>load<u8>(at) << 1))
}

/**
 * Passes over whole hops of a channel in which no tone is on, up to the first at which the gate opens: only the gate
 * looks at them. Begins at the first hop of a block. Returns the octets taken.
 */
function pass(base: usize, from: usize, length: i32, law: i32): i32 {
  let hop = load<i32>(base, HOPS)
  let phase = hop % BLOCK_HOPS
  const before = load<i32>(base, PASSED)
  let i = 0
  while (i + 16 <= length) {
    const slot = <usize>(hop & RING)
    v128.store(base + OCTETS + (slot << 4), v128.load(from + i))
    store<u8>(base + FLAGS + slot, 0)
    i += 16
    hop++
    if (++phase < BLOCK_HOPS) continue
    phase = 0
    store<i32>(base, before + (i >> 4), PASSED)
    gateOctets(base, hop - 1, law)
    if (load<i32>(base, AWAKE) > 0) break
  }
  store<i32>(base, before + (i >> 4), PASSED)
  store<i32>(base, load<i32>(base, SKIPPED) + (i >> 4), SKIPPED)
  store<i32>(base, law, LAW)
  store<i32>(base, hop, HOPS)
  return i
}

/** What was passed over is needed now: the samples and energies of the last hops of it. */
function makeUp(base: usize): void {
  const next = load<i32>(base, HOPS)
  const passed = load<i32>(base, PASSED)
  const law = load<i32>(base, LAW)
  for (let hop = next - min(passed, REACH_OF_SAMPLES); hop < next; hop++) {
    const slot = <usize>(hop & RING)
    const x = base + SAMPLES + (slot << 5)
    decode(base + OCTETS + (slot << 4), x, law)
    energyOf(base, hop, v128.load(x), v128.load(x, 16))
  }
  store<i32>(base, 0, PASSED)
  // As in silence: whoever needs the sums of these hops adds them up then.
  store<i32>(base, PASSED_OVER, QUIET)
  store<f64>(base, windowEnergy(base, next), TOTAL)
}

/** The gate has opened at the last hop that was passed over, which is now taken in like any other. */
function opened(base: usize): i32 {
  const hop = load<i32>(base, HOPS) - 1
  makeUp(base)
  store<i32>(base, load<i32>(base, AWAKE) - 1, AWAKE)
  const found = passedBefore(base, hop, load<i32>(base, SKIPPED) - 1)
  store<i32>(base, 0, SKIPPED)
  return found + completeAlone(base, hop)
}

/**
 * A gate opens only at the end of a block: what was passed over in it, and came with this portion, is taken in as well.
 * `skipped`: hops in a row that the gate passed over just before `hop`.
 */
function passedBefore(base: usize, hop: i32, skipped: i32): i32 {
  let found = 0
  for (let h = max(hop - min(skipped, BLOCK_HOPS - 1), load<i32>(base, FIRST)); h < hop; h++) found += completeAlone(base, h)
  return found
}

/** As complete, of a hop whose window's energy is not at hand. */
function completeAlone(base: usize, hop: i32): i32 {
  const x = base + SAMPLES + (<usize>(hop & RING) << 5)
  return complete(base, hop, v128.load(x), v128.load(x, 16), windowEnergy(base, hop + 1))
}

/** Of the nine hops before `next`: whole numbers below 2^53, so that their order does not count. */
function windowEnergy(base: usize, next: i32): f64 {
  let sum: f64 = 0
  for (let h = next - WINDOW_HOPS; h < next; h++) sum += load<f64>(base + ENERGY + (<usize>(h & RING) << 3))
  return sum
}

/** As takeOctets, for 16-bit linear samples. */
export function takeLinear(base: usize, length: i32, gated: i32): i32 {
  const input = base + INPUT
  let i = 0
  let found = 0
  store<i32>(base, load<i32>(base, HOPS), FIRST)
  while (i < length && load<i32>(base, FILLED) > 0) found += take(base, linear(input, i++), gated)
  while (i + 16 <= length) {
    const to = base + SAMPLES + (<usize>(load<i32>(base, HOPS) & RING) << 5)
    const from = input + (<usize>i << 1)
    v128.store(to, i16x8.shr_s(v128.load(from), 2))
    v128.store(to, i16x8.shr_s(v128.load(from, 16), 2), 16)
    found += takeHop(base, gated)
    i += 16
  }
  while (i < length) found += take(base, linear(input, i++), gated)
  return found
}

function linear(input: usize, at: i32): i16 {
  return <i16>(<i32>load<i16>(input + (<usize>at << 1)) >> 2)
}

/** As takeOctets, for samples that never came. */
export function takeLost(base: usize, length: i32): i32 {
  let found = 0
  store<i32>(base, load<i32>(base, HOPS), FIRST)
  if (load<i32>(base, PASSED) > 0) makeUp(base)
  for (let i = 0; i < length; i++) found += take(base, 0, 0)
  return found
}

function take(base: usize, sample: i16, gated: i32): i32 {
  const filled = load<i32>(base, FILLED)
  const x = base + SAMPLES + (<usize>(load<i32>(base, HOPS) & RING) << 5)
  store<i16>(x + (<usize>filled << 1), sample)
  if (filled < 15) {
    store<i32>(base, filled + 1, FILLED)
    return 0
  }
  store<i32>(base, 0, FILLED)
  return takeHop(base, gated)
}

/** Takes in the hop whose samples are there. Returns how many windows matter that were not known to before. */
function takeHop(base: usize, gated: i32): i32 {
  const hop = load<i32>(base, HOPS)
  store<i32>(base, hop + 1, HOPS)
  const x = base + SAMPLES + (<usize>(hop & RING) << 5)
  const x0 = v128.load(x)
  const x1 = v128.load(x, 16)
  const total = measure(base, hop, x0, x1)
  let found = 0
  if (gated) {
    if (hop % BLOCK_HOPS === BLOCK_HOPS - 1) gate(base, hop)
    const awake = load<i32>(base, AWAKE)
    const skipped = load<i32>(base, SKIPPED)
    if (awake === 0) {
      // As in silence: whoever needs the sums of this hop later adds them up then.
      store<i32>(base, PASSED_OVER, QUIET)
      store<i32>(base, skipped + 1, SKIPPED)
      return 0
    }
    store<i32>(base, awake - 1, AWAKE)
    found = passedBefore(base, hop, skipped)
  }
  store<i32>(base, 0, SKIPPED)
  return found + complete(base, hop, x0, x1, total)
}

/** Energy of the hop, and of the window that ends with it, which is returned. */
// @ts-expect-error: decorator
@inline
function measure(base: usize, hop: i32, x0: v128, x1: v128): f64 {
  // Whole numbers below 2^53: adding and taking away leaves no error behind.
  const old = load<f64>(base + ENERGY + (<usize>((hop - WINDOW_HOPS) & RING) << 3))
  const total = load<f64>(base, TOTAL) + energyOf(base, hop, x0, x1) - old
  store<f64>(base, total, TOTAL)
  return total
}

// @ts-expect-error: decorator
@inline
function energyOf(base: usize, hop: i32, x0: v128, x1: v128): f64 {
  const slot = <usize>(hop & RING)
  store<u8>(base + FLAGS + slot, 0)
  const e = i32x4.add(i32x4.dot_i16x8_s(x0, x0), i32x4.dot_i16x8_s(x1, x1))
  const halves = i32x4.add(e, v128.shuffle<i32>(e, e, 2, 3, 0, 1))
  const energy = <f64>(i32x4.extract_lane(halves, 0) + i32x4.extract_lane(halves, 1))
  store<f64>(base + ENERGY + (slot << 3), energy)
  return energy
}

/** The rest of a hop that may matter: sums, blocks and the fit. */
function complete(base: usize, hop: i32, x0: v128, x1: v128, total: f64): i32 {
  const slot = <usize>(hop & RING)
  const quiet = load<i32>(base, QUIET)
  if (total < LEAST_TOTAL) {
    store<i32>(base, quiet + 1, QUIET)
    if (quiet >= QUIET_HOPS) return 0
    sumHop(base, hop, x0, x1)
    sumBlock(base, hop)
    return 0
  }
  store<i32>(base, 0, QUIET)
  if (quiet > QUIET_HOPS) catchUp(base, hop, quiet >= PASSED_OVER ? REACH_OF_GATE : REACH)
  sumHop(base, hop, x0, x1)
  sumBlock(base, hop)
  if (!mayMatter(base, hop, total)) return 0
  nameBlocks(base, hop)
  const fit = base + FITS + (slot << 6)
  const matters = fitSummed(base, hop - WINDOW_HOPS + 1, fit, total)
  store<u8>(base + FLAGS + slot, matters ? 1 : 0)
  return matters ? 1 : 0
}

/** Sums `hops` hops from hop `first` on up, whose samples are there. */
export function sumUp(base: usize, first: i32, hops: i32): void {
  for (let h = first; h < first + hops; h++) {
    const x = base + SAMPLES + (<usize>(h & RING) << 5)
    sumHop(base, h, v128.load(x), v128.load(x, 16))
  }
}

/** Hops that were too quiet to be summed up are now in reach of a window that is not. */
function catchUp(base: usize, hop: i32, reach: i32): void {
  for (let h = max(0, hop - reach); h < hop; h++) {
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

/** Says where the three blocks of the window that ends with `hop` are. */
function nameBlocks(base: usize, hop: i32): void {
  for (let b = 0; b < 3; b++) {
    const from = base + BLOCKS + (<usize>((hop - 6 + b * 3) & BLOCK_RING) << 7)
    store<i32>(base + BLOCKS_AT + (<usize>b << 2), <i32>from)
  }
}
