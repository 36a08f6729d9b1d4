import { describe, expect, it } from 'vitest'
import { openReferenceKernel } from '../../src/dsp/kernel/open-kernel.ts'
import { StateBuffer } from '../../src/dsp/state-buffer.ts'
import { examField, ToneExam } from '../../src/dsp/tone-exam.ts'
import { ToneSpectrum } from '../../src/dsp/tone-spectrum.ts'
import { Track } from './support/track.ts'

/** Hops of 2 ms: the tone begins with one, and is looked at 50 ms later, its last 40 ms. */
const startHop = 50
const hopOfLook = 75

/** What is found of a `5` beneath which a sine of `hz` lies from the beginning. */
function examined(hz: number) {
  const track = new Track(200).press(2 * startHop, { key: '5', ms: 80, levelDbm0: -14 })
  for (let i = 16 * startHop; i < track.samples.length; i++)
    track.samples[i] = track.samples[i]! + 0.03 * Math.sin((2 * Math.PI * hz * i) / 8_000)
  const state = new StateBuffer(16_384)
  const kernel = openReferenceKernel()
  const spectrum = new ToneSpectrum(state, kernel)
  const exam = new ToneExam(state, spectrum)
  for (let at = 0; at < 16 * hopOfLook; at += 80)
    kernel.takeOctets(track.octets().subarray(at, at + 80), 'mulaw')
  spectrum.advance(hopOfLook)
  exam.look({ key: 5, startHop: startHop + 8, ago: 0, lowOffsetPct: 0, highOffsetPct: 0 })
  exam.lookAtRest()
  const { rest, middle, top, line } = examField
  const of = (field: number) => exam.found[field]! / exam.found[rest]!
  return { samples: exam.found[examField.samples], middle: of(middle), top: of(top), line: of(line) }
}

describe('a close look at what a pair leaves', () => {
  // 320 samples: bins of 25 Hz, each of the four that are measured together.
  it.each([1_000, 1_025, 1_050, 1_075])('finds a line of %i Hz in the middle', (hz) => {
    const { samples, middle, top, line } = examined(hz)
    expect(samples).toBe(320)
    expect(middle).toBeCloseTo(1, 1)
    expect(line).toBeCloseTo(1, 1)
    expect(top).toBeLessThan(0.05)
  })

  it.each([2_500, 2_525, 2_550, 2_575])('finds a line of %i Hz above', (hz) => {
    const { middle, top, line } = examined(hz)
    expect(top).toBeCloseTo(1, 1)
    expect(line).toBeCloseTo(1, 1)
    expect(middle).toBeLessThan(0.05)
  })
})
