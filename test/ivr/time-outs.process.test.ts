import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { sandboxDepositNumber } from '../../src/supervisor/plan/sandbox-merchant.ts'
import { CallersHouse } from './support/callers-house.ts'
import { ChangedFlows } from './support/changed-flows.ts'
import { paidReplies, reply, replyUntil } from './support/payment-line.ts'
import { named, silences } from './support/silences.ts'

/** The example flows as they are, but for their patience, and for agents who do not come. */
const flows = new ChangedFlows({
  'payment-line': [
    ['answerSeconds: 7', 'answerSeconds: 2'],
    ['betweenKeysSeconds: 4', 'betweenKeysSeconds: 3'],
    ['client:agent', 'client:no-answer'],
  ],
  deposit: [['client:agent', 'client:busy']],
})
const house = new CallersHouse({
  collection: { firstDigitSeconds: 9, betweenDigitsSeconds: 4 },
  ivr: { flowsDir: flows.folder },
})

beforeAll(() => house.open())
afterAll(async () => {
  await house.close()
  flows.remove()
})
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.log(house.platform.logLines.slice(-60).join('\n'))
})

/** What a key is late by counts as silence: where a machine stood still for seconds, the caller calls once more. */
describe.concurrent('a caller who is silent', { retry: 1 }, () => {
  let accounts = 2_200

  it.each(silences)(
    'at $at hears so, as often as the flow has it, and is led on',
    async ({ prompt, replies = [], hears, paid }) => {
      const account = String(accounts++)
      const caller = await house.call()
      const first = `en-GB/${prompt}`
      await replyUntil(caller, paidReplies({ account }), first)
      const from = caller.refs.lastIndexOf(first)
      const [one, ...others] = replies.map(([ask, keys]) => [`en-GB/${ask}`, keys] as const)
      if (one) await caller.press(one[1])
      await reply(caller, others)
      const heard = () => caller.refs.slice(from).filter((ref) => named.has(ref))
      await caller.until(() => heard().length >= hears.length)
      await caller.line.hangUp()
      expect(heard()).toEqual(hears.map((id) => `en-GB/${id}`))
      const statuses = await house.aftermath(caller)
      expect(statuses.filter((status) => status !== (paid ? 'captured' : 'cancelled'))).toEqual([])
      expect(await house.charged(`order-${account}`)).toHaveLength(paid ? 1 : 0)
    },
  )

  it('at the question for help is let go', async () => {
    const caller = await house.call()
    await reply(caller, [
      ['en-GB/language.this', '1'],
      ['en-GB/reference.ask', '**'],
    ])
    await caller.hears('en-GB/attempts.over')
    await caller.hears('en-GB/goodbye')
    await caller.isLetGo()
  })
})

describe.concurrent('a caller whom no agent takes', () => {
  it('is told so when the agent is busy, and let go', async () => {
    const caller = await house.call(sandboxDepositNumber)
    await caller.answer('en-GB/reference.ask', '481517')
    await caller.answer('en-GB/amount.ask.2', '2500#')
    await caller.answer('en-GB/amount.is', '**')
    await caller.answer('en-GB/link.ask', '0')
    await caller.hears('en-GB/transfer')
    await caller.hears('en-GB/transfer.failed')
    await caller.hears('en-GB/goodbye')
    await caller.isLetGo()
    expect(await house.aftermath(caller)).toEqual([])
  })

  it('hangs up while it rings, and it rings no more', async () => {
    const caller = await house.call()
    await replyUntil(caller, paidReplies({ account: '2299' }), 'en-GB/card.ending')
    await caller.press('0')
    await caller.hears('en-GB/transfer')
    await house.callOf(caller, ({ agent }) => agent === 'ringing')
    await caller.line.hangUp()
    const ended = await house.callOf(caller, ({ status }) => status === 'ended')
    expect(ended.agent).toBe('left')
    expect(await house.aftermath(caller)).toEqual(['cancelled'])
    expect(await house.charged('order-2299')).toEqual([])
  })
})

it('has left nobody on the line', async () => {
  await expect.poll(() => house.api.calls(), { timeout: 30_000 }).toEqual([])
})
