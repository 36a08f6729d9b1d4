/**
 * All memory of one channel: a single ArrayBuffer from which typed views are cut, so that `zero` leaves nothing.
 * Whatever tells a key, or holds audio, lives here and nowhere else.
 */
export class StateBuffer {
  readonly #bytes: ArrayBuffer
  #used = 0

  constructor(capBytes: number) {
    this.#bytes = new ArrayBuffer(capBytes)
  }

  float64(length: number): Float64Array {
    return new Float64Array(this.#bytes, this.#take(length * 8), length)
  }

  float32(length: number): Float32Array {
    return new Float32Array(this.#bytes, this.#take(length * 4), length)
  }

  int32(length: number): Int32Array {
    return new Int32Array(this.#bytes, this.#take(length * 4), length)
  }

  int16(length: number): Int16Array {
    return new Int16Array(this.#bytes, this.#take(length * 2), length)
  }

  uint8(length: number): Uint8Array {
    return new Uint8Array(this.#bytes, this.#take(length), length)
  }

  zero(): void {
    new Uint8Array(this.#bytes).fill(0)
  }

  /** Every byte of it, for the test that nothing is left after `zero`. */
  bytes(): Uint8Array {
    return new Uint8Array(this.#bytes)
  }

  #take(bytes: number): number {
    const at = this.#used
    this.#used = (at + bytes + 7) & ~7
    if (this.#used > this.#bytes.byteLength) throw new RangeError('the state of a tone channel does not fit')
    return at
  }
}
