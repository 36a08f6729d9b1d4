import { describe, expect, it } from 'vitest'
import { readTelephoneEvent, TelephoneEvents } from '../../../src/bridge/sip/telephone-event.ts'

/** A packet of a story: `m` marker, `e` end. Times of arrival go by 20 ms a packet unless told. */
type Told = {
  seq: number
  ts: number
  code?: number
  dur: number
  m?: boolean
  e?: boolean
  ssrc?: number
  at?: number
}

/** Keys that a story tells of, when it begins at the given sequence number and timestamp. */
function keysOf(story: readonly Told[], firstSeq = 0, firstTs = 0, clockRate = 8_000): string {
  const events = new TelephoneEvents(clockRate)
  let keys = ''
  for (const [
    i,
    { seq, ts, code = 5, dur, m = false, e = false, ssrc = 1, at = i * 20 },
  ] of story.entries()) {
    const told = events.take({
      ssrc,
      sequence: (firstSeq + seq) & 0xffff,
      timestamp: (firstTs + ts) >>> 0,
      marker: m,
      event: { code, end: e, volume: 10, duration: dur },
      atMs: at,
    })
    if (told.is === 'press') keys += String.fromCharCode(told.key)
  }
  return keys
}

/** A press as RFC 4733 asks for it: updates every 20 ms, the end three times. */
function press(seq: number, ts: number, { code = 5, updates = 4 } = {}): Told[] {
  const down = Array.from({ length: updates }, (_, i) => ({
    seq: seq + i,
    ts,
    code,
    dur: 160 * (i + 1),
    m: i === 0,
  }))
  const dur = 160 * (updates + 1)
  const up = [0, 1, 2].map((i) => ({ seq: seq + updates + i, ts, code, dur, e: true }))
  return [...down, ...up]
}

const [first, second] = [press(0, 0), press(20, 3_200)]
const ends = first.slice(4)

const stories: readonly (readonly [string, string, readonly Told[]])[] = [
  ['one press with three ends', '5', first],
  ['two presses of one key', '55', [...first, ...second]],
  ['two keys', '57', [...first, ...press(20, 3_200, { code: 7 })]],
  [
    '*, # and the letters',
    '*#ABCD',
    [10, 11, 12, 13, 14, 15].flatMap((code, i) => press(20 * i, 3_200 * i, { code })),
  ],
  ['one end only', '5', first.slice(0, 5)],
  ['no end at all, then another press', '55', [...first.slice(0, 4), ...second]],
  ['no end at all, then another key', '57', [...first.slice(0, 4), ...press(20, 3_200, { code: 7 })]],
  ['nothing but ends', '5', ends],
  ['one end and nothing else', '5', ends.slice(0, 1)],
  ['two presses of which only ends arrive', '55', [...ends, ...second.slice(4)]],
  ['an end before the updates', '5', [ends[0]!, ...first.slice(0, 4), ...ends.slice(1)]],
  [
    'ends that are late: after the next press began',
    '57',
    [...first.slice(0, 4), ...press(20, 3_200, { code: 7 }).slice(0, 3), ...ends],
  ],
  [
    'late ends of one key after the same key went down again',
    '55',
    [...first.slice(0, 5), ...second.slice(0, 2), ...ends.slice(1), ...second.slice(2)],
  ],
  ['every packet twice', '5', first.flatMap((packet) => [packet, packet])],
  ['packets in the reverse order', '5', first.toReversed()],
  ['no marker anywhere', '55', [...first, ...second].map((packet) => ({ ...packet, m: false }))],
  ['a marker on every packet', '5', first.map((packet) => ({ ...packet, m: true }))],
  ['a timestamp that moves on with each packet', '5', first.map((packet, i) => ({ ...packet, ts: i * 160 }))],
  [
    'moving timestamps, two presses',
    '55',
    [
      ...first.map((p, i) => ({ ...p, ts: i * 160 })),
      ...second.map((p, i) => ({ ...p, ts: 3_200 + i * 160 })),
    ],
  ],
  ['a second press that reuses the timestamp', '55', [...first, ...press(20, 0)]],
  ['a second key that reuses the timestamp', '58', [...first, ...press(20, 0, { code: 8 })]],
  [
    'a press longer than 0xFFFF, in segments',
    '5',
    [
      { seq: 0, ts: 0, dur: 160, m: true },
      { seq: 1, ts: 0, dur: 0xfff0 },
      { seq: 2, ts: 0, dur: 0xffff },
      { seq: 3, ts: 0xffff, dur: 160 },
      { seq: 4, ts: 0xffff, dur: 320, e: true },
    ],
  ],
  [
    'a jump of sequence numbers within a press',
    '5',
    first.map((packet, i) => ({ ...packet, seq: i < 2 ? i : 9_000 + i })),
  ],
  [
    'a source that changes between presses',
    '55',
    [...first, ...second.map((packet) => ({ ...packet, ssrc: 2 }))],
  ],
  [
    'a source that changes within a press',
    '5',
    first.map((packet, i) => ({ ...packet, ssrc: i < 2 ? 1 : 2, ts: i < 2 ? 0 : 77_777 })),
  ],
  ['a first packet with a duration of zero', '5', [{ seq: 0, ts: 0, dur: 0, m: true }, ...press(1, 0)]],
  ['durations that are always zero', '5', first.map((packet) => ({ ...packet, dur: 0 }))],
  [
    '40 ms tones with 40 ms pauses',
    '5555',
    [0, 1, 2, 3].flatMap((i) => press(5 * i, 640 * i, { updates: 1 })),
  ],
  [
    'events that are no key',
    '',
    [16, 32, 66, 144, 255].flatMap((code, i) => press(20 * i, 3_200 * i, { code })),
  ],
  [
    'the same key after a pause in which everything of the first was lost but one update',
    '55',
    [first[0]!, { ...second[0]!, at: 2_000 }],
  ],
]

