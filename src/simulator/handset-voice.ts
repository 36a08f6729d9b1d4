import { frameOctets } from './handset-protocol.ts'
import { KeyOverlay, type Press, silentFrame } from './key-overlay.ts'

type Speech = { readonly octets: Uint8Array; at: number; readonly loop: boolean; readonly onEnd: () => void }

/** What a handset's microphone hears, frame by frame: speech or silence, and keys in their place. */
export class HandsetVoice {
  readonly #keys = new KeyOverlay()
  #speech: Speech | undefined

  /** Resolves when the speech has been said, or was cut off by other speech or by `hush`. A loop ends only so. */
  speak(octets: Uint8Array, { loop = false }: { loop?: boolean } = {}): Promise<void> {
    this.hush()
    if (octets.length === 0) return Promise.resolve()
    return new Promise((onEnd) => {
      this.#speech = { octets, at: 0, loop, onEnd }
    })
  }

  hush(): void {
    const cutOff = this.#speech
    this.#speech = undefined
    cutOff?.onEnd()
  }

  press(press: Press): boolean {
    return this.#keys.press(press)
  }

  /** The next 20 ms. */
  frame(): Buffer {
    const frame = silentFrame(frameOctets)
    this.#say(frame)
    if (this.#keys.busy) this.#keys.apply(frame)
    return frame
  }

  #say(frame: Buffer): void {
    const speech = this.#speech
    if (!speech) return
    for (let at = 0; at < frame.length; ) {
      const part = speech.octets.subarray(speech.at, speech.at + frame.length - at)
      frame.set(part, at)
      at += part.length
      speech.at += part.length
      if (speech.at < speech.octets.length) return
      if (!speech.loop) {
        this.hush()
        return
      }
      speech.at = 0
    }
  }
}
