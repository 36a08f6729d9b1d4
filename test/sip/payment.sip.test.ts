import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { newKeying, writeCryptoLine } from '../../src/bridge/sip/srtp/sdes.ts'
import { missingPackages, openSipHouse, type SipHouse } from './support/sip-house.ts'
import { cardFields, prepareCaller, SipTrip, simpleCaller, simplePbx } from './support/sip-trip.ts'

const keyed = cardFields.join('').length

describe.skipIf(missingPackages() !== null)('a card keyed on a SIP call through Kamailio', () => {
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

  it('is read by anybody at the PBX while nothing is masked: so the thief is a good one', async () => {
    trip = await SipTrip.open(house)
    const { audio, file } = await prepareCaller(house, { keysBy: 'both', name: 'unmasked' })
    trip.dial({ callerSteps: simpleCaller(file, audio.durationMs), pbxSteps: simplePbx(trip) })
    await trip.live()
    await trip.caller!.succeeded()
    // On a busy machine SIPp sends in bursts, of which the bridge cuts what would only be delay.
    expect(trip.readInTheClear(audio).length).toBeGreaterThan(keyed / 2)
    expect(trip.believed().length).toBeGreaterThan(keyed / 2)
    const events = new Set(
      trip.agent.others().map(({ payloadType, timestamp }) => `${payloadType} ${timestamp}`),
    )
    expect(events.size).toBe(keyed)
    expect(new Set(trip.agent.heard.map(({ ssrc }) => ssrc)).size).toBe(1)
  })

  it.each([
    ['events', false],
    ['tones', false],
    ['both', false],
    ['both', true],
  ] as const)(
    'pays, told by %s (over SRTP: %s), and nothing of it reaches the PBX',
    async (keysBy, encrypted) => {
      trip = await SipTrip.open(house)
      const reference = `order-${keysBy}-${encrypted}`
      const line = encrypted ? { tag: 1, keying: newKeying('AES_CM_128_HMAC_SHA1_80') } : undefined
      const { audio, file } = await prepareCaller(house, {
        keysBy,
        name: reference,
        ...(line ? { keying: line.keying } : {}),
      })
      const crypto = line && writeCryptoLine(line)
      trip.dial({ callerSteps: simpleCaller(file, audio.durationMs, crypto), pbxSteps: simplePbx(trip) })
      await trip.live()
      const armed = await trip.takePayment(reference)
      const resting = new Set(['captured', 'declined', 'cancelled', 'expired'])
      const paid = await house.watch.untilPayment(
        armed.id,
        'an outcome',
        ({ status }) => resting.has(status),
        40_000,
      )
      await trip.caller!.succeeded()
      expect(paid).toMatchObject({ status: 'captured', last4: cardFields[0]!.slice(-4) })
      const lines = (await house.gateway.ledger()).filter((line) => line.merchantReference === reference)
      expect(lines.filter(({ kind }) => kind === 'authorisation')).toMatchObject([
        { outcome: 'approved', amount: 4_250 },
      ])
      expect(trip.readInTheClear(audio)).toEqual([])
      expect(trip.believed()).toEqual([])
      expect(trip.agent.others()).toEqual([])
      await trip.ended()
    },
  )
})
