import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GatewayReply } from '../../../src/contracts/gateway-call.ts'
import { agent, Rig } from './rig.ts'
import { until } from './until.ts'

let rig: Rig
beforeEach(async () => {
  rig = await Rig.start()
})
afterEach(() => rig.close())

/** Holds the gateway's answer back until the test lets it go. */
function heldGateway() {
  let answer: (reply: GatewayReply) => void = () => {}
  const reply = new Promise<GatewayReply>((resolve) => {
    answer = resolve
  })
  rig.vault.gateway = () => reply
  return { answer: () => rig.vault.sent[0] && answer(rig.gateway.approve(rig.vault.sent[0])) }
}

const refusedAs = (code: string) => expect.objectContaining({ code })

describe('a payment on a live call', () => {
  it('goes from the amount to the money: masked first, vault second, digits third, unmasked last', async () => {
    const { id } = await rig.collecting()
    expect(rig.journal).toEqual(['mask', 'open-collection', 'route-digits'])
    rig.vault.keyCard()
    const paid = await rig.reaches(id, 'captured')
    expect(paid).toMatchObject({
      brand: 'visa',
      last4: '4242',
      authCode: 'A1B2C3',
      attempts: 1,
      decline: null,
    })
    await until('the line is open again', () => rig.bridge.masked.size === 0)
    const ending = ['stop-digits', 'send', 'stop-digits', 'discard', 'unmask']
    expect(rig.journal).toEqual(['mask', 'open-collection', 'route-digits', ...ending])
    expect(rig.vault.held.size).toBe(0)
    expect(rig.gateway.ledger).toMatchObject([{ amount: 1_050, currency: 'GBP', outcome: 'approved' }])
  })

  it('shows the agent dots, brand and the green light, and never more', async () => {
    const { id, collection } = await rig.collecting()
    expect(collection).toMatchObject({
      secured: true,
      state: 'collecting',
      brand: null,
      deadlineAt: 1_768_479_300_000,
    })
    const collectionId = rig.vault.onlyOne()
    rig.vault.tell({ type: 'field-progressed', collectionId, field: 'pan', length: 7, brand: 'visa' })
    const seen = await rig.reaches(id, (now) => now.collection?.brand === 'visa')
    expect(seen.collection?.fields).toEqual([
      { field: 'pan', state: 'keying', length: 7, fault: null },
      { field: 'expiry', state: 'waiting', length: 0, fault: null },
      { field: 'csc', state: 'waiting', length: 0, fault: null },
    ])
    rig.vault.tell({ type: 'field-rejected', collectionId, field: 'pan', fault: 'luhn' })
    await rig.reaches(id, (now) => now.collection?.fields[0]?.fault === 'luhn')
  })

  it('tells the desk the light is out once the line is open again', async () => {
    const { id } = await rig.collecting()
    rig.vault.keyCard()
    await rig.reaches(id, (now) => now.status === 'captured' && now.collection?.secured === false)
    await until('the desk has seen it', () => {
      const last = rig.events.at(-1)
      return last?.type === 'payment' && last.payment.collection?.secured === false
    })
  })

  it('waits for the agent when confirmation is manual', async () => {
    const { id } = await rig.collecting({ confirm: 'manual' })
    rig.vault.keyCard()
    const ready = await rig.reaches(id, 'ready')
    expect(ready).toMatchObject({ last4: '4242', attempts: 0 })
    expect(rig.vault.sent).toHaveLength(0)
    await rig.core.payments.confirm(agent, id)
    await rig.reaches(id, 'captured')
  })

  it('cannot be confirmed before the card is complete', async () => {
    const { id } = await rig.collecting({ confirm: 'manual' })
    await expect(rig.core.payments.confirm(agent, id)).rejects.toEqual(refusedAs('PAYMENT_STATE_REFUSED'))
  })

  it('goes back to created when a complete card waits too long for its confirmation', async () => {
    const { id } = await rig.collecting({ confirm: 'manual' })
    rig.vault.keyCard()
    await rig.reaches(id, 'ready')
    rig.vault.end(rig.vault.onlyOne(), 'whole-timeout')
    const back = await rig.reaches(id, 'created')
    expect(back).toMatchObject({ brand: null, last4: null, collection: { why: 'whole-timeout' } })
  })
})

