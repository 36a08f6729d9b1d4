import type { Row, Rows } from './row.ts'

const payments: Row = {
  method: 'POST',
  path: /^\/payments$/,
  encoding: 'json',
  places: {
    pan: 'source.number',
    expiryMonth: 'source.expiry_month',
    expiryYear: 'source.expiry_year',
    csc: 'source.cvv',
    postcode: 'source.billing_address.zip',
  },
}

export const checkoutComPolicy: Rows = new Map([
  ['authorise', payments],
  ['tokenise', payments],
  // A kept card, whose security code alone was keyed again.
  ['stored', { ...payments, places: { csc: 'source.cvv' } }],
])
