import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ApiClient } from '../../src/demo/api-client.ts'
import { gatewayOf } from '../../src/demo/demo.ts'
import { demoCard } from '../../src/demo/demo-cards.ts'
import { DeskWatch } from '../../src/demo/desk-watch.ts'
import { startThrowawayPlatform, type ThrowawayPlatform } from '../../src/supervisor/throwaway-platform.ts'
import { DrachtioServer } from '../bridge/sip/drachtio-app/drachtio-server.ts'
import { sdp } from '../bridge/sip/drachtio-app/house.ts'
import { MediaPhone } from '../sip/support/media-phone.ts'
import { freeUdpPorts } from '../sip/support/sip-house.ts'
import { HearingCaller } from './support/hearing-caller.ts'
import { missingFrom } from './support/missing-from.ts'
import { SipLine, secret } from './support/sip-line.ts'

const card = demoCard('visa', Date.now())

/** RTP both ways, keys as tones in it; the drachtio server is the one that the contract tests have. */
describe('a call without an agent, over SIP', () => {
  let platform: ThrowawayPlatform
  let server: DrachtioServer
  let watch: DeskWatch
  const lines: SipLine[] = []

  beforeAll(async () => {
    server = await DrachtioServer.open()
    const [ngPort] = await freeUdpPorts(1)
    const portMin = 44_000 + 100 * Math.floor(Math.random() * 50)
    platform = await startThrowawayPlatform({
      collection: { firstDigitSeconds: 60, betweenDigitsSeconds: 30 },
      ivr: { sipFlow: 'payment-line' },
      sip: {
        ...{ enabled: true, ngPort: ngPort!, portMin, portMax: portMin + 99, edges: [] },
        drachtio: {
          ...{ port: server.port, secret, outbound: 'pbx.example:5080' },
          ...{ paymentNumber: '8000', selfServiceNumbers: ['8100'] },
        },
      },
    })
    const { control } = platform.addresses
    watch = new DeskWatch(new ApiClient({ baseUrl: control, apiKey: platform.credentials.apiKey }))
  })
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.log(platform.logLines.slice(-60).join('\n'))
    for (const line of lines.splice(0)) line.close()
  })
  afterAll(async () => {
    await watch?.close()
    await platform?.stop(0)
    await server?.close()
  })

  async function dial(): Promise<HearingCaller<SipLine>> {
    const line = await SipLine.dial(server, '8100')
    lines.push(line)
    return new HearingCaller(line)
  }

  it('is paid by tones, and every prompt is heard in the RTP', async () => {
    const caller = await dial()
    await caller.answer('en-GB/language.this', '1')
    await caller.answer('en-GB/reference.ask', '1001#')
    await caller.answer('en-GB/amount.is', '1')
    await caller.answer('en-GB/pan.ask', card.pan)
    await caller.answer('en-GB/expiry.ask', card.expiry)
    await caller.answer('en-GB/csc.ask', card.csc)
    await caller.answer('en-GB/card.ending', '1')
    await caller.answer('en-GB/confirmation.is', '2')
    await caller.answer('en-GB/receipt.ask', '2')
    await caller.answer('en-GB/another.ask', '2')
    await caller.hears('en-GB/goodbye')
    await caller.isLetGo()
    expect(
      missingFrom(caller.refs, [
        ...['en-GB/card.begin', 'en-GB/pan.ask', 'en-GB/expiry.ask', 'en-GB/csc.ask', 'en-GB/card.ending'],
        ...['en-GB/authorising', 'en-GB/approved', 'en-GB/confirmation.is', 'en-GB/goodbye'],
      ]),
      caller.refs.join(' '),
    ).toEqual([])
    const lines = (await gatewayOf(platform).ledger()).filter(
      (line) => line.merchantReference === 'order-1001',
    )
    expect(lines).toMatchObject([{ amount: 4_250, outcome: 'approved', last4: card.pan.slice(-4) }])
  })

  it('goes to an agent who is called for it, and who is heard', async () => {
    const agent = await MediaPhone.open()
    const caller = await dial()
    await caller.answer('de-DE/language.this', '2')
    await caller.answer('de-DE/reference.ask', '**')
    await caller.answer('de-DE/another.ask', '0')
    await caller.hears('de-DE/transfer')
    const toAgent = await server.next('INVITE')
    expect(toAgent.uri).toContain('sip:agent@')
    server.answer(toAgent, 200, { body: sdp(agent) })
    agent.talk()
    const call = await watch.until('the agent', () =>
      [...watch.calls.values()].find(
        (one) => one.sip?.callerCallId === caller.line.callId && one.agent === 'joined',
      ),
    )
    expect(call).toMatchObject({ status: 'live', caller: 'joined' })
    await expect.poll(() => agent.heard.length, { timeout: 30_000 }).toBeGreaterThan(20)
    await caller.line.hangUp()
    agent.close()
  })
})
