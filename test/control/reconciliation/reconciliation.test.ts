import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ReconciliationResource } from '../../../src/contracts/reconciliation.ts'
import { storedNumbers } from '../../../src/control/metrics/numbers.ts'
import { merchantId, otherAgent } from '../payments/rig.ts'
import { SandboxRig, supervisor } from '../payments/sandbox-rig.ts'
import { until } from '../payments/until.ts'

let sandbox: SandboxRig
let since: number
beforeEach(async () => {
  sandbox = await SandboxRig.start()
  since = sandbox.rig.clock.now() - 1_000
})
afterEach(() => sandbox.close())

async function reconciled(): Promise<ReconciliationResource> {
  const { reconciliations } = sandbox.rig.core
  const { id } = await reconciliations.order(supervisor, { since, until: sandbox.rig.clock.now() + 1_000 })
  await until('it is done', async () => (await reconciliations.get(supervisor, id)).state !== 'running')
  return reconciliations.get(supervisor, id)
}
const dayMs = 86_400_000
const differences = (id: string) => sandbox.rig.core.reconciliations.differences(supervisor, id)

/** A refund that somebody made in the gateway's own back office. */
async function refundedOutside(authorisation: string | null) {
  const body = { amount: 100, currency: 'GBP', ourReference: 'by-hand' }
  return (await sandbox.client.post(`/v1/authorisations/${authorisation}/refunds`, body)).json.id as string
}

describe('our ledger and the gateway’s', () => {
  it('agree on payments, captures and refunds, and pay no attention to what was voided or declined', async () => {
    await sandbox.approved()
    const captured = await sandbox.approved({ capture: 'manual' })
    await sandbox.order({ paymentId: captured.id, kind: 'capture', amountMinor: 1_000 })
    await sandbox.order({ paymentId: captured.id, kind: 'refund', amountMinor: 300 })
    const voided = await sandbox.approved()
    await sandbox.order({ paymentId: voided.id, kind: 'void' })
    expect(await reconciled()).toMatchObject({ state: 'done', lines: 3, matched: 3, differences: 0 })
  })

  it('differ where money moved that we know nothing of', async () => {
    const { gatewayRef } = await sandbox.approved()
    const subject = await refundedOutside(gatewayRef)
    const run = await reconciled()
    expect(run).toMatchObject({ differences: 1, matched: 1 })
    expect(await differences(run.id)).toMatchObject([
      { kind: 'missing-here', subject, theirsMinor: -100, oursMinor: null },
    ])
  })

  it('differ where we say that money moved and the gateway does not', async () => {
    const { id } = await sandbox.approved()
    const { db } = sandbox.rig.store
    await db
      .updateTable('attempts')
      .set({ id: 'att_gone' })
      .where('merchant_id', '=', merchantId)
      .where('payment_id', '=', id)
      .execute()
    const changed = db.updateTable('payments').set({ gateway_ref: 'auth_gone' })
    await changed.where('merchant_id', '=', merchantId).where('id', '=', id).execute()
    const attempts = db.updateTable('attempts').set({ gateway_ref: 'auth_gone' })
    await attempts.where('merchant_id', '=', merchantId).where('payment_id', '=', id).execute()
    const found = await differences((await reconciled()).id)
    expect(found.map(({ kind }) => kind).sort()).toEqual(['missing-here', 'missing-there'])
    expect(found.find(({ kind }) => kind === 'missing-there')).toMatchObject({
      paymentId: id,
      oursMinor: 1_050,
    })
  })

  it('differ where both know of it with another amount', async () => {
    const { id } = await sandbox.approved()
    const less = sandbox.rig.store.db.updateTable('payments').set({ captured_minor: 1_000 })
    await less.where('merchant_id', '=', merchantId).where('id', '=', id).execute()
    expect(await differences((await reconciled()).id)).toMatchObject([
      { kind: 'other-amount', paymentId: id, oursMinor: 1_000, theirsMinor: 1_050 },
    ])
  })

  it('settle what was unknown: the gateway’s account is an answer too', async () => {
    const { id: paymentId } = await sandbox.approved()
    await sandbox.client.fault({ fault: 'reset-after-commit', on: 'refund' })
    await sandbox.order({ paymentId, kind: 'refund' })
    expect((await sandbox.operations(paymentId))[0]).toMatchObject({ state: 'unknown' })
    expect(await reconciled()).toMatchObject({ differences: 0, matched: 2 })
    expect(await sandbox.rig.get(paymentId)).toMatchObject({ status: 'refunded' })
  })

  it('are compared every day by themselves, once', async () => {
    await sandbox.approved()
    const done = new Set<number>()
    await until('a day was compared', async () => {
      const { data } = await sandbox.rig.core.reconciliations.list(supervisor, { limit: 10 })
      // The gateway answers in real time: the clock must not run out on it.
      if (!data.some(({ state }) => state === 'running')) await sandbox.hoursPass(1)
      return data.some(({ state, matched }) => state === 'done' && matched === 1)
    })
    await sandbox.hoursPass(3)
    const { data } = await sandbox.rig.core.reconciliations.list(supervisor, { limit: 10 })
    // Where the clock outran the gateway's answer, a later hour tries again.
    for (const run of data.filter(({ state }) => state === 'done')) {
      expect(done).not.toContain(run.until)
      done.add(run.until)
    }
  })

  it('are compared from the first day on, although the gateway was away on it', async () => {
    const today = Math.floor(sandbox.rig.clock.now() / dayMs) * dayMs
    const failed = { id: 'rec_first', merchant_id: merchantId, gateway: 'sandbox', state: 'failed' } as const
    await sandbox.rig.store.db
      .insertInto('reconciliations')
      .values({
        ...{ ...failed, since_ms: today - 2 * dayMs, until_ms: today - dayMs, because: 'no-answer: timeout' },
        ...{ lines: 0, matched: 0, differences: 0, created_at: today - dayMs, updated_at: today - dayMs },
      })
      .execute()
    await until('the next comparison has begun', async () => {
      const { data } = await sandbox.rig.core.reconciliations.list(supervisor, { limit: 10 })
      if (data.length === 1) await sandbox.hoursPass(1)
      return data.length > 1
    })
    const { data } = await sandbox.rig.core.reconciliations.list(supervisor, { limit: 10 })
    expect(data.find(({ id }) => id !== failed.id)).toMatchObject({
      since: today - 2 * dayMs,
      until: today,
    })
  })

  it('are one merchant’s own', async () => {
    const { id } = await reconciled()
    const theirs = sandbox.rig.core.reconciliations.get(otherAgent, id)
    await expect(theirs).rejects.toMatchObject({ code: 'RECONCILIATION_NOT_FOUND' })
    const { data } = await sandbox.rig.core.reconciliations.list(otherAgent, { limit: 10 })
    expect(data).toEqual([])
  })
})

