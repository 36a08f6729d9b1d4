import { describe, expect, it } from 'vitest'
import { distributionOf } from '../../benchmarks/latency/distribution.ts'
import { FrameFinder } from '../../benchmarks/latency/wire/frame-finder.ts'
import { speechFrames } from '../../benchmarks/latency/wire/speech-frames.ts'

const speech = await speechFrames()
const sent = (frame: number) => Buffer.from(speech[frame % speech.length]!.octets)

describe('the latency benchmark', () => {
  it('knows each frame again, also one that comes late and after the speech began anew', () => {
    const finder = new FrameFinder(speech)
    for (let frame = 0; frame < speech.length + 20; frame++)
      expect(finder.find(sent(frame), frame + 3)).toEqual({ frame, recognised: true })
  })

  it('sees which frame is missing', () => {
    const finder = new FrameFinder(speech)
    const arrived = [0, 1, 4, 5].map((frame) => finder.find(sent(frame), 10).frame)
    expect(arrived).toEqual([0, 1, 4, 5])
  })

  it('knows a frame of which a quarter was masked, and times none that was masked whole', () => {
    const finder = new FrameFinder(speech)
    finder.find(sent(0), 0)
    expect(finder.find(sent(1).fill(0x7a, 0, 40), 2)).toEqual({ frame: 1, recognised: true })
    expect(finder.find(Buffer.alloc(160, 0x7a), 3)).toEqual({ frame: 2, recognised: false })
    expect(finder.find(sent(3), 5)).toEqual({ frame: 3, recognised: true })
  })

  it('finds its way when the first frames of a delay line are filler', () => {
    const finder = new FrameFinder(speech)
    finder.find(sent(0), 0)
    finder.find(Buffer.alloc(160, 0x7a), 1)
    for (let frame = 1; frame < 30; frame++)
      expect(finder.find(sent(frame), frame + 1)).toEqual({ frame, recognised: true })
  })

  it('gives exact percentiles by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i)
    expect(distributionOf(hundred)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, max: 100 })
    expect(distributionOf([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7, max: 7 })
    expect(distributionOf([]).p50).toBeNaN()
  })
})
