import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CallResource } from '../../src/contracts/desk-port.ts'
import { demoCard } from '../../src/demo/demo-cards.ts'
import { sandboxIvrNumber } from '../../src/supervisor/plan/sandbox-merchant.ts'
import { House } from '../e2e/house.ts'
import { HearingCaller } from './support/hearing-caller.ts'
import { missingFrom } from './support/missing-from.ts'
import { StreamLine } from './support/stream-line.ts'

const card = demoCard('visa', Date.now())

/** A caller in a real sandbox platform: audio in frames of 20 ms, tones and messages for keys, prompts by correlation. */
describe('a call without an agent, over a media stream', () => {
  const house = new House({ collection: { firstDigitSeconds: 60, betweenDigitsSeconds: 30 } })
  let numbers = 300
  beforeAll(() => house.open())
  afterAll(() => house.close())
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.log(house.platform.logLines.slice(-60).join('\n'))
  })

  async function dial(): Promise<HearingCaller<StreamLine>> {
    const from = `+447700900${++numbers}`
    const to = sandboxIvrNumber
    return new HearingCaller(await StreamLine.dial({ url: house.platform.addresses.simulator, from, to }))
  }

  const callOf = (caller: HearingCaller<StreamLine>) => {
    const from = `+447700900${numbers}`
    const isIt = (call: CallResource) => call.from === from && caller.line.open
    return house.watch.until('the call', () => [...house.watch.calls.values()].find(isIt))
  }

  it('is paid: every prompt is heard, and each is cut short by a key', async () => {
    const caller = await dial()
    await caller.answer('en-GB/language.this', '1')
    await caller.answer('en-GB/reference.ask', '1001#')
    await caller.answer('en-GB/amount.is', '1')
    await caller.answer('en-GB/pan.ask', card.pan)
    await caller.answer('en-GB/expiry.ask', card.expiry)
    await caller.answer('en-GB/csc.ask', card.csc)
    await caller.answer('en-GB/card.ending', '1')
    await caller.answer('en-GB/confirmation.is', '2')
    await caller.answer('en-GB/receipt.ask', '1')
    await caller.answer('en-GB/another.ask', '2')
    await caller.isLetGo()
    expect(
      missingFrom(caller.refs, [
        ...['en-GB/language.this', 'en-GB/reference.ask', 'en-GB/amount.is', 'en-GB/card.begin'],
        ...['en-GB/pan.ask', 'en-GB/expiry.ask', 'en-GB/csc.ask', 'en-GB/card.ending', 'en-GB/authorising'],
        ...['en-GB/approved', 'en-GB/confirmation.is', 'en-GB/receipt.ask', 'en-GB/receipt.sent'],
        ...['en-GB/another.ask', 'en-GB/goodbye'],
      ]),
      caller.refs.join(' '),
    ).toEqual([])
    // A key ends what is being said; the margin is what a busy machine may hold up.
    for (const { ref, ms } of caller.afterTheKeyMs()) expect(ms, ref).toBeLessThan(1_000)
    expect(caller.heard.some(({ whole }) => !whole)).toBe(true)
    const [line] = await house.ledger('order-1001')
    expect(line).toMatchObject({ amount: 4_250, outcome: 'approved', last4: card.pan.slice(-4) })
  })

  it('is in German for who chooses it: the amount and the day are said by its rules', async () => {
    const caller = await dial()
    await caller.answer('de-DE/language.this', '2')
    await caller.answer('de-DE/reference.ask', '1001#')
    await caller.hears('de-DE/amount.accept')
    expect(
      missingFrom(caller.refs, [
        // One pound and forty-two sound the same in German: the first of the two in the manifest is named.
        ...['de-DE/amount.is', 'de-DE/n.42', 'de-DE/major.gbp.one', 'de-DE/and', 'de-DE/n.50'],
        ...['de-DE/amount.due', 'de-DE/ord.31', 'de-DE/month.12', 'de-DE/n.26', 'de-DE/amount.accept'],
      ]),
      caller.refs.join(' '),
    ).toEqual([])
    await caller.line.hangUp()
  })

  it('goes to an agent with the card discarded: nothing is charged, and both hear each other', async () => {
    const caller = await dial()
    await caller.answer('en-GB/language.this', '1')
    await caller.answer('en-GB/reference.ask', '1002#')
    await caller.answer('en-GB/amount.is', '1')
    await caller.answer('en-GB/pan.ask', `${card.pan}${card.expiry}${card.csc}`)
    await caller.answer('en-GB/card.ending', '0')
    await caller.hears('en-GB/transfer')
    const { id } = await callOf(caller)
    const call = await house.watch.until('the agent', () => {
      const now = house.watch.calls.get(id)
      return now?.agent === 'joined' ? now : undefined
    })
    expect(call.status).toBe('live')
    const payment = [...house.watch.payments.values()].find(({ callId }) => callId === id)
    expect(payment).toMatchObject({
      status: 'created',
      collection: { state: 'ended', why: 'agent-cancelled' },
    })
    expect(await house.ledger('order-1002')).toEqual([])
    // The robot agent of the simulated network speaks: the caller hears more than our prompts.
    const before = caller.line.length
    await expect.poll(() => caller.line.length, { timeout: 30_000 }).toBeGreaterThan(before + 8_000)
    await caller.line.hangUp()
  })

  it('says what is wrong: an unknown number, a card that fails its check, and cancels with two stars', async () => {
    const caller = await dial()
    await caller.answer('en-GB/language.this', '1')
    await caller.answer('en-GB/reference.ask', '9999#')
    await caller.hears('en-GB/reference.unknown')
    await caller.answer('en-GB/reference.ask', '1001#')
    await caller.answer('en-GB/amount.is', '1')
    await caller.answer('en-GB/pan.ask', '4242424242424241')
    await caller.hears('en-GB/fault.luhn')
    await caller.answer('en-GB/pan.ask', '**')
    await caller.hears('en-GB/cancelled')
    await caller.answer('en-GB/another.ask', '2')
    await caller.hears('en-GB/goodbye')
    await caller.isLetGo()
  })
})
