import { describe, expect, it } from 'vitest'
import { decodeG711 } from '../../src/dsp/g711.ts'
import { createToneChannel } from '../../src/dsp/tone-guard.ts'
import { seeded } from './support/random.ts'
import { Track } from './support/track.ts'

const frame = 160

/** Sends `track` through a channel that is armed and disarmed at the given frames. */
function ride(track: Track, plan: { armAt?: number; disarmAt?: number }) {
  const channel = createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'noise' })
  const input = track.octets()
  const output = new Uint8Array(input.length)
  let securedAt = -1
  for (let at = 0, n = 0; at + frame <= input.length; at += frame, n++) {
    if (n === plan.armAt) channel.arm()
    if (n === plan.disarmAt) channel.disarm()
    channel.process(input.subarray(at, at + frame), output.subarray(at, at + frame))
    if (securedAt < 0 && channel.secured) securedAt = n
  }
  const linear = new Int16Array(output.length)
  decodeG711('mulaw', output, linear)
  return { input, output, linear, securedAt, channel }
}

/** The longest stretch, in ms, in which a running sine is next to silent. */
function longestGapMs(linear: Int16Array, from: number, to: number): number {
  let run = 0
  let longest = 0
  for (let i = from; i < to; i++) {
    run = Math.abs(linear[i]!) < 100 ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest / 8
}

describe('arming in the middle of a call', () => {
  const sine = new Track(2_000).sine(310, -12)

  it('grows the delay in about a quarter of a second, without a gap over 5 ms', () => {
    const { linear, securedAt } = ride(sine, { armAt: 25 })
    expect(securedAt).toBeGreaterThan(25)
    expect(securedAt).toBeLessThan(25 + 16)
    expect(longestGapMs(linear, 0, linear.length)).toBeLessThan(5)
  })

  it('makes no click: no step of the audio is larger than the audio makes by itself', () => {
    const { linear } = ride(sine, { armAt: 25, disarmAt: 60 })
    const peak = Math.max(...linear.subarray(0, 2_000))
    const steepest = peak * 2 * Math.PI * (310 / 8_000) * 1.1 + 0.04 * peak
    for (let i = 1; i < linear.length - 160; i++) {
      expect(Math.abs(linear[i]! - linear[i - 1]!)).toBeLessThan(steepest)
    }
  })

  it('repeats no stretch of speech: every sample of the input is passed over once, in order', () => {
    // A slow sweep: its pitch at a moment tells where in the input the output has got to.
    const track = new Track(2_000)
    for (let i = 0; i < track.samples.length; i++) track.samples[i] = 0.3 * Math.sin(0.1 * i + 1e-5 * i * i)
    const { linear } = ride(track, { armAt: 25 })
    let last = 0
    for (let i = 1; i < linear.length; i++) {
      if (!(linear[i - 1]! < 0 && linear[i]! >= 0)) continue
      expect(i - last).toBeGreaterThan(10)
      expect(i - last).toBeLessThan(75)
      last = i
    }
  })

  it('glides in as smoothly after frames of any size', () => {
    const input = new Track(600).sine(210, -20).noise(-50, seeded(4)).octets()
    const armedAfter = (size: number) => {
      const channel = createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'noise' })
      const output = new Uint8Array(input.length)
      for (let at = 0; at < 1_600; at += size)
        channel.process(input.subarray(at, at + size), output.subarray(at, at + size))
      channel.arm()
      for (let at = 1_600; at < input.length; at += frame)
        channel.process(input.subarray(at, at + frame), output.subarray(at, at + frame))
      channel.release()
      return output
    }
    for (const size of [1, 2, 80, 400]) expect(armedAfter(size)).toEqual(armedAfter(frame))
  })

  it('is secured at once when nothing has been heard yet', () => {
    const channel = createToneChannel({ law: 'alaw', lookaheadMs: 20, fill: 'noise' })
    channel.arm()
    expect(channel.secured).toBe(true)
  })

  it('passes the audio bit-exactly again, without delay, a quarter of a second after it is disarmed', () => {
    const speechLike = new Track(2_000).sine(210, -20).noise(-35, seeded(4))
    const { input, output } = ride(speechLike, { armAt: 10, disarmAt: 60 })
    const from = (60 + 16) * frame
    expect(output.subarray(from)).toEqual(input.subarray(from))
    expect(output.subarray(0, 10 * frame)).toEqual(input.subarray(0, 10 * frame))
  })

  it('flushes nothing of a tone that is still held when it is disarmed', () => {
    const track = new Track(1_000).press(500, { key: '5', ms: 100 })
    const channel = createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'silence' })
    channel.arm()
    const input = track.octets()
    const output = new Uint8Array(input.length)
    for (let at = 0; at < input.length; at += frame) {
      if (at === 4_800) channel.disarm()
      channel.process(input.subarray(at, at + frame), output.subarray(at, at + frame))
    }
    expect(output.every((octet) => octet === 0xff)).toBe(true)
  })
})

describe('a telephone event', () => {
  it('masks all that is still held and the time that it asks for, then lets speech pass', () => {
    const track = new Track(600).sine(300, -15)
    const channel = createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'silence' })
    channel.arm()
    const input = track.octets()
    const output = new Uint8Array(input.length)
    for (let at = 0; at < input.length; at += frame) {
      if (at === 1_600) {
        channel.maskHeld(50)
        expect(channel.quiet).toBe(false)
      }
      channel.process(input.subarray(at, at + frame), output.subarray(at, at + frame))
    }
    expect(output.subarray(1_600, 1_600 + 160 + 400).every((octet) => octet === 0xff)).toBe(true)
    expect(output.subarray(2_400)).toEqual(input.subarray(2_240, -160))
    expect(channel.quiet).toBe(true)
  })
})
