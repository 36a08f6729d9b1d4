import type { GatewayStatus } from '../contracts/platform-status.ts'

/** The state of a gateway in plain words, and what follows from it. `at` is the server's time, epoch ms. */
export function breakerWords({ breaker, retryAt }: GatewayStatus, at: number): string {
  if (breaker === 'closed') return 'In order'
  const waitMs = retryAt === null ? 0 : Math.max(0, retryAt - at)
  const next = waitMs === 0 ? 'the next card is let through' : `a card is let through ${inWords(waitMs)}`
  return breaker === 'open' ? `Failing: no card is asked for; ${next}` : `Being tried: ${next}`
}

export function failureWords({ calls, failures }: GatewayStatus): string {
  return calls === 0 ? '–' : `${failures} (${Math.round((failures / calls) * 100)} %)`
}

/** `, the oldest for 3 minutes`, or nothing. */
export function ageWords(oldestAt: number | null, at: number): string {
  if (oldestAt === null) return ''
  const seconds = Math.max(0, Math.round((at - oldestAt) / 1_000))
  if (seconds < 120) return `, the oldest for ${seconds} seconds`
  if (seconds < 7_200) return `, the oldest for ${Math.round(seconds / 60)} minutes`
  return `, the oldest for ${Math.round(seconds / 3_600)} hours`
}

function inWords(ms: number): string {
  const seconds = Math.ceil(ms / 1_000)
  return seconds < 120 ? `in ${seconds} seconds` : `in ${Math.ceil(seconds / 60)} minutes`
}
