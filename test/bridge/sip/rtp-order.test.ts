import { describe, expect, it } from 'vitest'
import { RtpOrder } from '../../../src/bridge/sip/rtp-order.ts'

type Sent = { seq: number; at?: number; isAudio?: boolean; ssrc?: number; ts?: number }

/** What comes out, as text: sequence numbers of audio, and `-n` for n lost timestamp units. */
function ordered(packets: readonly Sent[], firstSeq = 0): string[] {
  const out: string[] = []
  const order = new RtpOrder({
    media: ({ sequence }) => out.push(String((sequence - firstSeq) & 0xffff)),
    lost: (units) => out.push(`-${units}`),
  })
  for (const { seq, at = seq * 20, isAudio = true, ssrc = 1, ts = seq * 160 } of packets) {
    const timestamp = (ts + 2 ** 32 - 320) >>> 0
    order.push(
      { sequence: (firstSeq + seq) & 0xffff, timestamp, ssrc, payload: new Uint8Array(160) },
      isAudio,
      at,
    )
  }
  order.flush()
  return out
}

const seqs = (...numbers: number[]): Sent[] => numbers.map((seq) => ({ seq }))

describe('packets of one direction', () => {
  it.each([0, 0xfffe, 0xffff])('come out in order, duplicates dropped (from %i)', (firstSeq) => {
    expect(ordered(seqs(0, 2, 1, 3, 3, 2, 4), firstSeq)).toEqual(['0', '1', '2', '3', '4'])
  })

  it('are waited for, but not for ever: what never comes is a gap', () => {
    expect(ordered(seqs(0, 2, 3, 4, 5, 6))).toEqual(['0', '-160', '2', '3', '4', '5', '6'])
    expect(ordered([{ seq: 0 }, { seq: 2, at: 40 }, { seq: 3, at: 101 }])).toEqual(['0', '-160', '2', '3'])
  })

  it('that come after they were given up are dropped', () => {
    expect(ordered([...seqs(0, 2, 3, 4, 5), { seq: 1, at: 120 }, { seq: 6 }])).toEqual([
      '0',
      '-160',
      '2',
      '3',
      '4',
      '5',
      '6',
    ])
  })

  it('that are no audio use up a number, and are no loss unless the audio paused for them', () => {
    const event = (seq: number) => ({ seq, isAudio: false })
    expect(ordered([{ seq: 0 }, event(1), { seq: 2, ts: 160 }])).toEqual(['0', '2'])
    expect(ordered([{ seq: 0 }, event(1), event(2), { seq: 3 }])).toEqual(['0', '-320', '3'])
  })

  it('of a new source, or after a jump, begin anew', () => {
    expect(
      ordered([{ seq: 0 }, { seq: 1 }, { seq: 700, ssrc: 2, at: 60 }, { seq: 701, ssrc: 2, at: 80 }]),
    ).toEqual(['0', '1', '700', '701'])
    expect(ordered([{ seq: 0 }, { seq: 9_000, at: 20 }, { seq: 9_001, at: 40 }])).toEqual([
      '0',
      '9000',
      '9001',
    ])
  })

  it('that leave a long gap are told as at most 200 ms of it', () => {
    expect(ordered([{ seq: 0 }, { seq: 1, ts: 80_000 }])).toEqual(['0', '-1600', '1'])
  })
})
