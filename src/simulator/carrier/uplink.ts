import { frameOctets } from '../handset-protocol.ts'
import { KeyOverlay, type Press, silentFrame } from '../key-overlay.ts'
import { Playout } from './playout.ts'

/** How long a late frame of a talking handset is waited for before silence takes its place: 400 ms. */
const mostOwed = 20
/** Beyond this the handset's clock runs fast or it sent too much at once: what is oldest is dropped … */
const capOctets = 1_200 * 8
/** … down to this. */
const keptOctets = 200 * 8

export type Uplinked = { readonly frames: readonly Buffer[]; readonly marks: readonly string[] }

/**
 * Audio from a handset to the platform. A network is paced by its own clock, and loses nothing when a handset's frame
 * comes late: an invented silence in the middle of a tone would make two keys of one. So a late frame is waited for,
 * and several leave at once when it has come. While no handset talks, `idle` gives the audio (a robot, or silence).
 */
export class Uplink {
  readonly #queue = new Playout()
  readonly #keys = new KeyOverlay()
  readonly #idle: () => Buffer
  #live = false
  #owed = 0

  constructor(idle: () => Buffer = () => silentFrame(frameOctets)) {
    this.#idle = idle
  }

  push(octets: Buffer): void {
    this.#live = true
    this.#queue.push(octets)
    if (this.#queue.heldOctets <= capOctets) return
    while (this.#queue.heldOctets > keptOctets) this.#queue.pull()
  }

  /** False when too many keys wait already. */
  press(press: Press): boolean {
    return this.#keys.press(press)
  }

  mark(name: string): void {
    this.#queue.mark(name)
  }

  /** Returns the marks that were waiting. */
  clear(): readonly string[] {
    this.#keys.clear()
    return this.#queue.clear()
  }

  /** The handset is gone: `idle` gives the audio again. */
  release(): void {
    this.clear()
    this.#live = false
    this.#owed = 0
  }

  /** What is due now, called every 20 ms: one frame, none while one is waited for, or those that it held up. */
  pull(): Uplinked {
    if (!this.#live) {
      const { marks } = this.#queue.pull()
      return { frames: [this.#withKeys(Buffer.from(this.#idle()))], marks }
    }
    this.#owed++
    const frames: Buffer[] = []
    const marks: string[] = []
    while (this.#owed > 0) {
      const late = this.#queue.heldOctets < frameOctets
      if (late && this.#owed <= mostOwed) break
      const played = this.#queue.pull()
      frames.push(this.#withKeys(played.frame ?? silentFrame(frameOctets)))
      marks.push(...played.marks)
      this.#owed--
    }
    return { frames, marks }
  }

  #withKeys(frame: Buffer): Buffer {
    if (this.#keys.busy) this.#keys.apply(frame)
    return frame
  }
}
