import type { KeyedField } from '../../contracts/card.ts'
import type { Slot } from '../../contracts/gateway-call.ts'

/** Where each field lies in the buffer, and how many digits it can hold. */
const places: Readonly<Record<KeyedField, { readonly at: number; readonly capacity: number }>> = {
  pan: { at: 0, capacity: 19 },
  expiry: { at: 32, capacity: 4 },
  csc: { at: 40, capacity: 4 },
  postcode: { at: 48, capacity: 9 },
  'sort-code': { at: 64, capacity: 6 },
  'routing-number': { at: 72, capacity: 9 },
  'account-number': { at: 88, capacity: 17 },
}

/** The field that a slot takes its digits from. */
const fieldOf: Readonly<Record<Slot, KeyedField>> = {
  pan: 'pan',
  expiryMonth: 'expiry',
  expiryYear: 'expiry',
  expiryYearShort: 'expiry',
  csc: 'csc',
  postcode: 'postcode',
  sortCode: 'sort-code',
  routingNumber: 'routing-number',
  accountNumber: 'account-number',
}
const fields = Object.keys(places) as KeyedField[]

const zero = 0x30
const century = [0x32, 0x30] as const

/** Bytes of the buffer: above 64, so that V8 gives it memory of its own that the garbage collector never copies. */
export const digitBufferBytes = 128

/**
 * The only place in the house where digits stand side by side: one fixed piece of memory outside the heap, ASCII, one
 * byte a digit. Digits go in and out one byte at a time, or by `copyTo`; never as a string, an array or a number.
 */
export class DigitBuffer {
  readonly memory: Buffer = Buffer.allocUnsafeSlow(digitBufferBytes).fill(0)
  readonly #lengths = Object.fromEntries(fields.map((field) => [field, 0])) as Record<KeyedField, number>

  /** Keeps one digit (ASCII). False when the field is full. */
  append(field: KeyedField, code: number): boolean {
    const { at, capacity } = places[field]
    const length = this.#lengths[field]
    if (length >= capacity) return false
    this.memory[at + length] = code
    this.#lengths[field] = length + 1
    return true
  }

  length(field: KeyedField): number {
    return this.#lengths[field]
  }

  /** The value, 0–9, of one digit of a field. */
  digit(field: KeyedField, index: number): number {
    return this.memory[places[field].at + index]! - zero
  }

  empty(field: KeyedField): void {
    const { at, capacity } = places[field]
    this.memory.fill(0, at, at + capacity)
    this.#lengths[field] = 0
  }

  zeroAll(): void {
    this.memory.fill(0)
    for (const field of fields) this.#lengths[field] = 0
  }

  /** How many bytes a slot will take; 0 when its field was not collected. */
  slotBytes(slot: Slot): number {
    switch (slot) {
      case 'expiryYear':
        return this.#lengths.expiry === 4 ? 4 : 0
      case 'expiryMonth':
      case 'expiryYearShort':
        return this.#lengths.expiry === 4 ? 2 : 0
      default:
        return this.#lengths[fieldOf[slot]]
    }
  }

  /** Writes a slot as ASCII into `target` at `offset`, and answers with the offset after it. */
  copyTo(slot: Slot, target: Buffer, offset: number): number {
    const { at } = places[fieldOf[slot]]
    const length = this.slotBytes(slot)
    if (slot === 'expiryYear') {
      target[offset] = century[0]
      target[offset + 1] = century[1]
      this.memory.copy(target, offset + 2, at + 2, at + 4)
    } else {
      const from = slot === 'expiryYearShort' ? at + 2 : at
      this.memory.copy(target, offset, from, from + length)
    }
    return offset + length
  }
}
