import { EventEmitter } from 'node:events'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { createLog } from '../../src/base/log.ts'
import type { LegListener } from '../../src/bridge/leg-stream.ts'
import { TwilioStream } from '../../src/bridge/stream/twilio-stream.ts'
import { ManualClock } from '../support/manual-clock.ts'

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
const token = 't'.repeat(43)

/** The part of a WebSocket that a stream uses; what is sent stays under way until the test lets it go. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1
  readyState = 1
  pings = 0
  closeCode: number | undefined
  readonly underWay: (() => void)[] = []
  send(_data: unknown, ...rest: unknown[]): void {
    const done = rest.at(-1)
    if (typeof done === 'function') this.underWay.push(done as () => void)
  }
  ping(): void {
    this.pings++
  }
  close(code: number): void {
    this.readyState = 2
    this.closeCode = code
  }
  terminate(): void {}
}

let clock: ManualClock
let socket: FakeSocket
let stream: TwilioStream
let told: string[]
let lines: string[]

const say = (message: object | string | Buffer, isBinary = false): Buffer => {
  const text = Buffer.isBuffer(message) || typeof message === 'string' ? message : JSON.stringify(message)
  const data = Buffer.from(text)
  socket.emit('message', data, isBinary)
  return data
}
const start = (more: object = {}) => ({
  event: 'start',
  sequenceNumber: '1',
  streamSid: 'MZ1',
  start: {
    streamSid: 'MZ1',
    accountSid: 'AC1',
    callSid: 'CA1',
    tracks: ['inbound'],
    customParameters: { callId: 'call_1', token },
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    ...more,
  },
})
const media = (sequence: number, chunk: number, timestamp = (chunk - 1) * 20, track = 'inbound') => ({
  event: 'media',
  sequenceNumber: String(sequence),
  streamSid: 'MZ1',
  media: {
    track,
    chunk: String(chunk),
    timestamp: String(timestamp),
    payload: Buffer.alloc(160, chunk).toString('base64'),
  },
})
const dtmf = (sequence: number, digit: string, track = 'inbound_track') => ({
  event: 'dtmf',
  sequenceNumber: String(sequence),
  streamSid: 'MZ1',
  dtmf: { track, digit },
})
const refusals = () => lines.map((line) => JSON.parse(line).reason).filter(Boolean)

beforeEach(() => {
  clock = new ManualClock()
  socket = new FakeSocket()
  told = []
  lines = []
  const listener: LegListener = {
    media: (octets) => told.push(`media ${octets[0]}`),
    lost: (octets) => told.push(`lost ${octets}`),
    digit: (code) => told.push(`digit ${String.fromCharCode(code)}`),
    mark: (name) => told.push(`mark ${name}`),
    ended: (why) => told.push(`ended ${why}`),
  }
  stream = new TwilioStream({
    socket: socket as unknown as WebSocket,
    clock,
    log: createLog({ process: 'test', write: (line) => lines.push(line) }),
    startTimeoutMs: 5_000,
    backlogMs: 100,
    claim: (who) => (who.token === token && who.callId === 'call_1' ? listener : undefined),
    onClosed: () => told.push('closed'),
  })
})

describe('a stream from its first message to its last', () => {
  it('goes through connected, start, media, dtmf, mark and stop', () => {
    say({ event: 'connected', protocol: 'Call', version: '1.0.0' })
    say(start())
    say(media(2, 1))
    say(dtmf(3, '#'))
    say({ event: 'mark', sequenceNumber: '4', streamSid: 'MZ1', mark: { name: 'm' } })
    say({ event: 'stop', sequenceNumber: '5', streamSid: 'MZ1', stop: { accountSid: 'AC1', callSid: 'CA1' } })
    expect(told).toEqual(['media 1', 'digit #', 'mark m', 'ended provider-stopped'])
    expect(socket.closeCode).toBe(1000)
  })

  it('wipes every message where it lies', () => {
    say(start())
    for (const message of [media(2, 1), dtmf(3, '7'), { event: 'stop' }, 'garbage'])
      expect(say(message).every((byte) => byte === 0)).toBe(true)
  })

  it.each([
    ['media before start', media(1, 1)],
    ['a digit before start', dtmf(1, '1')],
    [
      'a start of another law',
      start({ mediaFormat: { encoding: 'audio/x-l16', sampleRate: 8000, channels: 1 } }),
    ],
    ['a start without a token', start({ customParameters: { callId: 'call_1' } })],
    ['a start with a wrong token', start({ customParameters: { callId: 'call_1', token: 'x'.repeat(43) } })],
    ['a start for another call', start({ customParameters: { callId: 'call_2', token } })],
    ['a start of two streams', { ...start(), streamSid: 'MZ2' }],
    ['no JSON', 'hello'],
  ])('ends as a violation at %s', (_, message) => {
    say(message)
    expect(socket.closeCode).toBe(1008)
    say(start())
    expect(told).toEqual([])
  })

  it('ends as a violation when no start comes in time', async () => {
    say({ event: 'connected' })
    await clock.turn(5_000)
    expect(socket.closeCode).toBe(1008)
  })

  it('asks when it has gone quiet, and is given up when no answer comes', async () => {
    say(start())
    await clock.turn(20_001)
    stream.checkAlive()
    expect(socket.pings).toBe(1)
    socket.emit('pong')
    await clock.turn(20_000)
    stream.checkAlive()
    expect(socket.closeCode).toBeUndefined()
    await clock.turn(20_001)
    stream.checkAlive()
    expect(told).toEqual(['ended stream-lost'])
  })
})

describe('a live stream', () => {
  beforeEach(() => {
    say(start())
    say(media(2, 1))
    told.length = 0
  })

  it.each([
    ['duplicate', media(2, 1)],
    ['out-of-order', media(1, 1)],
    ['out-of-order', media(3, 1)],
    ['wrong-track', media(3, 2, 20, 'outbound')],
    ['wrong-track', dtmf(3, '1', 'outbound_track')],
    ['wrong-stream', { ...media(3, 2), streamSid: 'MZ9' }],
    ['already-started', start()],
    ['malformed', dtmf(3, 'E')],
    ['malformed', '{"event":"media"'],
    ['malformed', { event: 'mark', sequenceNumber: '3', streamSid: 'MZ1' }],
    ['unreadable-audio', { ...media(3, 2), media: { ...media(3, 2).media, payload: 'A' } }],
    ['unreadable-audio', { ...media(3, 2), media: { ...media(3, 2).media, payload: 'AAAA'.repeat(1_000) } }],
  ])('refuses a message as %s and goes on', (reason, message) => {
    say(message)
    expect(refusals()).toEqual([reason])
    expect(told).toEqual([])
    say(media(4, 2))
    expect(told).toEqual(['media 2'])
  })

  it('tells of audio that never came before the audio that did', () => {
    say(media(3, 4))
    expect(told).toEqual(['lost 320', 'media 4'])
  })

  it('writes a few lines for many refusals, and ends after too many', () => {
    for (let i = 0; i < 100; i++) say('{}')
    expect(socket.closeCode).toBeUndefined()
    expect(refusals()).toHaveLength(7)
    say('{}')
    expect(told).toEqual(['ended protocol-violation'])
  })

  it('bears some refusals for hours', async () => {
    for (let i = 0; i < 500; i++) {
      say('{}')
      await clock.turn(1_000)
    }
    expect(told).toEqual([])
  })

  it(`survives whatever comes (seed ${seed})`, () => {
    const property = fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (text) => {
      say(text)
      expect(told.filter((line) => !line.startsWith('ended'))).toEqual([])
    })
    fc.assert(property, { seed, numRuns: 500 })
  })

  it('drops audio for a receiver that takes none, keeps a bounded amount, and goes on when it does', () => {
    for (let i = 0; i < 50; i++) stream.sendMedia(Buffer.alloc(160), 'mulaw')
    expect(socket.underWay).toHaveLength(7)
    for (const done of socket.underWay.splice(0)) done()
    stream.sendMedia(Buffer.alloc(160), 'mulaw')
    expect(socket.underWay).toHaveLength(1)
  })

  it('names no digit in its log', () => {
    say(dtmf(3, '7'))
    say(dtmf(3, '7'))
    say(dtmf(5, '77'))
    expect(lines.join('')).not.toMatch(/7"|digit|dtmf/)
  })
})
