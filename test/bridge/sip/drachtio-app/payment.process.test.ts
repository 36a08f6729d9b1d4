import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { TonewallClient } from '../../../../src/client/client.ts'
import type { CallResource, PaymentResource } from '../../../../src/contracts/desk-port.ts'
import { ApiClient } from '../../../../src/demo/api-client.ts'
import { demoCard } from '../../../../src/demo/demo-cards.ts'
import { DeskWatch } from '../../../../src/demo/desk-watch.ts'
import {
  startThrowawayPlatform,
  type ThrowawayPlatform,
} from '../../../../src/supervisor/throwaway-platform.ts'
import { MediaPhone } from '../../../sip/support/media-phone.ts'
import { freeUdpPorts } from '../../../sip/support/sip-house.ts'
import { DrachtioServer, type Headers, secret } from './drachtio-server.ts'
import { portIn, sdp } from './house.ts'

const card = demoCard('visa', Date.now())
const resting = new Set(['captured', 'declined', 'cancelled', 'expired'])

describe('a card keyed on a call that ends at Tonewall', () => {
  let platform: ThrowawayPlatform
  let server: DrachtioServer
  let api: ApiClient
  let watch: DeskWatch
  let caller: MediaPhone
  let agent: MediaPhone

  beforeAll(async () => {
    server = await DrachtioServer.open()
    const [ngPort] = await freeUdpPorts(1)
    const portMin = 44_000 + 100 * Math.floor(Math.random() * 50)
    platform = await startThrowawayPlatform({
      sip: {
        ...{ enabled: true, ngPort: ngPort!, portMin, portMax: portMin + 99, edges: [] },
        drachtio: {
          ...{ port: server.port, secret, outbound: 'pbx.example:5080' },
          ...{ paymentNumber: '8000', selfServiceNumbers: ['8100'] },
        },
      },
    })
    api = new ApiClient({ baseUrl: platform.addresses.control, apiKey: platform.credentials.apiKey })
    watch = new DeskWatch(api)
    ;[caller, agent] = await Promise.all([MediaPhone.open(), MediaPhone.open()])
  })
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.log(platform.logLines.slice(-40).join('\n'))
  })
  afterAll(async () => {
    for (const phone of [caller, agent]) phone?.close()
    await watch?.close()
    await platform?.stop(0)
    await server?.close()
  })

  const live = (sipCallId: string) =>
    watch.until('a live call', () => {
      const isIt = ({ sip, status }: CallResource) => sip?.callerCallId === sipCallId && status === 'live'
      return [...watch.calls.values()].find(isIt)
    })

  /** Keys told by INFO, which go from the signalling to the collection and nowhere else. */
  async function key(dialog: string): Promise<void> {
    // A key that seems to have gone down before anybody listened is nobody's.
    await new Promise((resolve) => setTimeout(resolve, 500))
    let cseq = 10
    for (const digit of `${card.pan}${card.expiry}${card.csc}`) {
      const headers: Headers = { 'Content-Type': 'application/dtmf-relay', CSeq: `${cseq++} INFO` }
      const told = server.within(dialog, 'INFO', { headers, body: `Signal=${digit}\r\nDuration=160\r\n` })
      await server.answerTo(told, 200)
      await new Promise((resolve) => setTimeout(resolve, 120))
    }
  }

  async function paid(names: object, dialog: string): Promise<PaymentResource> {
    const made = await api.createPayment({
      ...names,
      amountMinor: 1_500,
      currency: 'GBP',
      reference: `terminated-${dialog.slice(0, 6)}`,
    })
    await api.act(made.id, 'arm')
    await watch.untilPayment(made.id, 'the card', ({ collection }) => collection?.state === 'collecting')
    await key(dialog)
    return watch.untilPayment(made.id, 'an outcome', ({ status }) => resting.has(status), 20_000)
  }

  it('is paid after a transfer by a token of the API, with the agent who was called back', async () => {
    const client = new TonewallClient({
      ...{ baseUrl: platform.addresses.control, apiKey: platform.credentials.apiKey },
    })
    const { dial } = await client.request('createTransfer', { body: { agentExtension: '2001' } })
    const invite = server.request('INVITE', `sip:${dial}@bridge.example`, { body: sdp(caller) })
    const toAgent = await server.next('INVITE')
    server.answer(toAgent, 200, { body: sdp(agent) })
    const answered = await server.answerTo(invite, 200)
    caller.talk({ address: '127.0.0.1', port: portIn(answered.body) })
    agent.talk({ address: '127.0.0.1', port: portIn(toAgent.body) })
    await live(invite.headers['Call-ID']!)
    expect(await paid({ agentExtension: '2001' }, invite.dialog)).toMatchObject({
      ...{ status: 'captured', last4: card.pan.slice(-4) },
    })
    // Not one of the keys became an event for the agent.
    expect(agent.others()).toEqual([])
    server.within(toAgent.dialog, 'BYE')
    await server.next('BYE', ({ dialog }) => dialog === invite.dialog)
    caller.hush()
  })

  it('ends on both sides, with its collection, when the bridge is killed in the middle, and the next call goes through', async () => {
    const client = new TonewallClient({
      ...{ baseUrl: platform.addresses.control, apiKey: platform.credentials.apiKey },
    })
    const transfer = async () => {
      const { dial } = await client.request('createTransfer', { body: { agentExtension: '2002' } })
      const invite = server.request('INVITE', `sip:${dial}@bridge.example`, { body: sdp(caller) })
      const toAgent = await server.next('INVITE')
      server.answer(toAgent, 200, { body: sdp(agent) })
      const answered = await server.answerTo(invite, 200)
      return { invite, toAgent, answered }
    }
    const { invite, toAgent, answered } = await transfer()
    caller.talk({ address: '127.0.0.1', port: portIn(answered.body) })
    agent.talk({ address: '127.0.0.1', port: portIn(toAgent.body) })
    const call = await live(invite.headers['Call-ID']!)
    const made = await api.createPayment({
      ...{ callId: call.id, amountMinor: 1_500, currency: 'GBP', reference: 'bridge-killed' },
    })
    await api.act(made.id, 'arm')
    await watch.untilPayment(made.id, 'the card', ({ collection }) => collection?.state === 'collecting')
    const appsBefore = server.authenticated
    process.kill(platform.pidOf('bridge')!, 'SIGKILL')
    await server.next('BYE', ({ dialog }) => dialog === invite.dialog)
    await server.next('BYE', ({ dialog }) => dialog === toAgent.dialog)
    expect(server.dialogs.size).toBe(0)
    expect(server.authenticated).toBeGreaterThan(appsBefore)
    await watch.until('the end of the call', () =>
      [...watch.calls.values()].find(({ id, status }) => id === call.id && status === 'ended'),
    )
    const over = await watch.untilPayment(
      made.id,
      'the end of its collection',
      ({ collection }) => collection?.state === 'ended',
    )
    expect(over.status).not.toBe('captured')
    expect(agent.others()).toEqual([])
    const next = await transfer()
    await live(next.invite.headers['Call-ID']!)
    server.within(next.toAgent.dialog, 'BYE')
    await server.next('BYE', ({ dialog }) => dialog === next.invite.dialog)
  })

  it('is paid without any agent, and the API hangs up', async () => {
    const invite = server.request('INVITE', 'sip:8100@bridge.example', { body: sdp(caller) })
    const answered = await server.answerTo(invite, 200)
    caller.talk({ address: '127.0.0.1', port: portIn(answered.body) })
    const call = await live(invite.headers['Call-ID']!)
    expect(call).toMatchObject({ caller: 'joined', agent: 'left' })
    expect(await paid({ sipCallId: invite.headers['Call-ID'] }, invite.dialog)).toMatchObject({
      status: 'captured',
    })
    await api.hangUp(call.id)
    await server.next('BYE', ({ dialog }) => dialog === invite.dialog)
  })
})
