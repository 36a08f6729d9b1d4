import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import * as wire from '../../../src/connectors/stripe/wire.ts'
import { stripeWireFields } from '../../conformance/wire-fields/stripe.ts'
import { Description } from '../support/description.ts'
import { hasSpec, readSpec } from '../support/specs.ts'

const name = 'stripe-spec3-2023-09-12.payments.json'
const isThere = hasSpec(name)

describe.runIf(isThere)('the fields of Stripe’s wire, in Stripe’s own description,', () => {
  const description = new Description(isThere ? readSpec(name) : {})

  it('are all there in the requests, but for the one that is documented elsewhere', () => {
    // Sessions are left out of the derived description; test/connectors/pay-links/ compares them with the whole one.
    const payments = stripeWireFields.filter(({ call }) => !call.includes('/checkout/'))
    expect(description.differences(payments)).toEqual([
      'POST /v1/payment_intents/{}/confirm: payment_method_options.card.moto',
      'POST /v1/setup_intents: payment_method_options.card.moto',
    ])
  })

  it.each([
    ['POST /v1/payment_methods', '200', wire.PaymentMethod],
    ['POST /v1/payment_methods/{}/detach', '200', wire.PaymentMethod],
    ['GET /v1/payment_methods/{}', '200', wire.PaymentMethod],
    ['POST /v1/customers', '200', wire.Customer],
    ['POST /v1/payment_intents', '200', wire.PaymentIntent],
    ['POST /v1/payment_intents/{}/confirm', '200', wire.PaymentIntent],
    ['POST /v1/payment_intents/{}/confirm', 'default', wire.ErrorBody],
    ['GET /v1/payment_intents/search', '200', wire.FoundIntents],
    ['POST /v1/setup_intents', '200', wire.SetupIntent],
    ['POST /v1/refunds', '200', wire.Refund],
    ['GET /v1/refunds', '200', wire.Refunds],
    ['GET /v1/balance_transactions', '200', wire.BalancePage],
  ] as const)('are all there in the answer to %s, %s', (call, status, shape: z.ZodType) => {
    expect(description.unknownTo(description.reply(call, status), shape)).toEqual([])
  })
})
