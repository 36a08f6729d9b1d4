import type { CardBrand, CardField, FieldFault } from '../contracts/card.ts'

/** What asks for a field. The code of an American Express card is longer, and in another place. */
export function askFor(field: CardField, brand: CardBrand | null): string {
  return field === 'csc' && brand === 'amex' ? 'csc.ask.amex' : `${field}.ask`
}

/** Why a field has to be keyed again; before the last attempt that is said too. */
export function faultOf(fault: FieldFault, isLastAttempt: boolean): string[] {
  return [`fault.${fault}`, ...(isLastAttempt ? ['fault.last'] : [])]
}
