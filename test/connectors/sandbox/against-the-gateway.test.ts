import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Move } from '../../../src/connectors/connector.ts'
import type { Outcome } from '../../../src/connectors/outcome.ts'
import { declineCodes } from '../../../src/connectors/sandbox/decline-codes.ts'
import { sandbox } from '../../../src/connectors/sandbox/sandbox.ts'
import * as testCards from '../../../src/sandbox/test-cards.ts'
import { apiKey, type RunningGateway, runGateway } from '../../sandbox/running-gateway.ts'
import { CardProcessStandIn } from './card-process-stand-in.ts'

let running: RunningGateway
beforeAll(async () => {
  running = await runGateway()
})
afterAll(() => running.end())

const good = { pan: '4242424242424242', expiry: '1234', csc: '123', postcode: '1234' }
const account = () => ({ origin: `https://localhost:${running.gateway.port}`, apiKey, timeoutMs: 10_000 })

let count = 0
const newRequest = (changes: object = {}) => {
  const ourReference = `att_trip_${++count}`
  return {
    money: { amountMinor: 1050, currency: 'GBP' },
    ourReference,
    idempotencyKey: `${ourReference}.authorise`,
    merchantReference: 'order 7 “north”',
    capture: true,
    withPostcode: true,
    moto: true,
    ...changes,
  }
}

async function outcomeOf(move: Move, card = good, patience?: Promise<void>): Promise<Outcome> {
  if (move.do === 'end') return move.outcome
  const reply = await new CardProcessStandIn(running.dataDir, card).send(move.call, patience)
  return outcomeOf(sandbox.next(move.state, reply, account()), card)
}

const charges = async (ourReference: string) =>
  (await running.client.ledger()).filter((line) => line.ourReference === ourReference).length

describe('the sandbox connector against the real gateway', () => {
  it.each(testCards.testCards)('reads what becomes of $name', async ({ pan, outcome }) => {
    const csc = /^3[47]/.test(pan) ? '1234' : '123'
    const read = await outcomeOf(sandbox.authorise(newRequest(), account()), { ...good, pan, csc })
    if (outcome === 'approve') {
      const echoed = { amountMinor: 1050, currency: 'GBP' }
      expect(read).toMatchObject({
        kind: 'approved',
        captured: true,
        echoed,
        authCode: expect.stringMatching(/^\d{6}$/),
      })
    } else
      expect(read).toMatchObject({
        kind: 'declined',
        gatewayCode: outcome,
        reason: declineCodes.get(outcome),
      })
  })

  it('knows every decline code that the gateway has', () => {
    expect([...declineCodes.keys()].sort()).toEqual(Object.keys(testCards.declineCodes).sort())
  })

  it.each([
    ['hang', 'unknown', 'approved'],
    ['hang-before-commit', 'unknown', 'absent'],
    ['reset-before-commit', 'unknown', 'absent'],
    ['reset-after-commit', 'unknown', 'approved'],
    ['error-500-before', 'unknown', 'absent'],
    ['error-500-after', 'unknown', 'approved'],
    ['truncated', 'unknown', 'approved'],
    ['unreadable', 'unknown', 'approved'],
    ['slow', 'unknown', 'unknown'],
  ])(
    'through the fault %s reads %s, inquires %s, and charges once on the resend',
    async (fault, first, inquired) => {
      await running.client.fault({ fault, slowMs: 5_000 })
      const request = newRequest()
      const givesUp = fault === 'slow' || fault.startsWith('hang')
      const patience = givesUp ? running.client.faultTaken() : undefined
      expect((await outcomeOf(sandbox.authorise(request, account()), good, patience)).kind).toBe(first)
      if (fault !== 'slow') await running.client.nothingPending(request.ourReference)
      expect((await outcomeOf(sandbox.inquire(request, account()))).kind).toBe(inquired)
      if (fault === 'slow') {
        await running.clock.turn(5_000)
        await running.client.nothingPending(request.ourReference)
      }
      expect(await outcomeOf(sandbox.authorise(request, account()))).toMatchObject({ kind: 'approved' })
      expect(await charges(request.ourReference)).toBe(1)
    },
  )

  it('hands on an amount that is not the one it asked for, so that control can see it', async () => {
    await running.client.fault({ fault: 'wrong-echo' })
    const read = await outcomeOf(sandbox.authorise(newRequest(), account()))
    expect(read).toMatchObject({ kind: 'approved', echoed: { amountMinor: 1051 } })
  })

  it('captures, refunds and cancels, and reads a refusal as a decline', async () => {
    const authorised = await outcomeOf(sandbox.authorise(newRequest({ capture: false }), account()))
    if (authorised.kind !== 'approved') throw new Error('not approved')
    expect(authorised.captured).toBe(false)
    const follow = (step: string) => ({
      gatewayRef: authorised.gatewayRef,
      ourReference: `att_follow_${step}`,
      idempotencyKey: `att_follow_${step}.key`,
      money: { amountMinor: 1050, currency: 'GBP' },
    })
    expect((await outcomeOf(sandbox.capture(follow('capture'), account()))).kind).toBe('done')
    expect(await outcomeOf(sandbox.capture(follow('again'), account()))).toMatchObject({
      kind: 'declined',
      gatewayCode: 'not_capturable',
    })
    expect((await outcomeOf(sandbox.refund(follow('refund'), account()))).kind).toBe('done')
    expect((await outcomeOf(sandbox.void(follow('void'), account()))).kind).toBe('declined')
  })

  it('reads a payment that somebody cancelled at the gateway as not charged', async () => {
    const request = newRequest()
    const approved = await outcomeOf(sandbox.authorise(request, account()))
    if (approved.kind !== 'approved') throw new Error('not approved')
    const cancel = {
      ...request,
      gatewayRef: approved.gatewayRef,
      idempotencyKey: `${request.ourReference}.void`,
    }
    expect((await outcomeOf(sandbox.void(cancel, account()))).kind).toBe('done')
    expect(await outcomeOf(sandbox.inquire(request, account()))).toMatchObject({
      kind: 'declined',
      gatewayCode: 'voided',
    })
  })

  it('reads a wrong API key as a decline of the gateway’s: nothing was charged', async () => {
    const request = newRequest()
    const read = await outcomeOf(sandbox.authorise(request, { ...account(), apiKey: 'sk_wrong' }))
    expect(read).toMatchObject({ kind: 'declined', reason: 'gateway-error', gatewayCode: 'unauthorised' })
    expect(await charges(request.ourReference)).toBe(0)
  })
})
