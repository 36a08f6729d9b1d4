import { randomInt } from 'node:crypto'

const kins = 4
const keys = '0123456789*#ABCD'

/**
 * Which keys can be told apart: they are dealt evenly to four kins, anew for every leg. Two witnesses who name keys of
 * different kins speak of different presses, and a kin that is remembered leaves four keys to choose from.
 */
export class KeyKin {
  readonly #dealt = new Map<number, number>()

  constructor() {
    const order = [...keys]
    for (let i = order.length - 1; i > 0; i--) {
      const j = randomInt(i + 1)
      ;[order[i], order[j]] = [order[j]!, order[i]!]
    }
    for (const [i, key] of order.entries()) this.#dealt.set(key.charCodeAt(0), i % kins)
  }

  /** 0 to 3; `key` is ASCII. */
  of(key: number): number {
    return this.#dealt.get(key) ?? 0
  }
}
