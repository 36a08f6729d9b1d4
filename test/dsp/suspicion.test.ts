import { describe, expect, it } from 'vitest'
import { type Key, keypad } from '../../src/dsp/dtmf-keypad.ts'
import { openReferenceKernel } from '../../src/dsp/kernel/open-kernel.ts'
import { StateBuffer } from '../../src/dsp/state-buffer.ts'
import { suspicionNet } from '../../src/dsp/suspicion-net.ts'
import { suspicionScore } from '../../src/dsp/suspicion-score.ts'
import { sign, signCount } from '../../src/dsp/suspicion-signs.ts'
import { peakSigns, restSigns, SuspicionSpectrum } from '../../src/dsp/suspicion-spectrum.ts'
import { ToneEvidence } from '../../src/dsp/tone-evidence.ts'
import type { ToneOptions } from '../../src/dsp/tone-generator.ts'
import { ToneSpectrum } from '../../src/dsp/tone-spectrum.ts'
import { play } from './support/play.ts'
import { normal, seeded } from './support/random.ts'
import { Track } from './support/track.ts'

const delay = 160

/** Keys of one kind, some way apart, and what the agent gets of each in samples: kept[i] is true where it is the caller's. */
function masked(tone: Partial<ToneOptions>, keys: string = keypad, pauseMs = 400, noiseDbm0 = -64) {
  const track = new Track(300 + keys.length * (pauseMs + 100))
  const random = seeded(11)
  for (const [i, key] of [...keys].entries()) {
    const phases = { lowPhase: 6 * random(), highPhase: 6 * random() }
    track.press(200 + i * (pauseMs + 100) + random() * 5, { key: key as Key, ms: 80, ...phases, ...tone })
  }
  track.noise(noiseDbm0, random)
  const input = track.octets()
  const { output } = play(input, { armed: true })
  const same = Uint8Array.from(input, (octet, i) => (output[i + delay] === octet ? 1 : 0))
  const runs = new Uint8Array(same.length)
  for (let i = 0, run = 0; i < same.length; i++) {
    run = same[i] === 1 ? run + 1 : 0
    if (run >= 8) runs.fill(1, i - 7, i + 1)
  }
  return { presses: track.presses, kept: runs }
}

describe('the mask is wider than the detector', () => {
  const kinds: [string, Partial<ToneOptions>][] = [
    ['3.5 % above its frequencies', { offsetPct: 3.5 }],
    ['5 % above', { offsetPct: 5 }],
    ['5 % below', { offsetPct: -5 }],
    ['one frequency 4 % off', { lowOffsetPct: 0, highOffsetPct: 4 }],
    ['20 dB of twist', { twistDb: 20, levelDbm0: -12 }],
    ['20 dB of twist the other way', { twistDb: -20, levelDbm0: -12 }],
    ['8 ms long', { ms: 8 }],
    ['12 ms long', { ms: 12 }],
    ['20 ms long', { ms: 20 }],
    ['at -45 dBm0', { levelDbm0: -45 }],
    ['with a slow attack', { fadeMs: 8 }],
  ]
  it.each(kinds)('covers every sample of a tone %s', (_, tone) => {
    const { presses, kept } = masked(tone)
    for (const { key, startSample, endSample } of presses) {
      const left = kept.subarray(startSample, endSample).reduce((sum, one) => sum + one, 0)
      // A fade may leave a few octets as they were; 2 ms tell nothing.
      expect(left, `key ${key}`).toBeLessThan(16)
    }
  })
})

describe('what the line loses', () => {
  it.each([1, 2, 3, 4, 5])('takes along the first %i ms of a tone that came just before it', (ms) => {
    const track = new Track(400).press(200 - ms, { key: '7', ms: 90, levelDbm0: -12 })
    track.noise(-60, seeded(5))
    const input = track.octets()
    const { output } = play(input, { armed: true, lost: new Set([10]) })
    const { startSample } = track.presses[0]!
    const kept = [...input.subarray(startSample, 1_600)].filter(
      (octet, i) => output[startSample + i + delay] === octet,
    )
    // Two noises meet by chance, now and then.
    expect(kept.length).toBeLessThan(6)
  })
})

