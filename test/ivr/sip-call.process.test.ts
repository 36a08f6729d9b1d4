import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import { ApiClient } from '../../src/demo/api-client.ts'
import { gatewayOf } from '../../src/demo/demo.ts'
import { demoCard } from '../../src/demo/demo-cards.ts'
import { DeskWatch } from '../../src/demo/desk-watch.ts'
import { startThrowawayPlatform, type ThrowawayPlatform } from '../../src/supervisor/throwaway-platform.ts'
import { DrachtioServer } from '../bridge/sip/drachtio-app/drachtio-server.ts'
import { sdp } from '../bridge/sip/drachtio-app/house.ts'
import { keysHeard } from '../e2e/keys-heard.ts'
import { MediaPhone } from '../sip/support/media-phone.ts'
import { freeUdpPorts } from '../sip/support/sip-house.ts'
import { ChangedFlows } from './support/changed-flows.ts'
import { HearingCaller } from './support/hearing-caller.ts'
import { missingFrom } from './support/missing-from.ts'
import { paidReplies, reply, replyUntil } from './support/payment-line.ts'
import { SipLine, secret } from './support/sip-line.ts'

const card = demoCard('visa', Date.now())
/** Where callers hang up here; test/ivr/every-step.process.test.ts has every place. */
const places = [
  { at: 'the question for the invoice', prompt: 'reference.ask', account: '2410', paid: false },
  { at: 'the words before the card', prompt: 'card.begin', account: '2411', paid: false },
  { at: 'the security code', prompt: 'csc.ask', account: '2412', paid: false },
  { at: 'the bank', prompt: 'authorising', account: '2413', paid: true },
]

