import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PaymentResource } from '../../../src/contracts/desk-port.ts'
import type { StoredCardResource } from '../../../src/contracts/stored-cards.ts'
import { agent, otherAgent, type Rig } from './rig.ts'
import { SandboxRig } from './sandbox-rig.ts'
import { shownCard } from './scripted-vault.ts'
import { until } from './until.ts'

let sandbox: SandboxRig
let rig: Rig
beforeEach(async () => {
  sandbox = await SandboxRig.start()
  rig = sandbox.rig
})
afterEach(() => sandbox.close())

const customer = 'cust-7'
const merchantUse = { use: 'merchant', consent: 'spoken' } as const
const customerUse = { use: 'customer', consent: 'spoken' } as const

async function kept(keepCard: typeof merchantUse | typeof customerUse = merchantUse) {
  const payment = await sandbox.approved({ customer, keepCard })
  const [card] = await rig.core.storedCards.list(agent, customer)
  return { payment, card: card as StoredCardResource }
}

const ordered = (change: Parameters<Rig['created']>[0] = {}) => rig.created({ customer, ...change })
const pay = (payment: PaymentResource, use: { cardId?: string; last4?: string; csc?: 'ask' }) =>
  rig.core.storedCards.pay(agent, payment.id, { csc: 'as-configured', ...use })

describe('a card that the caller agreed to have kept', () => {
  it('is kept with brand, last four, month and the consent, and with its token sealed', async () => {
    const { payment, card } = await kept()
    expect(card).toMatchObject({
      customer,
      brand: 'visa',
      last4: '4242',
      expiryMonth: shownCard.expiryMonth,
      expiryYear: shownCard.expiryYear,
      expired: false,
      use: 'merchant',
      consent: { how: 'spoken', by: { kind: 'agent', id: agent.id } },
      paymentId: payment.id,
      state: 'kept',
    })
    const row = await rig.store.db.selectFrom('stored_cards').selectAll().executeTakeFirstOrThrow()
    expect(row.token).toMatch(/^sealed:1:test:/)
    expect(row.network_ref).toMatch(/^net/)
    expect(JSON.stringify(card)).not.toContain('tok_')
  })

  it('can be agreed to until the card is sent', async () => {
    const { id } = await rig.collecting({ customer })
    await rig.core.storedCards.keep(agent, id, customerUse)
    rig.vault.keyCard()
    await rig.reaches(id, 'captured')
    expect(await rig.core.storedCards.list(agent, customer)).toHaveLength(1)
    await expect(rig.core.storedCards.keep(agent, id, customerUse)).rejects.toMatchObject({
      code: 'PAYMENT_FINISHED',
    })
  })

  it('has to be somebody’s', async () => {
    await expect(rig.created({ keepCard: merchantUse })).rejects.toMatchObject({ code: 'CUSTOMER_NEEDED' })
  })

  it('is one card however often it is kept', async () => {
    const first = await kept(customerUse)
    const second = await kept(merchantUse)
    expect(await rig.core.storedCards.list(agent, customer)).toHaveLength(1)
    expect(second.card).toMatchObject({ id: first.card.id, use: 'merchant', paymentId: second.payment.id })
  })

  it('is not kept when it was declined, nor when nobody agreed', async () => {
    await sandbox.approved({ customer })
    expect(await rig.core.storedCards.list(agent, customer)).toEqual([])
  })
})