describe('what was put in the place of a lost packet', () => {
  it.each([1, 2, 3, 4, 6, 9, 12])('takes along %i ms of a tone that came just before the silence', (ms) => {
    const track = new Track(400).press(200 - ms, { key: '8', ms: 90, levelDbm0: -8 })
    track.noise(-30, seeded(5))
    track.samples.fill(0, 8 * 200, 8 * 220)
    const input = track.octets()
    const { output } = play(input, { armed: true })
    const { startSample } = track.presses[0]!
    const kept = [...input.subarray(startSample, 1_600)].filter(
      (octet, i) => output[startSample + i + delay] === octet,
    )
    expect(kept.length).toBeLessThan(6)
  })

  it('does not lift the mask from a tone that goes on after 20 ms of silence', () => {
    for (let heardMs = 16; heardMs <= 24; heardMs++) {
      const track = new Track(500).press(200, { key: '0', ms: 90, levelDbm0: -14 })
      track.noise(-66, seeded(9))
      track.samples.fill(0, 8 * (200 + heardMs), 8 * (220 + heardMs))
      const input = track.octets()
      const { output } = play(input, { armed: true })
      const kept = [...input.subarray(8 * (220 + heardMs), 8 * 290)].filter(
        (octet, i) => output[8 * (220 + heardMs) + i + delay] === octet,
      )
      expect(kept.length, `after ${heardMs} ms`).toBeLessThan(6)
    }
  })
})

describe('the mask is no wider in time than it must be', () => {
  it('takes at most 10 ms before a tone and 40 ms after it', () => {
    const { presses, kept } = masked({ levelDbm0: -12 })
    let before = 0
    let after = 0
    for (const { startSample, endSample } of presses) {
      while (kept[startSample - before - 1] === 0 && before < 800) before++
      while (kept[endSample + after] === 0 && after < 800) after++
    }
    expect(before / 8).toBeLessThan(10)
    expect(after / 8).toBeLessThan(40)
  })

  it('gives a voice back soon after a key, though it has something of that key', () => {
    const track = new Track(1_500).press(300, { key: '5', ms: 100, levelDbm0: -12 })
    const random = seeded(8)
    let phase = 0
    for (let i = 8 * 380; i < track.samples.length; i++) {
      phase += (2 * Math.PI * (192 + 12 * Math.sin(i / 1_100))) / 8_000
      let voice = 0
      for (let k = 1; k < 18; k++) voice += Math.sin(k * phase + k * k) / (1 + 0.15 * Math.abs(k - 4))
      track.samples[i] = track.samples[i]! + 0.05 * voice
    }
    track.noise(-64, random)
    const input = track.octets()
    const { output } = play(input, { armed: true })
    let taken = 0
    for (let i = 8 * 440; i < input.length - delay; i++) if (output[i + delay] !== input[i]) taken++
    expect(taken / 8).toBeLessThan(100)
  })

  it('lets a voice pass that glides over the frequencies of the keys', () => {
    const track = new Track(4_000)
    const random = seeded(3)
    let phase = 0
    for (let i = 0; i < track.samples.length; i++) {
      phase += (2 * Math.PI * (140 + 60 * Math.sin(i / 3_000))) / 8_000
      let voice = 0
      for (let k = 1; k < 16; k++) voice += Math.sin(k * phase) / (1 + 0.4 * Math.abs(k - 5))
      track.samples[i] = 0.03 * voice + 0.0005 * normal(random)
    }
    const input = track.octets()
    const { output } = play(input, { armed: true })
    expect(output.subarray(delay)).toEqual(input.subarray(0, -delay))
  })
})

