import { randomInt } from 'node:crypto'
import { systemClock } from '../../src/base/clock.ts'
import { type DemoCard, expiryIn } from '../../src/demo/demo-cards.ts'
import { withCheckDigit } from '../sandbox/check-digit.ts'

const digits = (count: number) => Array.from({ length: count }, () => randomInt(10)).join('')

/** A fresh Luhn-valid Visa number in the test range 4242, so that whatever is found was put there by this run. */
export function markedVisa(): DemoCard {
  const pan = withCheckDigit(`4242${digits(11)}`)
  return {
    name: 'marked visa',
    pan,
    csc: digits(3),
    expiry: expiryIn(2, systemClock.now()),
    outcome: 'captured',
  }
}

/** An American Express number in the range 3782; its CSC of four begins with 0, which no JSON number does. */
export function markedAmex(): DemoCard {
  const pan = withCheckDigit(`3782${digits(10)}`)
  return {
    name: 'marked amex',
    pan,
    csc: `0${digits(3)}`,
    expiry: expiryIn(2, systemClock.now()),
    outcome: 'captured',
  }
}
