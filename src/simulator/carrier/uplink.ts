import { frameOctets } from '../handset-protocol.ts'
import { KeyOverlay, type Press, silentFrame } from '../key-overlay.ts'
import { Playout } from './playout.ts'

/**
 * How long a late frame of a talking handset is waited for before silence takes its place: 1 s. The machine of a
 * simulation may stand still for longer than a network's, and a key must not become two by it.
 */
const mostOwed = 50
/** Beyond this and what is owed, the handset's clock runs fast or it sent too much: what is oldest is dropped … */
const capOctets = 1_200 * 8
/** … down to this. */
const keptOctets = 200 * 8

/**
 * Audio from a handset to the platform. A network is paced by its own clock, and loses nothing when a handset's frame
 * comes late: an invented silence in the middle of a tone would make two keys of one. So a late frame is waited for,
 * and several leave at once when it has come. While no handset talks, `idle` gives the audio (a robot, or silence).
 */
export class Uplink {
  readonly #queue = new Playout<() => void>()
  readonly #keys = new KeyOverlay()
  readonly #idle: () => Buffer
  #live = false
  #owed = 0
  /** Frames of a talking handset that silence took the place of, and that were dropped. */
  readonly counts = { silenced: 0, dropped: 0 }

  constructor(idle: () => Buffer = () => silentFrame(frameOctets)) {
    this.#idle = idle
  }

  push(octets: Buffer): void {
    this.#live = true
    this.#queue.push(octets)
    if (this.#queue.heldOctets <= capOctets + this.#owed * frameOctets) return
    while (this.#queue.heldOctets > keptOctets) {
      this.counts.dropped++
      perform(this.#queue.pull().marks)
    }
  }

  /** False when too many keys wait already. */
  press(press: Press): boolean {
    return this.#keys.press(press)
  }

  /** Runs `task` in its turn: when what the handset sent before has been sent on. */
  inTurn(task: () => void): void {
    this.#queue.mark(task)
  }

  /** Forgets what waits: audio, keys and tasks. */
  clear(): void {
    this.#keys.clear()
    this.#queue.clear()
  }

  /** The handset is gone: `idle` gives the audio again. */
  release(): void {
    this.clear()
    this.#live = false
    this.#owed = 0
  }

  /** Sends what is due now, called every 20 ms: one frame, none while one is waited for, or those that it held up. */
  pull(send: (frame: Buffer) => void): void {
    if (!this.#live) {
      send(this.#withKeys(Buffer.from(this.#idle())))
      perform(this.#queue.pull().marks)
      return
    }
    this.#owed++
    while (this.#owed > 0) {
      const late = this.#queue.heldOctets < frameOctets
      if (late && this.#owed <= mostOwed) return
      if (late) this.counts.silenced++
      const { frame, marks } = this.#queue.pull()
      send(this.#withKeys(frame ?? silentFrame(frameOctets)))
      perform(marks)
      this.#owed--
    }
  }

  #withKeys(frame: Buffer): Buffer {
    if (this.#keys.busy) this.#keys.apply(frame)
    return frame
  }
}

function perform(tasks: readonly (() => void)[]): void {
  for (const task of tasks) task()
}
