import type { OfficeDesk } from '../../src/sandbox/office/office-server.ts'
import type { OfficeTokens } from '../../src/sandbox/office/office-tokens.ts'
import type { OfficeAnswer, OfficeRequest } from '../../src/sandbox/office/office-wire.ts'
import type { RequestCounter } from '../../src/sandbox/office/request-counter.ts'

type Ticket = {
  readonly id: number
  /** Whose ticket it is. */
  readonly requester: number
  status: string
  updated_at: string
  readonly comments: { readonly body: string; readonly public: boolean }[]
  readonly fields: Map<number, unknown>
}
type Update = {
  readonly ticket: {
    readonly comment: { readonly body: string; readonly public: boolean }
    readonly custom_fields?: readonly { readonly id: number; readonly value: unknown }[]
    readonly safe_update?: boolean
    readonly updated_stamp?: string
  }
}

/**
 * Zendesk where we use it: comments that are never told apart by a key, and updates that are refused when the ticket
 * has changed since it was read; a limit of requests in a minute.
 * Public documentation: https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/ and …/ticket_comments/;
 * …/api-reference/introduction/rate-limits/ (X-Rate-Limit-Remaining); …/ticketing/ticket-management/search/.
 */
export class ZendeskStandIn implements OfficeDesk {
  readonly tokens: OfficeTokens
  counter: RequestCounter
  readonly tickets = new Map<number, Ticket>()
  /** Id → number, as it was typed. */
  readonly users = new Map<number, string>()
  /** Called when a ticket was read, before anything else: where another agent may write. */
  onRead: (ticket: Ticket) => void = () => {}
  #count = 0
  #stamps = 0

  constructor(tokens: OfficeTokens, counter: RequestCounter) {
    this.tokens = tokens
    this.counter = counter
  }

  owns(pathname: string): boolean {
    return pathname.startsWith('/api/v2/')
  }

  addTicket({ requester = 0, status = 'open' } = {}): number {
    const id = ++this.#count
    const empty = { comments: [], fields: new Map<number, unknown>() }
    this.tickets.set(id, { ...{ id, requester, status }, updated_at: this.#stamp(), ...empty })
    return id
  }

  write(ticket: Ticket, body: string, isPublic = false): void {
    ticket.comments.push({ body, public: isPublic })
    ticket.updated_at = this.#stamp()
  }

  answer({ method, url, body }: OfficeRequest): OfficeAnswer {
    if (url.pathname === '/api/v2/search.json') return this.#search(url.searchParams.get('query') ?? '')
    const [, id = '', rest] = /^\/api\/v2\/tickets\/(\d+)(\/comments)?\.json$/.exec(url.pathname) ?? []
    const ticket = this.tickets.get(Number(id))
    if (!ticket) return { status: 404, body: { error: 'RecordNotFound' } }
    if (method === 'PUT') return this.#update(ticket, body as Update)
    if (rest) return { status: 200, body: { comments: ticket.comments } }
    const answer = {
      status: 200,
      body: { ticket: { id: ticket.id, status: ticket.status, updated_at: ticket.updated_at } },
    }
    this.onRead(ticket)
    return answer
  }

  /** Of the search language only what we send: people by number, and open tickets of people. */
  #search(query: string): OfficeAnswer {
    const phone = /^type:user phone:"([^"]+)"$/.exec(query)?.[1]
    if (phone !== undefined) {
      const ids = [...this.users].flatMap(([id, number]) => (number === phone ? [{ id }] : []))
      return { status: 200, body: { results: ids, count: ids.length } }
    }
    const requesters = [...query.matchAll(/requester:(\d+)/g)].map((match) => Number(match[1]))
    const open = [...this.tickets.values()].filter(
      ({ requester, status }) => requesters.includes(requester) && status !== 'solved' && status !== 'closed',
    )
    const results = open.map(({ id }) => ({ id, subject: `Ticket ${id}` }))
    return { status: 200, body: { results, count: results.length } }
  }

  #update(ticket: Ticket, { ticket: change }: Update): OfficeAnswer {
    if (change.safe_update && change.updated_stamp !== ticket.updated_at)
      return { status: 409, body: { error: 'UpdateConflict' } }
    for (const { id, value } of change.custom_fields ?? []) ticket.fields.set(id, value)
    this.write(ticket, change.comment.body, change.comment.public)
    return { status: 200, body: { ticket: { id: ticket.id } } }
  }

  #stamp(): string {
    return new Date(1_760_000_000_000 + ++this.#stamps * 1_000).toISOString()
  }
}
