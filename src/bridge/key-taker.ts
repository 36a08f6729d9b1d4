import type { BridgeEvent } from '../contracts/bridge-port.ts'
import { digitCodes } from '../contracts/digit-port.ts'

type Key = Extract<BridgeEvent, { type: 'key' }>['key']

export type KeysWanted = {
  /** Those that are told by their name. */
  readonly keys: string
  readonly most: number
}

/** Keys of a menu or a reference, told one by one to whoever asked for them. Nothing is kept of any. */
export class KeyTaker {
  readonly #tell: (key: Key) => void
  #taking: { readonly wanted: KeysWanted; left: number; readonly fromMs: number } | undefined

  constructor(tell: (key: Key) => void) {
    this.#tell = tell
  }

  /** Presses that began at `fromMs` of the leg's media or later. */
  take(wanted: KeysWanted, fromMs: number): void {
    this.#taking = { wanted, left: wanted.most, fromMs }
  }

  drop(): void {
    this.#taking = undefined
  }

  pressed(digit: number, onsetMs: number): void {
    const taking = this.#taking
    if (!taking || onsetMs < taking.fromMs || !digitCodes.has(digit)) return
    if (--taking.left <= 0) this.#taking = undefined
    const key = String.fromCharCode(digit)
    this.#tell(taking.wanted.keys.includes(key) ? (key as Key) : 'other')
  }
}
