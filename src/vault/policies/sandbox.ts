import type { Places, Rows } from './row.ts'

const places: Places = {
  pan: 'card.number',
  expiryMonth: 'card.expiryMonth',
  expiryYear: 'card.expiryYear',
  csc: 'card.csc',
  postcode: 'card.postcode',
}

export const sandboxPolicy: Rows = new Map([
  ['authorise', { method: 'POST', path: /^\/v1\/authorisations$/, encoding: 'json', places }],
  [
    'authorise-stored',
    { method: 'POST', path: /^\/v1\/authorisations$/, encoding: 'json', places: { csc: 'csc' } },
  ],
  ['tokenise', { method: 'POST', path: /^\/v1\/tokens$/, encoding: 'json', places }],
  [
    'debit',
    {
      method: 'POST',
      path: /^\/v1\/debits$/,
      encoding: 'json',
      places: {
        sortCode: 'account.sortCode',
        routingNumber: 'account.routingNumber',
        accountNumber: 'account.accountNumber',
      },
    },
  ],
])
