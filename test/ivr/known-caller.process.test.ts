import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { TonewallClient } from '../../src/client/client.ts'
import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import { connectOffice } from '../../src/demo/connect-office.ts'
import { demoCard } from '../../src/demo/demo-cards.ts'
import type { SandboxOfficeClient } from '../../src/demo/sandbox-office-client.ts'
import { sandboxKnownNumber } from '../../src/supervisor/plan/sandbox-merchant.ts'
import { House } from '../e2e/house.ts'
import { HearingCaller } from './support/hearing-caller.ts'
import { missingFrom } from './support/missing-from.ts'
import { StreamLine } from './support/stream-line.ts'

const card = demoCard('visa', Date.now())
const keyed = `${card.pan}${card.expiry}${card.csc}`
/** The number of a contact in the sandbox's CRM. */
const ada = '+447700900123'

const flow = readFileSync(
  path.resolve(import.meta.dirname, '..', '..', 'config', 'flows', 'known-caller.yaml'),
  'utf8',
)
const flowsDir = mkdtempSync(path.join(tmpdir(), 'flows-'))
const file = path.join(flowsDir, 'known-caller.yaml')
writeFileSync(file, flow)
afterAll(() => rmSync(flowsDir, { recursive: true, force: true }))

/** The example flow `known-caller` in a whole platform whose CRM is connected: real audio, prompts by correlation. */
describe('a caller whom the CRM knows', { timeout: 240_000 }, () => {
  const house = new House({
    ivr: { flowsDir },
    collection: { firstDigitSeconds: 60, betweenDigitsSeconds: 30 },
  })
  let office: SandboxOfficeClient
  const made = new Set<string>()
  beforeAll(async () => {
    await house.open()
    office = await connectOffice(house.platform, house.api)
  })
  afterAll(() => house.close())
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.log(house.platform.logLines.slice(-60).join('\n'))
  })

  async function dial(from: string): Promise<HearingCaller<StreamLine>> {
    const url = house.platform.addresses.simulator
    return new HearingCaller(await StreamLine.dial({ url, from, to: sandboxKnownNumber }))
  }

  /** The payment that this test has made, and none before it. */
  async function payment(is: (payment: PaymentResource) => boolean): Promise<PaymentResource> {
    const found = await house.watch.until('the payment', () =>
      [...house.watch.payments.values()].find((one) => !made.has(one.id) && is(one)),
    )
    return found
  }

  async function paysAmount(caller: HearingCaller<StreamLine>, amount: string): Promise<void> {
    await caller.answer('en-GB/amount.ask.2', `${amount}#`)
    await caller.answer('en-GB/amount.is', '1')
  }

  async function isPaid(caller: HearingCaller<StreamLine>): Promise<PaymentResource> {
    await caller.hears('en-GB/approved')
    await caller.answer('en-GB/confirmation.is', '2')
    await caller.hears('en-GB/goodbye')
    await caller.isLetGo()
    const paid = await payment(({ status }) => status === 'captured')
    made.add(paid.id)
    return paid
  }

  it('keys no number: the payment is theirs, and its result stands on their record', async () => {
    const caller = await dial(ada)
    await paysAmount(caller, '1250')
    await caller.hears('en-GB/pan.ask')
    expect(missingFrom(caller.refs, ['en-GB/greeting', 'en-GB/amount.ask.2'])).toEqual([])
    expect(caller.refs).not.toContain('en-GB/reference.ask')
    expect(caller.refs).not.toContain('en-GB/stored.ask')
    const { id } = await payment(({ status }) => status === 'collecting')
    // What an agent or the merchant's system notes of the caller's consent; the flow asks for none.
    const { addresses, credentials } = house.platform
    const client = new TonewallClient({ baseUrl: addresses.control, apiKey: credentials.apiKey })
    await client.request('keepCard', { id, body: { use: 'customer', consent: 'spoken' } })
    await caller.press(keyed)
    await caller.answer('en-GB/card.ending', '1')
    const paid = await isPaid(caller)
    expect(paid).toMatchObject({ amountMinor: 1_250, metadata: { locale: 'en-GB' } })
    expect(paid.metadata.crmRecord).toBe(`Contact:${paid.customer}`)
    const entries = () => office.crmEntries(paid.id)
    await expect.poll(entries, { timeout: 30_000 }).toMatchObject([{ contact: 'Ada Byron' }])
  })

  it('is offered the card that is kept for them, and pays with one key', async () => {
    const caller = await dial(ada)
    await paysAmount(caller, '2000')
    await caller.answer('en-GB/stored.ask', '1')
    const paid = await isPaid(caller)
    expect(paid).toMatchObject({ amountMinor: 2_000, last4: card.pan.slice(-4) })
    expect(paid.storedCardId).not.toBeNull()
    const lines = await house.ledger(paid.reference)
    expect(lines).toMatchObject([{ outcome: 'approved' }, { amount: 2_000, initiator: 'customer' }])
  })

  it('keys its security code again where the flow wants it: the file counts from the next call on', async () => {
    writeFileSync(file, flow.replace('do: stored-card,', 'do: stored-card, csc: ask,'))
    const caller = await dial(ada)
    await paysAmount(caller, '3000')
    await caller.answer('en-GB/stored.ask', '1')
    await caller.answer('en-GB/csc.ask', card.csc)
    const paid = await isPaid(caller)
    expect(paid).toMatchObject({ amountMinor: 3_000, status: 'captured' })
    expect(paid.storedCardId).not.toBeNull()
  })

  it('is asked for their case when nobody has their number: its zeros need not be keyed', async () => {
    const caller = await dial('+447700900555')
    await caller.answer('en-GB/reference.ask', '9999#')
    await caller.hears('en-GB/reference.unknown')
    await caller.answer('en-GB/reference.ask', '1026#')
    await paysAmount(caller, '1000')
    // The case is Ada's, and so is the card that is offered.
    await caller.answer('en-GB/stored.ask', '2')
    await caller.answer('en-GB/pan.ask', keyed)
    await caller.answer('en-GB/card.ending', '1')
    const paid = await isPaid(caller)
    expect(paid.reference).toBe('00001026')
    expect(paid.metadata.crmRecord).toMatch(/^Case:/)
  })
})
