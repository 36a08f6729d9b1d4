import { isClipped } from './clipping.ts'
import { highGroupHz, lowGroupHz } from './dtmf-keypad.ts'
import { hopSamples, sampleRate } from './goertzel.ts'
import type { StateBuffer } from './state-buffer.ts'
import type { ToneSpectrum } from './tone-spectrum.ts'
import { partSamples, TwoSineFit } from './two-sine-fit.ts'
import { voicePitch } from './voice-pitch.ts'

/** What is looked at: at most 40 ms of the tone, in whole parts. */
export const mostSamples = 320
const partHops = partSamples / hopSamples
/** How far back the kernel's sums can be trusted, and its samples, in hops. */
const reachHops = 31
/** A tone has begun when it has a fifth of its power, and is there when it has most of it. */
const begunShare = 0.2
const thereShare = 0.7
/** From this share of the pair on, what is left may have spoilt the measuring of its frequencies. */
const disturbed = 0.15
/** A line below this, in Hz, is a voice's pitch: it may begin with a key. */
const lowestLineHz = 450
/** The first window that agrees is filled to some 15 ms. */
const hopsOfFirst = 8

/** What an exam found. Shares are powers relative to that of the pair. */
export const examField = {
  /** Hop in which the tone began, and hops that it took to come. */
  onsetHop: 0,
  attackHops: 1,
  /** What the two sines do not explain, and what had been heard just before them. */
  rest: 2,
  before: 3,
  /** Of the rest: what lies from 650 to 1,800 Hz, and above. */
  middle: 4,
  top: 5,
  /** Of the rest: the second harmonics of the two sines. */
  octaves: 6,
  /** Of the rest: its strongest line above the pitch of a voice. */
  line: 7,
  /** Of the sine that is further off its nominal frequency, in per cent. */
  offsetPct: 8,
  /** Which tone it was: what is known of its beginning holds until another is looked at. */
  startHop: 9,
  /** How much of it was looked at. */
  samples: 10,
  /** 1 where all of it may be one voice: see `voicePitch`. 0 where clipping hides that. */
  voice: 11,
} as const
const F = examField

export type Looked = {
  readonly key: number
  /** Of the first window that agreed: tells one tone from another. */
  readonly startHop: number
  /** How many hops before now the last window that agreed ended. */
  readonly ago: number
  /** How far off the tone is, about. */
  readonly lowOffsetPct: number
  readonly highOffsetPct: number
}

/**
 * A close look at a tone that seems to be a press: all of it so far at once, by least squares at its own frequencies.
 * It costs as much as a hundred hops, so it is for what has already passed.
 */
export class ToneExam {
  readonly found: Float64Array
  readonly #spectrum: ToneSpectrum
  readonly #fit: TwoSineFit
  readonly #rest: Float64Array
  readonly #steps: Float64Array
  readonly #pair: Float64Array
  readonly #lines: Float64Array
  /** Of the two halves of the rest. */
  readonly #sum: Float64Array
  readonly #difference: Float64Array

  constructor(state: StateBuffer, spectrum: ToneSpectrum) {
    this.#spectrum = spectrum
    this.#fit = new TwoSineFit(state, spectrum.samples, mostSamples)
    this.found = state.float64(12)
    this.#rest = state.float64(mostSamples)
    this.#steps = state.float64(2)
    this.#pair = state.float64(2)
    this.#lines = state.float64(4)
    this.#sum = state.float64(mostSamples / 2)
    this.#difference = state.float64(mostSamples / 2)
  }

