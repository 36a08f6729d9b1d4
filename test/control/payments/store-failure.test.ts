import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agent, Rig } from './rig.ts'
import { until } from './until.ts'

let rig: Rig
beforeEach(async () => {
  rig = await Rig.start()
})
afterEach(() => rig.close())

/** Every read and write of payments fails, as on a disk or a server with a fault. */
const storeFails = () => sql`alter table payments rename to payments_away`.execute(rig.store.db)
const storeIsBack = () => sql`alter table payments_away rename to payments`.execute(rig.store.db)

const comesToRest = (paymentId: string, wanted: string) =>
  until(`the payment is ${wanted}`, async () => {
    await rig.clock.turn(1_000)
    return (await rig.get(paymentId)).status === wanted
  })

describe('the store fails', () => {
  it('while a collection ends: the payment is free again once the store is back', async () => {
    const { id } = await rig.collecting()
    await storeFails()
    rig.vault.end(rig.vault.onlyOne(), 'caller-cancelled')
    await until('the collection has ended', async () => {
      await rig.clock.turn(2_000)
      return rig.vault.held.size === 0
    })
    await storeIsBack()
    expect((await rig.get(id)).status).toBe('collecting')
    await comesToRest(id, 'created')
  })

  it('when the card is complete: nothing is sent, the card is discarded, the payment is free again', async () => {
    const { id } = await rig.collecting()
    await storeFails()
    rig.vault.keyCard()
    await until('the card is discarded', () => rig.vault.held.size === 0)
    expect(rig.vault.sent).toHaveLength(0)
    await storeIsBack()
    await comesToRest(id, 'created')
    expect((await rig.get(id)).collection).toMatchObject({ why: 'store-failed' })
  })

  it('while the gateway is at work: the approval is found by asking, and sent for once', async () => {
    let gone: Promise<unknown> | undefined
    rig.vault.gateway = async (call) => {
      const reply = rig.gateway.approve(call)
      gone = storeFails()
      await gone
      return reply
    }
    const { id } = await rig.collecting()
    rig.vault.keyCard()
    await until('the gateway has approved', () => rig.gateway.ledger.length === 1)
    await gone
    await rig.clock.turn(10_000)
    await storeIsBack()
    await comesToRest(id, 'captured')
    expect(rig.vault.sent).toHaveLength(1)
    expect(rig.gateway.ledger).toHaveLength(1)
  })
})

describe('an order about a card that comes too late', () => {
  it.each(['COLLECTION_UNKNOWN', 'COLLECTION_NOT_AT_THAT'])(
    'is refused as such when the vault says %s',
    async (code) => {
      const { id } = await rig.collecting()
      for (const method of ['clear-field', 'restart', 'extend']) rig.vault.refused.set(method, code)
      const { payments } = rig.core
      const tooLate = { code: 'COLLECTION_NOT_RUNNING' }
      await expect(payments.clearField(agent, id, 'pan')).rejects.toMatchObject(tooLate)
      await expect(payments.useAnotherCard(agent, id)).rejects.toMatchObject(tooLate)
      await expect(payments.extend(agent, id, 60)).rejects.toMatchObject(tooLate)
    },
  )
})
