import { examField as F, mostSamples } from './tone-exam.ts'

/** What a candidate brings along besides its exam. */
export type Bearing = {
  /** Mean share of the energy that the pair explains. */
  readonly purity: number
  /** Power of the pair just before its first window over that in it, in dB. */
  readonly riseDb: number
  /** Another key was down a moment ago: what was heard before, and how this one came, is that key's. */
  readonly followsKey: boolean
}

/** Something that began with the pair and is two fifths of it: a third tone, or the harmonics of a voice. */
const mostNew = 0.4
/** A line that began with the pair, is nearly all that is left, and is as loud as this share of it. */
const loudLine = 0.16
const lineShare = 0.58

/** How much speaks for a key rather than for a voice or a machine: log odds, roughly. */
export function trust(found: Float64Array, bearing: Bearing): number {
  const rest = found[F.rest]!
  const added = rest - found[F.before]!
  if (added > loudLine && found[F.line]! > Math.max(loudLine, lineShare * rest)) return -99
  return Math.max(
    trustOfBeginning(found, bearing),
    found[F.samples] === mostSamples ? trustOfLasting(found) : -99,
  )
}

/**
 * Fitted by logistic regression to some 6,000 keys of the test kit in all its conditions against 2,000 vowels, third
 * tones and harmonics that had passed every earlier guard. A key comes at once (a voice takes 10 ms and more), is on
 * its frequencies, and adds nothing but itself to what was heard before; a voice brings its other harmonics, the
 * octaves of the pair and a third formant above.
 */
function trustOfBeginning(found: Float64Array, { purity, riseDb, followsKey }: Bearing): number {
  const rest = found[F.rest]!
  const before = found[F.before]!
  const added = Math.max(0, rest - before)
  if (added > mostNew) return -99
  const attack = Math.max(0, Math.min(8, found[F.attackHops]!) - 2)
  return (
    4.3 +
    4.1 * added +
    14 * Math.sqrt(Math.min(0.3, rest, before)) -
    (followsKey ? 0 : 0.9 * attack) -
    3.2 * Math.max(0, Math.min(2, found[F.offsetPct]!) - 0.3) -
    6.7 * Math.sqrt(Math.min(0.3, found[F.top]!)) -
    1.1 * Math.sqrt(Math.min(0.5, found[F.middle]!)) -
    33.6 * Math.min(0.3, Math.sqrt(found[F.octaves]!)) -
    31 * Math.max(0, 0.97 - purity) -
    0.15 * (followsKey ? -20 : Math.max(-20, Math.min(0, riseDb)))
  )
}

/**
 * However it began, 40 ms of it may be enough: no voice holds two frequencies to a few tenths of a per cent for so
 * long with so little else.
 */
function trustOfLasting(found: Float64Array): number {
  return (
    3.3 -
    20 * found[F.rest]! -
    4 * Math.max(0, found[F.offsetPct]! - 0.2) -
    10 * Math.sqrt(found[F.top]!) -
    15 * Math.sqrt(found[F.octaves]!)
  )
}