describe('paying with a kept card', () => {
  it('that ends with the digits the caller says takes no collection', async () => {
    await kept()
    const payment = await ordered({ amountMinor: 2_500 })
    expect((await pay(payment, { last4: '4242' })).status).toMatch(/authorising|captured/)
    const paid = await rig.reaches(payment.id, 'captured')
    expect(paid).toMatchObject({ last4: '4242', brand: 'visa', collection: null })
    expect(rig.vault.sent).toHaveLength(1)
    const lines = (await sandbox.client.ledger()).filter(({ amount }) => amount === 2_500)
    expect(lines).toMatchObject([{ initiator: 'customer', outcome: 'approved' }])
  })

  it('discards a keypad collection that goes on, before anything is charged', async () => {
    await kept()
    const payment = await rig.collecting({ customer })
    rig.journal.length = 0
    await pay(payment, { last4: '4242' })
    const paid = await rig.reaches(payment.id, 'captured')
    expect(rig.journal.filter((one) => one !== 'list').slice(0, 3)).toEqual([
      'stop-digits',
      'discard',
      'unmask',
    ])
    expect(paid.collection).toMatchObject({ state: 'ended', why: 'another-way' })
  })

  it('asks for the security code alone when that is wanted, and sends it with the token', async () => {
    const { card } = await kept()
    const payment = await ordered()
    const asked = await pay(payment, { cardId: card.id, csc: 'ask' })
    expect(asked.status).toBe('collecting')
    await rig.reaches(payment.id, (now) => now.collection?.state === 'collecting')
    expect((await rig.get(payment.id)).collection?.fields.map(({ field }) => field)).toEqual(['csc'])
    rig.vault.keyCard()
    await rig.reaches(payment.id, 'captured')
    const fields = rig.vault.sent.at(-1)?.body?.fields ?? []
    expect(fields).toContainEqual({ path: ['csc'], value: { slot: 'csc' } })
    expect(fields.some(({ value }) => JSON.stringify(value) === '{"slot":"pan"}')).toBe(false)
  })

  it('is refused with another customer’s card, an unknown one, or without a customer', async () => {
    const { card } = await kept()
    const other = await ordered({ customer: 'cust-8' })
    await expect(pay(other, { cardId: card.id })).rejects.toMatchObject({ code: 'STORED_CARD_NOT_FOUND' })
    const ours = await ordered()
    await expect(pay(ours, { last4: '1111' })).rejects.toMatchObject({ code: 'STORED_CARD_NOT_FOUND' })
    const nobodys = await rig.created()
    await expect(pay(nobodys, { last4: '4242' })).rejects.toMatchObject({ code: 'CUSTOMER_NEEDED' })
    await expect(rig.core.storedCards.get(otherAgent, card.id)).rejects.toMatchObject({
      code: 'STORED_CARD_NOT_FOUND',
    })
  })

  it('is refused after its last month', async () => {
    await kept()
    await rig.store.db.updateTable('stored_cards').set({ expires: '2025-12' }).execute()
    await expect(pay(await ordered(), { last4: '4242' })).rejects.toMatchObject({
      code: 'STORED_CARD_EXPIRED',
    })
  })

  it('does not charge twice when two orders meet', async () => {
    await kept()
    const payment = await ordered({ amountMinor: 3_300 })
    const both = await Promise.allSettled([pay(payment, { last4: '4242' }), pay(payment, { last4: '4242' })])
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await rig.reaches(payment.id, 'captured')
    expect((await sandbox.client.ledger()).filter(({ amount }) => amount === 3_300)).toHaveLength(1)
  })

  it('is asked after when its answer is lost, and never sent again', async () => {
    await kept()
    await sandbox.client.fault({ fault: 'reset-after-commit' })
    const payment = await ordered({ amountMinor: 4_400 })
    await pay(payment, { last4: '4242' })
    await rig.settles(payment.id, 'captured')
    expect((await sandbox.client.ledger()).filter(({ amount }) => amount === 4_400)).toHaveLength(1)
  })

  it('without the customer needs their consent to that, and names the first payment’s network reference', async () => {
    const { card } = await kept(customerUse)
    const payment = await ordered()
    const charge = () =>
      rig.core.storedCards.charge(agent, { paymentId: payment.id, cardId: card.id, initiator: 'merchant' })
    await expect(charge()).rejects.toMatchObject({ code: 'STORED_CARD_USE_REFUSED' })
    await kept(merchantUse)
    expect(payment.moto).toBe(true)
    await charge()
    // Said of a payment on a call; a renewal is never declared.
    expect(await rig.reaches(payment.id, 'captured')).toMatchObject({ moto: false })
    const line = (await sandbox.client.ledger()).at(-1) as { initiator?: string; firstNetworkRef?: string }
    expect(line).toMatchObject({ initiator: 'merchant', firstNetworkRef: expect.stringMatching(/^net/) })
  })
})

describe('forgetting a card', () => {
  it('takes it out of use at once, has the gateway forget it, and then leaves no row', async () => {
    const { card } = await kept()
    const payment = await ordered()
    expect((await rig.core.storedCards.forget(agent, card.id)).state).toBe('forgetting')
    await expect(pay(payment, { last4: '4242' })).rejects.toMatchObject({ code: 'STORED_CARD_NOT_FOUND' })
    await until(
      'it is forgotten',
      async () => (await rig.core.storedCards.list(agent, customer)).length === 0,
    )
    const trail = await rig.store.db.selectFrom('audit').select('action').orderBy('seq').execute()
    expect(trail.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['card.kept', 'card.forget-ordered', 'card.forgotten']),
    )
  })

  it('says why the gateway still has it while it does not answer, and tells it again until it has deleted it', async () => {
    const { card } = await kept()
    await sandbox.client.fault({ fault: 'error-500-before', on: 'forget', count: 2 })
    await rig.core.storedCards.forget(agent, card.id)
    const shown = async () => (await rig.core.storedCards.list(agent, customer))[0]
    await until('the first try has failed', async () => (await shown())?.stillAtGateway !== undefined)
    expect(await shown()).toMatchObject({ state: 'forgetting', stillAtGateway: { because: 'status 500' } })
    await until('it is forgotten', async () => {
      await rig.clock.turn(60_000)
      return (await shown()) === undefined
    })
    const trail = await rig.store.db.selectFrom('audit').select(['action', 'facts']).orderBy('seq').execute()
    const told = trail.filter(({ action }) => action.startsWith('card.forg'))
    // Two tries failed for the same reason: it stands there once.
    expect(told.map(({ action, facts }) => [action, JSON.parse(facts)])).toEqual([
      ['card.forget-ordered', { cardId: card.id }],
      ['card.forget-failed', { cardId: card.id, because: 'status 500' }],
      ['card.forgotten', { cardId: card.id, atGateway: 'deleted' }],
    ])
  })

  it('leaves a card alone that was kept again while the gateway had not forgotten it', async () => {
    const { card } = await kept()
    await sandbox.client.fault({ fault: 'reset-before-commit', on: 'forget', count: 1 })
    await rig.core.storedCards.forget(agent, card.id)
    const shown = async () => (await rig.core.storedCards.list(agent, customer))[0]
    await until('the first try has failed', async () => (await shown())?.stillAtGateway !== undefined)
    await kept()
    for (let minutes = 0; minutes < 3; minutes++) await rig.clock.turn(60_000)
    expect(await shown()).toMatchObject({ id: card.id, state: 'kept' })
    expect(await shown()).not.toHaveProperty('stillAtGateway')
  })
})
