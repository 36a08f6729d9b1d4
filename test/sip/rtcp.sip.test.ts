import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { decodeBencode, encodeBencode } from '../../src/bridge/sip/bencode.ts'
import { MediaPhone } from './support/media-phone.ts'
import { pbx, sdp, step } from './support/scenarios.ts'
import { missingPackages, openSipHouse, type SipHouse } from './support/sip-house.ts'
import { SipTrip } from './support/sip-trip.ts'

/** The bridge reports every five seconds. */
const callMs = 12_000
const middleOfNtp = (seconds: number, fraction: number) => ((seconds << 16) | (fraction >>> 16)) >>> 0

/** The bridge's port for the party that offered: SIPp keeps the answer to itself. */
async function mediaPort(ngPort: number, callId: string): Promise<number> {
  const socket = createSocket('udp4')
  try {
    const asked = encodeBencode({ command: 'query', 'call-id': callId })
    socket.send(Buffer.concat([Buffer.from('q '), asked]), ngPort, '127.0.0.1')
    const [reply] = (await once(socket, 'message')) as [Buffer]
    const { tags } = decodeBencode(reply.subarray(2)) as { tags: Record<string, Tag> }
    const offerer = Object.values(tags).find(({ label }) => label === 'caller')
    return offerer!.medias[0]!.streams[0]!['local port']
  } finally {
    socket.close()
  }
}
type Tag = {
  readonly label?: unknown
  readonly medias: readonly { readonly streams: readonly { readonly 'local port': number }[] }[]
}

describe.skipIf(missingPackages() !== null)('RTCP of a call through Kamailio and the bridge', () => {
  let house: SipHouse
  let trip: SipTrip
  let caller: MediaPhone

  beforeAll(async () => {
    house = await openSipHouse()
  })
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') console.log(`${house.lastLines()}\n${trip.errors()}`)
    await trip?.close()
    caller?.close()
  })
  afterAll(() => house?.close())

  it('tells each party of the stream that it hears and of the one that it sends, and nothing of the other', async () => {
    trip = await SipTrip.open(house)
    caller = await MediaPhone.open()
    trip.dial({
      callerSteps: [step.invite(sdp({ port: String(caller.port) })), step.pause(callMs), step.bye(2)],
      pbxSteps: [pbx.answer(trip.agentSdp), pbx.recvBye()],
    })
    await trip.live()
    caller.talk({ address: '127.0.0.1', port: await mediaPort(house.ngPort, trip.callId) })
    const told = { seconds: 0xe000_0001, fraction: 0x8000_0000 }
    const reporting = setInterval(() => {
      for (const phone of [caller, trip.agent]) phone.report(told)
    }, 500)
    try {
      await Promise.all([trip.caller!.succeeded(), trip.pbx!.succeeded()])
    } finally {
      clearInterval(reporting)
    }
    for (const [phone, other] of [
      [caller, trip.agent],
      [trip.agent, caller],
    ] as const) {
      const report = phone.reports.at(-1)!
      const [heard] = phone.heard
      // A sender report (RFC 3550, section 6.4.1) of the very stream that this party hears.
      expect([report[0], report[1]]).toEqual([0x81, 200])
      expect(report.readUInt32BE(4)).toBe(heard!.ssrc)
      expect(report.readUInt32BE(20)).toBeGreaterThan(100)
      // Of what it sent itself: nothing lost, and the time of its own report, echoed.
      expect(report.readUInt32BE(28)).toBe(phone.ssrc)
      expect(report[32]).toBe(0)
      expect(report.readUInt32BE(44)).toBe(middleOfNtp(told.seconds, told.fraction))
      expect(report.readUInt32BE(48)).toBeLessThan(65_536)
      // The other party's own reports, its name in them, stop at the bridge.
      for (const one of phone.reports) expect(one.includes(other.name)).toBe(false)
    }
  })
})
