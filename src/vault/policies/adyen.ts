import type { Places, Row, Rows } from './row.ts'

const places: Places = {
  pan: 'paymentMethod.number',
  expiryMonth: 'paymentMethod.expiryMonth',
  expiryYear: 'paymentMethod.expiryYear',
  csc: 'paymentMethod.cvc',
  postcode: 'billingAddress.postalCode',
}

/** Live hosts have a folder before the version. */
const payments: Row = { method: 'POST', path: /^(\/checkout)?\/v72\/payments$/, encoding: 'json', places }

export const adyenPolicy: Rows = new Map([
  ['authorise', payments],
  ['tokenise', payments],
  // A kept card, whose security code alone was keyed again.
  ['stored', { ...payments, places: { csc: places.csc! } }],
])
