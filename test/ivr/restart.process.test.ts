import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { gatewayOf } from '../../src/demo/demo.ts'
import { demoCard } from '../../src/demo/demo-cards.ts'
import { sandboxIvrNumber } from '../../src/supervisor/plan/sandbox-merchant.ts'
import { House } from '../e2e/house.ts'
import { HearingCaller } from './support/hearing-caller.ts'
import { missingFrom } from './support/missing-from.ts'
import { StreamLine } from './support/stream-line.ts'

const card = demoCard('visa', Date.now())

/** Control is killed under a caller who has no agent: the bridge keeps the line, and the next control finds the caller there. */
describe('a call without an agent whose control dies', { timeout: 240_000 }, () => {
  const house = new House({ collection: { firstDigitSeconds: 60, betweenDigitsSeconds: 30 } })
  let numbers = 600
  beforeAll(() => house.open())
  afterAll(() => house.close())
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.log(house.platform.logLines.slice(-60).join('\n'))
  })

  async function dial(): Promise<HearingCaller<StreamLine>> {
    const from = `+447700900${++numbers}`
    const url = house.platform.addresses.simulator
    return new HearingCaller(await StreamLine.dial({ url, from, to: sandboxIvrNumber }))
  }

  function killControl(): void {
    const pid = house.platform.pidOf('control')
    if (pid === undefined) throw new Error('control is not running')
    process.kill(pid, 'SIGKILL')
  }

  /** Everything up to the question for the card number. */
  async function toCard(reference: string, language: '1' | '2' = '1') {
    const caller = await dial()
    const locale = language === '1' ? 'en-GB' : 'de-DE'
    await caller.answer(`${locale}/language.this`, language)
    await caller.answer(`${locale}/reference.ask`, `${reference}#`)
    await caller.answer(`${locale}/amount.is`, '1')
    await caller.hears(`${locale}/pan.ask`)
    return caller
  }

  it('hears that the line was interrupted, goes on where the flow says, and pays', async () => {
    const caller = await dial()
    await caller.answer('en-GB/language.this', '1')
    await caller.hears('en-GB/reference.ask')
    killControl()
    await caller.hears('en-GB/interrupted')
    await caller.answer('en-GB/another.ask', '1')
    await caller.answer('en-GB/reference.ask', '2101#')
    await caller.answer('en-GB/amount.is', '1')
    await caller.answer('en-GB/pan.ask', `${card.pan}${card.expiry}${card.csc}`)
    await caller.answer('en-GB/card.ending', '1')
    await caller.answer('en-GB/confirmation.is', '2')
    await caller.answer('en-GB/receipt.ask', '2')
    await caller.answer('en-GB/another.ask', '2')
    await caller.isLetGo()
    expect(await house.ledger('order-2101')).toMatchObject([{ outcome: 'approved' }])
  })

  it('in the middle of the card: what was keyed is gone, and they hear it in their language', async () => {
    const caller = await toCard('2102', '2')
    await caller.press(card.pan.slice(0, 9))
    killControl()
    await caller.hears('de-DE/interrupted')
    await caller.answer('de-DE/another.ask', '2')
    await caller.isLetGo()
    expect(missingFrom(caller.refs, ['de-DE/interrupted', 'de-DE/goodbye'])).toEqual([])
    expect(await house.ledger('order-2102')).toEqual([])
  })

  it('while the bank is asked: hears not to pay again, or that it is paid, and is charged once', async () => {
    const caller = await toCard('2103')
    await caller.press(`${card.pan}${card.expiry}${card.csc}`)
    await caller.hears('en-GB/card.ending')
    await gatewayOf(house.platform).setFault('slow', { slowMs: 4_000 })
    await caller.press('1')
    await caller.hears('en-GB/authorising')
    killControl()
    await caller.hears('en-GB/interrupted')
    await caller.hears('en-GB/unknown', 'en-GB/approved')
    await caller.answer('en-GB/another.ask', '2')
    await caller.isLetGo()
    const settled = () => house.ledger('order-2103').then((lines) => lines.map(({ outcome }) => outcome))
    await expect.poll(settled, { timeout: 60_000 }).toEqual(['approved'])
  })
})
