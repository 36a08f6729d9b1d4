export type OctetQueueOptions = {
  /** Held before the first octet is given out, and again after it ran dry, in octets (8 a millisecond). */
  readonly startAt: number
  /** Beyond this the oldest is dropped, down to `startAt`: two clocks are never quite equal. */
  readonly capacity: number
}

/** Audio from the network that waits for its time: a small first-in first-out store that never grows. */
export class OctetQueue {
  readonly #ring: Uint8Array
  readonly #startAt: number
  #read = 0
  #held = 0
  #running = false

  constructor({ startAt, capacity }: OctetQueueOptions) {
    this.#ring = new Uint8Array(capacity)
    this.#startAt = startAt
  }

  get held(): number {
    return this.#held
  }

  push(octets: Uint8Array): void {
    for (const octet of octets) {
      if (this.#held === this.#ring.length) this.#drop(this.#held - this.#startAt)
      this.#ring[(this.#read + this.#held++) % this.#ring.length] = octet
    }
  }

  /** The next octet, or `silence` while there is too little to begin with. */
  next(silence: number): number {
    if (this.#held === 0) this.#running = false
    else if (this.#held >= this.#startAt) this.#running = true
    if (!this.#running) return silence
    const octet = this.#ring[this.#read]!
    this.#drop(1)
    return octet
  }

  clear(): void {
    this.#read = 0
    this.#held = 0
    this.#running = false
  }

  #drop(count: number): void {
    this.#read = (this.#read + count) % this.#ring.length
    this.#held -= count
  }
}
