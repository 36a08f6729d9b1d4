import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import { pbx, sdp, step } from './support/scenarios.ts'
import { missingPackages, openSipHouse, type SipHouse } from './support/sip-house.ts'
import { cardFields, leadMs, prepareCaller, SipTrip, simpleCaller, simplePbx } from './support/sip-trip.ts'

const [pan, expiry, csc] = cardFields as [string, string, string]
const offer = sdp({ port: '[media_port]' })

describe.skipIf(missingPackages() !== null)('the life of a SIP call with a payment', () => {
  let house: SipHouse
  let trip: SipTrip

  beforeAll(async () => {
    house = await openSipHouse()
  })
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') console.log(`${house.lastLines()}\n${trip.errors()}`)
    await trip?.close()
  })
  afterAll(() => house?.close())

  const settled = (payment: PaymentResource) => {
    const resting = new Set(['captured', 'declined', 'cancelled', 'expired'])
    return house.watch.untilPayment(payment.id, 'its end', ({ status }) => resting.has(status), 40_000)
  }

  it('takes keys told by INFO, counts each once, and lets none of them through to the PBX', async () => {
    trip = await SipTrip.open(house)
    const { file } = await prepareCaller(house, { keysBy: 'none', fields: [pan, expiry, csc], name: 'info' })
    const infos = [...pan, ...expiry, ...csc].flatMap((key, i) => [step.info(2 + i, key), step.pause(120)])
    trip.dial({
      callerSteps: [
        step.invite(offer),
        step.playPcap(file),
        step.pause(leadMs),
        ...infos,
        step.pause(3_000),
        step.bye(60),
      ],
      pbxSteps: simplePbx(trip, 'Case:500 9|agent:7'),
    })
    const call = await trip.live()
    // Nothing of a header ends the word that it stands in: the bridge is told one record, and the agent that there is.
    expect(call.metadata).toEqual({ crmRecord: 'Case:5009agent:7' })
    expect(call).toMatchObject({ direction: 'inbound', from: '+447700900123', to: '1000', provider: 'sip' })
    const { extension: agentExtension } = trip
    expect(call.sip).toMatchObject({ agentExtension, callerCallId: trip.callId })
    const paid = await settled(await trip.takePayment('order-info', { agentExtension }))
    expect(paid).toMatchObject({ status: 'captured', last4: pan.slice(-4) })
    // A PBX that got an INFO would fail its scenario.
    await Promise.all([trip.caller!.succeeded(), trip.pbx!.succeeded()])
    expect(trip.agent.others()).toEqual([])
  })

  it('turns keys told by INFO into events for the PBX while nothing is masked', async () => {
    trip = await SipTrip.open(house)
    const { file } = await prepareCaller(house, { keysBy: 'none', fields: [], name: 'info-clear' })
    trip.dial({
      callerSteps: [
        step.invite(offer),
        step.playPcap(file),
        step.pause(1_000),
        step.info(2, '5'),
        step.pause(1_000),
        step.bye(3),
      ],
      pbxSteps: simplePbx(trip),
    })
    await trip.caller!.succeeded()
    const events = trip.agent.others()
    expect(events.map(({ payload }) => payload[0])).toEqual(events.map(() => 5))
    expect(events.filter(({ payload }) => payload[1]! >= 0x80)).toHaveLength(3)
    expect(new Set(events.map(({ timestamp }) => timestamp)).size).toBe(1)
  })

  it.each(['caller', 'agent'] as const)(
    'suspends for a hold of the %s, stays masked, and goes on after it',
    async (who) => {
      trip = await SipTrip.open(house)
      const begun = pan.slice(0, 6)
      const first = await prepareCaller(house, {
        keysBy: 'both',
        fields: [begun],
        name: `before-hold-${who}`,
      })
      const rest = await prepareCaller(house, {
        keysBy: 'events',
        // Both hold alike: one card keyed to its end is enough.
        fields: who === 'agent' ? [pan.slice(6), expiry, csc] : [],
        name: `after-hold-${who}`,
        leadMs: 400,
      })
      const callers = (facts: object) => sdp({ port: '[media_port]', ...facts })
      const agents = (facts: object) => sdp({ port: String(trip.agent.port), codecs: '0 8', ...facts })
      const [held, listens] = [
        { version: 2, direction: 'sendonly' },
        { version: 2, direction: 'recvonly' },
      ]
      // With the resumption a codec more.
      const resumed = { version: 3, codecs: '0 8' }
      const beforeMs = first.audio.durationMs - 2_000
      // Longer than the limit between two digits, in the middle of the number.
      const heldMs = 6_500
      const byCaller = who === 'caller'
      trip.dial({
        callerSteps: [
          step.invite(offer),
          step.playPcap(first.file),
          ...(byCaller
            ? [step.pause(beforeMs), step.reinvite(2, callers(held)), step.pause(heldMs)]
            : [step.recvChange(callers(listens))]),
          byCaller ? step.reinvite(3, callers(resumed)) : step.recvChange(callers(resumed)),
          step.playPcap(rest.file),
          step.pause(rest.audio.durationMs + 1_500),
          step.bye(4),
        ],
        pbxSteps: [
          pbx.answer(trip.agentSdp),
          ...(byCaller
            ? [pbx.reinvite(agents(listens)), pbx.reinvite(agents({ version: 3 }))]
            : [
                ...[pbx.pause(beforeMs), pbx.change(1, agents(held)), pbx.pause(heldMs)],
                pbx.change(2, agents({ version: 3 })),
              ]),
          pbx.recvBye(),
        ],
      })
      await trip.live()
      const { id } = await trip.takePayment(`order-hold-${who}`)
      const onHold = await house.watch.untilPayment(
        id,
        'its suspension',
        (one) => !!one.collection?.suspended,
      )
      expect(onHold.collection).toMatchObject({ state: 'collecting', secured: true, deadlineAt: null })
      const back = await house.watch.untilPayment(id, 'its going on', (one) => !one.collection?.suspended)
      expect(back.collection).toMatchObject({ state: 'collecting', deadlineAt: expect.any(Number) })
      if (who === 'agent')
        expect(await settled(back)).toMatchObject({ status: 'captured', last4: pan.slice(-4) })
      await Promise.all([trip.caller!.succeeded(), trip.pbx!.succeeded()])
      expect(trip.believed()).toEqual([])
      expect(trip.agent.others()).toEqual([])
      expect(new Set(trip.agent.heard.map(({ ssrc }) => ssrc)).size).toBe(1)
    },
  )

  it.each(['caller', 'agent'] as const)(
    'ends the collection when the %s hangs up in the middle',
    async (who) => {
      trip = await SipTrip.open(house)
      const { audio, file } = await prepareCaller(house, {
        keysBy: 'both',
        fields: [pan.slice(0, 6)],
        name: `hang-up-${who}`,
      })
      const play = [step.invite(offer), step.playPcap(file), step.pause(audio.durationMs - 2_000)]
      trip.dial(
        who === 'caller'
          ? { callerSteps: [...play, step.bye(2)], pbxSteps: simplePbx(trip) }
          : {
              callerSteps: [step.invite(offer), step.playPcap(file), step.recvBye()],
              pbxSteps: [pbx.answer(trip.agentSdp), pbx.pause(audio.durationMs - 2_000), pbx.bye()],
            },
      )
      await trip.live()
      const payment = await trip.takePayment(`order-${who}-gone`)
      const call = await trip.ended()
      expect(call.status).toBe('ended')
      const over = await house.watch.untilPayment(
        payment.id,
        'the end of its collection',
        ({ collection }) => collection?.state === 'ended',
      )
      expect(over.status).not.toBe('captured')
      await Promise.all([trip.caller!.succeeded(), trip.pbx!.succeeded()])
      expect(trip.believed()).toEqual([])
      expect(await house.gateway.ledger()).not.toContainEqual(
        expect.objectContaining({ merchantReference: `order-${who}-gone` }),
      )
    },
  )

  it('is hung up for both parties by the API, in the middle of a collection', async () => {
    trip = await SipTrip.open(house)
    const { file } = await prepareCaller(house, {
      keysBy: 'both',
      fields: [pan.slice(0, 6)],
      name: 'api-ends',
    })
    trip.dial({
      callerSteps: [step.invite(offer), step.playPcap(file), step.recvBye()],
      pbxSteps: simplePbx(trip),
    })
    const { id } = await trip.live()
    const payment = await trip.takePayment('order-api-ends')
    await house.api.hangUp(id)
    await Promise.all([trip.caller!.succeeded(), trip.pbx!.succeeded()])
    expect((await trip.ended()).status).toBe('ended')
    const ended = await house.watch.untilPayment(
      payment.id,
      'the end of its collection',
      ({ collection }) => collection?.state === 'ended',
    )
    expect(ended.status).not.toBe('captured')
  })

  it.each(['events', 'tones', 'both', 'info'] as const)(
    'takes a card from the person who was called, too, told by %s',
    async (keysBy) => {
      trip = await SipTrip.open(house)
      const reference = `order-outbound-${keysBy}`
      const byInfo = keysBy === 'info'
      const { audio, file } = await prepareCaller(house, {
        keysBy: byInfo ? 'none' : keysBy,
        name: reference,
      })
      const infos = [...pan, ...expiry, ...csc].flatMap((key, i) => [pbx.info(1 + i, key), pbx.pause(120)])
      trip.dial({
        outbound: true,
        callerSteps: byInfo
          ? [step.invite(trip.agentSdp), step.recvBye()]
          : [step.invite(trip.agentSdp), step.pause(audio.durationMs + 1_500), step.bye(2)],
        pbxSteps: byInfo
          ? [
              pbx.answer(offer),
              step.playPcap(file),
              pbx.pause(leadMs),
              ...infos,
              pbx.pause(3_000),
              pbx.bye(60),
            ]
          : [pbx.answer(offer), step.playPcap(file), pbx.recvBye()],
      })
      const call = await trip.live()
      expect(call).toMatchObject({ direction: 'outbound' })
      expect(await settled(await trip.takePayment(reference, { callId: call.id }))).toMatchObject({
        ...{ status: 'captured', last4: pan.slice(-4) },
      })
      // An INFO that reached the PBX would make its scenario fail.
      await Promise.all([trip.caller!.succeeded(), trip.pbx!.succeeded()])
      expect(trip.believed()).toEqual([])
      expect(trip.agent.others()).toEqual([])
    },
  )

  it('goes on when the bridge is killed: media on the same ports as soon as it is back, and masked', async () => {
    trip = await SipTrip.open(house)
    const { audio, file } = await prepareCaller(house, {
      keysBy: 'both',
      fields: [pan],
      name: 'bridge-killed',
    })
    trip.dial({ callerSteps: simpleCaller(file, audio.durationMs), pbxSteps: simplePbx(trip) })
    await trip.live()
    await trip.takePayment('order-bridge-killed')
    const port = trip.agent.peerPort
    const lastKey = audio.durationMs - 2_500
    await new Promise((resolve) => setTimeout(resolve, leadMs))
    const killedAtMs = performance.now()
    process.kill(house.platform.pidOf('bridge')!, 'SIGKILL')
    await trip.caller!.succeeded()
    const before = trip.agent.heard.filter(({ atMs }) => atMs <= killedAtMs).at(-1)!
    const after = trip.agent.heard.find(({ atMs }) => atMs > killedAtMs + 30)!
    const silentMs = after.atMs - before.atMs
    console.log(`no media for ${Math.round(silentMs)} ms after the bridge was killed`)
    expect(lastKey).toBeGreaterThan(leadMs)
    expect(trip.agent.peerPort).toBe(port)
    expect(silentMs).toBeLessThan(500)
    expect(trip.believed()).toEqual([])
    expect(trip.agent.others()).toEqual([])
    await trip.ended()
  })

  it('goes on when Kamailio is killed and started again: media flow, and BYE finds its way', async () => {
    trip = await SipTrip.open(house)
    const { audio, file } = await prepareCaller(house, { keysBy: 'both', name: 'edge-killed' })
    trip.dial({ callerSteps: simpleCaller(file, audio.durationMs), pbxSteps: simplePbx(trip) })
    await trip.live()
    const armed = await trip.takePayment('order-edge-killed')
    process.kill(-house.kamailio.pid, 'SIGKILL')
    await house.kamailio.ended
    house.restartKamailio()
    expect(await settled(armed)).toMatchObject({ status: 'captured' })
    await Promise.all([trip.caller!.succeeded(), trip.pbx!.succeeded()])
    expect(trip.believed()).toEqual([])
    await trip.ended()
  })
})
