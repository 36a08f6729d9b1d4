import { describe, expect, it } from 'vitest'
import { PaymentEvent } from '../../src/contracts/payment-events.ts'
import { applyMapping } from '../../src/crm/mapping.ts'
import { mappingView, viewNames } from '../../src/crm/mapping-view.ts'

const eventFor = (customer: string | null) =>
  PaymentEvent.parse({
    type: 'payment.captured',
    timestamp: '2026-01-15T12:00:00.000Z',
    data: {
      ...{ id: 'pay_1', merchantId: 'mer_one', callId: 'call_1', amountMinor: 4_250, currency: 'GBP' },
      ...{ capturedMinor: 4_250, reference: 'INV-7', customer, description: null, metadata: {} },
      ...{ status: 'captured', brand: 'visa', last4: '4242', gateway: 'sandbox', gatewayRef: 'auth_1' },
      ...{ authCode: 'A1', decline: null, createdAt: 1, updatedAt: 2 },
    },
  })
const viewFor = (customer: string | null) =>
  mappingView({ event: eventFor(customer), eventId: 'evt_1', record: null })

describe('what a mapping can name', () => {
  it('is every name that the desk shows, and no other', () => {
    expect(Object.keys(viewFor('C-7')).sort()).toEqual([...viewNames].sort())
  })

  it('has the merchant’s customer, or leaves the field away', () => {
    const mapping = [{ field: 'Who', template: '{{customer}}', as: 'text' as const }]
    expect(applyMapping(mapping, viewFor('C-7'))).toEqual({ values: { Who: 'C-7' }, faults: [] })
    expect(applyMapping(mapping, viewFor(null))).toEqual({ values: {}, faults: [] })
  })
})
