import type { OfficeDesk } from '../../src/sandbox/office/office-server.ts'
import type { OfficeTokens } from '../../src/sandbox/office/office-tokens.ts'
import type { OfficeAnswer, OfficeRequest } from '../../src/sandbox/office/office-wire.ts'
import type { RequestCounter } from '../../src/sandbox/office/request-counter.ts'

type Record_ = { readonly id: string; readonly object?: string; readonly properties: Record<string, string> }

/**
 * HubSpot where we use it: a property that takes unique values only, 409 for a second record with one, default
 * associations, search by number; a limit of requests in ten seconds.
 * Public documentation: https://developers.hubspot.com/docs/guides/api/crm/commerce/payments, …/crm/understanding-the-crm,
 * …/crm/associations/associations-v4, …/crm/search; …/guides/apps/api-usage/usage-details (limits, X-HubSpot-RateLimit-…).
 */
export class HubSpotStandIn implements OfficeDesk {
  readonly tokens: OfficeTokens
  counter: RequestCounter
  readonly unique = 'tonewall_payment'
  readonly contacts = new Map<string, Record_>()
  readonly payments: Record_[] = []
  /** `payment→contacts/contact`. */
  readonly associations = new Set<string>()
  #count = 100

  constructor(tokens: OfficeTokens, counter: RequestCounter) {
    this.tokens = tokens
    this.counter = counter
  }

  owns(pathname: string): boolean {
    return pathname.startsWith('/crm/')
  }

  addContact(properties: Record<string, string>): string {
    const id = String(++this.#count)
    this.contacts.set(id, { id, properties })
    return id
  }

  answer({ method, url, body }: OfficeRequest): OfficeAnswer {
    const parts = url.pathname.slice(1).split('/').map(decodeURIComponent)
    const properties = (body as { properties?: Record<string, string> } | null)?.properties ?? {}
    if (url.pathname.endsWith('/search')) return this.#search(body as SearchBody)
    if (parts[1] === 'v4') return this.#associate(method, parts)
    if (method === 'GET') {
      const contact = parts[3] === 'contacts' ? this.contacts.get(parts[4] ?? '') : undefined
      return contact
        ? { status: 200, body: contact }
        : { status: 404, body: { category: 'OBJECT_NOT_FOUND' } }
    }
    if (method === 'PATCH') {
      const known = this.payments.find(
        (one) => one.properties[url.searchParams.get('idProperty') ?? ''] === parts[4],
      )
      if (!known) return { status: 404, body: { category: 'OBJECT_NOT_FOUND' } }
      Object.assign(known.properties, properties)
      return { status: 200, body: known }
    }
    if (this.payments.some((one) => one.properties[this.unique] === properties[this.unique]))
      return { status: 409, body: { category: 'CONFLICT' } }
    const record = { id: String(++this.#count), object: parts[3] ?? '', properties }
    this.payments.push(record)
    return { status: 201, body: record }
  }

  #associate(method: string, parts: readonly string[]): OfficeAnswer {
    const [from = '', , ...rest] = parts.slice(4)
    const [kind = '', id = ''] = rest.slice(-2)
    if (method === 'DELETE') {
      this.associations.delete(`${from}→${kind}/${id}`)
      return { status: 204 }
    }
    if (!this.contacts.has(id)) return { status: 404, body: { category: 'OBJECT_NOT_FOUND' } }
    this.associations.add(`${from}→${kind}/${id}`)
    return { status: 200, body: { status: 'COMPLETE' } }
  }

  #search({ filterGroups }: SearchBody): OfficeAnswer {
    const wanted = filterGroups.flatMap(({ filters }) => filters)
    const has = ({ properties }: Record_) =>
      wanted.some(({ propertyName, values }) =>
        values.includes((properties[propertyName] ?? '-').toLowerCase()),
      )
    const results = [...this.contacts.values()].filter(has)
    return { status: 200, body: { total: results.length, results } }
  }
}

type SearchBody = {
  readonly filterGroups: readonly {
    readonly filters: readonly { readonly propertyName: string; readonly values: readonly string[] }[]
  }[]
}
