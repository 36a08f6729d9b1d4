import { describe, expect, it } from 'vitest'
import { MediaTimeline } from '../../src/bridge/stream/media-timeline.ts'

const inOrder = { kind: 'next', lostOctets: 0 }

function upTo(chunks: number, stamp: (i: number) => number = (i) => i * 20): MediaTimeline {
  const timeline = new MediaTimeline()
  for (let i = 0; i < chunks; i++) expect(timeline.arrived(i + 1, stamp(i), 160)).toEqual(inOrder)
  return timeline
}

describe('the timeline of a track', () => {
  it('begins wherever the stream begins', () => {
    expect(new MediaTimeline().arrived(7, 12_345, 160)).toEqual(inOrder)
  })

  it('finds chunks that never came', () => {
    expect(upTo(10).arrived(13, 240, 160)).toEqual({ kind: 'next', lostOctets: 320 })
  })

  it('finds a jump in time although the chunks go on', () => {
    const timeline = upTo(10)
    expect(timeline.arrived(11, 300, 160)).toEqual({ kind: 'next', lostOctets: 800 })
    expect(timeline.arrived(12, 320, 160)).toEqual(inOrder)
  })

  it('tells of a long gap as a short one', () => {
    expect(upTo(10).arrived(11, 60_000, 160)).toEqual({ kind: 'next', lostOctets: 1_600 })
  })

  it('refuses a chunk that came before, or comes again', () => {
    const timeline = upTo(10)
    expect(timeline.arrived(10, 180, 160)).toEqual({ kind: 'stale' })
    expect(timeline.arrived(3, 40, 160)).toEqual({ kind: 'stale' })
  })

  it('takes a sender that stamps by a jittery, drifting clock of its own for what it is', () => {
    upTo(50_000, (i) => Math.round(i * 20 * 1.0005) + (i % 7) * 5)
  })
})
