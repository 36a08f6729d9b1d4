import type { Libc } from './libc.ts'
import { type Message, messagesOf } from './message.ts'

const mostWaiting = 64

/**
 * What leaves in a round, all of it at the round's end: the kernel's way out of the machine is long, and between two of
 * our packets it would push what we need for the next one out of the processor's caches.
 */
export class Departures {
  readonly #messages: readonly Message[]
  readonly #fds = new Int32Array(mostWaiting)
  readonly #lengths = new Int32Array(mostWaiting)
  readonly #nameLengths = new Int32Array(mostWaiting)
  #waiting = 0
  #wipe = 0

  /** Told of a socket that something could not leave by. */
  onFailed: (fd: number) => void = () => {}

  constructor(libc: Libc) {
    this.#messages = messagesOf(libc, mostWaiting)
  }

  /** Where the next packet is written. */
  get next(): Message {
    return this.#messages[this.#waiting]!
  }

  /** The next message, of so many octets; to its name where that has a length. */
  add(fd: number, length: number, nameLength: number): void {
    const n = this.#waiting++
    this.#fds[n] = fd
    this.#lengths[n] = length
    this.#nameLengths[n] = nameLength
    if (this.#waiting === mostWaiting) this.leave()
  }

  /** Sends what waits. */
  leave(): void {
    const count = this.#waiting
    this.#waiting = 0
    if (count > this.#wipe) this.#wipe = count
    for (let n = 0; n < count; n++) {
      const fd = this.#fds[n]!
      if (this.#messages[n]!.send(fd, this.#lengths[n]!, this.#nameLengths[n]!) < 0) this.onFailed(fd)
    }
  }

  /** Nothing of what was said is left. Only when nothing waits. */
  wipe(): void {
    for (let n = 0; n <= this.#wipe && n < mostWaiting; n++) this.#messages[n]!.wipe()
    this.#wipe = 0
  }
}
