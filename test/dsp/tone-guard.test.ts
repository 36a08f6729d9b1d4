import { describe, expect, it } from 'vitest'
import { type Key, keypad } from '../../src/dsp/dtmf-keypad.ts'
import { decodeG711 } from '../../src/dsp/g711.ts'
import { createToneChannel } from '../../src/dsp/tone-guard.ts'
import { leastSquaresGuess } from './support/least-squares-attacker.ts'
import { keysOf, play } from './support/play.ts'
import { normal, seeded } from './support/random.ts'
import { Track } from './support/track.ts'

function dial(keys: string, toneMs = 60, pauseMs = 60): Track {
  const track = new Track(200 + keys.length * (toneMs + pauseMs))
  for (const [i, key] of [...keys].entries()) {
    track.press(100 + i * (toneMs + pauseMs), { key: key as Key, ms: toneMs })
  }
  return track
}

describe('a tone channel that is not armed', () => {
  it.each(['mulaw', 'alaw'] as const)('hears each press once, in order (%s)', (law) => {
    const { heard } = play(dial(`${keypad}1100`).octets(law), { law })
    expect(keysOf(heard)).toBe(`${keypad}1100`)
    expect(heard.filter((event) => event.at === 'end')).toHaveLength(20)
  })

  it('hears tones and pauses of 40 ms', () => {
    expect(keysOf(play(dial('5555123', 40, 40).octets()).heard)).toBe('5555123')
  })

  it('counts a long press as one', () => {
    expect(keysOf(play(dial('7', 9_000).octets()).heard)).toBe('7')
  })

  it('hears a tone as early as an armed one, at whatever moment of a frame it begins', () => {
    for (let onset = 0; onset < 160; onset += 9) {
      // Something that is no tone before it, so that the gate has its doubts.
      const track = new Track(400).sine(440, -14).noise(-40, seeded(onset))
      track.samples.fill(0, 1_600 + onset - 40)
      track.press((1_600 + onset) / 8, { key: '6', ms: 40, levelDbm0: -20, offsetPct: 1.5 })
      const [open, armed] = [false, true].map((armed) => play(track.octets(), { armed }).heard)
      expect(open).toEqual(armed)
      expect(keysOf(open!)).toBe('6')
    }
  })

  it('passes every octet bit-exactly', () => {
    const input = Uint8Array.from({ length: 4_000 }, (_, i) => (i * 97 + (i >> 4)) & 0xff)
    expect(play(input).output).toEqual(input)
  })
})

describe('an armed tone channel', () => {
  it('leaves nothing of a clean tone that a least-squares fit could read', () => {
    const random = seeded(7)
    let hits = 0
    for (let i = 0; i < 160; i++) {
      const key = keypad[i % 16] as Key
      const track = new Track(300).press(100 + random() * 20, { key, ms: 50 })
      track.noise(-62, random)
      const { output } = play(track.octets(), { armed: true })
      const linear = new Int16Array(output.length)
      decodeG711('mulaw', output, linear)
      if (leastSquaresGuess(linear, 700, 2_000).key === i % 16) hits++
    }
    expect(hits).toBeLessThan(26)
  })

  it('delays other audio by the look-ahead and changes no octet of it', () => {
    const random = seeded(3)
    const input = Uint8Array.from({ length: 8_000 }, () =>
      Math.max(0, Math.min(255, 200 + 20 * normal(random))),
    )
    const { output } = play(input, { armed: true })
    expect(output.subarray(160)).toEqual(input.subarray(0, -160))
  })

  it('gives the same octets whatever the size of the frames', () => {
    const input = dial('4711').noise(-50, seeded(5)).octets()
    const whole = play(input, { armed: true, frame: 160 }).output
    for (const frame of [1, 7, 80, 480]) expect(play(input, { armed: true, frame }).output).toEqual(whole)
  })

  it('works in place as well', () => {
    const input = dial('4711').noise(-50, seeded(6)).octets()
    for (const armed of [true, false]) {
      const channel = createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'silence' })
      if (armed) channel.arm()
      const line = input.slice()
      for (let at = 0; at < line.length; at += 160) {
        const frame = line.subarray(at, at + 160)
        channel.process(frame, frame)
      }
      expect(line).toEqual(play(input, { armed, fill: 'silence' }).output)
    }
  })

  it('holds nothing but zeroes once it is released, and mutes', () => {
    const channel = createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'noise' })
    play(dial('42').octets().subarray(0, 1_500), { armed: true, channel })
    expect(channel.stateBytes().every((bytes) => bytes.some((byte) => byte !== 0))).toBe(true)
    channel.release()
    expect(channel.stateBytes().every((bytes) => bytes.every((byte) => byte === 0))).toBe(true)
    const output = new Uint8Array(160)
    channel.process(dial('1').octets().subarray(800, 960), output)
    expect(output.every((octet) => octet === 0xff)).toBe(true)
  })
})

describe('tone channels that are given their frames together', () => {
  it('hear and mask as if each had been alone, in place too', () => {
    const random = seeded(7)
    const calls = ['159', '2580', '*0#'].map((keys) =>
      dial(keys).noise(-50, random).octets().subarray(0, 3_200),
    )
    const open = () => calls.map(() => createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'noise' }))
    const together = open()
    const alone = open()
    together[1]!.arm()
    alone[1]!.arm()
    for (let at = 0; at < 3_200; at += 160) {
      const frames = calls.map((octets) => octets.slice(at, at + 160))
      for (const [i, channel] of together.entries()) channel.offer(frames[i]!)
      for (const [i, channel] of together.entries()) channel.collect(frames[i]!, frames[i]!)
      for (const [i, channel] of alone.entries()) {
        const output = new Uint8Array(160)
        channel.process(calls[i]!.subarray(at, at + 160), output)
        expect(frames[i]).toEqual(output)
        const heard = [channel, together[i]!].map((of) => {
          const found: string[] = []
          of.drainEvents(({ at: moment, digit, atSample }) => found.push(`${moment} ${digit} ${atSample}`))
          return found
        })
        expect(heard[1]).toEqual(heard[0])
      }
    }
  })
})
