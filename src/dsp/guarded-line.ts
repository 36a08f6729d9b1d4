import { ComfortNoise } from './comfort-noise.ts'
import { type Codes, DelayLine } from './delay-line.ts'
import { DtmfDetector } from './dtmf-detector.ts'
import { EchoMemory } from './echo-memory.ts'
import { EventQueue } from './event-queue.ts'
import { hopSamples } from './goertzel.ts'
import { openKernel } from './kernel/open-kernel.ts'
import { samplesOfLevel, type ToneKernel } from './kernel/tone-kernel.ts'
import { MaskPlan } from './mask-plan.ts'
import { StateBuffer } from './state-buffer.ts'
import { stirLimits } from './stir-limits.ts'
import { Suspicion } from './suspicion.ts'
import type { ToneChannelOptions, ToneEvent } from './tone-channel.ts'
import { ToneEvidence } from './tone-evidence.ts'
import { type LineCode, ToneMasker } from './tone-masker.ts'
import { ToneSpectrum } from './tone-spectrum.ts'

/** The floor of the line is learned every 10 ms, from what is certainly no tone. */
const hopsOfFloor = 5

const field = { /** 1 when a part of the hop under way was lost. */ lost: 0 } as const

export type GuardedLineOptions = Pick<ToneChannelOptions, 'lookaheadMs' | 'fill'> & {
  readonly lineCode: LineCode
  /** Hands a frame to the kernel, and returns what it said. */
  readonly feed: (kernel: ToneKernel, codes: Codes, gated: boolean) => number
  /** As `feed`, for a frame about which the kernel is asked later. */
  readonly offer?: (kernel: ToneKernel, codes: Codes, gated: boolean) => void
  /** The kernel; the fastest that runs here unless told. */
  readonly kernel?: ToneKernel
}

/**
 * Detector, delay line and mask of one channel, over codes of any kind. Decisions fall on hops of 16 samples counted
 * from the channel's first, so frames of any size give the same output. After an error, as after `release`, nothing
 * that comes in goes out.
 */
export class GuardedLine {
  readonly #options: GuardedLineOptions
  readonly #state: StateBuffer
  readonly #kernel: ToneKernel
  readonly #s: Float64Array
  readonly #spectrum: ToneSpectrum
  readonly #events: EventQueue
  readonly #detector: DtmfDetector
  readonly #plan: MaskPlan
  readonly #noise: ComfortNoise
  readonly #line: DelayLine
  readonly #masker: ToneMasker
  /** Stands in for a hop that never came. */
  readonly #concealed: Int16Array
  readonly #suspicion: Suspicion
  #armed = false
  #dead = false
  /** True when a hop in which nothing stirs would change nothing: known after each hop that was looked at in full. */
  #calm = false

  constructor(options: GuardedLineOptions) {
    const lookahead = Math.round(options.lookaheadMs * 8)
    const state = new StateBuffer(12_800 + DelayLine.bytes(lookahead))
    this.#options = options
    this.#state = state
    this.#kernel = options.kernel ?? openKernel()
    this.#s = state.float64(1)
    this.#concealed = state.int16(hopSamples)
    this.#spectrum = new ToneSpectrum(state, this.#kernel)
    this.#events = new EventQueue(state)
    const spectrum = this.#spectrum
    const evidence = new ToneEvidence(state, spectrum)
    const echoes = new EchoMemory(state)
    this.#detector = new DtmfDetector({ state, spectrum, evidence, events: this.#events, echoes })
    this.#noise = new ComfortNoise(state)
    const line = new DelayLine(state, lookahead)
    this.#line = line
    const suspicion = new Suspicion(state, spectrum, evidence)
    this.#suspicion = suspicion
    this.#plan = new MaskPlan({ state, spectrum, evidence, suspicion, line })
    const { lineCode, fill } = options
    this.#masker = new ToneMasker({ state, line, noise: this.#noise, fill, lineCode })
  }

  get armed(): boolean {
    return this.#armed
  }

  get secured(): boolean {
    return this.#dead || (this.#armed && this.#line.full)
  }

  get quiet(): boolean {
    return this.#dead || (!this.#detector.busy && this.#plan.idle && !this.#line.holdsMarked)
  }

