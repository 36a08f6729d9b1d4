import { ComfortNoise } from './comfort-noise.ts'
import { DelayLine } from './delay-line.ts'
import { DtmfDetector } from './dtmf-detector.ts'
import { EchoMemory } from './echo-memory.ts'
import { EventQueue } from './event-queue.ts'
import { g711Tables } from './g711.ts'
import { hopSamples } from './goertzel.ts'
import { MaskPlan } from './mask-plan.ts'
import { StateBuffer } from './state-buffer.ts'
import { Suspicion } from './suspicion.ts'
import type { ToneChannel, ToneChannelOptions, ToneEvent } from './tone-channel.ts'
import { ToneEvidence } from './tone-evidence.ts'
import { ToneMasker } from './tone-masker.ts'
import { ToneSpectrum } from './tone-spectrum.ts'

const field = { lost: 0 } as const

class ToneGuard implements ToneChannel {
  readonly #state: StateBuffer
  readonly #hop: Int16Array
  readonly #s: Float64Array
  readonly #spectrum: ToneSpectrum
  readonly #evidence: ToneEvidence
  readonly #events: EventQueue
  readonly #detector: DtmfDetector
  readonly #plan: MaskPlan
  readonly #noise: ComfortNoise
  readonly #line: DelayLine
  readonly #masker: ToneMasker
  readonly #decode: Int16Array
  readonly #encode: Uint8Array
  readonly #silence: number
  #armed = false
  /** After `release`, or after an error: nothing that comes in goes out, and nothing is heard. */
  #dead = false

  constructor({ law, lookaheadMs, fill }: ToneChannelOptions) {
    const lookahead = Math.round(lookaheadMs * 8)
    const state = new StateBuffer(9_216 + DelayLine.bytes(lookahead))
    const { decode, encode, silence } = g711Tables(law)
    this.#state = state
    this.#decode = decode
    this.#encode = encode
    this.#silence = silence
    this.#hop = state.int16(hopSamples)
    this.#s = state.float64(8)
    this.#spectrum = new ToneSpectrum(state)
    this.#events = new EventQueue(state)
    this.#evidence = new ToneEvidence(state, this.#spectrum)
    this.#detector = new DtmfDetector({
      state,
      spectrum: this.#spectrum,
      evidence: this.#evidence,
      events: this.#events,
      echoes: new EchoMemory(state),
    })
    this.#noise = new ComfortNoise(state)
    this.#line = new DelayLine(state, lookahead)
    this.#plan = new MaskPlan({
      state,
      spectrum: this.#spectrum,
      evidence: this.#evidence,
      suspicion: new Suspicion(state, this.#spectrum, this.#evidence),
      line: this.#line,
    })
    this.#masker = new ToneMasker({
      state,
      line: this.#line,
      noise: this.#noise,
      fill,
      lineCode: {
        linear: (code) => decode[code]!,
        code: (linear) => encode[(linear >> 2) & 0x3fff]!,
        silence,
      },
    })
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

  process(input: Uint8Array, output: Uint8Array): void {
    if (!this.#dead) {
      try {
        for (let i = 0; i < input.length; i++) output[i] = this.#take(input[i]!)
        return
      } catch {
        this.#dead = true
      }
    }
    output.fill(this.#silence, 0, input.length)
  }

  processLost(octets: number, output: Uint8Array): void {
    if (!this.#dead) {
      try {
        for (let i = 0; i < octets; i++) {
          this.#s[field.lost] = 1
          output[i] = this.#take(this.#encode[(Math.round(this.#noise.next()) >> 2) & 0x3fff]!)
        }
        return
      } catch {
        this.#dead = true
      }
    }
    output.fill(this.#silence, 0, octets)
  }

  drainEvents(listener: (event: ToneEvent) => void): void {
    this.#events.drain(listener)
  }

  arm(): void {
    if (this.#dead) return
    this.#armed = true
    this.#line.grow()
  }

  disarm(): void {
    this.#armed = false
    this.#line.shrink()
  }

  maskHeld(holdMs: number): void {
    if (this.#dead) return
    this.#plan.hold(Math.ceil(this.#line.delay / hopSamples) + 1, holdMs * 8)
  }

  release(): void {
    this.#dead = true
    this.#armed = false
    this.#state.zero()
  }

  /** The channel's whole memory, for the test that `release` leaves only zeroes. */
  stateBytes(): Uint8Array {
    return this.#state.bytes()
  }

  #take(octet: number): number {
    const line = this.#line
    const at = line.written
    const hop = this.#hop
    line.push(octet)
    hop[at & (hopSamples - 1)] = this.#decode[octet]! >> 2
    if ((at & (hopSamples - 1)) === hopSamples - 1) this.#stepHop()
    if (!this.#armed && line.delay === 0) return octet
    line.glide()
    return this.#masker.next()
  }

  #stepHop(): void {
    const s = this.#s
    const lost = s[field.lost] === 1
    s[field.lost] = 0
    if (lost) this.#hop.fill(0)
    this.#spectrum.push(this.#hop)
    this.#evidence.update()
    this.#detector.step(lost)
    if (this.#armed || this.#line.delay > 0) this.#plan.step(lost, this.#detector.active)
    if (!lost && !this.#detector.busy && this.#plan.idle) this.#noise.learn(this.#spectrum.power(5))
  }
}

/**
 * The caller's leg through detector, delay line and mask. Chunks of any size give the same octets: decisions fall on
 * hops of 16 samples counted from the channel's first.
 */
export function createToneChannel(options: ToneChannelOptions): ToneChannel & { stateBytes(): Uint8Array } {
  return new ToneGuard(options)
}
