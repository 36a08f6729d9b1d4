import type { Row, Rows } from './row.ts'

const card = 'instruction.paymentInstrument'

const payments: Row = {
  method: 'POST',
  path: /^\/api\/payments$/,
  encoding: 'json',
  places: {
    pan: `${card}.cardNumber`,
    expiryMonth: `${card}.expiryDate.month`,
    expiryYear: `${card}.expiryDate.year`,
    csc: `${card}.cvc`,
    postcode: `${card}.billingAddress.postalCode`,
  },
}

export const worldpayPolicy: Rows = new Map([
  ['authorise', payments],
  ['tokenise', payments],
  // A kept card, whose security code alone was keyed again.
  ['stored', { ...payments, places: { csc: `${card}.cvc` } }],
])