  /** Takes at most `capSamples` codes and writes as many. */
  process(input: Codes, output: Codes): void {
    if (!this.#dead) {
      try {
        this.#pass(input, output, this.#options.feed(this.#kernel, input, this.#waits))
        return
      } catch {
        this.#dead = true
      }
    }
    output.fill(this.#options.lineCode.silence, 0, input.length)
  }

  /** First half of `process`, for lines whose kernels work together. */
  offer(input: Codes): void {
    if (this.#dead) return
    try {
      this.#options.offer!(this.#kernel, input, this.#waits)
    } catch {
      this.#dead = true
    }
  }

  /** Second half, with the same input. `output` may be `input`. */
  collect(input: Codes, output: Codes): void {
    if (!this.#dead) {
      try {
        this.#pass(input, output, this.#kernel.takeOffered())
        return
      } catch {
        this.#dead = true
      }
    }
    output.fill(this.#options.lineCode.silence, 0, input.length)
  }

  /** Who only waits for a tone to begin need not look at all that is said meanwhile. */
  get #waits(): boolean {
    return !this.#armed && this.#line.delay === 0 && this.#detector.idle
  }

  processLost(length: number, output: Codes): void {
    if (!this.#dead) {
      try {
        this.#calm = false
        this.#kernel.takeLost(length)
        this.#conceal(output, length)
        return
      } catch {
        this.#dead = true
      }
    }
    output.fill(this.#options.lineCode.silence, 0, length)
  }

  drainEvents(listener: (event: ToneEvent) => void): void {
    this.#events.drain(listener)
  }

  arm(): void {
    if (this.#dead) return
    this.#armed = true
    this.#calm = false
    this.#line.grow()
  }

  disarm(): void {
    this.#armed = false
    if (!this.#dead) this.#line.shrink()
  }

  maskHeld(holdMs: number): void {
    if (this.#dead) return
    this.#calm = false
    this.#plan.hold(Math.ceil(this.#line.delay / hopSamples) + 1, holdMs * 8)
  }

  release(): void {
    this.#armed = false
    if (!this.#dead || this.#kernel.views.bytes.length > 0) this.#kernel.release()
    this.#dead = true
    this.#state.zero()
  }

  /** The two stretches of memory that the channel holds, for the test that `release` leaves only zeroes. */
  stateBytes(): readonly [Uint8Array, Uint8Array] {
    return [this.#state.bytes(), this.#kernel.views.bytes]
  }

  /**
   * Sends codes through the line: what nothing stirs in at once, the rest hop by hop, for a decision at the end of a hop
   * can mark all that is still held.
   */
  #pass(input: Codes, output: Codes, found: number): void {
    const line = this.#line
    if (!this.#armed && line.delay === 0) {
      if (output !== input) output.set(input)
      this.#listen(input, found)
      return
    }
    for (let at = 0; at < input.length; ) {
      const calm = hopSamples * this.#calmHops(input.length - at)
      if (calm > 0) {
        line.through(input, at, calm, output)
        at += calm
        if (at === input.length) return
      }
      const part = Math.min(input.length - at, hopSamples - (line.written & (hopSamples - 1)))
      line.write(input, at, part)
      this.#masker.take(output, at, part)
      at += part
      if ((line.written & (hopSamples - 1)) === 0) this.#step()
    }
  }

  /** Of the next samples, the whole hops from the first on that change nothing: they are heard, and need only pass. */
  #calmHops(samples: number): number {
    const line = this.#line
    if (!this.#calm || !this.#masker.open || (line.written & (hopSamples - 1)) !== 0) return 0
    const most = Math.floor(samples / hopSamples)
    const spectrum = this.#spectrum
    for (let hops = 0; hops < most; hops++) {
      const calm = spectrum.calmHops(stirLimits, this.#plan.mostPrior, most - hops)
      for (const to = hops + calm; hops < to; hops++) {
        spectrum.advance()
        this.#learnFloor()
      }
      if (hops === most) return most
      spectrum.advance()
      if (this.#detector.stirs || this.#suspicion.stirs(this.#plan.prior)) {
        spectrum.advance(-1)
        return hops
      }
      this.#learnFloor()
    }
    return most
  }

  /** Not armed. */
  #listen(input: Codes, found: number): void {
    const line = this.#line
    line.pass(input)
    const hops = Math.floor(line.written / hopSamples) - this.#spectrum.hops
    if (found === 0 && this.#detector.idle && this.#s[field.lost] === 0) {
      this.#spectrum.advance(hops)
      this.#noise.learn(this.#kernel.views.level[0]! / samplesOfLevel)
      return
    }
    for (let hop = 0; hop < hops; hop++) if (!this.#calm || !this.#passesOver()) this.#step()
  }

  /** Moves on by a hop, unless a press could begin with it. Not armed. */
  #passesOver(): boolean {
    const spectrum = this.#spectrum
    spectrum.advance()
    if (spectrum.matters && this.#detector.stirs) {
      spectrum.advance(-1)
      return false
    }
    this.#learnFloor()
    return true
  }

  #learnFloor(): void {
    const spectrum = this.#spectrum
    if ((spectrum.hops | 0) % hopsOfFloor === 0) this.#noise.learn(spectrum.power(hopsOfFloor))
  }

  #conceal(output: Codes, length: number): void {
    const line = this.#line
    const { lineCode } = this.#options
    const concealed = this.#concealed
    const through = !this.#armed && line.delay === 0
    for (let at = 0; at < length; ) {
      const part = Math.min(length - at, hopSamples - (line.written & (hopSamples - 1)))
      for (let i = 0; i < part; i++) concealed[i] = lineCode.code(Math.round(this.#noise.next()))
      line.write(concealed, 0, part)
      if (through) for (let i = 0; i < part; i++) output[at + i] = concealed[i]!
      else this.#masker.take(output, at, part)
      at += part
      this.#s[field.lost] = 1
      if ((line.written & (hopSamples - 1)) === 0) this.#step()
    }
  }

  #step(): void {
    const s = this.#s
    const lost = s[field.lost] === 1
    s[field.lost] = 0
    this.#spectrum.advance()
    this.#detector.step(lost)
    if (this.#armed || this.#line.delay > 0) this.#plan.step(lost, this.#detector.active)
    const isQuiet = !lost && !this.#detector.busy && this.#plan.idle
    if (isQuiet) this.#learnFloor()
    this.#calm = isQuiet && this.#detector.calm && this.#plan.calm
  }
}
