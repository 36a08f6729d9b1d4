import type { FusionResult } from './fusion/run-fusion.ts'
import { mean, percent } from './report.ts'
import type { CallResults } from './run-calls.ts'
import type { GroupResult } from './run-groups.ts'
import type { TalkOffKind, TalkOffResult } from './run-talk-off.ts'
import { quantile } from './score-hearing.ts'
import { type MaskingScore, recoveredPct } from './score-masking.ts'

export type Results = {
  readonly groups: readonly GroupResult[]
  readonly calls: CallResults
  readonly talkOff: readonly TalkOffResult[]
  readonly fusion: FusionResult
}

/** The numbers that goals are about, by name. */
export function measuresOf({ groups, calls, talkOff, fusion }: Results): ReadonlyMap<string, number> {
  const sum = (of: (result: GroupResult) => number) => groups.reduce((total, result) => total + of(result), 0)
  const latencies = groups.flatMap(({ hearing }) => hearing.latenciesMs)
  const standard = groups.filter(({ group, masking }) => group.kind !== 'either' && masking.presses > 0)
  const beyond = groups.filter(({ group, masking }) => group.kind === 'either' && masking.presses > 0)
  const talk = (kind: TalkOffKind) => talkOff.find((result) => result.kind === kind)!
  const surelyAnHour = (kind: TalkOffKind) => {
    const { invented, inventedBy, hours } = talk(kind)
    return Math.max(0, invented - 2.6 * errorOfSum(inventedBy)) / hours
  }
  const anHour = (kind: TalkOffKind) => talk(kind).invented / talk(kind).hours
  return new Map([
    [
      'presses heard, %',
      percent(
        sum(({ hearing }) => hearing.heard),
        sum(({ hearing }) => hearing.presses),
      ),
    ],
    ['doubled digits', sum(({ group, hearing }) => (group.kind === 'hear' ? hearing.doubled : 0))],
    ['wrong digits', sum(({ group, hearing }) => (group.kind === 'hear' ? hearing.wrong : 0))],
    [
      'digits invented near tones',
      sum(({ group, hearing }) => (group.kind === 'hear' ? hearing.invented : 0)),
    ],
    [
      'must-reject cases rejected, %',
      percent(
        sum(({ hearing }) => hearing.rejected),
        sum(({ hearing }) => hearing.toReject),
      ),
    ],
    ['whole calls right, %', percent(calls.right, calls.calls)],
    ['false digits an hour of synthetic speech', anHour('synthetic speech')],
    ['false digits an hour of music', anHour('music')],
    ['false digits an hour on parked vowels', anHour('vowels parked on DTMF frequencies')],
    ['false digits an hour on many mouths, surely', surelyAnHour('vowels of many mouths')],
    [
      'false digits an hour on formants on a pair, surely',
      surelyAnHour('voices with their formants on a pair'),
    ],
    ['decision after onset, median ms', quantile(latencies, 0.5)],
    ['decision after onset, p99 ms', quantile(latencies, 0.99)],
    ['recovered from calls, %', surely(calls.masking)],
    [
      'recovered from the worst group of the standards, %',
      Math.max(...standard.map(({ masking }) => surely(masking))),
    ],
    [
      'recovered from the worst group beyond them, %',
      Math.max(...beyond.map(({ masking }) => surely(masking))),
    ],
    [
      'tones left above -50 dBm0, %',
      percent(
        tones(standard, 'audible') + calls.masking.audible,
        tones(standard, 'presses') + calls.masking.presses,
      ),
    ],
    ['active speech changed during calls, %', percent(calls.audio.changed, calls.audio.active)],
    [
      'muted in speech without digits, %',
      percent(talk('synthetic speech').audio.changed, talk('synthetic speech').audio.active),
    ],
    ['fusion cases right, %', percent(fusion.right, fusion.cases)],
    ['events forwarded while armed', fusion.forwarded],
    ['removed before a tone, ms', mean(calls.masking.beforeMs)],
    ['removed after a tone, ms', mean(calls.masking.afterMs)],
  ])
}

const tones = (results: readonly GroupResult[], field: 'audible' | 'presses') =>
  results.reduce((total, { masking }) => total + masking[field], 0)

/** Standard error of a sum of counts: they scatter from voice to voice, and never by less than chance alone would have them. */
function errorOfSum(counts: readonly number[]): number {
  const average = mean(counts)
  const squares = counts.reduce((sum, count) => sum + (count - average) ** 2, 0)
  const n = counts.length
  return Math.sqrt(Math.max(n * average, n > 1 ? (n / (n - 1)) * squares : 0))
}

/** What the strongest attacker has surely got: his share less 2.6 standard errors, so that luck is not called a leak. */
function surely(masking: MaskingScore): number {
  const shares = [...masking.named.keys()].map((name) => {
    const { pct, errorPct } = recoveredPct(masking, name)
    return pct - 2.6 * errorPct
  })
  return Math.max(0, ...shares)
}
