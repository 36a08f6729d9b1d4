import type { WireFields } from '../wire-fields.ts'

const openapi = 'https://docs.worldpay.com/access/products/payments/openapi'

export const worldpayWireFields: WireFields = [
  {
    call: 'POST /api/payments',
    // Kept cards: https://developer.worldpay.com/products/payments/store-a-card, …/use-a-stored-card, …/recurring-first, …/recurring-subsequent
    page: openapi,
    fields: `
      transactionReference
      channel = moto
      merchant.entity
      instruction.method = card
      instruction.paymentInstrument.type = plain | token
      instruction.paymentInstrument.cardNumber
      instruction.paymentInstrument.expiryDate.month
      instruction.paymentInstrument.expiryDate.year
      instruction.paymentInstrument.cvc
      instruction.paymentInstrument.billingAddress.address1
      instruction.paymentInstrument.billingAddress.city
      instruction.paymentInstrument.billingAddress.postalCode
      instruction.paymentInstrument.billingAddress.countryCode
      instruction.paymentInstrument.href
      instruction.narrative.line1
      instruction.value.currency
      instruction.value.amount
      instruction.settlement.auto
      instruction.customerAgreement.type = cardOnFile | subscription | installment | unscheduled
      instruction.customerAgreement.storedCardUsage = first | subsequent
      instruction.customerAgreement.schemeReference
      instruction.tokenCreation.type = worldpay`,
  },
  {
    call: 'GET /api/payments/{}',
    page: openapi,
    fields: '',
  },
  {
    call: 'POST /api/payments/{}/partialSettlements',
    page: openapi,
    fields: `
      reference
      value.currency
      value.amount`,
  },
  {
    call: 'POST /api/payments/{}/cancellations',
    page: openapi,
    fields: '',
  },
  {
    call: 'POST /api/payments/{}/partialRefunds',
    page: openapi,
    fields: `
      reference
      value.currency
      value.amount`,
  },
  {
    call: 'GET /paymentQueries/payments',
    page: 'https://developer.worldpay.com/products/payment-queries/openapi',
    fields: '?transactionReference',
  },
  {
    call: 'DELETE /tokens/{}',
    page: 'https://developer.worldpay.com/docs/access-worldpay/api/references/tokens/token/',
    fields: '',
  },
]
