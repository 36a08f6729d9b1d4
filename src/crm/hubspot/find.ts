import { z } from 'zod'
import type { Answer, Dialogue, FindRequest, Move } from '../adapter.ts'
import { call, end, parse, refused } from '../reading.ts'

/**
 * Contacts and companies by phone number.
 * Public documentation: developers.hubspot.com/docs/guides/api/crm/search (filter groups are joined by "or", of
 * which five are allowed; `IN` wants its values in lower case).
 */
export const find: Dialogue<FindRequest> = { open, next }

const fields: Readonly<Record<string, readonly string[]>> = {
  contacts: ['phone', 'mobilephone'],
  companies: ['phone'],
}
const most = 6

function open({ numbers, kind }: FindRequest): Move {
  const searched = fields[kind]
  // Tickets and deals carry no number of their own.
  if (!searched) return end({ kind: 'found', records: [] })
  const values = numbers.map((number) => number.toLowerCase())
  const filterGroups = searched.map((propertyName) => ({
    filters: [{ propertyName, operator: 'IN', values }],
  }))
  const sorts = [{ propertyName: 'lastmodifieddate', direction: 'DESCENDING' }]
  const body = { filterGroups, sorts, limit: most, properties: ['firstname', 'lastname', 'email', 'name'] }
  return call('search', { operation: 'find', method: 'POST', path: `/crm/v3/objects/${kind}/search`, body })
}

const Found = z.looseObject({
  results: z.array(
    z.looseObject({ id: z.string(), properties: z.record(z.string(), z.string().nullable()) }),
  ),
})

function next(_: unknown, answer: Answer, { request }: { request: FindRequest }): Move {
  const found = answer.status === 200 ? parse(Found, answer) : undefined
  if (!found) return refused('find', answer)
  const records = found.results.map(({ id, properties }) => {
    const { firstname, lastname, name, email } = properties
    const label = [firstname, lastname].filter(Boolean).join(' ') || name || email || id
    return { kind: request.kind, id, label }
  })
  return end({ kind: 'found', records })
}
