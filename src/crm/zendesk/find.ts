import { z } from 'zod'
import type { Answer, Dialogue, FindRequest, Move, State } from '../adapter.ts'
import { call, end, parse, refused } from '../reading.ts'

/**
 * Open tickets of the person who has the number: people first, then their tickets, newest first.
 * Public documentation: developer.zendesk.com/api-reference/ticketing/ticket-management/search/ and
 * support.zendesk.com "Zendesk Support search reference" (`type:`, `phone:`, `requester:`, `status<`).
 */
export const find: Dialogue<FindRequest> = { open: ({ numbers }) => people(numbers, 0), next }

const most = 6
const mostPeople = 3

function people(numbers: readonly string[], index: number): Move {
  const number = numbers[index]
  if (number === undefined) return end({ kind: 'found', records: [] })
  return call('people', search(`type:user phone:"${number}"`), { index })
}

function search(query: string) {
  const path = `/api/v2/search.json?query=${encodeURIComponent(query)}&per_page=${most}&sort_by=updated_at&sort_order=desc`
  return { operation: 'find', method: 'GET', path } as const
}

const People = z.looseObject({ results: z.array(z.looseObject({ id: z.number() })) })
const Tickets = z.looseObject({
  results: z.array(z.looseObject({ id: z.number(), subject: z.string().nullish() })),
})

function next(state: State, answer: Answer, { request }: { request: FindRequest }): Move {
  if (answer.status !== 200) return refused('find', answer)
  if (state.at === 'people') {
    const found = parse(People, answer)?.results
    if (!found) return refused('find', answer)
    // Numbers are searched as they were typed: the next spelling when nobody has this one.
    if (found.length === 0) return people(request.numbers, Number(state.data.index) + 1)
    const requesters = found.slice(0, mostPeople).map(({ id }) => `requester:${id}`)
    return call('tickets', search(`type:ticket status<solved ${requesters.join(' ')}`))
  }
  const found = parse(Tickets, answer)?.results
  if (!found) return refused('find', answer)
  const records = found.map(({ id, subject }) => ({
    kind: request.kind,
    id: String(id),
    label: subject ?? `#${id}`,
  }))
  return end({ kind: 'found', records })
}
