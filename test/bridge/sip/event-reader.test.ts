import { beforeEach, describe, expect, it } from 'vitest'
import { EventReader } from '../../../src/bridge/sip/event-reader.ts'
import { ManualClock } from '../../support/manual-clock.ts'

let clock: ManualClock
let hidden: boolean
let presses: number[]
let lostOctets: number
let reader: EventReader
let sequence: number

beforeEach(() => {
  clock = new ManualClock()
  hidden = false
  presses = []
  lostOctets = 0
  sequence = 0
  reader = new EventReader({
    clock,
    hides: () => hidden,
    lost: (octets) => {
      lostOctets += octets
    },
    press: (key) => presses.push(key),
  })
})

const packet = (code: number, { timestamp = 1_000, duration = 160, end = false, ssrc = 1 } = {}) => ({
  ...{ marker: false, payloadType: 101, sequence: sequence++, timestamp, ssrc },
  payload: Buffer.from([code, (end ? 0x80 : 0) | 10, duration >> 8, duration & 0xff]),
})
const key = (text: string) => text.charCodeAt(0)

describe('telephone events on their way to the other party', () => {
  it('pass, and count once, while nothing is hidden', () => {
    expect(reader.take(packet(5), 8_000)).toBe('start')
    expect(reader.take(packet(5, { duration: 320 }), 8_000)).toBe('on')
    for (let i = 0; i < 3; i++) expect(reader.take(packet(5, { duration: 480, end: true }), 8_000)).toBe('on')
    expect(presses).toEqual([key('5')])
  })

  it('stay, and count all the same, while something is hidden', () => {
    hidden = true
    expect(reader.take(packet(5), 8_000)).toBe('no')
    expect(reader.take(packet(5, { duration: 320, end: true }), 8_000)).toBe('no')
    expect(presses).toEqual([key('5')])
  })

  it('of a press that began hidden do not pass when the mask goes in the middle, repeated ends included', () => {
    hidden = true
    reader.take(packet(5), 8_000)
    hidden = false
    expect(reader.take(packet(5, { duration: 320 }), 8_000)).toBe('no')
    for (let i = 0; i < 3; i++) expect(reader.take(packet(5, { duration: 480, end: true }), 8_000)).toBe('no')
    expect(reader.take(packet(6, { timestamp: 9_000 }), 8_000)).toBe('start')
    expect(reader.take(packet(5, { duration: 480, end: true }), 8_000)).toBe('no')
  })

  it('of a press that began in the clear stop when the mask comes in the middle', () => {
    reader.take(packet(5), 8_000)
    hidden = true
    expect(reader.take(packet(5, { duration: 320 }), 8_000)).toBe('no')
    hidden = false
    expect(reader.take(packet(5, { duration: 480, end: true }), 8_000)).toBe('no')
  })

  it('that are no keys are no presses, and stay while something is hidden', () => {
    expect(reader.take(packet(16), 8_000)).toBe('on')
    hidden = true
    expect(reader.take(packet(36), 8_000)).toBe('no')
    expect(presses).toEqual([])
  })

  it('that are too short to be read go nowhere', () => {
    expect(reader.take({ ...packet(5), payload: Buffer.from([5, 0]) }, 8_000)).toBe('no')
  })

  it('are read at their own clock rate', () => {
    reader.take(packet(5, { duration: 320 }), 16_000)
    reader.take(packet(5, { duration: 640, end: true }), 16_000)
    expect(presses).toEqual([key('5')])
  })
})

describe('a key', () => {
  it('is down until its end, so that the mask waits', () => {
    reader.take(packet(5), 8_000)
    expect(reader.keyDown).toBe(true)
    reader.take(packet(5, { end: true }), 8_000)
    expect(reader.keyDown).toBe(false)
  })

  it('whose end was lost is up when audio goes on without a word of it', async () => {
    reader.take(packet(5), 8_000)
    await clock.turn(100)
    reader.heardAudio(clock.monotonicMs())
    expect(reader.keyDown).toBe(true)
    await clock.turn(100)
    reader.heardAudio(clock.monotonicMs())
    expect(reader.keyDown).toBe(false)
  })

  it('whose end was lost is up when nothing at all is heard for long', async () => {
    reader.take(packet(5), 8_000)
    await clock.turn(500)
    expect(reader.keyDown).toBe(false)
  })

  it('pressed after a silence moves the time of the call on, which is told by audio', async () => {
    await clock.turn(5_000)
    reader.take(packet(5), 8_000)
    expect(lostOctets).toBe(1_600)
  })
})
