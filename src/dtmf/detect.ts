import { g711Tables } from '../dsp/g711.ts'
import type { ToneChannel, ToneEvent } from '../dsp/tone-channel.ts'
import { createToneChannel } from '../dsp/tone-guard.ts'
import type { AudioInput } from './audio-input.ts'
import { LineReader } from './line-reader.ts'

/** A press, as `tonewall dtmf detect` writes it. */
export type DetectedPress = {
  readonly digit: string
  readonly startMs: number
  readonly endMs: number
  /** Position in the audio at which the decision fell: nothing later was looked at. */
  readonly atMs: number
  /** From 0; only where there are several. */
  readonly channel?: number
}

/** The most that a reader hands over at a time. */
const frameSamples = 160

/** Silence that is heard after the end, in seconds, so that a press that lasts to the end has an end. */
const tail = 0.1

/** Hears the presses of every channel of a recording or a stream; writes each as soon as its end is known. */
export async function detectPresses(input: AudioInput, write: (press: DetectedPress) => void): Promise<void> {
  const { format, portions } = input
  const ears = Array.from({ length: format.channels }, (_, channel) => {
    const label = format.channels > 1 ? { channel } : {}
    return new Ear(new LineReader(format, channel), (press) => write({ ...press, ...label }))
  })
  for await (const portion of portions) for (const ear of ears) ear.hear(portion)
  for (const ear of ears) ear.end()
}

/** One channel's detector. The engine works on G.711: linear samples reach it as mu-law. */
class Ear {
  readonly #reader: LineReader
  readonly #write: (press: DetectedPress) => void
  readonly #channel: ToneChannel = createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'silence' })
  readonly #octets = new Uint8Array(frameSamples)
  readonly #output = new Uint8Array(frameSamples)
  #decidedAtMs: number | null = null
  #ended = false

  constructor(reader: LineReader, write: (press: DetectedPress) => void) {
    this.#reader = reader
    this.#write = write
  }

  hear(portion: Buffer): void {
    this.#reader.read(portion, (samples) => this.#take(samples))
  }

  end(): void {
    this.#ended = true
    this.#reader.silence(tail, (samples) => this.#take(samples))
    this.#channel.release()
  }

  #take(samples: Int16Array): void {
    const { encode } = g711Tables('mulaw')
    for (let i = 0; i < samples.length; i++) this.#octets[i] = encode[(samples[i]! >> 2) & 0x3fff]!
    const octets = this.#octets.subarray(0, samples.length)
    this.#channel.process(octets, this.#output.subarray(0, samples.length))
    this.#channel.drainEvents((event) => this.#decided(event))
  }

  /**
   * Where in the recording the decision fell. Without conversion that is the sample that the engine names; else it is
   * what had been read, 2 ms at a time, by when the converter had given it that sample.
   */
  #atMs(event: ToneEvent): number {
    return rounded(this.#reader.converts ? this.#reader.atMs : event.atSample / 8)
  }

  #decided(event: ToneEvent): void {
    // What is decided on the silence that we added was not in the audio.
    if (event.at === 'onset') this.#decidedAtMs = this.#ended ? null : this.#atMs(event)
    else if (this.#decidedAtMs !== null) {
      const { digit, onsetSample, atSample } = event
      this.#write({
        digit: String.fromCharCode(digit),
        startMs: rounded(onsetSample / 8),
        endMs: rounded(atSample / 8),
        atMs: this.#decidedAtMs,
      })
      this.#decidedAtMs = null
    }
  }
}

const rounded = (ms: number) => Math.round(ms * 1_000) / 1_000
