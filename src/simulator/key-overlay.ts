import { type HandsetKey, silentOctet } from './handset-protocol.ts'
import { keyTone } from './key-tone.ts'

/** Least pause between two tones, in octets: 40 ms (ITU-T Q.24). */
const pauseOctets = 320
/** More keys than this are not held: nobody types that far ahead. */
const mostWaiting = 256

export type Press = {
  readonly key: HandsetKey
  readonly toneMs: number
  /** The key takes its time but makes no sound: the network tells of it in another way. */
  readonly mute?: boolean
  /** Silence after the tone before the next key may sound, in ms. At least 40. */
  readonly gapMs?: number
  /** Called when the last octet of the tone has been laid into the audio. */
  readonly onEnd?: () => void
}

type Sounding = {
  readonly length: number
  /** Undefined: mute. */
  readonly tone: Uint8Array | undefined
  at: number
  pauseLeft: number
  readonly onEnd: (() => void) | undefined
}

/**
 * Keys laid into a stream of audio, sample by sample: as on a telephone, a tone takes the place of speech for as
 * long as the key is down; between two keys the microphone is heard again.
 */
export class KeyOverlay {
  readonly #waiting: Press[] = []
  #sounding: Sounding | undefined

  get busy(): boolean {
    return this.#sounding !== undefined || this.#waiting.length > 0
  }

  /** False when too many keys wait already. */
  press(press: Press): boolean {
    if (this.#waiting.length >= mostWaiting) return false
    this.#waiting.push(press)
    return true
  }

  clear(): void {
    this.#waiting.length = 0
    this.#sounding = undefined
  }

  /** Lays what sounds into the next `frame` of the stream, in place. */
  apply(frame: Uint8Array): void {
    let at = 0
    while (at < frame.length) {
      const sounding = this.#current()
      if (!sounding) return
      at += this.#layTone(sounding, frame, at)
      if (sounding.at < sounding.length) return
      const passed = Math.min(sounding.pauseLeft, frame.length - at)
      sounding.pauseLeft -= passed
      at += passed
      if (sounding.pauseLeft === 0) this.#sounding = undefined
    }
  }

  #layTone(sounding: Sounding, frame: Uint8Array, at: number): number {
    if (sounding.at === sounding.length) return 0
    const laid = Math.min(sounding.length - sounding.at, frame.length - at)
    if (sounding.tone) frame.set(sounding.tone.subarray(sounding.at, sounding.at + laid), at)
    sounding.at += laid
    if (sounding.at === sounding.length) sounding.onEnd?.()
    return laid
  }

  #current(): Sounding | undefined {
    if (this.#sounding) return this.#sounding
    const press = this.#waiting.shift()
    if (!press) return undefined
    this.#sounding = {
      length: Math.round(press.toneMs * 8),
      tone: press.mute ? undefined : keyTone(press.key, press.toneMs),
      at: 0,
      pauseLeft: Math.max(pauseOctets, Math.round((press.gapMs ?? 0) * 8)),
      onEnd: press.onEnd,
    }
    return this.#sounding
  }
}

/** A frame of silence that may be written to. */
export function silentFrame(octets: number): Buffer {
  return Buffer.alloc(octets, silentOctet)
}