  /** Looks at a tone, in its first 60 ms and later. What is left of it is only taken apart by `lookAtRest`. */
  look({ key, startHop, ago, lowOffsetPct, highOffsetPct }: Looked): void {
    const found = this.found
    if (found[F.startHop] !== startHop) {
      found.fill(0)
      found[F.startHop] = startHop
    }
    const isInSight = this.#findOnset(key, ago)
    const spectrum = this.#spectrum
    const end = spectrum.hops - ago
    const since = end - found[F.onsetHop]! - 1
    const samples =
      Math.max(4, Math.min(mostSamples / partSamples, Math.floor(since / partHops))) * partSamples
    const start = end * hopSamples - samples
    const low = (2 * Math.PI * lowGroupHz[key >> 2]!) / sampleRate
    const high = (2 * Math.PI * highGroupHz[key & 3]!) / sampleRate
    const steps = this.#steps
    this.#aim(low * (1 + lowOffsetPct / 100), high * (1 + highOffsetPct / 100))
    this.#fit.refine(start, samples, steps)
    let rest = this.#fit.fit(start, samples, steps)
    if (rest > disturbed * this.#pairPower) rest = this.#aimAgain(start, samples, low, high, rest)
    rest = this.#sharpen(start, samples, rest)
    const pair = this.#pairPower
    found[F.offsetPct] = 100 * Math.max(Math.abs(steps[0]! / low - 1), Math.abs(steps[1]! / high - 1))
    found[F.rest] = rest / pair
    found[F.samples] = samples
    if (isInSight) {
      const sinceOnset = spectrum.hops - found[F.onsetHop]!
      // The hop next to the tone may hold some of it already.
      const hopsBefore = Math.max(1, Math.min(8, reachHops - sinceOnset))
      found[F.before] = spectrum.power(hopsBefore, sinceOnset + 2) / pair
    }
    found[F.middle] = found[F.top] = found[F.line] = found[F.octaves] = found[F.voice] = 0
    this.#pair[0] = pair
    this.#pair[1] = start
  }

  get #pairPower(): number {
    return this.#fit.lowPower + this.#fit.highPower
  }

