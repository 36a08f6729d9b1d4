import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { encodeG711 } from '../../../src/dsp/g711.ts'
import { generateTone, toInt16 } from '../../../src/dsp/tone-generator.ts'
import { look, openPaperCall, type PaperCall } from './support/paper-call.ts'

const frame = 160
const pressMs = 120
const quiet = new Uint8Array(16_000).map((_, i) => 0xff - ((i * 7) % 5))

/** What a gateway lets through of a key's tone beside its event, in ms from when the key goes down; undefined: no audio. */
type Audio = { readonly toneFromMs: number; readonly toneMs: number; readonly pauses: boolean }

const audios: readonly (readonly [string, Audio])[] = [
  ['no tone, audio that pauses', { toneFromMs: 0, toneMs: 0, pauses: true }],
  ['no tone, audio that goes on during the event', { toneFromMs: 0, toneMs: 0, pauses: false }],
  ['10 ms of tone left before the event', { toneFromMs: -10, toneMs: 10, pauses: false }],
  ['20 ms of tone left before the event, then a pause', { toneFromMs: -20, toneMs: 20, pauses: true }],
  ['40 ms of tone left before the event', { toneFromMs: -40, toneMs: 40, pauses: false }],
  ['60 ms of tone left before the event, then a pause', { toneFromMs: -60, toneMs: 60, pauses: true }],
  ['the whole tone during the event', { toneFromMs: 0, toneMs: pressMs, pauses: false }],
  ['the whole tone, 60 ms behind the event', { toneFromMs: 60, toneMs: pressMs, pauses: false }],
]

/** Plays three presses of one key, and returns what was counted. */
async function press(call: PaperCall, audio: Audio): Promise<string> {
  const speech = quiet.slice()
  const downs = [1_000, 1_320, 1_640]
  for (const downMs of audio.toneMs > 0 ? downs : [])
    encodeG711(
      'mulaw',
      toInt16(generateTone({ key: '5', ms: audio.toneMs, levelDbm0: -10 })),
      speech.subarray(
        (downMs - 400 + audio.toneFromMs) * 8,
        (downMs - 400 + audio.toneFromMs + audio.toneMs) * 8,
      ),
    )
  let sequence = 100
  const send = (kind: number, timestamp: number, payload: Uint8Array) => {
    const packet = Buffer.alloc(12 + payload.length)
    packet.set([0x80, kind])
    packet.writeUInt16BE(sequence++, 2)
    packet.writeUInt32BE(timestamp, 4)
    packet.writeUInt32BE(77, 8)
    packet.set(payload, 12)
    call.kernel.deliver(call.caller.port, packet, call.caller.port + 1_000)
  }
  for (let ms = 400; ms < 2_300; ms += 20) {
    const downMs = downs.find((at) => ms >= at && ms < at + pressMs + 60)
    if (downMs !== undefined) {
      const sinceMs = Math.min(pressMs, ms - downMs + 20)
      const isEnd = ms - downMs >= pressMs
      send(101, downMs * 8, Uint8Array.of(5, isEnd ? 0x8a : 0x0a, (sinceMs * 8) >> 8, (sinceMs * 8) & 0xff))
    }
    const at = (ms - 400) * 8
    const isPaused = audio.pauses && downMs !== undefined && ms < downMs + pressMs
    if (!isPaused && at + frame <= speech.length) send(0, ms * 8, speech.subarray(at, at + frame))
    for (let n = 0; n < 4; n++) await look(call)
  }
  for (let n = 0; n < 150; n++) await look(call)
  return call.events.flatMap((event) => (event.type === 'key' ? [event.key] : [])).join('')
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a press that an event tells of', () => {
  it.each(audios)('counts once, with %s', async (_, audio) => {
    const call = await openPaperCall(true)
    call.bridge.arm()
    call.bridge.aids.takeKeys({ keys: '0123456789*#', most: 100 })
    expect(await press(call, audio)).toBe('555')
    const toAgent = call.kernel.sent.filter(({ port }) => port === call.agent.port)
    expect(toAgent.length).toBeGreaterThan(60)
    expect(toAgent.every(({ bytes }) => (bytes[1]! & 0x7f) === 0)).toBe(true)
    for (const { leg } of [call.caller, call.agent])
      for (const socket of Object.values(leg.ports)) socket.close()
  })
})