describe('telephone events', () => {
  it.each(stories)('%s', (_, keys, story) => {
    expect(keysOf(story)).toBe(keys)
  })

  it('do not care where sequence numbers and timestamps wrap', () => {
    for (const [name, keys, story] of stories) {
      for (const back of [0, 1, 2, 3, 5, 8, 21, 25]) {
        expect(keysOf(story, 0x10000 - back, 2 ** 32 - 160 * back), `${name}, ${back} before the wrap`).toBe(
          keys,
        )
      }
    }
  })

  it('go by their own clock rate', () => {
    const wide = [...first, ...second].map(({ ts, dur, ...rest }) => ({ ...rest, ts: ts * 2, dur: dur * 2 }))
    expect(keysOf(wide, 0, 0, 16_000)).toBe('55')
    const creeping = first.map((packet, i) => ({ ...packet, ts: i * 960, dur: 960 * (i + 1) }))
    expect(keysOf(creeping, 0, 0, 48_000)).toBe('5')
  })

  it('say when the key is up: by an end, by 400 ms of nothing, or because audio resumes', () => {
    const packet = (end: boolean, atMs: number) => ({
      ssrc: 1,
      sequence: atMs,
      timestamp: 0,
      marker: false,
      event: { code: 1, end, volume: 0, duration: atMs },
      atMs,
    })
    const byEnd = new TelephoneEvents()
    byEnd.take(packet(false, 0))
    expect(byEnd.down).toBe(true)
    expect(byEnd.take(packet(true, 20))).toEqual({ is: 'end', press: 0 })
    expect(byEnd.down).toBe(false)
    expect(byEnd.take(packet(true, 40))).toEqual({ is: 'nothing' })
    const byTime = new TelephoneEvents()
    byTime.take(packet(false, 0))
    byTime.expire(401)
    expect(byTime.down).toBe(false)
    const byAudio = new TelephoneEvents()
    byAudio.take(packet(false, 0))
    byAudio.audioResumed()
    expect(byAudio.down).toBe(false)
  })
})

describe('a telephone event payload', () => {
  it('is read as RFC 4733 draws it', () => {
    expect(readTelephoneEvent(Uint8Array.of(11, 0x8a, 0x03, 0x20))).toEqual({
      code: 11,
      end: true,
      volume: 10,
      duration: 800,
    })
  })

  it('has at least four octets', () => {
    for (let length = 0; length < 4; length++) expect(readTelephoneEvent(new Uint8Array(length))).toBeNull()
  })
})