/** RTP both ways, keys as tones in it; the drachtio server is the one that the contract tests have. */
describe.concurrent('a call without an agent, over SIP', () => {
  /** The example, but that an agent may charge the card that was keyed. */
  const flows = new ChangedFlows({ 'payment-line': [['card: discard', 'card: keep']] })
  let platform: ThrowawayPlatform
  let server: DrachtioServer
  let watch: DeskWatch
  let api: ApiClient
  const lines: SipLine[] = []

  beforeAll(async () => {
    server = await DrachtioServer.open()
    const [ngPort] = await freeUdpPorts(1)
    const portMin = 44_000 + 100 * Math.floor(Math.random() * 50)
    platform = await startThrowawayPlatform({
      collection: { firstDigitSeconds: 120, betweenDigitsSeconds: 60 },
      ivr: { sipFlow: 'payment-line', flowsDir: flows.folder },
      sip: {
        ...{ enabled: true, ngPort: ngPort!, portMin, portMax: portMin + 99, edges: [] },
        drachtio: {
          ...{ port: server.port, secret, outbound: 'pbx.example:5080' },
          ...{ paymentNumber: '8000', selfServiceNumbers: ['8100'] },
        },
      },
    })
    const { control } = platform.addresses
    api = new ApiClient({ baseUrl: control, apiKey: platform.credentials.apiKey })
    watch = new DeskWatch(api)
  })
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.log(platform.logLines.slice(-60).join('\n'))
  })
  afterAll(async () => {
    for (const line of lines) line.close()
    await watch?.close()
    await platform?.stop(0)
    await server?.close()
    flows.remove()
  })

  async function dial(): Promise<HearingCaller<SipLine>> {
    const line = await SipLine.dial(server, '8100')
    lines.push(line)
    return new HearingCaller(line)
  }

  const payments = (caller: HearingCaller<SipLine>): PaymentResource[] => {
    const call = [...watch.calls.values()].find((one) => one.providerCallId === caller.line.callId)
    return [...watch.payments.values()].filter(({ callId }) => callId === call?.id)
  }

  async function charged(reference: string): Promise<{ amount: number; last4: string }[]> {
    const lines = await gatewayOf(platform).ledger()
    return lines
      .filter((line) => line.merchantReference === reference && line.outcome === 'approved')
      .map(({ amount, last4 }) => ({ amount, last4 }))
  }

  it.each(['en-GB', 'de-DE'] as const)(
    'is paid in %s by tones, and every prompt is heard in the RTP, each cut short by a key',
    async (locale) => {
      const account = locale === 'en-GB' ? '2401' : '2402'
      const caller = await dial()
      const replies = paidReplies({ locale, account })
      await reply(caller, replies.slice(0, 7))
      await caller.hears(`${locale}/authorising`)
      await caller.hears(`${locale}/approved`)
      await reply(caller, replies.slice(7, 9))
      await caller.hears(`${locale}/receipt.sent`, `${locale}/receipt.failed`)
      await reply(caller, replies.slice(9))
      await caller.hears(`${locale}/goodbye`)
      await caller.isLetGo()
      const wanted = replies.map(([ref]) => ref)
      expect(missingFrom(caller.refs, wanted), caller.refs.join(' ')).toEqual([])
      expect(caller.notCutShort()).toEqual([])
      expect(caller.cutShort.length).toBeGreaterThan(0)
      expect(await charged(`order-${account}`)).toMatchObject([{ last4: card.pan.slice(-4) }])
    },
  )

  it('goes to an agent who is called for it, who is heard, and who charges the card that was kept', async () => {
    const agent = await MediaPhone.open()
    const caller = await dial()
    await reply(caller, paidReplies({ account: '2403' }).slice(0, 6))
    await caller.answer('en-GB/card.ending', '0')
    await caller.hears('en-GB/transfer')
    const toAgent = await server.next('INVITE')
    expect(toAgent.uri).toContain('sip:agent@')
    server.answer(toAgent, 200, { body: sdp(agent) })
    agent.talk()
    const isWith = () => {
      const calls = [...watch.calls.values()]
      return calls.find((one) => one.sip?.callerCallId === caller.line.callId && one.agent === 'joined')
    }
    expect(await watch.until('the agent', isWith, 60_000)).toMatchObject({ status: 'live', caller: 'joined' })
    await caller.until(() => agent.heard.length > 20)
    const [payment] = payments(caller)
    expect(payment).toMatchObject({ status: 'ready', collection: { state: 'collected' } })
    await api.act(payment!.id, 'confirm')
    await watch.untilPayment(payment!.id, 'the outcome', ({ status }) => status === 'captured', 60_000)
    expect(await charged('order-2403')).toHaveLength(1)
    expect(keysHeard(agent.audio())).toBe('')
    await caller.line.hangUp()
    agent.close()
  })

  it('is asked again when nothing is heard, and told what is wrong', async () => {
    const caller = await dial()
    await caller.answer('de-DE/language.this', '2')
    await caller.hears('de-DE/reference.ask')
    await caller.hears('de-DE/silence')
    await caller.answer('de-DE/reference.ask', '9999#')
    await caller.answer('de-DE/reference.unknown', '2404#')
    await caller.answer('de-DE/amount.is', '1')
    await caller.answer('de-DE/card.begin', '4242424242424241#')
    await caller.hears('de-DE/fault.luhn')
    await caller.answer('de-DE/pan.ask', '**')
    await caller.answer('de-DE/cancelled', '2')
    await caller.hears('de-DE/goodbye')
    await caller.isLetGo()
    expect(await charged('order-2404')).toEqual([])
  })

  it.each(places)(
    'leaves nothing behind when the caller hangs up at $at',
    async ({ prompt, account, paid }) => {
      const caller = await dial()
      await replyUntil(caller, paidReplies({ account }), `en-GB/${prompt}`)
      await caller.line.hangUp()
      const { callId } = caller.line
      const isOver = () =>
        [...watch.calls.values()].find((one) => one.providerCallId === callId && one.status === 'ended')
      await watch.until('the end', isOver, 60_000)
      const wanted = paid ? 'captured' : 'cancelled'
      const isSettled = () => payments(caller).every(({ status }) => status === wanted)
      await watch.until(`payments ${wanted}`, isSettled, 60_000)
      expect(await charged(`order-${account}`)).toHaveLength(paid ? 1 : 0)
    },
  )
})
