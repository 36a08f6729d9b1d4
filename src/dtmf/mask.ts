import { g711Tables } from '../dsp/g711.ts'
import type { G711Law, ToneChannel, ToneChannelOptions } from '../dsp/tone-channel.ts'
import { createToneChannel } from '../dsp/tone-guard.ts'
import type { AudioInput } from './audio-input.ts'
import type { DetectedPress } from './detect.ts'
import { NotAudio } from './errors.ts'

export type MaskOptions = {
  readonly lookaheadMs: number
  readonly fill: ToneChannelOptions['fill']
  /** Take the delay out of the output instead of leaving it in. */
  readonly trimDelay: boolean
  readonly write: (bytes: Buffer) => Promise<void>
  readonly heard: (press: DetectedPress) => void
}

const frame = 160
/** Octets in a row that have to come out as they went in before the caller's own samples are given to the agent. */
const surelyPassing = 4

/**
 * The agent's leg of a recording: every sample of the output is what leaves at the instant at which that sample of
 * the input arrives, so nothing of it depends on what comes later. The mask is in force from the first sample.
 */
export async function maskTones(input: AudioInput, options: MaskOptions): Promise<void> {
  const { codec, rate, channels } = input.format
  if (codec !== 's16le' && codec !== 'ulaw' && codec !== 'alaw')
    throw new NotAudio('the mask works on 16-bit PCM, mu-law and A-law')
  if (channels !== 1) throw new NotAudio('the mask works on one channel: a leg')
  if (rate !== 8_000) throw new NotAudio('the mask works at 8,000 samples a second')
  const leg = new MaskedLeg(codec === 'alaw' ? 'alaw' : 'mulaw', codec === 's16le', options)
  const width = codec === 's16le' ? 2 : 1
  let skip = options.trimDelay ? leg.delay * width : 0
  const put = async (bytes: Buffer) => {
    const kept = bytes.subarray(Math.min(skip, bytes.length))
    skip -= bytes.length - kept.length
    if (kept.length > 0) await options.write(kept)
  }
  for await (const portion of input.portions) {
    for (let at = 0; at < portion.length; at += frame * width) {
      await put(leg.pass(portion.subarray(at, at + frame * width)))
    }
  }
  const after = leg.afterwards()
  if (options.trimDelay) await put(after)
}

class MaskedLeg {
  readonly delay: number
  readonly #channel: ToneChannel
  readonly #law: G711Law
  /** Linear samples wait here as they came, for where they pass unmasked. Null for octets. */
  readonly #linear: Int16Array | null
  readonly #heard: MaskOptions['heard']
  #position = 0
  #lead = 0
  #passing = 0
  #decidedAtMs: number | null = null
  #ended = false

  constructor(law: G711Law, isLinear: boolean, { lookaheadMs, fill, heard }: MaskOptions) {
    this.#law = law
    this.#heard = heard
    this.delay = Math.round(lookaheadMs * 8)
    this.#channel = createToneChannel({ law, lookaheadMs, fill })
    this.#linear = isLinear ? new Int16Array(this.delay + 1) : null
    this.#secure()
  }

  /** The delay line fills with silence before the recording begins, as it has long since on a call. */
  #secure(): void {
    const quiet = new Uint8Array(frame).fill(g711Tables(this.#law).silence)
    const out = new Uint8Array(frame)
    this.#channel.arm()
    for (let i = 0; i < 500 && !this.#channel.secured; i++) {
      this.#channel.process(quiet, out)
      this.#lead += frame
    }
    if (!this.#channel.secured) throw new Error('the delay line does not fill')
  }

  /** At most 160 samples in, as many out, in the codec of the input. */
  pass(bytes: Buffer): Buffer {
    const linear = this.#linear
    const { encode } = g711Tables(this.#law)
    const count = linear ? bytes.length >> 1 : bytes.length
    const octets = new Uint8Array(count)
    if (linear) {
      for (let i = 0; i < count; i++) octets[i] = encode[(bytes.readInt16LE(2 * i) >> 2) & 0x3fff]!
    } else octets.set(bytes)
    const out = new Uint8Array(count)
    this.#channel.process(octets, out)
    const written = linear ? this.#asLinear(bytes, out, linear) : Buffer.from(out)
    this.#position += count
    this.#report()
    return written
  }

  /** What the delay line still holds at the end, and the end of a press that lasted as long. */
  afterwards(): Buffer {
    this.#ended = true
    const silence = Buffer.alloc(
      frame * (this.#linear ? 2 : 1),
      this.#linear ? 0 : g711Tables(this.#law).silence,
    )
    const parts: Buffer[] = []
    for (let i = 0; i < Math.max(this.delay, 800); i += frame) parts.push(this.pass(silence))
    this.#channel.release()
    const width = this.#linear ? 2 : 1
    return Buffer.concat(parts).subarray(0, this.delay * width)
  }

  /** Where octets pass as they came, the agent gets the 16 bits behind them; elsewhere what the octets say. */
  #asLinear(bytes: Buffer, out: Uint8Array, held: Int16Array): Buffer {
    const { decode, encode } = g711Tables(this.#law)
    const written = Buffer.alloc(bytes.length)
    for (let i = 0; i < out.length; i++) {
      const at = this.#position + i
      held[at % held.length] = bytes.readInt16LE(2 * i)
      const original = at < this.delay ? 0 : held[(at - this.delay) % held.length]!
      this.#passing = encode[(original >> 2) & 0x3fff] === out[i] ? this.#passing + 1 : 0
      written.writeInt16LE(this.#passing >= surelyPassing ? original : decode[out[i]!]!, 2 * i)
    }
    return written
  }

  #report(): void {
    this.#channel.drainEvents(({ at, digit, onsetSample, atSample }) => {
      if (at === 'onset') this.#decidedAtMs = this.#ended ? null : (atSample - this.#lead) / 8
      else if (this.#decidedAtMs !== null) {
        const startMs = Math.max(0, onsetSample - this.#lead) / 8
        const endMs = (atSample - this.#lead) / 8
        this.#heard({ digit: String.fromCharCode(digit), startMs, endMs, atMs: this.#decidedAtMs })
        this.#decidedAtMs = null
      }
    })
  }
}
