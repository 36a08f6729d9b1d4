import type { Settings } from './account.ts'

/** At most `most` requests within any `spanMs`. */
export type Window = { readonly name: string; readonly spanMs: number; readonly most: number }

export type LimitFacts = {
  readonly windows: (settings: Settings) => readonly Window[]
  /** Requests under way at the same time. */
  readonly atOnce: number
  /** Names the account that the other side counts by: connections of several merchants may share one. */
  readonly account: (origin: string, settings: Settings) => string
  /** What an answer's headers say is left in a window. */
  readonly left?: (headers: Readonly<Record<string, string>>) => readonly { name: string; left: number }[]
}

/** A header that holds a count. */
export function countIn(headers: Readonly<Record<string, string>>, name: string): number | undefined {
  const text = headers[name]
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
