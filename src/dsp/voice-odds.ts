import { examField as F } from './tone-exam.ts'

/** What windows of 18 ms said, one by one, before a candidate is looked at closely. */
export type Appearance = {
  /** Power of the pair just before its first window over that in it, in dB. */
  readonly riseDb: number
  /** See `ToneCandidate.doubt`. */
  readonly doubt: number
}

/**
 * How much speaks for a key rather than for a mouth whose formants stand on a pair: log odds. Fitted by logistic
 * regression to 12,214 keys of the test kit, in all its conditions, and to what 2 h of vowels of many mouths and 2 h of
 * voices made by throats have that passes for a key otherwise (seeds 1, 2, 3 and 6). Pitch tells most: all of a voice
 * repeats with it, the pair and what the pair leaves. It tells more where what is left came with the pair; beneath a
 * key, somebody had been talking before.
 */
export function oddsOfKey(found: Float64Array, { riseDb, doubt }: Appearance): number {
  const rest = found[F.rest]!
  const voice = found[F.voice]!
  const shareAdded = Math.max(0, 1 - found[F.before]! / Math.max(rest, 1e-5))
  return (
    11.1 -
    13.7 * voice -
    2.7 * Math.max(0, voice) * shareAdded +
    0.3 * Math.max(-30, Math.min(0, 10 * Math.log10(rest + 1e-5))) -
    0.14 * Math.max(-40, Math.min(0, riseDb)) -
    6.9 * Math.max(0, Math.min(1.7, found[F.offsetPct]! - 0.3)) -
    0.56 * Math.max(-1, Math.min(6, doubt)) -
    13.2 * Math.sqrt(Math.min(0.5, found[F.middle]!)) -
    14.5 * Math.sqrt(Math.min(0.3, found[F.top]!)) +
    (found[F.attackHops]! <= 2 ? 4.8 : 0)
  )
}
