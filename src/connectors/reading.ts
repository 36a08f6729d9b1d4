import type { z } from 'zod'
import type { GatewayReply } from '../contracts/gateway-call.ts'
import type { DeclineReason } from '../contracts/payment-events.ts'
import type { Move } from './connector.ts'
import { declineCatalogue } from './declines.ts'
import type { Outcome } from './outcome.ts'

/** What every connector says of replies in the same way. */
export type Answered = Extract<GatewayReply, { kind: 'answered' }>

export const end = (outcome: Outcome): Move => ({ do: 'end', outcome })

export const unknown = (because: string): Outcome => ({ kind: 'unknown', because })

/** Something of ours was mixed up with something of another's: an alarm, not only an unknown. */
export const anotherReference: Outcome = {
  kind: 'unknown',
  because: 'answer to another reference',
  alarm: 'another-reference',
}
export const anotherAmount: Outcome = {
  kind: 'unknown',
  because: 'answer with another amount',
  alarm: 'another-amount',
}

/** The reply to a call that may move money, when it is no answer: only an unsent call is certain. */
export function withoutAnswer(reply: Exclude<GatewayReply, Answered>): Outcome {
  return reply.kind === 'not-sent'
    ? { kind: 'not-sent', because: reply.because }
    : unknown(`no-answer: ${reply.because}`)
}

/** The reply to an inquiry, when it is no answer: it says nothing of the payment. */
export function inquiryWithoutAnswer(reply: Exclude<GatewayReply, Answered>): Outcome {
  return unknown(`inquiry: ${reply.kind}: ${reply.because}`)
}

export function declined(reason: DeclineReason, gatewayCode: string, gatewayRef?: string): Outcome {
  const { retry } = declineCatalogue[reason]
  return { kind: 'declined', reason, gatewayCode, retry, ...(gatewayRef === undefined ? {} : { gatewayRef }) }
}

/** An amount that the gateway's API cannot say: nothing is sent. */
export const amountNotRepresentable: Move = end({ kind: 'not-sent', because: 'amount-not-representable' })

/** The body in a gateway's shape; undefined when it is not JSON, or of another shape. */
export function parse<T>(schema: z.ZodType<T>, { body }: Answered): T | undefined {
  try {
    return schema.safeParse(JSON.parse(body)).data
  } catch {
    return undefined
  }
}

/** Only what is there, for `exactOptionalPropertyTypes`. */
export function present<K extends string, V>(name: K, value: V | null | undefined): { [name in K]?: V } {
  return (value === undefined || value === null ? {} : { [name]: value }) as { [name in K]?: V }
}