describe('a difference', () => {
  it('is told to the merchant once, in however many comparisons it is found', async () => {
    await sandbox.rig.core.endpoints.create(supervisor, { url: 'http://127.0.0.1:9/hooks' })
    const { gatewayRef } = await sandbox.approved()
    await refundedOutside(gatewayRef)
    await reconciled()
    await sandbox.rig.clock.turn(1)
    expect(await reconciled()).toMatchObject({ differences: 1 })
    const told = await sandbox.rig.store.db
      .selectFrom('outbox')
      .select(['type', 'body'])
      .where('merchant_id', '=', merchantId)
      .where('type', '=', 'reconciliation.difference')
      .execute()
    expect(told).toHaveLength(1)
    expect(JSON.parse(told[0]?.body ?? '{}').data).toMatchObject({ kind: 'missing-here', theirsMinor: -100 })
  })

  it('stands in the metrics until a later comparison finds none', async () => {
    const counted = async () => (await storedNumbers(sandbox.rig.store.db)).differences.get('sandbox')
    const { gatewayRef } = await sandbox.approved()
    await refundedOutside(gatewayRef)
    await reconciled()
    expect(await counted()).toBe(1)
    since = sandbox.rig.clock.now() + 500
    await sandbox.rig.clock.turn(1_000)
    await reconciled()
    expect(await counted()).toBe(0)
  })

  it('and the ledger can be taken away as CSV that no spreadsheet runs as a formula', async () => {
    const { id: paymentId, gatewayRef } = await sandbox.approved({ reference: '=1+1, "ours"' })
    await sandbox.order({ paymentId, kind: 'refund', amountMinor: 50 })
    await refundedOutside(gatewayRef)
    const { id } = await reconciled()
    const { reconciliations } = sandbox.rig.core
    const ledger = (await reconciliations.ledgerCsv(supervisor, id)).split('\r\n')
    expect(ledger[0]).toBe(
      'at,kind,paymentId,reference,ourReference,gatewayRef,amount,amountMinor,currency,customer',
    )
    expect(ledger[1]).toContain(`payment,${paymentId},"'=1+1, ""ours""",att_`)
    expect(ledger[1]).toMatch(/,10\.50,1050,GBP,$/)
    expect(ledger[2]).toMatch(/,-0\.50,-50,GBP,$/)
    const found = (await reconciliations.differencesCsv(supervisor, id)).split('\r\n')
    expect(found[1]).toMatch(/^missing-here,ref_\w+,,ref_\w+,,-100,GBP$/)
  })
})
