import { frameOctets } from './stream/media-writer.ts'

/** Audio that waits for its turn, in one slab that is used again and again and wiped as it is taken. */
export class JitterQueue {
  readonly #frames: Buffer[] = []
  readonly #octets: Uint16Array
  readonly #lost: Uint8Array
  readonly #capacity: number
  #head = 0
  #length = 0
  #queuedOctets = 0

  constructor(capacity: number) {
    this.#capacity = capacity
    const slab = Buffer.allocUnsafeSlow(capacity * frameOctets)
    for (let i = 0; i < capacity; i++)
      this.#frames.push(slab.subarray(i * frameOctets, (i + 1) * frameOctets))
    this.#octets = new Uint16Array(capacity)
    this.#lost = new Uint8Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  get octets(): number {
    return this.#queuedOctets
  }

  get full(): boolean {
    return this.#length === this.#capacity
  }

  /** The oldest frame; only to be asked while there is one. */
  get headOctets(): number {
    return this.#octets[this.#head]!
  }

  get headLost(): boolean {
    return this.#lost[this.#head] === 1
  }

  get head(): Uint8Array {
    const frame = this.#frames[this.#head]!
    const octets = this.headOctets
    return octets === frameOctets ? frame : frame.subarray(0, octets)
  }

  /** At most one frame's octets; only while not full. */
  push(octets: Uint8Array): void {
    this.#frames[this.#append(octets.length, 0)]!.set(octets)
  }

  /** A stretch that never came. */
  pushLost(octets: number): void {
    this.#append(octets, 1)
  }

  drop(): void {
    const octets = this.#octets[this.#head]!
    this.#frames[this.#head]!.fill(0, 0, octets)
    this.#queuedOctets -= octets
    this.#head = (this.#head + 1) % this.#capacity
    this.#length--
  }

  #append(octets: number, lost: 0 | 1): number {
    const at = (this.#head + this.#length) % this.#capacity
    this.#octets[at] = octets
    this.#lost[at] = lost
    this.#length++
    this.#queuedOctets += octets
    return at
  }
}
