import { z } from 'zod'
import type { Answer, Dialogue, LookUpRequest, Move } from '../adapter.ts'
import { call, end, parse, refused } from '../reading.ts'

/**
 * A record by its id, which is the number that HubSpot shows of it. What a deal is worth is not what is owed: the
 * caller says how much.
 * Public documentation: developers.hubspot.com/docs/guides/api/crm/understanding-the-crm ("Retrieve records").
 */
export const lookUp: Dialogue<LookUpRequest> = { open, next }

const properties = 'firstname,lastname,name,dealname,subject'

function open({ number, kind }: LookUpRequest): Move {
  const path = `/crm/v3/objects/${kind}/${encodeURIComponent(number)}?properties=${properties}`
  return call('record', { operation: 'look-up', method: 'GET', path })
}

const Found = z.looseObject({
  id: z.string(),
  properties: z.record(z.string(), z.string().nullable()),
})

function next(_: unknown, answer: Answer, { request: { kind } }: { request: LookUpRequest }): Move {
  if (answer.status === 404) return end({ kind: 'found', records: [] })
  const found = answer.status === 200 ? parse(Found, answer) : undefined
  if (!found) return refused('look-up', answer)
  const { id } = found
  const { firstname, lastname, name, dealname, subject } = found.properties
  const label = [firstname, lastname].filter(Boolean).join(' ') || name || dealname || subject || id
  return end({ kind: 'found', records: [{ kind, id, label, number: id }] })
}
