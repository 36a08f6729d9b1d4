import type { ShownBrand } from '../contracts/card.ts'
import type { FieldView } from '../contracts/desk-port.ts'

/**
 * How the dots of a field are grouped, as on the card itself: 4-4-4-4, American Express 4-6-5, Diners Club 4-6-4.
 * More digits than expected make more dots; an accepted field shows exactly what was keyed.
 */
export function dotGroups({ field, length, state }: FieldView, brand: ShownBrand | null): number[] {
  const slots = state === 'accepted' ? length : Math.max(length, expected(field, brand))
  if (field === 'pan' && brand === 'amex' && slots <= 15) return cut(slots, [4, 6, 5])
  if (field === 'pan' && brand === 'diners' && slots <= 14) return cut(slots, [4, 6, 4])
  if (field === 'routing-number') return cut(slots, [3])
  return cut(slots, field === 'expiry' || field === 'sort-code' ? [2] : [4])
}

function expected(field: FieldView['field'], brand: ShownBrand | null): number {
  switch (field) {
    case 'pan':
      if (brand === 'amex') return 15
      return brand === 'diners' ? 14 : 16
    case 'expiry':
      return 4
    case 'csc':
      return brand === 'amex' ? 4 : 3
    case 'sort-code':
      return 6
    case 'routing-number':
      return 9
    case 'account-number':
      return 8
    case 'postcode':
      return 0
  }
}

/** Cuts `slots` by the pattern; its last size repeats. */
function cut(slots: number, pattern: readonly number[]): number[] {
  const groups: number[] = []
  for (let left = slots; left > 0; left -= groups.at(-1) ?? left) {
    groups.push(Math.min(left, pattern[groups.length] ?? pattern.at(-1) ?? left))
  }
  return groups
}
