import { decodeG711 } from '../dsp/g711.ts'
import { silentOctet } from './handset-protocol.ts'

export type RecordedFrame = {
  /** Place in the recording, in octets of mu-law: 8 are a millisecond. */
  readonly atOctet: number
  readonly octets: number
  /** Monotonic ms of the handset's clock at which it was sent or came. */
  readonly clockMs: number
}

/** Audio as it was sent or heard, each frame at its place; what lies between is silence. */
export class AudioRecording {
  readonly frames: RecordedFrame[] = []
  #audio = Buffer.alloc(0)
  #length = 0

  /** Length in octets, which is in samples. */
  get length(): number {
    return this.#length
  }

  add(atOctet: number, octets: Uint8Array, clockMs: number): void {
    const end = atOctet + octets.length
    if (end > this.#audio.length) {
      const grown = Buffer.alloc(Math.max(end, this.#audio.length * 2, 65_536), silentOctet)
      this.#audio.copy(grown, 0, 0, this.#length)
      this.#audio = grown
    }
    this.#audio.set(octets, atOctet)
    this.#length = Math.max(this.#length, end)
    this.frames.push({ atOctet, octets: octets.length, clockMs })
  }

  toMulaw(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#audio, 0, this.#length)
  }

  /** 16-bit linear at 8 kHz. */
  toPcm(): Int16Array {
    const samples = new Int16Array(this.#length)
    decodeG711('mulaw', this.#audio.subarray(0, this.#length), samples)
    return samples
  }
}
