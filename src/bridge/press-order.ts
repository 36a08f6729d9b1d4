/** A press that counts, with the time at which it is certain that no earlier one will be told of any more. */
export type OrderedPress = {
  /** ASCII. */
  readonly digit: number
  readonly onsetMs: number
  readonly toneMs: number
}

/** More waiting presses than this mean that something is wrong: the oldest goes. */
const most = 8
const field = { digit: 0, onsetMs: 1, toneMs: 2, settledMs: 3 } as const
const fields = 4

/**
 * Lets presses go in the order in which they were made. It matters only where one witness is late and the other is
 * not: a key that was told of by a late message alone must still come before the next key, whose tone was heard first.
 * What waits lies in one slab, and is wiped as it goes; as a rule nothing waits.
 */
export class PressOrder {
  readonly #release: (press: OrderedPress) => void
  readonly #slots = new Float64Array(new ArrayBuffer(most * fields * 8))
  #count = 0

  constructor(release: (press: OrderedPress) => void) {
    this.#release = release
  }

  get waiting(): number {
    return this.#count
  }

  /** A press; it goes once `settledMs` of the leg's media has come, after all that were made before it. */
  add({ digit, onsetMs, toneMs }: OrderedPress, settledMs: number, nowMs: number): void {
    if (this.#count === most) this.#take()
    let at = this.#count++
    const slots = this.#slots
    while (at > 0 && slots[(at - 1) * fields + field.onsetMs]! > onsetMs) {
      slots.copyWithin(at * fields, (at - 1) * fields, at * fields)
      at--
    }
    slots.set([digit, onsetMs, toneMs, settledMs], at * fields)
    this.letGo(nowMs)
  }

  /** Everything up to a press that began at `onsetMs` is certain now. */
  settle(onsetMs: number, nowMs: number): void {
    for (let i = 0; i < this.#count; i++) {
      if (this.#slots[i * fields + field.onsetMs]! <= onsetMs)
        this.#slots[i * fields + field.settledMs] = nowMs
    }
    this.letGo(nowMs)
  }

  /** The leg's media has come as far as `nowMs`. A press that is settled settles those before it. */
  letGo(nowMs: number): void {
    let due = 0
    for (let i = 0; i < this.#count; i++) if (this.#slots[i * fields + field.settledMs]! <= nowMs) due = i + 1
    for (; due > 0; due--) this.#take()
  }

  /** Forgets what waits. */
  clear(): void {
    this.#slots.fill(0)
    this.#count = 0
  }

  #take(): void {
    const slots = this.#slots
    const press = { digit: slots[field.digit]!, onsetMs: slots[field.onsetMs]!, toneMs: slots[field.toneMs]! }
    slots.copyWithin(0, fields, this.#count * fields)
    this.#count--
    slots.fill(0, this.#count * fields, (this.#count + 1) * fields)
    this.#release(press)
  }
}
