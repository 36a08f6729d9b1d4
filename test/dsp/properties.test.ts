import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Key, keypad } from '../../src/dsp/dtmf-keypad.ts'
import { decodeG711 } from '../../src/dsp/g711.ts'
import { openReferenceKernel } from '../../src/dsp/kernel/open-kernel.ts'
import { createToneChannel } from '../../src/dsp/tone-guard.ts'
import { leastSquaresGuess } from './support/least-squares-attacker.ts'
import { keysOf, play } from './support/play.ts'
import { seeded } from './support/random.ts'
import { Track } from './support/track.ts'

const key = fc.constantFrom(...keypad).map((k) => k as Key)
/** Presses as a hand makes them, on a phone within the standard. */
const press = fc.record({
  key,
  ms: fc.integer({ min: 40, max: 300 }),
  pauseMs: fc.integer({ min: 40, max: 400 }),
  twistDb: fc.integer({ min: -8, max: 4 }),
  offsetPct: fc.double({ min: -1.5, max: 1.5, noNaN: true }),
})
const call = fc.record({
  presses: fc.array(press, { minLength: 1, maxLength: 12 }),
  levelDbm0: fc.integer({ min: -34, max: -3 }),
  snrDb: fc.integer({ min: 16, max: 40 }),
  law: fc.constantFrom('mulaw' as const, 'alaw' as const),
  seed: fc.nat(),
})
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never

function record({ presses, levelDbm0, snrDb, seed }: Call): Track {
  const track = new Track(400 + presses.reduce((sum, { ms, pauseMs }) => sum + ms + pauseMs, 0))
  let atMs = 200
  for (const { pauseMs, ...tone } of presses) {
    track.press(atMs, { ...tone, levelDbm0 })
    atMs += tone.ms + pauseMs
  }
  return track.noise(levelDbm0 - snrDb, seeded(seed))
}

describe('whatever is keyed', () => {
  it('each press is heard once and in order, armed or not', () => {
    fc.assert(
      fc.property(call, fc.boolean(), (input, armed) => {
        const keys = input.presses.map((p) => p.key).join('')
        const { heard } = play(record(input).octets(input.law), { law: input.law, armed })
        expect(keysOf(heard)).toBe(keys)
        for (const [i, onset] of heard.filter((event) => event.at === 'onset').entries()) {
          expect(onset.press).toBe(i)
          const end = heard.find((event) => event.at === 'end' && event.press === i)
          expect(Math.abs(end!.atSample - onset.onsetSample - input.presses[i]!.ms * 8)).toBeLessThan(120)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('what leaves at an instant does not depend on what comes later', () => {
    fc.assert(
      fc.property(call, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (input, share) => {
        const whole = record(input).octets(input.law)
        const cut = Math.floor(whole.length * share)
        const options = { law: input.law, armed: true, frame: 80 }
        const { output } = play(whole, options)
        expect(play(whole.subarray(0, cut), options).output).toEqual(output.subarray(0, cut))
      }),
      { numRuns: 30 },
    )
  })

  it('what passes in one go is what would have passed hop by hop', () => {
    fc.assert(
      fc.property(call, (input) => {
        const octets = record(input).octets(input.law)
        // Frames of ten samples never hold a whole hop, so that nothing can be passed at once.
        const [whole, parts] = [160, 10].map((frame) => play(octets, { law: input.law, armed: true, frame }))
        expect(whole!.output).toEqual(parts!.output)
        expect(whole!.heard.map((event) => ({ ...event, knownAt: 0 }))).toEqual(
          parts!.heard.map((event) => ({ ...event, knownAt: 0 })),
        )
      }),
      { numRuns: 20 },
    )
  })

  it('the reference and the fastest kernel give the same octets and events', () => {
    fc.assert(
      fc.property(call, (input) => {
        const octets = record(input).octets(input.law)
        const options = { law: input.law, armed: true }
        const channel = createToneChannel(
          { law: input.law, lookaheadMs: 20, fill: 'noise' },
          openReferenceKernel(),
        )
        const slow = play(octets, { ...options, channel })
        const fast = play(octets, options)
        expect(slow.output).toEqual(fast.output)
        expect(slow.heard).toEqual(fast.heard)
      }),
      { numRuns: 20 },
    )
  })

  it('a least-squares fit of what leaves does no better than chance', () => {
    let right = 0
    let tries = 0
    fc.assert(
      fc.property(call, (input) => {
        const track = record(input)
        const { output } = play(track.octets(input.law), { law: input.law, armed: true })
        const linear = new Int16Array(output.length)
        decodeG711(input.law, output, linear)
        for (const { key, startSample, endSample } of track.presses) {
          tries++
          const guess = leastSquaresGuess(linear, startSample + 120, endSample + 200)
          if (guess.key === keypad.indexOf(key)) right++
        }
      }),
      { numRuns: 40 },
    )
    // Chance is 1 in 16; four standard deviations above it would be a leak.
    const chance = tries / 16
    expect(right).toBeLessThan(chance + 4 * Math.sqrt(chance * (15 / 16)) + 1)
  }, 60_000)

  it('released channels hold only zeroes', () => {
    fc.assert(
      fc.property(call, fc.double({ min: 0, max: 1, noNaN: true }), (input, share) => {
        const octets = record(input).octets(input.law)
        const channel = createToneChannel({ law: input.law, lookaheadMs: 20, fill: 'noise' })
        play(octets.subarray(0, Math.floor(octets.length * share)), { law: input.law, armed: true, channel })
        channel.release()
        expect(channel.stateBytes().every((bytes) => bytes.every((byte) => byte === 0))).toBe(true)
      }),
      { numRuns: 20 },
    )
  })
})
