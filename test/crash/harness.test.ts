import { describe, expect, it } from 'vitest'
import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import type { OperationResource } from '../../src/contracts/operations.ts'
import type { LedgerLine } from '../../src/sandbox/ledger.ts'
import { InVain, Patience, Starved, verdictOf } from './patience.ts'
import { judge, judgeOperation, pairs, scenesOf } from './scene.ts'

const payment = (status: PaymentResource['status']) => ({ status }) as PaymentResource
const approval = { kind: 'authorisation', outcome: 'approved' } as LedgerLine

describe('the judge of a crash run', () => {
  it('counts every approval beyond the first as taken twice', () => {
    expect(judge(payment('captured'), [approval], 1)).toMatchObject({ doubles: 0, lost: 0, complaints: [] })
    expect(judge(payment('captured'), [approval, approval], 2).doubles).toBe(1)
  })
  it('calls an approval lost when the payment says that nothing was taken', () => {
    for (const status of ['created', 'declined', 'cancelled', 'expired'] as const)
      expect(judge(payment(status), [approval], 1)).toMatchObject({ lost: 1 })
  })
  it('does not let a payment stay unknown of which the gateway has a line', () => {
    expect(judge(payment('unknown'), [approval], 1)).toMatchObject({ lost: 0, leftUnknown: 1 })
    expect(judge(payment('authorising'), [approval], 1).leftUnknown).toBe(1)
  })
  it('complains of money that only we know of, and of a payment that never came to rest', () => {
    expect(judge(payment('captured'), [], 1).complaints).toHaveLength(1)
    expect(judge(payment('collecting'), [], 0).complaints).toHaveLength(1)
  })
})

describe('the judge of a capture, void or refund', () => {
  const line = { kind: 'refund', outcome: 'approved', amount: 400 } as LedgerLine
  const refunded = (state: OperationResource['state'], status: PaymentResource['status']) =>
    ({ status, operations: [{ state, amountMinor: 400 }] }) as PaymentResource

  it('finds nothing when it was carried out once, here and there', () => {
    const judged = judgeOperation('refund', refunded('done', 'partly-refunded'), [line])
    expect(judged).toEqual({ doubles: 0, lost: 0, leftUnknown: 0, complaints: [] })
  })
  it('counts what was carried out twice, lost, or left unknown', () => {
    const done = refunded('done', 'partly-refunded')
    expect(judgeOperation('refund', done, [line, line]).doubles).toBe(1)
    expect(judgeOperation('refund', refunded('failed', 'captured'), [line])).toMatchObject({ lost: 1 })
    expect(judgeOperation('refund', refunded('unknown', 'captured'), [line]).leftUnknown).toBe(1)
  })
  it('complains of what only we know of, and of another amount', () => {
    const done = refunded('done', 'partly-refunded')
    expect(judgeOperation('refund', done, []).complaints).not.toEqual([])
    expect(judgeOperation('refund', done, [{ ...line, amount: 500 }]).complaints).toHaveLength(1)
  })
})

describe('the scenes of a seed', () => {
  it('let every point meet every gateway before one of them comes again', () => {
    const all = pairs().length
    const scenes = scenesOf({ runs: all, seed: 7 })
    expect(new Set(scenes.map(({ point, fault }) => `${point.name} ${fault}`)).size).toBe(all)
  })
  it('are the same for the same seed, and others for another', () => {
    const names = (seed: number) =>
      scenesOf({ runs: 50, seed }).map(({ point, fault }) => `${point.name} ${fault}`)
    expect(names(7)).toEqual(names(7))
    expect(names(7)).not.toEqual(names(8))
  })
})

describe('a wait', () => {
  const never = async () => false

  it('is a finding when the time that was promised was granted and nothing came', async () => {
    const patience = new Patience()
    const wait = patience.until({ what: 'it is done', condition: never, limitMs: 100, pid: process.pid })
    await expect(wait).rejects.toThrow('in vain until it is done')
    patience.end()
  })
  it('goes on as long as something moves', async () => {
    const patience = new Patience()
    let looks = 0
    const condition = async () => ++looks > 20
    await patience.until({
      what: 'it is done',
      condition,
      progress: () => String(looks),
      limitMs: 100,
      pid: 0,
    })
    expect(looks).toBeGreaterThan(20)
    patience.end()
  })
  it('says nothing of control when the machine did not let one of us run', () => {
    expect(verdictOf('x', { wallMs: 60_000, queuedMs: 1_000, lateMs: 200 })).toBeInstanceOf(InVain)
    expect(verdictOf('x', { wallMs: 60_000, queuedMs: 30_000, lateMs: 200 })).toBeInstanceOf(Starved)
    expect(verdictOf('x', { wallMs: 60_000, queuedMs: 0, lateMs: 5_000 })).toBeInstanceOf(Starved)
  })
})
