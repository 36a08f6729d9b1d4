import { describe, expect, it } from 'vitest'
import { type Key, keypad } from '../../src/dsp/dtmf-keypad.ts'
import type { ToneOptions } from '../../src/dsp/tone-generator.ts'
import { keysOf, play } from './support/play.ts'
import { seeded } from './support/random.ts'
import { Track } from './support/track.ts'

type Sound = Omit<ToneOptions, 'key' | 'ms'> & { readonly ms?: number; readonly pauseMs?: number }

/** All sixteen keys, each `sound` in turn. */
function allKeys(...sounds: Sound[]): Track {
  const track = new Track(200 + 16 * 200)
  let atMs = 100
  for (const [i, key] of [...keypad].entries()) {
    const { ms = 50, pauseMs = 100, ...tone } = sounds[i % sounds.length]!
    track.press(atMs, { key: key as Key, ms, levelDbm0: -12, lowPhase: i, highPhase: 2 * i, ...tone })
    atMs += ms + pauseMs
  }
  return track
}

function heard(track: Track, lost?: ReadonlySet<number>): string {
  return keysOf(play(track.octets(), lost ? { lost } : {}).heard)
}

describe('a receiver after Q.24 and ES 201 235-3 hears', () => {
  it.each([
    ['tones and pauses of 40 ms', allKeys({ ms: 40, pauseMs: 40 })],
    ['frequencies off by 1.5 %', allKeys({ offsetPct: 1.5 }, { offsetPct: -1.5 })],
    ['low and high off in opposite ways', allKeys({ lowOffsetPct: 1.5, highOffsetPct: -1.5 })],
    ['twist from -8 to +4 dB', allKeys({ twistDb: -8 }, { twistDb: 4 })],
    ['levels from 0 to -36 dBm0', allKeys({ levelDbm0: 0 }, { levelDbm0: -36 })],
    ['clipped tones', allKeys({ levelDbm0: 8 })],
    ['white noise 15 dB beneath', allKeys({ ms: 40 }).noise(-27, seeded(1))],
    ['a dial tone of the same level beneath', allKeys({}).sine(350, -15).sine(440, -15)],
    ['a single dial tone of the same level beneath', allKeys({}).sine(425, -12)],
    ['a near echo', allKeys({}).echo(30, 12)],
  ])('%s', (_, track) => expect(heard(track)).toBe(keypad))

  it('one press through an interruption of 20 ms, and through a lost packet', () => {
    const track = allKeys({ ms: 90 })
    const lost = new Set(track.presses.map((press) => Math.ceil((press.startSample + 240) / 160)))
    expect(heard(track, lost)).toBe(keypad)
    for (const { startSample } of track.presses) track.samples.fill(0, startSample + 300, startSample + 460)
    expect(heard(track)).toBe(keypad)
  })

  it('one press whose high sine a codec all but takes away for 44 ms, while it is as loud as before', () => {
    const keyed = (twistDb: number) =>
      new Track(500).press(100, { key: '9', ms: 250, levelDbm0: -9, lowPhase: 1, highPhase: 2, twistDb })
    const track = keyed(0)
    track.samples.set(keyed(-14).samples.subarray(8 * 220, 8 * 264), 8 * 220)
    expect(heard(track)).toBe('9')
  })

  it('keys whose sines are nearly harmonics of one pitch, cut off by 6 to 12 dB: what that adds repeats as a voice does', () => {
    const track = new Track(40 * 250)
    const said = [...'4#*4'].flatMap((key) => Array.from({ length: 10 }, () => key as Key))
    for (const [i, key] of said.entries()) {
      const phases = { lowPhase: i, highPhase: 3 * i }
      track.press(50 + 250 * i, {
        key,
        ms: 120,
        levelDbm0: -4,
        twistDb: (i % 5) - 3,
        offsetPct: (i % 3) - 1,
        ...phases,
      })
    }
    const peak = track.samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
    for (const cutDb of [6, 9, 12]) {
      const cut = new Track(40 * 250)
      const most = peak * 10 ** (-cutDb / 20)
      cut.samples.set(track.samples.map((sample) => Math.max(-most, Math.min(most, sample))))
      expect(heard(cut.echo(80, 16).noise(-48, seeded(cutDb)))).toBe(said.join(''))
    }
  })

  it('keys that are rolled: the next begins as the last ends, or before', () => {
    const track = new Track(1_000)
    for (const [i, key] of [...'159D*73'].entries()) track.press(100 + i * 65, { key: key as Key, ms: 80 })
    expect(heard(track)).toBe('159D*73')
  })
})

