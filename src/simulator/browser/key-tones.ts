import type { Key } from '../../dsp/dtmf-keypad.ts'
import { encodeG711 } from '../../dsp/g711.ts'
import { generateTone, toInt16 } from '../../dsp/tone-generator.ts'

export type { Key }

/** Least silence between two tones: 40 ms (ITU-T Q.24), and a little more, as fingers do. */
const pauseOctets = 480
/** A tap: 100 ms. */
const tapOctets = 800
/** Nobody types further ahead than a card: more keys than this are not held. */
const mostWaiting = 64

type Press = { readonly key: Key; held: boolean }

/**
 * Tones of pressed keys, laid into outgoing frames one after the other. A key that is held sounds until it is let
 * go, and never shorter than a tap.
 */
export class KeyTones {
  readonly #onKeyEnd: (key: Key) => void
  readonly #waiting: Press[] = []
  #sounded = 0
  #pauseLeft = 0

  constructor(onKeyEnd: (key: Key) => void) {
    this.#onKeyEnd = onKeyEnd
  }

  /** `held`: it sounds until `letGo`. */
  press(key: Key, held: boolean): void {
    if (this.#waiting.length < mostWaiting) this.#waiting.push({ key, held })
  }

  letGo(): void {
    for (const press of this.#waiting) press.held = false
  }

  clear(): void {
    this.#waiting.length = 0
    this.#sounded = 0
    this.#pauseLeft = 0
  }

  /** Writes what sounds now into `frame`; true when anything did. */
  lay(frame: Uint8Array): boolean {
    let any = false
    for (let i = 0; i < frame.length; i++) {
      if (this.#pauseLeft > 0) {
        this.#pauseLeft--
        continue
      }
      const press = this.#waiting[0]
      if (!press) return any
      const tone = toneOf(press.key)
      frame[i] = tone[this.#sounded++ % tone.length]!
      any = true
      if (!press.held && this.#sounded >= tapOctets) this.#end(press)
    }
    return any
  }

  #end(press: Press): void {
    this.#waiting.shift()
    this.#sounded = 0
    this.#pauseLeft = pauseOctets
    this.#onKeyEnd(press.key)
  }
}

const tones = new Map<Key, Uint8Array>()

/** One second, in which all eight frequencies have whole periods: it goes round without a click. */
function toneOf(key: Key): Uint8Array {
  const known = tones.get(key)
  if (known) return known
  const samples = toInt16(generateTone({ key, ms: 1_000, levelDbm0: -6, twistDb: 2 }))
  const octets = new Uint8Array(samples.length)
  encodeG711('mulaw', samples, octets)
  tones.set(key, octets)
  return octets
}
