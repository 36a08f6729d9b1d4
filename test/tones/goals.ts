/** What `npm run tones` holds: a run that falls back behind one of these ends with exit code 1. */
export type Goal = {
  readonly measure: string
  readonly atLeast?: number
  readonly atMost?: number
  /** What issue 3 asks for, where that is more than we hold yet. */
  readonly aim: string
}

/**
 * Bounds for any seed and for `--quick`, so a little wider than what is measured: one press of a quick run is 0.08 %.
 * Raise them when the engine gets better; never lower one without saying why in the commit.
 */
export const goals: readonly Goal[] = [
  { measure: 'presses heard, %', atLeast: 99.7, aim: '≥ 99.99' },
  { measure: 'doubled digits', atMost: 1, aim: '0' },
  { measure: 'wrong digits', atMost: 0, aim: '0' },
  { measure: 'digits invented near tones', atMost: 0, aim: '0' },
  { measure: 'must-reject cases rejected, %', atLeast: 99.5, aim: '100' },
  { measure: 'whole calls right, %', atLeast: 90, aim: '100' },
  { measure: 'false digits an hour of synthetic speech', atMost: 1, aim: '0' },
  { measure: 'false digits an hour on parked vowels', atMost: 80, aim: '≤ 80' },
  { measure: 'false digits an hour on many mouths, surely', atMost: 160, aim: '≤ 80' },
  { measure: 'false digits an hour on formants on a pair, surely', atMost: 80, aim: '≤ 80' },
  { measure: 'decision after onset, median ms', atMost: 31, aim: '≤ 31' },
  { measure: 'decision after onset, p99 ms', atMost: 60, aim: '≤ 50' },
  { measure: 'recovered from calls, %', atMost: 1, aim: '≤ 1' },
  { measure: 'recovered from the worst group of the standards, %', atMost: 2, aim: '≤ 1' },
  { measure: 'recovered from the worst group beyond them, %', atMost: 6, aim: '≤ 1' },
  { measure: 'tones left above -50 dBm0, %', atMost: 0.3, aim: '0' },
  { measure: 'active speech changed during calls, %', atMost: 0.4, aim: '≤ 0.3' },
  { measure: 'muted in speech without digits, %', atMost: 0.12, aim: '≤ 0.05' },
  { measure: 'removed before a tone, ms', atMost: 14, aim: '≤ 10' },
  { measure: 'removed after a tone, ms', atMost: 40, aim: '≤ 40' },
  { measure: 'fusion cases right, %', atLeast: 99.5, aim: '100' },
  { measure: 'events forwarded while armed', atMost: 0, aim: '0' },
]
