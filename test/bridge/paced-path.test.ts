import { describe, expect, it } from 'vitest'
import type { FrameStage } from '../../src/bridge/frame-stage.ts'
import { PacedPath } from '../../src/bridge/paced-path.ts'
import { ManualClock } from '../support/manual-clock.ts'

const frameMs = 20

type Sent = { atMs: number; octets: Buffer }

/** A path whose stage passes everything on, notes what went through and conceals what was lost by 0x55. */
function setUp(jitterMs = 200) {
  const clock = new ManualClock()
  const sent: Sent[] = []
  const staged: number[] = []
  const stage: FrameStage = {
    process(input, output) {
      staged.push(input[0]!)
      output.set(input)
      return true
    },
    lost(octets, output) {
      staged.push(-octets)
      output.fill(0x55)
      return true
    },
    release() {},
  }
  const send = (octets: Uint8Array) =>
    void sent.push({ atMs: clock.monotonicMs(), octets: Buffer.from(octets) })
  const path = new PacedPath({ clock, jitterMs, stage, send })
  let number = 0
  const push = (frames = 1) => {
    for (let i = 0; i < frames; i++) path.push(Buffer.alloc(160, number++ & 0xff))
  }
  return { clock, sent, staged, path, push }
}

const numbers = (sent: Sent[]) => sent.map(({ octets }) => octets[0])

describe('a paced path', () => {
  it('adds no delay to frames that come at their pace, nor to ordinary jitter', async () => {
    const { clock, sent, push } = setUp()
    const arrivals: number[] = []
    for (let i = 0; i < 500; i++) {
      arrivals.push(clock.monotonicMs())
      push()
      await clock.turn(i % 2 ? 13 : 27)
    }
    expect(sent.map(({ atMs }) => atMs)).toEqual(arrivals)
  })

  it('lets a burst go at the pace of speech, and loses nothing of it', async () => {
    const { clock, sent, push } = setUp()
    push(10)
    await clock.turn(500)
    expect(numbers(sent)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    for (let i = 3; i < 10; i++) expect(sent[i]!.atMs - sent[i - 1]!.atMs).toBe(frameMs)
  })

  it('holds no more than its jitter buffer, and still hears what it cuts', async () => {
    const { clock, sent, staged, path, push } = setUp(200)
    push(100)
    expect(path.queuedOctets).toBeLessThanOrEqual(200 * 8)
    await clock.turn(1_000)
    expect(staged).toHaveLength(100)
    expect(sent.length).toBeLessThanOrEqual(14)
    expect(numbers(sent).at(-1)).toBe(99)
  })

  it('splits a long message and passes a short one', async () => {
    const { clock, sent, path } = setUp()
    path.push(Buffer.alloc(400, 1))
    path.push(Buffer.alloc(80, 2))
    await clock.turn(200)
    expect(sent.map(({ octets }) => octets.length)).toEqual([160, 160, 80, 80])
  })

  it('waits for nothing any more two seconds after a stall that left less delay than a frame', async () => {
    const { clock, sent, path, push } = setUp()
    push(3)
    await clock.turn(2)
    for (let i = 0; i < 150; i++) {
      push()
      await clock.turn(frameMs)
    }
    expect(path.counts.cut).toBeLessThanOrEqual(1)
    const before = sent.length
    for (let i = 0; i < 100; i++) {
      push()
      expect(sent).toHaveLength(before + i + 1)
      await clock.turn(frameMs)
    }
  })

  it('gets rid of the delay of a stall once it is seen not to be needed', async () => {
    const { clock, sent, path, push } = setUp()
    const speak = async (frames: number) => {
      for (let i = 0; i < frames; i++) {
        push()
        await clock.turn(frameMs)
      }
    }
    await speak(10)
    await clock.turn(100)
    push(5)
    await speak(50)
    expect(path.queuedOctets).toBeGreaterThan(0)
    await speak(600)
    expect(path.queuedOctets).toBeLessThanOrEqual(160)
    expect(path.counts.cut).toBeLessThanOrEqual(5)
    expect(sent.length + path.counts.cut).toBeGreaterThanOrEqual(664)
  })

  it.each([200, 100, -100, -200])(
    'does not drift over two hours of a clock that is off by %i ppm',
    async (ppm) => {
      const { clock, path, push, sent } = setUp()
      const frames = (2 * 3_600_000) / frameMs
      let worstOctets = 0
      // Ten frames at a step, to turn the clock less often; that is jitter, too.
      for (let i = 0; i < frames / 10; i++) {
        push(10)
        await clock.turn(10 * frameMs * (1 - ppm / 1e6))
        if (i > 1_000) worstOctets = Math.max(worstOctets, path.queuedOctets)
        sent.length = Math.min(sent.length, 1)
      }
      expect(worstOctets).toBeLessThanOrEqual(3 * 160)
      const surplus = Math.max(0, (frames * ppm) / 1e6)
      expect(path.counts.cut).toBeGreaterThanOrEqual(Math.floor(surplus * 0.9) - 2)
      expect(path.counts.cut).toBeLessThanOrEqual(Math.ceil(surplus * 1.1) + 3)
      expect(path.counts.sent + path.counts.cut + path.queuedOctets / 160).toBe(frames)
    },
    60_000,
  )

  it('conceals what never came, in its place and at its time', async () => {
    const { clock, sent, path, push } = setUp()
    push()
    await clock.turn(frameMs)
    path.pushLost(160)
    push()
    await clock.turn(100)
    expect(numbers(sent)).toEqual([0, 0x55, 1])
  })

  it('tells the stage of a gap that is over without sending it late', async () => {
    const { clock, sent, staged, path, push } = setUp()
    push()
    await clock.turn(300)
    path.pushLost(800)
    push()
    await clock.turn(0)
    expect(staged).toEqual([0, -160, -160, -160, -160, -160, 1])
    expect(numbers(sent)).toEqual([0, 1])
    expect(sent[1]!.atMs).toBe(300)
  })

  it('takes what is only late for no gap', async () => {
    const { clock, staged, push } = setUp()
    push()
    await clock.turn(150)
    push(3)
    await clock.turn(100)
    expect(staged).toEqual([0, 1, 2, 3])
  })

  it('leaves out frames on request, spread, and hears them all the same', async () => {
    const { clock, sent, staged, path, push } = setUp()
    path.skip(3)
    for (let i = 0; i < 40; i++) {
      push()
      await clock.turn(frameMs)
    }
    expect(staged).toHaveLength(40)
    expect(numbers(sent)).not.toContain(5)
    expect(sent).toHaveLength(37)
  })

  it('passes nothing once it is closed', async () => {
    const { clock, sent, path, push } = setUp()
    push(5)
    const before = sent.length
    path.close()
    push()
    path.pushLost(160)
    await clock.turn(500)
    expect(sent).toHaveLength(before)
    expect(path.queuedOctets).toBe(0)
  })
})
