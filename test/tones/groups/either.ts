import type { Random } from '../random.ts'
import { addEchoes, sines, whiteNoise } from '../signals/noise.ts'
import { type Group, type GroupContext, group } from './group.ts'

const usual = { toneMs: (r: Random) => r.between(50, 120), pauseMs: (r: Random) => r.between(60, 160) }

/** Between the limits of the standards, and beyond: a receiver may do as it likes, but a thief must read nothing. */
export function eitherGroups({ talk }: GroupContext): Group[] {
  const level = (levelDbm0: number) => () => ({ levelDbm0 })
  return [
    group(
      '23 to 39 ms',
      'either',
      [24, 28, 32, 36, 39].map((toneMs) => ({ toneMs, pauseMs: 70 })),
    ),
    group(
      'frequencies off by 1.6 to 3.4 %',
      'either',
      [-3.2, -2.5, -1.8, 1.8, 2.5, 3.2].map((offsetPct) => ({ ...usual, tone: () => ({ offsetPct }) })),
    ),
    group(
      'twist of -20 to -9 and +5 to +20 dB',
      'either',
      [-20, -15, -12, -9, 5, 8, 12, 20].map((twistDb) => ({ ...usual, tone: () => ({ twistDb }) })),
    ),
    group(
      '-38 to -48 dBm0',
      'either',
      [-38, -42, -45, -48].map((dbm0) => ({ ...usual, tone: level(dbm0), lineNoiseDbm0: -68 })),
    ),
    group(
      'speech beneath, 0 to 5 dB down',
      'either',
      [0, 3, 5].map((db) => ({
        ...usual,
        tone: level(-14),
        beneath: ({ length, random }) => talk.stretch(length, -14 - db, random),
      })),
    ),
    group(
      'speech louder than the tones',
      'either',
      [3, 6].map((db) => ({
        ...usual,
        tone: level(-18),
        beneath: ({ length, random }) => talk.stretch(length, -18 + db, random),
      })),
    ),
    group(
      'white noise at 3 to 12 dB S/N',
      'either',
      [3, 6, 9, 12].map((snDb) => ({
        ...usual,
        tone: level(-14),
        beneath: ({ length, random }) => whiteNoise(length, -14 - snDb, random),
      })),
    ),
    group(
      'dial tone as loud',
      'either',
      [[350, 440], [425]].map((hz) => ({
        ...usual,
        tone: level(-12),
        beneath: ({ length }) => sines(length, { hz, dbm0: -12 }),
      })),
    ),
    group(
      'busy tone beneath',
      'either',
      [6, 10].map((db) => ({
        ...usual,
        tone: level(-10),
        beneath: ({ length }) => sines(length, { hz: [480, 620], dbm0: -10 - db }),
      })),
    ),
    group(
      'echo only 3 to 8 dB down',
      'either',
      [3, 6, 8].map((dropDb) => ({
        ...usual,
        pauseMs: 900,
        shapeTones: (tones, { random }) => addEchoes(tones, [{ delayMs: random.between(60, 500), dropDb }]),
      })),
    ),
    group('short tones through GSM', 'either', [
      { toneMs: (r) => r.between(40, 69), pauseMs: 90, codec: 'gsm-fr' },
    ]),
    group('loss of 10 %', 'either', [
      {
        ...usual,
        lose: ({ length, random }) =>
          Array.from({ length: length / 160 }, (_, i) => i).filter(() => random.next() < 0.1),
      },
    ]),
  ]
}