describe('a declined card', () => {
  beforeEach(() => {
    rig.vault.gateway = (call) => rig.gateway.decline(call)
  })

  it('is explained to the agent, and another card may be taken for the same payment', async () => {
    const { id } = await rig.collecting()
    rig.vault.keyCard()
    const declined = await rig.reaches(id, 'declined')
    expect(declined.decline).toMatchObject({ reason: 'insufficient-funds', retry: 'other-card' })
    expect(declined.decline?.advice).toMatch(/another card/)
    await until('the first card is gone', () => rig.vault.held.size === 0)

    rig.vault.gateway = (call) => rig.gateway.approve(call)
    await rig.core.payments.useAnotherCard(agent, id)
    await rig.reaches(id, (now) => now.collection?.state === 'collecting')
    rig.vault.keyCard()
    expect(await rig.reaches(id, 'captured')).toMatchObject({ attempts: 2, decline: null })
    const keys = rig.gateway.ledger.map(({ idempotencyKey }) => idempotencyKey)
    expect(new Set(keys).size).toBe(2)
  })

  it('stays the payment’s state when the next collection ends without a card', async () => {
    const { id, callId } = await rig.collecting()
    rig.vault.keyCard()
    await rig.reaches(id, 'declined')
    await until('the first card is gone', () => rig.vault.held.size === 0)
    await rig.core.payments.arm(agent, id)
    await rig.reaches(id, (now) => now.collection?.state === 'collecting')
    rig.core.payments.callEnded(callId)
    expect(await rig.reaches(id, 'declined')).toMatchObject({
      last4: '4242',
      decline: { retry: 'other-card' },
    })
  })
})

describe('the agent', () => {
  it('clears a field, gives more time, and starts over with another card', async () => {
    const { id } = await rig.collecting()
    await rig.core.payments.clearField(agent, id, 'pan')
    await rig.core.payments.extend(agent, id, 60)
    await rig.core.payments.useAnotherCard(agent, id)
    expect(rig.journal.slice(3)).toEqual(['clear-field', 'extend', 'restart'])
    await rig.reaches(id, (now) => now.collection?.deadlineAt === 1_768_479_360_000)
  })

  it('may change the card that waits for confirmation, without an open line in between', async () => {
    const { id } = await rig.collecting({ confirm: 'manual' })
    rig.vault.keyCard()
    await rig.reaches(id, 'ready')
    await rig.core.payments.useAnotherCard(agent, id)
    await rig.reaches(id, (now) => now.collection?.state === 'collecting')
    expect(rig.journal).not.toContain('unmask')
    expect(rig.vault.held.size).toBe(1)
  })

  it('cancels while the card is being keyed: digits off, discarded, and only then unmasked', async () => {
    const { id } = await rig.collecting()
    const cancelled = await rig.core.payments.cancel(agent, id)
    expect(cancelled).toMatchObject({
      status: 'cancelled',
      collection: { state: 'ended', why: 'agent-cancelled' },
    })
    await until('the line is open again', () => rig.bridge.masked.size === 0)
    expect(rig.journal.slice(3)).toEqual(['stop-digits', 'discard', 'unmask'])
  })

  it('cannot cancel what is being authorised', async () => {
    const held = heldGateway()
    const { id } = await rig.collecting()
    rig.vault.keyCard()
    await until('the card is being sent', () => rig.vault.sent.length === 1)
    await expect(rig.core.payments.cancel(agent, id)).rejects.toEqual(refusedAs('PAYMENT_BEING_AUTHORISED'))
    held.answer()
    await rig.reaches(id, 'captured')
    await expect(rig.core.payments.cancel(agent, id)).rejects.toEqual(refusedAs('PAYMENT_FINISHED'))
  })

  it('cannot clear a field when no card is being taken', async () => {
    const { id } = await rig.created()
    const clearing = rig.core.payments.clearField(agent, id, 'pan')
    await expect(clearing).rejects.toEqual(refusedAs('COLLECTION_NOT_RUNNING'))
  })
})

