import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningGateway, runGateway, sale } from './running-gateway.ts'

const dayMs = 24 * 60 * 60 * 1_000
let running: RunningGateway
beforeAll(async () => {
  running = await runGateway()
})
afterAll(() => running.end())

/** An authorisation, and what may follow it. */
async function authorised({ capture, amount = 1050 }: { capture: boolean; amount?: number }) {
  const { json } = await running.client.post('/v1/authorisations', sale({ capture, amount }))
  const target = `/v1/authorisations/${json.id}`
  const money = (amountMinor: number) => ({
    amount: amountMinor,
    currency: 'GBP',
    ourReference: 'att_follow',
  })
  return {
    status: async () => (await running.client.get(target)).json.status,
    view: async () => (await running.client.get(target)).json,
    capture: (minor: number) => running.client.post(`${target}/captures`, money(minor)),
    refund: (minor: number) => running.client.post(`${target}/refunds`, money(minor)),
    void: () => running.client.post(`${target}/voids`, { ourReference: 'att_follow' }),
    captureIn: (currency: string) => running.client.post(`${target}/captures`, { ...money(1050), currency }),
  }
}

describe('an authorisation at the sandbox gateway', () => {
  it('is captured once, for at most its amount, in its currency', async () => {
    const payment = await authorised({ capture: false })
    expect(await payment.status()).toBe('authorised')
    expect((await payment.capture(1051)).json.error.code).toBe('amount_too_large')
    expect((await payment.captureIn('EUR')).json.error.code).toBe('currency_differs')
    expect((await payment.capture(1000)).json).toMatchObject({ kind: 'capture', amount: 1000 })
    expect(await payment.view()).toMatchObject({ status: 'captured', capturedAmount: 1000 })
    expect((await payment.capture(50)).json.error.code).toBe('not_capturable')
  })

  it('is refunded in parts, up to what was captured', async () => {
    const payment = await authorised({ capture: true })
    expect((await payment.refund(600)).status).toBe(201)
    expect((await payment.refund(451)).json.error.code).toBe('amount_too_large')
    expect((await payment.refund(450)).status).toBe(201)
    expect(await payment.view()).toMatchObject({ refundedAmount: 1050 })
    expect((await payment.void()).json.error.code).toBe('not_voidable')
  })

  it('is not refunded before it is captured', async () => {
    const payment = await authorised({ capture: false })
    expect((await payment.refund(1)).json.error.code).toBe('not_refundable')
  })

  it('is cancelled until it is settled, at midnight UTC', async () => {
    const open = await authorised({ capture: false })
    expect((await open.void()).status).toBe(201)
    expect((await open.capture(1050)).json.error.code).toBe('not_capturable')
    const taken = await authorised({ capture: true })
    expect((await taken.void()).status).toBe(201)
    expect(await taken.view()).toMatchObject({ status: 'voided', captured: false, capturedAmount: 0 })
    const settled = await authorised({ capture: true })
    await running.clock.turn(dayMs)
    expect((await settled.void()).json.error.code).toBe('not_voidable')
    expect((await settled.refund(1050)).status).toBe(201)
  })

  it('is not found under an id that does not exist', async () => {
    const reply = await running.client.post('/v1/authorisations/auth_none/voids', { ourReference: 'a' })
    expect([reply.status, reply.json.error.code]).toEqual([404, 'authorisation_not_found'])
  })
})
