import { z } from 'zod'
import type { Account } from '../account.ts'
import type { Answer, Dialogue, FindRequest, Move } from '../adapter.ts'
import { call, end, parse, refused } from '../reading.ts'
import { Settings } from './settings.ts'

/**
 * Records by phone number, by a query over the number fields of the kind.
 * Public documentation: SOQL and SOSL Reference, "Reserved Characters" and "SELECT"
 * (developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/).
 */
export const find: Dialogue<FindRequest> = { open, next }

const plain = { fields: ['Phone', 'MobilePhone'], label: 'Name' } as const
/** Where the numbers of each kind stand, through which relation, and what it is called. */
const searched: Readonly<Record<string, { readonly fields: readonly string[]; readonly label: string }>> = {
  Contact: plain,
  Lead: plain,
  Account: { fields: ['Phone'], label: 'Name' },
  Case: { fields: ['ContactPhone', 'ContactMobile'], label: 'CaseNumber' },
  Opportunity: { fields: ['Account.Phone'], label: 'Name' },
}
const most = 6

function open({ numbers, kind }: FindRequest, account: Account): Move {
  const { apiVersion } = Settings.parse(account.settings)
  const { fields, label } = searched[kind] ?? plain
  const list = numbers.map(quoted).join(',')
  const where = fields.map((field) => `${field} IN (${list})`).join(' OR ')
  const open = kind === 'Case' || kind === 'Opportunity' ? ' AND IsClosed = false' : ''
  const soql = `SELECT Id, ${label} FROM ${kind} WHERE (${where})${open} ORDER BY LastModifiedDate DESC LIMIT ${most}`
  const path = `/services/data/${apiVersion}/query?q=${encodeURIComponent(soql)}`
  return call('query', { operation: 'find', method: 'GET', path }, { kind })
}

/** Only digits, plus signs, spaces, dashes and brackets are in a number's spellings; all else is escaped. */
function quoted(text: string): string {
  return `'${text.replace(/[\\'"]/g, '\\$&')}'`
}

const Found = z.looseObject({
  records: z.array(
    z.looseObject({ Id: z.string(), Name: z.string().nullish(), CaseNumber: z.string().nullish() }),
  ),
})

function next(_: unknown, answer: Answer, { request }: { request: FindRequest }): Move {
  const found = answer.status === 200 ? parse(Found, answer) : undefined
  if (!found) return refused('find', answer)
  const records = found.records.map(({ Id, Name, CaseNumber }) => ({
    kind: request.kind,
    id: Id,
    label: Name ?? CaseNumber ?? Id,
  }))
  return end({ kind: 'found', records })
}
