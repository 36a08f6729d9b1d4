import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { demoCard } from '../../src/demo/demo-cards.ts'
import { sandboxIvrNumber } from '../../src/supervisor/process-plan.ts'
import { House } from '../e2e/house.ts'
import { IvrCaller } from './support/ivr-caller.ts'
import { missingFrom } from './support/missing-from.ts'

const card = demoCard('visa', Date.now())

/** A caller in a real sandbox platform: audio in frames of 20 ms, tones and messages for keys, prompts by correlation. */
describe('a call without an agent', () => {
  const house = new House({ collection: { firstDigitSeconds: 60, betweenDigitsSeconds: 30 } })
  let numbers = 300
  beforeAll(() => house.open())
  afterAll(() => house.close())
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.log(house.platform.logLines.slice(-60).join('\n'))
  })

  const dial = () =>
    IvrCaller.dial({
      url: house.platform.addresses.simulator,
      from: `+447700900${++numbers}`,
      to: sandboxIvrNumber,
    })

  /** Keys as soon as the prompt begins: every one of them is cut short. */
  async function answer(caller: IvrCaller, ref: string, keys: string): Promise<void> {
    await caller.hears(ref, { past: caller.refs.lastIndexOf(ref) + 1 })
    await caller.press(keys)
  }

  it('is paid: every prompt is heard, and each is cut short by a key', async () => {
    const caller = await dial()
    await answer(caller, 'en-GB/greeting', '1')
    await answer(caller, 'en-GB/reference.ask', '1001#')
    await answer(caller, 'en-GB/amount.is', '1')
    await answer(caller, 'en-GB/pan.ask', card.pan)
    await answer(caller, 'en-GB/expiry.ask', card.expiry)
    await answer(caller, 'en-GB/csc.ask', card.csc)
    await answer(caller, 'en-GB/card.ending', '1')
    await answer(caller, 'en-GB/confirmation.is', '2')
    await answer(caller, 'en-GB/receipt.ask', '1')
    await answer(caller, 'en-GB/receipt.sent', '2')
    await caller.isLetGo()
    expect(
      missingFrom(caller.refs, [
        ...['en-GB/greeting', 'en-GB/reference.ask', 'en-GB/amount.is', 'en-GB/card.begin', 'en-GB/pan.ask'],
        ...['en-GB/expiry.ask', 'en-GB/csc.ask', 'en-GB/card.ending', 'en-GB/authorising', 'en-GB/approved'],
        ...['en-GB/confirmation.is', 'en-GB/receipt.ask', 'en-GB/receipt.sent', 'en-GB/goodbye'],
      ]),
      caller.refs.join(' '),
    ).toEqual([])
    const cut = caller.heard.filter(({ whole }) => !whole).map(({ ref }) => ref)
    // Those that no key may cut were heard to their end.
    for (const ref of ['en-GB/authorising', 'en-GB/goodbye']) expect(cut).not.toContain(ref)
    for (const ref of ['en-GB/greeting', 'en-GB/reference.ask', 'en-GB/pan.ask', 'en-GB/expiry.ask'])
      expect(cut).toContain(ref)
    const [line] = await house.ledger('order-1001')
    expect(line).toMatchObject({ amount: 4_250, outcome: 'approved', last4: card.pan.slice(-4) })
  })

  it('is in German for who chooses it: the amount, the day and the number are said by its rules', async () => {
    const caller = await dial()
    await caller.hears('de-DE/language.this')
    await caller.press('2')
    await answer(caller, 'de-DE/reference.ask', '1001#')
    // One pound and forty-two sound the same in German: the first of the two in the manifest is named.
    await caller.hears('de-DE/amount.accept')
    expect(
      missingFrom(caller.refs, [
        ...['de-DE/amount.is', 'de-DE/n.42', 'de-DE/major.gbp.one', 'de-DE/and', 'de-DE/n.50'],
        ...['de-DE/amount.due', 'de-DE/ord.31', 'de-DE/month.12', 'de-DE/n.26', 'de-DE/amount.accept'],
      ]),
      caller.refs.join(' '),
    ).toEqual([])
    await caller.hangUp()
  })
})
