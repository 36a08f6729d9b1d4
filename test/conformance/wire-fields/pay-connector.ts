import type { WireFields } from '../wire-fields.ts'

export const payConnectorWireFields: WireFields = [
  {
    // The merchant's own address, which is a setting.
    call: 'POST /payments/card',
    page: 'https://www.twilio.com/docs/voice/twiml/pay/generic-pay-connector',
    fields: `
      method = charge | tokenize
      transaction_id
      cardnumber
      expiry_month
      expiry_year
      cvv
      postal_code
      amount
      currency_code
      description
      parameters.reference`,
  },
]
