import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agent, type Rig } from './rig.ts'
import { SandboxRig } from './sandbox-rig.ts'

let sandbox: SandboxRig
let rig: Rig
beforeEach(async () => {
  sandbox = await SandboxRig.start()
  rig = sandbox.rig
})
afterEach(() => sandbox.close())

async function paid(paymentId: string): Promise<void> {
  await rig.core.payments.arm(agent, paymentId)
  await rig.reaches(paymentId, (now) => now.collection?.state === 'collecting')
  rig.vault.keyCard()
  await rig.reaches(paymentId, 'captured')
}

describe('one amount over two cards', () => {
  it('becomes two payments on the same call, which come to it, and the first is never open beside them', async () => {
    const payment = await rig.collecting({ amountMinor: 10_000 })
    const parts = await rig.core.payments.split(agent, payment.id, [6_000, 4_000])
    expect(parts.map(({ amountMinor, groupId, callId }) => ({ amountMinor, groupId, callId }))).toEqual([
      { amountMinor: 6_000, groupId: payment.id, callId: payment.callId },
      { amountMinor: 4_000, groupId: payment.id, callId: payment.callId },
    ])
    expect((await rig.get(payment.id)).status).toBe('cancelled')
    for (const { id } of parts) await paid(id)
    const { data } = await rig.core.payments.list(agent, { groupId: payment.id, limit: 10 })
    expect(data.map(({ status }) => status)).toEqual(['captured', 'captured'])
    const amounts = (await sandbox.booked('authorisation')).map(({ amount }) => amount)
    expect(amounts.toSorted()).toEqual([4_000, 6_000])
  })

  it('is refused when the parts come to another amount, or when the payment was made already', async () => {
    const payment = await rig.created({ amountMinor: 10_000 })
    await expect(rig.core.payments.split(agent, payment.id, [6_000, 3_999])).rejects.toMatchObject({
      code: 'SPLIT_INVALID',
    })
    await paid(payment.id)
    await expect(rig.core.payments.split(agent, payment.id, [6_000, 4_000])).rejects.toMatchObject({
      code: 'PAYMENT_FINISHED',
    })
  })
})
