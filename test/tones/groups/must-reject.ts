import { dtmfHz, highGroupHz, indexOfKey, type Key, lowGroupHz } from '../../../src/dsp/dtmf-keypad.ts'
import { generateTone } from '../../../src/dsp/tone-generator.ts'
import type { Random } from '../random.ts'
import { gainOfDb, mixInto } from '../signals/level.ts'
import { sines, whiteNoise } from '../signals/noise.ts'
import { type Group, group } from './group.ts'

const usual = { toneMs: (r: Random) => r.between(60, 160), pauseMs: (r: Random) => r.between(60, 160) }
const oneSine = (hz: number, ms: number, dbm0: number) => sines(Math.round(ms * 8), { hz: [hz], dbm0 })

/** What no receiver may take for a key. */
export function mustRejectGroups(): Group[] {
  const off = [-5, -4, -3.5, 3.5, 4, 5]
  return [
    group(
      'tones shorter than 23 ms',
      'reject',
      [8, 12, 16, 20, 22].map((toneMs) => ({ toneMs, pauseMs: 60 })),
    ),
    group(
      'both frequencies off by 3.5 % or more',
      'reject',
      off.map((offsetPct) => ({ ...usual, tone: () => ({ offsetPct }) })),
    ),
    group(
      'one frequency off by 3.5 % or more',
      'reject',
      off.flatMap((pct) => [
        { ...usual, tone: () => ({ lowOffsetPct: pct, highOffsetPct: 0 }) },
        { ...usual, tone: () => ({ lowOffsetPct: 0, highOffsetPct: pct }) },
      ]),
    ),
    group(
      'one tone alone',
      'reject',
      [{ ...usual, sound: (key, ms, r) => oneSine(dtmfHz[indexOfKey(key) & 7]!, ms, r.between(-20, -3)) }],
      false,
    ),
    group('two tones of one group', 'reject', [{ ...usual, sound: ofOneGroup }], false),
    group(
      'a third tone as loud',
      'reject',
      [
        {
          ...usual,
          sound: (key, ms, r) =>
            withThird(key, ms, r, (index) => highGroupHz[(index + 1 + r.integer(0, 2)) & 3]!),
        },
        {
          ...usual,
          sound: (key, ms, r) =>
            withThird(key, ms, r, (index) => lowGroupHz[((index >> 2) + 1 + r.integer(0, 2)) & 3]!),
        },
        {
          ...usual,
          sound: (key, ms, r) => withThird(key, ms, r, () => r.pick([1_050, 1_800, 2_000, 2_300, 560])),
        },
      ],
      false,
    ),
    group(
      'a third tone 3 dB down',
      'reject',
      [1_050, 1_800, 2_000, 2_300, 2_700].map((hz) => ({
        ...usual,
        sound: (key: Key, ms: number, r: Random) => withThird(key, ms, r, () => hz, -18),
      })),
      false,
    ),
    group('a voice whose pitch has harmonics on the pair', 'reject', [{ ...usual, sound: onePitch }], false),
    group('harmonics, as of a voice', 'reject', [{ ...usual, sound: withHarmonics }], false),
    group('tones of the network', 'reject', networkTones(), false),
    group(
      'bursts and clicks',
      'reject',
      [
        { ...usual, sound: (_, ms, r) => whiteNoise(Math.round(ms * 8), r.between(-20, -3), r) },
        {
          ...usual,
          toneMs: 60,
          pauseMs: 40,
          sound: (_, ms) => Float32Array.from({ length: ms * 8 }, (_v, i) => (i < 8 ? 0.8 : 0)),
        },
        {
          ...usual,
          sound: (_, ms) =>
            Float32Array.from({ length: Math.round(ms * 8) }, (_v, i) => (i % 11 < 5 ? 0.3 : -0.3)),
        },
      ],
      false,
    ),
  ]
}

function ofOneGroup(key: Key, ms: number, r: Random): Float32Array {
  const from = r.pick([lowGroupHz, highGroupHz])
  const [a, b] = r.shuffled(from)
  return sines(Math.round(ms * 8), { hz: [a!, b!], dbm0: r.between(-20, -6) + (indexOfKey(key) & 1) })
}

function withThird(
  key: Key,
  ms: number,
  r: Random,
  hzOf: (index: number) => number,
  dbm0 = -15,
): Float32Array {
  const out = generateTone({ key, ms, levelDbm0: -12, lowPhase: r.between(0, 7), highPhase: r.between(0, 7) })
  mixInto(out, oneSine(hzOf(indexOfKey(key)), ms, dbm0))
  return out
}

function withHarmonics(key: Key, ms: number, r: Random): Float32Array {
  const out = generateTone({ key, ms, levelDbm0: -12 })
  const index = indexOfKey(key)
  for (const hz of [lowGroupHz[index >> 2]!, highGroupHz[index & 3]!]) {
    for (const k of [2, 3])
      if (hz * k < 3_900) mixInto(out, oneSine(hz * k, ms, -15), 0, gainOfDb(r.between(-6, 0)))
  }
  return out
}

/** All harmonics of a pitch that falls on a pair as nearly as a pitch can, those of the pair 8 dB above the others. */
function onePitch(key: Key, ms: number, r: Random): Float32Array {
  const index = indexOfKey(key)
  const low = lowGroupHz[index >> 2]!
  const high = highGroupHz[index & 3]!
  const off = (n: number) => Math.abs((Math.round((high * n) / low) * low) / n / high - 1)
  const nth = [3, 4, 5, 6, 7, 8].reduce((best, n) => (off(n) < off(best) ? n : best), 3)
  const pitch = low / nth
  const highNth = Math.round(high / pitch)
  const out = new Float32Array(Math.round(ms * 8))
  for (let n = 1; n * pitch < 3_400; n++) {
    const dbm0 = n === nth || n === highNth ? -14 : -22
    mixInto(out, oneSine(n * pitch, ms, dbm0 + r.between(-1, 1)))
  }
  return out
}

function networkTones() {
  const tones: (readonly number[])[] = [
    [350, 440],
    [425],
    [440, 480],
    [480, 620],
    [950],
    [1_400],
    [1_800],
    [1_100],
    [2_100],
    [1_300],
    [980],
    [1_180],
    // R1 multi-frequency (ITU-T Q.320) where it is not within a DTMF receiver's own tolerance, and R2's (Q.441).
    [700, 900],
    [900, 1_100],
    [700, 1_100],
    [1_100, 1_500],
    [1_300, 1_500],
    [1_380, 1_500],
    [1_500, 1_620],
    [540, 660],
    [1_020, 1_140],
    [1_380, 1_740],
    [660, 900],
    [780, 1_140],
    // Ringing and busy tones of Australia, India, Japan; the first and last of the special information tones.
    [400, 450],
    [383, 417],
    [385, 415],
    [600],
    [914],
    [1_777],
  ]
  return [
    {
      ...usual,
      sound: (_key: Key, ms: number, r: Random) =>
        sines(Math.round(ms * 8), { hz: r.pick(tones), dbm0: r.between(-20, -6) }),
    },
  ]
}
