import type { StateBuffer } from './state-buffer.ts'

/** A copy of a key this much quieter… */
const dropPower = 10 ** -0.75
/** …within this time of its end is its echo: 700 ms. */
const hops = 350
/** An echo keeps the twist of its key within this factor; a very quiet one may have more beside it. */
const twistSlack = 10 ** 0.8
const quietDrop = 10 ** -1.1
const quietTwistSlack = 10 ** 1.2

/** Levels of the keys of the last 700 ms, so that an echo is not taken for a press. What is older is wiped. */
export class EchoMemory {
  /** Per key: [end hop, low power, high power]; all 0 when unknown. */
  readonly #keys: Float64Array
  /** [hop after which everything is forgotten] */
  readonly #until: Float64Array

  constructor(state: StateBuffer) {
    this.#keys = state.float64(48)
    this.#until = state.float64(1)
  }

  get empty(): boolean {
    return this.#until[0] === 0
  }

  /** A key pressed again keeps its strongest: its own echo may have weakened one of its sines, the second time. */
  remember(key: number, endHop: number, low: number, high: number): void {
    const keys = this.#keys
    keys[key * 3] = endHop
    keys[key * 3 + 1] = Math.max(keys[key * 3 + 1]!, low)
    keys[key * 3 + 2] = Math.max(keys[key * 3 + 2]!, high)
    this.#until[0] = endHop + hops
  }

  /** Wipes what is out of date; to be called once a hop. */
  forget(hop: number): void {
    if (this.#until[0] === 0) return
    for (let at = 0; at < 48; at += 3) {
      const end = this.#keys[at]!
      if (end > 0 && hop - end > hops) this.#keys.fill(0, at, at + 3)
    }
    if (hop > this.#until[0]!) this.#until[0] = 0
  }

  /** Is `key` at these mean squares a quiet copy of one that ended a moment ago? */
  explains(key: number, lowPower: number, highPower: number): boolean {
    const keys = this.#keys
    if (keys[key * 3] === 0) return false
    const ownLow = keys[key * 3 + 1]!
    const ownHigh = keys[key * 3 + 2]!
    if (isCopy(lowPower / ownLow, highPower / ownHigh)) return true
    // An earlier key's echo may have weakened a sine of this key when it was pressed; the telephone's other keys tell.
    let low = ownLow
    let high = ownHigh
    for (let at = 0; at < 48; at += 3) {
      low = Math.max(low, keys[at + 1]!)
      high = Math.max(high, keys[at + 2]!)
    }
    return isCopy(lowPower / low, highPower / high)
  }
}

function isCopy(low: number, high: number): boolean {
  const slack = low + high < 2 * quietDrop ? quietTwistSlack : twistSlack
  return low + high < 2 * dropPower && low < high * slack && high < low * slack
}
