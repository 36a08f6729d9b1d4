import { ComfortNoise } from './comfort-noise.ts'
import { type Codes, DelayLine, remembered } from './delay-line.ts'
import { DtmfDetector } from './dtmf-detector.ts'
import { EchoMemory } from './echo-memory.ts'
import { EventQueue } from './event-queue.ts'
import { hopSamples } from './goertzel.ts'
import { openKernel } from './kernel/open-kernel.ts'
import { samplesOfLevel, type ToneKernel } from './kernel/tone-kernel.ts'
import { Lookout } from './lookout.ts'
import { MaskPlan } from './mask-plan.ts'
import { StateBuffer } from './state-buffer.ts'
import { Suspicion } from './suspicion.ts'
import type { ToneChannelOptions, ToneEvent } from './tone-channel.ts'
import { ToneEvidence } from './tone-evidence.ts'
import { type LineCode, ToneMasker } from './tone-masker.ts'
import { ToneSpectrum } from './tone-spectrum.ts'

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
  readonly #spectrum: ToneSpectrum
  readonly #events: EventQueue
  readonly #detector: DtmfDetector
  readonly #plan: MaskPlan
  readonly #noise: ComfortNoise
  readonly #line: DelayLine
  readonly #masker: ToneMasker
  /** Stands in for a hop that never came. */
  readonly #concealed: Int16Array
  readonly #lookout: Lookout
  #armed = false
  /** True when a part of the hop under way was lost. */
  #lost = false
  #dead = false
  /** True when a hop in which nothing stirs would change nothing: known after each hop that was looked at in full. */
  #calm = false
  /** True while all there is to do is to wait for a tone to begin: what the kernel finds nothing in need not be looked at. */
  #waits = true
  /** Samples that were waited through and that nobody was told of yet; the last of them stand in `#recent`, newest first. */
  #waited = 0
  readonly #level: Float64Array
  readonly #recent: Int16Array

  constructor(options: GuardedLineOptions) {
    const lookahead = Math.round(options.lookaheadMs * 8)
    const state = new StateBuffer(20_480 + DelayLine.bytes(lookahead))
    this.#options = options
    this.#state = state
    this.#kernel = options.kernel ?? openKernel()
    this.#concealed = state.int16(hopSamples)
    this.#recent = state.int16(remembered)
    this.#level = this.#kernel.views.level
    this.#spectrum = new ToneSpectrum(state, this.#kernel)
    this.#events = new EventQueue(state)
    const spectrum = this.#spectrum
    const evidence = new ToneEvidence(state, spectrum)
    const echoes = new EchoMemory(state)
    const detector = new DtmfDetector({ state, spectrum, evidence, events: this.#events, echoes })
    this.#detector = detector
    const noise = new ComfortNoise(state)
    this.#noise = noise
    const line = new DelayLine(state, lookahead)
    this.#line = line
    const suspicion = new Suspicion(state, spectrum, evidence)
    const plan = new MaskPlan({ state, spectrum, evidence, suspicion, line })
    this.#plan = plan
    this.#lookout = new Lookout({ spectrum, detector, suspicion, plan, noise })
    const { lineCode, fill } = options
    this.#masker = new ToneMasker({ state, line, noise, fill, lineCode })
  }

  get armed(): boolean {
    return this.#armed
  }

  get secured(): boolean {
    return this.#dead || (this.#armed && this.#line.full)
  }

  get quiet(): boolean {
    this.#settle()
    return this.#dead || (!this.#detector.busy && this.#plan.idle && !this.#line.holdsMarked)
  }

  /** Takes at most `capSamples` codes and writes as many. `output` may be `input`. */
  process(input: Codes, output: Codes): void {
    this.#take(input, output, false)
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

  /** Second half, with the same input. */
  collect(input: Codes, output: Codes): void {
    this.#take(input, output, true)
  }

  #take(input: Codes, output: Codes, isOffered: boolean): void {
    if (!this.#dead) {
      try {
        const kernel = this.#kernel
        const found = isOffered ? kernel.takeOffered() : this.#options.feed(kernel, input, this.#waits)
        if (found === 0 && this.#waits) this.#wait(input, output)
        else this.#pass(input, output)
        return
      } catch {
        this.#dead = true
      }
    }
    output.fill(this.#options.lineCode.silence, 0, input.length)
  }

  processLost(length: number, output: Codes): void {
    if (!this.#dead) {
      try {
        this.#settle()
        this.#calm = false
        this.#kernel.takeLost(length)
        this.#conceal(output, length)
        this.#waits = this.#mayWait()
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
    this.#settle()
    this.#armed = true
    this.#calm = false
    this.#waits = false
    this.#line.grow()
  }

  disarm(): void {
    this.#armed = false
    if (this.#dead) return
    this.#line.shrink()
    this.#waits = this.#mayWait()
  }

  maskHeld(holdMs: number): void {
    if (this.#dead) return
    this.#settle()
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
  #pass(input: Codes, output: Codes): void {
    const line = this.#line
    this.#settle()
    if (!this.#armed && line.delay === 0) {
      if (output !== input) output.set(input)
      line.pass(input)
      this.#listen()
    } else this.#guard(input, output)
    this.#waits = this.#mayWait()
  }

  /** Nothing was found in a frame, and nothing else is to be done: the frame is only counted. */
  #wait(input: Codes, output: Codes): void {
    if (output !== input) output.set(input)
    const { length } = input
    if (length < remembered) {
      this.#settle()
      this.#line.pass(input)
      this.#spectrum.advance(this.#hopsAhead)
    } else {
      this.#waited += length
      const recent = this.#recent
      for (let i = 0; i < remembered; i++) recent[i] = input[length - 1 - i]!
    }
    this.#noise.learn(this.#level[0]! / samplesOfLevel)
  }

  #mayWait(): boolean {
    return !this.#armed && this.#line.delay === 0 && this.#detector.idle && !this.#lost
  }

  /** Tells everybody of what was waited through. */
  #settle(): void {
    if (this.#waited === 0 || this.#dead) return
    this.#line.skip(this.#waited, this.#recent)
    this.#waited = 0
    this.#spectrum.advance(this.#hopsAhead)
  }

  /** Whole hops that came in and were not looked at yet. */
  get #hopsAhead(): number {
    return Math.floor(this.#line.written / hopSamples) - this.#spectrum.hops
  }

  #guard(input: Codes, output: Codes): void {
    const line = this.#line
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
    return this.#lookout.awaitSuspect(Math.floor(samples / hopSamples))
  }

  /** Not armed. */
  #listen(): void {
    for (let hops = this.#hopsAhead; hops > 0; hops--) {
      if (this.#calm) hops -= this.#lookout.awaitPress(hops)
      if (hops > 0) this.#step()
    }
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
      this.#lost = true
      if ((line.written & (hopSamples - 1)) === 0) this.#step()
    }
  }

  #step(): void {
    const lost = this.#lost
    this.#lost = false
    this.#spectrum.advance()
    this.#detector.step(lost)
    if (this.#armed || this.#line.delay > 0) this.#plan.step(lost, this.#detector.active)
    const isQuiet = !lost && !this.#detector.busy && this.#plan.idle
    if (isQuiet) this.#lookout.learnFloor()
    this.#calm = isQuiet && this.#detector.calm && this.#plan.calm
  }
}
