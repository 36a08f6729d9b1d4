import { g711Tables } from './g711.ts'
import { OctetQueue } from './octet-queue.ts'
import { RateConverter } from './rate-converter.ts'

const lineRate = 8_000
const frameOctets = 160
const mulaw = g711Tables('mulaw')

export type SoftphoneLineOptions = {
  /** Samples a second of the sound card. */
  readonly soundRate: number
  /** The largest block that `process` is given, in samples of the sound card. */
  readonly longestBlock: number
  /** A frame of 20 ms, mu-law, on its way to the network. It may be changed in place; it is reused. */
  readonly onFrame: (octets: Uint8Array) => void
}

/**
 * A telephone's end of a line: sound of any rate on one side, 20 ms frames of mu-law on the other. The sound card's
 * clock drives both directions, so frames leave steadily, of silence where there is no microphone.
 */
export class SoftphoneLine {
  readonly #onFrame: (octets: Uint8Array) => void
  readonly #toLine: RateConverter
  readonly #fromLine: RateConverter
  /** 60 ms before it starts, 400 ms at most. */
  readonly #far = new OctetQueue({ startAt: 480, capacity: 3_200 })
  /** What the telephone plays into its own ear: key tones. */
  readonly #near = new OctetQueue({ startAt: 1, capacity: 3_200 })
  readonly #lineIn: Float32Array
  readonly #lineOut = new Float32Array(1)
  readonly #frame = new Uint8Array(frameOctets)
  readonly #spoken: Float32Array
  /** Converted for the ear and not yet played: at most what one line sample becomes, and a block. */
  readonly #ear: Float32Array
  #earHeld = 0
  #filled = 0

  constructor({ soundRate, longestBlock, onFrame }: SoftphoneLineOptions) {
    this.#onFrame = onFrame
    this.#toLine = new RateConverter(soundRate, lineRate, longestBlock)
    this.#fromLine = new RateConverter(lineRate, soundRate, 1)
    this.#lineIn = new Float32Array(Math.ceil((longestBlock * lineRate) / soundRate) + 2)
    this.#spoken = new Float32Array(longestBlock)
    this.#ear = new Float32Array(longestBlock + Math.ceil(soundRate / lineRate) + 2)
  }

  /** Octets that came from the network, of any length. */
  receive(octets: Uint8Array): void {
    this.#far.push(octets)
  }

  /** Octets for this telephone's own ear only. */
  sidetone(octets: Uint8Array): void {
    this.#near.push(octets)
  }

  /** Forgets what waits for the ear: the call it belongs to is over. */
  clear(): void {
    this.#far.clear()
    this.#near.clear()
  }

  /** One block of the sound card. `microphone` null is silence; both are of the same length, in ±1. */
  process(microphone: Float32Array | null, speaker: Float32Array): void {
    this.#speak(microphone, speaker.length)
    this.#hear(speaker)
  }

  #speak(microphone: Float32Array | null, length: number): void {
    const spoken = microphone ?? this.#spoken.subarray(0, length)
    const count = this.#toLine.convert(spoken, this.#lineIn)
    for (let i = 0; i < count; i++) {
      const linear = Math.max(-32_124, Math.min(32_124, Math.round(this.#lineIn[i]! * 32_768)))
      this.#frame[this.#filled++] = mulaw.encode[(linear >> 2) & 0x3fff]!
      if (this.#filled < frameOctets) continue
      this.#filled = 0
      this.#onFrame(this.#frame)
    }
  }

  #hear(speaker: Float32Array): void {
    while (this.#earHeld < speaker.length) {
      const far = mulaw.decode[this.#far.next(mulaw.silence)]!
      const near = mulaw.decode[this.#near.next(mulaw.silence)]!
      this.#lineOut[0] = Math.max(-1, Math.min(1, (far + near / 4) / 32_768))
      this.#earHeld += this.#fromLine.convert(this.#lineOut, this.#ear.subarray(this.#earHeld))
    }
    speaker.set(this.#ear.subarray(0, speaker.length))
    this.#ear.copyWithin(0, speaker.length, this.#earHeld)
    this.#earHeld -= speaker.length
  }
}
