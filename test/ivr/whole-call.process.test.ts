import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import { ApiRefused } from '../../src/demo/api-client.ts'
import { demoCard } from '../../src/demo/demo-cards.ts'
import { loadMediaLibrary } from '../../src/simulator/media-library.ts'
import { sandboxDepositNumber } from '../../src/supervisor/plan/sandbox-merchant.ts'
import { keysHeard } from '../e2e/keys-heard.ts'
import { CallersHouse } from './support/callers-house.ts'
import { missingFrom } from './support/missing-from.ts'
import { paidReplies, reply } from './support/payment-line.ts'

const card = demoCard('visa', Date.now())
const house = new CallersHouse({ collection: { firstDigitSeconds: 120, betweenDigitsSeconds: 60 } })

beforeAll(() => house.open())
afterAll(() => house.close())
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.log(house.platform.logLines.slice(-60).join('\n'))
})

/** Callers in a real sandbox platform: audio in frames of 20 ms, tones and messages for keys, prompts by correlation. */
describe.concurrent('a call without an agent, over a media stream', () => {
  const call = (to?: string) => house.call(to, { report: 'both' })

  it.each(['en-GB', 'de-DE'] as const)('is paid in %s, and every prompt is heard', async (locale) => {
    const account = locale === 'en-GB' ? '2301' : '2302'
    const caller = await call()
    await reply(caller, paidReplies({ locale, account }))
    await caller.isLetGo()
    const wanted = [
      ...['reference.ask', 'amount.is', 'card.begin', 'expiry.ask', 'csc.ask', 'card.ending', 'authorising'],
      ...['approved', 'confirmation.is', 'receipt.ask', 'receipt.sent', 'another.ask', 'goodbye'],
    ]
    expect(
      missingFrom(
        caller.refs,
        wanted.map((id) => `${locale}/${id}`),
      ),
      caller.refs.join(' '),
    ).toEqual([])
    const [line, ...others] = await house.ledger(`order-${account}`)
    expect(others).toEqual([])
    expect(line).toMatchObject({ outcome: 'approved', last4: card.pan.slice(-4) })
  })

  it('is in German for who chooses it: the amount and the day are said by its rules', async () => {
    const caller = await call()
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

  it('is paid by a caller who never stops talking: no word of theirs is a key', async () => {
    const caller = await house.call()
    const words = await loadMediaLibrary(path.resolve('media', 'speech'))
    const talk = Buffer.concat([...words].filter(([id]) => id.startsWith('caller-')).map(([, said]) => said))
    const talking = caller.line.handset.speak(talk, { loop: true }).catch(() => {})
    await reply(caller, paidReplies({ account: '2304' }))
    await caller.isLetGo()
    await talking
    expect(await house.aftermath(caller)).toEqual(['captured'])
    expect(await house.charged('order-2304')).toHaveLength(1)
  })

  it('says what is wrong: an unknown number, a card that fails its check, and cancels with two stars', async () => {
    const caller = await call()
    await caller.answer('en-GB/language.this', '1')
    await caller.answer('en-GB/reference.ask', '9999#')
    await caller.hears('en-GB/reference.unknown')
    await caller.answer('en-GB/reference.ask', '1001#')
    await caller.answer('en-GB/amount.is', '1')
    await caller.answer('en-GB/pan.ask', '4242424242424241#')
    await caller.hears('en-GB/fault.luhn')
    await caller.answer('en-GB/pan.ask', '**')
    await caller.hears('en-GB/cancelled')
    await caller.answer('en-GB/another.ask', '2')
    await caller.hears('en-GB/goodbye')
    await caller.isLetGo()
    expect(await house.aftermath(caller)).toEqual(['cancelled'])
  })
})

describe.concurrent('a caller who is put through to an agent', () => {
  it('loses the card where the flow discards it: nothing can be charged, and the agent takes one anew, unheard', async () => {
    const caller = await house.call()
    await reply(caller, paidReplies({ account: '2303' }).slice(0, 6))
    await caller.answer('en-GB/card.ending', '0')
    await caller.hears('en-GB/transfer')
    const { call, agent } = await house.answerAs(caller.line.from)
    const [payment] = house.paymentsOf(call.id)
    const id = payment!.id
    expect(payment).toMatchObject({
      status: 'created',
      collection: { state: 'ended', why: 'agent-cancelled' },
    })
    await expect(house.api.act(id, 'confirm')).rejects.toThrow(ApiRefused)
    expect(await house.ledger('order-2303')).toEqual([])
    await house.api.act(id, 'arm')
    // Of the new collection: the line of the one that was discarded may still be secured.
    const isAsked = ({ status, collection }: PaymentResource) =>
      status === 'collecting' && collection?.secured === true && collection.fields[0]?.state === 'asked'
    await house.watch.untilPayment(id, 'the question for a card', isAsked, 60_000)
    await caller.press(`${card.pan}${card.expiry}${card.csc}`)
    await house.watch.untilPayment(id, 'a card', ({ status }) => status === 'ready', 60_000)
    await house.api.act(id, 'confirm')
    await house.watch.untilPayment(id, 'the outcome', ({ status }) => status === 'captured', 60_000)
    expect(keysHeard(agent.heard.toPcm())).toBe('')
    await caller.line.hangUp()
    agent.close()
    expect(await house.charged('order-2303')).toHaveLength(1)
  })

  it('keeps the card where the flow keeps it: the agent charges it without hearing a key, and both hear each other', async () => {
    const caller = await house.call(sandboxDepositNumber)
    await caller.answer('en-GB/reference.ask', '481518')
    await caller.answer('en-GB/amount.ask.2', '2500#')
    await caller.answer('en-GB/amount.is', '1')
    await caller.answer('en-GB/card.begin', card.pan)
    await caller.answer('en-GB/expiry.ask', card.expiry)
    await caller.answer('en-GB/csc.ask', card.csc)
    await caller.answer('en-GB/card.ending', '0')
    await caller.hears('en-GB/transfer')
    const { call, agent } = await house.answerAs(caller.line.from)
    const [payment] = house.paymentsOf(call.id)
    const { id } = payment!
    expect(payment).toMatchObject({
      status: 'ready',
      last4: card.pan.slice(-4),
      collection: { state: 'collected' },
    })
    // The agent's own voice, after the last of our prompts.
    const before = caller.line.length
    await agent.speak(new Uint8Array(8_000).fill(0x20))
    await caller.until(() => loudest(caller.line.pcm().subarray(before)) > 4_000)
    await house.api.act(id, 'confirm')
    await house.watch.untilPayment(id, 'the outcome', ({ status }) => status === 'captured', 60_000)
    expect(await house.charged('481518')).toEqual([2_500])
    expect(keysHeard(agent.heard.toPcm())).toBe('')
    await caller.line.hangUp()
    agent.close()
    expect(await house.aftermath(caller)).toEqual(['captured'])
  })

  it('loses a kept card by hanging up before the agent charges it', async () => {
    const caller = await house.call(sandboxDepositNumber)
    await caller.answer('en-GB/reference.ask', '481519')
    await caller.answer('en-GB/amount.ask.2', '2500#')
    await caller.answer('en-GB/amount.is', '1')
    await caller.answer('en-GB/card.begin', `${card.pan}${card.expiry}${card.csc}`)
    await caller.answer('en-GB/card.ending', '0')
    await caller.hears('en-GB/transfer')
    const { call, agent } = await house.answerAs(caller.line.from)
    await caller.line.hangUp()
    agent.close()
    const [{ id } = { id: '' }] = house.paymentsOf(call.id)
    const ended = await house.watch.untilPayment(
      id,
      'the end of the card',
      ({ status }) => status === 'created',
    )
    expect(ended).toMatchObject({ collection: { state: 'ended', why: 'caller-hung-up' } })
    await expect(house.api.act(id, 'confirm')).rejects.toThrow(ApiRefused)
    expect(await house.charged('481519')).toEqual([])
  })
})

it('has left nobody on the line', async () => {
  await expect.poll(() => house.api.calls(), { timeout: 30_000 }).toEqual([])
})

function loudest(samples: Int16Array): number {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
}
