import type { WireFields } from '../wire-fields.ts'

const page = (name: string) => `https://docs.adyen.com/api-explorer/Checkout/72/post/${name}`

export const adyenWireFields: WireFields = [
  {
    call: 'POST /v72/payments',
    page: page('payments'),
    fields: `
      merchantAccount
      amount.value
      amount.currency
      reference
      merchantOrderReference
      metadata.description
      returnUrl
      captureDelayHours
      additionalData.manualCapture = true
      paymentMethod.type = scheme
      paymentMethod.number
      paymentMethod.expiryMonth
      paymentMethod.expiryYear
      paymentMethod.cvc
      paymentMethod.storedPaymentMethodId
      paymentMethod.networkPaymentReference
      billingAddress.postalCode
      billingAddress.street
      billingAddress.houseNumberOrName
      billingAddress.city
      billingAddress.country
      shopperInteraction = Ecommerce | ContAuth | Moto | POS
      storePaymentMethod
      recurringProcessingModel = CardOnFile | Subscription | UnscheduledCardOnFile
      shopperReference`,
  },
  {
    call: 'POST /v72/payments/{}/captures',
    page: page('payments/(paymentPspReference)/captures'),
    fields: `
      merchantAccount
      amount.value
      amount.currency
      reference`,
  },
  {
    call: 'POST /v72/payments/{}/cancels',
    page: page('payments/(paymentPspReference)/cancels'),
    fields: `
      merchantAccount
      reference`,
  },
  {
    call: 'POST /v72/payments/{}/refunds',
    page: page('payments/(paymentPspReference)/refunds'),
    fields: `
      merchantAccount
      amount.value
      amount.currency
      reference`,
  },
  {
    call: 'POST /v72/payments/{}/reversals',
    page: page('payments/(paymentPspReference)/reversals'),
    fields: `
      merchantAccount
      reference`,
  },
  {
    call: 'POST /v72/cancels',
    page: page('cancels'),
    fields: `
      merchantAccount
      paymentReference
      reference`,
  },
  {
    call: 'POST /v72/paymentLinks',
    page: page('paymentLinks'),
    fields: `
      merchantAccount
      amount.value
      amount.currency
      reference
      merchantOrderReference
      description
      reusable
      expiresAt
      returnUrl
      shopperLocale
      captureDelayHours
      manualCapture`,
  },
  { call: 'GET /v72/paymentLinks/{}', page: page('paymentLinks'), fields: '' },
  { call: 'PATCH /v72/paymentLinks/{}', page: page('paymentLinks'), fields: 'status = expired' },
  {
    call: 'DELETE /v72/storedPaymentMethods/{}',
    page: 'https://docs.adyen.com/api-explorer/Checkout/72/delete/storedPaymentMethods/(storedPaymentMethodId)',
    fields: `
      ?shopperReference
      ?merchantAccount`,
  },
  {
    call: 'GET /v72/storedPaymentMethods',
    page: 'https://docs.adyen.com/api-explorer/Checkout/72/get/storedPaymentMethods',
    fields: `
      ?shopperReference
      ?merchantAccount`,
  },
]
