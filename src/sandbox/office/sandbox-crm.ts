import type { OfficeDesk } from './office-server.ts'
import type { OfficeTokens } from './office-tokens.ts'
import type { OfficeAnswer, OfficeRequest } from './office-wire.ts'
import type { RequestCounter } from './request-counter.ts'

export type CrmRecord = { readonly id: string; readonly fields: Record<string, unknown> }

const path = /^\/services\/data\/v\d+\.0\/(?:sobjects\/(\w+)\/(\w+)\/([^/]+)|(query))$/
const prefixes: Readonly<Record<string, string>> = {
  Contact: '003',
  Case: '500',
  Opportunity: '006',
  Task: '00T',
}

/**
 * A small CRM that answers as Salesforce's REST API does where we use it: upsert by an external id, look-up by phone
 * number, one record for one external id, no reference to a record that is not there.
 * Public documentation: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_upsert.htm.
 */
export class SandboxCrm implements OfficeDesk {
  readonly tokens: OfficeTokens
  readonly counter: RequestCounter
  readonly #objects = new Map<string, Map<string, CrmRecord>>()
  /** Object and external id → id. */
  readonly #external = new Map<string, string>()
  #count = 0

  constructor(tokens: OfficeTokens, counter: RequestCounter) {
    this.tokens = tokens
    this.counter = counter
  }

  owns(pathname: string): boolean {
    return path.test(pathname)
  }

  add(object: string, fields: Record<string, unknown>): string {
    const id = `${prefixes[object] ?? 'a00'}${String(++this.#count).padStart(12, '0')}`
    this.#of(object).set(id, { id, fields })
    return id
  }

  remove(object: string, id: string): void {
    this.#of(object).delete(id)
  }

  list(object: string): CrmRecord[] {
    return [...this.#of(object).values()]
  }

  answer({ method, url, body }: OfficeRequest): OfficeAnswer {
    const [, object = '', field = '', value = '', query] = path.exec(url.pathname) ?? []
    if (query && method === 'GET') return this.#query(url.searchParams.get('q') ?? '')
    if (method === 'PATCH') return this.#upsert(object, { field, value: decodeURIComponent(value) }, body)
    return { status: 405, body: [{ errorCode: 'METHOD_NOT_ALLOWED' }] }
  }

  #of(object: string): Map<string, CrmRecord> {
    const known = this.#objects.get(object) ?? new Map<string, CrmRecord>()
    this.#objects.set(object, known)
    return known
  }

  #upsert(object: string, by: { field: string; value: string }, body: unknown): OfficeAnswer {
    const fields = body as Record<string, unknown>
    for (const name of ['WhoId', 'WhatId'])
      if (typeof fields[name] === 'string' && !this.#exists(fields[name]))
        return { status: 400, body: [{ errorCode: 'INVALID_CROSS_REFERENCE_KEY' }] }
    const key = `${object} ${by.field} ${by.value}`
    const known = this.#of(object).get(this.#external.get(key) ?? '')
    if (known) {
      Object.assign(known.fields, fields)
      return { status: 200, body: { id: known.id, success: true, created: false, errors: [] } }
    }
    const id = this.add(object, { ...fields, [by.field]: by.value })
    this.#external.set(key, id)
    return { status: 201, body: { id, success: true, created: true, errors: [] } }
  }

  #exists(id: string): boolean {
    return [...this.#objects.values()].some((records) => records.has(id))
  }

  /** Of SOQL only the queries that we send: values in quotes after IN, of telephone numbers or of a record's own. */
  #query(soql: string): OfficeAnswer {
    const object = / FROM (\w+) /.exec(soql)?.[1] ?? ''
    const numbers = [...soql.matchAll(/'([^']*)'/g)].map((match) => match[1])
    const searched = [...soql.matchAll(/(\w+) IN /g)].map((match) => match[1] ?? '')
    const records = this.list(object)
      .filter(({ fields }) => searched.some((name) => numbers.includes(String(fields[name]))))
      .map(({ id, fields }) => {
        const { Name, CaseNumber, AccountNumber, ContactId, AccountId } = fields
        return { Id: id, Name, CaseNumber, AccountNumber, ContactId, AccountId }
      })
    return { status: 200, body: { totalSize: records.length, done: true, records } }
  }
}