  #aim(low: number, high: number): void {
    this.#steps[0] = low
    this.#steps[1] = high
  }

  /** A third sine turns the phases by which frequencies are measured: the nominal ones may leave less. */
  #aimAgain(start: number, samples: number, low: number, high: number, rest: number): number {
    const measuredLow = this.#steps[0]!
    const measuredHigh = this.#steps[1]!
    this.#fit.keep()
    this.#aim(low, high)
    const left = this.#fit.fit(start, samples, this.#steps)
    if (left < rest) return left
    this.#aim(measuredLow, measuredHigh)
    this.#fit.recall()
    return rest
  }

  /** What is left says how far off the frequencies still are: a voice's are told by a tenth of a per cent. */
  #sharpen(start: number, samples: number, rest: number): number {
    const low = this.#steps[0]!
    const high = this.#steps[1]!
    this.#fit.keep()
    this.#fit.sharpen(start, samples, this.#steps)
    const left = this.#fit.fit(start, samples, this.#steps)
    if (left <= rest) return left
    this.#aim(low, high)
    this.#fit.recall()
    return rest
  }

  /** Back from the last of the tone to where it has not begun. False when that is out of sight by now. */
  #findOnset(key: number, ago: number): boolean {
    const level = (this.#level(key, ago) + this.#level(key, ago + 3) + this.#level(key, ago + 6)) / 3
    const has = (share: number, back: number) => this.#level(key, ago + back) >= share * level
    let back = 7
    while (back < reachHops - ago && (has(begunShare, back) || has(begunShare, back + 1))) back++
    if (back >= reachHops - ago) {
      if (this.found[F.onsetHop] === 0) {
        // Something like it was there before: the tone began where it was first heard well, if that can be seen.
        const first = this.found[F.startHop]! - hopsOfFirst
        const furthest = this.#spectrum.hops - reachHops
        this.found[F.onsetHop] = Math.max(furthest, first)
        this.found[F.attackHops] = reachHops
        return first >= furthest
      }
      return false
    }
    let full = back
    while (full > 0 && !has(thereShare, full)) full--
    this.found[F.onsetHop] = this.#spectrum.hops - ago - back
    this.found[F.attackHops] = back - full
    return true
  }

  /** Power of the pair in the 4 ms that ended `ago` hops before now. */
  #level(key: number, ago: number): number {
    this.#spectrum.pairPower(key, partHops, this.#pair, ago)
    return this.#pair[0]! + this.#pair[1]!
  }

  /** Where in the spectrum is what the pair leaves? Dearer than all the rest; to be asked right after `look`. */
  lookAtRest(): void {
    const found = this.found
    const samples = found[F.samples]!
    const pair = this.#pair[0]!
    this.#fit.leave(this.#pair[1]!, samples, this.#steps, this.#rest)
    const binHz = sampleRate / samples
    let last = 0
    this.#fold(samples)
    const first = Math.ceil(150 / binHz)
    for (let bin = first; bin * binHz < 3_850; bin++) {
      const hz = bin * binHz
      if ((bin - first) % 4 === 0) this.#fourLines(bin, samples)
      const power = this.#lines[(bin - first) % 4]! / pair
      if (hz > 1_800) found[F.top]! += power
      else if (hz > 650) found[F.middle]! += power
      // A line between two bins shows in both.
      if (hz > lowestLineHz) found[F.line] = Math.max(found[F.line]!, power + last)
      last = power
    }
    const isCut = isClipped(this.#spectrum.samples, this.#pair[1]!, samples)
    found[F.voice] = isCut ? 0 : voicePitch(this.#steps, this.#rest, samples)
    const [low, high] = this.#steps
    found[F.octaves] = (this.#line(2 * low!, samples) + this.#line(2 * high!, samples)) / pair
  }

  /**
   * As `#line`, of `bin` and the three after it: a recurrence waits for its last step, four of them do not for each other.
   * Whole turns in the stretch, so that its two halves count alike in every second bin, and against each other in the rest.
   */
  #fourLines(bin: number, samples: number): void {
    const half = samples / 2
    const even = bin % 2 === 0 ? this.#sum : this.#difference
    const odd = bin % 2 === 0 ? this.#difference : this.#sum
    const turn = (2 * Math.PI) / samples
    const t0 = 2 * Math.cos(turn * bin)
    const t1 = 2 * Math.cos(turn * (bin + 1))
    const t2 = 2 * Math.cos(turn * (bin + 2))
    const t3 = 2 * Math.cos(turn * (bin + 3))
    let [a0, b0, a1, b1, a2, b2, a3, b3] = [0, 0, 0, 0, 0, 0, 0, 0]
    // Two samples a turn, so that nothing is moved from place to place.
    for (let i = 0; i < half; i += 2) {
      let x = even[i]!
      let y = odd[i]!
      b0 = x + t0 * a0 - b0
      b1 = y + t1 * a1 - b1
      b2 = x + t2 * a2 - b2
      b3 = y + t3 * a3 - b3
      x = even[i + 1]!
      y = odd[i + 1]!
      a0 = x + t0 * b0 - a0
      a1 = y + t1 * b1 - a1
      a2 = x + t2 * b2 - a2
      a3 = y + t3 * b3 - a3
    }
    const lines = this.#lines
    const scale = 2 / (samples * samples)
    lines[0] = scale * (a0 * a0 + b0 * b0 - t0 * a0 * b0)
    lines[1] = scale * (a1 * a1 + b1 * b1 - t1 * a1 * b1)
    lines[2] = scale * (a2 * a2 + b2 * b2 - t2 * a2 * b2)
    lines[3] = scale * (a3 * a3 + b3 * b3 - t3 * a3 * b3)
  }

  /** Adds the two halves of the rest up, and takes the second from the first. */
  #fold(samples: number): void {
    const rest = this.#rest
    const half = samples / 2
    for (let i = 0; i < half; i++) {
      this.#sum[i] = rest[i]! + rest[half + i]!
      this.#difference[i] = rest[i]! - rest[half + i]!
    }
  }

  /** Mean square of a sine of the rest, by Goertzel's recurrence. */
  #line(step: number, samples: number): number {
    const turn = 2 * Math.cos(step)
    const rest = this.#rest
    let a = 0
    let b = 0
    for (let i = 0; i < samples; i++) {
      const c = rest[i]! + turn * a - b
      b = a
      a = c
    }
    return (2 * (a * a + b * b - turn * a * b)) / (samples * samples)
  }
}
