import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PaymentEvent } from '../../../src/contracts/payment-events.ts'
import { agent, merchantId, otherAgent, Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await Rig.start()
})
afterEach(() => rig.close())

describe('the customer of a payment', () => {
  it('is kept and returned, through the whole life of the payment', async () => {
    const { id, customer } = await rig.collecting({ customer: 'C-1' })
    expect(customer).toBe('C-1')
    rig.vault.keyCard()
    expect(await rig.reaches(id, 'captured')).toMatchObject({ customer: 'C-1' })
  })

  it('is null where none was named', async () => {
    expect(await rig.created()).toMatchObject({ customer: null })
  })

  it('finds all of the customer’s payments, as a whole and page by page', async () => {
    const first = await rig.created({ customer: 'C-1' })
    await rig.created({ customer: 'C-10' })
    await rig.created()
    // Ids sort by their milliseconds.
    await rig.clock.turn(1)
    const second = await rig.created({ customer: 'C-1' })
    const list = (cursor?: string) =>
      rig.core.payments.list(agent, { customer: 'C-1', limit: 1, ...(cursor ? { cursor } : {}) })
    const page = await list()
    expect(page.data.map(({ id }) => id)).toEqual([second.id])
    const last = await list(page.nextCursor ?? undefined)
    expect(last).toMatchObject({ data: [{ id: first.id }], nextCursor: null })
  })

  it('finds nothing for another merchant that calls somebody the same', async () => {
    await rig.created({ customer: 'C-1' })
    const found = await rig.core.payments.list(otherAgent, { customer: 'C-1', limit: 10 })
    expect(found).toEqual({ data: [], nextCursor: null })
  })

  it('is told to the merchant’s systems with every event', async () => {
    await rig.core.endpoints.create(agent, { url: 'http://127.0.0.1:9/' })
    const { id } = await rig.created({ customer: 'C-1' })
    const rows = await rig.store.db
      .selectFrom('outbox')
      .select('body')
      .where('merchant_id', '=', merchantId)
      .where('payment_id', '=', id)
      .execute()
    const events = rows.map(({ body }) => PaymentEvent.parse(JSON.parse(body)))
    expect(events).toMatchObject([{ type: 'payment.created', data: { customer: 'C-1' } }])
  })
})
