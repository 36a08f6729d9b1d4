import { describe, expect, it } from 'vitest'
import { g711Tables } from '../../src/dsp/g711.ts'
import { OctetQueue } from '../../src/dsp/octet-queue.ts'
import { RateConverter } from '../../src/dsp/rate-converter.ts'
import { SoftphoneLine } from '../../src/dsp/softphone-line.ts'

function sine(hz: number, rate: number, samples: number, peak = 0.5): Float32Array {
  return Float32Array.from({ length: samples }, (_, i) => peak * Math.sin((2 * Math.PI * hz * i) / rate))
}

/** Peak of the `hz` component of a stretch, by correlation over whole periods. */
function levelOf(samples: Float32Array, hz: number, rate: number): number {
  let re = 0
  let im = 0
  for (const [i, sample] of samples.entries()) {
    re += sample * Math.cos((2 * Math.PI * hz * i) / rate)
    im += sample * Math.sin((2 * Math.PI * hz * i) / rate)
  }
  return (2 * Math.hypot(re, im)) / samples.length
}

function convert(input: Float32Array, from: number, to: number, block = 128): Float32Array {
  const converter = new RateConverter(from, to, block)
  const out: number[] = []
  const portion = new Float32Array(Math.ceil((block * to) / from) + 2)
  for (let i = 0; i < input.length; i += block) {
    const count = converter.convert(input.subarray(i, i + block), portion)
    out.push(...portion.subarray(0, count))
  }
  return Float32Array.from(out)
}

const db = (ratio: number) => 20 * Math.log10(ratio)

describe('a rate converter', () => {
  for (const [from, to] of [
    [48_000, 8_000],
    [44_100, 8_000],
    [8_000, 48_000],
    [8_000, 44_100],
    [16_000, 8_000],
  ] as const) {
    it(`keeps both frequencies of a key at their level from ${from} to ${to} Hz`, () => {
      for (const hz of [697, 1633]) {
        const out = convert(sine(hz, from, from), from, to).subarray(to / 10, to / 10 + (to * 8) / 10)
        expect(Math.abs(db(levelOf(out, hz, to) / 0.5))).toBeLessThan(0.1)
      }
    })
    it(`loses and adds no time from ${from} to ${to} Hz`, () => {
      const out = convert(new Float32Array(from * 3), from, to)
      expect(Math.abs(out.length - to * 3)).toBeLessThanOrEqual(Math.ceil(to / 8_000) * 20)
    })
  }

  it('lets nothing above 4 kHz fold down into the telephone band', () => {
    const out = convert(sine(5_500, 48_000, 48_000), 48_000, 8_000).subarray(800, 7_200)
    expect(db(levelOf(out, 2_500, 8_000) / 0.5)).toBeLessThan(-60)
  })

  it('makes no mirror image of the telephone band above 4 kHz', () => {
    const out = convert(sine(2_500, 8_000, 8_000), 8_000, 48_000).subarray(4_800, 43_200)
    expect(db(levelOf(out, 5_500, 48_000) / 0.5)).toBeLessThan(-60)
  })

  it('gives the same whatever the size of the portions', () => {
    const input = sine(1_000, 48_000, 9_600)
    const whole = convert(input, 48_000, 8_000, 960)
    const parts = convert(input, 48_000, 8_000, 32)
    expect(parts.subarray(0, 1_500)).toEqual(whole.subarray(0, 1_500))
  })
})

describe('the queue of what was heard', () => {
  it('waits until it holds enough, runs, and waits again after it ran dry', () => {
    const queue = new OctetQueue({ startAt: 3, capacity: 8 })
    queue.push(Uint8Array.of(1, 2))
    expect(queue.next(255)).toBe(255)
    queue.push(Uint8Array.of(3))
    expect([1, 2, 3, 4].map(() => queue.next(255))).toEqual([1, 2, 3, 255])
    queue.push(Uint8Array.of(4))
    expect(queue.next(255)).toBe(255)
  })

  it('drops the oldest when the other clock is faster', () => {
    const queue = new OctetQueue({ startAt: 2, capacity: 4 })
    queue.push(Uint8Array.of(1, 2, 3, 4, 5))
    expect(queue.held).toBe(3)
    expect(queue.next(255)).toBe(3)
  })
})

describe("a softphone's line", () => {
  const octets = (samples: Float32Array) =>
    Uint8Array.from(
      samples,
      (sample) => g711Tables('mulaw').encode[(Math.round(sample * 32_768) >> 2) & 0x3fff]!,
    )

  it('sends fifty frames a second, of silence when there is no microphone', () => {
    const frames: Uint8Array[] = []
    const line = new SoftphoneLine({
      soundRate: 48_000,
      longestBlock: 128,
      onFrame: (frame) => frames.push(frame.slice()),
    })
    const speaker = new Float32Array(128)
    for (let block = 0; block < 375; block++) line.process(null, speaker)
    expect(frames.length).toBeGreaterThanOrEqual(49)
    expect(frames.length).toBeLessThanOrEqual(50)
    expect(frames.every((frame) => frame.length === 160 && frame.every((octet) => octet === 0xff))).toBe(true)
  })

  it('plays what it received, at the level it had', () => {
    const line = new SoftphoneLine({ soundRate: 44_100, longestBlock: 128, onFrame: () => {} })
    const heard: number[] = []
    const speech = octets(sine(1_000, 8_000, 8_000, 0.25))
    for (let frame = 0, due = 0; frame < 50; frame++) {
      line.receive(speech.subarray(frame * 160, frame * 160 + 160))
      for (due += 882; due >= 128; due -= 128) {
        const speaker = new Float32Array(128)
        line.process(null, speaker)
        heard.push(...speaker)
      }
    }
    const steady = Float32Array.from(heard.slice(8_820, 8_820 + 22_050))
    expect(Math.abs(db(levelOf(steady, 1_000, 44_100) / 0.25))).toBeLessThan(0.3)
  })
})
