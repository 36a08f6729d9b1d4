import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import type { SimulatedCall } from '../../src/demo/simulated-call.ts'
import { markedVisa } from '../support/marked-card.ts'
import { House } from './house.ts'

const house = new House({
  collection: {
    firstDigitSeconds: 4,
    betweenDigitsSeconds: 3,
    wholeSeconds: 12,
    acceptedBrands: ['visa', 'amex'],
  },
})
beforeAll(() => house.open())
afterEach(() => house.hangUpAll())
afterAll(() => house.close())

const soonMs = 30_000

async function begin(reference: string): Promise<{ call: SimulatedCall; id: string; deadlineAt: number }> {
  const call = await house.dial()
  const { id } = await call.startPayment({ amountMinor: 1_050, currency: 'GBP', reference })
  const asked = await house.watch.untilPayment(
    id,
    'the number to be asked for',
    ({ collection }) => collection?.fields[0]?.state === 'asked' && collection.deadlineAt !== null,
  )
  return { call, id, deadlineAt: asked.collection?.deadlineAt ?? 0 }
}

const back = (id: string): Promise<PaymentResource> =>
  house.watch.untilPayment(id, 'the collection to end', ({ status }) => status === 'created', soonMs)

describe('a collection ends by itself', () => {
  it('when the first digit does not come', async () => {
    const { call, id } = await begin('first-1')
    const ended = await back(id)
    expect(ended.collection).toMatchObject({ state: 'ended', why: 'first-digit-timeout' })
    await house.watch.until('the mask to be off', () => house.watch.calls.get(call.call.id)?.masked === false)
    expect(await house.api.payment(id)).toMatchObject({ collection: { secured: false, deadlineAt: null } })
    expect(await house.ledger('first-1')).toEqual([])
  })

  it('when the next digit does not come', async () => {
    const { call, id } = await begin('between-1')
    await call.key('424')
    expect((await back(id)).collection).toMatchObject({ why: 'between-digits-timeout' })
  })

  it('but not when the caller may well have finished: the number is judged as if # had been pressed', async () => {
    const { call, id } = await begin('pause-1')
    await house.api.act(id, 'extend', { body: { bySeconds: 60 } })
    await call.key('4242424242424243')
    const judged = await house.watch.untilPayment(
      id,
      'the number to be judged',
      ({ collection }) => collection?.fields[0]?.fault === 'luhn',
    )
    expect(judged).toMatchObject({ status: 'collecting', collection: { secured: true } })
  })

  it('when all of it takes too long, however busily the caller keys', async () => {
    const { call, id, deadlineAt } = await begin('whole-1')
    const ended = back(id)
    let over = false
    void ended.then(() => {
      over = true
    })
    // Never a whole number: seven digits, and all of them back.
    while (!over) await call.key('4242424*')
    const { collection, updatedAt } = await ended
    expect(collection).toMatchObject({ why: 'whole-timeout' })
    expect(Math.abs(updatedAt - deadlineAt)).toBeLessThan(5_000)
  })
})

describe('more time', () => {
  it('moves both limits, so that a caller who looks for the card is waited for', async () => {
    const { call, id, deadlineAt } = await begin('more-1')
    await house.api.act(id, 'extend', { body: { bySeconds: 60 } })
    const later = await house.watch.untilPayment(
      id,
      'a later deadline',
      ({ collection }) => (collection?.deadlineAt ?? 0) > deadlineAt,
    )
    expect(Math.abs((later.collection?.deadlineAt ?? 0) - deadlineAt - 60_000)).toBeLessThan(1_000)
    // Longer than the first digit's own limit.
    await sleep(5_000)
    await call.keyCard(id, markedVisa())
    expect(await call.settled(id, soonMs)).toMatchObject({ status: 'captured' })
  })
})

describe('brands', () => {
  it('that are not accepted are refused at the number, and another card is asked for', async () => {
    const { call, id } = await begin('brand-1')
    await house.api.act(id, 'extend', { body: { bySeconds: 60 } })
    await call.key('5555555555554444')
    const refused = await house.watch.untilPayment(
      id,
      'the number to be refused',
      ({ collection }) => collection?.fields[0]?.fault === 'brand-not-accepted',
    )
    expect(refused.collection?.fields[0]).toMatchObject({ length: 0 })
    await house.api.act(id, 'extend', { body: { bySeconds: 60 } })
    await call.keyCard(id, markedVisa())
    expect(await call.settled(id, soonMs)).toMatchObject({ status: 'captured', brand: 'visa' })
  })
})
