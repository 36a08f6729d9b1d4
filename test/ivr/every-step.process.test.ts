import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { demoCard } from '../../src/demo/demo-cards.ts'
import { sandboxDepositNumber } from '../../src/supervisor/plan/sandbox-merchant.ts'
import { type Caller, CallersHouse } from './support/callers-house.ts'
import { paidReplies, reply, replyUntil } from './support/payment-line.ts'
import { places } from './support/places.ts'

const visa = demoCard('visa', Date.now())
const amex = demoCard('amex', Date.now())
const stolen = demoCard('stolen', Date.now())
const house = new CallersHouse({ collection: { firstDigitSeconds: 120, betweenDigitsSeconds: 60 } })

beforeAll(() => house.open())
afterAll(() => house.close())
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.log(house.platform.logLines.slice(-60).join('\n'))
})

/** Prompts that some caller's key has ended before their last word. */
const cutShort = new Set<string>()

function judge(caller: Caller): void {
  for (const ref of caller.cutShort) cutShort.add(ref)
  expect(caller.notCutShort()).toEqual([])
}

/** Many are on the line of one platform at once: what one of them does is no other's business. */
describe.concurrent('a caller who keys over what is being said', () => {
  it('is understood at the first word of everything, in English', async () => {
    const caller = await house.call()
    await reply(caller, [['en-GB/greeting', '1'], ...paidReplies({ account: '2001' }).slice(1, 7)])
    await caller.hears('en-GB/authorising')
    await caller.press('2')
    await caller.answer('en-GB/approved', '2')
    await caller.answer('en-GB/receipt.ask', '1')
    await caller.answer('en-GB/receipt.sent', '2')
    await caller.hears('en-GB/goodbye')
    await caller.press('1')
    await caller.isLetGo()
    judge(caller)
    // What no key may end: a caller who does not hear the outcome pays twice.
    for (const ref of ['en-GB/authorising', 'en-GB/goodbye']) expect(caller.shareOf(ref)).toBeGreaterThan(0.9)
    expect(await house.aftermath(caller)).toEqual(['captured'])
    expect(await house.charged('order-2001')).toHaveLength(1)
  })

  it('is understood at the last question of everything, in German', async () => {
    const caller = await house.call()
    await caller.answer('de-DE/language.this', '2')
    await caller.answer('de-DE/reference.ask', '2002#')
    await caller.hears('de-DE/amount.is')
    await caller.answer('de-DE/amount.accept', '2')
    await caller.answer('de-DE/amount.ask.2', '1050#')
    await caller.hears('de-DE/amount.is')
    await caller.answer('de-DE/amount.accept', '1')
    await caller.hears('de-DE/card.begin')
    await caller.answer('de-DE/pan.ask', amex.pan)
    await caller.answer('de-DE/expiry.ask', amex.expiry)
    await caller.answer('de-DE/csc.ask.amex', amex.csc)
    await caller.hears('de-DE/card.ending')
    await caller.hears('de-DE/card.confirm')
    await caller.answer('de-DE/agent.ask', '1')
    await caller.hears('de-DE/authorising')
    await caller.hears('de-DE/confirmation.is')
    await caller.answer('de-DE/confirmation.again', '1')
    await caller.answer('de-DE/confirmation.is', '2')
    await caller.answer('de-DE/receipt.ask', '2')
    await caller.answer('de-DE/another.ask', '1')
    await caller.answer('de-DE/reference.ask', '**')
    await caller.hears('de-DE/another.ask')
    await caller.answer('de-DE/agent.ask', '2')
    await caller.hears('de-DE/goodbye')
    await caller.isLetGo()
    judge(caller)
    expect(await house.charged('order-2002')).toEqual([1_050])
  })

  it('is understood while hearing what was wrong', async () => {
    const caller = await house.call()
    await caller.answer('en-GB/language.this', '7')
    await caller.answer('en-GB/wrong-key', '1')
    await caller.answer('en-GB/reference.ask', '9#')
    await caller.answer('en-GB/reference.length', '9999#')
    await caller.answer('en-GB/reference.unknown', '2003#')
    await caller.answer('en-GB/amount.is', '2')
    await caller.answer('en-GB/amount.ask.2', '5#')
    await caller.answer('en-GB/amount.range', '1050#')
    await caller.answer('en-GB/amount.is', '1')
    await caller.answer('en-GB/card.begin', '4242424242424241#')
    await caller.answer('en-GB/fault.luhn', stolen.pan)
    await caller.answer('en-GB/expiry.ask', '0120')
    await caller.answer('en-GB/fault.expired', '1399')
    await caller.answer('en-GB/fault.not-a-month', stolen.expiry)
    await caller.answer('en-GB/csc.ask', stolen.csc)
    await caller.answer('en-GB/card.ending', '1')
    await caller.hears('en-GB/authorising')
    await caller.answer('en-GB/declined', visa.pan)
    await caller.answer('en-GB/expiry.ask', '**')
    await caller.answer('en-GB/cancelled', '2')
    await caller.hears('en-GB/goodbye')
    await caller.isLetGo()
    judge(caller)
    expect(await house.charged('order-2003')).toEqual([])
  })

  it('is understood by the other example, up to a link for paying', async () => {
    const caller = await house.call(sandboxDepositNumber)
    await caller.answer('en-GB/reference.ask', '481516')
    await caller.answer('en-GB/amount.ask.2', '2500#')
    await caller.answer('en-GB/amount.is', '1')
    await caller.answer('en-GB/card.begin', '**')
    await caller.hears('en-GB/cancelled')
    await caller.answer('en-GB/link.ask', '1')
    await caller.hears('en-GB/link.sent')
    await caller.hears('en-GB/goodbye')
    await caller.isLetGo()
    judge(caller)
    expect(await house.charged('481516')).toEqual([])
  })
})

describe.concurrent('a caller who hangs up', () => {
  it.each(places.map((place, index) => ({ ...place, account: String(2_100 + index) })))(
    'at $at leaves nothing behind',
    async ({ prompt, keys, led, paid, account }) => {
      const caller = await house.call()
      await replyUntil(caller, paidReplies({ account }), `en-GB/${prompt}`)
      if (keys) await caller.press(keys)
      if (led) await caller.hears(`en-GB/${led}`)
      await caller.line.hangUp()
      const statuses = await house.aftermath(caller)
      const wanted = paid === 'perhaps' ? ['captured', 'cancelled'] : [paid ? 'captured' : 'cancelled']
      expect(statuses.filter((status) => !wanted.includes(status))).toEqual([])
      if (paid) expect(statuses).toHaveLength(1)
      const captured = statuses.filter((status) => status === 'captured')
      expect(await house.charged(`order-${account}`)).toHaveLength(captured.length)
    },
  )
})

/** Those that take long enough for a key to come before their last word on any machine; the others were followed by nothing. */
it('has ended questions in the middle of a word', () => {
  const questions = [
    ...[
      'reference.ask',
      'amount.ask.2',
      'card.begin',
      'expiry.ask',
      'receipt.ask',
      'fault.luhn',
      'cancelled',
    ],
  ]
  const wanted = [...questions.map((id) => `en-GB/${id}`), 'de-DE/amount.ask.2', 'de-DE/receipt.ask']
  expect(wanted.filter((ref) => !cutShort.has(ref))).toEqual([])
})

it('has left nobody on the line', async () => {
  await expect.poll(() => house.api.calls(), { timeout: 30_000 }).toEqual([])
})
