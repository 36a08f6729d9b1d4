import type { Row, Rows } from './row.ts'

/**
 * The merchant's own endpoint: its path is the merchant's, but plain segments only, and the places in the body are the
 * standard's. The vault's configuration fixes the host.
 */
const endpoint: Row = {
  method: 'POST',
  path: /^(\/[A-Za-z0-9_-]{1,64}){1,8}$/,
  encoding: 'json',
  places: {
    pan: 'cardnumber',
    expiryMonth: 'expiry_month',
    expiryYear: 'expiry_year',
    expiryYearShort: 'expiry_year',
    csc: 'cvv',
    postcode: 'postal_code',
  },
}

export const payConnectorPolicy: Rows = new Map([
  ['authorise', endpoint],
  ['tokenise', endpoint],
])
