import type { Random } from '../random.ts'
import { clip, clipLimit, interrupt, type Plan } from '../scene.ts'
import { codecNames } from '../signals/codec.ts'
import { gainOfDb, mixInto } from '../signals/level.ts'
import { music } from '../signals/music.ts'
import { addEchoes, brownNoise, sines, whiteNoise } from '../signals/noise.ts'
import { type Group, type GroupContext, group } from './group.ts'
import { lossGroups } from './loss.ts'

/** A pace between a hurried thumb and a hesitant one. */
const usual = { toneMs: (r: Random) => r.between(50, 120), pauseMs: (r: Random) => r.between(60, 160) }
const tight = { toneMs: 40, pauseMs: 40 }
const level = (dbm0: number) => () => ({ levelDbm0: dbm0 })

/** What ITU-T Q.24 (its strictest columns) and ETSI ES 201 235-3 ask of a receiver, and what real lines add. */
export function mustHearGroups(context: GroupContext): Group[] {
  return [...toneGroups(), ...disturbedGroups(context), ...lossGroups(), ...echoGroups(), ...lineGroups()]
}

function toneGroups(): Group[] {
  const twists = [-8, -6, -3, 0, 2, 4].map((twistDb) => ({ ...usual, tone: () => ({ twistDb }) }))
  const offsets = [-1.5, -0.8, 0.8, 1.5].flatMap((offsetPct) => [
    { ...usual, tone: () => ({ offsetPct }) },
    { ...usual, toneMs: 45, tone: () => ({ lowOffsetPct: offsetPct, highOffsetPct: -offsetPct }) },
  ])
  const durations = [40, 42, 45, 50, 65, 100, 300].map((toneMs) => ({ toneMs, pauseMs: 70 }))
  const repeated = [40, 42, 50, 70].map((pauseMs) => ({
    toneMs: (r: Random) => r.pick([40, 50, 80]),
    pauseMs,
    keys: (r: Random) => {
      const key = r.pick([...'123A456B789C*0#D'] as never[])
      return Array(12).fill(key)
    },
  }))
  return [
    group(
      'levels 0 to -36 dBm0',
      'hear',
      [0, -3, -10, -20, -28, -33, -36].map((dbm0) => ({ ...usual, tone: level(dbm0) })),
    ),
    group('twist -8 to +4 dB', 'hear', twists),
    group('frequencies off by up to 1.5 %', 'hear', offsets),
    group('tones from 40 ms', 'hear', durations),
    group('40 ms tones, 40 ms pauses', 'hear', [tight, { ...tight, law: 'alaw' }]),
    group('one key again and again', 'hear', repeated),
    group('everything at its limit', 'hear', [
      { ...usual, toneMs: 40, pauseMs: 45, tone: atTheLimit(0) },
      { ...usual, toneMs: 40, pauseMs: 45, tone: atTheLimit(-30) },
      { ...usual, toneMs: 60, lineNoiseDbm0: -55, tone: atTheLimit(-30) },
    ]),
    group('held for seconds', 'hear', [
      {
        toneMs: (r) => r.between(1_000, 4_000),
        pauseMs: 100,
        keys: (r) => r.shuffled([...'0123456789*#'] as never[]).slice(0, 4),
      },
    ]),
    group('soft edges', 'hear', [
      { ...usual, toneMs: (r) => r.between(60, 120), tone: (r) => ({ fadeMs: r.between(2, 8) }) },
    ]),
  ]
}

/** One telephone: its level stays, its keys are off as they like. */
const atTheLimit = (levelDbm0: number) => (r: Random) => {
  return {
    levelDbm0,
    twistDb: r.pick([-8, 4]),
    lowOffsetPct: r.pick([-1.5, 1.5]),
    highOffsetPct: r.pick([-1.5, 1.5]),
  }
}

