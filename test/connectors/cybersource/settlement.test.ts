import { describe, expect, it } from 'vitest'
import { settlement } from '../../../src/connectors/cybersource/settlement.ts'
import { GatewayCall } from '../../../src/contracts/gateway-call.ts'
import { cybersourceFixture } from '../../conformance/cybersource-fixture.ts'

const range = { sinceMs: Date.UTC(2026, 0, 15), untilMs: Date.UTC(2026, 0, 16) }
const answered = (body: object, status = 200) =>
  settlement.read({ kind: 'answered', status, headers: {}, body: JSON.stringify(body) })

/** Fields and their types as in ReportingV3PurchaseRefundDetailsGet200Response of CyberSource's client documentation. */
const page = {
  offset: 0,
  limit: 100,
  pageResults: 2,
  requestDetails: [
    { requestId: '6461731521426399003473', merchantReferenceNumber: 'att_01jd3f8p0m9x2v7k4q6r5s8t1w' },
    { requestId: '6461731521426399003474', merchantReferenceNumber: 'op_01jd3f8p0m9x2v7k4q6r5s8t1x' },
  ],
  settlements: [
    {
      requestId: '6461731521426399003473',
      transactionType: 'Purchase',
      submissionTime: '2026-01-15T22:10:00Z',
      amount: '10.50',
      currencyCode: 'GBP',
      accountSuffix: '1111',
    },
    {
      requestId: '6461731521426399003474',
      transactionType: 'Refund',
      submissionTime: '2026-01-15T22:10:00Z',
      amount: '4.00',
      currencyCode: 'GBP',
    },
  ],
  feeAndFundingDetails: [
    { requestId: '6461731521426399003473', totalFee: '0.21', feeCurrency: 'GBP', fundingAmount: '10.29' },
  ],
}

describe('CyberSource’s purchase and refund details', () => {
  it('are asked for by the day of submission, signed with their query', () => {
    const call = GatewayCall.parse(settlement.page(range, cybersourceFixture.account))
    expect(call.method).toBe('GET')
    expect(call.path).toBe(
      '/reporting/v3/purchase-refund-details?startTime=2026-01-15T00%3A00%3A00.000Z&endTime=2026-01-16T00%3A00%3A00.000Z' +
        '&organizationId=tonewall_tests&viewBy=submissionDate&offset=0&limit=100',
    )
    expect(JSON.stringify(call.computedHeaders)).toContain(`request-target: get ${call.path}`)
  })

  it('are lines with our reference, the fee that the acquirer told, and refunds as negative', () => {
    const at = Date.UTC(2026, 0, 15, 22, 10)
    expect(answered(page)).toEqual({
      ok: true,
      lines: [
        {
          id: '6461731521426399003473:Purchase',
          kind: 'payment',
          gatewayRef: '6461731521426399003473',
          ourReference: 'att_01jd3f8p0m9x2v7k4q6r5s8t1w',
          ...{ grossMinor: 1050, feeMinor: 21, netMinor: 1029, currency: 'GBP', availableAt: at },
        },
        {
          id: '6461731521426399003474:Refund',
          kind: 'refund',
          gatewayRef: '6461731521426399003474',
          ourReference: 'op_01jd3f8p0m9x2v7k4q6r5s8t1x',
          ...{ grossMinor: -400, feeMinor: 0, netMinor: -400, currency: 'GBP', availableAt: at },
        },
      ],
    })
  })

  it('have another page when this one is full', () => {
    expect(answered({ ...page, pageResults: 100 })).toMatchObject({ ok: true, cursor: '100' })
    const call = settlement.page({ ...range, cursor: '100' }, cybersourceFixture.account)
    expect(call.path).toContain('&offset=100&')
  })

  it('are none for a day without transactions, and unusable when one line cannot be read', () => {
    expect(answered({ reportName: 'x' }, 404)).toEqual({ ok: true, lines: [] })
    const [first, second] = page.settlements
    for (const amount of ['10.505', '-1', 'ten'])
      expect(answered({ ...page, settlements: [first, { ...second, amount }] })).toMatchObject({ ok: false })
    expect(answered({}, 500)).toEqual({ ok: false, because: 'status 500' })
  })
})