describe('one intent, one authorisation', () => {
  it('arms once for 200 clicks at the same time', async () => {
    const { id } = await rig.created()
    const clicks = Array.from({ length: 200 }, () => rig.core.payments.arm(agent, id))
    const answers = await Promise.all(clicks)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['collecting']))
    await rig.reaches(id, (now) => now.collection?.state === 'collecting')
    expect(rig.journal).toEqual(['mask', 'open-collection', 'route-digits'])
    rig.vault.keyCard()
    expect(await rig.reaches(id, 'captured')).toMatchObject({ attempts: 1 })
    expect(rig.gateway.ledger).toHaveLength(1)
  })

  it('authorises once when two agents confirm together', async () => {
    const { id } = await rig.collecting({ confirm: 'manual' })
    rig.vault.keyCard()
    await rig.reaches(id, 'ready')
    const confirms = await Promise.allSettled(
      Array.from({ length: 50 }, () => rig.core.payments.confirm(agent, id)),
    )
    expect(confirms.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await rig.reaches(id, 'captured')
    expect(rig.vault.sent).toHaveLength(1)
  })

  it('takes one card at a time on a call', async () => {
    const { callId } = await rig.collecting()
    const second = await rig.created({ callId })
    await expect(rig.core.payments.arm(agent, second.id)).rejects.toEqual(refusedAs('CALL_BUSY'))
  })
})

describe('the caller hangs up', () => {
  it('ends a collection, and the payment can be tried again on another day', async () => {
    const { id, callId } = await rig.collecting()
    rig.core.payments.callEnded(callId)
    const back = await rig.reaches(id, 'created')
    expect(back.collection).toMatchObject({
      state: 'ended',
      why: 'caller-hung-up',
      secured: expect.any(Boolean),
    })
    await until('the card process is gone', () => rig.vault.held.size === 0)
  })

  it('does not stop an authorisation that is under way', async () => {
    const held = heldGateway()
    const { id, callId } = await rig.collecting()
    rig.vault.keyCard()
    await until('the card is being sent', () => rig.vault.sent.length === 1)
    rig.core.payments.callEnded(callId)
    held.answer()
    await rig.reaches(id, 'captured')
  })
})

describe('what must be there before a card is taken', () => {
  it('is a call of this merchant that is live', async () => {
    const { id, callId } = await rig.created()
    const call = rig.calls.get(callId)
    if (call) rig.calls.set(callId, { ...call, status: 'ended' })
    await expect(rig.core.payments.arm(agent, id)).rejects.toEqual(refusedAs('CALL_NOT_LIVE'))
    await expect(rig.created({ callId })).rejects.toEqual(refusedAs('CALL_NOT_LIVE'))
    await expect(rig.created({ callId: 'call_none' })).rejects.toEqual(refusedAs('CALL_NOT_FOUND'))
  })

  it('is a bridge and a vault', async () => {
    const { id } = await rig.created()
    await rig.vault.kill()
    await until('the loss is known', () => !rig.links.vault.up)
    await expect(rig.core.payments.arm(agent, id)).rejects.toEqual(refusedAs('PLATFORM_NOT_READY'))
  })

  it('is a confirmed mask: a bridge that refuses ends the collection before the vault is asked', async () => {
    rig.bridge.refused.set('mask', 'MASK_NOT_CONFIRMED')
    const { id } = await rig.created()
    await rig.core.payments.arm(agent, id)
    const back = await rig.reaches(id, 'created')
    expect(back.collection).toMatchObject({ state: 'ended', secured: false, why: 'mask-refused' })
    expect(rig.journal).not.toContain('open-collection')
  })

  it('is a vault with room', async () => {
    rig.vault.refused.set('open-collection', 'VAULT_FULL')
    const { id } = await rig.created()
    await rig.core.payments.arm(agent, id)
    expect((await rig.reaches(id, 'created')).collection).toMatchObject({ why: 'vault-refused' })
    await until('the line is open again', () => rig.bridge.masked.size === 0)
  })
})

describe('age', () => {
  it('expires a payment for which no card was ever taken', async () => {
    const { id } = await rig.created()
    await rig.settles(id, 'expired', 3_600_000)
  })
})
