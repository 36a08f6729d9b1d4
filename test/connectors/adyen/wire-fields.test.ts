import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { StoredPaymentMethods } from '../../../src/connectors/adyen/kept-card.ts'
import * as wire from '../../../src/connectors/adyen/wire.ts'
import { adyenWireFields } from '../../conformance/wire-fields/adyen.ts'
import { Description } from '../support/description.ts'
import { hasSpec, readSpec } from '../support/specs.ts'

const names = { checkout: 'adyen-CheckoutService-v72.json', webhooks: 'adyen-Webhooks-v1.json' } as const
const isThere = [hasSpec(names.checkout), hasSpec(names.webhooks)].every(Boolean)

describe.runIf(isThere)('the fields of Adyen’s wire, in Adyen’s own descriptions,', () => {
  const checkout = new Description(isThere ? readSpec(names.checkout) : {}, '/v72')
  const webhooks = new Description(isThere ? readSpec(names.webhooks) : {})

  it('are all there in the requests, with the words that may stand in them', () => {
    expect(checkout.differences(adyenWireFields)).toEqual([])
  })

  it.each([
    ['POST /v72/payments', '200', wire.PaymentResponse],
    ['POST /v72/payments', '422', wire.ServiceError],
    ['POST /v72/payments/{}/captures', '201', wire.Modification.omit({ paymentReference: true })],
    ['POST /v72/payments/{}/refunds', '201', wire.Modification.omit({ paymentReference: true })],
    [
      'POST /v72/payments/{}/cancels',
      '201',
      wire.Modification.omit({ paymentReference: true, amount: true }),
    ],
    ['GET /v72/storedPaymentMethods', '200', StoredPaymentMethods],
    ['POST /v72/cancels', '201', wire.Modification.omit({ paymentPspReference: true, amount: true })],
  ] as const)('are all there in the answer to %s, %s', (call, status, shape: z.ZodType) => {
    expect(checkout.unknownTo(checkout.reply(call, status), shape)).toEqual([])
  })

  // How it is signed stands in a table of its own there: `additionalData` is described without its members.
  const item = wire.NotificationItem.omit({ additionalData: true })
  it.each([
    // What a payment's own event has no use for.
    ['AUTHORISATION', item.omit({ originalReference: true })],
    ['CAPTURE', item],
    ['REFUND', item],
    ['CANCELLATION', item],
  ] as const)('are all there in the webhook %s', (event, shape: z.ZodType) => {
    const { requestBody } = webhooks.operation(`POST /${event}`)!
    const items = z.array(z.object({ NotificationRequestItem: shape }))
    const schema = Object.values(requestBody!.content)[0]!.schema
    expect(webhooks.unknownTo(schema, z.object({ notificationItems: items }))).toEqual([])
  })

  it('and one that is not, or a word that is not, would be seen', () => {
    const [payments] = adyenWireFields
    const wrong = {
      ...payments!,
      fields: 'merchantAcount\n shopperInteraction = Moto | Phone\n paymentMethod.csc',
    }
    expect(checkout.differences([wrong])).toEqual([
      'POST /v72/payments: merchantAcount',
      'POST /v72/payments: shopperInteraction = Phone',
      'POST /v72/payments: paymentMethod.csc',
    ])
    const shape = z.object({ resultCode: z.string(), amount: z.object({ minor: z.number() }) })
    expect(checkout.unknownTo(checkout.reply('POST /v72/payments', '200'), shape)).toEqual(['amount.minor'])
  })
})
