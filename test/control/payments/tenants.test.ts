import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agent, merchantId, otherAgent, otherMerchantId, Rig } from './rig.ts'

let rig: Rig
const queries: string[] = []
beforeEach(async () => {
  rig = await Rig.start({ onQuery: (sql) => void queries.push(sql) })
  // What every start looks at is everybody's: secrets that are to be sealed anew.
  queries.length = 0
})
afterEach(() => rig.close())

describe('another merchant', () => {
  it('finds no payment of this one, whatever it asks', async () => {
    const { id } = await rig.collecting()
    const { payments } = rig.core
    const missing = { code: 'PAYMENT_NOT_FOUND' }
    await expect(payments.get(otherAgent, id)).rejects.toMatchObject(missing)
    await expect(payments.arm(otherAgent, id)).rejects.toMatchObject(missing)
    await expect(payments.clearField(otherAgent, id, 'pan')).rejects.toMatchObject(missing)
    await expect(payments.useAnotherCard(otherAgent, id)).rejects.toMatchObject(missing)
    await expect(payments.extend(otherAgent, id, 60)).rejects.toMatchObject(missing)
    await expect(payments.confirm(otherAgent, id)).rejects.toMatchObject(missing)
    await expect(payments.cancel(otherAgent, id)).rejects.toMatchObject(missing)
    expect(await payments.list(otherAgent, { limit: 10 })).toEqual({ data: [], nextCursor: null })
    expect(await payments.current(otherMerchantId)).toEqual([])
    expect(rig.journal).toEqual(['mask', 'open-collection', 'route-digits'])
    expect(await rig.get(id)).toMatchObject({ status: 'collecting' })
  })

  it('cannot take a payment on this one’s call', async () => {
    const callId = rig.liveCall(merchantId)
    const making = rig.core.payments.create(otherAgent, {
      callId,
      amountMinor: 1,
      currency: 'GBP',
      reference: 'r',
      metadata: {},
      capture: 'automatic',
      confirm: 'automatic',
    })
    await expect(making).rejects.toMatchObject({ code: 'CALL_NOT_FOUND' })
  })
})

describe('every query', () => {
  it('names the merchant, over the whole life of a payment and of its events', async () => {
    const endpoint = await rig.core.endpoints.create(agent, { url: 'http://127.0.0.1:9/' })
    rig.vault.gateway = (call) => rig.gateway.approveAndReset(call)
    const { id } = await rig.collecting()
    rig.vault.keyCard()
    await rig.reaches(id, 'unknown')
    await rig.settles(id, 'captured')
    await rig.core.payments.list(agent, { callId: 'call_1', cursor: 'pay_z', limit: 5 })
    await rig.core.payments.current(merchantId)
    await rig.core.endpoints.remove(agent, endpoint.id)

    const tables = /"(payments|attempts|audit|outbox|webhook_endpoints|webhook_deliveries)"/
    const ofTenants = queries.filter((sql) => tables.test(sql) && !/^(create|drop|alter|begin)/.test(sql))
    const unbound = ofTenants.filter((sql) => !namesTheMerchant(sql))
    expect(ofTenants.length).toBeGreaterThan(50)
    expect([...new Set(unbound)]).toEqual([])
  })
})

/** An insert writes the column; everything else has it in its condition, in every part that reads a table. */
function namesTheMerchant(sql: string): boolean {
  if (sql.startsWith('insert')) return sql.includes('"merchant_id"')
  const parts = sql.split(/\bfrom "|\bupdate "/).slice(1)
  return parts.every((part) => /"merchant_id" = (\?|\$\d+)/.test(part))
}
