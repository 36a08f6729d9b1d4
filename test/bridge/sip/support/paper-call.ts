import { vi } from 'vitest'
import { silentLog } from '../../../../src/base/log.ts'
import { CallBridge } from '../../../../src/bridge/call-bridge.ts'
import { int, LegTable } from '../../../../src/bridge/leg-numbers.ts'
import { RoundClock } from '../../../../src/bridge/round-clock.ts'
import { NativeSockets } from '../../../../src/bridge/sip/media-socket/native-sockets.ts'
import { RtpLeg } from '../../../../src/bridge/sip/rtp-leg.ts'
import type { BridgeEvent } from '../../../../src/contracts/bridge-port.ts'
import { createToneChannel } from '../../../../src/dsp/tone-guard.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { PaperKernel } from './paper-kernel.ts'

const codecs = [
  { payloadType: 0, name: 'PCMU', clockRate: 8_000 },
  { payloadType: 8, name: 'PCMA', clockRate: 8_000 },
  { payloadType: 101, name: 'TELEPHONE-EVENT', clockRate: 8_000 },
]

/** A call of two parties on sockets that exist on paper, with the straight way or without. */
export async function openPaperCall(straight: boolean) {
  const system = new ManualClock()
  const clock = new RoundClock(system)
  const kernel = new PaperKernel()
  const table = new LegTable()
  const sockets = new NativeSockets(kernel.libc(), straight ? { table, rounds: clock } : undefined)
  const events: BridgeEvent[] = []
  const bridge = new CallBridge({
    ...{ callId: 'call-1', clock, log: silentLog, jitterMs: 200, emit: (event) => events.push(event) },
    newToneChannel: (law) => createToneChannel({ law, lookaheadMs: 20, fill: 'noise' }),
  })
  const legOf = async (port: number) => {
    const ports = {
      rtp: await sockets.open('127.0.0.1', port, silentLog),
      rtcp: await sockets.open('127.0.0.1', port + 1, silentLog),
    }
    const leg = new RtpLeg({
      ...{ streamSid: `leg-${port}`, ports, clock, log: silentLog, rule: 'strict', numbers: table.take() },
      ...{ hides: () => bridge.hides, beside() {}, onNews() {} },
    })
    // Drawn anew for each call otherwise, and a drift is rounded otherwise from another beginning.
    const { ints, at } = leg.numbers
    ints.set([port, 7, 0xff00], at + int.ssrcOut)
    return { leg, port }
  }
  const [caller, agent] = [await legOf(4_000), await legOf(4_002)]
  const describeAs = (one: typeof caller, receives = true) =>
    one.leg.describe({
      theirs: {
        address: '127.0.0.1',
        port: one.port + 1_000,
        rtcpPort: 1,
        codecs,
        ptimeMs: 20,
        receives,
        sends: true,
      },
      ...{ told: codecs, agreed: codecs[0], alsoFrom: undefined },
    })
  describeAs(caller)
  describeAs(agent)
  caller.leg.attach(bridge.join('caller', caller.leg))
  agent.leg.attach(bridge.join('agent', agent.leg))
  return { system, kernel, bridge, events, caller, agent, describeAs }
}

export type PaperCall = Awaited<ReturnType<typeof openPaperCall>>

/** 5 ms later the bridge looks for packets. Vitest's intervals have to be turned on by the test. */
export async function look({ system }: PaperCall): Promise<void> {
  await system.turn(5)
  vi.advanceTimersByTime(5)
}
