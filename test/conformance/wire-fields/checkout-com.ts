import type { WireFields } from '../wire-fields.ts'

const reference = 'https://api-reference.checkout.com/#operation'

export const checkoutComWireFields: WireFields = [
  {
    call: 'POST /payments',
    // Kept cards: https://www.checkout.com/docs/payments/store-payment-details/requirements-for-stored-payment-details
    page: `${reference}/requestAPaymentOrPayout`,
    fields: `
      source.type = card | id
      source.number
      source.expiry_month
      source.expiry_year
      source.cvv
      source.billing_address.zip
      source.store_for_future_use
      source.id
      payment_type = Regular | MOTO | Recurring | Unscheduled | Installment
      merchant_initiated
      previous_payment_id
      amount
      currency
      reference
      capture
      description
      processing_channel_id
      metadata.merchant_reference
      customer.id`,
  },
  {
    call: 'POST /payments/{}/captures',
    page: `${reference}/captureAPayment`,
    fields: `
      amount
      reference`,
  },
  { call: 'POST /payments/{}/voids', page: `${reference}/voidAPayment`, fields: 'reference' },
  {
    call: 'POST /payments/{}/refunds',
    page: `${reference}/refundAPayment`,
    fields: `
      amount
      reference`,
  },
  {
    call: 'GET /payments',
    page: `${reference}/getPaymentsList`,
    fields: `
      ?limit
      ?skip
      ?reference`,
  },
  { call: 'GET /payments/{}', page: `${reference}/getPaymentDetails`, fields: '' },
  { call: 'GET /payments/{}/actions', page: `${reference}/getPaymentActions`, fields: '' },
  {
    call: 'POST /payment-links',
    page: `${reference}/createAPaymentLinkSession`,
    fields: `
      amount
      currency
      reference
      description
      billing.address.country
      processing_channel_id
      expires_in
      return_url
      capture
      locale
      metadata.merchant_reference`,
  },
  { call: 'GET /payment-links/{}', page: `${reference}/getPaymentLinkDetails`, fields: '' },
  { call: 'DELETE /instruments/{}', page: `${reference}/deleteInstrument`, fields: '' },
]
