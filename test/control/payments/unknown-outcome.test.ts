import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { verifyAudit } from '../../../src/control/store/audit-log.ts'
import { agent, merchantId, Rig } from './rig.ts'
import { until } from './until.ts'

let rig: Rig
beforeEach(async () => {
  rig = await Rig.start()
})
afterEach(() => rig.close())

async function keyedCard() {
  const { id } = await rig.collecting()
  rig.vault.keyCard()
  return id
}

const auditActions = async () => {
  const rows = await rig.store.db
    .selectFrom('audit')
    .select('action')
    .where('merchant_id', '=', merchantId)
    .execute()
  return rows.map(({ action }) => action)
}

describe('an answer that was lost', () => {
  it('leaves the payment unknown, and is inquired by our reference until the gateway tells', async () => {
    rig.vault.gateway = (call) => rig.gateway.approveAndReset(call)
    const id = await keyedCard()
    await rig.reaches(id, 'unknown')
    expect(await rig.settles(id, 'captured')).toMatchObject({ attempts: 1, authCode: 'A1B2C3' })
    expect(rig.vault.sent).toHaveLength(1)
    expect(rig.gateway.ledger).toHaveLength(1)
  })

  it('allows nothing else with the payment meanwhile', async () => {
    rig.vault.gateway = (call) => rig.gateway.approveAndReset(call)
    const id = await keyedCard()
    await rig.reaches(id, 'unknown')
    const code = 'PAYMENT_OUTCOME_UNKNOWN'
    await expect(rig.core.payments.cancel(agent, id)).rejects.toMatchObject({ code })
    await expect(rig.core.payments.arm(agent, id)).rejects.toMatchObject({ code })
    await expect(rig.core.payments.useAnotherCard(agent, id)).rejects.toMatchObject({ code })
  })

  it('is asked for again and again while the gateway has troubles of its own', async () => {
    rig.vault.gateway = (call) => rig.gateway.approveAndReset(call)
    rig.gateway.inquiryStatus = 503
    const id = await keyedCard()
    await rig.reaches(id, 'unknown')
    await until('several inquiries failed', async () => {
      await rig.clock.turn(1_000)
      return rig.gateway.inquiries >= 4
    })
    expect(await rig.get(id)).toMatchObject({ status: 'unknown' })
    rig.gateway.inquiryStatus = 200
    await rig.settles(id, 'captured', 5_000)
  })

  it('is believed to be nothing only when the gateway knows of nothing twice, ten seconds after', async () => {
    rig.vault.gateway = () => ({ kind: 'no-answer', because: 'timeout' })
    const id = await keyedCard()
    await rig.reaches(id, 'unknown')
    const sentAt = rig.clock.now()
    const settled = await rig.settles(id, 'declined', 500)
    expect(rig.clock.now() - sentAt).toBeGreaterThan(10_000)
    expect(rig.gateway.inquiries).toBeGreaterThanOrEqual(3)
    expect(settled.decline).toMatchObject({
      reason: 'gateway-error',
      retry: 'same-card',
      gatewayCode: 'absent',
    })
  })

  it('is not believed to be nothing by another account than it was sent to', async () => {
    rig.vault.gateway = () => ({ kind: 'no-answer', because: 'timeout' })
    const id = await keyedCard()
    await rig.reaches(id, 'unknown')
    const restartedWith = async (settings: { account: string } | undefined) => {
      await rig.crash()
      rig.settings = settings
      await rig.startCore()
    }
    await restartedWith({ account: 'another' })
    const before = rig.gateway.inquiries
    await until('the other account was asked four times', async () => {
      await rig.clock.turn(5_000)
      return rig.gateway.inquiries >= before + 4
    })
    expect(await rig.get(id)).toMatchObject({ status: 'unknown' })
    await restartedWith(undefined)
    expect(await rig.settles(id, 'declined', 5_000)).toMatchObject({ decline: { gatewayCode: 'absent' } })
  })

  it('is found when the request arrives at the gateway after the first inquiry', async () => {
    rig.vault.gateway = () => ({ kind: 'no-answer', because: 'timeout' })
    const id = await keyedCard()
    await until('the gateway was asked once', async () => {
      await rig.clock.turn(500)
      return rig.gateway.inquiries === 1
    })
    const [late] = rig.vault.sent
    if (late) rig.gateway.approve(late)
    await rig.settles(id, 'captured')
  })
})

describe('a request that certainly did not leave', () => {
  it('is sent again with the same key, while the card is still there', async () => {
    let refusals = 2
    rig.vault.gateway = (call) =>
      refusals-- > 0 ? { kind: 'not-sent', because: 'refused' } : rig.gateway.approve(call)
    const id = await keyedCard()
    await rig.settles(id, 'captured', 250)
    const keys = rig.vault.sent.map(
      (call) => call.headers.find(({ name }) => name === 'idempotency-key')?.value,
    )
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
    expect(rig.gateway.ledger).toHaveLength(1)
  })

  it('is given up after three tries: nothing was charged, and the card is gone', async () => {
    rig.vault.gateway = () => ({ kind: 'not-sent', because: 'refused' })
    const id = await keyedCard()
    const declined = await rig.settles(id, 'declined', 250)
    expect(rig.vault.sent).toHaveLength(3)
    expect(declined.decline).toMatchObject({ reason: 'gateway-error', gatewayCode: 'not-sent:refused' })
    await until('the card process is gone', () => rig.vault.held.size === 0)
  })

  it('is not sent again when a policy refused it', async () => {
    rig.vault.gateway = () => ({ kind: 'not-sent', because: 'policy' })
    const id = await keyedCard()
    await rig.reaches(id, 'declined')
    expect(rig.vault.sent).toHaveLength(1)
  })
})

describe('an approval of another amount', () => {
  it('is an alarm and no success', async () => {
    rig.gateway.echoOffBy = 1
    const id = await keyedCard()
    await rig.reaches(id, 'unknown')
    await until('it was inquired three times', async () => {
      await rig.clock.turn(1_000)
      return rig.gateway.inquiries >= 3
    })
    expect(await rig.get(id)).toMatchObject({ status: 'unknown' })
    const alarms = (await auditActions()).filter((action) => action === 'payment.integrity-alarm')
    expect(alarms).toHaveLength(1)
    rig.gateway.echoOffBy = 0
    await rig.settles(id, 'captured')
  })
})

describe('the audit trail of it all', () => {
  it('is a whole chain that names every step', async () => {
    rig.vault.gateway = (call) => rig.gateway.approveAndReset(call)
    const id = await keyedCard()
    await rig.reaches(id, 'unknown')
    await rig.settles(id, 'captured')
    expect(await auditActions()).toEqual([
      'payment.created',
      'payment.armed',
      'payment.collected',
      'payment.confirmed',
      'payment.uncertain',
      'payment.approved',
    ])
    expect(await verifyAudit(rig.store.db, merchantId)).toBeUndefined()
  })
})
