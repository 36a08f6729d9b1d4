import type { Row, Rows } from './row.ts'

const payments: Row = {
  method: 'POST',
  path: /^\/pts\/v2\/payments$/,
  encoding: 'json',
  places: {
    pan: 'paymentInformation.card.number',
    expiryMonth: 'paymentInformation.card.expirationMonth',
    expiryYear: 'paymentInformation.card.expirationYear',
    csc: 'paymentInformation.card.securityCode',
    postcode: 'orderInformation.billTo.postalCode',
  },
  computedHeaders: ['date', 'digest', 'signature'],
}

export const cybersourcePolicy: Rows = new Map([
  ['authorise', payments],
  ['tokenise', payments],
  // A kept card, whose security code alone was keyed again.
  ['stored', { ...payments, places: { csc: 'paymentInformation.card.securityCode' } }],
])
