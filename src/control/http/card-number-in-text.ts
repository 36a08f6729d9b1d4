import { hideCardNumbers } from '../../base/luhn-tripwire.ts'
import { CardNumberInText } from './errors.ts'

/** Issuer ranges of payment cards begin with 2 to 6 (ISO/IEC 7812-1); timestamps in ms, for example, do not. */
const longRun = /\d(?:[ .-]?\d){11,18}/g

/**
 * Refuses free text with a card number in it, keyed by an agent who means well: it would be stored, shown, and sent
 * to other systems. One innocent number of that length in ten is hit, and an order number can be written otherwise.
 */
export function refuseCardNumbers(texts: Readonly<Record<string, string | undefined>>): void {
  for (const [pointer, text] of Object.entries(texts)) {
    if (text !== undefined && holdsCardNumber(text)) throw new CardNumberInText(pointer)
  }
}

export function holdsCardNumber(text: string): boolean {
  const runs = text.match(longRun) ?? []
  return runs.some((run) => /^[2-6]/.test(run) && hideCardNumbers(run) !== run)
}