describe('a receiver takes for no press', () => {
  it.each([
    ['tones of 23 ms and less', allKeys({ ms: 23 }, { ms: 15 })],
    ['frequencies off by 3.5 %', allKeys({ offsetPct: 3.5 }, { offsetPct: -3.5 })],
    ['one frequency off by 3.5 %', allKeys({ lowOffsetPct: 3.5 }, { highOffsetPct: -3.5 })],
    ['twist far beyond what a phone sends', allKeys({ twistDb: -16 }, { twistDb: 14 })],
    ['single tones', allKeys({ twistDb: -60 }, { twistDb: 60 })],
    ['noise', new Track(5_000).noise(-15, seeded(2))],
    ['a dial tone', new Track(3_000).sine(350, -13).sine(440, -13)],
    ['fax and modem tones', new Track(3_000).sine(1_100, -10).sine(2_100, -13)],
  ])('%s', (_, track) => expect(heard(track)).toBe(''))

  it('the echo of a key, half a second later and 10 dB quieter', () => {
    const track = new Track(1_500)
      .press(200, { key: '4', ms: 80 })
      .press(500, { key: '2', ms: 80 })
      .echo(450, 10)
    expect(heard(track)).toBe('42')
  })
})

describe('the echo of a key', () => {
  it('is known for one although the key’s own echo weakened it when it was pressed again', () => {
    const track = new Track(1_800)
    for (const [i, key] of [...'77'].entries())
      track.press(300 + 240 * i, { key: key as Key, ms: 110, lowPhase: 1 })
    expect(heard(track.echo(200, 9))).toBe('77')
  })

  it('is known for one although another key’s echo weakened it when it was pressed', () => {
    const track = new Track(1_800)
      .press(300, { key: '5', ms: 120 })
      .press(550, { key: '2', ms: 120, highPhase: Math.PI })
    // 5 and 2 share 1,336 Hz: at 250 ms the echo of the one takes away from the other.
    expect(heard(track.echo(250, 9))).toBe('52')
  })
})

describe('what only seems to be a key', () => {
  const together = (of: (track: Track) => void, keys = allKeys({ ms: 90 })) => {
    const other = new Track(keys.samples.length / 8)
    of(other)
    for (const { startSample, endSample } of keys.presses)
      keys.mix(startSample, other.samples.subarray(startSample, endSample))
    return keys
  }
  it.each([
    ['a third tone as loud, from below', together((t) => t.sine(560, -15))],
    ['a third tone as loud, between the groups', together((t) => t.sine(1_050, -15))],
    ['a third tone as loud, from above', together((t) => t.sine(2_300, -15))],
    ['harmonics of one pitch', together((t) => [400, 600, 1_000, 2_000, 2_400].map((hz) => t.sine(hz, -18)))],
  ])('is no press: %s', (_, track) => expect(heard(track)).toBe(''))

  it('is no press: a third tone 3 dB down that turns the phases by which frequencies are measured', () => {
    const keys = new Track(6_000)
    for (let n = 0; n < 30; n++) {
      const phases = { lowPhase: n, highPhase: 0.7 * n }
      keys.press(100 + 190 * n, { key: n % 2 ? '*' : '7', ms: 60 + 3 * n, levelDbm0: -12, ...phases })
    }
    expect(heard(together((t) => t.sine(1_050, -18), keys))).toBe('')
  })

  it('but a voice may begin with a key', () => {
    const track = together((t) => t.sine(200, -17).sine(400, -30))
    expect(heard(track)).toBe(keypad)
  })

  it('but what had been heard before a key does not speak against it', () => {
    const track = allKeys({ ms: 90 }).sine(1_050, -18)
    expect(heard(track)).toBe(keypad)
  })
})
