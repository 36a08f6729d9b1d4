import type { Places, Row, Rows } from './row.ts'

/** The only calls to Stripe that may have a card or an account in them; everything after them names the PaymentMethod. */
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
  [
    'create-uk-account',
    bankAccount({ sortCode: 'bacs_debit.sort_code', accountNumber: 'bacs_debit.account_number' }),
  ],
  [
    'create-us-account',
    bankAccount({
      routingNumber: 'us_bank_account.routing_number',
      accountNumber: 'us_bank_account.account_number',
    }),
  ],
])

function bankAccount(places: Places): Row {
  return { method: 'POST', path: /^\/v1\/payment_methods$/, encoding: 'form', places }
}
