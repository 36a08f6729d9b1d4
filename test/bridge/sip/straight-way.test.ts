import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StraightWay } from '../../../src/bridge/sip/media-socket/straight-way.ts'
import type { Key } from '../../../src/dsp/dtmf-keypad.ts'
import { encodeG711 } from '../../../src/dsp/g711.ts'
import { generateTone, toInt16 } from '../../../src/dsp/tone-generator.ts'
import { look, openPaperCall, type PaperCall } from './support/paper-call.ts'

const seed = Date.now()
const frame = 160

function randomOf(from: number): () => number {
  let state = from >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** One party's packets: mostly what comes next, and now and then something that a network or a phone does. */
class Party {
  readonly #random: () => number
  readonly #voice: Uint8Array
  #sequence: number
  #timestamp: number
  #ssrc: number
  #late: Buffer | undefined

  /** Keys by events or by tones, not both: the ledger tells two witnesses of one press apart by a keypad drawn at random. */
  readonly #keysBy: 'events' | 'tones'

  constructor(random: () => number, keysBy: 'events' | 'tones') {
    this.#random = random
    this.#keysBy = keysBy
    this.#sequence = 65_500 - Math.floor(random() * 40)
    this.#timestamp = Math.floor(random() * 2 ** 32)
    this.#ssrc = Math.floor(random() * 2 ** 32)
    const tone = generateTone({
      key: '0123456789*#'[Math.floor(random() * 12)] as Key,
      ms: 80,
      levelDbm0: -12,
    })
    this.#voice = new Uint8Array(8_000).map((_, i) => 0xff - ((i * 7) % 20))
    if (keysBy === 'tones') encodeG711('mulaw', toInt16(tone), this.#voice.subarray(4_000, 4_640))
  }

  /** What leaves in one packet time. */
  next(): Buffer[] {
    const chance = this.#random()
    if (chance < 0.01 && this.#keysBy === 'events') return this.#press()
    if (chance < 0.02) this.#ssrc = (this.#ssrc + 1) >>> 0
    if (chance > 0.04) return [this.#audio(), ...this.#released()]
    if (chance < 0.025) {
      this.#audio()
      return []
    }
    if (chance < 0.03) return [this.#audio(), this.#audio(), this.#audio()]
    if (chance < 0.033) {
      this.#late = this.#audio()
      return []
    }
    const odd = this.#audio(chance < 0.036 ? 8 : 0)
    if (chance > 0.038) odd[1]! |= 0x80
    return [odd, odd]
  }

  #released(): Buffer[] {
    const late = this.#late
    this.#late = undefined
    return late ? [late] : []
  }

  #packet(payloadType: number, payload: Uint8Array, timestamp: number): Buffer {
    const packet = Buffer.alloc(12 + payload.length)
    packet[0] = 0x80
    packet[1] = payloadType
    packet.writeUInt16BE(this.#sequence, 2)
    packet.writeUInt32BE(timestamp >>> 0, 4)
    packet.writeUInt32BE(this.#ssrc, 8)
    packet.set(payload, 12)
    this.#sequence = (this.#sequence + 1) & 0xffff
    return packet
  }

  #audio(payloadType = 0): Buffer {
    const at = (this.#sequence * frame) % (this.#voice.length - frame)
    const packet = this.#packet(payloadType, this.#voice.subarray(at, at + frame), this.#timestamp)
    this.#timestamp = (this.#timestamp + frame) >>> 0
    return packet
  }

  #press(): Buffer[] {
    const code = Math.floor(this.#random() * 12)
    const at = this.#timestamp
    this.#timestamp = (this.#timestamp + 3 * frame) >>> 0
    return [160, 320, 480, 480].map((duration, i) =>
      this.#packet(101, Uint8Array.of(code, i > 1 ? 0x8a : 0x0a, duration >> 8, duration & 0xff), at),
    )
  }
}

type Call = PaperCall

/** What both parties were told. */
function heard({ kernel, caller, agent }: Call): string[] {
  const packets = kernel.sent.map(({ port, bytes }) => `${port} ${bytes.toString('hex')}`)
  const counts = [caller, agent].map(({ leg: { received, sender, lastHeardMs } }) => {
    const block = received.block(0)?.toString('hex')
    return `${received.packets} ${received.octets} ${sender.packets} ${sender.octets} ${lastHeardMs} ${block}`
  })
  return [...packets, ...counts]
}

/** A minute of both parties, and of what control does meanwhile. Returns what came of it. */
async function live(straight: boolean, keysBy: 'events' | 'tones') {
  const random = randomOf(seed)
  const call = await openPaperCall(straight)
  const parties = [0, 1].map(() => new Party(randomOf(random() * 2 ** 32), keysBy))
  const legs = [call.caller, call.agent]
  const wishes: (() => unknown)[] = [
    () => call.bridge.arm(),
    () => call.bridge.unmask().catch(() => {}),
    () => call.bridge.block(),
    () => call.bridge.unblock().catch(() => {}),
    () => call.describeAs(call.agent, false),
    () => call.describeAs(call.agent),
    () => call.describeAs(call.caller),
    () => (call.agent.leg.deaf = !call.agent.leg.deaf),
    () => call.bridge.aids.play({ playId: 'p', audio: [new Uint8Array(4_000).fill(0x55)], bargeIn: true }),
  ]
  call.bridge.aids.takeKeys({ keys: '0123456789*#', most: 10_000 })
  for (let packet = 0; packet < 3_000; packet++) {
    for (const [i, party] of parties.entries())
      for (const bytes of party.next()) call.kernel.deliver(legs[i]!.port, bytes, legs[i]!.port + 1_000)
    if (random() < 0.01) void wishes[Math.floor(random() * wishes.length)]!()
    const stall = random() < 0.005 ? 10 : 1
    await call.system.turn(20 * (stall - 1))
    for (let n = 0; n < 4; n++) await look(call)
  }
  for (let n = 0; n < 100; n++) await look(call)
  const said = { heard: heard(call), events: call.events.map((event) => JSON.stringify(event)) }
  call.bridge.end('call-released')
  for (const { leg } of legs) for (const socket of Object.values(leg.ports)) socket.close()
  return said
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('the straight way of a packet', () => {
  it.each(['events', 'tones'] as const)(
    `lets out what the longer way does, and counts the same, with keys by %s (seed ${seed})`,
    async (keysBy) => {
      const passed = vi.spyOn(StraightWay.prototype, 'pass')
      const longer = await live(false, keysBy)
      const straight = await live(true, keysBy)
      expect(straight).toEqual(longer)
      const taken = passed.mock.results.filter(({ value }) => value === true).length
      expect(taken).toBeGreaterThan(1_000)
      expect(straight.events.filter((event) => event.includes('"key"')).length).toBeGreaterThan(5)
    },
  )
})
