import path from 'node:path'
import type { Key } from '../../../src/dsp/dtmf-keypad.ts'
import { encodeG711 } from '../../../src/dsp/g711.ts'
import type { G711Law } from '../../../src/dsp/tone-channel.ts'
import { generateTone, toInt16 } from '../../../src/dsp/tone-generator.ts'
import { loadMediaLibrary } from '../../../src/simulator/media-library.ts'

/** How the caller's phone tells of its keys. */
export type KeysBy = 'events' | 'tones' | 'both' | 'none'

export type CallerAudioOptions = {
  readonly keysBy: KeysBy
  /** Fields of digits, a pause between them. */
  readonly fields: readonly string[]
  readonly leadMs: number
  readonly law?: G711Law
  readonly eventPayloadType?: number
}

export type TimedPacket = { readonly atMs: number; readonly bytes: Buffer }

export type CallerAudio = {
  readonly packets: readonly TimedPacket[]
  readonly durationMs: number
  /** Each press: its key, and its tone as it lies on the line (when it is told by tones). */
  readonly presses: readonly { readonly key: Key; readonly tone: Buffer }[]
}

const frameMs = 20
const unitsPerMs = 8
const pressMs = 100
const gapMs = 120
const betweenFieldsMs = 1_000
const keys = '0123456789*#ABCD'

/** What a caller's phone sends: speech first, and then the card, as RTP packets with their times. */
export async function callerAudio(options: CallerAudioOptions): Promise<CallerAudio> {
  const { keysBy, fields, leadMs, law = 'mulaw' } = options
  const writer = new PacketWriter(law, options.eventPayloadType ?? 101)
  const library = await loadMediaLibrary(path.resolve('media', 'speech'))
  const speech = library.get('caller-small-talk')!
  for (let at = 0; at < leadMs; at += frameMs) {
    const from = (at * unitsPerMs) % (speech.length - 160)
    writer.audio(law === 'mulaw' ? speech.subarray(from, from + 160) : quiet(law, at))
  }
  const presses: { key: Key; tone: Buffer }[] = []
  for (const field of fields) {
    for (const key of field) {
      presses.push({ key: key as Key, tone: writer.press(key as Key, keysBy) })
      writer.silence(gapMs)
    }
    writer.silence(betweenFieldsMs)
  }
  writer.silence(1_500)
  return { packets: writer.packets, durationMs: writer.atMs, presses }
}

/** A line that is not dead: low noise, the same in every run. */
function quiet(law: G711Law, seed: number): Buffer {
  const samples = new Int16Array(160)
  for (let i = 0, state = seed + 1; i < 160; i++) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff
    samples[i] = (state >> 16) % 60
  }
  const octets = Buffer.alloc(160)
  encodeG711(law, samples, octets)
  return octets
}

class PacketWriter {
  readonly packets: TimedPacket[] = []
  readonly #law: G711Law
  readonly #eventPayloadType: number
  atMs = 0
  #sequence = 17
  readonly #ssrc = 0x1234_5678

  constructor(law: G711Law, eventPayloadType: number) {
    this.#law = law
    this.#eventPayloadType = eventPayloadType
  }

  audio(octets: Uint8Array): void {
    this.#write({ payloadType: this.#law === 'mulaw' ? 0 : 8, payload: octets, timestamp: this.#timestamp })
    this.atMs += frameMs
  }

  silence(ms: number): void {
    for (let left = ms; left > 0; left -= frameMs) this.audio(quiet(this.#law, this.atMs))
  }

  press(key: Key, by: KeysBy): Buffer {
    const tone = Buffer.alloc(pressMs * unitsPerMs)
    encodeG711(this.#law, toInt16(generateTone({ key, ms: pressMs, levelDbm0: -8 })), tone)
    const timestamp = this.#timestamp
    for (let ms = 0; ms < pressMs; ms += frameMs) {
      if (by === 'events' || by === 'both')
        this.#event(key, { timestamp, ms: ms + frameMs, end: false, first: ms === 0 })
      if (by === 'tones' || by === 'both')
        this.audio(tone.subarray(ms * unitsPerMs, (ms + frameMs) * unitsPerMs))
      else if (by === 'events') this.atMs += frameMs
      else this.audio(quiet(this.#law, this.atMs))
    }
    if (by === 'events' || by === 'both')
      for (let i = 0; i < 3; i++) this.#event(key, { timestamp, ms: pressMs, end: true, first: false })
    return tone
  }

  get #timestamp(): number {
    return 4_000 + this.atMs * unitsPerMs
  }

  #event(
    key: Key,
    { timestamp, ms, end, first }: { timestamp: number; ms: number; end: boolean; first: boolean },
  ): void {
    const payload = Buffer.from([keys.indexOf(key), (end ? 0x80 : 0) | 10, 0, 0])
    payload.writeUInt16BE(ms * unitsPerMs, 2)
    this.#write({ payloadType: this.#eventPayloadType, payload, timestamp, marker: first })
  }

  #write(packet: { payloadType: number; payload: Uint8Array; timestamp: number; marker?: boolean }): void {
    const bytes = Buffer.alloc(12 + packet.payload.length)
    bytes[0] = 0x80
    bytes[1] = (packet.marker ? 0x80 : 0) | packet.payloadType
    bytes.writeUInt16BE(this.#sequence++ & 0xffff, 2)
    bytes.writeUInt32BE(packet.timestamp >>> 0, 4)
    bytes.writeUInt32BE(this.#ssrc, 8)
    bytes.set(packet.payload, 12)
    this.packets.push({ atMs: this.atMs, bytes })
  }
}
