import type { Rows } from './row.ts'

/** The only call to Stripe that may have a card in it; everything after it names the PaymentMethod. */
export const stripePolicy: Rows = new Map([
  [
    'create-payment-method',
    {
      method: 'POST',
      path: /^\/v1\/payment_methods$/,
      encoding: 'form',
      places: {
        pan: 'card.number',
        expiryMonth: 'card.exp_month',
        expiryYear: 'card.exp_year',
        csc: 'card.cvc',
        postcode: 'billing_details.address.postal_code',
      },
    },
  ],
])
