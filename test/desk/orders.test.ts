import { describe, expect, it } from 'vitest'
import type { Right } from '../../src/contracts/rights.ts'
import { operationWords, ordersOf } from '../../src/desk/orders.ts'
import { anOperation, aPayment } from './examples.ts'

const supervisor: Right[] = ['payments:settle', 'payments:refund']
const captured = { status: 'captured', capturedMinor: 1050 } as const
const kindsOf = (...given: Parameters<typeof ordersOf>) => ordersOf(...given).map(({ kind }) => kind)

describe('what can be ordered of a payment', () => {
  it('follows its state: nothing before it is approved, and nothing after its end', () => {
    for (const status of ['created', 'collecting', 'ready', 'authorising', 'unknown', 'declined'] as const)
      expect(ordersOf(aPayment({ status }), supervisor)).toEqual([])
    for (const status of ['refunded', 'voided', 'cancelled', 'expired'] as const)
      expect(ordersOf(aPayment({ status }), supervisor)).toEqual([])
    expect(kindsOf(aPayment({ status: 'authorised' }), supervisor)).toEqual(['capture', 'void'])
    expect(kindsOf(aPayment(captured), supervisor)).toEqual(['refund', 'void'])
    const half = { status: 'partly-refunded', capturedMinor: 1050, refundedMinor: 400 } as const
    expect(ordersOf(aPayment(half), supervisor)).toEqual([{ kind: 'refund', mostMinor: 650, why: null }])
  })

  it('keeps an agent from giving money back, and says who can', () => {
    const [refund, reverse] = ordersOf(aPayment(captured), ['payments:settle'])
    expect(refund?.why).toBe('A supervisor can give money back.')
    expect(reverse?.why).toBeNull()
  })

  it('holds back what a pending refund may still take, and reverses nothing under it', () => {
    const operations = [anOperation({ state: 'pending', amountMinor: 400 })]
    const [refund, reverse] = ordersOf(aPayment({ ...captured, operations }), supervisor)
    expect(refund).toEqual({ kind: 'refund', mostMinor: 650, why: null })
    expect(reverse?.why).toContain('on its way')
  })

  it('orders nothing while an outcome is unknown or an order is on its way', () => {
    const why = (state: 'unknown' | 'open') =>
      ordersOf(aPayment({ ...captured, operations: [anOperation({ state })] }), supervisor)[0]?.why
    expect(why('unknown')).toContain('do not order it again')
    expect(why('open')).toContain('on its way')
  })
})

describe('the words for an order', () => {
  it('never call it done before the gateway has said so', () => {
    expect(operationWords(anOperation())).toBe('£4.00 given back.')
    expect(operationWords(anOperation({ state: 'failed' }))).toBe(
      '£4.00 not given back: the gateway refused.',
    )
    expect(operationWords(anOperation({ state: 'pending' }))).toContain('may take days')
    expect(operationWords(anOperation({ state: 'unknown', kind: 'capture' }))).toContain('not yet known')
  })
})
