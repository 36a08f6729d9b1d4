import { z } from 'zod'
import type { Account } from '../account.ts'
import type { Answer, Dialogue, LookUpRequest, Move } from '../adapter.ts'
import { call, end, giveUp, parse, refused } from '../reading.ts'
import { Settings } from './settings.ts'

/**
 * Records by the number that stands on letters: a case's, an account's.
 * Public documentation: Object Reference, "Case" (CaseNumber: eight digits, given automatically) and "Account"
 * (AccountNumber: the merchant's own); SOQL and SOSL Reference, "SELECT".
 */
export const lookUp: Dialogue<LookUpRequest> = { open, next }

type Numbered = { readonly field: string; readonly also: readonly string[]; readonly where: string }

/** In the order of the adapter's `lookUpKinds`. */
const numbered: Readonly<Record<string, Numbered>> = {
  Case: { field: 'CaseNumber', also: ['ContactId', 'AccountId'], where: ' AND IsClosed = false' },
  Account: { field: 'AccountNumber', also: ['Name'], where: '' },
}
const caseDigits = 8
const most = 6

function open({ number, kind }: LookUpRequest, account: Account): Move {
  const { apiVersion } = Settings.parse(account.settings)
  const found = numbered[kind]
  if (!found) return giveUp(`look-up: a ${kind} has no number that can be keyed`)
  const { field, also, where } = found
  // Nobody keys the zeros that a case's number begins with.
  const spellings = kind === 'Case' ? [...new Set([number, number.padStart(caseDigits, '0')])] : [number]
  const list = spellings.map((text) => `'${text.replace(/[\\'"]/g, '\\$&')}'`).join(',')
  const soql = `SELECT Id, ${[field, ...also].join(', ')} FROM ${kind} WHERE ${field} IN (${list})${where} ORDER BY LastModifiedDate DESC LIMIT ${most}`
  const path = `/services/data/${apiVersion}/query?q=${encodeURIComponent(soql)}`
  return call('query', { operation: 'look-up', method: 'GET', path })
}

const text = z.string().nullish()
const Found = z.looseObject({
  records: z.array(
    z.looseObject({
      ...{ Id: z.string(), CaseNumber: text, AccountNumber: text },
      ...{ ContactId: text, AccountId: text, Name: text },
    }),
  ),
})

function next(_: unknown, answer: Answer, { request: { kind } }: { request: LookUpRequest }): Move {
  const found = answer.status === 200 ? parse(Found, answer) : undefined
  if (!found) return refused('look-up', answer)
  const records = found.records.map((record) => {
    const { Id: id, CaseNumber, AccountNumber, ContactId, AccountId, Name } = record
    const number = CaseNumber ?? AccountNumber ?? id
    const customer = kind === 'Account' ? id : (ContactId ?? AccountId)
    return { kind, id, label: Name ?? number, number, ...(customer ? { customer } : {}) }
  })
  return end({ kind: 'found', records })
}
