import { g711Tables } from '../../dsp/g711.ts'
import { type Key, KeyTones } from './key-tones.ts'

const mulaw = g711Tables('mulaw')
/** Between two sentences of the canned voice, in octets: 1.2 s. */
const pauseOctets = 9_600

/**
 * What leaves the phone, 20 ms at a time: the microphone, over it the canned voice, and in the place of both the
 * tone of a key while it sounds, as a telephone does it.
 */
export class Mouth {
  readonly keys: KeyTones
  #sentences: readonly Uint8Array[] = []
  #sentence = 0
  #at = 0
  #pauseLeft = 0

  constructor(onKeyEnd: (key: Key) => void) {
    this.keys = new KeyTones(onKeyEnd)
  }

  /** Sentences in mu-law, said in turn and over again; none is silence. */
  speak(sentences: readonly Uint8Array[]): void {
    this.#sentences = sentences
    this.#sentence = 0
    this.#at = 0
    this.#pauseLeft = 0
  }

  /** Changes `frame`, what the microphone said, in place. True while a key sounds in it. */
  shape(frame: Uint8Array): boolean {
    if (this.#sentences.length > 0) this.#addVoice(frame)
    return this.keys.lay(frame)
  }

  #addVoice(frame: Uint8Array): void {
    for (let i = 0; i < frame.length; i++) {
      const voice = this.#nextOctet()
      if (voice === mulaw.silence) continue
      const sum = mulaw.decode[frame[i]!]! + mulaw.decode[voice]!
      frame[i] = mulaw.encode[(Math.max(-32_124, Math.min(32_124, sum)) >> 2) & 0x3fff]!
    }
  }

  #nextOctet(): number {
    const sentence = this.#sentences[this.#sentence]
    if (!sentence || this.#pauseLeft > 0) {
      this.#pauseLeft--
      return mulaw.silence
    }
    const octet = sentence[this.#at++] ?? mulaw.silence
    if (this.#at >= sentence.length) {
      this.#at = 0
      this.#sentence = (this.#sentence + 1) % this.#sentences.length
      this.#pauseLeft = pauseOctets
    }
    return octet
  }
}
