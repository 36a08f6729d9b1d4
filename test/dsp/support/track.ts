import type { Key } from '../../../src/dsp/dtmf-keypad.ts'
import { encodeG711 } from '../../../src/dsp/g711.ts'
import type { G711Law } from '../../../src/dsp/tone-channel.ts'
import { generateTone, peakAt0Dbm0, type ToneOptions, toInt16 } from '../../../src/dsp/tone-generator.ts'
import { normal } from './random.ts'

export type Press = { readonly key: Key; readonly startSample: number; readonly endSample: number }

/** Audio at 8 kHz under construction, with the presses that are in it. */
export class Track {
  readonly samples: Float32Array
  readonly presses: Press[] = []

  constructor(ms: number) {
    this.samples = new Float32Array(Math.round(ms * 8))
  }

  press(atMs: number, tone: ToneOptions): this {
    const at = Math.round(atMs * 8)
    const sound = generateTone(tone)
    this.mix(at, sound)
    this.presses.push({ key: tone.key, startSample: at, endSample: at + sound.length })
    return this
  }

  mix(at: number, sound: ArrayLike<number>, gain = 1): this {
    for (let i = 0; i < sound.length && at + i < this.samples.length; i++) {
      this.samples[at + i] = this.samples[at + i]! + gain * sound[i]!
    }
    return this
  }

  sine(hz: number, levelDbm0: number): this {
    const peak = peakAt0Dbm0 * 10 ** (levelDbm0 / 20)
    for (let i = 0; i < this.samples.length; i++) {
      this.samples[i] = this.samples[i]! + peak * Math.sin((2 * Math.PI * hz * i) / 8_000)
    }
    return this
  }

  noise(levelDbm0: number, random: () => number): this {
    const rms = (peakAt0Dbm0 * 10 ** (levelDbm0 / 20)) / Math.SQRT2
    for (let i = 0; i < this.samples.length; i++) {
      this.samples[i] = this.samples[i]! + rms * normal(random)
    }
    return this
  }

  /** Adds the track to itself, later and quieter. */
  echo(delayMs: number, lossDb: number): this {
    return this.mix(Math.round(delayMs * 8), this.samples.slice(), 10 ** (-lossDb / 20))
  }

  octets(law: G711Law = 'mulaw'): Uint8Array {
    const octets = new Uint8Array(this.samples.length)
    encodeG711(law, toInt16(this.samples), octets)
    return octets
  }
}
