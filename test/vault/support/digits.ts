import type { KeyedField } from '../../../src/contracts/card.ts'
import { DigitBuffer } from '../../../src/vault/card/digit-buffer.ts'

/** A buffer with these digits keyed into it. */
export function keyed(fields: Partial<Record<KeyedField, string>>): DigitBuffer {
  const buffer = new DigitBuffer()
  for (const [field, digits] of Object.entries(fields)) {
    for (const digit of digits) buffer.append(field as KeyedField, digit.charCodeAt(0))
  }
  return buffer
}

/** Seed of a property test, from the environment to repeat a failure; printed when it is drawn. */
export function seeded(): { seed: number } {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
  console.log(`seed ${seed}`)
  return { seed }
}
