/** Packets behind the newest one that may still come, once each (RFC 3711 §3.3.2: at least 64). */
const windowPackets = 128
const cycle = 0x1_0000

/**
 * The 48-bit index of one stream's packets, of which only the lower 16 bits are sent, and which of them have come
 * (RFC 3711 §3.3). What is asked changes nothing; only a packet that has proved to be genuine is `taken`.
 */
export class PacketIndex {
  readonly #taken = new Float64Array(windowPackets).fill(-1)
  #highest: number | undefined
  /** Where the stream stood when it was last heard of in an earlier life. */
  readonly #fromRollover: number

  constructor(fromRollover = 0) {
    this.#fromRollover = fromRollover
  }

  /** How often the sequence number has wrapped (ROC). */
  get rollover(): number {
    return this.#highest === undefined ? this.#fromRollover : Math.floor(this.#highest / cycle)
  }

  /** Indices that a packet may have, likeliest first. The first of a stream may have come after a wrap that we missed. */
  candidates(sequence: number): readonly number[] {
    if (this.#highest === undefined)
      return [this.#fromRollover, this.#fromRollover + 1].map((rollover) => rollover * cycle + sequence)
    const rollover = this.rollover
    const newest = this.#highest % cycle
    const wrapped =
      newest < cycle / 2 ? (sequence - newest > cycle / 2 ? -1 : 0) : newest - cycle / 2 > sequence ? 1 : 0
    return rollover + wrapped < 0 ? [] : [(rollover + wrapped) * cycle + sequence]
  }

  /** True for an index that has come already, or is too old to tell. */
  isReplay(index: number): boolean {
    if (this.#highest !== undefined && index <= this.#highest - windowPackets) return true
    return this.#taken[index % windowPackets] === index
  }

  take(index: number): void {
    this.#taken[index % windowPackets] = index
    this.#highest = Math.max(this.#highest ?? -1, index)
  }
}