function disturbedGroups({ talk }: GroupContext): Group[] {
  const noise = (dbm0: number, snDb: number): Partial<Plan> => ({
    tone: level(dbm0),
    beneath: ({ length, random }) => whiteNoise(length, dbm0 - snDb, random),
  })
  const dialTones = [[350, 440], [425], [400, 450], [400]]
  const beneathTalk = (db: number) => ({
    ...usual,
    tone: level(-12),
    beneath: ({ length, random }: { length: number; random: Random }) =>
      talk.stretch(length, -12 - db, random),
  })
  return [
    group(
      'white noise at 15 dB S/N',
      'hear',
      [15, 18, 24].map((snDb) => ({ ...usual, ...noise(-12, snDb) })),
    ),
    group(
      'noise of a car',
      'hear',
      [12, 18].map((snDb) => ({
        ...usual,
        tone: level(-14),
        beneath: ({ length, random }) => brownNoise(length, -14 - snDb, random),
      })),
    ),
    group(
      'dial tone beneath',
      'hear',
      dialTones.flatMap((hz) =>
        [6, 10].map((db) => ({
          ...usual,
          tone: level(-10),
          beneath: ({ length }) => sines(length, { hz, dbm0: -10 - db }),
        })),
      ),
    ),
    group('mains hum beneath', 'hear', [
      {
        ...usual,
        tone: level(-14),
        beneath: ({ length }) => sines(length, { hz: [50, 150, 250], dbm0: -24 }),
      },
    ]),
    group(
      'music beneath, 9 to 15 dB down',
      'hear',
      [9, 12, 15].map((db) => ({
        ...usual,
        tone: level(-12),
        beneath: ({ length, random }) => music(length, -12 - db, random),
      })),
    ),
    group('speech beneath, 6 to 12 dB down', 'hear', [6, 9, 12].map(beneathTalk)),
  ]
}

function echoGroups(): Group[] {
  const spread = { toneMs: (r: Random) => r.between(60, 140), pauseMs: (r: Random) => r.between(900, 1_200) }
  return [
    group('near echo', 'hear', [
      {
        ...usual,
        shapeTones: (tones, { random }) =>
          addEchoes(tones, [{ delayMs: random.between(1, 25), dropDb: random.between(9, 18) }]),
      },
    ]),
    group(
      'far echo, 9 to 24 dB down',
      'hear',
      [9, 12, 18, 24].map((dropDb) => ({
        ...spread,
        shapeTones: (tones, { random }) => addEchoes(tones, [{ delayMs: random.between(60, 600), dropDb }]),
      })),
    ),
    group('echo of echoes', 'hear', [
      {
        ...spread,
        shapeTones: (tones) =>
          addEchoes(tones, [
            { delayMs: 130, dropDb: 12 },
            { delayMs: 260, dropDb: 20 },
            { delayMs: 390, dropDb: 26 },
          ]),
      },
    ]),
  ]
}

function lineGroups(): Group[] {
  const clicks: Plan['beneath'] = ({ length, presses, random }) => {
    const out = new Float32Array(length)
    for (const { from, to, levelDbm0 } of presses) {
      for (const at of [from, to])
        mixInto(
          out,
          Float32Array.of(0.5, -0.9, 0.6, -0.3, 0.15),
          at,
          2 * gainOfDb(levelDbm0) * random.between(0.5, 1),
        )
    }
    return out
  }
  return [
    group('clicks at both ends', 'hear', [{ ...usual, beneath: clicks }]),
    group(
      'clipped by 3 to 10 dB',
      'hear',
      [3, 6, 10].map((db) => ({
        ...usual,
        tone: level(-4),
        shapeMix: (mix) => clip(mix, clipLimit(-4, db)),
      })),
    ),
    group(
      'interrupted for 5 to 10 ms',
      'hear',
      [5, 8, 10].map((ms) => ({
        ...usual,
        toneMs: (r) => r.between(80, 160),
        shapeTones: (tones, { presses, random }) => {
          for (const press of presses) interrupt(tones, press, ms, random)
        },
      })),
    ),
    group('keys rolled over', 'hear', [
      { toneMs: (r) => r.between(60, 120), pauseMs: (r) => r.between(-12, 12), keys: unlikeNeighbours },
    ]),
    group('A-law', 'hear', [
      { ...usual, law: 'alaw' },
      { ...usual, law: 'alaw', tone: level(-33) },
    ]),
    ...codecNames.map((codec) =>
      group(`through ${codec}`, 'hear', [
        {
          toneMs: (r) => r.between(70, 140),
          pauseMs: (r) => r.between(80, 180),
          codec,
        },
      ]),
    ),
  ]
}

function unlikeNeighbours(r: Random) {
  return r.shuffled([...'0123456789*#'] as never[])
}
