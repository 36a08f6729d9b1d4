/**
 * `node benchmarks/media/javascript.ts`: what a packet costs in this process alone, from the socket that hands it over to
 * the one that takes it, with nothing of the kernel. In turn over many calls, as packets come in life.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Clock, systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { CallBridge } from '../../src/bridge/call-bridge.ts'
import type { MediaSocket, Receive } from '../../src/bridge/sip/media-socket/media-socket.ts'
import { RtpLeg } from '../../src/bridge/sip/rtp-leg.ts'
import { createToneChannel } from '../../src/dsp/tone-guard.ts'
import { loadMediaLibrary } from '../../src/simulator/media-library.ts'
import { printTable } from '../../test/tones/report.ts'

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '250' }, rounds: { type: 'string', default: '400' } },
})
const calls = Number(values.calls)
const rounds = Number(values.rounds)
const warmUpRounds = 200
const frame = 160
const speech = (await loadMediaLibrary(path.resolve('media', 'speech'))).get('caller-small-talk')!

let nowMs = 0
/** Stands still within a round: nothing waits, and no timer runs. */
const clock: Clock = {
  now: () => systemClock.now(),
  monotonicMs: () => nowMs,
  after: () => ({ cancel() {} }),
}

/** A socket whose packets come from here and go nowhere. */
class Wire implements MediaSocket {
  static readonly memory = Buffer.allocUnsafeSlow(2_048)
  static sent = 0
  readonly closed = false
  readonly port: number
  take: Receive = () => {}

  constructor(port: number) {
    this.port = port
  }

  onMessage(receive: Receive): void {
    this.take = receive
  }

  room(octets: number): Buffer {
    return octets === packet.length ? outgoing : Wire.memory.subarray(0, octets)
  }

  send(): void {
    Wire.sent++
  }

  connect(): void {}
  disconnect(): void {}
  close(): void {}
}

const packet = Buffer.alloc(12 + frame)
const outgoing = Buffer.allocUnsafeSlow(packet.length)
const from = { address: '127.0.0.1', port: 4_000 }
const codecs = [
  { payloadType: 0, name: 'PCMU', clockRate: 8_000 },
  { payloadType: 101, name: 'TELEPHONE-EVENT', clockRate: 8_000 },
]

type Party = { readonly wire: Wire; readonly leg: RtpLeg }

function openLeg(port: number, beside: () => void): Party {
  const wire = new Wire(port)
  const leg = new RtpLeg({
    ...{ streamSid: `leg-${port}`, clock, log: silentLog, rule: 'address', hides: () => false },
    ports: { rtp: wire, rtcp: new Wire(port + 1) },
    ...{ beside, onNews() {} },
  })
  const theirs = { ...from, rtcpPort: 4_001, codecs, ptimeMs: 20, receives: true, sends: true }
  leg.describe({ theirs, told: codecs, agreed: codecs[0], alsoFrom: undefined })
  return { wire, leg }
}

function openCall(n: number): Record<'caller' | 'agent', Party> & { readonly bridge: CallBridge } {
  const bridge = new CallBridge({
    ...{ callId: `call-${n}`, clock, log: silentLog, jitterMs: 200, emit() {} },
    newToneChannel: (law) => createToneChannel({ law, lookaheadMs: 20, fill: 'noise' }),
  })
  const [caller, agent] = [openLeg(4 * n, () => {}), openLeg(4 * n + 2, () => {})]
  caller.leg.attach(bridge.join('caller', caller.leg))
  agent.leg.attach(bridge.join('agent', agent.leg))
  return { caller, agent, bridge }
}

const open = Array.from({ length: calls }, (_, n) => openCall(n))
let sequence = 0

/** One packet of each call, for so many times; returns microseconds a packet. */
function talk(who: 'caller' | 'agent', times: number): number {
  let spentMs = 0
  for (let round = 0; round < times; round++) {
    nowMs += 20
    sequence++
    const startedAtMs = performance.now()
    for (let n = 0; n < open.length; n++) {
      packet[0] = 0x80
      packet.writeUInt16BE(sequence & 0xffff, 2)
      packet.writeUInt32BE((sequence * frame) >>> 0, 4)
      packet.writeUInt32BE(n + 1, 8)
      const at = ((sequence + 37 * n) * frame) % (speech.length - frame)
      packet.set(speech.subarray(at, at + frame), 12)
      open[n]![who].wire.take(packet, from)
    }
    spentMs += performance.now() - startedAtMs
  }
  return (spentMs * 1_000) / (times * calls)
}

const rows: string[][] = []
function measure(name: string, who: 'caller' | 'agent'): void {
  talk(who, warmUpRounds)
  const before = Wire.sent
  const us = talk(who, rounds)
  if (Wire.sent - before !== rounds * calls) throw new Error(`${name}: not every packet came out`)
  rows.push([name, us.toFixed(2)])
}

measure('relayed, agent to caller', 'agent')
measure('listened to, caller to agent', 'caller')
for (const { bridge } of open) bridge.arm()
measure('masked, caller to agent', 'caller')
printTable([`JavaScript, ${calls} calls`, 'µs a packet'], rows)
for (const { bridge } of open) bridge.end('bridge-stopping')
