import { z } from 'zod'
import type { Account } from '../account.ts'
import type { Adapter, Answer, Move, WriteRequest } from '../adapter.ts'
import { applyMapping } from '../mapping.ts'
import { mappingView } from '../mapping-view.ts'
import { call, end, giveUp, parse, recordGone, refused } from '../reading.ts'
import { find } from './find.ts'
import { lookUp } from './look-up.ts'
import { Settings } from './settings.ts'

/**
 * Salesforce: one Task, or one record of the merchant's own payment object, for each payment, upserted by an
 * external id, so that a repetition writes over itself.
 *
 * Public documentation: REST API Developer Guide, "Insert or Update (Upsert) a Record Using an External ID"
 * (developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_upsert.htm), "Sforce-Limit-Info"
 * (…/headers_api_usage.htm); OAuth: help.salesforce.com "OAuth 2.0 Client Credentials Flow", "OAuth 2.0 JWT Bearer Flow".
 */
export const salesforce: Adapter = {
  id: 'salesforce',
  name: 'Salesforce',
  sort: 'crm',
  settings: Settings,
  origins: (settings) => {
    const origin = `https://${Settings.parse(settings).host}`
    return { api: origin, identity: origin }
  },
  auth: {
    grants: ['client-credentials', 'jwt-bearer', 'authorisation-code'],
    authorisePath: '/services/oauth2/authorize',
    tokenPath: '/services/oauth2/token',
    scope: 'api refresh_token',
    pkce: true,
    client: 'body',
    audience: (settings) => Settings.parse(settings).audience,
    // Answers carry no lifetime: the org's session setting decides, two hours unless changed.
    lifetimeSeconds: 3_600,
  },
  limits: {
    windows: (settings) => [
      { name: 'day', spanMs: 24 * 3_600_000, most: Settings.parse(settings).requestsPerDay },
    ],
    atOnce: 5,
    account: (origin) => origin,
    left: (headers) => {
      const usage = /api-usage=(\d+)\/(\d+)/.exec(headers['sforce-limit-info'] ?? '')
      return usage ? [{ name: 'day', left: Math.max(0, Number(usage[2]) - Number(usage[1])) }] : []
    },
  },
  recordKinds: ['Contact', 'Case', 'Opportunity', 'Account', 'Lead'],
  kindOfId: (id) => prefixes[id.slice(0, 3)],
  entries: 'by-payment',
  events: [
    'payment.authorised',
    'payment.captured',
    'payment.declined',
    'payment.voided',
    'payment.refunded',
  ],
  mapping: [
    {
      field: 'Subject',
      template: '{{title}}: {{amountText}} {{brand}} {{last4}} ({{reference}})',
      as: 'text',
    },
    {
      field: 'Description',
      template:
        'Telephone order {{reference}}. Payment {{paymentId}}, {{status}}, authorisation code {{authCode}}. Refunded so far: {{refundedText}}.',
      as: 'text',
    },
    { field: 'ActivityDate', template: '{{date}}', as: 'text' },
    { field: 'Status', template: 'Completed', as: 'text' },
  ],
  write: { open: upsert, next: readUpsert },
  find,
  lookUp,
  lookUpKinds: ['Case', 'Account'],
  partyKinds: ['Contact', 'Lead', 'Account'],
}

/** First three characters of an id tell its object. */
const prefixes: Readonly<Record<string, string>> = {
  '001': 'Account',
  '003': 'Contact',
  '006': 'Opportunity',
  '00Q': 'Lead',
  '500': 'Case',
}

const people = new Set(['Contact', 'Lead'])

function upsert(request: WriteRequest, account: Account): Move {
  const settings = Settings.parse(account.settings)
  const { values, faults } = applyMapping(request.mapping, mappingView(request))
  if (faults[0]) return giveUp(`mapping: ${faults[0].field}: ${faults[0].because}`)
  const { kind } = request.record
  // Without one, the entry would stand on nobody's record, and nobody would be told.
  if (settings.object !== 'Task' && !settings.lookupFields[kind])
    return giveUp(`settings: lookupFields: no field for a ${kind}`)
  const id = encodeURIComponent(request.event.data.id)
  return call('upsert', {
    operation: 'upsert',
    method: 'PATCH',
    path: `/services/data/${settings.apiVersion}/sobjects/${settings.object}/${settings.externalIdField}/${id}`,
    body: { ...values, ...relation(request, settings) },
  })
}

/** On a Task, people and things have one field each, and the other has to be emptied when the payment moves. */
function relation({ record, written }: WriteRequest, settings: Settings): Record<string, string | null> {
  if (settings.object !== 'Task') {
    const fields: Record<string, string | null> = {}
    const previous = written && settings.lookupFields[written.record.kind]
    if (previous) fields[previous] = null
    const field = settings.lookupFields[record.kind]
    if (field) fields[field] = record.id
    return fields
  }
  return people.has(record.kind)
    ? { WhoId: record.id, ...(written ? { WhatId: null } : {}) }
    : { WhatId: record.id, ...(written ? { WhoId: null } : {}) }
}

const Upserted = z.looseObject({ id: z.string() })
const Errors = z.array(z.looseObject({ errorCode: z.string() }))

/** Codes that say that the record named by the reference is not there. */
const gone = new Set([
  'INVALID_CROSS_REFERENCE_KEY',
  'ENTITY_IS_DELETED',
  'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
])
/** Somebody else writes to the same record right now. */
const passing = new Set(['UNABLE_TO_LOCK_ROW', 'SERVER_UNAVAILABLE'])

function readUpsert(_: unknown, answer: Answer, { request }: { request: WriteRequest }): Move {
  const { status } = answer
  if (status === 200 || status === 201 || status === 204) {
    const id = parse(Upserted, answer)?.id ?? request.written?.refs.id
    return end({ kind: 'done', written: { record: request.record, refs: id === undefined ? {} : { id } } })
  }
  if (status === 300) return giveUp('several records have this payment’s external id: make the field unique')
  const code = parse(Errors, answer)?.[0]?.errorCode ?? ''
  if (code === 'REQUEST_LIMIT_EXCEEDED')
    return end({ kind: 'retry', because: 'daily allowance used up', afterMs: 3_600_000 })
  if (gone.has(code)) return recordGone
  // A Task that was deleted is restored by nobody: the upsert makes a new one. A malformed id is a wrong reference.
  if (code === 'MALFORMED_ID') return recordGone
  if (passing.has(code)) return end({ kind: 'retry', because: code })
  return /^[A-Z_]{3,60}$/.test(code) ? giveUp(`upsert: ${code}`) : refused('upsert', answer)
}
