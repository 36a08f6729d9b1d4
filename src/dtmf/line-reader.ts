import { RateConverter } from '../dsp/rate-converter.ts'
import type { AudioFormat } from './audio-format.ts'
import { readChannel } from './sample-reader.ts'

const lineRate = 8_000
/** Samples of the recording that are converted at a time: 2 ms or less, so that decisions are dated exactly. */
const stepSeconds = 0.002
/** What needs no conversion is handed over by the frame: the engine dates its decisions itself. */
const frameSeconds = 0.02

/** One channel of a recording of any rate as 16-bit samples at 8,000 a second, in steps of at most 20 ms. */
export class LineReader {
  readonly #format: AudioFormat
  readonly #channel: number
  readonly #converter: RateConverter | null
  readonly #step: number
  readonly #converted: Float32Array
  readonly #taken: Int16Array
  /** Samples of the recording that have been taken. */
  taken = 0

  constructor(format: AudioFormat, channel: number) {
    this.#format = format
    this.#channel = channel
    this.#step = Math.floor(format.rate * (format.rate === lineRate ? frameSeconds : stepSeconds))
    this.#converter = format.rate === lineRate ? null : new RateConverter(format.rate, lineRate, this.#step)
    this.#converted = new Float32Array(Math.ceil(lineRate * stepSeconds) + 4)
    this.#taken = new Int16Array(Math.max(this.#step, this.#converted.length))
  }

  /** Hands over what a portion of whole sample frames becomes, step by step; `take` must not keep the samples. */
  read(portion: Buffer, take: (samples: Int16Array) => void): void {
    const samples = readChannel(portion, this.#format, this.#channel)
    for (let at = 0; at < samples.length; at += this.#step) {
      this.#take(samples.subarray(at, at + this.#step), take)
    }
  }

  /** `seconds` of silence, for what is still in the converter and for decisions that need to hear an end. */
  silence(seconds: number, take: (samples: Int16Array) => void): void {
    const quiet = new Float32Array(this.#step)
    const step = quiet.length / this.#format.rate
    for (let given = 0; given < seconds; given += step) this.#take(quiet, take)
  }

  /** Position in the recording up to which audio has been used, in ms. */
  get atMs(): number {
    return (this.taken * 1_000) / this.#format.rate
  }

  /** False where the recording has the line's own rate. */
  get converts(): boolean {
    return this.#converter !== null
  }

  #take(step: Float32Array, take: (samples: Int16Array) => void): void {
    this.taken += step.length
    const count = this.#converter?.convert(step, this.#converted) ?? step.length
    const line = this.#converter ? this.#converted.subarray(0, count) : step
    for (let i = 0; i < line.length; i++) {
      this.#taken[i] = Math.max(-32_768, Math.min(32_767, Math.round(line[i]! * 32_768)))
    }
    take(this.#taken.subarray(0, line.length))
  }
}
