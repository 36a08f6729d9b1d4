import type { z } from 'zod'
import type { Answer, Call, Move, Outcome, State } from './adapter.ts'

/** What every adapter says in the same way. */
export const end = (outcome: Outcome): Move => ({ do: 'end', outcome })

export const giveUp = (because: string): Move => end({ kind: 'give-up', because })

export const recordGone: Move = end({ kind: 'record-gone' })

export const call = (at: string, order: Call, data: State['data'] = {}): Move => ({
  do: 'call',
  call: order,
  state: { at, data },
})

/** The body in their shape; undefined when it is not JSON, or of another shape. */
export function parse<T>(schema: z.ZodType<T>, { body }: Answer): T | undefined {
  try {
    return schema.safeParse(JSON.parse(body)).data
  } catch {
    return undefined
  }
}

/** An answer that the adapter has no other word for. Codes are theirs; texts of theirs are never kept. */
export function refused(operation: string, { status }: Answer): Move {
  return giveUp(`${operation}: refused with ${status}`)
}
