import type { WireFields } from '../wire-fields.ts'

const page = (name: string) => `https://docs.stripe.com/api/${name}`

export const stripeWireFields: WireFields = [
  {
    call: 'POST /v1/payment_methods',
    page: page('payment_methods/create'),
    fields: `
      type = card | bacs_debit | us_bank_account
      card.number
      card.exp_month
      card.exp_year
      card.cvc
      bacs_debit.sort_code
      bacs_debit.account_number
      us_bank_account.account_holder_type = individual | company
      us_bank_account.account_type = checking | savings
      us_bank_account.routing_number
      us_bank_account.account_number
      billing_details.name
      billing_details.email
      billing_details.address.line1
      billing_details.address.city
      billing_details.address.country
      billing_details.address.postal_code`,
  },
  {
    call: 'POST /v1/customers',
    page: page('customers/create'),
    fields: 'metadata.our_reference',
  },
  {
    call: 'POST /v1/payment_intents',
    page: page('payment_intents/create'),
    fields: `
      amount
      currency
      payment_method
      payment_method_types.# = card | bacs_debit | us_bank_account
      capture_method = automatic | automatic_async | manual
      description
      metadata.our_reference
      metadata.merchant_reference
      customer
      setup_future_usage = off_session | on_session`,
  },
  {
    call: 'POST /v1/payment_intents/{}/confirm',
    // Of MOTO: https://docs.stripe.com/terminal/features/mail-telephone-orders
    page: page('payment_intents/confirm'),
    fields: `
      error_on_requires_action
      payment_method_options.card.moto
      off_session
      mandate_data.customer_acceptance.type = online | offline
      mandate_data.customer_acceptance.accepted_at`,
  },
  {
    call: 'POST /v1/setup_intents',
    page: page('setup_intents/create'),
    fields: `
      payment_method
      payment_method_types.# = card
      customer
      usage = off_session | on_session
      confirm
      payment_method_options.card.moto
      metadata.our_reference`,
  },
  {
    call: 'POST /v1/payment_intents/{}/capture',
    page: page('payment_intents/capture'),
    fields: 'amount_to_capture',
  },
  {
    call: 'POST /v1/payment_intents/{}/cancel',
    page: page('payment_intents/cancel'),
    fields: 'cancellation_reason = duplicate | fraudulent | requested_by_customer | abandoned',
  },
  {
    call: 'POST /v1/refunds',
    page: page('refunds/create'),
    fields: `
      payment_intent
      amount
      metadata.our_reference`,
  },
  {
    call: 'GET /v1/payment_intents/search',
    page: page('payment_intents/search'),
    fields: `
      ?query
      ?limit`,
  },
  { call: 'GET /v1/payment_intents/{}', page: page('payment_intents/retrieve'), fields: '' },
  {
    call: 'GET /v1/refunds',
    page: page('refunds/list'),
    fields: `
      ?payment_intent
      ?limit`,
  },
  {
    call: 'GET /v1/balance_transactions',
    page: page('balance_transactions/list'),
    fields: `
      ?created[gte]
      ?created[lt]
      ?limit
      ?starting_after`,
  },
  {
    // Compared with the description in test/connectors/pay-links/.
    call: 'POST /v1/checkout/sessions',
    page: page('checkout/sessions/create'),
    fields: `
      mode = payment
      payment_method_types.# = card
      line_items.#.quantity
      line_items.#.price_data.currency
      line_items.#.price_data.unit_amount
      line_items.#.price_data.product_data.name
      payment_intent_data.capture_method = automatic | automatic_async | manual
      payment_intent_data.metadata.our_reference
      payment_intent_data.metadata.merchant_reference
      payment_intent_data.description
      client_reference_id
      metadata.our_reference
      metadata.merchant_reference
      success_url
      cancel_url
      expires_at
      locale`,
  },
  { call: 'GET /v1/checkout/sessions/{}', page: page('checkout/sessions/retrieve'), fields: '' },
  { call: 'POST /v1/checkout/sessions/{}/expire', page: page('checkout/sessions/expire'), fields: '' },
  { call: 'POST /v1/payment_methods/{}/detach', page: page('payment_methods/detach'), fields: '' },
  { call: 'GET /v1/payment_methods/{}', page: page('payment_methods/retrieve'), fields: '' },
]
