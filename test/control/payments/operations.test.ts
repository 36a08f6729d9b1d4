import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { verifyAudit } from '../../../src/control/store/audit-log.ts'
import { merchantId, otherAgent } from './rig.ts'
import { SandboxRig, supervisor } from './sandbox-rig.ts'
import { until } from './until.ts'

let sandbox: SandboxRig
beforeEach(async () => {
  sandbox = await SandboxRig.start()
})
afterEach(() => sandbox.close())

const refusedAs = (code: string) => expect.objectContaining({ code })

describe('an authorised payment', () => {
  it('is captured, wholly or in part, once', async () => {
    const { id: paymentId } = await sandbox.approved({ capture: 'manual' })
    const done = await sandbox.order({ paymentId, kind: 'capture', amountMinor: 1_000 })
    expect(done).toMatchObject({
      state: 'done',
      amountMinor: 1_000,
      gatewayRef: expect.stringMatching(/^cap_/),
    })
    expect(await sandbox.rig.get(paymentId)).toMatchObject({ status: 'captured', capturedMinor: 1_000 })
    const again = sandbox.order({ paymentId, kind: 'capture', amountMinor: 50 })
    await expect(again).rejects.toEqual(refusedAs('PAYMENT_STATE_REFUSED'))
    expect(await sandbox.booked('capture')).toMatchObject([{ amount: 1_000 }])
  })

  it('is captured for all of it unless told, and for no more than that', async () => {
    const { id: paymentId } = await sandbox.approved({ capture: 'manual' })
    const tooMuch = sandbox.order({ paymentId, kind: 'capture', amountMinor: 1_051 })
    await expect(tooMuch).rejects.toEqual(refusedAs('AMOUNT_TOO_LARGE'))
    expect(await sandbox.order({ paymentId, kind: 'capture' })).toMatchObject({ amountMinor: 1_050 })
  })

  it('is released by a void, and is then at its end', async () => {
    const { id: paymentId } = await sandbox.approved({ capture: 'manual' })
    expect(await sandbox.order({ paymentId, kind: 'void' })).toMatchObject({ state: 'done', kind: 'void' })
    expect(await sandbox.rig.get(paymentId)).toMatchObject({ status: 'voided', capturedMinor: 0 })
    const late = sandbox.order({ paymentId, kind: 'capture' })
    await expect(late).rejects.toEqual(refusedAs('PAYMENT_FINISHED'))
  })

  it('is either voided or captured when both are ordered at once', async () => {
    const { id: paymentId } = await sandbox.approved({ capture: 'manual' })
    const both = await Promise.allSettled([
      sandbox.order({ paymentId, kind: 'void' }),
      sandbox.order({ paymentId, kind: 'capture' }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await sandbox.booked('capture', 'void')).toHaveLength(1)
  })
})

describe('a captured payment', () => {
  it('is refunded in parts, never above what was captured', async () => {
    const { id: paymentId } = await sandbox.approved()
    await sandbox.order({ paymentId, kind: 'refund', amountMinor: 600, reason: 'one of two came back' })
    expect(await sandbox.rig.get(paymentId)).toMatchObject({ status: 'partly-refunded', refundedMinor: 600 })
    const tooMuch = sandbox.order({ paymentId, kind: 'refund', amountMinor: 451 })
    await expect(tooMuch).rejects.toEqual(refusedAs('AMOUNT_TOO_LARGE'))
    await sandbox.order({ paymentId, kind: 'refund' })
    expect(await sandbox.rig.get(paymentId)).toMatchObject({ status: 'refunded', refundedMinor: 1_050 })
    expect(await sandbox.operations(paymentId)).toMatchObject([
      { amountMinor: 600, state: 'done', reason: 'one of two came back' },
      { amountMinor: 450, state: 'done' },
    ])
  })

  it('gives back once for fifty orders of the whole amount at the same time', async () => {
    const { id: paymentId } = await sandbox.approved()
    const clicks = Array.from({ length: 50 }, () => sandbox.order({ paymentId, kind: 'refund' }))
    const answers = await Promise.allSettled(clicks)
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await sandbox.booked('refund')).toMatchObject([{ amount: 1_050 }])
  })

  it('is not refunded by another merchant', async () => {
    const { id: paymentId } = await sandbox.approved()
    const theirs = sandbox.rig.core.operations.order(otherAgent, { paymentId, kind: 'refund' })
    await expect(theirs).rejects.toEqual(refusedAs('PAYMENT_NOT_FOUND'))
    await expect(sandbox.rig.core.operations.list(otherAgent, paymentId)).rejects.toEqual(
      refusedAs('PAYMENT_NOT_FOUND'),
    )
  })

  it('stays as it is when the gateway refuses', async () => {
    const { id: paymentId } = await sandbox.approved()
    await sandbox.hoursPass(24)
    expect(await sandbox.order({ paymentId, kind: 'void' })).toMatchObject({
      state: 'failed',
      because: 'not_voidable',
    })
    expect(await sandbox.rig.get(paymentId)).toMatchObject({ status: 'captured', capturedMinor: 1_050 })
  })
})

describe('a refund that the bank carries out later', () => {
  it('is pending, and its amount is held back', async () => {
    const { id: paymentId } = await sandbox.approved()
    await sandbox.client.fault({ fault: 'pending', on: 'refund' })
    const refund = await sandbox.order({ paymentId, kind: 'refund', amountMinor: 1_000 })
    expect(refund).toMatchObject({ state: 'pending' })
    expect(await sandbox.rig.get(paymentId)).toMatchObject({ status: 'captured', refundedMinor: 0 })
    const more = sandbox.order({ paymentId, kind: 'refund', amountMinor: 51 })
    await expect(more).rejects.toEqual(refusedAs('AMOUNT_TOO_LARGE'))
    const undo = sandbox.order({ paymentId, kind: 'void' })
    await expect(undo).rejects.toEqual(refusedAs('OPERATION_UNDER_WAY'))
    expect(await sandbox.order({ paymentId, kind: 'refund', amountMinor: 50 })).toMatchObject({
      state: 'done',
    })
  })
})

describe('a lost answer to a refund', () => {
  it.each(['reset-after-commit', 'error-500-after', 'truncated', 'unreadable', 'wrong-echo'])(
    'by %s leaves it unknown; asked with the same key, the gateway tells, and gives back once',
    async (fault) => {
      const { id: paymentId } = await sandbox.approved()
      await sandbox.client.fault({ fault, on: 'refund' })
      expect(await sandbox.order({ paymentId, kind: 'refund' })).toMatchObject({ state: 'unknown' })
      const again = sandbox.order({ paymentId, kind: 'refund' })
      await expect(again).rejects.toEqual(refusedAs('OPERATION_OUTCOME_UNKNOWN'))
      await sandbox.settles(paymentId, 'done')
      expect(await sandbox.rig.get(paymentId)).toMatchObject({ status: 'refunded' })
      expect(await sandbox.booked('refund')).toHaveLength(1)
    },
  )

  it.each(['reset-before-commit', 'error-500-before'])(
    'by %s is carried out by the resend: nothing was done before',
    async (fault) => {
      const { id: paymentId } = await sandbox.approved()
      await sandbox.client.fault({ fault, on: 'refund' })
      expect(await sandbox.order({ paymentId, kind: 'refund' })).toMatchObject({ state: 'unknown' })
      await sandbox.settles(paymentId, 'done')
      expect(await sandbox.booked('refund')).toHaveLength(1)
    },
  )

  it('is answered after ten seconds with what is known by then', async () => {
    const { id: paymentId } = await sandbox.approved()
    await sandbox.client.fault({ fault: 'hang', on: 'refund' })
    const answer = sandbox.order({ paymentId, kind: 'refund' })
    await sandbox.client.faultTaken()
    await sandbox.rig.clock.turn(10_000)
    expect(await answer).toMatchObject({ state: 'open' })
    await sandbox.settles(paymentId, 'done', 30_000)
    expect(await sandbox.booked('refund')).toHaveLength(1)
  })

  it('is known at once when somebody asks', async () => {
    const { id: paymentId } = await sandbox.approved()
    await sandbox.client.fault({ fault: 'reset-after-commit', on: 'refund' })
    await sandbox.order({ paymentId, kind: 'refund' })
    const asked = await sandbox.rig.core.operations.inquire(otherAgent, paymentId).catch(({ code }) => code)
    expect(asked).toBe('PAYMENT_NOT_FOUND')
    const known = await sandbox.rig.core.operations.inquire({ ...otherAgent, merchantId }, paymentId)
    expect(known).toMatchObject({ status: 'refunded' })
  })

  it('is inquired by our reference once the gateway may have forgotten the key', async () => {
    const { id: paymentId } = await sandbox.approved()
    await sandbox.client.fault({ fault: 'reset-after-commit', on: 'refund' })
    await sandbox.order({ paymentId, kind: 'refund' })
    await sandbox.rig.crash()
    await sandbox.hoursPass(25)
    await sandbox.rig.startCore()
    await sandbox.settles(paymentId, 'done')
    expect(await sandbox.booked('refund')).toHaveLength(1)
  })
})

describe('an operation of unknown outcome, whose gateway account is then another one', () => {
  const restartedWith = async (settings: { account: string } | undefined) => {
    await sandbox.rig.crash()
    sandbox.rig.settings = settings
    await sandbox.rig.startCore()
  }

  it('is not sent again, and not believed to be unknown there, until its own account is back', async () => {
    const { id: paymentId } = await sandbox.approved()
    await sandbox.client.fault({ fault: 'reset-before-commit', on: 'refund' })
    expect(await sandbox.order({ paymentId, kind: 'refund' })).toMatchObject({ state: 'unknown' })
    await restartedWith({ account: 'another' })
    for (let asked = 0; asked < 4; asked++) {
      await sandbox.rig.clock.turn(15_000)
      await sandbox.rig.core.operations.inquire(supervisor, paymentId)
    }
    expect(await sandbox.operations(paymentId)).toMatchObject([{ state: 'unknown' }])
    expect(await sandbox.booked('refund')).toEqual([])
    await restartedWith(undefined)
    await sandbox.settles(paymentId, 'done')
    expect(await sandbox.booked('refund')).toHaveLength(1)
  })

  it('is known from the new account when that has it too', async () => {
    const { id: paymentId } = await sandbox.approved()
    await sandbox.client.fault({ fault: 'reset-after-commit', on: 'refund' })
    await sandbox.order({ paymentId, kind: 'refund' })
    await restartedWith({ account: 'another' })
    await sandbox.settles(paymentId, 'done')
    expect(await sandbox.booked('refund')).toHaveLength(1)
  })
})

describe('control dies', () => {
  it('while a refund is at the gateway: the next process finds out, and gives back once', async () => {
    const { id: paymentId } = await sandbox.approved()
    await sandbox.client.fault({ fault: 'hang', on: 'refund' })
    void sandbox.order({ paymentId, kind: 'refund' }).catch(() => {})
    await sandbox.client.faultTaken()
    await until('the gateway has it', async () => (await sandbox.booked('refund')).length === 1)
    await sandbox.rig.crash()
    await sandbox.rig.startCore()
    expect((await sandbox.operations(paymentId))[0]).toMatchObject({ state: 'unknown' })
    await sandbox.settles(paymentId, 'done')
    expect(await sandbox.rig.get(paymentId)).toMatchObject({ status: 'refunded' })
    expect(await sandbox.booked('refund')).toHaveLength(1)
  })
})

describe('what is told of it', () => {
  it('stands in the audit trail, an unbroken chain', async () => {
    const { id: paymentId } = await sandbox.approved()
    await sandbox.client.fault({ fault: 'wrong-echo', on: 'refund' })
    await sandbox.order({ paymentId, kind: 'refund' })
    await sandbox.settles(paymentId, 'done')
    const rows = await sandbox.rig.store.db
      .selectFrom('audit')
      .select('action')
      .where('merchant_id', '=', merchantId)
      .where('payment_id', '=', paymentId)
      .orderBy('seq')
      .execute()
    expect(rows.map(({ action }) => action).slice(-4)).toEqual([
      'payment.operation-ordered',
      'payment.integrity-alarm',
      'payment.operation-uncertain',
      'payment.operation-done',
    ])
    expect(await verifyAudit(sandbox.rig.store.db, merchantId)).toBeUndefined()
  })
})