describe('the score of a suspicion', () => {
  it('adds each sign within its range, with another slope above each knot', () => {
    const shape = [
      { sign: 'purity', from: 0, to: 1, knots: [0.5] },
      { sign: 'twist', from: 0, to: 20, knots: [] },
    ] as const
    const score = suspicionScore(shape, { constant: -1, slopes: { purity: [2, 4], twist: [-0.1] } })
    const values = new Float64Array(signCount)
    values[sign.purity] = 0.75
    values[sign.twist] = 30
    expect(score(values)).toBeCloseTo(-1 + 1.5 + 1 - 2, 12)
  })
})

describe('the network over the signs', () => {
  const weights = {
    from: [0, -10],
    to: [1, 10],
    hidden: [
      [2, 0, -1],
      [0, 0.5, 0],
    ],
    out: [3, -1, 0.25],
  }

  it('holds each sign to its range, and adds up what its units make of them', () => {
    const values = Float64Array.from([4, -30])
    // 2·1 - 1 = 1 makes 3·1/2; 0.5·(-10) = -5 makes -1·(-5)/6.
    expect(suspicionNet(weights)(values)).toBeCloseTo(1.5 + 5 / 6 + 0.25, 12)
    expect([...values]).toEqual([1, -10])
  })

  it('adds up any number of units', () => {
    const random = seeded(3)
    const values = Float64Array.from({ length: 3 }, () => 2 * random() - 1)
    for (const units of [1, 3, 4, 5, 8]) {
      const numbers = (length: number) => Array.from({ length }, () => 4 * random() - 2)
      const hidden = Array.from({ length: units }, () => numbers(4))
      const out = numbers(units + 1)
      let sum = out[units]!
      for (const [unit, [a, b, c, constant]] of hidden.entries()) {
        const x = a! * values[0]! + b! * values[1]! + c! * values[2]! + constant!
        sum += (out[unit]! * x) / (1 + Math.abs(x))
      }
      const net = suspicionNet({ from: [-1, -1, -1], to: [1, 1, 1], hidden, out })
      expect(net(values), `${units} units`).toBeCloseTo(sum, 12)
    }
  })

  it('says so when its weights do not fit each other', () => {
    expect(() => suspicionNet({ ...weights, out: [3, -1] })).toThrow('do not fit')
  })
})

describe('what stands around a pair', () => {
  /** Signs of the 18 ms that end 20 ms after a tone of `key` began beneath `hum`. */
  function around(key: Key, hum: (i: number) => number) {
    const track = new Track(200).press(100, { key, ms: 60, levelDbm0: -14 })
    for (let i = 0; i < track.samples.length; i++) track.samples[i] = track.samples[i]! + hum(i)
    const state = new StateBuffer(8_192)
    const kernel = openReferenceKernel()
    const spectrum = new ToneSpectrum(state, kernel)
    const evidence = new ToneEvidence(state, spectrum)
    const values = new Float64Array(peakSigns + restSigns)
    for (let at = 0; at < 960; at += 160) kernel.takeOctets(track.octets().subarray(at, at + 160), 'mulaw')
    spectrum.advance(60)
    new SuspicionSpectrum(state, spectrum, evidence).read(values, 0)
    return { peaks: values.subarray(0, peakSigns), rest: values.subarray(peakSigns) }
  }

  it('is next to nothing for a key out of silence', () => {
    const { peaks, rest } = around('5', () => 0)
    for (const at of [0, 1, 3, 5, 6, 8]) expect(peaks[at]).toBeGreaterThan(25)
    expect(Math.max(...rest)).toBeLessThan(-30)
  })

  it('is a voice that was there before, at its own frequency', () => {
    const { peaks, rest } = around('5', (i) => 0.2 * Math.sin((2 * Math.PI * 450 * i) / 8_000))
    expect(peaks[0]).toBeGreaterThan(15)
    // 350 to 550 Hz.
    expect(rest.indexOf(Math.max(...rest))).toBe(1)
    expect(rest[1]).toBeGreaterThan(-10)
  })

  it('shows a sine that was there before as one that did not rise', () => {
    const { peaks } = around('5', (i) => 0.1 * Math.sin((2 * Math.PI * 770 * i) / 8_000))
    expect(peaks[0]).toBeLessThan(10)
    expect(peaks[5]).toBeGreaterThan(20)
  })
})
