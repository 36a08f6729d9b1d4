import { z } from 'zod'
import type { Answer, Dialogue, LookUpRequest, Move } from '../adapter.ts'
import { call, end, parse, refused } from '../reading.ts'

/**
 * A ticket by its number, which is its id.
 * Public documentation: developer.zendesk.com/api-reference/ticketing/tickets/tickets/ ("Show Ticket").
 */
export const lookUp: Dialogue<LookUpRequest> = {
  open: ({ number }) => {
    const path = `/api/v2/tickets/${encodeURIComponent(number.replace(/^0+(?=.)/, ''))}.json`
    return call('ticket', { operation: 'look-up', method: 'GET', path })
  },
  next,
}

const Found = z.looseObject({
  ticket: z.looseObject({
    id: z.number(),
    subject: z.string().nullish(),
    status: z.string().nullish(),
    requester_id: z.number().nullish(),
  }),
})

function next(_: unknown, answer: Answer, { request: { kind } }: { request: LookUpRequest }): Move {
  if (answer.status === 404) return end({ kind: 'found', records: [] })
  const ticket = answer.status === 200 ? parse(Found, answer)?.ticket : undefined
  if (!ticket) return refused('look-up', answer)
  // A closed ticket takes no comment any more: nothing could be written of the payment.
  if (ticket.status === 'closed') return end({ kind: 'found', records: [] })
  const id = String(ticket.id)
  const customer = ticket.requester_id == null ? {} : { customer: String(ticket.requester_id) }
  return end({
    kind: 'found',
    records: [{ kind, id, label: ticket.subject ?? `#${id}`, number: id, ...customer }],
  })
}
