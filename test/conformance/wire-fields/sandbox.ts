import type { WireFields } from '../wire-fields.ts'

/** Our own gateway, which refuses what it does not know: `test/connectors/sandbox/against-the-gateway.test.ts`. */
const page = 'src/sandbox/wire.ts'
const movement = `
      amount
      currency
      ourReference`

export const sandboxWireFields: WireFields = [
  {
    call: 'POST /v1/authorisations',
    page,
    fields: `${movement}
      merchantReference
      description
      capture
      moto
      card.number
      card.expiryMonth
      card.expiryYear
      card.csc
      card.postcode
      keep
      token
      initiator = customer | merchant
      networkRef
      csc`,
  },
  {
    call: 'POST /v1/debits',
    page,
    fields: `${movement}
      merchantReference
      description
      account.holder
      account.sortCode
      account.routingNumber
      account.accountNumber
      mandate.consent = spoken | keyed | written
      mandate.acceptedAt`,
  },
  { call: 'POST /v1/authorisations/{}/captures', page, fields: movement },
  { call: 'POST /v1/authorisations/{}/voids', page, fields: 'ourReference' },
  { call: 'POST /v1/authorisations/{}/refunds', page, fields: movement },
  { call: 'GET /v1/authorisations', page, fields: '?ourReference' },
  { call: 'GET /v1/movements', page, fields: '?ourReference' },
  { call: 'DELETE /v1/tokens/{}', page, fields: '' },
  {
    call: 'POST /v1/links',
    page,
    fields: `${movement}
      merchantReference
      description
      capture
      expiresAt
      embedOrigin`,
  },
  { call: 'GET /v1/links/{}', page, fields: '' },
  { call: 'POST /v1/links/{}/expire', page, fields: '' },
  {
    call: 'GET /v1/settlement-lines',
    page,
    fields: `
      ?sinceMs
      ?untilMs
      ?cursor`,
  },
]
